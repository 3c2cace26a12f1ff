//! `distarch list`: what there is.

use super::Format;
use super::known::{Known, Origin};
use crate::knowledge::schema::{CATEGORIES, LibraryFile, Strength, read};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// `distarch list [--modules|--signals|--patterns|--libraries]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The reasoning checklists.
    #[arg(long)]
    pub modules: bool,
    /// The declared reasons to look closer, the project's own included.
    #[arg(long)]
    pub signals: bool,
    /// The named anti-patterns.
    #[arg(long)]
    pub patterns: bool,
    /// The families of client libraries.
    #[arg(long)]
    pub libraries: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// Columns of a line of imports.
const WIDTH: usize = 100;

/// One kind of thing: its rows as text (id, group, what it is) and as JSON.
struct Shelf {
    name: &'static str,
    rows: Vec<(String, String, String)>,
    /// Further lines below each row, where the kind is asked for by name.
    below: Vec<Vec<String>>,
    json: Vec<Value>,
}

impl Shelf {
    fn new(name: &'static str) -> Self {
        Self { name, rows: Vec::new(), below: Vec::new(), json: Vec::new() }
    }
}

/// Lists the kinds that were asked for; all, when none was.
///
/// # Errors
/// None in practice: JSON of plain values.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let known = Known::here();
    let all = !(args.modules || args.signals || args.patterns || args.libraries);
    let mut shelves = Vec::new();
    let mut add = |wanted: bool, shelf: fn(&Known) -> Shelf| {
        if wanted || all {
            shelves.push(shelf(&known));
        }
    };
    add(args.modules, modules);
    add(args.signals, signals);
    add(args.patterns, patterns);
    add(args.libraries, libraries);
    if args.format == Format::Json {
        let mut out = Map::from_iter([("v".to_owned(), json!(VERSION))]);
        out.extend(shelves.into_iter().map(|s| (s.name.to_owned(), Value::Array(s.json))));
        return Ok(format!("{}\n", serde_json::to_string_pretty(&out)?));
    }
    let mut out = String::new();
    for (i, shelf) in shelves.iter().enumerate() {
        if shelves.len() > 1 {
            let _ = writeln!(out, "{}{} ({})", if i > 0 { "\n" } else { "" }, shelf.name, shelf.rows.len());
        }
        let first = shelf.rows.iter().map(|r| r.0.len()).max().unwrap_or(0);
        let second = shelf.rows.iter().map(|r| r.1.len()).max().unwrap_or(0);
        for (i, (id, group, what)) in shelf.rows.iter().enumerate() {
            let _ = writeln!(out, "{id:<first$}  {group:<second$}  {what}");
            for line in shelf.below.get(i).into_iter().flatten().filter(|_| !all) {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
    Ok(out)
}

fn modules(known: &Known) -> Shelf {
    let k = known.built_in;
    let mut shelf = Shelf::new("modules");
    for (i, m) in k.modules.iter().enumerate() {
        let sections: Vec<&str> = k.module_sections(i).iter().map(|s| k.str(s.id)).collect();
        shelf.rows.push((k.str(m.id).to_owned(), format!("{} sections", sections.len()), k.str(m.asks).to_owned()));
        shelf.json.push(json!({ "id": k.str(m.id), "title": k.str(m.title), "asks": k.str(m.asks), "sections": sections }));
    }
    shelf
}

fn signals(known: &Known) -> Shelf {
    let mut shelf = Shelf::new("signals");
    for row in known.signals() {
        let s = row.file;
        let strength = if s.strength == Strength::Strong { "strong" } else { "weak" };
        let own = if row.built_in.is_none() { ", project" } else { "" };
        shelf.rows.push((s.id.clone(), format!("{} ({strength}{own})", s.module), s.why.clone()));
        shelf.json.push(json!({ "id": s.id, "module": s.module, "sections": s.sections, "strength": strength, "why": s.why, "origin": row.origin.name() }));
    }
    shelf
}

fn patterns(known: &Known) -> Shelf {
    let mut shelf = Shelf::new("patterns");
    for row in known.patterns() {
        let front = row.file.front;
        let aliases = if front.aliases.is_empty() { String::new() } else { format!(" (also: {})", front.aliases.join(", ")) };
        let own = if row.origin == Origin::BuiltIn { "" } else { ", project" };
        shelf.rows.push((front.id.clone(), format!("{}{own}", front.severity.name()), format!("{}{aliases}", front.name)));
        shelf.json.push(json!(front));
    }
    shelf
}

fn libraries(known: &Known) -> Shelf {
    let k = known.built_in;
    let mut shelf = Shelf::new("libraries");
    // By category, so that what does the same stands together.
    let mut libraries: Vec<_> = k.libraries.iter().collect();
    libraries.sort_by_key(|l| (l.category, k.str(l.id)));
    for l in libraries {
        let category = CATEGORIES.get(l.category as usize).copied().unwrap_or("");
        let imports = read::<LibraryFile>(k.str(l.source)).map(|file| file.imports).unwrap_or_default();
        shelf.rows.push((k.str(l.id).to_owned(), category.to_owned(), k.str(l.name).to_owned()));
        shelf.below.push(wrap(&imports));
        shelf.json.push(json!({ "id": k.str(l.id), "name": k.str(l.name), "category": category, "imports": imports }));
    }
    shelf
}

/// Names on as many lines as they take.
fn wrap(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + name.len() + 2 <= WIDTH => {
                line.push_str(", ");
                line.push_str(name);
            }
            Some(line) => {
                line.push(',');
                lines.push(name.clone());
            }
            None => lines.push(name.clone()),
        }
    }
    lines
}
