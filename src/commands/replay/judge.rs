//! The part of a replay that needs no memory of what was told: it reads a file and reviews each edit, so files can be taken at once.

use super::findings::{Found, Tracker};
use crate::commands::judge;
use crate::config::{self, Budget, Settings};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::Verdict;
use crate::project;
use crate::session::ledger::State;
use crate::sources::files::Files;
use crate::sources::{Before, Item, Outcome, Tally, Thread, What, read, shell};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is kept besides the verdicts. There are thousands of them, so nothing is kept unless it is asked for.
#[derive(Clone, Copy, Default)]
pub(in crate::commands) struct Keep<'a> {
    /// Modules with evidence that stay below their threshold.
    pub(in crate::commands) unsure: bool,
    /// Calls whose edits are wanted whole.
    pub(in crate::commands) edits: Option<&'a HashSet<Arc<str>>>,
}

/// What was found in one file.
pub(super) struct File {
    pub(super) tally: Tally,
    pub(super) steps: Vec<Step>,
}

/// An item, judged.
pub(in crate::commands) struct Step {
    pub(in crate::commands) thread: Thread,
    pub(super) at: u64,
    pub(in crate::commands) project: Arc<str>,
    pub(super) ours: bool,
    pub(in crate::commands) what: Judged,
}

pub(in crate::commands) enum Judged {
    Edit(Box<JudgedEdit>),
    Plan { call: Arc<str>, text: String, verdict: Box<Verdict>, budget: Budget },
    Forgot,
    Told { call: Arc<str>, text: String },
    Unkept { call: Arc<str> },
    Unseen { call: Arc<str>, means: shell::Means },
}

pub(in crate::commands) struct JudgedEdit {
    pub(in crate::commands) call: Arc<str>,
    pub(in crate::commands) tool: &'static str,
    /// As the project knows it.
    pub(in crate::commands) path: String,
    pub(super) outcome: Outcome,
    /// `None`: no hook sees such a call.
    pub(in crate::commands) verdict: Option<Verdict>,
    pub(super) budget: Budget,
    pub(super) took: Duration,
    /// Whether the file before was known.
    pub(super) informed: bool,
    /// The edit itself, where it is wanted.
    pub(in crate::commands) kept: Option<Kept>,
    /// Findings that are told after it.
    pub(super) found: Vec<Found>,
    /// What it made of earlier findings: pattern and state.
    pub(super) fates: Vec<(String, State)>,
}

/// An edit as it was judged.
pub(in crate::commands) struct Kept {
    pub(in crate::commands) edit: Edit<'static>,
    /// The file before.
    pub(in crate::commands) before: Option<String>,
    /// What the hook kept of the file.
    pub(in crate::commands) facts: Option<Surroundings>,
}

/// Reads and judges a file.
pub(super) fn file(path: &Path, keep: Keep<'_>) -> File {
    let mut judge = Judge { keep, ..Judge::default() };
    let mut steps = Vec::new();
    let (mut tally, result) = read::file(path, &mut |item| steps.push(judge.step(item)));
    if let Err(e) = result {
        tally.unreadable.push(format!("{}: {e}", path.display()));
    }
    File { tally, steps }
}

#[derive(Default)]
struct Judge<'k> {
    keep: Keep<'k>,
    files: Files,
    findings: Tracker,
    /// The settings' folder, by the folder of the edited file.
    folders: HashMap<PathBuf, Option<PathBuf>>,
    settings: HashMap<Option<PathBuf>, Rc<Settings>>,
}

