//! The topology in the hook: cardinality puts the second pass in or takes it out, the telling names who else is concerned, and what the
//! file does not know is asked about once. Nothing that is wrong with the file disturbs an edit.

#![allow(clippy::print_stdout, reason = "the three tellings are shown, so that they can be quoted")]

#[path = "hook/room.rs"]
mod room;

use room::{PREFIX, Room, text};
use serde_json::{Value, json};
use std::fmt::Write as _;

const FILE: &str = "services/orders/status.py";
const BEFORE: &str = "import psycopg\n\n\ndef finish(conn, order):\n    pass\n";
const OLD: &str = "    pass\n";
const NEW: &str =
    "    conn.execute(\"UPDATE orders SET status = 'done' WHERE id = %s\", (order.id,))\n    conn.commit()\n    bus.publish('order-events', order.id)\n";

/// One service, and many of those that call it.
const ONE_OF_MANY: &str = "version: 1
components:
  - {name: order-service, count: 1, paths: ['services/orders/**']}
  - {name: gateway, kind: gateway, count: 2-10, entry: true}
  - {name: billing, count: 2}
  - {name: orders-db, kind: db, count: 1}
  - {name: order-events, kind: queue}
relationships:
  - {from: gateway, to: order-service, attempts: 3, timeout: 2s}
  - {from: order-service, to: orders-db}
  - {from: billing, to: orders-db}
convergence_points:
  - {resource: orders.status, accessed_by: [billing, ui-gateway, reconciler, order-service], type: read-write}
";

/// One faces one.
const ONE_TO_ONE: &str = "version: 1
components:
  - {name: order-service, count: 1, paths: ['services/orders/**']}
  - {name: terminal, count: 1, entry: true}
  - {name: order-events, kind: queue}
relationships:
  - {from: terminal, to: order-service}
";

fn event(room: &Room, session: &str, name: &str, file: &str, old: &str, new: &str) -> String {
    let before = std::fs::read_to_string(room.path("project").join(file)).unwrap_or_default();
    let input = json!({ "file_path": room.path("project").join(file), "old_string": old, "new_string": new, "replace_all": false });
    let mut more = json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": "toolu_1" });
    if name == "PostToolUse" {
        more["tool_response"] = json!({ "originalFile": before });
    }
    room.event(session, name, more).to_string()
}

fn room(topology: &str) -> Room {
    let room = Room::new();
    room.file(&format!("project/{FILE}"), BEFORE);
    room.file("project/.dist-architect/config.yaml", "findings: {tell: false}\n");
    if !topology.is_empty() {
        room.file("project/.dist-architect/topology.yaml", topology);
    }
    room
}

fn said(room: &Room) -> String {
    let answer = room.hook(event(room, "s1", "PreToolUse", FILE, OLD, NEW)).expect("a boundary is crossed");
    text(&answer).to_owned()
}

fn modules(said: &str) -> Vec<&str> {
    said.lines().filter_map(|l| l.strip_prefix(PREFIX)?.split(':').next()).collect()
}

#[test]
fn the_same_edit_under_three_topologies() {
    let [many, one, none] = [ONE_OF_MANY, ONE_TO_ONE, ""].map(|t| said(&room(t)));
    for (name, said) in [("one of many", &many), ("one to one", &one), ("no topology", &none)] {
        println!("--- {name}\n{said}\n");
    }
    assert!(modules(&many).contains(&"concurrency"), "{many}");
    assert!(many.contains("there is one order-service, and gateway (2-10) can reach it at the same time"), "{many}");
    assert!(many.contains("By the topology: 4 access orders.status (read-write): order-service, billing, ui-gateway and reconciler."), "{many}");
    assert!(!modules(&one).contains(&"concurrency"), "{one}");
    assert!(!none.contains("By the topology"), "{none}");
    assert_eq!(modules(&none)[0], modules(&many)[0], "what crosses the boundary is asked about first");
}

#[test]
fn a_broken_or_huge_topology_disturbs_nothing() {
    let usual = said(&room(""));
    let huge = ONE_OF_MANY.replace("version: 1\n", &format!("version: 1\n{}", "# padding\n".repeat(200_000)));
    for topology in ["components: [1, {", "- - - -", "\u{0}\u{1}", "version: 1\ncomponents: {a: b}\n", &huge] {
        let room = room(topology);
        assert_eq!(said(&room), usual, "{}", &topology[..topology.len().min(40)]);
        assert_eq!(room.faults(), [""; 0]);
    }
}

#[test]
fn what_the_file_does_not_know_is_asked_about_once() {
    let room = room(ONE_OF_MANY);
    let ask = |session: &str, file: &str, old: &str, new: &str| -> Option<Value> { room.hook(event(&room, session, "PostToolUse", file, old, new)) };
    room.file("project/compose.yaml", "services:\n  order-service:\n    image: orders\n");
    let old = "    image: orders\n";
    let three = "    image: orders\n    deploy:\n      replicas: 3\n";
    let answer = ask("s1", "compose.yaml", old, three).expect("another number");
    println!("{}", text(&answer));
    assert!(
        text(&answer).contains(&format!("{PREFIX}topology: `order-service` becomes 3 here, and is 1 there (.dist-architect/topology.yaml) (compose.yaml:")),
        "{answer}"
    );
    let pricing = "    image: orders\n  pricing:\n    image: pricing\n";
    let answer = ask("s1", "compose.yaml", old, pricing).expect("a stranger");
    println!("{}", text(&answer));
    assert!(text(&answer).contains("topology: `pricing` is deployed here (compose.yaml:4), and .dist-architect/topology.yaml does not know it."), "{answer}");
    assert_eq!(ask("s1", "compose.yaml", old, pricing), None, "asked once");
    assert!(ask("s2", "compose.yaml", old, pricing).is_some(), "another conversation has not heard of it");
    let url = NEW.replace("    conn.commit", "    requests.get('http://prices:8080/now', timeout=1)\n    conn.commit");
    let answer = ask("s3", FILE, OLD, &url).expect("a peer");
    assert!(text(&answer).contains("topology: `prices` is called here (http://prices) (services/orders/status.py:6)"), "{answer}");
}

#[test]
fn a_topology_of_two_hundred_components_is_kept_compiled() {
    let mut large = ONE_OF_MANY.to_owned();
    let (head, tail) = large.split_at(large.find("relationships:").expect("relationships"));
    let (mut components, mut relationships) = (head.to_owned(), tail.to_owned());
    for i in 0..200 {
        let _ = writeln!(components, "  - {{name: part-{i}, count: {}, paths: ['parts/{i}/**']}}", 1 + i % 3);
        relationships = relationships.replacen("relationships:\n", &format!("relationships:\n  - {{from: part-{i}, to: order-service, attempts: 2}}\n"), 1);
    }
    large = components + &relationships;
    let room = room(&large);
    let first = said(&room);
    assert!(first.contains("there is one order-service, and gateway (2-10), part-"), "{first}");
    let kept: Vec<_> =
        std::fs::read_dir(room.state().join("compiled")).expect("a folder").flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert!(kept.iter().any(|n| n.starts_with("topology-") && n.ends_with(".json")), "{kept:?}");
    let answer = room.hook(event(&room, "s2", "PreToolUse", FILE, OLD, NEW)).expect("said");
    assert_eq!(text(&answer), first, "what was kept says the same");
}
