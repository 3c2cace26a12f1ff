//! From the facts of single files to the resources of the repository: names that lean on other files are resolved (`resolving`), names of
//! the same thing become one (`unify`), and what both need of the repository is kept (`tables`), so that a single file can be linked
//! against it later.

mod members;
mod resolving;
mod secrets;
mod tables;
mod unify;

use super::components::Components;
use super::linked::{Index, IndexedFile, Place, Resource};
use super::model::{Certainty, Facts, Kind, Role};
pub(crate) use resolving::written;
use resolving::{Found, Here};
pub(crate) use secrets::masked;
use std::collections::BTreeMap;
pub(crate) use tables::Set;
pub use tables::Tables;

/// What extractors note of a value that is left out; without that value it says nothing.
const ALL_BUT: &str = "all but this value";

/// What one file says, with its path and component.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// Path from the root, with `/`.
    pub path: String,
    /// The component it belongs to; none: what [`Components`] say.
    pub component: Option<String>,
    /// What it says.
    pub facts: Facts,
}

/// A whole repository, and what is needed to link single files of it again.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// Its resources.
    pub index: Index,
    /// What names lean on.
    pub tables: Tables,
}

/// A use whose name is resolved as far as it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedUse {
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name.
    pub name: String,
    /// What is done to it.
    pub role: Role,
    /// Line, counted from 1.
    pub line: u32,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// What a reader should know of the circumstances.
    pub note: Option<String>,
    /// How sure it is, the resolving of its name included.
    pub certainty: Certainty,
    /// The name as this place builds it, where that is not the resource's name.
    pub written: Option<String>,
}

/// Puts the facts of all files together, each with the component that it came with.
#[must_use]
pub fn link(files: Vec<FileFacts>) -> Index {
    linked(files, Components::default()).index
}

/// Puts the facts of all files together.
#[must_use]
pub fn linked(mut files: Vec<FileFacts>, components: Components) -> Linked {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in &mut files {
        file.component = file.component.take().or_else(|| components.of_path(&file.path).map(str::to_owned));
    }
    let mut tables = Tables::of(&files, components);
    tables.members = members::Members::of(&files);
    // Two passes: what a name is called depends on how all others are.
    let found: Vec<Vec<Found>> =
        files.iter().map(|file| file.facts.uses.iter().map(|used| resolving::name(&used.name, &here(file), &tables)).collect()).collect();
    tables.names = unify::Names::of(
        files.iter().zip(&found).flat_map(|(file, found)| {
            file.facts.uses.iter().zip(found).map(|(used, found)| unify::Said { used, found, component: file.component.as_deref(), path: &file.path })
        }),
        &tables,
    );
    let of_file = |(file, found): (&FileFacts, &Vec<Found>)| -> Vec<(ResolvedUse, Option<String>)> {
        file.facts.uses.iter().zip(found).flat_map(|(used, found)| one(used, found, &here(file), &tables)).collect()
    };
    let resolved: Vec<Vec<(ResolvedUse, Option<String>)>> = files.iter().zip(&found).map(of_file).collect();
    tables.members.stored(resolved.iter().flatten().map(|(used, member)| (used, member.as_deref())));
    let mut out = Index::default();
    let mut resources: BTreeMap<(Kind, String), Vec<Place>> = BTreeMap::new();
    for (file, resolved) in files.iter().zip(resolved) {
        let number = u32::try_from(out.files.len()).unwrap_or(u32::MAX);
        let mut says_something = false;
        for (used, member) in resolved {
            let stored = member.and_then(|key| tables.members.as_stored(&key).map(str::to_owned));
            let ResolvedUse { kind, name, role, line, value, note, certainty, written } = used;
            let place = Place { file: number, line, role, value: stored.or(value), note, certainty, written };
            let places = resources.entry((kind, name)).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
            says_something = true;
        }
        if says_something {
            out.files.push(IndexedFile { path: file.path.clone(), component: file.component.clone() });
        }
    }
    out.resources = resources.into_iter().map(|((kind, name), places)| Resource { kind, name, places }).collect();
    tables.prune(&files, &out);
    Linked { index: out, tables }
}

