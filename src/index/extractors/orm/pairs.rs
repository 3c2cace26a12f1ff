//! Columns with their values among the arguments of a verb.

use super::verbs::{PAIRS, Takes};
use crate::index::extractors::values;
use crate::index::model::Role;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, Reading, Span};

/// A column, what is done to it, and the literal; `not`: everything but the literal is meant.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) property: String,
    pub(super) role: Role,
    pub(super) value: Option<String>,
    pub(super) not: bool,
    pub(super) line: u32,
}

/// Endings of Django's keywords that ask for one value or a list of them; others compare in another way.
const ASKS: [&str; 5] = ["in", "exact", "iexact", "eq", "ne"];
const OTHER_ASKS: [&str; 20] = [
    "gt",
    "gte",
    "lt",
    "lte",
    "contains",
    "icontains",
    "startswith",
    "endswith",
    "istartswith",
    "iendswith",
    "isnull",
    "range",
    "regex",
    "iregex",
    "date",
    "year",
    "month",
    "day",
    "overlap",
    "not",
];

/// Keywords that are options, not columns.
const OPTIONS: [&str; 36] = [
    "using",
    "lock",
    "order",
    "order_by",
    "limit",
    "offset",
    "synchronize_session",
    "raw",
    "transaction",
    "upsert",
    "new",
    "select",
    "include",
    "orderBy",
    "take",
    "skip",
    "attributes",
    "relations",
    "session",
    "projection",
    "sort",
    "validate",
    "defaults",
    "batch_size",
    "update_fields",
    "ignore_conflicts",
    "returning",
    "multi",
    "array_filters",
    "arrayFilters",
    "populate",
    "lean",
    "cache",
    "withDeleted",
    "distinct",
    "cursor",
];

pub(super) fn pairs(reading: &Reading<'_>, call: &Call<'_>, name: &str, takes: Takes) -> Vec<Pair> {
    let mut out = Vec::new();
    let role_of = |position: usize| match takes {
        Takes::Set => Role::Writes,
        Takes::FilterThenSet if position > 0 => Role::Writes,
        _ => Role::Reads,
    };
    if takes == Takes::Nothing {
        return out;
    }
    // `where("status", "idle")`, `where("status", "=", "idle")`, `update("status", "idle")`
    let first = call.positional(0);
    if let Some(column) = first
        .filter(|_| PAIRS.contains(&name) || matches!(name, "update" | "updatecolumn" | "updateattribute" | "increment" | "decrement" | "touch"))
        .and_then(|a| symbol(reading, &a.span))
    {
        let column = column.rsplit('.').next().unwrap_or(column);
        let second = call.positional(1);
        let third = call.positional(2);
        if is_column(column) && (second.is_some() || matches!(name, "increment" | "decrement" | "touch")) {
            let operator = second.and_then(|a| reading.literal(&a.span)).filter(|_| third.is_some());
            let value = if third.is_some() { third } else { second };
            let not = matches!(operator.as_deref(), Some("!=" | "<>")) || name.contains("not") || name == "neq";
            let exact = operator.as_deref().is_none_or(|o| matches!(o, "=" | "==" | "!=" | "<>" | "in" | "IN"));
            let values = value.filter(|_| exact).map(|a| literals(reading, &a.span)).unwrap_or_default();
            let role = if PAIRS.contains(&name) { Role::Reads } else { Role::Writes };
            spread(&mut out, column, role, values, not, reading.line(call.at));
            return out;
        }
    }
    let mut position = 0;
    for argument in &call.arguments {
        // Go's context, and bound values of a condition, are none.
        if let Some(keyword) = argument.keyword {
            if matches!(keyword, "where" | "data" | "set" | "values" | "update" | "create" | "defaults") && reading.is(argument.span.start, "{")
                || keyword == "set" && reading.is(argument.span.start, "[")
            {
                let role = if keyword == "where" { Role::Reads } else { Role::Writes };
                object(reading, &argument.span, role, &mut out, 0);
            } else if !OPTIONS.contains(&keyword) && is_column(keyword) && matches!(reading.language.name(), "python" | "ruby" | "elixir" | "php") {
                keyed(reading, keyword, &argument.span, if keyword == "defaults" { Role::Writes } else { role_of(position) }, name, &mut out);
            }
            continue;
        }
        let span = &argument.span;
        if let Some(open) = brace(reading, span) {
            object(reading, &(open..reading.partner(open) + 1), role_of(position), &mut out, 0);
            position += 1;
        } else if !(reading.language.name() == "go" && (reading.word(span.start).ends_with("ctx") || reading.is(span.start, "context"))) {
            if role_of(position) == Role::Reads {
                compared(reading, span, &mut out);
            }
            position += usize::from(!reading.is(span.start, "{"));
        }
    }
    out
}

