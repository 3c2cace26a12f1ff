//! What the caller cancels goes on: the signal to stop is not handed down, or is caught and dropped.
//!
//! Work for nobody keeps its connection and its lock, a shutdown waits for it until it is killed, and after a deploy two of them run.
//! Sources: Go blog, "Go Concurrency Patterns: Context"; asyncio documentation, "Task Cancellation"; Java Concurrency in Practice, 7.1.
//!
//! Shapes: a call is given a fresh context although the function has its caller's, or had it before; the arm that ended a wait on
//! shutdown is gone; a cancellation is caught in a loop that goes on; a token or signal that a function is given is never handed on.

use super::taken::{self, Pair, mentions};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::reading::Leaves;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Caught, Id, Kind, Outline, Scope};

pub(super) const DETECTOR: Detector = Detector { id: "cancel-not-propagated", languages: &[], find };

const STOPS: &[&str] = &[
    "done",
    "stop*",
    "quit",
    "shutdown*",
    "closed",
    "closing",
    "cancel*",
    "exit*",
    "hasbeenclosed",
    "terminat*",
    "dying",
    "aborted",
    "closec",
    "donec",
    "stopc",
];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    if o.language == "go" {
        out.extend(fresh_context(view));
    }
    if o.language == "csharp" {
        out.extend(no_token(view));
    }
    if matches!(o.language, "typescript" | "javascript") {
        out.extend(no_signal(view));
    }
    out.extend(dropped(view));
    for pair in taken::pairs(view) {
        out.extend(detached(view, &pair));
        out.extend(stop_gone(view, &pair));
        out.extend(cancel_handler_gone(view, &pair));
    }
    out
}

fn is_fresh(text: &str) -> bool {
    matches!(text.trim(), "context.Background()" | "context.TODO()" | "CancellationToken.None")
}

/// Where a call of its own life is right: what goes on after the caller, what cleans up.
fn has_own_life(o: &Outline<'_>, id: Id) -> bool {
    o.in_finally(id)
        || o.is_spawned(id)
        || o.ancestors(id).any(|i| matches!(o.node(i).kind, Kind::Scope { what: Scope::Defer | Scope::Spawn, .. }))
        || says(
            o.function_name(id),
            &["close*", "shutdown*", "stop*", "cleanup*", "release*", "start*", "new*", "init*", "run*", "unlock*", "rollback*", "teardown"],
        )
        || o.call(id).is_some_and(|c| {
            says(
                c.name,
                &[
                    "with*",
                    "notifycontext",
                    "close*",
                    "shutdown*",
                    "stop*",
                    "release*",
                    "rollback*",
                    "unlock*",
                    "cleanup*",
                    "log*",
                    "info*",
                    "debug*",
                    "enabled",
                ],
            ) || words::is_log(c)
        })
}

/// Go: the function has `ctx` and hands a fresh one to a call.
fn fresh_context(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, c) in o.calls(0) {
        let fresh = c.args.first().is_some_and(|a| is_fresh(a.text));
        if !fresh || has_own_life(o, id) {
            continue;
        }
        let Some(function) = o.closure_of(id) else { continue };
        let Kind::Function { params, .. } = &o.node(function).kind else { continue };
        let given = params.iter().find(|p| p.contains("context.Context")).and_then(|p| p.split_ascii_whitespace().next()).filter(|n| *n != "_");
        // A comment that says why it is detached speaks for it.
        let reasoned = says(o.source(function), &["detach*", "withoutcancel", "outlive*"]);
        if let Some(given) = given
            && !reasoned
            && (words::remote(c) >= Remote::Maybe
                || says(
                    c.name,
                    &["get*", "list*", "create*", "update*", "delete*", "do", "send*", "load*", "save*", "query*", "exec*", "read*", "write*", "wait*"],
                ))
        {
            let callee = o.callee(id);
            let seen = format!("`{callee}` gets a fresh context although `{given}` is at hand, so it goes on when the caller has given up");
            out.push(view.sighting(id, format!("fresh {callee}"), Medium, seen));
        }
    }
    out
}

