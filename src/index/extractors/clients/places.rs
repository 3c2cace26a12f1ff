//! Names, lists, entries and types in expressions.

use crate::index::model::Name;
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading, Span};

/// Whether a name as written is this word, letter case and `_`, `-`, `.` aside; `Async` and `!` behind it do not count.
pub(crate) fn same(written: &str, word: &str) -> bool {
    let mut rest = written.bytes().filter(|b| !matches!(b, b'_' | b'-' | b'.')).map(|b| b.to_ascii_lowercase());
    for wanted in word.bytes() {
        if rest.next() != Some(wanted) {
            return false;
        }
    }
    let mut tail = [0_u8; 6];
    let mut len = 0;
    for byte in rest {
        if len == tail.len() {
            return false;
        }
        tail[len] = byte;
        len += 1;
    }
    matches!(&tail[..len], b"" | b"async" | b"!" | b"async!")
}

/// Whether a word of a table (`*` lets it go on) stands in a lower-case text.
pub(crate) fn word_in(text: &str, word: &str) -> bool {
    let bare = word.trim_matches('*');
    let (open_start, open_end) = (word.starts_with('*'), word.ends_with('*'));
    text.match_indices(bare).any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let after = text.as_bytes().get(at + bare.len());
        (open_start || !before.is_some_and(|b| b.is_ascii_alphanumeric())) && (open_end || !after.is_some_and(u8::is_ascii_alphanumeric))
    })
}

/// The value of a keyword argument or entry anywhere in a span, brackets within it included.
pub(crate) fn find_key(reading: &Reading<'_>, span: &Span, key: &str) -> Option<Span> {
    for at in span.clone() {
        let word = match reading.kind(at) {
            Some(Token::Word) => reading.word(at),
            Some(Token::Text) => reading.string(at).unwrap_or(""),
            _ => continue,
        };
        if word.len() > 40 || !same(word, key) {
            continue;
        }
        let sign = reading.word(at + 1);
        if matches!(sign, ":" | "=" | "=>" | "to" | "->") {
            // `a ? key : value` and `key::path` are none.
            if at > 0 && reading.is(at - 1, "?") {
                continue;
            }
            let from = at + 2;
            let mut to = from;
            while to < span.end && !reading.is(to, ",") && !reading.is(to, ";") && reading.kind(to) != Some(Token::Close) {
                to = if reading.kind(to) == Some(Token::Open) { reading.partner(to).max(to) + 1 } else { to + 1 };
                // Keys on lines of their own, without commas between them.
                if to < span.end && reading.tokens[to].first && reading.is(to + 1, ":") && reading.kind(to) == Some(Token::Word) {
                    break;
                }
            }
            return Some(from..to.min(span.end).max(from));
        }
        let alone = at > 0 && matches!(reading.word(at - 1), "{" | ",") && matches!(sign, "," | "}");
        if alone && reading.kind(at) == Some(Token::Word) && matches!(reading.language.name(), "javascript" | "typescript") {
            return Some(at..at + 1);
        }
    }
    None
}

const LISTS: [&str; 16] = [
    "List",
    "Arrays",
    "Collections",
    "Set",
    "listOf",
    "setOf",
    "arrayOf",
    "vec",
    "ImmutableList",
    "Array",
    "new",
    "Seq",
    "Collection",
    "asList",
    "singletonList",
    "list",
];

/// The expressions that a list names, or the expression itself.
pub(crate) fn listed(reading: &Reading<'_>, span: &Span) -> Vec<Span> {
    let mut start = span.start;
    while matches!(reading.word(start), "&" | "*" | "await" | "(") && start + 1 < span.end {
        start += 1;
    }
    let is_list = matches!(reading.word(start), "[" | "{") || LISTS.contains(&reading.word(start)) && !reading.is(start + 1, ",");
    if !is_list || start >= span.end {
        return vec![span.clone()];
    }
    let (mut at, mut open) = (start, None);
    while at < span.end {
        if reading.kind(at) == Some(Token::Open) {
            if reading.partner(at) > at + 1 {
                open = Some(at);
            }
            at = reading.partner(at).max(at);
        }
        at += 1;
    }
    let Some(open) = open else { return vec![span.clone()] };
    if reading.is(start, "new") && !reading.is(open, "{") {
        return vec![span.clone()];
    }
    reading.elements(&(open..reading.partner(open) + 1))
}

/// Whether a text reads like the name of a type.
fn is_type(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().any(|b| b.is_ascii_lowercase()) && word.len() > 2
}

