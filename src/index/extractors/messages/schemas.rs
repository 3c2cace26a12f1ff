//! Messages that a schema declares.

use super::field;
use crate::index::extractors::paths as route_paths;
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind as Token;
use crate::topology::yaml::Yaml;

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let extension = file.path.rsplit('.').next().unwrap_or("");
    match extension {
        "avsc" => file.documents().iter().for_each(|d| avro(d, facts)),
        "thrift" => thrift(file.reading(), facts),
        _ => proto(file.reading(), facts),
    }
}

fn declares(holder: &str, member: &str, line: u32) -> Use {
    Use::new(Kind::Field, Role::Declares, field(holder, member), line)
}

/// `message Order { string customer_id = 3; }`, nested ones by their own names.
fn proto(reading: &Reading<'_>, facts: &mut Facts) {
    // Names of the messages that are open, with their closing brackets; other blocks by an empty name, a oneof by its message's.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        while open.last().is_some_and(|(_, close)| at >= *close) {
            open.pop();
        }
        let word = reading.word(at);
        let opens = |i: usize| reading.is(i, "{") && reading.partner(i) > i;
        let starts = reading.tokens[at].first || at > 0 && matches!(reading.word(at - 1), "{" | "}" | ";");
        if starts && matches!(word, "message" | "enum" | "service" | "oneof" | "extend" | "group") && opens(at + 2) {
            let holder = match word {
                "message" => reading.word(at + 1),
                "oneof" => open.last().map_or("", |(name, _)| name),
                _ => "",
            };
            open.push((holder, reading.partner(at + 2)));
            at += 3;
            continue;
        }
        if reading.kind(at) == Some(Token::Open) && word == "{" {
            open.push(("", reading.partner(at).max(at)));
        }
        let Some((holder, _)) = open.last().copied().filter(|(name, _)| !name.is_empty()) else {
            at += 1;
            continue;
        };
        if starts && word == "reserved" {
            let end = (at..reading.tokens.len()).find(|&i| reading.is(i, ";")).unwrap_or(at);
            for i in at + 1..end {
                if let Some(name) = reading.string(i) {
                    facts.push(declares(holder, name, reading.line(i)).value("reserved"));
                }
            }
            at = end + 1;
            continue;
        }
        // `name = 3` before `;` or options.
        if word == "="
            && at >= 2
            && reading.kind(at - 1) == Some(Token::Word)
            && reading.kind(at + 1) == Some(Token::Number)
            && matches!(reading.word(at + 2), ";" | "[")
            && !reading.is(at - 2, "option")
        {
            facts.push(declares(holder, reading.word(at - 1), reading.line(at - 1)).value(format!("={}", reading.word(at + 1))));
        }
        if reading.is(at, "[") {
            at = reading.partner(at).max(at);
        }
        at += 1;
    }
}

/// `struct Order { 1: required string customer_id, }`
fn thrift(reading: &Reading<'_>, facts: &mut Facts) {
    for at in 0..reading.tokens.len() {
        if !matches!(reading.word(at), "struct" | "exception" | "union") || !reading.is(at + 2, "{") {
            continue;
        }
        let holder = reading.word(at + 1);
        for i in at + 3..reading.partner(at + 2) {
            if reading.kind(i) != Some(Token::Number) || !reading.is(i + 1, ":") {
                continue;
            }
            let end =
                (i + 2..i + 24).find(|&j| matches!(reading.word(j), "," | ";" | "}" | "=") || reading.tokens.get(j).is_none_or(|t| t.first)).unwrap_or(i + 2);
            if end > i + 2 {
                facts.push(declares(holder, reading.word(end - 1), reading.line(end - 1)).value(format!("={}", reading.word(i))));
            }
        }
    }
}

/// A record and the records within its fields.
fn avro(node: &Yaml, facts: &mut Facts) {
    for item in node.items() {
        avro(item, facts);
    }
    if let (Some("record"), Some(holder)) = (node.get("type").and_then(Yaml::text), node.get("name").and_then(Yaml::text)) {
        let holder = holder.rsplit('.').next().unwrap_or(holder);
        for item in node.get("fields").map_or(&[][..], Yaml::items) {
            if let Some(name) = item.get("name").and_then(Yaml::text) {
                facts.push(declares(holder, name, item.get("name").map_or(item.place.line, |n| n.place.line)));
            }
            item.get("type").into_iter().for_each(|t| avro(t, facts));
        }
    } else {
        for key in ["type", "items", "values"] {
            if let Some(inner) = node.get(key).filter(|n| n.text().is_none()) {
                avro(inner, facts);
            }
        }
    }
}

