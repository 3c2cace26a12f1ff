//! Plans: the design questions, asked before there is code.

use super::verdict::{ChangeKind, Evidence, Raised, Silence, Verdict};
use super::{Context, Met};
use crate::knowledge::schema::MODULES;
use crate::knowledge::{Knowledge, Owner, PLACE_PROSE};

/// Modules raised for one plan.
const MOST_MODULES: usize = 2;

/// Judges a plan's text with the signals made for prose. A module speaks for one strong signal, or for two weak ones.
#[must_use]
pub fn review(plan: &str, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Verdict {
    let found = find(plan, knowledge, context);
    let mut verdict = Verdict::default();
    let mut turned_off = false;
    for (m, id) in MODULES.iter().enumerate() {
        let own: Vec<_> = found.iter().filter(|(set, signal, ..)| knowledge[*set].signals[*signal].module as usize == m).collect();
        let mut signals: Vec<_> = own.iter().map(|(set, signal, ..)| (*set, *signal)).collect();
        signals.sort_unstable();
        signals.dedup();
        let strong = signals.iter().filter(|(set, signal)| knowledge[*set].signals[*signal].strong).count();
        if strong == 0 && signals.len() < 2 {
            continue;
        }
        if context.modules_off[m] {
            turned_off = true;
            continue;
        }
        let evidence = signals
            .iter()
            .filter_map(|key| own.iter().find(|(set, signal, ..)| (*set, *signal) == *key))
            .map(|(set, signal, at, _)| cite(plan, &knowledge[*set], *signal, *at))
            .collect();
        // Mentions count, but with less and less weight: a plan that says "retry" ten times is not ten times as risky.
        let weight = strong as f32 * 2.0 + signals.len() as f32 + (own.len() as f32).sqrt();
        verdict.modules.push(Raised { id, score: weight / (weight + 2.0), evidence });
    }
    verdict.modules.sort_by(|a, b| b.score.total_cmp(&a.score));
    verdict.unsure = verdict.modules.split_off(verdict.modules.len().min(MOST_MODULES));
    if verdict.modules.is_empty() {
        verdict.silence = Some(if turned_off { Silence::TurnedOff } else { Silence::NoSignal });
    }
    verdict
}

/// The evidence in a plan, whether or not it suffices to speak.
#[must_use]
pub fn signals_in(plan: &str, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Vec<Met> {
    let met = |(set, signal, start, end): (usize, usize, usize, usize)| Met {
        signal: knowledge[set].str(knowledge[set].signals[signal].id).to_owned(),
        in_new: true,
        line: line_of(plan, start) + 1,
        literal: plan[start..end].to_owned(),
    };
    find(plan, knowledge, context).into_iter().map(met).collect()
}

/// (set, signal, start, end) of every literal made for prose.
fn find(plan: &str, knowledge: &[Knowledge<'_>], context: &Context<'_>) -> Vec<(usize, usize, usize, usize)> {
    let mut found = Vec::new();
    for (set, k) in knowledge.iter().enumerate() {
        k.filter.scan(plan.as_bytes(), |literal, start, end| {
            for owner in k.owners_of(literal) {
                if let Owner::Signal(signal) = owner
                    && k.signals[signal].places & PLACE_PROSE != 0
                    && !context.signals_off.iter().any(|id| id == k.str(k.signals[signal].id))
                {
                    found.push((set, signal, start, end));
                }
            }
        });
    }
    found
}

fn line_of(plan: &str, at: usize) -> usize {
    plan.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
}

fn cite(plan: &str, k: &Knowledge<'_>, signal: usize, at: usize) -> Evidence {
    let line = line_of(plan, at);
    let s = &k.signals[signal];
    Evidence {
        line: u32::try_from(line + 1).unwrap_or(u32::MAX),
        text: plan.lines().nth(line).unwrap_or("").trim().chars().take(160).collect(),
        signal: k.str(s.id).to_owned(),
        change: ChangeKind::Added,
        why: k.str(s.why).to_owned(),
        sections: s.sections.iter().copied().filter(|s| *s != u8::MAX).collect(),
        span: (0, at, at),
    }
}
