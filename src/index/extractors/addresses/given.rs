//! Settings that files of lines give: `.env`, properties, TOML, Dockerfiles, Terraform.

use super::{is_address, is_address_key};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Given, Kind, Name, Role, Use};
use crate::index::reading::placeholder;

/// How many settings of one file are kept.
const LIMIT: usize = 2_000;
const LONGEST: usize = 300;

/// Last words of keys whose values look like addresses and are none.
const NO_ADDRESS: [&str; 9] = ["image", "tag", "version", "repository", "schema", "namespace", "homepage", "license", "bugs"];

/// Keeps a setting, and says so where it carries an address.
pub(super) fn push(out: &mut Facts, key: &str, value: &str, part: Option<&str>, line: u32) {
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || value.is_empty() || key.len() > LONGEST || value.len() > LONGEST || out.given.len() >= LIMIT {
        return;
    }
    out.given.push(Given { key: key.to_owned(), value: value.to_owned(), part: part.map(str::to_owned), line });
    // .NET reads `Stock__BaseUrl` as `Stock:BaseUrl`.
    if key.contains("__") && !key.starts_with("__") {
        out.given.push(Given { key: key.replace("__", ":"), value: value.to_owned(), part: part.map(str::to_owned), line });
    }
    if value.starts_with("${") {
        // It hands on what the environment gives.
        handed_on(out, key, value, line);
        return;
    }
    // `url: http://${STOCK_ADDR}/v2`
    let mut rest = value;
    while let Some((_, inside, _, behind)) = placeholder(rest, "${") {
        handed_on(out, key, &format!("${{{inside}}}"), line);
        rest = behind;
    }
    if let Some(host) = connection(key, value) {
        out.push(Use::new(Kind::Address, Role::Declares, Name::literal(key), line).value(host));
        return;
    }
    let named = is_address_key(key);
    let last = super::last_word(key).to_ascii_lowercase();
    if NO_ADDRESS.contains(&&*last) || value.starts_with('/') && !value.starts_with("//") {
        return;
    }
    let looks = is_address(value) && (named || !is_link(value));
    // In a tree of settings a bare word is a host only where it reads like one.
    let variable = key.contains("__") || key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if looks || named && is_host(value) && (variable || value.contains(['.', ':']) || value == "localhost") {
        let certainty = if named { Certainty::Sure } else { Certainty::Likely };
        out.push(Use::new(Kind::Address, Role::Declares, Name::literal(key), line).value(value).certainty(certainty));
    }
}

/// The host of a connection string of .NET, by the key that such strings are kept under: `Host=db;Port=5432;Password=..`.
fn connection(key: &str, value: &str) -> Option<String> {
    let is_kept = key.get(..17).is_some_and(|k| k.eq_ignore_ascii_case("ConnectionStrings")) && key[17..].starts_with([':', '_', '.']);
    if !is_kept || value.contains("://") {
        return None;
    }
    let part = |names: &[&str]| {
        let mut pairs = value.split(';').filter_map(|p| p.split_once('='));
        pairs.find(|(k, _)| names.iter().any(|n| k.trim().eq_ignore_ascii_case(n))).map(|(_, v)| v.trim())
    };
    let host = part(&["host", "server", "data source", "address", "addr", "network address"])?;
    let host = host.strip_prefix("tcp:").unwrap_or(host).replace(',', ":");
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':')) && host.bytes().any(|b| b.is_ascii_alphabetic());
    // A file of SQLite.
    let is_file = [".db", ".sqlite", ".sqlite3", ".db3", ".mdf"].iter().any(|e| host.ends_with(e)) || host.starts_with(':');
    let port = part(&["port"]).filter(|p| !host.contains(':') && !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    (plain && !is_file).then(|| port.map_or_else(|| host.clone(), |p| format!("{host}:{p}")))
}

/// A link to a page: a public host without a port.
fn is_link(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    scheme.starts_with("http") && host.contains('.') && !host.contains(':') && ![".local", ".internal", ".svc"].iter().any(|e| host.ends_with(e))
}

/// A bare host name, or what another setting gives.
fn is_host(value: &str) -> bool {
    let open = value.contains('{');
    if !open && (value.contains([':', '/']) && !is_address(value) || value.contains('*')) {
        return false;
    }
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'{' | b'}' | b'$' | b':' | b'/' | b',' | b'@'));
    plain && value.bytes().any(|b| b.is_ascii_alphabetic()) && !matches!(value, "true" | "false" | "null" | "none" | "None")
}

