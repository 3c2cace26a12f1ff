//! Schemas that are built by calls: migrations, tables of query builders, models of JavaScript, Prisma's file.

use super::models::{Column, Model};
use super::objects;
use crate::index::extractors::values;
use crate::index::file::File;
use crate::index::model::{Facts, Given, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

/// Words that prove a migration.
const PROOF: &[&str] = &[
    "migrations.CreateModel",
    "migrations.AddField",
    "create_table",
    "add_column",
    "createTable",
    "Schema::",
    "CreateTable",
    "AddColumn",
    "create table(",
    "alter table(",
    "remove_column",
    "change_column",
    "rename_column",
    "drop_table",
    "drop_column",
];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if !reading.mentions(PROOF) {
        return;
    }
    for call in reading.calls.iter().filter(|c| !c.in_log && !is_way_back(reading, c.at)) {
        let first = || call.positional(0).and_then(|a| values::text(reading, &a.span));
        let second = || call.positional(1).and_then(|a| values::text(reading, &a.span));
        let table_keyword = |word: &str| call.keyword(&[word]).and_then(|a| values::text(reading, &a.span));
        match call.name {
            "create_table"
            | "createTable"
            | "createTableIfNotExists"
            | "CreateTable"
            | "change_table"
            | "alterTable"
            | "create"
            | "table"
            | "createTableIfNotExist" => {
                let is_schema = !matches!(call.name, "create" | "table")
                    || call.path.first().is_some_and(|p| *p == "Schema")
                    || reading.language.name() == "elixir" && call.name == "table";
                if let Some(told) = objects::table(reading, call) {
                    facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(&*told.name), told.line));
                    for (column, line, values) in told.columns {
                        declare(facts, &told.name, &column, line, values);
                    }
                    continue;
                }
                let Some(table) = first().or_else(|| table_keyword("name")).filter(|_| is_schema) else { continue };
                if call.name == "table"
                    && reading.language.name() == "elixir"
                    && !matches!(reading.word(call.at.wrapping_sub(1)), "create" | "alter" | "create_if_not_exists")
                {
                    continue;
                }
                facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(&*table), call.line));
                for (column, line, values) in columns(reading, call) {
                    declare(facts, &table, &column, line, values);
                }
            }
            "add_column" | "AddColumn" | "addColumn" => {
                let (table, column) = match (table_keyword("table"), table_keyword("name")) {
                    (Some(table), Some(column)) => (Some(table), Some(column)),
                    // Alembic: `add_column("orders", sa.Column("status", ..))`
                    _ => (first(), second().or_else(|| inner_column(reading, call)).or_else(|| objects::column(reading, call))),
                };
                if let (Some(table), Some(column)) = (table, column) {
                    let default = call.keyword(&["defaultValue"]).and_then(|a| values::text(reading, &a.span)).filter(|v| !matches!(&**v, "true" | "false"));
                    declare(facts, &table, &column, call.line, default.into_iter().collect());
                }
            }
            "remove_column" | "drop_column" | "DropColumn" | "removeColumn" => {
                let table = table_keyword("table").or_else(first);
                let column = table_keyword("name").or_else(second);
                if let (Some(table), Some(column)) = (table, column) {
                    facts.push(Use::new(Kind::Column, Role::Deletes, Name::literal(format!("{table}.{column}")), call.line).note("drops the column"));
                }
            }
            "rename_column" | "renameColumn" | "RenameColumn" => {
                let third = call.positional(2).and_then(|a| values::text(reading, &a.span));
                if let (Some(table), Some(old), Some(new)) = (first(), second(), third) {
                    facts.push(Use::new(Kind::Column, Role::Deletes, Name::literal(format!("{table}.{old}")), call.line).note(format!("renamed to {new}")));
                    facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(format!("{table}.{new}")), call.line).note(format!("renamed from {old}")));
                }
            }
            "CreateModel" | "AddField" if reading.language.name() == "python" => super::operations::read(reading, call, facts),
            "drop_table" | "dropTable" | "DropTable" | "dropTableIfExists" => {
                if let Some(table) = first().or_else(|| table_keyword("name")) {
                    facts.push(Use::new(Kind::Column, Role::Deletes, Name::literal(table), call.line).note("drops the table"));
                }
            }
            _ => {}
        }
    }
}

fn declare(facts: &mut Facts, table: &str, column: &str, line: u32, values: Vec<String>) {
    let name = Name::literal(format!("{table}.{column}"));
    if values.is_empty() {
        facts.push(Use::new(Kind::Column, Role::Declares, name, line));
        return;
    }
    for value in values {
        facts.push(Use::new(Kind::Column, Role::Declares, name.clone(), line).value(value));
    }
}

