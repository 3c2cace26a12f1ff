//! Enumerations that are stored by their texts, whatever they are called: `enum ScanKind { Pickup = "pickup" }` that types a column. Files elsewhere that switch on such a type ask for it by name, and say nothing where none was declared.

use super::Member;
use crate::index::extractors::values;
use crate::index::model::{Facts, Given, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading};

/// The setting under which a file tells that it declares such an enumeration; of several words, an extractor's own.
fn key(name: &str) -> String {
    format!("closed enum {name}")
}

pub(super) fn given(declared: &Declaration<'_>) -> Given {
    Given { key: key(declared.name), value: declared.name.to_owned(), part: None, line: declared.line }
}

/// Whether the file shows that the type is stored.
pub(super) fn is_kept(reading: &Reading<'_>, declared: &Declaration<'_>) -> bool {
    let name = declared.name;
    let can_be = match reading.language.name() {
        "typescript" | "php" => declared.kind == DeclarationKind::Enum,
        "python" => {
            declared.kind != DeclarationKind::Function && declared.head.clone().any(|i| reading.word(i).ends_with("Enum") || reading.is(i, "TextChoices"))
        }
        // `#[derive(sqlx::Type)]`, `#[derive(DbEnum)]`
        "rust" => {
            return declared.kind == DeclarationKind::Enum
                && reading.annotations_of(declared).any(|a| {
                    a.path.first() == Some(&"sqlx")
                        || a.arguments.iter().any(|g| g.span.clone().any(|i| matches!(reading.word(i), "sqlx" | "DbEnum" | "DeriveActiveEnum")))
                });
        }
        _ => false,
    };
    can_be
        && (0..reading.tokens.len()).any(|at| {
            reading.word(at) == name
                && reading.kind(at) == Some(Token::Word)
                && !declared.body.contains(&at)
                && (is_case(reading, at) || is_column(reading, at))
        })
}

/// Whether every member has a text of its own.
pub(super) fn has_values(reading: &Reading<'_>, declared: &Declaration<'_>, members: &[Member<'_>]) -> bool {
    reading.language.name() == "rust"
        || members
            .iter()
            .all(|m| declared.body.clone().any(|i| reading.word(i) == m.name && reading.is(i + 1, "=") && reading.kind(i + 2) == Some(Token::Text)))
}

/// `case Kind.Member`, `case Kind::Member`.
fn is_case(reading: &Reading<'_>, at: usize) -> bool {
    at > 0 && reading.is(at - 1, "case") && matches!(reading.word(at + 1), "." | "::")
}

/// Whether the type at a token types a column: of a decorated member, of SQLAlchemy's `Mapped[..]` and `Enum(..)`, of Django's choices.
fn is_column(reading: &Reading<'_>, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |i| reading.word(i));
    match reading.language.name() {
        "typescript" => {
            let Some(colon) = at.checked_sub(1).filter(|&i| reading.is(i, ":")) else { return false };
            let member = colon - usize::from(matches!(before(2), "!" | "?")) - 1;
            reading.annotations.iter().any(|a| a.target == Some(member) && (a.name.ends_with("Column") || matches!(a.name, "Property" | "Enum" | "Prop")))
        }
        "python" => {
            (before(1) == "[" && before(2) == "Mapped")
                || (before(1) == "(" && matches!(before(2), "Enum" | "SQLEnum" | "SAEnum" | "SqlEnum"))
                || before(1) == "=" && before(2) == "choices"
        }
        _ => false,
    }
}

/// Members of types of other files that are switched on.
pub(super) fn switched(reading: &Reading<'_>, known: &[(&str, Vec<Member<'_>>)], facts: &mut Facts) {
    if !matches!(reading.language.name(), "typescript" | "javascript" | "python" | "php" | "rust") {
        return;
    }
    for at in 1..reading.tokens.len().saturating_sub(3) {
        let holder = reading.word(at);
        let is_label = match reading.language.name() {
            "rust" => reading.is(at + 1, "::") && matches!(reading.word(at + 3), "=>" | "|") && !matches!(reading.word(at - 1), "::" | "."),
            _ => is_case(reading, at),
        };
        let is_type = holder.starts_with(|c: char| c.is_ascii_uppercase()) && holder.bytes().any(|b| b.is_ascii_lowercase());
        if !is_label || !is_type || reading.kind(at + 2) != Some(Token::Word) || super::is_state_type(holder) || known.iter().any(|(n, _)| *n == holder) {
            continue;
        }
        let path = format!("{holder}.{}", reading.word(at + 2));
        let name = Name(vec![Part::Setting(key(holder), None)]);
        let value = values::marked(&path, &path);
        facts.push(Use::new(Kind::State, Role::Reads, name, reading.line(at)).value(value));
    }
}
