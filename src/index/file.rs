//! A file on its way through the extractors; each view of it is made once, and only when somebody asks for it.

use super::reading::Reading;
use crate::engine::edit::Language;
use crate::topology::yaml::{self, Yaml};
use std::cell::OnceCell;

/// A file, or a piece of one.
pub(crate) struct File<'a> {
    /// Path from the root, with `/`.
    pub(crate) path: &'a str,
    pub(crate) language: Language,
    pub(crate) text: &'a str,
    reading: OnceCell<Reading<'a>>,
    documents: OnceCell<Vec<Yaml>>,
}

impl<'a> File<'a> {
    pub(crate) fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, language: Language::of_path(path), text, reading: OnceCell::new(), documents: OnceCell::new() }
    }

    /// Its tokens and what stands over them: program text, Protocol Buffers, GraphQL, SQL.
    pub(crate) fn reading(&self) -> &Reading<'a> {
        self.reading.get_or_init(|| Reading::of(self.path, self.language, self.text))
    }

    /// Its YAML or JSON documents; none where it cannot be read.
    pub(crate) fn documents(&self) -> &[Yaml] {
        self.documents.get_or_init(|| yaml::documents(self.text).unwrap_or_default())
    }

    /// Its lines with their numbers, counted from 1: for formats that are read by lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u32, &'a str)> {
        (1..).zip(self.text.lines())
    }
}
