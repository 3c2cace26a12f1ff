//! Entity Framework: what a context and its configurations say of tables, and rows that are made and set through it.

use super::Mapped;
use super::instances::Holder;
use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Given, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, Reading};

/// `e.ToTable("orders")`, `e.Property(o => o.State).HasColumnName("state")`, `DbSet<Order> Orders`.
pub(super) fn mapping(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "csharp" || !reading.mentions(&["ToTable", "DbSet<", "HasColumnName"]) {
        return;
    }
    let mut tables: Vec<(&str, String)> = Vec::new();
    for call in reading.calls.iter().filter(|c| matches!(c.name, "ToTable" | "ToCollection") && !c.in_log) {
        let (Some(entity), Some(table)) = (entity_of(reading, call), call.positional(0).and_then(|a| values::text(reading, &a.span))) else { continue };
        facts.given.push(Given { key: values::table_key(entity), value: table.clone(), part: None, line: call.line });
        facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(&*table), call.line));
        tables.push((entity, table));
    }
    let known = |entity: &str| tables.iter().find(|(e, _)| *e == entity).map(|(_, t)| t.clone());
    for call in reading.calls.iter().filter(|c| c.name == "HasColumnName") {
        let (Some(entity), Some(column)) = (entity_of(reading, call), call.positional(0).and_then(|a| values::text(reading, &a.span))) else { continue };
        let table = known(entity).map_or_else(|| values::table_of(entity, values::plural(&values::snake(entity))), Name::literal);
        facts.push(Use::new(Kind::Column, Role::Declares, values::column(&table, &column), call.line));
    }
    // A set goes by the name of its property.
    for at in 0..reading.tokens.len() {
        if reading.is(at, "DbSet") && reading.is(at + 1, "<") && reading.is(at + 3, ">") && reading.kind(at + 4) == Some(Token::Word) {
            let (entity, set) = (reading.word(at + 2), reading.word(at + 4));
            if entity != set {
                let value = known(entity).unwrap_or_else(|| format!("${{{}:{set}}}", values::table_key(entity)));
                facts.given.push(Given { key: values::table_key(set), value, part: None, line: reading.line(at) });
            }
        }
    }
}

/// The type that a builder is for: `model.Entity<Order>()..`, `model.Entity<Order>(e => ..)`, `EntityTypeBuilder<Order> builder`.
fn entity_of<'a>(reading: &Reading<'a>, call: &Call<'a>) -> Option<&'a str> {
    let mut on = call.on.map(|o| &reading.calls[o]);
    while let Some(inner) = on {
        if inner.name == "Entity" {
            return inner.types.map(str::trim);
        }
        on = inner.on.map(|o| &reading.calls[o]);
    }
    let builder = call.path.first()?;
    // The innermost block whose parameter the builder is; a child's is another type's.
    let block = reading
        .calls
        .iter()
        .filter(|c| {
            c.open < call.at && call.at < c.close && c.positional(c.arguments.len().saturating_sub(1)).is_some_and(|a| reading.is(a.span.start, builder))
        })
        .last();
    if let Some(block) = block {
        return block.types.filter(|_| block.name == "Entity").map(str::trim);
    }
    let declared = (4..call.at).rev().find(|&i| reading.is(i, builder) && reading.is(i - 1, ">") && reading.is(i - 3, "<"))?;
    reading.is(declared - 4, "EntityTypeBuilder").then(|| reading.word(declared - 2))
}

/// `new Order { State = "open" }` that is added to a set, and `ExecuteUpdate(s => s.SetProperty(o => o.State, "shut"))`.
pub(super) fn rows(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    if reading.language.name() != "csharp" || !reading.mentions(&["SaveChanges", "ExecuteUpdate", "ExecuteDelete"]) {
        return;
    }
    let holder = Holder { reading, mapped };
    for at in (0..reading.tokens.len()).filter(|&i| reading.is(i, "new") && reading.is(i + 2, "{") && reading.kind(i + 1) == Some(Token::Word)) {
        let close = reading.partner(at + 2);
        let Some(set) = added_to(reading, at) else { continue };
        for (key, value) in reading.entries(&(at + 3..close.max(at + 3))) {
            if let Some(literal) = values::value(reading, &value) {
                holder.tell(set, key, (Role::Writes, Certainty::Sure), Some(literal), reading.line(value.start), facts);
            }
        }
    }
    for call in reading.calls.iter().filter(|c| matches!(c.name, "ExecuteUpdate" | "ExecuteUpdateAsync" | "ExecuteDelete" | "ExecuteDeleteAsync")) {
        let Some(set) = set_of(call) else { continue };
        let table = mapped.table(reading, set);
        let role = if call.name.starts_with("ExecuteDelete") { Role::Deletes } else { Role::Writes };
        facts.push(Use::new(Kind::Column, role, table.clone(), call.line));
        for inner in reading.calls.iter().filter(|c| c.name == "SetProperty" && call.open < c.at && c.at < call.close) {
            let [property, value] = &*inner.arguments else { continue };
            let last = property.span.end - 1;
            if property.span.clone().any(|i| reading.is(i, "=>")) && reading.is(last.wrapping_sub(1), ".") {
                let mut used = Use::new(Kind::Column, Role::Writes, values::column(&table, &mapped.column(reading, Some(set), reading.word(last))), inner.line);
                used.value = values::value(reading, &value.span);
                facts.push(used);
            }
        }
    }
}

/// The set that a row which is made at a token is added to: `db.Orders.Add(new Order { .. })`, or by way of its variable.
fn added_to<'a>(reading: &Reading<'a>, at: usize) -> Option<&'a str> {
    let adds = |c: &&Call<'_>| matches!(c.name, "Add" | "AddAsync" | "Attach" | "Update") && c.arguments.len() <= 2 && !c.arguments.is_empty();
    if let Some(call) = reading.calls.iter().filter(adds).find(|c| c.arguments[0].span.start == at) {
        return set_of(call);
    }
    let variable = reading.assignments.iter().find(|a| a.value.start == at && a.path.len() == 1)?;
    set_of_variable(reading, variable.name, variable.at)
}

/// The set that a variable is added to behind a token.
pub(super) fn set_of_variable<'a>(reading: &Reading<'a>, name: &str, from: usize) -> Option<&'a str> {
    let adds =
        |c: &&Call<'_>| matches!(c.name, "Add" | "AddAsync" | "Attach" | "Update") && c.at > from && c.arguments.first().is_some_and(|a| a.span.len() == 1);
    let function = reading.enclosing(from, &[crate::index::reading::DeclarationKind::Function]).map(|f| f.body.clone());
    let within = |c: &&Call<'_>| function.as_ref().is_none_or(|f| f.contains(&c.at));
    reading.calls.iter().filter(adds).filter(within).find(|c| reading.is(c.arguments[0].span.start, name)).and_then(set_of)
}

/// The set of a context that a call works on: `Orders` of `_db.Orders.Where(..).ExecuteUpdate(..)`.
fn set_of<'a>(call: &Call<'a>) -> Option<&'a str> {
    let at = call.path.iter().position(|h| {
        let lower = h.to_ascii_lowercase();
        lower.ends_with("context") && lower != "httpcontext" || matches!(&*lower, "db" | "_db")
    })?;
    let set = *call.path[..call.path.len() - 1].get(at + 1)?;
    set.starts_with(|c: char| c.is_ascii_uppercase()).then_some(set)
}
