//! The user's system: components, relationships and how many there are of each. Cardinality decides which questions matter, and the
//! graph answers what breaks when a part is gone.

pub mod analyses;
pub mod compact;
pub mod compare;
pub mod count;
pub mod draw;
pub mod drift;
pub mod edit;
pub mod fmt;
pub mod graph;
pub mod importers;
pub mod init;
pub mod merge;
pub mod model;
pub mod names;
pub mod read;
pub mod schema;
pub mod simulate;
pub mod strangers;
pub mod walk;
pub mod yaml;
