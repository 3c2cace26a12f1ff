//! What a statement does to tables and columns.
//!
//! Not a grammar: statements come out of templates with holes, cut off, in any dialect, and one unknown clause must not cost the rest. So
//! only what tables and columns hang on is read (sources with their aliases, targets, comparisons), and whatever is between is stepped over.
//! A column is told only where its table is certain: by an alias, or as the only table of its query.

use super::tokens::{Kind, Token};
use super::words::{AFTER_TABLE, KEYWORDS, PROSE};
use crate::index::model::Role;
use std::ops::Range;

/// A value as the statement has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// Bound by the program; its name (or number), and its place among the bound ones.
    Bound(String, usize),
}

/// Something that is done to a table or column.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) table: String,
    pub(super) column: Option<String>,
    pub(super) role: Role,
    pub(super) value: Option<Value>,
    /// Byte of the name.
    pub(super) at: usize,
    pub(super) note: Option<String>,
}

/// An enumeration type with its values.
#[derive(Clone, Debug)]
pub(super) struct Enumeration {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    pub(super) at: usize,
}

struct Source {
    /// None: a query, a function, a name with a hole.
    table: Option<String>,
    alias: String,
}

#[derive(Default)]
struct Scope<'s> {
    sources: Vec<Source>,
    /// Tokens that name sources.
    named: Vec<Range<usize>>,
    outer: Option<&'s Scope<'s>>,
    /// The column that `SET` is about, whose mention in its own value is no reading.
    target: Option<String>,
    pick: Option<Pick>,
}

/// How a query takes rows.
#[derive(Clone, Default)]
struct Pick {
    first: bool,
    lock: Option<&'static str>,
}

pub(super) struct Reader<'t, 'a> {
    pub(super) tokens: &'t [Token<'a>],
    partner: Vec<usize>,
    pub(super) hits: Vec<Hit>,
    pub(super) enumerations: Vec<Enumeration>,
    /// Names of `WITH` queries.
    queries: Vec<String>,
}

