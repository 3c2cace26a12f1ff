//! Programs that call: stubs, what they dial, and the methods called on them.

use super::{defined, method, whole};
use crate::index::model::{Certainty, Facts, Name, Part, Role};
use crate::index::reading::tokens::Kind;
use crate::index::reading::{Call, DeclarationKind, Reading, Span};

/// A variable or field that holds a stub.
struct Held<'a> {
    name: &'a str,
    service: String,
    /// Methods keep the case in which they are written (Dubbo, Thrift).
    as_written: bool,
}

/// Methods of stubs themselves, and what changes a stub and gives it back.
const NEUTRAL: [&str; 26] = [
    "withDeadlineAfter",
    "withDeadline",
    "withInterceptors",
    "withWaitForReady",
    "withCompression",
    "withOption",
    "withCallCredentials",
    "withExecutor",
    "clone",
    "close",
    "connect",
    "getChannel",
    "build",
    "into_inner",
    "max_decoding_message_size",
    "max_encoding_message_size",
    "send_compressed",
    "accept_compressed",
    "waitForReady",
    "as_ref",
    "as_mut",
    "lock",
    "unwrap",
    "new",
    "WithHost",
    "bind",
];

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let mut held: Vec<Held<'_>> = Vec::new();
    let mut made: Vec<(usize, String)> = Vec::new();
    let mut proven = None;
    for (index, call) in reading.calls.iter().enumerate() {
        let Some((service, as_written)) = stub(reading, call, &mut proven) else { continue };
        whole(out, Role::Calls, &service, call.line, dials(reading, call));
        // `client := pb.New..`, `client: pb.New..`, `client = ..`
        if let Some(name) = bound_to(reading, call) {
            held.push(Held { name, service: service.clone(), as_written });
        }
        // What follows a registration configures it.
        if call.name != "AddGrpcClient" {
            made.push((index, service));
        }
    }
    typed(reading, &mut held);
    if held.is_empty() && made.is_empty() {
        return;
    }
    for call in &reading.calls {
        if call.path.len() < 2 && call.on.is_none() || NEUTRAL.contains(&call.name) || call.name.starts_with("with") && call.name.len() > 4 {
            continue;
        }
        // On the stub's creation itself, neutral calls between.
        let mut on = call.on;
        while let Some(place) = on.filter(|&p| NEUTRAL.contains(&reading.calls[p].name) && !made.iter().any(|(m, _)| *m == p)) {
            on = reading.calls[place].on;
        }
        let by_creation = on.and_then(|p| made.iter().find(|(m, _)| *m == p)).map(|(_, s)| (s.clone(), false));
        let mut names = call.path[..call.path.len() - 1].iter().rev().skip_while(|w| NEUTRAL.contains(w));
        let receiver = names.next().map(|w| bare(w));
        let by_name = receiver.and_then(|r| held.iter().find(|h| bare(h.name) == r)).map(|h| (h.service.clone(), h.as_written));
        let Some((service, as_written)) = by_creation.or(by_name) else { continue };
        // What is not exported is the project's own method of the same variable.
        if reading.language.name() == "go" && !call.name.starts_with(char::is_uppercase) {
            continue;
        }
        if matches!(call.name, "then" | "catch" | "await" | "subscribe" | "pipe" | "apply" | "also" | "let") {
            continue;
        }
        let mut name = if as_written { call.name.to_owned() } else { defined(call.name) };
        if let Some(plain) = name.strip_suffix("Async").filter(|_| matches!(reading.language.name(), "csharp")) {
            name = plain.to_owned();
        }
        method(out, Role::Calls, &service, &name, call.line, Certainty::Sure);
    }
}

fn bare(name: &str) -> &str {
    name.trim_start_matches(['$', '_', '@'])
}

