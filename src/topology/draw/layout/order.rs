//! The order of slots within columns, with as few crossings as sweeps of barycentres and swaps of neighbours find.

use super::layered::Slots;

/// Sweeps at most.
const SWEEPS: usize = 32;
/// Sweeps without a better order before it ends.
const PATIENCE: usize = 8;

/// Orders the slots of each column.
pub(super) fn order(slots: &mut Slots) {
    begin(slots);
    let mut place = places(slots);
    let mut best = (crossings(slots, &place), slots.columns.clone());
    let mut idle = 0;
    for sweep in 0..SWEEPS {
        if best.0 == 0 || idle >= PATIENCE {
            break;
        }
        let count = slots.columns.len();
        for i in 1..count {
            let (column, down) = if sweep % 2 == 0 { (i, true) } else { (count - 1 - i, false) };
            by_barycentre(slots, &mut place, column, down, sweep % 4 > 1);
        }
        swap_neighbours(slots, &mut place);
        let crossed = crossings(slots, &place);
        idle += 1;
        if crossed < best.0 {
            best = (crossed, slots.columns.clone());
            idle = 0;
        }
    }
    slots.columns = best.1;
}

/// Slots in the order of a walk along the lines: what hangs together lies together.
fn begin(slots: &mut Slots) {
    let mut columns = vec![Vec::new(); slots.columns.len()];
    let mut met = vec![false; slots.column.len()];
    let starts: Vec<usize> = slots.columns.iter().flatten().copied().collect();
    for start in starts {
        let mut stack = vec![start];
        while let Some(slot) = stack.pop() {
            if met[slot] {
                continue;
            }
            met[slot] = true;
            columns[slots.column[slot]].push(slot);
            stack.extend(slots.right[slot].iter().rev().filter(|s| !met[**s]));
        }
    }
    slots.columns = columns;
}

/// The place of each slot in its column.
pub(super) fn places(slots: &Slots) -> Vec<usize> {
    let mut place = vec![0; slots.column.len()];
    for column in &slots.columns {
        for (i, slot) in column.iter().enumerate() {
            place[*slot] = i;
        }
    }
    place
}

/// Sorts a column by the mean place of what it is tied to in the column before (`down`) or after it. What is tied to nothing stays.
fn by_barycentre(slots: &mut Slots, place: &mut [usize], column: usize, down: bool, ties_turn: bool) {
    let near = if down { &slots.left } else { &slots.right };
    let old = &slots.columns[column];
    #[expect(clippy::cast_precision_loss, reason = "places in a column")]
    let mut tied: Vec<(f64, usize)> =
        old.iter().filter(|s| !near[**s].is_empty()).map(|s| (near[*s].iter().map(|n| place[*n]).sum::<usize>() as f64 / near[*s].len() as f64, *s)).collect();
    if ties_turn {
        tied.reverse();
    }
    tied.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut next = tied.into_iter();
    let new: Vec<usize> = old.iter().map(|s| if near[*s].is_empty() { *s } else { next.next().map_or(*s, |(_, s)| s) }).collect();
    for (i, slot) in new.iter().enumerate() {
        place[*slot] = i;
    }
    slots.columns[column] = new;
}

/// Swaps neighbours as long as that saves crossings.
fn swap_neighbours(slots: &mut Slots, place: &mut [usize]) {
    for _ in 0..10 {
        let mut better = false;
        for column in 0..slots.columns.len() {
            for i in 1..slots.columns[column].len() {
                let (a, b) = (slots.columns[column][i - 1], slots.columns[column][i]);
                let now = between(&slots.left, place, a, b) + between(&slots.right, place, a, b);
                let then = between(&slots.left, place, b, a) + between(&slots.right, place, b, a);
                if then < now {
                    slots.columns[column].swap(i - 1, i);
                    (place[a], place[b]) = (i, i - 1);
                    better = true;
                }
            }
        }
        if !better {
            break;
        }
    }
}

/// Crossings of the lines of two slots, the first above the second, on one side.
fn between(near: &[Vec<usize>], place: &[usize], above: usize, below: usize) -> usize {
    near[above].iter().map(|a| near[below].iter().filter(|b| place[**b] < place[*a]).count()).sum()
}

/// Crossings of all lines: inversions, counted with a Fenwick tree.
fn crossings(slots: &Slots, place: &[usize]) -> usize {
    let mut total = 0;
    for pair in slots.columns.windows(2) {
        let mut tree = vec![0_usize; pair[1].len() + 1];
        let mut met = 0;
        for slot in &pair[0] {
            let mut ends: Vec<usize> = slots.right[*slot].iter().map(|s| place[*s]).collect();
            ends.sort_unstable();
            for end in &ends {
                let (mut i, mut above) = (end + 1, 0);
                while i > 0 {
                    above += tree[i];
                    i &= i - 1;
                }
                total += met - above;
            }
            for end in ends {
                met += 1;
                let mut i = end + 1;
                while i < tree.len() {
                    tree[i] += 1;
                    i += i & i.wrapping_neg();
                }
            }
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(columns: &[usize], ties: &[(usize, usize)]) -> Slots {
        let mut slots = Slots { column: columns.to_vec(), left: vec![Vec::new(); columns.len()], right: vec![Vec::new(); columns.len()], ..Slots::default() };
        slots.columns = vec![Vec::new(); columns.iter().max().map_or(0, |c| c + 1)];
        columns.iter().enumerate().for_each(|(slot, column)| slots.columns[*column].push(slot));
        for &(a, b) in ties {
            slots.right[a].push(b);
            slots.left[b].push(a);
        }
        slots
    }

    #[test]
    fn crossings_are_counted() {
        let s = slots(&[0, 0, 1, 1], &[(0, 3), (1, 2), (0, 2), (1, 3)]);
        assert_eq!(crossings(&s, &places(&s)), 1);
    }

    #[test]
    fn a_tree_is_drawn_without_a_crossing() {
        let mut s = slots(&[0, 1, 1, 2, 2, 2, 2], &[(0, 2), (0, 1), (1, 3), (2, 4), (1, 5), (2, 6)]);
        order(&mut s);
        assert_eq!(crossings(&s, &places(&s)), 0);
    }
}
