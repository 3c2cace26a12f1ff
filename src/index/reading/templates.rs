//! String literals, what is interpolated into them, and templates that are filled.

use super::Reading;
use super::names::of_path;
use super::settings::setting_in;
use super::tokens::Kind;
use crate::index::model::{Name, Part};

/// The inside of a string literal.
pub(super) fn inside<'a>(reading: &Reading<'a>, at: usize) -> Option<&'a str> {
    if reading.kind(at)? != Kind::Text {
        return None;
    }
    let text = reading.word(at);
    let open = text.find(['"', '\'', '`'])?;
    let bare = &text[open..];
    let quote = if bare.len() >= 6 && (bare.starts_with("\"\"\"") || bare.starts_with("'''")) { 3 } else { 1 };
    bare.get(quote..bare.len().checked_sub(quote)?)
}

/// A string literal with what is interpolated into it.
pub(super) fn literal(reading: &Reading<'_>, at: usize, depth: u8) -> Name {
    let Some(text) = inside(reading, at) else { return Name::unknown() };
    let word = reading.word(at);
    let prefix = &word[..word.find(['"', '\'', '`']).unwrap_or(0)];
    let style = match reading.language.name() {
        "python" if prefix.contains(['f', 'F']) => "{",
        "csharp" if prefix.contains('$') || at > 0 && reading.is(at - 1, "$") => "{",
        "ruby" | "elixir" if word.starts_with('"') => "#{",
        "javascript" | "typescript" if word.starts_with('`') => "${",
        // A dollar that is none of Kotlin's: Spring's.
        "kotlin" if text.contains("\\${") => return with_placeholders(text, "\\${", &|plain| templated(reading, plain, "$", at, depth)),
        "php" if word.contains('"') => return php(reading, text, at, depth),
        "kotlin" | "dart" | "groovy" if word.contains('"') => "$",
        "scala" if prefix == "s" || prefix == "f" => "$",
        "swift" => "\\(",
        // Spring's `${app.topics.orders:orders}` in an annotation.
        "java" if text.contains("${") => return with_placeholders(text, "${", &|plain| Name::literal(plain)),
        _ => return Name::literal(text),
    };
    templated(reading, text, style, at, depth)
}

/// Spring's placeholders wherever they stand in a text: `http://${ORDERS_ADDR:orders}/v1`.
fn with_placeholders(text: &str, mark: &str, plain: &dyn Fn(&str) -> Name) -> Name {
    let mut out = Name::default();
    let mut rest = text;
    while let Some((before, key, default, behind)) = placeholder(rest, mark) {
        out.append(plain(before));
        out.push(if is_key(key) { Part::Setting(key.to_owned(), default.map(str::to_owned)) } else { Part::Hole });
        rest = behind;
    }
    out.append(plain(rest));
    out
}

/// The first placeholder of a text: what stands before it, its key, its default, and what stands behind.
pub(crate) fn placeholder<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str, Option<&'a str>, &'a str)> {
    let from = text.find(mark)?;
    let inside = from + mark.len();
    let mut depth = 1_u32;
    let end = text[inside..].char_indices().find_map(|(at, c)| {
        depth = match c {
            '{' => depth + 1,
            '}' => depth - 1,
            _ => depth,
        };
        (depth == 0).then_some(inside + at)
    })?;
    let (key, default) = text[inside..end].split_once(':').map_or((&text[inside..end], None), |(key, default)| (key, Some(default)));
    Some((&text[..from], key, default, &text[end + 1..]))
}

