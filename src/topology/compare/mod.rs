//! Two systems side by side: what the file of an option changes against that of a base, and what follows otherwise from it. Components
//! are known again by their names, relationships by their ends.

mod facts;

use super::analyses::blast_radius::Reach;
use super::analyses::{Analysis, Found, Insight, SHELF, Severity, Study, bottleneck, retry_amplification};
use super::graph::Node;
use super::model::Topology;
pub use facts::{Changed, Changes, Fact};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Analyses whose findings are told by figures of their own, or do not depend on the file alone.
const LEFT_OUT: [&str; 3] = ["blast-radius", "cardinality", "stale"];
/// What is less than this apart is equal: sums of shares are not exact.
const EQUAL: f64 = 1e-9;

/// A system, looked at once.
#[derive(Debug)]
pub struct Side<'a> {
    /// What the analyses look at.
    pub study: Study<'a>,
    found: Vec<(&'static Analysis, Found)>,
    calls: Vec<(f64, Node)>,
}

/// A system in the figures by which systems are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outline {
    /// Components.
    pub components: usize,
    /// Relationships.
    pub relationships: usize,
    /// Findings that say that what is declared cannot hold.
    pub errors: usize,
    /// Findings that somebody should decide on.
    pub warnings: usize,
    /// Components of which there is one and whose loss stops an entry.
    pub single_points: Vec<String>,
    /// Rings of components that wait for each other or decide by each other's state.
    pub cycles: usize,
    /// The component whose loss reaches furthest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub furthest: Option<Loss>,
    /// Where one request can become the most calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_calls: Option<Amplified>,
    /// The component nearest to its capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest: Option<Busy>,
    /// What the analyses would have needed and the file does not say.
    pub unknown: usize,
}

/// What the loss of a component does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// What is lost.
    pub component: String,
    /// What its loss does.
    #[serde(flatten)]
    pub reach: Reach,
}

/// What one request can become.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Amplified {
    /// Where the calls arrive.
    pub component: String,
    /// Where the request enters.
    pub entry: String,
    /// Calls in the worst case.
    pub calls: f64,
}

/// Load over capacity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Busy {
    /// Who serves.
    pub component: String,
    /// Share of its capacity.
    pub utilisation: f64,
}

/// A figure of a component on both sides; `None`: it is not there, or not declared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair<T> {
    /// Whose figure.
    pub component: String,
    /// In the base.
    pub base: Option<T>,
    /// In the option.
    pub option: Option<T>,
}

/// A finding of one side, or of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The analysis.
    pub analysis: &'static str,
    /// How much it matters; in the option, where it is in both.
    pub severity: Severity,
    /// Whom it concerns.
    pub components: Vec<String>,
    /// What follows.
    pub says: String,
    /// What followed in the base, where it is in both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What is different in an option.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Delta {
    /// Components of the file.
    pub components: Changes,
    /// Relationships of the file.
    pub relationships: Changes,
    /// Findings that are in the option alone, or matter more there; the worst first.
    pub worse: Vec<Finding>,
    /// Findings that are in the base alone, or matter less in the option; the worst first.
    pub better: Vec<Finding>,
    /// Findings in both, with other figures.
    pub otherwise: Vec<Finding>,
    /// What the loss of a component does, where it does something else; the largest growth first.
    pub losses: Vec<Pair<Reach>>,
    /// Calls that one request can become; the largest growth first.
    pub calls: Vec<Pair<f64>>,
    /// Load over capacity; the largest growth first.
    pub utilisation: Vec<Pair<f64>>,
    /// What the option does not say and the base does, or does not need.
    pub unknown: Vec<String>,
}

impl<'a> Side<'a> {
    /// Runs the analyses.
    #[must_use]
    pub fn of(topology: &'a Topology) -> Self {
        let study = Study::of(topology);
        let found = SHELF.iter().filter(|a| !LEFT_OUT.contains(&a.id)).map(|a| (a, (a.find)(&study))).collect();
        let calls = retry_amplification::worst(&study);
        Self { study, found, calls }
    }

