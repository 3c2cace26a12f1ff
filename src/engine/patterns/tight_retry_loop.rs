//! A failed remote call leads straight back to the same call, with no wait on that way.
//!
//! A refused connection answers in microseconds, so the loop is slow while the peer is slow and fastest when the peer is gone: a fleet of
//! them keeps it from coming back. Sources: SOSP 2024 "If At First You Don't Succeed" (WASABI: 79 % of the missing-delay reports were
//! right); AWS, EC2/RDS service disruption of April 2011.
//!
//! Shapes: a loop that a count does not bound; a handler in it, of a call that leaves the process, goes on to the next round; no pause
//! on that way, in the loop before the call, or as the blocking part of another call. And: the only pause of a retried way is gone, or
//! the delay with which work was handed over again.

use super::attempts;
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Id, Jump, Kind, Outline};

pub(super) const DETECTOR: Detector = Detector { id: "tight-retry-loop", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Some(loop_) = o.loop_of(handler) else { continue };
        if !goes_round(o, loop_) || o.is_bounded(loop_) || !attempts::leads_back(o, handler, loop_) {
            continue;
        }
        let guarded = o.guarded(handler);
        let sure = guarded.iter().filter_map(|i| o.call(*i).map(|c| (*i, words::remote(c)))).max_by_key(|(_, r)| *r);
        let Some((call, remote)) = sure else { continue };
        if remote == Remote::No || (remote == Remote::Maybe && !view.imports_remote()) {
            continue;
        }
        // What ran out of time has taken it.
        let Kind::Handler { caught, .. } = &o.node(handler).kind else { continue };
        if caught.iter().any(|c| !c.is_empty()) && caught.iter().all(|c| says(c, &["timeout*", "timedout", "queueempty"])) {
            continue;
        }
        // What fails at once must be tried in this loop, not around it.
        if o.loop_of(call) != Some(loop_) || waits(o, loop_, handler) {
            continue;
        }
        let confidence = if remote == Remote::Sure { High } else { Medium };
        let callee = o.callee(call);
        out.push(view.sighting(
            handler,
            callee.clone(),
            confidence,
            format!("when `{callee}` fails the loop goes straight to its next round without a pause, so an absent peer is called as fast as it refuses"),
        ));
    }
    out.dedup_by(|a, b| a.subject == b.subject);
    out.extend(pause_gone(view));
    out.extend(delay_gone(view));
    out
}

/// Names of what is called again and again.
#[rustfmt::skip]
const AGAIN: &[&str] = &[
    "poll*", "process*", "run*", "retry*", "fetch*", "reconnect*", "consume*", "work*", "loop", "next*", "watch*", "connect*", "bootstrap*", "respawn*", "receive*",
];

/// The only pause on a way that is tried again is gone.
fn pause_gone(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some((before, twin)) = view.function_before(function) else { continue };
        if let Some(sighting) = way_without_pause(view, function, before, twin) {
            out.push(sighting);
            continue;
        }
        let Some((gone, pause)) = before.calls(twin).find(|(_, c)| words::is_pause(c)) else { continue };
        if o.calls(function).any(|(_, c)| words::is_pause(c)) {
            continue;
        }
        // What was waited for is still tried: in the loop, after the failure, at the next round.
        // Where the whole handler is gone, the failure leaves: another flaw, if one.
        let handler_gone = before.handler_of(gone).is_some_and(|h| {
            let same =
                |i: &Id| matches!((&o.node(*i).kind, &before.node(h).kind), (Kind::Handler { caught: a, .. }, Kind::Handler { caught: b, .. }) if a == b);
            before.loop_of(h).is_some() && !o.within(function).any(|i| same(&i))
        });
        let place = if handler_gone {
            None
        } else if before.loop_of(gone).is_some() {
            // The same loop: it still calls something that it called.
            let called: Vec<String> = before.loop_of(gone).map_or_else(Vec::new, |l| steps(before, l));
            o.within(function).find(|i| matches!(o.node(*i).kind, Kind::Loop { .. }) && steps(o, *i).iter().any(|c| called.contains(c)))
        } else if let Some(handler) = before.handler_of(gone) {
            let tried: Vec<String> = before.guarded(handler).iter().map(|i| before.callee(*i)).collect();
            o.calls(function).map(|(i, _)| i).find(|i| tried.contains(&o.callee(*i)))
        } else if says(before.function_name(gone), AGAIN) {
            o.within(function).find(|i| matches!(o.node(*i).kind, Kind::Jump { .. }) && view.touches(o.node(*i).parent))
        } else if says(before.source(twin), &["backoff*"]) && !says(o.source(function), &["backoff*"]) {
            o.within(function).find(|i| view.touches(*i) && o.call(*i).is_some_and(|c| !words::is_log(c)))
        } else {
            None
        };
        let Some(at) = place else { continue };
        let seen = format!("`{}` is gone, and with it the pause before the next try: while the other side is away this runs as fast as it can", pause.name);
        out.push(view.sighting(at, format!("pause gone {}", o.function_name(function)), Medium, seen));
    }
    out
}

