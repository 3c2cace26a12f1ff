//! SQL as tokens, out of a string of a program or a file: quotes of every dialect, placeholders of every driver, and holes where a template
//! puts something in.

use std::borrow::Cow;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or name.
    Word,
    /// A name in quotes; never a keyword.
    Quoted,
    /// A literal.
    Text,
    Number,
    /// A value that is bound: `?`, `$1`, `%s`, `:name`, `@name`.
    Bound,
    /// What a template puts in.
    Hole,
    Sign,
}

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// Without quotes; of a placeholder the name or number, empty where it is known by its position.
    pub(super) text: Cow<'a, str>,
    /// Byte at which it begins.
    pub(super) start: usize,
    /// For placeholders: how many came before it.
    pub(super) place: usize,
    /// Whether it is the first of its line.
    pub(super) first: bool,
}

impl Token<'_> {
    /// Whether it is this keyword or sign.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(word)
    }
}

/// Reads a text; comments are left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5);
    let (mut at, mut bound) = (0, 0);
    while at < bytes.len() {
        let rest = &text[at..];
        let byte = bytes[at];
        let start = at;
        let (kind, word, width): (Kind, Cow<'_, str>, usize) = match byte {
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            // An escape of the host language: a line end, or a quote.
            b'\\' => {
                at += if matches!(bytes.get(at + 1), Some(b'n' | b't' | b'r' | b'\n')) { 2 } else { 1 };
                continue;
            }
            b'-' if rest.starts_with("--") && !rest.starts_with("-->") => {
                let line = rest.find('\n').unwrap_or(rest.len());
                at += rest[..line].find("\\n").map_or(line, |i| i + 2);
                continue;
            }
            b'#' if rest.starts_with("#{") => hole(rest, 2),
            b'#' if at == 0 || bytes[at - 1] == b'\n' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            // A temporary table of T-SQL.
            b'#' if rest.len() > 1 && is_word(bytes[at + 1]) => {
                let end = 1 + rest[1..].bytes().take_while(|b| is_word(*b)).count();
                (Kind::Word, Cow::Borrowed(&rest[..end]), end)
            }
            b'/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |i| i + 2);
                continue;
            }
            b'\'' => quoted(rest, '\'', Kind::Text),
            b'"' => quoted(rest, '"', Kind::Quoted),
            b'`' => quoted(rest, '`', Kind::Quoted),
            b'[' => match rest[1..].find(']') {
                Some(end) if end > 0 && rest[1..=end].bytes().all(|b| is_word(b) || b == b' ') && !rest[1..=end].starts_with(|c: char| c.is_ascii_digit()) => {
                    (Kind::Quoted, Cow::Borrowed(&rest[1..=end]), end + 2)
                }
                _ => (Kind::Sign, Cow::Borrowed("["), 1),
            },
            b'$' if rest.starts_with("${") => hole(rest, 2),
            b'$' if rest.starts_with("$$") => {
                at += 2;
                continue;
            }
            b'$' | b'@' | b':'
                if bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') && !(byte == b':' && start > 0 && bytes[start - 1] == b':') =>
            {
                let end = 1 + rest[1..].bytes().take_while(|b| is_word(*b)).count();
                // PHP puts `$name` into a text; a number is bound.
                let kind = if byte == b'$' && !bytes[at + 1].is_ascii_digit() { Kind::Hole } else { Kind::Bound };
                (kind, Cow::Borrowed(&rest[1..end]), end)
            }
            b'{' => hole(rest, 1),
            b'?' => {
                let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
                (Kind::Bound, Cow::Borrowed(&rest[1..=digits]), 1 + digits)
            }
            b'%' if rest.starts_with("%(") => match rest.find(")s") {
                Some(end) => (Kind::Bound, Cow::Borrowed(&rest[2..end]), end + 2),
                None => (Kind::Sign, Cow::Borrowed("%"), 1),
            },
            b'%' if matches!(bytes.get(at + 1), Some(b's' | b'd' | b'v' | b'q')) && !bytes.get(at + 2).is_some_and(u8::is_ascii_alphanumeric) => {
                (Kind::Bound, Cow::Borrowed(""), 2)
            }
            b if b.is_ascii_digit() => {
                let end = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'.').count();
                (Kind::Number, Cow::Borrowed(&rest[..end]), end)
            }
            b if is_word(b) => {
                let end = rest.bytes().take_while(|b| is_word(*b)).count();
                (Kind::Word, Cow::Borrowed(&rest[..end]), end)
            }
            _ => {
                let width = ["<>", "!=", "<=", ">=", "=>", "::", "||", "->>", "->", ":="].iter().find(|s| rest.starts_with(**s)).map_or(1, |s| s.len());
                let width = if rest.is_char_boundary(width) { width } else { rest.chars().next().map_or(1, char::len_utf8) };
                (Kind::Sign, Cow::Borrowed(&rest[..width]), width)
            }
        };
        at += width;
        if kind == Kind::Word && word.len() <= 1 && bytes.get(at) == Some(&b'\'') && word.eq_ignore_ascii_case("e") {
            // PostgreSQL's E'..'.
            continue;
        }
        // A name with a hole in it is not known.
        if let Some(last) = out.last_mut()
            && (kind == Kind::Hole && last.kind == Kind::Word || kind == Kind::Word && last.kind == Kind::Hole)
            && text[..start].ends_with(|c: char| !c.is_ascii_whitespace())
            && !text[..start].ends_with("\\n")
        {
            last.kind = Kind::Hole;
            continue;
        }
        let place = bound;
        bound += usize::from(kind == Kind::Bound);
        let line = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let first = text.as_bytes()[line..start].iter().all(u8::is_ascii_whitespace);
        out.push(Token { kind, text: word, start, place, first });
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// What a template puts in, from its opening sign.
fn hole(rest: &str, open: usize) -> (Kind, Cow<'_, str>, usize) {
    let mut depth = 1_u32;
    for (i, b) in rest.bytes().enumerate().skip(open) {
        match b {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return (Kind::Hole, Cow::Borrowed(&rest[open..i]), i + 1);
                }
            }
            _ => {}
        }
    }
    (Kind::Hole, Cow::Borrowed(""), open)
}

fn quoted(rest: &str, quote: char, kind: Kind) -> (Kind, Cow<'_, str>, usize) {
    let mut end = 1;
    let bytes = rest.as_bytes();
    let mark = quote as u8;
    while end < bytes.len() {
        if bytes[end] == mark {
            if bytes.get(end + 1) == Some(&mark) && kind == Kind::Text && end > 1 {
                end += 2;
                continue;
            }
            // A `\"` of the host language ends a name as it began it.
            let inside = rest[1..end].trim_end_matches('\\');
            let holds_hole = inside.contains(['{', '%', '$']) && (inside.contains('}') || inside.contains("%s") || inside.starts_with('$'));
            let kind = match kind {
                Kind::Text if holds_hole => Kind::Hole,
                Kind::Quoted if inside.contains(['{', '$', '%']) => Kind::Hole,
                other => other,
            };
            return (kind, Cow::Borrowed(inside), end + 1);
        }
        end += 1;
    }
    (Kind::Sign, Cow::Borrowed(&rest[..1]), 1)
}
