//! Spring Data's repositories: what their methods' names ask for, and what is called on them.

use super::{Mapped, frameworks};
use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Given, Kind, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading};
use std::collections::HashMap;

const REPOSITORIES: [&str; 12] = [
    "JpaRepository",
    "CrudRepository",
    "MongoRepository",
    "PagingAndSortingRepository",
    "ReactiveCrudRepository",
    "ListCrudRepository",
    "ReactiveMongoRepository",
    "R2dbcRepository",
    "CoroutineCrudRepository",
    "ReactiveRepository",
    "KotlinJpaRepository",
    "Repository",
];

/// Comparisons that stand behind a property in a method's name.
const COMPARISONS: [&str; 30] = [
    "IsNotNull",
    "NotNull",
    "IsNull",
    "NotIn",
    "IsNot",
    "GreaterThanEqual",
    "LessThanEqual",
    "GreaterThan",
    "LessThan",
    "StartingWith",
    "EndingWith",
    "Containing",
    "IgnoreCase",
    "NotLike",
    "Between",
    "Before",
    "After",
    "Equals",
    "StartsWith",
    "EndsWith",
    "Contains",
    "IsTrue",
    "IsFalse",
    "Like",
    "Null",
    "True",
    "False",
    "Not",
    "In",
    "Is",
];

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    if !matches!(reading.language.name(), "java" | "kotlin" | "groovy") || !reading.mentions(&["Repository", "repository"]) {
        return;
    }
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type) {
        let Some(at) = declared.head.clone().find(|&i| REPOSITORIES.contains(&reading.word(i)) && reading.is(i + 1, "<")) else { continue };
        let entity = reading.word(at + 2);
        let table = mapped.table(reading, entity);
        // Who calls it knows its name alone.
        let stem = declared.name.trim_end_matches("Repository");
        if stem != entity && !stem.is_empty() {
            let value =
                table.as_literal().map_or_else(|| format!("${{{}:{}}}", values::table_key(entity), frameworks::fallback(reading, entity)), str::to_owned);
            facts.given.push(Given { key: values::table_key(stem), value, part: None, line: declared.line });
        }
        for i in declared.body.clone().filter(|&i| reading.is(i + 1, "(") && reading.kind(i) == Some(Token::Word)) {
            // What is written out is read as a statement.
            if reading.annotations.iter().any(|a| a.name == "Query" && a.target == Some(i)) {
                continue;
            }
            let Some((role, properties)) = asked(reading.word(i)) else { continue };
            facts.push(Use::new(Kind::Column, role, table.clone(), reading.line(i)));
            for property in properties {
                let column = mapped.column(reading, Some(entity), &property);
                facts.push(Use::new(Kind::Column, Role::Reads, values::column(&table, &column), reading.line(i)));
            }
        }
    }
    // Variables by their types, `OrderRepository orders` and `orders: OrderRepository`: gathered once, for every call asks.
    let (mut declared, mut annotated): (HashMap<&str, &str>, HashMap<&str, &str>) = (HashMap::new(), HashMap::new());
    for at in 0..reading.tokens.len() {
        if let Some(stem) = reading.word(at).strip_suffix("Repository") {
            let stem = stem.trim_end_matches("Repository");
            declared.entry(reading.word(at + 1)).or_insert(stem);
            if at >= 2 && reading.is(at - 1, ":") {
                annotated.entry(reading.word(at - 2)).or_insert(stem);
            }
        }
    }
    for call in reading.calls.iter().filter(|c| !c.in_log && c.path.len() >= 2) {
        let Some(holder) = call.receiver() else { continue };
        let stem = ["Repository", "Repo", "DAO", "Dao"].iter().find_map(|e| holder.strip_suffix(e)).filter(|s| s.len() > 1);
        // The type of the variable proves it; its name alone makes it likely.
        let typed = declared.get(holder).or_else(|| annotated.get(holder)).copied();
        let (entity, certainty) = match (typed.filter(|t| !t.is_empty()), stem) {
            (Some(t), _) => (t.to_owned(), Certainty::Sure),
            (None, Some(stem)) => {
                let mut entity = stem.to_owned();
                entity[..1].make_ascii_uppercase();
                (entity, Certainty::Likely)
            }
            (None, None) => continue,
        };
        let table = values::table_of(&entity, frameworks::fallback(reading, &entity));
        let role = match call.name {
            "save" | "saveAll" | "saveAndFlush" | "persist" => Role::Writes,
            // Only Mongo's have it; a type of the project's own does what its statements say.
            "insert" if reading.mentions(&["Mongo", "mongo"]) => Role::Writes,
            "delete" | "deleteById" | "deleteAll" | "deleteAllById" | "deleteInBatch" => Role::Deletes,
            "findById" | "findAll" | "getOne" | "getById" | "existsById" | "count" | "findAllById" | "getReferenceById" => Role::Reads,
            name => {
                let Some((role, properties)) = asked(name) else { continue };
                for (i, property) in properties.iter().enumerate() {
                    let column = frameworks::column(reading, property);
                    let mut used = Use::new(Kind::Column, Role::Reads, values::column(&table, &column), call.line).certainty(certainty);
                    used.value = call.positional(i).and_then(|a| values::value(reading, &a.span)).filter(|_| !name.contains("Not"));
                    facts.push(used);
                }
                role
            }
        };
        facts.push(Use::new(Kind::Column, role, table, call.line).certainty(certainty));
    }
}

/// `findTop10ByStatusAndCreatedAtBefore`: reads, `status` and `createdAt`.
fn asked(name: &str) -> Option<(Role, Vec<String>)> {
    let prefix = ["find", "read", "get", "query", "count", "exists", "stream", "delete", "remove"].iter().find(|p| name.starts_with(**p))?;
    let by = name.find("By").filter(|b| *b >= prefix.len())?;
    // `getByteSize` is no question.
    let rest = &name[by + 2..];
    if !rest.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let rest = rest.split("OrderBy").next().unwrap_or(rest);
    let role = if matches!(*prefix, "delete" | "remove") { Role::Deletes } else { Role::Reads };
    let mut out = Vec::new();
    for part in parts(rest) {
        let mut property = part;
        while let Some(stem) = COMPARISONS.iter().find_map(|c| property.strip_suffix(c)).filter(|s| s.len() > 1) {
            property = stem;
        }
        let mut property = property.to_owned();
        if property.is_empty() {
            continue;
        }
        property[..1].make_ascii_lowercase();
        out.push(property);
    }
    Some((role, out))
}

/// Splits at `And` and `Or` where a capital follows.
fn parts(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, _) in text.char_indices() {
        for word in ["And", "Or"] {
            let behind = at + word.len();
            if at > from && text[at..].starts_with(word) && text[behind..].starts_with(|c: char| c.is_ascii_uppercase()) {
                out.push(&text[from..at]);
                from = behind;
            }
        }
    }
    out.push(&text[from..]);
    out
}
