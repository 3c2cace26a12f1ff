//! What a handler handles, and how it is left.

use super::Leaves;
use crate::engine::syntax::outline::{Call, Caught, Id, Jump, Kind, Outline, Role, Use};
use crate::engine::syntax::words::{self, says};

impl<'t> Outline<'t> {
    /// Handlers of the outline.
    pub fn handlers(&self) -> impl Iterator<Item = Id> + '_ {
        self.ids().filter(|i| matches!(self.nodes[*i].kind, Kind::Handler { .. }))
    }

    /// Calls whose failure a handler handles.
    #[must_use]
    pub fn guarded(&self, handler: Id) -> Vec<Id> {
        let Kind::Handler { how, binding, .. } = &self.nodes[handler].kind else { return Vec::new() };
        let parent = self.nodes[handler].parent;
        match how {
            Caught::Catch => {
                // Python's `else` runs where nothing was raised, and what it raises is not handled here.
                let own = |i: &Id| !matches!(self.nodes[*i].kind, Kind::Handler { .. } | Kind::Finally) && self.nodes[*i].role != Role::Else;
                let body = self.children(parent).filter(own);
                body.flat_map(|i| std::iter::once(i).chain(self.within(i))).filter(|i| self.call(*i).is_some()).collect()
            }
            Caught::Closure => {
                let Some(call) = self.ancestors(handler).find(|i| self.call(*i).is_some()) else { return Vec::new() };
                self.within(call).filter(|i| *i < handler && self.call(*i).is_some()).collect()
            }
            Caught::Branch | Caught::Arm => {
                let subject: Vec<Id> = self
                    .children(parent)
                    .filter(|i| self.nodes[*i].role == Role::Condition)
                    .flat_map(|i| std::iter::once(i).chain(self.within(i)))
                    .filter(|i| self.call(*i).is_some_and(|c| !asks_about_error(c)))
                    .collect();
                if !subject.is_empty() {
                    return subject;
                }
                // The last call before that put its result under the error's name.
                let gives =
                    |c: &Call<'_>| matches!(c.result, Use::Assigned(t) if t.split([',', ' ', '[', ']', '(', ')', '{', '}', '.']).any(|w| w == *binding));
                let function = self.closure_of(handler).unwrap_or(0);
                let given: Vec<Id> =
                    self.calls(function).filter(|(i, c)| *i < parent && !self.within(parent).contains(i) && gives(c)).map(|(i, _)| i).collect();
                // One that stands on a way that has left is not the one whose error is looked at.
                let last = given.iter().rev().find(|i| self.precedes(**i, parent)).or(given.last());
                last.copied().into_iter().collect()
            }
        }
    }

    /// How a handler (or an arm, a branch's way) is left at its end.
    #[must_use]
    pub fn leaves(&self, id: Id) -> Leaves {
        // `.map_err(|e| ..)?`: the failure gets another type and goes up.
        if matches!(self.nodes[id].kind, Kind::Handler { how: Caught::Closure, .. }) && self.call(self.nodes[id].parent).is_some_and(|c| c.propagated) {
            return Leaves::Throws;
        }
        let Some(last) = self.children(id).filter(|i| self.nodes[*i].role != Role::Condition).last() else { return Leaves::Falls };
        match &self.nodes[last].kind {
            Kind::Jump { what, value } => match what {
                Jump::Throw => Leaves::Throws,
                Jump::Return if names_error(value) => Leaves::Throws,
                Jump::Return => Leaves::Returns,
                Jump::Break => Leaves::Breaks,
                Jump::Continue => Leaves::Continues,
            },
            Kind::Call(c) if says(c.name, &["raise*", "panic*", "abort", "exit", "fatal*", "rethrow*", "throw*", "reject", "fail"]) && !words::is_log(c) => {
                Leaves::Throws
            }
            Kind::Call(c) if words::is_log(c) && says(c.name, &["fatal*"]) => Leaves::Throws,
            // The last expression of a Rust arm is its value.
            Kind::Call(c) if c.result == Use::Returned && matches!(c.name, "Err" | "bail") => Leaves::Throws,
            Kind::Branch { .. } if self.ends(last) => Leaves::Returns,
            _ => Leaves::Falls,
        }
    }

    /// Whether a handler throws on somewhere, or leaves with the error.
    #[must_use]
    pub fn rethrows(&self, handler: Id) -> bool {
        let Kind::Handler { binding, .. } = self.nodes[handler].kind else { return false };
        self.within(handler).any(|i| match &self.nodes[i].kind {
            Kind::Jump { what: Jump::Throw, .. } => true,
            Kind::Jump { what: Jump::Return, value } => names_error(value) || (!binding.is_empty() && says(value, &[binding])),
            Kind::Call(c) => {
                says(c.name, &["reject", "completeexceptionally", "setexception", "set_exception", "onerror", "raise*", "panic*"]) || c.name == "Err"
            }
            _ => false,
        })
    }

    /// Whether a handler does nothing at all.
    #[must_use]
    pub fn is_empty_handler(&self, handler: Id) -> bool {
        self.within(handler).all(|i| matches!(&self.nodes[i].kind, Kind::Function { .. } | Kind::Jump { what: Jump::Continue, .. }))
    }

    /// Whether a handler only logs (or does nothing) and goes on.
    #[must_use]
    pub fn only_logs(&self, handler: Id) -> bool {
        self.children(handler).all(|i| self.is_log_statement(i))
    }

    fn is_log_statement(&self, id: Id) -> bool {
        match &self.nodes[id].kind {
            Kind::Call(c) => words::is_log(c),
            Kind::Jump { what: Jump::Continue, .. } => true,
            Kind::Function { .. } | Kind::Branch { .. } => self.children(id).all(|i| self.is_log_statement(i)),
            _ => false,
        }
    }
}

/// Calls that look at an error: `errors.Is(err, x)`, `status.Code(err)`.
fn asks_about_error(c: &Call<'_>) -> bool {
    says(c.name, &["is", "as", "code", "is_err", "is_ok", "isnotfound", "iserror", "cause", "fromerror", "convert"]) || words::is_log(c)
}

/// A returned value that says "failed": Go's `err`, `Err(..)`, `{:error, ..}`, `new Error`, a negative number.
fn names_error(value: &str) -> bool {
    let v = value.trim();
    says(v, &["err", "error*", "errorf", "exception", "failure", "failed"]) || v.starts_with("Err(") || v.contains("{:error") || v.starts_with("-1")
}
