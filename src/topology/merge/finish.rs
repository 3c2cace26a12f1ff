//! The last look at a merged system: where users enter, other names, and what could not be read.

use super::join::add;
use super::{Import, Room, clean};
use crate::topology::importers::guess;
use crate::topology::importers::part::{About, Note};
use crate::topology::model::{Component, Kind, Source, Topology};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More services with a port of the machine than this are no entries, but a developer's habit.
const MOST_ENTRIES: usize = 3;

impl Room {
    pub(super) fn finish(mut self) -> Import {
        let entries = self.entries();
        for component in &mut self.topology.components {
            component.entry |= entries.contains(&component.name);
        }
        for named in &self.names {
            let plain = named.name != named.component && !named.name.contains('.');
            if plain && self.topology.component(&named.name).is_none() && self.by_name.contains_key(&named.component) {
                self.topology.aliases.entry(named.component.clone()).or_default().push(named.name.clone());
            }
        }
        for list in self.topology.aliases.values_mut() {
            list.sort();
            list.dedup();
        }
        // A name that several have is nobody's other name.
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.topology.aliases.values().flatten() {
            *owners.entry(name.clone()).or_default() += 1;
        }
        self.topology.aliases.retain(|_, list| {
            list.retain(|n| owners[n] == 1);
            !list.is_empty()
        });
        let order: HashMap<&str, usize> = self.topology.components.iter().enumerate().map(|(i, c)| (c.name.as_str(), i)).collect();
        let mut relationships = std::mem::take(&mut self.topology.relationships);
        relationships.sort_by_key(|r| order.get(r.from.as_str()).copied());
        self.topology.relationships = relationships;
        tidy(&mut self.topology);
        let mut notes = self.silent();
        notes.splice(0..0, self.notes);
        // What several places say is told once.
        let mut told: Vec<Note> = Vec::new();
        for note in notes {
            match told.iter_mut().find(|n| n.about == note.about && n.text == note.text) {
                Some(first) => add(&mut first.sources, note.sources),
                None => told.push(note),
            }
        }
        told.sort_by_key(|n| n.about);
        Import { topology: self.topology, notes: told, formats: Vec::new() }
    }

    /// Where a port of the machine leads, and users with it: gateways and what is called as a front. Without either a few services
    /// that nobody within calls; where all of them publish a port, as on a developer's machine, that says nothing.
    fn entries(&mut self) -> Vec<String> {
        let aside = |c: &Component| c.kind == Kind::Client || self.technology(&c.name).is_some_and(|t| t.telemetry);
        let clients: BTreeSet<&str> = self.topology.components.iter().filter(|c| aside(c)).map(|c| c.name.as_str()).collect();
        let called: BTreeSet<&str> = self.topology.relationships.iter().filter(|r| !clients.contains(r.from.as_str())).map(|r| r.to.as_str()).collect();
        let published: Vec<&Component> = self.topology.components.iter().filter(|c| self.published.contains(&c.name)).collect();
        let is_front = |c: &&&Component| c.kind == Kind::Gateway || c.kind == Kind::Service && guess::is_front(&c.name) && !called.contains(c.name.as_str());
        let names = |found: Vec<&&Component>| found.into_iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let fronts = names(published.iter().filter(is_front).collect());
        if !fronts.is_empty() {
            return fronts;
        }
        let free = |c: &&&Component| c.kind == Kind::Service && !called.contains(c.name.as_str()) && !clients.contains(c.name.as_str());
        let few = names(published.iter().filter(free).collect());
        if few.len() > MOST_ENTRIES {
            let text = format!("where users enter cannot be told: {} services publish a port", few.len());
            self.notes.push(Note::new(About::NotRead, text, Vec::new()));
            return Vec::new();
        }
        few
    }

    /// Components whose connections could not be read, one note each, and targets that nobody declares.
    fn silent(&self) -> Vec<Note> {
        let topology = &self.topology;
        let mut notes = Vec::new();
        let sinks: BTreeSet<&str> =
            topology.components.iter().filter(|c| self.technology(&c.name).is_some_and(|t| t.telemetry)).map(|c| c.name.as_str()).collect();
        for component in &topology.components {
            let name = component.name.as_str();
            let at = component.sources.first().map(|s| Source { facts: Vec::new(), ..s.clone() }).into_iter().collect::<Vec<_>>();
            if !component.declared {
                let callers: Vec<&str> = topology.relationships.iter().filter(|r| r.to == name).map(|r| r.from.as_str()).collect();
                if component.kind != Kind::External && !callers.is_empty() {
                    let sources = topology.relationships.iter().filter(|r| r.to == name).flat_map(|r| r.sources.clone()).collect();
                    notes.push(Note::new(About::Dangling, format!("{name}: named by {}, declared by no source", callers.join(", ")), sources));
                }
                continue;
            }
            let calls: Vec<&str> = topology.relationships.iter().filter(|r| r.from == name).map(|r| r.to.as_str()).collect();
            let called = topology.relationships.iter().any(|r| r.to == name);
            let text = if calls.is_empty() && !called {
                format!("no connection of {name} could be read from these files")
            } else if calls.is_empty() && component.kind == Kind::Gateway {
                format!("where {name} forwards to could not be read from these files")
            } else if component.kind == Kind::Service && !called && !sinks.contains(name) && calls.iter().all(|c| sinks.contains(c)) {
                format!("no connection of {name} but to {} could be read from these files", calls.join(", "))
            } else {
                continue;
            };
            notes.push(Note::new(About::NoConnection, text, at));
        }
        notes
    }
}

/// Texts as a file keeps them: without what cannot be seen, and without space around.
fn tidy(topology: &mut Topology) {
    let text = |t: &mut String| *t = clean(t);
    let option = |t: &mut Option<String>| *t = t.take().map(|t| clean(&t)).filter(|t| !t.is_empty());
    for component in &mut topology.components {
        text(&mut component.role);
        text(&mut component.notes);
        option(&mut component.owner);
        component.paths.iter_mut().for_each(text);
    }
    for relationship in &mut topology.relationships {
        text(&mut relationship.via);
        text(&mut relationship.data);
        text(&mut relationship.notes);
        option(&mut relationship.contract);
    }
    for names in topology.aliases.values_mut() {
        names.iter_mut().for_each(text);
        names.retain(|n| !n.is_empty());
    }
    topology.aliases.retain(|_, names| !names.is_empty());
}
