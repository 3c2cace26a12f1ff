//! Conditions under which a call ran before an edit and does not any more.
//!
//! A check that is taken away leaves no trace in the text after: only beside the text before is it seen that what follows it now runs
//! whatever happened. Conditions are told apart by their parts: `a && b` that became `a` lost `b`.

use super::taken::Pair;
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Role};

/// A call that lost a condition.
pub(super) struct Freed<'v> {
    /// The call, in the text after.
    pub(super) call: Id,
    /// What was asked before it.
    pub(super) asked: Vec<&'v str>,
}

/// Calls of the touched function that run on both sides and lost conditions, and got none in their place.
pub(super) fn freed<'v>(pair: &Pair<'v>, is: impl Fn(&Outline<'v>, Id, &Call<'v>) -> bool) -> Vec<Freed<'v>> {
    let (b, a) = (pair.before, pair.after);
    let mut out = Vec::new();
    for (id, call) in a.calls(pair.new).filter(|(i, c)| is(a, *i, c)) {
        let like = |o: &Outline<'v>, within: Id| -> Vec<Id> {
            o.calls(within).filter(|(_, c)| c.name == call.name && c.receiver == call.receiver).map(|(i, _)| i).collect()
        };
        let (then, now) = (like(b, pair.old), like(a, pair.new));
        // Where the same is called several times, the first became the first.
        let Some(was) = now.iter().position(|i| *i == id).and_then(|i| then.get(i)).filter(|_| then.len() == now.len()) else { continue };
        let (asked, asks) = (conditions(b, *was, pair.old), conditions(a, id, pair.new));
        if asks.iter().any(|c| !asked.contains(c)) {
            continue;
        }
        // What is asked elsewhere in the function now, or in what it calls, is still asked.
        let whole = squeezed(a.source(pair.new));
        let gone: Vec<&str> = asked.into_iter().filter(|c| !asks.contains(c) && !whole.contains(&squeezed(c))).collect();
        if !gone.is_empty() {
            out.push(Freed { call: id, asked: gone });
        }
    }
    out
}

/// What has to hold for a node to run: the branches around it, and those before it that leave.
pub(super) fn conditions<'t>(o: &Outline<'t>, id: Id, function: Id) -> Vec<&'t str> {
    let mut out = Vec::new();
    let mut below = id;
    for around in o.ancestors(id).take_while(|a| *a != function && !matches!(o.node(*a).kind, Kind::Function { .. })) {
        if matches!(o.node(around).kind, Kind::Branch { .. }) && o.node(below).role != Role::Condition {
            out.extend(parts(asked(o, around)));
        }
        below = around;
    }
    for branch in o.within(function).filter(|b| matches!(o.node(*b).kind, Kind::Branch { .. }) && o.node(*b).span.1 <= o.node(id).span.0) {
        let leaves = o.within(branch).any(|j| {
            matches!(o.node(j).kind, Kind::Jump { what: Jump::Return | Jump::Continue | Jump::Break | Jump::Throw, .. }) && o.node(j).role != Role::Condition
        });
        if leaves && o.within(o.node(branch).parent).contains(&id) {
            // It leaves when one of these holds; what has to hold together to leave is one question.
            out.extend(asked(o, branch).split("||").flat_map(|p| p.split(" or ")).map(str::trim).filter(|p| !p.is_empty()));
        }
    }
    out
}

/// What a branch asks; Go's `if x, ok := f(); ok` asks by its first half.
fn asked<'t>(o: &Outline<'t>, branch: Id) -> &'t str {
    match o.node(branch).kind {
        Kind::Branch { condition } if matches!(condition, "ok" | "!ok" | "found" | "!found") => {
            o.source(branch).split('{').next().unwrap_or(condition).trim_start_matches("if ").trim()
        }
        Kind::Branch { condition } => condition,
        _ => "",
    }
}

/// The parts of a condition that have to hold together.
pub(super) fn parts(condition: &str) -> impl Iterator<Item = &str> {
    condition.split("&&").flat_map(|p| p.split(" and ")).map(|p| p.trim().trim_matches(['(', ')', ' ', '{'])).filter(|p| !p.is_empty())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
