//! Paths of routes and addresses of calls as patterns: `GET /orders/{}`.
//!
//! A call's name is the method, a space, its base and its path. The base is nothing where it is not known, a literal
//! (`http://inventory:8080`), or open parts (a setting, a constant). A router that another file mounts begins with the constant
//! `<file stem>@mount`, a client that another file configures with `<client>@base`.

use crate::index::model::{Name, Part};

/// Methods of HTTP, as names of functions write them.
pub(crate) const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];

/// The method that a word says: `get`, `Get`, `HttpMethod.POST`, `MethodGet`, `"PUT"`.
pub(crate) fn method(word: &str) -> Option<&'static str> {
    let word = word.rsplit(['.', ':']).next().unwrap_or(word).trim_matches(['"', '\'', '`', ' ', '$']);
    let word = word.strip_prefix("Method").or_else(|| word.strip_prefix("METHOD_")).or_else(|| word.strip_prefix("Http")).unwrap_or(word);
    let word = word.strip_suffix("Mapping").unwrap_or(word);
    if word.eq_ignore_ascii_case("del") {
        return Some("DELETE");
    }
    if word.eq_ignore_ascii_case("all") {
        return Some("ANY");
    }
    METHODS.iter().find(|m| m.eq_ignore_ascii_case(word)).copied()
}

/// A served path as a pattern: parameters are holes, no query, no regular expression's anchors, no slash at the end.
pub(crate) fn served(path: &Name) -> Name {
    cleaned(path, true)
}

/// A called path as a pattern. A colon begins no parameter there.
pub(crate) fn called(path: &Name) -> Name {
    cleaned(path, false)
}

fn cleaned(path: &Name, colon: bool) -> Name {
    let mut out = Name::default();
    for part in &path.0 {
        match part {
            Part::Text(text) => {
                let (text, more) = query(text);
                out.push(Part::Text(chunk(text, colon)));
                if !more {
                    break;
                }
            }
            Part::Hole => out.push(Part::Text("{}".to_owned())),
            open => out.push(open.clone()),
        }
    }
    out
}

/// The text before its query or fragment, and whether there was none.
fn query(text: &str) -> (&str, bool) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).map(|i| bytes[i]);
        match byte {
            b'#' if bytes.get(at + 1) != Some(&b'{') => return (&text[..at], false),
            // `(?P<id>`, `(?:`, `:id?`, `(.*)?` belong to the path.
            b'?' if before != Some(b'(') && !matches!(bytes.get(at + 1), None | Some(b'/')) => return (&text[..at], false),
            b'?' if before == Some(b'/') => return (&text[..at], false),
            _ => {}
        }
    }
    (text, true)
}

/// One literal piece of a path.
fn chunk(text: &str, colon: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let hole = |out: &mut String| {
        if !out.ends_with("{}") {
            out.push_str("{}");
        }
    };
    while at < bytes.len() {
        let segment_begins = out.is_empty() || out.ends_with(['/', '.', '-', '_']);
        match bytes[at] {
            b'{' | b'<' | b'(' => {
                let end = closing(bytes, at);
                let inside = &text[at..end];
                // Rails: `(.:format)`, `(/:locale)` may be left out.
                if !(inside.starts_with("(.") && inside.contains(':') || inside.starts_with("(/")) {
                    hole(&mut out);
                }
                at = end;
                // `{id}?`, `(\d+)?`
                while at < bytes.len() && matches!(bytes[at], b'?' | b'+' | b'*') {
                    at += 1;
                }
                continue;
            }
            b':' if colon && segment_begins && bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') => {
                at += 1;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                if bytes.get(at) == Some(&b'(') {
                    at = closing(bytes, at);
                }
                while at < bytes.len() && matches!(bytes[at], b'?' | b'+' | b'*') {
                    at += 1;
                }
                hole(&mut out);
                continue;
            }
            b'*' => {
                while at < bytes.len() && (bytes[at] == b'*' || bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                hole(&mut out);
                continue;
            }
            b'^' | b'$' | b'?' if colon => {}
            b'\\' if colon => match bytes.get(at + 1) {
                Some(b'd' | b'w' | b'S') => {
                    hole(&mut out);
                    at += 2;
                    while at < bytes.len() && matches!(bytes[at], b'?' | b'+' | b'*') {
                        at += 1;
                    }
                    continue;
                }
                Some(b'Z' | b'A' | b'b') => at += 1,
                _ => {}
            },
            b'[' if colon => {
                hole(&mut out);
                at = closing(bytes, at);
                while at < bytes.len() && matches!(bytes[at], b'?' | b'+' | b'*') {
                    at += 1;
                }
                continue;
            }
            b'/' if out.ends_with('/') => {}
            _ => {
                let width = text[at..].chars().next().map_or(1, char::len_utf8);
                out.push_str(&text[at..at + width]);
                at += width;
                continue;
            }
        }
        at += 1;
    }
    out
}

