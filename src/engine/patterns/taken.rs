//! What an edit takes away: a function before beside the same function after.
//!
//! Most flaws that an edit brings are something taken away or moved: a time limit, a close, a handler, a second check. A detector
//! asks here what has gone; what only moved to another place of the text has not.

use super::View;
use crate::engine::syntax::words::says;
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Role};

/// A function on both sides of the edit.
pub(super) struct Pair<'v> {
    /// The text before.
    pub(super) before: &'v Outline<'v>,
    /// The text after.
    pub(super) after: &'v Outline<'v>,
    /// The function in the text before.
    pub(super) old: Id,
    /// The function in the text after.
    pub(super) new: Id,
}

/// Functions that the edit touches, with what they were. Nothing on the side before the edit.
pub(super) fn pairs<'v>(view: &View<'v>) -> Vec<Pair<'v>> {
    let Some(before) = view.before else { return Vec::new() };
    let after = view.outline;
    let mut out = Vec::new();
    for new in after.functions().filter(|f| view.touches(*f)) {
        let nth = after.functions().filter(|f| *f < new && name(after, *f) == name(after, new)).count();
        let same: Vec<Id> = before.functions().filter(|f| name(before, *f) == name(after, new)).collect();
        if let Some(old) = same.get(nth).or(same.last()) {
            out.push(Pair { before, after, old: *old, new });
        }
    }
    // Part of a function, as a small edit shows it where the file is not known.
    if after.functions().next().is_none() && before.functions().next().is_none() {
        out.push(Pair { before, after, old: 0, new: 0 });
    }
    out
}

/// Name of a function node.
pub(super) fn name<'v>(o: &Outline<'v>, function: Id) -> &'v str {
    if let Kind::Function { name, .. } = o.node(function).kind { name } else { "" }
}

impl<'v> Pair<'v> {
    /// Nodes of the function before with this key of which there are fewer now, in the function and in the whole text.
    pub(super) fn gone(&self, key: impl Fn(&Outline<'v>, Id) -> Option<String>) -> Vec<Id> {
        let keys = |o: &Outline<'v>, within: Id| -> Vec<(Id, String)> { o.within(within).filter_map(|i| key(o, i).map(|k| (i, k))).collect() };
        let old = keys(self.before, self.old);
        if old.is_empty() {
            return Vec::new();
        }
        let count = |all: &[(Id, String)], k: &str| all.iter().filter(|(_, n)| n == k).count();
        let new = keys(self.after, self.new);
        let (all_old, all_new) = (keys(self.before, 0), keys(self.after, 0));
        old.iter().filter(|(_, k)| count(&new, k) < count(&old, k) && count(&all_new, k) < count(&all_old, k)).map(|(i, _)| *i).collect()
    }

    /// Nodes of the text after with this key of which there were fewer before: what came.
    pub(super) fn came(&self, key: impl Fn(&Outline<'v>, Id) -> Option<String>) -> Vec<Id> {
        let back = Pair { before: self.after, after: self.before, old: 0, new: 0 };
        back.gone(key)
    }

    /// Calls of the function before with this property that have gone.
    pub(super) fn gone_calls(&self, is: impl Fn(&Outline<'v>, Id, &Call<'v>) -> bool) -> Vec<Id> {
        self.gone(|o, i| o.call(i).filter(|c| is(o, i, c)).map(|_| o.callee(i)))
    }

    /// A call of the function after that is made like one of the function before.
    pub(super) fn kept(&self, call: Id) -> Option<Id> {
        let callee = self.before.callee(call);
        self.after.calls(self.new).find(|(i, _)| self.after.callee(*i) == callee).map(|(i, _)| i)
    }

    /// The first kept call of a handler's guarded ones.
    pub(super) fn kept_guarded(&self, handler: Id) -> Option<Id> {
        let trivial = |i: Id| self.before.call(i).is_none_or(crate::engine::syntax::words::is_log);
        self.before.guarded(handler).into_iter().filter(|i| !trivial(*i)).find_map(|i| self.kept(i))
    }

    /// A handler of the function after that guards a call.
    pub(super) fn handler_over(&self, call: Id) -> Option<Id> {
        self.after.handlers().find(|h| self.after.within(self.new).contains(h) && self.after.guarded(*h).contains(&call))
    }
}

/// A branch that compares with one of the words and leaves: a cap, a deadline, a check that an error is final.
pub(super) fn leaving_branch(o: &Outline<'_>, id: Id, words: &[&str]) -> bool {
    let Kind::Branch { condition } = o.node(id).kind else { return false };
    says(condition, words) && o.within(id).any(|j| o.node(j).role != Role::Condition && leaves_here(o, j))
}

fn leaves_here(o: &Outline<'_>, id: Id) -> bool {
    match &o.node(id).kind {
        Kind::Jump { what, .. } => *what != Jump::Continue,
        Kind::Call(c) => says(c.name, &["raise*", "fatal*", "abort", "exit", "fail*", "reject", "panic*", "giveup", "give_up"]),
        _ => false,
    }
}

/// The first name of a chain: `resp` of `resp.Body`.
pub(super) fn root(receiver: &str) -> &str {
    let end = receiver.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '@' | '$')).unwrap_or(receiver.len());
    let head = &receiver[..end];
    // `self.conn` and `this.conn` are about the connection.
    if matches!(head, "self" | "this") { crate::engine::syntax::words::tail(receiver) } else { head }
}

/// Whether a name stands in a text by itself, with its case.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let is_name = |at: Option<usize>| at.and_then(|i| text.as_bytes().get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let alone = |i: usize| !is_name(i.checked_sub(1)) && !is_name(Some(i + name.len()));
    !name.is_empty() && text.match_indices(name).any(|(i, _)| alone(i))
}
