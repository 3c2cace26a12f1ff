//! A Mermaid flowchart. Ids are numbers of components, so that no name can break the syntax.

use super::colours::KINDS;
use super::picture::Picture;
use super::wording::{below, label, name};
use crate::topology::analyses::Severity;
use crate::topology::model::Kind;
use std::fmt::Write;

/// Relationships that renderers of Mermaid draw, unless they are told otherwise.
const MOST: usize = 500;

/// Draws it.
pub(super) fn draw(picture: &Picture<'_>) -> String {
    let graph = picture.graph();
    let mut out = String::from("flowchart LR\n");
    if picture.edges.len() > MOST {
        let _ = writeln!(out, "  %% more than {MOST} relationships: most renderers refuse them; --focus NAME draws a part, --format html all");
    }
    for &n in &picture.nodes {
        let kind = graph.component(n).kind;
        let (open, close) = brackets(kind);
        let _ = writeln!(out, "  n{n}{open}\"{}<br/>{}\"{close}:::{}", quoted(&name(picture, n)), quoted(&below(picture, n)), kind.name());
    }
    let mut coloured = Vec::new();
    for (i, &e) in picture.edges.iter().enumerate() {
        let (from, to) = graph.from_to(e);
        let arrow = if graph.relationship(e).is_sync() { "-->" } else { "-.->" };
        let label = label(picture, e);
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", quoted(&label)) };
        let _ = writeln!(out, "  n{from} {arrow}{label} n{to}");
        if let Some(severity) = picture.edge_severity(e) {
            coloured.push((i, severity));
        }
    }
    for (kind, [fill, line], _) in KINDS {
        if picture.nodes.iter().any(|n| graph.component(*n).kind == kind) {
            let dashes = if kind == Kind::External { ",stroke-dasharray:4 3" } else { "" };
            let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{line},color:#1b2230{dashes}", kind.name());
        }
    }
    for (severity, colour) in [(Severity::Warn, "#c77f00"), (Severity::Error, "#d1242f")] {
        let nodes: Vec<String> = picture.nodes.iter().filter(|n| picture.severity(**n) == Some(severity)).map(|n| format!("n{n}")).collect();
        if !nodes.is_empty() {
            let _ = writeln!(out, "  classDef {0} stroke:{colour},stroke-width:3px\n  class {1} {0}", severity.name(), nodes.join(","));
        }
        let edges: Vec<String> = coloured.iter().filter(|(_, s)| *s == severity).map(|(i, _)| i.to_string()).collect();
        if !edges.is_empty() {
            let _ = writeln!(out, "  linkStyle {} stroke:{colour},stroke-width:2px", edges.join(","));
        }
    }
    if let Some(focus) = picture.focus {
        let _ = writeln!(out, "  style n{focus} stroke-width:4px");
    }
    out
}

fn brackets(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Service => ("(", ")"),
        Kind::Job => ("[[", "]]"),
        Kind::Db | Kind::Cache => ("[(", ")]"),
        Kind::Queue => (">", "]"),
        Kind::Gateway => ("{{", "}}"),
        Kind::Client => ("([", "])"),
        Kind::External => ("[", "]"),
        Kind::Lock => ("[\\", "\\]"),
        Kind::Config => ("[/", "/]"),
    }
}

/// Text inside quotes: what could mean something to Mermaid, Markdown or HTML is written as its number.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if c.is_alphanumeric() || matches!(c, ' ' | '_' | '/' | ':' | ',' | '·' | '→' | '…') || (i > 0 && matches!(c, '.' | '-')) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
