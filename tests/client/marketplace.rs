//! The ways in: `plugin validate`, and a marketplace made of the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::api::Api;
use crate::driver::{Outcome, Plugin, Room, checkout};
use crate::edits::{PROJECT, REPORT_AFTER, REPORT_BEFORE, WORKER};
use crate::install::Client;
use crate::script::{Script, edit, read, say};
use crate::seen::{last, show, tellings};

pub(crate) fn the_checkout_validates(client: &Client) {
    let room = Room::new(PROJECT);
    let clone = as_cloned(&room);
    let manifest = clone.join(".claude-plugin/plugin.json");
    for target in [&clone, &manifest] {
        let target = target.to_str().expect("a UTF-8 path");
        succeed(&room.run(client, None, &["plugin", "validate", "--strict", target]), "plugin validate --strict");
    }
}

pub(crate) fn the_checkout_installs_offline_and_its_hook_fires(client: &Client) {
    let room = Room::new(PROJECT);
    let clone = as_cloned(&room);
    let manifest = fs::read_to_string(clone.join(".claude-plugin/marketplace.json")).expect("a marketplace");
    let marketplace: Value = serde_json::from_str(&manifest).expect("valid JSON");
    let plugin = format!("distributed-architect@{}", marketplace["name"].as_str().expect("a name"));

    let add = ["plugin", "marketplace", "add", clone.to_str().expect("a UTF-8 path")];
    succeed(&room.run(client, None, &add), "plugin marketplace add");
    succeed(&room.run(client, None, &["plugin", "install", &plugin]), "plugin install");
    let listed = room.run(client, None, &["plugin", "list"]);
    succeed(&listed, "plugin list");
    assert!(listed.stdout.contains(&plugin), "{}", listed.stdout);

    let worker = room.file(WORKER);
    let turns = [read("r1", &worker), edit("e1", &worker, REPORT_BEFORE, REPORT_AFTER), say("Done.")];
    let api = Api::serve(&Script::default().thread("main", turns));
    room.prompt(client, &api, Plugin::Installed, &[], "[thread:main] Make the report survive a lost connection.");
    let told = tellings(last(&api.of_thread("main")));
    show(&format!("client {}, installed", client.version), &told);
    assert_eq!(told.len(), 1, "the installed plugin's hook fires, once");
    assert!(told[0].is_checklist());
}

fn succeed(outcome: &Outcome, what: &str) {
    assert!(outcome.status.success(), "{what}: {}\n{}", outcome.stdout, outcome.stderr);
}

/// The files that a clone would have. An installation copies everything below the plugin's folder, ignored files
/// included, so a checkout with a `target` folder would be copied with all its builds.
fn as_cloned(room: &Room) -> PathBuf {
    let clone = room.scratch().join("distributed-architect");
    let listed = Command::new("git")
        // The checkout may belong to another user, as in a container; in a git hook GIT_DIR may point elsewhere.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(checkout())
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    for path in String::from_utf8(listed.stdout).expect("UTF-8 paths").split('\0').filter(|path| !path.is_empty()) {
        let (from, to) = (checkout().join(path), clone.join(path));
        // Deleted but not yet committed, or a link: neither is part of the plugin.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(Path::new("/"))).expect("a folder");
            fs::copy(&from, &to).expect("a copy");
        }
    }
    clone
}
