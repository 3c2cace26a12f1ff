//! Laravel's jobs and commands: by where they come from, who schedules them, and what a command calls itself.

use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::{Call, DeclarationKind, Reading};

/// Calls that say when what is scheduled runs.
const TIMES: [&str; 5] = ["cron", "dailyAt", "hourlyAt", "weeklyOn", "monthlyOn"];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "php" {
        return;
    }
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        match call.name {
            "dispatch" | "dispatchIf" | "dispatchUnless" | "dispatchAfterResponse" => dispatched(reading, call, facts),
            "job" | "command" if scheduler(call) => scheduled(reading, call, facts),
            _ => {}
        }
    }
    // `protected $signature = 'bills:close {--dry}';`
    for a in reading.assignments.iter().filter(|a| a.name == "$signature" && reading.is(a.at.wrapping_sub(1), "protected")) {
        let command = reading.enclosing(a.at, &[DeclarationKind::Type]).is_some_and(|d| d.head.clone().any(|i| reading.is(i, "Command")));
        if let Some(name) = reading.literal(&a.value).as_deref().and_then(|t| t.split_whitespace().next()).filter(|_| command) {
            facts.push(Use::new(Kind::Job, Role::Consumes, Name::literal(name), a.line));
        }
    }
}

/// `SendBill::dispatch(..)->onQueue('mail')`, `dispatch(new SendBill(..))`; a job is known by the module it comes from, for events are sent alike.
fn dispatched(reading: &Reading<'_>, call: &Call<'_>, facts: &mut Facts) {
    let job = match *call.path.as_slice() {
        [class, _] if class.starts_with(char::is_uppercase) && class != "Bus" => Some(class),
        [_] | ["Bus", _] => made(reading, call),
        _ => None,
    };
    let is_job = |job: &str| reading.imports(&[&*format!("jobs\\{};", job.to_ascii_lowercase())]);
    if let Some(job) = job.filter(|j| is_job(j)) {
        let mut used = Use::new(Kind::Job, Role::Writes, Name::literal(job), call.line);
        let queue = behind(reading, call).find(|c| c.name == "onQueue").and_then(|c| c.positional(0)).and_then(|a| reading.literal(&a.span));
        used.value = queue.map(|q| format!("queue={q}"));
        facts.push(used);
    }
}

/// Whether a call is made on the scheduler: `$schedule->job(..)`, `Schedule::command(..)`.
fn scheduler(call: &Call<'_>) -> bool {
    matches!(*call.path.as_slice(), ["$schedule" | "Schedule", _])
}

/// `$schedule->job(new SendBills)->hourly()`, `Schedule::command('bills:close')->dailyAt('03:30')`.
fn scheduled(reading: &Reading<'_>, call: &Call<'_>, facts: &mut Facts) {
    let name = if call.name == "job" {
        made(reading, call).map(str::to_owned)
    } else {
        let text = call.positional(0).and_then(|a| reading.literal(&a.span));
        text.as_deref().and_then(|t| t.split_whitespace().next()).map(str::to_owned)
    };
    let Some(name) = name else { return };
    let role = if call.name == "job" { Role::Writes } else { Role::Declares };
    let mut used = Use::new(Kind::Job, role, Name::literal(name), call.line);
    used.value = behind(reading, call).find_map(|c| {
        let time = c.positional(0).and_then(|a| reading.literal(&a.span)).filter(|_| TIMES.contains(&c.name));
        let often = c.name.starts_with("every") || matches!(c.name, "hourly" | "daily" | "weekly" | "monthly" | "quarterly" | "yearly");
        match time {
            Some(time) => Some(format!("{} {time}", c.name)),
            None => often.then(|| c.name.to_owned()),
        }
    });
    facts.push(used);
}

/// The type that the first argument makes.
fn made<'a>(reading: &Reading<'a>, call: &Call<'a>) -> Option<&'a str> {
    let first = call.positional(0)?;
    let at = first.span.start;
    if reading.is(at, "new") {
        return Some(reading.word(at + 1));
    }
    // `SendBills::class`
    (reading.is(at + 1, "::") && reading.is(at + 2, "class")).then(|| reading.word(at))
}

/// Calls further on in the chain of a call.
fn behind<'r, 'a>(reading: &'r Reading<'a>, call: &'r Call<'a>) -> impl Iterator<Item = &'r Call<'a>> {
    reading.calls.iter().filter(|c| c.begins == call.begins && c.at > call.close)
}
