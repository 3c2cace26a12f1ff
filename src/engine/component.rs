//! What the project's topology says of the component that an edited file is part of. Cardinality decides the second pass: where many
//! reach one at the same time, concurrency is asked about whenever a boundary is crossed; where one faces one, it is not.

use super::verdict::{Evidence, Raised, Verdict};
use crate::knowledge::schema::MODULES;
use serde::{Deserialize, Serialize};

/// The module of the second pass.
const SECOND: &str = "concurrency";
/// Sections of the second pass that cardinality by itself asks for: who acts, and what two writes do.
const ASKED: [u8; 2] = [0, 1];

/// The component, with what its topology says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Whether concurrency has to be asked about.
    pub concurrency: Concurrency,
    /// Facts of the system around it.
    pub notes: Vec<Note>,
}

/// What cardinality says about concurrency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrency {
    /// Nothing: the edit decides.
    #[default]
    Open,
    /// Many meet here. Why, in one clause.
    Asked(String),
    /// One faces one, here and everywhere around.
    Unasked,
}

/// A fact of the system, for whoever is told about a module or a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Id of the module or pattern.
    pub about: String,
    /// One sentence without a final stop.
    pub text: String,
}

impl Component {
    /// The fact for a module or a pattern.
    #[must_use]
    pub fn note(&self, about: &str) -> Option<&str> {
        self.notes.iter().find(|n| n.about == about).map(|n| n.text.as_str())
    }

    /// Puts the second pass into a verdict, or takes it out. An edit that crosses no boundary stays silent: nobody is asked about
    /// concurrency because of the folder that a file lies in.
    pub(super) fn decide(self, verdict: &mut Verdict, modules_off: [bool; MODULES.len()]) {
        let off = MODULES.iter().position(|m| *m == SECOND).is_some_and(|i| modules_off[i]);
        match &self.concurrency {
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
        verdict.component = Some(self);
    }
}
