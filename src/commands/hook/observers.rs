//! After an edit, or before it in a gate: who else touches what its lines touch, from the index of the repository. After an edit the file
//! is read once, as a whole: what its changed lines say is told, and all that it says renews the index.

use super::Hook;
use crate::engine::edit::Edit;
use crate::engine::path::{PathKind, kind};
use crate::hash;
use crate::index::depending::{self, Fact, Observer};
use crate::index::flows::{self, Flow, Way};
use crate::index::link::ResolvedUse;
use crate::index::model::{Certainty, Role};
use crate::index::store::{Said, Store, StoredPlace, StoredResource, anchor};
use crate::index::touched::{self, Change, Region, Touch, words};
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
/// New ways between components that are looked for at one event.
const OFFERED: usize = 2;
/// Places of one resource whose lines are read again, at most: those of the first that still stand are told.
const READ_AGAIN: usize = 12;

/// What the index says of an edit, and what it has to be told of it.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// Who else is concerned by what the edit does.
    pub(super) facts: Vec<Fact>,
    /// Ways between components that the edit makes.
    pub(super) flows: Vec<Flow>,
    renewed: Option<Renewed>,
}

/// The edited file as it is now, for the index.
#[derive(Debug)]
struct Renewed {
    store: Store,
    path: String,
    text: String,
    said: Option<Said>,
}

impl Observed {
    /// Renews what the index knows of the edited file.
    pub(super) fn keep(&self) {
        if let Some(Renewed { store, path, text, said }) = &self.renewed {
            store.keep(path, text, said.as_ref());
        }
    }
}

/// The index of the repository that an edited file lies in, its top, and the file's path from there.
struct Opened {
    store: Store,
    root: PathBuf,
    path: String,
}

impl Hook<'_> {
    /// What others have to do with the lines that the edit changes. `path`: as the client names the file; `is_asked`: whether it is told at
    /// this event; `before`: the file before the edit. After the edit the file is read once: for its lines, and for all that it says now.
    pub(super) fn observed(
        &self,
        edit: &Edit<'_>,
        path: &str,
        project_dir: Option<&Path>,
        is_before: bool,
        is_asked: bool,
        before: &dyn Fn() -> Option<String>,
    ) -> Observed {
        let config = &self.settings.config.observers;
        let (tells, renews) = (config.tell && is_asked, config.index && !is_before);
        let mut out = Observed::default();
        if !(tells || renews) || !is_looked_at(edit) {
            return out;
        }
        let Some(opened) = self.state.zip(project_dir).and_then(|(state, dir)| opened(state, dir, path)) else { return out };
        let now = if is_before { None } else { project::read_file(path) };
        let said = if renews { opened.store.read(&opened.path, now.as_deref().unwrap_or("")) } else { None };
        if tells {
            let edited = Edited { edit, before, now: now.as_deref(), said: said.as_ref() };
            if let Some(touches) = touches(&opened, &edited) {
                self.look_up(&opened, touches, &mut out);
            }
        }
        if renews {
            let Opened { store, path, .. } = opened;
            out.renewed = Some(Renewed { store, path, text: now.unwrap_or_default(), said });
        }
        out
    }

    /// Who else has to do with what an edit touches.
    fn look_up(&self, Opened { store, root, path }: &Opened, touches: Vec<Touch>, out: &mut Observed) {
        let component = store.component_at(root, path);
        let here = (path.as_str(), component.as_deref());
        for touch in touches.into_iter().take(LOOKED_UP) {
            let Some(StoredResource { places, .. }) = store.observers(touch.kind, &touch.name) else { continue };
            let all: Vec<Observer> = places.iter().map(observer).collect();
            if out.flows.len() < OFFERED {
                out.flows.extend(self.made(store, root, here, &touch, &places));
            }
            let Some(mut fact) = depending::fact(touch, all, here) else { continue };
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
            out.facts.extend(depending::again(fact, here));
        }
        out.facts.sort_by_key(|f| f.alone.is_none());
    }

    /// The ways to and from other components that a touch makes and the project's topology does not have, one each, as far as the other
    /// side still stands.
    fn made(&self, store: &Store, root: &Path, here: (&str, Option<&str>), touch: &Touch, places: &[StoredPlace]) -> Vec<Flow> {
        let Some((way, starts, roles)) = flows::other_end(touch.kind, touch.role).filter(|_| touch.change == Change::Brought) else { return Vec::new() };
        let Some((topology, top)) = self.settings.topology().zip(self.settings.root.as_deref()) else { return Vec::new() };
        // A component by the topology's name for it, where it has one.
        let part = |path: &str, component: Option<&str>| {
            let path = project::relative(&root.join(path).to_string_lossy(), Some(top), None);
            topology.component(&path).map(|c| c.name).or_else(|| component.map(str::to_owned))
        };
        let Some(own) = part(here.0, here.1) else { return Vec::new() };
        let others = places.iter().filter(|p| p.path != here.0 && p.certainty > Certainty::Guess);
        let others: Vec<(&StoredPlace, String)> = others.filter_map(|p| Some((p, part(&p.path, p.component.as_deref())?))).filter(|(_, c)| *c != own).collect();
        let mut servers: Vec<&str> = others.iter().filter(|(p, _)| p.role == Role::Serves).map(|(_, c)| c.as_str()).collect();
        servers.sort_unstable();
        servers.dedup();
        // Who serves what several serve cannot be told.
        if way == Way::Asks && servers.len() > usize::from(starts) {
            return Vec::new();
        }
        let through = |from: &str, to: &str| topology.connects(from, &touch.name) && topology.connects(&touch.name, to);
        let is_known = |[from, to]: [&str; 2]| topology.connects(from, to) || way == Way::Feeds && through(from, to);
        let mut out: Vec<Flow> = Vec::new();
        for (place, part) in others.iter().filter(|(p, _)| roles.contains(&p.role)) {
            let ends = if starts { [own.as_str(), part.as_str()] } else { [part.as_str(), own.as_str()] };
            let is_told = out.iter().any(|f| [f.from.as_str(), f.to.as_str()] == ends);
            if out.len() < OFFERED
                && !is_told
                && !is_known(ends)
                && let Some(line) = store.still_there(place, root)
            {
                out.push(flows::made(touch, here.0, &Observer { line, ..observer(place) }, ends));
            }
        }
        out
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
}

