//! The index in the hook: after an edit the file is read once, what its lines do is told with who else is concerned, the ways between
//! components that it makes are offered to the topology file, and the next edit, of whichever file, knows of it.

#[path = "hook/room.rs"]
mod room;

use room::{PREFIX, Room, run, text};
use serde_json::json;
use std::path::Path;

const WORKER: &str = "import redis

store = redis.Redis(host=\"redis\")


def handle(worker_id, job):
    store.set(f\"worker:{worker_id}:status\", \"busy\")
    try:
        job.run()
    except Exception:
        return
    store.set(f\"worker:{worker_id}:status\", \"idle\")
";
const DISPATCHER: &str = "import redis

store = redis.Redis(host=\"redis\")


def first_idle(workers):
    for worker in workers:
        if store.get(f\"worker:{worker}:status\") == \"idle\":
            return worker
    return None


def listen():
    events = store.pubsub()
    events.subscribe(\"jobs.done\")
    return events
";
const BILLING: &str = "from flask import Flask

app = Flask(__name__)


@app.get(\"/invoices/<invoice>\")
def invoice(invoice):
    return {}
";
const RETURN: &str = "    except Exception:\n        return\n";
const IDLE: &str = "    except Exception:\n        store.set(f\"worker:{worker_id}:status\", \"idle\")\n        return\n";
const FACT: &str = "this edit writes worker:{}:status = \"idle\" in an error handler";

/// The three services, with an index.
fn room(settings: &str, topology: &str) -> Room {
    let room = Room::new();
    for (path, text) in [("worker/worker.py", WORKER), ("dispatcher/assign.py", DISPATCHER), ("billing/app.py", BILLING)] {
        room.file(&format!("project/{path}"), text);
        room.file(&format!("project/{}/Dockerfile", path.split('/').next().expect("a folder")), "FROM python:3.13\nCMD [\"python\"]\n");
    }
    std::fs::create_dir_all(room.path("project/.git")).expect("a folder");
    room.file("project/.dist-architect/config.yaml", format!("findings: {{tell: false}}\n{settings}"));
    if !topology.is_empty() {
        room.file("project/.dist-architect/topology.yaml", topology);
    }
    index(&room);
    room
}

fn index(room: &Room) {
    let mut command = room.command(env!("CARGO_BIN_EXE_distarch"));
    let output = command.args(["index", "--quiet"]).arg(room.path("project")).output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What the hook says of an edit that has been made, in the project as it is called at `top`; the file then is what `lay_out` makes of it.
fn said_at(room: &Room, top: &Path, session: &str, path: &str, (old, new): (&str, &str), lay_out: impl Fn(String) -> String) -> String {
    let file = top.join(path);
    let before = std::fs::read_to_string(&file).expect("a file");
    assert!(before.contains(old), "{old}");
    std::fs::write(&file, lay_out(before.replacen(old, new, 1))).expect("written");
    let input = json!({ "file_path": top.join(path), "old_string": old, "new_string": new, "replace_all": false });
    let more = json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": "toolu_1", "tool_response": { "originalFile": before } });
    let mut command = room.hook_command();
    command.env("CLAUDE_PROJECT_DIR", top);
    let answer = run(command, room.event(session, "PostToolUse", more).to_string().as_bytes());
    assert_eq!(room.faults(), [""; 0]);
    answer.as_ref().map_or(String::new(), |a| text(a).to_owned())
}

fn said(room: &Room, session: &str, path: &str, change: (&str, &str)) -> String {
    said_at(room, &room.path("project"), session, path, change, |text| text)
}

#[test]
fn an_edit_is_told_who_is_concerned_and_the_next_one_knows_of_it() {
    let room = room("", "");
    let told = said(&room, "s1", "worker/worker.py", (RETURN, IDLE));
    assert!(told.contains(&format!("{FACT} (worker/worker.py:11)\n- read by dispatcher/assign.py:8")), "{told}");
    // What this one does is known at the next one, of another file.
    let waits = "    if store.get(f\"worker:{workers[0]}:mood\") == \"glad\":\n        return workers[0]\n    return None\n";
    assert_eq!(said(&room, "s1", "dispatcher/assign.py", ("    return None\n", waits)), "", "nobody else has to do with it");
    let told = said(&room, "s1", "worker/worker.py", ("    try:", "    store.set(f\"worker:{worker_id}:mood\", \"glad\")\n    try:"));
    assert!(told.contains("this edit writes worker:{}:mood = \"glad\" (worker/worker.py:8)\n- read by dispatcher/assign.py:10"), "{told}");
}

#[test]
fn a_name_that_stands_elsewhere_in_the_file_is_known_on_the_changed_line() {
    let room = room("", "");
    let named = WORKER.replace("\n\n\ndef", "\nKEY = \"worker:{}:status\"\n\n\ndef");
    room.file("project/worker/worker.py", &named);
    index(&room);
    let far = format!("{}    except Exception:\n", "\n".repeat(400));
    std::fs::write(room.path("project/worker/worker.py"), named.replace("    except Exception:\n", &far)).expect("written");
    let told = said(&room, "s1", "worker/worker.py", (RETURN, "    except Exception:\n        store.set(KEY.format(worker_id), \"idle\")\n        return\n"));
    assert!(told.contains(&format!("{FACT} (worker/worker.py:412)")), "{told}");
}

#[test]
fn a_line_counts_as_it_stands_in_the_file() {
    let room = room("", "");
    let formatted = |text: String| text.replace("import redis\n", "import os\n\nimport redis\n").replace("\n    ", "\n  ");
    let told = said_at(&room, &room.path("project"), "s1", "worker/worker.py", (RETURN, IDLE), formatted);
    assert!(told.contains(&format!("{FACT} (worker/worker.py:13)")), "laid out anew: {told}");
    let told = said_at(
        &room,
        &room.path("project"),
        "s2",
        "worker/worker.py",
        ("      job.run()\n", "      job.run()\n      store.set(f\"worker:{worker_id}:status\", \"idle\")\n"),
        |_| WORKER.to_owned(),
    );
    assert_eq!(told, "", "undone before it was looked at");
}

#[test]
fn a_new_file_is_of_the_component_of_its_neighbours() {
    let room = room("", "");
    let text = "import redis\n\nstore = redis.Redis(host=\"redis\")\n\n\ndef clear(worker_id):\n    pass\n";
    let freed = ("    pass\n", "    store.set(f\"worker:{worker_id}:status\", \"idle\")\n");
    for (path, expected) in [("worker/clear.py", "- read by dispatcher/assign.py:8"), ("dispatcher/clear.py", "")] {
        room.file(&format!("project/{path}"), text);
        let told = said(&room, path, path, freed);
        assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{path}: {told}");
    }
}

#[test]
fn what_is_turned_off_is_not_told_and_not_read() {
    let no_facts = room("observers: {tell: false}\n", "");
    assert!(!said(&no_facts, "s1", "worker/worker.py", (RETURN, IDLE)).contains("this edit"));
    let overlay =
        |room: &Room| std::fs::read_dir(room.state().join("index")).expect("a folder").flatten().any(|e| e.path().extension().is_some_and(|x| x == "edited"));
    assert!(overlay(&no_facts), "what the file says is kept");
    let no_index = room("observers: {index: false}\n", "");
    assert!(said(&no_index, "s1", "worker/worker.py", (RETURN, IDLE)).contains(FACT));
    assert!(!overlay(&no_index), "nothing is kept");
}

#[test]
fn a_gate_tells_before_the_edit_and_renews_after_it() {
    let room = room("mode: gate\n", "");
    let input = json!({ "file_path": room.path("project/worker/worker.py"), "old_string": RETURN, "new_string": IDLE, "replace_all": false });
    let event = room.event("s1", "PreToolUse", json!({ "tool_name": "Edit", "tool_input": input, "tool_use_id": "toolu_1" }));
    let answer = room.hook(event.to_string()).expect("a fact");
    assert!(text(&answer).contains(FACT), "{answer}");
    assert!(!said(&room, "s1", "worker/worker.py", (RETURN, IDLE)).contains(FACT), "told before");
    let told = said(&room, "s2", "dispatcher/assign.py", ("\"idle\":", "\"lost\":"));
    assert!(!told.contains("worker/worker.py:13"), "its lines moved with the edit: {told}");
}

#[cfg(unix)]
#[test]
fn a_project_that_is_reached_through_a_link_has_its_index() {
    let room = room("", "");
    let link = room.path("link");
    std::os::unix::fs::symlink(room.path("project"), &link).expect("linked");
    let told = said_at(&room, &link, "s1", "worker/worker.py", (RETURN, IDLE), |text| text);
    assert!(told.contains(&format!("{FACT} (worker/worker.py:11)\n- read by dispatcher/assign.py:8")), "{told}");
    // A folder of it.
    let told = said_at(&room, &link.join("worker"), "s2", "worker.py", ("\"busy\"", "\"idle\""), |text| text);
    assert!(told.contains("this edit writes worker:{}:status = \"idle\" (worker.py:7)\n- read by dispatcher/assign.py:8"), "{told}");
}

const TOPOLOGY: &str = "version: 1
components:
  - {name: worker, paths: ['worker/**']}
  - {name: dispatch-service, paths: ['dispatcher/**']}
  - {name: billing, paths: ['billing/**']}
  - {name: jobs, kind: queue}
relationships:
  - {from: dispatch-service, to: billing}
";
const ASKS: &str = "    requests.get(f\"http://billing/invoices/{job.id}\", timeout=2)\n    job.run()\n";
const FEEDS: &str = "    store.publish(\"jobs.done\", job.id)\n";

#[test]
fn a_way_that_the_topology_does_not_have_is_offered_once() {
    let room = room("", TOPOLOGY);
    let file = "project/worker/worker.py";
    room.file(file, WORKER.replace("import redis", "import redis\nimport requests"));
    index(&room);
    let change = |new: &str| -> (String, String) { ("        job.run()\n".to_owned(), new.replace("    ", "        ").to_owned()) };
    let tell = |session: &str, new: &str| {
        let (old, new) = change(new);
        let told = said(&room, session, "worker/worker.py", (&old, &new));
        room.file(file, WORKER.replace("import redis", "import redis\nimport requests"));
        told
    };
    let offer = |to: &str, does: &str| {
        format!(
            "{PREFIX}topology: with this edit worker {does} {to}, and .dist-architect/topology.yaml has no such relationship. To add there:\nrelationships:\n"
        )
    };
    let told = tell("s1", ASKS);
    let line = "  - {from: worker, to: billing, via: http}  # worker/worker.py:10 calls GET /invoices/{}; billing/app.py:6 serves GET /invoices/{}";
    assert!(told.contains(&(offer("billing", "calls") + line)), "{told}");
    assert_eq!(told.matches("topology:").count(), 1, "who is offered is not asked about: {told}");
    assert!(!tell("s1", ASKS).contains("topology:"), "once in a conversation");
    assert!(tell("s2", ASKS).contains("topology: with this edit"), "another has not heard of it");
    let told = tell("s1", FEEDS);
    for line in [
        "  - {from: worker, to: jobs.done, via: event, pattern: pub-sub}  # worker/worker.py:10 publishes jobs.done\n",
        "  - {from: jobs.done, to: dispatch-service, via: event, pattern: pub-sub}  # dispatcher/assign.py:15 consumes jobs.done",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(told.contains(&offer("dispatch-service", "feeds")) && !told.contains("is a channel here"), "{told}");
}

#[test]
fn a_way_that_the_topology_has_is_not_offered() {
    for (relationship, new) in [
        ("{from: worker, to: billing}", ASKS),
        ("{from: worker, to: dispatch-service}", FEEDS),
        ("{from: worker, to: jobs.done}\n  - {from: dispatch-service, to: jobs.done}", FEEDS),
        ("{from: billing, to: worker}", ASKS),
    ] {
        let room = room("", &format!("{TOPOLOGY}  - {relationship}\n"));
        room.file("project/worker/worker.py", WORKER.replace("import redis", "import redis\nimport requests"));
        index(&room);
        let told = said(&room, "s1", "worker/worker.py", ("        job.run()\n", &new.replace("    ", "        ")));
        assert!(!told.contains("no such relationship"), "{relationship}: {told}");
    }
    // Without the file there is nothing to add to.
    let room = room("", "");
    let told = said(&room, "s1", "worker/worker.py", ("        job.run()\n", &FEEDS.replace("    ", "        ")));
    assert!(!told.contains("no such relationship"), "{told}");
}

/// The client keeps the hook's state in a folder of its own; a person in a terminal asks the same index, and renews it.
#[test]
fn a_terminal_shares_the_index_of_the_plugin() {
    let room = room("", "");
    let plugin = room.path("home/.claude/plugins/data/distributed-architect-here");
    std::fs::create_dir_all(plugin.parent().expect("a folder")).expect("made");
    std::fs::rename(room.state(), &plugin).expect("moved");
    let own = room.path("home/.local/state/distarch/index");
    let ask = |arguments: &[&str]| {
        let mut command = room.command(env!("CARGO_BIN_EXE_distarch"));
        let output = command.env_remove("CLAUDE_PLUGIN_DATA").current_dir(room.path("project")).args(arguments).output().expect("run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a text")
    };
    let reads = |said: &str| serde_json::from_str::<serde_json::Value>(said).expect("JSON")["read"]["files"].clone();
    room.file("project/worker/worker.py", WORKER.replace("\"idle\"", "\"free\""));
    assert!(ask(&["observers", "worker:{id}:status"]).contains("\"free\""));
    // The file that was changed, and perhaps others that were written just before they were read.
    let files = std::fs::read_dir(plugin.join("index")).expect("a folder").count();
    assert_ne!(reads(&ask(&["index", "--format", "json"])), 0);
    assert_eq!(std::fs::read_dir(plugin.join("index")).expect("a folder").count(), files);
    assert!(!own.exists(), "a second index");
    // One that this program cannot read is another's.
    for entry in std::fs::read_dir(plugin.join("index")).expect("a folder").flatten() {
        std::fs::write(entry.path(), "of another version").expect("written");
    }
    ask(&["index"]);
    assert!(own.exists());
    assert!(std::fs::read_dir(plugin.join("index")).expect("a folder").flatten().all(|e| std::fs::read(e.path()).is_ok_and(|b| b == b"of another version")));
}
