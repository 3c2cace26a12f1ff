//! A failure ends in a handler that does nothing with it.
//!
//! The caller goes on as if the write, the message or the answer were there; what is missing is found days later and far away.
//! Sources: Simple Testing Can Prevent Most Critical Failures, OSDI 2014 (Aspirator: 35 % of the catastrophic failures came from handlers
//! that are empty, only log, or hold a TODO; 81 % of its reports were right).
//!
//! Shapes: an empty handler, or one with a TODO, around a call that leaves the process or writes; a handler that only logs such a
//! failure and runs on to the end; a first error overwritten by a second before anybody read it; the part of a handler that told the
//! failure on (a throw, a callback, a rejected promise) is gone; a step that marks success moved behind the handler.

mod hushed;

use super::taken::{self, Pair, mentions};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Caught, Id, Jump, Kind, Outline, Use};

pub(super) const DETECTOR: Detector = Detector { id: "swallowed-error", languages: &[], find };

/// Steps of taking leave: nobody waits for their outcome.
pub(super) const LEAVES: &[&str] = &[
    "close*",
    "shutdown*",
    "stop*",
    "rollback",
    "unlock",
    "disconnect*",
    "dispose*",
    "destroy*",
    "cancel*",
    "kill",
    "cleanup*",
    "clean_up*",
    "terminate*",
    "unlink",
    "rm",
    "leave*",
    "abort*",
    "teardown*",
    "tear_down*",
    "quit",
    "free",
    "drop*",
    "finalize",
    "unsubscribe*",
    "end",
    "release*",
    "deregister*",
    "unregister*",
    "interrupt",
    "remove*",
    "delete*",
    "invalidate*",
    "logout",
    "flush*",
    "del",
];
/// Failures that say "not there" or "not now": an answer as much as a failure.
const ANSWERS: &[&str] = &[
    "notfound*",
    "not_found",
    "nosuch*",
    "doesnotexist",
    "missing",
    "alreadyexists",
    "exists*",
    "duplicate*",
    "nonode*",
    "nodeexists*",
    "keyerror",
    "filenotfound*",
    "empty",
    "stopiteration",
    "stopasynciteration",
    "cancel*",
    "interrupted*",
    "eof*",
    "blockingioerror",
    "enoent",
    "importerror",
    "modulenotfounderror",
    "attributeerror",
    "notimplemented*",
    "unsupported*",
    "unicode*",
    "timeoutexpired",
    "queue.empty",
    "queueempty",
    "processlookuperror",
    "lookuperror",
    "indexerror",
    "again",
    "wouldblock",
    "parse*",
    "json*",
    "format*",
    "numberformat*",
    "valueerror",
    "typeerror",
    "urisyntax*",
    "malformed*",
    "abort*",
    "classnotfound*",
    "nosuchmethod*",
    "keyboardinterrupt",
    "generatorexit",
    "noderemoved",
    "gone",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Kind::Handler { caught, .. } = &o.node(handler).kind else { continue };
        let unfinished = is_unfinished(o, handler);
        let silent = says_nothing(o, handler);
        let logs = !silent && o.only_logs(handler) && matches!(o.leaves(handler), Leaves::Falls);
        if (!unfinished && !silent && !logs) || acts(o, handler) {
            continue;
        }
        let Some((call, weight)) = matters(view, handler) else { continue };
        if caught.iter().any(|c| says(c, ANSWERS)) && !unfinished {
            continue;
        }
        let callee = o.callee(call);
        let subject = format!("{callee} {}", caught.join("|"));
        let polls = o.loop_of(handler).is_some() || o.handler_of(handler).is_some();
        let reasoned = !unfinished && has_reason(o, handler);
        let (confidence, seen) = if unfinished {
            (Medium, format!("the handler of `{callee}` is not written yet, so a failure goes on as a success"))
        } else if silent {
            let confidence = if reasoned || polls || weight == Weight::Perhaps || is_cleanup(o, handler) { Low } else { Medium };
            (confidence, format!("a failure of `{callee}` ends here in nothing: the caller goes on as if it had worked"))
        } else {
            let confidence = if polls || weight != Weight::Write || o.call(call).is_some_and(words::is_ack) || is_cleanup(o, handler) { Low } else { Medium };
            (confidence, format!("a failure of `{callee}` is only logged: the caller is told that it worked"))
        };
        out.push(view.sighting(handler, subject, confidence, seen));
    }
    out.extend(overwritten(view));
    for pair in taken::pairs(view) {
        out.extend(no_longer_told(view, &pair));
        out.extend(marked_behind(view, &pair));
        out.extend(always_cleared(view, &pair));
        out.extend(report_gone(view, &pair));
        out.extend(hidden(view, &pair));
        out.extend(newly_wrapped(view, &pair));
        out.extend(hushed::find(view, &pair));
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Perhaps,
    Remote,
    Write,
}

