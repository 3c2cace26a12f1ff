//! What components are connected to, by their settings: databases, caches, brokers.

use crate::index::link::tables::{Set, Tables};
use crate::topology::names::key_words;
use std::collections::{BTreeMap, BTreeSet};

/// Addresses of one component, each as `host/name`; the name is empty where it is not said.
pub(super) type Addresses = BTreeSet<String>;

/// Addresses by component.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pub(super) databases: BTreeMap<String, Addresses>,
    pub(super) caches: BTreeMap<String, Addresses>,
    /// With the sort of broker before each.
    pub(super) brokers: BTreeMap<String, Addresses>,
    /// Components that are given a word of a queue that no host tells: of a cloud.
    pub(super) clouds: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Database,
    Cache,
    Broker(&'static str),
}

const SCHEMES: [(&str, Sort); 20] = [
    ("postgres", Sort::Database),
    ("mysql", Sort::Database),
    ("mariadb", Sort::Database),
    ("mongodb", Sort::Database),
    ("sqlserver", Sort::Database),
    ("oracle", Sort::Database),
    ("cockroachdb", Sort::Database),
    ("r2dbc", Sort::Database),
    ("ecto", Sort::Database),
    ("redis", Sort::Cache),
    ("rediss", Sort::Cache),
    ("valkey", Sort::Cache),
    ("memcached", Sort::Cache),
    ("amqp", Sort::Broker("amqp")),
    ("amqps", Sort::Broker("amqp")),
    ("nats", Sort::Broker("nats")),
    ("kafka", Sort::Broker("kafka")),
    ("pulsar", Sort::Broker("pulsar")),
    ("mqtt", Sort::Broker("mqtt")),
    ("mqtts", Sort::Broker("mqtt")),
];

/// Words of a setting's key.
const WORDS: [(&str, Sort); 19] = [
    ("database", Sort::Database),
    ("datasource", Sort::Database),
    ("db", Sort::Database),
    ("dsn", Sort::Database),
    ("postgres", Sort::Database),
    ("pg", Sort::Database),
    ("mysql", Sort::Database),
    ("mongo", Sort::Database),
    ("mongodb", Sort::Database),
    ("sql", Sort::Database),
    ("redis", Sort::Cache),
    ("valkey", Sort::Cache),
    ("memcached", Sort::Cache),
    ("kafka", Sort::Broker("kafka")),
    ("rabbitmq", Sort::Broker("amqp")),
    ("rabbit", Sort::Broker("amqp")),
    ("amqp", Sort::Broker("amqp")),
    ("nats", Sort::Broker("nats")),
    ("mqtt", Sort::Broker("mqtt")),
];

const CLOUD: [&str; 6] = ["sqs", "sns", "pubsub", "servicebus", "eventhub", "kinesis"];
const HOSTS: [&str; 12] = ["host", "hostname", "server", "servers", "addr", "address", "addresses", "endpoint", "brokers", "bootstrap", "uri", "url"];
const NAMES: [&str; 4] = ["name", "database", "db", "schema"];

impl Connections {
    pub(super) fn of(tables: &Tables) -> Self {
        let mut out = Self::default();
        let mut by_component: BTreeMap<&str, Vec<&Set>> = BTreeMap::new();
        for set in tables.all_settings() {
            if let Some(component) = set.component.as_deref() {
                by_component.entry(component).or_default().push(set);
            }
        }
        for (component, sets) in by_component {
            let (mut hosts, mut names): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
            for set in sets {
                let words = key_words(&set.key);
                if words.iter().any(|w| CLOUD.contains(&&**w)) {
                    out.clouds.insert(component.to_owned());
                }
                let Some(sort) = sort(set, &words) else { continue };
                let Some((value, ..)) = tables.given(&set.key, Some(component)) else { continue };
                let last = words.last().map_or("", String::as_str);
                if sort == Sort::Database && !value.contains("://") && !value.contains('=') && !value.contains("tcp(") {
                    if NAMES.contains(&last) && words.len() > 1 {
                        names.push(value.to_ascii_lowercase());
                    } else if HOSTS.contains(&last) {
                        hosts.extend(host(&value));
                    }
                    continue;
                }
                let found = addresses(&value);
                match sort {
                    Sort::Database => out.databases.entry(component.to_owned()).or_default().extend(found),
                    Sort::Cache => out.caches.entry(component.to_owned()).or_default().extend(found),
                    Sort::Broker(broker) => out.brokers.entry(component.to_owned()).or_default().extend(found.into_iter().map(|a| format!("{broker} {a}"))),
                }
            }
            if !hosts.is_empty() {
                if names.is_empty() {
                    names.push(String::new());
                }
                let pairs = hosts.iter().flat_map(|h| names.iter().map(move |n| format!("{h}/{n}")));
                out.databases.entry(component.to_owned()).or_default().extend(pairs);
            }
        }
        for all in [&mut out.databases, &mut out.caches, &mut out.brokers] {
            all.retain(|_, addresses| !addresses.is_empty());
        }
        out
    }
}

/// Whether two components have an address in common.
pub(super) fn meet(a: &Addresses, b: &Addresses) -> bool {
    let same = |a: &str, b: &str| match (a.split_once('/'), b.split_once('/')) {
        (Some((host, name)), Some((other, second))) => host == other && (name == second || name.is_empty() || second.is_empty()),
        _ => a == b,
    };
    a.iter().any(|x| b.iter().any(|y| same(x, y)))
}

/// Whether each database of the one is at another host, and has another name, than each of the other.
pub(super) fn are_apart(a: &Addresses, b: &Addresses) -> bool {
    let differ = |a: &str, b: &str| match (a.split_once('/'), b.split_once('/')) {
        (Some((host, name)), Some((other, second))) => host != other && name != second && !name.is_empty() && !second.is_empty(),
        _ => false,
    };
    a.iter().all(|x| b.iter().all(|y| differ(x, y)))
}

