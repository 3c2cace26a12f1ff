//! The index on disk, in the state folder: three files for a repository, named by its path.
//!
//! - `.facts`: what each file says, with its size, time and hash. `distarch index` reads it whole, and nobody else.
//! - `.lookup`: resources and their places, as a hook asks for them (`format`). Replaced as a whole, by renaming.
//! - `.edited`: facts of files that were edited since, appended to, one write each (`overlay`).
//!
//! A fact that cannot be vouched for is none: whatever is missing, cut off, foreign, of another version or of another folder is as if
//! there were no index, and a place counts only while its line still stands in its file (`Store::still_there`).

mod age;
mod cache;
mod filter;
mod format;
mod overlay;
mod records;
mod resolve;
mod run;
mod standing;
mod write;

pub use age::{age, looked_through};
pub use filter::anchor;
pub use overlay::{Said, refresh};
pub use records::line_hash;
pub use run::{Report, Wanted, index, load};

use super::model::{Certainty, Kind, Role};
use crate::hash;
use format::Reader;
use overlay::Overlay;
use records::{FileRecord, ResourceRecord, Spot, UseRecord, file_key, resource_key};
use std::path::{Path, PathBuf};

/// Folders above a file whose files are asked for its component.
const FOLDERS: usize = 4;
/// Entries of a folder that are asked.
const NEIGHBOURS: usize = 64;

/// What a file did to a resource when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUse {
    /// Line, counted from 1.
    pub line: u32,
    /// [`line_hash`] of that line.
    pub line_hash: u64,
    /// The resource's kind.
    pub kind: Kind,
    /// The resource's name.
    pub name: String,
    /// What is done to it.
    pub role: Role,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A resource and who touches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResource {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Places, by path and line. A resource that half the repository touches has only some of them here.
    pub places: Vec<StoredPlace>,
    /// How many there were when the repository was read.
    pub total: u32,
}

/// A place that touches a resource. It is a fact only as far as [`Store::still_there`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPlace {
    /// Path from the root, with `/`.
    pub path: String,
    /// The component it belongs to.
    pub component: Option<String>,
    /// Line, counted from 1, when the file was read.
    pub line: u32,
    /// What is done.
    pub role: Role,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// What a reader should know of the circumstances.
    pub note: Option<String>,
    /// How sure it is.
    pub certainty: Certainty,
    spot: Spot,
    size: u32,
}

/// The index of one repository, as a hook asks it.
#[derive(Debug)]
pub struct Store {
    base: Reader,
    overlay: Option<Overlay>,
    files: Files,
}

impl Store {
    /// Opens the index of the repository at `root`; `None` where there is none that can be trusted.
    #[must_use]
    pub fn open(state: &Path, root: &Path) -> Option<Self> {
        let root = root.to_str()?;
        let files = Files::of(state, root);
        let base = Reader::new(open(&files.lookup())?, build(), root)?;
        let overlay = Overlay::open(&files.edited(base.head.generation));
        Some(Self { base, overlay, files })
    }

