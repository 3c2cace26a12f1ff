//! A caller that gives up before the part it calls does: the work goes on for nobody, and the caller tries again.

use super::{Finding, Severity, cited, component, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    let timeouts: Vec<(&str, &Place, u64)> =
        of_kind(index, Kind::Setting).flat_map(|r| places(r, &[Role::Retries]).filter_map(|p| Some((&*r.name, p, milliseconds(p)?)))).collect();
    for &(callee, outer, patience) in &timeouts {
        let caller = component(index, outer);
        // What the callee itself waits for, in the worst case of one call.
        let longest =
            timeouts.iter().filter(|(target, p, _)| component(index, p) == Some(callee) && caller != Some(callee) && *target != callee).max_by_key(|t| t.2);
        let Some(&(target, inner, wait)) = longest else { continue };
        if wait <= patience {
            continue;
        }
        out.push(Finding {
            id: "timeout-order",
            severity: Severity::Medium,
            resource: callee.to_owned(),
            kind: Kind::Setting,
            text: format!("{} waits {} for {callee}, which itself waits {} for {target}", caller.unwrap_or("a caller"), shown(patience), shown(wait)),
            asks: "What does the called part do with an answer that nobody waits for any more?",
            places: vec![cited(index, outer, shown(patience)), cited(index, inner, shown(wait))],
        });
    }
}

fn shown(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) { format!("{}s", milliseconds / 1000) } else { format!("{milliseconds}ms") }
}

/// `timeout=5s`, `timeout=250ms`, `timeout=1.5s`, `timeout=2m`.
fn milliseconds(place: &Place) -> Option<u64> {
    // To connect is another wait than for the answer.
    if place.note.as_deref().is_some_and(|n| n.to_ascii_lowercase().contains("connect")) {
        return None;
    }
    let text = place.value.as_deref()?.strip_prefix("timeout=")?;
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].parse().ok()?;
    let scale = match &text[unit..] {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" | "min" => 60_000.0,
        _ => return None,
    };
    // Durations of settings are small positive numbers.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (number >= 0.0).then_some((number * scale) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::testing::of_rule;
    use super::{Kind, Role::Retries};

    #[test]
    fn the_caller_is_less_patient_than_the_called() {
        let found = |outer: &'static str, inner: &'static str| {
            of_rule(
                "timeout-order",
                &[(Kind::Setting, "orders", &[("gateway", Retries, Some(outer))]), (Kind::Setting, "inventory", &[("orders", Retries, Some(inner))])],
            )
        };
        assert_eq!(found("timeout=2s", "timeout=5s")[0].text, "gateway waits 2s for orders, which itself waits 5s for inventory");
        assert_eq!(found("timeout=500ms", "timeout=1.5s").len(), 1);
        assert!(found("timeout=5s", "timeout=5s").is_empty());
        assert!(found("attempts=2", "timeout=5s").is_empty());
    }
}
