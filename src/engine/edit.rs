//! A proposed or finished change to one file.

use crate::knowledge::schema::LANGUAGES;
use std::borrow::Cow;

/// A language or file format: an index into [`LANGUAGES`], or none that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(u8);

impl Language {
    /// A format that nothing is known of.
    pub const UNKNOWN: Self = Self(u8::MAX);

    /// By the path's extension or file name.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let name = file_name(path);
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
        if extension.len() > 12 {
            return Self::UNKNOWN;
        }
        if name.eq_ignore_ascii_case("dockerfile") || name.to_ascii_lowercase().starts_with("dockerfile.") {
            return Self::named("dockerfile");
        }
        LANGUAGES
            .iter()
            .position(|(_, extensions)| extensions.iter().any(|e| e.eq_ignore_ascii_case(extension)))
            .and_then(|i| u8::try_from(i).ok())
            .map_or(Self::UNKNOWN, Self)
    }

    /// By its name in [`LANGUAGES`].
    #[must_use]
    pub fn named(name: &str) -> Self {
        LANGUAGES.iter().position(|(l, _)| *l == name).and_then(|i| u8::try_from(i).ok()).map_or(Self::UNKNOWN, Self)
    }

    /// Its name, or "unknown".
    #[must_use]
    pub fn name(self) -> &'static str {
        LANGUAGES.get(self.0 as usize).map_or("unknown", |(l, _)| *l)
    }

    /// The bit that stands for it in a signal's languages; 0 when unknown.
    #[must_use]
    pub fn bit(self) -> u64 {
        if self == Self::UNKNOWN { 0 } else { 1 << self.0 }
    }

    /// Whether it is a program language, as against a structured file or prose.
    #[must_use]
    pub fn is_program(self) -> bool {
        (self.0 as usize) < crate::knowledge::schema::PROGRAM_LANGUAGES
    }
}

/// Last component of a path, whichever separator it uses.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// One replacement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change<'a> {
    /// Text that goes; empty for a new file or an insertion.
    pub old: Cow<'a, str>,
    /// Text that comes.
    pub new: Cow<'a, str>,
}

/// A change to one file, as a client proposes or reports it.
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    /// The file, as the client names it (absolute where the client makes it so).
    pub path: Cow<'a, str>,
    /// Its language.
    pub language: Language,
    /// The replacements, in the order in which they are applied. A write of a whole file is one, from the whole text before.
    pub changes: Vec<Change<'a>>,
    /// The file's head and tail are the text's: a whole-file write, so line 1 of `new` is line 1 of the file.
    pub whole_file: bool,
    /// Text was cut off before it came here: what is missing cannot be judged.
    pub cut_off: bool,
}

impl<'a> Edit<'a> {
    /// An edit of one replacement.
    #[must_use]
    pub fn new(path: impl Into<Cow<'a, str>>, old: impl Into<Cow<'a, str>>, new: impl Into<Cow<'a, str>>) -> Self {
        let path = path.into();
        let language = Language::of_path(&path);
        Self { path, language, changes: vec![Change { old: old.into(), new: new.into() }], whole_file: false, cut_off: false }
    }
}

impl Edit<'_> {
    /// The file behind the edit; `None` where the edit does not go with the file.
    #[must_use]
    pub fn applied(&self, file: &str) -> Option<String> {
        if self.whole_file {
            return self.changes.first().map(|c| c.new.clone().into_owned());
        }
        let mut text = file.to_owned();
        for change in &self.changes {
            if change.old.is_empty() {
                if !text.is_empty() {
                    return None;
                }
                text = change.new.clone().into_owned();
                continue;
            }
            let at = text.find(&*change.old)?;
            text.replace_range(at..at + change.old.len(), &change.new);
        }
        Some(text)
    }

    /// The same edit, independent of the text that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Edit<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Edit {
            path: own(self.path),
            changes: self.changes.into_iter().map(|c| Change { old: own(c.old), new: own(c.new) }).collect(),
            language: self.language,
            whole_file: self.whole_file,
            cut_off: self.cut_off,
        }
    }
}
