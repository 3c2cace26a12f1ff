//! Pages: each command that a page shows is run as printed, one after the other, in a scratch repository, and what a page shows as said
//! is what is said. What is not run is named in `docs/excused.rs`, with the reason. Skills and the agent have tests/skills.rs.
#![cfg(unix)]

mod support;

#[path = "docs/excused.rs"]
mod excused;
#[path = "docs/help.rs"]
mod help;
#[path = "docs/verbs.rs"]
mod verbs;
#[path = "docs/world.rs"]
mod world;

use clap::error::ErrorKind;
use excused::{By, EXCUSED};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Block, Ran, Room, blocks, commands, copy, is_shell, play_but, said};
use world::{STAND_INS, deployed, pages, read, root, shop};

/// Pages beside those of docs/.
const OTHERS: [&str; 5] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "detector.md", "src/ARCHITECTURE.md"];

/// Pages that bring the files that their commands need; the others are read in the shop.
const BARE: [&str; 2] = ["docs/observers.md", "docs/case-studies"];

/// What stands in capitals in a command within a sentence, each with something of the shop.
const PLACES: [(&str, &str); 9] = [
    ("DIR", "."),
    ("FILE", "docs/orders.md"),
    ("ID", "tight-retry-loop"),
    ("PATH...", "session.jsonl"),
    ("RULE", "several-writers"),
    ("SOURCE", "compose.yaml"),
    ("VERB", "check"),
    ("WORDS", "empty queue"),
    ("[DIR]", ".dist-architect"),
];

/// Programs whose name at the beginning of a code span makes it a command. Those of git are named where the tool watches for them.
const PROGRAMS: [&str; 7] = ["distarch", "cargo", "claude", "npx", "python3", "rustup", "codex"];

/// Fences that hold no commands.
const QUIET: [&str; 13] = ["text", "yaml", "json", "markdown", "python", "go", "rust", "typescript", "javascript", "java", "php", "dockerfile", "sql"];

fn page_paths() -> Vec<PathBuf> {
    OTHERS.iter().map(PathBuf::from).chain(pages("docs")).chain(pages("templates")).collect()
}

fn excuse(command: &str) -> bool {
    EXCUSED.iter().any(|(excused, ..)| *excused == command)
}

fn room_of(page: &Path) -> Room {
    if page.ends_with("topology.md") && !page.starts_with("docs/verbs") {
        return deployed();
    }
    if BARE.iter().any(|bare| page.starts_with(bare)) { Room::new() } else { shop() }
}

/// Plays a page, and tells where.
fn played(page: &Path, room: &Room) -> Vec<Ran> {
    play_but(&root().join(page), room, &mut excuse)
}

#[test]
fn commands_of_pages_run_as_printed() {
    let mut ran = 0;
    for page in page_paths().iter().filter(|p| !p.starts_with("docs/verbs")) {
        let all = blocks(&read(&page.display().to_string()));
        let has = all.iter().filter(|b| is_shell(b)).flat_map(commands).filter(|c| !excuse(c)).count();
        let played = played(page, &room_of(page)).len();
        assert_eq!(played, has, "{}: commands", page.display());
        ran += played;
    }
    assert!(ran > 100, "{ran} commands");
}

