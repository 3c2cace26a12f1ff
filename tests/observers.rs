//! The index of shared resources, judged against a shop of six services in five languages (tests/observers/shop) whose uses of shared
//! resources were written down by hand before any tool was run (tests/observers/shop.expected.jsonl).
//!
//! First line of the list: the files it covers, how many lines a place may be off, roles that are one for a kind, and uses that may be
//! told or not. Then one use a line, all there are in those files. What the tool tells beyond them counts against it.

#![allow(clippy::print_stdout, reason = "recall and precision by kind are shown, so that a run can be quoted")]

#[cfg(unix)]
mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is reached and has to stay: recall and precision over all kinds, as `distarch resources` tells them.
const RECALL: f64 = 0.90;
const PRECISION: f64 = 0.95;

/// Roles that the vocabulary of the tool (`Role`, `Kind` in src/index/model.rs) has one word for and the list another.
const VOCABULARY: [(&str, &str, &str); 3] = [
    // "Writes: changes its content; enqueues a job."
    ("job", "publishes", "writes"),
    // "Retries: sets how often or how long a call to it is tried": timeouts too.
    ("setting", "declares", "retries"),
    // "Locks: takes or gives back a lock."
    ("lease", "deletes", "locks"),
];

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    file: String,
    line: Option<u64>,
    /// Where the call stands, when that is far from the name.
    also: Option<u64>,
    kind: String,
    name: Option<String>,
    role: Option<String>,
    value: Option<String>,
}

impl Use {
    fn of(json: &Value) -> Self {
        let word = |key: &str| json[key].as_str().map(str::to_owned);
        Self {
            file: word("file").expect("a file"),
            line: json["line"].as_u64(),
            also: json["also"].as_u64(),
            kind: word("kind").expect("a kind"),
            name: word("name"),
            role: word("role"),
            value: word("value"),
        }
    }

    fn show(&self) -> String {
        let or = |word: &Option<String>| word.clone().unwrap_or_else(|| "*".to_owned());
        let value = self.value.as_ref().map_or(String::new(), |v| format!(" = {v}"));
        format!("{} {} {} {}{value} @{}:{}", self.kind, or(&self.role), or(&self.name), "", self.file, self.line.unwrap_or(0)).replace("  ", " ")
    }
}

struct Expected {
    files: BTreeSet<String>,
    lines: u64,
    same_roles: Vec<(String, String, String)>,
    /// A role counts only as it is listed, word for word.
    strict: bool,
    optional: Vec<Use>,
    uses: Vec<Use>,
}

impl Expected {
    fn read() -> Self {
        let text = std::fs::read_to_string(folder().join("shop.expected.jsonl")).expect("the list");
        let mut lines = text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap_or_else(|e| panic!("{e}: {l}")));
        let head = lines.next().expect("a first line");
        let list = |key: &str| head[key].as_array().expect("a list").clone();
        let mut same_roles: Vec<(String, String, String)> = Vec::new();
        for (kind, pairs) in head["same_roles"].as_object().expect("roles") {
            for pair in pairs.as_array().expect("pairs") {
                same_roles.push((kind.clone(), pair[0].as_str().expect("a role").to_owned(), pair[1].as_str().expect("a role").to_owned()));
            }
        }
        Self {
            files: list("files").iter().map(|f| f.as_str().expect("a path").to_owned()).collect(),
            lines: head["lines"].as_u64().expect("a number"),
            same_roles,
            strict: false,
            optional: list("optional").iter().map(Use::of).collect(),
            uses: lines.map(|l| Use::of(&l)).collect(),
        }
    }

    /// Whether what is told is what is listed, but for its line.
    fn is(&self, listed: &Use, told: &Use, with_value: bool) -> bool {
        let role = |a: &str, b: &str| {
            let mut same = self.same_roles.iter().map(|(k, x, y)| (&**k, &**x, &**y)).chain(VOCABULARY);
            a == b || !self.strict && same.any(|(kind, x, y)| kind == listed.kind && ((x, y) == (a, b) || (y, x) == (a, b)))
        };
        let value = !with_value
            || !["column", "key", "state", "message", "flag"].contains(&&*listed.kind)
            || listed.value.as_ref().is_none_or(|v| told.value.as_ref().is_some_and(|t| literal(t) == literal(v)));
        listed.file == told.file
            && listed.kind == told.kind
            && listed.name.as_ref().is_none_or(|n| told.name.as_ref().is_some_and(|t| name(&listed.kind, n) == name(&listed.kind, t)))
            && listed.role.as_ref().is_none_or(|r| told.role.as_ref().is_some_and(|t| role(r, t)))
            && value
    }

    fn off(listed: &Use, told: &Use) -> u64 {
        let from = |line: Option<u64>| Some(line?.abs_diff(told.line?));
        from(listed.line).into_iter().chain(from(listed.also)).min().unwrap_or(0)
    }
}

