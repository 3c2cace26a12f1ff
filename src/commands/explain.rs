//! `distarch explain`: everything about one module, section, signal, pattern or library, from the same bytes that fire.

use super::known::{Known, Origin, SignalRow};
use crate::engine::evidence::WORDS;
use crate::error::{Error, Kind};
use crate::index::findings;
use crate::knowledge::features::{COLUMNS, LOCI, Locus, default_weights};
use crate::knowledge::folder::ASKED_FOR;
use crate::knowledge::schema::{Example, LibraryFile, MODULES, SignalFile, Strength, front_matter, module, read};
use crate::nearest::nearest;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// `distarch explain ID`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A module, a section of one (`failure-mode#deadline`), a signal, a pattern, a library family, or `words`.
    pub id: String,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: super::Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// Tells all that goes by a name. A signal and a library may share one: both are told.
///
/// # Errors
/// When nothing has that name.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let known = Known::here();
    tell(args, &find(&known, &args.id)?)
}

/// Tells the catalog entries of a name, the project's first; nothing where there is none.
///
/// # Errors
/// None in practice: JSON of plain values.
pub fn pattern(args: &Args) -> anyhow::Result<String> {
    tell(args, &explain_patterns(&Known::here(), &args.id))
}

fn tell(args: &Args, found: &[Thing]) -> anyhow::Result<String> {
    Ok(match args.format {
        super::Format::Text => found.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join("\n"),
        super::Format::Json => {
            let things: Vec<&Value> = found.iter().map(|t| &t.json).collect();
            format!("{}\n", serde_json::to_string_pretty(&json!({ "v": VERSION, "id": args.id, "found": things }))?)
        }
    })
}

struct Thing {
    text: String,
    json: Value,
}

fn find(known: &Known, id: &str) -> Result<Vec<Thing>, Error> {
    let built_in = known.built_in;
    if let Some((module, section)) = id.split_once('#') {
        return Ok(vec![explain_section(known, module, section)?]);
    }
    let mut out = Vec::new();
    for m in built_in.modules.iter().filter(|m| built_in.str(m.id) == id) {
        let source = built_in.str(m.source);
        let (title, asks) = (built_in.str(m.title), built_in.str(m.asks));
        let body = front_matter(source).map_or(source, |(_, body)| body).trim();
        let sections: Vec<Value> =
            module(source).map(|file| file.sections.into_iter().map(|(id, items)| json!({ "id": id, "items": items })).collect()).unwrap_or_default();
        out.push(Thing {
            text: format!("# {title}\n\n{asks}\n\n{body}\n"),
            json: json!({ "kind": "module", "id": id, "title": title, "asks": asks, "sections": sections }),
        });
    }
    for row in known.signals().iter().filter(|s| s.file.id == id) {
        out.push(explain_signal(known, row));
    }
    out.extend(explain_patterns(known, id));
    for l in built_in.libraries.iter().filter(|l| built_in.str(l.id) == id) {
        if let Ok(file) = read::<LibraryFile>(built_in.str(l.source)) {
            let text = format!("{id}: {} (library family)\n  category  {}\n  imports   {}\n", file.name, file.category, file.imports.join("\n            "));
            out.push(Thing { text, json: json!({ "kind": "library", "id": id, "name": file.name, "category": file.category, "imports": file.imports }) });
        }
    }
    if let Some(rule) = findings::rule(id) {
        let text = format!("{id}: what only the whole repository shows (`distarch check --repo`)\n\n{}\n", rule.about);
        out.push(Thing { text, json: json!({ "kind": "rule", "id": id, "about": rule.about }) });
    }
    if id == WORDS {
        out.push(explain_words(known));
    }
    if out.is_empty() {
        let ids = known.ids();
        let hint = nearest(id, ids.iter().map(String::as_str)).map_or_else(|| "`distarch list` names them all".to_owned(), |n| format!("did you mean `{n}`?"));
        return Err(Error::new(Kind::UnknownId, id, "no module, signal, pattern or library has this name").hint(hint));
    }
    Ok(out)
}

