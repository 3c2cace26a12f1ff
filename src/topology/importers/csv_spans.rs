//! Spans as a table: one column each for trace, span, parent, and service or pod.

use super::part::{Part, Piece, Surroundings, source};
use super::spans::{Calls, Span};

/// Names of columns, in lower case without anything but letters.
const TRACE: &[&str] = &["traceid"];
const SPAN: &[&str] = &["spanid"];
const PARENT: &[&str] = &["parentid", "parentspanid", "parent"];
const SERVICE: &[&str] = &["servicename", "service", "cmdbid"];
const POD: &[&str] = &["podname", "pod"];

/// Whether it is a table with a column each for trace, span, parent and service or pod.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    Columns::of(piece.text).is_some()
}

struct Columns {
    trace: usize,
    span: usize,
    parent: usize,
    service: usize,
    is_pod: bool,
}

impl Columns {
    fn of(text: &str) -> Option<Self> {
        let head = text.trim_start_matches('\u{feff}').lines().next().filter(|l| l.len() < 4096 && l.contains(','))?;
        let names: Vec<String> = cells(head).iter().map(|c| c.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()).collect();
        let find = |list: &[&str]| names.iter().position(|n| list.contains(&n.as_str()));
        let (service, is_pod) = find(SERVICE).map(|i| (i, false)).or_else(|| find(POD).map(|i| (i, true)))?;
        Some(Self { trace: find(TRACE)?, span: find(SPAN)?, parent: find(PARENT)?, service, is_pod })
    }
}

/// The cells of a line; quotes may enclose commas.
fn cells(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => {
                if let Some(cell) = out.last_mut() {
                    cell.push(c);
                }
            }
        }
    }
    out
}

/// Reads tables of spans.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        let Some(columns) = Columns::of(piece.text) else { continue };
        let mut spans = Vec::new();
        for (i, line) in piece.text.lines().enumerate().skip(1) {
            let cells = cells(line);
            let cell = |i: usize| cells.get(i).map(|c| c.trim().to_owned());
            let (Some(trace), Some(id), Some(parent), Some(service)) = (cell(columns.trace), cell(columns.span), cell(columns.parent), cell(columns.service))
            else {
                continue;
            };
            let service = if columns.is_pod { workload(&service).to_owned() } else { service };
            let at = source(piece.file, u32::try_from(i + 1).unwrap_or(0), &[]);
            spans.push(Span { trace, id, parents: vec![parent], service, at, ..Span::default() });
        }
        calls.link(&spans);
    }
    calls.part()
}

/// The workload of a pod: `cart-579b9bff58-t2dbm` of a Deployment, `db-0` of a StatefulSet, `agent-x7k2p` of a DaemonSet.
fn workload(pod: &str) -> &str {
    let Some((rest, last)) = pod.rsplit_once('-') else { return pod };
    if !last.is_empty() && last.len() <= 4 && last.bytes().all(|b| b.is_ascii_digit()) {
        return rest;
    }
    // Kubernetes leaves vowels and what looks like them out of what it makes up.
    let made_up = |part: &str| part.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b));
    if last.len() != 5 || !made_up(last) {
        return pod;
    }
    match rest.rsplit_once('-') {
        Some((name, hash))
            if (6..=10).contains(&hash.len()) && hash.bytes().all(|b| b.is_ascii_digit() || made_up(std::str::from_utf8(&[b]).unwrap_or("a"))) =>
        {
            name
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::workload;
    use crate::topology::importers::tests::import;

    #[test]
    fn pods_belong_to_workloads() {
        for (pod, name) in [
            ("frontend-579b9bff58-t2dbm", "frontend"),
            ("order-db-0", "order-db"),
            ("agent-x7k2p", "agent"),
            ("order-service", "order-service"),
            ("cart", "cart"),
            ("web-front", "web-front"),
        ] {
            assert_eq!(workload(pod), name);
        }
    }

    #[test]
    fn a_table_of_spans() {
        let text = "TraceID,SpanID,ParentID,PodName,OperationName\nt1,a,root,web-579b9bff58-t2dbm,Recv\nt1,b,a,web-579b9bff58-t2dbm,\"Get, all\"\nt1,c,b,cart-0,Get\nt2,c,b,lone-0,Get\nshort\n";
        let t = import(&[("t.csv", text)]);
        assert_eq!(t.formats, ["csv-spans"]);
        assert_eq!(t.topology.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["web", "cart", "lone"]);
        let edges: Vec<_> = t.topology.relationships.iter().map(|r| (r.from.as_str(), r.to.as_str(), r.sources[0].line)).collect();
        assert_eq!(edges, [("web", "cart", 4)]);
    }
}
