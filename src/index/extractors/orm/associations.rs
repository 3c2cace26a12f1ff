//! Rows by an association of Rails: `invoice.payments.create!(status: "pending")`.

use super::queries::Root;
use crate::index::extractors::values;
use crate::index::model::{Name, Part};
use crate::index::reading::{Call, Reading};

/// Verbs that rows have and lists and clients of services have not.
const VERBS: [&str; 11] = [
    "find_or_create_by",
    "find_or_initialize_by",
    "create_or_find_by",
    "update_all",
    "delete_all",
    "destroy_all",
    "insert_all",
    "where",
    "find_by",
    "rewhere",
    "upsert_all",
];

/// The table of what a call is made on, where that is an association. Only a type of the repository gives it: where there is none of
/// the association's name, nothing is said.
pub(super) fn root<'a>(reading: &Reading<'a>, call: &Call<'a>) -> Option<Root<'a>> {
    if reading.language.name() != "ruby" || call.on.is_some() || call.path.len() < 3 {
        return None;
    }
    // Services have `create` too; only records raise at it.
    let raises = reading.is(call.at + 1, "!");
    if !(VERBS.contains(&call.name) || matches!(call.name, "create" | "update") && raises) {
        return None;
    }
    let [.., owner, many, _] = *call.path.as_slice() else { return None };
    let is_own = |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_own(owner) || !is_own(many) {
        return None;
    }
    let one = singular(many)?;
    let table = Name(vec![Part::Setting(values::table_key(&camel(&one)), None)]);
    Some(Root { table, entity: None, is_known: false })
}

/// `payments` as `payment`, `companies` as `company`; nothing for what is no plural.
fn singular(many: &str) -> Option<String> {
    if let Some(stem) = many.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    if let Some(stem) = ["sses", "xes", "ches", "shes", "uses"].iter().find_map(|e| many.strip_suffix("es").filter(|_| many.ends_with(e))) {
        return Some(stem.to_owned());
    }
    many.strip_suffix('s').filter(|s| s.len() > 2 && !s.ends_with(['s', 'u', 'i'])).map(str::to_owned)
}

/// `order_item` as `OrderItem`.
pub(super) fn camel(word: &str) -> String {
    word.split('_')
        .map(|part| {
            let mut part = part.to_owned();
            if let Some(first) = part.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            part
        })
        .collect()
}
