//! Drizzle: statements on tables that are variables, here or of another file: `db.select({ at: orders.paidAt }).from(orders).where(eq(orders.state, "new"))`.

use super::pairs;
use super::queries::{Root, World};
use crate::index::extractors::values;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::Call;
use crate::index::reading::tokens::Kind as Token;

const JOINS: [&str; 5] = ["innerJoin", "leftJoin", "rightJoin", "fullJoin", "crossJoin"];

/// Calls within which a table's member is a column that is asked for.
const ASK: [&str; 13] = [
    "select",
    "selectDistinct",
    "selectDistinctOn",
    "where",
    "having",
    "orderBy",
    "groupBy",
    "returning",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "fullJoin",
    "onConflictDoUpdate",
];

pub(super) fn read(world: &World<'_, '_>, facts: &mut Facts) {
    if !world.lower.contains("drizzle") {
        return;
    }
    let reading = world.reading;
    let mut tables: Vec<&str> = Vec::new();
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        let Some((variable, role)) = table(world, call) else { continue };
        facts.push(Use::new(Kind::Column, role, named(world, variable), call.line));
        tables.push(variable);
    }
    compared(world, facts);
    for at in 0..reading.tokens.len() {
        let is_member = reading.is(at + 1, ".") && reading.kind(at + 2) == Some(Token::Word) && !matches!(reading.word(at + 3), "(" | ".");
        if !is_member || at > 0 && matches!(reading.word(at - 1), "." | "?.") || !tables.contains(&reading.word(at)) {
            continue;
        }
        let property = reading.word(at + 2);
        if reading.calls.iter().any(|c| c.open < at && at < c.close && ASK.contains(&c.name)) && pairs::is_column(property) {
            facts.push(Use::new(Kind::Column, Role::Reads, column(world, reading.word(at), property), reading.line(at)));
        }
    }
}

/// The variable of the table that a call of a statement names, and what is done with it.
fn table<'a>(world: &World<'_, 'a>, call: &Call<'a>) -> Option<(&'a str, Role)> {
    let reading = world.reading;
    let behind = || if reading.is(call.close + 1, ".") { reading.word(call.close + 2) } else { "" };
    let on = call.on.map_or("", |o| reading.calls[o].name);
    let role = match call.name {
        "from" if on.starts_with("select") => Role::Reads,
        name if JOINS.contains(&name) && call.on.is_some() => Role::Reads,
        "delete" if matches!(behind(), "where" | "returning") || is_database(call) => Role::Deletes,
        "update" if behind() == "set" => Role::Writes,
        "insert" if matches!(behind(), "values" | "select") => Role::Writes,
        // `db.query.orders.findMany(..)`
        "findMany" | "findFirst" => {
            let [.., query, variable, _] = &*call.path else { return None };
            return (*query == "query").then_some((*variable, Role::Reads));
        }
        _ => return None,
    };
    let first = &call.positional(0)?.span;
    let variable = reading.word(first.start);
    (first.len() == 1 && reading.kind(first.start) == Some(Token::Word) && variable.starts_with(char::is_lowercase)).then_some((variable, role))
}

/// What is filtered or set behind `db.update(orders)` belongs to that table.
pub(super) fn root<'a>(world: &World<'_, 'a>, call: &Call<'a>) -> Option<Root<'a>> {
    if !matches!(call.name, "update" | "insert" | "delete" | "from") || !world.lower.contains("drizzle") {
        return None;
    }
    let (variable, _) = table(world, call)?;
    Some(Root { table: values::table_of(variable, values::snake(variable)), entity: None, is_known: true })
}

fn is_database(call: &Call<'_>) -> bool {
    call.path.len() > 1
        && call.on.is_none()
        && call.receiver().is_some_and(|r| matches!(r, "tx" | "trx" | "database") || r.to_ascii_lowercase().ends_with("db"))
}

fn named(world: &World<'_, '_>, variable: &str) -> Name {
    let here = world.mapped.models.iter().find(|m| m.entity == variable).map(|m| m.table.clone());
    here.unwrap_or_else(|| values::table_of(variable, values::snake(variable)))
}

fn column(world: &World<'_, '_>, variable: &str, property: &str) -> Name {
    let here = world.mapped.models.iter().find(|m| m.entity == variable).and_then(|m| m.columns.iter().find(|c| c.property == property));
    values::column(&named(world, variable), &here.map_or_else(|| values::snake(property), |c| c.column.clone()))
}

/// `eq(orders.status, "idle")`, `inArray(orders.status, ["a"])`.
fn compared(world: &World<'_, '_>, facts: &mut Facts) {
    let reading = world.reading;
    for call in reading.calls.iter().filter(|c| c.path.len() == 1 && matches!(c.name, "eq" | "ne" | "inArray" | "notInArray") && c.arguments.len() == 2) {
        let first = &call.arguments[0].span;
        if first.len() != 3 || !reading.is(first.start + 1, ".") || !reading.word(first.start).starts_with(char::is_lowercase) {
            continue;
        }
        let found = pairs::literals(reading, &call.arguments[1].span);
        let not = matches!(call.name, "ne" | "notInArray");
        let used = Use::new(Kind::Column, Role::Reads, column(world, reading.word(first.start), reading.word(first.start + 2)), call.line);
        if found.is_empty() {
            facts.push(used);
            continue;
        }
        for value in found {
            let used = used.clone().value(value);
            facts.push(if not { used.note("all but this value") } else { used });
        }
    }
}
