//! A topology by numbers: what the analyses walk. An edge u -> v means that u calls, feeds or reads v.

use super::model::{Component, Count, Relationship, Topology};
use std::collections::HashMap;

/// Index of a component in [`Topology::components`].
pub type Node = usize;
/// Index of a relationship in [`Topology::relationships`].
pub type Edge = usize;

/// A topology with its edges by their ends. Relationships whose ends are no components are left out.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    /// What it was made of.
    pub topology: &'a Topology,
    /// Ends of each edge; `None`: an end is no component.
    pub ends: Vec<Option<(Node, Node)>>,
    /// Edges that leave each node.
    pub calls: Vec<Vec<Edge>>,
    /// Edges that come to each node.
    pub callers: Vec<Vec<Edge>>,
    by_name: HashMap<&'a str, Node>,
}

impl<'a> Graph<'a> {
    /// Numbers a topology.
    #[must_use]
    pub fn of(topology: &'a Topology) -> Self {
        let by_name: HashMap<&str, Node> = topology.components.iter().enumerate().rev().map(|(i, c)| (c.name.as_str(), i)).collect();
        let ends: Vec<_> = topology.relationships.iter().map(|r| Some((*by_name.get(r.from.as_str())?, *by_name.get(r.to.as_str())?))).collect();
        let mut calls = vec![Vec::new(); topology.components.len()];
        let mut callers = vec![Vec::new(); topology.components.len()];
        for (edge, ends) in ends.iter().enumerate() {
            if let Some((from, to)) = *ends {
                calls[from].push(edge);
                callers[to].push(edge);
            }
        }
        Self { topology, ends, calls, callers, by_name }
    }

    /// Number of components.
    #[must_use]
    pub fn len(&self) -> usize {
        self.topology.components.len()
    }

    /// Whether there is no component.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.topology.components.is_empty()
    }

    /// The node of a name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<Node> {
        self.by_name.get(name).copied()
    }

    /// The component of a node.
    #[must_use]
    pub fn component(&self, node: Node) -> &'a Component {
        &self.topology.components[node]
    }

    /// Its name.
    #[must_use]
    pub fn name(&self, node: Node) -> &'a str {
        &self.topology.components[node].name
    }

    /// The relationship of an edge.
    #[must_use]
    pub fn relationship(&self, edge: Edge) -> &'a Relationship {
        &self.topology.relationships[edge]
    }

    /// Where an edge of this graph comes from and leads to. Only edges of [`Self::calls`] and [`Self::callers`] may be asked for.
    #[must_use]
    pub fn from_to(&self, edge: Edge) -> (Node, Node) {
        self.ends[edge].unwrap_or((usize::MAX, usize::MAX))
    }

    /// Whom a node calls, with the edge.
    pub fn called_by(&self, node: Node) -> impl Iterator<Item = (Edge, Node)> + '_ {
        self.calls[node].iter().map(|e| (*e, self.from_to(*e).1))
    }

    /// Who calls a node, with the edge.
    pub fn callers_of(&self, node: Node) -> impl Iterator<Item = (Edge, Node)> + '_ {
        self.callers[node].iter().map(|e| (*e, self.from_to(*e).0))
    }

    /// How many there are at both ends of an edge: what the relationship says, else the component.
    #[must_use]
    pub fn counts(&self, edge: Edge) -> (Count, Count) {
        let (from, to) = self.from_to(edge);
        let r = self.relationship(edge);
        (r.from_count.unwrap_or(self.component(from).count), r.to_count.unwrap_or(self.component(to).count))
    }

    /// Where users or timers enter: declared entries; where none is declared, components that nobody calls.
    #[must_use]
    pub fn entries(&self) -> Vec<Node> {
        let declared: Vec<Node> = (0..self.len()).filter(|n| self.component(*n).entry).collect();
        if declared.is_empty() { (0..self.len()).filter(|n| self.callers[*n].is_empty() && !self.calls[*n].is_empty()).collect() } else { declared }
    }
}
