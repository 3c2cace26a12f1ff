//! `distarch spec check`: specifications, judged line by line.

use super::page;
use crate::commands::topology::Loaded;
use crate::commands::{Answer, Format};
use crate::error::Error;
use crate::render;
use crate::spec::{self, Problem, Report, place};
use serde::Serialize;
use std::io::IsTerminal as _;
use std::path::PathBuf;

/// `distarch spec check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Specifications.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// A specification as it was read and judged.
pub(super) struct Judged {
    pub(super) file: String,
    pub(super) text: String,
    pub(super) report: Report,
}

#[derive(Serialize)]
struct Rows {
    version: u32,
    topology: Option<String>,
    files: Vec<FileRow>,
}

#[derive(Serialize)]
struct FileRow {
    file: String,
    ok: bool,
    problems: Vec<Row>,
    open: Vec<OpenRow>,
}

#[derive(Serialize)]
struct Row {
    rule: &'static str,
    line: usize,
    column: usize,
    what: String,
    hint: String,
}

#[derive(Serialize)]
struct OpenRow {
    line: usize,
    text: String,
}

/// Judges them.
///
/// # Errors
/// When a file cannot be read.
pub fn run(args: &Args, topology: Option<&Loaded>) -> anyhow::Result<Answer> {
    let judged = args
        .files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).map_err(|e| Error::file(file, &e))?;
            let report = spec::check(&text, topology.map(|t| &t.topology));
            Ok(Judged { file: file.display().to_string(), text, report })
        })
        .collect::<Result<Vec<Judged>, Error>>()?;
    let found = judged.iter().any(|j| !j.report.problems.is_empty());
    let known = topology.map(|t| t.file.display().to_string());
    let text = match args.format {
        Format::Text => page::text(&judged, known.as_deref(), std::io::stdout().is_terminal()),
        Format::Json => render::json::render(&Rows { version: VERSION, topology: known, files: judged.iter().map(rows).collect() })?,
    };
    Ok(Answer { text, found })
}

fn rows(judged: &Judged) -> FileRow {
    let row = |p: &Problem| {
        let (line, column) = place(&judged.text, p.range.start);
        Row { rule: p.rule, line, column, what: p.what.clone(), hint: p.hint.clone() }
    };
    let open = judged.report.open.iter().map(|r| OpenRow {
        line: place(&judged.text, r.start).0,
        text: judged.text.get(r.clone()).unwrap_or_default().trim().trim_matches('|').trim().to_owned(),
    });
    FileRow {
        file: judged.file.clone(),
        ok: judged.report.problems.is_empty(),
        problems: judged.report.problems.iter().map(row).collect(),
        open: open.collect(),
    }
}
