//! Reads a topology file, in each of the shapes that are in use: relationships alone with counts by place, components and
//! relationships, and ours with all its keys. All become the same model, and everything that is odd is told with its place.

mod build;
mod contradictions;
pub mod keys;
pub mod lines;
mod shape;
pub mod value;
pub mod words;

use super::model::Topology;
use super::yaml::{self, Place, Value, Yaml};
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

/// With more problems than this, no nearest name is looked for: each costs a walk over all names.
const MANY: usize = 50;

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
    let mut problems = Vec::new();
    let root = root(text, &mut problems)?;
    shape::check(&root, &mut problems);
    let built = build::build(&root, file, &mut problems);
    contradictions::check(&root, &built, &mut problems);
    problems.sort_by(|a, b| (a.place, a.severity, &a.what).cmp(&(b.place, b.severity, &b.what)));
    problems.dedup();
    Ok(Reading { topology: built.topology, problems })
}

/// The node that holds the keys of the file, or the list of relationships.
fn root(text: &str, problems: &mut Vec<Problem>) -> Result<Yaml, Problem> {
    let broken = |place, what: String| Problem { place, severity: Severity::Error, what, hint: "`distarch topology init` shows the form".to_owned() };
    let mut tell = |place, what: &str, hint: &str| problems.push(Problem { place, severity: Severity::Warning, what: what.to_owned(), hint: hint.to_owned() });
    let mut documents = match yaml::documents(text) {
        Ok(documents) if !documents.first().is_some_and(lines::has_fallen_out) => documents,
        strict => {
            // Strictly read it is nothing, or not what is meant.
            let indented = lines::indent(text).and_then(|indented| Some((yaml::documents(&indented.text).ok()?, indented)));
            match (indented, strict) {
                (Some((mut documents, indented)), _) => {
                    documents.iter_mut().for_each(|d| indented.restore(d));
                    let place = indented.first();
                    tell(
                        place,
                        "items that are not indented under their dash: read by lines",
                        "`distarch topology fmt` indents them; other readers of YAML fail here",
                    );
                    documents
                }
                (None, strict) => strict.map_err(|b| broken(b.place, b.what))?,
            }
        }
    };
    if let Some(second) = documents.get(1) {
        tell(second.place, "a second document: the first counts", "one topology a file");
    }
    if documents.is_empty() || documents[0].is_null() {
        let place = Place { line: 1, column: 1 };
        tell(place, "nothing is declared", "`distarch topology init` shows the form");
        return Ok(Yaml { value: Value::Map(Vec::new()), place, span: 0..0 });
    }
    let root = documents.swap_remove(0);
    match root.value {
        // The whole file under one key.
        Value::Map(mut entries) if entries.len() == 1 && entries[0].0.text() == Some("topology") && !entries[0].1.entries().is_empty() => {
            Ok(entries.swap_remove(0).1)
        }
        Value::Map(_) | Value::List(_) => Ok(root),
        Value::Scalar { .. } => Err(broken(root.place, "no topology: components, relationships or a list of them are expected".to_owned())),
    }
}

#[cfg(test)]
mod tests;
