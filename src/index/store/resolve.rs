//! Names of one file, resolved by what was linked before. Most are written as somebody of the same component writes them already, or as
//! the resource is called: one small read each. For the others what they lean on is read.

use super::Store;
use super::records::{MeaningRecord, PieceRecord, ResourceRecord, Written, meaning_key, piece_key, resource_key};
use crate::index::link::{self, ResolvedUse, Tables};
use crate::index::model::{Facts, Use};

impl Store {
    /// The uses of a file, or of a piece of it, with the names of the resources that they touch.
    #[must_use]
    pub fn resolve(&self, facts: &Facts, path: &str) -> Vec<ResolvedUse> {
        let component = self.component(path);
        let is_own = |used: &Use| {
            facts.constants.iter().any(|c| used.name.is_open() && link::written(&used.name).contains(c.name.rsplit('.').next().unwrap_or(&c.name)))
        };
        let known: Option<Vec<ResolvedUse>> =
            facts.uses.iter().map(|used| if is_own(used) { None } else { self.meaning(used, component.as_deref()) }).collect();
        match known {
            Some(known) => known,
            None => Tables::for_names_of(facts, &|piece| self.piece(piece)).map(|tables| link::resolve(facts, path, &tables)).unwrap_or_default(),
        }
    }

    /// A piece of what names lean on in other files.
    fn piece(&self, piece: &str) -> Option<Vec<u8>> {
        let bytes = self.base.record(piece_key(piece))?;
        let record = postcard::from_bytes::<PieceRecord<'_>>(&bytes).ok()?;
        (record.piece == piece).then(|| record.bytes.to_vec())
    }

    /// The resource that a use touches, if it can be told without tables.
    fn meaning(&self, used: &Use, component: Option<&str>) -> Option<ResolvedUse> {
        let text = link::written(&used.name);
        let written = Written { kind: used.kind, role: used.role, component, text: &text };
        let name = self.known_meaning(&written).or_else(|| (!used.name.is_open() && self.is_resource(&written)).then(|| text.clone()))?;
        Some(ResolvedUse {
            kind: used.kind,
            role: used.role,
            line: used.line,
            value: used.value.as_deref().map(|v| link::masked(v).into_owned()),
            note: used.note.as_deref().map(|n| link::masked(n).into_owned()),
            certainty: used.certainty,
            written: (text != name).then_some(text),
            name,
        })
    }

    fn known_meaning(&self, written: &Written<'_>) -> Option<String> {
        let bytes = self.base.record(meaning_key(written))?;
        let record = postcard::from_bytes::<MeaningRecord<'_>>(&bytes).ok()?;
        (record.written == *written).then(|| record.name.to_owned())
    }

    fn is_resource(&self, written: &Written<'_>) -> bool {
        let bytes = self.base.record(resource_key(written.kind, written.text));
        bytes.is_some_and(|b| postcard::from_bytes::<ResourceRecord<'_>>(&b).is_ok_and(|r| (r.kind, r.name) == (written.kind, written.text)))
    }
}
