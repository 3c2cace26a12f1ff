//! GraphQL operations: `query orders`. Schemas declare them, resolvers serve them, documents of clients call them.

mod document;
mod resolvers;

use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use document::Found;

/// Languages that are read.
pub(super) const LANGUAGES: &[&str] =
    &["graphql", "unknown", "typescript", "javascript", "python", "java", "kotlin", "go", "ruby", "csharp", "php", "rust", "scala", "elixir", "dart", "swift"];

/// Words without which a file holds none.
pub(super) const WORDS: &[&str] = &["query", "mutation", "subscription"];

/// Finds operations.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    if file.language.name() == "unknown" && !file.path.ends_with(".graphqls") {
        return;
    }
    if matches!(file.language.name(), "graphql" | "unknown") {
        for found in document::read(file.text) {
            push(out, &found, 1);
        }
        return;
    }
    let reading = file.reading();
    for at in 0..reading.tokens.len() {
        if reading.kind(at) != Some(Token::Text) || reading.tokens[at].in_log {
            continue;
        }
        let Some(text) = reading.string(at).filter(|t| t.len() > 12 && t.contains('{') && is_document(t)) else { continue };
        // The text begins on the line of its quote.
        for found in document::read(text) {
            push(out, &found, reading.tokens[at].line);
        }
    }
    resolvers::read(reading, out);
}

/// Whether a string reads like a document: an operation, or a schema.
fn is_document(text: &str) -> bool {
    let start = text.trim_start();
    let operation =
        ["query", "mutation", "subscription"].iter().any(|w| start.strip_prefix(w).is_some_and(|rest| rest.starts_with([' ', '{', '(', '\n', '\t'])));
    let named = operation && {
        // An operation has a name, variables or its fields next; prose has words.
        let rest = start.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start();
        let name = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let next = rest[name..].trim_start();
        // `query the {thing}` is a template.
        next.starts_with(['(', '@']) || next.strip_prefix('{').is_some_and(|fields| name == 0 || fields.starts_with(char::is_whitespace))
    };
    named || ["type Query", "type Mutation", "type Subscription"].iter().any(|w| text.contains(w)) || start.starts_with("fragment ") && text.contains(" on ")
}

fn push(out: &mut Facts, found: &Found<'_>, first_line: u32) {
    let role = if found.declares { Role::Declares } else { Role::Calls };
    out.push(Use::new(Kind::Operation, role, Name::literal(format!("{} {}", found.operation, found.field)), first_line + found.line));
}

fn serve(out: &mut Facts, operation: &str, field: &str, line: u32, certainty: Certainty) {
    out.push(Use::new(Kind::Operation, Role::Serves, Name::literal(format!("{operation} {field}")), line).certainty(certainty));
}

#[cfg(test)]
mod tests;
