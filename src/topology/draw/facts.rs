//! What a picture tells of a component or a relationship beside its name: only what the topology says.

use super::picture::Picture;
use super::wording::cardinality;
use crate::text::plain;
use crate::topology::analyses::wording::{duration, number, percent};
use crate::topology::graph::{Edge, Node};
use crate::topology::model::{Calls, Count, Failover, Interaction, RetryLayer, Source};
use std::collections::BTreeSet;

/// Sources that are listed.
const SOURCES: usize = 24;

/// Rows of a name and a value.
pub(super) fn of_component(picture: &Picture<'_>, node: Node) -> Vec<[String; 2]> {
    let c = picture.graph().component(node);
    let mut rows = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            rows.push([name.to_owned(), plain(&value)]);
        }
    };
    say(
        "Count",
        Some(match picture.study.count(node) {
            Count::Unknown => "unknown".to_owned(),
            count => count.to_string(),
        }),
    );
    say("One for each", c.per.clone());
    say("Owner", c.owner.clone());
    say("Criticality", c.criticality.map(|x| format!("{x:?}").to_lowercase()));
    say("Feature", c.feature.clone());
    say("Entry", picture.study.entries.binary_search(&node).is_ok().then(|| if c.entry { "yes".to_owned() } else { "nobody calls it".to_owned() }));
    say("Zones", Some(c.zones.join(", ")));
    say("Cell", c.cell.clone());
    say(
        "Failover",
        c.failover.map(|f| {
            match f {
                Failover::None => "none",
                Failover::Manual => "by hand",
                Failover::Automatic => "automatic",
            }
            .to_owned()
        }),
    );
    say("Availability", c.slo.availability.map(percent));
    say("99th percentile", c.slo.p99.map(duration));
    say("Capacity", c.capacity.map(|x| format!("{} a second", number(x))));
    say("Noticed after", c.noticed_after.map(duration));
    for s in &c.state {
        let copies: Vec<&str> = s.replicas.iter().map(|r| r.held_by.as_str()).collect();
        let copies = if copies.is_empty() { String::new() } else { format!(", copies in {}", copies.join(", ")) };
        say("Keeps", Some(format!("{}{}{copies}", s.name, if s.authoritative { " (decides)" } else { "" })));
    }
    let voters = c.consensus.as_ref().map(|q| [q.voters.map(|v| format!("{v} vote")), q.protocol.clone()].into_iter().flatten().collect::<Vec<_>>().join(", "));
    say("Consensus", voters);
    say("Paths", Some(c.paths.join(", ")));
    rows
}

/// One line.
pub(super) fn of_relationship(picture: &Picture<'_>, edge: Edge) -> String {
    let r = picture.graph().relationship(edge);
    let mut words = Vec::new();
    words.extend(cardinality(picture, edge).map(|(from, to)| format!("{from} → {to}")));
    words.extend((!r.via.is_empty()).then(|| r.via.clone()));
    words.extend(r.pattern.and_then(|p| Interaction::ALL.iter().find(|(_, i)| *i == p)).map(|(name, _)| (*name).to_owned()));
    words.push(
        if r.is_hard() {
            "waits and fails with it"
        } else if r.is_sync() {
            "waits, can do without"
        } else {
            "does not wait"
        }
        .to_owned(),
    );
    words.extend(r.fallback.as_ref().map(|f| format!("else {f}")));
    words.extend(picture.study.timeout(edge).map(|t| format!("timeout {}", duration(t))));
    let attempts = r.attempts.or(picture.graph().topology.defaults.attempts);
    words.extend(attempts.map(|n| format!("{n} {}", if n == 1 { "attempt" } else { "attempts" })));
    if !r.retry_layers.is_empty() {
        let layers: Vec<&str> = r.retry_layers.iter().map(|l| layer(*l)).collect();
        words.push(format!("repeated by {}", layers.join(" and ")));
    }
    words.extend(match r.calls {
        Some(Calls::Of(n)) => Some(format!("{} calls a request", number(n))),
        Some(Calls::PerItem) => Some("a call for each item".to_owned()),
        None => None,
    });
    words.extend(r.rate.map(|x| format!("{} a second", number(x))));
    words.extend(r.breaker.then(|| "breaker".to_owned()));
    words.extend(r.idempotent.map(|i| if i { "idempotent" } else { "not idempotent" }.to_owned()));
    words.extend(r.deadline_propagated.map(|d| if d { "deadline travels along" } else { "deadline does not travel along" }.to_owned()));
    words.extend(r.contract.as_ref().map(|c| format!("contract {c}")));
    plain(&words.join(" · "))
}

fn layer(layer: RetryLayer) -> &'static str {
    match layer {
        RetryLayer::App => "the application",
        RetryLayer::Sdk => "the client library",
        RetryLayer::Mesh => "the mesh",
        RetryLayer::Gateway => "the gateway",
        RetryLayer::Queue => "the queue",
    }
}

/// Sentences, one after the other.
pub(super) fn notes(texts: &[&str]) -> String {
    plain(&texts.iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(". "))
}

/// Places, each once.
pub(super) fn sources(sources: &[Source]) -> Vec<String> {
    let mut met = BTreeSet::new();
    sources.iter().map(|s| plain(&s.to_string())).filter(|s| met.insert(s.clone())).take(SOURCES).collect()
}
