//! Constants and settings in names, looked up in other files. Several different values are no value.

use super::tables::{Known, Set, Tables, last, plain};
use crate::index::model::{Constant, Name, OF_STATE, Part, STANDS_FOR};
use crate::index::reading::{TEMPLATE, holes};

/// How far constants of constants and settings of settings are followed.
const DEPTH: u8 = 6;

/// Longest text of a constant that is a value somebody compares.
const TEXT: usize = 48;

/// Where a name stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'a> {
    pub(super) path: &'a str,
    pub(super) component: Option<&'a str>,
    /// Constants of the file itself, where the tables do not have it as it is now.
    pub(super) own: &'a [Constant],
}

/// A name with all that could be resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Text and holes only.
    pub(super) name: Name,
    /// Something was resolved that could be something else.
    pub(super) is_loose: bool,
    /// Constants and settings without a value, in their order: they tell what is meant, if not how it is called.
    pub(super) open: Vec<String>,
}

/// Resolves a name.
pub(super) fn name(name: &Name, here: &Here<'_>, tables: &Tables) -> Found {
    let mut out = Found::default();
    for part in &name.0 {
        add(part, here, tables, 0, &mut out);
    }
    out
}

/// A name as a person would write it, what is open by its name.
pub(crate) fn written(name: &Name) -> String {
    let mut out = String::new();
    for part in &name.0 {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Hole => out.push_str("{}"),
            Part::Constant(path) => out.push_str(path.split('@').next().unwrap_or(path)),
            // A key of several words is an extractor's own, for what a convention decides: nobody wrote it.
            Part::Setting(key, default) if key.contains(' ') => out.push_str(default.as_deref().unwrap_or("{}")),
            Part::Setting(key, _) => out.push_str(&format!("${{{key}}}")),
        }
    }
    out
}

fn add(part: &Part, here: &Here<'_>, tables: &Tables, depth: u8, out: &mut Found) {
    let value = match part {
        Part::Text(_) | Part::Hole => {
            out.name.push(part.clone());
            return;
        }
        _ if depth >= DEPTH => None,
        Part::Constant(path) if path.ends_with(OF_STATE) => tables.members.holder_of(last(path)).map(|holder| (Name::literal(holder), false)),
        // Where a router is mounted: nowhere, if nobody says.
        Part::Constant(path) if path.ends_with("@mount") => Some((mount(path, here, tables).unwrap_or_default(), false)),
        Part::Constant(path) => constant(path, here, tables),
        Part::Setting(key, _) if let Some((given, word)) = key.split_once(STANDS_FOR) => {
            setting(given, None, here, tables).map(|(_, is_loose)| (Name::literal(word), is_loose))
        }
        // `app.config["ORDERS"]` is set by code as often as by a file.
        Part::Setting(key, default) => setting(key, default.as_deref(), here, tables)
            .or_else(|| constant(key, here, tables).filter(|(value, _)| *value != Name(vec![part.clone()])).map(|(value, _)| (value, true))),
    };
    match value {
        Some((value, is_loose)) => {
            out.is_loose |= is_loose;
            let is_template = matches!(part, Part::Constant(path) if path.ends_with(TEMPLATE));
            for part in &value.0 {
                match part {
                    Part::Text(text) if is_template => out.name.append(holes(text)),
                    part => add(part, here, tables, depth + 1, out),
                }
            }
        }
        None => {
            out.open.push(match part {
                Part::Constant(path) => path.clone(),
                Part::Setting(key, _) => key.clone(),
                _ => String::new(),
            });
            out.name.push(Part::Hole);
        }
    }
}

/// The text that a constant stands for, where no other can be meant.
pub(super) fn text(path: &str, here: &Here<'_>, tables: &Tables) -> Option<String> {
    let (value, is_loose) = constant(path, here, tables)?;
    let mut out = Found { is_loose, ..Found::default() };
    for part in &value.0 {
        add(part, here, tables, 1, &mut out);
    }
    out.name.as_literal().filter(|text| !out.is_loose && text.len() <= TEXT && !text.contains('\n')).map(str::to_owned)
}

