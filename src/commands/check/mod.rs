//! `distarch check`: a whole change at once, by the same decision as at each edit: boundaries first, then what happens at the same time.

mod github;
mod page;
pub mod report;
mod repository;
mod sarif;

use super::index::loaded;
use super::{Answer, judge};
use crate::config::{self, Settings};
use crate::engine::edit::{Edit, Language};
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Confidence, Verdict};
use crate::error::{Error, Kind};
use crate::render;
use crate::sources::changes::{self, Change, Range, Unseen};
use crate::sources::git::{self, Refused};
use crate::topology::strangers::{Stranger, strangers};
use rayon::prelude::*;
use report::Report;
use std::io::IsTerminal as _;
use std::path::{Component, Path, PathBuf};

/// `distarch check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files or folders; everything that was changed unless told.
    pub paths: Vec<PathBuf>,
    /// What is staged for the next commit.
    #[arg(long, conflicts_with_all = ["diff", "since"])]
    pub staged: bool,
    /// What lies between two revisions: A..B, or A...B since they parted.
    #[arg(long, value_name = "RANGE", conflicts_with = "since")]
    pub diff: Option<String>,
    /// The working tree against a revision.
    #[arg(long, value_name = "REVISION")]
    pub since: Option<String>,
    /// The repository as it stands instead of a change: what only all of its parts together show.
    #[arg(long, conflicts_with_all = ["paths", "staged", "diff", "since", "low"])]
    pub repo: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// From which confidence of a finding on the exit code is 1.
    #[arg(long, value_enum, default_value_t)]
    pub fail_on: FailOn,
    /// Findings of low confidence too.
    #[arg(long)]
    pub low: bool,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal, with the lines.
    #[default]
    Text,
    /// For programs; carries a version.
    Json,
    /// For a review.
    Markdown,
    /// For tools that show results of analyses: SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
}

/// What makes a check fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// A finding of which the detector is sure.
    #[default]
    High,
    /// One that is worth a question.
    Medium,
    /// Nothing.
    None,
}

/// A file of the change, judged.
pub struct Judged {
    /// The change.
    pub change: Change,
    /// Path as the project knows it.
    pub path: String,
    /// What the engine says.
    pub verdict: Verdict,
    /// What the topology does not know.
    pub strangers: Vec<Stranger>,
}

/// Judges the change.
///
/// # Errors
/// When there is no repository, git is not there, or it does not know what is asked for.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let here = std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?;
    let root = git::root(&here).ok_or_else(|| {
        Error::new(Kind::File, here.display(), "no git repository here or above").hint("`distarch scan` judges single edits; `distarch replay` recorded ones")
    })?;
    if args.repo {
        return rendered(args, &repository::report(&loaded(&root, false)?.index, &root), &[]);
    }
    let range = match (&args.diff, &args.since, args.staged) {
        (Some(range), ..) => Range::Between(two(range)?.to_owned()),
        (_, Some(revision), _) => Range::Since(revision.clone()),
        (.., true) => Range::Staged,
        _ => Range::Uncommitted,
    };
    let only = args.paths.iter().map(|p| from_top(&here, &root, p)).collect::<Result<Vec<_>, _>>()?;
    let (report, judged) = judge_range(&root, &range, &only, if args.low { Confidence::Low } else { Confidence::Medium })?;
    rendered(args, &report, &judged)
}

/// The report as it is asked for, and whether it makes the check fail.
fn rendered(args: &Args, report: &Report, judged: &[Judged]) -> anyhow::Result<Answer> {
    let text = match args.format {
        Format::Text => page::text(report, judged, std::io::stdout().is_terminal()),
        Format::Json => render::json::render(report)?,
        Format::Markdown => render::markdown::render(&page::page(report)),
        Format::Sarif => sarif::render(report)?,
        Format::Github => github::render(report),
    };
    let fails = |c: &str| match args.fail_on {
        FailOn::High => c == "high",
        FailOn::Medium => c != "low",
        FailOn::None => false,
    };
    Ok(Answer { text, found: report.findings.iter().any(|f| fails(&f.confidence)) })
}

