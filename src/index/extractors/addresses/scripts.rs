//! Addresses that shell scripts take from the environment: `BASE=${STOCK_URL:-http://localhost:3000}`, `psql "$DATABASE_URL"`.

use super::{is_address, is_address_key};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};

pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    // What the script sets itself is not the environment's.
    let own: Vec<&str> = file.lines().filter_map(|(_, line)| assigned(line)).collect();
    for (number, line) in file.lines() {
        let line = line.split(" #").next().unwrap_or(line);
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut told: Vec<&str> = Vec::new();
        for (key, default, asks) in variables(line) {
            if !is_address_key(key) || told.contains(&key) || own.contains(&key) && !asks {
                continue;
            }
            told.push(key);
            let mut used = Use::new(Kind::Address, Role::Reads, Name::literal(key), number).certainty(Certainty::Sure);
            used.value = default.filter(|d| is_address(d)).map(str::to_owned);
            out.push(used);
        }
    }
}

/// The variable that a line sets: `BASE=..`, `local BASE=..`, `read BASE`.
fn assigned(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["export ", "local ", "readonly ", "declare ", "read -r ", "read ", "for "].iter().find_map(|w| line.strip_prefix(w)).unwrap_or(line);
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(line.len());
    (end > 0 && (line[end..].starts_with('=') || line[end..].is_empty() || line[end..].starts_with(" in "))).then(|| &line[..end])
}

/// Variables in capitals that a line expands, with their defaults, and whether the expansion says that it may be unset.
fn variables(line: &str) -> Vec<(&str, Option<&str>, bool)> {
    let mut out = Vec::new();
    let mut quoted = false;
    let mut double = false;
    for (at, sign) in line.char_indices() {
        match sign {
            '\'' if !double => quoted = !quoted,
            '"' if !quoted => double = !double,
            '$' if !quoted && !line[..at].ends_with('\\') => {
                let behind = &line[at + 1..];
                let inside = behind.strip_prefix('{').unwrap_or(behind);
                let end = inside.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(inside.len());
                let (key, rest) = inside.split_at(end);
                if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with(|c: char| c.is_ascii_lowercase()) {
                    continue;
                }
                if inside.len() == behind.len() {
                    out.push((key, None, false));
                    continue;
                }
                // `${KEY:-default}`, `${KEY-default}`, `${KEY:=default}`, `${KEY:?message}`
                let rest = rest.strip_prefix(':').unwrap_or(rest);
                let default = rest.strip_prefix(['-', '=']).and_then(|d| d.split('}').next()).map(|d| d.trim_matches(['"', '\'']));
                out.push((key, default, default.is_some() || rest.starts_with('?')));
            }
            _ => {}
        }
    }
    out
}
