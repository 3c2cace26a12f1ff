//! This program, the one that the client would start, and the client.

use super::{Check, Level};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The first client whose hooks can name a program and its arguments, as ours do.
const OLDEST: (u32, u32, u32) = (2, 1, 139);
/// The clients that the tests run against.
const TESTED: (&str, &str) = ("2.1.197", "2.1.328");
/// How long the client may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn checks() -> Vec<Check> {
    let own = std::env::current_exe().ok();
    let place = own.as_deref().map_or_else(|| "at an unknown place".to_owned(), |p| p.display().to_string());
    let mut out = vec![Check::new("binary", Level::Ok, format!("distarch {}, {place}", env!("CARGO_PKG_VERSION"))), on_path(own.as_deref())];
    if std::env::var_os("DISTARCH_DISABLE").is_some_and(|v| !v.is_empty() && v != "0") {
        out.push(Check::new("environment", Level::Note, "DISTARCH_DISABLE is set: a hook that inherits it says nothing").hint("unset it"));
    }
    out.push(client());
    out
}

/// hooks.json names the program without a folder, so the client searches its own PATH; ours is most likely the same.
fn on_path(own: Option<&Path>) -> Check {
    let same = |a: &Path, b: &Path| std::fs::canonicalize(a).ok().is_some_and(|a| std::fs::canonicalize(b).ok() == Some(a));
    match (find("distarch"), own) {
        (None, _) => Check::new("path", Level::Broken, "`distarch` is not on PATH: the client cannot start the hook, and warns at every edit")
            .hint("`cargo install --path .` puts it into ~/.cargo/bin; add that folder to PATH where the client is started"),
        (Some(found), Some(own)) if same(&found, own) => Check::new("path", Level::Ok, format!("`distarch` on PATH is this program ({})", found.display())),
        (Some(found), _) => Check::new("path", Level::Note, format!("`distarch` on PATH is another program: {}", found.display()))
            .hint("the hook runs that one; `distarch doctor` there tells its version"),
    }
}

fn find(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let names = if cfg!(windows) { vec![format!("{name}.exe"), format!("{name}.cmd")] } else { vec![name.to_owned()] };
    std::env::split_paths(&paths).flat_map(|folder| names.iter().map(move |n| folder.join(n)).collect::<Vec<_>>()).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    let Ok(about) = std::fs::metadata(file) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        about.is_file() && about.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    about.is_file()
}

fn client() -> Check {
    let Some(program) = find("claude") else {
        return Check::new("client", Level::Note, "`claude` is not on PATH: its version could not be asked");
    };
    let Some(said) = ask(&program) else {
        return Check::new("client", Level::Note, format!("`{} --version` gave no answer", program.display()));
    };
    let number = said.split_whitespace().next().unwrap_or("").to_owned();
    let parts: Vec<u32> = number.split('.').filter_map(|p| p.parse().ok()).collect();
    let [major, minor, patch] = parts[..] else {
        return Check::new("client", Level::Note, format!("`{} --version` said {said:?}", program.display()));
    };
    let what = format!("Claude Code {number}, {}", program.display());
    if (major, minor, patch) < OLDEST {
        let (a, b, c) = OLDEST;
        return Check::new("client", Level::Broken, what).hint(format!("hooks that name a program and its arguments need {a}.{b}.{c}: update the client"));
    }
    let (from, to) = TESTED;
    Check::new("client", Level::Ok, format!("{what} (tested with {from} and {to})"))
}

/// The first line that a program says to `--version`; nothing when it takes too long.
fn ask(program: &Path) -> Option<String> {
    let mut child = Command::new(program).arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take()?, &mut said).ok()?;
    status.success().then(|| said.lines().next().unwrap_or("").trim().chars().take(80).collect())
}
