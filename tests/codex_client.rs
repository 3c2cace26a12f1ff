//! The real Codex CLI, the hooks that `distarch install` writes, and a Responses API on loopback that plays the model.
//!
//! What a test asserts is read from the request bodies that the client sent. The client comes from npm into
//! `<target>/codex-client/<version>/`; where it cannot be had the suite says so in one line and passes, unless
//! `DISTARCH_REQUIRE_CLIENT=1` is set. `cargo test --test codex_client -- --nocapture` prints what reached the model.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what reached the model is shown, so that a run can be quoted")]

#[path = "hook/codex.rs"]
mod events;
#[path = "hook/room.rs"]
mod room;

use distributed_architect::clients::{Client as _, codex::Codex as Adapter};
use room::{PREFIX, RETRY};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tiny_http::{Header, Response, Server};

const VERSION: &str = "0.169.0";
/// It takes `apply_patch` as a tool of its own, and the client knows it without asking its server.
const MODEL: &str = "gpt-5.5";
/// npm fetches about 150 MB; past this it counts as out of reach.
const NPM_DEADLINE: Duration = Duration::from_secs(240);
/// A run takes one or two seconds.
const RUN_DEADLINE: Duration = Duration::from_secs(60);

const CLIENT: &str = "import requests\nimport time\n\n\ndef fetch(url):\n    pass\n";

/// The client's binary, or why there is none; found out once.
fn client() -> Option<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let found = obtain();
        if let Err(reason) = &found {
            // The harness captures what a passing test prints by macro; this is seen.
            let _ = std::io::stderr().write_all(format!("SKIPPED: real Codex: @openai/codex {VERSION}: {reason}\n").as_bytes());
        }
        found
    });
    let is_required = std::env::var_os("DISTARCH_REQUIRE_CLIENT").is_some_and(|v| v != "0" && !v.is_empty());
    assert!(found.is_ok() || !is_required, "DISTARCH_REQUIRE_CLIENT is set, but there is no Codex: {found:?}");
    found.as_deref().ok()
}

fn obtain() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let folder = target.join("codex-client").join(VERSION);
    let binary = folder.join("codex");
    if !binary.is_file() {
        let fresh = target.join("codex-client").join(format!("{VERSION}.{}.tmp", std::process::id()));
        let outcome = install(&fresh, &folder);
        let _ = fs::remove_dir_all(&fresh);
        outcome?;
    }
    let told = Command::new(&binary).arg("--version").stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    if told.ends_with(VERSION) { Ok(binary) } else { Err(format!("--version gave {told:?}")) }
}

/// Of the 400 MB that the package has, the binary alone is kept.
fn install(fresh: &Path, folder: &Path) -> Result<(), String> {
    fs::create_dir_all(fresh).map_err(|e| e.to_string())?;
    let prefix = fresh.to_str().ok_or("the target folder is not UTF-8")?;
    let package = format!("@openai/codex@{VERSION}");
    npm(&["view", &package, "version", "--fetch-timeout=15000"], Duration::from_secs(20))?;
    npm(&["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", prefix, &package], NPM_DEADLINE)?;
    let mut folders = vec![fresh.join("node_modules/@openai")];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(&next).into_iter().flatten().flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("bin/codex") && !path.starts_with(fresh.join("node_modules/@openai/codex")) {
                fs::create_dir_all(folder).map_err(|e| e.to_string())?;
                return fs::rename(&path, folder.join("codex")).map_err(|e| e.to_string());
            }
        }
    }
    Err(format!("the package brought no native binary for {}-{}", std::env::consts::OS, std::env::consts::ARCH))
}

