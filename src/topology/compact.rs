//! A topology as the hook needs it: which component a path belongs to, and what is worth saying of each. Made once for each content of
//! the file and kept; a hook reads it and computes nothing.

use super::analyses::Study;
use super::analyses::cardinality::{Class, Many, class};
use super::analyses::concurrency::peers;
use super::graph::{Edge, Node};
use super::model::{Count, Kind, Topology};
use super::names::{bare, plain};
use crate::engine::component::{Component, Concurrency, Note};
use std::fmt::Write as _;

/// Names in a sentence; the others are counted.
const NAMED: usize = 4;
/// What may stand for anything in a glob.
const WILD: [char; 6] = ['*', '?', '[', '{', '\\', '!'];

/// A topology, compact: text that is looked through as it lies, for a hook has no time to read it into anything.
///
/// First line: whether there are channels, and the bytes of each of six sections. Globs that may begin with anything; the other globs, in
/// groups by their first letter, whose places are the section's first line; parts; all names; components, as JSON; relationships, a line
/// each with the names of both ends. A glob's line has its part's place in the section of parts; a part's line has its names, its count, and
/// its component's place and length. Fields are parted by tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compact {
    bytes: Vec<u8>,
    /// Where it begins in the bytes.
    start: usize,
}

/// The sections of a compact topology.
struct Sections<'a> {
    open_globs: &'a [u8],
    globs: &'a [u8],
    parts: &'a [u8],
    names: &'a [u8],
    components: &'a [u8],
    ways: &'a [u8],
}

impl Compact {
    /// Reads out of a topology what the hook may have to say.
    #[must_use]
    pub fn of(topology: &Topology) -> Self {
        let study = Study::of(topology);
        let has_channels = topology.components.iter().any(|c| c.kind == Kind::Queue);
        let (mut open_globs, mut globs, mut parts, mut components) = (String::new(), Vec::new(), String::new(), String::new());
        for node in 0..study.graph.len() {
            for glob in study.graph.component(node).paths.iter().filter(|g| !g.is_empty() && !g.contains(['\t', '\n'])) {
                let line = format!("{glob}\t{}\n", parts.len());
                if glob.starts_with(WILD) || !glob.is_char_boundary(1) { open_globs.push_str(&line) } else { globs.push(line) }
            }
            let component = serde_json::to_string(&component(&study, node)).unwrap_or_default();
            let count = if study.count(node) == Count::Unknown { String::new() } else { study.count(node).to_string() };
            let _ = writeln!(parts, "{}\t{count}\t{}\t{}", names_of(&study, node).join(" "), components.len(), component.len());
            components.push_str(&component);
        }
        let globs = grouped(globs);
        let names = all_names(topology).join(" ");
        let ways: String = topology.relationships.iter().map(|r| format!("{}\t{}\n", end_of(topology, &r.from), end_of(topology, &r.to))).collect();
        let lengths: String = [&open_globs, &globs, &parts, &names, &components, &ways].iter().map(|s| format!("\t{}", s.len())).collect();
        let text = format!("{}{lengths}\n{open_globs}{globs}{parts}{names}{components}{ways}", u8::from(has_channels));
        Self { bytes: text.into_bytes(), start: 0 }
    }

    /// One that was kept, from a place in the bytes on; see [`Self::as_bytes`].
    #[must_use]
    pub fn kept(bytes: Vec<u8>, start: usize) -> Self {
        Self { bytes, start }
    }

