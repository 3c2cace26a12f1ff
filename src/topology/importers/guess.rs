//! What a component is, from its image and its name: a table of what everybody runs.

use crate::topology::model::Kind;

/// Something that many systems run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technology {
    /// The word in images and names.
    pub word: &'static str,
    /// What it is.
    pub kind: Kind,
    /// How it is spoken to; empty: nothing can be said.
    pub via: &'static str,
    /// It takes telemetry in: nobody waits for it.
    pub telemetry: bool,
}

const fn is(word: &'static str, kind: Kind, via: &'static str) -> Technology {
    Technology { word, kind, via, telemetry: false }
}

const fn sink(word: &'static str, via: &'static str) -> Technology {
    Technology { word, kind: Kind::Service, via, telemetry: true }
}

/// The first word that is found decides.
const TECHNOLOGIES: &[Technology] = &[
    is("postgres", Kind::Db, "postgres"),
    is("postgresql", Kind::Db, "postgres"),
    is("postgis", Kind::Db, "postgres"),
    is("timescaledb", Kind::Db, "postgres"),
    is("cockroach", Kind::Db, "postgres"),
    is("cockroachdb", Kind::Db, "postgres"),
    is("pgbouncer", Kind::Gateway, "postgres"),
    is("pgpool", Kind::Gateway, "postgres"),
    is("mysql", Kind::Db, "mysql"),
    is("mariadb", Kind::Db, "mysql"),
    is("percona", Kind::Db, "mysql"),
    is("mssql", Kind::Db, "sqlserver"),
    is("sqlserver", Kind::Db, "sqlserver"),
    is("oracle", Kind::Db, "oracle"),
    is("mongo", Kind::Db, "mongodb"),
    is("mongodb", Kind::Db, "mongodb"),
    is("cassandra", Kind::Db, "cassandra"),
    is("scylla", Kind::Db, "cassandra"),
    is("elasticsearch", Kind::Db, "http"),
    is("opensearch", Kind::Db, "http"),
    is("solr", Kind::Db, "http"),
    is("clickhouse", Kind::Db, "clickhouse"),
    is("influxdb", Kind::Db, "http"),
    is("neo4j", Kind::Db, "bolt"),
    is("couchdb", Kind::Db, "http"),
    is("couchbase", Kind::Db, "couchbase"),
    is("dynamodb", Kind::Db, "http"),
    is("minio", Kind::Db, "http"),
    is("redis", Kind::Cache, "redis"),
    is("valkey", Kind::Cache, "redis"),
    is("keydb", Kind::Cache, "redis"),
    is("dragonfly", Kind::Cache, "redis"),
    is("memcached", Kind::Cache, "memcached"),
    is("hazelcast", Kind::Cache, "hazelcast"),
    is("varnish", Kind::Cache, "http"),
    is("kafka", Kind::Queue, "kafka"),
    is("redpanda", Kind::Queue, "kafka"),
    is("rabbitmq", Kind::Queue, "amqp"),
    is("activemq", Kind::Queue, "message queue"),
    is("artemis", Kind::Queue, "message queue"),
    is("nats", Kind::Queue, "nats"),
    is("pulsar", Kind::Queue, "pulsar"),
    is("mosquitto", Kind::Queue, "mqtt"),
    is("emqx", Kind::Queue, "mqtt"),
    is("elasticmq", Kind::Queue, "sqs"),
    is("zookeeper", Kind::Lock, "zookeeper"),
    is("etcd", Kind::Lock, "etcd"),
    is("consul", Kind::Config, "consul"),
    is("vault", Kind::Config, "vault"),
    is("eureka", Kind::Config, "http"),
    is("envoy", Kind::Gateway, ""),
    is("nginx", Kind::Gateway, ""),
    is("openresty", Kind::Gateway, ""),
    is("haproxy", Kind::Gateway, ""),
    is("traefik", Kind::Gateway, ""),
    is("caddy", Kind::Gateway, ""),
    is("kong", Kind::Gateway, ""),
    is("krakend", Kind::Gateway, ""),
    sink("otelcol", "otlp"),
    sink("opentelemetry-collector", "otlp"),
    sink("otel-collector", "otlp"),
    sink("jaegertracing", ""),
    sink("jaeger", ""),
    sink("zipkin", "zipkin"),
    sink("statsd", "statsd"),
    sink("fluentd", ""),
    sink("fluent-bit", ""),
    sink("loki", ""),
    sink("tempo", ""),
];

/// Words of names that say what a thing is, when its image does not.
const BY_NAME: &[(&str, Kind)] = &[
    ("db", Kind::Db),
    ("database", Kind::Db),
    ("cache", Kind::Cache),
    ("queue", Kind::Queue),
    ("broker", Kind::Queue),
    ("gateway", Kind::Gateway),
    ("proxy", Kind::Gateway),
    ("router", Kind::Gateway),
    ("ingress", Kind::Gateway),
    ("loadbalancer", Kind::Gateway),
    ("loadgenerator", Kind::Client),
    ("loadgen", Kind::Client),
    ("k6", Kind::Client),
    ("locust", Kind::Client),
    ("jmeter", Kind::Client),
    ("worker", Kind::Job),
    ("cron", Kind::Job),
    ("scheduler", Kind::Job),
    ("migrate", Kind::Job),
    ("migration", Kind::Job),
    ("migrations", Kind::Job),
];