/// One way of the function (a branch, a handler) leads back as it did, and the pause on it is gone; others may have theirs.
fn way_without_pause(view: &View<'_>, function: Id, before: &Outline<'_>, twin: Id) -> Option<Sighting> {
    let o = view.outline;
    let again = says(o.function_name(function), AGAIN);
    before.calls(twin).filter(|(_, c)| words::is_pause(c)).find_map(|(gone, pause)| {
        let way = before.ancestors(gone).find(|a| matches!(before.node(*a).kind, Kind::Handler { .. } | Kind::Branch { .. }))?;
        let leads = |o: &Outline<'_>, way: Id| o.within(way).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Continue | Jump::Return, .. }));
        let pauses = |o: &Outline<'_>, way: Id| o.calls(way).any(|(_, c)| words::is_pause(c));
        let same = |i: &Id| o.node(*i).kind == before.node(way).kind && view.touches(*i) && leads(o, *i) && !pauses(o, *i);
        let at = o.within(function).find(same).filter(|_| leads(before, way))?;
        if !again && o.loop_of(at).is_none() {
            return None;
        }
        let seen = format!("this way goes back without `{}`, the pause that it had: while the other side is away it is taken as fast as it can", pause.name);
        Some(view.sighting(at, format!("pause gone {}", o.function_name(function)), Medium, seen))
    })
}

fn steps(o: &Outline<'_>, loop_: Id) -> Vec<String> {
    o.calls(loop_).filter(|(_, c)| !words::is_log(c) && !words::is_pause(c)).map(|(i, _)| o.callee(i)).collect()
}

/// A message or job is handed over again, and the delay that it had is gone.
fn delay_gone(view: &View<'_>) -> Vec<Sighting> {
    const DELAYS: &[&str] = &[
        "delay*",
        "runat",
        "run_at",
        "backoff*",
        "eta",
        "countdown",
        "scheduledat",
        "availableat",
        "visibility*",
        "nextattempt*",
        "retryat",
        "retry_at",
        "notbefore",
    ];
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let mut out = Vec::new();
    for (id, call) in o.calls(0).filter(|(_, c)| words::is_publish(c)) {
        let delayed = |o: &Outline<'_>, i: Id| o.call(i).is_some_and(|c| c.args.iter().any(|a| says(a.name, DELAYS) || says(a.text, DELAYS)));
        let twin = before.calls(0).find(|(i, c)| c.name == call.name && c.receiver == call.receiver && before.function_name(*i) == o.function_name(id));
        if let Some((twin, _)) = twin
            && delayed(before, twin)
            && !delayed(o, id)
        {
            let callee = o.callee(id);
            out.push(view.sighting(
                id,
                format!("delay gone {callee}"),
                High,
                format!("`{callee}` hands the failed work over again at once: the delay that it had is gone"),
            ));
        }
    }
    out
}

/// Loops that try the same thing again: endless, or as long as something holds; not a walk over things.
fn goes_round(o: &Outline<'_>, loop_: Id) -> bool {
    matches!(o.node(loop_).kind, Kind::Loop { over: "", condition, .. } if !says(condition, &["hasnext", "next", "moveNext"]) && !condition.contains("<-"))
}

