//! `distarch scan`: the verdict on one edit, as JSON. Keeps no state.

use crate::clients::{Action, claude_code};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::Verdict;
use crate::engine::{self, Context};
use crate::knowledge::Knowledge;
use crate::knowledge::baked::BUILT_IN;
use crate::project;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// `distarch scan [--explain]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Add every feature's share in the scores.
    #[arg(long)]
    pub explain: bool,
}

/// Reads the client's event from standard input and prints the verdict.
///
/// # Errors
/// When the input is no event.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let verdict = verdict(&input, args.explain)?;
    Ok(serde_json::to_string(&verdict)?)
}

fn verdict(input: &[u8], explain: bool) -> anyhow::Result<Verdict> {
    let Some(event) = claude_code::decode(input) else {
        anyhow::bail!("standard input is not an event of the client: one JSON object with hook_event_name and tool_input is expected");
    };
    let knowledge = [BUILT_IN];
    Ok(match event.action {
        Action::WillEdit(mut edit) => {
            let before = project::read_file(&edit.path);
            edit.path = Cow::Owned(project::relative(&edit.path, None, Some(Path::new(&*event.cwd))));
            if edit.whole_file
                && let Some(text) = &before
            {
                edit.changes[0].old = Cow::Owned(text.clone());
            }
            judge(&edit, before.as_deref(), &knowledge, explain)
        }
        Action::DidEdit(mut edit, before) => {
            edit.path = Cow::Owned(project::relative(&edit.path, None, Some(Path::new(&*event.cwd))));
            judge(&edit, before.as_deref(), &knowledge, explain)
        }
        Action::WillPlan(plan) => engine::plan::review(&plan, &knowledge, &Context::new(&Surroundings::default)),
        Action::Forgot | Action::Ended | Action::Other => Verdict::default(),
    })
}

fn judge(edit: &Edit<'_>, before: Option<&str>, knowledge: &[Knowledge<'_>], explain: bool) -> Verdict {
    let surroundings = || Surroundings::of(before, edit);
    engine::review(edit, knowledge, &Context { explain, ..Context::new(&surroundings) })
}