/// A text, or Ruby's symbol.
fn symbol<'a>(reading: &Reading<'a>, span: &Span) -> Option<&'a str> {
    match span.len() {
        1 => reading.string(span.start),
        2 if reading.is(span.start, ":") => Some(reading.word(span.start + 1)),
        _ => None,
    }
}

pub(super) fn is_column(word: &str) -> bool {
    !word.is_empty() && word.len() <= 48 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !word.starts_with(|c: char| c.is_ascii_digit())
}

/// The opening brace of an argument that is an object: `{..}`, `['a' => b]`, `bson.M{..}`, `new { .. }`, `&Order{..}`.
fn brace(reading: &Reading<'_>, span: &Span) -> Option<usize> {
    let open = span.clone().take(8).find(|&i| matches!(reading.word(i), "{" | "[" | "("))?;
    let whole = reading.partner(open) + 1 == span.end;
    match reading.word(open) {
        "{" if whole => Some(open),
        "[" if whole && open == span.start && reading.language.name() == "php" => Some(open),
        // `map[string]interface{}{..}` of Go
        "[" if reading.language.name() == "go" => span.clone().filter(|&i| reading.is(i, "{")).find(|&i| reading.partner(i) + 1 == span.end),
        "{" if reading.language.name() == "go" => span.clone().filter(|&i| reading.is(i, "{")).find(|&i| reading.partner(i) + 1 == span.end),
        _ => None,
    }
}

/// A keyword argument: `status="idle"`, `status__in=[..]`.
fn keyed(reading: &Reading<'_>, keyword: &str, span: &Span, role: Role, name: &str, out: &mut Vec<Pair>) {
    let (column, ask) = keyword.split_once("__").unwrap_or((keyword, ""));
    let is_path = !ask.is_empty() && !ASKS.contains(&ask) && !OTHER_ASKS.contains(&ask);
    if is_path || column.is_empty() {
        return;
    }
    let not = matches!(name, "exclude" | "wherenot") || ask == "ne";
    let values = if ask.is_empty() || ASKS.contains(&ask) { literals(reading, span) } else { Vec::new() };
    spread(out, column, role, values, not, reading.line(span.start));
}

fn spread(out: &mut Vec<Pair>, column: &str, role: Role, values: Vec<String>, not: bool, line: u32) {
    if values.is_empty() {
        out.push(Pair { property: column.to_owned(), role, value: None, not: false, line });
        return;
    }
    for value in values {
        out.push(Pair { property: column.to_owned(), role, value: Some(value), not, line });
    }
}

/// One literal, or those of a list: `["a", "b"]`, `%w[a b]`, `In(["a"])`, `Op.in`.
pub(super) fn literals(reading: &Reading<'_>, span: &Span) -> Vec<String> {
    if let Some(one) = values::value(reading, span) {
        return vec![one];
    }
    let open = span.clone().take(6).find(|&i| matches!(reading.word(i), "[" | "(" | "{"));
    let Some(open) = open.filter(|&o| reading.partner(o) + 1 == span.end) else { return Vec::new() };
    // An element of something: `params[:id]`, `message["id"]`.
    let is_element = reading.is(open, "[")
        && open > span.start
        && !reading.word(span.start).starts_with(['%', '~'])
        && (reading.kind(open - 1) == Some(Kind::Word) && !matches!(reading.word(open - 1), "new" | "Set" | "Array" | "array" | "in" | "In")
            || matches!(reading.word(open - 1), ")" | "]" | "?"));
    if is_element {
        return Vec::new();
    }
    let inner = if reading.is(open, "(") && reading.is(open + 1, "[") { open + 1 } else { open };
    let is_call = reading.is(open, "(") && open > span.start && !matches!(reading.word(open - 1), "In" | "array" | "tuple" | "set" | "list" | "frozenset");
    if is_call {
        return Vec::new();
    }
    // `%w[a b]`
    if open > span.start && reading.word(span.start).starts_with('%') {
        return (open + 1..reading.partner(open)).filter(|&i| reading.kind(i) == Some(Kind::Word)).map(|i| reading.word(i).to_owned()).collect();
    }
    reading.elements(&(inner..reading.partner(inner) + 1)).iter().filter_map(|e| values::value(reading, e)).collect()
}

