//! Statements that change rows: insert, update, delete, merge.

use super::statement::{Reader, Scope, Source, Value};
use crate::index::model::Role;
use std::ops::Range;

impl Reader<'_, '_> {
    pub(super) fn insert(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let Some(into) = (range.start..(range.start + 5).min(range.end)).find(|&i| self.is(i, "into")) else { return };
        let Some((table, mut at)) = self.name(into + 1) else { return };
        let Some(table) = table else {
            // The table is not known; what it is filled from is.
            if let Some(select) = self.find(at..range.end, &["select", "with"]) {
                self.statement(select..range.end, outer);
            }
            return;
        };
        self.push(&table, None, Role::Writes, None, at - 1, None);
        if self.is(at, "as") {
            at += 2;
        }
        let mut columns = Vec::new();
        if self.is(at, "(") && !self.is_any(at + 1, &["select", "with"]) {
            columns = self.columns(at);
            at = self.partner(at) + 1;
        }
        let mut values: Vec<Option<Value>> = Vec::new();
        if let Some(open) = self.find(at..range.end, &["values", "value"]).map(|v| v + 1).filter(|&o| self.is(o, "(")) {
            values = self.list(open).into_iter().map(|span| self.whole(span)).collect();
            let mut more = self.partner(open) + 1;
            while self.is(more, ",") && self.is(more + 1, "(") {
                // Further rows: where their literal differs it is a value of its own.
                for ((name, token), span) in columns.clone().iter().zip(self.list(more + 1)) {
                    if let Some(value @ Value::Text(_)) = self.whole(span) {
                        self.push(&table, Some(name), Role::Writes, Some(value), *token, None);
                    }
                }
                more = self.partner(more + 1) + 1;
            }
        } else if let Some(select) = self.find(at..range.end, &["select", "with"]) {
            if self.is(select, "select") {
                let from = self.find(select..range.end, &["from"]).unwrap_or(range.end);
                values = self.split(select + 1..from).into_iter().map(|span| self.whole(span)).collect();
            }
            self.statement(select..range.end, outer);
        }
        for (i, (name, token)) in columns.iter().enumerate() {
            self.push(&table, Some(name), Role::Writes, values.get(i).cloned().flatten(), *token, None);
        }
        let scope = Scope { sources: vec![Source { table: Some(table.clone()), alias: table.to_ascii_lowercase() }], outer, ..Scope::default() };
        if let Some(update) = self.find(at..range.end, &["update"]) {
            let set = update + 1 + usize::from(self.is(update + 1, "set"));
            self.set(set..range.end, &table, &scope);
        }
    }

    /// Names of a list of columns, with their tokens.
    fn columns(&self, open: usize) -> Vec<(String, usize)> {
        self.list(open).into_iter().filter_map(|span| self.name(span.start).and_then(|(n, next)| n.map(|n| (n, next - 1)))).collect()
    }

    /// Elements of the brackets at `open`.
    pub(super) fn list(&self, open: usize) -> Vec<Range<usize>> {
        self.split(open + 1..self.partner(open))
    }

    fn split(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let (mut from, mut at) = (range.start, range.start);
        let end = range.end.min(self.tokens.len());
        while at < end {
            if self.is(at, ",") {
                out.push(from..at);
                from = at + 1;
            }
            at = self.after(at);
        }
        if from < end {
            out.push(from..end);
        }
        out
    }

    /// The value that an expression consists of, casts left out.
    fn whole(&self, span: Range<usize>) -> Option<Value> {
        let plain =
            span.len() == 1 || self.is(span.start + 1, ".") || self.is(span.start + 1, "::") || self.is(span.start + 1, "as") || self.is(span.start, "cast");
        if plain { self.value(span.start) } else { None }
    }

    pub(super) fn update(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let Some(set) = self.find(range.start + 1..range.end, &["set"]) else { return };
        let mut scope = Scope { outer, ..Scope::default() };
        let first = range.start + 1 + usize::from(self.is(range.start + 1, "only"));
        self.sources(first..set, &mut scope, Role::Writes);
        let mut target = scope.sources.first().and_then(|s| s.table.clone());
        if let Some(from) = self.find(set..range.end, &["from"]) {
            // T-SQL's `UPDATE o SET .. FROM orders o`.
            let alias = scope.sources.first().map(|s| s.alias.clone()).unwrap_or_default();
            self.sources(from + 1..range.end, &mut scope, Role::Reads);
            if let Some(real) = scope.sources.iter().skip(1).find(|s| s.alias == alias && s.table.is_some()).and_then(|s| s.table.clone()) {
                if let Some(wrong) = self.hits.iter().rposition(|h| h.column.is_none() && h.role == Role::Writes) {
                    self.hits[wrong].table.clone_from(&real);
                }
                target = Some(real);
                scope.sources.remove(0);
            }
        }
        let end = self.find(set..range.end, &["from", "where", "returning", "output", "order", "limit"]).unwrap_or(range.end);
        // Bare names belong to the table that is changed, unless others are there too.
        match target {
            Some(table) => self.set(set + 1..end, &table, &scope),
            None => self.expressions(set + 1..end, &scope),
        }
        self.expressions(end..range.end, &scope);
    }

