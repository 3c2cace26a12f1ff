//! Background jobs and schedules: a job's class or name consumes where it is defined, is written where it is enqueued, and a schedule
//! declares it with its times as the value.

mod dotnet_jvm;
mod laravel;
mod native;
mod scripted;
#[cfg(test)]
mod tests;

use super::clients::{self, At, Hit, Library, find_key};
use crate::index::file::File;
use crate::index::model::{Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading};

const LIBRARIES: &[&Library] = &[
    &scripted::CELERY,
    &scripted::PYTHON,
    &scripted::RUBY,
    &scripted::NODE,
    &scripted::ELIXIR,
    &scripted::AIRFLOW,
    &dotnet_jvm::JVM,
    &dotnet_jvm::DOTNET,
    &native::GO,
    &native::TEMPORAL,
    &native::RUST,
];

/// A file without any of these runs and enqueues no job.
pub(super) const WORDS: &[&str] = &[
    "task",
    "job",
    "worker",
    "schedul",
    "cron",
    "perform",
    "dag",
    "workflow",
    "activity",
    "agenda",
    "quartz",
    "sidekiq",
    "backgroundservice",
    "$signature",
    "delay",
    "enqueue",
    "dramatiq",
    "actor",
    "bull",
    "hangfire",
    "oban",
    "asynq",
    "temporal",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    for hit in clients::hits(reading, LIBRARIES) {
        let Some(role) = hit.row.role else { continue };
        for name in &hit.names {
            let Some(name) = job_name(name, hit.row.texts) else { continue };
            let mut used = Use::new(Kind::Job, role, name.clone(), hit.line).certainty(hit.certainty);
            used.value = value(&hit);
            facts.push(used);
            if let Some(named) = within(&hit) {
                let queue = name.says_something().then(|| format!("queue={}", name.pattern()));
                let mut used = Use::new(Kind::Job, role, named, hit.line).certainty(hit.certainty);
                used.value = queue;
                facts.push(used);
            }
        }
    }
    switched(reading, facts);
    supertypes(reading, facts);
    includes(reading, facts);
    celery(reading, facts);
    arq(reading, facts);
    laravel::read(reading, facts);
}

/// A job by its own name: the last word of the function's or class's path, a name as it is otherwise.
fn job_name(name: &Name, texts: bool) -> Option<Name> {
    match &*name.0 {
        // Functions and types are jobs by their own names; a constant is what it stands for, and its file may be another.
        [Part::Constant(path)] if texts || is_constant(path) => Some(name.clone()),
        [Part::Constant(path)] => {
            let last = path.rsplit(['.', ':']).find(|w| !matches!(*w, "class" | "new" | "name" | "java" | "()" | "__name__"))?;
            Some(Name::literal(last.trim_end_matches("()")))
        }
        [Part::Text(text)] => {
            let text = text.trim_end_matches(".class");
            (!text.is_empty() && text.len() <= 120 && !text.contains([' ', '\n', '<'])).then(|| Name::literal(text))
        }
        _ => name.says_something().then(|| name.clone()),
    }
}

