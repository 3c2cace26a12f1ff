//! Attempts and timeouts among the settings that a configuration file gives: Resilience4j, Feign, Ribbon, Spring's clients and gateway, Kafka.

use super::{durations, push};
use crate::index::model::{Certainty, Facts, Name, Part};

/// Reads what `addresses` kept of this file.
pub(super) fn read(out: &mut Facts) {
    let mut found: Vec<(String, String, u32)> = Vec::new();
    for given in &out.given {
        if let Some((name, value)) = setting(&given.key, &given.value) {
            found.push((name, value, given.line));
        }
    }
    let ids = gateway(out);
    found.extend(ids);
    for (name, value, line) in found {
        push(out, Name::literal(name), value, line, None, Certainty::Sure);
    }
    for (name, value, line) in beside(out) {
        push(out, name, value, line, None, Certainty::Sure);
    }
}

/// A project's own keys beside the address that they are for: `stock: { url: .., read-timeout: 3s }`.
fn beside(out: &Facts) -> Vec<(Name, String, u32)> {
    let parted = |key: &str| {
        key.rfind(['.', ':']).map(|at| {
            (key[..at].to_owned(), key[at + 1..].bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect::<String>())
        })
    };
    let mut found = Vec::new();
    for given in out.given.iter().filter(|g| setting(&g.key, &g.value).is_none()) {
        let Some((parent, last)) = parted(&given.key) else { continue };
        // A bare number says no unit, unless the key does.
        let has_unit = given.value.bytes().any(|b| b.is_ascii_alphabetic());
        let timeout = |bare: f64| durations::shown(durations::text(&given.value, bare)?).map(|d| format!("timeout={d}"));
        let value = match &*last {
            "readtimeout" | "responsetimeout" | "requesttimeout" | "calltimeout" | "timeout" if has_unit => timeout(1.0),
            "readtimeoutms" | "responsetimeoutms" | "requesttimeoutms" | "timeoutms" | "timeoutmillis" => timeout(1.0),
            "timeoutseconds" => timeout(1_000.0),
            "maxattempts" | "maxretries" | "retrycount" => given.value.parse::<u32>().ok().filter(|n| *n <= 1_000).map(|n| format!("attempts={n}")),
            _ => None,
        };
        let Some(value) = value else { continue };
        let address = out
            .given
            .iter()
            .find(|g| parted(&g.key).is_some_and(|(p, l)| p == parent && matches!(&*l, "url" | "uri" | "baseurl" | "baseuri" | "endpoint" | "baseaddress")));
        let Some(address) = address else { continue };
        let name = match address.value.strip_prefix("${").and_then(|v| v.strip_suffix('}')) {
            Some(inside) => {
                let (key, default) = inside.split_once(':').map_or((inside, None), |(k, d)| (k, Some(d)));
                let host = default.map(super::first_label).filter(|h| !h.is_empty() && !matches!(h.as_str(), "localhost" | "127.0.0.1"));
                Name(vec![Part::Setting(key.to_owned(), host)])
            }
            None if address.value.contains("://") && !address.value.contains(['$', '{']) => Name::literal(super::first_label(&address.value)),
            None => continue,
        };
        if !matches!(name.as_literal(), Some("" | "localhost" | "127.0.0.1")) {
            found.push((name, value, given.line));
        }
    }
    found
}

fn setting(key: &str, value: &str) -> Option<(String, String)> {
    let labels: Vec<&str> = key.split('.').collect();
    let last: String = labels.last()?.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect();
    // `${RETRIES:3}`
    let value = value.strip_prefix("${").and_then(|v| v.strip_suffix('}')).and_then(|v| v.split_once(':')).map_or(value, |(_, d)| d);
    let attempts = || value.parse::<u32>().ok().map(|n| format!("attempts={n}"));
    let timeout = |bare: f64| durations::shown(durations::text(value, bare)?).map(|d| format!("timeout={d}"));
    let after = |word: &str| labels.iter().position(|l| l.eq_ignore_ascii_case(word)).and_then(|i| labels.get(i + 1)).map(|l| (*l).to_owned());
    if labels.first() == Some(&"resilience4j") {
        let name = after("instances").or_else(|| after("backends")).or_else(|| after("configs"))?;
        let value = match &*last {
            "maxattempts" | "maxretryattempts" => attempts()?,
            "timeoutduration" => timeout(1.0)?,
            _ => return None,
        };
        return Some((name, value));
    }
    let feign = key.contains("feign.client.config.");
    if feign {
        let value = match &*last {
            "readtimeout" | "connecttimeout" => timeout(1.0)?,
            _ => return None,
        };
        return Some((after("config")?, value));
    }
    if let Some(place) = labels.iter().position(|l| *l == "ribbon") {
        let name = if place == 0 { "ribbon" } else { labels[place - 1] };
        let value = match &*last {
            "readtimeout" | "connecttimeout" => timeout(1.0)?,
            "maxautoretries" | "maxautoretriesnextserver" => attempts()?,
            _ => return None,
        };
        return Some((name.to_owned(), value));
    }
    if key.starts_with("spring.kafka") || key.starts_with("kafka") || key.contains("kafka.binder") {
        let value = match &*last {
            "retries" => attempts()?,
            _ if key.ends_with("delivery.timeout.ms") || key.ends_with("request.timeout.ms") => timeout(1.0)?,
            _ => return None,
        };
        return Some(("kafka".to_owned(), value));
    }
    if key.starts_with("spring.rabbitmq") && last == "maxattempts" {
        return Some(("rabbitmq".to_owned(), attempts()?));
    }
    if key.starts_with("spring.data.redis") || key.starts_with("spring.redis") {
        return (last == "timeout").then(|| timeout(1.0)).flatten().map(|v| ("redis".to_owned(), v));
    }
    if key.starts_with("spring.cloud.stream.bindings") && last == "maxattempts" {
        return Some((after("bindings")?, attempts()?));
    }
    // MicroProfile: `com.shop.StockClient/mp-rest/readTimeout`
    if let Some((client, rest)) = key.split_once("/mp-rest/") {
        let value = if rest.ends_with("Timeout") { timeout(1.0)? } else { return None };
        return Some((client.rsplit('.').next()?.to_owned(), value));
    }
    if key.starts_with("quarkus.rest-client.") && last.ends_with("timeout") {
        return Some((labels.get(2)?.trim_matches('"').to_owned(), timeout(1.0)?));
    }
    None
}

/// Spring Cloud Gateway: `spring.cloud.gateway.routes[0].filters[1].args.retries`, named by the route's address.
fn gateway(out: &Facts) -> Vec<(String, String, u32)> {
    let mut found = Vec::new();
    for given in out.given.iter().filter(|g| g.key.contains("gateway") && g.key.contains("routes[")) {
        let Some((route, rest)) = given.key.split_once("].").filter(|(r, _)| r.contains("routes[")) else { continue };
        let value = if rest.ends_with("args.retries") {
            given.value.parse::<u32>().ok().map(|n| format!("attempts={n}"))
        } else if rest.ends_with("response-timeout") {
            durations::text(&given.value, 1.0).and_then(durations::shown).map(|d| format!("timeout={d}"))
        } else {
            None
        };
        let Some(value) = value else { continue };
        let uri = out.given.iter().find(|g| g.key.strip_prefix(route) == Some("].uri"));
        if let Some(uri) = uri {
            found.push((super::first_label(&uri.value), value, given.line));
        }
    }
    found
}
