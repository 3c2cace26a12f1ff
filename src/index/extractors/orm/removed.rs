//! Rows that are handed over to be removed: `session.delete(order)`, `entityManager.remove(order)`.

use super::Mapped;
use super::instances::Holder;
use crate::index::model::{Certainty, Facts, Kind, Role, Use};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind as Token;

/// What keeps rows, by the ends of its names.
const KEEPERS: [&str; 5] = ["session", "db", "em", "manager", "uow"];

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    if !matches!(reading.language.name(), "python" | "java" | "kotlin" | "php" | "typescript") {
        return;
    }
    let holder = Holder { reading, mapped };
    for call in reading.calls.iter().filter(|c| !c.in_log && matches!(c.name, "delete" | "remove") && c.path.len() >= 2) {
        let [argument] = call.arguments.as_slice() else { continue };
        let keeps = call.receiver().is_some_and(|r| {
            let lower = r.trim_start_matches(['_', '$']).to_ascii_lowercase();
            KEEPERS.iter().any(|k| lower == *k || k.len() > 3 && lower.ends_with(k))
        });
        if !keeps || argument.keyword.is_some() || argument.span.len() != 1 || reading.kind(argument.span.start) != Some(Token::Word) {
            continue;
        }
        if let Some((entity, Certainty::Sure)) = holder.entity(reading.word(argument.span.start), call.at) {
            facts.push(Use::new(Kind::Column, Role::Deletes, mapped.table(reading, entity), call.line));
        }
    }
}
