//! What a replay says otherwise than the records do.

use super::fold::{Said, Told};
use serde::Serialize;

/// The comparison.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// Conversations with a record of ours, and without: there is nothing to compare in the latter.
    pub sessions_recorded: u64,
    /// See [`Self::sessions_recorded`].
    pub sessions_not_recorded: u64,
    /// Tellings that are the same.
    pub same: u64,
    /// Events where both speak, but otherwise.
    pub changed: u64,
    /// Events where only the replay speaks.
    pub added: u64,
    /// Tellings that only the records have.
    pub removed: u64,
    /// All differences.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// `changed`, `added` or `removed`.
    pub kind: &'static str,
    /// Conversation.
    pub session: String,
    /// Id of the tool call.
    pub call: String,
    /// The file; empty for a plan.
    pub path: String,
    /// What the records have.
    pub recorded: String,
    /// What the replay says.
    pub replayed: String,
}

/// Compares.
pub(super) fn diff(told: &Told) -> Diff {
    let recorded = told.recorded_sessions.len() as u64;
    let mut out = Diff { sessions_recorded: recorded, sessions_not_recorded: told.sessions.len() as u64 - recorded, ..Diff::default() };
    for said in told.events.iter().filter(|s| told.recorded_sessions.contains(&s.step.thread.session)) {
        out.event(said);
    }
    for (step, text) in &told.stray {
        out.removed += 1;
        out.differences.push(Difference {
            kind: "removed",
            session: step.thread.session.to_string(),
            call: String::new(),
            path: String::new(),
            recorded: text.clone(),
            replayed: String::new(),
        });
    }
    out
}

impl Diff {
    fn event(&mut self, said: &Said) {
        let now = &said.telling.text;
        // A refusal's text has words of the client's behind ours.
        let same = |recorded: &&String| !now.is_empty() && recorded.trim_end().starts_with(now.trim_end());
        let rest: Vec<&String> = said.recorded.iter().filter(|r| !same(r)).collect();
        if rest.len() < said.recorded.len() {
            self.same += 1;
        } else if !now.is_empty() {
            match rest.split_first() {
                None => self.differ("added", said, "", now),
                Some((first, _)) => self.differ("changed", said, first, now),
            }
        }
        let left = if rest.len() == said.recorded.len() && !now.is_empty() { rest.get(1..).unwrap_or_default() } else { &rest };
        for text in left {
            self.differ("removed", said, text, "");
        }
    }

    fn differ(&mut self, kind: &'static str, said: &Said, recorded: &str, replayed: &str) {
        match kind {
            "added" => self.added += 1,
            "changed" => self.changed += 1,
            _ => self.removed += 1,
        }
        self.differences.push(Difference {
            kind,
            session: said.step.thread.session.to_string(),
            call: said.step.call().map(ToString::to_string).unwrap_or_default(),
            path: said.path().to_owned(),
            recorded: recorded.to_owned(),
            replayed: replayed.to_owned(),
        });
    }
}
