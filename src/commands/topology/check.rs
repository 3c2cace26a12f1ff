//! `distarch topology check`: what is odd about a topology file, with its place.

use super::load;
use crate::commands::{Answer, Format};
use crate::text::plain;
use crate::topology::read::Severity;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// `distarch topology check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// Judges the file.
///
/// # Errors
/// When there is no file, or it is no YAML.
pub fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<Answer> {
    let loaded = load(file)?;
    let errors = loaded.problems.iter().filter(|p| p.severity == Severity::Error).count();
    let file = loaded.file.display().to_string();
    let counts = (loaded.topology.components.len(), loaded.topology.relationships.len());
    let mut out = String::new();
    if args.format == Format::Json {
        let problems: Vec<_> = loaded
            .problems
            .iter()
            .map(|p| json!({ "line": p.place.line, "column": p.place.column, "severity": p.severity, "what": p.what, "hint": p.hint }))
            .collect();
        let report = json!({ "version": VERSION, "file": file, "ok": errors == 0, "components": counts.0, "relationships": counts.1, "problems": problems });
        out = format!("{}\n", serde_json::to_string_pretty(&report)?);
    } else {
        for p in &loaded.problems {
            let _ = writeln!(out, "{}:{}:{}: {}: {}", plain(&file), p.place.line, p.place.column, p.severity.name(), plain(&p.what));
            if !p.hint.is_empty() {
                let _ = writeln!(out, "    hint: {}", plain(&p.hint));
            }
        }
        let found = match (errors, loaded.problems.len() - errors) {
            (0, 0) => "no problems".to_owned(),
            (0, w) => some(w, "warning"),
            (e, 0) => some(e, "error"),
            (e, w) => format!("{}, {}", some(e, "error"), some(w, "warning")),
        };
        let _ = writeln!(out, "{}: {}, {}: {found}", plain(&file), some(counts.0, "component"), some(counts.1, "relationship"));
    }
    Ok(Answer { text: out, found: errors > 0 })
}

fn some(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
