//! The shelf of findings that only a whole repository can show: one rule a file, one row each. A rule looks at resources with all their
//! places. What is not known (a name with nothing resolved, a guessed use, a value that is computed) never makes a finding.

mod cache_not_invalidated;
mod called_not_served;
mod field_dropped;
mod lock_terms;
mod one_sided_channel;
mod retry_layers;
mod several_writers;
mod status_values;
#[cfg(test)]
mod testing;
mod timeout_order;

use super::linked::{Index, Place, Resource};
use super::model::{Certainty, Kind, Role};
use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a look when one is there anyway.
    Low,
    /// A question that somebody should answer.
    Medium,
    /// It goes wrong as it stands.
    High,
}

/// A place that a finding cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cited {
    /// Path from the root.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// The component it belongs to.
    pub component: Option<String>,
    /// What stands there.
    pub what: String,
}

/// Something that is wrong between the parts of a repository, or that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The resource.
    pub resource: String,
    /// Its kind.
    pub kind: Kind,
    /// What was found, in one sentence without a stop.
    pub text: String,
    /// The question that it raises.
    pub asks: &'static str,
    /// The places that show it, the most telling first.
    pub places: Vec<Cited>,
}

/// A rule. What it finds is named by it, or by it and what sort of it: `status-values-unhandled`.
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// What it looks at and why that matters, in a sentence or two.
    pub about: &'static str,
    pub(crate) find: fn(&Index, &mut Vec<Finding>),
}

/// Every rule.
pub static RULES: [Rule; 9] = [
    Rule {
        id: "cache-not-invalidated",
        about: "A table is changed in a file that neither drops nor renews the key that holds a copy of its rows, while another file does. Readers of the copy see the old value until it expires.",
        find: cache_not_invalidated::find,
    },
    Rule {
        id: "called-not-served",
        about: "A method, operation or route is called that the part it belongs to does not serve, though it serves others beside it. Renamed on one side, or deployed in the wrong order.",
        find: called_not_served::find,
    },
    Rule {
        id: "field-dropped",
        about: "A field is read or filled that the message's declaration does not have. Old messages in flight still carry it, new ones do not.",
        find: field_dropped::find,
    },
    Rule {
        id: "lock-terms",
        about: "One lock is taken for different times. The shortest lease decides when a second holder may come in.",
        find: lock_terms::find,
    },
    Rule {
        id: "one-sided-channel",
        about: "A channel, job or message type has a sender and no receiver in this repository, or a receiver and no sender, while others have both.",
        find: one_sided_channel::find,
    },
    Rule {
        id: "retry-layers",
        about: "Several layers try the same call again. Their attempts multiply, most when the far end is already slow.",
        find: retry_layers::find,
    },
    Rule {
        id: "several-writers",
        about: "Several components write different values of one status. Whoever writes last wins, unless something orders them.",
        find: several_writers::find,
    },
    Rule {
        id: "status-values",
        about: "A status takes a value that no reader compares with, or a reader waits for one that nothing writes.",
        find: status_values::find,
    },
    Rule {
        id: "timeout-order",
        about: "A caller waits for a part for a shorter time than that part itself waits. Work goes on for nobody, and the caller comes again.",
        find: timeout_order::find,
    },
];

/// The rule by which a finding of this name is made.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| id.strip_prefix(r.id).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

/// Findings of a repository, the gravest first.
#[must_use]
pub fn findings(index: &Index) -> Vec<Finding> {
    let mut out = Vec::new();
    for rule in &RULES {
        let from = out.len();
        (rule.find)(index, &mut out);
        debug_assert!(out[from..].iter().all(|f| f.id.starts_with(rule.id)), "{}", rule.id);
    }
    out.sort_by(|a, b| (b.severity, a.id, a.kind, &a.resource).cmp(&(a.severity, b.id, b.kind, &b.resource)));
    out
}

/// Places of a resource with one of these roles that are more than guesses.
pub(super) fn places<'a>(resource: &'a Resource, roles: &'a [Role]) -> impl Iterator<Item = &'a Place> {
    resource.places.iter().filter(move |p| roles.contains(&p.role) && p.certainty > Certainty::Guess)
}

/// Resources of a kind whose name says something.
pub(super) fn of_kind(index: &Index, kind: Kind) -> impl Iterator<Item = &Resource> {
    index.resources.iter().filter(move |r| r.kind == kind && r.name.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// A place as a finding cites it.
pub(super) fn cited(index: &Index, place: &Place, what: impl Into<String>) -> Cited {
    let file = index.file(place);
    Cited { path: file.path.clone(), line: place.line, component: file.component.clone(), what: what.into() }
}

/// The component of a place.
pub(super) fn component<'a>(index: &'a Index, place: &Place) -> Option<&'a str> {
    index.file(place).component.as_deref()
}

/// Components of places, each once, in order of their names.
pub(super) fn components<'a>(index: &'a Index, places: &[&Place]) -> Vec<&'a str> {
    let mut out: Vec<&str> = places.iter().filter_map(|p| component(index, p)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// `a, b and c`.
pub(super) fn listed(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => format!("{} and {}", most.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}
