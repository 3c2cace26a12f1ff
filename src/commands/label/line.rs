//! A labelled edit as one line of a file.

use super::injection::{Injection, What};
use crate::engine::edit::Edit;
use crate::sources::labelled::{Hunk, Label, Source, Written};
use serde_json::{Value, json};

/// The line, with its end.
///
/// # Errors
/// None in practice: JSON of plain values.
pub(super) fn of(injection: &Injection<'_>, label: &Label) -> anyhow::Result<Vec<u8>> {
    let step = &injection.said.step;
    let (path, tool, input, kept) = match &injection.what {
        What::Edit(edit, kept) => (inside(&edit.path), edit.tool, input(edit.tool, &kept.edit), Some(kept)),
        What::Plan(text) => ("plan.md".to_owned(), "ExitPlanMode", json!({ "plan": text }), None),
    };
    let repo = step.project.rsplit(['/', '\\']).next().unwrap_or("").to_owned();
    let source = Source { repo, sha: String::new(), path, hunk: Hunk::Number(0), direction: "forward".to_owned() };
    let event = json!({
        "session_id": &*step.thread.session, "cwd": &*step.project, "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input, "tool_use_id": injection.id,
    });
    let written = Written {
        id: &injection.id,
        label,
        source: &source,
        event,
        file_before: kept.and_then(|k| k.before.as_deref()),
        around: kept.and_then(|k| k.facts.as_ref()),
        cut_off: kept.is_some_and(|k| k.edit.cut_off),
    };
    let mut line = serde_json::to_vec(&written)?;
    line.push(b'\n');
    Ok(line)
}

/// The tool's input again, from the edit that was read from it.
fn input(tool: &str, edit: &Edit<'_>) -> Value {
    let path = &edit.path;
    let (old, new) = edit.changes.first().map_or(("", ""), |c| (&*c.old, &*c.new));
    match tool {
        "Write" => json!({ "file_path": path, "content": new }),
        "MultiEdit" => {
            let edits: Vec<Value> = edit.changes.iter().map(|c| json!({ "old_string": c.old, "new_string": c.new })).collect();
            json!({ "file_path": path, "edits": edits })
        }
        "NotebookEdit" => json!({ "notebook_path": path, "new_source": new }),
        _ => json!({ "file_path": path, "old_string": old, "new_string": new }),
    }
}

/// A path that stays inside a project, wherever the file of labels is read: tools lay the file before out by it.
fn inside(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|p| !matches!(*p, "" | "." | "..") && !p.ends_with(':')).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{input, inside};
    use crate::clients::{Action, claude_code};
    use crate::engine::edit::{Change, Edit};

    #[test]
    fn no_path_leads_out() {
        assert_eq!(inside("src/a.py"), "src/a.py");
        assert_eq!(inside("/etc/../home/u/a.py"), "etc/home/u/a.py");
        assert_eq!(inside("C:\\w\\a.py"), "w/a.py");
    }

    #[test]
    fn an_edit_survives_its_way_through_the_tool_s_input() {
        let change = |old: &'static str, new: &'static str| Change { old: old.into(), new: new.into() };
        let edit = |changes, whole_file| Edit { changes, whole_file, ..Edit::new("a.py", "", "") };
        for (tool, edit) in [
            ("Edit", edit(vec![change("a", "b")], false)),
            ("Write", edit(vec![change("", "b")], true)),
            ("MultiEdit", edit(vec![change("a", "b"), change("c", "d")], false)),
            ("NotebookEdit", edit(vec![change("", "b")], false)),
        ] {
            let payload = serde_json::json!({ "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input(tool, &edit) }).to_string();
            let Some(Action::WillEdit(read)) = claude_code::decode(payload.as_bytes()).map(|e| e.action) else { panic!("{tool}: {payload}") };
            assert_eq!((&read.changes, &read.path, read.whole_file), (&edit.changes, &edit.path, edit.whole_file), "{tool}");
        }
    }
}
