//! Query languages that are part of a language: Ecto's `from`, the columns of Diesel and SeaORM.

use super::pairs;
use super::queries::World;
use crate::index::extractors::{clients, values};
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Reading, Span};

/// `from(o in Order, where: o.status == "idle")`, with or without brackets.
pub(super) fn ecto(world: &World<'_, '_>, facts: &mut Facts) {
    let reading = world.reading;
    update_all(world, facts);
    for at in 0..reading.tokens.len() {
        if !reading.is(at, "from") {
            continue;
        }
        let first = at + 1 + usize::from(reading.is(at + 1, "("));
        let (variable, entity) = (reading.word(first), reading.word(first + 2));
        if !reading.is(first + 1, "in") || !entity.starts_with(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        let mut last = first + 2;
        while reading.is(last + 1, ".") && reading.kind(last + 2) == Some(Token::Word) {
            last += 2;
        }
        let entity = reading.word(last);
        let table = world.mapped.table(reading, entity);
        facts.push(Use::new(Kind::Column, Role::Reads, table.clone(), reading.line(at)));
        let end = if reading.is(at + 1, "(") {
            reading.partner(at + 1)
        } else {
            (last..reading.tokens.len()).find(|&i| matches!(reading.word(i), "end" | "def") || reading.is(i, "|>")).unwrap_or(reading.tokens.len())
        };
        for i in last..end.min(at + 200) {
            if reading.is(i, variable) && reading.is(i + 1, ".") && reading.kind(i + 2) == Some(Token::Word) {
                let mut used = Use::new(Kind::Column, Role::Reads, values::column(&table, reading.word(i + 2)), reading.line(i));
                if reading.is(i + 3, "==") {
                    let stop = i + 4 + if reading.is(i + 4, ":") { 2 } else { 1 };
                    used.value = values::value(reading, &(i + 4..stop));
                } else if reading.is(i + 3, "in") && reading.is(i + 4, "[") {
                    for element in reading.elements(&(i + 4..reading.partner(i + 4) + 1)) {
                        if let Some(value) = values::value(reading, &element) {
                            facts.push(used.clone().value(value));
                        }
                    }
                }
                facts.push(used);
            }
        }
    }
}

/// `Repo.update_all(from(o in Order, ..), set: [status: "paid"])`.
fn update_all(world: &World<'_, '_>, facts: &mut Facts) {
    let reading = world.reading;
    for call in reading.calls.iter().filter(|c| c.name == "update_all") {
        let Some(first) = call.positional(0) else { continue };
        let from = first.span.clone().find(|&i| reading.is(i, "in")).filter(|_| reading.is(first.span.start, "from"));
        let mut at = from.map_or(first.span.start, |i| i + 1);
        while reading.is(at + 1, ".") && reading.kind(at + 2) == Some(Token::Word) {
            at += 2;
        }
        let entity = reading.word(at);
        let Some(set) = call.keyword(&["set"]).filter(|_| entity.starts_with(|c: char| c.is_ascii_uppercase())) else { continue };
        let table = world.mapped.table(reading, entity);
        facts.push(Use::new(Kind::Column, Role::Writes, table.clone(), call.line));
        for (column, value) in reading.entries(&(set.span.start + 1..set.span.end.saturating_sub(1))) {
            let mut used = Use::new(Kind::Column, Role::Writes, values::column(&table, column), reading.line(value.start));
            used.value = values::value(reading, &value);
            facts.push(used);
        }
    }
}

/// Exposed: `Orders.update({ .. }) { it[status] = "paid" }`, `Orders.status eq "paid"`.
pub(super) fn exposed(world: &World<'_, '_>, facts: &mut Facts) {
    let reading = world.reading;
    if !reading.imports(&["exposed"]) {
        return;
    }
    let is_table = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().any(|b| b.is_ascii_lowercase());
    let end_of = |from: usize| {
        let mut at = from + 1;
        while matches!(reading.word(at), "." | "::") && reading.kind(at + 1) == Some(Token::Word) {
            at += 2;
        }
        if reading.is(at, "(") { reading.partner(at) + 1 } else { at }
    };
    for at in 0..reading.tokens.len().saturating_sub(4) {
        let is_column = is_table(reading.word(at)) && reading.is(at + 1, ".") && reading.kind(at + 2) == Some(Token::Word);
        if is_column && matches!(reading.word(at + 3), "eq" | "neq") && (at == 0 || !matches!(reading.word(at - 1), "." | "::")) {
            let entity = reading.word(at);
            let table = world.mapped.table(reading, entity);
            let column = world.mapped.column(reading, Some(entity), reading.word(at + 2));
            let mut used = Use::new(Kind::Column, Role::Reads, values::column(&table, &column), reading.line(at));
            used.value = values::value(reading, &(at + 4..end_of(at + 4)));
            used.note = (reading.is(at + 3, "neq") && used.value.is_some()).then(|| "all but this value".to_owned());
            facts.push(used);
        }
    }
    let is_verb = |at: usize| matches!(reading.word(at), "update" | "insert" | "insertAndGetId" | "upsert" | "insertIgnore" | "replace" | "insertReturning");
    for verb in (2..reading.tokens.len()).filter(|&at| is_verb(at) && reading.is(at - 1, ".")) {
        let entity = reading.word(verb - 2);
        // The block behind the brackets, or the only one.
        let open = if reading.is(verb + 1, "(") { reading.partner(verb + 1) + 1 } else { verb + 1 };
        if !is_table(entity) || !reading.is(open, "{") {
            continue;
        }
        let table = world.mapped.table(reading, entity);
        facts.push(Use::new(Kind::Column, Role::Writes, table.clone(), reading.line(verb)));
        for at in open..reading.partner(open) {
            // `it[status] = "paid"`, and where the block's variable has a name, `row[status] = "paid"`.
            let close = reading.partner(at + 1);
            if reading.kind(at) != Some(Token::Word) || !reading.is(at + 1, "[") || close <= at + 1 || !reading.is(close + 1, "=") {
                continue;
            }
            if !(reading.is(at, "it") || reading.is(open + 1, reading.word(at)) && reading.is(open + 2, "->")) {
                continue;
            }
            let column = world.mapped.column(reading, Some(entity), reading.word(close - 1));
            let mut used = Use::new(Kind::Column, Role::Writes, values::column(&table, &column), reading.line(at));
            used.value = values::value(reading, &(close + 2..end_of(close + 2)));
            facts.push(used);
        }
    }
    for call in reading.calls.iter().filter(|c| matches!(c.name, "selectAll" | "select" | "slice" | "deleteWhere" | "deleteAll")) {
        let Some(entity) = call.receiver().filter(|r| is_table(r)) else { continue };
        let role = if call.name.starts_with("delete") { Role::Deletes } else { Role::Reads };
        facts.push(Use::new(Kind::Column, role, world.mapped.table(reading, entity), call.line));
    }
}

/// Diesel's `orders::status.eq("idle")`, and SeaORM's `order::Column::Status.eq("idle")`.
pub(super) fn rust(world: &World<'_, '_>, facts: &mut Facts) {
    let reading = world.reading;
    if !world.lower.contains("diesel") && !world.lower.contains("sea_orm") {
        return;
    }
    // SeaORM's `col_expr(order::Column::Status, Expr::value("paid"))`.
    for call in reading.calls.iter().filter(|c| c.name == "col_expr" && c.arguments.len() == 2) {
        let first = &call.arguments[0].span;
        let names: Vec<&str> = first.clone().filter(|&i| reading.kind(i) == Some(Token::Word)).map(|i| reading.word(i)).collect();
        let [.., entity, "Column", column] = *names else { continue };
        let given = reading.calls.iter().find(|c| call.arguments[1].span.contains(&c.at) && c.name == "value").and_then(|c| c.positional(0));
        let mut used = Use::new(Kind::Column, Role::Writes, Name::literal(format!("{entity}.{}", values::snake(column))), reading.line(first.start));
        used.value = given.and_then(|a| values::value(reading, &a.span));
        facts.push(used);
    }
    for call in reading.calls.iter().filter(|c| matches!(c.name, "eq" | "ne" | "eq_any" | "is_in")) {
        let (table, column) = match *call.path.as_slice() {
            [.., table, "dsl", column, _] => (table.to_owned(), column.to_owned()),
            [.., entity, "Column", column, _] => (entity.to_owned(), values::snake(column)),
            [table, column, _] if table.starts_with(char::is_lowercase) && reading.is(call.at.wrapping_sub(3), "::") => (table.to_owned(), column.to_owned()),
            _ => continue,
        };
        // `community_language as cl`
        let table = (0..reading.tokens.len().saturating_sub(1)).find(|&i| reading.is(i, "as") && reading.is(i + 1, &table)).map_or(table, |i| {
            let before = if reading.is(i.wrapping_sub(1), "dsl") { i.wrapping_sub(3) } else { i.wrapping_sub(1) };
            reading.word(before).to_owned()
        });
        // Within `.set(..)` it is written.
        let is_set = reading.calls.iter().any(|c| c.name == "set" && c.open < call.at && call.at < c.close);
        let role = if is_set { Role::Writes } else { Role::Reads };
        let mut used = Use::new(Kind::Column, role, Name::literal(format!("{table}.{column}")), call.line);
        used.value = call.positional(0).and_then(|a| pairs::literals(reading, &a.span).into_iter().next());
        used.note = (call.name == "ne").then(|| "all but this value".to_owned());
        facts.push(used);
    }
}

/// The type of the row or rows that Go's `&order`, `&Order{}`, `&orders` points to.
pub(super) fn type_of_row<'a>(reading: &Reading<'a>, span: &Span) -> Option<&'a str> {
    if let Some(found) = clients::type_of(reading, span) {
        return Some(found);
    }
    let name = reading.word(span.end.checked_sub(1)?);
    // `var order Order`, `orders := []Order{}`, `order *Order` of the head.
    (0..span.start).rev().find_map(|i| {
        if !reading.is(i, name) {
            return None;
        }
        let mut at = i + 1;
        while matches!(reading.word(at), ":=" | "[" | "]" | "*" | "&" | "=") {
            at += 1;
        }
        while reading.is(at + 1, ".") {
            at += 2;
        }
        let word = reading.word(at);
        (at > i
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && matches!(reading.word(at + 1), "{" | ")" | "," | "") | reading.tokens.get(at + 1).is_some_and(|t| t.first))
        .then_some(word)
    })
}