/// The type of an expression: `new OrderCreated(..)`, `OrderCreated.class`, `typeof(OrderCreated)`, `&OrderCreated{..}`, `OrderCreated(..)`, or a
/// variable whose type the file says.
pub(crate) fn type_of<'a>(reading: &Reading<'a>, span: &Span) -> Option<&'a str> {
    let mut at = span.start;
    while at < span.end && matches!(reading.word(at), "new" | "&" | "*" | "typeof" | "(" | "await" | "nameof") {
        at += 1;
    }
    let mut last = at;
    // `events::OrderCreated {`, `events.OrderCreated{`
    let is_csharp = reading.language.name() == "csharp";
    // C# names properties like types: `context.Message` is what the envelope holds.
    if is_csharp && span.end == at + 3 && reading.is(at + 1, ".") && reading.is(at + 2, "Message") && !is_type(reading.word(at)) {
        return held_type(reading, reading.word(at), at);
    }
    while last + 2 < span.end
        && matches!(reading.word(last + 1), "." | "::")
        && is_type(reading.word(last + 2))
        && !is_type(reading.word(last))
        && (!is_csharp || is_made(reading, at, span.start))
    {
        last += 2;
    }
    let word = reading.word(last);
    if is_type(word) {
        let next = reading.word(last + 1);
        if next == "(" && !is_made(reading, at, span.start) {
            return None;
        }
        let made = matches!(next, "{" | "(" | "<" | ")" | ".") || last + 1 >= span.end;
        let enough = match next {
            "." | "::" => matches!(reading.word(last + 2), "class" | "new" | "builder" | "newBuilder" | "of" | "create" | "javaClass" | "Create" | "from"),
            _ => made,
        };
        return enough.then_some(word);
    }
    (span.len() == 1 && reading.kind(at) == Some(Token::Word)).then(|| variable_type(reading, reading.word(at), at)).flatten()
}

/// The type of what an envelope holds, by the nearest declaration before the token: `ConsumeContext<OrderCreated> context`.
pub(crate) fn held_type<'a>(reading: &Reading<'a>, name: &str, before: usize) -> Option<&'a str> {
    let declared = (2..before).rev().take(600).find(|&i| {
        reading.word(i) == name && reading.kind(i) == Some(Token::Word) && !reading.is(i - 1, ".") && matches!(reading.word(i + 1), "," | ")" | "=" | ";")
    })?;
    let mut close = declared - 1;
    if !reading.is(close, ">") {
        return None;
    }
    while close > 0 && reading.is(close, ">") {
        close -= 1;
    }
    Some(reading.word(close)).filter(|w| is_type(w))
}

/// Whether `Name(..)` at a token makes a value of that type, and does not call a function.
fn is_made(reading: &Reading<'_>, at: usize, from: usize) -> bool {
    matches!(reading.language.name(), "python" | "kotlin" | "scala" | "swift" | "dart")
        || (from..at).any(|i| matches!(reading.word(i), "new" | "typeof" | "nameof"))
}

/// The type that the file gives a variable: `OrderCreated event`, `event: OrderCreated`, `event = new OrderCreated(`, `event := OrderCreated{`,
/// `event = body.Adapt<OrderCreated>()`. The nearest binding before the token decides, within the function first.
pub(crate) fn variable_type<'a>(reading: &Reading<'a>, name: &str, before: usize) -> Option<&'a str> {
    let function = reading.enclosing(before, &[DeclarationKind::Function]).map_or(0, |d| d.name_at);
    for (from, to) in [(function, before), (0, function)] {
        for at in (from.max(1)..to.min(reading.tokens.len())).rev() {
            if reading.word(at) != name || reading.kind(at) != Some(Token::Word) || matches!(reading.word(at - 1), "." | "->" | "::" | "?.") {
                continue;
            }
            if let Some(found) = bound_type(reading, at) {
                return found;
            }
        }
        if function == 0 {
            break;
        }
    }
    None
}

