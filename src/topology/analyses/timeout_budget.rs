//! Whether what a component waits for, tries and waits between tries included, fits into the time its own callers give it.

use super::wording::{arrow, arrows, millis, number};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Calls;

pub(super) const ANALYSIS: Analysis = Analysis { id: "timeout-budget", title: "Does the waiting fit into the time there is", find };

/// What a caller may wait for one relationship, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Need {
    /// All tries that fail for want of an answer, waits between them not counted.
    pub tries: f64,
    /// Waits between tries.
    pub waits: f64,
    /// One try of each call.
    pub once: f64,
}

impl Need {
    /// Tries and waits.
    #[must_use]
    pub fn whole(self) -> f64 {
        self.tries + self.waits
    }
}

/// What an edge may take; `None`: its timeout is not declared. Attempts and calls that nobody declared count once. Calls of one
/// request follow each other, unless they are parallel.
#[must_use]
pub fn need(study: &Study<'_>, edge: Edge) -> Option<Need> {
    let r = study.graph.relationship(edge);
    let timeout = study.timeout(edge)?.as_secs_f64() * 1e3;
    let once = f64::from(r.attempts.or(study.graph.topology.defaults.attempts).unwrap_or(1).max(1));
    let waits = study.waits(edge).as_secs_f64() * 1e3;
    // Each layer repeats all that the one below it does, and waits between.
    let (mut tries, mut waited) = (once * timeout, waits);
    for _ in 1..r.retry_layers.len().max(1) {
        (tries, waited) = (once * tries, once * waited + waits);
    }
    let calls = if r.parallel { 1.0 } else { study.calls(edge).unwrap_or(1.0) };
    Some(Need { tries: calls * tries, waits: calls * waited, once: calls * timeout })
}

/// The least time that a caller of a component waits for it, in milliseconds, with the edge.
#[must_use]
pub fn budget(study: &Study<'_>, node: Node) -> Option<(f64, Edge)> {
    let graph = &study.graph;
    let known = graph.callers[node].iter().filter(|e| graph.relationship(**e).is_sync() && graph.from_to(**e).0 != node);
    known.filter_map(|e| Some((study.timeout(*e)?.as_secs_f64() * 1e3, *e))).min_by(|a, b| a.0.total_cmp(&b.0))
}

