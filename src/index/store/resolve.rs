//! Names of one file, resolved by what was linked before. Most are written as somebody of the same component writes them already, or as
//! the resource is called: one small read each. For the others what they lean on is read.

use super::Store;
use super::records::{MeaningRecord, PieceRecord, Written, meaning_key, piece_key, resource_key};
use crate::index::link::{self, ResolvedUse, Tables};
use crate::index::model::{Constant, Facts, Kind, Role, Use};

impl Store {
    /// The uses of a file, or of a piece of it, with the names of the resources that they touch.
    #[must_use]
    pub fn resolve(&self, facts: &Facts, path: &str) -> Vec<ResolvedUse> {
        let component = self.component(path);
        let (mut out, mut open) = (Vec::with_capacity(facts.uses.len()), Facts::default());
        for used in &facts.uses {
            match self.meaning(used, component.as_deref(), &facts.constants) {
                Some(known) => out.push(known),
                None => open.uses.push(used.clone()),
            }
        }
        if !open.uses.is_empty() {
            open.constants.clone_from(&facts.constants);
            if let Some(tables) = Tables::for_names_of(&open, &|piece| self.piece(piece)) {
                out.extend(link::resolve(&open, path, &tables));
                // The process ends soon, and taking thousands of names apart takes half as long as resolving with them.
                std::mem::forget(tables);
            }
            out.sort_by_key(|u| u.line);
        }
        out
    }

    /// A piece of what names lean on in other files.
    fn piece(&self, piece: &str) -> Option<Vec<u8>> {
        let bytes = self.base.record(piece_key(piece))?;
        let record = postcard::from_bytes::<PieceRecord<'_>>(&bytes).ok()?;
        (record.piece == piece).then(|| record.bytes.to_vec())
    }

    /// The resource that a use touches, if it can be told without tables. `own`: the file's constants, which may be others than they were.
    fn meaning(&self, used: &Use, component: Option<&str>, own: &[Constant]) -> Option<ResolvedUse> {
        // What a value stands for, and whether a variable is only handed through, others say.
        let leans_on_others = used.member.is_some() || used.kind == Kind::State || (used.kind, used.role) == (Kind::Address, Role::Declares);
        if leans_on_others {
            return None;
        }
        let text = link::written(&used.name);
        if used.name.is_open() && own.iter().any(|c| text.contains(c.name.rsplit('.').next().unwrap_or(&c.name))) {
            return None;
        }
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
        // A resource's record begins with its kind and name; its places are not asked for.
        let named = |bytes: &[u8]| postcard::take_from_bytes::<(Kind, &str)>(bytes).is_ok_and(|(of, _)| of == (written.kind, written.text));
        bytes.is_some_and(|bytes| named(&bytes))
    }
}
