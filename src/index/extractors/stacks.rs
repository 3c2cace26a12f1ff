//! Small systems in the stacks that people use, with what they do to shared resources written down before they were read.
//!
//! `== what it is`, then its files (`-- path`, whose first folder is the component), then `>>` and the uses that are there. `?` before one:
//! it may be told or not, at any line. `-` before one: it is there and not seen yet. Fields of messages, columns that are only mentioned
//! and other columns' declarations are not listed.

use super::facts;
use crate::index::components::Components;
use crate::index::file::File;
use crate::index::link::{self, FileFacts, Linked, ResolvedUse, Tables};
use crate::index::model::{Certainty, Kind, Role};
use std::collections::BTreeSet;

const STACKS: [&str; 5] = [
    include_str!("stacks/jvm.txt"),
    include_str!("stacks/script.txt"),
    include_str!("stacks/dynamic.txt"),
    include_str!("stacks/native.txt"),
    include_str!("stacks/dotnet.txt"),
];
const DEPLOYED: &str = include_str!("stacks/deployed.txt");
const FRESH: &str = include_str!("stacks/fresh.txt");
const CALLS: &str = include_str!("stacks/calls.txt");

/// One small system.
struct World<'a> {
    name: &'a str,
    files: Vec<(&'a str, String)>,
    expected: Vec<&'a str>,
}

fn worlds(text: &str) -> Vec<World<'_>> {
    let mut out: Vec<World<'_>> = Vec::new();
    let mut in_files = true;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            out.push(World { name, files: Vec::new(), expected: Vec::new() });
            in_files = true;
            continue;
        }
        let Some(world) = out.last_mut() else { continue };
        if line == ">>" {
            in_files = false;
        } else if let Some(path) = line.strip_prefix("-- ").filter(|p| in_files && p.contains('/')) {
            world.files.push((path, String::new()));
        } else if in_files {
            if let Some((_, text)) = world.files.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        } else if !line.is_empty() {
            world.expected.push(line);
        }
    }
    out
}

/// A world, linked.
fn linked(world: &World<'_>) -> (Vec<FileFacts>, Linked) {
    // The folder of a part, and its name.
    let part = |path: &str| -> (String, String) {
        let mut segments = path.split('/');
        let first = segments.next().unwrap_or("");
        let name = if first == "crates" { segments.next().unwrap_or("") } else { first };
        (if first == "crates" { format!("crates/{name}") } else { first.to_owned() }, name.to_lowercase())
    };
    let parts: BTreeSet<(String, String)> =
        world.files.iter().map(|(p, _)| part(p)).filter(|(folder, _)| !matches!(&**folder, "deploy" | "infra" | "proto")).collect();
    let components = Components::by_folders(parts.iter().map(|(f, n)| (f.as_str(), n.as_str())));
    let files: Vec<FileFacts> =
        world.files.iter().map(|(path, text)| FileFacts { path: (*path).to_owned(), component: None, facts: facts(&File::new(path, text)) }).collect();
    (files.clone(), link::linked(files, components))
}

fn shown(used: &ResolvedUse) -> String {
    let word = |json: serde_json::Result<String>| json.unwrap_or_default().trim_matches('"').to_owned();
    let (kind, role) = (word(serde_json::to_string(&used.kind)), word(serde_json::to_string(&used.role)));
    let value = used.value.as_ref().map_or(String::new(), |v| format!(" = {v}"));
    format!("{kind} {role} {}{value}", used.name)
}

/// Everything that is told of a world, but for guesses and for what is not listed.
fn told(world: &World<'_>) -> BTreeSet<String> {
    let (files, linked) = linked(world);
    let mut out = BTreeSet::new();
    for file in files {
        for used in link::resolve(&file.facts, &file.path, &linked.tables) {
            let column = used.kind == Kind::Column && used.value.is_none();
            let is_listed = !column || !matches!(used.role, Role::Reads | Role::Declares) && (used.name.contains('.') || used.role != Role::Writes);
            if used.certainty > Certainty::Guess && used.kind != Kind::Field && is_listed {
                out.insert(format!("{} @{}:{}", shown(&used), file.path, used.line));
            }
        }
    }
    out
}

/// A file alone, with the tables of its repository or with what it needs of them, says what it says among the others.
#[test]
fn a_file_alone_says_the_same() {
    for world in STACKS.iter().chain([&DEPLOYED, &FRESH, &CALLS]).flat_map(|text| worlds(text)) {
        let (files, linked) = linked(&world);
        let pieces = linked.tables.packed().expect("pieces");
        for file in files {
            let alone = link::resolve(&file.facts, &file.path, &linked.tables);
            let few = Tables::for_names_of(&file.facts, &|name| pieces.iter().find(|(n, _)| n == name).map(|(_, b)| b.clone())).expect("tables");
            assert_eq!(link::resolve(&file.facts, &file.path, &few), alone, "{} {}", world.name, file.path);
            let mut among: Vec<String> = Vec::new();
            for resource in &linked.index.resources {
                for place in resource.places.iter().filter(|p| linked.index.file(p).path == file.path) {
                    let value = place.value.as_ref().map_or(String::new(), |v| format!(" = {v}"));
                    among.push(format!("{} {:?} {value} {} {:?}", resource.name, place.role, place.line, place.certainty));
                }
            }
            let mut alone: Vec<String> = alone
                .iter()
                .map(|u| format!("{} {:?} {} {} {:?}", u.name, u.role, u.value.as_ref().map_or(String::new(), |v| format!(" = {v}")), u.line, u.certainty))
                .collect();
            alone.sort();
            alone.dedup();
            among.sort();
            among.dedup();
            assert_eq!(alone, among, "{} {}", world.name, file.path);
        }
    }
}

#[test]
fn what_stacks_do_is_seen() {
    let (mut listed, mut seen, mut wrong) = (0, 0, 0);
    let mut off = String::new();
    for world in STACKS.iter().chain([&DEPLOYED, &FRESH, &CALLS]).flat_map(|text| worlds(text)) {
        let told = told(&world);
        let sure: BTreeSet<&str> = world.expected.iter().copied().filter(|e| !e.starts_with(['?', '-'])).collect();
        let missing: BTreeSet<&str> = world.expected.iter().filter_map(|e| e.strip_prefix("- ")).collect();
        let may: Vec<&str> = world.expected.iter().filter_map(|e| e.strip_prefix("? ")).collect();
        let is_known = |t: &str| sure.contains(t) || may.iter().any(|m| t == *m || t.strip_prefix(m).is_some_and(|rest| rest.starts_with(' ')));
        listed += sure.len() + missing.len();
        for use_ in &sure {
            if told.contains(*use_) {
                seen += 1;
            } else {
                off.push_str(&format!("{}\n  missed {use_}\n", world.name));
            }
        }
        for use_ in told.iter().filter(|t| !is_known(t)) {
            if missing.contains(use_.as_str()) {
                off.push_str(&format!("{}\n  seen by now {use_}\n", world.name));
            } else {
                wrong += 1;
                off.push_str(&format!("{}\n  wrong {use_}\n", world.name));
            }
        }
    }
    assert!(off.is_empty(), "{off}listed {listed}, seen {seen}, wrong {wrong}");
}
