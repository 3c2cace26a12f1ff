//! One that many can reach at the same time: what they do interleaves in it.

use super::cardinality::class;
use super::wording::{list, names, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Kind;

pub(super) const ANALYSIS: Analysis = Analysis { id: "concurrency", title: "Many act on one at the same time", find };

/// Whom a component of which there is one has to serve at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    /// Edges from many that call it.
    pub calling: Vec<Edge>,
    /// Edges to many that answer it.
    pub answering: Vec<Edge>,
}

/// The many around a component, where it is the one; else nobody.
#[must_use]
pub fn peers(study: &Study<'_>, node: Node) -> Peers {
    let graph = &study.graph;
    let is = |e: &Edge, calling: bool| {
        let class = class(study, *e);
        let (own, other) = if calling { (class.to, class.from) } else { (class.from, class.to) };
        own == super::cardinality::Many::One && other.is_many()
    };
    Peers {
        calling: graph.callers[node].iter().copied().filter(|e| is(e, true)).collect(),
        answering: graph.calls[node].iter().copied().filter(|e| is(e, false)).collect(),
    }
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    for node in 0..graph.len() {
        let Peers { calling, answering } = peers(study, node);
        if calling.is_empty() && answering.is_empty() {
            continue;
        }
        let component = graph.component(node);
        let ends = |edges: &[Edge], callers: bool| {
            let mut out: Vec<Node> = edges.iter().map(|e| if callers { graph.from_to(*e).0 } else { graph.from_to(*e).1 }).collect();
            out.sort_unstable();
            out.dedup();
            out
        };
        let (callers, callees) = (ends(&calling, true), ends(&answering, false));
        let state: Vec<String> = component.state.iter().map(|s| s.name.clone()).collect();
        // Stores order what reaches them by themselves; what is at stake there is what callers read before they write.
        let orders_itself = matches!(component.kind, Kind::Db | Kind::Cache | Kind::Queue | Kind::External);
        let severity = if orders_itself { Severity::Info } else { Severity::Warn };
        let who = if calling.is_empty() {
            format!("what {} send back comes to the one {} at the same time", names(study, &callees), component.name)
        } else {
            format!("{} can reach the one {} at the same time", names(study, &callers), component.name)
        };
        let what = match state.as_slice() {
            [] if orders_itself => "what a caller reads there may be old when it writes".to_owned(),
            [] => "which state they share is not declared".to_owned(),
            some => format!("they share {}", list(some.iter().map(String::as_str), some.len())),
        };
        let shared = if state.is_empty() { super::Figure::Unknown } else { state.into() };
        found.insights.push(
            Insight::new(severity, std::iter::once(node).chain(callers.iter().copied()).chain(callees.iter().copied()).collect(), format!("{who}; {what}"))
                .edges(calling.iter().chain(&answering).copied())
                .figure("callers", owned(study, &callers))
                .figure("answering", owned(study, &callees))
                .figure("shared_state", shared)
                .figure("module", "concurrency".to_owned())
                .cites(study, &["count", "from_count", "to_count", "state"]),
        );
    }
    let unknown: Vec<Node> = (0..graph.len()).filter(|n| study.count(*n) == crate::topology::model::Count::Unknown && !graph.callers[*n].is_empty()).collect();
    if !unknown.is_empty() {
        found.unknown.push(format!("how many there are of {}", names(study, &unknown)));
    }
    found.worst_first()
}
