//! A specification to begin with: the form, with the facts that the topology has in the places of the form's questions.

use super::{TEMPLATE, deletion};
use crate::topology::analyses::Study;
use crate::topology::analyses::blast_radius::blast;
use crate::topology::analyses::wording::{duration, names, number, of};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::{Count, Kind, Relationship, Source, Topology};
use std::collections::VecDeque;

/// The form, for a component of the topology or for the whole of it; without a topology as it is.
#[must_use]
pub fn draft(name: &str, topology: Option<&Topology>) -> String {
    let mut text = TEMPLATE.replacen("# NAME:", &format!("# {name}:"), 1);
    let Some(topology) = topology.filter(|t| !t.components.is_empty()) else { return text };
    let study = Study::of(topology);
    let graph = &study.graph;
    let own: Vec<Node> = match study.resolve(name) {
        Some(node) => vec![node],
        None => (0..graph.len()).filter(|n| graph.component(*n).kind != Kind::External).collect(),
    };
    let list: Vec<&str> = own.iter().map(|n| graph.name(*n)).collect();
    replace(&mut text, "_those of the topology file that this covers, with commas_", &list.join(", "));
    let is_own = |n: Node| own.contains(&n);
    let edges = |out: bool| {
        study.edges().filter(move |e| {
            let (from, to) = graph.from_to(*e);
            if out { is_own(from) && !is_own(to) } else { !is_own(from) && is_own(to) }
        })
    };
    let mut inputs: Vec<String> = edges(false).map(|e| input(graph.relationship(e))).collect();
    let entries = own.iter().filter(|n| study.entries_declared && study.entries.contains(n));
    inputs.extend(
        entries.map(|n| {
            row(&["users".to_owned(), said(graph.component(*n).feature.as_deref()), open("by what"), open("how many a second, today and at the peak")])
        }),
    );
    rows(&mut text, "_who calls or sends_", &inputs);
    rows(&mut text, "_who is called or receives_", &edges(true).map(|e| output(&study, e)).collect::<Vec<_>>());
    rows(&mut text, "_what is kept_", &own.iter().flat_map(|n| state(&study, *n)).collect::<Vec<_>>());
    if let Some(path) = path(&study, &own) {
        replace(&mut text, "_The steps from the user to the answer, as a -> b -> c, each with its limit; their sum against what is promised._", &path);
    }
    rows(&mut text, "_gone, slow, wrong, twice, full_", &modes(&study, &own));
    deletion::fill(&text, topology).unwrap_or(text)
}

fn replace(text: &mut String, question: &str, answer: &str) {
    *text = text.replacen(question, answer, 1);
}

