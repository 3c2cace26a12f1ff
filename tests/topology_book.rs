//! Small systems solved by hand. A case is a file in tests/book: the arithmetic as a comment, the topology, and in a second document
//! what has to be found. Another case is another file.
//!
//! `expect`: findings that there must be, by analysis; `about` is the first component that they concern, `figures` must be equal,
//! `says` is part of the sentence. `only`: how many findings an analysis has in all. `unknown`: part of what an analysis says it does
//! not know. `errors`: what the reader of the file finds wrong with it.

use distributed_architect::topology::analyses::{Commit, Figure, Found, History, SHELF, Severity, Study, analysis};
use distributed_architect::topology::compare::{Delta, Side, delta};
use distributed_architect::topology::read;
use distributed_architect::topology::yaml::{self, Value, Yaml};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/book");
    let mut out: Vec<PathBuf> = fs::read_dir(folder).expect("cases").flatten().map(|e| e.path()).collect();
    out.sort();
    assert!(out.len() >= 12, "only {} cases found", out.len());
    out
}

/// Two systems solved by hand, each against itself and against each other: what one side has more is what the other has less.
#[test]
fn a_comparison_is_the_same_from_both_sides() {
    let systems: Vec<_> = cases()
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).expect("a case");
            let (system, _) = text.split_once("\n---\n").expect("a second document");
            read::topology(system, "t.yaml").unwrap_or_else(|p| panic!("{path:?}: {p:?}")).topology
        })
        .collect();
    let sides: Vec<Side<'_>> = systems.iter().map(Side::of).collect();
    for (at, side) in sides.iter().enumerate() {
        assert_eq!(delta(side, side), Delta::default());
        let other = &sides[(at + 1) % sides.len()];
        let (there, back) = (delta(side, other), delta(other, side));
        for (forward, backward) in [(&there.components, &back.components), (&there.relationships, &back.relationships)] {
            assert_eq!((&forward.added, &forward.removed, forward.changed.len()), (&backward.removed, &backward.added, backward.changed.len()));
        }
        assert_eq!([there.worse.len(), there.better.len(), there.losses.len()], [back.better.len(), back.worse.len(), back.losses.len()]);
        assert!(there.worse.windows(2).all(|w| w[0].severity >= w[1].severity), "the worst first");
    }
}

#[test]
fn what_a_person_works_out_is_what_the_analyses_find() {
    let mut slips = Vec::new();
    let mut met = BTreeSet::new();
    for path in cases() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a case");
        let (system, expected) = text.split_once("\n---\n").unwrap_or_else(|| panic!("{name}: no second document"));
        let reading = read::topology(system, &name).unwrap_or_else(|p| panic!("{name}: {p:?}"));
        let study = Study::of(&reading.topology);
        let expected = yaml::documents(expected).unwrap_or_else(|e| panic!("{name}: {e:?}")).into_iter().next().expect("expectations");
        let errors: Vec<&str> = reading.problems.iter().filter(|p| p.severity == read::Severity::Error).map(|p| p.what.as_str()).collect();
        let declared: Vec<&str> = expected.get("errors").map(Yaml::items).unwrap_or_default().iter().filter_map(Yaml::text).collect();
        if errors != declared {
            slips.push(format!("{name}: errors of the file: {errors:?}"));
        }
        let run = |id: &str| (analysis(id).unwrap_or_else(|| panic!("{name}: no analysis {id}")).find)(&study);
        let mut known = 0;
        for item in expected.get("expect").map(Yaml::items).unwrap_or_default() {
            let id = item.get("analysis").and_then(Yaml::text).expect("an analysis");
            known += 1;
            met.insert(id.to_owned());
            let found = run(id);
            if !found.insights.iter().any(|i| fits(&i.json(&study), item)) {
                slips.push(format!("{name}: {id}: not found: {}\n{}", json(item), told(&study, &found)));
            }
        }
        for (id, count) in expected.get("only").map(Yaml::entries).unwrap_or_default() {
            let id = id.text().expect("an analysis");
            known += 1;
            let found = run(id);
            if Some(found.insights.len() as f64) != count.number() {
                slips.push(format!("{name}: {id}: {} findings\n{}", found.insights.len(), told(&study, &found)));
            }
        }
        for (id, part) in expected.get("unknown").map(Yaml::entries).unwrap_or_default() {
            let id = id.text().expect("an analysis");
            known += 1;
            let found = run(id);
            if !found.unknown.iter().any(|u| u.contains(part.text().expect("a part"))) {
                slips.push(format!("{name}: {id}: unknown: {:?}", found.unknown));
            }
        }
        assert!(known > 0, "{name} expects nothing");
        // Whatever is found can be said to a person and to a program.
        for analysis in SHELF {
            for insight in (analysis.find)(&study).insights {
                assert!(!insight.says.is_empty() && insight.severity <= Severity::Error, "{name}: {}", analysis.id);
                assert!(serde_json::to_string(&insight.json(&study)).is_ok());
            }
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n\n"));
    // Commits are no part of a file: what they make stale is tested where the facts are given.
    let unmet: Vec<&str> = SHELF.iter().map(|a| a.id).filter(|id| !met.contains(*id) && *id != "stale").collect();
    assert!(unmet.is_empty(), "no case solves {unmet:?}");
}

/// One analysis a file, and the file has its name; none is left off the shelf.
#[test]
fn every_analysis_stands_on_the_shelf_under_the_name_of_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/topology/analyses");
    let files = fs::read_dir(folder).expect("the shelf").flatten().map(|e| e.path());
    let written: BTreeSet<String> = files
        .filter(|p| fs::read_to_string(p).is_ok_and(|text| text.contains("const ANALYSIS: Analysis")))
        .map(|p| p.file_stem().expect("a name").to_string_lossy().replace('_', "-"))
        .collect();
    let shelved: BTreeSet<String> = SHELF.iter().map(|a| a.id.to_owned()).collect();
    assert_eq!(written, shelved);
    assert_eq!(shelved.len(), SHELF.len(), "an id twice");
}

