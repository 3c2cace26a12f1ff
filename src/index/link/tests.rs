use super::*;
use crate::index::components::Components;
use crate::index::model::{Constant, Given, Name, Part, Use};

/// A name as tests write it: `a<Topics.ORDERS>b${KEY:default}{}`.
fn name(text: &str) -> Name {
    let mut out = Name::default();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '$', '{']) {
        out.push(Part::Text(rest[..at].to_owned()));
        let end = rest[at..].find(['>', '}']).expect("closed") + at;
        let inside = &rest[at + 1..end];
        out.push(match &rest[at..=at] {
            "<" => Part::Constant(inside.to_owned()),
            "$" => {
                let (key, default) = inside[1..].split_once(':').map_or((&inside[1..], None), |(k, d)| (k, Some(d.to_owned())));
                Part::Setting(key.to_owned(), default)
            }
            _ => Part::Hole,
        });
        rest = &rest[end + 1..];
    }
    out.push(Part::Text(rest.to_owned()));
    out
}

/// A file: lines `ROLE KIND NAME`, `const NAME = VALUE`, `set KEY = VALUE`, `set PART: KEY = VALUE`.
fn facts(lines: &str) -> Facts {
    let mut out = Facts::default();
    for (i, line) in (1..).zip(lines.lines()) {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line, ""));
        let pair = || rest.split_once(" = ").expect("a pair");
        match word {
            "const" => out.constants.push(Constant { name: pair().0.to_owned(), value: name(pair().1) }),
            "set" => {
                let (key, value) = pair();
                let (part, key) = key.split_once(": ").map_or((None, key), |(p, k)| (Some(p.to_owned()), k));
                out.given.push(Given { key: key.to_owned(), value: value.to_owned(), part, line: i });
            }
            "" => {}
            role => {
                let (kind, text) = rest.split_once(' ').expect("a kind");
                let role = serde_json::from_str(&format!("\"{role}\"")).expect("a role");
                let kind = serde_json::from_str(&format!("\"{kind}\"")).expect("a kind");
                out.uses.push(Use::new(kind, role, name(text), i));
            }
        }
    }
    out
}

/// Folders are components, but for `lib/`.
fn all(files: &[(&str, &str)]) -> Linked {
    let folders: Vec<(&str, &str)> =
        files.iter().filter_map(|(p, _)| p.split('/').next()).filter(|f| !matches!(*f, "lib" | "deploy")).map(|f| (f, f)).collect();
    linked(files.iter().map(|(p, t)| FileFacts { path: (*p).to_owned(), component: None, facts: facts(t) }).collect(), Components::by_folders(folders))
}

/// Every place as `NAME <- path:line role`, with `~` where it is not sure.
fn shown(index: &Index) -> Vec<String> {
    let mut out = Vec::new();
    for resource in &index.resources {
        for place in &resource.places {
            let sure = if place.certainty == Certainty::Sure { "" } else { "~" };
            let role = serde_json::to_string(&place.role).expect("a word").replace('"', "");
            out.push(format!("{} <- {sure}{}:{} {role}", resource.name, index.file(place).path, place.line));
        }
    }
    out
}

#[track_caller]
fn says(files: &[(&str, &str)], want: &[&str]) {
    let linked = all(files);
    assert_eq!(shown(&linked.index), want);
    // A single file against the linked repository says the same.
    for (path, text) in files {
        let alone = resolve(&facts(text), path, &linked.tables);
        let whole: usize = linked.index.resources.iter().flat_map(|r| &r.places).filter(|p| linked.index.file(p).path == *path).count();
        assert_eq!(alone.len(), whole, "{path}: {alone:?}");
        for used in alone {
            let found = linked
                .index
                .resource(used.kind, &used.name)
                .is_some_and(|r| r.places.iter().any(|p| p.line == used.line && p.certainty == used.certainty && p.written == used.written));
            assert!(found, "{path}: {used:?}");
        }
    }
}