/// Whether a path ends in a name as constants have it.
fn is_constant(path: &str) -> bool {
    let last = path.rsplit(['.', ':']).next().unwrap_or(path);
    last.len() > 2 && last.contains('_') && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The job's own name within the queue that it is put into; names that say nothing are not told.
fn within(hit: &Hit) -> Option<Name> {
    const EMPTY: [&str; 10] = ["default", "process", "job", "task", "run", "send", "execute", "handle", "__default__", "work"];
    if !hit.row.at.contains(&At::Handle) || hit.row.role != Some(Role::Writes) {
        return None;
    }
    let name = hit.with.clone()?;
    let fits = match &*name.0 {
        [Part::Text(text)] => !EMPTY.contains(&text.as_str()),
        [Part::Constant(path)] => is_constant(path) || path.starts_with(char::is_uppercase),
        _ => false,
    };
    if fits { job_name(&name, true) } else { None }
}

/// BullMQ: a processor tells the jobs of its queue apart by their names: `switch (job.name) { case SEND_MAIL: .. }`, `job.name === "send-mail"`.
fn switched(reading: &Reading<'_>, facts: &mut Facts) {
    if !matches!(reading.language.name(), "javascript" | "typescript") || !reading.imports(&["bull"]) {
        return;
    }
    let mut push = |span: std::ops::Range<usize>| {
        let name = reading.name(&span);
        let known = name.says_something() || matches!(&*name.0, [Part::Constant(_)]);
        if let Some(name) = job_name(&name, true).filter(|_| known) {
            facts.push(Use::new(Kind::Job, Role::Consumes, name, reading.line(span.start)));
        }
    };
    for at in 2..reading.tokens.len() {
        if !(reading.is(at, "name") && reading.is(at - 1, ".") && reading.word(at - 2).to_ascii_lowercase().ends_with("job")) {
            continue;
        }
        if matches!(reading.word(at + 1), "===" | "==") {
            let end = (at + 2..at + 10).find(|&i| matches!(reading.word(i), ")" | "&&" | "||" | ";" | "?" | "{")).unwrap_or(at + 3);
            push(at + 2..end);
        }
        if reading.is(at + 1, ")") && reading.is(at + 2, "{") && at >= 4 && reading.is(at - 4, "switch") {
            let mut here = at + 3;
            while here < reading.partner(at + 2) {
                if reading.is(here, "case") {
                    let end = (here + 1..here + 10).find(|&i| reading.is(i, ":")).unwrap_or(here + 1);
                    push(here + 1..end);
                }
                here = if reading.kind(here) == Some(Token::Open) { reading.partner(here).max(here) } else { here } + 1;
            }
        }
    }
}

/// arq: a worker's settings list its functions and its schedules: `functions = [render]`, `cron_jobs = [cron(sweep, hour={2})]`.
fn arq(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "python" {
        return;
    }
    let imported = || reading.import_text().split(|c: char| !c.is_alphanumeric()).any(|w| w == "arq");
    let is_worker = |at: usize| reading.enclosing(at, &[DeclarationKind::Type]).is_some_and(|d| d.name.starts_with("Worker"));
    for a in reading.assignments.iter().filter(|a| matches!(a.name, "functions" | "cron_jobs") && reading.is(a.value.start, "[")) {
        if !(is_worker(a.at) || imported()) {
            continue;
        }
        for element in reading.elements(&a.value) {
            let call = reading.calls.iter().find(|c| element.contains(&c.at) && c.name == "cron");
            // `func(sweep, name="sweep-all")`
            let wrapped = if reading.is(element.start, "func") { reading.elements(&(element.start + 1..element.end)) } else { Vec::new() };
            let renamed = wrapped.iter().find(|e| reading.is(e.start, "name") && reading.is(e.start + 1, "=")).map(|e| e.start + 2..e.end);
            let given = call
                .and_then(|c| c.keyword(&["name"]).or_else(|| c.positional(0)))
                .map(|g| g.span.clone())
                .or(renamed)
                .or_else(|| wrapped.first().cloned())
                .unwrap_or_else(|| element.clone());
            // A function by its name, or by its path as a text.
            let word = if given.len() <= 3 && reading.kind(given.end - 1) == Some(Token::Word) {
                reading.word(given.end - 1).to_owned()
            } else {
                let Some(text) = reading.literal(&given) else { continue };
                text.rsplit('.').next().unwrap_or(&text).to_owned()
            };
            let Some(call) = call else {
                facts.push(Use::new(Kind::Job, Role::Consumes, Name::literal(&*word), reading.line(element.start)));
                let declared = reading.declarations.iter().find(|d| d.kind == DeclarationKind::Function && d.name == word);
                facts.uses.extend(declared.map(|d| Use::new(Kind::Job, Role::Consumes, Name::literal(&*word), d.line)));
                continue;
            };
            let times = call.arguments.iter().filter(|a| a.keyword.is_some_and(|k| matches!(k, "month" | "day" | "weekday" | "hour" | "minute" | "second")));
            let times: Vec<String> = times.map(|a| format!("{}={}", a.keyword.unwrap_or(""), reading.source(&a.span))).collect();
            let mut used = Use::new(Kind::Job, Role::Declares, Name::literal(&*word), call.line);
            used.value = (!times.is_empty()).then(|| times.join(" ").chars().take(60).collect());
            facts.push(used);
        }
    }
}

/// Times and queues that go with a job.
fn value(hit: &Hit) -> Option<String> {
    let role = hit.row.role?;
    let name = hit.with.as_ref().filter(|w| w.says_something())?;
    let text = name.pattern();
    match role {
        Role::Declares => Some(text.chars().take(60).collect()),
        _ if hit.row.at.contains(&At::Handle) => Some(format!("job={text}")),
        _ => Some(format!("queue={text}")),
    }
}

/// Types that are jobs by what they extend or implement.
const EXTENDED: [(&str, &[&str]); 12] = [
    ("BackgroundService", &[]),
    ("ApplicationJob", &[]),
    ("ActiveJob", &[]),
    ("ApplicationWorker", &[]),
    ("ShouldQueue", &[]),
    ("IJob", &["quartz"]),
    ("QuartzJobBean", &["quartz"]),
    ("Job", &["quartz"]),
    ("IInvocable", &["coravel"]),
    ("AsyncBackgroundJob", &["abp"]),
    ("IBackgroundJob", &[]),
    ("BaseJob", &["quartz", "bullmq"]),
];

fn supertypes(reading: &Reading<'_>, facts: &mut Facts) {
    let mut imports: Option<String> = None;
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type) {
        let ruby = reading.language.name() == "ruby";
        let head = if ruby { declared.name_at + 1..(declared.name_at + 5).min(reading.tokens.len()) } else { declared.head.clone() };
        let Some((_, needs)) = head.clone().find_map(|at| {
            let same_line = reading.line(at) == declared.line || !ruby;
            EXTENDED.iter().find(|(word, _)| {
                same_line && reading.kind(at) == Some(Token::Word) && reading.word(at) == *word && (*word != "ActiveJob" || reading.is(at + 2, "Base"))
            })
        }) else {
            continue;
        };
        if is_base(declared) {
            continue;
        }
        let imports = imports.get_or_insert_with(|| reading.import_text());
        if head.clone().any(|at| reading.is(at, "BackgroundService")) {
            // It runs by itself, with its process.
            if reading.language.name() == "csharp" {
                facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(declared.name), declared.line));
            }
            continue;
        }
        if needs.is_empty() || needs.iter().any(|w| imports.contains(w)) {
            let mut used = Use::new(Kind::Job, Role::Consumes, Name::literal(declared.name), declared.line);
            used.value = queue_as(reading, declared);
            facts.push(used);
        }
    }
}

