//! Locks, leases and leader names.

use super::durations;
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Argument, Call, DeclarationKind, Reading, Span};

/// An API that takes a lock by its name.
struct Taker {
    /// Called names, lower case without `_`.
    names: &'static [&'static str],
    /// Imports or mentions that prove it, lower case; empty: the name does.
    proof: &'static [&'static str],
    name: usize,
    /// Which argument is how long it is held, and its unit in milliseconds.
    ttl: Option<(usize, u64)>,
}

const fn taker(names: &'static [&'static str], proof: &'static [&'static str], name: usize) -> Taker {
    Taker { names, proof, name, ttl: None }
}

impl Taker {
    const fn ttl(mut self, argument: usize, unit: u64) -> Self {
        self.ttl = Some((argument, unit));
        self
    }
}

const TAKERS: &[Taker] = &[
    // Redisson
    taker(&["getlock", "getfairlock", "getreadwritelock", "getspinlock", "getfencedlock"], &["redisson", "redissonclient", "ilockprovider"], 0),
    // Redlock and relatives in JavaScript, Go, Ruby, C#, Python
    taker(&["lock", "acquire", "using"], &["redlock"], 0).ttl(1, 1),
    taker(&["newmutex"], &["redsync", "rsync"], 0),
    taker(&["obtain"], &["redislock"], 0).ttl(1, 1000),
    taker(&["createlock", "createlockasync"], &["redlock", "medallion", "distributedlock", "ilockfactory"], 0).ttl(1, 1000),
    taker(&["acquirelock", "acquirelockasync", "tryacquirelock", "tryacquirelockasync"], &["medallion", "distributed"], 0),
    taker(&["withadvisorylock", "withadvisorylockresult", "advisorylock"], &[], 0),
    taker(&["lock"], &["redis", "aioredis", "pottery", "sherlock", "coredis"], 0).ttl(1, 1000),
    taker(&["redislock", "redlock"], &["redis_lock", "pottery", "sherlock", "python_redis_lock"], 1),
    taker(&["obtainlock", "obtain"], &["lockregistry"], 0),
    taker(&["locktake", "locktakeasync"], &["stackexchange", "idatabase"], 0).ttl(2, 1000),
    // Laravel's Cache::lock
    taker(&["lock"], &["facades\\cache", "contracts\\cache", "symfony\\component\\lock"], 0).ttl(1, 1000),
    taker(&["createlock"], &["symfony\\component\\lock"], 0).ttl(1, 1000),
    // etcd, Consul, ZooKeeper
    taker(&["newmutex", "newlocker", "newelection"], &["etcd"], 1),
    taker(&["lockkey", "acquirelock"], &["consul"], 0),
    taker(&["interprocessmutex", "interprocesssemaphoremutex", "leaderlatch", "leaderselector"], &["curator"], 1),
    taker(&["lock", "election", "semaphore"], &["kazoo"], 0),
    // MySQL and PostgreSQL are read out of SQL below; DynamoDB's lock client
    taker(&["acquirelock", "tryacquirelock"], &["dynamodb"], 0),
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    annotations(reading, facts);
    advisory(reading, facts);
    elections(reading, facts);
    let lower = if reading.mentions(&["ock", "utex", "lection", "btain", "eader"]) { reading.text.to_ascii_lowercase() } else { return };
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        let name = plain(call.name);
        if set_if_absent(reading, call, &name, facts) {
            continue;
        }
        let Some(taker) = TAKERS
            .iter()
            .find(|t| {
                t.names.contains(&&*name)
                    && (t.proof.is_empty()
                        || t.proof.iter().any(|p| lower.contains(p))
                        || name == "lock" && call.keyword(&["blocking_timeout", "thread_local"]).is_some())
            })
            .or_else(|| of_constant(reading, call, &name))
        else {
            continue;
        };
        let arguments = without_context(reading, call);
        let Some(named) = arguments.iter().filter(|a| a.keyword.is_none()).nth(taker.name) else { continue };
        // `mutex.lock()` of a process has no name, `lock(resource)` of C# no receiver.
        if call.path.len() < 2 && !call.name.starts_with(char::is_uppercase)
            || call.receiver_holds(&["threading", "asyncio", "mutex", "rwlock", "multiprocessing"]) && !call.name.contains("utex")
        {
            continue;
        }
        for span in names(reading, &named.span) {
            let named = reading.name(&span);
            let text = named.pattern();
            if !named.says_something() && !named.is_open() || text.contains(' ') {
                continue;
            }
            let mut used = Use::new(Kind::Lease, Role::Locks, named, call.line);
            let keyword =
                arguments.iter().find(|a| matches!(a.keyword, Some("timeout" | "expire" | "ttl" | "auto_release_time" | "timeout_seconds" | "lease_time")));
            let ttl = match (keyword, taker.ttl) {
                (Some(found), _) => durations::of(reading, &found.span, 1000),
                (None, Some((at, unit))) => arguments.iter().filter(|a| a.keyword.is_none()).nth(at).and_then(|a| durations::of(reading, &a.span, unit)),
                _ => option_ttl(reading, call).or_else(|| waited(reading, call)),
            };
            used.value = ttl.map(|t| format!("ttl={t}"));
            facts.push(used);
        }
    }
    given_back(reading, facts);
}

