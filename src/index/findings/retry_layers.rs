//! The same call tried again at several layers: their attempts multiply when the far end is slow.

use super::{Finding, Severity, cited, component, of_kind, places};
use crate::engine::edit::Language;
use crate::index::depending;
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    let all: Vec<(&Resource, Vec<(&Place, u64)>)> = of_kind(index, Kind::Setting)
        .map(|r| (r, places(r, &[Role::Retries]).filter_map(|p| Some((p, attempts(p)?))).filter(|(_, n)| *n > 1).collect()))
        .collect();
    for (resource, layers) in &all {
        let is_between = |p: &Place| !Language::of_path(&index.file(p).path).is_program() && component(index, p).is_none_or(depending::is_between);
        let between = layers.iter().filter(|(p, _)| is_between(p)).max_by_key(|(_, n)| *n);
        let caller = layers.iter().filter(|(p, _)| !is_between(p)).max_by_key(|(_, n)| *n);
        // The same call, tried by its caller and by what it goes through.
        if let (Some(&(outer, a)), Some(&(inner, b))) = (caller, between) {
            let who = component(index, outer).unwrap_or("a caller");
            tell(index, resource, a * b, format!("calls of {} are tried again by {who} and on their way", resource.name), &[(outer, a), (inner, b)], out);
        }
        // A call that is tried again, for each try of the call that needs it.
        for &(inner, b) in layers.iter().filter(|(p, _)| !is_between(p)) {
            let Some(middle) = component(index, inner).filter(|c| *c != resource.name) else { continue };
            let outer =
                all.iter().filter(|(r, _)| r.name == middle).flat_map(|(_, l)| l).filter(|(p, _)| component(index, p) != Some(middle)).max_by_key(|(_, n)| *n);
            if let Some(&(outer, a)) = outer {
                let text = format!("calls of {middle} are tried again, and so are its own calls of {}", resource.name);
                tell(index, resource, a * b, text, &[(outer, a), (inner, b)], out);
                break;
            }
        }
    }
}

fn tell(index: &Index, resource: &Resource, product: u64, text: String, layers: &[(&Place, u64)], out: &mut Vec<Finding>) {
    out.push(Finding {
        id: "retry-layers",
        severity: if product >= 9 { Severity::High } else { Severity::Medium },
        resource: resource.name.clone(),
        kind: Kind::Setting,
        text: format!("{text}: up to {product} attempts"),
        asks: "Which layer knows best when to give up, and can the others stop trying?",
        places: layers.iter().map(|(p, n)| cited(index, p, format!("{n} attempts"))).collect(),
    });
}

fn attempts(place: &Place) -> Option<u64> {
    place.value.as_deref()?.strip_prefix("attempts=")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, index, of_rule};
    use super::{Kind, Role::Retries, Severity};

    #[test]
    fn layers_multiply() {
        let found =
            |rows: &'static [Row], inner: &'static [Row]| of_rule("retry-layers", &[(Kind::Setting, "orders", rows), (Kind::Setting, "inventory", inner)]);
        let chain = found(&[("shop", Retries, Some("attempts=3"))], &[("orders", Retries, Some("attempts=4"))]);
        assert_eq!((chain.len(), chain[0].severity), (1, Severity::High));
        assert_eq!(chain[0].text, "calls of orders are tried again, and so are its own calls of inventory: up to 12 attempts");
        assert!(found(&[("shop", Retries, Some("attempts=3")), ("ui", Retries, Some("attempts=3"))], &[]).is_empty(), "two callers are no layers");
        assert!(found(&[("shop", Retries, Some("attempts=3"))], &[("orders", Retries, Some("attempts=1"))]).is_empty());
        assert!(found(&[("shop", Retries, Some("timeout=3s"))], &[("orders", Retries, Some("attempts=4"))]).is_empty());
    }

    #[test]
    fn a_caller_and_what_stands_between_are_layers() {
        let mut index = index(&[(Kind::Setting, "orders", &[("gateway", Retries, Some("attempts=2")), ("shop", Retries, Some("attempts=3"))])]);
        assert!(super::super::findings(&index).is_empty(), "a program of that name is a caller like others");
        index.files[0].path = "gateway/envoy.yaml".to_owned();
        assert_eq!(super::super::findings(&index)[0].text, "calls of orders are tried again by shop and on their way: up to 6 attempts");
    }
}
