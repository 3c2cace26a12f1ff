//! `distarch index`: reads the repository once, and then what changed, into the state folder.

use crate::commands::{Answer, Format, places, size};
use crate::config;
use crate::error::{Error, Kind};
use crate::hash;
use crate::index::store::{self, Report, Wanted};
use crate::project::read_bytes;
use crate::sources::git;
use crate::state;
use crate::text::plain;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A repository is looked through in the background at most so often.
const HOUR: Duration = Duration::from_secs(3600);
/// How far it steps back behind everything else on the machine.
#[cfg(unix)]
const NICE: i32 = 15;

/// `distarch index [DIR]`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A folder of the repository; else this one. The whole repository is read.
    pub dir: Option<PathBuf>,
    /// Read everything again, changed or not.
    #[arg(long)]
    pub force: bool,
    /// Say nothing.
    #[arg(long)]
    pub quiet: bool,
    /// What the client runs beside the start of a conversation: in a git repository only, at low priority, at most once an hour, silent.
    #[arg(long, conflicts_with_all = ["force", "format"])]
    pub background: bool,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Builds or refreshes the index.
///
/// # Errors
/// When the folder cannot be read, or the state folder not be written.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    if args.background {
        // The client would show an error to the model, and nobody has asked for anything.
        let _ = in_background(args);
        return Ok(Answer::default());
    }
    let dir = args.dir.as_deref().unwrap_or(Path::new("."));
    let here = dir.canonicalize().map_err(|e| Error::file(dir, &e))?;
    let root = git::root(&here).unwrap_or(here);
    let report = read(&root, args.force)?;
    Ok(match args.format {
        _ if args.quiet => Answer::default(),
        Format::Json => format!("{}\n", answer(&root, &report)).into(),
        Format::Text => text(&root, &report).into(),
    })
}

/// Looks through the repository, unless that was done within the last hour.
fn in_background(args: &Args) -> Option<()> {
    if std::env::var_os("DISTARCH_DISABLE").is_some_and(|v| !v.is_empty() && v != "0") {
        return None;
    }
    let dir = args.dir.clone().or_else(|| std::env::var_os("CLAUDE_PROJECT_DIR").map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("."));
    let root = git::root(&dir.canonicalize().ok()?)?;
    let state = state::folder()?;
    let is_wanted = config::load(&root.join("any"), Some(&root), Some(&state)).config.observers.index;
    if !is_wanted || store::age(&state, &root).is_some_and(|age| age < HOUR) {
        return None;
    }
    #[cfg(unix)]
    let _ = rustix::process::nice(NICE);
    if read(&root, false).ok()?.unchanged {
        store::looked_through(&state, &root);
    }
    Some(())
}

/// Reads what changed of a repository into the state folder.
fn read(root: &Path, force: bool) -> anyhow::Result<Report> {
    let folder = places::index_folder(root);
    let folder = folder.ok_or_else(|| Error::new(Kind::File, "state", "no folder to keep it in").hint("set HOME or XDG_STATE_HOME"))?;
    let settings = config::load(&root.join("any"), Some(root), state::folder().as_deref());
    let topology = settings.topology().cloned();
    let declared = |path: &str| topology.as_ref()?.component(path).map(|c| c.name);
    let said = read_bytes(&root.join(&settings.config.topology)).unwrap_or_default();
    // An extractor that fails costs one file, which the answer names; its message is for nobody.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let report = store::index(&Wanted { root, state: Some(&folder), force, declared: &declared, topology: hash::fnv(&said) });
    std::panic::set_hook(hook);
    Ok(report.map_err(|e| Error::file(root, &e))?)
}

fn answer(root: &Path, report: &Report) -> serde_json::Value {
    let Report { files, read, bytes, lines, lines_read, uses, resources, shared, lost, lookup_size, facts_size, unchanged, seconds } = report;
    json!({
        "version": super::VERSION,
        "root": root,
        "unchanged": unchanged,
        "files": files,
        "lines": lines,
        "read": { "files": read, "lines": lines_read, "bytes": bytes, "lost": lost },
        // Nobody counted where nothing changed.
        "uses": (!unchanged).then_some(uses),
        "resources": (!unchanged).then_some(resources),
        "shared": (!unchanged).then_some(shared),
        "seconds": { "reading": seconds[0], "linking": seconds[1], "writing": seconds[2] },
        "lines_per_second_and_core": speed(report),
        "bytes": { "lookup": lookup_size, "facts": facts_size },
    })
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |n| f64::from(u32::try_from(n.get()).unwrap_or(1)))
}

/// Lines that a core read in a second; none where nothing was read.
fn speed(report: &Report) -> Option<u64> {
    let speed = report.lines_read as f64 / report.seconds[0] / cores();
    (report.lines_read > 0 && speed.is_finite()).then_some(speed as u64)
}

fn text(root: &Path, report: &Report) -> String {
    let mut out = String::new();
    let total: f64 = report.seconds.iter().sum();
    let _ = writeln!(out, "{}: {} files, {} lines", plain(&root.to_string_lossy()), report.files, report.lines);
    if report.unchanged {
        let _ = writeln!(out, "nothing changed since it was last read ({total:.2} s)");
    } else {
        let _ = writeln!(out, "{} uses of {} resources, {} of them touched in more than one place", report.uses, report.resources, report.shared);
        let each = speed(report).map_or(String::new(), |n| format!(", {n} lines a second and core"));
        let _ = writeln!(out, "{} files read in {:.2} s{each}; {total:.2} s in all", report.read, report.seconds[0]);
    }
    let _ = writeln!(out, "kept: {} for lookups, {} of facts", size(report.lookup_size), size(report.facts_size));
    for path in &report.lost {
        let _ = writeln!(out, "not understood, left out: {}", plain(path));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_told() {
        let report = Report {
            files: 3,
            read: 2,
            lines: 300,
            lines_read: 200,
            uses: 7,
            resources: 4,
            shared: 2,
            lost: vec!["a\u{1b}[2J.py".to_owned()],
            seconds: [0.5, 0.25, 0.25],
            lookup_size: 2048,
            ..Report::default()
        };
        let told = text(Path::new("/shop"), &report);
        for piece in [
            "/shop: 3 files, 300 lines",
            "7 uses of 4 resources, 2 of them",
            "2 files read in 0.50 s",
            "1.00 s in all",
            "2.0 KiB for lookups",
            "left out: a[2J.py",
        ] {
            assert!(told.contains(piece), "{piece} in:\n{told}");
        }
        let told = text(Path::new("/shop"), &Report { unchanged: true, files: 3, ..Report::default() });
        assert!(told.contains("nothing changed"), "{told}");
        assert_eq!(answer(Path::new("/shop"), &report)["read"]["files"], 2);
    }
}
