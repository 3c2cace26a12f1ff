//! Files that make a folder a part that runs by itself: an image's recipe, a package with a start, an entry point.

use std::collections::BTreeMap;

/// What speaks for a folder, the weaker first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A program begins here.
    Entry,
    /// A package that is started.
    Package,
    /// It becomes an image.
    Packed,
}

/// Folders whose name says nothing of the part: the one above is meant.
const SAYS_NOTHING: &[&str] =
    &["src", "app", "docker", "build", "deploy", "deployment", "container", "main", "cmd", "bin", "image", "code", "source", ".docker"];
/// Folders with nothing of the system's own.
const FOREIGN: &[&str] = &[
    "node_modules",
    "vendor",
    "third_party",
    "test",
    "tests",
    "testdata",
    "__tests__",
    "e2e",
    "spec",
    "docs",
    "doc",
    "examples",
    "example",
    "samples",
    ".git",
    ".github",
    "benchmarks",
    "benchmark",
    "hack",
    "scripts",
    "tools",
];

/// The folder's own name.
pub(super) fn name(folder: &str) -> &str {
    folder.rsplit('/').find(|s| !SAYS_NOTHING.contains(s)).unwrap_or("")
}

/// Folders with a mark.
pub(super) fn folders(paths: &[&str], read: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Mark> {
    let mut out: BTreeMap<String, Mark> = BTreeMap::new();
    // Entry files of scripts count only where the packages that they need are declared beside them.
    let mut declared: Vec<&str> = Vec::new();
    let mut scripts: Vec<&str> = Vec::new();
    for path in paths {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        if folder.split('/').any(|f| FOREIGN.contains(&f)) {
            continue;
        }
        let has = |words: &[&str]| read(path).is_some_and(|t| words.iter().any(|w| t.contains(w)));
        let mark = match file {
            "Dockerfile" | "Containerfile" => Some(Mark::Packed),
            "Procfile" | "config.ru" | "artisan" | "mix.exs" => Some(Mark::Package),
            "package.json" if has(&["\"start\":", "\"start:", "\"bin\":", "\"serve\":"]) => Some(Mark::Package),
            "pom.xml" if has(&["spring-boot-maven-plugin", "quarkus-maven-plugin", "<mainClass>"]) => Some(Mark::Package),
            "build.gradle" | "build.gradle.kts" if has(&["org.springframework.boot", "application", "quarkus", "mainClass"]) => Some(Mark::Package),
            "Cargo.toml" if has(&["[[bin]]"]) => Some(Mark::Package),
            "main.go" => Some(Mark::Entry),
            "main.rs" if folder.ends_with("src") => Some(Mark::Entry),
            "pyproject.toml" | "requirements.txt" | "Pipfile" | "setup.py" => {
                declared.push(folder);
                None
            }
            "main.py" | "app.py" | "manage.py" | "server.py" | "wsgi.py" | "asgi.py" | "worker.py" | "run.py" => {
                scripts.push(folder);
                None
            }
            _ if file.ends_with(".csproj") && has(&["Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker", "<OutputType>Exe"]) => Some(Mark::Package),
            _ if file.starts_with("Dockerfile.") || file.ends_with(".Dockerfile") || file.ends_with(".dockerfile") => Some(Mark::Entry),
            _ => None,
        };
        if let Some(mark) = mark {
            let folder = meant(folder);
            let known = out.entry(folder.to_owned()).or_insert(mark);
            *known = (*known).max(mark);
        }
    }
    for folder in scripts {
        let folder = meant(folder);
        if declared.iter().any(|d| meant(d) == folder) {
            out.entry(folder.to_owned()).or_insert(Mark::Package);
        }
    }
    out
}

/// The folder that is meant by a marker in a folder whose name says nothing: `src/cart/src/Dockerfile` is of `src/cart`.
fn meant(folder: &str) -> &str {
    let mut at = folder;
    while let Some((above, own)) = at.rsplit_once('/') {
        if !SAYS_NOTHING.contains(&own) || name(above).is_empty() {
            return at;
        }
        at = above;
    }
    // `cmd/api/main.go` keeps its folder; `src/main.rs` at the top means the top.
    if SAYS_NOTHING.contains(&at) { "" } else { at }
}

/// Names of what is shared by parts, or is about them.
const NO_PARTS: &[&str] = &[
    "lib",
    "libs",
    "library",
    "shared",
    "common",
    "pkg",
    "packages",
    "core",
    "utils",
    "util",
    "internal",
    "proto",
    "protos",
    "pb",
    "api",
    "schema",
    "schemas",
    "contracts",
    "types",
    "models",
    "config",
    "configs",
    "infra",
    "infrastructure",
    "deploy",
    "deployment",
    "deployments",
    "k8s",
    "kubernetes",
    "helm",
    "charts",
    "terraform",
    "ci",
    "static",
    "public",
    "assets",
    "templates",
    "migrations",
    "db",
    "sdk",
    "clients",
    "client",
    "plugins",
    "modules",
    "components",
];

/// Folders beside parts in which a program begins: where neighbours are parts, such a one is another.
pub(super) fn beside(paths: &[&str], parts: &BTreeMap<String, Mark>) -> Vec<String> {
    let parent = |folder: &str| folder.rsplit_once('/').map_or(String::new(), |(above, _)| above.to_owned());
    let mut neighbours: BTreeMap<String, usize> = BTreeMap::new();
    for folder in parts.keys().filter(|f| !f.is_empty()) {
        *neighbours.entry(parent(folder)).or_default() += 1;
    }
    let mut out = Vec::new();
    for path in paths {
        let (stem, ending) = path.rsplit('/').next().and_then(|file| file.rsplit_once('.')).unwrap_or(("", ""));
        if !matches!(stem, "main" | "server" | "app" | "index" | "Program" | "Main" | "Application")
            || !matches!(ending, "ts" | "js" | "py" | "rb" | "go" | "java" | "kt" | "cs" | "php" | "rs")
        {
            continue;
        }
        for (above, _) in neighbours.iter().filter(|(_, n)| **n > 1) {
            let Some(rest) = (if above.is_empty() { Some(*path) } else { path.strip_prefix(above.as_str()).and_then(|r| r.strip_prefix('/')) }) else {
                continue;
            };
            let mut segments = rest.split('/');
            let (Some(own), Some(_), depth) = (segments.next(), segments.next(), rest.matches('/').count()) else { continue };
            let folder = if above.is_empty() { own.to_owned() } else { format!("{above}/{own}") };
            let is_free = !parts.keys().any(|p| *p == folder || !p.is_empty() && (super::within(p, &folder) || super::within(&folder, p)));
            let says_something = !NO_PARTS.contains(&own) && !FOREIGN.contains(&own) && !SAYS_NOTHING.contains(&own);
            if depth <= 3 && is_free && says_something && !rest.split('/').any(|f| FOREIGN.contains(&f)) && !out.contains(&folder) {
                out.push(folder);
            }
        }
    }
    out
}

/// Parts that lie in no other part of a stronger or equal mark: an entry point within a packed folder is part of it, and so is what is
/// packed there for a tool, unless a manifest deploys it.
pub(super) fn outermost(found: BTreeMap<String, Mark>, is_deployed: &dyn Fn(&str) -> bool) -> BTreeMap<String, Mark> {
    let many = found.keys().filter(|f| !f.is_empty()).count() > 1;
    let inner = |folder: &String, mark: &Mark| {
        found.iter().any(|(above, of)| {
            above != folder && !above.is_empty() && super::within(folder, above) && (of > mark || of == mark && (*mark != Mark::Packed || !is_deployed(folder)))
        })
    };
    // The top of a repository of several parts is none: it would take in all that is nobody's.
    found.iter().filter(|(f, m)| !(inner(f, m) || f.is_empty() && many)).map(|(f, m)| (f.clone(), *m)).collect()
}
