//! Programs that read addresses from the environment or the configuration.

use super::is_address_key;
use crate::index::model::{Certainty, Facts, Kind, Name, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{DeclarationKind, Reading, placeholder};

/// Words of calls, receivers or objects that give settings.
const SOURCES: [&str; 9] = ["env", "config", "setting", "property", "viper", "conf", "option", "flag", "secret"];

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    if reading.language.name() == "python" && reading.mentions(&["BaseSettings"]) {
        settings_class(reading, out);
    }
    for at in 0..reading.tokens.len() {
        match reading.kind(at) {
            Some(Token::Text) => text(reading, at, out),
            // process.env.STOCK_URL, import.meta.env.STOCK_URL
            Some(Token::Word) if at >= 3 && reading.is(at - 1, ".") && matches!(reading.word(at - 2), "env" | "ENV") && reading.is(at - 3, ".") => {
                let key = reading.word(at);
                // Vite's own BASE_URL is a path.
                if key != "BASE_URL" && is_address_key(key) && key.bytes().all(|b| !b.is_ascii_lowercase()) {
                    push(reading, at, key, default_behind(reading, at), Certainty::Sure, out);
                }
            }
            // const { STOCK_URL } = process.env
            Some(Token::Word) if reading.is(at, "process") && reading.is(at + 2, "env") && at >= 2 && reading.is(at - 1, "=") && reading.is(at - 2, "}") => {
                for i in reading.partner(at - 2)..at - 2 {
                    if reading.kind(i) == Some(Token::Word) && is_address_key(reading.word(i)) {
                        push(reading, i, reading.word(i), None, Certainty::Sure, out);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Pydantic: the fields of a class of settings are read from variables of their names.
fn settings_class(reading: &Reading<'_>, out: &mut Facts) {
    for class in reading.declarations.iter().filter(|d| d.kind == DeclarationKind::Type && d.head.clone().any(|i| reading.is(i, "BaseSettings"))) {
        let prefix = class
            .body
            .clone()
            .find(|&i| reading.is(i, "env_prefix") || reading.string(i) == Some("env_prefix"))
            .and_then(|i| reading.string(i + 2))
            .unwrap_or("");
        for at in class.body.clone() {
            let field = reading.tokens[at].first && reading.kind(at) == Some(Token::Word) && reading.is(at + 1, ":");
            if !field || reading.enclosing(at, &[DeclarationKind::Function]).is_some() {
                continue;
            }
            let line = reading.line(at);
            let named = (at + 2..at + 24)
                .take_while(|&i| i < reading.tokens.len() && (reading.line(i) == line || !reading.tokens[i].first))
                .find(|&i| matches!(reading.word(i), "env" | "alias" | "validation_alias") && reading.is(i + 1, "="))
                .and_then(|i| reading.string(i + 2));
            let key = named.map_or_else(|| format!("{prefix}{}", reading.word(at)).to_ascii_uppercase(), str::to_owned);
            if is_address_key(&key) {
                push(reading, at, &key, None, Certainty::Sure, out);
            }
        }
    }
}

fn push(reading: &Reading<'_>, at: usize, key: &str, default: Option<String>, certainty: Certainty, out: &mut Facts) {
    let mut used = Use::new(Kind::Address, Role::Reads, Name::literal(key), reading.line(at)).certainty(certainty);
    used.value = default.filter(|d| super::is_address(d) || d.starts_with("http"));
    out.push(used);
}

/// `|| 'http://x'` behind a variable.
fn default_behind(reading: &Reading<'_>, at: usize) -> Option<String> {
    matches!(reading.word(at + 1), "||" | "??" | "?:").then(|| reading.string(at + 2)).flatten().map(str::to_owned)
}

fn text(reading: &Reading<'_>, at: usize, out: &mut Facts) {
    let Some(content) = reading.string(at) else { return };
    // Spring: @Value("${stock.url:http://stock}")
    if matches!(reading.language.name(), "java" | "kotlin" | "groovy" | "scala") && content.contains("${") {
        let mark = if reading.language.name() == "kotlin" { "\\${" } else { "${" };
        let mut rest = content;
        while let Some((_, key, default, behind)) = placeholder(rest, mark) {
            if is_address_key(key) {
                push(reading, at, key, default.map(str::to_owned), Certainty::Sure, out);
            }
            rest = behind;
        }
        return;
    }
    if content.starts_with("${") && content.ends_with('}') {
        return;
    }
    // MicroProfile: @ConfigProperty(name = "stock.url", defaultValue = "http://stock")
    if is_address_key(content)
        && reading.is(at.saturating_sub(1), "=")
        && let Some(annotation) = reading
            .annotations
            .iter()
            .find(|a| matches!(a.name, "ConfigProperty" | "Property") && a.arguments.iter().any(|x| x.keyword == Some("name") && x.span.start == at))
    {
        let default = annotation.keyword(&["defaultValue"]).and_then(|d| reading.literal(&d.span));
        push(reading, at, content, default, Certainty::Sure, out);
        return;
    }
    // Go: `env:"STOCK_URL"`, `envconfig:"STOCK_URL"`
    if reading.language.name() == "go" && content.contains("env") && reading.word(at).starts_with('`') {
        let Some(from) = content.find("env:\"").map(|i| i + 5).or_else(|| content.find("envconfig:\"").map(|i| i + 11)) else { return };
        let key = content[from..].split(['"', ',']).next().unwrap_or("");
        if is_address_key(key) {
            push(reading, at, key, None, Certainty::Sure, out);
        }
        return;
    }
    if reading.word(at).starts_with('`') && matches!(reading.language.name(), "typescript" | "javascript") {
        for rest in content.split("${process.env.").skip(1).chain(content.split("${import.meta.env.").skip(1)) {
            let key = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
            // Vite's own BASE_URL is a path.
            if key != "BASE_URL" && is_address_key(key) && key.bytes().all(|b| !b.is_ascii_lowercase()) {
                push(reading, at, key, None, Certainty::Sure, out);
            }
        }
        return;
    }
    if reading.language.name() == "csharp" && at >= 2 && reading.is(at - 1, "(") && reading.is(at - 2, "GetConnectionString") {
        let plain = content.len() > 1 && content.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        if plain {
            push(reading, at, &format!("ConnectionStrings:{content}"), None, Certainty::Sure, out);
        }
        return;
    }
    if at == 0 || !is_address_key(content) && !is_made_address(reading, at) {
        return;
    }
    let environment = content.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && content.contains('_');
    let dotted = content.contains(['.', ':']) && !content.contains("..");
    if !environment && (!dotted || last_is_file(content)) {
        return;
    }
    let source = |word: &str| {
        let word = word.to_ascii_lowercase();
        SOURCES.iter().any(|s| word.contains(s))
    };
    // `config["STOCK_URL"] = ..` gives it.
    if reading.is(at + 1, "]") && reading.is(at + 2, "=") {
        return;
    }
    let given = match reading.word(at - 1) {
        "[" => (at.saturating_sub(6)..at - 1)
            .rev()
            .take_while(|&i| reading.kind(i) == Some(Token::Word) || matches!(reading.word(i), "." | "::"))
            .any(|i| source(reading.word(i))),
        "(" | "," => {
            let call = reading.calls.iter().rev().find(|c| c.open < at && at < c.close);
            let sets = call.is_some_and(|c| ["set", "put", "copy", "add", "insert", "with"].iter().any(|w| c.name.to_ascii_lowercase().starts_with(w)));
            !sets
                && call.is_some_and(|c| {
                    c.path.iter().any(|w| source(w))
                        || environment && matches!(c.name, "var" | "var_os" | "fetch" | "str" | "string" | "get_required" | "required")
                })
                && (environment || call.is_some_and(|c| c.arguments.first().is_some_and(|a| a.span.start == at)))
        }
        _ => false,
    };
    if given {
        let default = (reading.is(at + 1, ",")).then(|| reading.string(at + 2)).flatten().map(str::to_owned);
        push(reading, at, content, default.or_else(|| default_behind(reading, at + 1)), Certainty::Sure, out);
        return;
    }
    // A helper of the project that takes the name of a variable: mustMap(&addr, "STOCK_ADDR").
    if environment && matches!(reading.word(at - 1), "(" | ",") && reading.mentions(&["getenv", "Getenv", "environ", "process.env"]) {
        push(reading, at, content, None, Certainty::Likely, out);
    }
}

/// Whether a setting of .NET becomes an address, however it is called: `new Uri(config["Services:Stock"])`.
fn is_made_address(reading: &Reading<'_>, at: usize) -> bool {
    if reading.language.name() != "csharp" || !reading.is(at - 1, "[") {
        return false;
    }
    let mut begins = at - 1;
    while begins > 0 && (reading.kind(begins - 1) == Some(Token::Word) || reading.is(begins - 1, ".")) {
        begins -= 1;
    }
    begins >= 3 && begins < at - 1 && reading.is(begins - 1, "(") && reading.is(begins - 2, "Uri") && reading.is(begins - 3, "new")
}

fn last_is_file(key: &str) -> bool {
    ["json", "xml", "yaml", "yml", "html", "js", "ts"].iter().any(|e| key.ends_with(&format!(".{e}")))
}
