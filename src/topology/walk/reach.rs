//! What can be reached.

use super::Next;
use crate::topology::graph::Node;
use std::collections::VecDeque;

/// How many steps each node is from the nearest start; `None`: not reached.
#[must_use]
pub fn distances(next: &Next, starts: &[Node]) -> Vec<Option<usize>> {
    let mut far = vec![None; next.len()];
    let mut queue = VecDeque::new();
    for start in starts {
        if far[*start].replace(0).is_none() {
            queue.push_back(*start);
        }
    }
    while let Some(v) = queue.pop_front() {
        let step = far[v].map_or(1, |f: usize| f + 1);
        for w in &next[v] {
            if far[*w].is_none() {
                far[*w] = Some(step);
                queue.push_back(*w);
            }
        }
    }
    far
}

/// Nodes that the starts reach, the nearest first, without the starts.
#[must_use]
pub fn from(next: &Next, starts: &[Node]) -> Vec<Node> {
    let mut seen = vec![false; next.len()];
    starts.iter().for_each(|s| seen[*s] = true);
    let mut out: Vec<Node> = Vec::new();
    let mut level = starts.to_vec();
    while !level.is_empty() {
        let mut below = Vec::new();
        for w in level.iter().flat_map(|v| &next[*v]) {
            if !std::mem::replace(&mut seen[*w], true) {
                below.push(*w);
            }
        }
        below.sort_unstable();
        out.extend_from_slice(&below);
        level = below;
    }
    out
}

/// Parts that hang together, whatever the direction of the edges: how many there are.
#[must_use]
pub fn islands(next: &Next) -> usize {
    let back = super::turned(next);
    let mut seen = vec![false; next.len()];
    let mut count = 0;
    for start in 0..next.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        count += 1;
        let mut work = vec![start];
        while let Some(v) = work.pop() {
            for w in next[v].iter().chain(&back[v]) {
                if !std::mem::replace(&mut seen[*w], true) {
                    work.push(*w);
                }
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_first() {
        let next = vec![vec![2], vec![], vec![1, 3], vec![0], vec![]];
        assert_eq!(from(&next, &[0]), [2, 1, 3]);
        assert_eq!(distances(&next, &[0]), [Some(0), Some(2), Some(1), Some(2), None]);
        assert_eq!(islands(&next), 2);
    }
}
