//! Values as places write or compare them, and names of tables by the conventions of frameworks.

use crate::index::model::{Kind, Name, Part, Role, Use};
use crate::index::reading::{DeclarationKind, Reading, Span};

/// Longest value that is worth telling.
const LONGEST: usize = 48;

/// Encloses the path of a constant in a value, before what it is told as where no other file says more. Only on the way through the
/// extractors: [`settle`] takes it out.
const MARK: char = '\u{1}';

/// The literal that an expression stands for, as [`value`]; a constant as it is written here.
pub(super) fn text(reading: &Reading<'_>, span: &Span) -> Option<String> {
    value(reading, span).map(|v| unmarked(&v)).filter(|v| !v.is_empty())
}

/// Takes the constants out of values: into [`Use::member`], where the value is one and nothing else.
pub(super) fn settle(uses: &mut [Use]) {
    for used in uses {
        let Some(value) = used.value.as_mut().filter(|v| v.contains(MARK)) else { continue };
        let parts: Vec<&str> = value.split(MARK).collect();
        if let ["", path, _, ""] = *parts {
            used.member = Some(path.to_owned());
        }
        let plain = unmarked(value);
        used.value = Some(plain).filter(|v| !v.is_empty());
    }
}

/// A value with its constants as they are written.
fn unmarked(value: &str) -> String {
    if !value.contains(MARK) {
        return value.to_owned();
    }
    // Text, path, as written, text, path, as written, text.
    value.split(MARK).enumerate().filter(|(i, _)| i % 3 != 1).map(|(_, part)| part).collect()
}

/// A constant as a value.
pub(super) fn marked(path: &str, written: &str) -> String {
    format!("{MARK}{path}{MARK}{written}{MARK}")
}

/// The literal that an expression stands for: a text, a truth value, a member of an enumeration. A constant that another file may give its
/// text carries its path.
pub(super) fn value(reading: &Reading<'_>, span: &Span) -> Option<String> {
    let mut span = span.clone();
    if span.is_empty() || span.len() > 12 {
        return None;
    }
    if span.len() == 1 && matches!(reading.word(span.start), "true" | "false" | "True" | "False") {
        return Some(reading.word(span.start).to_ascii_lowercase());
    }
    // A member's text: `Status.IDLE.value`, `Status.IDLE.name()`, `:idle.to_s`
    loop {
        let n = span.len();
        if n > 3
            && reading.is(span.end - 1, ")")
            && reading.is(span.end - 2, "(")
            && matches!(
                reading.word(span.end - 3),
                "name" | "toString" | "ToString" | "to_s" | "getValue" | "value" | "String" | "to_string" | "as_str" | "into" | "to_owned" | "clone"
            )
        {
            span.end -= 4;
        } else if n > 3 && reading.is(span.end - 2, ".") && matches!(reading.word(span.end - 1), "value" | "name" | "rawValue" | "Value" | "to_s")
            || n > 2 && reading.is(span.end - 2, "->") && reading.is(span.end - 1, "value")
        {
            span.end -= 2;
        } else if n > 2 && reading.is(span.start, "(") && reading.partner(span.start) + 1 == span.end {
            span = span.start + 1..span.end - 1;
        } else {
            break;
        }
        if span.is_empty() {
            return None;
        }
    }
    let name = reading.name(&span);
    let found = match &*name.0 {
        [Part::Text(text)] => text.clone(),
        [Part::Constant(path)] if path.ends_with("()") || path.contains('@') => return None,
        [Part::Constant(path)] => {
            let path = of_protobuf(path).unwrap_or_else(|| path.clone());
            let written = member(reading, &path).filter(|w| w.len() <= LONGEST);
            let (holder, last) = path.rsplit_once('.').unwrap_or(("", &path));
            let reads_like_constant = last.starts_with(char::is_uppercase) || holder.starts_with(char::is_uppercase);
            return (written.is_some() || reads_like_constant).then(|| marked(&path, written.as_deref().unwrap_or("")));
        }
        _ => return None,
    };
    let plain = !found.is_empty() && found.len() <= LONGEST && !found.contains(['\n', '{']);
    plain.then_some(found)
}

/// `pb.OrderStatus_PAID`, as protobuf's Go names the members of its enumerations.
fn of_protobuf(path: &str) -> Option<String> {
    let (holder, member) = path.rsplit('.').next()?.split_once('_')?;
    (holder.starts_with(char::is_uppercase) && holder.bytes().any(|b| b.is_ascii_lowercase()) && is_state_word(holder) && !member.is_empty())
        .then(|| format!("{holder}.{member}"))
}

