//! Addresses of others in settings: `CART_ADDR=cart:7070`, URLs, connection strings, flags of commands. A setting's name decides whether
//! its value can be an address at all: `KAFKA_TOPIC=orders` names no component, whatever components there are.

mod keys;

use keys::Key;
pub use keys::is_telemetry;

/// An address in a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The host as written.
    pub host: String,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// The protocol, where one is written; else empty.
    pub via: String,
    /// An address without doubt; otherwise it counts only when somebody has that name.
    pub sure: bool,
}

/// Values longer than this are no addresses.
const LONGEST: usize = 16 * 1024;

/// Schemes whose rest is no host.
const NOT_HOSTS: &[&str] = &[
    "file",
    "unix",
    "data",
    "npipe",
    "classpath",
    "s3",
    "s3a",
    "gs",
    "git",
    "blob",
    "vault",
    "secret",
    "arn",
    "about",
    "resource",
    "pkg",
    "docker",
    "oci",
    "mem",
    "memory",
    "sqlite",
    "sqlite3",
    "h2",
];
/// Schemes whose host stands in the path: `dns:///cart:7070`.
const IN_PATH: &[&str] = &["dns", "passthrough", "static", "xds", "etcd", "discovery"];
/// Scheme to protocol, where they differ.
const PROTOCOLS: &[(&str, &str)] = &[
    ("https", "http"),
    ("http", "http"),
    ("postgresql", "postgres"),
    ("postgres", "postgres"),
    ("mongodb", "mongodb"),
    ("redis", "redis"),
    ("rediss", "redis"),
    ("amqp", "amqp"),
    ("amqps", "amqp"),
    ("mysql", "mysql"),
    ("mysql2", "mysql"),
    ("mysqlx", "mysql"),
    ("mariadb", "mysql"),
    ("plaintext", "kafka"),
    ("sasl_ssl", "kafka"),
    ("sasl_plaintext", "kafka"),
    ("grpc", "grpc"),
    ("grpcs", "grpc"),
    ("wss", "websocket"),
    ("ws", "websocket"),
    ("ssl", ""),
    ("tcp", ""),
    ("tls", ""),
    ("lb", ""),
    ("dns", ""),
    ("passthrough", ""),
    ("static", ""),
    ("xds", ""),
];

/// The addresses in a setting.
#[must_use]
pub fn in_setting(key: &str, value: &str) -> Vec<Found> {
    let mut out = setting(key, value, false);
    let mut seen = Vec::new();
    out.retain(|f| {
        let first = !seen.contains(&f.host);
        seen.push(f.host.clone());
        first
    });
    out
}

fn setting(key: &str, value: &str, inner: bool) -> Vec<Found> {
    let key_is = Key::of(key);
    let value = value.trim();
    if key_is.own || value.is_empty() || value.len() > LONGEST {
        return Vec::new();
    }
    let mut out = Vec::new();
    let rest = urls(value, &mut out);
    let whole = !value.contains(char::is_whitespace);
    for found in &mut out {
        found.sure = !key_is.public && (key_is.peer || whole && !key_is.name);
    }
    // `Host=db;Username=x`, `-Dspring.redis.host=cache -Xmx1g`, `host=db port=5432`.
    if !inner && rest.contains('=') {
        for pair in rest.split(|c: char| c.is_whitespace() || ";&".contains(c)) {
            if let Some((k, v)) = pair.split_once('=')
                && !k.is_empty()
                && k.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
            {
                out.extend(setting(k.trim_start_matches('-').strip_prefix('D').unwrap_or(k.trim_start_matches('-')), v, true));
            }
        }
    }
    let lists: Vec<&str> = rest.split(',').map(str::trim).filter(|t| !t.is_empty()).collect();
    for token in rest.split(|c: char| c.is_whitespace() || ",;|&\"'()[]{}<>=".contains(c)) {
        if let Some((host, port)) = host_port(token) {
            let alone = lists.iter().all(|t| t.contains(':') || t.is_empty());
            let likely = key_is.peer || (port >= 1000 || port == 80 || port == 443) && !key_is.name;
            out.push(Found { host: host.to_owned(), port: Some(port), via: String::new(), sure: alone && likely && !key_is.public || inner && key_is.peer });
        }
    }
    // ADO.NET: `Server=tcp:orders-db,1433`.
    let bare = rest.strip_prefix("tcp:").unwrap_or(&rest);
    let (first, tail) = bare.split_once(',').unwrap_or((bare, ""));
    let bare = if tail.parse::<u16>().is_ok() { vec![first] } else { bare.split(',').map(str::trim).collect() };
    if !key_is.name && !bare.is_empty() && bare.iter().all(|t| is_host(t)) {
        for host in bare {
            let cluster = is_cluster_name(host);
            // `REDIS=redis-cart`: the setting is called as what it names.
            let namesake = key_is.words.iter().any(|w| w.len() > 2 && host.to_ascii_lowercase().split(['-', '_', '.']).any(|h| h == w));
            if key_is.peer || cluster || namesake || inner && key_is.is_host(true) {
                let port = tail.parse().ok();
                let word = !["true", "false", "none", "null", "default", "auto", "local", "production", "development", "test", "enabled", "disabled"]
                    .contains(&host.to_ascii_lowercase().as_str());
                let sure = cluster || word && !key_is.public && key_is.is_host(inner) && host.bytes().any(|b| b.is_ascii_alphabetic());
                out.push(Found { host: host.to_owned(), port, via: String::new(), sure });
            }
        }
    }
    out
}

