//! Walks and analyses against the plainest way to say the same thing, on small systems made at random; and that no topology, however
//! odd its values, makes an analysis panic or say two things.

use distributed_architect::topology::analyses::blast_radius::blast;
use distributed_architect::topology::analyses::{Figure, SHELF, Study, analysis};
use distributed_architect::topology::graph::{Edge, Graph};
use distributed_architect::topology::model::{
    Backoff, Calls, Component, Consensus, ConvergencePoint, Count, Defaults, Failover, Interaction, Kind, Relationship, Replica, RetryLayer, State, Topology,
    Transition,
};
use distributed_architect::topology::walk::{Next, articulation, dominators, next, reach, strong, turned, ways};
use distributed_architect::topology::{simulate, walk};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn name(node: usize) -> String {
    format!("c{node}")
}

/// `(from, to, attempts, hard)`.
type Line = (usize, usize, u32, bool);

fn topology(nodes: usize, lines: &[Line]) -> Topology {
    let edge = |(from, to, attempts, hard): &Line| Relationship {
        from: name(*from),
        to: name(*to),
        attempts: Some(*attempts),
        required: Some(*hard),
        ..Relationship::default()
    };
    Topology {
        components: (0..nodes).map(|n| Component { name: name(n), entry: n == 0, ..Component::default() }).collect(),
        relationships: lines.iter().map(edge).collect(),
        ..Topology::default()
    }
}

fn lines(nodes: usize, most: usize) -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((0..nodes, 0..nodes, 1..4u32, prop::bool::weighted(0.7)), 0..most)
}

/// What a node reaches, without passing one that is taken away.
fn reached(next: &Next, from: usize, without: Option<usize>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut work = vec![from];
    while let Some(v) = work.pop() {
        for w in &next[v] {
            if Some(*w) != without && seen.insert(*w) {
                work.push(*w);
            }
        }
    }
    seen
}

