//! Skills and agent: what they say is held against the binary and the files. Each command that they name is run on a small project.
#![cfg(unix)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use distributed_architect::topology::yaml::{self, Yaml};
use support::{Room, said};

const SKILLS: [&str; 4] = ["dist-check", "dist-debug", "dist-design", "system-design"];
const AGENT: &str = "agents/distributed-computing-architect.md";

/// What a session lists of a plugin is in the context of each of its requests.
const LISTING_LIMIT: usize = 900;

/// Words in capitals stand for something of the project at hand; here, of the example below.
const PLACES: [(&str, &str); 17] = [
    ("'ROW=SCORE:", "'load=2:"),
    ("EVIDENCE'", "docs/load.md:3'"),
    ("COMPONENT", "orders-db"),
    ("ENTRY", "web"),
    ("EVENT", "load-high"),
    ("MANIFESTS", "compose.yaml"),
    ("MODULE", "failure-mode"),
    ("OPTION.yaml", "option.yaml"),
    ("PATTERN", "missing-timeout"),
    ("REVIEW.md", "review.md"),
    ("REVISION", "HEAD"),
    ("RUBRIC.yaml", "rubric.yaml"),
    ("SKETCH.html", "sketch.html"),
    ("SPEC.md", "spec.md"),
    ("STORE", "orders-db"),
    ("WORDS", "charge twice"),
    ("A..B", "HEAD~1..HEAD"),
];

const TOPOLOGY: &str = "version: 1
components:
  - {name: web, kind: gateway, count: 2-8, entry: true}
  - {name: orders, count: 2-10, paths: [\"orders/**\"]}
  - {name: orders-db, kind: db, count: 1}
  - {name: scaler, count: 1, states: [{from: few, to: many, on: load-high, emits: [add]}]}
  - {name: pool, count: N, states: [{from: cold, to: hot, on: add}]}
relationships:
  - {from: web, to: orders, via: grpc, timeout: 800ms, attempts: 4}
  - {from: orders, to: orders-db, via: sql, timeout: 300ms, attempts: 4}
  - {from: scaler, to: pool, via: http}
";
const ONE_TO_ONE: &str = "version: 1
components:
  - {name: orders, count: 1, paths: [\"orders/**\"]}
  - {name: orders-db, kind: db, count: 1}
relationships:
  - {from: orders, to: orders-db, via: sql}
";
const SPEC: &str = "# Orders\n\nComponents: orders, orders-db\n\n## What breaks if I delete this?\n\nCheckout stops.\n";
const COMPOSE: &str = "services:
  orders:
    image: orders
    environment: {DATABASE_URL: \"postgres://orders-db:5432/orders\"}
  orders-db: {image: postgres}
";
const BEFORE: &str = "import requests\n\n\ndef report(url, job):\n    requests.post(url, json=job, timeout=3)\n";
const AFTER: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";
/// What `catalog draft` reads on its standard input.
const NOTES: &str = r#"{"id": "stale-tariff", "module": ["data-lifecycle"], "shape": "Rates are read from the copy.", "at": ["src/rate.go:42"]}"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn skill(name: &str) -> String {
    format!("skills/{name}/SKILL.md")
}

/// The pages that a client lists: the skills and the agent.
fn listed() -> Vec<String> {
    SKILLS.iter().map(|name| skill(name)).chain([AGENT.to_owned()]).collect()
}

/// All pages: the listed ones and the references.
fn pages() -> Vec<String> {
    let mut all = listed();
    for name in SKILLS {
        all.extend(names(&format!("skills/{name}/references")).iter().map(|file| format!("skills/{name}/references/{file}")));
    }
    all
}

/// The names in a folder, sorted.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The front matter and the rest.
fn parts(path: &str) -> (Yaml, String) {
    let text = text(path);
    let (front, body) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).unwrap_or_else(|| panic!("{path}: no front matter"));
    let front = yaml::documents(front).unwrap_or_else(|e| panic!("{path}: {e:?}"));
    assert_eq!(front.len(), 1, "{path}");
    (front.into_iter().next().expect("one document"), body.to_owned())
}

#[test]
fn what_is_there_is_what_is_meant() {
    assert_eq!(names("skills"), SKILLS.map(str::to_owned).into());
    assert_eq!(names("agents").into_iter().map(|file| format!("agents/{file}")).collect::<Vec<_>>(), [AGENT]);
}

#[test]
fn front_matter_is_valid_and_short() {
    let mut listing = 0;
    for path in listed() {
        let (front, _) = parts(&path);
        let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, value) in front.entries() {
            keys.insert(key.text().expect("a key"), value.text().unwrap_or_else(|| panic!("{path}: a value that is no text")));
        }
        // Further keys have effects: with `allowed-tools` or `hooks` the client asks the user before the model may start the skill.
        let hint = keys.remove("argument-hint");
        assert_eq!(hint.is_some(), path != AGENT, "{path}: argument-hint");
        assert_eq!(keys.keys().copied().collect::<Vec<_>>(), ["description", "name"], "{path}");
        let name = if path == AGENT { "distributed-computing-architect" } else { path.split('/').nth(1).expect("a folder") };
        assert_eq!(keys["name"], name, "{path}");
        let description = keys["description"];
        assert!((60..=140).contains(&description.chars().count()), "{path}: {} characters", description.chars().count());
        assert!(!description.contains(['<', '>', '\n']), "{path}: {description}");
        listing += format!("- distributed-architect:{name}: {description}\n").chars().count();
    }
    listing += " (Tools: All tools)".len();
    assert!(listing <= LISTING_LIMIT, "{listing} characters");
}

#[test]
fn pages_stay_short() {
    for path in pages() {
        let limit = if path == AGENT { 150 } else { 120 };
        let text = text(&path);
        assert!(text.lines().count() < limit, "{path}: {} lines", text.lines().count());
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with(['|', ' ']) && !line.contains("description:")) {
            assert!(line.chars().count() <= 150, "{path}:{}: {} characters", at + 1, line.chars().count());
        }
    }
}

#[test]
fn links_lead_somewhere_and_no_reference_is_forgotten() {
    for path in pages() {
        let folder = root().join(&path).parent().expect("a folder").to_owned();
        let text = text(&path);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(!link.contains("://"), "{path}: {link}: a page that stands alone");
            assert!(folder.join(link).is_file(), "{path}: {link} leads nowhere");
        }
    }
    for name in SKILLS {
        let page = text(&skill(name));
        for reference in names(&format!("skills/{name}/references")) {
            assert!(page.contains(&format!("(references/{reference})")), "{name}: {reference} is not linked");
        }
    }
}

