//! Load against capacity: requests a second that come in, over those that can be served.

use super::cardinality::{Many, class};
use super::wording::{arrows, names, number, owned};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Count;

pub(super) const ANALYSIS: Analysis = Analysis { id: "bottleneck", title: "Load against capacity", find };

/// Above this share of its capacity a queue before a component grows faster than most people expect: at 0.7 a request waits more
/// than twice as long as it is worked on, if arrivals and work are spread at random.
const BUSY: f64 = 0.7;

/// Requests a second that come to a component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Of the edges whose rate is declared.
    pub known: f64,
    /// Edges without a rate, or from callers that may be any number.
    pub unknown: Vec<Edge>,
}

impl Load {
    /// Whether it is the whole load.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unknown.is_empty()
    }
}

/// What one edge brings: its rate, times calls for each request, times the most callers there may be. A caller without a known most
/// counts with its least, and the figure is no longer whole.
#[must_use]
pub fn load_of(study: &Study<'_>, edge: Edge) -> (Option<f64>, bool) {
    let Some(rate) = study.graph.relationship(edge).rate.filter(|r| *r >= 0.0) else { return (None, false) };
    let (from, _) = study.counts(edge);
    let (callers, whole) = match from {
        Count::Dynamic { min, max: None } => (min.unwrap_or(1), false),
        Count::Unknown => (1, false),
        known => (known.most().unwrap_or(1), true),
    };
    let calls = study.calls(edge);
    let per_item = matches!(study.graph.relationship(edge).calls, Some(crate::topology::model::Calls::PerItem));
    let load = rate * calls.unwrap_or(1.0) * f64::from(callers);
    (Some(load).filter(|l| l.is_finite()), whole && !per_item)
}

/// The load of a component, from its callers.
#[must_use]
pub fn load(study: &Study<'_>, node: Node) -> Load {
    let mut out = Load::default();
    for edge in &study.graph.callers[node] {
        let (known, whole) = load_of(study, *edge);
        out.known += known.unwrap_or(0.0);
        if !whole || known.is_none() {
            out.unknown.push(*edge);
        }
    }
    out
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let mut no_capacity: Vec<Node> = Vec::new();
    for node in (0..graph.len()).filter(|n| !graph.callers[*n].is_empty()) {
        let component = graph.component(node);
        let load = load(study, node);
        match component.capacity.filter(|c| *c > 0.0) {
            Some(capacity) if load.known > 0.0 => {
                let busy = load.known / capacity;
                let severity = match busy {
                    b if b > 1.0 => Severity::Error,
                    b if b > BUSY => Severity::Warn,
                    _ => Severity::Info,
                };
                let least = if load.is_whole() { "" } else { "at least " };
                let verdict = match severity {
                    Severity::Error => "more than it can serve",
                    Severity::Warn => "waiting grows steeply from here",
                    Severity::Info => "there is room",
                };
                let unknown = if load.is_whole() { String::new() } else { format!(" (unknown: {})", arrows(study, &load.unknown)) };
                found.insights.push(
                    Insight::new(
                        severity,
                        vec![node],
                        format!("{} gets {least}{}/s of the {}/s it can serve: {verdict}{unknown}", component.name, number(load.known), number(capacity)),
                    )
                    .edges(graph.callers[node].iter().copied())
                    .figure("load", load.known)
                    .figure("capacity", capacity)
                    .figure("utilisation", busy)
                    .figure("whole", if load.is_whole() { "yes" } else { "no" }.to_owned())
                    .cites(study, &["rate", "capacity", "calls", "count", "from_count"]),
                );
            }
            Some(_) => found.unknown.push(format!("the rates of what calls {}", component.name)),
            None => {
                let many: Vec<Edge> =
                    graph.callers[node].iter().copied().filter(|e| class(study, *e).from == Many::Dynamic && class(study, *e).to == Many::One).collect();
                let mut callers: Vec<Node> = many.iter().map(|e| graph.from_to(*e).0).collect();
                callers.sort_unstable();
                callers.dedup();
                if callers.len() >= 2 {
                    let says = format!("{} grow, and all lean on the one {}, whose capacity nobody said", names(study, &callers), component.name);
                    found.insights.push(
                        Insight::new(Severity::Warn, vec![node], says)
                            .edges(many)
                            .figure("load", if load.is_whole() { Figure::Number(load.known) } else { Figure::Unknown })
                            .figure("capacity", Figure::Unknown)
                            .figure("callers", owned(study, &callers))
                            .cites(study, &["rate", "capacity", "calls", "count", "from_count", "to_count"]),
                    );
                } else {
                    no_capacity.push(node);
                }
            }
        }
    }
    if !no_capacity.is_empty() {
        found.unknown.push(format!("the capacity of {}", names(study, &no_capacity)));
    }
    found.worst_first()
}
