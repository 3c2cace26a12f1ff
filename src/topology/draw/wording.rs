//! Text of a picture: how wide it comes out, and what is said of components and relationships.

use super::picture::Picture;
use crate::text::plain;
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Count;

/// Characters of a name that are shown.
const NAME: usize = 34;
/// Characters of what a relationship goes by that are shown.
const VIA: usize = 22;

/// About how wide a line comes out, in pixels; fonts differ, so rather too wide.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' => 0.31,
            'f' | 'r' | 't' | ' ' | '-' | '(' | ')' | '/' | '·' | '[' | ']' => 0.40,
            'm' | 'w' | 'M' | 'W' | '→' | '@' | '%' | '…' => 0.92,
            'A'..='Z' | '<' | '>' | '=' | '+' | '#' | '&' | '~' | '^' => 0.8,
            '\0'..='\u{24f}' => 0.585,
            _ => 1.05,
        })
        .sum();
    em * size * if bold { 1.1 } else { 1.0 }
}

/// A line of at most so many characters: the middle of a longer one is left out, for names differ at their ends.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = plain(text);
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= most {
        return text;
    }
    let tail = (most - 1) / 2;
    let head = most - 1 - tail;
    chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
}

/// A component's name as it is shown.
pub(super) fn name(picture: &Picture<'_>, node: Node) -> String {
    short(picture.graph().name(node), NAME)
}

/// The line below the name: kind, how many there are, and whether it calls itself.
pub(super) fn below(picture: &Picture<'_>, node: Node) -> String {
    let component = picture.graph().component(node);
    let count = match picture.study.count(node) {
        Count::Unknown => String::new(),
        Count::Dynamic { min: None, max: None } => " · N".to_owned(),
        count @ Count::Dynamic { .. } => format!(" · N: {count}"),
        count => format!(" · {count}"),
    };
    let own = if picture.graph().called_by(node).any(|(_, to)| to == node) { " · calls itself" } else { "" };
    let undeclared = if component.declared { "" } else { " · not declared" };
    format!("{}{count}{own}{undeclared}", component.kind.name())
}

/// What stands on a relationship: how many there are at each end, and by what they talk.
pub(super) fn label(picture: &Picture<'_>, edge: Edge) -> String {
    let via = short(picture.graph().relationship(edge).via.trim(), VIA);
    match cardinality(picture, edge) {
        None => via,
        Some((from, to)) if via.is_empty() => format!("{from} → {to}"),
        Some((from, to)) => format!("{from} → {to} · {via}"),
    }
}

/// How many there are at each end: `1`, a fixed number, `N`, or `?`; `None` when nothing is known.
pub(super) fn cardinality(picture: &Picture<'_>, edge: Edge) -> Option<(String, String)> {
    let r = picture.graph().relationship(edge);
    let (from, to) = picture.graph().from_to(edge);
    let bound = |of: Node, by: &str| picture.graph().component(of).per.as_deref() == Some(by);
    if bound(from, &r.to) || bound(to, &r.from) {
        return Some(("1".to_owned(), "1".to_owned()));
    }
    let symbol = |count: Count| match count {
        Count::Unknown => "?".to_owned(),
        Count::Fixed { n, .. } => n.to_string(),
        Count::Dynamic { max: Some(1), .. } => "1".to_owned(),
        Count::Dynamic { .. } => "N".to_owned(),
    };
    let (a, b) = picture.study.counts(edge);
    (a != Count::Unknown || b != Count::Unknown).then(|| (symbol(a), symbol(b)))
}

/// Text inside an element or a quoted attribute of XML or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No character of XML.
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(short("payments", 34), "payments");
        assert_eq!(short("abcdefghij", 5), "ab…ij");
        assert_eq!(short("ж\u{202e}ж\n", 5), "жж");
    }

    #[test]
    fn wide_letters_are_wider() {
        assert!(width("mmm", 10.0, false) > 2.0 * width("iii", 10.0, false));
        assert!(width("名前", 10.0, false) >= 20.0);
    }
}
