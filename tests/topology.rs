//! What holds for every topology file, however broken: nothing panics, what is read is whole, what is written is read again, and the
//! normal form says the same. `FUZZ_SECONDS=600 cargo test --release --test topology -- --nocapture` runs as long as it is told.

#![allow(clippy::print_stdout, reason = "a test tells how much it tried")]

use distributed_architect::topology::edit::{self, Step};
use distributed_architect::topology::graph::Graph;
use distributed_architect::topology::model::Topology;
use distributed_architect::topology::{fmt, init, read, yaml};
use proptest::prelude::*;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// The shapes that are in use; mutations start here.
const SEEDS: [&str; 6] = [
    "topology:\n- from: api\ncount: 1 (fixed)\nto: runner\ncount: N (dynamic)\nvia: message queue\nnotes: \"1:N — at the gateway\"\n- from: runner\ncount: 4\nto: store\ncount: 3 nodes, 2 replicas (fixed)\nvia: sql\nnotes: |\n  only the\n  leader\n",
    "topology:\n  - from: api\n    count: 1\n    to: runner\n    count: 1 (fixed, per-api)\n    via: ssh\n  - from: runner\n    from_count: 2-10\n    to: store  # kept\n    to_count: 3\n",
    "components:\n  - name: api\n    count: 1 (fixed)\n    role: door\n  - name: store\n    count: 3 nodes, 2 replicas (fixed)\nrelationships:\n  - from: api\n    to: store\n    via: sql\n    pattern: request-response\nconvergence_points:\n  - resource: rows\n    accessed_by: [api, store]\n    type: read-write\n    concern: who wins?\n",
    init::TEMPLATE,
    "# all\nversion: 1\ndefaults: {timeout: 2s, attempts: 2}\nx-call: &call {timeout: 1s, attempts: 3}\ncomponents:\n  - {name: web, kind: gateway, count: N, entry: true, weight: 0.5, aliases: [x]}\n  - name: orders\n    paths: [\"services/orders/**\"]\n    count: {min: 2, max: 10}\n    per: web\n    zone: [a, b]\n    slo: {p99: 300ms, availability: 99.9}\n    capacity: 500/s\n    state:\n      - {name: orders, authoritative: true, replicas: [{in: cache, purpose: speed, reconcile: ttl 60s}], rpo: 0s}\n    consensus: {voters: 3, protocol: raft}\n    states: [{from: busy, to: idle, on: job-done, emits: [freed]}]\n\n  - name: cache\n    kind: cache\nrelationships:\n  - <<: *call\n    from: web\n    to: orders\n    backoff: {base: 50ms, max: 1s, jitter: true}\n    retry_layer: [app, mesh]\n    calls: N\n    rate: 120/min\n    fallback: cache\n  - {from: orders, to: chache, sync: false, ordered: true}\ninvariants:\n  - one charge\naliases: {orders: [orders.svc, order], web: www}\nignore: [otel]\n",
    "- {from: a, count: 1, to: b, count: 2}\n- from: b\n  to: \"c d\"\n  data: >-\n    folded\n    text\n",
];

