//! What is shown of a system.

use crate::text::plain;
use crate::topology::analyses::{SHELF, Severity, Study};
use crate::topology::graph::{Edge, Graph, Node};
use crate::topology::walk::{reach, turned};

/// A finding colours the component that it concerns most, and its relationships when they are not more than this: else everything
/// would glow.
const FEW: usize = 2;

/// Something found, to be shown where it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// Whom it concerns, the first most.
    pub components: Vec<Node>,
    /// Which relationships it concerns.
    pub edges: Vec<Edge>,
    /// How much it matters.
    pub severity: Severity,
    /// What kind of thing it is.
    pub title: String,
    /// What follows, in one sentence.
    pub text: String,
}

/// Components and relationships to be drawn, and what was found about them.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    /// The system.
    pub study: &'a Study<'a>,
    /// Components that are shown, ascending.
    pub nodes: Vec<Node>,
    /// Relationships that are shown, ascending: those between shown components.
    pub edges: Vec<Edge>,
    /// What was found, the worst first.
    pub marks: Vec<Mark>,
    /// The component that the picture is about.
    pub focus: Option<Node>,
    worst: (Vec<Option<Severity>>, Vec<Option<Severity>>),
}

impl<'a> Picture<'a> {
    /// The whole system, without components that the file says are of no interest.
    #[must_use]
    pub fn of(study: &'a Study<'a>) -> Self {
        let nodes = (0..study.graph.len()).filter(|n| !study.is_ignored(*n)).collect();
        Self { study, nodes, edges: Vec::new(), marks: Vec::new(), focus: None, worst: (Vec::new(), Vec::new()) }.with_edges()
    }

    /// A component and what lies within so many steps of it, with or against the calls.
    #[must_use]
    pub fn around(study: &'a Study<'a>, focus: Node, steps: usize) -> Self {
        let whole = Self::of(study);
        let ahead: Vec<Vec<Node>> = (0..study.graph.len()).map(|n| study.graph.called_by(n).map(|(_, v)| v).collect()).collect();
        let near = |next: &[Vec<Node>]| reach::distances(&next.to_vec(), &[focus]);
        let (below, above) = (near(&ahead), near(&turned(&ahead)));
        let within = |far: &[Option<usize>], n: Node| far[n].is_some_and(|f| f <= steps);
        let nodes = whole.nodes.iter().copied().chain([focus]).filter(|n| within(&below, *n) || within(&above, *n));
        let mut nodes: Vec<Node> = nodes.collect();
        nodes.sort_unstable();
        nodes.dedup();
        Self { nodes, focus: Some(focus), ..whole }.with_edges()
    }

    /// The whole system as it is seen from one component: a page begins there.
    #[must_use]
    pub fn from(study: &'a Study<'a>, focus: Node) -> Self {
        let mut picture = Self { focus: Some(focus), ..Self::of(study) };
        if let Err(at) = picture.nodes.binary_search(&focus) {
            picture.nodes.insert(at, focus);
        }
        picture.with_edges()
    }

    fn with_edges(mut self) -> Self {
        let mut shown = vec![false; self.graph().len()];
        self.nodes.iter().for_each(|n| shown[*n] = true);
        let ends = &self.study.graph.ends;
        self.edges = (0..ends.len()).filter(|e| ends[*e].is_some_and(|(from, to)| shown[from] && shown[to])).collect();
        self.with_marks(Vec::new())
    }

    /// With what the analyses find.
    #[must_use]
    pub fn analysed(self) -> Self {
        let marks = SHELF.iter().flat_map(|analysis| {
            let found = (analysis.find)(self.study);
            found.insights.into_iter().map(|i| Mark {
                components: i.components,
                edges: i.edges,
                severity: i.severity,
                title: plain(analysis.title),
                text: plain(&i.says),
            })
        });
        let marks = marks.collect();
        self.with_marks(marks)
    }

    /// With marks; those about nothing that is shown are left out.
    #[must_use]
    pub fn with_marks(mut self, marks: Vec<Mark>) -> Self {
        let (nodes, edges) = (&self.nodes, &self.edges);
        let shown = |m: &Mark| m.components.iter().any(|n| nodes.binary_search(n).is_ok()) || m.edges.iter().any(|e| edges.binary_search(e).is_ok());
        let mut marks: Vec<Mark> = marks.into_iter().filter(shown).collect();
        marks.sort_by_key(|m| std::cmp::Reverse(m.severity));
        let graph = &self.study.graph;
        let mut worst = (vec![None; graph.len()], vec![None; graph.topology.relationships.len()]);
        for mark in marks.iter().filter(|m| m.severity > Severity::Info) {
            if let Some(n) = mark.components.first() {
                worst.0[*n] = worst.0[*n].max(Some(mark.severity));
            }
            for e in mark.edges.iter().filter(|_| mark.edges.len() <= FEW) {
                worst.1[*e] = worst.1[*e].max(Some(mark.severity));
            }
        }
        // Where most lines would be coloured, a colour says nothing.
        if worst.1.iter().flatten().count() * 3 > edges.len() {
            worst.1.iter_mut().for_each(|w| *w = w.filter(|s| *s == Severity::Error));
        }
        self.worst = worst;
        self.marks = marks;
        self
    }

    /// The numbered system.
    #[must_use]
    pub fn graph(&self) -> &'a Graph<'a> {
        &self.study.graph
    }

    /// The worst that was found about a component: a warning or an error.
    #[must_use]
    pub fn severity(&self, node: Node) -> Option<Severity> {
        self.worst.0.get(node).copied().flatten()
    }

    /// The worst that was found about a relationship: a warning or an error.
    #[must_use]
    pub fn edge_severity(&self, edge: Edge) -> Option<Severity> {
        self.worst.1.get(edge).copied().flatten()
    }
}
