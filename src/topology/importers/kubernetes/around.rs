//! What stands around workloads: Services, autoscalers, disruption budgets, and the ways in from outside.

use super::{Object, Workload};
use crate::topology::importers::guess;
use crate::topology::importers::part::{About, Named, Note, Part};
use crate::topology::importers::units;
use crate::topology::model::{Component, Count, Kind, Source};
use crate::topology::yaml::Yaml;
use std::collections::BTreeMap;

/// Counts that an autoscaler decides, by kind, namespace and name of the workload.
pub(super) fn scaled(objects: &[Object<'_>]) -> BTreeMap<(String, String, String), (Count, Source)> {
    let mut out = BTreeMap::new();
    for object in objects.iter().filter(|o| matches!(o.kind(), "HorizontalPodAutoscaler" | "ScaledObject")) {
        let spec = |path: &[&str]| object.yaml.get("spec").and_then(|s| s.at(path));
        let Some(name) = spec(&["scaleTargetRef", "name"]).and_then(Yaml::text) else { continue };
        let kind = spec(&["scaleTargetRef", "kind"]).and_then(Yaml::text).unwrap_or("Deployment");
        let (min, max) = if object.kind() == "ScaledObject" { ("minReplicaCount", "maxReplicaCount") } else { ("minReplicas", "maxReplicas") };
        let most = spec(&[max]);
        let count = Count::Dynamic { min: spec(&[min]).and_then(units::whole).or(Some(1)), max: most.and_then(units::whole) };
        let place = object.fact(most.unwrap_or(object.yaml), String::new());
        out.insert((kind.to_owned(), object.namespace().to_owned(), name.to_owned()), (count, place));
    }
    out
}

/// Services: the names of what they select. One that selects nothing here is a component of its own, as somebody else runs what is behind.
pub(super) fn services(objects: &[Object<'_>], workloads: &[Workload<'_>], part: &mut Part) {
    for object in objects.iter().filter(|o| o.kind() == "Service" && !o.name().is_empty()) {
        let (name, namespace) = (object.name(), object.namespace());
        let spec = |key: &str| object.yaml.at(&["spec", key]);
        let ports: Vec<(u16, String)> = spec("ports").map_or(&[][..], Yaml::items).iter().filter_map(port).collect();
        let picked: Vec<&Workload<'_>> = spec("selector").map_or(Vec::new(), |s| workloads.iter().filter(|w| w.is_picked(s, namespace)).collect());
        let mut targets: Vec<String> = picked.iter().map(|w| w.component.clone()).collect();
        let kind = spec("type").and_then(Yaml::text).unwrap_or("");
        if targets.is_empty() {
            let component = match spec("externalName").and_then(Yaml::text) {
                Some(host) => Component {
                    name: name.to_owned(),
                    kind: Kind::External,
                    declared: true,
                    notes: format!("is {host}"),
                    sources: vec![object.place()],
                    ..Component::default()
                },
                None => Component {
                    name: name.to_owned(),
                    kind: guess::kind("", name),
                    declared: true,
                    notes: "only its Service was found: nothing that it selects".to_owned(),
                    sources: vec![object.place()],
                    ..Component::default()
                },
            };
            let known = part.components.iter().any(|c| c.name == name);
            if known {
                part.notes.push(Note::new(
                    About::Contradiction,
                    format!("the Service {name} selects nothing, and there is a workload of that name"),
                    vec![object.place()],
                ));
            } else {
                part.components.push(component);
            }
            targets.push(name.to_owned());
        }
        let mut forms = vec![(name.to_owned(), namespace.to_owned())];
        let space = if namespace.is_empty() { "default" } else { namespace };
        forms.extend(["", ".svc", ".svc.cluster.local"].iter().map(|tail| (format!("{name}.{space}{tail}"), String::new())));
        for target in &targets {
            part.names.extend(forms.iter().map(|(name, scope)| Named {
                component: target.clone(),
                name: name.clone(),
                scope: scope.clone(),
                ports: ports.clone(),
            }));
        }
        if matches!(kind, "LoadBalancer" | "NodePort") {
            let source = object.fact(spec("type").unwrap_or(object.yaml), format!("entry: the Service {name} is a {kind}"));
            enter(part, &targets, &source);
        }
    }
    // A workload is known by its own name in its namespace, should no Service be there.
    for workload in workloads {
        let name = workload.object.name();
        if !part.names.iter().any(|n| n.name == name && n.scope == workload.object.namespace()) {
            part.names.push(workload.named(name, workload.object.namespace()));
        }
    }
}

/// How a port is spoken to, as its name says: `grpc`, `tcp-redis`.
fn port(port: &Yaml) -> Option<(u16, String)> {
    let number = port.get("port").and_then(units::whole).and_then(|n| u16::try_from(n).ok())?;
    let said = port.get("appProtocol").or_else(|| port.get("name")).and_then(Yaml::text).unwrap_or("").to_ascii_lowercase();
    let said = said.rsplit('/').next().unwrap_or("");
    const SPOKEN: &[&str] = &[
        "grpc",
        "http",
        "http2",
        "https",
        "redis",
        "mysql",
        "postgres",
        "mongo",
        "mongodb",
        "kafka",
        "amqp",
        "nats",
        "mqtt",
        "otlp",
        "thrift",
        "memcached",
        "websocket",
    ];
    let word = said.split('-').find(|w| SPOKEN.contains(w)).unwrap_or("");
    Some((
        number,
        match word {
            "https" | "http2" => "http".to_owned(),
            "mongo" => "mongodb".to_owned(),
            word => word.to_owned(),
        },
    ))
}

/// Marks components as entries.
fn enter(part: &mut Part, targets: &[String], source: &Source) {
    for component in part.components.iter_mut().filter(|c| targets.contains(&c.name)) {
        component.entry = true;
        component.sources.push(source.clone());
    }
}

/// Ways in from outside: Ingress, routes of the Gateway API, Traefik's IngressRoute.
pub(super) fn entries(objects: &[Object<'_>], part: &mut Part) {
    for object in objects.iter().filter(|o| matches!(o.kind(), "Ingress" | "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "IngressRoute")) {
        let Some(spec) = object.yaml.get("spec") else { continue };
        let list = |y: &'_ Yaml, key: &str| y.get(key).map_or_else(Vec::new, |l| l.items().to_vec());
        let mut backends: Vec<Yaml> = spec.get("defaultBackend").or_else(|| spec.get("backend")).cloned().into_iter().collect();
        for rule in list(spec, "rules") {
            backends.extend(rule.get("http").map_or_else(Vec::new, |h| list(h, "paths")).iter().filter_map(|p| p.get("backend").cloned()));
            backends.extend(list(&rule, "backendRefs"));
        }
        for route in list(spec, "routes") {
            backends.extend(list(&route, "services"));
        }
        for backend in backends {
            let service = backend.at(&["service", "name"]).or_else(|| backend.get("serviceName")).or_else(|| backend.get("name"));
            let Some(name) = service.and_then(Yaml::text) else { continue };
            let scope = backend.get("namespace").and_then(Yaml::text).unwrap_or(object.namespace());
            let targets: Vec<String> = part.names.iter().filter(|n| n.name == name && n.scope == scope).map(|n| n.component.clone()).collect();
            let source = object.fact(service.unwrap_or(&backend), format!("entry: by {} {}", object.kind(), object.name()));
            if targets.is_empty() {
                part.notes.push(Note::new(
                    About::Dangling,
                    format!("{name}: named by {} {}, declared by no source", object.kind(), object.name()),
                    vec![source],
                ));
            } else {
                enter(part, &targets, &source);
            }
        }
    }
}

/// How many stay up while nodes are drained.
pub(super) fn disruption(objects: &[Object<'_>], workloads: &[Workload<'_>], part: &mut Part) {
    for object in objects.iter().filter(|o| o.kind() == "PodDisruptionBudget") {
        let spec = |key: &str| object.yaml.at(&["spec", key]);
        let Some(selector) = spec("selector") else { continue };
        let limit = spec("minAvailable").map(|n| ("at least", "stay up", n)).or_else(|| spec("maxUnavailable").map(|n| ("at most", "may be down", n)));
        let Some((bound, what, node)) = limit else { continue };
        let note = format!("{bound} {} {what} in planned work", node.text().unwrap_or("?"));
        for workload in workloads.iter().filter(|w| w.is_picked(selector, object.namespace())) {
            for component in part.components.iter_mut().filter(|c| c.name == workload.component) {
                component.notes = if component.notes.is_empty() { note.clone() } else { format!("{}; {note}", component.notes) };
                component.sources.push(object.fact(node, "notes: PodDisruptionBudget".to_owned()));
            }
        }
    }
}
