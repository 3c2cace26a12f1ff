//! Facts -> what the model reads: what the edit touches, and who else reads, writes or calls it, with file and line.

use super::{PREFIX, length, place};
use crate::index::depending::{Fact, Observer, Reason, attempts_together};
use crate::index::flows::{self, Flow, Way};
use crate::index::model::{Certainty, Kind, Role};
use crate::index::touched::Change;
use crate::text;

/// The subject of a fact in sessions and journals.
pub const OBSERVERS: &str = "observers";
/// Lines about others at one event.
pub const LINES: usize = 4;
/// Characters of a line about somebody.
const LINE: usize = 160;

/// Tells a fact. `path`: the edited file as the user knows it. `lines`: how many lines about others are left at this event. At most
/// `room` characters; empty where that is too few.
#[must_use]
pub fn compose(fact: &Fact, path: &str, lines: usize, room: usize) -> String {
    let touch = &fact.touch;
    let name = text::plain(&touch.name);
    let value = touch.value.as_deref().map(|v| valued(touch.role, &text::plain(v))).unwrap_or_default();
    let handler = if touch.in_handler { " in an error handler" } else { "" };
    let place = place(touch.line, path);
    let module = module(touch.kind, touch.role);
    let mut out = match touch.change {
        Change::Brought => format!("{PREFIX} {module}: this edit {} {name}{value}{handler} {place}", does(touch.role, touch.kind)),
        Change::TakenAway => format!("{PREFIX} {module}: this edit takes away what {} {name} {place}", does(touch.role, touch.kind)),
    };
    if length(&out) + 20 > room {
        return String::new();
    }
    let mut told = 0;
    for observer in fact.observers.iter().take(lines.min(LINES)) {
        let line = about(observer, touch.kind);
        if length(&out) + 1 + length(&line) > room {
            break;
        }
        out.push('\n');
        out.push_str(&line);
        told += 1;
    }
    if told == 0 {
        return String::new();
    }
    let mut note = |line: String| {
        if length(&out) + 1 + length(&line) <= room {
            out.push('\n');
            out.push_str(&line);
        }
    };
    match fact.alone {
        Some(Reason::Unhandled) => note(format!("No place that reads it compares with \"{}\".", touch.value.as_deref().map(text::plain).unwrap_or_default())),
        Some(Reason::RetriedTwice) => {
            if let Some(together) = attempts_together(fact) {
                note(format!("Together up to {together} attempts for one call."));
            }
        }
        _ => {}
    }
    let more = fact.observers.len() - told;
    if more > 0 {
        note(format!("And {more} more: `distarch observers \"{name}\"`"));
    }
    out
}

/// Offers the lines by which the topology file (`file`) would know a way between components that an edit makes, without those that it has:
/// `knows` tells whether it connects two names. Empty where there is nothing to add, or no room for it.
#[must_use]
pub fn offer(flow: &Flow, file: &str, knows: impl Fn(&str, &str) -> bool, room: usize) -> String {
    let (does, ends): (&str, &[[&str; 2]]) = match flow.way {
        Way::Feeds => ("feeds", &[[&flow.from, &flow.name], [&flow.name, &flow.to]]),
        _ => ("calls", &[[&flow.from, &flow.to]]),
    };
    let all = flows::offer(flow);
    let new: Vec<&str> = all.lines().filter(|l| l.starts_with(' ')).zip(ends).filter(|(_, [a, b])| !knows(a, b)).map(|(l, _)| l).collect();
    let (from, to, file) = (text::plain(&flow.from), text::plain(&flow.to), text::plain(file));
    let out =
        format!("{PREFIX} topology: with this edit {from} {does} {to}, and {file} has no such relationship. To add there:\nrelationships:\n{}", new.join("\n"));
    if new.is_empty() || length(&out) > room { String::new() } else { out }
}

fn about(observer: &Observer, kind: Kind) -> String {
    let path = text::plain(&observer.path);
    let component = observer.component.as_deref().map(text::plain).filter(|c| !path.split('/').any(|part| part == c));
    let component = component.map_or_else(String::new, |c| format!(" ({c})"));
    let likely = if observer.certainty < Certainty::Sure { "likely " } else { "" };
    let start = format!("- {likely}{} {path}:{}{component}", done_by(observer.role, kind), observer.line);
    // What the line itself says is worth more than words about it.
    let said = observer.note.as_deref().map(text::plain).filter(|n| !n.is_empty());
    let value = observer.value.as_deref().map(text::plain).filter(|v| said.as_ref().is_none_or(|n| !n.contains(v.as_str())));
    let mut out = start;
    if let Some(value) = value {
        out.push_str(&valued(observer.role, &value));
    }
    if let Some(said) = said {
        out.push_str(": ");
        out.push_str(&said);
    }
    if length(&out) > LINE { format!("{}…", out.chars().take(LINE - 1).collect::<String>().trim_end()) } else { out }
}

/// The module whose questions go with it.
#[must_use]
pub fn module(kind: Kind, role: Role) -> &'static str {
    match (kind, role) {
        (Kind::Lease, _) | (_, Role::Locks) => "concurrency",
        (_, Role::Retries) | (Kind::Setting, _) => "failure-mode",
        (_, Role::Deletes) | (Kind::Bucket, _) => "data-lifecycle",
        (Kind::Column | Kind::Key | Kind::State | Kind::Flag, _) => "state-mutation",
        _ => "interaction",
    }
}

