//! `distarch doctor`: is the hook installed, does it fire, does what it says reach the model, and is all that it reads in order?
//! It only looks; nothing is changed.

mod content;
mod firing;
mod program;
mod registered;
mod state;
mod told;

use super::{Answer, Format};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;

/// `distarch doctor`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The project to look at; the current folder unless told.
    pub dir: Option<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    /// In order.
    Ok,
    /// Worth knowing, or could not be seen.
    Note,
    /// Has to be mended: exit code 1.
    Broken,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Broken => "broken",
        }
    }
}

/// One thing looked at.
#[derive(Clone, Debug, Serialize)]
struct Check {
    name: &'static str,
    level: Level,
    what: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

impl Check {
    fn new(name: &'static str, level: Level, what: impl Into<String>) -> Self {
        Self { name, level, what: what.into(), hint: String::new() }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// Looks, and tells.
///
/// # Errors
/// When the project's folder does not exist.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = std::fs::canonicalize(&dir).map_err(|e| crate::error::Error::file(&dir, &e))?;
    let mut checks = program::checks();
    checks.extend(registered::checks(&project));
    let folders = super::places::state_folders();
    let journal = firing::Journal::read(&folders);
    checks.extend(journal.checks(&project));
    checks.push(told::check(&project, &journal));
    checks.extend(content::checks(&project));
    checks.extend(state::checks(&folders));
    let broken = checks.iter().any(|c| c.level == Level::Broken);
    let text = match args.format {
        Format::Text => text(&checks),
        Format::Json => {
            format!("{}\n", serde_json::to_string_pretty(&serde_json::json!({ "v": VERSION, "ok": !broken, "project": project, "checks": checks }))?)
        }
    };
    Ok(Answer { text, found: broken })
}

fn text(checks: &[Check]) -> String {
    let mut out = String::new();
    for c in checks {
        let _ = writeln!(out, "{:<7} {:<11} {}", c.level.name(), c.name, c.what);
        if !c.hint.is_empty() {
            let _ = writeln!(out, "{:19} hint: {}", "", c.hint);
        }
    }
    let broken = checks.iter().filter(|c| c.level == Level::Broken).count();
    let _ = writeln!(out, "{}", if broken == 0 { "Nothing is broken.".to_owned() } else { format!("{broken} broken.") });
    out
}
