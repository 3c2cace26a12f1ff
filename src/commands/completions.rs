//! `distarch completions`: the shell's completion script.

use clap_complete::Shell;

/// `distarch completions SHELL`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// For which shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Writes the script for the command line `command`.
#[must_use]
pub fn run(args: &Args, mut command: clap::Command) -> String {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut command, "distarch", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
