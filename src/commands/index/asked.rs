//! Which resources a person means.

use super::words;
use crate::error::{Error, Kind as Wrong};
use crate::index::linked::{Index, Place, Resource};
use crate::index::model::Kind;
use crate::nearest::nearest;

/// Names that are told where nothing is meant.
const SHOWN: usize = 8;

/// What a word of the command line means.
#[derive(Debug)]
pub(super) enum Asked<'a> {
    /// Resources by name, each with all its places.
    Named(Vec<&'a Resource>),
    /// Resources that a file or a line of it touches, with the places there.
    At(Vec<(&'a Resource, Vec<&'a Place>)>),
}

/// Resources by their name, or by a place `FILE:LINE` or `FILE`. `from`: where a person stands, from the root on, with `/` at its end.
///
/// # Errors
/// When nothing is meant; the hint names what is near.
pub(super) fn asked<'a>(index: &'a Index, word: &str, kind: Option<Kind>, from: &str) -> Result<Asked<'a>, Error> {
    let named = named(index, word, kind);
    if !named.is_empty() {
        return Ok(Asked::Named(named));
    }
    if let Some((file, line)) = place(index, word, from) {
        let touched = touched(index, file, line, kind);
        if !touched.is_empty() {
            return Ok(Asked::At(touched));
        }
        let lines = lines(index, file, kind);
        let near: Vec<String> = lines.iter().filter(|l| line.is_none_or(|line| l.abs_diff(line) <= 30)).map(u32::to_string).take(SHOWN).collect();
        let hint = if near.is_empty() { "`distarch resources` lists what there is".to_owned() } else { format!("near: lines {}", near.join(", ")) };
        return Err(Error::new(Wrong::UnknownId, word, "no shared resource is touched there").hint(hint));
    }
    Err(unknown(index, word, kind))
}

/// Resources that a name means: as it stands; with the table, its columns; with holes for what a pattern leaves open.
fn named<'a>(index: &'a Index, word: &str, kind: Option<Kind>) -> Vec<&'a Resource> {
    let of_kind = || index.resources.iter().filter(|r| kind.is_none_or(|k| k == r.kind));
    let pattern = with_holes(word);
    let column = format!("{pattern}.");
    let found: Vec<&Resource> = of_kind().filter(|r| r.name == pattern || r.kind == Kind::Column && r.name.starts_with(&column)).collect();
    if !found.is_empty() {
        return found;
    }
    let folded = pattern.to_lowercase();
    let same = |r: &&Resource| {
        let name = r.name.to_lowercase();
        // `Reserve` and `Inventory/Reserve` mean `shop.Inventory/Reserve`; `/orders/{}` any method of it.
        let end = |separators: &[char]| name.strip_suffix(&*folded).is_some_and(|head| head.ends_with(separators));
        name == folded
            || match r.kind {
                Kind::Rpc => end(&['.', '/']),
                Kind::Route | Kind::Operation => end(&[' ', '.']),
                Kind::Column | Kind::Field => end(&['.']),
                _ => false,
            }
    };
    let found: Vec<&Resource> = of_kind().filter(same).collect();
    if !found.is_empty() {
        return found;
    }
    // A name that was built, such as a key in a log: `worker:7:status`.
    let open =
        |r: &&Resource| r.name.contains("{}") && fits(if r.kind == Kind::Route && !word.contains(' ') { without_method(&r.name) } else { &r.name }, word);
    of_kind().filter(open).collect()
}

fn without_method(route: &str) -> &str {
    route.split_once(' ').map_or(route, |(_, path)| path)
}

/// `{id}`, `:id` and `*` are holes too.
fn with_holes(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        out.push_str(&rest[..open]);
        out.push_str("{}");
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out.replace('*', "{}")
}

/// Whether a text can have been built from a pattern: each hole stands for something without a separator.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split("{}");
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let separator = |c: char| matches!(c, ':' | '/' | ' ');
    let mut known = pattern.len() > "{}".len();
    for part in parts {
        let hole = rest.find(separator).unwrap_or(rest.len());
        let end = if part.is_empty() { hole } else { (1..=hole).filter(|i| rest.is_char_boundary(*i)).find(|i| rest[*i..].starts_with(part)).unwrap_or(0) };
        known &= end > 0;
        rest = &rest[end.min(rest.len())..];
        let Some(after) = rest.strip_prefix(part) else { return false };
        rest = after;
    }
    known && rest.is_empty()
}

