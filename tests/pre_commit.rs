//! The hooks for pre-commit: the form that its manifest has, and an entry that runs and fails as the hook should.
//!
//! Where `pre-commit` is on the PATH it judges the manifest itself and runs the hook that needs no build; else one line says so.
#![cfg(unix)]

use serde::Deserialize;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

const MANIFEST: &str = include_str!("../.pre-commit-hooks.yaml");
const BEFORE: &str = "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n";
const AFTER: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";

/// An entry of the manifest: what pre-commit 4.7 requires, and of the rest what is used here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    id: String,
    name: String,
    description: String,
    entry: String,
    language: String,
    pass_filenames: bool,
    stages: Vec<String>,
    minimum_pre_commit_version: String,
}

fn hooks() -> Vec<Hook> {
    serde_yaml::from_str(MANIFEST).expect("the manifest's form")
}

/// A repository with a flaw that is staged.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().expect("a folder"));
        room.git(&["init", "-q", "-b", "main"]);
        room.stage("report.py", BEFORE);
        room.git(&["commit", "-qm", "before"]);
        room.stage("report.py", AFTER);
        room
    }

    fn stage(&self, path: &str, text: &str) {
        std::fs::write(self.0.path().join(path), text).expect("written");
        self.git(&["add", path]);
    }

    fn git(&self, args: &[&str]) {
        let out = self.run(Path::new("git"), args);
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// Runs a program with ours before the others on the PATH.
    fn run(&self, program: &Path, args: &[&str]) -> Output {
        let ours = Path::new(env!("CARGO_BIN_EXE_distarch")).parent().expect("a folder").to_owned();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let search = std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&inherited))).expect("a search path");
        Command::new(program)
            .args(args)
            .current_dir(self.0.path())
            .env("PATH", search)
            .env("HOME", self.0.path())
            .env("PRE_COMMIT_HOME", self.0.path().join(".git/pre-commit"))
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@b.c"), ("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@b.c")])
            .output()
            .expect("it runs")
    }
}

#[test]
fn each_hook_runs_what_it_says_before_a_commit_alone() {
    let hooks = hooks();
    let languages: Vec<&str> = hooks.iter().map(|h| h.language.as_str()).collect();
    assert_eq!(languages, ["rust", "system"]);
    let page = include_str!("../docs/ci.md");
    for hook in &hooks {
        assert!(page.contains(&format!("id: {}", hook.id)), "docs/ci.md does not name {}", hook.id);
        assert!(!hook.name.is_empty() && !hook.description.is_empty() && !hook.pass_filenames, "{}", hook.id);
        // These names of stages are understood from there on.
        assert_eq!((hook.stages.as_slice(), &*hook.minimum_pre_commit_version), (&["pre-commit", "pre-merge-commit", "manual"].map(String::from)[..], "3.2.0"));
        // `language: rust` installs what the package builds, under its name.
        let words: Vec<&str> = hook.entry.split(' ').collect();
        assert_eq!(Path::new(env!("CARGO_BIN_EXE_distarch")).file_name().and_then(|n| n.to_str()), Some(words[0]));
        let room = Repository::new();
        let out = room.run(Path::new(words[0]), &words[1..]);
        assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
        room.stage("report.py", BEFORE);
        assert_eq!(room.run(Path::new(words[0]), &words[1..]).status.code(), Some(0));
    }
}

#[test]
fn pre_commit_takes_the_manifest_and_runs_the_hook() {
    let has_pre_commit = Command::new("pre-commit").arg("--version").output().is_ok_and(|out| out.status.success());
    if !has_pre_commit {
        // The harness captures what a passing test prints by macro; this is seen.
        let _ = std::io::stderr().write_all(b"SKIPPED: pre-commit is not on the PATH\n");
        return;
    }
    let source = Repository::new();
    source.stage(".pre-commit-hooks.yaml", MANIFEST);
    source.git(&["commit", "-qm", "the manifest"]);
    let valid = source.run(Path::new("pre-commit"), &["validate-manifest", ".pre-commit-hooks.yaml"]);
    assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stdout));
    let revision = String::from_utf8(source.run(Path::new("git"), &["rev-parse", "HEAD"]).stdout).expect("a name");

    let room = Repository::new();
    let config = format!("repos:\n  - repo: file://{}\n    rev: {revision}    hooks: [{{id: distarch-check-system}}]\n", source.0.path().display());
    room.stage(".pre-commit-config.yaml", &config);
    let installed = room.run(Path::new("pre-commit"), &["install", "-t", "pre-commit", "-t", "pre-push"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stdout));
    let commit = |words: &[&str]| room.run(Path::new("git"), &[&["commit", "-m", "after"], words].concat());
    // Also where git makes an index for the commit.
    for words in [&[][..], &["-a"], &["report.py", ".pre-commit-config.yaml"]] {
        let out = commit(words);
        let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
        assert!(out.status.code() == Some(1) && said.contains("tight-retry-loop"), "{words:?}: {said}");
    }
    let push = room.run(Path::new("pre-commit"), &["run", "--hook-stage", "pre-push", "--all-files"]);
    assert!(push.status.success() && !String::from_utf8_lossy(&push.stdout).contains("tight-retry-loop"));
    room.stage("report.py", BEFORE);
    assert!(commit(&[]).status.success());
}
