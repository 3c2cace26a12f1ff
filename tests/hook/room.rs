//! A project, a state folder and the real binary; nothing of the machine's own settings comes in.

#![allow(dead_code, reason = "each suite that takes this in uses a part of it")]

use serde_json::{Value, json};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) const PREFIX: &str = "[distributed-architect] ";

/// An edit about which `failure-mode` has questions.
pub(crate) const RETRY: &str = "    for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            time.sleep(1)\n            continue\n";

/// Longest time that the client would wait for the hook.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    pub(crate) fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder") };
        room.file("project/src/client.py", "import requests\nimport time\n\n\ndef fetch(url):\n    pass\n");
        std::fs::create_dir_all(room.path("home")).expect("a home");
        room
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// The binary as the client starts it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CLAUDE_PLUGIN_DATA", self.state())
            .env("CLAUDE_PROJECT_DIR", self.path("project"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn hook_command(&self) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_distarch"));
        command.arg("hook");
        command
    }

    /// Runs the hook, holds it to what always holds, and gives its answer.
    pub(crate) fn hook(&self, input: impl AsRef<[u8]>) -> Option<Value> {
        run(self.hook_command(), input.as_ref())
    }

    /// An event of a session.
    pub(crate) fn event(&self, session: &str, name: &str, more: Value) -> Value {
        let mut event = json!({ "session_id": session, "transcript_path": "/nowhere.jsonl", "cwd": self.path("project"), "hook_event_name": name });
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event
    }

    /// The edit that makes `failure-mode` speak, of a file in the project.
    pub(crate) fn edit(&self, session: &str, file: &str) -> String {
        let input = json!({ "file_path": self.path("project").join(file), "old_string": "    pass\n", "new_string": RETRY, "replace_all": false });
        self.event(session, "PreToolUse", json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": "toolu_1" })).to_string()
    }

    /// Lines of the journal that are JSON.
    pub(crate) fn journal(&self) -> Vec<Value> {
        journal(&self.state())
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.journal().iter().filter(|l| l["kind"] == "fault").map(|l| l["fault"].as_str().expect("a text").to_owned()).collect()
    }
}

pub(crate) fn journal(state: &Path) -> Vec<Value> {
    let text = std::fs::read(state.join("journal.jsonl")).unwrap_or_default();
    text.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// Runs a hook with an input and holds it to what always holds.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Option<Value> {
    let started = Instant::now();
    let mut child = command.spawn().expect("the hook starts");
    // A hook that is turned off ends before it has read everything.
    match child.stdin.take().expect("standard input").write_all(input) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => panic!("input: {e}"),
        _ => {}
    }
    let out = child.wait_with_output().expect("the hook ends");
    assert!(started.elapsed() < 4 * PATIENCE, "took {:?}", started.elapsed());
    judge(&out, input)
}

/// Exit 0, nothing on standard error, and on standard output nothing or one object that the client's schema takes.
pub(crate) fn judge(out: &Output, input: &[u8]) -> Option<Value> {
    let shown = String::from_utf8_lossy(&input[..input.len().min(300)]);
    assert_eq!(out.status.code(), Some(0), "exit code on {shown}");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "standard error on {shown}");
    if out.stdout.is_empty() {
        return None;
    }
    let answer: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e} on {shown}: {}", String::from_utf8_lossy(&out.stdout)));
    assert_eq!(out.stdout.iter().filter(|b| **b == b'\n').count(), 1, "one line");
    let event: Value = serde_json::from_slice(input).expect("it answers only what is JSON");
    let top: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(top, ["hookSpecificOutput"]);
    let output = answer["hookSpecificOutput"].as_object().expect("an object");
    assert_eq!(output["hookEventName"], event["hook_event_name"], "{shown}");
    assert!(["PreToolUse", "PostToolUse", "Stop"].contains(&output["hookEventName"].as_str().expect("a name")), "an event whose answer can carry a text");
    let mut rest: Vec<(&str, bool)> = output.iter().filter(|(k, _)| *k != "hookEventName").map(|(k, v)| (k.as_str(), v.is_string())).collect();
    rest.sort_unstable();
    assert!(
        rest == [("additionalContext", true)]
            || (rest == [("permissionDecision", true), ("permissionDecisionReason", true)] && output["hookEventName"] == "PreToolUse"),
        "{output:?}"
    );
    assert!(text(&answer).chars().count() <= 10_000, "the client cuts what is longer");
    Some(answer)
}

/// What an answer says to the model.
pub(crate) fn text(answer: &Value) -> &str {
    let output = &answer["hookSpecificOutput"];
    output["additionalContext"].as_str().or_else(|| output["permissionDecisionReason"].as_str()).expect("a text")
}

/// Whether an answer holds the questions, as against one line.
pub(crate) fn is_checklist(answer: Option<&Value>) -> bool {
    answer.is_some_and(|a| text(a).starts_with(PREFIX) && text(a).lines().filter(|l| l.starts_with("- ")).count() >= 3)
}
