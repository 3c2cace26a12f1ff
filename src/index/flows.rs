//! What components do to each other through resources, each with the lines that prove it.

use super::components::Components;
use super::depending::Observer;
use super::link::{Set, Tables};
use super::linked::{Index, Place, Resource};
use super::model::{Certainty, Kind, Role};
use super::touched::Touch;
use crate::text::plain;
use crate::topology::yaml::scalar;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Lines that are kept as the proof of one side.
const PROOFS: usize = 4;

/// How one component gets to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It asks, and waits: a route, a method, an operation.
    Asks,
    /// It has an address of it that its code reads: a store, a broker, somebody whose routes could not be read.
    Reaches,
    /// What it sends comes out there: a channel, a message, a job.
    Feeds,
    /// What it writes is read there: a table, a key, a bucket.
    Shares,
}

/// One component does something to a resource that another gets to see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Flow {
    /// Who calls, sends or writes.
    pub from: String,
    /// Who serves, receives or reads.
    pub to: String,
    /// How.
    pub way: Way,
    /// By what: grpc, http, redis; empty where it cannot be told.
    pub via: String,
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name.
    pub name: String,
    /// Where it goes in.
    pub starts: Vec<Proof>,
    /// Where it comes out; empty where only an address tells.
    pub ends: Vec<Proof>,
    /// A consumer group, where the receiver names one.
    pub group: Option<String>,
    /// How sure the less sure side is.
    pub certainty: Certainty,
}

/// A line that proves one side of a flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Proof {
    /// Path from the root, with `/`.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// What it does, in a few words: `calls GET /orders/{}`.
    pub says: String,
}

/// The flows of a repository, by their ends.
#[must_use]
pub fn flows(index: &Index, tables: &Tables) -> Vec<Flow> {
    let components = tables.components();
    let mut out = Vec::new();
    for resource in &index.resources {
        match resource.kind {
            Kind::Address => addresses(index, resource, tables, &mut out),
            _ => through(index, resource, components, &mut out),
        }
    }
    dialled(index, tables, &mut out);
    out.sort();
    out.dedup();
    out
}

/// Who starts a flow through a resource of a kind, who gets to see it, and how; none for what components only have in common.
fn ends(kind: Kind) -> Option<(Way, &'static [Role], &'static [Role])> {
    Some(match kind {
        Kind::Route | Kind::Rpc | Kind::Operation => (Way::Asks, &[Role::Calls], &[Role::Serves]),
        Kind::Channel | Kind::Message => (Way::Feeds, &[Role::Publishes, Role::Writes], &[Role::Consumes]),
        Kind::Job => (Way::Feeds, &[Role::Writes, Role::Publishes, Role::Calls], &[Role::Consumes, Role::Serves]),
        Kind::Column | Kind::Key | Kind::Bucket => (Way::Shares, &[Role::Writes, Role::Deletes], &[Role::Reads]),
        Kind::Field | Kind::Address | Kind::Flag | Kind::Lease | Kind::Setting | Kind::State => return None,
    })
}

/// What is done at the other end of a way between components: how it goes, whether it starts where this role is, and the roles there. None
/// for what components only have in common.
#[must_use]
pub fn other_end(kind: Kind, role: Role) -> Option<(Way, bool, &'static [Role])> {
    let (way, first, second) = ends(kind).filter(|(way, ..)| *way != Way::Shares)?;
    if first.contains(&role) { Some((way, true, second)) } else { second.contains(&role).then_some((way, false, first)) }
}

/// The flow that an edit makes together with somebody else's place; from and to as they are called.
#[must_use]
pub fn made(touch: &Touch, path: &str, other: &Observer, [from, to]: [&str; 2]) -> Flow {
    let (way, starts, _) = other_end(touch.kind, touch.role).unwrap_or((Way::Reaches, true, &[]));
    let proof = |path: &str, line: u32, role: Role| vec![Proof { path: path.to_owned(), line, says: plain(&format!("{} {}", verb(role), touch.name)) }];
    let (here, there) = (proof(path, touch.line, touch.role), proof(&other.path, other.line, other.role));
    let (starts, ends) = if starts { (here, there) } else { (there, here) };
    let value = if touch.role == Role::Consumes { &touch.value } else { &other.value };
    Flow {
        from: from.to_owned(),
        to: to.to_owned(),
        way,
        via: via(touch.kind).to_owned(),
        kind: touch.kind,
        name: touch.name.clone(),
        starts,
        ends,
        group: value.as_deref().and_then(|v| v.strip_prefix("group=")).map(str::to_owned),
        certainty: touch.certainty.min(other.certainty),
    }
}

