//! `distarch impact`: everybody who observes what a change touches, across components.

use super::{source, words};
use crate::commands::Answer;
use crate::error::{Error, Kind as Wrong};
use crate::index::depending::{Fact, Observer, Reason, attempts_together, fact};
use crate::index::extractors;
use crate::index::file::File;
use crate::index::link::{Linked, ResolvedUse, resolve};
use crate::index::linked::Index;
use crate::index::model::{Certainty, Facts, Kind, Role};
use crate::index::store::line_hash;
use crate::index::touched::{Change as Touched, Touch};
use crate::render::numbers::of;
use crate::render::{self, Format, Page, Section, Table};
use crate::sources::changes::{self, Change, Range};
use crate::sources::git::{self, Refused};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Rows of a table.
const SHOWN: usize = 100;

/// `distarch impact`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What is staged for the next commit.
    #[arg(long, conflicts_with_all = ["diff", "since"])]
    pub staged: bool,
    /// What lies between two revisions: A..B, or A...B since they parted.
    #[arg(long, value_name = "RANGE", conflicts_with = "since")]
    pub diff: Option<String>,
    /// The working tree against a revision.
    #[arg(long, value_name = "REVISION")]
    pub since: Option<String>,
    /// Observers in the same component too.
    #[arg(long)]
    pub all: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A fact, with the file that the change touches.
struct Told {
    path: String,
    component: String,
    fact: Fact,
}

/// Tells them.
///
/// # Errors
/// When there is no repository, git is not there, or it does not know what is asked for.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let root = git::root(&here)
        .ok_or_else(|| Error::new(Wrong::File, here.display(), "no git repository here or above").hint("`distarch observers FILE:LINE` needs none"))?;
    let range = match (&args.diff, &args.since, args.staged) {
        (Some(range), ..) => Range::Between(range.clone()),
        (_, Some(revision), _) => Range::Since(revision.clone()),
        (.., true) => Range::Staged,
        _ => Range::Uncommitted,
    };
    let changes = changes::changes(&root, &range, &[]).map_err(|refused| of_git(&refused, args))?;
    let told = told(&source::load(false)?.linked, &changes, args.all);
    Ok(match args.format {
        Format::Json => words::report(report(&changes, &told))?,
        Format::Text => render::text::render(&page(&changes, &told)),
        Format::Markdown => render::markdown::render(&page(&changes, &told)),
    }
    .into())
}

/// Uses that only one side of a changed file has are what the change touches; so are names that it gives another value.
fn told(linked: &Linked, changes: &[Change], all: bool) -> Vec<Told> {
    let mut out = Vec::new();
    for change in changes {
        let Ok((old, new)) = &change.texts else { continue };
        let old_path = change.moved_from.as_ref().unwrap_or(&change.path);
        let (before, after) = (facts(old_path, old), facts(&change.path, new));
        let (head, tail) = in_common(old, new);
        let was = uses(&before, old_path, old, (head, tail), linked);
        let is = uses(&after, &change.path, new, (head, tail), linked);
        let component = component(linked, &change.path);
        let mut touches = difference(&is, &was, Touched::Brought);
        touches.extend(difference(&was, &is, Touched::TakenAway));
        renamed(&before, &after, (old, new), linked, &mut touches);
        for touch in touches {
            let path = if touch.change == Touched::Brought { &change.path } else { old_path };
            let observers = observers(&linked.index, &touch, [&change.path, old_path]);
            let Some(mut fact) = fact(touch, observers, (path, Some(&component))) else { continue };
            fact.observers.retain(|o| all || o.component.as_deref() != Some(&*component));
            if !fact.observers.is_empty() {
                out.push(Told { path: path.clone(), component: component.clone(), fact });
            }
        }
    }
    out.sort_by_key(|t| (t.fact.alone.is_none(), t.path.clone(), t.fact.touch.line));
    out
}

/// A file that no extractor can cope with says nothing.
fn facts(path: &str, text: &str) -> Facts {
    catch_unwind(AssertUnwindSafe(|| extractors::facts(&File::new(path, text)))).unwrap_or_default()
}

