//! Types of what goes with a call: messages of remote procedures, bodies of requests, what sockets send.

use super::carried::declared_before;
use super::types::Type;
use crate::index::extractors::clients::type_of;
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading};

/// Types that a call sends or answers with: `client.Release(ctx, &pb.ReleaseRequest{..})`, `Response::new(ReleaseReply { .. })`, Go's
/// `json.Marshal(req)` of a type of the package's own.
pub(super) fn of_call<'a>(reading: &Reading<'a>, call: &Call<'a>, types: &[Type<'a>], asked: &[u32]) -> Vec<&'a str> {
    let language = reading.language.name();
    let is_asked = asked.contains(&call.line) && call.name.starts_with(|c: char| c.is_ascii_alphabetic());
    let answers = language == "rust" && matches!(call.path.as_slice(), ["Response" | "Request", "new"]) && reading.imports(&["tonic"]);
    let encodes = language == "go" && goes_out(reading, call);
    let mut out = Vec::new();
    for argument in &call.arguments {
        let span = &argument.span;
        if is_asked || answers {
            let is_value = span.clone().any(|i| reading.is(i, "{") || reading.is(i, "("));
            out.extend(type_of(reading, span).filter(|_| is_value));
        } else if encodes {
            let at = span.start + usize::from(reading.is(span.start, "&"));
            let word = reading.word(at);
            let found = if span.end == at + 1 { declared_before(reading, word, call.at) } else { reading.is(at + 1, "{").then_some(word) };
            out.extend(found.filter(|w| types.iter().any(|t| t.name == *w && t.is_tagged())));
        }
    }
    out
}

/// Whether Go's call of a codec reads what came from somebody, or writes what goes there: files and tables are written by the same calls.
fn goes_out(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    const SENDS: [&str; 10] =
        ["Post", "NewRequest", "NewRequestWithContext", "Publish", "PublishMsg", "WriteMessages", "SendMessage", "Produce", "PublishWithContext", "XAdd"];
    let holds = |word: &str| (call.begins..call.close).any(|i| reading.word(i) == word);
    match call.name {
        "Decode" => holds("Body"),
        "Encode" => holds("NewEncoder") && (holds("w") || holds("rw") || holds("writer")),
        "Unmarshal" => holds("Body") || holds("Data") || holds("Value"),
        "Marshal" | "MarshalIndent" => reading
            .enclosing(call.at, &[DeclarationKind::Function])
            .is_some_and(|f| reading.calls.iter().any(|c| f.body.contains(&c.at) && SENDS.contains(&c.name))),
        _ => false,
    }
}

/// Types of parameters that are said to be a request's body: `@RequestBody OrderForm form`, `@Body() form: OrderForm`, `[FromBody] OrderForm form`.
pub(super) fn annotated<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    let mut out = Vec::new();
    if reading.language.name() == "rust" {
        out.extend(extracted(reading));
    }
    for annotation in reading.annotations.iter().filter(|a| matches!(a.name, "RequestBody" | "Body" | "FromBody" | "MessageBody")) {
        let mut at = annotation.at + 1;
        // `@Body("name")` is one member of it.
        if reading.is(at, "(") {
            if annotation.positional(0).is_some_and(|a| reading.kind(a.span.start) == Some(Token::Text)) {
                continue;
            }
            at = reading.partner(at) + 1;
        }
        while matches!(reading.word(at), "]" | "final" | "readonly" | "val") || reading.is(at, "@") {
            at += if reading.is(at, "@") { 2 } else { 1 };
            if reading.is(at, "(") {
                at = reading.partner(at) + 1;
            }
        }
        if reading.kind(at) != Some(Token::Word) {
            continue;
        }
        let colon = at + 1 + usize::from(reading.is(at + 1, "?"));
        let named = if reading.is(colon, ":") { colon + 1 } else { at };
        // A type alone, and no container of it.
        if reading.kind(named) == Some(Token::Word) && !matches!(reading.word(named + 1), "<" | "[" | "." | "|") {
            out.push(reading.word(named));
        }
    }
    out
}

/// Types that a handler of axum or actix is given or answers with: `Json(form): Json<BoxForm>`, `web::Json<BoxForm>`, `ValidatedJson<BoxForm>`.
fn extracted<'a>(reading: &Reading<'a>) -> Vec<&'a str> {
    if !reading.imports(&["axum", "actix_web", "actix-web", "rocket", "poem"]) {
        return Vec::new();
    }
    let is_head = |at: usize| reading.declarations.iter().any(|d| d.kind == DeclarationKind::Function && d.head.contains(&at));
    let named = |at: usize| {
        let mut last = at;
        while reading.is(last + 1, "::") {
            last += 2;
        }
        reading.is(last + 1, ">").then(|| reading.word(last))
    };
    (0..reading.tokens.len())
        .filter(|&at| reading.word(at).ends_with("Json") && reading.is(at + 1, "<") && is_head(at))
        .filter_map(|at| named(at + 2))
        .collect()
}

/// Whether a call sends on a socket: `socket.emit("moved", update)`, `this.server.to(room).emit("moved", update)`.
pub(super) fn is_socket(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    call.name == "emit" && reading.imports(&["socket.io", "websockets"]) && call.receiver_holds(&["socket", "server", "nsp", "client", "io"])
}
