//! Small repositories, written as their places.

use super::{Finding, Rule, findings};
use crate::index::linked::{Index, IndexedFile, Place, Resource};
use crate::index::model::{Certainty, Kind, Role};

/// A place: component, role, value.
pub(super) type Row = (&'static str, Role, Option<&'static str>);

/// A repository in which each component has one file, named like it.
pub(super) fn index(resources: &[(Kind, &str, &[Row])]) -> Index {
    let mut out = Index::default();
    let mut names: Vec<&str> = resources.iter().flat_map(|(_, _, rows)| rows.iter().map(|r| r.0)).collect();
    names.sort_unstable();
    names.dedup();
    out.files = names.iter().map(|n| IndexedFile { path: format!("{n}/main.py"), component: Some((*n).to_owned()) }).collect();
    for (kind, name, rows) in resources {
        let places = (1..)
            .zip(*rows)
            .map(|(line, (component, role, value))| Place {
                file: u32::try_from(names.iter().position(|n| n == component).unwrap_or(0)).unwrap_or(0),
                line,
                role: *role,
                value: value.map(str::to_owned),
                note: None,
                certainty: Certainty::Sure,
                written: None,
            })
            .collect();
        out.resources.push(Resource { kind: *kind, name: (*name).to_owned(), places });
    }
    out.resources.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    out
}

/// Findings of one rule in such a repository.
pub(super) fn of_rule(id: &str, resources: &[(Kind, &str, &[Row])]) -> Vec<Finding> {
    assert!(super::RULES.iter().any(|r: &Rule| r.id == id));
    findings(&index(resources)).into_iter().filter(|f| f.id.starts_with(id)).collect()
}
