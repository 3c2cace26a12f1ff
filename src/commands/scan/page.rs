//! A verdict for people: which modules speak and how sure they are, which hold back, and what every feature adds.

use super::Judged;
use crate::commands::wording::{because, silence, unknown};
use crate::engine::verdict::Raised;
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::schema::MODULES;
use crate::render::{Page, Section, Table};

/// The page.
pub(super) fn page(judged: &Judged) -> Page {
    let verdict = &judged.verdict;
    let about = judged.edit.as_ref().map_or_else(String::new, |e| format!("{} ({})", e.path, e.language.name()));
    let said: Vec<&str> = verdict.modules.iter().map(|m| m.id).collect();
    let answer = match (said.is_empty(), verdict.silence) {
        (false, _) => format!("asks about {}", said.join(", ")),
        (true, Some(_)) => format!("silent, {}", because(silence(verdict))),
        (true, None) => "silent: neither an edit nor a plan".to_owned(),
    };
    let title = if about.is_empty() { answer } else { format!("{about}: {answer}") };
    let mut sections = Vec::new();
    if !verdict.unknown.is_empty() {
        let mut out = Section::new("Could not tell");
        for what in &verdict.unknown {
            out.fact(judged.edit.as_ref().map_or_else(String::new, |e| unknown(e, *what)));
        }
        sections.push(out);
    }
    for (name, modules) in [("Says", &verdict.modules), ("Has evidence, and stays below the threshold", &verdict.unsure)] {
        if !modules.is_empty() {
            let mut out = Section::new(name);
            let rows = modules.iter().flat_map(rows);
            out.table(Table::new(&["score", "module", "line", "signal", "because", "text"], rows, usize::MAX));
            sections.push(out);
        }
    }
    if !verdict.patterns.is_empty() {
        let mut out = Section::new("Patterns");
        out.table(Table::new(&["line", "pattern"], verdict.patterns.iter().map(|p| vec![p.line.to_string(), p.id.clone()]), usize::MAX));
        sections.push(out);
    }
    if judged.explain {
        sections.push(shares(judged));
    }
    Page { title, sections }
}

fn rows(raised: &Raised) -> Vec<Vec<String>> {
    let row = |(i, e): (usize, &crate::engine::verdict::Evidence)| {
        let (score, module) = if i == 0 { (format!("{:.2}", raised.score), raised.id.to_owned()) } else { (String::new(), String::new()) };
        vec![score, module, e.line.to_string(), e.signal.clone(), e.why.clone(), e.text.clone()]
    };
    raised.evidence.iter().enumerate().map(row).collect()
}

fn shares(judged: &Judged) -> Section {
    let mut out = Section::new("What each feature adds");
    let Some(scores) = judged.verdict.scores else {
        out.fact("nothing was weighed: the decision ended before it");
        return out;
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    let numbers = |name: &str, of: &[f32; 1 + MODULES.len()]| std::iter::once(name.to_owned()).chain(of.iter().map(|n| format!("{n:+.2}"))).collect();
    rows.push(numbers("(start)", &BUILT_IN.intercept));
    rows.extend(judged.verdict.shares.iter().map(|s| numbers(&s.feature, &s.adds)));
    let plain = |name: &str, of: &[f32; 1 + MODULES.len()]| std::iter::once(name.to_owned()).chain(of.iter().map(|n| format!("{n:.2}"))).collect();
    rows.push(plain("= score, 0 to 1", &scores));
    rows.push(plain("needed to speak", &BUILT_IN.threshold));
    let head: Vec<&'static str> = ["feature", "boundary"].into_iter().chain(MODULES).collect();
    out.table(Table::new(&head, rows, usize::MAX));
    out.fact("A module speaks where both its own score and the boundary's reach what is needed; its score above is the product of the two.");
    out
}
