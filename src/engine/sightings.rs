//! Where the literals of signals are met in an edit: scan, diff and lexer brought together.

use super::diff::{self, LineDiff};
use super::edit::{Change, Edit};
use super::lexer::{self, Kind};
use super::structured::{self, Format, KeyHit};
use super::surroundings::Surroundings;
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
}

/// Everything met in one edit.
#[derive(Clone, Debug, Default)]
pub(super) struct Sightings {
    /// Hits on changed lines.
    pub hits: Vec<Hit>,
    /// (set, signal) met on unchanged lines of the edit, in names, in the path: no evidence, but context.
    pub context: Vec<(usize, usize, Locus)>,
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
    text: &'a str,
    starts: Vec<usize>,
    changed: &'a [bool],
    kinds: &'a [Kind],
    waivers: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(text: &'a str, changed: &'a [bool], kinds: &'a [Kind]) -> Self {
        let bytes = text.as_bytes();
        let mut side = Self { text, starts: Vec::with_capacity(changed.len() + 1), changed, kinds, waivers: Vec::new() };
        side.starts.push(0);
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' {
                side.starts.push(at + 1);
            } else if *byte == b':' && bytes[..at].ends_with(b"dist") && bytes[at..].starts_with(b": ok") && side.is_waiver(at) {
                // The comment speaks for its own line and for the next.
                let line = side.starts.len() - 1;
                side.waivers.extend([line, line + 1]);
            }
        }
        side
    }

    /// Whether `dist: ok` at a colon is a comment that gives a reason.
    fn is_waiver(&self, colon: usize) -> bool {
        let reason = self.text[colon + 4..].lines().next().unwrap_or("");
        self.kinds[colon] == Kind::Comment && reason.bytes().any(|b| b.is_ascii_alphanumeric())
    }

    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|s| *s <= at) - 1
    }

    fn line(&self, line: usize) -> &'a str {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(self.text.len(), |e| e - 1);
        &self.text[start..end.max(start)]
    }

    fn has_code(&self, line: usize) -> bool {
        let start = self.starts[line];
        self.line(line).as_bytes().iter().enumerate().any(|(i, b)| b.is_ascii_alphanumeric() && matches!(self.kinds[start + i], Kind::Code | Kind::String))
    }
}

/// A literal met, before the lexer was asked: set, literal, start, end.
type RawHit = (usize, u16, usize, usize);

fn scan(text: &str, knowledge: &[Knowledge<'_>]) -> Vec<RawHit> {
    let mut out = Vec::with_capacity(128);
    for (set, k) in knowledge.iter().enumerate() {
        k.filter.scan(text.as_bytes(), |literal, start, end| out.push((set, literal, start, end)));
    }
    out
}

/// The literals in an edit: new and old side of each replacement. One scan serves everything that follows.
pub(super) struct Literals(Vec<[Vec<RawHit>; 2]>);

impl Literals {
    pub(super) fn of(edit: &Edit<'_>, knowledge: &[Knowledge<'_>]) -> Self {
        Self(edit.changes.iter().map(|c| [scan(&c.new, knowledge), scan(&c.old, knowledge)]).collect())
    }

    /// A cheap first look: whether any signal could be met at all.
    pub(super) fn any_signal(&self, edit: &Edit<'_>, knowledge: &[Knowledge<'_>]) -> bool {
        let language = edit.language.bit();
        self.0.iter().flatten().flatten().any(|&(set, literal, ..)| {
            let k = &knowledge[set];
            k.owners_of(literal).any(|owner| matches!(owner, Owner::Signal(s) if k.signals[s].languages & language != 0))
        })
    }
}

/// What each byte of an edit is: new and old side of each replacement.
pub(super) struct Kinds(Vec<[Vec<Kind>; 2]>);