/// The guarded call that matters most to somebody else.
fn matters(view: &View<'_>, handler: Id) -> Option<(Id, Weight)> {
    let o = view.outline;
    let guarded = o.guarded(handler);
    if guarded.iter().any(|i| o.call(*i).is_some_and(|c| says(c.name, LEAVES) && !words::is_ack(c) && !words::is_store_write(c))) {
        return None;
    }
    let weigh = |c: &Call<'_>| {
        if c.is_new || words::is_log(c) {
            return None;
        }
        if words::is_publish(c) || words::is_ack(c) || words::is_store_write(c) {
            return Some(Weight::Write);
        }
        match words::remote(c) {
            Remote::Sure if changes(c) && !is_best_effort(o, handler, c) => Some(Weight::Write),
            Remote::Sure => Some(Weight::Remote),
            Remote::Maybe if view.imports_remote() => Some(Weight::Perhaps),
            _ => None,
        }
    };
    guarded.into_iter().filter_map(|i| o.call(i).and_then(weigh).map(|w| (i, w))).max_by_key(|(_, w)| *w)
}

/// By its verb it changes something on the other side: HTTP's own methods for that, and what clients call theirs.
fn changes(c: &Call<'_>) -> bool {
    const VERBS: &[&str] = &["put*", "post*", "patch", "create*", "update*", "upsert*", "insert*", "save*", "store*", "replace*", "setdata", "submit*"];
    says(c.name, VERBS)
}

/// What is tried for the sake of watching or speed may fail: nothing else depends on it.
fn is_best_effort(o: &Outline<'_>, handler: Id, c: &Call<'_>) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "notif*", "track*", "telemetry", "metric*", "analytics", "stat*", "report*", "webhook*", "ping*", "heartbeat*", "beacon*", "warm*", "prefetch*",
        "cache*", "trace*", "audit*", "log*", "slack", "alert*", "debug*", "maybe*", "try*", "best*",
    ];
    says(c.name, WORDS) || says(c.receiver, WORDS) || says(o.function_name(handler), WORDS)
}

/// A statement that is no node: a send to a channel, a counter. It does something with the failure.
pub(super) fn acts(o: &Outline<'_>, handler: Id) -> bool {
    o.source(handler).lines().map(|l| l.split("//").next().unwrap_or("")).any(|l| l.contains("<-") || l.contains("++") || l.contains(" += "))
}

/// Nothing happens in it: no statement, or only "on to the next" or a plain nothing as the value.
fn says_nothing(o: &Outline<'_>, handler: Id) -> bool {
    o.within(handler).all(|i| match &o.node(i).kind {
        Kind::Function { .. } => true,
        Kind::Jump { what: Jump::Continue, .. } => true,
        Kind::Jump { what: Jump::Return, value } => {
            matches!(o.node(handler).kind, Kind::Handler { how: Caught::Closure, .. }) && matches!(value.trim(), "" | "null" | "undefined" | "{}")
        }
        _ => false,
    })
}

fn comment(o: &Outline<'_>, handler: Id) -> String {
    o.source(handler).lines().filter_map(|l| l.find("//").or_else(|| l.find('#')).or_else(|| l.find("/*")).map(|at| &l[at..])).collect::<Vec<_>>().join(" ")
}

/// `TODO`, `FIXME` in a handler that does nothing else of use.
fn is_unfinished(o: &Outline<'_>, handler: Id) -> bool {
    let c = comment(o, handler);
    (c.contains("TODO") || c.contains("FIXME") || c.contains("XXX")) && !o.rethrows(handler) && (says_nothing(o, handler) || o.only_logs(handler))
}

