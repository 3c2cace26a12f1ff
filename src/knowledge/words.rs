//! Words of names: `reconnectTimer`, `RECONNECT_TIMER` and `"reconnect-timer"` say the same two. What the fit has learned of
//! them stands in `signals/weights.yaml` behind `word.`; they add to what signals say and are no signals themselves.

/// Words as the engine looks them up.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Hashes of their stems, ascending.
    pub hashes: &'a [u32],
    /// Where the hashes with each first byte begin; 257 of them, or none where there are no words.
    pub starts: &'a [u16],
}

impl Words<'_> {
    /// No words.
    pub const NONE: Words<'static> = Words { hashes: &[], starts: &[] };

    /// Index of a word, as it stands in a text.
    #[inline]
    #[must_use]
    pub fn find(&self, word: &[u8]) -> Option<usize> {
        let hash = hash(word);
        let bucket = (hash >> 24) as usize;
        let from = *self.starts.get(bucket)? as usize;
        let to = *self.starts.get(bucket + 1)? as usize;
        self.hashes[from..to].iter().position(|h| *h == hash).map(|i| from + i)
    }
}

/// Tables for words: names in the order of their hashes, the hashes, and where each first byte begins.
#[must_use]
pub fn tables<'a>(words: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Vec<u32>, Vec<u16>) {
    let mut rows: Vec<(u32, &str)> = words.map(|w| (hash(w.as_bytes()), w)).collect();
    rows.sort_unstable();
    rows.dedup_by_key(|r| r.0);
    let hashes: Vec<u32> = rows.iter().map(|r| r.0).collect();
    let starts = (0..=256u64).map(|b| u16::try_from(hashes.partition_point(|h| u64::from(*h) < b << 24)).unwrap_or(u16::MAX)).collect();
    (rows.into_iter().map(|r| r.1).collect(), hashes, starts)
}

/// FNV-1a over the stem in small letters.
#[inline]
fn hash(word: &[u8]) -> u32 {
    stem(word).iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}

/// The word without its ending, so that `retries` of a name and `retry` of another meet at least in their plain forms.
#[inline]
#[must_use]
pub fn stem(word: &[u8]) -> &[u8] {
    // All endings end in one of four letters; most words end here.
    if word.len() > 5 && matches!(word[word.len() - 1] | 0x20, b'g' | b'd' | b's' | b'r') {
        for ending in [&b"ing"[..], b"ed", b"es", b"er", b"s"] {
            if word.len() > ending.len() && word[word.len() - ending.len()..].eq_ignore_ascii_case(ending) {
                return &word[..word.len() - ending.len()];
            }
        }
    }
    word
}

/// Calls `each` with the span of every word of three letters or more: runs of letters, cut where a small letter is followed by a
/// capital, and before the last capital of several (`HTTPServer`).
#[inline]
pub fn each(text: &[u8], mut each: impl FnMut(usize, usize)) {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        if text[start].is_ascii_uppercase() && text.get(at).is_some_and(u8::is_ascii_uppercase) {
            while text.get(at).is_some_and(u8::is_ascii_uppercase) {
                at += 1;
            }
            if text.get(at).is_some_and(u8::is_ascii_lowercase) {
                at -= 1;
            }
        } else {
            while text.get(at).is_some_and(u8::is_ascii_lowercase) {
                at += 1;
            }
        }
        if at - start >= 3 {
            each(start, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_style_have_the_same_words() {
        let words = |text: &str| {
            let mut out = Vec::new();
            each(text.as_bytes(), |a, b| out.push(text[a..b].to_ascii_lowercase()));
            out
        };
        assert_eq!(words("reconnectTimer"), ["reconnect", "timer"]);
        assert_eq!(words("RECONNECT_TIMER2"), ["reconnect", "timer"]);
        assert_eq!(words("HTTPServerV2.doIt"), ["http", "server"]);
    }

    #[test]
    fn a_word_is_found_in_its_forms_and_no_other_is() {
        let (names, hashes, starts) = tables(["lease", "reconnect", "offset"].into_iter());
        let words = Words { hashes: &hashes, starts: &starts };
        assert_eq!(words.find(b"Reconnecting").map(|i| names[i]), Some("reconnect"));
        assert_eq!(words.find(b"OFFSETS").map(|i| names[i]), Some("offset"));
        assert_eq!(words.find(b"connect"), None);
        assert_eq!(Words::NONE.find(b"lease"), None);
    }
}
