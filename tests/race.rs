//! Many hooks at once: a module is told exactly once, and no line of the journal breaks or gets lost.

#![allow(clippy::print_stdout, reason = "a test tells what it skipped and what it counted")]

#[path = "hook/room.rs"]
mod room;

use distributed_architect::journal::{self, Record};
use room::{Room, is_checklist, judge, text};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Child;

/// Processes at once.
const AT_ONCE: usize = 32;

/// Rounds of the race; `DISTARCH_RACE_ROUNDS` asks for more.
fn rounds() -> usize {
    std::env::var("DISTARCH_RACE_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Starts hooks for these inputs, lets them wait for their input, and gives it to all.
fn at_once(room: &Room, inputs: &[String]) -> Vec<Option<serde_json::Value>> {
    let mut children: Vec<Child> = inputs.iter().map(|_| room.hook_command().spawn().expect("the hook starts")).collect();
    for (child, input) in children.iter_mut().zip(inputs) {
        child.stdin.as_mut().expect("standard input").write_all(input.as_bytes()).expect("input");
    }
    // Each waits for the end of its input: that is the start of the race.
    let ready: Vec<_> = children.iter_mut().map(|c| c.stdin.take()).collect();
    drop(ready);
    children.into_iter().zip(inputs).map(|(child, input)| judge(&child.wait_with_output().expect("the hook ends"), input.as_bytes())).collect()
}

#[test]
fn of_32_hooks_at_once_one_tells() {
    let rounds = rounds();
    let room = Room::new();
    let mut told_once = 0;
    for round in 0..rounds {
        let input = room.edit(&format!("round-{round}"), "src/client.py");
        let answers = at_once(&room, &vec![input; AT_ONCE]);
        let told: Vec<&str> = answers.iter().flatten().map(text).collect();
        assert_eq!(told.len(), 1, "round {round}: {told:#?}");
        assert!(answers.iter().any(|a| is_checklist(a.as_ref())));
        told_once += 1;
    }
    println!("race: {AT_ONCE} hooks at once, {rounds} rounds, told exactly once in {told_once}");
    assert_eq!(room.journal().len(), rounds * AT_ONCE, "each hook has its line");
    assert_eq!(room.faults(), [""; 0]);
}

/// The questions once for the module, then one line for each further file; each subagent is told on its own.
#[test]
fn files_and_subagents_at_once() {
    let room = Room::new();
    for round in 0..rounds().div_ceil(10) {
        let mut inputs = Vec::new();
        for i in 0..AT_ONCE {
            let mut event: serde_json::Value = serde_json::from_str(&room.edit(&format!("mixed-{round}"), &format!("src/file{}.py", i % 4))).expect("JSON");
            event["agent_id"] = serde_json::json!(format!("agent-{}", i / 16));
            inputs.push(event.to_string());
        }
        let answers = at_once(&room, &inputs);
        for agent in 0..2 {
            let of_agent = &answers[agent * 16..(agent + 1) * 16];
            let full = of_agent.iter().filter(|a| is_checklist(a.as_ref())).count();
            assert_eq!(full, 1, "round {round}, agent {agent}");
            let lines = of_agent.iter().flatten().filter(|a| !is_checklist(Some(a))).count();
            assert_eq!(lines, 3, "round {round}, agent {agent}: a line for each of the other files");
        }
    }
}

fn record(name: &str) -> Record<'_> {
    Record { v: journal::VERSION, kind: Cow::Borrowed("event"), session: Cow::Borrowed(name), ..Record::default() }
}

/// Sessions of all lines, each of which has to be whole.
fn lines(state: &std::path::Path) -> Vec<String> {
    let mut out = Vec::new();
    for file in journal::files(state) {
        let text = fs::read_to_string(&file).expect("UTF-8");
        assert!(text.is_empty() || text.ends_with('\n'), "{file:?}");
        // Who reads the end of a line that is still being written begins on a new one: a blank line, which readers pass over.
        for line in text.lines().filter(|l| !l.is_empty()) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {file:?}: {line}"));
            out.push(line["session"].as_str().expect("a name").to_owned());
        }
    }
    out
}

/// Appends from several threads, each with a file handle of its own, as processes have.
fn append_from_all(state: &std::path::Path, writers: usize, each: usize, rotate_at: u64) {
    let payload = format!("{{\"x\":\"{}\"}}", "y".repeat(900));
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let payload = &payload;
            scope.spawn(move || {
                for n in 0..each {
                    journal::append_within(state, &record(&format!("{writer}-{n}")), payload.as_bytes(), rotate_at).expect("a line");
                }
            });
        }
    });
}

fn expected(writers: usize, each: usize) -> BTreeSet<String> {
    (0..writers).flat_map(|w| (0..each).map(move |n| format!("{w}-{n}"))).collect()
}

#[test]
fn eight_processes_append_whole_lines() {
    const CHILD: &str = "DISTARCH_TEST_APPEND";
    const EACH: usize = 250;
    if let Some(job) = std::env::var_os(CHILD) {
        let job = job.into_string().expect("text");
        let (writer, state) = job.split_once(':').expect("two parts");
        for n in 0..EACH {
            // Long and short lines in turn: a line may be longer than a page.
            let payload = format!("{{\"x\":\"{}\"}}", "y".repeat(n % 5 * 3000));
            journal::append(std::path::Path::new(state), &record(&format!("{writer}-{n}")), payload.as_bytes()).expect("a line");
        }
        return;
    }
    let room = Room::new();
    let children: Vec<Child> = (0..8)
        .map(|writer| {
            std::process::Command::new(std::env::current_exe().expect("this suite"))
                .args(["--exact", "eight_processes_append_whole_lines"])
                .env(CHILD, format!("{writer}:{}", room.state().display()))
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    let found = lines(&room.state());
    assert_eq!(found.len(), 8 * EACH);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected(8, EACH));
}

/// The journal is put aside while all write into it. The limit is such that no part falls out at the old end.
#[test]
fn putting_the_journal_aside_loses_no_line() {
    for round in 0..rounds() {
        let room = Room::new();
        let (writers, each) = (8, 40);
        let size = writers as u64 * each as u64 * 1000;
        append_from_all(&room.state(), writers, each, size / 4);
        let parts = journal::parts(&room.state()).len();
        // How often it is put aside is the scheduler's: while the one that does so waits for its turn, the others go on in the old file.
        assert!((1..=journal::KEPT).contains(&parts), "round {round}: {parts} parts");
        let found = lines(&room.state());
        assert_eq!(found.len(), writers * each, "round {round}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected(writers, each), "round {round}");
    }
}

#[test]
fn parts_beyond_those_that_are_kept_go_oldest_first() {
    let room = Room::new();
    append_from_all(&room.state(), 1, 40, 2000);
    let numbers: Vec<u64> = journal::parts(&room.state()).into_iter().map(|(n, _)| n).collect();
    assert_eq!(numbers.len(), journal::KEPT);
    assert!(numbers.windows(2).all(|w| w[0] + 1 == w[1]) && numbers[0] > 1, "{numbers:?}");
    let found = lines(&room.state());
    assert_eq!(found.last().map(String::as_str), Some("0-39"));
    assert!(found.len() < 40);
}
