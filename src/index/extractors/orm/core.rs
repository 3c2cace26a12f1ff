//! SQLAlchemy's Core: tables that are variables (`orders = Table("orders", metadata, Column("state", ..))`), their columns (`orders.c.state`), and
//! statements on them (`update(orders).where(..).values(..)`, `orders.delete()`), in the file that makes the table and in those that import it.

use super::pairs;
use crate::index::extractors::values;
use crate::index::model::{Facts, Given, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

/// Calls around a column that say what it is, not what becomes of it.
const DECLARES: [&str; 8] =
    ["Index", "UniqueConstraint", "CheckConstraint", "PrimaryKeyConstraint", "ForeignKeyConstraint", "ForeignKey", "relationship", "backref"];

/// Variables that stand for tables.
struct Tables<'r, 'a> {
    reading: &'r Reading<'a>,
    /// Made in this file, aliases too.
    here: Vec<(&'a str, Name)>,
    /// Names that imports bring: as they are called here, as they are called there, and from where.
    imported: Vec<(&'a str, &'a str, &'a str)>,
}

impl<'a> Tables<'_, 'a> {
    /// The table that the variable at a token stands for; as an attribute, of a module that is imported.
    fn at(&self, at: usize) -> Option<Name> {
        let reading = self.reading;
        let word = reading.word(at);
        if reading.kind(at) != Some(Token::Word)
            || reading.enclosing(at, &[DeclarationKind::Function]).is_some_and(|f| f.head.clone().any(|i| reading.is(i, word)))
        {
            return None;
        }
        let made = || self.here.iter().find(|(name, _)| *name == word).map(|(_, table)| table.clone());
        if at > 1 && reading.is(at - 1, ".") {
            if matches!(reading.word(at - 2), "self" | "cls") {
                return made();
            }
            let is_module = !(at > 2 && reading.is(at - 3, ".")) && self.imported.iter().any(|(here, ..)| reading.is(at - 2, here));
            return is_module.then(|| values::table_of(word, word.to_owned()));
        }
        made().or_else(|| {
            let is_bound = || reading.assignments.iter().any(|a| a.name == word && a.path.len() == 1);
            self.imported.iter().find(|(here, ..)| *here == word).filter(|_| !is_bound()).map(|(_, there, _)| values::table_of(there, (*there).to_owned()))
        })
    }

    /// The table that an expression is, and nothing else: `orders`, `tables.orders`.
    fn of(&self, span: &Span) -> Option<Name> {
        let is_plain = span.len() == 1 || span.len() == 3 && self.reading.is(span.start + 1, ".");
        let named = |name: &&str| name.starts_with(|c: char| c.is_lowercase() || c == '_') || name.bytes().all(|b| !b.is_ascii_lowercase());
        let last = span.end.checked_sub(1)?;
        Some(self.reading.word(last)).filter(|name| is_plain && named(name)).and_then(|_| self.at(last))
    }

    /// The column at a token, with one behind its last token: `orders.c.state`, `orders.columns["state"]`.
    fn column(&self, at: usize) -> Option<(Name, &'a str, usize)> {
        let reading = self.reading;
        if !(reading.is(at + 1, ".") && matches!(reading.word(at + 2), "c" | "columns")) {
            return None;
        }
        let (column, end) = match reading.word(at + 3) {
            "." if reading.kind(at + 4) == Some(Token::Word) => (reading.word(at + 4), at + 5),
            "[" if reading.partner(at + 3) == at + 5 => (reading.string(at + 4)?, at + 6),
            _ => return None,
        };
        let table = self.at(at)?;
        (!reading.is(end, "(") && pairs::is_column(column)).then_some((table, column, end))
    }

    /// Whether a function is one of SQLAlchemy's: imported from it, or called on it.
    fn is_library(&self, call: &Call<'a>, name: &str) -> bool {
        match &*call.path {
            [function] => self.imported.iter().any(|(here, there, from)| here == function && *there == name && from.starts_with("sqlalchemy")),
            [library, function] => matches!(*library, "sa" | "sqlalchemy" | "postgresql" | "mysql" | "sqlite") && *function == name,
            _ => false,
        }
    }
}

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "python" || !reading.imports(&["sqlalchemy"]) {
        return;
    }
    let mut tables = Tables { reading, here: Vec::new(), imported: imported(reading) };
    for call in &reading.calls {
        let is_whole = tables.is_library(call, "Table");
        if is_whole || tables.is_library(call, "table") {
            made(&mut tables, call, is_whole, facts);
        }
    }
    for a in reading.assignments.iter().filter(|a| a.path.len() == 1 && reading.is(a.value.start + 1, ".") && reading.is(a.value.start + 2, "alias")) {
        if let Some(table) = tables.at(a.value.start) {
            tables.here.push((a.name, table));
        }
    }
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        statement(&tables, call, facts);
    }
    for at in 0..reading.tokens.len() {
        if let Some((table, column, end)) = tables.column(at) {
            compared(reading, at, end, &values::column(&table, column), facts);
        }
    }
}

