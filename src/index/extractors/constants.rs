//! Constants that other files may use in names.

use crate::index::file::File;
use crate::index::model::Facts;

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    facts.constants.extend(file.reading().constants());
}
