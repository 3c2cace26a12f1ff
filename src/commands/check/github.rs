//! Annotations of GitHub's workflows: `::error file=a.py,line=3,title=x::text`, one a line. Sources:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::report::Report;
use crate::text::plain;
use std::fmt::Write as _;

/// One annotation for each finding; of each module of the passes, a notice.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for f in &report.findings {
        let level = match f.confidence.as_str() {
            "high" => "error",
            "medium" => "warning",
            _ => "notice",
        };
        line(&mut out, level, &f.path, f.line, &f.pattern, &format!("{}. {}", plain(&f.seen), f.asks));
    }
    for a in report.first_pass.iter().chain(&report.second_pass.asked) {
        let Some(main) = a.evidence.first() else { continue };
        line(
            &mut out,
            "notice",
            &a.path,
            main.line,
            &a.module,
            &format!("{}{}. {}", plain(&main.why), plain(&main.missing()), a.questions.first().map_or("", String::as_str)),
        );
    }
    out
}

fn line(out: &mut String, level: &str, path: &str, line: u32, title: &str, text: &str) {
    let _ = writeln!(out, "::{level} file={},line={line},title={}::{}", property(path), property(title), data(text));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_or_a_line_is_written_otherwise() {
        let mut out = String::new();
        line(&mut out, "error", "a,b:c%.py", 3, "x", "one\ntwo");
        assert_eq!(out, "::error file=a%2Cb%3Ac%25.py,line=3,title=x::one%0Atwo\n");
    }
}