/// Whether a place is in the way back of a migration.
fn is_way_back(reading: &Reading<'_>, at: usize) -> bool {
    reading.enclosing(at, &[DeclarationKind::Function]).is_some_and(|f| matches!(f.name, "down" | "downgrade" | "Down" | "safeDown"))
        || reading.text[..reading.tokens[at].start as usize].contains("exports.down")
}

fn inner_column(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    let inner = reading.calls.iter().find(|c| c.name == "Column" && c.at > call.open && c.at < call.close)?;
    values::text(reading, &inner.positional(0)?.span)
}

/// Calls that make no column though they take a name.
const NO_COLUMN: [&str; 16] = [
    "index",
    "foreign",
    "unique",
    "primary",
    "references",
    "on",
    "check",
    "add_index",
    "timestamps",
    "engine",
    "comment",
    "default",
    "dropForeign",
    "dropIndex",
    "PrimaryKey",
    "ForeignKey",
];

/// What makes a column in a migration of Sequel: a type of Ruby, or a call by the column's name.
const SEQUEL: [&str; 17] = [
    "String",
    "Integer",
    "Bignum",
    "Fixnum",
    "Float",
    "BigDecimal",
    "Numeric",
    "Date",
    "DateTime",
    "Time",
    "File",
    "TrueClass",
    "FalseClass",
    "Boolean",
    "column",
    "foreign_key",
    "primary_key",
];

/// Columns within the block or the arguments of a call that makes a table.
fn columns(reading: &Reading<'_>, call: &Call<'_>) -> Vec<(String, u32, Vec<String>)> {
    let mut out = Vec::new();
    // A block behind the call, or the brackets.
    let after = call.close + usize::from(reading.kind(call.close) == Some(Token::Close));
    let in_block = reading.is(after, "do") || reading.is(call.close, "do");
    let end = if in_block { block_end(reading, call.at) } else { call.close };
    let from = call.open;
    let is_csharp = reading.language.name() == "csharp";
    for inner in reading.calls.iter().filter(|c| c.at > from && c.at < end && (!c.arguments.is_empty() || is_csharp)) {
        // Entity Framework's `state = table.Column<string>(..)`.
        let member = || {
            let sign = inner.begins.checked_sub(1).filter(|&i| is_csharp && inner.name == "Column" && reading.is(i, "="))?;
            Some(reading.word(sign - 1).to_owned())
        };
        let name = inner
            .positional(0)
            .and_then(|a| values::text(reading, &a.span))
            .or_else(|| inner.keyword(&["name"]).and_then(|a| values::text(reading, &a.span)))
            .or_else(member);
        let Some(name) = name.filter(|n| n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) else { continue };
        let on_table = inner.path.len() == 2 && matches!(inner.path[0], "t" | "table" | "$table" | "tbl" | "blueprint")
            || matches!(inner.name, "Column" | "mapped_column")
            || reading.language.name() == "elixir" && matches!(inner.name, "add" | "modify");
        let column = if inner.name == "column" { inner.positional(0).and_then(|a| values::text(reading, &a.span)) } else { Some(name) };
        if !on_table || NO_COLUMN.contains(&inner.name) || inner.name == "references" {
            continue;
        }
        let mut values = Vec::new();
        if let Some(list) = inner.positional(1).filter(|_| matches!(inner.name, "enum" | "enu" | "enum_")) {
            values = reading.elements(&list.span).iter().filter_map(|e| values::text(reading, e)).collect();
        }
        // `.defaultTo("new")` of knex and `->default('new')` of Laravel stand behind the column.
        let behind =
            reading.calls.iter().find(|c| c.begins == inner.begins && c.at > inner.at && matches!(c.name, "defaultTo" | "default") && c.arguments.len() == 1);
        let given = inner.keyword(&["default", "server_default", "defaultValue"]).or_else(|| behind.map(|c| &c.arguments[0]));
        if let Some(default) =
            given.and_then(|a| values::text(reading, &a.span)).filter(|v| !matches!(&**v, "true" | "false") && v.bytes().any(|b| b.is_ascii_alphabetic()))
        {
            values.push(default);
        }
        let column = column.map(|c| if matches!(inner.name, "belongs_to") { format!("{c}_id") } else { c });
        out.extend(column.map(|c| (c, inner.line, values)));
    }
    // Ruby's and Elixir's lines without brackets: `t.string :status, default: "open"`.
    for at in from..end {
        let is_ruby = reading.is(at, "t") && reading.is(at + 1, ".") && reading.kind(at + 2) == Some(Token::Word) && reading.is(at + 3, ":");
        let is_elixir =
            matches!(reading.word(at), "add" | "modify") && reading.tokens[at].first && reading.is(at + 1, ":") && reading.language.name() == "elixir";
        let is_sequel = reading.tokens[at].first && reading.is(at + 1, ":") && SEQUEL.contains(&reading.word(at)) && reading.mentions(&["Sequel.migration"]);
        let (kind, name) = if is_ruby {
            (reading.word(at + 2), at + 4)
        } else if is_sequel || is_elixir {
            ("add", at + 2)
        } else {
            continue;
        };
        if NO_COLUMN.contains(&kind) && kind != "references" {
            continue;
        }
        let name = reading.word(name);
        let column = if matches!(kind, "references" | "belongs_to") { format!("{name}_id") } else { name.to_owned() };
        let line = reading.line(at);
        if out.iter().any(|(c, l, _)| (*c == column || *c == name) && *l == line) {
            continue;
        }
        let default =
            (at..(at + 24).min(end)).take_while(|&i| reading.line(i) == line).find(|&i| reading.is(i, "default") && reading.is(i + 1, ":")).and_then(|i| {
                match reading.kind(i + 2) {
                    // `default: :open`
                    Some(Token::Sign) if reading.is(i + 2, ":") && reading.kind(i + 3) == Some(Token::Word) => Some(reading.word(i + 3)),
                    _ => reading.string(i + 2),
                }
            });
        out.push((column, line, default.map(str::to_owned).into_iter().collect()));
    }
    out
}

