//! Ordinary edits cost nothing: with the plugin's hooks alone, what the model gets is what it would get without them, byte by
//! byte. The whole plugin adds one thing to each request, the lines that list its skills and its agent.
//!
//! Nothing is masked in the comparison. What differs between any two runs is made equal beforehand: the session id (by
//! option), the machine id (in the home's `.claude.json`), the paths (the same room, emptied), the commit id (fixed
//! dates), the date (both runs on one day). That this is all is shown by a second run without the plugin.

use std::collections::BTreeSet;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::{Api, Recorded};
use crate::driver::{Plugin, Room, checkout};
use crate::edits::{LABEL_AFTER, LABEL_BEFORE, NOTES, NOTES_AFTER, PRICES, SOURCES};
use crate::install::Client;
use crate::script::{Asker, Script, edit, read, say, write};

const SESSION: &str = "11111111-2222-4333-8444-555555555555";
/// How a client's listings name what the plugin brings: one line each.
const LISTED: &str = "- distributed-architect:";
const BROUGHT: [&str; 5] = ["dist-check", "dist-debug", "dist-design", "distributed-computing-architect", "system-design"];
/// For all of them together.
const LISTING_LIMIT: usize = 900;

pub(crate) fn ordinary_edits_leave_every_request_as_it_was(client: &Client) {
    let room = Room::new(SOURCES);
    let hooks = hooks_alone();
    let (without, again, with) = on_one_day(|| {
        let without = run(client, &room, Plugin::None);
        let again = run(client, &room, Plugin::None);
        (without, again, run(client, &room, Plugin::Folder(hooks.path())))
    });
    assert!(room.plugin_noted("prices.py"), "the hook saw the edit");
    assert_same("two runs without the plugin", &without, &again);
    assert_same("without and with the plugin's hooks", &without, &with);
    println!("client {}: {} request bodies equal byte by byte", client.version, with.len());
}

pub(crate) fn the_whole_plugin_adds_its_listing_only(client: &Client) {
    let room = Room::new(SOURCES);
    let hooks = hooks_alone();
    let (without, with) = on_one_day(|| (run(client, &room, Plugin::Folder(hooks.path())), run(client, &room, Plugin::Folder(checkout()))));
    assert_eq!(without.len(), with.len(), "number of requests");
    let mut told: Option<Vec<String>> = None;
    for (at, (without, with)) in without.iter().zip(&with).enumerate() {
        let mut left = with.json.clone();
        let mut listing = Vec::new();
        take_listing(&mut left, &mut listing);
        let mut differences = Vec::new();
        compare(&without.json, &left, "", &mut differences);
        assert!(differences.is_empty(), "request {at} differs in more than the listing:\n{}", differences.join("\n"));
        // Side requests, such as the one for a title, list nothing.
        if matches!(with.asker, Some(Asker::Thread(_))) {
            let names: Vec<&str> = listing.iter().filter_map(|line| line[LISTED.len()..].split(':').next()).collect();
            assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(BROUGHT), "request {at}");
            assert_eq!(names.len(), BROUGHT.len(), "request {at}: each once");
            let characters: usize = listing.iter().map(|line| line.chars().count() + 1).sum();
            assert!(characters <= LISTING_LIMIT, "request {at}: {characters} characters:\n{}", listing.join("\n"));
            if told.is_none() {
                println!("client {}: the plugin adds {characters} characters to a session:\n{}", client.version, listing.join("\n"));
            }
            // The same in each request, so it is read from the model's cache.
            assert_eq!(told.get_or_insert_with(|| listing.clone()), &listing, "request {at}");
        } else {
            assert!(listing.is_empty(), "request {at}: {listing:?}");
        }
    }
    assert!(told.is_some(), "a request of the conversation");
}

/// The plugin's folder without skills and agents.
fn hooks_alone() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".claude-plugin")).expect("a folder");
    for file in [".claude-plugin/plugin.json", "hooks.json"] {
        fs::copy(checkout().join(file), folder.path().join(file)).expect("a copy");
    }
    folder
}

/// Takes the lines that list the plugin's skills and agent out of every text of a body.
fn take_listing(value: &mut Value, listing: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(LISTED) => {
            let (ours, others): (Vec<&str>, Vec<&str>) = text.split('\n').partition(|line| line.starts_with(LISTED));
            listing.extend(ours.into_iter().map(str::to_owned));
            *text = others.join("\n");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| take_listing(item, listing)),
        Value::Object(fields) => fields.values_mut().for_each(|field| take_listing(field, listing)),
        _ => {}
    }
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
