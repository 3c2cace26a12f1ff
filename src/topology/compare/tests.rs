use super::*;
use crate::topology::read;

const BASE: &str = "components:
  - {name: web, kind: gateway, count: 2, entry: true}
  - {name: orders, count: 3, capacity: 100/s}
  - {name: db, kind: db, count: 1}
relationships:
  - {from: web, to: orders, timeout: 1s, attempts: 2, rate: 20/s}
  - {from: orders, to: db, timeout: 200ms, attempts: 2}
";

fn compared(option: &str) -> (Outline, Outline, Delta) {
    let read = |text: &str| read::topology(text, "t.yaml").unwrap_or_else(|p| panic!("{p:?}")).topology;
    let (base, option) = (read(BASE), read(option));
    let (base, option) = (Side::of(&base), Side::of(&option));
    (base.outline(), option.outline(), delta(&base, &option))
}

#[test]
fn the_same_file_is_no_difference() {
    let (base, option, delta) = compared(&format!("# moved by a line\n{BASE}"));
    assert_eq!(base, option);
    assert_eq!(delta, Delta::default());
}

#[test]
fn a_cache_that_is_waited_for_is_one_more_thing_to_lose() {
    let option = BASE
        .replace("relationships:\n", "  - {name: cache, kind: cache, count: 1}\nrelationships:\n  - {from: orders, to: cache, timeout: 50ms, attempts: 1}\n");
    let (base, after, delta) = compared(&option);
    assert_eq!((delta.components.added, delta.relationships.added), (vec!["cache".to_owned()], vec!["orders -> cache".to_owned()]));
    assert_eq!((base.single_points, after.single_points), (vec!["db".to_owned()], vec!["db".to_owned(), "cache".to_owned()]));
    assert!(delta.worse.iter().any(|f| f.analysis == "single-point-of-failure" && f.components == ["cache"] && f.said.is_none()), "{:?}", delta.worse);
    assert_eq!(delta.worse.first().map(|f| f.severity), Some(Severity::Error), "the worst first");
    // Nothing else is lost with more than before.
    let losses: Vec<&str> = delta.losses.iter().map(|p| p.component.as_str()).collect();
    assert_eq!(losses, ["cache"]);
}

#[test]
fn figures_of_tries_and_load_stand_side_by_side() {
    let option = BASE
        .replace("timeout: 200ms, attempts: 2", "timeout: 200ms, attempts: 4")
        .replace("rate: 20/s", "rate: 60/s")
        .replace("count: 1}", "count: 3, zone: [a, b]}");
    let (base, after, delta) = compared(&option);
    assert_eq!(base.most_calls.map(|m| m.calls), Some(4.0));
    assert_eq!(after.most_calls, Some(Amplified { component: "db".to_owned(), entry: "web".to_owned(), calls: 8.0 }));
    assert_eq!(delta.calls, [Pair { component: "db".to_owned(), base: Some(4.0), option: Some(8.0) }]);
    // 20/s from each of two, over 100/s; then 60/s.
    assert_eq!(delta.utilisation, [Pair { component: "orders".to_owned(), base: Some(0.4), option: Some(1.2) }]);
    let busy = delta.worse.iter().find(|f| f.analysis == "bottleneck").expect("more than it can serve");
    assert!(busy.severity == Severity::Error && busy.said.as_deref().is_some_and(|s| s.contains("there is room")), "{busy:?}");
    assert!(delta.better.iter().any(|f| f.analysis == "single-point-of-failure" && f.components == ["db"]), "{:?}", delta.better);
    let facts: Vec<String> = [delta.components, delta.relationships]
        .iter()
        .flat_map(|c| &c.changed)
        .flat_map(|c| c.facts.iter().map(|f| format!("{}: {}: {} > {}", c.name, f.fact, f.base, f.option)))
        .collect();
    assert_eq!(facts, ["db: count: 1 > 3", "db: zone:  > a, b", "web -> orders: rate: 20/s > 60/s", "orders -> db: attempts: 2 > 4"]);
}

#[test]
fn what_is_gone_is_told() {
    let option = "components:\n  - {name: web, kind: gateway, count: 2, entry: true}\n  - {name: orders, count: 3, capacity: 100/s}\nrelationships:\n  - {from: web, to: orders, timeout: 1s, attempts: 2, rate: 20/s}\n  - {from: orders, to: web, timeout: 2s, attempts: 1}\n";
    let (base, after, delta) = compared(option);
    assert_eq!((delta.components.removed, delta.relationships.removed), (vec!["db".to_owned()], vec!["orders -> db".to_owned()]));
    assert_eq!((base.cycles, after.cycles), (0, 1));
    assert!(delta.worse.iter().any(|f| f.analysis == "call-cycle"), "{:?}", delta.worse);
    assert!(delta.losses.iter().any(|p| p.component == "db" && p.base.is_some_and(|r| r.lost == 2) && p.option.is_none()), "{:?}", delta.losses);
}
