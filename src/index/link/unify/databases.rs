//! Tables of the same name in several databases. A table that several components declare is one where they are given the same database,
//! and one of each where they are not. Who only maps it to a type, and is given no database, may well use another's: that is left in doubt.

use super::connections::{Addresses, Connections, are_apart, meet};
use super::{Meant, Said};
use crate::index::link::tables::plain;
use crate::index::model::{Kind, Role};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which component's table is meant by a name that several declare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Databases {
    /// Table, as it is compared, to components with the one that its database is called by.
    tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Table to components that may use another of this name.
    doubtful: BTreeMap<String, BTreeSet<String>>,
}

/// A component's own word of a table.
#[derive(Clone, Copy, Debug, Default)]
struct Declared {
    /// It makes the table: a migration, a schema.
    makes: bool,
}

impl Databases {
    pub(super) fn of<'a>(said: impl Iterator<Item = Said<'a>>, connections: &Connections) -> Self {
        let mut declared: BTreeMap<String, BTreeMap<&str, Declared>> = BTreeMap::new();
        let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for said in said.filter(|s| s.used.kind == Kind::Column) {
            let (Some(component), Some(table)) = (said.component, table(&super::pattern(&said.found.name))) else { continue };
            if said.used.role == Role::Declares {
                declared.entry(table.clone()).or_default().entry(component).or_default().makes |= is_migration(said.path);
            }
            users.entry(table).or_default().insert(component);
        }
        let mut out = Self::default();
        let none = BTreeSet::new();
        for (table, others) in users.into_iter().filter(|(_, users)| users.len() > 1) {
            let by = declared.remove(&table).unwrap_or_default();
            if by.len() < 2 {
                out.keep_apart(table, by.keys().next().copied(), &others, connections);
                continue;
            }
            let mut groups: Vec<(&str, BTreeSet<String>)> = Vec::new();
            let mut labels: BTreeMap<String, String> = BTreeMap::new();
            let mut doubtful: BTreeSet<String> = BTreeSet::new();
            let (makers, mappers): (Vec<&str>, Vec<&str>) = by.keys().copied().partition(|c| by[c].makes);
            let rest = others.iter().copied().filter(|c| !by.contains_key(c));
            for component in makers.into_iter().chain(mappers).chain(rest) {
                let own = connections.databases.get(component).unwrap_or(&none);
                if let Some((label, of)) = groups.iter_mut().find(|(_, of)| meet(of, own)) {
                    of.extend(own.iter().cloned());
                    labels.insert(component.to_owned(), (*label).to_owned());
                    continue;
                }
                let Some(declared) = by.get(component) else { continue };
                // One whose database is not known, or is compared with one that is not.
                let may_share = own.is_empty() || groups.iter().any(|(_, of)| of.is_empty());
                match groups.first() {
                    Some((label, _)) if may_share && !declared.makes && groups.len() == 1 => {
                        doubtful.insert(component.to_owned());
                        labels.insert(component.to_owned(), (*label).to_owned());
                    }
                    _ => {
                        groups.push((component, own.clone()));
                        labels.insert(component.to_owned(), component.to_owned());
                    }
                }
            }
            if groups.len() > 1 {
                out.tables.insert(table.clone(), labels);
            }
            if !doubtful.is_empty() {
                out.doubtful.insert(table, doubtful);
            }
        }
        out
    }

    /// A table that one component declares, or that only is used: users of other databases have one of their own. A copy of a database has
    /// its name at another host.
    fn keep_apart(&mut self, table: String, declarer: Option<&str>, users: &BTreeSet<&str>, connections: &Connections) {
        let known = users.iter().filter_map(|c| Some((*c, connections.databases.get(*c)?)));
        let (first, rest): (Vec<_>, Vec<_>) = known.partition(|(c, _)| Some(*c) == declarer);
        let mut groups: Vec<(&str, Addresses)> = Vec::new();
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        for (component, own) in first.into_iter().chain(rest) {
            match groups.iter_mut().find(|(_, of)| !are_apart(of, own)) {
                Some((label, of)) => {
                    of.extend(own.iter().cloned());
                    labels.insert(component.to_owned(), (*label).to_owned());
                }
                None => {
                    groups.push((component, own.clone()));
                    labels.insert(component.to_owned(), component.to_owned());
                }
            }
        }
        if groups.len() < 2 {
            return;
        }
        let label = declarer.unwrap_or(groups[0].0);
        let unknown: BTreeSet<String> = users.iter().filter(|c| !labels.contains_key(**c)).map(|c| (*c).to_owned()).collect();
        labels.extend(unknown.iter().map(|c| (c.clone(), label.to_owned())));
        self.tables.insert(table.clone(), labels);
        self.doubtful.insert(table, unknown);
    }

    /// The name with the component whose table it is, where several have one of this name.
    pub(super) fn name(&self, meant: Meant, component: Option<&str>) -> Meant {
        let (Some(table), Some(component)) = (table(&meant.name), component) else { return meant };
        let is_loose = meant.is_loose || self.doubtful.get(&table).is_some_and(|of| of.contains(component));
        let own = self.tables.get(&table).and_then(|labels| labels.get(component));
        // The first dot of a name ends the table.
        Meant { name: own.map_or_else(|| meant.name.clone(), |label| format!("{}/{}", label.replace('.', "-"), meant.name)), is_loose }
    }
}

/// Whether a file makes tables, rather than maps them.
fn is_migration(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with(".sql")
        || path.ends_with(".prisma")
        || path.ends_with("schema.rb")
        || ["migrat", "changelog", "alembic", "flyway", "/ddl", "liquibase"].iter().any(|w| path.contains(w))
}

/// The table in a column's name, as it is compared.
fn table(name: &str) -> Option<String> {
    let mut segments = name.split('.');
    let first = segments.next()?;
    let table = if segments.clone().count() > 1 { segments.next()? } else { first };
    Some(super::forms::singular(&plain(table))).filter(|t| !t.is_empty())
}