    /// Its figures.
    #[must_use]
    pub fn outline(&self) -> Outline {
        let graph = &self.study.graph;
        let name = |n: Node| graph.name(n).to_owned();
        let of = |ids: &[&str]| self.found.iter().filter(|(a, _)| ids.contains(&a.id)).flat_map(|(_, f)| &f.insights).collect::<Vec<&Insight>>();
        let count = |s: Severity| self.found.iter().flat_map(|(_, f)| &f.insights).filter(|i| i.severity == s).count();
        let weight = |r: &Reach| (r.share, r.lost, r.degraded);
        let reaches = self.study.reaches();
        // The first of those that are equal.
        let furthest = (0..graph.len()).rev().filter(|n| reaches[*n].lost > 0).max_by(|a, b| order(&weight(&reaches[*a]), &weight(&reaches[*b])));
        let most = (0..graph.len()).rev().filter(|n| self.calls[*n].0 > 0.0).max_by(|a, b| self.calls[*a].0.total_cmp(&self.calls[*b].0));
        let busiest = (0..graph.len()).rev().filter_map(|n| Some((n, self.busy(n)?))).max_by(|a, b| a.1.total_cmp(&b.1));
        Outline {
            components: graph.len(),
            relationships: graph.topology.relationships.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warn),
            single_points: of(&["single-point-of-failure"]).iter().filter_map(|i| i.components.first()).map(|n| name(*n)).collect(),
            cycles: of(&["call-cycle", "state-read-cycle"]).len(),
            furthest: furthest.map(|n| Loss { component: name(n), reach: reaches[n] }),
            most_calls: most.map(|n| Amplified { component: name(n), entry: name(self.calls[n].1), calls: self.calls[n].0 }),
            busiest: busiest.map(|(n, utilisation)| Busy { component: name(n), utilisation }),
            unknown: self.found.iter().map(|(_, f)| f.unknown.len()).sum(),
        }
    }

    /// Load over capacity, where both are declared.
    fn busy(&self, node: Node) -> Option<f64> {
        let capacity = self.study.graph.component(node).capacity.filter(|c| *c > 0.0)?;
        let load = bottleneck::load(&self.study, node).known;
        (load > 0.0).then_some(load / capacity)
    }

    /// Findings by analysis and components: those of one key in their order.
    fn keyed(&self) -> BTreeMap<(&'static str, Vec<String>), Vec<&Insight>> {
        let mut out: BTreeMap<_, Vec<&Insight>> = BTreeMap::new();
        for (analysis, found) in &self.found {
            for insight in &found.insights {
                out.entry((analysis.id, self.names(insight))).or_default().push(insight);
            }
        }
        out
    }

    fn names(&self, insight: &Insight) -> Vec<String> {
        insight.components.iter().map(|n| self.study.graph.name(*n).to_owned()).collect()
    }

    /// The share of users that stop with the first component of a finding: among findings of one severity it tells which matters more.
    fn share(&self, insight: &Insight) -> f64 {
        insight.components.first().map_or(0.0, |n| self.study.reaches()[*n].share)
    }
}

fn order<T: PartialOrd>(a: &T, b: &T) -> std::cmp::Ordering {
    a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)
}

/// What is different in an option.
#[must_use]
pub fn delta(base: &Side<'_>, option: &Side<'_>) -> Delta {
    let mut out = Delta {
        components: facts::components(base.study.graph.topology, option.study.graph.topology),
        relationships: facts::relationships(base.study.graph.topology, option.study.graph.topology),
        ..Delta::default()
    };
    findings(base, option, &mut out);
    let (was, is) = (base.study.reaches(), option.study.reaches());
    out.losses =
        pairs(base, option, |n| Some(was[n]), |n| Some(is[n]), |a, b| a.lost == b.lost && a.degraded == b.degraded && (a.share - b.share).abs() < EQUAL);
    // What is new or gone and reaches nothing is told by the components alone.
    out.losses.retain(|p| p.base.is_some() && p.option.is_some() || p.base.or(p.option).is_some_and(|r| r.lost + r.degraded > 0));
    let weight = |r: &Option<Reach>| r.map_or((0.0, 0.0), |r| (r.share, r.lost as f64));
    out.losses.sort_by(|a, b| order(&growth(weight(&b.base), weight(&b.option)), &growth(weight(&a.base), weight(&a.option))));
    let same = |a: &f64, b: &f64| (a - b).abs() < EQUAL;
    let some = |x: f64| Some(x).filter(|x| *x > 0.0);
    out.calls = pairs(base, option, |n| some(base.calls[n].0), |n| some(option.calls[n].0), same);
    out.utilisation = pairs(base, option, |n| base.busy(n), |n| option.busy(n), same);
    for list in [&mut out.calls, &mut out.utilisation] {
        let grown = |p: &Pair<f64>| p.option.unwrap_or(0.0) - p.base.unwrap_or(0.0);
        list.sort_by(|a, b| grown(b).total_cmp(&grown(a)));
    }
    // Of how many relationships is no news: the sentence is.
    let bare = |text: &String| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let said: BTreeSet<String> = base.found.iter().flat_map(|(_, f)| &f.unknown).map(bare).collect();
    out.unknown = option.found.iter().flat_map(|(_, f)| &f.unknown).filter(|u| !said.contains(&bare(u))).cloned().collect();
    out
}

