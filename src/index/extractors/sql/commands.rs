//! Statements that commands hand to a database's client: `psql "$URL" -c "DELETE FROM carts"` in scripts, in the commands of containers.

use super::pieces::{self, Piece};
use super::{is_sql, tell, tokens};
use crate::index::file::File;
use crate::index::model::Facts;
use crate::topology::yaml::{Value, Yaml};

/// Clients that take a statement as an argument or from their input.
const CLIENTS: [&str; 8] = ["psql", "mysql", "mariadb", "sqlcmd", "clickhouse-client", "cockroach", "sqlite3", "cqlsh"];

/// Bytes of a manifest beyond which it is data.
const LARGEST: usize = 400_000;

fn has_client(text: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    CLIENTS
        .iter()
        .any(|client| text.match_indices(client).any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + client.len()..].chars().next())))
}

fn statement(text: &str, line: u32, facts: &mut Facts) {
    if pieces::holds_statement(text) {
        let piece = Piece::whole(text, line);
        let tokens = tokens::tokens(text);
        if is_sql(&tokens) {
            tell(&piece, &tokens, None, facts);
        }
    }
}

/// A shell script.
pub(in crate::index::extractors) fn read_script(file: &File<'_>, facts: &mut Facts) {
    script(file.text, 1, facts);
}

/// Texts in quotes behind a client, and what is handed to its input between two marks.
fn script(text: &str, first: u32, facts: &mut Facts) {
    let mut line = first;
    let mut from = 0;
    while from < text.len() {
        let end = text[from..].find('\n').map_or(text.len(), |i| from + i);
        let here = &text[from..end];
        let mut next = end + 1;
        if !here.trim_start().starts_with('#') && has_client(here) {
            let body = text.get(next..).unwrap_or("");
            if let Some((inside, length)) = here_document(here, body) {
                statement(inside, line + 1, facts);
                next += length;
            } else {
                next = next.max(quoted(text, from, end, line, facts) + 1);
            }
        }
        line += u32::try_from(text[from..next.min(text.len())].matches('\n').count()).unwrap_or(0);
        from = next;
        if from < text.len() && !text.is_char_boundary(from) {
            return;
        }
    }
}

/// What stands between `<<SQL` and its mark, and how many bytes both take.
fn here_document<'a>(line: &str, body: &'a str) -> Option<(&'a str, usize)> {
    let mark = line.split_once("<<")?.1.trim_start_matches(['-', '~', ' ', '\'', '"', '\\']);
    let mark = &mark[..mark.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(mark.len())];
    if mark.is_empty() {
        return None;
    }
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        if line.trim() == mark {
            return Some((&body[..at], at + line.len()));
        }
        at += line.len();
    }
    None
}

/// Texts in quotes that begin on a line, or on those that a backslash joins to it; where the last of them ends.
fn quoted(text: &str, from: usize, end: usize, first: u32, facts: &mut Facts) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut end) = (from, end);
    let mut line = first;
    while at < end {
        match bytes[at] {
            b'\n' => line += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => end = text[at + 2..].find('\n').map_or(text.len(), |i| at + 2 + i),
            b'\\' => at += 1,
            quote @ (b'"' | b'\'') => {
                let mut close = at + 1;
                while close < bytes.len() && bytes[close] != quote {
                    close += if bytes[close] == b'\\' && quote == b'"' { 2 } else { 1 };
                }
                let Some(inside) = text.get(at + 1..close) else { return end };
                statement(inside, line, facts);
                line += u32::try_from(inside.matches('\n').count()).unwrap_or(0);
                at = close;
                if at > end {
                    end = text[at..].find('\n').map_or(text.len(), |i| at + i);
                }
            }
            _ => {}
        }
        at += 1;
    }
    end
}

/// Commands of containers in manifests and compose files.
pub(in crate::index::extractors) fn read_manifest(file: &File<'_>, facts: &mut Facts) {
    if file.text.len() <= LARGEST && has_client(file.text) {
        file.documents().iter().for_each(|d| containers(d, facts));
    }
}

fn containers(node: &Yaml, facts: &mut Facts) {
    let commands: Vec<&Yaml> = ["command", "args", "entrypoint"].iter().filter_map(|k| node.get(k)).collect();
    let words = || commands.iter().flat_map(|c| std::iter::once(*c).chain(c.items())).filter_map(|w| w.text().map(|t| (t, w.place.line)));
    if words().any(|(text, _)| has_client(text)) {
        for (text, line) in words() {
            if has_client(text) {
                script(text, line, facts);
            } else {
                statement(text, line, facts);
            }
        }
    }
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, v)| containers(v, facts)),
        Value::List(items) => items.iter().for_each(|i| containers(i, facts)),
        Value::Scalar { .. } => {}
    }
}
