//! Settings that YAML and JSON give: compose files, Kubernetes manifests, Helm values, `application.yml`, `appsettings.json`.

use super::given::push;
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::topology::yaml::{Value, Yaml};

/// Documents that describe something else than settings.
const FOREIGN: [&str; 12] = [
    "openapi",
    "swagger",
    "asyncapi",
    "jobs",
    "stages",
    "pipeline",
    "swaggerVersion",
    "lockfileVersion",
    "dependencies",
    "compilerOptions",
    "$schema",
    "definitions",
];

/// Bytes beyond which a file is data.
const LARGEST: usize = 400_000;

pub(super) fn yaml(file: &File<'_>, out: &mut Facts) {
    if file.text.len() > LARGEST {
        return;
    }
    // Templates are no YAML: their lines still say names and values.
    if file.text.contains("{{") && file.documents().is_empty() {
        pairs(file, out);
        return;
    }
    for document in file.documents() {
        if let Some(services) = document.get("services").filter(|s| is_compose(s)) {
            compose(services, out);
        } else if let (Some(kind), true) = (document.get("kind").and_then(Yaml::text), document.get("apiVersion").is_some()) {
            kubernetes(document, kind, out);
        } else if !FOREIGN.iter().any(|k| document.get(k).is_some()) && !file.path.contains(".github/") {
            flat(document, &mut String::new(), '.', out);
        }
    }
}

pub(super) fn json(file: &File<'_>, out: &mut Facts) {
    let name = file.path.rsplit('/').next().unwrap_or(file.path).to_ascii_lowercase();
    let settings = [
        "appsettings",
        "config",
        "settings",
        "default",
        "production",
        "development",
        "staging",
        "env",
        "local",
        "launchsettings",
        "task",
        "ocelot",
        "custom-env",
    ];
    if !settings.iter().any(|w| name.contains(w)) || file.text.len() > LARGEST {
        return;
    }
    let separator = if name.starts_with("appsettings") || name.contains("settings") { ':' } else { '.' };
    for document in file.documents() {
        if document.get("compilerOptions").is_some() || document.get("dependencies").is_some() {
            continue;
        }
        flat(document, &mut String::new(), separator, out);
    }
}

fn is_compose(services: &Yaml) -> bool {
    services.entries().iter().any(|(_, s)| ["image", "build", "environment", "depends_on", "ports", "env_file", "extends"].iter().any(|k| s.get(k).is_some()))
}

/// `environment:` as a map or a list.
fn compose(services: &Yaml, out: &mut Facts) {
    for (name, service) in services.entries() {
        if let Some(environment) = service.get("environment") {
            environment_of(environment, name.text(), out);
        }
    }
}

fn environment_of(environment: &Yaml, part: Option<&str>, out: &mut Facts) {
    for (key, value) in environment.entries() {
        if key.text() == Some("<<") {
            // What is merged in, with the lines of its anchor.
            environment_of(value, part, out);
            value.items().iter().for_each(|v| environment_of(v, part, out));
            continue;
        }
        if let (Some(key), Value::Scalar { text, .. }) = (key.text(), &value.value) {
            push(out, key, text, part, value.place.line);
        }
    }
    for item in environment.items() {
        if let Some((key, value)) = item.text().and_then(|t| t.split_once('=')) {
            push(out, key, value, part, item.place.line);
        }
    }
}

fn kubernetes(document: &Yaml, kind: &str, out: &mut Facts) {
    let name = document.at(&["metadata", "name"]).and_then(Yaml::text);
    match kind {
        "ConfigMap" | "Secret" => {
            for data in ["data", "stringData"].iter().filter(|d| kind != "Secret" || **d == "stringData").filter_map(|k| document.get(k)) {
                environment_of(data, None, out);
            }
        }
        "Kustomization" => {
            for generator in document.get("configMapGenerator").map_or(&[][..], Yaml::items) {
                for literal in generator.get("literals").map_or(&[][..], Yaml::items) {
                    if let Some((key, value)) = literal.text().and_then(|t| t.split_once('=')) {
                        push(out, key, value, None, literal.place.line);
                    }
                }
            }
        }
        "List" => {
            for item in document.get("items").map_or(&[][..], Yaml::items) {
                if let Some(kind) = item.get("kind").and_then(Yaml::text) {
                    kubernetes(item, kind, out);
                }
            }
        }
        _ => named_values(document, name, out),
    }
}

