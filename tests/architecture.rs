//! The shape that keeps the parts apart, held by reading the source; and what ships, held to be reachable.

use distributed_architect::commands::{Format, explain};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Files below a folder with one of the extensions, as paths from the top.
fn files(folder: &str, extensions: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|e| panic!("{next:?}: {e}")).flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
                out.push(path.strip_prefix(root()).expect("below").to_string_lossy().replace('\\', "/"));
            }
        }
    }
    out.sort();
    assert!(!out.is_empty(), "no files in {folder}");
    out
}

/// Lines of code with their numbers; comments and what is only compiled for tests left out.
fn code(path: &str) -> Vec<(usize, String)> {
    let text = read(path);
    text.lines().enumerate().take_while(|(_, l)| l.trim() != "#[cfg(test)]").map(|(i, l)| (i + 1, l.split("//").next().unwrap_or("").to_owned())).collect()
}

#[test]
fn the_engine_knows_no_file_clock_environment_client_or_process() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::time",
        "std::process",
        "std::net",
        "std::io",
        "std::path",
        "env!",
        "serde_yaml",
        "clap",
        "Instant",
        "SystemTime",
        "println!",
        "eprintln!",
        "OnceLock",
        "static mut",
    ];
    let mut slips = Vec::new();
    // The snippets of the literature are compiled for tests alone.
    let engine = files("src/engine", &["rs"]).into_iter().filter(|p| !p.ends_with("/literature.rs"));
    for path in engine.chain(["src/knowledge/baked.rs".to_owned()]) {
        for (line, code) in code(&path) {
            // The baked tables are put in where they are compiled.
            let code = code.replace("include!(concat!(env!(\"OUT_DIR\"), \"/baked.rs\"));", "");
            // Detectors look for such names in other people's code: what stands between quotes is not ours.
            let code: String = code.split('"').step_by(2).collect();
            slips.extend(forbidden.iter().filter(|f| code.contains(**f)).map(|f| format!("{path}:{line}: {f}")));
        }
    }
    assert!(slips.is_empty(), "{slips:#?}");
}

/// What each part may name of the crate. A part that is not here is a new one: say what it stands on.
const ARROWS: [(&str, &[&str]); 21] = [
    ("knowledge", &[]),
    ("engine", &["hash", "knowledge"]),
    ("hash", &[]),
    ("text", &[]),
    ("nearest", &[]),
    ("error", &[]),
    ("state", &[]),
    ("project", &[]),
    ("session", &["engine", "hash", "state"]),
    ("topology", &["engine", "hash", "nearest", "text"]),
    ("index", &["engine", "hash", "state", "text", "topology"]),
    ("spec", &["nearest", "topology"]),
    ("clients", &["engine"]),
    ("config", &["engine", "hash", "knowledge", "project", "state", "topology"]),
    ("journal", &["clients", "config", "engine", "hash", "session", "state"]),
    ("telling", &["config", "engine", "hash", "index", "journal", "knowledge", "session", "text", "topology"]),
    ("sources", &["clients", "engine", "error", "journal", "project"]),
    ("render", &["text"]),
    (
        "commands",
        &[
            "cli",
            "clients",
            "config",
            "engine",
            "error",
            "hash",
            "index",
            "journal",
            "knowledge",
            "nearest",
            "project",
            "render",
            "session",
            "sources",
            "spec",
            "state",
            "telling",
            "text",
            "topology",
        ],
    ),
    ("cli", &["commands", "error"]),
    ("lib", &[]),
];

/// Parts of the crate that a file names: `crate::x`, `crate::{x, y::z}`.
fn named(path: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (line, code) in code(path) {
        for rest in code.split("crate::").skip(1) {
            if let Some(list) = rest.strip_prefix('{') {
                // Names at the first level of the braces.
                let mut depth = 0;
                let mut name = String::new();
                for c in list.chars().chain([',']) {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth <= 0 => {
                            let first: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                            if !first.is_empty() {
                                out.push((line, first));
                            }
                            name.clear();
                        }
                        c => name.push(c),
                    }
                    if depth < 0 {
                        break;
                    }
                }
                let first: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !first.is_empty() {
                    out.push((line, first));
                }
            } else {
                out.push((line, rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()));
            }
        }
    }
    out
}

#[test]
fn arrows_point_from_commands_to_shelves_to_the_engine_to_knowledge() {
    let mut slips = Vec::new();
    let mut seen = 0;
    for path in files("src", &["rs"]) {
        let part = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().expect("a name").to_owned();
        // The program's first lines, and the build script, which takes files in by their path.
        if part == "main" || part == "bake" {
            continue;
        }
        let Some((_, may)) = ARROWS.iter().find(|(p, _)| *p == part) else {
            slips.push(format!("{path}: nothing says what `{part}` may stand on"));
            continue;
        };
        for (line, name) in named(&path) {
            seen += 1;
            if name != part && !may.contains(&name.as_str()) {
                slips.push(format!("{path}:{line}: {part} -> {name}"));
            }
        }
    }
    assert!(slips.is_empty(), "{slips:#?}");
    assert!(seen > 100, "the reader finds the names: {seen}");
}

/// The reader above is not blind: it finds an arrow wherever a `use` can hide one.
#[test]
fn arrows_are_found_in_lists_and_in_the_middle_of_code() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("x.rs");
    fs::write(&file, "use crate::{alpha, beta::{self, Inner}, gamma};\nuse crate::delta::X;\nfn f() { crate::epsilon::g(); } // crate::no\n").expect("a file");
    let names: Vec<String> = named(file.to_str().expect("a path")).into_iter().map(|(_, n)| n).collect();
    assert_eq!(names, ["alpha", "beta", "gamma", "delta", "epsilon"]);
}

