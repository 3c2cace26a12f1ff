use super::*;
use crate::topology::model::{Count, Interaction, Kind, Relationship};
use std::time::Duration;

fn read(text: &str) -> Reading {
    topology(text, "t.yaml").unwrap_or_else(|p| panic!("{p:?}\n{text}"))
}

/// Problems as `line:column what`.
fn told(text: &str) -> Vec<String> {
    read(text).problems.iter().map(|p| format!("{}:{} {}: {} | {}", p.place.line, p.place.column, p.severity.name(), p.what, p.hint)).collect()
}

/// A gateway that feeds runners, each of them with its own workspace; runners write into a store.
const BARE: &str = r#"topology:
- from: api-gateway
count: 1 (fixed)
to: task-runner
count: N (dynamic)
via: message queue
notes: "1:N — concurrency on the gateway side"
- from: task-runner
count: N (dynamic)
to: workspace
count: 1 (fixed, per-runner)
via: ssh
notes: "1:1 — dies together"   # each has its own
- from: task-runner
count: 4
to: store
count: 3 nodes, 2 replicas (fixed)
via: sql
notes: |
  only the
  leader writes
"#;

const LIST: &str = r#"topology:
  - from: api-gateway
    count: 1 (fixed)
    to: task-runner
    count: N (dynamic)
    via: message queue
    notes: "1:N — concurrency on the gateway side"
  - from: task-runner
    from_count: N
    to: workspace
    to_count: "1 (fixed, per-runner)"
    via: ssh
    notes: "1:1 — dies together"
  - from: task-runner
    count: 4
    to: store
    count: 3 nodes, 2 replicas (fixed)
    via: sql
    notes: "only the\nleader writes\n"
"#;

const COMPONENTS: &str = r#"components:
  - name: api-gateway
    count: 1 (fixed)
  - name: task-runner
    count: N (dynamic)
  - name: workspace
    count: 1 (fixed, per-runner)
  - name: store
    count: 3 nodes, 2 replicas (fixed)
relationships:
  - {from: api-gateway, to: task-runner, via: message queue, notes: "1:N — concurrency on the gateway side"}
  - {from: task-runner, to: workspace, via: ssh, notes: "1:1 — dies together"}
  - {from: task-runner, from_count: 4, to: store, via: sql, notes: "only the\nleader writes"}
"#;

const OURS: &str = r#"version: 1
components:
  - {name: api-gateway, count: 1}
  - {name: task-runner, count: N}
  - {name: workspace, count: 1, per: task-runner}
  - {name: store, count: "3 nodes, 2 replicas (fixed)"}
aliases: {task-runner: [runner.svc]}
relationships:
  - {from: api-gateway, from_count: 1, to: runner.svc, to_count: N, via: message queue, notes: "1:N — concurrency on the gateway side"}
  - {from: task-runner, to: workspace, via: ssh, notes: "1:1 — dies together"}
  - {from: task-runner, from_count: 4, to: store, via: sql, notes: "only the\nleader writes"}
"#;

#[test]
fn all_four_shapes_of_a_system_are_the_same_model() {
    let mut models: Vec<_> = [BARE, LIST, COMPONENTS, OURS].iter().map(|t| read(t).topology).collect();
    for model in &mut models {
        model.forget_sources();
        model.aliases.clear();
    }
    let first = &models[0];
    let counts: Vec<_> = first.components.iter().map(|c| (c.name.as_str(), c.count, c.per.as_deref(), c.declared)).collect();
    assert_eq!(
        counts,
        [
            ("api-gateway", Count::ONE, None, true),
            ("task-runner", Count::Dynamic { min: None, max: None }, None, true),
            ("workspace", Count::ONE, Some("task-runner"), true),
            ("store", Count::Fixed { n: 3, replicas: Some(2) }, None, true),
        ]
    );
    let edges: Vec<_> = first.relationships.iter().map(|r| (r.from.as_str(), r.from_count, r.to.as_str(), r.to_count)).collect();
    let four = Some(Count::Fixed { n: 4, replicas: None });
    assert_eq!(edges, [("api-gateway", None, "task-runner", None), ("task-runner", None, "workspace", None), ("task-runner", four, "store", None)]);
    for (shape, model) in ["indented list", "components", "ours"].iter().zip(&models[1..]) {
        assert_eq!(model, first, "{shape}");
    }
}