/// A file of the index, with a line where one is named.
fn place(index: &Index, word: &str, from: &str) -> Option<(u32, Option<u32>)> {
    let (path, line) = match word.rsplit_once(':').map(|(path, line)| (path, line.parse::<u32>())) {
        Some((path, Ok(line))) => (path, Some(line)),
        _ => (word, None),
    };
    let path = path.strip_prefix("./").unwrap_or(path);
    let find = |path: &str| index.files.iter().position(|f| f.path == path).and_then(|i| u32::try_from(i).ok());
    let number = find(&format!("{from}{path}")).or_else(|| find(path))?;
    Some((number, line))
}

fn touched(index: &Index, file: u32, line: Option<u32>, kind: Option<Kind>) -> Vec<(&Resource, Vec<&Place>)> {
    let here = |p: &&Place| p.file == file && line.is_none_or(|l| l == p.line);
    index
        .resources
        .iter()
        .filter(|r| kind.is_none_or(|k| k == r.kind))
        .filter_map(|r| {
            let places: Vec<&Place> = r.places.iter().filter(here).collect();
            (!places.is_empty()).then_some((r, places))
        })
        .collect()
}

fn lines(index: &Index, file: u32, kind: Option<Kind>) -> Vec<u32> {
    let resources = index.resources.iter().filter(|r| kind.is_none_or(|k| k == r.kind));
    let mut lines: Vec<u32> = resources.flat_map(|r| &r.places).filter(|p| p.file == file).map(|p| p.line).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn unknown(index: &Index, word: &str, kind: Option<Kind>) -> Error {
    let of_kind: Vec<&Resource> = index.resources.iter().filter(|r| kind.is_none_or(|k| k == r.kind)).collect();
    let what = kind.map_or_else(|| "no shared resource has this name".to_owned(), |k| format!("no {} has this name", words::word(k)));
    let folded = word.to_lowercase();
    let mut near: Vec<&str> = of_kind.iter().filter(|r| folded.len() >= 3 && r.name.to_lowercase().contains(&folded)).map(|r| &*r.name).collect();
    near.dedup();
    let hint = if near.is_empty() {
        nearest(word, of_kind.iter().map(|r| &*r.name))
            .map_or_else(|| "`distarch resources` lists what there is".to_owned(), |n| format!("did you mean `{n}`?"))
    } else {
        let more = near.len().saturating_sub(SHOWN);
        near.truncate(SHOWN);
        format!("did you mean one of: {}{}", near.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
    };
    Error::new(Wrong::UnknownId, word, what).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::small;
    use super::*;

    fn names(index: &Index, word: &str) -> Vec<String> {
        match asked(index, word, None, "").expect("something is meant") {
            Asked::Named(resources) => resources.iter().map(|r| words::resource(r)).collect(),
            Asked::At(touched) => touched.iter().map(|(r, places)| format!("{} at {}", words::resource(r), places.len())).collect(),
        }
    }

    #[test]
    fn a_name_is_meant_in_many_ways() {
        let index = small::index();
        for word in ["worker:{}:status", "worker:{id}:status", "worker:*:status", "worker:7:status", "WORKER:{}:STATUS"] {
            assert_eq!(names(&index, word), ["key worker:{}:status"], "{word}");
        }
        assert_eq!(names(&index, "orders"), ["column orders", "column orders.status"]);
        assert_eq!(names(&index, "Reserve"), ["rpc shop.Inventory/Reserve"]);
        assert_eq!(names(&index, "/orders/17"), ["route GET /orders/{}"], "any method");
        assert_eq!(names(&index, "dispatcher/assign.py:57"), ["key worker:{}:status at 1"]);
        assert_eq!(names(&index, "./orders/web.py"), ["column orders.status at 1", "channel orders.created at 1", "route GET /orders/{} at 1"]);
    }

    #[test]
    fn what_is_not_meant_says_what_is_near() {
        let index = small::index();
        let said = |word: &str| crate::error::lines(&asked(&index, word, None, "").expect_err("nothing").into());
        assert!(said("stat").contains("did you mean one of: orders.status, worker:{}:status"), "{}", said("stat"));
        assert!(said("orders/web.py:12").contains("near: lines 7, 9, 11"), "{}", said("orders/web.py:12"));
        assert!(said("order.created").contains("did you mean `orders.created`?"), "{}", said("order.created"));
    }
}
