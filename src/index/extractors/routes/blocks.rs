//! Routes in the nested blocks of Rails, Grape, Sinatra, Phoenix and Plug.

use super::serve;
use crate::index::extractors::paths;
use crate::index::model::{Certainty, Facts, Name};
use crate::index::reading::{Call, DeclarationKind, Reading};

/// A block that puts a prefix before what it holds.
struct Block {
    indent: usize,
    prefix: String,
    /// `resources :orders`: nested routes stand below one of them, `collection` ones do not.
    item: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Rails,
    Grape,
    Sinatra,
    Phoenix,
}

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let Some(style) = style(reading) else { return };
    let mut open: Vec<Block> = Vec::new();
    for call in &reading.calls {
        let token = reading.tokens[call.begins];
        if !token.first || call.arguments.is_empty() && !matches!(call.name, "root" | "member" | "collection") {
            continue;
        }
        let indent = indent(reading, token.start as usize);
        open.retain(|b| b.indent < indent);
        let before = prefix(reading, call, &open, style);
        statement(reading, call, style, indent, &before, &mut open, out);
    }
}

fn style(reading: &Reading<'_>) -> Option<Style> {
    let text = reading.text;
    if reading.language.name() == "elixir" {
        return (text.contains(":router") || text.contains("Plug.Router") || text.contains("Phoenix.Router") || reading.path.ends_with("router.ex"))
            .then_some(Style::Phoenix);
    }
    if text.contains("Rails.application.routes")
        || text.contains("routes.draw")
        || reading.path.ends_with("config/routes.rb")
        || reading.path.contains("config/routes/")
    {
        Some(Style::Rails)
    } else if text.contains("Grape::API") || text.contains("API::Base") {
        Some(Style::Grape)
    } else if text.contains("Sinatra") || text.contains("require 'sinatra") || text.contains("require \"sinatra") || text.contains("Roda") {
        Some(Style::Sinatra)
    } else {
        None
    }
}

fn indent(reading: &Reading<'_>, start: usize) -> usize {
    let line = reading.text[..start].rfind('\n').map_or(0, |i| i + 1);
    reading.text[line..start].len()
}

fn prefix(reading: &Reading<'_>, call: &Call<'_>, open: &[Block], style: Style) -> String {
    let mut out = String::new();
    if style == Style::Grape {
        // `prefix :api` and `version 'v1', using: :path` of the class.
        for c in reading.calls.iter().filter(|c| c.at < call.at && c.path.len() == 1 && matches!(c.name, "prefix" | "version")) {
            let by_path = c.name == "prefix" || c.keyword(&["using"]).is_some_and(|a| reading.source(&a.span).contains("path"));
            if let Some(text) = c.positional(0).and_then(|a| reading.literal(&a.span)).filter(|_| by_path) {
                push(&mut out, &text);
            }
        }
    }
    let mut collection = false;
    for (i, block) in open.iter().enumerate() {
        push(&mut out, &block.prefix);
        let below = open.get(i + 1).map(|b| &*b.prefix);
        collection = below == Some(":collection");
        if block.item && !collection {
            push(&mut out, "{}");
        }
    }
    let _ = collection;
    out
}

fn push(out: &mut String, segment: &str) {
    let segment = segment.trim_matches('/');
    if !segment.is_empty() && !segment.starts_with(":collection") && !segment.starts_with(":member") {
        out.push('/');
        out.push_str(segment);
    }
}

