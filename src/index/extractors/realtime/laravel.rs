//! Laravel's events that are broadcast: the channels they go to, and what listeners know them by.

use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::{DeclarationKind, Reading};

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "php" || !reading.mentions(&["ShouldBroadcast"]) {
        return;
    }
    let broadcasts = |i: usize| matches!(reading.word(i), "ShouldBroadcast" | "ShouldBroadcastNow");
    for event in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && d.head.clone().any(broadcasts)) {
        for call in reading.calls.iter().filter(|c| event.body.contains(&c.at) && matches!(c.name, "Channel" | "PrivateChannel" | "PresenceChannel")) {
            let Some(name) = call.positional(0).map(|a| reading.name(&a.span)).filter(|_| call.path.len() == 1) else { continue };
            facts.push(Use::new(Kind::Channel, Role::Publishes, name, call.line));
        }
        let method = reading.declarations.iter().find(|d| d.kind == DeclarationKind::Function && d.name == "broadcastAs" && event.body.contains(&d.name_at));
        match method {
            Some(method) => {
                let text =
                    method.body.clone().find(|&i| reading.is(i, "return")).filter(|&i| reading.is(i + 2, ";")).and_then(|i| Some((i, reading.string(i + 1)?)));
                if let Some((at, text)) = text {
                    facts.push(Use::new(Kind::Message, Role::Publishes, Name::literal(text), reading.line(at)));
                }
            }
            None => facts.push(Use::new(Kind::Message, Role::Publishes, Name::literal(event.name), event.line)),
        }
    }
}
