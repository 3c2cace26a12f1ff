//! OpenAI Codex CLI's hook protocol, as published in `codex-rs/hooks/schema/generated` of github.com/openai/codex and as observed on
//! 0.169.0, whose binary carries the same schemas.
//!
//! What differs from Claude Code:
//! - Files are changed by `apply_patch`, one call for several of them. The patch is the tool's `command`; its form is in
//!   `codex-rs/apply-patch/src/parser.rs` (read at 0e0fb63d0290). Its paths are relative to `cwd`.
//! - `tool_response` is what the model reads, so the file before the edit is not told.
//! - The answer's schemas forbid fields that they do not name. At the end of a turn there is no `additionalContext`: a text goes to the
//!   model as the reason of `decision: block`, which makes the turn go on.
//! - `transcript_path` may be null.
//! - The shell is `Bash` whatever the model calls it (`exec_command`). A command that applies a patch comes as such a one, and nothing
//!   comes behind it.

use super::protocol::{self, Payload};
use super::{Action, Client, Event, Patched, Registration, limit};
use crate::engine::edit::{Change, Edit, Language};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The client.
#[derive(Clone, Copy, Debug)]
pub struct Codex;

/// The tool that changes files.
pub const PATCH: &str = "apply_patch";
/// Every tool that runs a command, by whatever name the model knows it.
const SHELL: &str = "Bash";
/// Files of one patch that are looked at.
const FILES: usize = 40;

/// Codex cannot be told which commands are meant: each costs a process, that ends when it has read a command that hands no work on.
const HOOKS: &str = r#"{
  "hooks": {
    "PreToolUse": [
      {
        "matcher": "apply_patch",
        "hooks": [{ "type": "command", "command": "distarch hook --client codex", "timeout": 5 }]
      },
      {
        "matcher": "Bash",
        "hooks": [{ "type": "command", "command": "distarch hook --client codex", "timeout": 5 }]
      }
    ],
    "PostToolUse": [
      {
        "matcher": "apply_patch",
        "hooks": [{ "type": "command", "command": "distarch hook --client codex", "timeout": 5 }]
      }
    ],
    "Stop": [
      {
        "hooks": [{ "type": "command", "command": "distarch hook --client codex", "timeout": 5 }]
      }
    ],
    "SessionStart": [
      {
        "matcher": "compact|clear",
        "hooks": [{ "type": "command", "command": "distarch hook --client codex", "timeout": 5 }]
      },
      {
        "matcher": "startup|resume",
        "hooks": [{ "type": "command", "command": "distarch index --background", "timeout": 300, "async": true }]
      }
    ]
  }
}"#;

impl Client for Codex {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn decode<'a>(&self, payload: &'a [u8]) -> Option<Event<'a>> {
        decode(payload)
    }

    fn encode(&self, event: &str, text: &str, deny: bool) -> String {
        if event != "Stop" {
            return protocol::encode(event, text, deny);
        }
        #[derive(serde::Serialize)]
        struct Answer<'a> {
            decision: &'a str,
            reason: &'a str,
        }
        protocol::line(&Answer { decision: "block", reason: text })
    }

    fn registration(&self) -> Registration {
        Registration {
            title: "Codex",
            folder: ".codex",
            variable: "CODEX_HOME",
            file: "hooks.json",
            passes_over_mark: false,
            hooks: HOOKS,
            then: "Codex passes over new and changed hooks without a word until you have looked at them: /hooks in Codex.",
        }
    }
}

/// Input of the shell and of `apply_patch`; other tools have other inputs.
#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    command: Cow<'a, str>,
}

/// Reads a payload. `None` when it is no JSON object of this protocol.
#[must_use]
pub fn decode(payload: &[u8]) -> Option<Event<'_>> {
    let mut payload = Payload::<&RawValue>::read(payload)?;
    // An input of another form is that of a tool which is none of ours.
    let command = payload.tool_input.and_then(|input| serde_json::from_str::<Input<'_>>(input.get()).ok()).map(|input| input.command);
    let action = match (&*payload.hook_event_name, &*payload.tool_name, command) {
        ("PreToolUse", PATCH, Some(patch)) => Action::Patch { files: files(&patch, &payload.cwd), done: false },
        ("PostToolUse", PATCH, Some(patch)) => Action::Patch { files: files(&patch, &payload.cwd), done: true },
        ("PreToolUse", SHELL, Some(command)) => match shell_patch(&command, &payload.cwd) {
            Some((patch, folder)) => {
                let files = files(patch, &folder);
                payload.tool_name = Cow::Borrowed(PATCH);
                Action::Patch { files, done: false }
            }
            None => Action::WillRun(command),
        },
        _ => payload.beside_tools(),
    };
    Some(payload.event(action))
}

