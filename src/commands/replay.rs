//! `distarch replay`: what the hook would have said in recorded conversations, or did say according to its journal. The same
//! `review`, the same memory and the same words as at an edit; only where edits come from differs.

pub mod diff;
mod findings;
pub(super) mod fold;
pub mod held;
pub(super) mod judge;
mod page;
pub mod report;

use crate::error::{Error, Kind};
use crate::render::{self, Format};
use crate::sources::{Tally, find};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use std::path::PathBuf;
use std::time::Instant;

/// `distarch replay PATH...`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Transcripts, journals, logs of hook payloads, or folders of them, such as ~/.claude/projects.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Compare with what the records say that was told.
    #[arg(long)]
    pub diff: bool,
    /// Show every telling and every difference with its text, how sure it is, and what had evidence and was not said.
    #[arg(long)]
    pub all: bool,
}

/// Replays and reports.
///
/// # Errors
/// When a path does not exist, or none of the files holds a record.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let report = replay(args)?;
    Ok(match args.format {
        Format::Json => render::json::render(&report)?,
        Format::Text => render::text::render(&page::page(&report, args.all)),
        Format::Markdown => render::markdown::render(&page::page(&report, args.all)),
    })
}

fn replay(args: &Args) -> anyhow::Result<report::Report> {
    let started = Instant::now();
    let (told, tally) = told(&args.paths, judge::Keep { unsure: args.all, edits: None })?;
    let seconds = started.elapsed().as_secs_f64();
    let mut report = report::Report::new(&told, tally, seconds, args.diff);
    if args.all {
        report.held_back = Some(held::back(&told));
    }
    Ok(report)
}

/// Reads, judges and tells everything in order.
///
/// # Errors
/// When a path does not exist, or none of the files holds a record.
pub(super) fn told(paths: &[PathBuf], keep: judge::Keep<'_>) -> anyhow::Result<(fold::Told, Tally)> {
    let mut tally = Tally::default();
    let files = find::files(paths, &mut tally.unreadable)?;
    let bar = progress(files.iter().map(|f| f.size).sum());
    let judged: Vec<judge::File> = files
        .par_iter()
        .with_max_len(1)
        .map(|found| {
            let file = judge::file(&found.path, keep);
            bar.inc(found.size);
            file
        })
        .collect();
    let mut steps = Vec::new();
    for file in judged {
        tally.add(file.tally);
        steps.extend(file.steps);
    }
    bar.finish_and_clear();
    if tally.lines == 0 || tally.skipped() + tally.blank == tally.lines {
        let places = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        let what = if tally.unreadable.is_empty() { "no transcript, journal or log of hook payloads".to_owned() } else { tally.unreadable.join("; ") };
        return Err(Error::new(Kind::Input, places, what).hint("Claude Code keeps its transcripts under ~/.claude/projects").into());
    }
    Ok((fold::fold(steps), tally))
}

/// On a terminal only, and not on standard output.
fn progress(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}
