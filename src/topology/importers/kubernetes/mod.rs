//! Kubernetes manifests and rendered Helm charts. Workloads are components; Services are the names by which they are reached; what is
//! set in their environment, arguments and mounted files says whom they reach.

mod around;
mod pod;

use super::guess;
use super::part::{About, Named, Note, Part, Piece, Surroundings, source};
use crate::topology::count;
use crate::topology::model::{Component, Count, Kind, Source};
use crate::topology::yaml::Yaml;
use std::collections::{BTreeMap, BTreeSet};

/// Whether it is an object of Kubernetes.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| ["apiVersion", "kind"].iter().all(|k| y.get(k).and_then(Yaml::text).is_some()) && y.get("metadata").is_some())
}

/// An object with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a> {
    pub(super) file: &'a str,
    pub(super) yaml: &'a Yaml,
}

impl<'a> Object<'a> {
    /// Every object of a pile.
    pub(super) fn all(pieces: &[Piece<'a>]) -> Vec<Self> {
        pieces.iter().filter_map(|p| Some(Self { file: p.file, yaml: p.yaml? })).collect()
    }

    pub(super) fn kind(&self) -> &'a str {
        self.yaml.get("kind").and_then(Yaml::text).unwrap_or("")
    }

    pub(super) fn name(&self) -> &'a str {
        self.yaml.at(&["metadata", "name"]).or_else(|| self.yaml.at(&["metadata", "generateName"])).and_then(Yaml::text).unwrap_or("")
    }

    pub(super) fn namespace(&self) -> &'a str {
        self.yaml.at(&["metadata", "namespace"]).and_then(Yaml::text).unwrap_or("")
    }

    /// The place of its name, else of the object.
    pub(super) fn place(&self) -> Source {
        source(self.file, self.yaml.at(&["metadata", "name"]).unwrap_or(self.yaml).place.line, &[])
    }

    /// The place of a node of it, with a fact.
    pub(super) fn fact(&self, node: &Yaml, fact: String) -> Source {
        Source { facts: vec![fact], ..source(self.file, node.place.line, &[]) }
    }
}

/// A workload with what selects it.
struct Workload<'a> {
    object: Object<'a>,
    /// The pod, as its template says.
    pod: Option<&'a Yaml>,
    labels: Vec<(&'a str, &'a str)>,
    component: String,
}

/// Reads all objects.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let objects = Object::all(pieces);
    let mut part = Part::default();
    let workloads = workloads(&objects, &mut part.notes);
    let counts = around::scaled(&objects);
    let settings = pod::Settings::of(&objects, workloads.iter().filter_map(|w| Some((w.object.namespace(), w.pod?))));
    for workload in &workloads {
        let mut component = component(workload, &counts);
        if let Some(pod) = workload.pod {
            let image = pod::read(workload, pod, &settings, &mut component, &mut part);
            part.images.push((component.name.clone(), image));
        }
        part.components.push(component);
    }
    around::services(&objects, &workloads, &mut part);
    around::entries(&objects, &mut part);
    around::disruption(&objects, &workloads, &mut part);
    let unread: BTreeSet<&str> = objects.iter().map(Object::kind).filter(|k| !KNOWN.contains(k) && !is_workload(k)).collect();
    if !unread.is_empty() {
        let sources = objects.iter().filter(|o| unread.contains(o.kind())).map(Object::place).collect();
        part.notes.push(Note::new(About::NotRead, format!("objects of kind {} were not read", unread.into_iter().collect::<Vec<_>>().join(", ")), sources));
    }
    part
}

/// Kinds that are read, and those that say nothing about who talks to whom.
const KNOWN: &[&str] = &[
    "Service",
    "ConfigMap",
    "Secret",
    "HorizontalPodAutoscaler",
    "ScaledObject",
    "PodDisruptionBudget",
    "Ingress",
    "HTTPRoute",
    "GRPCRoute",
    "TCPRoute",
    "Gateway",
    "GatewayClass",
    "IngressRoute",
    "IngressClass",
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "PriorityClass",
    "CustomResourceDefinition",
    "PodSecurityPolicy",
    "PodMonitor",
    "ServiceMonitor",
    "PrometheusRule",
    "Kustomization",
    "EndpointSlice",
    "Endpoints",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "APIService",
    "Certificate",
    "Issuer",
    "ClusterIssuer",
    "ExternalSecret",
    "SealedSecret",
    "SecurityContextConstraints",
    "List",
    "VerticalPodAutoscaler",
    "TriggerAuthentication",
];

fn is_workload(kind: &str) -> bool {
    matches!(
        kind,
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" | "CronJob" | "Pod" | "DeploymentConfig" | "Rollout"
    )
}