/// One behind the bracket that closes the one at `at`.
fn closing(bytes: &[u8], at: usize) -> usize {
    let (open, close) = match bytes[at] {
        b'{' => (b'{', b'}'),
        b'<' => (b'<', b'>'),
        b'[' => (b'[', b']'),
        _ => (b'(', b')'),
    };
    let mut depth = 0_u32;
    for (i, byte) in bytes.iter().enumerate().skip(at) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return i + 1;
            }
        }
    }
    bytes.len()
}

/// Prefix and path with one slash between them.
pub(crate) fn join(prefix: Name, path: Name) -> Name {
    let mut out = prefix;
    if path.0.is_empty() {
        return out;
    }
    let starts = matches!(path.0.first(), Some(Part::Text(t)) if t.starts_with('/')) || matches!(path.0.first(), Some(Part::Constant(_) | Part::Setting(..)));
    let ends = matches!(out.0.last(), Some(Part::Text(t)) if t.ends_with('/'));
    match (ends, starts) {
        (true, true) => {
            if let Some(Part::Text(text)) = out.0.last_mut() {
                text.pop();
                if text.is_empty() {
                    out.0.pop();
                }
            }
        }
        (false, false) => out.push(Part::Text("/".to_owned())),
        _ => {}
    }
    out.append(path);
    out
}

/// Method and path as a resource's name: one slash before it, none at its end.
pub(crate) fn route(method: &str, path: Name) -> Name {
    let mut path = path;
    while let Some(Part::Text(text)) = path.0.last_mut() {
        let kept = text.trim_end_matches('/').len();
        text.truncate(kept);
        if !text.is_empty() {
            break;
        }
        path.0.pop();
    }
    let mut out = Name::literal(format!("{method} "));
    match path.0.first() {
        None => out.push(Part::Text("/".to_owned())),
        Some(Part::Text(text)) if !text.starts_with('/') && !text.contains("://") => out.push(Part::Text("/".to_owned())),
        _ => {}
    }
    out.append(path);
    out
}

/// The base and path of a called URL, patterns in place of what is not known; none when nothing of its path or base is known.
/// `relative`: the client has a base of its own, so that a path may begin without a slash.
pub(crate) fn url(url: &Name, relative: bool) -> Option<Name> {
    let mut parts = url.0.clone();
    // What is not known before the path goes.
    if matches!(parts.first(), Some(Part::Hole)) {
        parts = from_path(&parts[1..])?;
    }
    match parts.first()? {
        Part::Text(text) if text.starts_with('/') => (parts.len() > 1 || text.len() > 1).then(|| called(&Name(parts.clone()))),
        Part::Text(text) if has_scheme(text) => {
            let after = text.find("://").map_or(0, |i| i + 3);
            let unknown_host = after == text.len() && matches!(parts.get(1), None | Some(Part::Hole));
            if unknown_host {
                let path = from_path(parts.get(2..)?)?;
                return Some(called(&Name(path)));
            }
            let mut out = Name::default();
            out.push(Part::Text(text[..after].to_owned()));
            let mut rest = parts.clone();
            rest[0] = Part::Text(text[after..].to_owned());
            out.append(called(&Name(rest)));
            Some(out)
        }
        Part::Text(text) => {
            let fits = relative && is_path(text) && !text.starts_with(['?', '.', ':']);
            fits.then(|| join(Name::default(), called(&Name(parts.clone()))))
        }
        Part::Constant(_) | Part::Setting(..) => {
            let mut out = Name(vec![parts[0].clone()]);
            let rest = called(&Name(parts[1..].to_vec()));
            let needs_slash = matches!(rest.0.first(), Some(Part::Text(t)) if t.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '{'));
            if needs_slash {
                out.push(Part::Text("/".to_owned()));
            }
            out.append(rest);
            Some(out)
        }
        Part::Hole => None,
    }
}

