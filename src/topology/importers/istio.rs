//! Istio: who tries again and how long it waits, for every call to a host. It says nothing about who calls.

use super::kubernetes::Object;
use super::part::{About, Note, Part, Piece, Policy, Surroundings};
use super::units;
use crate::topology::model::{Component, Kind, RetryLayer, Source};
use crate::topology::read::value::write_duration;
use crate::topology::yaml::Yaml;

/// Retries of an HTTP route that says nothing: <https://istio.io/latest/docs/concepts/traffic-management/#retries>.
const DEFAULT_RETRIES: u32 = 2;

/// Whether it is an object of Istio.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.and_then(|y| y.get("apiVersion")).and_then(Yaml::text).is_some_and(|v| v.split('/').next().is_some_and(|g| g.ends_with(".istio.io")))
}

/// Reads all objects.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut part = Part::default();
    let objects = Object::all(pieces);
    if let Some(first) = objects.iter().find(|o| o.kind() == "VirtualService") {
        let text = format!(
            "HTTP calls without a VirtualService are tried {} times too where the caller has Istio's sidecar; that is not written",
            DEFAULT_RETRIES + 1
        );
        part.notes.push(Note::new(About::Default, text, vec![first.place()]));
    }
    for object in objects {
        match object.kind() {
            "VirtualService" => routes(object, &mut part),
            "DestinationRule" => rule(object, &mut part),
            "ServiceEntry" => entry(object, &mut part),
            _ => {}
        }
    }
    part
}

fn list<'a>(yaml: &'a Yaml, path: &[&str]) -> &'a [Yaml] {
    yaml.at(path).map_or(&[], Yaml::items)
}

fn routes(object: Object<'_>, part: &mut Part) {
    // Through a gateway others than `mesh`, users come in.
    let gateways = list(object.yaml, &["spec", "gateways"]);
    let from_outside = gateways.iter().filter_map(Yaml::text).any(|g| g != "mesh");
    for route in list(object.yaml, &["spec", "http"]) {
        for target in list(route, &["route"]).iter().filter_map(|r| r.at(&["destination", "host"])) {
            let Some(host) = target.text() else { continue };
            if from_outside {
                let source = object.fact(target, format!("entry: by VirtualService {}", object.name()));
                part.entries.push((host.to_owned(), object.namespace().to_owned(), source));
            }
            part.policies.push(policy(object, route, host, &mut part.notes));
        }
    }
    for route in list(object.yaml, &["spec", "tcp"]).iter().chain(list(object.yaml, &["spec", "tls"])) {
        for target in list(route, &["route"]).iter().filter_map(|r| r.at(&["destination", "host"])).filter(|_| from_outside) {
            let source = object.fact(target, format!("entry: by VirtualService {}", object.name()));
            part.entries.push((target.text().unwrap_or("").to_owned(), object.namespace().to_owned(), source));
        }
    }
}

/// Times and tries of one route. Attempts are retries and the first.
fn policy(object: Object<'_>, route: &Yaml, host: &str, notes: &mut Vec<Note>) -> Policy {
    let all = route.get("timeout");
    let retries = route.get("retries");
    let each = retries.and_then(|r| r.get("perTryTimeout"));
    let written = retries.and_then(|r| r.get("attempts"));
    let attempts = written.and_then(units::whole).unwrap_or(DEFAULT_RETRIES).saturating_add(1);
    let mut facts = Vec::new();
    let timeout = units::time(each).or(units::time(all));
    let mut note = String::new();
    if let Some(time) = timeout {
        facts.push(format!("timeout: {}", write_duration(time)));
    }
    if let Some(time) = units::time(all).filter(|_| attempts > 1) {
        note = format!("{} for all tries together", write_duration(time));
    }
    let mut source = object.fact(written.or(retries).or(all).unwrap_or(route), String::new());
    if written.is_some() {
        facts.push(format!("attempts: {attempts}"));
    } else {
        facts.push(format!("attempts: {attempts}, Istio's default of {DEFAULT_RETRIES} retries"));
        let text = format!("calls to {host} are tried {attempts} times: no `retries` is written, and {DEFAULT_RETRIES} are Istio's default");
        notes.push(Note::new(About::Default, text, vec![Source { facts: Vec::new(), ..source.clone() }]));
    }
    source.facts = facts;
    Policy {
        host: host.to_owned(),
        scope: object.namespace().to_owned(),
        timeout,
        attempts: Some(attempts),
        layer: (attempts > 1).then_some(RetryLayer::Mesh),
        notes: note,
        source,
        ..Policy::default()
    }
}

