//! Questions to an [`Outline`], in words of the trade.

use super::outline::{Arg, Call, Caught, Id, Jump, Kind, Outline, Role, Scope, Use};
use super::words::{self, Remote, Towards, says};

/// How a body is left at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// Throws on, or leaves with an error.
    Throws,
    /// Returns (with or without a value that names the error).
    Returns,
    /// Leaves the loop.
    Breaks,
    /// Goes to the loop's next round in so many words.
    Continues,
    /// Runs into what follows.
    Falls,
}

impl<'t> Outline<'t> {
    // ---- where a node stands

    /// Loops around a node, innermost first, out of closures but not out of a function with a name.
    pub fn loops(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        self.ancestors(id).take_while(|i| !self.is_named_function(*i)).filter(|i| matches!(self.nodes[*i].kind, Kind::Loop { .. }))
    }

    /// The innermost loop around a node.
    #[must_use]
    pub fn loop_of(&self, id: Id) -> Option<Id> {
        self.loops(id).next()
    }

    /// The innermost handler around a node, in the same function.
    #[must_use]
    pub fn handler_of(&self, id: Id) -> Option<Id> {
        self.ancestors(id).take_while(|i| !self.is_named_function(*i)).find(|i| matches!(self.nodes[*i].kind, Kind::Handler { .. }))
    }

    /// Whether it runs whatever happened: in a `finally`, a `defer`, an `ensure`.
    #[must_use]
    pub fn in_finally(&self, id: Id) -> bool {
        self.ancestors(id)
            .take_while(|i| !self.is_named_function(*i))
            .any(|i| matches!(self.nodes[i].kind, Kind::Finally | Kind::Scope { what: Scope::Defer, .. }))
    }

    /// The lock scope around a node: `synchronized`, `lock {}`, `with self.lock:`.
    #[must_use]
    pub fn lock_of(&self, id: Id) -> Option<Id> {
        self.ancestors(id).take_while(|i| !self.is_named_function(*i)).find(|i| match &self.nodes[*i].kind {
            Kind::Scope { what: Scope::Lock, .. } => true,
            Kind::Scope { what: Scope::With, head } => says(head, &["lock", "mutex", "semaphore", "rlock"]),
            _ => false,
        })
    }

    /// Whether it runs beside what comes after: in `go`, `spawn`, an async block.
    #[must_use]
    pub fn is_spawned(&self, id: Id) -> bool {
        self.ancestors(id).take_while(|i| !self.is_named_function(*i)).any(|i| match &self.nodes[i].kind {
            Kind::Scope { what: Scope::Spawn, .. } => true,
            Kind::Call(c) => {
                says(c.name, &["spawn*", "submit", "execute", "create_task", "ensure_future", "startnew", "run_in_executor", "launch", "queueuserworkitem"])
            }
            _ => false,
        })
    }

    /// The database transaction around a node: a block, a decorated function, or a `begin` before it that no commit has ended.
    #[must_use]
    pub fn transaction_of(&self, id: Id) -> Option<Id> {
        const WORDS: &[&str] = &["transaction*", "atomic", "begin_nested", "intransaction", "withtransaction", "tx"];
        let around = self.ancestors(id).take_while(|i| !self.is_named_function(*i)).find(|i| match &self.nodes[*i].kind {
            Kind::Scope { what: Scope::With, head } => says(head, WORDS),
            Kind::Call(c) => {
                says(c.name, &["transaction*", "atomic", "runintransaction", "withtransaction", "executeintransaction"])
                    && !says(c.name, &["after*", "on_commit"])
            }
            _ => false,
        });
        around.or_else(|| self.function_of(id).filter(|f| self.decorators(*f).any(|(_, c)| says(c.name, &["transactional", "atomic"])))).or_else(|| {
            self.before(id)
                .find(|(_, c)| says(c.name, &["begin", "begintx", "begintransaction", "begin_transaction", "start_transaction", "starttransaction"]))
                .map(|(i, _)| i)
                .filter(|begin| !self.before(id).any(|(i, c)| i > *begin && says(c.name, &["commit", "rollback"])))
        })
    }

    fn is_named_function(&self, id: Id) -> bool {
        matches!(self.nodes[id].kind, Kind::Function { name, .. } if !name.is_empty())
    }