/// The service whose stub a call makes, and whether its methods are called as written.
fn stub(reading: &Reading<'_>, call: &Call<'_>, proven: &mut Option<bool>) -> Option<(String, bool)> {
    let last = call.name;
    let holder = call.receiver().unwrap_or("");
    let mut grpc = || *proven.get_or_insert_with(|| reading.imports(&["grpc", "_pb", "tonic", "connectrpc", "proto"]));
    let service = match reading.language.name() {
        "go" => {
            let word = last.strip_prefix("New")?;
            let word = word.strip_suffix("Client")?;
            let twirp = word.strip_suffix("Protobuf").or_else(|| word.strip_suffix("JSON"));
            let generated = is_generated(holder) || holder.ends_with("connect") || twirp.is_some();
            if !(generated || !holder.is_empty() && dialled(reading, call) && grpc()) {
                return None;
            }
            twirp.unwrap_or(word)
        }
        "python" => {
            let service = last.strip_suffix("Stub")?;
            if !(holder.contains("pb2") || holder.contains("grpc") || grpc()) {
                return None;
            }
            service
        }
        "java" | "kotlin" | "scala" => {
            if let Some(service) = holder.strip_suffix("Grpc").filter(|_| matches!(last, "newBlockingStub" | "newStub" | "newFutureStub" | "newBlockingV2Stub"))
            {
                service
            } else if let Some(service) = last.strip_suffix("CoroutineStub") {
                service
            } else if last == "Client" && reading.imports(&["thrift"]) && !holder.is_empty() {
                return Some((holder.to_owned(), true));
            } else {
                return None;
            }
        }
        "csharp" => {
            let service = last.strip_suffix("Client")?;
            if service != holder {
                if last == "AddGrpcClient" {
                    return generic_service(call.types?).map(|s| (s, false));
                }
                return None;
            }
            service
        }
        "javascript" | "typescript" => {
            if matches!(last, "createPromiseClient" | "createClient" | "createGrpcClient") && reading.imports(&["connectrpc", "bufbuild/connect", "nice-grpc"])
            {
                let word = reading.word(call.positional(0)?.span.start);
                return Some((word.strip_suffix("Definition").unwrap_or(word).to_owned(), false));
            }
            if last == "getService" && call.path.len() > 1 && reading.imports(&["nestjs/microservices"]) {
                return call.positional(0).and_then(|a| reading.literal(&a.span)).map(|s| (s, false));
            }
            let made = reading.is(call.begins, "new");
            let credentials = call.arguments.iter().any(|a| a.span.clone().any(|i| reading.word(i).contains("redentials") || reading.is(i, "createInsecure")));
            let web = last.ends_with("Client") && call.arguments.len() <= 3 && reading.imports(&["grpc-web", "grpc_web_pb"]);
            if !made || !(credentials && grpc_imported(reading) || web) {
                return None;
            }
            last.strip_suffix("PromiseClient").or_else(|| last.strip_suffix("Client")).unwrap_or(last)
        }
        "rust" => {
            if !matches!(last, "connect" | "new" | "with_interceptor" | "with_origin") {
                return None;
            }
            let service = holder.strip_suffix("Client").filter(|s| !s.is_empty())?;
            // Generated clients lie in a module of their own: `inventory_client::InventoryClient`.
            if !reading.text.contains(&format!("{}_client", snake(service))) {
                return None;
            }
            service
        }
        "ruby" => {
            let place = call.path.len().checked_sub(3)?;
            if last != "new" || holder != "Stub" {
                return None;
            }
            call.path[place]
        }
        "php" => {
            let credentials = call.arguments.iter().any(|a| a.span.clone().any(|i| reading.word(i).contains("redentials")));
            if !credentials || !reading.text.contains("Grpc") {
                return None;
            }
            last.strip_suffix("Client")?
        }
        "cpp" => {
            if last != "NewStub" || holder.is_empty() {
                return None;
            }
            holder
        }
        "elixir" => {
            let place = call.path.len().checked_sub(3)?;
            if holder != "Stub" {
                return None;
            }
            return Some((call.path[place].to_owned(), false));
        }
        "dart" => {
            let service = last.strip_suffix("Client")?;
            if !reading.imports(&["grpc", ".pbgrpc."]) {
                return None;
            }
            service
        }
        _ => return None,
    };
    (!service.is_empty() && service.starts_with(|c: char| c.is_ascii_uppercase())).then(|| (service.to_owned(), false))
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn grpc_imported(reading: &Reading<'_>) -> bool {
    reading.imports(&["grpc", "_pb"])
}

/// `Inventory.InventoryClient` among type arguments.
fn generic_service(types: &str) -> Option<String> {
    let last = types.rsplit(['.', ':']).next()?.trim();
    last.strip_suffix("Client").filter(|s| !s.is_empty()).map(str::to_owned)
}

/// Whether a package's name is one that generated code has.
fn is_generated(alias: &str) -> bool {
    let alias = alias.to_ascii_lowercase();
    alias.ends_with("pb") || alias.starts_with("pb") || ["proto", "grpc", "genproto"].iter().any(|w| alias.contains(w))
}

/// Whether the only argument is a connection.
fn dialled(reading: &Reading<'_>, call: &Call<'_>) -> bool {
    let [only] = &*call.arguments else { return false };
    let last = reading.word(only.span.end - 1).to_ascii_lowercase();
    only.span.len() <= 5 && (last.contains("conn") || matches!(&*last, "cc" | "channel"))
}

/// The name that the result of a call is bound to.
fn bound_to<'a>(reading: &Reading<'a>, call: &Call<'_>) -> Option<&'a str> {
    let mut at = call.begins;
    while at > 0 && matches!(reading.word(at - 1), "new" | "await" | "&" | "(" | "promisifyAll") {
        at -= 1;
    }
    let sign = at.checked_sub(1)?;
    if !matches!(reading.word(sign), "=" | ":=" | ":" | "=>") {
        return None;
    }
    let mut name = sign.checked_sub(1)?;
    // `let mut client: Type = ..`
    if let Some(binding) = reading.assignments.iter().find(|a| a.value.start == at || a.value.start == call.begins) {
        name = binding.at;
    }
    let word = reading.word(name);
    if matches!(word, "err" | "ok") && name >= 2 && reading.is(name - 1, ",") {
        return Some(reading.word(name - 2));
    }
    (reading.kind(name) == Some(Kind::Word)).then_some(word)
}

/// What a stub's channel dials, as a note.
fn dials(reading: &Reading<'_>, call: &Call<'_>) -> Option<String> {
    let mut span = call.open + 1..call.close;
    for _ in 0..3 {
        for argument in &call_arguments(reading, &span) {
            let name = reading.name(argument);
            if let Some(text) = address(&name) {
                return Some(format!("dials {text}"));
            }
        }
        // The channel is made elsewhere in this file.
        let variable = span.clone().find_map(|i| {
            let word = reading.word(i);
            reading
                .assignments
                .iter()
                .find(|a| (a.name == word || first_of_two(reading, a.at) == Some(word)) && !a.value.contains(&call.at))
                .map(|a| a.value.clone())
        });
        span = variable?;
    }
    None
}

/// `conn, err := grpc.Dial(..)`: the name before the comma.
fn first_of_two<'a>(reading: &Reading<'a>, at: usize) -> Option<&'a str> {
    (at >= 2 && reading.is(at - 1, ",")).then(|| reading.word(at - 2))
}

