//! One event judged by what holds in a project: what `scan`, `eval` and `replay` share. It has no memory of what was told.

use crate::config::Settings;
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Confidence, Silence, Verdict};
use crate::engine::{self, Context};

/// What is wanted of a verdict beyond the verdict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    /// The features' shares.
    pub(super) explain: bool,
    /// Findings from this confidence on.
    pub(super) least: Confidence,
}

impl Default for Want {
    fn default() -> Self {
        Self { explain: false, least: Confidence::Medium }
    }
}

/// What is known of the file before the edit.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    /// Facts of it.
    pub(super) surroundings: &'a dyn Fn() -> Surroundings,
    /// Its text.
    pub(super) text: Option<&'a str>,
}

/// Judges an edit; its path is as the project knows it.
pub(super) fn edit(edit: &Edit<'_>, settings: &Settings, file: File<'_>, want: Want) -> Verdict {
    if settings.config.is_path_off(&edit.path) {
        return Verdict::silent(Silence::TurnedOff);
    }
    let text = || file.text.map(str::to_owned);
    let component = || settings.component(&edit.path);
    let context = Context { explain: want.explain, least: want.least, file: Some(&text), component: Some(&component), ..context(settings, file.surroundings) };
    engine::review(edit, &settings.knowledge(), &context)
}

/// Judges a plan.
pub(super) fn plan(text: &str, settings: &Settings) -> Verdict {
    engine::plan::review(text, &settings.knowledge(), &context(settings, &Surroundings::default))
}

fn context<'a>(settings: &'a Settings, surroundings: &'a dyn Fn() -> Surroundings) -> Context<'a> {
    let config = &settings.config;
    Context { modules_off: config.modules_off(), signals_off: &config.signals.off, patterns_off: &config.findings.off, ..Context::new(surroundings) }
}
