//! How many face how many: the class of each relationship. The other analyses start from it.

use super::wording::arrows;
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Edge;
use crate::topology::model::Count;
use std::collections::BTreeMap;
use std::fmt;

pub(super) const ANALYSIS: Analysis = Analysis { id: "cardinality", title: "How many face how many", find };

/// How many there are at one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Many {
    /// Never more than one.
    One,
    /// A fixed number above one.
    Fixed,
    /// As many as load or configuration asks for.
    Dynamic,
    /// Nobody said.
    Unknown,
}

/// The class of a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class {
    /// How many call.
    pub from: Many,
    /// How many are called.
    pub to: Many,
}

impl From<Count> for Many {
    fn from(count: Count) -> Self {
        match count {
            Count::Unknown => Self::Unknown,
            one if one.is_one() => Self::One,
            Count::Fixed { .. } => Self::Fixed,
            Count::Dynamic { .. } => Self::Dynamic,
        }
    }
}

impl Many {
    /// Whether there may be more than one.
    #[must_use]
    pub fn is_many(self) -> bool {
        matches!(self, Self::Fixed | Self::Dynamic)
    }
}

impl Class {
    /// One to one.
    pub const ONE_TO_ONE: Self = Self { from: Many::One, to: Many::One };
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |many| match many {
            Many::One => "1",
            Many::Fixed => "F",
            Many::Dynamic => "N",
            Many::Unknown => "?",
        };
        // Two numbers that nobody fixed are two numbers.
        let to = if self.from == Many::Dynamic && self.to == Many::Dynamic { "M" } else { word(self.to) };
        write!(f, "{}:{to}", word(self.from))
    }
}

/// The class of an edge. Where each instance of one end is bound to one of the other, it is one to one, however many pairs there are.
#[must_use]
pub fn class(study: &Study<'_>, edge: Edge) -> Class {
    let (from, to) = study.graph.from_to(edge);
    let bound = |n| study.graph.component(n).per.as_deref();
    let (per_from, per_to) = (bound(from), bound(to));
    if per_from == Some(study.graph.name(to)) || per_to == Some(study.graph.name(from)) || (per_from.is_some() && per_from == per_to) {
        return Class::ONE_TO_ONE;
    }
    let (from, to) = study.counts(edge);
    Class { from: from.into(), to: to.into() }
}

fn find(study: &Study<'_>) -> Found {
    let mut by_class: BTreeMap<Class, Vec<Edge>> = BTreeMap::new();
    for edge in study.edges() {
        by_class.entry(class(study, edge)).or_default().push(edge);
    }
    let mut found = Found::default();
    for (class, edges) in by_class {
        if class.from == Many::Unknown || class.to == Many::Unknown {
            found.unknown.push(format!("how many there are at an end of {} ({class})", arrows(study, &edges)));
            continue;
        }
        let asks = match (class.from, class.to) {
            (Many::One, Many::One) => "one dies with the other: see cascade",
            (Many::One, _) => "what the many do at the same time meets in the one: see concurrency",
            (_, Many::One) => "many lean on one: see concurrency, bottleneck and single-point-of-failure",
            (Many::Dynamic, Many::Dynamic) => "who handles what, and in which order: see many-to-many",
            _ => "the number is fixed: see quorum",
        };
        let count = edges.len();
        found.insights.push(
            Insight::new(Severity::Info, Vec::new(), format!("{class}: {}; {asks}", arrows(study, &edges)))
                .edges(edges)
                .figure("class", class.to_string())
                .figure("relationships", count)
                .cites(study, &["count", "from_count", "to_count", "per"]),
        );
    }
    found
}
