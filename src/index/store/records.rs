//! What the records of the lookup file and of the overlay hold, and the bounds of what is kept of somebody else's text.

use crate::hash;
use crate::index::model::{Certainty, Kind, Role};
use crate::text;
use serde::{Deserialize, Serialize};

/// Characters of a resource's name. One with more is left out: a shortened name could be another's.
const NAME: usize = 120;
/// Characters of a value. A longer one is not kept: a shortened one could be taken for another.
const VALUE: usize = 60;
/// Characters of a note, which is shortened.
const NOTE: usize = 80;
/// Bytes of a path. A file with a longer one is not read.
pub(super) const PATH: usize = 240;
/// Uses of one file that are kept.
pub(super) const USES: usize = 512;
/// Bytes of a file's or resource's record.
pub(super) const RECORD: usize = 256 << 10;
/// Places of one resource that are kept.
pub(super) const PLACES: usize = 32;

/// A file's uses, under its path.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FileRecord<'a> {
    pub(super) path: &'a str,
    pub(super) component: Option<&'a str>,
    /// Bytes of the file.
    pub(super) size: u32,
    #[serde(borrow)]
    pub(super) uses: Vec<UseRecord<'a>>,
}

/// A use, with its line as it was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UseRecord<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) role: Role,
    pub(super) certainty: Certainty,
    pub(super) value: Option<&'a str>,
    pub(super) note: Option<&'a str>,
    pub(super) spot: Spot,
}

/// A resource with its places, under its kind and name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ResourceRecord<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    /// Places that there are, kept or not.
    pub(super) total: u32,
    #[serde(borrow)]
    pub(super) files: Vec<(&'a str, Option<&'a str>, u32)>,
    pub(super) places: Vec<PlaceRecord<'a>>,
}

/// A place; `file` is an index into the record's files: path, component, bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlaceRecord<'a> {
    pub(super) file: u16,
    pub(super) role: Role,
    pub(super) certainty: Certainty,
    pub(super) value: Option<&'a str>,
    pub(super) note: Option<&'a str>,
    pub(super) spot: Spot,
}

/// What a name means that is written like this in a component, under all but the last.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MeaningRecord<'a> {
    pub(super) written: Written<'a>,
    pub(super) name: &'a str,
}

/// A name as a file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Written<'a> {
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) component: Option<&'a str>,
    pub(super) text: &'a str,
}

/// A piece of what names lean on in other files, under its name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PieceRecord<'a> {
    pub(super) piece: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Where a line stood, and what it said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spot {
    /// Line, counted from 1.
    pub(super) line: u32,
    /// Its first byte in the file.
    pub(super) offset: u32,
    /// Its bytes, without the line end.
    pub(super) length: u32,
    /// Of its text without the white space around it.
    pub(super) hash: u64,
}

/// The hash of a line: of its text without the white space around it.
#[must_use]
pub fn line_hash(line: &str) -> u64 {
    hash::fnv(line.trim().as_bytes())
}

/// The hash of a line's bytes; the same as [`line_hash`] of its text, bytes that are no UTF-8 replaced.
pub(super) fn hash_of(line: &[u8]) -> u64 {
    line_hash(&String::from_utf8_lossy(line))
}

/// The lines that are asked for, in ascending order, as they stand in the file's bytes.
pub(super) fn spots(bytes: &[u8], lines: impl Iterator<Item = u32>) -> Vec<Spot> {
    let mut out: Vec<Spot> = Vec::new();
    let (mut number, mut start) = (1, 0);
    for line in lines {
        if out.last().is_some_and(|s| s.line == line) {
            continue;
        }
        while number < line {
            match bytes[start..].iter().position(|b| *b == b'\n') {
                Some(end) => start += end + 1,
                None => return out,
            }
            number += 1;
        }
        let length = bytes[start..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - start);
        if number == line && length > 0 {
            let text = &bytes[start..start + length];
            out.push(Spot { line, offset: narrow(start), length: narrow(length), hash: hash_of(text) });
        }
    }
    out
}

pub(super) fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

pub(super) fn file_key(path: &str) -> u64 {
    hash::extend(hash::fnv(b"f"), path.as_bytes())
}

pub(super) fn piece_key(piece: &str) -> u64 {
    hash::extend(hash::fnv(b"t"), piece.as_bytes())
}

pub(super) fn meaning_key(written: &Written<'_>) -> u64 {
    let hash = hash::extend(hash::fnv(b"w"), &[written.kind as u8, written.role as u8]);
    hash::extend(hash::extend(hash::extend(hash, written.component.unwrap_or("").as_bytes()), b"\0"), written.text.as_bytes())
}

pub(super) fn resource_key(kind: Kind, name: &str) -> u64 {
    hash::extend(hash::extend(hash::fnv(b"r"), &[kind as u8]), name.as_bytes())
}

/// The name, if it can be kept as it is.
pub(super) fn name(name: &str) -> Option<&str> {
    is_kept(name, NAME).then_some(name)
}

pub(super) fn value(value: Option<&str>) -> Option<&str> {
    value.filter(|v| is_kept(v, VALUE))
}

/// Whether a path can be kept as it is.
pub(super) fn is_path(path: &str) -> bool {
    path.len() <= PATH && is_kept(path, PATH)
}

/// A note: one line, shortened.
pub(super) fn note(note: &str) -> String {
    let plain = text::plain(note);
    match plain.char_indices().nth(NOTE) {
        Some(_) => plain.chars().take(NOTE - 1).chain(['…']).collect(),
        None => plain,
    }
}

fn is_kept(text: &str, most: usize) -> bool {
    !text.is_empty() && text.chars().count() <= most && !text.chars().any(text::is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_number() {
        let text = "one\n  two\n\nfour\r\nfive";
        let found: Vec<(u32, &str)> = spots(text.as_bytes(), [1, 2, 2, 3, 4, 5, 9].into_iter())
            .iter()
            .map(|s| (s.line, &text[s.offset as usize..(s.offset + s.length) as usize]))
            .collect();
        assert_eq!(found, [(1, "one"), (2, "  two"), (4, "four\r"), (5, "five")]);
        assert_eq!(spots(b"  x \r\n", [1].into_iter())[0].hash, line_hash("x"));
    }

    #[test]
    fn what_could_be_taken_for_another_is_not_kept() {
        assert_eq!(name(&"n".repeat(120)), Some(&*"n".repeat(120)));
        assert_eq!(name(&"n".repeat(121)), None);
        assert_eq!(name("orders\u{1b}[2J"), None);
        assert_eq!(value(Some(&"v".repeat(61))), None);
        assert_eq!(value(Some("idle")), Some("idle"));
        assert_eq!(note("a\nb"), "ab");
        assert_eq!(note(&"n".repeat(200)).chars().count(), 80);
        assert!(!is_path("a\nb") && !is_path(&"p".repeat(241)) && is_path("services/a.py"));
    }
}
