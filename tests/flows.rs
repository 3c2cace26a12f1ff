//! Edges between components found in code, against what their manifests, their traces and lists made by hand say.
//!
//! ```sh
//! DISTARCH_TEST_REPOS=~/repos DISTARCH_TEST_DATA=~/data DISTARCH_TEST_EDGES=~/edges cargo test --test flows -- --nocapture
//! ```
//!
//! The folder of repositories holds clones of GoogleCloudPlatform/microservices-demo, open-telemetry/opentelemetry-demo and
//! FudanSELab/train-ticket by their last names; data and lists are those of `topology_import`.

use distributed_architect::index::flows::{Way, flows};
use distributed_architect::index::link::Linked;
use distributed_architect::index::store::{Wanted, load};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

type Edges = BTreeSet<(String, String)>;

/// Past what a test prints only when it fails.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder(variable: &str, below: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(|v| PathBuf::from(v).join(below)).filter(|p| p.is_dir());
    if found.is_none() {
        say(&format!("SKIPPED: {below}. {variable} names no folder that holds it, so nothing was tested here."));
    }
    found
}

fn linked(root: &Path) -> Linked {
    load(&Wanted { root, state: None, force: false, declared: &|_| None, topology: 0 }).expect("reads")
}

/// Who calls or reaches whom.
fn edges(root: &Path) -> Edges {
    let linked = linked(root);
    flows(&linked.index, &linked.tables).into_iter().filter(|f| matches!(f.way, Way::Asks | Way::Reaches)).map(|f| (f.from, f.to)).collect()
}

/// Precision and recall; tells each edge that only one side has.
fn compare(what: &str, found: &Edges, wanted: &Edges) -> (f64, f64) {
    let both = found.intersection(wanted).count();
    let share = |of: usize| if of == 0 { 1.0 } else { both as f64 / of as f64 };
    say(&format!("{what}: {both} of {} found are wanted, {both} of {} wanted are found", found.len(), wanted.len()));
    for (from, to) in found.difference(wanted) {
        say(&format!("  only in code: {from} -> {to}"));
    }
    for (from, to) in wanted.difference(found) {
        say(&format!("  not in code: {from} -> {to}"));
    }
    (share(found.len()), share(wanted.len()))
}

#[test]
fn online_boutique_against_its_manifests_and_traces() {
    let (Some(root), Some(data)) = (folder("DISTARCH_TEST_REPOS", "microservices-demo"), folder("DISTARCH_TEST_DATA", "topology/online-boutique")) else {
        return;
    };
    let text = std::fs::read_to_string(data.join("expected_edges.json")).expect("the list");
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let pairs = |key: &str| -> Edges {
        let pair = |v: &serde_json::Value| (v[0].as_str().unwrap_or("").to_owned(), v[1].as_str().unwrap_or("").to_owned());
        list[key].as_array().expect(key).iter().map(pair).collect()
    };
    let found = edges(&root);
    let (precision, recall) = compare("Online Boutique, manifests", &found, &pairs("declared_edges"));
    assert!(precision >= 0.95 && recall >= 0.95, "{precision} {recall}");
    let (_, recall) = compare("Online Boutique, traces", &found, &pairs("observed_edges"));
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn opentelemetry_demo_against_a_list_made_by_hand() {
    let (Some(root), Some(lists)) = (folder("DISTARCH_TEST_REPOS", "opentelemetry-demo"), folder("DISTARCH_TEST_EDGES", "")) else { return };
    let text = std::fs::read_to_string(lists.join("edges-otel-demo.txt")).expect("the list");
    let mut wanted: Edges = BTreeSet::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        if let Some((from, to)) = line.split_once(' ') {
            wanted.insert((from.to_owned(), to.split(' ').next().unwrap_or("").to_owned()));
        }
    }
    let found = edges(&root);
    compare("OpenTelemetry demo, all", &found, &wanted);
    // What a library is told by its own variables stands in no line of the code; an infrastructure's own wiring has no code here.
    let is_own = |(from, to): &&(String, String)| {
        to != "otel-collector" && !matches!(from.as_str(), "otel-collector" | "flagd" | "kafka" | "frontend-proxy" | "flagd-ui") && to != "flagd"
    };
    let (wanted, found): (Edges, Edges) = (wanted.iter().filter(is_own).cloned().collect(), found.iter().filter(is_own).cloned().collect());
    let (precision, recall) = compare("OpenTelemetry demo, its own code", &found, &wanted);
    assert!(precision >= 0.75 && recall >= 0.75, "{precision} {recall}");
}

#[test]
fn train_ticket_against_the_names_in_its_sources() {
    let Some(root) = folder("DISTARCH_TEST_REPOS", "train-ticket") else { return };
    let mut wanted: Edges = BTreeSet::new();
    let parts: Vec<String> =
        std::fs::read_dir(&root).expect("reads").flatten().filter_map(|e| e.file_name().into_string().ok()).filter(|n| n.starts_with("ts-")).collect();
    for part in &parts {
        names(&root.join(part), part, &mut wanted);
    }
    // Its pages call through a gateway that rewrites every path.
    let is_service = |(from, to): &&(String, String)| from != "ts-ui-dashboard" && to.ends_with("-service") && to.starts_with("ts-");
    let found: Edges = edges(&root).iter().filter(is_service).cloned().collect();
    let wanted: Edges = wanted.iter().filter(is_service).cloned().collect();
    assert!(wanted.len() > 50, "{}", wanted.len());
    let (precision, recall) = compare("train-ticket", &found, &wanted);
    assert!(precision >= 0.95 && recall >= 0.9, "{precision} {recall}");
}

/// Names of other services in the strings of a service's own code.
fn names(folder: &Path, own: &str, out: &mut Edges) {
    for entry in std::fs::read_dir(folder).expect("reads").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !matches!(name.as_str(), "test" | "node_modules" | "static") {
            names(&path, own, out);
        }
        if ![".java", ".py", ".go", ".js"].iter().any(|e| name.ends_with(e)) {
            continue;
        }
        let text = std::fs::read(&path).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
        for line in text.lines().filter(|l| !["//", "*", "#"].iter().any(|w| l.trim_start().starts_with(w))) {
            for (at, _) in line.match_indices("ts-").filter(|(at, _)| line[..*at].ends_with(['"', '/'])) {
                let rest = &line[at..];
                let name = &rest[..rest.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')).unwrap_or(rest.len())];
                if name.ends_with("-service") && name != own {
                    out.insert((own.to_owned(), name.to_owned()));
                }
            }
        }
    }
}
