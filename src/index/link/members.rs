//! What members of enumerations stand for as values: `Status.IDLE`, `domain.StatusPaid`, `OrderStatus::Paid`.
//!
//! A constant with a text is that text. A member without one is called as its enumeration declares it, unless those who touch the same
//! resource write the same word otherwise. Where the enumeration was read, what it does not declare is no value: `OrderStatus.Name`.

use super::resolving::{self, Here};
use super::tables::{Tables, last, plain};
use super::{FileFacts, ResolvedUse};
use crate::index::model::{Kind, Role, Use};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Names that types have beside their members.
const COMMON: [&str; 24] = [
    "name",
    "id",
    "value",
    "values",
    "key",
    "type",
    "code",
    "count",
    "length",
    "size",
    "description",
    "label",
    "text",
    "title",
    "message",
    "instance",
    "default",
    "class",
    "list",
    "items",
    "all",
    "parse",
    "from",
    "choices",
];

/// Members of the repository's enumerations of states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Members {
    /// Enumerations whose declaration was read.
    pub(super) holders: BTreeSet<String>,
    /// By what is compared of a member's name.
    pub(super) members: BTreeMap<String, Vec<Member>>,
}

/// A member, or what one is called by those who store it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) holder: String,
    /// The constant's own name: `StatusPaid`.
    pub(super) name: String,
    /// As it is declared.
    pub(super) declared: String,
    /// As it is stored, where that is another word.
    pub(super) stored: Option<String>,
}

/// How one member is written, and how often; and what it is called.
#[derive(Default)]
struct Spellings<'a> {
    values: BTreeMap<&'a str, usize>,
    names: BTreeSet<&'a str>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// This text, because a constant says so.
    Text(String),
    /// The member of an enumeration, by the key under which others may write it otherwise.
    Member(String, String),
    /// The type has no such member.
    Nothing,
    /// As it is written: nobody says more.
    Written,
}

impl Members {
    pub(super) fn of(files: &[FileFacts]) -> Self {
        // By enumeration, and by what is compared of a member's value: how it is written, and what it is called.
        let mut seen: BTreeMap<String, BTreeMap<String, Spellings<'_>>> = BTreeMap::new();
        for file in files {
            for used in file.facts.uses.iter().filter(|u| u.kind == Kind::State && u.role == Role::Declares) {
                let (Some(holder), Some(value)) = (used.name.as_literal().map(bare), used.value.as_deref()) else { continue };
                let spellings = seen.entry(holder.to_owned()).or_default().entry(plain(own(holder, value))).or_default();
                *spellings.values.entry(value).or_default() += 1;
                spellings.names.insert(used.member.as_deref().map_or(value, last));
            }
        }
        let mut out = Self::default();
        for (holder, members) in seen {
            for (form, spellings) in members {
                // Declared most often, else the first by the alphabet, which has capitals first.
                let best = spellings.values.iter().max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)));
                let Some((declared, _)) = best else { continue };
                for name in spellings.names {
                    let member = Member { holder: holder.clone(), name: name.to_owned(), declared: (*declared).to_owned(), stored: None };
                    for form in BTreeSet::from([form.clone(), plain(name), plain(own(&holder, name))]) {
                        let known = out.members.entry(form).or_default();
                        if !known.contains(&member) {
                            known.push(member.clone());
                        }
                    }
                }
            }
            out.holders.insert(holder);
        }
        out
    }

    /// The member of this enumeration; of any, where a constant's name alone is known and one enumeration has it.
    fn find(&self, holder: Option<&str>, member: &str) -> Option<&Member> {
        let form = |h: &str| plain(own(h, member));
        match holder {
            Some(holder) => self.members.get(&form(holder))?.iter().find(|m| m.holder == holder),
            None => {
                let mut found = self.members.get(&plain(member))?.iter().filter(|m| m.name == member);
                let first = found.next()?;
                found.all(|m| m.holder == first.holder).then_some(first)
            }
        }
    }

    /// The enumeration that alone has a member of this name.
    pub(super) fn holder_of(&self, member: &str) -> Option<&str> {
        self.find(None, member).map(|m| &*m.holder)
    }

    /// Takes over how those who store members of enumerations write them, from all values of the same resources.
    pub(super) fn stored<'a>(&mut self, all: impl Iterator<Item = (&'a ResolvedUse, Option<&'a str>)> + Clone) {
        let holds_values = |u: &ResolvedUse| matches!(u.kind, Kind::Column | Kind::Key | Kind::Field);
        let of_members: BTreeSet<(Kind, &str)> =
            all.clone().filter(|(u, member)| member.is_some() && holds_values(u)).map(|(u, _)| (u.kind, &*u.name)).collect();
        let mut texts: BTreeMap<(Kind, &str), BTreeSet<&str>> = BTreeMap::new();
        for (used, _) in all.clone().filter(|(u, member)| member.is_none() && of_members.contains(&(u.kind, &*u.name))) {
            // What a migration lists is `new,paid,lost`.
            let words = used.value.as_deref().unwrap_or("").split(',').map(str::trim).filter(|w| !w.is_empty());
            texts.entry((used.kind, &used.name)).or_default().extend(words);
        }
        let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (used, member) in all {
            let (Some(member), Some(value)) = (member, used.value.as_deref()) else { continue };
            let Some(texts) = texts.get(&(used.kind, &*used.name)) else { continue };
            if texts.contains(value) {
                found.entry(member).or_default().insert(value);
            } else {
                found.entry(member).or_default().extend(texts.iter().filter(|t| plain(t) == plain(value)));
            }
        }
        for (key, spellings) in found {
            // Two ways to write it: nobody knows.
            let (Some(one), true) = (spellings.first(), spellings.len() == 1) else { continue };
            let Some((holder, member)) = key.split_once('.') else { continue };
            for known in self.members.values_mut().flatten().filter(|m| m.holder == holder && m.declared == member) {
                known.stored = (known.declared != **one).then(|| (*one).to_owned());
            }
        }
    }

    /// As the member of this key is stored.
    pub(super) fn as_stored(&self, key: &str) -> Option<&str> {
        let (holder, member) = key.split_once('.')?;
        self.find(Some(holder), member)?.stored.as_deref()
    }

    /// The members of an enumeration by its name, and the name of a member alone, as pieces are called.
    pub(super) fn forms(path: &str) -> Vec<String> {
        let (holder, member) = split(path);
        let mut out = vec![plain(member)];
        out.extend(holder.map(|h| plain(own(h, member))));
        out.dedup();
        out
    }
}

