//! What a function takes is not given back on the way of a failure.
//!
//! A lock that an early return keeps blocks every later caller; a connection that a failed request keeps is missing in the pool. It
//! shows hours after the failures that caused it. Sources: Simple Testing Can Prevent Most Critical Failures, OSDI 2014 (error paths are
//! the least run code); Go issue tracker on unclosed `resp.Body`.
//!
//! Shapes: a lock or a connection with an exit between the taking and the giving back that does not give back; a close, release or
//! unlock that stood in a handler, a `finally` or a `defer` is gone, or runs on the good way only; a `with` that became a plain call.

mod ways;

use super::taken::{self, Pair, mentions};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Role, Scope, Use};

pub(super) const DETECTOR: Detector = Detector { id: "resource-leak-on-error", languages: &[], find };

const GIVES_BACK: &[&str] = &[
    "close*",
    "release*",
    "unlock",
    "runlock",
    "rollback",
    "destroy*",
    "disconnect*",
    "dispose*",
    "free",
    "cleanup",
    "clean",
    "shutdown",
    "unsubscribe",
    "return_lease",
    "returnlease",
    "returnobject",
    "putconn",
    "putconnection",
    "checkin",
    "unblock*",
    "unregister*",
    "message_destroy",
    "finish",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let mut out = kept_by_an_exit(view);
    for pair in taken::pairs(view) {
        out.extend(give_back_gone(view, &pair));
        out.extend(scope_gone(view, &pair));
        out.extend(never_closed_now(view, &pair));
        out.extend(closes_less(view, &pair));
        out.extend(good_way_only(view, &pair));
        out.extend(ways::reset_gone(view, &pair));
        out.extend(ways::undone_no_more(view, &pair));
        out.extend(ways::nobody_receives(view, &pair));
        out.extend(ways::step_before_close(view, &pair));
    }
    out
}

fn gives_back(c: &Call<'_>) -> bool {
    says(c.name, GIVES_BACK) && !says(c.name, &["is", "has", "on", "set*", "get*", "was"])
}

fn takes(c: &Call<'_>) -> Option<String> {
    let lock = says(c.name, &["lock", "rlock", "acquire", "lockinterruptibly"])
        && !c.receiver.is_empty()
        && words::is_lock(c)
        && !matches!(c.result, Use::Returned | Use::Read);
    // `const client = await pool.connect()`: the pool has one less until it is given back.
    let pooled = says(c.name, &["connect", "acquire", "getconnection", "get_connection", "checkout", "borrow*"])
        && says(words::tail(c.receiver), &["pool", "datasource"]);
    match c.result {
        _ if lock => Some(squeeze(c.receiver)),
        Use::Assigned(t) if pooled => t.split(',').next().map(squeeze),
        _ => None,
    }
}

fn squeeze(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}

/// A lock with an exit in the middle. Static: both ends are in sight, and the exit stands between them.
fn kept_by_an_exit(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (lock, call) in o.calls(0) {
        let Some(held) = takes(call) else { continue };
        let home = o.closure_of(lock);
        let function = home.unwrap_or(0);
        if o.ancestors(lock).any(|i| matches!(o.node(i).kind, Kind::Scope { what: Scope::With | Scope::Lock, .. })) {
            continue;
        }
        let frees: Vec<Id> = o
            .calls(function)
            .filter(|(_, c)| gives_back(c) && (squeeze(c.receiver) == held || c.args.first().is_some_and(|a| a.text == held)))
            .map(|(i, _)| i)
            .collect();
        // Given back by a `defer`, a `finally`, or somebody who is called later.
        if frees.is_empty() || frees.iter().any(|f| o.in_finally(*f) || o.closure_of(*f) != home) || !frees.iter().any(|f| o.precedes(lock, *f)) {
            continue;
        }
        let exit = o.within(function).find(|j| {
            let Kind::Jump { what: Jump::Return | Jump::Throw, value } = o.node(*j).kind else { return false };
            o.closure_of(*j) == home
                && o.precedes(lock, *j)
                && !o.in_finally(*j)
                && !frees.iter().any(|f| *f < *j && o.precedes(*f, *j))
                && !about_the_lock(o, *j, lock)
                && !says(value, &["unlock*", "release*"])
                && value != held
                && !o.before(*j).any(|(i, c)| i > lock && says(c.name, &["unlock*", "release*", "runlock"]))
                && frees.iter().any(|f| o.node(*f).span.0 > o.node(*j).span.0 || o.node(*f).span.0 < o.node(*j).span.0)
                && is_inner(o, *j, function)
        });
        if let Some(exit) = exit {
            let callee = o.callee(lock);
            let seen = format!("`{}` leaves while `{callee}` is held, so everybody who needs it next waits for ever", o.brief(exit));
            out.push(view.sighting(exit, format!("kept {held} {}", o.brief(exit)), High, seen));
        }
    }
    out
}

