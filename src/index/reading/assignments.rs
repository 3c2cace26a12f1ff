//! Names that are bound to values: variables, constants, fields, members of enumerations.

use super::tokens::Kind;
use super::{DeclarationKind, Reading, Span, calls, names};
use crate::index::model::Constant;

/// A name bound to a value.
#[derive(Clone, Debug)]
pub(crate) struct Assignment<'a> {
    /// The names of its target: `self`, `topic`.
    pub(crate) path: Vec<&'a str>,
    /// The last of them.
    pub(crate) name: &'a str,
    /// Token of that name.
    pub(crate) at: usize,
    pub(crate) value: Span,
    /// Line of the name, counted from 1.
    pub(crate) line: u32,
}

pub(super) fn assignments<'a>(reading: &Reading<'a>) -> Vec<Assignment<'a>> {
    let mut out = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for at in 0..reading.tokens.len() {
        match reading.kind(at) {
            Some(Kind::Open) => open.push(at),
            Some(Kind::Close) => {
                while open.last().is_some_and(|&o| reading.partner(o) <= at) {
                    open.pop();
                }
            }
            Some(Kind::Sign) if matches!(reading.word(at), "=" | ":=") => {
                // Inside the brackets of a call it is a keyword argument; `const ( .. )` is a block.
                let in_arguments = open.last().is_some_and(|&o| match reading.word(o) {
                    "(" => o == 0 || !matches!(reading.word(o - 1), "const" | "var"),
                    "[" => true,
                    _ => false,
                });
                if !in_arguments
                    && at > 0
                    && let Some(name) = target(reading, at)
                {
                    out.push(assignment(reading, name, at + 1));
                }
            }
            // Elixir's `@topic "orders"`.
            Some(Kind::Word)
                if reading.language.name() == "elixir"
                    && at > 0
                    && reading.is(at - 1, "@")
                    && reading.tokens[at - 1].first
                    && reading.kind(at + 1) == Some(Kind::Text) =>
            {
                out.push(assignment(reading, at, at + 1));
            }
            _ => {}
        }
    }
    out
}

fn assignment<'a>(reading: &Reading<'a>, name: usize, value: usize) -> Assignment<'a> {
    let mut path = vec![reading.word(name)];
    let mut here = name;
    while here >= 2 && matches!(reading.word(here - 1), "." | "->" | "::") && reading.kind(here - 2) == Some(Kind::Word) {
        here -= 2;
        path.push(reading.word(here));
    }
    path.reverse();
    Assignment { path, name: reading.word(name), at: name, value: value..statement_end(reading, value), line: reading.line(name) }
}

/// The token of the name that the sign at `sign` gives a value.
fn target(reading: &Reading<'_>, sign: usize) -> Option<usize> {
    // Back to where the statement begins.
    let mut start = sign;
    while start > 0 && !reading.tokens[start].first {
        if matches!(reading.word(start - 1), ";" | "{" | "}" | "," | "(") {
            break;
        }
        start -= 1;
    }
    let words = start..sign;
    // `name: Type = value`
    if let Some(colon) = words.clone().find(|&i| reading.is(i, ":"))
        && colon > start
        && reading.kind(colon - 1) == Some(Kind::Word)
    {
        return Some(colon - 1);
    }
    // Go: `const Name Type = value`
    if let Some(keyword) = words.clone().find(|&i| matches!(reading.word(i), "const" | "var" | "let" | "val" | "static" | "mut"))
        && reading.language.name() == "go"
    {
        return Some(keyword + 1).filter(|&i| i < sign);
    }
    // In a block: `Name Type = value`
    if reading.language.name() == "go"
        && reading.tokens[start].first
        && reading.kind(start) == Some(Kind::Word)
        && reading.kind(start + 1) == Some(Kind::Word)
        && start + 1 < sign
        && !calls::is_no_name(reading.word(start))
    {
        return Some(start);
    }
    let mut last = sign - 1;
    // Go: in `url, err := ..` the first name has the value.
    if reading.language.name() == "go"
        && matches!(reading.word(last), "err" | "ok" | "_")
        && last >= 2
        && reading.is(last - 1, ",")
        && reading.kind(last - 2) == Some(Kind::Word)
    {
        last -= 2;
    }
    (reading.kind(last) == Some(Kind::Word) && !calls::is_no_name(reading.word(last))).then_some(last)
}

