//! The one decision: what an edit crosses, and what to ask about it.
//!
//! Knows no file, clock, environment, client or process. That is why a replay can be trusted: it calls the same
//! [`review`] with the same facts.

mod change;
pub mod component;
mod diff;
pub mod edit;
pub mod evidence;
mod kinds;
pub mod lexer;
mod lines;
mod literals;
pub mod path;
pub mod patterns;
pub mod plan;
mod second_pass;
mod sightings;
mod structured;
pub mod surroundings;
pub mod syntax;
pub mod verdict;
pub mod weigh;
mod wording;

use crate::knowledge::Knowledge;
use crate::knowledge::schema::MODULES;
use component::Component;
use edit::Edit;
use kinds::Kinds;
use literals::Literals;
use path::PathKind;
use sightings::Libraries;
use surroundings::Surroundings;
use verdict::{Confidence, Silence, Unknown, Verdict};

/// What the decision may ask of the caller, and what the project has turned off.
pub struct Context<'a> {
    /// Facts of the file around the edit; called at most once, and only when the edit's own text gives cause.
    pub surroundings: &'a dyn Fn() -> Surroundings,
    /// The file before the edit, for the detectors of patterns; called at most once, and only when a module is raised or nearly so.
    /// `None`: no pattern is looked for.
    pub file: Option<&'a dyn Fn() -> Option<String>>,
    /// What the project's topology says of the component that the file is part of; called at most once, and only when a module is
    /// raised.
    pub component: Option<&'a dyn Fn() -> Option<Component>>,
    /// Findings below this are left away.
    pub least: Confidence,
    /// Modules that are off.
    pub modules_off: [bool; MODULES.len()],
    /// Signals that are off, by id.
    pub signals_off: &'a [String],
    /// Patterns that are off, by id.
    pub patterns_off: &'a [String],
    /// Add the features' shares to the verdict.
    pub explain: bool,
}

impl<'a> Context<'a> {
    /// Nothing turned off.
    #[must_use]
    pub fn new(surroundings: &'a dyn Fn() -> Surroundings) -> Self {
        Self {
            surroundings,
            file: None,
            component: None,
            least: Confidence::Medium,
            modules_off: [false; MODULES.len()],
            signals_off: &[],
            patterns_off: &[],
            explain: false,
        }
    }
}

