//! Whatever comes in and whatever is broken around it, the hook ends with 0, writes nothing to standard error, and on standard output
//! nothing or what the client's schema takes. Each test holds that by `room::run`.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and what it counted")]
#![cfg(unix)]

#[path = "hook/room.rs"]
mod room;

use distributed_architect::commands::hook;
use distributed_architect::engine::edit::Edit;
use distributed_architect::engine::surroundings::Surroundings;
use distributed_architect::engine::{self, Context};
use distributed_architect::knowledge::baked::BUILT_IN;
use room::{PATIENCE, RETRY, Room, is_checklist, run, text};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The input says nothing, and the journal tells why.
fn is_a_fault(input: impl AsRef<[u8]>) {
    let room = Room::new();
    assert_eq!(room.hook(&input), None);
    let faults = room.faults();
    assert_eq!(faults.len(), 1, "one line of kind fault: {:?}", room.journal());
    assert!(faults[0].contains("no event"), "{faults:?}");
    assert_private(&room.state());
}

/// Every file under a folder is the user's alone.
fn assert_private(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let meta = fs::symlink_metadata(entry.path()).expect("metadata");
        let mode = meta.permissions().mode() & 0o777;
        if meta.is_dir() {
            assert_eq!(mode, 0o700, "{:?}", entry.path());
            assert_private(&entry.path());
        } else {
            assert_eq!(mode, 0o600, "{:?}", entry.path());
        }
    }
}

// What comes in.

#[test]
fn empty_input() {
    is_a_fault("");
    is_a_fault("\n");
}

#[test]
fn truncated_input() {
    let whole = Room::new().edit("s", "src/client.py");
    for length in [1, 10, whole.len() / 2, whole.len() - 1] {
        is_a_fault(&whole[..length]);
    }
}

#[test]
fn input_that_is_no_utf8() {
    is_a_fault(b"\xff\xfe\x00{");
    let whole = Room::new().edit("s", "src/client.py").into_bytes();
    let at = whole.windows(6).position(|w| w == b"range(").expect("the text");
    is_a_fault([&whole[..at], b"\xc3\x28\xff", &whole[at..]].concat());
}

#[test]
fn input_of_another_shape() {
    for input in ["[]", "null", "17", "\"text\"", "{} {}", "{\"a\":}"] {
        is_a_fault(input);
    }
}

#[test]
fn ten_megabytes_on_one_line() {
    let room = Room::new();
    let line = "x = fetch(1) ; ".repeat(700_000);
    assert!(line.len() > 10 << 20);
    let input = json!({ "file_path": room.path("project/src/long.py"), "content": line });
    let event = room.event("s", "PreToolUse", json!({ "tool_name": "Write", "tool_input": input }));
    let started = Instant::now();
    room.hook(event.to_string());
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    assert_eq!(room.journal()[0]["kind"], "event");
    assert!(fs::metadata(room.state().join("journal.jsonl")).expect("journal").len() < 64 << 10, "kept as a digest");
    is_a_fault("x".repeat(10 << 20));
}

/// An edit in which everything is a signal must not take time that grows with the square of its length.
#[test]
fn a_megabyte_of_signals_ends_in_time() {
    let room = Room::new();
    let content = format!("import requests\nimport time\n\n{}", "requests.get(url, timeout=2)  # dist: fine\n".repeat(24_000));
    let input = json!({ "file_path": room.path("project/src/many.py"), "content": content });
    let event = room.event("s", "PreToolUse", json!({ "tool_name": "Write", "tool_input": input }));
    let started = Instant::now();
    room.hook(event.to_string());
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    assert_eq!(room.faults(), [""; 0]);
}

