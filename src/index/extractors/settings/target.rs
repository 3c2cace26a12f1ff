//! What a setting is for: the host, service or client that is called, as far as the text around it tells.

use super::hosts::{host, open, with_variable};
use super::whose;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

/// Words of names that say nothing of the target.
const EMPTY: &[&str] = &[
    "client",
    "http",
    "https",
    "rest",
    "api",
    "service",
    "svc",
    "stub",
    "grpc",
    "conn",
    "connection",
    "channel",
    "session",
    "template",
    "factory",
    "builder",
    "axios",
    "instance",
    "request",
    "requests",
    "retry",
    "retries",
    "policy",
    "config",
    "configuration",
    "options",
    "opts",
    "default",
    "new",
    "make",
    "create",
    "get",
    "build",
    "url",
    "base",
    "host",
    "addr",
    "address",
    "endpoint",
    "settings",
    "self",
    "this",
    "async",
    "ctx",
    "context",
    "with",
    "the",
    "timeout",
    "call",
    "do",
    "fetch",
    "run",
    "execute",
    "got",
    "ky",
    "res",
    "resp",
    "response",
    "data",
    "result",
    "x",
    "r",
    "c",
    "s",
    "e",
    "err",
    "cancel",
    "fn",
    "must",
    "add",
    "use",
    "configure",
    "init",
    "setup",
    "g",
    "func",
    "app",
    "max",
    "ok",
    "web",
    "io",
    "net",
    "closeable",
    "reqwest",
    "tokio",
    "resty",
    "sync",
    "blocking",
    "future",
    "mono",
    "flux",
    "clients",
    "httpx",
    "aiohttp",
];

/// The words of a name that say something, joined: `inventoryClient` is `inventory`.
pub(super) fn label(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let (mut lower, mut upper) = (false, 0);
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            lower = false;
            continue;
        }
        if c.is_uppercase() && lower {
            words.push(std::mem::take(&mut word));
        }
        // `HTTPClient`: an abbreviation ends before the hump.
        if c.is_lowercase() && upper > 1 {
            let hump = word.pop();
            words.push(std::mem::take(&mut word));
            word.extend(hump);
        }
        upper = if c.is_uppercase() { upper + 1 } else { 0 };
        lower = c.is_lowercase() || c.is_ascii_digit();
        word.extend(c.to_lowercase());
    }
    words.push(word);
    words.retain(|w| !w.is_empty() && !EMPTY.contains(&w.as_str()));
    (!words.is_empty() && words.iter().any(|w| w.len() > 1)).then(|| words.join("-"))
}

/// Well-known middleware by a word in a name.
fn middleware(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if name == "nats" {
        return Some("nats");
    }
    ["kafka", "redis", "rabbitmq", "amqp"].into_iter().find(|w| name.contains(w))
}

