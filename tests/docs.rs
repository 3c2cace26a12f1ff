//! Pages whose commands are run as printed, one after the other, in a scratch repository; what a page shows as said is what is said.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Room, blocks, play};

/// Pages with the world that each begins in; other pages begin in an empty repository and bring their own files.
const PAGES: [&str; 5] = ["check.md", "findings.md", "spec.md", "rubric.md", "reasoning-framework.md"];
/// Pages whose commands are run with other files (topology.md), or need what a machine has: recorded sessions, a client, a network. Their
/// lines are held against the verbs and options that there are.
const ELSEWHERE: [&str; 7] = ["benches.md", "evaluation.md", "install.md", "observers.md", "replay.md", "topology.md", "troubleshooting.md"];

const TOPOLOGY: &str = "version: 1
components:
  - {name: web, kind: gateway, count: 2-8, entry: true, noticed_after: 1m}
  - {name: orders, count: 2-10, paths: [\"services/orders/**\"]}
  - {name: orders-db, kind: db, count: 1}
relationships:
  - {from: web, to: orders, via: grpc, timeout: 800ms, attempts: 2}
  - {from: orders, to: orders-db, via: sql, timeout: 300ms, attempts: 2}
";
const BEFORE: &str = "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n";
const AFTER: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";
const SPEC: &str = "# Orders\n\nComponents: orders, orders-db\n\n## What breaks if I delete this?\n\nCheckout stops.\n";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// A repository with a release, a branch and a change that has a finding.
fn world() -> Room {
    let room = Room::new();
    room.write(".dist-architect/topology.yaml", TOPOLOGY);
    room.write("services/orders/report.py", BEFORE);
    room.write("docs/orders.md", SPEC);
    room.commit();
    room.git(&["tag", "v1.2"]);
    room.git(&["checkout", "--quiet", "-b", "work"]);
    room.write("services/orders/report.py", AFTER);
    room.commit();
    room.write("services/orders/again.py", AFTER);
    room.git(&["add", "services/orders/again.py"]);
    room
}

#[test]
fn commands_of_pages_run_as_printed() {
    for page in PAGES {
        let ran = play(&docs().join(page), &world());
        assert!(ran > 0 || page == "findings.md", "docs/{page}: {ran} commands");
    }
}

#[test]
fn case_studies_show_what_is_said() {
    let mut pages: Vec<PathBuf> = fs::read_dir(docs().join("case-studies")).expect("case studies").flatten().map(|e| e.path()).collect();
    pages.sort();
    assert!(pages.len() >= 3, "{pages:?}");
    for page in pages {
        let ran = play(&page, &Room::new());
        assert!(ran >= 2, "{}: {ran} commands", page.display());
        let text = fs::read_to_string(&page).expect("a page");
        assert!(text.contains("\n## Source") && text.contains("](https://"), "{}: a case has its source", page.display());
    }
}

/// What is asked of others is kept here: the program's own topology and specification pass.
#[test]
fn the_program_has_a_specification_of_itself() {
    let room = Room::new();
    for file in ["topology.yaml", "specification.md"] {
        room.write(file, &fs::read_to_string(docs().join("self").join(file)).expect("a file"));
    }
    for command in ["topology check", "spec check specification.md", "spec deletion-test specification.md --check"] {
        let out = room.shell(&format!("distarch {command} --topology topology.yaml"));
        assert!(out.status.success() && !String::from_utf8_lossy(&out.stdout).contains("warning"), "{command}: {}", support::said(&out));
    }
}

/// A page with commands is run here, or by a test that is named above.
#[test]
fn no_page_with_commands_is_forgotten() {
    let mut with_commands: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(docs()).expect("docs").flatten().filter(|e| e.path().is_file()) {
        let text = fs::read_to_string(entry.path()).expect("a page");
        if blocks(&text).iter().any(|b| matches!(b.language.as_str(), "sh" | "console")) {
            with_commands.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    let mut known: BTreeSet<String> = PAGES.iter().chain(&ELSEWHERE).map(|p| (*p).to_owned()).collect();
    // Another test may have a page of its own: it names it.
    let others = fs::read_dir(docs().join("../tests")).expect("tests").flatten().map(|e| e.path()).filter(|p| p.is_file() && !p.ends_with("docs.rs"));
    let texts: Vec<String> = others.filter_map(|p| fs::read_to_string(p).ok()).collect();
    known.extend(with_commands.iter().filter(|page| texts.iter().any(|t| t.contains(&format!("docs/{page}")))).cloned());
    assert!(with_commands.is_subset(&known), "no test runs {:?}", with_commands.difference(&known).collect::<Vec<_>>());
}

#[test]
fn commands_that_cannot_be_run_here_are_written_right() {
    let mut checked = 0;
    for page in ELSEWHERE {
        let text = fs::read_to_string(docs().join(page)).unwrap_or_else(|e| panic!("{page}: {e}"));
        for block in blocks(&text).iter().filter(|b| matches!(b.language.as_str(), "sh" | "console")) {
            for line in block.text.lines() {
                let line = line.trim_start_matches("$ ");
                let end = [" #", " |", " >", " <", " &&"].iter().filter_map(|sign| line.find(sign)).min().unwrap_or(line.len());
                let words: Vec<&str> = line[..end].split_whitespace().collect();
                if words.first() == Some(&"distarch") {
                    if let Err(e) = distributed_architect::cli::command().try_get_matches_from(&words) {
                        assert!(!e.use_stderr(), "{page}: {line}: {e}");
                    }
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 20, "{checked}");
}

/// The words of a code span that is a whole command, in any page of docs.
#[test]
fn commands_in_sentences_name_verbs_and_options_that_exist() {
    let mut checked = 0;
    for page in PAGES.iter().map(|p| docs().join(p)).chain([docs().join("design-philosophy.md")]) {
        let text = fs::read_to_string(&page).expect("a page");
        let mut in_fence = false;
        for line in text.lines() {
            in_fence ^= line.starts_with("```");
            if in_fence {
                continue;
            }
            for code in line.split('`').skip(1).step_by(2).filter(|c| c.starts_with("distarch ")) {
                let words: Vec<&str> = code.split_whitespace().filter(|w| *w != "...").collect();
                let verbs: Vec<&str> =
                    words[1..].iter().take_while(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !w.starts_with('-')).copied().collect();
                let mut command = distributed_architect::cli::command();
                for verb in verbs {
                    match command.find_subcommand(verb) {
                        Some(found) => command = found.clone(),
                        None if command.get_positionals().next().is_some() => break,
                        None => panic!("{}: {code}: no verb {verb}", page.display()),
                    }
                }
                for option in words.iter().filter_map(|w| w.strip_prefix("--")) {
                    assert!(command.get_arguments().any(|a| a.get_long() == Some(option)), "{}: {code}: no option --{option}", page.display());
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "{checked}");
}