    /// As it is kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or(&[])
    }

    /// The component that a path of the project belongs to: by its globs, else by the outermost folder or file of its name.
    #[must_use]
    pub fn component(&self, path: &str) -> Option<Component> {
        let sections = self.sections()?;
        let line = match sections.by_glob(path) {
            Some(place) => sections.parts.get(place..)?.split(|b| *b == b'\n').next().map(text),
            None => path.split('/').find_map(|segment| {
                let name = bare(segment.split('.').next().unwrap_or(segment));
                text(sections.parts).lines().find(|line| names_in(line).any(|n| n == name))
            }),
        };
        let mut fields = line?.split('\t').skip(2);
        let (start, length): (usize, usize) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        serde_json::from_slice(sections.components.get(start..start.checked_add(length)?)?).ok()
    }

    /// How many there are of the component that a name means, as the file has it; `None` for a name that it does not know.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<&str> {
        let (plain, bare) = (plain(name), bare(name));
        let mut parts = text(self.sections()?.parts).lines();
        parts.find(|line| names_in(line).any(|n| n == plain || n == bare))?.split('\t').nth(1)
    }

    /// Whether the file knows a name, in any spelling.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        let forms = forms(name);
        self.sections().is_some_and(|s| text(s.names).split(' ').any(|n| !n.is_empty() && forms.iter().any(|f| n == f)))
    }

    /// Whether a relationship between two names is in the file, whichever end it starts from: who receives is written as calling too. What
    /// cannot be read has it.
    #[must_use]
    pub fn connects(&self, a: &str, b: &str) -> bool {
        let Some(sections) = self.sections() else { return true };
        let is = |names: &str, [plain, bare]: &[String; 2]| names.split(' ').any(|n| n == plain || n == bare);
        let (a, b) = (forms(a), forms(b));
        let mut ways = text(sections.ways).lines().filter_map(|l| l.split_once('\t'));
        ways.any(|(from, to)| is(from, &a) && is(to, &b) || is(from, &b) && is(to, &a))
    }

    /// Whether it names any queue or channel: only then is one that it does not name worth a word.
    #[must_use]
    pub fn has_channels(&self) -> bool {
        self.as_bytes().first() == Some(&b'1')
    }

    fn sections(&self) -> Option<Sections<'_>> {
        let bytes = self.as_bytes();
        let end = bytes.iter().take(128).position(|b| *b == b'\n')?;
        let mut rest = &bytes[end + 1..];
        let mut lengths = text(&bytes[..end]).split('\t').skip(1);
        let mut next = || {
            let (section, behind) = rest.split_at_checked(lengths.next()?.parse().ok()?)?;
            rest = behind;
            Some(section)
        };
        Some(Sections { open_globs: next()?, globs: next()?, parts: next()?, names: next()?, components: next()?, ways: next()? })
    }
}

impl Sections<'_> {
    /// The place of the part whose glob fits a path best. The longest glob says most: `services/**` and `services/orders/**` may both match.
    fn by_glob(&self, path: &str) -> Option<usize> {
        let mut best: (usize, Option<usize>) = (0, None);
        let mut try_line = |line: &str| {
            let Some((glob, place)) = line.split_once('\t') else { return };
            let literal = glob.find(WILD).unwrap_or(glob.len());
            if glob.len() > best.0 && path.starts_with(&glob[..literal]) && fast_glob::glob_match(glob, path) {
                best = (glob.len(), place.parse().ok());
            }
        };
        text(self.open_globs).lines().for_each(&mut try_line);
        // Lines that begin with the path's first letter: the others cannot match, and there are many.
        let first = path.as_bytes().first().copied();
        let (groups, lines) = self.globs.split_at(self.globs.iter().position(|b| *b == b'\n').unwrap_or(0));
        let group = text(groups).split(' ').find(|g| g.as_bytes().first().copied() == first);
        if let Some(place) = group.and_then(|g| g.get(1..)?.parse::<usize>().ok()) {
            let own = lines.get(place..).unwrap_or(&[]).split(|b| *b == b'\n').take_while(|l| l.first().copied() == first);
            own.map(text).for_each(&mut try_line);
        }
        best.1
    }
}

/// Lines in the order of the alphabet, behind a line with the place of each first letter among them.
fn grouped(mut lines: Vec<String>) -> String {
    lines.sort();
    let (mut groups, mut rest) = (String::new(), String::from("\n"));
    let mut last = None;
    for line in &lines {
        let first = line.chars().next();
        if first != last {
            let _ = write!(groups, "{}{}{}", if groups.is_empty() { "" } else { " " }, first.unwrap_or(' '), rest.len());
            last = first;
        }
        rest.push_str(line);
    }
    groups + &rest
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}