/// What a setting connects to.
fn sort(set: &Set, words: &[String]) -> Option<Sort> {
    let value = set.value.strip_prefix("jdbc:").unwrap_or(&set.value);
    if let Some((scheme, _)) = value.split_once("://") {
        let scheme = scheme.split([':', '+']).next().unwrap_or(scheme);
        if let Some((_, sort)) = SCHEMES.iter().find(|(w, _)| scheme == *w || *w == "postgres" && scheme == "postgresql") {
            return Some(*sort);
        }
        if !value.starts_with("${") && !value.starts_with("ssl") && !value.starts_with("plain") && !value.starts_with("tcp") {
            return None;
        }
    }
    if value.starts_with("Host=") || value.starts_with("Server=") || value.starts_with("Data Source=") || value.contains("@tcp(") || value.starts_with("tcp(") {
        return Some(Sort::Database);
    }
    let last = words.last()?;
    let is_address = HOSTS.contains(&&**last) || NAMES.contains(&&**last) || matches!(&**last, "dsn" | "connection" | "string");
    WORDS.iter().find(|(w, _)| is_address && words.iter().any(|x| x == w)).map(|(_, sort)| *sort)
}

/// Addresses in a value: of a URL, of a list of hosts, of a connection string.
fn addresses(value: &str) -> Vec<String> {
    let value = value.strip_prefix("jdbc:").unwrap_or(value);
    if let Some((before, rest)) = value.split_once("://") {
        if before.contains("sqlserver") {
            let name = field(rest, &["databasename", "database"]);
            return host(rest.split([';', '/']).next().unwrap_or(rest)).map(|h| format!("{h}/{name}")).into_iter().collect();
        }
        let rest = rest.split('?').next().unwrap_or(rest);
        let (at, name) = rest.split_once('/').unwrap_or((rest, ""));
        let at = at.rsplit('@').next().unwrap_or(at);
        return at.split(',').filter_map(host).map(|h| format!("{h}/{}", name.trim_end_matches('/').to_ascii_lowercase())).collect();
    }
    if let Some((_, rest)) = value.split_once("tcp(") {
        let (at, name) = rest.split_once(')').unwrap_or((rest, ""));
        let name = name.trim_start_matches('/').split('?').next().unwrap_or("");
        return host(at).map(|h| format!("{h}/{}", name.to_ascii_lowercase())).into_iter().collect();
    }
    if value.contains('=') {
        let name = field(value, &["database", "initial catalog", "dbname"]);
        return host(&field(value, &["host", "server", "data source"])).map(|h| format!("{h}/{name}")).into_iter().collect();
    }
    value.split(',').filter_map(host).map(|h| format!("{h}/")).collect()
}

/// The value of a field of a connection string, in lower case.
fn field(text: &str, names: &[&str]) -> String {
    // libpq's have spaces between them.
    let between = if text.contains(';') || text.matches('=').count() < 2 { ';' } else { ' ' };
    text.split(between)
        .filter_map(|p| p.split_once('='))
        .find(|(k, _)| names.contains(&k.trim().to_ascii_lowercase().as_str()))
        .map(|(_, v)| v.trim().to_ascii_lowercase())
        .unwrap_or_default()
}

/// A host that others can reach by this name, without its port.
fn host(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("tcp:").split([':', ',']).next().unwrap_or("").to_ascii_lowercase();
    let text = text.split(".svc").next().unwrap_or("").to_owned();
    let is_name = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (is_name && !matches!(&*text, "localhost" | "127.0.0.1" | "0.0.0.0" | "host.docker.internal")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_connections() {
        for (value, want) in [
            ("postgres://u:p@db:5432/Shop?x=1", &["db/shop"][..]),
            ("jdbc:mysql://orders-db.shop.svc.cluster.local:3306/orders", &["orders-db.shop/orders"]),
            ("jdbc:sqlserver://sql:1433;databaseName=Orders", &["sql/orders"]),
            ("Host=db;Port=5432;Database=Orders;Username=x", &["db/orders"]),
            ("Server=sql,1433;Initial Catalog=Orders", &["sql/orders"]),
            ("host=db dbname=orders", &["db/orders"]),
            ("tcp(db:3306)/orders?parseTime=true", &["db/orders"]),
            ("kafka-1:9092,kafka-2:9092", &["kafka-1/", "kafka-2/"]),
            ("redis://localhost:6379/0", &[]),
            ("amqp://{}:5672", &[]),
        ] {
            assert_eq!(addresses(value), want, "{value}");
        }
    }

    #[test]
    fn addresses_that_meet() {
        let set = |all: &[&str]| all.iter().map(|a| (*a).to_owned()).collect::<Addresses>();
        assert!(meet(&set(&["db/a", "db/b"]), &set(&["db/b"])));
        assert!(meet(&set(&["db/"]), &set(&["db/b"])));
        assert!(!meet(&set(&["db/a"]), &set(&["db/b", "other/a"])));
    }

    #[test]
    fn databases_that_are_apart() {
        let set = |all: &[&str]| all.iter().map(|a| (*a).to_owned()).collect::<Addresses>();
        assert!(are_apart(&set(&["auth-db/auth"]), &set(&["user-db/users"])));
        assert!(!are_apart(&set(&["db/shop"]), &set(&["db-replica/shop"])), "a copy");
        assert!(!are_apart(&set(&["db/"]), &set(&["other/shop"])), "a name that is not known");
        assert!(!are_apart(&set(&["a/a", "b/b"]), &set(&["c/c", "b/b"])));
    }
}