/// Places of one side by component. Guesses prove nothing.
fn side<'a>(index: &'a Index, resource: &'a Resource, roles: &[Role]) -> BTreeMap<&'a str, Vec<&'a Place>> {
    let mut out: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in resource.places.iter().filter(|p| roles.contains(&p.role) && p.certainty > Certainty::Guess) {
        if let Some(component) = index.file(place).component.as_deref() {
            out.entry(component).or_default().push(place);
        }
    }
    out
}

fn through(index: &Index, resource: &Resource, components: &Components, out: &mut Vec<Flow>) {
    let Some((way, first, second)) = ends(resource.kind) else { return };
    let (starts, mut seen) = (side(index, resource, first), side(index, resource, second));
    // A route that could not be read, at a component that is known: its host stands in the name.
    let host = resource.name.split_once(" //").filter(|_| resource.kind == Kind::Route).and_then(|(_, rest)| components.of_host(rest.split('/').next()?));
    if let (Some(host), true) = (host, seen.is_empty()) {
        seen.insert(host, Vec::new());
    }
    // Who serves a method that several serve cannot be told; a channel reaches all.
    if way == Way::Asks && seen.len() > 1 {
        return;
    }
    for (from, starts) in &starts {
        for (to, ends) in seen.iter().filter(|(to, _)| *to != from) {
            let certainty = [starts, ends].into_iter().filter_map(|side| side.iter().map(|p| p.certainty).max()).min().unwrap_or(Certainty::Likely);
            out.push(Flow {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                way,
                via: via(resource.kind).to_owned(),
                kind: resource.kind,
                name: resource.name.clone(),
                starts: proofs(index, resource, starts),
                ends: proofs(index, resource, ends),
                group: ends.iter().find_map(|p| p.value.as_deref()?.strip_prefix("group=").map(str::to_owned)),
                certainty,
            });
        }
    }
}

/// Components whose code has the address of another: it reads the variable, and a manifest or its own settings give it.
fn addresses(index: &Index, resource: &Resource, tables: &Tables, out: &mut Vec<Flow>) {
    let mut readers = side(index, resource, &[Role::Reads]);
    // A setting among a component's own files is read by its framework.
    for set in tables.settings(&resource.name).iter().filter(|s| !s.is_deployed) {
        if let Some(own) = index.files.iter().find(|f| f.path == set.path).and_then(|f| f.component.as_deref()) {
            readers.entry(own).or_default();
        }
    }
    for (from, read) in readers {
        let Some((value, set, is_loose)) = tables.given(&resource.name, Some(from)) else { continue };
        for to in hosts(&value).filter_map(|h| tables.components().of_host(h)).filter(|to| *to != from) {
            let given = Proof { path: set.path.clone(), line: set.line, says: plain(&format!("{} names {to}", set.key)) };
            let mut starts = proofs(index, resource, &read);
            if starts.is_empty() {
                starts.push(given.clone());
            }
            let certainty = if is_loose { Certainty::Likely } else { Certainty::Sure };
            push(out, Flow { certainty, ..reaches(from, to, &resource.name, &value, tables.components(), starts, vec![given]) });
        }
    }
}