fn has_scheme(text: &str) -> bool {
    ["http://", "https://", "ws://", "wss://", "lb://", "dapr://"].iter().any(|s| text.starts_with(s))
}

fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'.' | b'{' | b'}' | b'?' | b'=' | b'&' | b'$' | b',' | b':'))
}

/// The parts from the first slash on.
fn from_path(parts: &[Part]) -> Option<Vec<Part>> {
    let place = parts.iter().position(|p| matches!(p, Part::Text(t) if t.contains('/')))?;
    let Part::Text(text) = &parts[place] else { return None };
    // Only a port stands between the unknown host and its path; else the base ends with a slash of its own.
    let slash = text.find('/')?;
    if place > 1 {
        return None;
    }
    let rooted = slash == 0 || text.starts_with(':');
    if !rooted && !is_path(&text[..slash]) {
        return None;
    }
    let mut out = vec![Part::Text(if rooted { text[slash..].to_owned() } else { format!("/{text}") })];
    out.extend_from_slice(&parts[place + 1..]);
    let path = Name(out.clone());
    (path.says_something() || path.is_open()).then_some(out)
}

/// What a file is called by when others import it: its name, or its folder's.
pub(crate) fn stem(path: &str) -> &str {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let name = file.split('.').next().unwrap_or(file);
    if matches!(name, "index" | "__init__" | "urls" | "mod") { folder.rsplit('/').next().unwrap_or(name) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_paths_are_patterns() {
        for (path, expected) in [
            ("/orders/:id", "/orders/{}"),
            ("/orders/{id}", "/orders/{}"),
            ("/orders/{id:[0-9]{2,}}/items", "/orders/{}/items"),
            ("/orders/<int:id>/", "/orders/{}/"),
            (r"^orders/(?P<pk>\d+)/$", "orders/{}/"),
            ("/orders/:id(\\d+)/items", "/orders/{}/items"),
            ("/orders/:id?", "/orders/{}"),
            ("/orders/*path", "/orders/{}"),
            ("/orders/{**rest}", "/orders/{}"),
            ("/orders(.:format)", "/orders"),
            ("/orders?x=1", "/orders"),
            ("/v1/orders:batch", "/v1/orders:batch"),
            (r"orders/\d+/items", "orders/{}/items"),
        ] {
            assert_eq!(served(&Name::literal(path)).pattern(), expected, "{path}");
        }
    }

    #[test]
    fn called_urls_keep_what_is_known_of_their_base() {
        let text = |t: &str| Part::Text(t.to_owned());
        let setting = || Part::Setting("U".to_owned(), None);
        for (parts, expected) in [
            (vec![text("http://inventory:8080/stock/"), Part::Hole], Some("http://inventory:8080/stock/{}")),
            (vec![Part::Hole, text("/stock?x="), Part::Hole], Some("/stock")),
            (vec![Part::Hole, text(":8080/stock")], Some("/stock")),
            (vec![text("http://"), Part::Hole, text("/stock")], Some("/stock")),
            (vec![Part::Hole, text("stock/items")], Some("/stock/items")),
            (vec![setting(), text("/stock")], Some("{}/stock")),
            (vec![setting(), text("stock")], Some("{}/stock")),
            (vec![Part::Hole], None),
            (vec![Part::Hole, text("stock")], None),
            (vec![text("stock")], None),
        ] {
            assert_eq!(url(&Name(parts.clone()), false).map(|n| n.pattern()).as_deref(), expected, "{parts:?}");
        }
    }
}
