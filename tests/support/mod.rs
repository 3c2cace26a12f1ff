//! What tests of pages share: a page's fenced blocks, and a scratch repository in which its commands are run as a reader would type them.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The first word behind the fence.
    pub(crate) language: String,
    /// The other words: `after=orders/report.py`.
    pub(crate) words: Vec<String>,
    /// What stands in it.
    pub(crate) text: String,
    /// Line of the opening fence, from 1.
    pub(crate) line: usize,
}

impl Block {
    /// The path of a word such as `after=PATH`.
    pub(crate) fn path(&self, word: &str) -> Option<&str> {
        self.words.iter().find_map(|w| w.strip_prefix(word)?.strip_prefix('='))
    }
}

/// The fenced blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                open = Some(Block { language: words.next().unwrap_or_default(), words: words.collect(), text: String::new(), line: at + 1 });
            }
            (Some(_), Some(block)) => out.push(block),
            (None, Some(mut block)) => {
                block.text += line;
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence that nobody closes");
    out
}

/// A repository of its own, with nothing of the machine's settings.
pub(crate) struct Room(tempfile::TempDir);

impl Room {
    /// A repository with one commit.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let room = Self(dir);
        for name in ["project", "home", "bin"] {
            fs::create_dir_all(room.0.path().join(name)).expect("a folder");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_distarch"), room.0.path().join("bin/distarch")).expect("a link");
        room.git(&["init", "--quiet", "--initial-branch=main"]);
        room.write("README.md", "Orders.\n");
        room.commit();
        room
    }

    /// The top of the repository.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path().join("project")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=Step"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let out = self.command("git").args(arguments).output().expect("git");
        assert!(out.status.success(), "{arguments:?}: {}", said(&out));
    }

    /// A line as a shell takes it, with `distarch` on the PATH.
    pub(crate) fn shell(&self, line: &str) -> Output {
        self.piped(line, "")
    }

    /// The same, with what is piped into it.
    pub(crate) fn piped(&self, line: &str, input: &str) -> Output {
        let mut shell = self.command("sh");
        let mut process = shell.args(["-c", line]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
        // A command that reads nothing may have ended already.
        let _ = process.stdin.take().expect("a pipe").write_all(input.as_bytes());
        process.wait_with_output().expect("it ends")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let others = std::env::var("PATH").unwrap_or_default();
        command
            .current_dir(self.path())
            .env_clear()
            .env("PATH", format!("{}:{others}", self.0.path().join("bin").display()))
            .env("HOME", self.0.path().join("home"))
            .env("XDG_STATE_HOME", self.0.path().join("state"))
            .env("NO_COLOR", "1")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.org").env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
        }
        command.stdin(Stdio::null());
        command
    }
}

pub(crate) fn said(out: &Output) -> String {
    format!("{}\n{}\n{}", out.status, String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// Goes through a page in a room, block by block, as a reader would:
///
/// - `file=PATH` and `before=PATH`: the block is that file, and is committed; `after=PATH`: it is that file now, and is not;
/// - `sh`: each line is run, and says something; exit code 1 says that something was found;
/// - `console`: lines behind `$ ` are run, and what stands below each is what is said.
///
/// With SNAPSHOTS=overwrite what is said now is written below the lines. How many commands were run.
pub(crate) fn play(page: &Path, room: &Room) -> usize {
    let name = page.display();
    let text = fs::read_to_string(page).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut ran = 0;
    let mut wrong: Vec<(usize, String, String)> = Vec::new();
    for block in blocks(&text) {
        let place = format!("{name}:{}", block.line);
        if let Some(path) = block.path("file").or_else(|| block.path("before")) {
            room.write(path, &block.text);
            room.commit();
        } else if let Some(path) = block.path("after") {
            room.write(path, &block.text);
        } else if block.language == "sh" {
            for line in block.text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
                let out = room.shell(line);
                assert!(matches!(out.status.code(), Some(0 | 1)), "{place}: {line}: {}", said(&out));
                assert!(!out.stdout.is_empty() || line.contains(" > "), "{place}: {line} says nothing: {}", said(&out));
                ran += 1;
            }
        } else if block.language == "console" {
            let mut expected = String::new();
            let mut is = String::new();
            for line in block.text.lines() {
                expected += line;
                expected.push('\n');
                let Some(command) = line.strip_prefix("$ ") else { continue };
                let out = room.shell(command);
                assert!(matches!(out.status.code(), Some(0 | 1)) && out.stderr.is_empty(), "{place}: {command}: {}", said(&out));
                let words = String::from_utf8_lossy(&out.stdout).into_owned();
                is += &format!("{line}\n{}\n", words.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end());
                ran += 1;
            }
            if is.trim_end() != expected.trim_end() {
                wrong.push((block.line, block.text, is));
            }
        }
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|v| v == "overwrite") && !wrong.is_empty() {
        let mut lines: Vec<&str> = text.lines().collect();
        // From the end, so that the lines before keep their numbers.
        for (at, old, is) in wrong.iter().rev() {
            lines.splice(*at..at + old.lines().count(), is.lines());
        }
        fs::write(page, lines.join("\n") + "\n").expect("written");
    } else if let Some((line, old, is)) = wrong.first() {
        panic!("{name}:{line}: the page shows\n{old}\nand this is what is said\n{is}");
    }
    ran
}
