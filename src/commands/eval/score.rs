//! The figures of an evaluation: what was needed, what was said, and how much of it was fair.

use super::Show;
use crate::commands::wording::{CouldNotTell, because, silence};
use crate::engine::verdict::{Raised, Verdict};
use crate::knowledge::schema::MODULES;
use crate::sources::labelled::{Event, Hunk, What};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The figures. A share of nothing is no number: `null` in JSON.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Figures {
    /// Labelled edits.
    pub(super) records: u64,
    /// At which the decision failed; counted as silent.
    pub(super) errors: u64,
    /// With a module that has to be raised.
    pub(super) positives: u64,
    /// At which nothing may be raised.
    pub(super) negatives: u64,
    /// Of these, those that share words with real signals.
    pub(super) hard: u64,
    /// Of the modules that have to be raised, those that were.
    pub(super) recall: f64,
    /// Of the modules that were raised, those that may be.
    pub(super) precision: f64,
    /// Harmonic mean of both.
    pub(super) f1: f64,
    /// Positives with at least one needed module.
    pub(super) touched: f64,
    /// Negatives at which anything was raised.
    pub(super) false_alarm_rate: f64,
    /// The same of the hard ones.
    pub(super) hard_false_alarm_rate: f64,
    /// The same of the others.
    pub(super) plain_false_alarm_rate: f64,
    /// Patterns that edits bring.
    pub(super) pattern_wanted: u64,
    /// Of these, those that were named.
    pub(super) pattern_hit: u64,
    /// Edits that bring no pattern.
    pub(super) pattern_clean: u64,
    /// Of these, those at which one was named.
    pub(super) pattern_false: u64,
    /// Share of the patterns that were named.
    pub(super) pattern_recall: f64,
    /// Edits with a pattern of which at least one was named.
    pub(super) pattern_record_recall: f64,
    /// Edits with a pattern at which any was named.
    pub(super) pattern_any_on_flawed: f64,
    /// Edits without a pattern at which one was named.
    pub(super) pattern_false_rate: f64,
    /// Flawed edits whose mending is among the edits too.
    pub(super) fix_twins: u64,
    /// Of these, those whose mending is not accused.
    pub(super) fix_twins_silent: f64,
    /// By module.
    pub(super) modules: BTreeMap<&'static str, ByModule>,
    /// By pattern.
    pub(super) patterns: BTreeMap<String, ByPattern>,
    /// What could not be judged; in the figures above it counts by what was said.
    pub(super) could_not_tell: CouldNotTell,
    /// Events that change no file and show no plan.
    pub(super) not_an_edit: u64,
}

/// One module's figures.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct ByModule {
    pub(super) must: u64,
    pub(super) recall: f64,
    pub(super) fired: u64,
    pub(super) precision: f64,
    #[serde(skip)]
    hit: u64,
    #[serde(skip)]
    fair: u64,
}

/// One pattern's figures.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct ByPattern {
    /// Edits that bring it.
    pub(super) want: u64,
    /// Of these, those at which it was named.
    pub(super) hit: u64,
    /// Other edits at which it was named.
    pub(super) extra: u64,
}

/// What one edit asks for, and what it got.
struct Outcome<'a> {
    must: BTreeSet<&'a str>,
    may: BTreeSet<&'a str>,
    raised: BTreeSet<&'a str>,
    wanted: BTreeSet<&'a str>,
    named: BTreeSet<&'a str>,
}

impl<'a> Outcome<'a> {
    fn of(event: &'a Event, verdict: Option<&'a Verdict>) -> Self {
        let set = |ids: &'a [String]| ids.iter().map(String::as_str).collect();
        Self {
            must: set(&event.label.must),
            may: set(&event.label.may),
            raised: verdict.map(|v| v.modules.iter().map(|m| m.id).collect()).unwrap_or_default(),
            wanted: set(&event.label.patterns),
            named: verdict.map(|v| v.patterns.iter().map(|p| p.id.as_str()).collect()).unwrap_or_default(),
        }
    }

    fn is_negative(&self) -> bool {
        self.must.is_empty() && self.may.is_empty()
    }

    fn wrong(&self) -> Vec<&'a str> {
        self.raised.iter().filter(|m| !self.must.contains(*m) && !self.may.contains(*m)).copied().collect()
    }

    fn missed(&self) -> Vec<&'a str> {
        self.must.difference(&self.raised).copied().collect()
    }
}

