//! A picture laid out: the fragments of SVG that the still picture and the page share.

use super::layout::{self, Line, Placed, Plan, Size, figure};
use super::picture::Picture;
use super::wording::{below, escaped, label, name, width};
use super::{colours, shapes};
use crate::topology::analyses::Severity;
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Kind;
use std::fmt::Write;

/// More components or relationships than this are drawn as a map.
const LAYERED: (usize, usize) = (120, 400);
/// Height of a box.
const BOX: f64 = 46.0;
/// Height of a drum, whose rim takes room.
const DRUM: f64 = 54.0;
/// Sizes of the name and of what stands below it and on lines.
const FONT: (f64, f64) = (14.0, 12.0);
/// Height of a label.
const LABEL: f64 = 17.0;
/// Least width of a box.
const NARROWEST: f64 = 92.0;

/// A picture with its places.
pub(super) struct Scene<'a> {
    /// What is drawn.
    pub(super) picture: &'a Picture<'a>,
    /// Where it stands: boxes as in [`Picture::nodes`], routes as in [`Picture::edges`].
    pub(super) placed: Placed,
    /// Whether it is too large to follow every line.
    pub(super) is_map: bool,
    /// Sizes of the boxes.
    pub(super) sizes: Vec<Size>,
    /// How much larger than others each box is drawn: on a map those of many relationships.
    pub(super) scales: Vec<f64>,
}

impl<'a> Scene<'a> {
    /// Lays a picture out.
    pub(super) fn of(picture: &'a Picture<'a>) -> Self {
        let is_map = picture.nodes.len() > LAYERED.0 || picture.edges.len() > LAYERED.1;
        let scales = if is_map { scales(picture) } else { vec![1.0; picture.nodes.len()] };
        let sizes: Vec<Size> = picture
            .nodes
            .iter()
            .zip(&scales)
            .map(|(n, scale)| {
                let text = width(&name(picture, *n), FONT.0, true).max(width(&below(picture, *n), FONT.1, false));
                let w = (text + 2.0 * shapes::padding(picture.graph().component(*n).kind)).max(NARROWEST).ceil();
                let h = if is_drum(picture.graph().component(*n).kind) { DRUM } else { BOX };
                Size { w: w * scale, h: h * scale }
            })
            .collect();
        let mut number = vec![0; picture.graph().len()];
        picture.nodes.iter().enumerate().for_each(|(i, n)| number[*n] = i);
        let lines = picture.edges.iter().map(|e| {
            let (from, to) = picture.graph().from_to(*e);
            let text = if is_map { String::new() } else { label(picture, *e) };
            let label = if text.is_empty() { Size::default() } else { Size { w: (width(&text, FONT.1, false) + 12.0).ceil(), h: LABEL } };
            Line { from: number[from], to: number[to], label }
        });
        let plan = Plan { boxes: sizes.clone(), lines: lines.collect() };
        let placed = if is_map { layout::map(&plan) } else { layout::layered(&plan) };
        Self { picture, placed, is_map, sizes, scales }
    }

    /// Frames, lines, labels and boxes, from the back to the front. The lines of a map may be left out.
    pub(super) fn content(&self, with_lines_of_map: bool) -> String {
        let mut out = format!("<g class=\"{}\"><g class=\"frames\">", if self.is_map { "map" } else { "layers" });
        for g in &self.placed.groups {
            let (x, y, w, h) = (figure(g.at.x), figure(g.at.y), figure(g.size.w), figure(g.size.h));
            let small = if g.size.w < 400.0 { " small" } else { "" };
            let _ = write!(out, "<g class=\"frame{small}\"><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"10\"/>");
            let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text></g>", figure(g.at.x + 18.0), figure(g.at.y + 32.0), escaped(&g.title));
        }
        out.push_str("</g><g class=\"lines\">");
        match (self.is_map, with_lines_of_map) {
            (false, _) => (0..self.picture.edges.len()).for_each(|i| self.line(&mut out, i)),
            (true, true) => self.many_lines(&mut out),
            (true, false) => {}
        }
        out.push_str("</g><g class=\"boxes\">");
        (0..self.picture.nodes.len()).for_each(|i| self.component(&mut out, i));
        out.push_str("</g></g>");
        out
    }

    /// All lines of a map: a few paths, for nobody follows one of thousands.
    fn many_lines(&self, out: &mut String) {
        let is_sync = |e: Edge| self.picture.graph().relationship(e).is_sync();
        for (class, wanted) in [("e", true), ("e async", false)] {
            let ours: Vec<usize> = (0..self.picture.edges.len()).filter(|i| is_sync(self.picture.edges[*i]) == wanted).collect();
            for some in ours.chunks(200) {
                let d: String = some.iter().filter_map(|i| self.placed.routes[*i].as_ref()).map(layout::Route::path).collect();
                let _ = write!(out, "<path class=\"{class}\" d=\"{d}\"/>");
            }
        }
    }

