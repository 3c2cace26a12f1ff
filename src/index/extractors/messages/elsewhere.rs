//! Types that one file declares for others, and another sends: `import { OrderShipped } from "@shop/events"`.
//!
//! A type without tags in a folder of messages is on a wire when some file carries it; the declaring file cannot know, so it asks.

use super::Carried;
use super::types::Type;
use crate::index::model::{Facts, Given, Kind, Name, Part, Role, STANDS_FOR, Use};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind as Token;

/// The setting under which a file tells that it carries a type; of several words, an extractor's own.
fn key(name: &str) -> String {
    format!("carried type {name}")
}

/// Ends of types that pages and programs keep for themselves.
const OWN: [&str; 7] = ["Props", "State", "Options", "Config", "Params", "Context", "Handler"];

/// Asks whether anybody carries a type that is declared here.
pub(super) fn declared(reading: &Reading<'_>, declared: &Type<'_>, facts: &mut Facts) {
    let path = reading.path;
    if !super::types::is_shared_path(path) || declared.name.ends_with("DomainEvent") || OWN.iter().any(|o| declared.name.ends_with(o)) {
        return;
    }
    let whole = unions(reading, declared.name).into_iter().map(|union| format!("{}{STANDS_FOR}{}", key(union), declared.name));
    for asked in std::iter::once(key(declared.name)).chain(whole) {
        for member in &declared.members {
            let mut name = Name(vec![Part::Setting(asked.clone(), None)]);
            name.push(Part::Text(format!(".{}", member.wire)));
            facts.push(Use::new(Kind::Field, Role::Declares, name, member.line));
        }
    }
}

/// Types that a type is one case of: `type OrderEvent = OrderPlaced | OrderShipped`. Who carries the whole carries each.
fn unions<'a>(reading: &Reading<'a>, case: &str) -> Vec<&'a str> {
    let mut out = Vec::new();
    if !matches!(reading.language.name(), "typescript") {
        return out;
    }
    for at in (0..reading.tokens.len()).filter(|&i| reading.is(i, "type") && reading.is(i + 2, "=")) {
        // Names and bars by turns, to the end of the statement.
        let mut here = at + 3 + usize::from(reading.is(at + 3, "|"));
        let mut cases = Vec::new();
        while reading.kind(here) == Some(Token::Word) && (cases.is_empty() || reading.is(here - 1, "|")) {
            cases.push(reading.word(here));
            here += 1 + usize::from(reading.is(here + 1, "|"));
        }
        let is_whole = reading.kind(here).is_none() || reading.is(here, ";") || reading.tokens[here].first;
        if is_whole && cases.len() > 1 && cases.contains(&case) {
            out.push(reading.word(at + 1));
        }
    }
    out
}

/// Tells which types of other files are carried here.
pub(super) fn carried(reading: &Reading<'_>, carried: &[Carried<'_>], types: &[Type<'_>], facts: &mut Facts) {
    for one in carried.iter().filter(|c| !types.iter().any(|t| t.name == c.name)) {
        let line = (0..reading.tokens.len()).find(|&i| reading.word(i) == one.name).map_or(1, |i| reading.line(i));
        facts.given.push(Given { key: key(one.name), value: one.name.to_owned(), part: None, line });
    }
}
