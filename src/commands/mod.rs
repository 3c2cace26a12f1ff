//! One verb per file, its arguments beside its function.

pub mod catalog;
pub mod check;
pub mod completions;
pub mod detector;
pub mod doctor;
pub mod eval;
pub mod explain;
mod file;
pub mod fit;
pub mod hook;
pub mod index;
pub mod init;
pub mod install;
mod judge;
mod known;
pub mod label;
mod labels;
pub mod lint;
pub mod list;
pub mod man;
pub mod places;
pub mod prune;
pub mod replay;
pub mod rubric;
pub mod scan;
pub mod spec;
pub mod stats;
pub mod topology;
pub mod uninstall;
mod wording;

/// The clients, as an argument names them.
fn client_names() -> clap::builder::PossibleValuesParser {
    crate::clients::CLIENTS.iter().map(|c| c.name()).collect::<Vec<_>>().into()
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; carries a version.
    Json,
}

/// What a verb says on standard output, and whether it found problems: then the exit code is 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The text, with its last line end.
    pub text: String,
    /// Something has to be mended.
    pub found: bool,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, found: false }
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
