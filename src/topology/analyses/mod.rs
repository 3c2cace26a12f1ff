//! What follows from a topology. A shelf: one analysis a file, and [`SHELF`] names them. An analysis states what the file says and what
//! follows from it by arithmetic; what the file does not say is told as unknown, and no figure is made up for it.

mod found;
mod study;
mod wording;

pub use found::{Figure, Found, Insight, Severity};
pub use study::{Commit, History, Study};

/// One analysis.
#[derive(Clone, Copy, Debug)]
pub struct Analysis {
    /// Names it on the command line and in JSON.
    pub id: &'static str,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// Looks. The order of what it finds is that of the topology, or by size where it says so, and the same at every run.
    pub find: fn(&Study<'_>) -> Found,
}

/// Every analysis, in the order in which a reader needs them.
pub const SHELF: [Analysis; 0] = [];

/// The analysis of an id.
#[must_use]
pub fn analysis(id: &str) -> Option<&'static Analysis> {
    SHELF.iter().find(|a| a.id == id)
}
