//! Types that one file declares for others, and another sends: `import { OrderShipped } from "@shop/events"`.
//!
//! A type without tags in a folder of messages is on a wire when some file carries it; the declaring file cannot know, so it asks.

use super::Carried;
use super::types::Type;
use crate::index::model::{Facts, Given, Kind, Name, Part, Role, Use};
use crate::index::reading::Reading;

/// The setting under which a file tells that it carries a type; of several words, an extractor's own.
fn key(name: &str) -> String {
    format!("carried type {name}")
}

/// Ends of types that pages and programs keep for themselves.
const OWN: [&str; 7] = ["Props", "State", "Options", "Config", "Params", "Context", "Handler"];

/// Asks whether anybody carries a type that is declared here.
pub(super) fn declared(path: &str, declared: &Type<'_>, facts: &mut Facts) {
    if !super::types::is_shared_path(path) || declared.name.ends_with("DomainEvent") || OWN.iter().any(|o| declared.name.ends_with(o)) {
        return;
    }
    for member in &declared.members {
        let mut name = Name(vec![Part::Setting(key(declared.name), None)]);
        name.push(Part::Text(format!(".{}", member.wire)));
        facts.push(Use::new(Kind::Field, Role::Declares, name, member.line));
    }
}

/// Tells which types of other files are carried here.
pub(super) fn carried(reading: &Reading<'_>, carried: &[Carried<'_>], types: &[Type<'_>], facts: &mut Facts) {
    for one in carried.iter().filter(|c| !types.iter().any(|t| t.name == c.name)) {
        let line = (0..reading.tokens.len()).find(|&i| reading.word(i) == one.name).map_or(1, |i| reading.line(i));
        facts.given.push(Given { key: key(one.name), value: one.name.to_owned(), part: None, line });
    }
}
