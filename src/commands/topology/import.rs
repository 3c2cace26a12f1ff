//! `distarch topology import`: a topology from what is deployed, described or traced.

use crate::commands::Answer;
use crate::error::{Error, Kind};
use crate::render::json;
use crate::text::plain;
use crate::topology::importers::part::{Note, Surroundings};
use crate::topology::importers::{self, Evidence, Text, Unknown, compose};
use crate::topology::init;
use crate::topology::merge::Import;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Files of a folder that are looked at.
const FILES: usize = 5_000;
/// Bytes of a source.
const LARGEST: u64 = 512 * 1024 * 1024;

/// `distarch topology import SOURCE...`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files or folders: docker-compose, Kubernetes, Istio, Envoy, Backstage, AsyncAPI, traces; - is standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(super) sources: Vec<PathBuf>,
    /// Variables for `${NAME}` in compose files; else the .env beside the first source
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write it here, and tell on standard output what could not be read
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long, requires = "output")]
    pub(super) force: bool,
}

/// How a topology is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// A topology file.
    #[default]
    Yaml,
    /// For programs; carries a version.
    Json,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    #[serde(flatten)]
    import: &'a Import,
}

/// Imports.
///
/// # Errors
/// A source that cannot be read, or that is of no known format; an output that exists.
pub fn run(args: &Args) -> anyhow::Result<Answer> {
    tell(&read(&args.sources, &args.env_file, None)?, args.format, args.output.as_deref(), args.force)
}

/// Writes what was read to a file and tells what could not be, or gives it as it is.
///
/// # Errors
/// An output that exists, or that cannot be written.
pub(super) fn tell(import: &Import, format: Format, output: Option<&Path>, force: bool) -> anyhow::Result<Answer> {
    let text = match format {
        Format::Yaml => {
            // The line for editors stays the first.
            let file = init::file(&import.topology);
            let (first, rest) = file.split_at(file.find('\n').map_or(0, |i| i + 1));
            format!("{first}{}{rest}", comments(&import.notes))
        }
        Format::Json => json::render(&Report { version: 1, import })?,
    };
    let Some(output) = output else { return Ok(text.into()) };
    if output.exists() && !force {
        let hint = "`distarch topology drift --against SOURCE` compares instead; --force overwrites";
        return Err(Error::new(Kind::File, output.display(), "exists already").hint(hint).into());
    }
    if let Some(folder) = output.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, &e))?;
    }
    std::fs::write(output, text).map_err(|e| Error::file(output, &e))?;
    let t = &import.topology;
    let mut told = format!("{}: {} components, {} relationships\n", output.display(), t.components.len(), t.relationships.len());
    for note in &import.notes {
        let _ = writeln!(told, "  {}", line(note));
    }
    Ok(told.into())
}

/// The notes as comments at the head of the file.
fn comments(notes: &[Note]) -> String {
    notes.iter().fold(String::new(), |mut out, note| {
        let _ = writeln!(out, "# {}", line(note));
        out
    })
}

/// A note with its places.
fn line(note: &Note) -> String {
    const SHOWN: usize = 4;
    let mut places: Vec<String> = note.sources.iter().map(ToString::to_string).collect();
    places.dedup();
    let more = places.len().saturating_sub(SHOWN);
    places.truncate(SHOWN);
    if more > 0 {
        places.push(format!("{more} more"));
    }
    let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
    plain(&format!("{}{places}", note.text))
}

/// Reads sources from their places and imports them. `only`: formats that tell this.
///
/// # Errors
/// As [`run`].
pub(super) fn read(sources: &[PathBuf], env_files: &[PathBuf], only: Option<Evidence>) -> anyhow::Result<Import> {
    let texts = texts(sources)?;
    import(&texts, sources, env_files, only)
}

/// Imports texts.
///
/// # Errors
/// As [`run`].
pub(super) fn import(texts: &[Text], sources: &[PathBuf], env_files: &[PathBuf], only: Option<Evidence>) -> anyhow::Result<Import> {
    let reader = |path: &str| std::fs::read_to_string(path).ok();
    let around = Surroundings { variables: variables(sources, env_files)?, read: &reader };
    importers::read(texts, &around, only).map_err(|u| unknown(u).into())
}

/// An error with its place.
pub(super) fn unknown(unknown: Unknown) -> Error {
    let Unknown { file, place, what, hint } = unknown;
    let place = if place.line == 0 { file } else { format!("{file}:{}:{}", place.line, place.column) };
    Error::new(Kind::Input, place, what).hint(hint)
}

/// The texts of files, of folders and of standard input. A folder may hold files of no known format: they are passed over.
///
/// # Errors
/// What cannot be read.
pub(super) fn texts(sources: &[PathBuf]) -> anyhow::Result<Vec<Text>> {
    let mut out = Vec::new();
    for source in sources {
        if source.as_os_str() == "-" {
            let text = std::io::read_to_string(std::io::stdin()).map_err(|e| Error::file(Path::new("standard input"), &e))?;
            out.push(Text { file: "standard input".to_owned(), text });
        } else if source.is_dir() {
            let before = out.len();
            for file in files(source)? {
                let text = text(&file)?;
                if importers::evidence(std::slice::from_ref(&text)).is_ok_and(|e| !e.is_empty()) {
                    out.push(text);
                }
            }
            if out.len() == before {
                return Err(Error::new(Kind::Input, source.display(), "holds nothing that can be imported").hint("YAML and JSON files are looked at").into());
            }
        } else {
            out.push(text(source)?);
        }
    }
    Ok(out)
}

fn text(path: &Path) -> Result<Text, Error> {
    let size = std::fs::metadata(path).map_err(|e| Error::file(path, &e))?.len();
    if size > LARGEST {
        return Err(Error::new(Kind::File, path.display(), format!("is larger than {} MiB", LARGEST >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|e| Error::file(path, &e))?;
    Ok(Text { file: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// The YAML, JSON and CSV files below a folder, by name. Hidden folders and links are left alone.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut out = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&folder).map_err(|e| Error::file(&folder, &e))?.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            let hidden = entry.file_name().to_string_lossy().starts_with('.') || entry.file_name() == "node_modules";
            if kind.is_dir() && !hidden {
                waiting.push(path);
            } else if kind.is_file() && !hidden && path.extension().is_some_and(|e| ["yaml", "yml", "json", "csv"].iter().any(|x| e.eq_ignore_ascii_case(x))) {
                out.push(path);
            }
        }
        if out.len() > FILES {
            return Err(Error::new(Kind::Usage, folder.display(), format!("more than {FILES} files")).hint("name the files that say what is deployed"));
        }
    }
    out.sort();
    Ok(out)
}

/// The variables of the named files, else of the `.env` beside the first source.
fn variables(sources: &[PathBuf], env_files: &[PathBuf]) -> Result<BTreeMap<String, (String, crate::topology::model::Source)>, Error> {
    let mut out = BTreeMap::new();
    for file in env_files {
        let text = text(file)?;
        out.extend(compose::dotenv(&text.text, &text.file));
    }
    if env_files.is_empty() {
        let beside = sources.first().map(|s| if s.is_dir() { s.join(".env") } else { s.with_file_name(".env") });
        if let Some(text) = beside.filter(|b| b.is_file()).and_then(|b| text(&b).ok()) {
            out.extend(compose::dotenv(&text.text, &text.file));
        }
    }
    Ok(out)
}
