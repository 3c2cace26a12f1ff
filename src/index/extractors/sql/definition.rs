//! Definitions: tables with their columns, types with their values, and what is dropped.

use super::statement::{Enumeration, Reader, Value};
use super::tokens::Kind;
use super::words::CONSTRAINTS;
use crate::index::model::Role;
use std::ops::Range;

impl Reader<'_, '_> {
    pub(super) fn definition(&mut self, range: Range<usize>) {
        let Some(what) =
            (range.start + 1..(range.start + 6).min(range.end)).find(|&i| self.is_any(i, &["table", "type", "view", "domain", "index", "function"]))
        else {
            // TRUNCATE without TABLE
            return;
        };
        let mut at = what + 1;
        while self.is_any(at, &["if", "not", "exists", "only", "concurrently"]) {
            at += 1;
        }
        let Some((Some(name), next)) = self.name(at) else { return };
        let named = next - 1;
        if self.is(what, "table") {
            if self.is(range.start, "create") {
                self.push(&name, None, Role::Declares, None, named, None);
                if self.is(next, "(") {
                    for span in self.list(next) {
                        self.column_definition(&name, span);
                    }
                } else if let Some(select) = self.find(next..range.end, &["select"]) {
                    self.statement_inside(select..range.end);
                }
            } else if self.is(range.start, "alter") {
                self.alter(&name, next..range.end);
            } else {
                let note = if self.is(range.start, "drop") { "drops the table" } else { "empties the table" };
                self.push(&name, None, Role::Deletes, None, named, Some(note.to_owned()));
            }
        } else if self.is(what, "type") || self.is(what, "domain") {
            self.enumeration(&name, named, next..range.end);
        } else if self.is(what, "view")
            && let Some(select) = self.find(next..range.end, &["select", "with"])
        {
            self.push(&name, None, Role::Declares, None, named, Some("view".to_owned()));
            self.statement_inside(select..range.end);
        }
    }

    fn enumeration(&mut self, name: &str, named: usize, range: Range<usize>) {
        let at = self.tokens.get(named).map_or(0, |t| t.start);
        let values = if let Some(word) = self.find(range.clone(), &["enum"]) {
            self.texts(word + 1)
        } else if let Some(add) = self.find(range.clone(), &["add", "check"]) {
            // ALTER TYPE .. ADD VALUE 'x'; CREATE DOMAIN .. CHECK (value IN ('a'))
            (add..range.end).filter(|&i| self.kind(i) == Some(Kind::Text)).map(|i| self.tokens[i].text.clone().into_owned()).collect()
        } else {
            Vec::new()
        };
        if !values.is_empty() {
            self.enumerations.push(Enumeration { name: name.to_owned(), values, at });
        }
    }

    fn texts(&self, open: usize) -> Vec<String> {
        if !self.is(open, "(") {
            return Vec::new();
        }
        (open + 1..self.partner(open)).filter(|&i| self.kind(i) == Some(Kind::Text)).map(|i| self.tokens[i].text.clone().into_owned()).collect()
    }

    /// `name type ..`, or a constraint with the values that it allows.
    fn column_definition(&mut self, table: &str, span: Range<usize>) {
        if self.is_any(span.start, CONSTRAINTS)
            && !(self.kind(span.start + 1) == Some(Kind::Word) && self.is_any(span.start, &["key", "comment", "period", "index"]))
        {
            return self.check(table, span);
        }
        let Some((Some(column), next)) = self.name(span.start) else { return };
        self.push(table, Some(&column), Role::Declares, None, next - 1, None);
        if self.is(next, "enum") {
            for value in self.texts(next + 1) {
                self.push(table, Some(&column), Role::Declares, Some(Value::Text(value)), next - 1, None);
            }
        }
        if let Some(default) = self.find(next..span.end, &["default"])
            && self.kind(default + 1) == Some(Kind::Text)
            && !self.tokens[default + 1].text.is_empty()
        {
            let value = Value::Text(self.tokens[default + 1].text.clone().into_owned());
            self.push(table, Some(&column), Role::Declares, Some(value), next - 1, Some("default".to_owned()));
        }
        self.check(table, span);
    }

    /// `CHECK (status IN ('a', 'b'))`.
    fn check(&mut self, table: &str, span: Range<usize>) {
        let Some(check) = self.find(span.clone(), &["check"]) else { return };
        let end = self.partner(check + 1).min(span.end);
        for i in check + 2..end {
            let cast = usize::from(self.is(i + 1, "::") || self.is(i + 1, ")")) + usize::from(self.is(i + 1, "::"));
            let values = if self.is(i + 1 + cast, "in") {
                self.members(i + 1 + cast)
            } else if self.is(i + 1 + cast, "=") {
                self.members(i + 2 + cast)
                    .or_else(|| (self.kind(i + 2 + cast) == Some(Kind::Text)).then(|| vec![Value::Text(self.tokens[i + 2 + cast].text.clone().into_owned())]))
            } else {
                None
            };
            if let (Some(values), Some((Some(column), _))) = (values, self.name(i)) {
                for value in values {
                    self.push(table, Some(&column), Role::Declares, Some(value), i, None);
                }
            }
        }
    }

    fn alter(&mut self, table: &str, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let end = (at..range.end).scan(0_usize, |skip, i| {
                if i < *skip {
                    return Some((i, false));
                }
                *skip = self.after(i);
                Some((i, self.is(i, ",")))
            });
            let end = end.filter(|(_, comma)| *comma).map(|(i, _)| i).next().unwrap_or(range.end);
            self.alteration(table, at..end);
            at = end + 1;
        }
    }

    fn alteration(&mut self, table: &str, span: Range<usize>) {
        let mut at = span.start + 1;
        let verb = span.start;
        while self.is_any(at, &["column", "if", "not", "exists"]) {
            at += 1;
        }
        if self.is(verb, "add") {
            if self.is(at, "(") {
                for inner in self.list(at) {
                    self.column_definition(table, inner);
                }
            } else {
                self.column_definition(table, at..span.end);
            }
        } else if self.is(verb, "drop") && !self.is_any(verb + 1, &["constraint", "primary", "index", "foreign", "key", "default"]) {
            if let Some((Some(column), next)) = self.name(at) {
                self.push(table, Some(&column), Role::Deletes, None, next - 1, Some("drops the column".to_owned()));
            }
        } else if self.is(verb, "rename") && !self.is(at, "constraint") {
            let Some((Some(old), next)) = self.name(at) else { return };
            let Some(to) = (next..span.end).find(|&i| self.is(i, "to")) else { return };
            let Some((Some(new), end)) = self.name(to + 1) else { return };
            if self.is(at, "to") {
                return;
            }
            self.push(table, Some(&old), Role::Deletes, None, next - 1, Some(format!("renamed to {new}")));
            self.push(table, Some(&new), Role::Declares, None, end - 1, Some(format!("renamed from {old}")));
        } else if self.is_any(verb, &["modify", "change", "alter"]) {
            let Some((Some(column), next)) = self.name(at) else { return };
            let at = if self.is(verb, "change") { next } else { at };
            if self.is(verb, "change")
                && let Some((Some(new), _)) = self.name(at)
                && new != column
            {
                self.push(table, Some(&column), Role::Deletes, None, next - 1, Some(format!("renamed to {new}")));
            }
            if self.is(verb, "alter") {
                // ALTER COLUMN status SET DEFAULT 'new'
                self.push(table, Some(&column), Role::Declares, None, next - 1, None);
            } else {
                self.column_definition(table, at..span.end);
            }
        }
    }
}
