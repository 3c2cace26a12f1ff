//! Whether a place still says what it said. Nobody is told of a line that is gone.

use super::records::{Spot, hash_of};
use super::{format::read_at, open};
use std::path::{Component, Path};

/// Bytes of a file that is searched for a line that moved.
const SEARCHED: u64 = 256 << 10;
/// Bytes of a line.
const LINE: u32 = 16 << 10;

/// The number of the line now. `name` is its path from the root, `size` the bytes of its file when it was read.
pub(super) fn line(path: &Path, name: &str, spot: &Spot, size: u32) -> Option<u32> {
    if spot.length > LINE || !Path::new(name).components().all(|c| matches!(c, Component::Normal(_))) {
        return None;
    }
    let file = open(path)?;
    let length = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    // A file of the same length with the same line at the same place: it was not edited, or not before it.
    if length == u64::from(size) && stands(&file, spot, length).is_some() {
        return Some(spot.line);
    }
    if length > SEARCHED {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    read_at(&file, &mut bytes, 0)?;
    let lines = (1..).zip(bytes.split(|b| *b == b'\n'));
    // Lines of the same text are told apart by how far they are from where it stood.
    lines.filter(|(_, line)| may_be(line, spot) && hash_of(line) == spot.hash).map(|(number, _)| number).min_by_key(|n: &u32| n.abs_diff(spot.line))
}

/// Whether a line can have the text by its length: only white space around it may have changed.
fn may_be(line: &[u8], spot: &Spot) -> bool {
    line.len().abs_diff(spot.length as usize) <= 64
}

/// Whether the line stands at its place, between line ends.
fn stands(file: &std::fs::File, spot: &Spot, length: u64) -> Option<()> {
    let before = u64::from(spot.offset > 0);
    let start = u64::from(spot.offset) - before;
    let end = u64::from(spot.offset) + u64::from(spot.length);
    let to = (end + 1).min(length);
    let mut bytes = vec![0; usize::try_from(to.checked_sub(start)?).ok()?];
    read_at(file, &mut bytes, start)?;
    let from = usize::try_from(before).ok()?;
    let line = bytes.get(from..from + spot.length as usize)?;
    let is_line = bytes[..from].iter().chain(&bytes[from + line.len()..]).all(|b| *b == b'\n') && !line.contains(&b'\n');
    (is_line && hash_of(line) == spot.hash).then_some(())
}
