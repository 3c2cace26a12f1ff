//! Fields that a consumer class of Karafka reads of its messages: `message.payload["kind"] == "moved"`. Which topic the class consumes is said
//! by the routes, in another file.

use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Given, Kind, Name, Part, Role, Use};
use crate::index::reading::{DeclarationKind, Reading};

/// The setting under which the routes tell a consumer's topic; of several words, an extractor's own.
fn key(class: &str) -> String {
    format!("topic of {class}")
}

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "ruby" {
        return;
    }
    routes(reading, facts);
    let mut found = Vec::new();
    for at in 2..reading.tokens.len() {
        // `message.payload["kind"]`, `message.payload.fetch("kind")`, `message.payload[:kind]`
        let is_payload = reading.is(at, "payload") && reading.is(at - 1, ".") && matches!(reading.word(at - 2), "message" | "msg" | "m");
        if !is_payload || reading.tokens[at].in_log {
            continue;
        }
        let open = if reading.is(at + 1, "[") {
            at + 1
        } else if reading.is(at + 1, ".") && matches!(reading.word(at + 2), "fetch" | "dig") && reading.is(at + 3, "(") {
            at + 3
        } else {
            continue;
        };
        let member = if reading.is(open + 1, ":") { Some(reading.word(open + 2)) } else { reading.string(open + 1) };
        let consumer = reading.enclosing(at, &[DeclarationKind::Type]).filter(|d| d.name.ends_with("Consumer"));
        let (Some(member), Some(consumer)) = (member, consumer) else { continue };
        let mut name = Name(vec![Part::Setting(key(consumer.name), None)]);
        name.push(Part::Text(format!(":{member}")));
        let mut used = Use::new(Kind::Field, Role::Reads, name, reading.line(at)).certainty(Certainty::Likely);
        let sign = reading.partner(open) + 1;
        if reading.is(sign, "==") {
            used.value = values::value(reading, &(sign + 1..sign + 1 + if reading.is(sign + 1, ":") { 2 } else { 1 }));
        }
        found.push(used);
    }
    found.into_iter().for_each(|used| facts.push(used));
}

/// `topic "orders" do consumer OrdersConsumer end`
fn routes(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(&["Karafka"]) {
        return;
    }
    let mut topic: Option<String> = None;
    for at in 0..reading.tokens.len() {
        if !reading.tokens[at].first {
            continue;
        }
        if reading.is(at, "topic") {
            let quoted = at + 1 + usize::from(matches!(reading.word(at + 1), "(" | ":"));
            topic = reading.string(quoted).or_else(|| reading.is(at + 1, ":").then(|| reading.word(at + 2))).map(str::to_owned);
        } else if reading.is(at, "consumer")
            && let Some(topic) = topic.take()
        {
            let mut class = at + 1;
            while reading.is(class + 1, "::") {
                class += 2;
            }
            facts.given.push(Given { key: key(reading.word(class)), value: topic, part: None, line: reading.line(at) });
        }
    }
}
