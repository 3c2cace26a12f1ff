//! Agent clients: what they tell us, in one neutral form, how they are answered, and where they keep their hooks.
//!
//! A client is one file here, which says the same four things of it as the others do ([`Client`]), and one row of [`CLIENTS`].

pub mod claude_code;
pub mod codex;
mod protocol;

use crate::engine::edit::Edit;
use std::borrow::Cow;

/// Bytes of one text that are looked at; an edit above is judged by its beginning and the verdict says so.
pub const TEXT_LIMIT: usize = 1 << 20;

/// All clients; the first is the one that is meant where none is named.
pub static CLIENTS: [&dyn Client; 2] = [&claude_code::ClaudeCode, &codex::Codex];

/// An agent client that runs hooks.
pub trait Client: Sync {
    /// As `--client` names it.
    fn name(&self) -> &'static str;

    /// As the journal names it: the first of [`CLIENTS`] goes without saying.
    fn recorded(&self) -> &'static str {
        self.name()
    }

    /// Reads a payload. `None` when it is none of this client's.
    fn decode<'a>(&self, payload: &'a [u8]) -> Option<Event<'a>>;

    /// The answer, with its line end, that puts a text before the model; `deny` refuses the tool call, with the text as the reason.
    fn encode(&self, event: &str, text: &str, deny: bool) -> String;

    /// Where its hooks are registered, and as what.
    fn registration(&self) -> Registration;
}

/// The client of a name; an empty one means the first.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Client> {
    if name.is_empty() { CLIENTS.first().copied() } else { CLIENTS.into_iter().find(|c| c.name() == name) }
}

/// Where a client's hooks are registered, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// What the client is called.
    pub title: &'static str,
    /// Its folder in the user's home and in a project.
    pub folder: &'static str,
    /// The variable that names another folder than the one in the user's home.
    pub variable: &'static str,
    /// The file in that folder: a JSON object whose `hooks` are groups of handlers by event.
    pub file: &'static str,
    /// It reads a file that begins with a byte order mark.
    pub passes_over_mark: bool,
    /// What is put in: a JSON object with nothing but such `hooks`.
    pub hooks: &'static str,
    /// What is left to the user when it is in; empty where nothing is.
    pub then: &'static str,
}

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
    /// A patch of several files is about to be applied, or has been.
    Patch {
        /// What becomes of each file, in the patch's order.
        files: Vec<Patched<'a>>,
        /// It has been applied.
        done: bool,
    },
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

/// One file of a patch.
#[derive(Clone, Debug)]
pub struct Patched<'a> {
    /// The change, under the path where the file stands afterwards. Without a replacement where the file is deleted.
    pub edit: Edit<'a>,
    /// Where the file stood before, if somewhere else.
    pub from: Option<Cow<'a, str>>,
}

/// Cuts texts beyond [`TEXT_LIMIT`].
pub fn limit(edit: &mut Edit<'_>) {
    for change in &mut edit.changes {
        for text in [&mut change.old, &mut change.new] {
            if text.len() > TEXT_LIMIT {
                let mut end = TEXT_LIMIT;
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                *text = Cow::Owned(text[..end].to_owned());
                edit.cut_off = true;
            }
        }
    }
}