    /// `column = value, ..`.
    fn set(&mut self, range: Range<usize>, table: &str, scope: &Scope<'_>) {
        let end = self.find(range.clone(), &["where", "returning"]).unwrap_or(range.end);
        for span in self.split(range.start..end) {
            if self.is(span.start, "(") {
                let names = self.columns(span.start);
                let open = self.partner(span.start) + 2;
                let values = if self.is(open, "(") { self.list(open) } else { Vec::new() };
                for (i, (name, token)) in names.iter().enumerate() {
                    let value = values.get(i).and_then(|v| self.whole(v.clone()));
                    self.push(table, Some(name), Role::Writes, value, *token, None);
                }
                self.expressions(open..span.end, scope);
                continue;
            }
            let Some((Some(name), next)) = self.name(span.start) else {
                self.expressions(span, scope);
                continue;
            };
            if !(self.is(next, "=") || self.is(next, ":=")) {
                continue;
            }
            let value = self.whole(next + 1..span.end);
            let mut branches: Vec<Value> = Vec::new();
            if self.is(next + 1, "case") {
                branches = (next + 1..span.end).filter(|&i| self.is_any(i, &["then", "else"])).filter_map(|i| self.value(i + 1)).collect();
            }
            if branches.is_empty() {
                self.push(table, Some(&name), Role::Writes, value, next - 1, None);
            }
            for value in branches {
                self.push(table, Some(&name), Role::Writes, Some(value), next - 1, None);
            }
            let inner = Scope { outer: Some(scope), target: Some(name), ..Scope::default() };
            let inner = Scope {
                sources: scope.sources.iter().map(|s| Source { table: s.table.clone(), alias: s.alias.clone() }).collect(),
                named: scope.named.clone(),
                ..inner
            };
            self.expressions(next + 1..span.end, &inner);
        }
        if end < range.end {
            self.expressions(end..range.end, scope);
        }
    }

    pub(super) fn delete(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let Some(from) = self.find(range.start..range.end, &["from"]) else { return };
        let mut scope = Scope { outer, ..Scope::default() };
        let using = self.find(from..range.end, &["using"]);
        self.sources(from + 1..using.unwrap_or(range.end), &mut scope, Role::Deletes);
        if let Some(using) = using {
            self.sources(using + 1..range.end, &mut scope, Role::Reads);
        }
        let rest = self.find(from..range.end, &["where", "using"]).unwrap_or(range.end);
        self.expressions(rest..range.end, &scope);
    }

    pub(super) fn merge(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let first = range.start + 1 + usize::from(self.is(range.start + 1, "into"));
        let Some(using) = self.find(first..range.end, &["using"]) else { return };
        let mut scope = Scope { outer, ..Scope::default() };
        self.sources(first..using, &mut scope, Role::Writes);
        self.sources(using + 1..self.find(using..range.end, &["on"]).unwrap_or(range.end), &mut scope, Role::Reads);
        let Some(table) = scope.sources.first().and_then(|s| s.table.clone()) else { return };
        let when = self.find(using..range.end, &["when"]).unwrap_or(range.end);
        self.expressions(using + 1..when, &scope);
        let mut at = when;
        while let Some(branch) = self.find(at..range.end, &["update", "insert"]) {
            let end = self.find(branch..range.end, &["when"]).unwrap_or(range.end);
            if self.is(branch, "update") {
                self.set(branch + 2..end, &table, &scope);
            } else if self.is(branch + 1, "(") {
                let columns = self.columns(branch + 1);
                let open = self.partner(branch + 1) + 2;
                let values = if self.is(open, "(") { self.list(open) } else { Vec::new() };
                for (i, (name, token)) in columns.iter().enumerate() {
                    let value = values.get(i).and_then(|v| self.whole(v.clone()));
                    self.push(&table, Some(name), Role::Writes, value, *token, None);
                }
            }
            at = end;
        }
    }
}
