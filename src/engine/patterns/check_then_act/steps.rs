//! One step that became two: what was taken at once is looked up and removed, what was emptied piece by piece is copied and cleared, and
//! what was asked and done under one lock is done without.

use super::super::taken::Pair;
use super::super::{Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline, Use};

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

/// `x = map.remove(key)` told which of two callers got it; `x = map.get(key)` and a `remove` further down tells nobody.
pub(super) fn taken_in_two(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let same = |x: &Call<'_>, y: &Call<'_>| {
        squeeze(x.receiver) == squeeze(y.receiver) && x.args.first().map(|t| squeeze(t.text)) == y.args.first().map(|t| squeeze(t.text))
    };
    let takes = |c: &Call<'_>| {
        says(c.name, &["remove*", "pop", "delete", "take", "tryremove", "getdel", "loadanddelete", "swap"]) && !c.receiver.is_empty() && !c.args.is_empty()
    };
    let looks = |c: &Call<'_>| says(c.name, &["get", "find", "peek", "load", "trygetvalue", "lookup", "at"]) && !c.receiver.is_empty();
    // What only its holder has in the map is taken by nobody else.
    let own = |c: &Call<'_>| says(words::tail(c.receiver), &["held*", "locks", "leases", "owned*", "acquired*"]);
    let (look, call) = a.calls(pair.new).find(|(i, c)| {
        looks(c)
            && !own(c)
            && matches!(c.result, Use::Assigned(_) | Use::Read)
            && view.touches(*i)
            && b.calls(pair.old).any(|(_, w)| takes(w) && matches!(w.result, Use::Assigned(_) | Use::Read) && same(w, c))
    })?;
    // Looked at as well before, or under a lock: the removal tidies up.
    if b.calls(pair.old).any(|(_, w)| looks(w) && same(w, call)) || !a.held(pair.new).is_empty() {
        return None;
    }
    let (_, removal) = a.calls(pair.new).find(|(i, c)| *i > look && takes(c) && same(c, call) && c.result == Use::Ignored)?;
    let (looked, removed) = (a.callee(look), removal.name);
    let seen = format!("`{looked}` and `{removed}` are two steps now where one took it: two callers both find it, and both go on as its owner");
    Some(view.sighting(look, format!("two steps {looked}"), Medium, seen))
}

/// A copy is made and then the whole is emptied: what comes between the two is lost.
pub(super) fn copied_and_cleared(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let clears = |o: &Outline<'_>, f: Id| -> Vec<(Id, String)> {
        o.calls(f)
            .filter(|(_, c)| matches!(c.name, "clear" | "Clear" | "clear!") && c.args.is_empty() && c.receiver.contains('.'))
            .map(|(i, c)| (i, squeeze(c.receiver)))
            .collect()
    };
    let earlier = clears(b, pair.old);
    let (clear, field) = clears(a, pair.new).into_iter().find(|(i, r)| view.touches(*i) && !earlier.iter().any(|(_, e)| e == r))?;
    if !a.held(pair.new).is_empty() || a.lock_of(clear).is_some() {
        return None;
    }
    let copies = |id: Id| match a.node(id).kind {
        Kind::Assign { value, .. } => {
            let v = squeeze(value);
            v.contains(&field)
                && v != field
                && (v.starts_with("new")
                    || v.starts_with("list(")
                    || v.starts_with("dict(")
                    || v.starts_with("set(")
                    || v.starts_with("[...")
                    || v.starts_with("Array.from(")
                    || [".copy()", ".clone()", ".dup", ".slice()", ".ToList()", ".ToArray()", ".toList()", "[:]", ".to_vec()"].iter().any(|e| v.ends_with(e)))
        }
        _ => false,
    };
    a.within(pair.new).find(|i| *i < clear && copies(*i))?;
    // The function was there: others put things in while it ran, or it would not have been emptied one by one.
    b.within(pair.old).find(|i| matches!(b.node(*i).kind, Kind::Assign { .. }) && squeeze(b.source(*i)).contains(&field))?;
    let seen = format!("`{field}` is copied and then cleared: what another thread adds between the two is thrown away");
    Some(view.sighting(clear, format!("cleared {field}"), Medium, seen))
}

/// Two calls of which the second relies on the first stood under one lock, and do no longer.
pub(super) fn unlocked(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let (held, now) = (b.held(pair.old), a.held(pair.new));
    if held.is_empty()
        || !now.is_empty()
        || a.functions().map(|f| a.held(f).len()).sum::<usize>() > b.functions().filter(|f| *f != pair.old).map(|f| b.held(f).len()).sum::<usize>()
    {
        return None;
    }
    let asks = |c: &Call<'_>| {
        says(c.name, &["wait*", "is", "has", "exists", "contains*", "check*", "running", "true", "can", "available", "find*", "get*"]) && !words::is_lock(c)
    };
    let acts = |c: &Call<'_>| {
        says(
            c.name,
            &[
                "post",
                "send*",
                "transmit*",
                "write*",
                "create*",
                "start*",
                "submit*",
                "execute*",
                "enqueue*",
                "dispatch*",
                "publish*",
                "add*",
                "put*",
                "set*",
                "insert*",
                "open*",
                "connect*",
            ],
        ) && !words::is_log(c)
    };
    let was_held = |callee: &str| b.calls(pair.old).any(|(i, _)| b.callee(i) == callee && Outline::is_held(&held, b.node(i).span.0));
    let act = a.calls(pair.new).find(|(i, c)| acts(c) && !asks(c) && was_held(&a.callee(*i)) && !c.receiver.is_empty()).map(|(i, _)| i)?;
    let ask = a.calls(pair.new).find(|(i, c)| *i != act && asks(c) && was_held(&a.callee(*i)) && a.node(*i).span.0 < a.node(act).span.0).map(|(i, _)| i)?;
    let (first, second) = (a.callee(ask), a.callee(act));
    let seen = format!("`{first}` and `{second}` were one step under a lock and are two now: what the first found may be over when the second runs");
    Some(view.sighting(act, format!("unlocked {second}"), Medium, seen))
}