/// Every way that passes nothing twice, by trying all.
fn all_ways(graph: &Graph<'_>, at: usize, to: usize, passed: &mut Vec<usize>, way: &mut Vec<Edge>, out: &mut Vec<Vec<Edge>>) {
    passed.push(at);
    for (edge, w) in graph.called_by(at) {
        way.push(edge);
        if w == to {
            out.push(way.clone());
        } else if !passed.contains(&w) {
            all_ways(graph, w, to, passed, way, out);
        }
        way.pop();
    }
    passed.pop();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walks_are_what_they_say(lines in lines(7, 16)) {
        let t = topology(7, &lines);
        let g = Graph::of(&t);
        let forth = next(&g, |_| true);
        let back = turned(&forth);
        let both: Next = forth.iter().zip(&back).map(|(a, b)| a.iter().chain(b).copied().collect()).collect();
        // Parts: who reaches whom, and who is reached back.
        let part = strong::parts(&forth);
        for u in 0..7 {
            for v in 0..7 {
                let mutual = reached(&forth, u, None).contains(&v) && reached(&forth, v, None).contains(&u);
                prop_assert_eq!(part[u] == part[v], mutual, "{} {}", u, v);
                if forth[u].contains(&v) {
                    prop_assert!(part[u] >= part[v]);
                }
            }
        }
        for members in strong::cycles(&forth) {
            let ring = strong::shortest_cycle(&forth, &members);
            let back_to = |v: usize| (0..7).filter(|u| *u != v && forth[*u].contains(&v)).filter_map(|u| reach::distances(&forth, &[v])[u]).min().map(|d| d + 1);
            let shortest = members.iter().filter_map(|m| back_to(*m)).min();
            prop_assert_eq!(Some(ring.len()), shortest);
            for (u, v) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                prop_assert!(forth[*u].contains(v));
            }
        }
        // Articulation points: what its island falls into without it.
        for v in 0..7 {
            let island: BTreeSet<usize> = reached(&both, v, None).into_iter().filter(|u| *u != v).collect();
            let mut left = island;
            let mut pieces = 0;
            while let Some(u) = left.first().copied() {
                pieces += 1;
                let piece = reached(&both, u, Some(v));
                left.retain(|w| !piece.contains(w));
            }
            let told = articulation::points(&forth).into_iter().find(|(n, _)| *n == v).map(|(_, p)| p);
            prop_assert_eq!(told, (pieces > 1).then_some(pieces), "{}", v);
        }
        // Dominators: without it there is no way.
        for roots in [vec![0], vec![0, 3]] {
            let last = dominators::immediate(&forth, &back, &roots);
            let all = |without| roots.iter().filter(|r| Some(**r) != without).flat_map(|r| reached(&forth, *r, without)).collect::<BTreeSet<_>>();
            for v in 0..7 {
                prop_assert_eq!(last[v] != dominators::Last::Unreached, all(None).contains(&v));
                let mut chain = dominators::chain(&last, v);
                chain.sort_unstable();
                let passed: Vec<usize> = (0..7).filter(|d| *d != v && all(None).contains(&v) && !all(Some(*d)).contains(&v)).collect();
                prop_assert_eq!(chain, passed, "{}", v);
            }
        }
        // Ways: all of them, the shortest first.
        for to in 0..7 {
            let found = ways::between(&g, 0, to, 100_000, 99);
            let mut all = Vec::new();
            all_ways(&g, 0, to, &mut Vec::new(), &mut Vec::new(), &mut all);
            prop_assert!(!found.more && found.found.windows(2).all(|w| w[0].len() <= w[1].len()));
            prop_assert_eq!(found.found.iter().collect::<BTreeSet<_>>(), all.iter().collect::<BTreeSet<_>>());
            prop_assert_eq!(found.found.len(), all.len());
        }
    }

    #[test]
    fn what_fails_with_a_component_is_the_least_set_that_the_definition_closes(lines in lines(8, 18), first in 0..8usize) {
        let t = topology(8, &lines);
        let study = Study::of(&t);
        let mut lost = BTreeSet::from([first]);
        loop {
            let more: BTreeSet<usize> = lines.iter().filter(|(_, v, _, hard)| *hard && lost.contains(v)).map(|(u, ..)| *u).filter(|u| !lost.contains(u)).collect();
            if more.is_empty() {
                break;
            }
            lost.extend(more);
        }
        let mut less: BTreeSet<usize> = lines.iter().filter(|(_, v, _, hard)| !*hard && lost.contains(v)).map(|(u, ..)| *u).collect();
        loop {
            let more: BTreeSet<usize> = lines.iter().filter(|(u, v, _, hard)| *hard && less.contains(v) && !less.contains(u)).map(|(u, ..)| *u).collect();
            if more.is_empty() {
                break;
            }
            less.extend(more);
        }
        let blast = blast(&study, &[first]);
        prop_assert_eq!(blast.lost.iter().copied().chain([first]).collect::<BTreeSet<_>>(), lost.clone());
        prop_assert_eq!(blast.degraded.iter().copied().collect::<BTreeSet<_>>(), less.difference(&lost).copied().collect::<BTreeSet<_>>());
        prop_assert_eq!(blast.share, Some(if lost.contains(&0) { 1.0 } else { 0.0 }));
    }

    /// Without cycles the sum over all ways can be written down: the product of the attempts of each, added.
    #[test]
    fn tries_multiply_along_each_way_and_add_over_all(lines in lines(7, 18)) {
        let onward: Vec<Line> = lines.iter().filter(|(u, v, ..)| u < v).copied().collect();
        let t = topology(7, &onward);
        let study = Study::of(&t);
        let found = (analysis("retry-amplification").expect("an analysis").find)(&study);
        let sums: Vec<f64> = (0..7).map(|to| {
            let mut all = Vec::new();
            if to > 0 {
                all_ways(&study.graph, 0, to, &mut Vec::new(), &mut Vec::new(), &mut all);
            }
            all.iter().map(|way| way.iter().map(|e| f64::from(onward[*e].2)).product::<f64>()).sum()
        }).collect();
        for insight in &found.insights {
            prop_assert_eq!(insight.get("calls"), Some(&Figure::Number(sums[insight.components[0]])));
            let product: f64 = insight.edges.iter().map(|e| f64::from(onward[*e].2)).product();
            prop_assert_eq!(insight.get("worst_path_calls"), Some(&Figure::Number(product)));
        }
        // The worst of all is told, when any try is repeated on a way to it.
        let worst = sums.iter().copied().fold(0.0, f64::max);
        let told = found.insights.iter().filter_map(|i| match i.get("calls") { Some(Figure::Number(x)) => Some(*x), _ => None }).fold(0.0, f64::max);
        if worst >= 10.0 && told < worst {
            prop_assert!(sums.iter().enumerate().filter(|(_, s)| **s == worst).all(|(n, _)| {
                let mut all = Vec::new();
                all_ways(&study.graph, 0, n, &mut Vec::new(), &mut Vec::new(), &mut all);
                all.iter().all(|way| way.iter().all(|e| onward[*e].2 == 1))
            }), "{} of {:?}", told, sums);
        }
    }

    #[test]
    fn no_topology_makes_an_analysis_panic_or_say_two_things(t in odd()) {
        let study = Study::of(&t);
        for analysis in SHELF {
            let found = (analysis.find)(&study);
            for insight in &found.insights {
                prop_assert!(insight.components.iter().all(|n| *n < study.graph.len()), "{}", analysis.id);
                let text = serde_json::to_string(&insight.json(&study));
                prop_assert!(text.is_ok_and(|t| !t.contains("null")), "{}", analysis.id);
                prop_assert!(!insight.says.contains("NaN") && !insight.says.contains("inf"), "{}: {}", analysis.id, insight.says);
            }
            prop_assert_eq!(found, (analysis.find)(&Study::of(&t)));
        }
        for event in simulate::events(&study.graph) {
            let run = simulate::run(&study.graph, &event, &BTreeMap::new(), 40);
            prop_assert!(run.ticks.len() <= 40);
        }
        let _ = walk::next(&study.graph, |_| true);
    }
}

