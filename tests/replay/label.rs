//! Labels: asked for, kept at once, and read again by `eval` and `fit`.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/recorded-session.jsonl");

fn distarch(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_distarch"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("CLAUDE_PLUGIN_DATA", folder.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    distarch(folder, args).output().expect("distarch")
}

fn json_of(folder: &Path, args: &[&str]) -> Value {
    let out = run(folder, args);
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// Answers each question by its text; `None` goes away. Tells what was said and the exit code.
fn label(folder: &Path, source: &str, answer: &mut dyn FnMut(&str) -> Option<&'static str>) -> (String, Option<i32>) {
    let mut child = distarch(folder, &["label", source, "--write", "labels.jsonl", "--answers", "-"]).stdin(Stdio::piped()).spawn().expect("distarch");
    let (mut stdin, mut stdout) = (child.stdin.take(), child.stdout.take().expect("output"));
    let (mut said, mut byte) = (Vec::new(), [0]);
    while stdout.read(&mut byte).expect("output") == 1 {
        said.push(byte[0]);
        if said.ends_with(b" > ") && stdin.is_some() {
            let text = String::from_utf8_lossy(&said);
            match answer(text.lines().last().expect("a question")) {
                Some(answer) => writeln!(stdin.as_mut().expect("input"), "{answer}").expect("answered"),
                None => stdin = None,
            }
        }
    }
    (String::from_utf8(said).expect("text"), child.wait().expect("an end").code())
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("labels.jsonl")).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

/// Useful, all of it; patterns are there; nothing else was missing.
fn agrees(question: &str) -> Option<&'static str> {
    Some(if question.contains("another module") { "" } else { "y" })
}

#[test]
fn what_is_labelled_can_be_scored_and_learned_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = json_of(folder, &["replay", SESSION, "--format", "json"]);
    let tellings = told["tellings"].as_array().expect("tellings");
    assert!(tellings.len() >= 2, "the recorded session has nothing to ask about: {tellings:?}");
    let (said, code) = label(folder, SESSION, &mut agrees);
    assert_eq!(code, Some(0), "{said}");
    let labels = lines(folder);
    assert_eq!(labels.len(), tellings.len(), "{said}");
    for (label, telling) in labels.iter().zip(tellings) {
        assert_eq!((&label["id"], &label["source"]["path"]), (&telling["call"], &telling["path"]));
        let must = label["label"]["must"].as_array().expect("a list");
        for (i, module) in telling["modules"].as_array().expect("modules").iter().enumerate() {
            assert_eq!(must.get(i), Some(&module[0]), "{label}");
        }
    }
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.join("labels.jsonl")).expect("a file").permissions()) & 0o777, 0o600);

    let score = json_of(folder, &["eval", "labels.jsonl", "--format", "json"]);
    assert_eq!((&score["records"], &score["recall"], &score["precision"], &score["errors"]), (&json!(tellings.len()), &json!(1.0), &json!(1.0), &json!(0)));
    let fit = run(folder, &["fit", "labels.jsonl"]);
    let report = String::from_utf8_lossy(&fit.stdout);
    assert!(fit.status.success() && report.starts_with(&format!("{} edits of 1 repositories", tellings.len())), "{report}");
}

#[test]
fn who_quits_loses_nothing_and_goes_on_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut asked = 0;
    let (said, code) = label(folder, SESSION, &mut |question| {
        asked += usize::from(question.contains("another module"));
        if asked == 1 && !question.contains("another module") { None } else { agrees(question) }
    });
    assert_eq!((code, lines(folder).len()), (Some(0), 1), "{said}");
    assert!(said.contains("1 edit labelled in labels.jsonl; 1 left"), "{said}");
    let first = lines(folder);

    // A useless telling is a negative that shares words with real signals.
    let (said, _) = label(folder, SESSION, &mut |question| Some(if question.contains("another module") { "conc" } else { "n" }));
    assert!(said.contains("1 of 1:") && said.contains("; 1 labelled before"), "{said}");
    let both = lines(folder);
    assert_eq!(both[0], first[0]);
    assert_eq!((&both[1]["label"]["must"], &both[1]["label"]["hard"]), (&json!(["concurrency"]), &json!(false)));

    std::fs::remove_file(folder.join("labels.jsonl")).expect("removed");
    label(folder, SESSION, &mut |_| Some("n"));
    assert!(lines(folder).iter().all(|l| l["label"]["hard"] == json!(true) && l["label"]["must"] == json!([])), "{:?}", lines(folder));
}

/// The journal keeps no files, only what the decision asked of them; a label has to keep that too.
#[test]
fn a_journal_s_edit_is_scored_by_what_the_hook_knew() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let file = folder.join("worker.py");
    std::fs::write(&file, "import pika\n\n\ndef handle(ch, method, props, body):\n    pass\n").expect("a file");
    let event = json!({ "session_id": "s", "cwd": folder, "hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_use_id": "t1",
        "tool_input": { "file_path": file, "old_string": "    pass\n", "new_string": "    ch.basic_ack(delivery_tag=method.delivery_tag)\n    store(body)\n" } });
    let plan = json!({ "session_id": "s", "cwd": folder, "hook_event_name": "PreToolUse", "tool_name": "ExitPlanMode", "tool_use_id": "t2",
        "tool_input": { "plan": "1. Retry the call to the payment service three times.\n2. Delete the queue's messages after a timeout.\n" } });
    for event in [event, plan] {
        let mut hook = distarch(folder, &["hook"]).stdin(Stdio::piped()).spawn().expect("distarch");
        hook.stdin.take().expect("input").write_all(event.to_string().as_bytes()).expect("written");
        assert!(!hook.wait_with_output().expect("an end").stdout.is_empty(), "the hook speaks of this: {event}");
    }
    std::fs::remove_file(&file).expect("removed");
    let (said, code) = label(folder, "state/journal.jsonl", &mut agrees);
    assert_eq!((code, lines(folder).len()), (Some(0), 2), "{said}");
    assert_eq!(lines(folder)[0]["around"]["imports"], json!("import pika\n"));
    let score = json_of(folder, &["eval", "labels.jsonl", "--format", "json", "--show", "all"]);
    assert_eq!((&score["recall"], &score["precision"], &score["not_an_edit"]), (&json!(1.0), &json!(1.0), &json!(0)), "{score}");
}

/// On a terminal a slip of the finger is asked again.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let line = format!("{} label {SESSION} --write labels.jsonl", env!("CARGO_BIN_EXE_distarch"));
    let script = Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut script) = script else {
        // Past the harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED: script(1), which makes a terminal, is not here");
        return;
    };
    script.stdin.take().expect("input").write_all(b"what\ns\nq\n").expect("written");
    let said = String::from_utf8_lossy(&script.wait_with_output().expect("an end").stdout).into_owned();
    assert!(said.contains("y: it had to be asked") && said.contains("1 skipped; 1 left"), "{said}");
    assert!(said.contains("\u{1b}[32m"), "in colour: {said}");
    assert!(!folder.join("labels.jsonl").exists());
}
