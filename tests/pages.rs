//! What docs/clients.md and docs/ci.md show works as printed: commands, hooks of pre-commit, the action and the jobs.
#![cfg(unix)]

use distributed_architect::topology::yaml::{self, Yaml};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BINARY: &str = env!("CARGO_BIN_EXE_distarch");
const TARGET: &str = "x86_64-unknown-linux-musl";
const VERSION: &str = env!("CARGO_PKG_VERSION");

const BEFORE: &str = "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n";
const AFTER: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = read(page);
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned)).collect()
}

fn parsed(what: &str, text: &str) -> Yaml {
    let documents = yaml::documents(text).unwrap_or_else(|e| panic!("{what}: {e:?}\n{text}"));
    documents.into_iter().next().unwrap_or_else(|| panic!("{what}: no document"))
}

/// A repository whose branch `feature` brings a flaw, beside `main`, and a folder of programs with distarch first on the PATH.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["bin", "project", "home", "temp"] {
            fs::create_dir(room.path(folder)).expect("a folder");
        }
        symlink(BINARY, room.path("bin/distarch")).expect("a link");
        room.write("worker.py", BEFORE);
        room.git("git init -q -b main && git add -A && git commit -qm before && git update-ref refs/remotes/origin/main HEAD && git switch -qc feature");
        room.write("worker.py", AFTER);
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path("project").join(name), text).expect("written");
    }

    fn git(&self, words: &str) {
        let out = self.sh(words, &[]);
        assert!(out.status.success(), "{words}: {out:?}");
    }

    fn commit(&self) {
        self.git("git commit -qam after");
    }

    fn sh(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        Command::new("bash")
            .args(["-c", script])
            .current_dir(self.path("project"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@b.c")))
            .envs(variables.iter().copied())
            .output()
            .expect("it runs")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn commands_of_both_pages_run() {
    for (page, least) in [("docs/clients.md", 8), ("docs/ci.md", 3)] {
        let room = Room::new();
        room.commit();
        let commands: Vec<String> = blocks(page, "sh").iter().flat_map(|b| b.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        assert!(commands.len() >= least, "{page}: {commands:?}");
        for command in commands {
            let out = room.sh(&command, &[]);
            let finds = command.starts_with("distarch check") && !command.contains("--fail-on none");
            assert_eq!(out.status.code(), Some(i32::from(finds)), "{page}: {command}: {out:?}");
            assert!(!out.stdout.is_empty() && out.stderr.is_empty(), "{page}: {command}: {out:?}");
        }
        // What was installed was uninstalled.
        let left = room.sh("git status --porcelain; find ../home -type f", &[]);
        assert_eq!(text(&left.stdout).lines().filter(|l| !l.contains("AGENTS.md")).collect::<Vec<_>>(), [""; 0], "{page}");
    }
}

#[test]
fn both_hooks_of_pre_commit_find_the_flaw_that_is_staged() {
    let hooks = parsed(".pre-commit-hooks.yaml", &read(".pre-commit-hooks.yaml"));
    assert_eq!(hooks.items().len(), 2);
    let shown = blocks("docs/ci.md", "yaml");
    for hook in hooks.items() {
        let field = |key: &str| hook.get(key).and_then(Yaml::text).unwrap_or_else(|| panic!("{key}")).to_owned();
        assert_eq!(hook.get("pass_filenames").and_then(Yaml::bool), Some(false), "it asks git itself");
        assert!(shown[0].contains(&format!("- id: {}", field("id"))), "{}", shown[0]);
        let room = Room::new();
        let nothing = room.sh(&field("entry"), &[]);
        assert_eq!(nothing.status.code(), Some(0), "nothing is staged: {nothing:?}");
        room.git("git add -A");
        let out = room.sh(&field("entry"), &[]);
        assert_eq!(out.status.code(), Some(1), "{out:?}");
        assert!(text(&out.stdout).contains("tight-retry-loop"), "{out:?}");
    }
}

/// The steps of the action, each with its script.
fn steps() -> Vec<(Vec<(String, String)>, String)> {
    let action = parsed("action.yml", &read("action.yml"));
    let steps = action.at(&["runs", "steps"]).expect("steps").items();
    let of = |step: &Yaml| {
        assert!(step.get("uses").is_none(), "it runs no other action");
        assert_eq!(step.get("shell").and_then(Yaml::text), Some("bash"));
        let script = step.get("run").and_then(Yaml::text).expect("a script").to_owned();
        assert!(!script.contains("${{"), "what others write reaches a script as a variable, never as its text");
        let variables = step.get("env").expect("variables").entries();
        (variables.iter().map(|(k, v)| (k.text().unwrap_or_default().to_owned(), v.text().unwrap_or_default().to_owned())).collect(), script)
    };
    steps.iter().map(of).collect()
}

/// A release on this machine, and a `curl` that takes files from it.
fn release(room: &Room) -> String {
    let name = format!("distarch-{VERSION}-{TARGET}");
    let folder = room.path("release").join(format!("v{VERSION}"));
    fs::create_dir_all(folder.join(&name)).expect("a folder");
    fs::copy(BINARY, folder.join(&name).join("distarch")).expect("copied");
    let pack =
        format!("cd '{}' && tar -czf {name}.tar.gz {name} && echo 'x  other.tar.gz' > SHA256SUMS && sha256sum {name}.tar.gz >> SHA256SUMS", folder.display());
    room.git(&pack);
    let curl = "#!/usr/bin/env bash\nwhile [ $# -gt 1 ]; do if [ \"$1\" = --output ]; then to=\"$2\"; fi; shift; done\ncp \"${1#file://}\" \"$to\"\n";
    fs::write(room.path("bin/curl"), curl).expect("written");
    fs::set_permissions(room.path("bin/curl"), fs::Permissions::from_mode(0o755)).expect("set");
    format!("file://{}", room.path("release").display())
}

#[test]
fn the_action_gets_a_release_and_checks_it() {
    let steps = steps();
    let [(variables, get), _] = steps.as_slice() else { panic!("{} steps", steps.len()) };
    let names: Vec<&str> = variables.iter().map(|(k, _)| k.as_str()).collect();
    assert_eq!(names, ["VERSION", "SHA256", "RELEASES"]);
    let room = Room::new();
    let releases = release(&room);
    let (temp, path_file) = (room.path("temp").display().to_string(), room.path("path").display().to_string());
    let run = |sha: &str, os: &str| {
        let _ = fs::remove_file(&path_file);
        let more = [
            ("VERSION", VERSION),
            ("SHA256", sha),
            ("RELEASES", &releases),
            ("RUNNER_OS", os),
            ("RUNNER_ARCH", "X64"),
            ("RUNNER_TEMP", &temp),
            ("GITHUB_PATH", &path_file),
        ];
        room.sh(get, &more)
    };
    let out = run("", "Linux");
    assert!(out.status.success(), "{out:?}");
    let folder = fs::read_to_string(&path_file).expect("a folder for the PATH");
    let told = Command::new(Path::new(folder.trim()).join("distarch")).arg("--version").output().expect("it runs");
    assert_eq!(text(&told.stdout), format!("distarch {VERSION}\n"));
    let sums = fs::read_to_string(room.path("release").join(format!("v{VERSION}/SHA256SUMS"))).expect("sums");
    let own = sums.lines().last().and_then(|l| l.split(' ').next()).expect("a checksum").to_owned();
    assert!(run(&own, "Linux").status.success());
    // Another checksum, an archive that is not the release's, a system without a release.
    assert_ne!(run(&"0".repeat(64), "Linux").status.code(), Some(0));
    assert!(!Path::new(&path_file).exists(), "nothing that is not checked comes on the PATH");
    let archive = room.path("release").join(format!("v{VERSION}/distarch-{VERSION}-{TARGET}.tar.gz"));
    fs::write(&archive, "something else").expect("written");
    assert_ne!(run("", "Linux").status.code(), Some(0));
    let out = run("", "Plan9");
    assert!(out.status.code() == Some(2) && text(&out.stdout).starts_with("::error::no release"), "{out:?}");
}

#[test]
fn the_action_reports_a_change_in_each_form() {
    let steps = steps();
    let (_, check) = &steps[1];
    let room = Room::new();
    room.commit();
    let first = text(&room.sh("git rev-parse HEAD~1", &[]).stdout).trim().to_owned();
    let summary = room.path("summary.md").display().to_string();
    let none = "0".repeat(40);
    // A pull request; a push, of a new branch too; a range by name.
    for (diff, base, before) in [("", "main", ""), ("", "", first.as_str()), ("", "", none.as_str()), ("HEAD~1..HEAD", "", "")] {
        for (fail_on, code) in [("high", 1), ("none", 0)] {
            let _ = fs::remove_file(&summary);
            let more = [
                ("DIFF", diff),
                ("GITHUB_BASE_REF", base),
                ("BEFORE", before),
                ("FAIL_ON", fail_on),
                ("SARIF", "out.sarif"),
                ("GITHUB_STEP_SUMMARY", summary.as_str()),
            ];
            let out = room.sh(check, &more);
            assert_eq!(out.status.code(), Some(code), "{diff} {base} {before}: {out:?}");
            assert!(text(&out.stdout).contains("::error file=worker.py,line="), "{out:?}");
            assert!(fs::read_to_string(&summary).expect("a summary").contains("tight-retry-loop"));
            let sarif: serde_json::Value = serde_json::from_slice(&fs::read(room.path("project/out.sarif")).expect("a report")).expect("JSON");
            assert_eq!(sarif["version"], "2.1.0");
        }
    }
}

#[test]
fn the_action_takes_the_version_that_it_is_of() {
    let action = parsed("action.yml", &read("action.yml"));
    assert_eq!(action.at(&["inputs", "version", "default"]).and_then(Yaml::text), Some(VERSION));
    let page = read("docs/ci.md");
    let inputs: Vec<&str> = action.get("inputs").expect("inputs").entries().iter().filter_map(|(k, _)| k.text()).collect();
    assert_eq!(inputs, ["version", "sha256", "diff", "fail-on", "sarif"]);
    for input in inputs {
        assert!(page.contains(&format!("| `{input}` |")), "{input}");
    }
    // Versions on the page are of one release.
    for mark in ["rev: v", "distributed-architect@v", "distarch-", "download/v"] {
        for rest in page.split(mark).skip(1).filter(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
            assert!(rest.starts_with(VERSION), "{mark}{}", &rest[..12.min(rest.len())]);
        }
    }
}

#[test]
fn jobs_on_the_page_are_yaml_and_their_checks_run() {
    let pages = blocks("docs/ci.md", "yaml");
    assert_eq!(pages.len(), 4);
    let jobs: Vec<Yaml> = pages.iter().map(|p| parsed("docs/ci.md", p)).collect();
    // What the action is given, it takes.
    let action = parsed("action.yml", &read("action.yml"));
    let steps = jobs[1].at(&["jobs", "distarch", "steps"]).expect("steps").items().iter().chain(jobs[2].items());
    let ours: Vec<&Yaml> = steps.filter(|s| s.get("uses").and_then(Yaml::text).is_some_and(|u| u.starts_with("distributed-architect/"))).collect();
    assert_eq!(ours.len(), 2);
    for input in ours.iter().flat_map(|s| s.get("with").expect("inputs").entries()).filter_map(|(k, _)| k.text()) {
        assert!(action.at(&["inputs", input]).is_some(), "{input}");
    }
    let room = Room::new();
    room.commit();
    let base = text(&room.sh("git merge-base origin/main HEAD", &[]).stdout).trim().to_owned();
    let script = jobs[3].at(&["distarch", "script"]).expect("a script").items();
    let codes: Vec<Option<i32>> =
        script.iter().filter_map(Yaml::text).map(|line| room.sh(line, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)]).status.code()).collect();
    assert_eq!(codes, [Some(0), Some(1)]);
    // Its archive is made by the release, and its checksum line is found.
    let releases = release(&room);
    let variables = jobs[3].at(&["distarch", "variables"]).expect("variables");
    let name = variables.get("DISTARCH").and_then(Yaml::text).expect("a name").to_owned();
    let unpack: Vec<&str> =
        jobs[3].at(&["distarch", "before_script"]).expect("lines").items().iter().filter_map(Yaml::text).filter(|l| l.starts_with("grep ")).collect();
    let folder = format!("{}/v{VERSION}", releases.trim_start_matches("file://"));
    let out = room.sh(&format!("cd '{folder}' && {}", unpack[0]), &[("DISTARCH", &name)]);
    assert!(text(&out.stdout).contains(": OK"), "{out:?}");
}
