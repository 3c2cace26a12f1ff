//! Types that a program declares, with their members' names on the wire.

use crate::index::model::Certainty;
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Declaration, DeclarationKind, Reading};

/// A member as it is written to and read from the wire.
pub(super) struct Member<'a> {
    /// Its name in the program.
    pub(super) name: &'a str,
    pub(super) wire: String,
    pub(super) line: u32,
}

/// A declared type.
pub(super) struct Type<'a> {
    pub(super) name: &'a str,
    pub(super) members: Vec<Member<'a>>,
    /// Whether tags, annotations or its base say that it is serialized.
    tagged: bool,
    /// Whether it is declared as a record: all that it has is its members.
    record: bool,
}

/// Words of a path that say that what lies there is for others to read.
const PATHS: [&str; 9] = ["event", "message", "contract", "dto", "schema", "payload", "proto", "notification", "wire"];

/// Ends of a type's name that say the same.
const ENDS: [&str; 8] = ["Event", "Message", "Command", "Dto", "DTO", "Payload", "Notification", "Contract"];

impl Type<'_> {
    /// Whether tags, annotations or its base say that it is serialized.
    pub(super) fn is_tagged(&self) -> bool {
        self.tagged
    }

    /// How sure it is that its members are on a wire; none when nothing says so.
    pub(super) fn certainty(&self, path: &str, carried: bool) -> Option<Certainty> {
        if carried {
            return Some(Certainty::Sure);
        }
        // Within the process by its name.
        if self.name.ends_with("DomainEvent") {
            return None;
        }
        let by_name = ENDS.iter().any(|e| self.name.len() > e.len() && self.name.ends_with(e)) || (self.tagged || self.record) && is_past(self.name);
        let lower = path.to_ascii_lowercase();
        if is_stored_path(&lower) {
            return None;
        }
        let by_path = PATHS.iter().any(|w| lower.split('/').any(|part| says(part, w)));
        match (self.tagged, by_path, by_name) {
            (true, true, _) | (true, _, true) => Some(Certainty::Sure),
            (false, true, true) => Some(Certainty::Likely),
            _ => None,
        }
    }
}

/// Whether what lies there is stored: another thing, whatever it is called.
fn is_stored_path(lower: &str) -> bool {
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| matches!(w, "db" | "sql" | "database" | "entity" | "entities" | "persistence" | "orm"))
}

/// Whether a file lies where messages are declared for others.
pub(super) fn is_shared_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !is_stored_path(&lower) && PATHS.iter().any(|w| lower.split('/').any(|part| says(part, w)))
}

/// Whether a type's name alone says that it goes to somebody else.
pub(super) fn is_message_name(name: &str) -> bool {
    ENDS.iter().chain(&["Request", "Response"]).any(|e| name.len() > e.len() && name.ends_with(e)) || is_past(name)
}

/// Whether a name tells what has happened: `OrderCreated`, `InvoicePaid`.
fn is_past(name: &str) -> bool {
    let start = name.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0);
    let last = &name[start..];
    start > 0
        && (last.len() > 4 && last.ends_with("ed") || matches!(last, "Paid" | "Sent" | "Sold" | "Lost" | "Found" | "Withdrawn" | "Begun" | "Written" | "Taken"))
}

/// Whether a folder's or file's name holds the word as a word of its own, plural or not.
fn says(part: &str, word: &str) -> bool {
    part.match_indices(word).any(|(at, _)| {
        let after = part[at + word.len()..].trim_start_matches('s');
        !after.starts_with(|c: char| c.is_ascii_alphabetic()) || after.starts_with("handler") && word == "message"
    })
}

pub(super) fn types<'a>(reading: &Reading<'a>) -> Vec<Type<'a>> {
    let language = reading.language.name();
    let mut out = Vec::new();
    for declared in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type) {
        let found = match language {
            "go" => go(reading, declared),
            "rust" => rust(reading, declared),
            "python" => python(reading, declared),
            "typescript" | "javascript" => script(reading, declared),
            "java" | "kotlin" | "csharp" | "scala" | "php" => braces(reading, declared),
            _ => None,
        };
        out.extend(found.filter(|t| !t.members.is_empty() && t.members.len() <= 200));
    }
    out
}

