//! Reads one file, whatever it holds: each line says itself what it is.

use super::lines::{Line, Lines};
use super::pending::Pending;
use super::transcript::Promise;
use super::{Item, Known, MARK, Tally, journal, payload, transcript};
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;

/// Words whose bytes say that a line holds something for us. With its quotes a word cannot come from inside a JSON string.
const WORDS: [&str; 7] = ["\"tool_use\"", "\"tool_use_id\"", "\"compact_boundary\"", "\"isCompactSummary\"", MARK, "\"hook_event_name\"", "\"isSidechain\""];

static WORDS_IN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(WORDS).ok());

/// The part of a line by which it is recognised.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
}

/// Reads a file's items in order.
///
/// # Errors
/// When the file cannot be opened or read to the end; what was read before has been told.
pub fn file(path: &Path, sink: &mut dyn FnMut(Item)) -> (Tally, std::io::Result<()>) {
    let mut tally = Tally::default();
    let result = File::open(path).and_then(|file| from(file, sink, &mut tally));
    (tally, result)
}

/// Reads items from anything.
///
/// # Errors
/// When reading fails.
pub fn from(from: impl std::io::Read, sink: &mut dyn FnMut(Item), tally: &mut Tally) -> std::io::Result<()> {
    let mut lines = Lines::new(from);
    let mut pending = Pending::new(sink);
    let mut readers = Readers::default();
    let result = loop {
        match lines.next() {
            Ok(None) => break Ok(()),
            Err(e) => break Err(e),
            Ok(Some(Line::TooLong)) => {
                tally.lines += 1;
                tally.too_long += 1;
            }
            Ok(Some(Line::Whole(line))) => {
                tally.lines += 1;
                readers.line(line, &mut pending, tally);
            }
        }
    };
    pending.end();
    tally.bytes += lines.bytes;
    tally.files += u64::from(result.is_ok());
    result
}

#[derive(Default)]
struct Readers {
    transcript: transcript::Reader,
    payload: payload::Reader,
    journal: journal::Reader,
}

impl Readers {
    fn line(&mut self, line: &[u8], pending: &mut Pending<'_>, tally: &mut Tally) {
        match line.first() {
            None => return tally.blank += 1,
            Some(b'{') => {}
            Some(_) => return tally.not_json += 1,
        }
        let seen = Seen::of(line, pending);
        let known = match seen {
            Seen::Nothing => pass_over(line),
            Seen::Journal => self.journal.line(&String::from_utf8_lossy(line), pending, tally),
            Seen::Payload => self.payload.line(&String::from_utf8_lossy(line), pending, tally),
            Seen::Record(promise) => self.transcript.line(&String::from_utf8_lossy(line), promise, pending, tally),
        };
        match known {
            Known::Yes => {}
            Known::Torn => tally.torn += 1,
            Known::Not(kind) => tally.unknown(&kind),
        }
    }
}

/// A line that promises nothing is still looked at as far as its type, so that torn lines and new types are counted.
fn pass_over(line: &[u8]) -> Known {
    match serde_json::from_slice::<Head<'_>>(line) {
        Ok(Head { kind: Some(kind) }) if transcript::knows(&kind) => Known::Yes,
        Ok(Head { kind }) => Known::Not(kind.map_or_else(|| "(without a type)".to_owned(), Cow::into_owned)),
        Err(_) => Known::Torn,
    }
}

enum Seen {
    Nothing,
    Record(Promise),
    Payload,
    Journal,
}

impl Seen {
    fn of(line: &[u8], pending: &Pending<'_>) -> Self {
        if journal::is_record(line) {
            return Self::Journal;
        }
        let mut promise = Promise::default();
        let Some(words) = &*WORDS_IN else { return Self::Nothing };
        for found in words.find_iter(line) {
            match found.pattern().as_usize() {
                0 => promise.calls = true,
                1 => promise.results |= pending.any_open() && string_after(line, found.end()).is_some_and(|id| pending.is_open(id)),
                2 | 3 => promise.forgets = true,
                4 => promise.ours = true,
                5 => return Self::Payload,
                _ => promise.side_chain |= after_colon(line, found.end()).starts_with(b"true"),
            }
        }
        if promise.any() { Self::Record(promise) } else { Self::Nothing }
    }
}

