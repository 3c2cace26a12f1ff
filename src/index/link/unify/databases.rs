//! Tables of the same name in several databases. A table that several components declare is one where they are given the same database,
//! and one of each where they are not.

use super::Said;
use crate::index::link::tables::{Set, Tables, plain};
use crate::index::model::{Kind, Role};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Schemes of addresses of databases.
const SCHEMES: [&str; 10] = ["jdbc:", "postgres", "mysql", "mariadb", "mongodb", "sqlserver", "oracle", "cockroachdb", "Host=", "Server="];

/// Which component's table is meant by a name that several declare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Databases {
    /// Table, as it is compared, to components with the one that its database is called by.
    tables: BTreeMap<String, BTreeMap<String, String>>,
}

impl Databases {
    pub(super) fn of<'a>(said: impl Iterator<Item = Said<'a>>, tables: &Tables) -> Self {
        let mut declared: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for said in said.filter(|s| s.used.kind == Kind::Column) {
            let (Some(component), Some(table)) = (said.component, table(&super::pattern(&said.found.name))) else { continue };
            users.entry(table.clone()).or_default().insert(component);
            if said.used.role == Role::Declares {
                declared.entry(table).or_default().insert(component);
            }
        }
        declared.retain(|_, by| by.len() > 1);
        let mut out = Self::default();
        if declared.is_empty() {
            return out;
        }
        let databases = given(tables);
        for (table, by) in declared {
            let mut groups: Vec<(&str, BTreeSet<&String>)> = Vec::new();
            let mut labels: BTreeMap<String, String> = BTreeMap::new();
            let others = users.remove(&table).unwrap_or_default();
            let is_declarer = |c: &&str| by.contains(c);
            for component in by.iter().copied().chain(others.iter().copied().filter(|c| !is_declarer(c))) {
                let own: BTreeSet<&String> = databases.get(component).into_iter().flatten().collect();
                let known = groups.iter_mut().find(|(_, of)| !of.is_disjoint(&own));
                match known {
                    Some((label, of)) => {
                        of.extend(own);
                        labels.insert(component.to_owned(), (*label).to_owned());
                    }
                    None if by.contains(component) => {
                        groups.push((component, own));
                        labels.insert(component.to_owned(), component.to_owned());
                    }
                    None => {}
                }
            }
            if groups.len() > 1 {
                out.tables.insert(table, labels);
            }
        }
        out
    }

    /// The name with the component whose table it is, where several have one of this name.
    pub(super) fn name(&self, name: String, component: Option<&str>) -> String {
        let own = table(&name).and_then(|t| self.tables.get(&t)).and_then(|labels| labels.get(component?));
        // The first dot of a name ends the table.
        own.map_or_else(|| name.clone(), |label| format!("{}/{name}", label.replace('.', "-")))
    }
}

/// The table in a column's name, as it is compared.
fn table(name: &str) -> Option<String> {
    let mut segments = name.split('.');
    let first = segments.next()?;
    let table = if segments.clone().count() > 1 { segments.next()? } else { first };
    Some(super::forms::singular(&plain(table))).filter(|t| !t.is_empty())
}

/// The databases that each component is given, as host and name.
fn given(tables: &Tables) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let is_database = |s: &&Set| {
        SCHEMES.iter().any(|w| s.value.starts_with(w)) || ["database", "datasource", "db_", "dsn"].iter().any(|w| s.key.to_ascii_lowercase().contains(w))
    };
    let sets: Vec<&Set> = tables.all_settings().filter(is_database).collect();
    let components: BTreeSet<&str> = sets.iter().filter_map(|s| s.component.as_deref()).collect();
    for component in components {
        for set in sets.iter().filter(|s| s.component.as_deref() == Some(component)) {
            let Some((value, ..)) = tables.given(&set.key, Some(component)) else { continue };
            let value = value.strip_prefix("jdbc:").unwrap_or(&value);
            let Some((_, rest)) = value.split_once("://") else { continue };
            let rest = rest.rsplit('@').next().unwrap_or(rest);
            let host = rest.split(['/', ':']).next().unwrap_or("");
            if !matches!(host, "" | "localhost" | "127.0.0.1" | "{}") {
                out.entry(component.to_owned()).or_default().insert(rest.split('?').next().unwrap_or(rest).to_ascii_lowercase());
            }
        }
    }
    out
}
