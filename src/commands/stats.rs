//! `distarch stats`: what the hook did, by its journal.

use crate::commands::places;
use crate::journal::{self, Record, VERSION as JOURNAL_VERSION};
use crate::render::numbers::{bytes, count, of, percent, quantile, share};
use crate::render::{self, Format, Page, Section, Table};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Version of the JSON.
pub const VERSION: u32 = 1;
/// Rows of a table.
const ROWS: usize = 12;
/// Faults that are shown by their words.
const FAULTS: usize = 5;

/// `distarch stats`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The state folder; by default the client's for the plugin, in a terminal the one with the newest journal.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// The figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// [`VERSION`].
    pub version: u32,
    /// The state folder.
    pub state: String,
    /// Bytes of the journal.
    pub bytes: u64,
    /// Milliseconds since 1970 of the first and last record; 0 of none.
    pub from: u64,
    /// See [`Self::from`].
    pub to: u64,
    /// Conversations.
    pub sessions: u64,
    /// Records by the client's name of the event.
    pub events: BTreeMap<String, u64>,
    /// Distinct edits.
    pub edits: u64,
    /// Events at which something was said.
    pub fired: u64,
    /// Edits at which nothing was said.
    pub silenced: u64,
    /// Of all edits, 0 to 1.
    pub silent_share: f64,
    /// Why nothing was said.
    pub silenced_because: BTreeMap<String, u64>,
    /// Characters said.
    pub characters: u64,
    /// Estimate: four characters a token.
    pub tokens_estimate: u64,
    /// By module.
    pub by_module: BTreeMap<String, ByModule>,
    /// Named patterns that were told, and what became of them.
    pub findings: BTreeMap<String, ByPattern>,
    /// By project.
    pub by_project: BTreeMap<String, ByProject>,
    /// Microseconds that a hook took, from its start to its record.
    pub time_us: Time,
    /// Faults.
    pub faults: u64,
    /// The last of them.
    pub last_faults: Vec<String>,
    /// Lines that are no record, and records of later versions.
    pub skipped: u64,
}

/// What one module said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByModule {
    /// With its questions.
    pub full: u64,
    /// In one line.
    pub line: u64,
    /// Raised, and not said because it had been.
    pub known: u64,
    /// Characters.
    pub characters: u64,
}

/// What one pattern came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByPattern {
    /// Findings told.
    pub told: u64,
    /// That a later edit mended.
    pub resolved: u64,
    /// For which a `dist: ok reason` comment speaks since.
    pub dismissed: u64,
    /// The others.
    pub open: u64,
    /// Told again, at the end of a turn or before a commit.
    pub reminded: u64,
}

/// What happened in one project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByProject {
    /// Distinct edits.
    pub edits: u64,
    /// Events at which something was said.
    pub fired: u64,
    /// Characters.
    pub characters: u64,
}

/// Times.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Time {
    /// Half are below.
    pub median: u64,
    /// 99 of 100 are below.
    pub p99: u64,
}

/// Reads the journal and reports.
///
/// # Errors
/// None in practice: what cannot be read counts as not there.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let stats = args.state.clone().or_else(places::journal_folder).map(|s| collect(&s)).unwrap_or_default();
    Ok(match args.format {
        Format::Json => render::json::render(&stats)?,
        Format::Text => render::text::render(&page(&stats)),
        Format::Markdown => render::markdown::render(&page(&stats)),
    })
}

/// The figures of a state folder.
#[must_use]
pub fn collect(state: &Path) -> Stats {
    let mut counter = Counter { out: Stats { version: VERSION, state: state.display().to_string(), ..Stats::default() }, ..Counter::default() };
    for file in journal::files(state) {
        let Ok(file) = std::fs::File::open(&file) else { continue };
        counter.out.bytes += file.metadata().map_or(0, |m| m.len());
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            counter.line(line.trim_ascii());
            line.clear();
        }
    }
    counter.finish()
}

#[derive(Default)]
struct Counter {
    out: Stats,
    sessions: HashSet<u64>,
    /// Edits, and why nothing was said of them. An edit is met before and after it is made.
    edits: HashMap<u64, Option<String>>,
    times: Vec<u64>,
}