/// What a token of a variable's name says of its type: nothing when it binds nothing, no type when the binding does not tell.
#[allow(clippy::option_option)]
fn bound_type<'a>(reading: &Reading<'a>, at: usize) -> Option<Option<&'a str>> {
    let go = reading.language.name() == "go";
    let behind = reading.word(at + 1);
    if is_type(reading.word(at - 1)) && !matches!(behind, "." | "(" | "::") && !matches!(reading.word(at - 1), "None" | "True" | "False") {
        return Some(Some(reading.word(at - 1)));
    }
    let keyword = matches!(reading.word(at - 1), "var" | "let" | "const" | "val" | "auto" | "mut" | "final");
    let first = match behind {
        "=" | ":=" => at + 2,
        ":" if !matches!(reading.word(at - 1), "?") => at + 2,
        // Go's `event OrderCreated`, `event *events.OrderCreated`
        _ if go && (reading.is(at + 1, "*") || reading.kind(at + 1) == Some(Token::Word) && reading.tokens[at + 1].line == reading.tokens[at].line) => at + 1,
        _ if keyword => return Some(None),
        _ => return None,
    };
    let mut first = first;
    while matches!(reading.word(first), "new" | "&" | "*" | "await" | "mut") {
        first += 1;
    }
    let is_csharp = reading.language.name() == "csharp";
    if is_csharp && reading.is(first + 1, ".") && reading.is(first + 2, "Message") && reading.is(first + 3, ";") {
        return Some(held_type(reading, reading.word(first), first));
    }
    while matches!(reading.word(first + 1), "." | "::")
        && is_type(reading.word(first + 2))
        && !is_type(reading.word(first))
        && (!is_csharp || is_made(reading, first, at))
    {
        first += 2;
    }
    let word = reading.word(first);
    if reading.is(first + 1, "(") && matches!(behind, "=" | ":=") && !is_made(reading, first, at) {
        // Go's `order := NewOrder(..)`
        return Some(word.strip_prefix("New").filter(|w| is_type(w) && go));
    }
    let declared = behind == ":" && (reading.language.name() != "python" || !reading.is(first + 1, "("));
    let generic = reading.is(first + 1, "<") && matches!(behind, "=" | ":=") && !is_made(reading, first, at);
    if is_type(word)
        && !generic
        && (declared || !matches!(reading.word(first + 1), "." | "::") || matches!(reading.word(first + 2), "new" | "builder" | "newBuilder" | "of"))
    {
        return Some(Some(word));
    }
    if behind == ":" {
        // An entry of an object, or a type without a name of its own.
        return if keyword || reading.tokens[at].first { Some(None) } else { None };
    }
    // `body.Adapt<OrderCreated>()`, `mapper.readValue(s, OrderCreated.class)` is for those who know the call.
    let line = reading.line(at);
    let close = (first..first + 24)
        .take_while(|&i| reading.tokens.get(i).is_some_and(|t| t.line <= line + 1) && !reading.is(i, ";"))
        .find(|&i| reading.is(i, "<") && is_type(reading.word(i + 1)) && reading.is(i + 2, ">") && reading.is(i + 3, "("));
    Some(close.map(|i| reading.word(i + 1)))
}

/// Whether the file says anything of a variable's type or value that holds one of these words (lower case).
pub(crate) fn is_told(reading: &Reading<'_>, name: &str, words: &[&str]) -> bool {
    let holds = |at: usize| {
        reading.kind(at) == Some(Token::Word) && {
            let word = reading.word(at).to_ascii_lowercase();
            words.iter().any(|w| word.contains(w))
        }
    };
    (0..reading.tokens.len()).any(|at| {
        if reading.word(at) != name || reading.kind(at) != Some(Token::Word) {
            return false;
        }
        let line = reading.tokens[at].line;
        // `KafkaTemplate<String, Order> template`
        let mut before = at.saturating_sub(1);
        if reading.is(before, ">") {
            before = (before.saturating_sub(16)..before).rev().find(|&i| reading.is(i, "<")).map_or(before, |i| i.saturating_sub(1));
        }
        if at > 0 && reading.tokens[before].line == line && holds(before) && !reading.is(at + 1, "(") {
            return true;
        }
        // `template: KafkaTemplate`, `w := kafka.NewWriter(`, `w *kafka.Writer`, `err := ` behind a comma
        let mut sign = at + 1;
        while reading.is(sign, ",") && reading.kind(sign + 1) == Some(Token::Word) && reading.language.name() == "go" {
            sign += 2;
        }
        let declares = matches!(reading.word(sign), ":" | "=" | ":=" | "*") || reading.language.name() == "go" && reading.kind(sign) == Some(Token::Word);
        declares && (sign..sign + 9).take_while(|&i| reading.tokens.get(i).is_some_and(|t| t.line == line) && !matches!(reading.word(i), "," | ";")).any(holds)
    })
}

/// A name that is the very text of a type.
pub(super) fn type_name(word: &str) -> Name {
    Name::literal(word)
}

/// The type of a function's first parameter: `(OrderCreated event)`, `(event: OrderCreated)`, `(ctx, msg *OrderCreated)` by its last.
pub(super) fn parameter_type<'a>(reading: &Reading<'a>, target: usize) -> Option<&'a str> {
    // A class that is called itself: PHP's `__invoke(Order $order)`.
    let class = reading.declarations.iter().find(|d| d.name_at == target && d.kind == DeclarationKind::Type);
    let target = class.and_then(|d| d.body.clone().find(|&i| reading.is(i, "__invoke"))).unwrap_or(target);
    let open = (target + 1..target + 4).find(|&i| reading.is(i, "("))?;
    let close = reading.partner(open);
    let is_type = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.len() > 2;
    let mut at = open + 1;
    while at < close {
        if reading.is(at, "@") {
            at += 2;
            if reading.is(at, "(") {
                at = reading.partner(at) + 1;
            }
            continue;
        }
        if reading.is(at, "<") {
            at += 1;
            continue;
        }
        if reading.is(at, ",") {
            return None;
        }
        if reading.kind(at) == Some(Token::Word)
            && is_type(reading.word(at))
            && !matches!(
                reading.word(at),
                "Message" | "ConsumerRecord" | "List" | "Envelope" | "EventEnvelope" | "DomainEventEnvelope" | "CommandMessage" | "Optional"
            )
        {
            return Some(reading.word(at));
        }
        at += 1;
    }
    None
}
