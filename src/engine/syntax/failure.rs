//! Where code says "this failed": error values in conditions and patterns, and the heads of handlers.

use super::pieces::{bare, cut, has_word};

/// Whether a condition holds when something failed (`true`) or when nothing did (`false`), with the error's name. `None`: it asks
/// something else.
pub(super) fn presence<'t>(condition: &'t str, language: &str) -> Option<(bool, &'t str)> {
    let c = bare(condition);
    match language {
        "go" => {
            let name = c.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').find(|w| is_error_name(w));
            let name = name?;
            if c.contains("!= nil") && has_word(&c[..c.find("!= nil").unwrap_or(0)], name) {
                return Some((true, name));
            }
            if c.contains("== nil") && has_word(&c[..c.find("== nil").unwrap_or(0)], name) && !c.contains("||") {
                return Some((false, name));
            }
            // `errors.Is(err, x)`, `status.Code(err) == codes.Unavailable`, `IsNotFound(err)`.
            let asked = c.contains(&format!("({name}")) || c.starts_with(&format!("{name} == "));
            (asked && !c.starts_with('!')).then_some((true, name))
        }
        "rust" => {
            if let Some(rest) = c.strip_prefix("let Err(") {
                return Some((true, cut(rest, &[')', ':', '@'])));
            }
            if c.starts_with("let Ok(") {
                return Some((false, ""));
            }
            if c.ends_with(".is_err()") {
                return Some((!c.starts_with('!'), ""));
            }
            if c.ends_with(".is_ok()") {
                return Some((c.starts_with('!'), ""));
            }
            None
        }
        "c" | "cpp" => {
            let first = c.trim_start_matches('!').split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').next().unwrap_or("");
            let code = matches!(first, "rc" | "ret" | "res" | "err" | "r" | "n" | "rv" | "status" | "error" | "errno" | "result");
            if code && (c.contains("< 0") || c.contains("== -1") || c.contains("!= 0") || c == first) && first != "n" {
                return Some((true, first));
            }
            if (c.starts_with('!') && c.ends_with(".ok()")) || (code && c.contains("== 0")) {
                return Some((c.starts_with('!'), ""));
            }
            None
        }
        "typescript" | "javascript" => match c {
            "err" | "error" | "e" => Some((true, c)),
            "!err" | "!error" => Some((false, &c[1..])),
            _ => {
                let name = c.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').next().unwrap_or("");
                (matches!(name, "err" | "error") && (c.contains("instanceof") || c.contains("&&") || c.contains("!=="))).then_some((true, name))
            }
        },
        "java" | "kotlin" | "csharp" => {
            let name = c.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').next().unwrap_or("");
            let is_error = matches!(name, "ex" | "e" | "err" | "error" | "throwable" | "exception" | "t" | "cause" | "failure");
            if is_error && (c.ends_with("!= null") || c.contains("!= null &&")) {
                return Some((true, name));
            }
            (is_error && c.ends_with("== null")).then_some((false, name))
        }
        _ => None,
    }
}

fn is_error_name(word: &str) -> bool {
    word == "err" || word == "e" || word.ends_with("Err") || word.starts_with("err") || word == "Err" || word == "error"
}

/// Whether a pattern matches a failure; the error's name in it.
pub(super) fn pattern<'t>(pattern: &'t str, language: &str) -> Option<&'t str> {
    let p = pattern.trim();
    match language {
        "rust" => {
            let rest = p.strip_prefix("Err(").or_else(|| p.find("(Err(").map(|i| &p[i + 5..]))?;
            Some(cut(rest, &[')', ':', '@']))
        }
        "elixir" => {
            let rest = p.strip_prefix("{:error").or_else(|| p.strip_prefix(":error")).or_else(|| p.strip_prefix("{:exit"))?;
            Some(cut(rest.trim_start_matches([',', ' ']), &['}', ',', ' ']))
        }
        "go" => {
            let (failed, name) = presence(p, "go")?;
            failed.then_some(name)
        }
        "kotlin" | "java" | "csharp" | "python" => {
            let last = p.rsplit(['.', ' ']).next().unwrap_or("");
            (p.starts_with("is ") && (last.contains("Failure") || last.contains("Error"))).then_some("")
        }
        _ => None,
    }
}

/// Types and binding in the head of a handler: `catch (A | B e)`, `except (A, B) as e:`, `rescue A, B => e`, `e in [A]`.
pub(super) fn caught<'t>(head: &'t str, language: &str) -> (Vec<&'t str>, &'t str) {
    let h = head.trim().trim_start_matches('}').trim();
    let h = h.trim_start_matches("catch").trim_start_matches("except").trim_start_matches("rescue").trim();
    let h = h.trim_end_matches(['{', ':']).trim().trim_end_matches("then").trim();
    let split = |types: &'t str| -> Vec<&'t str> {
        types
            .split(['|', ','])
            .map(|t| t.trim().trim_matches(['(', ')', '[', ']', '&', '*']).trim_start_matches("final ").trim_start_matches("const ").trim())
            .filter(|t| !t.is_empty())
            .collect()
    };
    match language {
        "python" => h.rsplit_once(" as ").map_or_else(|| (split(h), ""), |(types, name)| (split(types), name.trim())),
        "ruby" => h.split_once("=>").map_or_else(|| (split(h), ""), |(types, name)| (split(types), cut(name.trim_start(), &['\n', ';', ' ']))),
        "elixir" => {
            let h = cut(h, &['\n']);
            h.split_once(" in ").map_or_else(
                || {
                    let is_type = h.starts_with(|c: char| c.is_ascii_uppercase());
                    if is_type { (split(h), "") } else { (Vec::new(), h) }
                },
                |(name, types)| (split(types), name.trim()),
            )
        }
        "typescript" | "javascript" => (Vec::new(), cut(h.trim_matches(['(', ')']), &[':', ')'])),
        "kotlin" => h.trim_matches(['(', ')']).split_once(':').map_or_else(|| (split(h), ""), |(name, types)| (split(types), name.trim())),
        _ => {
            // C# may add a filter: `catch (A e) when (..)`.
            let h = h.strip_prefix('(').unwrap_or(h);
            let inner = h.split(')').next().unwrap_or(h).trim();
            match inner.rsplit_once(|c: char| c.is_whitespace() || c == '&' || c == '*') {
                Some((types, name)) if !name.is_empty() && !types.trim_end().ends_with('|') => (split(types), name.trim_start_matches('$')),
                _ if inner == "..." => (Vec::new(), ""),
                _ => (split(inner), ""),
            }
        }
    }
}
