//! SQL, statement by statement and, in `ALTER TABLE`, clause by clause. Each becomes a setting whose path says what it does:
//! `alter table.add column.not null without default`, `create index.blocking`, `update.every row`.

use super::{Setting, normalised};
use crate::engine::diff::LineDiff;
use crate::engine::edit::Change;

/// A statement: its words in lower case with single blanks and no comments, and where each byte of that stood.
#[derive(Default)]
struct Statement {
    words: String,
    /// Offset in the text, for each byte of `words`.
    at: Vec<usize>,
}

impl Statement {
    fn push(&mut self, byte: char, at: usize) {
        if byte.is_whitespace() {
            if self.words.is_empty() || self.words.ends_with(' ') {
                return;
            }
            self.words.push(' ');
            self.at.push(at);
        } else {
            let before = self.words.len();
            self.words.push(byte.to_ascii_lowercase());
            self.at.resize(self.at.len() + self.words.len() - before, at);
        }
    }
}

/// The statements and clauses on changed lines, as settings.
pub(super) fn settings(text: &str, changed: &[bool]) -> Vec<Setting> {
    let line_of: Vec<usize> = text.char_indices().filter(|(_, c)| *c == '\n').map(|(i, _)| i + 1).collect();
    let line = |at: usize| line_of.partition_point(|s| *s <= at);
    let statements = statements(text);
    let created: Vec<&str> = statements.iter().filter_map(|s| created_table(&s.words)).collect();
    let mut out = Vec::new();
    for statement in &statements {
        for (path, from, to) in parts(&statement.words, &created) {
            let (Some(first), Some(last)) = (statement.at.get(from), statement.at.get(to.saturating_sub(1))) else { continue };
            let lines = (line(*first), line(*last));
            if (lines.0..=lines.1).any(|l| changed.get(l).copied().unwrap_or(false)) {
                // Cited is the changed line, which in a long statement is not its first.
                let cited = (lines.0..=lines.1).find(|l| changed[*l]).unwrap_or(lines.0);
                let start = if cited == lines.0 { *first } else { line_of[cited - 1] };
                let end = text[start..].find('\n').map_or(text.len(), |i| start + i).min(last + 1).max(start);
                let path = ["@file", "sql"].iter().map(|s| (*s).to_owned()).chain(path.iter().map(|s| normalised(s))).collect();
                out.push(Setting { lines: (cited, lines.1), span: (start, end), path, head: 2, value: statement.words[from..to].trim().to_owned() });
            }
        }
    }
    out
}

/// Takes the lines of statements that stand on both sides, moved or laid out anew, out of the diff. Bodies of functions are not
/// compared, so statements with one stay.
pub(super) fn keep_lines(change: &Change<'_>, diff: &mut LineDiff) {
    let (new, old) = (statements(&change.new), statements(&change.old));
    for (text, own, others, changed) in [(&change.new, &new, &old, &mut diff.added), (&change.old, &old, &new, &mut diff.removed)] {
        let line = |at: usize| text[..at].bytes().filter(|b| *b == b'\n').count();
        for s in own.iter().filter(|s| !s.words.contains("$$")) {
            let (Some(first), Some(last)) = (s.at.first(), s.at.last()) else { continue };
            if others.iter().any(|o| o.words.trim() == s.words.trim()) {
                for flag in changed.iter_mut().take(line(*last) + 1).skip(line(*first)) {
                    *flag = false;
                }
            }
        }
    }
    // In a function's body only lines with a comment are compared: there the order of the others says something.
    let old_lines: Vec<&str> = change.old.lines().collect();
    for (i, new_line) in change.new.lines().enumerate() {
        if !diff.added[i] {
            continue;
        }
        let is_twin = |o: &&str| (o.contains("/*") || o.contains("--") || new_line.contains("/*") || new_line.contains("--")) && words(o) == words(new_line);
        if let Some(j) = old_lines.iter().enumerate().position(|(j, o)| diff.removed[j] && is_twin(o)) {
            (diff.added[i], diff.removed[j]) = (false, false);
        }
    }
}

