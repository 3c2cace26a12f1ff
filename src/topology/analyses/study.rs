//! What every analysis looks at: the graph, where users enter, which edges are hard, and what a relationship says once the defaults
//! of the file are counted in.

use super::blast_radius::{Reach, measure};
use crate::topology::graph::{Edge, Graph, Node};
use crate::topology::model::{Calls, Count, Source, Topology};
use crate::topology::walk::{self, Next};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// Places that one finding cites.
const CITED: usize = 12;

/// A topology under study.
#[derive(Clone, Debug)]
pub struct Study<'a> {
    /// The graph.
    pub graph: Graph<'a>,
    /// Where users or timers enter, ascending.
    pub entries: Vec<Node>,
    /// Whether the file names them; else they are those that nobody calls.
    pub entries_declared: bool,
    /// Share of the users' requests that enter at each entry, 0 to 1: by declared weights, else by rates, else equal.
    pub shares: Vec<f64>,
    /// By what they are shared: `weight`, `rate` or `number`.
    pub shared_by: &'static str,
    /// The hard edges alone: without the callee the caller fails.
    pub hard: Next,
    /// The same, the other way.
    pub hard_callers: Next,
    /// Calls that the caller waits for and needs, and whose fallback is a component.
    pub stand_ins: Vec<StandIn>,
    /// For each component the stand-ins that it is an end of: what they stand in for, or what stands in.
    pub stands: Vec<Vec<usize>>,
    /// What happened to the files since the topology changed; `None`: nobody looked.
    pub history: Option<&'a History>,
    counts: Vec<Count>,
    reaches: OnceCell<Vec<Reach>>,
}

/// A fallback that is a component: when both are lost, so is the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// Who falls back.
    pub caller: Node,
    /// From what.
    pub callee: Node,
    /// On what.
    pub by: Node,
}

impl StandIn {
    /// The other of the two that the caller has, when one of them is lost.
    #[must_use]
    pub fn other(self, lost: Node) -> Node {
        if lost == self.callee { self.by } else { self.callee }
    }
}

/// Commits since the topology file changed last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The topology file, from the top of the repository.
    pub file: String,
    /// Later commits, the oldest first.
    pub since: Vec<Commit>,
}

/// A commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its hash, or the beginning of it.
    pub id: String,
    /// Its first line.
    pub subject: String,
    /// Files that it touched, from the top of the repository.
    pub files: Vec<String>,
}

impl<'a> Study<'a> {
    /// Looks at a topology.
    #[must_use]
    pub fn of(topology: &'a Topology) -> Self {
        let graph = Graph::of(topology);
        let entries = graph.entries();
        let entries_declared = topology.components.iter().any(|c| c.entry);
        let (shares, shared_by) = shares(&graph, &entries);
        let hard = walk::next(&graph, |e| graph.relationship(e).is_hard());
        let hard_callers = walk::turned(&hard);
        let counts = (0..graph.len()).map(|n| count(&graph, n)).collect();
        let stands = vec![Vec::new(); graph.len()];
        let mut study = Self {
            graph,
            entries,
            entries_declared,
            shares,
            shared_by,
            hard,
            hard_callers,
            stand_ins: Vec::new(),
            stands,
            history: None,
            counts,
            reaches: OnceCell::new(),
        };
        study.stand_ins = study.edges().filter_map(|e| study.stand_in(e)).collect();
        for (at, s) in study.stand_ins.iter().enumerate() {
            study.stands[s.callee].push(at);
            study.stands[s.by].push(at);
        }
        study
    }

    /// With what happened to the files since.
    #[must_use]
    pub fn with_history(self, history: &'a History) -> Self {
        Self { history: Some(history), ..self }
    }

    /// What the loss of each component alone does, in figures.
    #[must_use]
    pub fn reaches(&self) -> &[Reach] {
        self.reaches.get_or_init(|| measure(self))
    }

    /// How many there are of a component: as it says, else as its relationships agree.
    #[must_use]
    pub fn count(&self, node: Node) -> Count {
        self.counts[node]
    }

    /// How many there are at both ends of an edge.
    #[must_use]
    pub fn counts(&self, edge: Edge) -> (Count, Count) {
        let (from, to) = self.graph.from_to(edge);
        let r = self.graph.relationship(edge);
        (r.from_count.unwrap_or(self.count(from)), r.to_count.unwrap_or(self.count(to)))
    }

