//! Reading a repository: what changed is read again, everything is linked, and the files of the index are replaced.

use super::cache::{self, Cache, Said, Stamp};
use super::format::Of;
use super::overlay::Overlay;
use super::records::{PATH, spots};
use super::write::{Known, records};
use super::{Files, Store, build, hexadecimal, open};
use crate::engine::edit::file_name;
use crate::hash;
use crate::index::components::Components;
use crate::index::extractors;
use crate::index::file::File;
use crate::index::link::{FileFacts, Linked, linked};
use crate::index::walk::{self, Listed};
use crate::state;
use rayon::prelude::*;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::io::{Error, ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A file that was changed so shortly before it was read could be changed again without a new time.
const UNSETTLED: Duration = Duration::from_secs(2);
/// A temporary file of this age was left by a process that is no more.
const LEFT: Duration = Duration::from_secs(600);
/// Bytes of stack for a thread that reads files: nesting in somebody's file is somebody else's choice.
const STACK: usize = 16 << 20;

/// What is to be read.
pub struct Wanted<'a> {
    /// The repository's folder.
    pub root: &'a Path,
    /// The state folder; without one everything is read, and nothing kept.
    pub state: Option<&'a Path>,
    /// Everything is read again, changed or not.
    pub force: bool,
    /// The component of a path where a topology says so.
    pub declared: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// A hash of that topology.
    pub topology: u64,
}

/// What was read, and what it took.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Files that say what runs.
    pub files: usize,
    /// Those of them that were read, because they are new or changed.
    pub read: usize,
    /// Bytes of those.
    pub bytes: u64,
    /// Lines of all files.
    pub lines: u64,
    /// Lines of those that were read.
    pub lines_read: u64,
    /// Places that touch a resource.
    pub uses: usize,
    /// Resources.
    pub resources: usize,
    /// Resources that more than one file, or two parts of one, touch.
    pub shared: usize,
    /// Files whose facts are lost, because an extractor failed at them.
    pub lost: Vec<String>,
    /// Bytes of the file that a hook asks.
    pub lookup_size: u64,
    /// Bytes of the file that keeps what each file says.
    pub facts_size: u64,
    /// Whether the kept index already said all this.
    pub unchanged: bool,
    /// Seconds: listing and reading, linking, writing.
    pub seconds: [f64; 3],
}

/// What all files say.
struct Gathered {
    listed: Vec<Listed>,
    stamps: Vec<Stamp>,
    said: Vec<Said>,
    /// Whether the kept facts say all this, with the same stamps.
    is_as_kept: bool,
    report: Report,
}

/// Reads what changed and replaces the index.
///
/// # Errors
/// When the folder cannot be read or the state folder not be written.
pub fn index(wanted: &Wanted<'_>) -> std::io::Result<Report> {
    pool()?.install(|| index_here(wanted))
}

/// Reads what changed, and gives the whole repository. What was read is not kept.
///
/// # Errors
/// When the folder cannot be read.
pub fn load(wanted: &Wanted<'_>) -> std::io::Result<Linked> {
    pool()?.install(|| {
        let root = text_of(wanted.root)?;
        let files = wanted.state.map(|s| Files::of(s, root));
        let cache = files.as_ref().filter(|_| !wanted.force).and_then(|f| kept(f, root));
        let (listed, stamps) = look(wanted.root, cache.as_ref())?;
        let gathered = gather(wanted.root, listed, stamps, cache);
        Ok(link(wanted, &gathered))
    })
}

fn pool() -> std::io::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().stack_size(STACK).build().map_err(Error::other)
}