/// The target of the setting at a token, and how sure it is: an address or a client's own name says it, or only a function's.
pub(super) fn of(reading: &Reading<'_>, at: usize, facts: &Facts) -> Option<(Name, Certainty)> {
    // Options with a name of their own are for whoever is given them.
    if let Some(used) = whose::used_at(reading, at) {
        return of(reading, used, facts);
    }
    if let Some(name) = whose::session(reading, at).and_then(|lines| told_of(facts, lines.into_iter())) {
        return Some((name, Certainty::Sure));
    }
    // Calls around it, from the inside out.
    let around: Vec<&Call<'_>> = reading.calls.iter().filter(|c| c.open < at && at < c.close || c.at == at).collect();
    if let Some(name) = channel(reading, at) {
        return Some((name, Certainty::Sure));
    }
    for call in around.iter().rev().take(3) {
        if let Some(name) = told(facts, reading.line(call.begins), reading.line(call.close)) {
            return Some((name, Certainty::Sure));
        }
        if let Some(name) = of_call(reading, call) {
            return Some((name, Certainty::Sure));
        }
    }
    if let Some(bound) = reading.assignments.iter().rev().find(|a| a.value.contains(&at) || a.at == at) {
        if let Some(name) = in_span(reading, &bound.value) {
            return Some((name, Certainty::Sure));
        }
        let path = if bound.path.len() > 1 { &bound.path[..bound.path.len() - 1] } else { &bound.path[..] };
        if let Some(text) = path.iter().rev().find_map(|w| middleware(w).map(str::to_owned).or_else(|| named_client(w))) {
            return Some((Name::literal(text), Certainty::Sure));
        }
    }
    if let Some(call) = whose::block(reading, at)
        && let Some(name) = in_span(reading, &(call.open..call.close)).or_else(|| of_call(reading, call))
    {
        return Some((name, Certainty::Sure));
    }
    if let Some(name) = annotated(reading, at, facts) {
        return Some(name);
    }
    let function = reading.enclosing(at, &[DeclarationKind::Function]);
    if let Some(function) = function {
        // What is called after it in the same function.
        if let Some(name) = told_alone(facts, reading.line(at), reading.line(function.body.end.saturating_sub(1))) {
            return Some((name, Certainty::Sure));
        }
        if let Some(name) = in_span(reading, &(at..function.body.end)).or_else(|| called_in(reading, &(at..function.body.end))) {
            return Some((name, Certainty::Sure));
        }
    }
    let holder = reading.enclosing(at, &[DeclarationKind::Type]);
    // The only address that the type knows.
    if let Some(name) = holder.filter(|d| is_client(d.name)).and_then(|d| only_address(reading, &d.body)) {
        return Some((name, Certainty::Sure));
    }
    if let Some(name) = holder.and_then(|d| whose::base(reading, &d.body)).and_then(|span| in_span(reading, &span)) {
        return Some((name, Certainty::Sure));
    }
    if let Some(name) = holder.and_then(|d| whose::worker(reading, d)) {
        return Some((name, Certainty::Sure));
    }
    let by_type = holder.and_then(|d| if is_client(d.name) || is_job(d.name) { label(d.name) } else { None });
    if let Some(text) = by_type {
        return Some((Name::literal(text), Certainty::Sure));
    }
    // The only address that the function has.
    if let Some(name) = function.and_then(|f| only_address(reading, &f.body)) {
        return Some((name, Certainty::Sure));
    }
    // Only the function's or type's own name is left; that of a client says what it is for.
    let name = function.map(|f| f.name).or_else(|| holder.map(|h| h.name))?;
    let client = ["client", "stub", "conn", "channel"].iter().any(|w| name.to_ascii_lowercase().contains(w));
    label(name).map(|text| (Name::literal(text), if client { Certainty::Likely } else { Certainty::Guess }))
}

fn is_client(name: &str) -> bool {
    ["Client", "Gateway", "Api", "Adapter", "Proxy", "Connector", "Http", "Sdk"].iter().any(|w| name.ends_with(w))
}

fn is_job(name: &str) -> bool {
    ["Worker", "Job", "Task"].iter().any(|w| name.ends_with(w))
}

/// A variable that is named as a client of something: `inventoryClient`, `stock_stub`.
fn named_client(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let client = ["client", "stub", "api", "gateway", "service", "axios", "http", "conn", "channel"].iter().any(|w| lower.ends_with(w));
    client.then(|| label(name)).flatten()
}

fn of_call(reading: &Reading<'_>, call: &Call<'_>) -> Option<Name> {
    // .NET: `AddHttpClient<Stock>(..)`, `AddHttpClient("stock", ..)` and what is chained to it.
    let mut here = Some(call);
    while let Some(one) = here {
        if matches!(one.name, "AddHttpClient" | "AddGrpcClient" | "AddRefitClient") {
            let given = one.types.and_then(|t| t.rsplit([',', '.']).next()).map(|t| t.trim().to_owned());
            let name = given.or_else(|| one.positional(0).and_then(|a| reading.literal(&a.span)));
            return name.and_then(|n| label(n.strip_prefix('I').filter(|r| r.starts_with(char::is_uppercase)).unwrap_or(&n))).map(Name::literal);
        }
        here = one.on.map(|o| &reading.calls[o]);
    }
    // asynq: `client.Enqueue(asynq.NewTask("resize", p), asynq.MaxRetry(7))`
    if call.name.starts_with("Enqueue")
        && let Some(task) = reading.calls.iter().find(|c| call.open < c.at && c.at < call.close && c.name == "NewTask")
        && let Some(name) = task.positional(0).map(|a| reading.name(&a.span)).filter(|n| n.says_something() || n.is_open())
    {
        return Some(name);
    }
    if let Some(name) = whose::first_argument(reading, call) {
        return Some(name);
    }
    if let Some(name) = in_span(reading, &(call.open..call.close)) {
        return Some(name);
    }
    // `axiosRetry(orders, { retries: 3 })`: what that client was made with, else its name.
    if call.name.ends_with("Retry")
        && let Some(client) = call.positional(0).filter(|a| a.span.len() == 1 && reading.kind(a.span.start) == Some(Token::Word))
    {
        let word = reading.word(client.span.start);
        let made = reading.assignments.iter().find(|a| a.name == word).and_then(|a| in_span(reading, &a.value));
        if let Some(name) = made.or_else(|| label(word).map(Name::literal)) {
            return Some(name);
        }
    }
    if let Some(word) = call.path.iter().rev().find_map(|w| middleware(w)) {
        return Some(Name::literal(word));
    }
    if let Some(text) = call.path[..call.path.len() - 1].iter().rev().find_map(|w| named_client(w)) {
        return Some(Name::literal(text));
    }
    // What is tried: `pRetry(() => stockClient.reserve(), ..)`.
    if let Some(name) = called_in(reading, &(call.open..call.close)) {
        return Some(name);
    }
    // What the result is bound to.
    let bound = reading.assignments.iter().find(|a| a.value.start == call.begins || a.value.start + 1 == call.begins)?;
    let makes = matches!(call.name, "create" | "extend" | "builder" | "build") || call.name.starts_with(char::is_uppercase) || reading.is(call.begins, "new");
    let name = if makes { label(bound.name) } else { named_client(bound.name) };
    name.map(Name::literal)
}

