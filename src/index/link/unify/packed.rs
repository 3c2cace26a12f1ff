//! Names by their kind, packed.

use super::Names;
use crate::index::model::Kind;

impl Names {
    /// Kinds that there are names of.
    pub(in crate::index::link) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.groups.keys().copied().chain([Kind::Route])
    }

    /// The names of one kind.
    pub(in crate::index::link) fn packed(&self, kind: Kind) -> Option<Vec<u8>> {
        match kind {
            Kind::Route => postcard::to_allocvec(&self.routes).ok(),
            _ => postcard::to_allocvec(self.groups.get(&kind)?).ok(),
        }
    }

    /// Puts the names of one kind back.
    pub(in crate::index::link) fn unpack(&mut self, kind: Kind, bytes: &[u8]) -> Option<()> {
        match kind {
            Kind::Route => self.routes = postcard::from_bytes(bytes).ok()?,
            _ => {
                self.groups.insert(kind, postcard::from_bytes(bytes).ok()?);
            }
        }
        Some(())
    }

    /// What is of no kind.
    pub(in crate::index::link) fn rest(&self) -> Self {
        Self { groups: Default::default(), routes: Default::default(), ..self.clone() }
    }
}
