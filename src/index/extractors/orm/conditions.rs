//! Conditions and changes in words of SQL among the arguments of a verb.

use super::pairs::{self, Pair};
use super::queries::{Root, World};
use crate::index::extractors::sql;
use crate::index::model::{Certainty, Facts, Role};
use crate::index::reading::Call;

impl World<'_, '_> {
    /// `where("status = ?", "idle")`, `where("o.status = :status", { status: "idle" })`, `update_all("status = 'idle'")`; whether the call has one.
    pub(super) fn condition(&self, call: &Call<'_>, name: &str, role: Role, root: &Root<'_>, certainty: Certainty, facts: &mut Facts) -> bool {
        let changes = matches!(name, "updateall" | "setraw");
        let text = call.positional(0).filter(|a| a.span.len() == 1 && (role == Role::Reads || changes)).and_then(|a| self.reading.string(a.span.start));
        let Some(text) = text.filter(|t| t.contains(['=', '?', '<', '>']) || !changes && t.to_ascii_lowercase().contains(" in ")) else { return false };
        let found = if changes { sql::set(text) } else { sql::condition(text) };
        // `where("state", "=", "idle")` and `get("/a?b=c")` are none.
        if found.is_empty() {
            return false;
        }
        for sql::Compared { column: property, with, not } in found {
            let property = property.rsplit('.').next().unwrap_or(&property).to_owned();
            let pair = |value: Option<String>| Pair { property: property.clone(), role, not: not && value.is_some(), value, line: call.line };
            let values = match with {
                sql::With::Literal(text) => vec![text],
                sql::With::Bound(name, place) => self.bound(call, &name, place),
                sql::With::Unknown => Vec::new(),
            };
            if values.is_empty() {
                facts.push(self.column_use(&pair(None), root, certainty));
            }
            for value in values {
                facts.push(self.column_use(&pair(Some(value)), root, certainty));
            }
        }
        true
    }

    /// Literals that are bound by a name, else by their place.
    fn bound(&self, call: &Call<'_>, name: &str, place: usize) -> Vec<String> {
        let reading = self.reading;
        let name = name.trim_start_matches([':', '@', '$']);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let span = if is_name {
            let object = || call.arguments.iter().skip(1).find_map(|a| reading.entry(&a.span, name));
            call.keyword(&[name]).map(|a| a.span.clone()).or_else(object)
        } else {
            call.arguments.get(place + 1).map(|a| a.span.clone())
        };
        span.map(|s| pairs::literals(reading, &s)).unwrap_or_default()
    }
}