#[test]
fn deeply_nested_input() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    is_a_fault(&deep);
    is_a_fault("[".repeat(100_000));
    is_a_fault("{\"a\":".repeat(100_000));
    // In a field that is not read, and in one that is.
    let room = Room::new();
    let edit = room.edit("s", "src/client.py");
    let more = format!("{},\"extra\":{deep}}}", &edit[..edit.len() - 1]);
    assert!(is_checklist(run_unparsed(&room, &more).as_ref()), "a deep field that nobody asks for is skipped");
    is_a_fault(format!("{{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Edit\",\"tool_input\":{deep}}}"));
    let room = Room::new();
    assert_eq!(room.hook(format!("{{\"hook_event_name\":\"PostToolUse\",\"tool_name\":\"Edit\",\"tool_response\":{deep}}}")), None);
}

/// For inputs that this suite's own JSON reader takes for too deep.
fn run_unparsed(room: &Room, input: &str) -> Option<Value> {
    let mut child = room.hook_command().spawn().expect("starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("input"), input.as_bytes()).expect("input");
    let out = child.wait_with_output().expect("ends");
    assert_eq!((out.status.code(), out.stderr.len()), (Some(0), 0));
    (!out.stdout.is_empty()).then(|| serde_json::from_slice(&out.stdout).expect("JSON"))
}

#[test]
fn unknown_events_and_fields() {
    let room = Room::new();
    for name in ["", "Brand New", "PreToolUseX", "UserPromptSubmit", "DirectoryAdded"] {
        let more = json!({ "tool_name": "Edit", "tool_input": { "file_path": "/a.py", "new_string": RETRY } });
        assert_eq!(room.hook(room.event("s", name, more).to_string()), None);
    }
    assert_eq!(room.hook("{}"), None);
    for tool in ["Read", "Bash", "mcp__x__y", ""] {
        assert_eq!(room.hook(room.event("s", "PreToolUse", json!({ "tool_name": tool, "tool_input": { "file_path": "/a.py" } })).to_string()), None);
    }
    assert_eq!(room.journal(), [json!(null); 0], "nothing that we have something to say about");
    let mut event: Value = serde_json::from_str(&room.edit("s", "src/client.py")).expect("JSON");
    event["from_the_future"] = json!({ "a": [1, { "b": null }] });
    event["tool_input"]["from_the_future"] = json!([1.5e300, "x"]);
    assert!(is_checklist(room.hook(event.to_string()).as_ref()), "a field more does not silence it");
}

#[test]
fn known_fields_of_wrong_types() {
    let base: Value = serde_json::from_str(&Room::new().edit("s", "src/client.py")).expect("JSON");
    for field in ["session_id", "cwd", "hook_event_name", "tool_name", "tool_use_id", "agent_id", "tool_input"] {
        for wrong in [json!(1), json!([1]), json!(true), json!(-1.5)] {
            let mut event = base.clone();
            event[field] = wrong;
            is_a_fault(event.to_string());
        }
    }
    for field in ["file_path", "old_string", "new_string"] {
        for wrong in [json!(1), json!({ "a": 1 }), json!([])] {
            let mut event = base.clone();
            event["tool_input"][field] = wrong;
            is_a_fault(event.to_string());
        }
    }
    // A response of another shape is as if there were none.
    for wrong in [json!("text"), json!(7), json!({ "originalFile": 3 }), json!(null), json!([])] {
        let room = Room::new();
        let mut event: Value = serde_json::from_str(&room.edit("s", "src/client.py")).expect("JSON");
        event["hook_event_name"] = json!("PostToolUse");
        event["tool_response"] = wrong;
        room.hook(event.to_string());
        assert_eq!(room.faults(), [""; 0]);
    }
}

#[test]
fn session_ids_that_are_paths() {
    for id in ["../../x", "/etc/passwd", "..", ".", "", "a\nb\rtold\t-\t", "a\0b", "con", &"long\n".repeat(2000), "sessions/../../../y", "é\u{202e}"] {
        let room = Room::new();
        let before = names(&room.path(""));
        assert!(is_checklist(room.hook(room.edit(id, "src/client.py")).as_ref()), "{id:?}");
        assert_eq!(room.hook(room.edit(id, "src/client.py")), None, "kept: {id:?}");
        let mut after = names(&room.path(""));
        after.retain(|n| n != "state");
        assert_eq!(after, before, "{id:?}");
        assert_eq!(names(&room.state()), ["journal.jsonl", "sessions"], "{id:?}");
        let sessions = names(&room.state().join("sessions"));
        assert_eq!(sessions.len(), 1, "{id:?}: {sessions:?}");
        assert!(sessions[0].ends_with(".session") && sessions[0].len() <= 80, "{sessions:?}");
        assert_eq!(room.journal().len(), 2, "{id:?}");
        assert_private(&room.state());
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut out: Vec<String> = fs::read_dir(folder).expect("a folder").flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    out.sort();
    out
}

// What is broken around it.

/// Runs as somebody to whom permissions apply: root may read and write everything.
fn as_anybody(room: &Room, command: &mut Command) -> bool {
    let root = fs::metadata(room.path("home")).expect("metadata").uid() == 0;
    if root {
        command.uid(65534).gid(65534);
        let _ = fs::set_permissions(room.path(""), fs::Permissions::from_mode(0o755));
        let reachable = Command::new(env!("CARGO_BIN_EXE_distarch")).arg("--version").uid(65534).gid(65534).output().is_ok_and(|o| o.status.success());
        if !reachable {
            println!("SKIPPED: this test runs as root, and another user cannot reach the binary");
            return false;
        }
    }
    true
}

#[test]
fn state_that_cannot_be_written() {
    let room = Room::new();
    let input = room.edit("s", "src/client.py");
    for mode in [0o555, 0o000] {
        fs::create_dir_all(room.state()).expect("a folder");
        fs::set_permissions(room.state(), fs::Permissions::from_mode(mode)).expect("permissions");
        let mut command = room.hook_command();
        if as_anybody(&room, &mut command) {
            assert_eq!(run(command, input.as_bytes()), None, "what cannot be kept is not said: it would be said at every edit");
        }
        fs::set_permissions(room.state(), fs::Permissions::from_mode(0o755)).expect("permissions");
        assert_eq!(names(&room.state()), [""; 0]);
    }
}

#[test]
fn a_session_that_cannot_be_read() {
    let room = Room::new();
    fs::create_dir_all(room.state().join("sessions/s.session")).expect("a folder in the file's place");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
    assert!(room.faults().is_empty() || room.faults()[0].contains("session"), "{:?}", room.faults());
    let faults = room.journal().iter().filter(|l| l["kind"] == "fault").count();
    assert_eq!(faults, 1, "the journal tells: {:?}", room.journal());
}

#[test]
fn state_folder_that_is_a_file_or_a_device() {
    let room = Room::new();
    let file = room.file("state", "mine");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
    assert_eq!(fs::read_to_string(file).expect("the file"), "mine");
    for place in ["/dev/full", "/dev/null", "/proc/self/nothing"] {
        let mut command = room.hook_command();
        command.env("CLAUDE_PLUGIN_DATA", place);
        assert_eq!(run(command, room.edit("s", "src/client.py").as_bytes()), None, "{place}");
    }
}

/// A disk on which no byte, or only a part of a line, finds room.
#[test]
fn a_full_disk() {
    for blocks in [0, 1] {
        let room = Room::new();
        let mut full = room.command("/bin/sh");
        // The limit of a file's size stands in for the disk: with its signal ignored, a write beyond it fails.
        full.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec {} hook", env!("CARGO_BIN_EXE_distarch"))]);
        let answer = run(full, room.edit("s", "src/client.py").as_bytes());
        assert_eq!(answer.is_some(), blocks == 1, "a claim that finds room is worth a telling, one that does not is not");
        // When there is room again, whole lines are written and read.
        let again = room.hook(room.edit("s", "src/client.py"));
        assert_eq!(is_checklist(again.as_ref()), blocks == 0, "told once in all");
        let last = room.journal().pop().expect("a line behind the torn one");
        assert_eq!(last["kind"], "event");
        assert_private(&room.state());
    }
}

/// A full disk's own error, through the links that a test can lay. They are refused, which is no less a failure to write.
#[test]
fn a_journal_on_a_full_device() {
    let room = Room::new();
    fs::create_dir_all(room.state().join("sessions")).expect("a folder");
    symlink("/dev/full", room.state().join("journal.jsonl")).expect("a link");
    symlink("/dev/full", room.state().join("sessions/s.session")).expect("a link");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
}

#[test]
fn missing_state_is_made_for_the_user_alone() {
    let room = Room::new();
    let mut command = room.hook_command();
    let deep = room.path("not/there/yet");
    command.env("CLAUDE_PLUGIN_DATA", &deep);
    assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()));
    assert_private(&room.path("not"));
    assert_eq!(room::journal(&deep).len(), 1);
}

