//! The facts of all files put together: resources, and every place that does something to them.

use super::model::{Certainty, Kind, Role};
use serde::{Deserialize, Serialize};

/// A shared resource with every place that touches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its kind.
    pub kind: Kind,
    /// Its name, all that could be resolved put in, `{}` for the rest.
    pub name: String,
    /// Who does what to it, by file and line.
    pub places: Vec<Place>,
}

/// A place that does something to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Index into [`Index::files`].
    pub file: u32,
    /// Line, counted from 1.
    pub line: u32,
    /// What is done.
    pub role: Role,
    /// The literal written, compared or set.
    pub value: Option<String>,
    /// What a reader should know of the circumstances.
    pub note: Option<String>,
    /// How sure it is, the resolving of its name included.
    pub certainty: Certainty,
    /// The name as this place builds it, where that is not the resource's name.
    pub written: Option<String>,
}

/// A file of the repository that says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedFile {
    /// Path from the root, with `/`.
    pub path: String,
    /// The component it belongs to, by the topology or by the repository's folders.
    pub component: Option<String>,
}

/// A whole repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Files that say something, by path.
    pub files: Vec<IndexedFile>,
    /// Resources, by kind and name.
    pub resources: Vec<Resource>,
}

impl Index {
    /// The file of a place.
    #[must_use]
    pub fn file(&self, place: &Place) -> &IndexedFile {
        &self.files[place.file as usize]
    }

    /// The resource of this kind and name.
    #[must_use]
    pub fn resource(&self, kind: Kind, name: &str) -> Option<&Resource> {
        self.resources.binary_search_by(|r| (r.kind, &*r.name).cmp(&(kind, name))).ok().map(|i| &self.resources[i])
    }
}
