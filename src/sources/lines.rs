//! Lines of a file, one at a time, however large the file is.

use std::io::{BufRead, BufReader, Read};

/// Longest line that is read, in bytes. The longest seen in the wild is 6 MB.
const LONGEST: usize = 64 << 20;

/// A line, without its end.
pub(super) enum Line<'a> {
    /// Its bytes.
    Whole(&'a [u8]),
    /// It was longer than [`LONGEST`]; its bytes were passed over.
    TooLong,
}

pub(super) struct Lines<R> {
    from: BufReader<R>,
    line: Vec<u8>,
    /// Bytes that were read.
    pub(super) bytes: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(256 << 10, from), line: Vec::new(), bytes: 0 }
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        self.line.clear();
        // One line of many megabytes must not keep its memory for the rest of the file.
        self.line.shrink_to(4 << 20);
        let n = (&mut self.from).take(LONGEST as u64).read_until(b'\n', &mut self.line)?;
        self.bytes += n as u64;
        if n == 0 {
            return Ok(None);
        }
        if n == LONGEST && self.line.last() != Some(&b'\n') {
            self.bytes += self.from.skip_until(b'\n')? as u64;
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Whole(self.line.trim_ascii())))
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Line, Lines};
    use std::io::Read;

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = std::io::repeat(b'x').take(LONGEST as u64 + 10);
        let mut lines = Lines::new((&b"{}\r\n"[..]).chain(long).chain(&b"\nlast"[..]));
        assert!(matches!(lines.next(), Ok(Some(Line::Whole(b"{}")))));
        assert!(matches!(lines.next(), Ok(Some(Line::TooLong))));
        assert!(matches!(lines.next(), Ok(Some(Line::Whole(b"last")))));
        assert!(matches!(lines.next(), Ok(None)));
        assert_eq!(lines.bytes, LONGEST as u64 + 4 + 10 + 1 + 4);
    }
}
