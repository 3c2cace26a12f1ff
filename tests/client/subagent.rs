//! A subagent has a context of its own, so it is told on its own.

use serde_json::json;

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{BEAT_AFTER, BEAT_BEFORE, PROJECT, REPORT_AFTER, REPORT_BEFORE, WORKER};
use crate::install::Client;
use crate::script::{Script, call, edit, read, say};
use crate::seen::{last, show, tellings};

pub(crate) fn a_subagent_is_told_on_its_own(client: &Client) {
    let room = Room::new(PROJECT);
    let worker = room.file(WORKER);
    let delegate = json!({
        "description": "Heartbeat", "subagent_type": "general-purpose", "run_in_background": false,
        "prompt": "[thread:helper] Make the heartbeat survive a lost connection.",
    });
    let script = Script::default()
        .thread("main", [read("r1", &worker), edit("e1", &worker, REPORT_BEFORE, REPORT_AFTER), call("a1", "Agent", delegate), say("Done.")])
        .thread("helper", [read("r2", &worker), edit("e2", &worker, BEAT_BEFORE, BEAT_AFTER), say("The heartbeat is mended.")]);
    let api = Api::serve(&script);
    room.prompt(client, &api, Plugin::Folder(checkout()), &[], "[thread:main] Make the worker survive a lost connection.");
    assert!(room.text_of(WORKER).contains(REPORT_AFTER) && room.text_of(WORKER).contains(BEAT_AFTER), "the edits were made");

    let main = tellings(last(&api.of_thread("main")));
    let helper = tellings(last(&api.of_thread("helper")));
    show(&format!("client {}, main thread", client.version), &main);
    show(&format!("client {}, subagent", client.version), &helper);

    assert_eq!(main.len(), 1, "the main thread hears of its own edit only");
    assert_eq!(main[0].after, "toolu_e1");
    assert_eq!(helper.len(), 1, "the subagent hears of its own edit only");
    assert_eq!(helper[0].after, "toolu_e2");
    assert!(main[0].is_checklist() && helper[0].is_checklist());
    assert_eq!(main[0].module(), helper[0].module(), "told again although the main thread knows");
}
