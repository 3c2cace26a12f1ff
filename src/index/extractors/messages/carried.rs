//! Types that a file encodes, publishes, decodes or listens for.

use super::types::Type;
use super::{Carried, bodies};
use crate::index::extractors::clients::{same, type_of, variable_type};
use crate::index::model::Certainty;
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, DeclarationKind, Reading};

/// Calls that turn a value into bytes for somebody else.
const ENCODES: [&str; 25] = [
    "postasjson",
    "putasjson",
    "patchasjson",
    "marshal",
    "marshalindent",
    "stringify",
    "dumps",
    "writevalueasstring",
    "writevalueasbytes",
    "serialize",
    "serializetoutf8bytes",
    "serializeobject",
    "tojson",
    "tostring",
    "tovec",
    "encodetostring",
    "encode",
    "tobytes",
    "convertandsend",
    "json",
    "tovalue",
    "jsonencode",
    "produce",
    "newtask",
    "sendjson",
];

/// Calls that publish whatever they are given.
const PUBLISHES: [&str; 9] = ["publish", "send", "emit", "sendmessage", "publishevent", "produceasync", "convertandsend", "sendandwait", "publishjson"];

/// Calls that turn bytes into a value of a type.
const DECODES: [&str; 23] = [
    "getfromjson",
    "readfromjson",
    "unmarshal",
    "readvalue",
    "deserialize",
    "deserializeobject",
    "fromjson",
    "fromslice",
    "fromstr",
    "decodefromstring",
    "decode",
    "parseraw",
    "modelvalidatejson",
    "modelvalidate",
    "parseobj",
    "frombytes",
    "parsefrom",
    "fromvalue",
    "converter",
    "todocument",
    "getbody",
    "parsejson",
    "parse",
];

/// Annotations whose function receives a message.
const LISTENERS: [&str; 14] = [
    "kafkalistener",
    "rabbitlistener",
    "sqslistener",
    "jmslistener",
    "pulsarlistener",
    "streamlistener",
    "eventhandler",
    "commandhandler",
    "eventpattern",
    "messagepattern",
    "rabbithandler",
    "kafkahandler",
    "incoming",
    "topic",
];

/// Supertypes whose type argument is received.
const CONSUMERS: [&str; 8] =
    ["IConsumer", "IHandleMessages", "IIntegrationEventHandler", "ConsumeContext", "ConsumerRecord", "IConsumeAsync", "DomainEventEnvelope", "MessageHandler"];

/// Names that are never a message: containers, primitives, frameworks.
const NONE: [&str; 40] = [
    "String",
    "Object",
    "Map",
    "List",
    "Integer",
    "Long",
    "Bytes",
    "ByteBuffer",
    "Buffer",
    "Void",
    "HashMap",
    "Optional",
    "Array",
    "Dictionary",
    "Context",
    "Request",
    "Response",
    "Error",
    "Exception",
    "Message",
    "Event",
    "JSON",
    "Json",
    "Any",
    "Set",
    "Date",
    "Type",
    "Record",
    "Guid",
    "UUID",
    "Value",
    "TypeReference",
    "JsonNode",
    "JObject",
    "Data",
    "File",
    "Promise",
    "Self",
    "Encoding",
    "JsonObject",
];

/// Ends of types that are parts of a program and no message.
const PARTS: [&str; 22] = [
    "Stream",
    "Node",
    "Reader",
    "Writer",
    "Builder",
    "Mapper",
    "Client",
    "Exception",
    "Factory",
    "Service",
    "Repository",
    "Controller",
    "Serializer",
    "Token",
    "Options",
    "Impl",
    "Manager",
    "Provider",
    "Logger",
    "Socket",
    "Error",
    "Encoder",
];

fn fits(word: &str) -> bool {
    // `TValue` is a type's parameter.
    let parameter = word.starts_with('T') && word[1..].starts_with(|c: char| c.is_ascii_uppercase());
    word.len() > 3
        && !parameter
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().any(|b| b.is_ascii_lowercase())
        && !NONE.contains(&word)
        && !PARTS.iter().any(|p| word.ends_with(p))
}

