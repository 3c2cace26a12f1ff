//! Acknowledgements: told only where it is plain which channel the message came from.

use super::scopes;
use crate::index::extractors::clients::same;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};
use crate::index::reading::{Call, Reading};

/// Calls that acknowledge whatever they are made on.
const PLAIN: [&str; 15] = [
    "basicack",
    "basicnack",
    "basicreject",
    "acknowledge",
    "acknowledgecumulative",
    "markmessage",
    "commitmessages",
    "commitsync",
    "commitasync",
    "commitmessage",
    "storeoffsetfrommessage",
    "completemessage",
    "abandonmessage",
    "deadlettermessage",
    "storeoffset",
];

/// Calls that acknowledge where what they are made on, or what they are given, is a message or its channel.
const ON_MESSAGE: [&str; 9] = ["ack", "nack", "reject", "commit", "commitoffsets", "term", "inprogress", "naksync", "nak"];

const MESSAGES: [&str; 12] = ["msg", "message", "delivery", "channel", "chan", "ch", "consumer", "event", "ack", "d", "m", "reader"];

fn acknowledges(call: &Call<'_>) -> bool {
    if PLAIN.iter().any(|w| same(call.name, w)) {
        return true;
    }
    ON_MESSAGE.iter().any(|w| same(call.name, w))
        && call.receiver().is_some_and(|on| {
            let on = on.trim_start_matches('_').to_ascii_lowercase();
            MESSAGES.iter().any(|m| on == *m || m.len() > 3 && on.ends_with(m))
        })
}

pub(super) fn read(reading: &Reading<'_>, consumed: &[(usize, Name)], facts: &mut Facts) {
    if consumed.is_empty() {
        return;
    }
    for call in reading.calls.iter().filter(|c| acknowledges(c)) {
        for scope in scopes(reading, call.at) {
            let mut here = consumed.iter().filter(|(at, _)| scope.contains(at)).map(|(_, name)| name);
            let Some(first) = here.next() else { continue };
            if here.all(|n| n == first) {
                let mut used = Use::new(Kind::Channel, Role::Acknowledges, first.clone(), call.line).certainty(Certainty::Likely);
                if let Some(refused) =
                    ["nack", "reject", "basicnack", "basicreject", "deadlettermessage", "abandonmessage", "nak"].iter().find(|w| same(call.name, w))
                {
                    used = used.value(*refused);
                }
                facts.push(used);
            }
            break;
        }
    }
}