/// One behind the last token of a `do` block that begins on the line of a token, by its indentation.
fn block_end(reading: &Reading<'_>, at: usize) -> usize {
    let column = |i: usize| {
        let start = reading.tokens[i].start as usize;
        let line = reading.text[..start].rfind('\n').map_or(0, |n| n + 1);
        reading.text[line..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
    };
    let own = column(at);
    (at + 1..reading.tokens.len()).find(|&i| reading.tokens[i].first && reading.line(i) > reading.line(at) && column(i) <= own).unwrap_or(reading.tokens.len())
}

/// Models of Sequelize, Mongoose and Drizzle.
pub(super) fn objects<'a>(reading: &Reading<'a>, out: &mut Vec<Model<'a>>) {
    for call in &reading.calls {
        match call.name {
            "define" if call.receiver_holds(&["sequelize", "db", "connection"]) => {
                let (Some(name), Some(object)) = (text_of(reading, call, 0), call.positional(1)) else { continue };
                let table = call.positional(2).and_then(|o| reading.entry(&o.span, "tableName")).map(|s| reading.name(&s));
                let table = table.unwrap_or_else(|| Name::literal(values::plural(name)));
                out.push(Model { entity: name, table, line: call.line, body: call.open..call.close, columns: entries(reading, &object.span) });
            }
            "init" if reading.imports(&["sequelize"]) => {
                let (Some(entity), Some(object)) = (call.receiver(), call.positional(0)) else { continue };
                let options = call.positional(1);
                let table = options.and_then(|o| reading.entry(&o.span, "tableName")).map(|s| reading.name(&s));
                let named = options.and_then(|o| reading.entry(&o.span, "modelName")).and_then(|s| reading.string(s.start)).unwrap_or(entity);
                if options.is_none() {
                    continue;
                }
                out.push(Model {
                    entity: named,
                    table: table.unwrap_or_else(|| Name::literal(values::plural(named))),
                    line: call.line,
                    body: call.open..call.close,
                    columns: entries(reading, &object.span),
                });
            }
            "model" if reading.mentions(&["mongoose"]) => {
                let (Some(name), Some(schema)) = (text_of(reading, call, 0), call.positional(1)) else { continue };
                let made = reading.calls.iter().find(|c| {
                    c.name == "Schema"
                        && (schema.span.contains(&c.at)
                            || reading.assignments.iter().any(|a| reading.is(schema.span.end - 1, a.name) && a.value.contains(&c.at)))
                });
                let columns = made.and_then(|c| c.positional(0)).map(|a| entries(reading, &a.span)).unwrap_or_default();
                let given = made.and_then(|c| c.positional(1)).and_then(|a| reading.entry(&a.span, "collection")).map(|s| reading.name(&s));
                let third = call.positional(2).map(|a| reading.name(&a.span)).filter(Name::says_something);
                let table = third.or(given).unwrap_or_else(|| Name::literal(values::plural(&name.to_ascii_lowercase())));
                out.push(Model { entity: name, table, line: call.line, body: call.open..call.close, columns });
            }
            "pgTable" | "mysqlTable" | "sqliteTable" => {
                let (Some(table), Some(object)) = (text_of(reading, call, 0), call.positional(1)) else { continue };
                let entity = reading.assignments.iter().find(|a| a.value.contains(&call.at)).map_or(table, |a| a.name);
                let columns = entries(reading, &object.span);
                out.push(Model { entity, table: Name::literal(table), line: call.line, body: call.open..call.close, columns });
            }
            _ => {}
        }
    }
}

