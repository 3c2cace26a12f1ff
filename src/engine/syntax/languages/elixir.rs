//! Elixir. Its keywords are calls to the grammar.

use super::super::grammar::{Grammar, Is};
use super::super::outline::{Jump, Scope};

pub(in super::super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_elixir::LANGUAGE.into(),
    rows: &[
        ("call", Is::Call),
        ("anonymous_function", Is::Closure),
        ("do_block", Is::TryIfHandled),
        ("rescue_block", Is::CatchArms),
        ("catch_block", Is::CatchArms),
        ("after_block", Is::Finally),
        ("else_block", Is::Else),
        ("stab_clause", Is::Arm),
        ("map", Is::Object),
        ("body", Is::Block),
        ("block", Is::Block),
        ("comment", Is::Skip),
    ],
    words: &[
        ("defmodule", Is::Type),
        ("defimpl", Is::Type),
        ("def", Is::Function),
        ("defp", Is::Function),
        ("defmacro", Is::Function),
        ("if", Is::If),
        ("unless", Is::Unless),
        ("case", Is::Switch),
        ("cond", Is::Switch),
        ("with", Is::Switch),
        ("receive", Is::Switch),
        ("try", Is::Wrap),
        ("for", Is::Loop),
        ("raise", Is::Jump(Jump::Throw)),
        ("reraise", Is::Jump(Jump::Throw)),
        ("throw", Is::Jump(Jump::Throw)),
        ("exit", Is::Jump(Jump::Throw)),
        ("spawn_link", Is::Scope(Scope::Spawn)),
        ("spawn", Is::Scope(Scope::Spawn)),
        ("alias", Is::Skip),
        ("import", Is::Skip),
        ("require", Is::Skip),
        ("use", Is::Skip),
    ],
    each: &["each", "map", "reduce", "flat_map", "reduce_while"],
    on_failure: &[],
};
