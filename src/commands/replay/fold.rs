//! The part of a replay that needs memory: one conversation after the other, in order, with what was told before.

use super::judge::{Judged, JudgedEdit, Step};
use crate::knowledge::baked::BUILT_IN;
use crate::session::{Level, Memory};
use crate::sources::Thread;
use crate::sources::shell::Means;
use crate::telling::{self, Telling};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// An event at which the hook judges.
pub(in crate::commands) struct Said {
    pub(in crate::commands) step: Step,
    pub(in crate::commands) telling: Telling,
    /// What each of the verdict's first modules was worth here.
    pub(super) levels: Vec<Level>,
    /// What the records say was told here, each text once.
    pub(in crate::commands) recorded: Vec<String>,
}

/// What came of it all.
#[derive(Default)]
pub(in crate::commands) struct Told {
    pub(in crate::commands) events: Vec<Said>,
    /// Texts of ours that belong to no event that was judged.
    pub(in crate::commands) stray: Vec<(Step, String)>,
    /// Conversations with a record of ours: there, silence is a statement.
    pub(super) recorded_sessions: HashSet<Arc<str>>,
    pub(super) sessions: HashSet<Arc<str>>,
    /// Calls that were recorded more than once.
    pub(super) repeated: u64,
    pub(super) forgot: u64,
    pub(super) unkept: u64,
    pub(super) unseen: BTreeMap<Means, u64>,
}

/// Tells everything in order.
pub(super) fn fold(mut steps: Vec<Step>) -> Told {
    let mut told = Told::default();
    in_order(&mut steps);
    let mut recorded: HashMap<Arc<str>, Vec<String>> = HashMap::new();
    let mut memories: HashMap<Arc<str>, Memory> = HashMap::new();
    let mut just_forgot: HashSet<Thread> = HashSet::new();
    let mut strays: Vec<(Arc<str>, Step, String)> = Vec::new();
    for step in each_call_once(steps, &mut told.repeated) {
        told.sessions.insert(step.thread.session.clone());
        if step.ours || matches!(step.what, Judged::Told { .. }) {
            told.recorded_sessions.insert(step.thread.session.clone());
        }
        let agent = step.thread.agent.clone();
        let agent = agent.as_deref().unwrap_or("");
        let memory = memories.entry(step.thread.session.clone()).or_default();
        if !matches!(step.what, Judged::Forgot) {
            just_forgot.remove(&step.thread);
        }
        let (levels, telling) = match &step.what {
            Judged::Forgot => {
                // A compaction is recorded as a boundary and as the summary behind it.
                if just_forgot.insert(step.thread.clone()) {
                    memory.forget(agent);
                    told.forgot += 1;
                }
                continue;
            }
            // Findings are told apart from modules, and a replay counts them apart.
            Judged::Told { text, .. } if telling::findings::is_one(text) => continue,
            Judged::Told { call, text } => {
                let texts = recorded.entry(call.clone()).or_default();
                if !texts.contains(text) {
                    texts.push(text.clone());
                    let (call, text) = (call.clone(), text.clone());
                    strays.push((call, step, text));
                }
                continue;
            }
            Judged::Unkept { .. } => {
                told.unkept += 1;
                continue;
            }
            Judged::Unseen { means, .. } => {
                *told.unseen.entry(*means).or_default() += 1;
                continue;
            }
            Judged::Edit(edit) => tell(edit, memory, agent),
            Judged::Plan { text, verdict, budget, .. } => {
                let claims = if verdict.modules.is_empty() { Vec::new() } else { vec![telling::plan_claim(text)] };
                let levels = memory.claim(agent, &claims);
                let telling = if levels.contains(&Level::Full) { telling::compose_plan(verdict, &BUILT_IN, budget) } else { Telling::default() };
                (levels, telling)
            }
        };
        told.events.push(Said { step, telling, levels, recorded: Vec::new() });
    }
    for said in &mut told.events {
        if let Some(texts) = said.step.call().and_then(|call| recorded.remove(call)) {
            said.recorded = texts;
        }
    }
    told.stray = strays.into_iter().filter(|(call, ..)| recorded.contains_key(call)).map(|(_, step, text)| (step, text)).collect();
    told
}

fn tell(edit: &JudgedEdit, memory: &mut Memory, agent: &str) -> (Vec<Level>, Telling) {
    let Some(verdict) = &edit.verdict else { return (Vec::new(), Telling::default()) };
    let levels = memory.claim(agent, &telling::claims(verdict, &edit.path));
    let mut telling = telling::Telling::default();
    telling::compose(verdict, &levels, &BUILT_IN, &edit.path, &edit.budget, &mut telling);
    (levels, telling)
}

/// Conversations by when they began, and each in its order. The sort is stable and times never go back within a file, so a file's
/// order is kept.
fn in_order(steps: &mut [Step]) {
    let mut began: HashMap<Arc<str>, u64> = HashMap::new();
    for step in steps.iter() {
        let first = began.entry(step.thread.session.clone()).or_insert(step.at);
        *first = (*first).min(step.at);
    }
    steps.sort_by(|a, b| {
        let key = |s: &Step| began.get(&s.thread.session).copied().unwrap_or(0);
        (key(a), &a.thread.session, a.at).cmp(&(key(b), &b.thread.session, b.at))
    });
}

/// A call is copied when a conversation is resumed, when it is saved twice, and when a subagent's file and the main file both hold
/// it. It stands where it is met first, judged by the record that knew most of the file.
fn each_call_once(steps: Vec<Step>, repeated: &mut u64) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    for step in steps {
        let Some(call) = step.call().cloned() else {
            out.push(step);
            continue;
        };
        let Some(place) = places.get(&call) else {
            places.insert(call, out.len());
            out.push(step);
            continue;
        };
        *repeated += 1;
        let first = &mut out[*place];
        first.ours |= step.ours;
        if worth(&step.what) > worth(&first.what) {
            first.what = step.what;
        }
    }
    out
}

/// What a record of a call is worth to a judge.
fn worth(what: &Judged) -> u8 {
    match what {
        Judged::Edit(edit) => 1 + u8::from(edit.verdict.is_some()) + u8::from(edit.informed),
        _ => 0,
    }
}

impl Step {
    /// The call that this is, if it is one.
    pub(in crate::commands) fn call(&self) -> Option<&Arc<str>> {
        match &self.what {
            Judged::Edit(edit) => Some(&edit.call),
            Judged::Plan { call, .. } | Judged::Unkept { call } | Judged::Unseen { call, .. } => Some(call).filter(|c| !c.is_empty()),
            Judged::Forgot | Judged::Told { .. } => None,
        }
    }
}
