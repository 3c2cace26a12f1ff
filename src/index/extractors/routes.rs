//! HTTP routes that are served: `GET /orders/{}`. Calls that register a handler, annotations and decorators, routing files, and paths of
//! files that a framework serves by name. Prefixes of the same file are put before; a router that another file mounts begins with an open
//! constant (see `paths`).

mod annotated;
mod blocks;
mod called;
mod django;
mod files;
mod mounts;
mod openapi;
mod tables;

use super::paths;
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};

pub(crate) use annotated::{mapping, type_prefix};
pub(super) use mounts::has_word;
pub(crate) use openapi::read_document;

/// Finds served routes.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    files::read(file, out);
    let reading = file.reading();
    annotated::read(reading, out);
    if matches!(reading.language.name(), "ruby" | "elixir") {
        blocks::read(reading, out);
    } else {
        called::read(reading, out);
    }
    mounts::read(reading, out);
}

/// Pushes one route for each method.
fn serve(out: &mut Facts, methods: &[&str], path: &Name, line: u32, certainty: Certainty) {
    for method in methods {
        out.push(Use::new(Kind::Route, Role::Serves, paths::route(method, path.clone()), line).certainty(certainty));
    }
}

#[cfg(test)]
mod tests;
