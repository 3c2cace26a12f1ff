//! Recorded hook payloads: files to which somebody's own hook appended its standard input, one payload a line.

use super::Known;
use super::pending::{Names, Pending, Stamp};
use super::transcript::{EDIT_TOOLS, command};
use super::{Before, Outcome, Tally, Thread, What};
use crate::clients::{Action, claude_code};
use crate::engine::edit::Edit;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

#[derive(Deserialize)]
struct BashCall<'a> {
    #[serde(borrow)]
    tool_input: &'a RawValue,
}

/// What must be remembered from line to line of one file.
#[derive(Default)]
pub(super) struct Reader {
    names: Names,
    /// Clients before 2.1 gave calls no id. How often the same change was proposed and reported: the third report of a change
    /// belongs to the third proposal of it.
    anonymous: HashMap<(u64, bool), u32>,
}

impl Reader {
    /// Reads one line.
    pub(super) fn line(&mut self, line: &str, pending: &mut Pending<'_>, tally: &mut Tally) -> Known {
        let Some(event) = claude_code::decode(line.as_bytes()) else { return Known::Torn };
        let thread = Thread { session: self.names.get(&event.session), agent: event.agent.as_deref().map(|a| self.names.get(a)) };
        let stamp = Stamp { thread, at: 0, project: self.names.get(&event.cwd), ours: false };
        let tool = EDIT_TOOLS.into_iter().find(|t| *t == event.tool);
        match event.action {
            Action::WillEdit(edit) => {
                let Some(tool) = tool else { return Known::Yes };
                let call = self.call(&event.call, key(&stamp, &edit), false);
                pending.call(
                    &call,
                    stamp.item(What::Edit { call: call.clone(), tool, edit: edit.into_owned(), file: Before::Unknown, outcome: Outcome::Unknown }),
                    true,
                );
            }
            Action::DidEdit(edit, before) => {
                let Some(tool) = tool else { return Known::Yes };
                let call = self.call(&event.call, key(&stamp, &edit), true);
                let before = before.map(std::borrow::Cow::into_owned);
                if !pending.knows(&call) {
                    pending.call(
                        &call,
                        stamp.item(What::Edit { call: call.clone(), tool, edit: edit.into_owned(), file: Before::Unknown, outcome: Outcome::Unknown }),
                        true,
                    );
                }
                pending.result(&call, Outcome::Done, before);
            }
            Action::WillPlan(plan) => {
                let call: Arc<str> = (&*event.call).into();
                pending.push(stamp.item(What::Plan { call, text: plan.into_owned() }), false);
            }
            Action::Forgot => pending.push(stamp.item(What::Forgot), false),
            Action::WillRun(_) | Action::Other if event.tool == "Bash" => {
                if let Ok(bash) = serde_json::from_str::<BashCall<'_>>(line)
                    && let Some(means) = command(bash.tool_input.get())
                {
                    let call = self.call(&event.call, (&stamp.thread.session, bash.tool_input.get()), event.name != "PreToolUse");
                    pending.call(&call, stamp.item(What::UnseenWrite { call: call.clone(), means }), false);
                }
            }
            Action::Other if tool.is_some() && matches!(&*event.name, "PreToolUse" | "PostToolUse") => tally.unusable += 1,
            Action::Patch { .. } | Action::WillRun(_) | Action::Stopped { .. } | Action::Ended | Action::Other => {}
        }
        Known::Yes
    }

    /// The call's id, or one made up from what it does.
    fn call(&mut self, id: &str, what: impl Hash, reported: bool) -> Arc<str> {
        if !id.is_empty() {
            return id.into();
        }
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let hash = hasher.finish();
        let times = self.anonymous.entry((hash, reported)).or_default();
        *times += 1;
        format!("{hash:016x}-{times}").into()
    }
}

/// What tells an edit from others. The old text of a whole-file write is known only once it is reported.
fn key<'a>(stamp: &'a Stamp, edit: &'a Edit<'_>) -> (&'a Thread, &'a str, Vec<&'a str>) {
    (&stamp.thread, &edit.path, edit.changes.iter().map(|c| &*c.new).collect())
}
