//! What the clients' events and answers have in common: one JSON object on standard input, of the shape that Claude Code began and Codex
//! took over. What a tool is given differs, so it is a parameter.

use super::{Action, Event};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A payload; `I` is the input of the tools that the client has.
#[derive(Deserialize)]
#[serde(bound(deserialize = "I: Deserialize<'de>"))]
pub(super) struct Payload<'a, I> {
    #[serde(borrow, default)]
    session_id: Cow<'a, str>,
    #[serde(borrow, default)]
    agent_id: Option<Cow<'a, str>>,
    /// The client's current folder.
    #[serde(borrow, default)]
    pub(super) cwd: Cow<'a, str>,
    /// The event.
    #[serde(borrow, default)]
    pub(super) hook_event_name: Cow<'a, str>,
    /// The tool, where the event has one.
    #[serde(borrow, default)]
    pub(super) tool_name: Cow<'a, str>,
    #[serde(borrow, default)]
    tool_use_id: Cow<'a, str>,
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(default)]
    stop_hook_active: bool,
    #[serde(borrow, default)]
    transcript_path: Option<Cow<'a, str>>,
    /// What the tool is given.
    pub(super) tool_input: Option<I>,
    /// What came of it.
    #[serde(borrow, default)]
    pub(super) tool_response: Option<&'a RawValue>,
}

impl<'a, I: Deserialize<'a>> Payload<'a, I> {
    /// Reads a payload. `None` when it is no JSON object of this protocol.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        // A list would be read as the fields in their order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }

    /// What happens, where it has nothing to do with a tool.
    pub(super) fn beside_tools(&mut self) -> Action<'a> {
        match &*self.hook_event_name {
            "SessionStart" if matches!(&*self.source, "compact" | "clear") => Action::Forgot,
            "Stop" => Action::Stopped { again: self.stop_hook_active, transcript: self.transcript_path.take().unwrap_or_default() },
            "SessionEnd" => Action::Ended,
            _ => Action::Other,
        }
    }

    /// The event, with what happens.
    pub(super) fn event(self, action: Action<'a>) -> Event<'a> {
        Event {
            session: self.session_id,
            agent: self.agent_id,
            cwd: self.cwd,
            name: self.hook_event_name,
            tool: self.tool_name,
            call: self.tool_use_id,
            action,
        }
    }
}

/// The answer that puts a text before the model; `deny` refuses the tool call, with the text as the reason.
pub(super) fn encode(event: &str, text: &str, deny: bool) -> String {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        hook_specific_output: Output<'a>,
    }
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Output<'a> {
        hook_event_name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        additional_context: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        permission_decision: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        permission_decision_reason: Option<&'a str>,
    }
    let output = Output {
        hook_event_name: event,
        additional_context: (!deny).then_some(text),
        permission_decision: deny.then_some("deny"),
        permission_decision_reason: deny.then_some(text),
    };
    line(&Answer { hook_specific_output: output })
}

/// An answer with its line end.
pub(super) fn line(answer: &impl serde::Serialize) -> String {
    let mut line = serde_json::to_string(answer).unwrap_or_default();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use crate::clients::{Action, CLIENTS};

    /// What an event is, without its texts.
    fn kind(action: &Action<'_>) -> String {
        match action {
            Action::Stopped { again, transcript } => format!("stopped {again} {transcript}"),
            Action::WillRun(command) => format!("will run {command}"),
            Action::Forgot => "forgot".to_owned(),
            Action::Ended => "ended".to_owned(),
            Action::Other => "other".to_owned(),
            _ => "an edit".to_owned(),
        }
    }

    #[test]
    fn what_is_common_is_read_alike_for_each_client() {
        const CASES: [(&str, Option<&str>); 12] = [
            (r#"{"hook_event_name":"Stop","stop_hook_active":true,"transcript_path":"/t"}"#, Some("stopped true /t")),
            (r#"{"hook_event_name":"Stop","transcript_path":null}"#, Some("stopped false ")),
            (r#"{"hook_event_name":"SessionStart","source":"compact"}"#, Some("forgot")),
            (r#"{"hook_event_name":"SessionStart","source":"clear","tool_input":null}"#, Some("forgot")),
            (r#"{"hook_event_name":"SessionStart","source":"resume"}"#, Some("other")),
            (r#"{"hook_event_name":"SessionEnd","reason":"other"}"#, Some("ended")),
            (r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"git \"push\""}}"#, Some("will run git \"push\"")),
            (r#"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"git push"},"tool_response":"x"}"#, Some("other")),
            (r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{}}"#, Some("other")),
            ("{}", Some("other")),
            (r#"["s", null, "/p", "Stop"]"#, None),
            ("{\"hook_event_name\":", None),
        ];
        for client in CLIENTS {
            for (payload, expected) in CASES {
                let seen = client.decode(payload.as_bytes()).map(|e| kind(&e.action));
                assert_eq!(seen.as_deref(), expected, "{}: {payload}", client.name());
            }
            let full = r#" {"session_id":"s","agent_id":"a","cwd":"/p","hook_event_name":"PreToolUse","tool_name":"Read","tool_use_id":"c","tool_input":{"file_path":"/x"},"model":"m"}"#;
            let e = client.decode(full.as_bytes()).expect("an event");
            assert_eq!((&*e.session, e.agent.as_deref(), &*e.cwd, &*e.name, &*e.tool, &*e.call), ("s", Some("a"), "/p", "PreToolUse", "Read", "c"));
        }
    }
}
