//! A state that others act on is published before it is true, or although it is not.
//!
//! Ready before the cache is loaded, a job enqueued before its row is committed, idle from an error handler: readers react at once, and
//! what they start cannot be taken back when the remaining steps fail. Sources: OSDI 2014, "Simple Testing Can Prevent Most Critical
//! Failures" (handlers that go on as if all were well); Sidekiq wiki, "Cannot find ModelName with ID"; Kubernetes, readiness probes.
//!
//! Shapes: ready, running or done set above steps that can fail; set in a handler or in a `finally`; a publish inside a database
//! transaction; the wait or the check that stood before such a state is gone; the local record of a held thing dropped before its remote side;
//! an announcement put ahead of the work that it announces, or out of the callback of its end; an end that is no longer waited for.

use super::moved;
use super::taken::{self, Pair};
use super::{Detector, High, Medium, Sighting, View};
use crate::engine::syntax::words::{self, Towards, says};
use crate::engine::syntax::{Call, Caught, Id, Kind, Outline, Role, Use};

pub(super) const DETECTOR: Detector = Detector { id: "premature-state-transition", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for id in o.ids().filter(|i| o.sets_state(*i) == Some(Towards::Up)) {
        let what = o.brief(id);
        if o.handler_of(id).is_some_and(|h| fails_for_real(o, h)) {
            let seen = format!("`{what}` runs because something failed: whoever watches it hands out new work to what is broken");
            let confidence = if says(what, &["idle", "ready", "free", "available", "healthy"]) { High } else { Medium };
            out.push(view.sighting(id, format!("handler {}", subject(o, id)), confidence, seen));
        } else if let Some(step) = step_after(o, id) {
            let seen = format!("`{what}` stands above `{}`, which can still fail: others act on a state that is not true yet", o.callee(step));
            out.push(view.sighting(id, format!("above {}", subject(o, id)), Medium, seen));
        }
    }
    out.extend(published_in_transaction(view));
    out.extend(guard_gone(view));
    out.extend(dropped_first(view));
    for pair in taken::pairs(view) {
        out.extend(told_first(view, &pair));
        out.extend(told_at_once(view, &pair));
        out.extend(end_not_awaited(view, &pair));
        out.extend(outcome_unread(view, &pair));
    }
    out
}

/// A name for the state that is set, which other edits leave alone.
fn subject(o: &Outline<'_>, id: Id) -> String {
    match &o.node(id).kind {
        Kind::Assign { target, value } => format!("{target} = {value}"),
        Kind::Call(c) => format!("{} {}", o.callee(id), c.args.last().map_or("", |a| a.text)),
        _ => String::new(),
    }
}

/// Handlers of remote calls or writes, not of a lookup that may be absent.
fn fails_for_real(o: &Outline<'_>, handler: Id) -> bool {
    o.guarded(handler).iter().any(|g| o.call(*g).is_some_and(|c| words::remote(c) == words::Remote::Sure || words::is_store_write(c)))
}

/// A step that can fail, behind a state that says that all is well, with none before it.
fn step_after(o: &Outline<'_>, id: Id) -> Option<Id> {
    #[rustfmt::skip]
    const STEPS: &[&str] = &["restore*", "load*", "recover*", "replay*", "subscribe*", "connect*", "bootstrap*", "initialize*", "init", "warm*", "migrate*", "listen*", "bind", "join*", "sync*", "converge*", "open"];
    // A state of a beginning: ready, serving, running. `done` and `stopped` are the end of something.
    let begins = says(o.source(id), &["ready", "serving", "running", "healthy", "up", "available", "active", "online", "started", "initialized", "leader"]);
    if !begins || o.in_finally(id) || o.loop_of(id).is_some() {
        return None;
    }
    let is_step = |i: Id| {
        o.call(i).is_some_and(|c| {
            says(c.name, STEPS)
                && !words::is_log(c)
                && (c.propagated || c.awaited || o.handlers().any(|h| o.guarded(h).contains(&i)) || c.result == crate::engine::syntax::Use::Returned)
        })
    };
    o.after(id).map(|(i, _)| i).find(|i| is_step(*i) && o.closure_of(*i) == o.closure_of(id))
}

