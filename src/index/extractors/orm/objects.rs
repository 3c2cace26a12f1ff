//! Tables and columns written as values: `new Table({ name: "orders", columns: [{ name: "status" }] })`, `status: Mapped[str]`.

use super::models::Column;
use crate::index::extractors::values;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, Declaration, Reading, Span};

/// A table as a migration makes it.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) line: u32,
    /// With line and values.
    pub(super) columns: Vec<(String, u32, Vec<String>)>,
}

/// The table that `createTable(new Table({ .. }))` of TypeORM makes.
pub(super) fn table(reading: &Reading<'_>, call: &Call<'_>) -> Option<Made> {
    let object = described(reading, call, "Table")?;
    let name = reading.entry(&object, "name")?;
    let line = reading.line(name.start);
    let name = values::text(reading, &name)?;
    let list = reading.entry(&object, "columns").filter(|l| reading.is(l.start, "["));
    let columns = list.map(|l| reading.elements(&l)).unwrap_or_default().into_iter().filter_map(|element| described_column(reading, &element)).collect();
    Some(Made { name: name.rsplit('.').next().unwrap_or(&name).to_owned(), line, columns })
}

/// The column that `addColumn("orders", new TableColumn({ .. }))` adds.
pub(super) fn column(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    described_column(reading, &described(reading, call, "TableColumn")?).map(|(name, ..)| name)
}

/// The object that describes a value of this type among the arguments of a call.
fn described(reading: &Reading<'_>, call: &Call<'_>, of: &str) -> Option<Span> {
    let inner = reading.calls.iter().find(|c| c.name == of && c.at > call.open && c.at < call.close && c.path.len() == 1)?;
    inner.positional(0).map(|a| a.span.clone()).filter(|s| reading.is(s.start, "{"))
}

fn described_column(reading: &Reading<'_>, object: &Span) -> Option<(String, u32, Vec<String>)> {
    let name = reading.entry(object, "name")?;
    let line = reading.line(name.start);
    let list = reading.entry(object, "enum").filter(|l| reading.is(l.start, "["));
    let mut values: Vec<String> = list.map(|l| reading.elements(&l).iter().filter_map(|e| values::text(reading, e)).collect()).unwrap_or_default();
    // A text default stands in quotes within quotes; all else is an expression of the database.
    let default = reading.entry(object, "default").and_then(|d| reading.literal(&d)).and_then(|d| Some(d.strip_prefix('\'')?.strip_suffix('\'')?.to_owned()));
    values.extend(default.filter(|d| !d.is_empty()));
    values.dedup();
    Some((values::text(reading, &name)?, line, values))
}

/// Members of SQLAlchemy's types that are columns by their annotation alone: `note: Mapped[str | None]`, with their tokens.
pub(super) fn annotated(reading: &Reading<'_>, declared: &Declaration<'_>) -> Vec<(usize, Column)> {
    let mut out = Vec::new();
    for at in declared.body.clone().filter(|&i| reading.tokens[i].first && reading.kind(i) == Some(Kind::Word)) {
        if !(reading.is(at + 1, ":") && reading.is(at + 2, "Mapped") && reading.is(at + 3, "[")) {
            continue;
        }
        let close = reading.partner(at + 3);
        // Another type in quotes, or a list of them, is a relation.
        let related = (at + 4..close).any(|i| reading.kind(i) == Some(Kind::Text) || matches!(reading.word(i), "List" | "list" | "Set" | "set"));
        if close > at + 3 && !reading.is(close + 1, "=") && !related {
            let property = reading.word(at).to_owned();
            out.push((at, Column { column: property.clone(), property, line: reading.line(at), values: Vec::new() }));
        }
    }
    out
}
