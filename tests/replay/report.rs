//! What the verb says, and when it refuses.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn replay(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_distarch"))
        .arg("replay")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .output()
        .expect("distarch")
}

fn edit(session: &str, call: &str, path: &str, new: &str) -> String {
    json!({ "type": "assistant", "sessionId": session, "cwd": "/p", "timestamp": "2026-01-01T00:00:00.000Z",
        "message": { "content": [{ "type": "tool_use", "id": call, "name": "Edit", "input": { "file_path": path, "old_string": "    pass\n", "new_string": new } }] } })
    .to_string()
}

fn result(session: &str, call: &str, before: &str) -> String {
    json!({ "type": "user", "sessionId": session, "cwd": "/p", "message": { "content": [{ "tool_use_id": call, "type": "tool_result", "content": "ok" }] },
        "toolUseResult": { "originalFile": before } })
    .to_string()
}

fn told(session: &str, call: &str, text: &str) -> String {
    json!({ "type": "attachment", "sessionId": session, "attachment": { "type": "hook_additional_context", "content": [text], "toolUseID": call, "hookEvent": "PreToolUse" } }).to_string()
}

const BEFORE: &str = "import requests\n\n\ndef fetch(url):\n    pass\n";
const RETRY: &str = "    for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n";

fn report(folder: &Path, args: &[&str]) -> Value {
    let out = replay(folder, args);
    assert!(out.status.success() && out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

#[test]
fn a_call_in_several_files_is_one_and_judged_by_the_richest_record() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    std::fs::create_dir_all(path.join("s/subagents")).expect("folder");
    std::fs::write(path.join("a-copy.txt"), edit("s", "t1", "/p/a.py", RETRY) + "\n").expect("file");
    std::fs::write(path.join("s.jsonl"), edit("s", "t1", "/p/a.py", RETRY) + "\n" + &result("s", "t1", BEFORE) + "\n").expect("file");
    std::fs::write(
        path.join("s/subagents/agent-x.jsonl"),
        edit("s", "t2", "/p/b.py", RETRY).replacen("{", "{\"agentId\":\"x\",\"isSidechain\":true,", 1) + "\n",
    )
    .expect("file");
    std::fs::write(path.join("notes.md"), "# \"sessionId\"\n").expect("file");
    let report = report(path, &[".", "--format", "json"]);
    assert_eq!(report["version"], json!(1));
    assert_eq!(report["read"]["files"], json!(3), "{}", report["read"]);
    let edits = &report["edits"];
    assert_eq!((&edits["total"], &edits["repeated"], &edits["in_subagents"], &edits["file_known"]), (&json!(2), &json!(1), &json!(1), &json!(1)), "{edits}");
    let tellings = report["tellings"].as_array().expect("tellings");
    assert_eq!(tellings[0]["path"], json!("a.py"), "relative to the project: {tellings:?}");
    assert_eq!(tellings[0]["line"], json!(8), "the line in the file, which only the richer record holds");
}

#[test]
fn differences_from_a_transcript() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let first = [edit("s", "t1", "/p/a.py", RETRY), result("s", "t1", BEFORE)].join("\n");
    std::fs::write(path.join("s.jsonl"), &first).expect("file");
    let without = report(path, &["s.jsonl", "--diff", "--format", "json"]);
    assert_eq!((&without["diff"]["sessions_recorded"], &without["diff"]["added"]), (&json!(0), &json!(0)), "no record of the hook, nothing to compare");
    let text = without["tellings"][0]["text"].as_str().expect("a telling").to_owned();

    let records = [
        first,
        told("s", "t1", &text),
        edit("s", "t2", "/p/sum.py", "    return 1\n"),
        told("s", "t2", "[distributed-architect] gone"),
        told("s", "t9", "[distributed-architect] stray"),
    ]
    .join("\n");
    std::fs::write(path.join("s.jsonl"), &records).expect("file");
    let diff = report(path, &["s.jsonl", "--diff", "--format", "json"])["diff"].take();
    assert_eq!((&diff["same"], &diff["changed"], &diff["added"], &diff["removed"]), (&json!(1), &json!(0), &json!(0), &json!(2)), "{diff}");

    std::fs::write(
        path.join("s.jsonl"),
        records.replace("questions", "answers").replace(&serde_json::to_string(&text).expect("JSON")[1..40], "[distributed-architect] otherwise"),
    )
    .expect("file");
    let diff = report(path, &["s.jsonl", "--diff", "--format", "json"])["diff"].take();
    assert_eq!((&diff["same"], &diff["changed"], &diff["added"], &diff["removed"]), (&json!(0), &json!(1), &json!(0), &json!(2)), "{diff}");
}

