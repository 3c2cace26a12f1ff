//! Keys of the same name in several caches, channels of the same name on several brokers. They are several where the settings of everybody
//! who touches them say so. Where that is not known of all, they stay one, less sure.

use super::connections::{Connections, meet};
use super::{Meant, Names, Said};
use crate::index::link::tables::Tables;
use crate::index::model::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Names that lie apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Apart {
    /// Name to components with the one that its place is called by.
    labels: BTreeMap<(Kind, String), BTreeMap<String, String>>,
    /// Names that could be several.
    doubtful: BTreeSet<(Kind, String)>,
}

/// Groups of components that share a cache or broker; those whose address is not known are in none.
struct Groups<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Groups<'a> {
    fn of(all: &'a BTreeMap<String, BTreeSet<String>>, counts: impl Fn(&str) -> bool) -> Self {
        let mut groups: Vec<(Vec<&'a str>, BTreeSet<String>)> = Vec::new();
        for (component, own) in all.iter().filter(|(c, _)| counts(c)) {
            // Everybody it meets is of one group with it.
            let (met, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, of)| meet(of, own));
            let mut one = (vec![component.as_str()], own.clone());
            for (members, of) in met {
                one.0.extend(members);
                one.1.extend(of);
            }
            one.0.sort_unstable();
            rest.push(one);
            groups = rest;
        }
        let labelled = groups.iter().flat_map(|(members, _)| members.iter().map(|m| (*m, members[0]))).collect();
        Self(labelled)
    }

    fn are_several(&self) -> bool {
        self.0.values().collect::<BTreeSet<_>>().len() > 1
    }
}

impl Apart {
    /// What lies apart, by what all names mean.
    pub(super) fn of<'a>(all: impl Iterator<Item = Said<'a>>, names: &Names, connections: &Connections, tables: &Tables) -> Self {
        let caches = Groups::of(&connections.caches, |_| true);
        // Components with one sort of broker only: of others nobody knows which is meant.
        let sorts = |c: &str| -> BTreeSet<&str> { connections.brokers.get(c).into_iter().flatten().filter_map(|a| a.split(' ').next()).collect() };
        let is_plain = |c: &str| !connections.clouds.contains(c) && !connections.caches.contains_key(c) && sorts(c).len() == 1;
        let brokers = Groups::of(&connections.brokers, is_plain);
        let mut out = Self::default();
        if !caches.are_several() && !brokers.are_several() {
            return out;
        }
        let mut users: BTreeMap<(Kind, String), BTreeSet<Option<&str>>> = BTreeMap::new();
        for said in all {
            let groups = match said.used.kind {
                Kind::Key | Kind::Lease => &caches,
                Kind::Channel => &brokers,
                _ => continue,
            };
            if groups.are_several() {
                for meant in names.find(&said, tables) {
                    users.entry((said.used.kind, meant.name)).or_default().insert(said.component);
                }
            }
        }
        for ((kind, name), of) in users {
            let groups = if kind == Kind::Channel { &brokers } else { &caches };
            let known: BTreeMap<String, String> =
                of.iter().flatten().filter_map(|c| groups.0.get(c).map(|label| ((*c).to_owned(), (*label).to_owned()))).collect();
            if known.values().collect::<BTreeSet<_>>().len() < 2 {
                continue;
            }
            let same_sort = kind != Kind::Channel || known.keys().map(|c| sorts(c)).collect::<BTreeSet<_>>().len() == 1;
            if known.len() == of.len() && same_sort {
                out.labels.insert((kind, name), known);
            } else {
                out.doubtful.insert((kind, name));
            }
        }
        out
    }

    /// The name with the component whose cache or broker it lies in.
    pub(super) fn name(&self, kind: Kind, meant: Meant, component: Option<&str>) -> Meant {
        if self.labels.is_empty() && self.doubtful.is_empty() {
            return meant;
        }
        let key = (kind, meant.name.clone());
        match self.labels.get(&key).and_then(|labels| labels.get(component?)) {
            Some(label) => Meant { name: format!("{label}/{}", meant.name), ..meant },
            None => Meant { is_loose: meant.is_loose || self.doubtful.contains(&key), ..meant },
        }
    }
}
