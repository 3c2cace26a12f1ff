//! What the engine knows: signals, library families, modules, patterns and the weights. The built-in knowledge lies in
//! the binary (`baked`); a project's signals are read from its folder (`folder`) into the same shape.

pub mod baked;
pub mod catalog;
pub mod features;
pub mod filter;
pub mod folder;
pub mod key;
pub mod literal;
pub mod schema;
pub mod words;

use features::{COLUMNS, GENERAL_FEATURES, LOCI, Locus};
use filter::Filter;
use schema::Place;
use words::Words;

/// Place bit: program text.
pub const PLACE_CODE: u8 = Place::Code.bit();
/// Place bit: inside a string literal.
pub const PLACE_STRING: u8 = Place::String.bit();
/// Place bit: a plan's prose.
pub const PLACE_PROSE: u8 = Place::Prose.bit();

/// A piece of [`Knowledge::text`].
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Byte offset.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

/// A declared reason to look closer.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Its name.
    pub id: Text,
    /// Index into [`schema::MODULES`].
    pub module: u8,
    /// Indices of sections within the module; 255 where there is none.
    pub sections: [u8; 3],
    /// What an edit with it does.
    pub why: Text,
    /// The same when the edit takes it away; empty when not told apart.
    pub why_removed: Text,
    /// Alone worth a telling.
    pub strong: bool,
    /// `PLACE_*` bits.
    pub places: u8,
    /// One bit for each of [`schema::LANGUAGES`].
    pub languages: u64,
    /// One bit for each of [`schema::CATEGORIES`] of which the file has to import one; 0 with no libraries: no need.
    pub need_categories: u32,
    /// Range in [`Knowledge::needs`].
    pub need_libraries: (u16, u16),
    /// Whether one of its `near` literals has to stand close.
    pub near: bool,
    /// Whether structured files are judged by its keys instead of its literals.
    pub keyed: bool,
    /// The file as written.
    pub source: Text,
}

/// A key of a signal, see [`key`].
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Of its last segment; 0 where that is open at an end.
    pub hash: u32,
    /// Whose it is.
    pub signal: u16,
    /// Bit 0: the last segment may have more before it, bit 1: behind it.
    pub open: u8,
    /// Normalised segments, joined by dots.
    pub path: Text,
    /// Normalised value that it asks for; empty when any will do.
    pub value: Text,
}

/// A family of client libraries.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    /// Its name in content.
    pub id: Text,
    /// For people.
    pub name: Text,
    /// Index into [`schema::CATEGORIES`].
    pub category: u8,
    /// The file as written.
    pub source: Text,
}

/// A reasoning checklist.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// One of [`schema::MODULES`].
    pub id: Text,
    /// For people.
    pub title: Text,
    /// One sentence.
    pub asks: Text,
    /// Range in [`Knowledge::sections`].
    pub sections: (u16, u16),
    /// The file as written.
    pub source: Text,
}

/// A part of a module.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its name.
    pub id: Text,
    /// Range in [`Knowledge::items`].
    pub items: (u16, u16),
}

/// A named anti-pattern of the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Its name.
    pub id: Text,
    /// What it leads to, one tick a line.
    pub ticks: Text,
    /// The question that decides whether it is a flaw.
    pub asks: Text,
    /// The file as written.
    pub source: Text,
}

/// Whose literal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A signal's own.
    Signal(usize),
    /// One that a signal wants near.
    Near(usize),
    /// An import of a library family.
    Library(usize),
}

/// A set of content in the form that the engine reads. Copies are cheap: everything is borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    /// All text that [`Text`] points into.
    pub text: &'a str,
    /// Signals.
    pub signals: &'a [Signal],
    /// Libraries that signals need, by index.
    pub needs: &'a [u16],
    /// Keys of all signals, by hash.
    pub keys: &'a [Key],
    /// Library families.
    pub libraries: &'a [Library],
    /// Modules, in the order of [`schema::MODULES`]; empty for a project's knowledge.
    pub modules: &'a [Module],
    /// Sections of all modules.
    pub sections: &'a [Section],
    /// Items of all sections.
    pub items: &'a [Text],
    /// The catalog.
    pub patterns: &'a [Pattern],
    /// All literals.
    pub filter: Filter<'a>,
    /// Owners of the literals, see [`Knowledge::owners_of`].
    pub owners: &'a [u16],
    /// Where each literal's owners begin; one more than there are literals.
    pub owner_starts: &'a [u16],
    /// Words that weigh.
    pub words: Words<'a>,
    /// The words themselves, in the order of [`Knowledge::words`].
    pub word_names: &'a [Text],
    /// [`GENERAL_FEATURES`] rows, then one row for each signal and locus, then one for each word.
    pub weights: &'a [[f32; COLUMNS]],
    /// Start values of the scores.
    pub intercept: [f32; COLUMNS],
    /// Scores (0 to 1) from which to speak.
    pub threshold: [f32; COLUMNS],
}

impl<'a> Knowledge<'a> {
    /// The text itself.
    #[must_use]
    pub fn str(&self, text: Text) -> &'a str {
        self.text.get(text.start as usize..(text.start + text.len) as usize).unwrap_or("")
    }

    /// Whose literal number `literal` is: signals, then signals that want it near, then libraries.
    #[inline]
    pub fn owners_of(&self, literal: u16) -> impl Iterator<Item = Owner> + use<'a> {
        let literal = literal as usize;
        let n = self.signals.len();
        self.owners[self.owner_starts[literal] as usize..self.owner_starts[literal + 1] as usize].iter().map(move |owner| match *owner as usize {
            owner if owner < n => Owner::Signal(owner),
            owner if owner < 2 * n => Owner::Near(owner - n),
            owner => Owner::Library(owner - 2 * n),
        })
    }

    /// Row of [`Knowledge::weights`] for a signal met at a locus.
    #[must_use]
    pub fn feature(&self, signal: usize, locus: Locus) -> usize {
        GENERAL_FEATURES + signal * LOCI.len() + locus as usize
    }

    /// Row of [`Knowledge::weights`] for a word.
    #[must_use]
    pub fn word_feature(&self, word: usize) -> usize {
        GENERAL_FEATURES + self.signals.len() * LOCI.len() + word
    }

    /// Sections of module number `module`.
    #[must_use]
    pub fn module_sections(&self, module: usize) -> &'a [Section] {
        self.modules.get(module).map_or(&[], |m| &self.sections[m.sections.0 as usize..m.sections.1 as usize])
    }

    /// Items of a section.
    #[must_use]
    pub fn section_items(&self, section: &Section) -> &'a [Text] {
        &self.items[section.items.0 as usize..section.items.1 as usize]
    }
}
