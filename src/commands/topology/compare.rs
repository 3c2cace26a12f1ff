//! `distarch topology compare`: options for a decision, each against what holds today.

use super::{Loaded, asked, load};
use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::render::{Format, Page, Section, Table};
use crate::topology::analyses::Severity;
use crate::topology::analyses::blast_radius::Reach;
use crate::topology::analyses::wording::{about, number, of};
use crate::topology::compare::{Changes, Delta, Finding, Outline, Side, delta};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// `distarch topology compare`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What holds today.
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// A topology file of each option.
    #[arg(required = true, value_name = "OPTION")]
    pub options: Vec<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lines of one list on a page; JSON holds all.
const SHOWN: usize = 8;

/// Compares. Something is found when an option declares what cannot hold, and the base does not.
///
/// # Errors
/// When a file cannot be read as a topology, or one is named by the option of the other verbs.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    if file.is_some() {
        let error = Error::new(Kind::Usage, "--topology", "all files are arguments here");
        return Err(error.hint("the first is what holds today, the others are options").into());
    }
    let base = load(Some(&args.base))?;
    let options = args.options.iter().map(|o| load(Some(o))).collect::<anyhow::Result<Vec<Loaded>>>()?;
    let today = Side::of(&base.topology);
    let sides: Vec<Side<'_>> = options.iter().map(|o| Side::of(&o.topology)).collect();
    let outline = today.outline();
    let compared: Vec<(&Loaded, Outline, Delta)> = options.iter().zip(&sides).map(|(o, side)| (o, side.outline(), delta(&today, side))).collect();
    let found = compared.iter().any(|(.., d)| d.worse.iter().any(|f| f.severity == Severity::Error));
    asked::answer(args.format, || page(&base, &outline, &compared), || report(&base, &outline, &compared), found)
}

fn page(base: &Loaded, outline: &Outline, compared: &[(&Loaded, Outline, Delta)]) -> Page {
    let names: Vec<String> = compared.iter().map(|(o, ..)| o.file.display().to_string()).collect();
    let mut sections = vec![glance(base, outline, compared, &names)];
    for (name, (loaded, _, delta)) in names.iter().zip(compared) {
        sections.push(option(name, loaded, delta));
        let figures = figures(delta);
        if !figures.rows.is_empty() {
            let mut section = Section::new(format!("{name}: figures of components, the largest growth first"));
            section.table(figures);
            sections.push(section);
        }
    }
    Page { title: format!("{} against {}", names.join(", "), base.file.display()), sections }
}

/// How a figure is told.
type Tell = fn(&Outline) -> String;

/// The figures of all sides, one below the other.
fn glance(base: &Loaded, outline: &Outline, compared: &[(&Loaded, Outline, Delta)], names: &[String]) -> Section {
    let all: Vec<&Outline> = std::iter::once(outline).chain(compared.iter().map(|(_, o, _)| o)).collect();
    let rows: [(&str, Tell); 9] = [
        ("cannot hold", |o| o.errors.to_string()),
        ("to decide", |o| o.warnings.to_string()),
        ("single points", |o| o.single_points.len().to_string()),
        ("cycles", |o| o.cycles.to_string()),
        ("largest loss", |o| o.furthest.as_ref().map_or_else(|| "none".to_owned(), |l| format!("{}: {}", l.component, reach(Some(l.reach))))),
        ("most calls", |o| o.most_calls.as_ref().map_or_else(|| "unknown".to_owned(), |m| format!("{} at {}", number(m.calls), m.component))),
        ("busiest", |o| o.busiest.as_ref().map_or_else(|| "unknown".to_owned(), |b| format!("{} {}", b.component, about(b.utilisation)))),
        ("parts", |o| format!("{}, {}", of(o.components, "component", "components"), of(o.relationships, "relationship", "relationships"))),
        ("not said", |o| o.unknown.to_string()),
    ];
    let head = std::iter::once(String::new()).chain(std::iter::once(base.file.display().to_string())).chain(names.iter().cloned()).collect();
    let rows = rows.iter().map(|(name, tell)| std::iter::once((*name).to_owned()).chain(all.iter().map(|o| tell(o))).collect()).collect();
    let mut section = Section::new("At a glance");
    section.table(Table::under(head, rows));
    section
}

