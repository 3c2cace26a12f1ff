//! Tries multiply along a way: three layers that each try four times make sixty-four calls of one at the end.

use super::flow::{Factors, Flow, Reached};
use super::wording::{arrow, number, of};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};

pub(super) const ANALYSIS: Analysis = Analysis { id: "retry-amplification", title: "Tries that multiply along a way", find };

/// Calls for one request from which on it is told, and from which on it is an error.
const MANY: f64 = 10.0;
const TOO_MANY: f64 = 50.0;

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let unknown = study.edges().filter(|e| study.attempts(*e).is_none()).count();
    if unknown > 0 {
        found.unknown.push(format!("the attempts of {unknown} of {}: counted as one try", of(study.edges().count(), "relationship", "relationships")));
    }
    if !study.edges().any(|e| study.attempts(e).is_some_and(|a| a > 1.0)) {
        return found;
    }
    if study.entries.is_empty() {
        found.unknown.push("where users enter: no component is an entry".to_owned());
        return found;
    }
    let flow = Flow::of(graph);
    let calls = |e: Edge| study.calls(e).unwrap_or(1.0);
    let tries = |e: Edge| study.attempts(e).unwrap_or(1.0);
    let worst_case = flow.factors(|e| calls(e) * tries(e));
    let worst = worst_of(study, &flow, &worst_case);
    let normal = flow.factors(calls);
    let all_calls_said = study.edges().all(|e| graph.relationship(e).calls.is_some());
    let mut by_entry: Vec<(Node, Reached, Reached)> = Vec::new();
    for node in ends(study, &flow, &worst) {
        let (sum, entry) = worst[node];
        if by_entry.iter().all(|(e, ..)| *e != entry) {
            by_entry.push((entry, flow.from(entry, &worst_case), flow.from(entry, &normal)));
        }
        let Some((_, reached, usual)) = by_entry.iter().find(|(e, ..)| *e == entry) else { continue };
        let way = flow.way(reached, node);
        let layers: Vec<Edge> = way.iter().copied().filter(|e| tries(*e) > 1.0).collect();
        if layers.is_empty() {
            continue;
        }
        let product: f64 = way.iter().map(|e| tries(*e)).product();
        let least = if way.iter().any(|e| flow.in_cycle(graph.from_to(*e).1) || study.attempts(*e).is_none()) { "at least " } else { "" };
        let words: Vec<String> = layers.iter().map(|e| format!("{} x{}", arrow(study, *e), number(tries(*e)))).collect();
        let usually = match usual.sum[node] {
            one if one <= 1.0 => format!("{} would do", number(one)),
            some if all_calls_said => format!("{} are made when nothing fails", number(some)),
            some => format!("{} are made when nothing fails and each call is made once", number(some)),
        };
        let says = format!(
            "one request at {} can become {least}{} calls at {}, where {usually}: {}",
            graph.name(entry),
            number(sum),
            graph.name(node),
            super::wording::list(words.iter().map(String::as_str), words.len()),
        );
        let bare: Vec<String> = layers.iter().filter(|e| !graph.relationship(**e).breaker).map(|e| arrow(study, *e)).collect();
        let severity = if sum >= TOO_MANY { Severity::Error } else { Severity::Warn };
        let path: Vec<String> = std::iter::once(graph.name(entry)).chain(way.iter().map(|e| graph.relationship(*e).to.as_str())).map(str::to_owned).collect();
        found.insights.push(
            Insight::new(severity, vec![node, entry], says)
                .edges(way.iter().copied())
                .figure("calls", sum)
                .figure("calls_without_failure", usual.sum[node])
                .figure("worst_path_calls", reached.best[node])
                .figure("worst_path_attempts", product)
                .figure("worst_path", path)
                .figure("layers", words)
                .figure("without_breaker", bare)
                .cites(study, &["attempts", "retry_layer", "retry_layers", "calls", "breaker"]),
        );
    }
    found.insights.sort_by(|a, b| calls_of(b).total_cmp(&calls_of(a)));
    found
}

/// For each component the most calls that one request can become there, and the entry at which it comes in; 0: none reaches it. What is
/// not declared counts once.
#[must_use]
pub fn worst(study: &Study<'_>) -> Vec<(f64, Node)> {
    let flow = Flow::of(&study.graph);
    let factors = flow.factors(|e| study.calls(e).unwrap_or(1.0) * study.attempts(e).unwrap_or(1.0));
    worst_of(study, &flow, &factors)
}

fn worst_of(study: &Study<'_>, flow: &Flow<'_, '_>, factors: &Factors) -> Vec<(f64, Node)> {
    let mut worst: Vec<(f64, Node)> = vec![(0.0, 0); study.graph.len()];
    for entry in &study.entries {
        for (node, sum) in flow.from(*entry, factors).sum.into_iter().enumerate() {
            if sum > worst[node].0 {
                worst[node] = (sum, *entry);
            }
        }
    }
    worst
}

fn calls_of(insight: &Insight) -> f64 {
    match insight.get("calls") {
        Some(super::Figure::Number(x)) => *x,
        _ => 0.0,
    }
}

/// Components of which nothing below is worse off: what is worse off below is told, with the way to it. Of a cycle the worst, and the
/// first of those that are equal.
fn ends(study: &Study<'_>, flow: &Flow<'_, '_>, worst: &[(f64, Node)]) -> Vec<Node> {
    let goes_on = |n: Node| study.graph.called_by(n).any(|(_, below)| !flow.is_inner(n, below) && worst[below].0 >= worst[n].0);
    flow.parts()
        .filter(|members| members.iter().any(|n| worst[*n].0 >= MANY) && !members.iter().any(|n| worst[*n].0 >= MANY && goes_on(*n)))
        .filter_map(|members| members.iter().copied().max_by(|a, b| worst[*a].0.total_cmp(&worst[*b].0).then(b.cmp(a))))
        .collect()
}
