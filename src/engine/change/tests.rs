//! What kind of change small edits are.

use super::*;
use crate::engine::diff::{self, LineDiff};
use crate::engine::edit::Language;
use crate::engine::lexer;
use crate::knowledge::features::CHANGE_FEATURES;

fn traits(language: &str, old: &str, new: &str) -> (bool, Vec<&'static str>) {
    let language = Language::named(language);
    let (new, old) = (Lines::of(new), Lines::of(old));
    let LineDiff { removed, added } = diff::of_lines(&old, &new);
    let (new_kinds, old_kinds) = (lexer::lex(new.text, language, false), lexer::lex(old.text, language, false));
    let of = |lines, changed, kinds| Changed { lines, changed, kinds };
    let change = compare(of(&new, &added, &new_kinds), of(&old, &removed, &old_kinds));
    let names = CHANGE_FEATURES.iter().enumerate().filter(|(i, _)| change.nature.has(*i)).map(|(_, n)| n.trim_start_matches("change.")).collect();
    (change.is_layout, names)
}

/// Language, old, new, traits that it has to have, traits that it must not have.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

#[test]
fn what_kind_of_change_it_is() {
    let cases: [Case; 10] = [
        ("python", "    timeout = 5\n", "    timeout = 30\n", &["values"], &["renames", "texts"]),
        ("go", "\tacked := 1\n\tuse(acked)\n", "\tdone := 1\n\tuse(done)\n", &["renames"], &["one-name"]),
        ("csharp", "close(Initiator.Application);\n", "close(Initiator.Library);\n", &["one-name"], &["renames"]),
        ("java", "raise(\"no such topic\");\n", "raise(\"there is no such topic\");\n", &["texts"], &["keys"]),
        ("ruby", "x[\"retry\"]\n", "x[\"retries\"]\n", &["keys"], &["texts"]),
        ("go", "\tif n > 0 {\n", "\tif n >= 0 {\n", &["operators"], &["values"]),
        ("python", "ack(m)\nstore(m)\nlog(m)\n", "store(m)\nlog(m)\nack(m)\n", &["moves"], &["new-call", "lost-call"]),
        ("typescript", "  send(m)\n", "  await send(m)\n", &["new-await"], &["new-call"]),
        ("java", "    flush();\n", "    try { flush(); } finally { close(); }\n", &["new-handler", "new-call"], &["lost-call"]),
        ("python", "    def close(self):\n", "    def close(self) -> None:\n", &["declarations"], &["renames"]),
    ];
    for (language, old, new, has, has_not) in cases {
        let (is_layout, found) = traits(language, old, new);
        assert!(!is_layout, "{old:?}");
        assert!(has.iter().all(|t| found.contains(t)), "{old:?} -> {new:?}: {found:?} lacks one of {has:?}");
        assert!(!has_not.iter().any(|t| found.contains(t)), "{old:?} -> {new:?}: {found:?} has one of {has_not:?}");
    }
}

#[test]
fn another_layout_is_no_change_and_another_place_is_one() {
    assert!(traits("typescript", "f(a, b);\n", "f(\n  a,\n  b,\n)\n").0);
    assert!(traits("javascript", "const a = 'x';\n", "const a = \"x\"\n").0);
    assert!(!traits("python", "a()\nb()\n", "b()\na()\n").0);
}
