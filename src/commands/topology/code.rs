//! A system as its code shows it: components by what is packed and started, relationships by the calls, channels and addresses in it, each
//! with the lines that prove it.

use crate::error::Error;
use crate::index::components::Deployed;
use crate::index::flows::{self, Flow, Meeting, Proof, Way};
use crate::index::link::Linked;
use crate::index::model::{Certainty, Kind as ResourceKind, Role};
use crate::index::store::{Wanted, load};
use crate::topology::count;
use crate::topology::importers::part::{About, Note};
use crate::topology::importers::{guess, units};
use crate::topology::merge::Import;
use crate::topology::model::{Component, ConvergencePoint, Count, Interaction, Kind, Relationship, Source, Topology};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What stands for the repository's code among sources.
pub(super) const WORD: &str = "code";
/// Lines that are told of one relationship.
const PROOFS: usize = 4;

/// The folder whose code is meant by `code [DIR]`; none where the sources are files.
pub(super) fn folder(sources: &[PathBuf]) -> Option<PathBuf> {
    match sources {
        [word] if word.as_os_str() == WORD => Some(PathBuf::from(".")),
        [word, folder] if word.as_os_str() == WORD => Some(folder.clone()),
        _ => None,
    }
}

/// Reads a folder's code. `declared`: the component of a path, where a topology says so.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn read(folder: &Path, declared: &(dyn Fn(&str) -> Option<String> + Sync)) -> anyhow::Result<Import> {
    let root = folder.canonicalize().map_err(|e| Error::file(folder, &e))?;
    let linked = load(&Wanted { root: &root, state: None, force: false, declared, topology: 0 }).map_err(|e| Error::file(folder, &e))?;
    Ok(import(&linked))
}

/// A linked repository as a topology.
fn import(linked: &Linked) -> Import {
    let components = linked.tables.components();
    let flows: Vec<Flow> = flows::flows(&linked.index, &linked.tables).into_iter().filter(|f| f.certainty > Certainty::Guess).collect();
    let mut topology = Topology::default();
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (folder, name) in components.folders() {
        folders.entry(name).or_default().push(folder);
    }
    for file in &linked.index.files {
        // One that a topology names, whose folder shows no start of its own.
        if let Some(name) = file.component.as_deref() {
            folders.entry(name).or_default();
        }
    }
    for (name, folders) in &folders {
        topology.components.push(own(name, folders, components.deployment(name)));
    }
    // What has no code here is of interest where the code reaches it.
    let reached: BTreeSet<&str> = flows.iter().filter(|f| matches!(f.way, Way::Asks | Way::Reaches)).map(|f| f.to.as_str()).collect();
    for name in reached.into_iter().filter(|n| !folders.contains_key(n)) {
        let deployed = components.deployment(name);
        topology.components.push(Component { kind: guess::kind(deployed.map_or("", |d| &d.image), name), ..own(name, &[], deployed) });
    }
    let channels: BTreeSet<&str> = flows.iter().filter(|f| f.way == Way::Feeds).map(|f| f.name.as_str()).collect();
    for name in channels {
        topology.components.push(Component { name: name.to_owned(), kind: Kind::Queue, declared: true, ..Component::default() });
    }
    topology.relationships = relationships(&flows);
    settings(linked, &mut topology);
    topology.convergence_points = flows::meetings(&linked.index).iter().map(meeting).collect();
    Import { notes: notes(&topology), topology, formats: vec![WORD] }
}

/// A component by its folders and by how a manifest deploys it.
fn own(name: &str, folders: &[&str], deployed: Option<&Deployed>) -> Component {
    let count = deployed.and_then(|d| count::words(d.count.as_deref()?)).map_or(Count::Unknown, |c| c.count);
    let mut sources = Vec::new();
    if let Some(deployed) = deployed {
        let facts = count::write(count).map(|c| format!("count: {c}")).into_iter().collect();
        sources.push(Source { file: deployed.path.clone(), line: deployed.line, facts });
    }
    Component {
        name: name.to_owned(),
        kind: if deployed.is_some_and(|d| d.scheduled) { Kind::Job } else { guess::kind("", name) },
        declared: true,
        paths: folders.iter().filter(|f| !f.is_empty() && !folders.iter().any(|o| is_within(f, o))).map(|f| format!("{f}/**")).collect(),
        count,
        sources,
        ..Component::default()
    }
}

fn is_within(folder: &str, other: &str) -> bool {
    folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
}

