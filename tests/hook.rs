//! The hook, case by case: `tests/hook/cases/*.json` are conversations, `tests/hook/payloads` and the recorded ones are single events.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and what it counted")]

#[path = "hook/room.rs"]
mod room;

use room::{PREFIX, Room, text};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hook").join(name)
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
    out.sort();
    out
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).unwrap_or_else(|e| panic!("{path:?}: {e}"))
}

/// `{project}` in the texts of a case stands for the room's project.
fn placed(value: &Value, project: &str) -> Value {
    serde_json::from_str(&value.to_string().replace("{project}", project)).expect("JSON")
}

/// What a step of a case expects, held against the answer.
fn hold(name: &str, step: usize, expected: &Value, answer: Option<&Value>) {
    let at = format!("{name}, step {}", step + 1);
    let Some(answer) = answer else {
        assert!(expected.is_null(), "{at}: silent, but should say {expected}");
        return;
    };
    let said = text(answer);
    assert!(!expected.is_null(), "{at}: should be silent, but says\n{said}");
    println!("--- {at}\n{said}");
    assert!(said.starts_with(PREFIX), "{at}: {said}");
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{at}: {said:?}");
    let output = &answer["hookSpecificOutput"];
    assert_eq!(output["permissionDecision"], if expected["denies"] == true { json!("deny") } else { Value::Null }, "{at}");
    let (lines, chars) = (said.lines().count(), said.chars().count());
    match expected["level"].as_str().expect("a level") {
        // One module in full, or two within the event's budget.
        "full" => {
            let first: Vec<&str> = said.lines().filter(|l| l.starts_with(PREFIX)).collect();
            assert!((1..=2).contains(&first.len()) && chars <= if first.len() == 1 { 1200 } else { 2000 }, "{at}: {chars} characters");
            let questions = said.lines().filter(|l| l.starts_with("- ")).count();
            assert!((3 * first.len()..=6 * first.len()).contains(&questions), "{at}: {questions} questions");
            assert!(said.lines().last().expect("a line").contains("distarch explain "), "{at}");
        }
        "line" => assert!(said.lines().all(|l| l.starts_with(PREFIX) && l.chars().count() <= 160), "{at}: {lines} lines, {chars} characters"),
        "plan" => assert!(said.starts_with(&format!("{PREFIX}plan: ")) && chars <= 900 && lines >= 5, "{at}: {chars} characters"),
        other => panic!("{at}: no level {other}"),
    }
    for part in expected["holds"].as_array().into_iter().flatten() {
        assert!(said.contains(part.as_str().expect("a text")), "{at}: {part} in\n{said}");
    }
}

#[test]
fn conversations() {
    let cases = json_files(&folder("cases"));
    assert!(cases.len() >= 10, "{cases:?}");
    for path in cases {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let case = read(&path);
        let room = Room::new();
        for (file, content) in case["files"].as_object().into_iter().flatten() {
            room.file(&format!("project/{file}"), content.as_str().expect("a text"));
        }
        let project = room.path("project").to_string_lossy().into_owned();
        for (i, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            let event = placed(&step["event"], &project);
            let answer = room.hook(event.to_string());
            hold(&name, i, &step["says"], answer.as_ref());
        }
        if let Some(journal) = case["journal"].as_object() {
            let lines = room.journal();
            for (field, values) in journal {
                let got: Vec<&Value> = lines.iter().map(|l| &l[field]).collect();
                assert_eq!(json!(got), *values, "{name}: `{field}` of the journal's lines");
            }
        }
        assert_eq!(room.faults(), [""; 0], "{name}");
    }
}

/// Events that have a line in the journal: edits, plans, forgetting and the end.
fn concerns_us(event: &Value) -> bool {
    match event["hook_event_name"].as_str().expect("a name") {
        "PreToolUse" | "PostToolUse" => {
            ["Edit", "Write", "NotebookEdit", "ExitPlanMode"].contains(&event["tool_name"].as_str().expect("a name"))
                && (event["tool_name"] != "ExitPlanMode" || event["hook_event_name"] == "PreToolUse")
        }
        "SessionStart" => ["compact", "clear"].contains(&event["source"].as_str().expect("a source")),
        "SessionEnd" => true,
        _ => false,
    }
}

fn understood(path: &Path) {
    let room = Room::new();
    let event = read(path);
    // As recorded, and on one line as the client sends it.
    for input in [fs::read_to_string(path).expect("a file"), event.to_string()] {
        room.hook(input);
    }
    assert_eq!(room.faults(), [""; 0], "{path:?}");
    let journal = room.journal();
    assert_eq!(journal.len(), if concerns_us(&event) { 2 } else { 0 }, "{path:?}: {journal:?}");
    for line in journal {
        assert_eq!((&line["event"], &line["session"]), (&event["hook_event_name"], &event["session_id"]), "{path:?}");
        assert_eq!(line["agent"].as_str().unwrap_or(""), event["agent_id"].as_str().unwrap_or(""), "{path:?}");
    }
}

#[test]
fn payloads_of_our_own_are_understood() {
    let payloads = json_files(&folder("payloads"));
    assert!(payloads.len() >= 8, "{payloads:?}");
    payloads.iter().for_each(|p| understood(p));
}

#[test]
fn recorded_payloads_of_both_clients_are_understood() {
    for version in ["2.1.197", "2.1.328"] {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/client/payloads").join(version);
        let payloads = json_files(&recorded);
        if payloads.is_empty() {
            println!("SKIPPED: no recorded payloads of client {version} beside this checkout; those of tests/hook/payloads are run");
            continue;
        }
        let concerning = payloads.iter().filter(|p| concerns_us(&read(p))).count();
        assert!(concerning >= 5, "{version}: {concerning}");
        payloads.iter().for_each(|p| understood(p));
        println!("client {version}: {} recorded payloads, {concerning} of them ours to look at", payloads.len());
    }
}
