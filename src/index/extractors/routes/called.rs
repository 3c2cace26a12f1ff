//! Routes that are registered by calls: `app.get('/orders', handler)`.

use super::tables::{FRAMEWORKS, Framework};
use super::{mounts, serve};
use crate::index::extractors::{ends, paths};
use crate::index::model::{Certainty, Facts, Name};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Argument, Call, Reading, Span};

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let language = reading.language.name();
    let rows: Vec<&Framework> = FRAMEWORKS.iter().filter(|f| f.languages.contains(&language)).collect();
    let mut imported: Vec<Option<bool>> = vec![None; rows.len()];
    for call in &reading.calls {
        for (row, known) in rows.iter().zip(&mut imported) {
            let Some((_, verb)) = row.verbs.iter().find(|(n, _)| *n == call.name) else { continue };
            if !fits(reading, call, row) {
                continue;
            }
            let proven = *known.get_or_insert_with(|| row.imports.is_empty() || reading.imports(row.imports));
            if proven && register(reading, call, row, verb, out) {
                break;
            }
        }
    }
    special(reading, language, out);
}

fn fits(reading: &Reading<'_>, call: &Call<'_>, row: &Framework) -> bool {
    let block = usize::from(reading.is(call.close + 1, "{"));
    if call.arguments.len() + block < row.arguments {
        return false;
    }
    match row.receivers {
        ["*"] => call.path.len() > 1 || call.on.is_some() || matches!(call.name, "Route" | "GET" | "POST" | "PUT" | "DELETE" | "PATCH"),
        words => {
            let receiver = call.receiver().unwrap_or("").trim_start_matches(['$', '_']);
            if receiver.is_empty() {
                return words.contains(&"");
            }
            // Short names as a whole, long ones as a part: `ordersRouter`.
            words.iter().any(|w| if w.len() <= 3 { receiver.eq_ignore_ascii_case(w) } else { receiver.to_ascii_lowercase().contains(&w.to_ascii_lowercase()) })
        }
    }
}

fn register(reading: &Reading<'_>, call: &Call<'_>, row: &Framework, verb: &str, out: &mut Facts) -> bool {
    let Some(path) = call.arguments.iter().filter(|a| a.keyword.is_none()).nth(row.path) else { return false };
    // A client's call reads alike; in Go, what is posted says its type where a route has its handler.
    let by_name = verb.len() > 1;
    let no_handler = |a: &Argument<'_>| reading.kind(a.span.start) == Some(Token::Text) || reading.is(a.span.start, "nil");
    if by_name && ends::is_client(reading, call) || by_name && reading.language.name() == "go" && call.positional(row.path + 1).is_some_and(no_handler) {
        return false;
    }
    let mut methods: Vec<&str> = Vec::new();
    let mut place = path.span.clone();
    if verb == "?" {
        let Some(method) = call.positional(row.path.saturating_sub(1)).map(|a| methods_in(reading, &a.span)) else { return false };
        if method.is_empty() {
            return false;
        }
        methods = method;
        if row.path == 0 {
            // Laravel: Route::match(['get', 'post'], '/x', ..)
            let Some(second) = call.positional(1) else { return false };
            place = second.span.clone();
        }
    }
    let name = reading.name(&place);
    let mut text = name.clone();
    // `"GET /orders/{id}"`
    if let Some((method, rest)) = name.as_literal().and_then(|t| t.split_once(' ')) {
        let Some(method) = paths::method(method) else { return false };
        methods = vec![method];
        text = Name::literal(rest.trim());
    }
    let literal = text.as_literal().unwrap_or("");
    let slash = matches!(text.0.first(), Some(crate::index::model::Part::Text(t)) if t.starts_with('/'));
    let bare_allowed = matches!(reading.language.name(), "php" | "csharp" | "kotlin" | "cpp") && row.certainty == Certainty::Sure;
    let is_path = slash
        || text.is_open() && row.certainty == Certainty::Sure && call.arguments.len() >= 2 && !name.0.is_empty() && looks_like_path(&text)
        || bare_allowed && reading.kind(place.start) == Some(Token::Text) && !literal.contains(' ')
        || literal.is_empty() && reading.kind(place.start) == Some(Token::Text) && row.certainty == Certainty::Sure;
    if !is_path || literal.contains([' ', '\n']) {
        return false;
    }
    if row.languages.contains(&"javascript") && !has_handler(reading, call) {
        return false;
    }
    match verb {
        "?" => {}
        "+" => {
            if methods.is_empty() {
                methods = told(reading, call, row.path);
            }
        }
        method => {
            methods = FRAMEWORKS.iter().flat_map(|f| f.verbs).filter(|(_, m)| *m == method).map(|(_, m)| *m).take(1).collect();
        }
    }
    let prefix = mounts::of_call(reading, call);
    let whole = paths::join(prefix, paths::served(&text));
    serve(out, &methods, &whole, call.line, row.certainty);
    true
}

