//! The analyses on a graph of more than a thousand services, against figures that another program computed. The graph is somebody
//! else's and does not lie in this repository: `DISTARCH_LARGE_GRAPH` names it (dependencies as Jaeger answers them,
//! `[{"parent", "child", "callCount"}]`), and beside it `<name>.expected.json` holds the figures.
//!
//! ```sh
//! DISTARCH_LARGE_GRAPH=~/graphs/large.json cargo test --release --test topology_large -- --nocapture
//! ```

use distributed_architect::topology::analyses::blast_radius::blast;
use distributed_architect::topology::analyses::{SHELF, Study};
use distributed_architect::topology::graph::Graph;
use distributed_architect::topology::model::{Calls, Component, Count, Defaults, Interaction, Kind, Relationship, Topology};
use distributed_architect::topology::walk::{self, articulation, dominators, reach, strong};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Past the test harness, which keeps what a passing test prints to itself: a test that did nothing must not look like one that did.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn large() -> Option<(Topology, Value)> {
    let Some(path) = std::env::var_os("DISTARCH_LARGE_GRAPH").map(PathBuf::from) else {
        say("SKIPPED: the large graph. DISTARCH_LARGE_GRAPH names no file, so nothing was tested here.");
        return None;
    };
    let read = |path: PathBuf| -> Value {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let edges = read(path.clone());
    let end = |e: &Value, key: &str| e[key].as_str().expect("a name").to_owned();
    let pairs: BTreeSet<(String, String)> = edges.as_array().expect("a list").iter().map(|e| (end(e, "parent"), end(e, "child"))).collect();
    let names: BTreeSet<&String> = pairs.iter().flat_map(|(a, b)| [a, b]).collect();
    let topology = Topology {
        components: names.into_iter().map(|name| Component { name: name.clone(), ..Component::default() }).collect(),
        relationships: pairs.iter().map(|(from, to)| Relationship { from: from.clone(), to: to.clone(), ..Relationship::default() }).collect(),
        ..Topology::default()
    };
    Some((topology, read(path.with_extension("expected.json"))))
}

#[test]
fn figures_of_the_large_graph_are_those_of_another_program() {
    let Some((topology, expected)) = large() else { return };
    let study = Study::of(&topology);
    let graph: &Graph<'_> = &study.graph;
    let next = walk::next(graph, |_| true);
    let is = |name: &str, ours: usize| assert_eq!(expected[name], ours, "{name}");
    is("nodes", graph.len());
    is("edges", study.edges().count());
    is("weakly_connected_components", reach::islands(&next));
    is("articulation_points_undirected", articulation::points(&next).len());
    let sizes: Vec<usize> = strong::cycles(&next).iter().map(Vec::len).collect();
    assert_eq!(expected["scc_sizes_over_1"], serde_json::json!(sizes));
    is("roots_no_caller", study.entries.len());
    let last = dominators::immediate(&next, &walk::turned(&next), &study.entries);
    let heads: HashSet<usize> = last.iter().filter_map(|l| if let dominators::Last::Node(n) = l { Some(*n) } else { None }).collect();
    is("nontrivial_dominators_from_virtual_root", heads.len());
    let named = |name: &str| expected[name].as_object().unwrap_or_else(|| panic!("{name}")).clone();
    let node = |name: &str| graph.node(name).unwrap_or_else(|| panic!("{name}"));
    for (name, size) in named("largest_upstream_blast_radius") {
        assert_eq!(size, blast(&study, &[node(&name)]).lost.len(), "blast radius of {name}");
    }
    for (name, size) in named("max_fan_in") {
        assert_eq!(size, graph.callers[node(&name)].len(), "callers of {name}");
    }
    for (name, size) in named("max_fan_out") {
        assert_eq!(size, graph.calls[node(&name)].len(), "calls of {name}");
    }
    // And they are the largest, not only right.
    let largest = |name: &str| named(name).values().filter_map(Value::as_u64).max();
    let most = |sizes: &mut dyn Iterator<Item = usize>| sizes.max().map(|n| n as u64);
    assert_eq!(largest("largest_upstream_blast_radius"), most(&mut (0..graph.len()).map(|n| blast(&study, &[n]).lost.len())));
    assert_eq!(largest("max_fan_in"), most(&mut graph.callers.iter().map(Vec::len)));
    assert_eq!(largest("max_fan_out"), most(&mut graph.calls.iter().map(Vec::len)));
}

/// The graph as it is, and as worst cases for the analyses that would have nothing to do there: attempts and timeouts everywhere; and
/// kinds, counts, rates and zones as well.
#[test]
fn every_analysis_ends_and_says_the_same_twice() {
    let Some((bare, _)) = large() else { return };
    let timed = Topology { defaults: Defaults { timeout: Some(Duration::from_millis(500)), attempts: Some(3) }, ..bare.clone() };
    let mut full = timed.clone();
    let callers: HashSet<String> = full.relationships.iter().map(|r| r.from.clone()).collect();
    for (i, component) in full.components.iter_mut().enumerate() {
        component.kind = if callers.contains(&component.name) { Kind::Service } else { Kind::Db };
        component.count = if i % 3 == 0 { Count::ONE } else { Count::Dynamic { min: Some(2), max: Some(9) } };
        component.zones = if i % 5 == 0 { vec!["a".to_owned()] } else { vec!["a".to_owned(), "b".to_owned()] };
        component.capacity = Some(1_000.0);
        component.slo.availability = Some(0.999);
    }
    for (i, relationship) in full.relationships.iter_mut().enumerate() {
        relationship.rate = Some(10.0);
        relationship.calls = Some(Calls::Of(if i % 7 == 0 { 2.0 } else { 1.0 }));
        relationship.pattern = Some(if i % 4 == 0 { Interaction::Pull } else { Interaction::RequestResponse });
        relationship.fallback = (i % 10 == 0).then(|| bare.components[i % bare.components.len()].name.clone());
    }
    for (what, topology) in [("as it is", &bare), ("with attempts and timeouts", &timed), ("with everything", &full)] {
        let begin = Instant::now();
        let study = Study::of(topology);
        let mut rows = Vec::new();
        let first: Vec<_> = SHELF
            .iter()
            .map(|a| {
                let begin = Instant::now();
                let found = (a.find)(&study);
                rows.push((begin.elapsed(), a.id, found.insights.len()));
                found
            })
            .collect();
        let took = begin.elapsed();
        let second: Vec<_> = SHELF.iter().map(|a| (a.find)(&Study::of(topology))).collect();
        assert_eq!(first, second, "{what}");
        say(&format!("{what}: all {} analyses in {took:?}", SHELF.len()));
        rows.sort_by_key(|r| std::cmp::Reverse(r.0));
        for (time, id, insights) in rows.iter().take(6) {
            say(&format!("    {time:>10.1?}  {id} ({insights})"));
        }
    }
}
