//! How places at shared resources are said.

use crate::index::linked::{Index, Place, Resource};
use crate::index::model::{Certainty, Kind, Role};
use crate::render;
use crate::text::plain;
use serde::Serialize;
use serde_json::{Value, json};

/// The word of a kind, role or certainty, as JSON has it.
pub(super) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `key worker:{}:status`.
pub(super) fn resource(resource: &Resource) -> String {
    named(resource.kind, &resource.name)
}

/// The same of a kind and a name.
pub(super) fn named(kind: Kind, name: &str) -> String {
    format!("{} {name}", word(kind))
}

/// `worker/worker.py:61`.
pub(super) fn at(index: &Index, place: &Place) -> String {
    format!("{}:{}", index.file(place).path, place.line)
}

/// The component of a place: as the index knows it, else the folder at the top.
pub(super) fn component<'a>(index: &'a Index, place: &Place) -> &'a str {
    let file = index.file(place);
    file.component.as_deref().unwrap_or_else(|| file.path.split_once('/').map_or("", |(folder, _)| folder))
}

/// `"idle"`; a figure such as `attempts=3` as it is.
pub(super) fn value(value: Option<&str>) -> String {
    match value {
        None => String::new(),
        Some(v) if v.contains('=') => v.to_owned(),
        Some(v) => format!("\"{v}\""),
    }
}

/// What a table says of how sure a place is: nothing where the statement says it.
pub(super) fn sure(certainty: Certainty) -> String {
    if certainty == Certainty::Sure { String::new() } else { word(certainty) }
}

/// A place for programs.
pub(super) fn json(index: &Index, place: &Place) -> Value {
    let mut out = json!({
        "role": place.role,
        "file": index.file(place).path,
        "line": place.line,
        "component": component(index, place),
        "certainty": place.certainty,
    });
    for (key, value) in [("value", &place.value), ("note", &place.note), ("written", &place.written)] {
        if let Some(value) = value {
            out[key] = json!(value);
        }
    }
    out
}

/// The order in which roles are told: who changes it, who looks, who declares.
pub(super) fn rank(role: Role) -> usize {
    const ORDER: [Role; 11] = [
        Role::Writes,
        Role::Deletes,
        Role::Publishes,
        Role::Serves,
        Role::Reads,
        Role::Consumes,
        Role::Acknowledges,
        Role::Calls,
        Role::Locks,
        Role::Retries,
        Role::Declares,
    ];
    ORDER.iter().position(|r| *r == role).unwrap_or(ORDER.len())
}

/// A report for programs. What stands in somebody's file can hide or forge what is read in JSON too.
///
/// # Errors
/// None in practice: reports are plain values.
pub(super) fn report(mut report: Value) -> anyhow::Result<String> {
    clean(&mut report);
    render::json::render(&report)
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = plain(text),
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_in_a_file_stays_out_of_json() {
        let text = report(json!({ "places": [{ "name": "a\u{1b}[31mred\u{202e}", "line": 3 }] })).expect("JSON");
        assert_eq!(text, "{\n  \"places\": [\n    {\n      \"line\": 3,\n      \"name\": \"a[31mred\"\n    }\n  ]\n}\n");
    }
}
