//! Fields of payloads without a type, under the one channel that they go to or come from.

use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    // A channel whose name another file knows is one of several too.
    let channels: Vec<(Role, Name, u32)> = facts
        .uses
        .iter()
        .filter(|u| u.kind == Kind::Channel && (u.name.says_something() || u.name.is_open()))
        .map(|u| (u.role, u.name.clone(), u.line))
        .collect();
    if channels.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for (_, name, line) in channels.iter().filter(|(role, ..)| *role == Role::Publishes) {
        written(reading, name, *line, &mut found);
    }
    if channels.iter().any(|(role, ..)| *role == Role::Consumes) {
        received(reading, &channels, &mut found);
    }
    found.into_iter().for_each(|used| facts.push(used));
}

fn of(channel: &Name, member: &str, role: Role, line: u32) -> Use {
    Use::new(Kind::Field, role, channel.clone().between("", &format!(":{member}")), line).certainty(Certainty::Likely)
}

fn is_member(key: &str) -> bool {
    (2..=60).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Entries of the object that a publishing call encodes.
fn written(reading: &Reading<'_>, channel: &Name, line: u32, out: &mut Vec<Use>) {
    let Some(call) = reading.calls.iter().filter(|c| c.line == line && !c.in_log).max_by_key(|c| c.close.saturating_sub(c.open)) else { return };
    let inside = call.open + 1..call.close.max(call.open + 1);
    let Some(object) = encoded(reading, &inside) else { return };
    for (key, value) in reading.entries(&(object.start + 1..object.end)) {
        if is_member(key) {
            let at = value.start.saturating_sub(2).max(object.start + 1);
            out.push(of(channel, key, Role::Writes, reading.line(if value.len() == 1 { value.start } else { at })));
        }
    }
}

const ENCODERS: [&str; 7] = ["stringify", "dumps", "json_encode", "encode", "generate", "encode_to_iodata", "json"];

/// The brackets of the object that is encoded in a span: `JSON.stringify({..})`, `json.dumps(event)` with the event's object above it, `{..}.to_json`.
fn encoded(reading: &Reading<'_>, inside: &Span) -> Option<Span> {
    let object_at = |at: usize| {
        (reading.is(at, "{") || reading.is(at, "[") && reading.language.name() == "php").then(|| at..reading.partner(at)).filter(|s| s.end > s.start)
    };
    for call in reading.calls.iter().filter(|c| inside.contains(&c.at)) {
        let encodes = ENCODERS.contains(&call.name) && call.path.iter().any(|p| matches!(*p, "JSON" | "json" | "Jason" | "Poison" | "json_encode"));
        let Some(first) = call.arguments.first().filter(|_| encodes) else { continue };
        let at = first.span.start;
        if let Some(object) = object_at(at).or_else(|| object_at(at + 1).filter(|_| reading.is(at, "%"))) {
            return Some(object);
        }
        if let Some(object) = bound(reading, at).filter(|_| first.span.len() == 1) {
            return Some(object);
        }
    }
    // `{ .. }.to_json`
    let close = inside.clone().find(|&i| reading.is(i, "}") && reading.is(i + 1, ".") && reading.is(i + 2, "to_json"));
    if let Some(close) = close {
        return object_at(reading.partner(close));
    }
    // Clients that encode by themselves: `value={..}`, `data={..}`.
    let key =
        ["value", "data", "body", "payload"].iter().find_map(|k| inside.clone().find(|&i| reading.is(i, k) && matches!(reading.word(i + 1), "=" | ":")))?;
    object_at(key + 2).or_else(|| bound(reading, key + 2).filter(|_| matches!(reading.word(key + 3), ")" | ",")))
}

/// The object that a variable is bound to in the function.
fn bound(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let word = reading.word(at);
    if reading.kind(at) != Some(Token::Word) {
        return None;
    }
    let function = reading.enclosing(at, &[DeclarationKind::Function]).map(|d| d.body.clone());
    let found = reading.assignments.iter().rev().find(|a| a.name == word && a.at < at && function.as_ref().is_none_or(|f| f.contains(&a.at)))?;
    let open = found.value.start + usize::from(reading.is(found.value.start, "%"));
    reading.is(open, "{").then(|| open..reading.partner(open)).filter(|s| s.end > s.start)
}

const DECODERS: [&str; 9] = ["loads", "parse", "json_decode", "decode", "deserialize", "json", "parse_json", "load", "from_json"];

/// What is read out of a decoded message.
fn received(reading: &Reading<'_>, channels: &[(Role, Name, u32)], out: &mut Vec<Use>) {
    for call in &reading.calls {
        let decodes = DECODERS.contains(&call.name)
            && (call.path.iter().any(|p| matches!(*p, "JSON" | "json" | "Jason" | "Poison" | "json_decode" | "Oj" | "orjson" | "ujson")));
        if !decodes || call.in_log || call.begins < 2 {
            continue;
        }
        let Some(channel) = channel_of(reading, call, channels) else { continue };
        let mut sign = call.begins - 1;
        while sign > 0 && matches!(reading.word(sign), "await" | "(" | "new") {
            sign -= 1;
        }
        if !matches!(reading.word(sign), "=" | ":=") {
            continue;
        }
        // `const { orderId, total } = JSON.parse(..)`
        if reading.is(sign - 1, "}") {
            for element in reading.elements(&(reading.partner(sign - 1)..sign)) {
                let key = reading.word(element.start);
                if is_member(key) {
                    out.push(of(&channel, key, Role::Reads, reading.line(element.start)));
                }
            }
            continue;
        }
        let Some(function) = reading
            .enclosing(call.at, &[DeclarationKind::Function])
            .map(|d| d.body.clone())
            .or_else(|| Some(call.close..(call.close + 400).min(reading.tokens.len())))
        else {
            continue;
        };
        let variable = match reading.word(sign - 1) {
            ":" => continue,
            // `const event: OrderCreated = JSON.parse(..)` has a type and is told by it.
            word if sign >= 2 && reading.is(sign - 2, ":") && !reading.tokens[sign - 1].first || word.is_empty() => continue,
            word => word,
        };
        if reading.is(call.close + 1, "as") && reading.language.name() == "typescript" {
            continue;
        }
        for at in call.close..function.end {
            if let Some(key) = member(reading, at, variable) {
                out.push(of(&channel, key, Role::Reads, reading.line(at)));
            }
        }
    }
}

/// The key that the token at `at` begins to read of a variable: `event["customer_id"]`, `event.get("customer_id")`, `event.customerId`.
fn member<'a>(reading: &Reading<'a>, at: usize, variable: &str) -> Option<&'a str> {
    if reading.word(at) != variable
        || reading.kind(at) != Some(Token::Word)
        || at > 0 && matches!(reading.word(at - 1), "." | "?.")
        || reading.tokens[at].in_log
    {
        return None;
    }
    let key = match reading.word(at + 1) {
        "[" if reading.partner(at + 1) == at + 3 => reading.string(at + 2),
        "[" if reading.is(at + 2, ":") && reading.partner(at + 1) == at + 4 => Some(reading.word(at + 3)),
        "." if matches!(reading.word(at + 2), "get" | "fetch" | "dig" | "pop") && reading.is(at + 3, "(") => reading.string(at + 4),
        "." | "?." if matches!(reading.language.name(), "javascript" | "typescript") && !reading.is(at + 3, "(") => Some(reading.word(at + 2)),
        _ => None,
    };
    key.filter(|k| is_member(k) && *k != "length")
}

