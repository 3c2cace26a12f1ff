//! The user's own git, asked read-only, with everything off by which a repository could have a program of its own run: no file system
//! monitor, no hooks, no external diff, no text conversion, no lock taken, no bare repository found by chance, no fetching.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Bytes of an answer that are taken.
const ANSWER_LIMIT: u64 = 1 << 30;

/// Settings under which no program of a repository's own is run, no commit's signature is checked, and names are told as they are.
const SAFE: [&str; 5] = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit", "log.showSignature=false", "core.quotePath=false"];

/// What git answered otherwise than with success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no git to ask.
    Absent,
    /// Not done in time; it was ended.
    Late,
    /// It says why, in its first line.
    Says(String),
}

/// The working tree that a folder lies in.
#[must_use]
pub fn root(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|f| f.join(".git").exists()).map(Path::to_path_buf)
}

/// The index that git names to a hook of its own: `git commit -a` and `git commit FILE` make one for this commit. `None` where there is
/// none but the usual one, or where it is another repository's.
#[must_use]
pub fn index_of_commit(root: &Path) -> Option<PathBuf> {
    let named = root.join(std::env::var_os("GIT_INDEX_FILE").filter(|v| !v.is_empty())?);
    let folder = String::from_utf8(ask(root, &["rev-parse", "--absolute-git-dir"], b"", None).ok()?).ok()?;
    (named.parent()?.canonicalize().ok()? == Path::new(folder.trim_end_matches('\n')).canonicalize().ok()?).then_some(named)
}

/// Asks. `input` is what it reads on standard input.
///
/// # Errors
/// See [`Refused`].
pub fn ask(root: &Path, arguments: &[&str], input: &[u8], deadline: Option<Instant>) -> Result<Vec<u8>, Refused> {
    ask_by(root, None, arguments, input, deadline)
}

/// Asks, with another index than the usual one.
///
/// # Errors
/// See [`Refused`].
pub fn ask_by(root: &Path, index: Option<&Path>, arguments: &[&str], input: &[u8], deadline: Option<Instant>) -> Result<Vec<u8>, Refused> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(SAFE.iter().flat_map(|setting| ["-c", setting]))
        .args(arguments)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_EXTERNAL_DIFF")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let mut child = command.spawn().map_err(|_| Refused::Absent)?;
    let (Some(mut to), Some(from), Some(said)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else { return Err(Refused::Absent) };
    let input = input.to_vec();
    let (sender, receiver) = mpsc::channel();
    // Beside each other, so that neither side waits for the other.
    std::thread::spawn(move || to.write_all(&input));
    let words = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = said.take(64 << 10).read_to_end(&mut text);
        String::from_utf8_lossy(&text).lines().next().unwrap_or("").to_owned()
    });
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = from.take(ANSWER_LIMIT).read_to_end(&mut bytes);
        let _ = sender.send(read.map(|_| bytes));
    });
    let left = deadline.map_or(Duration::MAX, |d| d.saturating_duration_since(Instant::now()));
    let answer = if deadline.is_some() { receiver.recv_timeout(left).map_err(|_| Refused::Late) } else { receiver.recv().map_err(|_| Refused::Late) };
    if answer.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let bytes = answer?.map_err(|e| Refused::Says(e.to_string()))?;
    if child.wait().is_ok_and(|status| status.success()) {
        return Ok(bytes);
    }
    Err(Refused::Says(words.join().unwrap_or_default()))
}

/// Objects by their names, in their order; `None` for what is missing or no blob.
///
/// # Errors
/// See [`Refused`].
pub fn blobs(root: &Path, names: &[String], deadline: Option<Instant>) -> Result<Vec<Option<Vec<u8>>>, Refused> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: String = names.iter().map(|n| format!("{n}\n")).collect();
    let answer = ask(root, &["cat-file", "--batch"], wanted.as_bytes(), deadline)?;
    let mut rest = &answer[..];
    let mut out = Vec::with_capacity(names.len());
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let head = &rest[..end];
        rest = &rest[end + 1..];
        let size = std::str::from_utf8(head).ok().and_then(|h| h.rsplit_once(" blob ")).and_then(|(_, size)| size.parse::<usize>().ok());
        match size.filter(|s| *s <= rest.len()) {
            Some(size) => {
                out.push(Some(rest[..size].to_vec()));
                rest = rest.get(size + 1..).unwrap_or(&[]);
            }
            None => out.push(None),
        }
    }
    out.resize(names.len(), None);
    Ok(out)
}
