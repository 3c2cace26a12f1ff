//! Calls and their arguments.

use super::tokens::Kind;
use super::{Reading, Span};

/// A call: `orders.client.publish("x", key=1)`.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    /// Names from the root to the called one: `orders`, `client`, `publish`. A call within the chain gives its name alone.
    pub(crate) path: Vec<&'a str>,
    /// The name that is called: `publish`.
    pub(crate) name: &'a str,
    /// Token of that name.
    pub(crate) at: usize,
    /// Opening bracket, or the first argument where there are no brackets.
    pub(crate) open: usize,
    /// Closing bracket, or one behind the last argument.
    pub(crate) close: usize,
    /// First token of the whole chain.
    pub(crate) begins: usize,
    /// Index of the call whose result this is called on.
    pub(crate) on: Option<usize>,
    /// Type arguments as written: `OrderCreated` of `publish<OrderCreated>(..)`.
    pub(crate) types: Option<&'a str>,
    pub(crate) arguments: Vec<Argument<'a>>,
    /// Line of the called name, counted from 1.
    pub(crate) line: u32,
    /// Whether it is, or stands in, a log call.
    pub(crate) in_log: bool,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct Argument<'a> {
    /// Its keyword, if it has one.
    pub(crate) keyword: Option<&'a str>,
    /// Its value.
    pub(crate) span: Span,
}

impl<'a> Call<'a> {
    /// The n-th argument without a keyword.
    pub(crate) fn positional(&self, n: usize) -> Option<&Argument<'a>> {
        self.arguments.iter().filter(|a| a.keyword.is_none()).nth(n)
    }

    /// The argument with one of these keywords.
    pub(crate) fn keyword(&self, words: &[&str]) -> Option<&Argument<'a>> {
        self.arguments.iter().find(|a| a.keyword.is_some_and(|k| words.contains(&k)))
    }

    /// What it is called on, the last name before the called one: `client` of `orders.client.publish()`.
    pub(crate) fn receiver(&self) -> Option<&'a str> {
        self.path.len().checked_sub(2).map(|i| self.path[i])
    }

    /// Whether any name before the called one holds one of these words (lower case), ignoring letter case.
    pub(crate) fn receiver_holds(&self, words: &[&str]) -> bool {
        self.path[..self.path.len() - 1].iter().any(|name| {
            let name = name.to_ascii_lowercase();
            words.iter().any(|w| name.contains(w))
        })
    }
}

const NOT_CALLED: [&str; 34] = [
    "if", "for", "while", "switch", "catch", "return", "func", "function", "def", "fn", "fun", "when", "match", "elif", "and", "or", "not", "in", "await",
    "yield", "throw", "raise", "new", "else", "do", "case", "with", "unless", "until", "sizeof", "typeof", "lambda", "foreach", "async",
];

const DECLARES: [&str; 12] = ["func", "function", "def", "fn", "fun", "class", "interface", "struct", "defp", "record", "enum", "sub"];

/// All calls, in order of their opening bracket.
pub(super) fn calls<'a>(reading: &Reading<'a>) -> Vec<Call<'a>> {
    let mut out: Vec<Call<'a>> = Vec::new();
    let bare = matches!(reading.language.name(), "ruby" | "elixir");
    for open in 0..reading.tokens.len() {
        let is_bracket = reading.is(open, "(");
        let lone = !is_bracket && reading.language.name() == "ruby" && is_lone_callee(reading, open);
        let at = if is_bracket || lone { open.checked_sub(1) } else { bare.then(|| bare_callee(reading, open)).flatten() };
        let Some(mut at) = at else { continue };
        if is_bracket && is_marked(reading, at) {
            at -= 1;
        }
        let mut types = None;
        if is_bracket && (reading.is(at, ">") || reading.is(at, "]")) {
            let Some((before, inside)) = type_arguments(reading, at) else { continue };
            (at, types) = (before, Some(inside));
        }
        // A keyword behind a dot is a method's name: `Router::new()`, `queue.do()`.
        let is_member = at > 0 && is_link(reading.word(at - 1));
        if reading.kind(at) != Some(Kind::Word) || NOT_CALLED.contains(&reading.word(at)) && !is_member {
            continue;
        }
        if at > 0 && DECLARES.contains(&reading.word(at - 1)) || is_declared_method(reading, at, open) {
            continue;
        }
        let close = if is_bracket {
            reading.partner(open)
        } else if lone {
            open
        } else {
            line_end(reading, open)
        };
        let inside = if is_bracket { open + 1..close.max(open + 1) } else { open..close };
        let (path, begins, on) = chain(reading, at, &out);
        let arguments = split(reading, inside).into_iter().map(|element| argument(reading, element)).collect();
        let token = reading.tokens[at];
        out.push(Call { name: reading.word(at), path, at, open, close, begins, on, types, arguments, line: token.line, in_log: token.in_log });
    }
    out
}

