//! Which of many words a text holds, in one pass: a text is looked through once for all extractors, not once for each word.

/// Sets of words: one bit each.
pub(crate) const MOST: usize = 64;
/// Keys of three letters: five bits of each, in which upper and lower case are the same. Signs share them with letters, and are told apart
/// when a word is compared.
const KEYS: usize = 1 << 15;

/// Sets of words, ready to be looked for.
#[derive(Debug)]
pub(crate) struct Needles {
    /// A bit for each key that a word begins with.
    keys: Vec<u64>,
    /// Words with their key and the bit of their set, by key.
    words: Vec<(usize, &'static [u8], u64)>,
    /// Words of one or two letters, and the letters that they begin with.
    short: Vec<(&'static [u8], u64)>,
    begins: [bool; 256],
}

fn push(key: usize, byte: u8) -> usize {
    (key << 5 | usize::from(byte & 31)) % KEYS
}

impl Needles {
    /// Of at most [`MOST`] sets; the n-th has bit n.
    pub(crate) fn new(sets: impl Iterator<Item = &'static [&'static str]>) -> Self {
        let mut out = Self { keys: vec![0; KEYS / 64], words: Vec::new(), short: Vec::new(), begins: [false; 256] };
        for (number, set) in sets.take(MOST).enumerate() {
            for word in set.iter().map(|w| w.as_bytes()) {
                match word {
                    [a, b, c, ..] => {
                        let key = push(push(push(0, *a), *b), *c);
                        out.keys[key / 64] |= 1 << (key % 64);
                        out.words.push((key, word, 1 << number));
                    }
                    [first, ..] => {
                        out.begins[usize::from(first.to_ascii_lowercase())] = true;
                        out.begins[usize::from(first.to_ascii_uppercase())] = true;
                        out.short.push((word, 1 << number));
                    }
                    [] => {}
                }
            }
        }
        out.words.sort_unstable_by_key(|(key, ..)| *key);
        out
    }

    /// The bits of the sets of which the text holds a word, in any letter case. `wanted`: the bits that are asked for.
    pub(crate) fn found(&self, text: &str, wanted: u64) -> u64 {
        let bytes = text.as_bytes();
        let is_at = |at: usize, word: &[u8]| bytes[at..].get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word));
        let mut found = 0;
        let begins = |(_, byte): &(usize, &u8)| self.begins[usize::from(**byte)];
        for (at, _) in bytes.iter().enumerate().filter(begins).take_while(|_| !self.short.is_empty()) {
            for (word, bit) in &self.short {
                if found & bit == 0 && is_at(at, word) {
                    found |= bit;
                }
            }
        }
        let mut key = 0;
        for (at, byte) in bytes.iter().enumerate() {
            key = push(key, *byte);
            if self.keys[key / 64] >> (key % 64) & 1 == 0 || at < 2 {
                continue;
            }
            let from = self.words.partition_point(|(k, ..)| *k < key);
            for (_, word, bit) in self.words[from..].iter().take_while(|(k, ..)| *k == key) {
                if found & bit == 0 && is_at(at - 2, word) {
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