fn after_colon(line: &[u8], at: usize) -> &[u8] {
    line[at..].trim_ascii_start().strip_prefix(b":").unwrap_or_default().trim_ascii_start()
}

/// The string that follows a key.
fn string_after(line: &[u8], at: usize) -> Option<&str> {
    let rest = after_colon(line, at).strip_prefix(b"\"")?;
    let end = rest.iter().take(200).position(|b| *b == b'"')?;
    std::str::from_utf8(&rest[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::from;
    use crate::sources::{Before, Item, Outcome, Tally, What};

    fn read(text: &str) -> (Vec<Item>, Tally) {
        let (mut items, mut tally) = (Vec::new(), Tally::default());
        from(text.as_bytes(), &mut |item| items.push(item), &mut tally).unwrap_or_else(|e| panic!("{e}"));
        (items, tally)
    }

    const CALL: &str = r#"{"type":"assistant","sessionId":"s","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/p","message":{"content":[{"type":"tool_use","id":"t1","name":"Write","input":{"file_path":"/p/a.go","content":"new\n"}}]}}"#;
    const RESULT: &str = r#"{"type":"user","sessionId":"s","message":{"content":[{"tool_use_id":"t1","type":"tool_result","content":"ok"}]},"toolUseResult":{"type":"update","originalFile":"old\n"}}"#;

    #[test]
    fn a_result_completes_its_call() {
        let (items, tally) = read(&format!("{CALL}\n{RESULT}\n{CALL}\n"));
        assert_eq!((items.len(), tally.lines, tally.skipped()), (1, 3, 0));
        let What::Edit { call, tool, edit, file, outcome } = &items[0].what else { panic!("{items:?}") };
        assert_eq!((&**call, *tool, file, *outcome), ("t1", "Write", &Before::Text("old\n".to_owned()), Outcome::Done));
        assert_eq!((&*edit.changes[0].old, &*edit.changes[0].new, &*items[0].project), ("old\n", "new\n", "/p"));
    }

    #[test]
    fn broken_and_foreign_lines_are_counted() {
        let torn = &CALL[..CALL.len() - 9];
        let (items, tally) = read(&format!("// note\n\n{torn}\n{{\"type\":\"mode\"}}\n{{\"type\":\"mo\n{{\"type\":\"brand-new\"}}\n{{\"x\":1}}\n[1]\n"));
        assert!(items.is_empty());
        assert_eq!((tally.lines, tally.blank, tally.not_json, tally.torn), (8, 1, 2, 2));
        assert_eq!(tally.unknown.into_iter().collect::<Vec<_>>(), [("(without a type)".to_owned(), 1), ("brand-new".to_owned(), 1)]);
    }

    #[test]
    fn a_call_without_result_is_not_lost() {
        let (items, _) = read(CALL);
        assert!(matches!(items[0].what, What::Edit { outcome: Outcome::Unknown, .. }));
    }

    #[test]
    fn our_own_words_are_known_once() {
        let added = r#"{"type":"attachment","sessionId":"s","attachment":{"type":"hook_additional_context","content":["[distributed-architect] x","theirs"],"toolUseID":"t1"}}"#;
        let printed = r#"{"type":"attachment","sessionId":"s","attachment":{"type":"hook_success","content":"","stdout":"{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"additionalContext\":\"[distributed-architect] x\"}}","toolUseID":"t1"}}"#;
        let (items, _) = read(&format!("{printed}\n{added}\n"));
        assert_eq!(items.len(), 1);
        assert!(matches!(&items[0].what, What::Told { call, text } if &**call == "t1" && text == "[distributed-architect] x"));
    }
}
