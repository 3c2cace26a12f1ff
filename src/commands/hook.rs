//! `distarch hook`: what runs at every edit. Whatever goes wrong, it says nothing and exits 0: a coach never stops the work.

use crate::clients::{self, Action, Client, Event};
use crate::config::{self, Log, Mode, Settings};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::{self, Context};
use crate::journal::{self, Record};
use crate::session::{Claim, Level, Session};
use crate::sources::shell;
use crate::telling::{self, Telling};
use crate::{project, state};
mod findings;
mod observers;
mod patch;
mod stop;
mod strangers;

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Bytes of an event that are read. Edits above some megabytes are data, not code.
const INPUT_LIMIT: u64 = 64 << 20;

/// `distarch hook [--client NAME]`. The program's start reads it without the parser.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Whose event it is.
    #[arg(long, default_value = clients::CLIENTS[0].name(), value_parser = super::client_names())]
    pub client: String,
}

/// Runs the hook on standard input. Never fails. `args` are those behind the verb: `--client NAME`, or nothing for the first client.
pub fn run(args: impl Iterator<Item = OsString>) {
    let started = Instant::now();
    if std::env::var_os("DISTARCH_DISABLE").is_some_and(|v| !v.is_empty() && v != "0") {
        return;
    }
    let state = state::folder();
    contain(state.as_deref(), started, || {
        let mut input = Vec::with_capacity(64 << 10);
        std::io::stdin().lock().take(INPUT_LIMIT).read_to_end(&mut input).map_err(|e| format!("standard input: {e}"))?;
        handle(&input, client(args)?, state.as_deref(), started)
    });
}

/// The client that the arguments name. What else stands there is passed over.
fn client(args: impl Iterator<Item = OsString>) -> Result<&'static dyn Client, String> {
    let mut name = None;
    let mut is_next = false;
    for arg in args {
        if std::mem::replace(&mut is_next, arg == "--client") {
            name = Some(arg);
        } else if let Some(value) = arg.to_str().and_then(|a| a.strip_prefix("--client=")) {
            name = Some(value.into());
        }
    }
    let name = name.as_deref().unwrap_or_default().to_string_lossy();
    clients::named(&name).ok_or_else(|| format!("no client: {name}"))
}

/// Does the work and lets neither an error nor a panic out: either becomes a `fault` line of the journal, where that can be
/// written. From here on the process prints no panic.
pub fn contain(state: Option<&Path>, started: Instant, work: impl FnOnce() -> Result<(), String>) {
    std::panic::set_hook(Box::new(|_| {}));
    let fault = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => return,
        Ok(Err(fault)) => fault,
        Err(panic) => {
            format!("panic: {}", panic.downcast_ref::<&str>().map_or_else(|| panic.downcast_ref::<String>().cloned().unwrap_or_default(), |s| (*s).to_owned()))
        }
    };
    if let Some(state) = state {
        let record = Record { v: journal::VERSION, t: now(), kind: Cow::Borrowed("fault"), fault: Cow::Owned(fault), us: micros(started), ..Record::default() };
        let _ = journal::append(state, &record, b"");
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What a claim of this process is known by.
fn token() -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    format!("{}:{nanos:x}", std::process::id())
}

/// Everything that one event needs.
struct Hook<'a> {
    payload: &'a [u8],
    state: Option<&'a Path>,
    settings: Settings,
    record: Record<'a>,
    started: Instant,
    client: &'static dyn Client,
    /// Where what is said is gathered, if it is not said at once.
    said: Option<&'a RefCell<Said>>,
}

/// What is said at one event, where several files are judged.
#[derive(Default)]
struct Said {
    text: String,
    deny: bool,
}

impl Said {
    fn length(&self) -> usize {
        self.text.chars().count()
    }

    fn add(&mut self, text: &str, deny: bool) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.deny |= deny;
    }

    /// One write to standard output; none where nothing is said.
    fn write(&self, client: &dyn Client, event: &str) -> Result<(), String> {
        if self.text.is_empty() { Ok(()) } else { answer(client, event, &self.text, self.deny) }
    }
}

fn answer(client: &dyn Client, event: &str, text: &str, deny: bool) -> Result<(), String> {
    let answer = client.encode(event, text, deny);
    std::io::stdout().lock().write_all(answer.as_bytes()).map_err(|e| format!("standard output: {e}"))
}