/// `types`: those that the file declares. `asked`: lines with calls of remote procedures.
pub(super) fn carried<'a>(reading: &Reading<'a>, types: &[Type<'a>], asked: &[u32]) -> Vec<Carried<'a>> {
    let mut out: Vec<Carried<'a>> = Vec::new();
    let mut put = |word: &'a str, certainty: Certainty, bound: bool, given: bool| {
        // Go's types of a package's own begin with a small letter.
        let is_own = || reading.language.name() == "go" && word.starts_with(|c: char| c.is_ascii_lowercase()) && types.iter().any(|t| t.name == word);
        if !(fits(word) || is_own()) {
            return;
        }
        match out.iter_mut().find(|c| c.name == word) {
            Some(known) => {
                known.bound |= bound;
                known.given &= given;
            }
            None => out.push(Carried { name: word, certainty, bound, given }),
        }
    };
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        bodies::of_call(reading, call, types, asked).into_iter().for_each(|word| put(word, Certainty::Sure, true, asked.contains(&call.line)));
    }
    let mut add = |word: &'a str, certainty: Certainty, bound: bool| put(word, certainty, bound, false);
    for call in &reading.calls {
        if call.in_log {
            continue;
        }
        let is = |table: &[&str]| table.iter().any(|w| same(call.name, w));
        if is(&DECODES) && (!same(call.name, "parse") || call.receiver() == Some("JSON")) {
            decoded(reading, call).into_iter().for_each(|word| add(word, Certainty::Sure, false));
        } else if is(&ENCODES) && is_codec(call) {
            for argument in &call.arguments {
                if let Some(word) = type_of(reading, &argument.span) {
                    add(word, Certainty::Sure, false);
                }
            }
            // `event.model_dump_json()`, `event.SerializeToString()`
        } else if matches!(call.name, "model_dump_json" | "SerializeToString" | "toByteArray") {
            if let Some(word) = call.receiver().and_then(|on| variable_type(reading, on, call.at)) {
                add(word, Certainty::Sure, false);
            }
        } else if is(&PUBLISHES)
            && (bodies::is_socket(reading, call)
                || call.receiver_holds(&["producer", "template", "bus", "publish", "rabbit", "kafka", "bridge", "channel", "sns", "sqs", "queue", "outbox"]))
        {
            for argument in &call.arguments {
                if let Some(word) = type_of(reading, &argument.span) {
                    add(word, Certainty::Likely, true);
                }
            }
            if let Some(word) = call.types.filter(|t| t.bytes().all(|b| b.is_ascii_alphanumeric())) {
                add(word, Certainty::Likely, true);
            }
        }
    }
    bodies::annotated(reading).into_iter().for_each(|word| add(word, Certainty::Sure, true));
    for annotation in reading.annotations.iter().filter(|a| LISTENERS.iter().any(|l| same(a.name, l))) {
        let Some(target) = annotation.target else { continue };
        let Some(declared) = reading.declarations.iter().find(|d| d.kind == DeclarationKind::Function && d.name_at == target) else { continue };
        for at in declared.head.clone() {
            if fits(reading.word(at)) && reading.kind(at) == Some(Token::Word) && !reading.is(at - 1, "@") && is_message_word(reading.word(at)) {
                add(reading.word(at), Certainty::Sure, true);
            }
        }
    }
    for at in 0..reading.tokens.len() {
        if reading.kind(at) == Some(Token::Word) && CONSUMERS.contains(&reading.word(at)) && reading.is(at + 1, "<") {
            let close = (at + 2..at + 12).find(|&i| reading.is(i, ">")).unwrap_or(at + 3);
            add(reading.word(close - 1), Certainty::Sure, true);
        }
    }
    out
}

/// Whether a parameter's type reads like a message rather than a broker's own (`Acknowledgment`, `Channel`).
fn is_message_word(word: &str) -> bool {
    !matches!(
        word,
        "Acknowledgment"
            | "Channel"
            | "Consumer"
            | "Header"
            | "Payload"
            | "Headers"
            | "ConsumerRecord"
            | "ConsumerRecords"
            | "MessageHeaders"
            | "Session"
            | "Ctx"
            | "KafkaContext"
            | "RmqContext"
    )
}

/// Whether the call's chain says that it is a codec's, not anything's `encode` or `tostring`.
fn is_codec(call: &Call<'_>) -> bool {
    let distinct = !["tostring", "encode", "json", "tobytes", "tovalue", "tovec", "produce", "serialize"].iter().any(|w| same(call.name, w));
    distinct || call.receiver_holds(&["json", "mapper", "serde", "codec", "serializ", "encoder", "producer", "proto", "bincode", "avro"])
}

/// The type that a decoding call gives.
fn decoded<'a>(reading: &Reading<'a>, call: &Call<'a>) -> Vec<&'a str> {
    let mut out = Vec::new();
    if let Some(types) = call.types {
        let word = types.rsplit(['.', ':']).next().unwrap_or("").trim_matches(['<', '>', '&', '*', ' ', '?']);
        out.push(word);
    }
    // `json.Unmarshal(b, &event)`, `mapper.readValue(s, OrderCreated.class)`
    for argument in &call.arguments {
        if let Some(word) = type_of(reading, &argument.span) {
            out.push(word);
        } else if reading.is(argument.span.start, "&") && argument.span.len() == 2 {
            out.extend(declared_before(reading, reading.word(argument.span.start + 1), call.at));
        }
    }
    // `OrderCreated.model_validate_json(b)`, `OrderCreated.parseFrom(b)`
    if let Some(on) = call.receiver()
        && fits(on)
        && !matches!(on, "JsonSerializer" | "JsonConvert" | "ObjectMapper" | "Gson" | "Serializer" | "JsonDecoder")
    {
        out.push(on);
    }
    // `JSON.parse(raw) as OrderCreated`
    if reading.is(call.close + 1, "as") {
        out.push(reading.word(call.close + 2));
    }
    // `let event: OrderCreated = serde_json::from_slice(..)`
    let begins = call.begins;
    let sign = (begins.saturating_sub(3)..begins).rev().find(|&i| reading.is(i, "="));
    if let Some(sign) = sign.filter(|&s| s >= 3 && reading.line(s) == reading.line(begins)) {
        let word = reading.word(sign - 1);
        if reading.is(sign - 2, ":") {
            out.push(word);
        } else if fits(reading.word(sign - 2)) && reading.kind(sign - 1) == Some(Token::Word) {
            out.push(reading.word(sign - 2));
        }
    }
    out
}

/// Go's `var event OrderCreated` before a token.
pub(super) fn declared_before<'a>(reading: &Reading<'a>, name: &str, before: usize) -> Option<&'a str> {
    (1..before)
        .rev()
        .take(400)
        .find(|&i| reading.word(i) == name && reading.is(i - 1, "var"))
        .map(|i| {
            let mut at = i + 1;
            while reading.is(at + 1, ".") || reading.is(at, "*") {
                at += if reading.is(at, "*") { 1 } else { 2 };
            }
            reading.word(at)
        })
        .or_else(|| variable_type(reading, name, before))
}
