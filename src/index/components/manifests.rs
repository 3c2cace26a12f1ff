//! What deployment manifests say of parts: compose files, Kubernetes workloads and services, Skaffold's images.

use super::Deployed;
use crate::engine::edit::Language;
use crate::topology::yaml::{self, Yaml};
use std::collections::BTreeMap;

/// Bytes of a manifest beyond which it is data.
const LARGEST: usize = 1 << 20;
/// Folders from the top in which a part's own is looked for.
const DEEPEST: usize = 3;
/// Manifests that are read.
const MOST: usize = 2_000;

/// What all manifests say.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifests {
    pub(super) parts: BTreeMap<String, Deployed>,
    pub(super) builds: Vec<Build>,
    /// Names by which parts are reached, with the part.
    pub(super) hosts: Vec<(String, String)>,
}

/// A folder that becomes an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Build {
    pub(super) folder: String,
    /// The part that runs it, where the manifest says so.
    pub(super) part: Option<String>,
    /// Last segment of the image's name.
    pub(super) image: String,
}

impl Manifests {
    /// Adds a part. Of several manifests that deploy it the shortest path says most: others are for a place, a profile, a test.
    fn put(&mut self, name: &str, mut part: Deployed) {
        if let Some(known) = self.parts.get_mut(name) {
            if (known.path.matches('/').count(), known.path.len()) <= (part.path.matches('/').count(), part.path.len()) {
                known.count = known.count.take().or(part.count);
                return;
            }
            part.count = part.count.or(known.count.take());
        }
        self.parts.insert(name.to_owned(), part);
    }

    /// The part that runs a folder's code, as its manifest calls it: built from it, else of the folder's or the image's name.
    pub(super) fn name_of(&self, folder: &str) -> Option<String> {
        let own = super::markers::name(folder);
        let built: Vec<&Build> = self.builds.iter().filter(|b| b.folder == folder).collect();
        let of = |image: &str| self.parts.iter().find(|(_, p)| !image.is_empty() && last(&p.image) == image).map(|(n, _)| n.clone());
        let mut named: Vec<String> = built.iter().filter_map(|b| b.part.clone().or_else(|| of(&b.image))).collect();
        named.sort_by_key(|n| (super::bare(n) != super::bare(own), n.len()));
        named.into_iter().next().or_else(|| self.parts.keys().find(|n| **n == own).cloned()).or_else(|| of(own)).or_else(|| {
            let mut alike = self.parts.iter().filter(|(n, p)| super::bare(n) == super::bare(own) && !is_product(&p.image));
            alike.next().filter(|_| alike.next().is_none()).map(|(n, _)| n.clone())
        })
    }

    /// Folders that are called as a part whose image is built somewhere else: `ui/` of a part `ui`.
    pub(super) fn folders_of_parts(&self, paths: &[&str]) -> Vec<String> {
        let unbuilt = |name: &str| !self.builds.iter().any(|b| b.part.as_deref() == Some(name));
        let mut wanted: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (name, part) in self.parts.iter().filter(|(n, p)| unbuilt(n) && !is_product(&p.image)) {
            wanted.insert(name, None);
            wanted.insert(last(&part.image), None);
        }
        wanted.remove("");
        for path in paths.iter().filter(|p| Language::of_path(p).is_program()) {
            for (at, _) in path.match_indices('/').take(DEEPEST) {
                let folder = &path[..at];
                if let Some(found) = wanted.get_mut(last(folder)) {
                    // The one that lies nearest to the top.
                    let depth = |f: &str| f.matches('/').count();
                    if found.is_none_or(|f| depth(folder) < depth(f)) {
                        *found = Some(folder);
                    }
                    break;
                }
            }
        }
        wanted.into_values().flatten().map(str::to_owned).collect()
    }

    /// Every name of what is built from a folder.
    pub(super) fn names_of(&self, folder: &str) -> impl Iterator<Item = String> {
        let built = self.builds.iter().filter(|b| b.folder == folder);
        built.flat_map(|b| b.part.clone().into_iter().chain(Some(b.image.clone()))).filter(|n| !n.is_empty()).collect::<Vec<_>>().into_iter()
    }
}

