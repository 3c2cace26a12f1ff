//! Where edits come from besides a live hook: an agent client's transcripts, recorded hook payloads, and our own journal.
//!
//! Each gives the same neutral stream of [`Item`]s in file order, so that whoever reads it need not know which it was.

pub mod changes;
pub mod files;
pub mod find;
pub mod git;
mod journal;
pub mod labelled;
mod lines;
mod payload;
mod pending;
pub mod read;
pub mod shell;
mod time;
pub mod transcript;
pub mod worktree;

use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every text that we inject begins with: how our own words are known in somebody else's record.
pub const MARK: &str = "[distributed-architect]";

/// Whether a line could be placed.
enum Known {
    Yes,
    /// It is not whole.
    Torn,
    /// It is of this type, which nothing is known of.
    Not(String),
}

/// One context of a model: a conversation, or a subagent in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thread {
    /// The conversation.
    pub session: Arc<str>,
    /// The subagent; it has a context of its own.
    pub agent: Option<Arc<str>>,
}

/// Something that happened in a recorded conversation.
#[derive(Clone, Debug)]
pub struct Item {
    /// In which context.
    pub thread: Thread,
    /// When, in milliseconds since 1970; 0 where the record does not say.
    pub at: u64,
    /// The project's folder; empty where the record does not say.
    pub project: Arc<str>,
    /// From a journal of ours: then silence is a statement too.
    pub ours: bool,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// A tool was asked to change a file.
    Edit {
        /// Id of the tool call.
        call: Arc<str>,
        /// The client's name of the tool.
        tool: &'static str,
        /// The change. The old text of a whole-file write is there only where the record holds it.
        edit: Edit<'static>,
        /// What is known of the file before.
        file: Before,
        /// What came of it.
        outcome: Outcome,
    },
    /// A plan was shown.
    Plan {
        /// Id of the tool call.
        call: Arc<str>,
        /// Its text.
        text: String,
    },
    /// The context was compacted or cleared: what was told is forgotten.
    Forgot,
    /// We told something.
    Told {
        /// Id of the tool call at which it was told.
        call: Arc<str>,
        /// The text, as the client recorded it.
        text: String,
    },
    /// The hook judged an edit or a plan whose text was not kept, so it cannot be judged again.
    Unkept {
        /// Id of the tool call.
        call: Arc<str>,
    },
    /// A file was written behind the edit tools' back, so no edit hook saw it.
    UnseenWrite {
        /// Id of the tool call.
        call: Arc<str>,
        /// By what.
        means: shell::Means,
    },
}

/// What is known of a file as it stood before an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Unknown,
    /// Its text.
    Text(String),
    /// What the hook kept of it.
    Facts(Surroundings),
}

/// What came of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The record ends before it, or does not hold it.
    Unknown,
    /// The file was changed.
    Done,
    /// The user, a permission rule or a hook refused it: hooks have seen it.
    Refused,
    /// The client rejected the call (text not found, file not read before): no hook has seen it.
    Failed,
}

/// What was read and what was passed over, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files read to the end.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their lines.
    pub lines: u64,
    /// Lines that hold nothing.
    pub blank: u64,
    /// Lines that are no JSON object, such as comments.
    pub not_json: u64,
    /// Lines that begin as an object and are not whole.
    pub torn: u64,
    /// Lines beyond the longest that is read.
    pub too_long: u64,
    /// Whole objects of a type that we do not know, by type.
    pub unknown: BTreeMap<String, u64>,
    /// Calls of an edit tool without a path or a text.
    pub unusable: u64,
    /// Lines of a journal that tell of a fault of the hook.
    pub faults: u64,
    /// Files that could not be read to the end, and why.
    pub unreadable: Vec<String>,
}

impl Tally {
    /// Types that are counted by name; a hostile file must not fill the memory with names.
    const MOST_NAMES: usize = 64;

    fn unknown(&mut self, kind: &str) {
        let kind: String = kind.chars().take(40).collect();
        let full = self.unknown.len() >= Self::MOST_NAMES && !self.unknown.contains_key(&kind);
        *self.unknown.entry(if full { "(others)".to_owned() } else { kind }).or_default() += 1;
    }

    /// Lines that were passed over although something was expected of them.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.not_json + self.torn + self.too_long + self.unusable + self.unknown.values().sum::<u64>()
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.blank += other.blank;
        self.not_json += other.not_json;
        self.torn += other.torn;
        self.too_long += other.too_long;
        self.unusable += other.unusable;
        self.faults += other.faults;
        for (kind, n) in other.unknown {
            *self.unknown.entry(kind).or_default() += n;
        }
        self.unreadable.extend(other.unreadable);
    }
}
