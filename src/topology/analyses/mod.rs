//! What follows from a topology. A shelf: one analysis a file, and [`SHELF`] names them. An analysis states what the file says and what
//! follows from it by arithmetic; what the file does not say is told as unknown, and no figure is made up for it.

mod articulation_point;
mod async_gap;
pub mod availability;
pub mod blast_radius;
pub mod bottleneck;
mod call_cycle;
pub mod cardinality;
mod cascade;
pub mod concurrency;
pub mod deletion_test;
mod dominator;
pub mod fan_out;
mod flow;
mod found;
mod inverted_timeout;
mod many_to_many;
mod multi_writer;
pub mod quorum;
pub mod retry_amplification;
mod shared_fate;
mod single_point_of_failure;
pub mod stale;
mod state_ownership;
mod state_read_cycle;
mod study;
pub mod timeout_budget;
mod unreachable;
pub mod wording;

pub use found::{Figure, Found, Insight, Severity};
pub use study::{Commit, History, StandIn, Study};

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
pub const SHELF: [Analysis; 24] = [
    single_point_of_failure::ANALYSIS,
    retry_amplification::ANALYSIS,
    timeout_budget::ANALYSIS,
    inverted_timeout::ANALYSIS,
    bottleneck::ANALYSIS,
    concurrency::ANALYSIS,
    many_to_many::ANALYSIS,
    cascade::ANALYSIS,
    quorum::ANALYSIS,
    call_cycle::ANALYSIS,
    state_read_cycle::ANALYSIS,
    multi_writer::ANALYSIS,
    state_ownership::ANALYSIS,
    async_gap::ANALYSIS,
    shared_fate::ANALYSIS,
    availability::ANALYSIS,
    deletion_test::ANALYSIS,
    fan_out::ANALYSIS,
    blast_radius::ANALYSIS,
    dominator::ANALYSIS,
    articulation_point::ANALYSIS,
    unreachable::ANALYSIS,
    cardinality::ANALYSIS,
    stale::ANALYSIS,
];

/// The analysis of an id.
#[must_use]
pub fn analysis(id: &str) -> Option<&'static Analysis> {
    SHELF.iter().find(|a| a.id == id)
}
