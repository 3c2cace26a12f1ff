//! Tables and columns through object-relational mappers, query builders and document stores.
//!
//! Three things are read: types that are mapped to a table (`models`, one row a framework in `frameworks`), schemas built in migrations
//! (`schemas`), and calls that filter or change rows (`queries`, one row a verb in `verbs`). A type that another file maps keeps its table
//! open: the file that maps it gives the name (`values::table_of`), the convention of the framework is the fallback.

mod associations;
mod builders;
mod conditions;
mod core;
mod dialects;
mod drizzle;
mod entries;
mod enumerated;
mod fluent;
mod frameworks;
mod instances;
mod models;
mod objects;
mod operations;
mod pairs;
mod queries;
mod removed;
mod repositories;
mod schemas;
mod switched;
mod verbs;

use super::values;
use crate::index::file::File;
use crate::index::model::{Facts, Given, Kind, Name, Role, Use};
use crate::index::reading::Reading;
use models::Model;

pub(super) use entries::role as entry_role;

/// What is known of the types of a file.
struct Mapped<'a> {
    /// Types that the file maps.
    models: Vec<Model<'a>>,
    /// Words of its import lines, and types that it uses as mapped ones.
    imported: Vec<&'a str>,
}

impl Mapped<'_> {
    /// The table of a type: as this file maps it, else open.
    fn table(&self, reading: &Reading<'_>, entity: &str) -> Name {
        if let Some(model) = self.models.iter().find(|m| m.entity == entity) {
            return model.table.clone();
        }
        values::table_of(entity, frameworks::fallback(reading, entity))
    }

    /// Whether a type is mapped here, or imported as one that is.
    fn is_model(&self, entity: &str) -> bool {
        self.models.iter().any(|m| m.entity == entity) || self.imported.contains(&entity)
    }

    /// The column of a property.
    fn column(&self, reading: &Reading<'_>, entity: Option<&str>, property: &str) -> String {
        let declared = entity.and_then(|e| self.models.iter().find(|m| m.entity == e)).and_then(|m| m.columns.iter().find(|c| c.property == property));
        declared.map_or_else(|| frameworks::column(reading, property), |c| c.column.clone())
    }
}

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    let models = models::models(reading);
    for model in &models {
        if let Some(table) = model.table.as_literal() {
            facts.given.push(Given { key: values::table_key(model.entity), value: table.to_owned(), part: None, line: model.line });
        }
        facts.push(Use::new(Kind::Column, Role::Declares, model.table.clone(), model.line));
        for column in &model.columns {
            let name = values::column(&model.table, &column.column);
            if column.values.is_empty() {
                facts.push(Use::new(Kind::Column, Role::Declares, name, column.line));
                continue;
            }
            for value in &column.values {
                facts.push(Use::new(Kind::Column, Role::Declares, name.clone(), column.line).value(value.clone()));
            }
        }
    }
    schemas::read(reading, facts);
    fluent::mapping(reading, facts);
    let imported = frameworks::imported(reading);
    let mapped = Mapped { models, imported };
    let before = facts.uses.len();
    queries::read(reading, &mapped, facts);
    core::read(reading, facts);
    repositories::read(reading, &mapped, facts);
    instances::read(reading, &mapped, facts);
    fluent::rows(reading, &mapped, facts);
    switched::read(reading, &mapped, facts);
    removed::read(reading, &mapped, facts);
    enumerated::read(reading, &mapped, facts);
    values::without_plain(&mut facts.uses, before);
}

/// A Prisma schema.
pub(super) fn read_prisma(file: &File<'_>, facts: &mut Facts) {
    if file.path.ends_with(".prisma") {
        schemas::prisma(file, facts);
    }
}

#[cfg(test)]
mod tests;
