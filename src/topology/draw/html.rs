//! A page to explore: the drawing, the facts as data, and a script that lights up what depends on what. Names are untrusted: in the
//! markup they are escaped, in the data no character can end the element, the script sets text only as text, and the policy of the
//! page lets nothing run or load but its own style and script.

use super::layout::Size;
use super::picture::Picture;
use super::scene::{self, Scene};
use super::wording::{below, label, name};
use super::{colours, facts, shapes};
use crate::hash::fnv;
use crate::text::plain;
use crate::topology::model::Kind;
use serde_json::{Value, json};

const PAGE: &str = include_str!("page/page.html");
/// One script in four parts.
const SCRIPT: &str = concat!(include_str!("page/graph.js"), include_str!("page/drawing.js"), include_str!("page/panel.js"), include_str!("page/input.js"));

/// Draws it.
pub(super) fn draw(picture: &Picture<'_>) -> String {
    let scene = Scene::of(picture);
    let data = quiet(&data(&scene).to_string());
    let content = scene.content(false);
    let title = format!("{} components, {} relationships", picture.nodes.len(), picture.edges.len());
    let style = format!(
        ":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=light]{{color-scheme:light}}\n:root[data-theme=dark]{{color-scheme:dark;{dark}}}\n{}{}",
        scene::rules(),
        include_str!("page/page.css"),
        light = colours::properties(false),
        dark = colours::properties(true)
    );
    // Nobody who names a component can know it beforehand: it depends on all names.
    let nonce = format!("{:016x}", fnv(data.as_bytes()));
    let mut out = String::with_capacity(PAGE.len() + style.len() + content.len() + data.len() + 64 * 1024);
    let mut rest = PAGE;
    while let Some((before, (key, after))) = rest.split_once("{{").and_then(|(b, r)| Some((b, r.split_once("}}")?))) {
        out.push_str(before);
        out.push_str(match key {
            "title" => &title,
            "style" => &style,
            "content" => &content,
            "data" => &data,
            "nonce" => &nonce,
            "script" => SCRIPT,
            _ => "",
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// JSON that stays within its element: no character of it can end a script or begin a comment.
fn quiet(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn data(scene: &Scene<'_>) -> Value {
    let picture = scene.picture;
    let (study, graph) = (picture.study, picture.graph());
    let number = |n: usize| picture.nodes.binary_search(&n).ok();
    let line = |e: usize| picture.edges.binary_search(&e).ok();
    let round = |x: f64| (x * 10.0).round() / 10.0;
    let mut shares = vec![0.0; graph.len()];
    study.entries.iter().zip(&study.shares).for_each(|(n, share)| shares[*n] = *share);
    let nodes = picture.nodes.iter().enumerate().map(|(i, &n)| {
        let component = graph.component(n);
        let (at, size) = (scene.placed.boxes[i], scene.sizes[i]);
        json!({
            "id": format!("n{n}"),
            "name": plain(&component.name),
            "short": name(picture, n),
            "kind": component.kind.name(),
            "below": below(picture, n),
            "x": round(at.x), "y": round(at.y), "w": round(size.w), "h": round(size.h), "s": scene.scales[i],
            "severity": picture.severity(n).map(|s| s.name()),
            "share": shares[n],
            "facts": facts::of_component(picture, n),
            "notes": facts::notes(&[&component.role, &component.notes]),
            "sources": facts::sources(&component.sources),
        })
    });
    let edges = picture.edges.iter().filter_map(|&e| {
        let (from, to) = graph.from_to(e);
        let r = graph.relationship(e);
        Some(json!({
            "id": format!("e{e}"),
            "f": number(from)?, "t": number(to)?,
            "label": label(picture, e),
            "hard": r.is_hard(), "sync": r.is_sync(),
            "severity": picture.edge_severity(e).map(|s| s.name()),
            "facts": facts::of_relationship(picture, e),
            "notes": facts::notes(&[&r.data, &r.notes]),
            "sources": facts::sources(&r.sources),
        }))
    });
    let marks = picture.marks.iter().map(|m| {
        json!({
            "c": m.components.iter().filter_map(|n| number(*n)).collect::<Vec<_>>(),
            "e": m.edges.iter().filter_map(|e| line(*e)).collect::<Vec<_>>(),
            "s": m.severity.name(), "t": m.title, "x": m.text,
        })
    });
    let kinds = Kind::ALL.iter().filter_map(|(name, kind)| {
        let count = picture.nodes.iter().filter(|n| graph.component(**n).kind == *kind).count();
        (count > 0).then(|| json!({ "name": name, "count": count, "sign": shapes::outline(*kind, Size { w: 30.0, h: 16.0 }) }))
    });
    let groups = scene.placed.groups.iter().map(|g| json!({ "title": g.title, "x": round(g.at.x), "y": round(g.at.y), "w": round(g.size.w) }));
    json!({
        "version": 1,
        "map": scene.is_map,
        "size": [round(scene.placed.size.w), round(scene.placed.size.h)],
        "focus": picture.focus.and_then(number),
        "entries": study.entries.len(),
        "shared": if study.shared_by == "number" { "entries" } else { "requests" },
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "marks": marks.collect::<Vec<_>>(),
        "kinds": kinds.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
    })
}