/// ``CustomerID string `json:"customer_id"` ``
fn go<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Option<Type<'a>> {
    if !reading.is(declared.name_at + 1, "struct") {
        return None;
    }
    let mut out = Type { name: declared.name, members: Vec::new(), tagged: false, record: false };
    let mut at = declared.body.start;
    while at < declared.body.end {
        let end = (at + 1..declared.body.end).find(|&i| reading.tokens[i].first).unwrap_or(declared.body.end);
        let name = reading.word(at);
        let tag = reading.string(end - 1).filter(|t| reading.word(end - 1).starts_with('`') && t.contains(":\""));
        let json = tag.and_then(|t| t.split("json:\"").nth(1)).and_then(|t| t.split('"').next()).map(|t| t.split(',').next().unwrap_or(""));
        out.tagged |= json.is_some();
        let exported = name.starts_with(|c: char| c.is_ascii_uppercase());
        if reading.kind(at) == Some(Token::Word) && exported && end > at + 1 && json != Some("-") {
            let wire = json.filter(|j| !j.is_empty()).unwrap_or(name);
            out.members.push(Member { name, wire: wire.to_owned(), line: reading.line(at) });
        }
        // Members of a struct within are the inner one's.
        at = match (at..end).find(|&i| reading.is(i, "{") && reading.partner(i) > end) {
            Some(open) => (reading.partner(open) + 1..declared.body.end).find(|&i| reading.tokens[i].first).unwrap_or(declared.body.end),
            None => end,
        };
    }
    Some(out)
}

/// Fields with serde's renames.
fn rust<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Option<Type<'a>> {
    if declared.name_at == 0 || !reading.is(declared.name_at - 1, "struct") {
        return None;
    }
    let attributes = attributes_before(reading, declared.name_at);
    let tagged = attributes.clone().any(|i| matches!(reading.word(i), "Serialize" | "Deserialize"));
    let rename_all = attributes.clone().find(|&i| reading.is(i, "rename_all")).and_then(|i| reading.string(i + 2));
    let mut out = Type { name: declared.name, members: Vec::new(), tagged, record: false };
    let mut renamed: Option<&str> = None;
    let mut at = declared.body.start;
    while at < declared.body.end {
        if reading.is(at, "#") && reading.is(at + 1, "[") {
            let close = reading.partner(at + 1);
            if let Some(rename) = (at..close).find(|&i| reading.is(i, "rename")) {
                renamed = reading.string(rename + 2);
            }
            at = close.max(at) + 1;
            continue;
        }
        if reading.kind(at) == Some(Token::Word) && reading.is(at + 1, ":") && at + 2 < declared.body.end {
            let name = reading.word(at);
            let wire = match (renamed.take(), rename_all) {
                (Some(wire), _) => wire.to_owned(),
                (None, Some("camelCase")) => camel(name),
                _ => name.to_owned(),
            };
            out.members.push(Member { name, wire, line: reading.line(at) });
            while at < declared.body.end && !reading.is(at, ",") {
                at = if reading.kind(at) == Some(Token::Open) { reading.partner(at).max(at) + 1 } else { at + 1 };
                // Commas within type arguments.
                if reading.is(at, "<") {
                    at = (at..declared.body.end).find(|&i| reading.is(i, ">")).unwrap_or(at);
                }
            }
        }
        at += 1;
    }
    Some(out)
}

