//! What was told is gone after a compaction, so it may be told again; a resumed conversation still has it.

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{BEAT_AFTER, BEAT_BEFORE, FETCH_AFTER, FETCH_BEFORE, PROJECT, REPORT_AFTER, REPORT_BEFORE, WORKER};
use crate::install::Client;
use crate::script::{Asker, Script, edit, read, say};
use crate::seen::{Telling, last, show, tellings};

const SESSION: &str = "22222222-3333-4444-8555-666666666666";

pub(crate) fn compaction_rearms_and_resume_does_not(client: &Client) {
    let room = Room::new(PROJECT);
    let worker = room.file(WORKER);
    let script = Script::default()
        .thread("first", [read("r1", &worker), edit("e1", &worker, REPORT_BEFORE, REPORT_AFTER), say("Done.")])
        .thread("resumed", [edit("e2", &worker, BEAT_BEFORE, BEAT_AFTER), say("Done.")])
        .thread("compacted", [read("r3", &worker), edit("e3", &worker, FETCH_BEFORE, FETCH_AFTER), say("Done.")]);
    let api = Api::serve(&script);
    let plugin = Plugin::Folder(checkout());
    let resume: &[&str] = &["--resume", SESSION];

    room.prompt(client, &api, plugin, &["--session-id", SESSION], "[thread:first] Make the report survive a lost connection.");
    room.prompt(client, &api, plugin, resume, "[thread:resumed] Now the heartbeat.");
    room.prompt(client, &api, plugin, resume, "/compact");
    room.prompt(client, &api, plugin, resume, "[thread:compacted] Now fetching.");
    assert!(api.requests().iter().any(|request| request.asker == Some(Asker::Summary)), "the client asked for a summary");

    // The end of the history before the compaction stays in it word for word, so only what follows the edit counts.
    let after = |thread: &str, call: &str| -> Vec<Telling> {
        let all = tellings(last(&api.of_thread(thread)));
        all.into_iter().filter(|telling| telling.after == call).collect()
    };
    let first = after("first", "toolu_e1");
    let resumed = after("resumed", "toolu_e2");
    let compacted = after("compacted", "toolu_e3");
    show(&format!("client {}, before", client.version), &first);
    show(&format!("client {}, after compaction", client.version), &compacted);

    assert_eq!(first.len(), 1);
    assert!(first[0].is_checklist());
    assert_eq!(resumed, [], "the same file and module: the resumed conversation still has the checklist");
    assert_eq!(compacted.len(), 1, "told again, once: {compacted:#?}");
    assert!(compacted[0].is_checklist(), "in full");
    assert_eq!(compacted[0].module(), first[0].module());
    assert!(room.text_of(WORKER).contains(BEAT_AFTER) && room.text_of(WORKER).contains(FETCH_AFTER), "the edits were made");
}
