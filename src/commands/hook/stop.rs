//! The end of a turn: what this turn brought and nothing has mended is told once more, and files that were changed by other means
//! than the edit tools are looked at.

use super::findings::{Open, fate_record};
use super::{Hook, now};
use crate::commands::wording::confidence;
use crate::config::Mode;
use crate::engine::edit::Edit;
use crate::engine::patterns::Known;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Confidence, Finding};
use crate::engine::{self, Context};
use crate::journal::FindingRecord;
use crate::project;
use crate::session::ledger::{Ledger, Noted};
use crate::sources::worktree::{self, Changed};
use crate::telling::Telling;
use crate::telling::findings::again;
use std::path::Path;
use std::time::{Duration, Instant};

/// Time for looking at the working tree. What takes longer is not looked at.
const TIME: Duration = Duration::from_millis(200);

impl Hook<'_> {
    /// Tells what is still open. `again`: the turn ended before, and a hook had something to say; then this one says nothing.
    pub(super) fn stop(mut self, again_at_end: bool, transcript: &Path, project_dir: Option<&Path>) -> Result<(), String> {
        let config = &self.settings.config;
        if config.mode == Mode::Quiet || !config.findings.tell || !(config.findings.stop || config.findings.shell) {
            return Ok(());
        }
        let Some(session) = self.session() else { return Ok(()) };
        let ledger = session.ledger();
        if again_at_end {
            return if ledger.entries.is_empty() { Ok(()) } else { session.stop(now(), &[]).map_err(|e| format!("session: {e}")) };
        }
        let mut open = if self.settings.config.findings.stop { self.still_open(&ledger.entries, project_dir, |e| e.is_new && !e.reminded) } else { Vec::new() };
        let mut entries = ledger.entries.clone();
        if self.settings.config.findings.shell {
            for (noted, is_told, path) in self.outside(&ledger, transcript, project_dir) {
                if is_told {
                    open.push(Open { key: noted.key(), id: noted.known.id.clone(), line: noted.known.line, path });
                }
            }
            entries = session.ledger().entries;
        }
        if entries.is_empty() {
            return if self.record.findings.is_empty() { Ok(()) } else { self.log(None) };
        }
        let keys: Vec<_> = open.iter().map(|o| o.key).collect();
        session.stop(now(), &keys).map_err(|e| format!("session: {e}"))?;
        if open.is_empty() {
            return if self.record.fates.is_empty() { Ok(()) } else { self.log(None) };
        }
        let named: Vec<(&str, u32, &str)> = open.iter().map(|o| (o.id.as_str(), o.line, o.path.as_str())).collect();
        let text = again(&named, &self.settings.knowledge()[0]);
        self.record.fates.extend(open.iter().filter_map(|o| fate_record(&entries, o.key, "reminded")));
        self.say(&Telling { text, parts: Vec::new() }, false)?;
        self.log(None)
    }

    /// Findings in files that were changed in this turn by other means than the edit tools: whether each is to be told, and the path as
    /// the user knows it.
    fn outside(&mut self, ledger: &Ledger, transcript: &Path, project_dir: Option<&Path>) -> Vec<(Noted, bool, String)> {
        let deadline = Instant::now() + TIME;
        let Some(folder) = project_dir else { return Vec::new() };
        let Some(since) = ledger.last_stop.or_else(|| worktree::began(transcript)) else { return Vec::new() };
        let seen = self.state.map(|state| worktree::seen_by_tools(state, &self.record.session, folder)).unwrap_or_default();
        let changed = worktree::changed(folder, since, &seen, deadline);
        let mut found: Vec<(Noted, FindingRecord, String)> = Vec::new();
        for Changed { path, before, after } in changed {
            if Instant::now() > deadline {
                break;
            }
            let absolute = path.to_string_lossy().into_owned();
            let relative = project::relative(&absolute, self.settings.root.as_deref(), project_dir);
            if self.settings.config.is_path_off(&relative) {
                continue;
            }
            let edit = Edit { whole_file: true, ..Edit::new(relative.as_str(), before.as_str(), after.as_str()) };
            for (finding, categories) in self.findings_of(&edit) {
                let noted = Noted { path: absolute.clone(), known: Known::of(&finding, categories), sure: true };
                let record = FindingRecord {
                    pattern: finding.id.clone(),
                    path: relative.clone(),
                    line: finding.line,
                    confidence: confidence(&finding).to_owned(),
                    told: false,
                };
                found.push((noted, record, relative.clone()));
            }
        }
        let (told, _) = self.claim_findings(&found.iter().map(|(n, ..)| n.clone()).collect::<Vec<_>>());
        found
            .into_iter()
            .zip(told)
            .map(|((noted, record, path), told)| {
                self.record.findings.push(FindingRecord { told, ..record });
                (noted, told, path)
            })
            .collect()
    }

    /// The sure findings of an edit.
    fn findings_of(&self, edit: &Edit<'_>) -> Vec<(Finding, u32)> {
        let config = &self.settings.config;
        let surroundings = || Surroundings::of(None, edit);
        let file = || None;
        let context = Context {
            modules_off: config.modules_off(),
            signals_off: &config.signals.off,
            patterns_off: &config.findings.off,
            file: Some(&file),
            least: Confidence::High,
            ..Context::new(&surroundings)
        };
        let verdict = engine::review(edit, &self.settings.knowledge(), &context);
        let categories = verdict.categories;
        verdict.patterns.into_iter().map(|f| (f, categories)).collect()
    }
}
