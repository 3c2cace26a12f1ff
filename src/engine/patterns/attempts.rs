//! Loops and wrappers that try the same thing again: what the detectors of retries share.

use super::View;
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Id, Jump, Kind, Outline};

/// A loop that tries again after a failure.
pub(super) struct Attempts {
    pub(super) loop_: Id,
    /// The handler that leads back.
    pub(super) handler: Id,
    /// The call that is tried.
    pub(super) call: Id,
    /// The loop counts, or says in its head that it tries again.
    pub(super) counted: bool,
}

/// Words of a count of attempts.
pub(super) const COUNTS: &[&str] = &[
    "attempt*",
    "tries",
    "retries",
    "retry*",
    "max*",
    "count*",
    "remaining",
    "failures",
    "failurecount",
    "failure_count",
    "failed*",
    "errors",
    "limit",
    "budget",
    "giveup",
    "give_up",
    "times",
    "tried",
    "numtries",
    "trial*",
    "left",
];

/// Words that say "again" in the head of a loop.
const AGAIN: &[&str] = &["attempt*", "tries", "retries", "retry*", "trial*", "numtries", "tried"];

/// Ways of trying again in the text.
pub(super) fn loops(view: &View<'_>) -> Vec<Attempts> {
    let o = view.outline;
    let mut out: Vec<Attempts> = Vec::new();
    for handler in o.handlers() {
        let Some(loop_) = o.loop_of(handler) else { continue };
        let Kind::Loop { endless, condition, over } = o.node(loop_).kind else { continue };
        let again = says(condition, AGAIN) || says(over, AGAIN);
        let counted = again || (over.is_empty() && !endless && condition.contains(['<', '>'])) || is_range(over);
        if !over.is_empty() && !counted {
            continue;
        }
        if !leads_back(o, handler, loop_) || !success_leaves(o, handler, loop_) {
            continue;
        }
        // Whoever lost a race for a row does right to try again at once.
        let Kind::Handler { caught, .. } = &o.node(handler).kind else { continue };
        if caught.iter().any(|c| {
            says(c, &["watcherror", "conflict*", "optimistic*", "concurren*", "stale*", "serialization*", "badversion*", "integrity*", "compareandset"])
        }) {
            continue;
        }
        let tried = o.guarded(handler).into_iter().filter(|i| o.loop_of(*i) == Some(loop_));
        let best = tried
            .filter_map(|i| o.call(i).map(|c| (i, words::remote(c), c)))
            .filter(|(_, _, c)| !words::is_log(c) && !words::is_pause(c))
            .max_by_key(|(_, r, c)| (*r, c.awaited));
        let Some((call, remote, tried)) = best else { continue };
        // `bind(first + attempt)`: the next candidate, not the same thing again.
        let varies = tried.args.iter().any(|a| says(a.text, AGAIN) && a.text.contains([' ', '[']));
        if remote == Remote::Sure || (remote == Remote::Maybe && view.imports_remote()) || (again && !varies) {
            out.push(Attempts { loop_, handler, call, counted });
        }
    }
    out.dedup_by_key(|a| a.loop_);
    out
}

fn is_range(over: &str) -> bool {
    says(over, &["range", "times", "upto", "until", "downto"]) || over.contains("..")
}

/// The handler ends in the loop's next round: nothing behind it in the loop leaves on every way, and it throws nothing on.
pub(super) fn leads_back(o: &Outline<'_>, handler: Id, loop_: Id) -> bool {
    match o.leaves(handler) {
        Leaves::Continues => true,
        Leaves::Falls => {
            let behind = |i: Id| o.node(i).span.0 > o.node(handler).span.1 && o.loop_of(i) == Some(loop_) && unconditional_exit(o, i, loop_);
            !o.rethrows(handler) && !o.within(loop_).any(behind)
        }
        Leaves::Throws | Leaves::Returns | Leaves::Breaks => false,
    }
}

/// A jump out of the loop that stands in no branch.
fn unconditional_exit(o: &Outline<'_>, id: Id, loop_: Id) -> bool {
    matches!(o.node(id).kind, Kind::Jump { what: Jump::Return | Jump::Break | Jump::Throw, .. }) && o.node(id).parent == loop_
}

/// Something other than the failure leaves the loop: the same thing is tried again until it works, as against one thing after the other.
fn success_leaves(o: &Outline<'_>, handler: Id, loop_: Id) -> bool {
    o.within(loop_).any(|i| {
        matches!(o.node(i).kind, Kind::Jump { what: Jump::Return | Jump::Break, .. })
            && !o.ancestors(i).take_while(|a| *a != loop_).any(|a| matches!(o.node(a).kind, Kind::Handler { .. }) || stops_on_signal(o, a))
            && i != handler
    }) || matches!(o.node(loop_).kind, Kind::Loop { condition, .. } if condition.starts_with('!') || condition.starts_with("not ") || says(condition, &["done", "success", "ok", "connected", "null", "nil"]))
}

/// An arm or branch that only asks whether the process stops.
pub(super) fn stops_on_signal(o: &Outline<'_>, id: Id) -> bool {
    const STOP: &[&str] = &[
        "done",
        "stop*",
        "quit",
        "shutdown*",
        "closed",
        "closing",
        "close*",
        "cancel*",
        "exit*",
        "interrupted",
        "isinterrupted",
        "terminat*",
        "running",
        "aborted",
        "alive",
    ];
    match o.node(id).kind {
        Kind::Arm { pattern } => says(pattern, STOP),
        Kind::Branch { condition } => says(condition, STOP),
        _ => false,
    }
}

/// Whether the loop ends when the process, the context or its owner does.
pub(super) fn is_cancellable(o: &Outline<'_>, loop_: Id) -> bool {
    let head = matches!(o.node(loop_).kind, Kind::Loop { condition, .. } if !condition.is_empty() && !matches!(condition, "true" | "True" | "1"));
    head || o.within(loop_).any(|i| stops_on_signal(o, i))
        || says(o.source(loop_), &["ctx", "context", "cancellationtoken", "abortsignal", "interruptedexception"])
}

/// A pause in the loop, or a call that blocks for a while.
pub(super) fn pauses(o: &Outline<'_>, loop_: Id) -> bool {
    !o.pauses(loop_).is_empty()
        || o.within(loop_).any(|i| match &o.node(i).kind {
            Kind::Arm { pattern } => pattern.contains("<-") && says(pattern, &["after", "c", "timer", "tick*"]),
            Kind::Call(c) => {
                says(
                    c.name,
                    &[
                        "wait*",
                        "sleep*",
                        "backoff*",
                        "delay*",
                        "poll",
                        "throttle*",
                        "pause*",
                        "settimeout",
                        "await_retry",
                        "snooze",
                        "linger",
                        "retry*",
                        "handle*",
                        "recover*",
                    ],
                ) || says(c.receiver, &["backoff", "timer", "limiter", "ticker"])
            }
            Kind::Assign { value, .. } => value.starts_with("<-") && !says(value, &["done"]),
            _ => false,
        })
        || says(o.source(loop_), &["backoff*", "sleep*"])
}
