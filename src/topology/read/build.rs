//! From nodes to the model. What has the wrong type is left out here: [`super::shape`] has told of it.

use super::{MANY, Problem, Severity, value, words};
use crate::nearest::nearest;
use crate::topology::count::{self, Counted};
use crate::topology::model::{
    Backoff, Calls, Component, Consensus, ConvergencePoint, Count, Defaults, Interaction, Kind, Relationship, Replica, Slo, Source, State, Topology, Transition,
};
use crate::topology::yaml::{Place, Yaml};
use std::collections::{HashMap, HashSet};

/// What was built, with the node of each part: by that a later check finds the place of a value.
pub(super) struct Built<'a> {
    pub(super) topology: Topology,
    /// For each component; `None`: only a relationship names it.
    pub(super) components: Vec<Option<&'a Yaml>>,
    /// For each relationship.
    pub(super) relationships: Vec<&'a Yaml>,
}

/// Builds the model of a file's root node.
pub(super) fn build<'a>(root: &'a Yaml, file: &str, problems: &mut Vec<Problem>) -> Built<'a> {
    let mut topology = Topology {
        defaults: root.get("defaults").map_or_else(Defaults::default, |d| Defaults { timeout: duration(d, "timeout"), attempts: whole(d, "attempts") }),
        invariants: texts(root, "invariants"),
        ignore: texts(root, "ignore"),
        ..Topology::default()
    };
    for (name, others) in root.get("aliases").map_or(&[][..], Yaml::entries) {
        if let Some(name) = name.text() {
            topology.aliases.entry(name.trim().to_owned()).or_default().extend(list(others));
        }
    }
    let mut builder =
        Builder { file, ends: HashMap::new(), declares: false, built: Built { topology, components: Vec::new(), relationships: Vec::new() }, problems };
    for node in items(root, "components") {
        builder.component(node);
    }
    builder.declares = !builder.built.components.is_empty();
    // Another name of a component means that component.
    let names = &mut builder.ends;
    for (own, others) in &builder.built.topology.aliases {
        if let Some(at) = names.get(own).copied() {
            for other in others {
                names.entry(other.clone()).or_insert(at);
            }
        }
    }
    let lists = items(root, "relationships").iter().chain(items(root, "topology")).chain(if root.items().is_empty() { &[] } else { root.items() });
    for node in lists {
        builder.relationship(node);
    }
    for node in items(root, "convergence_points") {
        builder.convergence(node);
    }
    let Builder { ends, mut built, .. } = builder;
    settle(&mut built.topology);
    rename(&mut built.topology, &ends);
    built
}

/// An edge's count that is the component's own says nothing more.
fn settle(topology: &mut Topology) {
    let own: HashMap<&str, Count> = topology.components.iter().map(|c| (c.name.as_str(), c.count)).collect();
    for r in &mut topology.relationships {
        for (name, count) in [(&r.from, &mut r.from_count), (&r.to, &mut r.to_count)] {
            if own.get(name.as_str()) == count.as_ref() {
                *count = None;
            }
        }
    }
}

/// Wherever another name of a component stands, its own takes its place.
fn rename(topology: &mut Topology, ends: &HashMap<String, usize>) {
    let names: Vec<String> = topology.components.iter().map(|c| c.name.clone()).collect();
    let mut parts: HashMap<&str, Vec<&String>> = HashMap::new();
    for name in &names {
        name.split(['-', '_', '.']).for_each(|part| parts.entry(part).or_default().push(name));
    }
    let own = |name: &mut String| {
        if let Some(known) = ends.get(name).and_then(|at| names.get(*at)) {
            name.clone_from(known);
        }
    };
    for c in &mut topology.components {
        c.state.iter_mut().flat_map(|s| &mut s.replicas).for_each(|r| own(&mut r.held_by));
        if let Some(per) = &mut c.per {
            own(per);
            // `per-runner` means the one component that has the word in its name.
            if let (false, Some([one])) = (ends.contains_key(per), parts.get(per.as_str()).map(Vec::as_slice))
                && **one != c.name
            {
                per.clone_from(one);
            }
        }
    }
    for r in &mut topology.relationships {
        r.fallback.iter_mut().chain(&mut r.dead_letter).for_each(&own);
    }
    topology.convergence_points.iter_mut().flat_map(|p| &mut p.accessed_by).for_each(own);
}

struct Builder<'a, 'p> {
    file: &'p str,
    /// Components by their names and other names.
    ends: HashMap<String, usize>,
    /// Whether the file lists its components: then a name that is not among them is a slip.
    declares: bool,
    built: Built<'a>,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Builder<'a, '_> {
    fn problem(&mut self, place: Place, severity: Severity, what: String, hint: String) {
        self.problems.push(Problem { place, severity, what, hint });
    }

    fn source(&self, node: &Yaml) -> Vec<Source> {
        vec![Source { file: self.file.to_owned(), line: node.place.line, facts: Vec::new() }]
    }

