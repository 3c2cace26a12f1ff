use super::*;
use crate::topology::importers::part::{Named, source};
use crate::topology::model::Count;

fn component(name: &str, count: Count, file: &str) -> Component {
    let fact = format!("count: {count}");
    Component { name: name.to_owned(), declared: true, count, sources: vec![source(file, 3, &[&fact])], ..Component::default() }
}

fn mention(from: &str, host: &str, sure: bool) -> Mention {
    Mention { from: from.to_owned(), host: host.to_owned(), sure, source: source("m", 1, &["X"]), ..Mention::default() }
}

fn fixed(n: u32) -> Count {
    Count::Fixed { n, replicas: None }
}

#[test]
fn what_sources_say_differently_is_told_with_both_places() {
    let a = Part { components: vec![component("payment", fixed(3), "a.yaml"), component("cart", fixed(1), "a.yaml")], ..Part::default() };
    let b = Part { components: vec![component("PaymentService", fixed(2), "b.yaml"), component("cart", fixed(1), "b.yaml")], ..Part::default() };
    let import = topology(vec![a, b]);
    assert_eq!(import.topology.components.len(), 2);
    assert_eq!(import.topology.component("payment").map(|c| (c.count, c.sources.len())), Some((fixed(3), 2)));
    assert_eq!(import.topology.aliases.get("payment"), Some(&vec!["PaymentService".to_owned()]));
    let told: Vec<_> = import.notes.iter().filter(|n| n.about == About::Contradiction).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].text, "payment: count is 3 and 2; the first is kept");
    assert_eq!(told[0].sources.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.yaml:3", "b.yaml:3"]);
}

#[test]
fn a_default_yields_to_what_somebody_wrote() {
    let default =
        || Component { sources: vec![source("c.yaml", 1, &[]), source("c.yaml", 1, &["count: 1, compose's default"])], ..component("pay", fixed(1), "c.yaml") };
    let said = || component("pay", fixed(4), "k.yaml");
    for components in [[default(), said()], [said(), default()]] {
        let parts = components.map(|c| Part { components: vec![c], ..Part::default() });
        let import = topology(parts.to_vec());
        let pay = &import.topology.components[0];
        assert_eq!((pay.count, import.notes.iter().filter(|n| n.about == About::Contradiction).count()), (fixed(4), 0));
        assert!(pay.sources.iter().all(|s| s.facts.iter().all(|f| !f.contains("default"))), "{:?}", pay.sources);
    }
}

#[test]
fn two_components_of_one_source_are_never_made_one() {
    let part = Part { components: vec![component("user", fixed(1), "a"), component("user-service", fixed(1), "a")], ..Part::default() };
    assert_eq!(topology(vec![part]).topology.components.len(), 2);
    let first = Part { components: vec![component("user", fixed(1), "a")], ..Part::default() };
    let second = Part { components: vec![component("user-service", fixed(1), "b"), component("user-svc", fixed(1), "b")], ..Part::default() };
    assert_eq!(topology(vec![first, second]).topology.components.len(), 2, "the second of them stays itself");
}

#[test]
fn addresses_become_relationships_when_somebody_has_the_name_or_they_are_sure() {
    let part = Part {
        components: vec![component("web", fixed(1), "a"), component("cart", fixed(1), "a")],
        names: vec![Named { component: "web".to_owned(), name: "front".to_owned(), ..Named::default() }],
        mentions: vec![
            mention("web", "cart", false),
            mention("web", "CART.", true),
            mention("web", "front", true),
            mention("web", "nobody", false),
            mention("web", "gone", true),
            mention("web", "10.0.0.7", true),
            mention("web", "api.example.com", true),
            mention("web", "stock.shop.svc.cluster.local", true),
            mention("", "cart", true),
            mention("cart", "web.shop", false),
            mention("web", "cart.io", false),
        ],
        ..Part::default()
    };
    let t = topology(vec![part]).topology;
    assert_eq!(t.relationships.iter().map(|r| r.to.as_str()).collect::<Vec<_>>(), ["cart", "gone", "api.example.com", "stock", "web"]);
    let kinds: Vec<_> = t.components.iter().skip(2).map(|c| (c.name.as_str(), c.kind, c.declared)).collect();
    assert_eq!(kinds, [("gone", Kind::Service, false), ("api.example.com", Kind::External, false), ("stock", Kind::Service, false)]);
}

#[test]
fn users_enter_by_gateways_and_fronts_and_else_by_the_few_that_nobody_calls() {
    let entries = |names: &[&str], mentions: Vec<Mention>| {
        let kinds = |c: Component| Component { kind: guess::kind("", &c.name), ..c };
        let part = Part {
            components: names.iter().map(|n| kinds(component(n, fixed(1), "a"))).collect(),
            published: names.iter().map(|n| (*n).to_owned()).collect(),
            mentions,
            ..Part::default()
        };
        let import = topology(vec![part]);
        let entries: Vec<String> = import.topology.components.iter().filter(|c| c.entry).map(|c| c.name.clone()).collect();
        (entries.join(" "), import.notes.iter().any(|n| n.text.starts_with("where users enter")))
    };
    let call = || vec![mention("shop", "cart", true)];
    assert_eq!(entries(&["shop", "cart", "orders-db"], call()), ("shop".to_owned(), false));
    assert_eq!(entries(&["shop", "cart", "edge-gateway", "front-end"], call()), ("edge-gateway front-end".to_owned(), false));
    assert_eq!(entries(&["a", "b", "c", "d"], Vec::new()), (String::new(), true));
}

#[test]
fn policies_that_differ_are_told() {
    let policy = |attempts| Policy { host: "cart".to_owned(), attempts: Some(attempts), source: source("p", attempts, &["attempts"]), ..Policy::default() };
    let part = Part {
        components: vec![component("web", fixed(1), "a"), component("cart", fixed(1), "a")],
        mentions: vec![mention("web", "cart", true)],
        policies: vec![policy(3), policy(5)],
        ..Part::default()
    };
    let import = topology(vec![part]);
    assert_eq!(import.topology.relationships[0].attempts, Some(3));
    let told = import.notes.iter().find(|n| n.about == About::Contradiction).expect("told");
    assert_eq!(told.text, "web -> cart: attempts is 3 and 5; the first is kept");
    assert_eq!(told.sources.iter().map(|s| s.line).collect::<Vec<_>>(), [3, 5]);
}