/// A method of a class in a brace language: `Type name(Type arg) {`, `public name() {`. A call is never followed by `{` without a word
/// between, except where a block is an argument (Kotlin, Groovy, Swift, Ruby, Scala).
fn is_declared_method(reading: &Reading<'_>, at: usize, open: usize) -> bool {
    let language = reading.language.name();
    if !matches!(language, "java" | "csharp" | "typescript" | "javascript" | "php" | "cpp" | "c" | "dart") {
        return false;
    }
    let after = reading.partner(open) + 1;
    if matches!(language, "typescript" | "javascript") {
        return reading.is(after, "{") && (at == 0 || !reading.is(at - 1, ".")) && reading.tokens[at].first
            || reading.is(after, "{") && at > 0 && matches!(reading.word(at - 1), "async" | "static" | "get" | "set" | "public" | "private" | "protected");
    }
    // `Order find(Long id)`: a word directly before the name that is no keyword of an expression.
    at > 0
        && (reading.kind(at - 1) == Some(Kind::Word) && !NOT_CALLED.contains(&reading.word(at - 1)) || reading.is(at - 1, ">") || reading.is(at - 1, "]"))
        && (reading.is(after, "{") || reading.is(after, "throws") || reading.is(after, ";") || reading.is(after, "=>"))
}

/// The callee when the token at `first` begins arguments without brackets: `get '/orders'`, `publish conn, "x"`.
fn bare_callee(reading: &Reading<'_>, first: usize) -> Option<usize> {
    let at = first.checked_sub(1)?;
    let token = reading.tokens[first];
    let callee = reading.tokens[at];
    let begins = match token.kind {
        Kind::Text => true,
        Kind::Word => reading.is(first + 1, ":") || callee.first && !matches!(reading.word(first), "do" | "if" | "unless" | "and" | "or" | "end" | "then"),
        Kind::Sign => {
            let next = reading.tokens.get(first + 1);
            reading.is(first, ":") && token.start > callee.end && next.is_some_and(|n| n.start == token.end && matches!(n.kind, Kind::Word | Kind::Text))
        }
        Kind::Open => reading.is(first, "[") && token.start > callee.end,
        _ => false,
    };
    let apart = token.start > callee.end && token.line == callee.line && callee.kind == Kind::Word && !token.first;
    (begins
        && apart
        && !DECLARES.contains(&reading.word(at))
        && !matches!(reading.word(at), "module" | "defmodule" | "end" | "then" | "alias" | "import" | "use" | "nil"))
    .then_some(at)
}

/// Whether the token at `at` is the mark of a name: `enabled?(..)`, `broadcast!(..)`, `query!(..)`. The call goes by the name without it.
fn is_marked(reading: &Reading<'_>, at: usize) -> bool {
    at > 0
        && matches!(reading.word(at), "!" | "?")
        && matches!(reading.language.name(), "ruby" | "elixir" | "rust")
        && reading.kind(at - 1) == Some(Kind::Word)
        && reading.tokens[at - 1].end == reading.tokens[at].start
        && reading.tokens.get(at + 1).is_some_and(|t| t.start == reading.tokens[at].end)
}

/// Whether a method without arguments ends before the token at `after`, with a block or a line's end behind it: `queue.subscribe do |m|`.
fn is_lone_callee(reading: &Reading<'_>, after: usize) -> bool {
    after >= 3
        && reading.kind(after - 1) == Some(Kind::Word)
        && matches!(reading.word(after - 2), "." | "&.")
        && (reading.tokens[after].first || matches!(reading.word(after), "do" | "{" | ";" | "if" | "unless"))
}

/// One behind the last token of the statement that runs on from `first`: to the end of the line, or further while a comma or bracket is open.
fn line_end(reading: &Reading<'_>, first: usize) -> usize {
    let mut at = first;
    while at < reading.tokens.len() {
        if at > first && reading.tokens[at].first && !reading.is(at - 1, ",") {
            return at;
        }
        if reading.is(at, "do") || reading.kind(at) == Some(Kind::Close) {
            return at;
        }
        at = if reading.kind(at) == Some(Kind::Open) { reading.partner(at).max(at) + 1 } else { at + 1 };
    }
    at
}

/// The word before type arguments that end at `close`, and what they say.
fn type_arguments<'a>(reading: &Reading<'a>, close: usize) -> Option<(usize, &'a str)> {
    if reading.is(close, "]") {
        // Go's `Get[Order](..)`; `handlers[i](..)` reads alike and does no harm.
        let open = reading.partner(close);
        return (open < close && open > 0 && reading.language.name() == "go").then(|| (open - 1, reading.source(&(open + 1..close))));
    }
    let (mut depth, mut seen) = (0_u32, 0);
    let mut next = Some(close);
    while let Some(i) = next.filter(|_| seen <= 24) {
        (next, seen) = (i.checked_sub(1), seen + 1);
        match reading.word(i) {
            // An object's type, written out: `post<{ Body: { id: string } }>(..)`. What stands behind a `=` is an attribute of a page.
            "}" if matches!(reading.language.name(), "typescript") => {
                let open = reading.partner(i);
                if open >= i || !matches!(reading.word(open.checked_sub(1)?), "<" | "," | "|" | "&") {
                    return None;
                }
                next = open.checked_sub(1);
            }
            ">" => depth += 1,
            "<" => {
                depth -= 1;
                if depth == 0 {
                    let word = if i > 0 && reading.is(i - 1, "::") { i.checked_sub(2)? } else { i.checked_sub(1)? };
                    return Some((word, reading.source(&(i + 1..close))));
                }
            }
            ";" | "{" | "}" | "(" | ")" | "&&" | "||" => return None,
            _ => {}
        }
    }
    None
}

