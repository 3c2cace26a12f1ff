//! A score for people and for programs.

use super::{Outcome, Scored};
use crate::render::{Page, Section, Table};
use serde_json::{Value, json};

/// Version of the JSON.
const VERSION: u32 = 1;

pub(super) fn page(outcome: &Outcome) -> Page {
    let scores: Vec<(&Scored, u8)> = outcome.rows.iter().filter_map(|r| Some((r, r.score?))).collect();
    let lowest = scores.iter().min_by_key(|(_, s)| *s);
    let asked = outcome.rows.len() - scores.len();
    // No sum: it would hide the row that decides.
    let title = match lowest {
        Some((row, score)) => format!("The lowest row is {} with {score} of 3; {} of {} rows have a score", row.row.title, scores.len(), outcome.rows.len()),
        None => format!("No row can be measured from here; {asked} are asked"),
    };
    let mut sections = vec![scores_of(outcome)];
    for row in outcome.rows.iter().filter(|r| !r.measured.evidence.is_empty() || r.answered.is_some()) {
        let mut section = Section::new(format!("{}: {}", row.row.title, written(row.score)));
        row.measured.evidence.iter().for_each(|line| section.fact(line));
        if let Some(answer) = &row.answered {
            let held = row.held.as_ref().map_or_else(String::new, |h| format!(" ({h})"));
            section.fact(format!("answered {}: {}{held}", answer.score, answer.evidence));
        }
        sections.push(section);
    }
    let mut asks = Section::new("Asked");
    for row in &outcome.rows {
        for (score, question) in questions(row) {
            asks.fact(format!("{}={score}: {question}", row.row.id));
        }
    }
    if !asks.blocks.is_empty() {
        asks.fact("`--answer 'ROW=SCORE: EVIDENCE'` answers; a 3 names the day on which it was tried");
        sections.push(asks);
    }
    if let Some(changes) = changes(outcome) {
        sections.push(changes);
    }
    Page { title, sections }
}

fn scores_of(outcome: &Outcome) -> Section {
    let at = outcome.commit.as_ref().map_or_else(String::new, |c| format!(" at {c}"));
    let mut section = Section::new(format!("Scores of {}{at}", outcome.date));
    let before = outcome.before.as_ref();
    let row = |r: &Scored| {
        let was = before.map(|b| b.rows.iter().find(|s| s.row == r.row.id).and_then(|s| s.score));
        let mut out = vec![r.row.title.to_owned(), written(r.score), by(r).to_owned()];
        out.extend(was.map(written));
        out
    };
    let head: &[&'static str] = if before.is_some() { &["row", "score", "by", "before"] } else { &["row", "score", "by"] };
    section.table(Table::new(head, outcome.rows.iter().map(row), usize::MAX));
    if outcome.looked_at.is_empty() {
        section.fact("nothing could be looked at: no topology file, no specification, no repository");
    } else {
        section.fact(format!("looked at {}", outcome.looked_at.join(", ")));
    }
    section
}

fn written(score: Option<u8>) -> String {
    score.map_or_else(|| "asked".to_owned(), |s| s.to_string())
}

fn by(row: &Scored) -> &'static str {
    match (&row.answered, row.measured.score) {
        (Some(_), Some(_)) => "measure and answer",
        (Some(_), None) => "answer",
        (None, Some(_)) => "measure",
        (None, None) => "",
    }
}

/// What would have to be answered: everything where nothing is known, else the next step, unless what was found holds the row down.
fn questions(row: &Scored) -> Vec<(u8, &'static str)> {
    let from = match row.score {
        None => 1,
        Some(score) if score < row.measured.ceiling => score + 1,
        Some(_) => return Vec::new(),
    };
    let last = if row.score.is_none() { 3 } else { from };
    (from..=last.min(3)).map(|s| (s, row.row.asks[usize::from(s) - 1])).collect()
}

/// What is different from an earlier score.
fn changes(outcome: &Outcome) -> Option<Section> {
    let before = outcome.before.as_ref()?;
    let at = before.commit.as_ref().map_or_else(String::new, |c| format!(" at {c}"));
    let mut section = Section::new(format!("Since {}{at}", before.date));
    for row in &outcome.rows {
        let Some(was) = before.rows.iter().find(|r| r.row == row.row.id) else { continue };
        if was.score != row.score {
            let word = match outcome.change(row) {
                Some((a, b)) if b < a => "lower",
                Some(_) => "higher",
                None => "otherwise",
            };
            section.fact(format!("{word}: {}: {} > {}", row.row.title, written(was.score), written(row.score)));
        }
        let (now, then) = (&row.measured.evidence, &was.evidence);
        for line in now.iter().filter(|e| !then.contains(e)) {
            let word = if then.iter().any(|e| differ_in_figures(e, line)) { "now" } else { "new" };
            section.fact(format!("{word}: {}: {line}", row.row.title));
        }
        for line in then.iter().filter(|e| !now.contains(e) && !now.iter().any(|n| differ_in_figures(n, e))) {
            section.fact(format!("gone: {}: {line}", row.row.title));
        }
    }
    if section.blocks.is_empty() {
        section.fact("nothing has changed");
    }
    Some(section)
}

/// Whether two lines say the same of another number of files, or at another line.
fn differ_in_figures(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<String> { text.split(|c: char| c.is_ascii_digit()).filter(|w| !w.is_empty()).map(str::to_owned).collect() };
    a != b && words(a) == words(b)
}

pub(super) fn report(outcome: &Outcome) -> Value {
    let rows: Vec<Value> = outcome
        .rows
        .iter()
        .map(|r| {
            json!({
                "row": r.row.id,
                "title": r.row.title,
                "score": r.score,
                "measured": r.measured.score,
                "answered": r.answered.as_ref().map(|a| json!({ "score": a.score, "evidence": a.evidence, "held": r.held })),
                "evidence": r.measured.evidence,
                "asks": questions(r).iter().map(|(s, q)| json!({ "score": s, "question": q })).collect::<Vec<_>>(),
                "before": outcome.before.as_ref().and_then(|b| b.rows.iter().find(|s| s.row == r.row.id)).map(|s| s.score),
            })
        })
        .collect();
    let lowest = outcome.rows.iter().filter_map(|r| r.score).min();
    json!({ "version": VERSION, "date": outcome.date, "commit": outcome.commit, "looked_at": outcome.looked_at, "lowest": lowest, "rows": rows })
}
