//! Names as whole words, and the names that a place goes by.

use super::View;
use crate::engine::syntax::{Id, Kind};

/// Whether a name stands in the text by itself: `msg` in `handle(msg)`, not in `msgs`.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    !word.is_empty() && words(text).any(|w| w == word)
}

/// Names in a text, in order.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty() && !w.starts_with(|c: char| c.is_ascii_digit()))
}

/// Path, type and function around a node, in one text to ask for words.
pub(super) fn place(view: &View<'_>, id: Id) -> String {
    let mut out = view.path.to_owned();
    for a in view.outline.ancestors(id) {
        if let Kind::Type { name } | Kind::Function { name, .. } = view.outline.node(a).kind {
            out.push(' ');
            out.push_str(name);
        }
        // Go and C++ write the type into the function's head.
        if let Kind::Function { name, .. } = view.outline.node(a).kind
            && !name.is_empty()
            && matches!(view.outline.language, "go" | "cpp")
        {
            out.push(' ');
            out.push_str(view.outline.source(a).split(name).next().unwrap_or(""));
        }
    }
    out
}
