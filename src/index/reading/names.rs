//! What an expression names, as far as reading the file tells.

use super::settings::{default_after, injected, is_environment, is_setting_call, is_setting_key};
use super::templates::{fill, inside, literal};
use super::tokens::Kind;
use super::{Assignment, Declaration, DeclarationKind, Reading, Span};
use crate::index::model::{Name, Part};

/// How far constants of constants are followed.
const DEPTH: u8 = 5;

/// Calls that give their argument or receiver back in another type.
const SAME: [&str; 39] = [
    "as_str",
    "to_string",
    "to_owned",
    "into",
    "String",
    "str",
    "from",
    "encode",
    "getBytes",
    "valueOf",
    "byte",
    "as_bytes",
    "clone",
    "trim",
    "strip",
    "value",
    "name",
    "toString",
    "getValue",
    "unwrap",
    "of",
    "freeze",
    "to_s",
    "to_sym",
    "as_ref",
    "ToString",
    "Stringer",
    "strdup",
    "asString",
    "format",
    "Buffer",
    "create",
    "text",
    "literal",
    "Literal",
    "atom",
    "get",
    "Text",
    "queue",
];

/// Calls that put a text together from a template and its arguments.
const FORMATS: [&str; 10] = ["Sprintf", "sprintf", "format", "Format", "formatted", "printf", "Sprint", "vsprintf", "Errorf", "format_args"];

/// Behind the path of a constant whose text is a template.
pub(crate) const TEMPLATE: &str = "@template";

/// Whether a line reads like an import of any language.
pub(crate) fn is_import(line: &str) -> bool {
    let line = line.trim_start();
    ["import ", "from ", "use ", "using ", "require", "#include", "const ", "alias ", "\"", "} from", "_ \"", "package ", "include ", "namespace "]
        .iter()
        .any(|w| line.starts_with(w))
        || line.ends_with('"') && line.contains(" \"")
        || line.match_indices('(').any(|(at, _)| line[..at].ends_with("require"))
}

pub(super) fn name(reading: &Reading<'_>, span: &Span, depth: u8) -> Name {
    let mut span = span.clone();
    // Whatever stands around a value without changing what it names.
    loop {
        match reading.word(span.start) {
            "(" if reading.partner(span.start) + 1 == span.end => span = span.start + 1..span.end - 1,
            "&" | "*" | "await" | "new" | "ref" | "in" | "out" | "mut" | "@" if span.len() > 1 => span.start += 1,
            // Go's `[]byte("x")`.
            "[" if reading.is(span.start + 1, "]") && span.len() > 2 => span.start += 2,
            // Ruby's `:orders` and `:"orders.created"`.
            ":" if span.len() == 2 && reading.kind(span.start + 1) == Some(Kind::Text) => span.start += 1,
            ":" if span.len() == 2 => return Name::literal(reading.word(span.start + 1)),
            _ => break,
        }
    }
    if span.is_empty() || depth > DEPTH || span.len() > 120 {
        return Name::unknown();
    }
    let parts = joined(reading, &span);
    if parts.len() > 1 {
        let mut out = Name::default();
        for part in parts {
            out.append(name(reading, &part, depth + 1));
        }
        return out;
    }
    if let [first] = &*parts
        && first.end < span.end
    {
        // A fallback stands behind it.
        let mut out = name(reading, first, depth + 1);
        if let [Part::Setting(_, default @ None)] = &mut *out.0 {
            *default = name(reading, &(first.end + 1..span.end), depth + 1).as_literal().map(str::to_owned);
        }
        return out;
    }
    if reading.kind(span.start) == Some(Kind::Text) {
        let template = || literal(reading, span.start, depth);
        return match reading.word(span.start + 1) {
            _ if span.len() == 1 => template(),
            "%" => {
                let rest = span.start + 2..span.end;
                let arguments = if reading.is(rest.start, "(") { reading.elements(&rest) } else { vec![rest] };
                fill(inside(reading, span.start).unwrap_or(""), &names(reading, &arguments, depth))
            }
            "." if matches!(reading.word(span.start + 2), "format" | "formatted") && reading.is(span.start + 3, "(") => {
                let arguments = reading.elements(&(span.start + 3..reading.partner(span.start + 3) + 1));
                fill(inside(reading, span.start).unwrap_or(""), &names(reading, &arguments, depth))
            }
            // "x".encode(), "x" as const, "x".freeze
            "." if SAME.contains(&reading.word(span.start + 2)) => template(),
            "as" | "if" | "unless" => template(),
            _ if reading.kind(span.start + 1) == Some(Kind::Text) && span.len() <= 8 => {
                // Neighbouring literals are one text (Python, C, Ruby).
                let mut out = Name::default();
                for i in span.clone() {
                    out.append(if reading.kind(i) == Some(Kind::Text) { literal(reading, i, depth) } else { Name::unknown() });
                }
                out
            }
            _ => Name::unknown(),
        };
    }
    if reading.kind(span.start) == Some(Kind::Word) {
        return of_words(reading, &span, depth);
    }
    Name::unknown()
}