/// A message that leaves inside a transaction that can still be rolled back.
fn published_in_transaction(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    // Celery's `task.delay(args)`; with no receiver or no argument it is a pause.
    let delays = |c: &Call<'_>| o.language == "python" && c.name == "delay" && !c.receiver.is_empty() && !c.args.is_empty();
    for (id, call) in o.calls(0).filter(|(_, c)| words::is_publish(c) || delays(c)) {
        // An outbox row, or a hook that runs after the commit.
        if says(call.receiver, &["outbox", "tx", "transaction"])
            || o.ancestors(id).any(|a| {
                o.call(a).is_some_and(|c| says(c.name, &["on_commit", "oncommit", "aftercommit", "after_commit", "run_after_commit", "afterTransaction"]))
            })
        {
            continue;
        }
        let writes = |t: Id| o.within(t).any(|i| o.call(i).is_some_and(words::is_store_write)) || o.call(t).is_some();
        if !o.transaction_of(id).is_some_and(writes) {
            continue;
        }
        let callee = o.callee(id);
        let seen = format!("`{callee}` runs inside a transaction: the receiver can look for the row before it is committed, or for one that never will be");
        out.push(view.sighting(id, format!("transaction {callee}"), Medium, seen));
    }
    out
}

/// A wait, or a condition, that stood before a published state and does no longer.
fn guard_gone(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let Some(before) = view.before else { return Vec::new() };
    let mut out = Vec::new();
    for id in o.ids().filter(|i| o.sets_state(*i) == Some(Towards::Up) || is_mark(o, *i)) {
        let source = o.source(id);
        let name = o.function_name(id);
        let earlier: Vec<Id> =
            before.ids().filter(|i| before.source(*i) == source && before.function_name(*i) == name && same_kind(o, id, before, *i)).collect();
        let here: Vec<Id> = o.ids().filter(|i| o.source(*i) == source && o.function_name(*i) == name && same_kind(o, id, o, *i)).collect();
        // Where the same is said several times, the first is the first's twin.
        let Some(twin) = here.iter().position(|i| *i == id).and_then(|i| earlier.get(i).copied()) else { continue };
        if here.len() != earlier.len() {
            continue;
        }
        let waits = |o: &Outline<'_>, id: Id| o.before(id).filter(|(_, c)| is_wait(c)).count();
        if waits(before, twin) > 0 && waits(o, id) == 0 {
            let gone = before.before(twin).find(|(_, c)| is_wait(c)).map(|(i, _)| before.callee(i)).unwrap_or_default();
            let seen = format!("`{}` no longer waits for `{gone}`: the state is told before it is true", o.brief(id));
            out.push(view.sighting(id, format!("wait {}", subject(o, id)), High, seen));
            continue;
        }
        // In what starts something: the wait for what it has started, which may stand behind.
        let all = |o: &Outline<'_>, id: Id| o.function_of(id).map_or(0, |f| o.calls(f).filter(|(_, c)| is_wait(c)).count());
        if says(name, &["start*", "dostart", "open", "init*", "boot*"]) && all(before, twin) > 0 && all(o, id) == 0 {
            let seen = format!("`{}` is said, and nothing waits for what was started any more: others use it before it runs", o.brief(id));
            out.push(view.sighting(id, format!("wait {}", subject(o, id)), Medium, seen));
            continue;
        }
        let (then, now) = (conditions(before, twin), conditions(o, id));
        if then.len() > now.len() && now.iter().all(|c| then.contains(c)) {
            let gone = then.iter().find(|c| !now.contains(c)).copied().unwrap_or("");
            let gone: String = gone.chars().take(60).collect();
            let seen = format!("`{}` no longer depends on `{gone}`: others take the state for true without it", o.brief(id));
            out.push(view.sighting(id, format!("guard {}", subject(o, id)), Medium, seen));
        }
    }
    out
}

