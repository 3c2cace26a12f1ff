//! What every way passes: from where users enter to a component, along calls that the caller cannot do without.

use super::wording::{names, of, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::model::Kind;
use crate::topology::walk::dominators::{self, Last};

pub(super) const ANALYSIS: Analysis = Analysis { id: "dominator", title: "What every way to it passes", find };

/// Pairs of an entry and a store that are told one by one.
const PAIRS: usize = 2_000;

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    if study.entries.is_empty() {
        found.unknown.push("where users enter: no component is an entry".to_owned());
        return found;
    }
    // From each entry to each store: what stands between them on every way.
    let is_store = |n: &Node| matches!(graph.component(*n).kind, Kind::Db | Kind::Cache | Kind::Queue | Kind::Lock | Kind::Config);
    let stores: Vec<Node> = (0..graph.len()).filter(is_store).collect();
    let pairs = stores.len() * study.entries.len();
    if pairs > PAIRS {
        found.unknown.push(format!("what stands between {} entries and {} stores, each for itself: too many pairs to tell", study.entries.len(), stores.len()));
    } else if pairs > 0 {
        let from_each: Vec<(Node, Vec<Last>)> = study.entries.iter().map(|e| (*e, dominators::immediate(&study.hard, &study.hard_callers, &[*e]))).collect();
        for store in stores {
            let ways = from_each.iter().filter(|(e, last)| *e != store && last[store] != Last::Unreached);
            for (entry, last) in ways {
                let between: Vec<Node> = dominators::chain(last, store).into_iter().filter(|n| n != entry).collect();
                if between.is_empty() {
                    continue;
                }
                let says = format!("every way from {} to {} passes {}", graph.name(*entry), graph.name(store), names(study, &between));
                found.insights.push(
                    Insight::new(Severity::Info, between.clone(), says)
                        .figure("entry", graph.name(*entry).to_owned())
                        .figure("store", graph.name(store).to_owned())
                        .figure("passes", owned(study, &between))
                        .cites(study, &[]),
                );
            }
        }
    }
    // From all entries together: what hangs on one component alone.
    let last = dominators::immediate(&study.hard, &study.hard_callers, &study.entries);
    let mut below = vec![0usize; graph.len()];
    for node in 0..graph.len() {
        for above in dominators::chain(&last, node) {
            below[above] += 1;
        }
    }
    let mut heads: Vec<Node> = (0..graph.len()).filter(|n| below[*n] > 0).collect();
    heads.sort_by_key(|n| (std::cmp::Reverse(below[*n]), *n));
    for head in heads {
        let says = format!("users reach {} only through {}", of(below[head], "component", "components"), graph.name(head));
        found.insights.push(Insight::new(Severity::Info, vec![head], says).figure("dominates", below[head]).cites(study, &[]));
    }
    found
}