/// The names in a part's line.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('\t').next().unwrap_or("").split(' ').filter(|n| !n.is_empty())
}

/// Its name and aliases, bare; none for what has no code of its own here, as a database.
fn names_of(study: &Study<'_>, node: Node) -> Vec<String> {
    let component = study.graph.component(node);
    let aliases = study.graph.topology.aliases.get(&component.name).into_iter().flatten();
    let mut names = Vec::new();
    if matches!(component.kind, Kind::Service | Kind::Job | Kind::Gateway) {
        names.extend(std::iter::once(&component.name).chain(aliases).map(|n| bare(n)).filter(|n| n.len() > 2));
    }
    names
}

/// A name as names are kept.
fn forms(name: &str) -> [String; 2] {
    [plain(name), bare(name)]
}

/// An end of a relationship under all its names.
fn end_of(topology: &Topology, name: &str) -> String {
    let aliases = topology.aliases.get(name).into_iter().flatten().map(String::as_str);
    let mut names: Vec<String> = std::iter::once(name).chain(aliases).flat_map(forms).filter(|n| !n.is_empty()).collect();
    names.dedup();
    names.join(" ")
}

/// Everything that the file calls by a name, plain: components, aliases, resources, what relationships go by.
fn all_names(topology: &Topology) -> Vec<String> {
    let aliases = topology.aliases.iter().flat_map(|(name, others)| std::iter::once(name).chain(others));
    let resources = topology.convergence_points.iter().map(|p| &p.resource);
    let mut names: Vec<String> = Vec::new();
    for name in topology.components.iter().map(|c| &c.name).chain(aliases).chain(&topology.ignore).chain(resources) {
        names.extend([plain(name), bare(name)]);
    }
    let prose = topology.relationships.iter().flat_map(|r| [&r.via, &r.data, &r.notes]).chain(topology.components.iter().flat_map(|c| [&c.role, &c.notes]));
    for text in prose {
        names.extend(text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | '\'' | '`')).map(plain).filter(|w| w.len() > 2));
    }
    names.sort();
    names.dedup();
    names
}

fn component(study: &Study<'_>, node: Node) -> Component {
    Component { name: study.graph.name(node).to_owned(), concurrency: concurrency(study, node), notes: notes(study, node) }
}

fn concurrency(study: &Study<'_>, node: Node) -> Concurrency {
    let graph = &study.graph;
    let own = graph.name(node);
    let many = peers(study, node);
    if !many.calling.is_empty() {
        let who: Vec<String> = counted(study, many.calling.iter().map(|e| graph.from_to(*e).0));
        return Concurrency::Asked(format!("there is one {own}, and {} can reach it at the same time", list(&who)));
    }
    if !many.answering.is_empty() {
        let who: Vec<String> = counted(study, many.answering.iter().map(|e| graph.from_to(*e).1));
        return Concurrency::Asked(format!("there is one {own}, and answers of {} come to it at the same time", list(&who)));
    }
    let edges: Vec<Edge> = graph.calls[node].iter().chain(&graph.callers[node]).copied().collect();
    let both = edges.iter().find(|e| matches!(class(study, **e), Class { from: Many::Dynamic, to: Many::Dynamic }));
    if let Some(edge) = both {
        let (from, to) = graph.from_to(*edge);
        let (a, b) = study.counts(*edge);
        return Concurrency::Asked(format!(
            "{} ({a}) and {} ({b}) are many on both sides: two of one may handle the same thing",
            graph.name(from),
            graph.name(to)
        ));
    }
    if !edges.is_empty() && edges.iter().all(|e| class(study, *e) == Class::ONE_TO_ONE) { Concurrency::Unasked } else { Concurrency::Open }
}

