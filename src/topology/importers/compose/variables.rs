//! `${NAME}` in compose files, and the files that set them. Only files count: what the shell of somebody has set is no fact about a
//! system.

use crate::topology::model::Source;
use std::collections::BTreeMap;

/// Nested defaults deeper than this stay as they are.
const DEPTH: usize = 16;
/// A value does not grow beyond this.
const LONGEST: usize = 64 * 1024;

/// Variables that were asked for and that nothing sets, with the first place.
#[derive(Debug, Default)]
pub(super) struct Unset(BTreeMap<String, Source>);

impl Unset {
    pub(super) fn into_sorted(self) -> impl Iterator<Item = (String, Source)> {
        self.0.into_iter()
    }
}

/// Variables with the place where each is set.
pub(super) type Variables = BTreeMap<String, (String, Source)>;

/// Puts values for `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?why}`, `${NAME:+instead}`; `$$` is a dollar.
pub(super) fn fill(text: &str, variables: &Variables, at: &Source, unset: &mut Unset) -> String {
    expand(
        text,
        variables,
        &mut |name| {
            unset.0.entry(name.to_owned()).or_insert_with(|| at.clone());
        },
        0,
    )
}

fn expand(text: &str, variables: &Variables, missing: &mut dyn FnMut(&str), depth: usize) -> String {
    if !text.contains('$') || depth > DEPTH {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find('$') {
        out.push_str(&rest[..i]);
        rest = &rest[i + 1..];
        if out.len() > LONGEST {
            break;
        }
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('{') {
            let Some(end) = closing(inside) else {
                out.push('$');
                continue;
            };
            out.push_str(&braced(&inside[..end], variables, missing, depth));
            rest = &inside[end + 1..];
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            if end == 0 || rest.as_bytes()[0].is_ascii_digit() {
                out.push('$');
                continue;
            }
            out.push_str(&value(&rest[..end], variables, missing));
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

fn braced(inside: &str, variables: &Variables, missing: &mut dyn FnMut(&str), depth: usize) -> String {
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let set = variables.get(name).map(|(v, _)| v.as_str());
    let filled = set.filter(|v| !v.is_empty());
    let mut other = |text: &str| expand(text, variables, missing, depth + 1);
    if let Some(default) = operator.strip_prefix(":-") {
        filled.map_or_else(|| other(default), str::to_owned)
    } else if let Some(default) = operator.strip_prefix('-') {
        set.map_or_else(|| other(default), str::to_owned)
    } else if let Some(instead) = operator.strip_prefix(":+") {
        filled.map_or_else(String::new, |_| other(instead))
    } else if let Some(instead) = operator.strip_prefix('+') {
        set.map_or_else(String::new, |_| other(instead))
    } else {
        value(name, variables, missing)
    }
}

fn value(name: &str, variables: &Variables, missing: &mut dyn FnMut(&str)) -> String {
    match variables.get(name) {
        Some((value, _)) => value.clone(),
        None => {
            missing(name);
            String::new()
        }
    }
}

/// The brace that closes, past those that open inside.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(i),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Reads a file of variables: `NAME=value` lines, quotes, comments, and `${OTHER}` of lines above.
#[must_use]
pub fn dotenv(text: &str, file: &str) -> BTreeMap<String, (String, Source)> {
    let mut out: Variables = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) {
            continue;
        }
        let quoted = |quote: char| value.strip_prefix(quote).and_then(|v| v.find(quote).map(|end| &v[..end]));
        let value = if let Some(literal) = quoted('\'') {
            literal.to_owned()
        } else {
            let bare = || value.find(" #").map_or(value, |end| value[..end].trim_end());
            expand(quoted('"').unwrap_or_else(bare), &out, &mut |_| {}, 0)
        };
        let line = u32::try_from(i + 1).unwrap_or(u32::MAX);
        out.insert(name.to_owned(), (value, Source { file: file.to_owned(), line, facts: Vec::new() }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_defaults_and_dollars() {
        let variables = dotenv("HOST=cart\nPORT=7070 # a port\nADDR=http://${HOST}:${PORT}\nRAW='${HOST}'\nEMPTY=\nexport Q=\"a b\"\n# X=1\n", ".env");
        assert_eq!(variables["ADDR"].0, "http://cart:7070");
        assert_eq!((variables["RAW"].0.as_str(), variables["Q"].0.as_str(), variables.contains_key("X")), ("${HOST}", "a b", false));
        let mut unset = Unset::default();
        let mut fill = |text: &str| fill(text, &variables, &Source::default(), &mut unset);
        for (text, want) in [
            ("$HOST:${PORT}", "cart:7070"),
            ("${NO:-${HOST}}", "cart"),
            ("${EMPTY:-x}${EMPTY-y}", "x"),
            ("${HOST:+yes}${NO+no}", "yes"),
            ("$$HOST costs $5", "$HOST costs $5"),
            ("${HOST:?needed}", "cart"),
            ("${open", "${open"),
            ("a${GONE}b", "ab"),
        ] {
            assert_eq!(fill(text), want, "{text}");
        }
        assert_eq!(unset.into_sorted().map(|(n, _)| n).collect::<Vec<_>>(), ["GONE"]);
    }
}
