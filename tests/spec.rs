//! `distarch spec check`, by specifications as data: tests/spec holds one good one, and for each rule one that breaks it and nothing else,
//! named after the rule, with what is said beside it. SNAPSHOTS=overwrite writes what is said now.
#![cfg(unix)]

use distributed_architect::spec::{RULES, check, deletion};
use distributed_architect::topology::read;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec")
}

fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_distarch")).args(arguments).current_dir(folder()).env_clear().output().expect("it runs")
}

fn cases() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("cases").flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "md"));
    let mut names: Vec<String> = files.filter_map(|p| Some(p.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn one_is_good_and_each_rule_has_one_that_breaks_it() {
    let expected: BTreeSet<String> = RULES.iter().map(|(rule, _)| (*rule).to_owned()).chain(["good".to_owned()]).collect();
    assert_eq!(cases().into_iter().collect::<BTreeSet<_>>(), expected);
    for name in cases() {
        let file = format!("{name}.md");
        let out = run(&["spec", "check", &file, "--topology", "topology.yaml"]);
        let said =
            format!("{}{}exit {}\n", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr), out.status.code().expect("an exit code"));
        let assert = snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
        assert.eq(said, snapbox::Data::read_from(&folder().join(format!("{name}.txt")), Some(snapbox::data::DataFormat::Text)));
        assert_eq!(out.status.code(), Some(i32::from(name != "good")), "{name}");
        // Programs are told the same, and of no other rule.
        let out = run(&["spec", "check", &file, "--topology", "topology.yaml", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
        let problems = report["files"][0]["problems"].as_array().expect("problems");
        assert_eq!(problems.is_empty(), name == "good", "{name}: {problems:?}");
        let lines = text(&file).lines().count() as u64;
        assert!(problems.iter().all(|p| p["rule"] == name.as_str() && (1..=lines).contains(&p["line"].as_u64().expect("a line"))), "{name}: {problems:?}");
        assert_eq!(report["files"][0]["open"][0]["line"].as_u64().map(|l| l > 1), Some(true), "{name}: its open question");
    }
}

#[test]
fn what_cannot_be_read_is_exit_code_2() {
    for arguments in
        [&["spec", "check", "nowhere.md"][..], &["spec", "check", "good.md", "--topology", "nowhere.yaml"], &["spec", "deletion-test", "missing-section.md"]]
    {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn answers_are_written_once_and_nothing_is_overwritten() {
    let world = tempfile::tempdir().expect("a folder");
    let file = world.path().join("orders.md");
    let distarch = |arguments: &[&str]| {
        let topology = folder().join("topology.yaml");
        let out = Command::new(env!("CARGO_BIN_EXE_distarch"))
            .args(arguments)
            .arg("--topology")
            .arg(topology)
            .current_dir(&world)
            .env_clear()
            .output()
            .expect("it runs");
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr))
    };
    let (code, said) = distarch(&["spec", "new", "orders"]);
    assert_eq!(code, Some(0), "{said}");
    let drafted = fs::read_to_string(&file).expect("written");
    assert!(drafted.contains("| orders | web |") || drafted.contains("| orders |"), "{drafted}");
    assert_eq!(distarch(&["spec", "new", "orders"]).0, Some(2), "it is there already");
    assert_eq!(distarch(&["spec", "deletion-test", "orders.md", "--check"]).0, Some(0), "a draft has the answers");
    fs::write(&file, text("good.md")).expect("written");
    assert_eq!(distarch(&["spec", "deletion-test", "orders.md", "--check"]).0, Some(1));
    assert_eq!(fs::read_to_string(&file).expect("there"), text("good.md"), "--check writes nothing");
    assert_eq!(distarch(&["spec", "deletion-test", "orders.md"]).0, Some(0));
    assert_eq!(distarch(&["spec", "deletion-test", "orders.md", "--check"]).0, Some(0));
    assert_eq!(distarch(&["spec", "check", "orders.md"]).0, Some(0), "what was filled in breaks no rule");
    let (code, said) = distarch(&["spec", "new", "--template", "review", "reviews/orders.md"]);
    assert!(code == Some(0) && world.path().join("reviews/orders.md").is_file(), "{said}");
}

const PIECES: [&str; 24] = [
    "|",
    "\n",
    "\n\n",
    "# ",
    "## State\n",
    "### ",
    "- ",
    "  - ",
    "`",
    "<!--",
    "-->",
    "->",
    "→",
    "é",
    "漢",
    "\r\n",
    "TBD",
    "7 ",
    "_",
    "---\n",
    "| --- |\n",
    "Components: ",
    "<!-- distarch deletion-test: begin -->\n",
    "<!-- distarch deletion-test: end -->\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is in a file: it is judged, places lie in it, and what is filled in is filled in once.
    #[test]
    fn any_text_is_judged(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..PIECES.len(), 0usize..60), 0..6)) {
        let topology = read::topology(&text("topology.yaml"), "topology.yaml").expect("a topology").topology;
        let mut text = text("stale-answers.md");
        for (at, piece, gone) in cuts {
            let place = |text: &str, at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            let start = place(&text, at.index(text.len() + 1));
            let end = place(&text, start + gone).max(start);
            text.replace_range(start..end, PIECES[piece]);
        }
        for problem in check(&text, Some(&topology)).problems {
            prop_assert!(text.get(problem.range.clone()).is_some(), "{:?}", problem);
        }
        if let Ok(filled) = deletion::fill(&text, &topology) {
            prop_assert_eq!(deletion::fill(&filled, &topology), Ok(filled.clone()));
        }
    }
}
