//! `distarch topology draw`: the system as a picture.

use super::{asked, load};
use crate::commands::Answer;
use crate::error::Error;
use crate::topology::analyses::Study;
use crate::topology::draw::{self, Format, Picture};
use std::path::{Path, PathBuf};

/// `distarch topology draw`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// As what; else as the end of the output file's name says, else Mermaid.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Only this component and what is near it.
    #[arg(long, value_name = "NAME")]
    pub focus: Option<String>,
    /// How many steps are near.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "focus")]
    pub steps: usize,
    /// Write it to this file.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave out what the analyses find.
    #[arg(long)]
    pub plain: bool,
}

/// Draws the topology.
///
/// # Errors
/// When there is no topology file or it cannot be read, nothing has the name, or the output cannot be written.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let study = Study::of(&loaded.topology);
    let format = args.format.unwrap_or_else(|| by_name(args.output.as_deref()));
    let picture = match &args.focus {
        None => Picture::of(&study),
        Some(name) => {
            let node = asked::component(&study, name)?;
            // A page holds the whole, so that it can tell what fails with what; it begins at the component.
            if format == Format::Html { Picture::from(&study, node) } else { Picture::around(&study, node, args.steps) }
        }
    };
    let picture = if args.plain { picture } else { picture.analysed() };
    let text = draw::draw(&picture, format);
    let Some(output) = &args.output else { return Ok(text.into()) };
    std::fs::write(output, &text).map_err(|e| Error::file(output, &e))?;
    let (components, relationships) = (picture.nodes.len(), picture.edges.len());
    Ok(format!(
        "{}: {components} components, {relationships} relationships, {} KB\n",
        crate::text::plain(&output.display().to_string()),
        text.len().div_ceil(1024)
    )
    .into())
}

/// The format that the end of a file's name tells.
fn by_name(output: Option<&Path>) -> Format {
    match output.and_then(Path::extension).and_then(|e| e.to_str()) {
        Some("dot" | "gv") => Format::Dot,
        Some("svg") => Format::Svg,
        Some("html" | "htm") => Format::Html,
        _ => Format::Mermaid,
    }
}
