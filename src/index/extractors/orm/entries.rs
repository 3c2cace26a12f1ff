//! What becomes of an entry of an object or array, by the brackets around it: `where({ status: X })` compares, `update({ status: X })` sets.

use super::verbs::{self, Takes};
use crate::index::extractors::values;
use crate::index::model::Role;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{DeclarationKind, Reading};

/// How many brackets are looked at, from the inside out.
const DEPTH: usize = 5;

/// What is done with the value that begins at a token; nothing where no query is around it.
pub(in crate::index::extractors) fn role(reading: &Reading<'_>, at: usize) -> Option<Role> {
    let function = reading.enclosing(at, &[DeclarationKind::Function]).map_or(0, |f| f.name_at);
    let is_keyed = at > 0 && matches!(reading.word(at - 1), ":" | "=>");
    let mut inner = at;
    for depth in 0..DEPTH {
        let open = (function..inner).rev().find(|&i| reading.kind(i) == Some(Kind::Open) && reading.partner(i) > at)?;
        let before = open.checked_sub(1)?;
        // An argument by itself is no entry.
        if depth == 0 && reading.is(open, "(") {
            return None;
        }
        if reading.is(open, "(") {
            if reading.kind(before) != Some(Kind::Word) {
                inner = open;
                continue;
            }
            let name = values::verb(reading.word(before));
            let verb = verbs::find(&name)?;
            // `new Set([A, B])` is a list; so is what is given to a word that lists have too.
            let is_made = before > 0 && reading.is(before - 1, "new");
            if is_made || verb.common && !is_keyed && name != "in" {
                return None;
            }
            let place = reading.elements(&(open..reading.partner(open) + 1)).iter().position(|e| e.contains(&at)).unwrap_or(0);
            return match (verb.takes, verb.role) {
                (Takes::Filter, _) | (_, Role::Deletes) => Some(Role::Reads),
                (Takes::FilterThenSet, _) => Some(if place == 0 { Role::Reads } else { Role::Writes }),
                (Takes::Set, _) => Some(Role::Writes),
                _ => None,
            };
        }
        // `where: { .. }`, `'$set' => [ .. ]`, `$in: [ .. ]`
        if matches!(reading.word(before), ":" | "=>") && before > 0 {
            match reading.string(before - 1).unwrap_or_else(|| reading.word(before - 1)) {
                "where" | "filter" | "query" | "$match" | "$or" | "$and" | "OR" | "AND" | "NOT" | "$in" | "$nin" | "$ne" | "$eq" | "in" | "notIn" | "not" => {
                    return Some(Role::Reads);
                }
                "data" | "$set" | "$setOnInsert" | "set" | "values" | "defaults" => return Some(Role::Writes),
                _ => {}
            }
        }
        inner = open;
    }
    None
}
