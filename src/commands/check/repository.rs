//! The repository as it stands: what only all of its parts together show.

use super::report::{FindingRow, Report, VERSION};
use crate::index::findings::{self, Severity};
use crate::index::linked::Index;
use std::path::Path;

/// Places of a finding that are listed after the first.
const PLACES: usize = 8;

/// The report on a repository, instead of one on a change.
pub(super) fn report(index: &Index, root: &Path) -> Report {
    let mut out = Report { version: VERSION, range: "the repository".to_owned(), of_repository: true, ..Report::default() };
    out.files.changed = index.files.len() as u64;
    out.findings = findings::findings(index).iter().filter_map(|f| row(f, root)).collect();
    out.components = index.files.iter().filter_map(|f| f.component.clone()).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    out
}

fn row(finding: &findings::Finding, root: &Path) -> Option<FindingRow> {
    let (first, others) = finding.places.split_first()?;
    let whose = |c: &findings::Cited| {
        c.component.as_deref().filter(|name| !c.path.split('/').any(|p| p == *name)).map_or_else(String::new, |name| format!(" ({name})"))
    };
    let mut leads_to: Vec<String> = others.iter().take(PLACES).map(|c| format!("{}:{}{}: {}", c.path, c.line, whose(c), c.what)).collect();
    if others.len() > PLACES {
        leads_to.push(format!("and {} more places", others.len() - PLACES));
    }
    let text = std::fs::read_to_string(root.join(&first.path)).unwrap_or_default();
    Some(FindingRow {
        pattern: finding.id.to_owned(),
        confidence: match finding.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
        .to_owned(),
        path: first.path.clone(),
        line: first.line,
        seen: finding.text.clone(),
        leads_to,
        asks: finding.asks.to_owned(),
        text: text.lines().nth((first.line as usize).saturating_sub(1)).unwrap_or_default().to_owned(),
        component: first.component.clone(),
    })
}
