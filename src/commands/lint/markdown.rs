//! Modules and catalog entries: front matter, sections, lengths, wording, and the catalog's code run through the engine.

use super::content::Content;
use super::literals::{path_for, sets};
use super::signals::suggest;
use super::{Problem, wording};
use crate::engine::edit::{Edit, Language};
use crate::engine::patterns;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::Verdict;
use crate::engine::{self, Context};
use crate::knowledge::Knowledge;
use crate::knowledge::catalog::{Fence, PatternFile, SECTIONS};
use crate::knowledge::literal::Literal;
use crate::knowledge::schema::{LANGUAGES, MODULES};
use std::path::Path;

/// Lines of a module.
const MODULE_LINES: usize = 60;
/// Characters of an item: it is one line of a telling.
const ITEM: usize = 170;
/// Lines of prose in a catalog entry.
const PROSE: usize = 25;

/// Sections of each of [`MODULES`]: signals refer to them, so they are fixed.
const MODULE_SECTIONS: [&[&str]; 5] = [
    &["observers", "reactions", "three-ticks", "visible-before-true", "valid-state", "red-flags"],
    &["places", "failed-move", "other-copy", "deletion", "source-of-truth", "fit", "red-flags"],
    &["classify", "same-instance", "load", "second-channel", "after-handler", "idempotent", "layers", "deadline", "red-flags"],
    &["shape", "loss", "ordering", "receiver", "feedback", "blast-radius", "contract", "red-flags"],
    &["actors", "write-write", "arrival-order", "atomicity", "contention", "resolutions", "red-flags"],
];

pub(super) fn check_modules(content: &Content, problems: &mut Vec<Problem>) {
    if content.modules.is_empty() {
        return;
    }
    for id in MODULES.iter().filter(|id| !content.modules.iter().any(|m| m.file.front.id == **id)) {
        let path = content.root.join("modules").join(format!("{id}.md"));
        if !content.modules.iter().any(|m| m.path == path) {
            problems.push(Problem::new(&path, None, "this module is missing", "write it: there are five"));
        }
    }
    for read in &content.modules {
        let mut add = |line: Option<usize>, what: String, fix: &str| problems.push(Problem::new(&read.path, line, what, fix));
        let front = &read.file.front;
        let front_line = |key: &str| read.lines().key(key);
        if front.id != read.stem() {
            add(front_line("id"), format!("id is {:?}, the file is named {:?}", front.id, read.stem()), "make them equal");
        }
        let lines = read.text.lines().count();
        if lines > MODULE_LINES {
            add(Some(MODULE_LINES + 1), format!("{lines} lines, {MODULE_LINES} at most"), "cut the items that are least often asked for");
        }
        for (key, text) in [("title", &front.title), ("asks", &front.asks)] {
            if text.trim().is_empty() {
                add(front_line(key), format!("{key} is empty"), "one sentence");
            }
        }
        if let Some(index) = MODULES.iter().position(|m| *m == front.id) {
            let found: Vec<&str> = read.file.sections.iter().map(|(id, _)| id.as_str()).collect();
            if found != MODULE_SECTIONS[index] {
                add(None, format!("sections are {}", found.join(", ")), &format!("signals refer to {}, in this order", MODULE_SECTIONS[index].join(", ")));
            }
        } else {
            add(front_line("id"), format!("{:?} is none of the five modules", front.id), &suggest(&front.id, MODULES));
        }
        for (section, items) in &read.file.sections {
            if items.is_empty() {
                add(heading(&read.text, section), format!("section {section} has no items"), "`- ` and one question or fact a line");
            }
        }
        check_lines(&read.text, &mut add);
    }
}

fn heading(text: &str, section: &str) -> Option<usize> {
    text.lines().position(|l| l.strip_prefix("## ").is_some_and(|h| h.trim() == section)).map(|i| i + 1)
}

