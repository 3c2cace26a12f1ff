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
    let root = room.root().canonicalize().expect("a path");
    let outside = format!("is not in the repository at {}", root.display());
    for (arguments, line) in [
        (&["--since", "nothing"][..], "input: --since nothing: bad revision 'nothing'"),
        (&["--diff", "nothing..HEAD"], "input: --diff nothing..HEAD: bad revision 'nothing..HEAD'"),
        (&["--diff", "HEAD~9...HEAD"], "input: --diff HEAD~9...HEAD: bad revision 'HEAD~9...HEAD'"),
        (&["--diff=--output=x"], "usage: --diff --output=x: names no two revisions"),
        (&["--diff", "HEAD"], "usage: --diff HEAD: names no two revisions"),
        (&["--diff", "HEAD:lib/sums.py"], "usage: --diff HEAD:lib/sums.py: names no two revisions"),
        (&["--diff", ""], "usage: --diff : names no two revisions"),
        (&["--diff", ".."], "usage: --diff ..: names no two revisions"),
        (&["--diff", "..."], "usage: --diff ...: names no two revisions"),
        (&["libb"], "input: libb: is not there, and what is not committed does not touch it"),
        (&["lib", "lib/sum.py", "--staged"], "input: lib/sum.py: is not there, and what is staged does not touch it"),
        (&["/"], &format!("usage: /: {outside}")),
        (&["../x.py"], &format!("usage: ../x.py: {outside}")),
        (&["lib/../../x.py"], &format!("usage: lib/../../x.py: {outside}")),
    ] {
        let out = room.check(arguments);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{arguments:?}: {said}");
        assert_eq!(said.lines().next(), Some(&*format!("error: {line}")), "{arguments:?}");
        assert!(said.lines().nth(1).is_some_and(|l| l.starts_with("hint: ")) && said.lines().count() == 2, "{arguments:?}: {said}");
    }
    assert!(!root.join("x").exists());
    // Git's other ways to name two.
    room.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
    for range in ["HEAD..", "..HEAD", "HEAD^!"] {
        assert_eq!(room.check(&["--diff", range]).status.code(), Some(0), "{range}");
    }
    // What the change takes away may be named.
    std::fs::remove_file(root.join("lib/sums.py")).expect("removed");
    assert_eq!(room.check(&["lib/sums.py"]).status.code(), Some(0));
    assert_eq!(room.check(&["lib"]).status.code(), Some(0));
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

/// A hook of git's own: what it says stands in a file, for git passes on no exit code of a check that finds nothing.
fn commit_hook(room: &Repository) {
    let hook = room.root().join(".git/hooks/pre-commit");
    let text = format!("#!/bin/sh\nHOME=/ {} check --staged --format json > .git/said 2>&1\nexit 0\n", env!("CARGO_BIN_EXE_distarch"));
    std::fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    std::fs::write(&hook, text).expect("written");
    #[cfg(unix)]
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
}

