//! Frameworks that map types to tables: how they are known, and how they name tables and columns.

use crate::index::extractors::values::{plural, snake};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind;

/// How a type is known to be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A supertype in its head.
    Super(&'static [&'static str]),
    /// An annotation, decorator or attribute on it.
    Annotation(&'static [&'static str]),
}

/// How a table is named where nobody says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// `OrderItem`: `order_item`.
    Snake,
    /// `order_items`.
    Plural,
    /// `shop_orderitem`: Django's, by the application's folder.
    Application,
    /// As the type.
    Same,
}

/// A framework.
#[derive(Clone, Copy, Debug)]
pub(super) struct Framework {
    pub(super) languages: &'static [&'static str],
    /// Words of the text that have to be there, lower case; one of them is enough.
    pub(super) proof: &'static [&'static str],
    pub(super) by: By,
    pub(super) naming: Naming,
    /// Names that are bound to the table's name in the type: `__tablename__ = "orders"`.
    pub(super) table: &'static [&'static str],
    /// Calls that make a column when a member is bound to them; empty: the members with annotations or types are columns.
    pub(super) columns: &'static [&'static str],
}

const PYTHON_FIELDS: &[&str] = &["Field", "ForeignKey", "OneToOneField", "Column", "mapped_column", "TextField", "Column_"];

/// Every framework whose types carry their mapping; Go's tags and macros are read apart.
pub(super) const FRAMEWORKS: &[Framework] = &[
    Framework {
        languages: &["python"],
        proof: &["django.db", "models.model", "django"],
        by: By::Super(&["Model", "TimeStampedModel", "AbstractUser", "AbstractBaseUser", "BaseModel", "PolymorphicModel"]),
        naming: Naming::Application,
        table: &["db_table"],
        columns: PYTHON_FIELDS,
    },
    Framework {
        languages: &["python"],
        proof: &["sqlalchemy", "db.model", "declarative_base", "__tablename__", "mapped_column"],
        by: By::Super(&["Base", "Model", "DeclarativeBase", "BaseModel", "ModelBase", "Mixin"]),
        naming: Naming::Snake,
        table: &["__tablename__"],
        columns: PYTHON_FIELDS,
    },
    Framework { languages: &["python"], proof: &["sqlmodel"], by: By::Super(&["SQLModel"]), naming: Naming::Snake, table: &["__tablename__"], columns: &[] },
    Framework {
        languages: &["python"],
        proof: &["peewee", "tortoise"],
        by: By::Super(&["Model", "BaseModel"]),
        naming: Naming::Snake,
        table: &["table_name", "db_table", "table"],
        columns: PYTHON_FIELDS,
    },
    Framework {
        languages: &["python"],
        proof: &["mongoengine", "beanie", "odmantic"],
        by: By::Super(&["Document", "DynamicDocument"]),
        naming: Naming::Snake,
        table: &["collection", "name"],
        columns: PYTHON_FIELDS,
    },
    Framework {
        languages: &["ruby"],
        proof: &["applicationrecord", "activerecord::base"],
        by: By::Super(&["ApplicationRecord", "Base"]),
        naming: Naming::Plural,
        table: &["table_name"],
        columns: &[],
    },
    Framework { languages: &["ruby"], proof: &["sequel::model"], by: By::Super(&["Sequel::Model"]), naming: Naming::Plural, table: &[], columns: &[] },
    Framework {
        languages: &["java", "kotlin", "scala", "groovy"],
        proof: &["@entity", "@table"],
        by: By::Annotation(&["Entity", "Table", "MappedEntity"]),
        naming: Naming::Snake,
        table: &[],
        columns: &[],
    },
    Framework { languages: &["java", "kotlin"], proof: &["@document"], by: By::Annotation(&["Document"]), naming: Naming::Snake, table: &[], columns: &[] },
    Framework { languages: &["csharp"], proof: &["[table("], by: By::Annotation(&["Table", "TableAttribute"]), naming: Naming::Same, table: &[], columns: &[] },
    Framework {
        languages: &["typescript", "javascript"],
        proof: &["@entity"],
        by: By::Annotation(&["Entity"]),
        naming: Naming::Snake,
        table: &[],
        columns: &[],
    },
    Framework {
        languages: &["php"],
        proof: &["eloquent", "extends model"],
        by: By::Super(&["Model", "Authenticatable", "Pivot"]),
        naming: Naming::Plural,
        table: &["$table"],
        columns: &[],
    },
    Framework { languages: &["php"], proof: &["orm\\entity"], by: By::Annotation(&["Entity"]), naming: Naming::Snake, table: &[], columns: &[] },
    Framework {
        languages: &["rust"],
        proof: &["table_name"],
        by: By::Annotation(&["sea_orm", "diesel", "table_name"]),
        naming: Naming::Plural,
        table: &[],
        columns: &[],
    },
];

/// The table of a type by convention.
pub(super) fn table(reading: &Reading<'_>, naming: Naming, entity: &str) -> String {
    match naming {
        Naming::Snake => snake(entity),
        Naming::Plural => plural(&snake(entity)),
        Naming::Same => entity.to_owned(),
        Naming::Application => {
            let mut folders = reading.path.split('/').rev();
            let file = folders.next().unwrap_or("");
            let mut folder = folders.next().unwrap_or("");
            if folder == "models" && file != "models.py" {
                folder = folders.next().unwrap_or("");
            }
            if folder.is_empty() { entity.to_ascii_lowercase() } else { format!("{folder}_{}", entity.to_ascii_lowercase()) }
        }
    }
}

