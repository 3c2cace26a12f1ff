//! HTTP calls: `GET http://inventory:8080/stock/{}`. What the base of a call's address is, literal or open, stays in the name, so that the
//! callee can be told when the repository is put together (see `paths`).

mod base;
mod interfaces;
mod probes;
mod scripts;
mod tables;

use super::{ends, paths};
use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, Reading, Span};
use tables::{CLIENTS, Client, INSTANCE};

/// Finds HTTP calls.
pub(super) fn read(file: &File<'_>, out: &mut Facts) {
    let reading = file.reading();
    let language = reading.language.name();
    let rows: Vec<&Client> = CLIENTS.iter().filter(|c| c.languages.contains(&language)).collect();
    let mut imported: Vec<Option<bool>> = vec![None; rows.len()];
    let instances = base::instances(reading);
    for call in reading.calls.iter().filter(|c| !c.arguments.is_empty()) {
        for (row, known) in rows.iter().zip(&mut imported) {
            let Some((_, verb)) = row.verbs.iter().find(|(n, _)| *n == call.name) else { continue };
            if !receives(call, row.receivers)
                || is_method(verb) && ends::is_router(reading, call)
                || !*known.get_or_insert_with(|| row.imports.is_empty() || reading.imports(row.imports))
            {
                continue;
            }
            if ask(reading, call, row, verb, out) {
                break;
            }
        }
        match language {
            "javascript" | "typescript" | "python" => {
                if language != "python" {
                    objects(reading, call, out);
                }
                if call.path.len() == 2
                    && instances.contains(&call.path[0])
                    && !rows.iter().any(|row| row.verbs.iter().any(|(n, _)| *n == call.name) && receives(call, row.receivers))
                {
                    let Some((_, verb)) = INSTANCE.verbs.iter().find(|(n, _)| *n == call.name) else { continue };
                    ask(reading, call, &INSTANCE, verb, out);
                }
            }
            "java" | "kotlin" | "groovy" | "scala" => builders(reading, call, out),
            _ => {}
        }
        dapr(reading, call, out);
    }
    interfaces::read(reading, out);
    base::read(reading, out);
}

pub(super) use probes::read as read_probes;
pub(super) use scripts::read as read_script;

/// Pushes a call, if anything of its address is known.
fn push(out: &mut Facts, method: &str, url: Option<Name>, line: u32, certainty: Certainty) -> bool {
    // A setting alone says where only when its name is that of an address.
    let tells = |u: &Name| match &*u.0 {
        [Part::Setting(key, _)] => key.contains(['.', ':', '_']) || is_address(key),
        [Part::Constant(path)] => is_address(path),
        _ => u.says_something() || u.is_open(),
    };
    let Some(url) = url.filter(tells) else { return false };
    // Behind a name of this file that nothing is known of, a path of holes alone could be any.
    if let [Part::Constant(base), rest @ ..] = &*url.0
        && base.starts_with(|c: char| c.is_lowercase() || c == '$')
        && !base.ends_with("@base")
        && !rest.is_empty()
        && !Name(rest.to_vec()).says_something()
    {
        return false;
    }
    out.push(Use::new(Kind::Route, Role::Calls, paths::route(method, url), line).certainty(certainty));
    true
}

/// Whether a row's verb is a method by the called name alone.
fn is_method(verb: &str) -> bool {
    verb.len() > 1
}

fn receives(call: &Call<'_>, words: &[&str]) -> bool {
    if matches!(words, ["*"]) {
        return true;
    }
    if call.path.len() == 1 {
        return words.contains(&"");
    }
    let root = call.path[0];
    let last = call.receiver().unwrap_or("");
    words.iter().any(|w| match w.strip_prefix('~') {
        // A part of a name: `orderClient`.
        Some(part) => last.to_ascii_lowercase().contains(part),
        // One letter is a type's, as in `client.R()`.
        None if w.len() == 1 => last == *w,
        None => !w.is_empty() && (last.trim_start_matches(['$', '_']).eq_ignore_ascii_case(w) || root == *w),
    })
}