/// C#: a token is given, and an awaited call is told that there is none.
fn no_token(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, c) in o.calls(0) {
        let none = c.args.iter().any(|a| is_fresh(a.text));
        if !none || has_own_life(o, id) || o.handler_of(id).is_some() || !c.awaited {
            continue;
        }
        let given = o
            .closure_of(id)
            .is_some_and(|f| matches!(&o.node(f).kind, Kind::Function { params, .. } if params.iter().any(|p| p.contains("CancellationToken"))));
        if given {
            let callee = o.callee(id);
            let seen = format!("`{callee}` is told that nobody cancels although this function is given a token, so it goes on when the caller has given up");
            out.push(view.sighting(id, format!("fresh {callee}"), Medium, seen));
        }
    }
    out
}

/// A script: an `AbortSignal` is given and never used, while something is fetched.
fn no_signal(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for function in o.functions() {
        let Kind::Function { params, .. } = &o.node(function).kind else { continue };
        let Some(signal) = params.iter().find(|p| p.contains("AbortSignal")).map(|p| p.split([':', '?']).next().unwrap_or("").trim()) else { continue };
        let body = o.calls(function).find(|(_, c)| c.awaited && words::remote(c) == Remote::Sure || says(c.name, &["fetch"]));
        let source = o.source(function);
        let used = source.matches(signal).count() > 1;
        if let Some((id, _)) = body
            && !signal.is_empty()
            && !used
        {
            let callee = o.callee(id);
            out.push(view.sighting(
                id,
                format!("signal {callee}"),
                Medium,
                format!("`{signal}` is given and never handed on, so `{callee}` goes on when the caller has given up"),
            ));
        }
    }
    out
}

/// A cancellation is caught and the loop goes on.
fn dropped(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for handler in o.handlers() {
        let Kind::Handler { how: Caught::Catch, caught, .. } = &o.node(handler).kind else { continue };
        let Some(what) = caught
            .iter()
            .find(|c| says(c, &["cancellederror", "interruptedexception", "cancellationexception", "operationcanceledexception", "taskcanceledexception"]))
        else {
            continue;
        };
        let only = caught.len() == 1;
        let goes_on = matches!(o.leaves(handler), Leaves::Falls | Leaves::Continues) && (o.is_empty_handler(handler) || o.only_logs(handler));
        let Some(loop_) = o.loop_of(handler) else { continue };
        let asks = matches!(o.node(loop_).kind, Kind::Loop { condition, over, .. } if says(condition, STOPS) || says(condition, &["running", "isinterrupted", "alive", "active", "isrunning", "iscancellationrequested"]) || !over.is_empty());
        let leaves_after = o.within(loop_).any(|i| o.node(i).span.0 > o.node(handler).span.1 && matches!(o.node(i).kind, Kind::Jump { .. }));
        if only && goes_on && !asks && !leaves_after {
            let name = what.rsplit('.').next().unwrap_or(what);
            let seen = format!("`{name}` is dropped and the loop goes on, so who asked it to stop waits for ever");
            out.push(view.sighting(handler, format!("dropped {name}"), Medium, seen));
        }
    }
    out
}

/// A call that got the caller's context gets a fresh one now.
fn detached(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let context = |c: &Call<'_>| c.args.iter().any(|a| says(a.text, &["ctx", "context", "cancellationtoken", "token", "signal"]) && !is_fresh(a.text));
    for (id, c) in pair.before.calls(pair.old).filter(|(_, c)| context(c) && !says(c.name, &["with*"])) {
        let Some(kept) = pair.kept(id) else { continue };
        let now = pair.after.call(kept)?;
        if now.args.iter().any(|a| is_fresh(a.text)) && !has_own_life(pair.after, kept) && !c.args.iter().any(|a| is_fresh(a.text)) {
            let callee = pair.after.callee(kept);
            let seen = format!("`{callee}` got its caller's context and gets a fresh one now, so it goes on when the caller has given up");
            return Some(view.sighting(kept, format!("fresh {callee}"), High, seen));
        }
    }
    None
}

