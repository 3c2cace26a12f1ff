//! What can be measured, each figure with the line that carries it. Declared in full and without a finding is 2; declared in part is 1;
//! not declared is 0. A finding is a ceiling: no answer lifts a row above it. A 3 is never measured: somebody tried it, on a day.

use super::rows::Row;
use crate::commands::check::report::Report;
use crate::commands::topology::Loaded;
use crate::spec::{self, place, read};
use crate::topology::analyses::{Severity, Study, analysis, cardinality};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Kind;
use std::path::{Path, PathBuf};

/// Findings of one kind that are shown for a row.
const SHOWN: usize = 3;

/// What is looked at.
pub(super) struct Sources<'a> {
    /// The topology, if there is one.
    pub(super) topology: Option<(&'a Loaded, &'a Study<'a>)>,
    /// Specifications: file and text.
    pub(super) specs: &'a [(PathBuf, String)],
    /// The code, if there is a repository.
    pub(super) check: Option<&'a Report>,
    /// The top of the repository, or this folder.
    pub(super) root: &'a Path,
}

/// What was measured of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Measured {
    /// 0 to 2; `None`: nothing that can be looked at speaks of it.
    pub(super) score: Option<u8>,
    /// No answer counts above.
    pub(super) ceiling: u8,
    /// Lines.
    pub(super) evidence: Vec<String>,
}

/// Measures a row.
pub(super) fn measure(row: &Row, sources: &Sources<'_>) -> Measured {
    let mut out = Measured { score: None, ceiling: 3, evidence: Vec::new() };
    if let Some((loaded, study)) = sources.topology {
        declared(row, loaded, study, sources.root, &mut out);
        analyses(row, study, &mut out);
    }
    specifications(row, sources, &mut out);
    if let Some(report) = sources.check {
        code(row, report, &mut out);
    }
    out.score = out.score.map(|s| s.min(out.ceiling));
    out
}

/// How much of what the row needs the topology says.
fn declared(row: &Row, loaded: &Loaded, study: &Study<'_>, root: &Path, out: &mut Measured) {
    let graph = &study.graph;
    let edges: Vec<Edge> = study.edges().collect();
    let sync: Vec<Edge> = edges.iter().copied().filter(|e| graph.relationship(*e).is_sync()).collect();
    let all: Vec<Node> = (0..graph.len()).filter(|n| graph.component(*n).kind != Kind::External).collect();
    let of = |list: &[Edge], has: &dyn Fn(Edge) -> bool| (list.iter().filter(|e| has(**e)).count(), list.len());
    let relationship = |e: Edge| graph.relationship(e);
    let ((have, whole), what) = match row.id {
        "state" => {
            let stores: Vec<Node> = all
                .iter()
                .copied()
                .filter(|n| matches!(graph.component(*n).kind, Kind::Db | Kind::Cache | Kind::Queue) || !graph.component(*n).state.is_empty())
                .collect();
            ((stores.iter().filter(|n| !graph.component(**n).state.is_empty()).count(), stores.len()), "stores say which state they keep")
        }
        "feedback" => (of(&edges, &|e| study.attempts(e).is_some()), "relationships say how often they try"),
        "loss" => (
            of(&sync, &|e| relationship(e).required.is_some() || relationship(e).fallback.is_some()),
            "calls that are waited for say whether they are needed, or what takes over",
        ),
        "time" => (of(&sync, &|e| study.timeout(e).is_some()), "calls that are waited for have a timeout"),
        "concurrency" => {
            let repeats = |e: &Edge| study.attempts(*e).is_some_and(|a| a > 1.0) || !relationship(*e).is_sync() || cardinality::class(study, *e).from.is_many();
            let shared: Vec<Edge> = edges.iter().copied().filter(repeats).collect();
            (of(&shared, &|e| relationship(e).idempotent.is_some()), "relationships of many, or that come twice, say whether twice is as good as once")
        }
        "load" => {
            let called: Vec<Node> = all.iter().copied().filter(|n| !graph.callers[*n].is_empty()).collect();
            let known = |n: &&Node| graph.component(**n).capacity.is_some() && graph.callers[**n].iter().all(|e| relationship(*e).rate.is_some());
            ((called.iter().filter(known).count(), called.len()), "components that are called have a capacity and the rates of their callers")
        }
        "change" => {
            let is_there = |e: Edge| relationship(e).contract.as_ref().is_some_and(|c| root.join(c).exists());
            (of(&edges, &is_there), "relationships have a contract that is a file here")
        }
        "knowledge" => {
            let stops = |n: &Node| study.reaches()[*n].entries > 0 || study.entries.contains(n);
            let needed: Vec<Node> = all.iter().copied().filter(stops).collect();
            (
                (needed.iter().filter(|n| graph.component(**n).noticed_after.is_some()).count(), needed.len()),
                "components without which users stop say after how long that is noticed",
            )
        }
        _ => return,
    };
    if whole == 0 {
        return;
    }
    out.score = Some(match have {
        0 => 0,
        h if h < whole => 1,
        _ => 2,
    });
    out.evidence.push(format!("{}: {have} of {whole} {what}", loaded.file.display()));
}

