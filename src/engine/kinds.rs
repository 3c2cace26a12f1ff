//! What each byte of an edit is, on both sides.

use super::edit::Edit;
use super::lexer::{self, Kind};
use super::surroundings::Surroundings;

/// What each byte of an edit is: new and old side of each replacement.
pub(super) struct Kinds(pub(super) Vec<[Vec<Kind>; 2]>);

impl Kinds {
    pub(super) fn of(edit: &Edit<'_>, surroundings: &Surroundings) -> Self {
        let inside = |i: usize| surroundings.in_long_string.get(i).copied().unwrap_or(false);
        let lex = |text: &str, i: usize| lexer::lex(text, edit.language, inside(i));
        Self(edit.changes.iter().enumerate().map(|(i, c)| [lex(&c.new, i), lex(&c.old, i)]).collect())
    }
}
