//! Tests that stand in the file of what they test: what they say, nothing of the system does.

use super::tokens::Token;

/// Takes out what only a test's build has: Rust's items under `#[cfg(test)]` and `#[test]`, and `if (import.meta.vitest)` blocks.
pub(super) fn without(tokens: Vec<Token>, text: &str, language: &str) -> Vec<Token> {
    let spans = match language {
        "rust" if text.contains("test") => of_rust(&tokens, text),
        "typescript" | "javascript" if text.contains("import.meta.vitest") => of_vitest(&tokens, text),
        _ => return tokens,
    };
    if spans.is_empty() {
        return tokens;
    }
    let is_out = |at: usize| spans.iter().any(|s| s.contains(&at));
    let mut places = Vec::with_capacity(tokens.len());
    let mut kept = 0_u32;
    for at in 0..tokens.len() {
        places.push(kept);
        kept += u32::from(!is_out(at));
    }
    let mut out: Vec<Token> = Vec::with_capacity(kept as usize);
    for (at, mut token) in tokens.into_iter().enumerate() {
        if is_out(at) {
            continue;
        }
        // A partner that is gone leaves a bracket alone.
        let partner = token.partner as usize;
        token.partner = if is_out(partner) { places[at] } else { places.get(partner).copied().unwrap_or(places[at]) };
        out.push(token);
    }
    out
}

fn word<'a>(tokens: &[Token], text: &'a str, at: usize) -> &'a str {
    tokens.get(at).map_or("", |t| &text[t.start as usize..t.end as usize])
}

fn of_rust(tokens: &[Token], text: &str) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 2 < tokens.len() {
        let close = tokens[at + 1].partner as usize;
        if word(tokens, text, at) != "#" || word(tokens, text, at + 1) != "[" || close <= at + 1 {
            at += 1;
            continue;
        }
        let inside: Vec<&str> = (at + 2..close).map(|i| word(tokens, text, i)).collect();
        if !is_test(&inside) {
            at = close + 1;
            continue;
        }
        // Further attributes, then the item: to its block's end, or to the semicolon.
        let mut end = close + 1;
        while end < tokens.len() && !matches!(word(tokens, text, end), "{" | ";") {
            let partner = tokens[end].partner as usize;
            end = if matches!(word(tokens, text, end), "(" | "[") { partner.max(end) } else { end } + 1;
        }
        let end = if word(tokens, text, end) == "{" { (tokens[end].partner as usize).max(end) } else { end } + 1;
        out.push(at..end.min(tokens.len()));
        at = end;
    }
    out
}

/// `cfg(test)`, `cfg(all(test, ..))`, `test`, `tokio::test`; `cfg(not(test))` and `cfg_attr(test, ..)` stay.
fn is_test(inside: &[&str]) -> bool {
    match inside {
        ["cfg", "(", rest @ ..] => match rest {
            ["test", ")"] => true,
            ["all", "(", list @ ..] => {
                let mut depth = 0_i32;
                list.iter().any(|w| {
                    depth += i32::from(*w == "(") - i32::from(*w == ")");
                    *w == "test" && depth == 0
                })
            }
            _ => false,
        },
        ["test"] | [_, "::", "test", ..] | ["test_case" | "rstest", ..] => true,
        _ => false,
    }
}

fn of_vitest(tokens: &[Token], text: &str) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        if word(tokens, text, at) != "if" || word(tokens, text, at + 1) != "(" {
            continue;
        }
        let close = tokens[at + 1].partner as usize;
        let asks: Vec<&str> = (at + 2..close.max(at + 2)).map(|i| word(tokens, text, i)).collect();
        if asks == ["import", ".", "meta", ".", "vitest"] && word(tokens, text, close + 1) == "{" {
            out.push(at..(tokens[close + 1].partner as usize).max(close + 1) + 1);
        }
    }
    out
}
