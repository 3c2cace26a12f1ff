//! What is kept apart and yet falls together: a fallback beside what it stands in for, cells that lean on one thing, a zone that holds
//! all of something.

use super::blast_radius::{blast, stops};
use super::wording::{arrow, arrows, names, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::Kind;
use crate::topology::walk::reach;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ANALYSIS: Analysis = Analysis { id: "shared-fate", title: "Kept apart, and yet falls together", find };

fn find(study: &Study<'_>) -> Found {
    let mut found = Found::default();
    fallbacks(study, &mut found);
    cells(study, &mut found);
    copies(study, &mut found);
    zones(study, &mut found);
    let graph = &study.graph;
    let silent = (0..graph.len()).filter(|n| graph.component(*n).zones.is_empty()).count();
    if silent > 0 {
        found.unknown.push(format!("the zones of {silent} of {} components", graph.len()));
    }
    found.worst_first()
}

/// A fallback that fails with what it stands in for is none.
fn fallbacks(study: &Study<'_>, found: &mut Found) {
    let graph = &study.graph;
    for edge in study.edges() {
        let Some(other) = study.fallback(edge) else { continue };
        let (from, to) = graph.from_to(edge);
        if other == to {
            continue;
        }
        let below = |n: Node| reach::from(&study.hard, &[n]).into_iter().chain([n]).collect::<BTreeSet<Node>>();
        let (ours, theirs) = (below(to), below(other));
        let shared: Vec<Node> = ours.intersection(&theirs).copied().filter(|n| *n != from).collect();
        let zones = |n: Node| graph.component(n).zones.iter().collect::<BTreeSet<_>>();
        let one_zone = (zones(to).len() == 1 && zones(to) == zones(other)).then(|| graph.component(to).zones[0].as_str());
        let mut reasons = Vec::new();
        if theirs.contains(&to) {
            reasons.push(format!("it needs {} itself", graph.name(to)));
        } else if !shared.is_empty() {
            reasons.push(format!("both need {}", names(study, &shared)));
        }
        if let Some(zone) = one_zone {
            reasons.push(format!("both stand in zone {zone}"));
        }
        if reasons.is_empty() {
            continue;
        }
        let severity = if theirs.contains(&to) { Severity::Error } else { Severity::Warn };
        let says = format!("{} falls back on {}, and {}", arrow(study, edge), graph.name(other), reasons.join("; "));
        found.insights.push(
            Insight::new(severity, vec![from, to, other], says)
                .edges([edge])
                .figure("shared", owned(study, &shared))
                .figure("kind", "fallback".to_owned())
                .cites(study, &["fallback", "zone", "zones"]),
        );
    }
}

/// A cell is a copy of the whole: what leads from one to the other, or what two of them need, ends that.
fn cells(study: &Study<'_>, found: &mut Found) {
    let graph = &study.graph;
    let cell = |n: Node| graph.component(n).cell.as_deref();
    for edge in study.edges() {
        let (from, to) = graph.from_to(edge);
        if let (Some(a), Some(b)) = (cell(from), cell(to))
            && a != b
        {
            let says = format!("{} leads from cell {a} to cell {b}: what happens in {b} is felt in {a}", arrow(study, edge));
            found.insights.push(
                Insight::new(Severity::Warn, vec![from, to], says)
                    .edges([edge])
                    .figure("cells", vec![a.to_owned(), b.to_owned()])
                    .figure("kind", "cell-to-cell".to_owned())
                    .cites(study, &["cell"]),
            );
        }
    }
    // What stands outside all cells and that two of them cannot do without.
    let mut needed_by: BTreeMap<Node, BTreeSet<&str>> = BTreeMap::new();
    let members: BTreeMap<&str, Vec<Node>> = (0..graph.len()).filter_map(|n| Some((cell(n)?, n))).fold(BTreeMap::new(), |mut all, (cell, n)| {
        all.entry(cell).or_default().push(n);
        all
    });
    for (cell_name, nodes) in &members {
        for below in reach::from(&study.hard, nodes) {
            if cell(below).is_none() {
                needed_by.entry(below).or_default().insert(cell_name);
            }
        }
    }
    for (node, cells) in needed_by.into_iter().filter(|(_, cells)| cells.len() > 1) {
        let list = super::wording::list(cells.iter().copied(), cells.len());
        let says = format!("cells {list} all need {}, which is in none of them: its loss is the loss of all", graph.name(node));
        found.insights.push(
            Insight::new(Severity::Warn, vec![node], says)
                .edges(graph.callers[node].iter().copied())
                .figure("cells", cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
                .figure("kind", "needed-by-cells".to_owned())
                .cites(study, &["cell"]),
        );
    }
}

/// A copy against loss, in the one zone of what it is a copy of.
fn copies(study: &Study<'_>, found: &mut Found) {
    let graph = &study.graph;
    for owner in 0..graph.len() {
        let own = &graph.component(owner).zones;
        for (state, replica) in graph.component(owner).state.iter().flat_map(|s| s.replicas.iter().map(move |r| (s, r))) {
            let against_loss = replica.purpose.as_deref().is_some_and(|p| {
                let p = p.to_ascii_lowercase();
                ["durab", "backup", "failover", "availab", "disaster", "recover"].iter().any(|w| p.contains(w))
            });
            let Some(holder) = study.resolve(&replica.held_by).filter(|h| *h != owner && against_loss) else { continue };
            if let ([a], [b]) = (own.as_slice(), graph.component(holder).zones.as_slice())
                && a == b
            {
                let says =
                    format!("the copy of {} that {} holds against loss stands in zone {a}, as does {}", state.name, graph.name(holder), graph.name(owner));
                found.insights.push(
                    Insight::new(Severity::Warn, vec![owner, holder], says)
                        .figure("state", state.name.clone())
                        .figure("kind", "copy-in-one-zone".to_owned())
                        .cites(study, &["state", "zone", "zones"]),
                );
            }
        }
    }
}

/// What goes with each zone: components all of whose instances stand there, and whatever waits for them.
fn zones(study: &Study<'_>, found: &mut Found) {
    let graph = &study.graph;
    let mut inside: BTreeMap<&str, Vec<Node>> = BTreeMap::new();
    for node in 0..graph.len() {
        let zones: BTreeSet<&str> = graph.component(node).zones.iter().map(String::as_str).collect();
        if let (1, Some(zone)) = (zones.len(), zones.first()) {
            inside.entry(zone).or_default().push(node);
        }
    }
    let all: BTreeSet<&str> = (0..graph.len()).flat_map(|n| graph.component(n).zones.iter().map(String::as_str)).collect();
    // With one zone in all, nothing is declared to be apart.
    for (zone, nodes) in inside.into_iter().filter(|_| all.len() > 1) {
        let blast = blast(study, &nodes);
        if blast.entries.is_empty() {
            continue;
        }
        let across: Vec<Edge> =
            nodes.iter().flat_map(|n| graph.callers[*n].iter().copied()).filter(|e| graph.component(graph.from_to(*e).0).zones.len() > 1).collect();
        let severity = if across.is_empty() { Severity::Info } else { Severity::Warn };
        let spread = if across.is_empty() { String::new() } else { format!("; it is needed from other zones: {}", arrows(study, &across)) };
        let says = format!("with zone {zone} go {}: {}{spread}", names(study, &nodes), stops(study, &blast));
        found.insights.push(
            Insight::new(severity, nodes.clone(), says)
                .edges(across)
                .figure("zone", zone.to_owned())
                .figure("lost", nodes.len() + blast.lost.len())
                .figure("entries", owned(study, &blast.entries))
                .figure("share", blast.share)
                .figure("kind", "zone".to_owned())
                .cites(study, &["zone", "zones"]),
        );
    }
    // A store that components of different owners share binds their releases and their outages.
    for store in (0..graph.len()).filter(|n| graph.component(*n).kind == Kind::Db) {
        let owners: BTreeSet<&str> = graph.callers_of(store).filter_map(|(_, u)| graph.component(u).owner.as_deref()).collect();
        if owners.len() > 1 {
            let list = super::wording::list(owners.iter().copied(), owners.len());
            let says = format!("{} is shared by what {list} own: a change or an outage of it is one of all of them", graph.name(store));
            found.insights.push(
                Insight::new(Severity::Info, vec![store], says)
                    .edges(graph.callers[store].iter().copied())
                    .figure("owners", owners.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())
                    .figure("kind", "shared-store".to_owned())
                    .cites(study, &["owner"]),
            );
        }
    }
}
