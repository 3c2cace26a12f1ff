//! Whether what the hook said reached the model: the client records every text that it puts before the model, and the journal every
//! text that the hook said.

use super::firing::Journal;
use super::{Check, Level};
use crate::commands::places;
use crate::telling::PREFIX;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Conversations that are looked at, newest first.
const CONVERSATIONS: usize = 5;

pub(super) fn check(project: &Path, journal: &Journal) -> Check {
    let Some(folder) = places::transcripts(project).filter(|f| f.is_dir()) else {
        return Check::new("reached", Level::Note, "the client has no transcripts of this project yet");
    };
    let newest = newest(&folder);
    let (mut said, mut reached, mut conversations) = (0, 0, 0);
    for transcript in &newest {
        let session = transcript.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let count = count(transcript);
        reached += count;
        said += journal.told.get(&session).copied().unwrap_or(0);
        conversations += u64::from(count > 0);
    }
    let looked = format!("the newest {} conversations of this project", newest.len());
    match (said, reached) {
        (0, 0) => Check::new("reached", Level::Ok, format!("nothing was said in {looked}, and nothing reached the model")),
        (_, 0) => Check::new("reached", Level::Broken, format!("{said} texts were said in {looked}; none reached the model"))
            .hint("the client drops hook output that it cannot use: `claude --debug` tells why"),
        (0, _) => Check::new(
            "reached",
            Level::Ok,
            format!("{reached} texts reached the model in {conversations} of {looked}; the journal knows of none (log: off, or removed)"),
        ),
        _ if reached < said => Check::new("reached", Level::Note, format!("{reached} of {said} texts reached the model in {looked}"))
            .hint("a conversation that still runs lags behind; a text at its very end is never sent"),
        _ => Check::new("reached", Level::Ok, format!("all {said} texts said in {looked} reached the model")),
    }
}

fn newest(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .filter_map(|p| Some((std::fs::metadata(&p).ok()?.modified().ok()?, p)))
        .collect();
    files.sort();
    files.into_iter().rev().take(CONVERSATIONS).map(|(_, p)| p).collect()
}

/// Texts of ours in a conversation, its subagents' included.
fn count(transcript: &Path) -> u64 {
    let beside = transcript.with_extension("").join("subagents");
    let subagents = std::fs::read_dir(beside).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "jsonl"));
    std::iter::once(transcript.to_path_buf()).chain(subagents).map(|file| count_in(&file)).sum()
}

fn count_in(file: &Path) -> u64 {
    let Ok(file) = File::open(file) else { return 0 };
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    let mut out = 0;
    loop {
        line.clear();
        match lines.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return out,
            Ok(_) => out += texts(&String::from_utf8_lossy(&line)),
        }
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    attachment: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    content: Option<Vec<String>>,
}

/// How many texts of ours a line of a transcript says were put before the model. A denied edit has its reason in the tool's result.
fn texts(line: &str) -> u64 {
    if !line.contains(PREFIX) {
        return 0;
    }
    if line.contains("\"tool_result\"") && line.contains("hook error: [distributed-architect]") {
        return 1;
    }
    let attachment = serde_json::from_str::<Line<'_>>(line).ok().and_then(|l| l.attachment).and_then(|a| serde_json::from_str::<Attachment>(a.get()).ok());
    match attachment {
        Some(a) if a.kind == "hook_additional_context" => a.content.unwrap_or_default().iter().filter(|text| text.starts_with(PREFIX)).map(|_| 1).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn counts_what_was_put_before_the_model_and_nothing_else() {
        let context =
            r#"{"type":"attachment","attachment":{"type":"hook_additional_context","content":["[distributed-architect] failure-mode: x","another plugin's"]}}"#;
        let denied = r#"{"type":"user","message":{"content":[{"type":"tool_result","is_error":true,"content":"PreToolUse:Write hook error: [distributed-architect] concurrency: y"}]}}"#;
        let quoted = r#"{"type":"user","message":{"content":"what does [distributed-architect] mean?"}}"#;
        let other = r#"{"type":"attachment","attachment":{"type":"hook_success","stdout":"[distributed-architect] x"}}"#;
        assert_eq!([context, denied, quoted, other].map(texts), [1, 1, 0, 0]);
    }
}
