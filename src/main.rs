//! `distarch`: the argument parser is built only when the first argument is not `hook`.
#![allow(clippy::print_stdout)]

use clap::{Parser, Subcommand};
use distributed_architect::commands;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Scan(commands::scan::Args),
}

fn main() -> anyhow::Result<()> {
    if std::env::args_os().nth(1).is_some_and(|verb| verb == "hook") {
        commands::hook::run();
        return Ok(());
    }
    match Cli::parse().verb {
        Verb::Scan(args) => println!("{}", commands::scan::run(&args)?),
    }
    Ok(())
}
