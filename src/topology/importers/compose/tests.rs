use crate::topology::importers::tests::{edges, import, notes, with};
use crate::topology::model::{Count, Criticality, Failover, Kind};
use std::time::Duration;

const SHOP: &str = "
x-common: &common
  restart: unless-stopped
services:
  web:
    <<: *common
    build: {context: ./, dockerfile: ./src/web/Dockerfile}
    ports: ['${WEB_PORT:-80}:8080']
    environment:
      - CART_ADDR
      - WEB_HOST=web
      - KAFKA_TOPIC=orders
      - OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318
      - OTEL_RESOURCE_ATTRIBUTES=service.criticality=high
    depends_on: [cart, stock]
    healthcheck: {test: [CMD, curl, 'http://cart'], interval: 5s, retries: 4}
  cart:
    image: shop/cart
    hostname: basket
    deploy: {replicas: 3}
    environment:
      REDIS_URL: redis://:secret@sessions:6379/0
      GRAFANA_HOST: grafana
      MISSING: ${NOBODY_SETS_THIS}
    restart: 'no'
  stock: {image: shop/stock, command: --db-addr=stock-db:5432, links: ['sessions:cache']}
  stock-db: {image: 'postgres:16', healthcheck: {disable: true}}
  sessions: {image: 'redis:7', networks: {back: {aliases: [fast]}}}
  orders: {image: shop/orders}
  collector: {image: otel/opentelemetry-collector}
";

#[test]
fn connections_are_read_from_settings_flags_links_and_the_order_of_start() {
    let import = with(&[("compose.yaml", SHOP)], &[], "CART_PORT=7070\nCART_ADDR=basket:${CART_PORT}\n");
    assert_eq!(
        edges(&import),
        ["web>cart", "web>collector otlp", "web>stock", "cart>sessions redis", "cart>grafana", "stock>stock-db postgres", "stock>sessions redis"]
    );
    let t = &import.topology;
    let of = |from: &str, to: &str| t.relationships.iter().find(|r| r.from == from && r.to == to).expect("a call");
    let cart = of("web", "cart");
    let facts: Vec<String> = cart.sources.iter().map(|s| format!("{s} {}", s.facts.join(","))).collect();
    assert_eq!(facts, ["compose.yaml:10 CART_ADDR=basket:7070", "compose.yaml:15 depends_on"]);
    assert_eq!((cart.required, cart.notes.as_str()), (None, ""));
    assert_eq!((of("web", "collector").required, of("web", "collector").sync), (Some(false), Some(false)));
    assert_eq!(of("web", "stock").notes, "depends_on only: no address of it was read");
    assert!(!format!("{t:?}").contains("secret"), "passwords stay where they are");
    assert_eq!(
        notes(&import),
        [
            "grafana: named by cart, declared by no source",
            "NOBODY_SETS_THIS has no value: no file of variables sets it",
            "no connection of orders could be read from these files"
        ]
    );
}

#[test]
fn facts_of_components_with_their_places() {
    let import = with(&[("compose.yaml", SHOP)], &[], "");
    let t = &import.topology;
    let web = t.component("web").expect("web");
    assert_eq!((web.entry, web.criticality, web.noticed_after), (true, Some(Criticality::High), Some(Duration::from_secs(20))));
    assert_eq!((web.paths.as_slice(), web.notes.as_str()), (&["src/web/**".to_owned()][..], "restart: unless-stopped"));
    let cart = t.component("cart").expect("cart");
    assert_eq!((cart.count, cart.failover), (Count::Fixed { n: 3, replicas: None }, Some(Failover::None)));
    assert!(cart.sources.iter().any(|s| s.line == 20 && s.facts == ["count: 3"]), "{:?}", cart.sources);
    assert_eq!((web.count, t.component("stock-db").map(|c| (c.kind, c.noticed_after))), (Count::ONE, Some((Kind::Db, None))));
    assert_eq!(t.aliases.get("cart"), Some(&vec!["basket".to_owned()]));
    assert_eq!(t.aliases.get("sessions"), Some(&vec!["fast".to_owned()]));
}

