//! More than one writes the same thing: which write wins, and who notices that the other is gone?

use super::wording::{list, names, owned};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::{Interaction, Kind};

pub(super) const ANALYSIS: Analysis = Analysis { id: "multi-writer", title: "More than one writes the same thing", find };

fn find(study: &Study<'_>) -> Found {
    let mut found = Found::default();
    points(study, &mut found);
    stores(study, &mut found);
    found.worst_first()
}

/// Resources that are declared as shared.
fn points(study: &Study<'_>, found: &mut Found) {
    for point in study.graph.topology.convergence_points.iter().filter(|p| p.accessed_by.len() > 1) {
        let access = point.access.to_ascii_lowercase();
        let (writes, reads) = (access.contains("write"), access.contains("read"));
        let mut nodes: Vec<Node> = point.accessed_by.iter().filter_map(|n| study.resolve(n)).collect();
        nodes.dedup();
        let who = list(point.accessed_by.iter().map(String::as_str), point.accessed_by.len());
        let concern = if point.concern.is_empty() { String::new() } else { format!(" ({})", point.concern) };
        let (severity, says) = if writes {
            (Severity::Warn, format!("{who} write {}: which write wins when two come at once?{concern}", point.resource))
        } else if reads {
            (Severity::Info, format!("{who} read {}; nobody of them writes it{concern}", point.resource))
        } else {
            found.unknown.push(format!("who of {who} writes {}", point.resource));
            (Severity::Warn, format!("{who} meet at {}, and which of them write is not said{concern}", point.resource))
        };
        let mut insight = Insight::new(severity, nodes, says)
            .figure("resource", point.resource.clone())
            .figure("accessed_by", point.accessed_by.clone())
            .figure("access", if access.is_empty() { Figure::Unknown } else { Figure::Text(point.access.clone()) });
        insight.sources.clone_from(&point.sources);
        found.insights.push(insight);
    }
}

/// Stores that more than one component calls. A queue is made for many senders.
fn stores(study: &Study<'_>, found: &mut Found) {
    let graph = &study.graph;
    let mut silent: Vec<Node> = Vec::new();
    for store in (0..graph.len()).filter(|n| matches!(graph.component(*n).kind, Kind::Db | Kind::Cache | Kind::Config)) {
        let by_way = |counts: &dyn Fn(&Edge) -> bool| {
            let mut out: Vec<Node> = graph.callers[store].iter().filter(|e| counts(e)).map(|e| graph.from_to(*e).0).filter(|n| *n != store).collect();
            out.sort_unstable();
            out.dedup();
            out
        };
        let all = by_way(&|_| true);
        let writers = by_way(&|e| writes(study, *e) == Some(true));
        let open = by_way(&|e| writes(study, *e).is_none());
        let name = graph.name(store);
        if writers.len() > 1 {
            let says = format!("{} write {name}: which write wins when two come at once, and does one of them know of the other?", names(study, &writers));
            found.insights.push(
                Insight::new(Severity::Warn, std::iter::once(store).chain(writers.iter().copied()).collect(), says)
                    .edges(graph.callers[store].iter().copied().filter(|e| writes(study, *e) == Some(true)))
                    .figure("resource", name.to_owned())
                    .figure("writers", owned(study, &writers))
                    .figure("may_write", owned(study, &open))
                    .cites(study, &["pattern"]),
            );
        } else if all.len() > 1 && !open.is_empty() {
            silent.push(store);
        }
    }
    if !silent.is_empty() {
        found.unknown.push(format!(
            "who writes {}: several components call it, and the patterns do not say (push and shared-state write, pull reads)",
            names(study, &silent)
        ));
    }
}

/// Whether an edge to a store writes it, as far as its pattern says.
fn writes(study: &Study<'_>, edge: Edge) -> Option<bool> {
    match study.graph.relationship(edge).pattern {
        Some(Interaction::Push | Interaction::SharedState | Interaction::Stream) => Some(true),
        Some(Interaction::Pull) => Some(false),
        Some(Interaction::RequestResponse | Interaction::PubSub) | None => None,
    }
}
