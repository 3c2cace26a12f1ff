//! Facts of files that were edited since the repository was read, in a file beside the lookup file. Each edit is one record, appended with
//! one write; the last record of a file counts, and the base's facts of that file do not. The next `distarch index` drops it.
//!
//! ```text
//! magic  u64     a record begins here: a torn one before it costs itself alone
//! body   u32     bytes of the body
//! keys   u16     resources that the file touches, by the upper half of their key's hash
//! words  u16     anchors and lines, likewise
//! path   u64     the file
//! ...            keys and words, four bytes each; the body, a file's record; a checksum over all of it
//! ```

use super::format::{number, small};
use super::records::{FileRecord, USES, UseRecord, file_key, is_path, name, narrow, note, resource_key, spots, value};
use super::{Store, filter, open};
use crate::hash;
use crate::index::extractors;
use crate::index::file::File;
use crate::index::link::ResolvedUse;
use crate::index::model::{Facts, Use};
use crate::index::walk::{is_read, is_source};
use crate::state;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const MAGIC: u64 = u64::from_le_bytes(*b"daedit\x1a\x01");
const HEAD: usize = 24;
/// Bytes from which on records that later ones replaced are thrown out, where they are more than half.
const CROWDED: usize = 128 << 10;
/// Bytes from which on a file is only marked as edited.
const FULL: usize = 1 << 20;
/// Bytes from which on nothing is added.
const LIMIT: usize = FULL + (64 << 10);
/// Bytes of a file from which on it is only marked: to read it takes ten milliseconds, half of them for names that lean on other files.
const READ: usize = 64 << 10;
/// Files from which on further ones are only marked.
const FILES: usize = 200;
/// Bytes of the bit table that answers for all words; four thousand words make one false yes in eight.
const TABLE: usize = 4096;

/// The records of a generation, folded.
#[derive(Debug)]
pub(super) struct Overlay {
    bytes: Vec<u8>,
    /// The newest of each file.
    entries: Vec<Entry>,
    words: Vec<u8>,
}

/// A record by its places in the bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    path: u64,
    start: usize,
    keys: usize,
    words: usize,
    body: usize,
    end: usize,
}

impl Entry {
    /// The record that begins here, if it can: its checksum is not looked at yet.
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let keys = start + HEAD;
        if number(bytes, start)? != MAGIC {
            return None;
        }
        let counts = small(bytes, start + 12)?;
        let words = keys + (counts & 0xffff) as usize * 4;
        let body = words + (counts >> 16) as usize * 4;
        let end = body.checked_add(small(bytes, start + 8)? as usize)?.checked_add(8)?;
        // The next one follows, or nothing: a torn one claims what others wrote behind it.
        let is_followed = end == bytes.len() || end < bytes.len() && number(bytes, end).is_none_or(|n| n == MAGIC);
        is_followed.then_some(Self { path: number(bytes, start + 16)?, start, keys, words, body, end })
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        number(bytes, self.end - 8) == Some(checksum(&bytes[self.start..self.end - 8]))
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    hash::words(hash::fnv(b"edit"), bytes)
}

fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

fn bit(half: u32) -> (usize, u8) {
    let bit = half as usize % (TABLE * 8);
    (bit / 8, 1 << (bit % 8))
}

impl Overlay {
    /// `None` where nothing was edited.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = open(path)?;
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        let mut bytes = Vec::with_capacity(usize::try_from(length).ok()?.min(LIMIT));
        file.take(LIMIT as u64).read_to_end(&mut bytes).ok()?;
        Some(Self::of(bytes))
    }

    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let (mut entries, mut words): (Vec<Entry>, Vec<u8>) = (Vec::new(), vec![0; TABLE]);
        let mut at = 0;
        while at < bytes.len() {
            let Some(entry) = Entry::at(&bytes, at) else {
                // Torn or foreign: on to where a record begins again.
                let magic = MAGIC.to_le_bytes();
                at = bytes[at + 1..].windows(magic.len()).position(|w| w == magic).map_or(bytes.len(), |i| at + 1 + i);
                continue;
            };
            for word in bytes[entry.words..entry.body].chunks_exact(4) {
                let (byte, bit) = bit(small(word, 0).unwrap_or(0));
                words[byte] |= bit;
            }
            match entries.iter_mut().rev().find(|e| e.path == entry.path) {
                Some(older) => *older = entry,
                None => entries.push(entry),
            }
            at = entry.end;
        }
        Self { bytes, entries, words }
    }

    /// Bytes of the file.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let (byte, bit) = bit(half(hash));
        self.words[byte] & bit != 0
    }

    /// Whether the file was edited: then the base's facts of it are old.
    pub(super) fn knows(&self, path: &str) -> bool {
        let key = file_key(path);
        self.entries.iter().any(|e| e.path == key)
    }

    /// The file's newest record; `None` where it is only marked, or cannot be trusted.
    pub(super) fn file<T>(&self, path: &str, use_it: impl FnOnce(&FileRecord<'_>) -> T) -> Option<T> {
        let key = file_key(path);
        let record = self.record(self.entries.iter().find(|e| e.path == key)?)?;
        (record.path == path).then(|| use_it(&record))
    }

    /// Gives every file's record that names this resource.
    pub(super) fn each_with(&self, key: u64, mut give: impl FnMut(&FileRecord<'_>)) {
        let wanted = half(key).to_le_bytes();
        for entry in &self.entries {
            if self.bytes[entry.keys..entry.words].chunks_exact(4).any(|k| k == wanted)
                && let Some(record) = self.record(entry)
            {
                give(&record);
            }
        }
    }

    fn record(&self, entry: &Entry) -> Option<FileRecord<'_>> {
        let body = &self.bytes[entry.body..entry.end - 8];
        if body.is_empty() || !entry.is_whole(&self.bytes) {
            return None;
        }
        postcard::from_bytes::<FileRecord<'_>>(body).ok().filter(|r| file_key(r.path) == entry.path)
    }

    /// Whole records from a byte on: those that came while the repository was read again.
    pub(super) fn since(&self, from: usize) -> Vec<u8> {
        self.entries.iter().filter(|e| e.start >= from && e.is_whole(&self.bytes)).flat_map(|e| &self.bytes[e.start..e.end]).copied().collect()
    }
}

