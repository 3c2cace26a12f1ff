//! Labelled edits: one JSON object a line, with the client's event, the file as it stood before, and what a careful reviewer
//! would want to be asked.

use crate::clients::{Action, claude_code, limit};
use crate::engine::edit::{Edit, Language};
use crate::engine::surroundings::Surroundings;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;

/// What a reviewer says of an edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Modules that have to be raised.
    #[serde(default)]
    pub must: Vec<String>,
    /// Modules that may be.
    #[serde(default)]
    pub may: Vec<String>,
    /// Patterns that the edit brings.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// A negative that shares words with real signals.
    #[serde(default)]
    pub hard: bool,
    /// The reason, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Where a labelled edit comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The repository: what is learned from one has to hold in others.
    #[serde(default)]
    pub repo: String,
    /// The commit.
    #[serde(default)]
    pub sha: String,
    /// The file, relative to the project.
    #[serde(default)]
    pub path: String,
    /// Which part of the commit's change to the file.
    #[serde(default)]
    pub hunk: Hunk,
    /// `forward` as it was committed; `reverse` takes the commit back, and so brings the flaw that it mended.
    #[serde(default)]
    pub direction: String,
}

/// The number or the name of a part of a change, or several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Hunk {
    /// Its number.
    Number(i64),
    /// Its name.
    Name(String),
    /// Several.
    Several(Vec<Hunk>),
}

impl Default for Hunk {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl std::fmt::Display for Hunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Name(name) => name.fmt(f),
            Self::Several(parts) => f.write_str(&parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// One labelled event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub id: String,
    /// 1-based line of the file of labels.
    pub line: usize,
    /// Where it comes from.
    pub source: Source,
    /// The label.
    pub label: Label,
    /// What happens.
    pub what: What,
}

/// What happens in a labelled event.
#[derive(Clone, Debug)]
pub enum What {
    /// A file is changed.
    Edit(Subject),
    /// A plan is shown.
    Plan(String),
    /// Nothing that is judged.
    Nothing,
}

/// An edit, and what is known of the file.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The edit, its path relative to the project.
    pub edit: Edit<'static>,
    /// The file before.
    pub before: Option<String>,
    /// What a hook kept of the file, where the file itself was not kept.
    pub around: Option<Surroundings>,
}

impl Subject {
    /// The facts by which the edit is judged.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        self.around.clone().unwrap_or_else(|| Surroundings::of(self.before.as_deref(), &self.edit))
    }
}

/// A labelled edit, as a fit learns from it.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Its name.
    pub id: String,
    /// The repository that it comes from: what is learned from one has to hold in others.
    pub repository: String,
    /// The label.
    pub label: Label,
    /// The edit, and what is known of the file.
    pub subject: Subject,
}

/// A line that is no labelled event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// 1-based.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What helps.
    pub hint: &'static str,
}

impl std::fmt::Display for Slip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// One line, as it is written.
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
    #[serde(default)]
    around: Option<Surroundings>,
    #[serde(default)]
    cut_off: bool,
}

/// Reads labelled events.
///
/// # Errors
/// The first line that is none, and why.
pub fn events(text: &str) -> Result<Vec<Event>, Slip> {
    text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(|(number, line)| event(number + 1, line)).collect()
}

/// Reads labelled edits. Lines whose event edits nothing are left out.
///
/// # Errors
/// The number of the line that is no labelled edit, and why.
pub fn read(text: &str) -> Result<Vec<Labelled>, String> {
    let edit = |e: Event| match e.what {
        What::Edit(subject) => Some(Labelled { id: e.id, repository: e.source.repo, label: e.label, subject }),
        What::Plan(_) | What::Nothing => None,
    };
    Ok(events(text).map_err(|slip| slip.to_string())?.into_iter().filter_map(edit).collect())
}