/// Every line of a module's body is a heading, an item or blank: an item that goes on in a second line would be cut in a telling.
fn check_lines(text: &str, add: &mut dyn FnMut(Option<usize>, String, &str)) {
    let mut in_front = false;
    for (i, line) in text.lines().enumerate() {
        let number = Some(i + 1);
        if line == "---" {
            in_front = i == 0;
            continue;
        }
        if let Some(item) = line.strip_prefix("- ") {
            let length = item.trim().chars().count();
            if length > ITEM {
                add(number, format!("item has {length} characters, {ITEM} at most"), "cut it, or make two of it");
            }
        } else if !in_front && !line.trim().is_empty() && !line.starts_with("## ") {
            add(number, "neither heading nor item: this line is never told".to_owned(), "an item is one line that begins with `- `");
        }
        if let Some(word) = wording::shouted(line) {
            add(number, format!("the command {word:?} in capitals"), "ask, or state a fact; put names of code in backticks");
        }
    }
}

pub(super) fn check_catalog(content: &Content, scope: &Path, problems: &mut Vec<Problem>) {
    let knowledge = sets(content, content.laid_out.knowledge());
    for read in content.patterns.iter().filter(|r| r.path.starts_with(scope)) {
        let mut add = |line: Option<usize>, what: String, fix: &str| problems.push(Problem::new(&read.path, line, what, fix));
        let entry = &read.file;
        let line = |key: &str| read.lines().key(key);
        if entry.front.id != read.stem() {
            add(line("id"), format!("id is {:?}, the file is named {:?}", entry.front.id, read.stem()), "make them equal");
        }
        for module in entry.front.modules.iter().filter(|m| !MODULES.contains(&m.as_str())) {
            add(line("modules"), format!("unknown module {module:?}"), &suggest(module, MODULES));
        }
        if entry.front.modules.is_empty() {
            add(line("modules"), "no module: nothing would raise it".to_owned(), "name the modules whose questions find it");
        }
        let has_detector = patterns::detector(&entry.front.detector).is_some();
        if entry.front.detector != "none" && (entry.front.detector != entry.front.id || !has_detector) {
            add(
                line("detector"),
                format!("unknown detector {:?}", entry.front.detector),
                "`none`, or the entry's own id where the engine has a detector for it",
            );
        }
        check_own(entry, content.is_project(), &mut |key, what, fix| add(line(key), what, fix));
        if entry.front.sources.is_empty() && !content.is_project() {
            add(line("sources"), "no sources".to_owned(), "at least one page by others that describes it");
        }
        for source in entry.front.sources.iter().filter(|s| !s.url.starts_with("https://")) {
            add(line("sources"), format!("source {:?} is no https address", source.url), "an address that can be opened");
        }
        let found: Vec<&str> = entry.sections.iter().map(|(s, _)| s.as_str()).collect();
        if found != SECTIONS {
            add(entry.sections.first().map(|(_, l)| *l), format!("sections are {}", found.join(", ")), &format!("{}, in this order", SECTIONS.join(", ")));
        }
        if entry.prose > PROSE {
            add(None, format!("{} lines of prose, {PROSE} at most", entry.prose), "cut what a reader at an edit does not need");
        }
        let mut is_code = false;
        for (i, text) in read.text.lines().enumerate() {
            is_code ^= text.starts_with("```");
            if !is_code && let Some(word) = wording::shouted(text) {
                add(Some(i + 1), format!("the command {word:?} in capitals"), "state what is so; put names of code in backticks");
            }
        }
        check_fences(entry, content.is_project(), &knowledge, &mut add);
    }
}

/// What only a project's own entry has: code that shows it, and where it was met.
fn check_own(entry: &PatternFile, is_project: bool, add: &mut dyn FnMut(&str, String, &str)) {
    for literal in &entry.front.literals {
        if let Err(e) = Literal::parse(literal) {
            add("literals", e, "code as it stands in the files, three characters or more; `*` at an end drops the word boundary");
        }
    }
    if !(is_project || entry.front.literals.is_empty() && entry.front.met.is_empty()) {
        add("literals", "literals and met are for a project's own entries".to_owned(), "write a signal for the literals");
    }
}

