//! The figures of a replay. Serialized as they are, with a version.

use super::diff::{self, Diff};
use super::findings::Findings;
use super::fold::{Said, Told};
use super::held::Held;
use super::judge::Judged;
use crate::commands::wording::{CouldNotTell, silence};
use crate::render::numbers::{quantile, share};
use crate::sources::{Outcome, Tally};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Version of the report.
pub const VERSION: u32 = 1;
/// Characters of English text and code that make a token, roughly.
pub const CHARACTERS_A_TOKEN: u64 = 4;

/// A replay's figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// What was read.
    pub read: Read,
    /// Conversations.
    pub sessions: Sessions,
    /// Edits.
    pub edits: Edits,
    /// Plans.
    pub plans: Plans,
    /// What is said.
    pub told: Words,
    /// Named patterns that are told.
    pub findings: Findings,
    /// Time to judge one edit, in microseconds.
    pub time_us: Time,
    /// Files written behind the edit tools' back, by means.
    pub unseen: BTreeMap<&'static str, u64>,
    /// What is said, one by one.
    pub tellings: Vec<Spoken>,
    /// What had evidence and was not said, surest first, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_back: Option<Vec<Held>>,
    /// What differs from the records, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
}

/// What was read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Read {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Seconds for reading and judging.
    pub seconds: f64,
    /// Megabytes a second.
    pub mb_per_s: f64,
    /// Lines that were passed over, and why.
    pub skipped: Skipped,
}

/// Lines that were passed over although something was expected of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Skipped {
    /// All.
    pub total: u64,
    /// No JSON object, such as comments.
    pub not_json: u64,
    /// Not whole.
    pub torn: u64,
    /// Too long.
    pub too_long: u64,
    /// Edits without a path or a text.
    pub unusable: u64,
    /// Of unknown types, by type.
    pub unknown: BTreeMap<String, u64>,
    /// Files that could not be read to the end.
    pub unreadable: Vec<String>,
}

/// Conversations.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sessions {
    /// All that say something of interest.
    pub total: u64,
    /// With an edit.
    pub with_edits: u64,
    /// In which something is said.
    pub told: u64,
    /// Times that a context was compacted or cleared.
    pub forgot: u64,
}

/// Edits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Edits {
    /// Distinct calls.
    pub total: u64,
    /// By tool.
    pub by_tool: BTreeMap<&'static str, u64>,
    /// By subagents.
    pub in_subagents: u64,
    /// That were judged.
    pub judged: u64,
    /// That the client rejected before any hook saw them.
    pub failed: u64,
    /// That were refused after hooks saw them.
    pub refused: u64,
    /// Further records of a known call.
    pub repeated: u64,
    /// Whose text a journal did not keep.
    pub not_kept: u64,
    /// Judged with the file before at hand.
    pub file_known: u64,
    /// Judged, and nothing said.
    pub silent: u64,
    /// Of those that were judged, 0 to 1.
    pub silent_share: f64,
    /// Why nothing was said.
    pub silent_because: BTreeMap<&'static str, u64>,
    /// What could not be judged.
    pub could_not_tell: CouldNotTell,
}

/// Plans.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plans {
    /// Shown.
    pub total: u64,
    /// At which something is said.
    pub told: u64,
}

/// What is said.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Words {
    /// Events at which something is said.
    pub events: u64,
    /// Characters.
    pub characters: u64,
    /// Estimate: [`CHARACTERS_A_TOKEN`].
    pub tokens_estimate: u64,
    /// By module.
    pub by_module: BTreeMap<String, ByModule>,
    /// By the signal that is cited.
    pub by_signal: BTreeMap<String, u64>,
    /// Events by file.
    pub by_file: BTreeMap<String, u64>,
}

/// What one module says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ByModule {
    /// With its questions.
    pub full: u64,
    /// In one line.
    pub line: u64,
    /// Characters.
    pub characters: u64,
}

/// Times.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Time {
    /// Half are below.
    pub median: f64,
    /// 99 of 100 are below.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// One telling.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Spoken {
    /// Conversation.
    pub session: String,
    /// Subagent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Id of the tool call.
    pub call: String,
    /// Milliseconds since 1970; 0 where unknown.
    pub at: u64,
    /// Project folder.
    pub project: String,
    /// The file, as the project knows it; empty for a plan.
    pub path: String,
    /// The line that is cited.
    pub line: u32,
    /// What is said of what, and at which length.
    pub modules: Vec<(String, String)>,
    /// How sure each of them is, 0 to 1.
    pub scores: Vec<f32>,
    /// The signal that is cited.
    pub signal: String,
    /// Why.
    pub why: String,
    /// Characters.
    pub characters: u64,
    /// The text.
    pub text: String,
}

