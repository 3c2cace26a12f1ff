//! The literal filter: finds every literal of a set in a text, in one pass. Shared with the build script, which bakes
//! the built-in set; project signals build theirs when they are read.
//!
//! Every second 4-byte window of a text is tested against a bit map, and only a set bit leads to a comparison. So each literal
//! has two windows in the map, the rarest at an even and the rarest at an odd distance from its start: wherever it stands, one of
//! them begins at an even place of the text. A literal too short to have a window there is entered by its first three bytes, and
//! the map holds every window that these can stand in. Measured against automata on 5 KB of source: fewest page faults and least
//! time. aho-corasick is the oracle: the build script and a property test hold this filter equal to it.

use super::literal::{Literal, ends_subword, starts_subword};

/// The map of a set without literals.
static NO_MAP: [u64; MAP_WORDS] = [0; MAP_WORDS];

/// Places that are collected before they are looked at.
const PLACES: usize = 128;

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
    /// Bucket by bucket.
    pub entries: &'a [Entry],
    /// All literals' bytes, one behind the other.
    pub bytes: &'a [u8],
    /// Where each literal begins in `bytes`.
    pub starts: &'a [u32],
}

/// One place of a literal that is looked for: 8 bytes with all that most comparisons ask, so that they touch nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What stands there, as [`fold`], [`even_key`] or [`odd_key`] makes it.
    pub window: u32,
    /// Which literal.
    pub literal: u16,
    /// How far into the literal the window begins, plus one.
    pub offset_plus_one: u8,
    /// [`BOUNDED_START`], [`BOUNDED_END`], and the literal's length above them.
    pub shape: u8,
}

/// Bytes beyond the beginning of a match that its windows can reach to.
pub const LONGEST: usize = 64;
/// In [`Entry::shape`]: a subword has to begin where the literal begins.
pub const BOUNDED_START: u8 = 1;
/// In [`Entry::shape`]: a subword has to end where the literal ends.
pub const BOUNDED_END: u8 = 2;
/// In [`Entry::shape`]: the literal's length stands above the bounds. It fits because no literal has more than 60 bytes.
const LENGTH_SHIFT: u32 = 2;

