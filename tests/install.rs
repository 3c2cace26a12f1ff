//! `distarch install` and `uninstall` on settings as people have them: what is foreign stays, and what was put in goes byte for byte.
#![cfg(unix)]

use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const CLIENTS: [(&str, &str); 2] = [("claude-code", ".claude/settings.json"), ("codex", ".codex/hooks.json")];

/// Settings that people could have written.
const SETTINGS: [(&str, &str); 13] = [
    (
        "absent hooks",
        "{\n  \"model\": \"opus\",\n  \"permissions\": {\n    \"allow\": [\"Bash(cargo test *)\", \"Read(//etc/**)\"],\n    \"deny\": []\n  }\n}\n",
    ),
    (
        "foreign hooks",
        "{\n  \"hooks\": {\n    \"PreToolUse\": [\n      {\n        \"matcher\": \"Bash\",\n        \"hooks\": [\n          {\n            \"type\": \"command\",\n            \"command\": \"jq -r '.tool_input.command' >> ~/commands.log\"\n          }\n        ]\n      }\n    ],\n    \"Notification\": [\n      {\n        \"hooks\": [\n          { \"type\": \"command\", \"command\": \"notify-send 'agent' \\\"$1\\\"\" }\n        ]\n      }\n    ]\n  },\n  \"env\": { \"FOO\": \"1\" }\n}\n",
    ),
    (
        "tabs, and no line end",
        "{\n\t\"statusLine\": {\"type\": \"command\", \"command\": \"~/bin/line\"},\n\t\"hooks\": {\n\t\t\"Stop\": [\n\t\t\t{\"hooks\": [{\"type\": \"command\", \"command\": \"say done\"}]}\n\t\t]\n\t}\n}",
    ),
    (
        "lines of another system",
        "{\r\n    \"hooks\": {\r\n        \"SessionStart\": [\r\n            { \"matcher\": \"compact|clear\", \"hooks\": [] }\r\n        ]\r\n    }\r\n}\r\n",
    ),
    ("one line", "{\"hooks\":{\"PostToolUse\":[{\"matcher\":\"Edit\",\"hooks\":[{\"type\":\"command\",\"command\":\"gofmt -w\"}]}]},\"theme\":\"dark\"}\n"),
    ("nothing in it", "{}\n"),
    ("no hooks in hooks", "{\n  \"hooks\": {},\n  \"theme\": \"dark\"\n}\n"),
    ("empty", ""),
    ("blank lines", "  \n\n"),
    ("lines of an old system", "{\r  \"model\": \"opus\"\r}\r"),
    ("a key of somebody else's that stands twice", "{\"env\": {\"A\": 1, \"A\": 2}, \"env\": {}}\n"),
    ("a key in another notation", "{\"ho\\u006fks\": {\"Stop\": []}}\n"),
    ("groups that are none", "{\"hooks\": {\"Stop\": [1, \"distarch hook\", null, {\"hooks\": \"x\"}, {\"hooks\": [3]}]}}\n"),
];

struct Room {
    folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder") };
        ["home", "project"].iter().for_each(|f| fs::create_dir(room.path(f)).expect("a folder"));
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("written");
        path
    }

    fn run(&self, words: &str, variables: &[(&str, &Path)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_distarch"))
            .args(words.split_whitespace())
            .current_dir(self.path("project"))
            .env_clear()
            .env("HOME", self.path("home"))
            .envs(variables.iter().copied())
            .output()
            .expect("it runs")
    }

    /// What a run says that has to end well.
    fn says(&self, words: &str) -> String {
        let out = self.run(words, &[]);
        assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stderr).as_ref()), (Some(0), ""), "{words}");
        String::from_utf8(out.stdout).expect("UTF-8")
    }

    /// What a run says that has to fail.
    fn refuses(&self, words: &str) -> String {
        let out = self.run(words, &[]);
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{words}");
        String::from_utf8(out.stderr).expect("UTF-8")
    }

    /// Its first line.
    fn fails(&self, words: &str) -> String {
        self.refuses(words).lines().next().expect("a line").to_owned()
    }
}

