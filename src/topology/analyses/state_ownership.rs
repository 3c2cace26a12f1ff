//! Who decides what the state is, and how copies become equal again.

use super::wording::{names, owned};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::{Interaction, Kind, Replica, State};
use crate::topology::walk::{self, Next, reach};
use std::collections::BTreeMap;

pub(super) const ANALYSIS: Analysis = Analysis { id: "state-ownership", title: "Who decides what the state is", find };

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut by_name: BTreeMap<&str, Vec<(Node, &State)>> = BTreeMap::new();
    for node in 0..graph.len() {
        for state in &graph.component(node).state {
            by_name.entry(state.name.as_str()).or_default().push((node, state));
        }
    }
    let mut found = Found::default();
    // Whatever the direction: the owner pushes, the holder pulls, or a third carries.
    let next = walk::next(graph, |_| true);
    let around: Next = next.iter().zip(walk::turned(&next)).map(|(a, b)| a.iter().copied().chain(b).collect()).collect();
    for (name, held) in &by_name {
        owners(study, name, held, &mut found);
        for (owner, state) in held.iter().filter(|(_, s)| !s.replicas.is_empty()) {
            let near = reach::distances(&around, &[*owner]);
            for replica in &state.replicas {
                copy(study, *owner, state, replica, &near, &mut found);
            }
        }
    }
    let silent: Vec<Node> =
        (0..graph.len()).filter(|n| matches!(graph.component(*n).kind, Kind::Db | Kind::Cache) && graph.component(*n).state.is_empty()).collect();
    if !silent.is_empty() {
        found.unknown.push(format!("which state lies in {}, and who decides it", names(study, &silent)));
    }
    found.worst_first()
}

/// One owner, and a way by which writes come to it.
fn owners(study: &Study<'_>, name: &str, held: &[(Node, &State)], found: &mut Found) {
    let holders: Vec<Node> = held.iter().map(|(n, _)| *n).collect();
    let owners: Vec<Node> = held.iter().filter(|(_, s)| s.authoritative).map(|(n, _)| *n).collect();
    let mut add = |severity, nodes: Vec<Node>, gap: &str, says: String| {
        found.insights.push(
            Insight::new(severity, nodes, says)
                .figure("state", name.to_owned())
                .figure("gap", gap.to_owned())
                .figure("owners", owned(study, &owners))
                .cites(study, &["state"]),
        );
    };
    match owners.as_slice() {
        [] => add(
            Severity::Error,
            holders.clone(),
            "no-owner",
            format!("nobody owns {name}: {} hold it, and none of them decides when copies differ", names(study, &holders)),
        ),
        [owner] => {
            // Work that runs by itself writes what it finds out; everything else has to be told.
            let component = study.graph.component(*owner);
            let starts_itself = component.entry || component.kind == Kind::Job;
            // By what it reads it may be written; where nobody says how they talk, nothing is claimed.
            let reads =
                |e: &Edge| !matches!(study.graph.relationship(*e).pattern, Some(Interaction::Push | Interaction::PubSub | Interaction::RequestResponse));
            if study.graph.callers[*owner].is_empty() && !study.graph.calls[*owner].iter().any(reads) && !starts_itself {
                add(
                    Severity::Warn,
                    vec![*owner],
                    "no-write-path",
                    format!("{name} is owned by {}, and no relationship leads to it: by what way is it written?", component.name),
                );
            }
        }
        many => add(Severity::Error, many.to_vec(), "many-owners", format!("{} all own {name}: which of them is right when they differ?", names(study, many))),
    }
}

/// A copy has a purpose, a way to come about, and a way back to equality. `near`: what hangs together with the owner.
fn copy(study: &Study<'_>, owner: Node, state: &State, replica: &Replica, near: &[Option<usize>], found: &mut Found) {
    let from = study.graph.name(owner);
    let Some(holder) = study.resolve(&replica.held_by) else {
        found.insights.push(
            Insight::new(Severity::Error, vec![owner], format!("the copy of {} lies in {}, which is no component", state.name, replica.held_by))
                .figure("state", state.name.clone())
                .figure("gap", "no-such-holder".to_owned())
                .cites(study, &["state"]),
        );
        return;
    };
    let mut gaps: Vec<&str> = Vec::new();
    let mut says: Vec<String> = Vec::new();
    if replica.reconcile.is_none() {
        gaps.push("no-reconciliation");
        says.push("nothing says how it becomes equal again".to_owned());
    }
    if replica.purpose.is_none() {
        gaps.push("no-purpose");
        says.push("nothing says what it is for".to_owned());
    }
    if replica.conflict.is_none() {
        gaps.push("no-conflict-rule");
        says.push("nothing says who wins when they differ".to_owned());
    }
    if near[holder].is_none() {
        gaps.push("no-way");
        says.push("no relationship carries it there".to_owned());
    }
    if gaps.is_empty() {
        return;
    }
    let severity = if gaps.contains(&"no-reconciliation") || gaps.contains(&"no-way") { Severity::Warn } else { Severity::Info };
    let text = format!("the copy of {} that {} holds for {from}: {}", state.name, study.graph.name(holder), says.join("; "));
    found.insights.push(
        Insight::new(severity, vec![owner, holder], text)
            .figure("state", state.name.clone())
            .figure("gap", Figure::List(gaps.iter().map(|g| (*g).to_owned()).collect()))
            .cites(study, &["state"]),
    );
}
