//! `distarch topology init`: writes a topology file to begin with, a commented template, what is found in manifests, or what is found in
//! code.

use super::{FILE, code, import};
use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::topology::init::TEMPLATE;
use std::path::{Path, PathBuf};

/// `distarch topology init`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Begin with what these files or folders declare, as `distarch topology import` reads them; or with what the code of a folder does: `code [DIR]`
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Overwrite the file that is there.
    #[arg(long)]
    pub force: bool,
}

/// Writes the file.
///
/// # Errors
/// When there is one already, it cannot be written, or a source cannot be read.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let file = file.map_or_else(|| PathBuf::from(FILE), Path::to_path_buf);
    if let Some(folder) = code::folder(&args.from) {
        return import::tell(&code::read(&folder, &|_| None)?, import::Format::Yaml, Some(&file), args.force);
    }
    if !args.from.is_empty() {
        let (sources, output) = (args.from.clone(), Some(file));
        return import::run(&import::Args { sources, env_file: Vec::new(), format: import::Format::Yaml, output, force: args.force });
    }
    write(&file, TEMPLATE, args.force)?;
    Ok(format!("wrote {}\nIt shows every part of the form: put your system in its place. `distarch topology check` judges it.\n", file.display()).into())
}

/// Writes a new file, its folder included.
fn write(file: &Path, text: &str, force: bool) -> Result<(), Error> {
    if file.exists() && !force {
        return Err(Error::new(Kind::File, file.display(), "is there already").hint("--force overwrites it"));
    }
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
    }
    std::fs::write(file, text).map_err(|e| Error::file(file, &e))
}
