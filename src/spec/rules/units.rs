//! Numbers that have no unit and count nothing: 200 of what? A word behind a number is its unit, unless it is one of the small words that
//! go on with the sentence; a number in a table has it in the head of its column.

use crate::spec::Problem;
use crate::spec::read::{Block, Document, Part, Section};
use std::ops::Range;

/// Words behind a number that are none of its own.
const SMALL: [&str; 50] = [
    "and", "or", "to", "of", "for", "at", "in", "on", "by", "is", "are", "was", "were", "be", "has", "have", "with", "without", "when", "where", "which", "if",
    "then", "than", "as", "the", "a", "an", "from", "until", "while", "but", "not", "so", "because", "after", "before", "under", "over", "during", "within",
    "into", "unless", "that", "it", "we", "they", "can", "may", "must",
];
/// Words before a number that make it a name.
const NAMED: [&str; 28] = [
    "http", "rfc", "status", "code", "port", "version", "v", "zone", "region", "page", "line", "step", "section", "chapter", "error", "tier", "level", "layer",
    "phase", "priority", "sev", "issue", "node", "question", "figure", "table", "row", "act",
];
/// Words of a head that say what its figures are.
const MEASURES: [&str; 44] = [
    "ms",
    "s",
    "sec",
    "second",
    "seconds",
    "min",
    "minute",
    "minutes",
    "h",
    "hour",
    "hours",
    "day",
    "days",
    "%",
    "percent",
    "share",
    "b",
    "kb",
    "mb",
    "gb",
    "tb",
    "kib",
    "mib",
    "gib",
    "bytes",
    "rps",
    "qps",
    "tps",
    "count",
    "number",
    "instances",
    "attempts",
    "tries",
    "replicas",
    "voters",
    "partitions",
    "times",
    "items",
    "copies",
    "eur",
    "usd",
    "priority",
    "no",
    "#",
];
/// Plurals that are figures of anything.
const UNCOUNTED: [&str; 9] = ["limits", "thresholds", "rates", "sizes", "values", "timeouts", "status", "figures", "bounds"];
/// What `a` and `an` stand before in a rate.
const TIMES: [&str; 7] = ["second", "minute", "hour", "day", "week", "month", "year"];
/// Words between two numbers of one unit.
const JOINS: [&str; 10] = ["of", "in", "to", "or", "and", "x", "×", "-", "–", "plus"];

pub(super) fn find(document: &Document) -> Vec<Problem> {
    let mut out = Vec::new();
    // What has no level stands before the title: it is not the specification's own text.
    for section in document.sections.iter().filter(|s| s.level > 0) {
        in_section(section, &mut out);
    }
    out
}

fn in_section(section: &Section, out: &mut Vec<Problem>) {
    for part in &section.parts {
        match part {
            Part::Block(block) => out.extend(bare(block).into_iter().map(|r| problem(block, r))),
            Part::Table(table) => {
                for row in &table.rows {
                    for (cell, _) in row.cells.iter().zip(&table.head).filter(|(_, head)| !measures(&head.text)) {
                        out.extend(bare(cell).into_iter().map(|r| problem(cell, r)));
                    }
                }
            }
            Part::Other => {}
        }
    }
}

fn problem(block: &Block, range: Range<usize>) -> Problem {
    Problem {
        rule: "no-unit",
        what: format!("{} of what?", block.text.get(range.clone()).unwrap_or_default()),
        range: block.source(range),
        hint: "the unit behind the number (ms, /s, %, MB, instances), or in the head of the column".to_owned(),
    }
}

fn measures(head: &str) -> bool {
    let head = head.to_lowercase();
    let last = head.rsplit(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty()).unwrap_or_default();
    // A noun in the plural is what its figures count.
    let is_plural = last.len() > 3 && last.ends_with('s') && !last.ends_with("ss") && !UNCOUNTED.contains(&last);
    is_plural || head.contains("/s") || head.split(|c: char| !c.is_alphanumeric() && c != '%' && c != '#').any(|w| MEASURES.contains(&w))
}

/// A word of a text, without the punctuation around it.
struct Word<'a> {
    range: Range<usize>,
    text: &'a str,
    /// Punctuation follows: what comes next belongs to something else.
    ends: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    for token in text.split_inclusive(char::is_whitespace) {
        let bare = token.trim();
        let start = at + token.find(bare).unwrap_or(0);
        at += token.len();
        let front = bare.trim_start_matches(['(', '[', '"', '\'', '*', '_']);
        let inner = front.trim_end_matches([')', ']', '"', '\'', ',', ';', '.', ':', '!', '?', '*', '_']);
        if !inner.is_empty() {
            let start = start + (bare.len() - front.len());
            out.push(Word { range: start..start + inner.len(), text: inner, ends: inner.len() < front.len() });
        }
    }
    out
}

