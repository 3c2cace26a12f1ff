//! `distarch man`: manual pages, one for the program and one for each verb.

use crate::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

/// `distarch man [--out DIR]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Write distarch.1 and a page for each verb into this folder; without it the program's page goes to standard output.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Writes the pages of the command line `command`.
///
/// # Errors
/// When the folder or a page cannot be written.
pub fn run(args: &Args, command: clap::Command) -> anyhow::Result<String> {
    let mut command = command;
    command.build();
    let Some(folder) = &args.out else { return page(command) };
    std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
    // A built command calls its verbs `distarch-explain` and so on: that is the name of the page.
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help").cloned();
    let mut out = String::new();
    for command in verbs.chain([command.clone()]) {
        let path = folder.join(format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name())));
        std::fs::write(&path, page(command)?).map_err(|e| Error::file(&path, &e))?;
        let _ = writeln!(out, "wrote {}", path.display());
    }
    Ok(out)
}

fn page(command: clap::Command) -> anyhow::Result<String> {
    let mut out = Vec::new();
    let version = format!("distarch {}", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command).source(version).manual("distributed-architect").render(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
