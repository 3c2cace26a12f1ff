//! Streams of Redis, whose names stand in objects and lists, and stores of paths: etcd, Consul, ZooKeeper.

use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Kind, Role, Use};
use crate::index::reading::{Argument, Call, Reading, Span};

/// What a store calls its commands: imports that prove it, words of its clients, reading, writing, deleting; the key's argument.
struct Store {
    imports: &'static [&'static str],
    clients: &'static [&'static str],
    reads: &'static [&'static str],
    writes: &'static [&'static str],
    deletes: &'static [&'static str],
}

const STORES: &[Store] = &[
    Store {
        imports: &["etcd"],
        clients: &["etcd", "cli", "client", "kv", "c"],
        reads: &["Get", "get", "Watch", "watch", "get_prefix", "watch_prefix"],
        writes: &["Put", "put"],
        deletes: &["Delete", "delete", "delete_prefix"],
    },
    Store {
        imports: &["consul"],
        clients: &["consul", "kv", "KV"],
        reads: &["Get", "get", "List", "keys"],
        writes: &["Put", "put", "set", "CAS"],
        deletes: &["Delete", "delete", "DeleteTree"],
    },
    Store {
        imports: &["zookeeper", "kazoo", "go-zookeeper", "samuel/go-zookeeper"],
        clients: &["zk", "zookeeper", "conn", "client", "kazoo"],
        reads: &[
            "get",
            "Get",
            "getData",
            "GetW",
            "exists",
            "Exists",
            "ExistsW",
            "get_children",
            "getChildren",
            "Children",
            "ChildrenW",
            "DataWatch",
            "ChildrenWatch",
        ],
        writes: &["create", "Create", "set", "Set", "setData", "ensure_path"],
        deletes: &["delete", "Delete"],
    },
];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(&["etcd", "onsul", "ookeeper", "ooKeeper", "kazoo", "curator"]) {
        return;
    }
    for store in STORES.iter().filter(|s| reading.imports(s.imports)) {
        for call in reading.calls.iter().filter(|c| !c.in_log) {
            let Some(holder) = call.receiver() else { continue };
            let holder = holder.trim_start_matches('_').to_ascii_lowercase();
            if !store.clients.iter().any(|c| if c.len() <= 3 { holder == *c } else { holder.contains(c) }) {
                continue;
            }
            let role = match call.name {
                n if store.reads.contains(&n) => Role::Reads,
                n if store.writes.contains(&n) => Role::Writes,
                n if store.deletes.contains(&n) => Role::Deletes,
                _ => continue,
            };
            // A key has a path; Consul's writers take it in a value of its own.
            let named = call.arguments.iter().take(2).map(|a| reading.entry(&a.span, "Key").unwrap_or_else(|| a.span.clone())).find(|s| {
                let name = reading.name(s);
                name.says_something() && name.pattern().contains('/')
            });
            if let Some(span) = named {
                facts.push(Use::new(Kind::Key, role, reading.name(&span), reading.line(span.start)));
            }
        }
    }
    // Curator: `client.setData().forPath("/config/x", data)`.
    if reading.imports(&["curator"]) {
        for call in reading.calls.iter().filter(|c| c.name == "forPath") {
            let has = |words: &[&str]| call.path.iter().any(|p| words.contains(p));
            let role = if has(&["delete"]) {
                Role::Deletes
            } else if has(&["create", "setData"]) {
                Role::Writes
            } else {
                Role::Reads
            };
            if let Some(first) = call.positional(0) {
                facts.push(Use::new(Kind::Key, role, reading.name(&first.span), call.line));
            }
        }
    }
}

/// Streams that stand in an object or behind a word; whether the call is of that form.
pub(super) fn stream(reading: &Reading<'_>, call: &Call<'_>, name: &str, arguments: &[Argument<'_>], certainty: Certainty, facts: &mut Facts) -> bool {
    if name == "xadd" {
        // Go: `&redis.XAddArgs{Stream: "orders"}`.
        let Some(span) = arguments.iter().find_map(|a| reading.entry(&a.span, "Stream")) else { return false };
        facts.push(Use::new(Kind::Channel, Role::Publishes, reading.name(&span), reading.line(span.start)).certainty(certainty));
        return true;
    }
    let _ = call;
    false
}

/// `xreadgroup` and `xread` of every client.
pub(super) fn group_reads(reading: &Reading<'_>, facts: &mut Facts) {
    for call in &reading.calls {
        let name: String = call.name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
        let name = name.trim_end_matches("async");
        if !matches!(name, "xreadgroup" | "xread" | "streamreadgroup") {
            continue;
        }
        let is_group = name != "xread";
        let mut group = None;
        let mut streams: Vec<Span> = Vec::new();
        for (i, argument) in call.arguments.iter().enumerate() {
            let word = || reading.literal(&argument.span).map(|l| l.to_ascii_uppercase());
            match (argument.keyword, word().as_deref()) {
                (Some("groupname"), _) => group = values::text(reading, &argument.span),
                (_, Some("GROUP")) => group = call.arguments.get(i + 1).and_then(|a| values::text(reading, &a.span)),
                (_, Some("STREAMS")) => streams.extend(call.arguments.get(i + 1).map(|a| a.span.clone())),
                _ => {}
            }
            if let Some(found) = reading.entry(&argument.span, "Group") {
                group = values::text(reading, &found);
            }
            if let Some(found) = reading.entry(&argument.span, "Streams")
                && let Some(open) = found.clone().find(|&i| reading.is(i, "{") || reading.is(i, "[") && !reading.is(i + 1, "]"))
            {
                let all = reading.elements(&(open..reading.partner(open) + 1));
                let names = all.len().div_ceil(2);
                streams.extend(all.into_iter().take(names));
            } else if let Some(found) = reading.entry(&argument.span, "key") {
                streams.push(found);
            } else if reading.is(argument.span.start, "{") && !reading.is(argument.span.start + 1, "}") {
                // Python: `{"orders": ">"}`; the key may be a variable.
                for element in reading.elements(&argument.span) {
                    if let Some(colon) = element.clone().find(|&i| reading.is(i, ":")).filter(|&c| reading.string(c + 1).is_some_and(|s| s.len() <= 3)) {
                        streams.push(element.start..colon);
                    }
                }
            } else if name == "streamreadgroup" && i == 0 {
                streams.push(argument.span.clone());
                group = call.arguments.get(1).and_then(|a| values::text(reading, &a.span));
            }
        }
        if is_group && group.is_none() {
            group = call.positional(0).and_then(|a| values::text(reading, &a.span)).filter(|g| g != "GROUP");
        }
        for span in streams {
            let mut used = Use::new(Kind::Channel, Role::Consumes, reading.name(&span), call.line);
            used.value = group.clone().filter(|_| is_group);
            facts.push(used);
        }
    }
}