#[test]
fn torn_and_foreign_lines() {
    let room = Room::new();
    let foreign: &[u8] = b"not ours\n\xff\xfe\x00\ntold\ntold\tx\nforgot\ntold\t-\tfailure-mode\tzz\t1\n{\"v\":99}\ntold\t-\tfailure-mo";
    room.file("state/sessions/s.session", foreign);
    room.file("state/journal.jsonl", b"{\"v\":1,\"t\":1}\nnot ours\n\xff\xfe\n{\"v\":1,\"t\":");
    assert!(is_checklist(room.hook(room.edit("s", "src/client.py")).as_ref()), "none of these lines says that it was told");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None, "and the claim behind the torn line is found");
    let kept = fs::read(room.state().join("sessions/s.session")).expect("session");
    assert!(kept.starts_with(foreign), "nothing is rewritten");
    let journal = room.journal();
    assert_eq!(journal.iter().filter(|l| l["event"] == "PreToolUse").count(), 2, "lines behind a torn one stay whole: {journal:?}");
    assert_eq!(room.faults(), [""; 0]);
}

#[test]
fn links_in_the_state_folder_are_not_followed() {
    // A session's file.
    let room = Room::new();
    let target = room.file("elsewhere/file", "mine");
    fs::create_dir_all(room.state().join("sessions")).expect("a folder");
    symlink(&target, room.state().join("sessions/s.session")).expect("a link");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
    assert_eq!(fs::read_to_string(&target).expect("the file"), "mine");
    assert_eq!(room.faults().len(), 1, "told in the journal");
    // The folder of sessions.
    let room = Room::new();
    fs::create_dir_all(room.path("elsewhere")).expect("a folder");
    fs::create_dir_all(room.state()).expect("a folder");
    symlink(room.path("elsewhere"), room.state().join("sessions")).expect("a link");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
    assert_eq!(names(&room.path("elsewhere")), [""; 0], "nothing is made where the link points");
    assert_eq!(room.faults().len(), 1);
    // The journal.
    let room = Room::new();
    let target = room.file("elsewhere/file", "mine");
    fs::create_dir_all(room.state()).expect("a folder");
    symlink(&target, room.state().join("journal.jsonl")).expect("a link");
    assert!(is_checklist(room.hook(room.edit("s", "src/client.py")).as_ref()), "a journal that cannot be written is no reason to be silent");
    assert_eq!(fs::read_to_string(&target).expect("the file"), "mine");
    // A link that points to nothing yet.
    let room = Room::new();
    fs::create_dir_all(room.state().join("sessions")).expect("a folder");
    symlink(room.path("new"), room.state().join("sessions/s.session")).expect("a link");
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
    assert!(!room.path("new").exists());
}

