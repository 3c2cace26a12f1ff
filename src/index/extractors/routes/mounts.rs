//! Prefixes of routers: given when they are made, by the group they belong to, or where they are mounted, in this file or another.

use super::tables::{GROUPS, MOUNTS, ROUTERS};
use crate::index::extractors::paths;
use crate::index::model::{Constant, Facts, Given, Name, Part};
use crate::index::reading::{Call, Declaration, DeclarationKind, Reading};

const DEPTH: u8 = 4;

/// What stands before a route that is registered by this call.
pub(super) fn of_call(reading: &Reading<'_>, call: &Call<'_>) -> Name {
    match laravel_file(reading.path).filter(|_| call.path.first() == Some(&"Route") && reading.language.name() == "php") {
        Some(file) => {
            paths::join(Name(vec![Part::Setting(laravel_key(file), Some(if file == "api" { "/api" } else { "" }.to_owned()))]), before(reading, call, 0))
        }
        None => before(reading, call, 0),
    }
}

/// The name of a file of routes of Laravel: the framework serves `routes/api.php` under `/api` unless the application says otherwise.
fn laravel_file(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    let stem = file.strip_suffix(".php")?;
    ((folder == "routes" || folder.ends_with("/routes")) && stem != "web").then_some(stem)
}

/// The setting under which the application's bootstrap says what stands before the routes of a file.
fn laravel_key(file: &str) -> String {
    format!("laravel prefix of {file}")
}

/// `->withRouting(api: .., apiPrefix: 'v1')`, `Route::prefix('v1')->group(base_path('routes/api.php'))`.
fn laravel(reading: &Reading<'_>, out: &mut Facts) {
    let mut give = |file: &str, prefix: &str, line: u32| {
        let prefix = prefix.trim_matches('/');
        out.given.push(Given { key: laravel_key(file), value: format!("/{prefix}"), part: None, line });
    };
    for call in &reading.calls {
        let prefix = |span: &std::ops::Range<usize>| reading.literal(span).filter(|p| !p.trim_matches('/').is_empty());
        if call.name == "withRouting"
            && let Some(given) = call.keyword(&["apiPrefix"]).and_then(|a| prefix(&a.span))
        {
            give("api", &given, call.line);
        }
        if call.name == "group"
            && call.path.first() == Some(&"Route")
            && let Some(first) = call.positional(0)
            && let Some(file) = first.span.clone().find_map(|i| reading.string(i)).and_then(|path| laravel_file(path.trim_start_matches('/')))
        {
            let mut on = call.on.map(|o| &reading.calls[o]);
            while let Some(inner) = on {
                if inner.name == "prefix"
                    && let Some(given) = inner.positional(0).and_then(|a| prefix(&a.span))
                {
                    give(file, &given, call.line);
                }
                on = inner.on.map(|o| &reading.calls[o]);
            }
        }
    }
}

fn before(reading: &Reading<'_>, call: &Call<'_>, depth: u8) -> Name {
    let mut out = Name::default();
    // Blocks, closures and calls around it that give a prefix, from the outside in. The outermost says what it is called on.
    let gives = |c: &&Call<'_>| c.at < call.at && holds(reading, c, call.at) && (is_group(reading, c) || !chain(reading, c).0.is_empty());
    let around: Vec<&Call<'_>> = reading.calls.iter().filter(gives).collect();
    let root = around.first().copied().unwrap_or(call);
    out.append(receiver(reading, root, depth));
    for group in &around {
        if !std::ptr::eq(*group, root) {
            out = paths::join(out, chain(reading, group));
        }
        if is_group(reading, group) {
            out = paths::join(out, path_of(reading, group));
        }
    }
    if !around.is_empty() {
        out = paths::join(out, chain(reading, call));
    }
    out
}

/// Whether `at` lies in the arguments of a call or in the block behind it.
fn holds(reading: &Reading<'_>, call: &Call<'_>, at: usize) -> bool {
    let block = call.close + 1;
    let end = if reading.is(block, "{") { reading.partner(block) } else { call.close };
    (call.open..end).contains(&at)
}

