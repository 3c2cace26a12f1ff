//! What is looked at and what is then done about it are two steps, and somebody else can come between them.
//!
//! Two callers both find the key free, the pool empty, the slot open, and both go on. Sources: CWE-367; Lu et al., "Learning from
//! Mistakes" (ASPLOS 2008: atomicity violations are the most frequent kind); Bailis et al., "Feral Concurrency Control" (SIGMOD 2015).
//!
//! Shapes: a look and a change that were under one lock and are not any more; the second look under a lock is gone; the result of a
//! claim (`remove`, `putIfAbsent`, compare-and-set) is no longer, or never, asked; an atomic counter compared and then counted; an
//! update that matched nothing followed by an insert; a field looked at before an await and set behind it; a key of a shared store
//! looked up and then written; `if not exists (select ..) insert`; the handler of a duplicate key is gone.

mod rows;
mod steps;

use super::lost_lock::{lost, same_function};
use super::taken;
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::reading::locks::Held;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Kind, Outline, Role, Use};

pub(super) const DETECTOR: Detector = Detector { id: "check-then-act", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    let mut functions = Vec::new();
    for l in lost(view) {
        let function = o.function_of(l.at);
        if functions.contains(&function) {
            continue;
        }
        functions.push(function);
        if l.checked {
            let seen =
                format!("`{}` is looked at and then changed without the lock that made the two one step: two callers both find it so and both go on", l.field);
            out.push(view.sighting(l.at, format!("unlocked {}", l.field), if l.write && l.all { High } else { Medium }, seen));
        }
    }
    for function in o.functions().filter(|f| view.touches(*f)) {
        let held = o.held(function);
        second_look(view, function, &held, &mut out);
        unasked_claim(view, function, &mut out);
        raced_claim(view, function, &mut out);
        counted(view, function, &held, &mut out);
        rows::update_or_insert(view, function, &held, &mut out);
        across_await(view, function, &held, &mut out);
        rows::looked_up(view, function, &held, &mut out);
        rows::conditional_insert(view, function, &mut out);
        rows::duplicate_unhandled(view, function, &mut out);
    }
    for pair in taken::pairs(view) {
        out.extend(steps::taken_in_two(view, &pair));
        out.extend(steps::copied_and_cleared(view, &pair));
        out.extend(steps::unlocked(view, &pair));
    }
    out
}

/// The same question was asked again under the lock, and is not any more.
fn second_look(view: &View<'_>, function: Id, held: &[Held<'_>], out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    let held_before = before.held(earlier);
    let (Some(last), true) = (held.last(), held.len() == held_before.len()) else { return };
    let was_last = held_before[held_before.len() - 1];
    for i in before.within(earlier) {
        let Kind::Branch { condition } = before.node(i).kind else { continue };
        let within = |h: &Held<'_>, byte: usize| h.span.0 <= byte && byte < h.span.1;
        if !within(&was_last, before.node(i).span.0) || condition.len() < 4 || says(condition, &["err", "error"]) {
            continue;
        }
        let asked = |o: &Outline<'_>, f: Id| {
            o.within(f).filter(|b| matches!(o.node(*b).kind, Kind::Branch { condition: c } if same_words(c, condition))).collect::<Vec<_>>()
        };
        let (then, now) = (asked(before, earlier), asked(o, function));
        let first = then.iter().any(|b| !within(&was_last, before.node(*b).span.0));
        let gone = !now.is_empty() && now.len() < then.len() && now.iter().all(|b| !within(last, o.node(*b).span.0));
        if first && gone {
            let seen = format!("`{}` is asked before the lock is taken and no longer under it: what was true then may be gone now", brief(condition));
            out.push(view.sighting(last.at, format!("second look {}", brief(condition)), Medium, seen));
            return;
        }
    }
}

/// Methods that tell by their result whether this caller was the one.
#[rustfmt::skip]
const CLAIMS: &[&str] = &[
    "remove", "tryremove", "delete", "add", "tryadd", "putifabsent", "compareandset", "compareandswap", "compare_exchange", "setnx", "set_nx",
    "getandset", "trylock", "try_lock", "tryacquire", "try_acquire", "del", "hdel", "srem", "sadd", "zrem", "loadorstore", "loadanddelete",
    "compareandswapint32", "compareandswapint64", "compareandswapuint32", "compareandswapuint64", "compare_and_set", "hsetnx", "put_if_absent",
];

