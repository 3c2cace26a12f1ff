//! Starts the real client in a home and a project of its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::install::Client;

/// A client run takes one to three seconds; one that hangs must not hold the suite.
const RUN_DEADLINE: Duration = Duration::from_secs(90);
const API_KEY: &str = "sk-ant-api03-no-key-this-is-a-test";
/// Nothing listens there: whatever the client wants from beyond loopback fails at once.
const NO_WAY_OUT: &str = "http://127.0.0.1:9";

/// The checkout under test: the plugin's folder.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A home and a project, and room for scratch. Fresh ones at the same paths come from [`Room::renew`], so two runs can be compared byte by byte.
pub(crate) struct Room {
    /// Deletes the room in the end.
    _folder: TempDir,
    root: PathBuf,
}

/// Where the client gets the plugin from.
#[derive(Clone, Copy)]
pub(crate) enum Plugin<'a> {
    None,
    Folder(&'a Path),
    /// Whatever is installed in the room's home.
    Installed,
}

/// What one client process printed.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Room {
    /// `files` are committed to the project, so the client's view of the repository is the same in each run.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("distarch-client-").tempdir().expect("a temporary folder");
        // The client resolves links (macOS has its temporary folders behind one); the paths here must be the same ones.
        let root = folder.path().canonicalize().expect("a path");
        let room = Self { _folder: folder, root };
        room.renew(files);
        room
    }

    /// Empties the room and furnishes it anew.
    pub(crate) fn renew(&self, files: &[(&str, &str)]) {
        for folder in [self.home(), self.project(), self.scratch()] {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).expect("a folder in the room");
        }
        // As after the first interactive start: onboarding done, project trusted, key approved, machine id known.
        let key_end = &API_KEY[API_KEY.len() - 20..];
        let state = json!({
            "hasCompletedOnboarding": true, "numStartups": 3, "userID": "0".repeat(64),
            "customApiKeyResponses": { "approved": [key_end], "rejected": [] },
            "projects": { self.project().to_str().expect("a UTF-8 path"): { "hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true } },
        });
        fs::write(self.home().join(".claude.json"), state.to_string()).expect("the client's state");
        for (path, text) in files {
            let path = self.project().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a project folder");
            fs::write(path, text).expect("a project file");
        }
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=Start"]);
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.root.join("project")
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// The absolute path of a project file, as the model names it.
    pub(crate) fn file(&self, path: &str) -> String {
        self.project().join(path).to_str().expect("a UTF-8 path").to_owned()
    }

    pub(crate) fn text_of(&self, path: &str) -> String {
        fs::read_to_string(self.project().join(path)).expect("a project file")
    }

    /// Whether a file that the plugin wrote in this home mentions `needle`: proof that a silent hook has run.
    pub(crate) fn plugin_noted(&self, needle: &str) -> bool {
        let mut folders = vec![self.home().join(".claude/plugins/data")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if read(&path).contains(needle) {
                    return true;
                }
            }
        }
        false
    }

    fn git(&self, args: &[&str]) {
        let status = Command::new("git")
            .args(args)
            .current_dir(self.project())
            // Nothing inherited: in a git hook GIT_DIR would point to another repository.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com"), ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")])
            .status()
            .expect("git");
        assert!(status.success(), "git {args:?}");
    }

    /// One prompt in print mode. It fails the test when the client fails or the plugin was not loaded cleanly.
    pub(crate) fn prompt(&self, client: &Client, api: &Api, plugin: Plugin<'_>, extra: &[&str], prompt: &str) -> Outcome {
        let mut args = vec!["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"];
        if let Plugin::Folder(folder) = plugin {
            args.extend(["--plugin-dir", folder.to_str().expect("a UTF-8 path")]);
        }
        args.extend(extra);
        args.push(prompt);
        let outcome = self.run(client, Some(api), &args);
        assert!(outcome.status.success(), "{} failed on {prompt:?}:\n{}\n{}", client.version, outcome.stdout, outcome.stderr);
        outcome.check_plugins(!matches!(plugin, Plugin::None));
        outcome
    }

    /// Any command line of the client.
    pub(crate) fn run(&self, client: &Client, api: Option<&Api>, args: &[&str]) -> Outcome {
        let mut command = self.command(client, api);
        let process = command.args(args).stdin(Stdio::null()).spawn().expect("the client starts");
        self.supervise(client, process, |_| {})
    }

    /// One prompt with a person at hand who answers the client's questions for permission, one verdict after the other:
    /// plan mode exists only then.
    pub(crate) fn dialogue(&self, client: &Client, api: &Api, extra: &[&str], prompt: &str, verdicts: &[bool]) -> Outcome {
        let mut command = self.command(client, Some(api));
        command.args(["-p", "--output-format", "stream-json", "--input-format", "stream-json", "--verbose"]);
        command.args(["--permission-prompt-tool", "stdio", "--plugin-dir"]).arg(checkout()).args(extra);
        let mut process = command.stdin(Stdio::piped()).spawn().expect("the client starts");
        let mut input = process.stdin.take();
        tell(&mut input, &json!({ "type": "user", "message": { "role": "user", "content": prompt } }));
        let mut verdicts = verdicts.iter();
        let outcome = self.supervise(client, process, |line| match line["type"].as_str() {
            Some("control_request") => {
                let verdict = if verdicts.next().is_some_and(|allowed| *allowed) {
                    json!({ "behavior": "allow", "updatedInput": line["request"]["input"] })
                } else {
                    json!({ "behavior": "deny", "message": "Not yet." })
                };
                let response = json!({ "subtype": "success", "request_id": line["request_id"], "response": verdict });
                tell(&mut input, &json!({ "type": "control_response", "response": response }));
            }
            // The end of the input ends the client.
            Some("result") => input = None,
            _ => {}
        });
        assert!(outcome.status.success(), "{}:\n{}\n{}", client.version, outcome.stdout, outcome.stderr);
        outcome.check_plugins(true);
        outcome
    }

    /// The client with an environment of its own: nothing is inherited but the way to find programs.
    fn command(&self, client: &Client, api: Option<&Api>) -> Command {
        let base_url = api.map_or_else(|| NO_WAY_OUT.to_owned(), Api::url);
        let sink = |path: PathBuf| fs::File::create(path).expect("a file for output");
        let mut command = Command::new(&client.binary);
        command
            .current_dir(self.project())
            .env_clear()
            .env("PATH", path_with_distarch())
            .env("HOME", self.home())
            .env("TMPDIR", self.scratch())
            .envs([("LANG", "C.UTF-8"), ("TZ", "UTC"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .env("ANTHROPIC_BASE_URL", base_url)
            .env("ANTHROPIC_API_KEY", API_KEY)
            .envs([("HTTPS_PROXY", NO_WAY_OUT), ("NO_PROXY", "127.0.0.1")])
            .envs([("DISABLE_TELEMETRY", "1"), ("DISABLE_AUTOUPDATER", "1"), ("DISABLE_ERROR_REPORTING", "1")])
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .stdout(sink(self.scratch().join("stdout")))
            .stderr(sink(self.scratch().join("stderr")));
        command
    }

    /// Hands over each line of the stream as it comes, and waits for the end.
    fn supervise(&self, client: &Client, mut process: Child, mut hear: impl FnMut(&Value)) -> Outcome {
        let stdout = self.scratch().join("stdout");
        let started = Instant::now();
        let mut heard = 0;
        loop {
            // Asked before reading, so that the last lines are heard too.
            let ended = process.try_wait().expect("the client's status");
            let text = read(&stdout);
            let complete = text.rfind('\n').map_or(0, |end| end + 1);
            for line in text[heard..complete].lines() {
                hear(&serde_json::from_str(line).unwrap_or_default());
            }
            heard = complete;
            if let Some(status) = ended {
                return Outcome { status, stdout: text, stderr: read(&self.scratch().join("stderr")) };
            }
            if started.elapsed() > RUN_DEADLINE {
                let _ = process.kill();
                let _ = process.wait();
                panic!("client {} took over {} s:\n{text}", client.version, RUN_DEADLINE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Outcome {
    fn lines(&self) -> impl Iterator<Item = Value> + '_ {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok())
    }

    /// A broken manifest or hooks file passes silently otherwise: the client drops the hooks and goes on.
    fn check_plugins(&self, expected: bool) {
        let init = self.lines().find(|line| line["subtype"] == "init").expect("an init line");
        let loaded = init["plugins"].as_array().into_iter().flatten().any(|plugin| plugin["name"] == "distributed-architect");
        assert_eq!(loaded, expected, "plugins: {}", init["plugins"]);
        let errors = &init["plugin_errors"];
        assert!(errors.is_null() || errors.as_array().is_some_and(Vec::is_empty), "plugin errors: {errors}");
    }
}

fn tell(input: &mut Option<ChildStdin>, message: &Value) {
    let input = input.as_mut().expect("the dialogue is on");
    input.write_all(format!("{message}\n").as_bytes()).expect("the client listens");
}

fn path_with_distarch() -> std::ffi::OsString {
    let ours = Path::new(env!("CARGO_BIN_EXE_distarch")).parent().expect("a folder of binaries").to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&inherited))).expect("a search path")
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
