//! How often and how long a call is tried: attempts and timeouts by the call's target, in programs, meshes, gateways, proxies and client
//! configuration. The name is the target as far as it is known (a host's first label, a service, a client, else the function that calls),
//! the value `attempts=3` or `timeout=5s`, one use each.

mod by_hand;
mod code;
mod config;
mod durations;
mod hosts;
mod lines;
mod spring;
mod tables;
mod target;
mod variables;
mod whose;

use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role, Use};

/// Languages that are read.
pub(super) const LANGUAGES: &[&str] = &[
    "go",
    "rust",
    "java",
    "kotlin",
    "scala",
    "groovy",
    "csharp",
    "python",
    "typescript",
    "javascript",
    "ruby",
    "php",
    "elixir",
    "dart",
    "yaml",
    "json",
    "properties",
];

/// Words without which a file holds none.
pub(super) const WORDS: &[&str] = &["retr", "timeout", "attempt", "deadline", "tries", "time_limit", "cancellationtokensource", "backoff", "_timer", "nats"];

/// Finds attempts and timeouts.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    match file.language.name() {
        "yaml" | "json" => {
            spring::read(out);
            config::read(file, out);
            variables::given(out);
        }
        "properties" => {
            spring::read(out);
            lines::read(file, out);
        }
        _ => {
            code::read(file.reading(), out);
            variables::read(file.reading(), out);
        }
    }
}

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Attempts,
    Timeout,
}

/// What bundlers want before the names of variables that pages may read.
const BUNDLERS: [&str; 5] = ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "EXPO_PUBLIC_"];

fn push(out: &mut Facts, mut name: Name, value: String, line: u32, note: Option<&str>, certainty: Certainty) {
    // Where nobody gives the address, its variable's own name says what is called.
    if let [Part::Setting(key, default @ None)] = &mut *name.0 {
        *default = target::label(BUNDLERS.iter().find_map(|b| key.strip_prefix(b)).unwrap_or(key));
    }
    let mut used = Use::new(Kind::Setting, Role::Retries, name, line).value(value).certainty(certainty);
    used.note = note.map(str::to_owned);
    out.push(used);
}

/// The first label of a host: `inventory.shop.svc.cluster.local:8080` is `inventory`; addresses and public names stay whole.
fn first_label(host: &str) -> String {
    let host = host.split("://").last().unwrap_or(host);
    let host = host.split(['/', ':', '?']).next().unwrap_or(host);
    let numbers = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let inside = host.contains(".svc") || host.ends_with(".local") || host.ends_with(".internal") || host.matches('.').count() <= 1 && !is_public(host);
    if numbers || !inside { host.to_owned() } else { host.split('.').next().unwrap_or(host).to_owned() }
}

fn is_public(host: &str) -> bool {
    [".com", ".org", ".net", ".io", ".dev", ".app", ".co", ".cloud"].iter().any(|e| host.ends_with(e))
}

#[cfg(test)]
mod tests;