/// The arm that ended a wait on shutdown has gone, and the wait is still there.
fn stop_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let arm = |o: &Outline<'_>, i: Id| match o.node(i).kind {
        Kind::Arm { pattern } => (pattern.contains("<-") && says(pattern, STOPS)).then(|| "stop".to_owned()),
        _ => None,
    };
    let gone = pair.gone(arm);
    let first = *gone.first()?;
    let (b, a) = (pair.before, pair.after);
    // The other arms of the same wait: what is waited for is still waited for.
    let select = b.node(first).parent;
    let others: Vec<&str> = b
        .children(select)
        .filter_map(|i| if let Kind::Arm { pattern } = b.node(i).kind { Some(pattern) } else { None })
        .filter(|p| !says(p, STOPS) && p.contains("<-"))
        .collect();
    let source = a.source(pair.new);
    let waits = others.iter().any(|p| {
        let channel = p.split_once("<-").map_or("", |(left, right)| if left.trim().is_empty() || left.contains('=') { right } else { left }).trim();
        (!channel.is_empty() && source.contains(&format!("{channel} <-"))) || (!channel.is_empty() && source.contains(&format!("<-{channel}")))
    });
    let sleeps = a.calls(pair.new).find(|(_, c)| c.name == "Sleep");
    let slept = b.calls(pair.old).any(|(_, c)| c.name == "Sleep");
    let at = match sleeps {
        Some((id, _)) if !slept => id,
        _ if waits => pair.new,
        _ => return None,
    };
    // Nothing else of the text hears of the end.
    if says(source, &["ctx.Err", "isclosed"])
        || !pair
            .came(|o, i| match o.node(i).kind {
                Kind::Arm { pattern } if says(pattern, &["after", "timer", "ticker", "timeout*"]) => Some("by time".to_owned()),
                Kind::Arm { pattern } if pattern.contains("<-") && says(pattern, STOPS) => Some("by a stop".to_owned()),
                _ => None,
            })
            .is_empty()
    {
        return None;
    }
    let Kind::Arm { pattern } = b.node(first).kind else { return None };
    let line = if at == pair.new { waiting_line(pair, &others).unwrap_or(at) } else { at };
    let seen = format!("the wait no longer ends with `{}`, so a shutdown waits for it, perhaps for ever", pattern.trim().trim_end_matches(':'));
    Some(view.sighting(line, "stop gone", High, seen))
}

fn waiting_line(pair: &Pair<'_>, others: &[&str]) -> Option<Id> {
    let a = pair.after;
    a.within(pair.new).find(|i| others.iter().any(|p| mentions(a.source(*i), words::tail(p.split("<-").next().unwrap_or("").trim()))))
}

