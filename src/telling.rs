//! Verdict -> what the model reads. A telling earns its place by the cited line, the condition that makes it matter, and by
//! being short: three to six questions that the evidence asks for, not the whole checklist.

use crate::config::Budget;
use crate::engine::component::Component;
use crate::engine::verdict::{Evidence, Raised, Verdict};
use crate::journal::ToldRecord;
use crate::knowledge::Knowledge;
use crate::session::{Claim, Level, PLAN};
use crate::topology::strangers::Stranger;
use crate::{hash, text};

pub mod findings;
pub mod observers;

/// What every telling begins with.
pub const PREFIX: &str = "[distributed-architect]";
/// Questions of a first telling.
const QUESTIONS: std::ops::RangeInclusive<usize> = 3..=6;
/// Modules told at one event.
const MODULES_AT_ONCE: usize = 2;

/// A text for the model, and what it is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// The text; empty when there is nothing to say.
    pub text: String,
    /// Its parts.
    pub parts: Vec<ToldRecord>,
}

/// The subject of a question about the topology file.
pub const TOPOLOGY: &str = "topology";

impl Telling {
    /// Adds a part of its own.
    pub fn add(&mut self, text: String, subject: &str, level: Level) {
        if text.is_empty() {
            return;
        }
        self.parts.push(ToldRecord::new(subject, level, length(&text)));
        self.append(&text);
    }

    /// Adds text on a line of its own.
    pub fn append(&mut self, text: &str) {
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }
}

/// Asks about what the topology file does not know, or knows otherwise.
#[must_use]
pub fn stranger(stranger: &Stranger, file: &str, path: &str) -> String {
    let (name, how) = (text::plain(&stranger.name), text::plain(&stranger.how));
    let place = place(stranger.line, path);
    let file = text::plain(file);
    if how.starts_with("becomes") {
        return format!("{PREFIX} topology: `{name}` {how} ({file}) {place}. Does what holds for that number hold for the new one?");
    }
    format!("{PREFIX} topology: `{name}` {how} {place}, and {file} does not know it. A new component, or an alias of a known one?")
}

/// The claims that a verdict on an edit makes, in the order in which they would be told.
#[must_use]
pub fn claims(verdict: &Verdict, path: &str) -> Vec<Claim> {
    let file = hash::fnv(path.as_bytes());
    verdict.modules.iter().take(MODULES_AT_ONCE).map(|m| Claim { subject: m.id.to_owned(), file }).collect()
}

/// The claim of a plan.
#[must_use]
pub fn plan_claim(plan: &str) -> Claim {
    Claim { subject: PLAN.to_owned(), file: hash::fnv(plan.as_bytes()) }
}

/// Adds an edit's verdict to the telling. `levels` are worth what the claims were worth, one each; `path` as the user knows it.
pub fn compose(verdict: &Verdict, levels: &[Level], knowledge: &Knowledge<'_>, path: &str, budget: &Budget, out: &mut Telling) {
    for (raised, level) in verdict.modules.iter().zip(levels) {
        let room = budget.event.saturating_sub(length(&out.text) + usize::from(!out.text.is_empty()));
        let part = match level {
            Level::Full => first(raised, verdict.component.as_ref(), knowledge, path, budget.first.min(room)),
            Level::Line => later(raised, path, budget.line.min(room)),
            Level::Silent => continue,
        };
        out.add(part, raised.id, *level);
    }
}

/// Tells a plan's verdict: the design questions, before there is code.
#[must_use]
pub fn compose_plan(verdict: &Verdict, knowledge: &Knowledge<'_>, budget: &Budget) -> Telling {
    let Some(main) = verdict.modules.first() else { return Telling::default() };
    let reason = &main.evidence[0];
    let mut lines = Lines::new(budget.plan, format!("{PREFIX} plan: {} (line {})", text::plain(&reason.why), reason.line), explain(main.id));
    let mut candidates: Vec<Vec<&str>> = verdict.modules.iter().map(|m| questions(m, knowledge)).collect();
    // Each module's sharpest question first, then the second of each.
    let longest = candidates.iter().map(Vec::len).max().unwrap_or(0);
    for i in 0..longest {
        for list in &mut candidates {
            if let Some(question) = list.get(i) {
                lines.push(question);
            }
        }
    }
    let text = lines.finish();
    if text.is_empty() {
        return Telling::default();
    }
    Telling { parts: vec![ToldRecord::new(PLAN, Level::Full, length(&text))], text }
}

