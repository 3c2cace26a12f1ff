//! A topology as a file in our shape. Where facts come from is told in comments, so that whoever reads the file can look it up.

use super::count;
use super::model::{Backoff, Calls, Component, ConvergencePoint, Count, Interaction, Kind, Relationship, Source, State, Topology};
use super::read::value::write_duration;
use super::read::words;
use super::yaml::scalar;
use crate::text::plain;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Where the JSON Schema of the file is found.
pub const SCHEMA: &str = "https://raw.githubusercontent.com/distributed-architect/distributed-architect/main/schemas/topology.schema.json";

/// A commented file to begin with.
pub const TEMPLATE: &str = include_str!("../../templates/topology.yaml");

/// Writes a topology as YAML that is read as the same one. Components that only a relationship names are not listed, so that they
/// stay dangling.
#[must_use]
pub fn file(topology: &Topology) -> String {
    let mut out = format!("# yaml-language-server: $schema={SCHEMA}\nversion: 1\n");
    let mut defaults = Vec::new();
    put(&mut defaults, "timeout", topology.defaults.timeout.map(write_duration));
    put(&mut defaults, "attempts", topology.defaults.attempts.map(|n| n.to_string()));
    if !defaults.is_empty() {
        let _ = writeln!(out, "defaults: {}", flow(&defaults));
    }
    // Where no component is declared, every end of a relationship is one.
    let declared = topology.components.iter().filter(|c| c.declared);
    list(&mut out, "components", declared.map(|c| (component(c), c.sources.as_slice())));
    // How many there are of the others is told where they are named first.
    let mut untold: HashMap<&str, &Component> = topology.components.iter().filter(|c| !c.declared).map(|c| (c.name.as_str(), c)).collect();
    let relationships = topology.relationships.iter().map(|r| {
        let mut tell = |name: &str, here: Option<Count>| here.and_then(count::write).or_else(|| untold.remove(name).and_then(count_of));
        let counts = [tell(&r.from, r.from_count), tell(&r.to, r.to_count)];
        (relationship(r, counts), r.sources.as_slice())
    });
    list(&mut out, "relationships", relationships);
    list(&mut out, "convergence_points", topology.convergence_points.iter().map(|p| (convergence(p), p.sources.as_slice())));
    for (key, items) in [("invariants", &topology.invariants), ("ignore", &topology.ignore)] {
        if !items.is_empty() {
            let _ = writeln!(out, "{key}:");
            for item in items {
                let _ = writeln!(out, "  - {}", scalar(item));
            }
        }
    }
    if !topology.aliases.is_empty() {
        out.push_str("aliases:\n");
        for (name, others) in &topology.aliases {
            let _ = writeln!(out, "  {}: {}", scalar(name), texts(others));
        }
    }
    out
}

/// A key with its value as YAML in one line; a value of several lines begins with a line end.
type Entry = (&'static str, String);

fn put(entries: &mut Vec<Entry>, key: &'static str, value: Option<String>) {
    entries.extend(value.map(|v| (key, v)));
}

fn say(entries: &mut Vec<Entry>, key: &'static str, text: &str) {
    put(entries, key, (!text.is_empty()).then(|| scalar(text)));
}

fn texts(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|i| scalar(i)).collect::<Vec<_>>().join(", "))
}

fn flow(entries: &[Entry]) -> String {
    format!("{{{}}}", entries.iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join(", "))
}

fn flag(entries: &mut Vec<Entry>, key: &'static str, is_so: bool) {
    put(entries, key, is_so.then(|| "true".to_owned()));
}

