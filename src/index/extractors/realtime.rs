//! Messages by type on WebSockets, server-sent events, Socket.IO, SignalR, Phoenix channels and Action Cable. Emitters within the process
//! read alike: a use counts only where the library is imported or the receiver is a connection.

mod hubs;
mod laravel;
mod layers;
mod tables;
#[cfg(test)]
mod tests;

use super::clients::{self, At, Library, find_key};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

const LIBRARIES: &[&Library] = &[&tables::SOCKET_IO, &tables::SIGNALR, &tables::PHOENIX, &tables::CABLE, &tables::STOMP];

/// A file without any of these talks to no open connection.
pub(super) const WORDS: &[&str] = &["socket", "signalr", "eventsource", "event-stream", "sse", "broadcast", "stomp", "actioncable", "channel", "hub", "pusher"];

/// Names of events that the libraries themselves raise.
const OWN: [&str; 39] = [
    "connect",
    "connection",
    "disconnect",
    "disconnecting",
    "error",
    "connect_error",
    "message",
    "close",
    "open",
    "data",
    "end",
    "reconnect",
    "reconnect_attempt",
    "reconnecting",
    "ping",
    "pong",
    "join",
    "leave",
    "phx_join",
    "phx_reply",
    "upgrade",
    "drain",
    "listening",
    "request",
    "finish",
    "timeout",
    "exit",
    "uncaughtException",
    "connect_timeout",
    "reconnect_error",
    "reconnect_failed",
    "headers",
    "unexpected-response",
    "ready",
    "lookup",
    "secureConnect",
    "keylog",
    "session",
    "secure",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    for hit in clients::hits(reading, LIBRARIES) {
        let Some(role) = hit.row.role else { continue };
        for name in hit.names.into_iter().filter(is_type) {
            facts.push(Use::new(Kind::Message, role, name, hit.line).certainty(hit.certainty));
        }
    }
    hubs::read(reading, facts);
    laravel::read(reading, facts);
    layers::read(reading, facts);
    sockets(reading, facts);
    handed_on(reading, facts);
    event_sources(reading, facts);
    streams(reading, facts);
    decorated(reading, facts);
}

/// Whether a name can be a message's type and is none that the library raises itself.
fn is_type(name: &Name) -> bool {
    match &*name.0 {
        [Part::Text(text)] => {
            !OWN.contains(&text.as_str())
                && (2..=80).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/'))
        }
        _ => name.0.iter().any(|p| matches!(p, Part::Constant(_))) || name.says_something(),
    }
}

const SENDS: [&str; 12] =
    ["send", "sendjson", "writejson", "writemessage", "broadcast", "sendtext", "sendmessage", "sendall", "senddata", "groupsend", "sendstring", "writetext"];

const CONNECTIONS: [&str; 10] = ["ws", "socket", "websocket", "conn", "client", "wss", "session", "connection", "peer", "channel_layer"];

fn has_sockets(reading: &Reading<'_>) -> bool {
    reading.mentions(&["WebSocket", "websocket", "Websocket", "web_socket", "channels.generic"])
        || reading.imports(&["'ws'", "\"ws\"", "websocket", "tungstenite"])
}

