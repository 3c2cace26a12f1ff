//! Ways on which nothing is given back any more: a `finally` that reset what the thread carries, a handler that undid a registration, a
//! channel that nobody receives from, a step that can fail in front of the close.

use super::super::taken::Pair;
use super::super::{Medium, Sighting, View};
use super::gives_back;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Caught, Id, Kind, Outline, Scope};

/// The step of a `finally` is gone from the whole text: `Context.clean()`, `span.reset()`; what was tried is tried still.
pub(super) fn reset_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let resets = |c: &Call<'_>| {
        (gives_back(c) || says(c.name, &["clear*", "reset*", "remove*", "clean*", "unbind*", "detach*", "pop", "leave*", "exit", "restore*"]))
            && c.args.is_empty()
            && !c.receiver.is_empty()
    };
    let gone = pair.gone(|o, i| o.call(i).filter(|c| resets(c) && o.in_finally(i)).map(|_| o.callee(i)));
    gone.into_iter().find_map(|id| {
        let callee = b.callee(id);
        let c = b.call(id)?;
        // What is bound to the thread or the context, by its type's own name.
        let bound = words::tail(c.receiver).starts_with(|ch: char| ch.is_ascii_uppercase())
            || says(c.receiver, &["context", "mdc", "threadlocal", "local", "scope", "holder"]);
        if !bound
            || a.calls(0).any(|(i, _)| a.callee(i) == callee)
            || !pair.came(|o, i| o.call(i).filter(|c| resets(c) || gives_back(c)).map(|_| o.callee(i))).is_empty()
        {
            return None;
        }
        let tried = b.ancestors(id).find(|x| matches!(b.node(*x).kind, Kind::Try | Kind::Scope { what: Scope::Defer, .. }))?;
        let kept = b.calls(tried).filter(|(i, w)| !b.in_finally(*i) && !words::is_log(w)).find_map(|(i, _)| pair.kept(i))?;
        let seen = format!("`{callee}` ran whatever happened and is gone, so what it ended stays with this thread and meets the next request");
        Some(view.sighting(kept, format!("reset {callee}"), Medium, seen))
    })
}

/// What a handler took back, or gave free for others, is not taken back any more, around the same call.
pub(super) fn undone_no_more(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let undoes = |c: &Call<'_>| {
        says(
            c.name,
            &[
                "remove*",
                "tryremove",
                "release*",
                "delete*",
                "discard*",
                "deregister*",
                "unregister*",
                "free*",
                "unblock*",
                "decrement*",
                "revert*",
                "rollback*",
                "cancel*",
                "giveback",
            ],
        ) && !words::is_log(c)
            && !words::is_unlock(c)
    };
    let in_handler = |o: &Outline<'_>, i: Id| o.handler_of(i).filter(|h| matches!(o.node(*h).kind, Kind::Handler { how: Caught::Catch, .. }));
    let gone = pair.gone(|o, i| o.call(i).filter(|c| undoes(c) && in_handler(o, i).is_some()).map(|_| o.callee(i)));
    gone.into_iter().find_map(|id| {
        let callee = b.callee(id);
        let handler = in_handler(b, id)?;
        let kept = pair.kept_guarded(handler)?;
        let elsewhere = a.calls(pair.new).any(|(i, c)| a.callee(i) == callee || undoes(c) && (a.in_finally(i) || a.handler_of(i).is_some()));
        (!elsewhere).then(|| {
            let seen =
                format!("`{callee}` took back on a failure of `{}` what was entered for it and is gone, so each failure leaves one behind", a.callee(kept));
            view.sighting(kept, format!("undone {callee}"), Medium, seen)
        })
    })
}

/// Go: a channel that held one value holds none, and a goroutine sends to it: when the receiver has left, it stands there for ever.
pub(super) fn nobody_receives(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    if a.language != "go" {
        return None;
    }
    let made = |value: &str| value.trim().strip_prefix("make(chan ").map(|rest| rest.contains(','));
    a.within(pair.new).filter(|i| view.touches(*i)).find_map(|id| {
        let Kind::Assign { target, value } = a.node(id).kind else { return None };
        let held = b.within(pair.old).any(|i| matches!(b.node(i).kind, Kind::Assign { target: t, value: v } if t == target && made(v) == Some(true)));
        let sends = |i: Id| {
            matches!(a.node(i).kind, Kind::Scope { what: Scope::Spawn, .. } | Kind::Function { name: "", .. }) && a.source(i).contains(&format!("{target} <-"))
        };
        // Somebody may stop receiving: another way out than the value.
        let leaves = a.source(pair.new).contains("select {") || a.source(pair.new).matches("return").count() > 1;
        (made(value) == Some(false) && held && leaves && a.within(pair.new).any(sends)).then(|| {
            let seen =
                format!("`{target}` holds no value now: a goroutine that sends when the receiver has gone stands there for ever, with all that it holds");
            view.sighting(id, format!("channel {target}"), Medium, seen)
        })
    })
}

/// In front of the close, under the same handler, stands a step that can fail now: where it does, nothing is closed.
pub(super) fn step_before_close(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let closes = |c: &Call<'_>| says(c.name, &["close", "dispose", "destroy", "release"]) && !c.receiver.is_empty();
    a.handlers().filter(|h| a.within(pair.new).contains(h) && matches!(a.node(*h).kind, Kind::Handler { how: Caught::Catch, .. })).find_map(|h| {
        let guarded = a.guarded(h);
        let close = *guarded.iter().find(|i| a.call(**i).is_some_and(closes))?;
        let held = a.call(close)?.receiver;
        let step = *guarded.iter().find(|i| {
            **i < close
                && view.touches(**i)
                && a.call(**i).is_some_and(|c| {
                    c.receiver == held && says(c.name, &["shutdown*", "flush*", "write*", "send*", "logout", "quit", "unsubscribe*", "drain*"])
                })
        })?;
        let (was, _) = b.calls(pair.old).find(|(i, c)| closes(c) && c.receiver == held && b.handlers().any(|x| b.guarded(x).contains(i)))?;
        let name = a.callee(step);
        let new = !b.calls(pair.old).any(|(i, _)| b.callee(i) == name && i < was);
        let closed_in_handler = a.calls(h).any(|(_, c)| closes(c)) || a.in_finally(close);
        (new && !closed_in_handler).then(|| {
            let seen = format!(
                "`{name}` stands in front of `{}` under one handler: when the first fails, the second is skipped and nobody closes it",
                a.callee(close)
            );
            view.sighting(step, format!("before {}", a.callee(close)), Medium, seen)
        })
    })
}
