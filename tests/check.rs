//! `distarch check` on a repository of its own: four flaws in three languages, each range, each format, each exit code.

#![allow(clippy::print_stdout, reason = "the report is shown, so that it can be quoted")]

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const PYTHON: (&str, &str, &str) = (
    "worker/report.py",
    "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n",
    "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n",
);
const GO: (&str, &str, &str) = (
    "orders/consumer.go",
    "package orders\n\nimport amqp \"github.com/rabbitmq/amqp091-go\"\n\nfunc (c *Consumer) handle(d amqp.Delivery) error {\n\tif err := c.store.Save(d.Body); err != nil {\n\t\treturn d.Nack(false, true)\n\t}\n\treturn d.Ack(false)\n}\n",
    "package orders\n\nimport amqp \"github.com/rabbitmq/amqp091-go\"\n\nfunc (c *Consumer) handle(d amqp.Delivery) error {\n\tif err := d.Ack(false); err != nil {\n\t\treturn err\n\t}\n\treturn c.store.Save(d.Body)\n}\n",
);
const TYPESCRIPT: (&str, &str, &str) = (
    "web/charge.ts",
    "import axios from 'axios'\n\nexport async function charge(order: Order) {\n  await axios.post('/charges', order, { timeout: 2000 })\n}\n",
    "import axios from 'axios'\n\nexport async function charge(order: Order) {\n  try {\n    await axios.post('/charges', order, { timeout: 2000 })\n  } catch (e) {\n  }\n}\n",
);
const QUIET: (&str, &str, &str) = ("lib/sums.py", "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return b + a\n");

struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder") };
        room.git(&["init", "-q", "-b", "main"]);
        for (path, before, _) in [PYTHON, GO, TYPESCRIPT, QUIET] {
            room.write(path, before);
        }
        room.git(&["add", "-A"]);
        room.git(&["commit", "-qm", "before"]);
        room
    }

    fn changed() -> Self {
        let room = Self::new();
        for (path, _, after) in [PYTHON, GO, TYPESCRIPT, QUIET] {
            room.write(path, after);
        }
        room
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    fn git(&self, arguments: &[&str]) {
        let out = Command::new("git").arg("-C").arg(self.root()).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]).args(arguments).output().expect("git");
        assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn check(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_distarch"))
            .arg("check")
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.root())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .output()
            .expect("it runs")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let out = self.check(&[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)))
    }
}

fn found(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|f| format!("{} {}:{}", f["pattern"].as_str().unwrap_or(""), f["path"].as_str().unwrap_or(""), f["line"])).collect()
}

#[test]
fn flaws_in_three_languages_are_told_with_their_lines() {
    let room = Repository::changed();
    let out = room.check(&[]);
    let text = String::from_utf8(out.stdout).expect("text");
    println!("{text}");
    assert_eq!(out.status.code(), Some(1), "a sure finding");
    for part in ["tight-retry-loop", "lost-data-at-ack", "swallowed-error", "--> worker/report.py:", "First pass", "Second pass", "^"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("lib/sums.py"), "what crosses no boundary is not named");
    let report = room.json(&[]);
    assert_eq!(report["version"], json!(1));
    assert_eq!(report["files"]["changed"], json!(4));
}

#[test]
fn each_range_looks_at_its_own_change() {
    let room = Repository::changed();
    let all = found(&room.json(&[]));
    assert!(all.len() >= 3, "{all:?}");
    assert_eq!(found(&room.json(&["--staged"])), [""; 0]);
    assert_eq!(found(&room.json(&["worker"])), all.iter().filter(|f| f.contains("worker/")).cloned().collect::<Vec<_>>());
    room.git(&["add", "-A"]);
    assert_eq!(found(&room.json(&["--staged"])), all);
    room.git(&["commit", "-qm", "after"]);
    assert_eq!(found(&room.json(&[])), [""; 0]);
    assert_eq!(found(&room.json(&["--diff", "HEAD~1..HEAD"])), all);
    assert_eq!(found(&room.json(&["--since", "HEAD~1"])), all);
    // The other way round each of them is mended.
    let back = found(&room.json(&["--diff", "HEAD..HEAD~1"]));
    assert!(!back.iter().any(|b| all.iter().any(|a| a.split(' ').next() == b.split(' ').next())), "{back:?}");
}

#[test]
fn exit_codes_and_slips() {
    let room = Repository::changed();
    assert_eq!(room.check(&["--fail-on", "none"]).status.code(), Some(0));
    assert_eq!(room.check(&["lib"]).status.code(), Some(0));
    for (arguments, word) in [(&["--since", "nothing"][..], "nothing"), (&["--diff=--output=x"], "--diff"), (&["/"], "repository")] {
        let out = room.check(arguments);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(word) && out.stdout.is_empty(), "{arguments:?}: {said}");
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    let out = Command::new(env!("CARGO_BIN_EXE_distarch")).arg("check").current_dir(elsewhere.path()).output().expect("it runs");
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn tools_read_what_is_written_for_them() {
    let room = Repository::changed();
    let sarif: Value = serde_json::from_slice(&room.check(&["--format", "sarif"]).stdout).expect("JSON");
    let run = &sarif["runs"][0];
    let rules: Vec<&Value> = run["tool"]["driver"]["rules"].as_array().expect("rules").iter().map(|r| &r["id"]).collect();
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 3);
    for result in results {
        assert!(rules.contains(&&result["ruleId"]), "{result}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().is_some_and(|l| l > 0), "{result}");
        assert!(room.root().join(place["artifactLocation"]["uri"].as_str().expect("a path")).is_file());
    }
    let github = String::from_utf8(room.check(&["--format", "github"]).stdout).expect("text");
    assert!(github.lines().all(|l| l.starts_with("::error file=") || l.starts_with("::warning file=") || l.starts_with("::notice file=")), "{github}");
    assert!(github.contains("::error file=worker/report.py,line="), "{github}");
    let markdown = String::from_utf8(room.check(&["--format", "markdown"]).stdout).expect("text");
    assert!(markdown.starts_with('#') && markdown.contains("| "), "{markdown}");
}

#[test]
fn a_file_cannot_speak_to_the_terminal() {
    let room = Repository::new();
    room.write("worker/evil.py", &PYTHON.2.replace("except ConnectionError:", "except ConnectionError:  # \u{1b}[2J\u{202e}"));
    let text = String::from_utf8(room.check(&[]).stdout).expect("text");
    assert!(text.contains("tight-retry-loop") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
}
