//! Which files to read: those that are named, and those in named folders that look like a record of conversations.

use crate::error::Error;
use ignore::WalkBuilder;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a file's head by which it is recognised.
const HEAD: usize = 64 << 10;

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// The files that `paths` mean, sorted, each once. A named file is taken as it is; in a folder the content decides.
///
/// # Errors
/// When a named path does not exist; what cannot be read inside a folder goes to `unreadable`.
pub fn files(paths: &[PathBuf], unreadable: &mut Vec<String>) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in paths {
        let about =
            std::fs::metadata(path).map_err(|e| Error::file(path, &e).hint("name transcripts, journals, or folders of them, such as ~/.claude/projects"))?;
        if !about.is_dir() {
            found.push(Found { path: path.clone(), size: about.len() });
            continue;
        }
        let mut walk = WalkBuilder::new(path);
        // Records lie in hidden and ignored places.
        walk.standard_filters(false).sort_by_file_path(Path::cmp).filter_entry(|e| e.file_name() != ".git");
        for entry in walk.build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                    if looks_like_a_record(entry.path()) {
                        found.push(Found { size: entry.metadata().map_or(0, |m| m.len()), path: entry.into_path() });
                    }
                }
                Ok(_) => {}
                Err(e) => unreadable.push(e.to_string()),
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn looks_like_a_record(path: &Path) -> bool {
    let mut head = Vec::new();
    File::open(path).and_then(|f| f.take(HEAD as u64).read_to_end(&mut head)).is_ok() && head_looks_like_a_record(&head)
}

/// By the first lines that are no comment: an object on one line, with a key that only records have.
fn head_looks_like_a_record(head: &[u8]) -> bool {
    const KEYS: [&[u8]; 6] =
        [b"\"sessionId\"", b"\"session_id\"", b"\"leafUuid\"", b"\"kind\":\"event\"", b"\"kind\":\"fault\"", b"\"type\":\"file-history-snapshot\""];
    head.split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|l| !l.is_empty() && !l.starts_with(b"//"))
        .take(16)
        .any(|line| line.starts_with(b"{") && KEYS.iter().any(|key| line.windows(key.len()).any(|w| w == *key)))
}

#[cfg(test)]
mod tests {
    use super::head_looks_like_a_record as record;

    #[test]
    fn content_decides() {
        assert!(record(b"// from a gist\n{\"type\":\"user\",\"sessionId\":\"s\"}\n"));
        assert!(record(b"{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\"}"));
        assert!(record(b"{\"type\":\"summary\",\"summary\":\"x\",\"leafUuid\":\"u\"}\n"));
        assert!(!record(b""));
        assert!(!record(b"{\n  \"sessionId\": 1\n}\n"));
        assert!(!record(b"# about \"sessionId\"\n"));
        assert!(!record(b"{\"name\":\"x\"}\n"));
    }
}
