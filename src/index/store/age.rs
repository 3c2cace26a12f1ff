//! When a repository was last looked through.

use super::{Files, open};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How long ago the repository was looked through; `None` when it never was.
#[must_use]
pub fn age(state: &Path, root: &Path) -> Option<Duration> {
    let modified = open(&Files::of(state, root.to_str()?).lookup())?.metadata().ok()?.modified().ok()?;
    // A time in the future says nothing.
    SystemTime::now().duration_since(modified).ok()
}

/// Notes that it was looked through now, though nothing had to be written.
pub fn looked_through(state: &Path, root: &Path) {
    if let Some(root) = root.to_str()
        && let Some(file) = open(&Files::of(state, root).lookup())
    {
        // Without it the next conversation looks again, which costs time and no truth.
        let _ = file.set_modified(SystemTime::now());
    }
}
