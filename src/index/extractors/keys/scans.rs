//! Scans through keys by a pattern, and the keys that a loop takes from them.

use crate::index::extractors::values;
use crate::index::model::Name;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Argument, Call, DeclarationKind, Reading, Span};

/// Calls that go through keys by a pattern, lower case without `_`.
const SCANS: [&str; 5] = ["scan", "scaniter", "scanstream", "scaniterator", "scaneach"];

/// The pattern of a scan, where it stands by its name or behind a cursor: `scan_iter(match="w:*")`, `Scan(ctx, 0, "w:*", 10)`.
pub(super) fn scanned<'s>(reading: &Reading<'_>, call: &Call<'_>, name: &str, arguments: &'s [Argument<'_>]) -> Option<&'s Span> {
    if !SCANS.contains(&name) {
        return None;
    }
    let keyword = arguments.iter().find(|a| matches!(a.keyword, Some("match" | "pattern" | "_match"))).map(|a| &a.span);
    let behind = || {
        let cursor = arguments.first().filter(|a| a.keyword.is_none() && reading.kind(a.span.start) != Some(Kind::Text) && call.arguments.len() > 1)?;
        arguments.iter().find(|a| a.span.start > cursor.span.start && reading.kind(a.span.start) == Some(Kind::Text) && !is_option(reading, a)).map(|a| &a.span)
    };
    keyword.or_else(behind)
}

fn is_option(reading: &Reading<'_>, argument: &Argument<'_>) -> bool {
    reading.string(argument.span.start).is_some_and(|t| matches!(t, "MATCH" | "COUNT" | "TYPE" | "match" | "count"))
}

/// The pattern of the scan that a loop's variable runs through: `for key in r.scan_iter("w:*"): r.delete(key)`.
pub(super) fn looped(reading: &Reading<'_>, span: &Span) -> Option<Name> {
    if span.len() != 1 || reading.kind(span.start) != Some(Kind::Word) {
        return None;
    }
    let variable = reading.word(span.start);
    let from = reading.enclosing(span.start, &[DeclarationKind::Function]).map_or(0, |f| f.body.start);
    let bound = (from..span.start).rev().find(|&i| reading.word(i) == variable && reading.kind(i) == Some(Kind::Word))?;
    if !matches!(reading.word(bound + 1), "in" | "of") {
        return None;
    }
    let call = reading.calls.iter().find(|c| (bound + 2..bound + 14).contains(&c.at) && reading.line(c.at) == reading.line(bound))?;
    let name = values::verb(call.name);
    if !SCANS.contains(&&*name) && name != "keys" {
        return None;
    }
    let pattern = scanned(reading, call, &name, &call.arguments).or_else(|| call.positional(0).map(|a| &a.span))?;
    Some(reading.name(pattern)).filter(|n| n.says_something() || n.is_open())
}
