//! Chains of one to one: what each waits for the next to do, all die together.

use super::cardinality::{Class, class};
use super::wording::{names, owned, percent};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};

pub(super) const ANALYSIS: Analysis = Analysis { id: "cascade", title: "One to one: what dies together", find };

/// Chains that are told.
const MOST: usize = 200;
/// Steps of the search: chains that branch again and again are more than anybody reads.
const STEPS: usize = 100_000;

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let is_bound: Vec<bool> = (0..graph.ends.len())
        .map(|e| graph.ends[e].is_some_and(|(u, v)| u != v) && graph.relationship(e).is_hard() && class(study, e) == Class::ONE_TO_ONE)
        .collect();
    let below = |n: Node| graph.calls[n].iter().copied().filter(|e| is_bound[*e]);
    let has_above = |n: Node| graph.callers[n].iter().any(|e| is_bound[*e]);
    let heads = (0..graph.len()).filter(|n| !has_above(*n) && below(*n).next().is_some());
    let (chains, more) = chains(study, &is_bound, heads);
    let mut found = Found::default();
    for chain in chains {
        let nodes: Vec<Node> = chain.first().map(|e| graph.from_to(*e).0).into_iter().chain(chain.iter().map(|e| graph.from_to(*e).1)).collect();
        let known: Vec<f64> = nodes.iter().filter_map(|n| study.promise(*n)).collect();
        let product = (known.len() == nodes.len()).then(|| known.iter().product::<f64>());
        let severity = if nodes.len() > 2 { Severity::Warn } else { Severity::Info };
        let (last, before) = nodes.split_last().map_or((0, &[][..]), |(l, b)| (*l, b));
        let promise = product.map_or_else(String::new, |p| format!("; together they can promise {}", percent(p)));
        let way = owned(study, &nodes).join(" -> ");
        let says = format!("{way}, one to one: without {}, {} gone{promise}", graph.name(last), are(study, before));
        found.insights.push(
            Insight::new(severity, nodes.clone(), says)
                .edges(chain)
                .figure("chain", owned(study, &nodes))
                .figure("availability", product)
                .cites(study, &["count", "from_count", "to_count", "per", "required", "sync"]),
        );
    }
    if more {
        found.unknown.push(format!("chains beyond the first {MOST}"));
    }
    found
}

fn are(study: &Study<'_>, nodes: &[Node]) -> String {
    format!("{} {}", names(study, nodes), if nodes.len() == 1 { "is" } else { "are" })
}

/// Maximal chains from each head. A ring of one to one has no head: it is a call cycle.
fn chains(study: &Study<'_>, is_bound: &[bool], heads: impl Iterator<Item = Node>) -> (Vec<Vec<Edge>>, bool) {
    let graph = &study.graph;
    let mut out = Vec::new();
    let mut steps = 0;
    for head in heads {
        let mut passed = vec![false; graph.len()];
        let mut way: Vec<Edge> = Vec::new();
        // A node, the next of its edges, and whether its chain went on.
        let mut work = vec![(head, 0, false)];
        while let Some((v, at, went_on)) = work.pop() {
            passed[v] = true;
            steps += 1;
            if out.len() >= MOST || steps > STEPS {
                return (out, true);
            }
            let Some(edge) = graph.calls[v].get(at).copied() else {
                if !went_on && !way.is_empty() {
                    out.push(way.clone());
                }
                passed[v] = false;
                way.pop();
                continue;
            };
            let (_, w) = graph.from_to(edge);
            let on = is_bound[edge] && !passed[w];
            work.push((v, at + 1, went_on || on));
            if on {
                way.push(edge);
                work.push((w, 0, false));
            }
        }
    }
    (out, false)
}