/// What a client of locks that another file makes is called on: `LOCKS.lock("bill:#{id}", 30_000)`, a constant that says it, a name and a time.
fn of_constant(reading: &Reading<'_>, call: &Call<'_>, name: &str) -> Option<&'static Taker> {
    const CONSTANT: Taker = taker(&["lock"], &[], 0).ttl(1, 1);
    let on = call.receiver().filter(|_| call.path.len() == 2)?;
    let says = on.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') && on.split('_').any(|w| matches!(w, "LOCK" | "LOCKS" | "LOCKER" | "REDLOCK" | "DLM"));
    let first = call.positional(0)?;
    let named = reading.kind(first.span.start) == Some(Token::Text);
    (name == "lock" && says && named && call.positional(1).is_some()).then_some(&CONSTANT)
}

/// A lock that is a key is given back by deleting it.
fn given_back(reading: &Reading<'_>, facts: &mut Facts) {
    let locks: Vec<Name> = facts.uses.iter().filter(|u| u.kind == Kind::Lease && u.role == Role::Locks).map(|u| u.name.clone()).collect();
    if locks.is_empty() {
        return;
    }
    held(reading, facts);
    for call in reading
        .calls
        .iter()
        .filter(|c| matches!(&*plain(c.name), "del" | "delete" | "unlink" | "keydelete" | "keydeleteasync" | "lockrelease" | "lockreleaseasync"))
    {
        for argument in without_context(reading, call) {
            let named = reading.name(&argument.span);
            if locks.contains(&named) {
                facts.push(Use::new(Kind::Lease, Role::Deletes, named, call.line).note("gives it back"));
            }
        }
    }
}

/// A lock in a variable is given back by its own method: `$lock = Cache::lock(..)`, then `$lock->release()`.
fn held(reading: &Reading<'_>, facts: &mut Facts) {
    let locks: Vec<(u32, Name)> = facts.uses.iter().filter(|u| u.kind == Kind::Lease && u.role == Role::Locks).map(|u| (u.line, u.name.clone())).collect();
    for call in reading.calls.iter().filter(|c| c.path.len() == 2 && matches!(&*plain(c.name), "release" | "unlock" | "releaseasync" | "forcerelease")) {
        let Some(bound) = reading.assignments.iter().rev().find(|a| a.name == call.path[0] && a.path.len() == 1 && a.at < call.at) else { continue };
        let same_function = reading.enclosing(bound.at, &[DeclarationKind::Function]).map(|d| d.name_at)
            == reading.enclosing(call.at, &[DeclarationKind::Function]).map(|d| d.name_at);
        let (first, last) = (bound.line, reading.line(bound.value.end.saturating_sub(1)));
        let mut taken = locks.iter().filter(|(line, _)| (first..=last).contains(line));
        if let (Some((_, name)), None, true) = (taken.next(), taken.next(), same_function) {
            facts.push(Use::new(Kind::Lease, Role::Deletes, name.clone(), call.line).note("gives it back"));
        }
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '!')).map(|c| c.to_ascii_lowercase()).collect()
}

fn without_context<'a>(reading: &Reading<'a>, call: &Call<'a>) -> Vec<Argument<'a>> {
    let is_context = |s: &Span| reading.word(s.start).to_ascii_lowercase().ends_with("ctx") || reading.is(s.start, "context");
    call.arguments.iter().enumerate().filter(|(i, a)| !(*i == 0 && is_context(&a.span))).map(|(_, a)| a.clone()).collect()
}

