//! Routes that an OpenAPI or Swagger document declares: `paths` under the path of its server.

use crate::index::extractors::paths;
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::topology::yaml::Yaml;

/// Paths beyond which a document describes somebody else's system.
const MOST: usize = 400;

pub(crate) fn read_document(file: &File<'_>, out: &mut Facts) {
    if file.text.len() > 1_000_000 || !["openapi", "swagger"].iter().any(|w| file.text.contains(w)) || !file.text.contains("paths") {
        return;
    }
    for document in file.documents().iter().filter(|d| d.get("openapi").is_some() || d.get("swagger").is_some()) {
        let declared = document.get("paths").map_or(&[][..], Yaml::entries);
        if declared.len() > MOST {
            continue;
        }
        let prefix = prefix(document);
        for (path, item) in declared {
            let Some(text) = path.text().filter(|t| t.starts_with('/')) else { continue };
            for (verb, _) in item.entries() {
                let method = verb.text().filter(|v| v.bytes().all(|b| b.is_ascii_lowercase())).and_then(paths::method).filter(|m| *m != "ANY");
                let Some(method) = method else { continue };
                let whole = paths::join(prefix.clone(), paths::served(&Name::literal(text)));
                out.push(Use::new(Kind::Route, Role::Declares, paths::route(method, whole), verb.place.line));
            }
        }
    }
}

/// The path that all servers of a document have in common; nothing where they differ.
fn prefix(document: &Yaml) -> Name {
    let base = document.get("basePath").and_then(Yaml::text);
    let mut given = document.get("servers").map_or(&[][..], Yaml::items).iter().filter_map(|s| s.get("url").and_then(Yaml::text)).map(path_of);
    let first = base.or_else(|| given.next()).unwrap_or("");
    let path = first.trim_end_matches('/');
    let fits = path.starts_with('/') && !path.contains(['{', '$']) && (base.is_some() || given.all(|other| other.trim_end_matches('/') == path));
    if fits { Name::literal(path) } else { Name::default() }
}

/// The path of an address.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}
