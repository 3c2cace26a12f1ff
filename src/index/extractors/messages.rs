//! Fields of messages, by their names on the wire.
//!
//! Names: `Type.field` where the type is known: the message of a schema, or a type of the program that is serialized, by its own short name.
//! Where a payload has no type, as in `producer.send("orders.created", {"customer_id": 1})`, the channel stands for it:
//! `orders.created:customer_id`; only where the function, else the type, else the file publishes to or consumes from that one channel.
//! A wire name is what a tag or rename says, else the member's name as written; which of them are the same is compared without letter
//! case and `_` when the repository is put together.
//!
//! A type of a program counts when it is encoded, published, decoded or listened for in the file (`carried`), or when it has tags or stands
//! under a path that says so (`types`).

mod accesses;
mod bodies;
mod carried;
mod consumers;
mod elsewhere;
mod generated;
mod payloads;
mod schemas;
#[cfg(test)]
mod tests;
mod types;

use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};

/// A file without any of these neither holds nor handles messages.
pub(super) const WORDS: &[&str] = &[
    "json",
    "event",
    "message",
    "serialize",
    "dto",
    "payload",
    "basemodel",
    "contract",
    "publish",
    "consum",
    "listener",
    "typeddict",
    "command",
    "record ",
    "notification",
    "msg",
    "export interface",
    "export type",
    "grpc",
    "tonic",
    "_pb2",
    "requestbody",
    "@body",
    "frombody",
];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    let types = types::types(reading);
    let asked: Vec<u32> = facts.uses.iter().filter(|u| u.kind == Kind::Rpc && u.role == Role::Calls).map(|u| u.line).collect();
    let mut carried = carried::carried(reading, &types, &asked);
    // What is only turned into text may be for a log, a file or a cache: its name, its tags or the file's company must say that it is sent.
    let talks = facts.uses.iter().any(|u| matches!(u.kind, Kind::Channel | Kind::Message | Kind::Route));
    carried.retain(|c| c.bound || talks || types::is_message_name(c.name) || types.iter().any(|t| t.name == c.name && t.is_tagged()));
    for declared in &types {
        let told = carried.iter().any(|c| c.name == declared.name);
        let Some(certainty) = declared.certainty(file.path, told) else {
            elsewhere::declared(reading, declared, facts);
            continue;
        };
        for member in &declared.members {
            facts.push(Use::new(Kind::Field, Role::Declares, field(declared.name, &member.wire), member.line).certainty(certainty));
        }
    }
    elsewhere::carried(reading, &carried, &types, facts);
    if !carried.is_empty() {
        accesses::read(reading, &carried, &types, facts);
    }
    generated::read(reading, facts);
    payloads::read(reading, facts);
    consumers::read(reading, facts);
}

/// Schemas: Protocol Buffers, Avro, Thrift.
pub(super) fn read_schema(file: &File<'_>, facts: &mut Facts) {
    schemas::read(file, facts);
}

/// Schemas in YAML and JSON: OpenAPI, AsyncAPI, JSON Schema.
pub(super) fn read_document(file: &File<'_>, facts: &mut Facts) {
    schemas::read_document(file, facts);
}

/// The name of a type's field.
fn field(holder: &str, member: &str) -> Name {
    Name::literal(format!("{holder}.{member}"))
}

/// A type that the file sends or receives.
struct Carried<'a> {
    name: &'a str,
    certainty: Certainty,
    /// Whether it is published or listened for, and not only turned into text or out of it.
    bound: bool,
    /// Whether it only goes into calls: what such a call gives is another type.
    given: bool,
}
