//! YAML with places: every key and value with its line, in the order of the file, keys that come twice included. What reads a topology
//! or a manifest needs all three, and a reader into types has none.

use granit_parser::{Event, Options, Parser, ScalarStyle};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Nodes that aliases may add to one stream: a bomb of aliases is no topology.
const ALIAS_LIMIT: usize = 100_000;
/// Levels of nesting.
const DEPTH_LIMIT: usize = 128;

/// A place in a text, both 1-based.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

/// A node with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Yaml {
    /// What it is.
    pub value: Value,
    /// Where it begins.
    pub place: Place,
    /// Its bytes in the text; of a block collection up to what follows it. An alias has its own, and what lies in it those of its anchor.
    pub span: Range<usize>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A scalar as it is read; `plain`: written without quotes, so that `null`, `true` and numbers count.
    Scalar {
        /// Its text.
        text: String,
        /// Without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Yaml>),
    /// A map, in the order of the file; keys may come twice.
    Map(Vec<(Yaml, Yaml)>),
}

/// What cannot be read, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub what: String,
}

/// Reads every document of a stream.
///
/// # Errors
/// The first place that is no YAML; aliases or levels beyond the limits.
pub fn documents(text: &str) -> Result<Vec<Yaml>, Broken> {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut reader = Reader { parser: Parser::new_from_str_with_options(text, options), anchors: HashMap::new(), left: ALIAS_LIMIT };
    let mut out = Vec::new();
    while let Some((event, at)) = reader.next()? {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(..) => reader.anchors.clear(),
            event => out.push(reader.node(event, at, 0)?),
        }
    }
    Ok(out)
}

/// Every comment of a text, from its sign to the end of its line.
///
/// # Errors
/// The first place that is no YAML.
pub fn comments(text: &str) -> Result<Vec<Range<usize>>, Broken> {
    let mut options = Options::default();
    options.emit_comments = true;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut out = Vec::new();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|e| Broken { place: place(e.marker()), what: e.info().to_string() })?;
        if matches!(event, Event::Comment(..)) {
            out.extend(span.byte_range());
        }
    }
    Ok(out)
}

struct At {
    place: Place,
    span: Range<usize>,
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Yaml>,
    left: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, At)>, Broken> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Err(e)) => Err(Broken { place: place(e.marker()), what: e.info().to_string() }),
            Some(Ok((event, span))) => {
                let at = At { place: place(&span.start), span: span.byte_range().unwrap_or(0..0) };
                Ok(Some((event, at)))
            }
        }
    }

    fn node(&mut self, event: Event<'a>, at: At, depth: usize) -> Result<Yaml, Broken> {
        if depth > DEPTH_LIMIT {
            return Err(Broken { place: at.place, what: format!("more than {DEPTH_LIMIT} levels") });
        }
        let anchor = event.anchor_id();
        let node = match event {
            Event::Alias(id) => {
                let Some(node) = self.anchors.get(&id) else { return Err(Broken { place: at.place, what: "an alias within its own anchor".to_owned() }) };
                let size = node.size();
                if size > self.left {
                    return Err(Broken { place: at.place, what: format!("aliases stand for more than {ALIAS_LIMIT} nodes") });
                }
                self.left -= size;
                Yaml { span: at.span, ..node.clone() }
            }
            Event::Scalar(text, style, ..) => {
                Yaml { value: Value::Scalar { text: Cow::into_owned(text), plain: style == ScalarStyle::Plain }, place: at.place, span: at.span }
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        None => break at.span.end,
                        Some((Event::SequenceEnd, end)) => break end.span.end,
                        Some((event, at)) => items.push(self.node(event, at, depth + 1)?),
                    }
                };
                Yaml { value: Value::List(items), place: at.place, span: at.span.start..end.max(at.span.start) }
            }
            Event::MappingStart(..) => {
                let mut entries = Vec::new();
                let end = loop {
                    match self.next()? {
                        None => break at.span.end,
                        Some((Event::MappingEnd, end)) => break end.span.end,
                        Some((event, at)) => {
                            let key = self.node(event, at, depth + 1)?;
                            let Some((event, at)) = self.next()? else { break key.span.end };
                            let value = self.node(event, at, depth + 1)?;
                            entries.push((key, value));
                        }
                    }
                };
                Yaml { value: Value::Map(entries), place: at.place, span: at.span.start..end.max(at.span.start) }
            }
            _ => Yaml { value: Value::Scalar { text: String::new(), plain: true }, place: at.place, span: at.span },
        };
        if let Some(id) = anchor {
            self.anchors.insert(id, node.clone());
        }
        Ok(node)
    }
}

fn place(mark: &granit_parser::Marker) -> Place {
    Place { line: u32::try_from(mark.line()).unwrap_or(u32::MAX), column: u32::try_from(mark.col() + 1).unwrap_or(u32::MAX) }
}

impl Yaml {
    /// Nodes in it, itself included.
    fn size(&self) -> usize {
        1 + match &self.value {
            Value::Scalar { .. } => 0,
            Value::List(items) => items.iter().map(Self::size).sum(),
            Value::Map(entries) => entries.iter().map(|(k, v)| k.size() + v.size()).sum(),
        }
    }

