//! Values of a status that one side writes and nobody handles, or that somebody waits for and nobody writes.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

/// Readers that compare with literals before one can say that they handle all there is.
const READERS: usize = 2;

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for kind in [Kind::Column, Kind::Key] {
        for resource in of_kind(index, kind) {
            let writers: Vec<&Place> = places(resource, &[Role::Writes]).collect();
            let readers: Vec<&Place> = places(resource, &[Role::Reads]).collect();
            let compared: Vec<&Place> = readers.iter().copied().filter(|p| p.value.is_some()).collect();
            let value = |p: &Place| p.value.clone().unwrap_or_default();
            // A reader that compares with nothing may show or pass on whatever there is.
            if compared.len() >= READERS && compared.len() == readers.len() {
                for place in writers.iter().filter(|p| p.value.is_some() && !compared.iter().any(|c| same(c, p))) {
                    if !is_word(&value(place)) || out.iter().any(|f| f.resource == resource.name && f.text.contains(&format!("\"{}\"", value(place)))) {
                        continue;
                    }
                    let mut cites = vec![cited(index, place, format!("writes \"{}\"", value(place)))];
                    cites.extend(compared.iter().map(|p| cited(index, p, format!("compares with \"{}\"", value(p)))));
                    out.push(Finding {
                        id: "status-values-unhandled",
                        severity: Severity::Medium,
                        resource: resource.name.clone(),
                        kind,
                        text: format!("{} becomes \"{}\", and no place that reads it compares with that", resource.name, value(place)),
                        asks: "Who acts on it, and what happens to a row that stays there?",
                        places: cites,
                    });
                }
            }
            // A writer whose value is computed may write anything.
            if writers.is_empty() || writers.iter().any(|p| p.value.is_none()) {
                continue;
            }
            let declared = |v: &str| places(resource, &[Role::Declares]).any(|p| p.value.as_deref().is_some_and(|d| d.contains(v)));
            let mut told: Vec<String> = Vec::new();
            for place in compared.iter().filter(|p| !writers.iter().any(|w| same(w, p))) {
                let value = value(place);
                if !is_word(&value) || declared(&value) || told.contains(&value) {
                    continue;
                }
                told.push(value.clone());
                let mut cites = vec![cited(index, place, format!("waits for \"{value}\""))];
                cites.extend(writers.iter().map(|p| cited(index, p, format!("writes \"{}\"", p.value.as_deref().unwrap_or("")))));
                out.push(Finding {
                    id: "status-values-never-written",
                    severity: Severity::Medium,
                    resource: resource.name.clone(),
                    kind,
                    text: format!("{} is compared with \"{value}\", and nothing here writes that", resource.name),
                    asks: "Who writes it, or does this branch never run?",
                    places: cites,
                });
            }
        }
    }
}

fn same(a: &Place, b: &Place) -> bool {
    match (&a.value, &b.value) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => false,
    }
}

fn is_word(value: &str) -> bool {
    value.len() >= 3 && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) && value.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, of_rule};
    use super::Kind;
    use crate::index::model::Role::{Declares, Reads, Writes};

    #[test]
    fn values_without_their_other_side() {
        let ids = |rows: &[Row]| -> Vec<&str> { of_rule("status-values", &[(Kind::Column, "orders.status", rows)]).iter().map(|f| f.id).collect() };
        let read = |value| ("b", Reads, Some(value));
        assert_eq!(
            ids(&[("a", Writes, Some("lost")), ("a", Writes, Some("new")), ("a", Writes, Some("done")), read("new"), read("done")]),
            ["status-values-unhandled"]
        );
        assert_eq!(ids(&[("a", Writes, Some("new")), read("new"), read("done")]), ["status-values-never-written"]);
        assert!(ids(&[("a", Writes, Some("new")), ("b", Declares, Some("new,done")), read("new"), read("done")]).is_empty());
        assert!(ids(&[("a", Writes, Some("lost")), ("b", Reads, None), read("new"), ("a", Writes, Some("new"))]).is_empty(), "one reader takes all");
        assert!(ids(&[("a", Writes, None), read("new"), read("done")]).is_empty(), "the writer may write anything");
    }
}