    fn line(&self, out: &mut String, i: usize) {
        let edge = self.picture.edges[i];
        let Some(route) = &self.placed.routes[i] else { return };
        let graph = self.picture.graph();
        let (from, to) = graph.from_to(edge);
        let rightwards = route.stations.first().zip(route.stations.last()).is_some_and(|(first, last)| last.x >= first.x);
        // Lines reach from outline to outline, and end where the head begins.
        let reach = |n: Node, port: Option<&layout::Point>| {
            let Ok(at) = self.picture.nodes.binary_search(&n) else { return 0.0 };
            shapes::inset(graph.component(n).kind, self.sizes[at], port.map_or(0.0, |p| p.y - self.placed.boxes[at].y))
        };
        let side = if rightwards { 1.0 } else { -1.0 };
        let first = -side * reach(from, route.stations.first());
        let last = side * reach(to, route.stations.last());
        let route = route.clone().reaching(first, last - side * 6.0);
        let end = route.stations.last().copied().unwrap_or_default();
        let class = if graph.relationship(edge).is_sync() { "e" } else { "e async" };
        let _ = write!(out, "<g id=\"e{edge}\" class=\"{class}{}\"><path d=\"{}\"/>", severity(self.picture.edge_severity(edge)), route.path());
        let _ = write!(out, "<path class=\"head\" d=\"M{} {}l{} -4.5v9z\"/>", figure(end.x + side * 7.0), figure(end.y), figure(-side * 9.0));
        if let Some(at) = route.label {
            let text = label(self.picture, edge);
            let w = width(&text, FONT.1, false) + 8.0;
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{LABEL}\" rx=\"4\"/><text x=\"{}\" y=\"{}\">{}</text>",
                figure(at.x - w / 2.0),
                figure(at.y - LABEL / 2.0),
                figure(w),
                figure(at.x),
                figure(at.y + 4.0),
                escaped(&text)
            );
        }
        out.push_str("</g>");
    }

    fn component(&self, out: &mut String, i: usize) {
        let node = self.picture.nodes[i];
        let component = self.picture.graph().component(node);
        let (at, scale) = (self.placed.boxes[i], self.scales[i]);
        let size = Size { w: self.sizes[i].w / scale, h: self.sizes[i].h / scale };
        let outline = shapes::outline(component.kind, size);
        let zoom = if scale > 1.0 { format!(" scale({})", figure(scale)) } else { String::new() };
        let focus = if self.picture.focus == Some(node) { " focus" } else { "" };
        let _ = write!(
            out,
            "<g id=\"n{node}\" class=\"n {}{}{focus}\" transform=\"translate({},{}){zoom}\">",
            component.kind.name(),
            severity(self.picture.severity(node)),
            figure(at.x),
            figure(at.y)
        );
        let (shown, whole) = (name(self.picture, node), self.picture.graph().name(node));
        if shown != whole {
            let _ = write!(out, "<title>{}</title>", escaped(whole));
        }
        // More than one: another behind it.
        if self.picture.study.count(node).is_many() {
            let _ = write!(out, "<path class=\"behind\" d=\"{outline}\" transform=\"translate(4,4)\"/>");
        }
        let _ = write!(out, "<path class=\"outline\" d=\"{outline}\"/>");
        let low = if is_drum(component.kind) { 5.0 } else { 0.0 };
        let _ = write!(out, "<text class=\"name\" y=\"{}\">{}</text>", figure(-3.0 + low), escaped(&shown));
        let _ = write!(out, "<text class=\"below\" y=\"{}\">{}</text>", figure(13.0 + low), escaped(&below(self.picture, node)));
        if let Some(worst) = self.picture.severity(node) {
            let (x, y) = (figure(size.w / 2.0 - 3.0), figure(-size.h / 2.0 + 1.0));
            let _ = write!(
                out,
                "<g class=\"badge{}\"><circle cx=\"{x}\" cy=\"{y}\" r=\"8\"/><text x=\"{x}\" y=\"{}\">!</text></g>",
                severity(Some(worst)),
                figure(-size.h / 2.0 + 5.0)
            );
        }
        out.push_str("</g>");
    }
}

fn is_drum(kind: Kind) -> bool {
    matches!(kind, Kind::Db | Kind::Cache)
}

/// The class of a severity, with a space before it.
fn severity(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Error) => " error",
        Some(Severity::Warn) => " warn",
        _ => "",
    }
}

/// Components of many relationships are drawn larger, so that they are found from afar.
fn scales(picture: &Picture<'_>) -> Vec<f64> {
    let graph = picture.graph();
    let degree: Vec<usize> = picture.nodes.iter().map(|n| graph.calls[*n].len() + graph.callers[*n].len()).collect();
    let mut sorted = degree.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let least = |share: usize| sorted.get(sorted.len() / share).copied().unwrap_or(usize::MAX).max(4);
    let (hubs, busy) = (least(80), least(16));
    degree
        .iter()
        .map(|d| {
            if *d > hubs {
                2.4
            } else if *d > busy {
                1.5
            } else {
                1.0
            }
        })
        .collect()
}

/// The rules of the fragments; colours are custom properties, see [`colours::properties`].
pub(super) fn rules() -> String {
    let mut css = colours::rules();
    css.push_str(include_str!("scene.css"));
    css
}