/// Words that make a thing a tool beside the store that its image names: `redis-exporter` keeps nothing.
const TOOLS: &[&str] = &[
    "exporter",
    "ui",
    "admin",
    "express",
    "commander",
    "insight",
    "init",
    "setup",
    "migrate",
    "migration",
    "migrations",
    "backup",
    "client",
    "connect",
    "registry",
    "operator",
    "console",
    "manager",
    "agent",
    "sidecar",
    "test",
    "query",
    "docs",
    "rest",
    "gui",
    "mirror",
];

/// What a component runs, as its image says, else its name.
#[must_use]
pub fn technology(image: &str, name: &str) -> Option<Technology> {
    let image = image.to_ascii_lowercase();
    let path = image.split('@').next().unwrap_or("");
    let base = path.rsplit('/').next().unwrap_or("");
    let (base, tag) = base.split_once(':').unwrap_or((base, ""));
    let owner = path.rsplit('/').nth(1).unwrap_or("");
    let name = name.to_ascii_lowercase();
    // The name speaks with its first or its last word: `postgres-orders`, `orders-postgres`, and not `order-postgres-sync`.
    let parts: Vec<&str> = words(&name).collect();
    let ends = [parts.first().copied().unwrap_or(""), parts.last().copied().unwrap_or("")];
    if words(base).chain(words(tag)).any(|w| TOOLS.contains(&w)) || ends.iter().any(|w| TOOLS.contains(w)) {
        return None;
    }
    let known = |test: &dyn Fn(&Technology) -> bool| TECHNOLOGIES.iter().find(|t| test(t)).copied();
    known(&|t| words(base).any(|w| w == t.word) || (t.word.contains('-') && base.contains(t.word)) || (t.telemetry || t.word == "mssql") && owner == t.word)
        .or_else(|| known(&|t| ends.contains(&t.word) || (t.word.contains('-') && name.contains(t.word))))
}

/// What a component is: by what it runs, else by the words of its name.
#[must_use]
pub fn kind(image: &str, name: &str) -> Kind {
    if let Some(technology) = technology(image, name) {
        return technology.kind;
    }
    let name = name.to_ascii_lowercase();
    if name.contains("load") && (name.contains("gen") || name.contains("test")) || name.ends_with("-sim") || image.contains("load-test") {
        return Kind::Client;
    }
    let base = image.rsplit('/').next().unwrap_or("").split([':', '@']).next().unwrap_or("").to_ascii_lowercase();
    [words(&name).next_back(), words(&base).next_back()]
        .into_iter()
        .flatten()
        .find_map(|w| BY_NAME.iter().find(|(n, _)| *n == w))
        .map_or(Kind::Service, |(_, k)| *k)
}

/// Whether a name is that of what users see.
#[must_use]
pub fn is_front(name: &str) -> bool {
    const FRONTS: &[&str] = &["web", "webui", "ui", "front", "frontend", "webapp", "website", "www", "storefront", "portal", "dashboard", "spa", "edge", "bff"];
    let name = name.to_ascii_lowercase();
    words(&name).any(|w| FRONTS.contains(&w)) && !name.contains("admin")
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    // `kafka1` and `redis2` are one of several.
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|w| if ["k6", "neo4j"].contains(&w) { w } else { w.trim_end_matches(|c: char| c.is_ascii_digit()) })
        .filter(|w| !w.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_speak_first_then_names() {
        for (image, name, want) in [
            ("postgres:18.4", "astronomy", Kind::Db),
            ("registry.local:5000/library/redis:7-alpine", "session", Kind::Cache),
            ("oliver006/redis_exporter", "redis-exporter", Kind::Service),
            ("shop/app:latest-kafka", "kafka", Kind::Queue),
            ("shop/app:latest-frontend-proxy", "frontend-proxy", Kind::Gateway),
            ("shop/orders-db:1", "orders-db", Kind::Db),
            ("hashicorp/consul:latest", "consul", Kind::Config),
            ("shop/load-test:0.1", "user-sim", Kind::Client),
            ("shop/checkout", "checkout", Kind::Service),
            ("", "order-postgres-sync", Kind::Service),
            ("", "loadgenerator", Kind::Client),
            ("registry/own", "kafka2", Kind::Queue),
            ("", "kafka-gui", Kind::Service),
            ("mcr.microsoft.com/mssql/server", "orders", Kind::Db),
            ("confluentinc/cp-kafka-rest", "restproxy", Kind::Service),
        ] {
            assert_eq!(kind(image, name), want, "{image} {name}");
        }
        assert!(technology("jaegertracing/all-in-one:latest", "tracing").is_some_and(|t| t.telemetry));
        assert_eq!(technology("", "cart"), None);
    }
}
