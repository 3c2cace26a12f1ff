//! Which part of a large text is parsed: for each line that is asked for, the outermost block around it that is small enough, and of
//! the blocks outside of that one their head and their end. Blocks are told by indentation, which every formatted language has.

use tree_sitter::{Point, Range};

/// Bytes of one block.
const BLOCK: usize = 5 * 1024;
/// Bytes in all.
const MOST: usize = 8 * 1024;
/// Lines of a head that does not end on its first.
const HEAD: usize = 8;

struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn end(&self, line: usize) -> usize {
        self.starts.get(line + 1).copied().unwrap_or(self.text.len())
    }

    fn line(&self, line: usize) -> &'t str {
        &self.text[self.starts[line]..self.end(line)]
    }

    fn is_blank(&self, line: usize) -> bool {
        self.line(line).trim().is_empty()
    }

    fn indent(&self, line: usize) -> usize {
        self.line(line).bytes().take_while(|b| *b == b' ' || *b == b'\t').map(|b| if b == b'\t' { 4 } else { 1 }).sum()
    }

    /// A line that goes on with what began above it: `} else {`, `) error {`, `end`, `rescue`.
    fn goes_on(&self, line: usize) -> bool {
        let t = self.line(line).trim_start();
        let word = t.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        matches!(t.as_bytes().first(), Some(b'}' | b')' | b']' | b'{'))
            || matches!(word, "end" | "else" | "elif" | "elsif" | "except" | "finally" | "rescue" | "ensure" | "catch" | "after" | "where")
    }

    fn closes(&self, line: usize) -> bool {
        let t = self.line(line).trim();
        (matches!(t.as_bytes().first(), Some(b'}' | b')' | b']')) && !t.ends_with('{') && !t.ends_with("do"))
            || t == "end"
            || t.starts_with("end ")
            || t == "end)"
    }

    /// First line of the block of indentation `indent` that holds `line`, its decorators and comments too.
    fn block_start(&self, line: usize, indent: usize) -> usize {
        let mut at = line;
        while at > 0 && (self.is_blank(at) || self.indent(at) > indent || self.goes_on(at)) {
            at -= 1;
        }
        while at > 0 && !self.is_blank(at - 1) && self.indent(at - 1) == indent && is_prelude(self.line(at - 1).trim()) {
            at -= 1;
        }
        at
    }

    /// Line behind the block.
    fn block_end(&self, line: usize, indent: usize) -> usize {
        let mut at = line + 1;
        while at < self.len() {
            if !self.is_blank(at) && self.indent(at) <= indent {
                if self.indent(at) < indent {
                    return at;
                }
                if self.closes(at) {
                    return at + 1;
                }
                if !self.goes_on(at) {
                    return at;
                }
            }
            at += 1;
        }
        at
    }

    /// Indentations of the blocks around a line, innermost first.
    fn levels(&self, line: usize) -> Vec<usize> {
        let mut indent = self.indent(line);
        let mut out = vec![indent];
        for at in (0..line).rev() {
            if indent == 0 {
                break;
            }
            if !self.is_blank(at) && self.indent(at) < indent && !self.line(at).trim_start().starts_with(['#', '/', '*']) {
                indent = self.indent(at);
                out.push(indent);
            }
        }
        out
    }

    /// Line behind a block's head.
    fn head_end(&self, start: usize, limit: usize) -> usize {
        for at in start..(start + HEAD).min(limit) {
            let t = self.line(at).trim_end();
            if t.ends_with(['{', ':']) || t.ends_with(" do") || t.ends_with("->") {
                return at + 1;
            }
        }
        (start + 1).min(limit)
    }
}

fn is_prelude(line: &str) -> bool {
    line.starts_with(['@', '[']) || line.starts_with("#[") || line.starts_with("template") || line.starts_with("static ")
}

/// Ranges of the text to parse for these lines (1-based), in order.
pub(super) fn around(text: &str, wanted: &[u32]) -> Vec<Range> {
    let lines = Lines::of(text);
    ranges(&lines, parts(&lines, wanted))
}

/// The same as the text of these ranges, and for each of its lines the 1-based line that it was.
pub(super) fn cut_out(text: &str, wanted: &[u32]) -> (String, Vec<u32>) {
    let lines = Lines::of(text);
    let (mut out, mut numbers) = (String::new(), Vec::new());
    for (from, to) in parts(&lines, wanted) {
        for line in from..to {
            out.push_str(lines.line(line));
            numbers.push(u32::try_from(line + 1).unwrap_or(u32::MAX));
        }
    }
    (out, numbers)
}

/// Lines to parse: from, to (behind the last), in order and apart.
fn parts(lines: &Lines<'_>, wanted: &[u32]) -> Vec<(usize, usize)> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut bytes = 0;
    for wanted in wanted {
        let mut line = (*wanted as usize).saturating_sub(1).min(lines.len() - 1);
        while line + 1 < lines.len() && lines.is_blank(line) {
            line += 1;
        }
        if parts.iter().any(|(from, to)| (*from..*to).contains(&line)) {
            continue;
        }
        if lines.closes(line) && line > 0 {
            line -= 1;
        }
        let levels = lines.levels(line);
        for (i, indent) in levels.iter().enumerate().rev() {
            let (from, to) = (lines.block_start(line, *indent), lines.block_end(line, *indent));
            let size = lines.starts.get(to).copied().unwrap_or(lines.text.len()) - lines.starts[from];
            if size <= BLOCK || i == 0 {
                let to = if size <= BLOCK { to } else { cut_off(lines, from.max(line.saturating_sub(60)), line, to) };
                let from = if size <= BLOCK { from } else { from.max(line.saturating_sub(60)) };
                bytes += lines.starts.get(to).copied().unwrap_or(lines.text.len()) - lines.starts[from];
                if bytes <= MOST || parts.is_empty() {
                    parts.push((from, to));
                }
                break;
            }
            parts.push((from, lines.head_end(from, line)));
            if to > 0 && lines.closes(to - 1) {
                parts.push((to - 1, to));
            }
        }
        if bytes > MOST {
            break;
        }
    }
    merged(parts)
}

fn cut_off(lines: &Lines<'_>, from: usize, line: usize, to: usize) -> usize {
    let mut at = line + 1;
    while at < to && lines.starts[at] - lines.starts[from] < BLOCK {
        at += 1;
    }
    at
}

fn merged(mut parts: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    parts.retain(|(from, to)| from < to);
    parts.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (from, to) in parts {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn ranges(lines: &Lines<'_>, parts: Vec<(usize, usize)>) -> Vec<Range> {
    let range = |(from, to): (usize, usize)| Range {
        start_byte: lines.starts[from],
        end_byte: lines.starts.get(to).copied().unwrap_or(lines.text.len()),
        start_point: Point { row: from, column: 0 },
        end_point: Point { row: to, column: 0 },
    };
    parts.into_iter().map(range).collect()
}
