//! Counts, bindings, state and steps of components.

use super::Judge;
use crate::topology::model::{Component, Count, Failover};
use crate::topology::yaml::{Place, Yaml};
use std::collections::HashMap;

/// Judges every component.
pub(super) fn check(judge: &mut Judge<'_, '_, '_>) {
    let built = judge.built;
    let parts = || built.components.iter().zip(&built.topology.components);
    for (node, component) in parts() {
        let Some(node) = *node else { continue };
        count(judge, node, component);
        entry(judge, node, component);
        copies(judge, node, component);
        steps(judge, node, component);
        if component.capacity == Some(0.0) {
            judge.warn(node.get("capacity"), node.place, format!("{} can serve nothing: capacity 0", component.name), "leave it out where nobody knows");
        }
    }
    // A binding can be told by the count of a relationship too.
    for (node, component) in parts() {
        let Some(per) = &component.per else { continue };
        let at = node.map_or_else(|| Place { line: component.sources.first().map_or(1, |s| s.line), column: 1 }, |n| n.place);
        let value = node.and_then(|n| n.get("per").or_else(|| n.get("count")));
        if *per == component.name {
            judge.error(value, at, format!("{per} is bound to itself"), "per: the component that each instance belongs to");
        } else {
            judge.dangling(value, at, &format!("{} per", component.name), per);
        }
    }
    authority(judge);
    shares(judge);
    globs(judge);
}

fn count(judge: &mut Judge<'_, '_, '_>, node: &Yaml, c: &Component) {
    let (name, value) = (&c.name, node.get("count"));
    match c.count {
        Count::Fixed { n: 0, .. } | Count::Dynamic { max: Some(0), .. } => {
            judge.warn(value, node.place, format!("{name} has a count of 0: nothing runs"), "leave it out where nobody knows");
        }
        Count::Dynamic { min: Some(min), max: Some(max) } if min > max => {
            judge.error(value, node.place, format!("{name} has at least {min} and at most {max}"), "min is not above max");
        }
        Count::Fixed { n, replicas: Some(r) } if r > n => {
            judge.error(value, node.place, format!("{name} keeps {r} replicas on {n} nodes"), "a node keeps one copy");
        }
        _ => {}
    }
    if let Some(voters) = c.consensus.as_ref().and_then(|c| c.voters) {
        let at = node.at(&["consensus", "voters"]);
        if voters == 0 {
            judge.error(at, node.place, format!("{name} has 0 voters"), "leave it out where nobody knows");
        }
        if let Some(most) = c.count.most().filter(|most| *most < voters) {
            judge.error(at, node.place, format!("{name} has {voters} voters and a count of {most}"), "voters are instances of the component");
        }
    }
    if let Some(most) = c.count.most().filter(|most| (*most as usize) < c.zones.len()) {
        judge.warn(
            node.get("zone"),
            node.place,
            format!("{name} has a count of {most} and is spread over {} zones", c.zones.len()),
            "the zones that it runs in at the same time",
        );
    }
    if c.failover == Some(Failover::Automatic) && c.count == Count::ONE {
        judge.warn(
            node.get("failover"),
            node.place,
            format!("{name} has a count of 1, and another takes over by itself: which?"),
            "a restart is `failover: none`",
        );
    }
}

fn entry(judge: &mut Judge<'_, '_, '_>, node: &Yaml, c: &Component) {
    if let Some(weight) = c.weight.filter(|w| *w > 1.0) {
        judge.error(node.get("weight"), node.place, format!("{} has a weight of {weight}", c.name), "a share from 0 to 1, or 20%");
    }
    for key in ["feature", "weight"] {
        if let Some(value) = node.get(key).filter(|v| !v.is_null() && !c.entry) {
            judge.warn(Some(value), node.place, format!("{} has a {key}, and is no entry", c.name), "add `entry: true`");
        }
    }
}