/// A claim whose result decided before and is thrown away now.
fn unasked_claim(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    for (id, c) in o.calls(function).filter(|(_, c)| c.result == Use::Ignored && is_one_of(c.name, CLAIMS) && !c.receiver.is_empty() && !c.propagated) {
        // A swap that was tried with a value read before is an update that gets lost: another pattern.
        if says(c.name, &["compare*"]) && !c.args.iter().rev().take(2).all(|a| matches!(a.text.trim(), "true" | "false" | "0" | "1" | "null")) {
            continue;
        }
        let same = |b: &Call<'_>| b.name == c.name && b.receiver == c.receiver && b.args == c.args;
        let still_asked = o.calls(function).any(|(_, b)| same(b) && b.result != Use::Ignored);
        let asked = before.calls(earlier).any(|(i, b)| same(b) && decides(before, earlier, i, b));
        let ignored_before = before.calls(earlier).any(|(_, b)| same(b) && b.result == Use::Ignored);
        // Looked up first and removed when the work is done: the look decides, the removal tidies up.
        let looked_up = o.calls(function).any(|(_, b)| b.receiver == c.receiver && b.args == c.args && b.result != Use::Ignored && says(b.name, &["get*"]));
        if asked && !still_asked && !ignored_before && !looked_up {
            let callee = o.callee(id);
            let seen = format!("`{callee}` told which of two callers came first and nobody asks any more: both go on as if they had");
            out.push(view.sighting(id, format!("unasked {callee}"), Medium, seen));
        }
    }
}

/// The result of a call is what a branch asks.
fn decides(o: &Outline<'_>, function: Id, id: Id, c: &Call<'_>) -> bool {
    match c.result {
        Use::Assigned(target) => {
            let target = target.rsplit([' ', ',']).next().unwrap_or(target);
            !says(target, &["err", "error"]) && o.within(function).any(|i| matches!(o.node(i).kind, Kind::Branch { condition } if says(condition, &[target])))
        }
        Use::Read => std::iter::once(id).chain(o.ancestors(id)).take_while(|i| *i != function).any(|i| o.node(i).role == Role::Condition),
        _ => false,
    }
}

/// A value is put if nobody was first, and then used as if nobody had been.
fn raced_claim(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    const PUTS: &[&str] = &["putifabsent", "tryadd", "loadorstore", "put_if_absent"];
    let o = view.outline;
    for (id, c) in o.calls(function).filter(|(_, c)| c.result == Use::Ignored && is_one_of(c.name, PUTS) && c.args.len() == 2) {
        let value = c.args[1].text;
        let plain = !value.is_empty() && value.starts_with(|f: char| f.is_ascii_alphabetic()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let local = o.within(function).any(|i| matches!(o.node(i).kind, Kind::Assign { target, .. } if target == c.receiver));
        let made = o.within(function).any(|i| matches!(o.node(i).kind, Kind::Assign { target, .. } if target == value));
        if !plain || local || !made || says(value, &["true", "false", "null"]) {
            continue;
        }
        // Until the name is given another value.
        let end = o.within(function).find(|i| *i > id && matches!(o.node(*i).kind, Kind::Assign { target, .. } if target == value)).unwrap_or(usize::MAX);
        let used = o.calls(function).find(|(i, u)| *i > id && *i < end && o.precedes(id, *i) && u.receiver == value && !words::is_log(u));
        let handed_out = o.within(function).find(|i| *i > id && *i < end && matches!(o.node(*i).kind, Kind::Jump { value: v, .. } if v.trim() == value));
        if used.is_some() || handed_out.is_some() {
            let seen = format!(
                "`{}` keeps the value of whoever came first and its answer is not asked, so the loser of the race goes on with its own `{value}`",
                o.callee(id)
            );
            out.push(view.sighting(id, format!("raced {}", o.callee(id)), Medium, seen));
        }
    }
}

/// An atomic number is compared with a limit in one step and counted in another.
fn counted(view: &View<'_>, function: Id, held: &[Held<'_>], out: &mut Vec<Sighting>) {
    let o = view.outline;
    for branch in o.within(function) {
        let Kind::Branch { condition } = o.node(branch).kind else { continue };
        if !condition.contains(['<', '>']) || Outline::is_held(held, o.node(branch).span.0) {
            continue;
        }
        let loads = o.within(branch).filter(|i| is_in_condition(o, *i, branch)).filter_map(|i| o.call(i)).filter_map(loaded).collect::<Vec<_>>();
        for (id, c) in o.calls(function).filter(|(i, c)| *i > branch && c.result == Use::Ignored && !o.in_finally(*i)) {
            let Some(what) = added(c) else { continue };
            if loads.contains(&what) && (o.precedes(branch, id) || o.within(branch).contains(&id)) && o.handler_of(id).is_none() {
                let seen =
                    format!("`{}` is compared with its limit and counted up in a second step, so callers that look at the same time all pass", brief(what));
                out.push(view.sighting(branch, format!("counted {}", brief(what)), Medium, seen));
            }
        }
    }
}