fn component(linked: &Linked, path: &str) -> String {
    let known = linked.index.files.iter().find(|f| f.path == path).and_then(|f| f.component.as_deref());
    let known = known.or_else(|| linked.tables.components().of_path(path));
    known.or_else(|| path.split_once('/').map(|(folder, _)| folder)).unwrap_or_default().to_owned()
}

fn of_git(refused: &Refused, args: &Args) -> Error {
    match refused {
        Refused::Absent => Error::new(Wrong::File, "git", "cannot be run").hint("install git, or put it on the PATH"),
        Refused::Late => Error::new(Wrong::File, "git", "did not answer"),
        Refused::Says(words) => {
            Error::new(Wrong::Input, args.diff.as_ref().or(args.since.as_ref()).map_or("git", String::as_str), words.trim_start_matches("fatal: "))
                .hint("revisions as git takes them: HEAD~3, main, v1.2..HEAD")
        }
    }
}

/// A use of a file, and the hash of its line's text.
type Used = (ResolvedUse, u64);

/// Lines that both texts begin with, and lines that both end with.
fn in_common(old: &str, new: &str) -> (usize, usize) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    (head, old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count())
}

/// Uses of a text, those of the lines in common first: of two that are the same, the one that stood there before is no news.
fn uses(facts: &Facts, path: &str, text: &str, (head, tail): (usize, usize), linked: &Linked) -> Vec<Used> {
    let lines: Vec<&str> = text.lines().collect();
    let hash = |line: u32| line_hash(lines.get((line as usize).saturating_sub(1)).unwrap_or(&""));
    let mut all = resolve(facts, path, &linked.tables);
    all.retain(|u| u.certainty > Certainty::Guess);
    let is_changed = |line: u32| (line as usize) > head && (line as usize) <= lines.len() - tail;
    all.sort_by_key(|u| (is_changed(u.line), u.line));
    all.into_iter().map(|u| (hash(u.line), u)).map(|(hash, used)| (used, hash)).collect()
}

/// What is done to which resource, wherever it stands.
fn deed(used: &Used) -> (Kind, &str, Role, Option<&str>) {
    (used.0.kind, &used.0.name, used.0.role, used.0.value.as_deref())
}

/// What `here` does more often than `there`, at the lines that only it has: a line that moved or is written otherwise is no touch.
fn difference(here: &[Used], there: &[Used], change: Touched) -> Vec<Touch> {
    let mut more: HashMap<_, i32> = HashMap::new();
    let mut left: HashMap<_, usize> = HashMap::new();
    for used in here {
        *more.entry(deed(used)).or_default() += 1;
    }
    for used in there {
        *more.entry(deed(used)).or_default() -= 1;
        *left.entry((deed(used), used.1)).or_default() += 1;
    }
    let mut out: Vec<Touch> = Vec::new();
    for used in here {
        if let Some(n) = left.get_mut(&(deed(used), used.1)).filter(|n| **n > 0) {
            *n -= 1;
            continue;
        }
        let Some(n) = more.get_mut(&deed(used)).filter(|n| **n > 0) else { continue };
        *n -= 1;
        let of = &used.0;
        push(
            &mut out,
            Touch {
                change,
                kind: of.kind,
                name: of.name.clone(),
                role: of.role,
                value: of.value.clone(),
                line: of.line,
                certainty: of.certainty,
                in_handler: false,
            },
        );
    }
    out
}

/// One touch of a kind is enough.
fn push(out: &mut Vec<Touch>, touch: Touch) {
    let of = |t: &Touch| (t.change, t.kind, t.name.clone(), t.role, t.value.clone());
    if !out.iter().any(|t| of(t) == of(&touch)) {
        out.push(touch);
    }
}

