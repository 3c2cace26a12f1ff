//! Channels, jobs and flags that configuration declares or binds: Spring Cloud Stream and SmallRye bindings, Kubernetes objects, Terraform,
//! CloudFormation, Serverless, broker definitions, scripts that create topics, flag files.

mod documents;
mod terraform;
#[cfg(test)]
mod tests;

use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Part, Role, Use};

/// A file without any of these configures none of it.
pub(super) const WORDS: &[&str] = &[
    "bindings",
    "messaging",
    "topic",
    "queue",
    "cronjob",
    "cronworkflow",
    "subscription",
    "exchange",
    "schedule",
    "flags",
    "featuremanagement",
    "subjects",
    "detail-type",
    "cron:",
    "celery",
    "_bucket",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    match file.language.name() {
        "hcl" => terraform::read(file, facts),
        "properties" => properties(file, facts),
        "yaml" | "json" => documents::read(file, facts),
        _ => {}
    }
    commands(file, facts);
    workers(file, facts);
    buckets(facts);
}

/// Buckets that a deployment gives to its parts: `REPORTS_BUCKET: shop-reports`.
fn buckets(facts: &mut Facts) {
    let is_variable = |key: &str| (key.ends_with("_BUCKET") || key.ends_with("_BUCKET_NAME")) && !key.contains(|c: char| c.is_ascii_lowercase());
    let is_plain = |v: &str| v.len() > 2 && v.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_'));
    let given: Vec<(String, u32)> = facts.given.iter().filter(|g| is_variable(&g.key) && is_plain(&g.value)).map(|g| (g.value.clone(), g.line)).collect();
    for (bucket, line) in given {
        facts.push(Use::new(Kind::Bucket, Role::Declares, Name::literal(bucket), line));
    }
}

/// Queues that a worker of Celery is started for: `celery -A shop worker -Q mail,slow`, also as a list of words over several lines.
fn workers(file: &File<'_>, facts: &mut Facts) {
    if !file.text.contains("celery") {
        return;
    }
    let words: Vec<(u32, &str)> = file
        .lines()
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .flat_map(|(number, line)| line.split([' ', '\t', '[', ']', '"', '\'']).map(move |word| (number, word.trim_end_matches(','))))
        .filter(|(_, word)| !matches!(*word, "" | "-" | "\\" | ","))
        .collect();
    for start in (0..words.len()).filter(|&i| words[i].1 == "celery" || words[i].1.ends_with("/celery")) {
        // A command ends where another begins, or a key of a document.
        let command = words[start + 1..].iter().take(40).take_while(|(_, w)| !matches!(*w, "&&" | ";" | "|" | "celery") && !w.ends_with(':'));
        let command: Vec<&(u32, &str)> = command.collect();
        let Some(worker) = command.iter().position(|(_, w)| *w == "worker") else { continue };
        let behind = &command[worker + 1..];
        let list = behind.iter().enumerate().find_map(|(i, (line, word))| match *word {
            "-Q" | "--queues" => behind.get(i + 1).map(|(line, list)| (*line, *list)),
            word => word.strip_prefix("--queues=").or_else(|| word.strip_prefix("-Q")).map(|list| (*line, list)),
        });
        let Some((line, list)) = list else { continue };
        for queue in list.split(',').filter(|q| !q.is_empty() && q.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))) {
            facts.push(channel(Role::Consumes, queue, line));
        }
    }
}

/// A value as a name: `${KEY:default}` leans on a setting, a template's own braces are not known.
fn name(text: &str) -> Name {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.contains("{{") {
        return Name::unknown();
    }
    let Some(start) = text.find("${") else { return Name::literal(text) };
    let Some(end) = text[start..].find('}').map(|i| start + i) else { return Name::unknown() };
    let inside = &text[start + 2..end];
    let (key, default) = inside.split_once(":-").or_else(|| inside.split_once(':')).map_or((inside, None), |(k, d)| (k, Some(d.to_owned())));
    let mut out = Name::literal(&text[..start]);
    if text[..start].is_empty() {
        out = Name::default();
    }
    out.push(Part::Setting(key.to_owned(), default));
    out.push(Part::Text(text[end + 1..].to_owned()));
    out
}

