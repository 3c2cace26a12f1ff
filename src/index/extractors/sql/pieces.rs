//! Strings that hold statements, put together where a program joins them, with the lines that they stand on.

use super::filled::{self, filled};
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Reading, Span};
use std::borrow::Cow;

const VERBS: [&str; 12] = ["select", "insert", "update", "delete", "with", "merge", "create", "alter", "drop", "replace", "truncate", "explain"];

/// A text of SQL.
pub(super) struct Piece<'a> {
    pub(super) text: Cow<'a, str>,
    /// Byte of the text, and the line that it stands on, for each string it was put together of.
    lines: Vec<(usize, u32)>,
    /// Its tokens in the program.
    pub(super) span: Span,
}

impl<'a> Piece<'a> {
    pub(super) fn whole(text: &'a str, line: u32) -> Self {
        Self { text: Cow::Borrowed(text), lines: vec![(0, line)], span: 0..0 }
    }

    /// The line of a byte.
    pub(super) fn line(&self, at: usize) -> u32 {
        let (from, line) = self.lines.iter().rev().find(|(from, _)| *from <= at).copied().unwrap_or((0, 1));
        let breaks = self.text.as_bytes()[from..at.min(self.text.len())].iter().filter(|b| **b == b'\n').count();
        line + u32::try_from(breaks).unwrap_or(0)
    }
}

/// Whether a text begins with a verb of SQL, comments and brackets before it left out.
fn begins(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        if let Some(escaped) = rest.strip_prefix("\\n").or_else(|| rest.strip_prefix("\\t")) {
            rest = escaped;
        } else if rest.starts_with("--") || rest.starts_with('#') {
            match rest.find('\n') {
                Some(end) => rest = &rest[end..],
                None => return false,
            }
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) => rest = &rest[end + 2..],
                None => return false,
            }
        } else {
            break;
        }
    }
    let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    (4..=8).contains(&word) && VERBS.iter().any(|v| v.eq_ignore_ascii_case(&rest[..word])) && !rest[word..].starts_with(['_', '-', '.', ':', '/', '('])
}

pub(super) fn holds_statement(text: &str) -> bool {
    begins(text) || text.len() > 24 && text.contains('\n') && text.len() < 64_000 && text.lines().any(begins)
}

/// Every text of SQL in a program.
pub(super) fn pieces<'a>(reading: &Reading<'a>) -> Vec<Piece<'a>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        let token = reading.tokens[at];
        if token.kind != Kind::Text || token.in_log || token.end - token.start < 12 && !is_joined_verb(reading, at) {
            at += 1;
            continue;
        }
        let Some(text) = reading.string(at).filter(|t| holds_statement(t)) else {
            at += 1;
            continue;
        };
        let piece = joined(reading, at, text);
        at = piece.span.end.max(at + 1);
        out.push(piece);
    }
    if matches!(reading.language.name(), "ruby" | "php" | "elixir") && reading.text.contains("<<") {
        out.extend(here_documents(reading.text));
    }
    out
}

/// Whether the string is a verb alone that more is joined to: `"SELECT " + COLUMNS + " FROM orders"`.
fn is_joined_verb(reading: &Reading<'_>, at: usize) -> bool {
    let verb = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase()) && VERBS.iter().any(|v| v.eq_ignore_ascii_case(text));
    matches!(reading.word(at + 1), "+" | "." | "..") && reading.string(at).is_some_and(|t| t.ends_with(' ') && verb(t.trim()))
}

