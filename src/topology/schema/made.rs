//! The schema from the table of keys.

use crate::topology::init::SCHEMA;
use crate::topology::read::keys::{self, Key, Shape};
use serde_json::{Map, Value, json};

/// The schema as text, as it is kept in `schemas/`.
fn text() -> String {
    let relationships = json!({ "type": "array", "items": { "$ref": "#/$defs/relationship" } });
    let mut file = object(keys::FILE);
    file.insert("patternProperties".to_owned(), json!({ "^x-": { "description": "A place for anchors." } }));
    // The whole file can lie under one key, or be the list alone.
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".to_owned(), json!(SCHEMA));
    schema.insert("title".to_owned(), json!("Topology of a distributed system"));
    schema.insert("description".to_owned(), json!("Components, relationships, and how many there are of each: .dist-architect/topology.yaml."));
    schema.insert("anyOf".to_owned(), json!([{ "$ref": "#/$defs/file" }, relationships]));
    let mut defs = Map::new();
    defs.insert("file".to_owned(), Value::Object(file));
    defs.insert("component".to_owned(), Value::Object(required(object(keys::COMPONENT), &["name"])));
    defs.insert("relationship".to_owned(), Value::Object(required(object(keys::RELATIONSHIP), &["from", "to"])));
    defs.insert("convergence_point".to_owned(), Value::Object(required(object(keys::CONVERGENCE), &["resource"])));
    for (name, shape) in [("duration", Shape::Duration), ("rate", Shape::Rate), ("count", Shape::Count)] {
        defs.insert(name.to_owned(), shape_of_unit(shape));
    }
    schema.insert("$defs".to_owned(), Value::Object(defs));
    // Two spaces, as editors and formatters have it.
    format!("{}\n", serde_json::to_string_pretty(&Value::Object(schema)).unwrap_or_default())
}

fn required(mut object: Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    object.insert("required".to_owned(), json!(keys));
    object
}

fn object(keys: &[Key]) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in keys {
        let mut schema = match value(key) {
            Value::Object(schema) => schema,
            _ => Map::new(),
        };
        schema.insert("description".to_owned(), json!(key.about));
        properties.insert(key.name.to_owned(), Value::Object(schema));
    }
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("properties".to_owned(), Value::Object(properties));
    out.insert("additionalProperties".to_owned(), json!(false));
    out
}

fn value(key: &Key) -> Value {
    match key.shape {
        Shape::Text if key.name == "version" => json!({ "const": 1 }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Whole => json!({ "type": "integer", "minimum": if key.name == "attempts" { 1 } else { 0 } }),
        Shape::Duration => json!({ "$ref": "#/$defs/duration" }),
        Shape::Rate => json!({ "$ref": "#/$defs/rate" }),
        Shape::Count => json!({ "$ref": "#/$defs/count" }),
        Shape::Availability => json!({ "type": ["number", "string"], "minimum": 0, "maximum": 100, "pattern": "^[0-9]+(\\.[0-9]+)?%?$" }),
        Shape::Share => json!({ "type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": "^[0-9]+(\\.[0-9]+)?%$" }),
        Shape::Calls => json!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "enum": ["N", "n"] }] }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Words(words) => json!({ "anyOf": [{ "enum": words }, { "type": "array", "items": { "enum": words } }] }),
        Shape::Texts => texts(),
        Shape::Names => json!({ "type": "object", "additionalProperties": texts() }),
        Shape::Map(keys) => Value::Object(object(keys)),
        Shape::MapOrDuration(keys) => json!({ "anyOf": [object(keys), { "$ref": "#/$defs/duration" }] }),
        Shape::Maps(items) => {
            let named =
                [("components", "component"), ("relationships", "relationship"), ("topology", "relationship"), ("convergence_points", "convergence_point")];
            match named.iter().find(|(name, _)| *name == key.name) {
                Some((_, of)) => json!({ "type": "array", "items": { "$ref": format!("#/$defs/{of}") } }),
                None => json!({ "type": "array", "items": object(items) }),
            }
        }
    }
}

fn texts() -> Value {
    json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

fn shape_of_unit(shape: Shape) -> Value {
    match shape {
        Shape::Duration => json!({
            "anyOf": [{ "const": 0 }, { "type": "string", "pattern": "^([0-9]+(\\.[0-9]+)? ?(ns|us|µs|ms|s|sec|m|min|h|d) ?)+$|^0$" }],
            "examples": ["800ms", "2s", "5m"],
        }),
        Shape::Rate => json!({
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "string", "pattern": "^[0-9_]+(\\.[0-9]+)? ?k?( ?(/ ?|per )(s|sec|second|m|min|minute|h|hour|d|day)| ?(rps|qps|req/s))?$" },
            ],
            "examples": ["500/s", "120/min"],
        }),
        _ => json!({
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string" },
                {
                    "type": "object",
                    "properties": { "min": { "type": "integer", "minimum": 0 }, "max": { "type": "integer", "minimum": 0 } },
                    "additionalProperties": false,
                    "minProperties": 1,
                },
            ],
            "examples": [1, "N", "2-10", "3 nodes, 2 replicas (fixed)", "1 (fixed, per-runner)"],
        }),
    }
}

/// What a schema says of a key, its reference followed.
fn at<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
    while let Some(name) = node["$ref"].as_str() {
        node = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} leads nowhere"));
    }
    node
}

fn holds(root: &Value, node: &Value, keys: &[Key], path: &str) -> usize {
    let node = at(root, node);
    let properties = node["properties"].as_object().unwrap_or_else(|| panic!("{path}: {node}"));
    let mut names: Vec<&str> = keys.iter().map(|k| k.name).collect();
    names.sort_unstable();
    let mut have: Vec<&str> = properties.keys().map(String::as_str).collect();
    have.sort_unstable();
    assert_eq!(have, names, "{path}");
    assert_eq!(node["additionalProperties"], false, "{path}");
    let mut count = keys.len();
    for key in keys {
        let of = &properties[key.name];
        let path = format!("{path}.{}", key.name);
        match key.shape {
            Shape::Map(keys) => count += holds(root, of, keys, &path),
            Shape::MapOrDuration(keys) => count += holds(root, &of["anyOf"][0], keys, &path),
            Shape::Maps(keys) => count += holds(root, &of["items"], keys, &path),
            _ => {}
        }
    }
    count
}

#[test]
fn the_schema_has_the_keys_that_are_read_and_no_others() {
    let schema: Value = serde_json::from_str(&text()).expect("JSON");
    assert!(holds(&schema, &schema["$defs"]["file"], keys::FILE, "") > 90);
}

#[test]
fn the_file_that_ships_is_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/topology.schema.json");
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(path, text()).expect("written");
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
    assert!(
        kept == serde_json::from_str::<Value>(&text()).expect("JSON"),
        "schemas/topology.schema.json is not what `distarch topology schema` prints; SNAPSHOTS=overwrite writes it"
    );
}
