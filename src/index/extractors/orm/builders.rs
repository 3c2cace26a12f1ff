//! Query builders that another file makes.

use crate::index::extractors::routes::has_word;
use crate::index::reading::{Call, Reading};

/// knex that another file makes and exports: `const db = require('./db')`, then `db('orders').where(..)`.
pub(super) fn is_one(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    const NAMES: [&str; 8] = ["db", "knex", "database", "conn", "connection", "pg", "qb", "store"];
    const NEXT: [&str; 22] = [
        "where",
        "whereNot",
        "whereIn",
        "whereNotIn",
        "whereNull",
        "andWhere",
        "insert",
        "select",
        "update",
        "del",
        "delete",
        "first",
        "join",
        "leftJoin",
        "innerJoin",
        "orderBy",
        "pluck",
        "increment",
        "decrement",
        "returning",
        "onConflict",
        "forUpdate",
    ];
    if !matches!(reading.language.name(), "javascript" | "typescript") || call.path.len() != 1 || call.arguments.len() != 1 {
        return false;
    }
    if !NAMES.contains(&call.name) || !reading.is(call.close + 1, ".") || !NEXT.contains(&reading.word(call.close + 2)) {
        return false;
    }
    // Of the project's own: nothing else that is called with one text and then so.
    reading.text.lines().any(|line| {
        let line = line.trim_start();
        let names = line.split(['\'', '"']).next().unwrap_or("");
        (line.starts_with("import ") || names.ends_with("require("))
            && has_word(names, call.name)
            && line[names.len()..].trim_start_matches(['\'', '"']).starts_with(['.', '@', '~'])
    })
}
