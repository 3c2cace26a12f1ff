//! Types that are mapped to tables.

use super::frameworks::{self, By, FRAMEWORKS, Framework, Naming};
use super::{enumerated, objects};
use crate::index::extractors::values;
use crate::index::model::Name;
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Annotation, Declaration, DeclarationKind, Reading, Span};

/// A column of a mapped type.
pub(super) struct Column {
    pub(super) property: String,
    pub(super) column: String,
    pub(super) line: u32,
    /// What it may hold, where the mapping says so.
    pub(super) values: Vec<String>,
}

/// A type with its table.
pub(super) struct Model<'a> {
    pub(super) entity: &'a str,
    pub(super) table: Name,
    pub(super) line: u32,
    pub(super) body: Span,
    pub(super) columns: Vec<Column>,
}

pub(super) fn models<'a>(reading: &Reading<'a>) -> Vec<Model<'a>> {
    let language = reading.language.name();
    let mut out = Vec::new();
    let lower = reading.text.to_ascii_lowercase();
    let frameworks: Vec<&Framework> = FRAMEWORKS.iter().filter(|f| f.languages.contains(&language) && f.proof.iter().any(|p| lower.contains(p))).collect();
    // Kotlin's classes may have all that they hold in their heads.
    let in_head = |d: &Declaration<'_>| language == "kotlin" && !d.head.is_empty() || language == "ruby" && is_sequel(reading, d);
    let holds = |d: &&Declaration<'_>| d.kind == DeclarationKind::Type && (!d.body.is_empty() || in_head(d));
    for declared in reading.declarations.iter().filter(holds) {
        if let Some(model) = frameworks.iter().find_map(|f| model(reading, declared, f)) {
            out.push(model);
        }
    }
    match language {
        "go" => out.extend(go(reading)),
        "elixir" => out.extend(ecto(reading)),
        "kotlin" => out.extend(exposed(reading)),
        "typescript" | "javascript" => super::schemas::objects(reading, &mut out),
        _ => {}
    }
    out
}

fn model<'a>(reading: &Reading<'a>, declared: &Declaration<'a>, framework: &Framework) -> Option<Model<'a>> {
    let own = |a: &&Annotation<'a>| a.target == Some(declared.name_at);
    let annotations: Vec<&Annotation<'a>> = reading.annotations.iter().filter(own).collect();
    let named_by_annotation = match framework.by {
        By::Super(names) => {
            let head = declared.head.clone().chain(declared.body.clone().take(3).filter(|_| reading.language.name() == "ruby"));
            let is_named = *names == ["Sequel::Model"] && is_sequel(reading, declared);
            if !is_named
                && !head
                    .into_iter()
                    .any(|i| names.iter().any(|n| reading.is(i, n) || n.len() > 4 && reading.word(i).ends_with(n) && reading.language.name() == "python"))
            {
                return None;
            }
            sequel(reading, declared)
        }
        By::Annotation(names) => {
            let mut found = annotations.iter().filter(|a| names.contains(&a.name) || a.path.first().is_some_and(|p| names.contains(p)));
            found.next()?;
            annotations
                .iter()
                .filter(|a| matches!(a.name, "Table" | "TableAttribute" | "Entity" | "Document" | "sea_orm" | "diesel" | "MappedEntity"))
                .find_map(|a| {
                    let argument = a
                        .keyword(&["name", "collection", "value", "table_name"])
                        .or_else(|| a.positional(0).filter(|_| !matches!(reading.language.name(), "java" | "kotlin") || a.name == "Document"))?;
                    if reading.is(argument.span.start, "{") {
                        let span = reading.entry(&argument.span, "name").or_else(|| reading.entry(&argument.span, "tableName"))?;
                        return Some(reading.name(&span));
                    }
                    if a.name == "diesel" && argument.span.len() <= 3 {
                        return Some(Name::literal(reading.word(argument.span.end - 1)));
                    }
                    Some(reading.name(&argument.span)).filter(|n| n.says_something() || n.is_open())
                })
        }
    };
    let bound = reading
        .assignments
        .iter()
        .find(|a| declared.body.contains(&a.at) && framework.table.contains(&a.name))
        .map(|a| reading.name(&a.value))
        .filter(Name::says_something);
    // Names that stand for no table of their own.
    let is_abstract =
        reading.assignments.iter().any(|a| declared.body.contains(&a.at) && matches!(a.name, "abstract" | "__abstract__") && reading.is(a.value.start, "True"))
            || reading.source(&declared.body).contains("self.abstract_class = true")
            || annotations.iter().any(|a| a.name == "MappedSuperclass");
    if is_abstract {
        return None;
    }
    let columns = columns(reading, declared, framework);
    let says_table = bound.is_some() || named_by_annotation.is_some();
    if framework.naming == Naming::Application && columns.is_empty() && !says_table || framework.languages == ["python"] && columns.is_empty() && !says_table {
        return None;
    }
    if framework.by == By::Super(&["SQLModel"]) && !declared.head.clone().any(|i| reading.is(i, "table")) {
        return None;
    }
    let table = bound.or(named_by_annotation).unwrap_or_else(|| Name::literal(frameworks::table(reading, framework.naming, declared.name)));
    Some(Model { entity: declared.name, table, line: declared.line, body: declared.body.clone(), columns })
}

