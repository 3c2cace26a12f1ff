//! The real Claude Code client, the plugin of this checkout, and a Messages API on loopback that plays the model.
//!
//! What a test asserts is read from the request bodies that the client sent, so from what a model would have seen.
//! The client comes from npm (`install.rs`); where it cannot be had the suite says so in one line and passes, unless
//! `DISTARCH_REQUIRE_CLIENT=1` is set. `cargo test --test client -- --nocapture` prints what reached the model.

#![allow(clippy::print_stdout, reason = "what reached the model is shown, so that a run can be quoted")]

#[path = "../hook/session.rs"]
mod session;

mod api;
mod driver;
mod edits;
mod install;
mod script;
mod seen;

mod compaction;
mod example;
mod findings;
mod gate;
mod marketplace;
mod observers;
mod ordinary;
mod plan;
mod skills;
mod subagent;
mod telling;

/// Each scenario runs once per client version, as a test of its own.
macro_rules! scenarios {
    ($($scenario:path => $name:ident),+ $(,)?) => {
        mod newest { $(#[test] fn $name() { $crate::install::with_client($crate::install::NEWEST, $scenario); })+ }
        mod oldest { $(#[test] fn $name() { $crate::install::with_client($crate::install::OLDEST, $scenario); })+ }
    };
}

scenarios! {
    crate::telling::one_distributed_edit_tells_one_checklist_once => one_distributed_edit_tells_one_checklist_once,
    crate::telling::an_edit_with_two_concerns_stays_within_the_budget => an_edit_with_two_concerns_stays_within_the_budget,
    crate::telling::the_telling_reaches_models_that_take_no_system_messages => the_telling_reaches_models_that_take_no_system_messages,
    crate::telling::the_hook_after_the_edit_is_enough => the_hook_after_the_edit_is_enough,
    crate::plan::a_plan_is_asked_about_once => a_plan_is_asked_about_once,
    crate::gate::the_gate_denies_the_first_try_and_lets_the_second_pass => the_gate_denies_the_first_try_and_lets_the_second_pass,
    crate::findings::eight_edits_are_told_of_once_each => eight_edits_are_told_of_once_each,
    crate::observers::an_edit_is_told_who_else_is_concerned => an_edit_is_told_who_else_is_concerned,
    crate::ordinary::ordinary_edits_leave_every_request_as_it_was => ordinary_edits_leave_every_request_as_it_was,
    crate::ordinary::the_whole_plugin_adds_its_listing_only => the_whole_plugin_adds_its_listing_only,
    crate::skills::each_skill_starts_by_its_slash_name => each_skill_starts_by_its_slash_name,
    crate::skills::the_model_starts_each_skill_and_runs_its_first_command => the_model_starts_each_skill_and_runs_its_first_command,
    crate::skills::a_skill_with_allowed_tools_is_asked_about => a_skill_with_allowed_tools_is_asked_about,
    crate::skills::the_model_starts_the_agent => the_model_starts_the_agent,
    crate::subagent::a_subagent_is_told_on_its_own => a_subagent_is_told_on_its_own,
    crate::compaction::compaction_rearms_and_resume_does_not => compaction_rearms_and_resume_does_not,
    crate::marketplace::the_checkout_validates => the_checkout_validates,
    crate::marketplace::the_checkout_installs_offline_and_its_hook_fires => the_checkout_installs_offline_and_its_hook_fires,
}

/// One version is enough: the session that ships is of the newest.
#[test]
fn the_recorded_session_is_what_the_client_writes() {
    install::with_client(install::NEWEST, example::the_recorded_session_is_what_the_client_writes);
}
