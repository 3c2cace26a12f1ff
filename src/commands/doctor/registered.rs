//! Whether the client's settings turn the plugin on, or name the hook themselves.

use super::{Check, Level};
use crate::clients::CLIENTS;
use crate::commands::places;
use serde_json::Value;
use std::path::Path;

pub(super) fn checks(project: &Path) -> Vec<Check> {
    let mut out = Vec::new();
    let mut plugins: Vec<(String, bool, String)> = Vec::new();
    let mut direct: Vec<String> = Vec::new();
    for path in places::client_settings(project) {
        let place = path.display().to_string();
        let settings: Value =
            match std::fs::read_to_string(&path).map_err(|e| e.to_string()).and_then(|text| serde_json::from_str(&text).map_err(|e| e.to_string())) {
                Ok(settings) => settings,
                Err(e) => {
                    out.push(Check::new("hooks", Level::Broken, format!("{place}: {e}")).hint("the client does not read its settings either: mend the JSON"));
                    continue;
                }
            };
        for (id, on) in places::enabled(&settings) {
            plugins.retain(|(other, ..)| *other != id);
            plugins.push((id, on, place.clone()));
        }
        if settings.get("hooks").is_some_and(names_us) {
            direct.push(place.clone());
        }
        if settings.get("disableAllHooks") == Some(&Value::Bool(true)) {
            out.push(Check::new("hooks", Level::Broken, format!("disableAllHooks is set in {place}: no hook runs")).hint("remove it"));
        }
    }
    let elsewhere = others(project);
    let on: Vec<String> = plugins.iter().filter(|(_, on, _)| *on).map(|(id, _, place)| format!("{id} in {place}")).collect();
    let off: Vec<String> = plugins.iter().filter(|(_, on, _)| !on).map(|(id, _, place)| format!("{id} in {place}")).collect();
    if on.len() + direct.len() > 1 {
        let all: Vec<&str> = on.iter().chain(&direct).map(String::as_str).collect();
        out.push(
            Check::new("hooks", Level::Note, format!("registered more than once: {}", all.join("; "))).hint("each edit is judged once for each; keep one"),
        );
    } else if let Some(place) = on.first() {
        out.push(Check::new("hooks", Level::Ok, format!("the plugin is enabled: {place}")));
    } else if let Some(place) = direct.first() {
        out.push(Check::new("hooks", Level::Ok, format!("the hook is named in {place}")));
    } else if let Some(place) = off.first() {
        out.push(Check::new("hooks", Level::Note, format!("the plugin is turned off: {place}")).hint("`claude plugin enable distributed-architect`"));
    } else if elsewhere.is_empty() {
        out.push(
            Check::new("hooks", Level::Note, "not registered in the client's settings; a plugin given by --plugin-dir cannot be seen from here").hint(
                "`claude plugin marketplace add DIR` and `claude plugin install distributed-architect@distributed-architect`, or `claude --plugin-dir DIR`",
            ),
        );
    }
    out.extend(elsewhere);
    out
}

/// The same for the other clients, where their own file of hooks names ours.
fn others(project: &Path) -> Vec<Check> {
    let mut out = Vec::new();
    for registration in CLIENTS.iter().skip(1).map(|c| c.registration()) {
        let user = match std::env::var_os(registration.variable).filter(|v| !v.is_empty()) {
            Some(folder) => Some(folder.into()),
            None => std::env::home_dir().map(|home| home.join(registration.folder)),
        };
        for path in user.into_iter().chain([project.join(registration.folder)]).map(|folder| folder.join(registration.file)) {
            let settings: Option<Value> = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
            if settings.is_some_and(|s| s.get("hooks").is_some_and(names_us)) {
                out.push(Check::new("hooks", Level::Ok, format!("{}: the hook is named in {}", registration.title, path.display())).hint(registration.then));
            }
        }
    }
    out
}

/// Whether a command anywhere below is ours.
fn names_us(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| match value.as_str() {
            Some(command) if key == "command" => {
                command.split_whitespace().next().is_some_and(|first| Path::new(first.trim_matches(['"', '\''])).file_stem().is_some_and(|s| s == "distarch"))
            }
            _ => names_us(value),
        }),
        Value::Array(list) => list.iter().any(names_us),
        _ => false,
    }
}