fn is_group(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    GROUPS.contains(&call.name) && !path_of(reading, call).0.is_empty()
}

/// The path that a group call gives.
fn path_of(reading: &Reading<'_>, call: &Call<'_>) -> Name {
    let Some(first) = call.positional(0) else { return Name::default() };
    let prefix = reading.entry(&first.span, "prefix").filter(|_| reading.is(first.span.start, "[") || reading.is(first.span.start, "{"));
    let name = reading.name(&prefix.unwrap_or_else(|| first.span.clone()));
    let plain = name.as_literal().is_some_and(|t| t.bytes().all(|b| !b.is_ascii_whitespace()));
    if plain || name.is_open() && name.says_something() { trimmed(paths::served(&name)) } else { Name::default() }
}

fn trimmed(name: Name) -> Name {
    match name.as_literal() {
        Some(text) if text.trim_end_matches('/').is_empty() => Name::default(),
        Some(text) if !text.starts_with('/') => Name::literal(format!("/{}", text.trim_end_matches('/'))),
        Some(text) => Name::literal(text.trim_end_matches('/')),
        None => name,
    }
}

/// Groups in the chain that a call is made on: `app.MapGroup("/x").MapGet(..)`.
fn chain(reading: &Reading<'_>, call: &Call<'_>) -> Name {
    let mut out = Vec::new();
    let mut here = call.on;
    while let Some(place) = here {
        let on = &reading.calls[place];
        // A route that was registered before in the same chain is no group.
        if is_group(reading, on) && on.arguments.len() == 1 {
            out.push(path_of(reading, on));
        }
        here = on.on;
    }
    out.into_iter().rev().fold(Name::default(), paths::join)
}

/// The prefix of what a call is made on.
fn receiver(reading: &Reading<'_>, call: &Call<'_>, depth: u8) -> Name {
    let inner = chain(reading, call);
    let root = call.path.iter().copied().find(|w| !matches!(*w, "self" | "this" | "$this"));
    let outer = match root {
        Some(name) if call.path.len() > 1 => of_variable(reading, name, call.at, depth),
        _ => Name::default(),
    };
    let outer = if outer.0.is_empty() { root.map_or_else(Name::default, |name| plugin(reading, name, call.at, depth)) } else { outer };
    let outer = if outer.0.is_empty() { passed_on(reading, call, depth) } else { outer };
    paths::join(outer, inner)
}

/// The prefix under which the router that this call is a part of is mounted: as the variable that its chain is bound to, or as what the function
/// around it gives back: `let orders = Router::new().route(..); app.nest("/orders", orders)`, `r.Mount("/admin", admin())`.
fn passed_on(reading: &Reading<'_>, call: &Call<'_>, depth: u8) -> Name {
    if depth > DEPTH {
        return Name::default();
    }
    let function = reading.enclosing(call.at, &[DeclarationKind::Function]);
    let mounts = || reading.calls.iter().filter(|c| c.path.len() > 1 && c.arguments.len() > 1 && MOUNTS.iter().any(|(n, _)| *n == c.name));
    let given = |mount: &Call<'_>, name: &str, called: bool| {
        mount.arguments.iter().any(|a| {
            let word = a.span.clone().find(|&i| reading.is(i, name) && reading.is(i + 1, "(") == called);
            a.keyword.is_none() && a.span.len() <= 16 && word.is_some()
        })
    };
    let under = |mount: &Call<'_>| paths::join(before(reading, mount, depth + 1), mounted_under(reading, mount));
    let begins = call.begins..call.begins + 2;
    let bound = reading.assignments.iter().find(|a| begins.contains(&a.value.start) || a.value.start == call.begins.saturating_sub(1));
    if let Some(bound) = bound {
        let inside = function.map_or(0..reading.tokens.len(), |f| f.body.clone());
        let mount = mounts().find(|c| c.at > bound.value.end && inside.contains(&c.at) && given(c, bound.name, false));
        if let Some(mount) = mount {
            return under(mount);
        }
    }
    let Some(function) = function else { return Name::default() };
    let mount = mounts().find(|c| !function.body.contains(&c.at) && given(c, function.name, true));
    mount.map_or_else(|| given_away(reading, function), under)
}