fn names(reading: &Reading<'_>, spans: &[Span], depth: u8) -> Vec<Name> {
    spans
        .iter()
        .map(|s| {
            // `{name=value}` arguments of format.
            let s = if reading.is(s.start + 1, "=") && s.len() > 2 { s.start + 2..s.end } else { s.clone() };
            name(reading, &s, depth + 1)
        })
        .collect()
}

/// Splits at the signs that join texts: `+`, PHP's `.`, Elixir's `<>`, Lua's `..`, a fallback `||`, `or`, `??` (the first counts).
fn joined(reading: &Reading<'_>, span: &Span) -> Vec<Span> {
    let language = reading.language.name();
    let mut out = Vec::new();
    let (mut from, mut at) = (span.start, span.start);
    while at < span.end {
        let word = reading.word(at);
        let width = match word {
            "+" => 1,
            "." if language == "php" => 1,
            "<" if language == "elixir" && reading.is(at + 1, ">") => 2,
            "." if language == "lua" && reading.is(at + 1, ".") => 2,
            _ => 0,
        };
        if width > 0 && at > from {
            out.push(from..at);
            from = at + width;
            at = from;
            continue;
        }
        if matches!(word, "||" | "or" | "??" | "?:") && at > from && out.is_empty() {
            return std::iter::once(from..at).collect();
        }
        if matches!(word, "==" | "!=" | "&&" | "-" | "*" | "/" | "=>") && at > from {
            break;
        }
        at = if reading.kind(at) == Some(Kind::Open) { reading.partner(at).max(at) + 1 } else { at + 1 };
    }
    if from < span.end {
        out.push(from..span.end);
    }
    if out.is_empty() { vec![span.clone()] } else { out }
}

