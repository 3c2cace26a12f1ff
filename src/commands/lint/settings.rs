//! A project's `config.yaml`: keys, values, and names that it turns off.

use super::Problem;
use super::content::{Content, unreadable};
use super::lines::Lines;
use super::signals::suggest;
use crate::config::Config;
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::schema::{self, MODULES};
use std::path::Path;

pub(super) fn check(content: &Content, problems: &mut Vec<Problem>) {
    let Some((path, text)) = &content.config else { return };
    let own: Vec<&str> = content.signals.iter().map(|s| s.file.id.as_str()).collect();
    check_text(path, text, &own, problems);
}

/// Judges settings; `own` are the ids of the project's signals.
pub(super) fn check_text(path: &Path, text: &str, own: &[&str], problems: &mut Vec<Problem>) {
    let is_empty = text.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'));
    if is_empty {
        return;
    }
    let config = match schema::read::<Config>(text) {
        Ok(config) => config,
        Err(e) => {
            let problem = unreadable(path, &e);
            let end = if problem.fix.ends_with(['.', '?']) { "" } else { "." };
            problems.push(Problem { fix: format!("{}{end} Until then the defaults hold.", problem.fix), ..problem });
            return;
        }
    };
    let lines = Lines(text);
    for module in config.modules.off.iter().filter(|m| !MODULES.contains(&m.as_str())) {
        problems.push(Problem::new(
            path,
            place(lines, "modules", module),
            format!("modules.off names {module:?}, which is no module"),
            suggest(module, MODULES),
        ));
    }
    let patterns: Vec<&str> = BUILT_IN.patterns.iter().map(|p| BUILT_IN.str(p.id)).collect();
    for pattern in config.findings.off.iter().filter(|p| !patterns.contains(&p.as_str())) {
        let fix = crate::nearest::nearest(pattern, patterns.iter().copied())
            .map_or_else(|| "`distarch list --patterns` names them".to_owned(), |n| format!("did you mean {n:?}?"));
        problems.push(Problem::new(path, place(lines, "findings", pattern), format!("findings.off names {pattern:?}, which is no pattern"), fix));
    }
    let ids: Vec<&str> = BUILT_IN.signals.iter().map(|s| BUILT_IN.str(s.id)).chain(own.iter().copied()).collect();
    for signal in config.signals.off.iter().filter(|s| !ids.contains(&s.as_str())) {
        let fix = crate::nearest::nearest(signal, ids.iter().copied())
            .map_or_else(|| "`distarch list --signals` names them".to_owned(), |n| format!("did you mean {n:?}?"));
        problems.push(Problem::new(path, place(lines, "signals", signal), format!("signals.off names {signal:?}, which is no signal"), fix));
    }
    for glob in config.paths.off.iter().filter(|g| g.starts_with('/') || g.starts_with("./") || g.contains('\\')) {
        problems.push(Problem::new(
            path,
            place(lines, "paths", glob),
            format!("paths.off has {glob:?}, which matches nothing: paths are relative to the project, with `/` between"),
            "for example `src/legacy/**`",
        ));
    }
    for (name, value) in [
        ("first", config.budget.first),
        ("event", config.budget.event),
        ("line", config.budget.line),
        ("plan", config.budget.plan),
        ("finding", config.budget.finding),
    ] {
        if value > 0 && value < LEAST {
            let what = format!("budget.{name} is {value}: no telling fits into that");
            problems.push(Problem::new(path, place(lines, "budget", name), what, format!("{LEAST} or more; 0 says nothing, and is meant as that")));
        }
    }
}

/// Characters of the shortest telling: prefix, module, a cut reason and the place.
const LEAST: usize = 80;

fn place(lines: Lines<'_>, key: &str, item: &str) -> Option<usize> {
    lines.item(key, item, 0)
}
