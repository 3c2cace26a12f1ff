//! A decision is taken on what was read earlier, from a copy or from a cache, and nothing asks whether it still holds.
//!
//! A view that lags says "gone" of what was just made and "free" of what was just taken. Sources: Terry et al., "Session Guarantees for
//! Weakly Consistent Replicated Data" (1994); Kubernetes API concepts, resource versions; etcd, linearizable reads.
//!
//! Shape: the edit takes away the question whether what was read is still current: a guard on a version, an epoch, a run or a change
//! of leader that left the function, a part of a condition that asked the same, an arm of a `select` that ended it. Or: the read is put
//! ahead of the wait behind which its answer is used; what was read in one transaction is read one by one; what was read again is not.

use super::lost_lock::same_function;
use super::moved;
use super::taken::{self, Pair};
use super::{Detector, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Role, Use};

pub(super) const DETECTOR: Detector = Detector { id: "stale-read-decision", languages: &[], find };

/// Words that ask for currency wherever they stand.
#[rustfmt::skip]
const CURRENT: &[&str] = &[
    "stale*", "outdated", "obsolete", "superseded", "leaderchanged*", "leader_changed*", "errleaderchanged", "lagging", "replica_lag", "recently*",
    "grace_period", "graceperiod", "isfresh", "is_fresh", "uptodate", "up_to_date", "is_current", "iscurrent", "is_latest", "islatest",
];
/// Words that do so where two of them are compared.
#[rustfmt::skip]
const COMPARED: &[&str] = &["version", "revision", "epoch", "generation", "term", "run_id", "runid", "etag", "resourceversion", "nexteventid", "lsn", "incarnation", "attempt_number", "sequence"];

fn find(view: &View<'_>) -> Vec<Sighting> {
    let (o, Some(before)) = (view.outline, view.before) else { return Vec::new() };
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        let Some(earlier) = same_function(o, function, before) else { continue };
        let asked = questions(before, earlier);
        let asks = questions(o, function);
        // What is asked in other words now is still asked.
        if asks.len() >= asked.len() {
            continue;
        }
        let Some(gone) = asked.iter().find(|q| asked.iter().filter(|o| o.text == q.text).count() > asks.iter().filter(|o| o.text == q.text).count()) else {
            continue;
        };
        let Some(at) = place(view, function) else { continue };
        let seen =
            format!("what asked whether this is still current (`{}`) is gone: an older answer now decides as if it were the newest", shorten(&gone.text, 60));
        out.push(view.sighting(at, format!("currency {}", shorten(&gone.text, 60)), Medium, seen));
    }
    for pair in taken::pairs(view) {
        out.extend(read_first(view, &pair));
        out.extend(read_apart(view, &pair));
        out.extend(not_read_again(view, &pair));
    }
    out
}

/// Names of what reads a state of somebody else.
#[rustfmt::skip]
const READS: &[&str] = &[
    "get*", "find*", "fetch*", "load*", "read*", "query*", "select*", "lookup*", "look_up", "current*", "status*", "state*", "snapshot*", "exists*", "list*", "peek*",
    "retrieve*", "describe*", "first", "last", "count*", "health*", "reload*", "refresh*", "zscore", "hget*", "is_*",
];
/// Calls that block until somebody comes, or until one's turn.
#[rustfmt::skip]
const BLOCKS: &[&str] = &["accept", "recv*", "receive*", "wait*", "await*", "acquire*", "lock", "rlock", "trylock", "try_lock", "sleep*", "poll", "park", "lockasync", "take", "begin*", "start_transaction"];

/// What is read stood behind a wait, and stands ahead of it now.
fn read_first(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let o = view.outline;
    let reads = |o: &Outline<'_>, i: Id| match &o.node(i).kind {
        // A value that is put under a name, by a call or from a field that others write.
        Kind::Assign { value, .. } => {
            let call = o.within(i).find_map(|c| o.call(c).filter(|_| o.node(c).parent == i));
            call.is_some_and(|c| says(c.name, READS) && !words::is_log(c) && !c.is_new) || (value.contains('[') && value.ends_with(']') && value.contains('.'))
        }
        _ => false,
    };
    let blocks = |o: &Outline<'_>, i: Id| o.call(i).is_some_and(|c| says(c.name, BLOCKS) && !c.receiver.is_empty() && !words::is_log(c));
    let (first, second) = moved::ahead(pair, reads, blocks).into_iter().next()?;
    let (what, wait) = (o.brief(first), o.callee(second));
    let seen = format!("`{what}` is read ahead of `{wait}` now, and used behind it: what it says may be old by then");
    Some(view.sighting(first, format!("ahead {what}"), Medium, seen))
}