/// What is stored for a member of an enumeration; nothing for a variable.
fn member(reading: &Reading<'_>, path: &str) -> Option<String> {
    let (holder, last) = path.rsplit_once('.').map_or(("", path), |(h, l)| (h, l));
    let is_type = holder.starts_with(char::is_uppercase) && !holder.bytes().all(|b| !b.is_ascii_lowercase())
        || holder.len() > 2 && holder.starts_with(char::is_uppercase);
    let jvm = matches!(reading.language.name(), "java" | "kotlin" | "scala" | "csharp" | "groovy");
    let shouts = last.len() > 2 && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if is_type {
        let known = reading.declarations.iter().any(|d| d.kind == DeclarationKind::Enum && d.name == holder);
        let reads_like_enumeration = known || is_state_word(holder) || shouts;
        if jvm && reads_like_enumeration && last.starts_with(char::is_uppercase) {
            return Some(last.to_owned());
        }
        return reads_like_enumeration.then(|| path.to_owned());
    }
    // Go's `models.StatusPaid`; a static import; Python's `STATUS_PAID`.
    let prefixed = ["Status", "State", "STATUS_", "STATE_", "Phase"].iter().any(|w| last.starts_with(w) && last.len() > w.len());
    let suffixed = shouts && ["_STATUS", "_STATE", "_PHASE"].iter().any(|w| last.ends_with(w));
    (prefixed && (holder.is_empty() || reading.language.name() == "go") || suffixed || shouts && jvm && holder.is_empty()).then(|| path.to_owned())
}

/// Whether a type or field is named like a state.
pub(super) fn is_state_word(name: &str) -> bool {
    let name = name.trim_end_matches('s');
    let lower = name.to_ascii_lowercase();
    ["status", "statu", "statuse", "state", "phase", "stage"].iter().any(|w| {
        lower.strip_suffix(w).is_some_and(|before| {
            let at = before.len();
            before.is_empty() || before.ends_with('_') || name.as_bytes().get(at).is_some_and(u8::is_ascii_uppercase)
        })
    })
}

/// A call's name as tables of verbs write it: `get_async` and `GetAsync` are `get`.
pub(super) fn verb(name: &str) -> String {
    let mut out: String = name.chars().filter(|c| *c != '_' && *c != '!').map(|c| c.to_ascii_lowercase()).collect();
    if out.len() > 7 && out.ends_with("async") {
        out.truncate(out.len() - 5);
    }
    out
}

/// `OrderItem` as `order_item`.
pub(super) fn snake(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &b) in bytes.iter().enumerate() {
        let hump = b.is_ascii_uppercase()
            && i > 0
            && bytes[i - 1] != b'_'
            && (!bytes[i - 1].is_ascii_uppercase() || bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase));
        if hump {
            out.push('_');
        }
        out.push(b.to_ascii_lowercase() as char);
    }
    out
}

/// The plural that frameworks make of a table's name.
pub(super) fn plural(word: &str) -> String {
    const SAME: [&str; 6] = ["equipment", "information", "series", "metadata", "news", "sheep"];
    let last = word.rsplit('_').next().unwrap_or(word);
    if SAME.contains(&last) {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("person") {
        return format!("{stem}people");
    }
    if let Some(stem) = word.strip_suffix("child") {
        return format!("{stem}children");
    }
    if let Some(stem) = word.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if word.ends_with("status") {
        return format!("{word}es");
    }
    if word.ends_with(['x', 'z']) || word.ends_with("ch") || word.ends_with("sh") || word.ends_with("ss") {
        return format!("{word}es");
    }
    if word.ends_with('s') { word.to_owned() } else { format!("{word}s") }
}

/// How the settings begin under which tables of types are told.
pub(crate) const TABLE_OF: &str = "table.of.";

/// The name of the setting under which a file that maps a type to a table tells the table to the files that only name the type.
pub(super) fn table_key(entity: &str) -> String {
    format!("{TABLE_OF}{entity}")
}

/// The table of a type that another file maps, `fallback` by its framework's convention.
pub(super) fn table_of(entity: &str, fallback: String) -> Name {
    Name(vec![Part::Setting(table_key(entity), Some(fallback))])
}

/// The table of a type, only where another file maps it.
pub(super) fn table_if_mapped(entity: &str) -> Name {
    Name(vec![Part::Setting(table_key(entity), None)])
}

/// A column of a table.
pub(super) fn column(table: &Name, column: &str) -> Name {
    table.clone().between("", &format!(".{column}"))
}

/// Takes out, from `from` on, what only repeats another use of the same line without its value.
pub(super) fn without_plain(uses: &mut Vec<Use>, from: usize) {
    let told: Vec<(Kind, Role, u32, Name)> = uses[from..].iter().filter(|u| u.value.is_some()).map(|u| (u.kind, u.role, u.line, u.name.clone())).collect();
    let mut at = 0;
    uses.retain(|u| {
        at += 1;
        at <= from
            || u.value.is_some()
            || u.note.is_some()
            || !told.iter().any(|(kind, role, line, name)| *kind == u.kind && *role == u.role && *line == u.line && *name == u.name)
    });
}
