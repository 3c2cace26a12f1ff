//! Whether a loop ends, pauses and spreads its pauses.

use crate::engine::syntax::outline::{Call, Id, Jump, Kind, Outline};
use crate::engine::syntax::pieces;
use crate::engine::syntax::words::{self, says};

impl<'t> Outline<'t> {
    /// Whether a loop ends after a count of attempts or at a time: its head counts, or its body compares a counter or a clock and leaves.
    #[must_use]
    pub fn is_bounded(&self, loop_: Id) -> bool {
        const COUNTS: &[&str] = &[
            "attempt*",
            "tries",
            "retries",
            "retry*",
            "max*",
            "count*",
            "remaining",
            "deadline",
            "elapsed",
            "timeout",
            "expires*",
            "range",
            "limit",
            "num",
            "times",
            "budget",
            "giveup",
            "give_up*",
            "left",
        ];
        // `System.nanoTime() > end`: read in the loop, the clock ends it.
        const CLOCKS: &[&str] = &["nanotime", "currenttimemillis", "monotonic", "perf_counter", "now", "since", "hrtime"];
        let Kind::Loop { endless, condition, over } = self.nodes[loop_].kind else { return false };
        if !over.is_empty() || says(condition, COUNTS) || (!endless && condition.contains(['<', '>'])) {
            return true;
        }
        self.within(loop_).any(|i| {
            let Kind::Branch { condition } = self.nodes[i].kind else { return false };
            let compares = condition.contains(['<', '>']) || condition.contains("==");
            (says(condition, COUNTS) || says(condition, CLOCKS))
                && compares
                && self.within(i).any(|j| matches!(self.nodes[j].kind, Kind::Jump { what: Jump::Return | Jump::Break | Jump::Throw, .. }))
        })
    }

    /// Pauses in a loop, at any depth.
    #[must_use]
    pub fn pauses(&self, loop_: Id) -> Vec<Id> {
        self.calls(loop_).filter(|(_, c)| words::is_pause(c)).map(|(i, _)| i).collect()
    }

    /// Whether the pause of a loop grows: a delay that is multiplied, a backoff that is asked for the next.
    #[must_use]
    pub fn pause_grows(&self, loop_: Id) -> bool {
        const DELAYS: &[&str] = &["delay", "backoff", "wait", "pause", "sleep*", "interval", "duration", "timeout"];
        self.within(loop_).any(|i| match &self.nodes[i].kind {
            Kind::Assign { target, value } => {
                says(target, DELAYS) && (value.contains('*') || value.contains("<<") || says(value, &["pow", "exp*", "backoff", "next*", "min", "math"]))
            }
            Kind::Call(c) => {
                says(c.name, &["backoff*", "nextbackoff", "next_backoff", "exponential*", "expbackoff"])
                    || says(tail_of(c), &["backoff"])
                    || (words::is_pause(c)
                        && c.args.iter().any(|a| a.text.contains("**") || a.text.contains("<<") || says(a.text, &["pow", "attempt*", "backoff*", "exp*"])))
            }
            _ => false,
        })
    }

    /// Whether the pause is spread at random.
    #[must_use]
    pub fn has_jitter(&self, id: Id) -> bool {
        says(self.source(id), &["jitter*", "rand*", "random*", "uniform"])
    }
}

fn tail_of<'t>(c: &Call<'t>) -> &'t str {
    pieces::last_part(c.receiver).1
}
