//! `distarch install`: the hooks written into a client's settings, and nothing else there changed.

mod json;

use super::file::Place;
use super::{Answer, places};
use crate::clients::{self, Client, Registration};
use crate::error::{Error, Kind};
use crate::render::diff;
use crate::text::plain;
use json::SlipKind;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `distarch install --client NAME [--scope user|project] [--dry-run]`, and `uninstall` with the same arguments.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The agent's client.
    #[arg(long, value_parser = super::client_names())]
    pub client: String,
    /// Whose settings.
    #[arg(long, value_enum, default_value_t)]
    pub scope: Scope,
    /// Show the change, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Whose settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// The user's own, for all projects.
    #[default]
    User,
    /// Those of the current folder, for all who work on it.
    Project,
}

/// Lines of a change that are shown.
const SHOWN: usize = 400;

/// Writes the hooks.
///
/// # Errors
/// When the settings cannot be read as the client reads them, or not be written, or lie behind a link that leads elsewhere.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    let client = client(args)?;
    let registration = client.registration();
    let place = place(&registration, args.scope)?;
    let before = read(&place, &registration)?;
    let groups = json::groups(registration.hooks).map_err(|s| slip(&place, &s, &registration))?;
    let after = json::put_in(before.as_deref(), &groups).map_err(|s| slip(&place, &s, &registration))?;
    if before.as_deref() == Some(after.as_str()) {
        return Ok(format!("{}: the hooks are there already\n", place.shown()).into());
    }
    let mut out = change(&place, before.as_deref(), Some(&after), args.dry_run)?;
    if !args.dry_run {
        for note in notes(client, &registration, &place, args.scope) {
            let _ = writeln!(out, "{note}");
        }
    }
    Ok(out.into())
}

/// Takes the hooks out again.
///
/// # Errors
/// As [`run`].
pub(super) fn take_out(args: &Args) -> anyhow::Result<Answer> {
    let registration = client(args)?.registration();
    let place = place(&registration, args.scope)?;
    let Some(before) = read(&place, &registration)? else { return Ok(format!("{}: no such file, so no hook of ours\n", place.shown()).into()) };
    let after = json::take_out(&before).map_err(|s| slip(&place, &s, &registration))?;
    if after.as_deref() == Some(before.as_str()) {
        return Ok(format!("{}: no hook of ours\n", place.shown()).into());
    }
    Ok(change(&place, Some(&before), after.as_deref(), args.dry_run)?.into())
}

fn client(args: &Args) -> Result<&'static dyn Client, Error> {
    clients::named(&args.client).ok_or_else(|| Error::new(Kind::Usage, "--client", format!("no client {}", plain(&args.client))))
}

/// The file of a client's hooks.
fn place(registration: &Registration, scope: Scope) -> Result<Place, Error> {
    let hint = format!("put the hooks in there by hand (docs/clients.md has them), or name the folder that is meant with {}", registration.variable);
    let (base, folder) = match scope {
        Scope::Project => (std::env::current_dir().map_err(|e| Error::file(Path::new("."), &e))?, PathBuf::from(registration.folder)),
        Scope::User => match std::env::var_os(registration.variable).filter(|v| !v.is_empty()) {
            // Who names the folder means it, wherever it is.
            Some(folder) => (PathBuf::from(&folder), PathBuf::from(folder)),
            None => {
                let home = std::env::home_dir().ok_or_else(|| Error::new(Kind::File, "home", "no home folder").hint("set HOME"))?;
                let folder = home.join(registration.folder);
                (home, folder)
            }
        },
    };
    Place::within(&base, folder.join(registration.file), hint)
}

/// The settings as they stand; `None` where there are none.
fn read(place: &Place, registration: &Registration) -> Result<Option<String>, Error> {
    let text = place.read()?;
    if !registration.passes_over_mark && text.as_ref().is_some_and(|t| t.starts_with(json::MARK)) {
        let what = "a byte order mark, for which JSON has no place".to_owned();
        return Err(slip(place, &json::Slip { line: 1, column: 1, what, kind: SlipKind::Syntax }, registration));
    }
    Ok(text)
}

fn slip(place: &Place, slip: &json::Slip, registration: &Registration) -> Error {
    let hint = match slip.kind {
        SlipKind::Syntax => format!("nothing is written; mend it first: {} does not read it either", registration.title),
        SlipKind::Form => "nothing is written; mend it first".to_owned(),
        SlipKind::Twice => "nothing is written; keep one of both first".to_owned(),
    };
    place.slip(slip.line, slip.column, &slip.what).hint(hint)
}

/// Shows a change, and makes it.
fn change(place: &Place, before: Option<&str>, after: Option<&str>, dry_run: bool) -> Result<String, Error> {
    let shown = format!("{}\n{}", place.shown(), diff::render(before.unwrap_or_default(), after.unwrap_or_default(), SHOWN));
    Ok(shown + &if dry_run { "nothing is written: --dry-run\n".to_owned() } else { place.change(before, after)? })
}

