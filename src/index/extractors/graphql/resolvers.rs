//! Resolvers: programs that serve operations.

use super::serve;
use crate::index::model::{Certainty, Facts};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading};

fn root(word: &str) -> Option<&'static str> {
    Some(match word {
        "Query" => "query",
        "Mutation" => "mutation",
        "Subscription" => "subscription",
        _ => return None,
    })
}

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    match reading.language.name() {
        "typescript" | "javascript" => {
            decorated(reading, out);
            objects(reading, out);
        }
        "java" | "kotlin" => annotated(reading, out),
        "python" => python(reading, out),
        "go" => go(reading, out),
        "ruby" => ruby(reading, out),
        _ => {}
    }
}

/// A name as a schema writes it: `get_orders` and `GetOrders` are `getOrders`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut up = false;
    for c in name.chars() {
        match c {
            '_' => up = !out.is_empty(),
            c if up => {
                out.extend(c.to_uppercase());
                up = false;
            }
            c if out.is_empty() => out.extend(c.to_lowercase()),
            c => out.push(c),
        }
    }
    out
}

/// Nest, type-graphql: `@Query(() => [Order]) orders()`.
fn decorated(reading: &Reading<'_>, out: &mut Facts) {
    let mut proven = None;
    for annotation in &reading.annotations {
        let Some(operation) = root(annotation.name) else { continue };
        // Nest's `@Query('page')` of a route's parameter stands in brackets.
        let Some(target) = annotation.target.filter(|&t| reading.is(t + 1, "(")) else { continue };
        if !*proven.get_or_insert_with(|| reading.imports(&["graphql"])) {
            continue;
        }
        let named = annotation.arguments.iter().find_map(|a| reading.entry(&a.span, "name")).and_then(|s| reading.literal(&s));
        let text = annotation.positional(0).filter(|a| reading.kind(a.span.start) == Some(Token::Text)).and_then(|a| reading.literal(&a.span));
        let field = named.or(text).unwrap_or_else(|| reading.word(target).to_owned());
        serve(out, operation, &field, annotation.line, Certainty::Sure);
    }
}

/// Apollo, Yoga: `{ Query: { orders: (_, args) => .. } }`.
fn objects(reading: &Reading<'_>, out: &mut Facts) {
    let mut proven = None;
    for at in 0..reading.tokens.len() {
        let Some(operation) = root(reading.word(at)) else { continue };
        let open = if reading.is(at + 1, ":") { at + 2 } else { continue };
        if !reading.is(open, "{") || at > 0 && !matches!(reading.word(at - 1), "{" | "," | "}") {
            continue;
        }
        if !*proven.get_or_insert_with(|| reading.text.contains("esolver") || reading.imports(&["graphql", "apollo"])) {
            return;
        }
        let close = reading.partner(open);
        let mut field = open + 1;
        let mut begins = true;
        while field < close {
            if begins && reading.kind(field) == Some(Token::Word) {
                let name = field + usize::from(matches!(reading.word(field), "async" | "get"));
                if matches!(reading.word(name + 1), ":" | "(" | "," | "}") {
                    serve(out, operation, reading.word(name), reading.line(name), Certainty::Sure);
                }
            }
            begins = reading.is(field, ",");
            // A method in an object ends with its brackets.
            if reading.is(field, "{") {
                begins = reading.is(reading.partner(field) + 1, ",");
            }
            field = if reading.kind(field) == Some(Token::Open) { reading.partner(field).max(field) + 1 } else { field + 1 };
        }
    }
}

/// Spring, DGS, MicroProfile: `@QueryMapping`, `@DgsQuery`.
fn annotated(reading: &Reading<'_>, out: &mut Facts) {
    for annotation in &reading.annotations {
        let operation = match annotation.name {
            "QueryMapping" | "DgsQuery" => "query",
            "MutationMapping" | "DgsMutation" => "mutation",
            "SubscriptionMapping" | "DgsSubscription" => "subscription",
            "Query" if reading.imports(&["microprofile.graphql"]) => "query",
            "Mutation" if reading.imports(&["microprofile.graphql"]) => "mutation",
            _ => continue,
        };
        let named = annotation.keyword(&["name", "value", "field"]).or_else(|| annotation.positional(0)).and_then(|a| reading.literal(&a.span));
        let Some(field) = named.filter(|n| !n.is_empty()).or_else(|| annotation.target.map(|t| reading.word(t).to_owned())) else { continue };
        serve(out, operation, &field, annotation.line, Certainty::Sure);
    }
}

/// Ariadne's `@query.field("orders")`, graphene's `resolve_orders`, strawberry's fields.
fn python(reading: &Reading<'_>, out: &mut Facts) {
    if !reading.imports(&["ariadne", "graphene", "strawberry"]) {
        return;
    }
    for annotation in &reading.annotations {
        let [holder, name] = &*annotation.path else { continue };
        if *name == "field" && matches!(*holder, "query" | "mutation") {
            if let Some(field) = annotation.positional(0).and_then(|a| reading.literal(&a.span)) {
                serve(out, if *holder == "query" { "query" } else { "mutation" }, &field, annotation.line, Certainty::Sure);
            }
            continue;
        }
        if *holder == "strawberry"
            && matches!(*name, "field" | "mutation" | "subscription")
            && let Some(target) = annotation.target
            && let Some(operation) = reading.enclosing(annotation.at, &[DeclarationKind::Type]).and_then(|d| root(d.name))
        {
            serve(out, operation, &camel(reading.word(target)), annotation.line, Certainty::Sure);
        }
    }
    for function in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function) {
        if let Some(field) = function.name.strip_prefix("resolve_")
            && let Some(operation) = reading.enclosing(function.name_at, &[DeclarationKind::Type]).and_then(|d| root(d.name))
        {
            serve(out, operation, &camel(field), function.line, Certainty::Sure);
        }
    }
}

/// gqlgen: `func (r *queryResolver) Orders(ctx context.Context)`.
fn go(reading: &Reading<'_>, out: &mut Facts) {
    for function in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function) {
        if function.name_at < 2 || !reading.is(function.name_at - 1, ")") {
            continue;
        }
        let operation = match reading.word(function.name_at - 2) {
            "queryResolver" => "query",
            "mutationResolver" => "mutation",
            "subscriptionResolver" => "subscription",
            _ => continue,
        };
        serve(out, operation, &camel(function.name), function.line, Certainty::Sure);
    }
}

/// graphql-ruby: `field :orders` in `class QueryType`.
fn ruby(reading: &Reading<'_>, out: &mut Facts) {
    for call in reading.calls.iter().filter(|c| c.name == "field" && c.path.len() == 1) {
        let Some(holder) = reading.enclosing(call.at, &[DeclarationKind::Type]) else { continue };
        let Some(operation) = holder.name.strip_suffix("Type").and_then(root) else { continue };
        if let Some(field) = call.positional(0).and_then(|a| reading.literal(&a.span)) {
            serve(out, operation, &camel(&field), call.line, Certainty::Sure);
        }
    }
}