/// Entries of a list, each with its sources: those that say it exists beside its first line, the others beside the line they tell of.
fn list<'a>(out: &mut String, key: &str, items: impl Iterator<Item = (Vec<Entry>, &'a [Source])>) {
    let mut is_first = true;
    for (entries, sources) in items {
        if is_first {
            let _ = writeln!(out, "{key}:");
            is_first = false;
        }
        let mut told = vec![false; sources.iter().map(|s| s.facts.len().max(1)).sum()];
        let facts: Vec<(&Source, Option<&str>)> =
            sources.iter().flat_map(|s| if s.facts.is_empty() { vec![(s, None)] } else { s.facts.iter().map(|f| (s, Some(f.as_str()))).collect() }).collect();
        let mut lines = Vec::new();
        for (i, (key, value)) in entries.iter().enumerate() {
            let mut notes = Vec::new();
            for (at, (source, fact)) in facts.iter().enumerate() {
                match fact {
                    None if i == 0 => notes.push(source.to_string()),
                    Some(fact) if fact.split(':').next().map(str::trim) == Some(key) => {
                        let said = fact.split_once(':').map_or("", |(_, said)| said.trim());
                        let why = said.strip_prefix(value.as_str()).map_or(said, |rest| rest.trim_start_matches([',', ' ']));
                        notes.push(match why {
                            "" => source.to_string(),
                            // Another value is told with its key, a reason by itself.
                            other if !other.contains(' ') => format!("{source}: {fact}"),
                            why => format!("{source}: {why}"),
                        });
                    }
                    _ => continue,
                }
                told[at] = true;
            }
            notes.dedup();
            let notes = if notes.is_empty() { String::new() } else { format!("  # {}", plain(&notes.join("; "))) };
            // A comment stands in the key's line, and a value of several lines below it.
            let (first, rest) = value.split_once('\n').map_or((value.as_str(), None), |(first, rest)| (first, Some(rest)));
            let space = if first.is_empty() { "" } else { " " };
            lines.push(format!("{} {key}:{space}{first}{notes}\n", if i == 0 { "  -" } else { "   " }));
            lines.extend(rest.map(|r| format!("{r}\n")));
        }
        for (at, (source, fact)) in facts.iter().enumerate().filter(|(at, _)| !told[*at]) {
            let _ = at;
            let _ = writeln!(out, "  # {}", plain(&fact.map_or_else(|| source.to_string(), |f| format!("{source}: {f}"))));
        }
        out.push_str(&lines.concat());
    }
}

/// The count of a component that is not declared.
fn count_of(c: &Component) -> Option<String> {
    match &c.per {
        Some(per) => count::write_bound(c.count, per).map(|c| scalar(&c)),
        None => count::write(c.count),
    }
}

fn component(c: &Component) -> Vec<Entry> {
    let mut e = vec![("name", scalar(&c.name))];
    put(&mut e, "kind", (c.kind != Kind::default()).then(|| c.kind.name().to_owned()));
    say(&mut e, "role", &c.role);
    put(&mut e, "paths", (!c.paths.is_empty()).then(|| texts(&c.paths)));
    put(&mut e, "count", count::write(c.count));
    put(&mut e, "per", c.per.as_deref().map(scalar));
    put(&mut e, "owner", c.owner.as_deref().map(scalar));
    put(&mut e, "criticality", c.criticality.and_then(|v| words::name(&words::CRITICALITY, v)));
    put(&mut e, "zone", (!c.zones.is_empty()).then(|| texts(&c.zones)));
    put(&mut e, "cell", c.cell.as_deref().map(scalar));
    put(&mut e, "failover", c.failover.and_then(|v| words::name(&words::FAILOVER, v)));
    let mut slo = Vec::new();
    put(&mut slo, "p99", c.slo.p99.map(write_duration));
    put(&mut slo, "availability", c.slo.availability.map(percent));
    put(&mut e, "slo", (!slo.is_empty()).then(|| flow(&slo)));
    put(&mut e, "capacity", c.capacity.map(|n| format!("{n}/s")));
    let lines = |items: Vec<String>| (!items.is_empty()).then(|| items.iter().map(|i| format!("\n      - {i}")).collect::<String>());
    put(&mut e, "state", lines(c.state.iter().map(state).collect()));
    put(
        &mut e,
        "consensus",
        c.consensus.as_ref().map(|c| {
            let mut e = Vec::new();
            put(&mut e, "voters", c.voters.map(|n| n.to_string()));
            put(&mut e, "protocol", c.protocol.as_deref().map(scalar));
            let is_bare = e.is_empty();
            put(&mut e, "byzantine", (c.byzantine || is_bare).then(|| c.byzantine.to_string()));
            flow(&e)
        }),
    );
    let steps = c.states.iter().map(|t| {
        let mut e = Vec::new();
        say(&mut e, "from", &t.from);
        say(&mut e, "to", &t.to);
        say(&mut e, "on", &t.on);
        put(&mut e, "emits", (!t.emits.is_empty()).then(|| texts(&t.emits)));
        flow(&e)
    });
    put(&mut e, "states", lines(steps.collect()));
    flag(&mut e, "entry", c.entry);
    put(&mut e, "feature", c.feature.as_deref().map(scalar));
    put(&mut e, "weight", c.weight.map(|w| w.to_string()));
    put(&mut e, "noticed_after", c.noticed_after.map(write_duration));
    say(&mut e, "notes", &c.notes);
    e
}

