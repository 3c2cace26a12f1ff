//! Attempts and timeouts in meshes, gateways, ingresses and proxies: Istio, the Gateway API, Linkerd, Envoy, Traefik, Dapr, Kubernetes, gRPC.

use super::{durations, first_label, push};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Name};
use crate::topology::yaml::Yaml;

/// Bytes beyond which a file is data.
const LARGEST: usize = 400_000;

pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    if file.text.len() > LARGEST {
        return;
    }
    for document in file.documents() {
        match document.get("kind").and_then(Yaml::text) {
            Some("VirtualService") => virtual_service(document, out),
            Some("DestinationRule") => destination_rule(document, out),
            Some("HTTPRoute" | "GRPCRoute") => gateway_route(document, out),
            Some("ServiceProfile") => service_profile(document, out),
            Some("Ingress") => ingress(document, out),
            Some("Middleware") => middleware(document, out),
            Some("Resiliency") => resiliency(document, out),
            Some("Job" | "CronJob") => job(document, out),
            Some("Service") => linkerd(document, document.at(&["metadata", "name"]).and_then(Yaml::text), out),
            Some("ConfigMap") => {
                for (_, value) in document.get("data").map_or(&[][..], Yaml::entries) {
                    // An Envoy configuration carried by a ConfigMap keeps its own lines.
                    if let Some(text) = value.text().filter(|t| t.contains("retry_policy") || t.contains("connect_timeout")) {
                        let first = value.place.line;
                        let mut inner = Facts::default();
                        crate::topology::yaml::documents(text).unwrap_or_default().iter().for_each(|d| envoy(d, &mut inner));
                        for mut used in inner.uses {
                            used.line += first;
                            out.push(used);
                        }
                    }
                }
            }
            Some(_) => {}
            None => {
                envoy(document, out);
                traefik(document, out);
                grpc(document, None, out);
            }
        }
    }
}

fn set(out: &mut Facts, name: &str, value: Option<String>, line: u32, note: Option<&str>) {
    if let Some(value) = value.filter(|_| !name.is_empty()) {
        push(out, Name::literal(name), value, line, note, Certainty::Sure);
    }
}

fn attempts(node: Option<&Yaml>) -> Option<(String, u32)> {
    let node = node?;
    let number = node.number().filter(|n| *n >= 0.0 && n.fract() == 0.0)?;
    Some((format!("attempts={number}"), node.place.line))
}

/// A duration; a bare number counts in `bare` milliseconds.
fn timeout(node: Option<&Yaml>, bare: f64) -> Option<(String, u32)> {
    let node = node?;
    let shown = durations::shown(durations::text(node.text()?, bare)?)?;
    Some((format!("timeout={shown}"), node.place.line))
}

fn put(out: &mut Facts, names: &[String], value: Option<(String, u32)>, note: Option<&str>) {
    if let Some((value, line)) = value {
        for name in names {
            set(out, name, Some(value.clone()), line, note);
        }
    }
}

fn virtual_service(document: &Yaml, out: &mut Facts) {
    let hosts: Vec<String> = document.at(&["spec", "hosts"]).map_or(&[][..], Yaml::items).iter().filter_map(Yaml::text).map(first_label).collect();
    for route in document.at(&["spec", "http"]).map_or(&[][..], Yaml::items) {
        let mut targets: Vec<String> = route
            .get("route")
            .map_or(&[][..], Yaml::items)
            .iter()
            .filter_map(|r| r.at(&["destination", "host"]))
            .filter_map(Yaml::text)
            .map(first_label)
            .collect();
        if targets.is_empty() {
            targets.clone_from(&hosts);
        }
        targets.dedup();
        put(out, &targets, attempts(route.at(&["retries", "attempts"])), None);
        put(out, &targets, timeout(route.at(&["retries", "perTryTimeout"]), 1_000.0), Some("per try"));
        put(out, &targets, timeout(route.get("timeout"), 1_000.0), None);
    }
}

