//! Transcripts of Claude Code, 1.0 to 2.1: one JSON object a line, found under `~/.claude/projects`.
//!
//! Record types are many and grow, so those that matter are named and the rest is passed over. A line is parsed only when its bytes
//! hold a word that matters: `"tool_use"` with both quotes cannot come from inside a string, where quotes are escaped.
//!
//! Subagents have been recorded in four ways: side chains in the main file without a name (1.x), `agent-*.jsonl` beside it (2.0),
//! `<session>/subagents/agent-*.jsonl` (from 2.1.14), and copies in the main file as `agent_progress` records (2.1.12 to 2.1.50).

use super::Known;
use super::pending::{Names, Pending, Stamp};
use super::{Before, MARK, Outcome, Tally, Thread, What, shell, time};
use crate::clients::claude_code::{self, Input};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Types of records that hold something for us.
const READ: [&str; 5] = ["assistant", "user", "system", "progress", "attachment"];

/// Types that are known and hold nothing for us. Requests (`api-request*`) repeat earlier records.
const PASSED_OVER: [&str; 24] = [
    "summary",
    "file-history-snapshot",
    "file-history-delta",
    "queue-operation",
    "last-prompt",
    "ai-title",
    "custom-title",
    "permission-mode",
    "mode",
    "pr-link",
    "agent-name",
    "agent-setting",
    "agent-color",
    "bridge-session",
    "worktree-state",
    "relocated",
    "frame-link",
    "atis-latch",
    "api-request",
    "api-request-blob",
    "api-request-shape",
    "tools-used",
    "cost-state",
    "tag",
];

/// Whether a record type is one of this format.
#[must_use]
pub fn knows(kind: &str) -> bool {
    READ.contains(&kind) || PASSED_OVER.contains(&kind)
}

/// A record, as far as it is read.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    subtype: Option<String>,
    #[serde(rename = "sessionId")]
    session: Option<String>,
    #[serde(rename = "agentId")]
    agent: Option<String>,
    #[serde(rename = "isSidechain")]
    side_chain: Option<bool>,
    #[serde(rename = "isCompactSummary")]
    compact_summary: Option<bool>,
    uuid: Option<String>,
    #[serde(rename = "parentUuid")]
    parent: Option<String>,
    timestamp: Option<String>,
    cwd: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "toolUseResult")]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    attachment: Option<&'a RawValue>,
    #[serde(rename = "parentToolUseID")]
    parent_call: Option<String>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_use_id: Option<Cow<'a, str>>,
    is_error: Option<bool>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Progress<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(rename = "agentId")]
    agent: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// The record inside an `agent_progress` record.
#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "toolUseResult")]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Attachment<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(rename = "toolUseID")]
    call: Option<String>,
    stdout: Option<String>,
}

#[derive(Deserialize)]
struct Printed {
    #[serde(rename = "hookSpecificOutput")]
    output: Option<PrintedText>,
}

#[derive(Deserialize)]
struct PrintedText {
    #[serde(rename = "additionalContext")]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Original {
    #[serde(rename = "originalFile")]
    file: Option<String>,
    /// MultiEdit of 1.0 clients.
    #[serde(rename = "originalFileContents")]
    contents: Option<String>,
}

/// What a line's bytes promise.
#[derive(Clone, Copy, Default)]
pub(super) struct Promise {
    pub(super) calls: bool,
    pub(super) results: bool,
    pub(super) forgets: bool,
    pub(super) ours: bool,
    pub(super) side_chain: bool,
}

impl Promise {
    pub(super) fn any(self) -> bool {
        self.calls || self.results || self.forgets || self.ours || self.side_chain
    }
}

/// What must be remembered from line to line of one file.
#[derive(Default)]
pub(super) struct Reader {
    names: Names,
    /// Records of side chains without a name, and the record that began the chain.
    chains: HashMap<String, Arc<str>>,
    session: Option<Arc<str>>,
    project: Option<Arc<str>>,
    at: u64,
}