fn is_link(word: &str) -> bool {
    matches!(word, "." | "::" | "->" | "?." | "&." | "!.")
}

/// The names that lead to the one at `at`, where the chain begins, and the call that it is called on.
fn chain<'a>(reading: &Reading<'a>, at: usize, calls: &[Call<'a>]) -> (Vec<&'a str>, usize, Option<usize>) {
    let mut path = vec![reading.word(at)];
    let (mut begins, mut on) = (at, None);
    let mut here = at;
    while here >= 2 {
        let mut link = here - 1;
        if !is_link(reading.word(link)) {
            break;
        }
        // `value!!.name`, `value!.name`, `value?.name`
        while link > 0 && matches!(reading.word(link - 1), "!" | "?") {
            link -= 1;
        }
        let Some(mut before) = link.checked_sub(1) else { break };
        if reading.is(before, "]") && reading.partner(before) < before {
            // An element of something: `clients[i].send`.
            before = match reading.partner(before).checked_sub(1) {
                Some(b) => b,
                None => break,
            };
        }
        let is_block = reading.is(before, "}") && reading.language.name() == "ruby";
        if reading.is(before, ")") || is_block {
            let mut open = reading.partner(before);
            // Ruby's `rows.where { a < b }.update(..)`: the block is an argument of the call before it.
            if is_block && open > 0 && reading.is(open - 1, ")") {
                open = reading.partner(open - 1);
            }
            if let Some(place) = calls.iter().rposition(|c| c.open == open) {
                let inner = &calls[place];
                let mut whole = inner.path.clone();
                path.reverse();
                whole.append(&mut path);
                on = on.or(Some(place));
                return (whole, inner.begins, on);
            }
            begins = open;
            break;
        }
        if reading.kind(before) != Some(Kind::Word) {
            break;
        }
        path.push(reading.word(before));
        begins = before;
        here = before;
    }
    if begins > 0 && matches!(reading.word(begins - 1), "new" | "await") {
        begins -= 1;
    }
    path.reverse();
    (path, begins, on)
}

/// Splits a span at its commas, brackets kept whole.
pub(super) fn split(reading: &Reading<'_>, span: Span) -> Vec<Span> {
    let mut out = Vec::new();
    let mut from = span.start;
    let mut at = span.start;
    while at < span.end {
        match reading.kind(at) {
            Some(Kind::Open) => at = reading.partner(at).clamp(at, span.end),
            Some(Kind::Sign) if reading.is(at, ",") => {
                if at > from {
                    out.push(from..at);
                }
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if span.end > from {
        out.push(from..span.end);
    }
    out
}

/// The key and the value of an entry.
pub(super) fn entry<'a>(reading: &Reading<'a>, element: &Span) -> Option<(&'a str, Span)> {
    let first = element.start + usize::from(reading.is(element.start, ":")) + usize::from(reading.is(element.start, "."));
    let sign = first + 1;
    if sign >= element.end {
        // `{ topic }` of JavaScript says `topic: topic`.
        return (reading.kind(first) == Some(Kind::Word) && element.len() == 1).then(|| (reading.word(first), element.clone()));
    }
    let key = match reading.kind(first)? {
        Kind::Text => reading.string(first)?,
        Kind::Word => reading.word(first),
        _ => return None,
    };
    matches!(reading.word(sign), ":" | "=>" | "=" | "to" | "->").then_some((key, sign + 1..element.end))
}

/// Whether a word is a keyword that no call, function or variable is named by.
pub(super) fn is_no_name(word: &str) -> bool {
    NOT_CALLED.contains(&word)
}

/// An argument, with its keyword apart.
pub(super) fn argument<'a>(reading: &Reading<'a>, element: Span) -> Argument<'a> {
    let sign = element.start + 1;
    let has_value = sign + 1 < element.end;
    if has_value && reading.kind(element.start) == Some(Kind::Word) && matches!(reading.word(sign), "=" | ":") {
        return Argument { keyword: Some(reading.word(element.start)), span: sign + 1..element.end };
    }
    // Ruby's `:key => value`.
    if reading.is(element.start, ":") && reading.is(element.start + 2, "=>") {
        return Argument { keyword: Some(reading.word(element.start + 1)), span: element.start + 3..element.end };
    }
    Argument { keyword: None, span: element }
}