/// An expression that begins with a word: a constant, a member, a call.
fn of_words(reading: &Reading<'_>, span: &Span, depth: u8) -> Name {
    // Names of the chain up to its end or its first bracket.
    let mut path = vec![reading.word(span.start)];
    let mut at = span.start + 1;
    while at + 1 < span.end && matches!(reading.word(at), "." | "::" | "->" | "?." | "&.") && reading.kind(at + 1) == Some(Kind::Word) {
        path.push(reading.word(at + 1));
        at += 2;
    }
    while matches!(reading.word(at), "!" | "?") && at < span.end {
        at += 1;
    }
    let last = path.last().copied().unwrap_or("");
    if at >= span.end {
        return of_path(reading, &path, span.start, depth);
    }
    // `config.get<string>('X')`, `configuration.GetValue<string>("X")`
    if reading.is(at, "<") && matches!(reading.language.name(), "typescript" | "csharp" | "java" | "kotlin") {
        let end = (at + 1..(at + 8).min(span.end)).find(|&i| reading.is(i, ">") && reading.is(i + 1, "("));
        at = end.map_or(at, |end| end + 1);
    }
    let bracket = reading.word(at);
    let close = reading.partner(at);
    if bracket == "[" && close > at {
        // os.environ["X"], ENV["X"], config["a.b"], process.env["X"]
        let key = name(reading, &(at + 1..close), depth + 1);
        if is_environment(&path)
            && let Some(key) = key.as_literal()
        {
            return Name(vec![Part::Setting(key.to_owned(), default_after(reading, close, span.end, depth))]);
        }
        return Name::unknown();
    }
    if bracket != "(" || close <= at {
        return Name::unknown();
    }
    let arguments = reading.elements(&(at..close + 1));
    let first = || arguments.first().map_or_else(Name::unknown, |a| name(reading, a, depth + 1));
    if matches!(last, "format" | "formatted" | "Format") && path.len() > 1 && !matches!(path[0], "String" | "string" | "fmt" | "str") {
        // `STATUS.format(id)`: the template is a constant.
        let template = of_path(reading, &path[..path.len() - 1], span.start, depth);
        return match template.as_literal() {
            Some(text) => fill(text, &names(reading, &arguments, depth)),
            None => filled(template),
        };
    }
    if FORMATS.contains(&last)
        && let Some(template) = arguments.first().filter(|a| a.len() > 1 || reading.kind(a.start) == Some(Kind::Word)).map(|a| name(reading, a, depth + 1))
    {
        // `Sprintf(keys.Status, id)`
        match template.as_literal() {
            Some(text) => return fill(text, &names(reading, &arguments[1..], depth)),
            None if template.is_open() => return filled(template),
            None => {}
        }
    }
    if FORMATS.contains(&last) || reading.is(at - 1, "!") {
        let template = arguments.first().and_then(|a| (a.len() == 1).then(|| inside(reading, a.start)).flatten());
        if let Some(template) = template {
            return fill(template, &names(reading, &arguments[1..], depth));
        }
    }
    if matches!(last, "join" | "Join" | "JoinPath") && arguments.len() >= 2 {
        // path.join(a, b), String.join(":", a, b)
        let texts = names(reading, &arguments, depth);
        let string = path.first() == Some(&"String") || path.first() == Some(&"string");
        let (separator, texts) = if string { (texts[0].pattern(), &texts[1..]) } else { ("/".to_owned(), &texts[..]) };
        let mut out = Name::default();
        for (i, text) in texts.iter().enumerate() {
            if i > 0 {
                out.push(Part::Text(separator.clone()));
            }
            out.append(text.clone());
        }
        return out;
    }
    let is_setting = is_setting_call(&path) || matches!(last, "get" | "fetch") && path.len() > 1 && path[0].to_ascii_lowercase().contains("config");
    if is_setting
        && let Some(key) = arguments.iter().map(|a| name(reading, a, depth + 1)).find_map(|n| n.as_literal().map(str::to_owned))
        && is_setting_key(&key)
    {
        let key = if last == "GetConnectionString" { format!("ConnectionStrings:{key}") } else { key };
        let default = arguments.iter().skip(1).map(|a| name(reading, a, depth + 1)).find_map(|n| n.as_literal().filter(|d| *d != key).map(str::to_owned));
        return Name(vec![Part::Setting(key, default.or_else(|| default_after(reading, close, span.end, depth)))]);
    }
    if SAME.contains(&last) {
        // `String::from("x")`, `TOPIC.to_string()`
        if !arguments.is_empty() && (path.len() == 1 || path[0].starts_with(char::is_uppercase)) {
            return first();
        }
        if path.len() > 1 && arguments.is_empty() {
            return of_path(reading, &path[..path.len() - 1], span.start, depth);
        }
    }
    // A function that only puts a name together.
    let called = &path[path.len().saturating_sub(2)..];
    if let Some(declared) = reading.declarations.iter().find(|d| d.kind == DeclarationKind::Function && d.name == last)
        && depth < DEPTH
        && path.len() <= 2
    {
        return returned(reading, declared, depth + 1).unwrap_or_else(Name::unknown);
    }
    if path.len() <= 2
        && depth < DEPTH
        && reading.language.name() == "csharp"
        && let Some((_, body)) = reading.expression_bodied().iter().find(|(at, _)| reading.is(*at, last))
    {
        return name(reading, body, depth + 1);
    }
    if path.len() == 1
        && depth < DEPTH
        && let Some(body) = reading.assignments.iter().find(|a| a.name == last && a.path.len() == 1).and_then(|a| arrow_body(reading, &a.value))
    {
        return name(reading, &body, depth + 1);
    }
    // `keys.cart(id)`, where `keys` is an object of this file that holds functions.
    if let [holder, function] = &*path
        && depth < DEPTH
        && let Some(object) = reading.assignments.iter().find(|a| a.name == *holder && a.path.len() == 1 && a.value.clone().take(4).any(|i| reading.is(i, "{")))
        && let Some(body) = reading.entry(&object.value, function).and_then(|value| arrow_body(reading, &value))
    {
        return name(reading, &body, depth + 1);
    }
    // `keys.heartbeat(id)` of a module that holds names.
    let of_names =
        path.len() == 2 && ["keys", "names", "topics", "channels", "queues", "subjects", "constants"].iter().any(|w| path[0].to_ascii_lowercase().ends_with(w));
    if of_names || looks_constant(called) || path.len() == 1 && last.to_ascii_lowercase().ends_with("key") || last.to_ascii_lowercase().ends_with("topic") {
        return Name(vec![Part::Constant(format!("{}()", tail(called)))]);
    }
    Name::unknown()
}

