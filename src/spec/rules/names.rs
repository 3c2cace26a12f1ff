//! Names that the topology does not have: in the line of components, in columns that name components, and along arrows.

use crate::nearest::nearest;
use crate::spec::read::{Block, Document, Section};
use crate::spec::{Problem, Role};
use crate::topology::model::Topology;
use std::collections::BTreeSet;
use std::ops::Range;

/// Heads of columns whose cells are names of components.
const NAMING: [&str; 7] = ["from", "to", "owner", "owned", "copies", "held", "component"];
/// Who is no component and may be named.
const OUTSIDE: [&str; 24] = [
    "user",
    "users",
    "client",
    "clients",
    "customer",
    "customers",
    "operator",
    "operators",
    "person",
    "people",
    "nobody",
    "everybody",
    "anybody",
    "everyone",
    "none",
    "nothing",
    "timer",
    "timers",
    "cron",
    "outside",
    "itself",
    "-",
    "–",
    "—",
];

pub(super) fn find(document: &Document, topology: &Topology) -> Vec<Problem> {
    let mut known: BTreeSet<&str> = topology.components.iter().flat_map(|c| [Some(c.name.as_str()), c.owner.as_deref()]).flatten().collect();
    known.extend(topology.aliases.values().flatten().map(String::as_str));
    known.extend(topology.ignore.iter().map(String::as_str));
    let mut named: Vec<(String, Range<usize>)> = document.components().unwrap_or_default();
    for section in &document.sections {
        for table in section.tables() {
            let is_modes = section.role == Some(Role::FailureModes);
            for (column, head) in table.head.iter().enumerate() {
                let head = head.text.to_lowercase();
                let is_naming = head.split(|c: char| !c.is_alphanumeric()).any(|w| NAMING.contains(&w));
                for cell in table.rows.iter().filter_map(|r| r.cells.get(column)) {
                    if is_naming {
                        named.extend(in_cell(cell));
                    } else if is_modes && column == 0 {
                        // What fails is a sentence; what is set as code in it is a name.
                        named.extend(cell.code().map(|(n, r)| (n.to_owned(), r)));
                    }
                }
            }
        }
    }
    for block in document.of(Role::CriticalPath).into_iter().flatten().flat_map(Section::blocks) {
        named.extend(along(block));
    }
    let told = |(name, range): (String, Range<usize>)| {
        let hint = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "add it to the topology file, or to `aliases` there; people and teams are named by `owner`".to_owned(),
        };
        Problem { rule: "unknown-name", range, what: format!("the topology has no \"{name}\""), hint }
    };
    let is_strange = |name: &str| !known.contains(name) && !OUTSIDE.contains(&name.to_lowercase().as_str());
    named.into_iter().filter(|(n, _)| is_strange(n)).map(told).collect()
}

/// Names of a cell: parts between commas that are one word, or code.
fn in_cell(cell: &Block) -> Vec<(String, Range<usize>)> {
    let mut out: Vec<(String, Range<usize>)> = cell.code().map(|(n, r)| (n.to_owned(), r)).collect();
    let mut at = 0;
    for part in cell.text.split([',', ';']) {
        let name = part.split('(').next().unwrap_or(part).trim();
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let is_word = !name.is_empty() && !name.contains(char::is_whitespace) && name.starts_with(char::is_alphabetic);
        if is_word && !cell.is_code(start) {
            out.push((name.to_owned(), cell.source(start..start + name.len())));
        }
    }
    out
}

/// Names on both sides of arrows.
fn along(block: &Block) -> Vec<(String, Range<usize>)> {
    let text = block.text.replace('→', "->");
    if text.len() != block.text.len() || !text.contains("->") {
        // An arrow of another length: places are those of the block.
        let whole = |n: String| (n, block.range.clone());
        return if text.contains("->") { steps(&text).into_iter().map(|(n, _)| whole(n)).collect() } else { Vec::new() };
    }
    steps(&text).into_iter().map(|(n, r)| (n, block.source(r))).collect()
}

fn steps(text: &str) -> Vec<(String, Range<usize>)> {
    let mut out = Vec::new();
    let parts: Vec<&str> = text.split("->").collect();
    let mut at = 0;
    for (i, part) in parts.iter().enumerate() {
        // Before the first arrow the last word, behind every other the first one.
        let word = if i == 0 { part.split_whitespace().next_back() } else { part.split_whitespace().next() };
        if let Some(word) = word {
            let name = word.trim_matches(|c: char| !c.is_alphanumeric());
            let start = at + if i == 0 { part.rfind(word) } else { part.find(word) }.unwrap_or(0) + word.find(name).unwrap_or(0);
            if !name.is_empty() {
                out.push((name.to_owned(), start..start + name.len()));
            }
        }
        at += part.len() + 2;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_the_words_at_arrows() {
        let names = |text: &str| steps(text).into_iter().map(|(n, r)| (n, text[r].to_owned())).collect::<Vec<_>>();
        let both = |n: &str| (n.to_owned(), n.to_owned());
        assert_eq!(names("A request goes web -> orders (800 ms) -> orders-db: 1.4 s."), [both("web"), both("orders"), both("orders-db")]);
    }
}