#[test]
fn constants_of_other_files() {
    // By its type, from anywhere; by its module; bare in the same component.
    says(
        &[
            ("a/use.java", "publishes channel <Topics.ORDERS>"),
            ("a/Topics.java", "const Topics.ORDERS = orders.created\nconst Other.ORDERS = other"),
            ("b/keys.py", "const STATUS = worker:{}:status"),
            ("b/w.py", "writes key <keys.STATUS>\nreads key <STATUS>"),
        ],
        &["worker:{}:status <- b/w.py:1 writes", "worker:{}:status <- b/w.py:2 reads", "orders.created <- a/use.java:1 publishes"],
    );
    // Constants of constants, with a text around.
    says(
        &[("a/x.ts", "publishes channel <PREFIX>.low"), ("lib/n.ts", "const PREFIX = <BASE>stock\nconst BASE = eu.")],
        &["eu.stock.low <- a/x.ts:1 publishes"],
    );
    // Several values are none; another language's constant is none.
    says(&[("a/x.ts", "reads key k:<LOW>"), ("lib/n.ts", "const LOW = a"), ("lib/m.ts", "const LOW = b")], &["k:{} <- a/x.ts:1 reads"]);
    says(&[("a/x.ts", "reads key k:<LOW>"), ("lib/n.py", "const LOW = a")], &["k:{} <- a/x.ts:1 reads"]);
    // The near one counts; code of another part is out of reach unless its type is named.
    says(&[("a/x/x.go", "reads key k:<Low>"), ("a/x/n.go", "const Low = near"), ("a/y/n.go", "const Low = far")], &["k:near <- a/x/x.go:1 reads"]);
    says(
        &[("a/x.go", "reads key k:<v.Low>\nreads key k:<Names.Low>"), ("b/n.go", "const Names.Low = b")],
        &["k:b <- a/x.go:2 reads", "k:{} <- a/x.go:1 reads"],
    );
    // In a circle there is no end.
    says(&[("a/x.go", "reads key k:<Low>"), ("a/n.go", "const Low = <High>\nconst High = <Low>")], &["k:{} <- a/x.go:1 reads"]);
}

#[test]
fn settings_by_who_is_given_them() {
    let deploy = ("deploy/compose.yml", "set a: TOPIC = orders\nset b: TOPIC = stock");
    says(
        &[("a/x.py", "publishes channel ${TOPIC:default}"), ("b/x.py", "consumes channel ${TOPIC}"), deploy],
        &["orders <- a/x.py:1 publishes", "stock <- b/x.py:1 consumes"],
    );
    // The file beside the code, then the code's own default; what others are given only where they agree.
    says(
        &[
            ("a/A.java", "publishes channel ${app.topic}"),
            ("a/application.yml", "set app.topic = ${TOPIC:fallback}"),
            ("b/x.py", "consumes channel ${TOPIC}"),
            deploy,
        ],
        &["orders <- a/A.java:1 publishes", "stock <- b/x.py:1 consumes"],
    );
    says(&[("c/x.py", "consumes channel x${TOPIC}"), deploy], &["x{} <- c/x.py:1 consumes"]);
    says(&[("c/x.py", "consumes channel ${TOPIC:own}"), deploy], &["own <- c/x.py:1 consumes"]);
    says(&[("c/x.py", "consumes channel ${TOPIC}"), ("deploy/a.env", "set TOPIC = one")], &["one <- ~c/x.py:1 consumes"]);
    says(
        &[
            ("c/x.py", "consumes channel ${TOPIC}"),
            ("deploy/a.env", "set TOPIC = one"),
            ("deploy/eu/a.env", "set TOPIC = two"),
            ("b/b.env", "set TOPIC = three"),
        ],
        &["one <- ~c/x.py:1 consumes"],
    );
    // What is only for developers yields.
    says(
        &[("a/A.java", "publishes channel ${app.topic}"), ("a/application.yml", "set app.topic = real"), ("a/application-dev.yml", "set app.topic = toy")],
        &["real <- a/A.java:1 publishes"],
    );
}