fn state(s: &State) -> String {
    let mut e = Vec::new();
    say(&mut e, "name", &s.name);
    flag(&mut e, "authoritative", s.authoritative);
    let replicas: Vec<String> = s
        .replicas
        .iter()
        .map(|r| {
            let mut e = Vec::new();
            say(&mut e, "in", &r.held_by);
            put(&mut e, "purpose", r.purpose.as_deref().map(scalar));
            put(&mut e, "reconcile", r.reconcile.as_deref().map(scalar));
            put(&mut e, "conflict", r.conflict.as_deref().map(scalar));
            flow(&e)
        })
        .collect();
    put(&mut e, "replicas", (!replicas.is_empty()).then(|| format!("[{}]", replicas.join(", "))));
    put(&mut e, "rpo", s.rpo.map(write_duration));
    put(&mut e, "rto", s.rto.map(write_duration));
    flow(&e)
}

fn relationship(r: &Relationship, [from_count, to_count]: [Option<String>; 2]) -> Vec<Entry> {
    let mut e = vec![("from", scalar(&r.from))];
    put(&mut e, "from_count", from_count);
    e.push(("to", scalar(&r.to)));
    put(&mut e, "to_count", to_count);
    say(&mut e, "via", &r.via);
    put(&mut e, "pattern", r.pattern.and_then(|v| words::name(&Interaction::ALL, v)));
    put(&mut e, "sync", r.sync.map(|v| v.to_string()));
    put(&mut e, "required", r.required.map(|v| v.to_string()));
    put(&mut e, "fallback", r.fallback.as_deref().map(scalar));
    put(
        &mut e,
        "calls",
        r.calls.map(|c| match c {
            Calls::Of(n) => n.to_string(),
            Calls::PerItem => "N".to_owned(),
        }),
    );
    flag(&mut e, "parallel", r.parallel);
    put(&mut e, "timeout", r.timeout.map(write_duration));
    put(&mut e, "attempts", r.attempts.map(|n| n.to_string()));
    put(&mut e, "backoff", r.backoff.as_ref().map(backoff));
    let layers: Vec<String> = r.retry_layers.iter().filter_map(|l| words::name(&words::LAYERS, *l)).collect();
    put(
        &mut e,
        "retry_layer",
        match layers.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            more => Some(texts(more)),
        },
    );
    flag(&mut e, "breaker", r.breaker);
    put(&mut e, "idempotent", r.idempotent.map(|v| v.to_string()));
    put(&mut e, "deadline_propagated", r.deadline_propagated.map(|v| v.to_string()));
    put(&mut e, "rate", r.rate.map(|n| format!("{n}/s")));
    say(&mut e, "data", &r.data);
    put(&mut e, "contract", r.contract.as_deref().map(scalar));
    put(&mut e, "dead_letter", r.dead_letter.as_deref().map(scalar));
    flag(&mut e, "ordered", r.ordered);
    put(&mut e, "ack_before_work", r.ack_before_work.map(|v| v.to_string()));
    say(&mut e, "notes", &r.notes);
    e
}

fn backoff(b: &Backoff) -> String {
    let mut e = vec![("base", write_duration(b.base))];
    put(&mut e, "max", b.max.map(write_duration));
    flag(&mut e, "jitter", b.jitter);
    flow(&e)
}

fn convergence(p: &ConvergencePoint) -> Vec<Entry> {
    let mut e = vec![("resource", scalar(&p.resource))];
    put(&mut e, "accessed_by", (!p.accessed_by.is_empty()).then(|| texts(&p.accessed_by)));
    say(&mut e, "type", &p.access);
    say(&mut e, "concern", &p.concern);
    e
}

