//! A plan is asked about before there is code: when the model asks to leave plan mode, and once per plan.

use serde_json::json;

use crate::api::Api;
use crate::driver::Room;
use crate::edits::PROJECT;
use crate::install::Client;
use crate::script::{PLAN_FILE, Script, call, say, write};
use crate::seen::{last, marks, show, tellings};

/// The budget for a plan.
const PLAN_LIMIT: usize = 900;

const PLAN: &str = "# Plan: move the worker to a queue\n\n\
    1. Workers consume jobs from a Kafka topic and acknowledge each message on receipt, before the result is stored.\n\
    2. On a timeout or a lost connection the worker retries until the scheduler answers.\n\
    3. After an error the worker sets its status to idle, so that the scheduler gives it the next job.\n";

pub(crate) fn a_plan_is_asked_about_once(client: &Client) {
    let room = Room::new(PROJECT);
    // The tool takes no plan: the client reads it from the file and puts it into the hook's input.
    let script = Script::default()
        .thread("main", [write("w1", PLAN_FILE, PLAN), call("p1", "ExitPlanMode", json!({})), call("p2", "ExitPlanMode", json!({})), say("Shall I start?")]);
    let api = Api::serve(&script);
    let plan_mode = ["--permission-mode", "plan"];
    room.dialogue(client, &api, &plan_mode, "[thread:main] Plan the move to a queue.", &[false, true]);

    let requests = api.of_thread("main");
    let told = tellings(last(&requests));
    show(&format!("client {}, plan", client.version), &told);
    assert!(room.plugin_noted("ExitPlanMode"), "the hook saw the plan");
    // One plan may concern several modules, each once; nothing for the plan's file, nothing for the second try.
    assert!(!told.is_empty() && told[0].is_checklist());
    assert!(told.iter().all(|telling| telling.after == "toolu_p1"), "{told:#?}");
    assert!(told.iter().map(|telling| telling.text.chars().count()).sum::<usize>() <= PLAN_LIMIT);
    let counts: Vec<usize> = requests.iter().map(marks).collect();
    assert_eq!(counts, [0, 0, told.len(), told.len()], "mentions in each request");
}
