//! Verbs over the index of shared resources: who does what to what the components of a system have in common.

mod asked;
mod build;
pub mod flows;
pub mod impact;
pub mod observers;
pub mod resources;
#[cfg(test)]
mod small;
mod source;
mod words;

pub use build::{Args, run};
pub(crate) use source::loaded;

/// Version of the JSON of these verbs.
pub const VERSION: u32 = 1;
