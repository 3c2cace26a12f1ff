//! YAML, JSON, HCL, TOML and property files, line by line: a stack of the keys that are open, by indentation.

use super::{Format, Setting, normalised};

/// A key that is open: what stands below it belongs to it.
#[derive(Clone, Copy, Debug)]
struct Open<'t> {
    indent: usize,
    key: &'t str,
    /// The line, to be told again to a reader that begins below.
    line: &'t str,
}

/// Text that holds no settings, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Foreign<'t> {
    None,
    /// A YAML block scalar: as long as lines are indented deeper.
    Deeper(usize),
    /// A heredoc or long string: until a line with this.
    Until(&'t str),
}

struct Reader<'t> {
    format: Format,
    stack: Vec<Open<'t>>,
    /// `kind:` of a Kubernetes document.
    kind: &'t str,
    foreign: Foreign<'t>,
}

/// A key with its value in a line. `key` is empty for an item of a list.
#[derive(Clone, Copy, Debug, Default)]
struct Pair<'t> {
    key: &'t str,
    value: &'t str,
}

/// The settings on changed lines, and for each line whether it holds one or is text that holds none.
pub(super) fn settings(format: Format, text: &str, above: &str, root: &str, changed: &[bool]) -> (Vec<Setting>, Vec<bool>) {
    // The first line may begin in the midst of a line of the file, and its indentation counts.
    let (above, begun) = above.rsplit_once('\n').unwrap_or(("", above));
    let first = text.lines().next().unwrap_or("");
    let first = format!("{begun}{first}");
    let mut reader = Reader { format, stack: Vec::new(), kind: "", foreign: Foreign::None };
    for line in above.lines() {
        reader.line(line, &mut |_, _| {});
    }
    let mut out: Vec<Setting> = Vec::new();
    let mut holds = vec![false; changed.len()];
    let mut start = 0;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        let line = if number == 0 { first.as_str() } else { raw.trim_end_matches(['\n', '\r']) };
        let shift = if number == 0 { begun.len() } else { 0 };
        let is_changed = changed.get(number).copied().unwrap_or(false);
        let mut found = |reader: &Reader<'_>, pair: Pair<'_>| {
            if !is_changed {
                return;
            }
            holds[number] = true;
            let at = if pair.key.is_empty() { pair.value } else { pair.key };
            if at.is_empty() {
                return;
            }
            let from = (at.as_ptr() as usize).saturating_sub(line.as_ptr() as usize).saturating_sub(shift);
            let span = (start + from, (start + from + at.len()).min(start + raw.trim_end().len().max(from)));
            let path = reader.path(root, pair.key);
            if path.len() > 1 {
                out.push(Setting { lines: (number, number), span, path, head: 1 + usize::from(!reader.kind.is_empty()), value: plain(pair.value).to_owned() });
            }
        };
        if reader.line(line, &mut found) && is_changed {
            holds[number] = true;
        }
        start += raw.len();
    }
    (out, holds)
}

/// What a reader that begins at `at` has to know: the lines of the keys that are open there, the document's kind, and the part of
/// the line before `at`.
pub(crate) fn above(text: &str, at: usize, language: super::Language) -> String {
    let Some(format) = Format::of(language).filter(|f| !matches!(f, Format::Sql | Format::Dockerfile)) else { return String::new() };
    let line_start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let mut reader = Reader { format, stack: Vec::new(), kind: "", foreign: Foreign::None };
    for line in text[..line_start].lines() {
        reader.line(line, &mut |_, _| {});
    }
    let mut out = String::new();
    if format == Format::Yaml {
        // Templates and sorted files name their kind anywhere.
        let from = text[..at].rfind("\n---").map_or(0, |i| i + 1);
        let to = text[at..].find("\n---").map_or(text.len(), |i| at + i);
        if let Some(kind) = text[from..to].lines().find(|l| l.starts_with("kind:") && !l.contains("{{")) {
            out.push_str(kind);
            out.push('\n');
        }
    }
    for open in &reader.stack {
        out.push_str(open.line);
        out.push('\n');
    }
    out.push_str(&text[line_start..at]);
    out
}

