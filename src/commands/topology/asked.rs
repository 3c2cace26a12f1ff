//! What verbs that answer a question share: a component by its name, and one page or its JSON.

use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::nearest::nearest;
use crate::render::{self, Format, Page};
use crate::topology::analyses::Study;
use crate::topology::graph::Node;
use serde::Serialize;

/// Version of the JSON of these verbs.
pub(super) const VERSION: u32 = 1;

/// The component of a name or of an alias.
///
/// # Errors
/// When there is none; the hint names the nearest.
pub(super) fn component(study: &Study<'_>, name: &str) -> Result<Node, Error> {
    study.resolve(name).ok_or_else(|| {
        let topology = study.graph.topology;
        let known = topology.components.iter().map(|c| c.name.as_str()).chain(topology.aliases.values().flatten().map(String::as_str));
        unknown(name, "no component has this name", known, "the file names none")
    })
}

/// A name that nothing has.
pub(super) fn unknown<'a>(name: &str, what: &str, known: impl Iterator<Item = &'a str>, none: &str) -> Error {
    let known: Vec<&str> = known.collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => none.to_owned(),
        None => {
            let mut some = known;
            some.sort_unstable();
            some.dedup();
            let more = some.len().saturating_sub(12);
            some.truncate(12);
            format!("known: {}{}", some.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
        }
    };
    Error::new(Kind::UnknownId, name, what).hint(hint)
}

/// A page for people, or its figures for programs.
///
/// # Errors
/// None in practice: reports are plain values.
pub(super) fn answer(format: Format, page: impl FnOnce() -> Page, report: impl FnOnce() -> serde_json::Value, found: bool) -> anyhow::Result<Answer> {
    let text = match format {
        Format::Text => render::text::render(&page()),
        Format::Markdown => render::markdown::render(&page()),
        Format::Json => render::json::render(&Versioned { version: VERSION, report: report() })?,
    };
    Ok(Answer { text, found })
}

#[derive(Serialize)]
struct Versioned {
    version: u32,
    #[serde(flatten)]
    report: serde_json::Value,
}
