//! Topics, queues, exchanges, subjects and subscriptions of message brokers, and messages by type on a bus.
//!
//! Names: what a broker's client is given; of an ARN, URL or path of a cloud queue its last part. An exchange is told with `key=` and its
//! routing key as the value; on the default exchange the routing key is the queue, so it is the name. A consumer's value is `group=` and its
//! group. An acknowledgement belongs to the channel that the function, else the type, else the file consumes from, where that is one.

mod acknowledged;
mod amqp;
mod buses;
mod cloud;
mod endpoints;
mod kafka;
mod others;
#[cfg(test)]
mod tests;

use super::clients::{self, Hit, Library, find_key};
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::{DeclarationKind, Reading};

const LIBRARIES: &[&Library] = &[
    &kafka::KAFKA,
    &kafka::KARAFKA,
    &kafka::STREAMS,
    &kafka::FLINK,
    &kafka::SPARK,
    &kafka::REACTIVE,
    &amqp::AMQP,
    &cloud::AWS,
    &cloud::GOOGLE,
    &cloud::AZURE,
    &cloud::DAPR,
    &others::NATS,
    &others::PHOENIX,
    &others::MQTT,
    &others::JMS,
    &others::PULSAR,
    &others::NSQ,
    &others::FRAMEWORKS,
    &buses::DOTNET,
    &buses::JVM,
    &buses::PHP,
];

/// A file without any of these talks to no broker.
pub(super) const WORDS: &[&str] = &[
    "publish",
    "subscri",
    "produce",
    "consum",
    "queue",
    "topic",
    "kafka",
    "rabbit",
    "amqp",
    "nats",
    "mqtt",
    "pulsar",
    "pubsub",
    "sqs",
    "messag",
    "handle",
    "exchange",
    "integrationevent",
    "dispatch",
    "brod",
    "karafka",
    "servicebus",
    "eventhub",
    "jms",
    "streambridge",
    "microservices",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    integration_events(reading, facts);
    broadway(reading, facts);
    endpoints::read(reading, facts);
    let hits = clients::hits(reading, LIBRARIES);
    if hits.is_empty() {
        return;
    }
    let group = only_group(reading);
    let mut consumed: Vec<(usize, Name)> = Vec::new();
    for hit in &hits {
        for (name, value) in named(hit) {
            let Some(role) = hit.row.role else { continue };
            if hit.row.kind == Kind::Channel && !is_fit(&name) {
                continue;
            }
            if role == Role::Consumes && hit.row.kind == Kind::Channel {
                consumed.push((hit.at, name.clone()));
            }
            let mut used = Use::new(hit.row.kind, role, name, hit.line).certainty(hit.certainty);
            used.value = value
                .or_else(|| (role == Role::Consumes && hit.row.kind == Kind::Channel).then(|| own_group(reading, hit).or_else(|| group.clone())).flatten());
            facts.push(used);
        }
    }
    acknowledged::read(reading, &consumed, facts);
}

/// Elixir's `producer: [module: {BroadwayRabbitMQ.Producer, queue: "files"}]`.
fn broadway(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "elixir" {
        return;
    }
    let is_producer = |i: usize| matches!(reading.word(i), "BroadwayRabbitMQ" | "BroadwayKafka" | "BroadwaySQS" | "BroadwayCloudPubSub");
    for at in (1..reading.tokens.len()).filter(|&i| is_producer(i) && reading.is(i - 1, "{")) {
        let inside = at..reading.partner(at - 1).max(at);
        let named = ["queue", "topics", "queue_url", "subscription"].iter().find_map(|key| find_key(reading, &inside, key));
        let Some(span) = named else { continue };
        for element in clients::listed(reading, &span) {
            let name = reading.name(&element);
            if is_fit(&name) {
                facts.push(Use::new(Kind::Channel, Role::Consumes, name, reading.line(element.start)));
            }
        }
    }
}

/// Events that say by their types that they are for other services, whatever the bus in between is called: `Save(new OrderPaidIntegrationEvent(..))`.
fn integration_events(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "csharp" || !reading.mentions(&["IntegrationEvent"]) {
        return;
    }
    for call in &reading.calls {
        let lower = call.name.to_ascii_lowercase();
        if call.in_log || !["publish", "addandsave", "saveevent", "send", "enqueue", "raise"].iter().any(|w| lower.contains(w)) {
            continue;
        }
        let Some(word) = call.arguments.first().and_then(|a| clients::type_of(reading, &a.span)) else { continue };
        if word.ends_with("IntegrationEvent") && word != "IntegrationEvent" {
            facts.push(Use::new(Kind::Message, Role::Publishes, Name::literal(word), call.line));
        }
    }
}