/// Arguments of all calls in a span, and the span's own.
fn call_arguments(reading: &Reading<'_>, span: &Span) -> Vec<Span> {
    let mut out: Vec<Span> = vec![span.clone()];
    for call in reading.calls.iter().filter(|c| span.contains(&c.at)) {
        out.extend(call.arguments.iter().map(|a| a.span.clone()));
    }
    // The stub's own arguments.
    if let Some(call) = reading.calls.iter().find(|c| c.open + 1 == span.start) {
        out.extend(call.arguments.iter().map(|a| a.span.clone()));
    }
    out
}

fn address(name: &Name) -> Option<String> {
    let mut out = String::new();
    for part in &name.0 {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Setting(key, _) => {
                out.push_str("${");
                out.push_str(key);
                out.push('}');
            }
            Part::Hole => out.push_str("{}"),
            Part::Constant(_) => return None,
        }
    }
    let known = name.0.iter().any(|p| matches!(p, Part::Setting(..))) || out.contains(':') && !out.starts_with(':') && !out.starts_with("{}");
    (known && out.len() <= 70 && !out.contains(char::is_whitespace)).then_some(out)
}

/// Fields, parameters and variables by their type: `inventory pb.InventoryClient`, `InventoryGrpc.InventoryBlockingStub inventory`.
fn typed<'a>(reading: &Reading<'a>, held: &mut Vec<Held<'a>>) {
    let language = reading.language.name();
    let mut push = |name: &'a str, service: &str, as_written: bool| {
        if !service.is_empty() && !held.iter().any(|h| h.name == name) {
            held.push(Held { name, service: service.to_owned(), as_written });
        }
    };
    for at in 1..reading.tokens.len() {
        let word = reading.word(at);
        match language {
            "go" => {
                if let Some(service) = word.strip_suffix("Client")
                    && at >= 3
                    && reading.is(at - 1, ".")
                    && is_generated(reading.word(at - 2))
                    && reading.kind(at - 3) == Some(Kind::Word)
                    && !service.starts_with("New")
                    && !matches!(reading.word(at - 3), "return" | "type" | "map")
                {
                    push(reading.word(at - 3), service, false);
                }
            }
            "java" | "kotlin" => {
                let stub = ["BlockingStub", "FutureStub", "CoroutineStub", "Stub"].iter().find_map(|s| word.strip_suffix(s));
                if let Some(service) = stub.filter(|s| at >= 2 && reading.is(at - 1, ".") && reading.word(at - 2).starts_with(s)) {
                    if reading.kind(at + 1) == Some(Kind::Word) && language == "java" {
                        push(reading.word(at + 1), service, false);
                    } else if language == "kotlin" && at >= 4 && reading.is(at - 3, ":") {
                        push(reading.word(at - 4), service, false);
                    }
                }
            }
            "csharp" => {
                if let Some(service) = word.strip_suffix("Client").filter(|s| at >= 2 && reading.is(at - 1, ".") && reading.is(at - 2, s))
                    && reading.kind(at + 1) == Some(Kind::Word)
                {
                    push(reading.word(at + 1), service, false);
                }
            }
            "rust" => {
                if let Some(service) = word.strip_suffix("Client").filter(|_| reading.is(at + 1, "<") && reading.is(at + 2, "Channel"))
                    && let Some(sign) = (at.saturating_sub(6)..at).rev().find(|&i| reading.is(i, ":"))
                    && sign > 0
                {
                    push(reading.word(sign - 1), service, false);
                }
            }
            // std::unique_ptr<Inventory::Stub> stub_;
            "cpp" if word == "Stub" && at >= 2 && reading.is(at - 1, "::") && reading.is(at + 1, ">") && reading.kind(at + 2) == Some(Kind::Word) => {
                push(reading.word(at + 2), reading.word(at - 2), false);
            }
            _ => {}
        }
    }
    // Dubbo: `@DubboReference private InventoryService inventory;`
    for annotation in reading.annotations.iter().filter(|a| a.name == "DubboReference" || a.name == "Reference" && reading.imports(&["dubbo"])) {
        let Some(target) = annotation.target else { continue };
        let service = reading.word(target - 1);
        if service.starts_with(|c: char| c.is_ascii_uppercase()) && reading.enclosing(annotation.at, &[DeclarationKind::Type]).is_some() {
            push(reading.word(target), service, true);
        }
    }
}
