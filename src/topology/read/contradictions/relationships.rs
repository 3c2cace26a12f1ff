//! Numbers, fallbacks and manners of relationships; who is named by a convergence point.

use super::Judge;
use crate::topology::model::{Calls, Count, Interaction, Kind, Relationship};
use crate::topology::yaml::Yaml;
use std::collections::HashMap;

/// Judges every relationship and convergence point.
pub(super) fn check(root: &Yaml, judge: &mut Judge<'_, '_, '_>) {
    let built = judge.built;
    let parts: HashMap<&str, (Count, Kind, u32)> =
        built.topology.components.iter().map(|c| (c.name.as_str(), (c.count, c.kind, c.sources.first().map_or(0, |s| s.line)))).collect();
    let mut seen: HashMap<(&str, &str, &str, &str), u32> = HashMap::new();
    for (node, r) in built.relationships.iter().zip(&built.topology.relationships) {
        if let Some(line) = seen.insert((&r.from, &r.to, &r.via, &r.data), node.place.line) {
            let what = format!("{} -> {} is declared twice", r.from, r.to);
            judge.warn(None, node.place, what, format!("first in line {line}; two different ones differ in `via` or `data`"));
        }
        numbers(judge, node, r);
        counts(judge, node, r, &parts);
        instead(judge, node, r);
        manners(judge, node, r, parts.get(r.to.as_str()).map_or(Kind::Service, |p| p.1));
    }
    convergence(root, judge);
}

fn numbers(judge: &mut Judge<'_, '_, '_>, node: &Yaml, r: &Relationship) {
    let edge = format!("{} -> {}", r.from, r.to);
    if r.timeout.is_some_and(|t| t.is_zero()) {
        judge.error(node.get("timeout"), node.place, format!("{edge} has a timeout of 0: no answer can come in time"), "leave it out where there is none");
    }
    if r.attempts == Some(0) {
        judge.error(node.get("attempts"), node.place, format!("{edge} has 0 attempts: nothing is ever called"), "1 is one try, without another");
    }
    if r.attempts == Some(1) {
        for key in ["backoff", "retry_layer"] {
            if let Some(value) = node.get(key).filter(|v| !v.is_null()) {
                judge.warn(Some(value), node.place, format!("{edge} has one attempt, and a {key}"), "attempts counts the first try too");
            }
        }
    }
    if let Some(b) = r.backoff
        && b.max.is_some_and(|max| max < b.base)
    {
        judge.error(
            node.at(&["backoff", "max"]),
            node.place,
            format!("{edge} waits at least {:?} and at most {:?}", b.base, b.max.unwrap_or_default()),
            "max is not below base",
        );
    }
    if r.calls == Some(Calls::Of(0.0)) {
        judge.warn(node.get("calls"), node.place, format!("{edge} makes 0 calls"), "leave it out where nobody knows");
    }
}

/// More of an end here than there are at all.
fn counts(judge: &mut Judge<'_, '_, '_>, node: &Yaml, r: &Relationship, parts: &HashMap<&str, (Count, Kind, u32)>) {
    for (name, here, key) in [(&r.from, r.from_count, "from_count"), (&r.to, r.to_count, "to_count")] {
        let Some((here, (own, _, line))) = here.zip(parts.get(name.as_str()).copied()) else { continue };
        if let Count::Dynamic { min: Some(min), max: Some(max) } = here
            && min > max
        {
            judge.error(node.get(key), node.place, format!("at least {min} and at most {max} of {name}"), "min is not above max");
        } else if let Some(most) = own.most().filter(|most| here.most().is_none_or(|n| n > *most)) {
            judge.warn(node.get(key), node.place, format!("{name} is {here} here, and {own} in line {line}: at most {most}"), "which is it?");
        }
    }
}

fn instead(judge: &mut Judge<'_, '_, '_>, node: &Yaml, r: &Relationship) {
    let edge = format!("{} -> {}", r.from, r.to);
    if let Some(fallback) = &r.fallback {
        let at = node.get("fallback");
        if *fallback == r.to {
            judge.error(at, node.place, format!("{edge} falls back to {} itself", r.to), "what happens when it is gone");
        } else if *fallback == r.from {
            judge.error(at, node.place, format!("{edge} falls back to the caller"), "a component, or what the caller does in words");
        } else if !fallback.contains(' ')
            && !judge.names.all.contains(fallback.as_str())
            && let Some(near) = judge.near(fallback)
        {
            judge.warn(at, node.place, format!("{edge} falls back to {fallback}, and no component is called so"), format!("did you mean {near}?"));
        }
    }
    if r.dead_letter.as_ref() == Some(&r.to) {
        judge.error(node.get("dead_letter"), node.place, format!("{edge} puts what cannot be handled where it came from"), "another queue");
    }
}

fn manners(judge: &mut Judge<'_, '_, '_>, node: &Yaml, r: &Relationship, to: Kind) {
    let edge = format!("{} -> {}", r.from, r.to);
    let at = node.get("sync");
    let pattern = node.get("pattern").and_then(Yaml::text).unwrap_or_default();
    match (r.sync, r.pattern) {
        (Some(true), Some(Interaction::Push | Interaction::PubSub | Interaction::Stream)) => {
            judge.warn(at, node.place, format!("{edge} is {pattern}, and the caller waits"), "`sync: false`, or another pattern");
        }
        (Some(false), Some(Interaction::RequestResponse)) => {
            judge.warn(at, node.place, format!("{edge} is {pattern}, and the caller does not wait"), "`sync: true`, or another pattern");
        }
        (Some(true), _) if to == Kind::Queue => {
            judge.warn(
                at,
                node.place,
                format!("{edge} waits for a queue: for the broker's answer alone, and not for the work"),
                "`sync: false` where the caller goes on",
            );
        }
        _ => {}
    }
}

fn convergence(root: &Yaml, judge: &mut Judge<'_, '_, '_>) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for node in root.get("convergence_points").map_or(&[][..], Yaml::items) {
        let Some(resource) = node.get("resource").and_then(Yaml::text) else { continue };
        if let Some(line) = seen.insert(resource, node.place.line) {
            judge.warn(node.get("resource"), node.place, format!("{resource} is declared twice"), format!("first in line {line}"));
        }
        let Some(by) = node.get("accessed_by") else { continue };
        for name in if by.items().is_empty() { std::slice::from_ref(by) } else { by.items() } {
            // `billing (read)`: the name comes first.
            let text = name.text().unwrap_or_default().trim();
            let bare = text.split(" (").next().unwrap_or(text).trim();
            if !bare.is_empty() && !judge.names.all.contains(text) {
                judge.dangling(Some(name), node.place, &format!("{resource} is accessed by what"), bare);
            }
        }
    }
}