impl Figures {
    /// Counts. A verdict that is not there is one that failed.
    pub(super) fn new(events: &[Event], verdicts: &[Option<Verdict>]) -> Self {
        let mut out = Self { modules: MODULES.iter().map(|m| (*m, ByModule::default())).collect(), ..Self::default() };
        let (mut alarmed, mut hard_alarmed, mut touched) = (0, 0, 0);
        let (mut flawed, mut flawed_hit, mut flawed_any) = (0, 0, 0);
        let mut twins = Twins::default();
        for (event, verdict) in events.iter().zip(verdicts) {
            let outcome = Outcome::of(event, verdict.as_ref());
            let (negative, is_loud) = (outcome.is_negative(), !outcome.raised.is_empty());
            let hard = negative && event.label.hard;
            out.records += 1;
            out.errors += u64::from(verdict.is_none());
            out.positives += u64::from(!outcome.must.is_empty());
            out.negatives += u64::from(negative);
            out.hard += u64::from(hard);
            alarmed += u64::from(negative && is_loud);
            hard_alarmed += u64::from(hard && is_loud);
            touched += u64::from(!outcome.must.is_disjoint(&outcome.raised));
            for (id, row) in &mut out.modules {
                let (must, raised) = (outcome.must.contains(id), outcome.raised.contains(id));
                row.must += u64::from(must);
                row.hit += u64::from(must && raised);
                row.fired += u64::from(raised);
                row.fair += u64::from(raised && (must || outcome.may.contains(id)));
            }
            let (wanted, named) = (&outcome.wanted, &outcome.named);
            let hits = wanted.intersection(named).count() as u64;
            out.pattern_wanted += wanted.len() as u64;
            out.pattern_hit += hits;
            out.pattern_clean += u64::from(wanted.is_empty());
            out.pattern_false += u64::from(wanted.is_empty() && !named.is_empty());
            flawed += u64::from(!wanted.is_empty());
            flawed_hit += u64::from(hits > 0);
            flawed_any += u64::from(!wanted.is_empty() && !named.is_empty());
            for id in wanted.union(named) {
                let row = out.patterns.entry((*id).to_owned()).or_default();
                let is_named = named.contains(id);
                row.want += u64::from(wanted.contains(id));
                row.hit += u64::from(wanted.contains(id) && is_named);
                row.extra += u64::from(!wanted.contains(id) && is_named);
            }
            twins.add(event, &outcome);
            if let (What::Edit(subject), Some(verdict)) = (&event.what, verdict) {
                out.could_not_tell.count(&subject.edit.path, verdict);
            }
            out.not_an_edit += u64::from(matches!(event.what, What::Nothing));
        }
        for row in out.modules.values_mut() {
            (row.recall, row.precision) = (ratio(row.hit, row.must), ratio(row.fair, row.fired));
        }
        let sum = |of: fn(&ByModule) -> u64| out.modules.values().map(of).sum::<u64>();
        (out.recall, out.precision) = (ratio(sum(|m| m.hit), sum(|m| m.must)), ratio(sum(|m| m.fair), sum(|m| m.fired)));
        out.f1 = if out.recall + out.precision == 0.0 { f64::NAN } else { 2.0 * out.recall * out.precision / (out.recall + out.precision) };
        out.touched = ratio(touched, out.positives);
        out.false_alarm_rate = ratio(alarmed, out.negatives);
        out.hard_false_alarm_rate = ratio(hard_alarmed, out.hard);
        out.plain_false_alarm_rate = ratio(alarmed - hard_alarmed, out.negatives - out.hard);
        out.pattern_recall = ratio(out.pattern_hit, out.pattern_wanted);
        out.pattern_record_recall = ratio(flawed_hit, flawed);
        out.pattern_any_on_flawed = ratio(flawed_any, flawed);
        out.pattern_false_rate = ratio(out.pattern_false, out.pattern_clean);
        (out.fix_twins, out.fix_twins_silent) = twins.silent();
        out
    }
}

/// A share of nothing is no number.
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// A place in a repository's history.
type Place<'a> = (&'a str, &'a str, &'a str, &'a Hunk);

/// Flawed edits and the mendings of the same places: a mending has the same words, and must not be accused.
#[derive(Default)]
struct Twins<'a> {
    flawed: HashSet<Place<'a>>,
    mendings: HashMap<Place<'a>, bool>,
}