fn text_of<'a>(reading: &Reading<'a>, call: &Call<'a>, n: usize) -> Option<&'a str> {
    let span = &call.positional(n)?.span;
    if span.len() == 1 { reading.string(span.start) } else { None }
}

/// Entries of an object of columns.
fn entries(reading: &Reading<'_>, span: &Span) -> Vec<Column> {
    let Some(open) = span.clone().find(|&i| reading.is(i, "{")) else { return Vec::new() };
    reading
        .entries(&(open + 1..reading.partner(open).max(open + 1)))
        .into_iter()
        .map(|(key, value)| {
            let list = reading.entry(&value, "enum").or_else(|| reading.entry(&value, "values"));
            let mut values: Vec<String> = list
                .filter(|l| reading.is(l.start, "["))
                .map(|l| reading.elements(&l).iter().filter_map(|e| values::text(reading, e)).collect())
                .unwrap_or_default();
            // Sequelize's `DataTypes.ENUM("a", "b")`
            if let Some(call) = reading.calls.iter().find(|c| value.contains(&c.at) && c.name == "ENUM") {
                values.extend(call.arguments.iter().filter_map(|a| values::text(reading, &a.span)));
            }
            let column = if reading.is(value.start, "{") {
                reading.entry(&value, "field").and_then(|f| reading.literal(&f))
            } else {
                // Drizzle's `status: text("status")` names it.
                reading.calls.iter().find(|c| c.begins == value.start && c.path.len() == 1).and_then(|c| c.positional(0)).and_then(|a| reading.literal(&a.span))
            };
            Column { property: key.to_owned(), column: column.unwrap_or_else(|| key.to_owned()), line: reading.line(value.start), values }
        })
        .collect()
}

/// `model Order { status OrderStatus @default(NEW) @map("state") @@map("orders") }` and `enum OrderStatus { NEW PAID }`.
pub(super) fn prisma(file: &File<'_>, facts: &mut Facts) {
    let mut block: Option<(bool, String, u32)> = None;
    let mut fields: Vec<(String, u32, Option<String>)> = Vec::new();
    let mut mapped: Option<String> = None;
    let quoted = |line: &str, mark: &str| line.split(mark).nth(1).and_then(|r| r.split('"').nth(1)).map(str::to_owned);
    let text = file.text;
    let models: Vec<&str> = text.lines().filter_map(|l| l.trim().strip_prefix("model ")).filter_map(|l| l.split_whitespace().next()).collect();
    for (number, line) in file.lines() {
        let line = line.split("//").next().unwrap_or("").trim();
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), &block) {
            (Some(kind @ ("model" | "enum")), Some(name), None) => block = Some((kind == "model", name.trim_end_matches('{').to_owned(), number)),
            (Some("}"), _, Some((is_model, name, at))) => {
                if *is_model {
                    let table = mapped.take().unwrap_or_else(|| name.clone());
                    facts.given.push(Given { key: values::table_key(name), value: table.clone(), part: None, line: *at });
                    facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(&*table), *at));
                    for (field, line, default) in fields.drain(..) {
                        let mut used = Use::new(Kind::Column, Role::Declares, Name::literal(format!("{table}.{field}")), line);
                        used.value = default;
                        facts.push(used);
                    }
                }
                fields.clear();
                block = None;
            }
            (Some(word), second, Some((true, _, _))) if !word.starts_with("@@") => {
                let Some(kind) = second else { continue };
                // Relations are no columns.
                let plain = kind.trim_end_matches(['?', ']', '[']);
                if models.contains(&plain) || line.contains("@relation") {
                    continue;
                }
                // A word or a text, and no call: `@default(NEW)`, `@default("new")`.
                let default = line.split_once("@default(").and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside.trim_matches('"').to_owned());
                let default = default.filter(|d| d.starts_with(char::is_alphabetic) && !d.contains('(') && !matches!(&**d, "true" | "false"));
                fields.push((quoted(line, "@map(").unwrap_or_else(|| word.to_owned()), number, default));
            }
            (Some(word), _, Some((true, _, _))) if word.starts_with("@@map") => mapped = quoted(line, "@@map("),
            (Some(word), _, Some((false, name, _))) if !word.starts_with('@') => {
                facts.push(
                    Use::new(Kind::State, Role::Declares, Name::literal(&**name), number).value(quoted(line, "@map(").unwrap_or_else(|| word.to_owned())),
                );
            }
            _ => {}
        }
    }
    facts.uses.retain(|u| u.kind != Kind::State || values::is_state_word(u.name.as_literal().unwrap_or("")));
}
