//! A failed operation is tried again with no count and no time at which it is given up.
//!
//! What cannot succeed is then tried for ever: the caller never hears of it, the slot or the lock that it holds is never freed, and the
//! load of all that has failed stays on the peer. Sources: SOSP 2024 "If At First You Don't Succeed" (WASABI, missing cap: 60 % of the
//! reports were right); Metastable Failures in the Wild, OSDI 2022.
//!
//! Shapes: an endless loop around one remote call whose handler always leads back, and that nothing else ends; a handler that calls its
//! own function without a count; a retry policy set to no limit, or whose limit is gone; the check that gave up after a count is gone, or the
//! part of a loop's condition that ended it, or the way out for "all attempts used up".

use super::attempts::{self, Attempts, COUNTS};
use super::guards;
use super::taken::{self, Pair};
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Caught, Id, Jump, Kind, Outline, Role};

pub(super) const DETECTOR: Detector = Detector { id: "unbounded-retry", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for Attempts { loop_, handler, call, counted } in attempts::loops(view) {
        if counted || o.is_bounded(loop_) {
            continue;
        }
        let callee = o.callee(call);
        let confidence = if attempts::is_cancellable(o, loop_) || connects(o, call) { Low } else { Medium };
        let seen = format!("`{callee}` is tried again after every failure and nothing ends it, so what cannot succeed is tried for ever");
        out.push(view.sighting(handler, callee, confidence, seen));
    }
    out.extend(calls_itself(view));
    out.extend(no_limit(view));
    for pair in taken::pairs(view) {
        out.extend(cap_gone(view, &pair));
        out.extend(count_gone(view, &pair));
        out.extend(end_gone(view, &pair));
        out.extend(exhausted_goes_on(view, &pair));
    }
    out.extend(limit_gone(view));
    out
}

/// A loop that waits for something lost the part of its condition that ended it otherwise.
fn end_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    #[rustfmt::skip]
    const ENDS: &[&str] = &[
        "active", "isactive", "is_active", "running", "isrunning", "is_running", "stopped", "isstopped", "shutdown", "closed", "isclosed", "cancelled", "canceled",
        "deadline*", "expired", "timeout*", "elapsed", "attempt*", "retries", "tries", "max*", "interrupted", "isinterrupted", "alive", "keep_running", "quit", "done",
    ];
    let (b, a) = (pair.before, pair.after);
    let loops = |o: &Outline<'_>, f: Id| o.within(f).filter(|i| matches!(o.node(*i).kind, Kind::Loop { over: "", .. })).collect::<Vec<_>>();
    let (then, now) = (loops(b, pair.old), loops(a, pair.new));
    if then.len() != now.len() {
        return None;
    }
    then.iter().zip(&now).filter(|(_, n)| view.touches(**n)).find_map(|(was, is)| {
        let (Kind::Loop { condition: c, .. }, Kind::Loop { condition: d, .. }) = (&b.node(*was).kind, &a.node(*is).kind) else { return None };
        let flat = |t: &str| t.split_whitespace().collect::<String>();
        let asks: Vec<String> = guards::parts(d).map(flat).collect();
        let asked: Vec<&str> = guards::parts(c).collect();
        let kept = asked.iter().filter(|p| asks.contains(&flat(p))).count();
        let gone = asked.iter().find(|p| !asks.contains(&flat(p)) && says(p, ENDS))?;
        // Another way out of the loop for the same reason came in its place.
        let leaves = a.within(*is).any(|i| {
            matches!(a.node(i).kind, Kind::Branch { condition } if says(condition, ENDS)) && a.within(i).any(|j| matches!(a.node(j).kind, Kind::Jump { .. }))
        });
        (kept > 0 && asks.len() < asked.len() && !leaves).then(|| {
            let gone: String = gone.split_whitespace().collect::<Vec<_>>().join(" ");
            let seen = format!("the loop no longer ends with `{gone}`: when what it waits for cannot come any more, it never ends");
            view.sighting(*is, format!("end {gone}"), Medium, seen)
        })
    })
}

