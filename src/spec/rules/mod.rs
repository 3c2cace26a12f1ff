//! The rules of a specification, one file for each kind.

mod gaps;
mod names;
mod tables;
mod units;

use super::read::{Block, Document};
use super::{Problem, Role, deletion};
use crate::topology::model::Topology;
use std::ops::Range;

/// Every rule with what it finds.
pub const RULES: [(&str, &str); 9] = [
    ("missing-section", "a part of the form that is not there"),
    ("empty-section", "a heading with nothing below it"),
    ("guess", "\"TBD\", \"to be decided\" and the like"),
    ("template-text", "a question of the template where its answer belongs"),
    ("no-owner", "state of which nobody says who decides"),
    ("no-detection", "a failure mode that nothing detects, or nothing recovers"),
    ("no-unit", "a number that could be anything"),
    ("unknown-name", "a component that the topology does not have"),
    ("stale-answers", "answers of the deletion test that the topology no longer gives"),
];

/// Problems of all rules.
pub(super) fn all(text: &str, document: &Document, topology: Option<&Topology>) -> Vec<Problem> {
    let mut out = gaps::find(text, document);
    out.extend(tables::find(document));
    out.extend(units::find(document));
    if let Some(topology) = topology {
        out.extend(names::find(document, topology));
        out.extend(deletion::stale(text, topology));
    }
    // A question of the template is told as one, whatever else is wrong with it.
    let asked: Vec<Range<usize>> = out.iter().filter(|p| p.rule == "template-text").map(|p| p.range.clone()).collect();
    out.retain(|p| p.rule == "template-text" || !asked.iter().any(|a| a.start < p.range.end && p.range.start < a.end));
    out
}

/// What is said to be open.
pub(super) fn open(document: &Document) -> Vec<Range<usize>> {
    let blocks = document.sections.iter().flat_map(super::read::Section::blocks);
    blocks.filter(|b| is_open(b)).map(|b| b.range.clone()).collect()
}

/// Whether a block says that it is open, and more than that.
fn is_open(block: &Block) -> bool {
    let text = block.text.trim().to_lowercase();
    text.strip_prefix("open:").is_some_and(|rest| rest.split_whitespace().count() >= 3)
}

/// Whether a cell says that there is nothing.
fn is_nothing(block: &Block) -> bool {
    let text = block.text.trim().trim_end_matches('.').to_lowercase();
    block.is_blank() || matches!(text.as_str(), "none" | "nothing" | "nobody" | "no" | "n/a" | "unknown")
}

/// Whether the sections of a role say that there is none of it.
fn says_none(blocks: &[&Block]) -> bool {
    let [only] = blocks else { return false };
    let text = only.text.trim().to_lowercase();
    text.starts_with("none") || text.starts_with("no ") || text.contains("stateless") || text.contains("keeps no state")
}

fn title(role: Role) -> &'static str {
    Role::ALL.iter().find(|(r, ..)| *r == role).map_or("", |(_, title, _)| title)
}