/// The patch of a command that only applies one, and the folder of its paths: `apply_patch <<'EOF'`, `cd lib && apply_patch <<'EOF'`. The
/// client runs no shell for it, and no hook behind it.
fn shell_patch<'c>(command: &'c str, cwd: &str) -> Option<(&'c str, String)> {
    let command = command.trim_start();
    let (folder, patch) = match command.strip_prefix("cd ").and_then(|c| c.split_once("&&")) {
        Some((folder, patch)) => (absolute(cwd, folder.trim().trim_matches(['"', '\''])), patch.trim_start()),
        None => (cwd.to_owned(), command),
    };
    let has_patch = ["apply_patch", "applypatch"].iter().any(|name| patch.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("<<")));
    has_patch.then_some((patch, folder))
}

/// The files of a patch. What is no part of one is passed over: the client has read it first, and applies none that is broken.
fn files(patch: &str, cwd: &str) -> Vec<Patched<'static>> {
    let mut out = Vec::new();
    let mut lines = patch.lines().peekable();
    while let Some(line) = lines.next() {
        let head = line.trim();
        let mut moved = None;
        let (path, whole_file, changes) = if let Some(path) = head.strip_prefix("*** Add File: ") {
            let mut text = String::new();
            while let Some(line) = lines.next_if(|l| l.starts_with('+')) {
                push(&mut text, &line[1..]);
            }
            (path, true, vec![Change { old: Cow::Borrowed(""), new: Cow::Owned(text) }])
        } else if let Some(path) = head.strip_prefix("*** Delete File: ") {
            (path, false, Vec::new())
        } else if let Some(path) = head.strip_prefix("*** Update File: ") {
            moved = lines.next_if(|l| l.starts_with("*** Move to: ")).map(|l| l["*** Move to: ".len()..].trim());
            (path, false, changes(&mut lines))
        } else {
            continue;
        };
        let is_deleted = !whole_file && changes.is_empty() && moved.is_none();
        let path = absolute(cwd, path);
        let (path, from) = moved.map_or((path.clone(), None), |to| (absolute(cwd, to), Some(Cow::Owned(path))));
        let mut edit = Edit { language: Language::of_path(&path), path: Cow::Owned(path), changes, whole_file, cut_off: false };
        limit(&mut edit);
        if is_deleted || !edit.changes.is_empty() {
            out.push(Patched { edit, from });
        }
        if out.len() == FILES {
            break;
        }
    }
    out
}