fn notes(study: &Study<'_>, node: Node) -> Vec<Note> {
    let mut out = Vec::new();
    let mut note = |about: &[&str], text: String| {
        if !text.is_empty() {
            out.push(Note { about: about.join(" "), text });
        }
    };
    note(&["state-mutation", "boundary-state-leak", "data-lifecycle"], sharers(study, node));
    note(&["interaction"], callers(study, node));
    note(&["failure-mode", "compounding-retry"], tries(study, node));
    out
}

/// Who else uses what this component uses: declared meeting points first, then stores that others use too.
fn sharers(study: &Study<'_>, node: Node) -> String {
    let graph = &study.graph;
    let own = graph.name(node);
    let point = graph.topology.convergence_points.iter().find(|p| p.accessed_by.iter().any(|a| a == own) && p.accessed_by.len() > 1);
    if let Some(point) = point {
        let all: Vec<String> = std::iter::once(own.to_owned()).chain(point.accessed_by.iter().filter(|a| *a != own).cloned()).collect();
        let access = if point.access.is_empty() { String::new() } else { format!(" ({})", point.access) };
        return format!("{} access {}{access}: {}", all.len(), point.resource, list(&all));
    }
    let keeps = |kind: Kind| matches!(kind, Kind::Db | Kind::Cache | Kind::Queue | Kind::Lock | Kind::Config);
    for (_, store) in graph.called_by(node).filter(|(_, to)| keeps(graph.component(*to).kind)) {
        let mut others: Vec<Node> = graph.callers_of(store).map(|(_, from)| from).filter(|n| *n != node).collect();
        others.sort_unstable();
        others.dedup();
        if !others.is_empty() {
            let all: Vec<String> = std::iter::once(node).chain(others).map(|n| graph.name(n).to_owned()).collect();
            return format!("{} use {}: {}", all.len(), graph.name(store), list(&all));
        }
    }
    String::new()
}

/// Who calls this component.
fn callers(study: &Study<'_>, node: Node) -> String {
    let graph = &study.graph;
    let mut from: Vec<Node> = graph.callers_of(node).map(|(_, from)| from).collect();
    from.sort_unstable();
    from.dedup();
    if from.is_empty() { String::new() } else { format!("{} is called by {}", graph.name(node), list(&counted(study, from.into_iter()))) }
}

/// Which tries are declared on the way to this component and from it on.
fn tries(study: &Study<'_>, node: Node) -> String {
    let graph = &study.graph;
    let many = |e: &Edge| study.attempts(*e).is_some_and(|a| a > 1.0);
    let say = |e: &Edge| {
        let (from, to) = graph.from_to(*e);
        format!("{} tries {} {} times", graph.name(from), graph.name(to), study.attempts(*e).unwrap_or(1.0))
    };
    let before: Vec<&Edge> = graph.callers[node].iter().filter(|e| many(e)).collect();
    let after: Vec<&Edge> = graph.calls[node].iter().filter(|e| many(e)).collect();
    let most = |edges: &[&Edge]| edges.iter().map(|e| study.attempts(**e).unwrap_or(1.0)).fold(1.0, f64::max);
    let product = most(&before) * most(&after);
    let mut out = list(&before.iter().chain(&after).map(|e| say(e)).collect::<Vec<_>>());
    if !before.is_empty() && !after.is_empty() {
        let _ = write!(out, ": up to {product} for one request");
    }
    out
}

