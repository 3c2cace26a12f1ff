//! What a statement does to tables and columns.
//!
//! Not a grammar: statements come out of templates with holes, cut off, in any dialect, and one unknown clause must not cost the rest. So
//! only what tables and columns hang on is read (sources with their aliases, targets, comparisons), and whatever is between is stepped over.
//! A column is told only where its table is certain: by an alias, or as the only table of its query.

use super::tokens::{Kind, Token};
use super::words::{AFTER_TABLE, PROSE};
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

/// What rows come from.
pub(super) struct Source {
    /// None: a query, a function, a name with a hole.
    pub(super) table: Option<String>,
    pub(super) alias: String,
}

/// The sources that names of a query mean.
#[derive(Default)]
pub(super) struct Scope<'s> {
    pub(super) sources: Vec<Source>,
    /// Tokens that name sources.
    pub(super) named: Vec<Range<usize>>,
    pub(super) outer: Option<&'s Scope<'s>>,
    /// The column that `SET` is about, whose mention in its own value is no reading.
    pub(super) target: Option<String>,
    pub(super) pick: Option<Pick>,
}

/// How a query takes rows.
#[derive(Clone, Default)]
pub(super) struct Pick {
    pub(super) first: bool,
    pub(super) lock: Option<&'static str>,
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
            let to = self.end_of_statement(from);
            // The body of a function or trigger begins with words of its own.
            let verb = (from..to).find(|&i| {
                self.is_any(i, &["select", "insert", "update", "delete", "with", "merge", "replace", "create", "alter", "drop", "truncate"])
                    && self.is_statement(i)
            });
            if let Some(verb) = verb {
                self.statement(verb..to, None);
            }
            from = to + usize::from(self.is(to, ";") || self.is(to, "go")).max(usize::from(to == from));
        }
    }

    /// Where a statement ends: at its mark, or, in dialects that need none, before a line that begins another.
    fn end_of_statement(&self, from: usize) -> usize {
        let mut at = from;
        let mut begun = false;
        while at < self.tokens.len() {
            if self.is(at, ";") || self.is(at, "go") && self.tokens[at].first {
                return at;
            }
            if self.tokens[at].first && at > from {
                if self.is_any(at, &["create", "alter", "drop"])
                    && self.is_any(at + 1, &["procedure", "view", "table", "trigger", "function", "or", "index", "type", "unique"])
                {
                    return at;
                }
                let goes_on = self.is_any(at - 1, &["do", "then", "key", "conflict", "for", "on", "of", "as", "union", "all", "except", "else", "begin"])
                    || self.is(at - 1, ",")
                    || self.is(at - 1, "(");
                if begun
                    && self.is_any(at, &["update", "insert", "delete", "merge"])
                    && !goes_on
                    && self.is_statement(at)
                    && !self.is(self.verb_before(from, at), "with")
                {
                    return at;
                }
            }
            begun |= self.is_any(at, &["select", "insert", "update", "delete", "merge", "with", "set"]);
            at = self.after(at);
        }
        self.tokens.len()
    }

    /// The first verb of a statement.
    fn verb_before(&self, from: usize, to: usize) -> usize {
        (from..to).find(|&i| self.is_any(i, &["select", "insert", "update", "delete", "merge", "with"])).unwrap_or(from)
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

    pub(super) fn statement(&mut self, range: Range<usize>, outer: Option<&Scope<'_>>) {
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
    pub(super) fn sources(&mut self, range: Range<usize>, scope: &mut Scope<'_>, role: Role) {
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
}

/// Names without quotes are the same in any letter case; mixed ones are kept for reading.
pub(super) fn folded(name: &str) -> String {
    if name.len() > 1 && name.bytes().all(|b| !b.is_ascii_lowercase()) { name.to_ascii_lowercase() } else { name.to_owned() }
}

fn is_system(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    table.starts_with(['#', '@'])
        || matches!(&*table, "all_tab_cols" | "all_tables" | "all_tab_columns" | "user_tables" | "sysobjects" | "columns")
        || table.starts_with("svv_")
        || table.starts_with("pg_")
        || table.starts_with("sqlite_")
        || matches!(&*table, "dual" | "generate_series" | "unnest" | "excluded" | "information_schema")
}
