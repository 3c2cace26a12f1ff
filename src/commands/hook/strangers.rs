//! What an edit brings that the project's topology does not know is asked about once.

use super::Hook;
use crate::engine::edit::Edit;
use crate::engine::path::{self, PathKind};
use crate::hash;
use crate::session::{Claim, Level};
use crate::telling::{self, Telling};
use crate::topology::strangers::strangers;

/// Strangers that are asked about at one event.
const AT_ONCE: usize = 2;
/// Most characters of a text that is looked through.
const LIMIT: usize = 512 << 10;

impl Hook<'_> {
    /// Adds the question to the telling, where there is one. `before` gives the file before the edit, which few edits need. What went wrong, if anything did.
    pub(super) fn meet_strangers(&self, edit: &Edit<'_>, before: &dyn Fn() -> Option<String>, telling: &mut Telling) -> Option<String> {
        if self.settings.root.is_none() || !matches!(path::kind(&edit.path, edit.language), PathKind::Product | PathKind::Structured) {
            return None;
        }
        // Only an edit that could bring one has the topology read.
        let names_somebody =
            |text: &str| text.contains("://") || text.contains("publish") || text.contains("ubscribe") || text.contains("topic") || text.contains("queue");
        let is_manifest = edit.path.ends_with(".yaml") || edit.path.ends_with(".yml");
        if !is_manifest && !edit.changes.iter().any(|c| names_somebody(&c.new)) {
            return None;
        }
        let compact = self.settings.topology()?;
        let file = before().unwrap_or_default();
        let (before, after) = match edit.applied(&file) {
            Some(after) => (file, after),
            None => (edit.changes.iter().map(|c| &*c.old).collect(), edit.changes.iter().map(|c| &*c.new).collect()),
        };
        if before.len() + after.len() > LIMIT {
            return None;
        }
        let met = strangers(compact, &edit.path, &before, &after);
        let claims: Vec<Claim> = met
            .iter()
            .take(AT_ONCE)
            .map(|s| Claim { subject: telling::TOPOLOGY.to_owned(), file: hash::fnv(format!("{}\0{}", s.name, s.how).as_bytes()) })
            .collect();
        let (levels, wrong) = self.claim(&claims);
        for (stranger, level) in met.iter().zip(levels) {
            if level != Level::Silent {
                telling.add(telling::stranger(stranger, &self.settings.config.topology, &edit.path), telling::TOPOLOGY, level);
            }
        }
        wrong
    }
}
