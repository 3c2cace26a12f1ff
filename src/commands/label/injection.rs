//! Something that the hook said, or would have said, at an edit or a plan.

use crate::commands::replay::fold::Said;
use crate::commands::replay::judge::{Judged, JudgedEdit, Kept};
use crate::commands::wording::unknown;
use crate::engine::verdict::{Finding, Verdict};
use crate::hash;
use crate::knowledge::schema::MODULES;
use crate::render::{self, Block, Page, Section};
use crate::telling::PREFIX;
use std::fmt::Write as _;

/// Lines of an edit that are shown.
const MOST_LINES: usize = 120;

/// What is asked about.
pub(super) struct Injection<'a> {
    /// By which it is known again: the client's id of the call.
    pub(super) id: String,
    pub(super) said: &'a Said,
    pub(super) what: What<'a>,
    /// What the model read: as recorded, else as this version tells it.
    text: &'a str,
    /// Modules that spoke, and those that this version raises besides.
    pub(super) modules: Vec<Asked>,
    pub(super) patterns: &'a [Finding],
}

pub(super) enum What<'a> {
    Edit(&'a JudgedEdit, &'a Kept),
    Plan(&'a str),
}

/// A module that is asked about.
pub(super) struct Asked {
    pub(super) id: &'static str,
    /// In this very text, as against raised but told before.
    pub(super) told: bool,
}

/// Whether anything is said at an event.
pub(super) fn is_one(said: &Said) -> bool {
    !said.telling.text.is_empty() || !said.recorded.is_empty()
}

impl<'a> Injection<'a> {
    /// `None` where nothing was said or the edit is not at hand.
    pub(super) fn of(said: &'a Said) -> Option<Self> {
        let text = said.recorded.first().map_or(&*said.telling.text, String::as_str);
        if text.is_empty() {
            return None;
        }
        let (what, verdict): (What<'a>, Option<&'a Verdict>) = match &said.step.what {
            Judged::Edit(edit) => (What::Edit(edit, edit.kept.as_ref()?), edit.verdict.as_ref()),
            Judged::Plan { text, verdict, .. } => (What::Plan(text), Some(&**verdict)),
            _ => return None,
        };
        let raised: Vec<&str> = verdict.map(|v| v.modules.iter().map(|m| m.id).collect()).unwrap_or_default();
        let is_plan = matches!(what, What::Plan(_));
        let in_text =
            |id: &str| text.lines().filter_map(|l| l.strip_prefix(PREFIX)).any(|l| l.trim_start().strip_prefix(id).is_some_and(|l| l.starts_with(':')));
        let mut modules: Vec<Asked> = MODULES
            .iter()
            .map(|id| Asked { id, told: in_text(id) || (is_plan && raised.contains(id)) })
            .filter(|asked| asked.told || raised.contains(&asked.id))
            .collect();
        modules.sort_by_key(|asked| (!asked.told, raised.iter().position(|r| *r == asked.id)));
        let id = said.step.call().map_or_else(
            || format!("plan-{:016x}", hash::extend(hash::fnv(said.step.thread.session.as_bytes()), said.plan().unwrap_or_default().as_bytes())),
            ToString::to_string,
        );
        Some(Self { id, said, what, text, modules, patterns: verdict.map_or(&[], |v| &v.patterns) })
    }

    /// What the person who is asked has to see.
    pub(super) fn shown(&self, number: usize, of: usize) -> String {
        let project = self.said.step.project.rsplit(['/', '\\']).next().unwrap_or("");
        let in_project = if project.is_empty() { String::new() } else { format!(" in {project}") };
        let mut out = match &self.what {
            What::Edit(edit, kept) => {
                let mut out = head(format!("{number} of {of}: {} of {}{in_project}", edit.tool, edit.path));
                for change in &kept.edit.changes {
                    out.push_str(&render::diff::render(&change.old, &change.new, MOST_LINES));
                }
                for what in edit.verdict.iter().flat_map(|v| &v.unknown) {
                    let _ = writeln!(out, "  {}", unknown(&kept.edit, *what));
                }
                out
            }
            What::Plan(plan) => {
                let mut out = head(format!("{number} of {of}: a plan{in_project}"));
                out.push_str(&render::diff::render("", plan, MOST_LINES));
                out
            }
        };
        let mut section = Section::new("The model read");
        section.blocks.push(Block::Quote(self.text.to_owned()));
        out.push_str(&render::text::sections(&[section]));
        out
    }
}

/// The first line.
fn head(title: String) -> String {
    render::text::render(&Page { title, sections: Vec::new() }) + "\n"
}

impl Said {
    /// The text of a plan.
    fn plan(&self) -> Option<&str> {
        match &self.step.what {
            Judged::Plan { text, .. } => Some(text),
            _ => None,
        }
    }
}