/// 0.999 to 99.9; a share of 1 % or less keeps its sign, since a bare number up to 1 is a share.
fn percent(share: f64) -> String {
    let percent = (share * 1e12).round() / 1e10;
    if percent > 1.0 { percent.to_string() } else { format!("{percent}%") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::read;

    #[test]
    fn the_template_is_a_topology_without_a_problem_and_names_every_key() {
        let reading = read::topology(TEMPLATE, "t.yaml").expect("reads");
        assert_eq!(reading.problems, []);
        assert_eq!((reading.topology.components.len(), reading.topology.relationships.len()), (3, 2));
        assert!(TEMPLATE.contains(SCHEMA));
        // With its keys taken out of their comments it still is one, and it shows the keys that most systems need.
        let bare = |line: &str| {
            let (space, rest) = line.split_at(line.len() - line.trim_start().len());
            rest.strip_prefix("# ").filter(|r| r.starts_with(|c: char| c.is_lowercase() || c == ' ')).map_or_else(|| line.to_owned(), |r| format!("{space}{r}"))
        };
        let whole: String = TEMPLATE.lines().skip(1).map(|l| bare(l) + "\n").collect();
        let reading = read::topology(&whole, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{whole}"));
        assert_eq!(reading.problems, [], "{whole}");
        assert_eq!(reading.topology.components[1].slo.availability, Some(0.999));
        assert!(reading.topology.relationships[0].backoff.is_some() && reading.topology.convergence_points.len() == 1);
    }

    #[test]
    fn what_is_written_is_read_as_the_same_topology() {
        let text = r##"
version: 1
defaults: {timeout: 2s, attempts: 2}
components:
  - {name: web, kind: gateway, role: "front: door", count: N, entry: true, feature: checkout, weight: 0.25, noticed_after: 5m, notes: "a # b"}
  - name: orders
    paths: ["services/orders/**", "#odd"]
    count: 3 nodes, 2 replicas (fixed)
    per: web
    owner: team-orders
    criticality: high
    zone: [a, b]
    cell: eu-1
    failover: manual
    slo: {p99: 300ms, availability: 99.95}
    capacity: 500/s
    state:
      - {name: orders, authoritative: true, replicas: [{in: cache, purpose: speed, reconcile: ttl 60s, conflict: owner-wins}], rpo: 0s, rto: 1m30s}
      - {name: carts}
    consensus: {voters: 3, protocol: raft, byzantine: true}
    states: [{from: busy, to: idle, on: job-done, emits: [freed, done]}]
  - {name: cache, kind: cache, count: {min: 1, max: 4}, slo: {availability: 0.5%}, consensus: {byzantine: false}}
relationships:
  - {from: web, to: orders, from_count: 2, to_count: 2, via: grpc, pattern: request-response, sync: true, required: false, fallback: cache, calls: 1.5,
     parallel: true, timeout: 800ms, attempts: 3, backoff: {base: 50ms, max: 1s, jitter: true}, retry_layer: [app, mesh], breaker: true, idempotent: false,
     deadline_propagated: true, rate: 120/min, data: "Order, JSON", contract: proto/o.proto, dead_letter: dlq, ordered: true, ack_before_work: false, notes: "x\ny"}
  - {from: orders, to: cahce, calls: N, retry_layer: sdk}
convergence_points:
  - {resource: orders.status, accessed_by: [web, orders], type: read-write, concern: "who wins?"}
invariants: ["an order is charged once", "yes"]
aliases: {orders: [orderservice, "orders.svc:80"]}
ignore: [otel-collector]
"##;
        let mut first = read::topology(text, "a.yaml").expect("reads");
        assert_eq!(first.problems.iter().map(|p| p.what.as_str()).collect::<Vec<_>>(), ["dangling name: no component is called cahce"]);
        let written = file(&first.topology);
        let mut second = read::topology(&written, "a.yaml").unwrap_or_else(|p| panic!("{p:?}\n{written}"));
        for t in [&mut first.topology, &mut second.topology] {
            t.forget_sources();
        }
        assert_eq!(first.topology, second.topology, "{written}");
        assert_eq!(second.problems.len(), 1, "{written}");
    }

    #[test]
    fn sources_stand_beside_what_they_tell() {
        let source = |file: &str, line, facts: &[&str]| Source { file: file.to_owned(), line, facts: facts.iter().map(|f| (*f).to_owned()).collect() };
        let c = Component {
            name: "orders".to_owned(),
            declared: true,
            count: crate::topology::model::Count::Fixed { n: 3, replicas: None },
            sources: vec![
                source("compose.yaml", 4, &[]),
                source("k8s.yaml", 9, &["count: 3"]),
                source("old.yaml", 2, &["count: 2", "image: \u{1b}x"]),
                source("d.yaml", 1, &["count: 3, the default"]),
            ],
            ..Component::default()
        };
        let text = file(&Topology { components: vec![c], ..Topology::default() });
        let want = "components:\n  # old.yaml:2: image: x\n  - name: orders  # compose.yaml:4\n    count: 3  # k8s.yaml:9; old.yaml:2: count: 2; d.yaml:1: the default\n";
        assert!(text.ends_with(want), "{text}");
    }
}
