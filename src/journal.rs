//! The hook's log: one JSON line for each event, appended by one write, so that lines of hooks that run at once stay whole.

use crate::clients::{self, Action};
use crate::config::Log;
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Silence, Verdict};
use crate::hash;
use crate::session::Level;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Version of [`Record`]. Older ones are read for ever.
pub const VERSION: u32 = 1;
/// File name of the journal in the state folder; older parts carry a number, higher is newer.
pub const FILE: &str = "journal.jsonl";
/// Bytes at which the journal is put aside.
pub const ROTATE_AT: u64 = 32 << 20;
/// Parts that are kept besides the newest.
pub const KEPT: usize = 5;
/// Bytes of text from which an edit is kept as a digest.
pub const FULL_LIMIT: usize = 64 << 10;

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// One line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record<'a> {
    /// [`VERSION`].
    pub v: u32,
    /// Milliseconds since 1970.
    pub t: u64,
    /// `event`, or `fault`.
    #[serde(borrow, default)]
    pub kind: Cow<'a, str>,
    /// The client's name of the event.
    #[serde(borrow, default)]
    pub event: Cow<'a, str>,
    /// Conversation.
    #[serde(borrow, default)]
    pub session: Cow<'a, str>,
    /// Subagent; empty for the main thread.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub agent: Cow<'a, str>,
    /// The project's folder.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub project: Cow<'a, str>,
    /// The client's name of the tool.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub tool: Cow<'a, str>,
    /// The client's id of the tool call.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub call: Cow<'a, str>,
    /// The client, where it is not the first of ours.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub client: Cow<'a, str>,
    /// Which file of a patch.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: u32,
    /// Path, relative to the project where it lies in it.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub path: Cow<'a, str>,
    /// Sizes and hash, where the text is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The file before a whole-file write: the payload does not hold it.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub before: Cow<'a, str>,
    /// What was known of the file; absent where the decision did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Surroundings>,
    /// Why nothing was raised.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub silence: Cow<'a, str>,
    /// What was raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<RaisedRecord>,
    /// What was said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<ToldRecord>,
    /// Named patterns that the edit brings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingRecord>,
    /// What became of findings of this conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fates: Vec<FateRecord>,
    /// The text as it was said.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub text: Cow<'a, str>,
    /// What went wrong, in a `fault`.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub fault: Cow<'a, str>,
    /// Microseconds from the start of the process to this line.
    #[serde(default)]
    pub us: u64,
    /// What the client told us, as it came, where it is kept. [`append`] puts it in as it is: to read it and write it again would
    /// cost more than the decision.
    #[serde(borrow, default, skip_serializing)]
    pub payload: Option<&'a RawValue>,
}

/// An edit without its text.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Digest {
    /// Bytes before.
    pub old: usize,
    /// Bytes after.
    pub new: usize,
    /// FNV-1a of the texts.
    pub hash: u64,
}

/// A module that was raised.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RaisedRecord {
    /// Module id.
    pub module: String,
    /// Score.
    pub score: f32,
    /// Line of the first evidence.
    pub line: u32,
    /// Signals of the evidence.
    pub signals: Vec<String>,
}

/// A named pattern that an edit brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// Pattern id.
    pub pattern: String,
    /// Path, where it is not the record's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// 1-based line.
    pub line: u32,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// Whether it was said here.
    #[serde(default)]
    pub told: bool,
}

/// What became of a finding that was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FateRecord {
    /// Pattern id.
    pub pattern: String,
    /// Path as the client names the file.
    pub path: String,
    /// `resolved` or `dismissed`; `open` where it is back; `reminded` where it was said again.
    pub state: String,
}

/// A part of a telling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldRecord {
    /// Module id, or `plan`.
    pub module: String,
    /// `full` or `line`.
    pub level: String,
    /// Characters.
    pub chars: usize,
}

