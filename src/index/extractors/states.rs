//! Enumerations of states, and the places that compare, switch on or set their members.
//!
//! An enumeration counts when its name says what it is (`OrderStatus`, `JobState`, `Phase`) and it has at least two members. Members are
//! told by what is stored: the text they are given, else their name.

mod closed;
mod handed;
mod labels;
mod schemas;

use super::values;
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, OF_STATE, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading, Span};
use labels::{is_bare_member, is_label};

pub(super) use schemas::{read_document, read_schema};

/// Members beyond which an enumeration is a list of something else.
const MOST: usize = 40;

struct Member<'a> {
    name: &'a str,
    value: String,
    line: u32,
}

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    let mut known: Vec<(&str, Vec<Member<'_>>)> = Vec::new();
    for declared in &reading.declarations {
        let is_named = is_state_type(declared.name);
        if !is_named && !closed::is_kept(reading, declared) {
            continue;
        }
        let members = members(reading, declared);
        if !(2..=MOST).contains(&members.len()) || !is_named && !closed::has_values(reading, declared, &members) {
            continue;
        }
        if !is_named {
            facts.given.push(closed::given(declared));
        }
        known.push((declared.name, members));
    }
    known.extend(groups(reading));
    for (name, members) in &known {
        for member in members {
            let value = values::marked(&format!("{name}.{}", member.name), &member.value);
            facts.push(Use::new(Kind::State, Role::Declares, Name::literal(*name), member.line).value(value));
        }
    }
    places(reading, &known, facts);
    named_alone(reading, &known, facts);
    closed::switched(reading, &known, facts);
}

/// A type named like a state, in the letter case of types.
fn is_state_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() > 4 && values::is_state_word(name) && !is_of_transport(name)
}

/// Codes of HTTP and gRPC are no states of the system; nor is what a user interface keeps.
fn is_of_transport(name: &str) -> bool {
    [
        "HttpStatus",
        "HTTPStatus",
        "StatusCode",
        "GrpcStatus",
        "ExitStatus",
        "useState",
        "AppState",
        "RootState",
        "InitialState",
        "UIState",
        "UiState",
        "ViewState",
        "FormState",
        "EntityState",
        "ModelState",
    ]
    .iter()
    .any(|w| name.contains(w))
}

fn members<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Vec<Member<'a>> {
    let body = &declared.body;
    let language = reading.language.name();
    // Python, PHP, Ruby: `IDLE = "idle"` within a class; the class has to be an enumeration, or to hold nothing else.
    let by_assignment: Vec<Member<'a>> = reading
        .assignments
        .iter()
        .filter(|a| {
            body.contains(&a.at)
                && a.path.len() == 1
                && (language == "python" || declared.kind == DeclarationKind::Enum || reading.is(a.at - 1, "const") || reading.is(a.at - 1, "case"))
        })
        .filter(|a| reading.enclosing(a.at, &[DeclarationKind::Function]).is_none_or(|f| !body.contains(&f.name_at)))
        .filter_map(|a| {
            let text = reading.literal(&a.value);
            let auto =
                || (a.value.len() <= 4 && (reading.kind(a.value.start) == Some(Token::Number) || reading.is(a.value.start, "auto"))).then(|| a.name.to_owned());
            // Django's `NEW = "new", "New"` has its value first.
            let first = reading.string(a.value.start).map(str::to_owned);
            let value = text.or(first).or_else(auto)?;
            Some(Member { name: a.name, value, line: a.line })
        })
        .collect();
    if language == "python" {
        let is_enumeration =
            declared.head.clone().any(|i| ["Enum", "StrEnum", "IntEnum", "TextChoices", "IntegerChoices", "str"].iter().any(|w| reading.word(i).ends_with(w)));
        let shouts = by_assignment.iter().all(|m| m.name.bytes().all(|b| !b.is_ascii_lowercase()));
        let out: Vec<Member<'a>> = by_assignment.into_iter().filter(|m| !m.name.starts_with('_') && m.name != "choices").collect();
        return if is_enumeration || shouts { out } else { Vec::new() };
    }
    if declared.kind == DeclarationKind::Type && matches!(language, "java" | "csharp" | "kotlin" | "groovy" | "php" | "ruby") {
        return texts(reading, declared, by_assignment);
    }
    if declared.kind == DeclarationKind::Enum && language != "go" {
        let mut out = Vec::new();
        let mut at = body.start;
        // Where each member stands behind `case`, nothing else of the body is one.
        let by_case = matches!(language, "php" | "swift");
        let mut is_name = !by_case;
        while at < body.end {
            match reading.kind(at) {
                Some(Token::Word) if is_name && reading.is(at, "case") => {}
                Some(Token::Word) if is_name => {
                    let name = reading.word(at);
                    // Java's enum constants may have a text; the database holds the name unless the program says otherwise.
                    let mut value = name.to_owned();
                    if reading.is(at + 1, "=")
                        && let Some(text) = reading.string(at + 2)
                    {
                        value = text.to_owned();
                    }
                    out.push(Member { name, value, line: reading.line(at) });
                    is_name = false;
                }
                Some(Token::Sign) if reading.is(at, ",") => is_name = !by_case || language == "swift" && of_case(reading, at),
                Some(Token::Sign) if reading.is(at, ";") && by_case => is_name = false,
                Some(Token::Sign) if reading.is(at, ";") => break,
                Some(Token::Sign) if matches!(reading.word(at), "#" | "@") && is_name => {
                    // Attributes of a member.
                    let open = at + 1 + usize::from(reading.is(at, "@"));
                    at = if matches!(reading.word(open), "[" | "(") { reading.partner(open).max(open) } else { at + 1 };
                }
                Some(Token::Open) => {
                    if is_name && reading.is(at, "[") {
                        // C#'s attribute.
                    }
                    at = reading.partner(at).max(at);
                }
                _ => {}
            }
            // Swift and PHP write one `case` a line.
            if matches!(language, "php" | "swift" | "scala") && reading.is(at, "case") {
                is_name = true;
            }
            at += 1;
        }
        return out;
    }
    Vec::new()
}

