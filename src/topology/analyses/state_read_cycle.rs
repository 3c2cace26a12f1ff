//! Components that decide by each other's state: each acts on what the other was, and both can change at once.

use super::call_cycle::around;
use super::wording::owned;
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::model::Interaction;
use crate::topology::walk::{self, strong};

pub(super) const ANALYSIS: Analysis = Analysis { id: "state-read-cycle", title: "Who decides by whose state", find };

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let reads = |e| matches!(graph.relationship(e).pattern, Some(Interaction::Pull | Interaction::SharedState));
    let mut next = walk::next(graph, reads);
    // Who holds a copy reads it from its owner.
    for owner in 0..graph.len() {
        for replica in graph.component(owner).state.iter().flat_map(|s| &s.replicas) {
            if let Some(holder) = study.resolve(&replica.held_by).filter(|h| *h != owner) {
                next[holder].push(owner);
            }
        }
    }
    next.iter_mut().for_each(|list| {
        list.sort_unstable();
        list.dedup();
    });
    let tell = |members: Vec<Node>| {
        let ring = strong::shortest_cycle(&next, &members);
        let first = ring.first().map_or("", |n| graph.name(*n));
        let says = format!("{} -> {first} read each other's state: by the time one acts, what it read may be gone", owned(study, &ring).join(" -> "));
        Insight::new(Severity::Warn, members.clone(), says)
            .edges(around(study, &ring))
            .figure("size", members.len())
            .figure("shortest", owned(study, &ring))
            .cites(study, &["pattern", "state"])
    };
    let found: Vec<Insight> = strong::cycles(&next).into_iter().map(tell).collect();
    let silent = study.edges().filter(|e| graph.relationship(*e).pattern.is_none()).count();
    let unknown =
        if silent == 0 { Vec::new() } else { vec![format!("the pattern of {silent} of {} relationships: which of them read state", study.edges().count())] };
    Found { insights: found, unknown }
}
