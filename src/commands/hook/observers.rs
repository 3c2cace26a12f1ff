//! After an edit, or before it in a gate: who else touches what its lines touch, from the index of the repository. Then the file's own facts
//! are renewed.

use super::Hook;
use crate::engine::edit::Edit;
use crate::engine::path::{PathKind, kind};
use crate::hash;
use crate::index::depending::{self, Fact, Observer};
use crate::index::model::Certainty;
use crate::index::store::{self, Store, anchor};
use crate::index::touched::{self, Region, Touch, words};
use crate::project;
use crate::session::{Claim, Level};
use crate::telling::Telling;
use crate::telling::observers::{LINES, OBSERVERS, compose};
use std::path::{Path, PathBuf};

/// Folders above the project's that are looked at for the top of the repository.
const ABOVE: usize = 8;
/// Facts told at one event.
const AT_ONCE: usize = 2;
/// Touched resources that are looked up at one event.
const LOOKED_UP: usize = 8;
/// Places of one resource whose lines are read again, at most: those of the first that still stand are told.
const READ_AGAIN: usize = 12;

impl Hook<'_> {
    /// What others have to do with the lines that the edit changes. `path`: as the client names the file; `before`: the file before the edit.
    pub(super) fn observed(&self, edit: &Edit<'_>, path: &str, project_dir: Option<&Path>, before: &dyn Fn() -> Option<String>) -> Vec<Fact> {
        if !self.settings.config.observers.tell || !is_looked_at(edit) {
            return Vec::new();
        }
        let Some((store, root)) = self.state.zip(project_dir).and_then(|(state, dir)| opened(state, dir)) else { return Vec::new() };
        facts(&store, &root, &project::relative(path, Some(&root), None), edit, before).unwrap_or_default()
    }

    /// Adds the facts to the telling: those that matter by themselves, the others where a module is raised. What went wrong, if anything did.
    pub(super) fn tell_observed(&self, facts: &[Fact], raised: bool, path: &str, telling: &mut Telling) -> Option<String> {
        let chosen: Vec<&Fact> = facts.iter().filter(|f| raised || f.alone.is_some()).take(AT_ONCE).collect();
        let claims: Vec<Claim> = chosen.iter().map(|f| Claim { subject: OBSERVERS.to_owned(), file: known_by(&f.touch) }).collect();
        let (levels, wrong) = self.claim(&claims);
        let mut lines = LINES;
        for (fact, level) in chosen.into_iter().zip(levels).filter(|(_, level)| *level != Level::Silent) {
            let budget = &self.settings.config.budget;
            let room = budget.observers.min(budget.event).saturating_sub(telling.text.chars().count() + 1);
            let text = compose(fact, path, lines, room);
            lines = lines.saturating_sub(text.matches("\n- ").count());
            telling.add(text, OBSERVERS, level);
        }
        wrong
    }

    /// Renews what the index knows of the edited file.
    pub(super) fn renew_facts(&self, edit: &Edit<'_>, path: &str, project_dir: Option<&Path>) {
        if self.settings.config.observers.index
            && is_looked_at(edit)
            && let Some((state, dir)) = self.state.zip(project_dir)
            && let Some((_, root)) = opened(state, dir)
        {
            store::refresh(state, &root, &project::relative(path, Some(&root), None), project::read_file(path).as_deref());
        }
    }
}

/// The index of the repository that a folder lies in, and its top.
fn opened(state: &Path, folder: &Path) -> Option<(Store, PathBuf)> {
    for folder in folder.ancestors().take(ABOVE) {
        if let Some(store) = Store::open(state, folder) {
            return Some((store, folder.to_path_buf()));
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Whether the path can hold a fact: tests, documents and what is generated hold none.
fn is_looked_at(edit: &Edit<'_>) -> bool {
    !Path::new(&*edit.path).is_absolute() && matches!(kind(&edit.path, edit.language), PathKind::Product | PathKind::Structured)
}

/// What a fact is known by in a session: the same is not told twice.
fn known_by(touch: &Touch) -> u64 {
    hash::fnv(format!("{:?}\0{:?}\0{}\0{:?}\0{:?}", touch.change, touch.kind, touch.name, touch.role, touch.value).as_bytes())
}

/// Facts of an edit; none where its lines hold no word of a shared resource.
fn facts(store: &Store, root: &Path, path: &str, edit: &Edit<'_>, before: &dyn Fn() -> Option<String>) -> Option<Vec<Fact>> {
    // The cheap question first: a word of the changed texts that a shared resource is known by.
    let may_touch = |text: &str| words(text).any(|w| store.may_hold(anchor(w)));
    if !edit.changes.iter().any(|c| may_touch(&c.new) || may_touch(&c.old)) {
        return None;
    }
    let file = before();
    let region = Region::of(edit, file.as_deref())?;
    let brought = store.resolve(&region.brings(path, may_touch), path);
    let mut touches = touched::touches(&region, brought, &store.uses_in(path));
    touches.retain(|t| t.certainty > Certainty::Guess);
    let component = store.component(path);
    let mut out: Vec<Fact> = touches
        .into_iter()
        .take(LOOKED_UP)
        .filter_map(|touch| {
            let places = store.observers(touch.kind, &touch.name)?.places;
            let others = places.iter().map(|p| Observer {
                path: p.path.clone(),
                line: p.line,
                component: p.component.clone(),
                role: p.role,
                value: p.value.clone(),
                note: p.note.clone(),
                certainty: p.certainty,
            });
            let mut fact = depending::fact(touch, others.collect(), (path, component.as_deref()))?;
            // A place counts as long as its line stands; the first that do are enough.
            let mut standing = 0;
            let mut read = 0;
            fact.observers.retain_mut(|observer| {
                if standing == LINES {
                    return true;
                }
                read += 1;
                let place = places.iter().find(|p| p.path == observer.path && p.line == observer.line && p.role == observer.role);
                let line = place.filter(|_| read <= READ_AGAIN).and_then(|p| store.still_there(p, root));
                if let Some(line) = line {
                    observer.line = line;
                    standing += 1;
                }
                line.is_some()
            });
            // What made it speak may have been among those that are gone.
            depending::again(fact, (path, component.as_deref()))
        })
        .collect();
    out.sort_by_key(|f| f.alone.is_none());
    Some(out)
}
