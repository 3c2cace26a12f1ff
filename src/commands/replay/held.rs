//! What had evidence and was not said: how sure a module is, and whether to speak, are two answers.

use super::fold::{Said, Told};
use super::judge::Judged;
use crate::engine::verdict::Raised;
use crate::session::Level;
use serde::Serialize;

/// A module that held its tongue.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// Conversation.
    pub session: String,
    /// Id of the tool call.
    pub call: String,
    /// The file, as the project knows it; empty for a plan.
    pub path: String,
    /// The line that would be cited.
    pub line: u32,
    /// The module.
    pub module: &'static str,
    /// How sure it is, 0 to 1.
    pub score: f32,
    /// `below-threshold`, `told-before` or `no-room`.
    pub because: &'static str,
    /// The signal that would be cited.
    pub signal: String,
    /// Why.
    pub why: String,
}

/// All of them, surest first.
pub(super) fn back(told: &Told) -> Vec<Held> {
    let mut out: Vec<Held> = told.events.iter().flat_map(of).collect();
    out.sort_by(|a, b| b.score.total_cmp(&a.score));
    out
}

fn of(said: &Said) -> Vec<Held> {
    let (verdict, is_plan) = match &said.step.what {
        Judged::Edit(edit) => (edit.verdict.as_ref(), false),
        Judged::Plan { verdict, .. } => (Some(&**verdict), true),
        _ => (None, false),
    };
    let Some(verdict) = verdict else { return Vec::new() };
    let is_told = |module: &str| if is_plan { !said.telling.parts.is_empty() } else { said.telling.parts.iter().any(|p| p.module == module) };
    let mut out = Vec::new();
    for (i, raised) in verdict.modules.iter().enumerate().filter(|(_, m)| !is_told(m.id)) {
        let level = said.levels.get(if is_plan { 0 } else { i });
        out.push(held(said, raised, if level == Some(&Level::Silent) { "told-before" } else { "no-room" }));
    }
    // A plan is asked about few modules; the others have enough evidence too.
    out.extend(verdict.unsure.iter().map(|raised| held(said, raised, if is_plan { "no-room" } else { "below-threshold" })));
    out
}

fn held(said: &Said, raised: &Raised, because: &'static str) -> Held {
    let main = raised.evidence.first();
    Held {
        session: said.step.thread.session.to_string(),
        call: said.step.call().map(ToString::to_string).unwrap_or_default(),
        path: said.path().to_owned(),
        line: main.map_or(0, |e| e.line),
        module: raised.id,
        score: raised.score,
        because,
        signal: main.map(|e| e.signal.clone()).unwrap_or_default(),
        why: main.map(|e| e.why.clone()).unwrap_or_default(),
    }
}
