//! A status that several components write: who wins when two write at once, and who may undo whose?

use super::{Finding, Severity, cited, components, listed, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for kind in [Kind::Column, Kind::Key, Kind::State] {
        for resource in of_kind(index, kind) {
            // A value that is computed may be anything; that several write a counter or a timestamp is their trade.
            let writers: Vec<&Place> = places(resource, &[Role::Writes]).filter(|p| p.value.as_deref().is_some_and(is_status)).collect();
            let who = components(index, &writers);
            let mut values: Vec<&str> = writers.iter().filter_map(|p| p.value.as_deref()).collect();
            values.sort_unstable();
            values.dedup();
            if who.len() < 2 || values.len() < 2 {
                continue;
            }
            out.push(Finding {
                id: "several-writers",
                severity: Severity::Medium,
                resource: resource.name.clone(),
                kind,
                text: format!("{} is written by {}: {}", resource.name, listed(&who), listed(&values)),
                asks: "Which of them may follow which, and what holds a late writer back?",
                places: writers.iter().map(|p| cited(index, p, format!("writes \"{}\"", p.value.as_deref().unwrap_or("")))).collect(),
            });
        }
    }
}

/// A word, as against a number, a time to live or a template.
fn is_status(value: &str) -> bool {
    value.len() >= 2
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
}

#[cfg(test)]
mod tests {
    use super::super::testing::of_rule;
    use super::{Kind, Role::Writes};

    #[test]
    fn two_components_that_write_different_values() {
        let found = of_rule("several-writers", &[(Kind::Column, "orders.status", &[("pay", Writes, Some("paid")), ("shop", Writes, Some("new"))])]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "orders.status is written by pay and shop: new and paid");
        for silent in [
            [("pay", Writes, Some("paid")), ("pay", Writes, Some("new"))],
            [("pay", Writes, Some("paid")), ("shop", Writes, Some("paid"))],
            [("pay", Writes, None), ("shop", Writes, None)],
            [("pay", Writes, Some("1")), ("shop", Writes, Some("0"))],
        ] {
            assert!(of_rule("several-writers", &[(Kind::Column, "orders.status", &silent)]).is_empty(), "{silent:?}");
        }
    }
}
