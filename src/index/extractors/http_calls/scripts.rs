//! Calls of shell scripts: `curl -X POST "$BASE/api/orders" -d '{}'`, `wget -qO- http://stock:8080/health`.
//!
//! Only hosts of the system count: those that a variable gives, and names without a public ending. What is fetched from the internet to
//! install something is no call of the system.

use super::paths;
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Name, Part};

/// Options of curl that take a value, which is no address.
const VALUED: [&str; 24] = [
    "-H",
    "--header",
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--json",
    "-o",
    "--output",
    "-u",
    "--user",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "-A",
    "-b",
    "-c",
    "-F",
    "-e",
];

/// Options that send a body.
const BODIES: [&str; 8] = ["-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--post-data"];

/// Finds calls of a script.
pub(in crate::index::extractors) fn read(file: &File<'_>, out: &mut Facts) {
    // Variables of the script, as the right side of what sets them.
    let mut set: Vec<(&str, &str)> = Vec::new();
    let mut lines = file.lines().peekable();
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = trimmed.strip_prefix("export ").unwrap_or(trimmed).split_once('=')
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            set.retain(|(n, _)| *n != name);
            set.push((name, value.trim().trim_matches('"')));
            continue;
        }
        if !["curl ", "wget "].iter().any(|w| trimmed.contains(w)) {
            continue;
        }
        // A command goes on behind a backslash.
        let mut command = line.trim_end().to_owned();
        while let Some(more) = command.strip_suffix('\\') {
            let Some((_, next)) = lines.next() else { break };
            command = format!("{more} {}", next.trim());
        }
        call(&command, &set, number, out);
    }
}

fn call(command: &str, set: &[(&str, &str)], line: u32, out: &mut Facts) {
    let words = words(command);
    let Some(from) = words.iter().position(|w| matches!(w.as_str(), "curl" | "wget" | "$(curl" | "$(wget" | "`curl")) else { return };
    let mut method: Option<String> = None;
    let mut url: Option<&str> = None;
    let mut has_body = false;
    let mut rest = words[from + 1..].iter().map(|w| w.trim_end_matches([')', ';', '`']));
    while let Some(word) = rest.next() {
        match word {
            "|" | "||" | "&&" | ";" | ">" | ">>" => break,
            "-X" | "--request" => method = rest.next().map(str::to_owned),
            "-I" | "--head" => method = Some("HEAD".to_owned()),
            "-T" | "--upload-file" => {
                method = Some("PUT".to_owned());
                rest.next();
            }
            "--url" => url = rest.next(),
            _ if word.starts_with("-X") && word.len() > 2 => method = Some(word[2..].to_owned()),
            _ if word.starts_with("--request=") || word.starts_with("--method=") => method = word.split_once('=').map(|(_, m)| m.to_owned()),
            _ if VALUED.contains(&word) => {
                has_body |= BODIES.contains(&word);
                rest.next();
            }
            _ if word.starts_with("--") && BODIES.iter().any(|b| word.strip_prefix(b).is_some_and(|r| r.starts_with('='))) => has_body = true,
            // `-fsSo out`: the last of several letters takes the value.
            _ if word.starts_with('-') && word.len() > 2 && !word.starts_with("--") && word.ends_with(['o', 'H', 'd', 'm', 'u', 'w']) => {
                has_body |= word.ends_with('d');
                rest.next();
            }
            _ if word.starts_with('-') => {}
            _ if url.is_none() => url = Some(word),
            _ => {}
        }
    }
    let Some(name) = url.and_then(|u| address(u, set)) else { return };
    let method = method.unwrap_or_else(|| if has_body { "POST" } else { "GET" }.to_owned());
    if let Some(method) = paths::method(&method).filter(|_| method.bytes().all(|b| b.is_ascii_alphabetic())) {
        super::push(out, method, paths::url(&name, false), line, Certainty::Sure);
    }
}

/// Words of a command, quotes taken off.
fn words(command: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut word, mut quote, mut open) = (String::new(), None, false);
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(q), c) if c == q => quote = None,
            (Some('"'), '\\') => word.extend(signs.next()),
            (None, '"' | '\'') => {
                quote = Some(sign);
                open = true;
            }
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        out.push(word);
    }
    out
}

/// An address with its variables: those of the environment by their names, those of the script by what they are set to.
fn address(text: &str, set: &[(&str, &str)]) -> Option<Name> {
    let name = expanded(text, set, 0);
    match name.0.first()? {
        Part::Setting(..) => name.0.get(1).is_some_and(|p| matches!(p, Part::Text(t) if t.starts_with('/'))).then_some(name),
        Part::Text(text) => {
            let host = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?.1.split(['/', ':', '?']).next()?;
            let is_own = !host.contains('.') || host.ends_with(".local") || host.ends_with(".internal") || host.contains(".svc");
            let is_here = host == "127.0.0.1" || host == "localhost";
            ((is_own && !host.is_empty() || is_here) && !matches!(name.0.get(1), Some(Part::Hole) if text.ends_with("://"))).then_some(name)
        }
        _ => None,
    }
}

fn expanded(text: &str, set: &[(&str, &str)], depth: u8) -> Name {
    let mut out = Name::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push(Part::Text(rest[..at].to_owned()));
        let behind = &rest[at + 1..];
        let inside = behind.strip_prefix('{');
        let end = |t: &str| t.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(t.len());
        let (key, default, after) = match inside {
            Some(inside) => {
                let Some(close) = inside.find('}') else { return Name::unknown() };
                let key = &inside[..end(&inside[..close])];
                let more = inside[key.len()..close].trim_start_matches(':');
                (key, more.strip_prefix(['-', '=']).map(str::to_owned), &inside[close + 1..])
            }
            None => (&behind[..end(behind)], None, &behind[end(behind)..]),
        };
        match set.iter().find(|(n, _)| *n == key).filter(|(_, v)| depth < 3 && !v.contains("$(") && !v.contains('`')) {
            Some((_, value)) if default.is_none() => out.append(expanded(value, set, depth + 1)),
            _ => {
                let is_variable =
                    key.len() > 2 && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && !set.iter().any(|(n, _)| *n == key);
                let own = set.iter().any(|(n, v)| *n == key && v.contains(&format!("${{{key}")));
                out.push(if is_variable || own { Part::Setting(key.to_owned(), default) } else { Part::Hole });
            }
        }
        rest = after;
    }
    out.push(Part::Text(rest.to_owned()));
    out
}
