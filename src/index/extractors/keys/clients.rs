//! Which variables of a file are clients of a key-value store.

use super::commands::CLIENTS;
use crate::index::extractors::needles::Needles;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, Reading};
use std::sync::OnceLock;

/// Calls on a client whose result is a client too.
const DERIVES: [&str; 21] = [
    "pipeline",
    "multi",
    "duplicate",
    "txpipeline",
    "getconnection",
    "get_connection",
    "createbatch",
    "getdatabase",
    "get_multiplexed_async_connection",
    "getresource",
    "connect",
    "sync",
    "async",
    "reactive",
    "conn",
    "get_async_connection",
    "pool",
    "pubsub",
    "get_connection_manager",
    "getsubscriber",
    "clone",
];

/// Calls on a module or type of a client library that make a client.
const MAKES: [&str; 14] = [
    "from_url",
    "new",
    "createclient",
    "createcluster",
    "createpool",
    "open",
    "current",
    "create",
    "client",
    "builder",
    "build",
    "from_pool",
    "with_config",
    "start_link",
];

/// Names of clients in this file.
pub(super) fn clients<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    let mut out: Vec<&'a str> = Vec::new();
    // Where no text says it, no word of it does.
    if !is_client_word(reading.text) && !reading.mentions(&["rdb", "RDB", "Rdb"]) {
        return out;
    }
    for at in 0..reading.tokens.len() {
        if reading.kind(at) == Some(Kind::Word) && is_client_word(reading.word(at)) {
            out.extend(declared(reading, at));
        }
    }
    // A client made of a client: twice, since one may stand above the other.
    for _ in 0..2 {
        for a in &reading.assignments {
            let mut at = a.value.start;
            while matches!(reading.word(at), "await" | "new" | "(" | "&" | "*" | "self" | "this" | "." | "->" | "@") {
                at += 1;
            }
            let first = reading.word(at);
            let made = reading.calls.iter().find(|c| c.begins >= a.value.start && c.begins <= at && a.value.contains(&c.at));
            let is_client = is_client_word(first) && !reading.text[..reading.tokens.get(at).map_or(0, |t| t.start as usize)].ends_with(['"', '\''])
                || out.contains(&first) && made.is_some_and(|c| DERIVES.contains(&&*c.name.to_ascii_lowercase()))
                || made.is_some_and(|c| {
                    matches!(c.name, "createClient" | "createCluster" | "NewUniversalClient" | "NewClusterClient") && reading.imports(CLIENTS)
                });
            // What a client answers is no client.
            let answered = made.is_some_and(|c| {
                let name = c.name.to_ascii_lowercase();
                let makes = c.name.starts_with(|l: char| l.is_ascii_uppercase()) || MAKES.contains(&&*name) || DERIVES.contains(&&*name);
                c.path.len() > 1 && (out.contains(&c.path[0]) || is_client_word(c.path[0])) && !makes
            });
            if is_client && !answered && !out.contains(&a.name) {
                out.push(a.name);
            }
        }
    }
    for call in &reading.calls {
        let on_client = call.path[..call.path.len() - 1].iter().any(|p| out.contains(p) || is_client_word(p)) || is_client_word(call.name);
        if !on_client {
            continue;
        }
        // `with r.pipeline() as pipe`, `redis.multi do |m|`, `pool.with { |c| .. }`
        let after = call.close + usize::from(reading.kind(call.close) == Some(Kind::Close));
        if reading.is(after, "as") {
            out.push(reading.word(after + 1));
        }
        let block = [call.at + 1, after].into_iter().find(|&i| matches!(reading.word(i), "do" | "{") && reading.is(i + 1, "|"));
        if let Some(block) = block {
            out.push(reading.word(block + 2));
        }
    }
    // `redis.with do |conn|` without brackets is no call to the reader.
    if reading.language.name() == "ruby" {
        for at in 0..reading.tokens.len() {
            if matches!(reading.word(at), "do" | "{") && reading.is(at + 1, "|") && at >= 3 && reading.is(at - 2, ".") && is_client_word(reading.word(at - 3)) {
                out.push(reading.word(at + 2));
            }
        }
    }
    // What commands of its own are called on is one: `store.sadd(..)`.
    for call in reading.calls.iter().filter(|c| c.path.len() >= 2) {
        let name: String = call.name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
        let says = matches!(
            &*name,
            "sadd"
                | "srem"
                | "smembers"
                | "hset"
                | "hget"
                | "hgetall"
                | "hmset"
                | "zadd"
                | "zrange"
                | "zrangebyscore"
                | "setex"
                | "setnx"
                | "incrby"
                | "xadd"
                | "xreadgroup"
                | "lpush"
                | "rpush"
                | "brpop"
                | "blpop"
        );
        if says && !matches!(call.path[call.path.len() - 2], "client" | "conn" | "c" | "db") {
            out.push(call.path[call.path.len() - 2]);
        }
    }
    out.retain(|n| {
        !n.is_empty() && !matches!(*n, "ctx" | "err" | "error" | "_" | "import" | "from" | "private" | "final" | "public" | "self" | "this" | "return")
    });
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether a name says that it is a client: `redis`, `redisClient`, `rdb`, `StringRedisTemplate`.
pub(super) fn is_client_word(word: &str) -> bool {
    if word.len() < 3 {
        return false;
    }
    // Every word of a file is asked about.
    static NEEDLES: OnceLock<Needles> = OnceLock::new();
    word.eq_ignore_ascii_case("rdb") || NEEDLES.get_or_init(|| Needles::new(std::iter::once(CLIENTS))).found(word, 1) != 0
}

