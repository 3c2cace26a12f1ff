//! `distarch eval`: how good the decision is on labelled edits, by the content and the settings that hold in a project.

mod score;
mod table;

use super::{Answer, Format, judge, labels};
use crate::config::{self, Settings};
use crate::engine::verdict::Verdict;
use crate::error::{Error, Kind};
use crate::knowledge::schema::MODULES;
use crate::render;
use crate::sources::labelled::{Event, What};
use rayon::prelude::*;
use score::Figures;
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// `distarch eval FILE...`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files of labelled edits, one JSON object a line, as `distarch label` writes them.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show the edits where the decision and the label differ.
    #[arg(long, value_enum)]
    pub show: Option<Show>,
    /// Of these edits, only those that differ in this module.
    #[arg(long, value_name = "ID", value_parser = clap::builder::PossibleValuesParser::new(MODULES))]
    pub module: Option<String>,
    /// The project whose settings and signals hold; else the one that the current folder lies in.
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Which differences are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Show {
    /// Modules that were raised and should not have been.
    Fp,
    /// Modules that should have been raised.
    Fn,
    /// Patterns that were named and are not there, or the other way.
    Patterns,
    /// Edits at which the decision failed.
    Errors,
    /// All of these.
    All,
}

impl Show {
    fn wants(self, kind: Self) -> bool {
        self == kind || self == Self::All
    }
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// What a project adds to the built-in content.
#[derive(Serialize)]
struct Own {
    /// Its folder of settings.
    folder: PathBuf,
    /// Its signals that count.
    signals: usize,
    /// Its files of signals.
    signal_files: usize,
}

#[derive(Serialize)]
struct Report {
    version: u32,
    #[serde(flatten)]
    figures: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Own>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slips: Option<Vec<score::Slip>>,
}

/// Judges all edits and scores the verdicts. Exit code 1 when the decision failed at one.
///
/// # Errors
/// When a file cannot be read or holds something else than labelled edits, or the project has no settings.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let mut events = Vec::new();
    for file in &args.files {
        events.extend(labels::read(file)?);
    }
    if events.is_empty() {
        let places: Vec<String> = args.files.iter().map(|f| f.display().to_string()).collect();
        return Err(Error::new(Kind::Input, places.join(", "), "no labelled edit").hint("`distarch label` writes such a file").into());
    }
    let (settings, own) = settings(args.project.as_deref())?;
    let verdicts: Vec<Option<Verdict>> = events.par_iter().map(|event| catch_unwind(AssertUnwindSafe(|| verdict(event, &settings))).ok()).collect();
    let figures = Figures::new(&events, &verdicts);
    let slips = args.show.map(|show| score::slips(&events, &verdicts, show, args.module.as_deref()));
    let report = Report { version: VERSION, figures, project: own, slips };
    let found = report.figures.errors > 0;
    let text = match args.format {
        Format::Json => render::json::render(&report)?,
        Format::Text => table::text(&report, args.show),
    };
    Ok(Answer { text, found })
}

/// What holds in the project.
fn settings(project: Option<&Path>) -> Result<(Settings, Option<Own>), Error> {
    let folder = match project {
        Some(dir) => Some(std::path::absolute(dir).map_err(|e| Error::file(dir, &e))?),
        None => std::env::current_dir().ok(),
    };
    if let Some(dir) = project
        && let Err(e) = std::fs::read_dir(dir)
    {
        return Err(Error::file(dir, &e).hint("name a project's folder"));
    }
    let Some(folder) = folder else { return Ok((Settings::default(), None)) };
    let file = folder.join("file");
    let found = config::find(&file, None);
    if let (Some(dir), None) = (project, &found) {
        let what = format!("there is no {} here or above", config::FOLDER);
        return Err(Error::new(Kind::File, dir.display(), what).hint(format!("`distarch init {}` writes one", dir.display())));
    }
    let settings = config::load(&file, None, None);
    let own = found.map(|folder| {
        let signals = settings.knowledge().get(1).map_or(0, |k| k.signals.len());
        let entries = config::catalog_entries(&folder).iter().filter(|(_, entry, _)| !entry.front.literals.is_empty()).count();
        Own { signals, signal_files: config::signal_files(&folder).len() + entries, folder }
    });
    Ok((settings, own))
}

fn verdict(event: &Event, settings: &Settings) -> Verdict {
    match &event.what {
        What::Edit(subject) => {
            let file = judge::File { surroundings: &|| subject.surroundings(), text: subject.before.as_deref() };
            judge::edit(&subject.edit, settings, file, judge::Want::default())
        }
        What::Plan(text) => judge::plan(text, settings),
        What::Nothing => Verdict::default(),
    }
}
