//! Services of several compose files, one laid over the other, with the place of each value.

use super::variables::{self, Unset};
use crate::topology::importers::part::{Piece, Surroundings, source};
use crate::topology::model::Source;
use crate::topology::yaml::{self, Yaml};

/// Files that `include` and `extends` may lead to.
const FILES: usize = 64;
/// Services that one may extend in turn.
const DEPTH: usize = 8;

/// A value with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) source: Source,
}

/// A health check, as far as it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Check {
    pub(super) interval: Option<String>,
    pub(super) retries: Option<String>,
    pub(super) disabled: bool,
    pub(super) source: Source,
}

/// A service after all layers.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    pub(super) name: String,
    /// Where each layer declares it.
    pub(super) places: Vec<Source>,
    pub(super) image: Option<Item>,
    /// The code that its image is built of, as a glob.
    pub(super) path: Option<String>,
    pub(super) environment: Vec<(String, Item)>,
    pub(super) command: Vec<Item>,
    /// Who is started before, and on which condition.
    pub(super) depends_on: Vec<(String, String, Item)>,
    pub(super) links: Vec<(String, Item)>,
    /// Names under which others reach it.
    pub(super) names: Vec<String>,
    pub(super) replicas: Option<Item>,
    pub(super) mode: Option<Item>,
    pub(super) restart: Option<Item>,
    pub(super) healthcheck: Option<Check>,
    /// Files of settings that are mounted into it, by the place where that is said.
    pub(super) files: Vec<(String, Item)>,
    /// It is built of code that lies here.
    pub(super) built: bool,
    /// A port of the machine leads to it.
    pub(super) published: bool,
    entrypoint: Vec<Item>,
    arguments: Vec<Item>,
    context: Option<String>,
    dockerfile: Option<String>,
}

/// A compose file in reach: one that was named, or one that a named one leads to.
struct File {
    name: String,
    yaml: Yaml,
}

/// The services of all layers, in the order in which they come first.
pub(super) fn services(pieces: &[Piece<'_>], around: &Surroundings<'_>, unset: &mut Unset) -> Vec<Service> {
    let mut files: Vec<File> = Vec::new();
    for piece in pieces {
        let Some(yaml) = piece.yaml else { continue };
        include(piece.file, yaml, around, &mut files);
        files.push(File { name: piece.file.to_owned(), yaml: yaml.clone() });
    }
    let mut out: Vec<Service> = Vec::new();
    for file in &files {
        for (key, value) in file.yaml.get("services").map_or(Vec::new(), flat) {
            let Some(name) = key.text() else { continue };
            let i = out.iter().position(|s| s.name == name).unwrap_or_else(|| {
                out.push(Service { name: name.to_owned(), ..Service::default() });
                out.len() - 1
            });
            out[i].places.push(source(&file.name, key.place.line, &[]));
            extend(&mut out[i], file, value, around, unset, 0);
            for config in value.get("configs").map_or(&[][..], Yaml::items) {
                let Some(name) = config.text().or_else(|| config.get("source").and_then(Yaml::text)) else { continue };
                let Some(path) = file.yaml.at(&["configs", name, "file"]).and_then(Yaml::text) else { continue };
                let item = Item { text: path.to_owned(), source: source(&file.name, config.place.line, &[]) };
                out[i].files.push((beside(&file.name, path), item));
            }
        }
    }
    for service in &mut out {
        service.finish();
    }
    out
}

/// Files that `include` names, before the one that names them.
fn include(file: &str, yaml: &Yaml, around: &Surroundings<'_>, files: &mut Vec<File>) {
    let mut waiting: Vec<(String, Yaml)> = vec![(file.to_owned(), yaml.clone())];
    let first = files.len();
    while let Some((file, yaml)) = waiting.pop() {
        for item in yaml.get("include").map_or(&[][..], Yaml::items) {
            let paths = item.get("path").unwrap_or(item);
            let paths: Vec<&str> = paths.text().into_iter().chain(paths.items().iter().filter_map(Yaml::text)).collect();
            for path in paths {
                let path = beside(&file, path);
                if files.len() >= FILES || files.iter().any(|f| f.name == path) {
                    continue;
                }
                let Some(read) = (around.read)(&path).and_then(|t| yaml::documents(&t).ok()).and_then(|d| d.into_iter().next()) else { continue };
                waiting.push((path.clone(), read.clone()));
                files.insert(first, File { name: path, yaml: read });
            }
        }
    }
}

/// A path of a file, from where the file lies.
pub(super) fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> =
        if path.starts_with('/') { vec![""] } else { file.rsplit_once(['/', '\\']).map_or(Vec::new(), |(folder, _)| folder.split(['/', '\\']).collect()) };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != ".." && !p.is_empty()) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Lays a service over what is known of it, what it extends first.
