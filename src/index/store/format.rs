//! The lookup file as bytes. A hook reads a few hundred of them, wherever they lie, and nothing that grows with the repository.
//!
//! ```text
//! head      magic, format, build, generation, length, sizes, root path, checksum     read first, 4 KiB with the filter's beginning
//! filter    bits for the words by which source text touches a resource               at most 64 KiB
//! table     slots of 16 bytes: hash of the key, offset and length of its record      open addressing, at most half full
//! records   checksum, then the key and what is known of it, as postcard              each bounded, each verified when it is read
//! ```
//!
//! Weighed against crates, by instructions of a process under callgrind that opens a file of 100,000 records and reads one (musl): `cdb64`
//! takes 5.3 k, this 7 k, of which identity, version and checksums are the difference. `cdb64` would be the choice if its files were
//! never damaged: it allocates whatever length a record names, so that one scribbled byte ends the process, and has no place for a version
//! or a checksum. `redb` takes 1.2 M to open; `heed` opens by an unsafe function; `sled` keeps threads; `fst` wants the whole file in memory.

use crate::hash;
use std::fs::File;

/// Version of the layout and of every record.
const FORMAT: u32 = 1;
const MAGIC: [u8; 8] = *b"daindex\x1a";
/// Bytes of the head before the root's path.
const HEAD: usize = 72;
/// Bytes that are read at once at the beginning.
const FIRST: usize = 4096;
/// Bytes of a root's path.
const ROOT: usize = FIRST - HEAD;
const SLOT: usize = 16;
/// Slots behind the last home slot, so that probing never turns round.
const SPARE: usize = 64;
/// Slots that are read at once.
const WINDOW: usize = 8;
/// Bytes of a record; what would have more is bounded when it is written, or left out.
const RECORD: usize = 16 << 20;
/// Bytes of the filter.
pub(super) const FILTER: usize = 64 << 10;

/// What the file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Of the program that wrote it: its version and what it reads out of files.
    pub(super) build: u64,
    /// Random; an overlay belongs to one generation.
    pub(super) generation: u64,
    /// Bytes of the whole file.
    pub(super) length: u64,
    pub(super) filter: u32,
    /// Home slots: a power of two.
    pub(super) slots: u32,
    /// Hash of the facts, and of what tells the parts of the repository, which may change without any fact.
    pub(super) made_of: u64,
    /// Bytes of the path of the repository's folder, which stands behind the head.
    root: u32,
}

impl Head {
    fn table(&self) -> u64 {
        HEAD as u64 + u64::from(self.root) + u64::from(self.filter)
    }

    fn records(&self) -> u64 {
        self.table() + (self.slots as u64 + SPARE as u64) * SLOT as u64
    }

    fn bytes(&self, root: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD + root.len());
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&self.root.to_le_bytes());
        out.extend_from_slice(&self.build.to_le_bytes());
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.filter.to_le_bytes());
        out.extend_from_slice(&self.slots.to_le_bytes());
        out.extend_from_slice(&self.made_of.to_le_bytes());
        out.resize(HEAD - 8, 0);
        let checksum = hash::words(hash::words(hash::fnv(b"head"), &out), root.as_bytes());
        out.extend_from_slice(&checksum.to_le_bytes());
        out.extend_from_slice(root.as_bytes());
        out
    }

    /// The head that is of this repository.
    fn parse(bytes: &[u8], of: &str) -> Option<Self> {
        if number(bytes, 0)? != u64::from_le_bytes(MAGIC) || small(bytes, 8)? != FORMAT {
            return None;
        }
        let root = bytes.get(HEAD..HEAD + of.len()).filter(|r| *r == of.as_bytes())?;
        let checksum = hash::words(hash::words(hash::fnv(b"head"), bytes.get(..HEAD - 8)?), root);
        if number(bytes, HEAD - 8)? != checksum {
            return None;
        }
        let head = Self {
            build: number(bytes, 16)?,
            generation: number(bytes, 24)?,
            length: number(bytes, 32)?,
            filter: small(bytes, 40)?,
            slots: small(bytes, 44)?,
            made_of: number(bytes, 48)?,
            root: small(bytes, 12).filter(|l| *l as usize == of.len())?,
        };
        let plausible = head.filter.is_power_of_two() && head.filter as usize <= FILTER && head.slots.is_power_of_two();
        (plausible && head.records() <= head.length).then_some(head)
    }
}

/// A file that can be asked.
#[derive(Debug)]
pub(super) struct Reader {
    file: File,
    pub(super) head: Head,
    pub(super) filter: Vec<u8>,
}

impl Reader {
    /// `None` unless it is whole, and of this build and root.
    pub(super) fn new(file: File, build: u64, root: &str) -> Option<Self> {
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        let mut first = [0; FIRST];
        let got = usize::try_from(length).map_or(FIRST, |l| l.min(FIRST));
        read_at(&file, &mut first[..got], 0)?;
        let head = Head::parse(&first[..got], root)?;
        if head.length != length || head.build != build {
            return None;
        }
        let from = HEAD + root.len();
        let mut filter = vec![0; head.filter as usize];
        let here = first[from..got].len().min(filter.len());
        filter[..here].copy_from_slice(&first[from..from + here]);
        if here < filter.len() {
            read_at(&file, &mut filter[here..], (from + here) as u64)?;
        }
        Some(Self { file, head, filter })
    }

