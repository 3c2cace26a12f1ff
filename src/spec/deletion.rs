//! "What breaks if I delete this?", as far as the topology can answer: one row for each component, between two comments. What stands
//! outside of them is never touched.

use super::read::{self, Document};
use super::{Problem, Role};
use crate::topology::analyses::Study;
use crate::topology::analyses::blast_radius::stops;
use crate::topology::analyses::deletion_test::{Deletion, delete};
use crate::topology::analyses::wording::{about, duration, names, number};
use crate::topology::graph::Node;
use crate::topology::model::{Kind, Topology};
use std::ops::Range;

/// How the line before the answers begins.
const BEGIN: &str = "<!-- distarch deletion-test: begin";
/// The line before the answers.
const FIRST: &str = "<!-- distarch deletion-test: begin; `distarch spec deletion-test FILE` writes what stands between these two lines -->";
/// The line behind them.
const LAST: &str = "<!-- distarch deletion-test: end -->";

/// Why nothing can be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no heading under which the answers belong.
    #[error("no heading begins with \"What breaks\"")]
    NoHeading,
    /// The first comment is there and the last is not.
    #[error("the comment that begins the answers is there, and the one that ends them is not")]
    NoEnd,
    /// None of the components of the specification is in the topology.
    #[error("the topology has none of its components")]
    NoComponent,
}

/// A specification with the answers of a topology; the same text when they stand there already.
///
/// # Errors
/// When there is no place for them, or nothing to say.
pub fn fill(text: &str, topology: &Topology) -> Result<String, Refusal> {
    let document = read::document(text);
    let study = Study::of(topology);
    let nodes = nodes(&document, &study);
    if nodes.is_empty() {
        return Err(Refusal::NoComponent);
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let answers = answers(&study, &nodes).replace('\n', end);
    if let Some(inner) = between(text)? {
        return Ok(format!("{}{answers}{}", &text[..inner.start], &text[inner.end..]));
    }
    let heading = document.sections.iter().find(|s| s.role == Some(Role::Deletion)).ok_or(Refusal::NoHeading)?;
    let own = text[heading.heading.clone()].trim_end();
    let at = heading.heading.start + own.len();
    // A heading of two lines ends with its rule: what is inserted comes behind the range of the heading, whatever its form.
    let rest = &text[at..];
    let gap = if rest.trim().is_empty() { end } else { "" };
    Ok(format!("{}{end}{end}{FIRST}{end}{answers}{LAST}{gap}{rest}", &text[..at]))
}

/// What stands between the comments, line ends included.
fn between(text: &str) -> Result<Option<Range<usize>>, Refusal> {
    let mut at = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        match start {
            None if line.starts_with(BEGIN) => start = Some(at + line.len()),
            Some(start) if line.trim_end() == LAST => return Ok(Some(start..at)),
            _ => {}
        }
        at += line.len();
    }
    if start.is_some() { Err(Refusal::NoEnd) } else { Ok(None) }
}

/// The components of the specification that the topology has; without a line that names them, all that are ours.
fn nodes(document: &Document, study: &Study<'_>) -> Vec<Node> {
    let graph = &study.graph;
    let named = document.components().map(|all| all.iter().filter_map(|(n, _)| study.resolve(n)).collect::<Vec<_>>());
    let mut nodes = named.unwrap_or_else(|| (0..graph.len()).filter(|n| graph.component(*n).kind != Kind::External).collect());
    let mut met = Vec::new();
    nodes.retain(|n| {
        !met.contains(n) && {
            met.push(*n);
            true
        }
    });
    nodes
}

fn answers(study: &Study<'_>, nodes: &[Node]) -> String {
    let mut out = String::from("\n| without | fails too | goes on with less | takes over | users | noticed after |\n| --- | --- | --- | --- | --- | --- |\n");
    for node in nodes {
        let deletion = delete(study, *node);
        let cells = [
            study.graph.name(*node).to_owned(),
            or_nobody(study, &deletion.blast.lost),
            or_nobody(study, &deletion.blast.degraded),
            takes_over(study, &deletion),
            stops(study, &deletion.blast),
            deletion.noticed_after.map_or_else(|| "unknown: the topology does not say".to_owned(), duration),
        ];
        out += &format!("| {} |\n", cells.map(|c| c.replace('|', "\\|")).join(" | "));
    }
    out.push('\n');
    out
}

fn or_nobody(study: &Study<'_>, nodes: &[Node]) -> String {
    if nodes.is_empty() { "nobody".to_owned() } else { names(study, nodes) }
}

fn takes_over(study: &Study<'_>, deletion: &Deletion) -> String {
    let one = |t: &crate::topology::analyses::deletion_test::TakeOver| {
        let from = &study.graph.relationship(t.edge).from;
        let load = match (t.by, t.moved, t.busy) {
            (_, _, Some(busy)) => format!(", then at {} of its capacity", about(busy)),
            (Some(_), Some(moved), None) => format!(", gets {}/s more, capacity unknown", number(moved)),
            (Some(_), None, None) => ", load unknown".to_owned(),
            (None, ..) => String::new(),
        };
        format!("{} for {from}{load}", t.words)
    };
    if deletion.takes_over.is_empty() { "nothing is declared to".to_owned() } else { deletion.takes_over.iter().map(one).collect::<Vec<_>>().join("; ") }
}

/// Answers that the topology gives otherwise by now.
pub(super) fn stale(text: &str, topology: &Topology) -> Vec<Problem> {
    let (Ok(Some(inner)), Ok(fresh)) = (between(text), fill(text, topology)) else { return Vec::new() };
    if fresh == text {
        return Vec::new();
    }
    let old: Vec<&str> = text[inner.clone()].lines().collect();
    // The first line that differs; where lines are missing, the last.
    let new: Vec<&str> = fresh.get(inner.start..).unwrap_or_default().lines().collect();
    let at = old.iter().zip(&new).position(|(a, b)| a != b).unwrap_or(old.len().saturating_sub(1));
    let start = inner.start + text[inner.clone()].split_inclusive('\n').take(at).map(str::len).sum::<usize>();
    let line = text[start..].lines().next().unwrap_or_default();
    vec![Problem {
        rule: "stale-answers",
        range: start..start + line.trim_end().len(),
        what: "the topology answers otherwise by now".to_owned(),
        hint: "`distarch spec deletion-test FILE` writes the answers of today".to_owned(),
    }]
}
