//! The examples of `--help`, each run in a machine of its own.

use crate::excuse;
use crate::support::{Room, copy, said};
use crate::world::{deployed, read, root, shop};
use distributed_architect::cli;
use std::fs;

/// A system in which all that the examples name is there.
const SYSTEM: &str = "version: 1
components:
  - {name: web, kind: gateway, count: 2-8, entry: true}
  - {name: checkout, count: 2, entry: true}
  - {name: orders, count: 2-10, paths: [\"services/orders/**\"]}
  - {name: payment, count: 2}
  - {name: orders-db, kind: db, count: 1}
  - {name: cache, kind: cache, count: 1}
  - {name: scaler, count: 1, states: [{from: few, to: many, on: load-high, emits: [add]}]}
  - {name: pool, count: N, states: [{from: cold, to: hot, on: add}, {from: hot, to: cold, on: job-done}]}
relationships:
  - {from: web, to: orders, via: grpc, timeout: 800ms, attempts: 4}
  - {from: checkout, to: orders, via: grpc, timeout: 800ms}
  - {from: orders, to: payment, via: grpc, timeout: 300ms}
  - {from: orders, to: orders-db, via: sql, timeout: 300ms, attempts: 4}
  - {from: orders, to: cache, via: redis, timeout: 50ms, required: false}
  - {from: scaler, to: pool, via: http}
";
const API: &str = "import psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = psycopg2.connect(\"\")\n\n\n@app.get(\"/orders/<id>\")\ndef order(id):\n    cur = db.cursor()\n    cur.execute(\"SELECT status FROM orders WHERE id = %s\", (id,))\n    cur.execute(\"UPDATE orders SET status = 'seen' WHERE id = %s\", (id,))\n    return cur.fetchone()\n";

/// Commands that have to come first, by what an example begins with.
const FIRST: [(&str, &str); 9] = [
    ("distarch topology init", "rm .dist-architect/topology.yaml docs/topology.yaml"),
    ("distarch topology import k8s/ --output", "rm .dist-architect/topology.yaml"),
    ("distarch catalog promote", "distarch catalog draft --id stale-tariff --module data-lifecycle --shape 'Old.' --at src/rate.go:42"),
    (
        "distarch catalog lint",
        "distarch catalog draft --id stale-tariff --module data-lifecycle --shape 'Old.' --at src/rate.go:42 && distarch catalog promote stale-tariff",
    ),
    ("distarch rubric --answers", "distarch rubric --save rubric.yaml"),
    ("distarch spec new docs/orders.md", "rm docs/orders.md"),
    ("distarch spec check docs/*.md", "rm -f *.md"),
    ("distarch detector --uninstall", "distarch detector --install AGENTS.md"),
    ("distarch uninstall", "distarch install --client codex"),
];

/// Examples of the content folder of this project: they are run in the checkout, and write nothing.
const CONTENT: [&str; 2] = ["distarch lint signals/failure-mode", "distarch catalog lint catalog/missing-fsync.md"];
/// What is no command.
const NO_COMMAND: [&str; 1] = ["In hooks.json: "];

fn machine() -> Room {
    let (room, deployed) = (shop(), deployed());
    copy(&deployed.path().join("k8s"), &room.path().join("deploy"));
    copy(&deployed.path().join("k8s"), &room.path().join("k8s"));
    for file in ["spans.csv.gz", "dependencies.json", ".env", "compose.prod.yaml"] {
        fs::copy(deployed.path().join(file), room.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    }
    for file in [".dist-architect/topology.yaml", "docs/topology.yaml", "today.yaml", "option.yaml", "with-cache.yaml", "with-queue.yaml"] {
        room.write(file, SYSTEM);
    }
    room.write("services/orders/api.py", API);
    room.write("services/billing/README.md", "Bills.\n");
    room.write("src/worker.py", &format!("import redis\n\nstore = redis.Redis()\n{}store.set(f\"worker:{{id}}:status\", \"idle\")\n", "\n".repeat(57)));
    room.write(".dist-architect/signals/our-outbox.yaml", "id: our-outbox\nmodule: data-lifecycle\nsections: [failed-move]\nwhy: an event leaves through the outbox, so it has to be in the same transaction\nstrength: strong\nliterals: [outboxAppend]\nfires:\n  - {language: go, after: \"outboxAppend(ctx, event)\"}\n  - {language: go, after: \"x := outboxAppend(ctx, event)\"}\nsilent:\n  - {language: go, after: \"// outboxAppend was here\"}\n  - {language: go, after: \"log.Print(event)\"}\n");
    room.write("answers.txt", "y\ny\n\nm\nm\ny\ny\nn\ny\n\n");
    for folder in [".local/share/bash-completion/completions", ".config/fish/completions", ".zfunc", "src"] {
        fs::create_dir_all(room.beside("home").join(folder)).expect("a folder");
    }
    std::os::unix::fs::symlink("../../project", room.beside("home/src/shop")).expect("a link");
    room
}

/// The examples of a verb and of those below it, line by line; one with an open quote goes on.
fn examples(command: &clap::Command) -> Vec<String> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in after.lines().skip_while(|l| !matches!(*l, "Examples:" | "Start with:")).skip(1).take_while(|l| l.starts_with("  ")) {
        let line = line.trim();
        if open {
            out.last_mut().expect("a line before").push_str(line);
        } else {
            out.push(line.split("   ").next().unwrap_or(line).trim().to_owned());
        }
        open = out.last().is_some_and(|l| l.matches('\'').count() % 2 == 1);
    }
    for below in command.get_subcommands() {
        out.extend(examples(below));
    }
    out
}

#[test]
fn examples_of_help_run() {
    let all: Vec<String> = examples(&cli::command()).into_iter().filter(|e| !excuse(e) && !NO_COMMAND.iter().any(|n| e.starts_with(n))).collect();
    assert!(all.len() > 100, "{} examples", all.len());
    let machine = machine();
    let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let slips: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..at_once)
            .map(|part| {
                scope.spawn({
                    let (all, machine) = (&all, &machine);
                    move || all.iter().skip(part).step_by(at_once).filter_map(|example| slip(machine, example)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|p| p.join().expect("a part")).collect()
    });
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// What is wrong with an example.
fn slip(machine: &Room, example: &str) -> Option<String> {
    let room = machine.twin();
    room.write("event.json", &read("tests/docs/event.json").replace("PROJECT", &room.path().display().to_string()));
    for (begins, first) in FIRST {
        if example.starts_with(begins) {
            let out = room.shell(first);
            assert!(matches!(out.status.code(), Some(0 | 1)), "{example}: {first}: {}", said(&out));
        }
    }
    let line = if CONTENT.contains(&example) { format!("cd '{}' && {example}", root().display()) } else { example.to_owned() };
    let out = crate::support::run(&room, &line);
    // What is written elsewhere is not said, and a condition may leave nothing.
    let quiet = example.contains(['>', '|']) || example.contains("distarch hook");
    let right = matches!(out.status.code(), Some(0 | 1)) && out.stderr.is_empty() && (quiet || !out.stdout.is_empty());
    (!right).then(|| format!("{example}: {}", said(&out)))
}
