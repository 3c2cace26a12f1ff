//! What the file says against what is deployed or was traced. A target without any record is never called dead: traces see only what is
//! instrumented.

use super::importers::Evidence;
use super::init;
use super::model::{Component, Count, Kind, Relationship, Source, Topology};
use super::names::Matcher;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How the file and a source differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// A relationship of the file that the source does not show.
    NotSeen,
    /// A relationship of the source that the file does not have.
    NotDeclared,
    /// A component of the source that the file does not have.
    Unknown,
    /// A component of the file that is not deployed.
    NotDeployed,
    /// A target that the file does not declare.
    Dangling,
    /// Another count.
    Count,
}

/// Why a relationship of the file does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Both ends were seen.
    Unused,
    /// The target has no record at all.
    TargetSilent,
    /// The caller has no record at all.
    CallerSilent,
    /// Nobody declares the target.
    TargetDangling,
    /// Both ends are deployed, and the caller has addresses of others.
    NoAddress,
    /// The caller's code does other things, and nothing that leads to the target.
    NoUse,
    /// Nothing of the caller's connections could be read: this says nothing.
    Unreadable,
}

impl Why {
    /// For people.
    #[must_use]
    pub fn words(self, from: &str, to: &str) -> String {
        match self {
            Self::Unused => "both were seen, this call was not: unused in this time, or gone".to_owned(),
            Self::TargetSilent => format!("no record of {to} at all: not instrumented, or dead"),
            Self::CallerSilent => format!("no record of {from} at all: not instrumented, or idle"),
            Self::TargetDangling => format!("the file declares no {to}, and there is no record of it"),
            Self::NoAddress => format!("no setting of {from} names {to}"),
            Self::NoUse => format!("no line of {from} that leads to {to} was found: gone, or built in a way that reading does not follow"),
            Self::Unreadable => format!("no connection of {from} could be read"),
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Of what kind.
    pub difference: Difference,
    /// What the source tells.
    pub evidence: Evidence,
    /// The component, or the caller.
    pub component: String,
    /// The target of a relationship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why a relationship does not show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// In words.
    pub words: String,
    /// Where the file says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<Source>,
    /// Where the source says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Source>,
    /// Lines to add to the file; empty: there is nothing to add.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub suggestion: String,
}

/// What a comparison came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Drift {
    /// Relationships of the file, without those that are ignored.
    pub declared: usize,
    /// Relationships of the source, without those that are ignored.
    pub found: usize,
    /// In both.
    pub both: usize,
    /// What differs.
    pub items: Vec<Item>,
    /// What the source cannot tell.
    pub untold: Vec<Item>,
    /// What the file lacks, as a file.
    pub missing: Topology,
}

/// Compares the file with sources of one kind of evidence.
#[must_use]
pub fn compare(declared: &Topology, found: &Topology, evidence: Evidence) -> Drift {
    let names = Names::of(declared, found);
    let mut drift = Drift::default();
    let said: Vec<&Relationship> = declared.relationships.iter().filter(|r| r.from != r.to && !names.is_ignored(&[&r.from, &r.to])).collect();
    let edges: HashSet<(&str, &str)> = said.iter().map(|r| (r.from.as_str(), r.to.as_str())).collect();
    let is_queue = |name: &str| declared.component(name).is_some_and(|c| c.kind == Kind::Queue);
    let mut seen: HashMap<(String, String), &Relationship> = HashMap::new();
    let mut order = Vec::new();
    for relationship in &found.relationships {
        let (mut from, mut to) = (names.of_found(&relationship.from), names.of_found(&relationship.to));
        // Some say that a receiver reads from a queue, some that the queue feeds it.
        if !edges.contains(&(from.as_str(), to.as_str())) && edges.contains(&(to.as_str(), from.as_str())) && (is_queue(&from) || is_queue(&to)) {
            std::mem::swap(&mut from, &mut to);
        }
        if from != to && !names.is_ignored(&[&from, &to, &relationship.from, &relationship.to]) && !seen.contains_key(&(from.clone(), to.clone())) {
            order.push((from.clone(), to.clone()));
            seen.insert((from, to), relationship);
        }
    }
    let by_queue = if evidence == Evidence::Observed { through_queues(declared, &edges, &order) } else { HashMap::new() };
    let shown: HashSet<(&str, &str)> = by_queue.values().flatten().map(|(a, b)| (a.as_str(), b.as_str())).collect();

    let mut told = HashSet::new();
    for relationship in said {
        let ends = (relationship.from.as_str(), relationship.to.as_str());
        if !told.insert(ends) {
            continue;
        }
        drift.declared += 1;
        if seen.contains_key(&(relationship.from.clone(), relationship.to.clone())) || shown.contains(&ends) {
            drift.both += 1;
            continue;
        }
        let Some(why) = names.why(declared, relationship, evidence) else { continue };
        let item = Item {
            difference: Difference::NotSeen,
            evidence,
            component: relationship.from.clone(),
            to: Some(relationship.to.clone()),
            why: Some(why),
            words: why.words(&relationship.from, &relationship.to),
            declared: relationship.sources.clone(),
            found: Vec::new(),
            suggestion: String::new(),
        };
        if why == Why::Unreadable { drift.untold.push(item) } else { drift.items.push(item) }
    }
    drift.found = order.len();
    for ends in &order {
        let (Some(relationship), false) = (seen.get(ends), edges.contains(&(ends.0.as_str(), ends.1.as_str())) || by_queue.contains_key(ends)) else {
            continue;
        };
        let new = Relationship { from: ends.0.clone(), to: ends.1.clone(), ..(*relationship).clone() };
        drift.items.push(Item {
            difference: Difference::NotDeclared,
            evidence,
            component: ends.0.clone(),
            to: Some(ends.1.clone()),
            why: None,
            words: facts(&relationship.sources),
            declared: Vec::new(),
            found: relationship.sources.clone(),
            suggestion: lines(&Topology { relationships: vec![new.clone()], ..Topology::default() }),
        });
        drift.missing.relationships.push(new);
    }
    components(declared, found, &names, evidence, &mut drift);
    drift.items.sort_by_key(|i| i.difference);
    drift
}

/// Targets that the file names and does not declare, and that no source has either.
#[must_use]
pub fn dangling(declared: &Topology, sources: &[(Evidence, &Topology)]) -> Vec<Item> {
    let mut out = Vec::new();
    for component in declared.components.iter().filter(|c| !c.declared && c.kind != Kind::External) {
        let known = sources.iter().any(|(_, found)| {
            let names = Names::of(declared, found);
            names.is_ignored(&[&component.name]) || found.components.iter().any(|c| c.declared && names.of_found(&c.name) == component.name)
        });
        if known {
            continue;
        }
        let callers: Vec<&Relationship> = declared.relationships.iter().filter(|r| r.to == component.name || r.from == component.name).collect();
        let who: Vec<&str> =
            callers.iter().map(|r| if r.to == component.name { r.from.as_str() } else { r.to.as_str() }).collect::<BTreeSet<_>>().into_iter().collect();
        let evidence = sources.first().map_or(Evidence::Configured, |(e, _)| *e);
        out.push(Item {
            difference: Difference::Dangling,
            evidence,
            component: component.name.clone(),
            to: None,
            why: None,
            words: format!("named by {}; neither the file nor a source declares it", who.join(", ")),
            declared: callers.iter().flat_map(|r| r.sources.clone()).collect(),
            found: Vec::new(),
            suggestion: String::new(),
        });
    }
    out
}

/// Lines that can be put into the file: a topology without its head.
#[must_use]
pub fn lines(topology: &Topology) -> String {
    let file = init::file(topology);
    file.lines().filter(|l| !l.starts_with("# yaml-language-server") && *l != "version: 1").fold(String::new(), |out, line| out + line + "\n")
}

/// Unknown components, those that are not deployed, and counts.
fn components(declared: &Topology, found: &Topology, names: &Names<'_>, evidence: Evidence, drift: &mut Drift) {
    let mut there = BTreeMap::new();
    for component in found.components.iter().filter(|c| c.declared) {
        let name = names.of_found(&component.name);
        if !names.is_ignored(&[&name, &component.name]) {
            there.entry(name).or_insert(component);
        }
    }
    let own: BTreeMap<&str, &Component> = declared.components.iter().map(|c| (c.name.as_str(), c)).collect();
    for (name, component) in &there {
        match own.get(name.as_str()) {
            Some(declared) if declared.declared => {
                if let Some(item) = count(declared, component, evidence) {
                    drift.missing.components.push(Component {
                        name: name.clone(),
                        declared: true,
                        count: component.count,
                        sources: counted(component),
                        ..Component::default()
                    });
                    drift.items.push(item);
                }
            }
            _ => {
                let new = Component { name: name.clone(), ..(*component).clone() };
                drift.items.push(Item {
                    difference: Difference::Unknown,
                    evidence,
                    component: name.clone(),
                    to: None,
                    why: None,
                    words: format!("the file does not know {name}"),
                    declared: Vec::new(),
                    found: component.sources.first().cloned().into_iter().collect(),
                    suggestion: lines(&Topology { components: vec![new.clone()], ..Topology::default() }),
                });
                drift.missing.components.push(new);
            }
        }
    }
    if evidence != Evidence::Configured {
        return;
    }
    for component in declared.components.iter().filter(|c| c.declared && !matches!(c.kind, Kind::External | Kind::Client)) {
        if !there.contains_key(&component.name) && !names.is_ignored(&[&component.name]) {
            drift.items.push(Item {
                difference: Difference::NotDeployed,
                evidence,
                component: component.name.clone(),
                to: None,
                why: None,
                words: format!("no source deploys {}", component.name),
                declared: component.sources.clone(),
                found: Vec::new(),
                suggestion: String::new(),
            });
        }
    }
}

/// Another count, where both say one. A default that nobody wrote is no count.
fn count(declared: &Component, found: &Component, evidence: Evidence) -> Option<Item> {
    let same = match (declared.count, found.count) {
        (Count::Unknown, _) | (_, Count::Unknown) => true,
        (Count::Fixed { n: a, .. }, Count::Fixed { n: b, .. }) => a == b,
        (Count::Dynamic { min: a, max: b }, Count::Dynamic { min: c, max: d }) => {
            let agree = |x: Option<u32>, y: Option<u32>| x.zip(y).is_none_or(|(x, y)| x == y);
            agree(a, c) && agree(b, d)
        }
        _ => false,
    };
    let sources = counted(found);
    if same || sources.iter().any(|s| s.facts.iter().any(|f| f.contains("default"))) {
        return None;
    }
    let suggested = Component { name: declared.name.clone(), declared: true, count: found.count, sources: sources.clone(), ..Component::default() };
    Some(Item {
        difference: Difference::Count,
        evidence,
        component: declared.name.clone(),
        to: None,
        why: None,
        words: format!("the file says {}, the source {}", declared.count, found.count),
        declared: declared.sources.clone(),
        found: sources,
        suggestion: lines(&Topology { components: vec![suggested], ..Topology::default() }),
    })
}

/// Where a component's count is said.
fn counted(component: &Component) -> Vec<Source> {
    let said = |s: &Source| -> Option<Source> {
        let facts: Vec<String> = s.facts.iter().filter(|f| f.starts_with("count:")).cloned().collect();
        (!facts.is_empty()).then(|| Source { facts, ..s.clone() })
    };
    component.sources.iter().filter_map(said).collect()
}

/// Calls of traces that go by a queue of the file: who sends is seen to call who receives. With the relationships that they show.
fn through_queues(declared: &Topology, edges: &HashSet<(&str, &str)>, order: &[(String, String)]) -> HashMap<(String, String), Vec<(String, String)>> {
    let queues: Vec<&str> = declared.components.iter().filter(|c| c.kind == Kind::Queue).map(|c| c.name.as_str()).collect();
    let mut out = HashMap::new();
    for (from, to) in order {
        let mut ways = Vec::new();
        for queue in &queues {
            let own = |a: &str, b: &str| edges.contains(&(a, b)).then(|| (a.to_owned(), b.to_owned()));
            // The receiver reads from the queue, or the queue feeds it.
            if let (Some(send), Some(receive)) = (own(from, queue), own(queue, to).or_else(|| own(to, queue))) {
                ways.extend([send, receive]);
            }
        }
        if !ways.is_empty() {
            out.insert((from.clone(), to.clone()), ways);
        }
    }
    out
}

/// What facts say, one after the other.
fn facts(sources: &[Source]) -> String {
    sources.iter().flat_map(|s| &s.facts).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Names of the source in the words of the file.
struct Names<'a> {
    found: BTreeMap<&'a str, String>,
    ignored: Matcher,
    /// Components of the file that the source has.
    present: HashSet<String>,
    /// Components of the source that call somebody.
    callers: HashSet<String>,
}

impl<'a> Names<'a> {
    fn of(declared: &'a Topology, found: &'a Topology) -> Self {
        let aliases = |t: &'a Topology, name: &str| t.aliases.get(name).map_or(&[][..], Vec::as_slice).iter().map(String::as_str);
        let matcher = Matcher::of(declared.components.iter().map(|c| (c.name.as_str(), aliases(declared, &c.name))));
        // A name of both is itself, whatever else could be meant.
        let mut names = BTreeMap::new();
        let mut taken = HashSet::new();
        let exact = |c: &&Component| declared.component(&c.name).is_some();
        for component in found.components.iter().filter(exact).chain(found.components.iter().filter(|c| !exact(c))) {
            let one = matcher.find(&component.name).or_else(|| aliases(found, &component.name).find_map(|a| matcher.find(a)));
            let name = one.map(|i| declared.components[i].name.clone()).filter(|n| taken.insert(n.clone()) || names_the_same(declared, n, &component.name));
            names.insert(component.name.as_str(), name.unwrap_or_else(|| component.name.clone()));
        }
        let present = found.components.iter().filter(|c| c.declared).filter_map(|c| names.get(c.name.as_str()).cloned()).collect();
        let hard = found.relationships.iter().filter(|r| r.required != Some(false));
        let callers = hard.filter_map(|r| names.get(r.from.as_str()).cloned()).collect();
        let ignored = Matcher::of(declared.ignore.iter().map(|n| (n.as_str(), aliases(declared, n))));
        Self { found: names, ignored, present, callers }
    }

