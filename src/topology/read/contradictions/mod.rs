//! What cannot be true, or hardly is meant: each value alone is right, and together they are not.

mod components;
mod relationships;

use super::build::Built;
use super::{MANY, Problem, Severity};
use crate::nearest::nearest;
use crate::topology::model::Component;
use crate::topology::yaml::{Place, Yaml};
use std::collections::{HashMap, HashSet};

/// Judges what was built.
pub(super) fn check(root: &Yaml, built: &Built<'_>, problems: &mut Vec<Problem>) {
    let names = Names::of(built);
    let mut judge = Judge { names, built, problems };
    file(root, &mut judge);
    components::check(&mut judge);
    relationships::check(root, &mut judge);
}

/// Names that a value can mean.
struct Names<'a> {
    all: HashSet<&'a str>,
    components: HashMap<&'a str, &'a Component>,
    declared: Vec<&'a str>,
    /// Whether the file lists its components: then a name that is not among them is a slip.
    declares: bool,
}

impl<'a> Names<'a> {
    fn of(built: &'a Built<'_>) -> Self {
        let topology = &built.topology;
        let components = topology.components.iter().map(|c| c.name.as_str());
        let others = topology.aliases.values().flatten().map(String::as_str);
        Self {
            components: topology.components.iter().map(|c| (c.name.as_str(), c)).collect(),
            all: components.chain(others).chain(topology.ignore.iter().map(String::as_str)).collect(),
            declared: topology.components.iter().filter(|c| c.declared).map(|c| c.name.as_str()).collect(),
            declares: built.components.iter().any(Option::is_some),
        }
    }
}

struct Judge<'a, 'b, 'p> {
    names: Names<'b>,
    built: &'b Built<'a>,
    problems: &'p mut Vec<Problem>,
}

impl<'b> Judge<'_, 'b, '_> {
    fn error(&mut self, node: Option<&Yaml>, or: Place, what: String, hint: impl Into<String>) {
        self.problems.push(Problem { place: node.map_or(or, |n| n.place), severity: Severity::Error, what, hint: hint.into() });
    }

    fn warn(&mut self, node: Option<&Yaml>, or: Place, what: String, hint: impl Into<String>) {
        self.problems.push(Problem { place: node.map_or(or, |n| n.place), severity: Severity::Warning, what, hint: hint.into() });
    }

    /// The declared name that a slip is closest to; not looked for any more in a file full of slips.
    fn near(&self, name: &str) -> Option<&'b str> {
        if self.problems.len() > MANY { None } else { nearest(name, self.names.declared.iter().copied()) }
    }

    /// Tells of a name that no component has.
    fn dangling(&mut self, node: Option<&Yaml>, or: Place, what: &str, name: &str) {
        if self.names.declares && !self.names.all.contains(name) {
            let hint = self.near(name).map_or_else(|| format!("declare it: `- name: {name}`"), |n| format!("did you mean {n}?"));
            self.warn(node, or, format!("dangling name: {what} is {name}, and no component is called so"), hint);
        }
    }
}

/// What the file as a whole says.
fn file(root: &Yaml, judge: &mut Judge<'_, '_, '_>) {
    if let Some(version) = root.get("version").filter(|v| v.text().is_some_and(|t| !matches!(t.trim(), "1" | "1.0"))) {
        judge.warn(Some(version), version.place, "this reads version 1".to_owned(), "version: 1");
    }
    if let Some(defaults) = root.get("defaults") {
        let of = judge.built.topology.defaults;
        if of.timeout.is_some_and(|t| t.is_zero()) {
            judge.error(defaults.get("timeout"), defaults.place, "a timeout of 0: no answer can come in time".to_owned(), "leave it out where there is none");
        }
        if of.attempts == Some(0) {
            judge.error(defaults.get("attempts"), defaults.place, "0 attempts: nothing is ever called".to_owned(), "1 is one try, without another");
        }
    }
    let mut means: HashMap<&str, &str> = HashMap::new();
    for (name, others) in root.get("aliases").map_or(&[][..], Yaml::entries) {
        let Some(own) = name.text() else { continue };
        if !judge.names.components.contains_key(own.trim()) {
            let hint = judge.near(own).map_or_else(String::new, |n| format!("did you mean {n}?"));
            judge.warn(Some(name), name.place, format!("dangling name: aliases of {own}, and no component is called so"), hint);
        }
        let others = if others.items().is_empty() { std::slice::from_ref(others) } else { others.items() };
        for other in others {
            let Some(text) = other.text().map(str::trim) else { continue };
            if let Some(first) = means.insert(text, own)
                && first != own
            {
                judge.error(Some(other), other.place, format!("{text} is another name of both {first} and {own}"), "a name means one component");
            } else if text != own && judge.names.components.get(text).is_some_and(|c| c.declared) {
                judge.error(Some(other), other.place, format!("{text} is a component, and another name of {own}"), "a name means one component");
            }
        }
    }
    for item in root.get("ignore").map_or(&[][..], Yaml::items) {
        if let Some(name) = item.text()
            && judge.built.components.iter().zip(&judge.built.topology.components).any(|(node, c)| node.is_some() && c.name == name)
        {
            judge.warn(Some(item), item.place, format!("{name} is declared, and to be ignored"), "one of both");
        }
    }
}