/// The one channel that the function, else the type, else the file consumes from; of several the one whose client gave what is decoded.
fn channel_of(reading: &Reading<'_>, call: &Call<'_>, channels: &[(Role, Name, u32)]) -> Option<Name> {
    let at = call.at;
    let mut scopes: Vec<(u32, u32)> = Vec::new();
    for kind in [DeclarationKind::Function, DeclarationKind::Type] {
        if let Some(d) = reading.enclosing(at, &[kind]) {
            scopes.push((d.line.saturating_sub(3), reading.line(d.body.end)));
        }
    }
    scopes.push((0, u32::MAX));
    for (from, to) in scopes {
        let mut here = channels.iter().filter(|(role, _, line)| *role == Role::Consumes && (from..=to).contains(line)).map(|(_, name, _)| name);
        if let Some(first) = here.next() {
            return if here.all(|n| n == first) { Some(first.clone()) } else { of_client(reading, call, channels) };
        }
    }
    None
}

/// `message = consumer.poll()`, then `json.loads(message.value())`: the channel that this consumer was given.
fn of_client(reading: &Reading<'_>, call: &Call<'_>, channels: &[(Role, Name, u32)]) -> Option<Name> {
    let message = reading.word(call.arguments.first()?.span.start);
    let function = reading.enclosing(call.at, &[DeclarationKind::Function]).map(|d| d.body.clone())?;
    let bound = reading.assignments.iter().rev().find(|a| a.name == message && a.at < call.at && function.contains(&a.at))?;
    let client = reading.calls.iter().find(|c| bound.value.contains(&c.at) && c.path.len() > 1)?.path[0];
    let lines: Vec<u32> = reading.calls.iter().filter(|c| c.path.len() > 1 && c.path[0] == client && function.contains(&c.at)).map(|c| c.line).collect();
    let mut found = channels.iter().filter(|(role, _, line)| *role == Role::Consumes && lines.contains(line)).map(|(_, name, _)| name);
    let first = found.next()?;
    found.all(|n| n == first).then(|| first.clone())
}
