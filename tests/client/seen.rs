//! Reads from request bodies what the model was shown.

use serde_json::Value;

use crate::api::Recorded;
use crate::script::texts;

/// Every text of ours starts with it.
pub(crate) const MARK: &str = "[distributed-architect] ";

/// A text of ours, as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telling {
    /// The tool call whose result it follows.
    pub(crate) after: String,
    pub(crate) text: String,
}

impl Telling {
    /// The module of the first line: `[distributed-architect] <module>: <why> (<path>:<line>)`.
    pub(crate) fn module(&self) -> &str {
        self.text[MARK.len()..].split_once(':').map_or("", |(module, _)| module)
    }

    /// A checklist, not the one-line reminder of a module that was told before.
    pub(crate) fn is_checklist(&self) -> bool {
        self.text.lines().count() > 1
    }
}

/// All texts of ours in a request, in order. The client puts them after the tool result: as text blocks of the same
/// message or in a system message of their own, alone or with other hooks' texts.
pub(crate) fn tellings(request: &Recorded) -> Vec<Telling> {
    let mut after = String::new();
    let mut found = Vec::new();
    for message in request.json["messages"].as_array().into_iter().flatten() {
        if message["role"] == "assistant" {
            continue;
        }
        match &message["content"] {
            Value::Array(blocks) => {
                for block in blocks {
                    if let Some(id) = block["tool_use_id"].as_str() {
                        id.clone_into(&mut after);
                    }
                    if let Some(text) = block["text"].as_str() {
                        found.extend(cut(text).map(|text| Telling { after: after.clone(), text }));
                    }
                }
            }
            _ => found.extend(texts(message).into_iter().flat_map(cut).map(|text| Telling { after: after.clone(), text })),
        }
    }
    found
}

/// Our texts inside one block, without the client's frame.
fn cut(block: &str) -> impl Iterator<Item = String> + '_ {
    block.split(MARK).skip(1).map(|rest| {
        let end = ["\n</system-reminder>", "\n\nPreToolUse:", "\n\nPostToolUse:"].iter().filter_map(|frame| rest.find(frame)).min();
        format!("{MARK}{}", rest[..end.unwrap_or(rest.len())].trim_end())
    })
}

/// How often the mark occurs anywhere in a body: what [`tellings`] did not understand is still counted.
pub(crate) fn marks(request: &Recorded) -> usize {
    String::from_utf8_lossy(&request.body).matches(MARK.trim_end()).count()
}

/// The request with the longest history.
pub(crate) fn last(requests: &[Recorded]) -> &Recorded {
    requests.iter().max_by_key(|request| request.json["messages"].as_array().map_or(0, Vec::len)).expect("a request")
}

/// The result of a tool call.
pub(crate) fn result_of<'a>(request: &'a Recorded, id: &str) -> &'a Value {
    let messages = request.json["messages"].as_array().into_iter().flatten();
    let mut blocks = messages.flat_map(|message| message["content"].as_array().into_iter().flatten());
    blocks.find(|block| block["tool_use_id"] == id).expect("a result of the call")
}

/// Prints a telling, so that a run with `--nocapture` can be quoted.
pub(crate) fn show(who: &str, tellings: &[Telling]) {
    for telling in tellings {
        println!("--- {who}: reached the model after {} ({} characters)", telling.after, telling.text.chars().count());
        println!("{}", telling.text);
    }
}
