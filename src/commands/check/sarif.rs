//! SARIF 2.1.0: what code-review tools show. Findings and modules are results; patterns and modules are rules.
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use super::report::Report;
use crate::hash;
use crate::index::findings;
use crate::knowledge::baked::BUILT_IN;
use crate::render;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The report as one run.
///
/// # Errors
/// None in practice.
pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    let mut results = Vec::new();
    let mut rules = BTreeSet::new();
    for f in &report.findings {
        let level = match f.confidence.as_str() {
            "high" => "error",
            "medium" => "warning",
            _ => "note",
        };
        rules.insert(f.pattern.clone());
        results.push(result(&f.pattern, level, &format!("{}. {}", f.seen, f.asks), &f.path, f.line, &f.text));
    }
    for a in report.first_pass.iter().chain(&report.second_pass.asked) {
        let Some(main) = a.evidence.first() else { continue };
        rules.insert(a.module.clone());
        let questions = a.questions.iter().map(|q| format!("\n- {q}")).collect::<String>();
        results.push(result(&a.module, "note", &format!("{}{}{questions}", main.why, main.missing()), &a.path, main.line, &main.text));
    }
    let run = json!({
        "tool": { "driver": {
            "name": "distarch",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    render::json::render(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }))
}

fn rule(id: &str) -> Value {
    let pattern = BUILT_IN.patterns.iter().find(|p| BUILT_IN.str(p.id) == id);
    let module = BUILT_IN.modules.iter().find(|m| BUILT_IN.str(m.id) == id);
    let text =
        pattern.map(|p| BUILT_IN.str(p.asks)).or_else(|| module.map(|m| BUILT_IN.str(m.asks))).or_else(|| findings::rule(id).map(|r| r.about)).unwrap_or(id);
    json!({ "id": id, "shortDescription": { "text": text }, "help": { "text": format!("distarch explain {id}") } })
}

fn result(rule: &str, level: &str, text: &str, path: &str, line: u32, source: &str) -> Value {
    // A line that moves is the same result: its number is not part of what it is known by.
    let print = hash::fnv(format!("{rule}\0{path}\0{source}").as_bytes());
    json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": line.max(1) },
        } }],
        "partialFingerprints": { "rulePathLine/v1": format!("{print:016x}") },
    })
}

/// A relative reference: what is no letter, digit or one of `-._~/` is written as its bytes.
fn uri(path: &str) -> String {
    path.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_with_blanks_and_letters_beyond_ascii_is_a_reference() {
        assert_eq!(uri("src/a b ü.py"), "src/a%20b%20%C3%BC.py");
    }
}
