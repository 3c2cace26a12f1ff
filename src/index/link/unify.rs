//! Names of the same thing become one: each kind has its rules, and a name that could mean several things keeps to itself.

mod apart;
mod connections;
mod databases;
mod forms;
mod packed;
mod patterns;
mod routes;

use super::resolving::Found;
use super::tables::Tables;
use crate::index::model::{Kind, Name, Role, Use};
use forms::Forms;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) use routes::PREFIX_KEYS;

/// Components that are kept of those that declare a name.
const OWNERS: usize = 6;

/// A use with its name as far as it could be resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) used: &'a Use,
    pub(super) found: &'a Found,
    pub(super) component: Option<&'a str>,
    pub(super) path: &'a str,
}

/// The resource that a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    pub(super) name: String,
    /// It could be another.
    pub(super) is_loose: bool,
}

impl Meant {
    fn sure(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_loose: false }
    }

    fn loose(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_loose: true }
    }
}

/// What things go by, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    groups: BTreeMap<Kind, Group>,
    routes: routes::Routes,
    databases: databases::Databases,
    apart: apart::Apart,
}

/// Names of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    /// Form to name.
    exact: BTreeMap<String, String>,
    /// What a shorter or other form may mean.
    short: BTreeMap<String, Vec<Candidate>>,
}

/// A name with how much speaks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Candidate {
    name: String,
    /// Qualified counts 2, declared or served 1.
    weight: u8,
    /// Components that declare it.
    owners: Vec<String>,
}

impl Names {
    /// Learns what things are called from all that is said of them.
    pub(super) fn of<'a>(all: impl Iterator<Item = Said<'a>> + Clone, tables: &Tables) -> Self {
        let connections = connections::Connections::of(tables);
        let mut out = Self { databases: databases::Databases::of(all.clone(), &connections), ..Self::default() };
        let mut routes = Vec::new();
        let again = all.clone();
        let mut gathered: BTreeMap<Kind, HashMap<String, Gathered>> = BTreeMap::new();
        for said in all {
            let kind = said.used.kind;
            if kind == Kind::Route {
                routes.push(said);
                continue;
            }
            let Some(forms) = forms::of(&said, tables) else { continue };
            // A wildcard is no name.
            if patterns::is_wild(&said) {
                continue;
            }
            let is_declared = matches!(said.used.role, Role::Declares | Role::Serves);
            let it = gathered.entry(kind).or_default().entry(forms.exact.clone()).or_default();
            it.is_declared |= is_declared;
            if is_declared && let Some(component) = said.component {
                it.owners.insert(component.to_owned());
            }
            let count = it.shown.entry(forms.shown.clone()).or_default();
            count.0 |= is_declared;
            count.1 += 1;
            it.forms = forms;
        }
        for (kind, names) in gathered {
            let group = out.groups.entry(kind).or_default();
            for (exact, it) in names {
                // The form that is declared, else the most used.
                let best = it.shown.iter().max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)));
                let Some((name, _)) = best else { continue };
                let weight = it.forms.weight + u8::from(it.is_declared);
                for key in it.forms.registers {
                    let owners = it.owners.iter().take(OWNERS).cloned().collect();
                    group.short.entry(key).or_default().push(Candidate { name: name.clone(), weight, owners });
                }
                group.exact.insert(exact, name.clone());
            }
            for candidates in group.short.values_mut() {
                candidates.sort_by(|a, b| a.name.cmp(&b.name));
            }
        }
        out.routes = routes::Routes::of(&routes, tables);
        out.apart = apart::Apart::of(again, &out, &connections, tables);
        out
    }

    /// The resources that a use touches: one, none where nothing of its name is known, several for a wildcard.
    pub(super) fn find(&self, said: &Said<'_>, tables: &Tables) -> Vec<Meant> {
        let kind = said.used.kind;
        if kind == Kind::Route {
            return self.routes.find(said, tables).into_iter().collect();
        }
        let Some(forms) = forms::of(said, tables) else { return Vec::new() };
        let nobody = Group::default();
        let group = self.groups.get(&kind).unwrap_or(&nobody);
        if let Some(found) = patterns::find(said, &forms, group) {
            return found.into_iter().map(|meant| self.apart.name(kind, meant, said.component)).collect();
        }
        let meant = group.meant(&forms, said.component);
        if kind == Kind::Column {
            return vec![self.databases.name(meant, said.component)];
        }
        // An address that only its variable's name tells.
        let is_loose = meant.is_loose || kind == Kind::Setting && forms.is_vague;
        vec![self.apart.name(kind, Meant { is_loose, ..meant }, said.component)]
    }
}

impl Group {
    fn meant(&self, forms: &Forms, component: Option<&str>) -> Meant {
        let own = self.exact.get(&forms.exact).cloned().unwrap_or_else(|| forms.shown.clone());
        for key in &forms.asks {
            let candidates = self.short.get(key).map_or(&[][..], Vec::as_slice);
            let weight = candidates.iter().find(|c| c.name == own).map_or(forms.weight, |c| c.weight);
            let most = candidates.iter().map(|c| c.weight).max().unwrap_or(0);
            let better: Vec<&Candidate> = candidates.iter().filter(|c| c.weight > weight && c.weight == most && c.name != own).collect();
            match &*better {
                [] => {}
                [one] => return Meant { name: one.name.clone(), is_loose: forms.is_vague },
                many => {
                    let mut near = many.iter().filter(|c| component.is_some_and(|own| c.owners.iter().any(|o| o == own)));
                    if let (Some(one), None) = (near.next(), near.next()) {
                        return Meant::loose(&*one.name);
                    }
                }
            }
        }
        Meant::sure(own)
    }
}

#[derive(Default)]
struct Gathered {
    forms: Forms,
    is_declared: bool,
    owners: BTreeSet<String>,
    shown: HashMap<String, (bool, usize)>,
}

/// The text of a name with `{}` for what is not known.
fn pattern(name: &Name) -> String {
    name.pattern()
}
