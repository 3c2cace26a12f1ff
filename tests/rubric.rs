//! `distarch rubric` over a repository: what the code says holds a row down, a finding that is mended lifts it, and a row that falls is
//! exit code 1.
#![cfg(unix)]

mod support;

use serde_json::Value;
use support::{Room, said};

const TOPOLOGY: &str = "version: 1
components:
  - {name: web, kind: gateway, count: 2, entry: true, noticed_after: 1m}
  - {name: orders, count: 3, capacity: 100/s, noticed_after: 1m}
relationships:
  - {from: web, to: orders, via: grpc, timeout: 800ms, attempts: 2, rate: 5/s, required: true, idempotent: true, calls: 1, contract: proto/order.proto}
";
const LOOP: &str = "import requests\n\n\ndef report(url, job):\n    while True:\n        try:\n            requests.post(url, json=job, timeout=3)\n            return\n        except ConnectionError:\n            continue\n";

fn room() -> Room {
    let room = Room::new();
    room.write(".dist-architect/topology.yaml", TOPOLOGY);
    room.write("proto/order.proto", "syntax = \"proto3\";\n");
    room.commit();
    room
}

fn row(room: &Room, arguments: &str, id: &str) -> Value {
    let out = room.shell(&format!("distarch rubric --day 2026-11-21 --format json {arguments}"));
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&out)));
    assert_eq!(report["version"], 1);
    assert_eq!(report["rows"].as_array().expect("rows").len(), 8);
    report["rows"].as_array().expect("rows").iter().find(|r| r["row"] == id).expect("the row").clone()
}

#[test]
fn a_row_is_what_its_evidence_carries() {
    let room = room();
    let scores = |id: &str| row(&room, "", id)["score"].clone();
    // All declared and nothing found: 2. Nothing to look at: asked.
    for (id, score) in [("feedback", Value::from(2)), ("time", 2.into()), ("change", 2.into()), ("state", Value::Null)] {
        assert_eq!(scores(id), score, "{id}: {}", row(&room, "", id));
    }
    assert_eq!(row(&room, "", "state")["asks"].as_array().expect("questions").len(), 3);
    assert_eq!(row(&room, "", "time")["asks"][0]["score"], 3);

    room.write("src/report.py", LOOP);
    let held = row(&room, "--answer 'feedback=3: load test of 2026-10-02'", "feedback");
    assert_eq!((&held["score"], &held["measured"]), (&1.into(), &1.into()), "{held}");
    assert!(held["evidence"].to_string().contains("src/report.py:9: tight-retry-loop (high)"), "{held}");
    assert!(held["answered"]["held"].is_string(), "an answer does not outbid a finding");
    assert_eq!(row(&room, "--since HEAD", "feedback")["score"], 1, "new files count");

    room.write("src/report.py", "def report():\n    return 1\n");
    let lifted = row(&room, "--answer 'feedback=3: load test of 2026-10-02'", "feedback");
    assert_eq!(lifted["score"], 3, "{lifted}");
    // A contract that is no longer there is no contract.
    std::fs::remove_file(room.path().join("proto/order.proto")).expect("removed");
    assert_eq!(scores("change"), Value::from(0));
}

#[test]
fn a_row_that_falls_is_told_with_what_is_new() {
    let room = room();
    let keep = room.shell("distarch rubric --day 2026-11-21 --save rubric.yaml");
    assert_eq!(keep.status.code(), Some(0), "{}", said(&keep));
    let again = room.shell("distarch rubric --day 2026-11-21 --compare rubric.yaml");
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    room.write("src/report.py", LOOP);
    let fallen = room.shell("distarch rubric --day 2026-12-01 --compare rubric.yaml");
    assert_eq!(fallen.status.code(), Some(1), "{}", said(&fallen));
    for line in ["lower: feedback: 2 > 1", "new: feedback: src/report.py:9: tight-retry-loop (high)", "Since 2026-11-21 at "] {
        assert!(String::from_utf8_lossy(&fallen.stdout).contains(line), "{line}: {}", said(&fallen));
    }
}

#[test]
fn without_anything_to_look_at_all_is_asked() {
    let room = Room::new();
    let out = room.shell("distarch rubric");
    assert!(out.status.success() && String::from_utf8_lossy(&out.stdout).starts_with("No row can be measured from here; 8 are asked"), "{}", said(&out));
    let elsewhere = room.shell("cd .. && distarch rubric");
    assert!(elsewhere.status.success() && String::from_utf8_lossy(&elsewhere.stdout).contains("nothing could be looked at"), "{}", said(&elsewhere));
}
