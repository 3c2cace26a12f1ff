//! What an analysis says.

use super::study::Study;
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Source;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// How much it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    #[default]
    Info,
    /// Somebody should decide.
    Warn,
    /// What is declared cannot hold.
    Error,
}

impl Severity {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What one analysis found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The findings.
    pub insights: Vec<Insight>,
    /// What it would have needed and the topology does not say, as sentences.
    pub unknown: Vec<String>,
}

impl Found {
    /// What matters most first; among equals the order stays.
    #[must_use]
    pub fn worst_first(mut self) -> Self {
        self.insights.sort_by_key(|i| std::cmp::Reverse(i.severity));
        self
    }
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Insight {
    /// How much it matters.
    pub severity: Severity,
    /// Whom it concerns, the first most.
    pub components: Vec<Node>,
    /// Which relationships it concerns.
    pub edges: Vec<Edge>,
    /// What follows, in one sentence.
    pub says: String,
    /// The figures behind it.
    pub figures: Vec<(&'static str, Figure)>,
    /// Where the facts that it rests on are declared.
    pub sources: Vec<Source>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A count.
    Count(u64),
    /// Any other number; shares are 0 to 1, rates a second.
    Number(f64),
    /// Milliseconds.
    Millis(i64),
    /// A word or a sentence.
    Text(String),
    /// Words, or names of components.
    List(Vec<String>),
    /// The topology does not say.
    Unknown,
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(n) => to.serialize_u64(*n),
            // JSON has no infinity.
            Self::Number(x) if x.is_finite() => to.serialize_f64(*x),
            Self::Number(_) | Self::Unknown => to.serialize_str("unknown"),
            Self::Millis(n) => to.serialize_i64(*n),
            Self::Text(text) => to.serialize_str(text),
            Self::List(list) => list.serialize(to),
        }
    }
}

impl From<usize> for Figure {
    fn from(n: usize) -> Self {
        Self::Count(n as u64)
    }
}

impl From<f64> for Figure {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<Option<f64>> for Figure {
    fn from(x: Option<f64>) -> Self {
        x.map_or(Self::Unknown, Self::Number)
    }
}

impl From<String> for Figure {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Figure {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl Insight {
    /// A finding about components.
    #[must_use]
    pub fn new(severity: Severity, components: Vec<Node>, says: impl Into<String>) -> Self {
        Self { severity, components, says: says.into(), ..Self::default() }
    }

    /// Adds relationships that it concerns.
    #[must_use]
    pub fn edges(mut self, edges: impl IntoIterator<Item = Edge>) -> Self {
        self.edges.extend(edges);
        self
    }

    /// Adds a figure.
    #[must_use]
    pub fn figure(mut self, name: &'static str, figure: impl Into<Figure>) -> Self {
        self.figures.push((name, figure.into()));
        self
    }

    /// Cites where its components and relationships are declared: of each fact by one of these names, or all when there are none.
    #[must_use]
    pub fn cites(mut self, study: &Study<'_>, facts: &[&str]) -> Self {
        self.sources = study.sources(&self.components, &self.edges, facts);
        self
    }

    /// A figure by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|(n, _)| *n == name).map(|(_, f)| f)
    }

    /// For programs: names instead of numbers.
    #[must_use]
    pub fn json(&self, study: &Study<'_>) -> Value {
        let graph = &study.graph;
        let figures: Map<String, Value> = self.figures.iter().map(|(n, f)| ((*n).to_owned(), json!(f))).collect();
        json!({
            "severity": self.severity,
            "components": self.components.iter().map(|n| graph.name(*n)).collect::<Vec<_>>(),
            "relationships": self.edges.iter().map(|e| {
                let r = graph.relationship(*e);
                json!({ "from": r.from, "to": r.to })
            }).collect::<Vec<_>>(),
            "says": self.says,
            "figures": figures,
            "sources": self.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}
