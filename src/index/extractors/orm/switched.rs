//! Columns of rows that are switched on: `case order.status when "paid"`, `switch (order.getStatus()) { case "PAID": .. }`, `match o.status`.

use super::Mapped;
use super::instances::Holder;
use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Role};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    if mapped.models.is_empty() && mapped.imported.is_empty() {
        return;
    }
    let holder = Holder { reading, mapped };
    for at in 0..reading.tokens.len() {
        if !matches!(reading.word(at), "switch" | "match" | "case" | "when") || reading.kind(at) != Some(Token::Word) {
            continue;
        }
        let Some((subject, labels)) = choice(reading, at) else { continue };
        let Some((entity, certainty, property)) = column(&holder, &subject) else { continue };
        for label in labels {
            if let Some(value) = values::value(reading, &label) {
                holder.tell(entity, &property, (Role::Reads, certainty), Some(value), reading.line(label.start), facts);
            }
        }
    }
}

/// What a choice that begins here looks at, and its labels that are literals.
fn choice(reading: &Reading<'_>, at: usize) -> Option<(Span, Vec<Span>)> {
    match (reading.language.name(), reading.word(at)) {
        ("ruby", "case") => lines(reading, at, "when"),
        ("python", "match") if reading.tokens[at].first => lines(reading, at, "case"),
        ("ruby" | "python" | "elixir", _) | (_, "case") => None,
        ("kotlin", "when") | (_, "switch" | "match") => {
            let open = (at + 1..at + 24).find(|&i| reading.is(i, "{"))?;
            let mut subject = at + 1..open;
            if reading.is(subject.start, "(") && reading.partner(subject.start) + 1 == subject.end {
                subject = subject.start + 1..subject.end - 1;
            }
            Some((subject, braced(reading, open)))
        }
        _ => None,
    }
}

/// Labels between brackets, on their first level.
fn braced(reading: &Reading<'_>, open: usize) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = open + 1;
    while at < reading.partner(open) {
        if reading.kind(at) == Some(Token::Open) {
            at = reading.partner(at).max(at) + 1;
            continue;
        }
        let before = reading.word(at - 1);
        let begins = matches!(before, "case" | "|" | "," | "{") || reading.tokens[at].first && !matches!(before, "(" | "=" | "+" | "return" | "?" | ":");
        if reading.kind(at) == Some(Token::Text) && begins && matches!(reading.word(at + 1), ":" | "->" | "=>" | "," | "|") {
            out.push(at..at + 1);
        }
        at += 1;
    }
    out
}

/// Labels of lines that begin with a word, as far as nothing is indented less.
fn lines(reading: &Reading<'_>, at: usize, word: &str) -> Option<(Span, Vec<Span>)> {
    let column = |i: usize| reading.text[..reading.tokens[i].start as usize].rfind('\n').map_or(0, |n| reading.tokens[i].start as usize - n);
    let end_of = |from: usize| (from + 1..reading.tokens.len()).find(|&i| reading.tokens[i].first).unwrap_or(reading.tokens.len());
    let head = end_of(at);
    let subject = at + 1..head - usize::from(reading.is(head - 1, ":"));
    let mut out = Vec::new();
    let mut from = head;
    let own = reading.tokens[at].first.then(|| column(at));
    while from < reading.tokens.len() && from < at + 400 {
        if reading.is(from, "end") || own.is_some_and(|own| column(from) < own) {
            break;
        }
        let end = end_of(from);
        if reading.is(from, word) {
            let stop = (from + 1..end).find(|&i| reading.is(i, "then") || word == "case" && reading.is(i, ":") || reading.is(i, "if")).unwrap_or(end);
            let mut start = from + 1;
            for i in from + 1..=stop {
                if i == stop || matches!(reading.word(i), "," | "|") {
                    let is_symbol = reading.is(start, ":") && i == start + 2;
                    // Ruby's constants, where the file gives them their texts.
                    let is_constant = || {
                        word == "when" && reading.word(start).starts_with(|c: char| c.is_ascii_uppercase()) && reading.name(&(start..i)).as_literal().is_some()
                    };
                    if i == start + 1 && reading.kind(start) == Some(Token::Text) || is_symbol || i > start && is_constant() {
                        out.push(start..i);
                    }
                    start = i + 1;
                }
            }
        }
        from = end;
    }
    Some((subject, out))
}

/// The mapped type and property that an expression is: `order.status`, `order.getStatus()`, `order.status.as_str()`; in a model of Rails
/// `status` alone.
fn column<'a>(holder: &Holder<'_, 'a>, subject: &Span) -> Option<(&'a str, Certainty, String)> {
    let reading = holder.reading;
    let mut end = subject.end;
    // What only gives it in another type.
    while end > subject.start + 2 {
        let bare = if reading.is(end - 1, ")") && reading.partner(end - 1) + 2 == end { end - 2 } else { end };
        let converts = matches!(reading.word(bare - 1), "as_str" | "to_s" | "to_sym" | "toString" | "ToString" | "as_deref" | "toLowerCase" | "toUpperCase");
        if !(converts && bare > subject.start + 2 && matches!(reading.word(bare - 2), "." | "?." | "&.")) {
            break;
        }
        end = bare - 2;
    }
    let mut property = None;
    if end > subject.start + 3 && reading.is(end - 1, ")") && reading.partner(end - 1) + 2 == end {
        end -= 2;
        let got = ["get", "Get"].iter().find_map(|g| reading.word(end - 1).strip_prefix(g)).filter(|g| g.starts_with(|c: char| c.is_ascii_uppercase()))?;
        let mut got = got.to_owned();
        got[..1].make_ascii_lowercase();
        property = Some(got);
    }
    let last = end.checked_sub(1)?;
    if reading.kind(last) != Some(Token::Word) {
        return None;
    }
    let property = property.unwrap_or_else(|| reading.word(last).to_owned());
    let alone = last == subject.start || last == subject.start + 1 && reading.is(subject.start, "@");
    if alone {
        let model = holder.mapped.models.iter().find(|m| reading.language.name() == "ruby" && m.body.contains(&last))?;
        let is_column = model.columns.iter().any(|c| c.property == property);
        // A state that nothing of the file binds is the row's own.
        let is_own = || {
            let function = reading.enclosing(last, &[DeclarationKind::Function]);
            let taken = function.is_some_and(|f| (f.name_at..f.body.start).any(|i| reading.is(i, &property)));
            let bound = reading.assignments.iter().any(|a| a.name == property && a.path.len() == 1 && function.is_none_or(|f| f.body.contains(&a.at)));
            values::is_state_word(&property) && function.is_some() && !taken && !bound
        };
        return (is_column || is_own()).then_some((model.entity, Certainty::Sure, property));
    }
    let variable = last.checked_sub(2)?;
    let linked = matches!(reading.word(last - 1), "." | "->" | "?." | "&.") && reading.kind(variable) == Some(Token::Word);
    let is_path = variable > subject.start
        && !(variable == subject.start + 2 && matches!(reading.word(subject.start), "self" | "this") || reading.is(subject.start, "@"));
    if !linked || is_path {
        return None;
    }
    let (entity, certainty) = holder.entity(reading.word(variable), last)?;
    Some((entity, certainty, property))
}