#[test]
fn pipes_in_the_state_folder() {
    let room = Room::new();
    fs::create_dir_all(room.state().join("sessions")).expect("a folder");
    pipe(&room.state().join("sessions/s.session"));
    pipe(&room.state().join("journal.jsonl"));
    assert_eq!(room.hook(room.edit("s", "src/client.py")), None);
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// A hang would be a hang of the client's: the runner waits no longer than the client would.
fn ends(room: &Room, input: &str) -> Option<Value> {
    let started = Instant::now();
    let mut command = room.command("timeout");
    command.args(["-s", "KILL", "5", env!("CARGO_BIN_EXE_distarch"), "hook"]);
    let answer = run(command, input.as_bytes());
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    answer
}

/// A Write reads the file before, an Edit only where its text gives cause; both get an answer or silence.
fn edits_of(room: &Room, file: &str) {
    assert!(is_checklist(ends(room, &room.edit("edit", file)).as_ref()), "the edit's own text is judged");
    let input = json!({ "file_path": room.path("project").join(file), "content": format!("import requests\nimport time\n\n\ndef fetch(url):\n{RETRY}") });
    let event = room.event("write", "PreToolUse", json!({ "tool_name": "Write", "tool_input": input }));
    assert!(is_checklist(ends(room, &event.to_string()).as_ref()));
    assert_eq!(room.faults(), [""; 0]);
}

#[test]
fn edited_file_is_a_folder_a_pipe_or_not_there() {
    let room = Room::new();
    fs::create_dir_all(room.path("project/src/folder.py")).expect("a folder");
    edits_of(&room, "src/folder.py");
    let room = Room::new();
    pipe(&room.path("project/src/pipe.py"));
    edits_of(&room, "src/pipe.py");
    edits_of(&Room::new(), "no/such/file.py");
    let room = Room::new();
    symlink("loop.py", room.path("project/src/loop.py")).expect("a link");
    edits_of(&room, "src/loop.py");
    let room = Room::new();
    symlink("/dev/zero", room.path("project/src/zero.py")).expect("a link");
    edits_of(&room, "src/zero.py");
}

#[test]
fn edited_file_cannot_be_read() {
    let room = Room::new();
    let file = room.path("project/src/client.py");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("permissions");
    fs::create_dir_all(room.state()).expect("a folder");
    fs::set_permissions(room.state(), fs::Permissions::from_mode(0o777)).expect("permissions");
    let mut command = room.hook_command();
    if as_anybody(&room, &mut command) {
        assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()));
    }
}

