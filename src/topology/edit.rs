//! Edits of a topology file by place: a value is changed or added where it stands, and everything else, comments and order included,
//! stays as its author wrote it. An edit is read back before it is handed out; one that would change anything else is refused.

use super::read::{keys, lines};
use super::yaml::{self, Value, Yaml, scalar};
use std::ops::Range;

/// A step on the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of a list, from 0.
    Item(usize),
    /// The item of a list whose `name` this is.
    Named(&'a str),
    /// The item of a list whose `from` and `to` these are.
    Edge(&'a str, &'a str),
}

/// Why an edit is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file is not read as YAML, or only by lines.
    #[error("the file is no YAML: `distarch topology check` tells where")]
    Unreadable,
    /// There is no such item or map.
    #[error("there is no such place in the file")]
    NoSuchPlace,
    /// The value is no YAML in one line.
    #[error("the value is no YAML in one line")]
    Value,
    /// The edit by place would change something else, or lose a comment.
    #[error("the edit would change something else")]
    Unsafe,
}

/// Sets the value at a path; a key that is not there is added, after those that come before it in the reference. `value` is YAML in
/// one line: a text goes through [`scalar`] first.
///
/// # Errors
/// When the place is not there, or the edit cannot be made without touching something else.
pub fn set(text: &str, path: &[Step<'_>], value: &str) -> Result<String, Refusal> {
    let new = one_line(value)?;
    let root = root(text)?;
    let Some((node, rest)) = walk(&root, path) else { return Err(Refusal::NoSuchPlace) };
    let edit = if rest.is_empty() {
        // Found: only a key's value and an item can be replaced where they stand.
        let (range, lead) = place_of(text, &root, path).ok_or(Refusal::NoSuchPlace)?;
        (range, format!("{lead}{value}"))
    } else {
        let (key, nested) = nest(rest, value)?;
        let known = known(path.len() - rest.len(), path);
        add_entry(text, node, key, &nested, known, path, &root).ok_or(Refusal::NoSuchPlace)?
    };
    let mut wanted = root.clone();
    put(&mut wanted, path, &new).ok_or(Refusal::NoSuchPlace)?;
    checked(text, vec![edit], &wanted)
}

/// Adds an item to a list of the file (`components`, `relationships`), as the last one. Values are YAML in one line.
///
/// # Errors
/// When the edit cannot be made without touching something else.
pub fn add(text: &str, list: &str, item: &[(&str, String)]) -> Result<String, Refusal> {
    let root = if text.trim().is_empty() { Yaml { value: Value::Map(Vec::new()), place: yaml::Place::default(), span: 0..0 } } else { root(text)? };
    let mut new = Vec::new();
    for (key, value) in item {
        new.push((plain(key), one_line(value)?));
    }
    let new = Yaml { value: Value::Map(new), ..plain("") };
    let end = line_end(text);
    let lines = |indent: usize| -> String {
        let pad = " ".repeat(indent);
        item.iter().enumerate().map(|(i, (k, v))| format!("{end}{pad}{} {k}: {v}", if i == 0 { "-" } else { " " })).collect()
    };
    let mut wanted = root.clone();
    let Value::Map(entries) = &mut wanted.value else { return Err(Refusal::NoSuchPlace) };
    let edit = match root.get(list) {
        Some(node) if !node.items().is_empty() => {
            let last = node.items().last().ok_or(Refusal::NoSuchPlace)?;
            if is_flow(text, node) {
                let flow: Vec<String> = item.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                let at = extent(text, last);
                (at..at, format!(", {{{}}}", flow.join(", ")))
            } else {
                let dash = text.get(..last.span.start).and_then(|t| t.rfind('-')).ok_or(Refusal::NoSuchPlace)?;
                let indent = dash - line_start(text, dash);
                let at = end_of_line(text, extent(text, last));
                // Items that stand apart stay so.
                let before = node.items().len().checked_sub(2).map_or(dash, |i| extent(text, &node.items()[i]));
                let between = text.get(end_of_line(text, before)..line_start(text, dash)).unwrap_or_default();
                let is_apart = between.trim_end_matches(' ').lines().skip(1).any(|l| l.trim().is_empty());
                (at..at, format!("{}{}", if is_apart { end } else { "" }, lines(indent)))
            }
        }
        Some(node) if node.is_null() => {
            let key = root.entries().iter().find(|(k, _)| k.text() == Some(list)).map(|(k, _)| k).ok_or(Refusal::NoSuchPlace)?;
            let at = end_of_line(text, key.span.end);
            (at..at, lines(2))
        }
        Some(_) => return Err(Refusal::NoSuchPlace),
        None => {
            let at = text.trim_end_matches([' ', '\t', '\r', '\n']).len();
            let tail = if text.ends_with('\n') { "" } else { end };
            let lead = if at == 0 { "" } else { end };
            (at..at, format!("{lead}{}{list}:{}{tail}", if at == 0 { "" } else { end }, lines(2)))
        }
    };
    match entries.iter_mut().find(|(k, _)| k.text() == Some(list)) {
        Some((_, Yaml { value: Value::List(items), .. })) => items.push(new),
        Some((_, node)) => node.value = Value::List(vec![new]),
        None => entries.push((plain(list), Yaml { value: Value::List(vec![new]), ..plain("") })),
    }
    checked(text, vec![edit], &wanted)
}

/// A text as the node that it is read as.
fn plain(text: &str) -> Yaml {
    let node = yaml::documents(&scalar(text)).ok().and_then(|mut d| d.pop());
    node.unwrap_or(Yaml { value: Value::Scalar { text: text.to_owned(), plain: false }, place: yaml::Place::default(), span: 0..0 })
}

fn one_line(value: &str) -> Result<Yaml, Refusal> {
    // In a list of its own, so that what would end a flow or begin a comment is found out.
    let mut documents = yaml::documents(&format!("[{value}]")).map_err(|_| Refusal::Value)?;
    let bare = yaml::documents(value).map_err(|_| Refusal::Value)?;
    match (value.contains(['\n', '\r']), documents.len(), documents.pop(), bare.as_slice()) {
        (false, 1, Some(Yaml { value: Value::List(items), .. }), [bare]) => match <[Yaml; 1]>::try_from(items) {
            Ok([item]) if same(&item, bare) => Ok(item),
            _ => Err(Refusal::Value),
        },
        _ => Err(Refusal::Value),
    }
}

fn root(text: &str) -> Result<Yaml, Refusal> {
    let mut documents = yaml::documents(text).map_err(|_| Refusal::Unreadable)?;
    if documents.len() != 1 || lines::has_fallen_out(&documents[0]) {
        return Err(Refusal::Unreadable);
    }
    Ok(documents.swap_remove(0))
}

/// The child at a step, with its index.
fn child<'a>(node: &'a Yaml, step: Step<'_>) -> Option<(usize, &'a Yaml)> {
    let of = |item: &Yaml, key: &str, text: &str| item.get(key).and_then(Yaml::text).map(str::trim) == Some(text);
    match step {
        Step::Key(key) => node.entries().iter().enumerate().find(|(_, (k, _))| k.text() == Some(key)).map(|(i, (_, v))| (i, v)),
        Step::Item(at) => node.items().get(at).map(|i| (at, i)),
        Step::Named(name) => node.items().iter().enumerate().find(|(_, i)| of(i, "name", name)),
        Step::Edge(from, to) => node.items().iter().enumerate().find(|(_, i)| of(i, "from", from) && of(i, "to", to)),
    }
}