fn is_base(declared: &Declaration<'_>) -> bool {
    declared.name.starts_with("Base") || declared.name.starts_with("Abstract") || matches!(declared.name, "ApplicationJob" | "ApplicationWorker" | "Base")
}

/// Ruby's `include Sidekiq::Job`, Elixir's `use Oban.Worker`.
fn includes(reading: &Reading<'_>, facts: &mut Facts) {
    let language = reading.language.name();
    if language != "ruby" && language != "elixir" {
        return;
    }
    for at in 0..reading.tokens.len().saturating_sub(3) {
        let is_job = match (reading.word(at), reading.word(at + 1)) {
            ("include", "Sidekiq") => matches!(reading.word(at + 3), "Job" | "Worker"),
            ("include", "Faktory") => reading.is(at + 3, "Job"),
            ("include", "Shoryuken") | ("include", "Sneakers") => false,
            ("use", "Oban") => matches!(reading.word(at + 3), "Worker" | "Pro"),
            _ => false,
        };
        if !is_job {
            continue;
        }
        let Some(declared) = reading.enclosing(at, &[DeclarationKind::Type]) else { continue };
        if is_base(declared) {
            continue;
        }
        let mut used = Use::new(Kind::Job, Role::Consumes, Name::literal(last_word(reading, declared)), declared.line);
        used.value = queue_as(reading, declared);
        facts.push(used);
    }
}

/// `Shop.Workers.Invoice` of a module by its last word, as callers write it behind an alias.
fn last_word<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> &'a str {
    let mut at = declared.name_at;
    while matches!(reading.word(at + 1), "." | "::") && reading.line(at + 2) == declared.line {
        at += 2;
    }
    reading.word(at)
}

/// The queue that a job class names for itself.
fn queue_as(reading: &Reading<'_>, declared: &Declaration<'_>) -> Option<String> {
    let call = reading.calls.iter().find(|c| declared.body.contains(&c.at) && matches!(c.name, "queue_as" | "sidekiq_options" | "faktory_options"));
    let span = match call {
        Some(call) if call.name == "queue_as" => call.arguments.first()?.span.clone(),
        Some(call) => find_key(reading, &(call.open..call.close), "queue")?,
        None => return oban_queue(reading, declared),
    };
    let name = reading.name(&span);
    name.says_something().then(|| format!("queue={}", name.pattern()))
}

/// `use Oban.Worker, queue: :mailers`
fn oban_queue(reading: &Reading<'_>, declared: &Declaration<'_>) -> Option<String> {
    let at = declared.body.clone().find(|&i| reading.is(i, "Oban"))?;
    let line = reading.line(at);
    let end = (at..at + 24).find(|&i| reading.tokens.get(i).is_none_or(|t| t.first && t.line > line))?;
    let name = reading.name(&find_key(reading, &(at..end), "queue")?);
    name.says_something().then(|| format!("queue={}", name.pattern()))
}