fn copies(judge: &mut Judge<'_, '_, '_>, node: &Yaml, c: &Component) {
    let nodes = node.get("state").map_or(&[][..], Yaml::items);
    let mut names: HashMap<&str, u32> = HashMap::new();
    for (node, state) in nodes.iter().zip(&c.state) {
        if node.entries().is_empty() {
            continue;
        }
        if state.name.is_empty() {
            judge.error(None, node.place, format!("{} keeps state without a name", c.name), "add `name:`");
        } else if let Some(line) = names.insert(&state.name, node.place.line) {
            judge.error(node.get("name"), node.place, format!("{} keeps {} twice", c.name, state.name), format!("first in line {line}"));
        }
        let copies = node.get("replicas").map_or(&[][..], Yaml::items);
        for (node, copy) in copies.iter().zip(&state.replicas) {
            let at = node.get("in");
            if copy.held_by == c.name {
                judge.error(at, node.place, format!("{} keeps a replica of its own {}", c.name, state.name), "in: another component");
            } else if !copy.held_by.is_empty() {
                judge.dangling(at, node.place, &format!("a replica of {} in", state.name), &copy.held_by);
            } else if !node.entries().is_empty() {
                judge.error(None, node.place, format!("a replica of {} nowhere", state.name), "add `in:`");
            }
        }
    }
}

fn steps(judge: &mut Judge<'_, '_, '_>, node: &Yaml, c: &Component) {
    let nodes = node.get("states").map_or(&[][..], Yaml::items);
    let mut seen: HashMap<(&str, &str), (&str, u32)> = HashMap::new();
    for (node, step) in nodes.iter().zip(&c.states) {
        if node.entries().is_empty() {
            continue;
        }
        for (key, text) in [("from", &step.from), ("to", &step.to), ("on", &step.on)] {
            if text.is_empty() {
                judge.warn(None, node.place, format!("a step of {} without `{key}`", c.name), format!("add `{key}:`"));
            }
        }
        if let Some((component, state)) = step.on.split_once(':') {
            let other = judge.names.components.get(component.trim());
            match other {
                None => judge.dangling(node.get("on"), node.place, &format!("a step of {} on", c.name), component.trim()),
                Some(other) if !other.states.is_empty() && !other.states.iter().any(|s| s.to == state.trim() || s.from == state.trim()) => {
                    judge.warn(
                        node.get("on"),
                        node.place,
                        format!("{component} has no state {}", state.trim()),
                        "its states are those that its own steps name",
                    );
                }
                Some(_) => {}
            }
        }
        if let Some((to, line)) = seen.insert((&step.from, &step.on), (&step.to, node.place.line))
            && to != step.to
        {
            judge.error(
                node.get("to"),
                node.place,
                format!("{} goes from {} on {} both to {to} and to {}", c.name, step.from, step.on, step.to),
                format!("first in line {line}"),
            );
        }
    }
}

/// One copy decides.
fn authority(judge: &mut Judge<'_, '_, '_>) {
    let built = judge.built;
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (node, c) in built.components.iter().zip(&built.topology.components) {
        let nodes = node.and_then(|n| n.get("state")).map_or(&[][..], Yaml::items);
        for (node, state) in nodes.iter().zip(&c.state).filter(|(_, s)| s.authoritative && !s.name.is_empty()) {
            if let Some(first) = owners.insert(&state.name, &c.name)
                && first != c.name
            {
                let what = format!("{} is authoritative in both {first} and {}", state.name, c.name);
                judge.error(node.get("authoritative"), node.place, what, "one copy decides when copies differ");
            }
        }
    }
}

/// All users enter somewhere, and nobody twice.
fn shares(judge: &mut Judge<'_, '_, '_>) {
    let built = judge.built;
    let weighted: Vec<_> =
        built.components.iter().zip(&built.topology.components).filter_map(|(n, c)| Some(((*n)?, c.weight.filter(|w| *w <= 1.0)?))).collect();
    let sum: f64 = weighted.iter().map(|(_, w)| w).sum();
    if let Some((node, _)) = weighted.last().filter(|_| sum > 1.000_001) {
        judge.warn(node.get("weight"), node.place, format!("weights add up to {:.2}", sum), "shares of the same requests: up to 1 together");
    }
}

/// A path belongs to one component.
fn globs(judge: &mut Judge<'_, '_, '_>) {
    let built = judge.built;
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (node, c) in built.components.iter().zip(&built.topology.components) {
        for glob in &c.paths {
            if let Some(first) = owners.insert(glob, &c.name)
                && first != c.name
            {
                let at = node.map_or_else(Place::default, |n| n.place);
                judge.warn(
                    node.and_then(|n| n.get("paths")),
                    at,
                    format!("{glob} belongs to both {first} and {}", c.name),
                    "an edit there is an edit of the first",
                );
            }
        }
    }
}