/// One name, or a list in brackets.
fn names(reading: &Reading<'_>, span: &Span) -> Vec<Span> {
    if reading.is(span.start, "[") && reading.partner(span.start) + 1 == span.end { reading.elements(span) } else { vec![span.clone()] }
}

/// `redsync.WithExpiry(8 * time.Second)` among the arguments.
fn option_ttl(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    let found = reading.calls.iter().find(|c| c.at > call.open && c.at < call.close && matches!(c.name, "WithExpiry" | "WithTTL"))?;
    durations::of(reading, &found.positional(0)?.span, 1000)
}

/// Redisson's `lock.tryLock(0, 30, TimeUnit.SECONDS)`, `lock.lock(30, TimeUnit.SECONDS)` on what was just made.
fn waited(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    let next = reading.calls.iter().filter(|c| c.at > call.at).take(8).find(|c| matches!(c.name, "tryLock" | "lock") && c.arguments.len() >= 2)?;
    let unit = next.arguments.last()?;
    let time = &next.arguments[next.arguments.len() - 2];
    durations::of(reading, &(time.span.start..unit.span.end), 1000)
}

/// `SET lock:{} me NX PX 30000` and `SETNX lock:{}`: a key that says it is a lock.
fn set_if_absent(reading: &Reading<'_>, call: &Call<'_>, name: &str, facts: &mut Facts) -> bool {
    let by_name = matches!(name, "setnx" | "setifabsent" | "setnxasync");
    let source = || reading.source(&(call.open..call.close + 1));
    let by_option = matches!(name, "set" | "stringset" | "stringsetasync" | "do" | "command" | "setargs" | "setasync" | "cmd")
        && ["nx=True", "'NX'", "\"NX\"", "NX: true", "When.NotExists", "nx: true", "nx().", "SetParams", "'nx'", "setParams().nx"]
            .iter()
            .any(|w| source().contains(w));
    if !by_name && !by_option {
        return false;
    }
    let arguments = without_context(reading, call);
    let is_lock = |text: &str| ["lock", "lease", "leader", "mutex", "semaphore", "guard", "claim"].iter().any(|w| text.to_ascii_lowercase().contains(w));
    let Some((at, named)) = arguments
        .iter()
        .take(2)
        .enumerate()
        .map(|(i, a)| (i, reading.name(&a.span)))
        .find(|(_, n)| (n.says_something() || n.is_open()) && n.as_literal() != Some("SET") && n.as_literal() != Some("SETNX"))
    else {
        return false;
    };
    let constant = named.0.iter().any(|p| matches!(p, crate::index::model::Part::Constant(c) if is_lock(c)));
    let function = reading.enclosing(call.at, &[crate::index::reading::DeclarationKind::Function]).is_some_and(|f| is_lock(f.name));
    if !is_lock(&named.pattern()) && !constant && !function {
        return false;
    }
    let mut used = Use::new(Kind::Lease, Role::Locks, named, call.line);
    let behind = if by_name { Some(2) } else { None };
    used.value = durations::of_call(reading, &arguments[at..], behind, name).map(|t| format!("ttl={t}"));
    facts.push(used);
    true
}

/// ShedLock, Quartz-like annotations.
fn annotations(reading: &Reading<'_>, facts: &mut Facts) {
    for annotation in reading.annotations.iter().filter(|a| matches!(a.name, "SchedulerLock" | "Lock4j" | "DistributedLock" | "DisallowConcurrentExecution")) {
        let Some(span) = annotation.keyword(&["name", "keys", "key", "value"]).or_else(|| annotation.positional(0)).map(|a| &a.span) else { continue };
        let mut used = Use::new(Kind::Lease, Role::Locks, reading.name(span), annotation.line);
        if let Some(most) = annotation.keyword(&["lockAtMostFor", "lockAtMostForString", "expire", "leaseTime"]) {
            let text = reading.literal(&most.span).map(|t| iso(&t)).or_else(|| durations::of(reading, &most.span, 1));
            used.value = text.map(|t| format!("ttl={t}"));
        }
        facts.push(used);
    }
}

/// `PT15M` as `15m`; what is written as `15m` stays.
fn iso(text: &str) -> String {
    text.strip_prefix("PT").map_or_else(|| text.to_owned(), |t| t.to_ascii_lowercase())
}

