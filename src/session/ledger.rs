//! The findings that a conversation has been told, and what became of them. Lines of the session, as its claims are: whoever reads
//! them, whenever, comes to the same answer.
//!
//! A finding is told once in a conversation, whoever in it hears it: the key of its path, pattern, function, subject and line decides.
//! When its line changes it is another one.

use super::clean;
use crate::engine::patterns::{Fate, Known};
use crate::hash;

/// What a finding is known by: path, pattern, function, subject, text of its line.
pub type Key = u64;

/// A finding with its place in the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Path, as the client names the file.
    pub path: String,
    /// The finding.
    pub known: Known,
    /// Told by itself, as against beside a module.
    pub sure: bool,
}

impl Noted {
    /// See [`Key`].
    #[must_use]
    pub fn key(&self) -> Key {
        let k = &self.known;
        hash::fnv(format!("{}\0{}\0{}\0{:x}\0{:x}", self.path, k.id, k.function, k.subject, k.text).as_bytes())
    }

    /// The line that claims it.
    #[must_use]
    pub fn line(&self, agent: &str, token: &str) -> String {
        let k = &self.known;
        format!(
            "found\t{:x}\t{token}\t{}\t{}\t{}\t{}\t{:x}\t{:x}\t{:x}\t{}\t{}\t{}\n",
            self.key(),
            clean(agent),
            u8::from(self.sure),
            u8::from(k.stands),
            k.line,
            k.categories,
            k.text,
            k.subject,
            clean(&k.id),
            field(&k.function),
            field(&self.path)
        )
    }

    fn parse<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<(Key, &'a str, Self)> {
        let key = hex(parts.next()?)?;
        let token = parts.next()?;
        let _agent = parts.next()?;
        let (sure, stands) = (parts.next()? == "1", parts.next()? == "1");
        let line = parts.next()?.parse().ok()?;
        let categories = u32::try_from(hex(parts.next()?)?).ok()?;
        let (text, subject) = (hex(parts.next()?)?, hex(parts.next()?)?);
        let (id, function, path) = (parts.next()?, parts.next()?, parts.next()?);
        let own = |text: &str| if text == "-" { String::new() } else { text.to_owned() };
        let known = Known { id: own(id), function: own(function), subject, text, line, stands, categories };
        Some((key, token, Self { path: own(path), known, sure }))
    }
}

/// Text as a field of a line; a path may be long.
fn field(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.chars().take(4096).map(|c| if c.is_control() { '_' } else { c }).collect() }
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing that was edited since has mended it.
    Open,
    /// An edit has mended it.
    Resolved,
    /// A `dist: ok reason` comment speaks for it.
    Dismissed,
}

impl From<Fate> for State {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Open(_) => Self::Open,
            Fate::Resolved => Self::Resolved,
            Fate::Dismissed => Self::Dismissed,
        }
    }
}

impl State {
    /// Its name in lines and in the journal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

/// A finding that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// See [`Key`].
    pub key: Key,
    /// Who claimed it first.
    pub token: String,
    /// The finding.
    pub noted: Noted,
    /// How it stands.
    pub state: State,
    /// Told since the last turn ended.
    pub is_new: bool,
    /// Told again at the end of a turn.
    pub reminded: bool,
    /// Told again before a commit.
    pub at_commit: bool,
}

/// All findings of a conversation, in the order in which they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The findings.
    pub entries: Vec<Entry>,
    /// Milliseconds since 1970 at the end of the last turn, where one has ended.
    pub last_stop: Option<u64>,
}

