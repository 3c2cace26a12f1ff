//! Members that are handed to a function: what its name says is done with them. `decide(pool, id, OrderState::Paid)` sets it, `find_by_state(
//! OrderState::Paid)` asks for it; of other names nobody knows.

use crate::index::model::Role;
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Reading, Span};

/// Functions that decide on a state, by their first word.
const DECIDES: [&str; 14] =
    ["settle", "decide", "transition", "mark", "advance", "resolve", "finish", "complete", "finalize", "finalise", "promote", "close", "enter", "force"];

/// First words that change something, where more words follow: stores and lists have `set` and `update` themselves.
const CHANGES: [&str; 9] = ["set", "update", "change", "move", "save", "store", "apply", "put", "record"];

/// First words that ask, where more words follow.
const ASKS: [&str; 13] = ["find", "get", "list", "count", "is", "has", "filter", "query", "select", "load", "fetch", "exists", "search"];

/// What is done with a member that is the argument of a call.
pub(super) fn role(reading: &Reading<'_>, member: Span) -> Option<Role> {
    let call = reading.calls.iter().rev().find(|c| c.open < member.start && member.start < c.close && c.arguments.iter().any(|a| a.span == member))?;
    // A type's own constructor, and a macro.
    if call.in_log || call.name.starts_with(|c: char| c.is_ascii_uppercase()) && reading.language.name() != "go" && reading.language.name() != "csharp" {
        return None;
    }
    // What is bound in a statement, or stored under a key, is told by these.
    if call.arguments.iter().any(|a| a.span.clone().any(|i| reading.kind(i) == Some(Token::Text))) {
        return None;
    }
    let first = first_word(call.name);
    let goes_on = first.len() < call.name.trim_start_matches('_').len();
    if DECIDES.contains(&&*first) || goes_on && CHANGES.contains(&&*first) {
        Some(Role::Writes)
    } else if goes_on && ASKS.contains(&&*first) {
        Some(Role::Reads)
    } else {
        None
    }
}

/// `markPaid` and `mark_paid` as `mark`.
pub(super) fn first_word(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let end = name.char_indices().skip(1).find(|(_, c)| *c == '_' || c.is_ascii_uppercase()).map_or(name.len(), |(i, _)| i);
    name[..end].to_ascii_lowercase()
}