/// What a file says, with the names of the resources that it touches.
#[derive(Clone, Debug, Default)]
pub struct Said {
    facts: Facts,
    uses: Vec<ResolvedUse>,
}

impl Said {
    /// What it does to shared resources, by line.
    #[must_use]
    pub fn uses(&self) -> &[ResolvedUse] {
        &self.uses
    }
}

/// Reads an edited file again, and keeps what it says now. `path` is from the root, with `/`; `text` is the file after the edit, `None`
/// where it is gone. Without an index there is nothing to keep. Tells whether something new was kept.
pub fn refresh(state: &Path, root: &Path, path: &str, text: Option<&str>) -> bool {
    Store::open(state, root).is_some_and(|store| store.keep(path, text.unwrap_or(""), store.read(path, text.unwrap_or("")).as_ref()))
}

impl Store {
    /// What a file says now. `None` where it cannot be told: an extractor fails at it, or it is so long that reading it would hold up an edit.
    #[must_use]
    pub fn read(&self, path: &str, text: &str) -> Option<Said> {
        if text.len() > READ {
            return None;
        }
        // As the whole repository is read: a file that would be left out says nothing.
        if !is_read(path) || !is_source(text) {
            return Some(Said::default());
        }
        let facts = catch_unwind(AssertUnwindSafe(|| extractors::facts(&File::new(path, text)))).ok()?;
        let mut uses = self.resolve(&facts, path);
        uses.sort_by_key(|u| u.line);
        Some(Said { facts, uses })
    }

    /// Keeps what an edited file says now; where that is not known, that it is another file. Tells whether something new was kept.
    pub fn keep(&self, path: &str, text: &str, said: Option<&Said>) -> bool {
        is_path(path) && is_read(path) && self.kept(path, text, said).is_some()
    }

    fn kept(&self, path: &str, text: &str, said: Option<&Said>) -> Option<()> {
        let place = self.files.edited(self.base.head.generation);
        let marked = || bytes(path, &[], &[], &[]);
        let fresh = match said {
            Some(said) => entry(self, path, text, &said.facts.uses, &said.uses)?,
            None => marked(),
        };
        let (length, count) = self.overlay.as_ref().map_or((0, 0), |o| (o.bytes.len(), o.entries.len()));
        let is_known = self.overlay.as_ref().is_some_and(|o| o.knows(path));
        let fresh = if length + fresh.len() > FULL || count >= FILES && !is_known { marked() } else { fresh };
        if length > CROWDED
            && let Some(overlay) = &self.overlay
        {
            let mut live = overlay.since(0);
            if live.len() * 2 < length {
                // What another process appends at this moment is lost: then the facts of its file are older, and count while their lines stand.
                live.extend_from_slice(&fresh);
                return self.files.replace(&live, &place).ok();
            }
        }
        if length + fresh.len() > LIMIT {
            return None;
        }
        state::open_append(&place).ok()?.write_all(&fresh).ok()
    }
}

/// The file's record as it is appended; `None` when it says nothing new.
fn entry(store: &Store, path: &str, text: &str, uses: &[Use], resolved: &[ResolvedUse]) -> Option<Vec<u8>> {
    let component = store.component(path);
    let spots = spots(text.as_bytes(), resolved.iter().map(|u| u.line));
    let notes: Vec<Option<String>> = resolved.iter().map(|u| u.note.as_deref().map(note)).collect();
    let mut record = FileRecord { path, component: component.as_deref(), size: narrow(text.len()), uses: Vec::new() };
    let (mut keys, mut words) = (Vec::new(), Vec::new());
    for (used, note) in resolved.iter().zip(&notes).take(USES) {
        let (Some(name), Some(spot)) = (name(&used.name), spots.iter().find(|s| s.line == used.line)) else { continue };
        keys.push(half(resource_key(used.kind, name)));
        words.push(spot.hash);
        record.uses.push(UseRecord {
            kind: used.kind,
            name,
            role: used.role,
            certainty: used.certainty,
            value: value(used.value.as_deref()),
            note: note.as_deref(),
            spot: *spot,
        });
    }
    uses.iter().for_each(|u| filter::anchors(u.kind, &u.name, &mut words));
    let body = postcard::to_allocvec(&record).ok()?;
    let same = store.with_file(path, |known| postcard::to_allocvec(known).is_ok_and(|known| known == body)).unwrap_or(record.uses.is_empty());
    if same {
        return None;
    }
    let mut words: Vec<u32> = words.into_iter().map(half).collect();
    for list in [&mut keys, &mut words] {
        list.sort_unstable();
        list.dedup();
        list.truncate(usize::from(u16::MAX));
    }
    Some(bytes(path, &keys, &words, &body))
}

fn bytes(path: &str, keys: &[u32], words: &[u32], body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + (keys.len() + words.len()) * 4 + body.len() + 8);
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&narrow(body.len()).to_le_bytes());
    out.extend_from_slice(&(narrow(keys.len()) | narrow(words.len()) << 16).to_le_bytes());
    out.extend_from_slice(&file_key(path).to_le_bytes());
    keys.iter().chain(words).for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
    out.extend_from_slice(body);
    let checksum = checksum(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}
