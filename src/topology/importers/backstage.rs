//! Backstage's catalog-info: what depends on what, which interfaces are offered and used, and whose they are.

use super::kubernetes::Object;
use super::part::{About, Note, Part, Piece, Surroundings};
use crate::topology::model::{Component, Kind, Relationship};
use crate::topology::yaml::Yaml;
use std::collections::{BTreeMap, BTreeSet};

/// Whether it is an entity of Backstage.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.and_then(|y| y.get("apiVersion")).and_then(Yaml::text).is_some_and(|v| v.starts_with("backstage.io/"))
}

/// An interface: how it is spoken to, and where its shape is written.
#[derive(Default)]
struct Api {
    via: String,
    contract: Option<String>,
    providers: Vec<String>,
}

/// Reads all entities.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let entities = Object::all(pieces);
    let mut part = Part::default();
    let of = |kind: &'static str| entities.iter().filter(move |e| e.kind() == kind && !e.name().is_empty());
    let domains: BTreeMap<&str, &str> = of("System").filter_map(|s| Some((s.name(), last(spec(s, "domain")?.text()?)))).collect();
    let mut apis: BTreeMap<&str, Api> = of("API")
        .map(|a| {
            let via = match spec(a, "type").and_then(Yaml::text).unwrap_or("") {
                "openapi" => "http",
                "asyncapi" => "event",
                other => other,
            };
            let contract =
                spec(a, "definition").and_then(|d| ["$text", "$json", "$yaml"].iter().find_map(|k| d.get(k))).and_then(Yaml::text).map(str::to_owned);
            (a.name(), Api { via: via.to_owned(), contract, providers: Vec::new() })
        })
        .collect();
    for entity in of("Component") {
        for api in list(entity, "providesApis") {
            apis.entry(last(api.text().unwrap_or(""))).or_default().providers.push(entity.name().to_owned());
        }
    }
    let libraries: BTreeSet<&str> =
        of("Component").filter(|c| matches!(spec(c, "type").and_then(Yaml::text), Some("library" | "documentation" | "template"))).map(Object::name).collect();
    let runs = |e: &&Object<'_>| !libraries.contains(e.name());
    for entity in of("Component").filter(runs).chain(of("Resource")) {
        part.components.push(component(entity, &domains));
    }
    let names: BTreeSet<String> = part.components.iter().map(|c| c.name.clone()).collect();
    let edge = |from: &str, to: &str, entity: &Object<'_>, node: &Yaml, fact: &str| Relationship {
        from: from.to_owned(),
        to: to.to_owned(),
        sources: vec![entity.fact(node, fact.to_owned())],
        ..Relationship::default()
    };
    for entity in of("Component").filter(runs).chain(of("Resource")) {
        for (key, turned) in [("dependsOn", false), ("dependencyOf", true)] {
            for node in list(entity, key) {
                let Some(reference) = node.text() else { continue };
                let other = last(reference);
                if libraries.contains(other) || reference.to_ascii_lowercase().starts_with("api:") {
                    continue;
                }
                let (from, to) = if turned { (other, entity.name()) } else { (entity.name(), other) };
                let made = edge(from, to, entity, node, key);
                for end in [from, to].into_iter().filter(|e| !names.contains(*e)) {
                    part.notes.push(Note::new(About::Dangling, format!("{end}: named by {}, declared by no source", entity.name()), made.sources.clone()));
                }
                part.relationships.push(made);
            }
        }
        let used = list(entity, "consumesApis")
            .iter()
            .chain(list(entity, "dependsOn").iter().filter(|n| n.text().is_some_and(|t| t.to_ascii_lowercase().starts_with("api:"))));
        for node in used {
            let name = last(node.text().unwrap_or(""));
            let api = apis.get(name);
            let providers = api.map_or(&[][..], |a| a.providers.as_slice());
            if providers.is_empty() {
                let place = entity.fact(node, "consumesApis".to_owned());
                part.notes.push(Note::new(
                    About::NotRead,
                    format!("{} uses the interface {name}, and no source says who provides it", entity.name()),
                    vec![place],
                ));
            }
            for provider in providers.iter().filter(|p| *p != entity.name()) {
                part.relationships.push(Relationship {
                    via: api.map_or_else(String::new, |a| a.via.clone()),
                    contract: api.and_then(|a| a.contract.clone()),
                    ..edge(entity.name(), provider, entity, node, &format!("consumesApis {name}"))
                });
            }
        }
    }
    part
}

