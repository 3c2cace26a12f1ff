//! What a signal or library file says about itself: names, sections, reasons, needs, how many examples.

use super::content::{Content, Read};
use super::{Problem, wording};
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::key::KeyPattern;
use crate::knowledge::literal::Literal;
use crate::knowledge::schema::{CATEGORIES, KEY_LANGUAGES, LANGUAGES, LibraryFile, MODULES, Place, SignalFile};
use crate::nearest::nearest;
use std::collections::BTreeMap;

/// Characters of a reason: it shares a telling's first line with the path.
const WHY: usize = 110;
/// Examples wanted of each kind.
const EXAMPLES: usize = 2;

pub(super) fn check(content: &Content, problems: &mut Vec<Problem>) {
    let mut taken: BTreeMap<&str, &Read<SignalFile>> = BTreeMap::new();
    for read in &content.signals {
        let mut add = |line: Option<usize>, what: String, fix: String| problems.push(Problem::new(&read.path, line, what, fix));
        check_names(content, read, &mut add);
        check_why(read, &mut add);
        check_links(content, read, &mut add);
        let s = &read.file;
        if let Some(twin) = taken.insert(&s.id, read) {
            let other = twin.path.strip_prefix(&content.root).unwrap_or(&twin.path).display().to_string();
            add(
                read.lines().key("id"),
                format!("id {:?} is taken by {other}", s.id),
                "an id is unique over all modules: name what is particular here".to_owned(),
            );
        }
        if !content.stands_alone() && BUILT_IN.signals.iter().any(|b| BUILT_IN.str(b.id) == s.id) {
            add(
                read.lines().key("id"),
                format!("id {:?} is taken by a built-in signal", s.id),
                "choose another id; `signals: {off: [ID]}` in config.yaml turns a built-in signal off".to_owned(),
            );
        }
        for (key, examples) in [("fires", &s.fires), ("silent", &s.silent)] {
            if examples.len() < EXAMPLES {
                let what = format!("{} {key} example{}, {EXAMPLES} wanted", examples.len(), if examples.len() == 1 { "" } else { "s" });
                let fix = if key == "fires" {
                    "show edits that have the evidence, in two languages where there are several"
                } else {
                    "show look-alikes: the word in a comment, a log text, another meaning"
                };
                add(read.lines().key(key), what, fix.to_owned());
            }
            for (i, example) in examples.iter().enumerate() {
                if !LANGUAGES.iter().any(|(l, _)| *l == example.language) {
                    add(
                        read.lines().entry(key, i),
                        format!("unknown language {:?}", example.language),
                        suggest(&example.language, LANGUAGES.iter().map(|(l, _)| *l)),
                    );
                }
                if example.before == example.after {
                    add(
                        read.lines().entry(key, i),
                        "the example changes nothing: before and after are equal".to_owned(),
                        "`after` is the new text of an edit, `before` the old one".to_owned(),
                    );
                }
            }
        }
    }
    for read in &content.libraries {
        check_library(read, problems);
    }
    let mut seen: BTreeMap<&str, &Read<LibraryFile>> = BTreeMap::new();
    for read in &content.libraries {
        // `needs: [object-store]` means the category; a family of another category would never be meant by its name.
        let shadowed = CATEGORIES.contains(&read.file.id.as_str()) && read.file.id != read.file.category;
        if seen.insert(&read.file.id, read).is_some() || shadowed {
            problems.push(Problem::new(
                &read.path,
                read.lines().key("id"),
                format!("id {:?} is taken by another library or a category", read.file.id),
                "choose another id",
            ));
        }
    }
}

type Add<'a> = &'a mut dyn FnMut(Option<usize>, String, String);

fn check_names(content: &Content, read: &Read<SignalFile>, add: Add<'_>) {
    let s = &read.file;
    let lines = read.lines();
    if s.id != read.stem() {
        add(lines.key("id"), format!("id is {:?}, the file is named {:?}", s.id, read.stem()), "make them equal".to_owned());
    }
    if !is_kebab(&s.id) {
        add(
            lines.key("id"),
            format!("id {:?} is not in kebab-case", s.id),
            "lower-case words joined by `-`, completing \"this edit may contain a ...\"".to_owned(),
        );
    }
    if !MODULES.contains(&s.module.as_str()) {
        add(lines.key("module"), format!("unknown module {:?}", s.module), suggest(&s.module, MODULES));
        return;
    }
    let folder = read.path.parent().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let is_in_module_folder = MODULES.contains(&folder.as_str());
    if is_in_module_folder && folder != s.module {
        add(lines.key("module"), format!("module is {:?}, the folder is {folder:?}", s.module), "move the file or change the module".to_owned());
    } else if !is_in_module_folder && content.stands_alone() {
        add(None, "a signal lies in the folder of its module".to_owned(), format!("move it to signals/{}/", s.module));
    }
}

