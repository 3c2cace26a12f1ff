//! Where a node stands: in which loops, handlers, locks and transactions.

use crate::engine::syntax::outline::{Call, Id, Kind, Outline, Role, Scope};
use crate::engine::syntax::words::says;

impl<'t> Outline<'t> {
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
                .find(|(_, c)| begins_transaction(c.name))
                .map(|(i, _)| i)
                .filter(|begin| !self.before(id).any(|(i, c)| i > *begin && says(c.name, &["commit", "rollback"]) && !self.in_finally(i)))
        })
    }

    /// Whether a node is a function that has a name.
    #[must_use]
    pub fn is_named(&self, id: Id) -> bool {
        self.is_named_function(id)
    }

    pub(super) fn is_named_function(&self, id: Id) -> bool {
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
}

/// By the whole name: `beginTask` begins something else.
fn begins_transaction(name: &str) -> bool {
    ["begin", "begintx", "begin_tx", "begintransaction", "begin_transaction", "starttransaction", "start_transaction", "begintransactionasync"]
        .iter()
        .any(|n| name.eq_ignore_ascii_case(n))
}