#[test]
fn a_failed_edit_is_not_judged() {
    let folder = tempfile::tempdir().expect("folder");
    let failed = json!({ "type": "user", "sessionId": "s", "message": { "content": [{ "tool_use_id": "t1", "type": "tool_result", "is_error": true, "content": "<tool_use_error>File has not been read yet.</tool_use_error>" }] } });
    let refused = json!({ "type": "user", "sessionId": "s", "message": { "content": [{ "tool_use_id": "t2", "type": "tool_result", "is_error": true, "content": "The user doesn't want to proceed with this tool use." }] } });
    let lines = [edit("s", "t1", "/p/a.py", RETRY), failed.to_string(), edit("s", "t2", "/p/a.py", RETRY), refused.to_string()].join("\n");
    std::fs::write(folder.path().join("s.jsonl"), lines).expect("file");
    let report = report(folder.path(), &["s.jsonl", "--format", "json"]);
    let edits = &report["edits"];
    assert_eq!((&edits["total"], &edits["failed"], &edits["refused"], &edits["judged"]), (&json!(2), &json!(1), &json!(1), &json!(1)), "{edits}");
}

#[test]
fn nothing_in_a_record_reaches_the_terminal_as_control() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("s.jsonl"), edit("s", "t1", "/p/a\u{1b}]0;x\u{7}\u{202e}.py", RETRY)).expect("file");
    for args in [&["s.jsonl", "--all"][..], &["s.jsonl"], &["s.jsonl", "--format", "markdown", "--all"]] {
        let out = replay(folder.path(), args);
        assert!(out.status.success());
        let text = String::from_utf8(out.stdout).expect("text");
        assert!(text.contains("failure-mode"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn what_cannot_be_read_is_an_error_with_a_place() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("notes.md"), "# notes\n").expect("file");
    for (path, says) in [("missing", "missing"), ("notes.md", "no transcript"), (".", "no transcript")] {
        let out = replay(folder.path(), &[path]);
        let error = String::from_utf8(out.stderr).expect("text");
        assert_eq!(out.status.code(), Some(2), "{error}");
        assert!(out.stdout.is_empty() && error.contains(says) && error.contains("hint:"), "{path}: {error}");
    }
}

#[test]
fn settings_of_a_project_hold_for_its_replay() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().canonicalize().expect("path");
    let file = path.join("a.py");
    std::fs::write(path.join("s.jsonl"), edit("s", "t1", file.to_str().expect("a path"), RETRY)).expect("file");
    assert_eq!(report(&path, &["s.jsonl", "--format", "json"])["told"]["events"], json!(1));
    std::fs::create_dir(path.join(".dist-architect")).expect("folder");
    std::fs::write(path.join(".dist-architect/config.yaml"), "paths:\n  off: [\"*.py\"]\n").expect("file");
    let report = report(&path, &["s.jsonl", "--format", "json"]);
    assert_eq!((&report["told"]["events"], &report["edits"]["silent_because"]["turned-off"]), (&json!(0), &json!(1)), "{}", report["edits"]);
}

/// How sure a module is, and whether it speaks, are two answers.
#[test]
fn what_had_evidence_and_was_not_said_is_shown_when_all_is_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let lines = [edit("s", "t1", "/p/a.py", RETRY), result("s", "t1", BEFORE), edit("s", "t2", "/p/a.py", RETRY), result("s", "t2", BEFORE)].join("\n");
    std::fs::write(path.join("s.jsonl"), lines).expect("file");
    let without = report(path, &["s.jsonl", "--format", "json"]);
    assert_eq!(without.get("held_back"), None);
    let report = report(path, &["s.jsonl", "--format", "json", "--all"]);
    let telling = &report["tellings"][0];
    let (modules, scores) = (telling["modules"].as_array().expect("modules"), telling["scores"].as_array().expect("scores"));
    assert!(modules.len() == scores.len() && scores.iter().all(|s| s.as_f64().is_some_and(|s| s > 0.0 && s <= 1.0)), "{telling}");
    let held = report["held_back"].as_array().expect("a list");
    let of = |because: &str| held.iter().filter(|h| h["because"] == json!(because)).collect::<Vec<_>>();
    // The same edit of the same file: all that was told is known by now.
    let known: Vec<&Value> = of("told-before").iter().map(|h| &h["module"]).collect();
    assert!(modules.iter().all(|m| known.contains(&&m[0])), "{held:?}");
    let unsure = of("below-threshold");
    assert!(!unsure.is_empty(), "the request is evidence, and not enough to ask about it: {held:?}");
    assert!(unsure.iter().all(|h| modules.iter().all(|m| m[0] != h["module"]) && h["signal"] != json!("") && h["line"] != json!(0)), "{unsure:?}");
    assert!(held.windows(2).all(|w| w[0]["score"].as_f64() >= w[1]["score"].as_f64()), "surest first: {held:?}");

    let text = String::from_utf8(replay(path, &["s.jsonl", "--all"]).stdout).expect("text");
    for says in ["With evidence, and not said", "with too little evidence", "told before", unsure[0]["signal"].as_str().expect("a signal")] {
        assert!(text.contains(says), "{says:?} is not in {text}");
    }
}