/// The client replaces `$1` and the like in a skill, and runs what stands behind an exclamation mark, after asking the user.
#[test]
fn nothing_is_replaced_or_run_but_the_arguments() {
    for path in listed() {
        let (_, body) = parts(&path);
        assert_eq!(body.matches('$').count(), body.matches("$ARGUMENTS").count(), "{path}");
        assert_eq!(body.matches("$ARGUMENTS").count(), usize::from(path != AGENT), "{path}: the arguments, once");
        assert!(!body.contains("!`") && !body.contains("```!"), "{path}");
    }
}

#[test]
fn each_says_what_to_do_without_the_program() {
    for path in listed() {
        let (_, body) = parts(&path);
        let words = body.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("must be on the PATH; where it is not, "), "{path}");
    }
}

/// The contents of a page's shell blocks, line by line, and of its code spans.
fn code(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut fence: Option<bool> = None;
    for (at, line) in text(path).lines().enumerate() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => fence = Some(language == "sh"),
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => out.push(line.to_owned()),
            (Some(false), None) => {}
            (None, None) => {
                let pieces: Vec<&str> = line.split('`').collect();
                assert!(pieces.len() % 2 == 1, "{path}:{}: a code span that goes on in the next line", at + 1);
                out.extend(pieces.into_iter().skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    out
}

/// The commands that pages name, each with the pages.
fn commands() -> &'static BTreeMap<String, BTreeSet<String>> {
    static COMMANDS: OnceLock<BTreeMap<String, BTreeSet<String>>> = OnceLock::new();
    COMMANDS.get_or_init(|| {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for path in pages() {
            for command in code(&path).into_iter().filter(|code| code.starts_with("distarch ")) {
                found.entry(command).or_default().insert(path.clone());
            }
        }
        found
    })
}

/// A repository with a topology, a manifest and a change that has a finding.
struct Project(Room);

impl Project {
    fn new() -> Self {
        let room = Room::new();
        let files = [
            ("compose.yaml", COMPOSE),
            ("option.yaml", TOPOLOGY),
            ("spec.md", SPEC),
            ("rubric.yaml", "version: 1\nrows: []\n"),
            (".dist-architect/topology.yaml", TOPOLOGY),
        ];
        for (path, text) in files {
            room.write(path, text);
            room.commit();
        }
        room.write("orders/report.py", BEFORE);
        room.commit();
        room.write("orders/report.py", AFTER);
        Self(room)
    }

    fn forget_topology(&self) {
        fs::remove_file(self.0.path().join(".dist-architect/topology.yaml")).expect("it was there");
    }

    /// Runs a command line; `input` is what is piped into it.
    fn run(&self, command: &str, input: &str) -> Output {
        assert!(command.starts_with("distarch ") && !command.contains(['|', '>', ';', '&', '`']), "{command}: more than a command");
        self.0.piped(command, input)
    }
}

/// The command with the example's names in the places of the words in capitals.
fn filled(command: &str) -> String {
    let mut words = Vec::new();
    for word in command.split(' ') {
        let place = PLACES.iter().find(|(place, _)| *place == word);
        assert!(place.is_some() || !word.starts_with(|c: char| c.is_ascii_uppercase()), "{command}: what is {word}?");
        words.push(place.map_or(word, |(_, name)| name));
    }
    words.join(" ")
}

#[test]
fn every_command_runs_on_a_small_project() {
    assert!(commands().len() >= 30, "only {} commands were found", commands().len());
    let mut slips = Vec::new();
    for (command, pages) in commands() {
        let project = Project::new();
        if command == "distarch topology init" {
            project.forget_topology();
        }
        let out = project.run(&filled(command), if command == "distarch catalog draft" { NOTES } else { "" });
        // 1 says that something was found.
        let asked = matches!(out.status.code(), Some(0 | 1));
        if !asked || (out.stdout.is_empty() && !command.contains("--output")) {
            slips.push(format!("{command} in {pages:?}: {}", said(&out)));
        }
        if command.contains("--fail-on none") {
            assert_eq!(out.status.code(), Some(0), "{command}: {}", said(&out));
            assert!(String::from_utf8_lossy(&out.stdout).contains("tight-retry-loop"), "{command}: {}", said(&out));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// Options that stand alone in the text, and those of the argument hints, belong to a verb that the same page names.
#[test]
fn options_that_are_named_alone_exist() {
    let project = Project::new();
    for path in listed() {
        let (front, _) = parts(&path);
        let hint = front.get("argument-hint").and_then(Yaml::text).unwrap_or_default();
        let mut options: BTreeSet<String> = code(&path).into_iter().filter(|code| code.starts_with("--")).collect();
        options.extend(hint.split(['[', ']', '|', ' ']).filter(|word| word.starts_with("--")).map(str::to_owned));
        let verbs: BTreeSet<String> = commands().iter().filter(|(_, pages)| pages.contains(&path)).map(|(command, _)| verb(command)).collect();
        let help: String = verbs.iter().map(|verb| String::from_utf8_lossy(&project.run(&format!("{verb} --help"), "").stdout).into_owned()).collect();
        for option in options {
            let name = option.split(' ').next().expect("a word");
            assert!(help.split(|c: char| c.is_whitespace() || ",=".contains(c)).any(|word| word == name), "{path}: {option} is of none of {verbs:?}");
        }
    }
}

/// `distarch topology path`, of a command with arguments.
fn verb(command: &str) -> String {
    let nested = ["distarch topology ", "distarch catalog "].iter().any(|group| command.starts_with(group));
    command.split(' ').take(if nested { 3 } else { 2 }).collect::<Vec<_>>().join(" ")
}

/// Ids in code spans that are no command: patterns of the table of symptoms, modules of the table of changes.
#[test]
fn patterns_and_modules_exist() {
    let known = |folder: &str| names(folder).into_iter().filter_map(|file| file.strip_suffix(".md").map(str::to_owned)).collect::<BTreeSet<_>>();
    let ids = |path: &str| {
        let plain = |code: &String| code != "distarch" && !code.starts_with('-') && code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        code(path).into_iter().filter(plain).collect::<BTreeSet<_>>()
    };
    let patterns = ids("skills/dist-debug/references/symptoms.md");
    assert!(patterns.is_subset(&known("catalog")), "{:?}", patterns.difference(&known("catalog")).collect::<Vec<_>>());
    assert_eq!(patterns.len(), known("catalog").len(), "each pattern has a symptom: {:?}", known("catalog").difference(&patterns).collect::<Vec<_>>());
    let modules = ids("skills/dist-check/SKILL.md");
    assert_eq!(modules, known("modules"));
}

/// What the texts say of exit codes, headings and phrases.
#[test]
fn what_is_said_of_the_commands_holds() {
    let project = Project::new();
    assert_eq!(project.run("distarch check", "").status.code(), Some(1), "1: something was found");
    project.0.write("picture.bin", "\0\0\0");
    project.0.git(&["add", "--all"]);
    let report = project.run("distarch check --format markdown", "");
    assert!(String::from_utf8_lossy(&report.stdout).contains("## Not looked at"), "{}", said(&report));
    let alone = Project::new();
    alone.0.write("orders/report.py", BEFORE);
    alone.0.write("README.md", "All orders.\n");
    let report = alone.run("distarch check", "");
    assert!(report.status.success() && String::from_utf8_lossy(&report.stdout).contains("nothing that would be asked about"), "{}", said(&report));
    alone.0.write(".dist-architect/topology.yaml", ONE_TO_ONE);
    alone.0.commit();
    alone.0.write("orders/report.py", &AFTER.replace("url,", "\"http://billing:8080/done\","));
    let report = alone.run("distarch check", "");
    for phrase in ["left out for orders", "The topology file does not know"] {
        assert!(String::from_utf8_lossy(&report.stdout).contains(phrase), "{phrase}: {}", said(&report));
    }

    project.forget_topology();
    for verb in ["check", "analyze", "upstream orders-db"] {
        assert_eq!(project.run(&format!("distarch topology {verb}"), "").status.code(), Some(2), "no file: {verb}");
    }
    let proposal = project.run("distarch topology import compose.yaml", "");
    assert!(proposal.status.success() && String::from_utf8_lossy(&proposal.stdout).contains("orders-db"), "{}", said(&proposal));
    assert!(!project.0.path().join(".dist-architect/topology.yaml").exists(), "printed, not written");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let outside = Command::new(env!("CARGO_BIN_EXE_distarch")).arg("check").current_dir(elsewhere.path()).output().expect("it runs");
    assert_eq!(outside.status.code(), Some(2), "2: the check could not be made");
}
