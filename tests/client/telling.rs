//! A distributed edit: one checklist, once, after the tool's result.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{PROJECT, REPORT_AFTER, REPORT_BEFORE, REPORT_IDLE, WORKER};
use crate::install::Client;
use crate::script::{Script, edit, read, say};
use crate::seen::{Telling, last, marks, show, tellings};

/// The budget for the first telling of a module.
const CHECKLIST_LIMIT: usize = 1_200;
/// The budget for all that one event says.
const EVENT_LIMIT: usize = 2_000;

pub(crate) fn one_distributed_edit_tells_one_checklist_once(client: &Client) {
    check("one edit", client, &Room::new(PROJECT), checkout(), &[]);
}

/// The client decides by the model whether a hook's text goes into a system message or into the user message that
/// carries the tool result; this model has no system messages inside a conversation.
pub(crate) fn the_telling_reaches_models_that_take_no_system_messages(client: &Client) {
    check("claude-haiku-4-5", client, &Room::new(PROJECT), checkout(), &["--model", "claude-haiku-4-5"]);
}

/// What the hook before the edit did not say is said by the one after it.
pub(crate) fn the_hook_after_the_edit_is_enough(client: &Client) {
    let room = Room::new(PROJECT);
    let plugin = room.scratch().join("only-after");
    fs::create_dir_all(plugin.join(".claude-plugin")).expect("a folder");
    let manifest = ".claude-plugin/plugin.json";
    fs::copy(checkout().join(manifest), plugin.join(manifest)).expect("the manifest");
    let hooks = fs::read_to_string(checkout().join("hooks.json")).expect("the hooks");
    let mut hooks: Value = serde_json::from_str(&hooks).expect("valid JSON");
    hooks["hooks"].as_object_mut().expect("events").retain(|event, _| event == "PostToolUse");
    fs::write(plugin.join("hooks.json"), hooks.to_string()).expect("the hooks");
    check("only the hook after the edit", client, &room, &plugin, &[]);
}

/// An edit about which two modules have something to ask stays within the budget of one event, and no module speaks
/// twice.
pub(crate) fn an_edit_with_two_concerns_stays_within_the_budget(client: &Client) {
    let room = Room::new(PROJECT);
    let worker = room.file(WORKER);
    let turns = [read("r1", &worker), edit("e1", &worker, REPORT_BEFORE, REPORT_IDLE), say("Done.")];
    let api = Api::serve(&Script::default().thread("main", turns));
    room.prompt(client, &api, Plugin::Folder(checkout()), &[], "[thread:main] Free the worker when the connection is lost.");

    let requests = api.of_thread("main");
    let told = tellings(last(&requests));
    show(&format!("client {}, two concerns", client.version), &told);
    assert_eq!(told.len(), marks(last(&requests)), "every mention is understood");
    assert!(told.iter().all(|telling| telling.after == "toolu_e1"));
    let modules: BTreeSet<&str> = told.iter().map(Telling::module).collect();
    assert_eq!(modules.len(), told.len(), "no module twice");
    assert!(modules.contains("state-mutation") || modules.contains("failure-mode"), "{modules:?}");
    assert!(told.iter().map(|telling| telling.text.chars().count()).sum::<usize>() <= EVENT_LIMIT);
}

fn check(label: &str, client: &Client, room: &Room, plugin: &Path, extra: &[&str]) {
    let worker = room.file(WORKER);
    let script = Script::default().thread("main", [read("r1", &worker), edit("e1", &worker, REPORT_BEFORE, REPORT_AFTER), read("r2", &worker), say("Done.")]);
    let api = Api::serve(&script);
    room.prompt(client, &api, Plugin::Folder(plugin), extra, "[thread:main] Make the report survive a lost connection.");
    assert!(room.text_of(WORKER).contains(REPORT_AFTER), "the edit was made");

    let requests = api.of_thread("main");
    assert_eq!(requests.len(), 4, "one request a turn");
    let told = tellings(last(&requests));
    show(&format!("client {}, {label}", client.version), &told);

    assert_eq!(told.len(), 1, "one checklist");
    assert_eq!(told[0].after, "toolu_e1", "right after the edit's result");
    assert!(told[0].is_checklist());
    assert!(told[0].text.contains("worker.py:"), "cites the line");
    assert!(told[0].text.chars().count() <= CHECKLIST_LIMIT);
    // Not before the edit, then in every later request at the same place; nothing that the reader above overlooks.
    let counts: Vec<usize> = requests.iter().map(marks).collect();
    assert_eq!(counts, [0, 0, 1, 1], "mentions in each request");
    assert!(requests[2..].iter().all(|request| tellings(request) == told));
}