#[test]
fn later_layers_override_and_add() {
    let base = "services:\n  a: {image: a, environment: [B_URL=http://b:1, C_URL=http://c:1], deploy: {replicas: 1}, command: [--to-addr=b:1]}\n  b: {image: b}\n  c: {image: c}\n";
    let over = "services:\n  a:\n    environment: {C_URL: 'http://d:1'}\n    deploy: {replicas: 5}\n    command: [--to-addr=e:1]\n    depends_on: {job: {condition: service_completed_successfully}}\n  d: {image: d}\n  e: {image: e}\n  job: {image: job}\n";
    let import = import(&[("base.yaml", base), ("over.yaml", over)]);
    assert_eq!(edges(&import), ["a>b http", "a>d http", "a>e", "a>job"]);
    let t = &import.topology;
    assert_eq!(t.components[0].count, Count::Fixed { n: 5, replicas: None });
    assert_eq!(t.components[0].sources.iter().filter(|s| s.facts.is_empty()).map(ToString::to_string).collect::<Vec<_>>(), ["base.yaml:2", "over.yaml:2"]);
    assert_eq!((t.relationships[3].required, t.relationships[3].notes.as_str()), (Some(false), "must have finished before the start"));
    assert!(notes(&import).iter().all(|n| !n.contains("the first is kept")), "a layer is no contradiction: {:?}", notes(&import));
}

#[test]
fn files_beside_extends_and_includes_are_followed_and_circles_end() {
    let main = "include: [sub/more.yaml]\nservices:\n  a: {extends: {file: base.yaml, service: web}, env_file: [a.env]}\n  b: {extends: b, image: b}\n";
    let files = [
        ("deploy/base.yaml", "services:\n  web: {image: web, environment: {D_HOST: d}}\n"),
        ("deploy/a.env", "# settings\nB_ADDR=b:9000\n"),
        ("deploy/sub/more.yaml", "include: [../main.yaml]\nservices:\n  d: {image: 'mysql:8'}\n"),
        ("deploy/main.yaml", main),
    ];
    let import = with(&[("deploy/main.yaml", main)], &files, "");
    assert_eq!(edges(&import), ["a>d mysql", "a>b"]);
    let source = &import.topology.relationships[1].sources[0];
    assert_eq!((source.file.as_str(), source.line), ("deploy/a.env", 2));
}

#[test]
fn a_name_that_several_have_leads_to_each_and_is_nobodys_other_name() {
    let text =
        "services:\n  a: {image: a, environment: {CACHE_ADDR: 'mc:11211'}}\n  m1: {image: memcached, hostname: mc}\n  m2: {image: memcached, hostname: mc}\n";
    let import = import(&[("c.yaml", text)]);
    assert_eq!(edges(&import), ["a>m1 memcached", "a>m2 memcached"]);
    assert!(import.topology.aliases.is_empty());
}

#[test]
fn what_is_merged_in_lies_below_what_is_said() {
    let text = "
x-base: &base {B_URL: 'db+postgresql://u@b/x', C_URL: 'http://c'}
x-more: &more
  <<: *base
  C_URL: http://d
x-first: &first
  b: {condition: service_started}
services:
  a:
    image: a
    environment: {<<: [*more, *base], E_URL: 'http://e'}
    depends_on:
      <<: *first
      e: {condition: service_healthy}
    healthcheck: {interval: $NOWHERE}
  b: {image: b}
  c: {image: c}
  d: {image: d}
  e: {image: e}
";
    let import = import(&[("c.yaml", text)]);
    assert_eq!(edges(&import), ["a>b postgres", "a>d http", "a>e http"]);
    assert_eq!(import.topology.components[0].noticed_after, None, "nobody knows the interval");
}

#[test]
fn mounted_files_are_read_where_only_one_has_them() {
    let text = "services:\n  edge: {image: nginx, volumes: ['./conf/nginx.conf:/etc/nginx/nginx.conf:ro', './shared.json:/s.json', './data:/data']}\n  cart: {image: cart, configs: [{source: own}], volumes: [{type: bind, source: ./shared.json, target: /s}]}\n  stock: {image: stock}\nconfigs: {own: {file: ./cart.json}}\n";
    let files = [
        ("conf/nginx.conf", "# proxy_pass http://stock;\nproxy_pass http://cart:80;\nproxy_pass http://nobody;\n"),
        ("cart.json", "{\n  \"StockAddress\": \"stock:9000\"\n}\n"),
        ("shared.json", "{\"url\": \"http://stock\"}"),
    ];
    let import = with(&[("compose.yaml", text)], &files, "");
    assert_eq!(edges(&import), ["edge>cart http", "cart>stock"]);
    assert_eq!(import.topology.relationships[0].sources[0].to_string(), "conf/nginx.conf:2");
}
