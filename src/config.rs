//! A project's settings: `.dist-architect/config.yaml`, then the user's own.
//!
//! The hook reads no YAML: what a project's files say is kept compiled, as JSON, under a hash of their bytes. A file that cannot be
//! read as settings is as if it were not there, so that a slip in it neither breaks an edit nor silences a built-in signal; `doctor`
//! tells of it.

pub mod topology;

use crate::engine::component::Component;
use crate::hash;
use crate::knowledge::catalog::{self, PatternFile};
use crate::knowledge::folder::{Project, signal_of};
use crate::knowledge::schema::{MODULES, SignalFile};
use crate::knowledge::{Knowledge, baked::BUILT_IN};
use crate::project::read_bytes;
use crate::topology::compact::Compact;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Name of the folder in a project.
pub const FOLDER: &str = ".dist-architect";

/// How the hook speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Says it beside the edit.
    #[default]
    Advise,
    /// Denies the edit the first time, with the questions as the reason; the second try passes.
    Gate,
    /// Says nothing, but keeps the journal.
    Quiet,
}

/// What the journal keeps of an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// Its text, up to 64 KiB, so that it can be replayed.
    #[default]
    Full,
    /// Its sizes and a hash.
    Digest,
    /// No journal at all.
    Off,
}

/// Names that are turned off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Off {
    /// Module ids, signal ids, or globs of project paths.
    #[serde(default)]
    pub off: Vec<String>,
}

/// Whether and when findings are told: named patterns that an edit brings, with the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Findings {
    /// After the edit.
    pub tell: bool,
    /// What is still open, at the end of the turn.
    pub stop: bool,
    /// What is still open, before `git commit` and `git push`.
    pub commit: bool,
    /// At the end of the turn, files that were changed by other means than the edit tools.
    pub shell: bool,
    /// Patterns that are not told, by id.
    pub off: Vec<String>,
}

impl Default for Findings {
    fn default() -> Self {
        Self { tell: true, stop: true, commit: true, shell: true, off: Vec::new() }
    }
}

/// Whether the index of shared resources is kept and told from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Observers {
    /// Who else touches what an edit's lines touch.
    pub tell: bool,
    /// The index is built and refreshed at the start of a conversation and after edits.
    pub index: bool,
}

impl Default for Observers {
    fn default() -> Self {
        Self { tell: true, index: true }
    }
}

/// Most characters that a telling may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Of the first telling of a module.
    pub first: usize,
    /// Of all tellings at one event.
    pub event: usize,
    /// Of a later telling of the same module.
    pub line: usize,
    /// Of the questions to a plan.
    pub plan: usize,
    /// Of one finding.
    pub finding: usize,
    /// Of who else touches what an edit touches.
    pub observers: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { first: 1200, event: 2000, line: 160, plan: 900, finding: 700, observers: 700 }
    }
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Modules that do not speak.
    pub modules: Off,
    /// Signals that count for nothing.
    pub signals: Off,
    /// Paths, relative to the project, that are not looked at.
    pub paths: Off,
    /// Named patterns.
    pub findings: Findings,
    /// Shared resources.
    pub observers: Observers,
    /// How the hook speaks.
    pub mode: Mode,
    /// What the journal keeps.
    pub log: Log,
    /// Lengths.
    pub budget: Budget,
    /// The topology file, from the project's folder on; empty: none.
    pub topology: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            modules: Off::default(),
            signals: Off::default(),
            paths: Off::default(),
            findings: Findings::default(),
            observers: Observers::default(),
            mode: Mode::default(),
            log: Log::default(),
            budget: Budget::default(),
            topology: topology::FILE.to_owned(),
        }
    }
}

