//! Methods that Rails makes of a model's enumeration: `invoice.paid!`, `invoice.paid?`, `Invoice.paid`.
//!
//! The model's file tells the column of each method; a call elsewhere asks for it, and says nothing where no model has such a method.

use super::Mapped;
use super::associations::camel;
use super::instances::Holder;
use super::models::Column;
use crate::index::model::{Certainty, Constant, Facts, Given, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Reading, Span};

/// Methods that everything has, or every record: no enumeration may have a member of such a name, or none has.
const COMMON: [&str; 48] = [
    "nil",
    "present",
    "blank",
    "empty",
    "any",
    "none",
    "save",
    "update",
    "create",
    "destroy",
    "delete",
    "valid",
    "invalid",
    "include",
    "reload",
    "touch",
    "is_a",
    "respond_to",
    "persisted",
    "new_record",
    "exists",
    "key",
    "start_with",
    "end_with",
    "match",
    "all",
    "where",
    "new",
    "find",
    "first",
    "last",
    "count",
    "order",
    "find_by",
    "transaction",
    "connection",
    "name",
    "class",
    "table_name",
    "zero",
    "increment",
    "decrement",
    "toggle",
    "lock",
    "changed",
    "merge",
    "sort",
    "map",
];

/// The setting under which a model's file tells the column of a method.
fn column_key(entity: &str, method: &str) -> String {
    // Of several words: an extractor's own.
    format!("enum column of {entity} {method}")
}

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    if reading.language.name() != "ruby" {
        return;
    }
    for model in &mapped.models {
        let Some(table) = model.table.as_literal() else { continue };
        for at in model.body.clone().filter(|&i| reading.is(i, "enum") && reading.tokens[i].first) {
            for (column, method, stored) in methods(reading, at) {
                let value = format!("{table}.{column}");
                facts.given.push(Given { key: column_key(model.entity, &method), value, part: None, line: reading.line(at) });
                facts.constants.push(Constant { name: format!("{}.{method}", model.entity), value: Name::literal(stored) });
            }
        }
    }
    let holder = Holder { reading, mapped };
    let found: Vec<Use> = (0..reading.tokens.len()).filter_map(|at| asked(&holder, at)).collect();
    found.into_iter().for_each(|used| facts.push(used));
}

/// The call of such a method that a token may be.
fn asked(holder: &Holder<'_, '_>, at: usize) -> Option<Use> {
    let reading = holder.reading;
    if reading.kind(at) != Some(Token::Word) || reading.tokens[at].in_log || at < 2 {
        return None;
    }
    let method = reading.word(at);
    let is_method = method.starts_with(|c: char| c.is_ascii_lowercase()) && method.len() > 2 && !COMMON.contains(&method);
    if !is_method || !matches!(reading.word(at - 1), "." | "&.") || reading.kind(at - 2) != Some(Token::Word) {
        return None;
    }
    let on = reading.word(at - 2);
    let mark = reading.tokens.get(at + 1).filter(|t| t.start == reading.tokens[at].end).map_or("", |_| reading.word(at + 1));
    let (entity, role, certainty) = match mark {
        "!" | "?" if on.starts_with(|c: char| c.is_ascii_lowercase()) => {
            let role = if mark == "!" { Role::Writes } else { Role::Reads };
            match holder.entity(on, at) {
                Some((entity, certainty)) => (entity.to_owned(), role, certainty),
                None if on == "self" => return None,
                // Associations and variables are called as their types are.
                None => (camel(on), role, Certainty::Likely),
            }
        }
        "!" | "?" | "(" | ":" => return None,
        // A scope: of the type itself, not of one within its name.
        _ if on.starts_with(|c: char| c.is_ascii_uppercase()) && on.bytes().any(|b| b.is_ascii_lowercase()) && !reading.is(at + 1, "=") => {
            (on.to_owned(), Role::Reads, Certainty::Sure)
        }
        _ => return None,
    };
    let name = Name(vec![Part::Setting(column_key(&entity, method), None)]);
    let mut used = Use::new(Kind::Column, role, name, reading.line(at)).value(method).certainty(certainty);
    used.member = Some(format!("{entity}.{method}"));
    Some(used)
}