    /// Relationships both of whose ends are components, in the order of the file.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        self.graph.ends.iter().enumerate().filter(|(_, ends)| ends.is_some()).map(|(e, _)| e)
    }

    /// Share of the users' requests that enter at the nodes that are lost.
    #[must_use]
    pub fn share(&self, lost: impl Fn(Node) -> bool) -> f64 {
        self.entries.iter().zip(&self.shares).filter(|(e, _)| lost(**e)).fold(0.0, |sum, (_, s)| sum + s)
    }

    /// The availability that a component promises, 0 to 1.
    #[must_use]
    pub fn promise(&self, node: Node) -> Option<f64> {
        self.graph.component(node).slo.availability.filter(|a| (0.0..=1.0).contains(a))
    }

    /// Time of one attempt.
    #[must_use]
    pub fn timeout(&self, edge: Edge) -> Option<Duration> {
        let r = self.graph.relationship(edge);
        r.timeout.or(self.graph.topology.defaults.timeout.filter(|_| r.is_sync()))
    }

    /// Total tries, of all layers together: each layer repeats what the one below it does.
    #[must_use]
    pub fn attempts(&self, edge: Edge) -> Option<f64> {
        let r = self.graph.relationship(edge);
        let once = f64::from(r.attempts.or(self.graph.topology.defaults.attempts)?.max(1));
        Some(once.powi(i32::try_from(r.retry_layers.len().max(1)).unwrap_or(1)))
    }

    /// Calls for each request; `None` when nobody said or when it depends on the data.
    #[must_use]
    pub fn calls(&self, edge: Edge) -> Option<f64> {
        match self.graph.relationship(edge).calls {
            Some(Calls::Of(n)) if n.is_finite() && n >= 0.0 => Some(n),
            _ => None,
        }
    }

    /// Waits between tries, taken together and at their longest.
    #[must_use]
    pub fn waits(&self, edge: Edge) -> Duration {
        let r = self.graph.relationship(edge);
        let (Some(backoff), Some(attempts)) = (r.backoff, r.attempts.or(self.graph.topology.defaults.attempts)) else { return Duration::ZERO };
        let mut total = Duration::ZERO;
        let mut wait = backoff.base;
        for _ in 1..attempts.min(1_000) {
            total = total.saturating_add(backoff.max.map_or(wait, |max| wait.min(max)));
            wait = wait.saturating_mul(2);
        }
        total
    }

    /// The component that a fallback names; `None` when it is a sentence.
    #[must_use]
    pub fn fallback(&self, edge: Edge) -> Option<Node> {
        let name = self.graph.relationship(edge).fallback.as_deref()?;
        self.resolve(name)
    }

    fn stand_in(&self, edge: Edge) -> Option<StandIn> {
        let r = self.graph.relationship(edge);
        let (caller, callee) = self.graph.from_to(edge);
        let by = self.fallback(edge).filter(|by| *by != callee && r.is_sync() && r.required.unwrap_or(true))?;
        Some(StandIn { caller, callee, by })
    }

    /// The node of a name or of an alias.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<Node> {
        self.graph.node(name).or_else(|| self.graph.node(&self.graph.topology.resolve(name)?.name))
    }

    /// Whether nobody cares about a component, as about a collector of telemetry.
    #[must_use]
    pub fn is_ignored(&self, node: Node) -> bool {
        self.graph.topology.ignore.iter().any(|i| i == self.graph.name(node))
    }

    /// Where components and relationships are declared, in the order of the files: of facts by these names, or of all when there are
    /// none.
    #[must_use]
    pub fn sources(&self, nodes: &[Node], edges: &[Edge], facts: &[&str]) -> Vec<Source> {
        let ours = |s: &&Source| facts.is_empty() || s.facts.is_empty() || s.facts.iter().any(|f| facts.iter().any(|x| f.split(':').next() == Some(*x)));
        let edges = edges.iter().flat_map(|e| &self.graph.relationship(*e).sources);
        let nodes = nodes.iter().flat_map(|n| &self.graph.component(*n).sources);
        let places: BTreeSet<(&str, u32)> = edges.chain(nodes).filter(ours).take(CITED * 8).map(|s| (s.file.as_str(), s.line)).collect();
        places.into_iter().take(CITED).map(|(file, line)| Source { file: file.to_owned(), line, facts: Vec::new() }).collect()
    }
}

/// What the component says; else what all relationships that speak of it agree on.
fn count(graph: &Graph<'_>, node: Node) -> Count {
    let own = graph.component(node).count;
    if own != Count::Unknown {
        return own;
    }
    let to = graph.callers[node].iter().map(|e| graph.relationship(*e).to_count);
    let from = graph.calls[node].iter().map(|e| graph.relationship(*e).from_count);
    let mut said = to.chain(from).flatten().filter(|c| *c != Count::Unknown);
    match said.next() {
        Some(first) if said.all(|c| c == first) => first,
        _ => Count::Unknown,
    }
}

fn shares(graph: &Graph<'_>, entries: &[Node]) -> (Vec<f64>, &'static str) {
    let weights: Option<Vec<f64>> = entries.iter().map(|e| graph.component(*e).weight).collect();
    let rates = || -> Option<Vec<f64>> {
        let sum = |edges: &[Edge]| -> Option<f64> {
            let known: Option<Vec<f64>> = edges.iter().map(|e| graph.relationship(*e).rate).collect();
            known.filter(|k| !k.is_empty()).map(|k| k.iter().sum())
        };
        // What comes in; where nobody calls, the busiest of what goes out.
        let busiest = |e: Node| graph.calls[e].iter().filter_map(|e| graph.relationship(*e).rate).reduce(f64::max);
        entries.iter().map(|e| sum(&graph.callers[*e]).or_else(|| busiest(*e))).collect()
    };
    let of = |parts: Vec<f64>, by| {
        let whole: f64 = parts.iter().sum();
        (whole.is_finite() && whole > 0.0 && parts.iter().all(|p| *p >= 0.0)).then(|| (parts.iter().map(|p| p / whole).collect(), by))
    };
    weights
        .and_then(|w| of(w, "weight"))
        .or_else(|| rates().and_then(|r| of(r, "rate")))
        .unwrap_or_else(|| (vec![1.0 / entries.len().max(1) as f64; entries.len()], "number"))
}