/// Judges what a range of a repository changes.
pub(super) fn judge_range(root: &Path, range: &Range, only: &[String], least: Confidence) -> Result<(Report, Vec<Judged>), Error> {
    let changes = changes::changes(root, range, only).map_err(|refused| of_git(root, &refused, range))?;
    // A slip of the pen must not look like a change in which there is nothing.
    let is_in = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_known = |name: &str| {
        root.join(name).symlink_metadata().is_ok() || changes.iter().any(|c| is_in(&c.path, name) || c.moved_from.as_deref().is_some_and(|m| is_in(m, name)))
    };
    if let Some(name) = only.iter().find(|name| !is_known(name)) {
        let what = format!("is not there, and {} does not touch it", report::named(range));
        return Err(Error::new(Kind::Input, name, what).hint("name files and folders of the repository, or those that the change takes away"));
    }
    let settings = config::load(&root.join("any"), Some(root), None);
    let (seen, unseen): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|c| c.texts.is_ok());
    let judged: Vec<Judged> = seen.into_par_iter().map(|change| judged(change, &settings, least)).collect();
    let unseen: Vec<(String, Unseen)> = unseen.into_iter().filter_map(|c| Some((c.path, c.texts.err()?))).collect();
    Ok((Report::new(range, &judged, &unseen, &settings), judged))
}

fn judged(change: Change, settings: &Settings, least: Confidence) -> Judged {
    let (before, after) = change.texts.clone().unwrap_or_default();
    let path = change.path.clone();
    if change.is_deleted {
        return Judged { change, path, verdict: Verdict::default(), strangers: Vec::new() };
    }
    let language = Language::of_path(&path);
    let edit = Edit { whole_file: true, language, ..Edit::new(path.clone(), before.as_str(), after.as_str()) };
    let file = judge::File { surroundings: &|| Surroundings::of(Some(&before), &edit), text: Some(&before) };
    let verdict = judge::edit(&edit, settings, file, judge::Want { explain: false, least });
    let strangers = settings.topology().map_or_else(Vec::new, |t| strangers(t, &path, &before, &after));
    Judged { path, verdict, strangers, change }
}

/// A range of two revisions. One alone means the working tree to git, without its new files.
fn two(range: &str) -> Result<&str, Error> {
    let has_two = match range.split_once("..") {
        Some((from, to)) => !(from.is_empty() && to.trim_start_matches('.').is_empty()),
        None => range.contains("^!") || range.contains("^-"),
    };
    if has_two {
        return Ok(range);
    }
    Err(Error::new(Kind::Usage, format!("--diff {range}"), "names no two revisions")
        .hint("A..B, or A...B since they parted; `--since A` takes the working tree"))
}

/// A path as git takes it: from the top of the repository.
fn from_top(here: &Path, root: &Path, path: &Path) -> Result<String, Error> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    // A name stands for itself where it is a link, and where it is deleted or never was: git decides.
    let here = here.canonicalize().unwrap_or_else(|_| here.to_path_buf());
    let mut full = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                full.pop();
            }
            part => full.push(part),
        }
    }
    let real = || full.parent().and_then(|p| p.canonicalize().ok()).zip(full.file_name()).map(|(folder, name)| folder.join(name));
    let inside = |full: &Path| full.strip_prefix(&root).ok().map(|p| if p.as_os_str().is_empty() { ".".to_owned() } else { p.to_string_lossy().into_owned() });
    inside(&full).or_else(|| inside(&real()?)).or_else(|| inside(&full.canonicalize().ok()?)).ok_or_else(|| {
        Error::new(Kind::Usage, path.display(), format!("is not in the repository at {}", root.display())).hint("name files and folders of one repository")
    })
}

fn of_git(root: &Path, refused: &Refused, range: &Range) -> Error {
    let place = match range {
        Range::Uncommitted => "git".to_owned(),
        Range::Staged => "--staged".to_owned(),
        Range::Since(revision) => format!("--since {revision}"),
        Range::Between(range) => format!("--diff {range}"),
    };
    let plain = |words: &str| ["fatal: ", "error: ", "warning: "].iter().fold(words, |w, head| w.strip_prefix(head).unwrap_or(w)).to_owned();
    match refused {
        Refused::Absent => Error::new(Kind::File, "git", "cannot be run").hint("install git, or put it on the PATH"),
        Refused::Late => Error::new(Kind::File, "git", "did not answer"),
        Refused::Says(words) => match git::ask(root, &["rev-parse", "--is-shallow-repository"], b"", None) {
            // It is not the range that is wrong.
            Err(Refused::Says(words)) => Error::new(Kind::File, "git", plain(&words)).hint("`git status` here says more"),
            Ok(answer) if answer.starts_with(b"true") => Error::new(Kind::Input, place, plain(words))
                .hint("the clone is shallow, so what came before is not there: `git fetch --unshallow`, fetch-depth: 0"),
            _ => Error::new(Kind::Input, place, plain(words)).hint("revisions as git takes them: HEAD~3, main, v1.2..HEAD"),
        },
    }
}
