//! Rows as objects: `order.status = "paid"` that is saved, `if order.status == "paid"`.

use super::Mapped;
use crate::index::extractors::values;
use crate::index::model::{Certainty, Facts, Kind, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading, Span};

/// What shows that objects of the file are saved.
const SAVES: [&str; 19] = [
    "ORM\\Entity",
    ".save",
    "commit()",
    "flush()",
    "SaveChanges",
    "persist(",
    "session.add",
    ".Save(",
    "merge(",
    "@Transactional",
    "update_fields",
    "save!",
    "Repo.update",
    "bulk_update",
    "@Entity",
    "refresh(",
    "UpdateAsync",
    "ApplicationRecord",
    "models.Model",
];

pub(super) fn read(reading: &Reading<'_>, mapped: &Mapped<'_>, facts: &mut Facts) {
    let by_repository = matches!(reading.language.name(), "java" | "kotlin") && reading.mentions(&["Repository"]);
    let by_context = reading.language.name() == "csharp" && reading.mentions(&["SaveChanges"]);
    if mapped.models.is_empty() && mapped.imported.is_empty() && !by_repository && !by_context {
        return;
    }
    let saved = reading.mentions(&SAVES);
    let holder = Holder { reading, mapped };
    if saved {
        made(&holder, facts);
    }
    if saved {
        for a in reading.assignments.iter().filter(|a| a.path.len() >= 2) {
            let own = matches!(a.path[a.path.len() - 2], "self" | "this" | "$this");
            let value = values::value(reading, &a.value);
            // A constructor or setter hands on what it is given.
            if own && value.is_none() {
                continue;
            }
            let Some((entity, certainty)) = holder.entity(a.path[a.path.len() - 2], a.at) else { continue };
            holder.tell(entity, a.name, (Role::Writes, certainty), value, a.line, facts);
        }
        for call in reading.calls.iter().filter(|c| c.path.len() >= 2 && c.arguments.len() == 1) {
            let Some(property) = call.name.strip_prefix("set").filter(|p| p.starts_with(|c: char| c.is_ascii_uppercase())) else { continue };
            if !matches!(reading.language.name(), "java" | "kotlin" | "php" | "groovy") {
                continue;
            }
            let Some((entity, certainty)) = holder.entity(call.path[call.path.len() - 2], call.at) else { continue };
            let mut property = property.to_owned();
            property[..1].make_ascii_lowercase();
            let value = values::value(reading, &call.arguments[0].span);
            holder.tell(entity, &property, (Role::Writes, certainty), value, call.line, facts);
        }
    }
    comparisons(&holder, facts);
}

/// Objects that are made to be kept: `session.add(Invoice(state="stored"))`, `Order(status="new").save()`.
fn made(holder: &Holder<'_, '_>, facts: &mut Facts) {
    let reading = holder.reading;
    if reading.language.name() != "python" {
        return;
    }
    for call in reading.calls.iter().filter(|c| c.path.len() == 1 && !c.arguments.is_empty() && c.arguments.iter().all(|a| a.keyword.is_some())) {
        if !holder.mapped.is_model(call.name) {
            continue;
        }
        let kept = reading.calls.iter().any(|c| {
            matches!(c.name, "add" | "add_all" | "merge" | "bulk_create" | "append") && c.open < call.at && call.at < c.close
                || c.name == "save" && c.begins == call.begins
        }) || reading.assignments.iter().any(|a| {
            a.value.start == call.begins
                && reading.calls.iter().any(|c| {
                    matches!(c.name, "add" | "save" | "add_all")
                        && (c.receiver() == Some(a.name) || c.arguments.iter().any(|g| reading.is(g.span.start, a.name)))
                })
        });
        if !kept {
            continue;
        }
        facts.push(Use::new(Kind::Column, Role::Writes, holder.mapped.table(reading, call.name), call.line));
        for argument in &call.arguments {
            let Some(keyword) = argument.keyword else { continue };
            holder.tell(call.name, keyword, (Role::Writes, Certainty::Sure), values::value(reading, &argument.span), reading.line(argument.span.start), facts);
        }
    }
}

