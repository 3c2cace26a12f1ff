//! Codex's events through the binary. The payloads are written by us after the client's published schemas
//! (`codex-rs/hooks/schema/generated`, as 0.169.0 carries them), and the answers are held against what those schemas let pass.

#[path = "hook/codex.rs"]
mod events;
#[path = "hook/room.rs"]
mod room;

use room::{PREFIX, RETRY, Room};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

/// What `apply_patch` puts for [`RETRY`] into the room's `src/client.py`.
fn retry_patch() -> String {
    format!("*** Update File: src/client.py\n@@ def fetch(url):\n-    pass\n{}", added(RETRY))
}

fn added(text: &str) -> String {
    text.lines().map(|l| format!("+{l}\n")).collect()
}

/// A consumer that acknowledges first: another module's evidence.
const CONSUMER: &str = "import pika\n\n\ndef on_message(channel, method, properties, body):\n    channel.basic_ack(delivery_tag=method.delivery_tag)\n    orders.insert(json.loads(body))\n";

struct Codex {
    room: Room,
}

impl Codex {
    fn new() -> Self {
        Self { room: Room::new() }
    }

    fn cwd(&self) -> PathBuf {
        self.room.path("project")
    }

    fn patch(&self, name: &str, files: &str) -> Value {
        events::patch(&self.cwd(), name, files)
    }

    /// Runs the hook and gives its answer: one object on one line, with no field that the event's output schema does not name.
    fn hook(&self, event: &Value) -> Option<Value> {
        let mut command = self.room.hook_command();
        command.args(["--client", "codex"]).env_remove("CLAUDE_PROJECT_DIR").env_remove("CLAUDE_PLUGIN_DATA").env("XDG_STATE_HOME", self.room.path("xdg"));
        let mut child = command.spawn().expect("the hook starts");
        child.stdin.take().expect("standard input").write_all(event.to_string().as_bytes()).expect("it reads");
        let out = child.wait_with_output().expect("the hook ends");
        assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stderr).as_ref()), (Some(0), ""), "{event}");
        if out.stdout.is_empty() {
            return None;
        }
        assert_eq!(out.stdout.iter().filter(|b| **b == b'\n').count(), 1, "one line");
        let answer: Value = serde_json::from_slice(&out.stdout).expect("JSON");
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        if event["hook_event_name"] == "Stop" {
            assert_eq!(keys(&answer), ["decision", "reason"]);
            assert_eq!(answer["decision"], "block");
        } else {
            assert_eq!(keys(&answer), ["hookSpecificOutput"]);
            let output = &answer["hookSpecificOutput"];
            assert_eq!(output["hookEventName"], event["hook_event_name"]);
            match keys(output).as_slice() {
                [context, _] if context == "additionalContext" => {}
                [_, decision, reason] if decision == "permissionDecision" && reason == "permissionDecisionReason" => {
                    assert_eq!((&output["permissionDecision"], &event["hook_event_name"]), (&json!("deny"), &json!("PreToolUse")));
                }
                other => panic!("{other:?}"),
            }
        }
        Some(answer)
    }

    fn says(&self, event: &Value) -> String {
        let Some(answer) = self.hook(event) else { return String::new() };
        let output = &answer["hookSpecificOutput"];
        let text = [&output["additionalContext"], &output["permissionDecisionReason"], &answer["reason"]].into_iter().find_map(Value::as_str);
        text.expect("a text").to_owned()
    }

    fn journal(&self) -> Vec<Value> {
        room::journal(&self.room.path("xdg/distarch"))
    }

    /// Applies what the client would have applied.
    fn write(&self, file: &str, text: &str) {
        self.room.file(&format!("project/{file}"), text);
    }
}

#[test]
fn a_patch_is_asked_about_once() {
    let codex = Codex::new();
    let said = codex.says(&codex.patch("PreToolUse", &retry_patch()));
    assert!(said.starts_with(&format!("{PREFIX}failure-mode: ")), "{said}");
    // The line of the file, not of the patch.
    assert!(said.lines().next().expect("a line").contains("(src/client.py:"), "{said}");
    assert!(said.lines().filter(|l| l.starts_with("- ")).count() >= 3, "{said}");
    assert_eq!(codex.says(&codex.patch("PreToolUse", &retry_patch())), "");
    let journal = codex.journal();
    assert_eq!(journal.len(), 2);
    for (field, value) in [("client", "codex"), ("tool", "apply_patch"), ("path", "src/client.py"), ("call", "call_1")] {
        assert_eq!(journal[0][field], value, "{field}: {journal:?}");
    }
}