#[test]
fn only_the_list_without_indentation_is_warned_about() {
    assert_eq!(
        told(BARE),
        ["3:1 warning: items that are not indented under their dash: read by lines | `distarch topology fmt` indents them; other readers of YAML fail here"]
    );
    for text in [LIST, COMPONENTS, OURS] {
        assert_eq!(told(text), [""; 0], "{text}");
    }
}

#[test]
fn one_item_without_indentation_is_yaml_and_means_the_same() {
    let reading = read("topology:\n- from: a\ncount: 1\nto: b\ncount: N\nvia: grpc\n");
    assert_eq!((reading.topology.components.len(), reading.topology.relationships.len()), (2, 1));
    assert_eq!(reading.topology.components[1].count, Count::Dynamic { min: None, max: None });
    assert_eq!(reading.topology.relationships[0].via, "grpc");
    // Lists of components can be written so too; what follows them is read as ever.
    let text = "components:\n- name: a\ncount: 1\nslo:\n  p99: 10ms\n- name: b\nrole: keeps\nrelationships:\n- from: a\nto: b\ninvariants:\n- one\n";
    let reading = read(text);
    assert_eq!(reading.topology.components.iter().map(|c| (c.name.as_str(), c.role.as_str())).collect::<Vec<_>>(), [("a", ""), ("b", "keeps")]);
    assert_eq!(reading.topology.components[0].slo.p99, Some(Duration::from_millis(10)));
    assert_eq!((reading.topology.relationships.len(), reading.topology.invariants), (1, vec!["one".to_owned()]));
}

#[test]
fn places_in_moved_lines_are_those_of_the_file() {
    let text = "topology:\n- from: a\nto: b\nvai: grpc\n# é\n- from: b\ncount: 1\nto: c\ntimeout: soon\n";
    let places: Vec<_> = read(text).problems.iter().map(|p| (p.place.line, p.place.column)).collect();
    assert_eq!(places, [(3, 1), (4, 1), (9, 10)], "{:?}", told(text));
    let mut problems = Vec::new();
    let root = root(text, &mut problems).expect("reads");
    let node = root.get("topology").and_then(|t| t.items()[1].get("timeout")).expect("a timeout");
    assert_eq!(&text[node.span.clone()], "soon");
}

#[test]
fn a_count_belongs_to_the_end_before_it() {
    let counts = |text: &str| {
        let t = read(text).topology;
        (t.components[0].count.to_string(), t.components[1].count.to_string())
    };
    let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(counts("- {from: a, count: 1, to: b, count: N}"), both("1", "N"));
    assert_eq!(counts("- {from: a, to: b, count: N}"), both("?", "N"));
    assert_eq!(counts("- {from: a, count: 3, to: b}"), both("3", "?"));
    assert_eq!(counts("- {to: b, count: 3, from: a, count: 1}"), both("1", "3"));
    assert_eq!(counts("- {from: a, from_count: 2, to: b, to_count: 5}"), both("2", "5"));
    assert_eq!(
        told("- {from: a, to: b, count: 1, count: N}")[0],
        "1:30 warning: a second count of the same end: the first counts | write from_count and to_count"
    );
    assert_eq!(told("- {count: 1, from: a, to: b}")[0], "1:4 warning: a count before `from` and `to`: of which? | write from_count and to_count");
}

