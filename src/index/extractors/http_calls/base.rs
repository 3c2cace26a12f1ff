//! Bases of clients: `axios.create({ baseURL })`, `httpx.Client(base_url=..)`, `client.BaseAddress = ..`.

use super::tables::BASES;
use crate::index::extractors::{ends, paths};
use crate::index::model::{Constant, Facts, Name, Part};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

/// The base of the client that a call is made on: what this file says of it, or the constant under which another file says it.
pub(super) fn of_call(reading: &Reading<'_>, call: &Call<'_>) -> Option<Name> {
    let root_chain = call.begins..call.at;
    if let Some(base) = in_span(reading, &root_chain) {
        return Some(base);
    }
    let receiver = call.path.iter().copied().find(|w| !matches!(*w, "self" | "this" | "$this"))?;
    if call.path.len() < 2 {
        return None;
    }
    let last = call.receiver().unwrap_or(receiver);
    for name in [last, receiver] {
        // `async with httpx.AsyncClient(base_url=..) as http`
        if let Some(made) = ends::opened_as(reading, name, call.at) {
            if let Some(base) = in_span(reading, &(made.open..made.close)) {
                return Some(base);
            }
            continue;
        }
        for binding in reading.assignments.iter().filter(|a| a.name == name && !a.value.contains(&call.at)) {
            if let Some(base) = in_span(reading, &binding.value) {
                return Some(base);
            }
            // `_client = factory.CreateClient("catalog")`
            let named = reading.calls.iter().find(|c| c.name == "CreateClient" && binding.value.contains(&c.at));
            if let Some(key) = named.and_then(|c| c.positional(0)).and_then(|a| reading.literal(&a.span)) {
                return Some(Name(vec![Part::Constant(format!("{key}@base"))]));
            }
        }
    }
    match reading.language.name() {
        // A typed client: its class takes an HttpClient.
        "csharp" => {
            let class = reading.enclosing(call.at, &[DeclarationKind::Type])?;
            let takes = class.head.clone().chain(class.body.clone()).any(|i| reading.is(i, "HttpClient"));
            takes.then(|| Name(vec![Part::Constant(format!("{}@base", class.name))]))
        }
        "javascript" | "typescript" => imported_stem(reading, receiver).map(|stem| Name(vec![Part::Constant(format!("{stem}@base"))])),
        _ => None,
    }
}

/// Variables that hold instances of clients, whatever they are called: `const orders = axios.create({ baseURL })`, `got.extend(..)`.
pub(super) fn instances<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    const MAKERS: [&str; 6] = ["axios", "got", "ky", "ofetch", "$fetch", "Axios"];
    if reading.language.name() == "python" {
        return sessions(reading);
    }
    if !matches!(reading.language.name(), "javascript" | "typescript") {
        return Vec::new();
    }
    let makes = |c: &&Call<'_>| matches!(c.name, "create" | "extend") && c.path.len() == 2 && MAKERS.contains(&c.path[0]);
    let made = reading.calls.iter().filter(makes);
    made.filter_map(|c| reading.assignments.iter().find(|a| a.path.len() == 1 && a.value.start == c.begins)).map(|a| a.name).collect()
}

/// Sessions of Python's clients: `s = requests.Session()`, `async with httpx.AsyncClient() as c`.
fn sessions<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    let makes = |c: &&Call<'_>| match &*c.path {
        [library, made] => {
            matches!(*library, "requests" | "niquests") && matches!(*made, "Session" | "session")
                || *library == "httpx" && matches!(*made, "Client" | "AsyncClient")
                || *library == "aiohttp" && *made == "ClientSession"
        }
        _ => false,
    };
    let mut out = Vec::new();
    for made in reading.calls.iter().filter(makes) {
        let bound = reading.assignments.iter().find(|a| a.path.len() == 1 && a.value.start == made.begins).map(|a| a.name);
        let opened = (reading.is(made.close + 1, "as") && reading.kind(made.close + 2) == Some(Token::Word)).then(|| reading.word(made.close + 2));
        out.extend(bound.or(opened));
    }
    out
}