fn first(raised: &Raised, component: Option<&Component>, knowledge: &Knowledge<'_>, path: &str, room: usize) -> String {
    let main = &raised.evidence[0];
    let mut lines = Lines::new(room, head(raised.id, main, path), explain(raised.id));
    if let Some(other) = raised.evidence.iter().find(|e| e.line != main.line && e.why != main.why) {
        lines.note(&format!("Also: {} (line {}).", text::plain(&other.why), other.line));
    }
    if let Some(note) = component.and_then(|c| c.note(raised.id)) {
        lines.note(&format!("By the topology: {}.", text::plain(note)));
    }
    for question in questions(raised, knowledge) {
        lines.push(question);
    }
    lines.finish()
}

fn later(raised: &Raised, path: &str, room: usize) -> String {
    let main = &raised.evidence[0];
    let line = head(raised.id, main, path);
    if length(&line) <= room { line } else { fit(&format!("{PREFIX} {}: ", raised.id), &text::plain(&main.why), &place(main.line, path), room) }
}

fn head(module: &str, main: &Evidence, path: &str) -> String {
    format!("{PREFIX} {module}: {} {}", text::plain(&main.why), place(main.line, path))
}

fn place(line: u32, path: &str) -> String {
    let path = text::plain(path);
    // A deep path says most by its end.
    let tail: String = if length(&path) <= 80 { path } else { format!("…{}", path.chars().skip(length(&path) - 79).collect::<String>()) };
    format!("({tail}:{line})")
}

/// The line with its reason cut to the room; empty where there is none.
fn fit(start: &str, why: &str, place: &str, room: usize) -> String {
    let fixed = length(start) + length(place) + 2;
    if fixed + 12 > room {
        return String::new();
    }
    format!("{start}{}… {place}", why.chars().take(room - fixed).collect::<String>().trim_end())
}

fn explain(module: &str) -> String {
    format!("All of it: `distarch explain {module}`")
}

/// Items of the module that the evidence asks for: the first of each asked section, then the second of each; then of the red flags.
#[must_use]
pub fn questions<'k>(raised: &Raised, knowledge: &Knowledge<'k>) -> Vec<&'k str> {
    let all = knowledge.module_sections(raised.module());
    let mut asked: Vec<usize> = Vec::new();
    let mut ask = |section: usize| {
        if section < all.len() && !asked.contains(&section) {
            asked.push(section);
        }
    };
    // Each piece of evidence by its sharpest section first, then by the others.
    for rank in 0..3 {
        for evidence in &raised.evidence {
            if let Some(section) = evidence.sections.get(rank) {
                ask(*section as usize);
            }
        }
    }
    let mut out: Vec<&str> = Vec::new();
    for rank in 0..2 {
        for section in asked.iter().take(QUESTIONS.end() - 1) {
            if let Some(item) = knowledge.section_items(&all[*section]).get(rank) {
                out.push(knowledge.str(*item));
            }
        }
        if out.len() >= 5 {
            break;
        }
    }
    for section in (0..all.len()).rev().filter(|s| !asked.contains(s)) {
        if out.len() >= *QUESTIONS.start() {
            break;
        }
        out.extend(knowledge.section_items(&all[section]).first().map(|i| knowledge.str(*i)));
    }
    out.truncate(*QUESTIONS.end());
    out
}

/// Lines within a room: a head, items, a foot.
struct Lines {
    /// Characters left, the foot taken off.
    room: usize,
    text: String,
    foot: String,
    items: usize,
}

impl Lines {
    fn new(room: usize, head: String, foot: String) -> Self {
        let room = room.saturating_sub(length(&head) + 1 + length(&foot));
        Self { room, text: head, foot, items: 0 }
    }

    /// Adds a line where there is room for it.
    fn note(&mut self, line: &str) -> bool {
        let needed = 1 + length(line);
        let fits = needed <= self.room;
        if fits {
            self.room -= needed;
            self.text.push('\n');
            self.text.push_str(line);
        }
        fits
    }

    fn push(&mut self, item: &str) {
        if self.items < *QUESTIONS.end() && self.note(&format!("- {item}")) {
            self.items += 1;
        }
    }

    /// The text; empty where no question found room.
    fn finish(mut self) -> String {
        if self.items == 0 {
            return String::new();
        }
        self.text.push('\n');
        self.text.push_str(&self.foot);
        self.text
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}