fn analyses(row: &Row, study: &Study<'_>, out: &mut Measured) {
    for analysis in row.analyses.iter().filter_map(|id| analysis(id)) {
        let found = (analysis.find)(study);
        let mut told: Vec<_> = found.insights.iter().filter(|i| i.severity > Severity::Info).collect();
        told.sort_by_key(|i| std::cmp::Reverse(i.severity));
        if let Some(worst) = told.first() {
            out.ceiling = out.ceiling.min(u8::from(worst.severity == Severity::Warn));
            out.score = out.score.or(Some(1));
        }
        for insight in told.iter().take(SHOWN) {
            let place = insight.sources.first().map_or_else(String::new, |s| format!("{s}: "));
            out.evidence.push(format!("{place}{}: {}", analysis.id, insight.says));
        }
        more(told.len(), analysis.id, out);
        if !found.unknown.is_empty() {
            // What is not said can be shown otherwise: it lowers what is measured, and is no ceiling.
            out.score = out.score.map(|s| s.min(1));
            out.evidence.extend(found.unknown.iter().take(SHOWN).map(|u| format!("{}: not said: {u}", analysis.id)));
        }
    }
}

fn specifications(row: &Row, sources: &Sources<'_>, out: &mut Measured) {
    if row.rules.is_empty() || sources.specs.is_empty() {
        return;
    }
    let mut slips = 0;
    for (file, text) in sources.specs {
        let report = spec::check(text, sources.topology.map(|(l, _)| &l.topology));
        for problem in report.problems.iter().filter(|p| row.rules.contains(&p.rule)) {
            slips += 1;
            if slips <= SHOWN {
                let (line, _) = place(text, problem.range.start);
                out.evidence.push(format!("{}:{line}: {}: {}", file.display(), problem.rule, problem.what));
            }
        }
    }
    more(slips, "spec check", out);
    if slips > 0 {
        out.ceiling = out.ceiling.min(1);
        out.score = Some(out.score.unwrap_or(1));
        return;
    }
    // What is written down in full carries a 2 where nothing else speaks.
    let modes = sources.specs.iter().filter(|(_, t)| !read::document(t).of(spec::Role::FailureModes).is_empty()).count();
    if row.id == "knowledge" && modes > 0 {
        out.score = out.score.or(Some(2));
        let files: Vec<String> = sources.specs.iter().map(|(f, _)| f.display().to_string()).collect();
        out.evidence.push(format!("{}: each failure mode has what detects and what recovers it", files.join(", ")));
    }
}

fn code(row: &Row, report: &Report, out: &mut Measured) {
    if row.patterns.is_empty() {
        return;
    }
    let found: Vec<_> = report.findings.iter().filter(|f| row.patterns.contains(&f.pattern.as_str())).collect();
    let sure: Vec<_> = found.iter().filter(|f| f.confidence == "high").collect();
    if !sure.is_empty() {
        out.ceiling = out.ceiling.min(1);
        out.score = Some(out.score.unwrap_or(1));
    }
    for f in found.iter().take(SHOWN) {
        out.evidence.push(format!("{}:{}: {} ({}): {}", f.path, f.line, f.pattern, f.confidence, f.seen));
    }
    more(found.len(), "check", out);
    if found.is_empty() {
        // A file that is not read has no finding either, and carries nothing.
        let unread = report.could_not_tell.language + report.not_seen.len() as u64;
        let files = (report.files.changed - report.files.deleted).saturating_sub(unread);
        out.evidence.push(format!("check: none of {} patterns in {files} files that are read, of {}; {unread} are not", row.patterns.len(), report.range));
    }
}

fn more(count: usize, of: &str, out: &mut Measured) {
    if count > SHOWN {
        out.evidence.push(format!("{of}: and {} more", count - SHOWN));
    }
}
