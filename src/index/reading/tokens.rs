//! Program text as tokens with matched brackets. No grammar: an edit may begin anywhere, and twenty languages read alike.

use crate::engine::edit::Language;
use crate::engine::lexer::{self, Kind as Byte};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A number.
    Number,
    /// A string literal with its quotes.
    Text,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// An operator or separator.
    Sign,
}

/// A token. Positions are bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Line, counted from 1.
    pub(crate) line: u32,
    /// For brackets the index of the other one; its own index where that is missing.
    pub(crate) partner: u32,
    /// Whether it stands in the arguments of a log call.
    pub(crate) in_log: bool,
    /// Whether it is the first of its line.
    pub(crate) first: bool,
}

const LONG_SIGNS: [&str; 20] = ["===", "!==", "...", "<=>", "=>", "->", "::", ":=", "==", "!=", "?.", "&.", "&&", "||", "<-", "<<", "??", "<=", ">=", "|>"];

const PREFIXES: [&str; 20] = ["f", "F", "r", "R", "b", "B", "br", "rb", "fr", "rf", "u", "U", "s", "raw", "$", "L", "u8", "c", "cr", "Rb"];

/// The tokens of `text`; comments are left out, imports are not.
pub(crate) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let kinds = lexer::lex(text, language, false);
    let bytes = text.as_bytes();
    let mut out: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut open: Vec<u32> = Vec::new();
    let (mut at, mut line, mut first) = (0, 1_u32, true);
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\n' {
            line += 1;
            first = true;
            at += 1;
            continue;
        }
        if byte.is_ascii_whitespace() || kinds[at] == Byte::Comment {
            at += 1;
            continue;
        }
        let in_log = kinds[at] == Byte::Log;
        let start = at;
        let begins_at = line;
        let kind = if kinds.get(at + 1) == Some(&Byte::String) && kinds[at] != Byte::String && is_quote(byte) {
            at = string_end(bytes, &kinds, at);
            Kind::Text
        } else if is_quote(byte) && !(byte == b'\'' && language.name() == "rust") {
            // A string in a log call or an import, an empty one, a long one, or a character.
            at = quoted_end(bytes, at);
            if at == start + 1
                && let Some(end) = long_end(bytes, start, language)
            {
                at = end;
            }
            // A text on lines of its own is documentation, unless it is an operand.
            let is_operand = || out.last().is_some_and(|t| matches!(bytes[t.end as usize - 1], b'(' | b',' | b'=' | b'[' | b'+' | b'{'));
            if at > start + 6 && kinds[start + 3] == Byte::Comment && !is_operand() {
                line += lines(&bytes[start..at]);
                continue;
            }
            if at == start + 1 { Kind::Sign } else { Kind::Text }
        } else if byte.is_ascii_digit() {
            at += bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
            while bytes[at - 1] == b'.' {
                at -= 1;
            }
            Kind::Number
        } else if is_word(byte) {
            at += bytes[at..].iter().take_while(|b| is_word(**b)).count();
            Kind::Word
        } else if matches!(byte, b'(' | b'[' | b'{') {
            at += 1;
            Kind::Open
        } else if matches!(byte, b')' | b']' | b'}') {
            at += 1;
            Kind::Close
        } else {
            at += LONG_SIGNS.iter().find(|s| bytes[at..].starts_with(s.as_bytes())).map_or(1, |s| s.len());
            Kind::Sign
        };
        if kind == Kind::Text {
            line += lines(&bytes[start..at]);
            // The prefix of a string is part of it: f"", b"", $"", s"".
            if let Some(before) = out.last()
                && before.kind == Kind::Word
                && before.end as usize == start
                && PREFIXES.contains(&&text[before.start as usize..start])
            {
                let begins = before.start;
                first = before.first;
                out.pop();
                let index = small(out.len());
                out.push(Token { kind, start: begins, end: small(at), line: begins_at, partner: index, in_log, first });
                first = false;
                continue;
            }
        }
        let index = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let mut token = Token { kind, start: small(start), end: small(at), line: begins_at, partner: index, in_log, first };
        first = false;
        match kind {
            Kind::Open => open.push(index),
            Kind::Close => {
                // A bracket that was never closed does not swallow the rest: the nearest of the same shape is taken.
                let wanted = opening(byte);
                if let Some(place) = open.iter().rposition(|&o| bytes[out[o as usize].start as usize] == wanted) {
                    let other = open[place];
                    open.truncate(place);
                    out[other as usize].partner = index;
                    token.partner = other;
                }
            }
            _ => {}
        }
        out.push(token);
    }
    out
}

fn lines(bytes: &[u8]) -> u32 {
    small(bytes.iter().filter(|b| **b == b'\n').count())
}

fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn opening(close: u8) -> u8 {
    match close {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Bytes of identifiers; `$` and `@` begin variables in PHP, Ruby, and annotations are told apart by their sign.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// End of a string that the lexer knows, its closing quotes included.
fn string_end(bytes: &[u8], kinds: &[Byte], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && kinds[end] == Byte::String {
        end += 1;
    }
    (end + 1).min(bytes.len())
}

/// End of a quoted text on one line (over lines for back quotes); `at + 1` when it does not close.
fn quoted_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    if bytes[at..].starts_with(&[quote, quote, quote]) {
        return bytes[at + 3..].windows(3).position(|w| w == [quote; 3]).map_or(at + 3, |i| at + 6 + i);
    }
    let mut i = at + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b'\n' if quote != b'`' => return at + 1,
            b if b == quote => return i + 1,
            _ => {}
        }
        i += 1;
    }
    at + 1
}

/// End of a text that runs over lines where the lexer reads strings of one line: C#'s `@".."`, and quoted statements of SQL in languages
/// whose strings may hold line ends. Which quote opens is not always certain, so nothing else may.
fn long_end(bytes: &[u8], at: usize, language: Language) -> Option<usize> {
    let quote = bytes[at];
    let verbatim = language.name() == "csharp" && quote == b'"' && bytes[..at].ends_with(b"@") || language.name() == "csharp" && bytes[..at].ends_with(b"@$");
    let statement = || {
        let inside = bytes[at + 1..].trim_ascii_start();
        let verb = [&b"SELECT"[..], b"INSERT", b"UPDATE", b"DELETE", b"WITH", b"CREATE", b"ALTER", b"MERGE"]
            .iter()
            .any(|v| inside.len() > v.len() && inside[..v.len()].eq_ignore_ascii_case(v));
        verb && matches!(language.name(), "php" | "ruby" | "elixir" | "erlang")
    };
    if !verbatim && !statement() {
        return None;
    }
    let stop = bytes.len().min(at + 16_384);
    let mut i = at + 1;
    while i < stop {
        match bytes[i] {
            b'\\' if !verbatim => i += 1,
            b if b == quote && verbatim && bytes.get(i + 1) == Some(&quote) => i += 1,
            b if b == quote => return Some(i + 1),
            _ => {}
        }
        i += 1;
    }
    None
}