impl<'t> Reader<'t> {
    /// Reads a line; `found` gets its settings. True where the line is text that holds none (a comment, a script).
    fn line(&mut self, line: &'t str, found: &mut dyn FnMut(&Self, Pair<'t>)) -> bool {
        let indent = line.len() - line.trim_start().len();
        let mut text = line.trim();
        if text.is_empty() {
            return false;
        }
        match self.foreign {
            Foreign::Deeper(than) if indent > than => return true,
            Foreign::Until(end) => {
                if text.trim_end_matches([',', ')']).ends_with(end) {
                    self.foreign = Foreign::None;
                }
                return true;
            }
            _ => self.foreign = Foreign::None,
        }
        if self.is_comment(text) {
            return true;
        }
        if self.format == Format::Yaml && (text == "---" || text == "...") {
            self.stack.clear();
            self.kind = "";
            return true;
        }
        if matches!(self.format, Format::Toml | Format::Properties) && text.starts_with('[') && text.trim_end().ends_with(']') {
            self.stack.clear();
            self.stack.push(Open { indent: 0, key: text.trim_matches(['[', ']']), line });
            return false;
        }
        // Sections of these formats are not indented: a key stands below its section wherever it begins.
        let mut indent = indent + usize::from(matches!(self.format, Format::Toml | Format::Properties));
        let mut is_item = false;
        while self.format == Format::Yaml && (text.starts_with("- ") || text == "-") {
            // An item at the indentation of a key without a value belongs to that key.
            let list_at = indent;
            self.close(|o| o.indent > list_at || (o.indent == list_at && has_value(o.line)));
            let rest = text[1..].trim_start();
            indent += text.len() - rest.len();
            text = rest;
            is_item = true;
        }
        if text.is_empty() || matches!(text.as_bytes()[0], b'}' | b']' | b')') || text == "{" || text == "[" {
            return false;
        }
        let pair = self.split(text, is_item);
        let Some(pair) = pair else { return true };
        if is_item {
            self.close(|o| o.indent > indent || (o.indent == indent && has_value(o.line)));
        } else {
            self.close(|o| o.indent >= indent);
        }
        if pair.key.is_empty() {
            // An item belongs to the key above it; continued text has no key of its own.
            self.items(pair, found);
            return false;
        }
        if self.format == Format::Yaml && indent == 0 && pair.key == "kind" {
            self.kind = plain(pair.value);
        }
        let is_list = pair.value.starts_with('[') && pair.value.ends_with(']') && pair.value.len() > 2;
        let is_map = pair.value.starts_with('{') && pair.value.ends_with('}') && !pair.value.starts_with("{{") && pair.value.len() > 2;
        if is_list || is_map {
            self.stack.push(Open { indent, key: pair.key, line });
            self.items(Pair { key: "", value: pair.value }, found);
            return false;
        }
        found(self, pair);
        self.stack.push(Open { indent, key: pair.key, line });
        // `- name: X` names the entry of a list: for a list of variables it is the key.
        if is_item && pair.key == "name" && self.stack.iter().rev().nth(1).is_some_and(|o| matches!(o.key, "env" | "environment" | "parameters" | "extraEnv")) {
            self.stack.pop();
            self.stack.push(Open { indent: indent - 1, key: plain(pair.value), line });
        }
        self.foreign = match self.format {
            Format::Yaml if pair.value.starts_with(['|', '>']) && !is_embedded(pair.key) => Foreign::Deeper(indent - usize::from(is_item).min(indent)),
            Format::Hcl if pair.value.starts_with("<<") => Foreign::Until(pair.value.trim_start_matches(['<', '-', '~']).trim()),
            Format::Toml if pair.value.matches("\"\"\"").count() == 1 => Foreign::Until("\"\"\""),
            _ => Foreign::None,
        };
        false
    }

    fn close(&mut self, ends: impl Fn(&Open<'t>) -> bool) {
        while self.stack.last().is_some_and(&ends) {
            self.stack.pop();
        }
    }

    fn is_comment(&self, text: &str) -> bool {
        let marks: &[&str] = match self.format {
            Format::Json => &[],
            Format::Hcl => &["#", "//", "/*", "*"],
            Format::Properties => &["#", "//", ";", "!"],
            _ => &["#"],
        };
        // Lines that only steer a template; their settings stand on other lines.
        marks.iter().any(|m| text.starts_with(m)) || text.starts_with("{{") || text.starts_with("{%")
    }

    /// The key and value of a line; `None` for a line that is neither setting nor item.
    fn split(&self, text: &'t str, is_item: bool) -> Option<Pair<'t>> {
        let text = without_comment(text, self.format);
        let pair = match self.format {
            Format::Yaml | Format::Json => split_at_colon(text),
            Format::Hcl => split_hcl(text),
            Format::Toml => split_at_equals(text),
            _ => split_property(text),
        };
        if pair.is_some() {
            return pair;
        }
        // `NAME=value` and `--flag` in lists, and in a property file that is embedded.
        let embedded = self.format == Format::Yaml && self.stack.iter().any(|o| is_embedded(o.key));
        if is_item || embedded || matches!(self.format, Format::Json | Format::Hcl | Format::Toml) {
            return Some(item(text));
        }
        None
    }

    /// The entries of `[a, b]` or `{ a: b }`, or one item.
    fn items(&self, pair: Pair<'t>, found: &mut dyn FnMut(&Self, Pair<'t>)) {
        let value = pair.value;
        let is_map = value.starts_with('{') && !value.starts_with("{{");
        if !is_map && !value.starts_with('[') {
            found(self, item(value));
            return;
        }
        let inner = value[1..].trim_end_matches(['}', ']', ',']);
        for part in inner.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let split = if is_map { split_at_colon(part).or_else(|| split_at_equals(part)) } else { None };
            found(self, split.unwrap_or_else(|| item(part)));
        }
    }

    fn path(&self, root: &str, key: &str) -> Vec<String> {
        let mut out = vec![root.to_owned()];
        if !self.kind.is_empty() {
            out.push(normalised(self.kind));
        }
        for key in self.stack.iter().map(|o| o.key).chain([key]) {
            segments(key, &mut out);
        }
        out
    }
}