/// The value of a constant, and whether another could be meant.
fn constant(path: &str, here: &Here<'_>, tables: &Tables) -> Option<(Name, bool)> {
    let own = last(path);
    let holder = holder(path);
    if let Some(found) =
        here.own.iter().find(|c| last(&c.name) == own && self::holder(&c.name) == holder).or_else(|| here.own.iter().find(|c| last(&c.name) == own))
    {
        return Some((found.value.clone(), false));
    }
    let family = family(here.path);
    let mut ranked: Vec<((u8, u8), &Known)> = tables
        .constants(own)
        .iter()
        .filter(|k| family.is_empty() || self::family(&k.path) == family)
        .map(|k| {
            let by_name = match holder {
                Some(holder) if self::holder(&k.name) == Some(holder) => 0,
                None if self::holder(&k.name).is_none() => 0,
                Some(holder) if is_of_module(&k.path, holder) => 1,
                _ => 2,
            };
            ((by_name, distance(here, k)), k)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let (best, first) = *ranked.first()?;
    let near: Vec<&Known> = ranked.iter().filter(|(rank, _)| *rank == best).map(|(_, k)| *k).collect();
    if near.iter().any(|k| k.value != first.value) {
        return None;
    }
    // Code of another part is out of reach, unless it is called by its type.
    if best.0 == 2 && best.1 == FAR {
        return None;
    }
    let is_unique = ranked.iter().all(|(_, k)| k.value == first.value);
    Some((first.value.clone(), !(best.0 < 2 && (is_unique || best.1 < 2))))
}

/// The prefix that a file's router is mounted under, by the nearest file that mounts one of this name.
fn mount(path: &str, here: &Here<'_>, tables: &Tables) -> Option<Name> {
    let common = |other: &str| here.path.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count();
    let all = tables.constants(last(path)).iter().filter(|k| k.component.as_deref() == here.component && family(&k.path) == family(here.path));
    let mut ranked: Vec<(usize, &Known)> = all.map(|k| (common(&k.path), k)).collect();
    ranked.sort_by_key(|(common, _)| std::cmp::Reverse(*common));
    let (nearest, first) = *ranked.first()?;
    let is_clear = ranked.iter().take_while(|(common, _)| *common == nearest).all(|(_, k)| k.value == first.value);
    is_clear.then(|| first.value.clone())
}

/// What stands before the last segment: a type, a module, a variable.
fn holder(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(holder, _)| last(holder))
}

/// Another component's own code.
const FAR: u8 = 4;

/// How far a constant's file is: the same, a neighbour, the same component, code of nobody, code of another component.
fn distance(here: &Here<'_>, known: &Known) -> u8 {
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(f, _)| f.to_owned());
    if known.path == here.path {
        0
    } else if folder(&known.path) == folder(here.path) {
        1
    } else if known.component.as_deref() == here.component {
        2
    } else if known.component.is_none() {
        3
    } else {
        FAR
    }
}

/// Whether a file is the module that a qualifier names: `keys.STATUS` in `worker/keys.py`, `names.Orders` in `internal/names/x.go`.
fn is_of_module(path: &str, holder: &str) -> bool {
    let mut segments = path.rsplit('/');
    let file = segments.next().unwrap_or("");
    let stem = file.split('.').next().unwrap_or(file);
    let folder = segments.next().unwrap_or("");
    let holder = plain(holder);
    plain(stem) == holder || plain(folder) == holder
}

/// Languages that share constants, by a file's ending; empty for what is no program.
fn family(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "ts" | "tsx" | "js" | "jsx" | "mjs" | "cjs" | "mts" | "cts" | "vue" | "svelte" => "js",
        "java" | "kt" | "kts" | "scala" | "groovy" => "jvm",
        "c" | "h" | "cc" | "cpp" | "hpp" | "cxx" => "c",
        "cs" => "cs",
        "py" | "pyi" => "py",
        "go" => "go",
        "rb" | "rake" => "rb",
        "rs" => "rs",
        "php" => "php",
        "ex" | "exs" => "ex",
        _ => "",
    }
}

/// The value of a setting, and whether another could be meant: given to this component by its deployment, else among its code, else the
/// code's own default, else what everybody is given.
fn setting(key: &str, default: Option<&str>, here: &Here<'_>, tables: &Tables) -> Option<(Name, bool)> {
    let all = tables.settings(key);
    let own =
        |is_deployed: bool| all.iter().filter(move |s| here.component.is_some() && s.component.as_deref() == here.component && s.is_deployed == is_deployed);
    for found in [own(true).collect::<Vec<_>>(), own(false).collect()] {
        if !found.is_empty() {
            return agreed(&found, tables).map(|s| (value(&s.value), false));
        }
    }
    if let Some(default) = default {
        return Some((value(default), false));
    }
    everybodys(all, tables).map(|s| (value(&s.value), true))
}