/// A class that holds nothing but texts: `static final String FILED = "filed"`, `public const string Filed = "filed"`.
fn texts<'a>(reading: &Reading<'a>, declared: &Declaration<'a>, assigned: Vec<Member<'a>>) -> Vec<Member<'a>> {
    let body = &declared.body;
    if reading.declarations.iter().any(|d| d.kind == DeclarationKind::Function && body.contains(&d.name_at)) {
        return Vec::new();
    }
    let mut out = assigned;
    if out.is_empty() {
        out = reading
            .assignments
            .iter()
            .filter(|a| body.contains(&a.at) && a.path.len() == 1 && a.name.starts_with(char::is_uppercase))
            .filter_map(|a| Some(Member { name: a.name, value: reading.string(a.value.start)?.to_owned(), line: a.line }))
            .collect();
    }
    let all = reading.assignments.iter().filter(|a| body.contains(&a.at)).count();
    let is_word =
        |m: &Member<'_>| !m.value.is_empty() && m.value.len() <= 32 && m.value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if out.len() == all && out.iter().all(is_word) { out } else { Vec::new() }
}

/// Whether the token stands on a line that begins with `case`: Swift's `case open, shut`.
fn of_case(reading: &Reading<'_>, at: usize) -> bool {
    (0..=at).rev().find(|&i| reading.tokens[i].first).is_some_and(|i| reading.is(i, "case") || reading.is(i + 1, "case"))
}

