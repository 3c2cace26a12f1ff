//! The project's topology, compact, for the hook. Kept compiled under a hash of the file's bytes, in the state folder: a file of ours
//! beside the topology would show up in the project's version control.

use super::{Cached, keep};
use crate::hash;
use crate::project::read_bytes;
use crate::topology::compact::Compact;
use crate::topology::read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path};

/// Where a project keeps it, from its folder on.
pub const FILE: &str = ".dist-architect/topology.yaml";
/// Bytes of a topology that the hook takes; a system of 2,000 components has less.
const LIMIT: u64 = 1 << 20;

/// Loads it. `None` where there is none, where it is too large, and where it cannot be read: `distarch topology check` tells why.
#[must_use]
pub fn load(root: &Path, file: &str, state: Option<&Path>) -> Option<Compact> {
    let inside = Path::new(file).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let path = root.join(file);
    if !inside || std::fs::metadata(&path).ok().is_none_or(|m| m.len() > LIMIT) {
        return None;
    }
    let bytes = read_bytes(&path)?;
    let of = hash::words(hash::fnv(concat!(env!("CARGO_PKG_VERSION"), " ways").as_bytes()), &bytes).to_le_bytes();
    let cache = Cached::file(state, "topology", &path);
    if let Some(known) = cache.as_deref().and_then(read_bytes)
        && known.starts_with(&of)
    {
        return (known.len() > of.len()).then(|| Compact::kept(known, of.len()));
    }
    let text = String::from_utf8_lossy(&bytes);
    let compact = catch_unwind(AssertUnwindSafe(|| read::topology(&text, file).ok().map(|r| Compact::of(&r.topology)))).ok().flatten();
    if let Some(cache) = &cache {
        // Bytes that are no topology are kept as nothing, so that they are not read at every edit.
        let _ = keep(&[&of[..], compact.as_ref().map_or(&[][..], Compact::as_bytes)].concat(), cache);
    }
    compact
}
