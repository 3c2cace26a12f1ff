//! Keys that nobody knows, keys that come twice, and values of the wrong type. What is told here is left out of the model.

use super::build::calls;
use super::keys::{self, Key, Shape};
use super::words::is_like;
use super::{Problem, Severity, value};
use crate::nearest::nearest;
use crate::topology::count;
use crate::topology::yaml::{Value, Yaml};
use std::collections::HashMap;

/// Judges the keys and values of a file.
pub(super) fn check(root: &Yaml, problems: &mut Vec<Problem>) {
    if let Value::List(items) = &root.value {
        each_map(items, keys::RELATIONSHIP, "", problems);
    } else {
        map(root, keys::FILE, "", problems);
    }
}

fn map(node: &Yaml, keys: &[Key], within: &str, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for (name, value) in node.entries() {
        let Some(text) = name.text() else {
            problems.push(Problem { place: name.place, severity: Severity::Error, what: "a key that is no text".to_owned(), hint: String::new() });
            continue;
        };
        // A place for anchors at the top, and what is merged from it.
        if text == "<<" || (within.is_empty() && text.starts_with("x-")) {
            continue;
        }
        let Some(key) = keys.iter().find(|k| k.name == text) else {
            let within = if within.is_empty() { String::new() } else { format!(" of {within}") };
            let names = keys.iter().map(|k| k.name);
            let hint = alike(text, keys)
                .or_else(|| nearest(text, names.clone()))
                .map_or_else(|| format!("known: {}", names.collect::<Vec<_>>().join(", ")), |n| format!("did you mean {n}?"));
            problems.push(Problem { place: name.place, severity: Severity::Warning, what: format!("unknown key{within}: {text}"), hint });
            continue;
        };
        // The counts of both ends of a relationship have the same key: the reader tells them apart by their place.
        if let Some(line) = seen.insert(key.name, name.place.line)
            && !matches!(key.shape, Shape::Count if key.name == "count" && keys.len() == keys::RELATIONSHIP.len())
        {
            problems.push(Problem {
                place: name.place,
                severity: Severity::Error,
                what: format!("{text} comes twice"),
                hint: format!("first in line {line}, which counts"),
            });
            continue;
        }
        check_value(key, value, problems);
    }
}

/// Known keys that people write in other words.
fn alike(text: &str, keys: &[Key]) -> Option<&'static str> {
    const WORDS: [(&str, &str); 18] = [
        ("zones", "zone"),
        ("retries", "attempts"),
        ("retry", "attempts"),
        ("max_attempts", "attempts"),
        ("replicas", "count"),
        ("instances", "count"),
        ("type", "kind"),
        ("team", "owner"),
        ("path", "paths"),
        ("description", "role"),
        ("protocol", "via"),
        ("source", "from"),
        ("target", "to"),
        ("dlq", "dead_letter"),
        ("circuit_breaker", "breaker"),
        ("edges", "relationships"),
        ("services", "components"),
        ("note", "notes"),
    ];
    let (_, means) = WORDS.iter().find(|(word, means)| text.eq_ignore_ascii_case(word) && keys.iter().any(|k| k.name == *means))?;
    Some(means)
}

fn each_map(items: &[Yaml], keys: &[Key], name: &str, problems: &mut Vec<Problem>) {
    for item in items.iter().filter(|i| !i.is_null()) {
        if item.entries().is_empty() {
            wrong(item, name, "a map is expected in each item", "- name: value", problems);
        }
        map(item, keys, name, problems);
    }
}