/// What everybody is given, of several manifests by the one that lies nearest to the top; else what all others are given.
fn everybodys<'a>(all: &'a [Set], tables: &Tables) -> Option<&'a Set> {
    let shared: Vec<&Set> = all.iter().filter(|s| s.component.is_none()).collect();
    let depth = |s: &Set| s.path.matches('/').count();
    let Some(top) = shared.iter().map(|s| depth(s)).min() else { return agreed(&all.iter().collect::<Vec<_>>(), tables) };
    agreed(&shared.into_iter().filter(|s| depth(s) == top).collect::<Vec<_>>(), tables)
}

/// The value that a component is given for a setting, with who gives it and whether another could be meant. The code's own defaults do not
/// count.
pub(super) fn given<'a>(key: &str, here: &Here<'_>, tables: &'a Tables) -> Option<(Name, &'a Set, bool)> {
    let all = tables.settings(key);
    let is_own = |s: &&Set| here.component.is_some() && s.component.as_deref() == here.component;
    let own: Vec<&Set> = all.iter().filter(is_own).filter(|s| s.is_deployed).collect();
    let near: Vec<&Set> = if own.is_empty() { all.iter().filter(is_own).collect() } else { own };
    let is_loose = near.is_empty();
    let set = if is_loose { everybodys(all, tables)? } else { agreed(&near, tables)? };
    let mut found = Found::default();
    for part in &value(&set.value).0 {
        add(part, here, tables, 1, &mut found);
    }
    Some((found.name, set, is_loose))
}

/// The one value of several: the same everywhere, or addresses of the same component. Values for developers and tests count only alone.
fn agreed<'a>(found: &[&'a Set], tables: &Tables) -> Option<&'a Set> {
    let is_aside = |s: &&&Set| {
        let name = s.path.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
        ["dev", "local", "test", "example", "sample", "debug", "ci"].iter().any(|w| name.split(|c: char| !c.is_alphanumeric()).any(|p| p.starts_with(w)))
    };
    let mut kept: Vec<&&Set> = found.iter().filter(|s| !is_aside(s)).collect();
    if kept.is_empty() {
        kept = found.iter().collect();
    }
    let first = kept.first()?;
    if kept.iter().all(|s| s.value == first.value) {
        return Some(first);
    }
    let target = tables.components().of_host(&first.value)?;
    kept.iter().all(|s| tables.components().of_host(&s.value) == Some(target)).then_some(first)
}

/// A setting's value as a name: `${OTHER:default}` in it is another setting.
fn value(text: &str) -> Name {
    let mut out = Name::default();
    let mut rest = text;
    while let Some((at, open, close)) = ["${", "$(", "{{", "#{"].iter().zip(["}", ")", "}}", "}"]).filter_map(|(o, c)| Some((rest.find(o)?, *o, c))).min() {
        let Some(end) = rest[at + 2..].find(close).map(|e| e + at + 2) else { break };
        out.push(Part::Text(rest[..at].to_owned()));
        let inside = rest[at + 2..end].trim();
        out.push(if open == "${" || open == "$(" { placeholder(inside) } else { Part::Hole });
        rest = &rest[end + close.len()..];
    }
    out.push(Part::Text(rest.to_owned()));
    out
}

fn placeholder(inside: &str) -> Part {
    let end = inside.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))).unwrap_or(inside.len());
    // `${A-b}` is rare, and `${a-b}` a key.
    let default = inside[end..].strip_prefix(":-").or_else(|| inside[end..].strip_prefix(':'));
    if end == 0 { Part::Hole } else { Part::Setting(inside[..end].to_owned(), default.map(|d| d.trim_matches(['"', '\'']).to_owned())) }
}

/// Keys of the settings that a value leans on.
pub(super) fn placeholders(text: &str) -> Vec<String> {
    let keys = value(text).0.into_iter().filter_map(|p| if let Part::Setting(key, _) = p { Some(key) } else { None });
    keys.collect()
}

/// The setting that a value is, and nothing else: `${DATABASE_URL:default}`.
pub(super) fn alias(text: &str) -> Option<String> {
    match value(text).0.as_slice() {
        [Part::Setting(key, _)] => Some(key.clone()),
        _ => None,
    }
}