/// Names as they are compared: a caller may not know a package, an operation's type or what lies below a bucket.
fn name(kind: &str, name: &str) -> String {
    match kind {
        "rpc" => {
            let (service, method) = name.split_once('/').unwrap_or((name, ""));
            format!("{}/{method}", service.rsplit('.').next().unwrap_or(service))
        }
        "operation" => name.rsplit(['.', ' ']).next().unwrap_or(name).to_lowercase(),
        "bucket" => name.split('/').next().unwrap_or(name).to_owned(),
        "setting" => {
            let lower = name.to_lowercase().replace('_', "-");
            ["-url", "-addr", "-address", "-host"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower).to_owned()
        }
        // A path that every service serves is told with its component: `GET //orders/healthz`.
        "route" => {
            let (method, path) = name.split_once(' ').unwrap_or(("", name));
            let path = path.strip_prefix("//").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
            format!("{method} {}", path.trim_end_matches('/'))
        }
        _ => name.to_owned(),
    }
}

/// A literal: `OrderStatus.PAID`, `"PAID"` and `PAID` are one.
fn literal(value: &str) -> String {
    value.trim_matches(['"', '\'']).rsplit(['.', ':']).next().unwrap_or(value).to_lowercase()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/observers")
}

/// Files below a folder, from it on.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.insert(path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/"));
            }
        }
    }
    out
}

#[test]
fn the_list_names_lines_that_are_there_and_all_kinds_and_roles() {
    let expected = Expected::read();
    let shop = folder().join("shop");
    assert_eq!(expected.files, files(&shop), "the list covers the whole shop");
    assert!(expected.uses.len() >= 60, "{} uses", expected.uses.len());
    for used in expected.uses.iter().chain(&expected.optional) {
        assert!(expected.files.contains(&used.file), "{}", used.show());
        let text = std::fs::read_to_string(shop.join(&used.file)).expect("a file");
        if let Some(line) = used.line {
            let line = text.lines().nth(line as usize - 1).unwrap_or_else(|| panic!("no such line: {}", used.show()));
            assert!(!line.trim().is_empty(), "an empty line: {}", used.show());
        }
    }
    let kinds: BTreeSet<&str> = expected.uses.iter().map(|u| &*u.kind).collect();
    assert_eq!(kinds.len(), 15, "{kinds:?}");
    let roles: BTreeSet<&str> = expected.uses.iter().filter_map(|u| u.role.as_deref()).collect();
    assert_eq!(roles.len(), 11, "{roles:?}");
}