    /// The record of a key, without its checksum. The record names its key, which the caller compares in full.
    pub(super) fn record(&self, key: u64) -> Option<Vec<u8>> {
        let mut slot = key & u64::from(self.head.slots - 1);
        let end = u64::from(self.head.slots) + SPARE as u64;
        while slot < end {
            let mut window = [0; WINDOW * SLOT];
            let count = (end - slot).min(WINDOW as u64);
            let window = &mut window[..usize::try_from(count).unwrap_or(WINDOW) * SLOT];
            read_at(&self.file, window, self.head.table() + slot * SLOT as u64)?;
            for slot in window.chunks_exact(SLOT) {
                let (hash, offset, length) = (number(slot, 0)?, small(slot, 8)?, small(slot, 12)? as usize);
                if length == 0 {
                    return None;
                }
                if hash == key {
                    return self.verified(key, u64::from(offset), length);
                }
            }
            slot += count;
        }
        None
    }

    fn verified(&self, key: u64, offset: u64, length: usize) -> Option<Vec<u8>> {
        let at = self.head.records().checked_add(offset * 8)?;
        if !(8..=RECORD).contains(&length) || at.checked_add(length as u64)? > self.head.length {
            return None;
        }
        let mut bytes = vec![0; length];
        read_at(&self.file, &mut bytes, at)?;
        (number(&bytes, 0)? == checksum(key, &bytes[8..])).then(|| bytes.split_off(8))
    }
}

/// What a lookup file is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of<'a> {
    pub(super) build: u64,
    pub(super) generation: u64,
    pub(super) made_of: u64,
    pub(super) root: &'a str,
}

/// Puts a lookup file together.
#[derive(Debug, Default)]
pub(super) struct Writer {
    slots: Vec<(u64, u32, u32)>,
    records: Vec<u8>,
}

impl Writer {
    /// Adds a record. One that is too long, or has a hash that is taken, is left out: a missing fact is none.
    pub(super) fn add(&mut self, key: u64, record: &[u8]) -> bool {
        let Ok(offset) = u32::try_from(self.records.len() / 8) else { return false };
        let Ok(length) = u32::try_from(record.len() + 8) else { return false };
        if record.len() + 8 > RECORD {
            return false;
        }
        self.slots.push((key, offset, length));
        self.records.extend_from_slice(&checksum(key, record).to_le_bytes());
        self.records.extend_from_slice(record);
        self.records.resize(self.records.len().next_multiple_of(8), 0);
        true
    }

    /// The whole file; `None` for a root whose path does not fit.
    pub(super) fn finish(mut self, of: &Of<'_>, filter: &[u8]) -> Option<Vec<u8>> {
        if of.root.len() > ROOT {
            return None;
        }
        self.slots.sort_unstable();
        // A hash that two keys share would give one of them the other's record, which is found out, or nothing.
        self.slots.dedup_by_key(|s| s.0);
        let mut homes = (self.slots.len() * 2).next_power_of_two();
        let table = loop {
            match placed(&self.slots, homes) {
                Some(table) => break table,
                None => homes *= 2,
            }
        };
        let mut head = Head {
            build: of.build,
            generation: of.generation,
            made_of: of.made_of,
            length: 0,
            filter: u32::try_from(filter.len()).ok()?,
            slots: u32::try_from(homes).ok()?,
            root: u32::try_from(of.root.len()).ok()?,
        };
        head.length = head.records() + self.records.len() as u64;
        let mut out = head.bytes(of.root);
        out.reserve_exact(filter.len() + table.len() * SLOT + self.records.len());
        out.extend_from_slice(filter);
        for (hash, offset, length) in table {
            out.extend_from_slice(&hash.to_le_bytes());
            out.extend_from_slice(&offset.to_le_bytes());
            out.extend_from_slice(&length.to_le_bytes());
        }
        out.extend_from_slice(&self.records);
        Some(out)
    }
}

fn placed(slots: &[(u64, u32, u32)], homes: usize) -> Option<Vec<(u64, u32, u32)>> {
    let mut table = vec![(0, 0, 0); homes + SPARE];
    for slot in slots {
        let home = usize::try_from(slot.0 & (homes as u64 - 1)).ok()?;
        let free = (home..table.len()).find(|i| table[*i].2 == 0)?;
        table[free] = *slot;
    }
    // The last slot stays empty: a search ends there.
    table.last().is_some_and(|s| s.2 == 0).then_some(table)
}

fn checksum(key: u64, record: &[u8]) -> u64 {
    hash::words(hash::extend(key, b"record"), record)
}

pub(super) fn number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(super) fn small(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Fills `buffer` from a place of the file, without moving anybody's position.
pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> Option<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, at).ok()
    }
    #[cfg(not(unix))]
    {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = file;
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(buffer).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_the_build_and_for_the_root_that_it_is_of() {
        let mut writer = Writer::default();
        assert!(writer.add(5, b"orders.status"));
        let bytes = writer.finish(&Of { build: 7, generation: 1, made_of: 2, root: "/r" }, &[0; 64]).expect("bytes");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lookup");
        std::fs::write(&path, bytes).expect("written");
        let reader = |build, root| Reader::new(File::open(&path).expect("a file"), build, root);
        assert_eq!(reader(7, "/r").and_then(|r| r.record(5)).as_deref(), Some(&b"orders.status"[..]));
        assert!(reader(8, "/r").is_none(), "another version");
        assert!(reader(7, "/s").is_none() && reader(7, "/r/s").is_none() && reader(7, "/").is_none(), "another root");
    }
}