/// OpenAPI, Swagger, AsyncAPI and JSON Schema.
pub(super) fn read_document(file: &File<'_>, facts: &mut Facts) {
    if file.text.len() > 4_000_000 || !["openapi", "swagger", "asyncapi", "$schema"].iter().any(|w| file.text.contains(w)) {
        return;
    }
    for document in file.documents() {
        let is_json_schema = document.get("$schema").and_then(Yaml::text).is_some_and(|s| s.contains("json-schema.org"));
        if is_json_schema {
            if let Some(title) = title(document, file.path) {
                properties(&title, document, 0, facts);
            }
            for key in ["definitions", "$defs"] {
                named(document.get(key), facts);
            }
        } else if ["openapi", "swagger", "asyncapi"].iter().any(|k| document.get(k).is_some()) {
            if document.get("asyncapi").is_none() {
                paths(document, facts);
            }
            named(document.at(&["components", "schemas"]), facts);
            named(document.get("definitions"), facts);
            for (name, message) in document.at(&["components", "messages"]).map_or(&[][..], Yaml::entries) {
                let holder = message.get("name").and_then(Yaml::text).or(name.text());
                if let (Some(holder), Some(payload)) = (holder, message.get("payload")) {
                    properties(holder, payload, 0, facts);
                }
            }
            if document.get("asyncapi").is_some() {
                channels(document, facts);
            }
        }
    }
}

/// Routes that a contract declares, behind the path of its first server.
fn paths(document: &Yaml, facts: &mut Facts) {
    let server = document.get("servers").and_then(|s| s.items().first()).and_then(|s| s.get("url")).and_then(Yaml::text);
    let base = match (document.get("basePath").and_then(Yaml::text), server) {
        (Some(base), _) => base,
        // `https://api.shop.example/v1`: what stands behind the host.
        (None, Some(url)) => url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |slash| &rest[slash..])),
        (None, None) => "",
    };
    let base = if base.starts_with('/') { base.trim_end_matches('/') } else { "" };
    for (path, item) in document.get("paths").map_or(&[][..], Yaml::entries) {
        let Some(path) = path.text().filter(|p| p.starts_with('/')) else { continue };
        for (method, operation) in item.entries() {
            let line = method.place.line;
            let Some(method) = method.text().and_then(route_paths::method).filter(|_| !operation.entries().is_empty()) else { continue };
            let name = route_paths::route(method, route_paths::served(&Name::literal(format!("{base}{path}"))));
            facts.push(Use::new(Kind::Route, Role::Declares, name, line));
        }
    }
}

/// A schema's own name: its title in one word, else the file's name.
fn title(document: &Yaml, path: &str) -> Option<String> {
    let told = document.get("title").and_then(Yaml::text).map(|t| t.split_whitespace().collect::<String>());
    let file = path.rsplit('/').next()?.split('.').next()?.to_owned();
    told.filter(|t| t.len() <= 60 && !t.is_empty()).or(Some(file))
}

fn named(schemas: Option<&Yaml>, facts: &mut Facts) {
    for (name, schema) in schemas.map_or(&[][..], Yaml::entries) {
        if let Some(name) = name.text() {
            properties(name, schema, 0, facts);
        }
    }
}

fn properties(holder: &str, schema: &Yaml, depth: u8, facts: &mut Facts) {
    if depth > 3 {
        return;
    }
    for (name, _) in schema.get("properties").map_or(&[][..], Yaml::entries) {
        if let Some(member) = name.text() {
            facts.push(declares(holder, member, name.place.line));
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get(key).map_or(&[][..], Yaml::items) {
            properties(holder, part, depth + 1, facts);
        }
    }
}

/// AsyncAPI's channels: by their address, else by their key.
fn channels(document: &Yaml, facts: &mut Facts) {
    for (key, channel) in document.get("channels").map_or(&[][..], Yaml::entries) {
        let address = channel.get("address").filter(|a| a.text().is_some()).unwrap_or(key);
        if let Some(name) = address.text() {
            facts.push(Use::new(Kind::Channel, Role::Declares, Name::literal(name), address.place.line));
        }
    }
}
