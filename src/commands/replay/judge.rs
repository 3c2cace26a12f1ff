//! The part of a replay that needs no memory of what was told: it reads a file and reviews each edit, so files can be taken at once.

use crate::config::{self, Budget, Settings};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Silence, Verdict};
use crate::engine::{self, Context};
use crate::project;
use crate::sources::files::Files;
use crate::sources::{Before, Item, Outcome, Tally, Thread, What, read, shell};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was found in one file.
pub(super) struct File {
    pub(super) tally: Tally,
    pub(super) steps: Vec<Step>,
}

/// An item, judged.
pub(super) struct Step {
    pub(super) thread: Thread,
    pub(super) at: u64,
    pub(super) project: Arc<str>,
    pub(super) ours: bool,
    pub(super) what: Judged,
}

pub(super) enum Judged {
    Edit(Box<JudgedEdit>),
    Plan { call: Arc<str>, text: String, verdict: Verdict, budget: Budget },
    Forgot,
    Told { call: Arc<str>, text: String },
    Unkept { call: Arc<str> },
    Unseen { call: Arc<str>, means: shell::Means },
}

pub(super) struct JudgedEdit {
    pub(super) call: Arc<str>,
    pub(super) tool: &'static str,
    /// As the project knows it.
    pub(super) path: String,
    pub(super) outcome: Outcome,
    /// `None`: no hook sees such a call.
    pub(super) verdict: Option<Verdict>,
    pub(super) budget: Budget,
    pub(super) took: Duration,
    /// Whether the file before was known.
    pub(super) informed: bool,
}

/// Reads and judges a file.
pub(super) fn file(path: &Path) -> File {
    let mut judge = Judge::default();
    let mut steps = Vec::new();
    let (mut tally, result) = read::file(path, &mut |item| steps.push(judge.step(item)));
    if let Err(e) = result {
        tally.unreadable.push(format!("{}: {e}", path.display()));
    }
    File { tally, steps }
}

#[derive(Default)]
struct Judge {
    files: Files,
    /// The settings' folder, by the folder of the edited file.
    folders: HashMap<PathBuf, Option<PathBuf>>,
    settings: HashMap<Option<PathBuf>, Rc<Settings>>,
}

impl Judge {
    fn step(&mut self, item: Item) -> Step {
        let Item { thread, at, project, ours, what } = item;
        let what = match what {
            What::Edit { call, tool, edit, file, outcome } => Judged::Edit(Box::new(self.edit(call, tool, edit, file, outcome, &project))),
            What::Plan { call, text } => {
                let settings = self.settings(&Path::new(&*project).join("plan"), &project);
                let none = Surroundings::default;
                let context = Context { modules_off: settings.config.modules_off(), signals_off: &settings.config.signals.off, ..Context::new(&none) };
                let verdict = engine::plan::review(&text, &settings.knowledge(), &context);
                Judged::Plan { call, text, verdict, budget: settings.config.budget }
            }
            What::Forgot => Judged::Forgot,
            What::Told { call, text } => Judged::Told { call, text },
            What::Unkept { call } => Judged::Unkept { call },
            What::UnseenWrite { call, means } => Judged::Unseen { call, means },
        };
        Step { thread, at, project, ours, what }
    }

    fn edit(&mut self, call: Arc<str>, tool: &'static str, mut edit: Edit<'static>, file: Before, outcome: Outcome, project: &str) -> JudgedEdit {
        let absolute = edit.path.clone();
        let settings = self.settings(&Path::new(project).join(&*absolute), project);
        let project_dir = (!project.is_empty()).then(|| Path::new(project));
        let path = project::relative(&absolute, settings.root.as_deref(), project_dir);
        let mut out = JudgedEdit { call, tool, path, outcome, verdict: None, budget: settings.config.budget, took: Duration::ZERO, informed: false };
        if outcome == Outcome::Failed {
            return out;
        }
        let before = match file {
            Before::Text(text) => Some(text),
            Before::Unknown => self.files.before(&edit),
            Before::Facts(facts) => {
                edit.path = Cow::Owned(out.path.clone());
                out.informed = true;
                out.judge(&edit, &settings, &|| facts.clone());
                return out;
            }
        };
        if let (true, Some(text), Some(change)) = (edit.whole_file, &before, edit.changes.first_mut())
            && change.old.is_empty()
        {
            change.old = Cow::Owned(text.clone());
            crate::clients::claude_code::limit(&mut edit);
        }
        out.informed = before.is_some() || edit.whole_file;
        edit.path = Cow::Owned(out.path.clone());
        out.judge(&edit, &settings, &|| Surroundings::of(before.as_deref(), &edit));
        edit.path = absolute;
        if outcome != Outcome::Refused {
            self.files.apply(&edit, before);
        }
        out
    }

    /// What the hook would go by for this file, here and now.
    fn settings(&mut self, file: &Path, project: &str) -> Rc<Settings> {
        // A path that does not say where it is must not find the settings of the folder that we happen to stand in.
        let file = if file.is_absolute() { file } else { Path::new("/-") };
        let project_dir = Path::new(project).is_absolute().then(|| Path::new(project));
        let folder = file.parent().unwrap_or(file).to_path_buf();
        let found = self.folders.entry(folder).or_insert_with(|| config::find(file, project_dir)).clone();
        self.settings.entry(found).or_insert_with(|| Rc::new(config::load(file, project_dir, None))).clone()
    }
}

impl JudgedEdit {
    fn judge(&mut self, edit: &Edit<'_>, settings: &Settings, surroundings: &dyn Fn() -> Surroundings) {
        let started = Instant::now();
        let mut verdict = if settings.config.is_path_off(&edit.path) {
            Verdict::silent(Silence::TurnedOff)
        } else {
            let knowledge = settings.knowledge();
            engine::review(
                edit,
                &knowledge,
                &Context { modules_off: settings.config.modules_off(), signals_off: &settings.config.signals.off, ..Context::new(surroundings) },
            )
        };
        self.took = started.elapsed();
        // What was not sure enough is not told; thousands of verdicts are kept.
        verdict.unsure = Vec::new();
        self.verdict = Some(verdict);
    }
}
