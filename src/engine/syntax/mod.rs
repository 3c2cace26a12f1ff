//! The structure of source text: parsed by tree-sitter, read once into a small tree that is the same for all languages.
//!
//! An [`Outline`] says functions, loops, branches, handlers, calls, assignments and jumps, with line and text of each; `reading` asks it
//! questions (is this in a loop, does this handler end the path, what runs before), `words` knows the trade's vocabulary (is this call
//! remote, a publish, an acknowledgement).
//!
//! Bounds: text above [`WHOLE`] bytes is read only around the lines that are asked for ([`window`]), and the parser stops after
//! [`STEPS`] of its progress calls. No query is ever compiled: that costs more than the parse. The parser takes text that is no whole
//! program and marks what it could not read; the outline looks through those marks.

mod build;
mod failure;
mod grammar;
mod languages;
pub mod outline;
mod pieces;
pub mod reading;
mod window;
pub mod words;

pub use outline::{Arg, Call, Caught, Id, Jump, Kind, Node, Outline, Role, Scope, Use};

use super::edit::Language;
use std::ops::ControlFlow;

/// Bytes up to which a text is parsed whole.
const WHOLE: usize = 4 * 1024;
/// Progress calls (each some hundred steps of the parser) after which a parse is given up: three times what the slowest of 500 real
/// edits needs. A count and no clock: the same text
/// gives the same outline on every machine.
const STEPS: u32 = 200;

/// What stands around the lines (1-based) of a text, as a text of its own, with the line that each of its lines was.
#[must_use]
pub fn cut_out(text: &str, lines: &[u32]) -> (String, Vec<u32>) {
    window::cut_out(text, lines)
}

/// Whether a language is read.
#[must_use]
pub fn reads(language: Language) -> bool {
    languages::grammar(language.name(), "").is_some()
}

/// The outline of what stands around the lines (1-based) of a text. `None` for a language without a grammar, and where the parser
/// gives up.
#[must_use]
pub fn outline<'t>(text: &'t str, language: Language, path: &str, lines: &[u32]) -> Option<Outline<'t>> {
    // Templates with a script in them.
    if path.ends_with(".vue") || path.ends_with(".svelte") || path.ends_with(".ipynb") {
        return None;
    }
    let grammar = languages::grammar(language.name(), path)?;
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(grammar.language)()).ok()?;
    if text.len() > WHOLE {
        let ranges = window::around(text, lines);
        if ranges.is_empty() {
            return None;
        }
        parser.set_included_ranges(&ranges).ok()?;
    }
    let mut steps = 0;
    let mut progress = |_: &tree_sitter::ParseState| {
        steps += 1;
        if steps > STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or(&[]), None, Some(options))?;
    Some(build::outline(&tree, grammar, language.name(), text))
}