/// `ws.send(JSON.stringify({ type: "order.created" }))`, `case "order.created":` over a parsed message's type.
fn sockets(reading: &Reading<'_>, facts: &mut Facts) {
    if !has_sockets(reading) {
        return;
    }
    let mut wrappers: Vec<&str> = Vec::new();
    for call in &reading.calls {
        if !SENDS.iter().any(|w| clients::same(call.name, w)) || call.in_log {
            continue;
        }
        let on = call.receiver().map(|r| r.trim_start_matches('_').to_ascii_lowercase()).unwrap_or_default();
        let broadcast = clients::same(call.name, "broadcast");
        if !broadcast && !CONNECTIONS.iter().any(|c| on == *c || c.len() > 4 && on.contains(c)) {
            continue;
        }
        let inside = call.open + 1..call.close;
        let Some(span) = type_in(reading, &inside) else {
            // `function tell(socket, message) { socket.send(JSON.stringify(message)) }`: its callers say what is sent.
            if let Some(declared) = reading.enclosing(call.at, &[DeclarationKind::Function])
                && inside.clone().any(|i| {
                    reading.kind(i) == Some(Token::Word) && !reading.is(i + 1, ".") && declared.head.clone().any(|h| reading.word(h) == reading.word(i))
                })
            {
                wrappers.push(declared.name);
            }
            continue;
        };
        let name = reading.name(&span);
        // What the program sends is its own, whatever the library raises.
        if is_type(&name) || name.as_literal() == Some("pong") {
            facts.push(Use::new(Kind::Message, Role::Publishes, name, call.line).certainty(if broadcast { Certainty::Likely } else { Certainty::Sure }));
        }
    }
    for call in reading.calls.iter().filter(|c| c.path.len() <= 2 && wrappers.contains(&c.name)) {
        if let Some(span) = type_in(reading, &(call.open + 1..call.close)) {
            let name = reading.name(&span);
            if is_type(&name) {
                facts.push(Use::new(Kind::Message, Role::Publishes, name, call.line));
            }
        }
    }
    // What is received: `switch (msg.type) { case "order.created": .. }`, `if (msg.type === "order.created")`.
    for at in 1..reading.tokens.len() {
        if reading.kind(at) != Some(Token::Text) {
            continue;
        }
        let before = reading.word(at - 1);
        let compared = matches!(before, "==" | "===") && at >= 4 && reading.is(at - 2, "type") && is_message(reading, at - 4);
        let is_case = before == "case" && switched(reading, at).is_some_and(|s| is_message(reading, s));
        if !(compared || is_case) {
            continue;
        }
        let name = reading.name(&(at..at + 1));
        if is_type(&name) {
            facts.push(Use::new(Kind::Message, Role::Consumes, name, reading.line(at)).certainty(Certainty::Likely));
        }
    }
}

/// `import { broadcast } from "../ws/orders"` and `broadcast({ type: "order.paid" })`: the file that holds the connections is another of the project.
fn handed_on(reading: &Reading<'_>, facts: &mut Facts) {
    const HOLD: [&str; 9] = ["ws", "wss", "websocket", "websockets", "socket", "sockets", "sse", "realtime", "live"];
    if !matches!(reading.language.name(), "typescript" | "javascript") || has_sockets(reading) {
        return;
    }
    let is_told = |call: &Call<'_>| {
        reading.text.lines().any(|line| {
            let path = line.rsplit(['\'', '"']).nth(1).filter(|path| path.starts_with(['.', '@', '~']));
            let segments = path.into_iter().flat_map(|p| p.split(['/', '.', '-', '_']));
            (line.starts_with("import ") || line.contains("require("))
                && super::routes::has_word(line, call.name)
                && segments.into_iter().any(|s| HOLD.contains(&s))
        })
    };
    for call in reading.calls.iter().filter(|c| c.path.len() == 1 && clients::same(c.name, "broadcast") && !c.in_log) {
        let Some(first) = call.positional(0).filter(|a| reading.is(a.span.start, "{")) else { continue };
        let name = type_in(reading, &first.span).map(|span| reading.name(&span)).filter(is_type);
        if let Some(name) = name.filter(|_| is_told(call)) {
            facts.push(Use::new(Kind::Message, Role::Publishes, name, call.line).certainty(Certainty::Likely));
        }
    }
}

/// The value of the entry that says a message's type.
fn type_in(reading: &Reading<'_>, inside: &Span) -> Option<Span> {
    ["type", "event", "kind"].iter().find_map(|key| find_key(reading, inside, key))
}

/// Whether the variable at a token reads like a received message.
fn is_message(reading: &Reading<'_>, at: usize) -> bool {
    let word = reading.word(at).to_ascii_lowercase();
    matches!(word.as_str(), "msg" | "message" | "data" | "payload" | "parsed" | "event" | "frame" | "envelope" | "packet" | "json")
        || word.ends_with("message")
        || word.ends_with("msg")
}

