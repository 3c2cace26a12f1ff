//! The two sides of an edit as texts, and the lines of each that it touches.

use super::Around;
use crate::engine::diff;
use crate::engine::edit::Edit;
use crate::engine::syntax;
use std::borrow::Cow;

/// Before and after.
pub(super) struct Texts<'a> {
    pub(super) before: Cow<'a, str>,
    pub(super) after: Cow<'a, str>,
    /// 1-based lines of `before`: those that go, and the place where something comes.
    pub(super) touched_before: Vec<u32>,
    /// 1-based lines of `after`: those that come, and the place where something went.
    pub(super) touched_after: Vec<u32>,
    /// Added to a line of `after` for the file's line.
    first_line: u32,
    /// Of a large file, `after` is what stands around the touched lines: the line that each of its lines was.
    numbers: Option<Vec<u32>>,
}

/// Bytes above which a text is cut down to what stands around its touched lines: whatever detectors do with it stays small.
const LARGE: usize = 24 * 1024;

impl<'a> Texts<'a> {
    /// The whole file before and after where it is known, else each replacement by itself.
    pub(super) fn of(edit: &'a Edit<'_>, around: &Around<'a>) -> Vec<Self> {
        if let (false, Some(file)) = (edit.whole_file, around.file)
            && let Some(after) = edit.applied(file).or_else(|| applied_with_gaps(edit, file))
        {
            return vec![Self::new(Cow::Borrowed(file), Cow::Owned(after), 0)];
        }
        let first = |i: usize| around.surroundings.first_line.get(i).copied().unwrap_or(0).max(1) - 1;
        edit.changes.iter().enumerate().map(|(i, c)| Self::new(Cow::Borrowed(&*c.old), Cow::Borrowed(&*c.new), first(i))).collect()
    }

    /// A text by itself, with the lines (1-based) around which it is looked at.
    pub(super) fn standing(text: &'a str, lines: &[u32]) -> Self {
        let (after, touched_after, numbers) = cut_down(Cow::Borrowed(text), lines.to_vec());
        Self { before: Cow::Borrowed(""), after, touched_before: Vec::new(), touched_after, first_line: 0, numbers }
    }

    fn new(before: Cow<'a, str>, after: Cow<'a, str>, first_line: u32) -> Self {
        // Most of a file is the same on both sides: only what lies between the first and the last difference is compared.
        let (head, tail) = shared(&before, &after);
        let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
        let above = before.as_bytes()[..head].iter().filter(|b| **b == b'\n').count();
        let (mut touched_before, mut touched_after) = touched(old, new, &diff::lines(old, new));
        for (touched, text) in [(&mut touched_before, &before), (&mut touched_after, &after)] {
            let last = text.lines().count();
            touched.iter_mut().for_each(|l| *l += u32::try_from(above).unwrap_or(0));
            touched.retain(|l| (1..=last).contains(&(*l as usize)));
        }
        let (before, touched_before, _) = cut_down(before, touched_before);
        let (after, touched_after, numbers) = cut_down(after, touched_after);
        Self { before, after, touched_before, touched_after, first_line, numbers }
    }

    /// Line of the file for a line of `after`.
    pub(super) fn in_file(&self, line: u32) -> u32 {
        let own = self.numbers.as_ref().and_then(|n| n.get((line as usize).saturating_sub(1))).copied().unwrap_or(line);
        self.first_line + own
    }
}

/// Whether a `dist: ok reason` comment speaks for the line (1-based) or stands right above it.
pub(super) fn is_waived(text: &str, line: u32) -> bool {
    let first = (line as usize).saturating_sub(2);
    let comment = |l: &str| l.split_once("dist: ok").is_some_and(|(_, reason)| reason.bytes().any(|b| b.is_ascii_alphanumeric()));
    text.lines().skip(first).take(line as usize - first).any(comment)
}

fn cut_down(text: Cow<'_, str>, touched: Vec<u32>) -> (Cow<'_, str>, Vec<u32>, Option<Vec<u32>>) {
    if text.len() <= LARGE || touched.is_empty() {
        return (text, touched, None);
    }
    let (cut, numbers) = syntax::cut_out(&text, &touched);
    let touched = touched.iter().filter_map(|l| numbers.binary_search(l).ok()).map(|i| u32::try_from(i + 1).unwrap_or(u32::MAX)).collect();
    (Cow::Owned(cut), touched, Some(numbers))
}

