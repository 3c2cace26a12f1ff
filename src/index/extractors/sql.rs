//! Tables and columns in SQL: statements in strings of programs, `.sql` files, mapper files.
//!
//! Why not the crate `sqlparser`: a statement in a program is a template. It has holes where a grammar wants an expression, ends where the
//! program goes on, and is written in a dialect that nobody names; a parser that refuses a statement at its first unknown token says nothing
//! of the other forty. It also costs a tree for each string, and what is wanted of it are names, roles and literals. So the statements are
//! read here by what tables and columns hang on (`statement`, `definition`), over tokens (`tokens`) that know holes and placeholders.

mod bound;
mod commands;
mod definition;
mod expressions;
mod filled;
mod pieces;
mod statement;
mod tokens;
mod words;
mod writing;

use super::values;
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::Reading;
use pieces::Piece;
use statement::{Reader, Value};
use tokens::Token;

/// Strings of a program.
pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    for piece in pieces::pieces(reading) {
        let tokens = tokens::tokens(&piece.text);
        if is_sql(&tokens) {
            tell(&piece, &tokens, Some(reading), facts);
        }
    }
}

/// A file of statements.
pub(super) fn read_file(file: &File<'_>, facts: &mut Facts) {
    if file.path.ends_with(".down.sql") || file.path.ends_with("/down.sql") {
        return;
    }
    let piece = Piece::whole(up(file.text), 1);
    tell(&piece, &tokens::tokens(&piece.text), None, facts);
}

pub(super) use commands::{read_manifest, read_script};

/// Statements of a MyBatis mapper.
pub(super) fn read_mapper(file: &File<'_>, facts: &mut Facts) {
    for (line, text) in pieces::elements(file.text) {
        let piece = Piece::whole(&text, line);
        tell(&piece, &tokens::tokens(&piece.text), None, facts);
    }
}

/// A migration without its way back.
fn up(text: &str) -> &str {
    let end = ["-- +goose Down", "-- +migrate Down", "-- migrate:down", "--//@UNDO", "-- +micrate Down", "-- !Downs", "# --- !Downs"]
        .iter()
        .filter_map(|m| text.find(m))
        .min();
    &text[..end.unwrap_or(text.len())]
}

/// Whether these are statements, and no prose that begins with such a word.
fn is_sql(tokens: &[Token<'_>]) -> bool {
    let reader = Reader::new(tokens);
    let Some(verb) = (0..tokens.len()).find(|&i| reader.is_statement(i) || reader.is(i, "explain")) else { return false };
    if verb > 0
        && !(0..verb).all(|i| {
            tokens[i].kind != tokens::Kind::Word
                || reader.is_any(i, &["begin", "explain", "analyze", "with", "do", "declare"])
                || tokens.iter().any(|t| t.is(";"))
        })
    {
        return false;
    }
    let word = &tokens[verb].text;
    if word.bytes().all(|b| b.is_ascii_uppercase()) {
        return true;
    }
    // Prose has no such signs: `select an item from stock`.
    let signs = tokens.iter().filter(|t| t.kind == tokens::Kind::Bound || t.is("*") || t.is("=") || t.is("(") || t.is(",")).count();
    signs > 0 && (word.bytes().all(|b| b.is_ascii_lowercase()) || tokens.iter().any(|t| t.is("=") || t.is("*")))
}

fn tell(piece: &Piece<'_>, tokens: &[Token<'_>], reading: Option<&Reading<'_>>, facts: &mut Facts) {
    let mut reader = Reader::new(tokens);
    reader.read();
    let before = facts.uses.len();
    let entities = reading.is_some_and(|r| matches!(r.language.name(), "java" | "kotlin" | "scala" | "groovy" | "php"))
        && !reader.hits.is_empty()
        && reader.hits.iter().all(|h| h.table.starts_with(char::is_uppercase) && h.table.bytes().any(|b| b.is_ascii_lowercase()) && !h.table.contains('_'));
    for hit in reader.hits {
        let line = piece.line(hit.at);
        let (table, named) = if entities {
            let table = values::table_of(&hit.table, values::snake(&hit.table));
            (table, hit.column.map(|c| values::snake(&c)))
        } else {
            (Name::literal(hit.table), hit.column)
        };
        let name = named.as_ref().map_or_else(|| table.clone(), |c| values::column(&table, c));
        let mut used = Use::new(Kind::Column, hit.role, name, line);
        used.value = match hit.value {
            Some(Value::Text(text)) => says_state(&text).then_some(text),
            Some(Value::Bound(name, place)) => reading.and_then(|r| bound::value(r, piece, &name, place)),
            None => None,
        };
        used.note = hit.note.filter(|n| n.len() <= 80 && (used.value.is_some() || named.is_none() || matches!(hit.role, Role::Deletes | Role::Declares)));
        facts.push(used);
    }
    values::without_plain(&mut facts.uses, before);
    for enumeration in reader.enumerations.into_iter().filter(|e| values::is_state_word(&e.name)) {
        for value in enumeration.values {
            facts.push(Use::new(Kind::State, Role::Declares, Name::literal(enumeration.name.clone()), piece.line(enumeration.at)).value(value));
        }
    }
}

/// Whether a literal is a word that somebody may compare, and no number, date, identifier or text for people.
fn says_state(text: &str) -> bool {
    let plain = text.len() <= 40 && !text.contains(['\n', '/', '{', '[', '@', '%', ',', '<']) && text.split(' ').count() <= 3;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    plain && text.bytes().any(|b| b.is_ascii_alphabetic()) && (digits * 3 <= text.len() || text.len() <= 4)
}

/// A column of a condition, and what it is compared with.
pub(super) struct Compared {
    pub(super) column: String,
    pub(super) with: With,
    /// All but that value are meant.
    pub(super) not: bool,
}

/// What a column is compared with.
pub(super) enum With {
    /// Nothing that is told.
    Unknown,
    Literal(String),
    /// The value of this name, or at this place among those that are bound.
    Bound(String, usize),
}

/// Columns of a condition: `status = ? AND kind = 'x'`.
pub(super) fn condition(text: &str) -> Vec<Compared> {
    columns(&format!("SELECT 1 FROM rows_ {} WHERE {text}", alias(text)), Role::Reads)
}

/// What a condition calls its one table: `o` of `o.status = ? AND o.kind = 'x'`; empty where it names none, or several.
fn alias(text: &str) -> &str {
    let mut found = "";
    for (at, _) in text.match_indices('.') {
        let from = text[..at].rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(0, |i| i + 1);
        let word = &text[from..at];
        let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic()) && text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if is_name && found != word {
            if !found.is_empty() {
                return "";
            }
            found = word;
        }
    }
    found
}

/// Columns of what is set: `status = ?, kind = 'x'`.
pub(super) fn set(text: &str) -> Vec<Compared> {
    columns(&format!("UPDATE rows_ SET {text}"), Role::Writes)
}

fn columns(whole: &str, role: Role) -> Vec<Compared> {
    let tokens = tokens::tokens(whole);
    let mut reader = Reader::new(&tokens);
    reader.read();
    let hits = reader.hits.into_iter().filter(|h| h.role == role);
    hits.filter_map(|h| {
        let with = match h.value {
            Some(Value::Text(text)) if says_state(&text) => With::Literal(text),
            Some(Value::Bound(name, place)) => With::Bound(name, place),
            _ => With::Unknown,
        };
        Some(Compared { column: h.column?, with, not: h.note.is_some_and(|n| n.starts_with("all but")) })
    })
    .collect()
}

#[cfg(test)]
mod tests;