/// Whether a class of Ruby is one of Sequel's models, by its first line.
fn is_sequel(reading: &Reading<'_>, declared: &Declaration<'_>) -> bool {
    let at = declared.name_at;
    reading.is(at + 1, "<") && reading.is(at + 2, "Sequel") && reading.is(at + 3, "::") && reading.is(at + 4, "Model")
}

/// The table of Sequel's `class Loan < Sequel::Model(:loans)`, `Sequel::Model(DB[:loans])`.
fn sequel(reading: &Reading<'_>, declared: &Declaration<'_>) -> Option<Name> {
    let open = declared.name_at + 5;
    if !is_sequel(reading, declared) || !reading.is(open, "(") {
        return None;
    }
    let mut inside = open + 1..reading.partner(open).max(open + 1);
    let symbol = inside.find(|&i| reading.is(i, ":") && reading.kind(i + 1) == Some(Kind::Word))?;
    Some(Name::literal(reading.word(symbol + 1)))
}

fn columns(reading: &Reading<'_>, declared: &Declaration<'_>, framework: &Framework) -> Vec<Column> {
    match reading.language.name() {
        "python" => python(reading, declared, framework),
        "ruby" => enumerated::ruby_enumerations(reading, &declared.body),
        "php" => php(reading, declared),
        _ => fields(reading, declared),
    }
}

fn python(reading: &Reading<'_>, declared: &Declaration<'_>, framework: &Framework) -> Vec<Column> {
    let mut out = Vec::new();
    let is_direct = |at: usize| {
        reading.enclosing(at, &[DeclarationKind::Function, DeclarationKind::Type, DeclarationKind::Enum]).is_some_and(|d| d.name_at == declared.name_at)
    };
    for a in reading.assignments.iter().filter(|a| declared.body.contains(&a.at) && is_direct(a.at)) {
        let Some(call) = reading.calls.iter().find(|c| a.value.contains(&c.at) && framework.columns.iter().any(|f| c.name.ends_with(f))) else { continue };
        if call.begins != a.value.start || matches!(call.name, "ManyToManyField" | "relationship") {
            continue;
        }
        let given = call.keyword(&["db_column", "column_name", "db_field", "name"]).and_then(|k| reading.literal(&k.span));
        // `Column("status", String)` names it first.
        let first = call.positional(0).filter(|_| call.name.ends_with("olumn")).and_then(|p| reading.literal(&p.span));
        let is_reference = matches!(call.name, "ForeignKey" | "OneToOneField" | "ForeignKeyField");
        let column = given.or(first).unwrap_or_else(|| if is_reference { format!("{}_id", a.name) } else { a.name.to_owned() });
        let mut values: Vec<String> = call
            .keyword(&["default", "server_default"])
            .and_then(|d| values::value(reading, &d.span))
            .filter(|v| !matches!(&**v, "true" | "false") && v.bytes().any(|b| b.is_ascii_alphabetic()))
            .into_iter()
            .collect();
        values.extend(call.keyword(&["choices"]).map(|c| choices(reading, &c.span)).unwrap_or_default());
        values.extend(enum_values(reading, call.open..call.close));
        values.dedup();
        out.push(Column { property: a.name.to_owned(), column, line: a.line, values });
    }
    out.extend(objects::annotated(reading, declared).into_iter().filter(|(at, _)| is_direct(*at)).map(|(_, column)| column));
    if framework.columns.is_empty() {
        // `status: str = "new"` of SQLModel.
        let mut at = declared.body.start;
        while at < declared.body.end {
            if reading.tokens[at].first && reading.kind(at) == Some(Kind::Word) && reading.is(at + 1, ":") && is_direct(at) {
                out.push(Column { property: reading.word(at).to_owned(), column: reading.word(at).to_owned(), line: reading.line(at), values: Vec::new() });
            }
            at += 1;
        }
    }
    out
}

