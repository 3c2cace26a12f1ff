//! Programs that serve: registrations of services, and the methods of the types that implement them.

use super::{defined, method, whole};
use crate::index::model::{Certainty, Facts, Role};
use crate::index::reading::{Declaration, DeclarationKind, Reading};

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    match reading.language.name() {
        "go" => {
            go(reading, out);
            super::connected::read(reading, out);
        }
        "python" => python(reading, out),
        "java" | "kotlin" | "scala" => {
            bases(reading, "ImplBase", &["StreamObserver", "suspend", "Uni", "Multi", "Future"], out);
            dubbo(reading, out);
        }
        "csharp" => bases(reading, "Base", &["ServerCallContext", "CallContext"], out),
        "dart" => bases(reading, "ServiceBase", &["ServiceCall"], out),
        "cpp" => nested(reading, &["ServerContext"], out),
        "ruby" => nested(reading, &[], out),
        "javascript" | "typescript" => node(reading, out),
        "rust" => rust(reading, out),
        "elixir" => elixir(reading, out),
        _ => {}
    }
}

fn functions<'r, 'a>(reading: &'r Reading<'a>, holder: &'r Declaration<'a>) -> impl Iterator<Item = &'r Declaration<'a>> {
    reading.declarations.iter().filter(move |d| d.kind == DeclarationKind::Function && holder.body.contains(&d.name_at))
}

fn types<'r, 'a>(reading: &'r Reading<'a>) -> impl Iterator<Item = &'r Declaration<'a>> {
    reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type)
}

/// `pb.RegisterInventoryServer(s, &server{})`, `type server struct { pb.UnimplementedInventoryServer }`, methods of that type.
fn go(reading: &Reading<'_>, out: &mut Facts) {
    let mut implements: Vec<(&str, &str)> = Vec::new();
    for declared in types(reading) {
        for i in declared.body.clone() {
            let word = reading.word(i);
            let service = word.strip_prefix("Unimplemented").or_else(|| word.strip_prefix("Unsafe"));
            let service = service.and_then(|w| w.strip_suffix("Server").or_else(|| w.strip_suffix("Handler")));
            if let Some(service) = service.filter(|s| !s.is_empty()) {
                implements.push((declared.name, service));
            }
        }
    }
    for call in &reading.calls {
        let service = match call.name.strip_prefix("Register").and_then(|w| w.strip_suffix("Server")) {
            Some(service) if call.arguments.len() == 2 && !service.is_empty() && !service.ends_with("Handler") => service,
            _ => match call.name.strip_prefix("New") {
                // Connect: `inventoryconnect.NewInventoryHandler(..)`
                Some(word) if call.path[0].ends_with("connect") => match word.strip_suffix("Handler") {
                    Some(service) => service,
                    None => continue,
                },
                Some(word) if reading.mentions(&["twitchtv/twirp"]) && call.path[0].ends_with("pb") => match word.strip_suffix("Server") {
                    Some(service) => service,
                    None => continue,
                },
                _ => continue,
            },
        };
        whole(out, Role::Serves, service, call.line, None);
        // The type that is registered, where it is made in place: `&server{}`, `server{..}`.
        if let Some(last) = call.arguments.last() {
            let name = reading.word(last.span.start + usize::from(reading.is(last.span.start, "&")));
            let made = bound(reading, name).unwrap_or(name);
            if !implements.contains(&(made, service)) {
                implements.push((made, service));
            }
        }
    }
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && d.name.starts_with(|c: char| c.is_ascii_uppercase())) {
        if declared.name_at == 0 || !reading.is(declared.name_at - 1, ")") {
            continue;
        }
        let receiver = reading.word(declared.name_at - 2);
        let Some((_, service)) = implements.iter().find(|(t, _)| *t == receiver) else { continue };
        let takes = declared.head.clone().any(|i| reading.is(i, "Context") || reading.word(i).ends_with("Server") || reading.is(i, "stream"));
        if takes && declared.name != "Check" && declared.name != "Watch" {
            method(out, Role::Serves, service, declared.name, declared.line, Certainty::Sure);
        }
    }
}