/// A code span that is a whole command is run too; where its arguments are left out it names a verb that there is.
#[test]
fn commands_in_sentences_run() {
    let mut spans: BTreeSet<(PathBuf, String)> = BTreeSet::new();
    for page in page_paths() {
        spans.extend(spans_of(&page).into_iter().filter(|s| !excuse(s)).map(|s| (page.clone(), s)));
    }
    let mut ran: BTreeSet<String> = BTreeSet::new();
    let mut slips = Vec::new();
    for (page, span) in &spans {
        assert!(span.starts_with("distarch"), "{}: {span}: no test runs it, and nothing excuses it", page.display());
        if ran.contains(span) {
            continue;
        }
        let filled = filled(span);
        let names_a_verb = distributed_architect::cli::command().try_get_matches_from(filled.split_whitespace()).err().map(|e| e.kind());
        if matches!(names_a_verb, Some(ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand))
        {
            continue;
        }
        // This page speaks of a larger shop in its sentences than the one that it shows.
        let room = if page.ends_with("observers.md") { Room::new() } else { shop() };
        if page.ends_with("observers.md") {
            copy(&root().join("tests/observers/shop"), &room.path());
        }
        if span.starts_with("distarch topology init") {
            fs::remove_file(room.path().join(".dist-architect/topology.yaml")).expect("it was there");
        }
        if span == "distarch catalog lint" || span.starts_with("distarch catalog promote") {
            room.shell("distarch catalog draft --id tight-retry-loop --module failure-mode --shape 'No wait.' --at a.py:1");
        }
        if span == "distarch catalog lint" {
            room.shell("distarch catalog promote tight-retry-loop");
        }
        let input = if span.starts_with("distarch scan") { read("tests/docs/event.json") } else { String::new() };
        let out = room.piped(&filled, &input);
        if !matches!(out.status.code(), Some(0 | 1)) {
            slips.push(format!("{}: {span}: {}", page.display(), said(&out)));
        }
        ran.insert(span.clone());
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
    assert!(ran.len() > 40, "{ran:?}");
}

fn filled(span: &str) -> String {
    let place = |word: &str| PLACES.iter().find(|(place, _)| *place == word).map_or(word.to_owned(), |(_, name)| (*name).to_owned());
    let words: Vec<String> = span.split_whitespace().map(place).collect();
    assert!(
        words.iter().all(|w| !w.chars().any(|c| c.is_ascii_uppercase()) || w.contains(['/', '\'', '.']) || w.starts_with("Res")),
        "{span}: what stands for it?"
    );
    words.join(" ")
}

/// The code spans of a page that begin with the name of a program, outside of fences. A span may go on in the next line.
fn spans_of(page: &Path) -> Vec<String> {
    let text = read(&page.display().to_string());
    let mut prose = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if !fenced && !fence {
            // A row of a table stands alone.
            prose += line;
            prose += if line.starts_with('|') { "\n\n" } else { "\n" };
        }
    }
    let mut out = Vec::new();
    for paragraph in prose.split("\n\n") {
        let pieces: Vec<&str> = paragraph.split('`').collect();
        assert!(pieces.len() % 2 == 1, "{}: a code span that nobody closes: {paragraph}", page.display());
        let spans = pieces.into_iter().skip(1).step_by(2).map(|s| s.split_whitespace().collect::<Vec<_>>().join(" "));
        out.extend(spans.filter(|s| s.contains(' ') && PROGRAMS.iter().any(|p| s.starts_with(&format!("{p} ")))));
    }
    out
}

/// Held in both directions: a reason for a command that no page has is an old one.
#[test]
fn what_excuses_a_command_is_there() {
    let mut met: BTreeSet<String> = BTreeSet::new();
    for page in page_paths() {
        met.extend(blocks(&read(&page.display().to_string())).iter().filter(|b| is_shell(b)).flat_map(commands));
        met.extend(spans_of(&page));
    }
    for (command, why, by) in &EXCUSED {
        assert!(met.contains(*command), "no page has `{command}`");
        assert!(!why.is_empty());
        match by {
            By::Test(file, name) => assert!(read(file).contains(&format!("fn {name}(")), "{command}: {file} has no test {name}"),
            By::Line(file, line) => assert!(read(file).contains(line), "{command}: {file} has no line `{line}`"),
            By::Nobody => assert!(!command.starts_with("distarch"), "{command}: a command of ours is run by somebody"),
        }
    }
    for (program, why, _) in STAND_INS {
        let used = program == "claude" || met.iter().any(|c| c.split([' ', '|']).any(|w| w == program));
        assert!(used && !why.is_empty(), "no page calls {program}");
    }
}

/// What looks like a command stands where commands are looked for, in every Markdown file of the project.
#[test]
fn no_command_is_overlooked() {
    let mut all = page_paths();
    for folder in ["modules", "catalog", "skills", "agents", "signals"] {
        all.extend(pages(folder));
    }
    let looks = |line: &str| ["$ ", "distarch ", "cargo ", "claude ", "npx ", "curl "].iter().any(|p| line.starts_with(p));
    for page in all {
        let text = read(&page.display().to_string());
        for Block { language, text, line, .. } in blocks(&text) {
            let place = format!("{}:{line}", page.display());
            let shell = matches!(language.as_str(), "sh" | "console");
            assert!(shell || QUIET.contains(&language.as_str()) || page.starts_with("catalog"), "{place}: a fence of `{language}`");
            assert!(shell || !text.lines().any(looks), "{place}: a command in a fence of `{language}`");
            // tests/skills.rs runs these, line by line.
            let ours = !page.starts_with("skills") && !page.starts_with("agents");
            assert!(ours || !shell || language == "sh" && text.lines().all(|l| l.starts_with("distarch ")), "{place}: not a command alone");
            assert!(
                language != "yaml" || !text.contains("- distarch ") || page.ends_with("ci.md"),
                "{place}: a job's command; tests/pages.rs runs those of docs/ci.md"
            );
        }
        let mut fenced = false;
        for (at, line) in text.lines().enumerate() {
            fenced ^= line.trim_start().starts_with("```");
            assert!(fenced || !line.starts_with("    ") || !looks(line.trim_start()), "{}:{}: a command without a fence", page.display(), at + 1);
        }
    }
    for (file, name) in [
        ("tests/skills.rs", "every_command_runs_on_a_small_project"),
        ("tests/pages.rs", "jobs_on_the_page_are_yaml_and_their_checks_run"),
        ("tests/pages.rs", "both_hooks_of_pre_commit_find_the_flaw_that_is_staged"),
        ("tests/pages.rs", "the_action_gets_a_release_and_checks_it"),
        ("tests/pages.rs", "the_action_reports_a_change_in_each_form"),
    ] {
        assert!(read(file).contains(&format!("fn {name}(")), "{file} has no test {name}");
    }
}

