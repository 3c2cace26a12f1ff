//! Many callers do the same thing at the same moment, because nothing spreads them or lets one do it for all.
//!
//! What failed together comes back together, and each wave is as high as the first. Sources: Brooker, "Exponential Backoff And Jitter"
//! (AWS, 2015); Nishtala et al., "Scaling Memcache at Facebook" (NSDI 2013, leases against stampedes); SRE book, "Addressing Cascading
//! Failures".
//!
//! Shape: the edit takes away the jitter of a pause that stays, turns an option for jitter off, or takes away what let one caller load
//! a missing entry for all.

use super::lost_lock::same_function;
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Id, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "thundering-herd", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let (o, Some(before)) = (view.outline, view.before) else { return Vec::new() };
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some(earlier) = same_function(o, function, before) else { continue };
        unspread(view, function, before, earlier, &mut out);
        stampede(view, function, before, earlier, &mut out);
        if out.is_empty() {
            same_for_all(view, function, before, earlier, &mut out);
        }
    }
    option_off(view, before, &mut out);
    out
}

/// A pause whose length no longer has a part of chance.
fn unspread(view: &View<'_>, function: Id, before: &Outline<'_>, earlier: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    let spread = |o: &Outline<'_>, f: Id| waits(o, f).filter(|i| is_spread(o, f, *i)).count();
    let by_chance = waits(before, earlier).filter(|i| is_by_chance(before, earlier, *i)).count();
    let (was, is) = (by_chance, spread(o, function));
    let plain = |i: &Id| !words_of_config(o, *i) && !is_spread(o, function, *i);
    let now = waits(o, function).filter(plain).find(|i| view.touches(*i)).or_else(|| waits(o, function).find(plain));
    if let (true, Some(at)) = (was > is, now) {
        let seen = format!("`{}` waits exactly as long everywhere now: instances that failed together come back together, wave after wave", o.callee(at));
        out.push(view.sighting(at, format!("pause {}", o.callee(at)), High, seen));
    }
}

/// Chance has a part in how long a pause is: in itself, in the name that it is given, or in a function that it asks.
fn is_spread(o: &Outline<'_>, function: Id, pause: Id) -> bool {
    let text = o.source(pause);
    let asks =
        text.split_once('(').is_some_and(|(_, args)| args.contains('(') && says(args, &["backoff*", "next*", "delay*", "jitter*", "wait*", "interval*"]));
    is_by_chance(o, function, pause) || asks && !text.contains("time.")
}

/// The same, where chance itself is in sight.
fn is_by_chance(o: &Outline<'_>, function: Id, pause: Id) -> bool {
    let text = o.source(pause);
    let named =
        |i: Id| matches!(o.node(i).kind, Kind::Assign { target, .. } if o.has_jitter(i) && words::tail(target).len() > 1 && says(text, &[words::tail(target)]));
    o.has_jitter(pause) || o.within(function).any(named)
}

fn waits<'a>(o: &'a Outline<'_>, function: Id) -> impl Iterator<Item = Id> + 'a {
    o.calls(function)
        .filter(|(_, c)| words::is_pause(c) || says(c.name, &["wait_for", "schedule*", "runafter", "afterfunc", "reset", "call_later", "retryafter"]))
        .map(|(i, _)| i)
}

fn words_of_config(o: &Outline<'_>, id: Id) -> bool {
    o.call(id).is_some_and(|c| says(c.name, &["reset"]) && !says(words::tail(c.receiver), &["timer", "ticker"]))
}

