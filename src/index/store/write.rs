//! From a linked repository to the lookup file.

use super::cache::Said;
use super::filter::{self, anchors};
use super::format::Writer;
use super::records::{
    FileRecord, MeaningRecord, PLACES, PieceRecord, PlaceRecord, RECORD, ResourceRecord, Spot, USES, UseRecord, Written, file_key, is_path, meaning_key, name,
    narrow, note, piece_key, resource_key, value,
};
use crate::index::link::Tables;
use crate::index::linked::{Index, Place};
use crate::index::model::{Kind, Name, Part, Use};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// A use as its file's record holds it: kind, name, place.
type OfFile<'a> = (Kind, &'a str, &'a Place, Spot);
/// A resource as its record holds it: kind, name, places in all, and those that are kept.
type Kept<'a> = (Kind, &'a str, usize, Vec<(&'a Place, Spot)>);

/// Lines that two uses in one file are apart at least for it to be two parts of it that share something.
const APART: u32 = 20;

/// What the writer has to know of a file besides its resources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) size: u64,
    pub(super) said: &'a Said,
}

/// Records and filter of a lookup file, and what is in them.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) writer: Writer,
    pub(super) filter: Vec<u8>,
    pub(super) resources: usize,
    /// Those that several files or parts of a file touch.
    pub(super) shared: usize,
    pub(super) places: usize,
}

/// Makes the records of a repository.
pub(super) fn records(index: &Index, tables: &Tables, known: &HashMap<&str, Known<'_>>) -> Records {
    let files: Vec<Option<Known<'_>>> = index.files.iter().map(|f| known.get(f.path.as_str()).copied().filter(|_| is_path(&f.path))).collect();
    let spot = |place: &Place| {
        let spots = &files.get(place.file as usize)?.as_ref()?.said.spots;
        spots.binary_search_by_key(&place.line, |s| s.line).ok().map(|i| spots[i])
    };
    let mut out = Records::default();
    let mut words: BTreeSet<u64> = BTreeSet::new();
    let mut meanings: HashMap<Written<'_>, Option<&str>> = HashMap::new();
    let mut by_file: Vec<Vec<OfFile<'_>>> = vec![Vec::new(); index.files.len()];
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for resource in &index.resources {
        let Some(name) = name(&resource.name) else { continue };
        let places: Vec<(&Place, Spot)> = resource.places.iter().filter_map(|p| Some((p, spot(p)?))).collect();
        if places.is_empty() {
            continue;
        }
        out.resources += 1;
        out.places += places.len();
        for (place, _) in &places {
            let text = place.written.as_deref().unwrap_or(name);
            let is_sure = |used: &Use| (used.line, used.kind, used.role, used.certainty) == (place.line, resource.kind, place.role, place.certainty);
            // What was concluded for one place may not hold for another.
            if files[place.file as usize].is_some_and(|f| f.said.facts.uses.iter().any(is_sure)) {
                let component = index.files[place.file as usize].component.as_deref();
                let meaning = meanings.entry(Written { kind: resource.kind, role: place.role, component, text }).or_insert(Some(name));
                *meaning = meaning.filter(|m| *m == name);
            }
        }
        for (place, spot) in &places {
            by_file[place.file as usize].push((resource.kind, name, place, *spot));
        }
        if is_shared(&places) {
            out.shared += 1;
            let mut own = Vec::new();
            anchors(resource.kind, &as_name(name), &mut own);
            for (place, spot) in &places {
                words.insert(spot.hash);
                let uses = files[place.file as usize].iter().flat_map(|f| &f.said.facts.uses);
                uses.filter(|u| u.line == place.line && u.kind == resource.kind).for_each(|u| anchors(u.kind, &u.name, &mut own));
            }
            words.extend(own);
        }
        kept.push((resource.kind, name, places.len(), chosen(places)));
    }
    let resources: Vec<(u64, Option<Vec<u8>>)> =
        kept.par_iter().map(|(kind, name, total, places)| (resource_key(*kind, name), resource_record(*kind, name, *total, places, index, &files))).collect();
    let uses: Vec<(u64, Option<Vec<u8>>)> = by_file
        .par_iter()
        .enumerate()
        .filter(|(_, uses)| !uses.is_empty())
        .map(|(i, uses)| (file_key(&index.files[i].path), file_record(uses, &index.files[i].path, index.files[i].component.as_deref(), files[i])))
        .collect();
    for (key, record) in resources.iter().chain(&uses) {
        if let Some(record) = record {
            out.writer.add(*key, record);
        }
    }
    for (written, name) in meanings {
        if let Some(name) = name
            && let Ok(record) = postcard::to_allocvec(&MeaningRecord { written, name })
        {
            out.writer.add(meaning_key(&written), &record);
        }
    }
    for (piece, bytes) in tables.packed().unwrap_or_default() {
        if let Ok(record) = postcard::to_allocvec(&PieceRecord { piece: &piece, bytes: &bytes }) {
            out.writer.add(piece_key(&piece), &record);
        }
    }
    out.filter = filter::filter(&words.into_iter().collect::<Vec<u64>>());
    out
}

