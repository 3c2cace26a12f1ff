//! How high each slot stands, after Brandes and Köpf (2001): four alignments, each pushed to one corner, and the mean of the middle
//! two. Long lines come out straight.

use super::layered::Slots;
use super::order::places;
use std::collections::{BTreeMap, HashSet};

/// The middle of each slot. Slots of a column keep their order and `gap` between them.
pub(super) fn heights(slots: &Slots, gap: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let crossed = crossed(slots);
    let mut four: Vec<Vec<f64>> = Vec::new();
    for from_right in [false, true] {
        for from_below in [false, true] {
            let mut columns = slots.columns.clone();
            if from_right {
                columns.reverse();
            }
            if from_below {
                columns.iter_mut().for_each(|c| c.reverse());
            }
            let near = if from_right { &slots.right } else { &slots.left };
            let root = align(&columns, near, &crossed);
            let mut y = compact(&columns, &root, |a, b| gap(a, b) + f64::midpoint(slots.size[a].h, slots.size[b].h));
            if from_below {
                y.iter_mut().for_each(|y| *y = -*y);
            }
            four.push(y);
        }
    }
    let ends = |y: &[f64]| (y.iter().copied().fold(f64::INFINITY, f64::min), y.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let Some(narrowest) = four.iter().map(|y| ends(y)).min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) else {
        return Vec::new();
    };
    for (i, y) in four.iter_mut().enumerate() {
        let (first, last) = ends(y);
        let by = if i % 2 == 0 { narrowest.0 - first } else { narrowest.1 - last };
        y.iter_mut().for_each(|y| *y += by);
    }
    (0..slots.column.len())
        .map(|slot| {
            let mut y: Vec<f64> = four.iter().map(|y| y[slot]).collect();
            y.sort_by(f64::total_cmp);
            f64::midpoint(y[1], y[2])
        })
        .collect()
}

/// Ties that give way: they cross a tie within a long line.
fn crossed(slots: &Slots) -> HashSet<(usize, usize)> {
    let place = places(slots);
    let mut found = HashSet::new();
    for pair in slots.columns.windows(2) {
        let within = |s: usize| slots.left[s].iter().copied().find(|l| slots.is_bend(s) && slots.is_bend(*l));
        let (mut low, mut from) = (0, 0);
        for (i, slot) in pair[1].iter().enumerate() {
            let inner = within(*slot);
            if inner.is_none() && i + 1 < pair[1].len() {
                continue;
            }
            let high = inner.map_or(pair[0].len(), |l| place[l]);
            for other in &pair[1][from..=i] {
                for l in &slots.left[*other] {
                    let outside = place[*l] < low || place[*l] > high;
                    if outside && !(slots.is_bend(*other) && slots.is_bend(*l)) {
                        found.insert((*l, *other));
                    }
                }
            }
            (low, from) = (high, i + 1);
        }
    }
    found
}

/// The head of the block that each slot is aligned to: with the middle ones of its ties.
fn align(columns: &[Vec<usize>], near: &[Vec<usize>], crossed: &HashSet<(usize, usize)>) -> Vec<usize> {
    let mut root: Vec<usize> = (0..near.len()).collect();
    let mut next = root.clone();
    let mut place = vec![0; near.len()];
    for column in columns {
        for (i, slot) in column.iter().enumerate() {
            place[*slot] = i;
        }
    }
    for column in columns {
        let mut least = 0;
        for &slot in column {
            let mut ties = near[slot].clone();
            ties.sort_by_key(|t| place[*t]);
            let Some(last) = ties.len().checked_sub(1) else { continue };
            for &tie in &ties[last / 2..=last.div_ceil(2)] {
                let gives_way = crossed.contains(&(tie, slot)) || crossed.contains(&(slot, tie));
                if next[slot] == slot && place[tie] + 1 > least && !gives_way {
                    next[tie] = slot;
                    root[slot] = root[tie];
                    next[slot] = root[tie];
                    least = place[tie] + 1;
                }
            }
        }
    }
    root
}

/// Pushes the blocks together, first upwards, then each down to what lies below it.
fn compact(columns: &[Vec<usize>], root: &[usize], apart: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut below: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); root.len()];
    let mut above = vec![0_usize; root.len()];
    for column in columns {
        for pair in column.windows(2) {
            let (a, b) = (root[pair[0]], root[pair[1]]);
            let d = apart(pair[0], pair[1]);
            let known = below[a].entry(b).or_insert_with(|| {
                above[b] += 1;
                0.0
            });
            *known = known.max(d);
        }
    }
    let mut y = vec![0.0_f64; root.len()];
    let mut ready: Vec<usize> = (0..root.len()).filter(|s| root[*s] == *s && above[*s] == 0).collect();
    let mut at = 0;
    while let Some(&block) = ready.get(at) {
        at += 1;
        for (&other, &d) in &below[block] {
            y[other] = y[other].max(y[block] + d);
            above[other] -= 1;
            if above[other] == 0 {
                ready.push(other);
            }
        }
    }
    for &block in ready.iter().rev() {
        let room = below[block].iter().map(|(other, d)| y[*other] - d).fold(f64::INFINITY, f64::min);
        if room.is_finite() {
            y[block] = y[block].max(room);
        }
    }
    (0..root.len()).map(|slot| y[root[slot]]).collect()
}
