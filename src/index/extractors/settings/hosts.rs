//! The host that an address says, or the setting or constant that gives it.

use super::first_label;
use super::target::label;
use crate::index::model::{Name, Part};
use crate::index::reading::Reading;

/// The setting whose fallback a text is: `ENV.fetch("ORDERS_URL", "http://localhost:3000")`.
pub(super) fn with_variable(reading: &Reading<'_>, at: usize) -> Option<Name> {
    let call = reading.calls.iter().rev().find(|c| c.open < at && at < c.close)?;
    let name = reading.name(&(call.begins..call.close + 1));
    matches!(&*name.0, [Part::Setting(_, Some(_))]).then_some(name)
}

/// What an address of this very machine says of what is asked there: its scheme, where that is no web's. Everybody's fallback is such an
/// address, and they are not one target.
fn local(address: &str) -> Option<Option<&'static str>> {
    let (scheme, rest) = address.split_once("://")?;
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    let is_here = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"]
        .iter()
        .any(|h| rest.strip_prefix(h).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-'))));
    is_here.then(|| {
        let scheme = scheme.split('+').next().unwrap_or(scheme);
        [
            ("redis", "redis"),
            ("rediss", "redis"),
            ("postgres", "postgres"),
            ("postgresql", "postgres"),
            ("mysql", "mysql"),
            ("mongodb", "mongodb"),
            ("amqp", "rabbitmq"),
            ("amqps", "rabbitmq"),
            ("nats", "nats"),
            ("kafka", "kafka"),
        ]
        .iter()
        .find(|(s, _)| *s == scheme)
        .map(|(_, name)| *name)
    })
}

/// The host of an address, or the setting or constant that gives it.
pub(super) fn host(name: &Name) -> Option<Name> {
    let first = name.0.first()?;
    if let Part::Text(text) | Part::Setting(_, Some(text)) = first
        && let Some(here) = local(text)
    {
        return match first {
            // Where nobody sets it, the variable's own name says what is asked.
            Part::Setting(key, _) => Some(Name(vec![Part::Setting(key.clone(), here.map(str::to_owned).or_else(|| label(key)))])),
            _ => here.map(Name::literal),
        };
    }
    match first {
        Part::Text(text) if text.contains("://") => {
            let after = &text[text.find("://").map_or(0, |i| i + 3)..];
            if after.is_empty() {
                return name.0.get(1).and_then(open);
            }
            let label = first_label(after);
            let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
            Some(Name::literal(label)).filter(|n| plain && n.says_something())
        }
        part => open(part),
    }
}

pub(super) fn open(part: &Part) -> Option<Name> {
    match part {
        Part::Setting(..) => Some(Name(vec![part.clone()])),
        Part::Constant(path) => {
            let last = path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
            let address = ["url", "uri", "addr", "host", "endpoint", "base"].iter().any(|w| last.contains(w));
            // A local variable of that name says more by its own words.
            let shouts = path.rsplit('.').next().is_some_and(|last| !last.contains(char::is_lowercase));
            let shared = path.contains('.') && path.starts_with(char::is_uppercase) || shouts;
            (address && shared).then(|| Name(vec![part.clone()]))
        }
        _ => None,
    }
}