fn event(number: usize, text: &str) -> Result<Event, Slip> {
    let slip = |what: String, hint| Slip { line: number, what, hint };
    let line: Line<'_> = serde_json::from_str(text).map_err(|e| {
        // There is but one line, so the reader's line number says nothing.
        let what = e.to_string().replace(" at line 1 column ", " at column ");
        slip(what, "each line is one JSON object with event, label (must, may), and file_before where the file is known")
    })?;
    let event = claude_code::decode(line.event.get().as_bytes())
        .ok_or_else(|| slip("the event is none of the client's".to_owned(), "event is what the client sends a hook: hook_event_name, tool_name, tool_input"))?;
    let before = line.file_before.filter(|b| !b.is_empty());
    let mut source = line.source;
    let (mut edit, before) = match event.action {
        Action::WillEdit(edit) => (edit.into_owned(), before),
        Action::DidEdit(edit, original) => (edit.into_owned(), original.map(Cow::into_owned)),
        Action::WillPlan(plan) => {
            return Ok(Event { id: line.id, line: number, source, label: line.label, what: What::Plan(plan.into_owned()) });
        }
        Action::Patch { .. } | Action::WillRun(_) | Action::Stopped { .. } | Action::Forgot | Action::Ended | Action::Other => {
            return Ok(Event { id: line.id, line: number, source, label: line.label, what: What::Nothing });
        }
    };
    if source.path.is_empty() {
        source.path = crate::project::relative(&edit.path, None, Some(Path::new(&*event.cwd)));
    }
    edit.path = Cow::Owned(source.path.clone());
    edit.language = Language::of_path(&edit.path);
    if edit.whole_file
        && let Some(before) = &before
    {
        edit.changes[0].old = Cow::Owned(before.clone());
    }
    limit(&mut edit);
    edit.cut_off |= line.cut_off;
    Ok(Event { id: line.id, line: number, source, label: line.label, what: What::Edit(Subject { edit, before, around: line.around }) })
}

/// A labelled event on its way to a file.
#[derive(Serialize)]
pub struct Written<'a> {
    /// Its name.
    pub id: &'a str,
    /// The label.
    pub label: &'a Label,
    /// Where it comes from.
    pub source: &'a Source,
    /// What the client would send a hook.
    pub event: serde_json::Value,
    /// The file before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_before: Option<&'a str>,
    /// See [`Subject::around`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub around: Option<&'a Surroundings>,
    /// Part of the text was never seen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_off: bool,
}

#[cfg(test)]
mod tests {
    use super::{What, events};

    const EVENT: &str =
        r#""event":{"hook_event_name":"PreToolUse","cwd":"/p","tool_name":"Write","tool_input":{"file_path":"/p/src/a.py","content":"x = 2\n"}}"#;

    #[test]
    fn a_line_gives_the_edit_as_the_hook_would_see_it() {
        let text = format!("\n{{\"id\":\"a\",\"label\":{{\"must\":[\"failure-mode\"]}},\"file_before\":\"x = 1\\n\",{EVENT}}}\n");
        let events = events(&text).expect("a labelled edit");
        let What::Edit(subject) = &events[0].what else { panic!("{events:?}") };
        assert_eq!((&*subject.edit.path, subject.edit.language.name(), &*subject.edit.changes[0].old), ("src/a.py", "python", "x = 1\n"));
        assert_eq!((events[0].line, &*events[0].label.must[0]), (2, "failure-mode"));
    }

    #[test]
    fn a_name_in_the_source_decides_on_the_language() {
        let text = format!("{{\"label\":{{}},\"source\":{{\"path\":\"src/a.zig\",\"hunk\":\"second\"}},{EVENT}}}");
        let events = events(&text).expect("a labelled edit");
        let What::Edit(subject) = &events[0].what else { panic!("{events:?}") };
        assert_eq!((subject.edit.language.name(), events[0].source.hunk.to_string()), ("unknown", "second".to_owned()));
    }

    #[test]
    fn what_is_no_labelled_event_is_told_by_its_line() {
        for (bad, says) in [("{\"event\":{}}", "missing field `label`"), ("{\"label\":{},\"event\":[]}", "none of the client's"), ("{\"label\":", "EOF")] {
            let text = format!("{{\"label\":{{}},{EVENT}}}\n\n{bad}\n");
            let slip = events(&text).expect_err("a slip");
            assert!(slip.line == 3 && slip.what.contains(says) && !slip.what.contains("line 1"), "{slip:?}");
        }
    }
}