/// `order.status == "paid"`, `order.getStatus() != Status.PAID`.
fn comparisons(holder: &Holder<'_, '_>, facts: &mut Facts) {
    let reading = holder.reading;
    for sign in 3..reading.tokens.len() {
        if !matches!(reading.word(sign), "==" | "!=" | "===" | "!==") {
            continue;
        }
        let mut at = sign - 1;
        let mut property = reading.word(at).to_owned();
        if reading.is(at, ")") && reading.partner(at) + 1 == at {
            at = sign - 3;
            let Some(got) = reading.word(at).strip_prefix("get").filter(|g| g.starts_with(|c: char| c.is_ascii_uppercase())) else { continue };
            property = got.to_owned();
            property[..1].make_ascii_lowercase();
        }
        if reading.kind(at) != Some(Token::Word)
            || at < 2
            || !matches!(reading.word(at - 1), "." | "->" | "?." | "&.")
            || reading.kind(at - 2) != Some(Token::Word)
        {
            continue;
        }
        // A path of two.
        if at >= 3 && matches!(reading.word(at - 3), "." | "->" | "::") && !matches!(reading.word(at.saturating_sub(4)), "self" | "this") {
            continue;
        }
        let mut end = sign + 1;
        while end < sign + 8
            && !matches!(reading.word(end), ")" | ":" | "&&" | "||" | "and" | "or" | "," | ";" | "{" | "?" | "then" | "if" | "else" | "]" | "}")
            && (end == sign + 1 || !reading.tokens.get(end).is_some_and(|t| t.first))
        {
            end += 1;
        }
        // Ruby's symbol begins with a colon.
        if end == sign + 1 && reading.is(end, ":") {
            end += 2;
        }
        let Some(value) = values::value(reading, &(sign + 1..end)) else { continue };
        let Some((entity, certainty)) = holder.entity(reading.word(at - 2), at) else { continue };
        let before = facts.uses.len();
        holder.tell(entity, &property, (Role::Reads, certainty), Some(value), reading.line(at), facts);
        if reading.word(sign).starts_with('!')
            && facts.uses.len() > before
            && let Some(last) = facts.uses.last_mut()
        {
            last.note = Some("all but this value".to_owned());
        }
    }
}

/// What variables hold.
pub(super) struct Holder<'r, 'a> {
    pub(super) reading: &'r Reading<'a>,
    pub(super) mapped: &'r Mapped<'a>,
}

