//! docs/topology.md: its commands run on its own files, its files are topologies without a problem, and its reference has every key.
#![cfg(unix)]

mod support;

use distributed_architect::cli;
use distributed_architect::topology::read::{
    self,
    keys::{self, Key},
};
use std::fs;
use std::path::Path;
use std::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_distarch");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/topology.md")).expect("docs/topology.md")
}

/// Fenced blocks in order, each with its language.
fn blocks(page: &str) -> Vec<(String, String)> {
    support::blocks(page).into_iter().map(|b| (b.language, b.text)).collect()
}

/// Small sources beside those that a case of the command line imports.
const FILES: [(&str, &str); 5] = [
    ("option.yaml", "version: 1\ncomponents: [{name: web, entry: true}, {name: orders, count: 2}]\nrelationships: [{from: web, to: orders}]\n"),
    (".env", "TAG=1\n"),
    (
        "mesh.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec:\n  hosts: [cart]\n  http:\n    - timeout: 2s\n      retries: {attempts: 2}\n      route: [{destination: {host: cart}}]\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: cart}\nspec: {type: service, owner: team-cart, lifecycle: production}\n",
    ),
    ("dependencies.json", "[{\"parent\": \"web\", \"child\": \"cart\", \"callCount\": 7}]\n"),
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The part of a line that is ours: without what it is piped to, written to, and its comment.
fn ours(line: &str) -> Option<Vec<&str>> {
    let at = line.find("distarch ")?;
    let end = [" #", " |", " >"].iter().filter_map(|sign| line[at..].find(sign)).min().unwrap_or(line.len() - at);
    Some(line[at..at + end].split_whitespace().collect())
}

#[test]
fn every_command_runs() {
    let page = page();
    let mut file = String::new();
    let mut ran = 0;
    for (language, text) in blocks(&page) {
        if language == "yaml" && text.starts_with("version: 1") {
            file.clone_from(&text);
        }
        for line in text.lines().filter(|_| language == "sh") {
            let words = ours(line).unwrap_or_else(|| panic!("no command of ours: {line}"));
            cli::command().try_get_matches_from(&words).unwrap_or_else(|e| panic!("{line}: {e}"));
            if !line.starts_with("distarch") {
                // What feeds it is another program.
                continue;
            }
            let world = tempfile::tempdir().expect("a folder");
            copy(&Path::new(ROOT).join("tests/cli/topology-import.in/project"), world.path());
            for (name, text) in FILES {
                fs::write(world.path().join(name), text).expect("written");
            }
            if !words.contains(&"init") && !line.contains("--output .dist-architect") {
                fs::create_dir_all(world.path().join(".dist-architect")).expect("a folder");
                let text = if file.is_empty() {
                    blocks(&page).into_iter().find(|(l, t)| l == "yaml" && t.starts_with("version: 1")).expect("a file").1
                } else {
                    file.clone()
                };
                fs::write(world.path().join(".dist-architect/topology.yaml"), text).expect("written");
            }
            let output = Command::new(BINARY).args(&words[1..]).current_dir(&world).env_clear().env("HOME", world.path()).output().expect("run");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(0 | 1)) && errors.is_empty(), "{line}: {:?} {errors}", output.status);
            assert!(!output.stdout.is_empty(), "{line} says nothing");
            ran += 1;
        }
    }
    assert!(ran > 25, "{ran} commands");
}

#[test]
fn every_file_is_a_topology_without_a_slip() {
    let mut read = 0;
    for (_, text) in blocks(&page()).into_iter().filter(|(language, text)| language == "yaml" && !text.starts_with('#')) {
        let reading = read::topology(&text, "docs/topology.md").unwrap_or_else(|p| panic!("{p:?}\n{text}"));
        assert_eq!(reading.problems, [], "{text}");
        read += 1;
    }
    assert!(read >= 3, "{read}");
}

#[test]
fn every_key_has_its_row() {
    let page = page();
    let tops = [keys::FILE, keys::COMPONENT, keys::RELATIONSHIP, keys::CONVERGENCE].map(|keys| (String::new(), keys));
    let inner = [
        ("defaults", keys::DEFAULTS),
        ("slo", keys::SLO),
        ("state", keys::STATE),
        ("state.replicas", keys::REPLICA),
        ("consensus", keys::CONSENSUS),
        ("states", keys::TRANSITION),
        ("backoff", keys::BACKOFF),
    ];
    let inner = inner.map(|(within, keys): (&str, &[Key])| (format!("| `{within}` "), keys));
    for (within, keys) in tops.into_iter().chain(inner) {
        for key in keys {
            let row = format!("{within}| `{}` | `{}` | {}", key.name, key.example, key.about);
            assert!(page.lines().any(|l| l.starts_with(&row)), "docs/topology.md has no row\n{row}");
        }
    }
}