fn growth(base: (f64, f64), option: (f64, f64)) -> (f64, f64) {
    (option.0 - base.0, option.1 - base.1)
}

/// The figures of all components of both sides, where they differ; in the order of the option, then of the base.
fn pairs<T>(
    base: &Side<'_>,
    option: &Side<'_>,
    was: impl Fn(Node) -> Option<T>,
    is: impl Fn(Node) -> Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Pair<T>> {
    let (b, o) = (&base.study.graph, &option.study.graph);
    let here = (0..o.len()).map(|n| (o.name(n), b.node(o.name(n)), Some(n)));
    let gone = (0..b.len()).filter(|n| o.node(b.name(*n)).is_none()).map(|n| (b.name(n), Some(n), None));
    here.chain(gone)
        .map(|(name, b, o)| Pair { component: name.to_owned(), base: b.and_then(&was), option: o.and_then(&is) })
        .filter(|p| match (&p.base, &p.option) {
            (Some(a), Some(b)) => !same(a, b),
            (None, None) => false,
            _ => true,
        })
        .collect()
}

/// How much a finding matters, the share of users that it concerns, and the finding.
type Ranked = (Severity, f64, Finding);

fn findings(base: &Side<'_>, option: &Side<'_>, out: &mut Delta) {
    let was = base.keyed();
    let is = option.keyed();
    let (mut worse, mut better): (Vec<Ranked>, Vec<Ranked>) = (Vec::new(), Vec::new());
    let keys: BTreeSet<&(&'static str, Vec<String>)> = was.keys().chain(is.keys()).collect();
    for key in keys {
        let (before, after) = (was.get(key).map_or(&[][..], Vec::as_slice), is.get(key).map_or(&[][..], Vec::as_slice));
        for at in 0..before.len().max(after.len()) {
            let (b, a) = (before.get(at).copied(), after.get(at).copied());
            let tell = |i: &Insight, said: Option<&Insight>| Finding {
                analysis: key.0,
                severity: i.severity,
                components: key.1.clone(),
                says: i.says.clone(),
                said: said.map(|s| s.says.clone()),
            };
            match (b, a) {
                (None, Some(a)) if a.severity > Severity::Info => worse.push((a.severity, option.share(a), tell(a, None))),
                (Some(b), None) if b.severity > Severity::Info => better.push((b.severity, base.share(b), tell(b, None))),
                (Some(b), Some(a)) if a.severity > b.severity => worse.push((a.severity, option.share(a), tell(a, Some(b)))),
                (Some(b), Some(a)) if a.severity < b.severity => better.push((b.severity, base.share(b), tell(a, Some(b)))),
                (Some(b), Some(a)) if a.severity > Severity::Info && a.says != b.says => out.otherwise.push(tell(a, Some(b))),
                _ => {}
            }
        }
    }
    for list in [&mut worse, &mut better] {
        list.sort_by(|a, b| (b.0, b.1).partial_cmp(&(a.0, a.1)).unwrap_or(std::cmp::Ordering::Equal));
    }
    out.otherwise.sort_by_key(|f| std::cmp::Reverse(f.severity));
    out.worse = worse.into_iter().map(|(.., f)| f).collect();
    out.better = better.into_iter().map(|(.., f)| f).collect();
}

#[cfg(test)]
mod tests;
