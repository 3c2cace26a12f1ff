//! `distarch topology fmt`: brings a topology file into its normal form; comments and order stay.

use super::load;
use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::render::diff;
use crate::topology::fmt::format;
use std::path::Path;

/// `distarch topology fmt`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Write nothing; show what would change, and exit with 1 when something would.
    #[arg(long)]
    pub check: bool,
}

/// Lines of a difference that are shown.
const MOST: usize = 200;

/// Formats the file.
///
/// # Errors
/// When there is no file, it cannot be read, or its form cannot be changed without changing what it says.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let place = loaded.file.display();
    let text = format(&loaded.text).map_err(|e| Error::new(Kind::Input, &place, e).hint("the file was left as it is; what it says is not in doubt"))?;
    if text == loaded.text {
        return Ok(format!("{place}: in its normal form\n").into());
    }
    if args.check {
        let text = format!("{place}: not in its normal form\n{}", diff::render(&loaded.text, &text, MOST));
        return Ok(Answer { text, found: true });
    }
    std::fs::write(&loaded.file, &text).map_err(|e| Error::file(&loaded.file, &e))?;
    Ok(format!("formatted {place}\n").into())
}