/// Groups of constants and literal types: Go's `const (StatusIdle Status = "idle" ..)`, `type Status = "a" | "b"`, `const Status = { Idle: "idle" }`,
/// Rails' `enum status: { .. }`, choices as a list.
fn groups<'a>(reading: &Reading<'a>) -> Vec<(&'a str, Vec<Member<'a>>)> {
    let mut out: Vec<(&'a str, Vec<Member<'a>>)> = Vec::new();
    match reading.language.name() {
        "go" => {
            for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Enum && is_state_type(d.name)) {
                let typed = |at: usize| reading.is(at + 1, declared.name);
                let mut members: Vec<Member<'a>> = reading
                    .assignments
                    .iter()
                    .filter(|a| typed(a.at))
                    .filter_map(|a| reading.literal(&a.value).map(|value| Member { name: a.name, value, line: a.line }))
                    .collect();
                if members.is_empty() {
                    members = counted(reading, declared.name);
                }
                if (2..=MOST).contains(&members.len()) {
                    out.push((declared.name, members));
                }
            }
        }
        "typescript" | "javascript" => {
            for a in
                reading.assignments.iter().filter(|a| is_state_type(a.name) || values::is_state_word(a.name) && a.name.bytes().all(|b| !b.is_ascii_lowercase()))
            {
                let mut members = Vec::new();
                if reading.is(a.at.wrapping_sub(1), "type") {
                    // A union of literals.
                    let texts: Vec<usize> = (a.value.start..a.value.start + 2 * MOST)
                        .take_while(|&i| reading.is(i, "|") || reading.kind(i) == Some(Token::Text))
                        .filter(|&i| reading.kind(i) == Some(Token::Text))
                        .collect();
                    members =
                        texts.into_iter().filter_map(|i| reading.string(i).map(|s| Member { name: s, value: s.to_owned(), line: reading.line(i) })).collect();
                } else if reading.is(a.value.start, "{") || reading.is(a.value.start, "Object") {
                    let open = a.value.clone().find(|&i| reading.is(i, "{")).unwrap_or(a.value.start);
                    let entries = reading.entries(&(open + 1..reading.partner(open).max(open + 1)));
                    if entries.iter().all(|(_, v)| v.len() == 1 && reading.kind(v.start) == Some(Token::Text)) {
                        members = entries
                            .into_iter()
                            .filter_map(|(name, v)| reading.string(v.start).map(|s| Member { name, value: s.to_owned(), line: reading.line(v.start) }))
                            .collect();
                    }
                }
                if (2..=MOST).contains(&members.len()) {
                    out.push((a.name, members));
                }
            }
        }
        _ => {}
    }
    out
}

/// Go's `const ( Idle Status = iota; Busy )`.
fn counted<'a>(reading: &Reading<'a>, name: &str) -> Vec<Member<'a>> {
    let Some(first) = reading.assignments.iter().find(|a| reading.is(a.at + 1, name) && a.value.clone().any(|i| reading.is(i, "iota"))) else {
        return Vec::new();
    };
    let mut out = vec![Member { name: first.name, value: first.name.to_owned(), line: first.line }];
    let mut at = first.value.end;
    while reading.kind(at) == Some(Token::Word) && reading.tokens[at].first {
        out.push(Member { name: reading.word(at), value: reading.word(at).to_owned(), line: reading.line(at) });
        at += 1;
    }
    out
}

/// `Status.IDLE` where it is compared, switched on or set.
fn places(reading: &Reading<'_>, known: &[(&str, Vec<Member<'_>>)], facts: &mut Facts) {
    for at in 2..reading.tokens.len() {
        if reading.kind(at) != Some(Token::Word) || reading.tokens[at].in_log {
            continue;
        }
        let name = reading.word(at);
        if let Some((holder, member)) = of_protobuf(reading, at) {
            if let Some(role) = role(reading, if at >= 2 && reading.is(at - 1, ".") { at - 2 } else { at }, at) {
                let value = values::marked(&format!("{holder}.{member}"), member);
                facts.push(Use::new(Kind::State, role, Name::literal(holder), reading.line(at)).value(value).certainty(Certainty::Likely));
            }
            continue;
        }
        let of_type = || is_state_type(reading.word(at - 2)) || known.iter().any(|(holder, _)| *holder == reading.word(at - 2));
        let qualified = matches!(reading.word(at - 1), "." | "::") && name.starts_with(char::is_uppercase) && of_type();
        let (holder, begins) = if qualified {
            (reading.word(at - 2), at - 2)
        } else if let Some((holder, _)) =
            known.iter().find(|(_, members)| reading.language.name() == "go" && members.iter().any(|m| m.name == name && m.line != reading.line(at)))
        {
            (*holder, at)
        } else if let Some((holder, _)) =
            known.iter().find(|(_, members)| is_bare_member(reading, at) && members.iter().any(|m| m.name == name && m.line != reading.line(at)))
        {
            // Java's `case PAID:`, and the type's own methods.
            (*holder, at)
        } else {
            continue;
        };
        if matches!(reading.word(at + 1), "(" | "." | "::") && !is_conversion(reading, at + 2) {
            continue;
        }
        let mut begins = begins;
        while begins >= 2 && matches!(reading.word(begins - 1), "." | "::") {
            begins -= 2;
        }
        let Some(role) = role(reading, begins, at) else { continue };
        let value = known.iter().find(|(n, _)| *n == holder).map(|(_, m)| m.iter().find(|m| m.name == name).map(|m| m.value.clone())).unwrap_or_else(|| {
            let is_told_by_name = matches!(reading.language.name(), "java" | "kotlin" | "scala" | "csharp" | "rust");
            let path = format!("{holder}.{name}");
            Some(values::marked(&path, if is_told_by_name { name } else { &path }))
        });
        let Some(value) = value else { continue };
        // A bare `Status` may be anybody's.
        let is_bare = matches!(holder, "Status" | "State" | "Phase" | "Stage");
        if is_bare && !known.iter().any(|(n, _)| *n == holder) {
            continue;
        }
        facts.push(Use::new(Kind::State, role, Name::literal(holder), reading.line(at)).value(value).certainty(if known.iter().any(|(n, _)| *n == holder) {
            Certainty::Sure
        } else {
            Certainty::Likely
        }));
    }
}