/// A pause on the way from the handler to the next try, or a call that blocks until there is something to do.
fn waits(o: &Outline<'_>, loop_: Id, handler: Id) -> bool {
    const BLOCKS: &[&str] = &[
        "poll", "receive*", "take", "recv*", "accept", "select", "blpop", "brpop", "next", "wait*", "read*", "pop", "dequeue", "consume*", "join", "await*",
        "backoff*", "yield",
    ];
    let on_way = |i: Id| (handler + 1..o.node(handler).end).contains(&i) || o.precedes(handler, i) || (o.handler_of(i).is_none() && i < handler);
    o.within(loop_).any(|i| match &o.node(i).kind {
        Kind::Call(c) => on_way(i) && !o.guarded(handler).contains(&i) && (words::is_pause(c) || says(c.name, BLOCKS)),
        Kind::Arm { pattern } => pattern.contains("<-") && !says(pattern, &["done"]),
        Kind::Assign { value, .. } => value.starts_with("<-") && !says(value, &["done"]),
        _ => false,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "python",
            "import requests\n\ndef table(url):\n    while True:\n        try:\n            return requests.get(url, timeout=2).json()\n        except requests.RequestException:\n            log.warning('again')\n            continue\n",
            "import requests\n\ndef table(url):\n    while True:\n        try:\n            return requests.get(url, timeout=2).json()\n        except requests.RequestException:\n            log.warning('again')\n            time.sleep(backoff())\n            continue\n",
        ),
        fires(
            "go",
            "package w\n\nfunc (w *Watcher) loop(ctx context.Context) {\n\tfor {\n\t\tstream, err := w.client.Watch(ctx, w.node)\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tw.consume(stream)\n\t}\n}\n",
        ),
        fires(
            "typescript",
            "export async function follow(url: string) {\n  while (true) {\n    try {\n      const reply = await axios.get(url);\n      show(reply.data);\n    } catch (e) {\n      console.warn(e);\n    }\n  }\n}\n",
        ),
        fires(
            "java",
            "class F {\n  void run() {\n    while (running) {\n      try {\n        client.connect(address);\n        serve();\n      } catch (IOException e) {\n        log.warn(\"lost\", e);\n      }\n    }\n  }\n}\n",
        ),
        fires(
            "rust",
            "async fn follow(client: Client) {\n    loop {\n        match client.watch().await {\n            Ok(s) => serve(s).await,\n            Err(e) => {\n                warn!(\"lost: {e}\");\n                continue;\n            }\n        }\n    }\n}\n",
        ),
        silent(
            "python",
            "def skip(src):\n    while True:\n        try:\n            return parse(src)\n        except ValueError:\n            src = src[1:]\n            continue\n",
        ),
        silent(
            "go",
            "package w\n\nfunc (w *W) loop(ctx context.Context) {\n\tfor {\n\t\ts, err := w.client.Watch(ctx)\n\t\tif err != nil {\n\t\t\ttime.Sleep(w.backoff.Next())\n\t\t\tcontinue\n\t\t}\n\t\tw.consume(s)\n\t}\n}\n",
        ),
        silent(
            "java",
            "class F {\n  void run() {\n    for (Item item : items) {\n      try {\n        client.send(item);\n      } catch (IOException e) {\n        failed.add(item);\n        continue;\n      }\n    }\n  }\n}\n",
        ),
        silent(
            "go",
            "package w\n\nfunc (w *W) loop(ctx context.Context) {\n\tfor {\n\t\tmsg, err := w.queue.Receive(ctx)\n\t\tif err != nil {\n\t\t\tlog.Printf(\"receive: %v\", err)\n\t\t\tselect {\n\t\t\tcase <-ctx.Done():\n\t\t\t\treturn\n\t\t\tcase <-time.After(w.pause):\n\t\t\t}\n\t\t\tcontinue\n\t\t}\n\t\tw.handle(msg)\n\t}\n}\n"
        ),
        silent(
            "go",
            "package w\n\nfunc (w *W) loop(ctx context.Context) error {\n\tfor {\n\t\tstream, err := w.client.Watch(ctx, w.node)\n\t\tif err != nil {\n\t\t\treturn fmt.Errorf(\"watch %s: %w\", w.node, err)\n\t\t}\n\t\tw.consume(stream)\n\t}\n}\n"
        ),
        fires(
            "java",
            "class Follower implements Runnable {\n  public void run() {\n    while (!Thread.interrupted()) {\n      try {\n        Batch batch = client.fetch(offset);\n        apply(batch);\n      } catch (IOException e) {\n        continue;\n      }\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Follower implements Runnable {\n  public void run() {\n    while (!Thread.interrupted()) {\n      try {\n        apply(client.fetch(offset));\n      } catch (IOException e) {\n        LockSupport.parkNanos(pause.next());\n      }\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Reader {\n  Frame next() {\n    while (true) {\n      try {\n        return decode(buffer);\n      } catch (TornFrameException e) {\n        buffer.skip(1);\n      }\n    }\n  }\n}\n"
        ),
        fires(
            "typescript",
            "export async function renew(client: Client, lease: Lease) {\n  while (!lease.released) {\n    try {\n      await client.renewLease(lease.id);\n      await sleep(lease.ttl / 3);\n    } catch (err) {\n      logger.warn({ err }, 'renewal failed, again');\n    }\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function follow(url: string) {\n  while (true) {\n    try {\n      show((await axios.get(url)).data);\n    } catch (e) {\n      console.warn(e);\n    } finally {\n      await sleep(1000);\n    }\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function follow(url: string) {\n  let failures = 0;\n  while (failures < 5) {\n    try {\n      show(await poll(url));\n      failures = 0;\n    } catch (e) {\n      failures += 1;\n      await sleep(200 * failures);\n    }\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export function parseAll(source: Source) {\n  while (true) {\n    try {\n      return parse(source.text());\n    } catch (e) {\n      source.dropLastLine();\n    }\n  }\n}\n"
        ),
        fires(
            "rust",
            "async fn renew(client: &Client, id: LeaseId) {\n    while !client.is_closed() {\n        if let Err(problem) = client.renew_lease(id).await {\n            tracing::warn!(%problem, \"renewal failed\");\n        } else {\n            tokio::time::sleep(RENEWAL).await;\n        }\n    }\n}\n"
        ),
        silent(
            "rust",
            "async fn renew(client: &Client, id: LeaseId) {\n    let mut every = tokio::time::interval(RENEWAL);\n    loop {\n        every.tick().await;\n        if let Err(problem) = client.renew_lease(id).await {\n            tracing::warn!(%problem, \"renewal failed\");\n        }\n    }\n}\n"
        ),
        silent(
            "rust",
            "fn read_to_end(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {\n    loop {\n        match reader.read(buffer) {\n            Ok(n) => return Ok(n),\n            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,\n            Err(e) => return Err(e),\n        }\n    }\n}\n"
        ),
        silent(
            "rust",
            "async fn follow(client: Client, mut pause: Backoff) {\n    loop {\n        match client.watch().await {\n            Ok(s) => serve(s).await,\n            Err(e) => {\n                warn!(\"lost: {e}\");\n                sleep(pause.next_backoff()).await;\n            }\n        }\n    }\n}\n"
        ),
        silent(
            "python",
            "def follow(consumer):\n    while True:\n        record = consumer.poll(timeout=1.0)\n        if record is None:\n            continue\n        try:\n            store.insert(record)\n        except IntegrityError:\n            log.info('seen before')\n            continue\n"
        ),
        silent(
            "rust",
            "async fn sign_in(&self, mut session: Session) -> Result<()> {\n    let mut reply = session.begin().await?;\n    loop {\n        match self.client.send(reply).await? {\n            Reply::Challenge(c) => {\n                reply = session.evaluate(c).await.map_err(|e| Failed::at(Step::Challenge, e))?;\n            }\n            Reply::Done(s) => {\n                session.finish(s).await.map_err(|e| Failed::at(Step::End, e))?;\n                break;\n            }\n        }\n    }\n    Ok(())\n}\n"
        ),
        silent(
            "python",
            "async def push_events(self):\n    while not self.stopped:\n        try:\n            event = await asyncio.wait_for(self.queue.get(), timeout=0.1)\n        except asyncio.TimeoutError:\n            continue\n        await self.publish(event)\n"
        ),
    ];
}
