//! What can be lost, repeated or overtaken where nobody waits for an answer.

use super::cardinality::class;
use super::wording::{arrow, arrows};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Edge;
use crate::topology::model::Kind;

pub(super) const ANALYSIS: Analysis = Analysis { id: "async-gap", title: "What a message can come to", find };

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let mut silent: Vec<Edge> = Vec::new();
    for edge in study.edges().filter(|e| carries_messages(study, *e)) {
        let r = graph.relationship(edge);
        let (from, to) = graph.from_to(edge);
        let mut gaps: Vec<(&str, Severity, String)> = Vec::new();
        let capped = study.attempts(edge);
        match (&r.dead_letter, capped) {
            (None, None) => gaps.push((
                "no-end",
                Severity::Warn,
                "a message that cannot be handled comes back for ever, or is gone: no attempts, no dead letters".to_owned(),
            )),
            (None, Some(n)) => {
                gaps.push(("no-dead-letter", Severity::Info, format!("after {} the message is gone", super::wording::of(n as usize, "try", "tries"))))
            }
            (Some(_), None) => gaps.push(("no-attempts", Severity::Info, "after how many tries it becomes a dead letter is not said".to_owned())),
            (Some(_), Some(_)) => {}
        }
        match r.ack_before_work {
            Some(true) => gaps.push(("ack-before-work", Severity::Error, "it is acknowledged before the work is safe: a crash in between loses it".to_owned())),
            Some(false) => {}
            None => silent.push(edge),
        }
        if r.ordered {
            let class = class(study, edge);
            // Whoever works them off: the receiver, or behind a queue those that read it.
            if class.to.is_many() && graph.component(to).kind != Kind::Queue
                || class.from.is_many() && graph.component(to).kind == Kind::Queue && r.pattern == Some(crate::topology::model::Interaction::Pull)
            {
                gaps.push(("order", Severity::Warn, "order matters, and several work at the same time: one overtakes the other".to_owned()));
            }
            if capped.is_some_and(|a| a > 1.0) {
                gaps.push(("order-after-retry", Severity::Info, "a message that is tried again comes after its successors".to_owned()));
            }
        }
        if r.idempotent == Some(false) && capped != Some(1.0) {
            gaps.push(("repeated", Severity::Warn, "it may come twice, and twice is not as good as once".to_owned()));
        }
        if gaps.is_empty() {
            continue;
        }
        let severity = gaps.iter().map(|g| g.1).max().unwrap_or_default();
        let says: Vec<&str> = gaps.iter().map(|g| g.2.as_str()).collect();
        found.insights.push(
            Insight::new(severity, vec![from, to], format!("{}: {}", arrow(study, edge), says.join("; ")))
                .edges([edge])
                .figure("gaps", gaps.iter().map(|g| g.0.to_owned()).collect::<Vec<_>>())
                .figure("attempts", capped)
                .cites(study, &["dead_letter", "attempts", "ack_before_work", "ordered", "idempotent", "via", "pattern", "sync"]),
        );
    }
    if !silent.is_empty() {
        found.unknown.push(format!("whether messages are acknowledged before the work is safe on {}", arrows(study, &silent)));
    }
    found.worst_first()
}

/// Whether messages travel on it: nobody waits, or one end is a queue.
fn carries_messages(study: &Study<'_>, edge: Edge) -> bool {
    let (from, to) = study.graph.from_to(edge);
    !study.graph.relationship(edge).is_sync() || [from, to].iter().any(|n| study.graph.component(*n).kind == Kind::Queue)
}
