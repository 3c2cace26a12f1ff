//! Parts of several importers to one topology: names are matched, addresses become relationships, facts keep their sources, and what
//! sources contradict each other in is told.

mod finish;
mod join;

use super::importers::guess;
use super::importers::hosts;
use super::importers::part::{About, Mention, Named, Note, Part, Policy};
use super::model::{Component, Kind, Relationship, Topology};
use super::names;
use crate::text::plain;
use join::{add, join};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// What was read from sources.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Import {
    /// The system.
    pub topology: Topology,
    /// What the reader of it should know.
    pub notes: Vec<Note>,
    /// The formats that were met, by id.
    pub formats: Vec<&'static str>,
}

/// Merges parts. The first that states a fact is believed.
#[must_use]
pub fn topology(parts: Vec<Part>) -> Import {
    let mut room = Room::default();
    let mut later = Vec::new();
    for part in parts {
        let renamed = room.take_components(part.components, &part.stands_for);
        let name = |n: &str| {
            let n = clean(n);
            renamed.get(&n).cloned().unwrap_or(n)
        };
        room.names.extend(part.names.into_iter().map(|n| Named { component: name(&n.component), ..n }));
        room.published.extend(part.published.iter().map(|p| name(p)));
        room.notes.extend(part.notes);
        room.images.extend(part.images.into_iter().map(|(n, image)| (name(&n), image)));
        let mentions: Vec<Mention> = part.mentions.into_iter().map(|m| Mention { from: name(&m.from), ..m }).collect();
        let relationships: Vec<Relationship> = part.relationships.into_iter().map(|r| Relationship { from: name(&r.from), to: name(&r.to), ..r }).collect();
        let policies: Vec<Policy> = part.policies.into_iter().map(|p| Policy { from: p.from.as_deref().map(name), ..p }).collect();
        later.push((mentions, relationships, policies, part.entries));
    }
    let mut policies = Vec::new();
    for (mentions, relationships, more, entries) in later {
        for (host, scope, source) in entries {
            for name in room.lookup(&host, &scope) {
                for component in room.topology.components.iter_mut().filter(|c| c.name == name) {
                    component.entry = true;
                    add(&mut component.sources, vec![source.clone()]);
                }
            }
        }
        for relationship in relationships {
            room.relate(relationship);
        }
        for mention in &mentions {
            room.follow(mention);
        }
        policies.extend(more);
    }
    for policy in &policies {
        room.apply(policy);
    }
    room.finish()
}

#[derive(Default)]
struct Room {
    topology: Topology,
    by_name: HashMap<String, usize>,
    by_ends: HashMap<(String, String), usize>,
    names: Vec<Named>,
    by_host: HashMap<String, Vec<usize>>,
    published: BTreeSet<String>,
    images: HashMap<String, String>,
    notes: Vec<Note>,
}

