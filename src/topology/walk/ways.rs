//! All ways from one component to another that pass nothing twice, the shortest first, within bounds: in a dense graph there are more
//! than anybody could read.

use super::reach::distances;
use super::{next, turned};
use crate::topology::graph::{Edge, Graph, Node};

/// Edges that a search may try. Beyond it the answer says that it is not whole.
const STEPS: usize = 400_000;

/// Ways from one component to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Edges of each, in the order of the walk; the shortest way first.
    pub found: Vec<Vec<Edge>>,
    /// Whether there may be more.
    pub more: bool,
}

/// At most `most` ways, none longer than `longest` edges. From a component to itself: the cycles through it.
#[must_use]
pub fn between(graph: &Graph<'_>, from: Node, to: Node, most: usize, longest: usize) -> Ways {
    let far = distances(&turned(&next(graph, |_| true)), &[to]);
    let mut out = Ways::default();
    let mut steps = 0;
    // One search for each length: so the shortest come first, and a search that ends early has missed only longer ones.
    for length in 1..=longest.min(graph.len()) {
        let mut cut = false;
        let mut passed = vec![false; graph.len()];
        let mut way: Vec<Edge> = Vec::new();
        let mut work = vec![(from, 0)];
        while let Some((v, at)) = work.pop() {
            let Some(edge) = graph.calls[v].get(at) else {
                passed[v] = false;
                way.pop();
                continue;
            };
            work.push((v, at + 1));
            passed[v] = true;
            steps += 1;
            if steps > STEPS || out.found.len() > most {
                out.found.truncate(most);
                return Ways { more: true, ..out };
            }
            let (_, w) = graph.from_to(*edge);
            let left = length - way.len() - 1;
            if w == to {
                if left == 0 {
                    out.found.push(way.iter().copied().chain([*edge]).collect());
                } else {
                    cut = true;
                }
            } else if !passed[w] {
                match far[w] {
                    Some(f) if f <= left => {
                        way.push(*edge);
                        work.push((w, 0));
                    }
                    Some(_) => cut = true,
                    None => {}
                }
            }
        }
        // Nothing was cut off for its length: longer ways do not exist.
        if !cut && length < longest {
            return finish(out, most, false);
        }
        if length == longest.min(graph.len()) {
            return finish(out, most, cut && longest < graph.len());
        }
    }
    out
}

fn finish(mut out: Ways, most: usize, more: bool) -> Ways {
    let more = more || out.found.len() > most;
    out.found.truncate(most);
    Ways { more, ..out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::model::{Component, Relationship, Topology};

    fn topology(edges: &[(&str, &str)]) -> Topology {
        let mut names: Vec<&str> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
        names.sort_unstable();
        names.dedup();
        Topology {
            components: names.iter().map(|n| Component { name: (*n).to_owned(), ..Component::default() }).collect(),
            relationships: edges.iter().map(|(a, b)| Relationship { from: (*a).to_owned(), to: (*b).to_owned(), ..Relationship::default() }).collect(),
            ..Topology::default()
        }
    }

    fn named(graph: &Graph<'_>, ways: &Ways) -> Vec<String> {
        ways.found.iter().map(|w| w.iter().map(|e| graph.relationship(*e).to.as_str()).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn the_shortest_way_comes_first_and_none_passes_anything_twice() {
        let t = topology(&[("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d"), ("c", "a"), ("d", "b")]);
        let g = Graph::of(&t);
        let ways = between(&g, 0, 3, 9, 9);
        assert_eq!(named(&g, &ways), ["d", "b d", "b c d"]);
        assert!(!ways.more);
        let one = between(&g, 0, 3, 1, 9);
        assert_eq!((named(&g, &one), one.more), (vec!["d".to_owned()], true));
        let short = between(&g, 0, 3, 9, 2);
        assert_eq!((short.found.len(), short.more), (2, true));
        assert_eq!(named(&g, &between(&g, 0, 0, 9, 9)), ["b c a", "d b c a"]);
    }

    /// 22 layers of 2 have 4 million ways: some are told, and that it is not all.
    #[test]
    fn ways_beyond_number_end() {
        let mut edges = Vec::new();
        let names: Vec<[String; 2]> = (0..22).map(|i| [format!("{i:02}a"), format!("{i:02}b")]).collect();
        for pair in names.windows(2) {
            for a in &pair[0] {
                for b in &pair[1] {
                    edges.push((a.as_str(), b.as_str()));
                }
            }
        }
        let t = topology(&edges);
        let g = Graph::of(&t);
        let ways = between(&g, 0, g.len() - 1, 50, 64);
        assert_eq!((ways.found.len(), ways.more), (50, true));
    }
}
