//! Gets the real client from npm, once per version, into `<target>/claude-client/<version>/`.
//!
//! The npm package carries a native binary in an optional dependency per platform; the post-install script only
//! moves it to where `bin` points. So scripts stay off, no particular Node is needed, and the binary is taken from
//! the platform's package.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The newest client that the suite was written against.
pub(crate) const NEWEST: Version = Version { number: "2.1.328", slot: 0 };
/// The oldest supported client: `hooks.json` may name only events that it knows.
pub(crate) const OLDEST: Version = Version { number: "2.1.197", slot: 1 };

const PACKAGE: &str = "@anthropic-ai/claude-code";
/// npm fetches about 100 MB a version; past this it counts as out of reach.
const NPM_DEADLINE: Duration = Duration::from_secs(240);

/// For the question whether the registry answers at all.
const PROBE_DEADLINE: Duration = Duration::from_secs(20);

/// A client version to run the scenarios on.
#[derive(Clone, Copy)]
pub(crate) struct Version {
    pub(crate) number: &'static str,
    slot: usize,
}

/// An installed client.
pub(crate) struct Client {
    pub(crate) version: &'static str,
    pub(crate) binary: PathBuf,
}

/// A client process takes hundreds of megabytes and both cores at its start, so scenarios run one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a scenario on one version. Where that version cannot be had the scenario passes, and one line for the whole
/// suite has said so.
pub(crate) fn with_client(version: Version, scenario: fn(&Client)) {
    static CLIENTS: OnceLock<[Result<Client, String>; 2]> = OnceLock::new();
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let clients = CLIENTS.get_or_init(|| {
        let clients = [NEWEST, OLDEST].map(obtain);
        let missing: Vec<&str> = clients.iter().filter_map(|client| client.as_ref().err()).map(String::as_str).collect();
        if !missing.is_empty() {
            loud(&format!("SKIPPED: real-client suite: {}\n", missing.join("; ")));
        }
        clients
    });
    match &clients[version.slot] {
        Ok(client) => scenario(client),
        Err(reason) => assert!(!required(), "DISTARCH_REQUIRE_CLIENT is set, but the real client is missing: {reason}"),
    }
}

fn required() -> bool {
    std::env::var_os("DISTARCH_REQUIRE_CLIENT").is_some_and(|value| value != "0" && !value.is_empty())
}

/// The test harness captures `eprintln!` of tests that pass; a write to the handle is seen.
fn loud(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

fn obtain(version: Version) -> Result<Client, String> {
    install(version).map_err(|reason| format!("{PACKAGE} {}: {reason}", version.number))
}

fn install(version: Version) -> Result<Client, String> {
    let folder = cache().join(version.number);
    let client = |binary| Client { version: version.number, binary };
    if let Ok(binary) = binary_in(&folder).and_then(|binary| answers(&binary, version.number)) {
        return Ok(client(binary));
    }
    // Installed beside its place and moved there whole, so an interrupted npm leaves nothing that looks finished.
    let fresh = cache().join(format!("{}.{}.tmp", version.number, std::process::id()));
    let outcome = npm_install(&fresh, version.number).and_then(|()| {
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&fresh, &folder).map_err(|error| format!("cannot move to {}: {error}", folder.display()))
    });
    let _ = fs::remove_dir_all(&fresh);
    outcome?;
    binary_in(&folder).and_then(|binary| answers(&binary, version.number)).map(client)
}

fn cache() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().unwrap_or(tmp).join("claude-client")
}

fn npm_install(into: &Path, version: &str) -> Result<(), String> {
    fs::create_dir_all(into).map_err(|error| format!("cannot create {}: {error}", into.display()))?;
    // A registry out of reach may take npm minutes to give up on; a small question first takes seconds.
    npm(into, &["view", &format!("{PACKAGE}@{version}"), "version", "--fetch-timeout=15000"], PROBE_DEADLINE)?;
    let prefix = into.to_str().ok_or("the target folder is not UTF-8")?;
    npm(into, &["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", prefix, &format!("{PACKAGE}@{version}")], NPM_DEADLINE)
}

fn npm(into: &Path, args: &[&str], deadline: Duration) -> Result<(), String> {
    let log = into.join("npm.log");
    let file = fs::File::create(&log).map_err(|error| format!("cannot create {}: {error}", log.display()))?;
    let mut process = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(args)
        .args(["--no-update-notifier", "--loglevel=error"])
        .args(["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"])
        .current_dir(into)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .spawn()
        .map_err(|error| format!("npm cannot be started: {error}"))?;
    let started = Instant::now();
    loop {
        match process.try_wait().map_err(|error| format!("npm: {error}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => {
                return Err(format!("npm {} failed ({status}): {}", args[0], first_error(&log)));
            }
            None if started.elapsed() > deadline => {
                let _ = process.kill();
                let _ = process.wait();
                return Err(format!("npm {} took longer than {} s", args[0], deadline.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// npm's own words, on one line.
fn first_error(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.strip_prefix("npm error ")).filter(|line| !line.contains("complete log"));
    let told = lines.take(3).collect::<Vec<_>>().join(" | ");
    if told.is_empty() { "npm gave no reason".to_owned() } else { told }
}

/// The native binary of whichever platform package npm chose.
fn binary_in(folder: &Path) -> Result<PathBuf, String> {
    let scope = folder.join("node_modules").join("@anthropic-ai");
    let packages = fs::read_dir(&scope).map_err(|error| format!("{}: {error}", scope.display()))?;
    packages
        .flatten()
        .map(|package| package.path())
        .filter(|path| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("claude-code-")))
        .map(|path| path.join(if cfg!(windows) { "claude.exe" } else { "claude" }))
        .find(|binary| binary.is_file())
        .ok_or_else(|| format!("the package brought no native binary for {}-{}", std::env::consts::OS, std::env::consts::ARCH))
}

fn answers(binary: &Path, version: &str) -> Result<PathBuf, String> {
    let output = Command::new(binary)
        .arg("--version")
        .env("DISABLE_AUTOUPDATER", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be started: {error}", binary.display()))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if told.starts_with(version) { Ok(binary.to_owned()) } else { Err(format!("--version gave {told:?}")) }
}
