//! Durations in one form: whole seconds as `5s`, all else as `1500ms`.

use crate::index::reading::tokens::Kind;
use crate::index::reading::{Reading, Span};

/// Milliseconds as they are shown.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn shown(milliseconds: f64) -> Option<String> {
    if !milliseconds.is_finite() || milliseconds <= 0.0 || milliseconds > 1e12 {
        return None;
    }
    let whole = milliseconds.round() as u64;
    Some(if whole.is_multiple_of(1_000) { format!("{}s", whole / 1_000) } else { format!("{whole}ms") })
}

/// Milliseconds of a unit's word.
fn unit(word: &str) -> Option<f64> {
    let word = word.trim_start_matches("From").trim_start_matches("from_").trim_start_matches("of").trim_start_matches("from").to_ascii_lowercase();
    Some(match &*word {
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "us" | "micros" | "microseconds" | "microsecond" => 0.001,
        _ => return None,
    })
}

/// A text such as `5s`, `1m30s`, `250ms`, `PT5S`, `30`; a bare number counts in `bare` milliseconds.
pub(super) fn text(text: &str, bare: f64) -> Option<f64> {
    let text = text.trim().trim_start_matches("PT").trim_start_matches("pt").trim_end_matches(';');
    if text.is_empty() || text.len() > 24 {
        return None;
    }
    let mut sum = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(rest.len());
        let number: f64 = rest[..digits].replace('_', "").parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        sum += number * if letters == 0 { bare } else { unit(&rest[..letters])? };
        rest = rest[letters..].trim_start();
    }
    Some(sum)
}

/// The value of an expression's number, constants of the file followed.
pub(super) fn number(reading: &Reading<'_>, span: &Span) -> Option<f64> {
    let span = followed(reading, span);
    let one = span.len() == 1 || span.len() <= 3 && reading.is(span.start + 1, ".") || reading.is(span.start + 1, "as");
    if reading.kind(span.start) == Some(Kind::Text) && span.len() == 1 {
        return reading.string(span.start)?.trim().parse().ok();
    }
    (reading.kind(span.start) == Some(Kind::Number) && one).then(|| parsed(reading.word(span.start))).flatten()
}

fn parsed(word: &str) -> Option<f64> {
    let word = word.replace('_', "");
    let digits = word.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(word.len());
    word[..digits].parse().ok()
}

/// The milliseconds of an expression; a bare number counts in `bare`.
pub(super) fn of(reading: &Reading<'_>, span: &Span, bare: f64) -> Option<f64> {
    let span = followed(reading, span);
    if span.is_empty() || span.len() > 16 {
        return None;
    }
    if reading.kind(span.start) == Some(Kind::Text) {
        return if span.len() == 1 { text(reading.string(span.start)?, bare) } else { None };
    }
    let mut product = 1.0;
    let (mut numbers, mut scale) = (0, None);
    for i in span.clone() {
        match reading.kind(i)? {
            Kind::Number => {
                let word = reading.word(i);
                numbers += 1;
                product *= parsed(word)?;
            }
            Kind::Word => {
                // A value that is not known here, or a condition, is no duration.
                scale = unit(reading.word(i)).or(scale);
                let known = unit(reading.word(i)).is_some()
                    || matches!(
                        reading.word(i),
                        "time"
                            | "Duration"
                            | "TimeSpan"
                            | "TimeUnit"
                            | "ChronoUnit"
                            | "std"
                            | "core"
                            | "timedelta"
                            | "datetime"
                            | "new"
                            | "ofSeconds"
                            | "chrono"
                            | "f"
                            | "L"
                    );
                if !known {
                    return None;
                }
            }
            Kind::Sign if !matches!(reading.word(i), "*" | "." | "::" | "," | "=" | ":") => return None,
            Kind::Text => return None,
            _ => {}
        }
    }
    if numbers == 0 && scale.is_none() || numbers > 3 {
        return None;
    }
    Some(product * scale.unwrap_or(bare))
}

/// The value that a single name of this file is bound to.
fn followed(reading: &Reading<'_>, span: &Span) -> Span {
    let last = span.end.saturating_sub(1);
    let path = !span.is_empty() && span.clone().all(|i| reading.kind(i) == Some(Kind::Word) || matches!(reading.word(i), "." | "::" | "->"));
    if path && reading.kind(last) == Some(Kind::Word) {
        let mut bound = reading.assignments.iter().filter(|a| a.name == reading.word(last) && !a.value.contains(&last) && a.at != last);
        if let (Some(one), None) = (bound.next(), bound.next()) {
            return one.value.clone();
        }
    }
    span.clone()
}
