//! `distarch rubric`: eight rows, 0 to 3, each with its evidence. What can be measured is measured, the rest is asked.

mod day;
mod measure;
mod page;
pub mod rows;
mod saved;

use super::check::judge_range;
use super::topology::{self, history};
use crate::commands;
use crate::engine::verdict::Confidence;
use crate::error::{Error, Kind};
use crate::render::{self, Format};
use crate::sources::changes::{EMPTY_TREE, Range};
use crate::sources::git;
use crate::topology::analyses::Study;
use measure::{Measured, Sources, measure};
use rows::{ROWS, Row, row};
use saved::Saved;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `distarch rubric`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The topology file; else .dist-architect/topology.yaml of this folder or the nearest above, if there is one.
    #[arg(long, value_name = "FILE")]
    pub topology: Option<PathBuf>,
    /// A specification; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub spec: Vec<PathBuf>,
    /// Judge the code that has changed since a revision; all of it unless told.
    #[arg(long, value_name = "REVISION")]
    pub since: Option<String>,
    /// What somebody can show: ROW=SCORE: EVIDENCE; a 3 names the day. May be given more than once.
    #[arg(long, value_name = "ANSWER")]
    pub answer: Vec<String>,
    /// Answers of a saved score.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Keep the score.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Tell what has changed since a saved score; exit code 1 when a row is lower.
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,
    /// The day of the score, as 2026-11-21; today unless told.
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What somebody said of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    score: u8,
    evidence: String,
}

/// A row with its score.
pub(super) struct Scored {
    row: &'static Row,
    /// `None`: it is asked.
    score: Option<u8>,
    measured: Measured,
    answered: Option<Answer>,
    /// Why the answer does not count as it was given.
    held: Option<String>,
}

/// What a run tells.
pub(super) struct Outcome {
    date: String,
    commit: Option<String>,
    /// What was looked at, in words.
    looked_at: Vec<String>,
    rows: Vec<Scored>,
    before: Option<Saved>,
}

/// Days after which a trial is no longer one: six months.
const RECENT: i64 = 184;

/// Scores.
///
/// # Errors
/// When a file cannot be read or written, or an answer is none.
pub fn run(args: &Args) -> anyhow::Result<commands::Answer> {
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let today = match &args.day {
        None => day::today(),
        Some(text) => day::number(text).ok_or_else(|| Error::new(Kind::Usage, format!("--day {text}"), "is no day").hint("as 2026-11-21"))?,
    };
    let before = args.compare.as_deref().map(saved::read).transpose()?;
    let answers = answers(args)?;
    let root = git::root(&here);
    let loaded = if args.topology.is_some() || topology::find(&here).is_some() { Some(topology::load(args.topology.as_deref())?) } else { None };
    let history = loaded.as_ref().and_then(|l| history::since(&l.file));
    let study = loaded.as_ref().map(|l| Study::of(&l.topology)).map(|s| match &history {
        Some(history) => s.with_history(history),
        None => s,
    });
    let specs = args.spec.iter().map(|f| Ok((f.clone(), std::fs::read_to_string(f).map_err(|e| Error::file(f, &e))?))).collect::<Result<Vec<_>, Error>>()?;
    let check = root.as_deref().map(|root| code(root, args.since.as_deref())).transpose()?;
    let sources = Sources { topology: loaded.as_ref().zip(study.as_ref()), specs: &specs, check: check.as_ref(), root: root.as_deref().unwrap_or(&here) };
    let rows = ROWS.iter().map(|row| scored(row, measure(row, &sources), answers.get(row.id).cloned(), today)).collect();
    let commit =
        root.as_deref().and_then(|r| git::ask(r, &["rev-parse", "--short", "HEAD"], b"", None).ok()).map(|b| String::from_utf8_lossy(&b).trim().to_owned());
    let looked_at = looked_at(&sources);
    let outcome = Outcome { date: day::written(today), commit, looked_at, rows, before };
    if let Some(file) = &args.save {
        std::fs::write(file, saved::write(&outcome.date, outcome.commit.as_deref(), &outcome.rows)).map_err(|e| Error::file(file, &e))?;
    }
    let text = match args.format {
        Format::Text => render::text::render(&page::page(&outcome)),
        Format::Markdown => render::markdown::render(&page::page(&outcome)),
        Format::Json => render::json::render(&page::report(&outcome))?,
    };
    Ok(commands::Answer { text, found: outcome.rows.iter().any(|r| outcome.change(r).is_some_and(|(was, is)| is < was)) })
}

impl Outcome {
    /// Score of a row before and now, where both are known.
    fn change(&self, row: &Scored) -> Option<(u8, u8)> {
        let was = self.before.as_ref()?.rows.iter().find(|r| r.row == row.row.id)?.score?;
        Some((was, row.score?))
    }
}

