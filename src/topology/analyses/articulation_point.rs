//! Components without which the rest falls apart, whatever the direction of the calls.

use super::wording::of;
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::walk::{self, articulation};

pub(super) const ANALYSIS: Analysis = Analysis { id: "articulation-point", title: "Without it the graph falls apart", find };

fn find(study: &Study<'_>) -> Found {
    let mut points = articulation::points(&walk::next(&study.graph, |_| true));
    points.sort_by_key(|(node, pieces)| (std::cmp::Reverse(*pieces), *node));
    let tell = |(node, pieces): (usize, usize)| {
        let says = format!("without {} its part of the system falls into {}", study.graph.name(node), of(pieces, "piece", "pieces"));
        Insight::new(Severity::Info, vec![node], says).figure("pieces", pieces).cites(study, &[])
    };
    Found { insights: points.into_iter().map(tell).collect(), unknown: Vec::new() }
}