fn check_why(read: &Read<SignalFile>, add: Add<'_>) {
    let removed = read.file.why_removed.as_deref();
    for (key, why) in [("why", Some(read.file.why.as_str())), ("why_removed", removed)] {
        let Some(why) = why else { continue };
        let line = read.lines().key(key);
        let length = why.chars().count();
        if why.trim().is_empty() {
            add(line, format!("{key} is empty"), "one clause in the user's terms: what this edit does that others will notice".to_owned());
        }
        if length > WHY {
            add(line, format!("{key} has {length} characters, {WHY} at most"), format!("cut {} characters", length - WHY));
        }
        if why.trim_end().ends_with('.') {
            add(line, format!("{key} ends with a full stop; path and line follow it"), "remove the stop".to_owned());
        }
        if why.contains('\n') {
            add(line, format!("{key} has more than one line"), "one line".to_owned());
        }
        if let Some(word) = wording::shouted(why) {
            add(line, format!("{key} has the command {word:?} in capitals"), "state what is so; put names of code in backticks".to_owned());
        }
    }
}

fn check_links(content: &Content, read: &Read<SignalFile>, add: Add<'_>) {
    let s = &read.file;
    let lines = read.lines();
    if s.sections.is_empty() || s.sections.len() > 3 {
        add(
            lines.key("sections"),
            format!("{} sections, one to three wanted", s.sections.len()),
            "the sections whose questions this evidence asks, sharpest first".to_owned(),
        );
    }
    let sections = content.sections(&s.module);
    for section in s.sections.iter().filter(|x| !sections.contains(x)) {
        if !sections.is_empty() {
            add(lines.key("sections"), format!("module {} has no section {section:?}", s.module), suggest(section, sections.iter().map(String::as_str)));
        }
    }
    let needs = content.needs();
    for need in s.needs.iter().filter(|n| !needs.contains(n)) {
        add(lines.item("needs", need, 0), format!("needs {need:?}, which is no library or category"), suggest(need, needs.iter().map(String::as_str)));
    }
    for language in s.languages.iter().filter(|l| !LANGUAGES.iter().any(|(x, _)| x == l)) {
        add(lines.item("languages", language, 0), format!("unknown language {language:?}"), suggest(language, LANGUAGES.iter().map(|(l, _)| *l)));
    }
    if s.places.is_empty() {
        add(lines.key("in"), "no place: its literals count nowhere".to_owned(), "one or more of code, string, prose".to_owned());
    }
    if s.places.contains(&Place::Prose) && s.places.len() > 1 {
        add(lines.key("in"), "prose is for plans, code and string for edits: one signal cannot be both".to_owned(), "split it into two signals".to_owned());
    }
    if s.literals.is_empty() && s.keys.is_empty() {
        add(lines.key("literals"), "no literals: the signal can never be met".to_owned(), "list the names and calls that show it".to_owned());
    }
    for key in &s.keys {
        if let Err(e) = KeyPattern::parse(key) {
            add(lines.item("keys", key, 0), e, "`parent.key`, `key=value`, `*end` or `start*`".to_owned());
        }
    }
    let keyed = |l: &String| KEY_LANGUAGES.contains(&l.as_str());
    if !s.keys.is_empty() && !s.languages.iter().any(keyed) {
        add(lines.key("keys"), "keys, but no language in which keys are read".to_owned(), format!("add one of {} to `languages`", KEY_LANGUAGES.join(", ")));
    }
    if s.literals.is_empty() && !s.keys.is_empty() && !s.languages.iter().all(keyed) {
        add(lines.key("languages"), "a language without keys, and no literals for it".to_owned(), "add `literals`, or drop the language".to_owned());
    }
}

fn check_library(read: &Read<LibraryFile>, problems: &mut Vec<Problem>) {
    let l = &read.file;
    let lines = read.lines();
    let mut add = |line: Option<usize>, what: String, fix: String| problems.push(Problem::new(&read.path, line, what, fix));
    if l.id != read.stem() {
        add(lines.key("id"), format!("id is {:?}, the file is named {:?}", l.id, read.stem()), "make them equal".to_owned());
    }
    if !CATEGORIES.contains(&l.category.as_str()) {
        add(lines.key("category"), format!("unknown category {:?}", l.category), suggest(&l.category, CATEGORIES));
    }
    if l.imports.is_empty() {
        add(lines.key("imports"), "no imports: the family can never be met".to_owned(), "list what its import lines contain".to_owned());
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for import in &l.imports {
        if let Err(e) = Literal::parse(import) {
            add(lines.item("imports", import, 0), e, "3 to 60 bytes on one line, without counting `*`".to_owned());
        }
        let nth = seen.entry(import.to_ascii_lowercase()).or_insert(0);
        *nth += 1;
        if *nth == 2 {
            add(lines.item("imports", import, 1), format!("import {import:?} is there twice (case counts for nothing)"), "remove one".to_owned());
        }
    }
}

fn is_kebab(id: &str) -> bool {
    !id.is_empty() && id.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// The closest known word, else all of them where they are few.
pub(super) fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(n) => format!("did you mean {n:?}?"),
        None if known.len() <= 40 => format!("known are {}", known.join(", ")),
        None => "`distarch list --libraries` names the libraries".to_owned(),
    }
}