/// The answer that all attempts are used up is taken for one more failure.
fn exhausted_goes_on(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    const USED_UP: &[&str] = &[
        "maxreconnects",
        "max_reconnects",
        "maxretries",
        "max_retries",
        "maxattempts",
        "max_attempts",
        "exhausted",
        "retriesexhausted",
        "toomany*",
        "limitreached",
        "gaveup",
    ];
    let (b, a) = (pair.before, pair.after);
    let ends = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        Kind::Arm { pattern } if says(pattern, USED_UP) && o.loop_of(i).is_some() => {
            matches!(o.leaves(i), Leaves::Returns | Leaves::Throws | Leaves::Breaks).then(|| "arm".to_owned())
        }
        Kind::Handler { caught, .. } if caught.iter().any(|c| says(c, USED_UP)) && o.loop_of(i).is_some() => {
            matches!(o.leaves(i), Leaves::Returns | Leaves::Throws | Leaves::Breaks).then(|| "arm".to_owned())
        }
        _ => None,
    };
    let first = *pair.gone(ends).first()?;
    let loop_ = a.within(pair.new).find(|i| matches!(a.node(*i).kind, Kind::Loop { endless: true, .. }) && view.touches(*i))?;
    let tries = a.calls(loop_).find(|(i, c)| !words::is_log(c) && b.calls(pair.old).any(|(w, _)| b.callee(w) == a.callee(*i)))?.0;
    let what = b.brief(first);
    let seen = format!("`{what}` ended this loop and does not any more: `{}` is tried again after it has been given up", a.callee(tries));
    Some(view.sighting(loop_, "exhausted", Medium, seen))
}

/// Settings that say how often something is tried.
const LIMITS: &[&str] =
    &["max_retries", "maxretries", "maxattempts", "max_attempts", "retrylimit", "retry_limit", "maxretry", "max_retry", "maxretriesperrequest"];

/// The limit of attempts among other settings is gone, and the settings are still there.
fn limit_gone(view: &View<'_>) -> Option<Sighting> {
    const ALSO: &[&str] = &["max_reconnects", "maxreconnects"];
    let (o, before) = (view.outline, view.before?);
    let limits = |o: &Outline<'_>| -> Vec<(Id, String)> {
        o.ids()
            .filter_map(|i| match &o.node(i).kind {
                Kind::Object { fields, .. } => fields
                    .iter()
                    .find(|f| (says(f.name, LIMITS) || says(f.name, ALSO)) && !matches!(f.text.trim(), "undefined" | "null" | "None" | "nil"))
                    .map(|f| (i, f.name.to_owned())),
                _ => None,
            })
            .collect()
    };
    let (then, now) = (limits(before), limits(o));
    let (was, name) = then.iter().find(|(_, n)| !now.iter().any(|(_, m)| m == n) && !says(o.text, &[n]))?;
    let Kind::Object { fields, .. } = &before.node(*was).kind else { return None };
    let others: Vec<&str> = fields.iter().map(|f| f.name).filter(|n| n != name).collect();
    let at = o.ids().find(|i| {
        view.touches(*i) && matches!(&o.node(*i).kind, Kind::Object { fields: now, .. } if !others.is_empty() && others.iter().filter(|n| now.iter().any(|f| f.name == **n)).count() * 2 >= others.len())
    })?;
    let seen = format!("`{name}` is gone from these settings: without another default a call that cannot succeed is repeated for ever");
    Some(view.sighting(at, format!("no {name}"), Medium, seen))
}

/// A connection is kept up for as long as the process lives; that has no count.
fn connects(o: &Outline<'_>, call: Id) -> bool {
    o.call(call).is_some_and(|c| {
        says(
            c.name,
            &["connect*", "reconnect*", "dial*", "subscribe*", "watch*", "listen*", "recv*", "receive*", "poll", "consume*", "run*", "serve*", "dequeue*"],
        )
    })
}

/// A function counts its attempts, whatever its own name says.
fn counts(o: &Outline<'_>, function: Id) -> bool {
    let name = taken::name(o, function);
    let text = if name.is_empty() { o.source(function).to_owned() } else { o.source(function).replace(name, "") };
    says(&text, COUNTS)
}

/// A handler that calls the function that it stands in, with nothing counted.
fn calls_itself(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Some(function) = o.function_of(handler) else { continue };
        let name = taken::name(o, function);
        // Where a count was kept and is not any more, the work is worth a count whatever it is.
        let uncounted = view.before.is_some_and(|b| view.function_before(function).is_some_and(|(_, f)| counts(b, f)));
        let sure = uncounted || o.guarded(handler).into_iter().any(|i| o.call(i).is_some_and(|c| words::remote(c) == Remote::Sure));
        if name.is_empty() || !sure || counts(o, function) {
            continue;
        }
        let own = o.calls(handler).find(|(i, c)| c.name == name && matches!(c.receiver, "" | "this" | "self") && o.function_of(*i) == Some(function));
        if let Some((id, _)) = own {
            let seen = format!("`{name}` calls itself again after a failure and counts nothing, so it goes on for as long as the failure does");
            out.push(view.sighting(id, format!("itself {name}"), Medium, seen));
        }
    }
    out
}

