//! The command line. A case is a file in tests/cli: commands as a person would type them, and what is said to them. A folder of the
//! same name with `.in` is the world that it runs in: `project` (where it stands), `home`, `state`, `bin`. Another case is another
//! file; SNAPSHOTS=overwrite writes what is said now. `[..]` stands for anything in a line, `...` for any lines.
#![cfg(unix)]

use distributed_architect::cli;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_distarch");

#[test]
fn cases() {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder()).expect("cases").flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "txt")).collect();
    cases.sort();
    assert!(cases.len() > 10, "only {} cases found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let world = World::of(&case);
        let script = fs::read_to_string(&case).expect("a case");
        let mut redactions = snapbox::Redactions::new();
        redactions.insert("[ROOT]", fs::canonicalize(world.root.path()).expect("a root")).expect("a redaction");
        redactions.insert("[BINARY]", fs::canonicalize(BINARY).expect("the binary")).expect("a redaction");
        redactions.insert("[VERSION]", env!("CARGO_PKG_VERSION")).expect("a redaction");
        let said: String = script.lines().filter_map(|l| l.strip_prefix("$ ")).map(|line| format!("$ {line}\n{}", world.run(line))).collect();
        let assert = snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).redact_with(redactions);
        if let Err(e) = assert.try_eq(None, said.into(), snapbox::Data::read_from(&case, Some(snapbox::data::DataFormat::Text))) {
            wrong.push(e.to_string());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")
}

/// A machine of its own: no variable and no file of the real one.
struct World {
    root: TempDir,
}

impl World {
    fn of(case: &Path) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let template = case.with_extension("in");
        if template.is_dir() {
            copy(&template, root.path());
        }
        for name in ["project", "home", "bin"] {
            fs::create_dir_all(root.path().join(name)).expect("a folder");
        }
        Self { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.root.path()).expect("a root").join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .current_dir(self.path("project"))
            .env("HOME", self.path("home"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("PATH", self.path("bin"));
        command
    }

    /// A command line: `distarch ...`, also with `< FILE` at its end; `ls` names all files; `install` puts distarch on PATH.
    fn run(&self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["ls"] => files(self.root.path(), self.root.path()),
            ["install"] => {
                std::os::unix::fs::symlink(BINARY, self.path("bin").join("distarch")).expect("a link");
                String::new()
            }
            ["distarch", ref args @ ..] => {
                let (args, input) = match args {
                    [args @ .., "<", file] => (args, Stdio::from(fs::File::open(self.path("project").join(file)).expect("the input"))),
                    args => (args, Stdio::null()),
                };
                let output = self.command(BINARY).args(args).stdin(input).output().expect("run");
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
                let code = output.status.code().expect("an exit code");
                format!("{}{}{}", text(&output.stdout), text(&output.stderr), if code == 0 { String::new() } else { format!("exit {code}\n") })
            }
            _ => panic!("no such command in a case: {line}"),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn files(folder: &Path, root: &Path) -> String {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    entries.sort();
    entries.iter().map(|e| if e.is_dir() { files(e, root) } else { format!("{}\n", e.strip_prefix(root).expect("below").display()) }).collect()
}

#[test]
fn every_verb_says_what_it_does_and_shows_examples() {
    for verb in cli::command().get_subcommands().filter(|v| v.get_name() != "help") {
        let name = verb.get_name();
        assert!(verb.get_about().is_some(), "{name} says nothing of itself");
        let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(verb.is_hide_set() || (after.starts_with("Examples:\n") && after.contains("distarch ")), "{name} --help has no examples:\n{after}");
    }
}

/// `distarch list | head -1`: the reader has gone before we write.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::of(Path::new("none"));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = world.command(BINARY).arg("list").stdout(writer).stderr(Stdio::piped()).spawn().expect("started").wait_with_output().expect("ended");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

const EVENT: &str = r#"{"session_id":"s-1","cwd":"ROOT","hook_event_name":"PreToolUse","tool_name":"Edit","tool_use_id":"t-1","tool_input":{"file_path":"ROOT/worker.py",
"old_string":"","new_string":"import pika\n\ndef on_message(channel, method, properties, body):\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n    orders.insert(json.loads(body))\n"}}"#;

/// Doctor compares what the hook said with what the client recorded as put before the model.
#[test]
fn doctor_tells_whether_what_was_said_reached_the_model() {
    let world = World::of(Path::new("none"));
    let project = world.path("project");
    let event = EVENT.replace("ROOT", &project.to_string_lossy());
    let mut hook = world.command(BINARY).arg("hook").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
    hook.stdin.take().expect("an input").write_all(event.as_bytes()).expect("written");
    let said: serde_json::Value = serde_json::from_slice(&hook.wait_with_output().expect("ended").stdout).expect("the hook speaks of this edit");
    let text = said["hookSpecificOutput"]["additionalContext"].as_str().expect("a text").to_owned();

    let name: String = project.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let transcripts = world.path("home").join(".claude/projects").join(name);
    fs::create_dir_all(&transcripts).expect("a folder");
    let record = |lines: &str| fs::write(transcripts.join("s-1.jsonl"), lines).expect("written");
    record("{\"type\":\"user\",\"sessionId\":\"s-1\",\"message\":{\"content\":\"go\"}}\n");
    let (level, what) = check(&world, "reached");
    assert_eq!(level, "broken", "{what}");
    assert!(what.starts_with("1 texts were said"), "{what}");
    record(&format!(
        "{}\n",
        serde_json::json!({ "type": "attachment", "sessionId": "s-1", "attachment": { "type": "hook_additional_context", "content": [text], "hookEvent": "PreToolUse" } })
    ));
    let (level, what) = check(&world, "reached");
    assert_eq!(level, "ok", "{what}");
    assert_eq!(check(&world, "firing").0, "ok");

    fs::set_permissions(world.path("state/distarch/journal.jsonl"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("set");
    assert_eq!(check(&world, "state").0, "broken");
}

/// Level and text of the last check of a name.
fn check(world: &World, name: &str) -> (String, String) {
    let output = world.command(BINARY).args(["doctor", "--format", "json"]).output().expect("run");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let found = report["checks"].as_array().expect("checks").iter().rfind(|c| c["name"] == name).expect("the check").clone();
    (found["level"].as_str().expect("a level").to_owned(), found["what"].as_str().expect("a text").to_owned())
}
