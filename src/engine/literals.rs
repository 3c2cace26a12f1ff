//! The literals in an edit. One scan of each side serves everything that follows.

use super::edit::{Change, Edit};
use super::lines::{shared_head, shared_tail};
use crate::knowledge::filter::LONGEST;
use crate::knowledge::{Knowledge, Owner};

/// A literal met, before the lexer was asked. Small, for a large file has tens of thousands.
#[derive(Clone, Copy)]
pub(super) struct RawHit {
    /// First byte.
    pub(super) start: u32,
    /// Byte behind the last.
    pub(super) end: u32,
    /// Which literal.
    pub(super) literal: u16,
    /// Which of the knowledge sets: there are two at most.
    pub(super) set: u16,
}

impl RawHit {
    fn new(set: u16, literal: u16, start: usize, end: usize) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: place(start), end: place(end), literal, set }
    }
}

/// All literals in a text.
pub(super) fn scan(text: &str, knowledge: &[Knowledge<'_>]) -> Vec<RawHit> {
    let mut out = Vec::with_capacity(text.len() / 32);
    for (set, k) in (0..).zip(knowledge) {
        k.filter.scan(text.as_bytes(), |literal, start, end| out.push(RawHit::new(set, literal, start, end)));
    }
    out
}

/// Shared text from which it is worth not to scan it twice.
const WORTH_SHARING: usize = 512;

/// The literals of `text`, as [`scan`] finds them; what it shares with a text whose literals are known is taken from there. Large
/// edits show much of a file and change a little.
fn scan_beside(text: &str, known: (&str, &[RawHit]), knowledge: &[Knowledge<'_>]) -> Vec<RawHit> {
    let (bytes, others) = (text.as_bytes(), known.0.as_bytes());
    let is_line_end = |b: &u8| *b == b'\n';
    // Whole lines, so that a changed line's literals are found in one go.
    let head = bytes[..shared_head(bytes, others)].iter().rposition(is_line_end).map_or(0, |end| end + 1);
    let tail = shared_tail(&bytes[head..], &others[head..]);
    let tail = bytes[bytes.len() - tail..].iter().position(is_line_end).map_or(0, |end| tail - end - 1);
    if head + tail < WORTH_SHARING {
        return scan(text, knowledge);
    }
    // A match depends on one byte before it and two behind it.
    let in_head = |end: usize| end + 2 <= head;
    let in_tail = |start: usize, length: usize| start > length - tail;
    let mut out = Vec::with_capacity(known.1.len() + 16);
    for (set, k) in (0..).zip(knowledge) {
        let of_set = known.1.iter().filter(|h| h.set == set);
        out.extend(of_set.clone().filter(|h| in_head(h.end as usize)));
        k.filter.scan_part(bytes, head.saturating_sub(LONGEST), bytes.len().min(bytes.len() - tail + LONGEST), |literal, start, end| {
            if !in_head(end) && !in_tail(start, bytes.len()) {
                out.push(RawHit::new(set, literal, start, end));
            }
        });
        let moved = |at: u32| at as usize + bytes.len() - others.len();
        out.extend(of_set.filter(|h| in_tail(h.start as usize, others.len())).map(|h| RawHit::new(set, h.literal, moved(h.start), moved(h.end))));
    }
    out
}

/// The literals in an edit: new and old side of each replacement. One scan serves everything that follows.
pub(super) struct Literals(pub(super) Vec<[Vec<RawHit>; 2]>);

impl Literals {
    pub(super) fn of(edit: &Edit<'_>, knowledge: &[Knowledge<'_>]) -> Self {
        let of_change = |change: &Change<'_>| {
            let new = scan(&change.new, knowledge);
            let old = scan_beside(&change.old, (&change.new, &new), knowledge);
            [new, old]
        };
        Self(edit.changes.iter().map(of_change).collect())
    }

    /// A cheap first look: whether any signal could be met at all.
    pub(super) fn any_signal(&self, edit: &Edit<'_>, knowledge: &[Knowledge<'_>]) -> bool {
        let language = edit.language.bit();
        self.0.iter().flatten().flatten().any(|hit| {
            let k = &knowledge[hit.set as usize];
            k.owners_of(hit.literal).any(|owner| matches!(owner, Owner::Signal(s) if k.signals[s].languages & language != 0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::baked::BUILT_IN;

    fn places(mut hits: Vec<RawHit>) -> Vec<(u32, u32, u16, u16)> {
        hits.sort_by_key(|h| (h.set, h.start, h.end, h.literal));
        hits.iter().map(|h| (h.start, h.end, h.literal, h.set)).collect()
    }

    #[test]
    fn what_is_taken_from_the_other_side_is_what_a_scan_finds() {
        let unit = "ok, err := rdb.SetNX(ctx, key, me, ttl).Result()\n\tch.Ack(tag, false)\nfor attempt := range retries { backoff(attempt) }\n";
        let base = unit.repeat(12);
        let inserts = ["", "\n", "x", "ack", "\tretry(", "ch.Ack(tag, false)\n", "time.Sleep(backoff)\n\n", "é"];
        let knowledge = [BUILT_IN, BUILT_IN];
        for cut in (0..base.len()).step_by(23) {
            for (insert, removed) in inserts.iter().zip([0, 1, 7, 40, 133, 400, 3, 0]) {
                let rest = &base[(cut + removed).min(base.len())..];
                let other = format!("{}{insert}{rest}", &base[..cut]);
                for (a, b) in [(&base, &other), (&other, &base)] {
                    let known = scan(b, &knowledge);
                    assert_eq!(places(scan_beside(a, (b, &known), &knowledge)), places(scan(a, &knowledge)), "{cut} {insert:?} {removed}");
                }
            }
        }
    }
}
