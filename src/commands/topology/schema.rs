//! `distarch topology schema`: the JSON Schema of a topology file, for editors.

use crate::commands::Answer;
use crate::topology::schema::TEXT;

/// `distarch topology schema`.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Prints it.
///
/// # Errors
/// None today.
pub fn run(_args: &Args) -> anyhow::Result<Answer> {
    Ok(TEXT.to_owned().into())
}