impl<'a> Twins<'a> {
    fn add(&mut self, event: &'a Event, outcome: &Outcome<'_>) {
        let source = &event.source;
        let place: Place<'a> = (&source.repo, &source.sha, &source.path, &source.hunk);
        match (source.direction.as_str(), outcome.wanted.is_empty()) {
            ("reverse", false) => {
                self.flawed.insert(place);
            }
            ("forward", true) => {
                self.mendings.insert(place, !outcome.named.is_empty());
            }
            _ => {}
        }
    }

    /// Pairs, and the share whose mending is not accused.
    fn silent(&self) -> (u64, f64) {
        let accused: Vec<bool> = self.flawed.iter().filter_map(|place| self.mendings.get(place).copied()).collect();
        let silent = accused.iter().filter(|accused| !**accused).count() as u64;
        (accused.len() as u64, ratio(silent, accused.len() as u64))
    }
}

/// An edit at which the decision and the label differ.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Slip {
    /// `false`, `missed`, `pattern` or `error`.
    pub(super) kind: &'static str,
    /// The edit's name.
    pub(super) id: String,
    /// Modules, or the patterns that are wanted.
    pub(super) what: Vec<String>,
    /// Patterns that were named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) named: Vec<String>,
    /// Repository, commit, file, hunk and direction.
    pub(super) place: String,
    /// The label's reason.
    pub(super) why: String,
    /// What the decision went by: for each module score, signal and line, or why it was silent.
    pub(super) because: Vec<String>,
}

/// The differences that are asked for, in the order of the edits.
pub(super) fn slips(events: &[Event], verdicts: &[Option<Verdict>], show: Show, module: Option<&str>) -> Vec<Slip> {
    let mut out = Vec::new();
    for (event, verdict) in events.iter().zip(verdicts) {
        let outcome = Outcome::of(event, verdict.as_ref());
        let asked = |ids: Vec<&str>| -> Vec<String> { ids.into_iter().filter(|id| module.is_none_or(|m| m == *id)).map(str::to_owned).collect() };
        let mut add = |kind, what: Vec<String>, named: Vec<String>, because: Vec<String>| {
            out.push(Slip { kind, id: event.id.clone(), what, named, place: place(event), why: event.label.why.clone(), because });
        };
        let Some(verdict) = verdict else {
            if show.wants(Show::Errors) {
                add("error", Vec::new(), Vec::new(), vec!["the decision failed at this edit".to_owned()]);
            }
            continue;
        };
        let (wrong, missed) = (asked(outcome.wrong()), asked(outcome.missed()));
        if show.wants(Show::Fp) && !wrong.is_empty() {
            let because = verdict.modules.iter().filter(|m| wrong.iter().any(|w| w == m.id)).map(ground).collect();
            add("false", wrong, Vec::new(), because);
        }
        if show.wants(Show::Fn) && !missed.is_empty() {
            let because = missed.iter().map(|id| held_back(id, verdict)).collect();
            add("missed", missed, Vec::new(), because);
        }
        if show.wants(Show::Patterns) && outcome.wanted != outcome.named {
            let own = |ids: &BTreeSet<&str>| ids.iter().map(|id| (*id).to_owned()).collect();
            let because = verdict.patterns.iter().map(|p| format!("{}: line {}", p.id, p.line)).collect();
            add("pattern", own(&outcome.wanted), own(&outcome.named), because);
        }
    }
    out
}

fn place(event: &Event) -> String {
    let source = &event.source;
    let sha: String = source.sha.chars().take(10).collect();
    let parts = [source.repo.clone(), sha, source.path.clone(), format!("hunk {}", source.hunk), source.direction.clone()];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

fn ground(raised: &Raised) -> String {
    let evidence: Vec<String> = raised.evidence.iter().map(|e| format!("{} at line {}", e.signal, e.line)).collect();
    format!("{} {:.2}: {}", raised.id, raised.score, evidence.join(", "))
}

/// Why a module that is needed did not speak.
fn held_back(id: &str, verdict: &Verdict) -> String {
    match (verdict.unsure.iter().find(|m| m.id == id), verdict.silence) {
        (Some(raised), _) => format!("below the threshold: {}", ground(raised)),
        (None, Some(_)) => format!("{id}: {}", because(silence(verdict))),
        (None, None) => format!("{id}: without a signal"),
    }
}
