//! Calls that filter or change rows of a table.

use super::instances::Holder;
use super::pairs::{self, Pair};
use super::verbs::{self, Takes, Verb};
use super::{Mapped, associations, builders, dialects, drizzle, frameworks};
use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading};

/// The table that a call works on.
pub(super) struct Root<'a> {
    pub(super) table: Name,
    pub(super) entity: Option<&'a str>,
    /// It is known to be one, and not only of its form.
    pub(super) is_known: bool,
}

/// Types of standard libraries that have such verbs.
const NO_TYPE: [&str; 40] = [
    "Array",
    "Object",
    "Promise",
    "Map",
    "Set",
    "List",
    "Collections",
    "Stream",
    "Enumerable",
    "File",
    "Dir",
    "Math",
    "JSON",
    "Date",
    "Buffer",
    "String",
    "Number",
    "Arrays",
    "Objects",
    "Optional",
    "Enum",
    "Hash",
    "Time",
    "Process",
    "Thread",
    "Kernel",
    "Struct",
    "Reflect",
    "Symbol",
    "Cache",
    "Redis",
    "Log",
    "Logger",
    "Http",
    "Route",
    "Router",
    "Schema",
    "DB",
    "Event",
    "Factory",
];

/// What files have that map types or talk to document stores in calls; without any of them nothing is looked at.
const PROOF: &[&str] = &[
    "django",
    "sqlalchemy",
    "peewee",
    "tortoise",
    "mongo",
    "activerecord",
    "applicationrecord",
    "sequelize",
    "typeorm",
    "prisma",
    "knex",
    "drizzle",
    "gorm",
    "ecto",
    "eloquent",
    "doctrine",
    "illuminate",
    "entityframework",
    "dbcontext",
    "_context",
    "objects.",
    ".insert(",
    ".where",
    "collection",
    "supabase",
    "mikro-orm",
    "session.query",
    "select(",
    "find_by",
    "findby",
    "diesel",
    "exposed",
    "sea_orm",
    "table(",
];

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    let lower = reading.text.to_ascii_lowercase();
    if mapped.models.is_empty() && mapped.imported.is_empty() && !PROOF.iter().any(|p| lower.contains(p)) {
        return;
    }
    let world = World { reading, mapped, lower: &lower, repositories: repositories(reading) };
    match reading.language.name() {
        "elixir" => dialects::ecto(&world, facts),
        "rust" => dialects::rust(&world, facts),
        "typescript" | "javascript" => drizzle::read(&world, facts),
        "kotlin" => dialects::exposed(&world, facts),
        _ => {}
    }
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        if world.selected(call, facts) {
            continue;
        }
        let name = values::verb(call.name);
        let Some(verb) = verbs::find(&name) else { continue };
        let Some(root) = world.root(call) else { continue };
        if verb.common && !root.is_known {
            continue;
        }
        world.tell(call, &name, verb, &root, facts);
    }
}

/// A file with what is known of its types.
pub(super) struct World<'r, 'a> {
    pub(super) reading: &'r Reading<'a>,
    pub(super) mapped: &'r Mapped<'a>,
    pub(super) lower: &'r str,
    /// Variables of type `Repository<Order>`.
    repositories: Vec<(&'a str, &'a str)>,
}