/// Tokens of the attributes before a declaration.
fn attributes_before(reading: &Reading<'_>, name_at: usize) -> std::ops::Range<usize> {
    let mut start = name_at;
    while start > 0 && !matches!(reading.word(start - 1), "}" | ";") && name_at - start < 60 {
        start -= 1;
    }
    start..name_at
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    for (i, part) in name.split('_').enumerate() {
        match part.chars().next() {
            Some(first) if i > 0 => {
                out.push(first.to_ascii_uppercase());
                out.push_str(&part[1..]);
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Annotated names in the body of a dataclass, a pydantic model, a typed dictionary.
fn python<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Option<Type<'a>> {
    if declared.name_at == 0 || !reading.is(declared.name_at - 1, "class") {
        return None;
    }
    let tagged =
        declared.head.clone().any(|i| matches!(reading.word(i), "BaseModel" | "TypedDict" | "Struct" | "Record" | "SQLModel" | "BaseEvent" | "DomainEvent"));
    let dataclass = reading.annotations_of(declared).any(|a| matches!(a.name, "dataclass" | "attrs" | "define" | "dataclass_json" | "s" | "frozen"));
    if !tagged && !dataclass {
        return None;
    }
    let mut out = Type { name: declared.name, members: Vec::new(), tagged, record: false };
    let column = |i: usize| reading.text[..reading.tokens[i].start as usize].rfind('\n').map_or(0, |n| reading.tokens[i].start as usize - n);
    let first = declared.body.clone().find(|&i| reading.tokens[i].first).map(column)?;
    for at in declared.body.clone() {
        let is_member = reading.tokens[at].first && reading.kind(at) == Some(Token::Word) && reading.is(at + 1, ":") && column(at) == first;
        if !is_member || matches!(reading.word(at), "class" | "def" | "model_config") {
            continue;
        }
        let line = reading.line(at);
        let end = (at + 2..declared.body.end).find(|&i| reading.tokens[i].first && reading.line(i) > line).unwrap_or(declared.body.end);
        if (at..end).any(|i| reading.is(i, "ClassVar")) {
            continue;
        }
        let alias =
            (at..end).find(|&i| matches!(reading.word(i), "alias" | "serialization_alias") && reading.is(i + 1, "=")).and_then(|i| reading.string(i + 2));
        let name = reading.word(at);
        out.members.push(Member { name, wire: alias.unwrap_or(name).to_owned(), line });
    }
    Some(out)
}

/// Members of an interface, a type or a class: `customerId: string;`.
fn script<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Option<Type<'a>> {
    let keyword = declared.name_at.checked_sub(1).map(|i| reading.word(i))?;
    if !matches!(keyword, "interface" | "type" | "class") || reading.language.name() == "javascript" {
        return None;
    }
    let decorated = keyword == "class"
        && declared.body.clone().any(|i| {
            reading.is(i, "@") && matches!(reading.word(i + 1), "IsString" | "ApiProperty" | "Expose" | "IsNotEmpty" | "IsNumber" | "IsUUID" | "JsonProperty")
        });
    let mut out = Type { name: declared.name, members: Vec::new(), tagged: decorated, record: false };
    let mut at = declared.body.start;
    while at < declared.body.end {
        if reading.kind(at) == Some(Token::Open) {
            at = reading.partner(at).max(at) + 1;
            continue;
        }
        let starts = at == declared.body.start || reading.tokens[at].first || matches!(reading.word(at - 1), ";" | "," | "readonly" | "public");
        let name = match reading.kind(at) {
            Some(Token::Word) => reading.word(at),
            Some(Token::Text) => reading.string(at).unwrap_or(""),
            _ => "",
        };
        let colon = at + 1 + usize::from(matches!(reading.word(at + 1), "?" | "!"));
        if starts && !name.is_empty() && reading.is(colon, ":") && !matches!(name, "private" | "protected" | "static") {
            out.members.push(Member { name, wire: name.to_owned(), line: reading.line(at) });
            at = colon;
        }
        at += 1;
    }
    Some(out)
}

/// Ends of types that are put into a class from outside: nothing of it is on a wire.
const WIRED: [&str; 8] = ["Service", "Repository", "Logger", "Factory", "Mapper", "Client", "Provider", "Manager"];

const WIRE_NAMES: [&str; 7] = ["JsonProperty", "SerialName", "JsonPropertyName", "SerializedName", "DataMember", "Json", "SerializedPath"];

/// Fields, properties and the parameters of records and data classes (Java, Kotlin, C#, Scala, PHP).
fn braces<'a>(reading: &Reading<'a>, declared: &Declaration<'a>) -> Option<Type<'a>> {
    let language = reading.language.name();
    let before = attributes_before(reading, declared.name_at);
    let mut tagged = before
        .clone()
        .any(|i| matches!(reading.word(i), "Serializable" | "JsonIgnoreProperties" | "JsonInclude" | "DataContract" | "JsonNaming" | "JsonTypeName"));
    let snake = before.clone().any(|i| matches!(reading.word(i), "SnakeCaseStrategy" | "SNAKE_CASE"));
    if declared.name_at > 0 && matches!(reading.word(declared.name_at - 1), "interface" | "trait" | "object" | "module") && language != "csharp" {
        return None;
    }
    let mut members: Vec<Member<'a>> = Vec::new();
    let mut add = |name_at: usize, from: usize| {
        let name = reading.word(name_at);
        if reading.kind(name_at) != Some(Token::Word) || name.len() < 2 || matches!(name, "get" | "set" | "return" | "this" | "class" | "serialVersionUID") {
            return;
        }
        let told = (from..name_at).find(|&i| WIRE_NAMES.contains(&reading.word(i))).map(|i| (i, (i..name_at.min(i + 8)).find_map(|j| reading.string(j))));
        tagged |= told.is_some();
        let name = name.trim_start_matches('$');
        let wire = told.and_then(|(_, wire)| wire).map_or_else(|| if snake { snake_case(name) } else { name.to_owned() }, str::to_owned);
        members.push(Member { name, wire, line: reading.line(name_at) });
    };
    let wired = |from: usize, to: usize| {
        (from..to).any(|i| WIRED.iter().any(|w| reading.word(i).ends_with(w)) || language == "csharp" && matches!(reading.word(i), "private" | "protected"))
    };
    // Parameters in the head: `record Order(String id, ..)`, `data class Order(val id: String, ..)`, `case class`.
    let is_data = before.clone().any(|i| matches!(reading.word(i), "record" | "data" | "case"));
    if let Some(open) = declared.head.clone().find(|&i| reading.is(i, "(")).filter(|_| is_data) {
        for element in reading.elements(&(open..reading.partner(open) + 1)) {
            let name = match element.clone().find(|&i| reading.is(i, ":") && i > element.start) {
                Some(colon) => colon - 1,
                None => element.clone().find(|&i| reading.is(i, "=")).unwrap_or(element.end) - 1,
            };
            add(name, element.start);
        }
    }
    let mut at = declared.body.start;
    let mut from = at;
    while at < declared.body.end {
        let word = reading.word(at);
        match word {
            ";" | "}" => {
                // `private String customerId;`, `public string CustomerId { get; set; }` is met at its bracket.
                if word == ";" && at > from + 1 && is_field(reading, from, at) && !wired(from, at) {
                    let name = (from..at).find(|&i| reading.is(i, "=")).unwrap_or(at) - 1;
                    add(name, from);
                }
                from = at + 1;
            }
            "{" => {
                let property = language == "csharp" && matches!(reading.word(at + 1), "get" | "init" | "set") && at > from;
                if property && !(from..at).any(|i| matches!(reading.word(i), "static" | "private" | "protected")) {
                    add(at - 1, from);
                }
                at = reading.partner(at).max(at);
                from = at + 1;
            }
            "(" | "[" => at = reading.partner(at).max(at),
            _ => {}
        }
        at += 1;
    }
    let record = before.clone().any(|i| reading.is(i, "record"));
    Some(Type { name: declared.name, members, tagged, record })
}

/// Whether the statement declares a field of the instance: a type and a name, no call, nothing static.
fn is_field(reading: &Reading<'_>, from: usize, to: usize) -> bool {
    let value = (from..to).find(|&i| matches!(reading.word(i), "=" | "=>")).unwrap_or(to);
    if reading.is(value, "=>") {
        return false;
    }
    let mut i = from;
    let mut words = 0;
    while i < value {
        match reading.word(i) {
            "@" => {
                i += 2;
                if reading.is(i, "(") {
                    i = reading.partner(i) + 1;
                }
                continue;
            }
            "[" => i = reading.partner(i).max(i),
            "static" | "return" | "throw" | "import" | "const" | "package" | "event" | "abstract" | "use" | "(" | "=>" => return false,
            _ if reading.kind(i) == Some(Token::Word) => words += 1,
            _ => {}
        }
        i += 1;
    }
    words >= 2
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
