//! What names lean on in other files: constants, settings, and the names that things go by.

mod packed;

use super::FileFacts;
use super::members::Members;
use super::secrets::{is_secret, masked};
use super::unify::Names;
use crate::index::components::Components;
use crate::index::linked::Index;
use crate::index::model::{Kind, Name, OF_STATE, Part, Role, STANDS_FOR};
use crate::index::reading::TEMPLATE;
pub(crate) use crate::topology::names::plain;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a setting's value beyond which it is a text of its own.
const LONGEST: usize = 300;

/// What names lean on in other files of a linked repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    components: Components,
    /// By their last segment.
    constants: BTreeMap<String, Vec<Known>>,
    /// By their key in letters and digits.
    settings: BTreeMap<String, Vec<Set>>,
    pub(super) names: Names,
    pub(super) members: Members,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// With the type that holds it, if any.
    pub(super) name: String,
    pub(super) value: Name,
    pub(super) path: String,
    pub(super) component: Option<String>,
}

/// A value that is given to a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) key: String,
    pub(crate) value: String,
    /// The component that it is given to.
    pub(crate) component: Option<String>,
    /// By a manifest that deploys it, not by a file among its code.
    pub(crate) is_deployed: bool,
    pub(crate) path: String,
    pub(crate) line: u32,
}

impl Tables {
    pub(super) fn of(files: &[FileFacts], components: Components) -> Self {
        let mut out = Self { components, ..Self::default() };
        for file in files {
            for constant in &file.facts.constants {
                let known = Known { name: constant.name.clone(), value: constant.value.clone(), path: file.path.clone(), component: file.component.clone() };
                out.constants.entry(last(&constant.name).to_owned()).or_default().push(known);
            }
            for given in file.facts.given.iter().filter(|g| !g.value.is_empty() && g.value.len() <= LONGEST && !is_secret(&g.key)) {
                let part = given.part.as_deref().map(|p| out.components.of_host(p).unwrap_or(p).to_owned());
                let set = Set {
                    key: given.key.clone(),
                    value: masked(&given.value).into_owned(),
                    is_deployed: part.is_some(),
                    component: part.or_else(|| file.component.clone()),
                    path: file.path.clone(),
                    line: given.line,
                };
                out.settings.entry(plain(&given.key)).or_default().push(set);
            }
        }
        out
    }

    /// The parts of the repository.
    #[must_use]
    pub fn components(&self) -> &Components {
        &self.components
    }

    /// Constants whose last segment is this.
    pub(super) fn constants(&self, last: &str) -> &[Known] {
        self.constants.get(last).map_or(&[], Vec::as_slice)
    }

    /// Values that are given to a setting, in whatever spelling.
    pub(crate) fn settings(&self, key: &str) -> &[Set] {
        self.settings.get(&plain(key)).map_or(&[], Vec::as_slice)
    }

    /// Every value that is given to a setting.
    pub(super) fn all_settings(&self) -> impl Iterator<Item = &Set> {
        self.settings.values().flatten()
    }

    /// The variable that a component's own settings hand through under another name, if it is one.
    pub(super) fn alias(&self, key: &str, component: Option<&str>) -> Option<String> {
        let own = self.settings(key).iter().filter(|s| !s.is_deployed && s.component.is_some() && s.component.as_deref() == component);
        let mut named: Vec<String> = own.filter_map(|s| super::resolving::alias(&s.value)).collect();
        named.sort();
        named.dedup();
        <[String; 1]>::try_from(named).ok().map(|[one]| one).filter(|one| plain(one) != plain(key))
    }

    /// The text of the value that a component is given for a setting, with who gives it and whether another could be meant.
    pub(crate) fn given(&self, key: &str, component: Option<&str>) -> Option<(String, &Set, bool)> {
        let (name, set, is_loose) = super::resolving::given(key, &super::Here { path: "", component, own: &[] }, self)?;
        Some((name.pattern(), set, is_loose))
    }

    /// Leaves out what no name leans on. Kept are constants that a name of the repository asks for, those that are called as a resource is,
    /// and what these lean on.
    pub(super) fn prune(&mut self, files: &[FileFacts], index: &Index) {
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let mut keys: BTreeSet<String> = BTreeSet::new();
        let mut waiting: Vec<Name> = files.iter().flat_map(|f| f.facts.uses.iter().map(|u| u.name.clone())).filter(Name::is_open).collect();
        let members = files.iter().flat_map(|f| f.facts.uses.iter().filter(|u| u.role != Role::Declares).filter_map(|u| u.member.clone()));
        waiting.extend(members.map(|path| Name(vec![Part::Constant(path)])));
        let named: BTreeSet<&str> = index.resources.iter().map(|r| r.name.as_str()).collect();
        let alike = self.constants.values().flatten().filter(|k| k.value.is_open() || named.contains(k.value.pattern().as_str()));
        waiting.extend(alike.clone().map(|k| k.value.clone()).filter(Name::is_open));
        wanted.extend(alike.map(|k| last(&k.name).to_owned()));
        while let Some(name) = waiting.pop() {
            for part in name.0 {
                match part {
                    Part::Constant(path) if wanted.insert(last(&path).to_owned()) => {
                        waiting.extend(self.constants(last(&path)).iter().map(|k| k.value.clone()))
                    }
                    Part::Setting(key, _) => {
                        keys.insert(plain(key.split_once(STANDS_FOR).map_or(&*key, |(given, _)| given)));
                    }
                    _ => {}
                }
            }
        }
        keys.extend(index.resources.iter().filter(|r| r.kind == Kind::Address).map(|r| plain(&r.name)));
        let addresses = files.iter().flat_map(|f| &f.facts.uses).filter(|u| u.kind == Kind::Address);
        keys.extend(addresses.map(|u| plain(&super::resolving::written(&u.name))));
        keys.extend(super::unify::PREFIX_KEYS.iter().map(|k| plain(k)));
        // Settings lean on settings: `${ORDERS_URL:http://orders}`.
        let mut fresh: Vec<String> = keys.iter().cloned().collect();
        while let Some(key) = fresh.pop() {
            let values = self.settings.get(&key).map_or(&[][..], Vec::as_slice);
            let more: Vec<String> = values.iter().flat_map(|s| super::resolving::placeholders(&s.value)).map(|k| plain(&k)).collect();
            fresh.extend(more.into_iter().filter(|k| keys.insert(k.clone())));
        }
        self.constants.retain(|last, _| wanted.contains(last));
        self.settings.retain(|key, _| keys.contains(key));
    }
}

/// The last segment of a constant's path.
pub(super) fn last(path: &str) -> &str {
    let path = path.strip_suffix(TEMPLATE).or_else(|| path.strip_suffix(OF_STATE)).unwrap_or(path);
    path.rsplit('.').next().unwrap_or(path)
}
