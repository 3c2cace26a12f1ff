//! Structured files judged as what they are: which settings an edit adds, takes away or gives another value, under which parents
//! and in which kind of file. Words in values, names and descriptions say nothing here.
//!
//! An edit starts anywhere, so nothing is parsed as a whole: a reader goes line by line and keeps the keys that are open
//! ([`reader`]); SQL is read by statements and clauses ([`sql`]), a Dockerfile by instructions ([`dockerfile`]). All give settings.

mod dockerfile;
mod reader;
mod sql;

use super::diff::LineDiff;
use super::edit::{Change, Edit, Language, file_name};
use crate::knowledge::key::hash;
use crate::knowledge::{Key, Knowledge};
pub(super) use reader::above;

/// A key with its value, as an edit shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    /// First and last line, 0-based.
    lines: (usize, usize),
    /// Where its key stands in the text; the whole item where it has none.
    span: (usize, usize),
    /// The kind of file, the kind of document, the open keys and its own: normalised.
    path: Vec<String>,
    /// How much of the path is the kind of file and document: context, but no key.
    head: usize,
    /// Without quotes, anchors and comments.
    value: String,
}

/// A key of a signal in a setting that changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyHit {
    pub(super) set: usize,
    pub(super) signal: usize,
    pub(super) in_new: bool,
    pub(super) line: usize,
    pub(super) span: (usize, usize),
}

/// How a structured language is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Yaml,
    Json,
    Hcl,
    Toml,
    Properties,
    Sql,
    Dockerfile,
}

impl Format {
    /// `None` for what is not read by keys.
    pub(super) fn of(language: Language) -> Option<Self> {
        if language.is_program() {
            return None;
        }
        Some(match language.name() {
            "yaml" => Self::Yaml,
            "json" => Self::Json,
            "hcl" => Self::Hcl,
            "toml" => Self::Toml,
            "properties" => Self::Properties,
            "sql" => Self::Sql,
            "dockerfile" => Self::Dockerfile,
            _ => return None,
        })
    }
}

/// Settings below these say what something is called or means, not what it does.
const NAMING: [&str; 6] = ["labels", "description", "matchlabels", "podlabels", "tags", "openapiv3schema"];
/// Below these a key speaks for itself, but not its parents.
const APART: [&str; 3] = ["annotations", "podannotations", "metadata"];
/// Leaves that describe a value instead of giving it.
const DESCRIBING: [&str; 6] = ["description", "title", "example", "examples", "$ref", "displayname"];

