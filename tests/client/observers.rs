//! Who else touches what an edit touches, told through the real client: a status that others act on, a field that others read, a call
//! that others try again.

use std::fs;
use std::path::Path;

use crate::api::Api;
use crate::driver::{Plugin, Room, checkout};
use crate::install::Client;
use crate::script::{Script, call, edit, read, say};
use crate::seen::{MARK, Telling, last, show, tellings};

const WORKER: &str = "worker/worker.py";
const EVENTS: &str = "proto/shop/events.proto";
const CHARGE: &str = "worker/charge.py";

/// A second layer: the mesh tries calls of the inventory again already.
const RETRIED: &str = "http.mount(settings.INVENTORY_ADDR, HTTPAdapter(max_retries=Retry(total=4, backoff_factor=0.2)))\n\nproducer = Producer(";

/// The first conversation has the repository read beside it; the second is told from what was read.
pub(crate) fn an_edit_is_told_who_else_is_concerned(client: &Client) {
    let shop = shop();
    let room = Room::new(&shop.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    let wait = call("w1", "Bash", serde_json::json!({ "command": "sleep 3", "description": "Wait" }));
    let api = Api::serve(&Script::default().thread("first", [wait, say("Ready.")]));
    room.prompt(client, &api, Plugin::Folder(checkout()), &["--allowedTools=Bash(sleep *)"], "[thread:first] Are you ready?");
    assert!(tellings(last(&api.of_thread("first"))).is_empty(), "nothing is said about reading");

    let (worker, events, charge) = (room.file(WORKER), room.file(EVENTS), room.file(CHARGE));
    let pause = "            time.sleep(settings.PAUSE_SECONDS)\n            return\n";
    let idle = format!("            self.redis.set(f\"worker:{{self.id}}:status\", \"idle\")\n{pause}");
    let turns = [
        read("r1", &worker),
        edit("e1", &worker, pause, &idle),
        read("r2", &events),
        edit("e2", &events, "int32 quantity = 4;", "int32 amount = 4;"),
        read("r3", &charge),
        edit("e3", &charge, "\nproducer = Producer(", RETRIED),
        say("Done."),
        // What is still open is asked about once at the end of the turn.
        say("Done, and looked at."),
    ];
    let api = Api::serve(&Script::default().thread("main", turns));
    room.prompt(client, &api, Plugin::Folder(checkout()), &[], "[thread:main] Free the worker when redis is lost, and more.");

    let requests = api.of_thread("main");
    let told = tellings(last(&requests));
    show(&format!("client {}, observers", client.version), &told);
    let fact =
        |call: &str| -> Vec<&Telling> { told.iter().filter(|t| t.after == call && t.text.starts_with(MARK) && t.text.contains(": this edit ")).collect() };
    let status = fact("toolu_e1");
    assert_eq!(status.len(), 1, "one fact: {told:?}");
    assert!(status[0].text.contains("this edit writes worker:{}:status = \"idle\" in an error handler (worker/worker.py:57)"), "{}", status[0].text);
    for place in ["- read by dispatcher/assign.py:54", "- read by ui/poller.ts:30"] {
        assert!(status[0].text.contains(place), "{place}: {}", status[0].text);
    }
    let field = fact("toolu_e2");
    assert!(field.iter().any(|t| t.text.contains("OrderCreated.quantity") && t.text.contains("inventory/internal/stock/consumer.go:")), "{told:?}");
    let retries = fact("toolu_e3");
    assert!(retries.iter().any(|t| t.text.contains("inventory (attempts=4)") && t.text.contains("- retried by deploy/mesh.yaml:17")), "{told:?}");
}

/// The shop by which the index is judged, file by file.
fn shop() -> Vec<(String, String)> {
    fn walk(folder: &Path, top: &Path, out: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, top, out);
            } else {
                let name = path.strip_prefix(top).expect("below the top").to_str().expect("a UTF-8 path").to_owned();
                out.push((name, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let top = checkout().join("tests/observers/shop");
    let mut out = Vec::new();
    walk(&top, &top, &mut out);
    out.sort();
    out
}
