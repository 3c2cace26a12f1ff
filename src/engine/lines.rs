//! Bytes and lines of a text. Every edit is walked for its line ends and compared with what it replaces, so this is done eight
//! bytes at a time; the C library's own comparison takes one at a time in static builds.

/// A text and where its lines begin.
pub(super) struct Lines<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Where each line begins; behind a last line end begins one more.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 16);
        starts.push(0);
        each_position(text.as_bytes(), b'\n', |at| starts.push(at + 1));
        Self { text, starts }
    }

    /// How many lines there are; nothing behind the last line end is none.
    pub(super) fn count(&self) -> usize {
        self.starts.len() - usize::from(self.starts.last() == Some(&self.text.len()))
    }

    /// Where a line begins.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts[line]
    }

    /// A line without its line end.
    pub(super) fn line(&self, line: usize) -> &'a str {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        &self.text[start..end]
    }

    /// The line that a byte is in.
    pub(super) fn at(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The same, walked to from a line that is near.
    pub(super) fn at_from(&self, at: usize, mut line: usize) -> usize {
        while self.starts[line] > at {
            line -= 1;
        }
        while self.starts.get(line + 1).is_some_and(|next| *next <= at) {
            line += 1;
        }
        line
    }
}

/// The first `most` bytes, cut at a character.
pub(super) fn shorten(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// In each byte that equals `needle` the highest bit, else nothing.
fn equal_bytes(word: u64, needle: u8) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let different = word ^ u64::from_ne_bytes([needle; 8]);
    !(((different & LOW) + LOW) | different | LOW)
}

/// Calls `found` with each place of a byte, in order.
pub(super) fn each_position(bytes: &[u8], needle: u8, mut found: impl FnMut(usize)) {
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let mut places = equal_bytes(u64::from_le_bytes(*word), needle);
        while places != 0 {
            found(8 * i + (places.trailing_zeros() / 8) as usize);
            places &= places - 1;
        }
    }
    let start = 8 * words.len();
    rest.iter().enumerate().filter(|(_, byte)| **byte == needle).for_each(|(i, _)| found(start + i));
}

/// The first place of a byte.
pub(super) fn position(bytes: &[u8], needle: u8) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let places = equal_bytes(u64::from_le_bytes(*word), needle);
        if places != 0 {
            return Some(8 * i + (places.trailing_zeros() / 8) as usize);
        }
    }
    rest.iter().position(|byte| *byte == needle).map(|i| 8 * words.len() + i)
}

/// The first place of a word at or behind `from`.
pub(super) fn find(bytes: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        at += position(bytes.get(at..)?, *word.first()?)?;
        if bytes[at..].starts_with(word) {
            return Some(at);
        }
        at += 1;
    }
}

/// How many bytes two texts share at their beginnings.
pub(super) fn shared_head(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).take_while(|(a, b)| a == b).count();
    let head = 8 * words;
    head + a[head..].iter().zip(&b[head..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts share at their ends.
pub(super) fn shared_tail(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_rchunks::<8>().1.iter().rev().zip(b.as_rchunks::<8>().1.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - 8 * words], &b[..b.len() - 8 * words]);
    8 * words + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Places of the needle's first bytes that are tried one by one.
const TRIED: usize = 16;

/// The first place of a text in another, for long needles: what a search for them prepares costs more than the search.
pub(super) fn find_text(text: &str, needle: &str) -> Option<usize> {
    let (bytes, needle_bytes) = (text.as_bytes(), needle.as_bytes());
    let probe = &needle_bytes[..needle_bytes.len().min(32)];
    let mut at = 0;
    for _ in 0..TRIED {
        at = find(bytes, at, probe)?;
        if shared_head(&bytes[at..], needle_bytes) == needle_bytes.len() {
            return Some(at);
        }
        at += 1;
    }
    // Much of the text looks like the needle's beginning: the search that cannot be led astray.
    text.get(at..).map_or_else(|| text.find(needle), |rest| rest.find(needle).map(|i| at + i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "\n", "a", "a\n", "a\nb", "\n\na long line with more than eight bytes\n\nend", "é\n\u{85}\n", "0123456\n", "01234567\n89"] {
            let lines = Lines::of(text);
            let expected: Vec<&str> = text.split('\n').take(text.lines().count()).collect();
            assert_eq!((0..lines.count()).map(|i| lines.line(i)).collect::<Vec<_>>(), expected, "{text:?}");
            for at in 0..text.len() {
                let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count();
                assert_eq!((lines.at(at), lines.at_from(at, 0), lines.at_from(at, lines.starts.len() - 1)), (line, line, line), "{text:?} {at}");
            }
        }
    }

    #[test]
    fn bytes_are_found_where_they_are() {
        // 0x01 and 0x8a beside a match are what a sum over eight bytes gets wrong when it carries.
        let text = [b'x', b'\n', 0x0b, 0x01, 0x8a, 0xff, b'\n', 0, b'\n', b'\n', 9, 8, 7, 6, 5, 4, 3, b'\n'];
        let expected: Vec<usize> = (0..text.len()).filter(|i| text[*i] == b'\n').collect();
        let mut found = Vec::new();
        each_position(&text, b'\n', |at| found.push(at));
        assert_eq!(found, expected);
        for from in 0..=text.len() {
            assert_eq!(position(&text[from..], b'\n'), text[from..].iter().position(|b| *b == b'\n'));
        }
    }

    #[test]
    fn shared_ends_are_counted_to_the_byte() {
        let a: Vec<u8> = (0..40).collect();
        for i in 0..40 {
            let mut b = a.clone();
            b[i] = 99;
            assert_eq!((shared_head(&a, &b), shared_tail(&a, &b)), (i, 39 - i));
            assert_eq!((shared_head(&a, &a[..i]), shared_tail(&a, &a[i..])), (i, 40 - i));
        }
    }

    #[test]
    fn a_text_is_found_however_often_its_beginning_stands_before_it() {
        let beginning = "x".repeat(40);
        let needle = format!("{beginning}y");
        for repeats in [0, 1, 3, 30, 100] {
            let text = format!("{}{needle}{needle}", "x".repeat(repeats));
            assert_eq!(find_text(&text, &needle), text.find(&needle));
            assert_eq!(find_text(&text, "no"), None);
        }
    }
}
