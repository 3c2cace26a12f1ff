//! What a file declares: types, functions, and the annotations on them.

use super::tokens::Kind;
use super::{Argument, Reading, Span, calls};

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeclarationKind {
    /// A class, struct, record, interface, trait, object or module.
    Type,
    /// An enumeration.
    Enum,
    /// A function or method.
    Function,
}

/// A named type or function with its body.
#[derive(Clone, Debug)]
pub(crate) struct Declaration<'a> {
    pub(crate) kind: DeclarationKind,
    pub(crate) name: &'a str,
    /// Token of the name.
    pub(crate) name_at: usize,
    /// Tokens between the name and the body: parameters, supertypes, result.
    pub(crate) head: Span,
    /// Tokens of the body, without its brackets; empty where there is none.
    pub(crate) body: Span,
    /// Line of the name, counted from 1.
    pub(crate) line: u32,
}

/// `@Name(..)`, `[Name(..)]` or `#[name(..)]` before a declaration.
#[derive(Clone, Debug)]
pub(crate) struct Annotation<'a> {
    /// Its names: `app`, `route` of `@app.route(..)`.
    pub(crate) path: Vec<&'a str>,
    /// The last of them.
    pub(crate) name: &'a str,
    pub(crate) arguments: Vec<Argument<'a>>,
    /// Token of the declared name that it stands before.
    pub(crate) target: Option<usize>,
    /// Token of its name.
    pub(crate) at: usize,
    /// Line of its name, counted from 1.
    pub(crate) line: u32,
}

impl<'a> Annotation<'a> {
    /// The n-th argument without a keyword.
    pub(crate) fn positional(&self, n: usize) -> Option<&Argument<'a>> {
        self.arguments.iter().filter(|a| a.keyword.is_none()).nth(n)
    }

    /// The argument with one of these keywords.
    pub(crate) fn keyword(&self, words: &[&str]) -> Option<&Argument<'a>> {
        self.arguments.iter().find(|a| a.keyword.is_some_and(|k| words.contains(&k)))
    }
}

fn kind_of(word: &str) -> Option<DeclarationKind> {
    Some(match word {
        "class" | "struct" | "record" | "interface" | "trait" | "object" | "module" | "defmodule" | "type" | "impl" => DeclarationKind::Type,
        "enum" => DeclarationKind::Enum,
        "def" | "defp" | "func" | "fun" | "fn" | "function" | "sub" => DeclarationKind::Function,
        _ => return None,
    })
}

fn is_indented(language: &str) -> bool {
    matches!(language, "python" | "ruby" | "elixir")
}

pub(super) fn declarations<'a>(reading: &Reading<'a>) -> Vec<Declaration<'a>> {
    let mut out: Vec<Declaration<'a>> = Vec::new();
    let language = reading.language.name();
    for at in 0..reading.tokens.len() {
        if reading.kind(at) != Some(Kind::Word) {
            continue;
        }
        let declared = match kind_of(reading.word(at)) {
            // `x.type`, `type: "object"`, `class=`, `@type` are none.
            Some(_) if at > 0 && matches!(reading.word(at - 1), "." | "::" | "@" | "?.") => None,
            Some(kind) => keyword_name(reading, at, kind),
            None => None,
        };
        if let Some((kind, name_at)) = declared {
            if out.last().is_some_and(|d| d.name_at == name_at) {
                continue;
            }
            let (head, body) = body(reading, at, name_at, language);
            out.push(Declaration { kind, name: reading.word(name_at), name_at, head, body, line: reading.line(name_at) });
        } else if let Some(body_at) = unkeyed_function(reading, at, language) {
            if out.last().is_some_and(|d| d.name_at == at) {
                continue;
            }
            let close = reading.partner(body_at);
            out.push(Declaration {
                kind: DeclarationKind::Function,
                name: reading.word(at),
                name_at: at,
                head: at + 1..body_at,
                body: body_at + 1..close.max(body_at + 1),
                line: reading.line(at),
            });
        }
    }
    out
}