/// Constants and settings that mean another resource now: whoever takes the name from here follows, whoever writes it out does not.
fn renamed(before: &Facts, after: &Facts, texts: (&str, &str), linked: &Linked, out: &mut Vec<Touch>) {
    let (was, is) = (named(before), named(after));
    let moved = |from: &BTreeMap<&str, String>, to: &BTreeMap<&str, String>| -> Vec<String> {
        from.iter().filter(|(name, value)| to.get(*name) != Some(*value)).map(|(_, value)| value.clone()).collect()
    };
    for (change, values, text) in [(Touched::Brought, moved(&is, &was), texts.1), (Touched::TakenAway, moved(&was, &is), texts.0)] {
        for value in values {
            let literal = value.split("{}").max_by_key(|part| part.len()).unwrap_or("");
            let line = (1..).zip(text.lines()).find(|(_, l)| !literal.is_empty() && l.contains(literal)).map_or(1, |(n, _)| n);
            for resource in linked.index.resources.iter().filter(|r| r.name == value) {
                let (kind, name) = (resource.kind, resource.name.clone());
                push(out, Touch { change, kind, name, role: Role::Declares, value: None, line, certainty: Certainty::Likely, in_handler: false });
            }
        }
    }
}

/// What a file's constants and settings stand for, where that is known.
fn named(facts: &Facts) -> BTreeMap<&str, String> {
    let constants = facts.constants.iter().filter(|c| !c.value.is_open()).map(|c| (&*c.name, c.value.pattern()));
    constants.chain(facts.given.iter().map(|g| (&*g.key, g.value.clone()))).filter(|(_, v)| v.len() > 2).collect()
}

/// Every other place of the resource.
fn observers(index: &Index, touch: &Touch, own: [&str; 2]) -> Vec<Observer> {
    let Some(resource) = index.resource(touch.kind, &touch.name) else { return Vec::new() };
    let other = resource.places.iter().filter(|p| !own.contains(&&*index.file(p).path));
    other
        .map(|p| Observer {
            path: index.file(p).path.clone(),
            line: p.line,
            component: Some(words::component(index, p).to_owned()).filter(|c| !c.is_empty()),
            role: p.role,
            value: p.value.clone(),
            note: p.note.clone(),
            certainty: p.certainty,
        })
        .collect()
}

fn word(change: Touched) -> &'static str {
    match change {
        Touched::Brought => "now",
        Touched::TakenAway => "no longer",
    }
}

/// Why a fact matters by itself.
fn reason(fact: &Fact) -> Option<String> {
    Some(match fact.alone? {
        Reason::Compared => "somebody compares with this very value".to_owned(),
        Reason::Unhandled => "nobody who looks compares with this value".to_owned(),
        Reason::StillUsed => "it is still used elsewhere".to_owned(),
        Reason::RetriedTwice => match attempts_together(fact) {
            Some(n) => format!("other layers try again too: up to {n} attempts together"),
            None => "other layers try again too".to_owned(),
        },
        Reason::OtherTerms => "the same lock is taken elsewhere on other terms".to_owned(),
    })
}

fn reason_id(reason: Reason) -> &'static str {
    match reason {
        Reason::Compared => "compared",
        Reason::Unhandled => "unhandled",
        Reason::StillUsed => "still-used",
        Reason::RetriedTwice => "retried-twice",
        Reason::OtherTerms => "other-terms",
    }
}

fn report(changes: &[Change], told: &[Told]) -> Value {
    let observer = |o: &Observer| {
        let mut out = json!({ "role": o.role, "file": o.path, "line": o.line, "component": o.component, "certainty": o.certainty });
        for (key, value) in [("value", &o.value), ("note", &o.note)] {
            if let Some(value) = value {
                out[key] = json!(value);
            }
        }
        out
    };
    let fact = |t: &Told| {
        let touch = &t.fact.touch;
        json!({
            "change": if touch.change == Touched::Brought { "brought" } else { "taken-away" },
            "kind": touch.kind,
            "name": touch.name,
            "role": touch.role,
            "value": touch.value,
            "file": t.path,
            "line": touch.line,
            "component": t.component,
            "reason": t.fact.alone.map(reason_id),
            "observers": t.fact.observers.iter().map(observer).collect::<Vec<_>>(),
        })
    };
    json!({ "version": super::VERSION, "files": changes.len(), "touched": told.iter().map(fact).collect::<Vec<_>>() })
}

