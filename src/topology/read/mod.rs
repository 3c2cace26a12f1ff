//! Reads a topology file, in each of the shapes that are in use: relationships alone with counts by place, components and
//! relationships, and ours with all its keys. All become the same model, and everything that is odd is told with its place.

mod build;
pub mod keys;
pub mod value;
pub mod words;

use super::model::Topology;
use super::yaml::{self, Place, Value};
use serde::Serialize;

/// What a file says, and what is odd about it.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What could be read.
    pub topology: Topology,
    /// By place.
    pub problems: Vec<Problem>,
}

/// Something odd in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// How much it matters.
    pub severity: Severity,
    /// What.
    pub what: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something is not read, or cannot be true.
    Error,
    /// Read, but perhaps not meant so.
    Warning,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Reads a topology. `file` is named as the source of each part.
///
/// # Errors
/// What is no YAML, or YAML that is neither a map nor a list.
pub fn topology(text: &str, file: &str) -> Result<Reading, Problem> {
    let broken = |place, what: String| Problem { place, severity: Severity::Error, what, hint: "`distarch topology init` shows the form".to_owned() };
    let mut documents = yaml::documents(text).map_err(|b| broken(b.place, b.what))?;
    if documents.is_empty() {
        return Ok(Reading::default());
    }
    let root = documents.swap_remove(0);
    if !matches!(root.value, Value::Map(_) | Value::List(_)) && !root.is_null() {
        return Err(broken(root.place, "no topology: components, relationships or a list of them are expected".to_owned()));
    }
    let mut problems = Vec::new();
    let built = build::build(&root, file, &mut problems);
    problems.sort_by_key(|p| (p.place, p.severity));
    Ok(Reading { topology: built.topology, problems })
}
