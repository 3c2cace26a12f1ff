//! Questions to an [`Outline`](super::Outline), in words of the trade: one file for each kind of question.

mod calls;
mod handlers;
pub mod locks;
mod loops;
mod order;
mod place;

/// How a body is left at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// Throws on, or leaves with an error.
    Throws,
    /// Returns (with or without a value that names the error).
    Returns,
    /// Leaves the loop.
    Breaks,
    /// Goes to the loop's next round in so many words.
    Continues,
    /// Runs into what follows.
    Falls,
}