/// `url: ${STOCK_URL:http://stock}`: a setting that reads a variable.
fn handed_on(out: &mut Facts, key: &str, value: &str, line: u32) {
    let inside = value.trim_start_matches("${").split('}').next().unwrap_or("");
    let (variable, default) = inside.split_once(':').map_or((inside, None), |(k, d)| (k, Some(d.trim_start_matches('-'))));
    let default = default.filter(|d| is_address(d));
    // A variable of a deployment takes over what is set outside; its default is what it gives.
    if key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        if let Some(value) = default {
            out.push(Use::new(Kind::Address, Role::Declares, Name::literal(key), line).value(value));
        }
        return;
    }
    if variable == key || !is_address_key(variable) {
        return;
    }
    let mut used = Use::new(Kind::Address, Role::Reads, Name::literal(variable), line);
    used.value = default.map(str::to_owned);
    out.push(used);
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let end = if value.starts_with(['"', '\'']) { value[1..].find(&value[..1]).map(|i| i + 2) } else { value.find(" #") };
    let value = &value[..end.unwrap_or(value.len())];
    value.trim().trim_matches(['"', '\''])
}

/// `key = value` under `[sections]`: `.env`, properties, INI and TOML.
pub(super) fn lines(file: &File<'_>, out: &mut Facts) {
    let toml = file.language.name() == "toml";
    let separator = if toml { '.' } else { ':' };
    let ini = file.path.ends_with(".ini") || file.path.ends_with(".cfg") || file.path.ends_with(".conf");
    if ini && !file.text.lines().any(|l| l.trim_start().starts_with('[')) && file.text.contains('{') {
        // A language of its own: nginx, HOCON.
        return;
    }
    let mut section = String::new();
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.split(']').next()).filter(|_| toml || ini) {
            section = name.trim_matches('[').trim().to_owned();
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let sign = if toml || ini { line.find('=') } else { line.find(['=', ':']) };
        let Some(sign) = sign else { continue };
        let (key, value) = (line[..sign].trim(), unquoted(&line[sign + 1..]));
        if key.contains(char::is_whitespace) {
            continue;
        }
        let whole = if section.is_empty() { key.to_owned() } else { format!("{section}{}{key}", if toml { separator } else { '.' }) };
        push(out, &whole, value, None, number);
    }
}

/// `ENV KEY=value`, `ENV KEY value`.
pub(super) fn dockerfile(file: &File<'_>, out: &mut Facts) {
    let mut goes_on = false;
    for (number, line) in file.lines() {
        let text = line.trim();
        let body = if goes_on { Some(text) } else { text.strip_prefix("ENV ").or_else(|| text.strip_prefix("env ")) };
        let Some(body) = body else { continue };
        goes_on = body.ends_with('\\');
        let body = body.trim_end_matches('\\').trim();
        if !body.contains('=') {
            if let Some((key, value)) = body.split_once(char::is_whitespace) {
                push(out, key, unquoted(value), None, number);
            }
            continue;
        }
        for pair in body.split_whitespace() {
            if let Some((key, value)) = pair.split_once('=') {
                push(out, key, unquoted(value), None, number);
            }
        }
    }
}

/// `name = "KEY"` with `value = "x"`, and `KEY = "x"` in maps and variables.
pub(super) fn terraform(file: &File<'_>, out: &mut Facts) {
    let mut name: Option<(String, u32)> = None;
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with(['#', '/']) {
            continue;
        }
        for piece in line.split(['{', '}', ',']) {
            let Some((key, value)) = piece.split_once(['=', ':']) else { continue };
            let (key, value) = (key.trim().trim_matches('"'), value.trim());
            if !value.starts_with('"') && !is_reference(value) {
                continue;
            }
            let value = unquoted(value);
            match key {
                "name" => name = Some((value.to_owned(), number)),
                "value" => {
                    if let Some((key, at)) =
                        name.take().filter(|(k, at)| number - at <= 3 && k.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'))
                    {
                        push(out, &key, value, None, at);
                    }
                }
                key if key.len() > 3 && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') => push(out, key, value, None, number),
                key if file.path.ends_with(".tfvars") => push(out, key, value, None, number),
                _ => {}
            }
        }
    }
}

/// `aws_sqs_queue.orders.url`: what another resource gives.
fn is_reference(value: &str) -> bool {
    value.contains('.') && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'[' | b']' | b'-'))
}