#[test]
fn each_file_of_a_patch_is_judged_and_the_answer_is_one() {
    let codex = Codex::new();
    let quiet = "*** Add File: src/sums.py\n+def add(a, b):\n+    return a + b\n";
    let gone = "*** Delete File: src/old.py\n";
    let patch = format!("{quiet}{}{gone}*** Add File: src/consumer.py\n{}", retry_patch(), added(CONSUMER));
    let said = codex.says(&codex.patch("PreToolUse", &patch));
    let heads: Vec<&str> = said.lines().filter(|l| l.starts_with(PREFIX)).collect();
    assert!(heads.len() >= 2, "{said}");
    assert!(heads.iter().any(|h| h.contains("src/client.py:")) && heads.iter().any(|h| h.contains("src/consumer.py:")), "{said}");
    assert!(said.chars().count() <= 2000, "one event, one budget: {}", said.chars().count());
    let journal = codex.journal();
    let paths: Vec<(&Value, &Value)> = journal.iter().map(|l| (&l["path"], &l["part"])).collect();
    let one = |path: &'static str| json!(path);
    assert_eq!(
        paths.iter().map(|(path, _)| (*path).clone()).collect::<Vec<_>>(),
        [one("src/sums.py"), one("src/client.py"), one("src/consumer.py")],
        "a deleted file is not judged"
    );
    assert_eq!(paths.iter().map(|(_, part)| part.as_u64()).collect::<Vec<_>>(), [None, Some(1), Some(3)]);
}

#[test]
fn many_files_share_one_budget() {
    let codex = Codex::new();
    let flaw = "import requests\n\n\ndef fetch(url):\n    while True:\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n";
    let patch: String = (0..12).map(|i| format!("*** Add File: src/part{i}.py\n{}", added(flaw))).collect();
    (0..12).for_each(|i| codex.write(&format!("src/part{i}.py"), flaw));
    let said = codex.says(&codex.patch("PostToolUse", &patch));
    let length = said.chars().count();
    assert!((1200..=2000).contains(&length), "{length}: {said}");
    // What found no room was not claimed, so its next edit tells it.
    assert!(!said.contains("src/part11.py"), "{said}");
    let again = codex.says(&codex.patch("PostToolUse", &format!("*** Add File: src/part11.py\n{}", added(flaw))));
    assert!(again.contains("tight-retry-loop (src/part11.py:"), "{again}");
    assert_eq!(codex.journal().len(), 13);
}

#[test]
fn a_moved_file_is_known_by_where_it_was() {
    let codex = Codex::new();
    let patch = format!("*** Update File: src/client.py\n*** Move to: lib/fetch.py\n@@ def fetch(url):\n-    pass\n{}", added(RETRY));
    let said = codex.says(&codex.patch("PreToolUse", &patch));
    // Line 6 of the file as it stood, and its imports, were read from the old place.
    assert!(said.contains("(lib/fetch.py:") && !said.contains("(lib/fetch.py:1)"), "{said}");
    let around = codex.journal()[0]["around"].clone();
    assert!(around["imports"].as_str().expect("imports").contains("import requests"), "{around}");
    assert_eq!(around["first_line"], json!([6]));
}

#[test]
fn a_flaw_is_told_after_the_patch_again_at_the_end_and_is_gone_when_mended() {
    let codex = Codex::new();
    let head = "import requests\nimport time\n\n\ndef fetch(url):\n";
    let flaw =
        "    while True:\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n";
    let patch = format!("*** Update File: src/client.py\n@@ def fetch(url):\n-    pass\n{}", added(flaw));
    codex.says(&codex.patch("PreToolUse", &patch));
    codex.write("src/client.py", &format!("{head}{flaw}"));
    let said = codex.says(&codex.patch("PostToolUse", &patch));
    assert!(said.contains("tight-retry-loop") && said.contains("src/client.py:"), "{said}");
    // The file before the patch is not told: it is the file after it, with the patch taken back.
    assert_eq!(codex.journal()[1]["findings"][0]["told"], true);
    let stop = codex.says(&events::stop(&codex.cwd(), false));
    assert!(stop.contains("tight-retry-loop"), "{stop}");
    assert_eq!(codex.says(&events::stop(&codex.cwd(), true)), "");
    codex
        .write("src/client.py", &format!("{head}{}", flaw.replace("            continue\n", "            time.sleep(backoff.next())\n            continue\n")));
    let mend =
        "*** Update File: src/client.py\n@@\n         except requests.ConnectionError:\n+            time.sleep(backoff.next())\n             continue\n";
    codex.says(&codex.patch("PostToolUse", mend));
    let fates: Vec<Value> = codex.journal().iter().flat_map(|l| l["fates"].as_array().cloned().unwrap_or_default()).collect();
    assert!(fates.iter().any(|f| f["state"] == "resolved" && f["pattern"] == "tight-retry-loop"), "{fates:?}");
}