/// A project's entry may do without code; what it shows is judged all the same.
fn check_fences(entry: &PatternFile, is_project: bool, knowledge: &[Knowledge<'_>], add: &mut dyn FnMut(Option<usize>, String, &str)) {
    for role in ["fires", "silent", "fix"] {
        if !is_project && !entry.fences.iter().any(|f| f.role == role) {
            add(None, format!("no code marked `{role}`"), &format!("a fence that opens with ```LANGUAGE {role}"));
        }
    }
    for (i, fence) in entry.fences.iter().enumerate() {
        let line = Some(fence.line);
        if !["before", "fires", "silent", "fix"].contains(&fence.role.as_str()) {
            add(
                line,
                format!("unknown role {:?} of a fence", fence.role),
                "```LANGUAGE fires, silent or fix; before, right above fires, for what the edit replaces",
            );
            continue;
        }
        let next = entry.fences.get(i + 1);
        if fence.role == "before" {
            if !next.is_some_and(|n| n.role == "fires" && n.language == fence.language) {
                add(line, "code marked `before` that is before nothing".to_owned(), "put the code marked `fires`, in the same language, right below it");
            }
            continue;
        }
        if Language::named(&fence.language) == Language::UNKNOWN {
            add(line, format!("unknown language {:?}", fence.language), &suggest(&fence.language, LANGUAGES.iter().map(|(l, _)| *l)));
            continue;
        }
        let before = i.checked_sub(1).map(|i| &entry.fences[i]).filter(|f| f.role == "before").map_or("", |f| f.code.as_str());
        let verdict = review(fence, before, knowledge);
        let raised: Vec<&str> = verdict.modules.iter().map(|m| m.id).collect();
        // A detector's own finding is held below; the modules need to give it cause to look, and no more.
        let is_its = |m: &&str| entry.front.modules.iter().any(|x| x == m);
        let unsure = verdict.unsure.iter().map(|m| m.id).filter(|_| entry.front.detector != "none");
        if fence.role == "fires" && !raised.iter().copied().chain(unsure).any(|m| is_its(&m)) {
            let got = if raised.is_empty() { format!("nothing is raised ({})", why_silent(&verdict)) } else { format!("only {} is raised", raised.join(", ")) };
            add(
                line,
                format!("the code that fires ({}) raises none of {}: {got}", fence.language, entry.front.modules.join(", ")),
                "show the flaw with the client's own calls and imports, or add the signal that is missing",
            );
        }
        check_finding(entry, fence, &verdict, add);
        if fence.role == "silent" && !raised.is_empty() {
            let because: Vec<String> = verdict.modules.iter().map(|m| format!("{} by {} ({:?})", m.id, m.evidence[0].signal, m.evidence[0].text)).collect();
            add(
                line,
                format!("the silent code ({}) raises {}", fence.language, because.join("; ")),
                "a look-alike has no distributed boundary; or narrow the signal",
            );
        }
    }
}

/// The entry's detector finds the code that fires, and nothing in the other code.
fn check_finding(entry: &PatternFile, fence: &Fence, verdict: &Verdict, add: &mut dyn FnMut(Option<usize>, String, &str)) {
    let id = &entry.front.detector;
    if patterns::detector(id).is_none() {
        return;
    }
    let found = verdict.patterns.iter().find(|f| f.id == *id);
    match (fence.role.as_str(), found) {
        ("fires", None) => add(
            Some(fence.line),
            format!("the detector {id} does not find the code that fires ({})", fence.language),
            "write the flaw in the shape that the detector looks for, or widen the detector",
        ),
        ("silent" | "fix", Some(f)) => add(
            Some(fence.line + f.line as usize),
            format!("the detector {id} finds the {} code ({}): {}", fence.role, fence.language, f.seen),
            "narrow the detector",
        ),
        _ => {}
    }
}

/// The code as a new file, or as an edit of the code before it.
fn review(fence: &Fence, before: &str, knowledge: &[Knowledge<'_>]) -> Verdict {
    let path = path_for(&fence.language, None).unwrap_or_default();
    let edit = Edit::new(path, before, fence.code.as_str());
    engine::review(&edit, knowledge, &Context { file: Some(&|| None), ..Context::new(&|| Surroundings::of(Some(before), &edit)) })
}

fn why_silent(verdict: &Verdict) -> String {
    let scores = verdict.scores.map_or_else(String::new, |s| format!(", boundary {:.2}", s[0]));
    let unsure: Vec<String> = verdict.unsure.iter().map(|m| format!("{} {:.2}", m.id, m.score)).collect();
    let silence = verdict.silence.map_or("", crate::journal::silence_name);
    if unsure.is_empty() { format!("{silence}{scores}") } else { format!("{silence}{scores}; unsure: {}", unsure.join(", ")) }
}
