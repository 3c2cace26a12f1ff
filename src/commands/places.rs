//! Where things lie on this machine: our state, and what Claude Code keeps. The client gives the hook a folder of its own, which a
//! person's terminal knows nothing of; so whoever looks at state from there looks in every place where it may be.

use crate::index::store::{self, Store};
use crate::journal;
use crate::state;
use std::path::{Path, PathBuf};

/// The plugin's name, as in its manifest.
const PLUGIN: &str = "distributed-architect";

/// The folder of Claude Code.
#[must_use]
pub fn client_folder() -> Option<PathBuf> {
    match std::env::var_os("CLAUDE_CONFIG_DIR").filter(|d| !d.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => std::env::home_dir().map(|home| home.join(".claude")),
    }
}

/// Every state folder that exists: the hook's of this environment, the user's own, and those that the client keeps for the plugin
/// (one for each marketplace it came from, and one for `--plugin-dir`).
#[must_use]
pub fn state_folders() -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = state::folder().into_iter().chain(state::user_folder()).collect();
    let data = client_folder().map(|c| c.join("plugins").join("data"));
    for entry in data.and_then(|d| std::fs::read_dir(d).ok()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().strip_prefix(PLUGIN).is_some_and(|rest| rest.starts_with('-')) {
            out.push(entry.path());
        }
    }
    out.retain(|folder| folder.is_dir());
    out.sort();
    out.dedup();
    out
}

/// Where the journal is that a person asks about: the client's where the client has started us; in a terminal the one that was written last.
#[must_use]
pub fn journal_folder() -> Option<PathBuf> {
    let own = state::folder();
    if own != state::user_folder() {
        return own;
    }
    let written = |folder: &PathBuf| std::fs::metadata(folder.join(journal::FILE)).and_then(|m| m.modified()).ok();
    state_folders().into_iter().filter_map(|f| Some((written(&f)?, f))).max().map(|(_, folder)| folder).or(own)
}

/// Where the index of a repository is kept: in the client's folder where the client has started us; in a terminal in the folder whose index
/// this program can read and that was looked through last, so that the hook and a person share one; else in our own.
#[must_use]
pub fn index_folder(root: &Path) -> Option<PathBuf> {
    let own = state::folder();
    if own != state::user_folder() {
        return own;
    }
    // One of another version is not ours to replace: its own program would find nothing.
    let kept = state_folders().into_iter().filter_map(|f| Some((store::age(&f, root)?, f))).filter(|(_, f)| Store::open(f, root).is_some());
    kept.min().map(|(_, folder)| folder).or(own)
}

/// Settings files of the client that can turn the plugin on here, the nearest last.
#[must_use]
pub fn client_settings(project: &Path) -> Vec<PathBuf> {
    let user = client_folder().map(|c| c.join("settings.json"));
    let own = [".claude/settings.json", ".claude/settings.local.json"].map(|f| project.join(f));
    user.into_iter().chain(own).filter(|f| f.is_file()).collect()
}

/// The folder of a project's transcripts: the client names it after the project's path, every sign that is no letter or digit as `-`.
#[must_use]
pub fn transcripts(project: &Path) -> Option<PathBuf> {
    let name: String = project.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    Some(client_folder()?.join("projects").join(name))
}

/// A plugin's name and state in one settings file, for each marketplace it is named from.
#[must_use]
pub fn enabled(settings: &serde_json::Value) -> Vec<(String, bool)> {
    let plugins = settings.get("enabledPlugins").and_then(serde_json::Value::as_object);
    plugins.into_iter().flatten().filter(|(id, _)| id.split('@').next() == Some(PLUGIN)).map(|(id, on)| (id.clone(), on.as_bool() == Some(true))).collect()
}
