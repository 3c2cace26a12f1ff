//! Enumerations of states in schemas.

use super::{MOST, is_state_type};
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::topology::yaml::Yaml;

/// Enumerations of schemas: `enum OrderStatus { NEW PAID }`, `enum OrderState { NEW = 0; }`.
pub(in crate::index::extractors) fn read_schema(file: &File<'_>, facts: &mut Facts) {
    if file.language == crate::engine::edit::Language::UNKNOWN && !file.path.ends_with(".graphqls") {
        return;
    }
    let mut inside: Option<String> = None;
    for (line, text) in file.lines() {
        let text = text.split(['#']).next().unwrap_or("").split("//").next().unwrap_or("").trim();
        if let Some(name) = &inside {
            if text.starts_with('}') {
                inside = None;
                continue;
            }
            let member = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
            if member.starts_with(|c: char| c.is_ascii_uppercase()) {
                facts.push(Use::new(Kind::State, Role::Declares, Name::literal(&**name), line).value(member));
            }
        } else if let Some(rest) = text.strip_prefix("enum ") {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
            if is_state_type(name) && rest.contains('{') && !rest.contains('}') {
                inside = Some(name.to_owned());
            }
        }
    }
}

/// Closed lists of states in OpenAPI, AsyncAPI and JSON Schema: `OrderState: { enum: [new, paid] }`.
pub(in crate::index::extractors) fn read_document(file: &File<'_>, facts: &mut Facts) {
    if file.text.len() > 1_000_000 || !["openapi", "swagger", "asyncapi", "$schema"].iter().any(|w| file.text.contains(w)) {
        return;
    }
    for document in file.documents() {
        if !["openapi", "swagger", "asyncapi", "$schema"].iter().any(|w| document.get(w).is_some()) {
            continue;
        }
        for schemas in [document.at(&["components", "schemas"]), document.get("definitions"), document.get("$defs")].into_iter().flatten() {
            for (name, schema) in schemas.entries() {
                let members: Vec<_> = schema.get("enum").map_or(&[][..], Yaml::items).iter().filter_map(|m| m.text().map(|t| (t, m.place.line))).collect();
                let Some(holder) = name.text().filter(|n| is_state_type(n) && (2..=MOST).contains(&members.len())) else { continue };
                for (member, line) in members {
                    facts.push(Use::new(Kind::State, Role::Declares, Name::literal(holder), line).value(member));
                }
            }
        }
    }
}