impl Counter {
    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(line);
        match serde_json::from_str::<Record<'_>>(&text) {
            Ok(record) if record.v <= JOURNAL_VERSION && record.v > 0 => self.record(&record),
            _ => self.out.skipped += 1,
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let out = &mut self.out;
        out.from = if out.from == 0 { record.t } else { out.from.min(record.t) };
        out.to = out.to.max(record.t);
        if record.kind == "fault" {
            out.faults += 1;
            out.last_faults.push(record.fault.clone().into_owned());
            if out.last_faults.len() > FAULTS {
                out.last_faults.remove(0);
            }
            return;
        }
        *out.events.entry(record.event.clone().into_owned()).or_default() += 1;
        self.sessions.insert(hash(&record.session));
        self.times.push(record.us);
        let characters = record.text.chars().count() as u64;
        let fired = u64::from(!record.text.is_empty());
        out.fired += fired;
        out.characters += characters;
        for finding in record.findings.iter().filter(|f| f.told) {
            out.findings.entry(finding.pattern.clone()).or_default().told += 1;
        }
        for fate in &record.fates {
            let count = out.findings.entry(fate.pattern.clone()).or_default();
            match fate.state.as_str() {
                "resolved" => count.resolved += 1,
                "dismissed" => count.dismissed += 1,
                "reminded" => count.reminded += 1,
                // It is back.
                _ => count.resolved = count.resolved.saturating_sub(1),
            }
        }
        let new_edit = !record.path.is_empty() && self.edit(record);
        let out = &mut self.out;
        for part in &record.told {
            let module = out.by_module.entry(part.module.clone()).or_default();
            *(if part.level == "full" { &mut module.full } else { &mut module.line }) += 1;
            module.characters += part.chars as u64;
        }
        if new_edit {
            for raised in record.raised.iter().filter(|r| !record.told.iter().any(|t| t.module == r.module)) {
                out.by_module.entry(raised.module.clone()).or_default().known += 1;
            }
        }
        if new_edit || fired > 0 {
            let project = out.by_project.entry(record.project.clone().into_owned()).or_default();
            project.edits += u64::from(new_edit);
            project.fired += fired;
            project.characters += characters;
        }
    }

    /// Counts an edit. Whether it is new: some clients give calls no id, and then each proposal is an edit of its own.
    fn edit(&mut self, record: &Record<'_>) -> bool {
        let anonymous = record.call.is_empty();
        if anonymous && record.event != "PreToolUse" {
            return false;
        }
        let key = if anonymous { hash(&self.out.edits) } else { hash(&(&record.session, &record.call)) };
        let silence = record.text.is_empty().then(|| match (&*record.silence, record.raised.is_empty()) {
            (_, false) => "told-before".to_owned(),
            ("", true) => "below-threshold".to_owned(),
            (silence, true) => silence.to_owned(),
        });
        let known = self.edits.get(&key).cloned();
        match (&known, &silence) {
            (Some(Some(before)), None) => {
                // Said only after the edit was made.
                if let Some(n) = self.out.silenced_because.get_mut(before) {
                    *n -= 1;
                }
                self.out.silenced_because.retain(|_, n| *n > 0);
                self.out.silenced -= 1;
                self.edits.insert(key, None);
            }
            (Some(_), _) => {}
            (None, silence) => {
                self.out.edits += 1;
                if let Some(because) = silence {
                    self.out.silenced += 1;
                    *self.out.silenced_because.entry(because.clone()).or_default() += 1;
                }
                self.edits.insert(key, silence.clone());
            }
        }
        known.is_none()
    }

    fn finish(mut self) -> Stats {
        for count in self.out.findings.values_mut() {
            count.open = count.told.saturating_sub(count.resolved + count.dismissed);
        }
        self.times.sort_unstable();
        self.out.sessions = self.sessions.len() as u64;
        self.out.silent_share = share(self.out.silenced, self.out.edits);
        self.out.tokens_estimate = self.out.characters.div_ceil(4);
        self.out.time_us = Time { median: quantile(&self.times, 0.5), p99: quantile(&self.times, 0.99) };
        self.out
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn page(stats: &Stats) -> Page {
    if stats.events.is_empty() && stats.faults == 0 {
        let mut nothing = Section::new("Where it was looked for");
        nothing.fact(if stats.state.is_empty() {
            "no state folder: neither CLAUDE_PLUGIN_DATA nor a home folder is set".to_owned()
        } else {
            stats.state.clone()
        });
        nothing.fact("`distarch doctor` tells whether the hook is installed and fires");
        return Page { title: "No journal yet".to_owned(), sections: vec![nothing] };
    }
    let title = format!(
        "{} in {}: spoke {}, silent at {}",
        of(stats.edits, "edit", "edits"),
        of(stats.sessions, "session", "sessions"),
        of(stats.fired, "time", "times"),
        percent(stats.silenced, stats.edits)
    );
    let mut said = Section::new("What was said");
    said.fact(format!("{} characters, about {} tokens (estimate: 4 characters a token)", count(stats.characters), count(stats.tokens_estimate)));
    said.table(Table::new(
        &["module", "questions", "lines", "known already", "characters"],
        stats.by_module.iter().map(|(id, m)| vec![id.clone(), count(m.full), count(m.line), count(m.known), count(m.characters)]),
        ROWS,
    ));
    let mut projects: Vec<_> = stats.by_project.iter().collect();
    projects.sort_by_key(|(_, p)| std::cmp::Reverse(p.edits));
    said.table(Table::new(
        &["project", "edits", "spoke", "characters"],
        projects
            .into_iter()
            .map(|(path, p)| vec![if path.is_empty() { "(unknown)".to_owned() } else { path.clone() }, count(p.edits), count(p.fired), count(p.characters)]),
        ROWS,
    ));
    let mut findings = Section::new("Findings");
    findings.table(Table::new(
        &["pattern", "told", "resolved", "dismissed", "open", "told again"],
        stats.findings.iter().map(|(id, c)| vec![id.clone(), count(c.told), count(c.resolved), count(c.dismissed), count(c.open), count(c.reminded)]),
        usize::MAX,
    ));
    let mut silence = Section::new("Silence");
    silence.table(Table::new(&["because", "edits"], stats.silenced_because.iter().map(|(why, n)| vec![why.clone(), count(*n)]), ROWS));
    let mut runs = Section::new("Runs");
    let events: Vec<String> = stats.events.iter().map(|(name, n)| format!("{} {name}", count(*n))).collect();
    runs.fact(events.join(", "));
    runs.fact(format!("time from start to record: median {} us, 99 of 100 below {} us", count(stats.time_us.median), count(stats.time_us.p99)));
    runs.fact(format!("journal: {} in {}", bytes(stats.bytes), stats.state));
    if stats.skipped > 0 {
        runs.fact(format!("{} passed over: torn, or not ours", of(stats.skipped, "line", "lines")));
    }
    if stats.faults > 0 {
        runs.fact(format!("{}; the last:", of(stats.faults, "fault", "faults")));
        for fault in stats.last_faults.iter().rev() {
            runs.fact(format!("  {fault}"));
        }
    }
    let sections = if stats.findings.is_empty() { vec![said, silence, runs] } else { vec![said, findings, silence, runs] };
    Page { title, sections }
}
