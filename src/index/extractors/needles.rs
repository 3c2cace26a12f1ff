//! Which of many words a text holds, in one pass: a text is looked through once for all extractors, not once for each word.

/// Buckets that words are put into by their first three letters.
const BUCKETS: usize = 4096;
/// Sets of words: one bit each.
pub(crate) const MOST: usize = 64;

/// Sets of words, ready to be looked for.
#[derive(Debug)]
pub(crate) struct Needles {
    /// For each bucket where its words begin in `words`; the next bucket's begin is their end.
    begins: Vec<u16>,
    /// Words with the bit of their set, by bucket.
    words: Vec<(&'static [u8], u64)>,
    /// Words of one or two letters, and those without letters to go by.
    short: Vec<(&'static [u8], u64)>,
}

fn bucket(a: u8, b: u8, c: u8) -> usize {
    // Bit 5 tells lower from upper case in letters; signs that it makes one are told apart when the word is compared.
    let fold = |byte: u8| usize::from(byte & 0xdf);
    (fold(a).wrapping_mul(0x9e5) ^ fold(b).wrapping_mul(0x79) ^ fold(c).wrapping_mul(0x3)) % BUCKETS
}

impl Needles {
    /// Of at most [`MOST`] sets; the n-th has bit n.
    pub(crate) fn new(sets: impl Iterator<Item = &'static [&'static str]>) -> Self {
        let mut long: Vec<(usize, &'static [u8], u64)> = Vec::new();
        let mut short = Vec::new();
        for (number, set) in sets.take(MOST).enumerate() {
            for word in set.iter().map(|w| w.as_bytes()) {
                match word {
                    [a, b, c, ..] => long.push((bucket(*a, *b, *c), word, 1 << number)),
                    _ => short.push((word, 1 << number)),
                }
            }
        }
        long.sort_unstable_by_key(|(bucket, ..)| *bucket);
        let mut begins = vec![0_u16; BUCKETS + 1];
        for (bucket, ..) in &long {
            begins[bucket + 1] += 1;
        }
        for i in 1..begins.len() {
            begins[i] += begins[i - 1];
        }
        Self { begins, words: long.into_iter().map(|(_, word, bit)| (word, bit)).collect(), short }
    }

    /// The bits of the sets of which the text holds a word, in any letter case. `wanted`: the bits that are asked for.
    pub(crate) fn found(&self, text: &str, wanted: u64) -> u64 {
        let bytes = text.as_bytes();
        let mut found = 0;
        for (word, bit) in self.short.iter().filter(|(_, bit)| wanted & bit != 0) {
            if found & bit == 0 && bytes.windows(word.len().max(1)).any(|w| w.eq_ignore_ascii_case(word)) {
                found |= bit;
            }
        }
        for (at, three) in bytes.windows(3).enumerate() {
            let bucket = bucket(three[0], three[1], three[2]);
            let (from, to) = (self.begins[bucket], self.begins[bucket + 1]);
            if from == to {
                continue;
            }
            for (word, bit) in &self.words[usize::from(from)..usize::from(to)] {
                if found & bit == 0 && bytes[at..].get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word)) {
                    found |= bit;
                    if found & wanted == wanted {
                        return found;
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_finds_what_a_search_for_each_word_finds() {
        const SETS: [&[&str]; 4] = [&["redis", "s3"], &["create t", "@get"], &[], &["lock", "loc", "LOCKED"]];
        let needles = Needles::new(SETS.into_iter());
        for text in ["", "s", "S3", "REDIS", "redi", "reDis.get", "Create  t", "create table", "@Get(", "a lock", "block", "lo", "locked", "\u{e9}s3\u{e9}"] {
            let lower = text.to_ascii_lowercase();
            let expected = (0..SETS.len()).filter(|i| SETS[*i].iter().any(|w| lower.contains(&w.to_ascii_lowercase()))).fold(0, |bits, i| bits | 1 << i);
            assert_eq!(needles.found(text, u64::MAX), expected, "{text}");
        }
    }
}