fn observer(place: &StoredPlace) -> Observer {
    Observer {
        path: place.path.clone(),
        line: place.line,
        component: place.component.clone(),
        role: place.role,
        value: place.value.clone(),
        note: place.note.clone(),
        certainty: place.certainty,
    }
}

/// The index of the repository that an edited file lies in. The client's own names of both are tried first; where there is no index under
/// that name, they may lead through a symbolic link to one that has it.
fn opened(state: &Path, folder: &Path, path: &str) -> Option<Opened> {
    let from = |folder: &Path, path: &Path| -> Option<Opened> {
        let (store, root) = top(state, folder)?;
        let path = project::relative(&path.to_string_lossy(), Some(&root), None);
        Path::new(&path).is_relative().then_some(Opened { store, root, path })
    };
    from(folder, Path::new(path)).or_else(|| {
        let real = folder.canonicalize().ok().filter(|real| real != folder)?;
        let file = Path::new(path);
        from(&real, &file.parent()?.canonicalize().ok()?.join(file.file_name()?))
    })
}

/// The index of the repository that a folder lies in, and its top.
fn top(state: &Path, folder: &Path) -> Option<(Store, PathBuf)> {
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

/// An edit with what is known of its file.
struct Edited<'a> {
    edit: &'a Edit<'a>,
    before: &'a dyn Fn() -> Option<String>,
    now: Option<&'a str>,
    /// What the whole file says now, where it was read.
    said: Option<&'a Said>,
}

/// What an edit does to shared resources; none where its lines hold no word of any.
fn touches(Opened { store, path, .. }: &Opened, edited: &Edited<'_>) -> Option<Vec<Touch>> {
    let may_touch = |text: &str| words(text).any(|w| store.may_hold(anchor(w)));
    // The cheap question first, where the file was not read in any case.
    if edited.said.is_none() && !edited.edit.changes.iter().any(|c| may_touch(&c.new) || may_touch(&c.old)) {
        return None;
    }
    let region = Region::of(edited.edit, (edited.before)().as_deref(), edited.now)?;
    let brought: Vec<ResolvedUse> = match edited.said {
        Some(said) => said.uses().iter().filter(|u| region.brings_line(u.line)).cloned().collect(),
        None => store.resolve(&region.brings(path, may_touch), path),
    };
    let known = if region.takes_any() { store.uses_in(path) } else { Vec::new() };
    let mut touches = touched::touches(&region, brought, &known);
    touches.retain(|t| t.certainty > Certainty::Guess);
    (!touches.is_empty()).then_some(touches)
}
