//! What a person reads when something cannot be done: the kind, the place, what is wrong there, and what helps.

use std::fmt;

/// What kind of thing went wrong. Every one is exit code 2: found problems, exit code 1, are no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Arguments that do not go together.
    Usage,
    /// A name that nothing here has.
    UnknownId,
    /// Input that cannot be read as what it should be.
    Input,
    /// A file or folder that cannot be read or written.
    File,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage => "usage",
            Self::UnknownId => "unknown id",
            Self::Input => "input",
            Self::File => "file",
        })
    }
}

/// An error with its place and, where there is one, a hint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {place}: {what}")]
pub struct Error {
    kind: Kind,
    place: String,
    what: String,
    hint: String,
}

impl Error {
    /// An error of a kind at a place (a path, an argument, a line).
    #[must_use]
    pub fn new(kind: Kind, place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { kind, place: place.to_string(), what: what.to_string(), hint: String::new() }
    }

    /// Adds what helps.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// A file or folder that could not be read or written.
    #[must_use]
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Kind::File, path.display(), error)
    }
}

/// The lines for standard error.
#[must_use]
pub fn lines(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Error>() {
        Some(e) if !e.hint.is_empty() => format!("error: {e}\nhint: {}\n", e.hint),
        _ => format!("error: {error:#}\n"),
    }
}

/// Whether the reader of our output went away, as `head` does: nothing to complain about.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