/// The type of what a variable holds: `svc := &server{..}`, `svc := new(server)`.
fn bound<'a>(reading: &Reading<'a>, name: &str) -> Option<&'a str> {
    let binding = reading.assignments.iter().find(|a| a.name == name)?;
    let start = binding.value.start + usize::from(matches!(reading.word(binding.value.start), "&" | "new"));
    let start = start + usize::from(reading.is(start, "("));
    let word = reading.word(start);
    word.starts_with(|c: char| c.is_alphabetic()).then_some(word)
}

/// `class Inventory(inventory_pb2_grpc.InventoryServicer)`, `add_InventoryServicer_to_server(..)`.
fn python(reading: &Reading<'_>, out: &mut Facts) {
    for declared in types(reading) {
        let Some(service) = declared.head.clone().find_map(|i| reading.word(i).strip_suffix("Servicer")).filter(|s| !s.is_empty()) else { continue };
        for function in functions(reading, declared).filter(|f| f.name.starts_with(|c: char| c.is_ascii_uppercase()) || takes_request(reading, f)) {
            if !function.name.starts_with('_') {
                method(out, Role::Serves, service, &defined(function.name), function.line, Certainty::Sure);
            }
        }
    }
    for call in &reading.calls {
        if let Some(service) = call.name.strip_prefix("add_").and_then(|w| w.strip_suffix("Servicer_to_server")) {
            whole(out, Role::Serves, service, call.line, None);
        }
    }
}

fn takes_request(reading: &Reading<'_>, function: &Declaration<'_>) -> bool {
    function.head.clone().any(|i| reading.is(i, "context"))
}

/// `extends InventoryGrpc.InventoryImplBase`, `: Inventory.InventoryBase`.
fn bases(reading: &Reading<'_>, suffix: &str, parameters: &[&str], out: &mut Facts) {
    for declared in types(reading) {
        let base = declared.head.clone().find_map(|i| {
            let service = reading.word(i).strip_suffix(suffix)?;
            let service = service.strip_suffix("Coroutine").unwrap_or(service);
            // C#: the base is nested in a class of the service's name.
            let fits = suffix != "Base" || i >= 2 && reading.is(i - 1, ".") && reading.is(i - 2, service);
            (fits && !service.is_empty()).then_some(service)
        });
        let Some(service) = base else { continue };
        whole(out, Role::Serves, service, declared.line, None);
        for function in functions(reading, declared) {
            let before = (function.name_at.saturating_sub(12)..function.name_at).rev().take_while(|&i| !matches!(reading.word(i), "{" | "}" | ";"));
            let takes = before.chain(function.head.clone()).any(|i| parameters.contains(&reading.word(i)));
            if takes && function.name != declared.name {
                method(out, Role::Serves, service, &defined(function.name), function.line, Certainty::Sure);
            }
        }
    }
}

/// `class Server < Shop::Inventory::Service`, `class Impl final : public Inventory::Service`.
fn nested(reading: &Reading<'_>, parameters: &[&str], out: &mut Facts) {
    for declared in types(reading) {
        // Ruby's head ends at the end of the line.
        let head = declared.head.start..declared.head.end.max(declared.name_at + 12).min(reading.tokens.len());
        let line = reading.line(declared.name_at);
        let found = head.clone().find(|&i| reading.is(i, "Service") && reading.line(i) == line && reading.is(i - 1, "::") && i >= 2);
        let Some(service) = found.map(|i| reading.word(i - 2)) else { continue };
        whole(out, Role::Serves, service, declared.line, None);
        for function in functions(reading, declared) {
            let takes = parameters.is_empty() || function.head.clone().any(|i| parameters.contains(&reading.word(i)));
            if takes && function.name != "initialize" && !function.name.starts_with('_') {
                let public = !parameters.is_empty() || function.head.clone().any(|i| reading.is(i, "("));
                if public {
                    method(out, Role::Serves, service, &defined(function.name), function.line, Certainty::Sure);
                }
            }
        }
    }
}