/// A line's words without its comments.
fn words(line: &str) -> String {
    let mut out: String = statements(line).into_iter().map(|s| s.words).collect::<Vec<_>>().join(";");
    out.retain(|c| c != ' ');
    out
}

/// Splits at `;` outside strings, comments and quoted bodies.
fn statements(text: &str) -> Vec<Statement> {
    let mut out = vec![Statement::default()];
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let rest = &text[at..];
        let Some(last) = out.last_mut() else { break };
        if rest.starts_with("--") {
            while chars.next_if(|(_, c)| *c != '\n').is_some() {}
            last.push(' ', at);
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(text.len(), |i| at + i + 2);
            while chars.next_if(|(i, _)| *i < end).is_some() {}
            last.push(' ', at);
        } else if c == '\'' {
            last.push(c, at);
            while let Some((i, c)) = chars.next_if(|(_, c)| *c != '\'') {
                last.push(c, i);
            }
            if let Some((i, c)) = chars.next() {
                last.push(c, i);
            }
        } else if let Some(tag) = dollar_tag(rest) {
            // What a function does when it is called is not what the migration does.
            let end = rest[tag.len()..].find(tag).map_or(text.len(), |i| at + i + 2 * tag.len());
            while let Some((i, _)) = chars.next_if(|(i, _)| *i < end) {
                if i + 1 >= end - 1 {
                    last.push('$', i);
                }
            }
        } else if c == ';' {
            out.push(Statement::default());
        } else {
            last.push(c, at);
        }
    }
    out.retain(|s| !s.words.trim().is_empty());
    out
}

/// `$$` or `$body$` at the start.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    inner[..end].bytes().all(|b| b.is_ascii_alphabetic() || b == b'_').then(|| &text[..end + 2])
}

fn created_table(words: &str) -> Option<&str> {
    let rest = words.strip_prefix("create table ")?;
    let rest = rest.strip_prefix("if not exists ").unwrap_or(rest);
    rest.split([' ', '(']).next()
}

/// What a statement does, with the part of it that says so.
fn parts(words: &str, created: &[&str]) -> Vec<(Vec<&'static str>, usize, usize)> {
    let whole = |path: Vec<&'static str>| vec![(path, 0, words.len())];
    let begins = |w: &str| words.starts_with(w);
    let has = |w: &str| words.contains(w);
    if let Some(rest) = words.strip_prefix("alter table ") {
        let rest = ["if exists ", "only "].iter().fold(rest, |r, w| r.strip_prefix(w).unwrap_or(r));
        let table = rest.split(' ').next().unwrap_or("");
        // Nobody uses a table that the same migration has just made.
        return if created.contains(&table) { Vec::new() } else { clauses(words, words.len() - rest.len() + table.len()) };
    }
    if begins("create index") || begins("create unique index") {
        let table = words.split_once(" on ").map_or("", |(_, r)| r.trim_start_matches("only ").split([' ', '(']).next().unwrap_or(""));
        if created.contains(&table) {
            return Vec::new();
        }
        let how = if has(" concurrently") { "concurrently" } else { "blocking" };
        return whole(vec![if begins("create unique") { "create unique index" } else { "create index" }, how]);
    }
    if begins("update ") && has(" set ") {
        return whole(vec!["update", if has(" where ") { "some rows" } else { "every row" }]);
    }
    if begins("delete from ") {
        return whole(vec!["delete", if has(" where ") { "some rows" } else { "every row" }]);
    }
    if begins("insert into ") && has(" select ") && has(" from ") {
        return whole(vec!["insert from select"]);
    }
    if begins("alter type ") {
        return whole(vec!["alter type", if has(" add value") { "add value" } else { "change" }]);
    }
    if (begins("reindex ") && !has(" concurrently")) || begins("vacuum full") || begins("cluster ") {
        return whole(vec!["rewrite"]);
    }
    // What pg_dump writes at the head of each dump.
    if begins("set lock_timeout = 0") {
        return Vec::new();
    }
    for (word, name) in [
        ("drop table ", "drop table"),
        ("drop index ", "drop index"),
        ("drop type ", "drop type"),
        ("drop schema ", "drop schema"),
        ("drop view ", "drop view"),
        ("drop materialized view ", "drop view"),
        ("drop function ", "drop function"),
        ("drop trigger ", "drop trigger"),
        ("truncate ", "truncate"),
        ("lock table ", "lock table"),
        ("set lock_timeout", "lock timeout"),
        ("set local lock_timeout", "lock timeout"),
        ("create publication ", "publication"),
        ("alter publication ", "publication"),
        ("drop publication ", "publication"),
        ("create subscription ", "publication"),
        ("create trigger ", "create trigger"),
        ("create or replace trigger ", "create trigger"),
    ] {
        if begins(word) {
            return whole(vec![name]);
        }
    }
    // An edit that begins within an `ALTER TABLE`.
    if ["add column ", "drop column ", "rename column ", "alter column ", "modify column ", "change column ", "add constraint ", "drop constraint "]
        .iter()
        .any(|w| begins(w))
    {
        return clauses(words, 0);
    }
    Vec::new()
}

