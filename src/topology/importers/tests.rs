//! What all importers share, and a helper for their own tests.

use super::*;
use crate::topology::model::Source;
use std::collections::BTreeMap;

/// Imports sources without any other file around.
pub(super) fn import(sources: &[(&str, &str)]) -> Import {
    with(sources, &[], "")
}

/// Imports sources with files around them and a file of variables.
pub(super) fn with(sources: &[(&str, &str)], files: &[(&str, &str)], env: &str) -> Import {
    let texts: Vec<Text> = sources.iter().map(|(file, text)| Text { file: (*file).to_owned(), text: (*text).to_owned() }).collect();
    let reader = |path: &str| files.iter().find(|(f, _)| *f == path).map(|(_, t)| (*t).to_owned());
    let variables: BTreeMap<String, (String, Source)> = compose::dotenv(env, ".env");
    read(&texts, &Surroundings { variables, read: &reader }, None).unwrap_or_else(|u| panic!("{u:?}"))
}

/// `from>to via` of every relationship.
pub(super) fn edges(import: &Import) -> Vec<String> {
    import.topology.relationships.iter().map(|r| format!("{}>{} {}", r.from, r.to, r.via).trim_end().to_owned()).collect()
}

/// The words of every note.
pub(super) fn notes(import: &Import) -> Vec<&str> {
    import.notes.iter().map(|n| n.text.as_str()).collect()
}

fn fails(text: &str) -> Unknown {
    let texts = [Text { file: "x.yaml".to_owned(), text: text.to_owned() }];
    read(&texts, &Surroundings { variables: BTreeMap::new(), read: &|_| None }, None).expect_err("is not imported")
}

#[test]
fn what_no_format_knows_is_told_with_what_is_known() {
    let unknown = fails("a: 1\n");
    assert_eq!(unknown.what, "no format that can be imported");
    assert!(unknown.hint.contains("docker-compose") && unknown.hint.contains("AsyncAPI"), "{}", unknown.hint);
    assert!(fails("apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata: {{ x }}: y\n").hint.contains("helm template"));
    assert!(fails("\u{1f}\u{fffd}\u{8}").hint.contains("gzip -dc") && fails("a\0").what.contains("not a text"));
    assert_eq!(fails("a: [1\nb: 2\n").place.line, 2);
    assert_eq!(fails("").what, "no format that can be imported");
}

#[test]
fn a_stream_may_hold_several_formats_and_strangers() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\n---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: c}\nspec: {host: cart}\n---\njust: this\n";
    let import = import(&[("all.yaml", text)]);
    assert_eq!(import.formats, ["istio", "kubernetes"]);
    assert!(notes(&import).iter().any(|n| n.starts_with("1 documents of all.yaml")), "{:?}", notes(&import));
}

#[test]
fn a_list_of_objects_is_its_objects_and_json_is_read_too() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n\t{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"cart\"}, \"spec\": {\"replicas\": 2}}]}";
    assert_eq!(import(&[("l.json", text)]).topology.components[0].count.to_string(), "2");
}