/// Commands that a settings file registers.
fn commands(text: &str) -> Vec<String> {
    fn walk(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                let args = map.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                if let Some(command) = map.get("command").and_then(Value::as_str).filter(|_| map.get("type").is_some()) {
                    out.push(std::iter::once(command).chain(args).collect::<Vec<_>>().join(" "));
                }
                map.values().for_each(|v| walk(v, out));
            }
            Value::Array(list) => list.iter().for_each(|v| walk(v, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(&serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}")), &mut out);
    out
}

fn is_ours(command: &str) -> bool {
    command.starts_with("distarch ")
}

#[test]
fn what_was_put_in_goes_byte_for_byte() {
    for (client, file) in CLIENTS {
        for (scope, base) in [("user", "home"), ("project", "project")] {
            for (name, text) in SETTINGS {
                let what = format!("{client}, {scope}, {name}");
                let room = Room::new();
                let path = room.file(&format!("{base}/{file}"), text);
                let words = format!("--client {client} --scope {scope}");

                let shown = room.says(&format!("install {words} --dry-run"));
                assert_eq!(fs::read_to_string(&path).expect("there"), text, "{what}: a dry run writes nothing");
                assert!(
                    shown.lines().any(|l| l.starts_with("  + ") && l.contains("distarch")) && shown.ends_with("nothing is written: --dry-run\n"),
                    "{shown}"
                );

                room.says(&format!("install {words}"));
                let with = fs::read_to_string(&path).expect("there");
                let ours = commands(&with).into_iter().filter(|c| is_ours(c)).count();
                assert!(ours >= 4, "{what}: {with}");
                if !text.trim().is_empty() {
                    let foreign: Vec<String> = commands(&with).into_iter().filter(|c| !is_ours(c)).collect();
                    assert_eq!(foreign, commands(text), "{what}");
                }

                assert!(room.says(&format!("install {words}")).ends_with("the hooks are there already\n"), "{what}");
                assert_eq!(fs::read_to_string(&path).expect("there"), with, "{what}: twice is once");

                room.says(&format!("uninstall {words} --dry-run"));
                assert_eq!(fs::read_to_string(&path).expect("there"), with, "{what}");
                room.says(&format!("uninstall {words}"));
                assert_eq!(fs::read_to_string(&path).expect("there"), text, "{what}");
                assert!(room.says(&format!("uninstall {words}")).ends_with("no hook of ours\n"), "{what}");
                let left: Vec<_> = fs::read_dir(path.parent().expect("a folder")).expect("a folder").flatten().collect();
                assert_eq!(left.len(), 1, "{what}: no temporary file stays");
            }
        }
    }
}

#[test]
fn a_file_that_was_not_there_is_not_there_afterwards() {
    for (client, file) in CLIENTS {
        let room = Room::new();
        let path = room.path("home").join(file);
        let words = format!("--client {client}");
        assert!(room.says(&format!("uninstall {words}")).contains("no such file"));
        assert!(!room.path("home").join(".claude").exists() && !room.path("home").join(".codex").exists());
        assert!(room.says(&format!("install {words}")).contains("wrote "));
        let text = fs::read_to_string(&path).expect("written");
        assert!(text.ends_with("}\n") && commands(&text).iter().all(|c| is_ours(c)), "{text}");
        assert!(room.says(&format!("uninstall {words}")).contains("removed, for nothing else was in it"));
        assert!(!path.exists());
    }
}

#[test]
fn the_hooks_of_the_plugin_and_those_installed_are_the_same() {
    let room = Room::new();
    room.says("install --client claude-code --scope project");
    let written: Value = serde_json::from_slice(&fs::read(room.path("project/.claude/settings.json")).expect("written")).expect("JSON");
    let plugin: Value = serde_json::from_slice(&fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks.json")).expect("hooks.json")).expect("JSON");
    assert_eq!(written["hooks"], plugin["hooks"]);
}

#[test]
fn a_newer_version_adds_what_an_older_one_did_not_have() {
    let room = Room::new();
    room.says("install --client claude-code");
    let path = room.path("home/.claude/settings.json");
    let mut old: Value = serde_json::from_slice(&fs::read(&path).expect("written")).expect("JSON");
    let all = old["hooks"].clone();
    old["hooks"].as_object_mut().expect("events").remove("Stop");
    old["hooks"]["PreToolUse"].as_array_mut().expect("groups").truncate(1);
    fs::write(&path, old.to_string()).expect("written");
    room.says("install --client claude-code");
    let new: Value = serde_json::from_slice(&fs::read(&path).expect("written")).expect("JSON");
    assert_eq!(new["hooks"], all);
}

#[test]
fn settings_that_cannot_be_read_are_left_alone() {
    const UNREAD: &str = "nothing is written; mend it first: Claude Code does not read it either";
    const FORM: &str = "nothing is written; mend it first";
    const TWICE: &str = "nothing is written; keep one of both first";
    let cases: [(&[u8], &str, &str); 12] = [
        (b"{\n  \"model\": \"opus\",\n}\n", ":3:1: a comma with nothing behind it", UNREAD),
        (b"{\"a\": [1, 2,]}", ":1:13: a comma with nothing behind it", UNREAD),
        (b"{\n  // mine\n  \"model\": \"opus\"\n}\n", ":2:3: a comment, for which JSON has no place", UNREAD),
        (b"{\n  \"model\": \"opus\", /* mine */\n  \"a\": 1\n}\n", ":2:20: a comment, for which JSON has no place", UNREAD),
        (b"{} {}", ":1:4: trailing characters", UNREAD),
        (b"{\"model\": \"opus\"", ":1:16: EOF while parsing an object", UNREAD),
        (b"[]", ":1:1: the top is no object", FORM),
        (b"{\"hooks\": [1]}", ":1:11: `hooks` is no object", FORM),
        (b"{\"hooks\": {\"Stop\": 1}}", ":1:20: `hooks.Stop` is no list", FORM),
        (b"{\"hooks\": {}, \"hooks\": {}}", ":1:15: `hooks` stands here a second time", TWICE),
        (b"{\"hooks\": {\n\"Stop\": [],\n\"Stop\": []}}", ":3:1: `Stop` stands here a second time", TWICE),
        (b"{\"a\": \"\xff\"}", ": no UTF-8 from byte 8 on", ""),
    ];
    for (text, expected, hint) in cases {
        let room = Room::new();
        let path = room.file("project/.claude/settings.json", "");
        fs::write(&path, text).expect("written");
        let said = room.refuses("install --client claude-code --scope project");
        let shown = String::from_utf8_lossy(text);
        assert_eq!(said.lines().next(), Some(&*format!("error: input: .claude/settings.json{expected}")), "{shown}");
        assert_eq!(said.lines().nth(1).unwrap_or_default(), if hint.is_empty() { String::new() } else { format!("hint: {hint}") }, "{shown}");
        assert_eq!(fs::read(&path).expect("there"), text, "nothing is written");
    }
}

#[test]
fn a_byte_order_mark_stays_where_the_client_passes_over_it() {
    for text in ["\u{feff}{\r\n  \"model\": \"opus\"\r\n}\r\n", "\u{feff}{\"hooks\": {}}", "\u{feff}", "\u{feff}\n"] {
        let room = Room::new();
        let path = room.file("home/.claude/settings.json", text);
        room.says("install --client claude-code");
        let with = fs::read_to_string(&path).expect("there");
        assert!(commands(with.strip_prefix('\u{feff}').expect("the mark")).len() >= 4, "{with}");
        assert!(room.says("install --client claude-code").ends_with("the hooks are there already\n"));
        room.says("uninstall --client claude-code");
        assert_eq!(fs::read_to_string(&path).expect("there"), text);
        let path = room.file("home/.codex/hooks.json", text);
        let said = room.fails("install --client codex");
        assert!(said.ends_with("/.codex/hooks.json:1:1: a byte order mark, for which JSON has no place"), "{said}");
        assert_eq!(fs::read_to_string(&path).expect("there"), text);
    }
}

#[test]
fn hooks_of_another_version_or_place_are_taken_over() {
    const FOREIGN: &str = "{\"type\":\"command\",\"command\":\"say done\"}";
    // A narrower matcher, a program elsewhere, an event that is none of ours, half of a group, twice the same.
    let olds = [
        r#"{"PreToolUse":[{"matcher":"Edit|Write","hooks":[{"type":"command","command":"distarch","args":["hook"]}]}]}"#,
        r#"{"PreToolUse":[{"matcher":"Edit|Write|MultiEdit|NotebookEdit","hooks":[{"type":"command","command":"\"/opt/my tools/distarch\" hook","timeout":9}]}]}"#,
        r#"{"UserPromptSubmit":[{"hooks":[{"type":"command","command":"C:\\Program Files\\distarch.exe","args":["hook"]},FOREIGN]}]}"#,
        r#"{"PreToolUse":[{"matcher":"Bash","hooks":[FOREIGN,{"type":"command","if":"Bash(git commit *)","command":"distarch","args":["hook"]}]}]}"#,
        r#"{"Stop":[{"hooks":[{"type":"command","command":"distarch hook"}]},{"hooks":[{"type":"command","command":"/old/distarch hook"}]}]}"#,
    ];
    for old in olds {
        let room = Room::new();
        let old = format!("{{\"hooks\":{},\"theme\":\"dark\"}}", old.replace("FOREIGN", FOREIGN));
        let path = room.file("project/.claude/settings.json", &old);
        room.says("install --client claude-code --scope project");
        let text = fs::read_to_string(&path).expect("there");
        // Each of ours once: as many as in settings that were empty.
        let ours = commands(&text).into_iter().filter(|c| c.contains("distarch")).count();
        assert_eq!(ours, commands(include_str!("../hooks.json")).len(), "{text}");
        let foreign = |text: &str| commands(text).into_iter().filter(|c| !c.contains("distarch")).collect::<Vec<_>>();
        assert_eq!(foreign(&text), foreign(&old), "{text}");
        assert!(room.says("install --client claude-code --scope project").ends_with("the hooks are there already\n"));
        room.says("uninstall --client claude-code --scope project");
        let text = fs::read_to_string(&path).expect("there");
        assert!(!text.contains("distarch") && text.contains("\"theme\":\"dark\"") && foreign(&text) == foreign(&old), "{text}");
    }
}

#[test]
fn what_is_read_only_or_no_file_stays_as_it_is() {
    let words = "--client claude-code --scope project";
    let room = Room::new();
    let path = room.file("project/.claude/settings.json", "{}\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("set");
    assert_eq!(room.fails(&format!("install {words}")), "error: file: .claude/settings.json: is read-only");
    assert_eq!(fs::read_to_string(&path).expect("there"), "{}\n");
    room.says(&format!("install {words} --dry-run"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    room.says(&format!("install {words}"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("set");
    assert_eq!(room.fails(&format!("uninstall {words}")), "error: file: .claude/settings.json: is read-only");
    assert!(room.says(&format!("install {words}")).ends_with("the hooks are there already\n"), "nothing to write");

    let room = Room::new();
    fs::create_dir_all(room.path("project/.claude/settings.json")).expect("a folder");
    assert_eq!(room.fails(&format!("install {words}")), "error: file: .claude/settings.json: is no file");
    let room = Room::new();
    room.file("project/.claude", "");
    assert!(room.fails(&format!("install {words}")).starts_with("error: file: .claude/settings.json: "));
    let room = Room::new();
    fs::create_dir(room.path("project/.claude")).expect("a folder");
    symlink("settings.json", room.path("project/.claude/settings.json")).expect("a link");
    assert_eq!(room.fails(&format!("install {words}")), "error: file: .claude/settings.json: is a link that leads nowhere");
}

#[test]
fn installs_at_the_same_time_leave_what_one_would() {
    let room = Room::new();
    let alone = {
        let room = Room::new();
        room.says("install --client claude-code");
        fs::read_to_string(room.path("home/.claude/settings.json")).expect("written")
    };
    for _ in 0..5 {
        let ends: Vec<Output> = std::thread::scope(|s| {
            let runs: Vec<_> = (0..6).map(|_| s.spawn(|| room.run("install --client claude-code", &[]))).collect();
            runs.into_iter().map(|r| r.join().expect("it ends")).collect()
        });
        assert!(ends.iter().any(|e| e.status.success()));
        for end in ends.iter().filter(|e| !e.status.success()) {
            let said = String::from_utf8_lossy(&end.stderr);
            assert!(end.status.code() == Some(2) && said.contains("was changed meanwhile\nhint: nothing is written; run it again"), "{said}");
        }
        let path = room.path("home/.claude/settings.json");
        assert_eq!(fs::read_to_string(&path).expect("written"), alone);
        assert_eq!(fs::read_dir(room.path("home/.claude")).expect("a folder").count(), 1, "no temporary file stays");
        fs::remove_file(path).expect("removed");
    }
}

#[test]
fn permissions_stay_and_links_are_followed_within_the_place_alone() {
    let room = Room::new();
    let real = room.file("home/dotfiles/claude.json", "{}\n");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
    fs::create_dir(room.path("home/.claude")).expect("a folder");
    let link = room.path("home/.claude/settings.json");
    symlink(&real, &link).expect("a link");
    let said = room.says("install --client claude-code");
    assert!(said.contains(".claude/settings.json -> ") && said.contains("dotfiles/claude.json"), "it says where it writes: {said}");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink(), "the link stays a link");
    assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).expect("there").contains("distarch"));

    let outside = room.file("elsewhere/settings.json", "{}\n");
    fs::create_dir(room.path("project/.claude")).expect("a folder");
    symlink(&outside, room.path("project/.claude/settings.json")).expect("a link");
    let said = room.fails("install --client claude-code --scope project");
    assert!(said.contains("leads to ") && said.contains("elsewhere/settings.json"), "{said}");
    assert_eq!(fs::read_to_string(&outside).expect("there"), "{}\n");

    // The folder may be the link, and the link may lead nowhere.
    symlink(room.path("elsewhere"), room.path("project/.codex")).expect("a link");
    assert!(room.fails("install --client codex --scope project").contains("leads to "));
    symlink(room.path("nowhere"), room.path("home/.codex")).expect("a link");
    assert!(room.fails("install --client codex").contains("leads nowhere"));
    assert_eq!(fs::read_dir(room.path("elsewhere")).expect("a folder").count(), 1);
}

#[test]
fn a_folder_that_is_named_is_taken() {
    for (client, variable, file) in [("claude-code", "CLAUDE_CONFIG_DIR", "settings.json"), ("codex", "CODEX_HOME", "hooks.json")] {
        let room = Room::new();
        let out = room.run(&format!("install --client {client}"), &[(variable, &room.path("own"))]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        assert!(room.path("own").join(file).is_file());
        assert_eq!(fs::read_dir(room.path("home")).expect("a folder").count(), 0);
    }
}

#[test]
fn what_else_has_to_be_known_is_said() {
    const TRUST: &str = "# mine\nmodel = \"gpt-5.5\" # fast\n\n[hooks.state.\"/h/.codex/hooks.json:stop:0:0\"]\ntrusted_hash = \"x\"\n";
    for (toml, has_hooks) in [(TRUST.to_owned(), false), (format!("{TRUST}\n[[hooks.Stop]]\nhooks = []\n"), true)] {
        let room = Room::new();
        let path = room.file("home/.codex/config.toml", &toml);
        let said = room.says("install --client codex");
        assert!(said.contains("/hooks in Codex"), "{said}");
        assert_eq!(said.contains("config.toml beside it has hooks as well"), has_hooks, "{said}");
        room.says("uninstall --client codex");
        assert_eq!(fs::read_to_string(path).expect("there"), toml, "the hooks have a file of their own");
    }
    let room = Room::new();
    assert!(!room.says("install --client codex").contains("judged twice"));
    let said = room.says("install --client codex --scope project");
    assert!(said.contains("/.codex/hooks.json too, and Codex runs both: each patch is judged twice."), "{said}");
    room.says("install --client claude-code");
    assert!(!room.says("install --client claude-code --scope project").contains("judged twice"), "Claude Code runs one of both");
    let room = Room::new();
    room.file("home/.claude/settings.json", "{\"enabledPlugins\": {\"distributed-architect@distributed-architect\": true}}");
    let said = room.says("install --client claude-code --scope project");
    assert!(said.contains("The plugin is enabled too"), "{said}");
}

#[test]
fn doctor_sees_what_is_installed() {
    for (client, title) in [("claude-code", "the hook is named in"), ("codex", "Codex: the hook is named in")] {
        for scope in ["user", "project"] {
            let room = Room::new();
            room.says(&format!("install --client {client} --scope {scope}"));
            let doctor = |room: &Room| {
                let out = room.run("doctor", &[]);
                String::from_utf8(out.stdout)
                    .expect("UTF-8")
                    .lines()
                    .filter(|l| l.split_whitespace().nth(1) == Some("hooks"))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let lines = doctor(&room);
            assert!(lines.len() == 1 && lines[0].starts_with("ok ") && lines[0].contains(title), "{client} {scope}: {lines:?}");
            room.says(&format!("uninstall --client {client} --scope {scope}"));
            let lines = doctor(&room);
            assert!(lines.len() == 1 && lines[0].contains("not registered"), "{client} {scope}: {lines:?}");
        }
    }
}
