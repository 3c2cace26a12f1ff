//! What the journal knows: when the hook last ran, what it said in which conversation, and what went wrong.

use super::{Check, Level};
use crate::journal::{self, Record};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A fault older than this is history.
const RECENT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Bytes of a line that is read; the hook writes none longer.
const LINE: u64 = 4 << 20;

/// One event or fault, as far as it matters here.
struct Seen {
    at: u64,
    what: String,
    project: String,
}

/// The journals of all state folders, in short.
#[derive(Default)]
pub(super) struct Journal {
    events: u64,
    faults: u64,
    torn: u64,
    newest: Option<Seen>,
    newest_here: BTreeMap<String, Seen>,
    newest_fault: Option<Seen>,
    /// Texts told, by conversation.
    pub(super) told: BTreeMap<String, u64>,
}

impl Journal {
    pub(super) fn read(folders: &[PathBuf]) -> Self {
        let mut out = Self::default();
        for path in folders.iter().flat_map(|f| journal::files(f)) {
            let Ok(file) = File::open(&path) else { continue };
            let mut lines = BufReader::new(file);
            let mut line = Vec::new();
            loop {
                line.clear();
                match std::io::Read::take(&mut lines, LINE).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => break,
                    Ok(_) => out.line(&line),
                }
            }
        }
        out
    }

    fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            return;
        }
        let Ok(record) = serde_json::from_str::<Record<'_>>(&line) else {
            self.torn += 1;
            return;
        };
        let what = if record.kind == "fault" { record.fault.to_string() } else { format!("{} {}", record.event, record.tool).trim().to_owned() };
        let seen = || Seen { at: record.t, what: what.clone(), project: record.project.to_string() };
        let is_newer = |old: &Option<Seen>| old.as_ref().is_none_or(|o| o.at <= record.t);
        if record.kind == "fault" {
            self.faults += 1;
            if is_newer(&self.newest_fault) {
                self.newest_fault = Some(seen());
            }
            return;
        }
        self.events += 1;
        if is_newer(&self.newest) {
            self.newest = Some(seen());
        }
        let here = self.newest_here.entry(record.project.to_string()).or_insert_with(seen);
        if here.at <= record.t {
            *here = seen();
        }
        if !record.text.is_empty() {
            *self.told.entry(record.session.to_string()).or_default() += 1;
        }
    }

    pub(super) fn checks(&self, project: &Path) -> Vec<Check> {
        let mut out = Vec::new();
        let here = self.newest_here.get(&*project.to_string_lossy());
        out.push(match (here, &self.newest) {
            (Some(seen), _) => {
                Check::new("firing", Level::Ok, format!("{} {} in this project; {} events in the journal", seen.what, ago(seen.at), self.events))
            }
            (None, Some(seen)) => {
                Check::new("firing", Level::Note, format!("not seen in this project yet; newest event: {} {} in {}", seen.what, ago(seen.at), seen.project))
                    .hint("the hook runs when the agent edits a file; a folder above or below counts as another project")
            }
            (None, None) => Check::new("firing", Level::Note, "never seen: the journal has no event")
                .hint("let the agent edit a file, then look again; with `log: off` there is nothing to see"),
        });
        if let Some(fault) = &self.newest_fault {
            let is_recent = age(fault.at) < RECENT;
            let level = if is_recent { Level::Broken } else { Level::Note };
            out.push(
                Check::new("faults", level, format!("{} in the journal; newest {}: {}", self.faults, ago(fault.at), fault.what))
                    .hint("the edit went through, but was not judged"),
            );
        }
        if self.torn > 0 {
            out.push(Check::new("journal", Level::Note, format!("{} lines cannot be read", self.torn)).hint("a full disk tears lines; readers pass over them"));
        }
        out
    }
}

fn age(at: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(at))
}

fn ago(at: u64) -> String {
    let seconds = age(at).as_secs();
    let (n, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" })
}
