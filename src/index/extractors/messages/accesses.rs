//! Fields of carried types that the file reads and writes: members of variables of such a type, and values made of it.

use super::types::Type;
use super::{Carried, field};
use crate::index::extractors::clients::{held_type, variable_type};
use crate::index::model::{Certainty, Facts, Kind, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading};
use std::collections::HashSet;

pub(super) fn read(reading: &Reading<'_>, carried: &[Carried<'_>], types: &[Type<'_>], facts: &mut Facts) {
    let named = beside(reading, carried);
    // By variable, function, and whether an envelope's content is asked for.
    let mut known: Vec<(&str, usize, bool, Option<usize>)> = Vec::new();
    for at in 1..reading.tokens.len().saturating_sub(2) {
        if reading.kind(at) != Some(Token::Word) {
            continue;
        }
        made(reading, carried, types, at, facts);
        let dot = reading.word(at + 1);
        if !matches!(dot, "." | "?." | "!" | "->") || matches!(reading.word(at - 1), "." | "?." | "->" | "::") || reading.tokens[at].in_log {
            continue;
        }
        let word = reading.word(at);
        if word.starts_with(|c: char| c.is_ascii_uppercase()) || matches!(word, "this" | "self" | "super") || !named.contains(word) {
            continue;
        }
        let function = reading.enclosing(at, &[DeclarationKind::Function]).map_or(0, |d| d.name_at);
        let held = HELD.contains(&reading.word(at + 2));
        let place = match known.iter().find(|(name, within, h, _)| *name == word && *within == function && *h == held) {
            Some((.., place)) => *place,
            None => {
                let place = carried_type(reading, carried, (word, held), function, at);
                known.push((word, function, held, place));
                place
            }
        };
        let Some(place) = place else { continue };
        let mut member = at + 2 + usize::from(dot == "!");
        // MassTransit and others hand the message over in an envelope.
        if held {
            let after = if reading.is(member + 1, "(") { reading.partner(member + 1) + 1 } else { member + 1 };
            if matches!(reading.word(after), "." | "?.") {
                member = after + 1;
            } else if is_envelope(reading, word, at) {
                // The message as a whole.
                continue;
            }
        }
        if reading.kind(member) != Some(Token::Word) {
            continue;
        }
        let Some((name, role)) = accessed(reading, member) else { continue };
        let holder = &carried[place];
        facts.push(Use::new(Kind::Field, role, field(holder.name, &wire(types, holder.name, &name)), reading.line(member)).certainty(holder.certainty));
    }
}

/// Whether a variable is declared with a type argument: `ConsumeContext<OrderCreated> context`.
fn is_envelope(reading: &Reading<'_>, word: &str, at: usize) -> bool {
    held_type(reading, word, at).is_some()
}

/// What an envelope holds.
const HELD: [&str; 7] = ["Message", "message", "value", "getPayload", "payload", "getEvent", "getMessage"];