/// Methods that are called at an address which stands beside the call, where nobody's server of them could be read.
fn dialled(index: &Index, tables: &Tables, out: &mut Vec<Flow>) {
    for resource in index.resources.iter().filter(|r| r.kind == Kind::Rpc) {
        for place in resource.places.iter().filter(|p| p.role == Role::Calls) {
            let Some(address) = place.note.as_deref().and_then(|n| n.strip_prefix("dials ")) else { continue };
            let Some(from) = index.file(place).component.as_deref() else { continue };
            let key = address.strip_prefix("${").and_then(|k| k.strip_suffix('}'));
            let given = key.and_then(|k| tables.given(k, Some(from)));
            let value = given.as_ref().map_or(address, |(value, ..)| value);
            let Some(to) = hosts(value).find_map(|h| tables.components().of_host(h)).filter(|to| *to != from) else { continue };
            let proof = |s: &Set| Proof { path: s.path.clone(), line: s.line, says: plain(&format!("{} names {to}", s.key)) };
            let ends = given.as_ref().map(|(_, set, _)| proof(set)).into_iter().collect();
            let mut flow = reaches(from, to, key.unwrap_or(address), value, tables.components(), proofs(index, resource, &[place]), ends);
            flow.via = "grpc".to_owned();
            push(out, flow);
        }
    }
}

fn push(out: &mut Vec<Flow>, flow: Flow) {
    if !out.iter().any(|f| f.from == flow.from && f.to == flow.to && f.way == Way::Reaches) {
        out.push(flow);
    }
}

fn reaches(from: &str, to: &str, name: &str, value: &str, components: &Components, starts: Vec<Proof>, ends: Vec<Proof>) -> Flow {
    let image = components.deployment(to).filter(|d| !d.has_code).map_or("", |d| &d.image);
    Flow {
        from: from.to_owned(),
        to: to.to_owned(),
        way: Way::Reaches,
        via: technology(&[value.split_once("://").map_or("", |(s, _)| s), image.rsplit('/').next().unwrap_or(""), to]).to_owned(),
        kind: Kind::Address,
        name: name.to_owned(),
        starts,
        ends,
        group: None,
        certainty: Certainty::Sure,
    }
}

/// Hosts in an address, a URL, a connection string, a list of them.
fn hosts(value: &str) -> impl Iterator<Item = &str> {
    // `jdbc:mysql://db:3306/x`, `Host=db;Port=1`, `user:secret@tcp(db:3306)/x`, `a:9092,b:9092`.
    value
        .split([',', ';', ' '])
        .map(|piece| {
            let piece = piece.split_once("://").map_or(piece, |(_, rest)| rest);
            let piece = piece
                .split_once('=')
                .filter(|(k, _)| matches!(k.to_ascii_lowercase().as_str(), "host" | "server" | "data source" | "address"))
                .map_or(piece, |(_, v)| v);
            let piece = piece.rsplit('@').next().unwrap_or(piece);
            let piece = piece.split(['/', '?']).next().unwrap_or(piece);
            piece.rsplit('(').next().unwrap_or(piece).trim_end_matches(')')
        })
        .filter(|h| !h.is_empty())
}

fn technology(words: &[&str]) -> &'static str {
    const KNOWN: [(&str, &str); 20] = [
        ("redis", "redis"),
        ("valkey", "redis"),
        ("postgres", "postgres"),
        ("mysql", "mysql"),
        ("mariadb", "mysql"),
        ("mongo", "mongodb"),
        ("kafka", "kafka"),
        ("rabbit", "amqp"),
        ("amqp", "amqp"),
        ("nats", "nats"),
        ("memcache", "memcached"),
        ("elastic", "http"),
        ("opensearch", "http"),
        ("cassandra", "cassandra"),
        ("otel", "otlp"),
        ("collector", "otlp"),
        ("flagd", "grpc"),
        ("unleash", "http"),
        ("http", "http"),
        ("grpc", "grpc"),
    ];
    words
        .iter()
        .find_map(|word| {
            let word = word.to_ascii_lowercase();
            KNOWN.iter().find(|(k, _)| word.contains(k)).map(|(_, v)| *v)
        })
        .unwrap_or("")
}

fn via(kind: Kind) -> &'static str {
    match kind {
        Kind::Route => "http",
        Kind::Rpc => "grpc",
        Kind::Operation => "graphql",
        Kind::Job => "job queue",
        Kind::Channel | Kind::Message => "event",
        _ => "",
    }
}

