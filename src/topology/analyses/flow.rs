//! How often one request makes each component work: the sum over all ways of the product along each. Cycles are passed once: within
//! a strongly connected part only the shortest way from where it is entered counts, so the figures are a lower bound there.

use crate::topology::graph::{Edge, Graph, Node};
use crate::topology::walk::{self, strong};
use std::collections::VecDeque;

/// In larger parts a step within counts once: the table of all pairs would be larger than the answer is worth.
const INNER: usize = 600;

/// A graph made ready for the sums.
pub(super) struct Flow<'g, 'a> {
    graph: &'g Graph<'a>,
    part: Vec<usize>,
    /// Callers before those they call; the nodes of a part together.
    groups: Vec<Group>,
}

struct Group {
    members: Vec<Node>,
}

/// Factors of the edges, with those of the shortest ways within parts.
pub(super) struct Factors {
    of: Vec<f64>,
    /// For each group of more than one: from member to member.
    inner: Vec<Vec<Vec<f64>>>,
}

/// What a request at one entry does.
pub(super) struct Reached {
    /// For each node how often it works; 0: not reached.
    pub(super) sum: Vec<f64>,
    /// The largest product along one way.
    pub(super) best: Vec<f64>,
    /// The edge by which the best way enters the node's part.
    by: Vec<Option<Edge>>,
    /// The node at which it enters the part.
    enters: Vec<Node>,
}

impl<'g, 'a> Flow<'g, 'a> {
    pub(super) fn of(graph: &'g Graph<'a>) -> Self {
        let part = strong::parts(&walk::next(graph, |_| true));
        let mut groups: Vec<Group> = (0..part.iter().map(|p| p + 1).max().unwrap_or(0)).map(|_| Group { members: Vec::new() }).collect();
        let last = groups.len();
        for (node, part) in part.iter().enumerate() {
            // Parts are numbered against the edges.
            groups[last - 1 - part].members.push(node);
        }
        Self { graph, part, groups }
    }

    /// Whether two nodes lie in one cycle.
    pub(super) fn is_inner(&self, a: Node, b: Node) -> bool {
        self.part[a] == self.part[b]
    }

    /// The parts, callers before those they call, their nodes in ascending order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Node]> {
        self.groups.iter().map(|g| g.members.as_slice())
    }

    /// Whether a node lies in a cycle.
    pub(super) fn in_cycle(&self, node: Node) -> bool {
        self.groups[self.groups.len() - 1 - self.part[node]].members.len() > 1
    }

    pub(super) fn factors(&self, factor: impl Fn(Edge) -> f64) -> Factors {
        let of: Vec<f64> = (0..self.graph.ends.len()).map(|e| if self.graph.ends[e].is_some() { factor(e) } else { 0.0 }).collect();
        let inner = self.groups.iter().map(|g| self.table(g, &of)).collect();
        Factors { of, inner }
    }

    fn table(&self, group: &Group, of: &[f64]) -> Vec<Vec<f64>> {
        if group.members.len() < 2 || group.members.len() > INNER {
            return Vec::new();
        }
        let place = |n: Node| group.members.binary_search(&n).unwrap_or(0);
        let from = |start: &Node| {
            let mut product = vec![0.0; group.members.len()];
            product[place(*start)] = 1.0;
            for (before, edge, node) in self.inside(*start) {
                product[place(node)] = product[place(before)] * of[edge];
            }
            product
        };
        group.members.iter().map(from).collect()
    }

    /// Steps of the shortest ways from a node to the others of its part, each node once, the nearest first.
    fn inside(&self, start: Node) -> Vec<(Node, Edge, Node)> {
        let mut seen = std::collections::HashSet::from([start]);
        let mut queue = VecDeque::from([start]);
        let mut out = Vec::new();
        while let Some(v) = queue.pop_front() {
            for (edge, w) in self.graph.called_by(v) {
                if self.is_inner(v, w) && seen.insert(w) {
                    out.push((v, edge, w));
                    queue.push_back(w);
                }
            }
        }
        out
    }

    /// One request at an entry.
    pub(super) fn from(&self, entry: Node, factors: &Factors) -> Reached {
        let n = self.graph.len();
        let mut out = Reached { sum: vec![0.0; n], best: vec![0.0; n], by: vec![None; n], enters: (0..n).collect() };
        out.sum[entry] = 1.0;
        out.best[entry] = 1.0;
        for (group, inner) in self.groups.iter().zip(&factors.inner) {
            if group.members.len() > 1 {
                within(group, inner, &mut out);
            }
            for v in &group.members {
                if out.sum[*v] == 0.0 {
                    continue;
                }
                for (edge, w) in self.graph.called_by(*v).filter(|(_, w)| !self.is_inner(*v, *w)) {
                    let factor = factors.of[edge];
                    out.sum[w] += out.sum[*v] * factor;
                    if out.best[*v] * factor > out.best[w] {
                        out.best[w] = out.best[*v] * factor;
                        out.by[w] = Some(edge);
                    }
                }
            }
        }
        out
    }

    /// The edges of the way with the largest product to a node that was reached.
    pub(super) fn way(&self, reached: &Reached, to: Node) -> Vec<Edge> {
        let mut out = Vec::new();
        let mut at = to;
        // Each round leaves a part, and there are no more parts than nodes.
        for _ in 0..=self.graph.len() {
            let enters = reached.enters[at];
            let steps = if enters == at { Vec::new() } else { self.inside(enters) };
            while at != enters {
                let Some((before, edge, _)) = steps.iter().find(|(_, _, w)| *w == at) else { break };
                out.push(*edge);
                at = *before;
            }
            match reached.by[enters] {
                Some(edge) => {
                    out.push(edge);
                    at = self.graph.from_to(edge).0;
                }
                None => break,
            }
        }
        out.reverse();
        out
    }
}

/// Spreads what enters a part over its nodes.
fn within(group: &Group, inner: &[Vec<f64>], out: &mut Reached) {
    let enters: Vec<(usize, Node, f64, f64)> =
        group.members.iter().enumerate().filter(|(_, v)| out.sum[**v] > 0.0).map(|(i, v)| (i, *v, out.sum[*v], out.best[*v])).collect();
    let Some(strongest) = enters.iter().max_by(|a, b| a.3.total_cmp(&b.3)).copied() else { return };
    if inner.is_empty() {
        let sum = enters.iter().map(|e| e.2).sum();
        for v in &group.members {
            (out.sum[*v], out.best[*v], out.enters[*v]) = (sum, strongest.3, strongest.1);
        }
        return;
    }
    let (mut sum, mut best) = (vec![0.0; group.members.len()], vec![0.0; group.members.len()]);
    let mut by = vec![0; group.members.len()];
    // The way straight in comes first: it wins where products are equal.
    for (i, _, _, b) in &enters {
        (best[*i], by[*i]) = (*b, *i);
    }
    for (i, _, s, b) in &enters {
        for (j, product) in inner[*i].iter().enumerate() {
            sum[j] += s * product;
            if b * product > best[j] {
                (best[j], by[j]) = (b * product, *i);
            }
        }
    }
    for (j, v) in group.members.iter().enumerate() {
        (out.sum[*v], out.best[*v]) = (sum[j], best[j]);
        out.enters[*v] = if best[j] > 0.0 { group.members[by[j]] } else { *v };
    }
}