#[test]
fn every_key_is_read() {
    fn keys(path: &str, keys: &[keys::Key], wrap: &dyn Fn(&str) -> String) {
        for key in keys {
            let bare = wrap("");
            let full = wrap(&format!(", {}: {}", key.name, key.example));
            let (a, b) = (read(&bare), read(&full));
            assert!(b.problems.iter().all(|p| p.severity == Severity::Warning && !p.what.contains("unknown")), "{path}.{}: {:?}\n{full}", key.name, b.problems);
            let is_base = matches!((path, key.name), ("file", "version" | "components" | "relationships") | ("component" | "state", "name"))
                || matches!((path, key.name), ("relationship", "from" | "to") | ("convergence", "resource") | ("replica", "in") | ("transition", "from"));
            assert!(is_base || a.topology != b.topology, "{path}.{} changes nothing\n{full}", key.name);
        }
    }
    // A key that stands in the frame already comes first, and the one under test is then told to come twice: such keys are read by every test here.
    let without = |keys_: &'static [keys::Key], names: &[&str]| keys_.iter().filter(|k| !names.contains(&k.name)).copied().collect::<Vec<_>>();
    keys("file", &without(keys::FILE, &["version"]), &|k| format!("{{version: 1{k}}}"));
    keys("defaults", keys::DEFAULTS, &|k| format!("{{defaults: {{{}}}}}", k.trim_start_matches(", ")));
    let component = |k: &str| format!("{{components: [{{name: a{k}}}]}}");
    keys("component", &without(keys::COMPONENT, &["name"]), &component);
    keys("slo", keys::SLO, &|k| component(&format!(", slo: {{{}}}", k.trim_start_matches(", "))));
    keys("state", &without(keys::STATE, &["name"]), &|k| component(&format!(", state: [{{name: s{k}}}]")));
    keys("replica", &without(keys::REPLICA, &["in"]), &|k| component(&format!(", state: [{{name: s, replicas: [{{in: b{k}}}]}}]")));
    keys("consensus", keys::CONSENSUS, &|k| component(&format!(", consensus: {{{}}}", k.trim_start_matches(", "))));
    keys("transition", &without(keys::TRANSITION, &["from"]), &|k| component(&format!(", states: [{{from: x{k}}}]")));
    let relationship = |k: &str| format!("{{relationships: [{{from: a, to: b{k}}}]}}");
    keys("relationship", &without(keys::RELATIONSHIP, &["from", "to"]), &relationship);
    keys("backoff", keys::BACKOFF, &|k| relationship(&format!(", backoff: {{{}}}", k.trim_start_matches(", "))));
    keys("convergence", &without(keys::CONVERGENCE, &["resource"]), &|k| format!("{{convergence_points: [{{resource: r{k}}}]}}"));
}

#[test]
fn ours_is_read_with_every_value() {
    let r = &read("relationships: [{from: a, to: b, pattern: Pub/Sub, calls: n, backoff: 50ms, retry_layer: [mesh, app], rate: 120/min, sync: no}]")
        .topology
        .relationships[0];
    assert_eq!((r.pattern, r.sync, r.rate), (Some(Interaction::PubSub), Some(false), Some(2.0)));
    assert_eq!(r.backoff.map(|b| b.base), Some(Duration::from_millis(50)));
    assert_eq!(read("components: [{name: a, kind: DB}]").topology.components[0].kind, Kind::Db);
    let anchors = "x-call: &c {timeout: 1s, attempts: 2}\nrelationships:\n  - {<<: *c, from: a, to: b, attempts: 3}\n";
    let r = read(anchors);
    assert_eq!((&r.problems[..], r.topology.relationships[0].attempts, r.topology.relationships[0].timeout), (&[][..], Some(3), Some(Duration::from_secs(1))));
    assert_eq!(read("topology: {components: [{name: a}]}").topology.components.len(), 1);
    assert_eq!(Relationship::default().attempts, None);
}

