//! Old against new, line by line: what was added, what was taken away. How much blank space stands at the ends of a line or
//! between its words does not count, so that a change of indentation or alignment changes nothing.

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
    let before: Vec<Cow<'_, str>> = old.lines().map(squeeze).collect();
    let after: Vec<Cow<'_, str>> = new.lines().map(squeeze).collect();
    let mut out = LineDiff { removed: vec![false; before.len()], added: vec![false; after.len()] };
    // What edits share at both ends is cut off first: it is most of an edit, and comparing lines is cheaper than interning them.
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let tail = before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
    if old_middle.is_empty() || new_middle.is_empty() {
        out.removed[head..before.len() - tail].fill(true);
        out.added[head..after.len() - tail].fill(true);
    } else {
        let mut input: InternedInput<&str> = InternedInput::default();
        input.update_before(old_middle.iter().map(|l| &**l));
        input.update_after(new_middle.iter().map(|l| &**l));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        for (i, flag) in out.removed[head..before.len() - tail].iter_mut().enumerate() {
            *flag = diff.is_removed(u32::try_from(i).unwrap_or(u32::MAX));
        }
        for (i, flag) in out.added[head..after.len() - tail].iter_mut().enumerate() {
            *flag = diff.is_added(u32::try_from(i).unwrap_or(u32::MAX));
        }
    }
    // Blank lines say nothing.
    for (flag, line) in out.removed.iter_mut().zip(&before).chain(out.added.iter_mut().zip(&after)) {
        *flag &= !line.is_empty();
    }
    out
}

/// The line with single blanks between its words.
fn squeeze(line: &str) -> Cow<'_, str> {
    let line = line.trim();
    let is_loose = line.as_bytes().windows(2).any(|w| w[0] == b'\t' || (w[0] == b' ' && w[1] == b' '));
    if is_loose { Cow::Owned(line.split_ascii_whitespace().collect::<Vec<_>>().join(" ")) } else { Cow::Borrowed(line) }
}
