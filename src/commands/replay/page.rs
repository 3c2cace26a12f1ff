//! A replay's figures for people: what would be told first, then what it costs, then what was not seen.

use super::diff::Diff;
use super::findings::{Count, Findings};
use super::held::Held;
use super::report::{Report, Spoken};
use crate::commands::wording::{CouldNotTell, because};
use crate::render::numbers::{bytes, count, of, percent};
use crate::render::{Block, Page, Section, Table};
use std::collections::BTreeMap;

/// Rows of a table, unless all are asked for.
const ROWS: usize = 8;
/// Examples, unless all are asked for.
const EXAMPLES: usize = 12;
/// Characters of a path in a table.
const PATH: usize = 60;

/// The page.
pub(super) fn page(report: &Report, all: bool) -> Page {
    let (told, edits) = (&report.told, &report.edits);
    let title = format!(
        "{} in {}: something to say at {}, silent at {}",
        of(edits.judged, "edit", "edits"),
        of(report.sessions.with_edits, "session", "sessions"),
        count(edits.judged - edits.silent),
        percent(edits.silent, edits.judged)
    );
    let mut sections = vec![what_is_said(report)];
    if !report.tellings.is_empty() {
        sections.push(examples(&report.tellings, all));
        let most = if all { usize::MAX } else { ROWS };
        let mut by = Section::new("By module, signal and file");
        by.table(Table::new(
            &["module", "questions", "lines", "characters"],
            sorted(&told.by_module, |m| m.full + m.line).map(|(id, m)| vec![id.clone(), count(m.full), count(m.line), count(m.characters)]),
            most,
        ));
        by.table(Table::new(&["signal", "cited"], sorted(&told.by_signal, |n| *n).map(|(id, n)| vec![id.clone(), count(*n)]), most));
        by.table(Table::new(&["file", "told"], sorted(&told.by_file, |n| *n).map(|(path, n)| vec![tail(path), count(*n)]), most));
        sections.push(by);
    }
    if report.findings.all.told > 0 {
        sections.push(findings(&report.findings, all));
    }
    sections.extend(report.held_back.as_deref().map(held_back));
    sections.extend(report.diff.as_ref().map(|d| differences(d, all)));
    sections.push(edits_and_silence(report));
    sections.push(reading(report));
    Page { title, sections }
}

fn what_is_said(report: &Report) -> Section {
    let told = &report.told;
    let mut out = Section::new("What is said");
    out.fact(format!(
        "{} in {} of {} with edits",
        of(told.events, "telling", "tellings"),
        count(report.sessions.told),
        of(report.sessions.with_edits, "session", "sessions")
    ));
    if report.plans.total > 0 {
        out.fact(format!("{} of {}", count(report.plans.told), of(report.plans.total, "plan is asked about", "plans are asked about")));
    }
    let sessions = report.sessions.with_edits.max(1);
    out.fact(format!(
        "{} characters, about {} tokens (estimate: 4 characters a token), {} a session with edits",
        count(told.characters),
        count(told.tokens_estimate),
        count(told.tokens_estimate / sessions)
    ));
    out
}

fn examples(tellings: &[Spoken], all: bool) -> Section {
    let mut out = Section::new(if all || tellings.len() <= EXAMPLES { "Tellings" } else { "Tellings, some of each module" });
    if all {
        for said in tellings {
            let sure: Vec<String> = said.modules.iter().zip(&said.scores).map(|((module, _), score)| format!("{module} {score:.2}")).collect();
            out.fact(format!("{}{}: {}", place(&said.path, said.line), if said.agent.is_some() { " (subagent)" } else { "" }, sure.join(", ")));
            out.blocks.push(Block::Quote(said.text.clone()));
        }
        return out;
    }
    let rows = some(tellings).into_iter().map(|said| {
        let modules: Vec<&str> = said.modules.iter().map(|(module, _)| module.as_str()).collect();
        vec![place(&said.path, said.line), modules.join(", "), said.why.clone()]
    });
    let mut table = Table::new(&["where", "asks about", "because"], rows, EXAMPLES);
    table.more = tellings.len().saturating_sub(EXAMPLES);
    out.table(table);
    out
}

/// First tellings before later lines, and the modules in turn, so that few rows show much.
fn some(tellings: &[Spoken]) -> Vec<&Spoken> {
    let mut turn: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(bool, usize, &Spoken)> = tellings
        .iter()
        .map(|said| {
            let (module, level) = said.modules.first().map_or(("", ""), |(m, l)| (m, l));
            let n = turn.entry(module).or_default();
            *n += 1;
            (level != "full", *n, said)
        })
        .collect();
    ranked.sort_by_key(|(later, n, _)| (*later, *n));
    ranked.truncate(EXAMPLES);
    ranked.into_iter().map(|(_, _, said)| said).collect()
}

fn findings(findings: &Findings, all: bool) -> Section {
    let mut out = Section::new("Findings");
    out.fact(counted(&findings.all));
    let row = |(id, c): (&String, &Count)| vec![id.clone(), count(c.told), count(c.resolved), count(c.dismissed), count(c.open)];
    let most = if all { usize::MAX } else { ROWS };
    out.table(Table::new(&["pattern", "told", "resolved", "dismissed", "open"], sorted(&findings.by_pattern, |c| c.told).map(row), most));
    let shown = findings.found.iter().map(|f| vec![place(&f.path, f.line), f.pattern.clone(), f.seen.clone()]);
    out.table(Table::new(&["where", "pattern", "seen"], shown, if all { usize::MAX } else { EXAMPLES }));
    out
}

/// Findings in one line.
fn counted(c: &Count) -> String {
    format!(
        "{}: {} resolved by a later edit, {} dismissed, {} still open",
        of(c.told, "finding", "findings"),
        count(c.resolved),
        count(c.dismissed),
        count(c.open)
    )
}