/// Judges one edit. `knowledge` is the built-in set first, then the project's.
#[must_use]
pub fn review(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Verdict {
    let mut verdict = match look(edit, knowledge, context) {
        Err(silence) => without_signal(edit, knowledge, context, silence),
        Ok(seen) => {
            let scores = weigh::scores(&seen.features, knowledge);
            let mut verdict = evidence::choose(edit, knowledge, context, &seen, scores);
            if let Some(component) = context.component.filter(|_| !verdict.modules.is_empty()).and_then(|of_topology| of_topology()) {
                second_pass::decide(component, &mut verdict, context.modules_off);
            }
            if !(verdict.modules.is_empty() && verdict.unsure.is_empty()) || patterns::is_remote(seen.categories) {
                find(&mut verdict, edit, context, &seen.surroundings, seen.categories);
            }
            if context.explain {
                verdict.shares = weigh::shares(&seen.features, knowledge);
            }
            verdict
        }
    };
    if edit.cut_off {
        verdict.unknown.push(Unknown::CutOff);
    }
    if edit.language == edit::Language::UNKNOWN {
        verdict.unknown.push(Unknown::Language);
    }
    verdict
}

/// An edit without any signal may still bring a flaw: a step that is gone, a condition that is lost. Its file has to talk to another
/// process for that, by its imports.
fn without_signal(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>, silence: Silence) -> Verdict {
    let mut verdict = Verdict::silent(silence);
    if silence == Silence::NoSignal && context.file.is_some() {
        // By the file's imports alone: to look for more in the edit would cost what a silent edit has to spare.
        let surroundings = (context.surroundings)();
        let categories = Libraries::of_imports(&surroundings.imports, knowledge).categories;
        if patterns::is_remote(categories) {
            find(&mut verdict, edit, context, &surroundings, categories);
        }
    }
    verdict
}

/// Puts the named patterns that an edit brings into its verdict, where they are asked for.
fn find(verdict: &mut Verdict, edit: &Edit<'_>, context: &Context<'_>, surroundings: &Surroundings, categories: u32) {
    let Some(file) = context.file else { return };
    let file = file();
    let around = patterns::Around { surroundings, file: file.as_deref(), categories };
    verdict.categories = categories;
    verdict.patterns = patterns::look(edit, &around, patterns::DETECTORS);
    verdict.patterns.retain(|f| f.confidence >= context.least && !context.patterns_off.contains(&f.id));
}

/// Names of the features that an edit has; empty where the decision ends before the weighing. What `fit` learns from.
#[must_use]
pub fn feature_names(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Vec<String> {
    look(edit, knowledge, context).map_or_else(|_| Vec::new(), |seen| seen.features.iter().map(|f| weigh::name(*f, knowledge)).collect())
}

/// Stems of the words on changed lines. What `fit` chooses words from that are to weigh.
#[must_use]
pub fn changed_words(edit: &Edit<'_>, surroundings: &Surroundings) -> Vec<String> {
    wording::all(edit, &Kinds::of(edit, surroundings))
}

/// A signal's literal where it counts, as `lint` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Signal id.
    pub signal: String,
    /// In the text after the edit, as against the text before.
    pub in_new: bool,
    /// 1-based line of that text.
    pub line: usize,
    /// What stands there.
    pub literal: String,
}

/// The evidence in an edit, whether or not it weighs enough to be told. The examples of signals are held against this.
///
/// # Errors
/// Why the decision ended before the evidence.
pub fn signals_in(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Result<Vec<Met>, Silence> {
    let seen = look(edit, knowledge, context)?;
    let text = |h: &sightings::Hit| if h.in_new { &edit.changes[h.change].new } else { &edit.changes[h.change].old };
    let met = |h: &sightings::Hit| Met {
        signal: knowledge[h.set].str(knowledge[h.set].signals[h.signal].id).to_owned(),
        in_new: h.in_new,
        line: h.line + 1,
        literal: text(h)[h.span.0..h.span.1].to_owned(),
    };
    Ok(seen.sightings.hits.iter().map(met).collect())
}

/// What was seen of an edit.
struct Seen {
    sightings: sightings::Sightings,
    surroundings: Surroundings,
    features: Vec<weigh::Feature>,
    categories: u32,
}

fn look(edit: &Edit<'_>, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Result<Seen, Silence> {
    let kind = path::kind(&edit.path, edit.language);
    if matches!(kind, PathKind::Vetoed | PathKind::Unknown) {
        return Err(Silence::Path);
    }
    let literals = Literals::of(edit, knowledge);
    // The keys of a structured file may stand above the edit: that is found out with the file.
    if kind == PathKind::Product && !literals.any_signal(edit, knowledge) {
        return Err(Silence::NoSignal);
    }
    let surroundings = (context.surroundings)();
    // Tests that live beside what they test.
    if surroundings.enclosing.iter().flat_map(|e| e.lines()).any(|l| l.starts_with("mod tests") || l.starts_with("mod test ")) {
        return Err(Silence::Path);
    }
    let kinds = Kinds::of(edit, &surroundings);
    let libraries = Libraries::of(&surroundings.imports, &literals, &kinds, knowledge);
    let mut sightings = sightings::look(edit, knowledge, &literals, &kinds, &surroundings, &libraries);
    if sightings.changed_lines == (0, 0) {
        return Err(Silence::NothingChanged);
    }
    if sightings.hits.is_empty() && sightings.waived > 0 {
        return Err(Silence::Waived);
    }
    let off = |set: usize, signal: usize| {
        let k = &knowledge[set];
        context.signals_off.iter().any(|id| id == k.str(k.signals[signal].id))
    };
    if !context.signals_off.is_empty() {
        sightings.hits.retain(|h| !off(h.set, h.signal));
        sightings.context.retain(|(set, signal, _)| !off(*set, *signal));
    }
    let features = weigh::features(edit, kind, knowledge, &sightings, &surroundings, &libraries);
    Ok(Seen { sightings, surroundings, features, categories: libraries.categories })
}