/// Pieces that mean something to one of the readers.
const PIECES: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    ": ",
    ":",
    "- ",
    "-",
    ", ",
    "#",
    " # x",
    "&a ",
    "*a",
    "<<: *a\n",
    "|",
    "|+\n",
    ">-\n",
    "\"",
    "'",
    "\\",
    "!!str ",
    "? ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\t",
    "\r\n",
    "\n\n",
    "\n",
    " ",
    "  ",
    "    ",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "é",
    "漢字",
    "🦀",
    "null",
    "~",
    "true",
    "1e309",
    "99999999999999999999",
    "-1",
    "0x1f",
    "NaN",
    "count: 1\n",
    "from: a\n",
    "to: b\n",
    "count: N\n",
    "name: a\n",
    "components:\n",
    "relationships:\n",
    "topology:\n",
    "aliases: {a: [b]}\n",
    "per: a\n",
    "(fixed, per-a)",
    "1..",
    "0s",
    "9d9d",
    "99999999999d",
    "{min: 3, max: 1}",
    "a:1",
];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// A file made of a shape by a few changes; now and then random bytes.
fn mutated(random: &mut Random) -> String {
    if random.below(50) == 0 {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    if random.below(25) == 0 {
        return (0..random.below(40)).map(|_| PIECES[random.below(PIECES.len())]).collect();
    }
    let mut text = SEEDS[random.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..1 + random.below(3) {
        let at = random.below(text.len() + 1);
        match random.below(10) {
            0 => text.truncate(at),
            1 if at < text.len() => text[at] = random.next() as u8,
            2 if at < text.len() => {
                let end = (at + 1 + random.below(20)).min(text.len());
                text.drain(at..end);
            }
            3 => {
                let from = random.below(text.len() + 1);
                let end = (from + random.below(80)).min(text.len());
                let piece = text[from..end].to_vec();
                text.splice(at..at, piece);
            }
            4 => {
                let other = SEEDS[random.below(SEEDS.len())].as_bytes();
                let from = random.below(other.len());
                let end = (from + random.below(200)).min(other.len());
                text.splice(at..at, other[from..end].iter().copied());
            }
            5 | 6 => {
                // A line comes twice, goes, or moves to the side.
                let whole = String::from_utf8_lossy(&text).into_owned();
                let mut lines: Vec<String> = whole.split_inclusive('\n').map(str::to_owned).collect();
                if !lines.is_empty() {
                    let line = random.below(lines.len());
                    match random.below(5) {
                        0 => drop(lines.remove(line)),
                        1 => lines.insert(random.below(lines.len() + 1), lines[line].clone()),
                        2 => lines[line] = lines[line].trim_start_matches(' ').to_owned(),
                        3 => lines[line].insert_str(0, &" ".repeat(1 + random.below(5))),
                        _ => lines.swap(line, line / 2),
                    }
                }
                text = lines.concat().into_bytes();
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                text.splice(at..at, piece.bytes());
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn bare(topology: &Topology) -> Topology {
    let mut bare = topology.clone();
    bare.forget_sources();
    bare
}

/// Everything that holds for one text. `true`: it was read as a topology.
fn holds(text: &str) -> bool {
    let formatted = fmt::format(text);
    let Ok(reading) = read::topology(text, "t.yaml") else {
        // What is no topology can be YAML all the same; then it has a normal form.
        return false;
    };
    let topology = &reading.topology;
    let lines = text.split('\n').count() as u32 + 1;
    for p in &reading.problems {
        assert!((1..=lines).contains(&p.place.line) && p.place.column >= 1 && !p.what.is_empty(), "{p:?}\n{text}");
    }
    let names: HashSet<&str> = topology.components.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names.len(), topology.components.len(), "names are unique\n{text}");
    assert!(topology.relationships.iter().all(|r| names.contains(r.from.as_str()) && names.contains(r.to.as_str())), "every end is a component\n{text}");
    assert!(Graph::of(topology).ends.iter().all(Option::is_some), "{text}");

    let written = init::file(topology);
    let again = read::topology(&written, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{text}\n--\n{written}"));
    assert_eq!(bare(&again.topology), bare(topology), "{text}\n--\n{written}");

    if let Ok(formatted) = formatted {
        let again = read::topology(&formatted, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{text}\n--\n{formatted}"));
        assert_eq!(bare(&again.topology), bare(topology), "{text}\n--\n{formatted}");
        assert_eq!(fmt::format(&formatted).as_ref(), Ok(&formatted), "the normal form of the normal form\n{text}");
    }
    let first = topology.components.first().map_or("", |c| c.name.as_str());
    let edge = topology.relationships.first().map_or(("", ""), |r| (r.from.as_str(), r.to.as_str()));
    let paths: [(&[Step<'_>], &str); 5] = [
        (&[Step::Key("components"), Step::Named(first), Step::Key("count")], "{min: 2, max: 3}"),
        (&[Step::Key("components"), Step::Named(first), Step::Key("slo"), Step::Key("p99")], "7s"),
        (&[Step::Key("relationships"), Step::Edge(edge.0, edge.1), Step::Key("timeout")], "3s"),
        (&[Step::Key("topology"), Step::Item(0), Step::Key("via")], "\"x: y\""),
        (&[Step::Key("version")], "1"),
    ];
    for (path, value) in paths {
        if let Ok(edited) = edit::set(text, path, value) {
            let comments = |t: &str| yaml::comments(t).map_or(0, |c| c.len());
            assert_eq!(comments(&edited), comments(text), "{text}\n--\n{edited}");
            assert_eq!(edit::set(&edited, path, value).as_ref(), Ok(&edited), "setting it twice\n{text}");
        }
    }
    if let Ok(added) = edit::add(text, "components", &[("name", "a-new-one".to_owned())])
        && let Ok(after) = read::topology(&added, "t.yaml")
    {
        assert!(after.topology.components.iter().any(|c| c.name == "a-new-one"), "{text}\n--\n{added}");
    }
    true
}

#[test]
fn broken_files_do_no_harm() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0x9e37_79b9_7f4a_7c15u64);
    let begin = Instant::now();
    let is_over = |n: u64| seconds.map_or(n >= 3000, |s| begin.elapsed() >= Duration::from_secs(s));
    for text in SEEDS {
        assert!(holds(text), "{text}");
    }
    let mut random = Random(seed.max(1));
    let (mut tried, mut read, mut slowest) = (0u64, 0u64, Duration::ZERO);
    while !is_over(tried) {
        let text = mutated(&mut random);
        let start = Instant::now();
        match std::panic::catch_unwind(|| holds(&text)) {
            Ok(was_read) => read += u64::from(was_read),
            Err(e) => {
                println!("input {tried} of seed {seed}: {text:?}");
                std::panic::resume_unwind(e);
            }
        }
        slowest = slowest.max(start.elapsed());
        tried += 1;
    }
    println!("{tried} files, {read} of them read as a topology, the slowest in {slowest:?}");
    assert!(read * 5 > tried, "too few of them are topologies: {read} of {tried}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_written_as_a_scalar_that_is_read_back(text in any::<String>()) {
        for file in [format!("k: {}\n", yaml::scalar(&text)), format!("k: [{}]\n", yaml::scalar(&text)), format!("k: {{k: {}}}\n", yaml::scalar(&text))] {
            let documents = yaml::documents(&file).expect("reads");
            let node = documents[0].get("k").expect("k");
            prop_assert_eq!(node.get("k").or(node.items().first()).unwrap_or(node).text(), Some(text.as_str()));
        }
    }

    #[test]
    fn any_text_does_no_harm(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_words_do_no_harm(words in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)) {
        holds(&words.concat());
    }

    #[test]
    fn a_value_that_is_set_is_read(count in 0u32..1000, name in "[a-z][a-z0-9-]{0,12}", comment in "[ -~]{0,30}") {
        let text = format!("components:\n  - name: {}  # {comment}\n    role: x\n", yaml::scalar(&name));
        let path = [Step::Key("components"), Step::Named(&name), Step::Key("count")];
        let edited = edit::set(&text, &path, &count.to_string()).expect("set");
        let topology = read::topology(&edited, "t.yaml").expect("reads").topology;
        prop_assert_eq!(topology.components[0].count.most(), Some(count));
        prop_assert!(edited.contains(&comment));
    }
}
