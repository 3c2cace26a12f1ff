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
    // A block within a list stands as far in as its fence.
    let mut indent = 0;
    for (at, line) in page.lines().enumerate() {
        let inner = line.trim_start();
        let far = line.len() - inner.len();
        let fence = inner.strip_prefix("```");
        match (open.take(), fence) {
            (None, Some(info)) => {
                indent = far;
                let mut words = info.split_whitespace().map(str::to_owned);
                open = Some(Block { language: words.next().unwrap_or_default(), words: words.collect(), text: String::new(), line: at + 1 });
            }
            (Some(block), Some(_)) if far <= indent => out.push(block),
            (Some(mut block), _) => {
                block.text += &line[far.min(indent)..];
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

    /// A folder beside the repository: `home`, `bin`, `state`.
    pub(crate) fn beside(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// The files of a folder beside the repository, each with its length.
    pub(crate) fn files(&self, name: &str) -> Vec<(std::path::PathBuf, u64)> {
        let mut open = vec![self.beside(name)];
        let mut out = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let about = entry.metadata().expect("an entry");
                if about.is_dir() {
                    open.push(entry.path());
                } else {
                    out.push((entry.path(), about.len()));
                }
            }
        }
        out.sort();
        out
    }

    /// The same once more: what is done there is not done here.
    pub(crate) fn twin(&self) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        copy(self.0.path(), dir.path());
        Self(dir)
    }

    /// What is said, with the places of this room under names that every room has.
    fn plain(&self, text: &str) -> String {
        let real = fs::canonicalize(self.0.path()).expect("a folder");
        let mut out = text.to_owned();
        for root in [real.as_path(), self.0.path()] {
            for (name, stands) in [("project", "/src/shop"), ("home", "/home/you"), ("state", "/home/you/.local/state"), ("bin", "/home/you/.cargo/bin")] {
                out = out.replace(&root.join(name).display().to_string(), stands);
            }
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_distarch"));
        let real = fs::canonicalize(binary).expect("the binary");
        [real.as_path(), binary].iter().fold(out, |out, path| out.replace(&path.display().to_string(), "/home/you/.cargo/bin/distarch"))
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

/// A folder with all that is in it; links stay links.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())).flatten() {
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(entry.path()).expect("a link"), target).expect("a link");
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

pub(crate) fn said(out: &Output) -> String {
    format!("{}\n{}\n{}", out.status, String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// A command of a page that was run, and its exit code.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) command: String,
    pub(crate) code: i32,
}

/// Whether a block holds commands.
pub(crate) fn is_shell(block: &Block) -> bool {
    matches!(block.language.as_str(), "sh" | "console")
}

/// The commands of a block: what stands behind `$ `, or each line where no line begins so. A line that ends with `\` goes on.
pub(crate) fn commands(block: &Block) -> Vec<String> {
    let prompted = block.text.lines().any(|l| l.starts_with("$ "));
    let text = block.text.replace("\\\n", "");
    let lines = text.lines().filter_map(|l| if prompted { l.strip_prefix("$ ") } else { Some(l) });
    lines
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ").replace(" # ", "\u{0}"))
        .map(|l| l.split('\u{0}').next().unwrap_or_default().to_owned())
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect()
}

/// Goes through a page in a room. How many commands were run.
pub(crate) fn play(page: &Path, room: &Room) -> usize {
    play_but(page, room, &mut |_| false).len()
}

/// Goes through a page in a room, block by block, as a reader would:
///
/// - `file=PATH` and `before=PATH`: the block is that file, and is committed; `after=PATH`: it is that file now, and is not;
/// - `sh`, and `console` without a prompt: each line is run, and says something; exit code 1 says that something was found;
/// - `console`: lines behind `$ ` are run, and what stands below each is what is said. `[..]` stands for anything in a line, a line of
///   `...` for any lines. Exit code 2 is shown with its `error:`;
/// - `apart` behind the language: each line begins in the room as it is here, and leaves nothing behind; `without=PATH`: and without
///   that file.
///
/// What `excused` says yes to is left out. With SNAPSHOTS=overwrite what is said now is written below the lines.
pub(crate) fn play_but(page: &Path, room: &Room, excused: &mut dyn FnMut(&str) -> bool) -> Vec<Ran> {
    let name = page.display();
    let text = fs::read_to_string(page).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut ran = Vec::new();
    let mut wrong: Vec<(usize, String, String)> = Vec::new();
    for block in blocks(&text) {
        let place = format!("{name}:{}", block.line);
        if let Some(path) = block.path("file").or_else(|| block.path("before")) {
            room.write(path, &block.text);
            room.commit();
        } else if let Some(path) = block.path("after") {
            room.write(path, &block.text);
        } else if is_shell(&block) {
            let shows = block.text.lines().any(|l| l.starts_with("$ "));
            let mut is = String::new();
            for command in commands(&block) {
                is += &format!("{}$ {command}\n", if is.is_empty() { "" } else { "\n" });
                if excused(&command) {
                    continue;
                }
                let apart = block.words.iter().any(|w| w == "apart").then(|| room.twin());
                if let (Some(room), Some(path)) = (&apart, block.path("without")) {
                    fs::remove_file(room.path().join(path)).unwrap_or_else(|e| panic!("{place}: {path}: {e}"));
                }
                let out = run(apart.as_ref().unwrap_or(room), &command);
                let code = out.status.code().unwrap_or(-1);
                ran.push(Ran { command: command.clone(), code });
                let refused = shows && code == 2 && block.text.contains("\nerror: ");
                assert!(refused || matches!(code, 0 | 1), "{place}: {command}: {}", said(&out));
                if shows {
                    assert!(refused || out.stderr.is_empty(), "{place}: {command}: {}", said(&out));
                    let words = room.plain(&(String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)));
                    is += &words.lines().map(|l| format!("{}\n", l.trim_end())).collect::<String>();
                } else {
                    let quiet = command.contains(" > ") || command.contains(" >> ") || command.contains("< event.json") || !command.contains("distarch");
                    assert!(quiet || !out.stdout.is_empty(), "{place}: {command} says nothing: {}", said(&out));
                    assert!(!command.contains("| jq ") || out.stderr.is_empty(), "{place}: {command}: {}", said(&out));
                }
            }
            if shows && !fits(&lines(&block.text), &lines(&is)) {
                wrong.push((block.line, block.text, is.trim_end().to_owned()));
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

/// Lines as they are compared: blank ones at the end of what a command says are not.
fn lines(text: &str) -> Vec<&str> {
    let all: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    let keep = |at: usize| !all[at].is_empty() || all[at..].iter().find(|l| !l.is_empty()).is_some_and(|l| !l.starts_with("$ "));
    (0..all.len()).filter(|at| keep(*at)).map(|at| all[at]).collect()
}

/// Whether what is shown is what is said.
fn fits(shown: &[&str], said: &[&str]) -> bool {
    match shown {
        [] => said.is_empty(),
        ["...", rest @ ..] => (0..=said.len()).any(|at| fits(rest, &said[at..])),
        [line, rest @ ..] => said.first().is_some_and(|l| line_fits(line, l)) && fits(rest, &said[1..]),
    }
}

fn line_fits(shown: &str, said: &str) -> bool {
    let parts: Vec<&str> = shown.split("[..]").collect();
    let [first, middle @ .., last] = parts.as_slice() else { return shown == said };
    let Some(mut rest) = said.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Runs a line in a room. A filter of jq at its end is applied here: not every machine has that program, and a filter that asks
/// for what the answer does not have is a slip, told on standard error.
pub(crate) fn run(room: &Room, line: &str) -> Output {
    let Some((command, filter)) = line.split_once(" | jq ") else { return room.shell(line) };
    let mut out = room.shell(command);
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(&out.stdout) else { return out };
    let mut met = Some(vec![&json]);
    for stage in filter.trim_start_matches("-r ").trim_matches('\'').split(" | ") {
        met = met.and_then(|met| match stage.strip_prefix("select(").and_then(|s| s.strip_suffix(')')) {
            Some(asked) => {
                let all = met.into_iter().map(|v| Some((v, selects(v, asked)?))).collect::<Option<Vec<_>>>()?;
                Some(all.into_iter().filter(|(_, is)| *is).map(|(v, _)| v).collect())
            }
            None => path_of(met, stage),
        });
    }
    match met {
        Some(met) => out.stdout = met.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned) + "\n").collect::<String>().into_bytes(),
        None => out.stderr = format!("nothing that is said has {filter}\n").into_bytes(),
    }
    out
}

/// What a path such as `.resources[].places[].file` leads to; none where a key of it is not there.
fn path_of<'a>(from: Vec<&'a serde_json::Value>, path: &str) -> Option<Vec<&'a serde_json::Value>> {
    let mut met = from;
    for step in path.strip_prefix('.')?.split('.') {
        let (key, index) = step.strip_suffix(']').and_then(|s| s.split_once('[')).map_or((step, None), |(key, index)| (key, Some(index)));
        met = met.into_iter().map(|v| v.get(key)).collect::<Option<_>>()?;
        met = match index {
            None => met,
            Some("") => met.into_iter().map(serde_json::Value::as_array).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect(),
            Some(at) => met.into_iter().map(|v| v.get(at.parse::<usize>().ok()?)).collect::<Option<_>>()?,
        };
    }
    Some(met)
}

/// Whether a value has what is asked: `.entry`, `.level == "broken"`, `.insights != []`.
fn selects(value: &serde_json::Value, asked: &str) -> Option<bool> {
    let (path, sign, other) = match asked.split(' ').collect::<Vec<_>>()[..] {
        [path] => (path, "", serde_json::Value::Null),
        [path, sign, other] => (path, sign, serde_json::from_str(other).ok()?),
        _ => return None,
    };
    let is = *path_of(vec![value], path)?.first()?;
    Some(match sign {
        "==" => *is == other,
        "!=" => *is != other,
        _ => !matches!(is, serde_json::Value::Null | serde_json::Value::Bool(false)),
    })
}