#[test]
fn edited_file_is_huge_or_no_utf8() {
    let room = Room::new();
    let sparse = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(room.path("project/src/huge.py")).expect("a file");
    sparse.set_len(200 << 20).expect("a length");
    edits_of(&room, "src/huge.py");
    let room = Room::new();
    room.file("project/src/latin.py", b"import requests\n# caf\xe9 \xff\n\n\ndef fetch(url):\n    pass\n");
    edits_of(&room, "src/latin.py");
}

#[test]
fn a_file_deleted_between_the_hooks() {
    let room = Room::new();
    let before = room.edit("s", "src/client.py");
    assert!(is_checklist(room.hook(&before).as_ref()));
    fs::remove_dir_all(room.path("project")).expect("gone");
    let mut after: Value = serde_json::from_str(&before).expect("JSON");
    after["hook_event_name"] = json!("PostToolUse");
    assert_eq!(room.hook(after.to_string()), None, "told before");
    after["tool_response"] = json!({ "originalFile": null, "structuredPatch": [] });
    after["session_id"] = json!("other");
    assert!(is_checklist(room.hook(after.to_string()).as_ref()), "the report alone is enough");
    assert_eq!(room.faults(), [""; 0]);
}

#[test]
fn bad_settings_silence_nothing() {
    let bad: [&[u8]; 7] = [b"mode: [", b"mode: shout\n", b"\xff\xfe\x00", b"unknown: 1\n", b"- 1\n- 2\n", b"budget: {first: -1}\n", b"a: &a [*a, *a]\n"];
    for config in bad {
        let room = Room::new();
        room.file("project/.dist-architect/config.yaml", config);
        room.file("project/.dist-architect/signals/bad.yaml", "id: [\n");
        room.file("project/.dist-architect/signals/other.yaml", "id: x\nmodule: no-such-module\nsections: []\nwhy: w\nliterals: ['a', '', '*']\n");
        room.file("project/.dist-architect/signals/binary.yml", b"\xff\x00");
        assert!(is_checklist(room.hook(room.edit("s", "src/client.py")).as_ref()), "{config:?}");
        assert_eq!(room.faults(), [""; 0]);
        assert_private(&room.state());
    }
}

