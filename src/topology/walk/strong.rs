//! Strongly connected parts: sets of nodes each of which reaches every other (Tarjan 1972).

use super::Next;
use crate::topology::graph::Node;

/// The part of each node. Parts are numbered against the edges: an edge never leads to a part with a higher number.
#[must_use]
pub fn parts(next: &Next) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let n = next.len();
    let (mut part, mut index, mut low) = (vec![NEW; n], vec![NEW; n], vec![0; n]);
    let (mut open, mut is_open) = (Vec::new(), vec![false; n]);
    let (mut clock, mut count) = (0, 0);
    // A node with the next of its edges to be looked at.
    let mut work: Vec<(Node, usize)> = Vec::new();
    for start in 0..n {
        if index[start] != NEW {
            continue;
        }
        work.push((start, 0));
        while let Some((v, at)) = work.pop() {
            if at == 0 {
                index[v] = clock;
                low[v] = clock;
                clock += 1;
                open.push(v);
                is_open[v] = true;
            } else {
                low[v] = low[v].min(low[next[v][at - 1]]);
            }
            let mut at = at;
            let mut below = None;
            while let Some(w) = next[v].get(at) {
                at += 1;
                if index[*w] == NEW {
                    below = Some(*w);
                    break;
                }
                if is_open[*w] {
                    low[v] = low[v].min(index[*w]);
                }
            }
            if let Some(w) = below {
                work.push((v, at));
                work.push((w, 0));
                continue;
            }
            if low[v] == index[v] {
                while let Some(w) = open.pop() {
                    is_open[w] = false;
                    part[w] = count;
                    if w == v {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    part
}

/// Parts of more than one node, the largest first, their nodes in ascending order.
#[must_use]
pub fn cycles(next: &Next) -> Vec<Vec<Node>> {
    let part = parts(next);
    let mut members: Vec<Vec<Node>> = vec![Vec::new(); part.iter().map(|p| p + 1).max().unwrap_or(0)];
    for (node, part) in part.iter().enumerate() {
        members[*part].push(node);
    }
    members.retain(|m| m.len() > 1);
    members.sort_by_key(|m| (std::cmp::Reverse(m.len()), m.first().copied()));
    members
}

/// One shortest cycle of more than one among nodes that all reach each other: its nodes in the order of the edges, beginning at the
/// lowest.
#[must_use]
pub fn shortest_cycle(next: &Next, members: &[Node]) -> Vec<Node> {
    let mut inside = vec![false; next.len()];
    members.iter().for_each(|m| inside[*m] = true);
    let mut best: Vec<Node> = Vec::new();
    let (mut before, mut far) = (vec![usize::MAX; next.len()], vec![usize::MAX; next.len()]);
    for start in members {
        members.iter().for_each(|m| far[*m] = usize::MAX);
        far[*start] = 0;
        let mut queue = std::collections::VecDeque::from([*start]);
        'search: while let Some(v) = queue.pop_front() {
            if !best.is_empty() && far[v] + 1 >= best.len() {
                break;
            }
            for w in &next[v] {
                if w == start && v != *start {
                    let mut way = vec![v];
                    let mut at = v;
                    while at != *start {
                        at = before[at];
                        way.push(at);
                    }
                    way.reverse();
                    best = way;
                    break 'search;
                }
                if inside[*w] && far[*w] == usize::MAX {
                    far[*w] = far[v] + 1;
                    before[*w] = v;
                    queue.push_back(*w);
                }
            }
        }
        if best.len() == 2 {
            break;
        }
    }
    if let Some(lowest) = best.iter().enumerate().min_by_key(|(_, n)| **n).map(|(i, _)| i) {
        best.rotate_left(lowest);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_against_the_edges() {
        // 0 -> 1 <-> 2 -> 3, and 4 <-> 5 -> 6 -> 4 with the shorter cycle 4 <-> 5.
        let next = vec![vec![1], vec![2], vec![1, 3], vec![], vec![5], vec![4, 6], vec![4]];
        let part = parts(&next);
        assert_eq!(part[1], part[2]);
        assert!(part[0] > part[1] && part[1] > part[3], "{part:?}");
        assert_eq!(cycles(&next), [vec![4, 5, 6], vec![1, 2]]);
        assert_eq!(shortest_cycle(&next, &[4, 5, 6]), [4, 5]);
    }

    #[test]
    fn a_long_chain_and_a_long_ring_need_no_stack() {
        let n = 200_000;
        let mut next: Next = (0..n).map(|i| if i + 1 < n { vec![i + 1] } else { vec![] }).collect();
        assert_eq!(cycles(&next).len(), 0);
        next[n - 1].push(0);
        assert_eq!(cycles(&next)[0].len(), n);
    }
}
