//! A caller that gives up no later than the call it waits for: what it left behind works on for nobody.

use super::timeout_budget::{budget, need};
use super::wording::{arrow, millis, number};
use super::{Analysis, Figure, Found, Insight, Severity, Study};

pub(super) const ANALYSIS: Analysis = Analysis { id: "inverted-timeout", title: "Who gives up before whom it waits for", find };

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    for node in 0..graph.len() {
        let Some((time, outer)) = budget(study, node) else { continue };
        for (edge, below) in graph.called_by(node) {
            let r = graph.relationship(edge);
            let (Some(timeout), true, true) = (study.timeout(edge), r.is_sync(), below != node) else { continue };
            let own = timeout.as_secs_f64() * 1e3;
            if time > own {
                continue;
            }
            let (severity, what) = match r.deadline_propagated {
                Some(true) => (Severity::Info, "the deadline travels along, so the call ends in time"),
                Some(false) => (Severity::Error, "the deadline does not travel along, so the call goes on for nobody"),
                None => (Severity::Warn, "unless the deadline travels along, the call goes on for nobody"),
            };
            let whole = need(study, edge).map_or(own, |n| n.whole());
            let wasted = if time > 0.0 { whole / time } else { f64::INFINITY };
            let tries = study.attempts(outer).filter(|a| *a > 1.0);
            let again = tries.map_or_else(String::new, |a| {
                format!(", and {} tries {} times in all beside what is still running", graph.relationship(outer).from, number(a))
            });
            let caller = arrow(study, outer);
            let says = format!(
                "{caller} ends after {}, {} after {}: {what}{}",
                millis(time as i64),
                arrow(study, edge),
                millis(own as i64),
                if r.deadline_propagated == Some(true) { String::new() } else { again }
            );
            let propagated = r.deadline_propagated.map_or(Figure::Unknown, |p| Figure::Text(if p { "yes" } else { "no" }.to_owned()));
            found.insights.push(
                Insight::new(severity, vec![node, graph.from_to(outer).0, below], says)
                    .edges([outer, edge])
                    .figure("caller_ms", Figure::Millis(time as i64))
                    .figure("callee_ms", Figure::Millis(own as i64))
                    .figure("deadline_propagated", propagated)
                    .figure("work_to_waiting", wasted)
                    .cites(study, &["timeout", "deadline_propagated", "attempts"]),
            );
        }
    }
    found.worst_first()
}