/// `pb.OrderStatus_PAID`, as protobuf's Go names the members of its enumerations.
fn of_protobuf<'a>(reading: &Reading<'a>, at: usize) -> Option<(&'a str, &'a str)> {
    if reading.language.name() != "go" {
        return None;
    }
    let (holder, member) = reading.word(at).split_once('_')?;
    (is_state_type(holder) && member.starts_with(char::is_uppercase)).then_some((holder, member))
}

/// Constants by their own name where a state is compared, switched on or set: Go's `case domain.StatusPaid:`, Java's `case PAID:` of an
/// enumeration of another file. Which enumeration it is a member of is told when the repository is put together.
fn named_alone(reading: &Reading<'_>, known: &[(&str, Vec<Member<'_>>)], facts: &mut Facts) {
    let language = reading.language.name();
    let is_go = language == "go";
    if !is_go && !matches!(language, "java" | "kotlin" | "groovy") {
        return;
    }
    let mut tell = |at: usize, role: Role| {
        let name = reading.word(at);
        let reads_like_member = if is_go { name.len() > 3 && name.starts_with(char::is_uppercase) } else { shouts(name) };
        let is_told = known.iter().any(|(_, members)| members.iter().any(|m| m.name == name)) || of_protobuf(reading, at).is_some();
        if !reads_like_member || is_told || reading.is(at + 1, "(") || reading.is(at + 1, ".") {
            return;
        }
        let package = if at >= 2 && reading.is(at - 1, ".") { format!("{}.", reading.word(at - 2)) } else { String::new() };
        let path = format!("{package}{name}");
        let holder = Name(vec![Part::Constant(format!("{path}{OF_STATE}"))]);
        facts.push(Use::new(Kind::State, role, holder, reading.line(at)).value(values::marked(&path, name)).certainty(Certainty::Likely));
    };
    for at in 1..reading.tokens.len() {
        match reading.word(at) {
            "switch" => {
                // To the block: `switch r.GetState() {`, `switch (reply.getState()) {`.
                let Some(open) = (at + 1..at + 16).find(|&i| reading.is(i, "{")) else { continue };
                if !is_state_subject(reading, at + 1..open) {
                    continue;
                }
                let end = reading.partner(open);
                let mut i = open + 1;
                while i < end {
                    if reading.is(i, "case") {
                        let mut last = i;
                        while last + 1 < end && !matches!(reading.word(last + 1), ":" | "->") && last < i + 40 {
                            last += 1;
                            if reading.kind(last) == Some(Token::Word) && matches!(reading.word(last + 1), "," | ":" | "->") {
                                tell(last, Role::Reads);
                            }
                        }
                        i = last;
                    }
                    i = if reading.is(i, "{") { reading.partner(i).max(i) + 1 } else { i + 1 };
                }
            }
            "==" | "!=" if is_go && is_state_path(reading, at - 1) => tell(last_of_path(reading, at + 1), Role::Reads),
            "=" if is_go && reading.word(at - 2) == "." && is_state_path(reading, at - 1) => tell(last_of_path(reading, at + 1), Role::Writes),
            ":" if is_go && values::is_state_word(reading.word(at - 1)) && matches!(reading.word(at.wrapping_sub(2)), "{" | ",") => {
                tell(last_of_path(reading, at + 1), Role::Writes);
            }
            _ => {}
        }
    }
}