    fn of_found(&self, name: &str) -> String {
        self.found.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn is_ignored(&self, names: &[&str]) -> bool {
        names.iter().any(|n| self.ignored.find(n).is_some())
    }

    /// Why a relationship of the file does not show; `None`: an end is not deployed, which is told of the component.
    fn why(&self, declared: &Topology, relationship: &Relationship, evidence: Evidence) -> Option<Why> {
        let is_there = |name: &str| self.present.contains(name);
        let (from, to) = (is_there(&relationship.from), is_there(&relationship.to));
        let target = declared.component(&relationship.to);
        let is_ours = target.is_some_and(|c| c.declared && c.kind != Kind::External);
        Some(match evidence {
            Evidence::Observed if to && from => Why::Unused,
            Evidence::Observed if !to && target.is_some_and(|c| !c.declared) => Why::TargetDangling,
            Evidence::Observed if !to => Why::TargetSilent,
            Evidence::Observed => Why::CallerSilent,
            Evidence::Configured if !from || is_ours && !to => return None,
            Evidence::Coded if !self.callers.contains(&relationship.from) => Why::Unreadable,
            Evidence::Coded => Why::NoUse,
            Evidence::Configured if !self.callers.contains(&relationship.from) => Why::Unreadable,
            Evidence::Configured => Why::NoAddress,
        })
    }
}

/// Whether a second name of the source is an alias of the component, and not another spelling that happens to be near.
fn names_the_same(declared: &Topology, component: &str, name: &str) -> bool {
    declared.aliases.get(component).is_some_and(|a| a.iter().any(|n| n == name))
}

#[cfg(test)]
mod tests;