fn statement(reading: &Reading<'_>, call: &Call<'_>, style: Style, indent: usize, before: &str, open: &mut Vec<Block>, out: &mut Facts) {
    let line_end = reading.text[reading.tokens[call.begins].start as usize..].lines().next().unwrap_or("");
    let has_block = line_end.trim_end().ends_with(" do") || line_end.contains(" do |");
    let first = call.positional(0).map(|a| reading.name(&a.span)).filter(|n| n.says_something());
    let text = first.as_ref().and_then(|n| n.as_literal()).map(|t| paths::served(&Name::literal(t)).pattern());
    let joined = |text: &str| {
        let mut path = before.to_owned();
        push(&mut path, text);
        Name::literal(path)
    };
    match call.name {
        "resources" | "resource" if style == Style::Rails || style == Style::Phoenix => {
            let many = call.name == "resources";
            for argument in call.arguments.iter().filter(|a| a.keyword.is_none()).take(if style == Style::Phoenix { 1 } else { 8 }) {
                let Some(name) = reading.literal(&argument.span) else { continue };
                let name = call.keyword(&["path"]).and_then(|a| reading.literal(&a.span)).unwrap_or(name);
                resources(reading, call, &joined(&name), many, out);
                if has_block {
                    open.push(Block { indent, prefix: name, item: many });
                }
            }
        }
        "namespace" | "scope" | "resource" | "resources" | "group" | "segment" | "on" if has_block => {
            let path = call.keyword(&["path"]).and_then(|a| reading.literal(&a.span)).or(text);
            let named = call.name != "scope" || path.as_deref().is_some_and(|p| style != Style::Phoenix || p.starts_with('/'));
            open.push(Block { indent, prefix: path.filter(|_| named).unwrap_or_default(), item: false });
        }
        "route_param" if has_block => open.push(Block { indent, prefix: "{}".to_owned(), item: false }),
        "member" | "collection" if has_block => open.push(Block { indent, prefix: format!(":{}", call.name), item: false }),
        "root" if style == Style::Rails => serve(out, &["GET"], &Name::literal(before), call.line, Certainty::Sure),
        "match" if style != Style::Sinatra => {
            let methods = call.keyword(&["via"]).map(|a| super::called::methods_in(reading, &a.span)).unwrap_or_default();
            if let Some(text) = text {
                serve(out, if methods.is_empty() { &["ANY"] } else { &methods }, &joined(&text), call.line, Certainty::Sure);
            }
        }
        verb => {
            let Some(method) = paths::method(verb).filter(|m| *m != "ANY" && verb == m.to_ascii_lowercase()) else { return };
            if call.path.len() > 1 && call.receiver() != Some("r") || style == Style::Sinatra && !has_block {
                return;
            }
            // `get 'orders' => 'orders#index'`
            let text = text.or_else(|| call.positional(0).and_then(|a| reading.string(a.span.start)).map(|t| paths::served(&Name::literal(t)).pattern()));
            let inside = style != Style::Phoenix || reading.enclosing(call.at, &[DeclarationKind::Function]).is_none();
            if let Some(text) = text.filter(|t| !t.contains(' ') && inside) {
                serve(out, &[method], &joined(&text), call.line, Certainty::Sure);
            } else if style == Style::Grape && call.arguments.is_empty() {
                serve(out, &[method], &Name::literal(before), call.line, Certainty::Sure);
            }
        }
    }
}

/// The routes of a REST resource, as `only:` and `except:` leave them.
fn resources(reading: &Reading<'_>, call: &Call<'_>, list: &Name, many: bool, out: &mut Facts) {
    let words = |key: &str| -> Option<Vec<String>> {
        let span = &call.keyword(&[key])?.span;
        Some(span.clone().map(|i| reading.word(i).trim_matches(['"', '\'', ':']).to_owned()).collect())
    };
    let (only, except) = (words("only"), words("except"));
    let wanted = |action: &str| only.as_ref().is_none_or(|o| o.iter().any(|w| w == action)) && except.as_ref().is_none_or(|e| !e.iter().any(|w| w == action));
    let item = if many { paths::join(list.clone(), Name::literal("/{}")) } else { list.clone() };
    for (action, method, path) in [
        ("index", "GET", list),
        ("create", "POST", list),
        ("show", "GET", &item),
        ("update", "PUT", &item),
        ("update", "PATCH", &item),
        ("destroy", "DELETE", &item),
        ("delete", "DELETE", &item),
    ] {
        let elixir = reading.language.name() == "elixir";
        if wanted(action) && (many || action != "index") && (action != "delete" || elixir) && (action != "destroy" || !elixir) {
            serve(out, &[method], path, call.line, Certainty::Sure);
        }
    }
}