fn is_mark(o: &Outline<'_>, id: Id) -> bool {
    o.call(id).is_some_and(|c| says(c.name, &["marktrue", "mark_true", "markready", "setstate", "set_state", "setenginestate", "setrunning", "markdeployed"]))
}

fn same_kind(a: &Outline<'_>, x: Id, b: &Outline<'_>, y: Id) -> bool {
    std::mem::discriminant(&a.node(x).kind) == std::mem::discriminant(&b.node(y).kind)
}

fn is_wait(c: &crate::engine::syntax::Call<'_>) -> bool {
    says(c.name, &["await", "join", "wait", "wait_for*", "waitfor*", "awaittermination", "drain*", "flush*"]) && !words::is_log(c)
}

/// Conditions under which a node runs.
fn conditions<'t>(o: &Outline<'t>, id: Id) -> Vec<&'t str> {
    o.ancestors(id)
        .take_while(|a| !matches!(o.node(*a).kind, Kind::Function { .. }))
        .filter_map(|a| match o.node(a).kind {
            Kind::Branch { condition } => Some(condition),
            _ => None,
        })
        .collect()
}

/// The local record of something held is dropped, and only then its remote side.
fn dropped_first(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for (id, call) in o.calls(0) {
        let local = says(call.name, &["remove", "pop", "delete", "discard"])
            && says(words::tail(call.receiver), &["heldlocks", "held*", "locks", "leases", "owned*", "acquired*", "registrations"]);
        if !local {
            continue;
        }
        let remote = o.after(id).find(|(_, c)| {
            says(c.name, &["delete", "release", "unlock", "revoke", "deregister*", "unregister*"]) && words::remote(c) > words::Remote::No
                || says(c.receiver, &["zkc", "zk"])
        });
        if let Some((after, _)) = remote {
            let seen = format!("`{}` forgets what is held before `{}` has succeeded: when that fails nobody tries again", o.callee(id), o.callee(after));
            out.push(view.sighting(id, format!("dropped {}", o.callee(id)), Medium, seen));
        }
    }
    out
}

/// What tells others that something is there, done or free.
#[rustfmt::skip]
const TELLS: &[&str] = &[
    "notify*", "announce*", "signal*", "broadcast*", "publish*", "emit*", "checkin*", "check_in", "mark*", "report*", "register*", "converge*", "set_result",
    "setresult", "complete*", "countdown", "advertise*", "enqueue*", "trigger*", "update*", "send_update*", "send_notif*",
];
/// What takes time and can fail.
#[rustfmt::skip]
const WORKS: &[&str] = &[
    "process*", "handle*", "run*", "start*", "execute*", "sync*", "save*", "store*", "persist*", "write*", "flush*", "apply*", "move*", "load*", "install*",
    "init*", "connect*", "disconnect*", "checkin*", "delete*", "create*", "insert*", "commit*", "perform*", "migrate*", "restore*", "replay*", "put*",
    "import*", "upload*", "download*", "deploy*", "invoke*", "build*", "fetch*",
];
/// Names of what records that something is done.
#[rustfmt::skip]
const RECORDS: &[&str] = &[
    "synced*", "processed*", "completed*", "sent*", "delivered*", "finished*", "applied*", "committed*", "lastsync*", "last_sync*", "lastprocessed*",
    "last_processed*", "lastapplied", "last_applied", "imported*", "published*", "initialized", "loaded",
];

