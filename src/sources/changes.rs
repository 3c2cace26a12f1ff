//! A change in a repository as git tells it: each file before and after.

use super::git::{self, Refused};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The tree without files: what stands before the first commit.
pub const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/// Bytes of a file that is read; a larger one is data.
const FILE_LIMIT: u64 = 1 << 20;

/// Which change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// The working tree against the last commit, new files included.
    Uncommitted,
    /// The index against the last commit.
    Staged,
    /// The working tree against a revision.
    Since(String),
    /// Between revisions: `A..B`, `A...B`.
    Between(String),
}

/// Why a file cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unseen {
    /// It has bytes that are no text.
    Binary,
    /// Above a mebibyte.
    TooLarge,
    /// A submodule or a symbolic link.
    NoFile,
    /// It could not be read.
    Unreadable,
}

/// A file that the change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the top of the repository, with `/` between; behind the change, where it moved.
    pub path: String,
    /// Where it was, when it moved.
    pub moved_from: Option<String>,
    /// Text before and after; empty where there was or is no file.
    pub texts: Result<(String, String), Unseen>,
    /// It is gone.
    pub is_deleted: bool,
}

/// A line of `git diff --raw`.
struct Raw {
    path: String,
    moved_from: Option<String>,
    before: Option<String>,
    after: Side,
    is_file: bool,
    is_deleted: bool,
}

/// An object that was asked for, and what came of it.
type Blob = Option<Option<Vec<u8>>>;

enum Side {
    None,
    Object(String),
    WorkingTree,
}

/// The files of a change, by path. `only`: paths or folders from the top of the repository; empty: all.
///
/// # Errors
/// What git says, when it is asked for something that is not there.
pub fn changes(root: &Path, range: &Range, only: &[String]) -> Result<Vec<Change>, Refused> {
    let mut arguments: Vec<&str> = vec!["diff", "--raw", "-z", "--no-abbrev", "--find-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"];
    let has_commit = git::ask(root, &["rev-parse", "--verify", "--quiet", "HEAD"], b"", None).is_ok();
    let last = if has_commit { "HEAD" } else { EMPTY_TREE };
    match range {
        Range::Uncommitted => arguments.push(last),
        Range::Staged => arguments.extend(["--cached", last]),
        Range::Since(revision) | Range::Between(revision) => arguments.extend(["--end-of-options", revision]),
    }
    arguments.push("--");
    arguments.extend(only.iter().map(String::as_str));
    // To know what moved, git reads what is in the files; a clone that lacks some of it can still tell what has changed.
    let index = if *range == Range::Staged { git::index_of_commit(root) } else { None };
    let answer = git::ask_by(root, index.as_deref(), &arguments, b"", None).or_else(|_| {
        let plain: Vec<&str> = arguments.iter().map(|a| if *a == "--find-renames" { "--no-renames" } else { a }).collect();
        git::ask_by(root, index.as_deref(), &plain, b"", None)
    })?;
    let mut raws = raw(&answer);
    if matches!(range, Range::Uncommitted | Range::Since(_)) {
        let mut list = vec!["ls-files", "-z", "--others", "--exclude-standard", "--"];
        list.extend(only.iter().map(String::as_str));
        let new = git::ask(root, &list, b"", None)?;
        // A name that is no text leads to no file, and is told as unreadable.
        raws.extend(new.split(|b| *b == 0).filter(|n| !n.is_empty()).map(|name| Raw {
            path: String::from_utf8_lossy(name).into_owned(),
            moved_from: None,
            before: None,
            after: Side::WorkingTree,
            is_file: true,
            is_deleted: false,
        }));
    }
    let names: Vec<String> =
        raws.iter().flat_map(|r| r.before.iter().chain(if let Side::Object(name) = &r.after { Some(name) } else { None })).cloned().collect();
    let mut objects = git::blobs(root, &names, None)?.into_iter();
    let mut sides: Vec<(Raw, Blob, Blob)> = Vec::new();
    for raw in raws {
        let before = raw.before.as_ref().map(|_| objects.next().flatten());
        let after = if matches!(raw.after, Side::Object(_)) { Some(objects.next().flatten()) } else { None };
        sides.push((raw, before, after));
    }
    let mut out: Vec<Change> = sides
        .into_par_iter()
        .map(|(raw, before, after)| {
            let texts = if raw.is_file { texts(root, &raw, before, after) } else { Err(Unseen::NoFile) };
            Change { path: raw.path, moved_from: raw.moved_from, texts, is_deleted: raw.is_deleted }
        })
        .collect();
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out)
}

fn texts(root: &Path, raw: &Raw, before: Blob, after: Blob) -> Result<(String, String), Unseen> {
    let text = |bytes: Vec<u8>| {
        if bytes.len() as u64 > FILE_LIMIT {
            return Err(Unseen::TooLarge);
        }
        if bytes.contains(&0) {
            Err(Unseen::Binary)
        } else {
            Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
        }
    };
    let before = before.map_or(Ok(Vec::new()), |b| b.ok_or(Unseen::Unreadable)).and_then(text)?;
    let after = match (&raw.after, after) {
        (Side::None, _) => Vec::new(),
        (Side::Object(_), object) => object.flatten().ok_or(Unseen::Unreadable)?,
        (Side::WorkingTree, _) => {
            let path: PathBuf = root.join(&raw.path);
            let meta = std::fs::symlink_metadata(&path).map_err(|_| Unseen::Unreadable)?;
            match (meta.is_file(), meta.len() > FILE_LIMIT) {
                (false, _) => return Err(Unseen::NoFile),
                (true, true) => return Err(Unseen::TooLarge),
                _ => std::fs::read(&path).map_err(|_| Unseen::Unreadable)?,
            }
        }
    };
    Ok((before, text(after)?))
}

