//! Architecture specifications: Markdown with known sections. What is empty, guessed, without owner, detection or unit, or named
//! otherwise than in the topology is told with its place; what the topology can answer is filled in.

pub mod deletion;
pub mod draft;
pub mod read;
mod rules;

use crate::topology::model::Topology;
use serde::Serialize;
use std::ops::Range;

pub use rules::RULES;

/// A specification to begin with.
pub const TEMPLATE: &str = include_str!("../../templates/specification.md");
/// A report of a review to begin with.
pub const REVIEW: &str = include_str!("../../templates/review.md");

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Role {
    Purpose,
    Inputs,
    Outputs,
    State,
    CriticalPath,
    FailureModes,
    Observability,
    Constraints,
    WhereState,
    WhereFeedback,
    Deletion,
}

impl Role {
    /// Every role with the heading of the template, and the words with which a heading of this role begins.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 11] = [
        (Self::Purpose, "Purpose", &["purpose"]),
        (Self::Inputs, "Inputs", &["input"]),
        (Self::Outputs, "Outputs", &["output"]),
        (Self::State, "State", &["state"]),
        (Self::CriticalPath, "Critical path", &["critical path"]),
        (Self::FailureModes, "Failure modes", &["failure"]),
        (Self::Observability, "Observability", &["observab", "monitoring"]),
        (Self::Constraints, "Constraints", &["constraint"]),
        (Self::WhereState, "Where does state live?", &["where does state", "where does the state"]),
        (Self::WhereFeedback, "Where does feedback live?", &["where does feedback", "where does the feedback"]),
        (Self::Deletion, "What breaks if I delete this?", &["what breaks"]),
    ];

    /// The role of a heading.
    #[must_use]
    pub fn of(title: &str) -> Option<Self> {
        let title = title.trim_start_matches(|c: char| !c.is_alphabetic()).to_lowercase();
        Self::ALL.iter().find(|(_, _, begins)| begins.iter().any(|b| title.starts_with(b))).map(|(role, ..)| *role)
    }
}

/// Something that has to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which rule: one of [`RULES`].
    pub rule: &'static str,
    /// Where, in bytes.
    pub range: Range<usize>,
    /// What is wrong there.
    pub what: String,
    /// What helps.
    pub hint: String,
}

/// What a check tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the text.
    pub problems: Vec<Problem>,
    /// What is said to be open, as places of the text: no problem, and not to be forgotten.
    pub open: Vec<Range<usize>>,
}

/// Judges a specification; with a topology, the names in it too.
#[must_use]
pub fn check(text: &str, topology: Option<&Topology>) -> Report {
    let document = read::document(text);
    let mut report = Report { problems: rules::all(text, &document, topology), open: rules::open(&document) };
    report.problems.sort_by_key(|p| (p.range.start, p.range.end));
    report
}

/// The line and column of a byte, both from 1; the column in characters.
#[must_use]
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
