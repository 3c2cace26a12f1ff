//! What an edit brings that the topology does not know: a component that is deployed, a peer that is called, a channel, another number
//! of instances. Asked about once, so that the file stays true.

use super::compact::Compact;
use super::importers::part::Surroundings;
use super::importers::{self, Evidence, Text};
use super::model::{Count, Topology};
use crate::text::is_hidden;
use std::collections::{BTreeMap, HashSet};

/// Bytes of a manifest that is read as a whole.
const MANIFEST_LIMIT: usize = 256 << 10;
/// Characters of a name.
const NAME: std::ops::RangeInclusive<usize> = 2..=63;
/// Words on a line by which a name between quotes is a channel.
const CHANNELS: [&str; 8] = ["publish", "subscribe", "topic", "queue", "channel", "exchange", "stream", "consume"];
/// Hosts that are no peer.
const NOBODY: [&str; 8] = ["localhost", "host", "hostname", "example", "www", "server", "domain", "schemas"];

/// Something that the topology does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Its name.
    pub name: String,
    /// 1-based line of the file behind the edit.
    pub line: u32,
    /// What the edit makes of it, in a few words.
    pub how: String,
}

/// What is new in a file and not in the topology. `before` is empty for a new file; both may be parts of the file that fit each other.
#[must_use]
pub fn strangers(compact: &Compact, path: &str, before: &str, after: &str) -> Vec<Stranger> {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let mut out = if is_yaml { deployed(compact, path, before, after) } else { Vec::new() };
    if out.is_empty() {
        out = called(compact, before, after, is_yaml);
    }
    out
}

/// Components and counts that a manifest brings.
fn deployed(compact: &Compact, path: &str, before: &str, after: &str) -> Vec<Stranger> {
    let read = |text: &str| -> Option<Topology> {
        if text.trim().is_empty() || text.len() > MANIFEST_LIMIT {
            return None;
        }
        let texts = [Text { file: path.to_owned(), text: text.to_owned() }];
        importers::read(&texts, &Surroundings { variables: BTreeMap::new(), read: &|_| None }, Some(Evidence::Configured)).ok().map(|i| i.topology)
    };
    let Some(now) = read(after) else { return Vec::new() };
    let then = read(before).unwrap_or_default();
    let mut out = Vec::new();
    for component in now.components.iter().filter(|c| c.declared) {
        let was = then.component(&component.name);
        let line = component.sources.first().map_or(0, |s| s.line);
        if was.is_none_or(|w| !w.declared) && !compact.knows(&component.name) {
            out.push(Stranger { name: component.name.clone(), line, how: "is deployed here".to_owned() });
        } else if was.map(|w| w.count) != Some(component.count)
            && component.count != Count::Unknown
            && let Some(declared) = compact.count(&component.name).filter(|d| !d.is_empty() && **d != component.count.to_string())
        {
            let line = component.sources.iter().find(|s| s.facts.iter().any(|f| f.starts_with("count"))).map_or(line, |s| s.line);
            out.push(Stranger { name: component.name.clone(), line, how: format!("becomes {} here, and is {declared} there", component.count) });
        }
    }
    out
}

/// Peers and channels that changed lines name.
fn called(compact: &Compact, before: &str, after: &str, is_yaml: bool) -> Vec<Stranger> {
    let known: HashSet<&str> = before.lines().map(str::trim).collect();
    let mut out: Vec<Stranger> = Vec::new();
    let mut add = |name: &str, line: usize, how: String| {
        if is_name(name) && !compact.knows(name) && !out.iter().any(|s| s.name == name) {
            out.push(Stranger { name: name.to_owned(), line: u32::try_from(line).unwrap_or(u32::MAX), how });
        }
    };
    for (i, line) in after.lines().enumerate().filter(|(_, l)| !known.contains(l.trim())) {
        let code = line.trim_start();
        if code.starts_with("//") && !code.contains("://") || code.starts_with('#') || code.starts_with('*') {
            continue;
        }
        for (at, _) in line.match_indices("://") {
            let scheme: String = line[..at].chars().rev().take_while(char::is_ascii_alphanumeric).collect::<Vec<_>>().into_iter().rev().collect();
            if let Some(host) = host(&line[at + 3..]) {
                add(host, i + 1, format!("is called here ({scheme}://{host})"));
            }
        }
        if compact.has_channels() && !is_yaml {
            let lower = line.to_ascii_lowercase();
            if CHANNELS.iter().any(|w| lower.contains(w)) {
                for name in quoted(line).filter(|n| n.contains(['.', '-', '_'])) {
                    add(name, i + 1, "is a channel here".to_owned());
                }
            }
        }
    }
    out
}

