//! Findings from the edit that brings them to the end of the turn, through the real client.

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::install::Client;
use crate::script::{Script, call, edit, read, say};
use crate::seen::{MARK, last, show, tellings};
use crate::session::{EDITS, FILE, TOLD, WORKER};

/// A session of eight edits: four flaws, one mended at once, one later, one never, one said to be right. Each is told once, the one
/// that is left once more before the commit and once more when the model means to be done.
pub(crate) fn eight_edits_are_told_of_once_each(client: &Client) {
    let room = Room::new(&[(FILE, WORKER)]);
    let worker = room.file(FILE);
    let mut turns = vec![read("r1", &worker)];
    turns.extend(EDITS.iter().enumerate().map(|(i, (old, new))| edit(&format!("e{}", i + 1), &worker, old, new)));
    turns.push(call("b1", "Bash", serde_json::json!({ "command": "git commit -qam 'Survive lost connections'", "description": "Commit" })));
    turns.extend([say("Done."), say("The beat may spin: the far end is on this machine.")]);
    let api = Api::serve(&Script::default().thread("main", turns));
    room.prompt(client, &api, Plugin::Folder(checkout()), &["--allowedTools=Bash(git commit *)"], "[thread:main] Make the worker survive lost connections.");

    let requests = api.of_thread("main");
    assert_eq!(requests.len(), 12, "one for each turn, and one more because of what is still open");
    let told = tellings(last(&requests));
    show(&format!("client {}, eight edits", client.version), &told);
    for (i, pattern) in TOLD.iter().enumerate() {
        let call = format!("toolu_e{}", i + 1);
        let named = |p: &str| told.iter().filter(|t| t.after == call && t.text.starts_with(&format!("{MARK}{p} ("))).count();
        match *pattern {
            "" => assert!(TOLD.iter().filter(|p| !p.is_empty()).all(|p| named(p) == 0), "{call}"),
            pattern => assert_eq!(named(pattern), 1, "{call}: {pattern}"),
        }
    }
    let again: Vec<_> = told.iter().filter(|t| t.text.starts_with(&format!("{MARK}brought in this turn"))).collect();
    assert_eq!(again.len(), 1, "once at the end");
    assert_eq!(again[0].text.matches("\n- ").count(), 1, "{}", again[0].text);
    assert!(again[0].text.contains("- tight-retry-loop (src/worker.py:"), "{}", again[0].text);
    let commits: Vec<_> = told.iter().filter(|t| t.text.starts_with(&format!("{MARK}still open in the working tree: "))).collect();
    assert_eq!(commits.iter().map(|t| t.after.as_str()).collect::<Vec<_>>(), ["toolu_b1"], "once, at the commit");
    assert!(commits[0].text.contains("tree: tight-retry-loop (src/worker.py:") && commits[0].text.matches("src/worker.py:").count() == 1);
}