impl Kinds {
    pub(super) fn of(edit: &Edit<'_>, surroundings: &Surroundings) -> Self {
        let inside = |i: usize| surroundings.in_long_string.get(i).copied().unwrap_or(false);
        let lex = |text: &str, i: usize| lexer::lex(text, edit.language, inside(i));
        Self(edit.changes.iter().enumerate().map(|(i, c)| [lex(&c.new, i), lex(&c.old, i)]).collect())
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
    let mut diff = diff::lines(&change.old, &change.new);
    let format = Format::of(edit.language);
    let keys = format.map_or_else(Vec::new, |f| structured::compare(f, edit, change, above, &mut diff, knowledge));
    let LineDiff { removed, added } = diff;
    let new = Side::new(&change.new, &added, &kinds[0]);
    let old = Side::new(&change.old, &removed, &kinds[1]);
    let added_code: Vec<usize> = (0..added.len()).filter(|&l| added[l] && new.has_code(l)).collect();
    let removed_code: Vec<usize> = (0..removed.len()).filter(|&l| removed[l] && old.has_code(l)).collect();
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
        if side.waivers.contains(&line) {
            out.waived += 1;
        } else {
            out.hits.push(Hit { set, signal, change: index, in_new, line, span });
        }
    }
    for (side, in_new, raw) in [(&new, true, &literals[0]), (&old, false, &literals[1])] {
        let lines: Vec<usize> = raw.iter().map(|&(.., start, _)| side.line_of(start)).collect();
        let near = OnceCell::new();
        let is_near = |set: usize, signal: usize, line: usize| {
            let near: &Vec<(usize, usize, usize)> = near.get_or_init(|| near_lines(raw, &lines, side.kinds, knowledge));
            let from = near.partition_point(|n| *n < (set, signal, line.saturating_sub(NEAR_LINES)));
            near.get(from).is_some_and(|n| (n.0, n.1) == (set, signal) && n.2 <= line + NEAR_LINES)
        };
        for (&(set, literal, start, end), &line) in raw.iter().zip(&lines) {
            let k = &knowledge[set];
            let kind = side.kinds[start];
            if matches!(kind, Kind::Comment | Kind::Import | Kind::Log) {
                continue;
            }
            for owner in k.owners_of(literal) {
                let Owner::Signal(signal) = owner else { continue };
                let s = &k.signals[signal];
                if s.languages & edit.language.bit() == 0
                    || (s.keyed && is_judged_by_keys(edit))
                    || !counts(kind, s.places, edit)
                    || !libraries.satisfy(k, signal)
                {
                    continue;
                }
                if s.near && !is_near(set, signal, line) {
                    continue;
                }
                if !side.changed.get(line).copied().unwrap_or(false) {
                    if in_new {
                        out.context.push((set, signal, Locus::Context));
                    }
                } else if side.waivers.contains(&line) {
                    out.waived += 1;
                } else {
                    out.hits.push(Hit { set, signal, change: index, in_new, line, span: (start, end) });
                }
            }
        }
    }
}

/// Whether signals with keys speak by these alone.
fn is_judged_by_keys(edit: &Edit<'_>) -> bool {
    Format::of(edit.language).is_some()
}

/// (set, signal, line) of every literal that a signal met here wants near, in order.
fn near_lines(raw: &[RawHit], lines: &[usize], kinds: &[Kind], knowledge: &[Knowledge<'_>]) -> Vec<(usize, usize, usize)> {
    // Many signals want common words near, and few of them are met: only those are looked up.
    let mut met: Vec<Vec<bool>> = knowledge.iter().map(|k| vec![false; k.signals.len()]).collect();
    for &(set, literal, ..) in raw {
        for owner in knowledge[set].owners_of(literal) {
            if let Owner::Signal(signal) = owner {
                met[set][signal] = knowledge[set].signals[signal].near;
            }
        }
    }
    let mut out = Vec::new();
    for (&(set, literal, start, _), &line) in raw.iter().zip(lines) {
        if matches!(kinds[start], Kind::Code | Kind::String) {
            out.extend(knowledge[set].owners_of(literal).filter_map(|owner| match owner {
                Owner::Near(signal) if met[set][signal] => Some((set, signal, line)),
                _ => None,
            }));
        }
    }
    out.sort_unstable();
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
        let start = side.starts[l];
        out.extend(
            side.line(l)
                .bytes()
                .enumerate()
                .filter(|(i, b)| side.kinds[start + i] == Kind::Code && !b.is_ascii_digit() && !b.is_ascii_whitespace())
                .map(|(_, b)| b),
        );
        out.push(b'\n');
    }
    out
}

fn look_around(out: &mut Sightings, edit: &Edit<'_>, knowledge: &[Knowledge<'_>], surroundings: &Surroundings, libraries: &Libraries) {
    let tail = path_tail(&edit.path);
    for (text, locus) in surroundings.enclosing.iter().map(|t| (t.as_str(), Locus::Name)).chain([(tail, Locus::Path)]) {
        for (set, literal, ..) in scan(text, knowledge) {
            for owner in knowledge[set].owners_of(literal) {
                let Owner::Signal(signal) = owner else { continue };
                let s = &knowledge[set].signals[signal];
                if s.languages & edit.language.bit() != 0
                    && !(s.keyed && is_judged_by_keys(edit))
                    && s.places & PLACE_CODE != 0
                    && libraries.satisfy(&knowledge[set], signal)
                {
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
    /// Searches import lines of the file and of the edit. The first set of knowledge holds the libraries.
    pub(super) fn of(imports: &str, literals: &Literals, kinds: &Kinds, knowledge: &[Knowledge<'_>]) -> Self {
        let mut out = Self::default();
        let Some(k) = knowledge.first() else { return out };
        k.filter.scan(imports.as_bytes(), |literal, _, _| {
            out.add_owners(literal, k);
        });
        for (hits, kinds) in literals.0.iter().flatten().zip(kinds.0.iter().flatten()) {
            for &(set, literal, start, _) in hits.iter().filter(|h| h.0 == 0) {
                if kinds[start] == Kind::Import {
                    out.add_owners(literal, &knowledge[set]);
                }
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
