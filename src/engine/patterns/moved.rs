//! Steps of a function that the edit put into another order.
//!
//! An order is often all that a fix is: announce behind the work, read behind the wait. So an edit that takes it back says nothing new,
//! it only moves a line. Both steps have to stand on both sides once, in the same words.

use super::taken::Pair;
use crate::engine::syntax::{Id, Kind, Outline, Role};

/// Pairs of steps (in the text after): the first runs ahead of the second now, and ran behind it before.
pub(super) fn ahead(pair: &Pair<'_>, first: impl Fn(&Outline<'_>, Id) -> bool, second: impl Fn(&Outline<'_>, Id) -> bool) -> Vec<(Id, Id)> {
    let (b, a) = (pair.before, pair.after);
    let twins = |is: &dyn Fn(&Outline<'_>, Id) -> bool| -> Vec<(Id, Id)> {
        let now: Vec<(Id, String)> = steps(a, pair.new).filter(|i| is(a, *i)).map(|i| (i, words(a, i))).collect();
        let then: Vec<(Id, String)> = steps(b, pair.old).filter(|i| is(b, *i)).map(|i| (i, words(b, i))).collect();
        let once = |all: &[(Id, String)], w: &str| all.iter().filter(|(_, o)| o == w).count() == 1;
        now.iter().filter(|(_, w)| once(&now, w) && once(&then, w)).filter_map(|(i, w)| then.iter().find(|(_, o)| o == w).map(|(t, _)| (*i, *t))).collect()
    };
    let firsts = twins(&first);
    if firsts.is_empty() {
        return Vec::new();
    }
    let seconds = twins(&second);
    let mut out = Vec::new();
    for (now, then) in firsts {
        let other = seconds.iter().find(|(n, t)| *n != now && b.precedes(*t, then) && !b.precedes(then, *t) && a.precedes(now, *n) && !a.precedes(*n, now));
        out.extend(other.map(|(n, _)| (now, *n)));
    }
    out
}

/// Calls and assignments that run for themselves: no part of a condition, of a loop's head or of another step.
fn steps<'a>(o: &'a Outline<'_>, function: Id) -> impl Iterator<Item = Id> + 'a {
    o.within(function).filter(|i| matches!(o.node(*i).kind, Kind::Call(_) | Kind::Assign { .. }) && o.node(*i).role != Role::Receiver)
}

/// A step in its own words: what is called, on what, and with what first; where a value goes.
fn words(o: &Outline<'_>, id: Id) -> String {
    match &o.node(id).kind {
        Kind::Call(c) => format!("{}.{}({}", squeeze(c.receiver), c.name, c.args.first().map_or_else(String::new, |a| squeeze(a.text))),
        Kind::Assign { target, value } => format!("{}={}", squeeze(target), squeeze(value)),
        _ => String::new(),
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}
