//! `distarch label`: asks for each thing that the hook said in recorded conversations whether it was useful, and keeps the answers
//! as labelled edits, which `eval` scores and `fit` learns from.

mod ask;
mod injection;
mod line;

use super::labels;
use super::replay::{self, judge::Keep};
use crate::error::{Error, Kind};
use crate::render::numbers::of;
use ask::{Answers, Reply};
use injection::Injection;
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `distarch label SOURCE --write FILE`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Transcripts, journals, logs of hook payloads, or folders of them, such as ~/.claude/projects.
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<PathBuf>,
    /// The file that gets one labelled edit a line. Where it is there, what it holds is not asked again.
    #[arg(long, value_name = "FILE")]
    pub write: PathBuf,
    /// Take the answers from a file instead of the terminal, one a line; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
}

/// What came of the questions.
#[derive(Default)]
struct Count {
    labelled: u64,
    skipped: u64,
}

/// Asks.
///
/// # Errors
/// Without a terminal or answers, and where a file cannot be read or written.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let mut answers = answers(args.answers.as_deref())?;
    // Told before the first question, not after the first answer.
    if let Some(folder) = args.write.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::read_dir(folder).map_err(|e| Error::file(folder, &e))?;
    }
    let known: HashSet<String> = if args.write.exists() { labels::read(&args.write)?.into_iter().map(|e| e.id).collect() } else { HashSet::new() };
    // Which calls something was said at is known only when all is read; their edits are fetched by a second reading.
    let (told, _) = replay::told(&args.sources, Keep::default())?;
    let calls: HashSet<Arc<str>> = told.events.iter().filter(|s| injection::is_one(s)).filter_map(|s| s.step.call().cloned()).collect();
    let (told, _) = replay::told(&args.sources, Keep { unsure: false, edits: Some(&calls) })?;
    let all: Vec<Injection<'_>> = told.events.iter().filter_map(Injection::of).collect();
    let todo: Vec<&Injection<'_>> = all.iter().filter(|i| !known.contains(&i.id)).collect();
    let count = ask_all(&todo, &mut answers, &args.write)?;

    let left = todo.len() as u64 - count.labelled - count.skipped;
    let mut out = format!("{} labelled in {}", of(count.labelled, "edit", "edits"), args.write.display());
    for (n, what) in [(all.len() as u64 - todo.len() as u64, "labelled before"), (count.skipped, "skipped"), (left, "left")] {
        if n > 0 {
            out.push_str(&format!("; {n} {what}"));
        }
    }
    out.push('\n');
    if !told.stray.is_empty() {
        out.push_str(&format!("{} cannot be labelled: the record does not hold the edit\n", of(told.stray.len() as u64, "telling", "tellings")));
    }
    if all.is_empty() {
        out.push_str("the hook says nothing in these conversations\n");
    } else if count.labelled > 0 {
        out.push_str(&format!("`distarch eval {}` scores them\n", args.write.display()));
    }
    Ok(out)
}

fn answers(file: Option<&Path>) -> Result<Answers, Error> {
    match file {
        Some(file) if file == Path::new("-") => Ok(Answers::from_lines(std::io::stdin().lock(), "standard input")),
        Some(file) => {
            let opened = std::fs::File::open(file).map_err(|e| Error::file(file, &e))?;
            Ok(Answers::from_lines(std::io::BufReader::new(opened), &file.display().to_string()))
        }
        None if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() => Ok(Answers::from_terminal()),
        None => {
            Err(Error::new(Kind::Usage, "label", "questions are asked on a terminal, and this is none").hint("answers can come from a file: --answers FILE"))
        }
    }
}

fn ask_all(todo: &[&Injection<'_>], answers: &mut Answers, file: &Path) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut out = anstream::stdout().lock();
    for (i, injection) in todo.iter().enumerate() {
        write!(out, "{}", injection.shown(i + 1, todo.len()))?;
        match ask::label(injection, answers, &mut out)? {
            Reply::Label(label) => {
                append(file, &line::of(injection, &label)?)?;
                count.labelled += 1;
            }
            Reply::Skip => count.skipped += 1,
            Reply::Quit => break,
        }
        writeln!(out)?;
    }
    out.flush()?;
    Ok(count)
}

/// One line, one write: whenever the questions end, what was answered is whole.
fn append(file: &Path, line: &[u8]) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).and_then(|mut f| f.write_all(line)).map_err(|e| Error::file(file, &e))
}
