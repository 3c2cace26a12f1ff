//! Calls that traces saw. A span whose parent belongs to another service is a call from there to here.

use super::guess;
use super::part::Part;
use crate::topology::model::{Component, Kind, Relationship, Source};
use std::collections::{BTreeMap, HashMap};

/// Calls by their ends, summed up.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// In the order in which they are first seen.
    order: Vec<(String, String)>,
    seen: HashMap<(String, String), (u64, u64, Source)>,
    services: Vec<String>,
    places: BTreeMap<String, Source>,
}

impl Calls {
    /// A service that was seen.
    pub(super) fn service(&mut self, name: &str, at: &Source) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), at.clone());
            self.services.push(name.to_owned());
        }
    }

    /// Calls that were seen. A service that calls itself is only there.
    pub(super) fn add(&mut self, from: &str, to: &str, calls: u64, errors: u64, at: Source) {
        self.service(from, &at);
        self.service(to, &at);
        if from == to {
            return;
        }
        let ends = (from.to_owned(), to.to_owned());
        let row = self.seen.entry(ends.clone()).or_insert_with(|| {
            self.order.push(ends);
            (0, 0, at)
        });
        row.0 = row.0.saturating_add(calls);
        row.1 = row.1.saturating_add(errors);
    }

    /// What was seen: no counts, no kinds beyond what names say.
    pub(super) fn part(mut self) -> Part {
        let component = |name: &String| Component {
            kind: match guess::kind("", name) {
                Kind::Client => Kind::Client,
                kind => guess::technology("", name).map_or(if kind == Kind::Db { kind } else { Kind::Service }, |t| t.kind),
            },
            name: name.clone(),
            declared: true,
            sources: self.places.get(name).cloned().into_iter().collect(),
            ..Component::default()
        };
        let components = self.services.iter().map(component).collect();
        let mut relationships = Vec::new();
        for ends in std::mem::take(&mut self.order) {
            let Some((calls, errors, at)) = self.seen.remove(&ends) else { continue };
            let mut facts = vec![format!("calls seen: {calls}")];
            if errors > 0 {
                facts.push(format!("errors seen: {errors}"));
            }
            relationships.push(Relationship { from: ends.0, to: ends.1, sources: vec![Source { facts, ..at }], ..Relationship::default() });
        }
        Part { components, relationships, ..Part::default() }
    }
}

/// A span, as far as it tells who called whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    pub(super) trace: String,
    pub(super) id: String,
    /// Spans that it belongs below or follows.
    pub(super) parents: Vec<String>,
    pub(super) service: String,
    /// The service at the other end, where the span names it.
    pub(super) peer: String,
    /// It is told by the caller.
    pub(super) calls: bool,
    /// It is told by the called, under the caller's own id.
    pub(super) shared: bool,
    pub(super) at: Source,
}

impl Calls {
    /// Links spans: a span whose parent belongs to another service was called by it. A caller's span that nobody answered calls the
    /// other end that it names: a store, or somebody who tells no spans.
    pub(super) fn link(&mut self, spans: &[Span]) {
        fn of<'m>(by_id: &'m HashMap<&str, HashMap<&str, Vec<usize>>>, trace: &str, id: &str) -> &'m [usize] {
            by_id.get(trace).and_then(|t| t.get(id)).map_or(&[], Vec::as_slice)
        }
        let mut by_id: HashMap<&str, HashMap<&str, Vec<usize>>> = HashMap::new();
        for (i, span) in spans.iter().enumerate() {
            by_id.entry(&span.trace).or_default().entry(&span.id).or_default().push(i);
        }
        let mut answered = vec![false; spans.len()];
        let mut known = vec![false; spans.len()];
        for (i, span) in spans.iter().enumerate().filter(|(_, s)| !s.service.is_empty()) {
            self.service(&span.service, &span.at);
            let own = of(&by_id, &span.trace, &span.id).iter().copied().filter(|p| span.shared && *p != i && !spans[*p].shared).take(1);
            let above = span.parents.iter().filter(|p| !span.shared && !p.is_empty()).filter_map(|p| {
                let all = of(&by_id, &span.trace, p);
                // Of both sides of a call the called one goes on.
                all.iter()
                    .copied()
                    .find(|p| spans[*p].service == span.service)
                    .or_else(|| all.iter().copied().find(|p| !spans[*p].calls))
                    .or(all.first().copied())
            });
            for parent in own.chain(above).filter(|p| *p != i && !spans[*p].service.is_empty()).collect::<Vec<_>>() {
                known[i] = true;
                if spans[parent].service != span.service {
                    for side in of(&by_id, &span.trace, &spans[parent].id) {
                        answered[*side] = true;
                    }
                }
                self.add(&spans[parent].service, &span.service, 1, 0, span.at.clone());
            }
        }
        for (i, span) in spans.iter().enumerate().filter(|(_, s)| !s.service.is_empty() && !s.peer.is_empty() && s.peer != s.service) {
            if span.calls && !answered[i] {
                self.add(&span.service, &span.peer, 1, 0, span.at.clone());
            } else if !span.calls && !known[i] {
                self.add(&span.peer, &span.service, 1, 0, span.at.clone());
            }
        }
    }
}
