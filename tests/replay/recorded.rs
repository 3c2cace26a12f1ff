//! Real transcripts, against a list of the edits in each that was made by another reader. They lie beside the project, not in it.

use distributed_architect::sources::{Item, Outcome, What, find, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    lines: u64,
    non_json_lines: Option<u64>,
    #[serde(default)]
    compact_boundaries: usize,
    #[serde(default)]
    edits: Vec<ExpectedEdit>,
    payloads: Option<BTreeMap<String, usize>>,
}

#[derive(Deserialize, Debug, PartialEq, Eq)]
struct ExpectedEdit {
    id: String,
    tool: String,
    file: String,
    subagent: bool,
    edits: usize,
    error: bool,
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if !path.exists() {
        // Past the harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no recorded transcripts at {}", path.display());
        return None;
    }
    Some(path)
}

fn edits(items: &[Item]) -> Vec<ExpectedEdit> {
    items
        .iter()
        .filter_map(|item| match &item.what {
            What::Edit { call, tool, edit, outcome, .. } => Some(ExpectedEdit {
                id: call.to_string(),
                tool: (*tool).to_owned(),
                file: edit.path.to_string(),
                subagent: item.thread.agent.is_some(),
                edits: edit.changes.len(),
                error: matches!(outcome, Outcome::Failed | Outcome::Refused),
            }),
            _ => None,
        })
        .collect()
}

#[test]
fn every_edit_is_found_once() {
    let Some(folder) = shared("data/transcripts") else { return };
    let list = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json");
    let list: BTreeMap<String, Expected> = serde_json::from_str(&list).expect("expected.json");
    let mut total = 0;
    for (name, expected) in &list {
        let mut items = Vec::new();
        let (tally, result) = read::file(&folder.join(name), &mut |item| items.push(item));
        result.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(tally.lines, expected.lines, "{name}: lines");
        assert_eq!((tally.torn, tally.too_long), (0, 0), "{name}: {tally:?}");
        assert!(tally.unknown.is_empty(), "{name}: {:?}", tally.unknown);
        let found = edits(&items);
        if let Some(payloads) = &expected.payloads {
            for tool in ["Edit", "Write", "MultiEdit"] {
                let n = found.iter().filter(|e| e.tool == tool).count();
                assert_eq!(n, payloads.get(tool).copied().unwrap_or(0), "{name}: {tool}");
            }
            continue;
        }
        assert_eq!(tally.not_json, expected.non_json_lines.unwrap_or(0), "{name}: lines that are no JSON");
        assert_eq!(found, expected.edits, "{name}");
        let forgot = items.iter().filter(|i| matches!(i.what, What::Forgot)).count();
        assert!(forgot >= expected.compact_boundaries && (forgot == 0) == (expected.compact_boundaries == 0), "{name}: forgot {forgot} times");
        total += found.len();
    }
    assert!(total > 300, "{total}");
}

#[test]
fn a_folder_is_read_by_content() {
    let Some(folder) = shared("data/transcripts") else { return };
    let mut unreadable = Vec::new();
    let found = find::files(std::slice::from_ref(&folder), &mut unreadable).expect("walk");
    assert!(unreadable.is_empty(), "{unreadable:?}");
    let names: Vec<_> = found.iter().map(|f| f.path.strip_prefix(&folder).expect("inside").display().to_string()).collect();
    let list: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).expect("expected.json")).expect("expected.json");
    let mut wanted: Vec<_> = list.keys().cloned().collect();
    wanted.sort();
    let mut names_sorted = names;
    names_sorted.sort();
    assert_eq!(names_sorted, wanted);
}

#[test]
fn what_the_newest_client_writes_is_known() {
    let Some(folder) = shared("client/transcripts") else { return };
    for file in std::fs::read_dir(folder).expect("folder").flatten() {
        let mut items = Vec::new();
        let (tally, result) = read::file(&file.path(), &mut |item| items.push(item));
        result.unwrap_or_else(|e| panic!("{}: {e}", file.path().display()));
        assert_eq!(tally.skipped(), 0, "{}: {tally:?}", file.path().display());
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("subagent") {
            assert!(!edits(&items).is_empty() && edits(&items).iter().all(|e| e.subagent), "{name}");
        }
        if name.starts_with("compact") {
            assert!(items.iter().any(|i| matches!(i.what, What::Forgot)), "{name}");
        }
    }
}