/// The workloads, each with a name of its own: two of one name in two namespaces are told apart by these.
fn workloads<'a>(objects: &[Object<'a>], notes: &mut Vec<Note>) -> Vec<Workload<'a>> {
    let found: Vec<Object<'a>> = objects.iter().copied().filter(|o| is_workload(o.kind()) && !o.name().is_empty()).collect();
    let mut seen = BTreeSet::new();
    let mut out: Vec<Workload<'a>> = Vec::new();
    for object in &found {
        let twins: BTreeSet<&str> = found.iter().filter(|o| o.name() == object.name()).map(Object::namespace).collect();
        let name = object.name().trim_end_matches('-');
        let component = if twins.len() > 1 { format!("{name}.{}", object.namespace()) } else { name.to_owned() };
        if !seen.insert(component.clone()) {
            let text = format!("{} {component} is declared more than once; the first is kept", object.kind());
            let first = out.iter().find(|w| w.component == component).map(|w| w.object.place());
            notes.push(Note::new(About::Contradiction, text, first.into_iter().chain([object.place()]).collect()));
            continue;
        }
        let yaml = object.yaml;
        let template = match object.kind() {
            "CronJob" => yaml.at(&["spec", "jobTemplate", "spec", "template"]),
            "Pod" => Some(yaml),
            _ => yaml.at(&["spec", "template"]),
        };
        let labels = template.and_then(|t| t.at(&["metadata", "labels"])).map_or(&[][..], Yaml::entries);
        let labels = labels.iter().filter_map(|(k, v)| Some((k.text()?, v.text()?))).collect();
        out.push(Workload { object: *object, pod: template.and_then(|t| t.get("spec")), labels, component });
    }
    out
}

/// What a workload says of itself, its pod left aside.
fn component(workload: &Workload<'_>, counts: &BTreeMap<(String, String, String), (Count, Source)>) -> Component {
    let object = workload.object;
    let mut sources = vec![object.place()];
    let kind = object.kind();
    let scaled = counts.get(&(kind.to_owned(), object.namespace().to_owned(), object.name().to_owned()));
    let replicas = object.yaml.at(&["spec", "replicas"]);
    let parallel = object.yaml.at(&["spec", "parallelism"]).or_else(|| object.yaml.at(&["spec", "jobTemplate", "spec", "parallelism"]));
    let said = |c: Count| count::write(c).unwrap_or_default();
    let count = match (scaled, replicas.or(parallel).and_then(|r| Some((r, super::units::whole(r)?)))) {
        (Some((count, place)), _) => {
            sources.push(Source { facts: vec![format!("count: {}", said(*count))], ..place.clone() });
            *count
        }
        (None, Some((node, n))) => {
            let count = Count::Fixed { n, replicas: None };
            sources.push(object.fact(node, format!("count: {}", said(count))));
            count
        }
        (None, None) if kind == "DaemonSet" => {
            sources.push(Source { facts: vec!["count: one a node (DaemonSet)".to_owned()], ..object.place() });
            Count::Dynamic { min: None, max: None }
        }
        (None, None) => {
            sources.push(Source { facts: vec!["count: 1, the default of Kubernetes".to_owned()], ..object.place() });
            Count::ONE
        }
    };
    let timer = kind == "CronJob";
    if timer {
        let when = object.yaml.at(&["spec", "schedule"]);
        sources.extend(when.map(|w| object.fact(w, format!("entry: by schedule {}", w.text().unwrap_or("")))));
    }
    let runs = timer || kind == "Job";
    Component {
        name: workload.component.clone(),
        kind: if runs { Kind::Job } else { Kind::Service },
        declared: true,
        count,
        entry: timer,
        sources,
        ..Component::default()
    }
}

impl Workload<'_> {
    /// Whether a selector picks it.
    fn is_picked(&self, selector: &Yaml, namespace: &str) -> bool {
        let wanted = selector.get("matchLabels").unwrap_or(selector).entries();
        let picked = |(k, v): &(Yaml, Yaml)| self.labels.iter().any(|(a, b)| Some(*a) == k.text() && Some(*b) == v.text());
        !wanted.is_empty() && (namespace == self.object.namespace() || namespace.is_empty()) && wanted.iter().all(picked)
    }

    fn named(&self, name: &str, scope: &str) -> Named {
        Named { component: self.component.clone(), name: name.to_owned(), scope: scope.to_owned(), ports: Vec::new() }
    }
}

/// What a component is when the workload's kind does not say.
fn kind_of(kind: Kind, image: &str, name: &str) -> Kind {
    match guess::kind(image, name) {
        Kind::Service => kind,
        guessed if kind == Kind::Job && !matches!(guessed, Kind::Client) => Kind::Job,
        guessed => guessed,
    }
}

#[cfg(test)]
mod tests;
