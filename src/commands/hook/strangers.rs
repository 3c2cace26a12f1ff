//! What an edit brings that the project's topology does not know: a way between two components, whose lines are offered; anything else is
//! asked about. Each once.

use super::Hook;
use crate::engine::edit::Edit;
use crate::engine::path::{self, PathKind};
use crate::hash;
use crate::index::flows::Flow;
use crate::session::{Claim, Level};
use crate::telling::{self, Telling};
use crate::topology::names::bare;
use crate::topology::strangers::strangers;

/// Strangers that are asked about at one event.
const AT_ONCE: usize = 2;
/// Most characters of a text that is looked through.
const LIMIT: usize = 512 << 10;

impl Hook<'_> {
    /// Adds what the topology file lacks to the telling: lines for the ways that the edit makes (`flows`), and the question about others,
    /// where there is one. `before` gives the file before the edit, which few edits need. What went wrong, if anything did.
    pub(super) fn meet_strangers(&self, edit: &Edit<'_>, before: &dyn Fn() -> Option<String>, flows: &[Flow], telling: &mut Telling) -> Option<String> {
        let wrong = self.offer(flows, telling);
        wrong.or(self.ask(edit, before, flows, telling))
    }

    fn offer(&self, flows: &[Flow], telling: &mut Telling) -> Option<String> {
        let topology = if flows.is_empty() { None } else { self.settings.topology() }?;
        let mut wrong = None;
        for flow in flows {
            let budget = &self.settings.config.budget;
            let room = budget.observers.min(budget.event.saturating_sub(telling.text.chars().count() + 1));
            let text = telling::observers::offer(flow, &self.settings.config.topology, |a, b| topology.connects(a, b), room);
            if text.is_empty() {
                continue;
            }
            let claim = Claim { subject: telling::TOPOLOGY.to_owned(), file: hash::fnv(format!("{}\0to\0{}", flow.from, flow.to).as_bytes()) };
            let (levels, failed) = self.claim(&[claim]);
            wrong = wrong.or(failed);
            if levels[0] != Level::Silent {
                telling.add(text, telling::TOPOLOGY, levels[0]);
            }
        }
        wrong
    }

    fn ask(&self, edit: &Edit<'_>, before: &dyn Fn() -> Option<String>, flows: &[Flow], telling: &mut Telling) -> Option<String> {
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
        let mut met = strangers(compact, &edit.path, &before, &after);
        // What is offered need not be asked about.
        met.retain(|s| !flows.iter().any(|f| [&f.from, &f.to, &f.name].into_iter().any(|n| bare(n) == bare(&s.name))));
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