/// A comment of more than a word says why nothing is done.
fn has_reason(o: &Outline<'_>, handler: Id) -> bool {
    comment(o, handler).split_ascii_whitespace().filter(|w| w.bytes().all(|b| b.is_ascii_alphabetic() || b == b',' || b == b'.')).count() >= 3
}

/// In a function that takes leave, or on a way that has failed already.
fn is_cleanup(o: &Outline<'_>, handler: Id) -> bool {
    says(o.function_name(handler), LEAVES) || (o.in_finally(handler) && !o.guarded(handler).iter().any(|i| o.call(*i).is_some_and(words::is_ack)))
}

/// Go: `a, err := f()` and then `_, err = g()` with no look at the first error.
fn overwritten(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    if o.language != "go" {
        return Vec::new();
    }
    let sets = |c: &Call<'_>| matches!(c.result, Use::Assigned(t) if t.split(',').any(|n| n.trim() == "err"));
    let calls: Vec<(Id, &Call<'_>)> = o.calls(0).filter(|(_, c)| sets(c)).collect();
    let mut out = Vec::new();
    for pair in calls.windows(2) {
        let [(first, _), (second, c)] = pair else { continue };
        let block = |i: Id| o.node(o.node(i).parent).parent;
        let straight =
            |i: Id| o.node(o.node(i).parent).role == crate::engine::syntax::Role::Body && matches!(o.node(o.node(i).parent).kind, Kind::Assign { .. });
        if !straight(*first) || !straight(*second) || block(*first) != block(*second) || o.closure_of(*first) != o.closure_of(*second) {
            continue;
        }
        let between = o.text.get(o.node(*first).span.1..o.node(o.node(*second).parent).span.0).unwrap_or("err");
        if mentions(between, "err") || c.args.iter().any(|a| mentions(a.text, "err")) || o.closure_of(*first).is_none() {
            continue;
        }
        // A named result is read by a bare return or a `defer`.
        let callee = o.callee(*first);
        let seen = format!("the error of `{callee}` is overwritten by the next call before anybody reads it, so a failure there goes on as a success");
        out.push(view.sighting(*first, format!("overwritten {callee}"), High, seen));
    }
    out
}

/// Words of telling a failure to whoever waits.
const TELLS: &[&str] = &[
    "completeexceptionally",
    "operationcomplete",
    "onfailure",
    "onerror",
    "on_error",
    "reject",
    "setexception",
    "set_exception",
    "seterror",
    "set_error",
    "fail*",
    "respond*",
    "reply*",
    "replyq_enq",
    "trysetexception",
    "callback",
    "cb",
    "done",
    "next",
    "abort*",
    "senderror",
    "send_error",
    "notifyerror",
];

/// The handler told the failure on and does not any more, around the same call.
fn no_longer_told(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    for handler in b.handlers().filter(|h| b.within(pair.old).contains(h)) {
        let throws = |o: &Outline<'_>, h: Id| {
            o.within(h).filter(|i| matches!(&o.node(*i).kind, Kind::Jump { what: Jump::Throw, .. })).count()
                + usize::from(matches!(o.leaves(h), Leaves::Throws))
        };
        let tells = |o: &Outline<'_>, h: Id| o.calls(h).filter(|(_, c)| says(c.name, TELLS) && !words::is_log(c)).count();
        let (threw, told) = (throws(b, handler), tells(b, handler));
        if threw + told == 0 {
            continue;
        }
        let Some(kept) = pair.kept_guarded(handler) else { continue };
        let Kind::Handler { caught, .. } = &b.node(handler).kind else { continue };
        let twin = a.handlers().find(|h| {
            a.within(pair.new).contains(h) && a.guarded(*h).contains(&kept) && matches!(&a.node(*h).kind, Kind::Handler { caught: c, .. } if c == caught)
        });
        let callee = a.callee(kept);
        let matters = a.call(kept).is_some_and(|c| words::remote(c) >= Remote::Maybe || c.awaited || words::is_store_write(c) || words::is_publish(c));
        let capped = b.within(handler).any(|i| taken::leaving_branch(b, i, super::attempts::COUNTS));
        if let Some(twin) = twin {
            if !matters || capped || a.loop_of(twin).is_some_and(|l| matches!(a.node(l).kind, Kind::Loop { over: "", .. })) {
                continue;
            }
            let less = throws(a, twin) + tells(a, twin);
            // What replaces it does something with the failure: another call, a value that says so.
            let does = |o: &Outline<'_>, h: Id| {
                o.calls(h).filter(|(_, c)| !words::is_log(c)).count() + o.within(h).filter(|i| matches!(&o.node(*i).kind, Kind::Assign { .. })).count()
            };
            if less == 0 && does(a, twin) <= does(b, handler).saturating_sub(told) && !matches!(a.leaves(twin), Leaves::Returns) {
                let seen = format!("this handler told the failure of `{callee}` on and does not any more, so it goes on as a success");
                return Some(view.sighting(twin, format!("told {callee}"), Medium, seen));
            }
        } else if told > 0 && threw == 0 && matches!(b.node(handler).kind, Kind::Handler { how: Caught::Catch, .. }) && pair.handler_over(kept).is_none() {
            let seen = format!("the handler that told whoever waits about a failure of `{callee}` is gone, so they wait for ever");
            return Some(view.sighting(kept, format!("told {callee}"), Medium, seen));
        }
    }
    None
}