/// The words of names that weigh, and what each adds.
fn explain_words(known: &Known) -> Thing {
    let k = known.built_in;
    let rows: Vec<(&str, [f32; COLUMNS])> = k.word_names.iter().enumerate().map(|(i, w)| (k.str(*w), k.weights[k.word_feature(i)])).collect();
    let mut text = format!(
        "{WORDS}: what names on changed lines add to the scores, learned by `distarch fit` from labelled edits of many repositories.\n\
         A word counts in its stem, in every style of name. Where a module is raised by words alone, the line that holds most of\n\
         them is cited.\n\n  {:<16} {:>6}",
        "word", "gate"
    );
    for module in MODULES {
        let _ = write!(text, " {module:>15}");
    }
    text.push('\n');
    for (word, adds) in &rows {
        let _ = write!(text, "  {word:<16} {:>6.2}", adds[0]);
        for weight in &adds[1..] {
            let _ = write!(text, " {weight:>15.2}");
        }
        text.push('\n');
    }
    let json: serde_json::Map<String, Value> = rows.iter().map(|(word, adds)| ((*word).to_owned(), json!(adds))).collect();
    Thing { text, json: json!({ "kind": "words", "id": WORDS, "adds": json }) }
}

fn explain_patterns(known: &Known, id: &str) -> Vec<Thing> {
    let mut out = Vec::new();
    for p in known.patterns().iter().filter(|p| p.file.front.id == id) {
        let body = front_matter(&p.text).map_or(p.text.as_str(), |(_, body)| body).trim();
        let mut head = pattern_head(&p.file.front);
        if let Origin::Project(path) = &p.origin {
            let _ = writeln!(head, "This project's own: {}", path.display());
        }
        out.push(Thing {
            text: format!("{head}\n{body}\n"),
            json: json!({ "kind": "pattern", "id": id, "origin": p.origin.name(), "front": p.file.front, "text": body }),
        });
    }
    out
}

fn explain_section(known: &Known, module: &str, section: &str) -> Result<Thing, Error> {
    let k = known.built_in;
    let Some(index) = MODULES.iter().position(|m| *m == module) else {
        let hint = nearest(module, MODULES).map_or_else(|| format!("modules are {}", MODULES.join(", ")), |n| format!("did you mean `{n}#{section}`?"));
        return Err(Error::new(Kind::UnknownId, format!("{module}#{section}"), "no such module").hint(hint));
    };
    let sections = k.module_sections(index);
    let Some(found) = sections.iter().find(|s| k.str(s.id) == section) else {
        let ids: Vec<&str> = sections.iter().map(|s| k.str(s.id)).collect();
        let hint =
            nearest(section, ids.iter().copied()).map_or_else(|| format!("sections are {}", ids.join(", ")), |n| format!("did you mean `{module}#{n}`?"));
        return Err(Error::new(Kind::UnknownId, format!("{module}#{section}"), "the module has no such section").hint(hint));
    };
    let items: Vec<&str> = k.section_items(found).iter().map(|i| k.str(*i)).collect();
    let mut text = format!("# {}: {section}\n\n", k.str(k.modules[index].title));
    for item in &items {
        let _ = writeln!(text, "- {item}");
    }
    Ok(Thing { text, json: json!({ "kind": "section", "module": module, "id": section, "items": items }) })
}

fn pattern_head(front: &crate::knowledge::catalog::PatternFront) -> String {
    let mut out = format!("# {}\n\n", front.name);
    if !front.aliases.is_empty() {
        let _ = writeln!(out, "Also called: {}.", front.aliases.join(", "));
    }
    let _ = writeln!(out, "Severity {}; asked by {}.", front.severity.name(), front.modules.join(", "));
    if !front.met.is_empty() {
        let _ = writeln!(out, "Met at {}.", front.met.join(", "));
    }
    for source in &front.sources {
        let _ = writeln!(out, "See: {} <{}>", source.title, source.url);
    }
    out
}