    /// Whether text that holds the word of this [`anchor`], or a line of this [`line_hash`], may touch a shared resource.
    /// `false` is certain as of the last reading; `true` is a reason to look.
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        filter::may_hold(&self.base.filter, hash) || self.overlay.as_ref().is_some_and(|o| o.may_hold(hash))
    }

    /// What the file did to shared resources when it was last read, by line.
    #[must_use]
    pub fn uses_in(&self, path: &str) -> Vec<StoredUse> {
        self.with_file(path, |file| file.uses.iter().map(StoredUse::of).collect()).unwrap_or_default()
    }

    /// The component that the file belonged to when it was last read.
    #[must_use]
    pub fn component(&self, path: &str) -> Option<String> {
        // A file's record begins with its path and component; its uses are not asked for.
        let of = |bytes: &[u8]| postcard::take_from_bytes::<(&str, Option<&str>)>(bytes).ok().filter(|((p, _), _)| *p == path)?.0.1.map(str::to_owned);
        match self.overlay.as_ref().filter(|o| o.knows(path)) {
            Some(overlay) => overlay.file(path, |file| file.component.map(str::to_owned)).flatten(),
            None => of(&self.base.record(file_key(path))?),
        }
    }

    /// The component that a file belongs to: as it was read, or as its neighbours were, where it is new or says nothing of its own.
    #[must_use]
    pub fn component_at(&self, root: &Path, path: &str) -> Option<String> {
        if let Some(component) = self.with_file(path, |file| file.component.map(str::to_owned)) {
            return component;
        }
        let folders = Path::new(path).ancestors().skip(1).take_while(|f| !f.as_os_str().is_empty()).take(FOLDERS);
        folders.into_iter().find_map(|folder| {
            let entries = std::fs::read_dir(root.join(folder)).ok()?.flatten().take(NEIGHBOURS);
            entries.into_iter().find_map(|entry| self.component(&format!("{}/{}", folder.to_str()?, entry.file_name().to_str()?)))
        })
    }

    /// The resource of this kind and name with its places.
    #[must_use]
    pub fn observers(&self, kind: Kind, name: &str) -> Option<StoredResource> {
        let key = resource_key(kind, name);
        let mut out = StoredResource { kind, name: name.to_owned(), places: Vec::new(), total: 0 };
        if let Some(bytes) = self.base.record(key)
            && let Ok(record) = postcard::from_bytes::<ResourceRecord<'_>>(&bytes)
            && (record.kind, record.name) == (kind, name)
        {
            out.total = record.total;
            let stale = |path: &str| self.overlay.as_ref().is_some_and(|o| o.knows(path));
            let is_stale: Vec<bool> = record.files.iter().map(|(path, ..)| stale(path)).collect();
            for place in &record.places {
                if let Some((path, component, size)) = record.files.get(usize::from(place.file))
                    && !is_stale[usize::from(place.file)]
                {
                    out.places.push(StoredPlace {
                        path: (*path).to_owned(),
                        component: component.map(str::to_owned),
                        line: place.spot.line,
                        role: place.role,
                        value: place.value.map(str::to_owned),
                        note: place.note.map(str::to_owned),
                        certainty: place.certainty,
                        spot: place.spot,
                        size: *size,
                    });
                }
            }
        }
        if let Some(overlay) = &self.overlay {
            overlay.each_with(key, |file| {
                let uses = file.uses.iter().filter(|u| (u.kind, u.name) == (kind, name));
                out.places.extend(uses.map(|used| StoredPlace {
                    path: file.path.to_owned(),
                    component: file.component.map(str::to_owned),
                    line: used.spot.line,
                    role: used.role,
                    value: used.value.map(str::to_owned),
                    note: used.note.map(str::to_owned),
                    certainty: used.certainty,
                    spot: used.spot,
                    size: file.size,
                }));
            });
        }
        out.places.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        (!out.places.is_empty()).then_some(out)
    }

    /// The line where a place stands now: read from the file, and found again where it moved. `None` when the file does not say it any
    /// more: then the place is no fact.
    #[must_use]
    pub fn still_there(&self, place: &StoredPlace, root: &Path) -> Option<u32> {
        standing::line(&root.join(&place.path), &place.path, &place.spot, place.size)
    }

    /// The file's newest record: from the overlay, else from the base.
    fn with_file<T>(&self, path: &str, use_it: impl FnOnce(&FileRecord<'_>) -> T) -> Option<T> {
        if let Some(overlay) = self.overlay.as_ref().filter(|o| o.knows(path)) {
            return overlay.file(path, use_it);
        }
        let bytes = self.base.record(file_key(path))?;
        let record = postcard::from_bytes::<FileRecord<'_>>(&bytes).ok().filter(|r| r.path == path)?;
        Some(use_it(&record))
    }
}

impl StoredUse {
    fn of(used: &UseRecord<'_>) -> Self {
        Self {
            line: used.spot.line,
            line_hash: used.spot.hash,
            kind: used.kind,
            name: used.name.to_owned(),
            role: used.role,
            value: used.value.map(str::to_owned),
            certainty: used.certainty,
        }
    }
}

/// What may read this program's index: the same version, with the same reading of files.
fn build() -> u64 {
    hash::fnv(concat!(env!("CARGO_PKG_VERSION"), " ").as_bytes()) ^ hash::fnv(option_env!("DISTARCH_FACTS").unwrap_or("").as_bytes())
}

/// The files of one repository's index.
#[derive(Clone, Debug)]
struct Files {
    folder: PathBuf,
    /// The beginning of their names.
    name: String,
}

impl Files {
    fn of(state: &Path, root: &str) -> Self {
        let mut folder = PathBuf::with_capacity(state.as_os_str().len() + 64);
        folder.push(state);
        folder.push("index");
        Self { folder, name: hexadecimal(hash::fnv(root.as_bytes()), "") }
    }

    fn lookup(&self) -> PathBuf {
        self.named(&[".lookup"])
    }

    fn edited(&self, generation: u64) -> PathBuf {
        self.named(&[&hexadecimal(generation, "-"), ".edited"])
    }

    /// One with this ending. Made by hand: it is done at every edit, and each growing text costs more than the lookup.
    fn named(&self, ending: &[&str]) -> PathBuf {
        let folder = self.folder.as_os_str();
        let mut out = std::ffi::OsString::with_capacity(folder.len() + 64);
        out.push(folder);
        out.push(std::path::MAIN_SEPARATOR_STR);
        out.push(&self.name);
        ending.iter().for_each(|e| out.push(e));
        out.into()
    }
}

/// Sixteen digits behind a prefix.
fn hexadecimal(number: u64, prefix: &str) -> String {
    let mut out = String::with_capacity(24);
    out.push_str(prefix);
    for shift in (0..16).rev() {
        let digit = (number >> (shift * 4)) & 15;
        out.push(char::from(b"0123456789abcdef"[digit as usize]));
    }
    out
}

/// Opens a plain file for reading; a link is not followed, and a pipe is not waited for.
fn open(path: &Path) -> Option<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC);
    }
    options.open(path).ok()
}