/// One behind the last token of the expression that begins at `from`.
fn statement_end(reading: &Reading<'_>, from: usize) -> usize {
    let mut at = from;
    while at < reading.tokens.len() {
        let token = reading.tokens[at];
        if at > from && token.first {
            let before = reading.word(at - 1);
            let goes_on = matches!(before, "," | "+" | "." | "=" | "&&" | "||" | "?" | ":" | "\\" | "->" | "%")
                || matches!(reading.word(at), "." | "+" | "?." | "&&" | "||" | "?" | "->" | "::" | "&." | "|>" | "%");
            if !goes_on {
                return at;
            }
        }
        match token.kind {
            Kind::Close => return at,
            Kind::Sign if matches!(reading.word(at), ";" | ",") => return at,
            Kind::Open => at = reading.partner(at).max(at) + 1,
            _ => at += 1,
        }
    }
    at
}

/// Constants of this text for other files: values of named constants, members of enumerations, entries of constant objects, and functions
/// that only put a name together (`key()`).
pub(super) fn constants(reading: &Reading<'_>) -> Vec<Constant> {
    let mut out: Vec<Constant> = Vec::new();
    let mut add = |holder: Option<&str>, name: &str, value: crate::index::model::Name| {
        if value.says_something() || value.is_open() {
            let name = holder.map_or_else(|| name.to_owned(), |h| format!("{h}.{name}"));
            out.push(Constant { name, value });
        }
    };
    let types = [DeclarationKind::Type, DeclarationKind::Enum];
    for a in &reading.assignments {
        if reading.enclosing(a.at, &[DeclarationKind::Function]).is_some() {
            continue;
        }
        let holder = reading.enclosing(a.at, &types).map(|d| d.name);
        if reading.is(a.value.start, "{") || reading.is(a.value.start, "Object") || reading.is(a.value.start, "[") {
            let open = a.value.clone().find(|&i| reading.is(i, "{")).unwrap_or(a.value.end);
            for (key, value) in reading.entries(&(open + 1..reading.partner(open).max(open + 1))) {
                if let Some(body) = names::arrow_body(reading, &value).filter(|b| b.len() <= 24) {
                    add(Some(a.name), &format!("{key}()"), reading.name(&body));
                } else if value.len() <= 3 {
                    add(Some(a.name), key, reading.name(&value));
                }
            }
        } else if let Some(body) = names::arrow_body(reading, &a.value).filter(|b| b.len() <= 24) {
            add(holder, &format!("{}()", a.name), reading.name(&body));
        } else if a.value.len() <= 24 {
            add(holder, a.name, reading.name(&a.value));
        }
    }
    for d in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Enum) {
        // Java, Kotlin: `CREATED("created")`.
        for c in reading.calls.iter().filter(|c| d.body.contains(&c.at) && c.path.len() == 1 && c.arguments.len() == 1) {
            add(Some(d.name), c.name, reading.name(&c.arguments[0].span));
        }
    }
    if reading.language.name() == "csharp" {
        for (at, body) in reading.expression_bodied() {
            let holder = reading.enclosing(*at, &types).map(|t| t.name);
            add(holder, &format!("{}()", reading.word(*at)), reading.name(body));
        }
    }
    for d in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && d.body.len() <= 40) {
        if let Some(value) = names::returned(reading, d, 1) {
            let holder = reading.enclosing(d.name_at, &types).map(|t| t.name);
            add(holder, &format!("{}()", d.name), value);
        }
    }
    out
}
