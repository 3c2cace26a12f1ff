//! One lock, taken for different times by those who use it.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for resource in of_kind(index, Kind::Lease).filter(|r| !r.name.starts_with("{}")) {
        let timed: Vec<&Place> = places(resource, &[Role::Locks]).filter(|p| p.value.as_deref().is_some_and(|v| v.starts_with("ttl="))).collect();
        let mut terms: Vec<&str> = timed.iter().filter_map(|p| p.value.as_deref()).collect();
        terms.sort_unstable();
        terms.dedup();
        if terms.len() < 2 {
            continue;
        }
        out.push(Finding {
            id: "lock-terms",
            severity: Severity::Medium,
            resource: resource.name.clone(),
            kind: Kind::Lease,
            text: format!("{} is held for {} by different users", resource.name, super::listed(&terms.iter().map(|t| &t["ttl=".len()..]).collect::<Vec<_>>())),
            asks: "Does the shortest outlast the longest work that any of them does under it?",
            places: timed.iter().map(|p| cited(index, p, p.value.clone().unwrap_or_default())).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::of_rule;
    use super::{Kind, Role::Locks};

    #[test]
    fn terms_differ() {
        let found = |a, b| of_rule("lock-terms", &[(Kind::Lease, "lock:orders:{}", &[("a", Locks, a), ("b", Locks, b)])]);
        assert_eq!(found(Some("ttl=10s"), Some("ttl=30s"))[0].text, "lock:orders:{} is held for 10s and 30s by different users");
        assert!(found(Some("ttl=10s"), Some("ttl=10s")).is_empty());
        assert!(found(Some("ttl=10s"), None).is_empty());
    }
}