/// A step that tells others stands ahead of the work now; it stood behind it.
fn told_first(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let tells = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        // Go closes a channel to tell all who wait on it.
        Kind::Call(c) => {
            !words::is_log(c)
                && !words::is_ack(c)
                && o.handler_of(i).is_none()
                && !o.in_finally(i)
                && (says(c.name, TELLS)
                    || words::is_publish(c)
                    || o.sets_state(i) == Some(Towards::Up)
                    || (o.language == "go" && c.name == "close" && c.receiver.is_empty()))
        }
        Kind::Assign { target, .. } => o.handler_of(i).is_none() && (o.sets_state(i) == Some(Towards::Up) || says(words::tail(target), RECORDS)),
        _ => false,
    };
    let works = |o: &Outline<'_>, i: Id| {
        o.call(i).is_some_and(|c| says(c.name, WORKS) && !words::is_log(c) && !words::is_ack(c) && !c.is_new && o.handler_of(i).is_none())
    };
    let (first, second) = moved::ahead(pair, tells, works).into_iter().next()?;
    let o = view.outline;
    let (what, work) = (o.brief(first), o.callee(second));
    let seen = format!("`{what}` stood behind `{work}` and stands ahead of it now: others hear of what is not there yet, and of what may still fail");
    Some(view.sighting(first, format!("ahead {}", subject(o, first)), Medium, seen))
}

/// What ran when something had come to its end runs at once now.
fn told_at_once(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    #[rustfmt::skip]
    const ENDS: &[&str] = &[
        "whencomplete", "thenaccept", "thenrun", "thenapply", "then", "addlistener", "add_done_callback", "oncomplete", "on_complete", "finally", "continuewith",
        "after_commit", "on_commit", "aftercommit", "onsuccess", "handle", "andthen", "and_then", "subscribe",
    ];
    let (b, a) = (pair.before, pair.after);
    let behind = |o: &Outline<'_>, i: Id| {
        o.ancestors(i).take_while(|x| !o.is_named(*x)).find(|x| o.call(*x).is_some_and(|c| says(c.name, ENDS)) && o.closure_of(i).is_some_and(|f| f > *x))
    };
    for (id, call) in a.calls(pair.new).filter(|(i, c)| view.touches(*i) && says(c.name, TELLS) && !words::is_log(c)) {
        let same =
            |o: &Outline<'_>, f: Id| -> Vec<Id> { o.calls(f).filter(|(_, c)| c.name == call.name && c.receiver == call.receiver).map(|(i, _)| i).collect() };
        let (then, now) = (same(b, pair.old), same(a, pair.new));
        let late = then.iter().filter(|i| behind(b, **i).is_some()).count();
        if late == 0 || then.len() != now.len() || behind(a, id).is_some() || now.iter().any(|i| behind(a, *i).is_some()) {
            continue;
        }
        // An `await` in place of the callback waits as well.
        if a.calls(pair.new).filter(|(_, c)| c.awaited).count() > b.calls(pair.old).filter(|(_, c)| c.awaited).count() || a.handler_of(id).is_some() {
            continue;
        }
        let callee = a.callee(id);
        let seen = format!("`{callee}` ran when the outcome was there and runs at once now: it tells of something that has not happened yet");
        return Some(view.sighting(id, format!("at once {callee}"), Medium, seen));
    }
    None
}

/// What ends something no longer waits until it has ended.
fn end_not_awaited(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    const ENDS: &[&str] = &["stop*", "destroy*", "close*", "shutdown*", "shut_down", "terminate*", "dispose*", "unregister*", "deregister*", "teardown*"];
    let (b, a) = (pair.before, pair.after);
    let waits = |o: &Outline<'_>, f: Id| {
        o.calls(f)
            .filter(|(_, c)| {
                says(c.name, &["await", "join", "wait", "awaittermination", "drain*", "waitfor*", "wait_for*"])
                    && !words::is_log(c)
                    && !o.callee(f).contains("path")
            })
            .map(|(i, _)| i)
            .collect::<Vec<_>>()
    };
    if !says(taken::name(a, pair.new), ENDS) || !waits(a, pair.new).is_empty() {
        return None;
    }
    let gone = *waits(b, pair.old).first()?;
    let waited = b.call(gone)?;
    if says(waited.receiver, &["path", "os", "strings", "string", "separator"]) || waited.receiver.starts_with(['"', '\'']) {
        return None;
    }
    // Something is still told to end.
    let source = a.source(pair.new);
    let body = source.find(['{', ':', '\n']).map_or("", |i| &source[i..]);
    let ends = a.within(pair.new).find(|i| {
        a.call(*i).is_some_and(|c| says(c.name, ENDS) && !words::is_log(c) && b.calls(pair.old).any(|(_, n)| n.name == c.name))
            || a.call(*i).is_some_and(|c| c.args.iter().any(|x| x.text.contains("::") && says(x.text, ENDS)))
    })?;
    if !says(body, ENDS) {
        return None;
    }
    let seen = format!("`{}` no longer waits with `{}`: whoever called it goes on while the old one still runs", taken::name(a, pair.new), b.callee(gone));
    Some(view.sighting(ends, format!("end {}", taken::name(a, pair.new)), Medium, seen))
}

