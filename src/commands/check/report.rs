//! A check's figures. Serialized as they are, with a version.

use super::Judged;
use crate::commands::wording::{CouldNotTell, confidence};
use crate::config::Settings;
use crate::engine::component::Concurrency;
use crate::engine::verdict::Raised;
use crate::knowledge::baked::BUILT_IN;
use crate::sources::changes::{Range, Unseen};
use imara_diff::{Algorithm, Diff, InternedInput};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the report.
pub const VERSION: u32 = 1;
/// The module of the second pass.
const SECOND: &str = "concurrency";

/// A check.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// What was looked at.
    pub range: String,
    /// The repository as it stands, not a change: there are findings only.
    pub of_repository: bool,
    /// Files.
    pub files: Files,
    /// Components that the change touches, by the topology.
    pub components: Vec<String>,
    /// Named flaws, surest first.
    pub findings: Vec<FindingRow>,
    /// Boundaries that the change crosses, and what each asks.
    pub first_pass: Vec<Asked>,
    /// What happens at the same time.
    pub second_pass: SecondPass,
    /// What the topology file does not know, or knows otherwise.
    pub topology: Vec<StrangerRow>,
    /// What could not be looked at.
    pub not_seen: Vec<NotSeen>,
    /// What could not be judged.
    pub could_not_tell: CouldNotTell,
}

/// Files of the change.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Files {
    /// All.
    pub changed: u64,
    /// With something to say about.
    pub spoken: u64,
    /// Deleted ones: what is gone has no line.
    pub deleted: u64,
}

/// A named flaw.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FindingRow {
    /// Pattern id.
    pub pattern: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// From the top of the repository.
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// What was seen.
    pub seen: String,
    /// What it leads to, tick by tick.
    pub leads_to: Vec<String>,
    /// The question that decides.
    pub asks: String,
    /// The line.
    pub text: String,
    /// The component, by the topology.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

/// A module that the change raises in a file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Asked {
    /// The module.
    pub module: String,
    /// How sure, 0 to 1.
    pub score: f32,
    /// From the top of the repository.
    pub path: String,
    /// The component, by the topology.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// What the topology says to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// Why, most telling first.
    pub evidence: Vec<EvidenceRow>,
    /// The sharpest questions.
    pub questions: Vec<String>,
}

/// A line that speaks for a module.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EvidenceRow {
    /// 1-based; of a line that is gone, where the file goes on without it.
    pub line: u32,
    /// What it means.
    pub why: String,
    /// The line.
    pub text: String,
    /// The change takes the line away.
    pub gone: bool,
}

impl EvidenceRow {
    /// A line that nobody finds in the file, in words; empty for any other.
    pub(super) fn missing(&self) -> String {
        if self.gone { format!(", gone: `{}`", self.text.chars().take(80).collect::<String>()) } else { String::new() }
    }
}

/// The place of a line in the file as it will stand, and whether the line is gone. The engine counts a line that is taken away in the file
/// before; what shows a change shows the file after.
fn place(before: &str, after: &str, line: u32, text: &str) -> (u32, bool) {
    let at = (line as usize).saturating_sub(1);
    let is = |side: &str| side.lines().nth(at).is_some_and(|l| l.trim().starts_with(text));
    if is(after) || !is(before) {
        return (line, false);
    }
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.lines());
    input.update_after(after.lines());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut now = at;
    for hunk in diff.hunks().take_while(|h| h.before.start as usize <= at) {
        let (start, end) = (hunk.after.start as usize, hunk.after.end as usize);
        now = if at < hunk.before.end as usize { start } else { end + at - hunk.before.end as usize };
    }
    let last = after.lines().count().max(1);
    (u32::try_from(now.min(last - 1) + 1).unwrap_or(line), true)
}

/// The second pass.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondPass {
    /// What it asks.
    pub asked: Vec<Asked>,
    /// Components where it was left out, and why.
    pub skipped: Vec<String>,
}

/// What the topology file does not know.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StrangerRow {
    /// Its name.
    pub name: String,
    /// From the top of the repository.
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// What the change makes of it.
    pub how: String,
}

/// A file that was not looked at.
#[derive(Clone, Debug, Serialize)]
pub struct NotSeen {
    /// From the top of the repository.
    pub path: String,
    /// Why.
    pub because: Unseen,
}

