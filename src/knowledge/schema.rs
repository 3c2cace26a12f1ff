//! Content as people write it: signals, library families and modules. Shared with the build script, so that what
//! `lint` accepts in a project is exactly what can be built in.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The five reasoning checklists, in the order in which they are told.
pub const MODULES: [&str; 5] = ["state-mutation", "data-lifecycle", "failure-mode", "interaction", "concurrency"];

/// Languages and file formats that a signal can name, with the extensions and file names that stand for them.
/// The first [`PROGRAM_LANGUAGES`] are program languages: a signal without `languages` means all of those.
pub const LANGUAGES: [(&str, &[&str]); 33] = [
    ("go", &["go"]),
    ("rust", &["rs"]),
    ("java", &["java"]),
    ("kotlin", &["kt", "kts"]),
    ("scala", &["scala"]),
    ("csharp", &["cs"]),
    ("python", &["py", "pyi", "pyx", "ipynb"]),
    ("typescript", &["ts", "tsx", "mts", "cts", "vue", "svelte"]),
    ("javascript", &["js", "jsx", "mjs", "cjs"]),
    ("ruby", &["rb", "rake"]),
    ("php", &["php"]),
    ("elixir", &["ex", "exs"]),
    ("erlang", &["erl", "hrl"]),
    ("cpp", &["cc", "cpp", "cxx", "hpp", "hh", "hxx"]),
    ("c", &["c", "h"]),
    ("lua", &["lua"]),
    ("swift", &["swift"]),
    ("dart", &["dart"]),
    ("groovy", &["groovy"]),
    ("sql", &["sql"]),
    ("yaml", &["yaml", "yml", "tpl"]),
    ("json", &["json", "jsonc"]),
    ("toml", &["toml"]),
    ("properties", &["properties", "conf", "ini", "env", "cfg"]),
    ("hcl", &["tf", "tfvars", "hcl"]),
    ("dockerfile", &["dockerfile"]),
    ("proto", &["proto", "avsc", "thrift"]),
    ("graphql", &["graphql", "graphqls", "gql"]),
    ("shell", &["sh", "bash", "zsh", "fish"]),
    ("xml", &["xml", "csproj", "config"]),
    ("html", &["html", "htm", "erb", "twig"]),
    ("css", &["css", "scss", "less", "sass"]),
    ("markdown", &["md", "mdx", "rst", "adoc", "txt"]),
];

/// Those of [`LANGUAGES`] in which a signal's `keys` are read, and its literals are not where it has keys.
pub const KEY_LANGUAGES: [&str; 7] = ["yaml", "json", "hcl", "toml", "properties", "sql", "dockerfile"];

/// How many of [`LANGUAGES`] are program languages; they stand first.
pub const PROGRAM_LANGUAGES: usize = 19;

/// Categories of client libraries.
pub const CATEGORIES: [&str; 15] = [
    "broker",
    "rpc",
    "http-client",
    "http-server",
    "database",
    "cache",
    "coordination",
    "object-store",
    "jobs",
    "workflow",
    "realtime",
    "orchestration",
    "concurrency",
    "resilience",
    "cloud",
];

/// How much a signal says by itself.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Alone worth a telling in product code that talks to the outside.
    Strong,
    /// Supports other signals.
    #[default]
    Weak,
}

/// What kind of byte a literal counts in.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Program text that is executed, and the keys and values of structured files.
    Code,
    /// The inside of a string literal (SQL, commands, configuration keys).
    String,
    /// The text of a plan.
    Prose,
}

impl Place {
    /// The bit that stands for it.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// One `signals/<module>/<id>.yaml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignalFile {
    /// Completes "this edit may contain a(n) ..."; equals the file's name.
    pub id: String,
    /// One of [`MODULES`].
    pub module: String,
    /// Sections of the module that this signal asks for, sharpest first; one to three.
    pub sections: Vec<String>,
    /// What the edit does, in the user's terms; at most 110 characters.
    pub why: String,
    /// The same for an edit that takes the literal away.
    pub why_removed: Option<String>,
    /// How much the signal says by itself.
    #[serde(default)]
    pub strength: Strength,
    /// Where a literal counts.
    #[serde(rename = "in", default = "code_only")]
    pub places: Vec<Place>,
    /// Names of [`LANGUAGES`]; empty means every program language.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Library families or categories of which the file has to import one.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Literals of which one has to stand within [`NEAR_LINES`] lines of the hit.
    #[serde(default)]
    pub near: Vec<String>,
    /// The literals, in the syntax of [`super::literal`].
    #[serde(default)]
    pub literals: Vec<String>,
    /// Keys of structured files, in the syntax of [`super::key`].
    #[serde(default)]
    pub keys: Vec<String>,
    /// Path of the examples; `src/service.<ext>` unless told.
    pub examples_path: Option<String>,
    /// Edits with evidence of this signal.
    pub fires: Vec<Example>,
    /// Look-alikes without.
    pub silent: Vec<Example>,
}