fn index_here(wanted: &Wanted<'_>) -> std::io::Result<Report> {
    let (started, began) = (Instant::now(), SystemTime::now());
    let root = text_of(wanted.root)?;
    let files = Files::of(wanted.state.ok_or_else(|| Error::from(ErrorKind::NotFound))?, root);
    state::make_folder(&files.folder)?;
    files.clean();
    let before = Store::open(wanted.state.unwrap_or(wanted.root), wanted.root);
    // Edits that come while the repository is read are not in what is read of it.
    let seen = before.as_ref().map(|b| (b.base.head.generation, b.overlay.as_ref().map_or(0, Overlay::length)));
    let cache = if wanted.force { None } else { kept(&files, root) };
    let kept_facts = cache.as_ref().map(Cache::checksum);
    let (listed, stamps) = look(wanted.root, cache.as_ref())?;
    let parts = parts(wanted.topology, &listed);
    if let Some(cache) = &cache
        && before.as_ref().is_some_and(|b| b.overlay.is_none())
        && before.as_ref().is_some_and(|b| b.base.head.made_of == made_of(parts, kept_facts))
        && stamps.len() == cache.stamps.len()
        && stamps.iter().all(|(_, same)| same.is_some())
    {
        let lines = cache.stamps.iter().map(|s| u64::from(s.lines)).sum();
        let seconds = [started.elapsed().as_secs_f64(), 0.0, 0.0];
        return Ok(Report { files: stamps.len(), lines, unchanged: true, seconds, ..files.sizes() });
    }
    let mut gathered = gather(wanted.root, listed, stamps, cache);
    let read = started.elapsed();
    let is_as_kept = gathered.is_as_kept;
    let facts = if is_as_kept { None } else { cache::bytes(&gathered.stamps, &gathered.said, build(), root) };
    let linked = link(wanted, &gathered);
    let together = started.elapsed();
    let known: HashMap<&str, Known<'_>> =
        gathered.stamps.iter().zip(&gathered.said).map(|(stamp, said)| (stamp.path.as_str(), Known { size: stamp.size, said })).collect();
    let out = records(&linked.index, &linked.tables, &known);
    let generation = random();
    let (uses, resources, shared) = (out.places, out.resources, out.shared);
    let made_of = made_of(parts, if is_as_kept { kept_facts } else { facts.as_deref().map(cache::checksum_in) });
    let bytes =
        out.writer.finish(&Of { build: build(), generation, made_of, root }, &out.filter).ok_or_else(|| Error::other("the index would be too large"))?;
    if let Some(facts) = facts {
        files.replace(&facts, &files.facts())?;
    }
    // Listed before the new one is there: whoever replaces it next has an overlay that is not ours to remove.
    let older = files.ours(".edited");
    files.replace(&bytes, &files.lookup())?;
    files.hand_over(&older, seen, began, generation);
    let report = &mut gathered.report;
    (report.uses, report.resources, report.shared) = (uses, resources, shared);
    let done = started.elapsed();
    report.seconds = [read, together - read, done - together].map(|d| d.as_secs_f64());
    let sizes = files.sizes();
    (report.lookup_size, report.facts_size) = (sizes.lookup_size, sizes.facts_size);
    Ok(gathered.report)
}

fn text_of(root: &Path) -> std::io::Result<&str> {
    root.to_str().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the folder's path is no text"))
}

fn is_source(listed: &Listed) -> bool {
    listed.size <= walk::LARGEST && listed.path.len() <= PATH && super::records::is_path(&listed.path) && walk::is_read(&listed.path)
}

fn kept(files: &Files, root: &str) -> Option<Cache> {
    let mut file = open(&files.facts())?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata().ok()?.len()).ok()?);
    file.read_to_end(&mut bytes).ok()?;
    Cache::of(bytes, build(), root)
}

/// Files by which components are known, besides those that are read.
const MARKERS: [&str; 14] = [
    "dockerfile",
    "package.json",
    "go.mod",
    "pom.xml",
    "build.gradle",
    ".csproj",
    "cargo.toml",
    "pyproject.toml",
    "requirements",
    "procfile",
    "skaffold",
    "chart.yaml",
    "kustomization",
    "mix.exs",
];

fn parts(topology: u64, listed: &[Listed]) -> u64 {
    let is_marker = |l: &&Listed| {
        let name = file_name(&l.path).to_ascii_lowercase();
        MARKERS.iter().any(|m| name.contains(m))
    };
    listed.iter().filter(is_marker).fold(topology, |h, l| {
        let hash = hash::words(h, l.path.as_bytes());
        hash::extend(hash::extend(hash, &l.size.to_le_bytes()), &l.changed.to_le_bytes())
    })
}

/// Of what a lookup file was made. Two that index at once may leave one's facts and the other's lookup: then they do not belong together, and
/// the next one links again.
fn made_of(parts: u64, facts: Option<u64>) -> u64 {
    hash::extend(parts, &facts.unwrap_or(0).to_le_bytes())
}

