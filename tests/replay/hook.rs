//! A replay of the journal says what the hook said: the real binary runs on generated conversations, and then on its own journal.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file, a place in it, and what an edit puts there. The first of each has something to say, the last has not.
const FILES: [(&str, &str); 4] = [
    ("src/lock.go", "package lock\n\nimport (\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc Claim() error {\n\treturn nil // here\n}\n"),
    ("src/worker.py", "import pika\n\n\ndef handle(ch, method, props, body):\n    pass  # here\n"),
    ("src/client.py", "import requests\n\n\ndef fetch(url):\n    pass  # here\n"),
    ("src/sums.py", "def add(a, b):\n    pass  # here\n"),
];
const TEXTS: [&str; 5] = [
    "ok, err := rdb.SetNX(ctx, \"lock:\"+id, me, ttl).Result()\n\tif err != nil || !ok {\n\t\treturn err\n\t}\n",
    "ch.basic_ack(delivery_tag=method.delivery_tag)\n    store(body)\n",
    "for attempt in range(5):\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n",
    "total = 1\n",
    "# only a note\n",
];
const PLANS: [&str; 2] =
    ["1. Retry the call to the payment service three times.\n2. Delete the queue's messages after a timeout.\n", "1. Rename a variable.\n"];

#[derive(Clone, Debug)]
enum Event {
    /// File, text, how, whether it is proposed, whether it is reported.
    Edit {
        file: usize,
        text: usize,
        tool: usize,
        proposed: bool,
        reported: bool,
    },
    Plan(usize),
    Compacted,
    Ended,
    Read,
}

#[derive(Clone, Debug)]
struct Moment {
    session: usize,
    agent: usize,
    with_id: bool,
    event: Event,
}

fn moment() -> impl Strategy<Value = Moment> {
    let event = prop_oneof![
        8 => (0..FILES.len(), 0..TEXTS.len(), 0..3usize, prop::bool::weighted(0.85), any::<bool>()).prop_map(|(file, text, tool, proposed, reported)| Event::Edit { file, text, tool, proposed, reported }),
        1 => (0..PLANS.len()).prop_map(Event::Plan),
        1 => Just(Event::Compacted),
        1 => Just(Event::Ended),
        1 => Just(Event::Read),
    ];
    (0..2usize, 0..2usize, prop::bool::weighted(0.85), event).prop_map(|(session, agent, with_id, event)| Moment { session, agent, with_id, event })
}

