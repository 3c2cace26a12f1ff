//! Where the commands of pages are run: a small shop with a release, a branch, a change that is not committed yet, and a machine on
//! which the hook has spoken once.

use crate::support::{Room, copy, said};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Programs of others that pages name, each with what stands in for it.
pub(crate) const STAND_INS: [(&str, &str, &str); 4] = [
    ("claude", "doctor asks the client for its version", "echo '2.1.328 (Claude Code)'"),
    ("helm", "renders a chart; here it prints a manifest as a chart has them", "cat k8s/*.yaml"),
    ("dot", "draws what Graphviz reads; here it reads it", "grep -q '^digraph' && echo drawn"),
    ("man", "shows what it is given", "cat"),
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Pages of a folder and those below it.
pub(crate) fn pages(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}")).flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root()).expect("a path of ours").display().to_string();
        if path.is_dir() {
            out.extend(pages(&name));
        } else if path.extension().is_some_and(|e| e == "md") {
            out.push(PathBuf::from(name));
        }
    }
    out.sort();
    out
}

/// A machine that has the programs of others.
pub(crate) fn stand_in(room: &Room) {
    for (name, _, script) in STAND_INS {
        let path = room.beside("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    }
}

/// A shop of three services, with a branch that leaves a timeout out and a change that is staged and tries for ever.
pub(crate) fn shop() -> Room {
    static SHOP: OnceLock<Room> = OnceLock::new();
    let room = SHOP.get_or_init(build).twin();
    // What names the place of the room itself.
    room.write("event.json", &read("tests/docs/event.json").replace("PROJECT", &room.path().display().to_string()));
    let asked = room.shell("sed s/PostToolUse/PreToolUse/ event.json | distarch hook");
    let spoke = room.shell("distarch hook < event.json");
    assert!(!asked.stdout.is_empty(), "the hook asks before this edit: {}", said(&asked));
    assert!(spoke.status.success() && !spoke.stdout.is_empty(), "the hook speaks of this edit: {}", said(&spoke));
    room
}

fn build() -> Room {
    let room = Room::new();
    copy(&root().join("tests/docs/shop"), &room.path());
    // What a reader brings along, and no part of the shop: no verb that asks git meets it.
    room.write(".git/info/exclude", "/*.json\n/*.jsonl\n/spans.csv.gz\n/k8s/\n");
    room.commit();
    room.git(&["tag", "v1.2"]);
    room.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    room.git(&["checkout", "--quiet", "-b", "work"]);
    room.write("services/orders/rate.py", &read("tests/docs/change/rate.py"));
    room.commit();
    room.write("services/worker/worker.py", &read("tests/docs/change/worker.py"));
    room.git(&["add", "services/worker/worker.py"]);

    let session = read("examples/recorded-session.jsonl");
    room.write("session.jsonl", &session);
    room.write("labels.jsonl", &read("tests/cli/eval.in/project/labels.jsonl"));
    room.write(
        "notes.json",
        r#"{"id": "stale-tariff", "module": ["data-lifecycle"], "shape": "Rates are read from the copy.", "at": ["services/orders/rate.py:4"]}"#,
    );
    room.write("dependencies.json", r#"[{"parent": "web", "child": "orders", "callCount": 7}, {"parent": "orders", "child": "orders-db", "callCount": 7}]"#);
    room.write("k8s/orders.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: orders}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - {name: orders, image: orders, env: [{name: DATABASE_URL, value: \"postgres://orders-db:5432/orders\"}]}\n");
    // Where state lies on a machine that says nothing else.
    fs::create_dir_all(room.beside("home/.local")).expect("a folder");
    std::os::unix::fs::symlink("../../state", room.beside("home/.local/state")).expect("a link");
    let transcripts = room.beside("home/.claude/projects/shop");
    fs::create_dir_all(&transcripts).expect("a folder");
    fs::write(transcripts.join("session.jsonl"), &session).expect("written");
    stand_in(&room);
    room
}

/// Sources of a topology beside those that a case of the command line imports.
const SOURCES: [(&str, &str); 5] = [
    ("spans.csv", "TraceID,SpanID,ParentID,PodName\nt,1,root,web-579b9bff58-t2dbm\nt,2,1,orders-7c9d-x2v4k\n"),
    (".env", "TAG=1\n"),
    (
        "mesh.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec:\n  hosts: [cart]\n  http:\n    - timeout: 2s\n      retries: {attempts: 2}\n      route: [{destination: {host: cart}}]\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: cart}\nspec: {type: service, owner: team-cart, lifecycle: production}\n",
    ),
    ("dependencies.json", "[{\"parent\": \"web\", \"child\": \"cart\", \"callCount\": 7}]\n"),
];

/// What is deployed, described and traced, and no topology yet.
pub(crate) fn deployed() -> Room {
    let room = Room::new();
    copy(&root().join("tests/cli/topology-import.in/project"), &room.path());
    for (path, text) in SOURCES {
        room.write(path, text);
    }
    stand_in(&room);
    let packed = room.shell("gzip -c spans.csv > spans.csv.gz");
    assert!(packed.status.success(), "{}", said(&packed));
    room.commit();
    room
}