fn is_in_condition(o: &Outline<'_>, id: Id, branch: Id) -> bool {
    let mut below = id;
    for a in o.ancestors(id) {
        if a == branch {
            return o.node(below).role == Role::Condition;
        }
        below = a;
    }
    false
}

/// What an atomic load reads.
fn loaded<'t>(c: &Call<'t>) -> Option<&'t str> {
    if c.receiver == "atomic" && c.name.starts_with("Load") {
        return c.args.first().map(|a| a.text.trim_start_matches('&'));
    }
    let bare = c.args.is_empty() || (c.args.len() == 1 && says(c.args[0].text, &["ordering", "memory_order*", "relaxed", "acquire", "seqcst"]));
    (bare && is_one_of(c.name, &["get", "load", "value", "intvalue", "longvalue"]) && !c.receiver.is_empty()).then_some(c.receiver)
}

/// What an atomic addition counts up.
fn added<'t>(c: &Call<'t>) -> Option<&'t str> {
    if c.receiver == "atomic" && c.name.starts_with("Add") {
        let down = c.args.get(1).is_some_and(|a| a.text.starts_with(['-', '^']));
        return c.args.first().filter(|_| !down).map(|a| a.text.trim_start_matches('&'));
    }
    is_one_of(c.name, &["incrementandget", "getandincrement", "increment", "fetch_add", "addandget", "add"]).then_some(c.receiver).filter(|r| !r.is_empty())
}

/// A field is looked at, something is awaited, and then the field is set.
fn across_await(view: &View<'_>, function: Id, held: &[Held<'_>], out: &mut Vec<Sighting>) {
    let o = view.outline;
    for branch in o.within(function) {
        let Kind::Branch { condition } = o.node(branch).kind else { continue };
        let span = o.node(branch).span;
        if Outline::is_held(held, span.0) || o.lock_of(branch).is_some() || is_shared_run(o, branch, function) {
            continue;
        }
        for id in o.within(branch) {
            let Kind::Assign { target, value } = o.node(id).kind else { continue };
            let own = ["self.", "this."].iter().any(|p| target.starts_with(p)) || o.language == "csharp" && target.starts_with('_');
            if !own
                || !asks_for(condition, target)
                || is_in_condition(o, id, branch)
                || o.node(id).role == Role::Else
                || says(target, &["status", "state", "error"])
            {
                continue;
            }
            let awaits = value.trim_start().starts_with("await ")
                || o.calls(branch).any(|(i, c)| c.awaited && i < id && !o.within(id).contains(&i) && o.precedes(i, id) && o.closure_of(i) == o.closure_of(id));
            let set_before = o.within(branch).any(|i| i < id && matches!(o.node(i).kind, Kind::Assign { target: t, .. } if t == target));
            if awaits && !set_before && o.closure_of(id) == o.closure_of(branch) {
                let seen = format!(
                    "`{target}` is looked at before an await and set behind it: every caller that comes meanwhile finds it as it was and does the same again"
                );
                out.push(view.sighting(branch, format!("await {target}"), if is_missing(condition, target) { Medium } else { Low }, seen));
            }
        }
    }
}

/// In a closure that is handed to what lets one run serve all callers.
fn is_shared_run(o: &Outline<'_>, id: Id, function: Id) -> bool {
    const ONE: &[&str] = &[
        "shared*",
        "once",
        "singleflight",
        "exclusive",
        "runexclusive",
        "serialize*",
        "dedupe*",
        "coalesce*",
        "memo*",
        "lock*",
        "withlock",
        "synchronize*",
        "debounce",
    ];
    o.ancestors(id)
        .take_while(|i| *i != function)
        .any(|i| o.call(i).is_some_and(|c| says(c.name, ONE) || says(words::tail(c.receiver), &["mutex", "lock", "singleflight"])))
}

