use super::*;
use crate::index::components::Components;
use crate::index::link::{FileFacts, linked};
use crate::index::model::{Facts, Name, Use};
use crate::topology::{init, read};

fn shop() -> Linked {
    let uses = |kind, role, name: &str, line| Use::new(kind, role, Name::literal(name), line);
    let file = |path: &str, uses: Vec<Use>| FileFacts { path: path.to_owned(), component: None, facts: Facts { uses, ..Facts::default() } };
    let compose = "services:\n  web: {build: web}\n  orders: {build: orders, deploy: {replicas: 3}}\n  billing: {build: billing}\n";
    let components =
        Components::of(&["compose.yml", "web/a.ts", "orders/a.py", "billing/a.go"], &|p| (p == "compose.yml").then(|| compose.to_owned()), &|_| None);
    linked(
        vec![
            file(
                "web/a.ts",
                vec![
                    uses(ResourceKind::Route, Role::Calls, "GET http://orders/orders/{}", 3),
                    uses(ResourceKind::Setting, Role::Retries, "orders", 4).value("attempts=3"),
                    uses(ResourceKind::Setting, Role::Retries, "orders", 5).value("timeout=800ms"),
                    uses(ResourceKind::Route, Role::Calls, "GET http://billing/x", 6).certainty(Certainty::Guess),
                ],
            ),
            file(
                "orders/a.py",
                vec![
                    uses(ResourceKind::Route, Role::Serves, "GET /orders/{}", 7),
                    uses(ResourceKind::Channel, Role::Publishes, "orders.created", 9),
                    uses(ResourceKind::Column, Role::Writes, "orders.status", 11),
                ],
            ),
            file(
                "billing/a.go",
                vec![
                    uses(ResourceKind::Channel, Role::Consumes, "orders.created", 5).value("group=billing"),
                    uses(ResourceKind::Column, Role::Reads, "orders.total", 6),
                ],
            ),
        ],
        components,
    )
}

#[test]
fn a_topology_of_the_code_reads_back_and_names_its_lines() {
    let import = import(&shop());
    let text = init::file(&import.topology);
    let reading = read::topology(&text, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{text}"));
    assert_eq!(reading.problems, [], "{text}");
    for line in [
        "  - name: orders\n    paths: [orders/**]\n    count: 3  # compose.yml:3\n",
        "  # web/a.ts:3: calls GET http://orders/orders/{}\n  # orders/a.py:7: serves GET /orders/{}\n  - from: web\n    to: orders\n    via: http\n",
        "    timeout: 800ms  # web/a.ts:5\n    attempts: 3  # web/a.ts:4\n",
        "  # orders/a.py:9: publishes orders.created\n  - from: orders\n    to: orders.created\n",
        "    notes: consumer group billing\n",
        "  - resource: table orders\n    accessed_by: [billing, orders]\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("to: billing\n    via: http"), "a guess proves nothing: {text}");
    assert_eq!(import.notes, []);
}

#[test]
fn nothing_to_tell_is_told() {
    let import = import(&Linked::default());
    assert_eq!((import.topology.components.len(), import.notes.len()), (0, 1));
}

#[test]
fn the_word_code_stands_for_a_folder() {
    let paths = |words: &[&str]| words.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(folder(&paths(&["code"])), Some(PathBuf::from(".")));
    assert_eq!(folder(&paths(&["code", "../shop"])), Some(PathBuf::from("../shop")));
    assert_eq!(folder(&paths(&["./code"])), None);
    assert_eq!(folder(&paths(&["compose.yml", "code"])), None);
}
