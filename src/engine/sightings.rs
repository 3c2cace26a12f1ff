//! Where the literals of signals are met in an edit: scan, diff and lexer brought together.

use super::change::{self, Changed, Nature};
use super::diff::{self, LineDiff};
use super::edit::{Change, Edit};
use super::kinds::Kinds;
use super::lexer::Kind;
use super::lines::{Lines, each_position};
use super::literals::{Literals, RawHit, scan};
use super::structured::{self, Format, KeyHit};
use super::surroundings::Surroundings;
use super::wording;
use crate::knowledge::features::Locus;
use crate::knowledge::schema::NEAR_LINES;
use crate::knowledge::{Knowledge, Owner, PLACE_CODE, PLACE_STRING};
use std::cell::OnceCell;

/// A literal on a changed line, in a byte that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Which of the knowledge sets.
    pub set: usize,
    /// Which of its signals.
    pub signal: usize,
    /// Which replacement.
    pub change: usize,
    /// In the new text (as against the old).
    pub in_new: bool,
    /// 0-based line of that text.
    pub line: usize,
    /// Byte span in that text.
    pub span: (usize, usize),
    /// How its line changed.
    pub how: How,
}

/// How the line of a hit changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The hit's own words changed.
    Words,
    /// Other words of its line.
    Line,
    /// The line stands elsewhere now.
    Place,
}

/// A word that weighs, on a changed line.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordHit {
    /// Which of the built-in words.
    pub word: usize,
    /// Which replacement.
    pub change: usize,
    /// In the new text (as against the old).
    pub in_new: bool,
    /// 0-based line of that text.
    pub line: usize,
    /// Byte span in that text.
    pub span: (usize, usize),
}

/// As many words are kept: more tell nothing new.
const MOST_WORDS: usize = 2000;

/// Everything met in one edit.
#[derive(Clone, Debug, Default)]
pub(super) struct Sightings {
    /// Hits on changed lines.
    pub hits: Vec<Hit>,
    /// Words that weigh.
    pub words: Vec<WordHit>,
    /// (set, signal) met on unchanged lines of the edit, in names, in the path: no evidence, but context.
    pub context: Vec<(usize, usize, Locus)>,
    /// What kind of change it is.
    pub nature: Nature,
    /// Changed lines that hold code, added and removed.
    pub changed_lines: (usize, usize),
    /// Only the insides of strings and numbers changed.
    pub literals_only: bool,
    /// (change, 0-based line of the new text) of the first added code line; removed where nothing is added.
    pub first_changed: Option<(usize, bool, usize)>,
    /// Hits taken out by a `dist: ok` comment.
    pub waived: usize,
}

/// One side (old or new) of one replacement, with all that is known of its lines.
struct Side<'a> {
    lines: &'a Lines<'a>,
    changed: &'a [bool],
    kinds: &'a [Kind],
    waived: OnceCell<Vec<usize>>,
}

impl<'a> Side<'a> {
    fn new(lines: &'a Lines<'a>, changed: &'a [bool], kinds: &'a [Kind]) -> Self {
        Self { lines, changed, kinds, waived: OnceCell::new() }
    }

    /// Whether a `dist: ok` comment speaks for a line. It speaks for its own line and for the next.
    fn is_waived(&self, line: usize) -> bool {
        let waived = self.waived.get_or_init(|| {
            let bytes = self.lines.text.as_bytes();
            let mut out = Vec::new();
            each_position(bytes, b':', |at| {
                if bytes[at..].starts_with(b": ok") && bytes[..at].ends_with(b"dist") && self.is_waiver(at) {
                    let line = self.lines.at(at);
                    out.extend([line, line + 1]);
                }
            });
            out
        });
        waived.contains(&line)
    }

    /// Whether `dist: ok` at a colon is a comment that gives a reason.
    fn is_waiver(&self, colon: usize) -> bool {
        let reason = self.lines.text[colon + 4..].lines().next().unwrap_or("");
        self.kinds[colon] == Kind::Comment && reason.bytes().any(|b| b.is_ascii_alphanumeric())
    }