    fn component(&mut self, node: &'a Yaml) {
        let Some(name) = text(node, "name") else {
            if !node.entries().is_empty() {
                self.problem(node.place, Severity::Error, "a component without a name".to_owned(), "add `name:`".to_owned());
            }
            return;
        };
        if let Some(first) = self.ends.get(&name) {
            let line = self.built.topology.components[*first].sources.first().map_or(0, |s| s.line);
            self.problem(
                node.get("name").unwrap_or(node).place,
                Severity::Error,
                format!("component {name} is declared twice"),
                format!("first in line {line}, which counts"),
            );
            return;
        }
        let counted = node.get("count").and_then(count::read).unwrap_or_default();
        let component = Component {
            kind: word(node, "kind", &Kind::ALL).unwrap_or_default(),
            declared: true,
            role: text(node, "role").unwrap_or_default(),
            notes: text(node, "notes").unwrap_or_default(),
            paths: texts(node, "paths"),
            count: counted.count,
            per: text(node, "per").or(counted.per),
            owner: text(node, "owner"),
            criticality: word(node, "criticality", &words::CRITICALITY),
            zones: texts(node, "zone"),
            cell: text(node, "cell"),
            failover: word(node, "failover", &words::FAILOVER),
            slo: node.get("slo").map_or_else(Slo::default, |s| Slo { p99: duration(s, "p99"), availability: scalar(s, "availability", value::availability) }),
            capacity: scalar(node, "capacity", value::rate),
            state: items(node, "state").iter().map(state).collect(),
            consensus: node.get("consensus").filter(|c| !c.entries().is_empty()).map(|c| Consensus {
                voters: whole(c, "voters"),
                protocol: text(c, "protocol"),
                byzantine: yes(c, "byzantine").unwrap_or_default(),
            }),
            states: items(node, "states").iter().map(transition).collect(),
            entry: yes(node, "entry").unwrap_or_default(),
            feature: text(node, "feature"),
            weight: scalar(node, "weight", value::share),
            noticed_after: duration(node, "noticed_after"),
            sources: self.source(node),
            name: name.clone(),
        };
        self.ends.insert(name, self.built.topology.components.len());
        self.built.topology.components.push(component);
        self.built.components.push(Some(node));
    }

    /// The component that an end names; a new one where there is none.
    fn end(&mut self, node: &'a Yaml, name: &str, counted: Option<&Counted>) -> (String, Option<Count>) {
        let at = match self.ends.get(name) {
            Some(at) => *at,
            None => {
                let at = self.built.topology.components.len();
                if self.declares && !self.built.topology.ignore.iter().any(|i| i == name) {
                    let known = self.built.topology.components.iter().filter(|c| c.declared).map(|c| c.name.as_str());
                    let near = if self.problems.len() > MANY { None } else { nearest(name, known) };
                    let hint = near.map_or_else(|| format!("declare it: `- name: {name}`"), |n| format!("did you mean {n}?"));
                    self.problem(node.place, Severity::Warning, format!("dangling name: no component is called {name}"), hint);
                }
                self.ends.insert(name.to_owned(), at);
                let component = Component { name: name.to_owned(), declared: !self.declares, sources: self.source(node), ..Component::default() };
                self.built.topology.components.push(component);
                self.built.components.push(None);
                at
            }
        };
        let component = &mut self.built.topology.components[at];
        if let Some(counted) = counted {
            // A declared count is the component's word; without one, the first relationship that tells does.
            if component.count == Count::Unknown {
                component.count = counted.count;
            }
            if component.per.is_none() {
                component.per.clone_from(&counted.per);
            }
        }
        (component.name.clone(), counted.map(|c| c.count).filter(|c| *c != Count::Unknown))
    }

    fn relationship(&mut self, node: &'a Yaml) {
        let named = |key| node.get(key).filter(|n| n.text().is_some_and(|t| !t.trim().is_empty()));
        let ends = (named("from"), named("to"));
        let (Some(from), Some(to)) = ends else {
            if !node.entries().is_empty() {
                let missing = if ends.0.is_none() { "from" } else { "to" };
                self.problem(node.place, Severity::Error, format!("a relationship without `{missing}`"), format!("add `{missing}:`"));
            }
            return;
        };
        let [from_count, to_count] = self.counts(node);
        let (from, from_count) = self.end(from, from.text().unwrap_or_default().trim(), from_count.as_ref());
        let (to, to_count) = self.end(to, to.text().unwrap_or_default().trim(), to_count.as_ref());
        let backoff = node.get("backoff").and_then(|b| match b.text() {
            Some(text) => value::duration(text).map(|base| Backoff { base, ..Backoff::default() }),
            None => (!b.entries().is_empty()).then(|| Backoff {
                base: duration(b, "base").unwrap_or_default(),
                max: duration(b, "max"),
                jitter: yes(b, "jitter").unwrap_or_default(),
            }),
        });
        let relationship = Relationship {
            from,
            to,
            from_count,
            to_count,
            via: text(node, "via").unwrap_or_default(),
            pattern: word(node, "pattern", &Interaction::ALL),
            sync: yes(node, "sync"),
            required: yes(node, "required"),
            fallback: text(node, "fallback"),
            calls: scalar(node, "calls", calls),
            parallel: yes(node, "parallel").unwrap_or_default(),
            timeout: duration(node, "timeout"),
            attempts: whole(node, "attempts"),
            backoff,
            retry_layers: texts(node, "retry_layer").iter().filter_map(|w| words::find(&words::LAYERS, w)).collect(),
            breaker: yes(node, "breaker").unwrap_or_default(),
            idempotent: yes(node, "idempotent"),
            deadline_propagated: yes(node, "deadline_propagated"),
            rate: scalar(node, "rate", value::rate),
            data: text(node, "data").unwrap_or_default(),
            contract: text(node, "contract"),
            dead_letter: text(node, "dead_letter"),
            ordered: yes(node, "ordered").unwrap_or_default(),
            ack_before_work: yes(node, "ack_before_work"),
            notes: text(node, "notes").unwrap_or_default(),
            sources: self.source(node),
        };
        self.built.topology.relationships.push(relationship);
        self.built.relationships.push(node);
    }