fn proofs(index: &Index, resource: &Resource, places: &[&Place]) -> Vec<Proof> {
    let mut out: Vec<Proof> = Vec::new();
    let mut sorted: Vec<&&Place> = places.iter().collect();
    sorted.sort_by_key(|p| std::cmp::Reverse(p.certainty));
    for place in sorted {
        let name = place.written.as_ref().filter(|w| w.len() <= 60).unwrap_or(&resource.name);
        let proof = Proof { path: index.file(place).path.clone(), line: place.line, says: plain(&format!("{} {name}", verb(place.role))) };
        if out.len() < PROOFS && !out.iter().any(|p| p.path == proof.path && p.line == proof.line) {
            out.push(proof);
        }
    }
    out
}

/// A role in a sentence.
#[must_use]
pub fn verb(role: Role) -> &'static str {
    match role {
        Role::Writes => "writes",
        Role::Reads => "reads",
        Role::Publishes => "publishes",
        Role::Consumes => "consumes",
        Role::Serves => "serves",
        Role::Calls => "calls",
        Role::Declares => "declares",
        Role::Locks => "locks",
        Role::Retries => "retries",
        Role::Deletes => "deletes",
        Role::Acknowledges => "acknowledges",
    }
}

/// A resource that several components use without a word to each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meeting {
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name.
    pub name: String,
    /// Who writes it.
    pub writers: BTreeSet<String>,
    /// Who reads it.
    pub readers: BTreeSet<String>,
    /// A line of each.
    pub proofs: Vec<Proof>,
}

/// Tables, keys and buckets that more than one component touches and at least one writes. Of a table's columns the table stands for all.
#[must_use]
pub fn meetings(index: &Index) -> Vec<Meeting> {
    let mut out: BTreeMap<(Kind, &str), Meeting> = BTreeMap::new();
    for resource in index.resources.iter().filter(|r| matches!(r.kind, Kind::Column | Kind::Key | Kind::Bucket)) {
        let name = if resource.kind == Kind::Column { resource.name.split('.').next().unwrap_or("") } else { &resource.name };
        if name.is_empty() || name == "{}" {
            continue;
        }
        let it = out.entry((resource.kind, name)).or_insert_with(|| Meeting {
            kind: resource.kind,
            name: name.to_owned(),
            writers: BTreeSet::new(),
            readers: BTreeSet::new(),
            proofs: Vec::new(),
        });
        for (roles, is_writing) in [(&[Role::Writes, Role::Deletes][..], true), (&[Role::Reads][..], false)] {
            for (component, places) in side(index, resource, roles) {
                let known = if is_writing { &mut it.writers } else { &mut it.readers };
                if known.insert(component.to_owned()) {
                    it.proofs.extend(proofs(index, resource, &places[..1]));
                }
            }
        }
    }
    out.into_values().filter(|m| !m.writers.is_empty() && m.writers.union(&m.readers).count() > 1).collect()
}

/// The lines to add to a topology file for a flow: under `relationships`, each with the lines that prove it.
#[must_use]
pub fn offer(flow: &Flow) -> String {
    let proof = |side: &[Proof]| side.first().map(|p| format!("{}:{} {}", p.path, p.line, p.says));
    let line = |from: &str, to: &str, via: &str, rest: &str, proofs: &[Option<String>]| {
        let via = if via.is_empty() { String::new() } else { format!(", via: {}", scalar(via)) };
        let said: Vec<&str> = proofs.iter().flatten().map(String::as_str).collect();
        format!("  - {{from: {}, to: {}{via}{rest}}}  # {}\n", scalar(from), scalar(to), plain(&said.join("; ")))
    };
    match flow.way {
        Way::Asks | Way::Reaches => format!("relationships:\n{}", line(&flow.from, &flow.to, &flow.via, "", &[proof(&flow.starts), proof(&flow.ends)])),
        Way::Feeds => {
            let rest = ", pattern: pub-sub";
            line(&flow.from, &flow.name, &flow.via, rest, &[proof(&flow.starts)]) + &line(&flow.name, &flow.to, &flow.via, rest, &[proof(&flow.ends)])
        }
        Way::Shares => {
            let said: Vec<String> = [proof(&flow.starts), proof(&flow.ends)].into_iter().flatten().collect();
            format!(
                "convergence_points:\n  - {{resource: {}, accessed_by: [{}, {}]}}  # {}\n",
                scalar(&flow.name),
                scalar(&flow.from),
                scalar(&flow.to),
                plain(&said.join("; "))
            )
        }
    }
}

#[cfg(test)]
mod tests;