/// Compares the two sides of a change and tells the keys of signals that changed. Lines that only moved or of which only a comment
/// changed are taken out of `diff`.
pub(super) fn compare(format: Format, edit: &Edit<'_>, change: &Change<'_>, above: &str, diff: &mut LineDiff, knowledge: &[Knowledge<'_>]) -> Vec<KeyHit> {
    let root = root(&edit.path);
    let (mut new, new_marked) = settings(format, &change.new, above, root, &diff.added);
    let (mut old, old_marked) = settings(format, &change.old, above, root, &diff.removed);
    // What stands on both sides has moved; what is computed on both sides is computed elsewhere.
    old.retain(|o| {
        let twin = new.iter().position(|n| n.path == o.path && is_same(&n.value, &o.value));
        twin.map(|i| new.swap_remove(i)).is_none()
    });
    // The formats that are read line by line know which lines hold a setting: on the others nothing changed that acts.
    if !matches!(format, Format::Sql | Format::Dockerfile) {
        keep_lines(&mut diff.added, &new_marked, &new);
        keep_lines(&mut diff.removed, &old_marked, &old);
    }
    if matches!(format, Format::Sql) {
        sql::keep_lines(change, diff);
    }
    new.retain(|s| says_something(format, s));
    old.retain(|s| says_something(format, s));
    let mut out = Vec::new();
    for (side, in_new) in [(&new, true), (&old, false)] {
        for setting in side {
            find(setting, in_new, knowledge, &mut out);
        }
    }
    out.sort_unstable_by_key(|h| (!h.in_new, h.span.0, h.set, h.signal));
    out
}

/// The settings on changed lines, and for each line whether it holds one.
fn settings(format: Format, text: &str, above: &str, root: &str, changed: &[bool]) -> (Vec<Setting>, Vec<bool>) {
    match format {
        Format::Sql => (sql::settings(text, changed), Vec::new()),
        Format::Dockerfile => (dockerfile::settings(text, changed), Vec::new()),
        _ => reader::settings(format, text, above, root, changed),
    }
}

fn keep_lines(changed: &mut [bool], holds_setting: &[bool], kept: &[Setting]) {
    for (line, flag) in changed.iter_mut().enumerate() {
        *flag &= !holds_setting.get(line).copied().unwrap_or(false) || kept.iter().any(|s| s.lines.0 == line);
    }
}

/// Whether a setting sets anything: an empty default does not, nor does a Terraform module that hands a variable on or declares one.
fn says_something(format: Format, setting: &Setting) -> bool {
    let is_declared = setting.path.get(1).is_some_and(|s| s == "variable") && setting.path.last().is_some_and(|s| s != "default");
    !(matches!(setting.value.as_str(), "{}" | "[]" | "null" | "~") || (format == Format::Hcl && (is_reference(&setting.value) || is_declared)))
}

/// Whether two values come to the same, as far as the edit tells: equal, both computed, or the one the default of the other.
fn is_same(new: &str, old: &str) -> bool {
    let defaults_to = |a: &str, b: &str| !b.is_empty() && a.contains("default ") && a.contains(b);
    new == old || (is_reference(new) && is_reference(old)) || defaults_to(new, old) || defaults_to(old, new)
}

/// A value that is computed elsewhere: a template, a variable, an alias.
fn is_reference(value: &str) -> bool {
    ["{{", "${", "$", "var.", "local.", "module.", "each.", "data.", "*", "try(", "lookup("].iter().any(|p| value.starts_with(p))
        && !value.bytes().any(|b| b.is_ascii_digit())
}

fn find(setting: &Setting, in_new: bool, knowledge: &[Knowledge<'_>], out: &mut Vec<KeyHit>) {
    let leaf = setting.path.len() - 1;
    if DESCRIBING.contains(&setting.path[leaf].as_str()) || setting.path[..leaf].iter().any(|s| NAMING.contains(&s.as_str())) {
        return;
    }
    for (set, k) in knowledge.iter().enumerate() {
        let open = k.keys.partition_point(|key| key.hash == 0);
        for (i, segment) in setting.path.iter().enumerate().skip(setting.head) {
            if setting.path[i + 1..].iter().any(|s| APART.contains(&s.as_str())) {
                continue;
            }
            let wanted = hash(segment);
            let from = k.keys.partition_point(|key| key.hash < wanted);
            let exact = k.keys[from..].iter().take_while(|key| key.hash == wanted);
            for key in exact.chain(&k.keys[..open]) {
                let hit = KeyHit { set, signal: key.signal as usize, in_new, line: setting.lines.0, span: setting.span };
                let is_told = out.last().is_some_and(|h| h.span == hit.span && h.in_new == in_new)
                    && out.iter().rev().take_while(|h| h.span == hit.span && h.in_new == in_new).any(|h| (h.set, h.signal) == (set, hit.signal));
                if !is_told && matches(k, key, setting, i) {
                    out.push(hit);
                }
            }
        }
    }
}

/// Whether a key matches at segment `i` of a setting's path.
fn matches(k: &Knowledge<'_>, key: &Key, setting: &Setting, i: usize) -> bool {
    let (path, value) = (k.str(key.path), k.str(key.value));
    let (parents, last) = path.rsplit_once('.').map_or((None, path), |(p, l)| (Some(p), l));
    let segment = setting.path[i].as_str();
    let is_last = match key.open {
        0 => segment == last,
        1 => segment.ends_with(last),
        2 => segment.starts_with(last),
        _ => segment.contains(last),
    };
    if !is_last || (!value.is_empty() && (i + 1 != setting.path.len() || normalised(&setting.value) != value)) {
        return false;
    }
    let mut above = setting.path[..i].iter();
    let mut wanted = parents.into_iter().flat_map(|p| p.split('.'));
    // Continuous integration runs beside the system: only keys that name it speak there.
    let is_ci = setting.path[0] == "@ci" || setting.path[0] == "@deploy";
    (!is_ci || path.starts_with(&setting.path[0])) && wanted.all(|w| above.any(|s| s == w))
}

fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    crate::knowledge::key::normalise(text, &mut out);
    out
}

/// The kind of file by its path: `@ci` (and `@deploy` where it is about a deployment), `@compose`, or `@file`.
fn root(path: &str) -> &'static str {
    let path = path.to_ascii_lowercase();
    let name = file_name(&path);
    let is_ci = [".github/", ".circleci/", ".gitlab", ".semaphore/", ".buildkite/", ".azure", ".woodpecker", ".tekton/"].iter().any(|f| path.contains(f))
        || ["azure-pipelines", "bitbucket-pipelines", ".travis", ".drone", "appveyor", "cloudbuild", "buildspec", ".gitlab-ci"]
            .iter()
            .any(|n| name.starts_with(n));
    if is_ci {
        return if ["deploy", "release", "rollout", "prod", "publish"].iter().any(|w| name.contains(w)) { "@deploy" } else { "@ci" };
    }
    if name.contains("compose") || name.starts_with("docker-stack") { "@compose" } else { "@file" }
}

#[cfg(test)]
mod tests;
