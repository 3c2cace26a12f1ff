//! The state folders: how much lies there, and whether only the user can read it.

use super::{Check, Level};
use crate::journal;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Sessions that nothing was added to for so long are old; `prune` removes them.
const OLD: Duration = Duration::from_secs(30 * 24 * 3600);
/// Old sessions from which it is worth a word.
const MANY: usize = 20;

pub(super) fn checks(folders: &[PathBuf]) -> Vec<Check> {
    if folders.is_empty() {
        return vec![Check::new("state", Level::Ok, "nothing kept yet")];
    }
    folders.iter().flat_map(|folder| folder_checks(folder)).collect()
}

fn folder_checks(folder: &Path) -> Vec<Check> {
    let sessions = files(&folder.join("sessions"));
    let journals = journal::files(folder);
    let size = |list: &[PathBuf]| list.iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum::<u64>();
    let old = sessions.iter().filter(|p| is_old(p)).count();
    let what = format!(
        "{}: {} sessions ({}, {old} untouched for 30 days), journal of {} file{} ({})",
        folder.display(),
        sessions.len(),
        crate::commands::size(size(&sessions)),
        journals.len(),
        if journals.len() == 1 { "" } else { "s" },
        crate::commands::size(size(&journals)),
    );
    let mut out = vec![if old >= MANY {
        Check::new("state", Level::Note, what).hint("`distarch prune` removes what is old")
    } else {
        Check::new("state", Level::Ok, what)
    }];
    let mut kept = sessions;
    kept.extend(journals);
    kept.extend(files(&folder.join("compiled")));
    for path in kept.iter().map(PathBuf::as_path).chain(["sessions", "compiled"].map(|d| folder.join(d)).iter().map(PathBuf::as_path)) {
        if let Some(check) = access(path) {
            out.push(check);
        }
    }
    if let Some(check) = unwritable(folder) {
        out.push(check);
    }
    out
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|e| e.file_type().is_ok_and(|t| !t.is_dir())).map(|e| e.path()).collect();
    out.sort();
    out
}

fn is_old(path: &Path) -> bool {
    let modified = std::fs::metadata(path).and_then(|m| m.modified()).ok();
    modified.and_then(|m| SystemTime::now().duration_since(m).ok()).is_some_and(|since| since >= OLD)
}

/// The journal holds code: it is the user's alone.
fn access(path: &Path) -> Option<Check> {
    let about = std::fs::symlink_metadata(path).ok()?;
    if about.is_symlink() {
        return Some(
            Check::new("state", Level::Broken, format!("{} is a symbolic link: the hook does not write through it", path.display())).hint("remove the link"),
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = about.permissions().mode() & 0o777;
        if !about.is_dir() && mode & 0o077 != 0 {
            return Some(
                Check::new("state", Level::Broken, format!("{} can be read or written by others (mode {mode:o})", path.display()))
                    .hint(format!("chmod 600 {}", path.display())),
            );
        }
    }
    None
}

/// Whether the newest journal can be appended to. It is opened as the hook opens it, and nothing is written.
fn unwritable(folder: &Path) -> Option<Check> {
    let path = folder.join(journal::FILE);
    if !path.exists() {
        return None;
    }
    let error = crate::state::open_append(&path).err()?;
    Some(Check::new("state", Level::Broken, format!("{}: {error}", path.display())).hint("the hook says nothing where it cannot remember what it said"))
}
