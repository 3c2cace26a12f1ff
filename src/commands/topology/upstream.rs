//! `distarch topology upstream`: who reaches a component, and by what.

use super::{asked, load};
use crate::commands::Answer;
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::Study;
use crate::topology::analyses::wording::of;
use crate::topology::graph::{Edge, Node};
use crate::topology::walk::{self, reach};
use serde_json::{Value, json};
use std::path::Path;

/// `distarch topology upstream`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The component that is reached.
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Rows of a table.
const SHOWN: usize = 100;

struct Upstream {
    node: Node,
    steps: usize,
    /// The next step on a shortest way.
    by: Edge,
    /// Whether it fails without the component.
    hard: bool,
    entry: bool,
}

/// Tells who is upstream.
///
/// # Errors
/// When there is no file, it cannot be read, or no component has the name.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let node = asked::component(&study, &args.component)?;
    let all = upstream(&study, node);
    asked::answer(args.format, || page(&study, node, &all), || report(&study, node, &all), false)
}

fn upstream(study: &Study<'_>, node: Node) -> Vec<Upstream> {
    let graph = &study.graph;
    let callers = walk::turned(&walk::next(graph, |_| true));
    let far = reach::distances(&callers, &[node]);
    let hard = reach::distances(&study.hard_callers, &[node]);
    let one = |n: Node| {
        let steps = far[n]?;
        // Of two ways that are equally short the one that it cannot do without.
        let by = graph.called_by(n).filter(|(_, v)| far[*v].is_some_and(|f| f + 1 == steps)).min_by_key(|(e, _)| (!graph.relationship(*e).is_hard(), *e))?.0;
        Some(Upstream { node: n, steps, by, hard: hard[n].is_some(), entry: study.entries.binary_search(&n).is_ok() })
    };
    reach::from(&callers, &[node]).into_iter().filter_map(one).collect()
}

fn page(study: &Study<'_>, node: Node, all: &[Upstream]) -> Page {
    let graph = &study.graph;
    let hard = all.iter().filter(|u| u.hard).count();
    let entries = all.iter().filter(|u| u.entry).count();
    let title = format!(
        "{} upstream of {}: {hard} cannot do without it, {}",
        of(all.len(), "component", "components"),
        graph.name(node),
        of(entries, "entry", "entries")
    );
    let yes = |b: bool| if b { "yes".to_owned() } else { String::new() };
    let mut section = Section::new("Upstream, the nearest first");
    let rows = all.iter().map(|u| {
        let r = graph.relationship(u.by);
        vec![graph.name(u.node).to_owned(), u.steps.to_string(), r.to.clone(), r.via.clone(), yes(u.hard), yes(u.entry)]
    });
    section.table(Table::new(&["component", "steps", "through", "by", "fails without", "entry"], rows, SHOWN));
    if all.is_empty() {
        section.fact("nobody who is declared");
    }
    Page { title, sections: vec![section] }
}

fn report(study: &Study<'_>, node: Node, all: &[Upstream]) -> Value {
    let graph = &study.graph;
    let one = |u: &Upstream| {
        let r = graph.relationship(u.by);
        json!({ "component": graph.name(u.node), "steps": u.steps, "through": r.to, "via": r.via, "hard": u.hard, "entry": u.entry })
    };
    json!({ "component": graph.name(node), "upstream": all.iter().map(one).collect::<Vec<_>>() })
}