/// The variable whose `type` the `switch` around a `case` looks at.
fn switched(reading: &Reading<'_>, case: usize) -> Option<usize> {
    let open = (0..case).rev().find(|&i| reading.is(i, "{") && reading.partner(i) > case)?;
    let mut at = open.checked_sub(1)?;
    if reading.is(at, ")") {
        at -= 1;
    }
    (reading.word(at).eq_ignore_ascii_case("type") && at >= 2 && reading.is(at - 1, ".")).then(|| at - 2)
}

/// `source.addEventListener("order.created", ..)` on an `EventSource`.
fn event_sources(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(&["EventSource"]) {
        return;
    }
    for call in reading.calls.iter().filter(|c| c.name == "addEventListener") {
        let Some(on) = call.receiver() else { continue };
        let lower = on.to_ascii_lowercase();
        let is_source = lower.contains("eventsource") || matches!(lower.as_str(), "source" | "es" | "sse") || clients::is_told(reading, on, &["eventsource"]);
        if let Some(first) = call.positional(0)
            && is_source
        {
            let name = reading.name(&first.span);
            if is_type(&name) {
                facts.push(Use::new(Kind::Message, Role::Consumes, name, call.line));
            }
        }
    }
}

/// NestJS: `{ type: "moved", data }` in a method that is decorated to stream events.
fn decorated(reading: &Reading<'_>, facts: &mut Facts) {
    for annotation in reading.annotations.iter().filter(|a| a.name == "Sse") {
        // To the next decorated member: its result's type may stand in brackets of its own.
        let Some(from) = annotation.target else { continue };
        let next = reading.annotations.iter().find(|a| a.at > from && a.at > 0 && reading.tokens[a.at - 1].first).map(|a| a.at);
        let end = reading.enclosing(from, &[DeclarationKind::Type]).map_or(reading.tokens.len(), |d| d.body.end);
        for open in (from..next.unwrap_or(end).min(end)).filter(|&i| reading.is(i, "{")) {
            let entries = reading.entries(&(open + 1..reading.partner(open).max(open + 1)));
            let of = |key: &str| entries.iter().find(|(k, _)| *k == key).map(|(_, v)| v);
            if let (Some(kind), Some(_)) = (of("type"), of("data")) {
                let name = reading.name(kind);
                if is_type(&name) {
                    facts.push(Use::new(Kind::Message, Role::Publishes, name, reading.line(kind.start)));
                }
            }
        }
    }
}

/// Server-sent events: `event: order.created\n` in a text that is written to a stream, `SseEmitter.event().name(..)`, `{ event: "..", data: .. }`.
fn streams(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(&["event-stream", "SseEmitter", "EventSourceResponse", "ServerSentEvent", "sse::Event", "SSEvent", "sse_starlette"]) {
        return;
    }
    for at in 0..reading.tokens.len() {
        let Some(text) = reading.string(at) else { continue };
        if let Some(rest) = text.strip_prefix("event: ") {
            let name = rest.split("\\n").next().unwrap_or("").lines().next().unwrap_or("").trim();
            let is_whole = !name.contains(['$', '%', '{', '#']);
            let name = Name::literal(name);
            if is_whole && is_type(&name) {
                facts.push(Use::new(Kind::Message, Role::Publishes, name, reading.line(at)));
            }
        }
    }
    for call in &reading.calls {
        let span = match call.name {
            "name" | "event" if call.path.iter().any(|p| matches!(*p, "SseEmitter" | "Event" | "ServerSentEvent")) => {
                call.positional(0).map(|a| a.span.clone())
            }
            "SSEvent" => call.positional(0).map(|a| a.span.clone()),
            "ServerSentEvent" => call.keyword(&["event"]).map(|a| a.span.clone()),
            _ => None,
        };
        if let Some(name) = span.map(|s| reading.name(&s)).filter(is_type) {
            facts.push(Use::new(Kind::Message, Role::Publishes, name, call.line));
        }
    }
}

/// Places that tables of this room share.
const FIRST: &[At] = &[At::Nth(0)];