/// The variable that the type at `at` is the type of.
fn declared<'a>(reading: &Reading<'a>, at: usize) -> Option<&'a str> {
    let language = reading.language.name();
    let mut next = at + 1;
    // The rest of a qualified type, and its arguments.
    while matches!(reading.word(next), "." | "::") && reading.kind(next + 1) == Some(Kind::Word) {
        if reading.is(next + 2, "(") {
            return None;
        }
        next += 2;
    }
    if reading.is(next, "<") {
        next = (next..next + 12).find(|&i| reading.is(i, ">"))? + 1;
    }
    if matches!(language, "java" | "csharp" | "cpp" | "c" | "dart" | "php" | "groovy") {
        let next = next + usize::from(matches!(reading.word(next), "*" | "?" | "&"));
        let same_line = reading.tokens.get(next).is_some_and(|t| t.line == reading.tokens[at].line);
        return (reading.kind(next) == Some(Kind::Word) && same_line && matches!(reading.word(next + 1), ";" | "=" | "," | ")" | "{"))
            .then(|| reading.word(next));
    }
    // `name: Type`, `name *pkg.Type`
    let mut before = at.checked_sub(1)?;
    let mut steps = 0;
    while steps < 6
        && (matches!(reading.word(before), "*" | "&" | "." | "::" | "<" | "mut" | "[" | "]")
            || matches!(reading.word(before), "Arc" | "Optional" | "Option" | "aioredis" | "aio" | "async" | "go-redis" | "dyn"))
    {
        before = before.checked_sub(1)?;
        steps += 1;
    }
    if reading.is(before, ":") {
        let name = before.checked_sub(1)?;
        return (reading.kind(name) == Some(Kind::Word) && !reading.is(name, "return")).then(|| reading.word(name));
    }
    if language == "go" && reading.kind(before) == Some(Kind::Word) && before + 1 < at + 1 && before != at {
        let is_type = reading.is(at + 1, ".") && reading.word(at + 2).starts_with(char::is_uppercase) && !reading.is(at + 3, "(") || reading.is(at - 1, "*");
        let same_line = reading.tokens[before].line == reading.tokens[at].line;
        return (is_type && same_line && !matches!(reading.word(before), "return" | "func" | "type" | "var" | "range" | "import"))
            .then(|| reading.word(before));
    }
    None
}

/// Whether a call is made on a client: by the file's declarations or by a name that says it.
pub(super) fn is_on_client(reading: &Reading<'_>, call: &Call<'_>, clients: &[&str]) -> bool {
    let holders = &call.path[..call.path.len() - 1];
    if holders.is_empty() {
        return false;
    }
    // Of a long chain the last names count: `ctx.redis.client.get`, `self.app.state.redis.get`.
    let near = &holders[holders.len().saturating_sub(3)..];
    let _ = reading;
    near.iter().any(|h| is_client_word(h))
        || clients.contains(&holders[holders.len() - 1])
        || holders.len() > 1 && call.on.is_some() && near.iter().any(|h| clients.contains(h))
}
