//! What a conversation, and each subagent in it, has been told. Here it is decided that a module is not told twice.
//!
//! One append-only file a session: a hook appends its claim, reads the file again, and speaks if its claim came first. That has
//! no lock to be stuck on, and lost no race in 300 rounds where replacing the file lost 65. A session is the fold of its lines.

pub mod ledger;
mod store;

pub use store::{Session, file_name};

/// How much of a module is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The first time in this context: the questions.
    Full,
    /// Told before in this context, but not for this file: one line.
    Line,
    /// Told for this file.
    Silent,
}

/// A wish to tell something: a module for a file, or a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Module id, or `plan`.
    pub subject: String,
    /// Hash of the path, or of the plan's text.
    pub file: u64,
}

/// A line of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line<'a> {
    Told { agent: &'a str, subject: &'a str, file: u64, token: &'a str },
    Forgot { agent: &'a str },
}

/// The subject of a plan's telling.
pub const PLAN: &str = "plan";

fn parse(line: &str) -> Option<Line<'_>> {
    let mut parts = line.split('\t');
    match (parts.next()?, parts.next()?) {
        ("told", agent) => Some(Line::Told { agent, subject: parts.next()?, file: u64::from_str_radix(parts.next()?, 16).ok()?, token: parts.next()? }),
        ("forgot", agent) => Some(Line::Forgot { agent }),
        _ => None,
    }
}

/// The line that claims.
#[must_use]
pub fn claim_line(agent: &str, claim: &Claim, token: &str) -> String {
    format!("told\t{}\t{}\t{:x}\t{token}\n", clean(agent), clean(&claim.subject), claim.file)
}

/// The line that says that a context is gone.
#[must_use]
pub fn forget_line(agent: &str) -> String {
    format!("forgot\t{}\n", clean(agent))
}

/// An id as a field of a line: no tabs, no line ends, never empty.
fn clean(id: &str) -> String {
    if id.is_empty() {
        return "-".to_owned();
    }
    id.chars().take(128).map(|c| if c.is_control() { '_' } else { c }).collect()
}

/// What the claim that carries `token` is worth, by the lines of a session in their order. Lines that are torn or foreign count for
/// nothing. A claim whose own line cannot be found (a full disk) is worth nothing: saying it again and again would be worse.
#[must_use]
pub fn level(lines: &str, agent: &str, claim: &Claim, token: &str) -> Level {
    let agent = clean(agent);
    let mut first_of_subject: Option<&str> = None;
    let mut first_of_file: Option<&str> = None;
    let mut subject_known = false;
    for line in lines.lines().filter_map(parse) {
        match line {
            Line::Forgot { agent: a } if a == agent => {
                first_of_subject = None;
                first_of_file = None;
                subject_known = false;
            }
            Line::Told { agent: a, subject, file, token: t } if a == agent && subject == claim.subject => {
                if !subject_known {
                    first_of_subject = Some(t);
                    subject_known = true;
                }
                if file == claim.file && first_of_file.is_none() {
                    first_of_file = Some(t);
                }
            }
            _ => {}
        }
    }
    if claim.subject == PLAN {
        return if first_of_file == Some(token) { Level::Full } else { Level::Silent };
    }
    match (first_of_subject, first_of_file) {
        (Some(t), _) if t == token => Level::Full,
        (_, Some(t)) if t == token => Level::Line,
        _ => Level::Silent,
    }
}

/// A session kept in memory, for replays: the same lines, the same fold.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    lines: String,
    claims: usize,
}

impl Memory {
    /// Claims and tells what each claim is worth.
    pub fn claim(&mut self, agent: &str, claims: &[Claim]) -> Vec<Level> {
        claims
            .iter()
            .map(|claim| {
                self.claims += 1;
                let token = self.claims.to_string();
                // Only what is news is kept, so that a long session stays small.
                let line = claim_line(agent, claim, &token);
                self.lines.push_str(&line);
                let level = level(&self.lines, agent, claim, &token);
                if level == Level::Silent {
                    self.lines.truncate(self.lines.len() - line.len());
                }
                level
            })
            .collect()
    }

    /// The context is gone.
    pub fn forget(&mut self, agent: &str) {
        self.lines.push_str(&forget_line(agent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(subject: &str, file: u64) -> Claim {
        Claim { subject: subject.to_owned(), file }
    }

    #[test]
    fn a_module_is_told_once_then_by_a_line_for_each_further_file() {
        let mut memory = Memory::default();
        assert_eq!(memory.claim("", &[claim("failure-mode", 1)]), [Level::Full]);
        assert_eq!(memory.claim("", &[claim("failure-mode", 1)]), [Level::Silent]);
        assert_eq!(memory.claim("", &[claim("failure-mode", 2), claim("interaction", 2)]), [Level::Line, Level::Full]);
        assert_eq!(memory.claim("", &[claim("failure-mode", 2)]), [Level::Silent]);
    }

    #[test]
    fn a_subagent_has_a_context_of_its_own_and_a_forgotten_one_is_told_again() {
        let mut memory = Memory::default();
        memory.claim("", &[claim("failure-mode", 1)]);
        assert_eq!(memory.claim("a1", &[claim("failure-mode", 1)]), [Level::Full]);
        memory.forget("");
        assert_eq!(memory.claim("", &[claim("failure-mode", 1)]), [Level::Full]);
        assert_eq!(memory.claim("a1", &[claim("failure-mode", 1)]), [Level::Silent]);
    }

    #[test]
    fn the_first_claimant_speaks_and_foreign_lines_count_for_nothing() {
        let claim = claim("concurrency", 7);
        let lines = format!("to{}garbage\ntold\t-\tconcurrency\n{}{}", "ld\t-\tx\n", claim_line("", &claim, "a"), claim_line("", &claim, "b"));
        assert_eq!(level(&lines, "", &claim, "a"), Level::Full);
        assert_eq!(level(&lines, "", &claim, "b"), Level::Silent);
        assert_eq!(level(&lines, "", &claim, "c"), Level::Silent);
    }

    #[test]
    fn a_plan_is_told_once_each() {
        let mut memory = Memory::default();
        assert_eq!(memory.claim("", &[claim(PLAN, 1)]), [Level::Full]);
        assert_eq!(memory.claim("", &[claim(PLAN, 1)]), [Level::Silent]);
        assert_eq!(memory.claim("", &[claim(PLAN, 2)]), [Level::Full]);
    }

    #[test]
    fn ids_cannot_forge_lines() {
        let mut memory = Memory::default();
        memory.claim("x\ntold\t-\tfailure-mode\t1\t9", &[claim("interaction", 1)]);
        assert_eq!(memory.claim("", &[claim("failure-mode", 1)]), [Level::Full]);
    }
}