/// A template that another file holds, with whatever is put into it.
fn filled(template: Name) -> Name {
    let mark = |part: Part| match part {
        Part::Constant(path) if !path.ends_with("()") && !path.contains('@') => Part::Constant(format!("{path}{TEMPLATE}")),
        part => part,
    };
    Name(template.0.into_iter().map(mark).collect())
}

/// The expression that an arrow function of one expression gives back: `(id: string) => \`cart:${id}\``.
pub(super) fn arrow_body(reading: &Reading<'_>, value: &Span) -> Option<Span> {
    if !matches!(reading.language.name(), "typescript" | "javascript") {
        return None;
    }
    let after = if reading.is(value.start, "(") { reading.partner(value.start) + 1 } else { value.start + 1 };
    let arrow = (after..(after + 6).min(value.end)).find(|&i| reading.is(i, "=>"))?;
    (arrow + 1 < value.end && !reading.is(arrow + 1, "{")).then_some(arrow + 1..value.end)
}

/// What the only `return` of a short function names.
pub(super) fn returned(reading: &Reading<'_>, declared: &Declaration<'_>, depth: u8) -> Option<Name> {
    let body = &declared.body;
    let returns: Vec<usize> = body.clone().filter(|&i| reading.is(i, "return")).collect();
    let from = match &*returns {
        [one] => one + 1,
        // The last expression is the value.
        [] if matches!(reading.language.name(), "rust" | "ruby" | "elixir" | "kotlin" | "scala") && body.len() <= 20 => {
            body.start + usize::from(reading.is(body.start, "do"))
        }
        _ => return None,
    };
    let to = (from..body.end).find(|&i| reading.is(i, ";") || i > from && reading.tokens[i].first && !matches!(reading.word(i), "." | "+")).unwrap_or(body.end);
    let out = (from < to).then(|| name(reading, &(from..to), depth))?;
    out.says_something().then_some(out)
}

fn tail(path: &[&str]) -> String {
    let path: Vec<&str> = path.iter().copied().filter(|w| !matches!(*w, "self" | "this" | "cls" | "Self" | "crate" | "super")).collect();
    path[path.len().saturating_sub(2)..].join(".")
}

/// Whether a path reads like a constant of another file rather than a local variable.
fn looks_constant(path: &[&str]) -> bool {
    let Some(last) = path.last() else { return false };
    let humps = last.bytes().skip(1).any(|b| b.is_ascii_uppercase()) || last.contains('_') && last.len() >= 6;
    humps || last.starts_with(char::is_uppercase) || path.len() > 1 && path[0].starts_with(char::is_uppercase)
}