/// The one target that the rest of a function calls.
pub(super) fn only_called_after(reading: &Reading<'_>, at: usize, facts: &Facts) -> Option<Name> {
    let function = reading.enclosing(at, &[DeclarationKind::Function])?;
    told_alone(facts, reading.line(at), reading.line(function.body.end.saturating_sub(1)))
}

/// What the calls on these lines were found to ask, when it is one target only.
pub(super) fn told_alone(facts: &Facts, from: u32, to: u32) -> Option<Name> {
    told_of(facts, facts.uses.iter().filter(|u| u.role == Role::Calls && (from..=to).contains(&u.line)).map(|u| u.line))
}

/// The one target of what is called on these lines.
fn told_of(facts: &Facts, lines: impl Iterator<Item = u32>) -> Option<Name> {
    let mut found: Option<Name> = None;
    for line in lines {
        let name = told(facts, line, line)?;
        if found.as_ref().is_some_and(|f| *f != name) {
            return None;
        }
        found = Some(name);
    }
    found
}

/// What a call on these lines was found to ask.
fn told(facts: &Facts, from: u32, to: u32) -> Option<Name> {
    let asked = facts.uses.iter().filter(|u| u.role == Role::Calls && (from..=to).contains(&u.line));
    for used in asked {
        match used.kind {
            Kind::Rpc => {
                let service = used.name.as_literal()?.split('/').next()?.rsplit('.').next()?;
                return label(service).map(Name::literal);
            }
            Kind::Route => {
                let mut parts = used.name.0.iter();
                let Some(Part::Text(text)) = parts.next() else { continue };
                let found = match text.split_once("://") {
                    Some((_, rest)) if !rest.is_empty() => host(&used.name),
                    _ if text.ends_with(' ') || text.ends_with("://") => parts.next().and_then(|part| open(part).or_else(|| by_holder(part))),
                    _ => None,
                };
                if found.is_some() {
                    return found;
                }
            }
            _ => {}
        }
    }
    None
}

/// What the holder of an address is called, where the address itself says nothing: `config.billing.baseUrl`.
fn holder_label(part: &Part) -> Option<String> {
    match part {
        Part::Constant(path) if path.contains('.') && !path.contains(['(', '@']) => label(path),
        _ => None,
    }
}

fn by_holder(part: &Part) -> Option<Name> {
    holder_label(part).map(Name::literal)
}

/// A topic or queue beside the setting: `kafka.Writer{Topic: "orders", MaxAttempts: 4}`.
fn channel(reading: &Reading<'_>, at: usize) -> Option<Name> {
    let brace = (at.saturating_sub(80)..at).rev().find(|&i| reading.is(i, "{") && reading.partner(i) > at)?;
    let entries = reading.entries(&(brace + 1..reading.partner(brace)));
    let (_, value) = entries.into_iter().find(|(k, _)| matches!(*k, "Topic" | "topic" | "queue" | "Queue" | "QueueUrl" | "queueName" | "stream"))?;
    let name = reading.name(&value);
    (name.says_something() || name.is_open()).then_some(name)
}

