//! Findings from the edit that brings them to the one that mends them, through the binary as the client starts it.

#![allow(clippy::print_stdout, reason = "what was said is shown")]

#[path = "hook/room.rs"]
mod room;
#[path = "hook/session.rs"]
mod session;

use room::{PREFIX, Room, text};
use serde_json::{Value, json};
use session::{EDITS, FILE, SEND, SEND_LOOP, TOLD, WORKER};
use std::fs;
use std::path::Path;
use std::process::Command;

const SESSION: &str = "3f0c2a7e-0000-4000-8000-000000000001";

/// A conversation: edits that are made, as the client reports them.
struct Talk {
    room: Room,
    calls: usize,
}

impl Talk {
    fn new(files: &[(&str, &str)]) -> Self {
        let room = Room::new();
        for (name, content) in files {
            room.file(&format!("project/{name}"), content);
        }
        Self { room, calls: 0 }
    }

    fn event(&self, name: &str, more: Value) -> Option<String> {
        let transcript = self.room.file("transcript.jsonl", "");
        let mut event = self.room.event(SESSION, name, more);
        event["transcript_path"] = json!(transcript);
        let answer = self.room.hook(event.to_string())?;
        println!("--- {name}\n{}", text(&answer));
        Some(text(&answer).to_owned())
    }

    /// Proposes, makes and reports an edit; what was said before and after it.
    fn edit(&mut self, file: &str, old: &str, new: &str) -> (Option<String>, Option<String>) {
        self.calls += 1;
        let path = self.room.path("project").join(file);
        let before = fs::read_to_string(&path).expect("the file");
        assert!(before.contains(old), "{old}");
        let input = json!({ "file_path": path, "old_string": old, "new_string": new, "replace_all": false });
        let call = json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": format!("toolu_{}", self.calls) });
        let will = self.event("PreToolUse", call.clone());
        fs::write(&path, before.replacen(old, new, 1)).expect("written");
        let mut done = call;
        done["tool_response"] = json!({ "filePath": file, "oldString": old, "newString": new, "originalFile": before, "structuredPatch": [] });
        (will, self.event("PostToolUse", done))
    }

    fn stop(&self, again: bool) -> Option<String> {
        self.event("Stop", json!({ "stop_hook_active": again, "last_assistant_message": "Done." }))
    }

    fn bash(&self, command: &str) -> Option<String> {
        self.event("PreToolUse", json!({ "tool_name": "Bash", "tool_input": { "command": command }, "tool_use_id": "toolu_b" }))
    }

    fn journal(&self, field: &str) -> Vec<Value> {
        self.room.journal().into_iter().flat_map(|l| l[field].as_array().cloned().unwrap_or_default()).collect()
    }
}

/// A finding about a pattern at a line of a file.
fn tells(said: &Option<String>, pattern: &str) -> bool {
    said.as_deref().is_some_and(|s| s.contains(&format!("{PREFIX}{pattern} (")))
}