/// Values of `Enum("a", "b")` among the arguments of a column.
fn enum_values(reading: &Reading<'_>, span: Span) -> Vec<String> {
    let Some(call) = reading.calls.iter().find(|c| span.contains(&c.at) && matches!(c.name, "Enum" | "ENUM")) else { return Vec::new() };
    call.arguments.iter().filter(|a| a.keyword.is_none()).filter_map(|a| reading.literal(&a.span)).collect()
}

/// Values of `choices=[("new", "New"), ..]`, in place or by the name of a list of the file.
fn choices(reading: &Reading<'_>, span: &Span) -> Vec<String> {
    let mut span = span.clone();
    if span.len() == 1
        && let Some(a) = reading.assignments.iter().find(|a| a.name == reading.word(span.start))
    {
        span = a.value.clone();
    }
    if !matches!(reading.word(span.start), "[" | "(") {
        return Vec::new();
    }
    reading
        .elements(&span)
        .into_iter()
        .filter_map(|e| {
            let first = if reading.is(e.start, "(") { reading.elements(&e).into_iter().next()? } else { e };
            values::value(reading, &first)
        })
        .collect()
}

/// Names of Eloquent's `$fillable`, and Doctrine's annotated members.
fn php(reading: &Reading<'_>, declared: &Declaration<'_>) -> Vec<Column> {
    let mut out = Vec::new();
    for a in reading.assignments.iter().filter(|a| declared.body.contains(&a.at) && matches!(a.name, "$fillable" | "$casts")) {
        if a.name == "$fillable" {
            for element in reading.elements(&a.value) {
                if let Some(name) = reading.string(element.start) {
                    out.push(Column { property: name.to_owned(), column: name.to_owned(), line: reading.line(element.start), values: Vec::new() });
                }
            }
        }
    }
    for annotation in reading.annotations.iter().filter(|a| a.name == "Column" || a.name == "JoinColumn") {
        let Some(target) = annotation.target.filter(|t| declared.body.contains(t)) else { continue };
        let property = reading.word(target).trim_start_matches('$').to_owned();
        let column = annotation.keyword(&["name"]).and_then(|k| reading.literal(&k.span)).unwrap_or_else(|| values::snake(&property));
        out.push(Column { property, column, line: reading.line(target), values: Vec::new() });
    }
    out
}

const NO_FIELD: [&str; 16] = [
    "return",
    "static",
    "final",
    "private",
    "public",
    "protected",
    "package",
    "throw",
    "new",
    "abstract",
    "void",
    "class",
    "enum",
    "interface",
    "import",
    "readonly",
];

