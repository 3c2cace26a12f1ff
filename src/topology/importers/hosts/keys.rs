//! What the name of a setting says about its value.

use crate::topology::names::key_words;

/// Words of settings whose value is somebody's address.
const PEER: &[&str] = &[
    "addr",
    "addrs",
    "address",
    "addresses",
    "host",
    "hosts",
    "hostname",
    "hostnames",
    "url",
    "urls",
    "uri",
    "uris",
    "endpoint",
    "endpoints",
    "server",
    "servers",
    "broker",
    "brokers",
    "bootstrap",
    "peer",
    "peers",
    "seed",
    "seeds",
    "node",
    "nodes",
    "dsn",
    "target",
    "targets",
    "upstream",
    "upstreams",
    "backend",
    "backends",
    "connection",
    "conn",
    "connect",
    "connectionstring",
    "jdbc",
    "datasource",
    "gateway",
    "remote",
    "master",
    "primary",
    "replica",
    "replicas",
    "sentinel",
    "sentinels",
    "api",
    "registry",
    "discovery",
    "collector",
    "service",
    "proxy",
    "link",
    "source",
    "baseurl",
];
/// The same, written together: `MONGOURL`, `dbhost`.
const PEER_ENDS: &[&str] = &["addr", "address", "host", "url", "uri", "endpoint", "servers", "brokers", "dsn"];
/// Last words of settings whose value is a name of something else.
const NAME: &[&str] = &[
    "auth",
    "credential",
    "credentials",
    "login",
    "cookie",
    "hash",
    "salt",
    "topic",
    "topics",
    "queue",
    "exchange",
    "name",
    "user",
    "username",
    "password",
    "pass",
    "secret",
    "token",
    "db",
    "database",
    "dbname",
    "schema",
    "table",
    "bucket",
    "prefix",
    "key",
    "group",
    "id",
    "index",
    "namespace",
    "level",
    "mode",
    "type",
    "role",
    "realm",
    "driver",
    "dialect",
    "engine",
    "profile",
    "profiles",
    "image",
    "tag",
    "version",
    "path",
    "dir",
    "file",
    "vhost",
    "tz",
    "timezone",
    "scope",
    "class",
    "environment",
    "env",
    "stage",
    "region",
    "label",
    "labels",
    "attributes",
    "port",
    "ports",
    "protocol",
    "format",
    "enabled",
    "timeout",
    "interval",
    "size",
    "count",
    "log",
    "opts",
];
/// Words of settings whose value is the component's own address, or a list of whom it lets in: nothing is called there.
const OWN: &[&str] = &[
    "advertised",
    "advertise",
    "listen",
    "listener",
    "listeners",
    "bind",
    "virtual",
    "letsencrypt",
    "allowed",
    "allow",
    "cors",
    "origin",
    "origins",
    "redirect",
    "callback",
    "phx",
    "trusted",
    "whitelist",
    "hosts_allow",
];
/// Words of settings whose value is an address for others, as for a browser: it counts only when it names a component.
const PUBLIC: &[&str] = &[
    "public",
    "external",
    "issuer",
    "audience",
    "site",
    "root",
    "docs",
    "doc",
    "documentation",
    "homepage",
    "website",
    "logo",
    "image",
    "icon",
    "license",
    "help",
    "support",
    "download",
    "avatar",
];
/// Words of settings that tell where users find the component itself, when nothing else is said.
const MINE: &[&str] = &["app", "application", "site", "server", "web", "website", "my", "self", "root", "public", "canonical", "home", "nextauth"];
/// First words of settings about the component itself.
const SELF: &[&str] = &["app", "server", "self", "my", "pod", "instance", "container", "http", "https", "web", "local", "management", "admin"];

/// What a setting's name says about its value.
pub(super) struct Key {
    pub(super) words: Vec<String>,
    /// Somebody's address.
    pub(super) peer: bool,
    /// A name of something else.
    pub(super) name: bool,
    /// The component's own address, or whom it lets in.
    pub(super) own: bool,
    /// An address for others.
    pub(super) public: bool,
}

impl Key {
    pub(super) fn of(key: &str) -> Self {
        let words = key_words(key);
        let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
        let last = words.last().map_or("", String::as_str);
        let own = any(OWN) || key.eq_ignore_ascii_case("no_proxy");
        let peer = any(PEER) || PEER_ENDS.iter().any(|e| last.ends_with(e));
        // `APP_URL`, `SITE_HOST`: where users find it.
        let generic = |w: &String| ["url", "uri", "host", "hostname", "addr", "address", "endpoint", "domain", "base"].contains(&w.as_str());
        let own_name = words.len() > 1 && words.iter().any(|w| MINE.contains(&w.as_str())) && words.iter().all(|w| generic(w) || MINE.contains(&w.as_str()));
        Self { peer, name: NAME.contains(&last), own, public: any(PUBLIC) || own_name, words }
    }

    fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// `DB_HOST`, `CART_ADDR`: a bare word is a host too. `HOST` and `APP_HOST` are where a component itself listens; within a
    /// connection string `Host` and `Server` are the other's.
    pub(super) fn is_host(&self, inner: bool) -> bool {
        let last = self.last();
        let short = ["host", "hostname", "addr", "address"].contains(&last);
        match self.words.as_slice() {
            [] => false,
            [_] => {
                if inner {
                    short || last == "server"
                } else {
                    !short && last.ends_with("host")
                }
            }
            [first, ..] => (short || last.ends_with("host")) && (inner || !SELF.contains(&first.as_str())),
        }
    }
}

/// Whether a setting is about telemetry.
#[must_use]
pub fn is_telemetry(key: &str) -> bool {
    const TELEMETRY: &[&str] = &[
        "otel",
        "otlp",
        "opentelemetry",
        "jaeger",
        "zipkin",
        "statsd",
        "datadog",
        "dd",
        "sentry",
        "newrelic",
        "tracing",
        "tracer",
        "fluentd",
        "fluent",
        "loki",
        "graphite",
        "apm",
        "pushgateway",
        "traceloop",
        "opencensus",
    ];
    key_words(key).iter().any(|w| TELEMETRY.contains(&w.as_str()))
}