fn channel(role: Role, text: &str, line: u32) -> Use {
    Use::new(Kind::Channel, role, super::channels::tidy(name(text)), line)
}

/// The role of a binding by its name: `orders-in-0`, `input`, `orders-out-0`.
fn binding_role(binding: &str) -> Role {
    let lower = binding.to_ascii_lowercase();
    if lower.contains("-in-") || lower.contains("input") || lower.ends_with("-in") || lower.ends_with("subscriber") {
        Role::Consumes
    } else if lower.contains("-out-") || lower.contains("output") || lower.ends_with("-out") || lower.ends_with("publisher") {
        Role::Publishes
    } else {
        Role::Declares
    }
}

const STREAM: &str = "spring.cloud.stream.bindings.";

/// `spring.cloud.stream.bindings.orders-in-0.destination=orders`, `mp.messaging.incoming.orders.topic=orders`
fn properties(file: &File<'_>, facts: &mut Facts) {
    let pairs = || file.lines().filter(|(_, l)| !l.trim_start().starts_with('#')).filter_map(|(n, l)| l.split_once('=').map(|(k, v)| (n, k.trim(), v.trim())));
    for (line, key, value) in pairs() {
        if value.is_empty() {
            continue;
        }
        if let Some(binding) = key.strip_prefix(STREAM).and_then(|k| k.strip_suffix(".destination")) {
            let group_key = format!("{STREAM}{binding}.group");
            let mut used = channel(binding_role(binding), value, line);
            if let Some((_, _, group)) = pairs().find(|(_, k, _)| *k == group_key) {
                used = used.value(format!("group={group}"));
            }
            facts.push(used);
        } else if let Some((role, rest)) = key
            .strip_prefix("mp.messaging.incoming.")
            .map(|r| (Role::Consumes, r))
            .or_else(|| key.strip_prefix("mp.messaging.outgoing.").map(|r| (Role::Publishes, r)))
            && (rest.ends_with(".topic") || rest.ends_with(".address") || rest.ends_with(".queue.name"))
        {
            facts.push(channel(role, value, line));
        }
    }
}

/// Words of commands that create a channel, and the word before its name; an empty one: the name stands right behind.
const COMMANDS: [(&str, &str); 8] = [
    ("kafka-topics", "--topic "),
    ("kafka-topics", "--topic="),
    ("rpk topic create ", ""),
    ("rabbitmqadmin declare queue ", "name="),
    ("rabbitmqadmin declare exchange ", "name="),
    ("sqs create-queue ", "--queue-name "),
    ("sns create-topic ", "--name "),
    ("pubsub topics create ", ""),
];

/// Commands in scripts and in the commands of manifests that create channels.
fn commands(file: &File<'_>, facts: &mut Facts) {
    if !["kafka-topics", "KAFKA_CREATE_TOPICS", "rpk topic", "rabbitmqadmin", "create-queue", "create-topic", "topics create"]
        .iter()
        .any(|w| file.text.contains(w))
    {
        return;
    }
    for (line, text) in file.lines() {
        if text.trim_start().starts_with('#') {
            continue;
        }
        if let Some(at) = text.find("KAFKA_CREATE_TOPICS") {
            let list = text[at + 19..].trim_start_matches([':', '=', ' ', '"', '\'']).trim_end_matches(['"', '\'']);
            for topic in list.split(',') {
                let topic = topic.split(':').next().unwrap_or("").trim();
                if !topic.is_empty() && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
                    facts.push(channel(Role::Declares, topic, line));
                }
            }
            continue;
        }
        for (command, before) in COMMANDS {
            let Some(at) = text.find(command) else { continue };
            if command == "kafka-topics" && !text.contains("--create") {
                continue;
            }
            let rest = &text[at + command.len()..];
            let Some(rest) = (if before.is_empty() { Some(rest) } else { rest.find(before).map(|i| &rest[i + before.len()..]) }) else { continue };
            let topic = rest.split_whitespace().next().unwrap_or("").trim_matches(['"', '\'', ';', ')']);
            if topic.starts_with('-') || topic.is_empty() || topic.contains(['$', '(']) && !topic.starts_with("${") {
                continue;
            }
            facts.push(channel(Role::Declares, topic, line));
        }
    }
}
