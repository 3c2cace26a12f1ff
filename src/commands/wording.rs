//! Verdicts in words for people.

use crate::engine::edit::{Edit, file_name};
use crate::engine::verdict::{Unknown, Verdict};
use crate::journal::silence_name;
use crate::render::numbers::count;
use serde::Serialize;
use std::collections::BTreeMap;

/// Formats that are told by name.
const MOST_FORMATS: usize = 6;

/// Why nothing was said, by the name of the silence.
pub(super) fn because(silence: &str) -> &str {
    match silence {
        "path" => "not product code",
        "unknown-language" => "in a format that is not read",
        "nothing-changed" => "no code changed",
        "no-signal" => "without a signal",
        "below-threshold" => "with too little evidence",
        "waived" => "waived in the code",
        "turned-off" => "turned off",
        "told-before" => "told before",
        "no-room" => "no room beside the others",
        other => other,
    }
}

/// Why a verdict says nothing, by name: a format that is not read is no silence of the engine's own.
pub(super) fn silence(verdict: &Verdict) -> &'static str {
    if verdict.unknown.contains(&Unknown::Language) { "unknown-language" } else { verdict.silence.map_or("below-threshold", silence_name) }
}

/// What could not be judged, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CouldNotTell {
    /// In a format that is not read.
    pub language: u64,
    /// The same, by extension or file name.
    pub formats: BTreeMap<String, u64>,
    /// Judged by the part of the text that was seen.
    pub cut_off: u64,
}

impl CouldNotTell {
    /// Counts what a verdict could not tell.
    pub(super) fn count(&mut self, edit: &str, verdict: &Verdict) {
        for unknown in &verdict.unknown {
            match unknown {
                Unknown::Language => {
                    self.language += 1;
                    *self.formats.entry(format(edit)).or_default() += 1;
                }
                Unknown::CutOff => self.cut_off += 1,
            }
        }
    }

    /// The counts in words.
    pub(super) fn words(&self) -> String {
        let mut formats: Vec<(&String, &u64)> = self.formats.iter().collect();
        formats.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let more = formats.len().saturating_sub(MOST_FORMATS);
        let mut named: Vec<String> = formats.iter().take(MOST_FORMATS).map(|(name, n)| format!("{name} {}", count(**n))).collect();
        if more > 0 {
            named.push(format!("{more} other formats"));
        }
        let named = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
        format!("{} in a format that is not read{named}, {} cut off and judged by the part that was seen", count(self.language), count(self.cut_off))
    }
}

/// What could not be judged of one edit, in words.
pub(super) fn unknown(edit: &Edit<'_>, unknown: Unknown) -> String {
    match unknown {
        Unknown::Language => format!("the format is not read ({}), so nothing is known of this edit", format(&edit.path)),
        Unknown::CutOff => "the text was cut off: what is missing was not judged".to_owned(),
    }
}

/// The extension, or the file's name where it has none.
fn format(path: &str) -> String {
    let name = file_name(path);
    let format = name.rsplit_once('.').map_or_else(|| name.to_owned(), |(_, extension)| format!(".{extension}"));
    format.chars().take(24).collect()
}