impl Config {
    /// Reads settings.
    ///
    /// # Errors
    /// The reader's message, with line and column.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        // An empty or wholly commented file is no mapping, and means the defaults.
        if yaml.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        serde_yaml::from_str(yaml).map_err(|e| e.to_string())
    }

    /// One flag for each module.
    #[must_use]
    pub fn modules_off(&self) -> [bool; MODULES.len()] {
        MODULES.map(|m| self.modules.off.iter().any(|off| off == m))
    }

    /// Whether a project path is turned off.
    #[must_use]
    pub fn is_path_off(&self, path: &str) -> bool {
        self.paths.off.iter().any(|glob| fast_glob::glob_match(glob, path))
    }
}

/// Settings and signals of a project, ready for the engine.
#[derive(Debug, Default)]
pub struct Settings {
    /// The settings.
    pub config: Config,
    /// The folder that holds `.dist-architect`, where there is one.
    pub root: Option<PathBuf>,
    project: Option<Project>,
    state: Option<PathBuf>,
    topology: OnceLock<Option<Compact>>,
}

impl Settings {
    /// The built-in knowledge, then the project's.
    #[must_use]
    pub fn knowledge(&self) -> Vec<Knowledge<'_>> {
        std::iter::once(BUILT_IN).chain(self.project.as_ref().map(Project::knowledge)).collect()
    }

    /// The project's topology, where it has one. Read at the first call: most edits never ask.
    #[must_use]
    pub fn topology(&self) -> Option<&Compact> {
        let load = || topology::load(self.root.as_deref()?, &self.config.topology, self.state.as_deref());
        self.topology.get_or_init(|| if self.config.topology.is_empty() { None } else { load() }).as_ref()
    }

    /// What the topology says of the component that a path of the project is part of.
    #[must_use]
    pub fn component(&self, path: &str) -> Option<Component> {
        self.topology()?.component(path)
    }
}

/// What is kept compiled.
#[derive(Default, Serialize, Deserialize)]
struct Compiled {
    /// Hash of the files' names and bytes, and of this program's version.
    of: u64,
    config: Config,
    signals: Vec<SignalFile>,
}

/// The folder `.dist-architect`: upward from the file, then in the client's project folder.
#[must_use]
pub fn find(file: &Path, project_dir: Option<&Path>) -> Option<PathBuf> {
    // One buffer for all candidates: this runs at every edit.
    let mut folder = file.parent()?.join(FOLDER);
    loop {
        if folder.is_dir() {
            return Some(folder);
        }
        // Up one: without the name, without the last folder, with the name.
        if !(folder.pop() && folder.pop()) {
            break;
        }
        folder.push(FOLDER);
    }
    project_dir.map(|dir| dir.join(FOLDER)).filter(|folder| folder.is_dir())
}

/// The user's own settings file.
#[must_use]
pub fn user_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = match std::env::var_os("XDG_CONFIG_HOME").filter(|d| !d.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => etcetera::choose_base_strategy().ok()?.config_dir(),
    };
    Some(base.join("distarch").join("config.yaml"))
}

/// Signal files of a project, by name.
#[must_use]
pub fn signal_files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.join("signals")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && folders.len() < 64 => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|e| e == "yaml" || e == "yml") => out.push(path),
                _ => {}
            }
        }
    }
    out.sort();
    out
}

/// Folder of the project's catalog in its folder, and of the drafts in that.
pub const CATALOG: &str = "catalog";
/// What is drafted and no entry yet.
pub const DRAFTS: &str = "_drafts";

/// Files of the project's own catalog, by name; not the drafts.
#[must_use]
pub fn catalog_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(CATALOG)).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> =
        entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "md") && p.file_stem().is_some_and(|n| n != "README")).collect();
    out.sort();
    out
}

/// The project's own entries that can be read, with their text.
#[must_use]
pub fn catalog_entries(folder: &Path) -> Vec<(PathBuf, PatternFile, String)> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path, catalog::pattern(&text).ok()?, text))
    };
    catalog_files(folder).into_iter().filter_map(read).collect()
}