/// The commands of the plugin's hooks, as the client starts them.
#[test]
fn commands_of_the_hooks_run() {
    let hooks: serde_json::Value = serde_json::from_str(&read("hooks.json")).expect("JSON");
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for group in hooks["hooks"].as_object().expect("events").values().flat_map(|g| g.as_array().expect("groups")) {
        for hook in group["hooks"].as_array().expect("hooks") {
            let arguments: Vec<&str> = hook["args"].as_array().expect("arguments").iter().filter_map(|a| a.as_str()).collect();
            lines.insert(format!("{} {}", hook["command"].as_str().expect("a command"), arguments.join(" ")));
        }
    }
    assert_eq!(lines.iter().map(String::as_str).collect::<Vec<_>>(), ["distarch hook", "distarch index --background"]);
    for line in lines {
        let out = shop().shell(&line);
        assert!(out.status.success() && out.stdout.is_empty() && out.stderr.is_empty(), "{line}: {}", said(&out));
    }
}

#[test]
fn case_studies_have_a_source_and_commands() {
    let cases = pages("docs/case-studies");
    assert!(cases.len() >= 3, "{cases:?}");
    for page in cases {
        let text = read(&page.display().to_string());
        assert!(blocks(&text).iter().filter(|b| is_shell(b)).flat_map(commands).count() >= 2, "{}", page.display());
        assert!(text.contains("\n## Source") && text.contains("](https://"), "{}: a case has its source", page.display());
    }
}

/// What is asked of others is kept here: the program's own topology and specification pass.
#[test]
fn the_program_has_a_specification_of_itself() {
    let room = Room::new();
    for file in ["topology.yaml", "specification.md"] {
        room.write(file, &read(&format!("docs/self/{file}")));
    }
    for command in ["topology check", "spec check specification.md", "spec deletion-test specification.md --check"] {
        let out = room.shell(&format!("distarch {command} --topology topology.yaml"));
        assert!(out.status.success() && !String::from_utf8_lossy(&out.stdout).contains("warning"), "{command}: {}", said(&out));
    }
}

/// A link leads to a file, and behind a # to a heading of it.
#[test]
fn links_lead_to_files_and_headings() {
    let mut all = page_paths();
    for folder in ["skills", "agents", "catalog", "modules"] {
        all.extend(pages(folder));
    }
    for page in all {
        let text = read(&page.display().to_string());
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|l| !l.contains("://") && !l.contains(' ')) {
            let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
            let target = if path.is_empty() { root().join(&page) } else { root().join(&page).parent().expect("a folder").join(path) };
            assert!(target.exists(), "{}: {link} leads nowhere", page.display());
            let Some(heading) = heading else { continue };
            let there = fs::read_to_string(&target).expect("a page");
            let slug = |line: &str| {
                let kept = line.trim_start_matches('#').trim().to_lowercase();
                kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>().replace(' ', "-")
            };
            assert!(there.lines().filter(|l| l.starts_with('#')).any(|l| slug(l) == heading), "{}: {link}: no such heading", page.display());
        }
    }
}

/// Every page is linked from README.md, or from one that is.
#[test]
fn every_page_can_be_reached() {
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open = vec![PathBuf::from("README.md")];
    while let Some(page) = open.pop() {
        let page = fs::canonicalize(root().join(&page)).expect("a page");
        if !reached.insert(page.clone()) {
            continue;
        }
        let text = fs::read_to_string(&page).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = page.parent().expect("a folder").join(link.split('#').next().unwrap_or(link));
            if link.contains(".md") && !link.contains("://") && path.is_file() {
                open.push(path);
            }
        }
    }
    for page in pages("docs") {
        assert!(reached.contains(&fs::canonicalize(root().join(&page)).expect("a page")), "nothing links {}", page.display());
    }
}
