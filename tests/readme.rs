//! README.md: its commands work as printed, and its picture is what the hook says.
//!
//! The command that runs all tests cannot run them a second time from within: here it builds everything and starts every
//! test program through a runner that does nothing. `.ci/run` is what runs it as printed, and is held equal below.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const TESTS: &str = "cargo test";
fn readme() -> String {
    std::fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md")
}

/// The contents of the fenced blocks of one language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open: Option<bool> = None;
    for line in text.lines() {
        match (open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(info == language);
                if info == language {
                    found.push(String::new());
                }
            }
            (Some(_), Some(_)) => open = None,
            (Some(true), None) => {
                let block = found.last_mut().expect("an open block");
                block.push_str(line);
                block.push('\n');
            }
            _ => {}
        }
    }
    found
}

fn commands() -> Vec<String> {
    blocks(&readme(), "sh").iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The folder that this very test was built into, so that the commands build into it too and not into a second one.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target/tmp")
}

/// The target that cargo builds for where none is named, as the compiler spells it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host line").to_owned()
}

fn sh(command: &str) -> Output {
    Command::new("sh")
        .args(["-c", command])
        .current_dir(ROOT)
        .env("CARGO_TARGET_DIR", target())
        .env("NO_COLOR", "1")
        .output()
        .unwrap_or_else(|e| panic!("{command}: {e}"))
}

fn said(output: &Output) -> String {
    format!("{}\n--\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What the first command printed; it is run once for all tests here.
fn shown() -> &'static Output {
    static SHOWN: OnceLock<Output> = OnceLock::new();
    SHOWN.get_or_init(|| sh(&commands()[0]))
}

#[test]
fn two_commands_do_it_all() {
    let commands = commands();
    assert_eq!(commands.len(), 2, "one command shows the main job, one runs the tests: {commands:?}");
    assert_eq!(commands[1], TESTS);
}

#[test]
fn the_first_command_shows_the_main_job() {
    let output = shown();
    assert!(output.status.success(), "{}", said(output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("[distributed-architect] "), "{}", said(output));
}

#[test]
fn the_picture_is_what_the_hook_says() {
    let picture = blocks(&readme(), "text").concat();
    assert!(picture.starts_with("[distributed-architect] "), "{picture}");
    let output = shown();
    // The report sets what was told apart by a bar at the left; the words are the same.
    let words = |text: &str| text.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
    assert!(words(&String::from_utf8_lossy(&output.stdout)).contains(&words(&picture)), "README.md shows:\n{picture}\n{}", said(output));
}

#[cfg(unix)]
#[test]
fn the_second_command_builds_and_starts_every_test_program() {
    let runner = format!("CARGO_TARGET_{}_RUNNER", host().to_uppercase().replace('-', "_"));
    let output = sh(&format!("{runner}=echo {TESTS}"));
    assert!(output.status.success(), "{}", said(&output));
    let started = String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.contains("/deps/")).count();
    let files = std::fs::read_dir(Path::new(ROOT).join("tests")).expect("tests/").flatten();
    let programs = files.filter(|f| f.path().extension().is_some_and(|e| e == "rs") || f.path().join("main.rs").is_file()).count();
    assert!(started >= programs, "{started} test programs were started, tests/ has {programs}: {}", said(&output));
}

#[test]
fn ci_runs_the_second_command() {
    let script = std::fs::read_to_string(Path::new(ROOT).join(".ci/run")).expect(".ci/run");
    assert!(script.lines().any(|line| line == TESTS), ".ci/run has no line `{TESTS}`");
}