/// Splits a key into normalised segments: `a.b/c`, and the type and labels of a Terraform block without the name that its author chose.
fn segments(key: &str, out: &mut Vec<String>) {
    if let Some((block, labels)) = key.split_once(" \"") {
        out.push(normalised(block));
        let named = matches!(block, "resource" | "data" | "module" | "provider" | "output");
        let labels: Vec<&str> = labels.split('"').filter(|l| !l.trim().is_empty()).collect();
        let kept = if named { &labels[..labels.len().saturating_sub(1)] } else { &labels[..] };
        out.extend(kept.iter().map(|l| normalised(l)));
        return;
    }
    out.extend(key.split(['.', '/', ':']).map(normalised).filter(|s| !s.is_empty()));
}

/// A file within a file, as a property file in a config map; and a command line that is folded.
fn is_embedded(key: &str) -> bool {
    matches!(key, "command" | "args" | "entrypoint") || [".yml", ".yaml", ".properties", ".conf", ".cnf", ".ini", ".toml"].iter().any(|e| key.ends_with(e))
}

/// Whether the line of an open key gives it a value, so that nothing can stand below it at the same indentation.
fn has_value(line: &str) -> bool {
    !without_comment(line.trim(), Format::Yaml).ends_with(':')
}

fn split_at_colon(text: &str) -> Option<Pair<'_>> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        let rest = text[end + 1..].trim_start().strip_prefix(':')?;
        return Some(Pair { key: &text[1..end], value: value(rest) });
    }
    let end = text.find(": ").or_else(|| text.strip_suffix(':').map(str::len))?;
    let key = text[..end].trim_end();
    let is_key = !key.is_empty() && key.len() <= 100 && !key.contains(['{', '[', '"', '(', ' ', '=']);
    is_key.then(|| Pair { key, value: value(&text[end + 1..]) })
}

fn split_at_equals(text: &str) -> Option<Pair<'_>> {
    let (key, rest) = text.split_once('=')?;
    let key = key.trim().trim_matches('"');
    let is_key = !key.is_empty() && key.len() <= 100 && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"' | b'/'));
    is_key.then(|| Pair { key, value: value(rest) })
}

fn split_hcl(text: &str) -> Option<Pair<'_>> {
    if let Some(pair) = split_at_equals(text) {
        return Some(pair);
    }
    let head = text.strip_suffix('{')?.trim_end();
    let is_block = head.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && !head.contains(['(', '=', ':']);
    is_block.then_some(Pair { key: head.strip_suffix('"').unwrap_or(head), value: "" })
}

/// `a=b`, `a: b`, `a b;` and `a {`.
fn split_property(text: &str) -> Option<Pair<'_>> {
    let text = text.strip_prefix("export ").unwrap_or(text).trim_end_matches(';');
    let is_key_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'[' | b']' | b'"' | b'$');
    let end = text.bytes().position(|b| !is_key_byte(b))?;
    let rest = text[end..].trim_start();
    let rest = rest.strip_prefix([':', '=']).unwrap_or(rest);
    (end > 0).then(|| Pair { key: text[..end].trim_matches('"'), value: value(rest) })
}

/// An item of a list: a flag, a variable with its value, or just text.
fn item(text: &str) -> Pair<'_> {
    let bare = text.trim_end_matches(',').trim_matches(['"', '\'']);
    let name = bare.trim_start_matches('-');
    let is_flag = bare.len() - name.len() == 2;
    match name.split_once('=') {
        Some((key, value)) if !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) => Pair { key, value },
        None if is_flag => name.split_once(' ').map_or(Pair { key: name, value: "" }, |(key, value)| Pair { key, value }),
        _ => Pair { key: "", value: bare },
    }
}

/// Without blanks, a JSON comma, an opening bracket, an anchor or a tag.
fn value(text: &str) -> &str {
    let mut text = text.trim().trim_end_matches([',', ';']).trim_end();
    if matches!(text, "{" | "[" | "(") {
        return "";
    }
    while text.starts_with(['&', '!']) {
        text = text.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    text
}

/// A value without its quotes.
fn plain(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// Cuts a comment that follows a setting.
fn without_comment(text: &str, format: Format) -> &str {
    if format == Format::Json {
        return text;
    }
    let bytes = text.as_bytes();
    let mut quote = 0u8;
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' | b'\'' if quote == 0 && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric()) => quote = *byte,
            b if *b == quote => quote = 0,
            b'#' if quote == 0 && i > 0 && bytes[i - 1].is_ascii_whitespace() => return text[..i].trim_end(),
            b'/' if quote == 0 && format == Format::Hcl && bytes[i..].starts_with(b"// ") => return text[..i].trim_end(),
            _ => {}
        }
    }
    text
}