impl Judge<'_> {
    fn step(&mut self, item: Item) -> Step {
        let Item { thread, at, project, ours, what } = item;
        let what = match what {
            What::Edit { call, tool, edit, file, outcome } => Judged::Edit(Box::new(self.edit(call, tool, edit, file, outcome, (&thread.session, &project)))),
            What::Plan { call, text } => {
                let settings = self.settings(&Path::new(&*project).join("plan"), &project);
                let verdict = Box::new(judge::plan(&text, &settings));
                Judged::Plan { call, text, verdict, budget: settings.config.budget }
            }
            What::Forgot => Judged::Forgot,
            What::Told { call, text } => Judged::Told { call, text },
            What::Unkept { call } => Judged::Unkept { call },
            What::UnseenWrite { call, means } => Judged::Unseen { call, means },
        };
        Step { thread, at, project, ours, what }
    }

    fn edit(&mut self, call: Arc<str>, tool: &'static str, mut edit: Edit<'static>, file: Before, outcome: Outcome, of: (&Arc<str>, &str)) -> JudgedEdit {
        let (session, project) = of;
        let absolute = edit.path.clone();
        let settings = self.settings(&Path::new(project).join(&*absolute), project);
        let project_dir = (!project.is_empty()).then(|| Path::new(project));
        let path = project::relative(&absolute, settings.root.as_deref(), project_dir);
        let mut out = JudgedEdit {
            call,
            tool,
            path,
            outcome,
            verdict: None,
            budget: settings.config.budget,
            took: Duration::ZERO,
            informed: false,
            kept: None,
            found: Vec::new(),
            fates: Vec::new(),
        };
        if outcome == Outcome::Failed {
            return out;
        }
        let before = match file {
            Before::Text(text) => Some(text),
            Before::Unknown => self.files.before(&edit),
            Before::Facts(facts) => {
                edit.path = Cow::Owned(out.path.clone());
                out.informed = true;
                out.judge(&edit, &settings, judge::File { surroundings: &|| facts.clone(), text: None }, self.keep.unsure);
                self.find(&mut out, session, &edit, None, &settings);
                if self.is_wanted(&out.call) {
                    let before = edit.changes.first().filter(|c| edit.whole_file && !c.old.is_empty()).map(|c| c.old.clone().into_owned());
                    out.kept = Some(Kept { edit, before, facts: Some(facts) });
                }
                return out;
            }
        };
        if let (true, Some(text), Some(change)) = (edit.whole_file, &before, edit.changes.first_mut())
            && change.old.is_empty()
        {
            change.old = Cow::Owned(text.clone());
            crate::clients::limit(&mut edit);
        }
        out.informed = before.is_some() || edit.whole_file;
        edit.path = Cow::Owned(out.path.clone());
        let file = judge::File { surroundings: &|| Surroundings::of(before.as_deref(), &edit), text: before.as_deref() };
        out.judge(&edit, &settings, file, self.keep.unsure);
        self.find(&mut out, session, &edit, before.as_deref(), &settings);
        if self.is_wanted(&out.call) {
            out.kept = Some(Kept { edit: edit.clone(), before: before.clone(), facts: None });
        }
        edit.path = absolute;
        if outcome != Outcome::Refused {
            self.files.apply(&edit, before);
        }
        out
    }

    /// Findings of an edit that was made, as far as it is known.
    fn find(&mut self, out: &mut JudgedEdit, session: &Arc<str>, edit: &Edit<'_>, before: Option<&str>, settings: &Settings) {
        if let (Some(verdict), true) = (&out.verdict, settings.config.findings.tell && out.outcome != Outcome::Refused) {
            (out.found, out.fates) = self.findings.step(session, edit, before, verdict);
        }
    }

    fn is_wanted(&self, call: &Arc<str>) -> bool {
        self.keep.edits.is_some_and(|calls| calls.contains(call))
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
    fn judge(&mut self, edit: &Edit<'_>, settings: &Settings, file: judge::File<'_>, unsure: bool) {
        let started = Instant::now();
        let mut verdict = judge::edit(edit, settings, file, judge::Want::default());
        self.took = started.elapsed();
        if !unsure {
            verdict.unsure = Vec::new();
        }
        self.verdict = Some(verdict);
    }
}
