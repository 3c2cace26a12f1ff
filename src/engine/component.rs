//! What the project's topology says of the component that an edited file is part of.

use serde::{Deserialize, Serialize};

/// The component, with what its topology says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Whether concurrency has to be asked about.
    pub concurrency: Concurrency,
    /// Facts of the system around it.
    pub notes: Vec<Note>,
}

/// What cardinality says about concurrency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrency {
    /// Nothing: the edit decides.
    #[default]
    Open,
    /// Many meet here. Why, in one clause.
    Asked(String),
    /// One faces one, here and everywhere around.
    Unasked,
}

/// A fact of the system, for whoever is told about a module or a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Ids of the modules and patterns, with blanks between.
    pub about: String,
    /// One sentence without a final stop.
    pub text: String,
}

impl Component {
    /// The fact for a module or a pattern.
    #[must_use]
    pub fn note(&self, about: &str) -> Option<&str> {
        self.notes.iter().find(|n| n.about.split(' ').any(|a| a == about)).map(|n| n.text.as_str())
    }
}
