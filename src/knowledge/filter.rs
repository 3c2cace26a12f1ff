//! The literal filter: finds every literal of a set in a text, in one pass. Shared with the build script, which bakes
//! the built-in set; project signals build theirs when they are read.
//!
//! Every second 4-byte window of a text is tested against a bit map, and only a set bit leads to a comparison. So each literal
//! has two windows in the map, the rarest at an even and the rarest at an odd distance from its start: wherever it stands, one of
//! them begins at an even place of the text. Measured against automata on 5 KB of source: fewest page faults and least time. aho-corasick is the oracle: the build script and a property test
//! hold this filter equal to it.

use super::literal::{Literal, ends_subword, starts_subword};

/// The map of a set without literals.
static NO_MAP: [u64; MAP_WORDS] = [0; MAP_WORDS];

const MULTIPLIER: u32 = 0x9E37_79B1;
/// Log2 of the bit map's size in bits.
pub const MAP_BITS: u32 = 20;
/// Words of the bit map. Its length is part of its type, so that a look into it needs no bounds check.
pub const MAP_WORDS: usize = (1 << MAP_BITS) / 64;
/// Log2 of the number of buckets.
pub const BUCKET_BITS: u32 = 14;

/// A literal set, ready to scan. Borrowed, so that the built-in one lies in the binary and costs nothing to have.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// `1 << MAP_BITS` bits.
    pub map: &'a [u64; MAP_WORDS],
    /// Where each bucket's entries begin; one more than there are buckets.
    pub heads: &'a [u16],
    /// Bucket by bucket: the window, which literal it is of, and its offset in the literal plus one.
    pub entries: &'a [(u32, u16, u8)],
    /// All literals' bytes, one behind the other.
    pub bytes: &'a [u8],
    /// Where each literal begins in `bytes`; one more than there are literals.
    pub starts: &'a [u32],
    /// Bit 0: bounded start, bit 1: bounded end; one a literal.
    pub bounds: &'a [u8],
}

/// The same, owned.
#[derive(Clone, Debug, Default)]
pub struct FilterTables {
    /// See [`Filter::map`].
    pub map: Vec<u64>,
    /// See [`Filter::heads`].
    pub heads: Vec<u16>,
    /// See [`Filter::entries`].
    pub entries: Vec<(u32, u16, u8)>,
    /// See [`Filter::bytes`].
    pub bytes: Vec<u8>,
    /// See [`Filter::starts`].
    pub starts: Vec<u32>,
    /// See [`Filter::bounds`].
    pub bounds: Vec<u8>,
}

/// Literals, each once, with all who own it: a word that ten signals share is found once.
#[derive(Clone, Debug, Default)]
pub struct OwnedLiterals {
    literals: Vec<Literal>,
    owners: Vec<Vec<u16>>,
    index: std::collections::HashMap<Literal, usize>,
}

impl OwnedLiterals {
    /// Adds a literal of an owner.
    pub fn add(&mut self, literal: Literal, owner: usize) {
        let at = *self.index.entry(literal).or_insert_with_key(|literal| {
            self.literals.push(literal.clone());
            self.owners.push(Vec::new());
            self.literals.len() - 1
        });
        self.owners[at].push(u16::try_from(owner).unwrap_or(u16::MAX));
    }

    /// The literals.
    #[must_use]
    pub fn literals(&self) -> &[Literal] {
        &self.literals
    }

    /// Where each literal's owners begin (one more than there are literals), and the owners.
    #[must_use]
    pub fn owners(&self) -> (Vec<u16>, Vec<u16>) {
        let mut starts = vec![0];
        let mut owners: Vec<u16> = Vec::new();
        for list in &self.owners {
            owners.extend(list);
            starts.push(u16::try_from(owners.len()).unwrap_or(u16::MAX));
        }
        (starts, owners)
    }
}

/// How common a window is in source text, roughly, by its bytes; only the order matters.
#[must_use]
pub fn commonness_of_bytes(window: [u8; 4]) -> u64 {
    window.iter().map(|b| commonness(*b)).product()
}

fn commonness(byte: u8) -> u64 {
    match byte {
        b' ' => 90,
        b'e' | b't' => 80,
        b'a'..=b'z' => 50,
        b'0'..=b'9' | b'_' | b'.' | b'(' | b')' => 30,
        b':' | b'=' => 20,
        _ => 8,
    }
}

fn hash(window: u32) -> u32 {
    window.wrapping_mul(MULTIPLIER)
}

fn bit(hash: u32) -> (usize, u64) {
    let k = hash >> (32 - MAP_BITS);
    ((k / 64) as usize % MAP_WORDS, 1 << (k % 64))
}

