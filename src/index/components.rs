//! Which component a file belongs to, where the topology does not say: by what can be started or is packed by itself, under the names that
//! deployment manifests use.

mod manifests;
mod markers;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The parts of a repository that run by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components {
    /// Folder to component; the longest that holds a path decides.
    folders: BTreeMap<String, String>,
    /// What manifests deploy, by name.
    deployed: BTreeMap<String, Deployed>,
    /// Other names that lead to a component: hosts, images, folders; in lower case.
    names: BTreeMap<String, String>,
}

/// A part that a manifest deploys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// The manifest.
    pub path: String,
    /// Line of its name, counted from 1.
    pub line: u32,
    /// The image, without its tag.
    pub image: String,
    /// How many, as the manifest writes it: `3`, `2-10`, `N`; none where it does not say.
    pub count: Option<String>,
    /// Started by a clock.
    pub scheduled: bool,
    /// Whether its code is in this repository.
    pub has_code: bool,
}

impl Components {
    /// Finds them. `paths`: the files of the repository, with `/`; `read`: the text of one; `declared`: the component of a path where a
    /// topology file says so.
    #[must_use]
    pub fn of(paths: &[&str], read: &dyn Fn(&str) -> Option<String>, declared: &dyn Fn(&str) -> Option<String>) -> Self {
        let manifests = manifests::read(paths, read);
        let mut folders = markers::folders(paths, read);
        // What is packed by a manifest's word is a part, whatever lies in it.
        for build in &manifests.builds {
            if build.folder.is_empty() || paths.iter().any(|p| within(p, &build.folder)) {
                folders.insert(build.folder.clone(), markers::Mark::Packed);
            }
        }
        for folder in manifests.folders_of_parts(paths) {
            folders.entry(folder).or_insert(markers::Mark::Packed);
        }
        let mut folders = markers::outermost(folders, &|folder| manifests.name_of(folder).is_some());
        for folder in markers::beside(paths, &folders) {
            folders.insert(folder, markers::Mark::Entry);
        }
        let mut out = Self::default();
        for folder in folders.keys() {
            let own = declared(&format!("{folder}/main")).or_else(|| manifests.name_of(folder)).or_else(|| Some(markers::name(folder).to_owned()));
            let Some(name) = own.filter(|n| !n.is_empty()) else { continue };
            for other in manifests.names_of(folder).chain([markers::name(folder).to_owned()]) {
                out.names.entry(other.to_ascii_lowercase()).or_insert_with(|| name.clone());
            }
            out.names.insert(name.to_ascii_lowercase(), name.clone());
            out.folders.insert(folder.clone(), name);
        }
        for (name, part) in manifests.parts {
            let known = out.names.get(&name.to_ascii_lowercase()).cloned();
            let has_code = known.is_some();
            let name = known.unwrap_or(name);
            out.names.entry(name.to_ascii_lowercase()).or_insert_with(|| name.clone());
            out.deployed.entry(name).or_insert(Deployed { has_code, ..part });
        }
        for (host, part) in manifests.hosts {
            if let Some(name) = out.names.get(&part.to_ascii_lowercase()).cloned() {
                out.names.entry(host.to_ascii_lowercase()).or_insert(name);
            }
        }
        out
    }

    /// Parts by their folders, for a caller that knows them.
    #[must_use]
    pub fn by_folders<'a>(folders: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let folders: BTreeMap<String, String> = folders.into_iter().map(|(f, n)| (f.to_owned(), n.to_owned())).collect();
        let names = folders.values().map(|n| (n.to_ascii_lowercase(), n.clone())).collect();
        Self { folders, deployed: BTreeMap::new(), names }
    }

    /// The component of a file.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Option<&str> {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if let Some(name) = self.folders.get(above) {
                return Some(name);
            }
            folder = above;
        }
        self.folders.get("").map(String::as_str)
    }

    /// The folders of parts, with their names.
    pub fn folders(&self) -> impl Iterator<Item = (&str, &str)> {
        self.folders.iter().map(|(f, n)| (f.as_str(), n.as_str()))
    }

    /// What manifests deploy.
    pub fn deployed(&self) -> impl Iterator<Item = (&str, &Deployed)> {
        self.deployed.iter().map(|(n, d)| (n.as_str(), d))
    }

    /// How a manifest deploys a component.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Option<&Deployed> {
        self.deployed.get(name)
    }

    /// The component that a host leads to: `orders:8080`, `orders.shop.svc.cluster.local`, `http://orders`.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<&str> {
        let host = host.split_once("://").map_or(host, |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or("");
        let host = host.rsplit('@').next().unwrap_or("");
        let host = host.split(':').next().unwrap_or("").to_ascii_lowercase();
        if host.is_empty() {
            return None;
        }
        if let Some(name) = self.names.get(&host) {
            return Some(name);
        }
        // A name in a cluster; `redis.io` is a place in the world.
        let (head, rest) = host.split_once('.')?;
        let in_cluster = !rest.contains('.') && !WORLD.contains(&rest) || rest.contains(".svc") || rest.ends_with("local") || rest.ends_with("internal");
        self.names.get(head).filter(|_| in_cluster).map(String::as_str)
    }

    /// The component that a word means: a client's class, a variable, a folder. Only where exactly one is meant.
    #[must_use]
    pub fn of_word(&self, word: &str) -> Option<&str> {
        if let Some(name) = self.names.get(&word.to_ascii_lowercase()) {
            return Some(name);
        }
        let bare = bare(word);
        if bare.len() < 3 {
            return None;
        }
        let mut found: Option<&str> = None;
        for (name, component) in &self.names {
            if self::bare(name) == bare {
                if found.is_some_and(|f| f != component) {
                    return None;
                }
                found = Some(component);
            }
        }
        found
    }
}

/// Ends of names that everybody can look up.
const WORLD: &[&str] = &["com", "org", "net", "io", "dev", "app", "ai", "co", "cloud", "tech", "me", "info", "eu", "de", "fr", "uk", "us", "cn", "jp"];

/// Words that say no more than that something is reached.
const SAYS_NOTHING: &[&str] = &[
    "service",
    "svc",
    "server",
    "srv",
    "client",
    "api",
    "app",
    "addr",
    "address",
    "url",
    "uri",
    "host",
    "endpoint",
    "base",
    "grpc",
    "http",
    "rest",
    "microservice",
    "port",
    "baseurl",
    "stub",
    "proxy",
    "gateway",
];

/// A name in lower-case letters and digits, without the words that say nothing and a leading `ts-` or `ms-`.
pub(crate) fn bare(word: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in word.chars() {
        let begins = c.is_uppercase() && !last.is_uppercase() || !last.is_alphanumeric();
        if c.is_alphanumeric() {
            if begins || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = c;
    }
    while words.len() > 1 && words.last().is_some_and(|w| SAYS_NOTHING.contains(&w.as_str())) {
        words.pop();
    }
    let joined = words.concat();
    let mut rest = joined.as_str();
    while let Some(shorter) = SAYS_NOTHING.iter().find_map(|w| rest.strip_suffix(w)).filter(|r| r.len() > 2) {
        rest = shorter;
    }
    rest.to_owned()
}

/// Whether a path lies in a folder.
fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
