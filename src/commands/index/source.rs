//! Where these verbs take the index from: what was kept of the repository, and what changed since, read again. Nothing is written.

use crate::commands::places;
use crate::config;
use crate::error::Error;
use crate::index::link::Linked;
use crate::index::linked::Index;
use crate::index::model::Certainty;
use crate::index::store::{self, Wanted};
use crate::sources::git;
use std::path::Path;

/// The repository that a person stands in.
pub(super) struct Loaded {
    pub(super) linked: Linked,
    /// Where they stand: from the top on, with `/` at its end; empty at the top.
    pub(super) from: String,
}

/// Reads the repository. `guesses`: places that are guesses too.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn load(guesses: bool) -> anyhow::Result<Loaded> {
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let root = git::root(&here).unwrap_or_else(|| here.clone());
    let linked = loaded(&root, guesses)?;
    let from = here.strip_prefix(&root).map(|p| p.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    Ok(Loaded { linked, from: if from.is_empty() { from } else { format!("{from}/") } })
}

/// The repository at `root`. `guesses`: places that are guesses too.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn loaded(root: &Path, guesses: bool) -> anyhow::Result<Linked> {
    let settings = config::load(&root.join("any"), Some(root), None);
    // Read once: settings are for one thread.
    let topology = settings.topology().cloned();
    let declared = |path: &str| topology.as_ref()?.component(path).map(|c| c.name);
    let folder = places::index_folder(root);
    let wanted = Wanted { root, state: folder.as_deref(), force: false, declared: &declared, topology: 0 };
    let mut linked = store::load(&wanted).map_err(|e| Error::file(root, &e))?;
    if !guesses {
        without_guesses(&mut linked.index);
    }
    Ok(linked)
}

fn without_guesses(index: &mut Index) {
    for resource in &mut index.resources {
        resource.places.retain(|p| p.certainty > Certainty::Guess);
    }
    index.resources.retain(|r| !r.places.is_empty());
}