/// Reads `:100644 100644 <object> <object> M\0path\0`, and for what moved `R87\0from\0to\0`.
fn raw(answer: &[u8]) -> Vec<Raw> {
    let mut fields = answer.split(|b| *b == 0).map(|f| String::from_utf8_lossy(f).into_owned());
    let mut out = Vec::new();
    while let Some(head) = fields.next() {
        let mut words = head.trim_start_matches(':').split(' ');
        let (Some(old_mode), Some(new_mode), Some(before), Some(after), Some(status)) = (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Some(first) = fields.next() else { break };
        let moved = status.starts_with(['R', 'C']);
        let (moved_from, path) = if moved {
            let Some(second) = fields.next() else { break };
            (Some(first).filter(|_| status.starts_with('R')), second)
        } else {
            (None, first)
        };
        let is_none = |object: &str| object.bytes().all(|b| b == b'0');
        let is_deleted = status.starts_with('D');
        let is_regular = |mode: &str| mode == "000000" || mode.starts_with("100");
        out.push(Raw {
            path,
            moved_from,
            before: Some(before.to_owned()).filter(|b| !is_none(b)),
            after: match () {
                () if is_deleted => Side::None,
                () if is_none(after) => Side::WorkingTree,
                () => Side::Object(after.to_owned()),
            },
            is_file: is_regular(old_mode) && is_regular(new_mode),
            is_deleted,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn run(root: &Path, arguments: &[&str]) {
        let out = Command::new("git").arg("-C").arg(root).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]).args(arguments).output().expect("git is there");
        assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn write(root: &Path, name: &str, text: impl AsRef<[u8]>) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    fn told(root: &Path, range: &Range) -> Vec<String> {
        let tell = |c: Change| match c.texts {
            Ok((before, after)) => format!("{}{}: {before:?} -> {after:?}", c.moved_from.map_or_else(String::new, |f| format!("{f} => ")), c.path),
            Err(why) => format!("{}: {why:?}", c.path),
        };
        changes(root, range, &[]).expect("git answers").into_iter().map(tell).collect()
    }

    #[test]
    fn each_range_has_its_two_sides() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        run(&root, &["init", "-q", "-b", "main"]);
        write(&root, "a.py", "1\n");
        assert_eq!(told(&root, &Range::Uncommitted), ["a.py: \"\" -> \"1\\n\""], "no commit yet");
        run(&root, &["add", "-A"]);
        assert_eq!(told(&root, &Range::Staged), ["a.py: \"\" -> \"1\\n\""]);
        run(&root, &["commit", "-qm", "one"]);
        write(&root, "a.py", "2\n");
        run(&root, &["add", "-A"]);
        write(&root, "a.py", "3\n");
        write(&root, "d/new ü.py", "n\n");
        assert_eq!(told(&root, &Range::Staged), ["a.py: \"1\\n\" -> \"2\\n\""]);
        assert_eq!(told(&root, &Range::Uncommitted), ["a.py: \"1\\n\" -> \"3\\n\"", "d/new ü.py: \"\" -> \"n\\n\""]);
        run(&root, &["add", "-A"]);
        run(&root, &["commit", "-qm", "two"]);
        assert_eq!(told(&root, &Range::Between("HEAD~1..HEAD".to_owned())), ["a.py: \"1\\n\" -> \"3\\n\"", "d/new ü.py: \"\" -> \"n\\n\""]);
        assert_eq!(told(&root, &Range::Since("HEAD~1".to_owned())).len(), 2);
        assert_eq!(told(&root, &Range::Uncommitted), [""; 0]);
        assert!(changes(&root, &Range::Since("--output=x".to_owned()), &[]).is_err() && !root.join("x").exists());
        assert!(changes(&root, &Range::Since("nothing".to_owned()), &[]).is_err());
    }

    #[test]
    fn what_moved_is_deleted_or_is_no_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        run(&root, &["init", "-q", "-b", "main"]);
        let long: String = (0..40).map(|i| format!("line {i}\n")).collect();
        write(&root, "a.py", &long);
        write(&root, "b.py", "gone\n");
        run(&root, &["add", "-A"]);
        run(&root, &["commit", "-qm", "one"]);
        run(&root, &["mv", "a.py", "c.py"]);
        run(&root, &["rm", "-q", "b.py"]);
        write(&root, "bytes.py", b"a\0b");
        write(&root, "large.py", vec![b'x'; 2 << 20]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("c.py", root.join("link.py")).expect("a link");
        run(&root, &["add", "-A"]);
        let told = told(&root, &Range::Staged);
        assert_eq!(told[0], "b.py: \"gone\\n\" -> \"\"");
        assert_eq!(told[1], "bytes.py: Binary");
        assert!(told[2].starts_with("a.py => c.py: "), "{}", told[2]);
        assert_eq!(told[3], "large.py: TooLarge");
        #[cfg(unix)]
        assert_eq!(told[4], "link.py: NoFile");
    }
}