/// Names and values of a hit: the routing key that goes with an exchange, or is the queue on the default one.
fn named(hit: &Hit) -> Vec<(Name, Option<String>)> {
    let mut out = Vec::new();
    for name in &hit.names {
        let with = hit.with.as_ref();
        if name.as_literal() == Some("") {
            out.extend(with.map(|key| (tidy(key.clone()), None)));
            continue;
        }
        let label = match hit.row.role {
            Some(Role::Consumes) => "group",
            _ => "key",
        };
        let value = with.filter(|w| w.says_something()).map(|w| format!("{label}={}", w.pattern()));
        out.push((tidy(name.clone()), value));
    }
    out
}

/// Of an ARN, a queue's URL or a resource path the last part.
pub(super) fn tidy(mut name: Name) -> Name {
    let start = match name.0.first() {
        Some(Part::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let is_path = start.starts_with("arn:")
        || start.starts_with("projects/")
        || start.starts_with("persistent://")
        || start.starts_with("non-persistent://")
        || start.starts_with("queue:")
        || start.starts_with("exchange:")
        || start.starts_with("topic://")
        || start.starts_with("http") && (start.contains("sqs") || start.contains("queue") || start.contains("4566") || start.contains("9324"));
    if !is_path {
        return name;
    }
    if let Some(Part::Text(last)) = name.0.last_mut() {
        match last.rfind(['/', ':']) {
            Some(at) if at + 1 < last.len() => Name::literal(&last[at + 1..]),
            // `projects/{}/topics/` and a name that is not known.
            Some(_) => Name::unknown(),
            None => name,
        }
    } else if start.ends_with(['/', ':']) {
        Name(name.0.split_off(name.0.len() - 1))
    } else {
        Name::unknown()
    }
}

/// Whether a name can be a channel's: no prose, no pattern alone, no payload.
fn is_fit(name: &Name) -> bool {
    if !(name.says_something() || name.is_open()) {
        return false;
    }
    name.0.iter().all(|part| match part {
        Part::Text(text) => {
            text.len() <= 200
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'/' | b'*' | b'#' | b'+' | b'>' | b'$' | b'~' | b'{' | b'}'))
        }
        _ => true,
    })
}

const GROUPS: [&str; 5] = ["groupid", "consumergroup", "groupinstance", "group", "consumergroupid"];

/// The group that the consuming call itself names.
fn own_group(reading: &Reading<'_>, hit: &Hit) -> Option<String> {
    GROUPS[..2].iter().find_map(|key| find_key(reading, &hit.inside, key)).and_then(|span| group_value(&reading.name(&span)))
}

fn group_value(name: &Name) -> Option<String> {
    name.says_something().then(|| format!("group={}", name.pattern()))
}

/// The consumer group that the whole file names, if it is one.
fn only_group(reading: &Reading<'_>) -> Option<String> {
    let lower = |word: &str| GROUPS[..2].iter().any(|g| clients::same(word, g));
    if !reading.mentions(&["group", "GROUP", "Group"]) {
        return None;
    }
    let mut found: Option<String> = None;
    let mut add = |name: Name| {
        if let Some(value) = group_value(&name) {
            match &found {
                Some(before) if *before != value => return false,
                _ => found = Some(value),
            }
        }
        true
    };
    for at in 0..reading.tokens.len() {
        let word = reading.string(at).unwrap_or_else(|| reading.word(at));
        if word.len() > 24 || !(lower(word) || word.ends_with("GROUP_ID_CONFIG") || clients::same(word, "kgoconsumergroup")) {
            continue;
        }
        // `groupId: "x"`, `"group.id", "x"`, `.setGroupId("x")`, `"group.id" = "x"`, `["group.id"] = ..`
        let sign = at + 1 + usize::from(reading.is(at + 1, "]"));
        if !matches!(reading.word(sign), ":" | "=" | "=>" | "," | "(" | "->" | ":=") || reading.word(sign) == ":" && reading.is(sign + 1, ":") {
            continue;
        }
        let from = sign + 1;
        let mut to = from;
        while to < reading.tokens.len() && !matches!(reading.word(to), "," | ";" | ")" | "}" | "]") && reading.tokens[to].line <= reading.tokens[from].line + 1
        {
            to = if matches!(reading.word(to), "(" | "[") { reading.partner(to).max(to) + 1 } else { to + 1 };
            if reading.tokens.get(to).is_some_and(|t| t.first) {
                break;
            }
        }
        if to > from && to - from <= 12 && !add(reading.name(&(from..to))) {
            return None;
        }
    }
    found
}

/// The part of the file around a token, from the narrowest to the whole.
fn scopes(reading: &Reading<'_>, at: usize) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    out.extend(reading.enclosing(at, &[DeclarationKind::Function]).map(|d| d.name_at.saturating_sub(24)..d.body.end));
    out.extend(reading.enclosing(at, &[DeclarationKind::Type]).map(|d| d.name_at.saturating_sub(24)..d.body.end));
    out.push(0..reading.tokens.len());
    out
}