/// Puts rows in the place of the row that begins with a question. Without rows the question stays.
fn rows(text: &mut String, question: &str, rows: &[String]) {
    if rows.is_empty() {
        return;
    }
    let begin = format!("| {question}");
    let lines: Vec<String> = text.split_inclusive('\n').map(|line| if line.starts_with(&begin) { rows.concat() } else { line.to_owned() }).collect();
    *text = lines.concat();
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn open(what: &str) -> String {
    format!("open: {what}")
}

fn said(text: Option<&str>) -> String {
    text.filter(|t| !t.is_empty()).map_or_else(|| open("what it sends here"), str::to_owned)
}

fn place(sources: &[Source]) -> String {
    sources.first().map_or_else(String::new, |s| format!(" ({s})"))
}

fn input(r: &Relationship) -> String {
    let rate = r.rate.map_or_else(|| open("how many a second, today and at the peak"), |x| format!("{}/s{}", number(x), place(&r.sources)));
    let what = match (&r.contract, r.data.as_str()) {
        (Some(contract), "") => format!("`{contract}`"),
        (Some(contract), data) => format!("{data}, `{contract}`"),
        (None, data) => said(Some(data)),
    };
    row(&[r.from.clone(), what, how(r), rate])
}

fn how(r: &Relationship) -> String {
    let via = if r.via.is_empty() { open("by what it comes") } else { r.via.clone() };
    format!("{via}, {}", if r.is_sync() { "waits" } else { "does not wait" })
}

fn output(study: &Study<'_>, edge: Edge) -> String {
    let r = study.graph.relationship(edge);
    let limit = match (study.timeout(edge), r.attempts.or(study.graph.topology.defaults.attempts)) {
        (None, _) if !r.is_sync() => "none: it does not wait".to_owned(),
        (Some(t), Some(n)) => format!("{}, {}{}", duration(t), of(n as usize, "try", "tries"), place(&r.sources)),
        (Some(t), None) => format!("{}, open: how many tries it makes", duration(t)),
        (None, _) => open("the time of one try, and tries"),
    };
    let gone = match &r.fallback {
        Some(fallback) => format!("falls back on {fallback}"),
        None if r.is_hard() => "fails".to_owned(),
        None => "goes on with less".to_owned(),
    };
    row(&[r.to.clone(), said(Some(&r.data)), how(r), limit, gone])
}

fn state(study: &Study<'_>, node: Node) -> Vec<String> {
    let component = study.graph.component(node);
    let one = |s: &crate::topology::model::State| {
        let copies: Vec<String> = s.replicas.iter().map(|r| format!("{} ({})", r.held_by, r.reconcile.as_deref().unwrap_or("open: how old at most"))).collect();
        let copies = if copies.is_empty() { "none declared".to_owned() } else { copies.join(", ") };
        let owner = if s.authoritative { component.name.clone() } else { open("who decides this state") };
        row(&[
            s.name.clone(),
            owner,
            copies,
            s.rpo.map_or_else(|| open("how much is lost"), duration),
            s.rto.map_or_else(|| open("how long it takes"), duration),
        ])
    };
    component.state.iter().map(one).collect()
}

/// The shortest way from an entry over a component of the specification to the end of its calls.
fn path(study: &Study<'_>, own: &[Node]) -> Option<String> {
    let graph = &study.graph;
    let next = &study.hard;
    let step = |from: Node, is_end: &dyn Fn(Node) -> bool| -> Option<Vec<Node>> {
        let mut before: Vec<Option<Node>> = vec![None; graph.len()];
        let mut queue = VecDeque::from([from]);
        let mut seen = vec![false; graph.len()];
        seen[from] = true;
        while let Some(v) = queue.pop_front() {
            if is_end(v) {
                let mut way = vec![v];
                while let Some(b) = way.last().and_then(|w| before[*w]) {
                    way.push(b);
                }
                way.reverse();
                return Some(way);
            }
            for w in next[v].iter().copied() {
                if !std::mem::replace(&mut seen[w], true) {
                    before[w] = Some(v);
                    queue.push_back(w);
                }
            }
        }
        None
    };
    let (entry, mut way) = study.entries.iter().find_map(|e| Some((*e, step(*e, &|n| own.contains(&n))?)))?;
    let last = *way.last().unwrap_or(&entry);
    let ends = step(last, &|n| n != last && next[n].is_empty());
    way.extend(ends.into_iter().flatten().skip(1));
    if way.len() < 2 {
        return None;
    }
    let limits = way.windows(2).map(|pair| {
        let edge = graph.calls[pair[0]].iter().copied().find(|e| graph.from_to(*e).1 == pair[1]);
        let limit = edge.and_then(|e| {
            Some(format!(
                "{} for one try, {}",
                duration(study.timeout(e)?),
                study.attempts(e).map_or("open: how many".to_owned(), |n| format!("{} in all", number(n)))
            ))
        });
        format!("{} {}", graph.name(pair[1]), limit.unwrap_or_else(|| "open: the limit of this step".to_owned()))
    });
    let arrows: Vec<&str> = way.iter().map(|n| graph.name(*n)).collect();
    Some(format!("{}\n\nLimits: {}.\n\nopen: the sum of all tries against what is promised", arrows.join(" -> "), limits.collect::<Vec<_>>().join("; ")))
}

/// One row for the loss of each component that ours wait for, and of ours. What notices and what mends it no file can say: the form's
/// questions stay.
fn modes(study: &Study<'_>, own: &[Node]) -> Vec<String> {
    let graph = &study.graph;
    let mut lost: Vec<Node> = own.iter().flat_map(|n| study.hard[*n].iter().copied()).chain(own.iter().copied()).collect();
    lost.sort_unstable();
    lost.dedup();
    let one = |n: Node| {
        let blast = blast(study, &[n]);
        let effect = if blast.lost.is_empty() { "nobody who is declared stops".to_owned() } else { format!("fail too: {}", names(study, &blast.lost)) };
        let many = if matches!(graph.component(n).count, Count::Unknown | Count::ONE) {
            String::new()
        } else {
            format!(", {} instances of it", graph.component(n).count)
        };
        row(&[
            format!("`{}` is gone{many}", graph.name(n)),
            effect,
            "_which signal, after how long_".to_owned(),
            "_what or who, and how long it takes_".to_owned(),
        ])
    };
    lost.into_iter().map(one).collect()
}