/// The addresses in the words of a command, each with the flag that it belongs to; empty: none.
#[must_use]
pub fn in_command(command: &[&str]) -> Vec<(String, Found)> {
    let mut list: Vec<&str> = Vec::new();
    for word in command.iter().take(512) {
        // A script in one word is read word by word.
        if word.contains(char::is_whitespace) && word.len() <= LONGEST { list.extend(word.split_whitespace()) } else { list.push(word) }
    }
    let mut out: Vec<(String, Found)> = Vec::new();
    let unsure = |found: Vec<Found>, flag: &str| found.into_iter().map(|f| (flag.to_owned(), Found { sure: false, ..f })).collect::<Vec<_>>();
    let mut i = 0;
    while i < list.len() {
        let word = list[i].trim_matches(['"', '\'', ';', '`']);
        let next = list.get(i + 1).map(|n| n.trim_matches(['"', '\'', ';', '`']));
        i += 1;
        if word.starts_with('-') {
            let flag = word.trim_start_matches('-');
            if let Some((k, v)) = flag.split_once('=') {
                let k = if word.starts_with("-D") { k.strip_prefix('D').unwrap_or(k) } else { k };
                out.extend(setting(k, v, true).into_iter().map(|f| (k.to_owned(), f)));
            } else if let Some(value) = next.filter(|n| !n.starts_with('-')) {
                if word == "-h" || word == "-H" {
                    out.extend(unsure(setting("host", value, true), flag));
                } else if Key::of(flag).peer {
                    out.extend(setting(flag, value, true).into_iter().map(|f| (flag.to_owned(), f)));
                } else {
                    continue;
                }
                i += 1;
            }
        } else if let Some((k, v)) = word.split_once('=').filter(|(k, _)| k.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))) {
            out.extend(unsure(setting(k, v, true), k));
        } else if let Some(port) = next.and_then(|n| n.parse::<u16>().ok()).filter(|p| *p > 20 && is_host(word)) {
            // `nc -z broker 5672`
            out.push((String::new(), Found { host: word.to_owned(), port: Some(port), via: String::new(), sure: false }));
        } else {
            let mut found = Vec::new();
            let rest = urls(word, &mut found);
            found.extend(host_port(&rest).map(|(h, p)| Found { host: h.to_owned(), port: Some(p), ..Found::default() }));
            out.extend(unsure(found, ""));
        }
    }
    out
}