/// Commits are given from outside. Three came after the file changed: one touched a manifest, one a contract that a relationship names,
/// one neither; that is two, and ten are as many as should make somebody look.
#[test]
fn commits_that_touch_what_the_file_speaks_of_make_it_stale() {
    let system = "components: [{name: web}, {name: orders}]\nrelationships: [{from: web, to: orders, contract: api/orders.md}]\n";
    let reading = read::topology(system, "topology.yaml").expect("a topology");
    let commit =
        |id: &str, files: &[&str]| Commit { id: id.to_owned(), subject: format!("change {id}"), files: files.iter().map(|f| (*f).to_owned()).collect() };
    let stale = analysis("stale").expect("an analysis");
    let find = |since: Vec<Commit>| {
        let history = History { file: "docs/topology.yaml".to_owned(), since };
        let study = Study::of(&reading.topology).with_history(&history);
        (stale.find)(&study)
    };
    let three = vec![commit("a1", &["src/main.rs", "deploy/orders.yaml"]), commit("b2", &["README.md"]), commit("c3", &["api/orders.md"])];
    let found = find(three.clone());
    let [insight] = found.insights.as_slice() else { panic!("{found:?}") };
    assert_eq!((insight.severity, insight.get("commits")), (Severity::Info, Some(&Figure::Count(2))));
    assert_eq!(insight.get("files"), Some(&Figure::List(vec!["api/orders.md".to_owned(), "deploy/orders.yaml".to_owned()])));
    assert_eq!(insight.get("latest"), Some(&Figure::List(vec!["c3 change c3".to_owned(), "a1 change a1".to_owned()])));
    let many = find((0..10).map(|i| commit(&i.to_string(), &["Dockerfile"])).collect());
    assert_eq!(many.insights[0].severity, Severity::Warn);
    assert_eq!(find(vec![three[1].clone()]), Found::default());
    // Nobody looked: that is unknown, not fresh.
    assert_eq!((stale.find)(&Study::of(&reading.topology)).unknown.len(), 1);
}

/// Whether a finding is the one that is expected.
fn fits(insight: &Json, item: &Yaml) -> bool {
    let text = |key: &str| item.get(key).and_then(Yaml::text);
    text("about").is_none_or(|about| insight["components"][0] == about)
        && text("severity").is_none_or(|severity| insight["severity"] == severity)
        && text("says").is_none_or(|says| insight["says"].as_str().is_some_and(|s| s.contains(says)))
        && item.get("figures").map(Yaml::entries).unwrap_or_default().iter().all(|(key, value)| {
            let figure = &insight["figures"][key.text().expect("a name")];
            equal(figure, &json(value))
        })
}

fn equal(a: &Json, b: &Json) -> bool {
    match (a.as_f64(), b.as_f64()) {
        // Arithmetic by hand has ten digits.
        (Some(x), Some(y)) => (x - y).abs() <= 1e-9 * y.abs().max(1.0),
        _ => a == b,
    }
}

fn json(value: &Yaml) -> Json {
    match &value.value {
        Value::Scalar { text, .. } => value.number().map_or_else(|| Json::from(text.as_str()), Json::from),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => Json::Object(entries.iter().map(|(k, v)| (k.text().unwrap_or_default().to_owned(), json(v))).collect()),
    }
}

fn told(study: &Study<'_>, found: &Found) -> String {
    let lines: Vec<String> = found.insights.iter().map(|i| format!("    {}", i.json(study))).collect();
    if lines.is_empty() { "    nothing was found".to_owned() } else { lines.join("\n") }
}
