//! Findings at an edit: the new ones are told, and of those that were told before it is noted what the edit made of them.

use super::{Hook, token};
use crate::commands::wording::confidence;
use crate::config::Mode;
use crate::engine::edit::Edit;
use crate::engine::patterns::{Fate, Known};
use crate::engine::verdict::{Confidence, Verdict};
use crate::journal::{FateRecord, FindingRecord};
use crate::project;
use crate::session::ledger::{Entry, Key, Noted, State};
use crate::telling::Telling;
use crate::telling::findings::{chosen, compose};
use std::path::Path;

/// Open findings that are looked at again at one event.
const LOOKED_AT: usize = 40;

impl Hook<'_> {
    /// Adds what is to be told of an edit's findings to the telling, and, after the edit, settles earlier ones. `path` as the client
    /// names the file. What went wrong, if anything did.
    pub(super) fn find(&mut self, edit: &Edit<'_>, path: &str, verdict: &Verdict, is_before: bool, telling: &mut Telling) -> Option<String> {
        let session = self.session()?;
        let ledger = session.ledger();
        let earlier: Vec<&Entry> = ledger.entries.iter().filter(|e| e.noted.path == path && e.state != State::Dismissed).take(LOOKED_AT).collect();
        if verdict.patterns.is_empty() && earlier.is_empty() {
            return None;
        }
        if !is_before && !earlier.is_empty() {
            let after = project::read_file(path).unwrap_or_default();
            let fates: Vec<(Key, State)> = earlier
                .into_iter()
                .filter_map(|entry| {
                    let state = State::from(entry.noted.known.fate_behind(edit, &after));
                    (state != entry.state).then_some((entry.key, state))
                })
                .collect();
            self.record.fates.extend(fates.iter().filter_map(|(key, state)| fate_record(&ledger.entries, *key, state.name())));
            if let Err(e) = session.settle(&fates) {
                return Some(format!("session: {e}"));
            }
        }
        self.tell(edit, path, verdict, telling)
    }

    /// Adds the new findings to the telling.
    fn tell(&mut self, edit: &Edit<'_>, path: &str, verdict: &Verdict, telling: &mut Telling) -> Option<String> {
        let chosen = chosen(verdict);
        let noted: Vec<Noted> =
            chosen.iter().map(|f| Noted { path: path.to_owned(), known: Known::of(f, verdict.categories), sure: f.confidence == Confidence::High }).collect();
        let (told, wrong) = self.claim_findings(&noted);
        for finding in &verdict.patterns {
            let at = chosen.iter().position(|c| std::ptr::eq(*c, finding));
            let mut record = FindingRecord {
                pattern: finding.id.clone(),
                path: String::new(),
                line: finding.line,
                confidence: confidence(finding).to_owned(),
                told: at.is_some_and(|i| told[i]),
            };
            if record.told {
                let budget = &self.settings.config.budget;
                let used = telling.text.chars().count();
                let room = budget.finding.min(budget.event.saturating_sub(used + 1));
                let text = compose(finding, verdict.component.as_ref(), &self.settings.knowledge()[0], &edit.path, room);
                record.told = !text.is_empty();
                telling.append(&text);
            }
            self.record.findings.push(record);
        }
        wrong
    }

    /// Which findings are to be told: none that this conversation was told, and none where the session cannot be kept.
    pub(super) fn claim_findings(&self, findings: &[Noted]) -> (Vec<bool>, Option<String>) {
        let silent = vec![false; findings.len()];
        if findings.is_empty() || self.settings.config.mode == Mode::Quiet {
            return (silent, None);
        }
        let Some(session) = self.session() else { return (silent, Some("no state folder".to_owned())) };
        match session.claim_findings(&self.record.agent, findings, &token()) {
            Ok(told) => (told, None),
            Err(e) => (silent, Some(format!("session: {e}"))),
        }
    }

    /// What is open and sure, and how each stands in its file as it is now: key, pattern, line and path as the user knows it. What has
    /// been settled meanwhile is noted.
    pub(super) fn still_open(&mut self, entries: &[Entry], project_dir: Option<&Path>, wanted: impl Fn(&Entry) -> bool) -> Vec<Open> {
        let Some(session) = self.session() else { return Vec::new() };
        let mut fates = Vec::new();
        let mut out = Vec::new();
        for entry in entries.iter().filter(|e| e.state == State::Open && e.noted.sure && wanted(e)).take(LOOKED_AT) {
            let noted = &entry.noted;
            let path = project::relative(&noted.path, self.settings.root.as_deref(), project_dir);
            match noted.known.fate(&path, &project::read_file(&noted.path).unwrap_or_default()) {
                Fate::Open(line) => out.push(Open { key: entry.key, id: noted.known.id.clone(), line, path }),
                settled => fates.push((entry.key, State::from(settled))),
            }
        }
        self.record.fates.extend(fates.iter().filter_map(|(key, state)| fate_record(entries, *key, state.name())));
        let _ = session.settle(&fates);
        out
    }

    /// One line about what is open, before work is handed on.
    pub(super) fn before_commit(mut self, project_dir: Option<&Path>) -> Result<(), String> {
        if !self.settings.config.findings.commit || self.settings.config.mode == Mode::Quiet {
            return Ok(());
        }
        let Some(session) = self.session() else { return Ok(()) };
        let entries = session.ledger().entries;
        let open = self.still_open(&entries, project_dir, |e| !e.at_commit);
        if open.is_empty() {
            return if self.record.fates.is_empty() { Ok(()) } else { self.log(None) };
        }
        session.commit(&open.iter().map(|o| o.key).collect::<Vec<_>>()).map_err(|e| format!("session: {e}"))?;
        let named: Vec<(&str, u32, &str)> = open.iter().map(|o| (o.id.as_str(), o.line, o.path.as_str())).collect();
        let text = crate::telling::findings::before_commit(&named);
        self.record.fates.extend(open.iter().filter_map(|o| fate_record(&entries, o.key, "reminded")));
        self.say(&Telling { text, parts: Vec::new() }, false)?;
        self.log(None)
    }
}

/// An open finding, as it stands now.
pub(super) struct Open {
    pub(super) key: Key,
    pub(super) id: String,
    pub(super) line: u32,
    pub(super) path: String,
}

/// The journal's word on a finding.
pub(super) fn fate_record(entries: &[Entry], key: Key, state: &str) -> Option<FateRecord> {
    let noted = &entries.iter().find(|e| e.key == key)?.noted;
    Some(FateRecord { pattern: noted.known.id.clone(), path: noted.path.clone(), state: state.to_owned() })
}
