//! An edit for a terminal: the lines that go and the lines that come, with a few around them.

use crate::text::plain;
use anstyle::{AnsiColor, Effects, Style};
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use std::fmt::Write as _;

/// Unchanged lines shown around a change.
const AROUND: usize = 3;
const DIM: Style = Style::new().effects(Effects::DIMMED);
const GONE: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// Writes old against new, at most `most` lines. What came from elsewhere loses its control characters here.
#[must_use]
pub fn render(old: &str, new: &str, most: usize) -> String {
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(old.lines());
    input.update_after(new.lines());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut lines: Vec<(Style, String)> = Vec::new();
    // The next line of the new text that has not been shown.
    let mut at = 0;
    let hunks: Vec<Hunk> = diff.hunks().collect();
    for (i, hunk) in hunks.iter().enumerate() {
        let (start, end) = (hunk.after.start as usize, hunk.after.end as usize);
        let lead = start.saturating_sub(AROUND).max(at);
        if lead > at {
            lines.push((DIM, "  ...".to_owned()));
        }
        lines.extend(after[lead..start].iter().map(|l| (Style::new(), shown(' ', l))));
        lines.extend(before[hunk.before.start as usize..hunk.before.end as usize].iter().map(|l| (GONE, shown('-', l))));
        lines.extend(after[start..end].iter().map(|l| (NEW, shown('+', l))));
        let next = hunks.get(i + 1).map_or(after.len(), |h| h.after.start as usize);
        let tail = (end + AROUND).min(next);
        lines.extend(after[end..tail].iter().map(|l| (Style::new(), shown(' ', l))));
        at = tail;
    }
    if at > 0 && at < after.len() {
        lines.push((DIM, "  ...".to_owned()));
    }
    let more = lines.len().saturating_sub(most);
    let mut out = String::new();
    for (style, line) in lines.iter().take(most) {
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    if more > 0 {
        let _ = writeln!(out, "  {DIM}and {more} more lines{DIM:#}");
    }
    out
}

/// A line under its sign. A tab is a control character, and means indentation.
fn shown(sign: char, line: &str) -> String {
    format!("  {sign} {}", plain(&line.replace('\t', "    ")))
}

#[cfg(test)]
mod tests {
    use super::render;

    fn text(old: &str, new: &str, most: usize) -> String {
        anstream::adapter::strip_str(&render(old, new, most)).to_string()
    }

    #[test]
    fn changes_stand_among_their_neighbours() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\n";
        assert_eq!(text(old, new, 99), "  ...\n    b\n    c\n    d\n  - e\n  + E\n    f\n    g\n    h\n  ...\n");
        assert_eq!(text("", "x\n\ty\n", 99), "  + x\n  +     y\n");
        assert_eq!(text("x\n", "", 99), "  - x\n");
        assert_eq!(text("a\nb\n", "c\nd\n", 3), "  - a\n  - b\n  + c\n  and 1 more lines\n");
    }

    #[test]
    fn two_changes_share_what_lies_between() {
        assert_eq!(text("a\nb\nc\nd\n", "A\nb\nc\nD\n", 99), "  - a\n  + A\n    b\n    c\n  - d\n  + D\n");
        assert_eq!(text("a\nx\nx\nx\nb\n", "x\nx\nx\n", 99), "  - a\n    x\n    x\n    x\n  - b\n");
    }

    #[test]
    fn nothing_foreign_moves_the_cursor() {
        assert_eq!(text("", "\u{1b}[2Jx\u{202e}\u{7}y", 99), "  + [2Jxy\n");
    }
}