fn relationships(flows: &[Flow]) -> Vec<Relationship> {
    let mut out: BTreeMap<(String, String), Relationship> = BTreeMap::new();
    let mut add = |from: &str, to: &str, flow: &Flow, sides: &[&[Proof]]| {
        let it =
            out.entry((from.to_owned(), to.to_owned())).or_insert_with(|| Relationship { from: from.to_owned(), to: to.to_owned(), ..Relationship::default() });
        // A protocol that is spoken says more than the scheme of an address.
        if it.via.is_empty() || flow.way == Way::Asks && !it.via.contains(flow.via.as_str()) {
            it.via = [it.via.as_str(), &flow.via].iter().filter(|v| !v.is_empty()).copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        }
        if flow.way == Way::Feeds {
            it.pattern = Some(Interaction::PubSub);
        }
        if flow.way == Way::Reaches && flow.via == "otlp" {
            it.required = Some(false);
            it.sync = Some(false);
        }
        let proofs = sides.iter().filter_map(|side| side.first());
        for Proof { path, line, says } in proofs {
            match it.sources.iter().position(|s| s.file == *path && s.line == *line) {
                Some(i) if !it.sources[i].facts.contains(says) => it.sources[i].facts.push(says.clone()),
                None if it.sources.len() < PROOFS => it.sources.push(Source { file: path.clone(), line: *line, facts: vec![says.clone()] }),
                _ => {}
            }
        }
    };
    // What is asked proves more than an address.
    for flow in flows.iter().filter(|f| f.way == Way::Asks).chain(flows.iter().filter(|f| f.way == Way::Reaches)) {
        add(&flow.from, &flow.to, flow, &[&flow.starts, &flow.ends]);
    }
    for flow in flows.iter().filter(|f| f.way == Way::Feeds) {
        add(&flow.from, &flow.name, flow, &[&flow.starts]);
        add(&flow.name, &flow.to, flow, &[&flow.ends]);
    }
    for flow in flows.iter().filter(|f| f.group.is_some()) {
        if let (Some(it), Some(group)) = (out.get_mut(&(flow.name.clone(), flow.to.clone())), &flow.group) {
            it.notes = format!("consumer group {group}");
        }
    }
    out.into_values().collect()
}

/// Tries and timeouts that a caller's own code sets for its target.
fn settings(linked: &Linked, topology: &mut Topology) {
    for resource in linked.index.resources.iter().filter(|r| r.kind == ResourceKind::Setting) {
        for place in resource.places.iter().filter(|p| p.role == Role::Retries && p.certainty > Certainty::Guess) {
            let file = linked.index.file(place);
            let Some((key, value)) = place.value.as_deref().and_then(|v| v.split_once('=')) else { continue };
            let own = |r: &&mut Relationship| Some(r.from.as_str()) == file.component.as_deref() && r.to == resource.name;
            let Some(it) = topology.relationships.iter_mut().find(own) else { continue };
            let said = match key {
                "attempts" if it.attempts.is_none() => value.parse().ok().map(|n| it.attempts = Some(n)).is_some(),
                "timeout" if it.timeout.is_none() => units::duration(value).map(|d| it.timeout = Some(d)).is_some(),
                _ => false,
            };
            if said {
                it.sources.push(Source { file: file.path.clone(), line: place.line, facts: vec![format!("{key}: {value}")] });
            }
        }
    }
}

fn meeting(meeting: &Meeting) -> ConvergencePoint {
    let what = match meeting.kind {
        ResourceKind::Column => "table",
        ResourceKind::Key => "key",
        _ => "bucket",
    };
    ConvergencePoint {
        resource: format!("{what} {}", meeting.name),
        accessed_by: meeting.writers.union(&meeting.readers).cloned().collect(),
        access: if meeting.readers.is_empty() { "write" } else { "read-write" }.to_owned(),
        sources: meeting.proofs.iter().take(PROOFS).map(|p| Source { file: p.path.clone(), line: p.line, facts: vec![p.says.clone()] }).collect(),
        ..ConvergencePoint::default()
    }
}

/// Components of which nothing could be read.
fn notes(topology: &Topology) -> Vec<Note> {
    if topology.components.is_empty() {
        return vec![Note::new(About::NotRead, "no folder here is packed or started by itself, so no component could be told", Vec::new())];
    }
    let is_met = |c: &&Component| !topology.relationships.iter().any(|r| r.from == c.name || r.to == c.name);
    let text = |c: &Component| format!("no call from or to {} could be read from its code", c.name);
    topology.components.iter().filter(is_met).map(|c| Note::new(About::NoConnection, text(c), Vec::new())).collect()
}

#[cfg(test)]
mod tests;
