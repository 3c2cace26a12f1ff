use super::*;
use crate::topology::importers::part::source;

fn system(components: &[(&str, Kind)], edges: &[(&str, &str)]) -> Topology {
    let mut t = Topology {
        components: components.iter().map(|(n, kind)| Component { name: (*n).to_owned(), kind: *kind, declared: true, ..Component::default() }).collect(),
        ..Topology::default()
    };
    for (from, to) in edges {
        for end in [from, to] {
            if t.component(end).is_none() {
                t.components.push(Component { name: (*end).to_owned(), ..Component::default() });
            }
        }
        t.relationships.push(Relationship { from: (*from).to_owned(), to: (*to).to_owned(), sources: vec![source("f", 1, &[])], ..Relationship::default() });
    }
    t
}

fn told(items: &[Item]) -> Vec<String> {
    items.iter().map(|i| format!("{:?} {}>{} {:?}", i.difference, i.component, i.to.as_deref().unwrap_or(""), i.why)).collect()
}

const S: Kind = Kind::Service;

#[test]
fn a_target_without_any_record_is_never_called_dead() {
    let file = system(
        &[("web", S), ("cart", S), ("redis", Kind::Cache), ("load", S)],
        &[("web", "cart"), ("web", "gone"), ("cart", "redis"), ("load", "web"), ("cart", "web")],
    );
    let traces = system(&[("web", S), ("cart", S)], &[("web", "cart")]);
    let drift = compare(&file, &traces, Evidence::Observed);
    assert_eq!((drift.declared, drift.found, drift.both), (5, 1, 1));
    assert_eq!(
        told(&drift.items),
        [
            "NotSeen web>gone Some(TargetDangling)",
            "NotSeen cart>redis Some(TargetSilent)",
            "NotSeen load>web Some(CallerSilent)",
            "NotSeen cart>web Some(Unused)"
        ]
    );
    assert_eq!(drift.items[1].words, "no record of redis at all: not instrumented, or dead");
    assert!(drift.items.iter().all(|i| !i.words.contains("is dead")));
    assert_eq!(told(&dangling(&file, &[(Evidence::Observed, &traces)])), ["Dangling gone> None"]);
    let grown = system(&[("gone", S)], &[]);
    assert_eq!(dangling(&file, &[(Evidence::Observed, &grown)]), []);
}

#[test]
fn what_the_file_lacks_is_suggested_as_lines_that_read_as_a_topology() {
    let file = system(&[("web", S)], &[]);
    let mut traces = system(&[("web", S), ("cart", S)], &[("web", "cart")]);
    traces.relationships[0].sources = vec![source("t.json", 7, &["calls seen: 12"])];
    let drift = compare(&file, &traces, Evidence::Observed);
    assert_eq!(told(&drift.items), ["NotDeclared web>cart None", "Unknown cart> None"]);
    assert_eq!((drift.items[0].words.as_str(), drift.items[0].found[0].to_string()), ("calls seen: 12", "t.json:7".to_owned()));
    assert_eq!(drift.items[0].suggestion, "relationships:\n  # t.json:7: calls seen: 12\n  - from: web\n    to: cart\n");
    let read = crate::topology::read::topology(&lines(&drift.missing), "s.yaml").expect("reads");
    assert_eq!((read.topology.components[0].name.as_str(), read.topology.relationships.len()), ("cart", 1));
}

#[test]
fn names_are_matched_by_aliases_spellings_and_addresses_and_some_are_ignored() {
    let mut file = system(&[("payment", S), ("order-service", S), ("otel-collector", S)], &[("order-service", "payment"), ("payment", "otel-collector")]);
    file.aliases.insert("payment".to_owned(), vec!["billing".to_owned()]);
    file.ignore = vec!["otel-collector".to_owned(), "flagd".to_owned()];
    let traces = system(
        &[("billing", S), ("OrderService", S), ("Flagd", S), ("otel_collector", S)],
        &[("OrderService", "billing"), ("billing", "Flagd"), ("OrderService", "otel_collector")],
    );
    let drift = compare(&file, &traces, Evidence::Observed);
    assert_eq!((drift.declared, drift.found, drift.both, told(&drift.items)), (1, 1, 1, Vec::new()));
}

