//! The normal form of a topology file: two spaces a level, items under their dash, one space where one is needed, and the two counts
//! of a relationship by their names. Comments, order, quotes and words stay as their author wrote them: the text is edited by place,
//! never written anew, and the result is read back and compared before it is handed out.

use super::edit::{Refusal, apply, colon, extent, is_alias, is_block_scalar, is_flow, line_start, said, same};
use super::read::lines;
use super::yaml::{self, Value, Yaml};
use std::ops::Range;

/// Spaces a level.
const STEP: usize = 2;

/// Brings a file into its normal form. The normal form of a normal form is itself.
///
/// # Errors
/// What is not read as YAML, not even by lines; a form that cannot be changed without changing what the file says.
pub fn format(text: &str) -> Result<String, Refusal> {
    // What lies beside its list even so belongs to nobody knows what.
    let meant = |text: &str| yaml::documents(text).ok().filter(|d| !d.first().is_some_and(lines::has_fallen_out));
    let strict = meant(text);
    let indented = if strict.is_some() { None } else { lines::indent(text).and_then(|i| Some((meant(&i.text)?, i.text))) };
    let (mut documents, text) = match (strict, &indented) {
        (Some(documents), _) => (documents, text),
        (None, Some((documents, text))) => (documents.clone(), text.as_str()),
        (None, None) => return Err(Refusal::Unreadable),
    };
    let mut form = Form::of(text);
    for root in &mut documents {
        form.node(root, root.span.start, 0, 0);
        rename_counts(root, &mut form);
    }
    form.comments();
    form.blanks();
    let mut out = apply(text, form.edits).ok_or(Refusal::Unsafe)?;
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(if text.contains("\r\n") { "\r\n" } else { "\n" });
    }
    let after = yaml::documents(&out).map_err(|_| Refusal::Unsafe)?;
    let is_same = after.len() == documents.len() && after.iter().zip(&documents).all(|(a, b)| same(a, b));
    if is_same && said(text).is_some_and(|before| said(&out) == Some(before)) { Ok(out) } else { Err(Refusal::Unsafe) }
}

/// The counts of both ends by their names: a key that comes twice is no YAML for others. Done to the tree as to the text.
fn rename_counts(root: &mut Yaml, form: &mut Form<'_>) {
    let mut relationships = |list: &mut Yaml| {
        let Value::List(items) = &mut list.value else { return };
        for item in items.iter_mut().filter(|i| !is_alias(form.text, i)) {
            let has = |item: &Yaml, name: &str| item.entries().iter().any(|(k, _)| k.text() == Some(name));
            let taken = [has(item, "from_count"), has(item, "to_count")];
            let Value::Map(entries) = &mut item.value else { continue };
            let mut end = None;
            let mut done = taken;
            for (key, _) in entries {
                match key.text() {
                    Some("from") => end = Some(0),
                    Some("to") => end = Some(1),
                    Some("count") => {
                        let Some(end) = end.filter(|e| !done[*e]) else { continue };
                        done[end] = true;
                        let name = ["from_count", "to_count"][end];
                        form.edits.push((key.span.clone(), name.to_owned()));
                        key.value = Value::Scalar { text: name.to_owned(), plain: true };
                    }
                    _ => {}
                }
            }
        }
    };
    match &mut root.value {
        Value::List(_) => relationships(root),
        Value::Map(entries) => {
            for (key, value) in entries {
                if matches!(key.text(), Some("topology" | "relationships")) {
                    relationships(value);
                }
            }
        }
        Value::Scalar { .. } => {}
    }
}

#[derive(Clone, Default)]
struct Line {
    /// Its bytes, without the line end.
    span: Range<usize>,
    /// Spaces it begins with.
    indent: usize,
    /// How many it shall begin with, where that was settled.
    wanted: Option<usize>,
    /// Part of a text of several lines: its end and its blank lines are not ours.
    is_text: bool,
}

struct Form<'a> {
    text: &'a str,
    lines: Vec<Line>,
    edits: Vec<(Range<usize>, String)>,
}