impl<'a> World<'_, 'a> {
    fn tell(&self, call: &Call<'_>, name: &str, verb: &Verb, root: &Root<'_>, facts: &mut Facts) {
        let reading = self.reading;
        let certainty = if root.is_known { Certainty::Sure } else { Certainty::Likely };
        facts.push(Use::new(Kind::Column, verb.role, root.table.clone(), call.line).certainty(certainty));
        // Sequelize's `update(change, { where: filter })`.
        let has_where = call.positional(1).is_some_and(|a| reading.entry(&a.span, "where").is_some());
        // Of two objects the second is set: Mongo's `update(filter, change)`.
        let objects = call.arguments.iter().filter(|a| a.keyword.is_none() && a.span.clone().take(6).any(|i| reading.is(i, "{"))).count();
        let takes = if verb.takes == Takes::Set && name == "update" && objects >= 2 && !self.lower.contains("sequelize") && !has_where {
            Takes::FilterThenSet
        } else {
            verb.takes
        };
        // What stands behind a condition in words is bound in it.
        if self.condition(call, name, verb.role, root, certainty, facts) {
            return;
        }
        for pair in pairs::pairs(reading, call, name, takes) {
            facts.push(self.column_use(&pair, root, certainty));
        }
    }

    pub(super) fn column_use(&self, pair: &Pair, root: &Root<'_>, certainty: Certainty) -> Use {
        let column = self.mapped.column(self.reading, root.entity, &pair.property);
        let mut used = Use::new(Kind::Column, pair.role, values::column(&root.table, &column), pair.line).certainty(certainty);
        used.value.clone_from(&pair.value);
        used.note = pair.not.then(|| "all but this value".to_owned());
        used
    }

    /// Python's `select(Order)`, `update(Order)`; whether the call is one.
    fn selected(&self, call: &Call<'_>, facts: &mut Facts) -> bool {
        let asks = matches!(call.name, "get_object_or_404" | "get_list_or_404" | "aget_object_or_404" | "query" | "select" | "update" | "delete" | "insert")
            || call.name == "get" && call.receiver_holds(&["session"]);
        if self.reading.language.name() != "python" || !asks || call.arguments.is_empty() {
            return false;
        }
        let Some(entity) = self.entity_argument(call) else { return false };
        let role = match call.name {
            "update" | "insert" => Role::Writes,
            "delete" => Role::Deletes,
            _ => Role::Reads,
        };
        facts.push(Use::new(Kind::Column, role, self.mapped.table(self.reading, entity), call.line));
        true
    }

    /// The mapped type that is a call's first argument: `Order`, `Order.id`.
    fn entity_argument(&self, call: &Call<'a>) -> Option<&'a str> {
        let span = &call.positional(0)?.span;
        let word = self.reading.word(span.start);
        (self.reading.kind(span.start) == Some(Token::Word) && self.mapped.is_model(word) && span.len() <= 3).then_some(word)
    }

    fn known(&self, entity: &'a str) -> Root<'a> {
        Root { table: self.mapped.table(self.reading, entity), entity: Some(entity), is_known: true }
    }

    /// The table of a call, by what it is called on.
    fn root(&self, call: &Call<'a>) -> Option<Root<'a>> {
        let reading = self.reading;
        let language = reading.language.name();
        let holders = &call.path[..call.path.len() - 1];
        // Calls that the chain went through, nearest first.
        let mut on = call.on;
        while let Some(i) = on {
            let inner = &reading.calls[i];
            if let Some(root) = self.made(inner) {
                return Some(root);
            }
            on = inner.on;
        }
        if let Some(root) = self.made(call).filter(|_| language == "go") {
            return Some(root);
        }
        match language {
            "go" if self.lower.contains("gorm") => {
                // Any call of the same chain may name the type: `db.Where(..).Find(&orders)`.
                let typed = reading
                    .calls
                    .iter()
                    .filter(|c| {
                        c.begins == call.begins
                            && matches!(
                                c.name,
                                "Model" | "Find" | "First" | "Create" | "Save" | "Delete" | "Take" | "Last" | "FirstOrCreate" | "Count" | "Updates"
                            )
                    })
                    .find_map(|c| dialects::type_of_row(reading, &c.positional(0)?.span));
                if let Some(entity) = typed.filter(|e| e.starts_with(char::is_uppercase)) {
                    return Some(self.known(entity));
                }
            }
            "csharp" => return self.of_context(call),
            "typescript" | "javascript" => {
                if let Some(at) = holders.iter().position(|h| h.to_ascii_lowercase().contains("prisma") || *h == "tx" && self.lower.contains("prisma")) {
                    // `prisma.order.findMany`; in the schema its letter is a capital.
                    let model = holders.get(at + 1).filter(|m| !m.starts_with('$'))?;
                    let mut entity = (*model).to_owned();
                    entity[..1].make_ascii_uppercase();
                    let table = values::table_of(&entity, entity.clone());
                    return Some(Root { table, entity: None, is_known: true });
                }
            }
            "python" => {
                if let Some(root) = self.of_mongo(call) {
                    return Some(root);
                }
            }
            // Sequel's `DB[:orders].where(..)`.
            "ruby" if reading.is(call.begins, "DB") && reading.is(call.begins + 1, "[") && reading.is(call.begins + 2, ":") => {
                return Some(Root { table: Name::literal(reading.word(call.begins + 3)), entity: None, is_known: true });
            }
            "ruby"
                if holders.is_empty()
                    || call.on.is_some() && holders.first().is_some_and(|h| matches!(*h, "where" | "find_by" | "order" | "joins" | "includes")) =>
            {
                // Within a model its own rows are meant.
                let model = self.mapped.models.iter().find(|m| m.body.contains(&call.at))?;
                return matches!(
                    &*call.name.replace('!', ""),
                    "delete_all" | "destroy_all" | "pluck" | "count" | "where" | "update" | "find_by" | "update_columns" | "update_column" | "update_all"
                )
                .then(|| self.known(model.entity));
            }
            _ => {}
        }
        // A scope of a model of Laravel is given the model's own query.
        if language == "php"
            && holders.first() == Some(&"$query")
            && let Some(scope) = reading.enclosing(call.at, &[DeclarationKind::Function]).filter(|f| f.name.len() > 5 && f.name.starts_with("scope"))
            && let Some(model) = self.mapped.models.iter().find(|m| m.body.contains(&scope.name_at))
        {
            return Some(self.known(model.entity));
        }
        let holder = holders.last()?;
        if let Some((_, entity)) = self.repositories.iter().find(|(variable, _)| variable == holder) {
            return Some(self.known(entity));
        }
        let is_entity = |h: &str| h.starts_with(|c: char| c.is_ascii_uppercase()) && self.mapped.is_model(h) && !NO_TYPE.contains(&h);
        if let Some(entity) = holders.iter().find(|h| language != "rust" && is_entity(h)) {
            return Some(self.known(entity));
        }
        // A variable that stands for a collection or table.
        if let Some(root) = self.of_variable(holder, call.at) {
            return Some(root);
        }
        // A row: `order.update!(status: "paid")`, `order.save()`.
        if matches!(
            &*values::verb(call.name),
            "update"
                | "save"
                | "increment"
                | "decrement"
                | "destroy"
                | "delete"
                | "updatecolumns"
                | "updatecolumn"
                | "updateattribute"
                | "touch"
                | "reload"
                | "updateattributes"
                | "updateall"
                | "deleteall"
                | "destroyall"
        ) && holders.len() == 1
            && call.on.is_none()
        {
            let row = Holder { reading, mapped: self.mapped };
            let (entity, certainty) = row.entity(holder, call.at)?;
            return (certainty == Certainty::Sure).then(|| self.known(entity));
        }
        if let Some(root) = associations::root(reading, call) {
            return Some(root);
        }
        // A type that nothing is known of, with a verb that says enough.
        // `Shop::Order.where(..)`: the last of its names.
        let first = holders.iter().take_while(|h| h.starts_with(|c: char| c.is_ascii_uppercase())).last()?;
        let is_type = first.starts_with(|c: char| c.is_ascii_uppercase()) && first.bytes().any(|b| b.is_ascii_lowercase()) && !NO_TYPE.contains(first);
        let is_service = [
            "Service",
            "Client",
            "Controller",
            "Helper",
            "Repository",
            "Manager",
            "Util",
            "Utils",
            "Api",
            "Store",
            "Config",
            "Provider",
            "Job",
            "Worker",
            "Mailer",
            "Request",
        ]
        .iter()
        .any(|w| first.ends_with(w));
        let on_type = call.at.checked_sub(2).is_some_and(|i| reading.is(i, first)) || call.on.is_some();
        if matches!(language, "ruby" | "php") && is_type && on_type && holders.iter().all(|h| !matches!(*h, "Rails" | "config")) {
            // Called like a part of a program, it is a table only where another file maps it.
            let table = if is_service { values::table_if_mapped(first) } else { values::table_of(first, frameworks::fallback(reading, first)) };
            return Some(Root { table, entity: Some(first), is_known: false });
        }
        None
    }

    /// What a call makes: `knex("orders")`, `db.collection("orders")`, `DB::table("orders")`, `query(Order)`, `Set<Order>()`, `Model(&Order{})`.
    fn made(&self, call: &Call<'a>) -> Option<Root<'a>> {
        let reading = self.reading;
        let literal = |n: usize| {
            call.positional(n).map(|a| reading.name(&a.span)).filter(|n| {
                n.as_literal().is_some_and(|t| t.len() < 64 && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))) || n.is_open()
            })
        };
        let table = match call.name {
            "collection" | "Collection" | "GetCollection" | "getCollection" | "get_collection"
                if self.lower.contains("mongo") || self.lower.contains("firestore") =>
            {
                literal(0)
            }
            "table" if call.path.len() > 1 && matches!(reading.language.name(), "php" | "javascript" | "typescript") => literal(0),
            "Table" if self.lower.contains("gorm") => literal(0),
            "knex" | "trx" if call.path.len() == 1 => literal(0),
            "db" if call.path.len() == 1 && self.lower.contains("knex") => literal(0),
            _ if builders::is_one(reading, call) => literal(0),
            "from"
                if call.receiver_holds(&["supabase"]) || self.lower.contains("knex") && call.path.len() > 1 && !call.receiver_holds(&["array", "buffer"]) =>
            {
                literal(0)
            }
            "into" if self.lower.contains("knex") => literal(0),
            _ => None,
        };
        if let Some(table) = table {
            return Some(Root { table, entity: None, is_known: true });
        }
        if let Some(root) = drizzle::root(self, call) {
            return Some(root);
        }
        match call.name {
            "query" | "select" | "update" | "delete" | "insert" | "get_repository" | "getRepository" | "createQueryBuilder"
                if matches!(reading.language.name(), "python" | "typescript" | "javascript") =>
            {
                let repository = || self.repositories.iter().find(|(variable, _)| call.name == "createQueryBuilder" && call.receiver() == Some(*variable));
                self.entity_argument(call).or_else(|| repository().map(|(_, entity)| *entity)).map(|e| self.known(e))
            }
            "Set" if call.types.is_some() => call.types.map(|t| self.known(t.trim())),
            "Model" if self.lower.contains("gorm") => dialects::type_of_row(reading, &call.positional(0)?.span).map(|e| self.known(e)),
            _ => None,
        }
    }

    /// `_context.Orders.Where(..)`.
    fn of_context(&self, call: &Call<'a>) -> Option<Root<'a>> {
        let at = call.path.iter().position(|h| {
            let lower = h.to_ascii_lowercase();
            lower.contains("context") && !lower.contains("httpcontext") || matches!(&*lower, "_db" | "db" | "_dbcontext")
        })?;
        let set = call.path[..call.path.len() - 1].get(at + 1).filter(|s| {
            s.starts_with(|c: char| c.is_ascii_uppercase())
                && !matches!(
                    **s,
                    "Database"
                        | "Request"
                        | "Response"
                        | "User"
                        | "ChangeTracker"
                        | "Items"
                        | "Session"
                        | "Model"
                        | "HttpContext"
                        | "Entry"
                        | "Set"
                        | "Features"
                        | "RequestServices"
                )
        })?;
        let is_set = self.lower.contains("entityframework") || self.lower.contains("dbcontext") || self.lower.contains("dbset");
        Some(Root { table: values::table_of(set, (*set).to_owned()), entity: Some(set), is_known: is_set })
    }

    /// PyMongo's `db.orders.update_one(..)`, `db["orders"].find(..)`.
    fn of_mongo(&self, call: &Call<'a>) -> Option<Root<'a>> {
        if !self.lower.contains("mongo") {
            return None;
        }
        let reading = self.reading;
        let is_verb = matches!(
            call.name,
            "find"
                | "find_one"
                | "insert_one"
                | "insert_many"
                | "update_one"
                | "update_many"
                | "delete_one"
                | "delete_many"
                | "aggregate"
                | "count_documents"
                | "find_one_and_update"
                | "replace_one"
                | "find_one_and_delete"
        );
        if !is_verb {
            return None;
        }
        let before = call.at.checked_sub(2)?;
        if reading.is(before, "]")
            && let Some(table) = reading.literal(&(reading.partner(before) + 1..before))
        {
            return Some(Root { table: Name::literal(table), entity: None, is_known: true });
        }
        let holder = call.path.len().checked_sub(3).map(|i| call.path[i])?;
        let collection = call.receiver()?;
        (holder.ends_with("db") || holder.ends_with("database")).then(|| Root { table: Name::literal(collection), entity: None, is_known: true })
    }

    /// A variable that is bound to what makes a table.
    fn of_variable(&self, holder: &str, at: usize) -> Option<Root<'a>> {
        let reading = self.reading;
        let a = reading.assignments.iter().rev().find(|a| a.name == holder && a.at < at).or_else(|| reading.assignments.iter().find(|a| a.name == holder))?;
        if let Some(root) = reading.calls.iter().filter(|c| a.value.contains(&c.at)).find_map(|c| self.made(c)) {
            return Some(root);
        }
        // `orders = db["orders"]`
        let end = a.value.end.checked_sub(1)?;
        let open = reading.partner(end);
        if self.lower.contains("mongo") && reading.is(end, "]") && open > a.value.start && reading.word(open - 1).to_ascii_lowercase().ends_with("db") {
            let table = reading.literal(&(open + 1..end))?;
            return Some(Root { table: Name::literal(table), entity: None, is_known: true });
        }
        None
    }
}

/// Variables of types `Repository<Order>`, `Model<Order>`.
pub(super) fn repositories<'a>(reading: &Reading<'a>) -> Vec<(&'a str, &'a str)> {
    let mut out = Vec::new();
    if !matches!(reading.language.name(), "typescript") {
        return out;
    }
    for at in 2..reading.tokens.len() {
        if matches!(reading.word(at), "Repository" | "EntityRepository" | "Model")
            && reading.is(at + 1, "<")
            && reading.is(at - 1, ":")
            && reading.kind(at - 2) == Some(Token::Word)
        {
            let entity = reading.word(at + 2).trim_end_matches("Document");
            out.push((reading.word(at - 2), entity));
        }
    }
    // `rows = source.getRepository(Order)`
    for call in reading.calls.iter().filter(|c| c.name == "getRepository" && c.arguments.len() == 1 && c.arguments[0].span.len() == 1) {
        if let Some(a) = reading.assignments.iter().find(|a| a.value.contains(&call.at)) {
            out.push((a.name, reading.word(call.arguments[0].span.start)));
        }
    }
    out
}
