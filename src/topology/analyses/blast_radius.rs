//! What is lost with a component, and what is left with less: a walk against the calls.

use super::wording::{names, of, owned, percent};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::walk::reach;

pub(super) const ANALYSIS: Analysis = Analysis { id: "blast-radius", title: "Whose loss reaches furthest", find };

/// Components that the analysis tells; the verb tells any.
const TOLD: usize = 10;

/// What a loss does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blast {
    /// What was lost first.
    pub lost_first: Vec<Node>,
    /// What fails with it, the nearest first: it waits for something lost, and nothing takes its place.
    pub lost: Vec<Node>,
    /// What goes on with less, the nearest first: it reaches something lost by a way that it can do without, or leans on one that does.
    pub degraded: Vec<Node>,
    /// Entries among what is lost, ascending.
    pub entries: Vec<Node>,
    /// Share of the users' requests that fail, 0 to 1; `None` when nobody enters.
    pub share: Option<f64>,
}

/// What the loss of components does.
#[must_use]
pub fn blast(study: &Study<'_>, first: &[Node]) -> Blast {
    let graph = &study.graph;
    let lost = reach::from(&study.hard_callers, first);
    let mut is_lost = vec![false; graph.len()];
    first.iter().chain(&lost).for_each(|n| is_lost[*n] = true);
    // Callers that can do without, then those that wait for them.
    let mut touched: Vec<Node> = first.iter().chain(&lost).flat_map(|v| graph.callers_of(*v)).map(|(_, u)| u).filter(|u| !is_lost[*u]).collect();
    touched.sort_unstable();
    touched.dedup();
    let beyond = reach::from(&study.hard_callers, &touched);
    let degraded = touched.into_iter().chain(beyond.into_iter().filter(|n| !is_lost[*n])).collect();
    let entries: Vec<Node> = study.entries.iter().copied().filter(|e| is_lost[*e]).collect();
    let share = (!study.entries.is_empty()).then(|| study.share(|n| is_lost[n]));
    Blast { lost_first: first.to_vec(), lost, degraded, entries, share }
}

/// Entries and features that stop, as a sentence.
#[must_use]
pub fn stops(study: &Study<'_>, blast: &Blast) -> String {
    let Some(share) = blast.share else { return "nobody enters this system as it is declared".to_owned() };
    if blast.entries.is_empty() {
        return "no entry stops".to_owned();
    }
    let by = match study.shared_by {
        "number" => "of the entries",
        _ => "of the requests",
    };
    let mut features: Vec<&str> = blast.entries.iter().filter_map(|e| study.graph.component(*e).feature.as_deref()).collect();
    features.sort_unstable();
    features.dedup();
    let features = if features.is_empty() { String::new() } else { format!(": {}", super::wording::list(features.iter().copied(), features.len())) };
    format!("{} of {} stop, {} {by}{features}", blast.entries.len(), of(study.entries.len(), "entry", "entries"), percent(share))
}

fn find(study: &Study<'_>) -> Found {
    let mut found = Found::default();
    let mut all: Vec<Blast> = (0..study.graph.len()).map(|n| blast(study, &[n])).filter(|b| !b.lost.is_empty()).collect();
    let weight = |b: &Blast| (b.share.unwrap_or(0.0), b.lost.len(), b.degraded.len());
    all.sort_by(|a, b| weight(b).partial_cmp(&weight(a)).unwrap_or(std::cmp::Ordering::Equal));
    for blast in all.into_iter().take(TOLD) {
        let first = blast.lost_first[0];
        let says = format!("without {}, {} fail too ({}); {}", study.graph.name(first), blast.lost.len(), names(study, &blast.lost), stops(study, &blast));
        found.insights.push(
            Insight::new(Severity::Info, vec![first], says)
                .figure("lost", blast.lost.len())
                .figure("degraded", blast.degraded.len())
                .figure("entries", owned(study, &blast.entries))
                .figure("share", blast.share)
                .figure("shared_by", study.shared_by.to_owned())
                .cites(study, &[]),
        );
    }
    if !found.insights.is_empty() && study.entries.is_empty() {
        found.unknown.push("where users enter: no component is an entry".to_owned());
    }
    found
}
