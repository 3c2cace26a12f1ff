//! How many calls one request makes, and how often one of them is slow: with a hundred calls the slowest hundredth is met by most.

use super::flow::Flow;
use super::wording::{about, arrow, arrows, number, of};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::Edge;
use crate::topology::model::Calls;

pub(super) const ANALYSIS: Analysis = Analysis { id: "fan-out", title: "Calls for one request, and the slowest of them", find };

/// The slow share of calls: those beyond the 99th percentile.
const SLOW: f64 = 0.01;

/// Share of requests that meet at least one slow call, when each of so many calls is slow by itself as often as this.
#[must_use]
pub fn tail(calls: f64, slow: f64) -> f64 {
    1.0 - (1.0 - slow).powf(calls)
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let is_sync = |e: Edge| graph.relationship(e).is_sync();
    let says_calls = |e: &Edge| graph.relationship(*e).calls.is_some();
    let silent = study.edges().filter(|e| is_sync(*e) && !says_calls(e)).count();
    if silent > 0 {
        let whole = study.edges().filter(|e| is_sync(*e)).count();
        found.unknown.push(format!("the calls for each request of {silent} of {}: counted once", of(whole, "call", "calls")));
    }
    for edge in study.edges().filter(|e| matches!(graph.relationship(*e).calls, Some(Calls::PerItem))) {
        let (from, to) = graph.from_to(edge);
        let says = format!("{} is made for each item: how many that is, nobody knows beforehand; is there a call for many, or a limit?", arrow(study, edge));
        found.insights.push(Insight::new(Severity::Warn, vec![from, to], says).edges([edge]).figure("calls", Figure::Unknown).cites(study, &["calls"]));
    }
    if !study.edges().any(|e| is_sync(e) && study.calls(e).is_some_and(|c| c > 1.0)) {
        return found;
    }
    let sync: Vec<Edge> = study.edges().filter(|e| is_sync(*e)).collect();
    let flow = Flow::of(graph);
    let factors = flow.factors(|e| if is_sync(e) { study.calls(e).unwrap_or(1.0) } else { 0.0 });
    for entry in &study.entries {
        let reached = flow.from(*entry, &factors);
        let on_the_way: Vec<Edge> = sync.iter().copied().filter(|e| reached.sum[graph.from_to(*e).0] > 0.0).collect();
        if !on_the_way.iter().any(|e| study.calls(*e).is_some_and(|c| c > 1.0)) {
            continue;
        }
        let calls_on = |e: Edge| reached.sum[graph.from_to(e).0] * study.calls(e).unwrap_or(1.0);
        let total: f64 = on_the_way.iter().map(|e| calls_on(*e)).sum();
        let share = tail(total, SLOW);
        let widest = on_the_way.iter().copied().max_by(|a, b| calls_on(*a).total_cmp(&calls_on(*b)).then(b.cmp(a)));
        let per_item: Vec<Edge> = on_the_way.iter().copied().filter(|e| matches!(graph.relationship(*e).calls, Some(Calls::PerItem))).collect();
        let least = if per_item.is_empty() { "" } else { "at least " };
        let most = widest.map_or_else(String::new, |e| format!(", {} of them {}", number(calls_on(e)), arrow(study, e)));
        let says = format!(
            "a request at {} makes {least}{} calls{most}: if one call in a hundred is slow, {} of the requests are",
            graph.name(*entry),
            number(total),
            about(share),
        );
        let severity = if share >= 0.5 { Severity::Warn } else { Severity::Info };
        let mut insight = Insight::new(severity, vec![*entry], says)
            .edges(widest)
            .figure("calls", total)
            .figure("slow_call_share", SLOW)
            .figure("slow_request_share", share)
            .cites(study, &["calls"]);
        if !per_item.is_empty() {
            insight = insight.figure("unknown", arrows(study, &per_item));
        }
        found.insights.push(insight);
    }
    found.worst_first()
}