/// The token of the name that the keyword at `at` declares.
fn keyword_name(reading: &Reading<'_>, at: usize, kind: DeclarationKind) -> Option<(DeclarationKind, usize)> {
    let mut kind = kind;
    let mut name = at + 1;
    if reading.is(name, "class") || reading.is(name, "struct") {
        // `enum class Status`, `record struct Point`.
        name += 1;
    }
    if reading.is(at, "func") && reading.is(name, "(") {
        // Go's receiver.
        name = reading.partner(name) + 1;
    }
    if reading.is(name, "*") {
        name += 1;
    }
    if reading.is(at, "def") && reading.is(name, "self") && reading.is(name + 1, ".") {
        name += 2;
    }
    if reading.is(at, "impl") {
        if reading.is(name, "<") {
            name = (name..name + 20).find(|&i| reading.is(i, ">"))? + 1;
        }
        if let Some(subject) = (name..name + 24).take_while(|&i| !reading.is(i, "{")).find(|&i| reading.is(i, "for")) {
            name = subject + 1;
        }
    }
    while reading.is(name + 1, ".") && reading.kind(name + 2) == Some(Kind::Word) || reading.is(name + 1, "::") && reading.kind(name + 2) == Some(Kind::Word) {
        name += 2;
    }
    if reading.kind(name) != Some(Kind::Word) || reading.tokens[name].line > reading.tokens[at].line + 1 {
        return None;
    }
    if reading.is(at, "type") {
        // Go: `type Order struct {`, TypeScript: `type Order = {`. `type Status string` is a name for a text: an enumeration by its constants.
        let after = reading.word(name + 1);
        match after {
            "struct" | "interface" | "=" | "<" => {}
            "string" | "int" | "int32" | "uint8" => kind = DeclarationKind::Enum,
            _ => return None,
        }
    }
    Some((kind, name))
}

/// Head and body of a declaration whose keyword and name are known.
fn body(reading: &Reading<'_>, keyword: usize, name: usize, language: &str) -> (Span, Span) {
    let end = reading.tokens.len();
    if is_indented(language) {
        let column = column(reading, keyword);
        let mut at = name + 1;
        while at < end && !(reading.is(at, ":") || reading.tokens[at].line > reading.tokens[name].line) {
            at = if reading.kind(at) == Some(Kind::Open) { reading.partner(at).max(at) + 1 } else { at + 1 };
        }
        let from = if reading.is(at, ":") && language == "python" { at + 1 } else { at };
        let to = (from..end)
            .find(|&i| {
                reading.tokens[i].first
                    && reading.tokens[i].line > reading.tokens[keyword].line
                    && self::column(reading, i) <= column
                    && reading.kind(i) != Some(Kind::Close)
            })
            .unwrap_or(end);
        return (name + 1..at.max(name + 1), from..to.max(from));
    }
    let mut at = name + 1;
    while at < end {
        // Kotlin's classes and interfaces may end without a body.
        if language == "kotlin"
            && at > name
            && reading.tokens[at].first
            && matches!(reading.word(keyword), "class" | "interface" | "object")
            && !matches!(reading.word(at), "{" | ":" | "(" | "<" | "," | ")" | "where" | "@" | "private" | "internal" | "protected" | "constructor")
            && !matches!(reading.word(at - 1), ":" | "," | "(" | "<")
            || language == "kotlin"
                && at > name + 1
                && reading.is(at, "@")
                && reading.tokens[at].first
                && matches!(reading.word(at - 1), ")" | ">")
                && !(at..at + 8).take_while(|&i| !reading.is(i, "{")).any(|i| reading.is(i, "constructor"))
        {
            return (name + 1..at, at..at);
        }
        match reading.word(at) {
            "{" => return (name + 1..at, at + 1..reading.partner(at).max(at + 1)),
            // Declared without a body, or with an expression as one.
            ";" | "}" => return (name + 1..at, at..at),
            "=" if language == "kotlin" || language == "scala" => {
                let to = (at + 1..end).find(|&i| reading.tokens[i].first && column(reading, i) <= column(reading, keyword)).unwrap_or(end);
                return (name + 1..at, at + 1..to);
            }
            "(" | "[" => at = reading.partner(at).max(at),
            _ if at > name + 40 => return (name + 1..name + 1, name + 1..name + 1),
            _ => {}
        }
        at += 1;
    }
    (name + 1..end, end..end)
}