fn asks_for(condition: &str, target: &str) -> bool {
    condition
        .match_indices(target)
        .any(|(at, _)| !condition[at + target.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '(' | '[')))
}

/// The condition says that there is nothing yet, or not for long enough.
fn is_missing(condition: &str, target: &str) -> bool {
    let c: String = condition.split_whitespace().collect::<Vec<_>>().join(" ");
    [
        format!("!{target}"),
        format!("not {target}"),
        format!("{target} is None"),
        format!("{target} == null"),
        format!("{target} === null"),
        format!("{target} == undefined"),
        format!("{target} === undefined"),
        format!("{target} is null"),
    ]
    .iter()
    .any(|m| c.contains(m))
        || (c.contains('<') || c.contains('>')) && says(target, &["last*"])
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn same_words(a: &str, b: &str) -> bool {
    a.trim_matches(['(', ')']).split_whitespace().eq(b.trim_matches(['(', ')']).split_whitespace())
}

fn brief(text: &str) -> &str {
    shorten(text.lines().next().unwrap_or("").trim(), 50)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "java",
            "class Calls {\n  void answered(Key key, Reply reply) {\n    Pending p = pending.get(key);\n    if (p != null) {\n      p.complete(reply);\n    }\n    pending.remove(key);\n  }\n}\n",
            "class Calls {\n  void answered(Key key, Reply reply) {\n    Pending p = pending.remove(key);\n    if (p != null) {\n      p.complete(reply);\n    }\n  }\n}\n",
        ),
        mends(
            "python",
            "class Calls:\n    def drain(self):\n        failed = list(self.failed)\n        self.failed.clear()\n        return failed\n",
            "class Calls:\n    def drain(self):\n        failed = list(self.failed)\n        for _ in failed:\n            self.failed.popleft()\n        return failed\n",
        ),
        mends(
            "csharp",
            "class Model {\n  void Send(Command c) {\n    flow.WaitOne();\n    session.Transmit(c);\n  }\n}\n",
            "class Model {\n  void Send(Command c) {\n    lock (sendLock) {\n      flow.WaitOne();\n      session.Transmit(c);\n    }\n  }\n}\n",
        ),
        mends(
            "python",
            "class Links:\n    async def get(self):\n        if self._pool is None:\n            self._pool = await make_pool(self.url)\n        return self._pool\n",
            "class Links:\n    async def get(self):\n        async with self._making:\n            async with self._lock:\n                if self._pool is None:\n                    self._pool = await make_pool(self.url)\n        return self._pool\n",
        ),
        mends(
            "python",
            "def take(self, key):\n    if self.redis.exists(key):\n        raise Taken(key)\n    self.redis.set(key, '1')\n",
            "def take(self, key):\n    if not self.redis.set(key, '1', nx=True):\n        raise Taken(key)\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) serve(c net.Conn) {\n\tif n := atomic.LoadInt32(&s.open); n >= limit {\n\t\treturn\n\t}\n\tatomic.AddInt32(&s.open, 1)\n\ts.handle(c)\n}\n",
            "package s\n\nfunc (s *S) serve(c net.Conn) {\n\tn := atomic.AddInt32(&s.open, 1)\n\tif n >= limit {\n\t\treturn\n\t}\n\ts.handle(c)\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (l *Leases) Renew(id int) error {\n\tl.mu.RLock()\n\tit := l.all[id]\n\tif it == nil {\n\t\tl.mu.RUnlock()\n\t\treturn errGone\n\t}\n\tl.mu.RUnlock()\n\tl.ask(it)\n\tl.mu.Lock()\n\tit.refresh()\n\tl.mu.Unlock()\n\treturn nil\n}\n",
            "package s\n\nfunc (l *Leases) Renew(id int) error {\n\tl.mu.RLock()\n\tit := l.all[id]\n\tif it == nil {\n\t\tl.mu.RUnlock()\n\t\treturn errGone\n\t}\n\tl.mu.RUnlock()\n\tl.ask(it)\n\tl.mu.Lock()\n\tit = l.all[id]\n\tif it == nil {\n\t\tl.mu.Unlock()\n\t\treturn errGone\n\t}\n\tit.refresh()\n\tl.mu.Unlock()\n\treturn nil\n}\n",
        ),
        mends(
            "java",
            "class T {\n  boolean take(long id) {\n    if (taken.contains(id)) {\n      return false;\n    }\n    taken.add(id);\n    return true;\n  }\n}\n",
            "class T {\n  boolean take(long id) {\n    synchronized (this) {\n      if (taken.contains(id)) {\n        return false;\n      }\n      taken.add(id);\n      return true;\n    }\n  }\n}\n",
        ),
        fires(
            "java",
            "class T {\n  Handle open(long id) {\n    Handle handle = make(id);\n    handles.putIfAbsent(id, handle);\n    handle.check();\n    return handle;\n  }\n}\n",
        ),
        fires(
            "java",
            "class T {\n  void register(R r) {\n    int n = dao.updateSeen(r.group(), r.key());\n    if (n < 1) {\n      dao.insertSeen(r.group(), r.key());\n    }\n  }\n}\n",
        ),
        fires(
            "typescript",
            "class Link {\n  async client() {\n    if (!this.client_) {\n      this.client_ = await connect(this.url);\n    }\n    return this.client_;\n  }\n}\n",
        ),
        mends(
            "typescript",
            "export async function ensure(id: string) {\n  return await prisma.room.create({ data: { id } });\n}\n",
            "export async function ensure(id: string) {\n  try {\n    return await prisma.room.create({ data: { id } });\n  } catch (e) {\n    if (e.code === 'P2002') {\n      return await prisma.room.findFirst({ where: { id } });\n    }\n    throw e;\n  }\n}\n",
        ),
        silent(
            "python",
            "class Links:\n    def get(self):\n        if self._pool is None:\n            self._pool = make_pool(self.url)\n        return self._pool\n",
        ),
        silent("python", "def take(self, key):\n    return self.redis.set(key, '1', nx=True, ex=30)\n"),
        silent("go", "package s\n\nfunc (s *S) serve(c net.Conn) {\n\tif atomic.AddInt32(&s.open, 1) > limit {\n\t\treturn\n\t}\n\ts.handle(c)\n}\n"),
        silent(
            "java",
            "class T {\n  Handle open(long id) {\n    Handle handle = make(id);\n    Handle first = handles.putIfAbsent(id, handle);\n    return first == null ? handle : first;\n  }\n}\n",
        ),
        silent(
            "typescript",
            "class Link {\n  async client() {\n    if (!this.opening) {\n      this.opening = connect(this.url);\n    }\n    return await this.opening;\n  }\n}\n",
        ),
        silent(
            "java",
            "class T {\n  boolean take(long id) {\n    return taken.add(id);\n  }\n  boolean shows(long id) {\n    return taken.contains(id);\n  }\n}\n"
        ),
        silent(
            "java",
            "class Report {\n  List<Row> unique(List<Row> rows) {\n    Set<Long> seen = new HashSet<>();\n    List<Row> out = new ArrayList<>();\n    for (Row row : rows) {\n      if (!seen.contains(row.id())) {\n        seen.add(row.id());\n        out.add(row);\n      }\n    }\n    return out;\n  }\n}\n"
        ),
        silent(
            "typescript",
            "export async function take(redis: Redis, seat: string, me: string) {\n  const got = await redis.set(`seat:${seat}`, me, 'NX', 'EX', 60);\n  if (got === null) {\n    throw new Taken(seat);\n  }\n}\n"
        ),
        fires(
            "typescript",
            "export async function take(redis: Redis, seat: string, me: string) {\n  if (await redis.exists(`seat:${seat}`)) {\n    throw new Taken(seat);\n  }\n  await redis.set(`seat:${seat}`, me);\n}\n"
        ),
        silent(
            "go",
            "package s\n\nfunc (r *Registry) Add(name string, p Plugin) error {\n\tr.mu.Lock()\n\tdefer r.mu.Unlock()\n\tif _, ok := r.all[name]; ok {\n\t\treturn fmt.Errorf(\"%s is registered\", name)\n\t}\n\tr.all[name] = p\n\treturn nil\n}\n"
        ),
        silent(
            "python",
            "def take(conn, seat, me):\n    taken = conn.execute(\"UPDATE seats SET holder = %s WHERE id = %s AND holder IS NULL\", (me, seat))\n    if taken.rowcount == 0:\n        raise Taken(seat)\n"
        ),
    ];
}
