//! The words on changed lines: what the weighing has learned of them, and what it may learn.

use super::change::Changed;
use super::diff::{self, LineDiff};
use super::edit::Edit;
use super::kinds::Kinds;
use super::lexer::Kind;
use super::lines::Lines;
use super::structured::Format;
use crate::knowledge::{Knowledge, words};

/// Lines of one side that are read: the words of more say nothing that those of these do not.
const MOST_LINES: usize = 100;

/// Calls `found` with each word that weighs: its index, line and byte span.
pub(super) fn look(knowledge: &Knowledge<'_>, side: Changed<'_>, lines: &[usize], mut found: impl FnMut(usize, usize, (usize, usize))) {
    for &line in lines.iter().take(MOST_LINES) {
        each_word(side, line, |word, span| {
            if let Some(index) = knowledge.words.find(word) {
                found(index, line, span);
            }
        });
    }
}

/// All words on changed lines, as their stems in small letters.
pub(super) fn all(edit: &Edit<'_>, kinds: &Kinds) -> Vec<String> {
    let mut out = Vec::new();
    if Format::of(edit.language).is_some() {
        return out;
    }
    for (index, change) in edit.changes.iter().enumerate() {
        let (new, old) = (Lines::of(&change.new), Lines::of(&change.old));
        let LineDiff { removed, added } = diff::of_lines(&old, &new);
        let kinds = &kinds.0[index];
        for side in [Changed { lines: &new, changed: &added, kinds: &kinds[0] }, Changed { lines: &old, changed: &removed, kinds: &kinds[1] }] {
            for line in (0..side.changed.len()).filter(|&l| side.changed[l]).take(MOST_LINES) {
                each_word(side, line, |word, _| out.push(String::from_utf8_lossy(words::stem(word)).to_ascii_lowercase()));
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Calls `each` with the words of one line that are code or text.
fn each_word(side: Changed<'_>, line: usize, mut each: impl FnMut(&[u8], (usize, usize))) {
    let start = side.lines.start(line);
    let text = side.lines.line(line).as_bytes();
    words::each(text, |a, b| {
        if matches!(side.kinds[start + a], Kind::Code | Kind::String) {
            each(&text[a..b], (start + a, start + b));
        }
    });
}
