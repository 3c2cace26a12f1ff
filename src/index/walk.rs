//! The files of a repository that say what runs: what git would not ignore, without tests, examples, what is generated, packed or bought
//! in. A use in a test is no observer.

use super::extractors;
use super::file::File;
use crate::engine::edit::{Language, file_name};
use crate::engine::path::{self, PathKind};
use ignore::{WalkBuilder, WalkState};
use std::path::Path;
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

/// Bytes of a file that is read; a larger one is data.
pub(crate) const LARGEST: u64 = 1 << 20;
/// Bytes of a line by which a file counts as packed by a tool.
const LONG_LINE: usize = 5_000;
/// Bytes of a file's head in which a generator says so.
const HEAD: usize = 2_048;

/// Folders that hold no source of this repository.
const FOREIGN: [&str; 26] = [
    ".git",
    ".hg",
    ".svn",
    ".github",
    ".circleci",
    ".idea",
    ".vscode",
    ".devcontainer",
    ".husky",
    ".yarn",
    ".next",
    ".nuxt",
    ".terraform",
    ".gradle",
    ".cache",
    ".tox",
    ".venv",
    ".dist-architect",
    ".claude",
    "venv",
    "__pycache__",
    "node_modules",
    "bower_components",
    "vendor",
    "third_party",
    "site-packages",
];

const EXAMPLES: [&str; 6] = ["example", "examples", "sample", "samples", "demos", "tutorials"];

/// What stands before a package's own name: `com/example/orders`.
const DOMAINS: [&str; 5] = ["com", "org", "net", "io", "dev"];

/// A file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) size: u64,
    /// When it was changed, in nanoseconds since 1970; 0 where that is not known.
    pub(crate) changed: u64,
}

/// All files below the root that git would not ignore, by path. What cannot be read is left out, and so is a path that is no text.
pub(crate) fn list(root: &Path) -> Vec<Listed> {
    let found: Mutex<Vec<Listed>> = Mutex::new(Vec::new());
    let mut walk = WalkBuilder::new(root);
    // Settings lie in hidden files such as `.env`.
    walk.hidden(false).require_git(false).filter_entry(|e| e.depth() == 0 || !FOREIGN.iter().any(|f| e.file_name() == *f));
    walk.threads(std::thread::available_parallelism().map_or(1, usize::from)).build_parallel().run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|t| t.is_file())
                && let Some(path) = entry.path().strip_prefix(root).ok().and_then(Path::to_str)
                && let Ok(about) = entry.metadata()
            {
                let path = if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace(std::path::MAIN_SEPARATOR, "/") };
                let changed = about.modified().ok().and_then(|m| m.duration_since(UNIX_EPOCH).ok());
                let changed = changed.and_then(|d| u64::try_from(d.as_nanos()).ok()).unwrap_or(0);
                if let Ok(mut found) = found.lock() {
                    found.push(Listed { path, size: about.len(), changed });
                }
            }
            WalkState::Continue
        })
    });
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Whether a file of this path is read for what it does to shared resources.
pub(crate) fn is_read(path: &str) -> bool {
    is_own(path) && is_wanted(path)
}

/// Whether it is of what runs here: no test, no example, nothing packed, generated or bought in.
fn is_own(path: &str) -> bool {
    let name = file_name(path);
    let folders = &path[..path.len() - name.len()];
    // Below a source root folders are a package's name: `src/main/java/com/example/orders`.
    let above = folders.split_once("src/main/").map_or(folders, |(above, _)| above);
    let is_foreign = |f: &str| FOREIGN.contains(&f);
    let is_example = |(before, f): (&str, &str)| EXAMPLES.iter().any(|e| f.eq_ignore_ascii_case(e)) && !DOMAINS.contains(&before);
    let has_example = std::iter::once("").chain(above.split('/')).zip(above.split('/')).any(is_example);
    // What the engine vetoes in structured files, descriptions of interfaces among them, is what declares here; of its rules only those
    // for tests, packed, generated and vendored files count, which hold for SQL too.
    !folders.split('/').any(is_foreign) && !has_example && path::kind(path, Language::named("sql")) != PathKind::Vetoed && !is_lock(name)
}

