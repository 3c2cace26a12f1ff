//! The shapes of check-then-act that stand in a store others use: keys, rows, unique columns.

use super::{brief, is_in_condition};
use crate::engine::lines::shorten;
use crate::engine::patterns::lost_lock::same_function;
use crate::engine::patterns::{High, Low, Medium, Sighting, View};
use crate::engine::syntax::reading::locks::Held;
use crate::engine::syntax::words::{self, Remote, says};
use crate::engine::syntax::{Call, Id, Jump, Kind, Outline, Use};

/// An update that matched no row leads to an insert.
pub(super) fn update_or_insert(view: &View<'_>, function: Id, held: &[Held<'_>], out: &mut Vec<Sighting>) {
    let o = view.outline;
    for branch in o.within(function) {
        let Kind::Branch { condition } = o.node(branch).kind else { continue };
        let c = condition.trim_matches(['(', ')', ' ']);
        let Some(var) = ["< 1", "<= 0", "== 0", "===0", "=== 0"].iter().find_map(|none| c.strip_suffix(none)).map(str::trim) else { continue };
        let updated = o.calls(function).find(|(i, u)| {
            *i < branch
                && says(u.name, &["update*"])
                && !u.receiver.is_empty()
                && matches!(u.result, Use::Assigned(t) if t.rsplit([' ', ',']).next() == Some(var))
        });
        let Some((_, update)) = updated else { continue };
        let body = o.calls(branch).find(|(_, i)| says(i.name, &["insert*", "save*", "create*", "add*"]) && i.receiver == update.receiver);
        let Some((at, _)) = body else { continue };
        let caught = o.ancestors(at).any(|a| {
            matches!(o.node(a).kind, Kind::Try)
                && o.children(a).any(|h| matches!(&o.node(h).kind, Kind::Handler { caught, .. } if caught.iter().any(|t| is_duplicate(t))))
        });
        if !caught && !Outline::is_held(held, o.node(at).span.0) {
            let seen = format!("`{}` follows an update that matched no row: two callers both find none and both insert", o.callee(at));
            out.push(view.sighting(at, format!("upsert {}", o.callee(at)), Medium, seen));
        }
    }
}

/// A key of a shared store is looked up and written in a second step.
pub(super) fn looked_up(view: &View<'_>, function: Id, held: &[Held<'_>], out: &mut Vec<Sighting>) {
    const LOOKS: &[&str] = &[
        "exists",
        "get",
        "has",
        "hexists",
        "sismember",
        "contains*",
        "_get*",
        "get_data",
        "checkexists",
        "exists?",
        "containskey",
        "haskey",
        "zscore",
        "hget",
    ];
    const WRITES: &[&str] = &["set", "setex", "psetex", "hset", "put", "put_data", "_put*", "sadd", "zadd", "create", "insert", "setvalue"];
    let o = view.outline;
    for (look, l) in o.calls(function) {
        if !says_any_name(l.name, LOOKS) || l.args.is_empty() || l.receiver.is_empty() || Outline::is_held(held, o.node(look).span.0) {
            continue;
        }
        let Some(branch) = o.ancestors(look).find(|i| matches!(o.node(*i).kind, Kind::Branch { .. })).filter(|b| is_in_condition(o, look, *b)) else {
            continue;
        };
        let write = o.calls(function).find(|(i, w)| {
            *i > look
                && w.receiver == l.receiver
                && says_any_name(w.name, WRITES)
                && w.args.len() >= 2
                && w.args[0].text == l.args[0].text
                && !is_conditional(w)
        });
        let Some((write, _)) = write else { continue };
        if o.transaction_of(write).is_some() || !(o.within(branch).contains(&write) || o.precedes(branch, write)) {
            continue;
        }
        let receiver = words::tail(l.receiver);
        let shared = says(receiver, &["redis", "rdb", "zk", "zookeeper", "etcd", "consul", "memcache*", "kv", "dynamo*", "s3"]);
        let was_one_step = view.before.is_some_and(|b| b.calls(0).any(|(_, c)| words::tail(c.receiver) == receiver && is_conditional(c)));
        if words::remote(l) == Remote::No && !shared && !was_one_step {
            continue;
        }
        let confidence = if was_one_step {
            High
        } else if shared && (is_absence(o.source(branch), o.source(look)) || turns_away(o, l, branch, write)) {
            Medium
        } else {
            Low
        };
        let key = l.args[0].text;
        let seen = format!(
            "`{}` and `{}` on `{}` are two steps of a store that others use: two callers both find the key free and both take it",
            l.name,
            o.call(write).map_or("", |c| c.name),
            brief(key)
        );
        out.push(view.sighting(write, format!("key {}", brief(key)), confidence, seen));
    }
}

/// `if exists(key) { return .. }` and then the write: a claim too. A value that is read and returned is a cache's.
fn turns_away(o: &Outline<'_>, look: &Call<'_>, branch: Id, write: Id) -> bool {
    says(look.name, &["exist*", "has"])
        && !o.within(branch).contains(&write)
        && o.within(branch).any(|i| matches!(o.node(i).kind, Kind::Jump { what: Jump::Throw | Jump::Return, .. }))
}

