//! Environment variables and settings that carry addresses: read by programs, given by manifests and configuration. Every setting that a
//! configuration file gives is kept, since names in programs lean on them.

mod given;
mod manifests;
mod reads;
mod scripts;

use crate::index::file::File;
use crate::index::model::Facts;

/// Languages that are read.
pub(super) const LANGUAGES: &[&str] = &[
    "go",
    "rust",
    "java",
    "kotlin",
    "scala",
    "csharp",
    "python",
    "typescript",
    "javascript",
    "ruby",
    "php",
    "elixir",
    "dart",
    "groovy",
    "cpp",
    "yaml",
    "json",
    "toml",
    "properties",
    "dockerfile",
    "hcl",
    "shell",
];

/// Finds addresses that are read or given, and all settings that are given.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    match file.language.name() {
        "yaml" => manifests::yaml(file, out),
        "json" => manifests::json(file, out),
        "toml" | "properties" => given::lines(file, out),
        "dockerfile" => given::dockerfile(file, out),
        "hcl" => given::terraform(file, out),
        "shell" => scripts::read(file, out),
        _ => reads::read(file.reading(), out),
    }
}

/// Ends of names that carry addresses.
const ENDS: [&str; 27] = [
    "ADDR",
    "ADDRS",
    "ADDRESS",
    "ADDRESSES",
    "URL",
    "URLS",
    "URI",
    "URIS",
    "HOST",
    "HOSTS",
    "HOSTNAME",
    "ENDPOINT",
    "ENDPOINTS",
    "DSN",
    "BROKER",
    "BROKERS",
    "BROKERLIST",
    "SERVER",
    "SERVERS",
    "ORIGIN",
    "UPSTREAM",
    "TARGET",
    "BOOTSTRAP",
    "BASEURL",
    "SERVICE",
    "WS",
    "WSS",
];

/// What stands before a `BASE` that is an address.
const BASES: [&str; 8] = ["API", "URL", "HTTP", "BACKEND", "SERVER", "GATEWAY", "WEB", "SERVICE"];

/// Whether a variable's or setting's name says that it carries an address: `INVENTORY_ADDR`, `inventory.base-url`, `Stock:BaseUrl`.
fn is_address_key(key: &str) -> bool {
    if !(4..=120).contains(&key.len())
        || !key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/'))
        || key.contains("://")
    {
        return false;
    }
    let last = last_word(key);
    // `STOCK_API_BASE`
    let is_base = || {
        let before = key[..key.len() - last.len()].trim_end_matches(['_', '-', '.', ':', '/']);
        last.eq_ignore_ascii_case("BASE") && BASES.iter().any(|b| b.eq_ignore_ascii_case(last_word(before)))
    };
    last.len() < key.len() && (ENDS.iter().any(|e| e.eq_ignore_ascii_case(last)) || is_base()) || key.starts_with("ConnectionStrings")
}

/// The last word of a name, by signs or humps.
fn last_word(key: &str) -> &str {
    let bytes = key.as_bytes();
    let mut at = bytes.len();
    while at > 0 {
        let byte = bytes[at - 1];
        if !byte.is_ascii_alphanumeric() {
            break;
        }
        at -= 1;
        let hump = byte.is_ascii_uppercase() && at > 0 && bytes[at - 1].is_ascii_lowercase();
        if hump {
            break;
        }
    }
    &key[at..]
}

/// Whether a value is an address: a URL, or a host with its port.
fn is_address(value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() || value.len() > 300 || value.contains([' ', '\n', '<', '"']) {
        return false;
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        let schema = value.contains("schema.") || value.contains("json-schema") || value.contains("w3.org");
        return !rest.is_empty() && !schema && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b':'));
    }
    value.split(',').all(|one| {
        one.rsplit_once(':').is_some_and(|(host, port)| {
            let number = (2..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
            let name = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
                && host.bytes().any(|b| b.is_ascii_alphabetic() || b == b'.');
            number && name && !host.is_empty()
        })
    })
}

#[cfg(test)]
mod tests;
