//! Dominators: what every way to a node passes (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001).

use super::Next;
use crate::topology::graph::Node;

/// What is the last node that every way from the roots to a node passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// No way leads here.
    Unreached,
    /// A root, or a node that ways lead to which share nothing.
    Free,
    /// Every way passes this one.
    Node(Node),
}

/// The immediate dominators of all nodes, from roots taken together: users may enter at any of them. `callers` are the
/// same edges turned.
#[must_use]
pub fn immediate(next: &Next, callers: &Next, roots: &[Node]) -> Vec<Last> {
    const NONE: usize = usize::MAX;
    let n = next.len();
    // A virtual root, number n, calls every root.
    let order = postorder(next, roots);
    let mut rank = vec![NONE; n + 1];
    for (i, v) in order.iter().enumerate() {
        rank[*v] = i;
    }
    rank[n] = order.len();
    let mut is_root = vec![false; n];
    roots.iter().for_each(|r| is_root[*r] = true);
    let mut idom = vec![NONE; n + 1];
    idom[n] = n;
    loop {
        let mut changed = false;
        for v in order.iter().rev() {
            let mut new = if is_root[*v] { n } else { NONE };
            for u in callers[*v].iter().filter(|u| idom[**u] != NONE) {
                new = if new == NONE { *u } else { meet(&idom, &rank, new, *u) };
            }
            if idom[*v] != new {
                idom[*v] = new;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    (0..n)
        .map(|v| match idom[v] {
            NONE => Last::Unreached,
            d if d == n => Last::Free,
            d => Last::Node(d),
        })
        .collect()
}

fn meet(idom: &[usize], rank: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        while rank[a] < rank[b] {
            a = idom[a];
        }
        while rank[b] < rank[a] {
            b = idom[b];
        }
    }
    a
}

/// Nodes that the roots reach, each after those below it.
fn postorder(next: &Next, roots: &[Node]) -> Vec<Node> {
    let mut seen = vec![false; next.len()];
    let (mut out, mut work) = (Vec::new(), Vec::new());
    for root in roots {
        if std::mem::replace(&mut seen[*root], true) {
            continue;
        }
        work.push((*root, 0));
        while let Some((v, at)) = work.pop() {
            if let Some(w) = next[v].get(at) {
                work.push((v, at + 1));
                if !std::mem::replace(&mut seen[*w], true) {
                    work.push((*w, 0));
                }
            } else {
                out.push(v);
            }
        }
    }
    out
}

/// All nodes that every way to a node passes, the nearest to the roots first, without the node itself.
#[must_use]
pub fn chain(last: &[Last], node: Node) -> Vec<Node> {
    let mut out = Vec::new();
    let mut at = node;
    while let Last::Node(above) = last[at] {
        out.push(above);
        at = above;
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::walk::turned;

    #[test]
    fn a_diamond_is_dominated_by_its_head() {
        // 0 -> 1 -> {2, 3} -> 4; 5 is apart.
        let next = vec![vec![1], vec![2, 3], vec![4], vec![4], vec![], vec![]];
        let callers = turned(&next);
        let last = immediate(&next, &callers, &[0]);
        assert_eq!(last, [Last::Free, Last::Node(0), Last::Node(1), Last::Node(1), Last::Node(1), Last::Unreached]);
        assert_eq!(chain(&last, 4), [0, 1]);
        // A second way in at 3 leaves nothing that every way passes.
        assert!(chain(&immediate(&next, &callers, &[0, 3]), 4).is_empty());
    }
}
