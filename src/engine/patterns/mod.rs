//! Named anti-patterns, found in the functions that an edit touches.
//!
//! A detector looks at one side of an edit: the text as it will stand, or as it stood. It says what it sees, with the place and a
//! subject (what the flaw is about). The framework runs it on both sides and keeps what the edit brings: a flaw that was there before
//! in the same form is dropped, so the fix of a flaw is silent, and so is an edit beside one.
//!
//! A detector in five lines:
//! 1. `src/engine/patterns/<id with _>.rs`: a doc comment (shape, why, source), `pub(super) const DETECTOR: Detector`, and
//!    `fn find(view: &View<'_>) -> Vec<Sighting>`.
//! 2. `mod` and one row in [`DETECTORS`], in the order of the alphabet.
//! 3. Ask the outline (`syntax::reading`) and the vocabulary (`syntax::words`); a word that is missing there is added there.
//! 4. A table of [`cases`]: two snippets or more that fire and three that are silent, in each of three languages; `counted` counts.
//! 5. `detector: <id>` in `catalog/<id>.md`: its fenced code is then run through the detector.
//!
//! What a detector sees of a file is in `cargo run --example outline -- FILE`.

mod ack_before_process;
mod attempts;
mod blocking_call_in_event_loop;
mod boundary_state_leak;
mod cache_write_before_commit;
mod cancel_not_propagated;
mod channel_conflation;
mod check_then_act;
mod clock_as_order;
mod compounding_retry;
mod deploys;
mod fate;
mod guards;
mod inverted_timeout;
mod lock_across_network_call;
mod log_and_continue;
mod lost_data_at_ack;
mod lost_lock;
mod lost_update;
mod missing_fencing;
mod missing_fsync;
mod missing_idempotency_key;
mod missing_reconnect;
mod missing_timeout;
mod moved;
mod n_plus_one_remote_call;
mod names;
mod non_atomic_dual_write;
mod non_deterministic_workflow;
mod over_broad_catch;
mod partial_failure_ignored;
mod premature_state_transition;
mod resource_leak_on_error;
mod retry_non_idempotent;
mod retry_on_permanent_error;
mod retry_without_backoff;
mod split_brain;
mod stale_read_decision;
mod swallowed_error;
mod taken;
mod texts;
mod thundering_herd;
mod tight_retry_loop;
mod unbounded_queue;
mod unbounded_retry;
mod unsafe_shared_state;
mod unversioned_message_change;
mod view;

#[cfg(test)]
pub(crate) mod cases;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod literature;

use super::edit::Edit;
use super::path::{self, PathKind};
use super::surroundings::Surroundings;
use super::syntax;
use super::verdict::{ChangeKind, Confidence, Evidence, Finding};
use crate::engine::lines::shorten;
pub use fate::{Fate, Known};
use texts::Texts;
pub use view::{Sighting, View, is_remote};

/// A detector of one named anti-pattern.
#[derive(Clone, Copy, Debug)]
pub struct Detector {
    /// Id of the pattern, as in the catalog.
    pub id: &'static str,
    /// Languages in which it looks; empty: all that are read.
    pub languages: &'static [&'static str],
    /// What it sees on one side of an edit.
    pub find: fn(&View<'_>) -> Vec<Sighting>,
}

/// The table of detectors, and that of their cases: a detector that has no cases does not build.
macro_rules! detectors {
    ($($name:ident,)*) => {
        /// All detectors.
        pub static DETECTORS: &[Detector] = &[$($name::DETECTOR),*];

        #[cfg(test)]
        static CASES: &[(&Detector, &[cases::Case])] = &[$((&$name::DETECTOR, $name::tests::CASES)),*];
    };
}

detectors! {
    ack_before_process,
    blocking_call_in_event_loop,
    boundary_state_leak,
    cache_write_before_commit,
    cancel_not_propagated,
    channel_conflation,
    check_then_act,
    clock_as_order,
    compounding_retry,
    inverted_timeout,
    lock_across_network_call,
    log_and_continue,
    lost_data_at_ack,
    lost_update,
    missing_fencing,
    missing_fsync,
    missing_idempotency_key,
    missing_reconnect,
    missing_timeout,
    n_plus_one_remote_call,
    non_atomic_dual_write,
    non_deterministic_workflow,
    over_broad_catch,
    partial_failure_ignored,
    premature_state_transition,
    resource_leak_on_error,
    retry_non_idempotent,
    retry_on_permanent_error,
    retry_without_backoff,
    split_brain,
    stale_read_decision,
    swallowed_error,
    thundering_herd,
    tight_retry_loop,
    unbounded_queue,
    unbounded_retry,
    unsafe_shared_state,
    unversioned_message_change,
}

/// The detector of a pattern.
#[must_use]
pub fn detector(id: &str) -> Option<&'static Detector> {
    DETECTORS.iter().find(|d| d.id == id)
}

/// What is known of an edit before its structure is read.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Facts of the file around it.
    pub surroundings: &'a Surroundings,
    /// The file before the edit, where it is known.
    pub file: Option<&'a str>,
    /// One bit for each category of client library that the file imports.
    pub categories: u32,
}

