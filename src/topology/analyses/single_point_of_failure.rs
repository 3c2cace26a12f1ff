//! One thing whose loss stops what users do.

use super::blast_radius::{Blast, blast, stops};
use super::wording::{names, owned};
use super::{Analysis, Found, Insight, Severity, Study};
use crate::topology::graph::Node;
use crate::topology::model::{Count, Failover};

pub(super) const ANALYSIS: Analysis = Analysis { id: "single-point-of-failure", title: "One thing whose loss stops users", find };

/// From this share of the requests on it is an error.
const MOST_USERS: f64 = 0.5;

fn find(study: &Study<'_>) -> Found {
    let graph = &study.graph;
    let mut found = Found::default();
    let mut points: Vec<(Blast, &'static str, String, bool)> = Vec::new();
    let mut unknown: Vec<Node> = Vec::new();
    for node in 0..graph.len() {
        // What is an entry itself stops only itself.
        if study.reaches()[node].entries == 0 {
            continue;
        }
        let component = graph.component(node);
        let count = study.count(node);
        let zones = { component.zones.iter().collect::<std::collections::BTreeSet<_>>().len() };
        let (reason, why) = match (count, component.failover) {
            (c, _) if c.is_one() => ("one", "there is one of it".to_owned()),
            (_, Some(Failover::None)) => ("no-failover", "nothing takes over when an instance is lost".to_owned()),
            (c, _) if zones == 1 && c.is_many() => ("one-zone", format!("all of it stands in zone {}", component.zones[0])),
            (Count::Unknown, _) => {
                unknown.push(node);
                continue;
            }
            _ => continue,
        };
        let recovers = component.failover == Some(Failover::Automatic) && reason != "one-zone";
        points.push((blast(study, &[node]), reason, why, recovers));
    }
    points.sort_by(|(a, ..), (b, ..)| (b.share, b.lost.len()).partial_cmp(&(a.share, a.lost.len())).unwrap_or(std::cmp::Ordering::Equal));
    for (blast, reason, why, recovers) in points {
        let node = blast.lost_first[0];
        let severity = if blast.share.unwrap_or(0.0) >= MOST_USERS && reason == "one" && !recovers { Severity::Error } else { Severity::Warn };
        let until = if recovers { ", until the failover is through" } else { "" };
        let says = format!("{}: {why}, and without it {}{until}", graph.name(node), stops(study, &blast));
        found.insights.push(
            Insight::new(severity, vec![node], says)
                .figure("reason", reason.to_owned())
                .figure("lost", blast.lost.len())
                .figure("entries", owned(study, &blast.entries))
                .figure("share", blast.share)
                .figure("shared_by", study.shared_by.to_owned())
                .cites(study, &["count", "zone", "zones", "failover"]),
        );
    }
    if !unknown.is_empty() {
        found.unknown.push(format!("how many there are of {}, whose loss would stop an entry", names(study, &unknown)));
    }
    found
}