/// Images that everybody runs: a part of such a name has no code here.
fn is_product(image: &str) -> bool {
    let image = last(image);
    ["postgres", "mysql", "mariadb", "redis", "valkey", "mongo", "kafka", "rabbitmq", "nats", "nginx", "zookeeper", "elasticsearch", "minio"]
        .iter()
        .any(|w| image.starts_with(w))
}

/// Reads the manifests among the files of a repository.
pub(super) fn read(paths: &[&str], text: &dyn Fn(&str) -> Option<String>) -> Manifests {
    let mut out = Manifests::default();
    let mut services: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut labels: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    for path in paths.iter().filter(|p| may_be_manifest(p)).take(MOST) {
        let Some(content) = text(path).filter(|t| t.len() <= LARGEST) else { continue };
        if !["services:", "kind:", "kind\":", "artifacts:"].iter().any(|w| content.contains(w)) {
            continue;
        }
        let Ok(documents) = yaml::documents(&content) else { continue };
        for document in &documents {
            if document.get("apiVersion").is_some() {
                kubernetes(path, document, &mut out, &mut services, &mut labels);
                skaffold(path, document, &mut out);
            } else if let Some(found) = document.get("services") {
                compose(path, found, &variables(path, text), &mut out);
            }
        }
    }
    for (host, selector) in services {
        let found = labels.iter().find(|(_, labels)| !selector.is_empty() && selector.iter().all(|(k, v)| labels.get(k) == Some(v)));
        if let Some((part, _)) = found {
            out.hosts.push((host, part.clone()));
        }
    }
    out
}

fn may_be_manifest(path: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    is_yaml && !path.split('/').any(|f| matches!(f, "templates" | "node_modules" | "vendor" | ".github" | "test" | "tests" | "testdata"))
}

/// Values for `${NAME}` from the `.env` beside a compose file.
fn variables(path: &str, text: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let env = join(parent(path), ".env");
    let text = text(&env).unwrap_or_default();
    let pairs = text.lines().filter_map(|l| l.trim().split_once('=')).filter(|(k, _)| !k.starts_with('#'));
    pairs.map(|(k, v)| (k.trim().to_owned(), v.trim().trim_matches(['"', '\'']).to_owned())).collect()
}

fn fill(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        out.push_str(&rest[..at]);
        let inside = &rest[at + 2..at + end];
        let (name, default) = inside.split_once(":-").or_else(|| inside.split_once('-')).unwrap_or((inside, ""));
        out.push_str(variables.get(name).map_or(default, String::as_str));
        rest = &rest[at + end + 1..];
    }
    out + rest
}

fn compose(path: &str, services: &Yaml, variables: &BTreeMap<String, String>, out: &mut Manifests) {
    for (key, service) in services.entries() {
        let Some(name) = key.text() else { continue };
        let value = |node: Option<&Yaml>| node.and_then(Yaml::text).map(|t| fill(t, variables)).unwrap_or_default();
        let image = value(service.get("image"));
        let count = service.at(&["deploy", "replicas"]).or_else(|| service.get("scale")).and_then(Yaml::text).map(|t| fill(t, variables));
        let part = Deployed { path: path.to_owned(), line: key.place.line, image: untagged(&image).to_owned(), count, ..Deployed::default() };
        out.put(name, part);
        for host in [service.get("container_name"), service.get("hostname")].into_iter().flatten().filter_map(Yaml::text) {
            out.hosts.push((host.to_owned(), name.to_owned()));
        }
        let aliases = service.get("networks").map_or(&[][..], Yaml::entries).iter().filter_map(|(_, n)| n.get("aliases")).flat_map(Yaml::items);
        out.hosts.extend(aliases.filter_map(Yaml::text).map(|a| (a.to_owned(), name.to_owned())));
        let Some(build) = service.get("build") else { continue };
        let context = build.text().map(|t| fill(t, variables)).unwrap_or_else(|| value(build.get("context")));
        let dockerfile = value(build.get("dockerfile"));
        let context = join(parent(path), &context);
        let folder = join(&context, parent(&dockerfile));
        // Packed from the top by a file of its own folder: that folder is the part; by a file among others, nobody can say.
        let folder = if folder.is_empty() || is_pile(&folder) { context } else { folder };
        if !folder.contains("://") {
            out.builds.push(Build { folder, part: Some(name.to_owned()), image: last(untagged(&image)).to_owned() });
        }
    }
}