/// The prefix under which a plugin of Fastify is registered, whose application this name is: `const orders: FastifyPluginAsync = async (app) => ..`,
/// `async function orders(app: FastifyInstance) ..`.
fn plugin(reading: &Reading<'_>, name: &str, at: usize, depth: u8) -> Name {
    if depth > DEPTH || !matches!(reading.language.name(), "typescript" | "javascript") || !reading.text.to_ascii_lowercase().contains("fastify") {
        return Name::default();
    }
    let says = |span: std::ops::Range<usize>| span.clone().any(|i| reading.word(i).starts_with("FastifyPlugin") || reading.is(i, "FastifyInstance"));
    // Of JavaScript, what it is called says it.
    let by_name = name.to_ascii_lowercase().contains("fastify");
    let function = reading.enclosing(at, &[DeclarationKind::Function]).filter(|f| f.head.clone().any(|i| reading.is(i, name)));
    let function = function.filter(|f| by_name || says(f.head.clone())).map(|f| f.name);
    let arrow = reading.assignments.iter().rev().find(|a| {
        let head = a.value.start..(a.value.start + 16).min(a.value.end);
        let arrow = head.clone().find(|&i| reading.is(i, "=>"));
        a.value.contains(&at) && arrow.is_some_and(|end| (head.start..end).any(|i| reading.is(i, name)) && (by_name || says(a.at..end)))
    });
    let Some(own) = function.or(arrow.map(|a| a.name)) else { return Name::default() };
    let registers =
        |c: &&Call<'_>| c.name == "register" && c.path.len() > 1 && c.positional(0).is_some_and(|a| a.span.len() == 1 && reading.is(a.span.start, own));
    match reading.calls.iter().find(registers) {
        Some(mount) => paths::join(before(reading, mount, depth + 1), mounted_under(reading, mount)),
        None => Name(vec![Part::Constant(format!("{}@mount", paths::stem(reading.path)))]),
    }
}

/// The prefix of a router that a Rust function gives to other files, as the file that mounts it tells.
fn given_away(reading: &Reading<'_>, function: &Declaration<'_>) -> Name {
    let is_public = || {
        (function.name_at.saturating_sub(7)..function.name_at).rev().take_while(|&i| !matches!(reading.word(i), "}" | ";" | "]")).any(|i| reading.is(i, "pub"))
    };
    let gives = reading.language.name() == "rust" && function.head.clone().any(|i| reading.is(i, "Router")) && is_public();
    let stem = paths::stem(reading.path);
    if gives && stands_for_itself(reading.path, stem) { Name(vec![Part::Constant(format!("{stem}@mount"))]) } else { Name::default() }
}

/// Whether a Rust file is told by its own name: of many folders' `routes.rs` only the outermost is.
fn stands_for_itself(path: &str, stem: &str) -> bool {
    !GENERIC.contains(&stem) || path.rsplit('/').nth(1) == Some("src")
}

const GENERIC: [&str; 10] = ["routes", "router", "routers", "handlers", "api", "http", "web", "server", "main", "lib"];