/// The address in a span, when there is one only.
fn only_address(reading: &Reading<'_>, span: &Span) -> Option<Name> {
    let mut found: Option<Name> = None;
    for at in span.clone().filter(|&i| reading.kind(i) == Some(Token::Text)) {
        let text = reading.string(at).unwrap_or("");
        if !(text.contains("://") || text.starts_with("${")) {
            continue;
        }
        let Some(name) = host(&reading.name(&(at..at + 1))) else { continue };
        let address = name.as_literal().is_some()
            || matches!(name.0.first(), Some(Part::Setting(key, _)) if {
                let key = key.to_ascii_lowercase();
                ["url", "uri", "addr", "address", "host", "endpoint"].iter().any(|w| key.ends_with(w))
            });
        match &found {
            _ if !address => {}
            Some(other) if *other != name => return None,
            _ => found = Some(name),
        }
    }
    found
}

/// A task, listener or function under an annotation or decorator: what its body calls, else its own name.
fn annotated(reading: &Reading<'_>, at: usize, facts: &Facts) -> Option<(Name, Certainty)> {
    let annotation = reading
        .annotations
        .iter()
        .rev()
        .find(|a| a.at < at && (a.arguments.iter().any(|x| x.span.contains(&at)) || a.at + 40 > at && a.target.is_some_and(|t| t > at)))?;
    let target = annotation.target?;
    let declared = reading.declarations.iter().find(|d| d.name_at == target);
    let task = matches!(annotation.name, "task" | "shared_task" | "actor" | "job");
    if let Some(declared) = declared.filter(|_| !task) {
        let by_call = told(facts, reading.line(declared.body.start), reading.line(declared.body.end.saturating_sub(1)));
        if let Some(name) = by_call.or_else(|| in_span(reading, &declared.body)).or_else(|| called_in(reading, &declared.body)) {
            return Some((name, Certainty::Sure));
        }
    }
    if task {
        return Some((Name::literal(reading.word(target)), Certainty::Sure));
    }
    // The topic that is listened to beside it.
    let beside = |line: u32| facts.uses.iter().find(|u| u.kind == Kind::Channel && u.role == Role::Consumes && u.line == line);
    let mut siblings = reading.annotations.iter().filter(|a| a.target == Some(target) && a.at != annotation.at);
    if let Some(channel) = siblings.find_map(|a| beside(a.line)) {
        return Some((channel.name.clone(), Certainty::Sure));
    }
    let holder = reading.enclosing(target, &[DeclarationKind::Type]);
    if let Some(name) = holder.and_then(|d| whose::base(reading, &d.body)).and_then(|span| in_span(reading, &span)) {
        return Some((name, Certainty::Sure));
    }
    label(reading.word(target)).map(|text| (Name::literal(text), Certainty::Guess))
}

/// The first client that a span calls by its name.
fn called_in(reading: &Reading<'_>, span: &Span) -> Option<Name> {
    let inside = reading.calls.iter().filter(|c| span.contains(&c.at) && c.path.len() > 1);
    for call in inside {
        if let Some(text) = call.path[..call.path.len() - 1].iter().rev().find_map(|w| named_client(w)) {
            return Some(Name::literal(text));
        }
    }
    None
}

/// The first address in a span: a literal's host, or what is open of it.
fn in_span(reading: &Reading<'_>, span: &Span) -> Option<Name> {
    let mut at = span.start;
    while at < span.end.min(span.start + 400) {
        match reading.kind(at) {
            Some(Token::Text) => {
                let text = reading.string(at).unwrap_or("");
                if let Some(found) = whose::variable(reading, at).and_then(|name| host(&name)) {
                    return Some(found);
                }
                if text.contains("://") || text.starts_with('{') || text.starts_with("${") || text.contains("/") {
                    let name = with_variable(reading, at).unwrap_or_else(|| reading.name(&(at..at + 1)));
                    if let Some(found) = host(&name) {
                        return Some(found);
                    }
                }
            }
            Some(Token::Word) => {
                let word = reading.word(at);
                let lower = word.to_ascii_lowercase();
                let address = ["url", "uri", "addr", "host", "endpoint", "base"].iter().any(|w| lower.ends_with(w));
                if address && !reading.is(at + 1, "(") && !matches!(reading.word(at + 1), ":" | "=") {
                    let name = reading.name(&whose::whole(reading, at));
                    if let Some(found) = host(&name) {
                        return Some(found);
                    }
                    if let Some(text) = label(word).or_else(|| name.0.first().and_then(holder_label)) {
                        return Some(Name::literal(text));
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
