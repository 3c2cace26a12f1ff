//! `distarch catalog draft`: what was met becomes a draft; met again, an entry.

use super::entry;
use crate::commands::known::{Known, Origin};
use crate::config;
use crate::error::{Error, Kind};
use crate::knowledge::catalog::{PatternFront, Severity, section};
use crate::knowledge::literal::Literal;
use crate::knowledge::schema::MODULES;
use crate::nearest::nearest;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// `distarch catalog draft [FILE]`. The same fields are read from notes.
#[derive(clap::Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Args {
    /// JSON: what `scan` printed, one finding of it, or notes; standard input where it is piped.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// Its name in file names: small letters and -.
    #[arg(long)]
    pub id: Option<String>,
    /// Its name for people; the id in words unless told.
    #[arg(long)]
    pub name: Option<String>,
    /// A module whose questions find it; several times for several.
    #[arg(long)]
    pub module: Vec<String>,
    /// How much is lost when it is missed: high, medium or low.
    #[arg(long)]
    pub severity: Option<String>,
    /// What it looks like and what goes wrong.
    #[arg(long)]
    pub shape: Option<String>,
    /// How it shows in operation.
    #[arg(long)]
    pub symptoms: Option<String>,
    /// What mends it.
    #[arg(long)]
    pub fix: Option<String>,
    /// Code that shows it, from now on a signal; several times for several.
    #[arg(long)]
    pub literal: Vec<String>,
    /// Where it was met, as PATH:LINE; with a finding, its PATH. Several times for several.
    #[arg(long)]
    pub at: Vec<String>,
}

/// A finding, as `scan` prints it. Other keys of it are of no use here.
#[derive(Deserialize)]
struct Finding {
    id: String,
    line: u32,
    seen: String,
    #[serde(default)]
    evidence: Vec<Cited>,
}

#[derive(Deserialize)]
struct Cited {
    #[serde(default)]
    text: String,
}

/// Keeps what was met.
///
/// # Errors
/// When the input is neither a finding nor notes, something is missing or unknown, there is no project, or it cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<String> {
    let folder = super::folder()?;
    let mut out = String::new();
    for met in given(args)? {
        out += &keep(&folder, met)?;
    }
    Ok(out)
}

/// What was given: the arguments, over what the input says.
fn given(args: &Args) -> anyhow::Result<Vec<Args>> {
    let place = args.file.as_deref().filter(|f| *f != Path::new("-")).map_or_else(|| "standard input".to_owned(), |f| f.display().to_string());
    let text = match args.file.as_deref() {
        Some(file) if file != Path::new("-") => std::fs::read_to_string(file).map_err(|e| Error::file(file, &e))?,
        // By hand: nobody is going to type JSON.
        None if args.shape.is_some() || std::io::stdin().is_terminal() => String::new(),
        _ => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|e| Error::file(Path::new("standard input"), &e))?;
            text
        }
    };
    if text.trim().is_empty() {
        return Ok(vec![args.clone()]);
    }
    let value: Value = serde_json::from_str(&text).map_err(|e| {
        Error::new(Kind::Input, format!("{place}:{}:{}", e.line(), e.column()), "no JSON")
            .hint("what `distarch scan` prints, a finding of it, or notes: --help shows their fields")
    })?;
    let findings: Vec<Value> = match value.get("patterns") {
        Some(Value::Array(list)) if list.is_empty() => {
            return Err(Error::new(Kind::Input, place, "the scan found no pattern").hint("describe it by hand: --id, --module, --shape").into());
        }
        Some(Value::Array(list)) => list.clone(),
        _ if value.get("seen").is_some() => vec![value],
        _ => {
            let notes = serde_json::from_value::<Args>(value)
                .map_err(|e| Error::new(Kind::Input, &place, format!("neither a finding nor notes: {e}")).hint("--help shows the fields of notes"))?;
            return Ok(vec![over(notes, args)]);
        }
    };
    if findings.len() > 1 && args.id.is_some() {
        return Err(Error::new(Kind::Usage, "--id", format!("one name for {} findings", findings.len()))
            .hint("leave it away, or give one of the findings")
            .into());
    }
    let mut out: Vec<Args> = Vec::new();
    for finding in findings {
        let finding: Finding = serde_json::from_value(finding).map_err(|e| {
            Error::new(Kind::Input, &place, format!("not a finding: {e}")).hint("one has id, line, seen and evidence, as `distarch scan` prints it")
        })?;
        let met = of_finding(&finding, args);
        // Twice in one edit is met once.
        match out.iter_mut().find(|m| m.id == met.id) {
            Some(first) => first.at.extend(met.at),
            None => out.push(met),
        }
    }
    Ok(out)
}

fn of_finding(finding: &Finding, args: &Args) -> Args {
    let cited = finding.evidence.first().map_or(String::new(), |e| format!("\n\n    {}", e.text));
    let path = args.at.first().map_or("line", String::as_str);
    let at = if path.rsplit(':').next().is_some_and(|n| n.parse::<u32>().is_ok()) { path.to_owned() } else { format!("{path}:{}", finding.line) };
    let notes = Args { id: Some(finding.id.clone()), shape: Some(format!("{}.{cited}", finding.seen)), ..Args::default() };
    Args { at: vec![at], ..over(notes, args) }
}