/// A folder that holds Dockerfiles of many.
fn is_pile(folder: &str) -> bool {
    matches!(folder.rsplit('/').next(), Some("docker" | "dockerfiles" | "build" | "deploy" | ".docker" | "containers" | "package"))
}

fn kubernetes(
    path: &str,
    document: &Yaml,
    out: &mut Manifests,
    services: &mut Vec<(String, BTreeMap<String, String>)>,
    labels: &mut Vec<(String, BTreeMap<String, String>)>,
) {
    if document.get("kind").and_then(Yaml::text) == Some("List") {
        for item in document.get("items").map_or(&[][..], Yaml::items) {
            kubernetes(path, item, out, services, labels);
        }
        return;
    }
    let (Some(kind), Some(named)) = (document.get("kind").and_then(Yaml::text), document.at(&["metadata", "name"])) else { return };
    let Some(name) = named.text() else { return };
    let map = |node: Option<&Yaml>| -> BTreeMap<String, String> {
        node.map_or(&[][..], Yaml::entries).iter().filter_map(|(k, v)| Some((k.text()?.to_owned(), v.text()?.to_owned()))).collect()
    };
    match kind {
        "Service" => services.push((name.to_owned(), map(document.at(&["spec", "selector"])))),
        "HorizontalPodAutoscaler" => {
            let target = document.at(&["spec", "scaleTargetRef", "name"]).and_then(Yaml::text);
            let bound = |key: &str| document.at(&["spec", key]).and_then(Yaml::text);
            if let (Some(part), Some(max)) = (target.and_then(|t| out.parts.get_mut(t)), bound("maxReplicas")) {
                part.count = Some(format!("{}-{max}", bound("minReplicas").unwrap_or("1")));
            }
        }
        "Deployment" | "StatefulSet" | "DaemonSet" | "CronJob" | "Job" | "Rollout" | "ReplicaSet" => {
            let spec = if kind == "CronJob" { document.at(&["spec", "jobTemplate", "spec"]) } else { document.get("spec") };
            let template = spec.and_then(|s| s.get("template"));
            let images = template.and_then(|t| t.at(&["spec", "containers"])).map_or(&[][..], Yaml::items);
            let image = images.first().and_then(|c| c.get("image")).and_then(Yaml::text).unwrap_or("");
            let count = match kind {
                "DaemonSet" => Some("N".to_owned()),
                _ => spec.and_then(|s| s.get("replicas")).and_then(Yaml::text).map(str::to_owned),
            };
            let part = Deployed {
                path: path.to_owned(),
                line: named.place.line,
                image: untagged(image).to_owned(),
                count,
                scheduled: kind == "CronJob",
                has_code: false,
            };
            labels.push((name.to_owned(), map(template.and_then(|t| t.at(&["metadata", "labels"])))));
            out.put(name, part);
        }
        _ => {}
    }
}

fn skaffold(path: &str, document: &Yaml, out: &mut Manifests) {
    for artifact in document.at(&["build", "artifacts"]).map_or(&[][..], Yaml::items) {
        let text = |key: &str| artifact.get(key).and_then(Yaml::text);
        if let (Some(image), Some(context)) = (text("image"), text("context")) {
            out.builds.push(Build { folder: join(parent(path), context), part: None, image: last(untagged(image)).to_owned() });
        }
    }
}

fn untagged(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or("");
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

fn last(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or("")
}

pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path from a folder on, without `.` and `..`.
pub(super) fn join(folder: &str, path: &str) -> String {
    let mut out: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out.join("/")
}
