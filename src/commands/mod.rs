//! One verb per file, its arguments beside its function.

pub mod hook;
pub mod scan;