#[test]
fn routes_by_path_host_and_method() {
    let served = ("orders/A.java", "serves route GET /orders/{}\nserves route POST /orders\nserves route GET /health");
    says(
        &[served, ("web/x.ts", "calls route GET http://orders:8080/orders/{}?full=1\ncalls route POST ${ORDERS_URL}/orders\ncalls route ANY {}/orders/{}")],
        &[
            "GET /health <- orders/A.java:3 serves",
            "GET /orders/{} <- orders/A.java:1 serves",
            "GET /orders/{} <- web/x.ts:1 calls",
            "GET /orders/{} <- web/x.ts:3 calls",
            "POST /orders <- orders/A.java:2 serves",
            "POST /orders <- web/x.ts:2 calls",
        ],
    );
    // Prefixes: the component's own, a gateway's.
    says(
        &[
            served,
            ("orders/application.yml", "set server.servlet.context-path = /shop"),
            ("web/x.ts", "calls route GET /api/shop/orders/7\ncalls route GET {}/orders/7"),
        ],
        &[
            "GET /shop/health <- orders/A.java:3 serves",
            "GET /shop/orders/{} <- orders/A.java:1 serves",
            "GET /shop/orders/{} <- ~web/x.ts:1 calls",
            "GET /shop/orders/{} <- ~web/x.ts:2 calls",
            "POST /shop/orders <- orders/A.java:2 serves",
        ],
    );
    // Where a router is mounted, by the nearest; nowhere, where nobody says.
    says(
        &[
            ("a/routes/orders.js", "serves route GET <orders@mount>/{}"),
            ("a/main.js", "const orders@mount = /orders"),
            ("b/orders.js", "serves route GET <orders@mount>/stock"),
        ],
        &["GET /orders/{} <- a/routes/orders.js:1 serves", "GET /stock <- b/orders.js:1 serves"],
    );
    // Neither an address nor a path.
    says(&[("orders/x.py", "serves route POST /x"), ("web/x.ts", "calls route POST ${ORDERS_URL}\ncalls route POST {}")], &["POST /x <- orders/x.py:1 serves"]);
    // What several serve is told apart; a call that could mean either is neither.
    says(
        &[
            ("a/x.py", "serves route GET /health"),
            ("b/x.py", "serves route GET /health"),
            ("web/x.ts", "calls route GET http://a/health\ncalls route GET {}/health"),
        ],
        &["GET //a/health <- a/x.py:1 serves", "GET //a/health <- web/x.ts:1 calls", "GET //b/health <- b/x.py:1 serves", "GET /health <- web/x.ts:2 calls"],
    );
    // Who is called and does not serve it, and the world outside.
    says(
        &[served, ("web/x.ts", "calls route GET http://orders/gone\ncalls route GET https://api.example.com/orders/{}")],
        &[
            "GET //api.example.com/orders/{} <- web/x.ts:2 calls",
            "GET //orders/gone <- web/x.ts:1 calls",
            "GET /health <- orders/A.java:3 serves",
            "GET /orders/{} <- orders/A.java:1 serves",
            "POST /orders <- orders/A.java:2 serves",
        ],
    );
}

