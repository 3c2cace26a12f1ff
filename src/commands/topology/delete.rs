//! `distarch topology delete`: six questions to a world without a component.

use super::{asked, blast_radius, load};
use crate::commands::Answer;
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::blast_radius::stops;
use crate::topology::analyses::deletion_test::{Deletion, delete};
use crate::topology::analyses::wording::{about, duration, names, number};
use crate::topology::analyses::{Figure, Study};
use crate::topology::graph::{Edge, Node};
use serde_json::{Value, json};
use std::path::Path;

/// `distarch topology delete`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What is taken away, in thought: nothing is changed.
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Rows of a table.
const SHOWN: usize = 40;

/// Answers the six questions.
///
/// # Errors
/// When there is no file, it cannot be read, or no component has the name.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let node = asked::component(&study, &args.component)?;
    let deletion = delete(&study, node);
    asked::answer(args.format, || page(&study, node, &deletion), || report(&study, node, &deletion), false)
}

fn page(study: &Study<'_>, node: Node, deletion: &Deletion) -> Page {
    let graph = &study.graph;
    let mut page = Page { title: format!("If {} were gone", graph.name(node)), sections: Vec::new() };
    let mut calls = Section::new("1. Who calls it?");
    let head = ["component", "by", "how", "requests/s", "if it is gone"];
    calls.table(Table::new(&head, deletion.callers.iter().map(|e| row(study, *e, true)), SHOWN));
    if deletion.callers.is_empty() {
        calls.fact("nobody who is declared");
    }
    page.sections.push(calls);
    let mut outputs = Section::new("2. What does it output to?");
    outputs.table(Table::new(&head[..4], deletion.outputs.iter().map(|e| row(study, *e, false)), SHOWN));
    if deletion.outputs.is_empty() {
        outputs.fact("nothing that is declared");
    }
    page.sections.push(outputs);
    let mut then = Section::new("3. What happens to those that depend on it?");
    let blast = &deletion.blast;
    then.fact(format!("fail: {}", if blast.lost.is_empty() { "nobody".to_owned() } else { names(study, &blast.lost) }));
    then.fact(format!("go on with less: {}", if blast.degraded.is_empty() { "nobody".to_owned() } else { names(study, &blast.degraded) }));
    let starved: Vec<Node> = deletion.outputs.iter().map(|e| graph.from_to(*e).1).filter(|n| graph.callers_of(*n).all(|(_, u)| u == node || u == *n)).collect();
    if !starved.is_empty() {
        then.fact(format!("get nothing any more: {}", names(study, &starved)));
    }
    page.sections.push(then);
    let mut over = Section::new("4. What takes over, and with which load?");
    let rows = deletion.takes_over.iter().map(|t| {
        let moved = t.moved.map_or("unknown".to_owned(), number);
        let busy = match (t.by, t.busy) {
            (_, Some(busy)) => about(busy),
            (Some(_), None) => "unknown".to_owned(),
            (None, None) => "not a component".to_owned(),
        };
        vec![graph.relationship(t.edge).from.clone(), t.words.clone(), moved, busy]
    });
    over.table(Table::new(&["for", "takes over", "requests/s", "of its capacity"], rows, SHOWN));
    if deletion.takes_over.is_empty() {
        over.fact("nothing is declared to");
    }
    page.sections.push(over);
    let mut users = Section::new("5. How many users?");
    users.fact(stops(study, blast));
    page.sections.push(users);
    let mut noticed = Section::new("6. How long until somebody notices?");
    noticed.fact(deletion.noticed_after.map_or_else(|| "unknown: the file does not say".to_owned(), duration));
    page.sections.push(noticed);
    page
}

fn row(study: &Study<'_>, edge: Edge, caller: bool) -> Vec<String> {
    let r = study.graph.relationship(edge);
    let how = if r.is_sync() { "waits" } else { "does not wait" };
    let rate = r.rate.map_or("unknown".to_owned(), number);
    let mut out = vec![if caller { r.from.clone() } else { r.to.clone() }, r.via.clone(), how.to_owned(), rate];
    if caller {
        out.push(match &r.fallback {
            Some(fallback) => format!("falls back on {fallback}"),
            None if r.is_hard() => "fails".to_owned(),
            None => "goes on with less".to_owned(),
        });
    }
    out
}

fn report(study: &Study<'_>, node: Node, deletion: &Deletion) -> Value {
    let graph = &study.graph;
    let ends = |edges: &[Edge], caller: bool| -> Vec<Value> {
        let one = |e: &Edge| {
            let r = graph.relationship(*e);
            json!({ "component": if caller { &r.from } else { &r.to }, "via": r.via, "sync": r.is_sync(), "hard": r.is_hard(), "rate": Figure::from(r.rate) })
        };
        edges.iter().map(one).collect()
    };
    let takes_over: Vec<Value> = deletion
        .takes_over
        .iter()
        .map(|t| {
            json!({
                "for": graph.relationship(t.edge).from,
                "fallback": t.words,
                "component": t.by.map(|n| graph.name(n)),
                "moved": Figure::from(t.moved),
                "utilisation": Figure::from(t.busy),
            })
        })
        .collect();
    json!({
        "component": graph.name(node),
        "callers": ends(&deletion.callers, true),
        "outputs": ends(&deletion.outputs, false),
        "blast_radius": blast_radius::report(study, &deletion.blast),
        "takes_over": takes_over,
        "noticed_after_ms": deletion.noticed_after.map_or(Figure::Unknown, |d| Figure::Millis(i64::try_from(d.as_millis()).unwrap_or(i64::MAX))),
    })
}
