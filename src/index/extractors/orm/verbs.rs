//! What mappers, query builders and document stores call their verbs, one row each.

use crate::index::model::Role;

/// How a verb takes columns and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Keyword arguments, objects, a column and its value, conditions: all compared.
    Filter,
    /// The same, all set.
    Set,
    /// First what is compared, then what is set.
    FilterThenSet,
    /// Nothing that is told: the table alone.
    Nothing,
}

/// A verb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    /// Lower case without `_` and `!`, an `Async` behind it left out.
    pub(super) names: &'static [&'static str],
    pub(super) role: Role,
    pub(super) takes: Takes,
    /// Said of lists and maps too: it counts on what is known to be a table only, not on a type that may be one.
    pub(super) common: bool,
}

const fn verb(role: Role, takes: Takes, names: &'static [&'static str]) -> Verb {
    Verb { names, role, takes, common: false }
}

const fn common(role: Role, takes: Takes, names: &'static [&'static str]) -> Verb {
    Verb { names, role, takes, common: true }
}

pub(super) const VERBS: &[Verb] = &[
    verb(
        Role::Reads,
        Takes::Filter,
        &[
            "filter",
            "filterby",
            "where",
            "wherein",
            "wherenot",
            "orwhere",
            "andwhere",
            "exclude",
            "findby",
            "findone",
            "findoneby",
            "findoneorfail",
            "findorfail",
            "firstorfail",
            "findornew",
            "findmany",
            "findfirst",
            "findunique",
            "findoneornone",
            "findall",
            "findandcountall",
            "findandcount",
            "findfirstorthrow",
            "finduniqueorthrow",
            "countdocuments",
            "whereall",
            "wherenotin",
            "rewhere",
            "findbypk",
            "exists?",
            "firstordefault",
            "singleordefault",
            "singleordefaultasync",
            "findandcountby",
            "existsby",
            "countby",
        ],
    ),
    common(Role::Reads, Takes::Nothing, &["order", "pluck", "limit", "findeach", "includes", "joins", "reload", "orderby"]),
    common(
        Role::Reads,
        Takes::Filter,
        &["get", "find", "count", "any", "all", "first", "single", "last", "exists", "eq", "neq", "in", "match", "aggregate", "distinct", "take", "having"],
    ),
    verb(
        Role::Writes,
        Takes::Set,
        &[
            "create",
            "create!",
            "insertone",
            "insertmany",
            "bulkcreate",
            "insertgetid",
            "insertorignore",
            "createmany",
            "insertall",
            "savechanges",
            "updateall",
            "updatecolumns",
            "updatecolumn",
            "updateattributes",
            "updateattribute",
            "forcecreate",
            "upsertall",
            "bulkinsert",
        ],
    ),
    common(
        Role::Writes,
        Takes::Set,
        &[
            "update",
            "insert",
            "values",
            "set",
            "add",
            "addasync",
            "addrange",
            "save",
            "fill",
            "increment",
            "decrement",
            "touch",
            "updates",
            "replaceone",
            "updatecolumnvalue",
        ],
    ),
    verb(
        Role::Writes,
        Takes::FilterThenSet,
        &[
            "updateone",
            "updatemany",
            "findoneandupdate",
            "findbyidandupdate",
            "updateorcreate",
            "getorcreate",
            "findorcreate",
            "firstorcreate",
            "findorcreateby",
            "upsert",
            "findandmodify",
            "findoneandreplace",
        ],
    ),
    verb(
        Role::Deletes,
        Takes::Filter,
        &["deleteone", "deletemany", "destroyall", "deleteall", "findoneanddelete", "findbyidanddelete", "destroyby", "deleteby"],
    ),
    common(Role::Deletes, Takes::Filter, &["delete", "destroy", "remove", "del", "removerange", "truncate"]),
];

/// Verbs of one column: `eq("status", "idle")`.
pub(super) const PAIRS: &[&str] =
    &["where", "orwhere", "andwhere", "wherenot", "orwherenot", "andwherenot", "eq", "neq", "in", "wherein", "wherenotin", "is", "firstwhere"];

pub(super) fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|v| v.names.contains(&name))
}