/// Bytes that two texts share at both ends, in whole lines.
fn shared(a: &str, b: &str) -> (usize, usize) {
    let same = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let head = a[..floor(a, same)].rfind('\n').map_or(0, |i| i + 1);
    let most = a.len().min(b.len()) - head;
    let same = a.bytes().rev().zip(b.bytes().rev()).take(most).take_while(|(x, y)| x == y).count();
    let from = a.len() - same;
    // A line that is only partly the same is not shared.
    let tail = if same == 0 { 0 } else { a.as_bytes()[from..].iter().position(|b| *b == b'\n').map_or(0, |i| same - i - 1) };
    (head, tail)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The file with the replacements made where the text to be replaced leaves out lines of the file, as hunks that were joined do: its lines are found in their order,
/// with gaps, in the place where the gaps are smallest.
fn applied_with_gaps(edit: &Edit<'_>, file: &str) -> Option<String> {
    /// Places that are tried.
    const STARTS: usize = 40;
    /// Lines that may be left out at once.
    const GAP: usize = 600;
    let [change] = &edit.changes[..] else { return None };
    let lines: Vec<&str> = file.lines().collect();
    let (old, new): (Vec<&str>, Vec<&str>) = (change.old.lines().collect(), change.new.lines().collect());
    let first = old.iter().position(|l| !l.trim().is_empty())?;
    let starts = lines.iter().enumerate().filter(|(_, l)| **l == old[first]).map(|(i, _)| i).take(STARTS);
    let place = |start: usize| -> Option<Vec<Option<usize>>> {
        let mut at = start;
        let mut out = vec![None; first];
        for line in &old[first..] {
            if line.trim().is_empty() {
                out.push(None);
                continue;
            }
            let found = lines[at.min(lines.len())..].iter().take(GAP).position(|l| l == line)?;
            out.push(Some(at + found));
            at += found + 1;
        }
        Some(out)
    };
    let last = |places: &[Option<usize>]| places.iter().rev().flatten().next().copied().unwrap_or(0);
    let places = starts.filter_map(place).min_by_key(|p| last(p) - p[first].unwrap_or(0))?;
    let diff = diff::lines(&change.old, &change.new);
    let (mut i, mut j, mut at) = (0, 0, 0_usize);
    let mut out: Vec<&str> = Vec::with_capacity(lines.len() + new.len());
    while i < old.len() || j < new.len() {
        let kept = i < old.len() && !diff.removed[i];
        if i < old.len() && !kept {
            if let Some(line) = places[i] {
                out.extend_from_slice(&lines[at.min(line)..line]);
                at = line + 1;
            }
            i += 1;
        } else if j < new.len() && (diff.added[j] || (new[j].trim().is_empty() && !kept)) {
            // At a gap, what comes stands with what follows it.
            if let Some(line) = places.get(i..).and_then(|p| p.iter().flatten().next()) {
                out.extend_from_slice(&lines[at.min(*line)..*line]);
                at = at.max(*line);
            }
            out.push(new[j]);
            j += 1;
        } else if kept && old[i].trim().is_empty() {
            i += 1;
        } else if j < new.len() && new[j].trim().is_empty() {
            j += 1;
        } else {
            if let Some(line) = places.get(i).copied().flatten() {
                out.extend_from_slice(&lines[at.min(line)..=line]);
                at = line + 1;
            }
            i += 1;
            j += 1;
        }
    }
    out.extend_from_slice(&lines[at.min(lines.len())..]);
    Some(out.join("\n") + "\n")
}

/// Touched lines of both sides, counted from 1. Where lines only go, the other side is touched at the lines above and below the place:
/// 0 is the line above the text.
fn touched(before: &str, after: &str, diff: &diff::LineDiff) -> (Vec<u32>, Vec<u32>) {
    let blank = |text: &str| -> Vec<bool> { text.lines().map(|l| l.trim().is_empty()).collect() };
    let (blank_before, blank_after) = (blank(before), blank(after));
    let (mut out_before, mut out_after) = (Vec::new(), Vec::new());
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let (mut i, mut j) = (0, 0);
    let (n, m) = (diff.removed.len(), diff.added.len());
    while i < n || j < m {
        if i < n && diff.removed[i] {
            out_before.push(number(i + 1));
            out_after.extend([number(j), number(j + 1)]);
            i += 1;
        } else if j < m && diff.added[j] {
            out_after.push(number(j + 1));
            out_before.extend([number(i), number(i + 1)]);
            j += 1;
        } else if i < n && blank_before[i] {
            i += 1;
        } else if j < m && blank_after[j] {
            j += 1;
        } else {
            i += 1;
            j += 1;
        }
    }
    for out in [&mut out_before, &mut out_after] {
        out.sort_unstable();
        out.dedup();
    }
    (out_before, out_after)
}

#[cfg(test)]
mod tests {
    use super::applied_with_gaps;
    use crate::engine::edit::Edit;

    const FILE: &str = "fn a() {\n    one();\n}\n\nfn b() {\n    two();\n    three();\n}\n";

    #[test]
    fn a_change_of_two_places_is_applied_at_both() {
        let edit = Edit::new("src/a.rs", "    one();\n}\n    two();\n", "    one(1);\n}\n    pause();\n    two();\n");
        assert_eq!(edit.applied(FILE), None);
        let after = applied_with_gaps(&edit, FILE).expect("both places are there");
        assert_eq!(after, "fn a() {\n    one(1);\n}\n\nfn b() {\n    pause();\n    two();\n    three();\n}\n");
    }

    #[test]
    fn text_of_another_file_is_not_applied() {
        let edit = Edit::new("src/a.rs", "    four();\n", "    five();\n");
        assert_eq!(applied_with_gaps(&edit, FILE), None);
    }
}
