//! Old against new, line by line: what was added, what was taken away. How much blank space stands at the ends of a line or
//! between its words does not count, so that a change of indentation or alignment changes nothing.

use super::lines::{Lines, shared_head, shared_tail};
use imara_diff::{Algorithm, Diff, InternedInput};
use std::borrow::Cow;

/// Which lines changed.
#[derive(Clone, Debug, Default)]
pub(super) struct LineDiff {
    /// One for each line of the old text: it is gone.
    pub(super) removed: Vec<bool>,
    /// One for each line of the new text: it is new.
    pub(super) added: Vec<bool>,
}

/// Compares two texts.
#[must_use]
pub(super) fn lines(old: &str, new: &str) -> LineDiff {
    of_lines(&Lines::of(old), &Lines::of(new))
}

/// Compares two texts whose lines are known.
#[must_use]
pub(super) fn of_lines(old: &Lines<'_>, new: &Lines<'_>) -> LineDiff {
    let (olds, news) = (old.count(), new.count());
    let mut out = LineDiff { removed: vec![false; olds], added: vec![false; news] };
    // What edits share at both ends is cut off first: it is most of an edit, and comparing is cheaper than interning.
    let (head, tail) = shared_lines(old, new);
    let (old_middle, new_middle) = (head..olds - tail, head..news - tail);
    if old_middle.is_empty() || new_middle.is_empty() {
        out.removed[old_middle.clone()].fill(true);
        out.added[new_middle.clone()].fill(true);
    } else {
        let before: Vec<Cow<'_, str>> = old_middle.clone().map(|l| squeeze(old.line(l))).collect();
        let after: Vec<Cow<'_, str>> = new_middle.clone().map(|l| squeeze(new.line(l))).collect();
        let mut input: InternedInput<&str> = InternedInput::default();
        input.update_before(before.iter().map(|l| &**l));
        input.update_after(after.iter().map(|l| &**l));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        for (i, flag) in out.removed[old_middle.clone()].iter_mut().enumerate() {
            *flag = diff.is_removed(u32::try_from(i).unwrap_or(u32::MAX));
        }
        for (i, flag) in out.added[new_middle.clone()].iter_mut().enumerate() {
            *flag = diff.is_added(u32::try_from(i).unwrap_or(u32::MAX));
        }
    }
    // Blank lines say nothing.
    for l in old_middle {
        out.removed[l] &= !is_blank(old.line(l));
    }
    for l in new_middle {
        out.added[l] &= !is_blank(new.line(l));
    }
    out
}

/// How many lines are the same at the beginning and, of the others, at the end.
fn shared_lines(old: &Lines<'_>, new: &Lines<'_>) -> (usize, usize) {
    let (olds, news) = (old.count(), new.count());
    let fewest = olds.min(news);
    let (a, b) = (old.text.as_bytes(), new.text.as_bytes());
    let is_same = |o: usize, n: usize| squeeze(old.line(o)) == squeeze(new.line(n));
    // Lines that lie in the bytes that both share, then those that differ in blank space.
    let mut head = new.at(shared_head(a, b)).min(fewest);
    while head < fewest && is_same(head, head) {
        head += 1;
    }
    let most = fewest - head;
    let mut tail = (news - (new.at(b.len() - shared_tail(a, b)) + 1).min(news)).min(most);
    while tail < most && is_same(olds - 1 - tail, news - 1 - tail) {
        tail += 1;
    }
    (head, tail)
}

/// The line with single blanks between its words.
fn squeeze(line: &str) -> Cow<'_, str> {
    let line = trim(line);
    let is_loose = line.as_bytes().windows(2).any(|w| w[0] == b'\t' || (w[0] == b' ' && w[1] == b' '));
    if is_loose { Cow::Owned(line.split_ascii_whitespace().collect::<Vec<_>>().join(" ")) } else { Cow::Borrowed(line) }
}

/// [`str::trim`], which looks at each character of each line; most lines begin and end with one of ASCII's.
fn trim(line: &str) -> &str {
    let trimmed = line.trim_ascii();
    let is_plain = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii() && *b != b'\x0b');
    if is_plain(trimmed.as_bytes().first()) && is_plain(trimmed.as_bytes().last()) { trimmed } else { line.trim() }
}

fn is_blank(line: &str) -> bool {
    trim(line).is_empty()
}
