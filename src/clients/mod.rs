//! Agent clients: what they tell us, in one neutral form.

pub mod claude_code;

use crate::engine::edit::Edit;
use std::borrow::Cow;

/// What a client told us.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The conversation.
    pub session: Cow<'a, str>,
    /// The subagent in it; a subagent has a context of its own.
    pub agent: Option<Cow<'a, str>>,
    /// The client's current folder.
    pub cwd: Cow<'a, str>,
    /// The client's name of the event.
    pub name: Cow<'a, str>,
    /// The client's name of the tool; empty where there is none.
    pub tool: Cow<'a, str>,
    /// The client's id of the tool call; empty where there is none.
    pub call: Cow<'a, str>,
    /// What happens.
    pub action: Action<'a>,
}

/// What happens, as far as it concerns us.
#[derive(Clone, Debug)]
pub enum Action<'a> {
    /// A file is about to be changed. A whole-file write has an empty old text here: the file itself holds it.
    WillEdit(Edit<'a>),
    /// A file has been changed. The second part is the file as it stood before, where the client tells it.
    DidEdit(Edit<'a>, Option<Cow<'a, str>>),
    /// A plan is about to be shown.
    WillPlan(Cow<'a, str>),
    /// A command of the shell is about to be run.
    WillRun(Cow<'a, str>),
    /// The turn ends.
    Stopped {
        /// It ended before, and a hook had something to say.
        again: bool,
        /// The conversation's own record: a file.
        transcript: Cow<'a, str>,
    },
    /// The conversation's context is gone: what was told is forgotten.
    Forgot,
    /// The conversation ends.
    Ended,
    /// Nothing that we have something to say about.
    Other,
}
