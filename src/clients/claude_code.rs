//! Claude Code's hook protocol, as observed on 2.1.197 and 2.1.328.
//!
//! `file_path` of `tool_input` is absolute and normalised; that of `tool_response`
//! is as the model wrote it, so the former is used. MultiEdit exists in old transcripts only.

use super::protocol::{self, Payload};
use super::{Action, Client, Event, Registration, limit};
use crate::engine::edit::{Change, Edit, Language};
use serde::Deserialize;
use std::borrow::Cow;

/// The client.
#[derive(Clone, Copy, Debug)]
pub struct ClaudeCode;

impl Client for ClaudeCode {
    fn name(&self) -> &'static str {
        "claude-code"
    }

    fn recorded(&self) -> &'static str {
        ""
    }

    fn decode<'a>(&self, payload: &'a [u8]) -> Option<Event<'a>> {
        decode(payload)
    }

    fn encode(&self, event: &str, text: &str, deny: bool) -> String {
        protocol::encode(event, text, deny)
    }

    fn registration(&self) -> Registration {
        Registration {
            title: "Claude Code",
            folder: ".claude",
            variable: "CLAUDE_CONFIG_DIR",
            file: "settings.json",
            passes_over_mark: true,
            hooks: include_str!("../../hooks.json"),
            then: "",
        }
    }
}

/// Input of every tool that edits. Also read from transcripts.
#[derive(Deserialize, Default)]
pub struct Input<'a> {
    #[serde(borrow, default)]
    file_path: Cow<'a, str>,
    #[serde(borrow, default)]
    notebook_path: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    old_string: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    new_string: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    new_source: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    plan: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    command: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    edits: Vec<Replacement<'a>>,
}

#[derive(Deserialize, Default)]
struct Replacement<'a> {
    #[serde(borrow, default)]
    old_string: Cow<'a, str>,
    #[serde(borrow, default)]
    new_string: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
struct Response<'a> {
    #[serde(borrow, default, rename = "originalFile")]
    original_file: Option<Cow<'a, str>>,
    /// MultiEdit of 1.0 clients.
    #[serde(borrow, default, rename = "originalFileContents")]
    original_file_contents: Option<Cow<'a, str>>,
}

/// Reads a payload. `None` when it is no JSON object of this protocol.
#[must_use]
pub fn decode(payload: &[u8]) -> Option<Event<'_>> {
    let mut payload = Payload::<Input<'_>>::read(payload)?;
    let input = payload.tool_input.take();
    let action = match (&*payload.hook_event_name, &*payload.tool_name) {
        ("PreToolUse", "ExitPlanMode") => input.and_then(|i| i.plan).map_or(Action::Other, Action::WillPlan),
        ("PreToolUse", "Bash") => input.and_then(|i| i.command).map_or(Action::Other, Action::WillRun),
        ("PreToolUse", tool) => edit(tool, input.unwrap_or_default()).map_or(Action::Other, Action::WillEdit),
        ("PostToolUse", tool) => did_edit(tool, input.unwrap_or_default(), payload.tool_response),
        _ => payload.beside_tools(),
    };
    Some(payload.event(action))
}

fn did_edit<'a>(tool: &str, input: Input<'a>, response: Option<&'a serde_json::value::RawValue>) -> Action<'a> {
    let Some(mut edit) = edit(tool, input) else { return Action::Other };
    let response: Response<'_> = response.and_then(|r| serde_json::from_str(r.get()).ok()).unwrap_or_default();
    let before = response.original_file.or(response.original_file_contents);
    if edit.whole_file
        && let (Some(before), Some(change)) = (&before, edit.changes.first_mut())
    {
        change.old = before.clone();
    }
    Action::DidEdit(edit, before)
}

/// The edit that a tool's input asks for; `None` for a tool that edits nothing or an input without a path or text.
#[must_use]
pub fn edit<'a>(tool: &str, input: Input<'a>) -> Option<Edit<'a>> {
    let mut whole_file = false;
    let mut path = input.file_path;
    let changes = match tool {
        "Write" => {
            whole_file = true;
            vec![Change { old: Cow::Borrowed(""), new: input.content? }]
        }
        "Edit" => vec![Change { old: input.old_string.unwrap_or_default(), new: input.new_string? }],
        "MultiEdit" => input.edits.into_iter().map(|e| Change { old: e.old_string, new: e.new_string }).collect(),
        "NotebookEdit" => {
            path = input.notebook_path;
            vec![Change { old: Cow::Borrowed(""), new: input.new_source? }]
        }
        _ => return None,
    };
    if path.is_empty() || changes.is_empty() {
        return None;
    }
    let mut edit = Edit { language: Language::of_path(&path), path, changes, whole_file, cut_off: false };
    limit(&mut edit);
    Some(edit)
}