    /// A scalar's text; `None` of collections and of null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain } if !(*plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { .. }) && self.text().is_none()
    }

    /// A number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.text()?.trim().replace('_', "").parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// Yes or no, with the words of YAML 1.1 as well.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// A list's items; empty of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// A map's entries; empty of anything else. A merge key (`<<`) is an entry as any other: see [`Self::get`].
    #[must_use]
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key: the first of that name, else what is merged in.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let own = self.entries().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, v)| v);
        own.or_else(|| {
            let merged = self.entries().iter().filter(|(k, _)| k.text() == Some("<<")).map(|(_, v)| v);
            merged.flat_map(|v| if v.items().is_empty() { std::slice::from_ref(v) } else { v.items() }).find_map(|v| v.get(key))
        })
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// A text as a scalar in one line, fit for flow and block collections: plain where every reader takes it as this text, else quoted.
#[must_use]
pub fn scalar(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '@' | '*' | '(' | ')' | '=' | ';');
    let bytes = text.as_bytes();
    let is_plain = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '/' || c.is_ascii_digit())
        && !text.ends_with([' ', ':'])
        && text
            .char_indices()
            .all(|(i, c)| is_word(c) || (c == ' ' && bytes.get(i + 1) != Some(&b' ')) || (c == ':' && bytes.get(i + 1).is_some_and(u8::is_ascii_alphanumeric)));
    let lower = text.to_ascii_lowercase();
    let is_other = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n")
        || (bytes.first().is_some_and(u8::is_ascii_digit)
            && bytes.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b'_' | b'-' | b'+' | b':' | b'x' | b'o')));
    if is_plain && !is_other {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if crate::text::is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{a0}') || (c as u32 > 0xfffd && c as u32 <= 0xffff) => {
                out.push_str(&if (c as u32) < 0x1_0000 { format!("\\u{:04x}", c as u32) } else { format!("\\U{:08x}", c as u32) });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_places_order_and_keys_that_come_twice() {
        let docs = documents("a: 1\ncount: 2\nb: [x, 'null', null]\ncount: 3\n---\nz: yes\n").expect("reads");
        assert_eq!(docs.len(), 2);
        let keys: Vec<_> = docs[0].entries().iter().map(|(k, v)| (k.text().unwrap_or(""), k.place.line, v.text())).collect();
        assert_eq!(keys, [("a", 1, Some("1")), ("count", 2, Some("2")), ("b", 3, None), ("count", 4, Some("3"))]);
        let list: Vec<_> = docs[0].get("b").expect("b").items().iter().map(Yaml::text).collect();
        assert_eq!(list, [Some("x"), Some("null"), None]);
        assert_eq!(docs[1].get("z").and_then(Yaml::bool), Some(true));
    }

    #[test]
    fn follows_anchors_and_merges_and_stops_a_bomb() {
        let docs = documents("base: &b {image: x, port: 1}\nsvc:\n  <<: *b\n  port: 2\n").expect("reads");
        let svc = docs[0].get("svc").expect("svc");
        assert_eq!((svc.get("image").and_then(Yaml::text), svc.get("port").and_then(Yaml::text)), (Some("x"), Some("2")));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..9 {
            let last = format!("*a{}, ", i - 1).repeat(10);
            bomb.push_str(&format!("a{i}: &a{i} [{}]\n", last.trim_end_matches(", ")));
        }
        assert!(documents(&bomb).is_err());
    }

    #[test]
    fn a_text_is_read_back_as_it_was() {
        let texts = [
            "orders",
            "a b",
            "services/**",
            "",
            " x",
            "x ",
            "true",
            "No",
            "null",
            "~",
            "1",
            "1.5",
            "0x1f",
            "12:30",
            "a:80",
            "a: b",
            "a #b",
            "#a",
            "- a",
            "{a}",
            "[a",
            "a,b",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "\"a\"",
            "it's",
            "a\\b",
            "a\nb",
            "a\tb",
            "\u{1}\u{7f}\u{85}\u{2028}\u{feff}",
            "é 漢 🦀",
            "a  b",
            "---",
            "...",
            "a:",
            "1e3",
            "?a",
            "<<",
            "=",
        ];
        for text in texts {
            let written = scalar(text);
            for yaml in [format!("k: {written}\n"), format!("k: [{written}, {written}]\n"), format!("k: {{k: {written}}}\n"), format!("- {written}\n")] {
                let node = &documents(&yaml).unwrap_or_else(|e| panic!("{yaml}: {e:?}"))[0];
                let value = node.get("k").unwrap_or(node);
                let value = value.get("k").or(value.items().first()).unwrap_or(value);
                assert_eq!(value.text(), Some(text), "{yaml}");
            }
        }
        assert_eq!(["web", "3 nodes, 2", "a:80", "1.5", "yes"].map(scalar), ["web", "\"3 nodes, 2\"", "a:80", "\"1.5\"", "\"yes\""]);
    }

    #[test]
    fn tells_where_it_breaks() {
        let broken = documents("a: 1\nb: [1, 2\nc: 3\n").expect_err("an open list");
        assert!(broken.place.line >= 2, "{broken:?}");
    }
}
