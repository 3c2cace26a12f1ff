//! Fixed numbers: how many may be lost before a majority, or the last copy, is gone.

use super::wording::{names, of};
use super::{Analysis, Figure, Found, Insight, Severity, Study};
use crate::topology::model::{Component, Count, Kind};

pub(super) const ANALYSIS: Analysis = Analysis { id: "quorum", title: "Majorities and copies", find };

/// What a number of voters bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Majority {
    /// Voters.
    pub voters: u32,
    /// As many have to agree.
    pub majority: u32,
    /// As many may be gone.
    pub tolerates: u32,
}

impl Majority {
    /// Crash faults: more than half. Members that may lie: a third of them is too many, and agreement takes two thirds.
    #[must_use]
    pub fn of(voters: u32, byzantine: bool) -> Self {
        let tolerates = if byzantine { voters.saturating_sub(1) / 3 } else { voters - voters.min(voters / 2 + 1) };
        Self { voters, majority: if byzantine { voters - tolerates } else { voters / 2 + 1 }, tolerates }
    }

    /// Whether one voter less would bear as much.
    #[must_use]
    pub fn has_idle_voter(self, byzantine: bool) -> bool {
        self.voters > 1 && Self::of(self.voters - 1, byzantine).tolerates == self.tolerates
    }
}

fn find(study: &Study<'_>) -> Found {
    let mut found = Found::default();
    let mut silent = Vec::new();
    for node in 0..study.graph.len() {
        let component = study.graph.component(node);
        let count = study.count(node);
        let fixed = match count {
            Count::Fixed { n, .. } => Some(n),
            _ => None,
        };
        let mut add = |severity, says: String, figures: Vec<(&'static str, Figure)>| {
            let mut insight = Insight::new(severity, vec![node], says).cites(study, &["count", "consensus", "zone", "zones"]);
            insight.figures = figures;
            found.insights.push(insight);
        };
        if let Count::Fixed { n, replicas: Some(r) } = count {
            let says = match r {
                0 | 1 => format!("{} keeps each datum once on {n} nodes: the loss of one node loses data", component.name),
                r if r > n => format!("{} keeps {r} copies on {n} nodes: two of them share a node", component.name),
                r => format!("{} keeps {r} copies: {} may be lost before data is", component.name, of(r as usize - 1, "node", "nodes")),
            };
            let severity = if r < 2 || r > n { Severity::Warn } else { Severity::Info };
            add(
                severity,
                says,
                vec![
                    ("nodes", Figure::Count(n.into())),
                    ("replicas", Figure::Count(r.into())),
                    ("data_tolerates", Figure::Count(u64::from(r.saturating_sub(1)))),
                ],
            );
        }
        let declared = component.consensus.as_ref();
        let byzantine = declared.is_some_and(|c| c.byzantine);
        let voters = match declared {
            Some(c) => c.voters.or(fixed),
            None if keeps_state(component) => fixed.filter(|n| *n > 1),
            None => None,
        };
        let Some(voters) = voters.filter(|v| *v > 0) else {
            if declared.is_some() {
                silent.push(node);
            }
            continue;
        };
        let majority = Majority::of(voters, byzantine);
        let votes = if declared.is_some() { "" } else { "if they vote, " };
        let agree = format!("{votes}{} of {voters} have to agree and {} may be gone", majority.majority, majority.tolerates);
        let mut severity = Severity::Info;
        let mut says = format!("{}: {agree}", component.name);
        if majority.has_idle_voter(byzantine) {
            says += &format!("; {} would bear as much", voters - 1);
            severity = if declared.is_some() { Severity::Warn } else { Severity::Info };
        }
        if let Some(n) = fixed.filter(|n| *n < voters) {
            says += &format!("; only {n} run");
            severity = Severity::Error;
        }
        let mut zones = component.zones.clone();
        zones.sort();
        zones.dedup();
        let mut figures = vec![
            ("voters", Figure::Count(voters.into())),
            ("majority", Figure::Count(majority.majority.into())),
            ("tolerates", Figure::Count(majority.tolerates.into())),
            ("votes", Figure::Text(if declared.is_some() { "declared" } else { "unknown" }.to_owned())),
        ];
        if zones.is_empty() {
            figures.push(("zones", Figure::Unknown));
        } else {
            // Spread as evenly as can be: the fullest zone holds this many.
            let fullest = voters.div_ceil(u32::try_from(zones.len()).unwrap_or(u32::MAX));
            let survives = voters - fullest >= majority.majority;
            figures.push(("zones", Figure::Count(zones.len() as u64)));
            figures.push(("fullest_zone", Figure::Count(fullest.into())));
            figures.push(("survives_zone_loss", Figure::Text(if survives { "yes" } else { "no" }.to_owned())));
            if !survives {
                says += &format!("; {} of them stand in one of {}, and with it the majority is gone", fullest, of(zones.len(), "zone", "zones"));
                severity = severity.max(if declared.is_some() { Severity::Warn } else { Severity::Info });
            }
        }
        add(severity, says, figures);
    }
    if !silent.is_empty() {
        found.unknown.push(format!("the number of voters of {}", names(study, &silent)));
    }
    found.worst_first()
}

/// Whether a fixed number of it may be voters: it keeps what they have to agree on.
fn keeps_state(component: &Component) -> bool {
    matches!(component.kind, Kind::Db | Kind::Queue | Kind::Lock | Kind::Config) || !component.state.is_empty()
}
