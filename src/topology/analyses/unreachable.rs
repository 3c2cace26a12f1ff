//! Components that nothing leads to from where users or timers enter.

use super::wording::{names, of};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::model::{Interaction, Kind};
use crate::topology::walk::{self, reach};

pub(super) const ANALYSIS: Analysis = Analysis { id: "unreachable", title: "Nothing leads there", find };

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    if study.entries.is_empty() {
        found.unknown.push("where users enter: no component is an entry".to_owned());
        return found;
    }
    // A job begins by itself; what a component reads from leads to it; and who calls what has a fallback reaches that as well.
    let mut starts = study.entries.clone();
    starts.extend((0..graph.len()).filter(|n| graph.component(*n).kind == Kind::Job));
    let mut next = walk::next(graph, |_| true);
    for edge in study.edges() {
        let (from, to) = graph.from_to(edge);
        next[from].extend(study.fallback(edge));
        let pulls = matches!(graph.relationship(edge).pattern, Some(Interaction::Pull | Interaction::Stream));
        if pulls && graph.component(to).kind == Kind::Queue {
            next[to].push(from);
        }
    }
    let far = reach::distances(&next, &starts);
    // What leads to an entry is somebody who uses the system, or drives it.
    let before = reach::distances(&walk::turned(&next), &study.entries);
    let (users, lost): (Vec<Node>, Vec<Node>) = (0..graph.len()).filter(|n| far[*n].is_none() && !study.is_ignored(*n)).partition(|n| before[*n].is_some());
    if !lost.is_empty() {
        let says = format!(
            "no way leads from {} to {}: is it called from outside, or left over?",
            if study.entries_declared { "an entry" } else { "a component without callers" },
            names(study, &lost)
        );
        let count = lost.len();
        found.insights.push(Insight::new(Severity::Warn, lost, says).figure("components", count).cites(study, &["entry"]));
    }
    if !users.is_empty() {
        let says = format!(
            "{} before the entries: nothing within the system leads there",
            if users.len() == 1 { format!("{} stands", names(study, &users)) } else { format!("{} stand", names(study, &users)) }
        );
        let count = users.len();
        found.insights.push(Insight::new(Severity::Info, users, says).figure("components", count).cites(study, &["entry"]));
    }
    if !study.entries_declared {
        found.unknown.push(format!("where users enter: {} that nobody calls taken for entries", of(study.entries.len(), "component", "components")));
    }
    found
}
