//! What a literal of a signal matches. Shared with the build script.
//!
//! A literal matches without regard to ASCII case. Where it begins or ends with a letter or digit, the text has to have
//! a subword boundary there: a neighbour that is no letter or digit, or a camelCase hump. `ack` is in `autoAck` and
//! `basic_ack`, not in `back`. A `*` at an end drops the boundary there.

/// A literal, parsed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    /// Lower-cased bytes to be found.
    pub bytes: Vec<u8>,
    /// Whether the text has to have a boundary before the match.
    pub bounded_start: bool,
    /// Whether the text has to have a boundary behind the match.
    pub bounded_end: bool,
}

impl Literal {
    /// Parses a literal as written in content.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inner = text.strip_prefix('*').unwrap_or(text);
        let open_start = inner.len() != text.len();
        let core = inner.strip_suffix('*').unwrap_or(inner);
        let open_end = core.len() != inner.len();
        if core.len() < 3 {
            return Err(format!("literal {text:?} has fewer than 3 bytes"));
        }
        if core.len() > 60 {
            return Err(format!("literal {text:?} has more than 60 bytes"));
        }
        if core.contains('\n') {
            return Err(format!("literal {text:?} spans lines"));
        }
        let bytes = core.as_bytes().to_ascii_lowercase();
        Ok(Self {
            bounded_start: !open_start && bytes[0].is_ascii_alphanumeric(),
            bounded_end: !open_end && bytes[bytes.len() - 1].is_ascii_alphanumeric(),
            bytes,
        })
    }
}

/// Whether a subword can begin at `at`.
#[inline]
#[must_use]
pub fn starts_subword(text: &[u8], at: usize) -> bool {
    let Some(&here) = text.get(at) else { return true };
    let Some(before) = at.checked_sub(1).and_then(|i| text.get(i)) else { return true };
    if !before.is_ascii_alphanumeric() {
        // A letter beyond ASCII is part of a word.
        return before.is_ascii();
    }
    if here.is_ascii_uppercase() {
        // `autoAck`, and the last capital of `HTTPServer`.
        return !before.is_ascii_uppercase() || text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    }
    here.is_ascii_alphabetic() && before.is_ascii_digit()
}

/// Whether a subword can end before `at`.
#[inline]
#[must_use]
pub fn ends_subword(text: &[u8], at: usize) -> bool {
    let Some(&here) = text.get(at) else { return true };
    if !here.is_ascii_alphanumeric() {
        return here.is_ascii();
    }
    let Some(before) = at.checked_sub(1).and_then(|i| text.get(i)) else { return true };
    if here.is_ascii_uppercase() {
        return !before.is_ascii_uppercase() || text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    }
    here.is_ascii_digit() && before.is_ascii_alphabetic()
}
