//! Components that wait for each other in a ring: a slow one slows itself, and none can start first.

use super::wording::{names, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::walk::{self, strong};

pub(super) const ANALYSIS: Analysis = Analysis { id: "call-cycle", title: "Who waits for itself", find };

fn find(study: &Study<'_>) -> Found {
    let next = walk::next(&study.graph, |e| study.graph.relationship(e).is_sync());
    let tell = |members: Vec<Node>| {
        let ring = strong::shortest_cycle(&next, &members);
        let edges = around(study, &ring);
        let more = members.len() - ring.len();
        let others = if more == 0 { String::new() } else { format!("; {} in all reach each other", members.len()) };
        let first = ring.first().map_or("", |n| study.graph.name(*n));
        let way = owned(study, &ring).join(" -> ");
        Insight::new(Severity::Warn, members.clone(), format!("{way} -> {first} wait for each other: when one is slow, so is the one it waits for{others}"))
            .edges(edges)
            .figure("size", members.len())
            .figure("shortest", owned(study, &ring))
            .figure("members", names(study, &members))
            .cites(study, &["sync", "pattern"])
    };
    Found { insights: strong::cycles(&next).into_iter().map(tell).collect(), unknown: Vec::new() }
}

/// The edges of a ring, one for each step.
pub(super) fn around(study: &Study<'_>, ring: &[Node]) -> Vec<Edge> {
    let steps = ring.iter().zip(ring.iter().cycle().skip(1));
    steps.filter_map(|(u, v)| study.graph.called_by(*u).find(|(_, w)| w == v).map(|(e, _)| e)).collect()
}