/// The handler that passed a cancellation on has gone.
fn cancel_handler_gone(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let cancels = |o: &Outline<'_>, h: Id| {
        matches!(&o.node(h).kind, Kind::Handler { how: Caught::Catch, caught, .. } if caught.iter().any(|c| says(c, &["cancellederror", "cancellationexception", "operationcanceledexception", "interruptedexception"])))
            && o.calls(h).any(|(_, c)| says(c.name, &["cancel*", "interrupt", "abort*"]))
    };
    let handler = b.handlers().find(|h| b.within(pair.old).contains(h) && cancels(b, *h))?;
    let kept = pair.kept_guarded(handler)?;
    if a.handlers().any(|h| a.within(pair.new).contains(&h) && cancels(a, h))
        || a.calls(pair.new).any(|(i, c)| a.in_finally(i) && says(c.name, &["cancel*", "interrupt"]))
    {
        return None;
    }
    let callee = a.callee(kept);
    let seen = format!("a cancellation of `{callee}` is no longer passed on, so what it started goes on by itself");
    Some(view.sighting(kept, format!("handler gone {callee}"), Medium, seen))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        fires(
            "go",
            "package c\n\nfunc (c *C) count(ctx context.Context, k string) (int, error) {\n\trows, err := c.client.List(context.Background(), k)\n\treturn len(rows), err\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) wait(d time.Duration) {\n\ttime.Sleep(d)\n\tc.begin()\n}\n",
            "package c\n\nfunc (c *C) wait(d time.Duration) {\n\tselect {\n\tcase <-time.After(d):\n\tcase <-c.done:\n\t\treturn\n\t}\n\tc.begin()\n}\n",
        ),
        mends(
            "go",
            "package c\n\nfunc (c *C) hand(item Item) {\n\tc.out <- item\n}\n",
            "package c\n\nfunc (c *C) hand(item Item) {\n\tselect {\n\tcase c.out <- item:\n\tcase <-c.done:\n\t}\n}\n",
        ),
        fires(
            "python",
            "async def follow(client):\n    while True:\n        try:\n            await client.next_event()\n        except asyncio.CancelledError:\n            log.info('cancelled')\n",
        ),
        mends(
            "python",
            "async def first(task):\n    await asyncio.wait([task])\n    return task.result()\n",
            "async def first(task):\n    try:\n        await asyncio.wait([task])\n    except asyncio.CancelledError:\n        task.cancel()\n        raise\n    return task.result()\n",
        ),
        fires(
            "java",
            "class C {\n  void run() {\n    while (true) {\n      try {\n        handle(queue.take());\n      } catch (InterruptedException e) {\n        log.warn(\"interrupted\", e);\n      }\n    }\n  }\n}\n",
        ),
        fires(
            "java",
            "class C {\n  void run() {\n    for (;;) {\n      try {\n        Thread.sleep(1000);\n        client.ping();\n      } catch (InterruptedException e) {\n      }\n    }\n  }\n}\n",
        ),
        fires(
            "csharp",
            "class C {\n  async Task<Row> Load(string key, CancellationToken token) {\n    return await client.GetAsync(key, CancellationToken.None);\n  }\n}\n",
        ),
        fires("typescript", "export async function load(url: string, signal: AbortSignal) {\n  const reply = await fetch(url);\n  return reply.json();\n}\n",),
        mends(
            "csharp",
            "class C {\n  async Task<Row> Load(string key, CancellationToken token) {\n    return await client.GetAsync(key, CancellationToken.None);\n  }\n}\n",
            "class C {\n  async Task<Row> Load(string key, CancellationToken token) {\n    return await client.GetAsync(key, token);\n  }\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) count(ctx context.Context, k string) (int, error) {\n\trows, err := c.client.List(ctx, k)\n\treturn len(rows), err\n}\n",
        ),
        silent(
            "go",
            "package c\n\nfunc (c *C) drop(ctx context.Context) {\n\tdefer func() {\n\t\tc.client.Delete(context.Background(), c.key)\n\t}()\n\tc.work(ctx)\n}\n",
        ),
        silent("python", "async def stop(task):\n    task.cancel()\n    try:\n        await task\n    except asyncio.CancelledError:\n        pass\n"),
        silent(
            "java",
            "class C {\n  void run() {\n    while (true) {\n      try {\n        handle(queue.take());\n      } catch (InterruptedException e) {\n        Thread.currentThread().interrupt();\n        return;\n      }\n    }\n  }\n}\n",
        ),
        silent(
            "typescript",
            "export async function load(url: string, signal: AbortSignal) {\n  const reply = await fetch(url, { signal });\n  return reply.json();\n}\n",
        ),
        silent(
            "java",
            "class C {\n  void run() throws InterruptedException {\n    while (true) {\n      try {\n        handle(queue.take());\n      } catch (BadMessage e) {\n        parked.add(e.message());\n      }\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class C implements Runnable {\n  public void run() {\n    try {\n      while (!Thread.currentThread().isInterrupted()) {\n        handle(queue.take());\n      }\n    } catch (InterruptedException e) {\n      log.info(\"interrupted, ending\");\n    }\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class C {\n  async Task Run(CancellationToken stop) {\n    while (!stop.IsCancellationRequested) {\n      try {\n        await Handle(await queue.ReadAsync(stop));\n      } catch (OperationCanceledException) when (stop.IsCancellationRequested) {\n        break;\n      }\n    }\n  }\n}\n"
        ),
        silent(
            "csharp",
            "class C {\n  async Task Close(CancellationToken stop) {\n    await pump.StopAsync(stop);\n    await journal.FlushAsync(CancellationToken.None);\n  }\n}\n"
        ),
        silent(
            "python",
            "async def follow(client):\n    while True:\n        try:\n            await client.next_event()\n        except asyncio.CancelledError:\n            log.info('cancelled')\n            raise\n        except ConnectionError:\n            await asyncio.sleep(1)\n"
        ),
        silent(
            "python",
            "async def warm(urls):\n    try:\n        async with asyncio.timeout(5):\n            await asyncio.gather(*(load(u) for u in urls))\n    except TimeoutError:\n        log.info(\"cache stays cold\")\n"
        ),
        fires(
            "typescript",
            "async function* pages(client: Client, signal: AbortSignal) {\n  let next: string | undefined = '';\n  while (next !== undefined) {\n    const page = await client.list({ after: next });\n    yield page.rows;\n    next = page.next;\n  }\n}\n"
        ),
        silent(
            "typescript",
            "async function* pages(client: Client, signal: AbortSignal) {\n  let next: string | undefined = '';\n  while (next !== undefined) {\n    signal.throwIfAborted();\n    const page = await client.list({ after: next });\n    yield page.rows;\n    next = page.next;\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export function loader(base: string, signal: AbortSignal) {\n  const client = createClient({ base, signal });\n  return (path: string) => client.get(path);\n}\n"
        ),
    ];
}