/// `pg_advisory_lock(42)`, `GET_LOCK('name', 10)` in SQL.
fn advisory(reading: &Reading<'_>, facts: &mut Facts) {
    const FUNCTIONS: [&str; 7] =
        ["pg_try_advisory_xact_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "pg_advisory_lock", "GET_LOCK", "get_lock", "sp_getapplock"];
    if !reading.mentions(&FUNCTIONS) {
        return;
    }
    for at in 0..reading.tokens.len() {
        let Some(text) = reading.string(at).filter(|_| !reading.tokens[at].in_log) else { continue };
        let Some((function, rest)) = FUNCTIONS.iter().find_map(|f| text.find(&format!("{f}(")).map(|i| (*f, &text[i + f.len() + 1..]))) else { continue };
        let argument = rest.split([')', ',']).next().unwrap_or("").trim();
        let inner = argument.split('(').nth(1).unwrap_or(argument).trim();
        let literal = inner.trim_matches('\'');
        let named = if !literal.is_empty()
            && literal.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'.'))
            && !literal.starts_with([':', '$', '%'])
        {
            Name::literal(literal)
        } else {
            // A bound name: the argument behind the statement.
            let call = reading.calls.iter().rev().find(|c| c.open < at && at < c.close);
            match call.and_then(|c| c.arguments.iter().skip_while(|a| !a.span.contains(&at)).nth(1)) {
                Some(next) => {
                    let open = next
                        .span
                        .clone()
                        .find(|&i| matches!(reading.word(i), "[" | "(" | "{"))
                        .filter(|&o| o <= next.span.start + 1 && reading.partner(o) + 1 == next.span.end);
                    open.map_or_else(
                        || reading.name(&next.span),
                        |o| reading.elements(&(o..next.span.end)).first().map_or_else(Name::unknown, |s| reading.name(s)),
                    )
                }
                None => Name::unknown(),
            }
        };
        let named = if named.says_something() || named.is_open() { named.between("advisory:", "") } else { continue };
        facts.push(Use::new(Kind::Lease, Role::Locks, named, reading.line(at)).note(function.to_owned()));
    }
}

/// Leader elections of Kubernetes clients.
fn elections(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(&["LeaderElection", "LeaseLock", "leaderelection", "lease_name", "leaseName"]) {
        return;
    }
    for a in reading.assignments.iter().filter(|a| matches!(a.name, "LeaderElectionID" | "lease_name" | "leaseName" | "LeaseName")) {
        facts.push(Use::new(Kind::Lease, Role::Locks, reading.name(&a.value), a.line));
    }
    for at in 0..reading.tokens.len() {
        // `LeaderElectionID: "x"`, `LeaseMeta: metav1.ObjectMeta{Name: "x"}`
        if reading.is(at + 1, ":") && matches!(reading.word(at), "LeaderElectionID" | "LeaseName") {
            let end = (at + 2..at + 20).find(|&i| matches!(reading.word(i), "," | "}") || reading.tokens.get(i).is_some_and(|t| t.first)).unwrap_or(at + 3);
            facts.push(Use::new(Kind::Lease, Role::Locks, reading.name(&(at + 2..end)), reading.line(at)));
        }
        if reading.is(at, "LeaseMeta")
            && let Some(open) = (at..at + 8).find(|&i| reading.is(i, "{"))
            && let Some((_, name)) = reading.entries(&(open + 1..reading.partner(open).max(open + 1))).into_iter().find(|(k, _)| *k == "Name")
        {
            let mut used = Use::new(Kind::Lease, Role::Locks, reading.name(&name), reading.line(name.start));
            used.value = lease_duration(reading).map(|t| format!("ttl={t}"));
            facts.push(used);
        }
    }
}

fn lease_duration(reading: &Reading<'_>) -> Option<String> {
    let at = (0..reading.tokens.len()).find(|&i| reading.is(i, "LeaseDuration") && reading.is(i + 1, ":"))?;
    let end = (at + 2..at + 14).find(|&i| reading.is(i, ","))?;
    durations::of(reading, &(at + 2..end), 1)
}

#[cfg(test)]
mod tests {
    use crate::index::extractors::testing::says;
    use crate::index::model::Kind;

