//! What is lost with a component, and what is left with less: a walk against the calls.

use super::wording::{about, names, of, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::walk::reach;
use serde::Serialize;

pub(super) const ANALYSIS: Analysis = Analysis { id: "blast-radius", title: "Whose loss reaches furthest", find };

/// Components that the analysis tells; the verb tells any.
const TOLD: usize = 10;

/// What a loss does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blast {
    /// What was lost first.
    pub lost_first: Vec<Node>,
    /// What fails with it, the nearest first: it waits for something lost, and nothing takes its place, or what would is lost too.
    pub lost: Vec<Node>,
    /// How many steps each of those is away.
    pub steps: Vec<usize>,
    /// What each of those waits for.
    pub because: Vec<Node>,
    /// What goes on with less, the nearest first: it reaches something lost by a way that it can do without, or leans on one that does.
    pub degraded: Vec<Node>,
    /// Entries among what is lost, ascending.
    pub entries: Vec<Node>,
    /// Share of the users' requests that fail, 0 to 1; `None` when nobody enters.
    pub share: Option<f64>,
}

/// What the loss of components does.
#[must_use]
pub fn blast(study: &Study<'_>, first: &[Node]) -> Blast {
    let graph = &study.graph;
    let mut is_lost = vec![false; graph.len()];
    first.iter().for_each(|n| is_lost[*n] = true);
    let (mut lost, mut steps, mut because) = (Vec::new(), Vec::new(), Vec::new());
    let mut level = first.to_vec();
    for step in 1.. {
        let mut below: Vec<(Node, Node)> = Vec::new();
        for v in &level {
            let bare = study.hard_callers[*v].iter().copied();
            let twice = study.stands[*v].iter().map(|s| study.stand_ins[*s]).filter(|s| is_lost[s.other(*v)]).map(|s| s.caller);
            let falls: Vec<Node> = bare.chain(twice).filter(|u| !is_lost[*u]).collect();
            for u in falls {
                if !std::mem::replace(&mut is_lost[u], true) {
                    below.push((u, *v));
                }
            }
        }
        if below.is_empty() {
            break;
        }
        below.sort_unstable();
        level = below.iter().map(|(u, _)| *u).collect();
        lost.extend_from_slice(&level);
        steps.extend(level.iter().map(|_| step));
        because.extend(below.iter().map(|(_, v)| *v));
    }
    // Callers that can do without, then those that wait for them.
    let mut touched: Vec<Node> = first.iter().chain(&lost).flat_map(|v| graph.callers_of(*v)).map(|(_, u)| u).filter(|u| !is_lost[*u]).collect();
    touched.sort_unstable();
    touched.dedup();
    let beyond = reach::from(&study.hard_callers, &touched);
    let degraded = touched.into_iter().chain(beyond.into_iter().filter(|n| !is_lost[*n])).collect();
    let entries: Vec<Node> = study.entries.iter().copied().filter(|e| is_lost[*e]).collect();
    let share = (!study.entries.is_empty()).then(|| study.share(|n| is_lost[n]));
    Blast { lost_first: first.to_vec(), lost, steps, because, degraded, entries, share }
}

/// The measure of a loss, without the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Reach {
    /// What fails with it.
    pub lost: usize,
    /// What goes on with less.
    pub degraded: usize,
    /// Entries that stop, the component itself not counted.
    pub entries: usize,
    /// Share of the users' requests that fail, its own counted; 0 when nobody enters.
    pub share: f64,
}

/// The measures of all losses of one component. A large system has more losses than anybody could keep the names of.
pub(super) fn measure(study: &Study<'_>) -> Vec<Reach> {
    let graph = &study.graph;
    let callers: Vec<Vec<Node>> = (0..graph.len()).map(|n| graph.callers_of(n).map(|(_, u)| u).collect()).collect();
    let mut share = vec![None; graph.len()];
    study.entries.iter().zip(&study.shares).for_each(|(e, s)| share[*e] = Some(*s));
    // The round in which a node was lost, and in which it was degraded.
    let (mut lost_in, mut less_in) = (vec![0; graph.len()], vec![0; graph.len()]);
    let one = |first: Node| {
        let round = first + 1;
        let mut out = Reach::default();
        let mut lost = vec![first];
        lost_in[first] = round;
        let mut at = 0;
        while let Some(v) = lost.get(at).copied() {
            at += 1;
            if let Some(s) = share[v] {
                out.share += s;
                out.entries += usize::from(v != first);
            }
            for u in &study.hard_callers[v] {
                if std::mem::replace(&mut lost_in[*u], round) != round {
                    lost.push(*u);
                }
            }
            for s in study.stands[v].iter().map(|s| study.stand_ins[*s]) {
                if lost_in[s.other(v)] == round && std::mem::replace(&mut lost_in[s.caller], round) != round {
                    lost.push(s.caller);
                }
            }
        }
        out.lost = lost.len() - 1;
        let mut less: Vec<Node> = Vec::new();
        let mut add = |u: Node, less: &mut Vec<Node>| {
            if lost_in[u] != round && std::mem::replace(&mut less_in[u], round) != round {
                less.push(u);
            }
        };
        lost.iter().flat_map(|v| &callers[*v]).for_each(|u| add(*u, &mut less));
        let mut at = 0;
        while let Some(v) = less.get(at).copied() {
            at += 1;
            study.hard_callers[v].iter().for_each(|u| add(*u, &mut less));
        }
        out.degraded = less.len();
        out
    };
    (0..graph.len()).map(one).collect()
}