/// The name of a peer inside the system: one label, or an address of a cluster.
fn host(rest: &str) -> Option<&str> {
    let rest = rest.rsplit_once('@').filter(|(user, _)| !user.contains(['/', '"', '\'', ' '])).map_or(rest, |(_, host)| host);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_')).unwrap_or(rest.len());
    let (host, behind) = rest.split_at(end);
    // What goes on as a pattern or a variable is no name.
    if behind.starts_with(['{', '$', '%', '<', '*']) {
        return None;
    }
    let label = host.split('.').next().unwrap_or(host);
    let inside = !host.contains('.') || host.ends_with(".local") || host.ends_with(".internal") || host.ends_with(".svc") || host.contains(".svc.");
    (inside && !NOBODY.contains(&label)).then_some(label)
}

fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split(['"', '\'', '`']).skip(1).step_by(2).filter(|t| t.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_')))
}

fn is_name(name: &str) -> bool {
    NAME.contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.chars().any(is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::read;

    fn compact() -> Compact {
        let text = "components:\n- {name: orders, count: 1}\n- {name: billing, count: 2}\n- {name: order-events, kind: queue}\nrelationships:\n- {from: orders, to: billing}\n- {from: orders, to: order-events}\n";
        Compact::of(&read::topology(text, "t").expect("reads").topology)
    }

    fn found(path: &str, before: &str, after: &str) -> Vec<String> {
        strangers(&compact(), path, before, after).into_iter().map(|s| format!("{}:{} {}", s.name, s.line, s.how)).collect()
    }

    #[test]
    fn a_service_that_is_deployed_and_another_number_of_one() {
        let before = "services:\n  orders:\n    image: orders\n";
        assert_eq!(found("compose.yaml", before, &format!("{before}  pricing:\n    image: pricing\n")), ["pricing:4 is deployed here"]);
        let three = "services:\n  orders:\n    image: orders\n    deploy:\n      replicas: 3\n";
        assert_eq!(found("compose.yaml", before, three), ["orders:5 becomes 3 here, and is 1 there"]);
        assert_eq!(found("compose.yaml", three, three), [""; 0]);
        assert_eq!(found("compose.yaml", "", "services: [1, {"), [""; 0]);
    }

    #[test]
    fn a_peer_that_is_called_and_a_channel() {
        assert_eq!(found("a.py", "", "import x\nurl = \"http://pricing:8080/v1\"\n"), ["pricing:2 is called here (http://pricing)"]);
        assert_eq!(found("a.go", "", "c := dial(\"grpc://pricing.shop.svc.cluster.local:9\")\n"), ["pricing:1 is called here (grpc://pricing)"]);
        for silent in [
            "\"http://billing:1\"",
            "\"https://api.example.com/x\"",
            "\"http://localhost:1\"",
            "f\"http://{host}/x\"",
            "\"http://127.0.0.1\"",
            "# http://pricing:8080",
            "\"https://$HOST\"",
        ] {
            assert_eq!(found("a.py", "", silent), [""; 0], "{silent}");
        }
        assert_eq!(found("a.ts", "", "await bus.publish('price.changed', p)\n"), ["price.changed:1 is a channel here"]);
        assert_eq!(found("a.ts", "", "await bus.publish('order-events', p)\n"), [""; 0]);
        assert_eq!(found("a.ts", "await bus.publish('price.changed', p)\n", "  await bus.publish('price.changed', p)\n"), [""; 0]);
    }
}
