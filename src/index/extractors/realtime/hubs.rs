//! SignalR's hubs: what clients may call is a public method of the hub.

use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::{DeclarationKind, Reading};

/// Methods that the framework calls.
const OWN: [&str; 4] = ["OnConnectedAsync", "OnDisconnectedAsync", "Dispose", "DisposeAsync"];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "csharp" || !reading.imports(&["signalr"]) {
        return;
    }
    for hub in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && d.head.clone().any(|i| reading.is(i, "Hub"))) {
        let methods = reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && hub.body.contains(&d.name_at) && !OWN.contains(&d.name));
        for method in methods {
            let line = (hub.body.start..method.name_at).rev().take_while(|&i| !matches!(reading.word(i), ";" | "}" | "{" | "]"));
            let words: Vec<&str> = line.map(|i| reading.word(i)).collect();
            if words.contains(&"public") && !words.iter().any(|w| matches!(*w, "override" | "static")) {
                facts.push(Use::new(Kind::Message, Role::Consumes, Name::literal(method.name), method.line));
            }
        }
    }
}