/// Entries and features that stop, as a sentence.
#[must_use]
pub fn stops(study: &Study<'_>, blast: &Blast) -> String {
    let Some(share) = blast.share else { return "nobody enters this system as it is declared".to_owned() };
    if blast.entries.is_empty() {
        return "no entry stops".to_owned();
    }
    let mut features: Vec<&str> = blast.entries.iter().filter_map(|e| study.graph.component(*e).feature.as_deref()).collect();
    features.sort_unstable();
    features.dedup();
    let features = if features.is_empty() { String::new() } else { format!(": {}", super::wording::list(features.iter().copied(), features.len())) };
    let by = if study.shared_by == "number" { String::new() } else { format!(", {} of the requests", about(share)) };
    match (blast.entries.len(), study.entries.len()) {
        (1, 1) => format!("the only entry stops{features}"),
        (k, n) if k == n => format!("all {n} entries stop{features}"),
        (1, n) => format!("1 of {n} entries stops{by}{features}"),
        (k, n) => format!("{k} of {n} entries stop{by}{features}"),
    }
}

fn find(study: &Study<'_>) -> Found {
    let mut found = Found::default();
    let reaches = study.reaches();
    let mut all: Vec<Node> = (0..study.graph.len()).filter(|n| reaches[*n].lost > 0).collect();
    let weight = |n: &Node| (reaches[*n].share, reaches[*n].lost, reaches[*n].degraded);
    all.sort_by(|a, b| weight(b).partial_cmp(&weight(a)).unwrap_or(std::cmp::Ordering::Equal));
    for first in all.into_iter().take(TOLD) {
        let blast = blast(study, &[first]);
        let fail = of(blast.lost.len(), "component fails", "components fail");
        let says = format!("without {}, {fail} too ({}); {}", study.graph.name(first), names(study, &blast.lost), stops(study, &blast));
        found.insights.push(
            Insight::new(Severity::Info, vec![first], says)
                .figure("lost", blast.lost.len())
                .figure("degraded", blast.degraded.len())
                .figure("entries", owned(study, &blast.entries))
                .figure("share", blast.share)
                .figure("shared_by", study.shared_by.to_owned())
                .cites(study, &[]),
        );
    }
    if !found.insights.is_empty() && study.entries.is_empty() {
        found.unknown.push("where users enter: no component is an entry".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::model::{Component, Relationship, Topology};

    /// The measures are those of the named losses: a soft edge, a hard ring, an entry that is itself lost, and a fallback that is.
    #[test]
    fn measures_count_what_the_names_are() {
        let edges = [("a", "b", true), ("b", "c", true), ("c", "b", true), ("d", "c", false), ("e", "d", true), ("c", "f", true), ("a", "f", false)];
        let component = |n: &str| Component { name: n.to_owned(), entry: n == "a" || n == "e", ..Component::default() };
        let mut t = Topology {
            components: ["a", "b", "c", "d", "e", "f"].map(component).to_vec(),
            relationships: edges
                .map(|(u, v, hard)| Relationship { from: u.to_owned(), to: v.to_owned(), required: Some(hard), ..Relationship::default() })
                .to_vec(),
            ..Topology::default()
        };
        // e needs c, or f in its place: with f both are gone.
        t.relationships.push(Relationship { from: "e".to_owned(), to: "c".to_owned(), fallback: Some("f".to_owned()), ..Relationship::default() });
        let study = Study::of(&t);
        for (node, reach) in measure(&study).into_iter().enumerate() {
            let named = blast(&study, &[node]);
            let entries = named.entries.iter().filter(|e| **e != node).count();
            let expected = Reach { lost: named.lost.len(), degraded: named.degraded.len(), entries, share: named.share.unwrap_or(0.0) };
            assert_eq!(reach, expected, "{}", study.graph.name(node));
        }
        assert_eq!(measure(&study)[5], Reach { lost: 4, degraded: 1, entries: 2, share: 1.0 });
    }
}
