//! A value is read, changed and written back as a whole, and a write that came between is undone.
//!
//! Both writers report success, one of the changes is nowhere. Sources: Berenson et al., "A Critique of ANSI SQL Isolation Levels"
//! (SIGMOD 1995, P4); PostgreSQL, "Explicit Locking"; Django, `F()` expressions.
//!
//! Shapes: a compare-and-swap with a value that was read, whose failure nobody sees; a key of a shared store read, changed and set; the
//! row lock, the version in the `WHERE`, the refresh before the save or the store's own increment goes, and the write stays.

use super::lost_lock::same_function;
use super::{Detector, High, Low, Medium, Sighting, View};
use crate::engine::lines::shorten;
use crate::engine::syntax::words::{self, says};
use crate::engine::syntax::{Id, Kind, Outline, Use};

pub(super) const DETECTOR: Detector = Detector { id: "lost-update", languages: &[], find };

fn find(view: &View<'_>) -> Vec<Sighting> {
    let o = view.outline;
    let mut out = Vec::new();
    for function in o.functions().filter(|f| view.touches(*f)) {
        unseen_swap(view, function, &mut out);
        read_and_set(view, function, &mut out);
        guard_gone(view, function, &mut out);
    }
    out
}

/// A swap from a value that was read before, whose failure nobody sees.
fn unseen_swap(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    for (id, c) in o.calls(function) {
        if c.result != Use::Ignored
            || !says(c.name, &["compareandswap*", "compareandset", "compareexchange", "compare_exchange*", "compare_and_swap", "compare_and_set", "cas"])
        {
            continue;
        }
        let computed = |text: &str| text.contains(['+', '-', '(']) || text.bytes().any(|b| b.is_ascii_alphabetic());
        let read = c.args.iter().map(|a| a.text).find(|a| {
            o.within(function)
                .any(|i| i < id && matches!(o.node(i).kind, Kind::Assign { target, value } if target == *a && says(value, &["load*", "get*", "value", "read"])))
        });
        let Some(read) = read else { continue };
        let new = c.args.iter().rev().map(|a| a.text).find(|a| *a != read && !a.contains("ordering") && !says(a, &["ordering", "seqcst", "relaxed", "acqrel"]));
        if new.is_some_and(computed) {
            let callee = o.callee(id);
            let seen = format!(
                "`{callee}` starts from `{read}` and nobody asks whether it took: when another writer came between, this change is dropped without a word"
            );
            out.push(view.sighting(id, format!("swap {callee}"), High, seen));
        }
    }
}

/// A key of a shared store is read, changed here and set.
fn read_and_set(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    for (get, g) in o.calls(function) {
        if !matches!(g.name.to_ascii_lowercase().as_str(), "get" | "hget" | "getdata" | "read") || g.args.is_empty() || g.receiver.is_empty() {
            continue;
        }
        let Some(var) = assigned(o, get) else { continue };
        let receiver = words::tail(g.receiver);
        let shared = says(receiver, &["redis", "rdb", "memcache*", "etcd", "consul", "zk", "kv", "cache"]);
        if !shared || o.transaction_of(get).is_some() || !o.held(function).is_empty() {
            continue;
        }
        let set = o.calls(function).find(|(i, s)| {
            *i > get
                && s.receiver == g.receiver
                && matches!(s.name.to_ascii_lowercase().as_str(), "set" | "hset" | "put" | "setex" | "setdata")
                && s.args.len() >= 2
                && s.args.iter().zip(&g.args).take(1).all(|(a, b)| a.text == b.text)
                && s.args.iter().skip(1).any(|a| derives(o, function, a.text, var) && !says(a.text, &["version", "stat"]))
        });
        let watched = says(o.source(function), &["watch", "cas", "gets", "optimistic*", "lua", "eval", "version", "revision", "lock*"]);
        if let Some((set, s)) = set
            && !watched
        {
            let counts = s.args.iter().skip(1).any(|a| a.text.contains(" + ") || a.text.contains(" - "));
            let seen = format!("`{}` writes back what `{}` read before: a change that another process made in between is undone", o.callee(set), o.callee(get));
            let sure = !says(receiver, &["cache"]);
            out.push(view.sighting(
                set,
                format!("set {}", g.args[0].text),
                if counts && sure {
                    High
                } else if sure {
                    Medium
                } else {
                    Low
                },
                seen,
            ));
        }
    }
}