/// An open name that a path can be: a constant named so.
fn looks_like_path(name: &Name) -> bool {
    name.0.iter().any(|p| match p {
        crate::index::model::Part::Text(t) => t.contains('/'),
        crate::index::model::Part::Constant(c) => {
            let c = c.to_ascii_lowercase();
            ["path", "route", "url", "endpoint", "uri"].iter().any(|w| c.contains(w))
        }
        _ => false,
    })
}

/// A function, or the name of one, among the arguments behind the path: what a client's options never are.
fn has_handler(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    let Some(last) = call.arguments.last() else { return false };
    let first = reading.word(last.span.start);
    let function = last.span.clone().take(40).any(|i| matches!(reading.word(i), "=>" | "function"));
    if matches!(first, "{" | "[") {
        // Fastify: app.get('/x', { schema }, handler) ends with a function; options alone hold one as `handler`.
        return reading.entry(&last.span, "handler").is_some() || first == "[" && call.arguments.len() > 1;
    }
    function || reading.kind(last.span.start) == Some(Token::Word) && !matches!(first, "new" | "null" | "undefined" | "true" | "false")
}

/// Methods that an argument, a list of arguments or what follows the call says.
fn told(reading: &Reading<'_>, call: &Call<'_>, path: usize) -> Vec<&'static str> {
    if let Some(list) = call.keyword(&["methods", "method"]) {
        let found = methods_in(reading, &list.span);
        if !found.is_empty() {
            return found;
        }
    }
    match reading.language.name() {
        "go" => {
            // `.Methods("GET")` behind it, or before it.
            let behind = reading.calls.iter().find(|c| c.name == "Methods" && c.on.is_some_and(|o| reading.calls[o].open == call.open));
            let before = call.on.map(|o| &reading.calls[o]).filter(|c| c.name == "Methods");
            let found: Vec<_> = behind.or(before).into_iter().flat_map(|c| c.arguments.iter()).flat_map(|a| methods_in(reading, &a.span)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        "rust" => {
            // get(list).post(create); web::get().to(list)
            let end = if call.name == "resource" { statement(reading, call.close) } else { call.close };
            let mut found: Vec<&str> = Vec::new();
            let span = if call.name == "resource" { call.close..end } else { call.positional(1).map_or(0..0, |a| a.span.clone()) };
            for inner in reading.calls.iter().filter(|c| span.contains(&c.at)) {
                let word = inner.name.strip_suffix("_service").unwrap_or(inner.name);
                if let Some(method) = paths::method(word).filter(|m| !found.contains(m)) {
                    found.push(method);
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        "csharp" => {
            let found: Vec<_> = call.positional(path + 1).map(|a| methods_in(reading, &a.span)).unwrap_or_default();
            if !found.is_empty() {
                return found;
            }
        }
        "python" if matches!(call.name, "Route" | "add_url_rule" | "add_api_route") => return vec!["GET"],
        "cpp" => {
            let behind = reading.calls.iter().find(|c| c.name == "methods" && c.on.is_some_and(|o| reading.calls[o].open == call.open));
            let found: Vec<_> = behind.into_iter().flat_map(|c| c.arguments.iter()).flat_map(|a| methods_in(reading, &a.span)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        _ => {}
    }
    vec!["ANY"]
}

fn statement(reading: &Reading<'_>, from: usize) -> usize {
    let mut at = from + 1;
    while matches!(reading.word(at), "." | "(") || reading.is(at.saturating_sub(1), ".") {
        at = if reading.is(at, "(") { reading.partner(at).max(at) + 1 } else { at + 1 };
    }
    at
}

/// Methods that the words of a span name.
pub(super) fn methods_in(reading: &Reading<'_>, span: &Span) -> Vec<&'static str> {
    let mut out = Vec::new();
    for i in span.clone() {
        let word = reading.string(i).unwrap_or_else(|| reading.word(i));
        for word in word.split(['|', ',']) {
            if let Some(method) = paths::method(word.trim()).filter(|m| !out.contains(m)) {
                out.push(method);
            }
        }
    }
    out
}

/// Forms that no row can hold.
fn special(reading: &Reading<'_>, language: &str, out: &mut Facts) {
    match language {
        "javascript" | "typescript" => {
            objects(reading, out);
            graphql(reading, out);
        }
        "python" => {
            tornado(reading, out);
            super::django::read(reading, out);
        }
        "go" => gorilla(reading, out),
        "php" => resources(reading, out),
        "java" | "kotlin" => vertx(reading, out),
        _ => {}
    }
}

/// Hapi and Fastify: `server.route({ method: 'GET', path: '/x', handler })`; Express: `router.route('/x').get(h).post(h)`.
fn objects(reading: &Reading<'_>, out: &mut Facts) {
    for call in &reading.calls {
        if call.name == "route" && call.path.len() > 1 {
            let Some(first) = call.positional(0) else { continue };
            let lists = if reading.is(first.span.start, "[") { reading.elements(&first.span) } else { vec![first.span.clone()] };
            for object in lists.iter().filter(|o| reading.is(o.start, "{")) {
                let path = reading.entry(object, "path").or_else(|| reading.entry(object, "url"));
                let (Some(path), Some(method)) = (path, reading.entry(object, "method")) else { continue };
                let name = reading.name(&path);
                let methods = methods_in(reading, &method);
                if name.as_literal().is_some_and(|t| t.starts_with('/')) {
                    let whole = paths::join(mounts::of_call(reading, call), paths::served(&name));
                    serve(out, if methods.is_empty() { &["ANY"] } else { &methods }, &whole, reading.line(path.start), Certainty::Sure);
                }
            }
        }
        // router.route('/x').get(h)
        if let Some(on) = call.on.map(|o| &reading.calls[o])
            && let Some(method) = paths::method(call.name).filter(|_| call.name.bytes().all(|b| b.is_ascii_lowercase()))
        {
            let mut root = on;
            while let Some(before) = root.on.map(|o| &reading.calls[o]).filter(|_| root.name != "route") {
                root = before;
            }
            if root.name == "route"
                && let Some(name) = root.positional(0).map(|a| reading.name(&a.span))
                && name.as_literal().is_some_and(|t| t.starts_with('/'))
                && has_handler(reading, call)
            {
                let prefix = mounts::of_variable(reading, root.path[0], root.at, 0);
                serve(out, &[method], &paths::join(prefix, paths::served(&name)), call.line, Certainty::Sure);
            }
        }
    }
}

/// Servers of GraphQL: `app.register(mercurius, { schema, path: "/graphql" })`, `app.use("/graphql", expressMiddleware(server))`.
fn graphql(reading: &Reading<'_>, out: &mut Facts) {
    if !reading.imports(&["mercurius", "apollo", "express-graphql", "graphql-http"]) {
        return;
    }
    for call in reading.calls.iter().filter(|c| c.path.len() > 1) {
        let path = match call.name {
            "register" if call.positional(0).is_some_and(|a| a.span.len() == 1 && reading.is(a.span.start, "mercurius")) => {
                let options = call.positional(1);
                let entry = |key: &str| options.and_then(|o| reading.entry(&o.span, key));
                if entry("routes").is_some_and(|r| reading.is(r.start, "false")) {
                    continue;
                }
                entry("path").map_or_else(|| Name::literal("/graphql"), |path| reading.name(&path))
            }
            "use" | "all"
                if reading
                    .calls
                    .iter()
                    .any(|c| call.open < c.at && c.at < call.close && matches!(c.name, "expressMiddleware" | "graphqlHTTP" | "createHandler")) =>
            {
                let Some(first) = call.positional(0) else { continue };
                reading.name(&first.span)
            }
            _ => continue,
        };
        if path.as_literal().is_some_and(|p| p.starts_with('/')) {
            let whole = paths::join(mounts::of_call(reading, call), paths::served(&path));
            serve(out, &["GET", "POST"], &whole, call.line, Certainty::Sure);
        }
    }
}

/// Tornado: `(r"/orders/(.*)", OrderHandler)` in a list.
fn tornado(reading: &Reading<'_>, out: &mut Facts) {
    if !reading.text.contains("tornado") || !reading.imports(&["tornado"]) {
        return;
    }
    for at in 0..reading.tokens.len() {
        let inside_list = at > 0 && matches!(reading.word(at - 1), "[" | ",");
        if inside_list
            && reading.is(at, "(")
            && reading.is(at + 2, ",")
            && let Some(path) = reading.string(at + 1)
            && path.starts_with('/')
        {
            serve(out, &["ANY"], &paths::served(&Name::literal(path)), reading.line(at + 1), Certainty::Sure);
        }
    }
}

/// gorilla/mux: `r.Methods("GET").Path("/orders").HandlerFunc(h)`.
fn gorilla(reading: &Reading<'_>, out: &mut Facts) {
    for call in reading.calls.iter().filter(|c| c.name == "Path" && c.path.len() > 1) {
        let methods: Vec<_> = call
            .on
            .map(|o| &reading.calls[o])
            .filter(|c| c.name == "Methods")
            .into_iter()
            .flat_map(|c| c.arguments.iter())
            .flat_map(|a| methods_in(reading, &a.span))
            .collect();
        let Some(name) = call.positional(0).map(|a| reading.name(&a.span)) else { continue };
        if !methods.is_empty() && name.as_literal().is_some_and(|t| t.starts_with('/')) {
            serve(out, &methods, &paths::join(mounts::of_call(reading, call), paths::served(&name)), call.line, Certainty::Sure);
        }
    }
}

/// Laravel: `Route::apiResource('orders', OrderController::class)`.
fn resources(reading: &Reading<'_>, out: &mut Facts) {
    for call in reading.calls.iter().filter(|c| matches!(c.name, "resource" | "apiResource") && c.receiver() == Some("Route")) {
        let Some(path) = call.positional(0).and_then(|a| reading.literal(&a.span)) else { continue };
        let list = paths::join(mounts::of_call(reading, call), Name::literal(format!("/{}", path.trim_matches('/').replace('.', "/{}/"))));
        let item = paths::join(list.clone(), Name::literal("/{}"));
        serve(out, &["GET", "POST"], &list, call.line, Certainty::Sure);
        serve(out, &["GET", "PUT", "PATCH", "DELETE"], &item, call.line, Certainty::Sure);
    }
}

/// Vert.x: `router.route(HttpMethod.GET, "/x")`.
fn vertx(reading: &Reading<'_>, out: &mut Facts) {
    for call in
        reading.calls.iter().filter(|c| c.name == "route" && c.arguments.len() == 2 && c.receiver().is_some_and(|r| r.to_ascii_lowercase().contains("router")))
    {
        let methods = methods_in(reading, &call.arguments[0].span);
        let name = reading.name(&call.arguments[1].span);
        if !methods.is_empty() && name.as_literal().is_some_and(|t| t.starts_with('/')) {
            serve(out, &methods, &paths::served(&name), call.line, Certainty::Sure);
        }
    }
}
