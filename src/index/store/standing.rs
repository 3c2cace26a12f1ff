//! Whether a place still says what it said. Nobody is told of a line that is gone.

use super::records::{Spot, hash_of, narrow};
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
    nearest(&bytes, spot)
}

/// The line with this text that is nearest to where it stood: lines of the same text are told apart by that. It is looked for from there
/// outwards, so that only the lines between are hashed.
fn nearest(bytes: &[u8], spot: &Spot) -> Option<u32> {
    let is = |line: Option<&[u8]>| line.is_some_and(|l| may_be(l, spot) && hash_of(l) == spot.hash);
    let (number, start) = home(bytes, spot.line);
    let mut below = bytes[start..].split(|b| *b == b'\n');
    let mut above = bytes[..start].rsplit(|b| *b == b'\n');
    // What is behind the last line end above is the line itself.
    above.next();
    if is(below.next()) {
        return Some(number);
    }
    (1..)
        .map_while(|away| Some((away, [above.next(), below.next()])).filter(|(_, two)| two.iter().any(Option::is_some)))
        .find_map(|(away, [up, down])| if is(up) { number.checked_sub(away) } else { is(down).then_some(number + away) })
}

/// The line of this number, or the last one where there are fewer: its number and its first byte.
fn home(bytes: &[u8], line: u32) -> (u32, usize) {
    const PIECE: usize = 256;
    let is_end = |b: &&u8| **b == b'\n';
    let (mut number, mut start) = (1, 0);
    for (from, piece) in (0..).step_by(PIECE).zip(bytes.chunks(PIECE)) {
        let ends = narrow(piece.iter().filter(is_end).count());
        if number + ends < line {
            number += ends;
            start = piece.iter().rposition(|b| *b == b'\n').map_or(start, |at| from + at + 1);
            continue;
        }
        for (at, _) in piece.iter().enumerate().filter(|(_, b)| **b == b'\n').take(line.saturating_sub(number) as usize) {
            number += 1;
            start = from + at + 1;
        }
        break;
    }
    (number, start)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::line_hash;

    #[test]
    fn a_line_that_moved_is_the_nearest_of_its_text() {
        let spot = |line: u32, text: &str| Spot { line, offset: 0, length: narrow(text.len()), hash: line_hash(text) };
        let filler = |n: usize| "something else\n".repeat(n);
        for (text, line, expected) in [
            ("x = 1\n".to_owned(), 1, Some(1)),
            (filler(3) + "x = 1", 1, Some(4)),
            (filler(3) + "    x = 1\r\n" + &filler(50), 40, Some(4)),
            ("x = 1\n".to_owned() + &filler(3) + "x = 1\n" + &filler(3), 4, Some(5)),
            ("x = 1\n".to_owned() + &filler(3) + "x = 1\n" + &filler(3), 3, Some(1)),
            (filler(100) + "x = 1\n" + &filler(100), 101, Some(101)),
            (filler(100) + "x = 1\n" + &filler(100), 70, Some(101)),
            (filler(100) + "x = 1\n" + &filler(100), 190, Some(101)),
            (filler(20) + "x = 1\n", 900, Some(21)),
            (filler(20), 7, None),
            (String::new(), 1, None),
            ("x = 1\nx = 1\n\nx = 1".to_owned(), 0, Some(1)),
        ] {
            assert_eq!(nearest(text.as_bytes(), &spot(line, "x = 1")), expected, "{line} in {text:?}");
        }
    }
}
