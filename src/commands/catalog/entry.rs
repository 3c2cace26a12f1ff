//! Entries of a project as files: written, found, noted again, moved up.

use crate::config;
use crate::error::{Error, Kind};
use crate::knowledge::catalog::{PatternFile, PatternFront, pattern};
use crate::knowledge::schema::front_matter;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where drafts lie.
pub(super) fn drafts(folder: &Path) -> PathBuf {
    folder.join(config::CATALOG).join(config::DRAFTS)
}

/// Entries in a folder that can be read, by name.
pub(super) fn all(folder: &Path) -> Vec<(PathBuf, PatternFile, String)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path, pattern(&text).ok()?, text))
    };
    paths.into_iter().filter_map(read).collect()
}

/// A name that is a file's name too.
pub(super) fn check_id(id: &str) -> Result<(), Error> {
    let is_good = id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.len() <= 60
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_good {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("id {id:?}"), "no name of an entry").hint("small letters, digits and -, beginning with a letter: stale-tariff"))
}

/// The front matter as text. A JSON string is a YAML string too, whatever it holds.
fn front_text(front: &PatternFront) -> String {
    let list = |items: &[String]| format!("[{}]", items.iter().map(|i| quoted(i)).collect::<Vec<_>>().join(", "));
    let mut out = format!("---\nid: {}\nname: {}\naliases: {}\nmodules: {}\n", front.id, quoted(&front.name), list(&front.aliases), list(&front.modules));
    let _ = writeln!(out, "severity: {}\ndetector: {}", front.severity.name(), front.detector);
    if !front.literals.is_empty() {
        let _ = writeln!(out, "literals: {}", list(&front.literals));
    }
    if !front.met.is_empty() {
        let _ = writeln!(out, "met: {}", list(&front.met));
    }
    if !front.sources.is_empty() {
        out.push_str("sources:\n");
        for source in &front.sources {
            let _ = writeln!(out, "  - title: {}\n    url: {}", quoted(&source.title), quoted(&source.url));
        }
    }
    out.push_str("---\n");
    out
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// An entry's text.
pub(super) fn text(front: &PatternFront, body: &str) -> String {
    format!("{}\n{}\n", front_text(front), body.trim())
}

/// Notes places (and further literals) in an entry that is there. Whether that was news.
pub(super) fn note(path: &Path, old: &str, front: &PatternFront, met: &[String], literals: &[String]) -> Result<bool, Error> {
    let mut front = front.clone();
    let before = (front.met.len(), front.literals.len());
    let new = |have: &[String], more: &[String]| -> Vec<String> { more.iter().filter(|m| !have.contains(m)).cloned().collect() };
    let (met, literals) = (new(&front.met, met), new(&front.literals, literals));
    front.met.extend(met);
    front.literals.extend(literals);
    if (front.met.len(), front.literals.len()) == before {
        return Ok(false);
    }
    let body = front_matter(old).map_or("", |(_, body)| body);
    write(path, &text(&front, body))?;
    Ok(true)
}

/// Writes a file and the folders that it lies in.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
    }
    std::fs::write(path, text).map_err(|e| Error::file(path, &e))
}

/// Moves a draft up into the catalog.
pub(super) fn promote(folder: &Path, draft: &Path, id: &str) -> anyhow::Result<String> {
    let target = folder.join(config::CATALOG).join(format!("{id}.md"));
    if target.exists() {
        return Err(Error::new(Kind::File, target.display(), "is an entry already").hint("merge the draft by hand, then remove it").into());
    }
    std::fs::rename(draft, &target).map_err(|e| Error::file(draft, &e))?;
    Ok(format!("{id} is an entry of this project now: {}\n`distarch catalog lint` judges it.\n", target.display()))
}
