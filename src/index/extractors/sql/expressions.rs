//! Columns in expressions: what is mentioned, and what it is compared with.

use super::statement::{Reader, Scope, Value};
use super::tokens::Kind;
use super::words::KEYWORDS;
use crate::index::model::Role;
use std::ops::Range;

impl Reader<'_, '_> {
    /// Comparisons and mentions of columns, queries in brackets included.
    pub(super) fn expressions(&mut self, range: Range<usize>, scope: &Scope<'_>) {
        let mut at = range.start;
        while at < range.end.min(self.tokens.len()) {
            if self.is(at, "(") && self.is_any(at + 1, &["select", "with", "insert", "update", "delete"]) {
                let close = self.partner(at);
                self.statement(at + 1..close.min(range.end), Some(scope));
                at = close + 1;
                continue;
            }
            if scope.named.iter().any(|n| n.contains(&at)) {
                at += 1;
                continue;
            }
            if self.is(at, "into") || self.is(at, "::") || self.is(at, "as") || self.is_any(at, &["interval", "collate"]) {
                at += 2;
                continue;
            }
            match self.column(at, scope) {
                Some((found, next)) => {
                    if let Some((table, column)) = found {
                        self.compared(&table, &column, next, scope);
                    }
                    at = next;
                }
                None => at += 1,
            }
        }
    }

    /// The column at `at` with its table, where that is certain; what comes behind. None: no name stands here.
    fn column(&self, at: usize, scope: &Scope<'_>) -> Option<(Option<(String, String)>, usize)> {
        let token = self.tokens.get(at)?;
        if !matches!(token.kind, Kind::Word | Kind::Quoted) || token.kind == Kind::Word && self.is_any(at, KEYWORDS) && !self.is(at + 1, ".") {
            return None;
        }
        let (name, next) = self.name(at)?;
        // A function, a named argument, or an alias without `AS`.
        if self.is(next, "(") || self.is(next, "=>") {
            return Some((None, next));
        }
        if at > 0
            && (matches!(self.tokens[at - 1].kind, Kind::Quoted | Kind::Text | Kind::Number | Kind::Bound)
                || self.tokens[at - 1].is(")")
                || self.is_any(at - 1, &["end"])
                || self.tokens[at - 1].kind == Kind::Word && !self.is_any(at - 1, KEYWORDS))
        {
            return Some((None, next));
        }
        let Some(name) = name else { return Some((None, next)) };
        if next > at + 1 {
            let holder = self.tokens[next - 3].text.to_ascii_lowercase();
            let table = find_alias(scope, &holder);
            // Attributes of attributes of an entity: the first belongs to it.
            return Some((table.filter(|_| self.kind(next - 3) != Some(Kind::Hole)).map(|t| (t, name)), next));
        }
        // The alias itself: `SELECT o FROM Order o`, `count(o)`.
        if scope.sources.iter().any(|s| s.alias.eq_ignore_ascii_case(&name)) {
            return Some((None, next));
        }
        let table = match &*scope.sources {
            [only] => only.table.clone(),
            _ => None,
        };
        Some((table.map(|t| (t, name)), next))
    }

    /// What a column is compared with.
    fn compared(&mut self, table: &str, column: &str, next: usize, scope: &Scope<'_>) {
        let mut operator = next;
        if self.is(operator, "::") {
            operator += 2;
        }
        let not = self.is(operator, "not");
        operator += usize::from(not);
        let pick = scope.pick.clone().unwrap_or_default();
        let note = |value: &Value| match value {
            Value::Text(v) if pick.first => Some(format!("picks the first whose {column} is \"{v}\"")),
            _ => pick.lock.map(str::to_owned),
        };
        let unlike = Some("all but this value".to_owned());
        let name_at = next - 1;
        if self.is(operator, "=") || self.is(operator, "==") {
            let value = self.value(operator + 1).or_else(|| self.members(operator + 1).and_then(|m| m.into_iter().next()));
            if let Some(value) = value {
                let note = note(&value);
                return self.push(table, Some(column), Role::Reads, Some(value), name_at, note);
            }
        }
        if (self.is(operator, "<>") || self.is(operator, "!="))
            && let Some(value) = self.value(operator + 1)
        {
            return self.push(table, Some(column), Role::Reads, Some(value), name_at, unlike);
        }
        if self.is(operator, "in")
            && let Some(members) = self.members(operator)
        {
            for value in members {
                let note = if not { unlike.clone() } else { note(&value) };
                self.push(table, Some(column), Role::Reads, Some(value), name_at, note);
            }
            return;
        }
        if scope.target.as_deref() != Some(column) {
            self.push(table, Some(column), Role::Reads, None, name_at, None);
        }
    }

    /// A literal or bound value that is a whole operand.
    pub(super) fn value(&self, at: usize) -> Option<Value> {
        let token = self.tokens.get(at)?;
        if self.is_any(at, &["cast"]) && self.is(at + 1, "(") {
            return self.value(at + 2);
        }
        let goes_on = self.tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Sign && matches!(&*t.text, "||" | "+" | "-" | "*" | "/" | "."));
        match token.kind {
            // JPQL's `com.acme.OrderStatus.PAID`.
            Kind::Word if self.is(at + 1, ".") => self.member_of_package(at).map(Value::Text),
            _ if goes_on => None,
            Kind::Text => Some(Value::Text(token.text.replace("''", "'"))),
            Kind::Bound => Some(Value::Bound(token.text.clone().into_owned(), token.place)),
            Kind::Word if self.is_any(at, &["true", "false"]) => Some(Value::Text(token.text.to_ascii_lowercase())),
            // `N'text'` of T-SQL.
            Kind::Word if token.text.eq_ignore_ascii_case("n") && self.kind(at + 1) == Some(Kind::Text) => self.value(at + 1),
            _ => None,
        }
    }

    /// The member of an enumeration that is named with its package.
    fn member_of_package(&self, at: usize) -> Option<String> {
        let mut last = at;
        while self.is(last + 1, ".") && self.kind(last + 2) == Some(Kind::Word) {
            last += 2;
        }
        let of = |i: usize| self.tokens.get(i).map_or("", |t| &*t.text);
        let is_type = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().any(|b| b.is_ascii_lowercase());
        let shouts = !of(last).is_empty() && of(last).bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        (last >= at + 4 && shouts && is_type(of(last - 2)) && of(at).starts_with(|c: char| c.is_ascii_lowercase())).then(|| of(last).to_owned())
    }

    /// Members of `IN ('a', 'b')` or `ANY(ARRAY['a', 'b'])`, from the word on.
    pub(super) fn members(&self, at: usize) -> Option<Vec<Value>> {
        if !self.is_any(at, &["in", "any"]) {
            return None;
        }
        let open = at + 1;
        if !self.is(open, "(") || self.is_any(open + 1, &["select", "with"]) {
            return None;
        }
        let out: Vec<Value> = (open + 1..self.partner(open)).filter_map(|i| self.value(i)).filter(|v| matches!(v, Value::Text(_))).collect();
        (!out.is_empty()).then_some(out)
    }
}

fn find_alias(scope: &Scope<'_>, alias: &str) -> Option<String> {
    let mut here = Some(scope);
    while let Some(scope) = here {
        if let Some(source) = scope.sources.iter().find(|s| s.alias == alias) {
            return source.table.clone();
        }
        here = scope.outer;
    }
    None
}