/// Members of a class or struct: `private String status;`, `status: string;`, `public string Status { get; set; }`, `pub status: String,`.
fn fields(reading: &Reading<'_>, declared: &Declaration<'_>) -> Vec<Column> {
    let language = reading.language.name();
    let mut out: Vec<Column> = Vec::new();
    let typed_behind = matches!(language, "typescript" | "javascript" | "kotlin" | "rust" | "scala");
    // Kotlin's are in its head.
    let head = if language == "kotlin" { declared.head.clone() } else { 0..0 };
    let mut at = if head.is_empty() { declared.body.start } else { head.start };
    let parameters = head.clone().find(|&i| reading.is(i, "("));
    let end = declared.body.end.max(head.end);
    while at < end {
        if !head.is_empty() && (head.end..declared.body.start).contains(&at) {
            at = declared.body.start;
            continue;
        }
        match reading.kind(at) {
            Some(Kind::Open) if Some(at) != parameters => {
                at = reading.partner(at).max(at) + 1;
                continue;
            }
            Some(Kind::Word) => {}
            _ => {
                at += 1;
                continue;
            }
        }
        let next = reading.word(at + 1);
        let is_field = if typed_behind {
            (next == ":" || matches!(next, "?" | "!") && reading.is(at + 2, ":"))
                && (language != "kotlin" || at > 0 && matches!(reading.word(at - 1), "val" | "var"))
        } else {
            let before = at.checked_sub(1).map_or("", |i| reading.word(i));
            let typed = reading.kind(at.wrapping_sub(1)) == Some(Kind::Word) && !NO_FIELD.contains(&before) || matches!(before, ">" | "]" | "?");
            typed
                && (matches!(next, ";" | "=")
                    || next == "{" && language == "csharp" && matches!(reading.word(at + 2), "get" | "init" | "set" | "internal" | "private"))
        };
        if is_field {
            let line_words = (at.saturating_sub(8)..at).filter(|&i| reading.tokens[i].line == reading.tokens[at].line);
            let is_static = line_words.clone().any(|i| matches!(reading.word(i), "static" | "transient" | "const" | "import" | "package"));
            let annotations: Vec<&Annotation<'_>> = reading.annotations.iter().filter(|a| a.target == Some(at)).collect();
            let is_kept = annotations.iter().any(|a| {
                matches!(a.name, "Column" | "Enumerated" | "Id" | "Field" | "PrimaryColumn" | "Property" | "JoinColumn" | "ColumnAttribute" | "sea_orm")
            });
            let is_other = annotations.iter().any(|a| {
                matches!(
                    a.name,
                    "Transient"
                        | "OneToMany"
                        | "ManyToMany"
                        | "ElementCollection"
                        | "NotMapped"
                        | "OneToOne"
                        | "ManyToOne"
                        | "Embedded"
                        | "EmbeddedId"
                        | "Autowired"
                )
            });
            // Decorated languages say which members are columns.
            let counts = if matches!(language, "typescript" | "javascript") {
                annotations.iter().any(|a| a.name.ends_with("Column") || matches!(a.name, "Property" | "Enum" | "PrimaryKey"))
            } else {
                true
            };
            if !is_static && counts && (!is_other || is_kept) {
                let property = reading.word(at);
                let given =
                    annotations.iter().filter(|a| a.name.ends_with("Column") || matches!(a.name, "Field" | "Property" | "ColumnAttribute")).find_map(|a| {
                        let argument = a.keyword(&["name", "value", "fieldName"]).or_else(|| a.positional(0))?;
                        if reading.is(argument.span.start, "{") {
                            return reading.entry(&argument.span, "name").and_then(|s| reading.literal(&s));
                        }
                        reading.literal(&argument.span).filter(|_| !matches!(language, "typescript" | "javascript") || argument.keyword.is_some())
                    });
                let mut values = Vec::new();
                for a in &annotations {
                    for argument in &a.arguments {
                        if let Some(span) = reading.entry(&argument.span, "enum")
                            && reading.is(span.start, "[")
                        {
                            values.extend(reading.elements(&span).iter().filter_map(|e| values::value(reading, e)));
                        }
                        // TypeORM's and MikroORM's `@Column({ default: Status.Open })`.
                        if a.name.ends_with("Column") || matches!(a.name, "Property" | "Enum" | "Prop") {
                            let default = reading.entry(&argument.span, "default").and_then(|s| values::value(reading, &s));
                            values.extend(default.filter(|v| !matches!(&**v, "true" | "false")));
                        }
                    }
                }
                out.push(Column {
                    property: property.to_owned(),
                    column: given.unwrap_or_else(|| frameworks::column(reading, property)),
                    line: reading.line(at),
                    values,
                });
            }
        }
        at += 1;
    }
    out
}

