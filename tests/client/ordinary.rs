//! Ordinary edits cost nothing: what the model gets is what it would get without the plugin, byte by byte.
//!
//! Nothing is masked in the comparison. What differs between any two runs is made equal beforehand: the session id (by
//! option), the machine id (in the home's `.claude.json`), the paths (the same room, emptied), the commit id (fixed
//! dates), the date (both runs on one day). That this is all is shown by a second run without the plugin.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::api::{Api, Recorded};
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{LABEL_AFTER, LABEL_BEFORE, NOTES, NOTES_AFTER, PRICES, SOURCES};
use crate::install::Client;
use crate::script::{Script, edit, read, say, write};

const SESSION: &str = "11111111-2222-4333-8444-555555555555";

pub(crate) fn ordinary_edits_leave_every_request_as_it_was(client: &Client) {
    let room = Room::new(SOURCES);
    let (without, again, with) = on_one_day(|| {
        let without = run(client, &room, Plugin::None);
        let again = run(client, &room, Plugin::None);
        (without, again, run(client, &room, Plugin::Folder(checkout())))
    });
    assert!(room.plugin_noted("prices.py"), "the hook saw the edit");
    assert_same("two runs without the plugin", &without, &again);
    assert_same("without and with the plugin", &without, &with);
    println!("client {}: {} request bodies equal byte by byte", client.version, with.len());
}

/// The client tells the model the date, so a midnight between two runs would be a difference.
fn on_one_day<T>(runs: impl Fn() -> T) -> T {
    let today = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() / 86_400);
    loop {
        let day = today();
        let result = runs();
        if day == today() {
            return result;
        }
    }
}

fn run(client: &Client, room: &Room, plugin: Plugin<'_>) -> Vec<Recorded> {
    room.renew(SOURCES);
    let (prices, notes) = (room.file(PRICES), room.file(NOTES));
    let script = Script::default().thread(
        "main",
        [read("r1", &prices), edit("e1", &prices, LABEL_BEFORE, LABEL_AFTER), read("r2", &notes), write("w1", &notes, NOTES_AFTER), say("Done.")],
    );
    let api = Api::serve(&script);
    room.prompt(client, &api, plugin, &["--session-id", SESSION], "[thread:main] Show negative prices in brackets.");
    assert!(room.text_of(PRICES).contains(LABEL_AFTER) && room.text_of(NOTES) == NOTES_AFTER, "the edits were made");
    let requests: Vec<Recorded> = api.requests().into_iter().filter(|request| request.path.starts_with("/v1/messages")).collect();
    assert_eq!(api.of_thread("main").len(), 5, "one request a turn");
    requests
}

fn assert_same(what: &str, left: &[Recorded], right: &[Recorded]) {
    for (at, (left, right)) in left.iter().zip(right).enumerate() {
        let mut differences = Vec::new();
        compare(&left.json, &right.json, "", &mut differences);
        assert!(left.body == right.body, "{what}: request {at} differs:\n{}", differences.join("\n"));
    }
    assert_eq!(left.len(), right.len(), "{what}: number of requests");
}

/// Where two bodies differ, for the message of a failure.
fn compare(left: &Value, right: &Value, at: &str, out: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                compare(&left[key], &right[key], &format!("{at}.{key}"), out);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                compare(left.get(index).unwrap_or(&Value::Null), right.get(index).unwrap_or(&Value::Null), &format!("{at}[{index}]"), out);
            }
        }
        _ if left != right => out.push(format!("{at}\n  {left}\n  {right}")),
        _ => {}
    }
}
