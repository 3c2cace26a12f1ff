//! Calls that traces saw. A span whose parent belongs to another service is a call from there to here.

use super::guess;
use super::part::{Part, Piece, Surroundings, source};
use crate::topology::model::{Component, Kind, Relationship, Source};
use crate::topology::yaml::Yaml;
use std::collections::{BTreeMap, HashMap};

/// Calls by their ends, summed up.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// In the order in which they are first seen.
    order: Vec<(String, String)>,
    seen: HashMap<(String, String), (u64, u64, Source)>,
    services: Vec<String>,
    places: BTreeMap<String, Source>,
}

impl Calls {
    /// A service that was seen.
    pub(super) fn service(&mut self, name: &str, at: &Source) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), at.clone());
            self.services.push(name.to_owned());
        }
    }

    /// Calls that were seen. A service that calls itself is only there.
    pub(super) fn add(&mut self, from: &str, to: &str, calls: u64, errors: u64, at: Source) {
        self.service(from, &at);
        self.service(to, &at);
        if from == to {
            return;
        }
        let ends = (from.to_owned(), to.to_owned());
        let row = self.seen.entry(ends.clone()).or_insert_with(|| {
            self.order.push(ends);
            (0, 0, at)
        });
        row.0 = row.0.saturating_add(calls);
        row.1 = row.1.saturating_add(errors);
    }

    /// What was seen: no counts, no kinds beyond what names say.
    pub(super) fn part(mut self) -> Part {
        let component = |name: &String| Component {
            kind: match guess::kind("", name) {
                Kind::Client => Kind::Client,
                kind => guess::technology("", name).map_or(if kind == Kind::Db { kind } else { Kind::Service }, |t| t.kind),
            },
            name: name.clone(),
            declared: true,
            sources: self.places.get(name).cloned().into_iter().collect(),
            ..Component::default()
        };
        let components = self.services.iter().map(component).collect();
        let mut relationships = Vec::new();
        for ends in std::mem::take(&mut self.order) {
            let Some((calls, errors, at)) = self.seen.remove(&ends) else { continue };
            let mut facts = vec![format!("calls seen: {calls}")];
            if errors > 0 {
                facts.push(format!("errors seen: {errors}"));
            }
            relationships.push(Relationship { from: ends.0, to: ends.1, sources: vec![Source { facts, ..at }], ..Relationship::default() });
        }
        Part { components, relationships, ..Part::default() }
    }
}

/// Whether it is an answer of Jaeger with traces: `data: [{spans, processes}]`.
#[must_use]
pub fn is_jaeger(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| traces(y).first().is_some_and(|t| t.get("spans").is_some() && t.get("processes").is_some()))
}

/// The traces of an answer, of one trace alone, or of a list.
fn traces(yaml: &Yaml) -> &[Yaml] {
    let list = yaml.get("data").unwrap_or(yaml);
    if list.items().is_empty() && list.get("spans").is_some() { std::slice::from_ref(list) } else { list.items() }
}

/// Reads traces of Jaeger.
#[must_use]
pub fn read_jaeger(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        for trace in piece.yaml.map_or(&[][..], traces) {
            let text = |y: &Yaml, key: &str| y.get(key).and_then(Yaml::text).unwrap_or("").to_owned();
            let services: HashMap<&str, String> =
                trace.get("processes").map_or(&[][..], Yaml::entries).iter().filter_map(|(k, v)| Some((k.text()?, text(v, "serviceName")))).collect();
            let spans = trace.get("spans").map_or(&[][..], Yaml::items);
            let of = |span: &Yaml| {
                span.at(&["process", "serviceName"]).and_then(Yaml::text).map(str::to_owned).or_else(|| services.get(text(span, "processID").as_str()).cloned())
            };
            let by_id: HashMap<String, String> = spans.iter().filter_map(|s| Some((text(s, "spanID"), of(s)?))).collect();
            for span in spans {
                let Some(service) = of(span).filter(|s| !s.is_empty()) else { continue };
                let at = source(piece.file, span.place.line, &[]);
                calls.service(&service, &at);
                let references = span.get("references").map_or(&[][..], Yaml::items).iter().map(|r| text(r, "spanID"));
                for parent in references.chain([text(span, "parentSpanID")]).filter_map(|id| by_id.get(&id)) {
                    calls.add(parent, &service, 1, 0, at.clone());
                }
            }
        }
    }
    calls.part()
}

/// Names of columns, in lower case without anything but letters.
const TRACE: &[&str] = &["traceid"];
const SPAN: &[&str] = &["spanid"];
const PARENT: &[&str] = &["parentid", "parentspanid", "parent"];
const SERVICE: &[&str] = &["servicename", "service", "cmdbid"];
const POD: &[&str] = &["podname", "pod"];

/// Whether it is a table with a column each for trace, span, parent and service or pod.
#[must_use]
pub fn is_csv(piece: &Piece<'_>) -> bool {
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
pub fn read_csv(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        let Some(columns) = Columns::of(piece.text) else { continue };
        let mut rows = Vec::new();
        for (i, line) in piece.text.lines().enumerate().skip(1) {
            let cells = cells(line);
            let cell = |i: usize| cells.get(i).map(|c| c.trim().to_owned());
            let (Some(trace), Some(span), Some(parent), Some(service)) = (cell(columns.trace), cell(columns.span), cell(columns.parent), cell(columns.service))
            else {
                continue;
            };
            let service = if columns.is_pod { workload(&service).to_owned() } else { service };
            if !service.is_empty() {
                rows.push((i + 1, trace, span, parent, service));
            }
        }
        let by_id: HashMap<(&str, &str), &str> = rows.iter().map(|(_, trace, span, _, service)| ((trace.as_str(), span.as_str()), service.as_str())).collect();
        for (line, trace, _, parent, service) in &rows {
            let at = source(piece.file, u32::try_from(*line).unwrap_or(0), &[]);
            calls.service(service, &at);
            if let Some(from) = by_id.get(&(trace.as_str(), parent.as_str())) {
                calls.add(from, service, 1, 0, at);
            }
        }
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
        assert_eq!(t.formats, ["spans"]);
        assert_eq!(t.topology.components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["web", "cart", "lone"]);
        let edges: Vec<_> = t.topology.relationships.iter().map(|r| (r.from.as_str(), r.to.as_str(), r.sources[0].line)).collect();
        assert_eq!(edges, [("web", "cart", 4)]);
    }

    #[test]
    fn traces_of_jaeger() {
        let text = r#"{"data":[{"traceID":"1","processes":{"p1":{"serviceName":"web"},"p2":{"serviceName":"cart"}},"spans":[
            {"spanID":"a","processID":"p1","references":[]},
            {"spanID":"b","processID":"p2","references":[{"refType":"CHILD_OF","traceID":"1","spanID":"a"}]}]}]}"#;
        let t = import(&[("t.json", text)]);
        assert_eq!(t.formats, ["jaeger-traces"]);
        assert_eq!((t.topology.relationships[0].from.as_str(), t.topology.relationships[0].to.as_str()), ("web", "cart"));
    }
}