fn shouts(name: &str) -> bool {
    name.len() > 1 && name.starts_with(char::is_uppercase) && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether the name that ends at a token is that of a state: `l.state`.
fn is_state_path(reading: &Reading<'_>, at: usize) -> bool {
    reading.kind(at) == Some(Token::Word) && values::is_state_word(reading.word(at))
}

/// Whether what is switched on is a state: `x.State`, `reply.getState()`, `(status)`.
fn is_state_subject(reading: &Reading<'_>, span: Span) -> bool {
    let last = span.rev().find(|&i| reading.kind(i) == Some(Token::Word));
    last.is_some_and(|i| values::is_state_word(reading.word(i)))
}

/// The last name of a path: of `domain.StatusPaid` the second.
fn last_of_path(reading: &Reading<'_>, at: usize) -> usize {
    if reading.is(at + 1, ".") && reading.kind(at + 2) == Some(Token::Word) { at + 2 } else { at }
}

/// `.value`, `.name()`, `.to_string()`.
fn is_conversion(reading: &Reading<'_>, at: usize) -> bool {
    matches!(reading.word(at), "value" | "name" | "to_string" | "toString" | "ToString" | "as_str" | "rawValue" | "into" | "getValue" | "String")
}

/// What is done with the member between these tokens.
fn role(reading: &Reading<'_>, begins: usize, at: usize) -> Option<Role> {
    let before = begins.checked_sub(1).map_or("", |i| reading.word(i));
    let mut after = at + 1;
    if matches!(reading.word(after), "." | "::") || reading.is(after, "->") && reading.language.name() == "php" {
        after += 2;
        if reading.is(after, "(") {
            after = reading.partner(after) + 1;
        }
    }
    let is_php = reading.language.name() == "php";
    // A word of the next line is none of this statement.
    let next = reading.tokens.get(after).filter(|t| !t.first || t.kind != Token::Word).map_or("", |_| reading.word(after));
    // An entry of an array or object is what the call around it makes of it.
    if matches!(before, ":" | "=>" | "[" | ",")
        && matches!(next, "," | "}" | "]" | ")")
        && let Some(role) = super::orm::entry_role(reading, begins)
    {
        return Some(role);
    }
    if before == "=>" && begins >= 2 && reading.string(begins - 2).is_some_and(values::is_state_word) && matches!(next, "," | "]" | ")") {
        return Some(Role::Writes);
    }
    let compares = |w: &str| matches!(w, "==" | "!=" | "===" | "!==" | "in" | "is" | "case" | "when");
    if compares(before) || compares(next) && next != "in" || matches!(next, "=>" | "->") || before == "not" || next == "|" && is_label(reading, begins) {
        return Some(Role::Reads);
    }
    // `case A, B:`, `A | B =>`, `IN (A, B)`
    if matches!(before, "," | "|" | "[" | "{" | "(") && begins > 1 {
        let line_start = (0..begins).rev().take(24).find(|&i| reading.tokens[i].first).unwrap_or(begins);
        let words: Vec<&str> = (line_start..begins).map(|i| reading.word(i)).collect();
        if words.first() == Some(&"case") && before != "("
            || matches!(before, "," | "|") && is_label(reading, begins)
            || before == "{" && matches!(next, "|" | ",") && is_label(reading, begins)
            || words.contains(&"in") && matches!(before, "(" | "[" | ",")
            || words.iter().any(|w| matches!(*w, "contains" | "includes" | "In" | "equals" | "Contains" | "in_") || w.ends_with("__in"))
        {
            return Some(Role::Reads);
        }
    }
    if before == "(" && begins >= 2 && matches!(reading.word(begins - 2), "equals" | "eq" | "is" | "isEqualTo" | "matches!") {
        return Some(Role::Reads);
    }
    // `['status' => Status::Paid]` is no arm of a match.
    if is_php && before == "=>" {
        return None;
    }
    if before == "=" || before == ":=" {
        return Some(Role::Writes);
    }
    // `setStatus(Status.PAID)`, `status: Status.PAID` of something that is made.
    if before == "(" && begins >= 2 {
        if matches!(&*handed::first_word(reading.word(begins - 2)), "set" | "with" | "update" | "mark" | "transition") && next == ")" {
            return Some(Role::Writes);
        }
        if values::is_state_word(reading.word(begins - 2)) && next == ")" {
            return Some(Role::Writes);
        }
    }
    if before == ":" && begins >= 2 && values::is_state_word(reading.word(begins - 2)) && matches!(next, "," | "}" | ")") {
        return Some(Role::Writes);
    }
    handed::role(reading, begins..after)
}

#[cfg(test)]
mod tests;