/// The clauses of an `ALTER TABLE`, from `from` on.
fn clauses(words: &str, from: usize) -> Vec<(Vec<&'static str>, usize, usize)> {
    let mut out = Vec::new();
    let (mut depth, mut quoted, mut start) = (0i32, false, from);
    for (i, byte) in words.bytes().enumerate().skip(from).chain([(words.len(), b',')]) {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth -= 1,
            b',' if (!quoted && depth <= 0) || i == words.len() => {
                let skipped = words[start..i].len() - words[start..i].trim_start().len();
                if let Some(path) = clause(words[start..i].trim()) {
                    out.push((path, start + skipped, i));
                }
                start = i + 1;
            }
            _ => {}
        }
    }
    out
}

fn clause(text: &str) -> Option<Vec<&'static str>> {
    let begins = |w: &str| text.starts_with(w);
    let has = |w: &str| text.contains(w);
    let action: Vec<&'static str> =
        if begins("add constraint ") || begins("add foreign ") || begins("add unique") || begins("add check") || begins("add primary ") {
            vec!["add constraint", if has(" not valid") || has(" using index") { "not valid" } else { "checked at once" }]
        } else if begins("add index") || begins("add key") {
            vec!["add index"]
        } else if begins("add ") {
            let filled = has(" default ") || has(" generated ") || has("serial") || has(" auto_increment");
            vec!["add column", if has(" not null") && !filled { "not null without default" } else { "free" }]
        } else if begins("drop constraint") || begins("drop foreign ") || begins("drop check") {
            vec!["drop constraint"]
        } else if begins("drop index") || begins("drop key") {
            vec!["drop index"]
        } else if begins("drop ") {
            vec!["drop column"]
        } else if begins("rename to ") {
            vec!["rename table"]
        } else if begins("rename ") {
            vec!["rename column"]
        } else if begins("alter ") && (has(" type ") || has(" set data type")) {
            vec!["alter column", "type"]
        } else if begins("alter ") && has(" set not null") {
            vec!["alter column", "set not null"]
        } else if begins("alter ") && has(" default") {
            vec!["alter column", "default"]
        } else if begins("alter ") && has(" drop not null") {
            vec!["alter column", "drop not null"]
        } else if begins("modify ") || begins("change ") {
            vec!["alter column", "type"]
        } else if begins("attach partition") || begins("detach partition") {
            vec!["partition"]
        } else {
            return None;
        };
    Some(["alter table"].into_iter().chain(action).collect())
}