fn extend(service: &mut Service, file: &File, yaml: &Yaml, around: &Surroundings<'_>, unset: &mut Unset, depth: usize) {
    if let Some(extends) = yaml.get("extends").filter(|_| depth < DEPTH) {
        let name = extends.text().or_else(|| extends.get("service").and_then(Yaml::text)).unwrap_or("");
        let other = extends.get("file").and_then(Yaml::text).map(|path| beside(&file.name, path)).filter(|p| *p != file.name);
        let read = other.and_then(|path| {
            let yaml = yaml::documents(&(around.read)(&path)?).ok()?.into_iter().next()?;
            Some(File { name: path, yaml })
        });
        let base = read.as_ref().unwrap_or(file);
        if let Some(value) = base.yaml.at(&["services", name]) {
            extend(service, base, value, around, unset, depth + 1);
        }
    }
    Layer { file: &file.name, around, unset }.over(service, yaml);
}

/// The entries of a map with those that are merged in (`<<`) before them: what comes later goes over what comes first.
fn flat(yaml: &Yaml) -> Vec<(&Yaml, &Yaml)> {
    let mut maps = vec![yaml];
    let mut out: Vec<(&Yaml, &Yaml)> = Vec::new();
    while let Some(map) = maps.pop() {
        let (merged, own): (Vec<_>, Vec<_>) = map.entries().iter().partition(|(k, _)| k.text() == Some("<<"));
        out.splice(0..0, own.into_iter().map(|(k, v)| (k, v)));
        // Of several the first wins, so it is laid last.
        for (_, value) in merged {
            maps.extend(if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() }.iter().rev());
        }
        if out.len() > 10_000 {
            break;
        }
    }
    out
}

/// One layer of one service.
struct Layer<'a, 'b> {
    file: &'a str,
    around: &'a Surroundings<'b>,
    unset: &'a mut Unset,
}

impl Layer<'_, '_> {
    fn item(&mut self, yaml: &Yaml) -> Option<Item> {
        let source = source(self.file, yaml.place.line, &[]);
        let text = variables::fill(yaml.text()?, &self.around.variables, &source, self.unset);
        Some(Item { text, source })
    }

    /// A scalar, or each scalar of a list.
    fn items(&mut self, yaml: Option<&Yaml>) -> Vec<Item> {
        let Some(yaml) = yaml else { return Vec::new() };
        if yaml.items().is_empty() { self.item(yaml).into_iter().collect() } else { yaml.items().iter().filter_map(|y| self.item(y)).collect() }
    }

    fn one(&mut self, yaml: Option<&Yaml>) -> Option<Item> {
        self.item(yaml?)
    }

    fn over(&mut self, service: &mut Service, yaml: &Yaml) {
        let set = |slot: &mut Option<Item>, new: Option<Item>| *slot = new.or(slot.take());
        set(&mut service.image, self.one(yaml.get("image")));
        set(&mut service.restart, self.one(yaml.get("restart")));
        set(&mut service.replicas, self.one(yaml.get("scale")));
        set(&mut service.replicas, self.one(yaml.at(&["deploy", "replicas"])));
        set(&mut service.mode, self.one(yaml.at(&["deploy", "mode"])));
        for file in yaml.get("env_file").map(|e| if e.items().is_empty() { std::slice::from_ref(e) } else { e.items() }).unwrap_or_default() {
            let Some(path) = self.one(file.get("path").or(Some(file))) else { continue };
            let path = beside(self.file, &path.text);
            let Some(text) = (self.around.read)(&path) else { continue };
            for (name, (text, source)) in variables::dotenv(&text, &path) {
                service.set(name, Item { text, source });
            }
        }
        if let Some(environment) = yaml.get("environment") {
            self.environment(service, environment);
        }
        for (key, slot) in [("entrypoint", &mut service.entrypoint), ("command", &mut service.arguments)] {
            if yaml.get(key).is_some() {
                *slot = self.items(yaml.get(key));
            }
        }
        if let Some(depends) = yaml.get("depends_on") {
            for (key, value) in flat(depends) {
                if let Some(item) = self.item(key) {
                    service.depend(item, value.get("condition").and_then(Yaml::text).unwrap_or(""));
                }
            }
            for item in if depends.entries().is_empty() { self.items(Some(depends)) } else { Vec::new() } {
                service.depend(item, "");
            }
        }
        for item in self.items(yaml.get("links")).into_iter().chain(self.items(yaml.get("external_links"))) {
            let target = item.text.split(':').next().unwrap_or("").to_owned();
            service.links.push((target, item));
        }
        let mut names: Vec<Item> = self.items(yaml.get("container_name"));
        names.extend(self.items(yaml.get("hostname")));
        for (_, network) in yaml.get("networks").map_or(Vec::new(), flat) {
            names.extend(self.items(network.get("aliases")));
            names.extend(self.items(network.get("ipv4_address")));
        }
        service.names.extend(names.into_iter().map(|i| i.text));
        self.ports(service, yaml);
        self.files(service, yaml);
        self.check(service, yaml);
        self.build(service, yaml);
    }

