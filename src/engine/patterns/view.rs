//! What a detector is given, and what it gives back.

use super::Around;
use crate::engine::edit::{Edit, Language};
use crate::engine::lexer;
use crate::engine::syntax::{Id, Kind, Outline};
use crate::engine::verdict::Confidence;
use crate::knowledge::schema::CATEGORIES;

/// Categories of client libraries that talk to another process.
const REMOTE: [&str; 11] = ["broker", "rpc", "http-client", "database", "cache", "coordination", "object-store", "jobs", "workflow", "cloud", "realtime"];

fn any_of(categories: u32, wanted: &[&str]) -> bool {
    CATEGORIES.iter().enumerate().any(|(i, c)| categories & (1 << i) != 0 && wanted.contains(c))
}

/// Whether one of the imported categories, a bit each, talks to another process.
#[must_use]
pub fn is_remote(categories: u32) -> bool {
    any_of(categories, &REMOTE)
}

/// One side of an edit.
pub struct View<'v> {
    /// The touched functions of this side (of a small file: all of it).
    pub outline: &'v Outline<'v>,
    /// The side before the edit, on the side after it; `None` on the side before, and for a new file.
    pub before: Option<&'v Outline<'v>>,
    /// This is the side after the edit.
    pub is_after: bool,
    /// Path of the file.
    pub path: &'v str,
    /// The whole file before the edit, where it is known; the outlines of a large file hold a part of it.
    pub file: &'v str,
    /// Import lines of the file before the edit.
    pub imports: &'v str,
    language: Language,
    categories: u32,
    touched: &'v [u32],
}

/// A flaw as seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The node to cite: its line is told.
    pub at: Id,
    /// What the flaw is about, in words that stay the same when other lines change: the call, the target. Two sightings with
    /// the same subject before and after the edit are the same flaw.
    pub subject: String,
    /// How sure.
    pub confidence: Confidence,
    /// One sentence, no final stop, in terms of this code: what is seen and what it leads to.
    pub seen: String,
}

impl<'v> View<'v> {
    pub(super) fn new(
        outline: &'v Outline<'v>,
        before: Option<&'v Outline<'v>>,
        is_after: bool,
        edit: &'v Edit<'_>,
        around: &Around<'v>,
        touched: &'v [u32],
    ) -> Self {
        Self {
            outline,
            before,
            is_after,
            path: &edit.path,
            file: around.file.unwrap_or(""),
            imports: &around.surroundings.imports,
            language: edit.language,
            categories: around.categories,
            touched,
        }
    }

    /// Whether the file imports a client library of one of these categories (`broker`, `rpc`, `http-client` ..).
    #[must_use]
    pub fn imports_any(&self, categories: &[&str]) -> bool {
        any_of(self.categories, categories)
    }

    /// Whether an import line of the file, as it was or as this side has it, names a library.
    #[must_use]
    pub fn imports_library(&self, name: &str) -> bool {
        self.imports.contains(name)
            || self.outline.text.match_indices(name).any(|(at, _)| {
                let start = self.outline.text[..at].rfind('\n').map_or(0, |i| i + 1);
                let first = start + self.outline.text[start..].bytes().take_while(u8::is_ascii_whitespace).count();
                lexer::import(self.outline.text, first, self.language).is_some()
            })
    }

    /// Whether the file talks to another process by its imports.
    #[must_use]
    pub fn imports_remote(&self) -> bool {
        is_remote(self.categories)
    }

    /// Whether the edit touches a line of the node.
    #[must_use]
    pub fn touches(&self, id: Id) -> bool {
        let (first, last) = self.outline.lines(id);
        let from = self.touched.partition_point(|l| *l < first);
        self.touched.get(from).is_some_and(|l| *l <= last)
    }

    /// Whether the edit touches a line (1-based) of the outline's text.
    #[must_use]
    pub fn touches_line(&self, line: u32) -> bool {
        self.touched.binary_search(&line).is_ok()
    }

    /// Whether the edit touches the function (or, outside of functions, the statement) that the node stands in.
    #[must_use]
    pub fn is_in_touched_function(&self, id: Id) -> bool {
        if matches!(self.outline.node(id).kind, Kind::Function { .. }) && self.touches(id) {
            return true;
        }
        self.outline.function_of(id).map_or_else(|| self.touches(id), |f| self.touches(f))
    }

    /// The function before the edit that has the name of the one around a node.
    #[must_use]
    pub fn function_before(&self, id: Id) -> Option<(&'v Outline<'v>, Id)> {
        let before = self.before?;
        let name = self.outline.function_name(id);
        let found = before.functions().find(|f| matches!(before.node(*f).kind, Kind::Function { name: n, .. } if n == name))?;
        Some((before, found))
    }

    /// A sighting at a node.
    #[must_use]
    pub fn sighting(&self, at: Id, subject: impl Into<String>, confidence: Confidence, seen: impl Into<String>) -> Sighting {
        Sighting { at, subject: subject.into(), confidence, seen: seen.into() }
    }
}
