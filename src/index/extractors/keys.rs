//! Keys of Redis, Memcached, etcd and shared caches; lists, streams and publish-subscribe channels of Redis.
//!
//! `get` and `set` are everywhere, so they count on what is known to be a client: by its type, by what it is made of, or by its name.
//! `hset`, `zadd` and their like say it themselves.

mod annotated;
mod clients;
mod commands;
mod scans;
mod stores;

use super::{compared, durations, values};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::{Argument, Call, Reading, Span};
use commands::{CACHE_COMMANDS, CACHES, COMMANDS, Command, OPERATIONS};

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    // What a page in a browser keeps, nobody else reads.
    if file.path.ends_with(".tsx") || file.path.ends_with(".jsx") {
        return;
    }
    let reading = file.reading();
    annotated::read(reading, facts);
    stores::read(reading, facts);
    stores::group_reads(reading, facts);
    let known = clients::clients(reading);
    let imported = reading.imports(commands::CLIENTS);
    let lists = reading.calls.iter().any(|c| matches!(&*values::verb(c.name), "lrange" | "listrange" | "lindex"));
    let before = facts.uses.len();
    for call in &reading.calls {
        if call.in_log || call.path.len() < 2 && call.arguments.len() < 2 {
            continue;
        }
        let name = values::verb(call.name);
        if let Some((command, shift)) = commanded(reading, call, &name, &known) {
            tell(reading, &command, &arguments(reading, call, shift), call, Certainty::Sure, lists, facts);
            continue;
        }
        if let Some(commands) = operations(call) {
            if let Some(command) = find(commands, &name) {
                tell(reading, command, &arguments(reading, call, 0), call, Certainty::Sure, lists, facts);
            }
            continue;
        }
        if call.path.len() < 2 {
            continue;
        }
        if let Some(command) = find(COMMANDS, &name) {
            let on_client = clients::is_on_client(reading, call, &known);
            let certainty = match (on_client, command.common) {
                (true, _) => Certainty::Sure,
                (false, true) if is_keyed_store(reading, call) => Certainty::Likely,
                (false, true) => continue_on_cache(reading, call, &name, facts),
                (false, false) if imported => Certainty::Sure,
                (false, false) if is_other(call) => continue,
                (false, false) => Certainty::Likely,
            };
            if certainty == Certainty::Guess {
                continue;
            }
            tell(reading, command, &arguments(reading, call, 0), call, certainty, lists, facts);
        } else {
            continue_on_cache(reading, call, &name, facts);
        }
    }
    values::without_plain(&mut facts.uses, before);
}

/// What shared caches are called on, where the call is made on one; a guess otherwise, since nothing more is known of it.
fn continue_on_cache(reading: &Reading<'_>, call: &Call<'_>, name: &str, facts: &mut Facts) -> Certainty {
    let holder = call.path[..call.path.len() - 1].join(".");
    let holder = holder.trim_start_matches("self.").trim_start_matches("this.");
    let cache = CACHES.iter().find(|(word, imports)| {
        let same = holder == *word
            || holder.eq_ignore_ascii_case(word)
            || imports.len() > 1 && holder.to_ascii_lowercase().ends_with("cache")
            || holder.ends_with("Rails.cache");
        same && (imports.is_empty() || reading.imports(imports))
    });
    if let (Some(_), Some(command)) = (cache, find(CACHE_COMMANDS, name)) {
        tell(reading, command, &arguments(reading, call, 0), call, Certainty::Sure, false, facts);
        if matches!(name, "fetch" | "remember" | "getorset" | "rememberforever" | "wrap") {
            let reads = Command { role: Role::Reads, value: None, ttl: None, ..*command };
            tell(reading, &reads, &arguments(reading, call, 0), call, Certainty::Sure, false, facts);
        }
    }
    Certainty::Guess
}

/// A common command on something named like a store, with a key that is written like one: `store.get("job:result:" + id)`.
fn is_keyed_store(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    let holder = call.path[call.path.len() - 2].trim_start_matches('_');
    if !matches!(holder, "store" | "kv" | "cache" | "client" | "conn" | "pipe" | "pipeline" | "kvstore" | "keyvalue") {
        return false;
    }
    let keyed = |a: &Argument<'_>| {
        let text = reading.name(&a.span).pattern();
        let prefix = text.split(':').next().unwrap_or("");
        text.contains(':')
            && !text.contains([' ', '/'])
            && prefix.len() >= 2
            && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
            && !text.ends_with(':')
    };
    call.arguments.iter().take(2).any(keyed)
}

