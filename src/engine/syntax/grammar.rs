//! How a language's grammar says what the outline wants to know: one row for each kind of node that means something.

use super::outline::{Jump, Scope};

/// What a kind of node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// A class and the like.
    Type,
    /// A function with a name.
    Function,
    /// A closure.
    Closure,
    /// A loop; its fields and its text say which.
    Loop,
    /// `if`, ternary.
    If,
    /// The same with the condition the other way round.
    Unless,
    /// What is done otherwise.
    Else,
    /// `switch`, `match`, `select`.
    Switch,
    /// One way of it.
    Arm,
    /// `try`.
    Try,
    /// A body that can have handlers: a `try` only where it has one of them.
    TryIfHandled,
    /// `catch`.
    Catch,
    /// Arms in it are handlers.
    CatchArms,
    /// `finally`.
    Finally,
    /// A body under special terms.
    Scope(Scope),
    /// A call.
    Call,
    /// A construction.
    New,
    /// An annotation, decorator, attribute.
    Decorator,
    /// A value under a name.
    Assign,
    /// A way off the straight way.
    Jump(Jump),
    /// A literal with fields.
    Object,
    /// Stands round an expression and waits for it.
    Await,
    /// Stands round an expression and lets its failure out.
    Propagate,
    /// Stands round an expression and changes nothing.
    Wrap,
    /// An expression whose value is dropped.
    Statement,
    /// Expressions that stand in it directly are statements.
    Block,
    /// The same, and the last one is the value: Rust.
    BlockWithValue,
    /// Nothing in it counts.
    Skip,
}

/// A language.
pub(super) struct Grammar {
    /// The parser's tables.
    pub(super) language: fn() -> tree_sitter::Language,
    /// Kinds of nodes that mean something. All others are looked through.
    pub(super) rows: &'static [(&'static str, Is)],
    /// What is a call in the grammar and something else to its reader: Elixir's `if`, Ruby's `loop`, Go's `panic`.
    pub(super) words: &'static [(&'static str, Is)],
    /// Methods that run a block for each element of their receiver.
    pub(super) each: &'static [&'static str],
    /// Methods that are given a closure for the failure.
    pub(super) on_failure: &'static [&'static str],
}
