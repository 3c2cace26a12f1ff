//! `distarch resources`: which shared resources there are.

use super::{source, words};
use crate::commands::Answer;
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::{Certainty, Kind, Role};
use crate::render::numbers::of;
use crate::render::{self, Format, Page, Section, Table};
use clap::ValueEnum as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a table.
const SHOWN: usize = 200;

/// `distarch resources`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only of this kind; can be given several times.
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Vec<Kind>,
    /// Only what more than one component touches.
    #[arg(long)]
    pub shared: bool,
    /// Places that are guesses too.
    #[arg(long)]
    pub guesses: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lists them.
///
/// # Errors
/// When the repository cannot be read.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let index = source::load(args.guesses)?.linked.index;
    let wanted: Vec<&Resource> = index
        .resources
        .iter()
        .filter(|r| args.kind.is_empty() || args.kind.contains(&r.kind))
        .filter(|r| !args.shared || r.places.iter().map(|p| words::component(&index, p)).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    Ok(match args.format {
        Format::Json => words::report(report(&index, &wanted))?,
        Format::Text => render::text::render(&page(&index, &wanted)),
        Format::Markdown => render::markdown::render(&page(&index, &wanted)),
    }
    .into())
}

fn report(index: &Index, wanted: &[&Resource]) -> Value {
    let resource = |r: &&Resource| json!({ "kind": r.kind, "name": r.name, "places": r.places.iter().map(|p| words::json(index, p)).collect::<Vec<_>>() });
    json!({ "version": super::VERSION, "resources": wanted.iter().map(resource).collect::<Vec<_>>() })
}

fn page(index: &Index, wanted: &[&Resource]) -> Page {
    let places: Vec<&Place> = wanted.iter().flat_map(|r| &r.places).collect();
    let files: BTreeSet<u32> = places.iter().map(|p| p.file).collect();
    let title = format!(
        "{} at {} in {}",
        of(wanted.len() as u64, "shared resource", "shared resources"),
        of(places.len() as u64, "place", "places"),
        of(files.len() as u64, "file", "files")
    );
    let mut page = Page { title, sections: Vec::new() };
    for kind in Kind::value_variants() {
        let resources: Vec<&&Resource> = wanted.iter().filter(|r| r.kind == *kind).collect();
        if resources.is_empty() {
            continue;
        }
        let mut section = Section::new(format!("{} ({})", words::word(kind), resources.len()));
        let rows = resources.iter().map(|r| vec![r.name.clone(), roles(r), components(index, r), values(r)]);
        section.table(Table::new(&["name", "roles", "components", "values"], rows, SHOWN));
        page.sections.push(section);
    }
    if page.sections.is_empty() {
        let mut none = Section::new("Nothing");
        none.fact("No file here touches a shared resource of these kinds, as far as its text tells.");
        page.sections.push(none);
    }
    page
}

/// `2 writes, 1 reads`.
fn roles(resource: &Resource) -> String {
    let mut counts: BTreeMap<usize, (Role, usize)> = BTreeMap::new();
    for place in &resource.places {
        counts.entry(words::rank(place.role)).or_insert((place.role, 0)).1 += 1;
    }
    counts.values().map(|(role, n)| format!("{} {n}", words::word(role))).collect::<Vec<_>>().join(", ")
}

fn components(index: &Index, resource: &Resource) -> String {
    let names: BTreeSet<&str> = resource.places.iter().map(|p| words::component(index, p)).filter(|c| !c.is_empty()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The literals that are written or compared, each once.
fn values(resource: &Resource) -> String {
    const MOST: usize = 6;
    let sure = resource.places.iter().filter(|p| p.certainty > Certainty::Guess);
    let all: BTreeSet<&str> = sure.filter_map(|p| p.value.as_deref()).collect();
    let more = all.len().saturating_sub(MOST);
    let shown: Vec<&str> = all.into_iter().take(MOST).collect();
    format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::super::small;
    use super::*;

    #[test]
    fn a_row_says_who_and_with_what() {
        let index = small::index();
        let wanted: Vec<&Resource> = index.resources.iter().filter(|r| matches!(r.kind, Kind::Key | Kind::Rpc)).collect();
        let page = page(&index, &wanted);
        assert_eq!(page.title, "2 shared resources at 5 places in 4 files");
        let text = anstream::adapter::strip_str(&render::text::render(&page)).to_string();
        assert!(text.contains("worker:{}:status  writes 2, reads 2  dispatcher, ui, worker  idle"), "{text}");
        assert!(text.contains("rpc (1)"), "{text}");
        assert!(!text.contains("channel"), "{text}");
    }
}
