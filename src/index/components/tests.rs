use super::Components;

fn of(files: &[(&str, &str)]) -> Components {
    let paths: Vec<&str> = files.iter().map(|(p, _)| *p).collect();
    let read = |path: &str| files.iter().find(|(p, _)| *p == path).map(|(_, t)| (*t).to_owned());
    Components::of(&paths, &read, &|_| None)
}

const COMPOSE: &str = "services:
  orders:
    build: ./services/orders-api
    deploy: {replicas: 3}
  billing-worker:
    build:
      context: .
      dockerfile: ${BILLING}
  ui:
    image: shop/ui
  redis:
    image: redis:7
    networks: {back: {aliases: [cache]}}
";

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: stock-svc
spec:
  replicas: 2
  template:
    metadata: {labels: {app: stock}}
    spec:
      containers:
        - image: registry.example/shop/inventory:1.2
---
apiVersion: v1
kind: Service
metadata: {name: stock}
spec: {selector: {app: stock}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: x}
spec: {scaleTargetRef: {name: stock-svc}, minReplicas: 2, maxReplicas: 9}
";

#[test]
fn a_folder_is_called_as_the_manifest_calls_what_is_built_from_it() {
    let found = of(&[
        ("deploy/compose.yml", COMPOSE.replace("./services", "../services").replace("context: .", "context: ..").as_str()),
        ("deploy/.env", "BILLING=src/billing/Dockerfile"),
        ("deploy/k8s/stock.yaml", DEPLOYMENT),
        ("services/orders-api/main.go", ""),
        ("services/orders-api/api/routes.go", ""),
        ("src/billing/app.py", ""),
        ("src/inventory/src/Dockerfile", ""),
        ("src/inventory/main.go", ""),
        ("libs/money/money.go", ""),
        ("ui/server/main.ts", ""),
        ("redis/main.go.txt", ""),
        ("libs/ui/x.ts", ""),
    ]);
    for (path, want) in [
        ("services/orders-api/api/routes.go", Some("orders")),
        ("src/billing/app.py", Some("billing-worker")),
        ("src/inventory/src/x/y.go", Some("stock-svc")),
        ("libs/money/money.go", None),
        ("ui/server/main.ts", Some("ui")),
        ("libs/ui/x.ts", None),
        ("README.md", None),
    ] {
        assert_eq!(found.of_path(path), want, "{path}");
    }
    for (host, want) in [
        ("http://orders:8080/x", Some("orders")),
        ("stock.shop.svc.cluster.local:80", Some("stock-svc")),
        ("stock", Some("stock-svc")),
        ("cache:6379", Some("redis")),
        ("redis.io", None),
        ("api.example.com", None),
        ("", None),
    ] {
        assert_eq!(found.of_host(host), want, "{host}");
    }
    assert_eq!(found.deployment("orders").and_then(|d| d.count.as_deref()), Some("3"));
    assert_eq!(found.deployment("stock-svc").and_then(|d| d.count.as_deref()), Some("2-9"));
    assert!(found.deployment("stock-svc").is_some_and(|d| d.has_code) && found.deployment("redis").is_some_and(|d| !d.has_code));
}

#[test]
fn without_manifests_what_can_be_started_is_a_part() {
    let found = of(&[
        ("web/package.json", "{\"scripts\": {\"start\": \"node .\"}}"),
        ("web/client/package.json", "{\"scripts\": {\"start\": \"vite\"}}"),
        ("admin/server/main.ts", ""),
        ("shared/main.ts", ""),
        ("notes/list.ts", ""),
        ("shared/package.json", "{\"scripts\": {\"test\": \"jest\"}}"),
        ("dispatcher/requirements.txt", ""),
        ("dispatcher/app.py", ""),
        ("lib/helpers/app.py", ""),
        ("orders/pom.xml", "<artifactId>spring-boot-maven-plugin</artifactId>"),
        ("pom.xml", "<modules/>"),
        ("Stock.Api/Stock.Api.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\">"),
        ("Stock.Domain/Stock.Domain.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">"),
        ("cmd/relay/main.go", ""),
        ("crates/gate/src/main.rs", ""),
        ("dispatcher/Dockerfile", ""),
        ("dispatcher/genproto/Dockerfile", ""),
        ("Dockerfile", ""),
        ("tests/fake/Dockerfile", ""),
    ]);
    let names: Vec<(&str, &str)> = found.folders().collect();
    let want = [
        ("Stock.Api", "Stock.Api"),
        ("admin", "admin"),
        ("cmd/relay", "relay"),
        ("crates/gate", "gate"),
        ("dispatcher", "dispatcher"),
        ("orders", "orders"),
        ("web", "web"),
    ];
    assert_eq!(names, want);
    assert_eq!(found.of_word("StockApiClient"), Some("Stock.Api"));
    assert_eq!(found.of_word("ORDERS_URL"), Some("orders"));
    assert_eq!(found.of_word("client"), None);
}

#[test]
fn a_topology_names_what_it_knows() {
    let files = [("a/Dockerfile", ""), ("b/Dockerfile", "")];
    let paths: Vec<&str> = files.iter().map(|(p, _)| *p).collect();
    let found = Components::of(&paths, &|_| Some(String::new()), &|p| p.starts_with("a/").then(|| "checkout".to_owned()));
    assert_eq!(found.folders().collect::<Vec<_>>(), [("a", "checkout"), ("b", "b")]);
    assert_eq!(found.of_host("a:80"), Some("checkout"));
}

#[test]
fn broken_manifests_say_nothing() {
    let found = of(&[("compose.yml", "services: [\n: {"), ("k8s/x.yaml", "apiVersion: v1\nkind: Deployment\n"), ("a/Dockerfile", "")]);
    assert_eq!(found.folders().collect::<Vec<_>>(), [("a", "a")]);
}
