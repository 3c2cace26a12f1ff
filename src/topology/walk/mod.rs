//! Walks over a graph given as lists of next nodes. None of them recurses: a system may have a thousand components in one cycle.

pub mod articulation;
pub mod dominators;
pub mod reach;
pub mod strong;
pub mod ways;

use super::graph::{Edge, Graph, Node};

/// For each node the nodes that follow it.
pub type Next = Vec<Vec<Node>>;

/// The next nodes along the edges that count, each once, in ascending order.
#[must_use]
pub fn next(graph: &Graph<'_>, counts: impl Fn(Edge) -> bool) -> Next {
    let mut out: Next = (0..graph.len()).map(|n| graph.called_by(n).filter(|(e, _)| counts(*e)).map(|(_, v)| v).collect()).collect();
    out.iter_mut().for_each(|list| {
        list.sort_unstable();
        list.dedup();
    });
    out
}

/// The same edges, the other way.
#[must_use]
pub fn turned(next: &Next) -> Next {
    let mut out: Next = vec![Vec::new(); next.len()];
    for (from, list) in next.iter().enumerate() {
        for to in list {
            out[*to].push(from);
        }
    }
    out
}
