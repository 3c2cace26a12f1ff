//! Articulation points: nodes without which the rest falls apart, whatever the direction of the edges (Hopcroft and Tarjan 1973).

use super::{Next, turned};
use crate::topology::graph::Node;

/// Articulation points in ascending order, each with the number of pieces that its part of the graph falls into without it.
#[must_use]
pub fn points(next: &Next) -> Vec<(Node, usize)> {
    const NEW: usize = usize::MAX;
    let n = next.len();
    let around: Next = turned(next)
        .into_iter()
        .zip(next)
        .enumerate()
        .map(|(v, (mut list, out))| {
            list.extend_from_slice(out);
            list.sort_unstable();
            list.dedup();
            list.retain(|w| *w != v);
            list
        })
        .collect();
    let (mut index, mut low, mut pieces) = (vec![NEW; n], vec![0; n], vec![0usize; n]);
    let mut clock = 0;
    // A node, the node it was reached from, and the next of its neighbours to be looked at.
    let mut work: Vec<(Node, Node, usize)> = Vec::new();
    for root in 0..n {
        if index[root] != NEW {
            continue;
        }
        index[root] = clock;
        low[root] = clock;
        clock += 1;
        work.push((root, NEW, 0));
        while let Some((v, from, at)) = work.pop() {
            match around[v].get(at) {
                Some(w) => {
                    work.push((v, from, at + 1));
                    if index[*w] == NEW {
                        index[*w] = clock;
                        low[*w] = clock;
                        clock += 1;
                        work.push((*w, v, 0));
                    } else if *w != from {
                        low[v] = low[v].min(index[*w]);
                    }
                }
                None if from != NEW => {
                    low[from] = low[from].min(low[v]);
                    // What hangs below v reaches nothing above `from`. For the root every child is a piece.
                    if low[v] >= index[from] {
                        pieces[from] += 1;
                    }
                }
                // The root has no piece above it.
                None => pieces[v] = pieces[v].saturating_sub(1),
            }
        }
    }
    // Below an inner node hang `pieces`; what is above it is one more.
    (0..n).filter(|v| pieces[*v] > 0).map(|v| (v, pieces[v] + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn the_hub_of_a_star_and_the_middle_of_a_chain() {
        assert_eq!(points(&vec![vec![1, 2, 3], vec![], vec![], vec![]]), [(0, 3)]);
        assert_eq!(points(&vec![vec![], vec![0, 2], vec![3], vec![]]), [(1, 2), (2, 2)]);
        // A call and its answer are one connection, not a ring.
        assert_eq!(points(&vec![vec![1], vec![0, 2], vec![]]), [(1, 2)]);
        assert_eq!(points(&vec![vec![1], vec![2], vec![0]]), []);
    }
}