/// Constants for the files whose functions give the routers that this Rust file mounts: `.nest("/orders", orders::routes())`.
fn rust(reading: &Reading<'_>, out: &mut Facts) {
    for call in reading.calls.iter().filter(|c| matches!(c.name, "nest" | "nest_service") && c.arguments.len() == 2) {
        let span = call.arguments[1].span.clone();
        let Some(made) = reading.calls.iter().find(|c| c.begins == span.start && c.on.is_none()) else { continue };
        let path: Vec<&str> = made.path.iter().copied().filter(|w| !matches!(*w, "crate" | "self" | "super")).collect();
        let module = match &*path {
            [.., module, _] if module.starts_with(char::is_lowercase) => Some((*module, path.len() == 2)),
            [function] => imported_from(reading, function),
            _ => None,
        };
        let Some((module, is_short)) = module else { continue };
        let under = paths::join(before(reading, call, 1), mounted_under(reading, call));
        if (is_short || !GENERIC.contains(&module)) && (under.says_something() || under.is_open()) {
            out.constants.push(Constant { name: format!("{module}@mount"), value: under });
        }
    }
}

/// The module of a function by its `use`, and whether no other stands before it.
fn imported_from<'a>(reading: &Reading<'a>, function: &str) -> Option<(&'a str, bool)> {
    let line = reading.text.lines().map(str::trim).find(|l| l.starts_with("use ") && has_word(l, function))?;
    let path = line.trim_start_matches("use ").split(['{', ';', ' ']).next()?;
    let mut segments: Vec<&str> = path.split("::").filter(|s| !s.is_empty() && !matches!(*s, "crate" | "self" | "super")).collect();
    if !line.contains('{') {
        segments.pop();
    }
    segments.last().map(|module| (*module, segments.len() == 1))
}

/// The prefix of the routes of the router in this variable, as seen from `at`.
pub(super) fn of_variable(reading: &Reading<'_>, name: &str, at: usize, depth: u8) -> Name {
    if depth > DEPTH {
        return Name::default();
    }
    let own = |c: &&Call<'_>, value: &std::ops::Range<usize>| value.contains(&c.at);
    let function = reading.enclosing(at, &[DeclarationKind::Function]).map(|d| d.body.clone());
    let mut bindings = reading.assignments.iter().filter(|a| a.name == name && a.at < at && !a.value.contains(&at));
    let local = function.and_then(|body| bindings.clone().rfind(|a| body.contains(&a.at)));
    let Some(binding) = local.or_else(|| bindings.next_back()) else { return Name::default() };
    let mut is_router = false;
    let mut made = Name::default();
    for call in reading.calls.iter().filter(|c| own(c, &binding.value)) {
        if let Some((_, keyword)) = ROUTERS.iter().find(|(n, _)| *n == call.name) {
            is_router = true;
            let given = call.keyword(&[keyword]).map(|a| a.span.clone()).or_else(|| call.positional(0).and_then(|a| reading.entry(&a.span, keyword)));
            if let Some(given) = given {
                made = trimmed(paths::served(&reading.name(&given)));
            }
        } else if is_group(reading, call) {
            let own = path_of(reading, call);
            return paths::join(before(reading, call, depth + 1), own);
        }
    }
    // Mounted in this file?
    let mount = reading.calls.iter().find(|c| {
        MOUNTS.iter().any(|(n, _)| *n == c.name)
            && c.arguments.iter().any(|a| a.keyword.is_none() && a.span.clone().any(|i| reading.is(i, name)) && a.span.len() <= 6)
            && c.path.first() != Some(&name)
    });
    let outer = match mount {
        Some(mount) => paths::join(receiver(reading, mount, depth + 1), mounted_under(reading, mount)),
        None if is_router => Name(vec![Part::Constant(format!("{}@mount", paths::stem(reading.path)))]),
        None => Name::default(),
    };
    paths::join(outer, made)
}

fn mounted_under(reading: &Reading<'_>, mount: &Call<'_>) -> Name {
    let keyword = MOUNTS.iter().find(|(n, _)| *n == mount.name).map_or("", |(_, k)| k);
    let given = if keyword.is_empty() {
        mount.positional(0).map(|a| a.span.clone())
    } else {
        mount.keyword(&[keyword]).map(|a| a.span.clone()).or_else(|| mount.positional(1).and_then(|a| reading.entry(&a.span, keyword)))
    };
    let Some(given) = given else { return Name::default() };
    let name = reading.name(&given);
    if name.as_literal().is_some_and(|t| t.starts_with('/')) || name.is_open() && name.says_something() {
        trimmed(paths::served(&name))
    } else {
        Name::default()
    }
}

