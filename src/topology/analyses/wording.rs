//! How names and figures are written in sentences.

use super::study::Study;
use crate::topology::graph::{Edge, Node};
use std::time::Duration;

/// Names that a sentence holds; the rest is a number.
const NAMES: usize = 6;

/// `a, b and 3 more`.
#[must_use]
pub fn names(study: &Study<'_>, nodes: &[Node]) -> String {
    list(nodes.iter().map(|n| study.graph.name(*n)), nodes.len())
}

/// `a -> b, c -> d and 3 more`.
#[must_use]
pub fn arrows(study: &Study<'_>, edges: &[Edge]) -> String {
    let words: Vec<String> = edges.iter().take(NAMES).map(|e| arrow(study, *e)).collect();
    list(words.iter().map(String::as_str), edges.len())
}

/// `a -> b`.
#[must_use]
pub fn arrow(study: &Study<'_>, edge: Edge) -> String {
    let r = study.graph.relationship(edge);
    format!("{} -> {}", r.from, r.to)
}

/// The names of components, all of them.
#[must_use]
pub fn owned(study: &Study<'_>, nodes: &[Node]) -> Vec<String> {
    nodes.iter().map(|n| study.graph.name(*n).to_owned()).collect()
}

/// Words with commas; beyond a few the rest is a number.
#[must_use]
pub fn list<'a>(words: impl Iterator<Item = &'a str>, count: usize) -> String {
    let shown: Vec<&str> = words.take(if count == NAMES + 1 { count } else { NAMES }).collect();
    match shown.as_slice() {
        _ if count > shown.len() => format!("{} and {} more", shown.join(", "), count - shown.len()),
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A count with its noun.
#[must_use]
pub fn of(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `800 ms`, `2 s`, `1.5 s`, `90 s`, `5 min`.
#[must_use]
pub fn duration(d: Duration) -> String {
    millis(i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// The same, of milliseconds.
#[must_use]
pub fn millis(ms: i64) -> String {
    match ms.unsigned_abs() {
        0..1_000 => format!("{ms} ms"),
        x if x % 60_000 == 0 => format!("{} min", ms / 60_000),
        x if x % 1_000 == 0 => format!("{} s", ms / 1_000),
        _ => format!("{} s", number(ms as f64 / 1e3)),
    }
}

/// Without needless digits: `27`, `2.5`, `0.035`.
#[must_use]
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return "unknown".to_owned();
    }
    if x.abs() >= 1e9 {
        return format!("{x:.1e}");
    }
    let text = if x.abs() >= 100.0 || x == x.round() { format!("{x:.0}") } else { format!("{x:.3}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share in percent, with as many digits as tell it from 100.
#[must_use]
pub fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share in percent, as a person compares shares: with one decimal at most.
#[must_use]
pub fn about(share: f64) -> String {
    percent((share * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_people_write_them() {
        assert_eq!([number(27.0), number(2.5), number(0.0349), number(1234.5), number(1e20)], ["27", "2.5", "0.035", "1234", "1.0e20"]);
        assert_eq!([millis(800), millis(2000), millis(1500), millis(300_000), millis(-250)], ["800 ms", "2 s", "1.5 s", "5 min", "-250 ms"]);
        assert_eq!([about(0.8337662), about(1.0), about(0.0)], ["83.4 %", "100 %", "0 %"]);
        assert_eq!([percent(0.999), percent(0.5), percent(0.99995)], ["99.9 %", "50 %", "99.995 %"]);
        let words = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(list(words[..2].iter().copied(), 2), "a and b");
        assert_eq!(list(words.iter().copied(), 8), "a, b, c, d, e, f and 2 more");
        assert_eq!(list(words[..7].iter().copied(), 7), "a, b, c, d, e, f and g");
    }
}