impl ToldRecord {
    /// A part.
    #[must_use]
    pub fn new(module: &str, level: Level, chars: usize) -> Self {
        let level = match level {
            Level::Full => "full",
            Level::Line => "line",
            Level::Silent => "silent",
        };
        Self { module: module.to_owned(), level: level.to_owned(), chars }
    }
}

impl<'a> Record<'a> {
    /// The edit again, as the engine saw it; `None` where its text was not kept or the event was none.
    #[must_use]
    pub fn edit(&self) -> Option<Edit<'_>> {
        let mut edit = match self.action()? {
            Action::WillEdit(edit) | Action::DidEdit(edit, _) => edit,
            Action::Patch { mut files, .. } if (self.part as usize) < files.len() => files.swap_remove(self.part as usize).edit,
            _ => return None,
        };
        edit.path = Cow::Borrowed(&self.path);
        if edit.whole_file && !self.before.is_empty() {
            edit.changes[0].old = Cow::Borrowed(&self.before);
            clients::limit(&mut edit);
        }
        Some(edit)
    }

    /// The plan again; `None` where its text was not kept or the event was none.
    #[must_use]
    pub fn plan(&self) -> Option<Cow<'_, str>> {
        match self.action()? {
            Action::WillPlan(plan) => Some(plan),
            _ => None,
        }
    }

    fn action(&self) -> Option<Action<'_>> {
        Some(clients::named(&self.client)?.decode(self.payload?.get().as_bytes())?.action)
    }

    /// Puts in what is kept of an edit besides the payload; tells whether the payload is to be kept.
    pub fn keep_edit(&mut self, edit: &'a Edit<'_>, payload: &[u8], log: Log) -> bool {
        let before = if edit.whole_file { &*edit.changes[0].old } else { "" };
        let full = log == Log::Full && payload.len() + before.len() <= FULL_LIMIT;
        if full {
            self.before = Cow::Borrowed(before);
        } else {
            let hash = edit.changes.iter().fold(hash::fnv(b""), |h, c| hash::extend(hash::extend(h, c.old.as_bytes()), c.new.as_bytes()));
            self.digest = Some(Digest { old: edit.changes.iter().map(|c| c.old.len()).sum(), new: edit.changes.iter().map(|c| c.new.len()).sum(), hash });
        }
        full
    }

    /// Puts in the verdict.
    pub fn keep_verdict(&mut self, verdict: &Verdict) {
        self.silence = Cow::Borrowed(verdict.silence.map_or("", silence_name));
        self.raised = verdict
            .modules
            .iter()
            .map(|m| RaisedRecord {
                module: m.id.to_owned(),
                score: m.score,
                line: m.evidence[0].line,
                signals: m.evidence.iter().map(|e| e.signal.clone()).collect(),
            })
            .collect();
    }
}

/// The name of a silence, as it is serialized.
#[must_use]
pub fn silence_name(silence: Silence) -> &'static str {
    match silence {
        Silence::Path => "path",
        Silence::NothingChanged => "nothing-changed",
        Silence::NoSignal => "no-signal",
        Silence::BelowThreshold => "below-threshold",
        Silence::Waived => "waived",
        Silence::TurnedOff => "turned-off",
    }
}

/// Appends a record, with the client's payload where it is to be kept (empty where not).
///
/// # Errors
/// When the file cannot be written.
pub fn append(state: &Path, record: &Record<'_>, payload: &[u8]) -> std::io::Result<()> {
    append_within(state, record, payload, ROTATE_AT)
}