/// An exit before the end: it stands in a branch, an arm or a handler.
fn is_inner(o: &Outline<'_>, jump: Id, function: Id) -> bool {
    o.ancestors(jump).take_while(|i| *i != function).any(|i| matches!(o.node(i).kind, Kind::Branch { .. } | Kind::Arm { .. } | Kind::Handler { .. }))
}

/// The exit for the case that the lock was not got.
fn about_the_lock(o: &Outline<'_>, jump: Id, lock: Id) -> bool {
    o.ancestors(jump).any(|i| match o.node(i).kind {
        Kind::Handler { .. } => o.guarded(i).contains(&lock),
        Kind::Branch { .. } => {
            o.within(i).contains(&lock)
                && o.ancestors(lock).take_while(|a| *a != i).all(|a| o.node(a).role == Role::Condition)
                && o.node(lock).role != Role::Body
        }
        _ => false,
    }) || matches!(o.call(lock).map(|c| c.result), Some(Use::Assigned(t)) if o.ancestors(jump).any(|i| matches!(o.node(i).kind, Kind::Branch { condition } if t.split([',', ' ']).any(|n| n.len() > 1 && mentions(condition, n)))))
}

/// Where a call runs although something failed.
fn on_failure(o: &Outline<'_>, id: Id) -> bool {
    o.in_finally(id) || o.handler_of(id).is_some() || leaves_early(o, id)
}

/// In a branch that leaves the function.
fn leaves_early(o: &Outline<'_>, id: Id) -> bool {
    o.ancestors(id).take_while(|i| !matches!(o.node(*i).kind, Kind::Function { .. })).any(|i| {
        matches!(o.node(i).kind, Kind::Branch { .. } | Kind::Arm { .. })
            && o.children(i).any(|c| matches!(o.node(c).kind, Kind::Jump { what: Jump::Return | Jump::Throw, .. }))
    })
}

/// What a call gives back: its receiver, or what a helper is handed. Empty where neither says.
fn held_by<'t>(c: &Call<'t>) -> &'t str {
    let root = taken::root(c.receiver);
    let helper = root.is_empty()
        || says(c.receiver, &["pool"])
        || matches!(c.receiver, "self" | "this" | "super")
        || root.starts_with(|ch: char| ch.is_ascii_uppercase());
    if helper { c.args.first().map_or("", |a| taken::root(a.text)) } else { root }
}