/// The deepest node on a path, and the keys that are missing from there.
fn walk<'a, 'p>(root: &'a Yaml, path: &'p [Step<'p>]) -> Option<(&'a Yaml, &'p [Step<'p>])> {
    let mut node = root;
    for (i, step) in path.iter().enumerate() {
        match child(node, *step) {
            Some((_, next)) => node = next,
            None if path[i..].iter().all(|s| matches!(s, Step::Key(_))) => return Some((node, &path[i..])),
            None => return None,
        }
    }
    Some((node, &[]))
}

/// Keys that are missing around a value: the first of them, and what stands behind it.
fn nest<'a>(rest: &[Step<'a>], value: &str) -> Result<(&'a str, String), Refusal> {
    let mut keys = rest.iter().map(|s| if let Step::Key(k) = s { Ok(*k) } else { Err(Refusal::NoSuchPlace) }).collect::<Result<Vec<_>, _>>()?;
    let first = keys.remove(0);
    Ok((first, keys.iter().rev().fold(value.to_owned(), |inner, key| format!("{{{key}: {inner}}}"))))
}

/// The order in which the keys of a map are written, where it is known.
fn known(depth: usize, path: &[Step<'_>]) -> &'static [keys::Key] {
    match (depth, path.first()) {
        (0, _) => keys::FILE,
        (2, Some(Step::Key("components"))) => keys::COMPONENT,
        (2, Some(Step::Key("relationships" | "topology"))) => keys::RELATIONSHIP,
        _ => &[],
    }
}

/// The bytes to replace for a value that is there, and what has to stand before the new one.
fn place_of(text: &str, root: &Yaml, path: &[Step<'_>]) -> Option<(Range<usize>, &'static str)> {
    let (last, above) = path.split_last()?;
    let (parent, rest) = walk(root, above)?;
    if !rest.is_empty() || is_alias(text, parent) {
        return None;
    }
    let (at, node) = child(parent, *last)?;
    let end = extent(text, node);
    if is_inline(text, node) {
        return Some((node.span.start..end, ""));
    }
    // A value below its key, or none: what stands between the colon and its end.
    let (key, _) = parent.entries().get(at)?;
    let colon = colon(text, key)?;
    Some((colon + 1..end.max(colon + 1), " "))
}

fn add_entry(text: &str, node: &Yaml, key: &str, value: &str, known: &[keys::Key], path: &[Step<'_>], root: &Yaml) -> Option<(Range<usize>, String)> {
    if is_alias(text, node) {
        return None;
    }
    if node.is_null() {
        let depth = path.len() - path.iter().rev().take_while(|s| matches!(s, Step::Key(_))).count();
        // The map itself is missing behind its key.
        let above = (depth..path.len()).find_map(|n| walk(root, &path[..n]).filter(|(at, rest)| rest.is_empty() && std::ptr::eq(*at, node)).map(|_| n))?;
        let (range, lead) = place_of(text, root, &path[..above])?;
        return Some((range, format!("{lead}{{{key}: {value}}}")));
    }
    let Value::Map(entries) = &node.value else { return None };
    let Some((first, _)) = entries.first() else {
        return Some((node.span.start + 1..node.span.start + 1, format!("{key}: {value}")));
    };
    // After the last of those keys that come before it in the reference; at the end where that says nothing.
    let rank = |name: &str| known.iter().position(|k| k.name == name);
    let after = rank(key).and_then(|mine| entries.iter().rposition(|(k, _)| k.text().and_then(rank).is_some_and(|r| r < mine)));
    let (last_key, last) = &entries[after.unwrap_or(entries.len() - 1)];
    let end = if last.is_null() && last.span.is_empty() { colon(text, last_key)? + 1 } else { extent(text, last) };
    if is_flow(text, node) {
        return Some((end..end, format!(", {key}: {value}")));
    }
    let indent = first.span.start - line_start(text, first.span.start);
    // Behind a dash the first key stands at the column of the others.
    let lead = text.get(first.span.start - indent..first.span.start)?;
    let indent = lead.chars().count();
    let at = end_of_line(text, end);
    Some((at..at, format!("{}{}{key}: {value}", line_end(text), " ".repeat(indent))))
}

/// Does to a tree what an edit does to its text.
fn put(node: &mut Yaml, path: &[Step<'_>], new: &Yaml) -> Option<()> {
    let Some((step, rest)) = path.split_first() else {
        *node = new.clone();
        return Some(());
    };
    if let Some((at, _)) = child(node, *step) {
        return match &mut node.value {
            Value::Map(entries) => put(&mut entries.get_mut(at)?.1, rest, new),
            Value::List(items) => put(items.get_mut(at)?, rest, new),
            Value::Scalar { .. } => None,
        };
    }
    let Step::Key(key) = step else { return None };
    let mut value = plain("");
    value.value = Value::Map(Vec::new());
    put(&mut value, rest, new)?;
    if node.is_null() {
        node.value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = &mut node.value else { return None };
    entries.push((plain(key), value));
    Some(())
}

/// Applies edits, and holds the result against what is wanted: the tree, and every comment.
pub(super) fn checked(text: &str, edits: Vec<(Range<usize>, String)>, wanted: &Yaml) -> Result<String, Refusal> {
    let out = apply(text, edits).ok_or(Refusal::Unsafe)?;
    let documents = yaml::documents(&out).map_err(|_| Refusal::Unsafe)?;
    let is_kept = said(text).is_some_and(|before| said(&out) == Some(before));
    if documents.len() == 1 && same_but_for_order(&documents[0], wanted) && is_kept { Ok(out) } else { Err(Refusal::Unsafe) }
}

/// The comments of a text.
pub(super) fn said(text: &str) -> Option<Vec<&str>> {
    yaml::comments(text).ok()?.into_iter().map(|r| text.get(r).map(str::trim_end)).collect()
}

/// Replaces parts of a text; `None` where parts overlap.
pub(super) fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> Option<String> {
    edits.sort_by_key(|(r, _)| (r.start, r.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(text.get(at..range.start)?);
        out.push_str(&new);
        at = range.end.max(range.start);
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Whether two nodes say the same, wherever they stand.
pub(super) fn same(a: &Yaml, b: &Yaml) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => a.len() == b.len() && a.iter().zip(b).all(|((k, v), (l, w))| same(k, l) && same(v, w)),
        (Value::Scalar { .. }, Value::Scalar { .. }) => (a.is_null() && b.is_null()) || (a.text() == b.text() && a.bool() == b.bool()),
        _ => false,
    }
}

/// As [`same`], with the entries of maps in any order; those of one name in theirs.
fn same_but_for_order(a: &Yaml, b: &Yaml) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_but_for_order(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let sorted = |entries: &[(Yaml, Yaml)]| {
                let mut order: Vec<usize> = (0..entries.len()).collect();
                order.sort_by_key(|i| entries[*i].0.text().unwrap_or_default().to_owned());
                order
            };
            a.len() == b.len() && sorted(a).into_iter().zip(sorted(b)).all(|(i, j)| same(&a[i].0, &b[j].0) && same_but_for_order(&a[i].1, &b[j].1))
        }
        _ => same(a, b),
    }
}

/// The colon behind a key, where there is one.
pub(super) fn colon(text: &str, key: &Yaml) -> Option<usize> {
    let rest = text.get(key.span.end..)?;
    let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[space..].starts_with(':').then_some(key.span.end + space)
}

pub(super) fn is_flow(text: &str, node: &Yaml) -> bool {
    matches!(&node.value, Value::Map(_) | Value::List(_)) && matches!(text.as_bytes().get(node.span.start), Some(b'{' | b'['))
}

/// Whether a node is an alias: what lies in it stands elsewhere.
pub(super) fn is_alias(text: &str, node: &Yaml) -> bool {
    let is_own = matches!(&node.value, Value::Scalar { text: own, .. } if text.get(node.span.clone()).is_some_and(|t| t.trim_end() == own.trim_end()));
    !is_own && text.as_bytes().get(node.span.start) == Some(&b'*')
}

/// Whether a scalar has its text in lines below a sign (`|`, `>`).
pub(super) fn is_block_scalar(text: &str, node: &Yaml) -> bool {
    let is_quoted = matches!(text.as_bytes().get(node.span.start), Some(b'"' | b'\''));
    matches!(&node.value, Value::Scalar { plain: false, .. })
        && !is_alias(text, node)
        && (!is_quoted || text[..node.span.start].trim_end_matches(' ').ends_with('\n') && header(text, node))
}

/// Whether the line above a scalar ends with the sign of a block.
fn header(text: &str, node: &Yaml) -> bool {
    let above = text[..node.span.start].trim_end();
    let line = &above[line_start(above, above.len())..];
    let bare = line.split(" #").next().unwrap_or(line).trim_end();
    bare.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')).ends_with(['|', '>'])
}

/// Whether a node has bytes of its own that can be replaced as they are.
fn is_inline(text: &str, node: &Yaml) -> bool {
    match &node.value {
        Value::Scalar { .. } => !node.span.is_empty() && !is_block_scalar(text, node),
        _ => is_flow(text, node) || is_alias(text, node),
    }
}

/// Where a node ends: a block collection with its last part, and not with what follows it.
pub(super) fn extent(text: &str, node: &Yaml) -> usize {
    let mut node = node;
    let mut least = node.span.start;
    loop {
        if is_alias(text, node) || is_flow(text, node) {
            return node.span.end.max(least);
        }
        let next = match &node.value {
            Value::Scalar { .. } => {
                let own = text.get(node.span.clone()).unwrap_or_default();
                return (node.span.start + own.trim_end().len()).max(least);
            }
            Value::List(items) => items.last(),
            Value::Map(entries) => entries.last().map(|(key, value)| {
                least = least.max(colon(text, key).map_or(key.span.end, |c| c + 1));
                value
            }),
        };
        let Some(next) = next else { return node.span.end.max(least) };
        least = least.max(next.span.start.min(text.len()));
        node = next;
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1)
}

/// Before the line end of the line that holds a byte.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.trim_end_matches('\r').len()
}

/// The line end that the text uses.
fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# ours\ncomponents:\n  - name: orders   # the heart\n    count: 3\n    slo: {p99: 300ms}  # promised\n\n  # keeps them\n  - name: db\n    role: |\n      keeps\n      orders\n    state:\n      - {name: orders}\nrelationships:\n  - from: orders\n    to: db\n    timeout:\n# end\n";

    fn edited(path: &[Step<'_>], value: &str) -> String {
        let out = set(FILE, path, value).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        assert_eq!(said(&out), said(FILE));
        // What is new, and what is gone: lines of one side only.
        let diff = |a: &str, b: &str, sign: &str| a.lines().filter(|l| !b.lines().any(|m| m == *l)).map(|l| format!("{sign}{l}\n")).collect::<String>();
        diff(FILE, &out, "-") + &diff(&out, FILE, "+")
    }

    #[test]
    fn a_value_is_changed_where_it_stands() {
        use Step::{Edge, Item, Key, Named};
        let orders = [Key("components"), Named("orders")];
        let at = |keys: &[&'static str]| orders.iter().copied().chain(keys.iter().map(|k| Key(k))).collect::<Vec<_>>();
        assert_eq!(edited(&at(&["count"]), "{min: 2, max: 9}"), "-    count: 3\n+    count: {min: 2, max: 9}\n");
        assert_eq!(edited(&at(&["slo", "p99"]), "1s"), "-    slo: {p99: 300ms}  # promised\n+    slo: {p99: 1s}  # promised\n");
        assert_eq!(
            edited(&at(&["slo", "availability"]), "99.9"),
            "-    slo: {p99: 300ms}  # promised\n+    slo: {p99: 300ms, availability: 99.9}  # promised\n"
        );
        assert_eq!(edited(&at(&["name"]), "order"), "-  - name: orders   # the heart\n+  - name: order   # the heart\n");
        assert_eq!(edited(&[Key("components"), Item(1), Key("role")], "x"), "-    role: |\n-      keeps\n-      orders\n+    role: x\n");
        let edge = [Key("relationships"), Edge("orders", "db")];
        assert_eq!(edited(&[edge[0], edge[1], Key("timeout")], "2s"), "-    timeout:\n+    timeout: 2s\n");
    }

    #[test]
    fn a_key_is_added_where_the_reference_has_it() {
        use Step::{Key, Named};
        let out = set(FILE, &[Key("components"), Named("orders"), Key("kind")], "service").expect("set");
        assert!(out.contains("  - name: orders   # the heart\n    kind: service\n    count: 3\n"), "{out}");
        let out = set(FILE, &[Key("components"), Named("db"), Key("slo"), Key("p99")], "1s").expect("set");
        assert!(out.contains("      orders\n    slo: {p99: 1s}\n    state:\n"), "{out}");
        let out = set(FILE, &[Key("version")], "1").expect("set");
        assert!(out.contains("    timeout:\nversion: 1\n# end\n"), "{out}");
        let out = set("{components: [{name: a}, {}]}", &[Key("components"), Step::Item(1), Key("name")], "b").expect("set");
        assert_eq!(out, "{components: [{name: a}, {name: b}]}");
    }

    #[test]
    fn an_item_is_added_as_its_neighbours_are_written() {
        let item = [("name", "cache".to_owned()), ("kind", "cache".to_owned())];
        let out = add(FILE, "components", &item).expect("added");
        assert!(out.contains("      - {name: orders}\n\n  - name: cache\n    kind: cache\nrelationships:\n"), "{out}");
        assert_eq!(add("components: [{name: a}]\n", "components", &item).expect("added"), "components: [{name: a}, {name: cache, kind: cache}]\n");
        assert_eq!(add("a: 1\r\n", "components", &item).expect("added"), "a: 1\r\n\r\ncomponents:\r\n  - name: cache\r\n    kind: cache\r\n");
        assert_eq!(add("components:\n# none\n", "components", &item).expect("added"), "components:\n  - name: cache\n    kind: cache\n# none\n");
        assert_eq!(add("", "components", &item).expect("added"), "components:\n  - name: cache\n    kind: cache\n");
        assert_eq!(add("components:\n- name: a\n", "components", &item).expect("added"), "components:\n- name: a\n- name: cache\n  kind: cache\n");
    }

    #[test]
    fn an_edit_that_would_touch_something_else_is_refused() {
        use Step::{Item, Key, Named};
        let set = |text: &str, path: &[Step<'_>], value: &str| super::set(text, path, value).expect_err("refused");
        assert_eq!(set("a: &x {k: 1}\nb: *x\n", &[Key("b"), Key("k")], "2"), Refusal::NoSuchPlace);
        assert_eq!(set("a: &x 1\nb: *x\n", &[Key("a")], "2"), Refusal::Unsafe);
        assert_eq!(set("a:\n  # why\n  b: 1\n", &[Key("a")], "2"), Refusal::Unsafe);
        assert_eq!(set("a: 1\n", &[Key("a")], "1 # x"), Refusal::Value);
        assert_eq!(set("a: 1\n", &[Key("a")], "b: 1"), Refusal::Unsafe);
        assert_eq!(set("a: [\n", &[Key("a")], "2"), Refusal::Unreadable);
        assert_eq!(set("components: [{name: a}]\n", &[Key("components"), Named("b"), Key("count")], "2"), Refusal::NoSuchPlace);
        assert_eq!(set("components: [{name: a}]\n", &[Key("components"), Item(7)], "2"), Refusal::NoSuchPlace);
        assert_eq!(super::set("a: &x 1\nb: *x\n", &[Key("b")], "2").as_deref(), Ok("a: &x 1\nb: 2\n"));
    }
}