fn find(commands: &'static [Command], name: &str) -> Option<&'static Command> {
    commands.iter().find(|c| c.names.contains(&name))
}

/// Things of other libraries with such commands: a fake, a bit set, a graph.
fn is_other(call: &Call<'_>) -> bool {
    call.receiver_holds(&["element", "document", "window", "mock", "expect", "map", "list", "array", "attr", "node", "dom", "bitset", "bits"])
}

/// Spring's `template.opsForHash().put(..)`.
fn operations(call: &Call<'_>) -> Option<&'static [Command]> {
    let holder = values::verb(call.receiver()?);
    OPERATIONS.iter().find(|(name, _)| holder == *name || holder == format!("bound{}ops", &name[6..].trim_start_matches("for"))).map(|(_, c)| *c)
}

/// `conn.Do("SET", key, value)`, `Redix.command(conn, ["SET", key])`, `redis::cmd("SET").arg(key)`, `redis.call("SET", KEYS[1])`.
fn commanded(reading: &Reading<'_>, call: &Call<'_>, name: &str, known: &[&str]) -> Option<(Command, usize)> {
    let place = match name {
        "do" | "send" | "call" | "pcall" | "executecommand" | "sendcommand" | "cmd" | "executeraw" | "rediscommand" | "nif" | "query" | "qp" | "q"
        | "command" | "noreplycommand" => 0,
        _ => return None,
    };
    let is_client = clients::is_on_client(reading, call, known)
        || clients::is_client_word(call.name)
        || call.path.iter().any(|p| matches!(*p, "Redix" | "redis" | "eredis"));
    if !is_client {
        return None;
    }
    let spans = arguments(reading, call, 0);
    let command = |i: usize| {
        let word = reading.literal(&spans[i].span).filter(|w| is_command_word(w))?;
        find(COMMANDS, &word.to_ascii_lowercase())
    };
    let (at, command) = (place..spans.len().min(3)).find_map(|i| command(i).map(|c| (i, c)))?;
    Some((*command, at + 1))
}

fn is_command_word(word: &str) -> bool {
    word.len() >= 3 && word.len() < 20 && word.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The arguments of a command: without the context that Go passes first, brackets of a list opened, `.arg(..)` behind it added.
fn arguments<'a>(reading: &Reading<'a>, call: &Call<'a>, skip: usize) -> Vec<Argument<'a>> {
    let mut out: Vec<Argument<'a>> = Vec::new();
    for argument in &call.arguments {
        let span = &argument.span;
        let last = reading.word(span.end.saturating_sub(1));
        let context = reading.word(span.start);
        if out.is_empty()
            && reading.language.name() == "go"
            && (span.len() <= 7
                && (context.ends_with("ctx")
                    || context.ends_with("Ctx")
                    || context == "context"
                    || reading.source(span).ends_with("Context()")
                    || last == "ctx"))
        {
            continue;
        }
        // A list of keys, or of the words of a command.
        let open = if reading.is(span.start, "[") { Some(span.start) } else { None };
        if let Some(open) = open.filter(|&o| reading.partner(o) + 1 == span.end) {
            out.extend(reading.elements(&(open..span.end)).into_iter().map(|s| Argument { keyword: None, span: s }));
        } else if reading.is(span.start, "*") && argument.keyword.is_none() {
            // Spread out: not known.
            out.push(argument.clone());
        } else {
            out.push(argument.clone());
        }
    }
    if call.name == "cmd" {
        let mut on = reading.calls.iter().position(|c| c.at == call.at);
        while let Some(next) = on.and_then(|i| reading.calls.iter().position(|c| c.on == Some(i) && c.name == "arg")) {
            out.extend(reading.calls[next].arguments.iter().cloned());
            on = Some(next);
        }
    }
    out.into_iter().skip(skip).collect()
}

/// A use for each key of a call.
fn tell(reading: &Reading<'_>, command: &Command, arguments: &[Argument<'_>], call: &Call<'_>, certainty: Certainty, lists: bool, facts: &mut Facts) {
    let positional: Vec<&Span> =
        arguments.iter().filter(|a| a.keyword.is_none() || command.kind == Kind::Key && matches!(a.keyword, Some("name" | "key"))).map(|a| &a.span).collect();
    let name = values::verb(call.name);
    // These have the value before its time.
    let is_swapped = matches!(&*name, "setex" | "psetex") && matches!(reading.language.name(), "rust" | "go");
    let command = &if is_swapped { Command { value: Some(1), ttl: Some(2), ..*command } } else { *command };
    if command.kind == Kind::Channel && stores::stream(reading, call, &name, arguments, certainty, facts) {
        return;
    }
    let positional = scans::scanned(reading, call, &name, arguments).map_or(positional, |pattern| vec![pattern]);
    let last = if command.many { positional.len() } else { command.key + 1 };
    for span in positional.iter().take(last).skip(command.key) {
        let mut key = reading.name(span);
        if !key.says_something()
            && !key.is_open()
            && let Some(pattern) = scans::looped(reading, span)
        {
            key = pattern;
        }
        if !is_key(&key, command) {
            continue;
        }
        let kind = if command.kind == Kind::Channel && lists && name.ends_with("push") { Kind::Key } else { command.kind };
        let role = if kind == command.kind { command.role } else { Role::Writes };
        let mut used = Use::new(kind, role, key, reading.line(span.start)).certainty(certainty);
        let text = |place: Option<usize>| place.and_then(|p| positional.get(p)).and_then(|s| values::value(reading, s));
        let ttl = (command.role == Role::Writes).then(|| durations::of_call(reading, arguments, command.ttl, &name)).flatten();
        if kind == Kind::Channel {
            // A group is the field of a stream.
            used.value = command.field.and_then(|p| positional.get(p)).and_then(|s| values::text(reading, s));
            facts.push(used);
            continue;
        }
        if let Some(place) = command.field {
            let pairs = fields(reading, &positional, arguments, place, command.value);
            if pairs.is_empty() {
                facts.push(used);
                continue;
            }
            for (field, value) in pairs {
                let mut used = used.clone().note(format!("field \"{field}\""));
                used.value = value;
                facts.push(used);
            }
            continue;
        }
        used.value = if command.role == Role::Reads { compared::with(reading, call) } else { text(command.value) };
        match (ttl, used.value.is_some()) {
            (Some(ttl), true) => used.note = Some(format!("expires after {ttl}")),
            (Some(ttl), false) => used.value = Some(format!("ttl={ttl}")),
            _ => {}
        }
        facts.push(used);
    }
}

/// A name that can be a key, and no option, address or file.
fn is_key(key: &Name, command: &Command) -> bool {
    let text = key.pattern();
    let plain = !text.contains([' ', '\n', '<', '>', '(', ')']) && text.len() <= 200 && !text.starts_with("http") && !text.starts_with("--");
    let is_token = matches!(&*key.0, [Part::Constant(c)] if matches!(&**c, "cancellationToken" | "stoppingToken"));
    if is_token {
        return false;
    }
    let options = ["EX", "PX", "NX", "XX", "KEEPTTL", "MATCH", "COUNT", "GET", ">", "*", "$"].contains(&text.as_str());
    plain && !options && (key.is_open() || key.says_something()) && !(command.many && text.parse::<f64>().is_ok())
}

/// Fields of a hash with the literals that they are set to: `"status", "idle"`, `mapping={"status": "idle"}`, `{ status: "idle" }`.
fn fields(reading: &Reading<'_>, positional: &[&Span], arguments: &[Argument<'_>], place: usize, value: Option<usize>) -> Vec<(String, Option<String>)> {
    let mapping = arguments.iter().find(|a| matches!(a.keyword, Some("mapping" | "values"))).map(|a| &a.span).or_else(|| positional.get(place).copied());
    let Some(span) = mapping else { return Vec::new() };
    if let Some(open) = span.clone().find(|&i| reading.is(i, "{")).filter(|&o| o <= span.start + 8 && reading.partner(o) + 1 == span.end) {
        let entries = reading.entries(&(open + 1..reading.partner(open)));
        if !entries.is_empty() {
            return entries.into_iter().map(|(key, value)| (key.to_owned(), values::value(reading, &value))).collect();
        }
    }
    let Some(first) = positional.get(place).and_then(|s| values::text(reading, s)) else { return Vec::new() };
    let Some(at) = value else { return vec![(first, None)] };
    let mut out = vec![(first, positional.get(at).and_then(|s| values::value(reading, s)))];
    // Further pairs behind it.
    let mut next = at + 1;
    while let Some(field) = positional.get(next).and_then(|s| values::text(reading, s)) {
        out.push((field, positional.get(next + 1).and_then(|s| values::value(reading, s))));
        next += 2;
    }
    out
}

#[cfg(test)]
mod tests;
