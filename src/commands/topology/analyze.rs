//! `distarch topology analyze`: what follows from the file.

use super::{Loaded, asked, history, load};
use crate::commands::Answer;
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::wording::of;
use crate::topology::analyses::{Analysis, Found, SHELF, Severity, Study, analysis};
use serde_json::{Value, json};
use std::path::Path;

/// `distarch topology analyze`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only this analysis; may be given more than once.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Findings of one analysis that a terminal is shown; Markdown and JSON hold all.
const SHOWN: usize = 12;

/// Runs the analyses. Something is found when what is declared cannot hold.
///
/// # Errors
/// When there is no file, it cannot be read, or no analysis has an id.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let chosen: Vec<&Analysis> = if args.only.is_empty() { SHELF.iter().collect() } else { args.only.iter().map(|id| one(id)).collect::<Result<_, _>>()? };
    let loaded = load(file)?;
    let history = if chosen.iter().any(|a| a.id == "stale") { history::since(&loaded.file) } else { None };
    let mut study = Study::of(&loaded.topology);
    if let Some(history) = &history {
        study = study.with_history(history);
    }
    let results: Vec<(&Analysis, Found)> = chosen.into_iter().map(|a| (a, (a.find)(&study))).collect();
    let count = |s: Severity| results.iter().flat_map(|(_, f)| &f.insights).filter(|i| i.severity == s).count();
    let counts = [count(Severity::Error), count(Severity::Warn), count(Severity::Info)];
    asked::answer(args.format, || page(&loaded, &results, counts, args.format), || report(&loaded, &study, &results, counts), counts[0] > 0)
}

fn one(id: &str) -> anyhow::Result<&'static Analysis> {
    Ok(analysis(id).ok_or_else(|| asked::unknown(id, "no analysis has this id", SHELF.iter().map(|a| a.id), ""))?)
}

fn page(loaded: &Loaded, results: &[(&Analysis, Found)], counts: [usize; 3], format: Format) -> Page {
    let topology = &loaded.topology;
    let title = format!(
        "{}: {}, {}: {}, {}, {} to know",
        loaded.file.display(),
        of(topology.components.len(), "component", "components"),
        of(topology.relationships.len(), "relationship", "relationships"),
        of(counts[0], "error", "errors"),
        of(counts[1], "warning", "warnings"),
        counts[2],
    );
    let mut page = Page { title, sections: Vec::new() };
    for (analysis, found) in results.iter().filter(|(_, f)| !f.insights.is_empty()) {
        let mut section = Section::new(format!("{}: {}", analysis.title, analysis.id));
        if format == Format::Markdown {
            // A review has room: every finding, its places beside it.
            let rows = found.insights.iter().map(|i| vec![i.severity.name().to_owned(), i.says.clone(), places(i)]);
            section.table(Table::new(&["", "what follows", "declared at"], rows, usize::MAX));
        } else {
            for insight in found.insights.iter().take(SHOWN) {
                section.fact(format!("{:<5}  {}", insight.severity.name(), insight.says));
                if !insight.sources.is_empty() {
                    section.fact(format!("       {}", places(insight)));
                }
            }
            if found.insights.len() > SHOWN {
                section.fact(format!("and {} more; --format json has them all", found.insights.len() - SHOWN));
            }
        }
        page.sections.push(section);
    }
    let rows: Vec<Vec<String>> = results.iter().flat_map(|(a, f)| f.unknown.iter().map(|u| vec![a.id.to_owned(), u.clone()])).collect();
    if !rows.is_empty() {
        let mut section = Section::new("Unknown: the file does not say");
        section.table(Table::new(&["analysis", "what"], rows, usize::MAX));
        page.sections.push(section);
    }
    let silent: Vec<&str> = results.iter().filter(|(_, f)| f.insights.is_empty() && f.unknown.is_empty()).map(|(a, _)| a.id).collect();
    if !silent.is_empty() {
        let mut section = Section::new("Nothing found");
        section.fact(silent.join(", "));
        page.sections.push(section);
    }
    if !loaded.problems.is_empty() {
        let mut section = Section::new("The file itself");
        section.fact(format!("{}: `distarch topology check` names them", of(loaded.problems.len(), "problem", "problems")));
        page.sections.push(section);
    }
    page
}

/// `topology.yaml:3, 7 and 12`: the name of a file once.
fn places(insight: &crate::topology::analyses::Insight) -> String {
    let mut out = String::new();
    let mut file = None;
    for source in &insight.sources {
        if !out.is_empty() {
            out += ", ";
        }
        if file == Some(&source.file) && source.line > 0 {
            out += &source.line.to_string();
        } else {
            out += &source.to_string();
        }
        file = Some(&source.file);
    }
    out
}

fn report(loaded: &Loaded, study: &Study<'_>, results: &[(&Analysis, Found)], counts: [usize; 3]) -> Value {
    let analyses: Vec<Value> = results
        .iter()
        .map(|(a, f)| json!({ "id": a.id, "title": a.title, "insights": f.insights.iter().map(|i| i.json(study)).collect::<Vec<_>>(), "unknown": f.unknown }))
        .collect();
    json!({
        "file": loaded.file.display().to_string(),
        "components": loaded.topology.components.len(),
        "relationships": loaded.topology.relationships.len(),
        "problems": loaded.problems.len(),
        "errors": counts[0],
        "warnings": counts[1],
        "infos": counts[2],
        "analyses": analyses,
    })
}