fn ask(reading: &Reading<'_>, call: &Call<'_>, row: &Client, verb: &str, out: &mut Facts) -> bool {
    let mut place = row.url;
    let method = match verb {
        "?" => {
            place += 1;
            let Some(argument) = call.positional(row.url) else { return false };
            match method_of(reading, &argument.span) {
                Some(method) => method,
                None => return false,
            }
        }
        // The method is named behind the address: exchange(url, HttpMethod.GET, ..).
        "+" => call.arguments.iter().skip(1).find_map(|a| method_of(reading, &a.span)).unwrap_or("ANY"),
        "=" => options_method(reading, call).unwrap_or("ANY"),
        method => method,
    };
    let argument = call.keyword(&["url", "uri"]).or_else(|| call.positional(place));
    let Some(argument) = argument.filter(|a| !reading.is(a.span.start, "{")) else { return false };
    // A handler behind the path: a route, not a call.
    // PHP's arrays have the arrow too, and its functions a keyword.
    let is_handler = |i: usize| match reading.word(i) {
        "=>" => reading.language.name() != "php",
        "function" | "func" | "fn" => true,
        _ => false,
    };
    let serves = call.arguments.last().is_some_and(|a| a.span.clone().take(30).any(is_handler));
    if serves && !matches!(verb, "=" | "+") && call.arguments.len() > 1 {
        return false;
    }
    let address = base::with_field(reading, &argument.span, address(reading, &argument.span));
    let rooted = address.0.first().is_some_and(|p| matches!(p, Part::Text(t) if t.starts_with('/')));
    let mut url = paths::url(&address, row.relative);
    let mut certainty = row.certainty;
    let whole = address.0.first().is_some_and(|p| matches!(p, Part::Text(t) if t.contains("://")));
    let open = matches!(address.0.first(), Some(Part::Constant(_) | Part::Setting(..)));
    if open && address.0.len() == 1 && matches!(address.0.first(), Some(Part::Constant(c)) if !is_address(c)) {
        return false;
    }
    if !rooted && !whole && !open && row.relative && !address.says_something() {
        return false;
    }
    if rooted || !whole && !open {
        let known = base::of_call(reading, call);
        if let (Some(base), Some(path)) = (&known, &url) {
            url = Some(paths::join(base.clone(), path.clone()));
        } else if known.is_none() && row.needs_base && !rooted && !(has_own_base(&address) && ends::is_made_client(reading, call)) {
            return false;
        }
        if known.is_some() {
            certainty = Certainty::Sure;
        }
    }
    push(out, method, url, call.line, certainty)
}

/// Whether an address is a base that is not known and a path behind it.
fn has_own_base(address: &Name) -> bool {
    matches!(&*address.0, [Part::Hole, Part::Text(path), ..] if path.starts_with('/') && path.len() > 1)
}

/// Whether the name of a constant says that it is an address.
fn is_address(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["url", "uri", "path", "endpoint", "route", "api", "host", "addr", "@base"].iter().any(|w| name.contains(w))
}

/// The address that an expression says, `URI.create(..)` and the like opened.
pub(super) fn address(reading: &Reading<'_>, span: &Span) -> Name {
    let mut span = span.clone();
    for _ in 0..3 {
        while matches!(reading.word(span.start), "new" | "await" | "&") && span.len() > 1 {
            span.start += 1;
        }
        let wraps = |c: &&Call<'_>| {
            (c.begins == span.start || c.begins + 1 == span.start)
                && c.close + 1 == span.end
                && matches!(
                    c.name,
                    "Uri" | "URI" | "URL" | "Url" | "create" | "parse" | "Parse" | "fromHttpUrl" | "fromUriString" | "fromString" | "join" | "https" | "http"
                )
        };
        let Some(call) = reading.calls.iter().find(wraps).filter(|c| !c.arguments.is_empty()) else { break };
        if matches!(call.name, "URL" | "join") && call.arguments.len() == 2 {
            // new URL('/orders', BASE); URI.join(base, path)
            let (base, path) = if call.name == "URL" { (1, 0) } else { (0, 1) };
            return paths::join(reading.name(&call.arguments[base].span), reading.name(&call.arguments[path].span));
        }
        if call.name == "join" {
            break;
        }
        span = call.arguments[0].span.clone();
    }
    reading.name(&span)
}