impl Report {
    /// The figures of a judged change.
    pub(super) fn new(range: &Range, judged: &[Judged], unseen: &[(String, Unseen)], settings: &Settings) -> Self {
        let mut out = Self { version: VERSION, range: named(range), ..Self::default() };
        out.files.changed = (judged.len() + unseen.len()) as u64;
        out.not_seen = unseen.iter().map(|(path, because)| NotSeen { path: path.clone(), because: *because }).collect();
        let mut components = BTreeSet::new();
        let mut skipped: BTreeMap<String, String> = BTreeMap::new();
        for file in judged {
            out.files.deleted += u64::from(file.change.is_deleted);
            let verdict = &file.verdict;
            if !file.change.is_deleted {
                out.could_not_tell.count(&file.path, verdict);
            }
            let component = settings.component(&file.path);
            components.extend(component.iter().map(|c| c.name.clone()));
            out.files.spoken += u64::from(!verdict.modules.is_empty() || !verdict.patterns.is_empty());
            for raised in &verdict.modules {
                let asked = asked(file, raised);
                if raised.id == SECOND { out.second_pass.asked.push(asked) } else { out.first_pass.push(asked) }
            }
            if let Some(component) = component.filter(|c| c.concurrency == Concurrency::Unasked && !verdict.modules.is_empty()) {
                skipped.insert(component.name.clone(), format!("{}: one faces one, here and everywhere around", component.name));
            }
            let name = verdict.component.as_ref().map(|c| c.name.clone());
            out.findings.extend(verdict.patterns.iter().map(|f| {
                let pattern = BUILT_IN.patterns.iter().find(|p| BUILT_IN.str(p.id) == f.id);
                FindingRow {
                    pattern: f.id.clone(),
                    confidence: confidence(f).to_owned(),
                    path: file.path.clone(),
                    line: f.line,
                    seen: f.seen.clone(),
                    leads_to: pattern.map_or_else(Vec::new, |p| BUILT_IN.str(p.ticks).lines().map(str::to_owned).collect()),
                    asks: pattern.map_or_else(String::new, |p| BUILT_IN.str(p.asks).to_owned()),
                    text: f.evidence.first().map_or_else(String::new, |e| e.text.clone()),
                    component: name.clone(),
                }
            }));
            let row =
                |s: &crate::topology::strangers::Stranger| StrangerRow { name: s.name.clone(), path: file.path.clone(), line: s.line, how: s.how.clone() };
            out.topology.extend(file.strangers.iter().map(row));
        }
        let rank = |c: &str| ["high", "medium", "low"].iter().position(|x| *x == c);
        out.findings.sort_by(|a, b| (rank(&a.confidence), &a.path, a.line).cmp(&(rank(&b.confidence), &b.path, b.line)));
        for pass in [&mut out.first_pass, &mut out.second_pass.asked] {
            pass.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.path.cmp(&b.path)));
        }
        out.components = components.into_iter().collect();
        out.second_pass.skipped = skipped.into_values().collect();
        out
    }
}

fn asked(file: &Judged, raised: &Raised) -> Asked {
    let component = file.verdict.component.as_ref();
    Asked {
        module: raised.id.to_owned(),
        score: raised.score,
        path: file.path.clone(),
        component: component.map(|c| c.name.clone()),
        known: component.and_then(|c| c.note(raised.id)).map(str::to_owned),
        evidence: raised
            .evidence
            .iter()
            .map(|e| {
                let (before, after) = file.change.texts.as_ref().map_or(("", ""), |(b, a)| (b, a));
                let (line, gone) = place(before, after, e.line, &e.text);
                EvidenceRow { line, why: e.why.clone(), text: e.text.clone(), gone }
            })
            .collect(),
        questions: crate::telling::questions(raised, &BUILT_IN).into_iter().take(3).map(str::to_owned).collect(),
    }
}

/// A range in words.
pub(super) fn named(range: &Range) -> String {
    match range {
        Range::Uncommitted => "what is not committed".to_owned(),
        Range::Staged => "what is staged".to_owned(),
        Range::Since(revision) => format!("since {revision}"),
        Range::Between(range) => range.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_line_that_is_gone_stands_where_the_file_goes_on() {
        let (before, after) = ("a\nb\nc\nd\ne\n", "x\na\n\tb2\nd\n");
        // Line and text as the engine has them, line and whether it is gone as they are shown.
        for (line, text, expected) in
            [(2, "b", (3, true)), (3, "c", (3, true)), (5, "e", (4, true)), (3, "b2", (3, false)), (1, "x", (1, false)), (9, "nothing", (9, false))]
        {
            assert_eq!(place(before, after, line, text), expected, "{line}: {text}");
        }
        assert_eq!(place("a\n", "", 1, "a"), (1, true));
    }
}
