//! `distarch spec deletion-test`: what breaks without each component, written into the specification.

use crate::commands::Answer;
use crate::commands::topology::load;
use crate::error::{Error, Kind};
use crate::render::diff;
use crate::spec::deletion::{Refusal, fill};
use std::path::{Path, PathBuf};

/// `distarch spec deletion-test`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The specification.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write nothing; show what would change, and exit with 1 when something would.
    #[arg(long)]
    pub check: bool,
}

/// Lines of a difference that are shown.
const MOST: usize = 200;

/// Fills the answers in.
///
/// # Errors
/// When there is no topology, a file cannot be read or written, or there is no place for the answers.
pub fn run(args: &Args, topology: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(topology)?;
    let place = args.file.display();
    let text = std::fs::read_to_string(&args.file).map_err(|e| Error::file(&args.file, &e))?;
    let filled = fill(&text, &loaded.topology).map_err(|e| Error::new(Kind::Input, &place, e).hint(hint(e)))?;
    if filled == text {
        return Ok(format!("{place}: as {} answers\n", loaded.file.display()).into());
    }
    if args.check {
        return Ok(Answer { text: format!("{place}: not as {} answers\n{}", loaded.file.display(), diff::render(&text, &filled, MOST)), found: true });
    }
    std::fs::write(&args.file, &filled).map_err(|e| Error::file(&args.file, &e))?;
    Ok(format!("filled {place} with what {} answers\n", loaded.file.display()).into())
}

fn hint(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoHeading => "add the heading \"### What breaks if I delete this?\": the answers go below it",
        Refusal::NoEnd => "put back `<!-- distarch deletion-test: end -->` behind the answers, or take the first comment away",
        Refusal::NoComponent => "a line \"Components: a, b\" before the first section names those that it covers",
    }
}