/// Entries of an object: columns, or operators with objects of their own.
fn object(reading: &Reading<'_>, span: &Span, role: Role, out: &mut Vec<Pair>, depth: u8) {
    if depth > 4 {
        return;
    }
    if reading.is(span.start, "[") && reading.language.name() != "php" && !reading.is(span.start + 2, ":") {
        for element in reading.elements(span) {
            if let Some(open) = brace(reading, &element) {
                object(reading, &(open..reading.partner(open) + 1), role, out, depth + 1);
            }
        }
        return;
    }
    for (key, value) in entries(reading, span) {
        let inner = value.clone().take(8).filter(|&i| matches!(reading.word(i), "{" | "[")).find(|&i| reading.partner(i) + 1 == value.end);
        let line = reading.line(value.start.saturating_sub(2));
        let nested = |role: Role, out: &mut Vec<Pair>| {
            if let Some(open) = inner {
                object(reading, &(open..reading.partner(open) + 1), role, out, depth + 1);
            }
        };
        match key {
            "where" | "$or" | "$and" | "OR" | "AND" | "filter" | "query" | "$match" => nested(Role::Reads, out),
            "data" | "$set" | "$setOnInsert" | "$inc" | "$push" | "$unset" | "set" | "create" | "update" | "values" | "$currentDate" | "$addToSet"
            | "$pull" => nested(Role::Writes, out),
            _ if OPTIONS.contains(&key) || key.starts_with('$') || key == "NOT" => {}
            _ => {
                let column = key.split('.').next().unwrap_or(key);
                if !is_column(column) {
                    continue;
                }
                // `{ $in: [..] }`, `{ not: "x" }`, `{ [Op.ne]: "x" }`
                if let Some(open) = inner.filter(|&o| reading.is(o, "{")) {
                    let asks = entries(reading, &(open..reading.partner(open) + 1));
                    let ask = asks.iter().find(|(k, _)| matches!(*k, "$in" | "$eq" | "equals" | "in" | "set" | "$ne" | "$nin" | "not" | "notIn" | "ne"));
                    let source = reading.source(&(open..reading.partner(open) + 1));
                    let (values, not) = match ask {
                        Some((k, v)) => (literals(reading, v), matches!(*k, "$ne" | "$nin" | "not" | "notIn" | "ne")),
                        None if source.contains("Op.in") || source.contains("Op.ne") || source.contains("Op.eq") => {
                            let colon = (open..reading.partner(open)).find(|&i| reading.is(i, ":"));
                            (colon.map(|c| literals(reading, &(c + 1..reading.partner(open)))).unwrap_or_default(), source.contains("Op.ne"))
                        }
                        None => (Vec::new(), false),
                    };
                    spread(out, column, role, values, not, line);
                } else {
                    let not = reading.is(value.start, "Not");
                    spread(out, column, role, literals(reading, &value), not, line);
                }
            }
        }
    }
}

/// Entries with keys as words, texts or Ruby symbols; C#'s and Go's with `=` and `:`.
fn entries<'a>(reading: &Reading<'a>, span: &Span) -> Vec<(&'a str, Span)> {
    reading.entries(&(span.start + 1..span.end.saturating_sub(1).max(span.start + 1)))
}

/// `Order.status == "idle"`, `o => o.Status != X`, `Order.status.in_([..])` within an argument.
pub(super) fn compared(reading: &Reading<'_>, span: &Span, out: &mut Vec<Pair>) {
    for at in span.clone() {
        if !(reading.kind(at) == Some(Kind::Word) && matches!(reading.word(at + 1), "." | "?.") && reading.kind(at + 2) == Some(Kind::Word)) {
            continue;
        }
        // A path of two: what is behind belongs to another table.
        if at > 0 && matches!(reading.word(at - 1), "." | "?." | "::") {
            continue;
        }
        let holder = reading.word(at);
        let property = reading.word(at + 2);
        let is_model = holder.starts_with(char::is_uppercase) && property.starts_with(char::is_lowercase);
        let is_parameter = is_lambda_parameter(reading, span, holder);
        if !is_model && !is_parameter {
            continue;
        }
        let line = reading.line(at);
        match reading.word(at + 3) {
            sign @ ("==" | "!=" | "===" | "!==") => {
                let end = (at + 4..span.end).find(|&i| matches!(reading.word(i), "&&" | "||" | "," | "&" | "|" | "and" | "or" | ")")).unwrap_or(span.end);
                let value = values::value(reading, &(at + 4..end));
                out.push(Pair { property: property.to_owned(), role: Role::Reads, not: value.is_some() && sign.starts_with('!'), value, line });
            }
            "." if matches!(reading.word(at + 4), "in_" | "notin_" | "not_in" | "is_" | "Equals" | "eq") && reading.is(at + 5, "(") => {
                let values = literals(reading, &(at + 6..reading.partner(at + 5)));
                spread(out, property, Role::Reads, values, reading.word(at + 4).contains("not"), line);
            }
            "(" => {}
            "." | "?." => {}
            _ => out.push(Pair { property: property.to_owned(), role: Role::Reads, value: None, not: false, line }),
        }
    }
}

/// `o` of `o => ..`, `|o| ..`, `{ o -> .. }` that begins the argument.
fn is_lambda_parameter(reading: &Reading<'_>, span: &Span, holder: &str) -> bool {
    span.clone().take(6).any(|i| reading.is(i, holder) && (matches!(reading.word(i + 1), "=>" | "->") || reading.is(i + 1, ")") && reading.is(i + 2, "=>")))
}
