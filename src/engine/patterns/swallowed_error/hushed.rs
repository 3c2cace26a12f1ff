//! Ways in which an edit takes a failure out of sight that leave no empty handler behind: what was thrown is logged now, what was an
//! error is a plain value, what was matched or checked is dropped. Part of the detector of swallowed errors.

use super::super::taken::Pair;
use super::super::{Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Id, Jump, Kind, Outline, Use};

pub(super) fn find(view: &View<'_>, pair: &Pair<'_>) -> Vec<Sighting> {
    let mut out: Vec<Sighting> = Vec::new();
    out.extend(only_noted(view, pair));
    out.extend(error_is_value(view, pair));
    out.extend(match_gone(view, pair));
    out.extend(dropped(view, pair));
    out
}

fn throws(o: &Outline<'_>, way: Id) -> bool {
    o.leaves(way) == Leaves::Throws || o.children(way).filter(|i| o.node(*i).role == crate::engine::syntax::Role::Body).any(|i| is_throw(o, i))
}

fn is_throw(o: &Outline<'_>, id: Id) -> bool {
    match &o.node(id).kind {
        Kind::Jump { what: Jump::Throw, .. } => true,
        Kind::Jump { what: Jump::Return, value } => says(value, &["err", "error*", "errorf", "exception"]) || value.starts_with("Err("),
        _ => false,
    }
}

/// The same question led out with an error, and is only noted now.
fn only_noted(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let branches = |o: &Outline<'_>, f: Id| o.within(f).filter(|i| matches!(o.node(*i).kind, Kind::Branch { .. })).collect::<Vec<_>>();
    let then = branches(b, pair.old);
    let asks = branches(a, pair.new);
    asks.iter().copied().filter(|i| view.touches(*i)).find_map(|now| {
        let Kind::Branch { condition } = a.node(now).kind else { return None };
        let same = |o: &Outline<'_>, all: &[Id]| -> Vec<Id> {
            all.iter().copied().filter(|i| matches!(o.node(*i).kind, Kind::Branch { condition: c } if c == condition)).collect()
        };
        let (old, new) = (same(b, &then), same(a, &asks));
        // Where the same is asked several times, the first became the first.
        let was = new.iter().position(|i| *i == now).and_then(|i| old.get(i)).filter(|_| old.len() == new.len());
        let was = was.copied()?;
        // The question is about an answer, and no error by itself: those are handlers.
        if condition.is_empty() || a.children(now).any(|i| matches!(a.node(i).kind, Kind::Handler { .. })) || !throws(b, was) {
            return None;
        }
        let body: Vec<Id> = a.children(now).filter(|i| a.node(*i).role == crate::engine::syntax::Role::Body).collect();
        let noted = !body.is_empty()
            && body.iter().any(|i| a.call(*i).is_some_and(words::is_log))
            && body.iter().all(|i| a.call(*i).is_some_and(words::is_log) || matches!(a.node(*i).kind, Kind::Jump { what: Jump::Continue, .. }));
        noted.then(|| {
            let asked: String = condition.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
            let seen = format!("`{asked}` left with an error and is only logged now: the caller takes what is left for the whole");
            view.sighting(now, format!("noted {asked}"), Medium, seen)
        })
    })
}

/// Rust: a way that ended in `Err(..)` ends in `Ok(..)`.
fn error_is_value(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    if a.language != "rust" {
        return None;
    }
    let returned = |o: &Outline<'_>, f: Id, name: &str| -> Vec<Id> {
        o.calls(f)
            .filter(|(i, c)| {
                c.name == name && c.receiver.is_empty() && c.result == Use::Returned && o.closure_of(*i).is_some_and(|x| o.function_of(*i) == Some(x))
            })
            .map(|(i, _)| i)
            .collect()
    };
    let left = |o: &Outline<'_>, f: Id| {
        o.calls(f).filter(|(_, c)| c.propagated).count()
            + o.within(f)
                .filter(|i| matches!(o.node(*i).kind, Kind::Jump { what: Jump::Return | Jump::Throw, value } if value.starts_with("Err(") || value.is_empty()))
                .count()
    };
    let (was, now) = (returned(b, pair.old, "Err"), returned(a, pair.new, "Err"));
    let (good, fine) = (returned(b, pair.old, "Ok"), returned(a, pair.new, "Ok"));
    if now.len() >= was.len() || fine.len() < good.len() || left(a, pair.new) > left(b, pair.old) {
        return None;
    }
    let at = fine.into_iter().find(|i| view.touches(*i))?;
    let value = a.call(at)?.args.first().map_or("", |x| x.text);
    let seen =
        format!("a way that ended in an error ends in `Ok({})` now: the caller takes the failure for a success", value.chars().take(40).collect::<String>());
    Some(view.sighting(at, "error is value", Medium, seen))
}

/// Elixir: a result that had to match `{:ok, _}` is dropped.
fn match_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    if a.language != "elixir" {
        return None;
    }
    let matched = |o: &Outline<'_>, i: Id| {
        let line = o.text[..o.node(i).span.0].rsplit('\n').find(|l| !l.trim().is_empty()).unwrap_or("").trim();
        line.ends_with('=') && (line.starts_with("{:ok") || line.starts_with(":ok"))
    };
    a.calls(pair.new).filter(|(i, _)| view.touches(*i) && !matched(a, *i)).find_map(|(id, _)| {
        let callee = a.callee(id);
        let like = |o: &Outline<'_>, f: Id| o.calls(f).filter(|(x, _)| o.callee(*x) == callee).map(|(x, _)| x).collect::<Vec<_>>();
        let (then, now) = (like(b, pair.old), like(a, pair.new));
        let was = now.iter().position(|i| *i == id).and_then(|i| then.get(i)).filter(|_| then.len() == now.len())?;
        // In a `case`, a `with` or a pipe somebody looks at it still.
        let read = a.ancestors(id).take_while(|x| *x != pair.new).any(|x| matches!(a.node(x).kind, Kind::Branch { .. } | Kind::Assign { .. } | Kind::Call(_)));
        (matched(b, *was) && !read).then(|| {
            let seen = format!("the outcome of `{callee}` had to be `:ok` and nobody looks at it any more, so a failure goes on as a success");
            view.sighting(id, format!("match {callee}"), Medium, seen)
        })
    })
}

/// Go: an error that had a name is given to nobody.
fn dropped(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    if a.language != "go" {
        return None;
    }
    let last = |c: &crate::engine::syntax::Call<'_>| match c.result {
        Use::Assigned(t) => t.rsplit_once(',').map_or("", |(_, last)| last.trim()).to_owned(),
        _ => String::new(),
    };
    // Where the call gives nothing else, nothing goes on with it.
    a.calls(pair.new).filter(|(i, c)| last(c) == "_" && view.touches(*i) && !says(c.name, &["close*", "write*", "fprint*", "atoi", "parse*"])).find_map(
        |(id, _)| {
            let callee = a.callee(id);
            let (_, was) = b.calls(pair.old).find(|(i, _)| b.callee(*i) == callee)?;
            let name = last(was);
            (name.to_ascii_lowercase().contains("err") && b.source(pair.old).matches(&name).count() > 1).then(|| {
                let seen = format!("the error of `{callee}` is given to `_`: what it returns is used as if it had worked");
                view.sighting(id, format!("dropped {callee}"), Medium, seen)
            })
        },
    )
}