impl<'a> Holder<'_, 'a> {
    /// The mapped type of a variable.
    pub(super) fn entity(&self, variable: &str, at: usize) -> Option<(&'a str, Certainty)> {
        let reading = self.reading;
        if matches!(variable, "self" | "this" | "$this") {
            let model = self.mapped.models.iter().find(|m| m.body.contains(&at))?;
            return Some((model.entity, Certainty::Sure));
        }
        if !variable.trim_start_matches('$').starts_with(|c: char| c.is_ascii_lowercase() || c == '_') {
            return None;
        }
        let function = reading.enclosing(at, &[DeclarationKind::Function]);
        let bare = variable.trim_start_matches('$');
        // Its type, in the head of the function or in its body.
        let from = function.map_or(at.saturating_sub(400), |f| f.head.start);
        for i in (from..at).rev() {
            if !reading.is(i, variable) || i == 0 {
                continue;
            }
            let before = reading.word(i - 1);
            // Another type of the same variable.
            if matches!(reading.language.name(), "java" | "csharp" | "kotlin")
                && before.len() > 1
                && before.starts_with(|c: char| c.is_ascii_uppercase())
                && !self.is_model(before)
                && reading.kind(i - 1) == Some(Token::Word)
            {
                return None;
            }
            if self.is_model(before) && !matches!(reading.word(i.wrapping_sub(2)), "." | "new") {
                return Some((before, Certainty::Sure));
            }
            let mut behind = i + 1;
            if reading.is(behind, ":") {
                behind += 1;
            }
            while matches!(reading.word(behind), "*" | "&" | "mut") {
                behind += 1;
            }
            if behind > i + 1 && self.is_model(reading.word(behind)) && !reading.is(behind + 1, "(") {
                return Some((reading.word(behind), Certainty::Sure));
            }
        }
        let a =
            reading.assignments.iter().rev().find(|a| a.name == variable && a.path.len() == 1 && a.at < at && function.is_none_or(|f| f.body.contains(&a.at)));
        if let Some(found) = a.and_then(|a| self.of_typed_repository(a.value.clone())) {
            return Some((found, Certainty::Sure));
        }
        // Made here, and added to a set: `var order = new Order { .. }; db.Orders.Add(order)`.
        if let Some(found) = a
            .filter(|a| reading.language.name() == "csharp" && reading.is(a.value.start, "new"))
            .and_then(|a| super::fluent::set_of_variable(reading, a.name, a.at))
        {
            return Some((found, Certainty::Sure));
        }
        if let Some(found) = a.and_then(|a| self.of_context(a.value.clone())) {
            return Some((found, Certainty::Sure));
        }
        if let Some(a) = a
            && let Some(word) = a.value.clone().take(24).map(|i| reading.word(i)).find(|w| self.is_model(w))
        {
            return Some((word, Certainty::Sure));
        }
        // A loop: `for order in Order.objects..`, `foreach ($orders as $order)`.
        if let Some(found) = a.and_then(|a| self.of_repository(a.value.clone())) {
            return Some((found, Certainty::Sure));
        }
        let looped = (from..at).rev().find(|&i| reading.is(i, variable) && (reading.is(i + 1, "in") || reading.is(i + 1, "of")));
        if let Some(i) = looped
            && let Some(word) = (i + 2..i + 12).map(|j| reading.word(j)).find(|w| self.is_model(w))
        {
            return Some((word, Certainty::Sure));
        }
        if let Some(i) = looped {
            // Rows that another variable holds.
            let rows = reading.word(i + 2);
            let a = reading.assignments.iter().rev().find(|a| a.name == rows && a.at < at && function.is_none_or(|f| f.body.contains(&a.at)));
            if let Some(found) =
                a.and_then(|a| self.of_repository(a.value.clone()).or_else(|| a.value.clone().take(24).map(|i| reading.word(i)).find(|w| self.is_model(w))))
            {
                return Some((found, Certainty::Sure));
            }
        }
        // A block's: `Order.where(..).each do |order|`
        let block = (from..at).rev().find(|&i| reading.is(i, variable) && i > 1 && reading.is(i - 1, "|"));
        if let Some(i) = block
            && let Some(word) = (from.max(i.saturating_sub(40))..i)
                .rev()
                .take_while(|&j| reading.line(j) + 4 > reading.line(i))
                .map(|j| reading.word(j))
                .find(|w| self.is_model(w))
        {
            return Some((word, Certainty::Sure));
        }
        // A variable named as the type.
        let lower = bare.trim_start_matches('_').replace('_', "").to_ascii_lowercase();
        let named = self.mapped.models.iter().map(|m| m.entity).chain(self.mapped.imported.iter().copied()).find(|e| e.to_ascii_lowercase() == lower)?;
        Some((named, Certainty::Likely))
    }

    /// The type of the rows that an expression asks a repository for.
    fn of_repository(&self, value: Span) -> Option<&'a str> {
        let words: Vec<&str> = value.take(12).map(|i| self.reading.word(i)).collect();
        super::queries::repositories(self.reading).into_iter().find(|(variable, _)| words.contains(variable)).map(|(_, entity)| entity)
    }

    /// The type of the row that a repository gives: `val order = orders.findById(id).get()` with `orders: OrderRepository`.
    fn of_typed_repository(&self, value: Span) -> Option<&'a str> {
        let reading = self.reading;
        if !matches!(reading.language.name(), "java" | "kotlin") {
            return None;
        }
        let call = reading
            .calls
            .iter()
            .find(|c| value.contains(&c.at) && matches!(c.name, "findById" | "getById" | "getOne" | "getReferenceById" | "findByIdOrNull"))?;
        let variable = call.receiver()?;
        let typed = |i: usize| reading.word(i).strip_suffix("Repository").filter(|e| !e.is_empty());
        (0..reading.tokens.len()).filter(|&i| reading.is(i, variable)).find_map(|i| {
            let after = if reading.is(i + 1, ":") { typed(i + 2) } else { None };
            after.or_else(|| i.checked_sub(1).and_then(typed))
        })
    }

    /// The set of rows that .NET's context is asked for one of: `await db.Orders.FirstAsync(..)`.
    fn of_context(&self, value: Span) -> Option<&'a str> {
        let reading = self.reading;
        if reading.language.name() != "csharp" {
            return None;
        }
        const ONE: [&str; 12] = [
            "FirstAsync",
            "FirstOrDefaultAsync",
            "SingleAsync",
            "SingleOrDefaultAsync",
            "FindAsync",
            "LastOrDefaultAsync",
            "First",
            "FirstOrDefault",
            "Single",
            "SingleOrDefault",
            "Find",
            "LastOrDefault",
        ];
        let call = reading.calls.iter().find(|c| value.contains(&c.at) && ONE.contains(&c.name))?;
        let at = call.path.iter().position(|h| {
            let lower = h.to_ascii_lowercase();
            lower.ends_with("context") && lower != "httpcontext" || matches!(&*lower, "db" | "_db")
        })?;
        // What every context has is no set of rows.
        let is_own = |s: &str| matches!(s, "Set" | "Database" | "Entry" | "ChangeTracker" | "Model" | "Items" | "User" | "Request" | "Session");
        call.path.get(at + 1).copied().filter(|s| s.starts_with(|c: char| c.is_ascii_uppercase()) && !ONE.contains(s) && !is_own(s))
    }

    fn is_model(&self, word: &str) -> bool {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && (self.mapped.is_model(word)
                || matches!(self.reading.language.name(), "java" | "kotlin") && word.len() > 2 && self.reading.text.contains(&format!("{word}Repository")))
    }

    pub(super) fn tell(&self, entity: &str, property: &str, (role, certainty): (Role, Certainty), value: Option<String>, line: u32, facts: &mut Facts) {
        let model = self.mapped.models.iter().find(|m| m.entity == entity);
        let is_ruby = self.reading.language.name() == "ruby";
        // A mapped type of this file says which of its members are columns; of others only what carries a literal is told.
        let counts = match model {
            Some(model) if !model.columns.is_empty() && !is_ruby => {
                model.columns.iter().any(|c| c.property.trim_start_matches('$').eq_ignore_ascii_case(property))
            }
            _ => value.is_some() || role == Role::Writes,
        };
        if !counts || property.starts_with('_') {
            return;
        }
        let table = self.mapped.table(self.reading, entity);
        let column = self.mapped.column(self.reading, Some(entity), property);
        let mut used = Use::new(Kind::Column, role, values::column(&table, &column), line).certainty(certainty);
        used.value = value;
        facts.push(used);
    }
}