    /// A list of `NAME=value` and `NAME`, or a map. A name alone takes its value from the variables, as compose does.
    fn environment(&mut self, service: &mut Service, yaml: &Yaml) {
        let mut from_variables = |this: &mut Self, name: &str, at: &Yaml| {
            if let Some((value, _)) = this.around.variables.get(name) {
                service.set(name.to_owned(), Item { text: value.clone(), source: source(this.file, at.place.line, &[]) });
            }
        };
        let mut pairs = Vec::new();
        for (key, value) in flat(yaml) {
            let Some(name) = key.text() else { continue };
            if value.is_null() {
                from_variables(self, name, key);
            } else if let Some(item) = self.item(value) {
                pairs.push((name.to_owned(), Item { source: source(self.file, key.place.line, &[]), ..item }));
            }
        }
        for entry in yaml.items() {
            let Some(text) = entry.text() else { continue };
            match text.split_once('=') {
                None => from_variables(self, text, entry),
                Some((name, _)) => {
                    let Some(item) = self.item(entry) else { continue };
                    let value = item.text.split_once('=').map_or("", |(_, v)| v).to_owned();
                    pairs.push((name.to_owned(), Item { text: value, ..item }));
                }
            }
        }
        for (name, item) in pairs {
            service.set(name, item);
        }
    }

    /// Whether a port of the machine leads to it: `80:8080`, or `published:`.
    fn ports(&mut self, service: &mut Service, yaml: &Yaml) {
        for port in yaml.get("ports").map_or(&[][..], Yaml::items) {
            let short = self.one(Some(port)).is_some_and(|i| i.text.contains(':') && !i.text.starts_with("127."));
            service.published |= short || port.get("published").is_some();
        }
    }

    /// Files that are mounted: `./nginx.conf:/etc/nginx/nginx.conf`, or a volume of type bind.
    fn files(&mut self, service: &mut Service, yaml: &Yaml) {
        for volume in yaml.get("volumes").map_or(&[][..], Yaml::items) {
            let Some(item) = self.one(volume.get("source").or(Some(volume))) else { continue };
            let path = item.text.split(':').next().unwrap_or("").to_owned();
            let name = path.rsplit('/').next().unwrap_or("");
            let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
            if path.starts_with('.')
                && ["conf", "cfg", "cnf", "ini", "json", "yml", "yaml", "toml", "properties", "xml", "tmpl", "template", "env"].contains(&ending.as_str())
            {
                service.files.push((beside(self.file, &path), item));
            }
        }
    }

    fn check(&mut self, service: &mut Service, yaml: &Yaml) {
        let Some(check) = yaml.get("healthcheck") else { return };
        let slot = service.healthcheck.get_or_insert_default();
        slot.source = source(self.file, check.place.line, &[]);
        slot.interval = self.one(check.get("interval")).map(|i| i.text).or(slot.interval.take());
        slot.retries = self.one(check.get("retries")).map(|i| i.text).or(slot.retries.take());
        let test = check.get("test");
        let none = test.is_some_and(|t| t.text() == Some("NONE") || t.items().first().and_then(Yaml::text) == Some("NONE"));
        slot.disabled = check.get("disable").and_then(Yaml::bool).unwrap_or(false) || none || slot.disabled && test.is_none();
    }

    fn build(&mut self, service: &mut Service, yaml: &Yaml) {
        let Some(build) = yaml.get("build") else { return };
        service.built = true;
        let short = self.one(Some(build)).map(|i| i.text);
        service.context = short.or_else(|| self.one(build.get("context")).map(|i| i.text)).or(service.context.take());
        service.dockerfile = self.one(build.get("dockerfile")).map(|i| i.text).or(service.dockerfile.take());
    }
}

impl Service {
    fn set(&mut self, name: String, item: Item) {
        match self.environment.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = item,
            None => self.environment.push((name, item)),
        }
    }

    fn depend(&mut self, item: Item, condition: &str) {
        match self.depends_on.iter_mut().find(|(n, ..)| *n == item.text) {
            Some((_, old, _)) => condition.clone_into(old),
            None => self.depends_on.push((item.text.clone(), condition.to_owned(), item)),
        }
    }

    fn finish(&mut self) {
        self.command = std::mem::take(&mut self.entrypoint);
        self.command.append(&mut self.arguments);
        self.healthcheck = self.healthcheck.take().filter(|c| !c.disabled);
        self.names.retain(|n| !n.is_empty());
        self.names.sort();
        self.names.dedup();
        self.path = self.code();
    }

    /// The folder that its image is built of, as a glob from where the sources lie. The folder of the Dockerfile says more than a
    /// context that is the whole project.
    fn code(&self) -> Option<String> {
        let context = self.context.as_deref()?;
        if context.contains("://") || context.starts_with("git@") {
            return None;
        }
        // A source named by its whole path lies in the project's folder, as far as anybody can tell.
        let file = self.places.first().map_or("", |p| p.file.as_str());
        let file = if file.starts_with(['/', '\\']) || file.contains(':') { "" } else { file };
        let own = beside("", context);
        let folder = match (own.is_empty(), &self.dockerfile) {
            (true, Some(dockerfile)) => dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
            _ => context.to_owned(),
        };
        let folder = beside(file, &folder);
        (!beside("", &folder).is_empty() && !folder.starts_with(['.', '/']) && (!own.is_empty() || self.dockerfile.is_some())).then(|| format!("{folder}/**"))
    }
}
