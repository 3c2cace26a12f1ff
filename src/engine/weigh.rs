//! Sightings -> features -> scores. A linear weighing that a person can read: each feature adds its weight to the gate
//! ("does this touch a distributed boundary at all") and to the modules.

use super::edit::Edit;
use super::path::{self, PathKind};
use super::sightings::{How, Libraries, Sightings};
use super::surroundings::Surroundings;
use super::verdict::Share;
use crate::knowledge::Knowledge;
use crate::knowledge::features::{self, COLUMNS, GENERAL_FEATURES, IMPORTS_NONE, LOCI, Locus};
use crate::knowledge::schema::CATEGORIES;

/// A feature that is there: which set of knowledge and which row of its weights.
pub type Feature = (usize, usize);

/// The features of an edit, sorted, each once.
#[must_use]
pub(super) fn features(
    edit: &Edit<'_>,
    kind: PathKind,
    knowledge: &[Knowledge<'_>],
    sightings: &Sightings,
    surroundings: &Surroundings,
    libraries: &Libraries,
) -> Vec<Feature> {
    let mut out: Vec<Feature> = Vec::new();
    let general = |name: &str| (0, features::EDIT_FEATURES.iter().position(|f| *f == name).unwrap_or(0));

    // Signals on changed lines: more of them added than taken away, the reverse, or as many.
    let mut counts: Vec<((usize, usize), (i32, i32))> = Vec::new();
    for hit in &sightings.hits {
        if hit.how == How::Place {
            out.push((hit.set, knowledge[hit.set].feature(hit.signal, Locus::Moved)));
        }
        let weight = i32::from(hit.how == How::Words);
        let key = (hit.set, hit.signal);
        let at = counts.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            counts.push((key, (0, 0)));
            counts.len() - 1
        });
        let (new, old) = &mut counts[at].1;
        *if hit.in_new { new } else { old } += weight;
    }
    for ((set, signal), (new, old)) in &counts {
        if new == old && out.contains(&(*set, knowledge[*set].feature(*signal, Locus::Moved))) {
            continue;
        }
        let locus = match new.cmp(old) {
            std::cmp::Ordering::Greater => Locus::Added,
            std::cmp::Ordering::Less => Locus::Removed,
            // A setting with another value is set by this edit.
            std::cmp::Ordering::Equal if kind == PathKind::Structured => Locus::Added,
            std::cmp::Ordering::Equal if *new == 0 => Locus::Beside,
            std::cmp::Ordering::Equal => Locus::Kept,
        };
        out.push((*set, knowledge[*set].feature(*signal, locus)));
    }
    for (set, signal, locus) in &sightings.context {
        // What a changed line says needs no second telling by an unchanged one.
        if *locus != Locus::Context || !counts.iter().any(|(k, _)| *k == (*set, *signal)) {
            out.push((*set, knowledge[*set].feature(*signal, *locus)));
        }
    }

    out.push(general(match counts.len() {
        0 => "signals.none",
        1 => "signals.1",
        2..=3 => "signals.2-3",
        _ => "signals.4+",
    }));
    let (added, removed) = sightings.changed_lines;
    out.push(general(match added.max(removed) {
        0..=2 => "lines.1-2",
        3..=10 => "lines.3-10",
        11..=30 => "lines.11-30",
        _ => "lines.31+",
    }));
    let mut when = |is: bool, name: &str| {
        if is {
            out.push(general(name));
        }
    };
    when(edit.whole_file && edit.changes.iter().all(|c| c.old.is_empty()), "edit.creates-file");
    when(added == 0, "edit.only-removes");
    when(removed == 0, "edit.only-adds");
    when(sightings.literals_only, "edit.changes-literals-only");
    when(kind == PathKind::Structured, "file.structured");
    when(path::is_front_end(&edit.path), "file.front-end");
    when(edit.path.contains("/scripts/") || edit.path.contains("/tools/") || edit.path.contains("/examples/"), "file.script");
    let control = |words: &[&str]| surroundings.control.iter().flat_map(|c| c.lines()).any(|l| words.iter().any(|w| l.contains(w)));
    when(control(&["for ", "while ", "loop", "for(", "while(", "do {"]), "shape.loop");
    when(control(&["except", "catch", "rescue", "err != nil", "Err("]), "shape.handler");
    when(surroundings.enclosing.iter().any(|e| e.contains("async ") || e.contains("suspend ") || e.contains("Future")), "shape.async");

    out.extend(sightings.words.iter().map(|w| (0, knowledge[0].word_feature(w.word))));
    out.extend((0..features::CHANGE_FEATURES.len()).filter(|&i| sightings.nature.has(i)).map(|i| (0, features::CHANGES_AT + i)));
    for category in 0..CATEGORIES.len() {
        if libraries.categories & (1 << category) != 0 {
            out.push((0, features::EDIT_FEATURES.len() + category));
        }
    }
    // That a manifest imports nothing says nothing.
    if libraries.categories == 0 && kind == PathKind::Product {
        out.push((0, IMPORTS_NONE));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Scores (0 to 1) of the gate and of each module.
#[must_use]
pub fn scores(features: &[Feature], knowledge: &[Knowledge<'_>]) -> [f32; COLUMNS] {
    let mut sums = knowledge.first().map_or([0.0; COLUMNS], |k| k.intercept);
    for &(set, row) in features {
        for (sum, weight) in sums.iter_mut().zip(&knowledge[set].weights[row]) {
            *sum += weight;
        }
    }
    sums.map(|s| 1.0 / (1.0 + (-s).exp()))
}

/// The name of a feature, as in `signals/weights.yaml`.
#[must_use]
pub fn name(feature: Feature, knowledge: &[Knowledge<'_>]) -> String {
    let (set, row) = feature;
    if row < GENERAL_FEATURES {
        return features::general_name(row);
    }
    let k = &knowledge[set];
    if let Some(word) = row.checked_sub(k.word_feature(0)) {
        return format!("{}{}", features::WORD, k.word_names.get(word).map_or("", |w| k.str(*w)));
    }
    let row = row - GENERAL_FEATURES;
    format!("{}.{}", k.str(k.signals[row / LOCI.len()].id), LOCI[row % LOCI.len()].1)
}

/// What each feature adds, largest first.
#[must_use]
pub fn shares(features: &[Feature], knowledge: &[Knowledge<'_>]) -> Vec<Share> {
    let mut out: Vec<Share> = features
        .iter()
        .map(|&f| Share { feature: name(f, knowledge), adds: knowledge[f.0].weights[f.1] })
        .filter(|s| s.adds.iter().any(|a| *a != 0.0))
        .collect();
    let size = |s: &Share| s.adds.iter().fold(0f32, |m, a| m.max(a.abs()));
    out.sort_by(|a, b| size(b).total_cmp(&size(a)));
    out
}
