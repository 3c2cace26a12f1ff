//! Called paths against served ones: prefixes, parameters, base addresses, methods that are not known.

use super::{Meant, Said, pattern};
use crate::index::link::tables::Tables;
use crate::index::model::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Settings that put a prefix before every route of a component.
pub(in crate::index::link) const PREFIX_KEYS: [&str; 8] = [
    "server.servlet.context-path",
    "server.context-path",
    "spring.mvc.servlet.path",
    "spring.webflux.base-path",
    "quarkus.http.root-path",
    "micronaut.server.context-path",
    "server.servlet.path",
    "nest.global-prefix",
];

/// Routes that somebody serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Routes {
    served: Vec<Served>,
    /// By the last literal segment; empty where there is none.
    by_segment: BTreeMap<String, Vec<u32>>,
    /// Paths that several components serve: they are told apart by the component.
    shared: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Served {
    method: String,
    segments: Vec<String>,
    component: Option<String>,
    name: String,
}

/// A route in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Route {
    method: String,
    /// The host as written, or the unknown base's name.
    host: Option<String>,
    /// The base is a value that is not known: it may hold a path.
    is_open: bool,
    segments: Vec<String>,
}

impl Routes {
    pub(super) fn of(said: &[Said<'_>], tables: &Tables) -> Self {
        let mut out = Self::default();
        let mut servers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut all: Vec<(Route, Option<&str>, bool)> = Vec::new();
        for said in said.iter().filter(|s| matches!(s.used.role, Role::Serves | Role::Declares)) {
            let Some(mut route) = parse(&pattern(&said.found.name)) else { continue };
            let serves = said.used.role == Role::Serves;
            if serves {
                prefix(&mut route, said.component, tables);
                if let Some(component) = said.component {
                    servers.entry(shown(&route)).or_default().insert(component);
                }
            }
            all.push((route, said.component, serves));
        }
        out.shared = servers.into_iter().filter(|(_, by)| by.len() > 1).map(|(name, _)| name).collect();
        // What a schema declares is served by whoever serves the same path.
        all.sort_by_key(|(_, _, serves)| !serves);
        let mut seen = BTreeSet::new();
        for (route, component, serves) in all {
            let name = out.name(&route, component.filter(|_| serves));
            if !serves && out.served.iter().any(|s| s.method == route.method && s.segments == route.segments) || !seen.insert(name.clone()) {
                continue;
            }
            let number = u32::try_from(out.served.len()).unwrap_or(u32::MAX);
            let key = route.segments.iter().rev().find(|s| !is_open(s)).map_or(String::new(), |s| s.to_ascii_lowercase());
            out.by_segment.entry(key).or_default().push(number);
            out.served.push(Served { method: route.method, segments: route.segments, component: component.filter(|_| serves).map(str::to_owned), name });
        }
        out
    }

    /// How a served route is called.
    fn name(&self, route: &Route, component: Option<&str>) -> String {
        let name = shown(route);
        match component {
            Some(component) if self.shared.contains(&name) => format!("{} //{component}/{}", route.method, route.segments.join("/")),
            _ => name,
        }
    }

    pub(super) fn find(&self, said: &Said<'_>, tables: &Tables) -> Option<Meant> {
        let mut route = parse(&pattern(&said.found.name))?;
        if said.used.role == Role::Serves {
            prefix(&mut route, said.component, tables);
            return Some(Meant::sure(self.name(&route, said.component)));
        }
        let components = tables.components();
        let by_host = route.host.as_deref().and_then(|h| components.of_host(h));
        // A setting without a value tells by its name whom it is meant for.
        let by_word = || said.found.open.iter().find_map(|w| components.of_word(w.rsplit('.').next().unwrap_or(w)).or_else(|| components.of_word(w)));
        let target = by_host.or_else(|| by_word().filter(|_| route.host.is_none()));
        let is_guessed = by_host.is_none() && target.is_some();
        let is_world = by_host.is_none() && route.host.as_deref().is_some_and(|h| h.contains('.'));
        if !is_world && let Some((served, is_loose)) = self.best(&route, target, said.component) {
            return Some(Meant { name: served.name.clone(), is_loose: is_loose || is_guessed && self.shared.contains(&shown(&route)) });
        }
        let is_known = route.segments.iter().any(|s| !is_open(s));
        // An address that is not known and no path say nothing.
        if by_host.is_none() && route.host.is_none() && route.is_open && route.segments.is_empty() {
            return None;
        }
        match target.or(route.host.as_deref()) {
            Some(host) => Some(Meant::sure(format!("{} //{host}/{}", route.method, route.segments.join("/")))),
            None if is_known || !route.is_open => Some(Meant::sure(shown(&route))),
            None => None,
        }
    }

    /// The served route that a call means, and whether that is a conclusion.
    fn best(&self, call: &Route, target: Option<&str>, own: Option<&str>) -> Option<(&Served, bool)> {
        let mut numbers: Vec<u32> =
            call.segments.iter().filter(|s| !is_open(s)).flat_map(|s| self.by_segment.get(&s.to_ascii_lowercase())).flatten().copied().collect();
        if target.is_some() {
            numbers.extend(self.by_segment.get("").into_iter().flatten());
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut found: Vec<(Fit, &Served)> = Vec::new();
        for served in numbers.iter().filter_map(|n| self.served.get(*n as usize)) {
            let same_method = served.method == call.method;
            if !same_method && served.method != "ANY" && call.method != "ANY" {
                continue;
            }
            let Some((literals, off)) = fit(call, &served.segments, target.is_some()) else { continue };
            let is_target = target.is_some() && served.component.as_deref() == target;
            // Its own routes are what a path without a host means.
            let is_own = call.host.is_none() && !call.is_open && own.is_some() && served.component.as_deref() == own;
            found.push((Fit { is_target, off, literals, is_own, same_method }, served));
        }
        // Somebody who is named and serves it, else whoever it is forwarded to.
        let best = found.iter().map(|(f, _)| *f).max()?;
        let mut top = found.iter().filter(|(f, _)| *f == best).map(|(_, s)| *s);
        let one = top.next()?;
        if top.any(|s| s.name != one.name) {
            return None;
        }
        Some((one, best.off > 0 || target.is_some() && !best.is_target))
    }
}

/// How well a served route fits a call; the greater the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fit {
    is_target: bool,
    /// Segments that only one of the two has.
    off: usize,
    literals: usize,
    is_own: bool,
    same_method: bool,
}

impl Ord for Fit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |f: &Self| (f.is_target, std::cmp::Reverse(f.off), f.literals, f.is_own, f.same_method);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Fit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Literal segments that both have, and how many segments only one has; none where they do not fit.
fn fit(call: &Route, served: &[String], has_target: bool) -> Option<(usize, usize)> {
    let (c, s) = (call.segments.as_slice(), served);
    // `/files/**` takes whatever follows.
    if let [before @ .., last] = s
        && matches!(last.as_str(), "**" | "*" | "{*}" | "...")
    {
        let literals = both(c.get(..before.len())?, before)?;
        return (literals > 0).then_some((literals, c.len() - before.len()));
    }
    let (off, literals) = if c.len() >= s.len() {
        // What stands before it is a gateway's or a base's.
        (c.len() - s.len(), both(&c[c.len() - s.len()..], s)?)
    } else if call.is_open {
        (s.len() - c.len(), both(c, &s[s.len() - c.len()..])?)
    } else {
        return None;
    };
    // Without a word in common only an address makes them the same.
    let is_enough = literals > 0 || off == 0 && has_target;
    (is_enough && off <= 3).then_some((literals, off))
}

/// Literal segments that both have; none where they differ. A value that is not known fits a parameter only.
fn both(call: &[String], served: &[String]) -> Option<usize> {
    let mut literals = 0;
    for (c, s) in call.iter().zip(served) {
        match (is_open(c), is_open(s)) {
            (_, true) => {}
            (true, false) => return None,
            (false, false) if c.eq_ignore_ascii_case(s) => literals += 1,
            _ => return None,
        }
    }
    Some(literals)
}

fn is_open(segment: &str) -> bool {
    segment.contains("{}") || segment.starts_with(['{', ':', '<'])
}

fn shown(route: &Route) -> String {
    format!("{} /{}", route.method, route.segments.join("/"))
}

/// `GET http://orders:8080/orders/{}?x=1`, `POST /orders`, `ANY {}/orders`.
fn parse(name: &str) -> Option<Route> {
    let (method, rest) = name.split_once(' ').filter(|(m, _)| m.bytes().all(|b| b.is_ascii_uppercase())).unwrap_or(("ANY", name));
    let rest = rest.trim().split(['?', '#']).next().unwrap_or("");
    let mut out = Route { method: method.to_owned(), ..Route::default() };
    let path = if let Some((scheme, rest)) = rest.split_once("://") {
        // `{}://{}/x`: nothing of the host is known.
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let _ = scheme;
        match host {
            "" => {}
            _ if host.starts_with("{}") => out.is_open = true,
            _ => out.host = Some(host.split(':').next().unwrap_or(host).trim_end_matches("{}").to_owned()),
        }
        path
    } else if let Some(rest) = rest.strip_prefix("//") {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        out.host = Some(host.split(':').next().unwrap_or(host).to_owned());
        path
    } else if let Some(path) = rest.strip_prefix('/') {
        path
    } else if let Some(path) = rest.strip_prefix("{}") {
        out.is_open = true;
        // `{}:8080/x` and `{}{}/x` are bases too.
        path.strip_prefix('/').or_else(|| path.split_once('/').filter(|(port, _)| port.starts_with(':')).map(|(_, p)| p)).unwrap_or(path)
    } else if let Some((host, path)) = rest.split_once('/').filter(|(h, _)| h.contains(':') || h.contains('.')) {
        // A bare host with a port.
        out.host = Some(host.split(':').next().unwrap_or(host).to_owned());
        path
    } else {
        rest
    };
    out.host = out.host.filter(|h| !h.is_empty() && !matches!(h.as_str(), "localhost" | "127.0.0.1" | "0.0.0.0" | "host.docker.internal"));
    out.segments = path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    Some(out)
}

/// Puts a component's own prefix before a served route.
fn prefix(route: &mut Route, component: Option<&str>, tables: &Tables) {
    if component.is_none() {
        return;
    }
    for key in PREFIX_KEYS {
        let mut values: Vec<&str> = tables.settings(key).iter().filter(|s| s.component.as_deref() == component).map(|s| s.value.as_str()).collect();
        values.sort_unstable();
        values.dedup();
        if let [one] = *values {
            let segments: Vec<String> =
                one.split('/').filter(|s| !s.is_empty()).map(|s| if s.contains("${") { "{}".to_owned() } else { s.to_owned() }).collect();
            if !route.segments.starts_with(&segments) {
                route.segments.splice(0..0, segments);
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests;