fn destination_rule(document: &Yaml, out: &mut Facts) {
    let Some(host) = document.at(&["spec", "host"]).and_then(Yaml::text) else { return };
    let pool = ["spec", "trafficPolicy", "connectionPool"];
    let node = |tail: &[&str]| document.at(&pool).and_then(|p| p.at(tail));
    put(out, &[first_label(host)], timeout(node(&["tcp", "connectTimeout"]), 1_000.0), Some("to connect"));
    put(out, &[first_label(host)], attempts(node(&["http", "maxRetries"])), Some("at the same time"));
}

fn gateway_route(document: &Yaml, out: &mut Facts) {
    for rule in document.at(&["spec", "rules"]).map_or(&[][..], Yaml::items) {
        let targets: Vec<String> =
            rule.get("backendRefs").map_or(&[][..], Yaml::items).iter().filter_map(|b| b.get("name")).filter_map(Yaml::text).map(first_label).collect();
        put(out, &targets, timeout(rule.at(&["timeouts", "request"]), 1_000.0), None);
        put(out, &targets, timeout(rule.at(&["timeouts", "backendRequest"]), 1_000.0), Some("per try"));
        put(out, &targets, attempts(rule.at(&["retry", "attempts"])), None);
        for target in targets {
            linkerd(document, Some(&target), out);
        }
    }
}

/// Linkerd's annotations.
fn linkerd(document: &Yaml, name: Option<&str>, out: &mut Facts) {
    let Some(name) = name else { return };
    for (key, value) in document.at(&["metadata", "annotations"]).map_or(&[][..], Yaml::entries) {
        let Some(key) = key.text() else { continue };
        let names = [name.to_owned()];
        match key {
            "retry.linkerd.io/limit" => put(out, &names, attempts(Some(value)), None),
            "retry.linkerd.io/timeout" => put(out, &names, timeout(Some(value), 1_000.0), Some("per try")),
            "timeout.linkerd.io/request" | "timeout.linkerd.io/response" => put(out, &names, timeout(Some(value), 1_000.0), None),
            _ => {}
        }
    }
}

fn service_profile(document: &Yaml, out: &mut Facts) {
    let Some(name) = document.at(&["metadata", "name"]).and_then(Yaml::text).map(first_label) else { return };
    for route in document.at(&["spec", "routes"]).map_or(&[][..], Yaml::items) {
        put(out, std::slice::from_ref(&name), timeout(route.get("timeout"), 1_000.0), None);
    }
}

fn ingress(document: &Yaml, out: &mut Facts) {
    let mut targets = Vec::new();
    backends(document, &mut targets);
    targets.sort();
    targets.dedup();
    targets.truncate(8);
    for (key, value) in document.at(&["metadata", "annotations"]).map_or(&[][..], Yaml::entries) {
        let Some(setting) = key.text().and_then(|k| k.strip_prefix("nginx.ingress.kubernetes.io/").or_else(|| k.strip_prefix("haproxy.org/"))) else {
            continue;
        };
        match setting {
            "proxy-read-timeout" | "timeout-server" => put(out, &targets, timeout(Some(value), 1_000.0), None),
            "proxy-connect-timeout" | "timeout-connect" => put(out, &targets, timeout(Some(value), 1_000.0), Some("to connect")),
            "proxy-next-upstream-tries" | "retries" => put(out, &targets, attempts(Some(value)), None),
            "proxy-next-upstream-timeout" => put(out, &targets, timeout(Some(value), 1_000.0), Some("all tries")),
            _ => {}
        }
    }
}

fn backends(node: &Yaml, out: &mut Vec<String>) {
    for (key, value) in node.entries() {
        if key.text() == Some("backend") {
            let name = value.at(&["service", "name"]).or_else(|| value.get("serviceName")).and_then(Yaml::text);
            out.extend(name.map(str::to_owned));
        } else {
            backends(value, out);
        }
    }
    node.items().iter().for_each(|i| backends(i, out));
}