/// A table that the file makes: with its columns (`is_whole`), or only named for a statement of a migration.
fn made<'a>(tables: &mut Tables<'_, 'a>, call: &Call<'a>, is_whole: bool, facts: &mut Facts) {
    let reading = tables.reading;
    let Some(table) = call.positional(0).and_then(|a| values::text(reading, &a.span)).filter(|t| pairs::is_column(t)) else { return };
    let bound = reading.assignments.iter().find(|a| a.value.start == call.begins && matches!(&*a.path, [_] | ["self" | "cls", _]));
    if let Some(bound) = bound {
        tables.here.push((bound.name, Name::literal(&*table)));
    }
    // What is read from the database is said there.
    if !is_whole || call.keyword(&["autoload", "autoload_with"]).is_some() {
        return;
    }
    if let Some(bound) = bound.filter(|b| b.path.len() == 1) {
        facts.given.push(Given { key: values::table_key(bound.name), value: table.clone(), part: None, line: call.line });
    }
    facts.push(Use::new(Kind::Column, Role::Declares, Name::literal(&*table), call.line));
    for column in reading.calls.iter().filter(|c| c.name == "Column" && call.arguments.iter().any(|a| a.span.start == c.begins)) {
        let Some(name) = column.positional(0).and_then(|a| values::text(reading, &a.span)).filter(|n| pairs::is_column(n)) else { continue };
        let mut told: Vec<String> = reading
            .calls
            .iter()
            .filter(|c| c.name == "Enum" && column.open < c.at && c.at < column.close)
            .flat_map(|c| c.arguments.iter().filter(|a| a.keyword.is_none() && reading.kind(a.span.start) == Some(Token::Text)))
            .filter_map(|a| values::text(reading, &a.span))
            .collect();
        let default = column.keyword(&["default", "server_default"]).and_then(|a| values::text(reading, &a.span));
        told.extend(default.filter(|v| v.bytes().any(|b| b.is_ascii_alphabetic()) && !matches!(&**v, "true" | "false")));
        told.dedup();
        let used = Use::new(Kind::Column, Role::Declares, Name::literal(format!("{table}.{name}")), column.line);
        if told.is_empty() {
            facts.push(used);
        } else {
            told.into_iter().for_each(|value| facts.push(used.clone().value(value)));
        }
    }
}

/// `insert(orders)`, `orders.update()`, `select(orders.c.id)`, with what is chained to it.
fn statement<'a>(tables: &Tables<'_, 'a>, call: &Call<'a>, facts: &mut Facts) {
    let reading = tables.reading;
    let (role, name) = match original(tables, call) {
        name @ ("insert" | "update") => (Role::Writes, name),
        name @ "delete" => (Role::Deletes, name),
        name @ "select" => (Role::Reads, name),
        _ => return,
    };
    let on_table =
        || call.at.checked_sub(2).filter(|_| call.on.is_none() && reading.is(call.at - 1, ".")).and_then(|at| tables.at(at)).filter(|_| is_empty(tables, call));
    let mut told: Vec<Name> = Vec::new();
    if tables.is_library(call, name) {
        for argument in call.arguments.iter().filter(|a| a.keyword.is_none()) {
            told.extend(tables.of(&argument.span));
            if role == Role::Reads {
                told.extend(argument.span.clone().filter_map(|at| tables.column(at)).map(|(table, ..)| table));
            }
        }
        if role == Role::Reads {
            let further = |c: &&Call<'_>| c.begins == call.begins && c.at > call.at && matches!(c.name, "select_from" | "join" | "outerjoin");
            told.extend(reading.calls.iter().filter(further).filter_map(|c| tables.of(&c.positional(0)?.span)));
        }
    } else if let Some(table) = on_table() {
        told.push(table);
    }
    told.dedup();
    let chained = || reading.calls.iter().filter(|c| c.begins == call.begins && c.at > call.at);
    for table in told {
        facts.push(Use::new(Kind::Column, role, table.clone(), call.line));
        if role != Role::Writes {
            continue;
        }
        for values in chained().filter(|c| c.name == "values") {
            for argument in &values.arguments {
                match argument.keyword {
                    Some(column) => set(reading, &table, column, &argument.span, facts),
                    None => objects(reading, &table, &argument.span, facts),
                }
            }
        }
        for change in chained().filter(|c| c.name.starts_with("on_conflict_do_update")).filter_map(|c| c.keyword(&["set_"])) {
            objects(reading, &table, &change.span, facts);
        }
    }
}

