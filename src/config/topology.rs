//! The project's topology, compact, for the hook. Kept compiled under a hash of the file's bytes, in the state folder: a file of ours
//! beside the topology would show up in the project's version control.

use super::{Cached, keep};
use crate::hash;
use crate::project::read_bytes;
use crate::topology::compact::Compact;
use crate::topology::read;
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path};

/// Where a project keeps it, from its folder on.
pub const FILE: &str = ".dist-architect/topology.yaml";
/// Bytes of a topology that the hook takes; a system of 2,000 components has less.
const LIMIT: u64 = 1 << 20;

#[derive(Default, Serialize, Deserialize)]
struct Compiled {
    of: u64,
    /// `None`: the bytes are no topology. Kept as well, so that a broken file is not read at every edit.
    compact: Option<Compact>,
}

/// Loads it. `None` where there is none, where it is too large, and where it cannot be read: `distarch topology check` tells why.
#[must_use]
pub fn load(root: &Path, file: &str, state: Option<&Path>) -> Option<Compact> {
    let inside = Path::new(file).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let path = root.join(file);
    if !inside || std::fs::metadata(&path).ok().is_none_or(|m| m.len() > LIMIT) {
        return None;
    }
    let bytes = read_bytes(&path)?;
    let of = hash::extend(hash::fnv(env!("CARGO_PKG_VERSION").as_bytes()), &bytes);
    let cache = Cached::file(state, "topology", &path);
    let known = cache.as_deref().and_then(read_bytes).and_then(|bytes| serde_json::from_slice::<Compiled>(&bytes).ok());
    if let Some(known) = known.filter(|c| c.of == of) {
        return known.compact;
    }
    let text = String::from_utf8_lossy(&bytes);
    let compact = catch_unwind(AssertUnwindSafe(|| read::topology(&text, file).ok().map(|r| Compact::of(&r.topology)))).ok().flatten();
    let compiled = Compiled { of, compact };
    if let Some(cache) = &cache {
        let _ = keep(&compiled, cache);
    }
    compiled.compact
}
