//! Notices when a coding agent's edit crosses a distributed boundary, and puts the right questions in front of the model.
//! See `src/ARCHITECTURE.md`.

pub mod cli;
pub mod clients;
pub mod commands;
pub mod config;
pub mod engine;
pub mod error;
pub mod hash;
pub mod index;
pub mod journal;
pub mod knowledge;
pub mod nearest;
pub mod project;
pub mod render;
pub mod session;
pub mod sources;
pub mod spec;
pub mod state;
pub mod telling;
pub mod text;
pub mod topology;