/// Who acts, or what is taken first, was left to chance; now all do the same at the same time.
fn same_for_all(view: &View<'_>, function: Id, before: &Outline<'_>, earlier: Id, out: &mut Vec<Sighting>) {
    #[rustfmt::skip]
    const CHANCE: &[&str] = &["rand", "random*", "shuffle*", "float32", "float64", "sample", "nextint", "nextdouble", "randint", "uniform", "jitter*"];
    #[rustfmt::skip]
    const MANY: &[&str] = &[
        "reconnect*", "retry*", "poll*", "reserve*", "lock*", "acquire*", "job*", "task*", "worker*", "heartbeat*", "refresh*", "rejoin*", "gossip*", "expire*", "fetch*", "connect*",
        "available", "claim*", "lease*", "renew*", "election*", "candidate*",
    ];
    let o = view.outline;
    let by_chance = |o: &Outline<'_>, f: Id| {
        let asked = o.within(f).filter(|i| match &o.node(*i).kind {
            // A part of the callers stays away.
            Kind::Branch { condition } => says(condition, CHANCE) && condition.contains(['<', '>']),
            Kind::Call(c) => says(c.name, &["shuffle*"]) || (says(c.name, &["sort_by", "sortby", "order", "orderby"]) && says(o.source(*i), CHANCE)),
            _ => false,
        });
        asked.count()
    };
    if by_chance(before, earlier) == 0 || by_chance(o, function) > 0 || says(o.source(function), &["shuffle*"]) {
        return;
    }
    let name = super::taken::name(o, function);
    if !says(name, MANY) && !says(o.source(function), &["reconnect*", "retry*", "poll*", "lock*", "worker*", "jobs"]) {
        return;
    }
    let statement = |i: &Id| matches!(o.node(*i).kind, Kind::Call(_) | Kind::Assign { .. }) && !o.call(*i).is_some_and(words::is_log);
    let Some(at) = o.within(function).filter(statement).find(|i| view.touches(*i)).or_else(|| o.within(function).find(statement)) else { return };
    let seen = format!("chance no longer spreads what `{name}` does: all instances go for the same thing at the same time");
    out.push(view.sighting(at, format!("chance {name}"), Medium, seen));
}

/// One caller loaded for all; now each one does.
fn stampede(view: &View<'_>, function: Id, before: &Outline<'_>, earlier: Id, out: &mut Vec<Sighting>) {
    const ONE: &[&str] = &["singleflight", "single_flight", "flight", "coalesce*", "dedupe*", "loadinggroup", "requestgroup"];
    let o = view.outline;
    let one = |o: &Outline<'_>, f: Id| {
        o.calls(f).any(|(_, c)| {
            says(c.name, ONE) || (says(words::tail(c.receiver), ONE) || says(words::tail(c.receiver), &["group", "sf"]) && matches!(c.name, "Do" | "DoChan"))
        })
    };
    if !one(before, earlier) || one(o, function) {
        return;
    }
    let fill = o.calls(function).find(|(_, c)| says(c.name, &["set*", "put*", "add", "insert", "store", "load*", "fetch*", "query*"]) && !words::is_log(c));
    if let Some((at, _)) = fill {
        let seen = format!(
            "`{}` is reached by every caller that finds the entry missing, where one of them did it for all: the source meets them all at once",
            o.callee(at)
        );
        out.push(view.sighting(at, format!("load {}", o.callee(at)), Medium, seen));
    }
}

