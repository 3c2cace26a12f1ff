//! Both sides grow: who handles which request, and in which order, is decided by whatever stands between them.

use super::cardinality::{Many, class};
use super::wording::arrow;
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::graph::Edge;

pub(super) const ANALYSIS: Analysis = Analysis { id: "many-to-many", title: "Many face many: partition and order", find };

fn find(study: &Study<'_>) -> Found {
    let is_both = |e: &Edge| matches!((class(study, *e).from, class(study, *e).to), (Many::Dynamic, Many::Dynamic));
    let mut found = Found::default();
    for edge in study.edges().filter(is_both) {
        let r = study.graph.relationship(edge);
        let (from, to) = study.graph.from_to(edge);
        let (severity, what) = match (r.ordered, r.idempotent) {
            (true, _) => (Severity::Warn, "order matters, and two of the many can hold neighbours: by which key is it kept together?"),
            (false, Some(true)) => (Severity::Info, "any of them may handle any request, twice is as good as once"),
            (false, Some(false)) => (Severity::Warn, "twice is not as good as once, and two of the many can hold the same request: who claims it?"),
            (false, None) => (Severity::Info, "who handles what, and may two handle the same one?"),
        };
        let idempotent = r.idempotent.map_or(Figure::Unknown, |i| Figure::Text(if i { "yes" } else { "no" }.to_owned()));
        found.insights.push(
            Insight::new(severity, vec![from, to], format!("{}: {what}", arrow(study, edge)))
                .edges([edge])
                .figure("ordered", if r.ordered { "yes" } else { "no" }.to_owned())
                .figure("idempotent", idempotent)
                .cites(study, &["count", "from_count", "to_count", "ordered", "idempotent"]),
        );
    }
    found.worst_first()
}