/// The base that an expression gives to the client it makes.
fn in_span(reading: &Reading<'_>, span: &Span) -> Option<Name> {
    let at =
        span.clone().find(|&i| BASES.contains(&reading.string(i).unwrap_or_else(|| reading.word(i))) && matches!(reading.word(i + 1), ":" | "=" | "=>" | "("));
    let value = match at {
        Some(at) => {
            let from = at + 2;
            let mut to = from;
            while to < reading.tokens.len() && !matches!(reading.word(to), "," | ")" | "}" | "]" | ";") && !(to > from && reading.tokens[to].first) {
                to = if reading.kind(to) == Some(Token::Open) { reading.partner(to).max(to) + 1 } else { to + 1 };
            }
            from..to
        }
        None => {
            // WebClient.create("http://x"), Faraday.new(url: "http://x"), Faraday.new("http://x")
            let made = reading.calls.iter().find(|c| {
                span.contains(&c.at)
                    && (c.name == "create" && matches!(c.receiver(), Some("WebClient" | "RestClient")) || c.name == "new" && c.receiver() == Some("Faraday"))
            })?;
            made.keyword(&["url"]).or_else(|| made.positional(0))?.span.clone()
        }
    };
    if value.is_empty() {
        return None;
    }
    let base = paths::url(&super::address(reading, &value), false)?;
    (base.says_something() || base.is_open()).then_some(base)
}

/// Go keeps a client's base in a field: `c.base + "/items"` after `&Client{base: os.Getenv("STOCK_URL")}`. The address with that field's
/// value in place of what is not known of its beginning.
pub(super) fn with_field(reading: &Reading<'_>, span: &Span, address: Name) -> Name {
    let unknown = match &*address.0 {
        [Part::Hole, ..] => 0,
        [Part::Text(scheme), Part::Hole, ..] if scheme.ends_with("://") => 1,
        _ => return address,
    };
    if reading.language.name() != "go" {
        return address;
    }
    // The variable of the address, where it is built before.
    let bound = reading.assignments.iter().rev().find(|a| span.len() == 1 && a.name == reading.word(span.start) && a.at < span.start);
    let built = bound.map_or_else(|| span.clone(), |a| a.value.clone());
    let Some(field) = built.clone().find(|&i| {
        reading.is(i + 1, ".")
            && i + 2 < built.end
            && reading.kind(i + 2) == Some(Token::Word)
            && !reading.is(i + 3, "(")
            && reading.kind(i) == Some(Token::Word)
    }) else {
        return address;
    };
    let name = reading.word(field + 2);
    let mut given = (1..reading.tokens.len()).filter(|&i| reading.is(i, name) && reading.is(i + 1, ":") && matches!(reading.word(i - 1), "{" | ","));
    let (Some(one), None) = (given.next(), given.next()) else { return address };
    let mut to = one + 2;
    while to < reading.tokens.len() && !matches!(reading.word(to), "," | "}") {
        to = if reading.kind(to) == Some(Token::Open) { reading.partner(to).max(to) + 1 } else { to + 1 };
    }
    let value = reading.name(&(one + 2..to));
    if !(value.says_something() || value.is_open()) {
        return address;
    }
    let mut out = Name(address.0[..unknown].to_vec());
    out.append(value);
    out.append(Name(address.0[unknown + 1..].to_vec()));
    out
}

/// The file that a name is imported from.
fn imported_stem(reading: &Reading<'_>, name: &str) -> Option<String> {
    let line = reading.text.lines().find(|l| {
        let l = l.trim_start();
        (l.starts_with("import ") || l.contains("require(")) && l.contains(name)
    })?;
    let end = line.rfind(['\'', '"'])?;
    let begin = line[..end].rfind(['\'', '"'])?;
    let path = &line[begin + 1..end];
    let last = path.rsplit('/').next()?;
    path.starts_with(['.', '@', '~']).then(|| last.split('.').next().unwrap_or(last).to_owned()).filter(|s| !path.contains("node_modules") && !s.is_empty())
}

/// Constants for the files that use a client made here.
pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let mut push = |name: &str, value: Name| {
        out.constants.push(Constant { name: format!("{name}@base"), value });
    };
    match reading.language.name() {
        "javascript" | "typescript" => {
            if !reading.mentions(&["baseURL", "prefixUrl"]) {
                return;
            }
            let stem = crate::index::extractors::paths::stem(reading.path);
            let at = reading.calls.iter().filter(|c| matches!(c.name, "create" | "extend"));
            if let Some(base) = at.filter_map(|c| in_span(reading, &(c.open..c.close))).next() {
                push(stem, base);
            }
        }
        "csharp" => {
            if !reading.mentions(&["BaseAddress"]) {
                return;
            }
            for call in reading.calls.iter().filter(|c| matches!(c.name, "AddHttpClient" | "AddRefitClient")) {
                // What is configured up to the end of the statement.
                let end = (call.close..reading.tokens.len()).find(|&i| reading.is(i, ";") && i > call.close).unwrap_or(call.close);
                let Some(base) = in_span(reading, &(call.open..end)) else { continue };
                let keys: Vec<String> = match call.types {
                    Some(types) => types.split(',').map(|t| t.trim().to_owned()).collect(),
                    None => call.positional(0).and_then(|a| reading.literal(&a.span)).into_iter().collect(),
                };
                for key in keys {
                    push(&key, base.clone());
                }
            }
        }
        _ => {}
    }
}
