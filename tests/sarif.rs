//! What `distarch check --format sarif` writes is valid by the published schema of SARIF 2.1.0.
//!
//! The schema's text is its committee's, so there is no copy of it here. `.ci/run` brings one that a crate carries into cargo's own
//! folder; where it is missing, the suite says so in one line and passes, unless `DISTARCH_REQUIRE_SARIF=1` is set.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The crate in cargo's folder, and the schema in the crate.
const CARRIER: (&str, &str) = ("serde-sarif-0.8.0", "src/schema.json");

/// The schema, or `None` where this machine has none.
fn schema() -> Option<Value> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let found = registries.map(|r| r.path().join(CARRIER.0).join(CARRIER.1)).find_map(|path| std::fs::read(path).ok());
    let is_required = std::env::var_os("DISTARCH_REQUIRE_SARIF").is_some_and(|v| v != "0" && !v.is_empty());
    assert!(found.is_some() || !is_required, "DISTARCH_REQUIRE_SARIF is set, but {} is not in {}", CARRIER.0, home.display());
    if found.is_none() {
        // The harness captures what a passing test prints by macro; this is seen.
        let _ = std::io::stderr().write_all(format!("SKIPPED: SARIF schema: {} is not in {}\n", CARRIER.0, home.display()).as_bytes());
    }
    Some(serde_json::from_slice(&found?).expect("a schema is JSON"))
}

/// What is wrong with a document, place by place.
fn slips(schema: &Value, document: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    // As published, the pattern of a language's code has a bracket too many, and no reader of patterns takes it.
    mend(&mut schema);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn mend(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("pattern").and_then(Value::as_str).is_some_and(|p| p.ends_with("{2}]?$")) {
                map.remove("pattern");
            }
            map.values_mut().for_each(mend);
        }
        Value::Array(list) => list.iter_mut().for_each(mend),
        _ => {}
    }
}

/// A path, and the file before and after.
type File<'a> = (&'a str, &'a str, &'a str);

/// A repository with a change.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new(files: &[File<'_>]) -> Self {
        let room = Self(tempfile::tempdir().expect("a folder"));
        room.run("git", &["init", "-q"]);
        for (path, before, _) in files {
            room.write(path, before);
        }
        room.run("git", &["add", "-A"]);
        room.run("git", &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "before", "--allow-empty"]);
        for (path, _, after) in files {
            room.write(path, after);
        }
        room
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    fn run(&self, program: impl AsRef<Path>, args: &[&str]) -> Output {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Command::new(program.as_ref()).args(args).current_dir(self.0.path()).env_clear().env("HOME", self.0.path()).env("PATH", path).output().expect("it runs")
    }

    fn sarif(&self) -> Value {
        let out = self.run(env!("CARGO_BIN_EXE_distarch"), &["check", "--low", "--fail-on", "none", "--format", "sarif"]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).expect("JSON")
    }
}

const BEFORE: &str = "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n";
const AFTER: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";

#[test]
fn a_report_is_valid_by_the_published_schema() {
    let Some(schema) = schema() else { return };
    // Findings and modules; a path that is no plain word; nothing at all.
    let cases: [(&[File<'_>], usize); 3] =
        [(&[("worker/report.py", BEFORE, AFTER)], 2), (&[("work er/berücht #1.py", BEFORE, AFTER)], 2), (&[("lib/sums.py", "x = 1\n", "x = 2\n")], 0)];
    for (files, least) in cases {
        let report = Repository::new(files).sarif();
        let results = report["runs"][0]["results"].as_array().expect("results");
        assert!(results.len() >= least && (least > 0 || results.is_empty()), "{report:#}");
        assert_eq!(slips(&schema, &report), [""; 0], "{report:#}");
    }
}

#[test]
fn a_slip_would_be_seen() {
    let Some(schema) = schema() else { return };
    let report = Repository::new(&[("worker/report.py", BEFORE, AFTER)]).sarif();
    for (place, value) in [("/version", Value::from("2.0.0")), ("/runs/0/results/0/level", "fatal".into()), ("/runs/0/tool/driver/name", Value::Null)] {
        let mut broken = report.clone();
        *broken.pointer_mut(place).expect("it is there") = value;
        let slips = slips(&schema, &broken);
        assert!(slips.iter().any(|s| s.starts_with(&format!("{place}: "))), "{place}: {slips:?}");
    }
}
