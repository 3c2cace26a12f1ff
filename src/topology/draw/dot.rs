//! A graph for Graphviz.

use super::colours::KINDS;
use super::picture::Picture;
use super::wording::{below, label, name};
use crate::topology::analyses::Severity;
use crate::topology::model::Kind;
use std::fmt::Write;

/// Draws it.
pub(super) fn draw(picture: &Picture<'_>) -> String {
    let graph = picture.graph();
    let mut out = String::from("digraph topology {\n  rankdir=LR;\n  node [fontname=\"Helvetica\", fontsize=11, style=\"filled\", margin=\"0.15,0.08\"];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=9, color=\"#7f8aa0\"];\n");
    for &n in &picture.nodes {
        let kind = graph.component(n).kind;
        let (shape, style) = shape(kind);
        let [fill, line] = KINDS.iter().find(|k| k.0 == kind).map_or(["#ffffff", "#000000"], |k| k.1);
        let (line, width) = picture.severity(n).map_or((line, 1.0), |s| (colour(s), 2.5));
        let width = if picture.focus == Some(n) { 4.0 } else { width };
        let _ = writeln!(
            out,
            "  n{n} [label=\"{}\\n{}\", shape={shape}, style=\"filled{style}\", fillcolor=\"{fill}\", color=\"{line}\", penwidth={width}];",
            quoted(&name(picture, n)),
            quoted(&below(picture, n))
        );
    }
    for &e in &picture.edges {
        let (from, to) = graph.from_to(e);
        let _ = write!(out, "  n{from} -> n{to} [label=\"{}\"", quoted(&label(picture, e)));
        if !graph.relationship(e).is_sync() {
            out.push_str(", style=dashed");
        }
        if let Some(severity) = picture.edge_severity(e) {
            let _ = write!(out, ", color=\"{}\", penwidth=2", colour(severity));
        }
        out.push_str("];\n");
    }
    out.push_str("}\n");
    out
}

fn colour(severity: Severity) -> &'static str {
    if severity == Severity::Error { "#d1242f" } else { "#c77f00" }
}

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Service => ("box", ",rounded"),
        Kind::Job => ("box", ",diagonals"),
        Kind::Db | Kind::Cache => ("cylinder", ""),
        Kind::Queue => ("cds", ""),
        Kind::Gateway => ("hexagon", ""),
        Kind::Client => ("ellipse", ""),
        Kind::External => ("box", ",dashed"),
        Kind::Lock => ("octagon", ""),
        Kind::Config => ("note", ""),
    }
}

/// Text inside quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
