//! From the facts of single files to the resources of the repository.

use super::linked::{Index, IndexedFile, Place, Resource};
use super::model::{Facts, Kind};
use std::collections::BTreeMap;

/// What one file says, with its path and component.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// Path from the root, with `/`.
    pub path: String,
    /// The component it belongs to.
    pub component: Option<String>,
    /// What it says.
    pub facts: Facts,
}

/// Puts the facts of all files together.
#[must_use]
pub fn link(mut files: Vec<FileFacts>) -> Index {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = Index::default();
    let mut resources: BTreeMap<(Kind, String), Vec<Place>> = BTreeMap::new();
    for file in files {
        if file.facts.uses.is_empty() {
            continue;
        }
        let number = u32::try_from(out.files.len()).unwrap_or(u32::MAX);
        out.files.push(IndexedFile { path: file.path, component: file.component });
        for used in file.facts.uses {
            if !used.name.says_something() {
                continue;
            }
            let place = Place { file: number, line: used.line, role: used.role, value: used.value, note: used.note, certainty: used.certainty, written: None };
            resources.entry((used.kind, used.name.pattern())).or_default().push(place);
        }
    }
    out.resources = resources.into_iter().map(|((kind, name), places)| Resource { kind, name, places }).collect();
    out
}
