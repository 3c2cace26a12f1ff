//! What if it were gone tomorrow? Six questions to one component, answered from the file.

use super::blast_radius::{Blast, blast};
use super::bottleneck::{load, load_of};
use super::wording::{names, number};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use std::time::Duration;

pub(super) const ANALYSIS: Analysis = Analysis { id: "deletion-test", title: "What takes over, and whether it bears it", find };

/// Above this share of its capacity a fallback waits more than it works.
const BUSY: f64 = 0.7;

/// What the file says about a world without a component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deletion {
    /// Who calls it.
    pub callers: Vec<Edge>,
    /// What it outputs to.
    pub outputs: Vec<Edge>,
    /// What happens to those that depend on it.
    pub blast: Blast,
    /// What takes over, one for each relationship with a fallback.
    pub takes_over: Vec<TakeOver>,
    /// How long until somebody notices; `None`: nobody said.
    pub noticed_after: Option<Duration>,
}

/// A fallback at work.
#[derive(Clone, Debug, PartialEq)]
pub struct TakeOver {
    /// The relationship it stands in for.
    pub edge: Edge,
    /// The component that its name means; `None`: it is a sentence.
    pub by: Option<Node>,
    /// What it is, as declared.
    pub words: String,
    /// Requests a second that move to it; `None`: the rate is not declared.
    pub moved: Option<f64>,
    /// Share of its capacity that it then serves, all that moves to it counted; `None`: a figure is not declared.
    pub busy: Option<f64>,
}

/// Takes a component away.
#[must_use]
pub fn delete(study: &Study<'_>, node: Node) -> Deletion {
    let graph = &study.graph;
    let callers: Vec<Edge> = graph.callers[node].iter().copied().filter(|e| graph.from_to(*e).0 != node).collect();
    let outputs: Vec<Edge> = graph.calls[node].iter().copied().filter(|e| graph.from_to(*e).1 != node).collect();
    let falls_back: Vec<Edge> = callers.iter().copied().filter(|e| graph.relationship(*e).fallback.is_some()).collect();
    let take = |edge: &Edge| {
        let by = study.fallback(*edge);
        let moved = load_of(study, *edge);
        let busy = by.and_then(|other| {
            // All that falls back on the same component comes at the same time.
            let together: Option<f64> = falls_back.iter().filter(|e| study.fallback(**e) == Some(other)).map(|e| load_of(study, *e).0).sum();
            let capacity = graph.component(other).capacity.filter(|c| *c > 0.0)?;
            Some((load(study, other).known + together?) / capacity)
        });
        TakeOver { edge: *edge, by, words: graph.relationship(*edge).fallback.clone().unwrap_or_default(), moved: moved.0, busy }
    };
    let takes_over = falls_back.iter().map(take).collect();
    Deletion { blast: blast(study, &[node]), takes_over, noticed_after: graph.component(node).noticed_after, callers, outputs }
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let (mut unnoticed, mut unmeasured): (Vec<Node>, Vec<Node>) = (Vec::new(), Vec::new());
    for node in 0..graph.len() {
        let stops_an_entry = study.reaches()[node].entries > 0 || study.entries.binary_search(&node).is_ok();
        if stops_an_entry && graph.component(node).noticed_after.is_none() {
            unnoticed.push(node);
        }
        if graph.callers[node].iter().all(|e| graph.relationship(*e).fallback.is_none()) {
            continue;
        }
        let deletion = delete(study, node);
        let mut told: Vec<Node> = Vec::new();
        for take in &deletion.takes_over {
            let Some(by) = take.by.filter(|b| !told.contains(b)) else { continue };
            told.push(by);
            let Some(busy) = take.busy else {
                unmeasured.push(by);
                continue;
            };
            let severity = match busy {
                b if b > 1.0 => Severity::Error,
                b if b > BUSY => Severity::Warn,
                _ => Severity::Info,
            };
            let whole: f64 = deletion.takes_over.iter().filter(|t| t.by == Some(by)).filter_map(|t| t.moved).sum();
            let capacity = graph.component(by).capacity.unwrap_or(0.0);
            let verdict = match severity {
                Severity::Error => "it falls too",
                Severity::Warn => "it hardly bears it",
                Severity::Info => "it bears it",
            };
            let says = format!(
                "without {} {}/s move to {}, which then gets {}/s of the {}/s it can serve: {verdict}",
                graph.name(node),
                number(whole),
                graph.name(by),
                number(busy * capacity),
                number(capacity)
            );
            found.insights.push(
                Insight::new(severity, vec![by, node], says)
                    .edges(deletion.takes_over.iter().filter(|t| t.by == Some(by)).map(|t| t.edge))
                    .figure("moved", whole)
                    .figure("capacity", capacity)
                    .figure("utilisation", Figure::Number(busy))
                    .cites(study, &["fallback", "rate", "capacity"]),
            );
        }
    }
    unmeasured.sort_unstable();
    unmeasured.dedup();
    if !unmeasured.is_empty() {
        found.unknown.push(format!("what {} can bear when they take over", names(study, &unmeasured)));
    }
    if !unnoticed.is_empty() {
        found.unknown.push(format!("how long until somebody notices the loss of {}, which stops an entry", names(study, &unnoticed)));
    }
    found.worst_first()
}
