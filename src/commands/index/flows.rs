//! `distarch flows`: which components meet, at which resource, and the lines that prove it.

use super::{source, words};
use crate::commands::Answer;
use crate::index::flows::{Flow, Meeting, Proof, Way, flows, meetings};
use crate::index::model::Kind;
use crate::render::numbers::of;
use crate::render::{self, Page, Section, Table};
use crate::text::plain;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Rows of a table.
const SHOWN: usize = 300;
/// Resources that an arrow of the picture names.
const ON_ARROW: usize = 3;

/// `distarch flows`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only through resources of this kind; can be given several times.
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Vec<Kind>,
    /// Only what comes from or goes to this component.
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How flows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// A flowchart, for a README.
    Mermaid,
    /// For programs; carries a version.
    Json,
}

/// Tells them.
///
/// # Errors
/// When the repository cannot be read.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let linked = source::load(false)?.linked;
    let is_wanted = |kind: &Kind| args.kind.is_empty() || args.kind.contains(kind);
    let mut flows = flows(&linked.index, &linked.tables);
    flows.retain(|f| is_wanted(&f.kind) && args.component.as_ref().is_none_or(|c| *c == f.from || *c == f.to));
    let mut meetings = meetings(&linked.index);
    meetings.retain(|m| is_wanted(&m.kind) && args.component.as_ref().is_none_or(|c| m.writers.contains(c) || m.readers.contains(c)));
    Ok(match args.format {
        Format::Text => render::text::render(&page(&flows, &meetings)),
        Format::Mermaid => mermaid(&flows),
        Format::Json => words::report(report(&flows, &meetings))?,
    }
    .into())
}

fn components(flows: &[Flow]) -> BTreeSet<&str> {
    flows.iter().flat_map(|f| [&*f.from, &*f.to]).collect()
}

fn page(flows: &[Flow], meetings: &[Meeting]) -> Page {
    let pairs: BTreeSet<(&str, &str)> = flows.iter().map(|f| (&*f.from, &*f.to)).collect();
    let title = format!("{} between {}", of(pairs.len() as u64, "edge", "edges"), of(components(flows).len() as u64, "component", "components"));
    let mut page = Page { title, sections: Vec::new() };
    for (from, to) in pairs {
        let mut section = Section::new(format!("{from} -> {to}"));
        let rows = flows
            .iter()
            .filter(|f| f.from == from && f.to == to)
            .map(|f| vec![way(f.way).to_owned(), words::named(f.kind, &f.name), first(&f.starts), first(&f.ends), words::sure(f.certainty)]);
        section.table(Table::new(&["how", "through", "from", "to", "sure"], rows, SHOWN));
        page.sections.push(section);
    }
    if !meetings.is_empty() {
        let mut section = Section::new("Several components at one place");
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let rows = meetings.iter().map(|m| vec![words::named(m.kind, &m.name), list(&m.writers), list(&m.readers)]);
        section.table(Table::new(&["resource", "written by", "read by"], rows, SHOWN));
        page.sections.push(section);
    }
    if flows.is_empty() && meetings.is_empty() {
        let mut none = Section::new("Nothing");
        none.fact("No two components meet at a resource, as far as the text of the repository tells.");
        page.sections.push(none);
    }
    page
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Asks => "asks",
        Way::Reaches => "reaches",
        Way::Feeds => "feeds",
        Way::Shares => "shares",
    }
}

/// The first line, and how many more there are.
fn first(proofs: &[Proof]) -> String {
    match proofs {
        [] => String::new(),
        [one] => format!("{}:{}", one.path, one.line),
        [one, more @ ..] => format!("{}:{} and {} more", one.path, one.line, more.len()),
    }
}

fn report(flows: &[Flow], meetings: &[Meeting]) -> Value {
    json!({ "version": super::VERSION, "components": components(flows), "flows": flows, "meetings": meetings })
}

fn mermaid(flows: &[Flow]) -> String {
    let components = components(flows);
    let number = |name: &str| components.iter().position(|c| *c == name).unwrap_or(0);
    let mut out = String::from("flowchart LR\n");
    for (i, component) in components.iter().enumerate() {
        let _ = writeln!(out, "  n{i}(\"{}\")", quoted(component));
    }
    let mut pairs: BTreeMap<(&str, &str), Vec<&Flow>> = BTreeMap::new();
    for flow in flows {
        pairs.entry((&flow.from, &flow.to)).or_default().push(flow);
    }
    for ((from, to), through) in pairs {
        let mut names: Vec<String> = through.iter().take(ON_ARROW).map(|f| quoted(&f.name)).collect();
        if through.len() > ON_ARROW {
            names.push(format!("{} more", through.len() - ON_ARROW));
        }
        let waits = through.iter().any(|f| matches!(f.way, Way::Asks | Way::Reaches));
        let _ = writeln!(out, "  n{} {}|\"{}\"| n{}", number(from), if waits { "-->" } else { "-.->" }, names.join("<br/>"), number(to));
    }
    out
}

/// Text inside quotes: what could mean something to Mermaid, Markdown or HTML is written as its number.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in plain(text).chars().enumerate() {
        if c.is_alphanumeric() || matches!(c, ' ' | '_' | '/' | ':') || (i > 0 && matches!(c, '.' | '-')) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::small;
    use super::*;
    use crate::index::link::Tables;

    fn all() -> Vec<Flow> {
        flows(&small::index(), &Tables::default())
    }

    #[test]
    fn components_meet_where_one_does_what_the_other_sees() {
        let flows = all();
        let page = page(&flows, &meetings(&small::index()));
        assert_eq!(page.title, "4 edges between 5 components");
        let text = anstream::adapter::strip_str(&render::text::render(&page)).to_string();
        for part in ["worker -> dispatcher\n", "shares  key worker:{}:status", "ui -> orders\n", "asks  route GET /orders/{}  ui/poller.ts:40", "written by"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(report(&flows, &[])["components"].as_array().map(Vec::len), Some(5));
    }

    #[test]
    fn a_picture_shows_waiting_and_cannot_be_broken_by_a_name() {
        let mut flows = all();
        flows[0].name = "a\"] --> b\u{1b}[31m".to_owned();
        let picture = mermaid(&flows);
        assert!(picture.contains("-->|\"GET /orders/#123;#125;\"|"), "{picture}");
        assert!(picture.contains("a#34;#93; --#62; b#91;31m"), "{picture}");
        assert_eq!(picture.matches("-.->").count(), 3, "{picture}");
    }
}
