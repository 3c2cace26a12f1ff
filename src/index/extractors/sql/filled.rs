//! Constants of the file that a statement is put together of: the name of a table, a list of columns.

use crate::index::model::Name;
use crate::index::reading::Reading;
use std::borrow::Cow;

/// Bytes of a constant beyond which it is no name or list.
const LONGEST: usize = 400;

/// What a name stands for, where that is a word of SQL or a list of them.
pub(super) fn plain(name: &Name) -> Option<String> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b',' | b' ' | b'"' | b'`');
    let text = name.as_literal().filter(|t| t.len() <= LONGEST && t.bytes().all(is_word))?;
    text.trim_start_matches(['"', '`']).starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then(|| text.to_owned())
}

/// How values stand in a template, if the string at `at` is one.
fn style(reading: &Reading<'_>, at: usize) -> Option<&'static str> {
    let word = reading.word(at);
    let prefix = &word[..word.find(['"', '\'', '`']).unwrap_or(0)];
    match reading.language.name() {
        "python" if prefix.contains(['f', 'F']) => Some("{"),
        "csharp" if prefix.contains('$') || at > 0 && reading.is(at - 1, "$") => Some("{"),
        "ruby" | "elixir" if word.starts_with('"') => Some("#{"),
        "javascript" | "typescript" if word.starts_with('`') => Some("${"),
        "kotlin" | "groovy" | "dart" if word.contains('"') => Some("$"),
        "scala" if prefix == "s" => Some("$"),
        _ => None,
    }
}

/// A text with the constants that a template puts into it; all else stays as it is written.
pub(super) fn filled<'a>(reading: &Reading<'_>, at: usize, text: &'a str) -> Cow<'a, str> {
    let Some(style) = style(reading, at).filter(|s| text.contains(s)) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find(style) {
        let behind = &rest[found + style.len()..];
        let inside = if style == "$" { behind.strip_prefix('{').unwrap_or(behind) } else { behind };
        let is_braced = style != "$" || inside.len() < behind.len();
        let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || is_braced && c == '.')).unwrap_or(inside.len());
        let after = if is_braced { inside[end..].strip_prefix('}') } else { Some(&inside[end..]) };
        let path: Vec<&str> = inside[..end].split('.').collect();
        let is_path = path.iter().all(|w| w.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
        let value = after.filter(|_| is_path && !rest[..found].ends_with('\\')).and_then(|after| Some((plain(&reading.path_name(&path, at))?, after)));
        out.push_str(&rest[..found]);
        match value {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push_str(style);
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
