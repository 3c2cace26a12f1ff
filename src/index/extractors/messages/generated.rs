//! Fields of messages whose types Protocol Buffers generates for Go: `req.Msg.OrderId`, `req.GetOrderId()`, `&stockv1.Reply{OrderId: id}` where
//! remote procedures are served or called. The types stand in a package of their own, so what is read and made of that package are messages.

use super::field;
use crate::index::model::{Facts, Kind, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading};

/// Packages in the heads of procedures that are no messages'.
const OTHERS: [&str; 6] = ["context", "connect", "grpc", "time", "http", "io"];

pub(super) fn read(reading: &Reading<'_>, facts: &mut Facts) {
    if reading.language.name() != "go" {
        return;
    }
    let served: Vec<u32> = facts.uses.iter().filter(|u| u.kind == Kind::Rpc && u.role == Role::Serves).map(|u| u.line).collect();
    let procedures: Vec<&Declaration<'_>> = reading
        .declarations
        .iter()
        .filter(|d| d.kind == DeclarationKind::Function && served.contains(&d.line) && reading.is(d.name_at.wrapping_sub(1), ")"))
        .collect();
    let mut packages: Vec<&str> = Vec::new();
    for procedure in &procedures {
        for at in procedure.head.clone().filter(|&i| is_type(reading, i)) {
            let package = reading.word(at);
            if !OTHERS.contains(&package) && !packages.contains(&package) {
                packages.push(package);
            }
        }
    }
    let mut found: Vec<(String, Role, u32)> = Vec::new();
    for procedure in &procedures {
        for (variable, holder, is_wrapped) in parameters(reading, procedure, &packages) {
            accesses(reading, procedure, (variable, holder, is_wrapped), &mut found);
        }
    }
    for at in (0..reading.tokens.len()).filter(|&i| is_type(reading, i) && packages.contains(&reading.word(i)) && reading.is(i + 3, "{")) {
        let open = at + 3;
        // Where a list of them is made, each stands for itself.
        if at > 0 && reading.is(at - 1, "]") || at > 1 && reading.is(at - 1, "*") {
            continue;
        }
        for (key, value) in reading.entries(&(open + 1..reading.partner(open).max(open + 1))) {
            let is_keyed = value.start > 1 && reading.is(value.start - 1, ":");
            if is_keyed && is_member(key) {
                found.push((format!("{}.{key}", reading.word(at + 2)), Role::Writes, reading.line(value.start)));
            }
        }
    }
    for (name, role, line) in found {
        let Some((holder, member)) = name.split_once('.') else { continue };
        let used = Use::new(Kind::Field, role, field(holder, member), line);
        if !facts.uses.iter().any(|u| u.kind == used.kind && u.role == role && u.line == line && u.name == used.name) {
            facts.push(used);
        }
    }
}

/// `stockv1.ReserveRequest`
fn is_type(reading: &Reading<'_>, at: usize) -> bool {
    reading.kind(at) == Some(Token::Word)
        && reading.is(at + 1, ".")
        && !(at > 0 && reading.is(at - 1, "."))
        && reading.word(at).starts_with(|c: char| c.is_ascii_lowercase())
        && reading.word(at + 2).starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_member(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Parameters of a procedure that are messages, with their types, and whether Connect wraps them: `req *connect.Request[v1.ReserveRequest]`.
fn parameters<'a>(reading: &Reading<'a>, procedure: &Declaration<'a>, packages: &[&str]) -> Vec<(&'a str, &'a str, bool)> {
    let open = procedure.name_at + 1;
    let mut out = Vec::new();
    for element in reading.elements(&(open..reading.partner(open).max(open) + 1)) {
        let Some(at) = element.clone().find(|&i| is_type(reading, i) && packages.contains(&reading.word(i))) else { continue };
        let is_wrapped = reading.is(element.start + 2, "connect") && reading.is(element.start + 4, "Request") && reading.is(at - 1, "[");
        let is_plain = reading.is(element.start + 1, "*") && at == element.start + 2;
        if is_wrapped || is_plain {
            out.push((reading.word(element.start), reading.word(at + 2), is_wrapped));
        }
    }
    out
}

fn accesses(reading: &Reading<'_>, procedure: &Declaration<'_>, (variable, holder, is_wrapped): (&str, &str, bool), found: &mut Vec<(String, Role, u32)>) {
    for at in procedure.body.clone().filter(|&i| reading.is(i, variable) && reading.is(i + 1, ".") && !reading.is(i.wrapping_sub(1), ".")) {
        let mut member = at + 2;
        if is_wrapped {
            if !(reading.is(member, "Msg") && reading.is(member + 1, ".")) {
                continue;
            }
            member += 2;
        }
        let word = reading.word(member);
        let name = match reading.word(member + 1) {
            "(" => word.strip_prefix("Get").filter(|n| is_member(n) && reading.partner(member + 1) == member + 2),
            "=" => None,
            _ => Some(word).filter(|n| is_member(n)),
        };
        if let Some(name) = name {
            found.push((format!("{holder}.{name}"), Role::Reads, reading.line(member)));
        }
    }
}