/// Findings in the code, as it stands or as it has changed.
fn code(root: &Path, since: Option<&str>) -> Result<commands::check::report::Report, Error> {
    let range = Range::Since(since.unwrap_or(EMPTY_TREE).to_owned());
    let (mut report, _) = judge_range(root, &range, &[], Confidence::Medium)?;
    if since.is_none() {
        report.range = "the working tree".to_owned();
    }
    Ok(report)
}

fn looked_at(sources: &Sources<'_>) -> Vec<String> {
    let topology = sources.topology.map(|(l, _)| l.file.display().to_string());
    let specs = sources.specs.iter().map(|(f, _)| f.display().to_string());
    let code = sources.check.map(|c| format!("{} files ({})", c.files.changed - c.files.deleted, c.range));
    topology.into_iter().chain(specs).chain(code).collect()
}

/// Answers of the file, then those of the arguments: the later ones count.
fn answers(args: &Args) -> Result<BTreeMap<String, Answer>, Error> {
    let mut out: BTreeMap<String, Answer> = BTreeMap::new();
    if let Some(file) = &args.answers {
        out.extend(saved::read(file)?.rows.into_iter().filter_map(|r| Some((r.row, r.answered?))));
    }
    for text in &args.answer {
        let bad =
            |what: &str| Error::new(Kind::Usage, format!("--answer {text}"), what).hint("as 'load=2: docs/load.md:12 has the peak and what is shed first'");
        let (id, rest) = text.split_once('=').ok_or_else(|| bad("has no `=` behind the row"))?;
        let known: Vec<&str> = ROWS.iter().map(|r| r.id).collect();
        let row = row(id.trim()).ok_or_else(|| bad(&format!("names none of {}", known.join(", "))))?;
        let (score, evidence) = rest.split_once(':').ok_or_else(|| bad("has no evidence behind a `:`"))?;
        let score = score.trim().parse::<u8>().ok().filter(|s| *s <= 3).ok_or_else(|| bad("has a score that is none of 0, 1, 2, 3"))?;
        if evidence.trim().is_empty() {
            return Err(bad("has no evidence behind the `:`"));
        }
        out.insert(row.id.to_owned(), Answer { score, evidence: evidence.trim().to_owned() });
    }
    Ok(out)
}

/// A measure and an answer together. Between two the lower holds, but what is only not said can be shown by an answer.
fn scored(row: &'static Row, measured: Measured, answered: Option<Answer>, today: i64) -> Scored {
    let mut held = None;
    let score = answered.as_ref().map_or(measured.score, |answer| {
        let mut score = answer.score;
        let tried = day::named(&answer.evidence);
        if score == 3 && tried.is_none_or(|d| d < today - RECENT || d > today + 31) {
            score = 2;
            held = Some(
                if tried.is_none() { "a 3 names the day on which it was tried" } else { "what was tried more than six months ago counts as 2" }.to_owned(),
            );
        }
        if score > measured.ceiling {
            score = measured.ceiling;
            held = Some("what was found holds it down".to_owned());
        }
        Some(score)
    });
    Scored { row, score, measured, answered, held }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(measured: Option<u8>, ceiling: u8, answer: Option<(u8, &str)>) -> (Option<u8>, bool) {
        let answer = answer.map(|(score, evidence)| Answer { score, evidence: evidence.to_owned() });
        let today = day::number("2026-11-21").expect("a day");
        let out = scored(&ROWS[0], Measured { score: measured, ceiling, evidence: Vec::new() }, answer, today);
        (out.score, out.held.is_some())
    }

    #[test]
    fn an_answer_shows_what_is_not_said_and_outbids_no_finding() {
        assert_eq!(of(None, 3, None), (None, false), "it is asked");
        assert_eq!(of(Some(2), 3, None), (Some(2), false));
        assert_eq!(of(Some(1), 3, Some((2, "docs/x.md:3"))), (Some(2), false), "shown");
        assert_eq!(of(Some(1), 1, Some((2, "docs/x.md:3"))), (Some(1), true), "found");
        assert_eq!(of(Some(2), 3, Some((1, "nobody knows the copies"))), (Some(1), false), "the lower one");
        assert_eq!(of(None, 3, Some((3, "restore of 2026-09-14, 22 min"))), (Some(3), false));
        assert_eq!(of(None, 3, Some((3, "restore of 2026-01-14"))), (Some(2), true), "too long ago");
        assert_eq!(of(None, 3, Some((3, "we had an outage and it held"))), (Some(2), true), "no day");
    }
}
