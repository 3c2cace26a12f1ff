//! Cardinality decides the second pass: where many reach one at the same time, concurrency is asked about whenever a boundary is
//! crossed; where one faces one, it is not.

use super::component::{Component, Concurrency};
use super::verdict::{Evidence, Raised, Verdict};
use crate::knowledge::schema::MODULES;

/// The module of the second pass.
const SECOND: &str = "concurrency";
/// Sections of the second pass that cardinality by itself asks for: who acts, and what two writes do.
const ASKED: [u8; 2] = [0, 1];

/// Puts the second pass into a verdict, or takes it out. An edit that crosses no boundary stays silent: nobody is asked about
/// concurrency because of the folder that a file lies in.
pub(super) fn decide(component: Component, verdict: &mut Verdict, modules_off: [bool; MODULES.len()]) {
    let off = MODULES.iter().position(|m| *m == SECOND).is_some_and(|i| modules_off[i]);
    match &component.concurrency {
        Concurrency::Open => {}
        Concurrency::Unasked if verdict.modules.len() > 1 || verdict.modules.first().is_some_and(|m| m.id != SECOND) => {
            verdict.modules.retain(|m| m.id != SECOND);
        }
        // It alone was raised: then something stands on the line that is not about how many there are.
        Concurrency::Unasked => {}
        Concurrency::Asked(why) if !off && !verdict.modules.is_empty() => {
            if !verdict.modules.iter().any(|m| m.id == SECOND) {
                let unsure = verdict.unsure.iter().position(|m| m.id == SECOND).map(|i| verdict.unsure.remove(i));
                let first = &verdict.modules[0];
                let score = first.score;
                let seen = unsure.map_or_else(|| first.evidence[..1].to_vec(), |u| u.evidence);
                let evidence = Evidence { why: why.clone(), signal: "topology".to_owned(), sections: ASKED.to_vec(), ..seen[0].clone() };
                let raised = Raised {
                    id: SECOND,
                    score,
                    evidence: std::iter::once(evidence).chain(seen.into_iter().filter(|e| e.signal != "topology").skip(1)).collect(),
                };
                // Second: what crosses the boundary is asked about first.
                verdict.modules.insert(1, raised);
            }
        }
        Concurrency::Asked(_) => {}
    }
    verdict.component = Some(component);
}
