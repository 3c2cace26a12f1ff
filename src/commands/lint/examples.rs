//! Every example of a signal, run through the engine: `fires` has evidence of the signal, `silent` has none. Where that is not
//! so, the condition that decided is found by leaving the signal's conditions away one by one.

use super::Problem;
use super::content::{Content, Read};
use super::literals::{path_for, sets};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::{self, Context, Met};
use crate::knowledge::Knowledge;
use crate::knowledge::schema::{Example, LANGUAGES, MODULES, NEAR_LINES, Place, SignalFile};
use std::path::Path;

pub(super) fn check(content: &Content, scope: &Path, problems: &mut Vec<Problem>) {
    let all = sets(content, content.laid_out.knowledge());
    // Where the module or a language is unknown, that is the problem to mend first.
    let known = |e: &Example| LANGUAGES.iter().any(|(l, _)| *l == e.language);
    for read in content.signals.iter().filter(|r| r.path.starts_with(scope) && MODULES.contains(&r.file.module.as_str())) {
        let s = &read.file;
        for (i, example) in s.fires.iter().enumerate().filter(|(_, e)| known(e)) {
            if evidence(s, example, &all).is_empty() {
                let line = read.lines().entry("fires", i);
                let (what, fix) = why_silent(content, read, example);
                problems.push(Problem::new(&read.path, line, format!("fires[{i}] ({}) has no evidence of {}: {what}", example.language, s.id), fix));
            }
        }
        for (i, example) in s.silent.iter().enumerate() {
            if let Some(met) = evidence(s, example, &all).first() {
                let side = if met.in_new { "after" } else { "before" };
                let what = format!(
                    "silent[{i}] ({}) has evidence of {}: {:?} on line {} of `{side}`: {}",
                    example.language,
                    s.id,
                    met.literal,
                    met.line,
                    line_of(example, met)
                );
                problems.push(Problem::new(
                    &read.path,
                    read.lines().entry("silent", i),
                    what,
                    "narrow the literals, or say what has to be there with `needs` or `near`",
                ));
            }
        }
    }
}

fn line_of<'a>(example: &'a Example, met: &Met) -> &'a str {
    let text = if met.in_new { &example.after } else { &example.before };
    text.lines().nth(met.line - 1).unwrap_or("").trim()
}

fn evidence(signal: &SignalFile, example: &Example, knowledge: &[Knowledge<'_>]) -> Vec<Met> {
    let mut met = look(signal, example, knowledge).unwrap_or_default();
    met.retain(|m| m.signal == signal.id);
    met
}

/// Runs an example as the edit that it shows; a plan's text where the signal is made for prose.
fn look(signal: &SignalFile, example: &Example, knowledge: &[Knowledge<'_>]) -> Result<Vec<Met>, engine::verdict::Silence> {
    if signal.places.contains(&Place::Prose) {
        return Ok(engine::plan::signals_in(&example.after, knowledge, &Context::new(&Surroundings::default)));
    }
    let Some(path) = path_for(&example.language, signal.examples_path.as_deref()) else { return Ok(Vec::new()) };
    let edit = Edit::new(path, example.before.as_str(), example.after.as_str());
    let file = format!("{}\n{}", example.head, example.before);
    engine::signals_in(&edit, knowledge, &Context::new(&|| Surroundings::of(Some(&file), &edit)))
}

fn why_silent(content: &Content, read: &Read<SignalFile>, example: &Example) -> (String, String) {
    let s = &read.file;
    let every = [Place::Code, Place::String];
    let with = |change: &dyn Fn(&mut SignalFile)| {
        let mut other = SignalFile { fires: Vec::new(), silent: Vec::new(), ..s.clone() };
        change(&mut other);
        let laid_out = content.knowledge_of(&[(String::new(), other.clone())]);
        !evidence(&other, example, &sets(content, laid_out.knowledge())).is_empty()
    };
    if let Some(path) = path_for(&example.language, s.examples_path.as_deref())
        && !s.places.contains(&Place::Prose)
        && look(s, example, &sets(content, content.laid_out.knowledge())) == Err(engine::verdict::Silence::Path)
    {
        return (format!("the path {path} is not looked at (tests, docs, generated and the like)"), "give an `examples_path` of product code".to_owned());
    }
    if with(&|o| o.needs.clear()) {
        return (format!("the file imports none of {}", s.needs.join(", ")), "put the import into the example's `head`, or drop `needs`".to_owned());
    }
    if with(&|o| o.near.clear()) {
        return (format!("none of its `near` literals stands within {NEAR_LINES} lines"), "show one nearby, or drop `near`".to_owned());
    }
    if with(&|o| o.languages.push(example.language.clone())) || (!s.languages.is_empty() && with(&|o| o.languages.clear())) {
        return (format!("{} is not among its languages", example.language), "add it to `languages`, or change the example's language".to_owned());
    }
    if !s.places.contains(&Place::Prose) && with(&|o| o.places = every.to_vec()) {
        let (place, key) = if s.places.contains(&Place::Code) { ("in a string", "string") } else { ("in code", "code") };
        return (format!("its literal stands {place}, where it does not count"), format!("add {key} to `in`, or change the example"));
    }
    if with(&|o| {
        o.places = every.to_vec();
        o.needs.clear();
        o.near.clear();
        o.languages = vec![example.language.clone()];
    }) {
        return ("several conditions fail at once (needs, near, languages, in)".to_owned(), "make the example meet each of them".to_owned());
    }
    let text = format!("{}\n{}", example.before, example.after).to_ascii_lowercase();
    match s.literals.iter().find(|l| text.contains(&l.trim_matches('*').to_ascii_lowercase())) {
        Some(literal) => (
            format!("{literal:?} stands there, but on no changed line, in a comment, import or log call, or inside a longer word"),
            "a literal begins and ends at a subword; `*` at an end drops that".to_owned(),
        ),
        None => ("none of its literals stands there".to_owned(), "add the literal that this example shows".to_owned()),
    }
}