/// `max_retries=None`, `retryLimit = -1`, `attempts: Infinity`.
fn no_limit(view: &View<'_>) -> Vec<Sighting> {
    const ALSO: &[&str] = &["retry_attempts", "retryattempts", "retries", "retrycount"];
    let is_limit = |name: &str| says(name, LIMITS) || says(name, ALSO);
    let o = view.outline;
    // Go's clients take -1 for none (go-redis) or for their default (the AWS SDK).
    let endless = |value: &str| {
        let v = value.trim().trim_end_matches(';');
        matches!(
            v,
            "Infinity"
                | "float('inf')"
                | "math.inf"
                | "Float::INFINITY"
                | "int.MaxValue"
                | "Int.MAX_VALUE"
                | "Integer.MAX_VALUE"
                | "Number.MAX_SAFE_INTEGER"
                | "PHP_INT_MAX"
                | "usize::MAX"
                | "u32::MAX"
                | "math.MaxInt"
                | "math.MaxInt32"
                | "math.MaxInt64"
        ) || v == "-1" && o.language != "go"
            || v.ends_with("max_value())")
            || v.contains("unwrap_or(usize::MAX")
    };
    let mut out = Vec::new();
    let mut say = |at: Id, name: &str, value: &str| {
        let seen = format!("`{name}` is set to `{}`: a call that cannot succeed is repeated for ever", value.trim());
        out.push(view.sighting(at, format!("limit {name}"), Medium, seen));
    };
    for id in o.ids() {
        match &o.node(id).kind {
            Kind::Assign { target, value } if is_limit(words::tail(target)) && endless(value) => say(id, words::tail(target), value),
            Kind::Object { fields, .. } => {
                if let Some(f) = fields.iter().find(|f| is_limit(f.name) && endless(f.text)) {
                    say(id, f.name, f.text);
                }
            }
            Kind::Call(c) => {
                if let Some(a) = c.args.iter().find(|a| is_limit(a.name) && endless(a.text)) {
                    say(id, a.name, a.text);
                }
            }
            _ => {}
        }
    }
    out
}

/// The check that gave up after a count has gone from a function that still tries again.
fn cap_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let cap = |o: &Outline<'_>, i: Id| {
        let Kind::Branch { condition } = o.node(i).kind else { return None };
        let compares = condition.contains(['<', '>']) || condition.contains("==");
        (compares && says(condition, COUNTS) && !says(condition, &["len", "length", "size", "isempty"]) && taken::leaving_branch(o, i, COUNTS))
            .then(|| "cap".to_owned())
    };
    let gone = pair.gone(cap);
    let first = *gone.first()?;
    let in_handler = b.handler_of(first).filter(|h| b.loop_of(*h).is_some()).and_then(|h| pair.kept_guarded(h)).and_then(|kept| pair.handler_over(kept));
    let endless = |f: Id| a.within(f).any(|i| matches!(a.node(i).kind, Kind::Loop { endless: true, .. }));
    let at = if let Some(handler) = in_handler.filter(|_| endless(pair.new)) {
        // Another failure may still be counted; this one leads back without.
        let leads = matches!(a.leaves(handler), Leaves::Falls | Leaves::Continues)
            || a.within(handler).any(|i| matches!(a.node(i).kind, Kind::Jump { what: Jump::Continue, .. }));
        leads.then_some(handler)?
    } else {
        let counted = |i: Id| cap(a, i).is_some() || matches!(a.node(i).kind, Kind::Loop { endless: false, .. });
        if a.within(pair.new).any(counted) {
            return None;
        }
        let again = |o: &Outline<'_>, f: Id| {
            o.within(f).find(|i| match &o.node(*i).kind {
                Kind::Loop { endless: true, .. } | Kind::Handler { how: Caught::Catch, .. } => true,
                Kind::Call(c) => says(c.name, &["retry*", "requeue*", "reenqueue*", "enqueue*", "reschedule*", "reconnect*"]),
                _ => false,
            })
        };
        again(b, pair.old)?;
        again(a, pair.new)?
    };
    let Kind::Branch { condition } = b.node(first).kind else { return None };
    let brief: String = condition.split_ascii_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    let seen = format!("the check `{brief}` that gave up is gone, so what keeps failing is tried again without end");
    Some(view.sighting(at, "cap gone", High, seen))
}