fn fold(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

impl FilterTables {
    /// Builds the tables of a literal set. `commonness` tells how common a (lower-case) window is in the text to come.
    #[must_use]
    pub fn build(literals: &[Literal], commonness: &dyn Fn([u8; 4]) -> u64) -> Self {
        let mut out = Self { map: vec![0; MAP_WORDS], starts: vec![0], ..Self::default() };
        let mut buckets: Vec<Vec<(u32, u16, u8)>> = vec![Vec::new(); 1 << BUCKET_BITS];
        for (i, literal) in literals.iter().enumerate() {
            let index = u16::try_from(i).unwrap_or(u16::MAX);
            let bytes = &literal.bytes;
            out.bytes.extend_from_slice(bytes);
            out.starts.push(u32::try_from(out.bytes.len()).unwrap_or(u32::MAX));
            out.bounds.push(u8::from(literal.bounded_start) | u8::from(literal.bounded_end) << 1);
            let mut add = |window: [u8; 4], offset_plus_one: usize| {
                let window = fold(window);
                let h = hash(window);
                let (word, mask) = bit(h);
                out.map[word] |= mask;
                let bucket = &mut buckets[(h >> (32 - BUCKET_BITS)) as usize];
                let entry = (window, index, u8::try_from(offset_plus_one).unwrap_or(0));
                if !bucket.contains(&entry) {
                    bucket.push(entry);
                }
            };
            let window = |o: usize| [bytes[o], bytes[o + 1], bytes[o + 2], bytes[o + 3]];
            for parity in 0..2 {
                let rarest = (parity..(bytes.len() + 1).saturating_sub(4)).step_by(2).min_by_key(|&o| commonness(window(o)));
                match rarest {
                    Some(offset) => add(window(offset), offset + 1),
                    // Too short for a window of its own there: every byte that can stand behind or before it is entered.
                    None if parity == 0 => (0..=u8::MAX).for_each(|next| add([bytes[0], bytes[1], bytes[2], next], 1)),
                    None => (0..=u8::MAX).for_each(|before| add([before, bytes[0], bytes[1], bytes[2]], 0)),
                }
            }
        }
        out.heads.push(0);
        for bucket in buckets {
            out.entries.extend(bucket);
            out.heads.push(u16::try_from(out.entries.len()).unwrap_or(u16::MAX));
        }
        out
    }

    /// The tables, borrowed.
    #[must_use]
    pub fn filter(&self) -> Filter<'_> {
        Filter {
            map: self.map.as_slice().try_into().unwrap_or(&NO_MAP),
            heads: &self.heads,
            entries: &self.entries,
            bytes: &self.bytes,
            starts: &self.starts,
            bounds: &self.bounds,
        }
    }
}

impl Filter<'_> {
    /// Calls `found(literal, start, end)` for every match in `text`; several literals may match at one place.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(u16, usize, usize)) {
        if self.starts.len() < 2 || text.len() < 3 {
            return;
        }
        let mut at = 0;
        while let Some(&[a, b, c, d]) = text.get(at..at + 4) {
            let window = fold([a, b, c, d]);
            let h = hash(window);
            let (word, mask) = bit(h);
            if self.map[word] & mask != 0 {
                self.compare(text, at, window, h, &mut found);
            }
            at += 2;
        }
        // The last three bytes may be a whole literal: there is no fourth to look at.
        if let Some(&[a, b, c]) = text.get(at..) {
            let window = fold([a, b, c, 0]);
            self.compare(text, at, window, hash(window), &mut found);
        }
    }

    fn compare(&self, text: &[u8], at: usize, window: u32, h: u32, found: &mut impl FnMut(u16, usize, usize)) {
        let bucket = (h >> (32 - BUCKET_BITS)) as usize;
        for &(of, literal, offset_plus_one) in &self.entries[self.heads[bucket] as usize..self.heads[bucket + 1] as usize] {
            if of != window {
                continue;
            }
            let l = literal as usize;
            let bounds = self.bounds[l];
            let Some(start) = (at + 1).checked_sub(offset_plus_one as usize) else { continue };
            if bounds & 1 != 0 && !starts_subword(text, start) {
                continue;
            }
            let bytes = &self.bytes[self.starts[l] as usize..self.starts[l + 1] as usize];
            let end = start + bytes.len();
            if end > text.len() || (bounds & 2 != 0 && !ends_subword(text, end)) {
                continue;
            }
            if text[start..end].iter().zip(bytes).all(|(a, b)| a.to_ascii_lowercase() == *b) {
                found(literal, start, end);
            }
        }
    }
}
