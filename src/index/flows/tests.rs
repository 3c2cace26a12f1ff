use super::*;
use crate::index::link::{FileFacts, linked};
use crate::index::model::{Facts, Given, Name, Use};

fn used(kind: Kind, role: Role, name: &str, line: u32) -> Use {
    Use::new(kind, role, Name::literal(name), line)
}

fn shop() -> (Index, Tables) {
    let file = |path: &str, uses: Vec<Use>, given: Vec<Given>| FileFacts {
        path: path.to_owned(),
        component: None,
        facts: Facts { uses, given, constants: Vec::new() },
    };
    let compose = "services:\n  web: {build: web}\n  orders: {build: orders}\n  billing: {build: billing}\n  cache: {image: 'redis:7'}\n";
    let paths = ["compose.yml", "web/a.ts", "orders/a.py", "billing/a.go"];
    let components = Components::of(&paths, &|p| (p == "compose.yml").then(|| compose.to_owned()), &|_| None);
    let given = |part: &str, key: &str, value: &str, line| Given { key: key.to_owned(), value: value.to_owned(), part: Some(part.to_owned()), line };
    let linked = linked(
        vec![
            file(
                "web/a.ts",
                vec![used(Kind::Route, Role::Calls, "GET http://orders/orders/{}", 3), used(Kind::Route, Role::Calls, "GET http://billing/secret", 4)],
                vec![],
            ),
            file(
                "orders/a.py",
                vec![
                    used(Kind::Route, Role::Serves, "GET /orders/{}", 7),
                    used(Kind::Channel, Role::Publishes, "orders.created", 9),
                    used(Kind::Address, Role::Reads, "REDIS_ADDR", 2),
                    used(Kind::Column, Role::Writes, "orders.status", 11),
                    used(Kind::Channel, Role::Consumes, "own", 12),
                    used(Kind::Channel, Role::Publishes, "own", 13),
                ],
                vec![],
            ),
            file(
                "billing/a.go",
                vec![
                    used(Kind::Channel, Role::Consumes, "orders.created", 5).value("group=billing"),
                    used(Kind::Column, Role::Reads, "orders.total", 6),
                    used(Kind::Channel, Role::Publishes, "orders.created", 8).certainty(Certainty::Guess),
                ],
                vec![],
            ),
            file("compose.yml", vec![], vec![given("orders", "REDIS_ADDR", "redis://cache:6379/0", 4), given("billing", "REDIS_ADDR", "cache:6379", 5)]),
        ],
        components,
    );
    (linked.index, linked.tables)
}

#[test]
fn who_does_what_to_whom_and_by_what_lines() {
    let (index, tables) = shop();
    let told: Vec<String> = flows(&index, &tables)
        .iter()
        .map(|f| {
            let at = |side: &[Proof]| side.iter().map(|p| format!("{}:{}", p.path, p.line)).collect::<Vec<_>>().join(",");
            format!("{} -> {} {:?} {} {} [{}] [{}] {:?}", f.from, f.to, f.way, f.via, f.name, at(&f.starts), at(&f.ends), f.group)
        })
        .collect();
    assert_eq!(
        told,
        [
            "orders -> billing Feeds event orders.created [orders/a.py:9] [billing/a.go:5] Some(\"billing\")",
            "orders -> cache Reaches redis REDIS_ADDR [orders/a.py:2] [compose.yml:4] None",
            "web -> billing Asks http GET //billing/secret [web/a.ts:4] [] None",
            "web -> orders Asks http GET /orders/{} [web/a.ts:3] [orders/a.py:7] None",
        ]
    );
}

#[test]
fn a_table_is_where_its_columns_are_used() {
    let (index, _) = shop();
    let found = meetings(&index);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "orders");
    assert_eq!(
        (found[0].writers.iter().cloned().collect::<Vec<_>>(), found[0].readers.iter().cloned().collect::<Vec<_>>()),
        (vec!["orders".to_owned()], vec!["billing".to_owned()])
    );
}

#[test]
fn what_is_offered_is_two_lines_of_a_topology() {
    let (index, tables) = shop();
    let flows = flows(&index, &tables);
    let of = |way| offer(flows.iter().find(|f| f.way == way).expect("one"));
    assert_eq!(of(Way::Asks), "relationships:\n  - {from: web, to: billing, via: http}  # web/a.ts:4 calls GET http://billing/secret\n");
    assert_eq!(
        of(Way::Feeds),
        "  - {from: orders, to: orders.created, via: event, pattern: pub-sub}  # orders/a.py:9 publishes orders.created\n  - {from: orders.created, to: billing, via: event, pattern: pub-sub}  # billing/a.go:5 consumes orders.created\n"
    );
    for flow in &flows {
        let text = offer(flow);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(crate::topology::yaml::documents(&text).is_ok(), "{text}");
    }
}

#[test]
fn hosts_of_all_sorts() {
    for (value, want) in [
        ("redis://user:pw@cache:6379/0", "cache:6379"),
        ("jdbc:mysql://db:3306/x", "db:3306"),
        ("a:9092,b:9092", "a:9092 b:9092"),
        ("Host=db;Username=x", "db Username=x"),
        ("root:pw@tcp(db:3306)/x", "db:3306"),
        ("http://orders", "orders"),
    ] {
        assert_eq!(hosts(value).collect::<Vec<_>>().join(" "), want, "{value}");
    }
}