/// What was given back on the way of a failure is not any more.
fn give_back_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let key = |o: &Outline<'_>, i: Id| {
        let c = o.call(i)?;
        (gives_back(c) && on_failure(o, i)).then(|| format!("{} {} {}", held_by(c), c.name, o.in_finally(i)))
    };
    let gone = pair.gone(key);
    if gone.is_empty() || !pair.came(|o, i| key(o, i).filter(|_| o.in_finally(i))).is_empty() {
        return None;
    }
    let came = pair.came(|o, i| o.call(i).filter(|n| gives_back(n)).map(|_| format!("{} {}", o.callee(i), on_failure(o, i))));
    gone.into_iter().find_map(|id| {
        let c = b.call(id)?;
        let held = held_by(c);
        let finally = b.in_finally(id);
        // It runs still, on the good way or on some of the bad ones.
        let same_name = |i: Id| a.call(i).is_some_and(|n| n.name == c.name && held_by(n) == held);
        let plain = a.calls(pair.new).find(|(i, _)| same_name(*i) && !a.in_finally(*i)).map(|(i, _)| i);
        if held.is_empty() && !finally {
            return None;
        }
        let by_other_name = finally && plain.is_none() && a.calls(pair.new).any(|(i, n)| gives_back(n) && mentions(a.source(i), held));
        if by_other_name || came.iter().any(|i| !(finally && same_name(*i) && !a.in_finally(*i))) {
            return None;
        }
        // A lock that is not taken any more needs no giving back.
        if (says(c.name, &["unlock*", "runlock"])
            || (c.name == "release" && c.args.is_empty() && says(words::tail(c.receiver), &["lock", "mutex", "semaphore", "sem"])))
            && !still_held(pair, id, c)
        {
            return None;
        }
        // The function's own object is no resource that it took; what came by another name is found by who gave it.
        let renamed =
            || b.calls(pair.old).any(|(i, n)| matches!(n.result, Use::Assigned(t) if t.split(',').any(|x| x.trim() == held)) && pair.kept(i).is_some());
        let stays = plain.is_some() || (!held.is_empty() && !is_own(held, c) && (mentions(a.source(pair.new), held) || renamed()));
        if !stays {
            return None;
        }
        // A `finally`, `defer` or `with` that gives it back covers all ways.
        let covered = a.calls(pair.new).any(|(i, n)| gives_back(n) && a.in_finally(i) && (mentions(a.source(i), held) || n.name == c.name))
            || a.within(pair.new).any(|i| matches!(a.node(i).kind, Kind::Scope { what: Scope::With | Scope::Lock, head } if mentions(head, held)));
        if covered {
            return None;
        }
        let at = if finally {
            plain
                .or_else(|| a.calls(pair.new).find(|(_, n)| taken::root(n.receiver) == held || n.args.iter().any(|x| mentions(x.text, held))).map(|(i, _)| i))?
        } else if let Some(handler) = b.handler_of(id) {
            pair.kept_guarded(handler)?
        } else {
            same_branch(pair, id)?
        };
        let what = b.brief(id);
        let thing = if held.is_empty() { "what it holds" } else { held };
        let seen = if finally {
            format!("`{what}` ran whatever happened and does not any more, so a failure keeps `{thing}`")
        } else {
            format!("`{what}` is gone from the way of the failure, so each failure keeps one `{thing}`")
        };
        Some(view.sighting(at, format!("gone {thing}"), High, seen))
    })
}

fn is_own(held: &str, c: &Call<'_>) -> bool {
    matches!(held, "self" | "this" | "super") || (words::tail(c.receiver) == held && held.len() < 3 && words::is_unlock(c))
}

/// The lock is taken as before: of a `finally`, as often; of an early exit, above it.
fn still_held(pair: &Pair<'_>, id: Id, unlock: &Call<'_>) -> bool {
    let held = squeeze(unlock.receiver);
    let locks = |o: &Outline<'_>, f: Id| -> Vec<Id> {
        o.calls(f)
            .filter(|(_, c)| says(c.name, &["lock", "rlock", "acquire*", "tryacquire", "trylock", "try_acquire"]) && squeeze(c.receiver) == held)
            .map(|(i, _)| i)
            .collect()
    };
    let (old, new) = (locks(pair.before, pair.old), locks(pair.after, pair.new));
    if pair.before.in_finally(id) || pair.before.handler_of(id).is_some() {
        return !new.is_empty() && new.len() >= old.len();
    }
    // Neither side shows it: it stands above the part that is read.
    if old.is_empty() && new.is_empty() {
        return true;
    }
    let Some(at) = same_branch(pair, id) else { return false };
    let a = pair.after;
    let freed = |lock: Id| {
        a.calls(pair.new)
            .any(|(i, c)| i > lock && i < at && says(c.name, &["unlock", "runlock", "release"]) && squeeze(c.receiver) == held && a.precedes(i, at))
    };
    new.iter().any(|l| a.precedes(*l, at) && !freed(*l))
}

