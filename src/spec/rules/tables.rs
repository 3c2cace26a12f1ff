//! Rows that have to say something: state its owner, failure modes what detects and what recovers them. Tables, lists and sections of
//! their own are all read.

use super::{is_nothing, says_none};
use crate::spec::read::{Block, Document, Part, Row, Section, Table};
use crate::spec::{Problem, Role};
use std::ops::Range;

/// Words by which a list says who decides.
const OWNS: [&str; 7] = ["owner", "owned by", "owns", "belongs to", "authoritative", "decided by", "written only by"];
/// Words by which it says what notices.
const DETECTS: [&str; 14] =
    ["detect", "notice", "alert", "alarm", "probe", "health check", "heartbeat", "monitor", "metric", "seen by", "shows in", "pages", "reconcil", "checksum"];
/// Words by which it says what mends.
const RECOVERS: [&str; 17] = [
    "recover",
    "restart",
    "restore",
    "fail over",
    "failover",
    "fails over",
    "retr",
    "again",
    "replay",
    "redeliver",
    "fallback",
    "falls back",
    "takes over",
    "by hand",
    "roll back",
    "rollback",
    "rebuil",
];

/// What a row has to say: the words in the head of its column, the words of a list, the rule, and what is said when it is not there.
struct Duty {
    rule: &'static str,
    heads: &'static [&'static str],
    words: &'static [&'static str],
    lacks: &'static str,
    hint: &'static str,
}

const OWNER: Duty = Duty {
    rule: "no-owner",
    heads: &["owner", "owned", "decides", "authorit"],
    words: &OWNS,
    lacks: "has no owner",
    hint: "the one component that decides when copies differ",
};
const DETECTION: Duty = Duty {
    rule: "no-detection",
    heads: &["detect", "notice", "seen", "alert"],
    words: &DETECTS,
    lacks: "is detected by nothing",
    hint: "the signal that tells it, and after how long; a failure that nobody notices is found by users",
};
const RECOVERY: Duty = Duty {
    rule: "no-detection",
    heads: &["recover", "mitigat", "repair", "then"],
    words: &RECOVERS,
    lacks: "is recovered by nothing",
    hint: "what or who ends it, and how long that takes",
};

pub(super) fn find(document: &Document) -> Vec<Problem> {
    let mut out = Vec::new();
    for sections in document.of(Role::State) {
        section(sections, &[OWNER], "state", &mut out);
    }
    for sections in document.of(Role::FailureModes) {
        section(sections, &[DETECTION, RECOVERY], "a failure mode", &mut out);
    }
    out
}

fn section(sections: &[Section], duties: &[Duty], subject: &str, out: &mut Vec<Problem>) {
    let blocks: Vec<&Block> = sections.iter().flat_map(|s| &s.parts).filter_map(block).filter(|b| !b.is_blank()).collect();
    let has_tables = sections.iter().any(|s| s.tables().next().is_some());
    if !has_tables && says_none(&blocks) {
        return;
    }
    for table in sections.iter().flat_map(Section::tables) {
        for duty in duties {
            rows(table, duty, out);
        }
    }
    let told = groups(sections);
    if !has_tables || !told.iter().all(|g| g.loose) {
        for group in told.iter().filter(|g| !has_tables || !g.loose) {
            for duty in duties.iter().filter(|d| !d.words.iter().any(|w| group.text.contains(w))) {
                let name = if group.name.is_empty() { subject.to_owned() } else { format!("\"{}\"", group.name) };
                out.push(Problem { rule: duty.rule, range: group.range.clone(), what: format!("{name} {}", duty.lacks), hint: duty.hint.to_owned() });
            }
        }
    }
}

fn block(part: &Part) -> Option<&Block> {
    match part {
        Part::Block(block) => Some(block),
        _ => None,
    }
}

fn rows(table: &Table, duty: &Duty, out: &mut Vec<Problem>) {
    let Some(column) = table.column(duty.heads) else {
        let place = table.head.first().zip(table.head.last());
        out.extend(place.map(|(first, last)| Problem {
            rule: duty.rule,
            range: first.range.start..last.range.end,
            what: format!("no column of this table says it: each of its rows {}", duty.lacks),
            hint: duty.hint.to_owned(),
        }));
        return;
    };
    for row in table.rows.iter().filter(|r| !r.cells.iter().all(Block::is_blank)) {
        if row.cells.get(column).is_none_or(is_nothing) {
            let name = row.cells.first().map_or("", |c| c.text.trim());
            out.push(Problem { rule: duty.rule, range: place(row, column), what: format!("\"{name}\" {}", duty.lacks), hint: duty.hint.to_owned() });
        }
    }
}

/// The cell; where it is empty, the row.
fn place(row: &Row, column: usize) -> Range<usize> {
    match row.cells.get(column) {
        Some(cell) if !cell.text.trim().is_empty() => cell.source(0..cell.text.len()),
        _ => row.range.clone(),
    }
}

/// What is told together: an item with those below it, or a section of its own.
struct Group {
    name: String,
    text: String,
    range: Range<usize>,
    /// Paragraphs: beside a table they explain it.
    loose: bool,
}

fn groups(sections: &[Section]) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        let blocks: Vec<&Block> = section.parts.iter().filter_map(block).filter(|b| !b.is_blank()).collect();
        let text = |blocks: &[&Block]| blocks.iter().map(|b| b.text.to_lowercase()).collect::<Vec<_>>().join("\n");
        let items = blocks.iter().any(|b| b.depth > 0);
        if at > 0 && !blocks.is_empty() {
            // A heading of its own names one.
            out.push(Group {
                name: section.title.clone(),
                text: text(&blocks),
                range: section.heading.start..section.heading.start + first_line(section),
                loose: false,
            });
        } else if items {
            for (i, top) in blocks.iter().enumerate().filter(|(_, b)| b.depth == 1) {
                let below = blocks[i + 1..].iter().take_while(|b| b.depth > 1).count();
                out.push(Group { name: short(&top.text), text: text(&blocks[i..=i + below]), range: top.source(0..top.text.trim_end().len()), loose: false });
            }
        } else if let (Some(first), Some(last)) = (blocks.first(), blocks.last()) {
            out.push(Group { name: String::new(), text: text(&blocks), range: first.range.start..last.range.end, loose: true });
        }
    }
    out
}

fn first_line(section: &Section) -> usize {
    (section.level as usize + 1 + section.title.len()).min(section.heading.len())
}

fn short(text: &str) -> String {
    let words: Vec<&str> = text.split([':', ',', ';', '.']).next().unwrap_or(text).split_whitespace().collect();
    words.into_iter().take(6).collect::<Vec<_>>().join(" ")
}
