//! Files of labelled edits, as `eval` and `label` read them: a slip is told by file and line.

use crate::error::{Error, Kind};
use crate::knowledge::schema::MODULES;
use crate::nearest::nearest;
use crate::sources::labelled::{self, Event};
use std::path::Path;

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or a line is no labelled event or names a module that there is not.
pub(super) fn read(path: &Path) -> Result<Vec<Event>, Error> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::file(path, &e))?;
    let events = labelled::events(&text).map_err(|slip| Error::new(Kind::Input, place(path, slip.line), slip.what).hint(slip.hint))?;
    for event in &events {
        for (field, ids) in [("must", &event.label.must), ("may", &event.label.may)] {
            if let Some(id) = ids.iter().find(|id| !MODULES.contains(&id.as_str())) {
                let hint = nearest(id, MODULES).map_or_else(|| format!("modules are {}", MODULES.join(", ")), |n| format!("did you mean `{n}`?"));
                return Err(Error::new(Kind::Input, place(path, event.line), format!("label.{field} names no module: {id:?}")).hint(hint));
            }
        }
    }
    Ok(events)
}

fn place(path: &Path, line: usize) -> String {
    format!("{}:{line}", path.display())
}