/// What the arguments say goes before what the notes say.
fn over(notes: Args, args: &Args) -> Args {
    let list = |a: &[String], b: Vec<String>| if a.is_empty() { b } else { a.to_vec() };
    Args {
        file: None,
        id: args.id.clone().or(notes.id),
        name: args.name.clone().or(notes.name),
        module: list(&args.module, notes.module),
        severity: args.severity.clone().or(notes.severity),
        shape: args.shape.clone().or(notes.shape),
        symptoms: args.symptoms.clone().or(notes.symptoms),
        fix: args.fix.clone().or(notes.fix),
        literal: list(&args.literal, notes.literal),
        at: list(&args.at, notes.at),
    }
}

/// Notes it where it is known, else drafts it.
fn keep(folder: &Path, met: Args) -> anyhow::Result<String> {
    let id = met.id.clone().ok_or_else(|| Error::new(Kind::Usage, "draft", "it has no name").hint("--id NAME, or \"id\" in the notes"))?;
    entry::check_id(&id)?;
    for literal in &met.literal {
        Literal::parse(literal).map_err(|e| Error::new(Kind::Usage, "--literal", e).hint("code as it stands in the files, three characters or more"))?;
    }
    let catalog = folder.join(config::CATALOG);
    let here = |dir: &Path| entry::all(dir).into_iter().find(|(_, file, _)| file.front.id == id);
    if let Some((path, file, text)) = here(&catalog) {
        let news = entry::note(&path, &text, &file.front, &met.at, &met.literal)?;
        return Ok(format!("{id} is known in this project{}: {}\n", if news { ", and noted again" } else { "" }, path.display()));
    }
    if let Some((path, file, text)) = here(&entry::drafts(folder)) {
        if !entry::note(&path, &text, &file.front, &met.at, &met.literal)? {
            return Ok(format!("{id} is drafted already, with this place: {}\n", path.display()));
        }
        return Ok(format!("Met again. {}", entry::promote(folder, &path, &id)?));
    }
    let (front, body) = written(&id, &met)?;
    let path = entry::drafts(folder).join(format!("{id}.md"));
    if path.exists() {
        return Err(Error::new(Kind::File, path.display(), "is there, and no entry that can be read").hint("mend or remove it").into());
    }
    entry::write(&path, &entry::text(&front, &body))?;
    Ok(format!("drafted {}\nMet again elsewhere, or with `distarch catalog promote {id}`, it becomes an entry of this project.\n", path.display()))
}

/// The draft. What is not said is taken from the built-in entry of that name.
fn written(id: &str, met: &Args) -> anyhow::Result<(PatternFront, String)> {
    let ours = Known::here().patterns().into_iter().find(|p| p.origin == Origin::BuiltIn && p.file.front.id == id);
    let front = ours.as_ref().map(|p| &p.file.front);
    let modules = if met.module.is_empty() { front.map_or_else(Vec::new, |f| f.modules.clone()) } else { met.module.clone() };
    if let Some(unknown) = modules.iter().find(|m| !MODULES.contains(&m.as_str())) {
        let hint = nearest(unknown, MODULES).map_or_else(|| format!("modules are {}", MODULES.join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(Error::new(Kind::UnknownId, format!("module {unknown}"), "no such module").hint(hint).into());
    }
    if modules.is_empty() {
        return Err(Error::new(Kind::Usage, id, "no module: nothing would ask about it").hint(format!("--module, one of {}", MODULES.join(", "))).into());
    }
    let Some(shape) = met.shape.as_deref().map(str::trim).filter(|s| !s.is_empty()) else {
        return Err(Error::new(Kind::Usage, id, "what it looks like is not said").hint("--shape 'what it looks like and what goes wrong'").into());
    };
    let severity = match met.severity.as_deref() {
        None => front.map_or(Severity::Medium, |f| f.severity),
        Some("high") => Severity::High,
        Some("medium") => Severity::Medium,
        Some("low") => Severity::Low,
        Some(other) => return Err(Error::new(Kind::Usage, format!("severity {other:?}"), "no such severity").hint("high, medium or low").into()),
    };
    let words = id.replace('-', " ");
    let name = met.name.clone().or_else(|| front.map(|f| f.name.clone())).unwrap_or_else(|| words[..1].to_uppercase() + &words[1..]);
    let mut detection = String::new();
    for at in &met.at {
        let _ = writeln!(detection, "- Met at `{at}`.");
    }
    for literal in &met.literal {
        let _ = writeln!(detection, "- Code that shows it: `{literal}`.");
    }
    let of_ours = |heading: &str| ours.as_ref().map(|p| section(&p.text, heading)).filter(|t| !t.is_empty());
    let symptoms = met.symptoms.clone().or_else(|| of_ours("Symptoms")).unwrap_or_else(|| "None noted: it was met in the code.".to_owned());
    let fix = met.fix.clone().or_else(|| of_ours("Fix")).unwrap_or_else(|| "None noted.".to_owned());
    let detection = if detection.is_empty() { "- By a reader who knows the shape.\n".to_owned() } else { detection };
    let front = PatternFront {
        id: id.to_owned(),
        name,
        aliases: Vec::new(),
        modules,
        severity,
        detector: "none".to_owned(),
        ticks: Vec::new(),
        asks: String::new(),
        sources: Vec::new(),
        literals: met.literal.clone(),
        met: met.at.clone(),
    };
    Ok((front, format!("## Shape\n{shape}\n\n## Detection\n{detection}\n## Symptoms\n{symptoms}\n\n## Fix\n{fix}\n")))
}