fn some<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    prop::option::of(prop::sample::select(values))
}

fn number() -> impl Strategy<Value = Option<f64>> {
    some(&[0.0, 0.5, 1.0, 3.0, 1e12, f64::MAX, f64::MIN_POSITIVE, -1.0])
}

fn duration() -> impl Strategy<Value = Option<Duration>> {
    const SOME: [Duration; 4] = [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(2), Duration::MAX];
    some(&SOME)
}

fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        Just(Count::Unknown),
        (0..4u32, some(&[0, 1, 2, 9])).prop_map(|(n, replicas)| Count::Fixed { n, replicas }),
        Just(Count::Fixed { n: u32::MAX, replicas: Some(u32::MAX) }),
        (some(&[0, 1, 5, u32::MAX]), some(&[0, 1, 5, u32::MAX])).prop_map(|(min, max)| Count::Dynamic { min, max }),
    ]
}

/// Names of components, of something else, and none.
fn any_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["c0", "c1", "c2", "c3", "c4", "c5", "elsewhere", "", "c1:on"]).prop_map(str::to_owned)
}

fn component() -> impl Strategy<Value = Component> {
    let state =
        (any_name(), any::<bool>(), prop::collection::vec((any_name(), some(&["backup", "performance"])), 0..3)).prop_map(|(name, authoritative, copies)| {
            State {
                name,
                authoritative,
                replicas: copies.into_iter().map(|(held_by, purpose)| Replica { held_by, purpose: purpose.map(str::to_owned), ..Replica::default() }).collect(),
                ..State::default()
            }
        });
    let words = prop::sample::select(vec!["on", "off", "*", "c1:on", ""]).prop_map(str::to_owned);
    let transition =
        (words.clone(), words.clone(), words.clone(), prop::collection::vec(words, 0..3)).prop_map(|(from, to, on, emits)| Transition { from, to, on, emits });
    let kinds = prop::sample::select(Kind::ALL.map(|(_, k)| k).to_vec());
    let consensus = (some(&[0, 1, 4, u32::MAX]), any::<bool>()).prop_map(|(voters, byzantine)| Consensus { voters, protocol: None, byzantine });
    let zones = prop::collection::vec(prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned), 0..3);
    (
        (kinds, count(), prop::option::of(any_name()), zones, some(&["x", "y"]), some(&[Failover::None, Failover::Automatic])),
        (number(), number(), number(), duration(), any::<bool>(), prop::option::of(consensus)),
        prop::collection::vec(state, 0..3),
        prop::collection::vec(transition, 0..4),
    )
        .prop_map(|((kind, count, per, zones, cell, failover), (capacity, weight, availability, noticed_after, entry, consensus), state, states)| {
            let mut out =
                Component { kind, count, per, zones, failover, capacity, weight, noticed_after, entry, consensus, state, states, ..Component::default() };
            out.cell = cell.map(str::to_owned);
            out.slo.availability = availability;
            out
        })
}