#[test]
fn two_of_a_source_are_not_taken_for_one_of_the_file() {
    let file = system(&[("user", S), ("web", S)], &[("web", "user")]);
    let traces = system(&[("user", S), ("user-service", S), ("web", S)], &[("web", "user"), ("web", "user-service")]);
    assert_eq!(told(&compare(&file, &traces, Evidence::Observed).items), ["NotDeclared web>user-service None", "Unknown user-service> None"]);
}

#[test]
fn a_call_that_goes_by_a_queue_shows_both_of_its_halves() {
    for edges in [[("orders", "events"), ("events", "mail")], [("orders", "events"), ("mail", "events")]] {
        let file = system(&[("orders", S), ("events", Kind::Queue), ("mail", S)], &edges);
        let traces = system(&[("orders", S), ("mail", S)], &[("orders", "mail")]);
        let drift = compare(&file, &traces, Evidence::Observed);
        assert_eq!((drift.both, told(&drift.items)), (2, Vec::new()));
        let halves = system(&[("orders", S), ("events", S), ("mail", S)], &[("orders", "events"), ("events", "mail")]);
        assert_eq!((compare(&file, &halves, Evidence::Observed).both, told(&drift.items)), (2, Vec::new()));
    }
}

#[test]
fn counts_differ_only_where_somebody_wrote_them() {
    let with = |name: &str, count, fact: &str| {
        let mut t = system(&[(name, S), ("x", S)], &[(name, "x")]);
        t.components[0].count = count;
        t.components[0].sources = vec![source("k8s.yaml", 4, &[fact])];
        t
    };
    let file = with("pay", Count::Fixed { n: 3, replicas: None }, "");
    let drift = compare(&file, &with("pay", Count::Dynamic { min: Some(2), max: Some(9) }, "count: 2-9"), Evidence::Configured);
    assert_eq!(told(&drift.items), ["Count pay> None"]);
    assert_eq!(drift.items[0].words, "the file says 3, the source 2-9");
    assert_eq!(drift.items[0].suggestion, "components:\n  - name: pay\n    count: {min: 2, max: 9}  # k8s.yaml:4: count: 2-9\n");
    for same in [
        with("pay", Count::Fixed { n: 3, replicas: Some(2) }, "count: 3"),
        with("pay", Count::ONE, "count: 1, compose's default"),
        with("pay", Count::Unknown, ""),
    ] {
        assert_eq!(told(&compare(&file, &same, Evidence::Configured).items), Vec::<String>::new());
    }
}

#[test]
fn what_is_deployed_tells_of_settings_and_of_what_is_missing() {
    let file = system(
        &[("web", S), ("cart", S), ("mute", S), ("old", S), ("partner", Kind::External)],
        &[("web", "cart"), ("web", "mute"), ("mute", "cart"), ("old", "cart"), ("web", "old"), ("web", "partner")],
    );
    let cluster = system(&[("web", S), ("cart", S), ("mute", S)], &[("web", "cart")]);
    let drift = compare(&file, &cluster, Evidence::Configured);
    assert_eq!(told(&drift.items), ["NotSeen web>mute Some(NoAddress)", "NotSeen web>partner Some(NoAddress)", "NotDeployed old> None"]);
    assert_eq!(told(&drift.untold), ["NotSeen mute>cart Some(Unreadable)"]);
}

#[test]
fn what_code_does_says_nothing_of_what_is_deployed() {
    let file = system(&[("web", S), ("cart", S), ("mute", S), ("db", Kind::Db)], &[("web", "cart"), ("web", "mute"), ("mute", "cart"), ("cart", "db")]);
    let code = system(&[("web", S), ("cart", S), ("mute", S), ("stock", S)], &[("web", "cart"), ("cart", "stock")]);
    let drift = compare(&file, &code, Evidence::Coded);
    assert_eq!(told(&drift.items), ["NotSeen web>mute Some(NoUse)", "NotSeen cart>db Some(NoUse)", "NotDeclared cart>stock None", "Unknown stock> None"]);
    assert_eq!(told(&drift.untold), ["NotSeen mute>cart Some(Unreadable)"]);
    assert!(drift.items[0].words.starts_with("no line of web that leads to mute was found"));
}
