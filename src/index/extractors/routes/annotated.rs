//! Routes that annotations, decorators and attributes declare.

use super::called::methods_in;
use super::{mounts, serve};
use crate::index::extractors::paths;
use crate::index::model::{Certainty, Facts, Name, Part};
use crate::index::reading::{Annotation, Argument, Declaration, DeclarationKind, Reading, Span};

/// What an annotation on a method maps it to.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) methods: Vec<&'static str>,
    pub(crate) paths: Vec<Name>,
}

/// Annotations of types that hold calls, not routes: `http_calls` reads them.
const CLIENTS: [&str; 8] = ["FeignClient", "RegisterRestClient", "Client", "HttpExchange", "RetrofitClient", "ReactiveFeignClient", "RestClient", "HttpClient"];

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let language = reading.language.name();
    let mut nest = None;
    for annotation in &reading.annotations {
        match language {
            "python" => decorator(reading, annotation, out),
            "rust" => macros(reading, annotation, out),
            "java" | "kotlin" | "scala" | "groovy" | "csharp" | "php" => method_of_type(reading, annotation, out),
            "typescript" | "javascript" => {
                let known = (paths::method(annotation.name).is_some() || annotation.name == "Sse") && annotation.path.len() == 1;
                if known
                    && *nest.get_or_insert_with(|| {
                        reading.imports(&["@nestjs/common", "routing-controllers", "@tsed", "inversify-express", "@loopback/rest", "tsoa"])
                    })
                {
                    method_of_type(reading, annotation, out);
                }
            }
            _ => {}
        }
    }
}

/// The texts of an argument: one, or those of a list.
pub(super) fn texts(reading: &Reading<'_>, span: &Span) -> Vec<Name> {
    let first = reading.word(span.start);
    if matches!(first, "{" | "[") {
        return reading.elements(span).iter().map(|s| reading.name(s)).collect();
    }
    if matches!(first, "arrayOf" | "listOf" | "List" | "Array") && reading.is(span.start + 1, "(") {
        return reading.elements(&(span.start + 1..span.end)).iter().map(|s| reading.name(s)).collect();
    }
    vec![reading.name(span)]
}

fn paths_of(reading: &Reading<'_>, annotation: &Annotation<'_>) -> Vec<Name> {
    let argument = annotation.keyword(&["value", "path", "uri", "url", "Template", "template"]).or_else(|| annotation.positional(0));
    let Some(argument) = argument else { return Vec::new() };
    if reading.is(argument.span.start, "{")
        && let Some(path) = reading.entry(&argument.span, "path")
    {
        // Nest: @Controller({ path: 'orders' })
        return texts(reading, &path);
    }
    texts(reading, &argument.span).into_iter().filter(|n| n.as_literal().is_some() || n.is_open()).collect()
}

/// The method and paths that an annotation maps a function to, if it does.
pub(crate) fn mapping(reading: &Reading<'_>, annotation: &Annotation<'_>) -> Option<Mapping> {
    let name = annotation.name.strip_suffix("Attribute").unwrap_or(annotation.name);
    let methods = match name {
        "RequestMapping" | "Route" | "AcceptVerbs" | "HttpExchange" | "RequestLine" => {
            let found: Vec<_> = annotation.keyword(&["method", "methods"]).map(|a| methods_in(reading, &a.span)).unwrap_or_default();
            if found.is_empty() { vec!["ANY"] } else { found }
        }
        // Nest: a stream of events is asked for by GET.
        "Sse" if reading.language.name() == "typescript" => vec!["GET"],
        _ => {
            let verb = name.strip_suffix("Mapping").or_else(|| name.strip_suffix("Exchange")).or_else(|| name.strip_prefix("Http")).unwrap_or(name);
            let upper = verb.bytes().all(|b| b.is_ascii_uppercase());
            let title = verb.starts_with(|c: char| c.is_ascii_uppercase());
            vec![paths::method(verb).filter(|m| (upper || title) && *m != "ANY" || verb == "All")?]
        }
    };
    if name == "RequestLine" {
        // OpenFeign: @RequestLine("GET /orders/{id}")
        let line = annotation.positional(0).and_then(|a| reading.literal(&a.span))?;
        let (method, path) = line.split_once(' ')?;
        return Some(Mapping { methods: vec![paths::method(method)?], paths: vec![Name::literal(path)] });
    }
    Some(Mapping { methods, paths: paths_of(reading, annotation) })
}

