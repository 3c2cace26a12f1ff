//! The shelf of importers: one format a file, one row a format. Each tells whether a document is its own; all documents of a format are
//! read together, because they lean on each other: layers of compose files, Services and the Deployments that they select.

pub mod asyncapi;
pub mod backstage;
pub mod compose;
pub mod csv_spans;
pub mod envoy;
pub mod guess;
pub mod hosts;
pub mod istio;
pub mod jaeger;
pub mod jaeger_traces;
pub mod kubernetes;
pub mod otlp_traces;
pub mod part;
mod spans;
pub mod units;
pub mod zipkin;
pub mod zipkin_traces;

use super::merge::{self, Import};
use super::yaml::{self, Broken, Place, Value, Yaml};
use part::{About, Note, Part, Piece, Surroundings, source};
use serde::Serialize;

/// What a source tells: what should be there, what was seen at work, or what the code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// What is deployed or described.
    Configured,
    /// What traces saw.
    Observed,
    /// What the code does, as far as reading it tells.
    Coded,
}

/// A format that can be read.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line and in JSON.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it tells.
    pub evidence: Evidence,
    /// Whether a document is of this format.
    pub is: fn(&Piece<'_>) -> bool,
    /// Reads all documents of this format.
    pub read: for<'a> fn(&[Piece<'a>], &Surroundings<'_>) -> Part,
}

/// Every format. The first that knows a document reads it.
pub const FORMATS: [Format; 12] = [
    Format { id: "backstage", title: "Backstage catalog-info", evidence: Evidence::Configured, is: backstage::is, read: backstage::read },
    Format { id: "istio", title: "Istio", evidence: Evidence::Configured, is: istio::is, read: istio::read },
    Format { id: "kubernetes", title: "Kubernetes manifests", evidence: Evidence::Configured, is: kubernetes::is, read: kubernetes::read },
    Format { id: "asyncapi", title: "AsyncAPI", evidence: Evidence::Configured, is: asyncapi::is, read: asyncapi::read },
    Format { id: "compose", title: "docker-compose", evidence: Evidence::Configured, is: compose::is, read: compose::read },
    Format { id: "envoy", title: "Envoy configuration", evidence: Evidence::Configured, is: envoy::is, read: envoy::read },
    Format { id: "zipkin", title: "Zipkin dependencies", evidence: Evidence::Observed, is: zipkin::is, read: zipkin::read },
    Format { id: "jaeger", title: "Jaeger dependencies", evidence: Evidence::Observed, is: jaeger::is, read: jaeger::read },
    Format { id: "jaeger-traces", title: "Jaeger traces", evidence: Evidence::Observed, is: jaeger_traces::is, read: jaeger_traces::read },
    Format { id: "zipkin-traces", title: "Zipkin traces", evidence: Evidence::Observed, is: zipkin_traces::is, read: zipkin_traces::read },
    Format { id: "otlp-traces", title: "OpenTelemetry traces", evidence: Evidence::Observed, is: otlp_traces::is, read: otlp_traces::read },
    Format { id: "csv-spans", title: "spans as CSV", evidence: Evidence::Observed, is: csv_spans::is, read: csv_spans::read },
];

/// A source as it was read from its place.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The file, as the user named it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A source that is of no known format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The file.
    pub file: String,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What helps.
    pub hint: String,
}

