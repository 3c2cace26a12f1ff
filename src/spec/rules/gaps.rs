//! What is not there: sections, content, decisions, answers to the template's questions.

use super::{is_open, title};
use crate::spec::read::{self, Block, Document, Part, Section};
use crate::spec::{Problem, REVIEW, Role, TEMPLATE};
use std::collections::BTreeSet;
use std::ops::Range;

/// Words that put a decision off. Between letters they mean something else.
const GUESSES: [&str; 22] = [
    "tbd",
    "tba",
    "tbc",
    "todo",
    "fixme",
    "???",
    "xxx",
    "to be decided",
    "to be defined",
    "to be determined",
    "to be confirmed",
    "to be announced",
    "to be specified",
    "to be discussed",
    "to be done",
    "to be written",
    "not decided yet",
    "not yet decided",
    "not defined yet",
    "decide later",
    "fill in",
    "coming soon",
];

pub(super) fn find(text: &str, document: &Document) -> Vec<Problem> {
    let mut out = Vec::new();
    missing(text, document, &mut out);
    let asked: BTreeSet<String> = [TEMPLATE, REVIEW].iter().flat_map(|t| read::document(t).sections).flat_map(|s| questions(&s)).collect();
    for (at, section) in document.sections.iter().enumerate() {
        let has_below = document.tree(at).len() > 1;
        if section.level > 1 && section.is_empty() && !has_below {
            out.push(Problem {
                rule: "empty-section",
                range: line(text, &section.heading),
                what: format!("\"{}\" says nothing", section.title),
                hint: "the answer, or \"None\" with the reason, or \"open: what, and who can tell\"".to_owned(),
            });
        }
        let is_asked = |b: &&Block| asked.contains(&normal(&b.text));
        for part in &section.parts {
            match part {
                Part::Block(block) => out.extend(Some(block).filter(is_asked).map(|b| template(b.range.clone()))),
                // Once for a row.
                Part::Table(table) => out.extend(table.rows.iter().filter_map(|row| {
                    let mut cells = row.cells.iter().filter(is_asked);
                    let first = cells.next()?;
                    Some(template(first.range.start..cells.next_back().unwrap_or(first).range.end))
                })),
                Part::Other => {}
            }
        }
        section.blocks().filter(|b| !is_asked(b) && !is_open(b)).for_each(|b| out.extend(guesses(b)));
    }
    out
}

fn template(range: Range<usize>) -> Problem {
    Problem {
        rule: "template-text",
        range,
        what: "this is the template's question, not an answer".to_owned(),
        hint: "the answer takes its place; a row that has none is deleted".to_owned(),
    }
}

fn missing(text: &str, document: &Document, out: &mut Vec<Problem>) {
    let first = document.sections.iter().find(|s| s.level > 0).map_or(0..0, |s| line(text, &s.heading));
    for (role, _, _) in Role::ALL.iter().filter(|(role, ..)| !document.sections.iter().any(|s| s.role == Some(*role))) {
        out.push(Problem {
            rule: "missing-section",
            range: first.clone(),
            what: format!("no section \"{}\"", title(*role)),
            hint: "`distarch spec new` writes the whole form; what does not apply is said in one sentence".to_owned(),
        });
    }
}

/// The texts of the template that are questions: in italics, more than one word.
fn questions(section: &Section) -> Vec<String> {
    let is_question = |b: &&Block| b.text.split_whitespace().count() > 1;
    let tables = section.parts.iter().flat_map(|p| match p {
        Part::Table(table) => table.rows.iter().flat_map(|r| &r.cells).collect(),
        Part::Block(block) => vec![block],
        Part::Other => Vec::new(),
    });
    tables.filter(is_question).map(|b| normal(&b.text)).collect()
}

/// Words without their layout.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_lowercase()
}

fn guesses(block: &Block) -> Vec<Problem> {
    let lower = block.text.to_lowercase();
    // Where small letters have another length the places would not fit.
    if lower.len() != block.text.len() {
        return Vec::new();
    }
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out: Vec<(Range<usize>, &str)> = Vec::new();
    for guess in GUESSES {
        for (at, found) in lower.match_indices(guess) {
            let alone = !is_word(lower[..at].chars().next_back()) && !is_word(lower[at + found.len()..].chars().next());
            // Set in quotes it is spoken of, not said.
            let quoted = lower[..at].ends_with(['"', '“']) && lower[at + found.len()..].starts_with(['"', '”']);
            if alone && !quoted && !block.is_code(at) && !out.iter().any(|(r, _)| r.start <= at && at < r.end) {
                out.push((at..at + found.len(), guess));
            }
        }
    }
    let tell = |(range, _): (Range<usize>, &str)| Problem {
        rule: "guess",
        what: format!("\"{}\" is no answer", block.text.get(range.clone()).unwrap_or_default()),
        range: block.source(range),
        hint: "decide it, or write \"open: what, and who can tell\"".to_owned(),
    };
    out.into_iter().map(tell).collect()
}

/// The line of a heading, without its end.
pub(super) fn line(text: &str, range: &Range<usize>) -> Range<usize> {
    let own = text.get(range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
    range.start..range.start + own.trim_end().len()
}