/// A step of the handler that can fail itself was guarded and is not: its failure leaves in place of the first.
fn hidden(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let inner = b.handlers().filter(|h| b.within(pair.old).contains(h) && matches!(b.node(*h).kind, Kind::Handler { how: Caught::Catch, .. }));
    inner.filter(|h| b.handler_of(*h).is_some()).find_map(|h| {
        let kept = pair.kept_guarded(h)?;
        let outer = a.handler_of(kept)?;
        let is_catch = matches!(a.node(outer).kind, Kind::Handler { how: Caught::Catch, .. });
        (is_catch && pair.handler_over(kept).is_none() && a.rethrows(outer) && a.call(kept).is_some_and(|c| says(c.name, LEAVES))).then(|| {
            let callee = a.callee(kept);
            view.sighting(
                kept,
                format!("hidden {callee}"),
                Medium,
                format!("when `{callee}` fails in this handler its failure takes the place of the one that led here"),
            )
        })
    })
}

/// A publish or write whose failure left the function stands under a handler now that only logs.
fn newly_wrapped(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let handlers = a.handlers().filter(|h| a.within(pair.new).contains(h) && matches!(a.node(*h).kind, Kind::Handler { how: Caught::Catch, .. }));
    handlers.filter(|h| a.only_logs(*h) && !acts(a, *h) && a.leaves(*h) == Leaves::Falls && a.loop_of(*h).is_none() && !is_cleanup(a, *h)).find_map(|h| {
        let call = a
            .guarded(h)
            .into_iter()
            .find(|i| a.call(*i).is_some_and(|c| (words::is_publish(c) || words::is_store_write(c)) && !words::is_log(c) && !says(c.name, LEAVES)))?;
        let callee = a.callee(call);
        let mut earlier = b.calls(pair.old).filter(|(i, _)| b.callee(*i) == callee).peekable();
        earlier.peek()?;
        let was_free = earlier.all(|(i, _)| !b.handlers().any(|x| b.guarded(x).contains(&i)));
        was_free.then(|| {
            view.sighting(
                h,
                format!("wrapped {callee}"),
                Medium,
                format!("a failure that kept `{callee}` from running left this function and is only logged now, so nobody is told"),
            )
        })
    })
}

