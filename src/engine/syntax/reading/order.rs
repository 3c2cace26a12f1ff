//! What has run when something else runs: a simple order within a function, with branches and jumps.

use super::Leaves;
use crate::engine::syntax::outline::{Call, Caught, Id, Kind, Outline, Role};

impl<'t> Outline<'t> {
    /// Whether `a` has run when `b` runs, on some way through the function: it stands before, and not on another way.
    #[must_use]
    pub fn precedes(&self, a: Id, b: Id) -> bool {
        if a == b || self.function_of(a) != self.function_of(b) {
            return false;
        }
        // `work if asked` and `x if asked else y` ask first, whatever stands first.
        if matches!(self.language, "ruby" | "python")
            && let Some(first) = self.asked_first(a, b)
        {
            return first;
        }
        let (node_a, node_b) = (&self.nodes[a], &self.nodes[b]);
        // What a call is made on and with runs before it; a closure in it runs when the call likes.
        if (b + 1..node_b.end.max(b + 1)).contains(&a) {
            return self.closure_of(a) == self.closure_of(b);
        }
        if (a + 1..node_a.end).contains(&b) || node_a.span.0 > node_b.span.0 {
            return false;
        }
        !self.apart(a, b)
    }

    /// Of what a branch asks and what stands on its ways: whether `a` is the one that is asked. `None`: they are no such pair.
    fn asked_first(&self, a: Id, b: Id) -> Option<bool> {
        let mut below = a;
        for around in self.ancestors(a) {
            if self.within(around).contains(&b) {
                if !matches!(self.nodes[around].kind, Kind::Branch { .. }) {
                    return None;
                }
                let other = std::iter::once(b).chain(self.ancestors(b)).find(|i| self.nodes[*i].parent == around)?;
                let asked = |i: Id| self.nodes[i].role == Role::Condition;
                return (asked(below) != asked(other)).then(|| asked(below));
            }
            below = around;
        }
        None
    }

    /// Whether two nodes lie on different ways of one branch, or a jump parts them.
    fn apart(&self, a: Id, b: Id) -> bool {
        let mut below = a;
        for ancestor in self.ancestors(a) {
            let holds_both = self.within(ancestor).contains(&b);
            if holds_both {
                let other = std::iter::once(b).chain(self.ancestors(b)).find(|i| self.nodes[*i].parent == ancestor).unwrap_or(b);
                return self.are_other_ways(ancestor, below, other) || self.ends(below);
            }
            if self.ends(below) || self.way_ends(ancestor, below) {
                return true;
            }
            below = ancestor;
        }
        false
    }

    /// Whether two children of a node never run in one pass.
    fn are_other_ways(&self, parent: Id, a: Id, b: Id) -> bool {
        let (x, y) = (&self.nodes[a], &self.nodes[b]);
        match self.nodes[parent].kind {
            Kind::Branch { .. } => {
                let is_arm = |k: &Kind<'_>| matches!(k, Kind::Arm { .. } | Kind::Handler { how: Caught::Arm | Caught::Catch, .. });
                (is_arm(&x.kind) && is_arm(&y.kind)) || (x.role == Role::Body && y.role == Role::Else)
            }
            // One handler of a `try` runs, not two.
            Kind::Try => matches!((&x.kind, &y.kind), (Kind::Handler { .. }, Kind::Handler { .. })),
            _ => false,
        }
    }

    /// Whether the way of a branch on which a child stands ends with a jump.
    fn way_ends(&self, branch: Id, child: Id) -> bool {
        let role = self.nodes[child].role;
        matches!(self.nodes[branch].kind, Kind::Branch { .. })
            && matches!(role, Role::Body | Role::Else)
            && self.children(branch).filter(|i| self.nodes[*i].role == role).last().is_some_and(|last| last != child && self.ends(last))
    }

    /// Whether what stands in a node never runs into what follows the node: its last statement jumps.
    #[must_use]
    pub fn ends(&self, id: Id) -> bool {
        match self.nodes[id].kind {
            Kind::Jump { .. } => true,
            Kind::Handler { .. } | Kind::Arm { .. } => !matches!(self.leaves(id), Leaves::Falls),
            // A branch ends where all of its ways do; the ways that the walk came from are judged one by one.
            Kind::Branch { .. } => {
                let ways: Vec<Id> = self.children(id).filter(|i| self.nodes[*i].role != Role::Condition).collect();
                let has_else = ways
                    .iter()
                    .any(|i| self.nodes[*i].role == Role::Else || matches!(self.nodes[*i].kind, Kind::Arm { pattern } if pattern.is_empty() || pattern == "_"));
                has_else && !ways.is_empty() && ways.iter().all(|i| self.ends(*i))
            }
            _ => false,
        }
    }

    /// Calls that have run before a node on some way through its function.
    pub fn before(&self, id: Id) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        let function = self.function_of(id).unwrap_or(0);
        self.calls(function).filter(move |(i, _)| self.precedes(*i, id))
    }

    /// Calls that run after a node on some way through its function.
    pub fn after(&self, id: Id) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        let function = self.function_of(id).unwrap_or(0);
        self.calls(function).filter(move |(i, _)| self.precedes(id, *i))
    }
}