/// The same with another size at which the journal is put aside.
///
/// # Errors
/// When the file cannot be written.
pub fn append_within(state: &Path, record: &Record<'_>, payload: &[u8], rotate_at: u64) -> std::io::Result<()> {
    let path = state.join(FILE);
    let mut file = crate::state::open_append(&path)?;
    let mut length = file.metadata()?.len();
    if length >= rotate_at && rotate(state, &file)? {
        file = crate::state::open_append(&path)?;
        length = file.metadata()?.len();
    }
    // `jsonl::write` on the file itself would be two writes, and lines of two hooks could mix.
    let mut line = Vec::with_capacity(2048 + payload.len());
    // A torn last line, from a disk that was full, must not swallow this one.
    if is_torn(&file, length) {
        line.push(b'\n');
    }
    jsonl::write(&mut line, record).map_err(std::io::Error::other)?;
    let payload = payload.trim_ascii();
    if !payload.is_empty() {
        // The record is an object of several fields: its closing brace makes room for one more. A line end in the payload can only
        // stand between tokens, where a blank is as good.
        line.truncate(line.trim_ascii_end().len() - 1);
        line.extend_from_slice(b",\"payload\":");
        let start = line.len();
        line.extend_from_slice(payload);
        // A fold without a way out is what compilers turn into vector code.
        if payload.iter().fold(false, |found, b| found | (*b < b' ')) {
            for byte in line[start..].iter_mut().filter(|b| matches!(b, b'\n' | b'\r')) {
                *byte = b' ';
            }
        }
        line.extend_from_slice(b"}\n");
    }
    file.write_all(&line)
}

/// Puts the journal aside under the next number and removes parts beyond [`KEPT`]; tells whether there is a new journal to open.
///
/// Two hooks may come to this at once, and a rename would replace what the other has just put aside. So the journal's own lock
/// decides: who does not get it writes into the journal as it is, and who gets it looks whether it still is the journal. While the
/// lock is held nobody else can take the journal away, so the next number is free. Lines of hooks that opened the file before it was
/// put aside go with it.
fn rotate(state: &Path, journal: &std::fs::File) -> std::io::Result<bool> {
    if journal.try_lock().is_err() {
        return Ok(false);
    }
    let path = state.join(FILE);
    if !is_same(journal, &path)? {
        return Ok(true);
    }
    let parts = parts(state);
    let next = parts.last().map_or(1, |(n, _)| n + 1);
    std::fs::rename(path, state.join(format!("journal.{next}.jsonl")))?;
    for (_, old) in parts.iter().rev().skip(KEPT - 1) {
        // What cannot be removed is no reason to lose a line.
        let _ = std::fs::remove_file(old);
    }
    Ok(true)
}

/// Whether the file's first `length` bytes end within a line.
#[cfg(unix)]
fn is_torn(file: &std::fs::File, length: u64) -> bool {
    use std::os::unix::fs::FileExt;
    let mut last = [b'\n'];
    length > 0 && file.read_at(&mut last, length - 1).is_ok() && last != [b'\n']
}

/// Not looked at where files cannot be read without moving on in them.
#[cfg(not(unix))]
fn is_torn(_: &std::fs::File, _: u64) -> bool {
    false
}

/// Whether the path still names the open file.
#[cfg(unix)]
fn is_same(file: &std::fs::File, path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    Ok(std::fs::symlink_metadata(path).is_ok_and(|named| (named.dev(), named.ino()) == (open.dev(), open.ino())))
}

/// Whether the path still names the open file: where files have no number to go by, one of its length does.
#[cfg(not(unix))]
fn is_same(file: &std::fs::File, path: &Path) -> std::io::Result<bool> {
    let open = file.metadata()?.len();
    Ok(std::fs::metadata(path).is_ok_and(|named| named.len() >= open))
}

/// Parts put aside, oldest first, with their numbers.
#[must_use]
pub fn parts(state: &Path) -> Vec<(u64, PathBuf)> {
    let mut out: Vec<(u64, PathBuf)> = std::fs::read_dir(state)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix("journal.")?.strip_suffix(".jsonl")?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    out.sort();
    out
}

/// All files of the journal, oldest first.
#[must_use]
pub fn files(state: &Path) -> Vec<PathBuf> {
    let newest = state.join(FILE);
    parts(state).into_iter().map(|(_, p)| p).chain(newest.exists().then_some(newest)).collect()
}