fn page(changes: &[Change], told: &[Told]) -> Page {
    let components: BTreeSet<&str> = told.iter().flat_map(|t| &t.fact.observers).filter_map(|o| o.component.as_deref()).collect();
    let title = format!(
        "{} of {} in {}",
        of(told.len() as u64, "observed touch", "observed touches"),
        of(changes.len() as u64, "changed file", "changed files"),
        if components.is_empty() { "no other component".to_owned() } else { components.into_iter().collect::<Vec<_>>().join(", ") }
    );
    let mut page = Page { title, sections: Vec::new() };
    let mut by_resource: BTreeMap<(bool, String, String), Vec<&Told>> = BTreeMap::new();
    for t in told {
        by_resource.entry((t.fact.alone.is_none(), t.path.clone(), words::named(t.fact.touch.kind, &t.fact.touch.name))).or_default().push(t);
    }
    for ((_, _, name), all) in by_resource {
        let mut section = Section::new(name);
        let mut seen: BTreeSet<(&str, u32)> = BTreeSet::new();
        let mut rows = Vec::new();
        for t in all {
            let touch = &t.fact.touch;
            let value = words::value(touch.value.as_deref());
            let doing = [word(touch.change), &words::word(touch.role), &value].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join(" ");
            section.fact(format!("{}:{} {doing}{}", t.path, touch.line, reason(&t.fact).map_or_else(String::new, |r| format!(": {r}"))));
            for o in t.fact.observers.iter().filter(|o| seen.insert((&o.path, o.line))) {
                rows.push(vec![
                    words::word(o.role),
                    format!("{}:{}", o.path, o.line),
                    o.component.clone().unwrap_or_default(),
                    words::value(o.value.as_deref()),
                    o.note.clone().unwrap_or_default(),
                    words::sure(o.certainty),
                ]);
            }
        }
        section.table(Table::new(&["role", "where", "component", "value", "note", "sure"], rows, SHOWN));
        page.sections.push(section);
    }
    let unseen: Vec<&str> = changes.iter().filter(|c| c.texts.is_err()).map(|c| &*c.path).collect();
    if told.is_empty() {
        let mut none = Section::new("Nothing");
        none.fact("No other component observes what this change touches, as far as the text of the repository tells.");
        page.sections.push(none);
    }
    if !unseen.is_empty() {
        let mut section = Section::new("Not looked at");
        section.table(Table::new(&["file"], unseen.iter().map(|p| vec![(*p).to_owned()]), SHOWN));
        page.sections.push(section);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(line: u32, value: &str, hash: u64) -> Used {
        let of = ResolvedUse {
            kind: Kind::Key,
            name: "k".to_owned(),
            role: Role::Writes,
            line,
            value: Some(value.to_owned()),
            note: None,
            certainty: Certainty::Sure,
            written: None,
        };
        (of, hash)
    }

    #[test]
    fn lines_in_common_are_those_at_both_ends() {
        assert_eq!(in_common("a\nb\nc\n", "a\nx\ny\nc\n"), (1, 1));
        assert_eq!(in_common("a\na\n", "a\na\na\n"), (2, 0));
        assert_eq!(in_common("", "a\n"), (0, 0));
    }

    #[test]
    fn a_use_is_touched_where_only_one_side_has_it() {
        let before = [used(3, "idle", 1), used(4, "busy", 2)];
        assert_eq!(difference(&[used(9, "idle", 1)], &before, Touched::Brought), [], "moved with its text");
        assert_eq!(difference(&[used(9, "idle", 7), used(10, "busy", 2)], &before, Touched::Brought), [], "written otherwise");
        let gone = difference(&before, &[used(9, "idle", 1)], Touched::TakenAway);
        assert_eq!(gone.iter().map(|t| (t.value.as_deref(), t.line)).collect::<Vec<_>>(), [(Some("busy"), 4)]);
        let again = difference(&[used(3, "idle", 1), used(9, "idle", 1)], &before, Touched::Brought);
        assert_eq!(again.iter().map(|t| t.line).collect::<Vec<_>>(), [9], "the same write in a second place");
        let twice = [used(3, "idle", 1), used(9, "idle", 5)];
        assert_eq!(difference(&twice, &before[..1], Touched::TakenAway).iter().map(|t| t.line).collect::<Vec<_>>(), [9], "one of two places is gone");
    }
}
