//! `distarch catalog`: the named anti-patterns, the built-in ones and the project's own, and how a project learns new ones.
//!
//! A class of fault that was met once is a draft in `.dist-architect/catalog/_drafts/`, which nothing reads but this verb. Met again, or
//! promoted by hand, it is moved up: `explain`, `list` and `lint` know it, and its literals are a signal.

mod draft;
mod entry;
mod search;

use super::known::{Known, Origin};
use super::{Answer, Format, explain, lint};
use crate::config;
use crate::error::{Error, Kind};
use crate::nearest::nearest;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `distarch catalog VERB`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with the catalog.
#[derive(clap::Subcommand, Debug)]
pub enum Verb {
    /// Every entry, the project's first, then its drafts
    #[command(after_help = "Examples:
  distarch catalog list
  distarch catalog list --format json | jq '.patterns[].entry.id'")]
    List {
        /// How to say it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// One entry: shape, detection, symptoms, fix, code
    #[command(after_help = "Examples:
  distarch catalog show ack-before-process")]
    Show(explain::Args),
    /// Entries that speak of these words, best first
    #[command(after_help = "Examples:
  distarch catalog search lost message
  distarch catalog search 'duplicate charge'")]
    Search(search::Args),
    /// Judge the entries: the project's own, or those of a content folder
    #[command(after_help = "Examples:
  distarch catalog lint
  distarch catalog lint catalog/missing-fsync.md")]
    Lint(lint::Args),
    /// Keep what was met: from a finding of `scan`, from notes as JSON, or by hand
    #[command(after_help = "Examples:
  distarch scan < event.json | distarch catalog draft --at src/worker.py
  distarch catalog draft notes.json
  distarch catalog draft --id stale-tariff --module data-lifecycle --shape 'Rates are read from the copy.' --at src/rate.go:42

Notes hold the fields of the options: {\"id\": .., \"module\": [..], \"shape\": .., \"symptoms\": .., \"fix\": .., \"literal\": [..], \"at\": [..]}")]
    Draft(Box<draft::Args>),
    /// Make a draft an entry of the project
    #[command(after_help = "Examples:
  distarch catalog promote stale-tariff")]
    Promote {
        /// Id of the draft.
        id: String,
    },
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// Runs one of them.
///
/// # Errors
/// When there is no such entry, no project, or something cannot be read or written.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    Ok(match &args.verb {
        Verb::List { format } => list(*format)?.into(),
        Verb::Show(args) => show(args)?.into(),
        Verb::Search(args) => search::run(args)?.into(),
        Verb::Lint(args) => lint::run(&lint::Args { dir: Some(args.dir.clone().map_or_else(own_catalog, Ok)?), format: args.format })?,
        Verb::Draft(args) => draft::run(args)?.into(),
        Verb::Promote { id } => promote(id)?.into(),
    })
}

fn list(format: Format) -> anyhow::Result<String> {
    let mut rows: Vec<_> = Known::here().patterns().into_iter().map(|p| (p.file.front, p.origin.name())).collect();
    let own = rows.iter().filter(|(_, origin)| *origin == Origin::Project(PathBuf::new()).name()).count();
    let drafts = folder().ok().map(|f| entry::all(&entry::drafts(&f))).unwrap_or_default();
    rows.splice(own..own, drafts.into_iter().map(|(_, file, _)| (file.front, "draft")));
    if format == Format::Json {
        let patterns: Vec<_> = rows.iter().map(|(front, origin)| json!({ "origin": origin, "entry": front })).collect();
        return Ok(format!("{}\n", serde_json::to_string_pretty(&json!({ "v": VERSION, "patterns": patterns }))?));
    }
    let width = rows.iter().map(|(front, _)| front.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (front, origin) in rows {
        let seen = if front.detector == "none" { "questions" } else { "detector" };
        let _ = writeln!(out, "{:<width$}  {:<6}  {seen:<9}  {origin:<8}  {}", front.id, front.severity.name(), front.name);
    }
    Ok(out)
}

fn show(args: &explain::Args) -> anyhow::Result<String> {
    let known = Known::here().patterns();
    if known.iter().any(|p| p.file.front.id == args.id) {
        return explain::pattern(args);
    }
    let drafts = folder().ok().map(|f| entry::all(&entry::drafts(&f))).unwrap_or_default();
    if let Some((_, _, text)) = drafts.iter().find(|(_, file, _)| file.front.id == args.id) {
        return Ok(text.clone());
    }
    let ids: Vec<&str> = known.iter().map(|p| p.file.front.id.as_str()).chain(drafts.iter().map(|d| d.1.front.id.as_str())).collect();
    let hint = nearest(&args.id, ids).map_or_else(|| "`distarch catalog list` names them all".to_owned(), |n| format!("did you mean `{n}`?"));
    Err(Error::new(Kind::UnknownId, &args.id, "no entry of the catalog has this name").hint(hint).into())
}

fn promote(id: &str) -> anyhow::Result<String> {
    let folder = folder()?;
    let drafts = entry::all(&entry::drafts(&folder));
    let Some((path, ..)) = drafts.iter().find(|(_, file, _)| file.front.id == id) else {
        let near = nearest(id, drafts.iter().map(|d| d.1.front.id.as_str()));
        let hint = match near {
            Some(n) => format!("did you mean `{n}`?"),
            None if drafts.is_empty() => "`distarch catalog draft` writes one".to_owned(),
            None => format!("drafts are {}", drafts.iter().map(|d| d.1.front.id.as_str()).collect::<Vec<_>>().join(", ")),
        };
        return Err(Error::new(Kind::UnknownId, id, "no draft has this name").hint(hint).into());
    };
    entry::promote(&folder, path, id)
}

/// The project's `.dist-architect`.
fn folder() -> Result<PathBuf, Error> {
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    config::find(&here.join("file"), None)
        .ok_or_else(|| Error::new(Kind::File, here.display(), format!("there is no {} here or above", config::FOLDER)).hint("`distarch init` writes one"))
}

/// What `catalog lint` judges unless told: the project's catalog, else a content folder's.
fn own_catalog() -> Result<PathBuf, Error> {
    let own = folder().map(|f| f.join(config::CATALOG));
    match own {
        Ok(path) if path.is_dir() => Ok(path),
        _ if Path::new(config::CATALOG).is_dir() => Ok(PathBuf::from(config::CATALOG)),
        Ok(path) => Err(Error::new(Kind::File, path.display(), "this project has no catalog yet").hint("`distarch catalog draft` begins one")),
        Err(e) => Err(e),
    }
}
