//! Traces of OpenTelemetry as JSON: `resourceSpans`, as collectors write them, also one object a line.

use super::part::{Part, Piece, Surroundings, source};
use super::spans::{Calls, Span};
use crate::topology::yaml::Yaml;

/// Whether it holds `resourceSpans`.
#[must_use]
pub fn is(piece: &Piece<'_>) -> bool {
    piece.yaml.is_some_and(|y| y.get("resourceSpans").is_some())
}

/// The text of an attribute.
fn attribute<'a>(node: &'a Yaml, key: &str) -> Option<&'a str> {
    let list = node.get("attributes").map_or(&[][..], Yaml::items);
    list.iter().find(|a| a.get("key").and_then(Yaml::text) == Some(key))?.at(&["value", "stringValue"])?.text()
}

/// Reads traces. A store that tells no spans is known by `peer.service`.
#[must_use]
pub fn read(pieces: &[Piece<'_>], _: &Surroundings<'_>) -> Part {
    let mut calls = Calls::default();
    let mut spans = Vec::new();
    for piece in pieces {
        let resources = piece.yaml.and_then(|y| y.get("resourceSpans")).map_or(&[][..], Yaml::items);
        for resource in resources {
            let service = resource.get("resource").and_then(|r| attribute(r, "service.name")).unwrap_or("");
            let scopes = resource.get("scopeSpans").or_else(|| resource.get("instrumentationLibrarySpans")).map_or(&[][..], Yaml::items);
            for span in scopes.iter().flat_map(|s| s.get("spans").map_or(&[][..], Yaml::items)) {
                let text = |key: &str| span.get(key).and_then(Yaml::text).unwrap_or("").to_owned();
                let links = span.get("links").map_or(&[][..], Yaml::items).iter();
                let same = |l: &&Yaml| l.get("traceId").and_then(Yaml::text) == Some(text("traceId").as_str());
                spans.push(Span {
                    trace: text("traceId"),
                    id: text("spanId"),
                    parents: std::iter::once(text("parentSpanId"))
                        .chain(links.filter(same).filter_map(|l| Some(l.get("spanId")?.text()?.to_owned())))
                        .collect(),
                    service: service.to_owned(),
                    peer: attribute(span, "peer.service").or_else(|| attribute(span, "service.peer.name")).unwrap_or("").to_owned(),
                    // 3: client, 4: producer.
                    calls: matches!(text("kind").as_str(), "3" | "4" | "SPAN_KIND_CLIENT" | "SPAN_KIND_PRODUCER"),
                    shared: false,
                    at: source(piece.file, span.place.line, &[]),
                });
            }
        }
    }
    // Spans of one trace may come in several files.
    calls.link(&spans);
    calls.part()
}

#[cfg(test)]
mod tests {
    use crate::topology::importers::tests::{edges, import};

    #[test]
    fn spans_by_resource_over_two_files() {
        let one = |service: &str, spans: &str| {
            format!(
                r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#
            )
        };
        let web = one("web", r#"{"traceId":"1","spanId":"a","kind":2},{"traceId":"1","spanId":"b","parentSpanId":"a","kind":3}"#);
        let peer = r#""attributes":[{"key":"peer.service","value":{"stringValue":"redis"}}]"#;
        let cart = one(
            "cart",
            &format!(r#"{{"traceId":"1","spanId":"c","parentSpanId":"b","kind":2}},{{"traceId":"1","spanId":"d","parentSpanId":"c","kind":3,{peer}}}"#),
        );
        let t = import(&[("web.json", &web), ("cart.json", &cart)]);
        assert_eq!(edges(&import(&[("lines.json", &format!("{web}\n{cart}\n"))])), edges(&t), "one object a line");
        assert_eq!(t.formats, ["otlp-traces"]);
        assert_eq!(edges(&t), ["web>cart", "cart>redis"]);
    }
}