/// What a function is called where it comes from: `insert` of `insert as pg_insert`.
fn original<'a>(tables: &Tables<'_, 'a>, call: &Call<'a>) -> &'a str {
    let alias = tables.imported.iter().find(|(here, _, from)| call.path.len() == 1 && *here == call.name && from.starts_with("sqlalchemy"));
    alias.map_or(call.name, |(_, there, _)| there)
}

/// Whether a method of a table is called as Core's are: without a positional argument, or with a condition.
fn is_empty(tables: &Tables<'_, '_>, call: &Call<'_>) -> bool {
    call.positional(0).is_none_or(|a| a.span.clone().any(|at| tables.column(at).is_some()))
}

fn set(reading: &Reading<'_>, table: &Name, column: &str, value: &Span, facts: &mut Facts) {
    if pairs::is_column(column) {
        let mut used = Use::new(Kind::Column, Role::Writes, values::column(table, column), reading.line(value.start));
        used.value = values::value(reading, value);
        facts.push(used);
    }
}

/// `{"state": "sent"}`, or a list of such.
fn objects(reading: &Reading<'_>, table: &Name, span: &Span, facts: &mut Facts) {
    let lists = if reading.is(span.start, "[") { reading.elements(span) } else { vec![span.clone()] };
    for object in lists.iter().filter(|o| reading.is(o.start, "{") && reading.partner(o.start) + 1 == o.end) {
        for element in reading.elements(object) {
            if let Some(column) = reading.string(element.start).filter(|_| reading.is(element.start + 1, ":")) {
                set(reading, table, column, &(element.start + 2..element.end), facts);
            }
        }
    }
}

/// A column where it stands: set in an object of values, compared with a literal, or asked for.
fn compared(reading: &Reading<'_>, at: usize, end: usize, column: &Name, facts: &mut Facts) {
    let around = reading.calls.iter().rev().find(|c| c.open < at && at < c.close);
    if around.is_some_and(|c| c.in_log || DECLARES.contains(&c.name)) {
        return;
    }
    let mut used = Use::new(Kind::Column, Role::Reads, column.clone(), reading.line(at));
    let stop =
        |from: usize| (from..from + 16).find(|&i| reading.kind(i).is_none() || matches!(reading.word(i), "," | ")" | "}" | "]" | "&" | "|" | "and" | "or"));
    let mut found = Vec::new();
    let mut not = false;
    match reading.word(end) {
        ":" if around.is_some_and(|c| matches!(c.name, "values" | "on_conflict_do_update")) => {
            used.role = Role::Writes;
            found.extend(stop(end + 1).and_then(|to| values::value(reading, &(end + 1..to))));
        }
        sign @ ("==" | "!=") => {
            not = sign == "!=";
            found.extend(stop(end + 1).and_then(|to| values::value(reading, &(end + 1..to))));
        }
        "." if matches!(reading.word(end + 1), "in_" | "notin_" | "not_in" | "is_" | "is_not" | "isnot") && reading.is(end + 2, "(") => {
            not = reading.word(end + 1).contains("not");
            found = pairs::literals(reading, &(end + 3..reading.partner(end + 2)));
        }
        _ => {}
    }
    if found.is_empty() {
        facts.push(used);
        return;
    }
    for value in found {
        let used = used.clone().value(value);
        facts.push(if not { used.note("all but this value") } else { used });
    }
}

/// What `from x import a, b as c` brings, over several lines too; a module by `import x`.
fn imported<'a>(reading: &Reading<'a>) -> Vec<(&'a str, &'a str, &'a str)> {
    let mut out = Vec::new();
    for from in (0..reading.tokens.len()).filter(|&i| reading.tokens[i].first && matches!(reading.word(i), "from" | "import")) {
        let line = reading.line(from);
        let end_of_line = (from..reading.tokens.len()).find(|&i| reading.line(i) != line).unwrap_or(reading.tokens.len());
        let Some(import) = (from..end_of_line).find(|&i| reading.is(i, "import")) else { continue };
        let module = reading.source(&(from + 1..import));
        let bracket = reading.is(import + 1, "(");
        let names = if bracket { import + 2..reading.partner(import + 1).max(import + 2) } else { import + 1..end_of_line };
        let mut at = names.start;
        while at < names.end {
            let end = (at..names.end).find(|&i| reading.is(i, ",")).unwrap_or(names.end);
            if reading.kind(at) == Some(Token::Word) {
                let renamed = end >= at + 3 && reading.is(end - 2, "as");
                let there = if renamed { reading.word(end - 3) } else { reading.word(end - 1) };
                out.push((reading.word(end - 1), there, module));
            }
            at = end + 1;
        }
    }
    out
}