#[test]
fn every_command_is_a_verb() {
    let cli = read("src/cli.rs");
    // `pub mod` of the folder: what is private there serves the others.
    let verbs: Vec<String> = read("src/commands/mod.rs").lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned)).collect();
    assert!(verbs.len() >= 10, "{verbs:?}");
    let declared: BTreeSet<String> =
        read("src/commands/mod.rs").lines().filter_map(|l| l.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)).collect();
    for path in files("src/commands", &["rs"]) {
        let name = path.trim_start_matches("src/commands/").trim_end_matches(".rs").split('/').next().expect("a name").to_owned();
        assert!(name == "mod" || declared.contains(&name), "{path} is in no module");
    }
    for verb in verbs {
        let arm = format!("commands::{verb}::run(");
        // Places of files that several verbs ask for.
        assert!(
            cli.contains(&arm) || read(&format!("src/commands/{verb}.rs")).lines().all(|l| !l.starts_with("pub fn run")),
            "src/commands/{verb}.rs is no verb in src/cli.rs"
        );
    }
}

#[test]
fn every_file_of_content_can_be_explained() {
    let mut paths: Vec<String> = ["signals", "modules", "catalog"].iter().flat_map(|f| files(f, &["yaml", "md"])).collect();
    paths.retain(|p| p != "signals/weights.yaml" && !p.starts_with("catalog/_drafts/"));
    let count = paths.len();
    let is_missing = |path: &&String| {
        let id = Path::new(path).file_stem().expect("a name").to_string_lossy().into_owned();
        explain::run(&explain::Args { id, format: Format::Text }).map_or(true, |text| text.trim().is_empty())
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let missing: Vec<&String> = std::thread::scope(|scope| {
        let parts: Vec<_> = paths.chunks(count.div_ceil(threads)).map(|part| scope.spawn(move || part.iter().filter(is_missing).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|p| p.join().expect("no panic")).collect()
    });
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count >= 80 + 5 + 6, "{count}");
}

#[test]
fn both_manifests_are_equal() {
    assert_eq!(fs::read(root().join("plugin.json")).expect("manifest"), fs::read(root().join(".claude-plugin/plugin.json")).expect("manifest"));
    let manifest: Value = serde_json::from_str(&read("plugin.json")).expect("JSON");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    let hooks = manifest["hooks"].as_str().expect("a path");
    assert!(hooks.starts_with("./") && root().join(hooks).is_file(), "the client refuses a path without ./");
}

/// Events of client 2.1.197: one name that it does not know drops all hooks of the plugin.
const EVENTS: [&str; 30] = [
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "PostToolBatch",
    "Notification",
    "UserPromptSubmit",
    "UserPromptExpansion",
    "SessionStart",
    "SessionEnd",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "PermissionRequest",
    "PermissionDenied",
    "Setup",
    "TeammateIdle",
    "TaskCreated",
    "TaskCompleted",
    "Elicitation",
    "ElicitationResult",
    "ConfigChange",
    "WorktreeCreate",
    "WorktreeRemove",
    "InstructionsLoaded",
    "CwdChanged",
    "FileChanged",
    "MessageDisplay",
];

#[test]
fn hooks_name_events_that_the_oldest_client_knows() {
    let hooks: Value = serde_json::from_str(&read("hooks.json")).expect("JSON");
    let events = hooks["hooks"].as_object().expect("events");
    for (event, groups) in events {
        assert!(EVENTS.contains(&event.as_str()), "{event}");
        for group in groups.as_array().expect("groups") {
            if let Some(matcher) = group["matcher"].as_str() {
                assert!(matcher.chars().all(|c| c.is_ascii_alphabetic() || c == '|'), "{matcher}: exact names, no expression");
            }
            for handler in group["hooks"].as_array().expect("handlers") {
                assert_eq!((&handler["type"], &handler["command"]), (&"command".into(), &"distarch".into()), "exec form: no shell");
                // What may take its time runs beside the conversation.
                let (arguments, seconds) = if handler["async"] == true { (["index", "--background"].as_slice(), 300) } else { (["hook"].as_slice(), 5) };
                assert_eq!((&handler["args"], &handler["timeout"]), (&serde_json::json!(arguments), &serde_json::json!(seconds)));
            }
        }
    }
    assert_eq!(events.keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["PreToolUse", "PostToolUse", "SessionStart", "SessionEnd", "Stop"]));
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let long: Vec<String> =
        files("src", &["rs"]).into_iter().map(|p| (read(&p).lines().count(), p)).filter(|(n, _)| *n > 500).map(|(n, p)| format!("{p}: {n} lines")).collect();
    assert!(long.is_empty(), "one concept a file, under 500 lines: {long:#?}");
}

#[test]
fn yaml_has_one_reader_and_few_know_it() {
    let users: Vec<PathBuf> = files("src", &["rs"]).into_iter().filter(|p| code(p).iter().any(|(_, l)| l.contains("serde_yaml"))).map(PathBuf::from).collect();
    assert!(!users.iter().any(|p| p.starts_with("src/commands/hook.rs") || p.starts_with("src/engine") || p.starts_with("src/session")), "{users:?}");
}
