//! Labelled edits: one JSON object a line, with the client's event, the file as it stood before, and what a careful reviewer
//! would want to be asked.

use crate::clients::{Action, claude_code};
use crate::engine::edit::Edit;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;

/// What a reviewer says of an edit.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Label {
    /// Modules that have to be raised.
    #[serde(default)]
    pub must: Vec<String>,
    /// Modules that may be.
    #[serde(default)]
    pub may: Vec<String>,
    /// A negative that shares words with real signals.
    #[serde(default)]
    pub hard: bool,
}

/// One labelled edit.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Its name.
    pub id: String,
    /// The repository that it comes from: what is learned from one has to hold in others.
    pub repository: String,
    /// The label.
    pub label: Label,
    /// The edit, its path relative to the project.
    pub edit: Edit<'static>,
    /// The file before.
    pub before: Option<String>,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default)]
    id: String,
    label: Label,
    #[serde(default)]
    source: Source,
    #[serde(borrow)]
    event: &'a RawValue,
    #[serde(default)]
    file_before: Option<String>,
}

#[derive(Default, Deserialize)]
struct Source {
    #[serde(default)]
    repo: String,
    #[serde(default)]
    path: String,
}

/// Reads labelled edits. Lines whose event edits nothing are left out.
///
/// # Errors
/// The number of the line that is no labelled edit, and why.
pub fn read(text: &str) -> Result<Vec<Labelled>, String> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let line: Line<'_> = serde_json::from_str(line).map_err(|e| format!("line {}: {e}", number + 1))?;
        let event = claude_code::decode(line.event.get().as_bytes()).ok_or_else(|| format!("line {}: the event is none of the client's", number + 1))?;
        let Action::WillEdit(edit) = event.action else { continue };
        let mut edit = edit.into_owned();
        edit.path = if line.source.path.is_empty() {
            Cow::Owned(crate::project::relative(&edit.path, None, Some(Path::new(&*event.cwd))))
        } else {
            Cow::Owned(line.source.path)
        };
        let before = line.file_before.filter(|b| !b.is_empty());
        if edit.whole_file
            && let Some(before) = &before
        {
            edit.changes[0].old = Cow::Owned(before.clone());
        }
        out.push(Labelled { id: line.id, repository: line.source.repo, label: line.label, edit, before });
    }
    Ok(out)
}