/// The look asks whether there is nothing: what follows is a claim, no refresh of a value.
fn is_absence(branch: &str, look: &str) -> bool {
    let head = branch.lines().next().unwrap_or("");
    let name = look.lines().next().unwrap_or("");
    head.contains("not ")
        || head.contains("unless")
        || head.contains("== 0")
        || head.contains("== nil")
        || head.contains(&format!("!{name}"))
        || head.contains("!await")
        || head.contains("is None")
}

/// A write that happens only if nobody was first.
fn is_conditional(c: &Call<'_>) -> bool {
    says(
        c.name,
        &["setnx", "set_nx", "putifabsent", "put_if_absent", "if_empty", "ifempty", "if_absent", "hsetnx", "if_not_exists", "compareandset", "setifabsent"],
    ) || c.args.iter().any(|a| {
        says(a.name, &["nx", "if_none_match", "condition*", "conditionexpression"])
            || says(a.text, &["nx", "ifnotexists", "if_none_match", "conditionexpression", "version"])
    })
}

/// `if not exists (select ..) insert ..` in SQL: nothing holds the gap between the two.
pub(super) fn conditional_insert(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let o = view.outline;
    let text = o.source(function);
    for (at, _) in text.match_indices('(').filter(|(at, _)| *at > 12) {
        let Some(head) = text.get(at.saturating_sub(40)..at) else { continue };
        let words: Vec<String> = head.split_whitespace().map(str::to_ascii_lowercase).collect();
        let asks = words.ends_with(&["not".to_owned(), "exists".to_owned()])
            && words.iter().rev().nth(2).is_some_and(|w| w.trim_start_matches(['"', '\'', '@', '$']) == "if" || w.ends_with("\"if"));
        let tail = shorten(&text[at..], 500).to_ascii_lowercase();
        let select = tail.trim_start_matches(['(', ' ', '\n']).starts_with("select");
        if asks && select && tail.contains("insert into") && !says(&tail, &["holdlock", "updlock", "serializable"]) {
            let node = o.node_at(function, o.node(function).span.0 + at);
            out.push(view.sighting(
                node,
                "insert if not exists",
                Medium,
                "the row is looked for and inserted in two steps of the statement: two sessions both find none, and one fails or both insert",
            ));
            return;
        }
    }
}

/// The handler that took the other caller's row for an answer is gone, the insert is not.
pub(super) fn duplicate_unhandled(view: &View<'_>, function: Id, out: &mut Vec<Sighting>) {
    let (o, Some(before)) = (view.outline, view.before) else { return };
    let Some(earlier) = same_function(o, function, before) else { return };
    if !is_duplicate(before.source(earlier)) || is_duplicate(o.source(function)) {
        return;
    }
    let insert = |o: &Outline<'_>, f: Id| o.calls(f).find(|(_, c)| is_insert(c)).map(|(i, _)| i);
    if let (Some(at), Some(_)) = (insert(o, function), insert(before, earlier)) {
        let text = o.source(function).to_ascii_lowercase();
        if !["on conflict", "insert ignore", "upsert", "merge into", "getorcreate", "get_or_create", "insert_all"].iter().any(|w| text.contains(w)) {
            let seen = format!("`{}` meets a row that another caller put in meanwhile, and nothing takes that for an answer any more", o.callee(at));
            out.push(view.sighting(at, format!("duplicate {}", o.callee(at)), Medium, seen));
        }
    }
}

/// A row is put in, and not with the answer to "it is there already".
fn is_insert(c: &Call<'_>) -> bool {
    const STORES: &[&str] = &[
        "prisma",
        "db",
        "repo",
        "repository",
        "model",
        "models",
        "session",
        "tx",
        "trx",
        "knex",
        "conn",
        "connection",
        "cursor",
        "dao",
        "store",
        "collection",
        "objects",
    ];
    let name = c.name;
    let verb = says(name, &["insert*", "create", "create!", "save*", "executenonquery", "executenonqueryasync", "execute*"]);
    verb && !says(name, &["or", "command", "if"])
        && (says(c.receiver, STORES) || words::remote(c) >= Remote::Maybe || says(name, &["executenonquery*", "create!", "insert*"]))
}

/// Names of the error that says "somebody was first".
fn is_duplicate(text: &str) -> bool {
    const NAMES: [&str; 14] = [
        "P2002",
        "23505",
        "DuplicateKey",
        "IntegrityError",
        "UniqueViolation",
        "RecordNotUnique",
        "UniqueConstraint",
        "PrimaryKeyViolation",
        "DuplicateEntry",
        "ER_DUP_ENTRY",
        "E11000",
        "DataIntegrityViolation",
        "ErrDuplicate",
        "NodeExistsException",
    ];
    NAMES.iter().any(|n| text.contains(n))
}

fn says_any_name(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.strip_suffix('*').map_or_else(|| n.eq_ignore_ascii_case(name.trim_start_matches('_')), |n| name.to_ascii_lowercase().starts_with(n)))
}
