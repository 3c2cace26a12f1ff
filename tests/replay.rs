//! Replay: what is read from records of conversations, and that a replay says what the hook said.

#[path = "replay/eval.rs"]
mod eval;
#[path = "replay/hook.rs"]
mod hook;
#[path = "replay/label.rs"]
mod label;
#[path = "replay/layouts.rs"]
mod layouts;
#[path = "replay/recorded.rs"]
mod recorded;
#[path = "replay/report.rs"]
mod report;