fn component(entity: &Object<'_>, domains: &BTreeMap<&str, &str>) -> Component {
    let text = |key: &str| spec(entity, key).and_then(Yaml::text);
    let sort = text("type").unwrap_or("").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| sort.contains(w));
    let kind = if entity.kind() == "Component" {
        match sort.as_str() {
            "website" | "mobile-app" | "app" => Kind::Client,
            "job" | "batch" | "cronjob" | "worker" => Kind::Job,
            _ => super::guess::kind("", entity.name()),
        }
    } else if has(&["cache", "redis", "memcached"]) {
        Kind::Cache
    } else if has(&["queue", "topic", "kafka", "stream", "broker", "sqs", "sns"]) {
        Kind::Queue
    } else if has(&["database", "db", "bucket", "storage", "postgres", "mysql", "mongo", "table"]) {
        Kind::Db
    } else {
        super::guess::kind("", entity.name())
    };
    let mut sources = vec![entity.place()];
    let mut fact = |key: &str, field: &str| {
        if let Some((node, value)) = spec(entity, key).and_then(|n| Some((n, n.text()?))) {
            sources.push(entity.fact(node, format!("{field}: {value}")));
        }
    };
    fact("owner", "owner");
    fact("type", "kind");
    let system = text("system").map(last);
    let words = [
        text("lifecycle").map(|l| format!("lifecycle {l}")),
        system.map(|s| format!("system {s}")),
        text("domain").map(last).or_else(|| domains.get(system?).copied()).map(|d| format!("domain {d}")),
    ];
    let describe = entity.yaml.at(&["metadata", "description"]).and_then(Yaml::text).unwrap_or("");
    Component {
        name: entity.name().to_owned(),
        kind,
        declared: true,
        role: describe.split_whitespace().collect::<Vec<_>>().join(" "),
        notes: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
        owner: text("owner").map(|o| last(o).to_owned()).filter(|o| !o.is_empty()),
        sources,
        ..Component::default()
    }
}

fn spec<'a>(entity: &Object<'a>, key: &str) -> Option<&'a Yaml> {
    entity.yaml.at(&["spec", key])
}

fn list<'a>(entity: &Object<'a>, key: &str) -> &'a [Yaml] {
    spec(entity, key).map_or(&[], Yaml::items)
}

/// The name in a reference: `component:default/cart` is `cart`.
fn last(reference: &str) -> &str {
    reference.rsplit(['/', ':']).next().unwrap_or(reference)
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import, notes};
    use crate::topology::model::Kind;

    #[test]
    fn entities_dependencies_and_interfaces() {
        let text = "
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout, description: Takes orders}
spec: {type: service, lifecycle: production, owner: group:default/team-orders, system: shop, dependsOn: ['resource:orders-store', 'component:default/gone', 'component:words'], consumesApis: [stock-api, nobody-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: stock}
spec: {type: service, lifecycle: deprecated, owner: team-stock, providesApis: [stock-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: words}
spec: {type: library, owner: team-orders}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-store}
spec: {type: database, owner: team-orders}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: stock-api}
spec: {type: grpc, owner: team-stock, definition: {$text: ./stock.proto}}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: x, domain: commerce}
";
        let import = import(&[("catalog-info.yaml", text)]);
        assert_eq!(edges(&import), ["checkout>orders-store", "checkout>gone", "checkout>stock grpc"]);
        let t = &import.topology;
        let checkout = t.component("checkout").expect("checkout");
        assert_eq!((checkout.owner.as_deref(), checkout.role.as_str()), (Some("team-orders"), "Takes orders"));
        assert_eq!(checkout.notes, "lifecycle production, system shop, domain commerce");
        assert_eq!(t.component("orders-store").map(|c| c.kind), Some(Kind::Db));
        assert!(t.component("words").is_none(), "a library runs nowhere");
        assert!(t.component("gone").is_some_and(|c| !c.declared));
        assert_eq!(t.relationships[2].contract.as_deref(), Some("./stock.proto"));
        assert_eq!(
            notes(&import),
            ["gone: named by checkout, declared by no source", "checkout uses the interface nobody-api, and no source says who provides it"]
        );
    }
}