    fn as_changed(&self) -> Changed<'a> {
        Changed { lines: self.lines, changed: self.changed, kinds: self.kinds }
    }

    fn has_code(&self, line: usize) -> bool {
        let text = self.lines.line(line).as_bytes();
        let kinds = &self.kinds[self.lines.start(line)..];
        text.iter().zip(kinds).any(|(b, kind)| b.is_ascii_alphanumeric() && matches!(kind, Kind::Code | Kind::String))
    }

    /// The changed lines that hold code.
    fn changed_code(&self) -> Vec<usize> {
        (0..self.changed.len()).filter(|&l| self.changed[l] && self.has_code(l)).collect()
    }
}

/// Looks an edit over.
pub(super) fn look(
    edit: &Edit<'_>,
    knowledge: &[Knowledge<'_>],
    literals: &Literals,
    kinds: &Kinds,
    surroundings: &Surroundings,
    libraries: &Libraries,
) -> Sightings {
    let mut out = Sightings { literals_only: true, ..Sightings::default() };
    for (index, change) in edit.changes.iter().enumerate() {
        let above = surroundings.above.get(index).map_or("", String::as_str);
        look_at_change(&mut out, (index, change), edit, knowledge, (&literals.0[index], &kinds.0[index], above), libraries);
    }
    out.literals_only &= out.changed_lines.0 > 0 && out.changed_lines.1 > 0;
    look_around(&mut out, edit, knowledge, surroundings, libraries);
    out
}

fn look_at_change(
    out: &mut Sightings,
    (index, change): (usize, &Change<'_>),
    edit: &Edit<'_>,
    knowledge: &[Knowledge<'_>],
    (literals, kinds, above): (&[Vec<RawHit>; 2], &[Vec<Kind>; 2], &str),
    libraries: &Libraries,
) {
    let (new_lines, old_lines) = (Lines::of(&change.new), Lines::of(&change.old));
    let mut diff = diff::of_lines(&old_lines, &new_lines);
    let format = Format::of(edit.language);
    let keys = format.map_or_else(Vec::new, |f| structured::compare(f, edit, change, above, &mut diff, knowledge));
    let LineDiff { mut removed, mut added } = diff;
    let words = if format.is_some() {
        // Keys and values have been compared: there is no layout, and nothing is called.
        change::Change::default()
    } else {
        let of = |lines, changed, kinds| Changed { lines, changed, kinds };
        change::compare(of(&new_lines, &added, &kinds[0]), of(&old_lines, &removed, &kinds[1]))
    };
    if words.is_layout {
        added.fill(false);
        removed.fill(false);
    } else {
        out.nature = if out.changed_lines == (0, 0) { words.nature } else { out.nature.and(words.nature) };
    }
    let new = Side::new(&new_lines, &added, &kinds[0]);
    let old = Side::new(&old_lines, &removed, &kinds[1]);
    let (added_code, removed_code) = (new.changed_code(), old.changed_code());
    out.changed_lines.0 += added_code.len();
    out.changed_lines.1 += removed_code.len();
    out.literals_only &= added_code.len() == removed_code.len() && skeletons(&new, &added_code) == skeletons(&old, &removed_code);
    if out.first_changed.is_none() {
        out.first_changed = added_code.first().map(|&l| (index, true, l)).or_else(|| removed_code.first().map(|&l| (index, false, l)));
    }
    for KeyHit { set, signal, in_new, line, span } in keys {
        let side = if in_new { &new } else { &old };
        if knowledge[set].signals[signal].languages & edit.language.bit() == 0 {
            continue;
        }
        if side.is_waived(line) {
            out.waived += 1;
        } else {
            out.hits.push(Hit { set, signal, change: index, in_new, line, span, how: How::Words });
        }
    }
    let moved = if format.is_some() { Default::default() } else { change::moved_lines(&new_lines, &added_code, &old_lines, &removed_code) };
    let how = |in_new: bool, line: usize, span: (usize, usize)| {
        if moved[usize::from(!in_new)].binary_search(&line).is_ok() {
            How::Place
        } else if words.touches(in_new, span) {
            How::Words
        } else {
            How::Line
        }
    };
    if let Some(k) = knowledge.first().filter(|_| format.is_none()) {
        for (side, in_new, lines) in [(&new, true, &added_code), (&old, false, &removed_code)] {
            wording::look(k, side.as_changed(), lines, |word, line, span| {
                if out.words.len() < MOST_WORDS {
                    out.words.push(WordHit { word, change: index, in_new, line, span });
                }
            });
        }
    }
    let mut shown = Marks::of(knowledge);
    for (side, in_new, raw) in [(&new, true, &literals[0]), (&old, false, &literals[1])] {
        let near = OnceCell::new();
        let is_near = |set: usize, signal: usize, line: usize| {
            let near: &NearLines = near.get_or_init(|| near_lines(raw, side, knowledge));
            let lines = &near[set][signal];
            let from = lines.partition_point(|l| *l < line.saturating_sub(NEAR_LINES));
            lines.get(from).is_some_and(|l| *l <= line + NEAR_LINES)
        };
        let mut line = 0;
        for hit in raw {
            let (set, start, end) = (hit.set as usize, hit.start as usize, hit.end as usize);
            let kind = side.kinds[start];
            if matches!(kind, Kind::Comment | Kind::Import | Kind::Log) {
                continue;
            }
            line = side.lines.at_from(start, line);
            let is_changed = side.changed.get(line).copied().unwrap_or(false);
            // An unchanged line is shown by both sides.
            if !is_changed && !in_new {
                continue;
            }
            let k = &knowledge[set];
            for owner in k.owners_of(hit.literal) {
                let Owner::Signal(signal) = owner else { continue };
                let s = &k.signals[signal];
                if !is_changed && shown.has(set, signal) {
                    continue;
                }
                if s.languages & edit.language.bit() == 0 || (s.keyed && format.is_some()) || !counts(kind, s.places, edit) || !libraries.satisfy(k, signal) {
                    continue;
                }
                if s.near && !is_near(set, signal, line) {
                    continue;
                }
                if !is_changed {
                    shown.add(set, signal);
                    out.context.push((set, signal, Locus::Context));
                } else if side.is_waived(line) {
                    out.waived += 1;
                } else {
                    out.hits.push(Hit { set, signal, change: index, in_new, line, span: (start, end), how: how(in_new, line, (start, end)) });
                }
            }
        }
    }
}

/// A flag for each signal.
struct Marks(Vec<Vec<bool>>);

impl Marks {
    fn of(knowledge: &[Knowledge<'_>]) -> Self {
        Self(knowledge.iter().map(|k| vec![false; k.signals.len()]).collect())
    }

    fn add(&mut self, set: usize, signal: usize) {
        self.0[set][signal] = true;
    }

    fn has(&self, set: usize, signal: usize) -> bool {
        self.0[set][signal]
    }
}

/// For each set and signal, the lines with literals that it wants near, in order.
type NearLines = Vec<Vec<Vec<usize>>>;

/// Looks them up for the signals that were met.
fn near_lines(raw: &[RawHit], side: &Side<'_>, knowledge: &[Knowledge<'_>]) -> NearLines {
    // Many signals want common words near, and few of them are met: only those are looked up.
    let mut met = Marks::of(knowledge);
    for hit in raw {
        let (set, k) = (hit.set as usize, &knowledge[hit.set as usize]);
        for owner in k.owners_of(hit.literal) {
            match owner {
                Owner::Signal(signal) if k.signals[signal].near => met.add(set, signal),
                Owner::Signal(_) => {}
                // Signals stand first.
                Owner::Near(_) | Owner::Library(_) => break,
            }
        }
    }
    let mut out: NearLines = knowledge.iter().map(|k| vec![Vec::new(); k.signals.len()]).collect();
    let mut line = 0;
    for hit in raw.iter().filter(|h| matches!(side.kinds[h.start as usize], Kind::Code | Kind::String)) {
        let set = hit.set as usize;
        for owner in knowledge[set].owners_of(hit.literal) {
            if let Owner::Near(signal) = owner
                && met.has(set, signal)
            {
                line = side.lines.at_from(hit.start as usize, line);
                let lines = &mut out[set][signal];
                if lines.last() != Some(&line) {
                    lines.push(line);
                }
            }
        }
    }
    // Nearly so already: literals are met in the order of their rarest windows.
    out.iter_mut().flatten().for_each(|lines| lines.sort_unstable());
    out
}

/// Whether a literal counts in a byte of this kind.
fn counts(kind: Kind, places: u8, edit: &Edit<'_>) -> bool {
    match kind {
        Kind::Code => places & PLACE_CODE != 0 || (edit.language.name() == "sql" && places & PLACE_STRING != 0),
        Kind::String => places & PLACE_STRING != 0,
        Kind::Comment | Kind::Import | Kind::Log => false,
    }
}

/// The changed lines without their strings and digits, to tell a change of values from a change of code.
fn skeletons(side: &Side<'_>, lines: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    for &l in lines {
        let (text, kinds) = (side.lines.line(l).bytes(), &side.kinds[side.lines.start(l)..]);
        out.extend(text.zip(kinds).filter(|(b, kind)| **kind == Kind::Code && !b.is_ascii_digit() && !b.is_ascii_whitespace()).map(|(b, _)| b));
        out.push(b'\n');
    }
    out
}

fn look_around(out: &mut Sightings, edit: &Edit<'_>, knowledge: &[Knowledge<'_>], surroundings: &Surroundings, libraries: &Libraries) {
    let tail = path_tail(&edit.path);
    let by_keys = Format::of(edit.language).is_some();
    for (text, locus) in surroundings.enclosing.iter().map(|t| (t.as_str(), Locus::Name)).chain([(tail, Locus::Path)]) {
        for hit in scan(text, knowledge) {
            let set = hit.set as usize;
            for owner in knowledge[set].owners_of(hit.literal) {
                let Owner::Signal(signal) = owner else { continue };
                let s = &knowledge[set].signals[signal];
                if s.languages & edit.language.bit() != 0 && !(s.keyed && by_keys) && s.places & PLACE_CODE != 0 && libraries.satisfy(&knowledge[set], signal) {
                    out.context.push((set, signal, locus));
                }
            }
        }
    }
    out.context.sort_unstable();
    out.context.dedup();
}

/// The last four components: what lies above them is the user's machine, not the project.
fn path_tail(path: &str) -> &str {
    path.rmatch_indices(['/', '\\']).nth(3).map_or(path, |(i, _)| &path[i + 1..])
}

/// Which library families the file imports.
#[derive(Clone, Debug, Default)]
pub(super) struct Libraries {
    /// Indices into the built-in libraries.
    pub found: Vec<usize>,
    /// One bit for each category.
    pub categories: u32,
}

impl Libraries {
    /// Searches import lines of a file. The first set of knowledge holds the libraries.
    pub(super) fn of_imports(imports: &str, knowledge: &[Knowledge<'_>]) -> Self {
        let mut out = Self::default();
        if let Some(k) = knowledge.first() {
            k.filter.scan(imports.as_bytes(), |literal, _, _| out.add_owners(literal, k));
        }
        out
    }

    /// Searches import lines of the file and of the edit.
    pub(super) fn of(imports: &str, literals: &Literals, kinds: &Kinds, knowledge: &[Knowledge<'_>]) -> Self {
        let mut out = Self::of_imports(imports, knowledge);
        let Some(k) = knowledge.first() else { return out };
        for (hits, kinds) in literals.0.iter().flatten().zip(kinds.0.iter().flatten()) {
            for hit in hits.iter().filter(|h| h.set == 0 && kinds[h.start as usize] == Kind::Import) {
                out.add_owners(hit.literal, k);
            }
        }
        out
    }

    fn add_owners(&mut self, literal: u16, k: &Knowledge<'_>) {
        for owner in k.owners_of(literal) {
            if let Owner::Library(library) = owner
                && !self.found.contains(&library)
            {
                self.found.push(library);
                self.categories |= 1 << k.libraries[library].category;
            }
        }
    }

    /// Whether the file imports what the signal needs.
    fn satisfy(&self, k: &Knowledge<'_>, signal: usize) -> bool {
        let s = &k.signals[signal];
        let (from, to) = s.need_libraries;
        (s.need_categories == 0 && from == to)
            || s.need_categories & self.categories != 0
            || k.needs[from as usize..to as usize].iter().any(|l| self.found.contains(&(*l as usize)))
    }
}
