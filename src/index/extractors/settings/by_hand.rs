//! Retries that a program counts itself: `const ATTEMPTS: u32 = 3`, and a loop that compares with it and waits.

use super::target;
use crate::index::model::{Certainty, Facts};
use crate::index::reading::tokens::Kind;
use crate::index::reading::{DeclarationKind, Reading, Span};

/// Ends of a constant's name that say what it counts, lower case without `_`.
const NAMES: [&str; 9] = ["attempts", "retries", "tries", "maxretry", "maxattempt", "retrycount", "retrylimit", "retrymax", "maxretrycount"];

/// Words of a wait between two tries.
const WAITS: [&str; 7] = ["sleep", "delay", "backoff", "setTimeout", "Sleep", "Delay", "wait"];

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    for a in &reading.assignments {
        let lower = a.name.replace('_', "").to_ascii_lowercase();
        if a.path.len() > 1 || !NAMES.iter().any(|n| lower.ends_with(n)) || reading.enclosing(a.at, &[DeclarationKind::Function]).is_some() {
            continue;
        }
        let Some(number) = whole_number(reading, &a.value).filter(|n| (2..=100).contains(n)) else { continue };
        let compared = (1..reading.tokens.len()).find(|&i| i != a.at && reading.word(i) == a.name && !a.value.contains(&i) && bounds(reading, i));
        let Some(function) = compared.and_then(|at| reading.enclosing(at, &[DeclarationKind::Function])) else { continue };
        let waits = function.body.clone().any(|i| {
            let word = reading.word(i);
            reading.kind(i) == Some(Kind::Word) && (WAITS.contains(&word) || word.to_ascii_lowercase().contains("backoff"))
        });
        if !waits {
            continue;
        }
        let line = |at: usize| reading.line(at);
        let alone = target::told_alone(out, line(function.body.start), line(function.body.end.saturating_sub(1)));
        let found = alone.map(|name| (name, Certainty::Sure)).or_else(|| target::of(reading, function.body.start, out));
        if let Some((name, certainty)) = found {
            super::push(out, name, format!("attempts={number}"), a.line, Some("counted by hand"), certainty);
        }
    }
}

fn whole_number(reading: &Reading<'_>, span: &Span) -> Option<u32> {
    if span.len() != 1 || reading.kind(span.start) != Some(Kind::Number) {
        return None;
    }
    let word = reading.word(span.start);
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    word[..digits].parse().ok()
}

/// Whether a count is compared with the name at a token, or runs up to it.
fn bounds(reading: &Reading<'_>, at: usize) -> bool {
    let compares = |w: &str| matches!(w, "<" | "<=" | ">" | ">=");
    let (before, after) = (reading.word(at - 1), reading.word(at + 1));
    let range = before == "(" && at >= 2 && reading.is(at - 2, "range")
        || before == "range"
        || matches!((before, reading.word(at.saturating_sub(2))), ("=" | ".", "."));
    let times = after == "." && reading.is(at + 2, "times")
        || after == "+" && at >= 2 && matches!(reading.word(at - 1), "," | "(") && (at.saturating_sub(4)..at).any(|i| reading.is(i, "range"));
    compares(before) || compares(after) || range || times
}
