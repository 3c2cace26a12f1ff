//! `distarch topology blast-radius`: what is lost with a component, and what goes on with less.

use super::{asked, load};
use crate::commands::Answer;
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::blast_radius::{Blast, blast, stops};
use crate::topology::analyses::wording::{of, owned};
use crate::topology::analyses::{Figure, Study};
use crate::topology::graph::Node;
use serde_json::{Value, json};
use std::path::Path;

/// `distarch topology blast-radius`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What is lost; several are lost at the same time.
    #[arg(required = true, value_name = "COMPONENT")]
    pub components: Vec<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Rows of a table.
const SHOWN: usize = 60;

/// Tells the blast radius.
///
/// # Errors
/// When there is no file, it cannot be read, or no component has a name.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let mut first = args.components.iter().map(|n| asked::component(&study, n)).collect::<Result<Vec<Node>, _>>()?;
    first.sort_unstable();
    first.dedup();
    let blast = blast(&study, &first);
    asked::answer(args.format, || page(&study, &blast), || report(&study, &blast), false)
}

fn page(study: &Study<'_>, blast: &Blast) -> Page {
    let first = owned(study, &blast.lost_first).join(", ");
    let lost = of(blast.lost.len(), "component fails", "components fail");
    let less = of(blast.degraded.len(), "goes on with less", "go on with less");
    let mut page = Page { title: format!("Without {first}: {lost} too, {less}"), sections: Vec::new() };
    let mut users = Section::new("Users");
    users.fact(stops(study, blast));
    page.sections.push(users);
    page.sections.extend(tables(study, blast));
    page
}

/// What fails, and what goes on with less, each with the call by which it does.
pub(super) fn tables(study: &Study<'_>, blast: &Blast) -> Vec<Section> {
    let mut out = Vec::new();
    let mut lost = Section::new(format!("Fails with it: {}", of(blast.lost.len(), "component", "components")));
    let rows = blast
        .lost
        .iter()
        .zip(&blast.steps)
        .zip(&blast.because)
        .map(|((n, steps), because)| vec![study.graph.name(*n).to_owned(), steps.to_string(), study.graph.name(*because).to_owned(), entry(study, *n)]);
    lost.table(Table::new(&["component", "steps", "waits for", "entry"], rows, SHOWN));
    if blast.lost.is_empty() {
        lost.fact("nothing that is declared waits for it without anything to take its place");
    }
    out.push(lost);
    if !blast.degraded.is_empty() {
        let mut degraded = Section::new(format!("Goes on with less: {}", of(blast.degraded.len(), "component", "components")));
        let rows = blast.degraded.iter().map(|n| vec![study.graph.name(*n).to_owned(), why(study, blast, *n), entry(study, *n)]);
        degraded.table(Table::new(&["component", "because", "entry"], rows, SHOWN));
        out.push(degraded);
    }
    out
}

fn entry(study: &Study<'_>, node: Node) -> String {
    match study.entries.binary_search(&node) {
        Ok(_) => study.graph.component(node).feature.clone().unwrap_or_else(|| "yes".to_owned()),
        Err(_) => String::new(),
    }
}

/// The relationship by which it can do without what is lost; else the one to what can.
fn why(study: &Study<'_>, blast: &Blast, node: Node) -> String {
    let graph = &study.graph;
    let is_lost = |n: Node| blast.lost_first.contains(&n) || blast.lost.contains(&n);
    if let Some((edge, other)) = graph.called_by(node).find(|(_, v)| is_lost(*v)) {
        let r = graph.relationship(edge);
        let instead = match (&r.fallback, r.is_sync()) {
            (Some(fallback), _) => format!("falls back on {fallback}"),
            (None, false) => "does not wait for an answer".to_owned(),
            (None, true) => "is declared not to need it".to_owned(),
        };
        return format!("calls {}, {instead}", graph.name(other));
    }
    study.hard[node].iter().find(|v| blast.degraded.contains(v)).map_or(String::new(), |v| format!("waits for {}", graph.name(*v)))
}

pub(super) fn report(study: &Study<'_>, blast: &Blast) -> Value {
    json!({
        "components": owned(study, &blast.lost_first),
        "lost": owned(study, &blast.lost),
        "degraded": owned(study, &blast.degraded),
        "entries": owned(study, &blast.entries),
        "all_entries": study.entries.len(),
        "share": Figure::from(blast.share),
        "shared_by": study.shared_by,
    })
}
