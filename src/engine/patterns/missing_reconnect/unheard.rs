//! What answered to a broken connection and is taken away: the reaction to a loss or a return, a kind of failure from the handler that opens
//! again or from what is thrown, the end of a mark that connecting is under way.

use super::super::taken::Pair;
use super::super::{Medium, Sighting, View};
use super::{AGAIN, BROKEN, OPENS};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Caught, Id, Jump, Kind, Outline};

/// The handler that opens again catches fewer kinds of a broken connection.
pub(super) fn fewer_caught(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    fn heals<'t>(o: &Outline<'t>, h: Id) -> Option<Vec<&'t str>> {
        let Kind::Handler { how: Caught::Catch, caught, .. } = &o.node(h).kind else { return None };
        o.calls(h).any(|(_, c)| says(c.name, AGAIN) || says(c.name, &["disconnect*", "connect", "retry"])).then(|| caught.clone())
    }
    a.handlers().filter(|h| a.within(pair.new).contains(h) && view.touches(*h)).find_map(|h| {
        let now = heals(a, h)?;
        let was = b.handlers().filter(|x| b.within(pair.old).contains(x)).find_map(|x| {
            let then = heals(b, x)?;
            let narrower = then.len() > now.len() && now.iter().all(|c| then.contains(c));
            let same = b.guarded(x).iter().any(|g| a.guarded(h).iter().any(|n| a.callee(*n) == b.callee(*g)));
            (narrower && same).then_some(then)
        })?;
        let lost = was.iter().find(|c| !now.contains(c))?;
        let seen = format!("`{lost}` no longer leads to a new connection here, so a socket that broke that way is kept and fails whoever gets it next");
        Some(view.sighting(h, format!("fewer {lost}"), Medium, seen))
    })
}

/// A failure that was thrown as one to recover from is thrown as any other.
pub(super) fn kind_lost(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    const RECOVERS: &[&str] = &["recoverable*", "retriable*", "retryable*", "transient*", "temporary*"];
    let thrown = |o: &Outline<'_>, i: Id| match o.node(i).kind {
        Kind::Jump { what: Jump::Throw, value } => Some(value.trim_start_matches("new ").to_owned()),
        _ => None,
    };
    let args = |t: &str| t.split_once('(').map_or(String::new(), |(_, rest)| rest.to_owned());
    let kind = |t: &str| t.split('(').next().unwrap_or("").to_owned();
    let gone = pair.gone(|o, i| thrown(o, i));
    let (b, a) = (pair.before, pair.after);
    gone.into_iter().filter_map(|i| thrown(b, i)).find_map(|was| {
        let at = a
            .within(pair.new)
            .find(|i| thrown(a, *i).is_some_and(|now| args(&now) == args(&was) && kind(&now) != kind(&was) && !says(&kind(&now), RECOVERS)))?;
        (says(&kind(&was), RECOVERS) && says(&kind(&was), BROKEN)).then(|| {
            let seen = format!("`{}` is no longer thrown as one to recover from, so callers that connect again let it through", a.brief(at));
            view.sighting(at, format!("kind {}", kind(&was)), Medium, seen)
        })
    })
}

/// A mark that connecting is under way is set as before and not taken back any more.
pub(super) fn latched(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let sets = |o: &Outline<'_>, i: Id, to: &[&str]| match o.node(i).kind {
        Kind::Assign { target, value } if to.contains(&value.trim()) => says(
            words::tail(target),
            &["connecting", "reconnecting", "disconnecting", "isconnecting", "isreconnecting", "resubscribing", "refreshing", "renewing"],
        )
        .then(|| words::tail(target).to_owned()),
        _ => None,
    };
    const ON: &[&str] = &["true", "True", "1"];
    const OFF: &[&str] = &["false", "False", "0", "null", "nil", "None"];
    b.within(pair.old).filter_map(|i| sets(b, i, OFF)).find_map(|name| {
        let on = a.within(pair.new).find(|i| sets(a, *i, ON).as_deref() == Some(&name))?;
        let left = a.within(0).any(|i| sets(a, i, OFF).as_deref() == Some(&name));
        (!left).then(|| {
            let seen = format!("`{name}` is set here and nothing takes it back any more, so nobody connects again after the first time");
            view.sighting(on, format!("latched {name}"), Medium, seen)
        })
    })
}

/// What the text did when it heard that a connection, a lease or a peer was lost or back is gone altogether.
pub(super) fn reaction_gone(view: &View<'_>) -> Option<Sighting> {
    #[rustfmt::skip]
    const HEARD: &[&str] = &[
        "reconnected", "resubscribe*", "connectionlost", "connection_lost", "lost", "disconnected", "session_expired", "sessionexpired", "expired", "suspended",
        "notleader*", "not_leader*", "unknowntopic*", "moved", "readonly", "connectionerror", "down",
    ];
    let (o, before) = (view.outline, view.before?);
    let acts = |o: &Outline<'_>, i: Id| {
        o.calls(i).filter(|(c, _)| o.node(*c).role != crate::engine::syntax::Role::Condition).any(|(_, c)| {
            !words::is_log(c)
                && says(
                    c.name,
                    &[
                        "create*",
                        "connect*",
                        "subscribe*",
                        "async_subscribe",
                        "register*",
                        "release*",
                        "close*",
                        "sleep*",
                        "schedule*",
                        "send_after",
                        "renew*",
                        "acquire*",
                        "start*",
                        "join*",
                        "watch*",
                        "re*",
                    ],
                )
        })
    };
    let heard = |o: &Outline<'_>, i: Id| {
        let asked = match &o.node(i).kind {
            Kind::Branch { condition } => *condition,
            Kind::Arm { pattern } => *pattern,
            Kind::Handler { caught, how: Caught::Arm | Caught::Branch, .. } => caught.first().copied().unwrap_or(""),
            Kind::Call(c) if matches!(c.name, "on" | "once" | "addListener" | "addEventListener") => c.args.first().map_or("", |a| a.text),
            Kind::Function { name, params, .. } if !name.is_empty() && o.language == "elixir" => params.first().copied().unwrap_or(""),
            _ => "",
        };
        // Whether somebody wants to hear of it is another question.
        (asked.len() < 120 && says(asked, HEARD) && !says(asked, &["null", "nil", "none", "undefined"]) && acts(o, i)).then(|| asked.to_owned())
    };
    let keys = |o: &Outline<'_>| -> Vec<String> { o.ids().filter_map(|i| heard(o, i)).collect() };
    let (then, now) = (keys(before), keys(o));
    if now.len() >= then.len() {
        return None;
    }
    let gone = then.iter().find(|k| !now.contains(k))?;
    // Nothing that opens again came in its place.
    let opens = |o: &Outline<'_>| o.calls(0).filter(|(_, c)| says(c.name, AGAIN) || says(c.name, OPENS)).count();
    if opens(o) > opens(before) {
        return None;
    }
    let at = o.ids().skip(1).filter(|i| !matches!(o.node(*i).kind, Kind::Type { .. })).rfind(|i| view.touches(*i))?;
    let asked: String = gone.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    let seen = format!("what answered to `{asked}` is gone: when that happens nothing is opened or claimed again");
    Some(view.sighting(at, format!("reaction {asked}"), Medium, seen))
}