/// Numbers without a unit, as places of the text.
fn bare(block: &Block) -> Vec<Range<usize>> {
    let words = words(&block.text);
    let named = |at: usize| at > 0 && !words[at - 1].ends && is_name(&words, at);
    let numbers = words.iter().enumerate().filter(|(at, w)| is_number(w.text) && !block.is_code(w.range.start) && !named(*at) && !has_unit(&words, *at));
    numbers.map(|(_, w)| w.range.clone()).collect()
}

/// `step 3`, `HTTP 503`, `Python 3.11`: what stands behind is part of a name. And `from 52 calls to 36`: the unit was said.
fn is_name(words: &[Word<'_>], at: usize) -> bool {
    let before = words[at - 1].text;
    let is_acronym = before.len() >= 2 && before.chars().all(|c| c.is_ascii_uppercase());
    // A capital at the beginning of a sentence says nothing.
    let begins = at == 1 || words[at - 2].ends;
    let is_product = before.starts_with(char::is_uppercase) && (words[at].text.contains('.') || !begins);
    let said = &words[at.saturating_sub(6)..at - 1];
    let first = words[..at - 1].iter().rposition(|w| is_number(w.text));
    let was_said = before == "to" && said.iter().any(|w| w.text == "from") && first.is_some_and(|n| has_unit(words, n));
    NAMED.contains(&before.to_lowercase().as_str()) || is_acronym || is_product || was_said
}

/// `200`, `1,000`, `99.9`, `2-10`, `<5`; no year, no date, no name with digits in it.
fn is_number(word: &str) -> bool {
    let word = word.trim_start_matches(['<', '>', '=', '≤', '≥', '~', '≈', '±', '+', '-']);
    let is_figure = |part: &str| part.starts_with(|c: char| c.is_ascii_digit()) && part.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    let parts: Vec<&str> = word.split(['-', '–']).collect();
    let is_month = parts.len() == 2 && parts[0].len() == 4 && parts[1].len() == 2;
    let is_year = parts.len() == 1 && word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let is_version = word.matches('.').count() > 1;
    // A mode of a file, a code: nobody counts with it.
    let is_code = word.len() > 1 && word.starts_with('0') && !word.contains('.');
    (1..=2).contains(&parts.len()) && parts.iter().all(|p| is_figure(p)) && !is_month && !is_year && !is_version && !is_code && word != "0"
}

fn has_unit(words: &[Word<'_>], at: usize) -> bool {
    if words[at].ends {
        return false;
    }
    let Some(next) = words.get(at + 1) else { return false };
    let text = next.text.to_lowercase();
    // `3 of 5 replicas`: the second number speaks for both.
    if JOINS.contains(&text.as_str()) && words.get(at + 2).is_some_and(|w| w.text.starts_with(|c: char| c.is_ascii_digit())) && !next.ends {
        return !is_number(words[at + 2].text) || has_unit(words, at + 2);
    }
    if is_number(next.text) {
        return false;
    }
    // `20 a second`.
    if matches!(text.as_str(), "a" | "an") && !next.ends && words.get(at + 2).is_some_and(|w| TIMES.contains(&w.text.to_lowercase().as_str())) {
        return true;
    }
    // `36 of every 100 requests`.
    if text == "of"
        && let Some(other) = (at + 2..(at + 4).min(words.len())).find(|n| is_number(words[*n].text))
    {
        return has_unit(words, other);
    }
    let begins = text.chars().next();
    begins.is_some_and(|c| c.is_alphabetic() || matches!(c, '%' | '°' | 'µ' | '€' | '$' | '/')) && !SMALL.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<&str> {
        let words: Vec<Word<'_>> = words(text);
        let block = Block { text: text.to_owned(), ..Block::default() };
        bare(&block).into_iter().map(|r| words.iter().find(|w| w.range == r).expect("a word").text).collect()
    }

    #[test]
    fn a_number_has_a_unit_or_counts_something() {
        let fine = "99.9 % of answers within 800 ms; 2-10 instances; 3 of 5 replicas; 200/s; 1,000 orders; 4 to 8 workers; 5min; 80 GB/day; 20 €; 20 a second, 5 an hour";
        assert_eq!(told(fine), [""; 0]);
        let names = "HTTP 503, TLS 1.3, on Python 3.11, mode 0600, from 52 calls to 36, 36 of every 100 requests, 1 in 20 edits, RFC 7231, since 2024, 2026-11-21, 2026-11, step 3, version 1.2.3, p99, 14:30, S3, loss 0, section 4.";
        assert_eq!(told(names), [""; 0]);
        assert_eq!(told("latency below 200 at the peak, 20 a piece"), ["200", "20"]);
        assert_eq!(told("at most 500, then 1,000 and 7"), ["500", "1,000", "7"]);
        assert_eq!(told("2-10 is enough, 3 or 5 is not (<20)"), ["2-10", "3", "5", "<20"]);
    }

    #[test]
    fn a_head_says_what_its_figures_are() {
        for head in ["rate (/s)", "Timeout ms", "tries", "share, %", "# of instances", "lines", "open connections"] {
            assert!(measures(head), "{head}");
        }
        for head in ["threshold", "limit", "rate", "size", "timeouts"] {
            assert!(!measures(head), "{head}");
        }
    }
}