/// Whether a step succeeded decided what others are told; its outcome is not read any more.
fn outcome_unread(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let tells = |o: &Outline<'_>, i: Id| {
        o.call(i).is_some_and(|c| {
            (says(c.name, &["notify*", "enqueue*", "publish*", "broadcast*", "emit*", "announce*", "send*", "deliver*"]) || words::is_publish(c))
                && !words::is_log(c)
        })
    };
    for told in a.within(pair.new).filter(|i| tells(a, *i)) {
        let Some(was) = b.within(pair.old).find(|i| tells(b, *i) && b.callee(*i) == a.callee(told)) else { continue };
        let branch = b.ancestors(was).take_while(|x| *x != pair.old).find(|x| matches!(b.node(*x).kind, Kind::Branch { .. }));
        let Some(branch) = branch else { continue };
        let steps = b.within(branch).filter(|i| b.node(*i).role == Role::Condition && b.call(*i).is_some_and(|c| says(c.name, WORKS)));
        for step in steps {
            let now = a.calls(pair.new).find(|(i, c)| a.callee(*i) == b.callee(step) && c.result == Use::Ignored && *i < told);
            if let Some((now, _)) = now
                && !matches!(b.node(branch).kind, Kind::Handler { how: Caught::Catch, .. })
            {
                let (step, what) = (a.callee(now), a.callee(told));
                let seen = format!("`{what}` depended on the outcome of `{step}`, which nobody reads any more: others are told of what may have been refused");
                return Some(view.sighting(told, format!("unread {what}"), Medium, seen));
            }
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, keeps, mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (m *M) begin() {\n\tclose(m.elected)\n\tm.startRunnables()\n}\n",
            "package s\n\nfunc (m *M) begin() {\n\tm.startRunnables()\n\tclose(m.elected)\n}\n",
        ),
        mends(
            "python",
            "class Sync:\n    def run(self, user):\n        user.synced_at = now()\n        self.remote.sync(user)\n",
            "class Sync:\n    def run(self, user):\n        self.remote.sync(user)\n        user.synced_at = now()\n",
        ),
        mends(
            "java",
            "class C {\n  Reply call(Request r) {\n    Reply reply = next.call(r);\n    reportOutcome(breaker, reply);\n    return reply;\n  }\n}\n",
            "class C {\n  Reply call(Request r) {\n    Reply reply = next.call(r);\n    reply.whenComplete((v, e) -> reportOutcome(breaker, reply));\n    return reply;\n  }\n}\n",
        ),
        mends(
            "java",
            "class Server {\n  void stop() {\n    group.shutdown();\n  }\n}\n",
            "class Server {\n  void stop() {\n    group.shutdown();\n    group.awaitTermination(5, SECONDS);\n  }\n}\n",
        ),
        mends(
            "ruby",
            "class Pushes\n  def create\n    push = Push.new(body)\n    push.process\n    enqueue_hooks(push.version) if push.version\n  end\nend\n",
            "class Pushes\n  def create\n    push = Push.new(body)\n    enqueue_hooks(push.version) if push.process\n  end\nend\n",
        ),
        mends(
            "yaml",
            "spec:\n  containers:\n    - name: proxy\n      image: proxy:3\n      ports:\n        - containerPort: 80\n",
            "spec:\n  containers:\n    - name: proxy\n      image: proxy:3\n      ports:\n        - containerPort: 80\n      readinessProbe:\n        tcpSocket:\n          port: 80\n",
        ),
        mends(
            "yaml",
            "services:\n  shop:\n    image: shop:1\n    depends_on:\n      - store\n  store:\n    image: postgres:16\n",
            "services:\n  shop:\n    image: shop:1\n    depends_on:\n      store:\n        condition: service_healthy\n  store:\n    image: postgres:16\n",
        ),
        keeps(
            "yaml",
            "spec:\n  containers:\n    - name: proxy\n      image: proxy:3\n      readinessProbe:\n        tcpSocket:\n          port: 80\n    - name: side\n      image: side:1\n",
            "spec:\n  containers:\n    - name: side\n      image: side:1\n",
        ),
        keeps(
            "go",
            "package s\n\nfunc (m *M) begin() {\n\tm.load()\n\tm.log.Info(\"loaded\")\n\tclose(m.elected)\n}\n",
            "package s\n\nfunc (m *M) begin() {\n\tm.log.Info(\"loading\")\n\tm.load()\n\tclose(m.elected)\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *Server) Start(ctx context.Context) error {\n\ts.health.SetServingStatus(\"\", pb.SERVING)\n\tif err := s.restoreSnapshot(ctx); err != nil {\n\t\treturn err\n\t}\n\treturn s.consumer.Subscribe(ctx, s.topics)\n}\n",
            "package s\n\nfunc (s *Server) Start(ctx context.Context) error {\n\tif err := s.restoreSnapshot(ctx); err != nil {\n\t\treturn err\n\t}\n\tif err := s.consumer.Subscribe(ctx, s.topics); err != nil {\n\t\treturn err\n\t}\n\ts.health.SetServingStatus(\"\", pb.SERVING)\n\treturn nil\n}\n",
        ),
        mends(
            "python",
            "def run_next(worker, pool, job):\n    try:\n        worker.stub.Execute(job.request, timeout=30)\n    except grpc.RpcError:\n        pool.hset(f'worker:{worker.id}', 'status', 'idle')\n        pool.rpush('jobs', job.id)\n",
            "def run_next(worker, pool, job):\n    try:\n        worker.stub.Execute(job.request, timeout=30)\n    except grpc.RpcError:\n        pool.hset(f'worker:{worker.id}', 'status', 'suspect')\n        pool.rpush('jobs', job.id)\n",
        ),
        mends(
            "java",
            "class E {\n  void run() {\n    try { poll(); }\n    finally {\n      setEngineState(State.STOPPING, State.STOPPED);\n    }\n  }\n}\n",
            "class E {\n  void run() {\n    try { poll(); }\n    finally {\n      shutDownLatch.await();\n      setEngineState(State.STOPPING, State.STOPPED);\n    }\n  }\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) propagate(d *Deployment) {\n\tif d.Available {\n\t\tset.Manage(s).MarkTrue(ConditionDeployed)\n\t}\n}\n",
            "package s\n\nfunc (s *S) propagate(d *Deployment) {\n\tif d.Available {\n\t\tif d.Unavailable == 0 {\n\t\t\tset.Manage(s).MarkTrue(ConditionDeployed)\n\t\t}\n\t}\n}\n",
        ),
        mends(
            "java",
            "class L {\n  void doStart() {\n    setRunning(true);\n    for (C c : consumers) { executor.run(c); }\n  }\n}\n",
            "class L {\n  void doStart() {\n    setRunning(true);\n    for (C c : consumers) { executor.run(c); }\n    startLatch.await(timeout);\n  }\n}\n",
        ),
        fires("ruby", "def place(order)\n  Order.transaction do\n    order.save!\n    ShipJob.perform_async(order.id)\n  end\nend\n"),
        silent("ruby", "def place(order)\n  Order.transaction do\n    order.save!\n  end\n  ShipJob.perform_async(order.id)\nend\n"),
        silent(
            "typescript",
            "export function toggle(rows: Row[], id: string) {\n  return rows.map((row) => (row.id === id ? { ...row, open: !row.open } : row));\n}\n",
        ),
        silent("python", "def start(self):\n    self.load_snapshot()\n    self.status = 'ready'\n    log.info('ready')\n"),
        silent("java", "class A {\n  void start() throws IOException {\n    cache.load();\n    state = State.READY;\n  }\n}\n"),
        silent(
            "python",
            "def place(order):\n    with transaction.atomic():\n        order.save()\n        transaction.on_commit(lambda: ship.delay(order.id))\n"
        ),
        fires("python", "def place(order):\n    with transaction.atomic():\n        order.save()\n        ship.delay(order.id)\n"),
        silent(
            "java",
            "class E {\n  void run() {\n    try {\n      poll();\n      setEngineState(State.RUNNING, State.DONE);\n    } finally {\n      metrics.stop();\n    }\n  }\n}\n"
        ),
        silent(
            "java",
            "class Relay {\n  @Transactional\n  void place(Order order) {\n    orders.save(order);\n    outbox.save(new Event(\"placed\", order.id()));\n  }\n}\n"
        ),
        silent("ruby", "class Order < ApplicationRecord\n  after_commit :ship, on: :create\n\n  def ship\n    ShipJob.perform_async(id)\n  end\nend\n"),
        silent(
            "ruby",
            "def import(rows)\n  Import.transaction do\n    rows.each { |row| Row.create!(row) }\n    Import.last.update!(state: \"done\")\n  end\nend\n"
        ),
        mends(
            "ruby",
            "def place(order)\n  ActiveRecord::Base.transaction do\n    order.save!\n    InvoiceJob.perform_later(order)\n    order.lines.each(&:reserve!)\n  end\nend\n",
            "def place(order)\n  ActiveRecord::Base.transaction do\n    order.save!\n    order.lines.each(&:reserve!)\n  end\n  InvoiceJob.perform_later(order)\nend\n"
        ),
        fires(
            "typescript",
            "export class Server {\n  async start() {\n    this.ready = true;\n    await this.cache.load();\n    await this.consumer.subscribe(this.topics);\n  }\n}\n"
        ),
        fires(
            "typescript",
            "export async function place(order: Order) {\n  await prisma.$transaction(async (tx) => {\n    await tx.order.create({ data: order });\n    await queue.add('ship', { id: order.id });\n  });\n}\n"
        ),
        silent(
            "typescript",
            "export class Server {\n  async start() {\n    await this.cache.load();\n    await this.consumer.subscribe(this.topics);\n    this.ready = true;\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export class Panel {\n  async open() {\n    this.loading = true;\n    this.rows = await this.api.rows();\n    this.loading = false;\n  }\n}\n"
        ),
        silent(
            "go",
            "package s\n\nfunc (s *Server) Start(ctx context.Context) error {\n\ts.state = stateStarting\n\tif err := s.restoreSnapshot(ctx); err != nil {\n\t\ts.state = stateFailed\n\t\treturn err\n\t}\n\ts.state = stateReady\n\treturn nil\n}\n"
        ),
        silent(
            "go",
            "package main\n\nfunc relay(r *bufio.Reader, producers []*nsq.Producer) {\n\tgo func() {\n\t\tfor {\n\t\t\tif atomic.LoadInt64(&balance) <= 0 {\n\t\t\t\ttime.Sleep(interval)\n\t\t\t}\n\t\t\tif err := publishNext(r, producers); err != nil {\n\t\t\t\tlog.Fatal(err)\n\t\t\t}\n\t\t\tatomic.AddInt64(&balance, -1)\n\t\t}\n\t}()\n}\n"
        ),
    ];
}