/// Reads sources and merges what they say. `only`: formats that tell this; others are left alone.
///
/// # Errors
/// The first source that no format knows, or that is broken.
pub fn read(texts: &[Text], around: &Surroundings<'_>, only: Option<Evidence>) -> Result<Import, Unknown> {
    let mut files = Vec::new();
    for text in texts {
        files.push((text, documents(text)?));
    }
    let mut piles: Vec<Vec<Piece<'_>>> = vec![Vec::new(); FORMATS.len()];
    let mut notes = Vec::new();
    for (text, documents) in &files {
        let mut known = false;
        let mut strangers = Vec::new();
        let pieces = if documents.is_empty() { vec![None] } else { documents.iter().map(Some).collect() };
        for yaml in pieces {
            let piece = Piece { file: &text.file, text: &text.text, yaml };
            match FORMATS.iter().position(|f| (f.is)(&piece)) {
                Some(i) => {
                    known = true;
                    piles[i].push(piece);
                }
                None if yaml.is_some_and(|y| !y.is_null()) => strangers.push(source(&text.file, yaml.map_or(0, |y| y.place.line), &[])),
                None => {}
            }
        }
        if !known {
            let formats: Vec<&str> = FORMATS.iter().map(|f| f.title).collect();
            return Err(Unknown {
                file: text.file.clone(),
                place: Place::default(),
                what: "no format that can be imported".to_owned(),
                hint: format!("known are {}", formats.join(", ")),
            });
        }
        if !strangers.is_empty() {
            notes.push(Note::new(About::NotRead, format!("{} documents of {} are of no known format", strangers.len(), text.file), strangers));
        }
    }
    let mut parts = Vec::new();
    let mut formats = Vec::new();
    for (format, pile) in FORMATS.iter().zip(&piles) {
        if !pile.is_empty() && only.is_none_or(|e| e == format.evidence) {
            parts.push((format.read)(pile, around));
            formats.push(format.id);
        }
    }
    let mut import = merge::topology(parts);
    import.notes.extend(notes);
    import.notes.sort_by_key(|n| n.about);
    import.formats = formats;
    Ok(import)
}

/// The kinds of evidence among sources.
///
/// # Errors
/// As [`read`].
pub fn evidence(texts: &[Text]) -> Result<Vec<Evidence>, Unknown> {
    let mut out = Vec::new();
    for text in texts {
        let documents = documents(text)?;
        let pieces = if documents.is_empty() { vec![None] } else { documents.iter().map(Some).collect() };
        for yaml in pieces {
            let piece = Piece { file: &text.file, text: &text.text, yaml };
            out.extend(FORMATS.iter().find(|f| (f.is)(&piece)).map(|f| f.evidence));
        }
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// The documents of a source, lists of Kubernetes objects taken apart. None: it is neither YAML nor JSON.
fn documents(text: &Text) -> Result<Vec<Yaml>, Unknown> {
    let unknown = |place: Place, what: String, hint: &str| Unknown { file: text.file.clone(), place, what, hint: hint.to_owned() };
    // What is packed begins with 1f 8b, and the second is no text.
    if text.text.starts_with("\u{1f}\u{fffd}") || text.text.contains('\0') {
        return Err(unknown(Place::default(), "not a text".to_owned(), "unpack it first: gzip -dc FILE | distarch topology import -"));
    }
    if csv_spans::is(&Piece { file: &text.file, text: &text.text, yaml: None }) {
        return Ok(Vec::new());
    }
    let read = yaml::documents(text.text.trim_start_matches('\u{feff}')).or_else(|broken| json(&text.text).ok_or(broken));
    let read = read.map_err(|Broken { place, what }| {
        let hint = if text.text.contains("{{") { "a template of Helm is rendered first: helm template CHART > rendered.yaml" } else { "" };
        unknown(place, what, hint)
    })?;
    let mut out = Vec::new();
    for document in read {
        let list = document.get("kind").and_then(Yaml::text).is_some_and(|k| k.ends_with("List")) && document.get("items").is_some();
        match document.value {
            Value::Map(entries) if list => {
                for (_, value) in entries.into_iter().filter(|(k, _)| k.text() == Some("items")) {
                    if let Value::List(items) = value.value {
                        out.extend(items);
                    }
                }
            }
            value => out.push(Yaml { value, place: document.place, span: document.span }),
        }
    }
    Ok(out)
}

/// JSON that is no YAML, as with tabs or escapes of its own, or one value a line. It has no places.
fn json(text: &str) -> Option<Vec<Yaml>> {
    fn node(value: serde_json::Value) -> Yaml {
        let scalar = |text: String, plain| Value::Scalar { text, plain };
        let value = match value {
            serde_json::Value::Null => scalar("null".to_owned(), true),
            serde_json::Value::Bool(b) => scalar(b.to_string(), true),
            serde_json::Value::Number(n) => scalar(n.to_string(), true),
            serde_json::Value::String(s) => scalar(s, false),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(node).collect()),
            serde_json::Value::Object(map) => Value::Map(map.into_iter().map(|(k, v)| (node(serde_json::Value::String(k)), node(v))).collect()),
        };
        Yaml { value, place: Place::default(), span: 0..0 }
    }
    serde_json::Deserializer::from_str(text).into_iter().map(|v| v.ok().map(node)).collect::<Option<Vec<_>>>().filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests;
