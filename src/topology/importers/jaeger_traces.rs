//! Traces as Jaeger answers them: `data: [{spans, processes}]`.

use super::part::{Part, Piece, Surroundings, source};
use super::spans::{Calls, Span};
use crate::topology::yaml::Yaml;
use std::collections::HashMap;

/// Whether it is an answer with traces, a list of them, or one alone.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| traces(y).first().is_some_and(|t| t.get("spans").is_some() && t.get("processes").is_some()))
}

fn traces(yaml: &Yaml) -> &[Yaml] {
    let list = yaml.get("data").unwrap_or(yaml);
    if list.items().is_empty() && list.get("spans").is_some() { std::slice::from_ref(list) } else { list.items() }
}

/// Reads traces.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        for trace in piece.yaml.map_or(&[][..], traces) {
            let text = |y: &Yaml, key: &str| y.get(key).and_then(Yaml::text).unwrap_or("").to_owned();
            let processes = trace.get("processes").map_or(&[][..], Yaml::entries);
            let services: HashMap<&str, String> = processes.iter().filter_map(|(k, v)| Some((k.text()?, text(v, "serviceName")))).collect();
            let spans = trace.get("spans").map_or(&[][..], Yaml::items).iter().map(|span| {
                let tag = |key: &str| {
                    let tags = span.get("tags").map_or(&[][..], Yaml::items);
                    tags.iter().find(|t| t.get("key").and_then(Yaml::text) == Some(key)).map(|t| text(t, "value")).unwrap_or_default()
                };
                let references = span.get("references").map_or(&[][..], Yaml::items).iter().map(|r| text(r, "spanID"));
                let own = span.at(&["process", "serviceName"]).and_then(Yaml::text).map(str::to_owned);
                Span {
                    trace: text(span, "traceID"),
                    id: text(span, "spanID"),
                    parents: references.chain([text(span, "parentSpanID")]).filter(|p| !p.is_empty()).collect(),
                    service: own.or_else(|| services.get(text(span, "processID").as_str()).cloned()).unwrap_or_default(),
                    peer: tag("peer.service"),
                    calls: matches!(tag("span.kind").as_str(), "client" | "producer"),
                    shared: false,
                    at: source(piece.file, span.place.line, &[]),
                }
            });
            calls.link(&spans.collect::<Vec<_>>());
        }
    }
    calls.part()
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import};

    #[test]
    fn spans_with_processes_and_a_store_that_only_its_caller_names() {
        let text = r#"{"data":[{"traceID":"1","processes":{"p1":{"serviceName":"web"},"p2":{"serviceName":"cart"}},"spans":[
            {"traceID":"1","spanID":"a","processID":"p1","references":[]},
            {"traceID":"1","spanID":"b","processID":"p2","references":[{"refType":"CHILD_OF","traceID":"1","spanID":"a"}]},
            {"traceID":"1","spanID":"c","processID":"p2","parentSpanID":"b","tags":[{"key":"span.kind","value":"client"},{"key":"peer.service","value":"redis"}]}]}]}"#;
        let t = import(&[("t.json", text)]);
        assert_eq!(t.formats, ["jaeger-traces"]);
        assert_eq!(edges(&t), ["web>cart", "cart>redis"]);
    }
}
