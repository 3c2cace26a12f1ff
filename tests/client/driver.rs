//! Starts the real client in a home and a project of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
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
        let folder = tempfile::Builder::new()
            .prefix("distarch-client-")
            .tempdir()
            .expect("a temporary folder");
        // The client resolves links (macOS has its temporary folders behind one); the paths here must be the same ones.
        let root = folder.path().canonicalize().expect("a path");
        let room = Self {
            _folder: folder,
            root,
        };
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
        self.project()
            .join(path)
            .to_str()
            .expect("a UTF-8 path")
            .to_owned()
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
            .envs([
                ("GIT_AUTHOR_NAME", "A"),
                ("GIT_AUTHOR_EMAIL", "a@example.com"),
                ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z"),
            ])
            .envs([
                ("GIT_COMMITTER_NAME", "A"),
                ("GIT_COMMITTER_EMAIL", "a@example.com"),
                ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z"),
            ])
            .status()
            .expect("git");
        assert!(status.success(), "git {args:?}");
    }

    /// One prompt in print mode. It fails the test when the client fails or the plugin was not loaded cleanly.
    pub(crate) fn prompt(
        &self,
        client: &Client,
        api: &Api,
        plugin: Plugin<'_>,
        extra: &[&str],
        prompt: &str,
    ) -> Outcome {
        let mut args = vec![
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "acceptEdits",
        ];
        if let Plugin::Folder(folder) = plugin {
            args.extend(["--plugin-dir", folder.to_str().expect("a UTF-8 path")]);
        }
        args.extend(extra);
        args.push(prompt);
        let outcome = self.run(client, Some(api), &args);
        assert!(
            outcome.status.success(),
            "{} failed on {prompt:?}:\n{}\n{}",
            client.version,
            outcome.stdout,
            outcome.stderr
        );
        outcome.check_plugins(!matches!(plugin, Plugin::None));
        outcome
    }

    /// Any command line of the client, with nothing inherited but the way to find programs.
    pub(crate) fn run(&self, client: &Client, api: Option<&Api>, args: &[&str]) -> Outcome {
        let base_url = api.map_or_else(|| NO_WAY_OUT.to_owned(), Api::url);
        let (stdout, stderr) = (self.scratch().join("stdout"), self.scratch().join("stderr"));
        let sink = |path: &Path| fs::File::create(path).expect("a file for output");
        let mut process = Command::new(&client.binary)
            .args(args)
            .current_dir(self.project())
            .env_clear()
            .env("PATH", path_with_distarch())
            .env("HOME", self.home())
            .env("TMPDIR", self.scratch())
            .envs([("LANG", "C.UTF-8"), ("TZ", "UTC")])
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("ANTHROPIC_BASE_URL", base_url)
            .env("ANTHROPIC_API_KEY", API_KEY)
            .env("HTTPS_PROXY", NO_WAY_OUT)
            .env("NO_PROXY", "127.0.0.1")
            .envs([
                ("DISABLE_TELEMETRY", "1"),
                ("DISABLE_AUTOUPDATER", "1"),
                ("DISABLE_ERROR_REPORTING", "1"),
            ])
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .stdin(Stdio::null())
            .stdout(sink(&stdout))
            .stderr(sink(&stderr))
            .spawn()
            .expect("the client starts");
        let started = Instant::now();
        let status = loop {
            if let Some(status) = process.try_wait().expect("the client's status") {
                break status;
            }
            if started.elapsed() > RUN_DEADLINE {
                let _ = process.kill();
                let _ = process.wait();
                panic!(
                    "client {} took over {} s: {args:?}\n{}",
                    client.version,
                    RUN_DEADLINE.as_secs(),
                    read(&stdout)
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Outcome {
            status,
            stdout: read(&stdout),
            stderr: read(&stderr),
        }
    }
}

impl Outcome {
    fn lines(&self) -> impl Iterator<Item = Value> + '_ {
        self.stdout
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
    }

    /// A broken manifest or hooks file passes silently otherwise: the client drops the hooks and goes on.
    fn check_plugins(&self, expected: bool) {
        let init = self
            .lines()
            .find(|line| line["subtype"] == "init")
            .expect("an init line");
        let loaded = init["plugins"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|plugin| plugin["name"] == "distributed-architect");
        assert_eq!(loaded, expected, "plugins: {}", init["plugins"]);
        let errors = &init["plugin_errors"];
        assert!(
            errors.is_null() || errors.as_array().is_some_and(Vec::is_empty),
            "plugin errors: {errors}"
        );
    }
}

fn path_with_distarch() -> std::ffi::OsString {
    let ours = Path::new(env!("CARGO_BIN_EXE_distarch"))
        .parent()
        .expect("a folder of binaries")
        .to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&inherited)))
        .expect("a search path")
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