impl<'t, 'a> Reader<'t, 'a> {
    pub(super) fn new(tokens: &'t [Token<'a>]) -> Self {
        let mut partner: Vec<usize> = (0..tokens.len()).collect();
        let mut open = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            if token.is("(") {
                open.push(i);
            } else if token.is(")")
                && let Some(o) = open.pop()
            {
                partner[o] = i;
                partner[i] = o;
            }
        }
        // What was never closed goes to the end.
        for o in open {
            partner[o] = tokens.len();
        }
        Self { tokens, partner, hits: Vec::new(), enumerations: Vec::new(), queries: Vec::new() }
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|t| t.is(word))
    }

    pub(super) fn is_any(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|t| t.kind == Kind::Word && words.iter().any(|w| t.text.eq_ignore_ascii_case(w)))
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    pub(super) fn partner(&self, at: usize) -> usize {
        self.partner.get(at).copied().unwrap_or(self.tokens.len())
    }

    /// A query that stands within another statement.
    pub(super) fn statement_inside(&mut self, range: Range<usize>) {
        self.statement(range, None);
    }

    /// The next token at this depth.
    pub(super) fn after(&self, at: usize) -> usize {
        if self.is(at, "(") { self.partner(at).max(at) + 1 } else { at + 1 }
    }

    /// All statements.
    pub(super) fn read(&mut self) {
        let mut from = 0;
        while from < self.tokens.len() {
            let to = (from..self.tokens.len()).find(|&i| self.is(i, ";")).unwrap_or(self.tokens.len());
            // The body of a function or trigger begins with words of its own.
            let verb = (from..to).find(|&i| {
                self.is_any(i, &["select", "insert", "update", "delete", "with", "merge", "replace", "create", "alter", "drop", "truncate"])
                    && (i == from || self.is_statement(i))
            });
            if let Some(verb) = verb {
                self.statement(verb..to, None);
            }
            from = to + 1;
        }
    }

    /// Whether the words that follow a verb are those of a statement.
    pub(super) fn is_statement(&self, at: usize) -> bool {
        let next = at + 1;
        let named = |i: usize| matches!(self.kind(i), Some(Kind::Word | Kind::Quoted | Kind::Hole)) && !self.is_any(i, PROSE);
        let word = |w: &str| self.is(at, w);
        if word("select") {
            return self.find(next..self.tokens.len(), &["from"]).is_some_and(|f| named(f + 1) || self.is(f + 1, "("));
        }
        if word("insert") || word("replace") || word("merge") {
            let into = (next..next + 3).find(|&i| self.is(i, "into"));
            return into.is_some_and(|i| named(i + 1) && (next..=i).all(|j| self.is_any(j, &["into", "ignore", "or", "low_priority", "replace", "delayed"])))
                || word("merge") && named(next) && self.find(next..next + 8, &["using"]).is_some();
        }
        if word("update") {
            let set = self.find(next..self.tokens.len().min(next + 12), &["set"]);
            return named(next + usize::from(self.is(next, "only"))) && set.is_some_and(|s| (s..s + 8).any(|i| self.is(i, "=")));
        }
        if word("delete") {
            return self.is(next, "from") && named(next + 1 + usize::from(self.is(next + 1, "only")));
        }
        if word("truncate") {
            return self.is(next, "table") && named(next + 1);
        }
        if word("with") {
            let name = next + usize::from(self.is(next, "recursive"));
            return named(name)
                && (self.is(name + 1, "as") || self.is(name + 1, "("))
                && self.find(name..name + 40, &["select", "insert", "update", "delete"]).is_some()
                || (name..name + 6).any(|i| self.is(i, "as") && self.is(i + 1, "(") && self.is_any(i + 2, &["select", "insert", "update", "delete", "with"]));
        }
        if word("create") || word("alter") || word("drop") {
            return (next..next + 5).any(|i| self.is_any(i, &["table", "type", "view", "domain"]) && (named(i + 1) || self.is(i + 1, "if")));
        }
        false
    }

    pub(super) fn find(&self, range: Range<usize>, words: &[&str]) -> Option<usize> {
        let mut at = range.start;
        while at < range.end.min(self.tokens.len()) {
            if self.is_any(at, words) {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    fn statement(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let at = range.start;
        if at >= range.end {
            return;
        }
        if self.is(at, "with") {
            let rest = self.with(range.clone(), outer);
            return self.statement(rest..range.end, outer);
        }
        if self.is(at, "(") {
            let close = self.partner(at).min(range.end);
            self.statement(at + 1..close, outer);
            return self.behind(close + 1..range.end, outer);
        }
        if self.is(at, "explain") {
            return self.statement(at + 1..range.end, outer);
        }
        if self.is(at, "select") {
            self.select(range, outer);
        } else if self.is(at, "insert") || self.is(at, "replace") {
            self.insert(range, outer);
        } else if self.is(at, "update") {
            self.update(range, outer);
        } else if self.is(at, "delete") {
            self.delete(range, outer);
        } else if self.is(at, "merge") {
            self.merge(range, outer);
        } else if self.is_any(at, &["create", "alter", "drop", "truncate"]) {
            self.definition(range);
        }
    }

    /// What stands behind a query in brackets: `UNION SELECT ..`.
    fn behind(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        if let Some(next) = self.find(range.clone(), &["select"]) {
            self.statement(next..range.end, outer);
        }
    }

    /// Queries of a `WITH`; gives where its statement begins.
    fn with(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) -> usize {
        let mut at = range.start + 1 + usize::from(self.is(range.start + 1, "recursive"));
        while at < range.end {
            if let Some(token) = self.tokens.get(at).filter(|t| matches!(t.kind, Kind::Word | Kind::Quoted)) {
                self.queries.push(token.text.to_ascii_lowercase());
            }
            let Some(open) = self.find(at..range.end, &["as"]).and_then(|a| (a + 1..(a + 4).min(range.end)).find(|&i| self.is(i, "("))) else {
                return range.end;
            };
            let close = self.partner(open).min(range.end);
            self.statement(open + 1..close, outer);
            at = close + 1;
            if self.is(at, ",") {
                at += 1;
            } else {
                break;
            }
        }
        at
    }

    fn select(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
        let end = self.find(range.start + 1..range.end, &["union", "except", "intersect", "minus"]).unwrap_or(range.end);
        let mut scope = Scope { outer, ..Scope::default() };
        if let Some(from) = self.find(range.start + 1..end, &["from"]) {
            self.sources(from + 1..end, &mut scope, Role::Reads);
        }
        scope.pick = Some(self.pick(range.start..end));
        if let Some(lock) = scope.pick.as_ref().and_then(|p| p.lock) {
            for hit in self.hits.iter_mut().rev().take_while(|h| h.at >= self.tokens[range.start].start).filter(|h| h.column.is_none() && h.note.is_none()) {
                hit.note = Some(lock.to_owned());
            }
        }
        self.expressions(range.start + 1..end, &scope);
        if end < range.end {
            let next = (end + 1..range.end).find(|&i| self.is(i, "select") || self.is(i, "(")).unwrap_or(range.end);
            self.statement(next..range.end, outer);
        }
    }

    fn pick(&self, range: Range<usize>) -> Pick {
        let first = self.find(range.clone(), &["limit"]).is_some_and(|l| self.tokens.get(l + 1).is_some_and(|t| t.text == "1"))
            || self.is(range.start + 1, "top") && self.tokens.get(range.start + 2).is_some_and(|t| t.text == "1");
        let lock = self.find(range.clone(), &["for"]).filter(|&f| self.is_any(f + 1, &["update", "share", "no", "key"])).map(|f| {
            let tail: Vec<usize> = (f..(f + 8).min(range.end)).collect();
            if tail.iter().any(|&i| self.is(i, "skip")) {
                "FOR UPDATE SKIP LOCKED"
            } else if tail.iter().any(|&i| self.is(i, "nowait")) {
                "FOR UPDATE NOWAIT"
            } else if self.is(f + 1, "share") {
                "FOR SHARE"
            } else {
                "FOR UPDATE"
            }
        });
        Pick { first, lock }
    }

    /// Tables of a `FROM` clause, with their aliases.
    fn sources(&mut self, range: Range<usize>, scope: &mut Scope<'_>, role: Role) {
        let mut at = range.start;
        let mut wanted = true;
        while at < range.end {
            // An entity may be named `Order`.
            let is_name = wanted && self.is_any(at, &["order", "group"]) && !self.is(at + 1, "by");
            if !is_name
                && self.is_any(at, &["where", "group", "order", "having", "limit", "returning", "set", "offset", "fetch", "for", "values", "window", "when"])
            {
                break;
            }
            if self.is(at, ",") || self.is_any(at, &["join", "apply", "straight_join"]) {
                wanted = true;
                at += 1;
                continue;
            }
            if self.is_any(at, &["on", "using"]) {
                wanted = false;
            }
            if !wanted || self.is_any(at, &["only", "lateral"]) {
                at = self.after(at);
                continue;
            }
            at = self.source(at, range.end, scope, role).unwrap_or_else(|| self.after(at));
            wanted = false;
        }
    }

    /// One table with its alias, or a query in brackets; gives what comes behind.
    fn source(&mut self, at: usize, end: usize, scope: &mut Scope<'_>, role: Role) -> Option<usize> {
        let (table, mut next) = if self.is(at, "(") {
            let close = self.partner(at);
            if self.is_any(at + 1, &["select", "with", "values"]) {
                // Read with the other expressions of the query.
                (None, close + 1)
            } else {
                self.sources(at + 1..close.min(end), scope, role);
                return Some(close + 1);
            }
        } else {
            let (name, next) = self.name(at)?;
            (name, next)
        };
        let first = at;
        let is_function = self.is(next, "(") && role == Role::Reads;
        if is_function {
            next = self.after(next);
        }
        if self.is(next, "as") {
            next += 1;
        }
        let mut alias = None;
        if let Some(token) = self.tokens.get(next).filter(|t| matches!(t.kind, Kind::Word | Kind::Quoted))
            && next < end
            && !self.is_any(next, AFTER_TABLE)
        {
            alias = Some(token.text.to_ascii_lowercase());
            next += 1;
        }
        scope.named.push(first..next);
        let hidden =
            table.as_ref().is_some_and(|t| self.queries.contains(&t.to_ascii_lowercase()) || is_system(t)) || is_function || self.is_system_path(first);
        let table = table.filter(|_| !hidden);
        if let Some(table) = &table {
            self.push(table, None, role, None, self.last_of_path(first), None);
        }
        let alias = alias.or_else(|| table.as_ref().map(|t| t.to_ascii_lowercase())).or_else(|| self.tokens.get(first).map(|t| t.text.to_ascii_lowercase()));
        scope.sources.push(Source { table, alias: alias.unwrap_or_default() });
        Some(next)
    }

    fn last_of_path(&self, mut at: usize) -> usize {
        while self.is(at + 1, ".") {
            at += 2;
        }
        at
    }

    fn is_system_path(&self, at: usize) -> bool {
        self.is(at + 1, ".") && self.is_any(at, &["information_schema", "pg_catalog", "sys", "performance_schema", "mysql"])
    }

    /// A name at `at`, its schema left out; what comes behind. No name where it has a hole.
    pub(super) fn name(&self, at: usize) -> Option<(Option<String>, usize)> {
        let mut last = at;
        if !matches!(self.kind(at)?, Kind::Word | Kind::Quoted | Kind::Hole | Kind::Bound) {
            return None;
        }
        while self.is(last + 1, ".") && matches!(self.kind(last + 2), Some(Kind::Word | Kind::Quoted | Kind::Hole)) {
            last += 2;
        }
        let token = &self.tokens[last];
        let name = match token.kind {
            Kind::Word => Some(folded(&token.text)),
            Kind::Quoted if token.text.contains('.') => token.text.rsplit('.').next().map(str::to_owned),
            Kind::Quoted => Some(token.text.clone().into_owned()),
            _ => None,
        };
        Some((name.filter(|n| n.len() < 64 && !n.contains(' ')), last + 1))
    }

    pub(super) fn push(&mut self, table: &str, column: Option<&str>, role: Role, value: Option<Value>, token: usize, note: Option<String>) {
        let at = self.tokens.get(token).map_or(0, |t| t.start);
        self.hits.push(Hit { table: table.to_owned(), column: column.map(str::to_owned), role, value, at, note });
    }

    /// Comparisons and mentions of columns, queries in brackets included.
    fn expressions(&mut self, range: Range<usize>, scope: &Scope<'_>) {
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
            if self.is(at, "::") || self.is(at, "as") || self.is_any(at, &["interval", "collate"]) {
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
        // A function, or an alias without `AS`.
        if self.is(next, "(") {
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
    fn value(&self, at: usize) -> Option<Value> {
        let token = self.tokens.get(at)?;
        if self.is_any(at, &["cast"]) && self.is(at + 1, "(") {
            return self.value(at + 2);
        }
        let goes_on = self.tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Sign && matches!(&*t.text, "||" | "+" | "-" | "*" | "/" | "."));
        match token.kind {
            _ if goes_on => None,
            Kind::Text => Some(Value::Text(token.text.replace("''", "'"))),
            Kind::Bound => Some(Value::Bound(token.text.clone().into_owned(), token.place)),
            Kind::Word if self.is_any(at, &["true", "false"]) => Some(Value::Text(token.text.to_ascii_lowercase())),
            // `N'text'` of T-SQL.
            Kind::Word if token.text.eq_ignore_ascii_case("n") && self.kind(at + 1) == Some(Kind::Text) => self.value(at + 1),
            _ => None,
        }
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

    fn insert(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
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
        let plain = span.len() == 1 || self.is(span.start + 1, "::") || self.is(span.start + 1, "as") || self.is(span.start, "cast");
        if plain { self.value(span.start) } else { None }
    }

    fn update(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
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

    fn delete(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
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

    fn merge(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
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

/// Names without quotes are the same in any letter case; mixed ones are kept for reading.
pub(super) fn folded(name: &str) -> String {
    if name.len() > 1 && name.bytes().all(|b| !b.is_ascii_lowercase()) { name.to_ascii_lowercase() } else { name.to_owned() }
}

fn is_system(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    table.starts_with("pg_") || table.starts_with("sqlite_") || matches!(&*table, "dual" | "generate_series" | "unnest" | "excluded" | "information_schema")
}
