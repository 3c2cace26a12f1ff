//! A field that somebody reads or fills in a message whose declaration does not have it.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::{Certainty, Kind, Role};
use std::collections::BTreeMap;

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    let mut of_type: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for resource in of_kind(index, Kind::Field) {
        if let Some((name, _)) = resource.name.rsplit_once('.') {
            of_type.entry(name).or_default().push(resource);
        }
    }
    for (name, fields) in of_type {
        let declared: Vec<&Place> = fields.iter().filter_map(|f| places(f, &[Role::Declares]).next()).collect();
        // A declaration of one field only is a part of a type that is seen in part.
        let Some(first) = declared.first().filter(|_| declared.len() >= 2) else { continue };
        for field in &fields {
            let used: Vec<&Place> = places(field, &[Role::Reads, Role::Writes]).filter(|p| p.certainty == Certainty::Sure).collect();
            if used.is_empty() || places(field, &[Role::Declares]).next().is_some() {
                continue;
            }
            let short = field.name.rsplit('.').next().unwrap_or(&field.name);
            let mut cites: Vec<_> = used.iter().map(|p| cited(index, p, if p.role == Role::Reads { "reads it" } else { "fills it" })).collect();
            cites.push(cited(index, first, format!("declares {name}")));
            out.push(Finding {
                id: "field-dropped",
                severity: Severity::High,
                resource: field.name.clone(),
                kind: Kind::Field,
                text: format!("{short} is used, and {name} does not declare it"),
                asks: "Was it renamed or dropped on one side, and what do messages in flight carry?",
                places: cites,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, of_rule};
    use super::{Kind, Role::Declares, Role::Reads};

    #[test]
    fn a_field_that_only_one_side_knows() {
        let found = |rows: &'static [Row]| {
            of_rule(
                "field-dropped",
                &[
                    (Kind::Field, "OrderCreated.id", &[("a", Declares, None)]),
                    (Kind::Field, "OrderCreated.total", &[("a", Declares, None)]),
                    (Kind::Field, "OrderCreated.customer", rows),
                ],
            )
        };
        assert_eq!(found(&[("b", Reads, None)])[0].text, "customer is used, and OrderCreated does not declare it");
        assert!(found(&[("b", Reads, None), ("a", Declares, None)]).is_empty());
        assert!(of_rule("field-dropped", &[(Kind::Field, "X.a", &[("b", Reads, None)])]).is_empty(), "the type is declared elsewhere");
    }
}
