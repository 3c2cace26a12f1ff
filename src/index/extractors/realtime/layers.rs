//! Django's channels: groups of a channel layer, types of their messages, and what a consumer sends and is sent.

use crate::index::extractors::clients::find_key;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading, Span};

/// Methods of a consumer that the framework calls for other reasons than a message of a group.
const OWN: [&str; 10] = [
    "connect",
    "disconnect",
    "receive",
    "receive_json",
    "dispatch",
    "decode_json",
    "encode_json",
    "websocket_connect",
    "websocket_receive",
    "websocket_disconnect",
];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "python" || !reading.mentions(&["channel_layer", "channels.generic", "channels.layers", "group_send"]) {
        return;
    }
    groups(reading, facts);
    if !reading.mentions(&["channels.generic"]) {
        return;
    }
    for consumer in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && d.head.clone().any(|i| reading.word(i).ends_with("Consumer"))) {
        sent(reading, consumer, facts);
        for method in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && consumer.body.contains(&d.name_at)) {
            received(reading, method, facts);
        }
    }
}

/// `layer.group_send("orders", {"type": "order.paid"})`, also as `async_to_sync(layer.group_send)("orders", {..})`.
fn groups(reading: &Reading<'_>, facts: &mut Facts) {
    for at in 0..reading.tokens.len() {
        let word = reading.word(at);
        if !matches!(word, "group_send" | "group_add") || at == 0 || !reading.is(at - 1, ".") {
            continue;
        }
        let open = if reading.is(at + 1, ")") { at + 2 } else { at + 1 };
        if !reading.is(open, "(") || reading.partner(open) <= open {
            continue;
        }
        let arguments = reading.elements(&(open..reading.partner(open) + 1));
        let Some(name) = arguments.first().map(|a| reading.name(a)) else { continue };
        let line = reading.line(at);
        let role = if word == "group_send" { Role::Publishes } else { Role::Consumes };
        facts.push(Use::new(Kind::Channel, role, name, line));
        if let Some(kind) = arguments.get(1).filter(|_| word == "group_send").and_then(|a| reading.entry(a, "type")).and_then(|s| reading.literal(&s)) {
            facts.push(Use::new(Kind::Message, Role::Publishes, Name::literal(dotted(&kind)), line));
        }
    }
}

/// The layer calls the method `order_paid` for `order.paid` and for `order_paid`: one name for both.
fn dotted(kind: &str) -> String {
    kind.replace('_', ".")
}

/// `self.send_json({"type": "pong"})`, `self.send(text_data=json.dumps({"type": "pong"}))`.
fn sent(reading: &Reading<'_>, consumer: &Declaration<'_>, facts: &mut Facts) {
    let sends = |name: &str| matches!(name, "send_json" | "send");
    for call in reading.calls.iter().filter(|c| sends(c.name) && c.path.first() == Some(&"self") && c.path.len() == 2 && consumer.body.contains(&c.at)) {
        if let Some(kind) = find_key(reading, &(call.open + 1..call.close), "type").and_then(|s| reading.literal(&s)) {
            facts.push(Use::new(Kind::Message, Role::Publishes, Name::literal(kind), call.line));
        }
    }
}

/// `if content["type"] == "ping"` of `receive_json`, and methods that are named as the types of a group's messages.
fn received(reading: &Reading<'_>, method: &Declaration<'_>, facts: &mut Facts) {
    let open = method.head.start;
    let parameters: Vec<Span> = if reading.is(open, "(") { reading.elements(&(open..reading.partner(open) + 1)) } else { Vec::new() };
    let [own, parameter, ..] = &*parameters else { return };
    if !reading.is(own.start, "self") {
        return;
    }
    let parameter = reading.word(parameter.start);
    if method.name == "receive_json" {
        for at in method.body.clone().filter(|&i| reading.is(i, parameter) && reading.kind(i) == Some(Token::Word)) {
            // `content["type"]`, `content.get("type")`
            let (key, end) = if reading.is(at + 1, "[") {
                (at + 2, reading.partner(at + 1))
            } else if reading.is(at + 1, ".") && reading.is(at + 2, "get") && reading.is(at + 3, "(") {
                (at + 4, reading.partner(at + 3))
            } else {
                continue;
            };
            if reading.string(key) == Some("type")
                && reading.is(end + 1, "==")
                && let Some(kind) = reading.string(end + 2)
            {
                facts.push(Use::new(Kind::Message, Role::Consumes, Name::literal(kind), reading.line(at)));
            }
        }
    } else if parameters.len() == 2
        && matches!(parameter, "event" | "message" | "evt" | "_event")
        && !method.name.starts_with('_')
        && !OWN.contains(&method.name)
        && reading.annotations_of(method).next().is_none()
    {
        facts.push(Use::new(Kind::Message, Role::Consumes, Name::literal(dotted(method.name)), method.line));
    }
}
