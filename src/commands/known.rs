//! Everything that has a name here: the built-in content and the signals of the project that the user stands in.

use crate::config;
use crate::engine::evidence::WORDS;
use crate::knowledge::Knowledge;
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::catalog::{PatternFile, pattern};
use crate::knowledge::folder::signal_of;
use crate::knowledge::schema::{SignalFile, read};
use std::path::PathBuf;

/// Where a signal comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is in the binary.
    BuiltIn,
    /// A file of the project.
    Project(PathBuf),
}

impl Origin {
    /// Its name in outputs.
    #[must_use]
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Project(_) => "project",
        }
    }
}

/// A signal as written.
#[derive(Clone, Debug)]
pub(super) struct SignalRow {
    /// The file, parsed.
    pub(super) file: SignalFile,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// Its index in the built-in knowledge.
    pub(super) built_in: Option<usize>,
}

/// A catalog entry as written.
#[derive(Clone, Debug)]
pub(super) struct PatternRow {
    /// The entry, parsed.
    pub(super) file: PatternFile,
    /// Its text, front matter and all.
    pub(super) text: String,
    /// Where it comes from.
    pub(super) origin: Origin,
}

/// The content that holds where the user stands.
pub(super) struct Known {
    /// What is in the binary.
    pub(super) built_in: Knowledge<'static>,
    folder: Option<PathBuf>,
}

impl Known {
    /// For the current folder.
    #[must_use]
    pub(super) fn here() -> Self {
        let folder = std::env::current_dir().ok().and_then(|dir| config::find(&dir.join("file"), None));
        Self { built_in: BUILT_IN, folder }
    }

    /// All signals, the project's last. What cannot be read is left out: `lint` tells of it.
    #[must_use]
    pub(super) fn signals(&self) -> Vec<SignalRow> {
        let k = self.built_in;
        let built_in = k.signals.iter().enumerate().filter_map(|(i, s)| {
            let file = read(k.str(s.source)).ok()?;
            Some(SignalRow { file, origin: Origin::BuiltIn, built_in: Some(i) })
        });
        let files = self.folder.as_deref().map(config::signal_files).unwrap_or_default();
        let own = files.into_iter().filter_map(|path| {
            let file = read(&std::fs::read_to_string(&path).ok()?).ok()?;
            Some(SignalRow { file, origin: Origin::Project(path), built_in: None })
        });
        let entries = self.folder.as_deref().map(config::catalog_entries).unwrap_or_default();
        let entries = entries.into_iter().filter_map(|(path, entry, _)| {
            let file = signal_of(&entry.front)?;
            Some(SignalRow { file, origin: Origin::Project(path), built_in: None })
        });
        built_in.chain(own).chain(entries).collect()
    }

    /// All catalog entries, the project's first.
    #[must_use]
    pub(super) fn patterns(&self) -> Vec<PatternRow> {
        let k = self.built_in;
        let own = self.folder.as_deref().map(config::catalog_entries).unwrap_or_default();
        let own = own.into_iter().map(|(path, file, text)| PatternRow { file, text, origin: Origin::Project(path) });
        let built_in = k.patterns.iter().filter_map(|p| {
            let text = k.str(p.source);
            Some(PatternRow { file: pattern(text).ok()?, text: text.to_owned(), origin: Origin::BuiltIn })
        });
        own.chain(built_in).collect()
    }

    /// Every name that `explain` takes, sections apart.
    #[must_use]
    pub(super) fn ids(&self) -> Vec<String> {
        let k = self.built_in;
        let rest = k.modules.iter().map(|m| m.id).chain(k.libraries.iter().map(|l| l.id)).map(|id| k.str(id).to_owned());
        rest.chain([WORDS.to_owned()])
            .chain(self.patterns().into_iter().map(|p| p.file.front.id))
            .chain(self.signals().into_iter().map(|s| s.file.id))
            .collect()
    }
}
