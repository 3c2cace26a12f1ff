//! `eval` judges as `scan` does; and all who judge say what could not be judged.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn run(folder: &Path, args: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_distarch"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("distarch");
    // Who reads no input may have ended before it is written.
    let _ = child.stdin.take().expect("input").write_all(input.as_bytes());
    let out = child.wait_with_output().expect("an end");
    assert!(out.status.success(), "{args:?}: {:?}", out.status);
    String::from_utf8(out.stdout).expect("text")
}

fn json_of(folder: &Path, args: &[&str], input: &str) -> Value {
    serde_json::from_str(&run(folder, args, input)).expect("JSON")
}

/// Every labelled edit laid out as a project on disk, its event given to `scan`.
#[test]
fn eval_judges_as_scan_does() {
    let labels = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/eval.in/project/labels.jsonl")).expect("labels");
    let mut fired: BTreeMap<String, u64> = BTreeMap::new();
    let mut unknown = 0;
    for line in labels.lines() {
        let mut label: Value = serde_json::from_str(line).expect("JSON");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(label["source"]["path"].as_str().expect("a path"));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        if let Some(before) = label["file_before"].as_str() {
            std::fs::write(&file, before).expect("a file");
        }
        label["event"]["cwd"] = json!(folder.path());
        label["event"]["tool_input"]["file_path"] = json!(file);
        let verdict = json_of(folder.path(), &["scan"], &label["event"].to_string());
        for module in verdict["modules"].as_array().expect("modules") {
            *fired.entry(module["id"].as_str().expect("an id").to_owned()).or_default() += 1;
        }
        unknown += u64::from(verdict["unknown"] == json!(["language"]));
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("labels.jsonl"), labels).expect("a file");
    let score = json_of(folder.path(), &["eval", "labels.jsonl", "--format", "json"], "");
    for (id, module) in score["modules"].as_object().expect("modules") {
        assert_eq!(module["fired"], json!(fired.remove(id).unwrap_or(0)), "{id}");
    }
    assert!(fired.is_empty() && score["modules"]["data-lifecycle"]["fired"] == json!(2), "{score}");
    assert_eq!(score["could_not_tell"]["language"], json!(unknown));
    assert_eq!(score.get("project"), None);
}

/// Text beyond the limit, and a format that nobody reads: the verdict, its figures and its words say so.
#[test]
fn what_could_not_be_judged_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let long = "x = 1\n".repeat(200_000);
    let event = |file: &str, text: &str| {
        json!({ "session_id": "s", "cwd": path, "hook_event_name": "PreToolUse", "tool_name": "Write", "tool_use_id": file,
            "tool_input": { "file_path": path.join(file), "content": text } })
    };
    let (cut, foreign, plain) = (event("a.py", &long), event("a.zig", "x"), event("b.py", "x = 1\n"));

    assert_eq!(json_of(path, &["scan"], &cut.to_string())["unknown"], json!(["cut-off"]));
    assert!(run(path, &["scan", "--format", "text"], &cut.to_string()).contains("the text was cut off"));
    assert_eq!(json_of(path, &["scan"], &foreign.to_string())["unknown"], json!(["language"]));
    assert!(run(path, &["scan", "--format", "text"], &foreign.to_string()).contains("the format is not read (.zig)"));
    assert_eq!(json_of(path, &["scan"], &plain.to_string()).get("unknown"), None);

    let told = json!({ "language": 1, "formats": { ".zig": 1 }, "cut_off": 1 });
    let words = "could not tell: 1 in a format that is not read (.zig 1), 1 cut off and judged by the part that was seen";
    let write = |name: &str, lines: [Value; 3]| std::fs::write(path.join(name), lines.map(|l| l.to_string() + "\n").concat()).expect("a file");
    write("events.jsonl", [cut.clone(), foreign.clone(), plain.clone()]);
    let replayed = json_of(path, &["replay", "events.jsonl", "--format", "json"], "");
    assert_eq!(replayed["edits"]["could_not_tell"], told);
    assert_eq!(replayed["edits"]["silent_because"]["unknown-language"], json!(1));
    assert!(run(path, &["replay", "events.jsonl"], "").contains(words));

    write("labels.jsonl", [cut, foreign, plain].map(|event| json!({ "label": {}, "event": event })));
    assert_eq!(json_of(path, &["eval", "labels.jsonl", "--format", "json"], "")["could_not_tell"], told);
    assert!(run(path, &["eval", "labels.jsonl"], "").contains(words));
}