/// The last close of what the function opens is gone: nothing closes it on any way.
fn never_closed_now(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let closes = |o: &Outline<'_>, i: Id| {
        o.call(i)
            .filter(|c| {
                says(c.name, &["close*", "disconnect*", "dispose*", "release*", "rollback", "destroy*"])
                    && gives_back(c)
                    && !held_by(c).is_empty()
                    && !words::is_unlock(c)
            })
            .map(|c| held_by(c).to_owned())
    };
    let opens = |c: &Call<'_>| {
        says(
            c.name,
            &[
                "connect*",
                "open*",
                "dial*",
                "acquire*",
                "get_connection",
                "getconnection",
                "begin*",
                "createclient",
                "create_client",
                "newclient",
                "opensession",
                "opensocket",
            ],
        )
    };
    pair.gone(closes).into_iter().find_map(|id| {
        let held = held_by(b.call(id)?);
        let left = a.calls(0).any(|(i, c)| gives_back(c) && mentions(a.source(i), held))
            || !pair.came(|o, i| o.call(i).filter(|c| gives_back(c)).map(|_| o.callee(i))).is_empty();
        let local = |c: &Call<'_>| matches!(c.result, Use::Assigned(t) if t.split(',').any(|x| words::tail(x.trim()) == held && !x.contains('.')));
        let opened =
            a.calls(pair.new).find(|(_, c)| opens(c) && (local(c) || (taken::root(c.receiver) == held && !c.receiver.contains('.')))).map(|(i, _)| i)?;
        let made = a.calls(pair.new).any(|(_, c)| local(c));
        let handed_on = a.within(pair.new).any(|i| match &a.node(i).kind {
            Kind::Jump { what: Jump::Return, value } => value.trim() == held || value.starts_with(&format!("{held},")),
            Kind::Assign { target, value } => target.contains('.') && mentions(value, held),
            Kind::Scope { what: Scope::With, head } => mentions(head, held),
            _ => false,
        });
        (!left && made && !handed_on && b.calls(pair.old).any(|(_, c)| opens(c))).then(|| {
            let seen = format!("`{}` is gone and nothing else closes `{held}`, so each call leaves one open", b.brief(id));
            view.sighting(opened, format!("never {held}"), Medium, seen)
        })
    })
}

/// A step that ran whatever happened runs behind the work now, where a failure does not come.
fn good_way_only(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let undoes = |c: &Call<'_>| {
        gives_back(c)
            || says(c.name, &["remove*", "delete*", "discard*", "clear*", "reset*", "pop", "decrement*", "dec", "leave*", "exit*", "detach*", "cancel*"])
    };
    let in_finally = |o: &Outline<'_>, i: Id| o.call(i).filter(|c| undoes(c) && o.in_finally(i)).map(|_| o.callee(i));
    pair.gone(in_finally).into_iter().find_map(|id| {
        let callee = b.callee(id);
        let same: Vec<Id> = a.calls(pair.new).filter(|(i, _)| a.callee(*i) == callee).map(|(i, _)| i).collect();
        // All of them stand on the straight way, behind other work.
        let plain = same.iter().all(|i| !a.in_finally(*i) && a.closure_of(*i).is_some());
        let last = *same.last()?;
        let on_good_way = !same.iter().any(|i| a.handler_of(*i).is_some());
        let works =
            a.before(last).any(|(i, c)| !words::is_log(c) && !same.contains(&i) && b.calls(pair.old).any(|(j, _)| j < id && b.callee(j) == a.callee(i)));
        let throws = a.language != "go" && a.language != "rust" && a.language != "c";
        // What the caller's block does stands in between.
        let works = works || a.source(pair.new).lines().any(|l| l.trim_start().starts_with("yield"));
        (plain && on_good_way && works && throws).then(|| {
            let seen = format!("`{callee}` ran whatever happened and runs only when nothing failed now, so a failure leaves its work undone");
            view.sighting(last, format!("good way {callee}"), Medium, seen)
        })
    })
}