/// A file of [`look`] by its place in the list, and its place in the cache where it did not change since.
type Source = (usize, Option<usize>);

/// All files, and those that are source.
fn look(root: &Path, cache: Option<&Cache>) -> std::io::Result<(Vec<Listed>, Vec<Source>)> {
    std::fs::read_dir(root)?;
    let listed = walk::list(root);
    let known: HashMap<&str, usize> = cache.iter().flat_map(|c| &c.stamps).enumerate().map(|(i, s)| (s.path.as_str(), i)).collect();
    let same = |l: &Listed| {
        let at = *known.get(l.path.as_str())?;
        let stamp = &cache?.stamps[at];
        (stamp.changed != 0 && (stamp.changed, stamp.size) == (l.changed, l.size)).then_some(at)
    };
    let sources = listed.iter().enumerate().filter(|(_, l)| is_source(l)).map(|(i, l)| (i, same(l))).collect();
    Ok((listed, sources))
}

/// What became of a file.
enum Fate {
    Same(usize),
    Read {
        stamp: Stamp,
        said: Said,
        is_lost: bool,
        bytes: u64,
    },
    /// Its time changed, its content did not.
    Touched {
        at: usize,
        stamp: Stamp,
    },
}

fn gather(root: &Path, listed: Vec<Listed>, sources: Vec<Source>, cache: Option<Cache>) -> Gathered {
    let settled =
        SystemTime::now().checked_sub(UNSETTLED).and_then(|t| t.duration_since(UNIX_EPOCH).ok()).and_then(|d| u64::try_from(d.as_nanos()).ok()).unwrap_or(0);
    let by_path: HashMap<&str, usize> = cache.iter().flat_map(|c| &c.stamps).enumerate().map(|(i, s)| (s.path.as_str(), i)).collect();
    let hash_of = |at: usize| cache.as_ref().map(|c| (c.stamps[at].hash, c.stamps[at].lines));
    let fates: Vec<Fate> = sources
        .into_par_iter()
        .with_max_len(16)
        .filter_map(|(place, same)| match same {
            Some(at) => Some(Fate::Same(at)),
            None => read(root, &listed[place], by_path.get(listed[place].path.as_str()).and_then(|at| Some((*at, hash_of(*at)?))), settled),
        })
        .collect();
    let mut old: Vec<Option<Said>> = cache.as_ref().and_then(Cache::said).unwrap_or_default().into_iter().map(Some).collect();
    let old_stamps = cache.map(|c| c.stamps).unwrap_or_default();
    let is_as_kept = fates.len() == old.len() && fates.iter().all(|f| matches!(f, Fate::Same(_)));
    let (stamps, said) = (Vec::with_capacity(fates.len()), Vec::with_capacity(fates.len()));
    let mut out = Gathered { listed, stamps, said, is_as_kept, report: Report::default() };
    for fate in fates {
        let (stamp, said) = match fate {
            Fate::Same(at) => (old_stamps[at].clone(), old.get_mut(at).and_then(Option::take).unwrap_or_default()),
            Fate::Touched { at, stamp } => (stamp, old.get_mut(at).and_then(Option::take).unwrap_or_default()),
            Fate::Read { stamp, said, is_lost, bytes } => {
                out.report.read += 1;
                out.report.bytes += bytes;
                out.report.lines_read += u64::from(stamp.lines);
                if is_lost {
                    out.report.lost.push(stamp.path.clone());
                }
                (stamp, said)
            }
        };
        out.report.files += 1;
        out.report.lines += u64::from(stamp.lines);
        out.stamps.push(stamp);
        out.said.push(said);
    }
    out
}