fn is_key(key: &str) -> bool {
    key.len() > 1 && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// A text with what is interpolated into it.
fn templated(reading: &Reading<'_>, text: &str, style: &str, at: usize, depth: u8) -> Name {
    let mut out = Name::default();
    let mut rest = text;
    while let Some(found) = rest.find(style) {
        out.push(Part::Text(rest[..found].to_owned()));
        let after = &rest[found + style.len()..];
        if style == "{" && after.starts_with('{') {
            out.push(Part::Text("{".to_owned()));
            rest = &after[1..];
            continue;
        }
        let (expression, behind) = if style == "$" && !after.starts_with('{') {
            let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
            (&after[..end], &after[end..])
        } else {
            let (after, close) = if style == "$" { (&after[1..], '}') } else { (after, if style == "\\(" { ')' } else { '}' }) };
            match after.find(close) {
                Some(end) => (&after[..end], &after[end + 1..]),
                None => (after, ""),
            }
        };
        out.append(interpolated(reading, expression, at, depth));
        rest = behind;
    }
    out.push(Part::Text(rest.to_owned()));
    out
}

/// PHP's: `$id`, `$order->id`, `$rows[0]`, `{$order->buyer->id}`, `{$this->key()}`, `${id}`; `\$` is a dollar.
fn php(reading: &Reading<'_>, text: &str, at: usize, depth: u8) -> Name {
    let begins_name = |t: &str| t.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let name_end = |t: &str| t.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(t.len());
    let mut out = Name::default();
    let mut rest = text;
    while let Some(found) = rest.find(['$', '\\']) {
        if rest[found..].starts_with('\\') {
            // What is escaped stands for itself, or is of no name: a line's end.
            let end = found + 1 + rest[found + 1..].chars().next().map_or(0, char::len_utf8);
            out.push(Part::Text(rest[..end].replace("\\$", "$")));
            rest = &rest[end..];
            continue;
        }
        let (before, after) = (&rest[..found], &rest[found + 1..]);
        let (before, expression, behind) = if let Some(open) = before.strip_suffix('{').filter(|_| begins_name(after)) {
            let end = after.find('}').unwrap_or(after.len());
            (open, &after[..end], after.get(end + 1..).unwrap_or(""))
        } else if let Some(inside) = after.strip_prefix('{') {
            let end = inside.find('}').unwrap_or(inside.len());
            (before, &inside[..end], inside.get(end + 1..).unwrap_or(""))
        } else if begins_name(after) {
            let mut end = name_end(after);
            if let Some(member) = after[end..].strip_prefix("->").filter(|m| begins_name(m)) {
                end += 2 + name_end(member);
            } else if after[end..].starts_with('[') {
                end += after[end..].find(']').map_or(0, |close| close + 1);
            }
            (before, &after[..end], &after[end..])
        } else {
            (before, "", after)
        };
        out.push(Part::Text(before.to_owned()));
        let variable = expression.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then(|| format!("${expression}"));
        match (expression, variable) {
            ("", _) => out.push(Part::Text("$".to_owned())),
            (_, Some(variable)) => out.append(of_path(reading, &[&variable], at, depth)),
            (_, None) => match expression.strip_prefix("this->").and_then(|member| property(reading, member, at)) {
                Some(value) => out.append(reading.name(&value)),
                None => out.push(Part::Hole),
            },
        }
        rest = behind;
    }
    out.push(Part::Text(rest.to_owned()));
    out
}

/// The value that a property of PHP is declared with, where nothing else is ever put into it: `private string $prefix = "cart:";`.
fn property(reading: &Reading<'_>, member: &str, at: usize) -> Option<super::Span> {
    let declared = format!("${member}");
    let outside = |at: usize| reading.enclosing(at, &[super::DeclarationKind::Function]).is_none();
    let set = reading.assignments.iter().any(|a| a.name == member && a.path.first() == Some(&"$this"));
    let mut found = reading.assignments.iter().filter(|a| a.name == declared && outside(a.at) && !a.value.contains(&at));
    let first = found.next()?;
    (!set && found.next().is_none()).then(|| first.value.clone())
}

/// What an interpolated expression stands for, when it is a path of names.
fn interpolated(reading: &Reading<'_>, expression: &str, at: usize, depth: u8) -> Name {
    let whole = expression;
    let expression = expression.split(':').next().unwrap_or("").trim().trim_start_matches('$');
    let path: Vec<&str> = expression.split('.').collect();
    let plain = path.iter().all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    if !plain {
        return setting_in(whole).map_or_else(Name::unknown, |key| Name(vec![Part::Setting(key.to_owned(), None)]));
    }
    let out = of_path(reading, &path, at, depth);
    // A local value is a hole; only what reads like a constant may be looked up elsewhere.
    // C# writes constants like types: those of a type that is named as a list of names.
    let is_list =
        |w: &str| ["Names", "Keys", "Queues", "Topics", "Channels", "Constants", "Consts", "Exchanges", "Prefixes", "Subjects"].iter().any(|l| w.ends_with(l));
    if reading.language.name() == "csharp" && path.len() == 2 && is_list(path[0]) {
        return out;
    }
    match &*out.0 {
        [Part::Constant(name)] if !name.rsplit('.').next().unwrap_or("").bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') => {
            Name::unknown()
        }
        _ => out,
    }
}

/// A template with a hole for each of its places.
pub(crate) fn holes(template: &str) -> Name {
    fill(template, &[])
}

/// A template with its arguments put in: `%s`, `%d`, `{}`, `{0}`, `{name}`.
pub(super) fn fill(template: &str, arguments: &[Name]) -> Name {
    let mut out = Name::default();
    let mut next = 0;
    let mut text = String::new();
    let mut chars = template.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let place = match c {
            '%' => {
                let rest = &template[at + 1..];
                let width = rest.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(0);
                let style = rest[width..].chars().next();
                match style {
                    Some('%') => None,
                    Some(s)
                        if s.is_ascii_alphabetic() && rest[..width].bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+' | b'#' | b'$')) =>
                    {
                        for _ in 0..=width {
                            chars.next();
                        }
                        next += 1;
                        Some(next - 1)
                    }
                    _ => None,
                }
            }
            '{' => match template[at..].find('}') {
                Some(end) if end <= 40 => {
                    let inside = &template[at + 1..at + end];
                    while chars.peek().is_some_and(|(i, _)| *i <= at + end) {
                        chars.next();
                    }
                    next += 1;
                    Some(inside.parse().unwrap_or(next - 1))
                }
                _ => None,
            },
            _ => None,
        };
        match place {
            Some(place) => {
                out.push(Part::Text(std::mem::take(&mut text)));
                out.append(arguments.get(place).cloned().filter(|n: &Name| n.says_something() || n.is_open()).unwrap_or_else(Name::unknown));
            }
            None => text.push(c),
        }
    }
    out.push(Part::Text(text));
    out
}