    /// Both counts of a relationship. A `count` belongs to the end that is named right before it.
    fn counts(&mut self, node: &'a Yaml) -> [Option<Counted>; 2] {
        let mut counts: [Option<Counted>; 2] = [node.get("from_count"), node.get("to_count")].map(|n| n.and_then(count::read));
        let named = [node.get("from_count"), node.get("to_count")].map(|n| n.is_some());
        let mut last = None;
        let mut seen = HashSet::new();
        for (key, value) in node.entries() {
            match key.text() {
                Some("from") => last = Some(0),
                Some("to") => last = Some(1),
                Some("count") => {
                    let hint = || "write from_count and to_count".to_owned();
                    match last {
                        None => self.problem(key.place, Severity::Warning, "a count before `from` and `to`: of which?".to_owned(), hint()),
                        Some(end) if !seen.insert(end) => {
                            self.problem(key.place, Severity::Warning, "a second count of the same end: the first counts".to_owned(), hint());
                        }
                        Some(end) if named[end] => {
                            self.problem(key.place, Severity::Warning, "a count of an end that has one: from_count and to_count go first".to_owned(), hint());
                        }
                        Some(end) => counts[end] = count::read(value),
                    }
                }
                _ => {}
            }
        }
        counts
    }

    fn convergence(&mut self, node: &Yaml) {
        let Some(resource) = text(node, "resource") else {
            if !node.entries().is_empty() {
                self.problem(node.place, Severity::Error, "a convergence point without `resource`".to_owned(), "add `resource:`".to_owned());
            }
            return;
        };
        let point = ConvergencePoint {
            resource,
            accessed_by: texts(node, "accessed_by"),
            access: text(node, "type").unwrap_or_default(),
            concern: text(node, "concern").unwrap_or_default(),
            sources: self.source(node),
        };
        self.built.topology.convergence_points.push(point);
    }
}

fn state(node: &Yaml) -> State {
    State {
        name: text(node, "name").unwrap_or_default(),
        authoritative: yes(node, "authoritative").unwrap_or_default(),
        replicas: items(node, "replicas")
            .iter()
            .map(|r| Replica {
                held_by: text(r, "in").unwrap_or_default(),
                purpose: text(r, "purpose"),
                reconcile: text(r, "reconcile"),
                conflict: text(r, "conflict"),
            })
            .collect(),
        rpo: duration(node, "rpo"),
        rto: duration(node, "rto"),
    }
}

fn transition(node: &Yaml) -> Transition {
    let say = |key| text(node, key).unwrap_or_default();
    Transition { from: say("from"), to: say("to"), on: say("on"), emits: texts(node, "emits") }
}

/// `2`, `0.5`, `N`.
pub(super) fn calls(text: &str) -> Option<Calls> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("n") {
        return Some(Calls::PerItem);
    }
    text.parse().ok().filter(|n: &f64| (0.0..=1e15).contains(n)).map(Calls::Of)
}

fn word<T: Copy>(node: &Yaml, key: &str, table: &[(&str, T)]) -> Option<T> {
    words::find(table, node.get(key)?.text()?)
}

fn scalar<T>(node: &Yaml, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    read(node.get(key)?.text()?)
}

fn duration(node: &Yaml, key: &str) -> Option<std::time::Duration> {
    scalar(node, key, value::duration)
}

fn whole(node: &Yaml, key: &str) -> Option<u32> {
    scalar(node, key, |t| t.trim().parse().ok())
}

fn yes(node: &Yaml, key: &str) -> Option<bool> {
    node.get(key)?.bool()
}

fn text(node: &Yaml, key: &str) -> Option<String> {
    node.get(key)?.text().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

fn texts(node: &Yaml, key: &str) -> Vec<String> {
    node.get(key).map(list).unwrap_or_default()
}

fn list(node: &Yaml) -> Vec<String> {
    let nodes = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    nodes.iter().filter_map(|n| n.text()).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
}

fn items<'a>(node: &'a Yaml, key: &str) -> &'a [Yaml] {
    node.get(key).map_or(&[], Yaml::items)
}