/// What the constant or member that a use's value is stands for.
pub(super) fn meaning(used: &Use, path: &str, here: &Here<'_>, tables: &Tables) -> Meaning {
    let (holder, member) = split(path);
    let is_declared = holder.is_some_and(|h| tables.members.holders.contains(h));
    let as_member = |m: &Member| Meaning::Member(m.stored.as_ref().unwrap_or(&m.declared).clone(), format!("{}.{}", m.holder, m.declared));
    // Java's `PAID("p")`, Rust's and C#'s `Paid` are stored by their names, unless the program says otherwise.
    if let Some(found) = tables.members.find(holder, member).filter(|m| is_declared && m.declared == member) {
        return as_member(found);
    }
    if let Some(text) = resolving::text(path, here, tables) {
        return Meaning::Text(text);
    }
    if let Some(found) = if is_declared { tables.members.find(holder, member) } else { tables.members.find(None, member) } {
        return as_member(found);
    }
    if is_declared || used.value.as_deref().is_none_or(|v| COMMON.contains(&last(v).to_ascii_lowercase().as_str())) {
        return Meaning::Nothing;
    }
    Meaning::Written
}

/// A member as others of its enumeration write it.
pub(super) fn of_state(holder: &str, value: &str, tables: &Tables) -> Option<String> {
    tables.members.find(Some(bare(holder)), value).map(|m| m.declared.clone())
}

/// Whether the enumeration's declaration was read.
pub(super) fn is_declared(holder: &str, tables: &Tables) -> bool {
    tables.members.holders.contains(bare(holder))
}

/// The type's name and the member's.
fn split(path: &str) -> (Option<&str>, &str) {
    let member = last(path);
    let holder = path.rsplit_once('.').map(|(h, _)| last(h)).filter(|h| h.starts_with(char::is_uppercase));
    (holder, member)
}

/// A type's name without its module.
pub(super) fn bare(holder: &str) -> &str {
    holder.rsplit(['.', ':', '/', '\\']).next().unwrap_or(holder)
}

/// A member without its enumeration's name before it, as Protocol Buffers have it: `ORDER_STATUS_PAID`.
fn own<'a>(holder: &str, member: &'a str) -> &'a str {
    let mut letters = plain(holder).into_bytes().into_iter().peekable();
    for (at, c) in member.char_indices() {
        if letters.peek().is_none() {
            let rest = member[at..].trim_start_matches('_');
            return if rest.is_empty() || at == 0 { member } else { rest };
        }
        if c.is_ascii_alphanumeric() && letters.next() != Some(c.to_ascii_lowercase() as u8) {
            return member;
        }
    }
    member
}

#[cfg(test)]
mod tests {
    use super::own;
    use crate::index::components::Components;
    use crate::index::extractors::facts;
    use crate::index::file::File;
    use crate::index::link::{FileFacts, linked, resolve};
    use crate::index::model::Kind;

