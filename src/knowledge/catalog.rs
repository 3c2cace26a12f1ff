//! A named anti-pattern as people write it: front matter, prose sections, fenced code with a role.

use super::schema::{Unreadable, front_matter, read};
use serde::{Deserialize, Serialize};

/// The prose sections of every entry, in their order.
pub const SECTIONS: [&str; 4] = ["Shape", "Detection", "Symptoms", "Fix"];

/// Front matter of one `catalog/<id>.md`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PatternFront {
    /// Equals the file's name.
    pub id: String,
    /// For people.
    pub name: String,
    /// Other names of the same thing.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Modules whose questions find it.
    pub modules: Vec<String>,
    /// How much is lost when it is missed.
    pub severity: Severity,
    /// The detector in the engine, or `none`.
    pub detector: String,
    /// What it leads to, tick by tick: two to four short clauses. One that ends with `back to 1` closes a loop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<String>,
    /// The question that decides whether it is a flaw here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asks: String,
    /// Where it is described by others; a project's own entry needs none.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// In a project's own entry: code that shows it. It counts as a signal of the first module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub literals: Vec<String>,
    /// In a project's own entry: where it was met, as `path:line`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<String>,
}

/// How much is lost when a pattern is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Data or availability.
    High,
    /// Time, load, or a part of the service.
    Medium,
    /// Little, or rarely.
    Low,
}

impl Severity {
    /// Its name in content.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A page to read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// As the page calls itself.
    pub title: String,
    /// Where it is.
    pub url: String,
}

/// The prose of a section of an entry, without code; empty where there is none.
#[must_use]
pub fn section(text: &str, heading: &str) -> String {
    let (mut inside, mut code) = (false, false);
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
        } else if let Some(found) = line.strip_prefix("## ").filter(|_| !code) {
            inside = found.trim() == heading;
        } else if inside && !code {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

/// Fenced code with a role.
#[derive(Clone, Debug)]
pub struct Fence {
    /// 1-based line of the opening fence.
    pub line: usize,
    /// First word behind the fence.
    pub language: String,
    /// The other words: `before`, `fires`, `silent` or `fix`.
    pub role: String,
    /// The code.
    pub code: String,
}

/// An entry as read.
#[derive(Clone, Debug)]
pub struct PatternFile {
    /// Front matter.
    pub front: PatternFront,
    /// Headings with their 1-based line.
    pub sections: Vec<(String, usize)>,
    /// Lines of prose: neither blank, nor heading, nor code.
    pub prose: usize,
    /// Code.
    pub fences: Vec<Fence>,
}

/// Reads an entry.
///
/// # Errors
/// What is wrong, with its line.
pub fn pattern(text: &str) -> Result<PatternFile, Unreadable> {
    let (front, body) = front_matter(text).ok_or_else(|| Unreadable { line: Some(1), what: "no front matter between two lines of ---".to_owned() })?;
    let front_lines = front.lines().count();
    let front: PatternFront = read(front).map_err(|e| Unreadable { line: e.line.map(|l| l + 1), ..e })?;
    let mut out = PatternFile { front, sections: Vec::new(), prose: 0, fences: Vec::new() };
    let mut open = false;
    for (i, line) in body.lines().enumerate() {
        let number = front_lines + 3 + i;
        if let Some(info) = line.strip_prefix("```") {
            if !open {
                let (language, role) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
                out.fences.push(Fence { line: number, language: language.to_owned(), role: role.trim().to_owned(), code: String::new() });
            }
            open = !open;
        } else if open {
            if let Some(fence) = out.fences.last_mut() {
                fence.code.push_str(line);
                fence.code.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            out.sections.push((heading.trim().to_owned(), number));
        } else if !line.trim().is_empty() {
            out.prose += 1;
        }
    }
    if open {
        return Err(Unreadable { line: out.fences.last().map(|f| f.line), what: "the fence is never closed".to_owned() });
    }
    Ok(out)
}
