//! What the engine says of one edit. Outputs render this and nothing else.

use super::component::Component;
use crate::knowledge::schema::MODULES;
use serde::Serialize;

/// Whether a line was added, taken away, or changed around the literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The edit brings it.
    Added,
    /// The edit takes it away.
    Removed,
    /// On a changed line, as often before as after; or, where nothing else could be cited, the changed line itself.
    Kept,
}

/// A hit that survived context.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// 1-based line: of the file as it will stand, or, for a removed line, of the file before.
    /// Counted from the edit's first line when the file could not be read.
    pub line: u32,
    /// The line, trimmed, at most 160 characters.
    pub text: String,
    /// Id of the signal.
    pub signal: String,
    /// What the edit did to it.
    pub change: ChangeKind,
    /// What that means, in the user's terms.
    pub why: String,
    /// Sections of the module that it asks for.
    #[serde(skip)]
    pub sections: Vec<u8>,
    /// Index of the replacement and byte span in its new text (removed: old text).
    #[serde(skip)]
    pub span: (usize, usize, usize),
}

/// A module for which there is evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Raised {
    /// Its id.
    pub id: &'static str,
    /// How sure, 0 to 1.
    pub score: f32,
    /// Why, most telling first; never empty.
    pub evidence: Vec<Evidence>,
}

impl Raised {
    /// Its index in [`MODULES`].
    #[must_use]
    pub fn module(&self) -> usize {
        MODULES.iter().position(|m| *m == self.id).unwrap_or(0)
    }
}

/// How sure a detector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Worth a look when one looks for it.
    Low,
    /// Worth a question.
    Medium,
    /// Worth a telling by itself.
    High,
}

/// A named pattern with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Pattern id.
    pub id: String,
    /// 1-based line of the file as it will stand.
    pub line: u32,
    /// How sure.
    pub confidence: Confidence,
    /// What is seen and what it leads to, in one sentence without a final stop.
    pub seen: String,
    /// The line.
    pub evidence: Vec<Evidence>,
    /// What it is about, in words that stay the same when other lines change.
    #[serde(skip)]
    pub subject: String,
    /// The function that it stands in; empty outside of functions.
    #[serde(skip)]
    pub function: String,
    /// Its detector sees it in the text by itself too, without the text before the edit.
    #[serde(skip)]
    pub stands: bool,
}

/// Why nothing was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// The path is not product code or a declared exception (tests, docs, generated, lock files).
    Path,
    /// Nothing changed but comments, strings, log texts, imports or blank space.
    NothingChanged,
    /// No signal in changed code, names or path.
    NoSignal,
    /// Signals, but not enough of them.
    BelowThreshold,
    /// A `dist: ok` comment speaks for the lines.
    Waived,
    /// Turned off in the configuration.
    TurnedOff,
}

/// What could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// A language that we do not read.
    Language,
    /// Part of the text was not seen.
    CutOff,
}

/// One feature's share in the scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// `<signal>.<locus>` or the name of a general feature.
    pub feature: String,
    /// What it adds to the gate and to each of the modules, in their order.
    pub adds: [f32; 6],
}

/// The engine's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Modules to raise, surest first.
    pub modules: Vec<Raised>,
    /// Named patterns.
    pub patterns: Vec<Finding>,
    /// Modules with evidence that stayed below their threshold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<Raised>,
    /// The component that the file is part of, by the project's topology.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// Why nothing is raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// What could not be judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
    /// Shares of the features, when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// One bit for each category of client library that the file imports.
    #[serde(skip)]
    pub categories: u32,
    /// All scores (gate, modules), when they were computed.
    #[serde(skip)]
    pub scores: Option<[f32; 6]>,
}

impl Verdict {
    /// A silent verdict.
    #[must_use]
    pub fn silent(silence: Silence) -> Self {
        Self { silence: Some(silence), ..Self::default() }
    }
}
