//! `distarch lint`: the judge of content, the built-in and a project's own. It reports every problem with its file, line and
//! fix, then one exit code. What it accepts can be built in: the schema is the build script's, and examples are run through the
//! engine that runs at an edit.

mod content;
mod examples;
mod lines;
mod literals;
mod markdown;
mod settings;
mod signals;
mod weights;
mod wording;

use super::{Answer, Format};
use crate::config;
use crate::error::{Error, Kind};
use content::Content;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `distarch lint [DIR]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A content folder, a folder or file in one, or a project; the project's .dist-architect unless told.
    pub dir: Option<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Has to be mended: exit code 1.
    Problem,
    /// Worth knowing; nothing is wrong with it today.
    Note,
}

/// Something that is wrong with content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// 1-based line, where it is known.
    pub line: Option<usize>,
    /// How much it matters.
    pub level: Level,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    fn new(file: &Path, line: Option<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), line, level: Level::Problem, what: what.into(), fix: fix.into() }
    }

    fn note(self) -> Self {
        Self { level: Level::Note, ..self }
    }
}

/// What a judgement saw.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Everything found, by file and line.
    pub problems: Vec<Problem>,
    /// What was looked at, in words.
    pub seen: String,
}

impl Judgement {
    /// Whether something has to be mended.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.problems.iter().any(|p| p.level == Level::Problem)
    }
}

/// Judges and tells.
///
/// # Errors
/// When there is no content where it should be.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let here = std::env::current_dir()?;
    let (root, scope) = place(args.dir.as_deref(), &here)?;
    let judgement = judge(&root, &scope);
    let text = match args.format {
        Format::Text => text(&judgement, &here),
        Format::Json => format!(
            "{}\n",
            serde_json::to_string_pretty(&serde_json::json!({ "v": VERSION, "root": root, "ok": !judgement.is_bad(), "problems": judgement.problems }))?
        ),
    };
    Ok(Answer { text, found: judgement.is_bad() })
}

/// Judges the content of `root`; problems of files outside `scope` are left out.
#[must_use]
pub fn judge(root: &Path, scope: &Path) -> Judgement {
    let mut problems = Vec::new();
    let content = Content::read(root, &mut problems);
    signals::check(&content, &mut problems);
    literals::check(&content, scope, &mut problems);
    examples::check(&content, scope, &mut problems);
    markdown::check_modules(&content, &mut problems);
    markdown::check_catalog(&content, scope, &mut problems);
    weights::check(&content, &mut problems);
    settings::check(&content, &mut problems);
    problems.retain(|p| p.file.starts_with(scope));
    problems.sort_by(|a, b| (&a.file, a.line, &a.what).cmp(&(&b.file, b.line, &b.what)));
    problems.dedup();
    Judgement { problems, seen: content.summary(scope) }
}

/// Judges the user's own settings file.
#[must_use]
pub fn judge_user_settings(file: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    match std::fs::read_to_string(file) {
        Ok(text) => settings::check_text(file, &text, &[], &mut problems),
        Err(e) => problems.push(Problem::new(file, None, e.to_string(), "settings are readable UTF-8 text")),
    }
    problems
}

/// The folders that hold content.
const SHELVES: [&str; 3] = ["signals", "modules", "catalog"];

/// The content folder, and the part of it that is asked about.
fn place(dir: Option<&Path>, here: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let Some(dir) = dir else {
        return match config::find(&here.join("file"), None) {
            Some(folder) => Ok((folder.clone(), folder)),
            None if SHELVES.iter().any(|s| here.join(s).is_dir()) => Ok((here.to_path_buf(), here.to_path_buf())),
            None => Err(Error::new(Kind::File, here.display(), format!("there is no {} here or above", config::FOLDER))
                .hint("`distarch init` writes one; or name a folder: distarch lint DIR")),
        };
    };
    let scope = std::fs::canonicalize(here.join(dir)).map_err(|e| Error::file(dir, &e))?;
    // A path inside a shelf: the shelf's parent is the content folder.
    if let Some(shelf) = scope.ancestors().filter(|a| a.file_name().is_some_and(|n| SHELVES.iter().any(|s| n == *s))).last()
        && let Some(root) = shelf.parent()
    {
        return Ok((root.to_path_buf(), scope));
    }
    if scope.file_name().is_some_and(|n| n == config::FOLDER) || SHELVES.iter().any(|s| scope.join(s).is_dir()) {
        return Ok((scope.clone(), scope));
    }
    let folder = scope.join(config::FOLDER);
    if folder.is_dir() {
        return Ok((folder.clone(), folder));
    }
    Err(Error::new(Kind::File, dir.display(), "no content here: none of signals, modules, catalog, .dist-architect")
        .hint("name a content folder, a project, or a file in one"))
}

fn text(judgement: &Judgement, here: &Path) -> String {
    let mut out = String::new();
    for p in &judgement.problems {
        let file = p.file.strip_prefix(here).unwrap_or(&p.file).display();
        let line = p.line.map_or_else(String::new, |l| format!(":{l}"));
        let mark = if p.level == Level::Note { "note: " } else { "" };
        let _ = writeln!(out, "{file}{line}: {mark}{}", p.what);
        if !p.fix.is_empty() {
            let _ = writeln!(out, "    fix: {}", p.fix);
        }
    }
    let (notes, bad): (Vec<_>, Vec<_>) = judgement.problems.iter().partition(|p| p.level == Level::Note);
    let files = bad.iter().map(|p| &p.file).collect::<std::collections::BTreeSet<_>>().len();
    let found = match (bad.len(), notes.len()) {
        (0, 0) => "no problems".to_owned(),
        (0, n) => format!("no problems, {n} note{}", plural(n)),
        (b, n) => {
            format!("{b} problem{} in {files} file{}{}", plural(b), plural(files), if n > 0 { format!(", {n} note{}", plural(n)) } else { String::new() })
        }
    };
    let _ = writeln!(out, "{}: {found}", judgement.seen);
    out
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