fn assigned<'t>(o: &Outline<'t>, call: Id) -> Option<&'t str> {
    let target = match o.call(call)?.result {
        Use::Assigned(t) => t,
        _ => o.ancestors(call).find_map(|i| if let Kind::Assign { target, .. } = o.node(i).kind { Some(target) } else { None })?,
    };
    let name = target.split([',', ' ']).next().unwrap_or(target);
    (!name.is_empty() && name != "_").then_some(name)
}

/// Whether a value is made from a name, directly or by one step.
fn derives(o: &Outline<'_>, function: Id, value: &str, from: &str) -> bool {
    let whole = |text: &str| text.trim() == from;
    let by_step = |i: Id| matches!(o.node(i).kind, Kind::Assign { target, value: v } if target == value.trim() && says(v, &[from]) && !whole(v));
    (says(value, &[from]) && !whole(value)) || o.within(function).any(by_step)
}

/// What made the write safe goes, the write stays.
fn guard_gone(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    let (was, is) = (squeezed(before.source(earlier)), squeezed(o.source(function)));
    let Some((guard, what)) = GUARDS.iter().find(|(g, _)| count(&was, g) > count(&is, g)).copied() else {
        version_gone(view, function, &was, &is, out);
        return;
    };
    if GUARDS.iter().any(|(g, _)| count(&is, g) > count(&was, g))
        || ["for update", "lock(", "atomic", "serializable", "version"].iter().any(|w| count(&is, w) > count(&was, w))
    {
        return;
    }
    let write = o.calls(function).filter(|(_, c)| {
        says(c.name, &["save*", "update*", "set*", "commit", "put", "write*", "merge", "persist", "store", "executeupdate"])
            || matches!(c.name, "execute" | "exec" | "Exec" | "ExecContext") && !words::is_log(c)
    });
    let known = |i: &Id| before.calls(earlier).any(|(_, b)| b.name == o.call(*i).map_or("", |c| c.name)) || guard.contains("inc");
    let writes: Vec<Id> = write.map(|(i, _)| i).filter(known).collect();
    // The one that the guard stood before.
    let from = o.within(function).filter(|i| o.call(*i).is_some()).find(|i| view.touches(*i)).unwrap_or(function);
    if let Some(at) = writes.iter().find(|i| **i >= from).or_else(|| writes.last()).copied() {
        let seen = format!("`{}` still writes, and {what} is gone: what another writer changed since the read is written over", o.callee(at));
        out.push(view.sighting(at, format!("guard {guard}"), Medium, seen));
    }
}

/// What keeps a write from undoing another, as it stands in code and in SQL (lower case, one space).
const GUARDS: &[(&str, &str)] = &[
    ("select_for_update(", "the row lock"),
    ("for update", "the row lock"),
    ("with_lock", "the row lock"),
    (".lock!", "the row lock"),
    ("lockforupdate(", "the row lock"),
    ("pessimistic_write", "the row lock"),
    ("refresh_from_db(", "the refresh before it"),
    ("$inc", "the store's own increment"),
    (".hincrby(", "the store's own increment"),
    (".incrby(", "the store's own increment"),
    ("increment_counter", "the store's own increment"),
    ("increment!", "the store's own increment"),
    ("optimistic_lock", "the version that it asks for"),
    ("if_match", "the version that it asks for"),
    ("ifmatch(", "the version that it asks for"),
];

