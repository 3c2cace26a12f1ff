//! One file for each language: a table of what its grammar's kinds of nodes are.

mod cpp;
mod csharp;
mod elixir;
mod go;
mod java;
mod kotlin;
mod php;
mod python;
mod ruby;
mod rust;
mod script;

use super::grammar::Grammar;

/// The grammar for a language, by its name in the schema, and for a path where one language has several.
pub(super) fn grammar(language: &str, path: &str) -> Option<&'static Grammar> {
    Some(match language {
        "go" => &go::GRAMMAR,
        "rust" => &rust::GRAMMAR,
        "java" => &java::GRAMMAR,
        "kotlin" => &kotlin::GRAMMAR,
        "csharp" => &csharp::GRAMMAR,
        "python" => &python::GRAMMAR,
        "typescript" if path.ends_with("x") => &script::TSX,
        "typescript" => &script::TYPESCRIPT,
        "javascript" => &script::JAVASCRIPT,
        "ruby" => &ruby::GRAMMAR,
        "php" => &php::GRAMMAR,
        "elixir" => &elixir::GRAMMAR,
        "cpp" | "c" => &cpp::GRAMMAR,
        _ => return None,
    })
}