#[test]
fn a_commit_is_told_once_what_is_open() {
    let codex = Codex::new();
    let flaw =
        "    while True:\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n";
    let patch = format!("*** Update File: src/client.py\n@@ def fetch(url):\n-    pass\n{}", added(flaw));
    codex.write("src/client.py", &format!("import requests\nimport time\n\n\ndef fetch(url):\n{flaw}"));
    codex.says(&codex.patch("PostToolUse", &patch));
    let lines = codex.journal().len();
    for quiet in ["cargo test", "git status", "git commit --dry-run", "echo 'git commit'"] {
        assert_eq!(codex.hook(&events::shell(&codex.cwd(), quiet)), None, "{quiet}");
    }
    assert_eq!(codex.journal().len(), lines, "a command that hands nothing on leaves no line");
    let commit = events::shell(&codex.cwd(), "cd . && git add -A && git commit -m 'try again'");
    let said = codex.says(&commit);
    assert!(said.contains("tight-retry-loop (src/client.py:"), "{said}");
    assert_eq!(codex.hook(&commit), None, "the same commit is told once");
    assert_eq!(codex.hook(&events::shell(&codex.cwd(), "git push")), None);
}

#[test]
fn a_patch_of_the_shell_is_asked_about_and_kept_as_a_patch() {
    let codex = Codex::new();
    let command = format!("cd src && apply_patch <<'EOF'\n*** Begin Patch\n{}*** End Patch\nEOF\n", retry_patch().replace("src/client.py", "client.py"));
    let said = codex.says(&events::shell(&codex.cwd(), &command));
    assert!(said.starts_with(&format!("{PREFIX}failure-mode: ")) && said.contains("(src/client.py:"), "{said}");
    assert_eq!(codex.journal()[0]["tool"], "apply_patch");
    assert_eq!(codex.says(&codex.patch("PreToolUse", &retry_patch())), "", "it is the same edit");
}

#[test]
fn a_gate_denies_a_patch_once() {
    let codex = Codex::new();
    codex.write(".dist-architect/config.yaml", "mode: gate\n");
    let event = codex.patch("PreToolUse", &retry_patch());
    let answer = codex.hook(&event).expect("an answer");
    assert_eq!(answer["hookSpecificOutput"]["permissionDecision"], "deny");
    assert_eq!(codex.hook(&event), None, "the same patch tried again passes");
}

#[test]
fn a_context_that_is_gone_is_told_again() {
    let codex = Codex::new();
    codex.says(&codex.patch("PreToolUse", &retry_patch()));
    for source in ["startup", "resume", "fork"] {
        assert_eq!(codex.hook(&events::start(&codex.cwd(), source)), None);
    }
    assert_eq!(codex.says(&codex.patch("PreToolUse", &retry_patch())), "");
    assert_eq!(codex.hook(&events::start(&codex.cwd(), "compact")), None);
    assert!(codex.says(&codex.patch("PreToolUse", &retry_patch())).starts_with(PREFIX));
    // A subagent has a context of its own.
    let mut sub = codex.patch("PreToolUse", &retry_patch());
    sub["agent_id"] = json!("agent-1");
    sub["agent_type"] = json!("worker");
    assert!(codex.says(&sub).starts_with(PREFIX));
}

#[test]
fn what_is_none_of_ours_is_silent() {
    let codex = Codex::new();
    let cwd = codex.cwd();
    let tool = |name: &str, input: Value| events::tool(&cwd, "PreToolUse", name, &input);
    for event in [
        tool("Bash", json!({ "command": "cat src/client.py" })),
        tool("mcp__notes__add", json!({ "text": ["not", "a", "command"] })),
        tool("apply_patch", json!("a form that nobody has published")),
        tool("apply_patch", json!({ "command": "*** Begin Patch\n*** End Patch" })),
        events::event(&cwd, "UserPromptSubmit", &json!({ "turn_id": "t", "prompt": "go" })),
        events::event(&cwd, "SessionEnd", &json!({ "reason": "other" })),
        events::stop(&codex.cwd(), false),
    ] {
        assert_eq!(codex.hook(&event), None, "{event}");
    }
    assert!(codex.journal().iter().all(|l| l["kind"] != "fault"), "{:?}", codex.journal());
}

#[test]
fn the_journal_of_a_patch_is_replayed_file_by_file() {
    let codex = Codex::new();
    let patch = format!("{}*** Add File: src/consumer.py\n{}", retry_patch(), added(CONSUMER));
    codex.says(&codex.patch("PreToolUse", &patch));
    let journal = codex.room.path("xdg/distarch/journal.jsonl");
    let out = codex.room.command(env!("CARGO_BIN_EXE_distarch")).args(["replay", "--format", "json"]).arg(&journal).output().expect("it runs");
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    let text = report.to_string();
    assert!(text.contains("src/client.py") && text.contains("src/consumer.py"), "{report:#}");
}

#[test]
fn a_client_that_nobody_knows_is_a_fault_and_stops_nothing() {
    let codex = Codex::new();
    let run = |args: &[&str]| {
        let mut command = codex.room.hook_command();
        command.args(args);
        room::run(command, codex.patch("PreToolUse", &retry_patch()).to_string().as_bytes())
    };
    assert_eq!(run(&["--client", "nobody"]), None);
    assert_eq!(codex.room.faults(), ["no client: nobody"]);
    assert!(run(&["--client=codex"]).is_some(), "the other way to write it");
    assert!(fs::exists(codex.room.path("xdg")).is_ok_and(|there| !there));
}