fn relationship() -> impl Strategy<Value = Relationship> {
    let patterns = prop::option::of(prop::sample::select(Interaction::ALL.map(|(_, p)| p).to_vec()));
    let calls = prop::option::of(prop_oneof![Just(Calls::PerItem), number().prop_map(|n| Calls::Of(n.unwrap_or(2.0)))]);
    let layers = prop::sample::subsequence(vec![RetryLayer::App, RetryLayer::Sdk, RetryLayer::Mesh, RetryLayer::Gateway, RetryLayer::Queue], 0..=5);
    let backoff = prop::option::of((duration(), duration()).prop_map(|(base, max)| Backoff { base: base.unwrap_or_default(), max, jitter: false }));
    (
        (any_name(), any_name(), patterns, some(&[true, false]), some(&[true, false]), prop::option::of(any_name())),
        (calls, any::<bool>(), duration(), some(&[0, 1, 3, u32::MAX]), backoff, layers),
        (number(), any::<bool>(), some(&[true, false]), some(&[true, false]), some(&[true, false]), prop::option::of(any_name())),
        (prop::option::of(count()), prop::option::of(count())),
    )
        .prop_map(|(ends, tries, rest, counts)| {
            let (from, to, pattern, sync, required, fallback) = ends;
            let (calls, parallel, timeout, attempts, backoff, retry_layers) = tries;
            let (rate, ordered, idempotent, deadline_propagated, ack_before_work, dead_letter) = rest;
            let mut out = Relationship { from, to, pattern, sync, required, fallback, calls, parallel, timeout, attempts, ..Relationship::default() };
            (out.backoff, out.retry_layers, out.rate, out.ordered, out.idempotent) = (backoff, retry_layers, rate, ordered, idempotent);
            (out.deadline_propagated, out.ack_before_work, out.dead_letter) = (deadline_propagated, ack_before_work, dead_letter);
            (out.from_count, out.to_count) = counts;
            out
        })
}

/// A topology with values that no reader would let through.
fn odd() -> impl Strategy<Value = Topology> {
    let points = prop::collection::vec((prop::collection::vec(any_name(), 0..4), prop::sample::select(vec!["read", "write", "read-write", ""])), 0..3);
    (prop::collection::vec(component(), 0..6), prop::collection::vec(relationship(), 0..14), points, duration(), some(&[0, 4, u32::MAX])).prop_map(
        |(mut components, relationships, points, timeout, attempts)| {
            for (i, component) in components.iter_mut().enumerate() {
                component.name = name(i);
            }
            let convergence_points = points
                .into_iter()
                .map(|(accessed_by, access)| ConvergencePoint { accessed_by, access: access.to_owned(), ..ConvergencePoint::default() })
                .collect();
            Topology { defaults: Defaults { timeout, attempts }, components, relationships, convergence_points, ..Topology::default() }
        },
    )
}