/// The addresses in a file of settings, with their line from 0. None is sure.
#[must_use]
pub fn in_text(text: &str) -> Vec<(usize, Found)> {
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate().take(20_000) {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//") || line.len() > LONGEST {
            continue;
        }
        let pair = line.split_once(": ").or_else(|| line.split_once('='));
        let found = match pair.filter(|(k, _)| k.trim().chars().all(|c| c.is_alphanumeric() || "-_.\"' ".contains(c))) {
            Some((k, v)) => in_setting(k.trim().trim_matches(['"', '\'']), v.trim().trim_end_matches(',').trim_matches(['"', '\''])),
            None => in_setting("url", line).into_iter().filter(|f| f.port.is_some() || !f.via.is_empty() || line.contains("://")).collect(),
        };
        out.extend(found.into_iter().map(|f| (i, Found { sure: false, ..f })));
    }
    out
}

/// Takes the URLs out of a text and returns what is left.
fn urls(text: &str, out: &mut Vec<Found>) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(i) = text[at..].find("://").map(|i| i + at) {
        let begin = text[at..i]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && !"+._-".contains(c))
            .map_or(at, |b| at + b + text[at + b..].chars().next().map_or(1, char::len_utf8));
        let scheme = text[begin..i].to_ascii_lowercase();
        rest.push_str(&text[at..begin]);
        let mut from = i + 3;
        let in_path = IN_PATH.contains(&scheme.as_str()) && text[from..].starts_with('/');
        if in_path {
            from += 1;
        }
        let end = text[from..].find(|c: char| c.is_whitespace() || "/?#\"'`;|<>)]}\\".contains(c)).map_or(text.len(), |e| from + e);
        let authority = &text[from..end];
        let hosts = authority.rsplit('@').next().unwrap_or("");
        if !NOT_HOSTS.contains(&scheme.as_str()) {
            // `postgresql+psycopg2`, `db+postgresql`: one of the two is the protocol.
            let known = |word: &str| PROTOCOLS.iter().find(|(s, _)| *s == word).map(|(_, p)| *p);
            let via = known(&scheme).or_else(|| scheme.split('+').find_map(known)).unwrap_or_else(|| scheme.split('+').next().unwrap_or(""));
            for part in hosts.split(',') {
                // `http://a,http://b`: the second scheme is no host. `tcp(db:3306)` is Go's way to write one.
                let part = part.rsplit('(').next().unwrap_or("");
                if part.ends_with(':') {
                    continue;
                }
                let (host, port) = part.split_once(':').map_or((part, None), |(h, p)| (h, p.parse::<u16>().ok()));
                if is_host(host) {
                    out.push(Found { host: host.to_owned(), port, via: via.to_owned(), sure: false });
                }
            }
        }
        // The path may hold `=` and `:` of its own. The next URL of a list begins after a comma.
        at = match authority.rfind(',').filter(|_| authority.ends_with(':')) {
            Some(comma) => from + comma + 1,
            None => text[end..].find(|c: char| c.is_whitespace() || ",\"'`;|<>)]}".contains(c)).map_or(text.len(), |e| end + e),
        };
    }
    rest.push_str(&text[at..]);
    rest
}

/// `cart:7070`, `root:secret@db:3306`, `1@broker:9093/path`.
fn host_port(token: &str) -> Option<(&str, u16)> {
    let token = token.rsplit('@').next()?;
    let token = token.split('/').next()?;
    let (host, port) = token.split_once(':')?;
    let port = port.split(':').next()?;
    let port = port.parse().ok().filter(|p| *p > 0)?;
    is_host(host).then_some((host, port))
}

/// Whether it can be the name of a host that is not this one.
#[must_use]
pub fn is_host(host: &str) -> bool {
    let bytes = host.as_bytes();
    let first = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let shape = bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b)) && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
    let here = matches!(host, "localhost" | "host.docker.internal" | "gateway.docker.internal" | "kubernetes.default.svc")
        || host.starts_with("127.")
        || host == "0.0.0.0";
    first && shape && !here && host.len() <= 253 && (bytes.iter().any(u8::is_ascii_alphabetic) || is_ip(host))
}

/// Whether it is an IPv4 address.
#[must_use]
pub fn is_ip(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// A name of a Kubernetes cluster's own.
#[must_use]
pub fn is_cluster_name(host: &str) -> bool {
    host.ends_with(".svc") || host.contains(".svc.")
}

#[cfg(test)]
mod tests;