fn option(name: &str, loaded: &Loaded, delta: &Delta) -> Section {
    let mut section = Section::new(format!("{name}: what it changes"));
    findings(&mut section, "worse", &delta.worse);
    findings(&mut section, "better", &delta.better);
    findings(&mut section, "other figures", &delta.otherwise);
    if delta.worse.is_empty() && delta.better.is_empty() && delta.otherwise.is_empty() {
        section.fact("nothing that the analyses find is different");
    }
    changes(&mut section, &delta.components);
    changes(&mut section, &delta.relationships);
    shown(&mut section, delta.unknown.len(), delta.unknown.iter().map(|u| format!("not said: {u}")));
    if !loaded.problems.is_empty() {
        let place = loaded.file.display();
        section.fact(format!(
            "{}: `distarch topology check --topology {place}` names them",
            of(loaded.problems.len(), "problem of the file", "problems of the file")
        ));
    }
    section
}

fn findings(section: &mut Section, word: &str, list: &[Finding]) {
    let line = |f: &Finding| {
        let was = f.said.as_ref().filter(|_| word != "worse").map_or_else(String::new, |s| format!(" (was: {s})"));
        format!("{word}: {}: {}: {}{was}", f.severity.name(), f.analysis, f.says)
    };
    shown(section, list.len(), list.iter().map(line));
}

fn changes(section: &mut Section, changes: &Changes) {
    let or = |text: &str| if text.is_empty() { "not said".to_owned() } else { text.to_owned() };
    let added = changes.added.iter().map(|n| format!("+ {n}"));
    let removed = changes.removed.iter().map(|n| format!("- {n}"));
    let changed = changes.changed.iter().map(|c| {
        let facts: Vec<String> = c.facts.iter().map(|f| format!("{} {} > {}", f.fact, or(&f.base), or(&f.option))).collect();
        format!("~ {}: {}", c.name, facts.join("; "))
    });
    shown(section, changes.added.len() + changes.removed.len() + changes.changed.len(), added.chain(removed).chain(changed));
}

/// The first lines, and how many there are besides.
fn shown(section: &mut Section, count: usize, lines: impl Iterator<Item = String>) {
    lines.take(SHOWN).for_each(|line| section.fact(line));
    if count > SHOWN {
        section.fact(format!("and {} more; --format json has them all", count - SHOWN));
    }
}

fn figures(delta: &Delta) -> Table {
    let losses = delta.losses.iter().map(|p| vec![p.component.clone(), "fails with it".to_owned(), reach(p.base), reach(p.option)]);
    let plain = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), number);
    let share = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), about);
    let calls = delta.calls.iter().map(|p| vec![p.component.clone(), "calls of one request".to_owned(), plain(p.base), plain(p.option)]);
    let busy = delta.utilisation.iter().map(|p| vec![p.component.clone(), "of its capacity".to_owned(), share(p.base), share(p.option)]);
    let rows = losses.take(SHOWN).chain(calls.take(SHOWN)).chain(busy.take(SHOWN));
    let mut table = Table::new(&["component", "figure", "base", "option"], rows, usize::MAX);
    let over = |n: usize| n.saturating_sub(SHOWN);
    table.more = over(delta.losses.len()) + over(delta.calls.len()) + over(delta.utilisation.len());
    table
}

fn reach(reach: Option<Reach>) -> String {
    let Some(reach) = reach else { return "-".to_owned() };
    let less = if reach.degraded == 0 { String::new() } else { format!(", {} with less", reach.degraded) };
    format!("{}{less}, {} of users", reach.lost, about(reach.share))
}

fn report(base: &Loaded, outline: &Outline, compared: &[(&Loaded, Outline, Delta)]) -> Value {
    let side = |loaded: &Loaded, outline: &Outline| json!({ "file": loaded.file.display().to_string(), "problems": loaded.problems.len(), "outline": outline });
    let options: Vec<Value> = compared
        .iter()
        .map(|(loaded, outline, delta)| {
            let mut option = side(loaded, outline);
            option["delta"] = json!(delta);
            option
        })
        .collect();
    json!({ "base": side(base, outline), "options": options })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_side_does_not_have_is_a_dash() {
        let loss = Reach { lost: 2, degraded: 1, entries: 1, share: 0.5 };
        assert_eq!([reach(None), reach(Some(loss))], ["-", "2, 1 with less, 50 % of users"]);
    }
}