fn counted(study: &Study<'_>, nodes: impl Iterator<Item = Node>) -> Vec<String> {
    let name = |n: Node| match study.count(n) {
        Count::Unknown | Count::Fixed { n: 1, .. } => study.graph.name(n).to_owned(),
        count => format!("{} ({count})", study.graph.name(n)),
    };
    let mut nodes: Vec<Node> = nodes.collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes.into_iter().map(name).collect()
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        some if some.len() <= NAMED => format!("{} and {}", some[..some.len() - 1].join(", "), some[some.len() - 1]),
        many => format!("{} and {} more", many[..NAMED - 1].join(", "), many.len() + 1 - NAMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::read;

    const SHOP: &str = "version: 1
components:
  - {name: gateway, kind: gateway, count: N (dynamic), entry: true}
  - {name: order-service, count: 1, paths: ['services/orders/**']}
  - {name: billing, count: 1}
  - {name: worker, count: 1}
  - {name: orders-db, kind: db, count: 1}
  - {name: probe, count: 1}
  - {name: node, count: 1}
relationships:
  - {from: gateway, to: order-service, attempts: 3}
  - {from: order-service, to: orders-db, attempts: 2}
  - {from: billing, to: orders-db}
  - {from: probe, to: node}
aliases: {billing: [invoices]}
";

    fn compact() -> Compact {
        Compact::of(&read::topology(SHOP, "topology.yaml").expect("reads").topology)
    }

    #[test]
    fn a_path_belongs_to_a_component_by_glob_then_by_name() {
        let compact = compact();
        let name = |path| compact.component(path).map(|c| c.name);
        let is = |path, expected: Option<&str>| assert_eq!(name(path).as_deref(), expected, "{path}");
        is("services/orders/api/client.go", Some("order-service"));
        is("src/invoices/post.py", Some("billing"));
        is("cmd/order_service/main.go", Some("order-service"));
        is("src/orders-db/migrate.py", None);
        is("src/other/main.go", None);
    }

    #[test]
    fn cardinality_decides_and_facts_are_told_to_whom_they_concern() {
        let compact = compact();
        let orders = compact.component("services/orders/a.go").expect("known");
        assert_eq!(orders.concurrency, Concurrency::Asked("there is one order-service, and gateway (N) can reach it at the same time".to_owned()));
        assert_eq!(orders.note("state-mutation"), Some("2 use orders-db: order-service and billing"));
        assert_eq!(orders.note("interaction"), Some("order-service is called by gateway (N)"));
        assert_eq!(
            orders.note("compounding-retry"),
            Some("gateway tries order-service 3 times and order-service tries orders-db 2 times: up to 6 for one request")
        );
        assert_eq!(compact.component("src/probe/x.go").expect("known").concurrency, Concurrency::Unasked);
        assert_eq!(compact.component("src/worker/x.go").expect("known").concurrency, Concurrency::Open);
    }

    #[test]
    fn what_was_kept_says_the_same_and_foreign_bytes_say_nothing() {
        let compact = compact();
        assert_eq!(Compact::kept(compact.as_bytes().to_vec(), 0).component("services/orders/a.go"), compact.component("services/orders/a.go"));
        for end in 0..compact.as_bytes().len() {
            let cut = Compact::kept(compact.as_bytes()[..end].to_vec(), 0);
            let _ = (cut.component("services/orders/a.go"), cut.knows("billing"), cut.count("billing"), cut.has_channels());
        }
        for foreign in [
            &b""[..],
            b"1\t1\t1\t99999999999999999999\n",
            b"1\t2\t1\t8\t0\t0\n\n\n\na\tb\t9\t9\n",
            b"1\t1\t9\t6\t0\t0\n\n\na/**\t99\nx\ty\t1\n",
            b"\xff\xfe\n\n",
        ] {
            let foreign = Compact::kept(foreign.to_vec(), 0);
            assert_eq!((foreign.component("a/b"), foreign.knows("b")), (None, false));
        }
    }

    #[test]
    fn names_are_known_in_any_spelling() {
        let compact = compact();
        for name in ["order-service", "OrderService", "order", "invoices", "orders_db"] {
            assert!(compact.knows(name), "{name}");
        }
        assert!(!compact.knows("pricing") && !compact.knows(""));
        assert_eq!((compact.count("order-service"), compact.count("gateway"), compact.count("pricing")), (Some("1"), Some("N"), None));
    }

    #[test]
    fn relationships_are_known_by_both_ends_in_any_spelling() {
        let compact = compact();
        for (a, b, expected) in [
            ("gateway", "OrderService", true),
            ("orders_db", "invoices", true),
            ("billing", "orders-db", true),
            ("gateway", "billing", false),
            ("probe", "", false),
            ("pricing", "orders-db", false),
        ] {
            assert_eq!(compact.connects(a, b), expected, "{a} {b}");
        }
    }
}