    #[test]
    fn the_name_of_an_enumeration_before_its_member() {
        for (holder, member, want) in [
            ("OrderStatus", "ORDER_STATUS_PAID", "PAID"),
            ("OrderStatus", "OrderStatusPaid", "Paid"),
            ("OrderStatus", "ORDER_PAID", "ORDER_PAID"),
            ("Status", "StatusPaid", "Paid"),
            ("Status", "Status", "Status"),
        ] {
            assert_eq!(own(holder, member), want, "{holder} {member}");
        }
    }

    /// Values of columns, keys and states that a file's places have, by line.
    #[track_caller]
    fn says(files: &[(&str, &str)], path: &str, want: &[&str]) {
        let read = |(path, text): &(&str, &str)| FileFacts { path: (*path).to_owned(), component: None, facts: facts(&File::new(path, text)) };
        let files: Vec<FileFacts> = files.iter().map(read).collect();
        let own = files.iter().find(|f| f.path == path).expect("the file").facts.clone();
        let tables = linked(files, Components::by_folders([("a", "a"), ("b", "b")])).tables;
        let mut found: Vec<String> = Vec::new();
        for used in resolve(&own, path, &tables) {
            let counts = matches!(used.kind, Kind::Key | Kind::State) || used.kind == Kind::Column && used.name.ends_with(".status");
            if counts && !used.name.starts_with("other") {
                found.push(format!("{} {}@{}", used.name, used.value.unwrap_or_default(), used.line));
            }
        }
        assert_eq!(found, want, "{path}");
    }

    #[test]
    fn constants_and_members_of_other_files_are_values() {
        let python = "import redis\nfrom .names import Status, LOST\nr = redis.Redis()\nr.set('w:1', Status.IDLE)\nr.set('w:2', Status.IDLE.value)\nr.set('w:3', LOST)\nr.set('w:4', Status.GONE)\nr.set('w:5', other)\n";
        says(
            &[("a/names.py", "from enum import Enum\nclass Status(str, Enum):\n    IDLE = 'idle'\n    BUSY = 'busy'\nLOST = 'lost'\n"), ("a/x.py", python)],
            "a/x.py",
            &["w:1 idle@4", "w:2 idle@5", "w:3 lost@6", "w:4 @7", "w:5 @8"],
        );
        let go = "package x\n\nfunc f(db *sql.DB) {\n\tdb.Exec(\"UPDATE orders SET status = $1 WHERE status = $2\", domain.StatusPaid, domain.StatusNew)\n}\n";
        says(
            &[
                ("a/domain/s.go", "package domain\n\ntype Status string\n\nconst (\n\tStatusNew Status = \"new\"\n\tStatusPaid Status = \"paid\"\n)\n"),
                ("a/x.go", go),
            ],
            "a/x.go",
            &["orders.status paid@4", "orders.status new@4"],
        );
    }

    #[test]
    fn a_member_is_written_as_those_who_store_it_write_it() {
        let enumeration = ("a/OrderStatus.java", "enum OrderStatus { NEW, PAID }");
        let writes = ("a/A.java", "class A { void f() { jdbc.update(\"UPDATE orders SET status = ?\", OrderStatus.PAID.name()); } }");
        says(&[enumeration, writes, ("b/x.py", "cur.execute(\"SELECT id FROM orders WHERE status = 'paid'\")")], "a/A.java", &["orders.status paid@1"]);
        says(&[enumeration, writes, ("b/x.py", "cur.execute(\"SELECT id FROM orders WHERE status = 'done'\")")], "a/A.java", &["orders.status PAID@1"]);
        let both = "cur.execute(\"SELECT id FROM orders WHERE status = 'paid'\")\ncur.execute(\"SELECT id FROM orders WHERE status = 'Paid'\")";
        says(&[enumeration, writes, ("b/x.py", both)], "a/A.java", &["orders.status PAID@1"]);
        // Two texts are two values, whatever their letters.
        says(&[enumeration, ("b/x.py", both)], "b/x.py", &["orders.status paid@1", "orders.status Paid@2"]);
    }

    #[test]
    fn what_an_enumeration_does_not_declare_is_no_state() {
        let uses = "class A { void F() { if (o.Status == OrderStatus.Paid) { } if (x == OrderStatus.Name) { } o.Status = OrderStatus.Draft; } }";
        says(&[("a/OrderStatus.cs", "enum OrderStatus { New, Paid }"), ("a/A.cs", uses)], "a/A.cs", &["OrderStatus Paid@1"]);
        says(&[("a/A.cs", uses)], "a/A.cs", &["OrderStatus Paid@1", "OrderStatus Draft@1"]);
    }
}