#[test]
fn a_session_of_eight_edits() {
    let mut talk = Talk::new(&[("src/worker.py", WORKER)]);
    for ((old, new), pattern) in EDITS.into_iter().zip(TOLD) {
        let (_, said) = talk.edit(FILE, old, new);
        if pattern.is_empty() {
            assert!(!TOLD.iter().any(|p| !p.is_empty() && tells(&said, p)), "{said:?}");
            continue;
        }
        assert!(tells(&said, pattern), "{pattern}: {said:?}");
        // The line, what it leads to, a question, and where to read on.
        let finding = said.expect("said").split(PREFIX).find(|p| p.starts_with(pattern)).expect("a part").to_owned();
        for part in ["(src/worker.py:", "\n1. ", "?", &format!("`distarch explain {pattern}`")] {
            assert!(finding.contains(part), "{part} in {finding}");
        }
        assert!(PREFIX.len() + finding.chars().count() <= 700, "{finding}");
    }
    let told: Vec<_> = talk.journal("findings").into_iter().filter(|f| f["told"] == true).collect();
    let fates: Vec<_> =
        talk.journal("fates").iter().map(|f| format!("{} {}", f["pattern"].as_str().unwrap_or(""), f["state"].as_str().unwrap_or(""))).collect();
    println!("told {told:#?}\nfates {fates:#?}");
    // One line about what is still open before a commit, and at the end of the turn; each once.
    let commit = talk.bash("git add -A && git commit -m 'report'").expect("one is open");
    assert_eq!(commit.lines().count(), 1);
    assert!(commit.contains("tight-retry-loop (src/worker.py:") && commit.matches("src/worker.py:").count() == 1, "{commit}");
    assert_eq!(talk.bash("git commit -m again"), None);
    assert_eq!(talk.bash("git status"), None);
    let stop = talk.stop(false).expect("one is open");
    assert_eq!(stop.matches("\n- ").count(), 1, "{stop}");
    assert!(stop.contains("- tight-retry-loop (src/worker.py:"), "{stop}");
    assert_eq!(talk.stop(true), None);
    assert_eq!(talk.stop(false), None);
    // What the journal's figures say, and what a replay of the journal makes of it.
    let figures = |arguments: &[&str]| -> Value {
        let out = talk.room.command(env!("CARGO_BIN_EXE_distarch")).args(arguments).output().expect("it runs");
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)))
    };
    let stats = figures(&["stats", "--format", "json"]);
    let of = |pattern: &str| ["told", "resolved", "dismissed", "open"].map(|f| stats["findings"][pattern][f].as_u64().expect("a count"));
    assert_eq!(of("tight-retry-loop"), [3, 1, 1, 1]);
    assert_eq!(of("lost-data-at-ack"), [1, 1, 0, 0]);
    assert_eq!(fates, ["tight-retry-loop resolved", "lost-data-at-ack resolved", "tight-retry-loop dismissed", "unbounded-retry dismissed"]);
    assert_eq!(talk.room.faults(), [""; 0]);
}

#[test]
fn what_another_program_wrote_is_looked_at_when_the_turn_ends() {
    let talk = Talk::new(&[("src/worker.py", WORKER)]);
    let project = talk.room.path("project");
    for arguments in [&["init", "-q"][..], &["add", "-A"], &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one"]] {
        assert!(Command::new("git").arg("-C").arg(&project).args(arguments).status().expect("git").success());
    }
    assert_eq!(talk.stop(false), None, "nothing has changed");
    std::thread::sleep(std::time::Duration::from_millis(20));
    write(&project.join("src/worker.py"), &WORKER.replace(SEND, SEND_LOOP));
    let said = talk.stop(false).expect("a flaw came in by another way");
    assert!(said.contains("tight-retry-loop (src/worker.py:"), "{said}");
    assert_eq!(talk.stop(false), None, "said once");
    assert_eq!(talk.room.faults(), [""; 0]);
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
}

#[test]
fn each_part_can_be_turned_off() {
    for (config, edit, stop, commit) in [
        ("tell: false", false, false, false),
        ("stop: false", true, false, true),
        ("commit: false", true, true, false),
        ("off: [tight-retry-loop]", false, false, false),
    ] {
        let config = format!("findings: {{{config}}}\n");
        let mut talk = Talk::new(&[("src/worker.py", WORKER), (".dist-architect/config.yaml", &config)]);
        let (_, said) = talk.edit("src/worker.py", SEND, SEND_LOOP);
        assert_eq!(tells(&said, "tight-retry-loop"), edit, "{config}: {said:?}");
        assert_eq!(talk.bash("git push").is_some(), commit, "{config}");
        assert_eq!(talk.stop(false).is_some(), stop, "{config}");
    }
}

#[test]
fn a_gate_denies_a_sure_finding_once() {
    let talk = Talk::new(&[
        ("src/worker.py", WORKER),
        (".dist-architect/config.yaml", "mode: gate\nmodules: {off: [state-mutation, data-lifecycle, failure-mode, interaction, concurrency]}\n"),
    ]);
    let input = json!({ "file_path": talk.room.path("project/src/worker.py"), "old_string": SEND, "new_string": SEND_LOOP, "replace_all": false });
    let event = talk.room.event(SESSION, "PreToolUse", json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": "toolu_1" })).to_string();
    let answer = talk.room.hook(&event).expect("the first try is denied");
    assert_eq!(answer["hookSpecificOutput"]["permissionDecision"], "deny");
    assert!(text(&answer).starts_with(&format!("{PREFIX}tight-retry-loop (src/worker.py:")), "{answer}");
    assert_eq!(talk.room.hook(&event), None, "the second one passes");
}
