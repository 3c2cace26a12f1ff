//! Tables in pieces: a file is linked with the few that its names lean on. Constants are the most of a large repository's tables, and a
//! name asks for one or two.

use super::{Known, Tables, last};
use crate::index::link::members::{Member, Members};
use crate::index::model::{Facts, Kind, Name, Part};
use std::collections::BTreeSet;

/// What is not asked for by name.
const REST: &str = "rest";

fn constant(last: &str) -> String {
    format!("constant {last}")
}

fn member(form: &str) -> String {
    format!("member {form}")
}

fn names(kind: Kind) -> String {
    format!("names {}", kind as u8)
}

impl Tables {
    /// All pieces, each with its name.
    pub(crate) fn packed(&self) -> Option<Vec<(String, Vec<u8>)>> {
        let mut out = Vec::new();
        for (last, known) in &self.constants {
            out.push((constant(last), postcard::to_allocvec(known).ok()?));
        }
        for kind in self.names.kinds() {
            out.push((names(kind), self.names.packed(kind)?));
        }
        for (form, members) in &self.members.members {
            out.push((member(form), postcard::to_allocvec(members).ok()?));
        }
        let members = Members { holders: self.members.holders.clone(), ..Members::default() };
        let rest = Self { components: self.components.clone(), settings: self.settings.clone(), names: self.names.rest(), members, ..Self::default() };
        out.push((REST.to_owned(), postcard::to_allocvec(&rest).ok()?));
        Some(out)
    }

    /// The tables as far as the names of these facts lean on them. `None` where they cannot be read.
    pub(crate) fn for_names_of(facts: &Facts, piece: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<Self> {
        let mut out: Self = postcard::from_bytes(&piece(REST)?).ok()?;
        let kinds: BTreeSet<Kind> = facts.uses.iter().map(|u| u.kind).collect();
        for kind in kinds {
            if let Some(bytes) = piece(&names(kind)) {
                out.names.unpack(kind, &bytes)?;
            }
        }
        let mut waiting: Vec<Name> = facts.uses.iter().map(|u| u.name.clone()).chain(facts.constants.iter().map(|c| c.value.clone())).collect();
        for used in &facts.uses {
            let path = used.member.clone().or_else(|| used.value.clone().filter(|_| used.kind == Kind::State));
            let Some(path) = path else { continue };
            // The holder of a state stands in its name.
            let whole = if used.kind == Kind::State { format!("{}.{}", used.name.pattern(), last(&path)) } else { path.clone() };
            let mut forms: Vec<String> = Members::forms(&whole).into_iter().chain(Members::forms(&path)).collect();
            while let Some(form) = forms.pop() {
                if !out.members.members.contains_key(&form)
                    && let Some(found) = piece(&member(&form)).and_then(|bytes| postcard::from_bytes::<Vec<Member>>(&bytes).ok())
                {
                    // Its enumeration may know it without its name before it.
                    forms.extend(found.iter().flat_map(|m| Members::forms(&format!("{}.{}", m.holder, m.name))));
                    out.members.members.insert(form, found);
                }
            }
            if used.member.is_some() {
                waiting.push(Name(vec![Part::Constant(path)]));
            }
        }
        while let Some(name) = waiting.pop() {
            for part in name.0 {
                let Part::Constant(path) = part else { continue };
                let own = last(&path);
                if !out.constants.contains_key(own) {
                    let known: Vec<Known> = piece(&constant(own)).and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
                    waiting.extend(known.iter().map(|k| k.value.clone()));
                    out.constants.insert(own.to_owned(), known);
                }
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::components::Components;
    use crate::index::link::{FileFacts, linked, resolve};
    use crate::index::model::{Constant, Role, Use};

    fn open(kind: Kind, role: Role, parts: &[Part], line: u32) -> Use {
        Use::new(kind, role, Name(parts.to_vec()), line)
    }

    #[test]
    fn pieces_say_what_the_whole_says() {
        let text = |t: &str| Part::Text(t.to_owned());
        let other = |c: &str| Part::Constant(c.to_owned());
        let constant = |name: &str, parts: &[Part]| Constant { name: name.to_owned(), value: Name(parts.to_vec()) };
        let file = |path: &str, uses: Vec<Use>, constants: Vec<Constant>| FileFacts {
            path: path.to_owned(),
            component: None,
            facts: Facts { uses, constants, given: Vec::new() },
        };
        let files = vec![
            file("a/keys.py", vec![], vec![constant("PREFIX", &[text("worker:")]), constant("Keys.STATUS", &[other("PREFIX"), Part::Hole, text(":status")])]),
            file("a/topics.py", vec![], vec![constant("ORDERS", &[text("orders.v1")])]),
            file(
                "a/work.py",
                vec![
                    open(Kind::Key, Role::Writes, &[other("Keys.STATUS")], 3),
                    open(Kind::Channel, Role::Publishes, &[other("ORDERS")], 4),
                    open(Kind::Column, Role::Writes, &[text("orders.status")], 5),
                    open(Kind::Route, Role::Serves, &[text("GET /orders/{}")], 6),
                ],
                vec![],
            ),
            file("a/read.py", vec![open(Kind::Route, Role::Calls, &[text("GET http://a/orders/{}")], 1)], vec![]),
        ];
        let whole = linked(files.clone(), Components::default()).tables;
        let pieces = whole.packed().expect("pieces");
        for file in files.iter().filter(|f| !f.facts.uses.is_empty()) {
            let few = Tables::for_names_of(&file.facts, &|name| pieces.iter().find(|(n, _)| n == name).map(|(_, b)| b.clone())).expect("tables");
            let resolved = resolve(&file.facts, &file.path, &few);
            assert_eq!(resolved, resolve(&file.facts, &file.path, &whole), "{}", file.path);
            assert!(resolved.iter().all(|u| u.name.contains("orders") || u.name == "worker:{}:status"), "{resolved:?}");
        }
        assert!(Tables::for_names_of(&Facts::default(), &|_| None).is_none());
    }
}