/// Whether an extractor reads files of this kind.
fn is_wanted(path: &str) -> bool {
    let file = File::new(path, "");
    // Of formats without a name only those are read that an extractor knows by the path's ending; the rest is pictures and licences.
    if file.language == Language::UNKNOWN && !path.ends_with(".prisma") {
        return false;
    }
    extractors::EXTRACTORS.iter().any(|e| e.reads(&file))
}

/// Versions of packages, and what a tool is set up by.
fn is_lock(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["-lock.", ".lock", "-lock"].iter().any(|e| name.contains(e)) || name.starts_with("tsconfig") || name.starts_with(".eslintrc")
}

/// The text of a file that is source: no binary, nothing packed or generated. Bytes that are no UTF-8 are replaced.
pub(crate) fn source(bytes: &[u8]) -> Option<String> {
    is_source(bytes).then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether bytes are source.
pub(crate) fn is_source(bytes: impl AsRef<[u8]>) -> bool {
    let bytes = bytes.as_ref();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    !bytes[..bytes.len().min(8 << 10)].contains(&0) && !is_generated(&head) && !has_long_line(bytes)
}

/// Whether a line has more bytes than people write: the last line end within reach is looked for, from line to line.
fn has_long_line(bytes: &[u8]) -> bool {
    let mut start = 0;
    while bytes.len() - start > LONG_LINE {
        match bytes[start..=start + LONG_LINE].iter().rposition(|b| *b == b'\n') {
            Some(end) => start += end + 1,
            None => return true,
        }
    }
    false
}

/// Whether the head says that a program wrote it: <https://go.dev/s/generatedcode>, and what others write.
fn is_generated(head: &str) -> bool {
    let says = |words: &str| head.contains(words);
    says("DO NOT EDIT") && (says("enerated") || says("ENERATED")) || says("@generated") || says("<auto-generated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_read() {
        for (path, expected) in [
            ("services/orders/app.py", true),
            ("compose.yaml", true),
            (".env", true),
            ("api/openapi.yaml", true),
            ("db/migrations/001_orders.sql", true),
            ("proto/shop.proto", true),
            ("services/orders/test_app.py", false),
            ("src/test/java/A.java", false),
            ("node_modules/x/index.js", false),
            ("vendor/x/y.go", false),
            ("examples/a.py", false),
            ("examples/shop/src/main/java/A.java", false),
            ("orders/src/main/java/com/example/orders/A.java", true),
            ("ledger/src/main/kotlin/anthos/samples/bank/A.kt", true),
            ("orders/com/example/orders/A.java", true),
            ("web/app.min.js", false),
            ("api/shop.pb.go", false),
            ("package-lock.json", false),
        ] {
            assert_eq!(is_own(path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_source_is_left_out() {
        for (bytes, expected) in [
            (&b"x = 1\n"[..], true),
            (b"// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n", false),
            (b"# DO NOT EDIT without asking Ann\nx = 1\n", true),
            (b"/* @generated */ x", false),
            (b"\x7fELF\0\0", false),
            (b"caf\xe9 = 1", true),
        ] {
            assert_eq!(source(bytes).is_some(), expected, "{}", String::from_utf8_lossy(bytes));
        }
        for (lines, expected) in [(vec![6000], false), (vec![9, 5001], false), (vec![4000, 5000, 3000, 5000], true), (vec![4999, 5001, 2], false)] {
            let text: String = lines.iter().map(|n| "x".repeat(*n) + "\n").collect();
            assert_eq!((source(text.as_bytes()).is_some(), is_source(text.trim_end())), (expected, expected), "{lines:?}");
        }
    }

    #[test]
    fn the_list_leaves_out_what_git_ignores_and_keeps_hidden_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in [(".gitignore", "out/\n"), (".env", "A=1"), ("a/b.py", "x"), ("out/c.py", "x"), ("node_modules/d.js", "x"), (".git/config", "x")] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        let found: Vec<String> = list(folder.path()).into_iter().map(|l| l.path).collect();
        assert_eq!(found, [".env", ".gitignore", "a/b.py"]);
    }
}