    /// Annotations and decorators of a function.
    pub fn decorators(&self, function: Id) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        let inside = self.children(function).filter(|i| self.nodes[*i].role == Role::Decorator);
        // Python's stand beside it, right before.
        let parent = self.nodes[function].parent;
        let mut before: Vec<Id> = Vec::new();
        for sibling in self.children(parent) {
            if sibling >= function {
                break;
            }
            if self.nodes[sibling].role == Role::Decorator { before.push(sibling) } else { before.clear() }
        }
        before.into_iter().chain(inside).filter_map(|i| self.call(i).map(|c| (i, c)))
    }

    // ---- order

    /// Whether `a` has run when `b` runs, on some way through the function: it stands before, and not on another way.
    #[must_use]
    pub fn precedes(&self, a: Id, b: Id) -> bool {
        if a == b || self.function_of(a) != self.function_of(b) {
            return false;
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

    // ---- handlers

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
                let own = |i: &Id| !matches!(self.nodes[*i].kind, Kind::Handler { .. } | Kind::Finally);
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
                let gives = |c: &Call<'_>| matches!(c.result, Use::Assigned(t) if t.split([',', ' ']).any(|w| w.trim() == *binding));
                let function = self.closure_of(handler).unwrap_or(0);
                let last = self.calls(function).filter(|(i, c)| *i < parent && !self.within(parent).contains(i) && gives(c)).map(|(i, _)| i).last();
                last.into_iter().collect()
            }
        }
    }

    /// How a handler (or an arm, a branch's way) is left at its end.
    #[must_use]
    pub fn leaves(&self, id: Id) -> Leaves {
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

    // ---- loops

    /// Whether a loop ends after a count of attempts or at a time: its head counts, or its body compares a counter or a clock and leaves.
    #[must_use]
    pub fn is_bounded(&self, loop_: Id) -> bool {
        const COUNTS: &[&str] = &[
            "attempt*",
            "tries",
            "retries",
            "retry*",
            "max*",
            "count*",
            "remaining",
            "deadline",
            "elapsed",
            "timeout",
            "expires*",
            "range",
            "limit",
            "num",
            "times",
            "budget",
            "giveup",
            "give_up*",
            "left",
        ];
        let Kind::Loop { endless, condition, over } = self.nodes[loop_].kind else { return false };
        if !over.is_empty() || says(condition, COUNTS) || (!endless && condition.contains(['<', '>'])) {
            return true;
        }
        self.within(loop_).any(|i| {
            let Kind::Branch { condition } = self.nodes[i].kind else { return false };
            let compares = condition.contains(['<', '>']) || condition.contains("==");
            says(condition, COUNTS)
                && compares
                && self.within(i).any(|j| matches!(self.nodes[j].kind, Kind::Jump { what: Jump::Return | Jump::Break | Jump::Throw, .. }))
        })
    }

    /// Pauses in a loop, at any depth.
    #[must_use]
    pub fn pauses(&self, loop_: Id) -> Vec<Id> {
        self.calls(loop_).filter(|(_, c)| words::is_pause(c)).map(|(i, _)| i).collect()
    }

    /// Whether the pause of a loop grows: a delay that is multiplied, a backoff that is asked for the next.
    #[must_use]
    pub fn pause_grows(&self, loop_: Id) -> bool {
        const DELAYS: &[&str] = &["delay", "backoff", "wait", "pause", "sleep*", "interval", "duration", "timeout"];
        self.within(loop_).any(|i| match &self.nodes[i].kind {
            Kind::Assign { target, value } => {
                says(target, DELAYS) && (value.contains('*') || value.contains("<<") || says(value, &["pow", "exp*", "backoff", "next*", "min", "math"]))
            }
            Kind::Call(c) => {
                says(c.name, &["backoff*", "nextbackoff", "next_backoff", "exponential*", "expbackoff"])
                    || says(tail_of(c), &["backoff"])
                    || (words::is_pause(c)
                        && c.args.iter().any(|a| a.text.contains("**") || a.text.contains("<<") || says(a.text, &["pow", "attempt*", "backoff*", "exp*"])))
            }
            _ => false,
        })
    }

    /// Whether the pause is spread at random.
    #[must_use]
    pub fn has_jitter(&self, id: Id) -> bool {
        says(self.source(id), &["jitter*", "rand*", "random*", "uniform"])
    }

    // ---- calls

    /// A named argument or a field of a literal that is handed over, by one of its names.
    #[must_use]
    pub fn option(&self, call: Id, names: &[&str]) -> Option<Arg<'t>> {
        let own = self.call(call)?.args.iter().find(|a| says(a.name, names)).copied();
        own.or_else(|| {
            self.within(call).find_map(|i| match &self.nodes[i].kind {
                Kind::Object { fields, .. } => fields.iter().find(|f| says(f.name, names)).copied(),
                _ => None,
            })
        })
    }

    /// Calls that leave the process, at least this sure, within a node.
    pub fn remote_calls(&self, id: Id, least: Remote) -> impl Iterator<Item = (Id, &Call<'t>)> + '_ {
        self.calls(id).filter(move |(_, c)| words::remote(c) >= least)
    }

    /// The state that a node sets, if it sets one that others watch.
    #[must_use]
    pub fn sets_state(&self, id: Id) -> Option<Towards> {
        match &self.nodes[id].kind {
            Kind::Assign { target, value } => words::assigns_state(target, value),
            Kind::Call(c) => words::sets_state(c),
            _ => None,
        }
    }

    /// The node's first line, trimmed and cut, for a sentence.
    #[must_use]
    pub fn brief(&self, id: Id) -> &'t str {
        let line = super::pieces::first_line(self.source(id));
        let mut end = line.len().min(60);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        line[..end].trim_end_matches([';', '{', ' ', ':'])
    }

    /// Name of a call as written, receiver's last part with it: `client.Watch`.
    #[must_use]
    pub fn callee(&self, id: Id) -> String {
        let Some(c) = self.call(id) else { return String::new() };
        let receiver = words::tail(c.receiver);
        if receiver.is_empty() || receiver.len() > 40 { c.name.to_owned() } else { format!("{receiver}.{}", c.name) }
    }
}

fn tail_of<'t>(c: &Call<'t>) -> &'t str {
    super::pieces::last_part(c.receiver).1
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
