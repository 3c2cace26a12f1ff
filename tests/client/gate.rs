//! A project may ask for a gate: the first try of an edit is denied with the reason, the second one passes.

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{PROJECT, REPORT_AFTER, REPORT_BEFORE, WORKER};
use crate::install::Client;
use crate::script::{Script, edit, read, say};
use crate::seen::{MARK, last, marks, result_of};

const CONFIG: (&str, &str) = (".dist-architect/config.yaml", "mode: gate\nfindings: {tell: false}\n");

pub(crate) fn the_gate_denies_the_first_try_and_lets_the_second_pass(client: &Client) {
    let files: Vec<(&str, &str)> = PROJECT.iter().copied().chain([CONFIG]).collect();
    let room = Room::new(&files);
    let worker = room.file(WORKER);
    let tries = ["e1", "e2"].map(|id| edit(id, &worker, REPORT_BEFORE, REPORT_AFTER));
    let [first, second] = tries;
    let script = Script::default().thread("main", [read("r1", &worker), first, second, say("Done.")]);
    let api = Api::serve(&script);
    room.prompt(client, &api, Plugin::Folder(checkout()), &[], "[thread:main] Make the report survive a lost connection.");

    let requests = api.of_thread("main");
    let (denied, made) = (result_of(last(&requests), "toolu_e1"), result_of(last(&requests), "toolu_e2"));
    println!("--- client {}, gate: {}", client.version, denied["content"]);
    assert_eq!(denied["is_error"], true, "the first try is denied");
    assert!(denied["content"].as_str().is_some_and(|text| text.contains(MARK)), "with the reason: {denied}");
    assert_ne!(made["is_error"], true, "the second try passes: {made}");
    assert!(room.text_of(WORKER).contains(REPORT_AFTER), "the edit was made");
    assert_eq!(requests.iter().map(marks).collect::<Vec<_>>(), [0, 0, 1, 1], "said once");
}
