//! A pod: whom its containers reach by environment, arguments and mounted files, and how long until its probes notice.

use super::{Object, Workload, kind_of};
use crate::topology::importers::hosts::{self, Found};
use crate::topology::importers::part::{Mention, Part};
use crate::topology::importers::units;
use crate::topology::model::{Component, Source};
use crate::topology::yaml::Yaml;
use std::collections::BTreeMap;
use std::time::Duration;

/// Values of ConfigMaps and Secrets by namespace and name. Secrets count only where they are written in clear, and only hosts leave.
pub(super) struct Settings<'a> {
    values: BTreeMap<(&'a str, &'a str, &'a str), Vec<Value<'a>>>,
    /// How many workloads mount a ConfigMap, by namespace and name.
    mounts: BTreeMap<(&'a str, &'a str), usize>,
}

#[derive(Clone, Copy)]
struct Value<'a> {
    key: &'a str,
    text: &'a str,
    object: Object<'a>,
    node: &'a Yaml,
}

impl<'a> Settings<'a> {
    pub(super) fn of(objects: &[Object<'a>], pods: impl Iterator<Item = (&'a str, &'a Yaml)>) -> Self {
        let mut out: BTreeMap<_, Vec<Value<'a>>> = BTreeMap::new();
        for object in objects.iter().filter(|o| matches!(o.kind(), "ConfigMap" | "Secret")) {
            let data = object.yaml.get(if object.kind() == "Secret" { "stringData" } else { "data" }).map_or(&[][..], Yaml::entries);
            let values = data.iter().filter_map(|(k, v)| Some(Value { key: k.text()?, text: v.text()?, object: *object, node: v }));
            out.entry((object.kind(), object.namespace(), object.name())).or_default().extend(values);
        }
        let mut mounts: BTreeMap<_, usize> = BTreeMap::new();
        for (namespace, pod) in pods {
            for name in pod.get("volumes").map_or(&[][..], Yaml::items).iter().flat_map(mounted) {
                *mounts.entry((namespace, name)).or_default() += 1;
            }
        }
        Self { values: out, mounts }
    }

    fn get(&self, kind: &'a str, namespace: &'a str, name: &'a str) -> &[Value<'a>] {
        self.values.get(&(kind, namespace, name)).or_else(|| self.values.get(&(kind, "", name))).map_or(&[], Vec::as_slice)
    }
}

/// Reads a pod into its component; returns the image of its first container.
pub(super) fn read<'a>(workload: &Workload<'a>, pod: &'a Yaml, settings: &Settings<'a>, component: &mut Component, part: &mut Part) -> String {
    let object = workload.object;
    let containers = pod.get("containers").map_or(&[][..], Yaml::items);
    let before = pod.get("initContainers").map_or(&[][..], Yaml::items);
    let image = containers.first().and_then(|c| c.get("image"));
    let text = image.and_then(Yaml::text).unwrap_or("");
    let plain = component.kind;
    component.kind = kind_of(component.kind, text, object.name());
    if component.kind != plain {
        component.sources.extend(image.map(|i| object.fact(i, format!("kind: by the image {text}"))));
    }
    let mut out = Room { workload, settings, part };
    for container in containers.iter().chain(before) {
        out.environment(container);
        out.command(container);
    }
    for volume in pod.get("volumes").map_or(&[][..], Yaml::items) {
        out.volume(volume);
    }
    let probes = containers.iter().flat_map(|c| ["readinessProbe", "livenessProbe"].iter().filter_map(move |p| Some((*p, c.get(p)?))));
    let soonest = probes.filter_map(|(name, probe)| Some((noticed(probe)?, name, probe))).min_by_key(|(after, ..)| *after);
    if let Some((after, name, probe)) = soonest {
        component.noticed_after = Some(after);
        let part = |key: &str, default: &'static str| probe.get(key).and_then(Yaml::text).unwrap_or(default).to_owned();
        component.sources.push(object.fact(probe, format!("noticed_after: {name}, {} s x {}", part("periodSeconds", "10"), part("failureThreshold", "3"))));
    }
    text.to_owned()
}

/// Period x failures, with the defaults of 10 s and 3.
fn noticed(probe: &Yaml) -> Option<Duration> {
    let whole = |key: &str, default: u32| probe.get(key).map_or(Some(default), units::whole);
    Duration::from_secs(u64::from(whole("periodSeconds", 10)?)).checked_mul(whole("failureThreshold", 3)?.max(1))
}

/// The ConfigMaps that a volume holds.
fn mounted(volume: &Yaml) -> impl Iterator<Item = &str> {
    let projected = volume.at(&["projected", "sources"]).map_or(&[][..], Yaml::items);
    std::iter::once(volume).chain(projected).filter_map(|v| v.at(&["configMap", "name"]).and_then(Yaml::text))
}

struct Room<'a, 'b> {
    workload: &'b Workload<'a>,
    settings: &'b Settings<'a>,
    part: &'b mut Part,
}