/// What else the user has to know.
fn notes(client: &dyn Client, registration: &Registration, place: &Place, scope: Scope) -> Vec<String> {
    let mut out = Vec::new();
    if client.name() == "claude-code" {
        let read = |path: &Path| std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let project = std::env::current_dir().unwrap_or_default();
        for settings in places::client_settings(&project) {
            if read(&settings).is_some_and(|s| places::enabled(&s).iter().any(|(_, on)| *on)) {
                out.push(format!("The plugin is enabled too, in {}: each edit is judged twice. Keep one of both.", settings.display()));
            }
        }
    }
    // Claude Code runs what stands in several settings alike once (tried on 2.1.328), Codex each.
    let other = if scope == Scope::User { Scope::Project } else { Scope::User };
    if client.name() == "codex"
        && let Ok(other) = self::place(registration, other)
        && !other.is_same(place)
        && let Ok(Some(text)) = other.read()
        && json::take_out(&text).is_ok_and(|without| without.as_deref() != Some(&*text))
    {
        out.push(format!("The hooks are in {} too, and Codex runs both: each patch is judged twice. Keep one of both.", other.shown()));
    }
    let beside = place.beside("config.toml");
    // What Codex keeps of trust lies there too, as `[hooks.state...]`.
    let has_hooks = |text: String| text.lines().any(|l| l.trim_start().starts_with("[[hooks."));
    if client.name() == "codex" && beside.as_deref().and_then(|p| std::fs::read_to_string(p).ok()).is_some_and(has_hooks) {
        out.push("config.toml beside it has hooks as well: Codex runs both, and says so at each start.".to_owned());
    }
    if !registration.then.is_empty() {
        out.push(registration.then.to_owned());
    }
    out
}

/// Handlers as they stand in settings.
struct Registered;

impl Registered {
    /// The words that a handler runs, the program by its name alone; empty where it is no command.
    fn words(handler: &Value) -> Vec<String> {
        let command = handler["command"].as_str().unwrap_or_default();
        // With `args` no shell is between: the command is the program, blanks and all.
        let mut words = match handler["args"].as_array() {
            Some(args) => std::iter::once(command).chain(args.iter().filter_map(Value::as_str)).map(str::to_owned).collect(),
            None => shell_words(command),
        };
        if let Some(program) = words.first_mut() {
            let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
            *program = name.strip_suffix(".exe").unwrap_or(name).to_owned();
        }
        words
    }

    /// Whether a handler, as JSON, is one of ours: it runs our hook, or what else we register. Whoever has `distarch` do something else
    /// at an event keeps that.
    fn is_ours(handler: &str) -> bool {
        let words = serde_json::from_str(handler).map(|h| Self::words(&h)).unwrap_or_default();
        words.first().is_some_and(|w| w == "distarch") && (words.get(1).is_some_and(|w| w == "hook") || Self::all().contains(&words))
    }

    /// The words of all handlers that we register.
    fn all() -> Vec<Vec<String>> {
        let hooks = clients::CLIENTS.iter().filter_map(|c| json::groups(c.registration().hooks).ok()).flatten();
        let groups = hooks.filter_map(|(_, group)| serde_json::from_str::<Value>(&group).ok());
        groups.flat_map(|group| group["hooks"].as_array().into_iter().flatten().map(Self::words).collect::<Vec<_>>()).collect()
    }

    /// Whether a group does what another one would: the same tools, and every handler of it.
    fn covers(group: &str, wanted: &str) -> bool {
        let parse = |json: &str| serde_json::from_str::<Value>(json).unwrap_or_default();
        let (group, wanted) = (parse(group), parse(wanted));
        let handlers = |g: &Value| g["hooks"].as_array().map(|l| l.iter().map(|h| (Self::words(h), h["if"].clone())).collect::<Vec<_>>()).unwrap_or_default();
        let there = handlers(&group);
        group["matcher"] == wanted["matcher"] && handlers(&wanted).iter().all(|h| there.contains(h))
    }
}

/// Words as a shell cuts them. A backslash guards only what it has to: elsewhere it is part of a Windows path.
fn shell_words(command: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('\\', q) if q != Some('\'') => {
                let guarded = chars.next_if(|next| matches!(next, '"' | '\\') || q.is_none() && matches!(next, ' ' | '\''));
                word.get_or_insert_default().push(guarded.unwrap_or(c));
            }
            (c, None) if c.is_whitespace() => out.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_handler_is_ours_by_the_program_it_runs() {
        let cases = [
            (json!({ "command": "distarch hook" }), true),
            (json!({ "command": "distarch", "args": ["hook"] }), true),
            (json!({ "command": "/opt/my tools/distarch", "args": ["hook"] }), true),
            (json!({ "command": "\"/opt/my tools/distarch\" hook --client codex" }), true),
            (json!({ "command": "'/opt/my tools/distarch' hook" }), true),
            (json!({ "command": "/opt/my\\ tools/distarch hook" }), true),
            (json!({ "command": r#""C:\Program Files\distarch\distarch.exe" hook"# }), true),
            (json!({ "command": r"C:\Tools\distarch.exe hook" }), true),
            (json!({ "command": r"C:\Program Files\distarch.exe", "args": ["hook"] }), true),
            (json!({ "command": "distarch index --background" }), true),
            (json!({ "command": "distarch index" }), false),
            (json!({ "command": "distarch check" }), false),
            (json!({ "command": "distarch" }), false),
            (json!({ "command": "my-distarch hook" }), false),
            (json!({ "command": "distarch-wrapper hook" }), false),
            (json!({ "command": "echo distarch hook" }), false),
            (json!({ "command": "'distarch hook'" }), false),
            (json!({ "command": "distarch hook", "args": [] }), false),
            (json!({ "type": "prompt", "prompt": "distarch hook" }), false),
            (json!("distarch hook"), false),
        ];
        for (handler, expected) in cases {
            assert_eq!(Registered::is_ours(&handler.to_string()), expected, "{handler}");
        }
    }
}
