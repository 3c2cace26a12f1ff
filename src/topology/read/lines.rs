//! Lists whose items are not indented under their dash. They are no YAML, or YAML that says something else (`count` becomes a key of
//! the file), and they are written nevertheless:
//!
//! ```yaml
//! topology:
//! - from: api-gateway
//! count: 1 (fixed)
//! to: task-runner
//! ```
//!
//! The lines of each item are moved right, so that the YAML reader takes them as they are meant; places are moved back afterwards.

use super::keys;
use crate::topology::yaml::{Place, Value, Yaml};

/// A text whose items are indented, and how to get from a place in it to one in the text as written.
pub struct Indented {
    /// The text.
    pub text: String,
    /// For each line of it, in order.
    lines: Vec<Line>,
}

struct Line {
    /// Where it begins in the indented text.
    start: usize,
    /// Spaces that were put before it.
    shift: usize,
    /// Spaces that were put before the lines above it.
    above: usize,
}

/// Keys that hold a list of maps.
const LISTS: [&str; 4] = ["topology", "components", "relationships", "convergence_points"];

/// Whether a file's root holds keys that belong to the items of its lists.
#[must_use]
pub fn has_fallen_out(root: &Yaml) -> bool {
    let names = || root.entries().iter().filter_map(|(k, _)| k.text());
    let of_items = |name: &str| [keys::RELATIONSHIP, keys::COMPONENT].iter().any(|keys| keys.iter().any(|k| k.name == name));
    names().any(|n| LISTS.contains(&n)) && names().any(|n| of_items(n) && !keys::FILE.iter().any(|k| k.name == n))
}

/// Indents the items of lists; `None` where no line has to be moved.
#[must_use]
pub fn indent(text: &str) -> Option<Indented> {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut lines = Vec::new();
    // The column of the dash of the item that is being read.
    let mut item: Option<usize> = None;
    // A list of the file may begin, or it has.
    let mut in_list = true;
    let mut above = 0;
    let mut last = 0;
    // The key that was moved last has its value in the lines below it.
    let mut is_open = false;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches(' ');
        let column = line.len() - body.len();
        let is_bare = body.trim().is_empty() || body.starts_with('#');
        let mut shift = 0;
        if is_bare {
            // Blank lines and comments go with what is above.
        } else if in_list && body.starts_with("- ") && item.is_none_or(|dash| column <= dash) {
            item = Some(column);
        } else if let Some(name) = key_of(body) {
            let is_of_file = column == 0 && keys::FILE.iter().any(|k| k.name == name);
            if is_of_file {
                in_list = LISTS.contains(&name);
                item = None;
            } else if let Some(dash) = item {
                if column <= dash {
                    shift = dash + 2 - column;
                    is_open = body.split(" #").next().is_some_and(|b| b.trim_end().ends_with(':'));
                } else if last > 0 && (column > dash + 2 || is_open) {
                    shift = last;
                }
            }
        } else if item.is_some_and(|dash| column > dash) {
            // What goes on from a line that was moved.
            shift = last;
        }
        if !is_bare {
            last = shift;
        }
        lines.push(Line { start: out.len(), shift, above });
        above += shift;
        out.extend(std::iter::repeat_n(' ', shift));
        out.push_str(line);
    }
    (above > 0).then_some(Indented { text: out, lines })
}

/// The key that a line begins with.
fn key_of(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').filter(|n| *n > 0)?;
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(' ').strip_prefix(':')?;
    rest.chars().next().is_none_or(char::is_whitespace).then_some(name)
}

impl Indented {
    /// The first line that was moved, as written.
    pub(super) fn first(&self) -> Place {
        let line = self.lines.iter().position(|l| l.shift > 0).unwrap_or(0);
        Place { line: u32::try_from(line + 1).unwrap_or(u32::MAX), column: 1 }
    }

    /// Moves the places of a node, which was read from the indented text, back to the text as written.
    pub(super) fn restore(&self, node: &mut Yaml) {
        let shift = self.lines.get((node.place.line as usize).saturating_sub(1)).map_or(0, |l| l.shift);
        node.place.column = node.place.column.saturating_sub(u32::try_from(shift).unwrap_or(0)).max(1);
        node.span = self.offset(node.span.start)..self.offset(node.span.end);
        match &mut node.value {
            Value::Scalar { .. } => {}
            Value::List(items) => items.iter_mut().for_each(|i| self.restore(i)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.restore(key);
                    self.restore(value);
                }
            }
        }
    }

    /// A byte of the indented text as one of the text as written.
    fn offset(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|l| l.start <= at).saturating_sub(1);
        self.lines.get(line).map_or(at, |l| at.saturating_sub(l.above).saturating_sub(l.shift.min(at.saturating_sub(l.start))))
    }
}
