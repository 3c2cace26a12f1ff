//! What the project and the user have written: settings and signals, by the same judge as `distarch lint`.

use super::{Check, Level};
use crate::commands::lint::{self, Problem};
use crate::config;
use std::path::Path;

pub(super) fn checks(project: &Path) -> Vec<Check> {
    let mut out = Vec::new();
    match config::find(&project.join("file"), None) {
        None => {
            out.push(Check::new("settings", Level::Ok, format!("no {} here or above: the defaults hold", config::FOLDER)).hint("`distarch init` writes one"))
        }
        Some(folder) => {
            let judgement = lint::judge(&folder, &folder);
            if judgement.is_bad() {
                out.extend(judgement.problems.iter().map(|p| check(p, lint_level(p))));
            } else {
                out.push(Check::new("settings", Level::Ok, format!("{}: {}", folder.display(), judgement.seen)));
            }
        }
    }
    if let Some(file) = config::user_file().filter(|f| f.is_file()) {
        let problems = lint::judge_user_settings(&file);
        if problems.is_empty() {
            out.push(Check::new("settings", Level::Ok, format!("{}: the user's own, where a project has none", file.display())));
        }
        out.extend(problems.iter().map(|p| check(p, lint_level(p))));
    }
    out
}

fn lint_level(problem: &Problem) -> Level {
    if problem.level == lint::Level::Problem { Level::Broken } else { Level::Note }
}

fn check(problem: &Problem, level: Level) -> Check {
    let line = problem.line.map_or_else(String::new, |l| format!(":{l}"));
    Check::new("settings", level, format!("{}{line}: {}", problem.file.display(), problem.what)).hint(problem.fix.clone())
}
