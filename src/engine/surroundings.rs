//! What the file around an edit says: its imports, the names of the enclosing function and type, and where the edit stands.

use super::edit::Edit;
use super::lines::{find, find_text, shared_head, shorten};
use super::{lexer, structured};
use serde::{Deserialize, Serialize};

/// How much of a file's head is searched for imports, in bytes.
const HEAD: usize = 16 * 1024;
/// How many lines above the edit are searched for enclosing names.
const ABOVE: usize = 400;

/// Facts of the file before the edit. Kept in the journal, so that a replay judges by the same facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Import lines of the file's head.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub imports: String,
    /// For each replacement: the headers of the enclosing function and type, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosing: Vec<String>,
    /// For each replacement: control lines (loops, handlers) around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<String>,
    /// For each replacement: 1-based line at which its text begins, where it was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_line: Vec<u32>,
    /// For each replacement: it begins inside a string or comment between triple quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_long_string: Vec<bool>,
    /// For each replacement in a structured file: the lines of the keys that are open above it, outermost first, and the part of its
    /// own line before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<String>,
}

impl Surroundings {
    /// Reads them from the file as it stood before the edit; `None` where there is no such file or it could not be read.
    #[must_use]
    pub fn of(file: Option<&str>, edit: &Edit<'_>) -> Self {
        let mut out = Self::default();
        let text = if edit.whole_file { edit.changes.first().map(|c| &*c.new) } else { file };
        let Some(text) = text else { return out };
        out.imports = imports(text, edit);
        for change in &edit.changes {
            let at = if edit.whole_file || change.old.is_empty() { Some(0) } else { find_text(text, &change.old) };
            let Some(at) = at else {
                out.enclosing.push(String::new());
                out.control.push(String::new());
                out.first_line.push(0);
                out.in_long_string.push(false);
                out.above.push(String::new());
                continue;
            };
            let line = text[..at].bytes().filter(|b| *b == b'\n').count() + 1;
            out.first_line.push(u32::try_from(line).unwrap_or(u32::MAX));
            out.in_long_string.push(lexer::has_triple_quotes(edit.language) && is_inside_triple_quotes(&text[..at]));
            if !edit.language.is_program() {
                out.above.push(structured::above(text, if edit.whole_file { 0 } else { at }, edit.language));
            }
            // From the first line that really changes: the text that leads to it is often the enclosing function's head.
            let lead = shared_lead(&change.old, &change.new);
            let (enclosing, control) = enclosing(&text[..at + if edit.whole_file { 0 } else { lead }], change.old.get(lead..).unwrap_or(""));
            out.enclosing.push(enclosing);
            out.control.push(control);
        }
        out
    }
}

/// Whether triple quotes are open at the end of a text.
fn is_inside_triple_quotes(text: &str) -> bool {
    let (mut at, mut inside) = (0, false);
    while let Some(quotes) = find(text.as_bytes(), at, b"\"\"\"") {
        at = quotes + 3;
        inside = !inside;
    }
    inside
}

/// Length of the whole lines that both texts begin with.
fn shared_lead(old: &str, new: &str) -> usize {
    let shared = shared_head(old.as_bytes(), new.as_bytes());
    if shared == old.len() && shared == new.len() {
        return shared;
    }
    old.as_bytes()[..shared].iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1)
}

/// Import statements of the head, without lexing it: each line is asked whether it begins one.
fn imports(text: &str, edit: &Edit<'_>) -> String {
    let head = shorten(text, HEAD);
    let mut out = String::new();
    let mut at = 0;
    let mut since_import = 0;
    // Imports stand at the head; forty lines of code without one end it.
    while at < head.len() && since_import < 40 {
        let line = head[at..].split('\n').next().unwrap_or("");
        let first = at + (line.len() - line.trim_start().len());
        let next = at + line.len() + 1;
        if first < at + line.len()
            && let Some(end) = lexer::import(head, first, edit.language)
        {
            out.push_str(&head[first..end]);
            out.push('\n');
            since_import = 0;
            at = end + 1;
            continue;
        }
        since_import += usize::from(!matches!(head.as_bytes().get(first), None | Some(b'\n' | b'/' | b'*' | b'#' | b'"' | b'\'')));
        at = next;
    }
    out
}

const CONTROL: [&str; 22] = [
    "if", "else", "elif", "elsif", "for", "foreach", "while", "loop", "do", "try", "catch", "except", "rescue", "finally", "ensure", "switch", "match", "case",
    "select", "default", "with", "when",
];

/// Walks upward by indentation: the lines that enclose the end of `above`.
fn enclosing(above: &str, below: &str) -> (String, String) {
    let mut names = String::new();
    let mut control = String::new();
    let first = below.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let mut indent = if first.is_empty() { usize::MAX } else { indentation(first) };
    for line in above.lines().rev().take(ABOVE) {
        let trimmed = line.trim();
        if trimmed.is_empty() || matches!(trimmed.as_bytes()[0], b'/' | b'*' | b'#' | b'{' | b'}' | b')' | b']' | b'@' | b'%' | b'-') {
            // A closing bracket at a smaller indentation ends what stood there: what it closed does not enclose us.
            if matches!(trimmed.as_bytes().first(), Some(b'}' | b')' | b']')) && indentation(line) < indent && !trimmed.ends_with('{') {
                indent = indentation(line) + 1;
            }
            continue;
        }
        let here = indentation(line);
        if here >= indent {
            continue;
        }
        indent = here;
        let word = trimmed.trim_start_matches("} ").split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
        let target = if CONTROL.contains(&word) || trimmed.starts_with("end") { &mut control } else { &mut names };
        push_line(target, trimmed);
        if here == 0 || names.len() > 600 {
            break;
        }
    }
    (names, control)
}

fn push_line(to: &mut String, line: &str) {
    to.push_str(shorten(line, 200));
    to.push('\n');
}

fn indentation(line: &str) -> usize {
    line.bytes().take_while(|b| *b == b' ' || *b == b'\t').map(|b| if b == b'\t' { 4 } else { 1 }).sum()
}
