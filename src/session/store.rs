//! The session's file.

use super::ledger::{Key, Ledger, Noted, State, commit_line, fate_line, stop_line};
use super::{Claim, Level, claim_line, forget_line, level};
use crate::hash;
use crate::state;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of a session that are read. No conversation claims that much; one that did would be silent from there on.
const LIMIT: u64 = 4 << 20;

/// A conversation's session on disk.
#[derive(Clone, Debug)]
pub struct Session {
    path: PathBuf,
}

/// The file's name for a session id. The id is untrusted text: one that is not plainly an id is hashed.
#[must_use]
pub fn file_name(id: &str) -> String {
    let plain = !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain { format!("{id}.session") } else { format!("h-{:016x}.session", hash::fnv(id.as_bytes())) }
}

/// Foreign bytes make a foreign line, not a session that cannot be read any more.
fn read(file: &mut File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

impl Session {
    /// The session of a conversation.
    #[must_use]
    pub fn new(state: &Path, id: &str) -> Self {
        Self { path: state.join("sessions").join(file_name(id)) }
    }

    /// Claims, and tells what each claim is worth. `token` has to be unique to this process and moment.
    ///
    /// # Errors
    /// When the file cannot be written or read back: then nothing may be said, for it would be said on every edit.
    pub fn claim(&self, agent: &str, claims: &[Claim], token: &str) -> std::io::Result<Vec<Level>> {
        let mut file = state::open_append(&self.path)?;
        let mut lines = read(&mut file)?;
        // A torn last line, from a disk that was full, must not swallow ours.
        let end = if lines.is_empty() || lines.ends_with('\n') { "" } else { "\n" };
        // A look before the claim: what is old news is not claimed, and a silent edit writes nothing.
        let wanted: Vec<(usize, String)> = claims
            .iter()
            .enumerate()
            .filter(|(_, claim)| {
                let mut with = lines.clone();
                with.push_str(end);
                with.push_str(&claim_line(agent, claim, "?"));
                level(&with, agent, claim, "?") != Level::Silent
            })
            .map(|(i, claim)| (i, claim_line(agent, claim, token)))
            .collect();
        let mut levels = vec![Level::Silent; claims.len()];
        if wanted.is_empty() {
            return Ok(levels);
        }
        let mut claim_text = String::from(end);
        claim_text.extend(wanted.iter().map(|(_, line)| line.as_str()));
        file.write_all(claim_text.as_bytes())?;
        file.seek(SeekFrom::Start(0))?;
        lines = read(&mut file)?;
        for (i, _) in wanted {
            levels[i] = level(&lines, agent, &claims[i], token);
        }
        Ok(levels)
    }

    /// What this conversation has been told and what became of it; nothing where it has no file.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let lines = File::open(&self.path).and_then(|mut file| read(&mut file)).unwrap_or_default();
        Ledger::of(&lines)
    }

    /// Claims findings, and tells which of them are to be told: those that nobody in this conversation was told.
    ///
    /// # Errors
    /// When the file cannot be written or read back.
    pub fn claim_findings(&self, agent: &str, findings: &[Noted], token: &str) -> std::io::Result<Vec<bool>> {
        let mut file = state::open_append(&self.path)?;
        let lines = read(&mut file)?;
        let known = Ledger::of(&lines);
        let mut text = String::from(if lines.is_empty() || lines.ends_with('\n') { "" } else { "\n" });
        let before = text.len();
        for finding in findings.iter().filter(|f| !known.entries.iter().any(|e| e.key == f.key())) {
            text.push_str(&finding.line(agent, token));
        }
        if text.len() == before {
            return Ok(vec![false; findings.len()]);
        }
        file.write_all(text.as_bytes())?;
        file.seek(SeekFrom::Start(0))?;
        let ledger = Ledger::of(&read(&mut file)?);
        Ok(findings.iter().map(|f| ledger.speaks(f.key(), token)).collect())
    }

    /// Notes what became of findings.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn settle(&self, fates: &[(Key, State)]) -> std::io::Result<()> {
        self.append(&fates.iter().map(|(key, state)| fate_line(*key, *state)).collect::<String>())
    }

    /// Ends a turn: `now` in milliseconds since 1970, and the findings that are told again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn stop(&self, now: u64, reminded: &[Key]) -> std::io::Result<()> {
        self.append(&stop_line(now, reminded))
    }

    /// Notes the findings that are told again before a commit.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn commit(&self, told: &[Key]) -> std::io::Result<()> {
        self.append(&commit_line(told))
    }

    fn append(&self, lines: &str) -> std::io::Result<()> {
        if lines.is_empty() { Ok(()) } else { state::open_append(&self.path)?.write_all(lines.as_bytes()) }
    }

    /// The context is gone. A session that has told nothing has nothing to forget.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&self, agent: &str) -> std::io::Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        state::open_append(&self.path)?.write_all(forget_line(agent).as_bytes())
    }
}