/// The name in a tag of xorm: in quotes, or a word alone that is no property of a column.
fn xorm_name(content: &str) -> Option<&str> {
    const PROPERTIES: [&str; 14] =
        ["pk", "autoincr", "notnull", "not", "null", "unique", "index", "created", "updated", "deleted", "version", "extends", "text", "json"];
    let quoted = content.split('\'').nth(1).filter(|_| !content.to_ascii_uppercase().split('\'').next().unwrap_or("").trim_end().ends_with("DEFAULT"));
    let first = content.split_whitespace().next().filter(|w| {
        w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !PROPERTIES.contains(w) && !matches!(*w, "bigint" | "int" | "bool" | "varchar" | "integer")
    });
    quoted.or(first)
}

/// Structs with tags of gorm, bun or xorm, and ent's schemas.
fn go<'a>(reading: &Reading<'a>) -> Vec<Model<'a>> {
    let mut out = Vec::new();
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && !d.body.is_empty()) {
        let source = reading.source(&declared.body);
        let tag = ["gorm:\"", "bun:\"", "xorm:\""].into_iter().find(|t| source.contains(t));
        if tag.is_none() && !source.contains("gorm.Model") {
            continue;
        }
        let mut columns = Vec::new();
        let mut table = None;
        for at in declared.body.clone().filter(|&i| reading.tokens[i].first && reading.kind(i) == Some(Kind::Word)) {
            let line = reading.tokens[at].line;
            let text = (at..(at + 12).min(declared.body.end)).take_while(|&i| reading.tokens[i].line == line).find_map(|i| reading.string(i));
            let name = reading.word(at);
            let content = text.and_then(|t| tag.and_then(|tag| t.split(tag).nth(1))).map(|t| t.split('"').next().unwrap_or(""));
            if let Some(named) = content.and_then(|c| c.split([',', ';']).find_map(|p| p.strip_prefix("table:"))) {
                table = Some(named.to_owned());
                continue;
            }
            if content == Some("-")
                || !name.starts_with(char::is_uppercase)
                || name == "BaseModel"
                || reading.is(at + 1, ".")
                || reading.is(at + 1, "[") && !reading.is(at + 3, "byte")
            {
                continue;
            }
            if content.is_some_and(|c| ["foreignKey", "many2many", "rel:", "references"].iter().any(|w| c.contains(w))) {
                continue;
            }
            let given = content.and_then(|c| {
                c.split([';', ','])
                    .find_map(|p| p.trim().strip_prefix("column:"))
                    .or_else(|| xorm_name(c).filter(|_| tag == Some("xorm:\"")))
                    .or_else(|| if tag == Some("bun:\"") { c.split(',').next().filter(|n| !n.is_empty() && !n.contains(':')) } else { None })
            });
            let default = content.and_then(|c| c.split(';').find_map(|p| p.trim().strip_prefix("default:"))).map(|d| d.trim_matches('\'').to_owned());
            let values = default
                .filter(|d| d.len() > 1 && d.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !matches!(&**d, "true" | "false" | "now" | "null"))
                .into_iter()
                .collect();
            columns.push(Column { property: name.to_owned(), column: given.map_or_else(|| values::snake(name), str::to_owned), line, values });
        }
        // `func (Order) TableName() string { return "orders" }`
        let method = reading.declarations.iter().find(|d| {
            d.kind == DeclarationKind::Function && d.name == "TableName" && (d.name_at.saturating_sub(6)..d.name_at).any(|i| reading.is(i, declared.name))
        });
        let named = method.and_then(|m| m.body.clone().find_map(|i| reading.string(i)).map(str::to_owned)).or(table);
        let table = Name::literal(named.unwrap_or_else(|| values::plural(&values::snake(declared.name))));
        out.push(Model { entity: declared.name, table, line: declared.line, body: declared.body.clone(), columns });
    }
    // ent: `type Order struct { ent.Schema }` with `field.Enum("status").Values("open", "paid")`.
    if reading.mentions(&["ent.Schema"]) {
        for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && reading.source(&d.body).trim() == "ent.Schema") {
            let mut columns: Vec<Column> = Vec::new();
            for call in reading.calls.iter().filter(|c| c.path.len() == 2 && c.path[0] == "field") {
                let Some(name) = call.positional(0).and_then(|p| reading.literal(&p.span)) else { continue };
                let values = reading
                    .calls
                    .iter()
                    .find(|c| c.begins == call.begins && c.name == "Values")
                    .map(|c| c.arguments.iter().filter_map(|a| values::text(reading, &a.span)).collect());
                columns.push(Column { property: name.clone(), column: name, line: call.line, values: values.unwrap_or_default() });
            }
            out.push(Model {
                entity: declared.name,
                table: Name::literal(values::plural(&values::snake(declared.name))),
                line: declared.line,
                body: declared.body.clone(),
                columns,
            });
        }
    }
    out
}