/// A helper in a `finally` gets fewer things to close than it did.
fn closes_less(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    b.calls(pair.old).filter(|(i, c)| gives_back(c) && b.in_finally(*i) && c.args.len() > 1).find_map(|(id, c)| {
        let kept = pair.kept(id).filter(|k| a.in_finally(*k))?;
        let now = a.call(kept)?;
        let lost = c.args.iter().find(|x| !now.args.iter().any(|y| y.text == x.text) && now.args.len() < c.args.len())?;
        let still = a.calls(pair.new).any(|(_, n)| matches!(n.result, Use::Assigned(t) if t.trim() == lost.text))
            && !a.calls(0).any(|(i, n)| i != kept && gives_back(n) && mentions(a.source(i), lost.text));
        still.then(|| {
            view.sighting(kept, format!("less {}", lost.text), High, format!("`{}` is not closed here any more, so each call leaves one open", lost.text))
        })
    })
}

/// The branch of an early exit, found again by what it asks.
fn same_branch(pair: &Pair<'_>, id: Id) -> Option<Id> {
    let b = pair.before;
    let branch = b.ancestors(id).find(|i| matches!(b.node(*i).kind, Kind::Branch { .. }))?;
    let Kind::Branch { condition } = b.node(branch).kind else { return None };
    let asked = squeeze(condition);
    pair.after.within(pair.new).find(|i| matches!(pair.after.node(*i).kind, Kind::Branch { condition } if squeeze(condition) == asked))
}

/// What a `with`, `using` or try-with-resources held is made in a plain way now.
fn scope_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let a = pair.after;
    // Resources in the head of a `try` or a `with`.
    let in_head = |o: &Outline<'_>, i: Id| {
        let c = o.call(i)?;
        let opens = c.is_new
            || says(
                c.name,
                &[
                    "open*",
                    "connect*",
                    "acquire*",
                    "get_connection",
                    "getconnection",
                    "session",
                    "create*",
                    "client*",
                    "begin*",
                    "socket",
                    "cursor",
                    "urlopen",
                    "new*",
                    "prepare*",
                ],
            );
        let parent = o.node(i).parent;
        let direct = |p: Id| match o.node(p).kind {
            Kind::Scope { what: Scope::With, .. } => true,
            Kind::Assign { .. } => matches!(o.node(o.node(p).parent).kind, Kind::Try) && is_resource(o, p),
            _ => false,
        };
        (opens && !says(c.name, &["lock", "mutex"]) && (direct(parent) || direct(o.node(parent).parent))).then(|| o.callee(i))
    };
    for id in pair.gone(in_head) {
        let Some(kept) = pair.kept(id) else { continue };
        let Some(Use::Assigned(target)) = a.call(kept).map(|c| c.result) else { continue };
        let name = words::tail(target.split([',', ':']).next().unwrap_or(target).trim());
        let freed = a.calls(pair.new).any(|(i, c)| gives_back(c) && a.in_finally(i) && mentions(a.source(i), name));
        let handed_on = a.within(pair.new).any(|i| matches!(a.node(i).kind, Kind::Jump { what: Jump::Return, value } if value.trim() == name));
        if in_head(a, kept).is_none() && !freed && !handed_on && !target.contains('.') && !name.is_empty() {
            let callee = a.callee(kept);
            let seen = format!("`{callee}` stood in a scope that closed it whatever happened; now a failure leaves `{name}` open");
            return Some(view.sighting(kept, format!("scope {callee}"), Medium, seen));
        }
    }
    None
}

/// Whether an assignment of a `try` stands in its head, as Java's resources do.
fn is_resource(o: &Outline<'_>, assign: Id) -> bool {
    let start = o.node(o.node(assign).parent).span.0;
    o.text.get(start..o.node(assign).span.0).is_some_and(|between| between.contains('(') && !between.contains('{'))
}

#[cfg(test)]
pub(super) mod tests;