/// Links one file, or a piece of it, against a repository that was linked before.
#[must_use]
pub fn resolve(facts: &Facts, path: &str, tables: &Tables) -> Vec<ResolvedUse> {
    let here = Here { path, component: tables.components().of_path(path), own: &facts.constants };
    let stored = |(mut used, member): (ResolvedUse, Option<String>)| {
        if let Some(stored) = member.and_then(|key| tables.members.as_stored(&key)) {
            used.value = Some(stored.to_owned());
        }
        used
    };
    facts.uses.iter().flat_map(|used| one(used, &resolving::name(&used.name, &here, tables), &here, tables)).map(stored).collect()
}

fn here(file: &FileFacts) -> Here<'_> {
    Here { path: &file.path, component: file.component.as_deref(), own: &[] }
}

/// The resources that a use touches: one, or as many as a wildcard stands for. With each the member of an enumeration that its value is,
/// where those who store it may call it otherwise.
fn one(used: &super::model::Use, found: &Found, here: &Here<'_>, tables: &Tables) -> Vec<(ResolvedUse, Option<String>)> {
    // What an extractor asks of other files, and nobody answers.
    if found.open.iter().any(|key| key.contains(' ') || key.starts_with(crate::index::extractors::TABLE_OF)) {
        return Vec::new();
    }
    let Some((value, member)) = value(used, found, here, tables) else { return Vec::new() };
    let said = unify::Said { used, found, component: here.component, path: here.path };
    let as_written = resolving::written(&used.name);
    let is_alias = used.kind == Kind::Address && used.role == Role::Declares && tables.alias(&as_written, here.component).is_some();
    tables
        .names
        .find(&said, tables)
        .into_iter()
        .map(|unify::Meant { name, is_loose }| {
            let resolved = ResolvedUse {
                kind: used.kind,
                written: (as_written != name).then(|| as_written.clone()),
                name,
                // A setting that hands a variable through reads it.
                role: if is_alias { Role::Reads } else { used.role },
                line: used.line,
                value: value.as_deref().map(|v| secrets::masked(v).into_owned()),
                note: used.note.as_deref().filter(|n| value.is_some() || *n != ALL_BUT).map(|n| secrets::masked(n).into_owned()),
                certainty: if is_loose || found.is_loose { lower(used.certainty) } else { used.certainty },
            };
            (resolved, member.clone())
        })
        .collect()
}

/// What a use's value is, with the member's key. None: it is about a member that its enumeration does not have, and so about nothing.
fn value(used: &super::model::Use, found: &Found, here: &Here<'_>, tables: &Tables) -> Option<(Option<String>, Option<String>)> {
    if used.kind == Kind::State {
        let holder = found.name.as_literal().unwrap_or("");
        let own = |value: &str| members::of_state(holder, value, tables);
        let by_constant = || used.member.as_deref().and_then(|path| resolving::text(path, here, tables)).and_then(|text| own(&text));
        let known = used.member.as_deref().or(used.value.as_deref()).and_then(|path| own(tables::last(path))).or_else(by_constant);
        return match known {
            Some(known) => Some((Some(known), None)),
            None if used.role != Role::Declares && members::is_declared(holder, tables) => None,
            None if used.member.as_deref().is_some_and(|path| members::meaning(used, path, here, tables) == members::Meaning::Nothing) => None,
            None => Some((used.value.clone(), None)),
        };
    }
    Some(match used.member.as_deref().map(|path| members::meaning(used, path, here, tables)) {
        Some(members::Meaning::Text(text)) => (Some(text), None),
        Some(members::Meaning::Member(value, key)) => (Some(value), Some(key)),
        Some(members::Meaning::Nothing) => (None, None),
        Some(members::Meaning::Written) | None => (used.value.clone(), None),
    })
}

fn lower(certainty: Certainty) -> Certainty {
    match certainty {
        Certainty::Sure => Certainty::Likely,
        _ => Certainty::Guess,
    }
}

#[cfg(test)]
mod tests;