fn handle<'a>(input: &'a [u8], client: &'static dyn Client, state: Option<&'a Path>, started: Instant) -> Result<(), String> {
    let event = client.decode(input).ok_or_else(|| format!("no event: {} bytes of input that are not the client's JSON", input.len()))?;
    let project_dir = std::env::var_os("CLAUDE_PROJECT_DIR").map(PathBuf::from).or_else(|| (!event.cwd.is_empty()).then(|| PathBuf::from(&*event.cwd)));
    let Event { session, agent, name, tool, call, action, .. } = event;
    let agent = agent.unwrap_or_default();
    let project_name = project_dir.as_deref().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
    let record = Record {
        v: journal::VERSION,
        t: now(),
        kind: Cow::Borrowed("event"),
        event: name,
        session,
        agent,
        project: Cow::Owned(project_name),
        tool,
        call,
        client: Cow::Borrowed(client.recorded()),
        ..Record::default()
    };
    let mut hook = Hook { payload: input, state, settings: Settings::default(), record, started, client, said: None };
    match action {
        Action::Other => Ok(()),
        Action::Forgot => {
            hook.settings = of_project(project_dir.as_deref(), state);
            let forgot = hook.session().map_or(Ok(()), |s| s.forget(&hook.record.agent)).map_err(|e| format!("session: {e}"));
            hook.log(None)?;
            forgot
        }
        Action::Ended => {
            hook.settings = of_project(project_dir.as_deref(), state);
            hook.log(None)
        }
        Action::WillPlan(plan) => {
            hook.settings = of_project(project_dir.as_deref(), state);
            hook.plan(plan)
        }
        Action::WillRun(command) => {
            if !shell::commits(&command) {
                return Ok(());
            }
            hook.settings = of_project(project_dir.as_deref(), state);
            hook.before_commit(project_dir.as_deref())
        }
        Action::Stopped { again, transcript } => {
            hook.settings = of_project(project_dir.as_deref(), state);
            hook.stop(again, Path::new(&*transcript), project_dir.as_deref())
        }
        Action::WillEdit(edit) => {
            hook.settings = config::load(Path::new(&*edit.path), project_dir.as_deref(), state);
            let file = OnceCell::new();
            let before = |path: &str| file.get_or_init(|| project::read_file(path)).as_deref();
            hook.edit(edit, project_dir.as_deref(), true, &before)
        }
        Action::DidEdit(edit, original) => {
            hook.settings = config::load(Path::new(&*edit.path), project_dir.as_deref(), state);
            hook.edit(edit, project_dir.as_deref(), false, &|_| original.as_deref())
        }
        Action::Patch { files, done } => hook.patch(files, done, project_dir.as_deref()),
    }
}

/// Settings where no file is named.
fn of_project(project_dir: Option<&Path>, state: Option<&Path>) -> Settings {
    config::load(&project_dir.unwrap_or(Path::new("")).join("any"), project_dir, state)
}

impl<'a> Hook<'a> {
    fn session(&self) -> Option<Session> {
        self.state.map(|s| Session::new(s, &self.record.session))
    }

