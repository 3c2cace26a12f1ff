//! `distarch observers`: who reads, writes, calls or serves a shared resource.

use super::asked::{Asked, asked};
use super::{source, words};
use crate::commands::Answer;
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::Kind;
use crate::render::numbers::of;
use crate::render::{self, Format, Page, Section, Table};
use serde_json::{Value, json};

/// Rows of a table.
const SHOWN: usize = 200;

/// `distarch observers NAME|FILE:LINE`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A resource by its name (orders.status, worker:{}:status, 'GET /orders/{id}'), or what a line or file touches: src/worker.py:61.
    #[arg(value_name = "NAME|FILE:LINE")]
    pub of: String,
    /// Only of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<Kind>,
    /// Places that are guesses too.
    #[arg(long)]
    pub guesses: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A resource, the places that were asked about, and everybody else's.
struct Observed<'a> {
    resource: &'a Resource,
    here: Vec<&'a Place>,
    others: Vec<&'a Place>,
}

/// Tells them.
///
/// # Errors
/// When the repository cannot be read, or nothing is meant.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let loaded = source::load(args.guesses)?;
    let index = &loaded.linked.index;
    let observed = observed(index, asked(index, &args.of, args.kind, &loaded.from)?);
    Ok(match args.format {
        Format::Json => words::report(report(index, &observed))?,
        Format::Text => render::text::render(&page(index, &args.of, &observed)),
        Format::Markdown => render::markdown::render(&page(index, &args.of, &observed)),
    }
    .into())
}

fn observed<'a>(index: &'a Index, asked: Asked<'a>) -> Vec<Observed<'a>> {
    let all: Vec<(&Resource, Vec<&Place>)> = match asked {
        Asked::Named(resources) => resources.into_iter().map(|r| (r, Vec::new())).collect(),
        Asked::At(touched) => touched,
    };
    all.into_iter()
        .map(|(resource, here)| {
            let mut others: Vec<&Place> = resource.places.iter().filter(|p| !here.contains(p)).collect();
            others.sort_by(|a, b| (words::rank(a.role), &index.file(a).path, a.line).cmp(&(words::rank(b.role), &index.file(b).path, b.line)));
            Observed { resource, here, others }
        })
        .collect()
}

fn report(index: &Index, observed: &[Observed<'_>]) -> Value {
    let list = |places: &[&Place]| places.iter().map(|p| words::json(index, p)).collect::<Vec<_>>();
    let resource = |o: &Observed<'_>| json!({ "kind": o.resource.kind, "name": o.resource.name, "here": list(&o.here), "places": list(&o.others) });
    json!({ "version": super::VERSION, "resources": observed.iter().map(resource).collect::<Vec<_>>() })
}

fn page(index: &Index, of_what: &str, observed: &[Observed<'_>]) -> Page {
    let places: usize = observed.iter().map(|o| o.others.len()).sum();
    let resources = of(observed.len() as u64, "shared resource", "shared resources");
    let places = of(
        places as u64,
        if observed.iter().any(|o| !o.here.is_empty()) { "other place" } else { "place" },
        if observed.iter().any(|o| !o.here.is_empty()) { "other places" } else { "places" },
    );
    let mut page = Page { title: format!("{of_what}: {resources}, {places}"), sections: Vec::new() };
    for o in observed {
        let mut section = Section::new(words::resource(o.resource));
        for place in &o.here {
            let value = words::value(place.value.as_deref());
            section.fact(format!("{} {}{}{value}", words::at(index, place), words::word(place.role), if value.is_empty() { "" } else { " " }));
        }
        let row = |p: &&Place| {
            vec![
                words::word(p.role),
                words::at(index, p),
                words::component(index, p).to_owned(),
                words::value(p.value.as_deref()),
                p.note.clone().unwrap_or_default(),
                words::sure(p.certainty),
            ]
        };
        section.table(Table::new(&["role", "where", "component", "value", "note", "sure"], o.others.iter().map(row), SHOWN));
        if o.others.is_empty() {
            section.fact("nobody else, as far as the text of the repository tells");
        }
        page.sections.push(section);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::super::small;
    use super::*;

    #[test]
    fn a_line_is_told_who_else_touches_what_it_does() {
        let index = small::index();
        let found = observed(&index, asked(&index, "worker/worker.py:61", None, "").expect("a place"));
        let text = anstream::adapter::strip_str(&render::text::render(&page(&index, "worker/worker.py:61", &found))).to_string();
        assert!(text.starts_with("worker/worker.py:61: 1 shared resource, 3 other places\n"), "{text}");
        assert!(text.contains("worker/worker.py:61 writes \"idle\""), "{text}");
        assert!(text.contains("reads   dispatcher/assign.py:57  dispatcher  \"idle\"  picks the first whose status is \"idle\""), "{text}");
        let places = report(&index, &found)["resources"][0]["places"].as_array().expect("places").len();
        assert_eq!(places, 3);
    }

    #[test]
    fn what_nobody_else_touches_is_said_to_be_alone() {
        let index = small::index();
        let found = observed(&index, asked(&index, "inventory/server.go:20", None, "").expect("a place"));
        let text = render::text::render(&page(&index, "x", &found));
        assert!(text.contains("nobody else"), "{text}");
    }
}