/// A rule that takes failing instances out is a breaker.
fn rule(object: Object<'_>, part: &mut Part) {
    let Some(spec) = object.yaml.get("spec") else { return };
    let Some(host) = spec.get("host").and_then(Yaml::text) else { return };
    let policies = std::iter::once(spec).chain(list(spec, &["subsets"])).filter_map(|s| s.get("trafficPolicy"));
    let ports =
        |p: &'_ Yaml| p.get("outlierDetection").cloned().or_else(|| list(p, &["portLevelSettings"]).iter().find_map(|s| s.get("outlierDetection").cloned()));
    let Some(found) = policies.into_iter().find_map(ports) else { return };
    let source = object.fact(&found, "breaker: outlierDetection".to_owned());
    part.policies.push(Policy { host: host.to_owned(), scope: object.namespace().to_owned(), breaker: true, source, ..Policy::default() });
}

/// Hosts outside of the mesh.
fn entry(object: Object<'_>, part: &mut Part) {
    for host in list(object.yaml, &["spec", "hosts"]).iter().filter_map(Yaml::text).filter(|h| !h.starts_with('*')) {
        part.components.push(Component { name: host.to_owned(), kind: Kind::External, declared: true, sources: vec![object.place()], ..Component::default() });
    }
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{import, notes};
    use std::time::Duration;

    const PODS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{image: web, env: [{name: CART_ADDR, value: 'cart:80'}, {name: STOCK_ADDR, value: 'stock:80'}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stock, namespace: shop}
";

    #[test]
    fn retries_timeouts_breakers_and_entries() {
        let mesh = "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
  - timeout: 10s
    retries: {attempts: 4, perTryTimeout: 2s}
    route: [{destination: {host: cart.shop.svc.cluster.local}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{timeout: 1s, route: [{destination: {host: stock}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: stock, namespace: shop}
spec: {host: stock, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: in, namespace: shop}
spec: {hosts: ['*'], gateways: [public], http: [{retries: {attempts: 0}, route: [{destination: {host: web}}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: gone, namespace: shop}
spec: {hosts: [gone], http: [{retries: {attempts: 1}, route: [{destination: {host: gone}}]}]}
";
        let import = import(&[("pods.yaml", PODS), ("mesh.yaml", mesh)]);
        let t = &import.topology;
        let of = |to: &str| t.relationships.iter().find(|r| r.to == to).expect("a call");
        assert_eq!((of("cart").timeout, of("cart").attempts, of("cart").breaker), (Some(Duration::from_secs(2)), Some(5), false));
        assert_eq!(of("cart").notes, "10s for all tries together");
        assert_eq!((of("stock").timeout, of("stock").attempts, of("stock").breaker), (Some(Duration::from_secs(1)), Some(3), true));
        assert!(t.component("web").is_some_and(|c| c.entry) && !t.component("cart").is_some_and(|c| c.entry));
        let told = notes(&import);
        assert!(told.contains(&"calls to stock are tried 3 times: no `retries` is written, and 2 are Istio's default"), "{told:?}");
        assert!(told.contains(&"settings of calls to gone, which no source declares, have no place"), "{told:?}");
        assert!(told.contains(&"settings of calls to web, and no caller of it could be read, have no place"), "{told:?}");
    }
}