#[test]
fn settings_that_cannot_be_read() {
    for what in ["folder", "pipe", "closed", "deep"] {
        let room = Room::new();
        let folder = room.path("project/.dist-architect");
        fs::create_dir_all(folder.join("signals")).expect("a folder");
        let mut command = room.command("timeout");
        command.args(["-s", "KILL", "5", env!("CARGO_BIN_EXE_distarch"), "hook"]);
        match what {
            "folder" => fs::create_dir_all(folder.join("config.yaml")).expect("a folder"),
            "pipe" => {
                pipe(&folder.join("config.yaml"));
                pipe(&folder.join("signals/pipe.yaml"));
            }
            "deep" => drop(room.file("project/.dist-architect/config.yaml", "[".repeat(100_000))),
            _ => {
                fs::create_dir_all(room.state()).expect("a folder");
                fs::set_permissions(room.state(), fs::Permissions::from_mode(0o777)).expect("permissions");
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).expect("permissions");
                if !as_anybody(&room, &mut command) {
                    continue;
                }
            }
        }
        let answer = run(command, room.edit("s", "src/client.py").as_bytes());
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("permissions");
        assert!(is_checklist(answer.as_ref()), "{what}");
    }
}

#[test]
fn compiled_settings_that_are_broken_are_made_anew() {
    let room = Room::new();
    room.file("project/.dist-architect/config.yaml", "modules: {off: [failure-mode]}\n");
    assert!(room.hook(room.edit("s", "src/client.py")).is_none_or(|a| !text(&a).contains("failure-mode:")));
    let compiled = room.state().join("compiled");
    let file = compiled.join(&names(&compiled)[0]);
    for broken in [&b"{"[..], b"\xff", b"{\"of\":1,\"config\":{},\"signals\":[]}"] {
        fs::write(&file, broken).expect("a file");
        assert!(room.hook(room.edit("s2", "src/client.py")).is_none_or(|a| !text(&a).contains("failure-mode:")));
    }
    fs::remove_file(&file).expect("gone");
    pipe(&file);
    ends(&room, &room.edit("s3", "src/client.py"));
}

// What it is started with.

#[test]
fn closed_standard_input() {
    let room = Room::new();
    let mut command = room.command("/bin/sh");
    command.args(["-c", &format!("exec {} hook <&-", env!("CARGO_BIN_EXE_distarch"))]);
    assert_eq!(run(command, b""), None);
    assert_eq!(room.faults().len(), 1);
}

#[test]
fn standard_input_that_is_a_folder() {
    let room = Room::new();
    let mut command = room.hook_command();
    command.stdin(Stdio::from(fs::File::open(room.path("home")).expect("a folder")));
    let out = command.output().expect("ends");
    assert_eq!((out.status.code(), out.stdout.len(), out.stderr.len()), (Some(0), 0, 0));
    assert!(room.faults()[0].contains("standard input"), "{:?}", room.faults());
}

#[test]
fn closed_standard_output() {
    for redirect in [">&-", ">/dev/full"] {
        let room = Room::new();
        let mut command = room.command("/bin/sh");
        command.args(["-c", &format!("exec {} hook {redirect}", env!("CARGO_BIN_EXE_distarch"))]);
        assert_eq!(run(command, room.edit("s", "src/client.py").as_bytes()), None);
        assert_eq!(room.faults().len(), usize::from(redirect == ">/dev/full"), "a write that fails is told");
    }
    // The reader has gone.
    let room = Room::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = room.hook_command();
    command.stdout(writer);
    assert_eq!(run(command, room.edit("s", "src/client.py").as_bytes()), None);
    assert!(room.faults()[0].contains("standard output"), "{:?}", room.faults());
}