impl Reader {
    /// Reads one line that promises something.
    pub(super) fn line(&mut self, line: &str, promise: Promise, pending: &mut Pending<'_>, tally: &mut Tally) -> Known {
        let Ok(mut record) = serde_json::from_str::<Record<'_>>(line) else { return Known::Torn };
        if !knows(&record.kind) {
            return Known::Not(record.kind.into_owned());
        }
        let stamp = self.stamp(&mut record);
        match &*record.kind {
            "assistant" if promise.calls => self.calls(record.message, &stamp, pending, tally),
            "user" => {
                if record.compact_summary == Some(true) {
                    pending.push(stamp.item(What::Forgot), false);
                }
                if promise.results {
                    self.results(record.message, record.result, &stamp, pending);
                }
            }
            "system" if record.subtype.as_deref() == Some("compact_boundary") => pending.push(stamp.item(What::Forgot), false),
            "progress" if promise.calls || promise.results => {
                let Some(progress) = record.data.and_then(|d| serde_json::from_str::<Progress<'_>>(d.get()).ok()).filter(|p| p.kind == "agent_progress") else {
                    return Known::Yes;
                };
                let agent = progress.agent.or(record.parent_call);
                let stamp = Stamp { thread: Thread { agent: agent.map(|a| self.names.get(&a)), ..stamp.thread }, ..stamp };
                let Some(inner) = progress.message.and_then(|m| serde_json::from_str::<Inner<'_>>(m.get()).ok()) else { return Known::Yes };
                self.calls(inner.message, &stamp, pending, tally);
                self.results(inner.message, inner.result, &stamp, pending);
            }
            "attachment" if promise.ours => self.told(record.attachment, &stamp, pending),
            _ => {}
        }
        Known::Yes
    }

    fn stamp(&mut self, record: &mut Record<'_>) -> Stamp {
        if let Some(at) = record.timestamp.as_deref().and_then(time::millis) {
            // File order is the order of things; a clock that goes back must not change it.
            self.at = self.at.max(at);
        }
        if let Some(session) = record.session.as_deref().filter(|s| self.session.as_deref() != Some(s)) {
            self.session = Some(self.names.get(session));
            self.project = None;
        }
        // The folder follows the model's `cd`; the project is where the session began.
        if let Some(cwd) = record.cwd.as_deref().filter(|_| self.project.is_none()) {
            self.project = Some(self.names.get(cwd));
        }
        let agent = match (&record.agent, record.side_chain) {
            (Some(agent), _) => Some(self.names.get(agent)),
            (None, Some(true)) => self.chain(record.uuid.take(), record.parent.take()),
            _ => None,
        };
        let session = self.session.clone().unwrap_or_else(|| self.names.get(""));
        let project = self.project.clone().unwrap_or_else(|| self.names.get(""));
        Stamp { thread: Thread { session, agent }, at: self.at, project, ours: false }
    }

    /// The record that began the side chain.
    fn chain(&mut self, uuid: Option<String>, parent: Option<String>) -> Option<Arc<str>> {
        let uuid = uuid?;
        let root = parent.and_then(|p| self.chains.get(&p).cloned()).unwrap_or_else(|| uuid.as_str().into());
        self.chains.insert(uuid, root.clone());
        Some(root)
    }

    fn calls(&mut self, message: Option<&RawValue>, stamp: &Stamp, pending: &mut Pending<'_>, tally: &mut Tally) {
        for block in blocks(message) {
            if block.kind != "tool_use" {
                continue;
            }
            let (Some(id), Some(name), Some(input)) = (&block.id, &block.name, block.input) else { continue };
            if pending.knows(id) {
                continue;
            }
            let call: Arc<str> = (&**id).into();
            match &**name {
                "ExitPlanMode" => {
                    #[derive(Deserialize)]
                    struct Plan {
                        plan: Option<String>,
                    }
                    if let Ok(Plan { plan: Some(text) }) = serde_json::from_str(input.get()) {
                        pending.call(&call, stamp.item(What::Plan { call: call.clone(), text }), false);
                    }
                }
                "Bash" => {
                    if let Some(means) = command(input.get()) {
                        pending.call(&call, stamp.item(What::UnseenWrite { call: call.clone(), means }), false);
                    }
                }
                name => {
                    let Some(tool) = EDIT_TOOLS.into_iter().find(|t| *t == name) else { continue };
                    match serde_json::from_str::<Input<'_>>(input.get()).ok().and_then(|i| claude_code::edit(tool, i)) {
                        Some(edit) => {
                            let edit = edit.into_owned();
                            pending.call(
                                &call,
                                stamp.item(What::Edit { call: call.clone(), tool, edit, file: Before::Unknown, outcome: Outcome::Unknown }),
                                true,
                            );
                        }
                        None => tally.unusable += 1,
                    }
                }
            }
        }
    }