#[test]
fn names_of_the_same_thing() {
    for (files, want) in [
        // The package is missing, or the language's way to write a method.
        (
            &[
                ("p/x.proto", "declares rpc shop.Inventory/ReserveItem"),
                ("a/x.go", "serves rpc Inventory/ReserveItem"),
                ("b/x.py", "calls rpc Inventory/reserve_item"),
            ][..],
            &[
                "shop.Inventory/ReserveItem <- a/x.go:1 serves",
                "shop.Inventory/ReserveItem <- b/x.py:1 calls",
                "shop.Inventory/ReserveItem <- p/x.proto:1 declares",
            ][..],
        ),
        // Two packages have it: nobody knows.
        (
            &[("p/x.proto", "declares rpc a.Stock/Get\ndeclares rpc b.Stock/Get"), ("c/x.py", "calls rpc Stock/Get")],
            &["Stock/Get <- c/x.py:1 calls", "a.Stock/Get <- p/x.proto:1 declares", "b.Stock/Get <- p/x.proto:2 declares"],
        ),
        (
            &[("a/x.java", "declares field OrderCreated.customerId"), ("b/x.py", "reads field order_created.customer_id\nreads field OrderCreated.customer")],
            &["OrderCreated.customer <- b/x.py:2 reads", "OrderCreated.customerId <- a/x.java:1 declares", "OrderCreated.customerId <- b/x.py:1 reads"],
        ),
        (
            &[
                ("a/x.sql", "declares column public.orders.status\ndeclares column orders"),
                ("b/x.rb", "writes column Order.status\nreads column .status\nreads column Order"),
            ],
            &[
                "orders <- a/x.sql:2 declares",
                "orders <- b/x.rb:3 reads",
                "orders.status <- a/x.sql:1 declares",
                "orders.status <- b/x.rb:1 writes",
                "orders.status <- ~b/x.rb:2 reads",
            ],
        ),
        (
            &[("a/x.py", "writes key worker:{}:status"), ("b/x.ts", "reads key worker:7:status\ndeletes key worker:*\nreads key {}:worker:{}:status")],
            &[
                "worker:{}:status <- a/x.py:1 writes",
                "worker:{}:status <- b/x.ts:1 reads",
                "worker:{}:status <- ~b/x.ts:2 deletes",
                "worker:{}:status <- ~b/x.ts:3 reads",
            ],
        ),
        (
            &[("a/x.java", "declares field OrderCreated.customerId"), ("b/x.py", "reads field orders.created:customer_id\nreads field stock.low:sku")],
            &["OrderCreated.customerId <- a/x.java:1 declares", "OrderCreated.customerId <- ~b/x.py:1 reads", "stock.low:sku <- b/x.py:2 reads"],
        ),
        // A key and the keys below it are different things.
        (&[("a/x.py", "writes key user:{}"), ("b/x.ts", "reads key user:{}:carts")], &["user:{} <- a/x.py:1 writes", "user:{}:carts <- b/x.ts:1 reads"]),
        (
            &[
                ("a/x.py", "publishes channel Orders.Created"),
                ("b/x.ts", "consumes channel orders.*\nconsumes channel {}.orders.created\nconsumes channel stock.*"),
            ],
            &[
                "Orders.Created <- a/x.py:1 publishes",
                "Orders.Created <- ~b/x.ts:1 consumes",
                "Orders.Created <- ~b/x.ts:2 consumes",
                "stock.* <- b/x.ts:3 consumes",
            ],
        ),
        (
            &[("a/x.py", "consumes job shop.tasks.charge"), ("b/x.py", "writes job charge")],
            &["shop.tasks.charge <- a/x.py:1 consumes", "shop.tasks.charge <- b/x.py:1 writes"],
        ),
        (
            &[("a/x.cs", "publishes message Acme.Contracts.OrderPaid"), ("b/x.cs", "consumes message OrderPaid"), ("c/x.ts", "consumes message order.paid")],
            &["Acme.Contracts.OrderPaid <- a/x.cs:1 publishes", "Acme.Contracts.OrderPaid <- b/x.cs:1 consumes", "order.paid <- c/x.ts:1 consumes"],
        ),
        (
            &[("a/x.java", "reads address spring.redis.host"), ("deploy/c.yml", "declares address SPRING_REDIS_HOST")],
            &["SPRING_REDIS_HOST <- a/x.java:1 reads", "SPRING_REDIS_HOST <- deploy/c.yml:1 declares"],
        ),
        (
            &[("stock/x.go", "serves rpc S/M"), ("a/x.py", "retries setting http://stock:8080\nretries setting StockClient")],
            &["stock <- a/x.py:1 retries", "stock <- a/x.py:2 retries", "S/M <- stock/x.go:1 serves"],
        ),
    ] {
        let mut want: Vec<&str> = want.to_vec();
        let linked = all(files);
        let mut found = shown(&linked.index);
        found.sort();
        want.sort_unstable();
        assert_eq!(found, want);
        says(files, &shown(&linked.index).iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn tables_of_one_name_in_several_databases() {
    let orders = ("orders/a.sql", "declares column orders.status");
    let billing = ("billing/a.sql", "declares column orders.status\nreads column orders.total");
    // Each its own, where nothing says that they share one.
    says(
        &[orders, billing],
        &[
            "billing/orders.status <- billing/a.sql:1 declares",
            "billing/orders.total <- billing/a.sql:2 reads",
            "orders/orders.status <- orders/a.sql:1 declares",
        ],
    );
    // Given the same database, it is the same table; who uses it without a word of its own has the table of its database.
    let same = ("deploy/c.yml", "set orders: DATABASE_URL = postgres://u:p@db:5432/shop\nset billing: DB_URL = postgresql://db:5432/shop?x=1");
    says(
        &[orders, billing, same],
        &["orders.status <- billing/a.sql:1 declares", "orders.status <- orders/a.sql:1 declares", "orders.total <- billing/a.sql:2 reads"],
    );
    let other = (
        "deploy/c.yml",
        "set orders: DATABASE_URL = postgres://db/shop\nset ui: DATABASE_URL = postgres://db/shop\nset billing: DB_URL = postgresql://db/money",
    );
    says(
        &[orders, billing, ("ui/x.py", "reads column orders.status"), ("web/x.py", "reads column orders.status"), other],
        &[
            "billing/orders.status <- billing/a.sql:1 declares",
            "billing/orders.total <- billing/a.sql:2 reads",
            "orders.status <- web/x.py:1 reads",
            "orders/orders.status <- orders/a.sql:1 declares",
            "orders/orders.status <- ui/x.py:1 reads",
        ],
    );
    // Host and name by settings of their own, connection strings.
    let apart =
        ("deploy/c.yml", "set orders: DB_HOST = orders-db\nset orders: DB_NAME = shop\nset billing: ConnectionStrings__Main = Host=billing-db;Database=shop");
    says(
        &[orders, ("billing/models.py", "declares column orders.status"), apart],
        &["billing/orders.status <- billing/models.py:1 declares", "orders/orders.status <- orders/a.sql:1 declares"],
    );
    let together = ("deploy/c.yml", "set orders: DB_HOST = db\nset orders: DB_NAME = shop\nset billing: ConnectionStrings__Main = Host=db;Database=shop");
    says(
        &[orders, ("billing/models.py", "declares column orders.status"), together],
        &["orders.status <- billing/models.py:1 declares", "orders.status <- orders/a.sql:1 declares"],
    );
    // Who only maps it, and is given no database, may use another's table.
    says(
        &[orders, ("billing/models.py", "declares column orders.status")],
        &["orders.status <- ~billing/models.py:1 declares", "orders.status <- orders/a.sql:1 declares"],
    );
}

#[test]
fn tables_that_only_are_used_in_several_databases() {
    let (auth, profile) = (("auth/a.java", "reads column users.name"), ("profile/a.java", "writes column users.name"));
    let apart = (
        "deploy/c.yml",
        "set auth: MONGODB_HOST = auth-db\nset auth: MONGODB_DATABASE = auth\nset profile: MONGODB_HOST = profile-db\nset profile: MONGODB_DATABASE = profiles",
    );
    says(&[auth, profile, apart], &["auth/users.name <- auth/a.java:1 reads", "profile/users.name <- profile/a.java:1 writes"]);
    // Who declares it keeps those whose database is not known, in doubt.
    says(
        &[
            ("profile/a.sql", "declares column users.name"),
            auth,
            ("web/a.py", "reads column users.name"),
            ("profile/a.java", "writes column users.name"),
            apart,
        ],
        &[
            "auth/users.name <- auth/a.java:1 reads",
            "profile/users.name <- profile/a.java:1 writes",
            "profile/users.name <- profile/a.sql:1 declares",
            "profile/users.name <- ~web/a.py:1 reads",
        ],
    );
    // A copy of a database has its name at another host.
    let copy = ("deploy/c.yml", "set auth: DATABASE_URL = postgres://replica/shop\nset profile: DATABASE_URL = postgres://db/shop");
    let one = &["users.name <- auth/a.java:1 reads", "users.name <- profile/a.java:1 writes"];
    says(&[auth, profile, copy], one);
    says(&[auth, profile], one);
}

#[test]
fn keys_and_channels_of_one_name_in_several_places() {
    let (a, b) = (("a/x.py", "writes key seen:{}\npublishes channel jobs"), ("b/x.py", "reads key seen:{}\nconsumes channel jobs"));
    let one = &["seen:{} <- a/x.py:1 writes", "seen:{} <- b/x.py:1 reads", "jobs <- a/x.py:2 publishes", "jobs <- b/x.py:2 consumes"];
    says(&[a, b], one);
    says(&[a, b, ("deploy/c.yml", "set a: REDIS_URL = redis://cache:6379/0\nset b: REDIS_HOST = cache")], one);
    says(
        &[a, b, ("deploy/c.yml", "set a: REDIS_URL = redis://a-cache:6379/0\nset b: REDIS_HOST = b-cache")],
        &["a/seen:{} <- a/x.py:1 writes", "b/seen:{} <- b/x.py:1 reads", "jobs <- a/x.py:2 publishes", "jobs <- b/x.py:2 consumes"],
    );
    says(
        &[a, b, ("deploy/c.yml", "set a: KAFKA_BROKERS = one:9092\nset b: KAFKA_BOOTSTRAP_SERVERS = two:9092")],
        &["seen:{} <- a/x.py:1 writes", "seen:{} <- b/x.py:1 reads", "a/jobs <- a/x.py:2 publishes", "b/jobs <- b/x.py:2 consumes"],
    );
    // A third whose broker is not known, another sort of broker: less sure, and still one.
    let unsure = ["seen:{} <- a/x.py:1 writes", "seen:{} <- b/x.py:1 reads", "jobs <- ~a/x.py:2 publishes", "jobs <- ~b/x.py:2 consumes"];
    says(&[a, b, ("deploy/c.yml", "set a: KAFKA_BROKERS = one:9092\nset b: RABBITMQ_HOST = two")], &unsure);
    says(
        &[a, b, ("c/x.py", "publishes channel jobs"), ("deploy/c.yml", "set a: KAFKA_BROKERS = one:9092\nset b: KAFKA_BROKERS = two:9092")],
        &[&unsure[..], &["jobs <- ~c/x.py:1 publishes"]].concat(),
    );
}

#[test]
fn a_setting_that_hands_a_variable_through() {
    says(
        &[
            ("a/application.yml", "declares address spring.datasource.url\nset spring.datasource.url = ${DATABASE_URL:x}"),
            ("deploy/c.yml", "declares address DATABASE_URL"),
        ],
        &["DATABASE_URL <- a/application.yml:1 reads", "DATABASE_URL <- deploy/c.yml:1 declares"],
    );
}

#[test]
fn how_a_place_has_it_is_kept() {
    let linked = all(&[("a/x.py", "publishes channel ${PREFIX}<ORDERS>.{}"), ("a/n.py", "const ORDERS = orders")]);
    let resource = &linked.index.resources[0];
    assert_eq!((resource.name.as_str(), resource.places[0].written.as_deref()), ("{}orders.{}", Some("${PREFIX}ORDERS.{}")));
}

#[test]
fn tables_keep_what_names_lean_on_and_no_more() {
    let files = [
        ("a/x.py", "publishes channel <T.ORDERS>\nwrites key held:{}"),
        ("a/t.py", "const T.ORDERS = <BASE>.x\nconst BASE = o\nconst HELD = held:{}\nconst LIMIT = twelve\nset UNUSED = 1"),
    ];
    let tables = all(&files).tables;
    let kept = |name: &str| !tables.constants(name).is_empty();
    assert!(kept("ORDERS") && kept("BASE") && kept("HELD") && !kept("LIMIT") && tables.settings("UNUSED").is_empty());
    let text = serde_json::to_string(&tables).expect("written");
    assert_eq!(serde_json::from_str::<Tables>(&text).expect("read"), tables);
}
