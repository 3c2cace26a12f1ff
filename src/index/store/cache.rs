//! What each file said when it was read, kept so that a file is read again only when it changed. Read whole, by `distarch index` alone.

use super::format::{number, small};
use super::records::Spot;
use crate::hash;
use crate::index::model::Facts;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const MAGIC: [u8; 8] = *b"dafacts\x1a";
/// Version of the layout.
const FORMAT: u32 = 1;
const HEAD: usize = 48;
/// Files in a piece; pieces are packed and unpacked side by side.
const PIECE: usize = 256;

/// By what a file is known to be the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Path from the root, with `/`.
    pub(super) path: String,
    pub(super) size: u64,
    /// Nanoseconds since 1970; 0 where it could change again without being seen.
    pub(super) changed: u64,
    /// Of its bytes.
    pub(super) hash: u64,
    pub(super) lines: u32,
}

/// What a file says, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) facts: Facts,
    /// The lines of its uses, in ascending order.
    pub(super) spots: Vec<Spot>,
}

/// The file, its pieces still packed.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) stamps: Vec<Stamp>,
    bytes: Vec<u8>,
    /// Begin and end of each piece.
    pieces: Vec<(usize, usize)>,
}

impl Cache {
    /// `None` unless it is whole, and of this build and root.
    pub(super) fn of(bytes: Vec<u8>, build: u64, root: &str) -> Option<Self> {
        let is_ours = bytes.get(..8)? == MAGIC
            && small(&bytes, 8)? == FORMAT
            && number(&bytes, 16)? == build
            && number(&bytes, 24)? == hash::fnv(root.as_bytes())
            && number(&bytes, 32)? == bytes.len() as u64
            && checksum_in(&bytes) == checksum(&bytes[..40], bytes.get(HEAD..)?);
        if !is_ours {
            return None;
        }
        let mut end = HEAD.checked_add(small(&bytes, 12)? as usize)?;
        let (stamps, lengths): (Vec<Stamp>, Vec<u32>) = postcard::from_bytes(bytes.get(HEAD..end)?).ok()?;
        let mut pieces = Vec::with_capacity(lengths.len());
        for length in lengths {
            let start = end;
            end = start.checked_add(length as usize).filter(|e| *e <= bytes.len())?;
            pieces.push((start, end));
        }
        (pieces.len() == stamps.len().div_ceil(PIECE)).then_some(Self { stamps, bytes, pieces })
    }

    /// What tells this file from another.
    pub(super) fn checksum(&self) -> u64 {
        checksum_in(&self.bytes)
    }

    /// What the files said, in the order of the stamps.
    pub(super) fn said(&self) -> Option<Vec<Said>> {
        let pieces: Option<Vec<Vec<Said>>> = self.pieces.par_iter().map(|(from, to)| postcard::from_bytes(&self.bytes[*from..*to]).ok()).collect();
        let said: Vec<Said> = pieces?.into_iter().flatten().collect();
        (said.len() == self.stamps.len()).then_some(said)
    }
}

/// The whole file. Stamps and what was said come in the same order.
pub(super) fn bytes(stamps: &[Stamp], said: &[Said], build: u64, root: &str) -> Option<Vec<u8>> {
    let pieces: Option<Vec<Vec<u8>>> = said.par_chunks(PIECE).map(|piece| postcard::to_allocvec(piece).ok()).collect();
    let pieces = pieces?;
    let lengths: Vec<u32> = pieces.iter().map(|p| u32::try_from(p.len()).unwrap_or(u32::MAX)).collect();
    let stamps = postcard::to_allocvec(&(stamps, lengths)).ok()?;
    let length = HEAD + stamps.len() + pieces.iter().map(Vec::len).sum::<usize>();
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&u32::try_from(stamps.len()).ok()?.to_le_bytes());
    for n in [build, hash::fnv(root.as_bytes()), length as u64, 0] {
        out.extend_from_slice(&n.to_le_bytes());
    }
    out.extend_from_slice(&stamps);
    pieces.iter().for_each(|p| out.extend_from_slice(p));
    let checksum = checksum(&out[..40], &out[HEAD..]);
    out[40..HEAD].copy_from_slice(&checksum.to_le_bytes());
    Some(out)
}

/// The checksum that a whole file holds.
pub(super) fn checksum_in(bytes: &[u8]) -> u64 {
    number(bytes, 40).unwrap_or(0)
}

fn checksum(head: &[u8], rest: &[u8]) -> u64 {
    hash::words(hash::words(hash::fnv(b"facts"), head), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::model::{Kind, Name, Role, Use};

    #[test]
    fn what_is_kept_comes_back_and_nothing_else_does() {
        let stamps: Vec<Stamp> = (0..600).map(|i| Stamp { path: format!("{i:04}.py"), size: i, changed: 1, hash: i, lines: 2 }).collect();
        let said = |i: u32| Said {
            facts: Facts { uses: vec![Use::new(Kind::Key, Role::Writes, Name::literal(format!("k{i}")), i)], ..Facts::default() },
            spots: vec![Spot { line: i, ..Spot::default() }],
        };
        let said: Vec<Said> = (0..600).map(said).collect();
        let whole = bytes(&stamps, &said, 7, "/r").expect("bytes");
        let cache = Cache::of(whole.clone(), 7, "/r").expect("a cache");
        assert_eq!((&cache.stamps, cache.said().as_ref()), (&stamps, Some(&said)));
        assert!(Cache::of(whole.clone(), 8, "/r").is_none(), "another build");
        assert!(Cache::of(whole.clone(), 7, "/s").is_none(), "another root");
        for cut in [0, 7, 8, 40, 47, 48, 100, whole.len() - 1] {
            assert!(Cache::of(whole[..cut].to_vec(), 7, "/r").is_none(), "cut at {cut}");
        }
        for at in (0..whole.len()).step_by(997).filter(|at| !(8..12).contains(at)) {
            let mut other = whole.clone();
            other[at] ^= 0x10;
            assert!(Cache::of(other, 7, "/r").is_none(), "scribbled at {at}");
        }
    }
}