/// Ecto: `schema "orders" do field :status, :string`.
fn ecto<'a>(reading: &Reading<'a>) -> Vec<Model<'a>> {
    let mut out = Vec::new();
    for at in 0..reading.tokens.len() {
        if !(reading.is(at, "schema") && reading.tokens[at].first) {
            continue;
        }
        let text = if reading.is(at + 1, "(") { at + 2 } else { at + 1 };
        let Some(table) = reading.string(text) else { continue };
        let Some(module) = reading.enclosing(at, &[DeclarationKind::Type]) else { continue };
        let mut columns = Vec::new();
        for field in module.body.clone().filter(|&i| i > at && matches!(reading.word(i), "field" | "belongs_to") && reading.tokens[i].first) {
            let colon = field + 1 + usize::from(reading.is(field + 1, "("));
            if !reading.is(colon, ":") {
                continue;
            }
            let name = reading.word(colon + 1);
            let column = if reading.is(field, "belongs_to") { format!("{name}_id") } else { name.to_owned() };
            // `values: [:open, :paid]` of Ecto.Enum, on the line
            let mut values = Vec::new();
            let line = reading.tokens[field].line;
            if let Some(list) = (field..field + 16)
                .take_while(|&i| reading.tokens.get(i).is_some_and(|t| t.line == line))
                .find(|&i| reading.is(i, "values") && reading.is(i + 2, "["))
            {
                values = reading.elements(&(list + 2..reading.partner(list + 2) + 1)).iter().filter_map(|e| values::text(reading, e)).collect();
            }
            columns.push(Column { property: name.to_owned(), column, line, values });
        }
        out.push(Model { entity: module.name, table: Name::literal(table), line: reading.line(at), body: module.body.clone(), columns });
    }
    out
}

/// Exposed: `object Orders : Table("orders") { val status = varchar("status", 20) }`.
fn exposed<'a>(reading: &Reading<'a>) -> Vec<Model<'a>> {
    let mut out = Vec::new();
    if !reading.imports(&["exposed"]) {
        return out;
    }
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type) {
        let Some(call) = reading.calls.iter().find(|c| declared.head.contains(&c.at) && c.name.ends_with("Table")) else { continue };
        let table = call.positional(0).and_then(|p| reading.literal(&p.span)).unwrap_or_else(|| declared.name.to_owned());
        let columns = reading
            .assignments
            .iter()
            .filter(|a| declared.body.contains(&a.at))
            .filter_map(|a| {
                let call = reading.calls.iter().find(|c| c.begins == a.value.start)?;
                let column = reading.literal(&call.positional(0)?.span)?;
                Some(Column { property: a.name.to_owned(), column, line: a.line, values: Vec::new() })
            })
            .collect();
        out.push(Model { entity: declared.name, table: Name::literal(table), line: declared.line, body: declared.body.clone(), columns });
    }
    out
}