/// The call that told whoever waits about a failure has gone from the way of the failure.
fn report_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    const REPORTS: &[&str] = &[
        "operationcomplete",
        "completeexceptionally",
        "onfailure",
        "on_failure",
        "onerror",
        "replyq_enq",
        "trysetexception",
        "setexception",
        "set_exception",
        "reject",
    ];
    let reports =
        |o: &Outline<'_>, i: Id| o.call(i).filter(|c| says(c.name, REPORTS) && !words::is_log(c) && c.receiver != "Promise").map(|c| c.name.to_owned());
    let gone = pair.gone(reports);
    let first = *gone.iter().find(|i| {
        b.handler_of(**i).is_some()
            || b.call(**i).is_some_and(|c| c.args.iter().any(|x| says(x.text, &["err", "error", "exception", "code"])))
            || b.ancestors(**i).any(|x| b.node(x).role == crate::engine::syntax::Role::Else)
    })?;
    let tells = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        Kind::Call(c) => (says(c.name, TELLS) && !words::is_log(c)).then(|| "tells".to_owned()),
        Kind::Jump { what: Jump::Throw, .. } => Some("throws".to_owned()),
        Kind::Jump { what: Jump::Return, value } => says(value, &["err", "error*", "failed*"]).then(|| "returns".to_owned()),
        _ => None,
    };
    // Where much has gone, the work itself has moved.
    let moved = pair.gone_calls(|o, i, c| !words::is_log(c) && o.callee(i) != b.callee(first)).len() > 4;
    if moved || !pair.came(tells).is_empty() || pair.gone_calls(|_, _, c| words::remote(c) == Remote::Sure).iter().any(|i| *i != first) {
        return None;
    }
    // The function does its work still, and tells of its good end.
    let works = a.calls(pair.new).find(|(i, c)| !words::is_log(c) && b.calls(pair.old).any(|(j, _)| b.callee(j) == a.callee(*i)))?.0;
    let what = b.callee(first);
    let seen = format!("`{what}` told whoever waits that it failed and is gone, so on a failure they wait for ever or read it as a success");
    Some(view.sighting(works, format!("report {what}"), Medium, seen))
}

/// A step that stood behind the guarded calls runs now also where they failed.
fn marked_behind(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    for handler in b.handlers().filter(|h| b.within(pair.old).contains(h) && matches!(b.node(*h).kind, Kind::Handler { how: Caught::Catch, .. })) {
        for step in b.guarded(handler) {
            let Some(c) = b.call(step) else { continue };
            if !matches!(c.result, Use::Ignored)
                || words::is_log(c)
                || says(c.name, LEAVES)
                || says(c.name, &["unlock*", "inc*", "record*", "set_result", "notify*", "countdown"])
                || !says(
                    c.name,
                    &["set*", "mark*", "commit*", "ack*", "publish*", "store*", "update*", "complete*", "save*", "advance*", "confirm*", "finish*"],
                )
            {
                continue;
            }
            let Some(kept) = pair.kept(step) else { continue };
            if pair.handler_over(kept).is_some() || a.in_finally(kept) || a.handler_of(kept).is_some() {
                continue;
            }
            let passed = a.handlers().find(|h| {
                a.within(pair.new).contains(h)
                    && matches!(a.node(*h).kind, Kind::Handler { how: Caught::Catch, .. })
                    && a.precedes(*h, kept)
                    && matches!(a.leaves(*h), Leaves::Falls)
                    && !a.rethrows(*h)
                    && a.guarded(*h).iter().any(|g| b.guarded(handler).iter().any(|x| b.callee(*x) == a.callee(*g)))
            });
            if passed.is_some() {
                let callee = a.callee(kept);
                let seen = format!("`{callee}` stands behind the handler now, so it runs also where the step before it failed");
                return Some(view.sighting(kept, format!("behind {callee}"), High, seen));
            }
        }
    }
    None
}

/// `err = nil` stood under a condition and does not any more.
fn always_cleared(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let clears = |o: &Outline<'_>, i: Id| matches!(&o.node(i).kind, Kind::Assign { target, value } if matches!(*target, "err" | "error" | "lastErr" | "lastError") && matches!(value.trim(), "nil" | "null" | "None"));
    let depth = |o: &Outline<'_>, i: Id| o.ancestors(i).filter(|x| matches!(o.node(*x).kind, Kind::Branch { .. })).count();
    let old: Vec<Id> = pair.before.within(pair.old).filter(|i| clears(pair.before, *i)).collect();
    let new: Vec<Id> = pair.after.within(pair.new).filter(|i| clears(pair.after, *i)).collect();
    let ([was], [is]) = (old.as_slice(), new.as_slice()) else { return None };
    (depth(pair.after, *is) < depth(pair.before, *was))
        .then(|| view.sighting(*is, "cleared", Medium, "the error is cleared on every way now, also after the last attempt, so a failure leaves as a success"))
}

#[cfg(test)]
pub(super) mod tests;
