//! `distarch topology`: the file that says what the system is made of, and what follows from it.

use super::Answer;

/// `distarch topology`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {}

/// Does what was asked for.
///
/// # Errors
/// What cannot be read, with its place and a hint.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    match args.verb {}
}