/// What the tool tells of the shop: all of it, with the places that it only guesses or without.
fn told(expected: &Expected, guesses: bool) -> Vec<Use> {
    let world = tempfile::tempdir().expect("a folder");
    let shop = world.path().join("shop");
    for file in files(&folder().join("shop")) {
        let to = shop.join(&file);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::copy(folder().join("shop").join(&file), to).expect("copied");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_distarch"));
    command.current_dir(&shop).env_clear().env("HOME", world.path()).env("XDG_STATE_HOME", world.path().join("state"));
    command.args(["resources", "--format", "json"]).args(if guesses { &["--guesses"][..] } else { &[] });
    let output = command.output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut out = BTreeSet::new();
    for resource in report["resources"].as_array().expect("resources") {
        for place in resource["places"].as_array().expect("places") {
            let mut place = place.clone();
            place["kind"] = resource["kind"].clone();
            place["name"] = resource["name"].clone();
            out.insert(Use::of(&place));
        }
    }
    out.into_iter().filter(|u| expected.files.contains(&u.file)).collect()
}

/// What became of each use.
#[derive(Default)]
struct Judged {
    found: Vec<Use>,
    missed: Vec<Use>,
    /// Told, and neither listed nor optional.
    wrong: Vec<Use>,
}

impl Judged {
    fn recall(&self) -> f64 {
        self.found.len() as f64 / (self.found.len() + self.missed.len()).max(1) as f64
    }

    fn precision(&self) -> f64 {
        self.found.len() as f64 / (self.found.len() + self.wrong.len()).max(1) as f64
    }
}

/// Each listed use takes at most one that is told, the nearest line first; what is left has to be optional.
fn judge(expected: &Expected, told: &[Use]) -> Judged {
    let mut taken = vec![false; told.len()];
    let mut by: Vec<Option<usize>> = vec![None; expected.uses.len()];
    for off in 0..=expected.lines {
        for (i, listed) in expected.uses.iter().enumerate() {
            if by[i].is_none()
                && let Some(n) = (0..told.len()).find(|n| !taken[*n] && Expected::off(listed, &told[*n]) == off && expected.is(listed, &told[*n], true))
            {
                taken[n] = true;
                by[i] = Some(n);
            }
        }
    }
    let mut out = Judged::default();
    for (listed, by) in expected.uses.iter().zip(&by) {
        if by.is_some() { &mut out.found } else { &mut out.missed }.push(listed.clone());
    }
    let optional = |t: &Use| expected.optional.iter().any(|o| Expected::off(o, t) <= expected.lines && expected.is(o, t, false));
    out.wrong = told.iter().zip(taken).filter(|(t, taken)| !taken && !optional(t)).map(|(t, _)| t.clone()).collect();
    out
}

fn table(judged: &Judged) -> String {
    let mut kinds: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (i, uses) in [&judged.found, &judged.missed, &judged.wrong].into_iter().enumerate() {
        for used in uses {
            kinds.entry(&used.kind).or_default()[i] += 1;
        }
    }
    let mut out = format!("{:<10} {:>5} {:>6} {:>5} {:>7} {:>9}\n", "kind", "found", "missed", "wrong", "recall", "precision");
    let share = |part: usize, whole: usize| if whole == 0 { "-".to_owned() } else { format!("{:.3}", part as f64 / whole as f64) };
    for (kind, [found, missed, wrong]) in kinds {
        let _ = writeln!(out, "{kind:<10} {found:>5} {missed:>6} {wrong:>5} {:>7} {:>9}", share(found, found + missed), share(found, found + wrong));
    }
    let _ = writeln!(
        out,
        "{:<10} {:>5} {:>6} {:>5} {:>7.3} {:>9.3}",
        "all",
        judged.found.len(),
        judged.missed.len(),
        judged.wrong.len(),
        judged.recall(),
        judged.precision()
    );
    out
}

#[test]
fn the_shop_is_told_as_it_was_written_down() {
    let expected = Expected::read();
    let all = told(&expected, false);
    let judged = judge(&expected, &all);
    let with_guesses = judge(&expected, &told(&expected, true));
    let strict = judge(&Expected { strict: true, ..Expected::read() }, &all);
    println!("{}", table(&judged));
    println!("with guesses: recall {:.3}, precision {:.3}", with_guesses.recall(), with_guesses.precision());
    println!("roles word for word: recall {:.3}, precision {:.3}", strict.recall(), strict.precision());
    for (what, uses) in [("missed", &judged.missed), ("wrong", &judged.wrong)] {
        println!("\n{what}");
        let mut lines: Vec<String> = uses.iter().map(Use::show).collect();
        lines.sort();
        println!("{}", lines.join("\n"));
    }
    assert!(judged.recall() >= RECALL, "recall {:.3} fell below {RECALL}", judged.recall());
    assert!(judged.precision() >= PRECISION, "precision {:.3} fell below {PRECISION}", judged.precision());
}

/// docs/observers.md brings its own files; what it shows is what is said.
#[cfg(unix)]
#[test]
fn the_page_shows_what_is_said() {
    let ran = support::play(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/observers.md"), &support::Room::new());
    assert!(ran >= 5, "{ran} commands");
}
