//! `distarch topology`: the file that says what the system is made of, and what follows from it.

pub mod check;
pub mod draw;

use super::Answer;
use crate::error::{Error, Kind};
use crate::topology::model::Topology;
use crate::topology::read::{self, Problem};
use std::path::{Path, PathBuf};

/// Where a project keeps it.
pub const FILE: &str = ".dist-architect/topology.yaml";

/// `distarch topology VERB`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The topology file; else .dist-architect/topology.yaml of this folder or the nearest above.
    #[arg(long, global = true, value_name = "FILE")]
    topology: Option<PathBuf>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Judge the file: unknown keys, wrong values, dangling names, contradictions; exit code 1 when something has to be mended
    #[command(after_help = "Examples:
  distarch topology check
  distarch topology check --topology docs/topology.yaml
  distarch topology check --format json | jq '.problems[].line'")]
    Check(check::Args),
    /// Draw the system: as Mermaid for a README, for Graphviz, as a still picture, or as a page to explore
    #[command(after_help = "Examples:
  distarch topology draw >> README.md
  distarch topology draw --output topology.html
  distarch topology draw --format svg --focus checkout > checkout.svg")]
    Draw(draw::Args),
}

/// Does what was asked for.
///
/// # Errors
/// What cannot be read, with its place and a hint.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let file = args.topology.as_deref();
    match &args.verb {
        Verb::Check(args) => check::run(args, file),
        Verb::Draw(args) => draw::run(args, file),
    }
}

/// A topology file as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub topology: Topology,
    /// Where it lies, as short as the user would name it.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    /// What is odd about it.
    pub problems: Vec<Problem>,
}

/// Reads the project's topology: the file that is named, else the one of this folder or the nearest above.
///
/// # Errors
/// When there is none, or it cannot be read as a topology.
pub fn load(path: Option<&Path>) -> anyhow::Result<Loaded> {
    let file = place(path)?;
    let text = std::fs::read_to_string(&file).map_err(|e| Error::file(&file, &e))?;
    let reading = read::topology(&text, &file.display().to_string())
        .map_err(|p| Error::new(Kind::Input, format_args!("{}:{}:{}", file.display(), p.place.line, p.place.column), p.what).hint(p.hint))?;
    Ok(Loaded { topology: reading.topology, file, text, problems: reading.problems })
}

/// The file that is named, else the one of this folder or the nearest above.
///
/// # Errors
/// When there is none.
pub fn place(path: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(path) = path {
        return Ok(path.to_path_buf());
    }
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let found = here.ancestors().map(|a| a.join(FILE)).find(|f| f.is_file());
    let found = found.ok_or_else(|| {
        Error::new(Kind::File, here.display(), format!("there is no {FILE} here or above"))
            .hint("`distarch topology init` writes one; --topology FILE names another")
    })?;
    Ok(found.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(found))
}