fn held_back(held: &[Held]) -> Section {
    let mut out = Section::new("With evidence, and not said");
    if held.is_empty() {
        out.fact("nothing: whatever had evidence was said");
    }
    let row =
        |h: &Held| vec![format!("{:.2}", h.score), h.module.to_owned(), because(h.because).to_owned(), place(&h.path, h.line), h.signal.clone(), h.why.clone()];
    out.table(Table::new(&["score", "module", "not said", "where", "signal", "because"], held.iter().map(row), usize::MAX));
    out
}

fn differences(diff: &Diff, all: bool) -> Section {
    let mut out = Section::new("Against the records");
    if diff.sessions_recorded == 0 {
        out.fact("no session has a record of this hook, so there is nothing to compare with");
        return out;
    }
    out.fact(format!("{} the same, {} changed, {} only now, {} only then", count(diff.same), count(diff.changed), count(diff.added), count(diff.removed)));
    if diff.sessions_not_recorded > 0 {
        out.fact(format!("left out: {} without a record of this hook", of(diff.sessions_not_recorded, "session", "sessions")));
    }
    if all {
        for d in &diff.differences {
            out.fact(format!("{}: {} ({})", d.kind, tail(&d.path), d.call));
            let side = |sign: &str, text: &str| text.lines().map(|l| format!("{sign} {l}\n")).collect::<String>();
            out.blocks.push(Block::Quote(side("-", &d.recorded) + &side("+", &d.replayed)));
        }
        return out;
    }
    let head = |text: &str| text.lines().next().unwrap_or("").to_owned();
    let rows = diff.differences.iter().map(|d| vec![d.kind.to_owned(), tail(&d.path), head(if d.replayed.is_empty() { &d.recorded } else { &d.replayed })]);
    out.table(Table::new(&["what", "file", "text"], rows, ROWS));
    out
}

fn edits_and_silence(report: &Report) -> Section {
    let edits = &report.edits;
    let mut out = Section::new("Edits");
    let tools: Vec<String> = edits.by_tool.iter().map(|(tool, n)| format!("{} {tool}", count(*n))).collect();
    out.fact(format!("{}: {}; {} by subagents", of(edits.total, "edit", "edits"), tools.join(", "), count(edits.in_subagents)));
    if !edits.silent_because.is_empty() {
        let because: Vec<String> = sorted(&edits.silent_because, |n| *n).map(|(why, n)| format!("{} {}", count(*n), because(why))).collect();
        out.fact(format!("silent at {}: {}", count(edits.silent), because.join(", ")));
    }
    out.fact(format!("the file before the edit was known for {} of those judged", percent(edits.file_known, edits.judged)));
    if edits.could_not_tell != CouldNotTell::default() {
        out.fact(format!("could not tell: {}", edits.could_not_tell.words()));
    }
    for (n, what) in [
        (edits.failed, "rejected by the client before a hook could see it: not judged"),
        (edits.refused, "refused by the user, a rule or a hook: judged"),
        (edits.repeated, "recorded again: counted once"),
        (edits.not_kept, "without its text in the journal: not judged"),
        (report.sessions.forgot, "compacted or cleared: told anew after it"),
    ] {
        if n > 0 {
            out.fact(format!("{} {what}", count(n)));
        }
    }
    let unseen: u64 = report.unseen.values().sum();
    let by: Vec<String> = report.unseen.iter().map(|(means, n)| format!("{} {means}", count(*n))).collect();
    out.fact(if unseen == 0 {
        "no shell command wrote a file unseen".to_owned()
    } else {
        format!("unseen: {} that write files ({})", of(unseen, "shell command", "shell commands"), by.join(", "))
    });
    out.fact(format!("time to judge one: median {} us, 99 of 100 below {} us, longest {} us", report.time_us.median, report.time_us.p99, report.time_us.max));
    out
}

fn reading(report: &Report) -> Section {
    let read = &report.read;
    let mut out = Section::new("Read");
    out.fact(format!(
        "{}, {}, {} in {:.2} s ({} MB/s)",
        of(read.files, "file", "files"),
        bytes(read.bytes),
        of(read.lines, "line", "lines"),
        read.seconds,
        read.mb_per_s
    ));
    let skipped = &read.skipped;
    let mut why = Vec::new();
    for (n, what) in [(skipped.not_json, "no JSON"), (skipped.torn, "torn"), (skipped.too_long, "too long"), (skipped.unusable, "edits without path or text")] {
        if n > 0 {
            why.push(format!("{} {what}", count(n)));
        }
    }
    why.extend(sorted(&skipped.unknown, |n| *n).take(ROWS).map(|(kind, n)| format!("{} of unknown type {kind}", count(*n))));
    if skipped.total > 0 {
        out.fact(format!("passed over: {}", why.join(", ")));
    }
    for file in &skipped.unreadable {
        out.fact(format!("unreadable: {file}"));
    }
    out
}

fn place(path: &str, line: u32) -> String {
    if path.is_empty() { format!("plan, line {line}") } else { format!("{}:{line}", tail(path)) }
}

/// A path by its end, which says most.
fn tail(path: &str) -> String {
    let length = path.chars().count();
    if length <= PATH { path.to_owned() } else { format!("…{}", path.chars().skip(length - PATH + 1).collect::<String>()) }
}

/// The most first; equals by name.
fn sorted<K: Ord, V>(map: &BTreeMap<K, V>, by: impl Fn(&V) -> u64) -> impl Iterator<Item = (&K, &V)> {
    let mut rows: Vec<(&K, &V)> = map.iter().collect();
    rows.sort_by_key(|(_, v)| std::cmp::Reverse(by(v)));
    rows.into_iter()
}
