//! Connect in Go: a handler has no type of the service in its head, so that the methods of one file are those of the service which another
//! file registers them for: `inventoryv1connect.NewStockServiceHandler(stock.NewServer(db))`.

use crate::index::model::{Certainty, Facts, Given, Kind, Name, Part, Role, Use};
use crate::index::reading::{DeclarationKind, Reading};

/// The question which service a type of Go serves; its blank keeps it apart from what people write.
fn question(handler: &str) -> String {
    format!("connect service of {handler}")
}

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    // The library's import, or that of what is generated: `.../stockv1connect"`.
    if !reading.mentions(&["connectrpc.com/connect", "bufbuild/connect-go", "connect\""]) {
        return;
    }
    for call in reading.calls.iter().filter(|c| c.path.len() == 2 && c.path[0].ends_with("connect") && !c.arguments.is_empty()) {
        let Some(service) = call.name.strip_prefix("New").and_then(|w| w.strip_suffix("Handler")).filter(|s| !s.is_empty()) else { continue };
        let Some(handler) = made(reading, call.arguments[0].span.clone(), 0) else { continue };
        out.given.push(Given { key: question(handler), value: service.to_owned(), part: None, line: call.line });
    }
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && d.name.starts_with(|c: char| c.is_ascii_uppercase())) {
        if declared.name_at < 2 || !reading.is(declared.name_at - 1, ")") {
            continue;
        }
        let handler = reading.word(declared.name_at - 2);
        // `req *connect.Request[stockv1.ReserveRequest]`, `stream *connect.ClientStream[..]`
        let takes = declared.head.clone().any(|i| {
            reading.is(i, "connect")
                && reading.is(i + 1, ".")
                && matches!(reading.word(i + 2), "Request" | "ClientStream" | "BidiStream")
                && reading.is(i + 3, "[")
                && i > 0
                && reading.is(i - 1, "*")
        });
        // What this file registers itself is told already.
        if !takes || out.uses.iter().any(|u| u.kind == Kind::Rpc && u.line == declared.line) {
            continue;
        }
        let name = Name(vec![Part::Setting(question(handler), None), Part::Text(format!("/{}", declared.name))]);
        out.push(Use::new(Kind::Rpc, Role::Serves, name, declared.line).certainty(Certainty::Sure));
    }
}

/// The type of a handler that is made or handed over: `&stock.Server{}`, `stock.NewServer(db)`, a variable that holds one.
fn made<'a>(reading: &Reading<'a>, span: crate::index::reading::Span, depth: u8) -> Option<&'a str> {
    let mut at = span.start + usize::from(reading.is(span.start, "&"));
    let alone = at + 1 == span.end;
    while reading.is(at + 1, ".") && at + 2 < span.end {
        at += 2;
    }
    let word = reading.word(at);
    match reading.word(at + 1) {
        "{" => Some(word),
        "(" if at + 1 < span.end => word.strip_prefix("New").filter(|w| !w.is_empty()),
        _ if alone && depth < 2 => reading.assignments.iter().find(|a| a.name == word).and_then(|a| made(reading, a.value.clone(), depth + 1)),
        _ => None,
    }
}
