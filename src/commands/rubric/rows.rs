//! The eight rows: what measures each, and what is asked where nothing does.

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Names it on the command line, in JSON and in files.
    pub id: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// Analyses of the topology that speak of it.
    pub analyses: &'static [&'static str],
    /// Rules of specifications that do.
    pub rules: &'static [&'static str],
    /// Patterns of code that do.
    pub patterns: &'static [&'static str],
    /// What has to be answered for a score of 1, of 2 and of 3.
    pub asks: [&'static str; 3],
}

/// Every row, in the order of the three questions.
pub const ROWS: [Row; 8] = [
    Row {
        id: "state",
        title: "state",
        analyses: &["state-ownership", "multi-writer", "state-read-cycle"],
        rules: &["no-owner"],
        patterns: &[
            "ack-before-process",
            "lost-data-at-ack",
            "missing-fsync",
            "non-atomic-dual-write",
            "cache-write-before-commit",
            "premature-state-transition",
            "boundary-state-leak",
        ],
        asks: [
            "Can the owner of each piece of state be named?",
            "Has each piece one owner, and each copy a rule by which it becomes equal again?",
            "When was a rebuild or a restore run, and how long did it take?",
        ],
    },
    Row {
        id: "feedback",
        title: "feedback",
        analyses: &["retry-amplification", "call-cycle"],
        rules: &[],
        patterns: &["tight-retry-loop", "compounding-retry", "unbounded-retry", "retry-without-backoff", "retry-on-permanent-error", "thundering-herd"],
        asks: [
            "Which retries, scalers, health checks and refills are there?",
            "Does one layer retry, and is each loop bounded?",
            "When was load above capacity tried, and did it come back by itself?",
        ],
    },
    Row {
        id: "loss",
        title: "loss of a part",
        analyses: &["single-point-of-failure", "shared-fate", "deletion-test"],
        rules: &["stale-answers"],
        patterns: &[
            "swallowed-error",
            "over-broad-catch",
            "log-and-continue",
            "partial-failure-ignored",
            "resource-leak-on-error",
            "missing-reconnect",
            "channel-conflation",
            "split-brain",
        ],
        asks: [
            "Who stops when each part is gone?",
            "Has every part that is needed a reason, or a fallback that bears the load?",
            "When was the loss of a part exercised in the running system?",
        ],
    },
    Row {
        id: "time",
        title: "time",
        analyses: &["timeout-budget", "inverted-timeout"],
        rules: &[],
        patterns: &["missing-timeout", "inverted-timeout", "cancel-not-propagated", "clock-as-order", "blocking-call-in-event-loop"],
        asks: [
            "Which calls have a limit?",
            "Do the limits fit along each way, and does the deadline travel?",
            "When were slow peers tried, and did callers keep their promise?",
        ],
    },
    Row {
        id: "concurrency",
        title: "two at once",
        analyses: &["concurrency", "many-to-many", "async-gap"],
        rules: &[],
        patterns: &[
            "check-then-act",
            "lost-update",
            "missing-fencing",
            "stale-read-decision",
            "unsafe-shared-state",
            "lock-across-network-call",
            "missing-idempotency-key",
            "retry-non-idempotent",
        ],
        asks: [
            "Which races are known by name?",
            "Is there one writer or a conditional write for each, and is a repeat harmless?",
            "Which test has two actors, or which checker of histories ran, and when?",
        ],
    },
    Row {
        id: "load",
        title: "load",
        analyses: &["bottleneck", "fan-out", "quorum"],
        rules: &["no-unit"],
        patterns: &["unbounded-queue", "n-plus-one-remote-call"],
        asks: ["What are today's rates?", "What can each part serve against the peak, and what is shed first?", "When was twice the peak measured, and where?"],
    },
    Row {
        id: "change",
        title: "change",
        analyses: &[],
        rules: &[],
        patterns: &["unversioned-message-change", "non-deterministic-workflow"],
        asks: ["Which contracts lie in files?", "Do old and new run side by side, and has each step a way back?", "When was a rollback done without loss?"],
    },
    Row {
        id: "knowledge",
        title: "knowledge",
        analyses: &["stale"],
        rules: &["no-detection", "missing-section", "empty-section", "guess", "template-text", "unknown-name"],
        patterns: &[],
        asks: [
            "Can the logs of all parts be searched in one place?",
            "Has each failure mode what detects it, and who is woken?",
            "When was the topology compared with what runs, and what did the last drill find that was new?",
        ],
    },
];

/// The row of an id.
pub fn row(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|r| r.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::baked::BUILT_IN;
    use crate::spec::RULES;
    use crate::topology::analyses::analysis;
    use std::collections::BTreeSet;

    #[test]
    fn whatever_is_named_exists_and_each_pattern_and_rule_counts_once() {
        let patterns: Vec<&str> = ROWS.iter().flat_map(|r| r.patterns).copied().collect();
        let known: BTreeSet<&str> = BUILT_IN.patterns.iter().map(|p| BUILT_IN.str(p.id)).collect();
        assert_eq!(patterns.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(patterns.len(), known.len());
        let rules: Vec<&str> = ROWS.iter().flat_map(|r| r.rules).copied().collect();
        assert_eq!(rules.iter().copied().collect::<BTreeSet<_>>(), RULES.iter().map(|(r, _)| *r).collect());
        assert_eq!(rules.len(), RULES.len());
        for id in ROWS.iter().flat_map(|r| r.analyses) {
            assert!(analysis(id).is_some(), "{id}");
        }
        let page = include_str!("../../../skills/system-design/references/rubric.md");
        for row in ROWS {
            assert!(page.contains(&format!("\n| {} |", row.title)), "{} is a row of the skill", row.title);
        }
    }
}