/// What was read together, in one transaction or one answer, is read one by one, and decides.
fn read_apart(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let together = |o: &Outline<'_>, f: Id| {
        let scope = |i: Id| match &o.node(i).kind {
            Kind::Scope { head, .. } => says(head, &["pipeline", "transaction", "snapshot", "atomic", "multi"]),
            Kind::Call(c) => says(c.name, &["pipeline", "multi", "transaction*", "snapshot", "mget", "get_many", "getall", "multi_get"]) && !words::is_log(c),
            _ => false,
        };
        o.within(f).filter(|i| scope(*i)).count()
    };
    if together(b, pair.old) == 0 || together(a, pair.new) > 0 {
        return None;
    }
    let asks: Vec<Id> = a
        .calls(pair.new)
        .filter(|(i, c)| (says(c.name, READS) || c.name.len() < 12 && c.awaited) && (c.awaited || words::remote(c) != words::Remote::No) && view.touches(*i))
        .map(|(i, _)| i)
        .collect();
    let decides = asks.iter().any(|i| a.ancestors(*i).take_while(|x| *x != pair.new).any(|x| matches!(a.node(x).kind, Kind::Branch { .. })));
    if asks.len() < 2 || !decides {
        return None;
    }
    let callee = a.callee(asks[0]);
    let seen = format!("`{callee}` and what follows are separate reads now, where one answer held for all: what they say may never have been true at one time");
    Some(view.sighting(asks[0], format!("apart {}", taken::name(a, pair.new)), Medium, seen))
}

/// What was read again before it decided is taken from the caller, or from a copy.
fn not_read_again(view: &View<'_>, pair: &Pair<'_>) -> Option<Sighting> {
    let (b, a) = (pair.before, pair.after);
    let is_read = |o: &Outline<'_>, i: Id| {
        o.call(i).is_some_and(|c| {
            says(c.name, &["find*", "fetch*", "load*", "select*", "lookup*", "reload*", "refresh*", "retrieve*", "get*", "read*", "query*"])
                && !words::is_log(c)
                && !c.is_new
                && (c.awaited || words::remote(c) == words::Remote::Sure || says(c.name, &["reload*", "refresh*"]))
        })
    };
    // Its answer stood in a condition, or under a name that stood in one.
    let decided = |o: &Outline<'_>, f: Id, i: Id| {
        let in_condition = o.ancestors(i).take_while(|x| *x != f).any(|x| matches!(o.node(x).kind, Kind::Branch { .. }) && o.node(i).role == Role::Condition);
        let Some(Use::Assigned(name)) = o.call(i).map(|c| c.result) else { return in_condition };
        in_condition || o.source(f).matches(taken::root(name.trim_start_matches("const ").trim_start_matches("let "))).count() > 1
    };
    let gone = pair.gone(|o, i| is_read(o, i).then(|| o.call(i).map_or_else(String::new, |c| c.name.to_owned())));
    let first = gone.into_iter().find(|i| decided(b, pair.old, *i) && b.handler_of(*i).is_none())?;
    // Nothing else is read in its place, and what was done with it still is.
    if !pair.came(|o, i| is_read(o, i).then(|| o.callee(i))).is_empty() {
        return None;
    }
    let acts = |c: &Call<'_>| {
        (words::is_store_write(c)
            || words::is_publish(c)
            || says(c.name, &["update*", "create*", "trigger*", "delete*", "start*", "insert*", "set*", "push*", "remove*", "schedule*"]))
            && !words::is_log(c)
    };
    let act = a.calls(pair.new).find(|(i, c)| acts(c) && b.calls(pair.old).any(|(w, n)| n.name == c.name && w > first && b.callee(w) == a.callee(*i)))?.0;
    let (read, callee) = (b.callee(first), a.callee(act));
    let seen = format!("`{read}`, which was asked before `{callee}` decided, is gone: it acts on what the caller read some time ago");
    Some(view.sighting(act, format!("again {read}"), Medium, seen))
}

struct Question {
    text: String,
}

/// Places in a function that ask whether something read is still current, and go another way if not.
fn questions(o: &Outline<'_>, function: Id) -> Vec<Question> {
    let mut out = Vec::new();
    for id in o.within(function) {
        match o.node(id).kind {
            Kind::Branch { condition } if !condition.is_empty() => {
                for part in condition.split("&&").flat_map(|p| p.split("||")).flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" or ")) {
                    let whole = part.trim().trim_matches(['(', ')', '{', ' ']);
                    let leaves_stale = leaves(o, id) && o.within(id).any(|i| matches!(o.node(i).kind, Kind::Jump { value, .. } if says(value, CURRENT)));
                    if is_currency(whole) || leaves_stale && says(whole, COMPARED) {
                        out.push(Question { text: flat(whole) });
                    }
                }
            }
            Kind::Arm { pattern } if says(pattern, CURRENT) && leaves(o, id) => out.push(Question { text: flat(pattern) }),
            _ => {}
        }
    }
    out
}

fn is_currency(part: &str) -> bool {
    if says(part, CURRENT) {
        return true;
    }
    let sides: Vec<&str> = ["<=", ">=", "!=", "<", ">"].iter().find_map(|op| part.split_once(op)).map_or_else(Vec::new, |(a, b)| vec![a, b]);
    sides.len() == 2 && sides.iter().all(|s| COMPARED.iter().any(|w| says(s, &[w])))
}

