//! The skills and the agent: they start by name and by the model's own call, without a question for permission, and what
//! they tell the model to run runs.

use std::fs;

use serde_json::{Value, json};

use crate::api::{Api, Recorded};
use crate::driver::{Outcome, Plugin, Room, checkout};
use crate::edits::{PROJECT, REPORT_AFTER, REPORT_BEFORE, WORKER};
use crate::install::Client;
use crate::script::{Script, call, say, texts};
use crate::seen::{last, result_of};

const SKILLS: [&str; 4] = ["dist-check", "dist-debug", "dist-design", "system-design"];
const AGENT: &str = "distributed-computing-architect";
const TOPOLOGY: &str = "version: 1\ncomponents:\n  - {name: scheduler, count: 1}\n  - {name: worker, count: N, entry: true, paths: [\"app/**\"]}\n\
                        relationships:\n  - {from: worker, to: scheduler, via: http}\n";

pub(crate) fn each_skill_starts_by_its_slash_name(client: &Client) {
    let room = Room::new(PROJECT);
    for skill in SKILLS {
        let api = Api::serve(&Script::default().thread("main", [say("Done.")]));
        let prompt = format!("/distributed-architect:{skill} [thread:main] --staged");
        let outcome = room.prompt(client, &api, Plugin::Folder(checkout()), &[], &prompt);
        assert_undisturbed(skill, &outcome);
        let requests = api.of_thread("main");
        let told = told(&requests[0]);
        assert!(told.contains("Base directory for this skill: "), "{skill}: {told}");
        let body = body(&format!("skills/{skill}/SKILL.md")).replace("$ARGUMENTS", "[thread:main] --staged");
        assert!(told.contains(body.trim()), "{skill}: the whole skill reaches the model");
        println!("client {}: /distributed-architect:{skill}: {} characters", client.version, body.trim().chars().count());
    }
}

/// The model starts each skill, and runs the first command that it finds in it.
pub(crate) fn the_model_starts_each_skill_and_runs_its_first_command(client: &Client) {
    let mut files = PROJECT.to_vec();
    files.push((".dist-architect/topology.yaml", TOPOLOGY));
    let room = Room::new(&files);
    // What is not committed: something to check.
    let worker = room.text_of(WORKER).replace(REPORT_BEFORE, REPORT_AFTER);
    fs::write(room.file(WORKER), worker).expect("a change");

    let mut turns = Vec::new();
    for skill in SKILLS {
        turns.push(call(&format!("skill-{skill}"), "Skill", json!({ "skill": format!("distributed-architect:{skill}"), "args": "what is here" })));
        turns.push(call(&format!("run-{skill}"), "Bash", json!({ "command": first_command(skill), "description": "As the skill says" })));
    }
    turns.push(say("Done."));
    let api = Api::serve(&Script::default().thread("main", turns));
    // The rule is for the shell alone: nothing allows the skills.
    let extra = ["--allowedTools=Bash(distarch *)"];
    let outcome = room.prompt(client, &api, Plugin::Folder(checkout()), &extra, "[thread:main] Is this right?");
    assert_undisturbed("the model's own call", &outcome);

    let requests = api.of_thread("main");
    let end = last(&requests);
    for skill in SKILLS {
        let started = result_of(end, &format!("toolu_skill-{skill}"));
        assert_ne!(started["is_error"], true, "{skill}: {started}");
        let body = body(&format!("skills/{skill}/SKILL.md")).replace("$ARGUMENTS", "what is here");
        assert!(told(end).contains(body.trim()), "{skill}: the whole skill reaches the model");
        let ran = result_of(end, &format!("toolu_run-{skill}"));
        assert_ne!(ran["is_error"], true, "{skill}: {ran}");
        println!("client {}: {skill} ran {}: {}", client.version, first_command(skill), ran["content"]);
    }
    let check = result_of(end, "toolu_run-dist-check").to_string();
    assert!(check.contains("tight-retry-loop") && check.contains("worker.py:"), "{check}");
}

