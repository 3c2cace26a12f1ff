//! Functions whose body is one expression.

use super::tokens::Kind;
use super::{Reading, Span};

/// Methods and functions of C# that are one expression: `static string Cart(string id) => Prefix + id;`, with the token of the name.
pub(super) fn expression_bodied(reading: &Reading<'_>) -> Vec<(usize, Span)> {
    let mut out = Vec::new();
    for arrow in 2..reading.tokens.len() {
        if !reading.is(arrow, "=>") || !reading.is(arrow - 1, ")") {
            continue;
        }
        let open = reading.partner(arrow - 1);
        // A type and a name before the brackets, that begin a member: a lambda has none.
        let Some(at) = open.checked_sub(1).filter(|&at| at > 0 && open < arrow && reading.kind(at) == Some(Kind::Word)) else { continue };
        let is_typed =
            reading.kind(at - 1) == Some(Kind::Word) && matches!(reading.word(at - 1), "string" | "String" | "RedisKey" | "RedisValue" | "RedisChannel");
        let end = (arrow + 1..reading.tokens.len().min(arrow + 26)).find(|&i| reading.is(i, ";"));
        if let Some(end) = end.filter(|_| is_typed) {
            out.push((at, arrow + 1..end));
        }
    }
    out
}