    #[test]
    fn locks_have_names_and_times() {
        for (path, text, expected) in [
            (
                "A.java",
                "class A { @SchedulerLock(name = \"cleanup\", lockAtMostFor = \"PT10M\") public void clean() { } }",
                &["sure lease locks cleanup = ttl=10m @1"][..],
            ),
            (
                "A.java",
                "import org.redisson.api.RLock;\nclass A { void f() { RLock lock = redisson.getLock(\"order:\" + id); lock.tryLock(1, 30, TimeUnit.SECONDS); } }",
                &["sure lease locks order:{} = ttl=30s @2"],
            ),
            ("a.py", "import redis\nr = redis.Redis()\nok = r.set(f\"lock:{oid}\", me, nx=True, ex=30)", &["sure lease locks lock:{} = ttl=30s @3"]),
            ("a.py", "import redis\nr = redis.Redis()\nwith r.lock(\"reports\", timeout=60):\n    pass", &["sure lease locks reports = ttl=1m @3"]),
            (
                "a.go",
                "import \"x/redis\"\n\nfunc f() {\n\tok := rdb.SetNX(ctx, \"lock:\"+id, me, 10*time.Second)\n}",
                &["sure lease locks lock:{} = ttl=10s @4"],
            ),
            ("a.ts", "import Redlock from 'redlock';\nconst l = await redlock.acquire([`locks:${id}`], 5000);", &["sure lease locks locks:{} = ttl=5s @2"]),
            (
                "a.py",
                "from app import store\nlease = store.lock(LEADER_NAME, timeout=20, blocking_timeout=5)",
                &["sure lease locks <LEADER_NAME> = ttl=20s @2"],
            ),
            (
                "a.go",
                "import \"x/redis\"\n\nfunc f() {\n\trdb.SetNX(ctx, \"lock:\"+id, me, time.Minute)\n\tdefer rdb.Del(ctx, \"lock:\"+id)\n}",
                &["sure lease locks lock:{} = ttl=1m @4", "sure lease deletes lock:{} @5"],
            ),
            ("a.py", "cur.execute(\"SELECT pg_try_advisory_lock(42)\")", &["sure lease locks advisory:42 @1"]),
            (
                "a.go",
                "import \"github.com/go-redsync/redsync/v4\"\n\nfunc f() {\n\tm := rs.NewMutex(\"stock\", redsync.WithExpiry(8*time.Second))\n}",
                &["sure lease locks stock = ttl=8s @4"],
            ),
            (
                "a.go",
                "func f() {\n\tl := &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: \"sweeper\", Namespace: ns}}\n\tleaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{Lock: l, LeaseDuration: 15 * time.Second, X: 1})\n}",
                &["sure lease locks sweeper = ttl=15s @2"],
            ),
        ] {
            says(path, text, &[Kind::Lease], expected);
        }
    }

    #[test]
    fn a_constant_of_another_file_takes_a_lock() {
        says("a.rb", "LOCKS.lock(\"bill:#{id}\", 30_000) do |l|\nend", &[Kind::Lease], &["sure lease locks bill:{} = ttl=30s @1"]);
    }

    #[test]
    fn locks_of_a_process_have_no_name() {
        for (path, text) in [
            ("a.rb", "BLOCKS.lock(\"x\", 1)\nLOCK.lock(x, 1)\nLOCK.lock(\"x\")"),
            ("a.py", "import threading\nlock = threading.Lock()\nlock.acquire(timeout=3)\nlock.release()"),
            ("a.go", "func f() { s.mu.Lock(); defer s.mu.Unlock(); rdb.SetNX(ctx, \"seen:\"+id, 1, 0) }"),
            ("A.java", "class A { void f() { lock.lock(); synchronized (this) { } } }"),
            ("A.cs", "class A { void F() { lock (gate) { } } }"),
        ] {
            says(path, text, &[Kind::Lease], &[]);
        }
    }

    #[test]
    fn a_lock_in_a_variable_is_given_back_by_its_method() {
        for (path, text, expected) in [
            (
                "a.php",
                "<?php\nuse Illuminate\\Support\\Facades\\Cache;\nfunction f($id) {\n  $lock = Cache::lock(\"bill:{$id}\", 30);\n  $lock->release();\n}\nfunction g($lock) { $lock->release(); }\n",
                &["sure lease locks bill:{} = ttl=30s @4", "sure lease deletes bill:{} @5"][..],
            ),
            (
                "A.java",
                "import org.redisson.api.*;\nclass A { void f() {\n  RLock lock = redisson.getLock(\"bills\");\n  lock.unlock();\n  mutex.unlock();\n} }",
                &["sure lease locks bills @3", "sure lease deletes bills @4"],
            ),
        ] {
            super::super::testing::says(path, text, &[Kind::Lease], expected);
        }
    }
}
