//! Facts of two sources about one component.

use crate::topology::importers::part::{About, Note};
use crate::topology::model::{Component, Count, Kind, Source};

/// Adds what another source says of the same component; what both say differently is told, and the first is kept.
pub(super) fn join(old: &mut Component, mut new: Component, notes: &mut Vec<Note>) {
    // A default that nobody wrote yields to what somebody did.
    let is_default = |c: &Component| c.sources.iter().flat_map(|s| &s.facts).any(|f| f.starts_with("count:") && f.contains("default"));
    if is_default(&new) && old.count != Count::Unknown {
        new.count = Count::Unknown;
        forget_count(&mut new);
    } else if is_default(old) && new.count != Count::Unknown {
        old.count = Count::Unknown;
        forget_count(old);
    }
    let mut differ = |field: &str, a: String, b: String, old_sources: &[Source]| {
        let of = |sources: &[Source]| sources.iter().find(|s| s.facts.iter().any(|f| f.starts_with(&format!("{field}:")))).or(sources.first()).cloned();
        let sources = of(old_sources).into_iter().chain(of(&new.sources)).collect();
        notes.push(Note::new(About::Contradiction, format!("{}: {field} is {a} and {b}; the first is kept", new.name), sources));
    };
    if old.count != Count::Unknown && new.count != Count::Unknown && old.count != new.count {
        differ("count", old.count.to_string(), new.count.to_string(), &old.sources);
    }
    if old.kind != new.kind && old.kind != Kind::Service && new.kind != Kind::Service {
        differ("kind", old.kind.name().to_owned(), new.kind.name().to_owned(), &old.sources);
    }
    if let (Some(a), Some(b)) = (&old.owner, &new.owner)
        && a != b
    {
        differ("owner", a.clone(), b.clone(), &old.sources);
    }
    if let (Some(a), Some(b)) = (old.noticed_after, new.noticed_after)
        && a != b
    {
        differ("noticed after", format!("{a:?}"), format!("{b:?}"), &old.sources);
    }
    if old.count == Count::Unknown {
        old.count = new.count;
    }
    if old.kind == Kind::Service {
        old.kind = new.kind;
    }
    old.declared |= new.declared;
    old.entry |= new.entry;
    old.owner = old.owner.take().or(new.owner);
    old.criticality = old.criticality.or(new.criticality);
    old.failover = old.failover.or(new.failover);
    old.noticed_after = old.noticed_after.or(new.noticed_after);
    old.consensus = old.consensus.take().or(new.consensus);
    for (a, b) in [(&mut old.role, new.role), (&mut old.notes, new.notes)] {
        if a.is_empty() {
            *a = b;
        } else if !b.is_empty() && !a.contains(&b) {
            a.push_str("; ");
            a.push_str(&b);
        }
    }
    for path in new.paths {
        if !old.paths.contains(&path) {
            old.paths.push(path);
        }
    }
    add(&mut old.sources, new.sources);
}

/// Takes the count away, and where it was said.
fn forget_count(component: &mut Component) {
    for source in &mut component.sources {
        let had = !source.facts.is_empty();
        source.facts.retain(|f| !f.starts_with("count:"));
        if had && source.facts.is_empty() {
            source.line = 0;
            source.file.clear();
        }
    }
    component.sources.retain(|s| !s.file.is_empty());
}

/// Adds sources; the facts of one place stand together.
pub(super) fn add(old: &mut Vec<Source>, new: Vec<Source>) {
    for source in new {
        match old.iter_mut().find(|s| s.file == source.file && s.line == source.line) {
            Some(known) => {
                for fact in source.facts {
                    if !known.facts.contains(&fact) {
                        known.facts.push(fact);
                    }
                }
            }
            None => old.push(source),
        }
    }
}