/// What a path of names stands for, seen from the token at `at`.
pub(super) fn of_path(reading: &Reading<'_>, path: &[&str], at: usize, depth: u8) -> Name {
    let Some(&last) = path.last() else { return Name::unknown() };
    // process.env.X, import.meta.env.X, Deno.env.X
    let variable = || last.len() > 2 && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if path.len() >= 3 && path[path.len() - 2] == "env" || path.len() == 2 && (path[0] == "ENV" || path[0] == "env" && variable()) {
        return Name(vec![Part::Setting(last.to_owned(), None)]);
    }
    let holder = path.len().checked_sub(2).map(|i| path[i]);
    if depth < DEPTH {
        if let Some(value) = bound(reading, holder, last, at) {
            return name(reading, &value, depth + 1);
        }
        if let Some(holder) = holder
            && let Some(declared) = reading.declarations.iter().find(|d| d.kind == DeclarationKind::Enum && d.name == holder)
            && let Some(call) = reading.calls.iter().find(|c| declared.body.contains(&c.at) && c.name == last && c.arguments.len() == 1)
        {
            return name(reading, &call.arguments[0].span, depth + 1);
        }
    }
    if (path.len() == 1 || path.len() == 2 && matches!(path[0], "this" | "self"))
        && let Some(value) = injected(reading, last, depth)
    {
        return value;
    }
    // A parameter is whatever the caller gives.
    let is_parameter = path.len() == 1 && reading.enclosing(at, &[DeclarationKind::Function]).is_some_and(|d| d.head.clone().any(|i| reading.is(i, last)));
    if looks_constant(path) && !is_parameter && !path.contains(&"request") { Name(vec![Part::Constant(tail(path))]) } else { Name::unknown() }
}

/// The value that a name is bound to in this text, as seen from `at`: in the same function, else in the file; none when there are several.
fn bound(reading: &Reading<'_>, holder: Option<&str>, last: &str, at: usize) -> Option<Span> {
    let function = reading.enclosing(at, &[DeclarationKind::Function]).map(|d| d.body.clone());
    let holder = holder.filter(|h| !matches!(*h, "self" | "this" | "cls" | "Self" | "static" | "@"));
    if let Some(holder) = holder {
        // `Topics.ORDERS`: a member of a type, or an entry of an object, of this file.
        if let Some(declared) = reading.declarations.iter().find(|d| d.name == holder && d.kind != DeclarationKind::Function) {
            let found = reading.assignments.iter().find(|a| a.name == last && declared.body.contains(&a.at));
            return found.map(|a| a.value.clone());
        }
        let object = reading.assignments.iter().find(|a| a.name == holder && a.value.clone().any(|i| reading.is(i, "{")))?;
        return reading.entry(&object.value, last);
    }
    let is = |a: &&Assignment<'_>| a.name == last && !a.value.contains(&at) && a.at != at;
    if let Some(body) = &function {
        let mut local = reading.assignments.iter().filter(is).filter(|a| body.contains(&a.at) && a.at < at);
        if let Some(first) = local.next() {
            return local.next().is_none().then(|| first.value.clone());
        }
        // A parameter hides what the file binds.
        let parameter = reading.enclosing(at, &[DeclarationKind::Function]).is_some_and(|d| d.head.clone().any(|i| reading.is(i, last)));
        if parameter {
            return None;
        }
    }
    let mut outside = reading.assignments.iter().filter(is).filter(|a| {
        a.path.len() > 1 && matches!(a.path[0], "self" | "this")
            || reading.enclosing(a.at, &[DeclarationKind::Function]).is_none_or(|f| is_set_when_made(reading, a, f))
    });
    let first = outside.next()?;
    outside.next().is_none().then(|| first.value.clone())
}

/// Whether an assignment within a function gives a field its value when the object is made: `_base = configuration["STOCK_URL"]` in a constructor.
fn is_set_when_made(reading: &Reading<'_>, assignment: &Assignment<'_>, function: &Declaration<'_>) -> bool {
    matches!(reading.language.name(), "csharp" | "java")
        && reading.tokens[assignment.at].first
        && assignment.path.len() == 1
        && reading.enclosing(function.name_at, &[DeclarationKind::Type]).is_some_and(|t| t.name == function.name)
}