/// Words that stand on a line with a carried type, or on the line before: nothing else can be a variable of such a type.
fn beside<'a>(reading: &Reading<'a>, carried: &[Carried<'_>]) -> HashSet<&'a str> {
    let is_type = |at: usize| reading.kind(at) == Some(Token::Word) && carried.iter().any(|c| c.name == reading.word(at));
    let mut lines: Vec<u32> = (0..reading.tokens.len()).filter(|&at| is_type(at)).map(|at| reading.line(at)).collect();
    lines.dedup();
    let near = |line: u32| lines.binary_search(&line).is_ok() || lines.binary_search(&(line + 1)).is_ok();
    // `var message = context.Message`
    let is_held = |at: usize| reading.is(at + 1, "=") && reading.is(at + 3, ".") && HELD.contains(&reading.word(at + 4));
    (0..reading.tokens.len())
        .filter(|&at| reading.kind(at) == Some(Token::Word) && (near(reading.line(at)) || is_held(at)))
        .map(|at| reading.word(at))
        .collect()
}

/// The wire name of a member, where the type is declared here.
fn wire(types: &[Type<'_>], holder: &str, member: &str) -> String {
    let declared = types.iter().find(|t| t.name == holder);
    let known = declared.and_then(|t| t.members.iter().find(|m| m.name.eq_ignore_ascii_case(member)));
    known.map_or_else(|| member.to_owned(), |m| m.wire.clone())
}

/// Which carried type a variable has in a function.
fn carried_type(reading: &Reading<'_>, carried: &[Carried<'_>], (word, held): (&str, bool), function: usize, at: usize) -> Option<usize> {
    let position = |name: &str| carried.iter().position(|c| c.name == name);
    // `ConsumeContext<OrderCreated> context`, `event: Message<OrderCreated>`: the type argument counts.
    let declared = (function..at).rev().find(|&i| {
        reading.word(i) == word && reading.kind(i) == Some(Token::Word) && i > 0 && !matches!(reading.word(i - 1), "." | "?.") && !reading.is(i + 1, ".")
    });
    if let Some(declared) = declared
        && reading.is(declared - 1, ">")
    {
        // Of an envelope only what it holds: `ConsumeContext<OrderCreated> context`, then `context.Message.CustomerId`.
        return held.then(|| (declared.saturating_sub(8)..declared).rev().find_map(|i| position(reading.word(i)))).flatten();
    }
    if let Some(found) = variable_type(reading, word, at + 1) {
        return position(found);
    }
    // Go's `var event OrderCreated`; a value that is decoded with its type: `event = OrderCreated.parse_raw(..)`, `readValue(s, OrderCreated.class)`,
    // `JSON.parse(s) as OrderCreated`.
    let declared = declared?;
    if !(matches!(reading.word(declared + 1), "=" | ":=") || reading.is(declared - 1, "var")) {
        return None;
    }
    let line = reading.line(declared);
    (declared + 1..(declared + 24).min(reading.tokens.len()))
        .take_while(|&i| reading.line(i) <= line + 1 && !reading.is(i, ";"))
        .find_map(|i| position(reading.word(i)))
        // What a call gives is not what it is given.
        .filter(|place| !carried[*place].given)
}

/// Beginnings of methods that are no accessors.
const VERBS: [&str; 20] = [
    "to", "as", "with", "add", "remove", "put", "build", "copy", "clone", "validate", "stream", "iterator", "size", "is", "has", "new", "create", "compute",
    "clear", "apply",
];

/// The member that a token names and what is done to it; none for a method.
fn accessed(reading: &Reading<'_>, at: usize) -> Option<(String, Role)> {
    let word = reading.word(at);
    let next = reading.word(at + 1);
    if next == "(" {
        let language = reading.language.name();
        let cut = |prefix: &str| {
            let rest = word.strip_prefix(prefix)?;
            let first = rest.chars().next().filter(char::is_ascii_uppercase)?;
            Some(format!("{}{}", first.to_ascii_lowercase(), &rest[1..]))
        };
        let empty = reading.partner(at + 1) == at + 2;
        if matches!(language, "java" | "kotlin" | "scala" | "php") {
            if matches!(word, "getClass" | "toString" | "hashCode" | "equals") {
                return None;
            }
            if let Some(name) = cut("get").or_else(|| cut("is")).filter(|_| empty) {
                return Some((name, Role::Reads));
            }
            if let Some(name) = cut("set").filter(|_| !empty) {
                return Some((name, Role::Writes));
            }
            // A record's accessor.
            let accessor = language == "java" && empty && !VERBS.iter().any(|v| word.starts_with(v));
            return accessor.then(|| (word.to_owned(), Role::Reads));
        }
        if language == "go" && empty {
            // Getters of generated code.
            return word.strip_prefix("Get").filter(|w| !w.is_empty()).map(|w| (w.to_owned(), Role::Reads));
        }
        return None;
    }
    let writes = next == "=" || next == ":=";
    (word.len() > 1 && !matches!(word, "length" | "prototype" | "constructor" | "class" | "await"))
        .then(|| (word.to_owned(), if writes { Role::Writes } else { Role::Reads }))
}

/// `OrderCreated{CustomerID: id}`, `new OrderCreated { CustomerId = id }`, `OrderCreated(customer_id=id)`.
fn made(reading: &Reading<'_>, carried: &[Carried<'_>], types: &[Type<'_>], at: usize, facts: &mut Facts) {
    let word = reading.word(at);
    let Some(holder) = carried.iter().find(|c| c.name == word) else { return };
    if matches!(reading.word(at - 1), "struct" | "class" | "interface" | "record" | "type" | "impl" | "for" | "->" | "enum") {
        return;
    }
    let mut open = at + 1;
    if reading.is(open, "(") && reading.partner(open) == open + 1 {
        open += 2;
    }
    let in_brackets = reading.is(open, "(") && matches!(reading.language.name(), "python" | "kotlin" | "scala" | "csharp" | "swift" | "dart" | "php");
    if !in_brackets && !reading.is(open, "{") {
        return;
    }
    let close = reading.partner(open);
    if reading.declarations.iter().any(|d| d.name_at == at || d.body.start == open + 1) {
        return;
    }
    for (key, value) in reading.entries(&(open + 1..close.max(open + 1))) {
        // `OrderCreated(id, why)` and Go's `OrderCreated{id, why}` go by place; a name alone is a field in braces of languages that have it so.
        let alone = value.len() == 1 && !matches!(reading.word(value.start - 1), ":" | "=" | "=>");
        if alone && (in_brackets || !matches!(reading.language.name(), "javascript" | "typescript" | "rust")) {
            continue;
        }
        let is_name = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_name && !value.is_empty() {
            let line = reading.line(value.start);
            facts.push(
                Use::new(Kind::Field, Role::Writes, field(holder.name, &wire(types, holder.name, key)), line).certainty(holder.certainty.min(Certainty::Sure)),
            );
        }
    }
}
