//! A channel with one end in the repository only.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for kind in [Kind::Channel, Kind::Job, Kind::Message] {
        // Where one end of everything is missing, the other lies in another repository.
        let both = of_kind(index, kind).any(|r| sends(r).next().is_some() && receives(r).next().is_some());
        if !both {
            continue;
        }
        for resource in of_kind(index, kind).filter(|r| !r.name.starts_with("{}") && !r.name.ends_with("{}")) {
            let (senders, receivers): (Vec<&Place>, Vec<&Place>) = (sends(resource).collect(), receives(resource).collect());
            let (id, text, asks, cites) = match (senders.is_empty(), receivers.is_empty()) {
                (false, true) => (
                    "one-sided-channel-never-consumed",
                    format!("{} is sent into, and nothing here receives from it", resource.name),
                    "Who receives it, and what becomes of it until then?",
                    senders,
                ),
                (true, false) if kind != Kind::Job => (
                    "one-sided-channel-never-published",
                    format!("{} is waited for, and nothing here sends into it", resource.name),
                    "Who sends it, or is this left over?",
                    receivers,
                ),
                _ => continue,
            };
            // A schedule, a binding or a dead-letter policy is the other end.
            if places(resource, &[Role::Declares]).any(|p| p.value.is_some())
                || resource.name.to_ascii_lowercase().contains("dead")
                || resource.name.to_ascii_lowercase().contains("dlq")
            {
                continue;
            }
            out.push(Finding {
                id,
                severity: Severity::Medium,
                resource: resource.name.clone(),
                kind,
                text,
                asks,
                places: cites.iter().map(|p| cited(index, p, if p.role == Role::Consumes { "receives" } else { "sends" })).collect(),
            });
        }
    }
}

fn sends(resource: &crate::index::linked::Resource) -> impl Iterator<Item = &Place> {
    places(resource, &[Role::Publishes, Role::Writes])
}

fn receives(resource: &crate::index::linked::Resource) -> impl Iterator<Item = &Place> {
    places(resource, &[Role::Consumes, Role::Reads])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, of_rule};
    use super::Kind;
    use crate::index::model::Role::{Consumes, Declares, Publishes};

    const WHOLE: &[Row] = &[("a", Publishes, None), ("b", Consumes, None)];

    #[test]
    fn one_end_is_missing() {
        let ids = |rows: &[Row]| -> Vec<&str> {
            of_rule("one-sided-channel", &[(Kind::Channel, "whole", WHOLE), (Kind::Channel, "orders", rows)]).iter().map(|f| f.id).collect()
        };
        assert_eq!(ids(&[("a", Publishes, None)]), ["one-sided-channel-never-consumed"]);
        assert_eq!(ids(&[("a", Consumes, None), ("a", Declares, None)]), ["one-sided-channel-never-published"]);
        assert!(ids(WHOLE).is_empty());
        assert!(ids(&[("a", Declares, None)]).is_empty());
        assert!(of_rule("one-sided-channel", &[(Kind::Channel, "orders", &[("a", Publishes, None)])]).is_empty(), "the other ends lie elsewhere");
    }
}