    fn results(&mut self, message: Option<&RawValue>, result: Option<&RawValue>, stamp: &Stamp, pending: &mut Pending<'_>) {
        let blocks: Vec<_> = blocks(message).into_iter().filter(|b| b.kind == "tool_result").collect();
        for block in &blocks {
            let Some(id) = block.tool_use_id.as_deref() else { continue };
            if !pending.is_open(id) {
                continue;
            }
            let failed = block.is_error == Some(true);
            let text = if failed { text(block.content) } else { String::new() };
            if let Some(at) = text.find(MARK) {
                pending.told(stamp.item(What::Told { call: id.into(), text: text[at..].to_owned() }));
            }
            // The object belongs to the record's one result.
            let before = result
                .filter(|r| !failed && blocks.len() == 1 && r.get().starts_with('{'))
                .and_then(|r| serde_json::from_str::<Original>(r.get()).ok())
                .and_then(|b| b.file.or(b.contents));
            let outcome = match (failed, refused(&text)) {
                (false, _) => Outcome::Done,
                (true, true) => Outcome::Refused,
                (true, false) => Outcome::Failed,
            };
            pending.result(id, outcome, before);
        }
    }

    fn told(&mut self, attachment: Option<&RawValue>, stamp: &Stamp, pending: &mut Pending<'_>) {
        let Some(attachment) = attachment.and_then(|a| serde_json::from_str::<Attachment<'_>>(a.get()).ok()) else { return };
        let texts: Vec<String> = match &*attachment.kind {
            "hook_additional_context" => attachment.content.and_then(|c| serde_json::from_str(c.get()).ok()).unwrap_or_default(),
            "hook_success" => {
                attachment.stdout.and_then(|s| serde_json::from_str::<Printed>(&s).ok()).and_then(|p| p.output).and_then(|o| o.text).into_iter().collect()
            }
            _ => return,
        };
        let call: Arc<str> = attachment.call.unwrap_or_default().into();
        for text in texts.into_iter().filter(|t| t.starts_with(MARK)) {
            pending.told(stamp.item(What::Told { call: call.clone(), text }));
        }
    }
}

/// Tools that change a file.
pub(super) const EDIT_TOOLS: [&str; 4] = ["Edit", "Write", "MultiEdit", "NotebookEdit"];

/// How a Bash call writes files, by its input.
pub(super) fn command(input: &str) -> Option<shell::Means> {
    #[derive(Deserialize)]
    struct Bash {
        command: String,
    }
    // Most commands cannot write: neither a redirection nor one of the tools.
    if !["sed", "perl", ">", "tee", "apply", "patch", "python", "node", "ruby", "bun", "deno"].iter().any(|w| input.contains(w)) {
        return None;
    }
    serde_json::from_str::<Bash>(input).ok().and_then(|b| shell::writes(&b.command))
}

fn blocks(message: Option<&RawValue>) -> Vec<Block<'_>> {
    message
        .and_then(|m| serde_json::from_str::<Message<'_>>(m.get()).ok())
        .and_then(|m| m.content)
        .filter(|c| c.get().starts_with('['))
        .and_then(|c| serde_json::from_str(c.get()).ok())
        .unwrap_or_default()
}

/// The text of a result: a string, or blocks of text.
fn text(content: Option<&RawValue>) -> String {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Content {
        Plain(String),
        Blocks(Vec<TextBlock>),
    }
    #[derive(Deserialize)]
    struct TextBlock {
        #[serde(default)]
        text: String,
    }
    match content.and_then(|c| serde_json::from_str(c.get()).ok()) {
        Some(Content::Plain(text)) => text,
        Some(Content::Blocks(blocks)) => blocks.into_iter().map(|b| b.text).collect::<Vec<_>>().join("\n"),
        None => String::new(),
    }
}

/// Whether somebody said no, as against a call that the client found invalid before it asked any hook.
fn refused(error: &str) -> bool {
    !error.contains("<tool_use_error>")
        && ["want to proceed", "want to take this action", "ermission", "hook error", "denied", MARK].iter().any(|w| error.contains(w))
}
