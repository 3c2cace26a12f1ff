//! What two files declare otherwise, fact by fact. Where facts come from, and words for people (roles, notes), are no difference.

use crate::topology::analyses::wording::{duration, number};
use crate::topology::model::{Calls, Component, Count, Kind, Relationship, Topology};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

/// What was added, removed and changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// In the option alone.
    pub added: Vec<String>,
    /// In the base alone.
    pub removed: Vec<String>,
    /// In both, with other facts.
    pub changed: Vec<Changed>,
}

/// Something in both files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// A component, or `a -> b`.
    pub name: String,
    /// What differs.
    pub facts: Vec<Fact>,
}

/// A fact on both sides; empty where a file does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The key of the file.
    pub fact: &'static str,
    /// In the base.
    pub base: String,
    /// In the option.
    pub option: String,
}

type Row = Vec<(&'static str, String)>;

pub(super) fn components(base: &Topology, option: &Topology) -> Changes {
    let rows = |t: &Topology| t.components.iter().map(|c| (c.name.clone(), component(c))).collect();
    changes(rows(base), rows(option))
}

pub(super) fn relationships(base: &Topology, option: &Topology) -> Changes {
    let rows = |t: &Topology| {
        let mut met: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut out: Vec<(String, Row)> = Vec::new();
        for r in &t.relationships {
            let times = met.entry((r.from.clone(), r.to.clone())).or_default();
            *times += 1;
            // The second relationship of the same two is another one.
            let again = if *times == 1 { String::new() } else { format!(" ({times})") };
            out.push((format!("{} -> {}{again}", r.from, r.to), relationship(r)));
        }
        out
    };
    changes(rows(base), rows(option))
}

fn changes(base: Vec<(String, Row)>, option: Vec<(String, Row)>) -> Changes {
    let was: BTreeMap<&str, &Row> = base.iter().map(|(n, r)| (n.as_str(), r)).collect();
    let is: BTreeMap<&str, &Row> = option.iter().map(|(n, r)| (n.as_str(), r)).collect();
    let differ = |(name, now): &(String, Row)| {
        let before = was.get(name.as_str())?;
        let facts: Vec<Fact> = before
            .iter()
            .zip(now)
            .filter(|(a, b)| a.1 != b.1)
            .map(|((fact, base), (_, option))| Fact { fact, base: base.clone(), option: option.clone() })
            .collect();
        (!facts.is_empty()).then(|| Changed { name: name.clone(), facts })
    };
    Changes {
        added: option.iter().map(|(n, _)| n).filter(|n| !was.contains_key(n.as_str())).cloned().collect(),
        removed: base.iter().map(|(n, _)| n).filter(|n| !is.contains_key(n.as_str())).cloned().collect(),
        changed: option.iter().filter_map(differ).collect(),
    }
}

fn said<T: Display>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn time(value: Option<Duration>) -> String {
    said(value.map(duration))
}

fn count(value: Option<Count>) -> String {
    said(value.filter(|c| *c != Count::Unknown))
}

/// A word of the file, as it is serialized.
fn word<T: Serialize>(value: &Option<T>) -> String {
    value.as_ref().and_then(|v| serde_json::to_value(v).ok()).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Anything without a form of its own; nothing for what is empty.
fn plain<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::Array(list)) if list.is_empty() => String::new(),
        Ok(Value::Null) | Err(_) => String::new(),
        Ok(value) => value.to_string(),
    }
}

fn component(c: &Component) -> Row {
    vec![
        ("kind", if c.kind == Kind::Service { String::new() } else { c.kind.name().to_owned() }),
        ("count", count(Some(c.count))),
        ("per", said(c.per.as_ref())),
        ("owner", said(c.owner.as_ref())),
        ("zone", c.zones.join(", ")),
        ("cell", said(c.cell.as_ref())),
        ("failover", word(&c.failover)),
        ("criticality", word(&c.criticality)),
        ("slo.p99", time(c.slo.p99)),
        ("slo.availability", said(c.slo.availability.map(|a| number(a * 100.0)))),
        ("capacity", said(c.capacity.map(|r| format!("{}/s", number(r))))),
        ("state", c.state.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ")),
        ("consensus", plain(&c.consensus)),
        ("entry", if c.entry { "true".to_owned() } else { String::new() }),
        ("weight", said(c.weight.map(number))),
        ("noticed_after", time(c.noticed_after)),
    ]
}

fn relationship(r: &Relationship) -> Row {
    let yes = |b: bool| if b { "true".to_owned() } else { String::new() };
    vec![
        ("via", r.via.clone()),
        ("pattern", word(&r.pattern)),
        ("sync", yes(r.is_sync())),
        ("required", said(r.required)),
        ("fallback", said(r.fallback.as_ref())),
        (
            "calls",
            match r.calls {
                Some(Calls::Of(n)) => number(n),
                Some(Calls::PerItem) => "N".to_owned(),
                None => String::new(),
            },
        ),
        ("parallel", yes(r.parallel)),
        ("timeout", time(r.timeout)),
        ("attempts", said(r.attempts)),
        (
            "backoff",
            said(r.backoff.map(|b| {
                format!("{}{}{}", duration(b.base), b.max.map_or_else(String::new, |m| format!(" to {}", duration(m))), if b.jitter { ", jitter" } else { "" })
            })),
        ),
        ("retry_layer", r.retry_layers.iter().map(|l| word(&Some(l))).collect::<Vec<_>>().join(", ")),
        ("breaker", yes(r.breaker)),
        ("idempotent", said(r.idempotent)),
        ("deadline_propagated", said(r.deadline_propagated)),
        ("rate", said(r.rate.map(|x| format!("{}/s", number(x))))),
        ("from_count", count(r.from_count)),
        ("to_count", count(r.to_count)),
        ("contract", said(r.contract.as_ref())),
        ("dead_letter", said(r.dead_letter.as_ref())),
        ("ordered", yes(r.ordered)),
        ("ack_before_work", said(r.ack_before_work)),
    ]
}
