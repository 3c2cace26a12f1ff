//! `distarch topology drift`: the file against what is deployed, was traced, or stands in the code.

use super::{code, import};
use crate::commands::Answer;
use crate::render::{self, Block, Format, Page, Section, Table, json};
use crate::topology::compact::Compact;
use crate::topology::drift::{self, Difference, Drift, Item};
use crate::topology::importers::{self, Evidence};
use crate::topology::model::{Source, Topology};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Rows of a table for people.
const ROWS: usize = 200;

/// `distarch topology drift --against SOURCE...`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What it is compared with: files or folders as of `topology import`, - is standard input; or the code of a folder: `code [DIR]`
    #[arg(long, required = true, num_args = 1.., value_name = "SOURCE")]
    against: Vec<PathBuf>,
    /// Variables for `${NAME}` in compose files; else the .env beside the first source
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The report for programs.
#[derive(Serialize)]
struct Report {
    version: u32,
    file: String,
    comparisons: Vec<Comparison>,
    differences: Vec<Item>,
    untold: Vec<Item>,
    /// Lines that would make the file agree.
    suggestion: String,
}

/// Figures of one kind of evidence.
#[derive(Serialize)]
struct Comparison {
    evidence: Evidence,
    declared: usize,
    found: usize,
    both: usize,
}

/// Compares.
///
/// # Errors
/// No file, a source that cannot be read or that is of no known format.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = super::load(file)?;
    let mut found = Vec::new();
    if let Some(folder) = code::folder(&args.against) {
        let compact = Compact::of(&loaded.topology);
        found.push((Evidence::Coded, code::read(&folder, &|path| compact.component(path).map(|c| c.name))?.topology));
    }
    let texts = if found.is_empty() { import::texts(&args.against)? } else { Vec::new() };
    for evidence in importers::evidence(&texts).map_err(import::unknown)? {
        found.push((evidence, import::import(&texts, &args.against, &args.env_file, Some(evidence))?.topology));
    }
    let report = report(&loaded.topology, loaded.file.display().to_string(), &found);
    let differs = !report.differences.is_empty();
    let text = match args.format {
        Format::Json => json::render(&report)?,
        Format::Text => render::text::render(&page(&report)),
        Format::Markdown => render::markdown::render(&page(&report)),
    };
    Ok(Answer { text, found: differs })
}

fn report(declared: &Topology, file: String, found: &[(Evidence, Topology)]) -> Report {
    let mut report = Report { version: 1, file, comparisons: Vec::new(), differences: Vec::new(), untold: Vec::new(), suggestion: String::new() };
    let mut missing = Topology::default();
    for (evidence, found) in found {
        let Drift { declared, found, both, items, untold, missing: more } = drift::compare(declared, found, *evidence);
        report.comparisons.push(Comparison { evidence: *evidence, declared, found, both });
        report.differences.extend(items);
        report.untold.extend(untold);
        for component in more.components {
            if missing.component(&component.name).is_none() {
                missing.components.push(component);
            }
        }
        for relationship in more.relationships {
            if !missing.relationships.iter().any(|r| r.from == relationship.from && r.to == relationship.to) {
                missing.relationships.push(relationship);
            }
        }
    }
    let sources: Vec<(Evidence, &Topology)> = found.iter().map(|(e, t)| (*e, t)).collect();
    report.differences.extend(drift::dangling(declared, &sources));
    report.suggestion = drift::lines(&missing);
    report
}

fn page(report: &Report) -> Page {
    let figures: Vec<String> = report
        .comparisons
        .iter()
        .map(|c| {
            let what = match c.evidence {
                Evidence::Observed => "traces",
                Evidence::Configured => "what is deployed",
                Evidence::Coded => "the code",
            };
            format!("{} relationships in the file, {} in {what}, {} in both", c.declared, c.found, c.both)
        })
        .collect();
    let mut page = Page { title: format!("{}: {}", report.file, figures.join("; ")), sections: Vec::new() };
    let of = |difference, evidence: Option<Evidence>| {
        report.differences.iter().filter(move |i| i.difference == difference && evidence.is_none_or(|e| e == i.evidence))
    };
    for (evidence, shown, not) in [
        (Evidence::Observed, "seen in traces", "In the file, not seen in traces"),
        (Evidence::Configured, "deployed", "In the file, in no setting"),
        (Evidence::Coded, "in the code", "In the file, not found in the code"),
    ] {
        let rows = |d| of(d, Some(evidence)).map(|i| vec![call(i), i.words.clone(), places(if i.found.is_empty() { &i.declared } else { &i.found })]);
        section(&mut page, not, Table::new(&["call", "why", "declared"], rows(Difference::NotSeen), ROWS));
        section(&mut page, &format!("Calls {shown}, not in the file"), Table::new(&["call", "found", "where"], rows(Difference::NotDeclared), ROWS));
    }
    let rows = |d| of(d, None).map(|i| vec![i.component.clone(), i.words.clone(), places(if i.found.is_empty() { &i.declared } else { &i.found })]);
    for (difference, title) in [
        (Difference::Unknown, "Components that the file does not know"),
        (Difference::NotDeployed, "Components that are not deployed"),
        (Difference::Dangling, "Dangling targets"),
        (Difference::Count, "Counts"),
    ] {
        section(&mut page, title, Table::new(&["component", "what", "where"], rows(difference), ROWS));
    }
    let untold = report.untold.iter().map(|i| vec![call(i), i.words.clone(), places(&i.declared)]);
    section(&mut page, "What these sources cannot tell", Table::new(&["call", "why", "declared"], untold, ROWS));
    if !report.suggestion.is_empty() {
        page.sections.push(Section { title: "To add to the file, where it is so".to_owned(), blocks: vec![Block::Quote(report.suggestion.clone())] });
    }
    if page.sections.is_empty() {
        let mut section = Section::new("No difference");
        section.fact("The file and its sources say the same.");
        page.sections.push(section);
    }
    page
}

fn section(page: &mut Page, title: &str, table: Table) {
    if !table.rows.is_empty() {
        let mut section = Section::new(title);
        section.table(table);
        page.sections.push(section);
    }
}

fn call(item: &Item) -> String {
    item.to.as_ref().map_or_else(|| item.component.clone(), |to| format!("{} -> {to}", item.component))
}

/// The first places, and how many more there are.
fn places(sources: &[Source]) -> String {
    const SHOWN: usize = 2;
    let mut list: Vec<String> = sources.iter().take(SHOWN).map(ToString::to_string).collect();
    if sources.len() > SHOWN {
        list.push(format!("{} more", sources.len() - SHOWN));
    }
    list.join(", ")
}