impl Ledger {
    /// Reads the lines of a session. Lines of other kinds, torn and foreign ones count for nothing.
    #[must_use]
    pub fn of(lines: &str) -> Self {
        let mut out = Self::default();
        for line in lines.lines() {
            let mut parts = line.split('\t');
            match parts.next() {
                Some("found") => {
                    let Some((key, token, noted)) = Noted::parse(parts) else { continue };
                    if out.entry(key).is_none() {
                        let entry = Entry { key, token: token.to_owned(), noted, state: State::Open, is_new: true, reminded: false, at_commit: false };
                        out.entries.push(entry);
                    }
                }
                Some("fate") => {
                    let (Some(key), Some(state)) = (parts.next().and_then(hex), parts.next()) else { continue };
                    let state = [State::Open, State::Resolved, State::Dismissed].into_iter().find(|s| s.name() == state);
                    if let (Some(entry), Some(state)) = (out.entry(key), state) {
                        entry.state = state;
                    }
                }
                Some("stop") => {
                    out.last_stop = parts.next().and_then(|t| t.parse().ok()).or(out.last_stop);
                    out.entries.iter_mut().for_each(|e| e.is_new = false);
                    out.mark(parts, |e| &mut e.reminded);
                }
                Some("commit") => out.mark(parts, |e| &mut e.at_commit),
                _ => {}
            }
        }
        out
    }

    fn mark<'a>(&mut self, keys: impl Iterator<Item = &'a str>, which: impl Fn(&mut Entry) -> &mut bool) {
        for key in keys.filter_map(hex) {
            if let Some(entry) = self.entry(key) {
                *which(entry) = true;
            }
        }
    }

    fn entry(&mut self, key: Key) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.key == key)
    }

    /// What is open, in the order in which it was told.
    pub fn open(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.state == State::Open)
    }

    /// Whether the finding of a key was told first by the claim of a token.
    #[must_use]
    pub fn speaks(&self, key: Key, token: &str) -> bool {
        self.entries.iter().any(|e| e.key == key && e.token == token)
    }
}

/// The line that says what became of a finding.
#[must_use]
pub fn fate_line(key: Key, state: State) -> String {
    format!("fate\t{key:x}\t{}\n", state.name())
}

/// The line that ends a turn, with the findings that were told again there.
#[must_use]
pub fn stop_line(now: u64, reminded: &[Key]) -> String {
    format!("stop\t{now}{}\n", keys(reminded))
}

/// The line of a commit, with the findings that were told again there.
#[must_use]
pub fn commit_line(told: &[Key]) -> String {
    format!("commit{}\n", keys(told))
}

fn keys(keys: &[Key]) -> String {
    keys.iter().map(|k| format!("\t{k:x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(path: &str, id: &str, text: u64) -> Noted {
        let known = Known { id: id.to_owned(), function: "run".to_owned(), subject: 3, text, line: 7, stands: true, categories: 5 };
        Noted { path: path.to_owned(), known, sure: true }
    }

    #[test]
    fn a_finding_comes_back_as_it_was_written_and_belongs_to_the_first_who_claims_it() {
        let one = noted("/p/a b.py", "tight-retry-loop", 9);
        let ledger = Ledger::of(&(one.line("", "t1") + &one.line("x", "t2") + "found\ttorn"));
        assert_eq!(ledger.entries.len(), 1);
        let entry = &ledger.entries[0];
        assert_eq!((entry.noted.path.as_str(), entry.noted.known.line, entry.noted.known.categories), ("/p/a b.py", 7, 5));
        assert!(entry.noted.sure && entry.noted.known.stands && entry.is_new);
        assert_eq!(entry.noted.key(), one.key());
        assert!(ledger.speaks(one.key(), "t1") && !ledger.speaks(one.key(), "t2"));
    }

    #[test]
    fn fates_turns_and_reminders_fold() {
        let (one, two) = (noted("/p/a", "x", 1), noted("/p/a", "x", 2));
        let lines = one.line("", "a") + &stop_line(44, &[one.key()]) + &two.line("", "b") + &fate_line(one.key(), State::Resolved) + &commit_line(&[two.key()]);
        let ledger = Ledger::of(&lines);
        let states: Vec<_> = ledger.entries.iter().map(|e| (e.state, e.is_new, e.reminded, e.at_commit)).collect();
        assert_eq!(states, [(State::Resolved, false, true, false), (State::Open, true, false, true)]);
        assert_eq!(ledger.last_stop, Some(44));
        assert_eq!(ledger.open().count(), 1);
    }
}
