//! docs/verbs.md and docs/verbs/: a page for each verb. What a page says of usage, arguments and options is written by this test from
//! the parser (SNAPSHOTS=overwrite), and its examples are run.

use crate::support::{blocks, commands, is_shell};
use crate::world::{read, root};
use distributed_architect::cli;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

/// Where more values than these are possible, their meanings are left to `--help` and to the page that is linked.
const VALUES: usize = 6;

/// Verbs whose exit code 1 no example can show: a decision that fails is a fault of the program.
const UNSHOWN: [&str; 1] = ["eval"];

fn built() -> clap::Command {
    let mut command = cli::command();
    command.build();
    command
}

fn verbs(command: &clap::Command) -> Vec<clap::Command> {
    command.get_subcommands().filter(|v| v.get_name() != "help").cloned().collect()
}

fn page(verb: &str) -> String {
    format!("docs/verbs/{verb}.md")
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// What the parser knows of a verb, as Markdown.
fn reference(words: &str) -> String {
    let mut command = built();
    for word in words.split(' ') {
        command = command.find_subcommand(word).unwrap_or_else(|| panic!("no verb {words}")).clone();
    }
    let usage = command.render_usage().to_string();
    let mut out = format!("```text\n{}\n```\n", usage.trim());
    let arguments: Vec<_> = command.get_arguments().filter(|a| !a.is_hide_set() && !matches!(a.get_id().as_str(), "help" | "version")).collect();
    if !arguments.is_empty() {
        out += "\n| | |\n| --- | --- |\n";
    }
    for argument in arguments {
        let mut says = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
        assert!(!says.is_empty(), "{words}: {argument} says nothing");
        if argument.get_action().takes_values() {
            let values: Vec<_> = argument.get_possible_values().into_iter().filter(|v| !v.is_hide_set()).collect();
            let few = values.len() <= VALUES;
            let told: Vec<String> = values
                .iter()
                .map(|v| match v.get_help() {
                    Some(help) if few => format!("`{}` ({})", v.get_name(), help.to_string().trim_end_matches('.')),
                    _ => format!("`{}`", v.get_name()),
                })
                .collect();
            if !told.is_empty() {
                let _ = write!(says, ": {}", told.join(", "));
            }
            let default: Vec<String> = argument.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
            if !default.is_empty() {
                let _ = write!(says, "; `{}` unless told", default.join(" "));
            }
        }
        let _ = writeln!(out, "| `{}` | {} |", cell(&argument.to_string()), cell(&says));
    }
    out
}

/// Rows of the index for these verbs, with those below each.
fn rows(names: &str) -> String {
    let mut out = "| | |\n| --- | --- |\n".to_owned();
    let command = built();
    for name in names.split(' ') {
        let verb = command.find_subcommand(name).unwrap_or_else(|| panic!("no verb {name}"));
        let about = |c: &clap::Command| cell(&c.get_about().map(ToString::to_string).unwrap_or_default());
        let _ = writeln!(out, "| [{name}](verbs/{name}.md) | {} |", about(verb));
        for below in verbs(verb) {
            let _ = writeln!(out, "| [{name} {0}](verbs/{name}.md#{0}) | {1} |", below.get_name(), about(&below));
        }
    }
    out
}

/// Holds what stands between marks against what the program says, and tells which marks there were. Text is the page's path.
fn held(path: &str, mark: &str, of: fn(&str) -> String) -> Vec<String> {
    let text = read(path);
    let begin = format!("<!-- {mark}: ");
    let mut met = Vec::new();
    let mut is = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once(&begin) {
        let (words, behind) = behind.split_once(" -->\n").unwrap_or_else(|| panic!("{path}: a mark that does not end"));
        let (_, behind) = behind.split_once("<!-- end -->").unwrap_or_else(|| panic!("{path}: nothing ends {words}"));
        let _ = write!(is, "{before}{begin}{words} -->\n{}<!-- end -->", of(words));
        met.push(words.to_owned());
        rest = behind;
    }
    is += rest;
    if is != text {
        assert!(std::env::var("SNAPSHOTS").is_ok_and(|v| v == "overwrite"), "{path}: its options are not those of the program; it should be\n{is}");
        fs::write(root().join(path), is).expect("written");
    }
    met
}

#[test]
fn every_verb_has_its_page() {
    let there: BTreeSet<String> = crate::pages("docs/verbs").iter().map(|p| p.display().to_string()).collect();
    let meant: BTreeSet<String> = verbs(&built()).iter().map(|v| page(v.get_name())).collect();
    assert_eq!(there, meant, "a page for each verb; SNAPSHOTS=overwrite writes its options and what its examples say");
    for verb in verbs(&built()) {
        let name = verb.get_name();
        let path = page(name);
        let below: Vec<String> = verbs(&verb).iter().map(|v| format!("{name} {}", v.get_name())).collect();
        let mut expected = vec![name.to_owned()];
        expected.extend(below.iter().cloned());
        let mut met = held(&path, "options", reference);
        assert_eq!(met.first().map(String::as_str), Some(name), "{path}");
        met.sort();
        expected.sort();
        assert_eq!(met, expected, "{path}: what it says the options of");

        let text = read(&path);
        assert!(text.starts_with(&format!("# distarch {name}\n\n")), "{path}: its head");
        let shown: Vec<String> = blocks(&text).iter().filter(|b| is_shell(b)).flat_map(commands).collect();
        for words in if below.is_empty() { vec![name.to_owned()] } else { below } {
            let example = shown.iter().any(|c| c == &format!("distarch {words}") || c.contains(&format!("distarch {words} ")));
            assert!(example, "{path}: no example of {words}");
            assert!(words == name || text.contains(&format!("\n## {}\n", words.trim_start_matches(name).trim())), "{path}: no section of {words}");
        }
        for head in ["\n## Exit codes\n", "\n## Files\n"] {
            assert!(text.contains(head), "{path}: no{head}");
        }
    }
}

/// The examples of a page run, show what is said, and end as the page tells.
#[test]
fn examples_of_verbs_run_and_end_as_their_page_tells() {
    let names: Vec<String> = verbs(&built()).iter().map(|v| v.get_name().to_owned()).collect();
    let slips: Vec<&String> = names.iter().filter(|name| std::panic::catch_unwind(|| ends_as_told(name)).is_err()).collect();
    assert!(slips.is_empty(), "{slips:?}; the reasons stand above");
}

fn ends_as_told(name: &str) {
    let path = page(name);
    let room = crate::room_of(path.as_ref());
    let kept = || (room.files("state"), room.files("home"));
    let before = kept();
    let ran = crate::played(path.as_ref(), &room);
    let writes_nothing = read(&path).contains("Writes nothing.");
    assert!(!writes_nothing || kept() == before, "{path}: something was written: {:?} and before {before:?}", kept());
    let text = read(&path);
    let codes = text.split("\n## Exit codes\n").nth(1).unwrap_or_else(|| panic!("{path}: no exit codes"));
    let codes: BTreeSet<i32> =
        codes.lines().take_while(|l| !l.starts_with("## ")).filter_map(|l| l.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect();
    assert!(codes.contains(&0), "{path}: {codes:?}");
    assert!(blocks(&text).iter().any(|b| b.language == "console" && b.text.lines().count() > 1), "{path} shows nothing that is said");
    for ran in ran.iter().filter(|r| r.command.starts_with(&format!("distarch {name}"))) {
        assert!(codes.contains(&ran.code), "{path}: {} ended with {}, of which the page says nothing", ran.command, ran.code);
    }
    let shown = ran.iter().any(|r| r.code == 1) || UNSHOWN.contains(&name);
    assert!(!codes.contains(&1) || shown, "{path}: no example ends with 1");
}

#[test]
fn the_index_has_every_verb_once() {
    let mut met: Vec<String> = held("docs/verbs.md", "verbs", rows).iter().flat_map(|names| names.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    met.sort();
    let mut meant: Vec<String> = verbs(&built()).iter().map(|v| v.get_name().to_owned()).collect();
    meant.sort();
    assert_eq!(met, meant);
}
