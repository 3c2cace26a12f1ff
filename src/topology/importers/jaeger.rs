//! Jaeger's dependencies: who called whom, how often, as traces saw it. The bare list, or the answer of its interface.

use super::part::{Part, Piece, Surroundings, source};
use super::spans::Calls;
use crate::topology::yaml::Yaml;

/// Whether it is a list of `{parent, child, callCount}`, bare or under `data`.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| rows(y).is_some_and(|rows| rows.first().is_some_and(is_row)) || is_empty(y))
}

/// An answer without a single call is an answer as well.
fn is_empty(yaml: &Yaml) -> bool {
    rows(yaml).is_some_and(<[Yaml]>::is_empty) && yaml.get("errors").is_some()
}

fn rows(yaml: &Yaml) -> Option<&[Yaml]> {
    use crate::topology::yaml::Value;
    let list = yaml.get("data").unwrap_or(yaml);
    match &list.value {
        Value::List(items) => Some(items),
        _ => None,
    }
}

/// Whether a node is a row of dependencies.
pub(super) fn is_row(yaml: &Yaml) -> bool {
    ["parent", "child"].iter().all(|k| yaml.get(k).and_then(Yaml::text).is_some())
}

/// Reads rows.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        for row in piece.yaml.and_then(rows).unwrap_or(&[]) {
            calls.row(piece.file, row);
        }
    }
    calls.part()
}

impl Calls {
    /// Takes a row `{parent, child, callCount, errorCount}`.
    pub(super) fn row(&mut self, file: &str, row: &Yaml) {
        let text = |key: &str| row.get(key).and_then(Yaml::text);
        let number = |key: &str| row.get(key).and_then(Yaml::number).filter(|n| *n >= 0.0).map_or(0, |n| n as u64);
        let (Some(parent), Some(child)) = (text("parent"), text("child")) else { return };
        self.add(parent, child, number("callCount").max(1), number("errorCount"), source(file, row.place.line, &[]));
    }
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::import;

    #[test]
    fn rows_bare_and_in_an_answer() {
        let bare = r#"[{"parent":"web","child":"cart","callCount":3},{"parent":"cart","child":"cart","callCount":1},{"parent":"cart","child":"redis"}]"#;
        let answer = format!(r#"{{"data": {bare}, "total": 0, "errors": null}}"#);
        for text in [bare, &answer] {
            let import = import(&[("d.json", text)]);
            assert_eq!(import.formats, ["jaeger"]);
            let edges: Vec<_> = import.topology.relationships.iter().map(|r| format!("{}>{} {:?}", r.from, r.to, r.sources[0].facts)).collect();
            assert_eq!(edges, [r#"web>cart ["calls seen: 3"]"#, r#"cart>redis ["calls seen: 1"]"#]);
            assert!(import.topology.components.iter().all(|c| c.declared), "what was seen is there");
        }
        assert_eq!(import(&[("d.json", r#"{"data": [], "errors": null}"#)]).topology.components.len(), 0);
    }
}