/// Constants for the files whose routers this file mounts.
pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    if reading.language.name() == "php" && reading.mentions(&["withRouting", "routes/"]) {
        laravel(reading, out);
    }
    if reading.language.name() == "rust" {
        return rust(reading, out);
    }
    if !matches!(reading.language.name(), "python" | "javascript" | "typescript") {
        return;
    }
    for call in &reading.calls {
        // Nest: every route of the application begins so.
        if call.name == "setGlobalPrefix"
            && let Some(prefix) = call.positional(0).and_then(|a| reading.literal(&a.span))
        {
            out.given.push(Given { key: "nest.global-prefix".to_owned(), value: prefix, part: None, line: call.line });
        }
        if !MOUNTS.iter().any(|(n, _)| *n == call.name) || call.arguments.is_empty() || call.path.len() < 2 {
            continue;
        }
        let under = paths::join(receiver(reading, call, 1), mounted_under(reading, call));
        if !(under.says_something() || under.is_open()) {
            continue;
        }
        for argument in call.arguments.iter().filter(|a| a.keyword.is_none()) {
            if let Some(stem) = mounted(reading, &argument.span) {
                out.constants.push(Constant { name: format!("{stem}@mount"), value: under.clone() });
            }
        }
    }
}

/// The file that a mounted router comes from.
fn mounted(reading: &Reading<'_>, span: &std::ops::Range<usize>) -> Option<String> {
    // app.use('/orders', require('./routes/orders'))
    if let Some(call) = reading.calls.iter().find(|c| span.contains(&c.at) && matches!(c.name, "require" | "import")) {
        return reading.literal(&call.arguments.first()?.span).map(|p| module(&p));
    }
    let name = reading.word(span.start);
    if name.is_empty() || !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    for line in reading.text.lines() {
        let line = line.trim();
        let imports = line.starts_with("import ") || line.starts_with("from ") || line.contains("require(");
        if !imports || !has_word(line, name) {
            continue;
        }
        if reading.language.name() == "python" {
            let from = line.strip_prefix("from ").and_then(|l| l.split_once(" import "));
            let member = span.len() >= 3 && reading.is(span.start + 1, ".");
            return match from {
                Some((module, names)) => {
                    if member || module.trim_matches('.').is_empty() {
                        // `from routers import orders`, `orders.router`; with another name, what stands before `as`.
                        let entry = names.split(',').map(str::trim).find(|n| has_word(n, name))?;
                        Some(entry.split_whitespace().next()?.trim_matches(['(', ')']).to_owned())
                    } else {
                        Some(module.rsplit('.').next()?.to_owned())
                    }
                }
                None => Some(name.to_owned()),
            };
        }
        let quote = line.rfind(['\'', '"'])?;
        let before = &line[..quote];
        let begin = before.rfind(['\'', '"'])?;
        let path = &before[begin + 1..];
        return path.starts_with(['.', '@', '~']).then(|| module(path));
    }
    None
}

fn module(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or(path);
    let name = last.strip_suffix(".js").or_else(|| last.strip_suffix(".ts")).or_else(|| last.strip_suffix(".mjs")).unwrap_or(last);
    if name == "index" { path.rsplit('/').nth(1).unwrap_or(name).to_owned() } else { name.split('.').next().unwrap_or(name).to_owned() }
}

pub(in crate::index::extractors) fn has_word(line: &str, word: &str) -> bool {
    let bytes = line.as_bytes();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'$';
    line.match_indices(word).any(|(at, _)| (at == 0 || !is_word(bytes[at - 1])) && bytes.get(at + word.len()).is_none_or(|b| !is_word(*b)))
}
