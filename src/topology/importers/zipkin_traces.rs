//! Traces of Zipkin, version 2: lists of spans, bare or one list a trace.

use super::part::{Part, Piece, Surroundings, source};
use super::spans::{Calls, Span};
use crate::topology::yaml::Yaml;

/// Whether it is a list of spans with `localEndpoint`, or a list of such lists.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| spans(y).next().is_some_and(|s| s.get("traceId").is_some() && s.get("id").is_some() && s.get("resourceSpans").is_none()))
}

fn spans(yaml: &Yaml) -> impl Iterator<Item = &Yaml> {
    yaml.items().iter().flat_map(|i| if i.items().is_empty() { std::slice::from_ref(i) } else { i.items() })
}

/// Reads traces. Both sides of a call may tell a span of the same id.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    for piece in pieces {
        let list = piece.yaml.into_iter().flat_map(spans).map(|span| {
            let text = |path: &[&str]| span.at(path).and_then(Yaml::text).unwrap_or("").to_owned();
            Span {
                trace: text(&["traceId"]),
                id: text(&["id"]),
                parents: vec![text(&["parentId"])],
                service: text(&["localEndpoint", "serviceName"]),
                peer: text(&["remoteEndpoint", "serviceName"]),
                calls: matches!(text(&["kind"]).as_str(), "CLIENT" | "PRODUCER"),
                shared: span.get("shared").and_then(Yaml::bool).unwrap_or(false),
                at: source(piece.file, span.place.line, &[]),
            }
        });
        calls.link(&list.collect::<Vec<_>>());
    }
    calls.part()
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import};

    #[test]
    fn both_sides_of_a_call_and_a_store() {
        let span = |id: &str, parent: &str, kind: &str, service: &str, more: &str| {
            format!(r#"{{"traceId":"1","id":"{id}","parentId":"{parent}","kind":"{kind}","localEndpoint":{{"serviceName":"{service}"}}{more}}}"#)
        };
        let spans = [
            span("a", "", "SERVER", "web", ""),
            span("b", "a", "CLIENT", "web", r#","remoteEndpoint":{"serviceName":"lb"}"#),
            span("b", "a", "SERVER", "cart", r#","shared":true"#),
            span("c", "b", "CLIENT", "cart", r#","remoteEndpoint":{"serviceName":"redis"}"#),
        ]
        .join(",");
        for text in [format!("[{spans}]"), format!("[[{spans}]]")] {
            let t = import(&[("t.json", &text)]);
            assert_eq!(t.formats, ["zipkin-traces"]);
            assert_eq!(edges(&t), ["web>cart", "cart>redis"]);
        }
    }
}