/// The same, owned.
#[derive(Clone, Debug, Default)]
pub struct FilterTables {
    /// See [`Filter::map`].
    pub map: Vec<u64>,
    /// See [`Filter::heads`].
    pub heads: Vec<u16>,
    /// See [`Filter::entries`].
    pub entries: Vec<Entry>,
    /// See [`Filter::bytes`].
    pub bytes: Vec<u8>,
    /// See [`Filter::starts`].
    pub starts: Vec<u32>,
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

/// A window without regard to case. Every byte of it has bit 5, which tells it from the keys of short literals.
fn fold(window: u32) -> u32 {
    window | 0x2020_2020
}

/// The key of a literal of three bytes that begins where the window begins.
fn even_key(folded: u32) -> u32 {
    folded & 0x00ff_ffff
}

/// The key of a literal of three or four bytes that begins at the window's second byte.
fn odd_key(folded: u32) -> u32 {
    (folded >> 8) | 0x0100_0000
}

impl FilterTables {
    /// Builds the tables of a literal set. `commonness` tells how common a (lower-case) window is in the text to come.
    #[must_use]
    pub fn build(literals: &[Literal], commonness: &dyn Fn([u8; 4]) -> u64) -> Self {
        let mut out = Self { map: vec![0; MAP_WORDS], ..Self::default() };
        let mut buckets: Vec<Vec<Entry>> = vec![Vec::new(); 1 << BUCKET_BITS];
        for (i, literal) in literals.iter().enumerate() {
            let bytes = &literal.bytes;
            out.starts.push(u32::try_from(out.bytes.len()).unwrap_or(u32::MAX));
            out.bytes.extend_from_slice(bytes);
            let bounds = (BOUNDED_START * u8::from(literal.bounded_start)) | (BOUNDED_END * u8::from(literal.bounded_end));
            let entry = |window: u32, offset_plus_one: usize| Entry {
                window,
                literal: u16::try_from(i).unwrap_or(u16::MAX),
                offset_plus_one: u8::try_from(offset_plus_one).unwrap_or(0),
                shape: bounds | u8::try_from(bytes.len() << LENGTH_SHIFT).unwrap_or(0),
            };
            let mut mark = |window: u32| {
                let (word, mask) = bit(hash(window));
                out.map[word] |= mask;
            };
            let window = |o: usize| [bytes[o], bytes[o + 1], bytes[o + 2], bytes[o + 3]];
            for parity in 0..2 {
                let rarest = (parity..(bytes.len() + 1).saturating_sub(4)).step_by(2).min_by_key(|&o| commonness(window(o)));
                let entry = match rarest {
                    Some(offset) => entry(fold(u32::from_le_bytes(window(offset))), offset + 1),
                    None => {
                        // No letter beyond ASCII is a boundary, so none stands beside a bounded literal.
                        let (key, bounded): (fn(u32) -> u32, bool) =
                            if parity == 0 { (even_key, literal.bounded_end) } else { (odd_key, literal.bounded_start) };
                        let around = |other: u8| {
                            fold(u32::from_le_bytes(if parity == 0 { [bytes[0], bytes[1], bytes[2], other] } else { [other, bytes[0], bytes[1], bytes[2]] }))
                        };
                        (0..=u8::MAX).filter(|other| other.is_ascii() || !bounded).for_each(|other| mark(around(other)));
                        entry(key(around(0)), 1 - parity)
                    }
                };
                mark(entry.window);
                buckets[(hash(entry.window) >> (32 - BUCKET_BITS)) as usize].push(entry);
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
        Filter { map: self.map.as_slice().try_into().unwrap_or(&NO_MAP), heads: &self.heads, entries: &self.entries, bytes: &self.bytes, starts: &self.starts }
    }
}

impl Filter<'_> {
    /// Calls `found(literal, start, end)` for every match in `text`; several literals may match at one place.
    #[inline]
    pub fn scan(&self, text: &[u8], found: impl FnMut(u16, usize, usize)) {
        self.scan_part(text, 0, text.len(), found);
    }

    /// The same for a part of the text: every match that begins [`LONGEST`] bytes or more before `to` and not before `from`, and
    /// some of those beside it.
    #[inline]
    pub fn scan_part(&self, text: &[u8], from: usize, to: usize, mut found: impl FnMut(u16, usize, usize)) {
        if self.starts.is_empty() {
            return;
        }
        // An even place, as in a scan of the whole.
        let mut at = from.saturating_sub(2) & !1;
        let mut rest = &text[at..to];
        // First the places, then what stands there: the loop that meets every window stays small and without a jump.
        let mut places = [0; PLACES];
        while rest.len() >= 8 {
            let mut count = 0;
            for _ in 0..PLACES / 3 {
                // Three windows to a load.
                let Some(&eight) = rest.first_chunk::<8>() else { break };
                let folded = u64::from_le_bytes(eight) | 0x2020_2020_2020_2020;
                for step in 0..3 {
                    // The remainder is never taken; it spares the check of the bound.
                    places[count % PLACES] = at + 2 * step;
                    count += usize::from(self.is_marked((folded >> (16 * step)) as u32));
                }
                at += 6;
                rest = &rest[6..];
            }
            self.look_at(text, &places[..count], &mut found);
        }
        let mut count = 0;
        while rest.len() >= 4 {
            places[count] = at;
            count += 1;
            at += 2;
            rest = &rest[2..];
        }
        self.look_at(text, &places[..count], &mut found);
        // The last three bytes may be a whole literal: there is no fourth byte to look at.
        if let &[a, b, c] = rest {
            self.look_up(text, at, even_key(fold(u32::from_le_bytes([a, b, c, 0]))), &mut found);
        }
    }

    #[inline]
    fn is_marked(&self, window: u32) -> bool {
        let (word, mask) = bit(hash(window));
        self.map[word] & mask != 0
    }

    /// Looks up the windows at some places, and the short literals that may stand in them.
    #[inline(never)]
    fn look_at(&self, text: &[u8], places: &[usize], found: &mut impl FnMut(u16, usize, usize)) {
        for &at in places {
            let Some(&four) = text.get(at..).and_then(<[u8]>::first_chunk) else { continue };
            let window = fold(u32::from_le_bytes(four));
            for key in [window, even_key(window), odd_key(window)] {
                if self.is_marked(key) {
                    self.look_up(text, at, key, found);
                }
            }
        }
    }

    #[inline]
    fn look_up(&self, text: &[u8], at: usize, key: u32, found: &mut impl FnMut(u16, usize, usize)) {
        let bucket = (hash(key) >> (32 - BUCKET_BITS)) as usize;
        let &[from, to] = &self.heads[bucket..bucket + 2] else { return };
        for entry in &self.entries[from as usize..to as usize] {
            if entry.window == key
                && let Some((start, end)) = self.confirm(text, at, *entry)
            {
                found(entry.literal, start, end);
            }
        }
    }

    /// Start and end of the literal, where it stands around the window at `at`.
    #[inline]
    fn confirm(&self, text: &[u8], at: usize, entry: Entry) -> Option<(usize, usize)> {
        let start = (at + 1).checked_sub(entry.offset_plus_one as usize)?;
        let length = (entry.shape >> LENGTH_SHIFT) as usize;
        let end = start + length;
        let here = text.get(start..end)?;
        let literal = self.bytes.get(self.starts[entry.literal as usize] as usize..)?.get(..length)?;
        // The cheapest doubts first: most candidates differ in their first or last four bytes, or stand within a word.
        let is_match = ends_agree(here, literal)
            && (entry.shape & BOUNDED_START == 0 || starts_subword(text, start))
            && (entry.shape & BOUNDED_END == 0 || ends_subword(text, end))
            && here.iter().zip(literal).all(|(a, b)| a.to_ascii_lowercase() == *b);
        is_match.then_some((start, end))
    }
}

/// Whether two texts of one length can be the same but for case, by their first and last four bytes.
#[inline]
fn ends_agree(a: &[u8], b: &[u8]) -> bool {
    let four = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |b| fold(u32::from_le_bytes(*b)));
    four(a.first_chunk()) == four(b.first_chunk()) && four(a.last_chunk()) == four(b.last_chunk())
}