impl<'a> Form<'a> {
    fn of(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let body = line.trim_end_matches(['\n', '\r']);
            let indent = body.len() - body.trim_start_matches(' ').len();
            lines.push(Line { span: start..start + body.len(), indent, ..Line::default() });
            start += line.len();
        }
        Self { text, lines, edits: Vec::new() }
    }

    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|l| l.span.start <= at).saturating_sub(1)
    }

    /// Whether nothing but spaces stands before a byte in its line.
    fn begins_line(&self, at: usize) -> bool {
        self.lines.get(self.line_of(at)).is_some_and(|l| l.span.start + l.indent == at)
    }

    fn replace(&mut self, range: Range<usize>, new: &str) {
        if self.text.get(range.clone()).is_some_and(|old| old != new) {
            self.edits.push((range, new.to_owned()));
        }
    }

    /// Settles how a line begins; the first word counts.
    fn want(&mut self, line: usize, spaces: usize) {
        if let Some(line) = self.lines.get_mut(line)
            && line.wanted.is_none()
        {
            line.wanted = Some(spaces);
        }
    }

    /// A node whose keys or dashes shall stand at a column; `from`: the end of what it hangs on, `shift`: by how much that moves.
    fn node(&mut self, node: &Yaml, from: usize, column: usize, shift: isize) {
        if is_alias(self.text, node) {
            return;
        }
        match &node.value {
            _ if is_flow(self.text, node) => {
                self.follow(node.span.clone(), shift, false);
                self.flow(node);
            }
            Value::Scalar { .. } => {
                let end = extent(self.text, node);
                if is_block_scalar(self.text, node) {
                    // Blank lines at its end may be part of it.
                    self.follow(line_start(self.text, node.span.start)..node.span.end, shift, true);
                } else {
                    self.follow(node.span.start..end, shift, true);
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    let start = key.span.start;
                    if self.begins_line(start) {
                        self.want(self.line_of(start), column);
                    }
                    let shift = self.shift(start, column);
                    self.colon(key);
                    let from = colon(self.text, key).map_or(key.span.end, |c| c + 1);
                    self.node(value, from, column + STEP, shift);
                }
            }
            Value::List(items) => {
                // The list itself begins behind its first dash where that stands at the column of its key.
                let mut at = from;
                for item in items {
                    let Some(dash) = self.dash(at) else { return };
                    if self.begins_line(dash) {
                        self.want(self.line_of(dash), column);
                    }
                    let shift = self.shift(dash, column);
                    self.gap(dash + 1);
                    self.node(item, dash + 1, column + STEP, shift);
                    at = extent(self.text, item).max(dash + 1);
                }
            }
        }
    }

    /// By how much a key or dash moves that shall stand at a column; not at all in a line that stays, as one that begins with a tab.
    fn shift(&self, at: usize, column: usize) -> isize {
        let is_moved = self.lines.get(self.line_of(at)).is_some_and(|l| l.wanted.is_some());
        if is_moved { column as isize - (at - line_start(self.text, at)) as isize } else { 0 }
    }

    /// The next dash, past blanks, comments, anchors and tags.
    fn dash(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.text.get(at..)?;
            let skipped = rest.len() - rest.trim_start().len();
            let rest = &rest[skipped..];
            match rest.as_bytes().first()? {
                b'-' => return Some(at + skipped),
                b'#' => at += skipped + rest.find('\n')?,
                b'&' | b'!' => at += skipped + rest.find(char::is_whitespace)?,
                _ => return None,
            }
        }
    }

    /// Lines below the first of a node move with it.
    fn follow(&mut self, span: Range<usize>, shift: isize, is_text: bool) {
        if span.is_empty() {
            return;
        }
        let first = self.line_of(span.start);
        let last = self.line_of(span.end.saturating_sub(1));
        let is_block = is_text && self.lines.get(first).is_some_and(|l| l.span.start == span.start);
        for line in first + usize::from(!is_block)..=last {
            let wanted = self.lines.get(line).map_or(0, |l| l.indent.saturating_add_signed(shift));
            self.want(line, wanted);
            if let Some(line) = self.lines.get_mut(line) {
                line.is_text |= is_text;
            }
        }
        if is_text && !is_block && last > first {
            self.lines[first].is_text = true;
        }
    }

    /// No space before a colon, and one behind it.
    fn colon(&mut self, key: &Yaml) {
        if let Some(colon) = colon(self.text, key) {
            self.replace(key.span.end..colon, "");
            self.gap(colon + 1);
        }
    }

    /// One space from here to what follows in the line.
    fn gap(&mut self, at: usize) {
        let rest = self.text.get(at..).unwrap_or_default();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        if spaces > 0 && rest[spaces..].starts_with(|c: char| !matches!(c, '\n' | '\r' | '#' | '\t')) {
            self.replace(at..at + spaces, " ");
        }
    }

    /// `{a: 1, b: [x, y]}`, where it stands in one line.
    fn flow(&mut self, node: &Yaml) {
        let inner = node.span.start + 1..node.span.end.saturating_sub(1);
        if inner.start > inner.end || self.text.get(node.span.clone()).is_none_or(|t| t.contains('\n')) {
            return;
        }
        let mut at = inner.start;
        match &node.value {
            Value::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.separator(at..item.span.start, i == 0);
                    if is_flow(self.text, item) {
                        self.flow(item);
                    }
                    at = extent(self.text, item).max(at);
                }
            }
            Value::Map(entries) => {
                for (i, (key, value)) in entries.iter().enumerate() {
                    self.separator(at..key.span.start, i == 0);
                    at = key.span.end.max(at);
                    let Some(colon) = colon(self.text, key) else { continue };
                    self.replace(key.span.end..colon, "");
                    at = colon + 1;
                    if value.is_null() && value.span.is_empty() {
                        continue;
                    }
                    let gap = at..value.span.start;
                    if self.text.get(gap.clone()).is_some_and(|g| g.trim().is_empty()) {
                        self.replace(gap, " ");
                    }
                    if is_flow(self.text, value) {
                        self.flow(value);
                    }
                    at = extent(self.text, value).max(at);
                }
            }
            Value::Scalar { .. } => {}
        }
        if at > inner.start && self.text.get(at..inner.end).is_some_and(|g| g.trim().is_empty()) {
            self.replace(at..inner.end, "");
        }
    }

    /// What stands before a part of a flow.
    fn separator(&mut self, gap: Range<usize>, is_first: bool) {
        match self.text.get(gap.clone()).map(str::trim) {
            Some("") if is_first => self.replace(gap, ""),
            Some(",") => self.replace(gap, ", "),
            _ => {}
        }
    }

    /// A comment in a line of its own stands as what it was written for: the line below, else a line above.
    fn comments(&mut self) {
        let is_comment = |form: &Self, line: &Line| !line.is_text && form.text[line.span.clone()].trim_start().starts_with('#');
        let is_blank = |form: &Self, line: &Line| form.text[line.span.clone()].trim().is_empty();
        let mut next: Option<(usize, usize)> = None;
        let mut below = vec![None; self.lines.len()];
        for (i, line) in self.lines.iter().enumerate().rev() {
            below[i] = next;
            if !is_comment(self, line) && !is_blank(self, line) && !line.is_text {
                next = Some((line.indent, line.wanted.unwrap_or(line.indent)));
            }
        }
        // Lines above that a comment can hang on, each deeper than the one before it.
        let mut above: Vec<(usize, usize)> = Vec::new();
        for (i, below) in below.into_iter().enumerate() {
            let line = self.lines[i].clone();
            if is_comment(self, &line) && line.wanted.is_none() {
                let own = line.indent;
                let like_above = above.iter().rev().find(|(indent, _)| *indent <= own);
                let wanted = match (below, like_above) {
                    (Some((indent, wanted)), _) if indent == own => wanted,
                    (_, Some((indent, wanted))) => wanted + (own - indent),
                    (Some((indent, wanted)), None) => (wanted + own).saturating_sub(indent),
                    (None, None) => 0,
                };
                self.lines[i].wanted = Some(wanted);
            } else if !is_blank(self, &line) && !line.is_text {
                above.retain(|(indent, _)| *indent < line.indent);
                above.push((line.indent, line.wanted.unwrap_or(line.indent)));
            }
        }
    }

    /// Begins and ends of lines, and no two blank lines in a row.
    fn blanks(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let is_blank = |line: &Line| !line.is_text && self.text[line.span.clone()].trim().is_empty();
        let last = lines.iter().rposition(|l| !is_blank(l)).map_or(0, |n| n + 1);
        let mut after_blank = true;
        for (i, line) in lines.iter().enumerate() {
            if is_blank(line) {
                if after_blank || i >= last {
                    let end = lines.get(i + 1).map_or(self.text.len(), |l| l.span.start);
                    self.edits.push((line.span.start..end, String::new()));
                } else if !line.span.is_empty() {
                    self.edits.push((line.span.clone(), String::new()));
                }
                after_blank = true;
                continue;
            }
            after_blank = false;
            let text = &self.text[line.span.clone()];
            if let Some(wanted) = line.wanted.filter(|w| *w != line.indent && !text.trim().is_empty()) {
                self.edits.push((line.span.start..line.span.start + line.indent, " ".repeat(wanted)));
            }
            let trimmed = text.trim_end_matches([' ', '\t']).len();
            if !line.is_text && trimmed < text.len() {
                self.edits.push((line.span.start + trimmed..line.span.end, String::new()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::init::TEMPLATE;
    use crate::topology::read;

    fn formatted(text: &str) -> String {
        let out = format(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(format(&out).as_ref(), Ok(&out), "the normal form of the normal form");
        let [mut before, mut after] = [text, &out].map(|t| read::topology(t, "t").expect("reads").topology);
        before.forget_sources();
        after.forget_sources();
        assert_eq!(before, after, "{out}");
        out
    }

    #[test]
    fn spaces_and_levels_become_regular_and_comments_stay() {
        let text = "\n\n# ours  \nversion :  1\n\n\n\ncomponents:\n# the heart\n-   name:   orders   # x\n    # how many\n    count: {min:  2,max : 10 ,}\n    slo:\n        p99:    300ms\n        # the year's\n        availability: 99.9\n    zone: [ a,b,  c ]\n    role: |\n        keeps\n          them\n\n    notes: one\n      two\n- name: db\n  state:\n  - name: orders\n    replicas: []\nrelationships:\n      - {from: orders,to: db , notes: \"a  b\" }   # z\n      # last\n\n\n";
        let want = "# ours\nversion: 1\n\ncomponents:\n  # the heart\n  - name: orders   # x\n    # how many\n    count: {min: 2, max: 10 ,}\n    slo:\n      p99: 300ms\n      # the year's\n      availability: 99.9\n    zone: [a, b, c]\n    role: |\n        keeps\n          them\n\n    notes: one\n      two\n  - name: db\n    state:\n      - name: orders\n        replicas: []\nrelationships:\n  - {from: orders, to: db, notes: \"a  b\"}   # z\n  # last\n";
        assert_eq!(formatted(text), want);
    }

    #[test]
    fn lists_without_indentation_get_it_and_counts_their_names() {
        let text = "topology:\n- from: a\ncount: 1 (fixed)\nto: b   # many\ncount: N (dynamic)\nnotes: |\n  x\n\n- from: b\ncount: 2\nto: c\n";
        let want = "topology:\n  - from: a\n    from_count: 1 (fixed)\n    to: b   # many\n    to_count: N (dynamic)\n    notes: |\n      x\n\n  - from: b\n    from_count: 2\n    to: c\n";
        assert_eq!(formatted(text), want);
        assert_eq!(formatted("- {from: a, count: 1, to: b, count: 2}\n"), "- {from: a, from_count: 1, to: b, to_count: 2}\n");
        // What says nothing clear stays.
        let odd = "- {count: 1, from: a, count: 1, count: 2, to: b, to_count: 2, count: 3}\n";
        assert_eq!(formatted(odd), "- {count: 1, from: a, from_count: 1, count: 2, to: b, to_count: 2, count: 3}\n");
    }

    #[test]
    fn what_is_regular_stays_to_the_byte() {
        for text in [
            TEMPLATE,
            "version: 1\r\ncomponents:\r\n  - name: a\r\n",
            "x-a: &a {timeout: 1s}\nrelationships:\n  - <<: *a\n    from: a\n    to: b\n",
            "notes: >+\n  a\n\n\n",
            "- - a\n  - b\n- 'x\n\n\n  y'\n",
        ] {
            assert_eq!(format(text).as_deref(), Ok(text));
        }
        assert_eq!(format("&a # x\n\tcount: N\n    more\n").as_deref(), Ok("&a # x\n\tcount: N\n    more\n"));
        assert_eq!(format(""), Ok(String::new()));
        assert_eq!(format("\n \n"), Ok(String::new()));
        assert_eq!(format("# only"), Ok("# only\n".to_owned()));
    }

    #[test]
    fn what_is_no_yaml_is_left_alone() {
        assert_eq!(format("a: [1\n"), Err(Refusal::Unreadable));
    }
}
