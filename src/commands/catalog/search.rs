//! `distarch catalog search`: entries that speak of some words.

use crate::commands::Format;
use crate::commands::known::{Known, PatternRow};
use crate::knowledge::schema::front_matter;
use serde_json::json;
use std::fmt::Write as _;

/// `distarch catalog search WORD..`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Words, in any order and case; parts of words count.
    #[arg(required = true)]
    pub words: Vec<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// An entry that was found: how well, and the first line that says why.
struct Hit {
    found: usize,
    score: usize,
    line: String,
    row: PatternRow,
}

/// Searches ours and the project's.
///
/// # Errors
/// None in practice: JSON of plain values.
pub(super) fn run(args: &Args) -> anyhow::Result<String> {
    let words: Vec<String> = args.words.iter().flat_map(|w| w.split_whitespace()).map(str::to_lowercase).collect();
    let mut hits: Vec<Hit> = Known::here().patterns().into_iter().map(|row| judge(row, &words)).filter(|h| h.found > 0).collect();
    // Those that speak of all the words; where none does, of as many as there are.
    let most = hits.iter().map(|h| h.found).max().unwrap_or(0);
    hits.retain(|h| h.found == most);
    hits.sort_by_key(|h| std::cmp::Reverse(h.score));
    if args.format == Format::Json {
        let list: Vec<_> = hits
            .iter()
            .map(|h| json!({ "id": h.row.file.front.id, "name": h.row.file.front.name, "origin": h.row.origin.name(), "words": h.found, "line": h.line }))
            .collect();
        return Ok(format!("{}\n", serde_json::to_string_pretty(&json!({ "v": super::VERSION, "found": list }))?));
    }
    if hits.is_empty() {
        return Ok(format!("No entry speaks of {}. `distarch catalog list` names them all.\n", args.words.join(" ")));
    }
    let width = hits.iter().map(|h| h.row.file.front.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for h in &hits {
        let _ = writeln!(out, "{:<width$}  {}", h.row.file.front.id, h.row.file.front.name);
        if !h.line.is_empty() {
            let _ = writeln!(out, "{:<width$}    {}", "", h.line);
        }
    }
    if most < words.len() {
        let _ = writeln!(out, "No entry speaks of all {} words; these speak of {most}.", words.len());
    }
    Ok(out)
}

/// A word in the names weighs more than one in the prose; code does not count.
fn judge(row: PatternRow, words: &[String]) -> Hit {
    let front = &row.file.front;
    let names = format!("{} {} {}", front.id, front.name, front.aliases.join(" ")).to_lowercase();
    let body = front_matter(&row.text).map_or(row.text.as_str(), |(_, body)| body);
    let mut code = false;
    let prose: Vec<&str> = body
        .lines()
        .filter(|l| {
            let fence = l.starts_with("```");
            code ^= fence;
            !fence && !code && !l.starts_with("## ")
        })
        .collect();
    let lower: Vec<String> = prose.iter().map(|l| l.to_lowercase()).collect();
    let (mut found, mut score, mut line) = (0, 0, String::new());
    for word in words {
        let in_names = names.contains(word.as_str());
        let in_prose = lower.iter().filter(|l| l.contains(word.as_str())).count();
        found += usize::from(in_names || in_prose > 0);
        score += if in_names { 10 } else { 0 } + in_prose.min(5);
    }
    // The line with the most of them.
    let most = lower.iter().map(|l| words.iter().filter(|w| l.contains(w.as_str())).count()).max().unwrap_or(0);
    if most > 0
        && let Some(i) = lower.iter().position(|l| words.iter().filter(|w| l.contains(w.as_str())).count() == most)
    {
        line = prose[i].trim().trim_start_matches("- ").to_owned();
    }
    Hit { found, score, line, row }
}