/// The prefix that a type's annotations give to the routes of its methods; none where it has no such annotation.
pub(crate) fn type_prefix(reading: &Reading<'_>, declared: &Declaration<'_>) -> Option<Name> {
    let mut out = None;
    for annotation in reading.annotations_of(declared) {
        let fits = match reading.language.name() {
            "csharp" => matches!(annotation.name, "Route" | "RoutePrefix"),
            "php" => annotation.name == "Route",
            _ => {
                matches!(annotation.name, "RequestMapping" | "Path" | "Controller" | "JsonController" | "Route" | "HttpExchange" | "controller" | "FeignClient")
            }
        };
        if !fits {
            continue;
        }
        let given = if annotation.name == "FeignClient" {
            annotation.keyword(&["path"]).map(|a| texts(reading, &a.span)).unwrap_or_default()
        } else {
            paths_of(reading, annotation)
        };
        let prefix = given.into_iter().next().unwrap_or_default();
        if annotation.name == "FeignClient" && prefix.0.is_empty() {
            continue;
        }
        out = Some(absolute(paths::served(&named_after(prefix, declared.name, ""))));
    }
    out
}

/// ASP.NET: `[controller]` and `[action]` stand for names.
fn named_after(name: Name, controller: &str, action: &str) -> Name {
    let mut out = Name::default();
    for part in name.0 {
        out.push(match part {
            Part::Text(text) if text.contains('[') => {
                Part::Text(text.replace("[controller]", controller.strip_suffix("Controller").unwrap_or(controller)).replace("[action]", action))
            }
            part => part,
        });
    }
    out
}

fn absolute(name: Name) -> Name {
    match name.0.first() {
        Some(Part::Text(text)) if !text.starts_with('/') => name.between("/", ""),
        _ => name,
    }
}

/// Spring, JAX-RS, Nest, Micronaut, ASP.NET, Symfony.
fn method_of_type(reading: &Reading<'_>, annotation: &Annotation<'_>, out: &mut Facts) {
    let Some(found) = mapping(reading, annotation) else { return };
    let Some(target) = annotation.target else { return };
    let language = reading.language.name();
    let holder = reading.enclosing(annotation.at, &[DeclarationKind::Type]);
    // On the type itself it is a prefix.
    if reading.declarations.iter().any(|d| d.name_at == target && d.kind != DeclarationKind::Function) {
        return;
    }
    let jax = annotation.name.bytes().all(|b| b.is_ascii_uppercase());
    let mut prefix = Name::default();
    if let Some(holder) = holder {
        let client = reading.annotations_of(holder).any(|a| CLIENTS.contains(&a.name));
        // Retrofit and Refit: interfaces whose methods carry the path themselves.
        let interface = holder.name_at > 0 && reading.is(holder.name_at - 1, "interface");
        if client || interface && (jax && !annotation.arguments.is_empty() || language == "csharp") {
            return;
        }
        match type_prefix(reading, holder) {
            Some(given) => prefix = given,
            None if language == "csharp" && found.paths.is_empty() => return,
            None => {}
        }
    } else if jax && !annotation.arguments.is_empty() {
        return;
    }
    if language == "csharp" && !annotation.name.starts_with("Http") {
        return;
    }
    if annotation.name.ends_with("Exchange") || language == "java" && jax && annotation.path.len() > 1 {
        return;
    }
    let mut paths_found = found.paths;
    if paths_found.is_empty() {
        // JAX-RS has the path beside the method; ASP.NET may.
        let beside = reading.annotations.iter().find(|a| a.target == Some(target) && matches!(a.name, "Path" | "Route") && a.at != annotation.at);
        paths_found = beside.map(|a| paths_of(reading, a)).unwrap_or_default();
    }
    if paths_found.is_empty() {
        paths_found.push(Name::default());
    }
    let controller = holder.map_or("", |h| h.name);
    for path in paths_found {
        let path = named_after(path, controller, reading.word(target));
        let rooted = path.as_literal().is_some_and(|t| t.starts_with("~/") || language == "csharp" && t.starts_with('/'));
        let path = if rooted { Name::literal(path.pattern().trim_start_matches('~')) } else { path };
        let whole = if rooted { paths::served(&path) } else { paths::join(prefix.clone(), paths::served(&path)) };
        serve(out, &found.methods, &whole, annotation.line, Certainty::Sure);
    }
}

