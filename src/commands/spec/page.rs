//! Problems of specifications for people: each with its line, in the manner of a compiler.

use super::check::Judged;
use crate::render::numbers::of;
use crate::spec::{Problem, place};
use crate::text::plain;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// All problems, then one line for each file.
pub(super) fn text(judged: &[Judged], topology: Option<&str>, is_terminal: bool) -> String {
    let colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for file in judged {
        for problem in &file.report.problems {
            let _ = writeln!(out, "{}\n", excerpt(&renderer, file, problem));
        }
    }
    for file in judged {
        let problems = match file.report.problems.len() {
            0 => "no problems".to_owned(),
            n => of(n as u64, "problem", "problems"),
        };
        let open = match file.report.open.len() {
            0 => String::new(),
            n => format!(", {}", of(n as u64, "open question", "open questions")),
        };
        let _ = writeln!(out, "{}: {problems}{open}", plain(&file.file));
    }
    if topology.is_none() {
        out += "names were not compared: there is no topology file; --topology FILE names one\n";
    }
    out
}

/// One problem with its line.
fn excerpt(renderer: &Renderer, file: &Judged, problem: &Problem) -> String {
    let text = file.text.as_str();
    let (number, _) = place(text, problem.range.start);
    let start = text.get(..problem.range.start).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let line = text.get(start..).and_then(|t| t.lines().next()).unwrap_or_default();
    // One line is shown, made plain: marks are placed by what is left of it.
    let shown = |part: &str| plain(&part.replace('\t', "    "));
    let from = shown(line.get(..problem.range.start - start).unwrap_or_default()).len();
    let end = (problem.range.end - start).min(line.len());
    let whole = shown(line);
    let to = shown(line.get(..end).unwrap_or(line)).trim_end().len().clamp(from, whole.len());
    let title = format!("{}: {}", problem.rule, plain(&problem.what));
    let snippet = Snippet::source(whole.as_str()).line_start(number).path(plain(&file.file)).annotation(AnnotationKind::Primary.span(from..to));
    let hint = plain(&problem.hint);
    let group = Level::ERROR.no_name().primary_title(title.as_str()).element(snippet).element(Level::HELP.no_name().message(hint.as_str()));
    renderer.render(&[group])
}
