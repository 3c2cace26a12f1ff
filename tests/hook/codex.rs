//! Codex's events as its published schemas have them, written by us.

#![allow(dead_code, reason = "each suite that takes this in uses a part of it")]

use serde_json::{Value, json};
use std::path::Path;

/// An event with the fields that the schemas of all events require.
pub(crate) fn event(cwd: &Path, name: &str, more: &Value) -> Value {
    let mut event = json!({
        "session_id": "01a20048-40c0-7fd3-8d2d-1920a85eae60", "transcript_path": null, "cwd": cwd,
        "hook_event_name": name, "model": "gpt-5.5", "permission_mode": "default",
    });
    event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event
}

/// A call of `apply_patch` that is about to be made, or has been.
pub(crate) fn patch(cwd: &Path, name: &str, files: &str) -> Value {
    let mut event = tool(cwd, name, "apply_patch", &json!({ "command": format!("*** Begin Patch\n{files}*** End Patch") }));
    if name == "PostToolUse" {
        event["tool_response"] = json!("Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM src/client.py\n");
    }
    event
}

/// A call of a tool.
pub(crate) fn tool(cwd: &Path, name: &str, tool: &str, input: &Value) -> Value {
    event(cwd, name, &json!({ "turn_id": "01a20048-40e9-7513-97c0-c987f507383b", "tool_name": tool, "tool_use_id": "call_1", "tool_input": input }))
}

/// A command of the shell that is about to be run.
pub(crate) fn shell(cwd: &Path, command: &str) -> Value {
    tool(cwd, "PreToolUse", "Bash", &json!({ "command": command }))
}

/// The end of a turn.
pub(crate) fn stop(cwd: &Path, again: bool) -> Value {
    event(cwd, "Stop", &json!({ "turn_id": "01a20048-40e9", "stop_hook_active": again, "last_assistant_message": "done" }))
}

/// A context that begins.
pub(crate) fn start(cwd: &Path, source: &str) -> Value {
    event(cwd, "SessionStart", &json!({ "source": source }))
}
