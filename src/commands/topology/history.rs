//! What was committed since the topology file was: asked of the user's own git. Where there is none, or the file is in no commit,
//! nothing is known.

use crate::sources::git;
use crate::topology::analyses::{Commit, History};
use std::path::Path;

/// Commits that are looked at.
const COMMITS: &str = "--max-count=2000";

/// The commits after the last one that touched a file.
pub(in crate::commands) fn since(file: &Path) -> Option<History> {
    let file = file.canonicalize().ok()?;
    let (folder, name) = (file.parent()?, file.file_name()?);
    let last = git(folder, &["log", "--max-count=1", "--format=%H", "--"], Some(Path::new(name)))?;
    let last = last.trim();
    if last.is_empty() || !last.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let top = git(folder, &["rev-parse", "--show-prefix"], None)?;
    let range = format!("{last}..HEAD");
    // 0x1e before each commit, 0x1f between its hash and its subject: neither can be part of either.
    let log = git(folder, &["log", "--reverse", "--no-renames", "--name-only", COMMITS, "--format=%x1e%h%x1f%s", &range, "--"], None)?;
    let commit = |text: &str| {
        let (head, files) = text.split_once('\n').unwrap_or((text, ""));
        let (id, subject) = head.split_once('\u{1f}')?;
        Some(Commit { id: id.to_owned(), subject: subject.to_owned(), files: files.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect() })
    };
    Some(History { file: format!("{}{}", top.trim_end_matches('\n'), name.to_string_lossy()), since: log.split('\u{1e}').filter_map(commit).collect() })
}

fn git(folder: &Path, args: &[&str], path: Option<&Path>) -> Option<String> {
    let path = path.map(|p| p.to_str()).map_or(Some(None), |p| p.map(Some))?;
    let args: Vec<&str> = args.iter().copied().chain(path).collect();
    git::ask(folder, &args, b"", None).ok().map(|answer| String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// A repository with a topology, then two commits; files with spaces and letters beyond ASCII keep their names.
    #[test]
    fn commits_after_the_last_change_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let run = |args: &[&str]| {
            let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"];
            Command::new("git").arg("-C").arg(at).args(identity).args(args).output().is_ok_and(|o| o.status.success())
        };
        if !run(&["init", "--quiet"]) {
            // Without git nothing is known, and that is what is told.
            assert_eq!(since(&at.join("docs/topology.yaml")), None);
            return;
        }
        let file = at.join("docs/topology.yaml");
        let commit = |path: &str, subject: &str| {
            let path = at.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, subject).expect("written");
            assert!(run(&["add", "--all"]) && run(&["commit", "--quiet", "-m", subject]), "{subject}");
        };
        commit("src/a.rs", "before the file");
        assert_eq!(since(&file), None);
        commit("docs/topology.yaml", "the file");
        assert_eq!(since(&file), Some(History { file: "docs/topology.yaml".to_owned(), since: Vec::new() }));
        commit("k8s/zwei drei \u{fc}.yaml", "a manifest");
        commit("src/a.rs", "code");
        let found = since(&file).expect("a history");
        let told: Vec<(&str, &[String])> = found.since.iter().map(|c| (c.subject.as_str(), c.files.as_slice())).collect();
        assert_eq!(told, [("a manifest", ["k8s/zwei drei \u{fc}.yaml".to_owned()].as_slice()), ("code", ["src/a.rs".to_owned()].as_slice())]);
        assert!(found.since.iter().all(|c| c.id.len() >= 7));
    }
}