/// The method that an expression names: `HttpMethod.POST`, `"PUT"`, `:get`.
fn method_of(reading: &Reading<'_>, span: &Span) -> Option<&'static str> {
    if span.is_empty() || span.len() > 6 {
        return None;
    }
    let last = span.end - 1;
    let word = if reading.is(last, ")") { reading.word(span.start + 2) } else { reading.string(last).unwrap_or_else(|| reading.word(last)) };
    let text = reading.kind(last) == Some(Token::Text) || span.len() > 1 || word.bytes().all(|b| b.is_ascii_uppercase());
    text.then(|| paths::method(word)).flatten()
}

/// The method among the options of `fetch(url, { method: 'POST' })`; GET without options.
fn options_method(reading: &Reading<'_>, call: &Call<'_>) -> Option<&'static str> {
    let Some(options) = call.arguments.get(1) else { return Some("GET") };
    if !reading.is(options.span.start, "{") {
        return None;
    }
    let method = reading.entry(&options.span, "method");
    let spread = options.span.clone().any(|i| reading.is(i, "..."));
    match method {
        Some(span) => reading.literal(&span).as_deref().and_then(paths::method).or_else(|| method_of(reading, &span)),
        None if spread => None,
        None => Some("GET"),
    }
}

/// `axios({ method: 'post', url: '/orders' })`, `request({ uri, method })`, `http.request({ hostname, port, path })`.
fn objects(reading: &Reading<'_>, call: &Call<'_>, out: &mut Facts) {
    let named =
        matches!(call.name, "axios" | "request" | "got" | "ajax" | "$http" | "fetchApi" | "instance") || call.name == "get" && call.receiver() == Some("http");
    if !named || !reading.is(call.arguments[0].span.start, "{") {
        return;
    }
    let object = &call.arguments[0].span;
    let method = match reading.entry(object, "method").or_else(|| reading.entry(object, "type")) {
        Some(span) => reading.literal(&span).as_deref().and_then(paths::method).unwrap_or("ANY"),
        None => "GET",
    };
    let base = reading.entry(object, "baseURL").map(|s| reading.name(&s)).filter(|n| n.says_something() || n.is_open());
    if let Some(span) = reading.entry(object, "url").or_else(|| reading.entry(object, "uri")) {
        let url = paths::url(&address(reading, &span), false);
        let url = match (base.or_else(|| base::of_call(reading, call)), url) {
            (Some(base), Some(path)) if path.pattern().starts_with('/') => Some(paths::join(base, path)),
            (_, url) => url,
        };
        push(out, method, url, call.line, Certainty::Sure);
    } else if let Some(path) = reading.entry(object, "path")
        && let Some(host) = reading.entry(object, "hostname").or_else(|| reading.entry(object, "host"))
    {
        let mut url = Name::literal("http://");
        url.append(reading.name(&host));
        if let Some(port) = reading.entry(object, "port") {
            url.push(Part::Text(":".to_owned()));
            let number = reading.kind(port.start) == Some(Token::Number);
            url.append(if number { Name::literal(reading.word(port.start)) } else { reading.name(&port) });
        }
        let url = paths::url(&paths::join(url, reading.name(&path)), false);
        push(out, method, url, call.line, Certainty::Sure);
    } else if let Some(path) = reading.entry(object, "path")
        && call.path.len() > 1
        && let Some(origin) = origin(reading, call)
    {
        push(out, method, paths::url(&paths::join(origin, reading.name(&path)), false), call.line, Certainty::Sure);
    }
}

/// What a pool of undici is made for: `pool.request({ path, method })` after `const pool = new Pool(STOCK_URL)`.
fn origin(reading: &Reading<'_>, call: &Call<'_>) -> Option<Name> {
    if !reading.imports(&["undici"]) {
        return None;
    }
    let pool = call.receiver()?;
    let bound = reading.assignments.iter().find(|a| a.name == pool && !a.value.contains(&call.at))?;
    let made = reading.calls.iter().find(|c| matches!(c.name, "Pool" | "Client" | "RetryClient") && bound.value.contains(&c.at))?;
    let origin = address(reading, &made.positional(0)?.span);
    Some(if origin.says_something() || origin.is_open() { origin } else { Name::default() })
}

