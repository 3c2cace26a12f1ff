//! A patch of several files in one call: each file is judged by itself, and what is said of them is one answer within one budget.

use super::{Hook, Said};
use crate::clients::Patched;
use crate::config::{self, Log, Mode};
use crate::engine::edit::{Change, Edit};
use crate::journal::FULL_LIMIT;
use crate::project;
use std::cell::RefCell;
use std::path::Path;

/// Characters below which there is no room for another file. Nothing is claimed for it then, so that it is told at its next edit.
const ROOM: usize = 400;
/// Lines at a file's end that stand for it.
const TAIL: usize = 3;

impl Hook<'_> {
    /// Judges the files of a patch that is about to be applied, or has been (`done`).
    pub(super) fn patch(self, files: Vec<Patched<'_>>, done: bool, project_dir: Option<&Path>) -> Result<(), String> {
        let said = RefCell::new(Said::default());
        let keeps_payload = self.payload.len().saturating_mul(files.len()) <= FULL_LIMIT;
        let mut outcome = Ok(());
        for (part, Patched { mut edit, from }) in files.into_iter().enumerate() {
            // A file that goes is asked about where it is missed.
            if edit.changes.is_empty() {
                continue;
            }
            let before = if done {
                project::read_file(&edit.path).and_then(|after| backwards(&edit).applied(&after))
            } else {
                project::read_file(from.as_deref().unwrap_or(&edit.path))
            };
            if let Some(text) = &before {
                edit.changes.iter_mut().filter(|_| !edit.whole_file).for_each(|change| stand_at_end(change, text));
            }
            let mut settings = config::load(Path::new(&*edit.path), project_dir, self.state);
            let used = said.borrow().length();
            if used > 0 {
                let budget = &mut settings.config.budget;
                budget.event = budget.event.saturating_sub(used + 1);
                if budget.event < ROOM {
                    settings.config.mode = Mode::Quiet;
                }
            }
            if !keeps_payload && settings.config.log == Log::Full {
                settings.config.log = Log::Digest;
            }
            let mut record = self.record.clone();
            record.part = u32::try_from(part).unwrap_or(u32::MAX);
            let hook = Hook { payload: self.payload, state: self.state, settings, record, started: self.started, client: self.client, said: Some(&said) };
            outcome = outcome.and(hook.edit(edit, project_dir, !done, &|_| before.as_deref()));
        }
        outcome.and(said.borrow().write(self.client, &self.record.event))
    }
}

/// The edit that takes an edit back.
fn backwards<'a>(edit: &Edit<'a>) -> Edit<'a> {
    let changes = edit.changes.iter().rev().map(|c| Change { old: c.new.clone(), new: c.old.clone() }).collect();
    Edit { changes, path: edit.path.clone(), ..*edit }
}

/// A hunk without a line to hold on to is put at the file's end.
fn stand_at_end(change: &mut Change<'_>, text: &str) {
    if !change.old.is_empty() || text.is_empty() {
        return;
    }
    let from = text.trim_end_matches('\n').rmatch_indices('\n').nth(TAIL - 1).map_or(0, |(at, _)| at + 1);
    let tail = &text[from..];
    let end = if tail.ends_with('\n') { "" } else { "\n" };
    change.new = format!("{tail}{end}{}", change.new).into();
    change.old = tail.to_owned().into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_a_hold_come_at_the_end() {
        for (text, expected) in [("a\nb\nc\nd\n", ("b\nc\nd\n", "b\nc\nd\nx\n")), ("a", ("a", "a\nx\n")), ("", ("", "x\n"))] {
            let mut change = Change { old: "".into(), new: "x\n".into() };
            stand_at_end(&mut change, text);
            assert_eq!((&*change.old, &*change.new), expected, "{text:?}");
        }
    }

    #[test]
    fn a_patch_read_backwards_gives_the_file_before() {
        let edit =
            Edit { changes: vec![Change { old: "b\n".into(), new: "c\n".into() }, Change { old: "".into(), new: "d\n".into() }], ..Edit::new("x.py", "", "") };
        assert_eq!(backwards(&edit).applied("a\nc\nd\n").as_deref(), Some("a\nb\n"));
    }
}
