//! The content of a folder, read as far as it can be. What cannot be read is a problem, and the rest is judged all the same.

use super::Problem;
use super::lines::Lines;
use crate::config;
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::catalog::{self, PatternFile};
use crate::knowledge::features::COLUMNS;
use crate::knowledge::folder::{Project, signal_of};
use crate::knowledge::schema::{self, CATEGORIES, LibraryFile, MODULES, ModuleFile, SignalFile, Unreadable, WeightsFile};
use crate::nearest::nearest;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// A file as read.
pub(super) struct Read<T> {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) file: T,
}

impl<T> Read<T> {
    pub(super) fn lines(&self) -> Lines<'_> {
        Lines(&self.text)
    }

    /// The file's name without its extension.
    pub(super) fn stem(&self) -> String {
        self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A content folder.
pub(super) struct Content {
    pub(super) root: PathBuf,
    pub(super) signals: Vec<Read<SignalFile>>,
    pub(super) libraries: Vec<Read<LibraryFile>>,
    pub(super) modules: Vec<Read<ModuleFile>>,
    pub(super) patterns: Vec<Read<PatternFile>>,
    pub(super) weights: Option<Read<WeightsFile>>,
    /// `config.yaml` as text.
    pub(super) config: Option<(PathBuf, String)>,
    /// The signals laid out for the engine.
    pub(super) laid_out: Project,
}

impl Content {
    pub(super) fn read(root: &Path, problems: &mut Vec<Problem>) -> Self {
        let is_project = root.file_name().is_some_and(|n| n == config::FOLDER);
        let mut signals = Vec::new();
        let mut libraries = Vec::new();
        let mut weights = None;
        for path in files(&root.join("signals"), &["yaml", "yml"], problems) {
            let is_library = path.parent().is_some_and(|p| p.ends_with("signals/libraries"));
            let is_weights = path.parent() == Some(&root.join("signals")) && path.file_name().is_some_and(|n| n == "weights.yaml");
            if is_project && (is_library || is_weights) {
                problems.push(Problem::new(
                    &path,
                    None,
                    "a project has signals of its own, but no libraries or weights: this file is not read",
                    "remove it; signals can need the built-in libraries (`distarch list --libraries`)",
                ));
            } else if is_library {
                libraries.extend(yaml(path, problems));
            } else if is_weights {
                weights = yaml(path, problems);
            } else {
                signals.extend(yaml::<SignalFile>(path, problems));
            }
        }
        let mut out = Self {
            root: root.to_path_buf(),
            signals,
            libraries,
            modules: Vec::new(),
            patterns: Vec::new(),
            weights,
            config: None,
            laid_out: Project::default(),
        };
        if is_project {
            let path = root.join("config.yaml");
            out.config = std::fs::read_to_string(&path).ok().map(|text| (path, text));
            if root.join("modules").exists() {
                problems.push(Problem::new(
                    &root.join("modules"),
                    None,
                    "a project has signals and patterns of its own, but no modules: this folder is not read",
                    "remove it",
                ));
            }
        } else {
            out.read_modules(problems);
        }
        out.read_catalog(problems);
        out.lay_out();
        out
    }

    fn read_modules(&mut self, problems: &mut Vec<Problem>) {
        for path in files(&self.root.join("modules"), &["md"], problems) {
            let Some(text) = read(&path, problems) else { continue };
            match schema::module(&text) {
                Ok(file) => self.modules.push(Read { path, text, file }),
                Err(e) => problems.push(Problem::new(
                    &path,
                    Some(1),
                    e,
                    "a module begins with front matter of id, title and asks, then `## section` and `- item` lines",
                )),
            }
        }
    }

    fn read_catalog(&mut self, problems: &mut Vec<Problem>) {
        for path in files(&self.root.join("catalog"), &["md"], problems).into_iter().filter(|p| p.file_name().is_none_or(|n| n != "README.md")) {
            let Some(text) = read(&path, problems) else { continue };
            match catalog::pattern(&text) {
                Ok(file) => self.patterns.push(Read { path, text, file }),
                Err(e) => problems.push(unreadable(&path, &e)),
            }
        }
    }

    fn lay_out(&mut self) {
        let entries = self.patterns.iter().filter(|_| self.is_project()).filter_map(|r| signal_of(&r.file.front));
        let signals: Vec<(String, SignalFile)> = self.signals.iter().map(|r| r.file.clone()).chain(entries).map(|s| (String::new(), s)).collect();
        self.laid_out = self.knowledge_of(&signals);
    }

    /// Signals laid out as the engine reads them: after the built-in set in a project, else standing alone with this folder's
    /// libraries and weights.
    pub(super) fn knowledge_of(&self, signals: &[(String, SignalFile)]) -> Project {
        if self.stands_alone() {
            let libraries: Vec<(String, LibraryFile)> = self.libraries.iter().map(|r| (String::new(), r.file.clone())).collect();
            let without = WeightsFile { intercept: [-2.0; COLUMNS], threshold: [0.5; COLUMNS], ..WeightsFile::default() };
            Project::whole(signals, &libraries, self.weights.as_ref().map_or(&without, |w| &w.file), &BUILT_IN)
        } else {
            Project::new(signals, &BUILT_IN)
        }
    }

    /// Whether this is a project's `.dist-architect`.
    pub(super) fn is_project(&self) -> bool {
        self.root.file_name().is_some_and(|n| n == config::FOLDER)
    }

    /// Whether the folder brings its own libraries, as the shipped content does; a project builds on the shipped ones.
    pub(super) fn stands_alone(&self) -> bool {
        !self.libraries.is_empty()
    }

    /// Sections of a module: of this folder's modules, else of the built-in ones.
    pub(super) fn sections(&self, module: &str) -> Vec<String> {
        if let Some(own) = self.modules.iter().find(|m| m.file.front.id == module) {
            return own.file.sections.iter().map(|(id, _)| id.clone()).collect();
        }
        let index = MODULES.iter().position(|m| *m == module).unwrap_or(usize::MAX);
        BUILT_IN.module_sections(index).iter().map(|s| BUILT_IN.str(s.id).to_owned()).collect()
    }

    /// What a signal can need.
    pub(super) fn needs(&self) -> Vec<String> {
        let own = self.libraries.iter().map(|l| l.file.id.clone());
        let built_in = BUILT_IN.libraries.iter().filter(|_| !self.stands_alone()).map(|l| BUILT_IN.str(l.id).to_owned());
        CATEGORIES.iter().map(|c| (*c).to_owned()).chain(own).chain(built_in).collect()
    }

    pub(super) fn summary(&self, scope: &Path) -> String {
        fn count<T>(scope: &Path, list: &[Read<T>], name: &str) -> Option<String> {
            let n = list.iter().filter(|r| r.path.starts_with(scope)).count();
            (n > 0).then(|| format!("{n} {name}{}", if n == 1 { "" } else { "s" }))
        }
        let parts = [
            count(scope, &self.signals, "signal"),
            count(scope, &self.modules, "module"),
            count(scope, &self.patterns, "pattern"),
            count(scope, &self.libraries, "library file"),
            self.config.as_ref().map(|_| "config.yaml".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "nothing that could be read".to_owned() } else { parts.join(", ") }
    }
}

/// Files below a folder with one of the extensions, by path. Folders that begin with `_` hold drafts.
fn files(folder: &Path, extensions: &[&str], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return out };
    for path in entries.filter_map(|e| e.ok().map(|e| e.path())) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(['_', '.']) {
            continue;
        }
        if path.is_dir() {
            out.extend(files(&path, extensions, problems));
        } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
            out.push(path);
        } else if name != "README.md" {
            problems.push(Problem::new(&path, None, format!("this file is not read: content here ends in .{}", extensions[0]), "rename or remove it"));
        }
    }
    out.sort();
    out
}

