//! `distarch scan`: the verdict on one edit, by what holds in its project. Keeps no state.

mod page;

use super::{Format, judge};
use crate::clients::{Action, claude_code, limit};
use crate::config::{self, Settings};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Confidence, Verdict};
use crate::error::{Error, Kind};
use crate::project;
use crate::render;
use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};

/// `distarch scan [--explain] [--low]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Add every feature's share in the scores.
    #[arg(long)]
    pub explain: bool,
    /// Findings of low confidence too.
    #[arg(long)]
    pub low: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
}

/// Reads the client's event from standard input and gives the verdict.
///
/// # Errors
/// When the input is no event.
pub fn run(args: &Args) -> anyhow::Result<String> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let judged = judge(&input, args)?;
    Ok(match args.format {
        Format::Json => serde_json::to_string(&judged.verdict)? + "\n",
        Format::Text => render::text::render(&page::page(&judged)),
    })
}

/// A verdict, and what it is about.
struct Judged {
    /// The file as the project knows it, and its language; none for a plan.
    edit: Option<Edit<'static>>,
    verdict: Verdict,
    explain: bool,
}

fn judge(input: &[u8], args: &Args) -> anyhow::Result<Judged> {
    let Some(event) = claude_code::decode(input) else {
        return Err(Error::new(Kind::Input, "standard input", "not an event of the client")
            .hint("one JSON object with hook_event_name, tool_name and tool_input is expected")
            .into());
    };
    let project_dir = std::env::var_os("CLAUDE_PROJECT_DIR").map(PathBuf::from).or_else(|| (!event.cwd.is_empty()).then(|| PathBuf::from(&*event.cwd)));
    let project_dir = project_dir.as_deref();
    let explain = args.explain;
    let want = judge::Want { explain, least: if args.low { Confidence::Low } else { Confidence::Medium } };
    let settings = |path: &Path| config::load(path, project_dir, None);
    let of_edit = |mut edit: Edit<'static>, before: Option<&str>, settings: &Settings| {
        edit.path = Cow::Owned(project::relative(&edit.path, settings.root.as_deref(), project_dir));
        limit(&mut edit);
        let verdict = judge::edit(&edit, settings, judge::File { surroundings: &|| Surroundings::of(before, &edit), text: before }, want);
        Judged { edit: Some(edit), verdict, explain }
    };
    Ok(match event.action {
        Action::WillEdit(edit) => {
            let mut edit = edit.into_owned();
            let before = project::read_file(&edit.path);
            if edit.whole_file
                && let Some(text) = &before
            {
                edit.changes[0].old = Cow::Owned(text.clone());
            }
            let settings = settings(Path::new(&*edit.path));
            of_edit(edit, before.as_deref(), &settings)
        }
        Action::DidEdit(edit, before) => {
            let settings = settings(Path::new(&*edit.path));
            of_edit(edit.into_owned(), before.as_deref(), &settings)
        }
        Action::WillPlan(plan) => {
            let settings = settings(&project_dir.unwrap_or(Path::new("")).join("any"));
            Judged { edit: None, verdict: judge::plan(&plan, &settings), explain }
        }
        Action::Patch { .. } | Action::WillRun(_) | Action::Stopped { .. } | Action::Forgot | Action::Ended | Action::Other => {
            Judged { edit: None, verdict: Verdict::default(), explain }
        }
    })
}