/// Builders of the JVM: `webClient.get().uri("/x")`, `new Request.Builder().url(u).post(b)`, `HttpRequest.newBuilder().uri(u).GET()`,
/// `target(base).path("/x").request().get()`.
fn builders(reading: &Reading<'_>, call: &Call<'_>, out: &mut Facts) {
    let address = |place: usize| call.positional(place).map(|a| address(reading, &a.span));
    let behind = || {
        let mut open = call.open;
        let mut found = None;
        // Calls made on this one's result, in order.
        for next in reading.calls.iter().filter(|c| c.at > call.close) {
            let Some(on) = next.on.map(|o| &reading.calls[o]) else { continue };
            if on.open != open {
                continue;
            }
            open = next.open;
            found = found.or_else(|| match next.name {
                "method" => next.arguments.iter().find_map(|a| method_of(reading, &a.span)),
                word => paths::method(word).filter(|m| *m != "ANY"),
            });
        }
        found
    };
    match call.name {
        "uri" if call.on.is_some() => {
            let on = &reading.calls[call.on.unwrap_or(0)];
            let method = match on.name {
                "method" => on.arguments.iter().find_map(|a| method_of(reading, &a.span)).or(Some("ANY")),
                "newBuilder" | "builder" => Some(behind().unwrap_or("GET")),
                word => paths::method(word).filter(|_| on.arguments.is_empty()),
            };
            let Some(method) = method else { return };
            // `.uri(builder -> builder.path("/x").build())`
            let inner = reading.calls.iter().find(|c| c.name == "path" && (call.open..call.close).contains(&c.at));
            let name = match inner {
                Some(path) => path.positional(0).map(|a| reading.name(&a.span)),
                None => address(0),
            };
            let Some(name) = name else { return };
            let rooted = matches!(name.0.first(), Some(Part::Text(t)) if t.starts_with('/'));
            let url = paths::url(&name, false);
            let url = match (rooted.then(|| base::of_call(reading, call)).flatten(), url) {
                (Some(base), Some(path)) => Some(paths::join(base, path)),
                (_, url) => url,
            };
            push(out, method, url, call.line, Certainty::Sure);
        }
        "url" if call.path.contains(&"Builder") || reading.imports(&["okhttp3"]) && call.on.is_some() => {
            let url = address(0).and_then(|n| paths::url(&n, false));
            push(out, behind().unwrap_or("GET"), url, call.line, Certainty::Sure);
        }
        "newBuilder" if call.receiver() == Some("HttpRequest") => {
            let url = address(0).and_then(|n| paths::url(&n, false));
            push(out, behind().unwrap_or("GET"), url, call.line, Certainty::Sure);
        }
        "target" if call.path.len() > 1 => {
            let Some(base) = address(0).filter(|n| n.says_something() || n.is_open()) else { return };
            let mut url = base;
            let (mut open, mut method) = (call.open, None);
            for next in reading.calls.iter().filter(|c| c.at > call.close) {
                if next.on.map(|o| reading.calls[o].open) != Some(open) {
                    continue;
                }
                open = next.open;
                match next.name {
                    "path" => url = paths::join(url, next.positional(0).map(|a| reading.name(&a.span)).unwrap_or_default()),
                    "method" => method = method.or(next.arguments.iter().find_map(|a| method_of(reading, &a.span))),
                    word => method = method.or(paths::method(word)),
                }
            }
            if let Some(method) = method {
                push(out, method, paths::url(&url, false), call.line, Certainty::Sure);
            }
        }
        _ => {}
    }
}

/// Dapr: the application's id stands for its host.
fn dapr(reading: &Reading<'_>, call: &Call<'_>, out: &mut Facts) {
    if !matches!(
        call.name,
        "InvokeMethodAsync" | "InvokeMethod" | "invokeMethod" | "invoke_method" | "invoke" | "InvokeMethodWithContent" | "CreateInvokeMethodRequest"
    ) {
        return;
    }
    let dapr = call.path.iter().any(|w| w.to_ascii_lowercase().contains("dapr"))
        || call.receiver() == Some("invoker")
        || call.name != "invoke" && reading.imports(&["dapr"]);
    if !dapr {
        return;
    }
    let method = call.arguments.iter().find_map(|a| method_of(reading, &a.span)).unwrap_or("POST");
    let names = call.arguments.iter().filter(|a| method_of(reading, &a.span).is_none()).map(|a| reading.name(&a.span));
    let mut names = names.filter(|n| n.says_something() || n.is_open());
    if let (Some(app), Some(path)) = (names.next(), names.next()) {
        let url = paths::join(app.between("http://", ""), paths::called(&path));
        push(out, method, Some(url), call.line, Certainty::Sure);
    }
}

#[cfg(test)]
mod tests;