fn read(path: &Path, problems: &mut Vec<Problem>) -> Option<String> {
    std::fs::read_to_string(path).map_err(|e| problems.push(Problem::new(path, None, e.to_string(), "content is readable UTF-8 text"))).ok()
}

/// Reads YAML; each unknown key is a problem of its own and then left out, so that the file is judged to its end.
fn yaml<T: DeserializeOwned>(path: PathBuf, problems: &mut Vec<Problem>) -> Option<Read<T>> {
    let text = read(&path, problems)?;
    let mut rest = text.clone();
    loop {
        match schema::read::<T>(&rest) {
            Ok(file) => return Some(Read { path, text, file }),
            Err(e) => {
                problems.push(unreadable(&path, &e));
                let line = e.line.filter(|_| e.what.starts_with("unknown field"))?;
                rest = without_entry(&rest, line)?;
            }
        }
    }
}

/// The text without the key at a line and all that is indented below it.
fn without_entry(text: &str, line: usize) -> Option<String> {
    let indent = |l: &str| l.len() - l.trim_start().len();
    let mut lines = text.lines();
    let mut out: Vec<&str> = lines.by_ref().take(line - 1).collect();
    let key = lines.next()?;
    if key.trim_start().starts_with("- ") {
        return None;
    }
    let below = lines.skip_while(|l| l.trim().is_empty() || indent(l) > indent(key) || (indent(key) == 0 && l.starts_with("- ")));
    out.extend(below);
    Some(out.join("\n") + "\n")
}

/// What the reader says of a file, and what to do about it. The list of what is known is a part of the fix, not of the problem.
pub(super) fn unreadable(path: &Path, e: &Unreadable) -> Problem {
    let what = e.what.split(", expected one of").next().unwrap_or(&e.what);
    Problem::new(path, e.line, what, fix_for(&e.what))
}

fn fix_for(what: &str) -> String {
    let quoted = || what.split('`').nth(1);
    let known = || what.split_once("expected one of ").map(|(_, list)| list.split(", ").map(|w| w.trim_matches('`')).collect::<Vec<_>>());
    if let (Some(word), Some(list)) = (quoted(), known()) {
        let list_all = format!("known are {}", list.join(", "));
        return nearest(word, list).map_or(list_all, |n| format!("did you mean `{n}`?"));
    }
    if what.starts_with("missing field") {
        return format!("add the key {}", quoted().unwrap_or(""));
    }
    if what.contains("mapping values are not allowed") {
        return "put quotes round text that contains `: `".to_owned();
    }
    if what.starts_with("duplicate mapping key") {
        return "keep one of the two".to_owned();
    }
    if what.contains("expected sequence") {
        return "a list: `[a, b]`, or one `- item` a line".to_owned();
    }
    "mend the YAML here; text with special characters wants quotes".to_owned()
}