/// What the edit brings, surest first. Nothing outside of product code and in languages that are not read.
#[must_use]
pub fn look(edit: &Edit<'_>, around: &Around<'_>, detectors: &[Detector]) -> Vec<Finding> {
    let kind = path::kind(&edit.path, edit.language);
    if kind == PathKind::Structured && edit.language.name() == "yaml" {
        return look_at_deploys(edit, around, detectors);
    }
    if kind != PathKind::Product || !syntax::reads(edit.language) {
        return Vec::new();
    }
    let mut out: Vec<Finding> = Vec::new();
    for texts in Texts::of(edit, around) {
        let Some(after) = syntax::outline(&texts.after, edit.language, &edit.path, &texts.touched_after) else { continue };
        let before = syntax::outline(&texts.before, edit.language, &edit.path, &texts.touched_before);
        let new = View::new(&after, before.as_ref(), true, edit, around, &texts.touched_after);
        let old = before.as_ref().map(|b| View::new(b, None, false, edit, around, &texts.touched_before));
        let all: Vec<u32> = (1..=u32::try_from(texts.after.lines().count()).unwrap_or(u32::MAX)).collect();
        let alone = View::new(&after, None, true, edit, around, &all);
        for detector in detectors.iter().filter(|d| d.languages.is_empty() || d.languages.contains(&edit.language.name())) {
            for sighting in brought(detector, &new, old.as_ref()) {
                let line = after.node(sighting.at).line;
                let mut finding = finding(detector.id, &sighting, line, after.function_name(sighting.at), &texts);
                if !texts::is_waived(after.text, line) && !out.iter().any(|f| f.id == finding.id && f.line == finding.line) {
                    let is_it = |s: &Sighting| s.subject == sighting.subject && after.function_name(s.at) == finding.function;
                    finding.stands = (detector.find)(&alone).iter().any(is_it);
                    out.push(finding);
                }
            }
        }
    }
    out.sort_by(|a, b| b.confidence.cmp(&a.confidence).then(a.line.cmp(&b.line)));
    out
}

/// The same for files of deployment, which have lines and no functions.
fn look_at_deploys(edit: &Edit<'_>, around: &Around<'_>, detectors: &[Detector]) -> Vec<Finding> {
    let mut out = Vec::new();
    for texts in Texts::of(edit, around) {
        for (id, line, sighting) in deploys::look(&texts, detectors) {
            if !texts::is_waived(&texts.after, line) {
                out.push(finding(id, &sighting, line, "", &texts));
            }
        }
    }
    out
}

/// Sightings of the new side that stand in a touched function and were not there before in the same form.
fn brought(detector: &Detector, new: &View<'_>, old: Option<&View<'_>>) -> Vec<Sighting> {
    let mut now = (detector.find)(new);
    now.retain(|s| new.is_in_touched_function(s.at));
    if now.is_empty() {
        return now;
    }
    let mut earlier: Vec<(&str, Sighting)> =
        old.map_or_else(Vec::new, |v| (detector.find)(v).into_iter().map(|s| (v.outline.function_name(s.at), s)).collect());
    // Of two that are alike, the one on a line that the edit leaves alone is the one that was there.
    now.sort_by_key(|s| new.touches(s.at));
    // The same flaw in the same function first; then the same flaw under a function's other name.
    for same_function in [true, false] {
        now.retain(|s| {
            let name = new.outline.function_name(s.at);
            let twin = earlier.iter().position(|(n, e)| e.subject == s.subject && (*n == name || !same_function));
            twin.map(|i| earlier.swap_remove(i)).is_none()
        });
    }
    now
}

fn finding(id: &str, sighting: &Sighting, line: u32, function: &str, texts: &Texts<'_>) -> Finding {
    let text = texts.after.lines().nth((line as usize).saturating_sub(1)).unwrap_or("").trim();
    let line = texts.in_file(line);
    let evidence = Evidence {
        line,
        text: shorten(text, 160).to_owned(),
        signal: id.to_owned(),
        change: ChangeKind::Added,
        why: sighting.seen.clone(),
        sections: Vec::new(),
        span: (0, 0, 0),
    };
    Finding {
        id: id.to_owned(),
        line,
        confidence: sighting.confidence,
        seen: sighting.seen.clone(),
        evidence: vec![evidence],
        subject: sighting.subject.clone(),
        function: function.to_owned(),
        stands: false,
    }
}

/// Confidence as detectors write it.
pub use Confidence::{High, Low, Medium};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_are_alike_the_one_on_a_changed_line_is_told() {
        let file = "import redis\n\n\nclass Worker:\n    def handle(self, job):\n        try:\n            self.redis.setex(\"result\", 60, job)\n        except redis.ConnectionError:\n            log.exception(\"lost redis\")\n            return\n        except Exception:\n            log.exception(\"failed\")\n            self.redis.set(f\"worker:{self.id}:status\", \"idle\")\n";
        let old = "            log.exception(\"lost redis\")\n";
        let new = format!("{old}            self.redis.set(f\"worker:{{self.id}}:status\", \"idle\")\n");
        let edit = Edit::new("src/worker.py", old, &new);
        let surroundings = Surroundings::of(Some(file), &edit);
        let found = look(&edit, &Around { surroundings: &surroundings, file: Some(file), categories: u32::MAX }, DETECTORS);
        let lines: Vec<(&str, u32)> = found.iter().map(|f| (f.id.as_str(), f.line)).collect();
        assert_eq!(lines, [("premature-state-transition", 10)]);
    }
}
