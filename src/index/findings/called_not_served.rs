//! A call of something that the called part does not offer.

use super::{Finding, Severity, cited, of_kind, places};
use crate::index::linked::{Index, Place};
use crate::index::model::{Certainty, Kind, Role};

pub(super) fn find(index: &Index, out: &mut Vec<Finding>) {
    for kind in [Kind::Rpc, Kind::Operation] {
        for resource in of_kind(index, kind) {
            let calls: Vec<&Place> = places(resource, &[Role::Calls]).filter(|p| p.certainty == Certainty::Sure).collect();
            if calls.is_empty() || places(resource, &[Role::Serves]).next().is_some() {
                continue;
            }
            // Only a service that this repository serves otherwise can lack a method; all else is served elsewhere.
            let service = resource.name.split('/').next().unwrap_or(&resource.name);
            let served_otherwise = of_kind(index, kind)
                .any(|r| r.name != resource.name && r.name.split('/').next() == Some(service) && places(r, &[Role::Serves]).next().is_some());
            if !served_otherwise || kind == Kind::Rpc && !resource.name.contains('/') {
                continue;
            }
            out.push(Finding {
                id: "called-not-served",
                severity: Severity::High,
                resource: resource.name.clone(),
                kind,
                text: format!("{} is called, and nothing here serves it", resource.name),
                asks: "Was it renamed or taken away on the serving side, and which version is deployed first?",
                places: calls.iter().map(|p| cited(index, p, "calls it")).collect(),
            });
        }
    }
    routes(index, out);
}

/// Routes: a path beside which the same part serves others.
fn routes(index: &Index, out: &mut Vec<Finding>) {
    let served: Vec<(&str, Option<&str>)> =
        of_kind(index, Kind::Route).flat_map(|r| places(r, &[Role::Serves]).map(move |p| (path(&r.name), super::component(index, p)))).collect();
    for resource in of_kind(index, Kind::Route) {
        let calls: Vec<&Place> = places(resource, &[Role::Calls]).filter(|p| p.certainty == Certainty::Sure).collect();
        if calls.is_empty() || places(resource, &[Role::Serves]).next().is_some() {
            continue;
        }
        let called = path(&resource.name);
        if served.iter().any(|(p, _)| matches(p, called)) {
            continue;
        }
        let Some(first) = called.split('/').find(|s| !s.is_empty() && *s != "{}") else { continue };
        let beside: Vec<&&str> = served.iter().filter(|(p, _)| p.split('/').find(|s| !s.is_empty()) == Some(first)).map(|(p, _)| p).collect();
        // A generic first segment says nothing about who is meant.
        if beside.is_empty() || matches!(first, "api" | "v1" | "v2" | "health" | "metrics" | "graphql") || called.contains("{}{}") {
            continue;
        }
        out.push(Finding {
            id: "called-not-served",
            severity: Severity::Medium,
            resource: resource.name.clone(),
            kind: Kind::Route,
            text: format!("{} is called, and what is served beside it does not answer it", resource.name),
            asks: "Was the route renamed or taken away on the serving side, and which version is deployed first?",
            places: calls.iter().map(|p| cited(index, p, "calls it")).collect(),
        });
    }
}

fn path(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, path)| path)
}

/// Whether a served path answers a called one; a hole on either side may be anything.
fn matches(served: &str, called: &str) -> bool {
    let parts = |p: &str| p.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (served, called) = (parts(served), parts(called));
    served.len() == called.len() && served.iter().zip(&called).all(|(s, c)| s == c || s.contains("{}") || c.contains("{}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::of_rule;
    use super::Kind;
    use crate::index::model::Role::{Calls, Serves};

    #[test]
    fn the_serving_side_offers_others_only() {
        let found =
            of_rule("called-not-served", &[(Kind::Rpc, "shop.Stock/Get", &[("a", Serves, None)]), (Kind::Rpc, "shop.Stock/Take", &[("b", Calls, None)])]);
        assert_eq!(found[0].text, "shop.Stock/Take is called, and nothing here serves it");
        assert!(of_rule("called-not-served", &[(Kind::Rpc, "shop.Stock/Take", &[("b", Calls, None)])]).is_empty(), "served elsewhere");
        let found = of_rule(
            "called-not-served",
            &[(Kind::Route, "GET /orders/{}", &[("a", Serves, None)]), (Kind::Route, "GET /orders/{}/lines", &[("b", Calls, None)])],
        );
        assert_eq!(found.len(), 1);
        let same =
            of_rule("called-not-served", &[(Kind::Route, "ANY /orders/{}", &[("a", Serves, None)]), (Kind::Route, "GET /orders/7", &[("b", Calls, None)])]);
        assert!(same.is_empty());
    }
}
