//! Remote procedure calls: `shop.Inventory/Reserve` for a method, `shop.Inventory` for a whole service. Definitions know the package, programs
//! name the service alone; both meet when the repository is put together.

mod connected;
mod definitions;
mod servers;
mod stubs;

use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};

/// Languages that are read.
pub(super) const LANGUAGES: &[&str] =
    &["go", "rust", "java", "kotlin", "scala", "csharp", "python", "typescript", "javascript", "ruby", "php", "elixir", "cpp", "dart", "proto"];

/// Finds services, their servers and their callers.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    let reading = file.reading();
    if reading.language.name() == "proto" {
        definitions::read(reading, out);
        return;
    }
    servers::read(reading, out);
    stubs::read(reading, out);
}

fn whole(out: &mut Facts, role: Role, service: &str, line: u32, note: Option<String>) {
    let mut used = Use::new(Kind::Rpc, role, Name::literal(service), line);
    used.note = note;
    out.push(used);
}

fn method(out: &mut Facts, role: Role, service: &str, method: &str, line: u32, certainty: Certainty) {
    out.push(Use::new(Kind::Rpc, role, Name::literal(format!("{service}/{method}")), line).certainty(certainty));
}

/// A method's name as its definition writes it: `get_cart`, `getCart` and `GetCartAsync` are `GetCart`.
fn defined(name: &str) -> String {
    let name = name.trim_end_matches(['!', '?']);
    let mut out = String::with_capacity(name.len());
    let mut up = true;
    for c in name.chars() {
        if c == '_' {
            up = true;
        } else if up {
            out.extend(c.to_uppercase());
            up = false;
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests;