/// The table of a type that another file maps, by the language's usual convention.
pub(super) fn fallback(reading: &Reading<'_>, entity: &str) -> String {
    match reading.language.name() {
        // A set of .NET's context is called as its table is.
        "csharp" if entity.ends_with('s') && plural(entity) == entity => entity.to_owned(),
        "ruby" | "php" | "go" | "elixir" | "rust" | "typescript" | "javascript" | "csharp" => plural(&snake(entity)),
        _ => snake(entity),
    }
}

/// The column of a property by convention.
pub(super) fn column(reading: &Reading<'_>, property: &str) -> String {
    match reading.language.name() {
        "java" | "kotlin" | "scala" | "groovy" | "go" => snake(property),
        _ => property.to_owned(),
    }
}

/// Types that import lines bring from where models are kept, and those that the file uses as models.
pub(super) fn imported<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    let mut out: Vec<&'a str> = Vec::new();
    let is_type = |w: &str| w.starts_with(|c: char| c.is_ascii_uppercase()) && w.len() > 1 && w.bytes().any(|b| b.is_ascii_lowercase());
    let mut in_import = false;
    for line in reading.text.lines().take(160) {
        let trimmed = line.trim_start();
        let begins = ["import ", "from ", "use ", "const ", "using ", "alias "].iter().any(|w| trimmed.starts_with(w));
        if begins || in_import {
            let lower = trimmed.to_ascii_lowercase();
            let of_models =
                in_import || ["models", "model/", "model.", "entities", "entity", "schema", ".domain.", "\\entity\\"].iter().any(|w| lower.contains(w));
            if of_models
                && (begins
                    && (trimmed.contains(" import")
                        || trimmed.contains("require(")
                        || trimmed.starts_with("import")
                        || trimmed.starts_with("use ")
                        || trimmed.starts_with("alias "))
                    || in_import)
            {
                out.extend(trimmed.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| is_type(w)));
                in_import = (trimmed.contains('(') && !trimmed.contains(')') || in_import && !trimmed.contains(')')) && reading.language.name() == "python";
            } else {
                in_import = false;
            }
        }
    }
    // `Order.objects`, `query(Order)`, `select(Order)`, `Repository<Order>`, `DbSet<Order>`.
    for at in 0..reading.tokens.len() {
        if reading.kind(at) != Some(Kind::Word) || !is_type(reading.word(at)) {
            continue;
        }
        let named = reading.is(at + 1, ".") && reading.is(at + 2, "objects")
            || at > 1
                && reading.is(at - 1, "(")
                && matches!(reading.word(at - 2), "query" | "select" | "get_repository" | "getRepository" | "InjectRepository" | "forFeature")
                && matches!(reading.word(at + 1), ")" | "," | ".")
                && matches!(reading.language.name(), "python" | "typescript" | "javascript")
            || at > 1
                && reading.is(at - 1, "<")
                && matches!(reading.word(at - 2), "Repository" | "DbSet" | "EntityRepository" | "Model" | "IEntityTypeConfiguration" | "EntityTypeBuilder")
                && reading.is(at + 1, ">");
        if named {
            out.push(reading.word(at));
        }
    }
    if reading.language.name() == "ruby" && (reading.path.contains("app/") || reading.mentions(&["ActiveRecord", "ApplicationRecord"])) {
        out.extend(active_records(reading));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether the chain that begins with a type's name has a link that only records have: `Order.late.in_batches`.
fn is_asked_further_on(reading: &Reading<'_>, from: usize) -> bool {
    const RECORDS: [&str; 9] = ["in_batches", "find_in_batches", "find_each", "update_all", "delete_all", "destroy_all", "insert_all", "upsert_all", "find_by"];
    let mut at = from + 1;
    for _ in 0..6 {
        if !(reading.is(at, ".") && reading.kind(at + 1) == Some(Kind::Word)) {
            return false;
        }
        if RECORDS.contains(&reading.word(at + 1)) {
            return true;
        }
        at += 2;
        if reading.is(at, "(") {
            at = reading.partner(at) + 1;
        }
    }
    false
}

/// Types of Ruby that are asked as active records are: `Order.find_by(..)`.
fn active_records<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    const ASKED: [&str; 12] = [
        "where",
        "find_by",
        "find_by!",
        "create!",
        "find_or_create_by",
        "find_or_create_by!",
        "update_all",
        "find_each",
        "find",
        "create",
        "insert_all",
        "upsert_all",
    ];
    const OTHERS: [&str; 14] =
        ["Service", "Client", "Controller", "Helper", "Manager", "Util", "Utils", "Api", "Config", "Provider", "Job", "Worker", "Mailer", "Gem"];
    let mut out = Vec::new();
    for at in 0..reading.tokens.len() {
        let word = reading.word(at);
        if reading.kind(at) == Some(Kind::Word)
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && reading.is(at + 1, ".")
            && (ASKED.contains(&reading.word(at + 2)) || !(at > 0 && reading.is(at - 1, "::")) && is_asked_further_on(reading, at))
            // A type within another's name is a library's, unless it is asked as only records are.
            && !(at > 0 && reading.is(at - 1, "::") && matches!(reading.word(at + 2), "find" | "create"))
            && !matches!(
                word,
                "Dir" | "File" | "Hash" | "Set" | "Array" | "Enum" | "Rails" | "ENV" | "Find" | "Redis" | "Process" | "Sidekiq" | "Stripe" | "Gem"
            )
            && !OTHERS.iter().any(|o| word.ends_with(o))
        {
            out.push(word);
        }
    }
    out
}
