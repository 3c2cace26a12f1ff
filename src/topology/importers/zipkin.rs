//! Zipkin's dependencies: rows as Jaeger's, with how many failed.

use super::jaeger::is_row;
use super::part::{Part, Piece, Surroundings};
use super::spans::Calls;
use crate::topology::yaml::Yaml;

/// Whether it is a list of `{parent, child, callCount, errorCount}`. Zipkin leaves the last away where it is 0: without any it is Jaeger's.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    let rows = piece.yaml.map_or(&[][..], Yaml::items);
    rows.first().is_some_and(is_row) && rows.iter().any(|r| r.get("errorCount").is_some())
}

/// Reads rows.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        for row in piece.yaml.map_or(&[][..], Yaml::items) {
            calls.row(piece.file, row);
        }
    }
    calls.part()
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::import;

    #[test]
    fn rows_with_errors() {
        let import = import(&[("d.json", r#"[{"parent":"web","child":"cart","callCount":30},{"parent":"cart","child":"db","callCount":9,"errorCount":2}]"#)]);
        assert_eq!(import.formats, ["zipkin"]);
        assert_eq!(import.topology.relationships[1].sources[0].facts, ["calls seen: 9", "errors seen: 2"]);
    }
}