fn check_value(key: &Key, node: &Yaml, problems: &mut Vec<Problem>) {
    // A key without a value says nothing, as one that is not there.
    if node.is_null() {
        return;
    }
    let text = node.text();
    let read = |is_read: fn(&str) -> bool| text.is_some_and(is_read);
    let (is_right, expected) = match key.shape {
        Shape::Text => (text.is_some(), "a text"),
        Shape::Bool => (node.bool().is_some(), "true or false"),
        Shape::Whole => (read(|t| t.trim().parse::<u32>().is_ok()), "a whole number"),
        Shape::Duration => (read(|t| value::duration(t).is_some()), "a duration with its unit"),
        Shape::Rate => (read(|t| value::rate(t).is_some()), "a rate"),
        Shape::Availability => (read(|t| value::availability(t).is_some()), "a percentage up to 100"),
        Shape::Share => (read(|t| value::share(t).is_some()), "a share from 0 to 1"),
        Shape::Calls => (read(|t| calls(t).is_some()), "a number, or N"),
        Shape::Count => {
            if count::read(node).is_none() {
                let what = format!("{} {} is in no words that are read: it counts as unknown", key.name, quoted(node));
                let hint = "1, N, 2-10, {min: 2, max: 10}, \"3 nodes, 2 replicas (fixed)\"".to_owned();
                problems.push(Problem { place: node.place, severity: Severity::Warning, what, hint });
            }
            for (name, _) in node.entries().iter().filter(|(name, _)| !matches!(name.text(), Some("min" | "max" | "<<"))) {
                let what = format!("unknown key of {}: {}", key.name, name.text().unwrap_or_default());
                problems.push(Problem { place: name.place, severity: Severity::Warning, what, hint: "known: min, max".to_owned() });
            }
            return;
        }
        Shape::Word(words) => return word(node, key, words, problems),
        Shape::Words(words) => {
            let nodes = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
            return nodes.iter().for_each(|n| word(n, key, words, problems));
        }
        Shape::Texts => match &node.value {
            Value::List(items) => return each_text(items, key.name, key.example, problems),
            _ => (text.is_some(), "a list of texts"),
        },
        Shape::Map(keys) | Shape::MapOrDuration(keys) => match (&node.value, key.shape) {
            (Value::Map(_), _) => return map(node, keys, key.name, problems),
            (Value::Scalar { .. }, Shape::MapOrDuration(_)) => (read(|t| value::duration(t).is_some()), "a map, or a duration with its unit"),
            _ => (false, "a map"),
        },
        Shape::Maps(keys) => match &node.value {
            Value::List(items) => return each_map(items, keys, key.name, problems),
            _ => (false, "a list of maps"),
        },
        Shape::Names => match &node.value {
            Value::Map(entries) => {
                for (name, others) in entries {
                    let name = name.text().unwrap_or(key.name);
                    match &others.value {
                        Value::List(items) => each_text(items, name, key.example, problems),
                        Value::Map(_) => wrong(others, name, "a list of texts is expected", key.example, problems),
                        Value::Scalar { .. } => {}
                    }
                }
                return;
            }
            _ => (false, "a map of names"),
        },
    };
    if !is_right {
        wrong(node, key.name, &format!("{expected} is expected"), key.example, problems);
    }
}

fn each_text(items: &[Yaml], name: &str, example: &str, problems: &mut Vec<Problem>) {
    for item in items.iter().filter(|i| i.text().is_none() && !i.is_null()) {
        wrong(item, name, "a text is expected in each item", example, problems);
    }
}

fn word(node: &Yaml, key: &Key, words: &[&str], problems: &mut Vec<Problem>) {
    let Some(text) = node.text() else {
        return wrong(node, key.name, "a word is expected", key.example, problems);
    };
    if !words.iter().any(|w| is_like(w, text)) {
        let hint = nearest(text, words.iter().copied()).map_or_else(|| format!("one of {}", words.join(", ")), |n| format!("did you mean {n}?"));
        problems.push(Problem { place: node.place, severity: Severity::Error, what: format!("{}: nobody knows {}", key.name, quoted(node)), hint });
    }
}

fn wrong(node: &Yaml, name: &str, expected: &str, example: &str, problems: &mut Vec<Problem>) {
    let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
    let what = format!("{name}{expected}, and here is {}", quoted(node));
    problems.push(Problem {
        place: node.place,
        severity: Severity::Error,
        what,
        hint: if example.is_empty() { String::new() } else { format!("as in {example}") },
    });
}

/// What stands there, short.
fn quoted(node: &Yaml) -> String {
    match &node.value {
        Value::Scalar { text, .. } if text.chars().count() <= 40 => format!("`{text}`"),
        Value::Scalar { text, .. } => format!("`{}...`", text.chars().take(37).collect::<String>()),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}