/// Where one conversation happens.
struct World {
    folder: tempfile::TempDir,
    calls: usize,
    /// What was said, by conversation.
    said: BTreeMap<String, Vec<String>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in FILES {
            let path = folder.path().join("project").join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
            std::fs::write(path, text).expect("file");
        }
        // Findings are counted apart from what modules say: here it is the latter that is compared.
        let settings = folder.path().join("project/.dist-architect");
        std::fs::create_dir_all(&settings).expect("folder");
        std::fs::write(settings.join("config.yaml"), "findings: {tell: false}\n").expect("file");
        Self { folder, calls: 0, said: BTreeMap::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_distarch"))
            .args(args)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("XDG_CONFIG_HOME", self.path("home"))
            .env("CLAUDE_PLUGIN_DATA", self.path("state"))
            .env("CLAUDE_PROJECT_DIR", self.path("project"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("distarch");
        child.stdin.take().expect("stdin").write_all(input).expect("input");
        let out = child.wait_with_output().expect("output");
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    }

    fn hook(&mut self, moment: &Moment, event: &str, more: Value) {
        let session = ["one", "two"][moment.session];
        let mut payload = json!({ "session_id": session, "cwd": self.path("project"), "hook_event_name": event });
        let all = payload.as_object_mut().expect("object");
        if moment.agent > 0 {
            all.insert("agent_id".to_owned(), json!("a1"));
        }
        if moment.with_id {
            all.insert("tool_use_id".to_owned(), json!(format!("call-{}", self.calls)));
        }
        all.extend(more.as_object().expect("object").clone());
        let out = self.run(&["hook"], payload.to_string().as_bytes());
        if !out.is_empty() {
            let answer: Value = serde_json::from_slice(&out).expect("the hook's answer is JSON");
            let text = answer["hookSpecificOutput"]["additionalContext"].as_str().expect("a text").to_owned();
            self.said.entry(session.to_owned()).or_default().push(text);
        }
    }

    fn happen(&mut self, moment: &Moment) {
        self.calls += 1;
        match moment.event {
            Event::Edit { file, text, tool, proposed, reported } => self.edit(moment, file, text, tool, proposed, reported),
            Event::Plan(plan) => self.hook(moment, "PreToolUse", json!({ "tool_name": "ExitPlanMode", "tool_input": { "plan": PLANS[plan] } })),
            Event::Compacted => self.hook(moment, "SessionStart", json!({ "source": "compact" })),
            Event::Ended => self.hook(moment, "SessionEnd", json!({ "reason": "other" })),
            Event::Read => self.hook(moment, "PreToolUse", json!({ "tool_name": "Read", "tool_input": { "file_path": "x" } })),
        }
    }

    fn edit(&mut self, moment: &Moment, file: usize, text: usize, tool: usize, proposed: bool, reported: bool) {
        let path = self.path("project").join(FILES[file].0);
        let before = std::fs::read_to_string(&path).expect("file");
        // The place is kept, so that the next edit finds it.
        let place = before.lines().find(|l| l.contains("here")).expect("a place").trim_start().to_owned();
        let new = format!("{}{}", TEXTS[text], before.lines().find(|l| l.contains("here")).expect("a place"));
        let after = before.replacen(&place, &new, 1);
        let (tool, input) = match tool {
            0 => ("Edit", json!({ "file_path": path, "old_string": place, "new_string": new })),
            1 => ("Write", json!({ "file_path": path, "content": after })),
            _ => ("MultiEdit", json!({ "file_path": path, "edits": [{ "old_string": place, "new_string": new }] })),
        };
        if proposed {
            self.hook(moment, "PreToolUse", json!({ "tool_name": tool, "tool_input": input }));
        }
        std::fs::write(&path, &after).expect("file");
        if reported {
            self.hook(moment, "PostToolUse", json!({ "tool_name": tool, "tool_input": input, "tool_response": { "originalFile": before } }));
        }
    }

    fn replay(&self) -> Value {
        let journal = self.path("state").join("journal.jsonl");
        serde_json::from_slice(&self.run(&["replay", journal.to_str().expect("a path"), "--diff", "--format", "json"], b"")).expect("JSON")
    }

    fn agrees(&self) -> Value {
        let report = self.replay();
        let mut replayed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for telling in report["tellings"].as_array().expect("tellings") {
            replayed.entry(telling["session"].as_str().expect("session").to_owned()).or_default().push(telling["text"].as_str().expect("text").to_owned());
        }
        assert_eq!(replayed, self.said);
        let diff = &report["diff"];
        assert_eq!((&diff["changed"], &diff["added"], &diff["removed"]), (&json!(0), &json!(0), &json!(0)), "{diff}");
        assert_eq!(diff["same"], json!(self.said.values().map(Vec::len).sum::<usize>()));
        report
    }
}

#[test]
fn a_replay_of_the_journal_says_what_the_hook_said() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(moment(), 1..14), |moments| {
            let mut world = World::new();
            for moment in &moments {
                world.happen(moment);
            }
            if world.path("state").join("journal.jsonl").exists() {
                world.agrees();
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

/// What one conversation of every kind leaves behind.
fn conversation() -> World {
    let mut world = World::new();
    let edit = |file, text| Event::Edit { file, text, tool: 0, proposed: true, reported: true };
    for (agent, event) in [
        (0, edit(2, 2)),
        (0, edit(2, 2)),
        (0, edit(3, 3)),
        (0, edit(1, 2)),
        (1, edit(2, 2)),
        (0, Event::Compacted),
        (0, edit(2, 2)),
        (0, Event::Plan(0)),
        (0, Event::Plan(1)),
    ] {
        world.happen(&Moment { session: 0, agent, with_id: true, event });
    }
    world
}

#[test]
fn the_hook_speaks_in_the_conversation_that_is_compared() {
    let world = conversation();
    let said = &world.said["one"];
    let asked = said.iter().filter(|t| t.starts_with("[distributed-architect] failure-mode") && t.lines().count() > 3).count();
    assert_eq!(asked, 3, "told once, once to the subagent, once after the compaction: {said:#?}");
    assert!(said.iter().any(|t| t.contains("worker.py") && t.lines().count() == 1), "a line for the second file: {said:#?}");
    assert!(said.iter().any(|t| t.starts_with("[distributed-architect] plan")), "{said:#?}");
    world.agrees();
}

#[test]
fn torn_and_foreign_lines_of_a_journal_are_counted() {
    let world = conversation();
    let journal = world.path("state").join("journal.jsonl");
    let clean = world.agrees();
    let text = std::fs::read_to_string(&journal).expect("journal");
    let broken = format!(
        "not ours\n{{\"v\":1,\"t\":\n{}\n{{\"v\":99,\"t\":1,\"kind\":\"event\"}}\n{{\"v\":1,\"t\":1,\"kind\":\"brand-new\"}}\n{{\"v\":1,\"t\":1,\"kind\":\"fault\",\"fault\":\"x\"}}\n{{\"v\":1,\"t\":5,\"ki",
        text.trim_end()
    );
    std::fs::write(&journal, broken).expect("journal");
    let report = world.agrees();
    assert_eq!(report["told"], clean["told"]);
    let skipped = &report["read"]["skipped"];
    assert_eq!((&skipped["not_json"], &skipped["torn"], &skipped["total"]), (&json!(1), &json!(2), &json!(5)), "{skipped}");
    let stats: Value = serde_json::from_slice(&world.run(&["stats", "--format", "json"], b"")).expect("JSON");
    assert_eq!((&stats["faults"], &stats["skipped"]), (&json!(1), &json!(4)), "{stats}");
}

#[test]
fn the_figures_of_the_journal_are_those_of_its_replay() {
    let world = conversation();
    let report = world.agrees();
    let stats: Value = serde_json::from_slice(&world.run(&["stats", "--format", "json"], b"")).expect("JSON");
    assert_eq!(stats["version"], json!(1));
    assert_eq!(stats["edits"], report["edits"]["judged"]);
    assert_eq!(stats["silenced"], report["edits"]["silent"]);
    assert_eq!(stats["fired"], report["told"]["events"]);
    assert_eq!(stats["characters"], report["told"]["characters"]);
    let project = world.path("project");
    assert_eq!(stats["by_project"][project.to_str().expect("a path")]["edits"], stats["edits"], "{stats}");
    for (module, figures) in report["told"]["by_module"].as_object().expect("modules") {
        assert_eq!((&stats["by_module"][module]["full"], &stats["by_module"][module]["line"]), (&figures["full"], &figures["line"]), "{module}");
    }
}

#[test]
fn stats_without_a_journal_say_where_they_looked() {
    let world = World::new();
    let text = String::from_utf8(world.run(&["stats"], b"")).expect("text");
    assert!(text.contains("No journal yet") && text.contains(world.path("state").to_str().expect("a path")), "{text}");
    assert!(Path::new(&world.path("state")).read_dir().is_err(), "stats makes no folder");
}
