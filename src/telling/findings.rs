//! Findings -> what the model reads: the pattern, the line, what was seen, what it leads to, one question. And the lines by which
//! open ones are told again.

use super::{PREFIX, length, place};
use crate::engine::component::Component;
use crate::engine::verdict::{Confidence, Finding, Verdict};
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::{Knowledge, Pattern};
use crate::text;

/// What begins the text at the end of a turn.
const STILL_THERE: &str = "brought in this turn and still there:";
/// What begins the line before a commit.
const STILL_OPEN: &str = "still open in the working tree:";
/// Findings told at one event.
const AT_ONCE: usize = 2;
/// Findings told again at one event.
pub const AGAIN: usize = 3;
/// Characters of a finding that is told beside a module.
const BESIDE: usize = 300;

/// The findings of a verdict that are to be told: sure ones by themselves, others beside a module.
#[must_use]
pub fn chosen(verdict: &Verdict) -> Vec<&Finding> {
    let speaks = |f: &&Finding| f.confidence == Confidence::High || (f.confidence == Confidence::Medium && !verdict.modules.is_empty());
    verdict.patterns.iter().filter(speaks).take(AT_ONCE).collect()
}

/// Tells a finding: by itself when it is sure, else in one line. `path` as the user knows it; at most `room` characters, empty where
/// that is too few.
#[must_use]
pub fn compose(finding: &Finding, component: Option<&Component>, knowledge: &Knowledge<'_>, path: &str, room: usize) -> String {
    let id = &finding.id;
    let head = |seen: &str| format!("{PREFIX} {id} {}: {seen}", place(finding.line, path));
    let seen = text::plain(&finding.seen);
    let known = component.and_then(|c| c.note(id)).map_or_else(String::new, |note| format!(". By the topology: {}", text::plain(note)));
    let seen = if finding.confidence == Confidence::High { seen + &known } else { seen };
    let foot = format!("`distarch explain {id}`");
    let pattern = of_id(knowledge, id);
    let asks = pattern.map_or("", |p| knowledge.str(p.asks));
    if finding.confidence < Confidence::High {
        let whole = format!("{}. {foot}", head(&seen));
        return if length(&whole) <= room.min(BESIDE) { whole } else { cut(&head(&seen), &format!("… {foot}"), room.min(BESIDE)) };
    }
    let ticks: Vec<String> = pattern.map(|p| numbered(knowledge.str(p.ticks))).unwrap_or_default();
    let question = if asks.is_empty() { String::new() } else { format!("{asks} ") };
    let last = format!("{question}{foot}");
    // What was seen and the question come first; then as much of what it leads to as there is room for, whole or not at all.
    let leads = ticks.join("\n");
    let whole = format!("{}.\n{leads}{}{last}", head(&seen), if leads.is_empty() { "" } else { "\n" });
    if length(&whole) <= room {
        return whole;
    }
    let short = format!("{}.\n{last}", head(&seen));
    if length(&short) <= room { short } else { cut(&head(&seen), &format!("…\n{last}"), room) }
}

/// Open findings, told again: a head, one line each, and how to say that one is meant so. `open`: id, line, path; what is left over is
/// counted.
#[must_use]
pub fn again(open: &[(&str, u32, &str)], knowledge: &Knowledge<'_>) -> String {
    let mut out = format!("{PREFIX} {STILL_THERE}");
    for (id, line, path) in open.iter().take(AGAIN) {
        let asks = of_id(knowledge, id).map_or("", |p| knowledge.str(p.asks));
        out.push_str(&format!("\n- {id} {}{}{asks}", place(*line, path), if asks.is_empty() { "" } else { ": " }));
    }
    if let Some(more) = open.len().checked_sub(AGAIN).filter(|n| *n > 0) {
        out.push_str(&format!("\n- and {more} more"));
    }
    out.push_str("\nOne that is right here: a comment `dist: ok <reason>` above its line says so.");
    out
}

/// Open findings in one line, before a commit.
#[must_use]
pub fn before_commit(open: &[(&str, u32, &str)]) -> String {
    let named: Vec<String> = open.iter().take(AGAIN).map(|(id, line, path)| format!("{id} {}", place(*line, path))).collect();
    let more = open.len().saturating_sub(AGAIN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{PREFIX} {STILL_OPEN} {}{more}.", named.join(", "))
}

/// Whether a text of ours is about findings, told after an edit or again, as against modules and plans.
#[must_use]
pub fn is_one(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix(PREFIX).map(str::trim_start) else { return false };
    [STILL_THERE, STILL_OPEN].iter().any(|head| rest.starts_with(head))
        || rest.split_once(" (").is_some_and(|(id, _)| BUILT_IN.patterns.iter().any(|p| BUILT_IN.str(p.id) == id))
}

fn numbered(ticks: &str) -> Vec<String> {
    ticks.lines().enumerate().map(|(i, tick)| format!("{}. {tick}", i + 1)).collect()
}

fn of_id<'k>(knowledge: &Knowledge<'k>, id: &str) -> Option<&'k Pattern> {
    knowledge.patterns.iter().find(|p| knowledge.str(p.id) == id)
}

/// The head cut so that the foot has room too; empty where little would be left of it.
fn cut(head: &str, foot: &str, room: usize) -> String {
    let left = room.saturating_sub(length(foot));
    if left < 80 { String::new() } else { format!("{}{foot}", head.chars().take(left).collect::<String>().trim_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(confidence: Confidence, seen: &str) -> Finding {
        Finding {
            id: "tight-retry-loop".to_owned(),
            line: 7,
            confidence,
            seen: seen.to_owned(),
            evidence: Vec::new(),
            subject: String::new(),
            function: String::new(),
            stands: true,
        }
    }

    #[test]
    fn a_sure_finding_has_place_question_and_foot_and_keeps_its_room() {
        let long = "`client.poll` is called again at once ".repeat(40);
        for (seen, room) in [("`client.poll` is called again at once when it fails", 700), (&long, 700), ("short", 200), (&long, 320)] {
            let text = compose(&finding(Confidence::High, seen), None, &BUILT_IN, "src/a.rs", room);
            assert!(length(&text) <= room, "{} of {room}: {text}", length(&text));
            assert!(
                text.is_empty()
                    || text.starts_with("[distributed-architect] tight-retry-loop (src/a.rs:7): ") && text.ends_with("`distarch explain tight-retry-loop`"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_finding_that_is_not_sure_is_one_line() {
        let text = compose(&finding(Confidence::Medium, "`client.poll` is called again at once"), None, &BUILT_IN, "src/a.rs", 700);
        assert_eq!(text.lines().count(), 1);
        assert!(length(&text) <= BESIDE);
    }

    #[test]
    fn open_ones_are_counted_beyond_three() {
        let open = [("a", 1, "x"), ("b", 2, "x"), ("c", 3, "x"), ("d", 4, "x")];
        assert!(again(&open, &BUILT_IN).contains("\n- and 1 more\n"));
        assert!(before_commit(&open[..1]).ends_with("a (x:1)."));
        assert!(before_commit(&open).ends_with("c (x:3) and 1 more."));
        assert!(is_one(&again(&open, &BUILT_IN)) && is_one(&before_commit(&open)));
    }

    #[test]
    fn a_finding_is_told_from_a_module() {
        assert!(is_one(&compose(&finding(Confidence::High, "x"), None, &BUILT_IN, "src/a.rs", 700)));
        assert!(!is_one("[distributed-architect] failure-mode: a time limit decides (src/a.rs:7)"));
        assert!(!is_one("tight-retry-loop (src/a.rs:7)"));
    }
}