/// The bits by which a signal is laid out: the built-in ones and a project's have to agree on them.
impl SignalFile {
    /// One bit for each place in which a literal counts.
    #[must_use]
    pub fn place_bits(&self) -> u8 {
        self.places.iter().fold(0, |bits, place| bits | place.bit())
    }

    /// One bit for each of [`LANGUAGES`]; those without a name there are left out.
    #[must_use]
    pub fn language_bits(&self) -> u64 {
        if self.languages.is_empty() {
            return (1 << PROGRAM_LANGUAGES) - 1;
        }
        self.languages.iter().filter_map(|l| LANGUAGES.iter().position(|(name, _)| name == l)).fold(0, |bits, i| bits | 1 << i)
    }

    /// One bit for each of [`CATEGORIES`] that the signal needs.
    #[must_use]
    pub fn category_bits(&self) -> u32 {
        self.needs.iter().filter_map(|n| CATEGORIES.iter().position(|c| c == n)).fold(0, |bits, i| bits | 1 << i)
    }

    /// Needs that are library families, not categories.
    pub fn needed_libraries(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().map(String::as_str).filter(|n| !CATEGORIES.contains(n))
    }
}

fn code_only() -> Vec<Place> {
    vec![Place::Code]
}

/// Lines between a hit and the literal that its signal wants near.
pub const NEAR_LINES: usize = 6;

/// An edit as content shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// One of [`LANGUAGES`].
    pub language: String,
    /// Text before the edit.
    #[serde(default)]
    pub before: String,
    /// Text after the edit.
    #[serde(default)]
    pub after: String,
    /// The head of the file that the edit is in (imports).
    #[serde(default)]
    pub head: String,
    /// What the example shows; for readers.
    #[serde(default)]
    pub note: String,
}

/// One `signals/libraries/<id>.yaml`: a family of client libraries, known by its imports.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryFile {
    /// Equals the file's name.
    pub id: String,
    /// For people.
    pub name: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// Literals that count in import lines only.
    pub imports: Vec<String>,
}

/// Front matter of one `modules/<id>.md`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleFront {
    /// One of [`MODULES`].
    pub id: String,
    /// For people.
    pub title: String,
    /// One sentence: when it speaks and what it asks.
    pub asks: String,
}

/// A module as read: its front matter and its sections.
#[derive(Clone, Debug)]
pub struct ModuleFile {
    /// Front matter.
    pub front: ModuleFront,
    /// Section id and items, in the order of the file.
    pub sections: Vec<(String, Vec<String>)>,
}

/// `signals/weights.yaml`: the numbers of the linear weighing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightsFile {
    /// What the fit saw and reached; for people.
    #[serde(default)]
    pub fitted: BTreeMap<String, String>,
    /// Start values: the gate's, then one for each of [`MODULES`].
    pub intercept: [f32; 6],
    /// Score from which to speak: the gate's, then one for each of [`MODULES`].
    pub threshold: [f32; 6],
    /// Feature name -> what it adds to the gate and to each module.
    pub features: BTreeMap<String, [f32; 6]>,
}

/// Why a text is no content of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// 1-based line, where the reader knows it.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Reads YAML.
///
/// # Errors
/// The place and what is wrong there.
pub fn read<T: serde::de::DeserializeOwned>(yaml: &str) -> Result<T, Unreadable> {
    serde_yaml::from_str(yaml).map_err(|e| {
        let at = e.location();
        let mut what = e.without_snippet().to_string();
        if let Some(at) = at {
            what.truncate(what.strip_suffix(&format!(" at line {}, column {}", at.line(), at.column())).map_or(what.len(), str::len));
        }
        Unreadable { line: at.and_then(|l| usize::try_from(l.line()).ok()), what }
    })
}

/// Splits Markdown into its YAML front matter and its body.
pub fn front_matter(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---\n")?;
    let end = rest.find("\n---\n")?;
    Some((&rest[..end + 1], &rest[end + 5..]))
}

/// Reads a module's Markdown.
///
/// # Errors
/// One line that says what is wrong.
pub fn module(text: &str) -> Result<ModuleFile, String> {
    let (front, body) = front_matter(text).ok_or("no front matter between two lines of ---")?;
    let front: ModuleFront = serde_yaml::from_str(front).map_err(|e| e.to_string())?;
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in body.lines() {
        if let Some(id) = line.strip_prefix("## ") {
            sections.push((id.trim().to_owned(), Vec::new()));
        } else if let Some(item) = line.strip_prefix("- ") {
            let (_, items) = sections.last_mut().ok_or_else(|| format!("an item stands before the first section: {item}"))?;
            items.push(item.trim().to_owned());
        }
    }
    Ok(ModuleFile { front, sections })
}