/// `None` for a file that is gone or cannot be read.
fn read(root: &Path, listed: &Listed, known: Option<(usize, (u64, u32))>, settled: u64) -> Option<Fate> {
    let mut bytes = Vec::with_capacity(usize::try_from(listed.size).ok()? + 1);
    open(&root.join(&listed.path))?.take(walk::LARGEST).read_to_end(&mut bytes).ok()?;
    let hash = hash::words(hash::fnv(listed.path.as_bytes()), &bytes);
    let changed = if listed.changed < settled { listed.changed } else { 0 };
    let mut stamp = Stamp { path: listed.path.clone(), size: bytes.len() as u64, changed, hash, lines: 0 };
    if let Some((at, (of, lines))) = known
        && of == hash
    {
        stamp.lines = lines;
        return Some(Fate::Touched { at, stamp });
    }
    let (mut said, mut is_lost) = (Said::default(), false);
    if let Some(text) = walk::source(&bytes) {
        stamp.lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        match catch_unwind(AssertUnwindSafe(|| extractors::facts(&File::new(&listed.path, &text)))) {
            Ok(facts) => {
                said.spots = spots(&bytes, facts.uses.iter().map(|u| u.line));
                said.facts = facts;
            }
            Err(_) => is_lost = true,
        }
    }
    Some(Fate::Read { stamp, said, is_lost, bytes: bytes.len() as u64 })
}

fn link(wanted: &Wanted<'_>, gathered: &Gathered) -> Linked {
    let paths: Vec<&str> = gathered.listed.iter().map(|l| l.path.as_str()).collect();
    let text = |path: &str| {
        let mut bytes = Vec::new();
        open(&wanted.root.join(path))?.take(walk::LARGEST).read_to_end(&mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    };
    let components = Components::of(&paths, &text, &|path| (wanted.declared)(path));
    let facts = |(stamp, said): (&Stamp, &Said)| FileFacts { path: stamp.path.clone(), component: (wanted.declared)(&stamp.path), facts: said.facts.clone() };
    let facts: Vec<FileFacts> = gathered.stamps.par_iter().zip(&gathered.said).filter(|(_, s)| s.facts != Default::default()).map(facts).collect();
    linked(facts, components)
}

fn random() -> u64 {
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_u128(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos()));
    hasher.finish()
}

impl Files {
    fn facts(&self) -> PathBuf {
        self.named(&[".facts"])
    }

    /// Written beside and renamed: whoever opens it has the old file or the new one, whole.
    pub(super) fn replace(&self, bytes: &[u8], path: &Path) -> std::io::Result<()> {
        let beside = self.named(&["-", &std::process::id().to_string(), &hexadecimal(random(), "-"), ".tmp"]);
        let result = state::open_append(&beside).and_then(|mut f| f.write_all(bytes)).and_then(|()| std::fs::rename(&beside, path));
        if result.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        result
    }

    /// Our own files in the folder with this ending.
    fn ours(&self, ending: &str) -> Vec<PathBuf> {
        let beginning = format!("{}-", self.name);
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_ours = |name: &str| name.starts_with(&beginning) && name.ends_with(ending);
        entries.filter(|e| e.file_name().to_str().is_some_and(is_ours)).map(|e| e.path()).collect()
    }

    /// Removes what killed processes left.
    fn clean(&self) {
        for path in self.ours(".tmp") {
            let age = std::fs::symlink_metadata(&path).and_then(|m| m.modified()).ok().and_then(|m| SystemTime::now().duration_since(m).ok());
            if age.is_some_and(|a| a > LEFT) {
                let _ = std::fs::remove_file(path);
            }
        }
    }

    /// Edits of files that were made after the repository was listed go over to the new generation, and the older overlays are removed.
    /// `seen`: the generation before, and the bytes of its overlay then; `began`: when that was.
    fn hand_over(&self, older: &[PathBuf], seen: Option<(u64, usize)>, began: SystemTime, generation: u64) {
        let of_seen = seen.map(|(before, length)| (self.edited(before), length));
        let first = of_seen.iter().map(|(path, _)| path).filter(|path| !older.contains(path));
        for path in older.iter().chain(first) {
            // Another process that was overtaken may have left one: what was written to it before is in what was read.
            let is_settled = || std::fs::metadata(path).and_then(|m| m.modified()).is_ok_and(|changed| changed < began);
            let from = match &of_seen {
                Some((seen, length)) if seen == path => Some(*length),
                _ => (!is_settled()).then_some(0),
            };
            let news = from.and_then(|from| Overlay::open(path).map(|o| o.since(from))).unwrap_or_default();
            if !news.is_empty() {
                let _ = state::open_append(&self.edited(generation)).and_then(|mut f| f.write_all(&news));
            }
            let _ = std::fs::remove_file(path);
        }
    }

    fn sizes(&self) -> Report {
        let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
        Report { lookup_size: size(self.lookup()), facts_size: size(self.facts()), ..Report::default() }
    }
}
