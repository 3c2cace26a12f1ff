//! A check for people: findings with their lines in the manner of a compiler, then the two passes.

use super::Judged;
use super::report::{Asked, FindingRow, Report};
use crate::render::numbers::{count, of};
use crate::render::{self, Block, Page, Section, Table};
use crate::text::plain;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// Rows of a table.
const ROWS: usize = 40;

/// The report for a terminal.
pub(super) fn text(report: &Report, judged: &[Judged], is_terminal: bool) -> String {
    let mut out = String::new();
    let colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    for finding in &report.findings {
        let source = judged.iter().find(|j| j.path == finding.path).and_then(|j| j.change.texts.as_ref().ok()).map_or("", |(_, after)| after.as_str());
        let _ = writeln!(out, "{}\n", excerpt(&renderer, finding, source));
    }
    out + &render::text::render(&page(report))
}

/// One finding with its line.
fn excerpt(renderer: &Renderer, finding: &FindingRow, source: &str) -> String {
    let level = match finding.confidence.as_str() {
        "high" => Level::ERROR,
        "medium" => Level::WARNING,
        _ => Level::NOTE,
    };
    let level = level.with_name(Some(finding.confidence.as_str()));
    let title = format!("{}: {}", finding.pattern, plain(&finding.seen));
    // One line is shown, made plain: what a repository holds must not speak to the terminal. Nothing grows by it.
    let line = source.lines().nth((finding.line as usize).saturating_sub(1)).unwrap_or(&finding.text).replace('\t', "    ");
    let line = plain(&line);
    let start = line.len() - line.trim_start().len();
    let shown = Snippet::source(line.as_str())
        .line_start(finding.line as usize)
        .path(plain(&finding.path))
        .annotation(AnnotationKind::Primary.span(start..line.len().max(start)));
    let mut group = level.primary_title(title.as_str()).element(shown);
    for (i, tick) in finding.leads_to.iter().enumerate() {
        group = group.element(Level::NOTE.no_name().message(format!("{}. {tick}", i + 1)));
    }
    let question = format!("{} `distarch explain {}`", finding.asks, finding.pattern);
    let group = group.element(Level::HELP.no_name().message(question));
    renderer.render(&[group])
}

/// The report without excerpts.
pub(super) fn page(report: &Report) -> Page {
    let found = of(report.findings.len() as u64, "finding", "findings");
    if report.of_repository {
        let title = format!("{} that share something: {found}", of(report.files.changed, "file", "files"));
        return Page { title, sections: findings(report) };
    }
    let title = format!(
        "{} in {}: {found}, {} of the first pass, {} of the second",
        of(report.files.changed, "file", "files"),
        report.range,
        count(report.first_pass.len() as u64),
        count(report.second_pass.asked.len() as u64)
    );
    let mut sections = findings(report);
    let mut first = Section::new("First pass: is it right at the boundary, for everybody who sees it?");
    pass(&mut first, &report.first_pass, "nothing that would be asked about: no boundary is crossed on the changed lines");
    if !report.components.is_empty() {
        first.fact(format!("components, by the topology: {}", report.components.join(", ")));
    }
    sections.push(first);
    let mut second = Section::new("Second pass: is it right when two do it at once?");
    pass(&mut second, &report.second_pass.asked, "nothing that would be asked about: no sign on the changed lines, and no cardinality that asks for it");
    for why in &report.second_pass.skipped {
        second.fact(format!("left out for {why}"));
    }
    sections.push(second);
    if !report.topology.is_empty() {
        let mut topology = Section::new("The topology file does not know");
        topology.table(Table::new(
            &["name", "where", "what"],
            report.topology.iter().map(|s| vec![s.name.clone(), format!("{}:{}", s.path, s.line), s.how.clone()]),
            ROWS,
        ));
        sections.push(topology);
    }
    if report.could_not_tell.language + report.could_not_tell.cut_off + report.not_seen.len() as u64 > 0 {
        let mut unseen = Section::new("Not looked at");
        if report.could_not_tell.language + report.could_not_tell.cut_off > 0 {
            unseen.fact(report.could_not_tell.words());
        }
        let because = |b| serde_json::to_value(b).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        unseen.table(Table::new(&["file", "because"], report.not_seen.iter().map(|n| vec![n.path.clone(), because(n.because)]), ROWS));
        sections.push(unseen);
    }
    Page { title, sections }
}

fn findings(report: &Report) -> Vec<Section> {
    if report.findings.is_empty() {
        return Vec::new();
    }
    let mut findings = Section::new("Findings");
    let row = |f: &FindingRow| vec![f.confidence.clone(), format!("{}:{}", f.path, f.line), f.pattern.clone(), f.seen.clone()];
    findings.table(Table::new(&["sure", "where", "pattern", "seen"], report.findings.iter().map(row), usize::MAX));
    vec![findings]
}

fn pass(section: &mut Section, asked: &[Asked], nothing: &str) {
    if asked.is_empty() {
        section.fact(nothing);
    }
    for a in asked.iter().take(ROWS) {
        let main = a.evidence.first();
        let component = a.component.as_ref().map_or_else(String::new, |c| format!(" [{c}]"));
        let (why, line, gone) = main.map_or(("", 0, String::new()), |e| (e.why.as_str(), e.line, e.missing()));
        section.fact(format!("{}: {why} ({}:{line}{gone}){component}", a.module, a.path));
        let known = a.known.iter().map(|known| format!("by the topology: {known}\n"));
        section.blocks.push(Block::Quote(known.chain(a.questions.iter().map(|q| format!("{q}\n"))).collect()));
    }
    if asked.len() > ROWS {
        section.fact(format!("and {} more: `--format json` has all", asked.len() - ROWS));
    }
}
