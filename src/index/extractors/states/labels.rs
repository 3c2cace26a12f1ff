//! Members of enumerations among the labels of a case.

use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind as Token;

/// A member without its type, where Java allows it.
pub(super) fn is_bare_member(reading: &Reading<'_>, at: usize) -> bool {
    matches!(reading.language.name(), "java" | "kotlin" | "groovy")
        && (matches!(reading.word(at - 1), "case" | "==" | "!=") || reading.is(at - 1, ",") && is_label(reading, at))
        && matches!(reading.word(at + 1), ":" | "->" | "," | ";" | ")" | "&&" | "||" | "?")
}

/// Whether a token stands among the labels of one case: `case A, B ->`, `A | B =>`, `when A, B`, over lines. Nothing but names of members and
/// what stands between them lies back to the case's word or to where the arm begins.
pub(super) fn is_label(reading: &Reading<'_>, at: usize) -> bool {
    let is_name = |i: usize| reading.kind(i) == Some(Token::Word) && reading.word(i).starts_with(|c: char| c.is_ascii_uppercase());
    let (mut here, mut crossed) = (at, false);
    while here > 0 {
        crossed |= reading.tokens[here].first;
        here -= 1;
        match reading.word(here) {
            "case" | "when" => return true,
            "," | "|" | "." | "::" | "or" | "in" | "is" => {}
            // Paths of modules before a type: `model::Status::Paid`.
            _ if reading.kind(here) == Some(Token::Word) && matches!(reading.word(here + 1), "." | "::") => {}
            // A pattern of Rust or Scala that binds or takes apart what it holds.
            ")" | "}" if matches!(reading.language.name(), "rust" | "scala") && reading.partner(here) > 0 && is_name(reading.partner(here) - 1) => {
                here = reading.partner(here);
            }
            _ if is_name(here) => {}
            // The arm before, or the opening brace: the labels end in an arrow.
            "{" | ";" | "}" => break,
            _ if crossed => break,
            _ => return false,
        }
    }
    let arrow = (at + 1..at + 60).find(|&i| !(matches!(reading.word(i), "," | "|" | "." | "::" | "or") || reading.kind(i) == Some(Token::Word)));
    arrow.is_some_and(|i| matches!(reading.word(i), "=>" | "->"))
}
