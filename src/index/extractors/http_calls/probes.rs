//! Calls that Kubernetes makes itself: probes and hooks of containers, `httpGet: { path: /healthz, port: 3000 }`.

use super::paths;
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Name};
use crate::topology::yaml::{Value, Yaml};

/// Keys under which a call to the container stands.
const CALLED: [&str; 5] = ["readinessProbe", "livenessProbe", "startupProbe", "postStart", "preStop"];

/// Finds probes of workloads.
pub(in crate::index::extractors) fn read(file: &File<'_>, out: &mut Facts) {
    for document in file.documents() {
        if document.get("apiVersion").is_some()
            && let Some(name) = document.at(&["metadata", "name"]).and_then(Yaml::text)
        {
            containers(document, name, out);
        }
    }
}

fn containers(node: &Yaml, workload: &str, out: &mut Facts) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let get = key.text().filter(|k| CALLED.contains(k)).and_then(|_| value.get("httpGet"));
                if let Some(get) = get {
                    call(get, workload, out);
                } else {
                    containers(value, workload, out);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|i| containers(i, workload, out)),
        Value::Scalar { .. } => {}
    }
}

fn call(get: &Yaml, workload: &str, out: &mut Facts) {
    let Some((path, line)) = get.get("path").and_then(|p| p.text().map(|t| (t, p.place.line))) else { return };
    if !path.starts_with('/') || path.contains(['{', '$']) {
        return;
    }
    // Without a host the container itself is asked.
    let host = get.get("host").and_then(Yaml::text).unwrap_or(workload);
    // A port may go by its name.
    let port = get.get("port").and_then(Yaml::text).filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let url = format!("http://{host}{}{path}", port.map_or_else(String::new, |p| format!(":{p}")));
    super::push(out, "GET", paths::url(&Name::literal(url), false), line, Certainty::Sure);
}