/// The step of the counter has gone, and what compares it has not.
fn count_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let steps = |o: &Outline<'_>, i: Id| match o.node(i).kind {
        Kind::Assign { target, value } => {
            let counter = says(words::tail(target), &["attempt*", "retries", "retrycount", "retry_count", "tries", "failures", "failurecount", "attemptcount"]);
            (counter && (value == "++" || value == "1" || value.contains("+ 1")) && o.node(i).role != Role::Condition)
                .then(|| words::tail(target).to_ascii_lowercase())
        }
        _ => None,
    };
    let gone = pair.gone(steps);
    let first = *gone.first()?;
    let (b, a) = (pair.before, pair.after);
    let Kind::Assign { target, .. } = b.node(first).kind else { return None };
    let counter = words::tail(target);
    let moved = !pair.came(steps).is_empty() || a.within(0).any(|i| matches!(a.node(i).kind, Kind::Assign { target: t, .. } if words::tail(t) == counter));
    // Failures are still met here.
    let fails = says(taken::name(a, pair.new), &["fail*", "retry*", "error*", "execute*", "process*"])
        || a.within(pair.new).any(|i| matches!(a.node(i).kind, Kind::Handler { .. }));
    let counted_elsewhere = says(a.source(pair.new), &["increment*", "incr*", "addretry", "nextattempt"]);
    (!moved && fails && !counted_elsewhere && target.contains('.')).then(|| {
        let seen = format!("`{target}` does not move any more when this fails, so the limit on it is never reached");
        view.sighting(pair.new, format!("count {counter}"), Medium, seen)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "java",
            "class Pool {\n  void grow(int n) {\n    while (size() < n) {\n      add(open());\n    }\n  }\n}\n",
            "class Pool {\n  void grow(int n) {\n    while (isActive() && size() < n) {\n      add(open());\n    }\n  }\n}\n",
        ),
        mends(
            "rust",
            "impl C {\n    async fn connect(&mut self) -> Result<Link, Error> {\n        loop {\n            match self.try_connect().await {\n                Ok(link) => return Ok(link),\n                Err(e) => self.tell(e).await,\n            }\n        }\n    }\n}\n",
            "impl C {\n    async fn connect(&mut self) -> Result<Link, Error> {\n        loop {\n            match self.try_connect().await {\n                Ok(link) => return Ok(link),\n                Err(e) => match e.kind() {\n                    Kind::MaxReconnects => return Err(e),\n                    _ => self.tell(e).await,\n                },\n            }\n        }\n    }\n}\n",
        ),
        mends(
            "javascript",
            "const DEFAULTS = {\n  db: 0,\n  keyPrefix: \"\",\n  lazyConnect: false,\n};\n",
            "const DEFAULTS = {\n  db: 0,\n  keyPrefix: \"\",\n  lazyConnect: false,\n  maxRetriesPerRequest: 20,\n};\n",
        ),
        mends(
            "php",
            "<?php\nclass Orders {\n  public function createAndRetry($data) {\n    try {\n      return $this->store->create($data);\n    } catch (\\Exception $e) {\n      return $this->createAndRetry($data);\n    }\n  }\n}\n",
            "<?php\nclass Orders {\n  public function createAndRetry($data, $attempt = 0) {\n    try {\n      return $this->store->create($data);\n    } catch (\\Exception $e) {\n      if ($attempt < 3) {\n        return $this->createAndRetry($data, $attempt + 1);\n      }\n      throw $e;\n    }\n  }\n}\n",
        ),
        mends(
            "python",
            "def charge(order):\n    while True:\n        try:\n            return client.post('/charges', order)\n        except ConnectionError:\n            time.sleep(1)\n",
            "def charge(order):\n    attempt = 0\n    while True:\n        try:\n            return client.post('/charges', order)\n        except ConnectionError:\n            attempt += 1\n            if attempt > 5:\n                raise\n            time.sleep(1)\n",
        ),
        fires(
            "python",
            "class Sender:\n    def send(self, note):\n        try:\n            requests.post(self.url, json=note, timeout=3)\n        except requests.Timeout:\n            time.sleep(1)\n            self.send(note)\n",
        ),
        fires(
            "java",
            "class C {\n  Row read() throws InvalidKey {\n    while (true) {\n      try {\n        return client.get(key);\n      } catch (IOException e) {\n        pause.sleep(100);\n      }\n    }\n  }\n}\n",
        ),
        fires("java", "class C {\n  private int maxRetries = -1;\n  Row read() { return client.get(key); }\n}\n"),
        fires(
            "go",
            "package c\n\nfunc (c *C) read() *Row {\n\tfor {\n\t\trow, err := c.client.Get(c.key)\n\t\tif err != nil {\n\t\t\ttime.Sleep(time.Second)\n\t\t\tcontinue\n\t\t}\n\t\treturn row\n\t}\n}\n",
        ),
        fires("go", "package c\n\nfunc options() Options {\n\treturn Options{MaxRetries: math.MaxInt32, Addr: addr}\n}\n"),
        fires(
            "typescript",
            "export async function read(url: string) {\n  while (true) {\n    try {\n      return await axios.get(url);\n    } catch (e) {\n      await sleep(500);\n    }\n  }\n}\n",
        ),
        fires("typescript", "export const queue = new Queue('mail', { defaultJobOptions: { attempts: 3 }, maxRetries: Infinity });\n"),
        silent(
            "python",
            "def read(url):\n    for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            time.sleep(2 ** attempt)\n    raise Unreachable(url)\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) keep(ctx context.Context) error {\n\tfor {\n\t\tconn, err := c.client.Connect(ctx)\n\t\tif err == nil {\n\t\t\treturn c.serve(conn)\n\t\t}\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t\treturn ctx.Err()\n\t\tcase <-time.After(time.Second):\n\t\t}\n\t}\n}\n",
        ),
        silent(
            "java",
            "class C {\n  Row read() throws IOException {\n    int attempt = 0;\n    while (true) {\n      try {\n        return client.get(key);\n      } catch (IOException e) {\n        if (++attempt > maxAttempts) {\n          throw e;\n        }\n        pause.sleep(100);\n      }\n    }\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export function last(rows: number[]) {\n  let at = rows.length;\n  while (true) {\n    at -= 1;\n    if (rows[at] > 0) return at;\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) read(ctx context.Context) (*Row, error) {\n\tctx, cancel := context.WithTimeout(ctx, c.limit)\n\tdefer cancel()\n\tfor {\n\t\trow, err := c.client.Get(ctx, c.key)\n\t\tif err == nil {\n\t\t\treturn row, nil\n\t\t}\n\t\tif ctx.Err() != nil {\n\t\t\treturn nil, err\n\t\t}\n\t\ttime.Sleep(time.Second)\n\t}\n}\n"
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) serve(l net.Listener) {\n\tfor {\n\t\tconn, err := l.Accept()\n\t\tif err != nil {\n\t\t\treturn\n\t\t}\n\t\tgo c.handle(conn)\n\t}\n}\n"
        ),
        silent(
            "java",
            "class C {\n  Row read() throws IOException {\n    long end = System.nanoTime() + limit;\n    while (true) {\n      try {\n        return client.get(key);\n      } catch (IOException e) {\n        if (System.nanoTime() > end) {\n          throw e;\n        }\n        pause.sleep(100);\n      }\n    }\n  }\n}\n"
        ),
        silent("java", "class C {\n  private int maxRetries = 5;\n  private int maxRows = -1;\n  Row read() { return client.get(key); }\n}\n"),
        silent(
            "typescript",
            "export async function read(url: string, signal: AbortSignal) {\n  while (!signal.aborted) {\n    try {\n      return await axios.get(url, { signal });\n    } catch (e) {\n      await sleep(500);\n    }\n  }\n  throw new Aborted(url);\n}\n"
        ),
        silent(
            "python",
            "class Sender:\n    def send(self, note, tries=0):\n        try:\n            requests.post(self.url, json=note, timeout=3)\n        except requests.Timeout:\n            if tries == 5:\n                raise\n            time.sleep(1 << tries)\n            self.send(note, tries + 1)\n"
        ),
        silent("go", "package c\n\nfunc options(addr string) *redis.Options {\n\treturn &redis.Options{Addr: addr, MaxRetries: -1}\n}\n"),
        silent(
            "rust",
            "async fn sign_in(&self, mut session: Session) -> Result<()> {\n    let mut reply = session.begin().await?;\n    loop {\n        match self.client.send(reply).await? {\n            Reply::Challenge(c) => {\n                reply = session.evaluate(c).await.map_err(|e| Failed::at(Step::Challenge, e))?;\n            }\n            Reply::Done(s) => {\n                session.finish(s).await.map_err(|e| Failed::at(Step::End, e))?;\n                break;\n            }\n        }\n    }\n    Ok(())\n}\n"
        ),
    ];
}