    fn edit(mut self, mut edit: Edit<'a>, project_dir: Option<&Path>, is_before: bool, before: &dyn Fn(&str) -> Option<&'a str>) -> Result<(), String> {
        let absolute = edit.path.clone();
        edit.path = Cow::Owned(project::relative(&absolute, self.settings.root.as_deref(), project_dir));
        if is_before
            && edit.whole_file
            && let Some(text) = before(&absolute)
        {
            edit.changes[0].old = Cow::Borrowed(text);
            clients::limit(&mut edit);
        }
        self.record.path = Cow::Owned(edit.path.clone().into_owned());
        if self.settings.config.is_path_off(&edit.path) {
            self.record.silence = Cow::Borrowed(journal::silence_name(engine::verdict::Silence::TurnedOff));
            return self.log(Some((&edit, is_before)));
        }
        let around: OnceCell<Surroundings> = OnceCell::new();
        let surroundings = || around.get_or_init(|| Surroundings::of(before(&absolute), &edit)).clone();
        let text = || before(&absolute).map(str::to_owned);
        let gate = self.settings.config.mode == Mode::Gate && is_before;
        // Findings are told of the file as written: before the edit only a gate asks for them.
        let finds = self.settings.config.findings.tell && (gate || !is_before);
        let component = || self.settings.component(&edit.path);
        // After the edit, where its text is read anyway: the model sees both hooks' texts behind the same result. A gate asks before.
        let observed = self.observed(&edit, &absolute, project_dir, is_before, is_before == gate, &text);
        let (verdict, mut telling, wrong) = {
            let knowledge = self.settings.knowledge();
            let config = &self.settings.config;
            let context = Context {
                modules_off: config.modules_off(),
                signals_off: &config.signals.off,
                patterns_off: &config.findings.off,
                file: finds.then_some(&text),
                component: Some(&component),
                ..Context::new(&surroundings)
            };
            let verdict = engine::review(&edit, &knowledge, &context);
            // Who is concerned comes before what to ask about it.
            let mut telling = Telling::default();
            let failed = self.tell_observed(&observed.facts, !verdict.modules.is_empty(), &edit.path, &mut telling);
            let (levels, wrong) = self.claim(&telling::claims(&verdict, &edit.path));
            telling::compose(&verdict, &levels, &knowledge[0], &edit.path, &config.budget, &mut telling);
            (verdict, telling, wrong.or(failed))
        };
        let wrong = if finds { wrong.or(self.find(&edit, &absolute, &verdict, is_before, &mut telling)) } else { wrong };
        let wrong = if is_before { wrong } else { wrong.or(self.meet_strangers(&edit, &text, &observed.flows, &mut telling)) };
        observed.keep();
        self.record.keep_verdict(&verdict);
        self.record.around = around.into_inner();
        // A gate denies what it tells in full and each finding that it is sure of; the same edit tried again has been told, and passes.
        let deny = gate && (telling.parts.iter().any(|p| p.level == "full") || self.record.findings.iter().any(|f| f.told && f.confidence == "high"));
        self.say(&telling, deny)?;
        let keep = is_before || !self.record.told.is_empty() || !self.record.findings.is_empty();
        let logged = self.log(Some((&edit, keep)));
        wrong.map_or(logged, Err)
    }

    fn plan(mut self, plan: Cow<'a, str>) -> Result<(), String> {
        let (telling, wrong) = {
            let knowledge = self.settings.knowledge();
            let none = Surroundings::default;
            let context = Context { modules_off: self.settings.config.modules_off(), signals_off: &self.settings.config.signals.off, ..Context::new(&none) };
            let verdict = engine::plan::review(&plan, &knowledge, &context);
            self.record.keep_verdict(&verdict);
            let claims = if verdict.modules.is_empty() { Vec::new() } else { vec![telling::plan_claim(&plan)] };
            let (levels, wrong) = self.claim(&claims);
            let telling =
                if levels.contains(&Level::Full) { telling::compose_plan(&verdict, &knowledge[0], &self.settings.config.budget) } else { Telling::default() };
            (telling, wrong)
        };
        self.say(&telling, false)?;
        let keep = self.settings.config.log == Log::Full && self.payload.len() <= journal::FULL_LIMIT;
        let logged = self.write(keep);
        wrong.map_or(logged, Err)
    }

    /// What the claims are worth. Where the session cannot be kept, nothing is said: it would be said at every edit.
    fn claim(&self, claims: &[Claim]) -> (Vec<Level>, Option<String>) {
        let silent = vec![Level::Silent; claims.len()];
        if claims.is_empty() || self.settings.config.mode == Mode::Quiet {
            return (silent, None);
        }
        let Some(session) = self.session() else { return (silent, Some("no state folder".to_owned())) };
        match session.claim(&self.record.agent, claims, &token()) {
            Ok(levels) => (levels, None),
            Err(e) => (silent, Some(format!("session: {e}"))),
        }
    }

    fn say(&mut self, telling: &Telling, deny: bool) -> Result<(), String> {
        if telling.text.is_empty() {
            return Ok(());
        }
        match self.said {
            None => answer(self.client, &self.record.event, &telling.text, deny)?,
            Some(said) => said.borrow_mut().add(&telling.text, deny),
        }
        self.record.told.clone_from(&telling.parts);
        self.record.text = Cow::Owned(telling.text.clone());
        Ok(())
    }

    /// Writes the journal's line; `edit` and whether to keep its text.
    fn log(mut self, edit: Option<(&'a Edit<'_>, bool)>) -> Result<(), String> {
        let keep = match edit {
            Some((edit, true)) => self.record.keep_edit(edit, self.payload, self.settings.config.log),
            _ => false,
        };
        self.write(keep)
    }

    fn write(mut self, keep_payload: bool) -> Result<(), String> {
        let Some(state) = self.state.filter(|_| self.settings.config.log != Log::Off) else { return Ok(()) };
        self.record.us = micros(self.started);
        journal::append(state, &self.record, if keep_payload { self.payload } else { b"" }).map_err(|e| format!("journal: {e}"))
    }
}