/// Whether a function comes from a module of background work that this file imports it from.
fn is_imported_task(reading: &Reading<'_>, task: &str) -> bool {
    let is_of_tasks = |line: &str| {
        let Some((module, names)) = line.strip_prefix("from ").and_then(|l| l.split_once(" import ")) else { return false };
        let module = module.trim().rsplit('.').next().unwrap_or("");
        ["job", "task", "actor", "worker"].iter().any(|w| module.contains(w)) && names.split([',', '(', ')', ' ']).any(|n| n == task)
    };
    reading.text.lines().any(is_of_tasks)
}

/// Celery's `task_routes = {"shop.tasks.report": {"queue": "slow"}}`: the queue that a task goes to.
fn routed(reading: &Reading<'_>, facts: &mut Facts) {
    for at in 0..reading.tokens.len().saturating_sub(2) {
        let word = reading.string(at).unwrap_or_else(|| reading.word(at));
        if !matches!(word, "task_routes" | "CELERY_TASK_ROUTES" | "CELERY_ROUTES") || !matches!(reading.word(at + 1), "=" | ":") || !reading.is(at + 2, "{") {
            continue;
        }
        for (task, value) in reading.entries(&(at + 3..reading.partner(at + 2).max(at + 3))) {
            let queue = if reading.is(value.start, "{") { reading.entry(&value, "queue") } else { Some(value.clone()) };
            let queue = queue.and_then(|q| reading.literal(&q)).filter(|q| !q.is_empty());
            // A pattern is for many tasks.
            let name = task.rsplit('.').next().unwrap_or(task);
            if let Some(queue) = queue.filter(|_| !name.is_empty() && !task.contains(['*', ' '])) {
                let line = reading.line(value.start.saturating_sub(2));
                facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(name), line).value(format!("queue={queue}")));
            }
        }
    }
}

/// Celery: `send_invoice.delay(..)`, `tasks.send_invoice.apply_async(..)`, and schedules in dictionaries.
fn celery(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "python" {
        return;
    }
    for call in &reading.calls {
        let is_message = call.name == "send" && call.path.len() == 2 && call.receiver().is_some_and(|task| is_imported_task(reading, task));
        let enqueues = is_message || matches!(call.name, "delay" | "apply_async" | "s" | "si" | "send_with_options" | "kiq" | "defer_async" | "signature");
        if !enqueues || call.path.len() < 2 || call.in_log {
            continue;
        }
        let Some(task) = call.receiver() else { continue };
        let sure = is_message || matches!(call.name, "delay" | "apply_async" | "kiq" | "defer_async" | "send_with_options");
        let short = matches!(task, "self" | "cls" | "task" | "app" | "celery" | "func" | "f" | "job" | "t" | "fn" | "loop" | "time" | "asyncio")
            || task.ends_with("_task_func");
        // `chain(a.s(), b.s())`: signatures count only where Celery is imported.
        if short || !(sure || reading.imports(&["celery"]) && reading.mentions(&[".s("])) || call.on.is_some() && !matches!(call.name, "kiq" | "defer_async") {
            continue;
        }
        let mut used = Use::new(Kind::Job, Role::Writes, Name::literal(task), call.line);
        if let Some(queue) = call.keyword(&["queue", "queue_name"]).and_then(|a| reading.literal(&a.span)) {
            used.value = Some(format!("queue={queue}"));
        }
        facts.push(used);
    }
    routed(reading, facts);
    // beat_schedule = {"nightly": {"task": "app.tasks.report", "schedule": crontab(..)}}
    for at in 0..reading.tokens.len().saturating_sub(2) {
        if reading.string(at) != Some("task") || !reading.is(at + 1, ":") || reading.kind(at + 2) != Some(Token::Text) {
            continue;
        }
        let Some(open) = (0..at).rev().find(|&i| reading.is(i, "{") && reading.partner(i) > at) else { continue };
        let inside = open + 1..reading.partner(open);
        let Some(schedule) = find_key(reading, &inside, "schedule") else { continue };
        let Some(task) = reading.string(at + 2) else { continue };
        let times: String = reading.source(&schedule).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        facts.push(Use::new(Kind::Job, Role::Declares, Name::literal(task.rsplit('.').next().unwrap_or(task)), reading.line(at)).value(times));
    }
}
