//! One event judged by what holds in a project: what `scan`, `eval` and `replay` share. It has no memory of what was told.

use crate::config::Settings;
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::verdict::{Silence, Verdict};
use crate::engine::{self, Context};

/// Judges an edit; its path is as the project knows it.
pub(super) fn edit(edit: &Edit<'_>, settings: &Settings, surroundings: &dyn Fn() -> Surroundings, explain: bool) -> Verdict {
    if settings.config.is_path_off(&edit.path) {
        return Verdict::silent(Silence::TurnedOff);
    }
    engine::review(edit, &settings.knowledge(), &context(settings, surroundings, explain))
}

/// Judges a plan.
pub(super) fn plan(text: &str, settings: &Settings) -> Verdict {
    engine::plan::review(text, &settings.knowledge(), &context(settings, &Surroundings::default, false))
}

fn context<'a>(settings: &'a Settings, surroundings: &'a dyn Fn() -> Surroundings, explain: bool) -> Context<'a> {
    Context { modules_off: settings.config.modules_off(), signals_off: &settings.config.signals.off, explain, ..Context::new(surroundings) }
}