fn leaves(o: &Outline<'_>, id: Id) -> bool {
    o.within(id).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Return | Jump::Throw | Jump::Continue | Jump::Break, .. }))
}

/// What goes on without the question: the first statement on or behind the touched place.
fn place(view: &View<'_>, function: Id) -> Option<Id> {
    let o = view.outline;
    let statement = |i: &Id| {
        matches!(o.node(*i).kind, Kind::Branch { .. } | Kind::Assign { .. } | Kind::Call(_) | Kind::Jump { .. } | Kind::Loop { .. })
            && o.node(*i).role != Role::Value
    };
    o.within(function).filter(statement).rfind(|i| view.touches(*i)).or_else(|| o.within(function).find(statement))
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{keeps, mends, silent, table};

    table![
        mends(
            "python",
            "class J:\n    async def state(self):\n        if await self.redis.exists(self.done_key):\n            return \"done\"\n        if await self.redis.exists(self.running_key):\n            return \"running\"\n        return \"waiting\"\n",
            "class J:\n    async def state(self):\n        async with self.redis.pipeline(transaction=True) as tr:\n            tr.exists(self.done_key)\n            tr.exists(self.running_key)\n            done, running = await tr.execute()\n        if done:\n            return \"done\"\n        return \"running\" if running else \"waiting\"\n",
        ),
        mends(
            "typescript",
            "export async function pushLimit(env: Env) {\n  await engine.queue.updateLimit(env.id, env.limit);\n}\n",
            "export async function pushLimit(env: Env) {\n  const current = await db.environment.findFirst({ where: { id: env.id } });\n  await engine.queue.updateLimit(env.id, current?.limit ?? env.limit);\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) touch(id string) {\n\trow := s.rows[id]\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\trow.extend()\n}\n",
            "package s\n\nfunc (s *S) touch(id string) {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\trow := s.rows[id]\n\trow.extend()\n}\n",
        ),
        keeps(
            "typescript",
            "export async function pushLimit(env: Env) {\n  const current = await db.environment.findFirst({ where: { id: env.id } });\n  await engine.queue.updateLimit(env.id, current?.limit);\n}\n",
            "export async function pushLimit(env: Env) {\n  const fresh = await db.environment.findUnique({ where: { id: env.id } });\n  await engine.queue.updateLimit(env.id, fresh?.limit);\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) Apply(r Reply) error {\n\ts.view = r.View\n\treturn s.store.Save(r)\n}\n",
            "package s\n\nfunc (s *S) Apply(r Reply) error {\n\tif r.Epoch < s.epoch {\n\t\treturn errOld\n\t}\n\ts.view = r.View\n\treturn s.store.Save(r)\n}\n",
        ),
        mends(
            "go",
            "package s\n\nfunc (s *S) wait() error {\n\tselect {\n\tcase r := <-s.reads:\n\t\treturn s.use(r)\n\tcase <-s.done:\n\t\treturn errDone\n\t}\n}\n",
            "package s\n\nfunc (s *S) wait() error {\n\tselect {\n\tcase r := <-s.reads:\n\t\treturn s.use(r)\n\tcase <-s.leaderChanged:\n\t\treturn errAgain\n\tcase <-s.done:\n\t\treturn errDone\n\t}\n}\n",
        ),
        mends(
            "python",
            "def install(self, run):\n    self.runs[run.id] = run\n    run.start()\n",
            "def install(self, run):\n    if run.run_id <= self.stale_run_id:\n        raise Superseded(run)\n    self.runs[run.id] = run\n    run.start()\n",
        ),
        mends(
            "python",
            "def sweep(self, node):\n    if node.pending():\n        return\n    self.mark(node, 'gone')\n",
            "def sweep(self, node):\n    if node.pending() or recently_started(node):\n        return\n    self.mark(node, 'gone')\n",
        ),
        mends(
            "java",
            "class D {\n  Owner find(View view) {\n    if (view.members().isEmpty()) {\n      return null;\n    }\n    return view.owner();\n  }\n}\n",
            "class D {\n  Owner find(View view) {\n    if (view.members().isEmpty() && latest.version() <= view.version()) {\n      return null;\n    }\n    return view.owner();\n  }\n}\n",
        ),
        mends(
            "java",
            "class D {\n  void on(Reply r) {\n    apply(r);\n  }\n}\n",
            "class D {\n  void on(Reply r) {\n    if (isStale(r)) {\n      return;\n    }\n    apply(r);\n  }\n}\n",
        ),
        silent("go", "package s\n\nfunc (s *S) Apply(r Reply) error {\n\tif r.Epoch < s.epoch {\n\t\treturn errOld\n\t}\n\treturn s.store.Save(r)\n}\n",),
        silent("python", "def install(self, run):\n    self.runs[run.id] = run\n    run.start()\n"),
        silent("java", "class D {\n  void on(Reply r) {\n    if (api.version() < 2) {\n      return;\n    }\n    apply(r);\n  }\n}\n"),
    ];
}
