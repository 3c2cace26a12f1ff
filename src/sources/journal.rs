//! Our own journal, read back: what the hook saw, by what it knew of the file, and what it said.

use super::Known;
use super::pending::{Names, Pending, Stamp};
use super::transcript::EDIT_TOOLS;
use super::{Before, Outcome, Tally, Thread, What};
use crate::clients::codex::PATCH;
use crate::journal::{Record, VERSION};
use serde::Deserialize;
use std::sync::Arc;

/// Whether a line is a record of a journal, of any version.
pub(super) fn is_record(line: &[u8]) -> bool {
    line.starts_with(b"{\"v\":")
}

/// The part of a record by which it is recognised.
#[derive(Deserialize)]
struct Head {
    v: u32,
}

/// What must be remembered from line to line of one file.
#[derive(Default)]
pub(super) struct Reader {
    names: Names,
    /// Clients before 2.1 gave calls no id.
    anonymous: u64,
    /// Hooks that run at once write in the order in which they end.
    at: u64,
}

impl Reader {
    pub(super) fn line(&mut self, line: &str, pending: &mut Pending<'_>, tally: &mut Tally) -> Known {
        let record = match serde_json::from_str::<Head>(line) {
            Err(_) => return Known::Torn,
            Ok(head) if head.v == 0 || head.v > VERSION => return Known::Not(format!("journal, version {}", head.v)),
            Ok(_) => match serde_json::from_str::<Record<'_>>(line) {
                Ok(record) => record,
                Err(_) => return Known::Torn,
            },
        };
        match &*record.kind {
            "event" => self.event(&record, pending),
            "fault" => tally.faults += 1,
            other => return Known::Not(format!("journal, {other}")),
        }
        Known::Yes
    }

    fn event(&mut self, record: &Record<'_>, pending: &mut Pending<'_>) {
        self.at = self.at.max(record.t);
        let agent = (!record.agent.is_empty()).then(|| self.names.get(&record.agent));
        let stamp =
            Stamp { thread: Thread { session: self.names.get(&record.session), agent }, at: self.at, project: self.names.get(&record.project), ours: true };
        let reports = record.event == "PostToolUse";
        // The hook judges an edit before and after it is made. The second record holds the edit only where it was then that it spoke,
        // so it stands for itself.
        let call: Arc<str> = match (record.call.is_empty(), reports) {
            (false, false) => (&*record.call).into(),
            (false, true) => format!("{}/after", record.call).into(),
            (true, _) => {
                self.anonymous += 1;
                format!("{}-{}-{}", record.session, record.t, self.anonymous).into()
            }
        };
        // One call of a patch has a record for each file.
        let call = if record.part == 0 { call } else { format!("{call}/{}", record.part).into() };
        if !record.text.is_empty() {
            pending.push(stamp.item(What::Told { call: call.clone(), text: record.text.clone().into_owned() }), false);
        }
        let tool = EDIT_TOOLS.into_iter().chain([PATCH]).find(|t| *t == record.tool);
        if record.event == "SessionStart" {
            pending.push(stamp.item(What::Forgot), false);
        } else if let Some(plan) = record.plan() {
            pending.call(&call, stamp.item(What::Plan { call: call.clone(), text: plan.into_owned() }), false);
        } else if let (Some(edit), Some(tool)) = (record.edit(), tool) {
            let file = Before::Facts(record.around.clone().unwrap_or_default());
            let edit = edit.into_owned();
            let outcome = if reports { Outcome::Done } else { Outcome::Unknown };
            pending.call(&call, stamp.item(What::Edit { call: call.clone(), tool, edit, file, outcome }), false);
        } else if !reports && (tool.is_some() || record.tool == "ExitPlanMode") {
            pending.call(&call, stamp.item(What::Unkept { call: call.clone() }), false);
        }
    }
}