#[test]
fn names_of_kinds_and_words_in_the_table_are_those_of_the_model() {
    let words = |table: &[keys::Key], name: &str| match table.iter().find(|k| k.name == name).map(|k| k.shape) {
        Some(keys::Shape::Word(w) | keys::Shape::Words(w)) => w.to_vec(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(words(keys::COMPONENT, "kind"), Kind::ALL.map(|(n, _)| n));
    assert_eq!(words(keys::COMPONENT, "criticality"), words::CRITICALITY.map(|(n, _)| n));
    assert_eq!(words(keys::COMPONENT, "failover"), words::FAILOVER.map(|(n, _)| n));
    assert_eq!(words(keys::RELATIONSHIP, "pattern"), Interaction::ALL.map(|(n, _)| n));
    assert_eq!(words(keys::RELATIONSHIP, "retry_layer"), words::LAYERS.map(|(n, _)| n));
}

#[test]
fn slips_are_told_with_place_and_hint() {
    let cases = [
        ("components:\n  - name: a\n    cuont: 1\n", "3:5 warning: unknown key of components: cuont | did you mean count?"),
        ("components:\n  - {name: a, zones: [x]}\n", "2:15 warning: unknown key of components: zones | did you mean zone?"),
        ("relationships: [{from: a, to: b, retries: 3}]", "1:34 warning: unknown key of relationships: retries | did you mean attempts?"),
        ("invariant: [x]", "1:1 warning: unknown key: invariant | did you mean invariants?"),
        (
            "components: [{name: a, kind: databse}]",
            "1:30 error: kind: nobody knows `databse` | one of service, job, db, cache, queue, gateway, client, external, lock, config",
        ),
        ("components: [{name: a, failover: automtic}]", "1:34 error: failover: nobody knows `automtic` | did you mean automatic?"),
        ("relationships: [{from: a, to: b, timeout: 2}]", "1:43 error: timeout: a duration with its unit is expected, and here is `2` | as in 800ms"),
        ("relationships: [{from: a, to: b, timeout: [1s]}]", "1:43 error: timeout: a duration with its unit is expected, and here is a list | as in 800ms"),
        ("components: [{name: a, entry: maybe}]", "1:31 error: entry: true or false is expected, and here is `maybe` | as in true"),
        ("components: {a: 1}", "1:13 error: components: a list of maps is expected, and here is a map | as in [{name: orders}]"),
        ("components: [a]", "1:14 error: components: a map is expected in each item, and here is `a` | as in - name: value"),
        (
            "components: [{name: a, count: some}]",
            "1:31 warning: count `some` is in no words that are read: it counts as unknown | 1, N, 2-10, {min: 2, max: 10}, \"3 nodes, 2 replicas (fixed)\"",
        ),
        ("components: [{name: a, owner: x, owner: y}]", "1:34 error: owner comes twice | first in line 1, which counts"),
        ("components:\n  - name: a\n  - name: a\n", "3:11 error: component a is declared twice | first in line 2, which counts"),
        ("components: [{role: x}]", "1:14 error: a component without a name | add `name:`"),
        ("relationships: [{from: a}]", "1:17 error: a relationship without `to` | add `to:`"),
        (
            "components: [{name: billing}]\nrelationships: [{from: biling, to: billing}]",
            "2:24 warning: dangling name: no component is called biling | did you mean billing?",
        ),
        ("components: [{name: web}]\naliases: {orders: [c]}", "2:11 warning: dangling name: aliases of orders, and no component is called so | "),
        ("# only this\n", "1:1 warning: nothing is declared | `distarch topology init` shows the form"),
    ];
    for (text, want) in cases {
        let all = told(text);
        assert!(all.iter().any(|p| p == want), "{text}\nwant {want}\ngot  {all:#?}");
    }
    let dangling = read("components: [{name: billing}]\nrelationships: [{from: biling, to: billing}]").topology;
    assert_eq!(dangling.components.iter().map(|c| (c.name.as_str(), c.declared)).collect::<Vec<_>>(), [("billing", true), ("biling", false)]);
}

#[test]
fn contradictions_are_told_with_place_and_hint() {
    let cases = [
        ("components: [{name: a, count: 1, consensus: {voters: 3}}]", "1:54 error: a has 3 voters and a count of 1"),
        ("components: [{name: a, count: {min: 3, max: 2}}]", "1:31 error: a has at least 3 and at most 2"),
        ("components: [{name: a, count: \"2 nodes, 3 replicas (fixed)\"}]", "1:31 error: a keeps 3 replicas on 2 nodes"),
        ("components: [{name: a, count: 0}]", "1:31 warning: a has a count of 0: nothing runs"),
        ("components: [{name: a, per: a}]", "1:29 error: a is bound to itself"),
        ("components: [{name: a, per: nod}, {name: node}]", "1:29 warning: dangling name: a per is nod, and no component is called so"),
        ("components: [{name: a, entry: true, weight: 1.5}]", "1:45 error: a has a weight of 1.5"),
        ("components: [{name: a, weight: 0.5}]", "1:32 warning: a has a weight, and is no entry"),
        ("components: [{name: a, entry: true, weight: 80%}, {name: b, entry: true, weight: 0.3}]", "1:82 warning: weights add up to 1.10"),
        ("components: [{name: a, count: 1, failover: automatic}]", "1:44 warning: a has a count of 1, and another takes over by itself: which?"),
        ("components: [{name: a, count: 2, zone: [x, y, z]}]", "1:40 warning: a has a count of 2 and is spread over 3 zones"),
        (
            "components: [{name: a, state: [{name: s, authoritative: true}]}, {name: b, state: [{name: s, authoritative: true}]}]",
            "1:109 error: s is authoritative in both a and b",
        ),
        ("components: [{name: a, state: [{name: s, replicas: [{in: a}]}]}]", "1:58 error: a keeps a replica of its own s"),
        (
            "components: [{name: a, state: [{name: s, replicas: [{in: b}]}]}]",
            "1:58 warning: dangling name: a replica of s in is b, and no component is called so",
        ),
        ("components: [{name: a, states: [{from: x, to: y, on: e}, {from: x, to: z, on: e}]}]", "1:72 error: a goes from x on e both to y and to z"),
        ("components: [{name: a, paths: [src/**]}, {name: b, paths: [src/**]}]", "1:59 warning: src/** belongs to both a and b"),
        ("relationships: [{from: a, to: b, timeout: 0s}]", "1:43 error: a -> b has a timeout of 0: no answer can come in time"),
        ("relationships: [{from: a, to: b, attempts: 0}]", "1:44 error: a -> b has 0 attempts: nothing is ever called"),
        ("relationships: [{from: a, to: b, attempts: 1, retry_layer: app}]", "1:60 warning: a -> b has one attempt, and a retry_layer"),
        ("relationships: [{from: a, to: b, backoff: {base: 1s, max: 10ms}}]", "1:59 error: a -> b waits at least 1s and at most 10ms"),
        ("relationships: [{from: a, to: b, fallback: b}]", "1:44 error: a -> b falls back to b itself"),
        ("relationships: [{from: a, to: b, sync: true, pattern: pub-sub}]", "1:40 warning: a -> b is pub-sub, and the caller waits"),
        (
            "components: [{name: a}, {name: q, kind: queue}]\nrelationships: [{from: a, to: q, sync: true}]",
            "2:40 warning: a -> q waits for a queue: for the broker's answer alone, and not for the work",
        ),
        ("relationships: [{from: a, to: b}, {from: a, to: b}]", "1:35 warning: a -> b is declared twice"),
        ("components: [{name: a, count: 1}]\nrelationships: [{from: a, from_count: 3, to: b}]", "2:39 warning: a is 3 here, and 1 in line 1: at most 1"),
        (
            "components: [{name: a}]\nconvergence_points: [{resource: r, accessed_by: [a (write), bb]}]",
            "2:61 warning: dangling name: r is accessed by what is bb, and no component is called so",
        ),
        ("components: [{name: a}, {name: b}]\naliases: {a: [b]}", "2:15 error: b is a component, and another name of a"),
        ("components: [{name: a}, {name: b}]\naliases: {a: [c], b: [c]}", "2:23 error: c is another name of both a and b"),
        ("version: 1.1\ncomponents: [{name: a}]", "1:10 warning: this reads version 1"),
        ("version: 2\ncomponents: [{name: a}]", "1:10 warning: this reads version 1"),
        ("defaults: {attempts: 0}\ncomponents: [{name: a}]", "1:22 error: 0 attempts: nothing is ever called"),
    ];
    for (text, want) in cases {
        let all = told(text);
        assert!(all.iter().any(|p| p.split(" | ").next() == Some(want)), "{text}\nwant {want}\ngot  {all:#?}");
    }
}

#[test]
fn what_is_no_topology_is_an_error_with_its_place() {
    for (text, line) in [("a: [1\nb: 2\n", 2), ("just words", 1), ("\n- - [\n", 3)] {
        let problem = topology(text, "t.yaml").expect_err(text);
        assert!(problem.place.line >= 1 && problem.place.line <= line + 1, "{text}: {problem:?}");
    }
}