/// Loads what holds for a file. Never fails: see the top of this file. `state` is where compiled settings are kept.
#[must_use]
pub fn load(file: &Path, project_dir: Option<&Path>, state: Option<&Path>) -> Settings {
    let folder = find(file, project_dir);
    let user = user_file().and_then(|f| read_bytes(&f));
    if folder.is_none() && user.is_none() {
        return Settings::default();
    }
    let mut sources: Vec<Vec<u8>> = Vec::new();
    let mut of = hash::fnv(env!("CARGO_PKG_VERSION").as_bytes());
    let own = folder.as_ref().and_then(|f| read_bytes(&f.join("config.yaml")));
    for path in folder.iter().flat_map(|f| signal_files(f)) {
        sources.push(read_bytes(&path).unwrap_or_default());
    }
    let first_entry = sources.len();
    for path in folder.iter().flat_map(|f| catalog_files(f)) {
        sources.push(read_bytes(&path).unwrap_or_default());
    }
    for bytes in [&own, &user].into_iter().flatten().chain(&sources) {
        of = hash::extend(hash::extend(of, bytes), b"\0");
    }
    of = hash::extend(of, &[u8::from(own.is_some())]);
    of = hash::extend(of, &first_entry.to_le_bytes());
    let cache = Cached::file(state, "settings", folder.as_deref().unwrap_or(Path::new("")));
    let compiled =
        cache.as_deref().and_then(read_bytes).and_then(|bytes| serde_json::from_slice::<Compiled>(&bytes).ok()).filter(|c| c.of == of).unwrap_or_else(|| {
            let fresh = compile(of, own.as_deref(), user.as_deref(), sources.split_at(first_entry));
            if let Some(cache) = &cache {
                let _ = keep(&serde_json::to_vec(&fresh).unwrap_or_default(), cache);
            }
            fresh
        });
    let project = (!compiled.signals.is_empty()).then(|| {
        let signals: Vec<(String, SignalFile)> = compiled.signals.into_iter().map(|s| (String::new(), s)).collect();
        Project::new(&signals, &BUILT_IN)
    });
    let root = folder.and_then(|f| f.parent().map(Path::to_path_buf));
    Settings { config: compiled.config, root, project, state: state.map(Path::to_path_buf), topology: OnceLock::new() }
}

/// `sources` are the signals, then the entries of the catalog.
fn compile(of: u64, own: Option<&[u8]>, user: Option<&[u8]>, sources: (&[Vec<u8>], &[Vec<u8>])) -> Compiled {
    let read = |bytes: &[u8]| Config::parse(&String::from_utf8_lossy(bytes)).ok();
    // The project's file, where it is good, replaces the user's as a whole: half of one and half of the other is nobody's wish.
    let config = own.and_then(read).or_else(|| user.and_then(read)).unwrap_or_default();
    let entries = sources.1.iter().filter_map(|bytes| signal_of(&catalog::pattern(&String::from_utf8_lossy(bytes)).ok()?.front));
    let signals = sources
        .0
        .iter()
        .filter_map(|bytes| serde_yaml::from_str::<SignalFile>(&String::from_utf8_lossy(bytes)).ok())
        .map(|mut s| {
            s.fires.clear();
            s.silent.clear();
            s
        })
        .chain(entries)
        .collect();
    Compiled { of, config, signals }
}

/// Files of what is kept compiled.
struct Cached;

impl Cached {
    /// The file for what was compiled of `source`.
    fn file(state: Option<&Path>, kind: &str, source: &Path) -> Option<PathBuf> {
        Some(state?.join("compiled").join(format!("{kind}-{:016x}.json", hash::fnv(source.to_string_lossy().as_bytes()))))
    }
}

/// Written beside and renamed: a reader sees the old file or the new one.
fn keep(compiled: &[u8], cache: &Path) -> std::io::Result<()> {
    let folder = cache.parent().unwrap_or(cache);
    crate::state::make_folder(folder)?;
    let beside = folder.join(format!("{}.tmp", std::process::id()));
    let _ = std::fs::remove_file(&beside);
    let mut file = crate::state::open_append(&beside)?;
    file.write_all(compiled)?;
    std::fs::rename(beside, cache)
}
