//! A score as it is kept: YAML that people read in a review, and that a later run reads again.

use super::rows::{ROWS, row};
use super::{Answer, Scored};
use crate::error::{Error, Kind};
use crate::topology::yaml::scalar;
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::Path;

/// Version of the file.
const VERSION: u32 = 1;

/// A kept score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    version: u32,
    /// The day.
    #[serde(default)]
    pub(super) date: String,
    /// The commit, if there was one.
    #[serde(default)]
    pub(super) commit: Option<String>,
    /// The rows.
    pub(super) rows: Vec<SavedRow>,
}

/// A row of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedRow {
    /// Which.
    pub(super) row: String,
    /// `None`: it was asked.
    #[serde(default)]
    pub(super) score: Option<u8>,
    /// What was measured.
    #[serde(default)]
    pub(super) measured: Option<u8>,
    /// What somebody said.
    #[serde(default)]
    pub(super) answered: Option<Answer>,
    /// Lines.
    #[serde(default)]
    pub(super) evidence: Vec<String>,
}

/// Writes a score.
pub(super) fn write(date: &str, commit: Option<&str>, rows: &[Scored]) -> String {
    let mut out =
        format!("# Written by `distarch rubric --save`; `--compare` tells what has changed since, `--answers` takes the answers over.\nversion: {VERSION}\n");
    let _ = writeln!(out, "date: \"{date}\"");
    if let Some(commit) = commit {
        let _ = writeln!(out, "commit: \"{commit}\"");
    }
    out += "rows:\n";
    let or_null = |n: Option<u8>| n.map_or_else(|| "null".to_owned(), |n| n.to_string());
    for row in rows {
        let _ = writeln!(out, "  - row: {}\n    score: {}\n    measured: {}", row.row.id, or_null(row.score), or_null(row.measured.score));
        if let Some(answer) = &row.answered {
            let _ = writeln!(out, "    answered: {{score: {}, evidence: {}}}", answer.score, scalar(&answer.evidence));
        }
        if !row.measured.evidence.is_empty() {
            out += "    evidence:\n";
            for line in &row.measured.evidence {
                let _ = writeln!(out, "      - {}", scalar(line));
            }
        }
    }
    out
}

/// Reads a score, or a file with answers alone.
///
/// # Errors
/// When it is not there, no such YAML, of another version, or names a row that is none.
pub(super) fn read(file: &Path) -> Result<Saved, Error> {
    let text = std::fs::read_to_string(file).map_err(|e| Error::file(file, &e))?;
    let bad = |what: String| Error::new(Kind::Input, file.display(), what).hint("`distarch rubric --save FILE` writes one; docs/rubric.md has the form");
    let saved: Saved = serde_yaml::from_str(&text).map_err(|e| bad(e.to_string().lines().next().unwrap_or_default().to_owned()))?;
    if saved.version != VERSION {
        return Err(bad(format!("version {} of the form; this program reads {VERSION}", saved.version)));
    }
    for r in &saved.rows {
        let known: Vec<&str> = ROWS.iter().map(|r| r.id).collect();
        row(&r.row).ok_or_else(|| bad(format!("no row is called {:?}; there are {}", r.row, known.join(", "))))?;
        let scores = [r.score, r.measured, r.answered.as_ref().map(|a| a.score)];
        if scores.into_iter().flatten().any(|s| s > 3) {
            return Err(bad(format!("{}: a score is 0, 1, 2 or 3", r.row)));
        }
    }
    Ok(saved)
}