/// The string at `at` with those that the program joins to it.
fn joined<'a>(reading: &Reading<'a>, at: usize, text: &'a str) -> Piece<'a> {
    let mut piece = Piece { text: filled(reading, at, text), lines: vec![(0, first_line(reading, at, text))], span: at..at + 1 };
    let mut end = at + 1;
    loop {
        let mut next = end;
        while matches!(reading.word(next), "+" | "." | "\\" | ".." | "||") || reading.is(next, "<") && reading.is(next + 1, ">") {
            // A method of the string is none of it.
            if reading.is(next, ".") && reading.kind(next + 1) == Some(Kind::Word) && reading.language.name() != "php" {
                return piece;
            }
            next += if reading.is(next, "<") { 2 } else { 1 };
        }
        let is_joined = next > end;
        if let Some(more) = (reading.kind(next) == Some(Kind::Text)).then(|| reading.string(next)).flatten()
            && (is_joined || reading.tokens[next].line <= reading.tokens[end - 1].line + 3)
        {
            let whole = piece.text.to_mut();
            whole.push(' ');
            piece.lines.push((whole.len(), first_line(reading, next, more)));
            whole.push_str(&filled(reading, next, more));
            end = next + 1;
        } else if is_joined && matches!(reading.kind(next), Some(Kind::Word | Kind::Open)) {
            // A value that is put in; what comes behind it goes on.
            end = if reading.kind(next) == Some(Kind::Open) { next } else { next + 1 };
            while end < reading.tokens.len() {
                let word = reading.word(end);
                let goes_on = matches!(word, "." | "::" | "->") && reading.kind(end + 1) == Some(Kind::Word) && reading.language.name() != "php";
                if goes_on {
                    end += 2;
                } else if matches!(word, "(" | "[") {
                    end = reading.partner(end).max(end) + 1;
                } else {
                    break;
                }
            }
            let value = filled::plain(&reading.name(&(next..end)));
            piece.text.to_mut().push_str(value.as_deref().unwrap_or("{}"));
            if !(matches!(reading.word(end), "+" | "." | "..") || reading.is(end, "<") && reading.is(end + 1, ">")) {
                break;
            }
        } else {
            break;
        }
    }
    piece.span = at..end;
    piece
}

/// The line on which the inside of a string begins.
fn first_line(reading: &Reading<'_>, at: usize, inside: &str) -> u32 {
    let before = inside.as_ptr() as usize - reading.text.as_ptr() as usize;
    let start = reading.tokens[at].start as usize;
    let breaks = reading.text.as_bytes()[start..before.clamp(start, reading.text.len())].iter().filter(|b| **b == b'\n').count();
    reading.tokens[at].line + u32::try_from(breaks).unwrap_or(0)
}

/// Texts between `<<~SQL` and `SQL`.
fn here_documents(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut line = 1;
    let mut lines = text.split_inclusive('\n');
    let mut offset = 0;
    while let Some(here) = lines.next() {
        line += 1;
        offset += here.len();
        let Some(mark) = here.find("<<").map(|i| here[i + 2..].trim_start_matches(['<', '~', '-', '\'', '"'])) else { continue };
        let mark = &mark[..mark.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()];
        if mark.len() < 3 || !mark.starts_with(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        let (from, first) = (offset, line);
        for inner in lines.by_ref() {
            line += 1;
            if inner.trim().trim_end_matches([';', ',', ')']) == mark {
                if holds_statement(&text[from..offset]) {
                    out.push(Piece::whole(&text[from..offset], first));
                }
                offset += inner.len();
                break;
            }
            offset += inner.len();
        }
    }
    out
}

/// Statements of a mapper file with their lines: the text of `<select>`, `<insert>`, `<update>`, `<delete>`, inner elements left out.
pub(super) fn elements(text: &str) -> Vec<(u32, String)> {
    let mut out = Vec::new();
    for name in ["select", "insert", "update", "delete"] {
        let (open, close) = (format!("<{name} "), format!("</{name}>"));
        let mut from = 0;
        while let Some(found) = text[from..].find(&open).map(|i| from + i) {
            let Some(begin) = text[found..].find('>').map(|i| found + i + 1) else { break };
            let Some(end) = text[begin..].find(&close).map(|i| begin + i) else { break };
            let line = 1 + text.as_bytes()[..begin].iter().filter(|b| **b == b'\n').count();
            out.push((u32::try_from(line).unwrap_or(1), plain(&text[begin..end])));
            from = end;
        }
    }
    out
}

/// Text without its elements; line ends stay.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.replace("<![CDATA[", "").replace("]]>", "").replace("&lt;", "<").replace("&gt;", ">");
    while let Some(open) = rest.find('<').filter(|i| rest[i + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')) {
        out.push_str(&rest[..open]);
        let end = rest[open..].find('>').map_or(rest.len(), |i| open + i + 1);
        if rest[open..].starts_with("<where") {
            out.push_str(" WHERE ");
        } else if rest[open..].starts_with("<set") {
            out.push_str(" SET ");
        }
        out.extend(rest[open..end].chars().filter(|c| *c == '\n'));
        rest = rest[end..].to_owned();
    }
    out.push_str(&rest);
    out
}