/// Flask, FastAPI, Sanic, aiohttp, Bottle, Flask-RESTX.
fn decorator(reading: &Reading<'_>, annotation: &Annotation<'_>, out: &mut Facts) {
    let verb = annotation.name;
    let by_argument = matches!(verb, "route" | "api_route" | "websocket");
    let Some(method) = (if by_argument { Some("ANY") } else { paths::method(verb).filter(|_| verb.bytes().all(|b| b.is_ascii_lowercase())) }) else { return };
    let Some(argument) = annotation.keyword(&["path", "rule", "uri"]).or_else(|| annotation.positional(0)) else { return };
    let name = reading.name(&argument.span);
    let receiver = annotation.path.len().checked_sub(2).map(|i| annotation.path[i]);
    let is_path = match name.0.first() {
        Some(Part::Text(text)) => text.starts_with('/'),
        Some(Part::Constant(_)) => name.0.len() > 1,
        Some(_) => false,
        None => receiver.is_some(),
    };
    if !is_path || verb == "websocket" || receiver.is_none() && !(verb == "route" && reading.imports(&["bottle"])) {
        return;
    }
    let known = receiver.is_none_or(|r| {
        let r = r.to_ascii_lowercase();
        ["app", "router", "api", "bp", "blueprint", "blp", "routes", "server", "ns", "view", "web"].iter().any(|w| r.contains(w))
    });
    let proven = known || reading.imports(&["flask", "fastapi", "sanic", "aiohttp", "bottle", "quart", "starlite", "litestar", "robyn"]);
    if !proven {
        return;
    }
    let mut methods = vec![method];
    if by_argument {
        methods = annotation.keyword(&["methods", "method"]).map(|a: &Argument<'_>| methods_in(reading, &a.span)).unwrap_or_default();
        if methods.is_empty() {
            methods = class_methods(reading, annotation).unwrap_or_else(|| vec!["GET"]);
        }
    }
    let prefix = receiver.map_or_else(Name::default, |r| mounts::of_variable(reading, r, annotation.at, 0));
    serve(out, &methods, &paths::join(prefix, paths::served(&name)), annotation.line, Certainty::Sure);
}

/// Methods of a class of handlers: its functions named `get`, `post`.
fn class_methods(reading: &Reading<'_>, annotation: &Annotation<'_>) -> Option<Vec<&'static str>> {
    let class = reading.declarations.iter().find(|d| Some(d.name_at) == annotation.target && d.kind == DeclarationKind::Type)?;
    let inside = reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && class.body.contains(&d.name_at));
    let methods: Vec<_> = inside.filter_map(|d| paths::method(d.name).filter(|m| d.name == m.to_ascii_lowercase())).collect();
    (!methods.is_empty()).then_some(methods)
}

/// actix, rocket: `#[get("/orders/{id}")]`.
fn macros(reading: &Reading<'_>, annotation: &Annotation<'_>, out: &mut Facts) {
    let Some(method) = paths::method(annotation.name).filter(|_| annotation.name.bytes().all(|b| b.is_ascii_lowercase())) else { return };
    let Some(name) = annotation.positional(0).map(|a| reading.name(&a.span)) else { return };
    if name.as_literal().is_some_and(|t| t.starts_with('/')) {
        serve(out, &[method], &paths::served(&name), annotation.line, Certainty::Sure);
    }
}