/// The hunks of one file, each a replacement of whole lines. A hunk's `@@ name` says where it stands; it is no part of either side.
fn changes<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Vec<Change<'static>> {
    let mut out: Vec<Change<'static>> = Vec::new();
    let (mut old, mut new) = (String::new(), String::new());
    let mut close = |old: &mut String, new: &mut String| {
        let (old, new) = (std::mem::take(old), std::mem::take(new));
        if old != new {
            out.push(Change { old: Cow::Owned(old), new: Cow::Owned(new) });
        }
    };
    while let Some(line) = lines.next_if(|l| !l.trim_start().starts_with("*** ") || l.trim() == "*** End of File") {
        match line.as_bytes().first() {
            Some(b'@' | b'*') => close(&mut old, &mut new),
            Some(b'+') => push(&mut new, &line[1..]),
            Some(b'-') => push(&mut old, &line[1..]),
            Some(b' ') => [&mut old, &mut new].into_iter().for_each(|side| push(side, &line[1..])),
            None => [&mut old, &mut new].into_iter().for_each(|side| push(side, "")),
            Some(_) => {}
        }
    }
    close(&mut old, &mut new);
    out
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A path of the patch, from the root. `.` and `..` are resolved by name, as the client does.
fn absolute(cwd: &str, path: &str) -> String {
    use std::path::{Component, Path, PathBuf};
    let mut out = PathBuf::new();
    for part in Path::new(cwd).join(path.trim()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change<'a> = (&'a str, &'a str);

    /// Path, path before, replacements of a file.
    type Patched = (&'static str, Option<&'static str>, &'static [Change<'static>]);

    /// A patch and its files.
    const CASES: [(&str, &[Patched]); 9] = [
        ("*** Begin Patch\n*** Add File: src/a.py\n+x = 1\n+\n+y = 2\n*** End Patch", &[("/p/src/a.py", None, &[("", "x = 1\n\ny = 2\n")])]),
        ("*** Begin Patch\n*** Delete File: old.py\n*** End Patch\n", &[("/p/old.py", None, &[])]),
        (
            "*** Begin Patch\n*** Update File: a.py\n@@ def f():\n     x\n-    y\n+    z\n@@\n-w\n*** End Patch",
            &[("/p/a.py", None, &[("    x\n    y\n", "    x\n    z\n"), ("w\n", "")])],
        ),
        (
            "*** Begin Patch\n*** Update File: a.py\n*** Move to: lib/b.py\n@@\n-x\n+y\n*** End of File\n*** End Patch",
            &[("/p/lib/b.py", Some("/p/a.py"), &[("x\n", "y\n")])],
        ),
        // Each file ends where the next begins; the first hunk needs no `@@`, and an empty line is one of the file.
        (
            "*** Begin Patch\n*** Update File: a.py\n import x\n\n+y\n*** Add File: ../q/b.py\n+z\n*** Delete File: c.py\n*** End Patch",
            &[("/p/a.py", None, &[("import x\n\n", "import x\n\ny\n")]), ("/q/b.py", None, &[("", "z\n")]), ("/p/c.py", None, &[])],
        ),
        // As one writes it in a shell, with an id of the machine, with blanks around the marks, with an absolute path.
        (
            "<<'EOF'\n *** Begin Patch \n*** Environment ID: remote\n *** Update File: /r/a.py \n@@\n-x\n+y\n *** End Patch \nEOF\n",
            &[("/r/a.py", None, &[("x\n", "y\n")])],
        ),
        // Lines of the file that look like marks are behind a sign.
        ("*** Begin Patch\n*** Update File: a.md\n@@\n-*** Add File: x\n+@@ y\n*** End Patch", &[("/p/a.md", None, &[("*** Add File: x\n", "@@ y\n")])]),
        // A hunk that changes nothing, and no patch at all.
        ("*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n x\n*** End Patch", &[]),
        ("rm -rf /", &[]),
    ];

    #[test]
    fn a_patch_is_one_edit_for_each_file() {
        for (patch, expected) in CASES {
            let files = files(patch, "/p");
            let seen: Vec<(&str, Option<&str>, Vec<Change<'_>>)> =
                files.iter().map(|f| (&*f.edit.path, f.from.as_deref(), f.edit.changes.iter().map(|c| (&*c.old, &*c.new)).collect())).collect();
            let expected: Vec<(&str, Option<&str>, Vec<Change<'_>>)> = expected.iter().map(|(path, from, changes)| (*path, *from, changes.to_vec())).collect();
            assert_eq!(seen, expected, "{patch}");
        }
    }

    #[test]
    fn a_command_that_applies_a_patch_is_a_patch() {
        let patch = "<<'EOF'\n*** Begin Patch\n*** Delete File: a.py\n*** End Patch\nEOF\n";
        let cases = [
            (format!("apply_patch {patch}"), Some("/p/a.py")),
            (format!("  cd lib && apply_patch {patch}"), Some("/p/lib/a.py")),
            (format!("cd '/r/x y' && applypatch {patch}"), Some("/r/x y/a.py")),
            (format!("cat {patch}"), None),
            ("git commit -m 'apply_patch <<'".to_owned(), None),
            ("apply_patch --help".to_owned(), None),
        ];
        for (command, expected) in cases {
            let payload = serde_json::json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": "/p", "tool_input": { "command": command } });
            let payload = payload.to_string();
            let event = decode(payload.as_bytes()).expect("an event");
            match (event.action, expected) {
                (Action::Patch { files, done: false }, Some(path)) => assert_eq!((&*files[0].edit.path, &*event.tool), (path, PATCH), "{command}"),
                (Action::WillRun(run), None) => assert_eq!((&*run, &*event.tool), (command.as_str(), SHELL)),
                (other, _) => panic!("{command}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_an_added_file_is_whole() {
        let files = files("*** Begin Patch\n*** Add File: a.py\n+x\n*** Update File: b.py\n-x\n*** Delete File: c.py\n*** End Patch", "/p");
        assert_eq!(files.iter().map(|f| f.edit.whole_file).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn a_patch_without_end_is_read_no_further_than_needed() {
        let many: String = (0..500).map(|i| format!("*** Add File: {i}.py\n+x\n")).collect();
        assert_eq!(files(&many, "/p").len(), FILES);
    }

    #[test]
    fn what_is_registered_is_what_the_client_reads() {
        let hooks: serde_json::Value = serde_json::from_str(HOOKS).expect("JSON");
        for (event, groups) in hooks["hooks"].as_object().expect("events") {
            assert!(["PreToolUse", "PostToolUse", "Stop", "SessionStart"].contains(&event.as_str()), "{event}");
            for handler in groups.as_array().expect("groups").iter().flat_map(|g| g["hooks"].as_array().expect("handlers")) {
                let is_index = handler["command"] == "distarch index --background" && handler["async"] == true;
                assert!(is_index || handler["command"] == format!("distarch hook --client {}", Codex.name()), "{handler}");
            }
        }
    }
}
