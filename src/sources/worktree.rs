//! Changes in a working tree that no edit hook saw: what `git` says has changed, where the file is younger than what the hook knows.

use super::git;
use crate::engine::edit::Language;
use crate::engine::path::{self, PathKind};
use crate::journal::{self, Record};
use crate::project;
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Files that are looked at.
const FILES: usize = 20;
/// Bytes of a file that is looked at.
const FILE_LIMIT: u64 = 256 << 10;
/// Bytes at the end of the journal in which a turn's edits are looked for.
const TAIL: u64 = 1 << 20;

/// A file that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The file.
    pub path: PathBuf,
    /// As the last commit has it; empty where it has none.
    pub before: String,
    /// As it stands.
    pub after: String,
}

/// Milliseconds since 1970 at which a file was made; `None` where the system does not know.
#[must_use]
pub fn began(file: &Path) -> Option<u64> {
    millis(std::fs::metadata(file).ok()?.created().ok()?)
}

fn millis(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// When the edit tools last changed each file in a conversation, by the journal: absolute path, milliseconds since 1970.
#[must_use]
pub fn seen_by_tools(state: &Path, session: &str, folder: &Path) -> HashMap<PathBuf, u64> {
    let mut out = HashMap::new();
    let Ok(mut file) = std::fs::File::open(state.join(journal::FILE)) else { return out };
    let length = file.metadata().map_or(0, |m| m.len());
    let _ = file.seek(SeekFrom::Start(length.saturating_sub(TAIL)));
    let mut bytes = Vec::new();
    let _ = file.take(TAIL).read_to_end(&mut bytes);
    for line in bytes.split(|b| *b == b'\n') {
        let Ok(record) = serde_json::from_slice::<Record<'_>>(line) else { continue };
        if record.session == session && record.event == "PostToolUse" && !record.path.is_empty() {
            out.insert(folder.join(&*record.path), record.t);
        }
    }
    out
}

/// Product files of a repository that differ from the last commit and were written at or after `since` (milliseconds since 1970), and
/// after the edit tools last wrote them. Empty where there is no repository, no git, or not enough time.
#[must_use]
pub fn changed(folder: &Path, since: u64, seen: &HashMap<PathBuf, u64>, deadline: Instant) -> Vec<Changed> {
    let Some(root) = git::root(folder) else { return Vec::new() };
    let status = ["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=all"];
    let Ok(listing) = git::ask(&root, &status, b"", Some(deadline)) else { return Vec::new() };
    let entries = listing.split(|b| *b == 0).filter_map(|e| std::str::from_utf8(e.get(3..)?).ok());
    let (folders, mut names): (Vec<&str>, Vec<&str>) = entries.partition(|name| name.ends_with('/'));
    // Of a new folder the listing has the name alone.
    let inside = if folders.is_empty() {
        Vec::new()
    } else {
        let list = [&["ls-files", "-z", "--others", "--exclude-standard", "--"], &folders[..]].concat();
        git::ask(&root, &list, b"", Some(deadline)).unwrap_or_default()
    };
    names.extend(inside.split(|b| *b == 0).filter_map(|n| std::str::from_utf8(n).ok()).filter(|n| !n.is_empty()));
    let mut files: Vec<(String, PathBuf, String)> = Vec::new();
    for name in names {
        let language = Language::of_path(name);
        if name.contains('\n') || path::kind(name, language) != PathKind::Product {
            continue;
        }
        let path = root.join(name);
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        let written = meta.modified().ok().and_then(millis).unwrap_or(0);
        if !meta.is_file() || meta.len() > FILE_LIMIT || written < since || seen.get(&path).is_some_and(|t| *t >= written) {
            continue;
        }
        let Some(after) = project::read_bytes(&path).and_then(|b| String::from_utf8(b).ok()) else { continue };
        files.push((name.to_owned(), path, after));
        if files.len() == FILES {
            break;
        }
    }
    if files.is_empty() {
        return Vec::new();
    }
    let wanted: Vec<String> = files.iter().map(|(name, ..)| format!("HEAD:{name}")).collect();
    let Ok(before) = git::blobs(&root, &wanted, Some(deadline)) else { return Vec::new() };
    let text = |blob: Option<Vec<u8>>| String::from_utf8_lossy(&blob.unwrap_or_default()).into_owned();
    files.into_iter().zip(before).map(|((_, path, after), before)| Changed { path, before: text(before), after }).filter(|c| c.before != c.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::time::Duration;

    fn run(root: &Path, arguments: &[&str]) {
        let status =
            Command::new("git").arg("-C").arg(root).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]).args(arguments).status().expect("git is there");
        assert!(status.success(), "git {arguments:?}");
    }

    #[test]
    fn finds_what_no_tool_wrote_with_the_text_of_the_last_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        run(&root, &["init", "-q"]);
        std::fs::create_dir(root.join("src")).expect("src");
        for name in ["src/a.py", "src/b.py", "src/c.py"] {
            std::fs::write(root.join(name), "x = 1\n").expect("written");
        }
        run(&root, &["add", "-A"]);
        run(&root, &["commit", "-qm", "one"]);
        std::fs::create_dir_all(root.join("lib/deep")).expect("a new folder");
        std::fs::write(root.join(".git/info/exclude"), "made.py\n").expect("written");
        for name in ["src/a.py", "src/b.py", "src/new.py", "notes.md", "lib/deep/in.py", "lib/made.py"] {
            std::fs::write(root.join(name), "x = 2\n").expect("written");
        }
        let far = Instant::now() + Duration::from_secs(60);
        let seen = HashMap::from([(root.join("src/b.py"), u64::MAX)]);
        let found = changed(&root.join("src"), 0, &seen, far);
        let names: Vec<_> = found.iter().map(|c| (c.path.file_name().and_then(|n| n.to_str()).unwrap_or(""), c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(names, [("a.py", "x = 1\n", "x = 2\n"), ("new.py", "", "x = 2\n"), ("in.py", "", "x = 2\n")]);
        assert_eq!(changed(&root, u64::MAX, &HashMap::new(), far), []);
        assert_eq!(changed(&root, 0, &HashMap::new(), Instant::now()), [], "no time, no answer");
        assert_eq!(changed(Path::new("/"), 0, &HashMap::new(), far), []);
    }

    #[test]
    fn a_monitor_that_the_repository_names_is_not_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        run(&root, &["init", "-q"]);
        let trap = root.join("ran");
        run(&root, &["config", "core.fsmonitor", &format!("touch {}", trap.display())]);
        std::fs::write(root.join("a.py"), "x = 1\n").expect("written");
        let found = changed(&root, 0, &HashMap::new(), Instant::now() + Duration::from_secs(60));
        assert_eq!(found.len(), 1);
        assert!(!trap.exists());
    }
}