impl Report {
    pub(super) fn new(told: &Told, tally: Tally, seconds: f64, compare: bool) -> Self {
        let mut out = Self { version: VERSION, ..Self::default() };
        out.sessions.total = told.sessions.len() as u64;
        out.sessions.forgot = told.forgot;
        out.edits.repeated = told.repeated;
        out.edits.not_kept = told.unkept;
        out.unseen = told.unseen.iter().map(|(means, n)| (means.name(), *n)).collect();
        let mut with_edits = HashSet::new();
        let mut with_tellings = HashSet::new();
        let mut times = Vec::new();
        for said in &told.events {
            let session = &said.step.thread.session;
            match &said.step.what {
                Judged::Edit(edit) => {
                    with_edits.insert(session);
                    out.edits.count(said);
                    out.findings.count(&edit.found, &edit.fates);
                    if edit.verdict.is_some() {
                        times.push(u64::try_from(edit.took.as_nanos()).unwrap_or(u64::MAX));
                    }
                }
                _ => {
                    out.plans.total += 1;
                    out.plans.told += u64::from(!said.telling.text.is_empty());
                }
            }
            if !said.telling.text.is_empty() {
                with_tellings.insert(session);
                let row = said.row();
                out.told.count(said, &row);
                out.tellings.push(row);
            }
        }
        out.sessions.with_edits = with_edits.len() as u64;
        out.sessions.told = with_tellings.len() as u64;
        out.edits.silent_share = share(out.edits.silent, out.edits.judged);
        out.told.tokens_estimate = out.told.characters.div_ceil(CHARACTERS_A_TOKEN);
        times.sort_unstable();
        let us = |nanos: u64| (nanos as f64 / 100.0).round() / 10.0;
        out.time_us = Time { median: us(quantile(&times, 0.5)), p99: us(quantile(&times, 0.99)), max: us(times.last().copied().unwrap_or(0)) };
        out.read = Read::new(tally, seconds);
        out.diff = compare.then(|| diff::diff(told));
        out
    }
}

impl Read {
    fn new(tally: Tally, seconds: f64) -> Self {
        let skipped = Skipped {
            total: tally.skipped(),
            not_json: tally.not_json,
            torn: tally.torn,
            too_long: tally.too_long,
            unusable: tally.unusable,
            unknown: tally.unknown,
            unreadable: tally.unreadable,
        };
        let mb_per_s = tally.bytes as f64 / 1e6 / seconds.max(1e-9);
        Self { files: tally.files, bytes: tally.bytes, lines: tally.lines, seconds: (seconds * 1e4).round() / 1e4, mb_per_s: mb_per_s.round(), skipped }
    }
}

impl Edits {
    fn count(&mut self, said: &Said) {
        let Judged::Edit(edit) = &said.step.what else { return };
        self.total += 1;
        *self.by_tool.entry(edit.tool).or_default() += 1;
        self.in_subagents += u64::from(said.step.thread.agent.is_some());
        self.refused += u64::from(edit.outcome == Outcome::Refused);
        let Some(verdict) = &edit.verdict else {
            self.failed += 1;
            return;
        };
        self.judged += 1;
        self.file_known += u64::from(edit.informed);
        self.could_not_tell.count(&edit.path, verdict);
        if said.telling.text.is_empty() {
            self.silent += 1;
            let because = if verdict.modules.is_empty() { silence(verdict) } else { "told-before" };
            *self.silent_because.entry(because).or_default() += 1;
        }
    }
}

impl Words {
    fn count(&mut self, said: &Said, row: &Spoken) {
        self.events += 1;
        self.characters += row.characters;
        for part in &said.telling.parts {
            let module = self.by_module.entry(part.module.clone()).or_default();
            *(if part.level == "full" { &mut module.full } else { &mut module.line }) += 1;
            module.characters += part.chars as u64;
            if let Some(raised) = said.raised(&part.module) {
                *self.by_signal.entry(raised.evidence[0].signal.clone()).or_default() += 1;
            }
        }
        if !row.path.is_empty() {
            *self.by_file.entry(row.path.clone()).or_default() += 1;
        }
    }
}

impl Said {
    /// The file; empty for a plan.
    pub(super) fn path(&self) -> &str {
        match &self.step.what {
            Judged::Edit(edit) => &edit.path,
            _ => "",
        }
    }

    /// What was raised of a module. A plan speaks for its first.
    fn raised(&self, module: &str) -> Option<&crate::engine::verdict::Raised> {
        match &self.step.what {
            Judged::Edit(edit) => edit.verdict.as_ref()?.modules.iter().find(|m| m.id == module),
            Judged::Plan { verdict, .. } => verdict.modules.first(),
            _ => None,
        }
    }

    fn row(&self) -> Spoken {
        let main = self.telling.parts.first().and_then(|p| self.raised(&p.module)).and_then(|r| r.evidence.first());
        Spoken {
            session: self.step.thread.session.to_string(),
            agent: self.step.thread.agent.as_deref().map(str::to_owned),
            call: self.step.call().map(ToString::to_string).unwrap_or_default(),
            at: self.step.at,
            project: self.step.project.to_string(),
            path: self.path().to_owned(),
            line: main.map_or(0, |e| e.line),
            modules: self.telling.parts.iter().map(|p| (p.module.clone(), p.level.clone())).collect(),
            scores: self.telling.parts.iter().filter_map(|p| self.raised(&p.module)).map(|r| r.score).collect(),
            signal: main.map(|e| e.signal.clone()).unwrap_or_default(),
            why: main.map(|e| e.why.clone()).unwrap_or_default(),
            characters: self.telling.text.chars().count() as u64,
            text: self.telling.text.clone(),
        }
    }
}