fn valued(role: Role, value: &str) -> String {
    match role {
        Role::Retries | Role::Locks | Role::Consumes => format!(" ({value})"),
        Role::Declares => format!(" {value}"),
        Role::Reads => format!(" for \"{value}\""),
        _ if value.contains('=') => format!(" ({value})"),
        _ => format!(" = \"{value}\""),
    }
}

fn does(role: Role, kind: Kind) -> &'static str {
    match role {
        Role::Writes if kind == Kind::Job => "enqueues",
        Role::Writes => "writes",
        Role::Reads => "reads",
        Role::Publishes => "publishes to",
        Role::Consumes if kind == Kind::Job => "runs",
        Role::Consumes => "consumes from",
        Role::Serves => "serves",
        Role::Calls => "calls",
        Role::Declares => "declares",
        Role::Locks => "locks",
        Role::Retries => "sets the retries of",
        Role::Deletes => "deletes",
        Role::Acknowledges => "acknowledges",
    }
}

fn done_by(role: Role, kind: Kind) -> &'static str {
    match role {
        Role::Writes if kind == Kind::Job => "enqueued by",
        Role::Writes => "written by",
        Role::Reads => "read by",
        Role::Publishes => "published by",
        Role::Consumes if kind == Kind::Job => "run by",
        Role::Consumes => "consumed by",
        Role::Serves => "served by",
        Role::Calls => "called by",
        Role::Declares => "declared by",
        Role::Locks => "locked by",
        Role::Retries => "retried by",
        Role::Deletes => "deleted by",
        Role::Acknowledges => "acknowledged by",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::flows::Proof;
    use crate::index::touched::Touch;

    fn fact(observers: usize) -> Fact {
        let observer = |n: u32| Observer {
            path: format!("dispatcher/assign{n}.py"),
            line: 50 + n,
            component: Some("dispatcher".to_owned()),
            role: Role::Reads,
            value: Some("idle".to_owned()),
            note: Some("if r.get(key) == \"idle\":".to_owned()),
            certainty: Certainty::Sure,
        };
        Fact {
            touch: Touch {
                change: Change::Brought,
                kind: Kind::Key,
                name: "worker:{}:status".to_owned(),
                role: Role::Writes,
                value: Some("idle".to_owned()),
                line: 61,
                certainty: Certainty::Sure,
                in_handler: true,
            },
            observers: (0..).take(observers).map(observer).collect(),
            alone: Some(Reason::Compared),
        }
    }

    #[test]
    fn a_fact_cites_both_sides() {
        assert_eq!(
            compose(&fact(1), "worker.py", 4, 700),
            "[distributed-architect] state-mutation: this edit writes worker:{}:status = \"idle\" in an error handler (worker.py:61)\n\
             - read by dispatcher/assign0.py:50: if r.get(key) == \"idle\":"
        );
    }

    #[test]
    fn only_lines_that_the_topology_lacks_are_offered() {
        let proof = |path: &str, says: &str| vec![Proof { path: path.to_owned(), line: 7, says: says.to_owned() }];
        let flow = Flow {
            from: "orders".to_owned(),
            to: "billing".to_owned(),
            way: Way::Feeds,
            via: "event".to_owned(),
            kind: Kind::Channel,
            name: "order.paid".to_owned(),
            starts: proof("orders/a.py", "publishes order.paid"),
            ends: proof("billing/b.go", "consumes order.paid"),
            group: None,
            certainty: Certainty::Sure,
        };
        let offered = |knows: &[[&str; 2]], room| offer(&flow, "topology.yaml", |a, b| knows.contains(&[a, b]), room);
        let head = "[distributed-architect] topology: with this edit orders feeds billing, and topology.yaml has no such relationship. To add there:\nrelationships:\n";
        let (first, second) = (
            "  - {from: orders, to: order.paid, via: event, pattern: pub-sub}  # orders/a.py:7 publishes order.paid",
            "  - {from: order.paid, to: billing, via: event, pattern: pub-sub}  # billing/b.go:7 consumes order.paid",
        );
        assert_eq!(offered(&[], 700), format!("{head}{first}\n{second}"));
        assert_eq!(offered(&[["orders", "order.paid"]], 700), format!("{head}{second}"));
        assert_eq!(offered(&[["orders", "order.paid"], ["order.paid", "billing"]], 700), "");
        assert_eq!(offered(&[], 120), "");
        let call = Flow { way: Way::Asks, via: "grpc".to_owned(), ..flow.clone() };
        assert!(
            offer(&call, "t", |_, _| false, 700).ends_with(
                "relationships:\n  - {from: orders, to: billing, via: grpc}  # orders/a.py:7 publishes order.paid; billing/b.go:7 consumes order.paid"
            )
        );
    }

    #[test]
    fn a_fact_keeps_its_room_and_its_lines() {
        for room in [0, 60, 200, 300, 700] {
            let text = compose(&fact(9), "worker.py", 4, room);
            assert!(length(&text) <= room, "{room}: {text}");
            assert!(text.lines().filter(|l| l.starts_with("- ")).count() <= 4);
        }
        assert!(compose(&fact(9), "worker.py", 4, 700).ends_with("And 5 more: `distarch observers \"worker:{}:status\"`"));
        assert_eq!(compose(&fact(9), "worker.py", 0, 700), "");
    }
}
