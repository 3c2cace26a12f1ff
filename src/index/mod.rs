//! Shared resources of a repository: which there are, who does what to them, and where.
//!
//! `extractors` read one file at a time into `model::Facts`, which depend on the file's path and text only and are kept under their hash.
//! What names lean on in other files is resolved when the facts are put together (`link`), which gives resources with all their places
//! (`linked`).

pub mod components;
pub mod depending;
pub(crate) mod extractors;
pub(crate) mod file;
pub mod findings;
pub mod flows;
pub mod link;
pub mod linked;
pub mod model;
pub(crate) mod reading;
pub mod store;
pub mod touched;
pub(crate) mod walk;