/// Bytes before a token's line's first token.
fn column(reading: &Reading<'_>, at: usize) -> usize {
    let start = reading.tokens[at].start as usize;
    let line = reading.text[..start].rfind('\n').map_or(0, |i| i + 1);
    reading.text[line..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The `{` of a method that is declared without a keyword (Java, C#, TypeScript, C++), or of a function bound to a name.
fn unkeyed_function(reading: &Reading<'_>, at: usize, language: &str) -> Option<usize> {
    let script = matches!(language, "typescript" | "javascript");
    if !(script || matches!(language, "java" | "csharp" | "cpp" | "c" | "dart" | "groovy")) {
        return None;
    }
    let word = reading.word(at);
    if calls::is_no_name(word) {
        return None;
    }
    if script && reading.is(at + 1, "=") {
        // `const send = async (order) => {`
        let open = at + 2 + usize::from(reading.is(at + 2, "async"));
        let after = if reading.is(open, "(") { reading.partner(open) + 1 } else { open + 1 };
        let arrow = (after..after + 8).take_while(|&i| !matches!(reading.word(i), ";" | "," | "{" | ")")).find(|&i| reading.is(i, "=>"))?;
        return reading.is(arrow + 1, "{").then_some(arrow + 1);
    }
    if !reading.is(at + 1, "(") {
        return None;
    }
    let declared = if script {
        reading.tokens[at].first
            || at > 0 && matches!(reading.word(at - 1), "async" | "static" | "get" | "set" | "public" | "private" | "protected" | "override")
    } else {
        at > 0
            && (reading.kind(at - 1) == Some(Kind::Word) && !calls::is_no_name(reading.word(at - 1))
                || matches!(reading.word(at - 1), ">" | "]" | "*" | "&" | "::"))
    };
    if !declared {
        return None;
    }
    let close = reading.partner(at + 1);
    let body = (close + 1..close + 14).take_while(|&i| !matches!(reading.word(i), ";" | "}" | "=" | "=>" | ".")).find(|&i| reading.is(i, "{"))?;
    Some(body)
}

pub(super) fn annotations<'a>(reading: &Reading<'a>) -> Vec<Annotation<'a>> {
    let language = reading.language.name();
    let mut out = Vec::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        let name = match reading.word(at) {
            "@" if matches!(language, "python" | "java" | "kotlin" | "scala" | "typescript" | "javascript" | "groovy" | "dart" | "swift") => Some(at + 1),
            "[" if language == "csharp" && begins_statement(reading, at) => Some(at + 1),
            "[" if matches!(language, "rust" | "php") && at > 0 && reading.is(at - 1, "#") => Some(at + 1),
            _ => None,
        };
        let Some(mut name) = name.filter(|&n| reading.kind(n) == Some(Kind::Word)) else {
            at += 1;
            continue;
        };
        // Several in one pair of brackets: `[Authorize, HttpGet("x")]`.
        let bracket_end = reading.is(at, "[").then(|| reading.partner(at));
        loop {
            let mut path = vec![reading.word(name)];
            while matches!(reading.word(name + 1), "." | "::" | ":")
                && reading.kind(name + 2) == Some(Kind::Word)
                && reading.tokens[name + 2].line == reading.tokens[name].line
            {
                name += 2;
                path.push(reading.word(name));
            }
            let mut end = name + 1;
            let mut arguments = Vec::new();
            if reading.is(end, "(") {
                let close = reading.partner(end);
                arguments = calls::split(reading, end + 1..close.max(end + 1)).into_iter().map(|e| calls::argument(reading, e)).collect();
                end = close.max(end) + 1;
            }
            let after = bracket_end.map_or(end, |b| b + 1);
            out.push(Annotation { name: reading.word(name), path, arguments, target: target(reading, after), at: name, line: reading.line(name) });
            at = end;
            match bracket_end {
                Some(last) if end < last && reading.is(end, ",") && reading.kind(end + 1) == Some(Kind::Word) => name = end + 1,
                _ => break,
            }
        }
    }
    out
}

fn begins_statement(reading: &Reading<'_>, at: usize) -> bool {
    reading.tokens[at].first || at > 0 && matches!(reading.word(at - 1), "]" | "{" | ";" | "}" | "(" | ",")
}

/// The name that is declared at `from`, further annotations skipped.
fn target(reading: &Reading<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        if reading.is(at, "@") {
            at += 2;
            while matches!(reading.word(at), "." | "::" | ":") {
                at += 2;
            }
            if reading.is(at, "(") {
                at = reading.partner(at) + 1;
            }
        } else if reading.is(at, "[") || reading.is(at, "#") && reading.is(at + 1, "[") {
            at = reading.partner(at + usize::from(reading.is(at, "#"))).max(at) + 1;
        } else {
            break;
        }
    }
    let mut last = None;
    for i in at..(at + 24).min(reading.tokens.len()) {
        match reading.kind(i)? {
            Kind::Word => {
                if kind_of(reading.word(i)).is_some() && reading.word(i) != "type" && reading.kind(i + 1) == Some(Kind::Word) {
                    return Some(i + 1);
                }
                last = Some(i);
            }
            Kind::Sign if matches!(reading.word(i), ";" | "=" | ":" | "," | "=>" | "?" | "!") => break,
            Kind::Open if matches!(reading.word(i), "(" | "{") => break,
            _ => {}
        }
    }
    last
}
