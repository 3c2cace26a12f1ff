//! `distarch prune`: removes what the hook leaves behind and nobody will ask for. The hook itself never cleans up: it has a
//! millisecond.

use super::places;
use crate::error::Error;
use crate::journal;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// `distarch prune [--days N]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Sessions that nothing was added to for so many days are removed.
    #[arg(long, default_value_t = 30)]
    pub days: u32,
    /// Only say what would go.
    #[arg(long)]
    pub dry_run: bool,
}

/// Removes old sessions, journals beyond those that are kept, settings compiled and indexes made long ago; says what went.
///
/// # Errors
/// When something cannot be removed.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let folders = places::state_folders();
    if folders.is_empty() {
        return Ok("nothing to remove: the hook has kept nothing yet\n".to_owned());
    }
    let mut out = String::new();
    for state in folders {
        let old = Duration::from_secs(u64::from(args.days) * 24 * 3600);
        let sessions = remove(&old_files(&state.join("sessions"), "session", old), args.dry_run)?;
        // What is compiled is made again at the next edit; a folder that no edit came from for so long may be gone.
        let mut rest = old_files(&state.join("compiled"), "json", old);
        rest.extend(old_files(&state.join("compiled"), "tmp", Duration::from_secs(3600)));
        let compiled = remove(&rest, args.dry_run)?;
        // An index is made again by `distarch index`; one that nobody made again for so long is of a repository that nobody works in.
        let index = state.join("index");
        let mut rest: Vec<PathBuf> = ["lookup", "facts", "edited"].iter().flat_map(|e| old_files(&index, e, old)).collect();
        rest.extend(old_files(&index, "tmp", Duration::from_secs(3600)));
        let indexes = remove(&rest, args.dry_run)?;
        let parts: Vec<PathBuf> = journal::parts(&state).into_iter().rev().skip(journal::KEPT).map(|(_, path)| path).collect();
        let journals = remove(&parts, args.dry_run)?;
        let word = if args.dry_run { "would remove" } else { "removed" };
        let days = args.days;
        let _ = writeln!(
            out,
            "{}: {word} {} of sessions untouched for {days} days, {} of the journal, {} of compiled settings, {} of indexes",
            state.display(),
            count(sessions),
            count(journals),
            count(compiled),
            count(indexes)
        );
    }
    Ok(out)
}

/// Plain files with an extension that were not written to for a time. A folder that is a link is somebody else's.
fn old_files(folder: &Path, extension: &str, age: Duration) -> Vec<PathBuf> {
    if std::fs::symlink_metadata(folder).is_ok_and(|m| m.is_symlink()) {
        return Vec::new();
    }
    let is_old = |entry: &std::fs::DirEntry| {
        let modified = entry.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|m| m.modified().ok());
        modified.and_then(|m| SystemTime::now().duration_since(m).ok()).is_some_and(|since| since >= age)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> = entries.filter(is_old).map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == extension)).collect();
    out.sort();
    out
}

/// Removes files, and tells how many and how many bytes. One that another process removed first counts as gone.
fn remove(files: &[PathBuf], dry_run: bool) -> Result<(usize, u64), Error> {
    let mut bytes = 0;
    for file in files {
        bytes += std::fs::metadata(file).map_or(0, |m| m.len());
        if dry_run {
            continue;
        }
        match std::fs::remove_file(file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::file(file, &e)),
            _ => {}
        }
    }
    Ok((files.len(), bytes))
}

fn count((files, bytes): (usize, u64)) -> String {
    match files {
        0 => "nothing".to_owned(),
        1 => format!("1 file ({})", super::size(bytes)),
        n => format!("{n} files ({})", super::size(bytes)),
    }
}