#[test]
fn turned_off() {
    let room = Room::new();
    for input in [room.edit("s", "src/client.py"), String::new(), "x".repeat(1 << 20)] {
        let mut command = room.hook_command();
        command.env("DISTARCH_DISABLE", "1");
        assert_eq!(run(command, input.as_bytes()), None);
    }
    assert!(!room.state().exists(), "not even a journal");
    let mut command = room.hook_command();
    command.env("DISTARCH_DISABLE", "0");
    assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()));
}

#[test]
fn no_home() {
    let room = Room::new();
    let mut command = room.hook_command();
    command.env_remove("HOME");
    assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()));
    let mut command = room.hook_command();
    command
        .env_remove("HOME")
        .env_remove("CLAUDE_PLUGIN_DATA")
        .env_remove("CLAUDE_PROJECT_DIR")
        .env("XDG_STATE_HOME", room.path("xdg"))
        .env("XDG_CONFIG_HOME", "");
    assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()));
    assert_eq!(room::journal(&room.path("xdg/distarch")).len(), 1);
    // A home that is nowhere.
    let mut command = room.hook_command();
    command.env("HOME", "/dev/null").env_remove("CLAUDE_PLUGIN_DATA");
    assert_eq!(run(command, room.edit("s", "src/client.py").as_bytes()), None);
}

#[test]
fn arguments_that_nobody_asked_for() {
    let room = Room::new();
    let mut command = room.hook_command();
    command.args(["--no-such-flag", "x"]);
    assert!(is_checklist(run(command, room.edit("s", "src/client.py").as_bytes()).as_ref()), "exit code 2 would deny the edit");
}

// A panic inside the engine. The binary has no door to one, so this suite runs itself: the child panics in `engine::review`,
// under the wrapper that the hook runs under, and the parent looks at what came out.

const CHILD: &str = "DISTARCH_TEST_PANIC_STATE";

#[test]
fn a_panic_inside_the_engine_is_a_line_of_the_journal() {
    if let Some(state) = std::env::var_os(CHILD) {
        hook::contain(Some(Path::new(&state)), Instant::now(), || {
            let edit = Edit::new("src/client.py", "", RETRY);
            let panics = || -> Surroundings { panic!("the engine at {}", 7) };
            let _ = engine::review(&edit, &[BUILT_IN], &Context::new(&panics));
            Ok(())
        });
        return;
    }
    let room = Room::new();
    let out = Command::new(std::env::current_exe().expect("this suite"))
        .args(["--exact", "a_panic_inside_the_engine_is_a_line_of_the_journal", "--nocapture", "--test-threads=1"])
        .env(CHILD, room.state())
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("ends");
    assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned()), (Some(0), String::new()), "no word, no failure");
    assert!(!String::from_utf8_lossy(&out.stdout).contains("the engine at"));
    assert_eq!(room.faults(), ["panic: the engine at 7"]);
    assert_private(&room.state());
}

#[test]
fn an_error_and_a_panic_without_a_state_folder_are_contained() {
    if std::env::var_os(CHILD).is_some() {
        hook::contain(None, Instant::now(), || Err("no".to_owned()));
        hook::contain(None, Instant::now(), || std::panic::panic_any(17));
        return;
    }
    let out = Command::new(std::env::current_exe().expect("this suite"))
        .args(["--exact", "an_error_and_a_panic_without_a_state_folder_are_contained", "--nocapture"])
        .env(CHILD, "")
        .output()
        .expect("ends");
    assert_eq!((out.status.code(), out.stderr.len()), (Some(0), 0));
}