impl Room {
    /// Takes the components of one part, and returns under which other name some of them are known already.
    fn take_components(&mut self, components: Vec<Component>, stands_for: &[(String, &'static str)]) -> HashMap<String, String> {
        let own: BTreeSet<String> = components.iter().map(|c| c.name.clone()).collect();
        // A name is matched loosely only with a component that this part does not have itself.
        let known: Vec<String> = self.topology.components.iter().map(|c| c.name.clone()).filter(|n| !own.contains(n)).collect();
        let matcher = names::Matcher::of(known.iter().map(|n| (n.as_str(), std::iter::empty::<&str>())));
        let mut renamed = HashMap::new();
        for mut component in components {
            component.name = clean(&component.name);
            if component.name.is_empty() {
                continue;
            }
            if let Some((_, word)) = stands_for.iter().find(|(n, _)| *n == component.name && !self.by_name.contains_key(n))
                && let Some(one) = self.only(word)
            {
                renamed.insert(component.name.clone(), one.clone());
                component.name = one;
            } else if !self.by_name.contains_key(&component.name)
                && let Some(n) = matcher.find(&component.name)
                && !renamed.values().any(|v: &String| *v == known[n])
            {
                renamed.insert(component.name.clone(), known[n].clone());
                self.names.push(Named { component: known[n].clone(), name: component.name.clone(), ..Named::default() });
                self.topology.aliases.entry(known[n].clone()).or_default().push(component.name.clone());
                component.name.clone_from(&known[n]);
            }
            match self.by_name.get(&component.name).copied() {
                Some(i) => join(&mut self.topology.components[i], component, &mut self.notes),
                None => {
                    self.by_name.insert(component.name.clone(), self.topology.components.len());
                    self.topology.components.push(component);
                }
            }
        }
        renamed
    }

    /// The component that runs a technology, else the gateway, where there is exactly one.
    fn only(&self, word: &str) -> Option<String> {
        let one = |test: &dyn Fn(&Component) -> bool| {
            let mut found = self.topology.components.iter().filter(|c| test(c));
            found.next().filter(|_| found.next().is_none()).map(|c| c.name.clone())
        };
        one(&|c| self.technology(&c.name).is_some_and(|t| t.word == word)).or_else(|| one(&|c| c.kind == Kind::Gateway))
    }

    /// The components that a host leads to.
    fn lookup(&mut self, host: &str, scope: &str) -> Vec<String> {
        if self.by_host.is_empty() {
            for (i, named) in self.names.iter().enumerate() {
                self.by_host.entry(named.name.to_ascii_lowercase()).or_default().push(i);
            }
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let mut tries = vec![host.as_str()];
        if let Some((head, rest)) = host.split_once('.') {
            // A pod of a StatefulSet is reached below its Service: `db-0.db`.
            if head.rsplit_once('-').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) {
                tries.push(rest);
            }
            // `cart.shop`, where nothing says that there is a namespace `shop`; `redis.io` is a place in the world.
            if !rest.contains('.') && !WORLD.contains(&rest) {
                tries.push(head);
            }
        }
        // Manifests without a namespace are put into one later.
        if hosts::is_cluster_name(&host) {
            tries.extend(host.split('.').next());
        }
        for name in tries {
            if self.by_name.contains_key(name) && !self.by_host.contains_key(name) {
                return vec![name.to_owned()];
            }
            let Some(found) = self.by_host.get(name) else { continue };
            let of = |near: bool| -> Vec<String> {
                let mut out: Vec<String> =
                    found.iter().map(|i| &self.names[*i]).filter(|n| !near || n.scope == scope || n.scope.is_empty()).map(|n| n.component.clone()).collect();
                out.dedup();
                out
            };
            let near = of(true);
            let all = if near.is_empty() { of(false) } else { near };
            if !all.is_empty() {
                return all;
            }
        }
        Vec::new()
    }

    fn follow(&mut self, mention: &Mention) {
        let mut targets = self.lookup(&mention.host, &mention.scope);
        if targets.contains(&mention.from) {
            return;
        }
        if targets.is_empty() {
            // An address without a name says nothing about who is there.
            if !mention.sure || hosts::is_ip(&mention.host) || hosts::is_cluster_name(&mention.host) && mention.host.starts_with("kubernetes.default") {
                return;
            }
            targets.push(self.undeclared(mention));
        }
        for to in targets {
            // Without a port the only one is meant.
            let spoken_at = |n: &&Named| n.component == to && (n.ports.len() == 1 || mention.port.is_some());
            let mut ports = self.names.iter().filter(spoken_at).flat_map(|n| &n.ports);
            let port = ports.find(|(p, _)| mention.port.is_none_or(|m| m == *p)).map(|(_, via)| via.clone());
            let technology = self.technology(&to);
            // A gateway that knows Jaeger shows its pages to people.
            let is_gateway = self.by_name.get(&mention.from).is_some_and(|i| self.topology.components[*i].kind == Kind::Gateway);
            let forwards = is_gateway && mention.via.is_empty() && mention.port.is_none() && technology.is_none_or(|t| t.via != "otlp");
            let sink = technology.is_some_and(|t| t.telemetry) && !forwards;
            let telemetry = mention.telemetry && !forwards || sink;
            let spoken = technology.map(|t| t.via).filter(|v| !v.is_empty()).map(str::to_owned);
            let via = if mention.telemetry && sink {
                spoken.unwrap_or_else(|| "telemetry".to_owned())
            } else if !mention.via.is_empty() && (mention.via != "http" || spoken.is_none()) {
                mention.via.clone()
            } else {
                // A store that is reached by a URL speaks its own protocol all the same.
                let port = port.filter(|v| !v.is_empty());
                port.clone().filter(|v| v != "http").or(spoken).or(port).unwrap_or_else(|| mention.via.clone())
            };
            self.relate(Relationship {
                from: mention.from.clone(),
                to,
                via,
                sync: (mention.telemetry && sink).then_some(false),
                required: (telemetry || mention.start_only).then_some(false),
                notes: if mention.start_only {
                    "must have finished before the start".to_owned()
                } else if mention.order_only {
                    ORDER_ONLY.to_owned()
                } else {
                    String::new()
                },
                sources: vec![mention.source.clone()],
                ..Relationship::default()
            });
        }
    }

    /// A component that only an address names.
    fn undeclared(&mut self, mention: &Mention) -> String {
        let host = mention.host.trim_end_matches('.').to_ascii_lowercase();
        let name = if hosts::is_cluster_name(&host) { host.split('.').next().unwrap_or(&host).to_owned() } else { host.clone() };
        let outside = host.contains('.') && !hosts::is_cluster_name(&host);
        if !self.by_name.contains_key(&name) {
            self.by_name.insert(name.clone(), self.topology.components.len());
            self.topology.components.push(Component {
                name: name.clone(),
                kind: if outside { Kind::External } else { guess::kind("", &name) },
                sources: vec![mention.source.clone()],
                ..Component::default()
            });
        }
        if host != name {
            self.topology.aliases.entry(name.clone()).or_default().push(host);
        }
        name
    }

    fn relate(&mut self, new: Relationship) {
        if new.from.is_empty() || new.to.is_empty() {
            return;
        }
        for end in [&new.from, &new.to] {
            if !self.by_name.contains_key(end) {
                self.by_name.insert(end.clone(), self.topology.components.len());
                self.topology.components.push(Component {
                    name: end.clone(),
                    kind: guess::kind("", end),
                    sources: new.sources.clone(),
                    ..Component::default()
                });
            }
        }
        if new.from == new.to {
            return;
        }
        let ends = (new.from.clone(), new.to.clone());
        let Some(i) = self.by_ends.get(&ends).copied() else {
            self.by_ends.insert(ends, self.topology.relationships.len());
            self.topology.relationships.push(new);
            return;
        };
        let old = &mut self.topology.relationships[i];
        let firm = |r: &Relationship| r.required != Some(false) && r.notes != ORDER_ONLY;
        // One address that is needed makes the whole needed; an order of start says nothing beside an address.
        if new.notes != ORDER_ONLY {
            if firm(&new) && old.required == Some(false) {
                old.required = new.required;
                old.sync = new.sync;
                old.via = String::new();
            }
            if old.notes == ORDER_ONLY {
                old.notes.clear();
                old.required = new.required;
                old.sync = new.sync;
                old.via = new.via.clone();
            }
        }
        if old.via.is_empty() {
            old.via = new.via;
        }
        if !new.notes.is_empty() && new.notes != ORDER_ONLY && !old.notes.contains(&new.notes) && firm(old) {
            old.notes = [old.notes.as_str(), new.notes.as_str()].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join("; ");
        }
        old.sync = old.sync.or(new.sync);
        old.pattern = old.pattern.or(new.pattern);
        old.timeout = old.timeout.or(new.timeout);
        old.attempts = old.attempts.or(new.attempts);
        old.breaker |= new.breaker;
        old.ordered |= new.ordered;
        old.contract = old.contract.take().or(new.contract);
        old.rate = old.rate.or(new.rate);
        old.data = if old.data.is_empty() { new.data } else { std::mem::take(&mut old.data) };
        for layer in new.retry_layers {
            if !old.retry_layers.contains(&layer) {
                old.retry_layers.push(layer);
            }
        }
        add(&mut old.sources, new.sources);
    }

    fn apply(&mut self, policy: &Policy) {
        let targets = self.lookup(&policy.host, &policy.scope);
        let mut touched = false;
        let mut clash = Vec::new();
        for relationship in &mut self.topology.relationships {
            if !targets.contains(&relationship.to) || policy.from.as_ref().is_some_and(|f| *f != relationship.from) {
                continue;
            }
            touched = true;
            let mut differ = |field: &str, old: Option<String>, new: Option<String>| {
                if let (Some(old), Some(new)) = (old, new)
                    && old != new
                {
                    clash.push((relationship.from.clone(), relationship.to.clone(), field.to_owned(), old, new, relationship.sources.clone()));
                }
            };
            differ("timeout", relationship.timeout.map(|t| format!("{t:?}")), policy.timeout.map(|t| format!("{t:?}")));
            differ("attempts", relationship.attempts.map(|n| n.to_string()), policy.attempts.map(|n| n.to_string()));
            relationship.timeout = relationship.timeout.or(policy.timeout);
            relationship.attempts = relationship.attempts.or(policy.attempts);
            relationship.breaker |= policy.breaker;
            if let Some(layer) = policy.layer.filter(|l| !relationship.retry_layers.contains(l)) {
                relationship.retry_layers.push(layer);
            }
            if !policy.notes.is_empty() && !relationship.notes.contains(&policy.notes) {
                relationship.notes = [relationship.notes.as_str(), policy.notes.as_str()].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join("; ");
            }
            add(&mut relationship.sources, vec![policy.source.clone()]);
        }
        for (from, to, field, old, new, mut sources) in clash {
            sources.retain(|s| s.facts.iter().any(|f| f.starts_with(&field)));
            sources.push(policy.source.clone());
            self.notes.push(Note::new(About::Contradiction, format!("{from} -> {to}: {field} is {old} and {new}; the first is kept"), sources));
        }
        if !touched {
            let what = if targets.is_empty() { "which no source declares" } else { "and no caller of it could be read" };
            self.notes.push(Note::new(About::NotRead, format!("settings of calls to {}, {what}, have no place", policy.host), vec![policy.source.clone()]));
        }
    }

    /// What a component runs, as far as that can be told.
    fn technology(&self, name: &str) -> Option<guess::Technology> {
        guess::technology(self.images.get(name).map_or("", String::as_str), name)
    }
}

/// A name without what cannot be seen.
fn clean(name: &str) -> String {
    plain(name).trim().to_owned()
}

/// Ends of names that everybody can look up.
const WORLD: &[&str] =
    &["com", "org", "net", "io", "dev", "app", "ai", "co", "cloud", "tech", "me", "info", "eu", "de", "fr", "uk", "us", "cn", "jp", "xyz", "example"];

/// What an order of start alone says.
const ORDER_ONLY: &str = "depends_on only: no address of it was read";

#[cfg(test)]
mod tests;
