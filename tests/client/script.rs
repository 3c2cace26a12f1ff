//! What the model says: threads of assistant turns, found from the request alone.
//!
//! A prompt names its thread, `[thread:main] ...`; the turn is the number of assistant messages after that prompt.
//! So requests of the main thread, of subagents and of side tasks may arrive in any order, and a retried request gets
//! the same answer again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One content block of an assistant turn.
#[derive(Clone)]
pub(crate) enum Block {
    Text(String),
    Call { id: String, name: String, input: Value },
}

/// One assistant turn.
#[derive(Clone)]
pub(crate) struct Turn(pub(crate) Vec<Block>);

impl Turn {
    pub(crate) fn stop_reason(&self) -> &'static str {
        if self.0.iter().any(|block| matches!(block, Block::Call { .. })) { "tool_use" } else { "end_turn" }
    }
}

pub(crate) fn say(text: &str) -> Turn {
    Turn(vec![Block::Text(text.to_owned())])
}

/// A tool call whose id is known to the test, so that its result can be found in later requests.
pub(crate) fn call(id: &str, name: &str, input: Value) -> Turn {
    Turn(vec![Block::Call { id: format!("toolu_{id}"), name: name.to_owned(), input }])
}

pub(crate) fn read(id: &str, path: &str) -> Turn {
    call(id, "Read", json!({ "file_path": path }))
}

pub(crate) fn edit(id: &str, path: &str, old: &str, new: &str) -> Turn {
    call(id, "Edit", json!({ "file_path": path, "old_string": old, "new_string": new }))
}

pub(crate) fn write(id: &str, path: &str, content: &str) -> Turn {
    call(id, "Write", json!({ "file_path": path, "content": content }))
}

/// Stands for the path of the plan file: in plan mode the client makes up its name and tells the model.
pub(crate) const PLAN_FILE: &str = "(the plan file)";

/// Whom a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A thread of the script.
    Thread(String),
    /// The client asks for the summary that compaction keeps.
    Summary,
    /// Titles and the like: a request without tools.
    Side,
}

/// The threads of one test.
#[derive(Clone, Default)]
pub(crate) struct Script(BTreeMap<String, Vec<Turn>>);

impl Script {
    pub(crate) fn thread(mut self, name: &str, turns: impl IntoIterator<Item = Turn>) -> Self {
        self.0.insert(name.to_owned(), turns.into_iter().collect());
        self
    }

    /// The answer to a request, or why there is none.
    pub(crate) fn answer(&self, request: &Value) -> (Option<Asker>, Result<Turn, String>) {
        let Some((asker, turn)) = recognise(request) else {
            return (None, Err("a request with tools that names no thread".to_owned()));
        };
        let answer = match &asker {
            Asker::Summary => Ok(say("<summary>The worker was edited. Nothing else is pending.</summary>")),
            Asker::Side => Ok(say("{\"title\": \"Edit of a worker\"}")),
            Asker::Thread(name) => {
                let turns = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
                turns
                    .get(turn)
                    .cloned()
                    .map(|turn| with_plan_file(turn, &request["messages"]))
                    .ok_or_else(|| format!("thread {name} has {} turns, turn {turn} was asked for", turns.len()))
            }
        };
        (Some(asker), answer)
    }
}

/// Puts the path that the client told in the place of [`PLAN_FILE`].
fn with_plan_file(mut turn: Turn, messages: &Value) -> Turn {
    for block in &mut turn.0 {
        if let Block::Call { input, .. } = block
            && input["file_path"] == PLAN_FILE
        {
            let told = messages.as_array().into_iter().flatten().flat_map(texts);
            let path = told.rev().find_map(|text| text.split_once("create your plan at ")?.1.split_once(".md "));
            input["file_path"] = path.map_or(Value::Null, |(stem, _)| format!("{stem}.md").into());
        }
    }
    turn
}

/// The asker, and how many turns it has had.
fn recognise(request: &Value) -> Option<(Asker, usize)> {
    let messages = request["messages"].as_array()?;
    let last_user_text = messages.iter().rev().find(|message| message["role"] == "user").map(texts).unwrap_or_default();
    if last_user_text.iter().any(|text| text.contains("create a detailed summary")) {
        return Some((Asker::Summary, 0));
    }
    if request["tools"].as_array().is_none_or(Vec::is_empty) {
        return Some((Asker::Side, 0));
    }
    let (at, name) = messages
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, message)| message["role"] == "user")
        .find_map(|(at, message)| texts(message).into_iter().rev().find_map(thread_named).map(|name| (at, name)))?;
    let turns = messages[at..].iter().filter(|message| message["role"] == "assistant").count();
    Some((Asker::Thread(name), turns))
}

fn thread_named(text: &str) -> Option<String> {
    let (_, rest) = text.rsplit_once("[thread:")?;
    rest.split_once(']').map(|(name, _)| name.to_owned())
}

/// The text blocks of a message; tool results are not among them.
pub(crate) fn texts(message: &Value) -> Vec<&str> {
    match &message["content"] {
        Value::String(text) => vec![text],
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
        _ => Vec::new(),
    }
}
