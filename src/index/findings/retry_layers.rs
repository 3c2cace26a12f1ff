//! The same call tried again at several layers: their attempts multiply when the far end is slow.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for resource in of_kind(index, Kind::Setting) {
        let layers: Vec<(&Place, u64)> = places(resource, &[Role::Retries]).filter_map(|p| Some((p, attempts(p)?))).filter(|(_, n)| *n > 1).collect();
        // Two settings of one component are alternatives more often than layers.
        let mut of_component: Vec<(Option<&str>, &Place, u64)> = Vec::new();
        for (place, attempts) in layers {
            let component = super::component(index, place);
            match of_component.iter_mut().find(|(c, ..)| *c == component) {
                Some(known) if known.2 < attempts => *known = (component, place, attempts),
                Some(_) => {}
                None => of_component.push((component, place, attempts)),
            }
        }
        if of_component.len() < 2 {
            continue;
        }
        let product = of_component.iter().fold(1_u64, |all, (_, _, n)| all.saturating_mul(*n));
        out.push(Finding {
            id: "retry-layers",
            severity: if product >= 9 { Severity::High } else { Severity::Medium },
            resource: resource.name.clone(),
            kind: Kind::Setting,
            text: format!("calls of {} are tried again at {} layers: up to {product} attempts for one call", resource.name, of_component.len()),
            asks: "Which layer knows best when to give up, and can the others stop trying?",
            places: of_component.iter().map(|(_, p, n)| cited(index, p, format!("{n} attempts"))).collect(),
        });
    }
}

fn attempts(place: &Place) -> Option<u64> {
    place.value.as_deref()?.strip_prefix("attempts=")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::of_rule;
    use super::{Kind, Role::Retries, Severity};

    #[test]
    fn layers_multiply() {
        let rows = [("gateway", Retries, Some("attempts=3")), ("orders", Retries, Some("attempts=4")), ("orders", Retries, Some("timeout=2s"))];
        let found = of_rule("retry-layers", &[(Kind::Setting, "inventory", &rows)]);
        assert_eq!((found.len(), found[0].severity), (1, Severity::High));
        assert!(found[0].text.ends_with("up to 12 attempts for one call"), "{}", found[0].text);
        for silent in [
            &rows[1..],
            &[("a", Retries, Some("attempts=3")), ("a", Retries, Some("attempts=3"))],
            &[("a", Retries, Some("attempts=3")), ("b", Retries, Some("attempts=1"))],
        ] {
            assert!(of_rule("retry-layers", &[(Kind::Setting, "inventory", silent)]).is_empty(), "{silent:?}");
        }
    }
}