fn explain_signal(known: &Known, row: &SignalRow) -> Thing {
    let s = &row.file;
    let mut text = format!("{}: {}\n", s.id, s.why);
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<11} {value}");
        }
    };
    line("removed", s.why_removed.clone().unwrap_or_default());
    line("module", format!("{} ({})", s.module, s.sections.join(", ")));
    line("strength", strength(s).to_owned());
    line("counts in", s.places.iter().map(|p| format!("{p:?}").to_lowercase()).collect::<Vec<_>>().join(", "));
    line("languages", if s.languages.is_empty() { "every program language".to_owned() } else { s.languages.join(", ") });
    line("needs", if s.needs.is_empty() { String::new() } else { format!("an import of {}", s.needs.join(" or ")) });
    line("near", wrap(&s.near));
    line("literals", wrap(&s.literals));
    line("keys", wrap(&s.keys));
    if let Origin::Project(path) = &row.origin {
        line("file", path.display().to_string());
    }
    let weights = weights(known, row);
    let _ = writeln!(text, "\nWhat it adds to the scores, where it is met:");
    for (locus, adds) in &weights {
        let parts: Vec<String> = adds.iter().map(|(name, w)| format!("{name} {w:+.2}")).collect();
        let _ = writeln!(text, "  {locus:<11} {}", if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") });
    }
    for (title, examples) in [("Fires", &s.fires), ("Silent", &s.silent)] {
        for example in examples {
            write_example(&mut text, title, example);
        }
    }
    let _ = writeln!(text, "\nIts questions: {}", s.sections.iter().map(|x| format!("`distarch explain {}#{x}`", s.module)).collect::<Vec<_>>().join(", "));
    let examples = |list: &[Example]| -> Vec<Value> {
        list.iter().map(|e| json!({ "language": e.language, "head": e.head, "before": e.before, "after": e.after, "note": e.note })).collect()
    };
    let json = json!({
        "kind": "signal", "id": s.id, "module": s.module, "sections": s.sections, "why": s.why, "why_removed": s.why_removed,
        "strength": strength(s), "in": s.places.iter().map(|p| format!("{p:?}").to_lowercase()).collect::<Vec<_>>(),
        "languages": s.languages, "needs": s.needs, "near": s.near, "literals": s.literals, "keys": s.keys, "origin": row.origin.name(),
        "weights": weights.iter().map(|(locus, adds)| json!({ "locus": locus, "adds": adds.iter().map(|(n, w)| json!({ "to": n, "weight": w })).collect::<Vec<_>>() })).collect::<Vec<_>>(),
        "fires": examples(&s.fires), "silent": examples(&s.silent),
    });
    Thing { text, json }
}

fn strength(s: &SignalFile) -> &'static str {
    match s.strength {
        Strength::Strong => "strong",
        Strength::Weak => "weak",
    }
}

/// What a signal adds at each locus: the column's name and the weight, those that are not nil.
fn weights(known: &Known, row: &SignalRow) -> Vec<(&'static str, Vec<(&'static str, f32)>)> {
    let add = |locus: Locus| -> [f32; 6] {
        match row.built_in {
            Some(index) => known.built_in.weights[known.built_in.feature(index, locus)],
            None => {
                let module = MODULES.iter().position(|m| *m == row.file.module).unwrap_or(0);
                default_weights(row.file.strength, module, locus).map(|w| w * ASKED_FOR)
            }
        }
    };
    let columns = ["boundary"].into_iter().chain(MODULES);
    LOCI.iter().map(|(locus, name)| (*name, columns.clone().zip(add(*locus)).filter(|(_, w)| w.abs() >= 0.005).collect())).collect()
}

/// A list over as many lines as it takes.
fn wrap(list: &[String]) -> String {
    let mut out = String::new();
    let mut length = 0;
    for (i, item) in list.iter().enumerate() {
        if i > 0 {
            out.push(',');
            if length + item.len() > 100 {
                out.push_str("\n              ");
                length = 0;
            } else {
                out.push(' ');
            }
        }
        out.push_str(item);
        length += item.len() + 2;
    }
    out
}

fn write_example(text: &mut String, title: &str, example: &Example) {
    let _ = writeln!(text, "\n{title} ({}){}", example.language, if example.note.is_empty() { String::new() } else { format!(": {}", example.note.trim()) });
    let both = !example.before.is_empty();
    let mut part = |mark: &str, code: &str| {
        for line in code.lines() {
            let _ = writeln!(text, "  {mark} {line}");
        }
    };
    part(" ", &example.head);
    if both {
        part("-", &example.before);
    }
    part("+", &example.after);
}