/// Column, method and stored value of each member: `enum status: { open: 0, paid: "p" }`, `enum :status, %i[open paid], prefix: true`.
fn methods(reading: &Reading<'_>, at: usize) -> Vec<(String, String, String)> {
    let column_at = if reading.is(at + 1, ":") { at + 2 } else { at + 1 };
    let column = reading.word(column_at);
    let Some(open) = (column_at + 1..column_at + 5).find(|&i| matches!(reading.word(i), "{" | "[")) else { return Vec::new() };
    let close = reading.partner(open);
    let line_end = (close + 1..reading.tokens.len()).find(|&i| reading.tokens[i].first).unwrap_or(reading.tokens.len());
    let option = |words: [&str; 2]| {
        let key = (close + 1..line_end).find(|&i| words.contains(&reading.word(i)) && reading.is(i + 1, ":"))?;
        match reading.word(key + 2) {
            "true" => Some(column.to_owned()),
            "false" => None,
            ":" => Some(reading.word(key + 3).to_owned()),
            _ => reading.string(key + 2).map(str::to_owned),
        }
    };
    let prefix = option(["prefix", "_prefix"]).map_or(String::new(), |p| format!("{p}_"));
    let suffix = option(["suffix", "_suffix"]).map_or(String::new(), |s| format!("_{s}"));
    let method = |name: &str| format!("{prefix}{name}{suffix}");
    members(reading, open..close).into_iter().map(|(name, stored)| (column.to_owned(), method(&name), stored)).collect()
}

/// Members with what is stored: a text that is given, else their name.
fn members(reading: &Reading<'_>, list: Span) -> Vec<(String, String)> {
    // `%i[open paid]`, `%w[open paid]`
    let words = matches!(reading.word(list.start.saturating_sub(1)), "i" | "w" | "%i" | "%w") || reading.word(list.start.saturating_sub(1)).starts_with('%');
    if words && reading.is(list.start, "[") {
        return (list.start + 1..list.end)
            .filter(|&i| reading.kind(i) == Some(Token::Word))
            .map(|i| (reading.word(i).to_owned(), reading.word(i).to_owned()))
            .collect();
    }
    let mut out = Vec::new();
    for element in reading.elements(&(list.start..list.end + 1)) {
        let Some(name) = element.clone().find(|&i| reading.kind(i) == Some(Token::Word)).map(|i| reading.word(i)).or_else(|| reading.string(element.start))
        else {
            continue;
        };
        let sign = element.clone().find(|&i| i > element.start && matches!(reading.word(i), "=>" | ":"));
        let stored = sign.and_then(|s| reading.string(s + 1)).unwrap_or(name);
        out.push((name.to_owned(), stored.to_owned()));
    }
    out
}

/// Rails' `enum status: { open: 0, paid: 1 }`, `enum :status, [:open, :paid]`, `enum :status, %i[open paid]`.
pub(super) fn ruby_enumerations(reading: &Reading<'_>, body: &Span) -> Vec<Column> {
    let mut out = Vec::new();
    for at in body.clone().filter(|&i| reading.is(i, "enum") && reading.tokens[i].first) {
        let (name, open) = if reading.is(at + 1, ":") { (at + 2, at + 4) } else { (at + 1, at + 3) };
        let open = (open..open + 2).find(|&i| matches!(reading.word(i), "{" | "[" | "%")).unwrap_or(open);
        let mut values = Vec::new();
        if reading.is(open, "%") && matches!(reading.word(open + 2), "[" | "(" | "{") {
            // `%i[open paid]`
            let list = open + 3..reading.partner(open + 2).max(open + 3);
            values.extend(list.filter(|&i| reading.kind(i) == Some(Token::Word)).map(|i| reading.word(i).to_owned()));
        }
        if matches!(reading.word(open), "{" | "[") {
            for element in reading.elements(&(open..reading.partner(open) + 1)) {
                // The stored value, if it is a text; the name otherwise.
                let colon = element.clone().find(|&i| matches!(reading.word(i), "=>") || reading.is(i, ":") && i > element.start);
                let text = colon.and_then(|c| reading.string(c + 1)).map(str::to_owned);
                let name = element.clone().find(|&i| reading.kind(i) == Some(Token::Word)).map(|i| reading.word(i).to_owned());
                values.extend(text.or(name));
            }
        }
        let property = reading.word(name).to_owned();
        out.push(Column { column: property.clone(), property, line: reading.line(at), values });
    }
    out
}