impl<'a> Room<'a, '_> {
    fn mention(&mut self, key: &str, found: Found, source: Source) {
        self.part.mentions.push(Mention {
            from: self.workload.component.clone(),
            host: found.host,
            port: found.port,
            via: found.via,
            sure: found.sure,
            telemetry: hosts::is_telemetry(key),
            scope: self.workload.object.namespace().to_owned(),
            source,
            ..Mention::default()
        });
    }

    fn setting(&mut self, key: &str, text: &str, object: Object<'a>, node: &Yaml) {
        for found in hosts::in_setting(key, text) {
            let port = found.port.map_or_else(String::new, |p| format!(":{p}"));
            let source = object.fact(node, format!("{key}={}{port}", found.host));
            self.mention(key, found, source);
        }
    }

    fn environment(&mut self, container: &'a Yaml) {
        let object = self.workload.object;
        let namespace = object.namespace();
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        for from in container.get("envFrom").map_or(&[][..], Yaml::items) {
            let prefix = from.get("prefix").and_then(Yaml::text).unwrap_or("");
            for (kind, key) in [("ConfigMap", "configMapRef"), ("Secret", "secretRef")] {
                let Some(name) = from.at(&[key, "name"]).and_then(Yaml::text) else { continue };
                for value in self.settings.get(kind, namespace, name).to_vec() {
                    known.insert(value.key, value.text.to_owned());
                    self.setting(&format!("{prefix}{}", value.key), value.text, value.object, value.node);
                }
            }
        }
        for variable in container.get("env").map_or(&[][..], Yaml::items) {
            let Some(name) = variable.get("name").and_then(Yaml::text) else { continue };
            if let Some(value) = variable.get("value") {
                let text = expand(value.text().unwrap_or(""), &known);
                self.setting(name, &text, object, value);
                known.insert(name, text);
            }
            for (kind, key) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
                let Some(reference) = variable.at(&["valueFrom", key]) else { continue };
                let text = |k: &str| reference.get(k).and_then(Yaml::text).unwrap_or("");
                let found = self.settings.get(kind, namespace, text("name")).iter().find(|v| v.key == text("key")).copied();
                if let Some(value) = found {
                    known.insert(name, value.text.to_owned());
                    self.setting(name, value.text, value.object, value.node);
                }
            }
        }
        // Commands may use the environment: `--addr=$(CART_ADDR)`.
        let words: Vec<(String, &Yaml)> = ["command", "args"]
            .iter()
            .filter_map(|k| container.get(k))
            .flat_map(|c| if c.items().is_empty() { std::slice::from_ref(c) } else { c.items() })
            .filter_map(|y| Some((expand(y.text()?, &known), y)))
            .collect();
        self.words(&words);
    }

    fn words(&mut self, words: &[(String, &Yaml)]) {
        let Some((_, first)) = words.first() else { return };
        let list: Vec<&str> = words.iter().map(|(w, _)| w.as_str()).collect();
        for (flag, found) in hosts::in_command(&list) {
            let port = found.port.map_or_else(String::new, |p| format!(":{p}"));
            let node = words.iter().find(|(w, _)| w.contains(&found.host)).map_or(*first, |(_, y)| *y);
            let key = if flag.is_empty() { "command" } else { &flag };
            let source = self.workload.object.fact(node, format!("{key}={}{port}", found.host));
            self.mention(&flag, found, source);
        }
    }

    /// A mounted ConfigMap holds files of settings. One that several mount does not say which of them calls whom.
    fn volume(&mut self, volume: &'a Yaml) {
        let namespace = self.workload.object.namespace();
        for name in mounted(volume) {
            if self.settings.mounts.get(&(namespace, name)).is_some_and(|n| *n > 1) {
                continue;
            }
            for value in self.settings.get("ConfigMap", namespace, name).to_vec() {
                for (line, found) in hosts::in_text(value.text) {
                    let port = found.port.map_or_else(String::new, |p| format!(":{p}"));
                    let mut source = value.object.fact(value.node, format!("{} names {}{port}", value.key, found.host));
                    // A block of text is placed at its first line.
                    let below = u32::try_from(line).unwrap_or(0);
                    source.line = if source.line == 0 { 0 } else { source.line.saturating_add(below) };
                    self.mention(value.key, found, source);
                }
            }
        }
    }

    fn command(&mut self, container: &'a Yaml) {
        // Hooks of a container's life are commands too.
        for hook in ["postStart", "preStop"] {
            let Some(command) = container.at(&["lifecycle", hook, "exec", "command"]) else { continue };
            let words: Vec<(String, &Yaml)> = command.items().iter().filter_map(|y| Some((y.text()?.to_owned(), y))).collect();
            self.words(&words);
        }
    }
}

/// `$(NAME)` by the variables above; what none sets stays. `$(CART_SERVICE_HOST)` is the Service `cart`.
fn expand(text: &str, known: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find("$(") {
        let Some(end) = rest[i..].find(')') else { break };
        let name = &rest[i + 2..i + end];
        out.push_str(&rest[..i]);
        match known.get(name) {
            Some(value) => out.push_str(value),
            None => match name.strip_suffix("_SERVICE_HOST") {
                Some(service) => out.push_str(&service.to_ascii_lowercase().replace('_', "-")),
                None => out.push_str(&rest[i..=i + end]),
            },
        }
        rest = &rest[i + end + 1..];
        if out.len() > 64 * 1024 {
            break;
        }
    }
    out.push_str(rest);
    out
}