/// `- name: KEY` with `value: x`, wherever they stand in a workload.
fn named_values(node: &Yaml, part: Option<&str>, out: &mut Facts) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                if matches!(key.text(), Some("env" | "extraEnv" | "extraEnvs" | "envOverrides" | "environment")) {
                    for item in value.items() {
                        handed_in(item, out);
                        if let (Some(name), Some(given)) = (item.get("name").and_then(Yaml::text), item.get("value"))
                            && let Value::Scalar { text, .. } = &given.value
                        {
                            push(out, name, text, part, given.place.line);
                        }
                    }
                    environment_of(value, part, out);
                } else {
                    named_values(value, part, out);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|i| named_values(i, part, out)),
        Value::Scalar { .. } => {}
    }
}

/// An address that a secret or a map gives: `- name: STOCK_URL` with `valueFrom`. What it is stands elsewhere.
fn handed_in(item: &Yaml, out: &mut Facts) {
    let from = item.get("valueFrom");
    let is_kept = from.is_some_and(|f| f.get("secretKeyRef").is_some() || f.get("configMapKeyRef").is_some());
    if let Some((name, line)) = item.get("name").and_then(|n| n.text().map(|t| (t, n.place.line))).filter(|(n, _)| is_kept && super::is_address_key(n)) {
        out.push(Use::new(Kind::Address, Role::Declares, Name::literal(name), line));
    }
}

/// Every scalar by its path of keys.
fn flat(node: &Yaml, path: &mut String, separator: char, out: &mut Facts) {
    match &node.value {
        Value::Scalar { text, .. } => push(out, path, text, None, node.place.line),
        Value::Map(entries) => {
            for (key, value) in entries {
                let Some(key) = key.text() else { continue };
                let length = path.len();
                // Environment blocks of Helm values and of ECS tasks.
                if matches!(key, "env" | "extraEnv" | "extraEnvs" | "envOverrides" | "environment" | "environmentVariables")
                    && (value.items().iter().any(|i| i.get("name").is_some()) || value.entries().iter().any(|(k, _)| is_variable(k)))
                {
                    for item in value.items() {
                        if let (Some(name), Some(given)) = (item.get("name").and_then(Yaml::text), item.get("value"))
                            && let Value::Scalar { text, .. } = &given.value
                        {
                            push(out, name, text, None, given.place.line);
                        }
                    }
                    environment_of(value, None, out);
                    continue;
                }
                if !path.is_empty() {
                    path.push(separator);
                }
                path.push_str(key);
                flat(value, path, separator, out);
                path.truncate(length);
            }
        }
        Value::List(items) => {
            let scalars: Vec<&str> = items.iter().filter_map(Yaml::text).collect();
            if !scalars.is_empty() && scalars.len() == items.len() {
                push(out, path, &scalars.join(","), None, node.place.line);
                return;
            }
            for (i, item) in items.iter().enumerate().take(200) {
                let length = path.len();
                path.push_str(&format!("[{i}]"));
                flat(item, path, separator, out);
                path.truncate(length);
            }
        }
    }
}

fn is_variable(key: &Yaml) -> bool {
    key.text().is_some_and(|k| k.len() > 2 && k.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'))
}

/// A template read by its lines.
fn pairs(file: &File<'_>, out: &mut Facts) {
    let mut name: Option<(&str, u32)> = None;
    for (number, line) in file.lines() {
        let text = line.trim().trim_start_matches("- ");
        if let Some(given) = text.strip_prefix("name:") {
            name = Some((given.trim().trim_matches(['"', '\'']), number));
        } else if let Some(value) = text.strip_prefix("value:")
            && let Some((key, at)) = name.take()
            && number - at <= 2
        {
            let value = value.trim().trim_matches(['"', '\'']);
            if !value.contains("{{") && is_name(key) {
                push(out, key, value, None, number);
            }
        }
    }
}

fn is_name(key: &str) -> bool {
    key.len() > 2 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
