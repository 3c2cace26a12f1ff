//! Django's operations of migrations: `migrations.CreateModel(name="Order", fields=[("state", models.CharField(default="new"))])`.

use crate::index::extractors::values;
use crate::index::model::{Facts, Kind, Name, Role, Use};
use crate::index::reading::{Call, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, call: &Call<'_>, facts: &mut Facts) {
    let text = |word: &str| call.keyword(&[word]).and_then(|a| reading.literal(&a.span));
    if call.name == "AddField" {
        let (Some(model), Some(field), Some(made)) = (text("model_name"), text("name"), call.keyword(&["field"])) else { return };
        declare(reading, &table(reading, &model), &field, &made.span, facts);
        return;
    }
    let Some(name) = text("name") else { return };
    let given = call.keyword(&["options"]).and_then(|a| reading.entry(&a.span, "db_table"));
    let (table, line) = match &given {
        Some(span) => (reading.name(span), reading.line(span.start)),
        None => (table(reading, &name), call.line),
    };
    facts.push(Use::new(Kind::Column, Role::Declares, table.clone(), line));
    let Some(fields) = call.keyword(&["fields"]).filter(|a| reading.is(a.span.start, "[")) else { return };
    for element in reading.elements(&fields.span) {
        let parts = if reading.is(element.start, "(") { reading.elements(&element) } else { Vec::new() };
        if let [field, made] = &*parts
            && let Some(field) = reading.literal(field)
        {
            declare(reading, &table, &field, made, facts);
        }
    }
}

/// The table of a model by its application, whose folder holds the migrations; the file that maps the model may say otherwise.
fn table(reading: &Reading<'_>, model: &str) -> Name {
    let mut folders = reading.path.rsplit('/').skip(1).skip_while(|f| *f == "migrations");
    let model = model.to_ascii_lowercase();
    let fallback = folders.next().map_or_else(|| model.clone(), |app| format!("{app}_{model}"));
    values::table_of(&model, fallback)
}

fn declare(reading: &Reading<'_>, table: &Name, field: &str, made: &Span, facts: &mut Facts) {
    let Some(call) = reading.calls.iter().find(|c| c.begins == made.start) else { return };
    if call.name == "ManyToManyField" {
        return;
    }
    let given = call.keyword(&["db_column"]).and_then(|a| reading.literal(&a.span));
    let is_reference = matches!(call.name, "ForeignKey" | "OneToOneField");
    let column = given.unwrap_or_else(|| if is_reference { format!("{field}_id") } else { field.to_owned() });
    let mut used = Use::new(Kind::Column, Role::Declares, values::column(table, &column), reading.line(made.start));
    used.value = call.keyword(&["default"]).and_then(|a| values::text(reading, &a.span)).filter(|v| !matches!(&**v, "true" | "false"));
    facts.push(used);
}
