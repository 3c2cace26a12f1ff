//! What an importer hands on: components, names that lead to them, addresses that others have of them, and what could not be read.
//! An address becomes a relationship only when every source is known: see [`crate::topology::merge`].

use crate::topology::model::{Component, Relationship, RetryLayer, Source};
use crate::topology::yaml::Yaml;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A document of a source, before anybody knows its format.
#[derive(Clone, Debug)]
pub struct Piece<'a> {
    /// The file, as the user named it.
    pub file: &'a str,
    /// The text of the whole file.
    pub text: &'a str,
    /// The document; `None`: the file is neither YAML nor JSON.
    pub yaml: Option<&'a Yaml>,
}

/// What an importer may look at beside its documents. It knows no file and no clock.
pub struct Surroundings<'a> {
    /// Variables for `${NAME}`, with the place where each is set.
    pub variables: BTreeMap<String, (String, Source)>,
    /// The text of a file that a document names, by its path.
    pub read: &'a dyn Fn(&str) -> Option<String>,
}

/// What one importer found.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// In the order of the files. Their sources name the facts.
    pub components: Vec<Component>,
    /// Names by which components are reached.
    pub names: Vec<Named>,
    /// Addresses that components have of others.
    pub mentions: Vec<Mention>,
    /// Relationships between components of this part.
    pub relationships: Vec<Relationship>,
    /// Settings of every call to a target.
    pub policies: Vec<Policy>,
    /// Images of components.
    pub images: Vec<(String, String)>,
    /// What a reader of the result should know.
    pub notes: Vec<Note>,
    /// Hosts that users enter by, with the namespace in which each is looked up first.
    pub entries: Vec<(String, String, Source)>,
    /// Components of which only the technology is known: the one that runs it is meant, where there is exactly one.
    pub stands_for: Vec<(String, &'static str)>,
    /// Components that something outside enters by a published port: entries, when nobody within calls them.
    pub published: Vec<String>,
}

/// A name that leads to a component. Several components may have the same one: then it leads to each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The component.
    pub component: String,
    /// The name.
    pub name: String,
    /// The namespace in which the name is looked up first; empty: everywhere.
    pub scope: String,
    /// How a port of it is spoken to, by number.
    pub ports: Vec<(u16, String)>,
}

/// An address of somebody else in a component's settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mention {
    /// The component that has it.
    pub from: String,
    /// The host as written.
    pub host: String,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// The protocol, where one is written; else empty.
    pub via: String,
    /// An address without doubt: a host that nobody declares is a component too. Otherwise it counts only when somebody has that name.
    pub sure: bool,
    /// Telemetry: sent aside, and nobody waits for it.
    pub telemetry: bool,
    /// Needed only before the start.
    pub start_only: bool,
    /// Said by an order of start, not by an address.
    pub order_only: bool,
    /// The namespace of the one who has it.
    pub scope: String,
    /// Where.
    pub source: Source,
}

/// Settings of calls to a target, whoever calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The caller; `None`: everybody.
    pub from: Option<String>,
    /// The target's host as written.
    pub host: String,
    /// The namespace in which it is looked up first.
    pub scope: String,
    /// Of one attempt.
    pub timeout: Option<Duration>,
    /// Total tries, the first included.
    pub attempts: Option<u32>,
    /// Who tries again.
    pub layer: Option<RetryLayer>,
    /// A breaker stops calls that keep failing.
    pub breaker: bool,
    /// Anything else.
    pub notes: String,
    /// Where, with the facts.
    pub source: Source,
}

/// Something to tell the user of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Of what kind.
    pub about: About,
    /// In one sentence.
    pub text: String,
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// What a note is about, in the order of telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Sources say different things.
    Contradiction,
    /// A target that nobody declares.
    Dangling,
    /// A variable without a value.
    NotSet,
    /// A component whose connections could not be read.
    NoConnection,
    /// A default that no file says.
    Default,
    /// A part of a source that was not read.
    NotRead,
}

impl Note {
    /// A note.
    #[must_use]
    pub fn new(about: About, text: impl Into<String>, sources: Vec<Source>) -> Self {
        Self { about, text: text.into(), sources }
    }
}

/// A source with its facts.
#[must_use]
pub fn source(file: &str, line: u32, facts: &[&str]) -> Source {
    Source { file: file.to_owned(), line, facts: facts.iter().map(|f| (*f).to_owned()).collect() }
}
