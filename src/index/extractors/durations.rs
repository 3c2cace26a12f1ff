//! Times to live, as clients write them.

use crate::index::reading::tokens::Kind;
use crate::index::reading::{Argument, Reading, Span};

/// Words of units with their milliseconds.
const UNITS: &[(&str, u64)] = &[
    ("millisecond", 1),
    ("milli", 1),
    ("ms", 1),
    ("second", 1000),
    ("sec", 1000),
    ("minute", 60_000),
    ("hour", 3_600_000),
    ("day", 86_400_000),
    ("week", 604_800_000),
];

/// The time to live that a call sets: by keyword, by option, or at its place.
pub(super) fn of_call(reading: &Reading<'_>, arguments: &[Argument<'_>], place: Option<usize>, name: &str) -> Option<String> {
    for (word, unit) in [
        ("ex", 1000),
        ("EX", 1000),
        ("px", 1),
        ("PX", 1),
        ("timeout", 1000),
        ("expires_in", 1000),
        ("ttl", 1000),
        ("time", 1000),
        ("expire", 1000),
        ("expiry", 1000),
    ] {
        if let Some(found) = arguments.iter().find(|a| a.keyword == Some(word)) {
            return of(reading, &found.span, unit);
        }
        // `{ EX: 30 }`, and `"EX", 30` in a row.
        if let Some(found) = arguments.iter().filter(|a| reading.is(a.span.start, "{")).find_map(|a| reading.entry(&a.span, word)) {
            return of(reading, &found, unit);
        }
    }
    for (i, argument) in arguments.iter().enumerate().skip(1) {
        let unit = match argument.span.len() {
            1 => match reading.string(argument.span.start) {
                Some("EX" | "ex") => 1000,
                Some("PX" | "px") => 1,
                _ => continue,
            },
            _ => continue,
        };
        return arguments.get(i + 1).and_then(|a| of(reading, &a.span, unit));
    }
    let positional: Vec<&Argument<'_>> = arguments.iter().filter(|a| a.keyword.is_none()).collect();
    let at = place?;
    let span = &positional.get(at)?.span;
    // Spring: `set(key, value, 30, TimeUnit.SECONDS)`.
    if let Some(unit) = positional.get(at + 1).and_then(|a| unit_in(reading, &a.span)) {
        return of(reading, span, unit);
    }
    of(reading, span, if name.starts_with('p') && name != "put" { 1 } else { 1000 })
}

/// The duration that an expression stands for, a bare number being `unit` milliseconds: `30s`, `5m`.
pub(super) fn of(reading: &Reading<'_>, span: &Span, unit: u64) -> Option<String> {
    if span.len() > 24 {
        return None;
    }
    let mut span = span.clone();
    // A constant of the file.
    if span.len() == 1 && reading.kind(span.start) == Some(Kind::Word) {
        let name = reading.word(span.start);
        let mut found = reading.assignments.iter().filter(|a| a.name == name);
        let only = found.next().filter(|_| found.next().is_none())?;
        span = only.value.clone();
    }
    let mut product: u64 = 1;
    let mut any = false;
    let mut suffix = None;
    for i in span.clone() {
        match reading.kind(i)? {
            Kind::Number => {
                let word = reading.word(i).replace('_', "");
                // Ruby's `10.minutes` is one token.
                let (digits, behind) = word.split_once('.').unwrap_or((&word, ""));
                if let Some(ms) = unit_of(behind) {
                    suffix = Some(ms);
                } else if !behind.is_empty() {
                    return None;
                }
                let number: u64 = digits.parse().or_else(|_| without_type(digits).parse()).ok()?;
                product = product.checked_mul(number)?;
                any = true;
            }
            Kind::Sign if matches!(reading.word(i), "+" | "-" | "/" | "?") => return None,
            _ => {}
        }
    }
    let named = suffix.or_else(|| unit_in(reading, &span));
    // `time.Hour` alone.
    if !any && named.is_none() || product == 0 {
        return None;
    }
    let text = span.clone().find_map(|i| reading.string(i));
    if text.is_some() {
        return None;
    }
    Some(shown(product.checked_mul(named.unwrap_or(unit))?))
}

/// A number without the letters that say its type: `30L`, `24u64`.
fn without_type(digits: &str) -> &str {
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let is_type = matches!(&*digits[end..].to_ascii_lowercase(), "l" | "u" | "ul" | "lu" | "ull" | "i" | "i32" | "u32" | "i64" | "u64" | "usize");
    if is_type { &digits[..end] } else { digits }
}

fn unit_in(reading: &Reading<'_>, span: &Span) -> Option<u64> {
    span.clone().filter(|&i| reading.kind(i) == Some(Kind::Word)).find_map(|i| unit_of(reading.word(i)))
}

fn unit_of(word: &str) -> Option<u64> {
    let word = word.to_ascii_lowercase();
    let word = word.strip_prefix("of").or_else(|| word.strip_prefix("from")).unwrap_or(&word);
    UNITS.iter().find(|(unit, _)| word == *unit || word.strip_suffix('s') == Some(unit) || word.ends_with(&format!("_{unit}s"))).map(|(_, ms)| *ms)
}

/// `90s`, `5m`, `2h`, `1d`, `250ms`.
fn shown(ms: u64) -> String {
    match ms {
        _ if ms.is_multiple_of(86_400_000) => format!("{}d", ms / 86_400_000),
        _ if ms.is_multiple_of(3_600_000) => format!("{}h", ms / 3_600_000),
        _ if ms.is_multiple_of(60_000) => format!("{}m", ms / 60_000),
        _ if ms.is_multiple_of(1000) => format!("{}s", ms / 1000),
        _ => format!("{ms}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::edit::Language;

    #[test]
    fn a_number_keeps_its_digits() {
        for (path, text, expected) in [
            ("A.java", "Duration.ofHours(24)", "1d"),
            ("A.java", "Duration.ofMinutes(64)", "64m"),
            ("A.java", "604_800L", "7d"),
            ("A.kt", "Duration.ofSeconds(46)", "46s"),
            ("a.rs", "Duration::from_secs(14u64)", "14s"),
            ("a.go", "14 * time.Second", "14s"),
            ("a.py", "60 * 64", "64m"),
        ] {
            let reading = Reading::of(path, Language::of_path(path), text);
            assert_eq!(of(&reading, &(0..reading.tokens.len()), 1000).as_deref(), Some(expected), "{text}");
        }
    }
}
