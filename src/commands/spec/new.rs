//! `distarch spec new`: a specification to begin with.

use crate::commands::Answer;
use crate::commands::topology::Loaded;
use crate::error::{Error, Kind};
use crate::spec::{REVIEW, draft};
use std::path::{Path, PathBuf};

/// `distarch spec new`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A component or the name of the system, then the file is NAME.md here; or the file.
    #[arg(value_name = "NAME|FILE")]
    pub name: String,
    /// What to write.
    #[arg(long, value_enum, default_value_t)]
    pub template: Template,
}

/// What can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// An architecture specification.
    #[default]
    Specification,
    /// A report of a review.
    Review,
}

/// Writes the file.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn run(args: &Args, topology: Option<&Loaded>) -> anyhow::Result<Answer> {
    let is_file = args.name.ends_with(".md") || args.name.contains(['/', '\\']);
    let file = PathBuf::from(if is_file { args.name.clone() } else { format!("{}.md", slug(&args.name)) });
    let stem = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let name = if is_file { stem.as_str() } else { args.name.as_str() };
    if file.exists() {
        return Err(Error::new(Kind::File, file.display(), "is there already").hint("nothing was written; name another file").into());
    }
    let text = match args.template {
        Template::Specification => draft::draft(name, topology.map(|t| &t.topology)),
        Template::Review => REVIEW.replacen("WHAT", name, 1),
    };
    if let Some(folder) = file.parent().filter(|f| *f != Path::new("")) {
        std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
    }
    std::fs::write(&file, text).map_err(|e| Error::file(&file, &e))?;
    let from = match (args.template, topology) {
        (Template::Specification, Some(t)) => format!(", with what {} says", t.file.display()),
        _ => String::new(),
    };
    let next =
        if args.template == Template::Specification { format!("`distarch spec check {}` tells what is missing\n", file.display()) } else { String::new() };
    Ok(format!("wrote {}{from}\n{next}", file.display()).into())
}

/// A name as a file name.
fn slug(name: &str) -> String {
    let words: String = name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    words.split('-').filter(|w| !w.is_empty()).collect::<Vec<_>>().join("-")
}
