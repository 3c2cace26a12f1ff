//! `distarch spec`: architecture specifications: written, judged, and filled with what the topology can answer.

pub mod check;
pub mod deletion_test;
pub mod new;
mod page;

use super::Answer;
use super::topology::{self, Loaded};
use std::path::PathBuf;

/// `distarch spec VERB`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The topology file; else .dist-architect/topology.yaml of this folder or the nearest above, if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    topology: Option<PathBuf>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    /// Write a specification to begin with: the form, with what the topology knows in it
    #[command(after_help = "Examples:
  distarch spec new orders
  distarch spec new docs/orders.md --topology .dist-architect/topology.yaml
  distarch spec new --template review reviews/orders.md")]
    New(new::Args),
    /// Judge specifications: what is empty, guessed, without owner, detection or unit, or named otherwise than in the topology
    ///
    /// Exit code 1 when something has to be mended.
    #[command(after_help = "Examples:
  distarch spec check docs/orders.md
  distarch spec check docs/*.md --topology docs/topology.yaml
  distarch spec check docs/orders.md --format json | jq '.files[].problems[].line'")]
    Check(check::Args),
    /// Fill in what breaks without each component, as the topology tells it; the rest of the file stays byte for byte
    #[command(after_help = "Examples:
  distarch spec deletion-test docs/orders.md
  distarch spec deletion-test docs/orders.md --check     for CI: exit code 1 when something would change")]
    DeletionTest(deletion_test::Args),
}

/// Does what was asked for.
///
/// # Errors
/// What cannot be read or written, with its place and a hint.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    match &args.verb {
        Verb::New(new) => new::run(new, known(args)?.as_ref()),
        Verb::Check(check) => check::run(check, known(args)?.as_ref()),
        Verb::DeletionTest(test) => deletion_test::run(test, args.topology.as_deref()),
    }
}

/// The topology that is named, else the project's, if it has one.
fn known(args: &Args) -> anyhow::Result<Option<Loaded>> {
    let here = std::env::current_dir()?;
    if args.topology.is_none() && topology::find(&here).is_none() {
        return Ok(None);
    }
    topology::load(args.topology.as_deref()).map(Some)
}