pub(crate) fn the_model_starts_the_agent(client: &Client) {
    let room = Room::new(PROJECT);
    let delegate = json!({
        "description": "Review", "subagent_type": format!("distributed-architect:{AGENT}"), "run_in_background": false,
        "prompt": "[thread:architect] Is the report of the worker right?",
    });
    let script = Script::default().thread("main", [call("a1", "Agent", delegate), say("Done.")]).thread(
        "architect",
        [call("b1", "Bash", json!({ "command": "distarch explain failure-mode", "description": "Questions" })), say("It is not bounded.")],
    );
    let api = Api::serve(&script);
    let extra = ["--allowedTools=Bash(distarch *)"];
    let outcome = room.prompt(client, &api, Plugin::Folder(checkout()), &extra, "[thread:main] Ask the architect.");
    assert_undisturbed(AGENT, &outcome);

    let architect = api.of_thread("architect");
    let body = body(&format!("agents/{AGENT}.md"));
    assert!(strings(&architect[0].json["system"]).concat().contains(body.trim()), "the agent's text is its system prompt");
    let ran = result_of(last(&architect), "toolu_b1");
    assert!(ran["is_error"] != true && ran.to_string().contains("# Failure mode"), "{ran}");
    let answer = result_of(last(&api.of_thread("main")), "toolu_a1").to_string();
    assert!(answer.contains("It is not bounded."), "{answer}");
}

/// Why the front matter of our skills has no `allowed-tools`: the same skill with it is not started by the model alone. It shows
/// as well that a question would be seen.
pub(crate) fn a_skill_with_allowed_tools_is_asked_about(client: &Client) {
    let room = Room::new(PROJECT);
    let plugin = room.scratch().join("with-tools");
    let page = "skills/dist-check/SKILL.md";
    for file in [".claude-plugin/plugin.json", "hooks.json", page] {
        let place = plugin.join(file);
        fs::create_dir_all(place.parent().expect("a parent")).expect("a folder");
        fs::copy(checkout().join(file), place).expect("a copy");
    }
    let text = fs::read_to_string(plugin.join(page)).expect("the skill");
    let with = text.replacen("---\n", "---\nallowed-tools: Bash(distarch *)\n", 1);
    fs::write(plugin.join(page), with).expect("the skill");
    let start = call("s1", "Skill", json!({ "skill": "distributed-architect:dist-check" }));
    let api = Api::serve(&Script::default().thread("main", [start, say("Done.")]));
    let outcome = room.prompt(client, &api, Plugin::Folder(&plugin), &[], "[thread:main] Is this right?");
    assert_eq!(denials(&outcome).as_array().map(Vec::len), Some(1));
    assert_eq!(result_of(last(&api.of_thread("main")), "toolu_s1")["is_error"], true);
}

/// A page without its front matter.
fn body(path: &str) -> String {
    let text = fs::read_to_string(checkout().join(path)).expect("a page");
    text.splitn(3, "---\n").nth(2).expect("front matter").to_owned()
}

/// The first line of the first shell block.
fn first_command(skill: &str) -> String {
    let body = body(&format!("skills/{skill}/SKILL.md"));
    body.split_once("```sh\n").and_then(|(_, rest)| rest.lines().next()).expect("a command").to_owned()
}

/// All that the request tells the model, apart from tool results.
fn told(request: &Recorded) -> String {
    request.json["messages"].as_array().into_iter().flatten().flat_map(texts).collect::<Vec<_>>().join("\n")
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

fn assert_undisturbed(what: &str, outcome: &Outcome) {
    assert_eq!(denials(outcome), json!([]), "{what}");
}

/// Nobody is there to be asked: what would have been a question is a denial in the result.
fn denials(outcome: &Outcome) -> Value {
    let mut lines = outcome.stdout.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let result = lines.find(|line| line["type"] == "result").expect("a result");
    assert_eq!(result["is_error"], false, "{result}");
    result["permission_denials"].clone()
}