/// `server.addService(proto.shop.Inventory.service, { reserve })`, Nest's `@GrpcMethod('Inventory', 'Reserve')`.
fn node(reading: &Reading<'_>, out: &mut Facts) {
    for call in reading.calls.iter().filter(|c| c.name == "addService" && c.arguments.len() == 2) {
        let definition = &call.arguments[0].span;
        let last = definition.end - 1;
        let service = if reading.is(last, "service") && last >= 2 && reading.is(last - 1, ".") {
            reading.word(last - 2)
        } else {
            let word = reading.word(last);
            word.strip_suffix("Definition").or_else(|| word.strip_suffix("Service")).unwrap_or(word)
        };
        if service.is_empty() || !service.starts_with(|c: char| c.is_alphabetic()) {
            continue;
        }
        whole(out, Role::Serves, service, call.line, None);
        let handlers = &call.arguments[1].span;
        if reading.is(handlers.start, "{") {
            for (key, value) in reading.entries(&(handlers.start + 1..handlers.end - 1)) {
                let line = reading.line(value.start.saturating_sub(2).max(handlers.start));
                method(out, Role::Serves, service, &defined(key), line, Certainty::Sure);
            }
        }
    }
    for annotation in reading.annotations.iter().filter(|a| matches!(a.name, "GrpcMethod" | "GrpcStreamMethod")) {
        let Some(service) = annotation.positional(0).and_then(|a| reading.literal(&a.span)) else { continue };
        let named = annotation.positional(1).and_then(|a| reading.literal(&a.span));
        let Some(name) = named.or_else(|| annotation.target.map(|t| defined(reading.word(t)))) else { continue };
        method(out, Role::Serves, &service, &name, annotation.line, Certainty::Sure);
    }
}

/// `impl Inventory for Server` under tonic's attribute, `InventoryServer::new(..)`.
fn rust(reading: &Reading<'_>, out: &mut Facts) {
    if !reading.mentions(&["tonic"]) {
        return;
    }
    for declared in types(reading) {
        // The declared name is the implementing type; the service stands before `for`.
        let Some(at) = declared.name_at.checked_sub(2).filter(|&i| reading.is(i + 1, "for")) else { continue };
        let service = reading.word(at);
        let attribute = (at.saturating_sub(12)..at).any(|i| reading.is(i, "async_trait"));
        let requests = declared.body.clone().any(|i| reading.is(i, "Request"));
        if !attribute || !requests {
            continue;
        }
        for function in functions(reading, declared).filter(|f| f.head.clone().any(|i| matches!(reading.word(i), "Request" | "Streaming"))) {
            method(out, Role::Serves, service, &defined(function.name), function.line, Certainty::Sure);
        }
    }
    for call in &reading.calls {
        if matches!(call.name, "new" | "with_interceptor")
            && let Some(service) = call.receiver().and_then(|r| r.strip_suffix("Server")).filter(|s| !s.is_empty())
            && (reading.mentions(&["_server::"]) || reading.imports(&["tonic"]))
        {
            whole(out, Role::Serves, service, call.line, None);
        }
    }
}

/// `use GRPC.Server, service: Shop.Inventory.Service`.
fn elixir(reading: &Reading<'_>, out: &mut Facts) {
    let Some(at) = (0..reading.tokens.len()).find(|&i| reading.is(i, "GRPC") && reading.is(i + 2, "Server") && reading.is(i + 4, "service")) else { return };
    let line = reading.line(at);
    let Some(end) = (at..reading.tokens.len()).take_while(|&i| reading.line(i) == line).filter(|&i| reading.is(i, "Service")).last() else { return };
    let service = reading.word(end.saturating_sub(2));
    whole(out, Role::Serves, service, line, None);
    let mut told: Vec<&str> = Vec::new();
    for function in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Function && reading.is(d.name_at - 1, "def")) {
        if !told.contains(&function.name) {
            told.push(function.name);
            method(out, Role::Serves, service, &defined(function.name), function.line, Certainty::Sure);
        }
    }
}

/// `@DubboService class Impl implements InventoryService`.
fn dubbo(reading: &Reading<'_>, out: &mut Facts) {
    for declared in types(reading) {
        let annotated =
            reading.annotations_of(declared).any(|a| a.name == "DubboService" || a.name == "Service" && reading.imports(&["dubbo.config.annotation"]));
        if !annotated {
            continue;
        }
        let Some(sign) = declared.head.clone().find(|&i| matches!(reading.word(i), "implements" | ":")) else { continue };
        let service = reading.word(sign + 1);
        whole(out, Role::Serves, service, declared.line, None);
        for function in functions(reading, declared).filter(|f| f.name != declared.name) {
            let public = (function.name_at.saturating_sub(6)..function.name_at).any(|i| matches!(reading.word(i), "public" | "override"));
            if public {
                method(out, Role::Serves, service, function.name, function.line, Certainty::Sure);
            }
        }
    }
}
