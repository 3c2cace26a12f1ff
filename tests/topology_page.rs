//! docs/topology.md: its files are topologies without a problem, and its reference has every key. tests/docs.rs runs its commands.
#![cfg(unix)]

mod support;

use distributed_architect::topology::read::{
    self,
    keys::{self, Key},
};
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/topology.md")).expect("docs/topology.md")
}

/// Fenced blocks in order, each with its language.
fn blocks(page: &str) -> Vec<(String, String)> {
    support::blocks(page).into_iter().map(|b| (b.language, b.text)).collect()
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
