//! Named patterns in a replay: what would be told after each edit, and what later edits of the same conversation made of it.

use crate::engine::edit::Edit;
use crate::engine::patterns::Known;
use crate::engine::verdict::{Confidence, Verdict};
use crate::session::ledger::{Key, Noted, State};
use crate::telling::findings::chosen;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A finding that would be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Pattern id.
    pub pattern: String,
    /// The file, as the project knows it.
    pub path: String,
    /// 1-based line.
    pub line: u32,
    /// Told by itself, as against in one line beside a module.
    pub sure: bool,
    /// What was seen.
    pub seen: String,
}

/// What one pattern came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Findings told.
    pub told: u64,
    /// That a later edit mended.
    pub resolved: u64,
    /// For which a `dist: ok reason` comment speaks since.
    pub dismissed: u64,
    /// The others.
    pub open: u64,
}

/// All of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// Together.
    #[serde(flatten)]
    pub all: Count,
    /// By pattern.
    pub by_pattern: BTreeMap<String, Count>,
    /// One by one.
    pub found: Vec<Found>,
}

impl Findings {
    pub(super) fn count(&mut self, found: &[Found], fates: &[(String, State)]) {
        for one in found {
            self.of(&one.pattern, |c| c.told += 1);
            self.found.push(one.clone());
        }
        for (pattern, state) in fates {
            self.of(pattern, |c| match state {
                State::Resolved => c.resolved += 1,
                State::Dismissed => c.dismissed += 1,
                State::Open => c.resolved = c.resolved.saturating_sub(1),
            });
        }
    }

    fn of(&mut self, pattern: &str, change: impl Fn(&mut Count)) {
        for count in [&mut self.all, self.by_pattern.entry(pattern.to_owned()).or_default()] {
            change(count);
            count.open = count.told.saturating_sub(count.resolved + count.dismissed);
        }
    }
}

/// A conversation and a file in it.
type Place = (Arc<str>, String);

/// Findings of the conversations of one file of records.
#[derive(Default)]
pub(super) struct Tracker {
    told: HashSet<(Arc<str>, Key)>,
    by_file: HashMap<Place, Vec<(Known, State)>>,
}

impl Tracker {
    /// What is told of an edit that was made, and what it makes of earlier findings. `before` is the file before it, where it is known.
    pub(super) fn step(&mut self, session: &Arc<str>, edit: &Edit<'_>, before: Option<&str>, verdict: &Verdict) -> (Vec<Found>, Vec<(String, State)>) {
        let after = edit.applied(before.unwrap_or("")).filter(|_| before.is_some() || edit.whole_file);
        let file = (session.clone(), edit.path.clone().into_owned());
        let mut fates = Vec::new();
        if let (Some(known), Some(after)) = (self.by_file.get_mut(&file), &after) {
            for (known, state) in known.iter_mut().filter(|(_, s)| *s != State::Dismissed) {
                let now = State::from(known.fate_behind(edit, after));
                if now != *state {
                    *state = now;
                    fates.push((known.id.clone(), now));
                }
            }
        }
        let mut found = Vec::new();
        for finding in chosen(verdict) {
            let sure = finding.confidence == Confidence::High;
            let noted = Noted { path: file.1.clone(), known: Known::of(finding, verdict.categories), sure };
            if !self.told.insert((session.clone(), noted.key())) {
                continue;
            }
            found.push(Found { pattern: finding.id.clone(), path: file.1.clone(), line: finding.line, sure, seen: finding.seen.clone() });
            self.by_file.entry(file.clone()).or_default().push((noted.known, State::Open));
        }
        (found, fates)
    }
}