/// A version or a time of change was part of the statement's `WHERE`.
fn version_gone(view: &View<'_>, function: Id, was: &str, is: &str, out: &mut Vec<Sighting>) {
    let o = view.outline;
    let asks = |text: &str| {
        text.match_indices("where ")
            .chain(text.match_indices(" and "))
            .filter(|(at, _)| {
                let head: Vec<&str> = shorten(&text[*at..], 60).split_whitespace().skip(1).take(3).collect();
                let column = head.first().copied().unwrap_or("").trim_matches(['"', '`', '(']);
                let compares = head.get(1).is_some_and(|w| matches!(*w, "=" | "<" | ">" | "<=" | ">=" | "is"));
                compares
                    && says(
                        column,
                        &[
                            "version",
                            "lock_version",
                            "revision",
                            "etag",
                            "update_time",
                            "updated_at",
                            "modified_at",
                            "last_modified",
                            "row_version",
                            "rowversion",
                            "generation",
                            "epoch",
                        ],
                    )
            })
            .count()
    };
    let writes = |text: &str| text.contains("update ") && (text.contains(" set ") || text.contains("do update"));
    if asks(was) > asks(is) && writes(was) && writes(is) {
        let at = o.within(function).filter(|i| view.touches(*i)).find(|i| squeezed(o.source(*i)).contains("update ")).unwrap_or(function);
        let seen = "the statement no longer asks for the version that was read, so an older write lands on top of a newer one";
        out.push(view.sighting(at, "version", Medium, seen));
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

fn count(text: &str, of: &str) -> usize {
    text.matches(of).count()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::engine::patterns::cases::{fires, mends, silent, table};

    table![
        mends(
            "go",
            "package s\n\nfunc (c *Clock) Witness(v uint64) {\n\tcur := atomic.LoadUint64(&c.n)\n\tif v < cur {\n\t\treturn\n\t}\n\tatomic.CompareAndSwapUint64(&c.n, cur, v+1)\n}\n",
            "package s\n\nfunc (c *Clock) Witness(v uint64) {\n\tfor {\n\t\tcur := atomic.LoadUint64(&c.n)\n\t\tif v < cur {\n\t\t\treturn\n\t\t}\n\t\tif atomic.CompareAndSwapUint64(&c.n, cur, v+1) {\n\t\t\treturn\n\t\t}\n\t}\n}\n",
        ),
        fires(
            "go",
            "package s\n\nfunc (s *S) Add(ctx context.Context, k string) error {\n\tn, err := s.rdb.Get(ctx, k).Int()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn s.rdb.Set(ctx, k, n+1, 0).Err()\n}\n",
        ),
        fires("python", "def add(self, key, item):\n    basket = self.redis.get(key)\n    changed = merge(basket, item)\n    self.redis.set(key, changed)\n",),
        mends(
            "python",
            "def pay(order_id, amount):\n    order = Order.objects.get(pk=order_id)\n    order.paid += amount\n    order.save()\n",
            "def pay(order_id, amount):\n    order = Order.objects.select_for_update().get(pk=order_id)\n    order.paid += amount\n    order.save()\n",
        ),
        fires("java", "class N {\n  void bump() {\n    long cur = n.get();\n    n.compareAndSet(cur, cur + 1);\n  }\n}\n"),
        mends(
            "java",
            "class N {\n  void store(Row r) {\n    jdbc.update(\"UPDATE orders SET state = ? WHERE id = ?\", r.state(), r.id());\n  }\n}\n",
            "class N {\n  void store(Row r) {\n    jdbc.update(\"UPDATE orders SET state = ? WHERE id = ? AND version = ?\", r.state(), r.id(), r.version());\n  }\n}\n",
        ),
        silent("go", "package s\n\nfunc (s *S) Add(ctx context.Context, k string) error {\n\treturn s.rdb.Incr(ctx, k).Err()\n}\n"),
        silent(
            "python",
            "def renew(self, key):\n    value = self.redis.get(key)\n    if value is None:\n        value = load(key)\n    self.redis.set(key, value, ex=60)\n",
        ),
        silent("java", "class N {\n  void close() {\n    if (open.compareAndSet(true, false)) {\n      release();\n    }\n  }\n}\n"),
        silent(
            "java",
            "class N {\n  void raise(long seen) {\n    long cur;\n    do {\n      cur = highest.get();\n      if (seen <= cur) {\n        return;\n      }\n    } while (!highest.compareAndSet(cur, seen));\n  }\n}\n"
        ),
        silent(
            "java",
            "class N {\n  void pay(long id, BigDecimal amount) {\n    jdbc.update(\"UPDATE orders SET paid = paid + ? WHERE id = ?\", amount, id);\n  }\n}\n"
        ),
        silent("python", "def pay(order_id, amount):\n    Order.objects.filter(pk=order_id).update(paid=F('paid') + amount)\n"),
        silent(
            "go",
            "package s\n\nfunc (s *S) Add(ctx context.Context, k string) error {\n\treturn s.rdb.Watch(ctx, func(tx *redis.Tx) error {\n\t\tn, err := tx.Get(ctx, k).Int()\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\t_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {\n\t\t\tp.Set(ctx, k, n+1, 0)\n\t\t\treturn nil\n\t\t})\n\t\treturn err\n\t}, k)\n}\n"
        ),
        silent("typescript", "export async function touch(redis: Redis, id: string) {\n  await redis.hincrby(`visits:${id}`, 'count', 1);\n}\n"),
        fires(
            "typescript",
            "export async function touch(redis: Redis, id: string) {\n  const visits = Number(await redis.get(`visits:${id}`));\n  await redis.set(`visits:${id}`, visits + 1);\n}\n"
        ),
    ];
}