#[cfg(unix)]
#[test]
fn in_a_commit_hook_the_index_of_the_commit_counts() {
    let said = |room: &Repository| {
        let text = std::fs::read_to_string(room.root().join(".git/said")).expect("the hook has run");
        found(&serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    };
    let room = Repository::changed();
    let all = found(&room.json(&[]));
    commit_hook(&room);
    // Nothing is staged: git makes an index of its own for the commit.
    room.git(&["commit", "-qam", "all"]);
    assert_eq!(said(&room), all);
    let room = Repository::changed();
    commit_hook(&room);
    room.git(&["add", "orders", "web"]);
    room.git(&["commit", "-qm", "one file", "worker/report.py"]);
    assert_eq!(said(&room), all.iter().filter(|f| f.contains("worker/")).cloned().collect::<Vec<_>>());
    room.git(&["commit", "-qm", "what was staged"]);
    assert_eq!(said(&room), all.iter().filter(|f| !f.contains("worker/")).cloned().collect::<Vec<_>>());
    // An index of somewhere else is none of ours.
    let room = Repository::changed();
    let mut command = Command::new(env!("CARGO_BIN_EXE_distarch"));
    command.args(["check", "--staged", "--format", "json"]).current_dir(room.root()).env("GIT_INDEX_FILE", room.root().join("worker/index"));
    assert_eq!(found(&serde_json::from_slice(&command.output().expect("it runs").stdout).expect("JSON")), [""; 0]);
}

#[cfg(unix)]
#[test]
fn files_of_any_name_are_found_under_it() {
    use std::os::unix::ffi::OsStrExt as _;
    const NAMES: [&str; 9] = ["sp ace.py", "qu\"o'te.py", "new\nline.py", "tab\t.py", "-dash.py", ":(top)x.py", "gl*b.py", "esc\u{1b}[31m.py", "a,b:c%d.py"];
    let room = Repository::new();
    for name in NAMES {
        room.write(name, PYTHON.2);
    }
    std::fs::write(room.root().join(std::ffi::OsStr::from_bytes(b"l\xffne.py")), PYTHON.2).expect("written");
    let report = room.json(&[]);
    let mut paths: Vec<&str> = report["findings"].as_array().expect("findings").iter().filter_map(|f| f["path"].as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut names = NAMES;
    names.sort_unstable();
    assert_eq!(paths, names);
    assert_eq!(report["not_seen"], json!([{ "path": "l\u{fffd}ne.py", "because": "unreadable" }]));
    for name in NAMES {
        let one = room.json(&[&format!("./{name}")]);
        assert!(found(&one).iter().all(|f| f.contains(name)) && one["files"]["changed"] == json!(1), "{name:?}: {one:#}");
    }
    let lines = |format: &str| {
        let out = room.check(&["--format", format]);
        assert_eq!(out.status.code(), Some(1));
        String::from_utf8(out.stdout).expect("text")
    };
    assert!(!lines("text").contains(['\u{1b}', '\t']) && !lines("markdown").contains('\u{1b}'));
    assert!(lines("github").lines().all(|l| l.starts_with("::")), "a name ends no line");
}

/// A repository in each state in which work is found.
#[test]
fn a_merge_a_worktree_a_shallow_clone_and_a_submodule() {
    let room = Repository::new();
    let root = room.root().to_path_buf();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let check = |folder: &Path, arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_distarch")).arg("check").args(arguments).current_dir(folder).output().expect("it runs");
        (out.status.code(), String::from_utf8_lossy(if out.stdout.is_empty() { &out.stderr } else { &out.stdout }).into_owned())
    };
    let at = |name: &str| elsewhere.path().join(name);
    let path = |name: &str| at(name).to_string_lossy().into_owned();

    // A worktree, whose `.git` is a file.
    room.git(&["worktree", "add", "-q", "-b", "side", &path("tree")]);
    std::fs::write(at("tree").join("new.py"), PYTHON.2).expect("written");
    assert_eq!(check(&at("tree"), &[]).0, Some(1));
    for words in [&["add", "-A"][..], &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "side"]] {
        assert!(Command::new("git").arg("-C").arg(at("tree")).args(words).status().expect("git").success());
    }
    // A merge that has conflicts: the file as it stands, marks included.
    room.write("new.py", PYTHON.1);
    room.git(&["add", "-A"]);
    room.git(&["commit", "-qm", "main"]);
    let merged = Command::new("git").arg("-C").arg(&root).args(["merge", "-q", "side"]).output().expect("git");
    assert!(!merged.status.success(), "a conflict");
    let text = std::fs::read_to_string(root.join("new.py")).expect("there");
    let line = text.lines().position(|l| l.contains("except ConnectionError")).expect("the line") + 1;
    assert!(check(&root, &[]).1.contains(&format!("--> new.py:{line}:")));
    room.git(&["merge", "--abort"]);
    // One that has none, before its commit.
    room.git(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    room.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    assert_eq!(check(&root, &["--staged"]).0, Some(1));
    room.git(&["merge", "--abort"]);

    // A clone without what came before.
    let source = format!("file://{}", root.display());
    assert!(Command::new("git").args(["clone", "-q", "--depth", "1", &source, &path("shallow")]).status().expect("git").success());
    assert_eq!(check(&at("shallow"), &[]).0, Some(0));
    let (code, said) = check(&at("shallow"), &["--diff", "HEAD~1..HEAD"]);
    assert!(code == Some(2) && said.contains("hint: the clone is shallow"), "{said}");

    // A submodule is told as one, whatever happens in it, and is a repository of its own.
    room.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &source, "sub"]);
    let (code, said) = check(&root, &["--staged", "--format", "json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &report["not_seen"]), (Some(0), &json!([{ "path": "sub", "because": "no-file" }])), "{report:#}");
    std::fs::write(root.join("sub/new.py"), PYTHON.2).expect("written");
    assert_eq!(check(&root, &[]).0, Some(0));
    assert_eq!(check(&root.join("sub"), &[]).0, Some(1));

    // No repository that git would take.
    std::fs::create_dir_all(at("broken/.git")).expect("a folder");
    let (code, said) = check(&at("broken"), &[]);
    assert!(code == Some(2) && said.starts_with("error: file: git: not a git repository"), "{said}");
}

#[test]
fn what_is_gone_is_shown_where_the_file_goes_on() {
    const WITH: &str = "import threading\n\nlock = threading.Lock()\ntotal = 0\n\n\ndef padding():\n    return 1\n\n\ndef more():\n    return 2\n\n\ndef add(n):\n    global total\n    with lock:\n        total += n\n";
    const WITHOUT: &str = "import threading\n\ntotal = 0\n\n\ndef add(n):\n    global total\n    total += n\n";
    let room = Repository::new();
    room.write("counter.py", WITH);
    room.git(&["add", "-A"]);
    room.git(&["commit", "-qm", "with a lock"]);
    room.write("counter.py", WITHOUT);
    let report = room.json(&[]);
    let asked = report["second_pass"]["asked"].as_array().expect("asked");
    let evidence: Vec<&Value> = asked.iter().flat_map(|a| a["evidence"].as_array().expect("evidence")).collect();
    assert!(evidence.iter().any(|e| e["gone"] == json!(true)), "{report:#}");
    for e in evidence {
        let line = usize::try_from(e["line"].as_u64().expect("a number")).expect("small");
        let (text, side) = (e["text"].as_str().expect("a text"), if e["gone"] == json!(true) { WITH } else { WITHOUT });
        assert!(side.contains(text) && (1..=WITHOUT.lines().count()).contains(&line), "{e}");
        assert_eq!(WITHOUT.lines().nth(line - 1).is_some_and(|l| l.contains(text)), e["gone"] == json!(false), "{e}");
    }
    let text = String::from_utf8(room.check(&[]).stdout).expect("text");
    assert!(text.contains(", gone: `"), "{text}");
}
