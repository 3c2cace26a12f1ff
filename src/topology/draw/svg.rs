//! A still picture: no script, no font of its own, light and dark.

use super::colours;
use super::layout::{Size, figure};
use super::picture::Picture;
use super::scene::{self, Scene};
use super::shapes;
use super::wording::{escaped, width};
use crate::topology::analyses::Severity;
use crate::topology::model::Kind;
use std::fmt::Write;

/// Height of a row of the legend.
const ROW: f64 = 26.0;
/// Room for the picture of a row's item.
const SIGN: f64 = 40.0;

/// Draws it.
pub(super) fn draw(picture: &Picture<'_>) -> String {
    let scene = Scene::of(picture);
    let zoom = if scene.is_map { 2.5 } else { 1.0 };
    let width = scene.placed.size.w.max(420.0);
    let (legend, low) = legend(picture, width / zoom);
    let (w, h) = (width, scene.placed.size.h + low * zoom);
    let title = format!("{} components, {} relationships", picture.nodes.len(), picture.edges.len());
    let (w, h) = (figure(w.ceil()), figure(h.ceil()));
    let mut out =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-label=\"{title}\">");
    let _ = write!(out, "<title>{title}</title><style>\n:root{{{}}}\n", colours::properties(false));
    let _ = write!(out, "@media (prefers-color-scheme:dark){{:root{{{}}}}}\n{}", colours::properties(true), scene::rules());
    out.push_str(".page{fill:var(--page)}\n.legend>g>text{font-size:12px;fill:var(--soft)}\n</style>");
    let _ = write!(out, "<rect class=\"page\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>{}", scene.content(true));
    let _ = write!(out, "<g class=\"legend\" transform=\"translate(0,{}) scale({})\">{legend}</g></svg>", figure(scene.placed.size.h), figure(zoom));
    out.push('\n');
    out
}

/// What the signs mean that the picture uses, in rows of a width; its height.
fn legend(picture: &Picture<'_>, most: f64) -> (String, f64) {
    let graph = picture.graph();
    let mut items: Vec<(String, String)> = Vec::new();
    for (name, kind) in Kind::ALL {
        if picture.nodes.iter().any(|n| graph.component(*n).kind == kind) {
            let outline = shapes::outline(kind, Size { w: 32.0, h: 16.0 });
            items.push((format!("<g class=\"n {name}\"><path class=\"outline\" d=\"{outline}\" transform=\"translate(16,0)\"/></g>"), name.to_owned()));
        }
    }
    let line = |class: &str| format!("<g class=\"e {class}\"><path d=\"M0 0H26\"/><path class=\"head\" d=\"M33 0l-9 -4.5v9z\"/></g>");
    let any = |wanted: bool| picture.edges.iter().any(|e| graph.relationship(*e).is_sync() == wanted);
    if any(true) {
        items.push((line(""), "waits for".to_owned()));
    }
    if any(false) {
        items.push((line("async"), "does not wait for".to_owned()));
    }
    if picture.edges.iter().any(|e| super::wording::cardinality(picture, *e).is_some()) {
        items.push(("<g class=\"e\"><text x=\"16\" y=\"4\">1 → N</text></g>".to_owned(), "how many at each end".to_owned()));
    }
    for severity in [Severity::Warn, Severity::Error] {
        if picture.nodes.iter().any(|n| picture.severity(*n) == Some(severity)) {
            let badge =
                format!("<g class=\"n\"><g class=\"badge {}\"><circle cx=\"22\" cy=\"0\" r=\"8\"/><text x=\"22\" y=\"4\">!</text></g></g>", severity.name());
            items.push((badge, if severity == Severity::Warn { "a warning".to_owned() } else { "an error".to_owned() }));
        }
    }
    let (mut out, mut x, mut y) = (String::new(), 20.0, ROW / 2.0);
    for (sign, text) in items {
        let w = SIGN + width(&text, 12.0, false) + 20.0;
        if x + w > most && x > 20.0 {
            (x, y) = (20.0, y + ROW);
        }
        let _ = write!(out, "<g transform=\"translate({},{})\">{sign}<text x=\"{SIGN}\" y=\"4\">{}</text></g>", figure(x), figure(y), escaped(&text));
        x += w;
    }
    (out, y + ROW)
}