fn middleware(document: &Yaml, out: &mut Facts) {
    if let Some(name) = document.at(&["metadata", "name"]).and_then(Yaml::text) {
        put(out, &[name.to_owned()], attempts(document.at(&["spec", "retry", "attempts"])), None);
    }
}

/// Traefik's own files: `http.middlewares.NAME.retry.attempts`.
fn traefik(document: &Yaml, out: &mut Facts) {
    for (name, given) in document.at(&["http", "middlewares"]).map_or(&[][..], Yaml::entries) {
        if let Some(name) = name.text() {
            put(out, &[name.to_owned()], attempts(given.at(&["retry", "attempts"])), None);
        }
    }
}

fn resiliency(document: &Yaml, out: &mut Facts) {
    let policy = |kind: &str, name: Option<&str>| document.at(&["spec", "policies", kind]).and_then(|p| p.get(name?));
    for kind in ["apps", "components"] {
        for (name, target) in document.at(&["spec", "targets", kind]).map_or(&[][..], Yaml::entries) {
            let Some(name) = name.text() else { continue };
            let sides = [Some(target), target.get("outbound"), target.get("inbound")];
            for side in sides.into_iter().flatten() {
                let retry = policy("retries", side.get("retry").and_then(Yaml::text));
                put(out, &[name.to_owned()], attempts(retry.and_then(|r| r.get("maxRetries"))), None);
                put(out, &[name.to_owned()], timeout(policy("timeouts", side.get("timeout").and_then(Yaml::text)), 1_000.0), None);
            }
        }
    }
}

fn job(document: &Yaml, out: &mut Facts) {
    let Some(name) = document.at(&["metadata", "name"]).and_then(Yaml::text) else { return };
    let spec = document.at(&["spec", "jobTemplate", "spec"]).or_else(|| document.get("spec"));
    put(out, &[name.to_owned()], attempts(spec.and_then(|s| s.get("backoffLimit"))), None);
    put(out, &[name.to_owned()], timeout(spec.and_then(|s| s.get("activeDeadlineSeconds")), 1_000.0), None);
}

/// Envoy: routes to clusters, and clusters.
fn envoy(node: &Yaml, out: &mut Facts) {
    if let Some(route) = node.get("route")
        && let Some(cluster) = route.get("cluster").and_then(Yaml::text)
    {
        let names = [first_label(cluster)];
        put(out, &names, timeout(route.get("timeout"), 1_000.0), None);
        put(out, &names, attempts(route.at(&["retry_policy", "num_retries"])), None);
        put(out, &names, timeout(route.at(&["retry_policy", "per_try_timeout"]), 1_000.0), Some("per try"));
    }
    if let Some(name) = node.get("name").and_then(Yaml::text)
        && (node.get("load_assignment").is_some() || node.get("lb_policy").is_some())
    {
        put(out, &[first_label(name)], timeout(node.get("connect_timeout"), 1_000.0), Some("to connect"));
    }
    node.entries().iter().for_each(|(_, v)| envoy(v, out));
    node.items().iter().for_each(|i| envoy(i, out));
}

/// A gRPC service configuration; in a string of a program all of it counts on the string's line.
pub(super) fn grpc(document: &Yaml, line: Option<u32>, out: &mut Facts) {
    for method in document.get("methodConfig").map_or(&[][..], Yaml::items) {
        let names: Vec<String> =
            method.get("name").map_or(&[][..], Yaml::items).iter().filter_map(|n| n.get("service")).filter_map(Yaml::text).map(str::to_owned).collect();
        let on = |found: Option<(String, u32)>| found.map(|(value, at)| (value, line.unwrap_or(at)));
        put(out, &names, on(attempts(method.at(&["retryPolicy", "maxAttempts"]))), None);
        put(out, &names, on(timeout(method.get("timeout"), 1_000.0)), None);
    }
}