/// An option for jitter that was on is off or gone.
fn option_off(view: &View<'_>, before: &Outline<'_>, out: &mut Vec<Sighting>) {
    let o = view.outline;
    let is_on = |value: &str| !matches!(value.trim().trim_end_matches([',', ';']), "0" | "0.0" | "false" | "False" | "nil" | "None" | "null" | "");
    let on = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        Kind::Assign { target, value } => says(words::tail(target), &["jitter*"]) && is_on(value),
        Kind::Call(c) => c.args.iter().any(|a| says(a.name, &["jitter*"]) && is_on(a.text)) || says(c.name, &["withjitter", "with_jitter", "jitter"]),
        Kind::Object { fields, .. } => fields.iter().any(|f| says(f.name, &["jitter*", "userandomized*"]) && is_on(f.text)),
        _ => false,
    };
    let count = |o: &Outline<'_>| o.ids().filter(|i| on(o, *i)).count();
    if count(o) >= count(before) || !out.is_empty() || says(o.text, &["jitter*"]) && count(o) > 0 {
        return;
    }
    let retries = |i: &Id| match &o.node(*i).kind {
        Kind::Call(c) => {
            words::is_retry(c.name) || c.args.iter().any(|a| words::is_retry(a.name) || says(a.name, &["max_delay", "base", "wait"])) || words::is_pause(c)
        }
        Kind::Object { fields, name } => {
            words::is_retry(name) || fields.iter().any(|f| words::is_retry(f.name) || says(f.name, &["initialdelay", "maxdelay", "multiplier", "factor"]))
        }
        Kind::Assign { target, .. } => words::is_retry(target) || says(target, &["jitter*"]),
        _ => false,
    };
    let at = o.ids().skip(1).filter(|i| view.touches(*i)).rfind(retries);
    if let Some(at) = at {
        out.push(view.sighting(
            at,
            "jitter option",
            Medium,
            "the jitter of these retries is off: callers that failed together try again together, wave after wave",
        ));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (s *S) reconnect() {\n\tn := s.failed[0]\n\ts.join(n)\n}\n",
            "package s\n\nfunc (s *S) reconnect() {\n\tif rand.Float32() > s.share() {\n\t\treturn\n\t}\n\tn := s.failed[0]\n\ts.join(n)\n}\n",
        ),
        mends(
            "ruby",
            "class Job\n  def self.find_available(limit)\n    find(:all, limit: limit)\n  end\nend\n",
            "class Job\n  def self.find_available(limit)\n    find(:all, limit: limit).shuffle\n  end\nend\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (w *W) poll() {\n\tfor {\n\t\tw.client.Fetch()\n\t\ttime.Sleep(w.interval)\n\t}\n}\n",
            "package s\n\nfunc (w *W) poll() {\n\tfor {\n\t\tw.client.Fetch()\n\t\tspread := time.Duration(rand.Int63n(int64(w.interval)))\n\t\ttime.Sleep(w.interval/2 + spread)\n\t}\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (c *C) Get(k string) (V, error) {\n\tif v, ok := c.cache.Get(k); ok {\n\t\treturn v, nil\n\t}\n\tv, err := c.db.Load(k)\n\tc.cache.Set(k, v)\n\treturn v, err\n}\n",
            "package s\n\nfunc (c *C) Get(k string) (V, error) {\n\tif v, ok := c.cache.Get(k); ok {\n\t\treturn v, nil\n\t}\n\treturn c.flight.Do(k, func() (V, error) { return c.load(k) })\n}\n",
        ),
        mends(
            "python",
            "async def follow(url):\n    pause = 1\n    while True:\n        if await ask(url):\n            return\n        await asyncio.sleep(pause)\n        pause = min(pause * 2, 30)\n",
            "async def follow(url):\n    pause = 1\n    while True:\n        if await ask(url):\n            return\n        await asyncio.sleep(random.uniform(0, pause))\n        pause = min(pause * 2, 30)\n",
        ),
        mends(
            "python",
            "@retry(wait_max=30, max_attempts=5)\ndef call(x):\n    return requests.get(x, timeout=2)\n",
            "@retry(wait_max=30, max_attempts=5, jitter=True)\ndef call(x):\n    return requests.get(x, timeout=2)\n",
        ),
        mends(
            "typescript",
            "export async function again(n: number) {\n  const pause = Math.min(100 * 2 ** n, 10000);\n  await sleep(pause);\n}\n",
            "export async function again(n: number) {\n  const pause = Math.random() * Math.min(100 * 2 ** n, 10000);\n  await sleep(pause);\n}\n",
        ),
        mends(
            "typescript",
            "export const policy = retryPolicy({ maxAttempts: 5, initialDelay: 100, maxDelay: 2000 });\n",
            "export const policy = retryPolicy({ maxAttempts: 5, initialDelay: 100, maxDelay: 2000, jitter: true });\n",
        ),
        silent("go", "package s\n\nfunc (w *W) poll() {\n\tfor {\n\t\tw.client.Fetch()\n\t\ttime.Sleep(w.interval)\n\t}\n}\n"),
        silent("python", "import random\n\ndef pick(hosts):\n    return random.choice(hosts)\n"),
        silent("typescript", "export function pick(hosts: string[]) {\n  return hosts[Math.floor(Math.random() * hosts.length)];\n}\n"),
    ];
}
