use super::*;

fn sure(key: &str, value: &str) -> Vec<(String, Option<u16>, String)> {
    in_setting(key, value).into_iter().filter(|f| f.sure).map(|f| (f.host, f.port, f.via)).collect()
}

fn hosts(key: &str, value: &str) -> Vec<String> {
    in_setting(key, value).into_iter().map(|f| f.host).collect()
}

fn one(host: &str, port: u16, via: &str) -> Vec<(String, Option<u16>, String)> {
    vec![(host.to_owned(), (port > 0).then_some(port), via.to_owned())]
}

#[test]
fn addresses_urls_and_connection_strings() {
    assert_eq!(sure("CART_ADDR", "cart:7070"), one("cart", 7070, ""));
    assert_eq!(sure("mongo", "user-db:27017"), one("user-db", 27017, ""));
    assert_eq!(sure("QUOTE_ADDR", "http://quote:8090/v1?x=1"), one("quote", 8090, "http"));
    assert_eq!(sure("FLAGD_HOST", "flagd"), one("flagd", 0, ""));
    assert_eq!(sure("DB_CONNECTION_STRING", "postgres://u:p%40w@orders-db/shop?sslmode=disable"), one("orders-db", 0, "postgres"));
    assert_eq!(sure("DB_CONNECTION_STRING", "Host=orders-db;Username=u;Password=p;Database=shop"), one("orders-db", 0, ""));
    assert_eq!(sure("ConnectionStrings__Shop", "Server=tcp:sql,1433;Database=shop"), one("sql", 1433, ""));
    assert_eq!(sure("MYSQL_DSN", "root:1234@tcp(stock-db:3306)/stock"), one("stock-db", 3306, ""));
    assert_eq!(sure("SPRING_DATASOURCE_URL", "jdbc:mysql://stock-db:3306/stock"), one("stock-db", 3306, "mysql"));
    assert_eq!(sure("GRPC_TARGET", "dns:///stock:9000"), one("stock", 9000, ""));
    assert_eq!(sure("JAVA_OPTS", "-Xmx1g -Dspring.redis.host=sessions"), one("sessions", 0, ""));
    assert_eq!(sure("LLM_BASE_URL", "https://llm.example.com/v1"), one("llm.example.com", 0, "http"));
    assert_eq!(sure("API_URL", "http://api"), one("api", 0, "http"));
    assert_eq!(hosts("KAFKA_BROKERS", "k1:9092,k2:9092"), ["k1", "k2"]);
    assert_eq!(hosts("MONGO_URL", "mongodb://m1:27017,m2:27017/shop?replicaSet=r"), ["m1", "m2"]);
    assert_eq!(hosts("ES_HOSTS", "http://e1:9200,http://e2:9200"), ["e1", "e2"]);
    assert_eq!(sure("ZIPKIN", "zipkin.tracing.svc.cluster.local"), one("zipkin.tracing.svc.cluster.local", 0, ""));
}

#[test]
fn names_of_other_things_are_no_addresses() {
    for (key, value) in [
        ("KAFKA_TOPIC", "orders"),
        ("POSTGRES_DB", "user"),
        ("OTEL_SERVICE_NAME", "cart"),
        ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092"),
        ("CORS_ORIGIN", "http://frontend:3000"),
        ("no_proxy", "localhost,cart"),
        ("ENVOY_ADDR", "0.0.0.0"),
        ("DATABASE_URL", "sqlite:///var/lib/app.db"),
        ("ASPNETCORE_URLS", "http://*:7070"),
        ("HEALTH_URL", "http://localhost:8080/health"),
        ("LOG_LEVEL", "info"),
        ("SPRING_PROFILES_ACTIVE", "production"),
    ] {
        assert_eq!(hosts(key, value), Vec::<String>::new(), "{key}={value}");
    }
    for (key, value) in [
        ("IMAGE", "redis:7"),
        ("MODE_HOST", "true"),
        ("STARTED_AT", "T12:30"),
        ("PUBLIC_URL", "https://shop.example"),
        ("APP_HOST", "shop"),
        ("APP_URL", "https://shop.example.com"),
        ("BASIC_AUTH", "user:12345"),
        ("ConnectionStrings__Db", "Data Source=app.db"),
    ] {
        assert_eq!(sure(key, value), Vec::new(), "{key}={value}");
    }
}

#[test]
fn commands_by_their_flags_and_scripts_only_for_names_that_somebody_has() {
    let of = |words: &[&str]| in_command(words).into_iter().map(|(_, f)| (f.host, f.sure)).collect::<Vec<_>>();
    assert_eq!(of(&["--redis-addr=cache:6379"]), [("cache".to_owned(), true)]);
    assert_eq!(of(&["--upstream", "http://stock:80"]), [("stock".to_owned(), true)]);
    assert_eq!(of(&["-d 60 -r 200 -c 2 -h edge-router"]), [("edge-router".to_owned(), false)]);
    assert_eq!(of(&["sh", "-c", "until nc -z broker 5672; do sleep 1; done; ./run"]), [("broker".to_owned(), false)]);
    assert_eq!(of(&["./wait-for-it.sh", "db:5432", "--", "./run"]), [("db".to_owned(), false)]);
    assert_eq!(of(&["start", "--uri", "file:./etc/flags.json"]), []);
}

#[test]
fn what_is_telemetry() {
    assert!(is_telemetry("OTEL_EXPORTER_OTLP_ENDPOINT") && is_telemetry("DD_AGENT_HOST") && is_telemetry("SENTRY_DSN"));
    assert!(!is_telemetry("TELEMETRY_DOCS_HOST") && !is_telemetry("DDL_URL") && !is_telemetry("CART_ADDR"));
}

#[test]
fn files_of_settings_line_by_line() {
    let text = "# http://no:1\nspring:\n  redis:\n    host: sessions\nupstream a { server stock:8080; }\n\"ConsulAddress\": \"consul:8500\",\n";
    let found: Vec<_> = in_text(text).into_iter().map(|(line, f)| (line, f.host)).collect();
    assert_eq!(found, [(3, "sessions".to_owned()), (4, "stock".to_owned()), (5, "consul".to_owned())]);
}
