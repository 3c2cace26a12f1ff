//! What can be promised above what others promise: everything that is waited for has to be there at the same moment.

use super::wording::{names, percent};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::model::Count;
use crate::topology::walk::reach;

pub(super) const ANALYSIS: Analysis = Analysis { id: "availability", title: "What is promised against what it stands on", find };

/// What a component can promise, by what it stands on. Failures are taken to be independent of each other; a shared cause makes
/// series better and replicas worse than this.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    /// What it calls itself and cannot do without, if the promises of those cover what they call in turn.
    pub direct: f64,
    /// Everything below it, each once, if a promise covers the component alone.
    pub series: f64,
    /// The same, if a promise is that of one instance and one of them is enough.
    pub replicated: f64,
    /// Components below it that promise something.
    pub promised: Vec<Node>,
    /// Components below it that promise nothing: they count as always there, so each figure is an upper bound.
    pub unknown: Vec<Node>,
    /// Called directly without a promise, with nothing promised below.
    pub direct_unknown: Vec<Node>,
}

/// At least one of several instances is there.
#[must_use]
pub fn any_of(availability: f64, instances: u32) -> f64 {
    1.0 - (1.0 - availability).powi(i32::try_from(instances.max(1)).unwrap_or(i32::MAX))
}

/// The bound of a component.
#[must_use]
pub fn bound(study: &Study<'_>, node: Node) -> Bound {
    let promise = |n: Node| study.promise(n);
    let below = reach::from(&study.hard, &[node]);
    let (promised, unknown): (Vec<Node>, Vec<Node>) = below.iter().partition(|n| promise(**n).is_some());
    let instances = |n: Node| match study.count(n) {
        Count::Fixed { n, .. } => n,
        Count::Dynamic { min, .. } => min.unwrap_or(1),
        Count::Unknown => 1,
    };
    let series = promised.iter().filter_map(|n| promise(*n)).product();
    let replicated = promised.iter().filter_map(|n| Some(any_of(promise(*n)?, instances(*n)))).product();
    // A callee without a promise is as good as what it calls.
    let mut seen = vec![false; study.graph.len()];
    seen[node] = true;
    let mut work = vec![node];
    let (mut direct, mut direct_unknown) = (1.0, Vec::new());
    while let Some(v) = work.pop() {
        for w in &study.hard[v] {
            if std::mem::replace(&mut seen[*w], true) {
                continue;
            }
            match promise(*w) {
                Some(p) => direct *= p,
                None => {
                    direct_unknown.push(*w);
                    work.push(*w);
                }
            }
        }
    }
    direct_unknown.sort_unstable();
    Bound { direct, series, replicated, promised, unknown, direct_unknown }
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let mut silent: Vec<Node> = Vec::new();
    for node in (0..graph.len()).filter(|n| !study.hard[*n].is_empty()) {
        let Some(objective) = study.promise(node) else { continue };
        let bound = bound(study, node);
        if bound.promised.is_empty() {
            silent.push(node);
            continue;
        }
        let (severity, verdict) = if bound.direct < objective {
            (Severity::Error, "even if those promises cover everything below")
        } else if bound.series < objective {
            (Severity::Warn, "unless the promises of what it calls cover what those call")
        } else {
            (Severity::Info, "it can hold")
        };
        let most = if bound.unknown.is_empty() { "" } else { "at most " };
        let name = graph.name(node);
        let says = match severity {
            Severity::Info => format!("{name} promises {} and stands on {most}{}: {verdict}", percent(objective), percent(bound.series)),
            _ => {
                let figure = if severity == Severity::Error { bound.direct } else { bound.series };
                format!("{name} promises {} and stands on {most}{}, {verdict}", percent(objective), percent(figure))
            }
        };
        found.insights.push(
            Insight::new(severity, std::iter::once(node).chain(bound.promised.iter().copied()).collect(), says)
                .figure("objective", objective)
                .figure("direct", bound.direct)
                .figure("series", bound.series)
                .figure("series_of_replicas", bound.replicated)
                .figure("independence", "assumed".to_owned())
                .figure("unknown", if bound.unknown.is_empty() { Figure::List(Vec::new()) } else { Figure::List(super::wording::owned(study, &bound.unknown)) })
                .cites(study, &["slo", "count"]),
        );
    }
    if !silent.is_empty() {
        found.unknown.push(format!("what anything below {} promises", names(study, &silent)));
    }
    let none: Vec<Node> = study.entries.iter().copied().filter(|e| study.promise(*e).is_none()).collect();
    if !none.is_empty() {
        found.unknown.push(format!("what is promised to users at {}", names(study, &none)));
    }
    found.worst_first()
}