/// One after the other they add up; those that are made at the same time take as long as the longest.
fn total(needs: &[(Edge, Need)], study: &Study<'_>, of: impl Fn(&Need) -> f64) -> f64 {
    let is_parallel = |e: Edge| study.graph.relationship(e).parallel;
    let in_turn: f64 = needs.iter().filter(|(e, _)| !is_parallel(*e)).map(|(_, n)| of(n)).sum();
    in_turn + needs.iter().filter(|(e, _)| is_parallel(*e)).map(|(_, n)| of(n)).fold(0.0, f64::max)
}

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    for node in 0..graph.len() {
        let below: Vec<Edge> = graph.called_by(node).filter(|(e, v)| *v != node && graph.relationship(*e).is_sync()).map(|(e, _)| e).collect();
        let Some((time, given_by)) = budget(study, node).filter(|_| !below.is_empty()) else { continue };
        let needs: Vec<(Edge, Need)> = below.iter().filter_map(|e| Some((*e, need(study, *e)?))).collect();
        let silent: Vec<Edge> = below.iter().copied().filter(|e| needs.iter().all(|(n, _)| n != e)).collect();
        let uncounted: Vec<Edge> =
            below.iter().copied().filter(|e| matches!(graph.relationship(*e).calls, Some(Calls::PerItem)) && !graph.relationship(*e).parallel).collect();
        if needs.is_empty() {
            found.unknown.push(format!("the timeouts of {}", arrows(study, &silent)));
            continue;
        }
        let whole = total(&needs, study, |n| n.whole());
        let once = total(&needs, study, |n| n.once);
        let slack = time - whole;
        let is_whole = silent.is_empty() && uncounted.is_empty();
        let severity = match () {
            () if once > time => Severity::Error,
            () if slack < 0.0 => Severity::Warn,
            () => Severity::Info,
        };
        let least = if is_whole { "" } else { "at least " };
        let name = graph.name(node);
        let terms: Vec<String> = needs.iter().map(|(e, n)| term(study, *e, *n)).collect();
        let shown = super::wording::list(terms.iter().map(String::as_str), terms.len());
        let given = format!("{} gives it {}", graph.relationship(given_by).from, millis(time as i64));
        let fits = match severity {
            Severity::Error => "not even one try of each fits",
            Severity::Warn => "it gives up while tries go on below it",
            Severity::Info if is_whole => "it fits",
            Severity::Info => "what is known fits",
        };
        let mut says = format!("{name} may wait {least}{} ({shown}) and {given}: {fits}", millis(whole.ceil() as i64));
        let mut insight = Insight::new(severity, vec![node, graph.from_to(given_by).0], String::new())
            .edges(std::iter::once(given_by).chain(below.iter().copied()))
            .figure("budget_ms", super::Figure::Millis(time as i64))
            .figure("needed_ms", super::Figure::Millis(whole.ceil() as i64))
            .figure("needed_once_ms", super::Figure::Millis(once.ceil() as i64))
            .figure("slack_ms", super::Figure::Millis(slack.floor() as i64))
            .figure("terms", terms);
        if severity > Severity::Info {
            let fitting = fitting(study, &needs, time);
            if !fitting.is_empty() {
                says += &format!(
                    "; it would with {}, or with {} for {name}",
                    super::wording::list(fitting.iter().map(String::as_str), fitting.len()),
                    millis(up(whole))
                );
            }
            insight = insight.figure("suggested_budget_ms", super::Figure::Millis(up(whole))).figure("suggested_timeouts", fitting);
        }
        if !is_whole {
            let unknown: Vec<Edge> = silent.iter().chain(&uncounted).copied().collect();
            insight = insight.figure("unknown", unknown.iter().map(|e| arrow(study, *e)).collect::<Vec<_>>());
        }
        insight.says = says;
        found.insights.push(insight.cites(study, &["timeout", "attempts", "backoff", "calls", "parallel", "retry_layer", "retry_layers"]));
    }
    let none = study.edges().filter(|e| graph.relationship(*e).is_sync() && study.timeout(*e).is_none()).count();
    if none > 0 {
        found.unknown.insert(0, format!("the timeouts of {none} of {} calls", study.edges().filter(|e| graph.relationship(*e).is_sync()).count()));
    }
    // What cannot hold first, then by how much is missing.
    found.insights.sort_by_key(|i| (std::cmp::Reverse(i.severity), slack_of(i)));
    found
}

fn slack_of(insight: &Insight) -> i64 {
    match insight.get("slack_ms") {
        Some(super::Figure::Millis(ms)) => *ms,
        _ => 0,
    }
}

/// `payment: 3 x 800 ms + 150 ms`.
fn term(study: &Study<'_>, edge: Edge, need: Need) -> String {
    let r = study.graph.relationship(edge);
    let timeout = study.timeout(edge).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    let times = if timeout > 0.0 { need.tries / timeout } else { 1.0 };
    let waits = if need.waits > 0.0 { format!(" + {}", millis(need.waits.ceil() as i64)) } else { String::new() };
    let parallel = if r.parallel { ", parallel" } else { "" };
    format!("{}: {} x {}{waits}{parallel}", r.to, number(times), millis(timeout as i64))
}

/// Timeouts of the calls, all shortened by the same share, with which everything fits; nothing where the waits alone do not.
fn fitting(study: &Study<'_>, needs: &[(Edge, Need)], time: f64) -> Vec<String> {
    let waits = total(needs, study, |n| n.waits);
    let tries = total(needs, study, |n| n.tries);
    let share = (time - waits) / tries;
    if !share.is_finite() || share <= 0.0 {
        return Vec::new();
    }
    let one = |(edge, _): &(Edge, Need)| {
        let timeout = study.timeout(*edge)?.as_secs_f64() * 1e3 * share;
        let down = if timeout >= 100.0 { (timeout / 10.0).floor() * 10.0 } else { timeout.floor() };
        (down >= 1.0).then(|| format!("{} {}", study.graph.relationship(*edge).to, millis(down as i64)))
    };
    needs.iter().map(one).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// To the next ten milliseconds.
fn up(ms: f64) -> i64 {
    ((ms / 10.0).ceil() * 10.0) as i64
}