/// A resource's name as anchors are taken of: `{}` is where it is not known.
fn as_name(pattern: &str) -> Name {
    let mut out = Name::default();
    for text in pattern.split("{}") {
        out.push(Part::Text(text.to_owned()));
        out.push(Part::Hole);
    }
    out
}

fn is_shared(places: &[(&Place, Spot)]) -> bool {
    let first = places[0].0;
    places.iter().any(|(p, _)| p.file != first.file || p.line.abs_diff(first.line) >= APART)
}

/// The places that are kept of a resource: of each role and file the surest first, so that what is left out is more of the same.
fn chosen(mut places: Vec<(&Place, Spot)>) -> Vec<(&Place, Spot)> {
    if places.len() > PLACES {
        let mut of_role: HashMap<_, u32> = HashMap::new();
        let mut of_file: HashMap<_, u32> = HashMap::new();
        places.sort_by_key(|(p, _)| (std::cmp::Reverse(p.certainty), p.file, p.line));
        let mut ranked: Vec<(u32, usize)> = places
            .iter()
            .enumerate()
            .map(|(i, (place, _))| {
                let role = of_role.entry(place.role).and_modify(|n| *n += 1).or_insert(0);
                let file = of_file.entry((place.file, place.role)).and_modify(|n| *n += 1).or_insert(0);
                (*role + *file * 8, i)
            })
            .collect();
        ranked.sort_unstable();
        let mut taken: Vec<usize> = ranked.into_iter().take(PLACES).map(|(_, i)| i).collect();
        taken.sort_unstable();
        places = taken.into_iter().map(|i| places[i]).collect();
    }
    places.sort_by_key(|(p, _)| (p.file, p.line));
    places
}

fn resource_record(kind: Kind, name: &str, total: usize, places: &[(&Place, Spot)], index: &Index, files: &[Option<Known<'_>>]) -> Option<Vec<u8>> {
    let notes: Vec<Option<String>> = places.iter().map(|(p, _)| p.note.as_deref().map(note)).collect();
    let mut record = ResourceRecord { kind, name, total: narrow(total), files: Vec::new(), places: Vec::new() };
    let mut last = None;
    for ((place, spot), note) in places.iter().zip(&notes) {
        if last != Some(place.file) {
            let file = &index.files[place.file as usize];
            record.files.push((&file.path, file.component.as_deref(), size(files[place.file as usize])));
            last = Some(place.file);
        }
        record.places.push(PlaceRecord {
            file: u16::try_from(record.files.len() - 1).ok()?,
            role: place.role,
            certainty: place.certainty,
            value: value(place.value.as_deref()),
            note: note.as_deref(),
            spot: *spot,
        });
    }
    postcard::to_allocvec(&record).ok()
}

fn file_record(uses: &[(Kind, &str, &Place, Spot)], path: &str, component: Option<&str>, known: Option<Known<'_>>) -> Option<Vec<u8>> {
    let mut uses: Vec<&(Kind, &str, &Place, Spot)> = uses.iter().collect();
    uses.sort_by_key(|(.., spot)| spot.line);
    uses.truncate(USES);
    let notes: Vec<Option<String>> = uses.iter().map(|(_, _, p, _)| p.note.as_deref().map(note)).collect();
    let mut record = FileRecord { path, component, size: size(known), uses: Vec::new() };
    for ((kind, name, place, spot), note) in uses.iter().zip(&notes) {
        record.uses.push(UseRecord {
            kind: *kind,
            name,
            role: place.role,
            certainty: place.certainty,
            value: value(place.value.as_deref()),
            note: note.as_deref(),
            spot: *spot,
        });
    }
    let mut bytes = postcard::to_allocvec(&record).ok()?;
    while bytes.len() > RECORD {
        record.uses.truncate(record.uses.len() / 2);
        bytes = postcard::to_allocvec(&record).ok()?;
    }
    Some(bytes)
}

fn size(known: Option<Known<'_>>) -> u32 {
    known.map_or(0, |k| u32::try_from(k.size).unwrap_or(u32::MAX))
}