fn npm(args: &[&str], deadline: Duration) -> Result<(), String> {
    let mut process = Command::new("npm")
        .args(args)
        .args(["--no-update-notifier", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("npm cannot be started: {e}"))?;
    let started = Instant::now();
    loop {
        match process.try_wait().map_err(|e| e.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("npm {} failed ({status})", args[0])),
            None if started.elapsed() > deadline => {
                let _ = process.kill();
                let _ = process.wait();
                return Err(format!("npm {} took longer than {} s", args[0], deadline.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// The running server; it stops when dropped.
struct Api {
    server: Arc<Server>,
    requests: Arc<Mutex<Vec<Value>>>,
    worker: Option<JoinHandle<()>>,
}

impl Api {
    /// Answers the n-th request with the n-th call, and says that it is done when there is none left.
    fn serve(calls: Vec<Value>) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port on loopback"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (serving, log) = (Arc::clone(&server), Arc::clone(&requests));
        let worker = std::thread::spawn(move || {
            let mut turns = calls.into_iter();
            while let Ok(mut request) = serving.recv() {
                let mut body = Vec::new();
                let _ = request.as_reader().read_to_end(&mut body);
                let response = if request.url().ends_with("/responses") {
                    log.lock().unwrap_or_else(PoisonError::into_inner).push(serde_json::from_slice(&body).unwrap_or_default());
                    let item = match turns.next() {
                        Some(call) => call,
                        None => json!({ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Done." }] }),
                    };
                    Response::from_string(stream(&item)).with_header(Header::from_bytes("Content-Type", "text/event-stream").expect("a header"))
                } else {
                    Response::from_string("{}").with_status_code(404)
                };
                // A client that has gone away is its own business.
                let _ = request.respond(response);
            }
        });
        Self { server, requests, worker: Some(worker) }
    }

    /// Texts in the requests, each once: role, text.
    fn reached(&self) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for request in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for item in request["input"].as_array().into_iter().flatten() {
                let output = item["output"].as_str().map(|text| (item["type"].as_str().unwrap_or_default().to_owned(), text.to_owned()));
                let texts = item["content"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
                let role = item["role"].as_str().unwrap_or_default();
                for said in texts.map(|text| (role.to_owned(), text.to_owned())).chain(output) {
                    if !out.contains(&said) {
                        out.push(said);
                    }
                }
            }
        }
        out
    }

    /// Where a call or a text stands in the conversation as the last request has it.
    fn position(&self, what: &str) -> Option<usize> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let items = requests.last()?["input"].as_array()?.clone();
        items.iter().position(|i| i["call_id"] == what || i["content"].as_array().is_some_and(|c| c.iter().any(|part| part["text"] == what)))
    }

    /// What we said, as the model has it: role, text.
    fn ours(&self) -> Vec<(String, String)> {
        let out: Vec<_> = self.reached().into_iter().filter(|(_, text)| text.contains(PREFIX)).collect();
        out.iter().for_each(|(role, text)| println!("--- {role}\n{text}"));
        out
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// A response of one item, as the stream of server-sent events that the API gives.
fn stream(item: &Value) -> String {
    let usage = json!({ "input_tokens": 10, "input_tokens_details": null, "output_tokens": 5, "output_tokens_details": null, "total_tokens": 15 });
    [
        json!({ "type": "response.created", "response": { "id": "resp_1" } }),
        json!({ "type": "response.output_item.done", "item": item }),
        json!({ "type": "response.completed", "response": { "id": "resp_1", "usage": usage } }),
    ]
    .iter()
    .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default()))
    .collect()
}

/// A home with Codex's settings, and a project.
struct Codex {
    folder: tempfile::TempDir,
    binary: &'static Path,
    api: Api,
}

impl Codex {
    fn new(binary: &'static Path, patches: &[&str]) -> Self {
        Self::with(binary, patches.iter().enumerate().map(|(i, p)| apply(i, p)).collect())
    }

    fn with(binary: &'static Path, calls: Vec<Value>) -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder"), binary, api: Api::serve(calls) };
        room.file(
            "home/.codex/config.toml",
            &format!(
                "# of a test\nmodel = \"{MODEL}\"\nmodel_provider = \"loopback\"\n\n[model_providers.loopback]\nname = \"loopback\"\nbase_url = \"http://{}/v1\"\nwire_api = \"responses\"\nenv_key = \"LOOPBACK_KEY\"\n",
                room.api.server.server_addr()
            ),
        );
        room.file("project/src/client.py", CLIENT);
        let out = room.run(Path::new("git"), &["init", "-q"]);
        assert!(out.status.success(), "{out:?}");
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("a path").join(name)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    fn run(&self, program: &Path, args: &[&str]) -> Output {
        let ours = Path::new(env!("CARGO_BIN_EXE_distarch")).parent().expect("a folder").to_owned();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let search = std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&inherited))).expect("a search path");
        let mut process = Command::new(program)
            .args(args)
            .current_dir(self.path("project"))
            .env_clear()
            .env("PATH", search)
            .env("HOME", self.path("home"))
            .env("LOOPBACK_KEY", "no key: this is a test")
            // Nothing listens there: whatever the client wants from beyond loopback fails at once.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let started = Instant::now();
        while process.try_wait().expect("it can be asked").is_none() {
            if started.elapsed() > RUN_DEADLINE {
                let _ = process.kill();
                panic!("took over {} s: {:?}", RUN_DEADLINE.as_secs(), process.wait_with_output());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        process.wait_with_output().expect("ended")
    }

    fn distarch(&self, words: &str) {
        let out = self.run(Path::new(env!("CARGO_BIN_EXE_distarch")), &words.split_whitespace().collect::<Vec<_>>());
        assert!(out.status.success(), "{words}: {out:?}");
    }

    /// One prompt. `trust`: the hooks count as looked at.
    fn prompt(&self, trust: bool) -> String {
        let mut args = vec!["exec", "--dangerously-bypass-approvals-and-sandbox"];
        args.extend(trust.then_some("--dangerously-bypass-hook-trust"));
        args.push("Make fetch try again.");
        let out = self.run(self.binary, &args);
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{said}");
        assert!(!said.contains("hook failed") && !said.contains("failed to parse"), "{said}");
        said
    }

    fn client_py(&self) -> String {
        fs::read_to_string(self.path("project/src/client.py")).expect("there")
    }

    fn journal(&self) -> Vec<Value> {
        room::journal(&self.path("home/.local/state/distarch"))
    }
}

/// The model's call that applies a patch.
fn apply(i: usize, files: &str) -> Value {
    json!({ "type": "custom_tool_call", "call_id": format!("call_{i}"), "name": "apply_patch", "input": format!("*** Begin Patch\n{files}*** End Patch") })
}

/// The model's call that runs a command.
fn run(i: usize, command: &str) -> Value {
    json!({ "type": "function_call", "call_id": format!("call_{i}"), "name": "exec_command", "arguments": json!({ "cmd": command }).to_string() })
}

fn patch(body: &str) -> String {
    let added: String = body.lines().map(|l| format!("+{l}\n")).collect();
    format!("*** Update File: src/client.py\n@@ def fetch(url):\n-    pass\n{added}")
}

const FLAW: &str =
    "    while True:\n        try:\n            return requests.get(url, timeout=2)\n        except requests.ConnectionError:\n            continue\n";

#[test]
fn what_is_installed_is_run_and_what_it_says_reaches_the_model() {
    let Some(binary) = client() else { return };
    for scope in ["user", "project"] {
        let codex = Codex::new(binary, &[&patch(FLAW)]);
        if scope == "project" {
            let config = codex.path("home/.codex/config.toml");
            let text = fs::read_to_string(&config).expect("there");
            let trusted = format!("{text}\n[projects.{:?}]\ntrust_level = \"trusted\"\n", codex.path("project"));
            fs::write(&config, trusted).expect("written");
        }
        codex.distarch(&format!("install --client codex --scope {scope}"));
        let said = codex.prompt(true);
        assert!(codex.client_py().contains("while True:"), "the patch was applied: {said}");
        let ours = codex.api.ours();
        let roles: Vec<&str> = ours.iter().map(|(role, _)| role.as_str()).collect();
        // Before the patch the questions, after it the finding, and at the end what is still open.
        assert_eq!(roles, ["developer", "developer", "user"], "{scope}: {said}");
        assert!(ours[0].1.starts_with(&format!("{PREFIX}failure-mode: ")) && ours[0].1.contains("(src/client.py:"), "{}", ours[0].1);
        assert!(ours[1].1.contains("tight-retry-loop") && ours[2].1.contains("tight-retry-loop"), "{ours:?}");
        let faults: Vec<Value> = codex.journal().into_iter().filter(|l| l["kind"] == "fault").collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn a_commit_in_the_shell_is_told_what_is_open_and_other_commands_are_not() {
    let Some(binary) = client() else { return };
    const COMMIT: &str = "git add -A && git -c user.name=a -c user.email=a@b.c commit -qm 'try again'";
    let codex = Codex::with(binary, vec![apply(0, &patch(FLAW)), run(1, "git status --short"), run(2, COMMIT), run(3, COMMIT)]);
    codex.distarch("install --client codex");
    let said = codex.prompt(true);
    let ours = codex.api.ours();
    let at = |call: &str| codex.api.position(call).unwrap_or_else(|| panic!("no {call}: {said}"));
    let told: Vec<&(String, String)> = ours.iter().filter(|(_, text)| text.contains("tight-retry-loop")).collect();
    // After the patch, at the first commit and at the end of the turn; neither at the status nor at the second commit.
    assert_eq!(told.iter().map(|(role, _)| role.as_str()).collect::<Vec<_>>(), ["developer", "developer", "user"], "{ours:?}");
    let place = at(&told[1].1);
    assert!(at("call_1") < place && at("call_2") < place && place < at("call_3"), "{ours:?}");
    assert!(told[1].1.contains("src/client.py:"), "{}", told[1].1);
    let commits = codex.run(Path::new("git"), &["rev-list", "--count", "HEAD"]);
    assert_eq!(String::from_utf8_lossy(&commits.stdout).trim(), "1", "the commit was made: {said}");
    let faults: Vec<Value> = codex.journal().into_iter().filter(|l| l["kind"] == "fault").collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_patch_that_a_command_applies_is_asked_about() {
    let Some(binary) = client() else { return };
    let command = format!("apply_patch <<'EOF'\n*** Begin Patch\n{}*** End Patch\nEOF\n", patch(FLAW));
    let codex = Codex::with(binary, vec![run(0, &command)]);
    for words in ["add -A", "-c user.name=a -c user.email=a@b.c commit -qm before"] {
        let out = codex.run(Path::new("git"), &words.split_whitespace().collect::<Vec<_>>());
        assert!(out.status.success(), "{out:?}");
    }
    codex.distarch("install --client codex");
    let said = codex.prompt(true);
    assert!(codex.client_py().contains("while True:"), "the patch was applied: {said}");
    let ours = codex.api.ours();
    assert!(ours[0].1.starts_with(&format!("{PREFIX}failure-mode: ")) && ours[0].1.contains("(src/client.py:"), "{ours:?}");
    // No hook runs behind it: what it brought is found at the end of the turn.
    assert!(ours[1].0 == "user" && ours[1].1.contains("tight-retry-loop"), "{ours:?}");
    assert_eq!(ours.len(), 2, "{ours:?}");
}

#[test]
fn hooks_that_nobody_has_looked_at_do_not_run_and_neither_do_uninstalled_ones() {
    let Some(binary) = client() else { return };
    let codex = Codex::new(binary, &[&patch(RETRY)]);
    codex.distarch("install --client codex");
    codex.prompt(false);
    assert!(codex.client_py().contains("range(5)"));
    assert_eq!((codex.api.ours(), codex.journal()), (Vec::new(), Vec::new()));
    let codex = Codex::new(binary, &[&patch(RETRY)]);
    codex.distarch("install --client codex");
    codex.distarch("uninstall --client codex");
    codex.prompt(true);
    assert_eq!((codex.api.ours(), codex.journal()), (Vec::new(), Vec::new()));
}

#[test]
fn a_gate_denies_the_first_patch_and_lets_the_second_pass() {
    let Some(binary) = client() else { return };
    let patch = patch(RETRY);
    let codex = Codex::new(binary, &[&patch, &patch]);
    codex.file("project/.dist-architect/config.yaml", "mode: gate\n");
    codex.distarch("install --client codex");
    codex.prompt(true);
    let outputs: Vec<String> = codex.api.reached().into_iter().filter(|(kind, _)| kind == "custom_tool_call_output").map(|(_, text)| text).collect();
    assert_eq!(outputs.len(), 2, "{outputs:?}");
    assert!(outputs[0].contains(PREFIX), "the first is refused with the questions: {}", outputs[0]);
    assert!(outputs[1].contains("Success."), "{}", outputs[1]);
    assert!(codex.client_py().contains("range(5)"));
}

#[test]
fn an_ordinary_patch_leaves_every_request_as_it_was() {
    let Some(binary) = client() else { return };
    let patch = "*** Add File: src/sums.py\n+def add(a, b):\n+    return a + b\n";
    let codex = Codex::new(binary, &[patch]);
    codex.distarch("install --client codex");
    codex.prompt(true);
    assert_eq!(codex.api.ours(), []);
    let paths: Vec<Value> = codex.journal().iter().map(|l| l["path"].clone()).collect();
    assert_eq!(paths, ["src/sums.py", "src/sums.py"], "the hook has run before and after it");
}

/// A schema that the client carries, by its title.
fn schema(binary: &Path, title: &str) -> Value {
    let mark = format!("\"title\": \"{title}\"");
    let out = Command::new("grep").args(["-aobF", &mark]).arg(binary).env("LC_ALL", "C").output().expect("grep");
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    let at: u64 = told.split(':').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("the client has no schema {title}: {told:?}"));
    let mut file = fs::File::open(binary).expect("the binary");
    let from = at.saturating_sub(16 << 10);
    file.seek(SeekFrom::Start(from)).expect("there");
    let mut bytes = Vec::new();
    file.take(17 << 10).read_to_end(&mut bytes).expect("read");
    let text = String::from_utf8_lossy(&bytes);
    let mark_at = text.find(&mark).expect("the title");
    let start = text[..mark_at].rfind("{\n  \"$schema\"").expect("its beginning");
    serde_json::Deserializer::from_str(&text[start..]).into_iter().next().expect("a value").expect("JSON")
}

/// tests/codex.rs tries many payloads of ours; here their forms, and the forms of the answers, are held against what is published.
#[test]
fn payloads_and_answers_of_ours_fit_the_schemas_that_the_client_carries() {
    let Some(binary) = client() else { return };
    let fits = |title: &str, value: &Value| {
        let validator = jsonschema::validator_for(&schema(binary, title)).expect("a schema");
        let slips: Vec<String> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(slips, [""; 0], "{title}: {value}");
        let mut more = value.clone();
        more["a_field_that_nobody_published"] = json!(1);
        assert!(!validator.is_valid(&more), "{title} lets anything pass");
    };
    let cwd = Path::new("/p");
    fits("pre-tool-use.command.input", &events::patch(cwd, "PreToolUse", "*** Delete File: a.py\n"));
    fits("post-tool-use.command.input", &events::patch(cwd, "PostToolUse", "*** Delete File: a.py\n"));
    fits("pre-tool-use.command.input", &events::shell(cwd, "git commit -m x"));
    fits("stop.command.input", &events::stop(cwd, true));
    fits("session-start.command.input", &events::start(cwd, "compact"));
    let answer = |event: &str, deny: bool| serde_json::from_str::<Value>(&Adapter.encode(event, "Which is it?", deny)).expect("JSON");
    fits("pre-tool-use.command.output", &answer("PreToolUse", false));
    fits("pre-tool-use.command.output", &answer("PreToolUse", true));
    fits("post-tool-use.command.output", &answer("PostToolUse", false));
    fits("stop.command.output", &answer("Stop", false));
}
