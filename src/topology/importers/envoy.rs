//! Envoy's own configuration: clusters are whom it reaches, routes say how long it waits and how often it tries.

use super::compose;
use super::hosts;
use super::part::{Mention, Part, Piece, Policy, Surroundings, source};
use super::units;
use crate::topology::model::{Component, Kind, RetryLayer, Source};
use crate::topology::read::value::write_duration;
use crate::topology::yaml::Yaml;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a route waits when it says nothing:
/// <https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#route-timeouts>.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// Whether it is a configuration of Envoy.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| y.get("static_resources").is_some() || y.get("dynamic_resources").is_some())
}

/// Reads configurations: each is one component.
#[must_use]
pub fn read(pieces: &[Piece<'_>], around: &Surroundings<'_>) -> Part {
    let mut part = Part::default();
    for piece in pieces {
        let Some(yaml) = piece.yaml else { continue };
        let name = yaml.at(&["node", "cluster"]).or_else(|| yaml.at(&["node", "id"])).and_then(Yaml::text).filter(|n| !n.contains(['$', '{']));
        let stem = piece.file.rsplit(['/', '\\']).next().and_then(|f| f.split('.').next()).unwrap_or("envoy");
        let from = name.unwrap_or(stem).to_owned();
        part.stands_for.push((from.clone(), "envoy"));
        part.components.push(Component {
            name: from.clone(),
            kind: Kind::Gateway,
            declared: true,
            sources: vec![source(piece.file, yaml.place.line, &[])],
            ..Component::default()
        });
        let mut room = Room { file: piece.file, from, around, part: &mut part, targets: BTreeMap::new() };
        for cluster in yaml.at(&["static_resources", "clusters"]).map_or(&[][..], Yaml::items) {
            room.cluster(cluster);
        }
        room.routes(yaml);
    }
    part
}

struct Room<'a, 'b> {
    file: &'a str,
    from: String,
    around: &'a Surroundings<'b>,
    part: &'a mut Part,
    /// Hosts of each cluster.
    targets: BTreeMap<String, Vec<String>>,
}

impl Room<'_, '_> {
    fn place(&self, node: &Yaml, facts: Vec<String>) -> Source {
        Source { facts, ..source(self.file, node.place.line, &[]) }
    }

    fn cluster(&mut self, cluster: &Yaml) {
        let name = cluster.get("name").and_then(Yaml::text).unwrap_or("").to_owned();
        for address in find(cluster, "socket_address") {
            let Some(host) = address.get("address") else { continue };
            let text = compose::fill(host.text().unwrap_or(""), &self.around.variables);
            if !hosts::is_host(&text) {
                continue;
            }
            let port = address.get("port_value").and_then(Yaml::text).and_then(|p| compose::fill(p, &self.around.variables).parse().ok());
            let source = self.place(host, vec![format!("cluster {name}")]);
            self.targets.entry(name.clone()).or_default().push(text.clone());
            self.part.mentions.push(Mention { from: self.from.clone(), host: text.clone(), port, sure: true, source, ..Mention::default() });
            if let Some(outlier) = cluster.get("outlier_detection") {
                let source = self.place(outlier, vec!["breaker: outlier_detection".to_owned()]);
                self.part.policies.push(Policy { from: Some(self.from.clone()), host: text, breaker: true, source, ..Policy::default() });
            }
        }
    }

    fn routes(&mut self, yaml: &Yaml) {
        for hosts in find(yaml, "virtual_hosts") {
            for host in hosts.items() {
                for route in host.get("routes").map_or(&[][..], Yaml::items) {
                    if let Some(action) = route.get("route") {
                        self.route(action, action.get("retry_policy").or_else(|| host.get("retry_policy")));
                    }
                }
            }
        }
    }

    /// Without `retry_on` nothing is tried again; with it once, unless `num_retries` says more.
    fn route(&mut self, action: &Yaml, retry: Option<&Yaml>) {
        let weighted = action.at(&["weighted_clusters", "clusters"]).map_or(&[][..], Yaml::items).iter().filter_map(|c| c.get("name"));
        let clusters: Vec<&str> = action.get("cluster").into_iter().chain(weighted).filter_map(Yaml::text).collect();
        let on = retry.and_then(|r| r.get("retry_on")).and_then(Yaml::text).is_some_and(|t| !t.is_empty());
        let retries = retry.filter(|_| on).map_or(0, |r| r.get("num_retries").and_then(units::whole).unwrap_or(1));
        let attempts = retries.saturating_add(1);
        let all = action.get("timeout");
        let each = retry.filter(|_| on).and_then(|r| r.get("per_try_timeout"));
        // A timeout of 0 means none.
        let whole = all.map_or(Some(DEFAULT_TIMEOUT), |t| units::time(Some(t)).filter(|t| !t.is_zero()));
        let timeout = units::time(each).or(whole);
        let mut facts = vec![format!("attempts: {attempts}{}", if on { "" } else { ", no retry_on" })];
        if let Some(time) = timeout {
            facts.push(format!("timeout: {}{}", write_duration(time), if all.is_none() && each.is_none() { ", Envoy's default" } else { "" }));
        }
        let together = whole.filter(|_| attempts > 1).map_or_else(String::new, |t| format!("{} for all tries together", write_duration(t)));
        let source = self.place(retry.filter(|_| on).or(all).unwrap_or(action), facts);
        for cluster in clusters {
            for host in self.targets.get(cluster).cloned().unwrap_or_default() {
                self.part.policies.push(Policy {
                    from: Some(self.from.clone()),
                    host,
                    timeout,
                    attempts: Some(attempts),
                    layer: (attempts > 1).then_some(RetryLayer::Gateway),
                    notes: together.clone(),
                    source: source.clone(),
                    ..Policy::default()
                });
            }
        }
    }
}

/// Every value of a key, however deep.
fn find<'a>(yaml: &'a Yaml, key: &str) -> Vec<&'a Yaml> {
    let mut out = Vec::new();
    let mut waiting = vec![yaml];
    while let Some(node) = waiting.pop() {
        for (k, v) in node.entries().iter().rev() {
            if k.text() == Some(key) { out.push(v) } else { waiting.push(v) }
        }
        waiting.extend(node.items().iter().rev());
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import};
    use crate::topology::model::RetryLayer;
    use std::time::Duration;

    #[test]
    fn clusters_routes_and_the_gateway_that_it_is() {
        let compose = "services:\n  edge: {image: 'envoyproxy/envoy:v1.30', ports: ['80:80']}\n  cart: {image: shop/cart}\n  stock: {image: shop/stock}\n";
        let envoy = "
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          route_config:
            virtual_hosts:
            - name: all
              routes:
              - {match: {prefix: /cart}, route: {cluster: carts, timeout: 3s, retry_policy: {retry_on: 5xx, num_retries: 2, per_try_timeout: 1s}}}
              - {match: {prefix: /}, route: {cluster: stock}}
  clusters:
  - name: carts
    outlier_detection: {}
    load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: cart, port_value: 80}}}}]}]}
  - name: stock
    load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: stock, port_value: 80}}}}]}]}
";
        let import = import(&[("compose.yaml", compose), ("front.envoy.yaml", envoy)]);
        assert_eq!(edges(&import), ["edge>cart", "edge>stock"]);
        let r = &import.topology.relationships;
        assert_eq!((r[0].attempts, r[0].timeout, r[0].breaker), (Some(3), Some(Duration::from_secs(1)), true));
        assert_eq!(r[0].retry_layers, [RetryLayer::Gateway]);
        assert_eq!((r[1].attempts, r[1].timeout, r[1].breaker), (Some(1), Some(Duration::from_secs(15)), false));
        assert!(import.topology.component("edge").is_some_and(|c| c.entry));
    }
}
